"""Hundreds of simulated vehicles over real UDP sockets in one asyncio process.

Every vehicle has a socket of its own, so that each is an endpoint of its own to the bridge. One loop ticks them all in
slices, so that a fleet's datagrams do not arrive in one burst. A vehicle sends to its fixed destinations and to every
peer that spoke to it in the last seconds, each with its own sequence numbers; whoever asks is answered. What a vehicle's
faults lose, delay or double is lost, delayed and doubled here.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from sim.autopilot import Autopilot
from sim.telemetry import SCENE_EPOCH_UNIX_S
from sim.wire import Link

Address: TypeAlias = tuple[str, int]
DEFAULT_BRIDGE: Final[Address] = ("127.0.0.1", 14550)
PEER_SILENT_S: Final = 10.0
MAX_PEERS: Final = 8
_DATAGRAMS_PER_WAKE: Final = 32


def system_scene_s() -> float:
    """Return the system clock as scene seconds."""
    return time.time() - SCENE_EPOCH_UNIX_S


def parse_address(text: str) -> Address:
    """Return (host, port) of "host:port"; raises ValueError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"{text!r} is not an address; write it as 127.0.0.1:14550")
    return host, int(port)


@dataclass(slots=True)
class Counters:
    """What a fleet has sent and received."""

    sent_messages: int = 0
    sent_datagrams: int = 0
    dropped_datagrams: int = 0
    received_datagrams: int = 0
    faulted_datagrams: int = 0
    """Lost by a fault, either way."""
    late_ticks: int = 0
    busy_s: float = 0.0


@dataclass(slots=True)
class Drone:
    """A vehicle with its sockets and its links."""

    autopilot: Autopilot
    sock: socket.socket
    ground_sock: socket.socket | None
    fixed: dict[Address, Link]
    name: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    """What others call it: registration, aircraft_id."""
    peers: dict[tuple[socket.socket, Address], Link] = field(default_factory=dict)

    @property
    def endpoint(self) -> Address:
        """The address the bridge sees."""
        host, port = self.sock.getsockname()[:2]
        return host, port

    @property
    def ground_port(self) -> int | None:
        """The port ground stations may speak to."""
        return None if self.ground_sock is None else int(self.ground_sock.getsockname()[1])

    def link(self, at: socket.socket, peer: Address) -> Link | None:
        """Return the link of a peer, a new one for a new peer; None when there are too many."""
        if at is self.sock and peer in self.fixed:
            return self.fixed[peer]
        link = self.peers.get((at, peer))
        if link is None and len(self.peers) < MAX_PEERS:
            link = self.peers[at, peer] = Link(self.autopilot.system_id)
        return link

    def forget_silent(self, now_s: float) -> None:
        """Drop peers that have said nothing for ten seconds."""
        silent = [k for k, link in self.peers.items() if now_s - (link.heard_at_s or 0.0) > PEER_SILENT_S]
        for key in silent:
            del self.peers[key]


class Fleet:
    """Flies drones over UDP: `add` them, then `start`; `close` ends it."""

    def __init__(
        self,
        *,
        bridge: Address | None = DEFAULT_BRIDGE,
        extra: Address | None = None,
        tick_s: float = 0.1,
        slices: int = 5,
        speed: float = 1.0,
    ) -> None:
        """Send to `bridge` and `extra`; each vehicle moves every `tick_s`, a slice of the fleet at a time.

        With `speed` the fleet's clock starts at the system's and then runs so many times as fast (for tests).
        """
        self.fixed = [a for a in (bridge, extra) if a is not None]
        self.tick_s, self.slices, self.speed = tick_s, slices, speed
        self._born_s = system_scene_s()
        self.drones: list[Drone] = []
        self.counters = Counters()
        self._task: asyncio.Task[None] | None = None

    def clock(self) -> float:
        """Return the fleet's time in scene seconds."""
        now_s = system_scene_s()
        return now_s if self.speed == 1.0 else self._born_s + (now_s - self._born_s) * self.speed

    async def sleep(self, seconds: float) -> None:
        """Sleep so long by the fleet's clock."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)

    def add(
        self,
        autopilot: Autopilot,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        ground_port: int | None = None,
        name: str = "",
    ) -> Drone:
        """Open a vehicle's sockets in the running loop; a port that is taken gives way to one the system chooses.

        `ground_port` opens a second socket that answers whoever speaks (0: any port); it must be free. `name` is what
        people call it, its number in the fleet when none is given.
        """
        try:
            sock = _udp(host, port)
        except OSError:
            if port == 0:
                raise
            sock = _udp(host, 0)
        ground = None if ground_port is None else _udp(host, ground_port)
        name = name or f"v{len(self.drones)}"
        drone = Drone(autopilot, sock, ground, {a: Link(autopilot.system_id) for a in self.fixed}, name)
        self.drones.append(drone)
        loop = asyncio.get_running_loop()
        for each in (sock, ground):
            if each is not None:
                loop.add_reader(each, self._read, drone, each)
        return drone

    def find(self, name: str) -> Drone | None:
        """Return the vehicle of a name or a label."""
        return next((d for d in self.drones if d.name == name or name in d.labels.values()), None)

    def start(self) -> None:
        """Start ticking in the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="fleet")

    async def close(self) -> None:
        """Stop ticking and close the sockets."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        loop = asyncio.get_running_loop()
        for drone in self.drones:
            for each in (drone.sock, drone.ground_sock):
                if each is not None:
                    loop.remove_reader(each)
                    each.close()
        self.drones.clear()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        pause_s = self.tick_s / self.slices
        due, k = loop.time(), 0
        while True:
            began = time.perf_counter()
            now_s = self.clock()
            for drone in self.drones[k :: self.slices]:
                self.tick(drone, now_s)
            self.counters.busy_s += time.perf_counter() - began
            k = (k + 1) % self.slices
            due += pause_s
            wait_s = due - loop.time()
            if wait_s < -self.tick_s:
                self.counters.late_ticks += 1
                due = loop.time()
            await asyncio.sleep(max(0.0, wait_s))

    def tick(self, drone: Drone, now_s: float) -> None:
        """Move one vehicle and send what it has to say."""
        packets = drone.autopilot.tick(now_s)
        if packets:
            self.counters.sent_messages += len(packets)
            for address, link in drone.fixed.items():
                for datagram in link.datagrams(packets):
                    self._carry(drone, drone.sock, datagram, address, now_s)
            if drone.peers:
                drone.forget_silent(now_s)
                for (at, peer), link in drone.peers.items():
                    for datagram in link.datagrams(packets):
                        self._carry(drone, at, datagram, peer, now_s)
        self._repeat(drone, now_s)

    def _repeat(self, drone: Drone, now_s: float) -> None:
        again = drone.autopilot.repeat(now_s)
        if again is None:
            return
        peer, packet = again
        for at, address, link in [
            *((drone.sock, a, link) for a, link in drone.fixed.items()),
            *((s, a, link) for (s, a), link in drone.peers.items()),
        ]:
            if (at.fileno(), address) == peer:
                self._carry(drone, at, link.frame(packet), address, now_s)

    def _read(self, drone: Drone, at: socket.socket) -> None:
        for _ in range(_DATAGRAMS_PER_WAKE):
            try:
                datagram, peer = at.recvfrom(4096)
            except BlockingIOError:
                return
            except OSError:
                self.counters.dropped_datagrams += 1
                return
            self.counters.received_datagrams += 1
            address = (peer[0], peer[1])
            if not drone.autopilot.faults:
                self._hear(drone, at, datagram, address)
                continue
            delays_s = drone.autopilot.faults.carry("up", self.clock())
            self.counters.faulted_datagrams += not delays_s
            for delay_s in delays_s:
                self._later(delay_s, self._hear, drone, at, datagram, address)

    def _hear(self, drone: Drone, at: socket.socket, datagram: bytes, peer: Address) -> None:
        """Let a vehicle have a datagram and send what it answers."""
        link = drone.link(at, peer)
        if link is None:
            return
        now_s = self.clock()
        for answer in drone.autopilot.receive(link, datagram, (at.fileno(), peer), now_s):
            self._carry(drone, at, answer, peer, now_s)

    def _carry(self, drone: Drone, at: socket.socket, datagram: bytes, to: Address, now_s: float) -> None:
        """Send a datagram as the vehicle's faults let it through."""
        if not drone.autopilot.faults:
            self._send(at, datagram, to)
            return
        delays_s = drone.autopilot.faults.carry("down", now_s)
        self.counters.faulted_datagrams += not delays_s
        for delay_s in delays_s:
            self._later(delay_s, self._send, at, datagram, to)

    def _later(self, delay_s: float, act: Callable[..., None], *arguments: Any) -> None:
        """Do something at once, or after so many seconds of the fleet's clock."""
        if delay_s <= 0.0:
            act(*arguments)
        else:
            asyncio.get_running_loop().call_later(delay_s / self.speed, act, *arguments)

    def _send(self, at: socket.socket, datagram: bytes, to: Address) -> None:
        if at.fileno() < 0:
            return  # closed while the datagram was on its way
        try:
            at.sendto(datagram, to)
        except OSError:
            self.counters.dropped_datagrams += 1
        else:
            self.counters.sent_datagrams += 1


def _udp(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
