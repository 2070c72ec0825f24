"""Simulated vehicles in the air over real UDP, beside a server in another process: what commands are tried on."""

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from sim.autopilot import Autopilot
from sim.fault_kinds import FaultKind
from sim.faults import Fault
from sim.flavour import Flavour
from sim.mission import MissionItem
from sim.net import Drone, Fleet
from sim.vehicle import Landed, Mode, Position
from sim.world import World
from tests.conftest import PATIENCE_S, Server
from tests.fakes import filing

T = TypeVar("T")
_numbers = itertools.count(1)


@dataclass
class Flyer:
    """One vehicle of a firm: its registration and its autopilot."""

    aircraft_id: str
    drone: Drone

    @property
    def autopilot(self) -> Autopilot:
        return self.drone.autopilot


class Flying:
    """A fleet that flies in a thread of its own; use `flying`."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.world = World.of_city()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.fleet = Fleet(bridge=("127.0.0.1", server.mavlink_port))
        self.call(self.fleet.start)

    def call(self, work: Callable[[], T]) -> T:
        """Run something on the fleet's loop and return its value."""
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(work())
            except BaseException as error:
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result(PATIENCE_S)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self.fleet.close(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def add(
        self,
        firm: httpx.Client,
        east_m: float,
        north_m: float,
        *,
        flavour: Flavour = Flavour.PX4,
        height_m: float | None = 50.0,
        home: tuple[float, float] | None = None,
        **registration: Any,
    ) -> Flyer:
        """Register a vehicle and have it hold at a height over ground (None: standing); `home` is where it took off."""
        system_id = next(_numbers) % 250 + 1
        lat, lon = filing.place(east_m, north_m)
        start = self.world.ground(*filing.place(*(home or (east_m, north_m))))
        autopilot = self.world.autopilot(
            f"flyer {next(_numbers)}",
            system_id=system_id,
            at=start,
            now_s=self.fleet.clock(),
            flavour=flavour,
            streams_unasked=True,
        )
        if height_m is not None:
            self._lift(autopilot, Position(lat, lon, self.world.ground(lat, lon).alt_hae_m + height_m))
        drone = self.call(lambda: self.fleet.add(autopilot))
        host, port = drone.endpoint
        mavlink = {"system_id": system_id, "endpoint": f"{host}:{port}"}
        return Flyer(filing.register(firm, mavlink=mavlink, **registration), drone)

    def lift(self, flyer: Flyer, lat_deg: float, lon_deg: float, alt_hae_m: float) -> None:
        """Put a vehicle that stands into the air, where it holds; call it on the fleet's loop."""
        self._lift(flyer.autopilot, Position(lat_deg, lon_deg, alt_hae_m))

    def _lift(self, autopilot: Autopilot, to: Position) -> None:
        v = autopilot.vehicle
        autopilot.arm(self.fleet.clock())
        v.lat_deg, v.lon_deg, v.alt_hae_m = to.lat_deg, to.lon_deg, to.alt_hae_m
        v.landed = Landed.IN_AIR
        v.hold(self.fleet.clock())

    def fly_to(self, flyer: Flyer, east_m: float, north_m: float, speed_mps: float = 10.0) -> None:
        """Send a vehicle in the air on a mission straight to a place at its own height, as its firm would."""
        lat, lon = filing.place(east_m, north_m)
        ap = flyer.autopilot

        def go() -> None:

            v = ap.vehicle
            here = MissionItem(16, x=round(v.lat_deg * 1e7), y=round(v.lon_deg * 1e7), z=self._amsl(v.position))
            there = MissionItem(16, x=round(lat * 1e7), y=round(lon * 1e7), z=self._amsl(v.position))
            speed = MissionItem(178, 2, param1=1.0, param2=speed_mps, param3=-1.0)
            home = [here] if ap.habits.home_is_item_0 else []
            ap.load_mission([*home, speed, here, there])
            assert ap.set_mode(Mode.MISSION, self.fleet.clock())

        self.call(go)

    def depart(self, flyer: Flyer) -> None:
        """Arm a vehicle on the ground and start the mission it was given."""

        def go() -> None:
            now_s = self.fleet.clock()
            assert flyer.autopilot.arm(now_s)
            assert flyer.autopilot.set_mode(Mode.MISSION, now_s)

        self.call(go)

    def _amsl(self, at: Position) -> float:
        return at.alt_hae_m - self.world.undulation_m(at.lat_deg, at.lon_deg)


@contextmanager
def flying(server: Server) -> Iterator[Flying]:
    """Fly vehicles beside a running server until the block ends."""
    made = Flying(server)
    try:
        yield made
    finally:
        made.close()


def trouble(fleet: Flying, made: Flyer, kind: FaultKind, **values: float | str) -> None:
    """Give a vehicle a fault from now on."""
    now_s = fleet.fleet.clock()
    fleet.call(lambda: made.autopilot.faults.add(Fault.of(kind, starts_at_s=now_s, values=values)))


def until(condition: Callable[[], T], limit_s: float = 120.0, what: str = "the condition") -> T:
    """Wait until a condition gives something true and return it."""
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not come true within {limit_s} s")


def command(client: httpx.Client, aircraft_id: str, kind: str, **params: Any) -> httpx.Response:
    """Give an order."""
    return filing.send(client, "POST", f"/v1/aircraft/{aircraft_id}/commands", json={"type": kind, **params})


def expect_given(client: httpx.Client, aircraft_id: str, kind: str, **params: Any) -> dict[str, Any]:
    """Give an order that must be taken, confirming it where it is asked twice; return its document."""
    answer = command(client, aircraft_id, kind, **params)
    if answer.status_code == 409 and answer.json()["code"] == "confirmation_required":
        answer = command(client, aircraft_id, kind, **params, confirmation_token=answer.json()["confirmation_token"])
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def expect_end(client: httpx.Client, command_id: str, state: str, limit_s: float = 150.0) -> dict[str, Any]:
    """Wait until a command has ended, which must be in that state; return its document."""

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = filing.send(client, "GET", f"/v1/commands/{command_id}").json()
        return found if found["state"] in ("confirmed", "refused", "timed_out") else None

    found = until(ended, limit_s, f"the end of {command_id}")
    assert found["state"] == state, found["steps"]
    return found


def connected(client: httpx.Client, aircraft_id: str) -> None:
    """Wait until the server sees the vehicle's position and home."""

    def seen() -> bool:
        answer = filing.send(client, "POST", f"/v1/aircraft/{aircraft_id}/commands/check", json={"type": "rtl"})
        return answer.status_code == 200

    until(seen, 90.0, "the vehicle's link")
