"""Files a day's orders as plans with a running server, as fast as it answers, and says how it went hour by hour."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import uuid4

from airspace.timebase import from_scene_s
from sim.api_client import ApiError, Credentials, FirmApi
from sim.filing import answered, best_offer, plan_body
from sim.firm import CRUISE_MPS
from sim.load import HOURS, Order, orders
from sim.net import system_scene_s
from sim.routes import Route, RouteBook

BEGINS_IN_S: Final = 600.0
"""The day to be filed begins so long from now."""
LONGEST_FLIGHT_S: Final = 900.0
"""What an order is taken to last: 12 km at 15 m/s, up and down."""
TURNAROUND_S: Final = 300.0
"""On the ground between two flights of one aircraft (ours: unload, load, change the battery)."""


@dataclass(slots=True)
class Filed:
    """What came of a day's orders, by hour."""

    orders: list[int] = field(default_factory=lambda: [0] * HOURS)
    approved: list[int] = field(default_factory=lambda: [0] * HOURS)
    no_aircraft: int = 0
    no_route: int = 0
    offers_taken: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    took_s: list[float] = field(default_factory=list)
    wall_s: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values; times in milliseconds as the client measured them."""
        times = sorted(self.took_s)

        def at(share: float) -> float | None:
            return round(1000 * times[min(len(times) - 1, int(share * len(times)))], 1) if times else None

        return {
            "orders": sum(self.orders),
            "approved": sum(self.approved),
            "offers_taken": self.offers_taken,
            "no_aircraft": self.no_aircraft,
            "no_route": self.no_route,
            "reasons": dict(self.reasons.most_common()),
            "requests": len(times),
            "wall_s": round(self.wall_s, 1),
            "ms_p50": at(0.5),
            "ms_p99": at(0.99),
            "by_hour": [{"hour": h, "orders": self.orders[h], "approved": self.approved[h]} for h in range(HOURS)],
        }


@dataclass(slots=True)
class _Aircraft:
    aircraft_id: str
    site_id: str
    free_at_s: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Its plans are filed one after the other: where it stands depends on the one before."""


class DayFiling:
    """Files one day for every operator of a credentials file."""

    def __init__(self, credentials: Path, *, base_url: str | None, shape: str, scale: float, seed: int) -> None:
        known = Credentials.read(credentials)
        clients = known.of_role("operator")
        if not clients:
            raise ValueError(f"{credentials} names no operator")
        self._apis = [
            FirmApi(base_url or known.base_url, lambda c=client: c, rng=Random(f"{seed}/{k}"))  # type: ignore[misc]
            for k, client in enumerate(clients)
        ]
        self._day = orders(shape, firms=len(clients), seed=seed, scale=scale)
        self._rng = Random(f"{seed}/filing")
        self._fleets: list[list[_Aircraft]] = []
        self.filed = Filed()

    async def run(self, *, aircraft: int, parallel: int, progress: Callable[[int, int], None]) -> Filed:
        """Register `aircraft` of each firm and file the day; raises ApiError."""
        try:
            book = RouteBook(*[await self._apis[0].items(f"/v1/{kind}") for kind in ("sites", "corridors", "zones")])
            self._fleets = [await self._register(api, k, aircraft, book) for k, api in enumerate(self._apis)]
            begins_at = from_scene_s(system_scene_s() + BEGINS_IN_S)
            gate, began, done = asyncio.Semaphore(parallel), time.monotonic(), 0
            tasks: set[asyncio.Task[None]] = set()
            for order in self._day:
                chosen = self._choose(order)
                done += 1
                progress(done, len(self._day))
                if chosen is None:
                    continue
                await gate.acquire()
                task = asyncio.create_task(self._file(order, chosen, book, begins_at))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
                task.add_done_callback(lambda _: gate.release())
            await asyncio.gather(*tasks)
            self.filed.wall_s = time.monotonic() - began
            return self.filed
        finally:
            for api in self._apis:
                await api.close()

    async def _register(self, api: FirmApi, firm: int, count: int, book: RouteBook) -> list[_Aircraft]:
        known = {a["registration"]: a["aircraft_id"] for a in await api.items("/v1/aircraft")}
        sites = sorted(book.sites)
        out = []
        for k in range(count):
            registration = f"UASLD{firm}{k:05d}"
            if registration not in known:
                body = {"registration": registration, "manufacturer": "Hexlane Simulation", "model": "SIM-X4"}
                reply = await api.post("/v1/aircraft", {**body, "class": "small"})
                if not reply.ok:
                    raise ApiError(f"{registration} was not registered: {reply.status} {reply.code}")
                known[registration] = reply.body["aircraft_id"]
            out.append(_Aircraft(known[registration], self._rng.choice(sites)))
        return out

    def _choose(self, order: Order) -> _Aircraft | None:
        """Choose the aircraft that has been free longest and book it for the longest flight there may be."""
        self.filed.orders[int(order.at_s // 3600) % HOURS] += 1
        free = [a for a in self._fleets[order.firm] if a.free_at_s <= order.at_s]
        if not free:
            self.filed.no_aircraft += 1
            return None
        aircraft = min(free, key=lambda a: a.free_at_s)
        aircraft.free_at_s = order.at_s + LONGEST_FLIGHT_S + TURNAROUND_S
        return aircraft

    def _routes(self, aircraft: _Aircraft, book: RouteBook) -> list[Route]:
        """Return routes from where it stands to somewhere else, none when there is no way."""
        near = book.destinations(aircraft.site_id, near_m=900.0, far_m=7000.0)
        self._rng.shuffle(near)
        return next((found for s in near[:6] if (found := book.routes(aircraft.site_id, s.site_id, self._rng))), [])

    async def _file(self, order: Order, aircraft: _Aircraft, book: RouteBook, begins_at: datetime) -> None:
        async with aircraft.turn:
            routes = self._routes(aircraft, book)
            if not routes:
                self.filed.no_route += 1
            departure_at = begins_at + timedelta(seconds=order.at_s)
            for route in routes[:3]:
                body = plan_body(aircraft.aircraft_id, route, departure_at, cruise_mps=CRUISE_MPS, lost_link="land")
                if await self._approved(order, body):
                    aircraft.site_id = route.destination.site_id
                    return

    async def _approved(self, order: Order, body: dict[str, Any]) -> bool:
        """File a plan, and the offer made for it when it is refused."""
        for attempt in range(2):
            began = time.monotonic()
            reply = await self._apis[order.firm].post("/v1/flight-plans", body, {"Idempotency-Key": str(uuid4())})
            self.filed.took_s.append(time.monotonic() - began)
            answer = answered(body, reply.status, reply.body)
            if answer.outcome == "approved":
                self.filed.approved[int(order.at_s // 3600) % HOURS] += 1
                self.filed.offers_taken += attempt
                return True
            self.filed.reasons.update(answer.reasons)
            offer = best_offer(answer, from_scene_s(system_scene_s()))
            if offer is None:
                return False
            body = offer
        return False
