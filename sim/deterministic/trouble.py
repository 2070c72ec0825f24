"""What goes wrong in a world, and when: a schedule drawn from the seed before anything happens, and what carries it out."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from sim.deterministic.network import Network, Weather
from sim.deterministic.server import Server
from sim.deterministic.vehicles import WorldVehicle

QUIET_S: Final = 60.0
"""Nothing goes wrong so soon after the start."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong, when, for how long, and its values."""

    at_s: float
    kind: str
    lasts_s: float
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rates:
    """How often each kind of trouble comes in an hour, for the whole world or for each vehicle."""

    crash: float = 2.0
    restart: float = 0.5
    slow_disk: float = 3.0
    failing_disk: float = 1.5
    bad_radio: float = 3.0
    lost_requests: float = 2.0
    clock_step: float = 1.5
    lost_link: float = 0.25
    gps_jump: float = 0.08
    gps_drift: float = 0.05
    stuck_mode: float = 0.04
    refuse_commands: float = 0.1
    battery_sag: float = 0.04
    clock_skew: float = 0.05


WORLD_KINDS: Final = ("crash", "restart", "slow_disk", "failing_disk", "bad_radio", "lost_requests", "clock_step")
VEHICLE_KINDS: Final = (
    "lost_link",
    "gps_jump",
    "gps_drift",
    "stuck_mode",
    "refuse_commands",
    "battery_sag",
    "clock_skew",
)


def schedule(seed: int | str, hours: float, vehicles: int, rates: Rates | None = None) -> list[Trouble]:
    """Return everything that will go wrong, in order of time."""
    rng, rates = Random(f"{seed}/trouble"), rates or Rates()
    found: list[Trouble] = []
    for kind in (*WORLD_KINDS, *VEHICLE_KINDS):
        many = vehicles if kind in VEHICLE_KINDS else 1
        per_s = getattr(rates, kind) * many / 3600.0
        at_s = QUIET_S
        while per_s > 0.0:
            at_s += rng.expovariate(per_s)
            if at_s >= hours * 3600.0:
                break
            found.append(_drawn(rng, kind, at_s, vehicles))
    return sorted(found, key=lambda trouble: (trouble.at_s, trouble.kind))


def _drawn(rng: Random, kind: str, at_s: float, vehicles: int) -> Trouble:
    lasts_s = rng.uniform(5.0, 40.0)
    values: dict[str, Any] = {}
    if kind in VEHICLE_KINDS:
        values["vehicle"] = rng.randrange(vehicles)
    if kind in ("crash", "restart"):
        lasts_s = rng.choice((0.2, 2.0, 8.0, 20.0))
    elif kind == "slow_disk":
        values["slow_s"] = rng.choice((0.2, 1.0, 3.0))
    elif kind == "failing_disk":
        lasts_s = rng.uniform(0.5, 12.0)
    elif kind == "bad_radio":
        values |= {"loss": rng.choice((0.05, 0.2, 0.5)), "jitter_s": rng.choice((0.05, 0.5, 1.5))}
    elif kind == "lost_requests":
        values["share"] = rng.choice((0.05, 0.2))
    elif kind == "clock_step":
        values["offset_s"] = rng.choice((-1.5, -0.3, 0.4, 2.0))
    elif kind == "lost_link":
        lasts_s = rng.choice((6.0, 15.0, 40.0, 90.0))
    elif kind == "gps_jump":
        values |= {"east_m": rng.uniform(-250.0, 250.0), "north_m": rng.uniform(-250.0, 250.0)}
        lasts_s = rng.uniform(3.0, 15.0)
    elif kind == "gps_drift":
        values |= {"east_mps": rng.uniform(-2.0, 2.0), "north_mps": rng.uniform(-2.0, 2.0)}
    elif kind == "battery_sag":
        values["lost_pct"] = rng.uniform(10.0, 45.0)
    elif kind == "clock_skew":
        values["offset_s"] = rng.uniform(-4.0, 4.0)
    return Trouble(at_s, kind, lasts_s, values)


class Troubles:
    """Carries the schedule out and heals what it did."""

    def __init__(
        self,
        plan: list[Trouble],
        *,
        server: Server,
        network: Network,
        vehicles: list[WorldVehicle],
        log: Callable[..., None],
        restarted: Callable[[], None],
    ) -> None:
        self.plan = plan
        self._healing = asyncio.Event()
        self._server, self._network, self._vehicles = server, network, vehicles
        self._log, self._restarted = log, restarted
        self._coming_up = asyncio.Lock()
        self._under_way = 0

    @property
    def all_is_well(self) -> bool:
        """Whether nothing is wrong at the moment."""
        return self._under_way == 0

    def heal(self) -> None:
        """Let no more trouble begin; what is under way ends by itself."""
        self._healing.set()

    async def run(self) -> None:
        """Let everything go wrong in its turn."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            for number, trouble in enumerate(self.plan):
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._healing.wait(), max(0.0, trouble.at_s - loop.time()))
                if self._healing.is_set():
                    break
                group.create_task(self._have(trouble), name=f"trouble {number}")

    async def _have(self, trouble: Trouble) -> None:
        self._log("trouble", kind=trouble.kind, lasts_s=trouble.lasts_s, **trouble.values)
        self._under_way += 1
        try:
            await getattr(self, f"_{trouble.kind}", self._vehicle)(trouble)
        finally:
            self._under_way -= 1

    async def _vehicle(self, trouble: Trouble) -> None:
        values = {name: value for name, value in trouble.values.items() if name != "vehicle"}
        self._vehicles[trouble.values["vehicle"]].suffer(trouble.kind, trouble.lasts_s, **values)
        await asyncio.sleep(trouble.lasts_s)

    async def _crash(self, trouble: Trouble) -> None:
        async with self._coming_up:
            self._server.kill()
            await self._come_up(trouble.lasts_s)

    async def _restart(self, trouble: Trouble) -> None:
        async with self._coming_up:
            await self._server.stop()
            await self._come_up(trouble.lasts_s)

    async def _come_up(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        while True:
            try:
                await self._server.start()
            except Exception as error:  # a disk that fails now: whoever watches servers starts it again
                self._log("start_failed", reason=str(error)[:200])
                self._server.kill()
                await asyncio.sleep(2.0)
            else:
                break
        self._restarted()

    async def _slow_disk(self, trouble: Trouble) -> None:
        self._server.disk.slow_s = trouble.values["slow_s"]
        await asyncio.sleep(trouble.lasts_s)
        self._server.disk.slow_s = 0.0

    async def _failing_disk(self, trouble: Trouble) -> None:
        self._server.disk.failing = True
        await asyncio.sleep(trouble.lasts_s)
        self._server.disk.failing = False

    async def _bad_radio(self, trouble: Trouble) -> None:
        values = trouble.values
        self._network.weather = Weather(values["loss"], 0.02, 0.05, values["jitter_s"])
        await asyncio.sleep(trouble.lasts_s)
        self._network.weather = Weather()

    async def _lost_requests(self, trouble: Trouble) -> None:
        self._server.http_loss = trouble.values["share"]
        await asyncio.sleep(trouble.lasts_s)
        self._server.http_loss = 0.0

    async def _clock_step(self, trouble: Trouble) -> None:
        self._server.clock.offset_s += trouble.values["offset_s"]
        await asyncio.sleep(trouble.lasts_s)
        self._server.clock.offset_s -= trouble.values["offset_s"]
