"""Sends what waits: plans over a rolling horizon, books what departs soon, and says why the rest waits.

Only orders without a flight are planned; what is booked stays booked. A closed zone or a carrier that is taken away gives
up the flights it touches, and nothing else; a late vehicle those that cannot follow it (`utm.logistics.tours`).
"""

import asyncio
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import orjson
import structlog
from sqlmodel import Session

from airspace.sites import Site
from airspace.timebase import from_scene_s, to_scene_s
from airspace.zones import Zone
from dispatch.batching import batched
from dispatch.carrier import Carrier
from dispatch.greedy import nearest_first
from dispatch.hubs import hub_for
from dispatch.jobs import Flights, Job, Schedule, Task
from dispatch.orders import URGENCY, OrderState
from dispatch.planner import DEFAULT_EFFORT, plan
from dispatch.promise import MOST_SEEN, promise
from utm.flight_plans import FlightPlans
from utm.logistics.booker import Booker, NotBooked
from utm.logistics.explaining import explained
from utm.logistics.missions import MissionDesk
from utm.logistics.orders import OrderDesk, class_of, onward
from utm.logistics.planning_view import PlanningView
from utm.logistics.repositioner import Repositioner
from utm.plan_records import rfc3339
from utm.store import logistics
from utm.store.logistics_tables import OrderRow
from utm.store.store import StoreUnavailableError

HORIZON_S: Final = 2 * 3600.0
"""Orders ready later than this are not planned yet (ours)."""
BOOK_AHEAD_S: Final = 15 * 60.0
"""Flights that leave later than this are planned but not booked: much can change till then (ours)."""
AGAIN_S: Final = 60.0
"""An order that could not be booked is tried again after so long, sooner where the airspace changes (ours)."""
PATIENT_S: Final = 900.0
"""What only a person can change is looked at again after so long (ours)."""
SHARE_HALF_LIFE_S: Final = 1_800.0
"""Which firm goes first at a pad is told by who had more of late; what was half an hour ago counts half (ours)."""
_EVERY_S: Final = 5.0
_QUIET_S: Final = 60.0
"""Without news a firm's waiting orders are planned again after so long (another server may have changed something)."""

_log = structlog.get_logger(__name__)


class Planning(StrEnum):
    """How orders are given to carriers: the best plan found, or the baseline it is measured against."""

    BEST = "best"
    NEAREST = "nearest"
    PAUSED = "paused"
    """Everything waits: what is booked is flown, nothing more is booked."""


@dataclass(slots=True)
class Desk:
    """What is known of a firm between two plans."""

    tours: dict[str, tuple[str, ...]] = field(default_factory=dict)
    planned_s: float = -1e12
    acts_s: float = -1e12
    """When the next flight of the plan is to be booked."""
    changed: bool = True
    had: float = 0.0
    """Flights booked of late, each counting half as much after half an hour: what the firm's share of the pads was."""
    had_s: float = 0.0

    def had_of_late(self, now_s: float) -> float:
        """Return how many flights the firm has had booked of late."""
        return self.had * math.exp2(-max(0.0, now_s - self.had_s) / SHARE_HALF_LIFE_S)

    def has_one_more(self, now_s: float) -> None:
        """Count a flight booked."""
        self.had, self.had_s = self.had_of_late(now_s) + 1.0, now_s


@dataclass(frozen=True, slots=True)
class _Draft:
    """A firm's plan before it is booked."""

    firm: str
    found: Schedule
    rows: Mapping[str, OrderRow]
    jobs: Mapping[str, Job]
    carriers: Mapping[str, Carrier]
    flights: Flights
    late_s: Sequence[float]
    kept: Sequence[bool]


class Dispatcher:
    """Plans and books for the firms that keep carriers here."""

    def __init__(
        self,
        *,
        flight_plans: FlightPlans,
        missions: MissionDesk,
        orders: OrderDesk,
        planning: PlanningView,
        booker: Booker,
        effort: int = DEFAULT_EFFORT,
    ) -> None:
        self._plans, self._missions, self._orders = flight_plans, missions, orders
        self._view, self._booker, self._effort = planning, booker, effort
        self._clock, self._store = flight_plans.clock, flight_plans.store
        self.turn = asyncio.Lock()
        """Held while orders are planned and booked; whoever moves an order to a carrier by hand takes it too."""
        self._desks: dict[str, Desk] = {}
        self._not_before_s: dict[str, float] = {}
        self._zones: dict[str, int] | None = None
        self.planning = Planning.BEST
        self.touched: Callable[[Zone], Collection[str]] = lambda _zone: ()
        """Set by the composition root: the filed plans a zone stands in the way of, by id."""
        self.repositioner: Repositioner | None = None
        """Set by the composition root; None: idle carriers stay where they are."""
        orders.on_waiting.append(self._news)

    async def run(self) -> None:
        """Plan every few seconds what has news; a store that cannot commit is tried again."""
        while True:
            try:
                await self._missions.sweep()
                await self.release_disturbed()
                await self._plan_due()
            except StoreUnavailableError as error:
                _log.warning("planning_failed", reason=str(error))
            await asyncio.sleep(_EVERY_S)

    async def plan_for(self, organisation_id: str, *, prove: bool = False) -> dict[str, Any]:
        """Plan a firm's waiting orders now, book what departs soon, and return what was decided and why.

        With `prove` the plan is improved by the solver and its distance from the best is proven.
        """
        async with self.turn:
            return (await self._plan_all([organisation_id], prove=prove))[organisation_id]

    async def _plan_due(self) -> None:
        now_s = to_scene_s(self._clock.now())
        async with self.turn:
            firms = await self._store.read(lambda session: logistics.firms_with(session, OrderState.CREATED.value))
            due = [firm for firm in firms if self._is_due(self._desks.setdefault(firm, Desk()), now_s)]
            if due:
                await self._plan_all(due)
            if self.repositioner is not None and self.planning is Planning.BEST:
                for firm, desk in self._desks.items():
                    await self.repositioner.look(firm, set(desk.tours), self._clock.now())

    @staticmethod
    def _is_due(desk: Desk, now_s: float) -> bool:
        return desk.changed or now_s >= desk.acts_s or now_s >= desk.planned_s + _QUIET_S

    def _news(self, firm: str) -> None:
        """Note that an order of a firm waits anew (called in the store's writer)."""
        self._desks.setdefault(firm, Desk()).changed = True

    # -- what is disturbed ---------------------------------------------------------------------------------------------

    async def release_disturbed(self) -> int:
        """Give up the planned flights that a new zone or a missing carrier makes impossible; return how many.

        Only these are planned again: everything else stays as booked.
        """
        zones = self._new_zones()
        gone = await self._store.read(_without_carrier)
        plans = {plan_id for zone in zones for plan_id in self.touched(zone)}
        causes = dict.fromkeys(gone, "carrier_unavailable")
        for plan_id in sorted(plans):
            mission_id = self._missions.of_plan(plan_id)
            if mission_id is not None:
                causes[mission_id] = "airspace_closed"
        if zones:
            self._not_before_s.clear()
            for desk in self._desks.values():
                desk.changed = True
        if not causes:
            return 0

        def job(session: Session) -> int:
            return sum(self._missions.give_up_planned(session, ref, cause) for ref, cause in causes.items())

        return await self._store.write(job)

    def _new_zones(self) -> list[Zone]:
        """Return the zones published since the last look that flights may have to keep out of."""
        present = {zone_id: item.version for zone_id, item in self._plans.book.zones.items()}
        before, self._zones = self._zones, present
        if before is None or before == present:
            return []
        fresh = [zone_id for zone_id, version in present.items() if before.get(zone_id) != version]
        return [self._plans.book.zones[zone_id].zone for zone_id in fresh]

    # -- planning ------------------------------------------------------------------------------------------------------

    async def _plan_all(self, firms: Sequence[str], *, prove: bool = False) -> dict[str, dict[str, Any]]:
        """Plan firms and book what departs soon, in the order of departure over all of them.

        Who needs a pad first gets it first, whichever firm it is; of two at once the firm that has had fewer of late.
        """
        drafts = {firm: await self._draft(firm, prove=prove) for firm in firms}
        booked: dict[str, dict[str, str]] = {firm: {} for firm in firms}
        causes: dict[str, dict[str, str]] = {firm: {} for firm in firms}
        stopped: set[str] = set()
        now_s = to_scene_s(self._clock.now())
        turns = [
            (_leaves_s(task), firm, task)
            for firm, draft in drafts.items()
            for task in draft.found.tasks
            if _leaves_s(task) <= now_s + BOOK_AHEAD_S
        ]
        where = {c.aircraft_id: c.site_id for draft in drafts.values() for c in draft.carriers.values()}
        while turns:
            turn = min(
                turns,
                key=lambda item: first_to_book(
                    item[0], drafts[item[1]].jobs[item[2].order_id], self._desks[item[1]].had_of_late(now_s)
                ),
            )
            turns.remove(turn)
            _, firm, task = turn
            draft = drafts[firm]
            job = draft.jobs[task.order_id]
            stands = where[task.aircraft_id]
            if any(self._not_before_s.get(order_id, 0.0) > now_s for order_id in job.order_ids):
                stopped.add(task.aircraft_id)
            # Behind a flight that could not be booked, a tour has to be planned again.
            if task.aircraft_id in stopped or (stands != job.origin_site_id) != (
                task.positioning_departs_s is not None
            ):
                continue
            orders = [draft.rows[order_id] for order_id in job.order_ids]
            carrier = draft.carriers[task.aircraft_id]
            reasons = explained(task, job, list(draft.carriers.values()), draft.flights, draft.found)
            try:
                mission_id = await self._booker.task(orders, job, task, carrier, reasons, empty_from=stands)
            except NotBooked as why_not:
                stopped.add(task.aircraft_id)
                causes[firm].update(dict.fromkeys(job.order_ids, why_not.cause))
                again_s = now_s + (PATIENT_S if why_not.cause == "needs_approval" else AGAIN_S)
                self._not_before_s.update(dict.fromkeys(job.order_ids, again_s))
                continue
            if mission_id is None:
                stopped.add(task.aircraft_id)
            else:
                where[task.aircraft_id] = job.destination_site_id
                self._desks[firm].has_one_more(now_s)
                booked[firm].update(dict.fromkeys(job.order_ids, mission_id))
        return {firm: await self._conclude(drafts[firm], booked[firm], causes[firm]) for firm in firms}

    async def _draft(self, firm: str, *, prove: bool) -> _Draft:
        now = self._clock.now()
        now_s = to_scene_s(now)

        def read(session: Session) -> tuple[list[OrderRow], list[Carrier], tuple[list[float], list[bool]]]:
            rows = logistics.page(
                session, OrderRow, "order_no", organisation_id=firm, states=[OrderState.CREATED.value], limit=2_000
            )
            soon = [row for row in rows if row.ready_s <= now_s + HORIZON_S]
            return soon, self._view.carriers(session, firm, now), logistics.lateness(session, firm, now_s, MOST_SEEN)

        rows, carriers, late = await self._store.read(read)
        flights = self._view.flights(now)
        desk = self._desks.setdefault(firm, Desk())
        desk.changed, desk.planned_s = False, now_s
        jobs = [job_of(row, self._orders.tail_s(row)) for row in rows]
        found, jobs = await asyncio.to_thread(self._planned, jobs, carriers, flights, desk, now_s, prove)
        desk.tours = _tours(found)
        leaves = [_leaves_s(task) for task in found.tasks]
        desk.acts_s = min((at - BOOK_AHEAD_S for at in leaves if at > now_s + BOOK_AHEAD_S), default=now_s + _QUIET_S)
        return _Draft(
            firm,
            found,
            {row.order_id: row for row in rows},
            {job.order_id: job for job in jobs},
            {carrier.aircraft_id: carrier for carrier in carriers},
            flights,
            *late,
        )

    def _planned(
        self, jobs: list[Job], carriers: list[Carrier], flights: Flights, desk: Desk, now_s: float, prove: bool
    ) -> tuple[Schedule, list[Job]]:
        """Return a firm's plan and the jobs it is of (in a thread); orders that go the same way share a flight."""
        if self.planning is Planning.PAUSED:
            return Schedule((), dict.fromkeys((job.order_id for job in jobs), "not_in_this_plan"), 0.0), jobs
        if self.planning is Planning.NEAREST:
            return nearest_first(jobs, carriers, flights), jobs
        joined = batched(jobs, now_s, lambda job: any(flights.loaded(job, carrier) is not None for carrier in carriers))
        if prove:
            return plan(joined, carriers, flights, effort=self._effort), joined
        quick = plan(joined, carriers, flights, effort=0, first=desk.tours)
        return quick, joined

    # -- records -------------------------------------------------------------------------------------------------------

    async def _conclude(self, draft: _Draft, booked: Mapping[str, str], causes: Mapping[str, str]) -> dict[str, Any]:
        """Promise what is planned for the first time, and say why the rest waits."""
        # Promised once booking has said when there is room: a plan may have to wait for the airspace.
        waits: dict[str, str] = {
            order_id: cause
            for job_id, cause in draft.found.waiting.items()
            for order_id in draft.jobs[job_id].order_ids
        }
        waits |= causes
        now_s = to_scene_s(self._clock.now())

        hubs = await asyncio.to_thread(self._hubs, draft)

        def job(session: Session) -> None:
            self._promised(session, draft, now_s)
            for order_id, cause in waits.items():
                row = logistics.get(session, OrderRow, order_id)
                if row is None or row.state != OrderState.CREATED.value:
                    continue
                if order_id in hubs:
                    self._orders.go_by(session, row, hubs[order_id])
                else:
                    self._orders.note_waiting(session, row, cause)

        if self._has_something_to_say(draft, waits):
            await self._store.write(job)
        if hubs:
            self._desks[draft.firm].changed = True
        if draft.found.tasks and causes:
            self._desks[draft.firm].acts_s = min(self._desks[draft.firm].acts_s, now_s + AGAIN_S)
        return _report(draft, booked, waits)

    def _hubs(self, draft: _Draft) -> dict[str, str]:
        """Return the hubs by way of which orders can be brought that no carrier flies in one go."""
        found = {}
        for job_id, cause in draft.found.waiting.items():
            row = draft.rows.get(job_id)
            if cause not in ("out_of_reach", "no_way") or row is None or row.via is not None or row.cause == cause:
                continue  # looked at when it was told first
            job = draft.jobs[job_id]
            hub = hub_for(job, list(draft.carriers.values()), draft.flights, self._between(job))
            if hub is not None:
                found[job_id] = hub
        return found

    def _between(self, job: Job) -> list[str]:
        """Return the sites where a load can change vehicles, those least out of the way first: two pads, and open."""
        sites = self._plans.book.sites
        a, b = sites.get(job.origin_site_id), sites.get(job.destination_site_id)
        if a is None or b is None:
            return []

        def detour_m(site: Site) -> float:
            return math.dist((a.x_m, a.y_m), (site.x_m, site.y_m)) + math.dist((site.x_m, site.y_m), (b.x_m, b.y_m))

        hubs = [site for site in sites.values() if site.pads >= 2 and site.open]
        return [site.site_id for site in sorted(hubs, key=lambda site: (detour_m(site), site.site_id))]

    @staticmethod
    def _has_something_to_say(draft: _Draft, waits: Mapping[str, str]) -> bool:
        for task in draft.found.tasks:
            for order_id in draft.jobs[task.order_id].order_ids:
                row = draft.rows[order_id]
                if row.promised_s is None or row.expected_s is None or abs(row.expected_s - task.arrives_s) >= 1.0:
                    return True
        return any(draft.rows[order_id].cause != cause for order_id, cause in waits.items())

    def _promised(self, session: Session, draft: _Draft, now_s: float) -> None:
        for task in draft.found.tasks:
            for order_id in draft.jobs[task.order_id].order_ids:
                row = logistics.get(session, OrderRow, order_id)
                if row is None or row.state not in (OrderState.CREATED.value, OrderState.ASSIGNED.value):
                    continue
                assigned = row.state == OrderState.ASSIGNED.value and row.expected_s is not None
                arrives_s = row.expected_s if assigned else task.arrives_s + self._orders.tail_s(row)
                values: dict[str, Any] = {"expected_s": arrives_s}
                if row.promised_s is None and arrives_s is not None:
                    given = promise(arrives_s, now_s, draft.late_s, kept=draft.kept)
                    values["promised_s"] = given.deliver_s
                    document = {
                        "planned_s": arrives_s,
                        "probability": given.probability,
                        "flights_seen": given.flights_seen,
                    }
                    values["promise"] = orjson.dumps(document).decode()
                elif row.expected_s is not None and arrives_s is not None and abs(row.expected_s - arrives_s) < 1.0:
                    continue
                self._orders.change(session, row, **values)


def _without_carrier(session: Session) -> list[str]:
    """Return the booked missions of the planner whose carrier was taken out of service."""
    return logistics.booked_without_carrier(session)


def _leaves_s(task: Task) -> float:
    return task.departs_s if task.positioning_departs_s is None else task.positioning_departs_s


def first_to_book(leaves_s: float, job: Job, had: float) -> tuple[float, int, float, float, str]:
    """Return when a flight is booked among those of all firms: by minute, then the urgent, then whose firm had fewer."""
    return leaves_s // 60.0, -job.weight, had, leaves_s, job.order_id


def _tours(found: Schedule) -> dict[str, tuple[str, ...]]:
    tours: dict[str, list[str]] = {}
    for task in found.tasks:
        tours.setdefault(task.aircraft_id, []).append(task.order_id)
    return {aircraft_id: tuple(tour) for aircraft_id, tour in tours.items()}


def job_of(row: OrderRow, tail_s: float) -> Job:
    """Return an order's next flight as the planner sees it; what comes after a hub is taken off its time."""
    origin, destination, _ = onward(row)
    return Job(
        row.order_id,
        row.organisation_id,
        origin,
        destination,
        row.payload_kg,
        row.ready_s,
        URGENCY[class_of(row.priority_class)].weight,
        None if row.deliver_by_s is None else row.deliver_by_s - tail_s,
        row.dangerous_goods,
        row.cold_chain,
    )


def _report(draft: _Draft, booked: Mapping[str, str], waits: Mapping[str, str]) -> dict[str, Any]:
    found = draft.found
    return {
        "organisation_id": draft.firm,
        "planned": [
            {
                "order_id": order_id,
                "aircraft_id": task.aircraft_id,
                "departs_at": rfc3339(from_scene_s(task.departs_s)),
                "arrives_at": rfc3339(from_scene_s(task.arrives_s)),
                "mission_id": booked.get(order_id),
            }
            for task in found.tasks
            for order_id in draft.jobs[task.order_id].order_ids
        ],
        "waiting": [{"order_id": order_id, "cause": cause} for order_id, cause in sorted(waits.items())],
        "cost": round(found.cost, 1),
        "gap": None if found.gap is None else round(found.gap, 4),
    }
