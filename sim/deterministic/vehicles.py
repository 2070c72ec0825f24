"""The world's vehicles: simulated autopilots on the simulated network, moved in turns of virtual time."""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Final

from sim import answers
from sim.autopilot import Autopilot
from sim.deterministic.network import Network
from sim.faults import Fault
from sim.wire import Link

TICK_S: Final = 1.0
"""How often each vehicle moves and sends what is due; an order moves it to the present first."""
SLICES: Final = 1
"""In how many turns a second: what vehicles say in one reaches the server in one batch, as from a busy socket."""
STEP_S: Final = 0.25
"""The longest integration step; twice the simulator's usual one, which changes a flight by centimetres."""
PEER: Final = "bridge"
_HEARTBEAT_BYTES: Final = 21
_TIMESYNC: Final = b"\x6f\0\0"
_QUESTION_BYTES: Final = 28
"""A TIMESYNC to everybody: 8 zeros, 8 bytes of the asker's time, and a frame around them."""


class WorldVehicle:
    """One vehicle: its autopilot, its link, and the faults of both."""

    def __init__(
        self, name: str, autopilot: Autopilot, endpoint: str, network: Network, scene_s: Callable[[], float]
    ) -> None:
        self.name, self.autopilot, self.endpoint = name, autopilot, endpoint
        self.aircraft_id = ""
        self.site_id = ""
        self._link = Link(autopilot.system_id)
        self._network, self._scene_s = network, scene_s
        self._at_rest: asyncio.Future[None] | None = None
        autopilot.vehicle.max_step_s = STEP_S
        network.plug_in(endpoint, self.receive)

    @property
    def airborne(self) -> bool:
        """Whether it is off the ground."""
        return not self.autopilot.vehicle.on_ground

    @property
    def resting(self) -> bool:
        """Whether it stands with its motors off."""
        return not self.airborne and not self.autopilot.vehicle.armed

    def rest(self) -> "asyncio.Future[None]":
        """Return what is done at the turn after which it stands with its motors off."""
        waited_for = self._at_rest
        if waited_for is None or waited_for.done():
            waited_for = self._at_rest = asyncio.get_running_loop().create_future()
            self._tell_of_rest()
        return waited_for

    def _tell_of_rest(self) -> None:
        waited_for = self._at_rest
        if waited_for is not None and self.resting:
            self._at_rest = None
            if not waited_for.done():
                waited_for.set_result(None)

    def suffer(self, kind: str, lasts_s: float, **values: object) -> None:
        """Take a fault from now on (`sim.fault_kinds` has the kinds and their values)."""
        self.autopilot.faults.add(Fault.of(kind, starts_at_s=self._scene_s(), lasts_s=lasts_s, values=values))

    def tick(self) -> None:
        """Move to the present and send what is due."""
        now_s = self._scene_s()
        packets = self.autopilot.tick(now_s)
        if packets:
            for datagram in self._link.datagrams(packets):
                self._send(datagram, stream=True)
        again = self.autopilot.repeat(now_s)
        if again is not None:
            self._send(self._link.frame(again[1]))
        if self._at_rest is not None:
            self._tell_of_rest()

    def receive(self, datagram: bytes) -> None:
        """Take what the server sent."""
        if not self.autopilot.faults:
            self._hear(datagram)
            return
        for late_s in self.autopilot.faults.carry("up", self._scene_s()):
            if late_s > 0.0:
                asyncio.get_running_loop().call_later(late_s, self._hear, datagram)
            else:
                self._hear(datagram)

    def _hear(self, datagram: bytes) -> None:
        if len(datagram) == _HEARTBEAT_BYTES and datagram[7:10] == b"\0\0\0":
            # Half of what a vehicle receives; what the autopilot does with it, without parsing it whole.
            self.autopilot.failsafe.heard_at_s = self._scene_s()
            return
        now_s = self._scene_s()
        self.autopilot.vehicle.step(now_s)  # an order finds it where it is, not where it was at its last turn
        if datagram[7:10] == _TIMESYNC and len(datagram) == _QUESTION_BYTES and not any(datagram[10:18]):
            # Half of the rest: the ground station asks for the time. Its question holds the instant it was asked at.
            asked_ns = int.from_bytes(datagram[18:26], "little", signed=True)
            self._send(self._link.frame(answers.clock_packet(self.autopilot, asked_ns, now_s)))
            return
        for answer in self.autopilot.receive(self._link, datagram, PEER, now_s):
            self._send(answer)

    def _send(self, datagram: bytes, *, stream: bool = False) -> None:
        if not self.autopilot.faults:
            self._network.to_server(self.endpoint, datagram, stream=stream)
            return
        for late_s in self.autopilot.faults.carry("down", self._scene_s()):
            self._network.to_server(self.endpoint, datagram, late_s, stream=stream)


async def move(vehicles: list[WorldVehicle]) -> None:
    """Move all vehicles for ever, a slice of them at a time."""
    loop = asyncio.get_running_loop()
    due_s, k = loop.time(), 0
    while True:
        for vehicle in vehicles[k::SLICES]:
            vehicle.tick()
        k = (k + 1) % SLICES
        due_s += TICK_S / SLICES
        await asyncio.sleep(max(0.0, due_s - loop.time()))


def endpoint_of(number: int) -> str:
    """Return the address of a vehicle as the bridge sees it."""
    return f"udp:10.1.{number // 250}.{number % 250 + 1}:14560"


def system_id_of(number: int, rng: Random) -> int:
    """Return a system id: 8 bits, so that they repeat in any fleet."""
    return number % 200 + 1 if rng.random() < 0.9 else rng.randint(1, 20)
