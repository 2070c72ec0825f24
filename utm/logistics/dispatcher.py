"""Sends what waits: plans over a rolling horizon, books what departs soon, and says why the rest waits.

Only orders without a flight are planned; what is booked stays booked. So a closed zone or a late vehicle changes the
orders whose flights it takes away, and nothing else.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
import structlog
from sqlmodel import Session

from airspace.timebase import from_scene_s, to_scene_s
from dispatch.carrier import Carrier
from dispatch.jobs import Flights, Job, Leg, Schedule, Task
from dispatch.orders import URGENCY, OrderState, OrderStep
from dispatch.planner import DEFAULT_EFFORT, plan, why
from dispatch.promise import MOST_SEEN, promise
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.flight_plans import FlightPlans, Prepared
from utm.logistics.bookings import Needs
from utm.logistics.fleet import LogisticsFleet
from utm.logistics.flights import FlightDesigner, plan_body
from utm.logistics.missions import Booking, BookingRefused, MissionDesk
from utm.logistics.orders import CAUSES, OrderDesk, class_of
from utm.plan_records import rfc3339
from utm.problems import Problem
from utm.security.authorise import scopes_of
from utm.security.principal import Principal
from utm.store import logistics
from utm.store.logistics_tables import BatteryRow, CrewRow, OrderRow
from utm.store.store import StoreUnavailableError

HORIZON_S: Final = 2 * 3600.0
"""Orders ready later than this are not planned yet (ours)."""
BOOK_AHEAD_S: Final = 15 * 60.0
"""Flights that leave later than this are planned but not booked: much can change till then (ours)."""
NOTICE_S: Final = 30.0
"""A flight departs no sooner than this after it is booked: time to load and to confirm (ours)."""
LONGEST_DELAY_S: Final = 15 * 60.0
_ATTEMPTS: Final = 8
_EVERY_S: Final = 5.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Flight:
    """One flight of a task: where from, where to, with what, when."""

    kind: str
    origin_id: str
    destination_id: str
    departs_at: datetime
    payload_kg: float
    level_at: int = 0
    offered: Mapping[str, Any] | None = None


class Dispatcher:
    """Plans and books for the firms that keep carriers here."""

    def __init__(
        self,
        *,
        flight_plans: FlightPlans,
        missions: MissionDesk,
        orders: OrderDesk,
        fleet: LogisticsFleet,
        designer: FlightDesigner,
        effort: int = DEFAULT_EFFORT,
    ) -> None:
        self._plans, self._missions, self._orders = flight_plans, missions, orders
        self._fleet, self._designer, self._effort = fleet, designer, effort
        self._clock, self._store = flight_plans.clock, flight_plans.store
        self._turn = asyncio.Lock()

    async def run(self) -> None:
        """Plan every few seconds for every firm with waiting orders; a store that cannot commit is tried again."""
        while True:
            try:
                await self._missions.sweep()
                for firm in await self._store.read(_waiting_firms):
                    await self.plan_for(firm)
            except StoreUnavailableError as error:
                _log.warning("planning_failed", reason=str(error))
            await asyncio.sleep(_EVERY_S)

    async def plan_for(self, organisation_id: str) -> dict[str, Any]:
        """Plan a firm's waiting orders now, book what departs soon, and return what was decided and why."""
        async with self._turn:
            return await self._plan_for(organisation_id)

    async def _plan_for(self, firm: str) -> dict[str, Any]:
        now = self._clock.now()
        now_s = to_scene_s(now)

        def read(session: Session) -> tuple[list[OrderRow], list[Carrier], list[float]]:
            rows = logistics.page(
                session, OrderRow, "order_no", organisation_id=firm, states=[OrderState.CREATED.value], limit=2_000
            )
            soon = [row for row in rows if row.ready_s <= now_s + HORIZON_S]
            return soon, self._fleet.planners(session, firm), logistics.lateness(session, firm, MOST_SEEN)

        rows, carriers, late = await self._store.read(read)
        earliest = [replace(carrier, free_s=max(carrier.free_s, now_s + NOTICE_S)) for carrier in carriers]
        jobs = [_job(row) for row in rows]
        flights = Flights(self._travel(now))
        found = await asyncio.to_thread(plan, jobs, earliest, flights, effort=self._effort)
        booked: dict[str, str] = {}
        refused: dict[str, str] = {}
        causes: dict[str, str] = {}
        by_id = {row.order_id: row for row in rows}
        by_job = {job.order_id: job for job in jobs}
        by_aircraft = {carrier.aircraft_id: carrier for carrier in earliest}
        for task in found.tasks:
            leaves_s = task.departs_s if task.positioning_departs_s is None else task.positioning_departs_s
            carrier = by_aircraft[task.aircraft_id]
            if leaves_s > now_s + BOOK_AHEAD_S or task.aircraft_id in refused.values():
                continue  # behind a flight that could not be booked, a tour has to be planned again
            reasons = _why_document(task, by_job[task.order_id], earliest, flights, found)
            try:
                mission_id = await self._book(by_id[task.order_id], task, carrier, reasons)
            except _NotBooked as why_not:
                refused[task.order_id] = task.aircraft_id
                causes[task.order_id] = why_not.cause
            else:
                if mission_id is not None:
                    booked[task.order_id] = mission_id
        # Promised once booking has said when there is room: a plan may have to wait for the airspace.
        await self._store.write(lambda session: self._promised(session, found, now_s, late))
        waits = {**found.waiting, **causes}
        if waits:
            await self._store.write(lambda session: self._say_waiting(session, waits))
        return _report(firm, found, booked, waits)

    def _travel(self, at: datetime) -> Any:
        def travel(origin_id: str, destination_id: str, carrier: Carrier, payload_kg: float) -> Leg | None:
            return self._designer.leg(origin_id, destination_id, carrier, payload_kg, at)

        return travel

    # -- records -------------------------------------------------------------------------------------------------------

    def _promised(self, session: Session, found: Schedule, now_s: float, late: list[float]) -> None:
        """Promise what is planned for the first time, and tell when each order is expected now."""
        for task in found.tasks:
            row = logistics.get(session, OrderRow, task.order_id)
            if row is None or row.state not in (OrderState.CREATED.value, OrderState.ASSIGNED.value):
                continue
            booked_s = row.expected_s if row.state == OrderState.ASSIGNED.value else None
            arrives_s = task.arrives_s if booked_s is None else booked_s
            values: dict[str, Any] = {"expected_s": arrives_s}
            if row.promised_s is None:
                given = promise(arrives_s, now_s, late)
                values["promised_s"] = given.deliver_s
                values["promise"] = orjson.dumps(
                    {
                        "planned_s": arrives_s,
                        "probability": given.probability,
                        "flights_seen": given.flights_seen,
                    }
                ).decode()
            elif row.expected_s is not None and abs(row.expected_s - arrives_s) < 1.0:
                continue
            self._orders.change(session, row, **values)

    def _say_waiting(self, session: Session, waits: Mapping[str, str]) -> None:
        for order_id, cause in waits.items():
            row = logistics.get(session, OrderRow, order_id)
            if row is not None and row.state == OrderState.CREATED.value:
                self._orders.note_waiting(session, row, cause)

    # -- booking -------------------------------------------------------------------------------------------------------

    async def _book(self, order: OrderRow, task: Task, carrier: Carrier, reasons: dict[str, Any]) -> str | None:
        """Book a task, first its positioning flight where it needs one; return the mission.

        None where the order is gone; raises _NotBooked with the cause where it cannot be had.
        """
        flights = []
        if task.positioning_departs_s is not None:
            departs_at = from_scene_s(task.positioning_departs_s)
            flights.append(_Flight("positioning", carrier.site_id, order.origin_site_id, departs_at, 0.0))
        delivery = from_scene_s(task.departs_s)
        flights.append(_Flight("delivery", order.origin_site_id, order.destination_site_id, delivery, order.payload_kg))
        for _ in range(_ATTEMPTS):
            try:
                return await self._booked(order, carrier, flights, reasons)
            except _LegRefused as refused:
                changed = self._another(flights, refused, task)
                if changed is None:
                    break
                flights = changed
            except Problem as problem:  # a site closed or an aircraft taken away since it was planned
                _log.info("booking_not_possible", order_id=order.order_id, code=problem.code)
                raise _NotBooked(problem.code if problem.code in CAUSES else "no_slot") from problem
        raise _NotBooked("no_slot")

    async def _booked(
        self, order: OrderRow, carrier: Carrier, flights: list[_Flight], reasons: dict[str, Any]
    ) -> str | None:
        principal = planner_of(order.organisation_id)
        prepared = [self._prepared(principal, order, carrier, flight) for flight in flights]

        def job(session: Session) -> str | None:
            row = logistics.get(session, OrderRow, order.order_id)
            if row is None or row.state != OrderState.CREATED.value:
                return None  # cancelled, or taken by another server, while it was planned
            mission: dict[str, Any] = {}
            for k, (flight, (ready, energy_wh)) in enumerate(zip(flights, prepared, strict=True)):
                booking = self._booking(session, order, carrier, flight, ready, energy_wh, reasons)
                try:
                    mission = self._missions.book_in(session, principal, ready, booking)
                except BookingRefused as refused:
                    raise _LegRefused(k, refused) from refused
            arrives_s = to_scene_s(datetime.fromisoformat(mission["arrives_at"]))
            self._orders.step(
                session, None, row, OrderStep.ASSIGN, mission_id=mission["mission_id"], expected_s=arrives_s, cause=None
            )
            return str(mission["mission_id"])

        return await self._store.write(job)

    def _prepared(
        self, principal: Principal, order: OrderRow, carrier: Carrier, flight: _Flight
    ) -> tuple[Prepared, float]:
        body: dict[str, Any]
        if flight.offered is not None:
            body = dict(flight.offered)
        else:
            levels = self._designer.levels(flight.origin_id, flight.destination_id)
            level = levels[flight.level_at % len(levels)]
            designed = self._designer.flight(
                flight.origin_id, flight.destination_id, carrier.model.cruise_mps, level, flight.departs_at
            )
            if designed is None:
                raise _NotBooked("no_way")
            body = plan_body(
                designed,
                carrier,
                flight.departs_at,
                origin_id=flight.origin_id,
                destination_id=flight.destination_id,
                alternate_id=None,
                priority=URGENCY[class_of(order.priority_class)].plan_priority,
                remarks=_remarks(order, flight),
            )
        ready = self._plans.prepare(principal, body, validate(body, FlightPlanBody))
        return ready, carrier.flight_wh(ready.geometry, flight.payload_kg)  # type: ignore[arg-type]

    def _booking(
        self,
        session: Session,
        order: OrderRow,
        carrier: Carrier,
        flight: _Flight,
        prepared: Prepared,
        energy_wh: float,
        reasons: dict[str, Any],
    ) -> Booking:
        firm = order.organisation_id
        starts_s, ends_s = self._missions.resources.span(prepared, carrier.turn_s)
        battery_id = crew_id = None
        if self._fleet.keeps(session, BatteryRow, firm):
            battery_id = self._fleet.free_battery(session, firm, energy_wh, starts_s, ends_s)
            if battery_id is None:
                raise Problem("no_battery_free")
        if self._fleet.keeps(session, CrewRow, firm):
            crew_id = self._fleet.free_crew(session, firm, starts_s, ends_s)
            if crew_id is None:
                raise Problem("no_crew_free")
        delivers = flight.kind == "delivery"
        needs = Needs(battery_id, crew_id, None, energy_wh)
        return Booking(needs, order.order_id if delivers else None, flight.kind, None, reasons if delivers else None)

    def _another(self, flights: list[_Flight], refused: "_LegRefused", task: Task) -> list[_Flight] | None:
        """Return the flights changed so that the refused one may be had: as offered, at another level, or later."""
        k, flight = refused.leg, flights[refused.leg]
        offers = refused.decision["counter_offers"]
        for offer in offers:
            delay_s = float(offer["cost"]["delay_s"])
            if offer["kind"] in ("delay", "altitude", "route") and delay_s <= LONGEST_DELAY_S:
                moved = replace(
                    flight, offered=offer["plan"], departs_at=flight.departs_at + timedelta(seconds=delay_s)
                )
                return _later(flights, k, moved, delay_s)
        frees = [item["frees_at"] for item in refused.decision["reasons"] if item.get("frees_at")]
        if frees:
            until = max(datetime.fromisoformat(at) for at in frees)
            delay_s = max(1.0, (until - flight.departs_at).total_seconds() + 60.0)
            if delay_s <= LONGEST_DELAY_S:
                moved = replace(flight, offered=None, departs_at=flight.departs_at + timedelta(seconds=delay_s))
                return _later(flights, k, moved, delay_s)
        levels = self._designer.levels(flight.origin_id, flight.destination_id)
        if flight.level_at + 1 < len(levels):
            return [*flights[:k], replace(flight, offered=None, level_at=flight.level_at + 1), *flights[k + 1 :]]
        return None


class _NotBooked(Exception):  # noqa: N818  (an outcome of booking, not an error)
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


def _later(flights: list[_Flight], k: int, moved: _Flight, delay_s: float) -> list[_Flight]:
    """Return the flights with one changed and those behind it as much later."""
    behind = [
        replace(item, offered=None, departs_at=item.departs_at + timedelta(seconds=delay_s))
        for item in flights[k + 1 :]
    ]
    return [*flights[:k], moved, *behind]


def planner_of(organisation_id: str) -> Principal:
    """Return who acts when the planner files for a firm."""
    return Principal("planner", "operator", organisation_id, "planner", scopes=scopes_of("operator"))


def _waiting_firms(session: Session) -> Iterable[str]:
    rows = logistics.page(
        session, OrderRow, "order_no", organisation_id=None, states=[OrderState.CREATED.value], limit=5_000
    )
    return sorted({row.organisation_id for row in rows})


def _job(row: OrderRow) -> Job:
    return Job(
        row.order_id,
        row.organisation_id,
        row.origin_site_id,
        row.destination_site_id,
        row.payload_kg,
        row.ready_s,
        URGENCY[class_of(row.priority_class)].weight,
        row.deliver_by_s,
        row.dangerous_goods,
        row.cold_chain,
    )


def _remarks(order: OrderRow, flight: _Flight) -> dict[str, Any]:
    return {
        "order_id": order.order_id if flight.kind == "delivery" else None,
        "payload_kg": flight.payload_kg,
        "dangerous_goods": order.dangerous_goods and flight.kind == "delivery",
        "purpose": flight.kind,
    }


def _why_document(task: Task, job: Job, carriers: list[Carrier], flights: Flights, found: Schedule) -> dict[str, Any]:
    others = why(task, job, carriers, flights).alternatives
    later = [item.arrives_s - task.arrives_s for item in others]
    gap = None if found.gap is None else round(found.gap, 4)
    best = "no other carrier could have taken it" if not later else f"the next best would arrive {later[0]:.0f} s later"
    best_zh = "没有其他可用航空器" if not later else f"次优方案晚到 {later[0]:.0f} 秒"
    if later and later[0] < 0:
        best = "a carrier that would arrive sooner serves other orders with it"
        best_zh = "更快的航空器已安排给其他订单"
    return {
        "detail": f"Planned to arrive at {rfc3339(from_scene_s(task.arrives_s))}; {best}.",
        "detail_zh": f"规划送达时间 {rfc3339(from_scene_s(task.arrives_s))}；{best_zh}。",
        "alternatives": [
            {"aircraft_id": item.aircraft_id, "arrives_at": rfc3339(from_scene_s(item.arrives_s))} for item in others
        ],
        "gap": gap,
    }


def _report(firm: str, found: Schedule, booked: Mapping[str, str], waits: Mapping[str, str]) -> dict[str, Any]:
    return {
        "organisation_id": firm,
        "planned": [
            {
                "order_id": task.order_id,
                "aircraft_id": task.aircraft_id,
                "departs_at": rfc3339(from_scene_s(task.departs_s)),
                "arrives_at": rfc3339(from_scene_s(task.arrives_s)),
                "mission_id": booked.get(task.order_id),
            }
            for task in found.tasks
        ],
        "waiting": [{"order_id": order_id, "cause": cause} for order_id, cause in sorted(waits.items())],
        "cost": round(found.cost, 1),
        "gap": None if found.gap is None else round(found.gap, 4),
    }
