"""The steps of a plan's life after it was judged: confirm, activate, end, cancel, expire, and decisions by people."""

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec
import orjson
import structlog
from sqlmodel import Session

from airspace.decision import Decision, decision_to_dict, reason_to_dict
from airspace.lifecycle import (
    AIRBORNE,
    FINAL,
    OWNER_STEPS,
    IllegalTransition,
    OwnerAction,
    PlanState,
    move,
    step,
)
from airspace.timebase import from_scene_s, to_scene_s
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.flight_plans import FlightPlans, Prepared, illegal, retimed
from utm.overdue import EXTENSION_S, NOTICE_S, lasting
from utm.plan_obstacles import (
    GRANTED,
    Obstacle,
    exempt,
    ground_stops,
    readiness_late,
    refused_by_a_person,
    release,
    stopped_by,
    timing,
    unaccepted,
)
from utm.plan_records import Answer, amended, decode_authority, document, encode_authority, rfc3339
from utm.problems import Problem
from utm.security import Principal
from utm.sky import version_cells
from utm.store import plans
from utm.store.geometry_codec import decode as decode_geometry
from utm.store.geometry_codec import encode as encode_geometry
from utm.store.store import StoreUnavailableError
from utm.store.tables import FlightPlanRow

LANDED_AGAIN_S = 2.0
"""How long after a store could not keep that a flight landed it is asked again."""

_log = structlog.get_logger(__name__)


class Vehicles(Protocol):
    """What the bridge knows about the vehicle of an aircraft."""

    async def before_activation(self, aircraft_id: str, plan: FlightPlanRow) -> list[Obstacle]:
        """Return what the vehicle's link and loaded mission put in the way of flying this plan."""
        ...

    def airborne(self, aircraft_id: str) -> bool | None:
        """Tell whether the vehicle says it is in the air; None when it does not say."""
        ...


class PlanSteps:
    """Moves plans along the table of `airspace.lifecycle`."""

    def __init__(self, flight_plans: FlightPlans, vehicles: Vehicles) -> None:
        self._plans, self._vehicles = flight_plans, vehicles
        self._clock, self._store = flight_plans.clock, flight_plans.store
        self.confirmed: list[Callable[[Session, FlightPlanRow], None]] = []
        """Called in the job that keeps a report of readiness."""
        self.over: list[Callable[[Session, FlightPlanRow, str], None]] = []
        """Called in the job that ends, cancels, expires or otherwise finishes a plan, with its row and what finished it."""
        self.weather: Callable[[Prepared], list[Obstacle]] = lambda prepared: []
        """Set by the composition root: what the weather puts in the way of a flight that starts now."""
        self.planned_end_s: dict[str, float] = {}
        """When flights that are extended were to end, as first seen by this process."""
        self._pending_at: int | None = None
        self._pending_from_s = -math.inf

    # -- steps of the owner --------------------------------------------------------------------------------------------

    async def confirm(self, principal: Principal, plan_id: str) -> Answer:
        """Report readiness. Under a standing approval whose policy asks no lead time the release follows at once."""

        def job(session: Session) -> Answer:
            row = self._plans.editable(session, plan_id, principal)
            self._step(row, OwnerAction.CONFIRM)
            now, policy = self._clock.now(), self._plans.book.policy
            authority = decode_authority(row.authority)
            released = authority.released_at
            if released is None and authority.application in GRANTED and policy.readiness_lead_s == 0:
                self._plans.may_grant()
                released = now
            elif released is None and exempt(authority):
                released = now
            if authority.readiness_reported_at is None and readiness_late(row, policy, now):
                if policy.rules.late_readiness == "refuse":
                    raise Problem("readiness_too_late")
                authority = amended(authority, readiness_late=True)
            reported = authority.readiness_reported_at or now
            row.authority = encode_authority(
                msgspec.structs.replace(authority, readiness_reported_at=reported, released_at=released)
            )
            for listener in self.confirmed:
                listener(session, row)
            return self._keep(session, principal, row, "confirm", {"authority": row.authority})

        return await self._store.write(job)

    async def activate(self, principal: Principal, plan_id: str) -> Answer:
        """Judge the flight as it would start now, and start it; raises Problem 409 with everything in the way."""
        row = await self._store.read(lambda session: self._plans.editable(session, plan_id, principal))
        self._step(row, OwnerAction.ACTIVATE)
        obstacles = await self._vehicles.before_activation(row.aircraft_id, row)
        return await self._store.write(lambda session: self._activate(session, principal, plan_id, obstacles))

    async def end(self, principal: Principal, plan_id: str) -> Answer:
        """End a flight and free its airspace; refused while the vehicle itself says it is in the air."""

        def job(session: Session) -> Answer:
            row = self._plans.editable(session, plan_id, principal)
            self._step(row, OwnerAction.END)
            if self._vehicles.airborne(row.aircraft_id):
                raise Problem("still_airborne")
            return self._end(session, principal, row, "end")

        return await self._store.write(job)

    async def cancel(self, principal: Principal, plan_id: str) -> Answer:
        """Give up a plan that was not activated."""

        def job(session: Session) -> Answer:
            row = self._plans.editable(session, plan_id, principal)
            row.state = self._step(row, OwnerAction.CANCEL).value
            return self._keep(session, principal, row, "cancel", {})

        return await self._store.write(job)

    def cancel_in(self, session: Session, principal: Principal | None, plan_id: str, why: str) -> None:
        """Give up a plan inside a running job of the writer, with what it was kept for; one that is over stays so."""
        row = plans.get(session, plan_id)
        if row is not None and OwnerAction.CANCEL in OWNER_STEPS.get(PlanState(row.state), {}):
            row.state = self._step(row, OwnerAction.CANCEL).value
            self._keep(session, principal, row, "cancel", {"why": why})

    # -- decisions of people -------------------------------------------------------------------------------------------

    async def decide(
        self,
        principal: Principal,
        plan_id: str,
        *,
        accept: bool,
        reason: str | None,
        reference: str | None = None,
        offers: Sequence[Mapping[str, Any]] = (),
    ) -> Answer:
        """Accept or refuse a pending plan; accepting judges it again, because pending plans reserve nothing.

        `reference` is what the outside authority calls the application, where its system decided; `offers` are what is
        offered instead of a refused plan, before what the engine found.
        """

        def job(session: Session) -> Answer:
            row = self._plans.editable(session, plan_id, principal)
            if PlanState(row.state) is not PlanState.PENDING:
                raise illegal(IllegalTransition(PlanState(row.state), "accept" if accept else "refuse", ()))
            detail = {"accepted": accept, "reason": reason}
            authority = decode_authority(row.authority)
            if accept:
                self._plans.memory.make_current(session, version_cells(orjson.loads(row.h3_cells)))
                decision = self._judge_row(row, self._prepared(row))
                refusals = [item for item in decision.reasons if item.severity == "refuse"]
                if refusals:
                    raise self._in_the_way("plan_refused", decision, [])
                row.state = PlanState.APPROVED.value
                _hold_to(row, decision)
                decided = decision_to_dict(decision, 0.0)
            else:
                row.state = PlanState.REFUSED.value
                decided = orjson.loads(row.decision)
                decided["decided_at"] = rfc3339(self._clock.now())
                decided["reasons"].insert(0, refused_by_a_person(reason).as_reason() | {"rule": "decision"})
                decided["counter_offers"] = [*offers, *decided.get("counter_offers", [])]
            decided["outcome"] = row.state
            row.decision = orjson.dumps(decided).decode()
            said = {"decided_at": self._clock.now(), "decided_by": principal.subject, "reason": reason}
            authority = amended(authority, **said, reference=reference, policy_version=self._plans.book.policy.version)
            row.authority = encode_authority(msgspec.structs.replace(authority, application=row.state))
            return self._keep(session, principal, row, "decide", detail)

        return await self._store.write(job)

    async def release(self, principal: Principal, plan_id: str) -> Answer:
        """Mark the authority's release of an approved plan whose firm reported readiness."""

        def job(session: Session) -> Answer:
            row = self._plans.editable(session, plan_id, principal)
            authority = decode_authority(row.authority)
            if PlanState(row.state) is not PlanState.APPROVED:
                raise illegal(IllegalTransition(PlanState(row.state), "release", ()))
            if authority.readiness_reported_at is None:
                raise Problem("readiness_missing")
            released_at = authority.released_at or self._clock.now()
            row.authority = encode_authority(msgspec.structs.replace(authority, released_at=released_at))
            return self._keep(session, principal, row, "release", {"authority": row.authority})

        return await self._store.write(job)

    # -- the clock's and the picture's steps ---------------------------------------------------------------------------

    async def sweep(self) -> None:
        """Expire what was never activated in time, and extend the reservation of what has not landed yet."""
        now_s = to_scene_s(self._clock.now())
        limit_s = now_s - self._plans.book.policy.departure_tolerance_s
        live = self._plans.sky.all()
        expired = [plan.plan_id for plan in live if plan.state == "approved" and plan.starts_s < limit_s]
        overdue = [plan.plan_id for plan in live if plan.state != "approved" and plan.ends_s < now_s + NOTICE_S]
        if expired:
            await self._store.write(lambda session: self._expire(session, expired, limit_s))
        if overdue:
            await self._store.write(lambda session: self._extend(session, overdue, now_s))

    async def sweep_pending(self) -> None:
        """Expire pending plans whose departure has passed undecided."""
        limit_s = to_scene_s(self._clock.now()) - self._plans.book.policy.departure_tolerance_s
        stamp = self._store.stamp()
        if stamp == self._pending_at and limit_s <= self._pending_from_s:
            return  # nothing was committed since the last look, and none that was pending then is overdue
        self._pending_from_s = await self._store.read(plans.first_pending_s)
        self._pending_at = stamp
        if limit_s <= self._pending_from_s:
            return
        waiting = await self._store.read(lambda session: plans.pending_before(session, limit_s))
        if waiting:
            await self._store.write(lambda session: self._expire(session, waiting, limit_s))

    async def landed(self, aircraft_id: str) -> None:
        """End the flight of an aircraft that was in the air and is confirmed on the ground with motors off."""
        flying = [
            plan.plan_id for plan in self._plans.sky.of_aircraft(aircraft_id) if PlanState(plan.state) in AIRBORNE
        ]
        while flying:  # the landing is told once: a store that cannot commit now must not lose it
            try:
                await self._store.write(lambda session: self._end_landed(session, flying))
            except StoreUnavailableError as error:
                _log.warning("landing_not_stored", plans=flying, reason=str(error))
                await asyncio.sleep(LANDED_AGAIN_S)
            else:
                return

    async def conformance(self, plan_id: str, state: PlanState) -> None:
        """Follow the picture's judgement: activated to nonconforming and back, or on to contingent."""

        def job(session: Session) -> None:
            row = plans.get(session, plan_id)
            if row is None or isinstance(move(PlanState(row.state), state), IllegalTransition):
                return
            row.state = state.value
            self._keep(session, None, row, "conformance", {})

        await self._store.write(job)

    # -- jobs ----------------------------------------------------------------------------------------------------------

    def _activate(self, session: Session, principal: Principal, plan_id: str, obstacles: list[Obstacle]) -> Answer:
        row = self._plans.editable(session, plan_id, principal)
        state = self._step(row, OwnerAction.ACTIVATE)
        book, now = self._plans.book, self._clock.now()
        prepared = self._prepared(row)
        found = [
            *obstacles,
            *timing(row, book.policy, now),
            *ground_stops(iter(book.ground_stops.values()), prepared, now),
            *release(row, book.policy),
        ]
        late_s = to_scene_s(now) - row.departure_s
        if 0 < late_s <= book.policy.departure_tolerance_s:
            prepared = retimed(prepared, late_s, now)
        found += self.weather(prepared)
        self._plans.memory.make_current(session, version_cells(prepared.h3_cells))
        decision = self._judge_row(row, prepared)
        standing = [item for item in found if item.severity == "refuse"]
        if standing or decision.outcome == "refused" or unaccepted(row, decision):
            decision = self._with_offers(row, prepared, decision, standing)
            raise self._in_the_way("activation_refused", decision, found, row)
        _warn(row, found)
        self._end_continued(session, row)
        self._take_times(row, prepared)
        _hold_to(row, decision)
        row.state = state.value
        row.activated_at = rfc3339(now)
        row.version += 1
        authority = decode_authority(row.authority)
        row.authority = encode_authority(
            msgspec.structs.replace(
                authority,
                readiness_reported_at=authority.readiness_reported_at or now,
                released_at=authority.released_at or now,
            )
        )
        return self._keep(session, principal, row, "activate", {"late_s": max(0.0, late_s)})

    def _with_offers(
        self, row: FlightPlanRow, prepared: Prepared, decision: Decision, found: list[Obstacle]
    ) -> Decision:
        """Return the decision with ways to fly later or otherwise, to be taken by modifying the plan.

        There are none while something stands in the way that no other departure, height or route gets rid of.
        """
        if any(item.code not in ("departure_missed", "ground_stop") for item in found):
            return decision
        now = self._clock.now()
        stops = [stop.until for stop in self._plans.book.ground_stops.values() if stopped_by(stop, prepared, now)]
        return self._plans.judge(
            row.organisation_id,
            None,
            prepared,
            plan_id=row.plan_id,
            was_entitled=True,
            offers=True,
            not_before=max([now, *stops]) if found else None,
        )

    def _expire(self, session: Session, plan_ids: list[str], limit_s: float) -> None:
        for plan_id in plan_ids:
            row = plans.get(session, plan_id)
            if row is None or row.starts_s >= limit_s:  # moved to a later time since the sweep looked
                continue
            if not isinstance(move(PlanState(row.state), PlanState.EXPIRED), IllegalTransition):
                row.state = PlanState.EXPIRED.value
                self._keep(session, None, row, "expire", {})

    def _extend(self, session: Session, plan_ids: list[str], now_s: float) -> None:
        """Keep the last place of flights that have not landed reserved: they hover there as far as the sky knows."""
        until_s = now_s + EXTENSION_S
        for plan_id in plan_ids:
            row = plans.get(session, plan_id)
            if row is None or PlanState(row.state) not in AIRBORNE or row.ends_s >= now_s + NOTICE_S:
                continue
            self.planned_end_s.setdefault(plan_id, row.ends_s)
            row.geometry = encode_geometry(lasting(decode_geometry(row.geometry), row.ends_s, until_s))
            row.ends_s = until_s
            self._keep(session, None, row, "extend", {"until": rfc3339(from_scene_s(until_s))})

    def _end_landed(self, session: Session, plan_ids: list[str]) -> None:
        for plan_id in plan_ids:
            row = plans.get(session, plan_id)
            if row is not None and PlanState(row.state) in AIRBORNE:
                self._end(session, None, row, "landed")

    def _end(self, session: Session, principal: Principal | None, row: FlightPlanRow, action: str) -> Answer:
        row.state = PlanState.ENDED.value
        row.ended_at = rfc3339(self._clock.now())
        return self._keep(session, principal, row, action, {})

    def make_contingent(
        self, session: Session, principal: Principal | None, row: FlightPlanRow, detail: dict[str, Any]
    ) -> None:
        """Move a flight that is flown to contingent, inside the job that reserves what it needs."""
        following = move(PlanState(row.state), PlanState.CONTINGENT)
        if isinstance(following, IllegalTransition):
            raise illegal(following)
        row.state = following.value
        self._keep(session, principal, row, "contingent", detail)

    def withdraw(self, session: Session, row: FlightPlanRow, why: str) -> None:
        """Withdraw an approved plan for the operations centre, inside the running job."""
        following = move(PlanState(row.state), PlanState.WITHDRAWN)
        if isinstance(following, IllegalTransition):
            raise illegal(following)
        row.state, row.version = following.value, row.version + 1
        self._keep(session, None, row, "withdraw", {"why": why})

    def _end_continued(self, session: Session, row: FlightPlanRow) -> None:
        """End the contingency of an aircraft that goes on under a new approved plan, with the plan it failed on."""
        for live in self._plans.sky.of_aircraft(row.aircraft_id):
            if live.plan_id == row.plan_id or live.state != PlanState.CONTINGENT:
                continue
            former = plans.get(session, live.plan_id)
            if former is not None:
                self._end(session, None, former, f"continued:{row.plan_id}")

    # -- shared --------------------------------------------------------------------------------------------------------

    def _step(self, row: FlightPlanRow, action: OwnerAction) -> PlanState:
        following = step(PlanState(row.state), action)
        if isinstance(following, IllegalTransition):
            raise illegal(following)
        return following

    def _keep(
        self, session: Session, principal: Principal | None, row: FlightPlanRow, action: str, detail: dict[str, Any]
    ) -> Answer:
        row.updated_at = rfc3339(self._clock.now())
        changed = {name: getattr(row, name) for name in _CHANGED_BY_STEPS}
        plans.update(session, row.plan_id, changed)
        self._plans.audit(session, principal, action, row, detail)
        self._plans.reserve(session, row)
        if PlanState(row.state) in FINAL:
            self.planned_end_s.pop(row.plan_id, None)
            for listener in self.over:
                listener(session, row, action)
        return Answer(200, document(row))

    def _prepared(self, row: FlightPlanRow) -> Prepared:
        """Compile the stored body again, as it was filed."""
        body = orjson.loads(row.body)
        parsed = validate(body, FlightPlanBody)
        aircraft = self._plans.fleet.get(row.aircraft_id)
        if aircraft is None:
            raise LookupError(f"the plan {row.plan_id} names the aircraft {row.aircraft_id}, which is gone")
        return self._plans.compiled(aircraft, body, parsed)

    def _judge_row(self, row: FlightPlanRow, prepared: Prepared) -> Decision:
        return self._plans.judge(
            row.organisation_id,
            None,
            prepared,
            plan_id=row.plan_id,
            was_entitled=True,
            filed_at=datetime.fromisoformat(row.created_at),
        )

    def _take_times(self, row: FlightPlanRow, prepared: Prepared) -> None:
        row.body = orjson.dumps(prepared.body).decode()
        row.departure_s = to_scene_s(prepared.parsed.departure_at)
        row.starts_s, row.ends_s = prepared.starts_s, prepared.ends_s
        row.geometry = encode_geometry(prepared.geometry)
        row.volumes = self._plans.volumes_json(prepared.path)

    def _in_the_way(
        self, code: str, decision: Decision, obstacles: list[Obstacle], row: FlightPlanRow | None = None
    ) -> Problem:
        shown = decision_to_dict(decision, 0.0)
        shown["outcome"] = "refused"
        standing = [item for item in shown["reasons"] if item["severity"] == "refuse"]
        standing += [] if row is None else [reason_to_dict(item) for item in unaccepted(row, decision)]
        shown["reasons"] = [*(item.as_reason() for item in obstacles), *shown["reasons"]]
        first = obstacles[0] if obstacles else None
        detail = first.detail if first else (standing[0]["detail"] if standing else None)
        detail_zh = first.detail_zh if first else (standing[0]["detail_zh"] if standing else None)
        return Problem(code, detail, detail_zh, extra={"decision": shown})


_CHANGED_BY_STEPS = (
    "state", "version", "departure_s", "starts_s", "ends_s", "body", "decision", "authority", "volumes", "geometry",
    "updated_at", "activated_at", "ended_at", "horizontal_m", "vertical_m", "time_buffer_s", "policy_version",
)  # fmt: skip


def _warn(row: FlightPlanRow, found: list[Obstacle]) -> None:
    """Write what was found of the vehicle and does not keep it on the ground into the plan's decision."""
    if found:
        decided = orjson.loads(row.decision)
        decided["reasons"] += [item.as_reason() | {"rule": "vehicle"} for item in found]
        row.decision = orjson.dumps(decided).decode()


def _hold_to(row: FlightPlanRow, decision: Decision) -> None:
    """Keep what the plan is held to from this judgement on: minima can have changed with the rules since it was filed."""
    row.policy_version = decision.policy_version
    if decision.separation is not None:
        row.horizontal_m = decision.separation.horizontal_m
        row.vertical_m = decision.separation.vertical_m
        row.time_buffer_s = decision.separation.time_buffer_s
