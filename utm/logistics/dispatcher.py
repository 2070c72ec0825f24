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
from dispatch.jobs import Flights, Job, Schedule
from dispatch.orders import URGENCY, OrderState
from dispatch.planner import DEFAULT_EFFORT, plan
from dispatch.promise import MOST_SEEN, promise
from utm.flight_plans import FlightPlans
from utm.logistics.booker import Booker
from utm.logistics.booking_round import AGAIN_S, BOOK_AHEAD_S, BookingRound, Draft, Outcome, Share, leaves_s
from utm.logistics.missions import MissionDesk
from utm.logistics.orders import OrderDesk, class_of, onward
from utm.logistics.pad_room import PadRoom
from utm.logistics.planning_view import PlanningView
from utm.logistics.repositioner import Repositioner
from utm.plan_records import rfc3339
from utm.store import logistics
from utm.store.logistics_tables import OrderRow
from utm.store.store import StoreUnavailableError

HORIZON_S: Final = 2 * 3600.0
"""Orders ready later than this are not planned yet (ours)."""
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
    short: bool = False
    """Whether loads that were ready waited for a vehicle or a pad when it was planned last."""
    share: Share = field(default_factory=Share)


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
                    if firm in firms and desk.short:
                        continue  # an empty flight takes pads and a vehicle from those who wait
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
        """Plan firms and book what departs soon."""
        now_s = to_scene_s(self._clock.now())
        # The baseline gives orders to the nearest without a look at pads; booking tells it of them.
        room = None if self.planning is Planning.NEAREST else self._view.room(self._clock.now())
        drafts = {firm: await self._draft(firm, room, prove=prove) for firm in firms}
        turn = BookingRound(
            self._booker,
            drafts,
            room=room,
            shares={firm: self._desks[firm].share for firm in firms},
            not_before_s=self._not_before_s,
            now_s=now_s,
        )
        await turn.run()
        for firm, outcome in turn.outcomes.items():
            desk = self._desks[firm]
            desk.acts_s = min(desk.acts_s, outcome.again_s)
            desk.changed |= outcome.anew
            desk.short = outcome.leaves_ready(drafts[firm], now_s)
        return {firm: await self._conclude(drafts[firm], turn.outcomes[firm]) for firm in firms}

    async def _draft(self, firm: str, room: PadRoom | None, *, prove: bool) -> Draft:
        now = self._clock.now()
        now_s = to_scene_s(now)

        def read(session: Session) -> tuple[list[OrderRow], list[Carrier], tuple[list[float], list[bool]]]:
            rows = logistics.page(
                session, OrderRow, "order_no", organisation_id=firm, states=[OrderState.CREATED.value], limit=2_000
            )
            soon = [row for row in rows if row.ready_s <= now_s + HORIZON_S]
            return soon, self._view.carriers(session, firm, now), logistics.lateness(session, firm, now_s, MOST_SEEN)

        rows, carriers, late = await self._store.read(read)
        flights = self._view.flights(now, room)
        desk = self._desks.setdefault(firm, Desk())
        desk.changed, desk.planned_s = False, now_s
        jobs = [job_of(row, self._orders.tail_s(row)) for row in rows]
        found, jobs = await asyncio.to_thread(self._planned, jobs, carriers, flights, desk, now_s, prove)
        desk.tours = _tours(found)
        leaves = [leaves_s(task) for task in found.tasks]
        desk.acts_s = min((at - BOOK_AHEAD_S for at in leaves if at > now_s + BOOK_AHEAD_S), default=now_s + _QUIET_S)
        return Draft(
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

    async def _conclude(self, draft: Draft, outcome: Outcome) -> dict[str, Any]:
        """Promise what is planned for the first time, and say why the rest waits."""
        # Promised once booking has said when there is room: a plan may have to wait for the airspace.
        waits: dict[str, str] = {
            order_id: cause
            for job_id, cause in draft.found.waiting.items()
            for order_id in draft.jobs[job_id].order_ids
        }
        waits |= outcome.causes
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
        if draft.found.tasks and outcome.causes:
            self._desks[draft.firm].acts_s = min(self._desks[draft.firm].acts_s, now_s + AGAIN_S)
        return _report(draft, outcome.booked, waits)

    def _hubs(self, draft: Draft) -> dict[str, str]:
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
    def _has_something_to_say(draft: Draft, waits: Mapping[str, str]) -> bool:
        for task in draft.found.tasks:
            for order_id in draft.jobs[task.order_id].order_ids:
                row = draft.rows[order_id]
                if row.promised_s is None or row.expected_s is None or abs(row.expected_s - task.arrives_s) >= 1.0:
                    return True
        return any(draft.rows[order_id].cause != cause for order_id, cause in waits.items())

    def _promised(self, session: Session, draft: Draft, now_s: float) -> None:
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


def _report(draft: Draft, booked: Mapping[str, str], waits: Mapping[str, str]) -> dict[str, Any]:
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
