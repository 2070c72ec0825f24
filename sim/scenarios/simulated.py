"""A scenario in simulated time: the same firms, vehicles, faults and expectations, and the whole service, in one process.

Nothing waits: the clock jumps to the next thing that happens (`sim.virtual_time`), so that five minutes of forty drones
take seconds, and a busy machine changes nothing. What differs from a run against a server of its own: requests enter the
application without a web server between, datagrams cross the simulated network without loss, and the service's threads are
instants (docs/deterministic-world.md). The firms' choices follow from the scenario's seed.
"""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from airspace.timebase import to_scene_s
from sim.autopilot import Autopilot
from sim.deterministic.machine import fast_folder, warm
from sim.deterministic.network import Network, Weather
from sim.deterministic.server import Server
from sim.deterministic.sources import logged_to, seeded
from sim.net import Address, Drone, Fleet
from sim.scenarios.model import Scenario
from sim.scenarios.run import Notify, Report, ScenarioRun
from sim.virtual_time import VirtualClock, VirtualLoop, run
from sim.wire import Link

STARTS_AT: Final = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
BRIDGE: Final[Address] = ("10.0.0.1", 14550)
TICK_S: Final = 0.5
_RATES_HZ: Final = {33: 2.0, 1: 1.0, 245: 1.0, 42: 1.0}


class _Plug:
    """A vehicle's end of the simulated network, where a socket would be."""

    def __init__(self, number: int, network: Network) -> None:
        self._number, self._network = number, network
        self.address: Address = (f"10.1.{number // 250}.{number % 250 + 1}", 14560)

    def getsockname(self) -> Address:
        return self.address

    def fileno(self) -> int:
        return self._number

    def sendto(self, datagram: bytes, _to: Address) -> int:
        self._network.to_server(f"udp:{self.address[0]}:{self.address[1]}", datagram)
        return len(datagram)

    def close(self) -> None:
        """Nothing is open."""


class SimulatedFleet(Fleet):
    """A fleet on the simulated network, by the loop's clock."""

    def __init__(self, network: Network, scene_s: Callable[[], float]) -> None:
        super().__init__(bridge=BRIDGE, tick_s=TICK_S)
        self._network, self._scene_s = network, scene_s

    def clock(self) -> float:
        """Return the simulated time in scene seconds."""
        return self._scene_s()

    def add(
        self,
        autopilot: Autopilot,
        *,
        host: str = "",
        port: int = 0,
        ground_port: int | None = None,
        name: str = "",
    ) -> Drone:
        """Plug a vehicle in; hosts and ports mean nothing here."""
        del host, port, ground_port
        plug: Any = _Plug(len(self.drones), self._network)
        drone = Drone(autopilot, plug, None, {BRIDGE: Link(autopilot.system_id)}, name or f"v{len(self.drones)}")
        self.drones.append(drone)
        self._network.plug_in(f"udp:{plug.address[0]}:{plug.address[1]}", lambda data: self._arrive(drone, data))
        return drone

    def _arrive(self, drone: Drone, datagram: bytes) -> None:
        self.counters.received_datagrams += 1
        if not drone.autopilot.faults:
            self._hear(drone, drone.sock, datagram, BRIDGE)
            return
        delays_s = drone.autopilot.faults.carry("up", self.clock())
        self.counters.faulted_datagrams += not delays_s
        for delay_s in delays_s:
            self._later(delay_s, self._hear, drone, drone.sock, datagram, BRIDGE)

    async def close(self) -> None:
        """Stop ticking; there is nothing to close."""
        if self._task is not None:
            self._task.cancel()
        self.drones.clear()


def run_simulated(
    scenario: Scenario,
    notify: Notify,
    *,
    until_met: bool = False,
    log: Callable[[str, str, dict[str, Any]], None] | None = None,
) -> Report:
    """Run a scenario to its end and return its report; `log` takes what the service logs."""
    warm()
    with tempfile.TemporaryDirectory(prefix="hexlane-scenario-", dir=fast_folder()) as folder:
        loop = VirtualLoop(f"{scenario.seed}/{scenario.name}")
        clock = VirtualClock(loop, STARTS_AT)
        with seeded(f"{scenario.seed}/{scenario.name}", clock.unix_s), logged_to(log or _drop):
            return run(_course(scenario, Path(folder), loop, clock, notify, until_met=until_met), loop)


def _drop(level: str, event: str, fields: dict[str, Any]) -> None:
    """Show nothing of what the service logs."""


async def _course(
    scenario: Scenario, folder: Path, loop: VirtualLoop, clock: VirtualClock, notify: Notify, *, until_met: bool
) -> Report:
    network = Network(loop, Random(f"{scenario.seed}/network"))
    network.weather = Weather(loss=0.0, twice=0.0)
    server = Server(
        loop=loop,
        clock=clock,
        network=network,
        folder=folder,
        parties=[],
        rng=Random(f"{scenario.seed}/server"),
        rates_hz=_RATES_HZ,
        settings={"demo": True},
    )
    zero_s = to_scene_s(STARTS_AT)
    services = await server.start()
    process = server.process
    if process is None:
        raise RuntimeError("the service did not start")
    report = await ScenarioRun(
        scenario,
        services.settings.credentials_path,
        notify=notify,
        transport=httpx.ASGITransport(app=process.app),
        fleet=SimulatedFleet(network, lambda: zero_s + loop.time()),
        until_met=until_met,
    ).run()
    await server.stop()
    return report
