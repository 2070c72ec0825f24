"""Firms of the world: pilots who file, confirm, activate, fly and end over the HTTP edge, and some who misbehave.

A pilot that gets no answer asks again with the same idempotency key, as the API tells it to. What it reads is noted as
acknowledged (`PlanInvariants.acknowledge`): from then on the service must not forget it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from airspace.datums import AltitudeModel
from airspace.timebase import from_scene_s, to_scene_s
from sim.deterministic.server import Party, Reply, Server, ServerAwayError
from sim.deterministic.vehicles import WorldVehicle
from sim.filing import Answered, answered, best_offer, departure_of, plan_body
from sim.geodesy import distance_m
from sim.invariants import Broken, PlanInvariants
from sim.mission import mission_of_plan
from sim.routes import Route, RouteBook, SitePlace
from sim.vehicle import Mode
from sim.world import World

FILING_LEAD_S: Final = 8.0
ACTIVATE_BEFORE_S: Final = 3.5
GIVE_UP_AFTER_S: Final = 35.0
CRUISE_MPS: Final = 15.0
SWAP_BELOW: Final = 0.5
LATE_HOME_S: Final = 240.0
"""A pilot whose drone is overdue by this calls it home; by twice this its crew fetches it."""
REST_S: Final = (20.0, 150.0)
"""How long a drone stands between two flights, at least and at most."""
RETRY_S: Final = (15.0, 60.0)
NO_ANSWER: Final = frozenset({429, 502, 503})
OVER_STATES: Final = frozenset({"ended", "cancelled", "withdrawn", "expired", "refused"})


@dataclass(slots=True)
class Company:
    """What all firms of a world share."""

    server: Server
    invariants: PlanInvariants
    broken: Broken
    log: Callable[..., None]
    scene_s: Callable[[], float]
    ground: World
    altitudes: AltitudeModel
    book: RouteBook
    free_pads: Counter[str] = field(default_factory=Counter)
    tally: Counter[str] = field(default_factory=Counter)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    flown_by: dict[str, WorldVehicle] = field(default_factory=dict)
    """Which vehicle flies which activated plan."""

    @property
    def open_for_business(self) -> bool:
        """Whether new flights are planned."""
        return not self.closing.is_set()

    def close(self) -> None:
        """Let nothing new begin."""
        self.closing.set()

    async def sleep_open(self, seconds: float) -> bool:
        """Sleep so long, or until closing; return whether it is still open."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), max(0.0, seconds))
        return self.open_for_business

    def now(self) -> datetime:
        """The firms' clock, which is right."""
        return from_scene_s(self.scene_s())


class Pilot:
    """The pilot of one vehicle."""

    def __init__(self, company: Company, party: Party, vehicle: WorldVehicle, rng: Random) -> None:
        self.company, self.party, self.vehicle, self.rng = company, party, vehicle, rng
        self.standing = False
        """Whether the pilot has nothing under way."""
        self._old_bodies: list[dict[str, Any]] = []

    async def work(self, pause_s: float) -> None:
        """File and fly until the world closes for business, and finish what was begun."""
        await asyncio.sleep(pause_s)
        while self.company.open_for_business:
            flew = await self._round()
            await self.company.sleep_open(self.rng.uniform(*(REST_S if flew else RETRY_S)))
        self.standing = True

    # -- asking --------------------------------------------------------------------------------------------------------

    async def ask(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, tries: int = 60
    ) -> Reply | None:
        """Ask until there is an answer; None when there is none for minutes."""
        headers = {} if key is None else {"Idempotency-Key": key}
        for _ in range(tries):
            try:
                reply = await self.company.server.request(self.party, method, path, body, headers=headers)
            except ServerAwayError:
                self.company.tally["no_answer"] += 1
            else:
                if reply.status == 500 or reply.status > 503:
                    self.company.broken("no request fails inside", f"{method} {path}: {reply.status} {reply.body}")
                    return reply
                if reply.status not in NO_ANSWER:
                    return reply
                self.company.tally[f"answered_{reply.status}"] += 1
            await asyncio.sleep(self.rng.uniform(0.5, 4.0))
        return None

    async def _step(self, plan_id: str, step: str) -> Reply | None:
        """Take a step; a step that may have been taken without our knowing is looked up."""
        reply = await self.ask("POST", f"/v1/flight-plans/{plan_id}/{step}")
        self._note(reply)
        return reply

    async def _look(self, plan_id: str) -> str:
        """Return the state of a plan as the service has it, "" when it does not tell."""
        reply = await self.ask("GET", f"/v1/flight-plans/{plan_id}")
        if reply is not None and reply.status == 404:
            self.company.broken("nothing approved is forgotten", f"{plan_id} of {self.party.key} is answered with 404")
        self._note(reply)
        return str(reply.body.get("state", "")) if reply is not None and reply.ok else ""

    def _note(self, reply: Reply | None) -> None:
        """Hold the service to what it says of a plan."""
        if reply is not None and reply.ok and "plan_id" in reply.body:
            self.company.invariants.acknowledge(
                reply.body["plan_id"], self.party.organisation_id, reply.body, str(reply.body["state"])
            )

    # -- one flight ----------------------------------------------------------------------------------------------------

    async def _round(self) -> bool:
        choice = self._choose()
        if choice is None:
            return False
        site, routes = choice
        company, vehicle = self.company, self.vehicle
        company.free_pads[site.site_id] -= 1
        arrived = False
        try:
            plan = await self._file(routes)
            if plan is None:
                return False
            departs_s = await self._ready(plan)
            if departs_s is None:
                return False
            await self._fly(plan, departs_s)
            arrived = self._stands_at(site)
            await self._end(plan["plan_id"])
            return True
        finally:
            company.free_pads[vehicle.site_id if arrived else site.site_id] += 1
            if arrived:
                vehicle.site_id = site.site_id

    def _choose(self) -> tuple[SitePlace, list[Route]] | None:
        company = self.company
        near = company.book.destinations(self.vehicle.site_id, near_m=700.0, far_m=6000.0)
        free = [site for site in near if company.free_pads[site.site_id] > 0]
        self.rng.shuffle(free)
        for site in free[:3]:
            routes = company.book.routes(self.vehicle.site_id, site.site_id, self.rng)
            if routes:
                return site, routes
        return None

    async def _file(self, routes: list[Route]) -> dict[str, Any] | None:
        for wait_s in (0.0, self.rng.uniform(20.0, 60.0)):
            for route in routes[:2]:
                departure_at = self.company.now() + timedelta(seconds=FILING_LEAD_S + wait_s)
                body = plan_body(self.vehicle.aircraft_id, route, departure_at, cruise_mps=CRUISE_MPS)
                answer = await self._submit(body)
                offer = best_offer(answer, self.company.now()) if answer.outcome == "refused" else None
                if offer is not None:
                    self.company.tally["offers_taken"] += 1
                    answer = await self._submit(offer)
                if answer.outcome == "approved":
                    return answer.plan
                if answer.outcome == "malformed":
                    return None
        return None

    async def _submit(self, body: dict[str, Any]) -> Answered:
        company, rng = self.company, self.rng
        key = f"{self.vehicle.name}-{rng.getrandbits(48):012x}"
        company.tally["filed"] += 1
        if rng.random() < 0.06:
            reply = await self._file_twice(body, key)
        else:
            reply = await self.ask("POST", "/v1/flight-plans", body, key=key)
        if reply is None:
            return Answered("malformed", {}, ("no_answer",), ())
        answer = answered(body, reply.status, reply.body)
        if answer.outcome == "approved":
            self._note(reply)
            company.tally["approved"] += 1
            self._old_bodies = [*self._old_bodies[-3:], body]
            if rng.random() < 0.08:
                await self._misbehave(body, key, reply.body["plan_id"])
        elif answer.outcome == "pending":
            company.tally["pending"] += 1
            await self._step(reply.body["plan_id"], "cancel")
        elif answer.outcome == "malformed":
            company.tally.update(f"fault_{reason}" for reason in answer.reasons)
        else:
            company.tally.update(f"refused_{reason}" for reason in answer.reasons)
        company.log("filed", who=self.vehicle.name, outcome=answer.outcome, reasons=list(answer.reasons))
        return answer

    async def _file_twice(self, body: dict[str, Any], key: str) -> Reply | None:
        """File the same plan twice at once with one key: one plan must come of it."""
        self.company.tally["filed_twice"] += 1
        one, two = await asyncio.gather(
            self.ask("POST", "/v1/flight-plans", body, key=key), self.ask("POST", "/v1/flight-plans", body, key=key)
        )
        if one is not None and two is not None and "plan_id" in one.body and "plan_id" in two.body:
            same = (one.body["plan_id"], one.status) == (two.body["plan_id"], two.status)
            if not same:
                self.company.broken(
                    "one key, one answer",
                    f"{key}: {one.status} {one.body['plan_id']} and {two.status} {two.body['plan_id']}",
                )
        return one if one is not None and "plan_id" in one.body else two

    async def _misbehave(self, body: dict[str, Any], key: str, plan_id: str) -> None:
        """Do what a firm must not, and expect the answer it deserves."""
        company, kind = self.company, self.rng.randrange(4)
        company.tally["misbehaved"] += 1
        if kind == 0:  # another flight under a used key
            other = {**body, "priority": 11}
            reply = await self.ask("POST", "/v1/flight-plans", other, key=key)
            if reply is not None and reply.status != 409:
                company.broken("one key, one answer", f"{key} was taken for another body: {reply.status}")
        elif kind == 1:  # an old flight filed again
            reply = await self.ask("POST", "/v1/flight-plans", self._old_bodies[0], key=f"{key}-again")
            if reply is not None and reply.status == 201 and reply.body["plan_id"] != plan_id:
                self._note(reply)
                await self._step(reply.body["plan_id"], "cancel")
        elif kind == 2:  # activated much too early, twice
            departure_at = departure_of(body)
            if departure_at - company.now() > timedelta(seconds=400.0):
                reply = await self.ask("POST", f"/v1/flight-plans/{plan_id}/activate")
                if reply is not None and reply.ok:
                    company.broken("a plan's life", f"{plan_id} was activated long before its departure")
        else:  # the same flight under a new key: the first is in its way
            reply = await self.ask("POST", "/v1/flight-plans", body, key=f"{key}-copy")
            if reply is not None and reply.status == 201:
                self._note(reply)
                await self._step(reply.body["plan_id"], "cancel")

    async def _ready(self, plan: dict[str, Any]) -> float | None:
        """Load, confirm, wait and activate; return the departure in scene seconds, None when it was not to be."""
        company, autopilot, plan_id = self.company, self.vehicle.autopilot, str(plan["plan_id"])
        home_first = autopilot.habits.home_is_item_0
        autopilot.load_mission(mission_of_plan(plan, company.altitudes, home_is_item_0=home_first))
        await self._step(plan_id, "confirm")
        departure_at = departure_of(plan)
        late_s = 0.0
        if self.rng.random() < 0.08:
            late_s = self.rng.choice((10.0, 25.0, 90.0))
            company.tally["late_pilots"] += 1
        await self._sleep_until(departure_at - timedelta(seconds=ACTIVATE_BEFORE_S - late_s))
        while True:
            reply = await self._step(plan_id, "activate")
            if reply is not None and reply.ok:
                company.flown_by[plan_id] = self.vehicle
                return to_scene_s(departure_of(reply.body))
            state = await self._look(plan_id)
            if state == "activated":  # the answer was lost, not the step
                company.flown_by[plan_id] = self.vehicle
                return max(to_scene_s(departure_at), company.scene_s())
            company.tally[f"not_activated_{'no_answer' if reply is None else reply.code}"] += 1
            waiting = company.now() < departure_at + timedelta(seconds=GIVE_UP_AFTER_S)
            if state != "approved" or not waiting or not company.open_for_business:
                if state in ("approved", "pending", "") and self.rng.random() < 0.7:  # else it expires by itself
                    await self._step(plan_id, "cancel")
                return None
            await asyncio.sleep(1.0)

    async def _sleep_until(self, at: datetime) -> None:
        await asyncio.sleep(max(0.0, (at - self.company.now()).total_seconds()))

    async def _fly(self, plan: dict[str, Any], departs_s: float) -> None:
        company, autopilot = self.company, self.vehicle.autopilot
        await asyncio.sleep(max(0.0, departs_s - 0.5 - company.scene_s()))
        now_s = company.scene_s()
        starts_s = departs_s if now_s - departs_s < 4.0 else now_s
        if not (autopilot.arm(now_s) and autopilot.start_mission(now_s, starts_at_s=starts_s)):
            company.tally["would_not_start"] += 1
            return
        company.tally["departed"] += 1
        company.log("departed", who=self.vehicle.name, plan=plan["plan_id"])
        path = autopilot.vehicle.path
        due_s = (path.ends_s if path is not None else now_s) + LATE_HOME_S
        called = False
        await asyncio.sleep(5.0)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, due_s - company.scene_s())):
                await self.vehicle.rest()
        await asyncio.sleep(self.rng.random())  # a pilot looks once a second, each at an instant of his own
        while not self.vehicle.resting:
            await asyncio.sleep(1.0)
            now_s = company.scene_s()
            if now_s > due_s + LATE_HOME_S:
                company.tally["fetched"] += 1
                break
            if now_s > due_s and not called:
                company.tally["called_home"] += 1
                called = autopilot.set_mode(Mode.RTL, now_s)
        company.tally["landed"] += 1
        company.log("landed", who=self.vehicle.name, plan=plan["plan_id"])

    def _stands_at(self, site: SitePlace) -> bool:
        """Whether the drone came down where it was bound for; if not, its crew carries it back where it started."""
        vehicle = self.vehicle.autopilot.vehicle
        there = distance_m(vehicle.lat_deg, vehicle.lon_deg, site.lat_deg, site.lon_deg) < 60.0
        if there and self.vehicle.resting and not vehicle.crashed:
            return True
        back = self.company.book.sites[self.vehicle.site_id]
        vehicle.set_on_ground(self.company.ground.ground(back.lat_deg, back.lon_deg))
        return False

    async def _end(self, plan_id: str) -> None:
        battery = self.vehicle.autopilot.vehicle.battery
        if battery.left_fraction < SWAP_BELOW:
            battery.swap()
        for _ in range(90):
            reply = await self._step(plan_id, "end")
            if reply is not None and reply.ok:
                break
            if await self._look(plan_id) in OVER_STATES:
                break
            await asyncio.sleep(2.0)
        else:
            self.company.broken("every flight can be ended", f"{plan_id} of {self.vehicle.name}, which stands")
        self.company.flown_by.pop(plan_id, None)
