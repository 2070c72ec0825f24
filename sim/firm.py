"""A firm's software: it registers its drones, files plans, flies what is approved, ends it, and files the next.

It knows the service only through the HTTP API; its drones speak MAVLink to the service on their own. Each drone has a
pilot, who goes round this:

    ===========  ======================================  =====================================================
    state        does                                    then
    ===========  ======================================  =====================================================
    choosing     picks a destination with a free pad     filing
    filing       files; reads why not; takes an offer,   approved → readying; nothing works → choosing, later
                 another level, or another time
    readying     loads the mission, confirms, waits,     departed → flying; refused → cancels, choosing
                 activates just before departure
    flying       arms, starts on the second, waits for   on the ground and disarmed → ending
                 the drone to be down again
    ending       ends the plan until the server agrees   battery, pause → choosing
    ===========  ======================================  =====================================================

A server that is away is waited for in every state (`FirmApi`); flights in the air go on meanwhile.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import uuid4

from airspace.timebase import from_scene_s, to_scene_s
from sim.advisory_answers import DutyDesk
from sim.api_client import ApiError, FirmApi, Reply
from sim.filing import Answered, answered, best_offer, departure_of, plan_body, way_back_refused
from sim.geodesy import distance_m
from sim.mission import mission_of_plan
from sim.net import Drone, Fleet
from sim.routes import Route, RouteBook, SitePlace
from sim.world import World

Notify = Callable[[str, dict[str, Any]], None]
LIVE_STATES: Final = ("pending", "approved", "activated", "nonconforming", "contingent")
OVER_STATES: Final = frozenset({"ended", "cancelled", "withdrawn", "expired", "refused"})
FILING_LEAD_S: Final = 6.0
"""Seconds between filing and departure: time to be judged, to load the mission and to activate."""
ACTIVATE_BEFORE_S: Final = 3.5
GIVE_UP_AFTER_S: Final = 25.0
CRUISE_MPS: Final = 15.0
SWAP_BELOW: Final = 0.35
CLEAR_TRIES: Final = 20
GO_ON_EVERY_S: Final = 4.0
"""How often a firm whose flight holds looks whether it may go on."""


@dataclass(slots=True)
class Tally:
    """What the firms' pilots have been through."""

    filed: int = 0
    approved: int = 0
    offers_taken: int = 0
    departed: int = 0
    flown: int = 0
    orders_flown: int = 0
    orders_missed: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    not_activated: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    advisories: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as JSON values."""
        return {
            "filed": self.filed,
            "approved": self.approved,
            "offers_taken": self.offers_taken,
            "departed": self.departed,
            "flown": self.flown,
            "orders_flown": self.orders_flown,
            "orders_missed": self.orders_missed,
            "refused": dict(self.refused),
            "not_activated": dict(self.not_activated),
            "faults": dict(self.faults),
            "advisories": dict(self.advisories),
        }


class Pads:
    """Which pads the traffic of this process stands on or is bound for."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()

    def free(self, site: SitePlace) -> bool:
        """Whether another drone may come."""
        return self._taken[site.site_id] < site.pads

    def take(self, site_id: str) -> None:
        """Take a pad."""
        self._taken[site_id] += 1

    def leave(self, site_id: str) -> None:
        """Give a pad back."""
        self._taken[site_id] -= 1


@dataclass(slots=True)
class Member:
    """A drone of a firm: its registration and where it stands."""

    drone: Drone
    registration: str
    site_id: str
    aircraft_id: str = ""
    cruise_mps: float = CRUISE_MPS
    plan_id: str | None = None
    """The plan it is flying, or about to fly."""


class Firm:
    """One firm with its access to the API and its drones."""

    def __init__(
        self,
        name: str,
        api: FirmApi,
        *,
        world: World,
        fleet: Fleet,
        pads: Pads,
        rng: Random,
        notify: Notify,
        tally: Tally,
    ) -> None:
        self.name, self.api, self.world, self.fleet, self.pads = name, api, world, fleet, pads
        self.rng, self.notify, self.tally = rng, notify, tally
        self.members: list[Member] = []
        self.book: RouteBook | None = None
        self.demand: asyncio.Semaphore | None = None
        """Orders waiting for a drone; None: the firm flies without end."""
        self.reach_m = (900.0, 7000.0)
        """Shortest and longest straight distance of a flight."""
        self._duty = DutyDesk(self._unanswered, self._acknowledge, Random(rng.random()), fleet.sleep, self._do)

    def now(self) -> datetime:
        """The firm's clock, which is its drones'."""
        return from_scene_s(self.fleet.clock())

    async def read_city(self) -> RouteBook:
        """Read sites, corridors and zones, and make the route book of them."""
        self.book = RouteBook(
            await self.api.items("/v1/sites"), await self.api.items("/v1/corridors"), await self.api.items("/v1/zones")
        )
        return self.book

    async def register(self) -> None:
        """Register every drone, or bring an earlier registration up to date; raises ApiError when refused."""
        known = {a["registration"]: a for a in await self.api.items("/v1/aircraft")}
        for member in self.members:
            await self._register(member, known.get(member.registration))
        await self._clear_old_plans({m.aircraft_id for m in self.members})

    async def _register(self, member: Member, known: dict[str, Any] | None) -> None:
        host, port = member.drone.endpoint
        mavlink = {"system_id": member.drone.autopilot.system_id, "endpoint": f"{host}:{port}"}
        if known is None:
            limits = member.drone.autopilot.vehicle.limits
            body = {
                "registration": member.registration,
                "manufacturer": "Hexlane Simulation",
                "model": member.drone.autopilot.vehicle.model,
                "class": "small",
                "mavlink": mavlink,
                "max_speed_mps": limits.max_airspeed_mps,
                "max_climb_mps": limits.climb_mps,
                "max_descent_mps": limits.descent_mps,
                "endurance_s": member.drone.autopilot.vehicle.battery.power.endurance_s,
            }
            reply = await self.api.post("/v1/aircraft", body)
        else:
            reply = await self.api.patch(f"/v1/aircraft/{known['aircraft_id']}", {"mavlink": mavlink})
        if not reply.ok:
            raise ApiError(f"{self.name}: {member.registration} was not registered: {_why(reply)}")
        member.aircraft_id = reply.body["aircraft_id"]
        member.drone.labels |= {"registration": member.registration, "aircraft_id": member.aircraft_id}

    async def _clear_old_plans(self, aircraft_ids: set[str]) -> None:
        """End what an earlier run of this firm left behind: its drones stand on the ground now."""
        for state in LIVE_STATES:
            for plan in await self.api.items("/v1/flight-plans", {"state": state}):
                if plan["aircraft_id"] in aircraft_ids:
                    step = "cancel" if state in {"pending", "approved"} else "end"
                    await self._clear(plan["plan_id"], step)

    async def _clear(self, plan_id: str, step: str) -> None:
        """Take a step that the server may refuse for some seconds, while it still sees the earlier run's drone fly."""
        for _ in range(CLEAR_TRIES):
            reply = await self.api.post(f"/v1/flight-plans/{plan_id}/{step}")
            if reply.code != "still_airborne":
                return
            await self.fleet.sleep(1.0)
        self.tally.faults["old_plan_stays"] += 1

    async def fly(self, starts_in_s: Iterable[float]) -> None:
        """Let every drone's pilot work until cancelled, each starting after its own pause, and the duty desk answer."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._duty.work(), name=f"{self.name} duty desk")
            for member, pause_s in zip(self.members, starts_in_s, strict=True):
                rng = Random(self.rng.random())
                group.create_task(Pilot(self, member, rng).work(pause_s), name=member.registration)

    async def _unanswered(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for state in ("told", "escalated"):
            reply = await self.api.get("/v1/advisories", {"state": state, "limit": 200})
            found += reply.body.get("items", []) if reply.ok else []
        return found

    async def _acknowledge(self, advisory_id: str) -> bool:
        reply = await self.api.post(f"/v1/advisories/{advisory_id}/acknowledge")
        self.tally.advisories.update(("answered" if reply.ok else "not_taken",))
        return reply.ok

    async def _do(self, advisory: Mapping[str, Any]) -> None:
        """Do what an advisory asks of a flight in the air; a flight that held goes on once that is over."""
        member = next((m for m in self.members if m.plan_id == advisory["plan_id"]), None)
        if member is None or advisory["action"] not in ("hold", "rtl", "land"):
            return
        path, body = f"/v1/aircraft/{member.aircraft_id}/commands", {"type": advisory["action"]}
        reply = await self.api.post(path, body)
        if reply.code == "confirmation_required":
            reply = await self.api.post(path, {**body, "confirmation_token": reply.body["confirmation_token"]})
        self.tally.advisories.update((f"{advisory['action']}_{'ordered' if reply.ok else reply.code}",))
        if not reply.ok or advisory["action"] != "hold":
            return
        while member.plan_id == advisory["plan_id"]:
            await self.fleet.sleep(GO_ON_EVERY_S)
            asked = await self.api.get("/v1/advisories", {"plan_id": advisory["plan_id"], "state": "withdrawn"})
            over = {item["advisory_id"] for item in asked.body.get("items", [])}
            if advisory["advisory_id"] in over and (await self.api.post(path, {"type": "resume"})).ok:
                self.tally.advisories.update(("went_on",))
                return

    async def close(self) -> None:
        """Close the connections."""
        await self.api.close()


class Pilot:
    """The pilot of one drone; see the module's table."""

    def __init__(self, firm: Firm, member: Member, rng: Random) -> None:
        self.firm, self.member, self.rng = firm, member, rng

    async def work(self, pause_s: float) -> None:
        """Go round for ever."""
        await self.firm.fleet.sleep(pause_s)
        while True:
            demand = self.firm.demand
            if demand is None:
                flew = await self._round()
                await self.firm.fleet.sleep(self.rng.uniform(8.0, 25.0) if flew else self.rng.uniform(5.0, 12.0))
                continue
            await demand.acquire()
            if await self._round():
                self.firm.tally.orders_flown += 1
            else:
                self.firm.tally.orders_missed += 1
            await self.firm.fleet.sleep(self.rng.uniform(3.0, 6.0))

    async def _round(self) -> bool:
        """File, fly and end one flight; False when none came about."""
        firm, member = self.firm, self.member
        destination, routes = self._choose()
        if destination is None:
            return False
        firm.pads.take(destination.site_id)
        arrived = False
        try:
            plan = await self._file(routes)
            if plan is None:
                return False
            departure_s = await self._ready(plan)
            if departure_s is None:
                return False
            await self._fly(departure_s)
            arrived = self._stands_at(destination)
            await self._end()
            return True
        finally:
            if arrived:
                firm.pads.leave(member.site_id)
                member.site_id = destination.site_id
            else:
                firm.pads.leave(destination.site_id)

    # --- choosing ---

    def _choose(self) -> tuple[SitePlace | None, list[Route]]:
        book = self.firm.book
        if book is None:
            raise ApiError("the city has not been read")
        here = self.member.site_id
        shortest_m, longest_m = self.firm.reach_m
        near = book.destinations(here, near_m=shortest_m, far_m=longest_m)
        near = near or book.destinations(here, near_m=500.0, far_m=2e4)
        free = [s for s in near if self.firm.pads.free(s)]
        self.rng.shuffle(free)
        for site in free[:6]:
            routes = book.routes(here, site.site_id, self.rng)
            if routes:
                return site, routes
        return None, []

    # --- filing ---

    async def _file(self, routes: list[Route]) -> dict[str, Any] | None:
        """File at every level, then a little later; take an offer where a good one is made. None: nothing worked."""
        firm = self.firm
        for wait_s in (0.0, 40.0):
            for route in routes[:3]:
                departure_at = firm.now() + timedelta(seconds=FILING_LEAD_S + wait_s)
                body = plan_body(self.member.aircraft_id, route, departure_at, cruise_mps=self.member.cruise_mps)
                answer = await self._submit(body)
                if way_back_refused(answer):
                    answer = await self._submit({**body, "contingency": {"lost_link": "land"}})
                offer = best_offer(answer, firm.now()) if answer.outcome == "refused" else None
                if offer is not None:
                    firm.tally.offers_taken += 1
                    answer = await self._submit(offer)
                if answer.outcome == "approved":
                    return answer.plan
                if answer.outcome == "malformed":
                    return None
        return None

    async def _submit(self, body: dict[str, Any]) -> Answered:
        firm = self.firm
        key = str(uuid4())  # not from the seed: a second run must not repeat the first run's keys
        reply = await firm.api.post("/v1/flight-plans", body, {"Idempotency-Key": key})
        firm.tally.filed += 1
        answer = answered(body, reply.status, reply.body)
        if answer.outcome == "approved":
            firm.tally.approved += 1
            self.member.plan_id = answer.plan["plan_id"]
        elif answer.outcome == "pending":
            await self._step(reply.body["plan_id"], "cancel")
            firm.tally.refused["pending"] += 1
        elif answer.outcome == "malformed":
            firm.tally.faults.update(answer.reasons)
        else:
            firm.tally.refused.update(answer.reasons)
        firm.notify(answer.outcome, {"aircraft": self.member.registration, "reasons": list(answer.reasons)})
        return answer

    async def _step(self, plan_id: str, step: str) -> Reply:
        return await self.firm.api.post(f"/v1/flight-plans/{plan_id}/{step}")

    # --- readying ---

    async def _ready(self, plan: dict[str, Any]) -> float | None:
        """Load, confirm, wait and activate; return the departure in scene seconds, None when it was not to be."""
        firm, ap = self.firm, self.member.drone.autopilot
        plan_id = plan["plan_id"]
        ap.failsafe.set_link_action((plan.get("contingency") or {}).get("lost_link", "rtl"))
        ap.load_mission(mission_of_plan(plan, firm.world.altitudes, home_is_item_0=ap.habits.home_is_item_0))
        await self._step(plan_id, "confirm")
        departure_at = departure_of(plan)
        await self._sleep_until(departure_at - timedelta(seconds=ACTIVATE_BEFORE_S))
        while True:
            reply = await self._step(plan_id, "activate")
            if reply.ok:
                moved = departure_of(reply.body) if "departure_at" in reply.body else departure_at
                return to_scene_s(moved)
            answer = answered(plan, reply.status, reply.body)
            late = firm.now() > departure_at + timedelta(seconds=GIVE_UP_AFTER_S)
            if reply.status != 409 or late or reply.code == "illegal_transition":
                firm.tally.not_activated.update(answer.reasons)
                firm.notify("not_activated", {"aircraft": self.member.registration, "reasons": list(answer.reasons)})
                await self._step(plan_id, "cancel")
                self.member.plan_id = None
                return None
            await self.firm.fleet.sleep(1.0)

    async def _sleep_until(self, at: datetime) -> None:
        await self.firm.fleet.sleep((at - self.firm.now()).total_seconds())

    # --- flying ---

    async def _fly(self, departure_s: float) -> None:
        firm, ap = self.firm, self.member.drone.autopilot
        vehicle = ap.vehicle
        await firm.fleet.sleep(departure_s - 0.5 - firm.fleet.clock())
        now_s = firm.fleet.clock()
        # A departure that has slipped by more than the drone can catch up is flown from now.
        starts_s = departure_s if now_s - departure_s < 4.0 else now_s
        if not (ap.arm(now_s) and ap.start_mission(now_s, starts_at_s=starts_s)):
            firm.tally.faults["would_not_start"] += 1
            return
        firm.tally.departed += 1
        firm.notify("departed", {"aircraft": self.member.registration, "plan_id": self.member.plan_id})
        while True:
            await self.firm.fleet.sleep(0.5)
            if vehicle.on_ground and not vehicle.armed:
                break
        firm.tally.flown += 1
        firm.notify("landed", {"aircraft": self.member.registration, "plan_id": self.member.plan_id})

    def _stands_at(self, destination: SitePlace) -> bool:
        """Whether the drone came down where it was bound for; if not, its crew carries it back where it started."""
        v = self.member.drone.autopilot.vehicle
        if not v.crashed and distance_m(v.lat_deg, v.lon_deg, destination.lat_deg, destination.lon_deg) < 60.0:
            return True
        book = self.firm.book
        if book is not None:
            back = book.sites[self.member.site_id]
            v.set_on_ground(self.firm.world.ground(back.lat_deg, back.lon_deg))
        return False

    # --- ending ---

    async def _end(self) -> None:
        """End the plan, patiently: the server may not have seen the landing yet, or may have ended it itself."""
        firm, plan_id = self.firm, self.member.plan_id
        self.member.plan_id = None
        vehicle = self.member.drone.autopilot.vehicle
        if vehicle.battery.left_fraction < SWAP_BELOW:
            vehicle.battery.swap()
        if plan_id is None:
            return
        for _ in range(60):
            reply = await self._step(plan_id, "end")
            if reply.ok or reply.status == 404:
                return
            state = await firm.api.get(f"/v1/flight-plans/{plan_id}")
            if state.status == 404 or state.body.get("state") in OVER_STATES:
                return
            await self.firm.fleet.sleep(1.0)
        firm.tally.faults["would_not_end"] += 1


def _why(reply: Reply) -> str:
    return f"{reply.status} {reply.code} {reply.body.get('detail', '')}"


async def cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait for them."""
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
