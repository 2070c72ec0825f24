"""Asking: what an order would do, whether the caller may give it, and what it is told before the second step."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from airspace.timebase import to_scene_s
from utm.alert_book import Condition
from utm.alerts import Alerts
from utm.clock import Clock
from utm.command_authority import ALERTS_THAT_CALL, CONFIRM_WITHIN_S, Confirmations, Standing, circumstance_of
from utm.command_effect_values import Effect, Target
from utm.command_effects import EffectJudge
from utm.command_plans import CommandPlans, PlanWork
from utm.command_values import Circumstance, Command, CommandRequest
from utm.fleet import Aircraft, Fleet
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found
from utm.security import Principal, may_read_of, visible_organisation

ADVISED_AT_ONCE = 20
"""Of larger orders no vehicle is told what would be better: seven more judgements for each would hold everybody up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One order of a request, with what it would do; or why it cannot be given at all."""

    request: CommandRequest
    aircraft: Aircraft
    circumstance: Circumstance
    target: Target | None
    effect: Effect | None
    plan: PlanWork | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one order of a request."""

    request: CommandRequest
    command: Command | None
    problem: Problem | None


class CommandAsking:
    """Judges what is asked of the desk; keeps nothing."""

    def __init__(
        self,
        *,
        clock: Clock,
        fleet: Fleet,
        judge: EffectJudge,
        plans: CommandPlans,
        alerts: Alerts,
        confirmations: Confirmations,
    ) -> None:
        self._clock, self._fleet, self.judge, self._plans = clock, fleet, judge, plans
        self._alerts, self._confirmations = alerts, confirmations
        self.gates: list[Callable[[Principal, Sequence[CommandRequest], str | None], None]] = []
        """Who else is asked whether the caller may give these orders; raises Problem."""

    def ask(self, principal: Principal, requests: Sequence[CommandRequest], reason: str | None) -> list[Asked]:
        """Judge what a caller asks; raises Problem 403, 404, 409 where it may not be given at all."""
        known: list[tuple[CommandRequest, Aircraft]] = []
        for request in requests:
            aircraft = self._fleet.get(request.aircraft_id)
            if aircraft is None or not may_read_of(principal, aircraft.organisation_id):
                raise not_found("aircraft", "航空器", request.aircraft_id)
            if not aircraft.active:
                raise Problem("aircraft_inactive")
            known.append((request, aircraft))
        for gate in self.gates:
            gate(principal, requests, reason)
        asker = visible_organisation(principal)
        among = {request.aircraft_id for request in requests}
        asked = []
        for request, aircraft in known:
            circumstance = circumstance_of(principal, self.standing(aircraft), request, reason)
            item = self.one(request, aircraft, circumstance, asker, among, principal)
            if item.problem is not None and len(requests) == 1:
                raise item.problem
            asked.append(item)
        able = {item.request.aircraft_id for item in asked if item.problem is None}
        if able == among:
            return asked
        # Who cannot be ordered goes on as planned: nobody may rely on it to make way.
        return [
            item
            if item.problem is not None
            else self.one(item.request, item.aircraft, item.circumstance, asker, able, principal)
            for item in asked
        ]

    def one(
        self,
        request: CommandRequest,
        aircraft: Aircraft,
        circumstance: Circumstance,
        asker: str | None,
        among: Collection[str],
        principal: Principal | None,
    ) -> Asked:
        """Judge one order; what keeps it from being given at all is told in its place."""
        try:
            target = self.judge.target(aircraft)
            plan = self._plans.prepare(principal, request, target)
            route = None if plan is None else plan.route
            effect = self.judge.judge(
                target,
                request,
                asker=asker,
                among=others(among, aircraft),
                advise=len(among) <= ADVISED_AT_ONCE,
                route=route,
                going_on=None if plan is None else plan.going_on,
            )
            if plan is not None and plan.prepared is not None:
                effect = self._plans.with_decision(effect, plan, principal)
            return Asked(request, aircraft, circumstance, target, effect, plan)
        except Problem as problem:
            return Asked(request, aircraft, circumstance, None, None, None, problem)

    def standing(self, aircraft: Aircraft) -> Standing:
        """Return what bears on who may command an aircraft now."""
        plan = self.judge.flying(aircraft.aircraft_id)
        alert_id = None
        for alert in self._alerts.book.open.values():
            if alert.condition.kind in ALERTS_THAT_CALL and aircraft.aircraft_id in _named(alert.condition):
                alert_id = alert.alert_id
                break
        return Standing(
            aircraft.organisation_id,
            None if plan is None else plan.plan_id,
            None if plan is None else plan.state,
            self.judge.airborne(aircraft.aircraft_id),
            alert_id,
        )

    def told_before(self, principal: Principal, asked: Sequence[Asked]) -> dict[str, Any]:
        """Return what a caller is told before anything is given: effects, and the token of the second step."""
        requests = [item.request for item in asked]
        two_step = len(asked) > 1 or any(item.effect is not None and item.effect.two_step for item in asked)
        now = self._clock.now()
        return {
            "effects": [self._effect_document(item) for item in asked],
            "confirmation_required": two_step,
            "confirmation_token": self._confirmations.token(principal, requests, to_scene_s(now)) if two_step else None,
            "confirmation_expires_at": rfc3339(now + timedelta(seconds=CONFIRM_WITHIN_S)) if two_step else None,
        }

    def _effect_document(self, item: Asked) -> dict[str, Any]:
        if item.effect is not None:
            return {**item.effect.document(self.judge.region), "problem": None}
        assert item.problem is not None
        shown = item.problem.document(None)
        return {
            "aircraft_id": item.request.aircraft_id,
            "type": item.request.type,
            "allowed": False,
            "detail": shown["detail"],
            "detail_zh": shown["detail_zh"],
            "problem": shown["code"],
        }


def others(among: Collection[str], aircraft: Aircraft) -> frozenset[str]:
    """Return the other aircraft of a joint order."""
    return frozenset(among) - {aircraft.aircraft_id}


def _named(condition: Condition) -> set[str | None]:
    """Return the aircraft an alert is about."""
    parties = [condition.party, condition.other]
    return {party.aircraft_id for party in parties if party is not None}
