"""Books a planned task: its empty flight, where it needs one, and the flight with the load, in one transaction.

What cannot be had as planned is tried as offered, at another level, or later, within a quarter of an hour.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlmodel import Session

from airspace.timebase import from_scene_s, to_scene_s
from dispatch.carrier import Carrier
from dispatch.energy import battery_share, over_ground_mps
from dispatch.flight_design import Flight
from dispatch.jobs import Job, Task
from dispatch.orders import URGENCY, OrderState, OrderStep
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.flight_plans import FlightPlans, Prepared
from utm.logistics.alternates import alternates_near
from utm.logistics.bookings import Needs
from utm.logistics.explaining import moved
from utm.logistics.fleet import LogisticsFleet
from utm.logistics.flights import FlightDesigner, plan_body
from utm.logistics.missions import Booking, BookingRefused, MissionDesk
from utm.logistics.orders import CAUSES, OrderDesk, class_of
from utm.logistics.weather_view import WeatherView
from utm.problems import Problem
from utm.security.authorise import scopes_of
from utm.security.principal import Principal
from utm.store import logistics
from utm.store.logistics_tables import BatteryRow, CrewRow, OrderRow

LONGEST_DELAY_S: Final = 15 * 60.0
_ATTEMPTS: Final = 8

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class PlannedFlight:
    """One flight of a task: where from, where to, with what, when."""

    kind: str
    origin_id: str
    destination_id: str
    departs_at: datetime
    payload_kg: float
    level_at: int = 0
    offered: Mapping[str, Any] | None = None
    moved: tuple[dict[str, Any], ...] = ()
    """What booking changed of it, for the explanation of its time (`utm.logistics.explaining`)."""


@dataclass(frozen=True, slots=True)
class Booked:
    """The last mission of a task that was booked, and when it arrives."""

    mission_id: str
    arrives_s: float


class NotBooked(Exception):  # noqa: N818  (an outcome of booking, not an error)
    """Why a task could not be booked: a cause of `utm.logistics.orders.CAUSES`."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class _LegRefused(Exception):  # noqa: N818  (a refusal is a value to the planner, raised to undo the transaction)
    """Which flight of a task cannot be booked, and the decision that says why."""

    def __init__(self, leg: int, refused: BookingRefused) -> None:
        super().__init__(str(refused))
        self.leg = leg
        self.decision: dict[str, Any] = refused.extra["decision"]


class Booker:
    """Turns tasks into booked missions."""

    def __init__(
        self,
        *,
        flight_plans: FlightPlans,
        missions: MissionDesk,
        orders: OrderDesk,
        fleet: LogisticsFleet,
        designer: FlightDesigner,
        weather: WeatherView,
    ) -> None:
        self._plans, self._missions, self._orders = flight_plans, missions, orders
        self._fleet, self._designer, self._weather = fleet, designer, weather
        self._store = flight_plans.store

    async def task(
        self,
        orders: Sequence[OrderRow],
        job: Job,
        task: Task,
        carrier: Carrier,
        why: dict[str, Any],
        *,
        empty_from: str,
    ) -> Booked | None:
        """Book a task for the orders that share it, first its positioning flight from `empty_from`; return the mission.

        None where an order is gone; raises NotBooked with the cause where it cannot be had.
        """
        flights = []
        if task.positioning_departs_s is not None:
            departs_at = from_scene_s(task.positioning_departs_s)
            flights.append(PlannedFlight("positioning", empty_from, job.origin_site_id, departs_at, 0.0))
        delivery = from_scene_s(task.departs_s)
        origin, destination = job.origin_site_id, job.destination_site_id
        flights.append(PlannedFlight("delivery", origin, destination, delivery, job.payload_kg))
        spare_s = None if job.deliver_by_s is None else job.deliver_by_s - task.arrives_s
        if spare_s is not None and 0.0 <= spare_s < LONGEST_DELAY_S:
            try:  # in time, if at another level or by another way
                return await self._tried(orders, carrier, flights, why, spare_s)
            except NotBooked as refused:
                if refused.cause not in ("no_slot", "weather"):
                    raise
        return await self._tried(orders, carrier, flights, why)

    async def empty(self, carrier: Carrier, flight: PlannedFlight, why: dict[str, Any]) -> Booked | None:
        """Book a flight without a load; raises NotBooked where it cannot be had."""
        return await self._tried((), carrier, [flight], why)

    async def _tried(
        self,
        orders: Sequence[OrderRow],
        carrier: Carrier,
        flights: list[PlannedFlight],
        why: dict[str, Any],
        most_s: float = LONGEST_DELAY_S,
    ) -> Booked | None:
        """Book flights, as they are or changed, none of them more than `most_s` later than planned."""
        latest = [flight.departs_at + timedelta(seconds=most_s) for flight in flights]
        for _ in range(_ATTEMPTS):
            try:
                return await self._booked(orders, carrier, flights, why)
            except _LegRefused as refused:
                changed = self._another(flights, refused, latest[refused.leg])
                if changed is None:
                    break
                flights = changed
            except _WaitForWeather as wait:
                if flights[wait.leg].departs_at + timedelta(seconds=wait.delay_s) > latest[wait.leg]:
                    raise NotBooked("weather") from wait
                flights = _later(flights, wait.leg, _by(flights[wait.leg], wait.delay_s, "weather"), wait.delay_s)
            except Problem as problem:  # a site closed or an aircraft taken away since it was planned
                _log.info("booking_not_possible", orders=[row.order_id for row in orders], code=problem.code)
                raise NotBooked(problem.code if problem.code in CAUSES else "no_slot") from problem
        raise NotBooked("no_slot")

    async def _booked(
        self, orders: Sequence[OrderRow], carrier: Carrier, flights: list[PlannedFlight], why: dict[str, Any]
    ) -> Booked | None:
        principal = planner_of(carrier.organisation_id)
        prepared = [self._prepared(principal, orders, carrier, flight, k) for k, flight in enumerate(flights)]

        def job(session: Session) -> Booked | None:
            rows = [logistics.get(session, OrderRow, order.order_id) for order in orders]
            waiting = [row for row in rows if row is not None and row.state == OrderState.CREATED.value]
            if len(waiting) < len(orders):
                return None  # cancelled, or taken by another server, while it was planned
            mission: dict[str, Any] = {}
            for k, (flight, (ready, energy_wh)) in enumerate(zip(flights, prepared, strict=True)):
                first = None if flight.kind != "delivery" else orders[0].order_id
                reasons = {**why, "times": [*why.get("times", ()), *flight.moved]}
                booking = self._booking(session, carrier, flight, ready, energy_wh, first, reasons)
                try:
                    mission = self._missions.book_in(session, principal, ready, booking)
                except BookingRefused as refused:
                    raise _LegRefused(k, refused) from refused
            arrives_s = to_scene_s(datetime.fromisoformat(mission["arrives_at"]))
            for row in waiting:
                expected_s = arrives_s + self._orders.tail_s(row)
                assigned = {"mission_id": mission["mission_id"], "expected_s": expected_s, "cause": None}
                self._orders.step(session, None, row, OrderStep.ASSIGN, **assigned)
            return Booked(str(mission["mission_id"]), arrives_s)

        return await self._store.write(job)

    def _prepared(
        self, principal: Principal, orders: Sequence[OrderRow], carrier: Carrier, flight: PlannedFlight, leg: int
    ) -> tuple[Prepared, float]:
        body = dict(flight.offered) if flight.offered is not None else self._body(orders, carrier, flight)
        ready = self._plans.prepare(principal, body, validate(body, FlightPlanBody))
        wait_s = self._weather.wait_s(ready)
        if wait_s is None:
            raise NotBooked("weather")
        if wait_s > 0.0:
            raise _WaitForWeather(leg, wait_s)
        air = self._weather.air(ready)
        # What cold takes from the battery counts as if the flight took it.
        energy_wh = carrier.flight_wh(ready.geometry, flight.payload_kg, air)  # type: ignore[arg-type]
        energy_wh /= battery_share(air.temperature_c)
        if energy_wh > carrier.usable_wh:
            raise NotBooked("weather")
        return ready, energy_wh

    def _body(self, orders: Sequence[OrderRow], carrier: Carrier, flight: PlannedFlight) -> dict[str, Any]:
        found = self._designed(carrier, flight)
        cruise_mps = carrier.model.cruise_mps
        air = self._weather.between(flight.origin_id, flight.destination_id, flight.departs_at)
        course_m = self._designer.course_m(flight.origin_id, flight.destination_id)
        speed_mps = over_ground_mps(cruise_mps, *course_m, air)
        urgent = max((URGENCY[class_of(order.priority_class)].plan_priority for order in orders), default=0)
        body = plan_body(
            found,
            carrier,
            flight.departs_at,
            origin_id=flight.origin_id,
            destination_id=flight.destination_id,
            alternate_id=None,
            priority=urgent,
            remarks=_remarks(orders, flight),
            cruise_mps=speed_mps,
        )
        arrives_s = to_scene_s(flight.departs_at) + found.slowed(cruise_mps, speed_mps).lasts_s
        body["alternate_site_ids"] = alternates_near(
            self._plans.book, carrier, flight.origin_id, flight.destination_id, arrives_s
        )
        if flight.kind == "delivery" and any(order.dangerous_goods for order in orders):
            body["special_conditions"] = [
                "dropping_or_dangerous"
            ]  # Order 761, Article 31(2): an application of its own
        return body

    def _designed(self, carrier: Carrier, flight: PlannedFlight) -> Flight:
        """Return the flight at the best level, or at the next one of those that have any."""
        asked = flight.origin_id, flight.destination_id, carrier, flight.payload_kg, flight.departs_at
        if flight.level_at == 0:
            found = self._designer.best(*asked)
            if found is None or found.flight is None:
                raise NotBooked("no_way" if found is None else found.cause or "no_way")
            return found.flight
        at_levels = self._designer.flyable(*asked)
        if flight.level_at >= len(at_levels):
            raise NotBooked("no_slot")
        higher = at_levels[flight.level_at].flight
        assert higher is not None
        return higher

    def _booking(
        self,
        session: Session,
        carrier: Carrier,
        flight: PlannedFlight,
        prepared: Prepared,
        energy_wh: float,
        order_id: str | None,
        why: dict[str, Any],
    ) -> Booking:
        firm = carrier.organisation_id
        starts_s, ends_s = self._missions.resources.span(prepared, carrier.turn_s, energy_wh)
        battery_id = crew_id = None
        if self._fleet.keeps(session, BatteryRow, firm):
            battery_id = self._fleet.free_battery(session, firm, energy_wh, starts_s, ends_s)
            if battery_id is None:
                raise Problem("no_battery_free")
        if self._fleet.keeps(session, CrewRow, firm):
            crew_id = self._fleet.free_crew(session, firm, starts_s, ends_s)
            if crew_id is None:
                raise Problem("no_crew_free")
        needs = Needs(battery_id, crew_id, self._missions.resources.free_alternate(prepared), energy_wh)
        return Booking(needs, order_id, flight.kind, None, why)

    def _another(
        self, flights: list[PlannedFlight], refused: _LegRefused, latest: datetime
    ) -> list[PlannedFlight] | None:
        """Return the flights changed so that the refused one may be had: as offered, at another level, or later, but no
        later than `latest`."""
        k, flight = refused.leg, flights[refused.leg]
        most_s = (latest - flight.departs_at).total_seconds()
        if refused.decision["reasons"] and _needs_a_person(refused.decision["reasons"]):
            raise NotBooked("needs_approval")
        for offer in refused.decision["counter_offers"]:
            delay_s = float(offer["cost"]["delay_s"])
            if offer["kind"] in ("delay", "altitude", "route") and delay_s <= most_s:
                changed = replace(_by(flight, delay_s, f"offer_{offer['kind']}"), offered=offer["plan"])
                return _later(flights, k, changed, delay_s)
        frees = [item["frees_at"] for item in refused.decision["reasons"] if item.get("frees_at")]
        if frees:
            until = max(datetime.fromisoformat(at) for at in frees)
            delay_s = max(1.0, (until - flight.departs_at).total_seconds() + 60.0)
            if delay_s <= most_s:
                return _later(flights, k, _by(flight, delay_s, "resource"), delay_s)
        levels = self._designer.levels(flight.origin_id, flight.destination_id)
        if flight.level_at + 1 < len(levels):
            higher = replace(_by(flight, 0.0, "level"), level_at=flight.level_at + 1)
            return [*flights[:k], higher, *flights[k + 1 :]]
        return None


class _WaitForWeather(Exception):  # noqa: N818  (the flight departs later, nothing is wrong)
    def __init__(self, leg: int, delay_s: float) -> None:
        super().__init__(f"{delay_s:.0f} s")
        self.leg, self.delay_s = leg, delay_s


def _needs_a_person(reasons: Collection[Mapping[str, Any]]) -> bool:
    """Tell whether nothing but somebody's approval is missing: no other time or way would help."""
    return all(item["severity"] != "refuse" for item in reasons) and any(
        item["severity"] == "pending" for item in reasons
    )


def _by(flight: PlannedFlight, delay_s: float, code: str | None = None) -> PlannedFlight:
    told = flight.moved if code is None else (*flight.moved, moved(code, delay_s))
    return replace(flight, offered=None, departs_at=flight.departs_at + timedelta(seconds=delay_s), moved=told)


def _later(flights: list[PlannedFlight], k: int, changed: PlannedFlight, delay_s: float) -> list[PlannedFlight]:
    """Return the flights with one changed and those behind it as much later."""
    told = changed.moved[-1:]
    behind = [replace(item, moved=(*item.moved, *told)) for item in (_by(one, delay_s) for one in flights[k + 1 :])]
    return [*flights[:k], changed, *(behind if delay_s > 0.0 else flights[k + 1 :])]


def planner_of(organisation_id: str) -> Principal:
    """Return who acts when the planner files for a firm."""
    return Principal("planner", "operator", organisation_id, "planner", scopes=scopes_of("operator"))


def _remarks(orders: Sequence[OrderRow], flight: PlannedFlight) -> dict[str, Any]:
    loaded = flight.kind == "delivery"
    return {
        "order_id": orders[0].order_id if loaded and orders else None,
        "order_ids": [order.order_id for order in orders] if loaded else [],
        "payload_kg": flight.payload_kg,
        "dangerous_goods": loaded and any(order.dangerous_goods for order in orders),
        "purpose": flight.kind,
    }
