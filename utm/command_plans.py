"""The plans that orders are about: the new plan of a reroute, the plan whose mission is uploaded, the fence's route."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlmodel import Session

from airspace.decision import decision_to_dict
from airspace.geometry4d import Trajectory4D
from airspace.lifecycle import IllegalTransition, PlanState, move
from airspace.timebase import to_scene_s
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.command_effect_values import Effect, Route, Target, impossible
from utm.command_values import Command, CommandRequest
from utm.command_volumes import Spot
from utm.flight_plans import FlightPlans, Prepared
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found
from utm.security import Principal
from utm.sky import LivePlan
from utm.store import plans
from utm.store.tables import FlightPlanRow

FURTHEST_START_M: Final = 2_000.0
"""How far from the vehicle the new plan of a reroute may begin (ours)."""
_WITH_PLAN: Final = frozenset({"reroute", "upload_plan", "upload_geofence"})


@dataclass(frozen=True, slots=True)
class PlanWork:
    """The plan an order is about: filed already (`plan_id`), or to be filed with the order (`prepared`)."""

    flight: Trajectory4D
    plan_id: str | None
    prepared: Prepared | None
    route: Route | None


class CommandPlans:
    """Finds, files and steps the plans of orders."""

    def __init__(self, flight_plans: FlightPlans) -> None:
        self._plans = flight_plans

    def prepare(self, principal: Principal | None, request: CommandRequest, target: Target) -> PlanWork | None:
        """Return the plan an order is about, None for an order about none; raises Problem 404, 409, 422."""
        if request.type not in _WITH_PLAN:
            return None
        if request.type == "upload_plan" and target.link.landed is False:
            raise impossible("The vehicle is in the air: use reroute.", "航空器在空中，请改用 reroute。")
        if request.type == "reroute" and target.plan is None:
            raise impossible("The vehicle flies no plan that could be changed.", "航空器没有正在执行的计划。")
        body = request.params.get("plan")
        if body is not None and request.type == "reroute":
            return self._new(principal, body, target)
        return self._filed(request, target)

    def _new(self, principal: Principal | None, body: Mapping[str, Any], target: Target) -> PlanWork:
        filed = {**body, "aircraft_id": target.aircraft.aircraft_id}
        parsed = validate(filed, FlightPlanBody, "/plan")
        if principal is not None:
            prepared = self._plans.prepare(principal, filed, parsed)
        else:
            prepared = self._plans.compiled(target.aircraft, filed, parsed)
        flight = prepared.geometry
        if not isinstance(flight, Trajectory4D):
            raise _no_mission()
        return PlanWork(flight, None, prepared, self._route(flight, target))

    def _filed(self, request: CommandRequest, target: Target) -> PlanWork:
        plan = self._named(request, target)
        if not isinstance(plan.geometry, Trajectory4D):
            raise _no_mission()
        route = None
        if request.type == "reroute":
            if plan.state != PlanState.APPROVED.value:
                raise impossible(
                    f"The plan is {plan.state}, not approved.", f"计划处于 {plan.state} 状态，并非已批准。"
                )
            route = self._route(plan.geometry, target)
        return PlanWork(plan.geometry, plan.plan_id, None, route)

    def _named(self, request: CommandRequest, target: Target) -> LivePlan:
        plan_id = request.params.get("plan_id")
        own = self._plans.sky.of_aircraft(target.aircraft.aircraft_id)
        if plan_id is None and request.type != "reroute":
            if not own:
                raise impossible("The aircraft has no approved plan.", "该航空器没有已批准的计划。")
            return target.plan or own[0]
        for plan in own:
            if plan.plan_id == plan_id:
                return plan
        raise not_found("live plan of this aircraft", "该航空器的有效计划", str(plan_id))

    def _route(self, flight: Trajectory4D, target: Target) -> Route:
        """Return where the new plan begins; raises Problem 409 where the vehicle cannot be there in time."""
        if target.motion is None:
            raise impossible("Its position is not known.", "其位置未知。")
        x_m, y_m, z_m, departs_s = flight.segments[0, 0:4].tolist()
        away_m = math.dist((x_m, y_m), (target.motion.at.x_m, target.motion.at.y_m))
        if away_m > FURTHEST_START_M:
            raise impossible(
                f"The new plan begins {away_m:.0f} m from the vehicle; let it begin where the vehicle is.",
                f"新计划起点距航空器 {away_m:.0f} 米；请从航空器当前位置开始。",
            )
        needs_s = away_m / max(1.0, target.motion.cruise_mps)
        left_s = departs_s - target.motion.now_s
        if left_s < needs_s:
            raise impossible(
                f"The vehicle needs {needs_s:.0f} s to where the new plan begins, and has {max(0.0, left_s):.0f} s.",
                f"航空器到达新计划起点需 {needs_s:.0f} 秒，仅剩 {max(0.0, left_s):.0f} 秒。",
            )
        return Route(Spot(x_m, y_m, z_m), departs_s)

    def with_decision(self, effect: Effect, work: PlanWork, principal: Principal | None) -> Effect:
        """Return the effect with the judgement of the new plan, filed nowhere yet."""
        assert work.prepared is not None
        flying = self._flying(work.prepared.aircraft.aircraft_id)
        firm = work.prepared.aircraft.organisation_id
        decision = self._plans.judge(firm, principal, work.prepared, plan_id=flying, was_entitled=True, offers=True)
        reasons = tuple(item for item in decision.reasons if item.severity != "warning")
        return replace(effect, reasons=(*effect.reasons, *reasons), plan=decision_to_dict(decision, 0.0))

    def _flying(self, aircraft_id: str) -> str | None:
        own = self._plans.sky.of_aircraft(aircraft_id)
        return next((plan.plan_id for plan in own if plan.state != PlanState.APPROVED.value), None)

    def keep(
        self, session: Session, principal: Principal | None, work: PlanWork, effect: Effect, target: Target
    ) -> tuple[str, Effect]:
        """File the new plan where there is one; return its id. Raises Problem 409 `plan_refused` with the decision."""
        if work.prepared is None:
            assert work.plan_id is not None
            return work.plan_id, effect
        assert target.plan is not None
        row, decision = self._plans.file_continuation(session, principal, target.plan.plan_id, work.prepared)
        shown = decision_to_dict(decision, 0.0)
        if decision.outcome != "approved":
            first = next(item for item in decision.reasons if item.severity != "warning")
            raise Problem("plan_refused", first.detail, first.detail_zh, extra={"decision": shown})
        return row.plan_id, replace(effect, plan=shown)

    # -- outcomes ------------------------------------------------------------------------------------------------------

    def refused(self, session: Session, command: Command) -> None:
        """Give up the plan that was filed for a reroute the vehicle did not take."""
        if command.type != "reroute" or "plan" not in command.params or command.new_plan_id is None:
            return
        row = plans.get(session, command.new_plan_id)
        if row is not None:
            self._step(session, row, PlanState.CANCELLED, command)

    def confirmed(self, session: Session, command: Command) -> None:
        """Let the flight go on under its new plan: the old one ends, the new one is activated, in one transaction."""
        if command.type != "reroute" or command.new_plan_id is None:
            return
        old = None if command.plan_id is None else plans.get(session, command.plan_id)
        if old is not None:
            self._step(session, old, PlanState.ENDED, command)
        new = plans.get(session, command.new_plan_id)
        if new is not None:
            self._step(session, new, PlanState.ACTIVATED, command)

    def _step(self, session: Session, row: FlightPlanRow, state: PlanState, command: Command) -> None:
        if isinstance(move(PlanState(row.state), state), IllegalTransition):
            return
        now = rfc3339(self._plans.clock.now())
        row.state, row.updated_at = state.value, now
        if state is PlanState.ACTIVATED:
            row.activated_at = now
            row.version += 1
        if state is PlanState.ENDED:
            row.ended_at = now
        names = ("state", "updated_at", "activated_at", "ended_at", "version")
        plans.update(session, row.plan_id, {name: getattr(row, name) for name in names})
        self._plans.audit(session, None, "command", row, {"command_id": command.command_id, "type": command.type})
        self._plans.reserve(session, row)

    def late(self, route: Route) -> bool:
        """Tell whether the departure of a new plan lies further back than a departure may."""
        now_s = to_scene_s(self._plans.clock.now())
        return now_s - route.departs_s > self._plans.book.policy.departure_tolerance_s


def _no_mission() -> Problem:
    return impossible("A plan of volumes has no mission.", "体积类计划没有可上传的任务。")
