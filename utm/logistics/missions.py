"""Missions: flights booked whole, and what becomes of them.

    held ──confirm──> booked ──fly──> flying ──land──> completed
      └─lapse─> expired  │               └──fail──> failed
    (held, booked) ──give up──> cancelled

A mission follows its flight plan: activated it flies, ended it is completed (or failed, where the flight was contingent),
cancelled, withdrawn, refused or expired it is given up, and what it kept is free again in the same transaction.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import orjson
from sqlmodel import Session

from airspace.geometry4d import PlanGeometry, Trajectory4D
from airspace.lifecycle import PlanState
from airspace.timebase import from_scene_s, to_scene_s
from utm.api.flight_plan_models import FlightPlanBody
from utm.flight_plans import FlightPlans
from utm.ids import new_id
from utm.logistics import tours
from utm.logistics.bookings import Needs, Resources, alternate_event
from utm.logistics.living_missions import Living, LivingMissions
from utm.plan_records import Answer, document, rfc3339
from utm.plan_steps import PlanSteps
from utm.problems import Problem, not_found
from utm.security import Principal, may_edit_of, may_read_of, visible_organisation
from utm.store import contingencies, logistics, plans
from utm.store.backlog import write_at_last
from utm.store.journal import audit_of, record_audit
from utm.store.logistics_tables import BatteryRow, CarrierRow, MissionRow
from utm.store.store import on_undo
from utm.store.tables import FlightPlanRow

KIND: Final = "mission"
HELD, BOOKED, FLYING = "held", "booked", "flying"
ALIVE: Final = frozenset({HELD, BOOKED, FLYING})
LONGEST_HOLD_S: Final = 300.0
BROUGHT_BACK: Final = "brought_back"
"""The cause of a flight that failed on its way and came home with its load."""
_DEFAULT_TURN_S: Final = 120.0
_GIVEN_UP: Final = frozenset({"cancelled", "withdrawn", "refused", "expired"})
_SOON_DOWN_S: Final = 30.0
"""How much longer a flight that is past its planned end is taken to last (ours)."""


class BookingRefused(Problem):
    """A booking that cannot be had: every reason, the counter-offers of the plan, and when each resource is free."""


@dataclass(frozen=True, slots=True)
class Booking:
    """What is to be booked beside the plan."""

    needs: Needs = field(default_factory=Needs)
    order_id: str | None = None
    kind: str = "delivery"
    hold_s: float | None = None
    why: dict[str, Any] | None = None


OnChange = Callable[[Session, MissionRow, str | None], None]
"""Told, inside the transaction, of a mission that changed, with the cause where it did not go as booked."""


class MissionDesk:
    """Books missions and follows them (a `utm.memory.Keeper` of kind "mission", loaded after the plans)."""

    def __init__(self, flight_plans: FlightPlans, plan_steps: PlanSteps) -> None:
        self._plans, self._steps = flight_plans, plan_steps
        self._clock, self._store = flight_plans.clock, flight_plans.store
        self.resources = Resources(flight_plans)
        self._living = LivingMissions(lambda: flight_plans.sky)
        self.on_change: list[OnChange] = []

    # -- requests ------------------------------------------------------------------------------------------------------

    async def book(
        self, principal: Principal, body: dict[str, Any], parsed: FlightPlanBody, booking: Booking
    ) -> dict[str, Any]:
        """Book a flight whole; return the mission, durable. Raises BookingRefused, and Problem as filing does."""
        prepared = self._plans.prepare(principal, body, parsed)

        def job(session: Session) -> dict[str, Any]:
            return self.book_in(session, principal, prepared, booking)

        return await self._store.write(job)

    def book_in(self, session: Session, principal: Principal, prepared: Any, booking: Booking) -> dict[str, Any]:
        """Book inside a running job of the writer; a raise undoes all of it."""
        firm = prepared.aircraft.organisation_id
        self.resources.check_named(session, firm, booking.needs)
        carrier = logistics.get(session, CarrierRow, prepared.aircraft.aircraft_id)
        if carrier is not None and carrier.state != "available":
            raise Problem("carrier_unavailable")
        turn_s = _DEFAULT_TURN_S if carrier is None else carrier.turn_s
        refusal = self.resources.refusal(session, prepared, booking.needs, turn_s)
        if refusal is not None:
            raise _refused(*refusal)
        answer = self._plans.file_in(session, principal, prepared)
        if answer.document["state"] != "approved":
            decision = orjson.loads(orjson.dumps(answer.document["decision"]))
            raise _refused(decision["reasons"], decision["counter_offers"])
        mission = self._row(answer, prepared, firm, booking)
        logistics.insert(session, mission)
        self.resources.keep(session, mission, prepared, turn_s)
        self._changed(session, principal, mission, "book", {"plan_id": mission.plan_id, "order_id": mission.order_id})
        return mission_document(mission) | {"plan": answer.document}

    async def confirm(self, principal: Principal, mission_id: str) -> dict[str, Any]:
        """Make a held booking firm; raises Problem 409 when it has lapsed or is none."""

        def job(session: Session) -> dict[str, Any]:
            row = self._editable(session, principal, mission_id)
            if row.state == BOOKED:
                return mission_document(row)
            if row.state != HELD or (row.held_until_s or 0.0) <= to_scene_s(self._clock.now()):
                raise _illegal(row, "confirm")
            self._plans.may_grant()
            self._set(session, principal, row, "confirm", state=BOOKED, held_until_s=None)
            return mission_document(row)

        return await self._store.write(job)

    async def cancel(self, principal: Principal, mission_id: str) -> dict[str, Any]:
        """Give a mission up before it flies; its plan is cancelled and everything it kept is free."""

        def job(session: Session) -> dict[str, Any]:
            row = self._editable(session, principal, mission_id)
            self.cancel_in(session, principal, row, "cancelled_by_firm")
            return mission_document(row)

        return await self._store.write(job)

    def cancel_in(self, session: Session, principal: Principal | None, row: MissionRow, cause: str) -> None:
        """Give a mission up inside a running job; raises Problem 409 when it flies or is over."""
        if row.state not in (HELD, BOOKED):
            raise _illegal(row, "cancel")
        self._steps.cancel_in(session, principal, row.plan_id, cause)
        self._give_up(session, row, "cancelled", cause)

    def drop_in(self, session: Session, row: MissionRow, cause: str) -> None:
        """Give a booked mission up inside a running job and nothing beside it; one that is none any more stays as it is."""
        fresh = logistics.get(session, MissionRow, row.mission_id)
        if fresh is None or fresh.state not in (HELD, BOOKED):
            return
        self._steps.cancel_in(session, None, fresh.plan_id, cause)
        logistics.release(session, fresh.mission_id)
        self._set(session, None, fresh, "give_up", state="cancelled", cause=cause)
        self._tell(session, fresh, cause)

    def give_up_planned(self, session: Session, mission_id: str, cause: str) -> bool:
        """Give up a booked mission of the planner, with what it makes pointless; False for any other."""
        row = logistics.get(session, MissionRow, mission_id)
        if row is None or row.state != BOOKED or row.why is None:
            return False
        self.cancel_in(session, None, row, cause)
        return True

    def sites_closed(self, session: Session, keys: Collection[str]) -> None:
        """Give up the planner's missions whose pad is not open any more; `keys` are those of the pads' bookings."""
        for key in sorted(keys):
            mission_id = key.removeprefix("alternate:") if key.startswith("alternate:") else self.of_plan(key)
            if mission_id is not None:
                self.give_up_planned(session, mission_id, "airspace_closed")

    async def get(self, principal: Principal, mission_id: str) -> dict[str, Any]:
        """Return a mission with its plan; raises Problem 404 for one the caller may not see."""

        def job(session: Session) -> dict[str, Any]:
            row = self.readable(session, principal, mission_id)
            plan = plans.get(session, row.plan_id)
            return mission_document(row) | {"plan": None if plan is None else document(plan)}

        return await self._store.read(job)

    def readable(self, session: Session, principal: Principal, mission_id: str) -> MissionRow:
        """Return a mission's row if the caller may read it; raises Problem 404 otherwise."""
        row = logistics.get(session, MissionRow, mission_id, visible_organisation(principal))
        if row is None or not may_read_of(principal, row.organisation_id):
            raise not_found("mission", "任务", mission_id)
        return row

    # -- what becomes of them ------------------------------------------------------------------------------------------

    def of_plan(self, plan_id: str) -> str | None:
        """Return the living mission that flies by a plan."""
        return self._living.of_plan(plan_id)

    def plan_of(self, mission_id: str | None) -> str | None:
        """Return the plan that a living mission flies by."""
        return None if mission_id is None else self._living.plan_of(mission_id)

    async def follow(self, plan_id: str) -> None:
        """Bring the mission of a plan to what the plan's state says."""
        if self._living.of_plan(plan_id) is not None:
            await write_at_last(self._store, lambda session: self._follow(session, plan_id), f"mission of {plan_id}")

    async def sweep(self) -> None:
        """Give back bookings that were held and not confirmed in time."""
        if not self._living.any_held:
            return
        now_s = to_scene_s(self._clock.now())

        def lapsed(session: Session) -> list[MissionRow]:
            held = logistics.missions_where(session, states=[HELD])
            return [row for row in held if row.held_until_s is not None and row.held_until_s <= now_s]

        found = await self._store.read(lapsed)

        def job(session: Session) -> None:
            for row in found:
                self._lapse(session, row.mission_id, now_s)

        if found:
            await self._store.write(job)

    def _lapse(self, session: Session, mission_id: str, now_s: float) -> None:
        row = logistics.get(session, MissionRow, mission_id)
        if row is None or row.state != HELD or row.held_until_s is None or row.held_until_s > now_s:
            return
        self._steps.cancel_in(session, None, row.plan_id, "booking not confirmed in time")
        self._give_up(session, row, "expired", "hold_lapsed")

    def _follow(self, session: Session, plan_id: str) -> None:
        plan = plans.get(session, plan_id)
        for row in logistics.missions_where(session, plan_id=plan_id, states=ALIVE):
            state = "cancelled" if plan is None else plan.state
            if state in _GIVEN_UP:
                self._give_up(session, row, "expired" if state == "expired" else "cancelled", f"plan_{state}")
            elif plan is not None and plan.state in _AIRBORNE and row.state == BOOKED:
                took_off_s = _seconds(plan.activated_at)
                self._set(session, None, row, "fly", state=FLYING, took_off_s=took_off_s)
                self._tell(session, row, None)
            elif plan is not None and plan.state == PlanState.ENDED:
                failed = _how_it_failed(session, plan_id) or _sent_elsewhere(plan, row)
                self._land(session, row, _seconds(plan.ended_at), failed)
            elif plan is not None and row.state == FLYING:
                self._lasts(session, row, plan)
            elif plan is not None:
                self._moved(session, row, plan.starts_s, plan.ends_s)

    def _moved(self, session: Session, row: MissionRow, departs_s: float, arrives_s: float) -> None:
        """Follow a plan that was re-timed before it flies: what the mission keeps moves with it."""
        if (row.departs_s, row.arrives_s) == (departs_s, arrives_s):
            return
        logistics.shift(session, row.mission_id, departs_s - row.departs_s, arrives_s - row.arrives_s)
        self._set(session, None, row, "retime", departs_s=departs_s, arrives_s=arrives_s)
        self._tell(session, row, None)
        self._make_room(session, row, arrives_s)

    def _lasts(self, session: Session, row: MissionRow, plan: FlightPlanRow) -> None:
        """Follow a flight that began later than planned, or that should have landed by now and has not."""
        planned_s = self._steps.planned_end_s.get(plan.plan_id, plan.ends_s)
        now_s = to_scene_s(self._clock.now())
        # Half a minute before its end every flight is extended, so that no gap opens: only past its end is it late.
        arrives_s = planned_s if now_s < planned_s else now_s + _SOON_DOWN_S
        if arrives_s <= row.arrives_s:
            return
        self._set(session, None, row, "retime", arrives_s=arrives_s)
        self._tell(session, row, None)
        self._make_room(session, row, arrives_s)

    def _make_room(self, session: Session, row: MissionRow, arrives_s: float) -> None:
        """Keep what a later flight needs longer, and give up what cannot follow it any more."""
        carrier = logistics.get(session, CarrierRow, row.aircraft_id)
        free_s = arrives_s + (_DEFAULT_TURN_S if carrier is None else carrier.turn_s)
        tolerance_s = self._plans.book.policy.departure_tolerance_s
        tours.too_late(session, row, free_s, tolerance_s, self.drop_in)
        logistics.extend(session, row.mission_id, free_s)
        tours.mend(session, row.aircraft_id, self.drop_in)

    def _land(self, session: Session, row: MissionRow, landed_s: float | None, cause: str | None) -> None:
        state = "completed" if cause is None else "failed"
        logistics.release(session, row.mission_id)
        flown_s = 0.0 if landed_s is None or row.took_off_s is None else max(0.0, landed_s - row.took_off_s)
        carrier = logistics.get(session, CarrierRow, row.aircraft_id)
        if carrier is not None:
            values: dict[str, Any] = {"flown_s": carrier.flown_s + flown_s}
            if cause is None and row.destination_site_id is not None:
                values["site_id"] = row.destination_site_id
            logistics.update(session, CarrierRow, row.aircraft_id, values)
        if row.battery_id is not None:
            _used(session, row.battery_id)
        self._set(session, None, row, "land", state=state, landed_s=landed_s, cause=cause)
        self._tell(session, row, cause)
        if cause is not None:
            tours.mend(session, row.aircraft_id, self.drop_in)

    def _give_up(self, session: Session, row: MissionRow, state: str, cause: str) -> None:
        logistics.release(session, row.mission_id)
        self._set(session, None, row, "give_up", state=state, cause=cause)
        self._tell(session, row, cause)
        tours.without_purpose(session, row, self.drop_in)
        tours.mend(session, row.aircraft_id, self.drop_in)

    # -- records -------------------------------------------------------------------------------------------------------

    def _row(self, answer: Answer, prepared: Any, firm: str, booking: Booking) -> MissionRow:
        now = self._clock.now()
        parsed: FlightPlanBody = prepared.parsed
        hold_s = None if booking.hold_s is None else min(booking.hold_s, LONGEST_HOLD_S)
        return MissionRow(
            mission_id=new_id("ms"),
            organisation_id=firm,
            kind=booking.kind,
            state=BOOKED if hold_s is None else HELD,
            version=1,
            plan_id=answer.document["plan_id"],
            order_id=booking.order_id,
            aircraft_id=prepared.aircraft.aircraft_id,
            battery_id=booking.needs.battery_id,
            crew_id=booking.needs.crew_id,
            origin_site_id=parsed.origin_site_id,
            destination_site_id=parsed.destination_site_id,
            alternate_site_id=booking.needs.alternate_site_id,
            departs_s=prepared.starts_s,
            arrives_s=prepared.ends_s,
            length_m=length_m(prepared.geometry),
            energy_wh=booking.needs.energy_wh,
            why=None if booking.why is None else orjson.dumps(booking.why).decode(),
            held_until_s=None if hold_s is None else to_scene_s(now + timedelta(seconds=hold_s)),
            created_at=rfc3339(now),
            updated_at=rfc3339(now),
        )

    def _set(self, session: Session, principal: Principal | None, row: MissionRow, action: str, **values: Any) -> None:
        values |= {"version": row.version + 1, "updated_at": rfc3339(self._clock.now())}
        for name, value in values.items():
            setattr(row, name, value)
        logistics.update(session, MissionRow, row.mission_id, values)
        self._changed(session, principal, row, action, {"cause": row.cause})

    def _changed(
        self, session: Session, principal: Principal | None, row: MissionRow, action: str, detail: dict[str, Any]
    ) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor="system" if principal is None else principal.subject,
            organisation_id=row.organisation_id,
            action=f"mission.{action}",
            object_kind=KIND,
            object_id=row.mission_id,
            detail={"state": row.state, **detail},
        )
        self._plans.memory.note(session, KIND, row.mission_id)
        on_undo(session, self._remember(row))

    def _tell(self, session: Session, row: MissionRow, cause: str | None) -> None:
        for listener in self.on_change:
            listener(session, row, cause)

    def _editable(self, session: Session, principal: Principal, mission_id: str) -> MissionRow:
        row = self.readable(session, principal, mission_id)
        if not may_edit_of(principal, row.organisation_id):
            raise not_found("mission", "任务", mission_id)
        return row

    # -- Keeper --------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Read every living mission, and keep the pads of their alternates."""
        self._living.forget()
        for row in logistics.missions_where(session, states=ALIVE):
            self._remember(row)

    def refresh(self, session: Session, ref: str) -> None:
        """Read one mission again."""
        row = logistics.get(session, MissionRow, ref)
        if row is not None:
            self._remember(row)

    def _remember(self, row: MissionRow) -> Callable[[], None]:
        living = None
        if row.state in ALIVE:
            site_id = row.alternate_site_id
            event = alternate_event(row.mission_id, row.aircraft_id, row.arrives_s)
            alternate = None if site_id is None else (site_id, event)
            living = Living(row.mission_id, row.plan_id, row.state == HELD, alternate)
        return self._living.put(row.mission_id, living)


_AIRBORNE = frozenset({PlanState.ACTIVATED, PlanState.NONCONFORMING, PlanState.CONTINGENT})


def _how_it_failed(session: Session, plan_id: str) -> str | None:
    """Return the cause of a flight that was ever declared contingent, as its audit trail has it; None for any other."""
    if not any(orjson.loads(line.detail).get("state") == "contingent" for line in audit_of(session, plan_id)):
        return None
    done = [row.manoeuvre for row in contingencies.of_plan(session, plan_id) if row.state in ("open", "ended")]
    return BROUGHT_BACK if done and done[-1] == "rtl" else "contingency"


def _sent_elsewhere(plan: FlightPlanRow, row: MissionRow) -> str | None:
    """Return the cause of a flight that an order sent to another place than its mission's; None for any other."""
    body = orjson.loads(plan.body)
    ordered = "ordered_by_command" in (body.get("remarks") or {})
    return "ordered_elsewhere" if ordered and body.get("destination_site_id") != row.destination_site_id else None


def _used(session: Session, battery_id: str) -> None:
    battery = logistics.get(session, BatteryRow, battery_id)
    if battery is not None:
        cycles = battery.cycles + 1
        state = "retired" if cycles >= battery.cycles_max else battery.state
        logistics.update(session, BatteryRow, battery_id, {"cycles": cycles, "state": state})


def length_m(geometry: PlanGeometry) -> float:
    """Return how far a trajectory goes over ground; 0 for volumes, which say nothing of it."""
    if not isinstance(geometry, Trajectory4D):
        return 0.0
    rows = geometry.segments
    return float(np.hypot(rows[:, 4] - rows[:, 0], rows[:, 5] - rows[:, 1]).sum())


def _seconds(text: str | None) -> float | None:
    return None if text is None else to_scene_s(datetime.fromisoformat(text))


def _refused(reasons: list[dict[str, Any]], offers: list[dict[str, Any]]) -> BookingRefused:
    refusing = [item for item in reasons if item["severity"] != "warning"]
    first = refusing[0] if refusing else {"detail": None, "detail_zh": None}
    decision = {"outcome": "refused", "reasons": reasons, "counter_offers": offers}
    return BookingRefused("booking_refused", first["detail"], first["detail_zh"], extra={"decision": decision})


def _illegal(row: MissionRow, wanted: str) -> Problem:
    steps = {HELD: "confirm, cancel", BOOKED: "cancel"}.get(row.state, "none")
    return Problem(
        "illegal_transition",
        f"'{wanted}' is not possible for a mission that is {row.state}; allowed from here: {steps}.",
        f"任务处于 {row.state} 状态，不能执行“{wanted}”；此状态允许的操作：{steps}。",
        extra={"state": row.state},
    )


def mission_document(row: MissionRow) -> dict[str, Any]:
    """Return a mission as the API answers it."""
    return {
        "mission_id": row.mission_id,
        "organisation_id": row.organisation_id,
        "kind": row.kind,
        "state": row.state,
        "version": row.version,
        "plan_id": row.plan_id,
        "order_id": row.order_id,
        "aircraft_id": row.aircraft_id,
        "battery_id": row.battery_id,
        "crew_id": row.crew_id,
        "origin_site_id": row.origin_site_id,
        "destination_site_id": row.destination_site_id,
        "alternate_site_id": row.alternate_site_id,
        "departs_at": at_text(row.departs_s),
        "arrives_at": at_text(row.arrives_s),
        "took_off_at": at_text(row.took_off_s),
        "landed_at": at_text(row.landed_s),
        "length_m": row.length_m,
        "energy_wh": row.energy_wh,
        "held_until": at_text(row.held_until_s),
        "why": None if row.why is None else orjson.loads(row.why),
        "cause": row.cause,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def at_text(scene_s: float | None) -> str | None:
    """Return an instant in scene seconds as the API writes it."""
    return None if scene_s is None else rfc3339(from_scene_s(scene_s))
