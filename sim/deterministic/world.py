"""One world from one seed: assembled, run for its hours, settled, and judged.

    start    the server on an empty disk, organisations, vehicles registered
    business firms fly, the city acts, things go wrong
    closing  no new flights; what goes wrong heals; everything lands and ends
    settled  a last look: the whole store, every alert, every command

Invariants are checked after every commit and in every instant in which something that they watch has changed.
"""

import asyncio
import hashlib
import tempfile
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

from airspace.timebase import to_scene_s
from sim.deterministic.firms import Company, Pilot
from sim.deterministic.hall import Hall
from sim.deterministic.machine import fast_folder, seldom_collecting, warm
from sim.deterministic.network import Network
from sim.deterministic.server import Party, Server
from sim.deterministic.sources import logged_to, seeded
from sim.deterministic.trouble import Rates, Troubles, schedule
from sim.deterministic.vehicles import WorldVehicle, endpoint_of, move, system_id_of
from sim.deterministic.watchers import AlertWatch, FeedWatch, SentWatch, every
from sim.flavour import Flavour
from sim.invariants import PadRule, PlanInvariants, Violation
from sim.routes import RouteBook
from sim.virtual_time import VirtualClock, VirtualLoop, run
from sim.world import World
from utm.city import City, load_city
from utm.judge import plane_for
from utm.settings import Settings

STARTS_AT: Final = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning in Shenzhen, a Monday."""
FIRMS: Final = (
    Party("north", "operator", ("standing_approval",)),
    Party("south", "operator", ("standing_approval",)),
    Party("east", "operator", ("standing_approval", "priority_over_50")),
)
RATES_HZ: Final = {33: 1.0, 1: 0.5, 245: 0.5, 42: 0.2}
"""What the bridge asks of each vehicle; half of what it asks by default, for speed."""
CLOSING_S: Final = 1800.0
SETTLING_S: Final = 150.0
PARKED_PER_PAD: Final = 2
"""Drones that stand about take no pad: so many find room at a site for each of its pads."""
VIOLATIONS_KEPT: Final = 50
_EXPECTED_LOGS: Final = frozenset({"clock_stepped", "clock_off", "clock_believed"})
"""What the service rightly says aloud of what the world does to it: its clock is set wrong, and right again."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """How large a world is, for how long, and how much goes wrong."""

    vehicles: int = 100
    hours: float = 2.0
    rates: Rates = field(default_factory=Rates)
    city_per_hour: dict[str, float] = field(
        default_factory=lambda: {"zone": 12.0, "stop": 4.0, "order": 40.0, "acknowledge": 40.0}
    )
    stop_at_first: bool = False
    """Whether to end a few seconds after the first violation, as a test that waits for one does."""


@dataclass(frozen=True, slots=True)
class WorldReport:
    """What became of one seed."""

    seed: int
    vehicles: int
    simulated_s: float
    cpu_s: float
    digest: str
    violations: list[Violation]
    counts: dict[str, Any]
    last_events: list[str]

    @property
    def ok(self) -> bool:
        """Whether nothing was broken."""
        return not self.violations

    @property
    def times_real(self) -> float:
        """How many times as fast as real time it ran, by CPU time of one core."""
        return self.simulated_s / max(self.cpu_s, 1e-9)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "seed": self.seed,
            "ok": self.ok,
            "violations": [violation.as_dict() for violation in self.violations],
            "vehicles": self.vehicles,
            "simulated_s": round(self.simulated_s, 1),
            "cpu_s": round(self.cpu_s, 2),
            "times_real": round(self.times_real, 1),
            "digest": self.digest,
            "counts": self.counts,
            "last_events": self.last_events if self.violations else [],
        }


def run_world(seed: int, scenario: Scenario | None = None, *, folder: Path | None = None) -> WorldReport:
    """Run one world; the same seed and scenario give the same events, whose hash is the report's `digest`."""
    with tempfile.TemporaryDirectory(prefix="hexlane-world-", dir=folder or fast_folder()) as name:
        return DeterministicWorld(seed, scenario or Scenario(), Path(name)).run()


@lru_cache(maxsize=1)
def _city() -> City:
    return load_city("shenzhen")


@lru_cache(maxsize=4)
def _routes(features: bytes) -> RouteBook:
    sites, corridors, zones = orjson.loads(features)
    return RouteBook(sites, corridors, zones)


class _EnoughError(Exception):
    """The first violation was found, and no more is wanted."""


class DeterministicWorld:
    """See the module's text."""

    def __init__(self, seed: int, scenario: Scenario, folder: Path) -> None:
        self.seed, self.scenario = seed, scenario
        self.loop = VirtualLoop(seed)
        self.clock = VirtualClock(self.loop, STARTS_AT)
        self.network = Network(self.loop, Random(f"{seed}/network"))
        self.violations: list[Violation] = []
        self._zero_s = to_scene_s(STARTS_AT)
        self._digest = hashlib.blake2b(digest_size=16)
        self._last: deque[str] = deque(maxlen=60)
        self._logs: Counter[str] = Counter()
        city = _city()
        settings = Settings(data_dir=folder)
        self.plans = PlanInvariants(settings, city, self.broken, lambda: to_scene_s(self.clock.now()))
        hall_parties = [Party("centre", "dispatcher"), Party("authority", "regulator")]
        self.server = Server(
            loop=self.loop,
            clock=self.clock,
            network=self.network,
            folder=folder,
            parties=[*FIRMS, *hall_parties],
            rng=Random(f"{seed}/server"),
            rates_hz=RATES_HZ,
        )
        self.plans.memory = self._memory
        self.server.committed = self._committed
        self.server.starting = self.plans.reopen
        self.sent = SentWatch(lambda: self.plans.closed, plane_for(city.crs), self.broken)
        self.network.taps.append(self.sent.tap)
        self.feeds = [
            FeedWatch(hall_parties[0], self.broken, tracks=True),
            FeedWatch(FIRMS[0], self.broken, tracks=False),
        ]
        self.ground = World.of_city(seed=seed)
        self.vehicles: list[WorldVehicle] = []
        self.pilots: list[Pilot] = []
        self._tally: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()

    # -- what everybody may call ---------------------------------------------------------------------------------------

    def scene_s(self) -> float:
        """Return the world's own time in scene seconds; the server's clock may show another."""
        return self._zero_s + self.loop.time()

    def log(self, event: str, **fields: Any) -> None:
        """Add an event to the log whose hash tells two runs apart."""
        line = f"{self.loop.time():.6f} {event} {orjson.dumps(fields, option=orjson.OPT_SORT_KEYS).decode()}"
        self._digest.update(line.encode())
        self._last.append(line)

    def broken(self, rule: str, detail: str) -> None:
        """Note a violation."""
        self.log("VIOLATION", rule=rule, detail=detail)
        if len(self.violations) < VIOLATIONS_KEPT:
            self.violations.append(Violation(self.loop.time(), rule, detail))

    def _memory(self) -> Any:
        services = self.server.services
        return None if services is None else services.sky

    def _committed(self) -> None:
        self.plans.after_commit()
        counts = self.plans.counts
        self.log("commit", n=counts.commits, rows=counts.rows)

    def _logged(self, level: str, event: str, fields: dict[str, Any]) -> None:
        """Take a log line of the service: an error in it is one nobody was told of."""
        self._logs[f"{level} {event}"[:80]] += 1
        of_the_loop = level == "warning" and fields.get("logger") == "asyncio"
        if (level in ("error", "critical") or of_the_loop) and event not in _EXPECTED_LOGS:
            self.broken("nothing fails in silence", f"{event}: {str(fields)[-600:]}")

    # -- the course of it ----------------------------------------------------------------------------------------------

    def run(self) -> WorldReport:
        """Run the world to its end."""
        warm()
        began_s = time.process_time()
        with seldom_collecting(), seeded(self.seed, self.clock.unix_s), logged_to(self._logged):
            try:
                run(self._course(), self.loop)
            except _EnoughError:
                self.log("enough")
            except Exception as error:
                self.broken("the world comes to its end", f"{type(error).__name__}: {error}")
                self._traceback(error)
            finally:
                self.plans.close()
        cpu_s = time.process_time() - began_s
        return WorldReport(
            self.seed,
            self.scenario.vehicles,
            self.loop.time(),
            cpu_s,
            self._digest.hexdigest(),
            self.violations,
            self._counts(),
            list(self._last),
        )

    def _traceback(self, error: BaseException) -> None:
        import traceback  # noqa: PLC0415

        self._last.extend("".join(traceback.format_exception(error)).splitlines()[-25:])

    async def _course(self) -> None:
        seed, scenario = self.seed, self.scenario
        await self.server.start()
        self.plans.open()
        self.plans.after_commit()
        company = await self._set_up()
        hall = Hall(company, self.vehicles, Random(f"{seed}/hall"))
        self._tally, self._outcomes = company.tally, hall.outcomes
        alerts = AlertWatch(
            vehicles=self.vehicles,
            plans=self.plans,
            network=self.network,
            broken=self.broken,
            time_s=self.loop.time,
        )
        troubles = Troubles(
            schedule(seed, scenario.hours, scenario.vehicles, scenario.rates),
            server=self.server,
            network=self.network,
            vehicles=self.vehicles,
            log=self.log,
            restarted=lambda: self._restarted(alerts),
        )
        background = [
            asyncio.create_task(move(self.vehicles), name="vehicles"),
            asyncio.create_task(every(1.0, lambda: self._look(alerts)), name="alert watch"),
            asyncio.create_task(every(300.0, self.plans.read_everything), name="store watch"),
        ]
        rng = Random(f"{seed}/pauses")
        actors = [asyncio.create_task(p.work(rng.uniform(0.0, 120.0)), name=p.vehicle.name) for p in self.pilots]
        city = asyncio.create_task(hall.work(scenario.city_per_hour), name="hall")
        trouble = asyncio.create_task(troubles.run(), name="troubles")
        self._follow_feeds()
        await self._until(scenario.hours * 3600.0, [*background, *actors, city, trouble])
        company.close()
        troubles.heal()
        await self._finish([*actors, city, trouble])
        await asyncio.sleep(SETTLING_S)
        self._last_look(company, alerts)
        for task in background:
            task.cancel()
        await self.server.stop()

    async def _until(self, at_s: float, tasks: list[asyncio.Task[Any]]) -> None:
        """Wait until an instant; an actor that fails ends the world at once."""
        while self.loop.time() < at_s:
            await asyncio.sleep(min(10.0, at_s - self.loop.time()))
            if self.violations and self.scenario.stop_at_first:
                raise _EnoughError
            for task in tasks:
                if task.done() and not task.cancelled() and task.exception() is not None:
                    task.result()

    async def _finish(self, tasks: list[asyncio.Task[Any]]) -> None:
        done, late = await asyncio.wait(tasks, timeout=CLOSING_S)
        for task in sorted(late, key=lambda task: task.get_name()):
            self.broken("everything comes to its end", f"{task.get_name()} is not done {CLOSING_S:.0f} s after closing")
            task.cancel()
        for task in done:
            task.result()

    async def _set_up(self) -> Company:
        """Read the city, allow what the world needs, register the vehicles, and hand the pilots to their firms."""
        server, regulator, firm = self.server, Party("authority", "regulator"), FIRMS[0]
        policy = await server.request(regulator, "GET", "/v1/policy")
        changed = await server.request(regulator, "PUT", "/v1/policy", {"auto_approve_synthetic_terrain": True})
        if not changed.ok:
            raise RuntimeError(f"the policy was not taken: {changed.body}")
        self.plans.pad_rule = PadRule(
            *(float(policy.body[name]) for name in ("pad_prep_s", "pad_clear_s", "pad_turn_around_s"))
        )
        lists = [await self._items(firm, f"/v1/{name}") for name in ("sites", "corridors", "zones")]
        book = _routes(orjson.dumps(lists, option=orjson.OPT_SORT_KEYS))
        company = Company(
            server=server,
            invariants=self.plans,
            broken=self.broken,
            log=self.log,
            scene_s=self.scene_s,
            ground=self.ground,
            altitudes=self.ground.altitudes,
            book=book,
        )
        company.free_pads.update({site.site_id: PARKED_PER_PAD * site.pads for site in book.sites.values()})
        self.plans.pads = {site.site_id: site.pads for site in book.sites.values()}
        for number, site in enumerate(self._stands(book)):
            await self._bring(number, site, company)
        return company

    async def _items(self, party: Party, path: str) -> list[dict[str, Any]]:
        """Return all pages of a list."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            query = f"limit=1000&cursor={cursor}" if cursor else "limit=1000"
            reply = await self.server.request(party, "GET", path, query=query)
            if not reply.ok:
                raise RuntimeError(f"{path} was not read: {reply.body}")
            found += reply.body.get("features") or reply.body.get("items") or []
            cursor = reply.body.get("next_cursor") or ""
            if not cursor:
                return found

    def _stands(self, book: RouteBook) -> list[Any]:
        """Return a site for each vehicle, one place left free everywhere."""
        rng = Random(f"{self.seed}/stands")
        sites = list(book.sites.values())
        stands: list[Any] = []
        level = 0
        while len(stands) < self.scenario.vehicles:
            ring = [site for site in sites if level < PARKED_PER_PAD * site.pads - 1]
            if not ring:
                raise ValueError(f"the city has no room for {self.scenario.vehicles} vehicles")
            rng.shuffle(ring)
            stands += ring[: self.scenario.vehicles - len(stands)]
            level += 1
        return stands

    async def _bring(self, number: int, site: Any, company: Company) -> None:
        rng = Random(f"{self.seed}/vehicle{number}")
        name = f"v{number:03d}"
        autopilot = self.ground.autopilot(
            name,
            system_id=system_id_of(number, rng),
            at=self.ground.ground(site.lat_deg, site.lon_deg),
            now_s=self.scene_s(),
            flavour=self._flavour(number, rng),
            position_hz=1.0,
        )
        vehicle = WorldVehicle(name, autopilot, endpoint_of(number), self.network, self.scene_s)
        vehicle.site_id = site.site_id
        firm = FIRMS[number % len(FIRMS)]
        limits = autopilot.vehicle.limits
        reply = await self.server.request(
            firm,
            "POST",
            "/v1/aircraft",
            {
                "registration": f"UASWD{number:06d}",
                "manufacturer": "Hexlane Simulation",
                "model": "SIM-X4",
                "class": "small",
                "mavlink": {"system_id": autopilot.system_id, "endpoint": vehicle.endpoint.removeprefix("udp:")},
                "max_speed_mps": limits.max_airspeed_mps,
                "max_climb_mps": limits.climb_mps,
                "max_descent_mps": limits.descent_mps,
                "endurance_s": autopilot.vehicle.battery.power.endurance_s,
            },
        )
        if not reply.ok:
            raise RuntimeError(f"{name} was not registered: {reply.body}")
        vehicle.aircraft_id = reply.body["aircraft_id"]
        company.free_pads[site.site_id] -= 1
        self.vehicles.append(vehicle)
        self.pilots.append(Pilot(company, firm, vehicle, rng))

    def _flavour(self, number: int, rng: Random) -> Flavour:
        """Return whose habits a vehicle has: of ten, three are ArduPilot-like."""
        del number
        return Flavour.ARDUPILOT if rng.random() < 0.3 else Flavour.PX4

    # -- looking -------------------------------------------------------------------------------------------------------

    def _look(self, alerts: AlertWatch) -> None:
        services = self.server.services
        if services is not None:
            alerts.look(services)

    def _restarted(self, alerts: AlertWatch) -> None:
        self.log("restarted", starts=self.server.starts)
        alerts.restarted()
        self.plans.read_everything()
        self._follow_feeds()

    def _follow_feeds(self) -> None:
        process = self.server.process
        if process is None:
            return
        for number, feed in enumerate(self.feeds):
            self.loop.create_task(
                feed.follow(self.server, process), name=f"feed {number}", context=process.context.copy()
            )

    def _last_look(self, company: Company, alerts: AlertWatch) -> None:
        """Judge how everything ended."""
        self.plans.read_everything()
        for plan_id in sorted(self.plans.live_flights()):
            known = self.plans.plans[plan_id]
            self.broken("every flight can be ended", f"{plan_id} of {known.aircraft_id} is {known.state} in the end")
        services = self.server.services
        if services is not None:
            alerts.look(services)
            for alert in services.alerts.book.open.values():
                condition = alert.condition
                self.broken(
                    "every alert resolves or has a cause",
                    f"{condition.kind} about {condition.subject} is {alert.status} when everything stands",
                )
        self.log("end", plans=len(self.plans.plans), tally=dict(company.tally), alerts=len(alerts.seen))

    def _counts(self) -> dict[str, Any]:
        counts = self.plans.counts
        return {
            "commits": counts.commits,
            "plans": len(self.plans.plans),
            "pairs_judged": counts.pairs,
            "whole_checks": counts.whole_checks,
            "acknowledged": counts.acknowledged,
            "excused": counts.excused,
            "orders_judged": self.plans.orders.checked,
            "server_starts": self.server.starts,
            "instants": self.loop.instants,
            "datagrams": dict(self.network.counters),
            "feed_frames": sum(feed.frames for feed in self.feeds),
            "places_sent": self.sent.places,
            "commands": dict(sorted(self._outcomes.items())),
            "firms": dict(sorted(self._tally.items())),
            "logs": dict(sorted(self._logs.items())),
        }
