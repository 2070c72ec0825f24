"""A later departure for a flight the weather stops: the first one that is clear of weather and of everything else."""

from dataclasses import dataclass

import orjson
from sqlmodel import Session

from airspace.lifecycle import PlanState
from airspace.timebase import from_scene_s, to_scene_s
from airspace.weather import clear_delay
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.flight_plans import FlightPlans, Prepared
from utm.sky import version_cells
from utm.store import plans
from utm.store.tables import FlightPlanRow
from utm.weather.desk import WeatherDesk

_TRIES = 8
_CHANGED = (
    "version", "departure_s", "starts_s", "ends_s", "horizontal_m", "vertical_m", "time_buffer_s", "policy_version",
    "body", "decision", "volumes", "h3_cells", "geometry", "updated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delayed:
    """How much later a plan departs now."""

    delay_s: float
    row: FlightPlanRow


class Delays:
    """Moves approved plans to the first departure that the weather and the sky allow."""

    def __init__(self, desk: WeatherDesk, flight_plans: FlightPlans) -> None:
        self._desk, self._plans = desk, flight_plans

    def apply(self, session: Session, plan_id: str, version: int) -> Delayed | None:
        """Give a plan its later departure inside a running job of the writer; None where there is none to be had."""
        row = plans.get(session, plan_id)
        if row is None or row.version != version or PlanState(row.state) is not PlanState.APPROVED:
            return None
        aircraft = self._plans.fleet.get(row.aircraft_id)
        if aircraft is None:
            return None
        body = orjson.loads(row.body)
        prepared = self._plans.compiled(aircraft, body, validate(body, FlightPlanBody))
        self._plans.memory.make_current(session, version_cells(prepared.h3_cells))
        later = self._later(row, prepared)
        return None if later is None else self._move(session, row, later)

    def _later(self, row: FlightPlanRow, prepared: Prepared) -> Prepared | None:
        """Return the flight at the first departure clear of weather and of the rest: each search starts at the other's."""
        way, limits = self._desk.way(prepared.geometry), self._desk.limits
        own = limits.of(prepared.aircraft)
        field, from_s = self._desk.field, 0.0
        for _ in range(_TRIES):
            delay_s = clear_delay(field, own, way, from_s=from_s)
            if delay_s is None or delay_s > limits.longest_delay_s:
                return None
            judged = self._plans.judge(
                row.organisation_id,
                None,
                prepared,
                plan_id=row.plan_id,
                was_entitled=True,
                offers=True,
                not_before=from_scene_s(row.departure_s + delay_s),
            )
            offers = [offer for offer in judged.counter_offers if offer.kind == "delay"]
            if not offers:
                return None
            soonest = min(offers, key=lambda offer: offer.delay_s)
            if soonest.delay_s > limits.longest_delay_s:
                return None
            if self._desk.judge(prepared.aircraft, way, soonest.delay_s).outcome != "no_go":
                parsed = validate(soonest.plan, FlightPlanBody)
                return self._plans.compiled(prepared.aircraft, dict(soonest.plan), parsed)
            from_s = soonest.delay_s
        return None

    def _move(self, session: Session, row: FlightPlanRow, later: Prepared) -> Delayed | None:
        started_s = self._plans.clock.monotonic_s()
        self._plans.memory.make_current(session, version_cells([*orjson.loads(row.h3_cells), *later.h3_cells]))
        decision = self._plans.judge(row.organisation_id, None, later, plan_id=row.plan_id, was_entitled=True)
        if decision.outcome != "approved":
            return None
        changed = self._plans.plan_row(
            row.organisation_id, later, decision, started_s,
            plan_id=row.plan_id, plan_no=row.plan_no, version=row.version + 1,
        )  # fmt: skip
        changed.created_at, changed.authority = row.created_at, row.authority
        plans.add_version(
            session,
            plan_id=row.plan_id,
            version=changed.version,
            outcome=decision.outcome,
            policy_version=changed.policy_version,
            body=changed.body,
            decision=changed.decision,
            judged_at=changed.updated_at,
        )
        plans.update(session, row.plan_id, {name: getattr(changed, name) for name in _CHANGED})
        delay_s = to_scene_s(later.parsed.departure_at) - row.departure_s
        self._plans.audit(session, None, "delay", changed, {"delay_s": delay_s, "why": "weather"})
        self._plans.reserve(session, changed, also=orjson.loads(row.h3_cells))
        return Delayed(delay_s, changed)
