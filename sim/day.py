"""A seeded day of a city: orders, vehicles, a thunderstorm, a temporary zone, closed pads and faults, on the real service.

The service is the whole application in simulated time (`sim.deterministic`): orders, planner, bookings, filing, weather and
contingencies are its own code, asked over HTTP. Vehicles are a flight model (`sim.day_crew`), not MAVLink. Invariants of the
records are checked after every commit by code that shares nothing with the engine (`sim.invariants`).
"""

import asyncio
import math
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np

from airspace.sites import Site
from airspace.timebase import to_scene_s
from sim.day_crew import Asker, Craft, Crews, DayLog, Shipper
from sim.day_demand import DAY_S, DayOrder, DayVehicle, SitePlace, orders_of, vehicles_of
from sim.day_sites import ADDED, AddedSite, added_sites
from sim.day_weather import Storm, forecast, storm_of
from sim.deterministic.machine import fast_folder, warm
from sim.deterministic.network import Network
from sim.deterministic.server import Party, Server
from sim.deterministic.sources import logged_to, seeded
from sim.deterministic.world import FIRMS
from sim.invariants import PadRule, PlanInvariants, Violation
from sim.virtual_time import VirtualClock, VirtualLoop, run
from utm.city import City, load_city
from utm.logistics.dispatcher import Planning
from utm.services import Services
from utm.settings import Settings

DAY_AT: Final = datetime(2026, 6, 1, 0, 0, tzinfo=UTC) - timedelta(hours=8)
"""Midnight in Shenzhen, a Monday."""
CENTRE: Final = Party("centre", "dispatcher")
AUTHORITY: Final = Party("authority", "regulator")
HOUR_S: Final = 3_600.0
USUAL_MPS: Final = 15.0
NEIGHBOURS: Final = 3
DETOUR_MOST: Final = 1.5
"""A site is set up where the ways to so many neighbours are no longer than this many times the straight line (ours)."""


@dataclass(frozen=True, slots=True)
class DayScenario:
    """How large a day is, and what happens in it; hours are of the day, Beijing time."""

    orders: int = 6_000
    vehicles: int = 300
    sites: int = 200
    """How many sites orders go between; more are set up until there are so many (`sim.day_sites`), none where 0."""
    from_hour: float = 0.0
    to_hour: float = 24.0
    storm_at_h: float | None = 14.5
    storm_h: float = 1.5
    zone_at_h: float | None = 10.0
    zone_h: float = 1.5
    closed_pads_at_h: tuple[float, ...] = (9.0, 17.5)
    closed_pad_h: float = 1.5
    fault_share: float = 0.01
    closing_h: float = 1.0
    """How long after the last hour what was ordered may still be flown."""
    baseline: bool = False
    """Whether the nearest free vehicle takes each order as it comes, in place of the planner."""


@dataclass(slots=True)
class DayWorld:
    """What is left when a day is over: the store's folder is still there."""

    seed: int
    scenario: DayScenario
    settings: Settings
    city: City
    storm: Storm | None
    sites: list[Site]
    orders: list[DayOrder]
    shippers: list[Shipper]
    crafts: list[Craft]
    log: DayLog
    violations: list[Violation]
    checks: dict[str, Any]
    logs: dict[str, int]
    simulated_s: float
    cpu_s: float


def run_day(seed: int, scenario: DayScenario, read: Callable[[DayWorld], dict[str, Any]]) -> dict[str, Any]:
    """Run one day and return what `read` makes of it, while its store is still there."""
    with tempfile.TemporaryDirectory(prefix="hexlane-day-", dir=fast_folder()) as name:
        return read(_Day(seed, scenario, Path(name)).run())


class _Day:
    def __init__(self, seed: int, scenario: DayScenario, folder: Path) -> None:
        self.seed, self.scenario = seed, scenario
        self.loop = VirtualLoop(seed, longest_thread_s=0.004)
        self.starts_at = DAY_AT + timedelta(hours=scenario.from_hour)
        self.clock = VirtualClock(self.loop, self.starts_at)
        self._zero_s = to_scene_s(DAY_AT)
        self.violations: list[Violation] = []
        self.logs: dict[str, int] = {}
        self.log = DayLog()
        self.settings = Settings(data_dir=folder)
        self.city = load_city("shenzhen")
        self.plans = PlanInvariants(self.settings, self.city, self.broken, lambda: to_scene_s(self.clock.now()))
        self.server = Server(
            loop=self.loop,
            clock=self.clock,
            network=Network(self.loop, Random(f"{seed}/network")),
            folder=folder,
            parties=[*FIRMS, CENTRE, AUTHORITY],
            rng=Random(f"{seed}/server"),
            rates_hz={},
        )
        self.plans.memory = self._memory
        self.server.committed = self.plans.after_commit
        self.asker = Asker(self.server, self.broken)
        self.storm: Storm | None = None
        self._places: list[dict[str, Any]] = []

    # -- time ----------------------------------------------------------------------------------------------------------

    def now_s(self) -> float:
        """Return the second of the day."""
        return self.scenario.from_hour * HOUR_S + self.loop.time()

    def scene_s(self) -> float:
        """Return the same in scene seconds."""
        return self._zero_s + self.now_s()

    def at(self, day_s: float) -> str:
        """Return a second of the day as the API writes instants."""
        return (DAY_AT + timedelta(seconds=day_s)).isoformat()

    def broken(self, rule: str, detail: str) -> None:
        """Note a violation."""
        if len(self.violations) < 100:
            self.violations.append(Violation(self.now_s(), rule, detail))

    def _memory(self) -> Any:
        services = self.server.services
        return None if services is None else services.sky

    def _logged(self, level: str, event: str, fields: dict[str, Any]) -> None:
        name = f"{level} {event}"[:80]
        self.logs[name] = self.logs.get(name, 0) + 1
        if level in ("error", "critical"):
            self.broken("nothing fails in silence", f"{event}: {str(fields)[-500:]}")

    # -- the course of it ----------------------------------------------------------------------------------------------

    def run(self) -> DayWorld:
        """Run the day to its end."""
        warm()
        began_s = time.process_time()
        with seeded(self.seed, self.clock.unix_s), logged_to(self._logged):
            try:
                world = run(self._course(), self.loop)
            finally:
                self.plans.close()
        world.cpu_s = time.process_time() - began_s
        return world

    async def _course(self) -> DayWorld:
        scenario = self.scenario
        services = await self.server.start()
        services.logistics.dispatcher.planning = Planning.NEAREST if scenario.baseline else Planning.BEST
        self.plans.open()
        self.plans.after_commit()
        sites = await self._set_up()
        orders = orders_of(sites, scenario.orders, self.seed, from_hour=scenario.from_hour, to_hour=scenario.to_hour)
        crafts = await self._bring(vehicles_of(sites, scenario.vehicles, self.seed))
        if scenario.storm_at_h is not None:
            self.storm = storm_of(
                self.seed, self._around(sites), scenario.storm_at_h * HOUR_S, scenario.storm_h * HOUR_S
            )
        shippers = [
            Shipper(self.asker, party, [order for order in orders if order.firm == k], DAY_AT, self.log)
            for k, party in enumerate(FIRMS)
        ]
        places = {item["id"]: item["place"] for item in self._places}
        crews = [
            Crews(
                self.asker,
                party,
                [craft for craft in crafts if craft.drawn.firm == k],
                seed=self.seed,
                scene_s=self.scene_s,
                day_zero_s=self._zero_s,
                storm=self.storm,
                places=places,
                fault_share=scenario.fault_share,
                log=self.log,
            )
            for k, party in enumerate(FIRMS)
        ]
        working = [asyncio.create_task(crew.work(), name=f"crews {k}") for k, crew in enumerate(crews)]
        giving = [asyncio.create_task(s.work(self.now_s, self.at), name=f"shipper {k}") for k, s in enumerate(shippers)]
        city = asyncio.create_task(self._city_acts(sites), name="city")
        await self._until(scenario.to_hour * HOUR_S, [*working, *giving, city])
        await self._closing(crews, working)
        for task in [*giving, city]:
            await task
        self.plans.read_everything()
        published = list(services.book.sites.values())
        await self.server.stop()
        counts = self.plans.counts
        checks = {
            "commits": counts.commits,
            "pairs_judged": counts.pairs,
            "whole_checks": counts.whole_checks,
            "excused": counts.excused,
            "plans": len(self.plans.plans),
        }
        return DayWorld(
            self.seed, scenario, self.settings, self.city, self.storm, published, orders, shippers, crafts, self.log,
            self.violations, checks, dict(sorted(self.logs.items())), self.loop.time(), 0.0,
        )  # fmt: skip

    async def _until(self, day_s: float, tasks: list[asyncio.Task[Any]]) -> None:
        while self.now_s() < day_s:
            await asyncio.sleep(min(60.0, day_s - self.now_s()))
            for task in tasks:
                if task.done() and not task.cancelled():
                    task.result()

    async def _closing(self, crews: list[Crews], working: list[asyncio.Task[None]]) -> None:
        """Let what was ordered in time be flown for an hour, then stop planning and bring everything down."""
        services = self.server.services
        limit_s = self.now_s() + self.scenario.closing_h * HOUR_S
        while self.now_s() < limit_s and services is not None and await self._still_open():  # noqa: ASYNC110
            await asyncio.sleep(60.0)
        if services is not None:
            services.logistics.dispatcher.planning = Planning.PAUSED  # nobody would fly it any more
        for task in working:
            task.cancel()
        for crew in crews:
            await crew.settle()

    async def _still_open(self) -> bool:
        reply = await self.asker.ask(CENTRE, "GET", "/v1/orders", query="state=created,assigned,flying&limit=1")
        return bool(reply.body["items"])

    # -- before it begins ----------------------------------------------------------------------------------------------

    async def _set_up(self) -> list[SitePlace]:
        """Let synthetic ground be approved without a person, and read sites and pad times."""
        policy = await self.asker.ask(AUTHORITY, "GET", "/v1/policy")
        changed = await self.asker.ask(AUTHORITY, "PUT", "/v1/policy", {"auto_approve_synthetic_terrain": True})
        if not changed.ok:
            raise RuntimeError(f"the policy was not taken: {changed.body}")
        # Weighing noise searches every pair of sites once, a tenth of a second each: too long for a day in minutes.
        noise = await self.asker.ask(AUTHORITY, "PUT", "/v1/ground-risk/rules", {"noise": {"price": 0.0}})
        if not noise.ok:
            raise RuntimeError(f"the rules of noise were not taken: {noise.body}")
        self.plans.pad_rule = PadRule(
            *(float(policy.body[name]) for name in ("pad_prep_s", "pad_clear_s", "pad_turn_around_s"))
        )
        services = self.server.services
        if services is None:
            raise RuntimeError("the service does not run")
        await self._set_up_sites(services)
        sites = list(services.book.sites.values())
        self.plans.pads = {site.site_id: site.pads for site in sites}
        self._places = [{"id": site.site_id, "place": (site.lat_deg, site.lon_deg)} for site in sites]
        issued_s = self.scenario.from_hour * HOUR_S
        await self._forecast(issued_s, None)
        return [SitePlace(site.site_id, site.x_m, site.y_m, site.pads, site.kind) for site in sites]

    async def _set_up_sites(self, services: Services) -> None:
        """Publish sites until there are as many as asked for, each where one can fly to its neighbours and back."""
        book, wanted = services.book, self.scenario.sites - len(services.book.sites)
        if wanted <= 0:
            return
        published = [SitePlace(s.site_id, s.x_m, s.y_m, s.pads, s.kind) for s in book.sites.values()]
        drawn = list(islice(added_sites(published, self.seed), 3 * wanted))
        lats, lons = book.region.frame.to_lat_lon(
            np.array([one.x_m for one in drawn]), np.array([one.y_m for one in drawn])
        )
        features = [one.feature(float(lat), float(lon)) for one, lat, lon in zip(drawn, lats, lons, strict=True)]
        body = {"type": "FeatureCollection", "features": features}
        told = await self.asker.ask(AUTHORITY, "POST", "/v1/network/import", body)
        if not told.ok:
            raise RuntimeError(f"the added sites were not taken: {told.body}")
        good = [one for one in drawn if self._flown_to(services, one, published)]
        if len(good) < wanted:
            raise RuntimeError(f"only {len(good)} more sites can be flown to, not {wanted}")
        kept = {one.site_id for one in good[:wanted]}
        chosen = [item for item in features if item["properties"]["site_id"] in kept]
        whole = await self.asker.ask(AUTHORITY, "GET", "/v1/network/export")
        of_city = [item for item in whole.body["features"] if not str(item["id"]).startswith(ADDED)]
        body["features"] = [*of_city, *chosen]
        told = await self.asker.ask(AUTHORITY, "POST", "/v1/network/import", body, query="mode=replace")
        if not told.ok:
            raise RuntimeError(f"the added sites were not taken: {told.body}")

    def _flown_to(self, services: Services, site: AddedSite, published: list[SitePlace]) -> bool:
        """Tell whether one flies between a site and the nearest of the city's own, there and back, without a long detour."""
        designer, at = services.logistics.designer, self.clock.now()

        def straight(a: str, b: str) -> bool:
            ways = (designer.designed(a, b, USUAL_MPS, level, at, most=DETOUR_MOST) for level in designer.levels(a, b))
            return any(way.flight is not None for way in ways)

        near = nsmallest(
            NEIGHBOURS, published, key=lambda other: math.dist((other.x_m, other.y_m), (site.x_m, site.y_m))
        )
        ids = {site.near_id, *(other.site_id for other in near)}
        return all(straight(site.site_id, other) and straight(other, site.site_id) for other in sorted(ids))

    async def _bring(self, vehicles: list[DayVehicle]) -> list[Craft]:
        crafts = []
        for vehicle in vehicles:
            party = FIRMS[vehicle.firm]
            body = {
                "registration": f"UASDY{vehicle.number:06d}",
                "manufacturer": "Hexlane Simulation",
                "model": "SIM-X4",
                "class": "small",
            }
            reply = await self.asker.ask(party, "POST", "/v1/aircraft", body)
            if not reply.ok:
                raise RuntimeError(f"an aircraft was not registered: {reply.body}")
            aircraft_id = reply.body["aircraft_id"]
            put = await self.asker.ask(party, "PUT", f"/v1/carriers/{aircraft_id}", vehicle.carrier)
            if not put.ok:
                raise RuntimeError(f"a carrier was not taken: {put.body}")
            crafts.append(Craft(vehicle, aircraft_id))
        return crafts

    def _around(self, sites: list[SitePlace]) -> tuple[float, float, float, float]:
        places = [item["place"] for item in self._places]
        lats, lons = [p[0] for p in places], [p[1] for p in places]
        return min(lons), min(lats), max(lons), max(lats)

    # -- what the city does --------------------------------------------------------------------------------------------

    async def _city_acts(self, sites: list[SitePlace]) -> None:
        scenario, rng = self.scenario, Random(f"{self.seed}/city")
        jobs = []
        if scenario.storm_at_h is not None:
            jobs.append(self._storm_is_seen(scenario.storm_at_h * HOUR_S - HOUR_S))
        if scenario.zone_at_h is not None:
            jobs.append(self._zone(scenario.zone_at_h * HOUR_S, scenario.zone_h * HOUR_S, sites, rng))
        busy = [site for site in sites if site.pads == 2]
        for hour, site in zip(scenario.closed_pads_at_h, rng.sample(busy, len(scenario.closed_pads_at_h)), strict=True):
            jobs.append(self._pad_closes(site.site_id, hour * HOUR_S, scenario.closed_pad_h * HOUR_S))
        await asyncio.gather(*jobs)

    async def _forecast(self, issued_s: float, storm: Storm | None) -> None:
        body = forecast(DAY_AT, issued_s, DAY_S + 4 * HOUR_S, storm, self._around([]))
        reply = await self.asker.ask(CENTRE, "POST", "/v1/weather/forecasts", body, query="format=json")
        if not reply.ok:
            raise RuntimeError(f"the forecast was not taken: {reply.body}")

    async def _storm_is_seen(self, at_s: float) -> None:
        """An hour before it comes the storm is in the forecast."""
        await asyncio.sleep(max(0.0, at_s - self.now_s()))
        await self._forecast(self.now_s(), self.storm)
        self._note("storm_forecast")

    async def _zone(self, starts_s: float, lasts_s: float, sites: list[SitePlace], rng: Random) -> None:
        """A circle over the middle of the city is closed, told half an hour before."""
        await asyncio.sleep(max(0.0, starts_s - 1_860.0 - self.now_s()))
        starts_s = max(starts_s, self.now_s() + 1_830.0)  # a day may begin too late for its notice
        lats, lons = [p["place"][0] for p in self._places], [p["place"][1] for p in self._places]
        lat, lon = sum(lats) / len(lats) + rng.uniform(-0.01, 0.01), sum(lons) / len(lons) + rng.uniform(-0.03, 0.03)
        body = {
            "name": "Sports event",
            "name_zh": "体育赛事",
            "geometry": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]},
            "radius_m": 1_500.0,
            "lower_m": 0,
            "upper_m": 300,
            "datum": "AGL",
            "starts_at": self.at(starts_s),
            "ends_at": self.at(starts_s + lasts_s),
            "category": "urgent",
        }
        reply = await self.asker.ask(AUTHORITY, "POST", "/v1/temporary-zones", body)
        if not reply.ok:
            raise RuntimeError(f"the zone was not taken: {reply.body}")
        self._note(
            "temporary_zone", lat_deg=lat, lon_deg=lon, radius_m=1500.0, starts_s=starts_s, ends_s=starts_s + lasts_s
        )

    async def _pad_closes(self, site_id: str, starts_s: float, lasts_s: float) -> None:
        """A site is closed without notice: a small zone over its pads, up to below the lowest level flown."""
        await asyncio.sleep(max(0.0, starts_s - self.now_s()))
        lat, lon = next(item["place"] for item in self._places if item["id"] == site_id)
        properties = {
            "zone_id": f"zn_closed_{site_id}",
            "name": f"{site_id} is closed",
            "restriction": "PROHIBITED",
            "reason": "pad closed",
            "lower_m": 0,
            "upper_m": 20,
            "datum": "AGL",
            "radius_m": 60.0,
        }
        feature = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": properties,
        }
        reply = await self.asker.ask(AUTHORITY, "POST", "/v1/zones", feature)
        if not reply.ok:
            raise RuntimeError(f"the site was not closed: {reply.body}")
        self._note("pad_closed", site_id=site_id, ends_s=starts_s + lasts_s)
        await asyncio.sleep(lasts_s)
        await self.asker.ask(AUTHORITY, "DELETE", f"/v1/zones/zn_closed_{site_id}")
        self._note("pad_opened", site_id=site_id)

    def _note(self, event: str, **fields: Any) -> None:
        self.log.events.append({"at_s": round(self.now_s(), 1), "event": event, **fields})
