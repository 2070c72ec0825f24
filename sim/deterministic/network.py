"""The radio and the wires: datagrams between vehicles and the bridge, lost, late, doubled and out of order by the seed.

`WorldTransport` is a transport of the real bridge (`mavlink_bridge.bridge.BatchTransport`); what vehicles send reaches it
as the UDP server hands it over, many datagrams at once, and heartbeats leave in bulk as they do there. Arrivals are
gathered in wake-ups of `WAKE_S`, as a busy socket's are.
"""

from collections.abc import Callable
from contextvars import Context
from dataclasses import dataclass
from math import ceil
from random import Random
from typing import Final

import numpy as np
import numpy.typing as npt

from mavlink_bridge.lane import Datagrams
from mavlink_bridge.udp import Batch
from sim.virtual_time import VirtualLoop

STEADY_GAP_S: Final = 4.0
"""A vehicle whose datagrams come at shorter intervals than this is heard steadily."""
WAKE_S: Final = 0.02
"""How often the server's socket is drained."""
STREAM_WAKE_S: Final = 0.5
"""The same for what vehicles send unasked, which nobody waits for: a batch of positions costs what one costs."""
Tap = Callable[[str, bytes], None]


@dataclass(slots=True)
class Weather:
    """How bad the radio is: shares of datagrams lost and doubled, and how late the others are."""

    loss: float = 0.002
    twice: float = 0.001
    delay_s: float = 0.02
    jitter_s: float = 0.03


class WorldTransport:
    """The bridge's end of the network; one per server process."""

    def __init__(self, network: "Network") -> None:
        self._network = network
        self._on_datagrams: Callable[[Datagrams], None] | None = None
        self._words: dict[str, tuple[int, int, int, int]] = {}
        self._endpoints: list[str] = []
        self._counters = {"sim_sent": 0}

    @property
    def address(self) -> str:
        """Where it would be bound."""
        return "udp:10.0.0.1:14550"

    def listen(self, on_datagrams: Callable[[Datagrams], None]) -> None:
        """Say who takes what arrives."""
        self._on_datagrams = on_datagrams

    def endpoint_of(self, words: npt.NDArray[np.uint64]) -> str:
        """Return the endpoint of an address of a Datagrams."""
        return self._endpoints[int(words[0]) - 1]

    def _arrived(self, batch: Batch) -> None:
        """Hand a batch over as the UDP server does: one piece of memory, its ends, and an address for each."""
        assert self._on_datagrams is not None, "nobody listens"
        words = self._words
        for endpoint, _ in batch:
            if endpoint not in words:
                self._endpoints.append(endpoint)
                words[endpoint] = (len(self._endpoints), 0, 0, 0)
        ends = np.cumsum([len(data) for _, data in batch], dtype=np.int64)
        starts = np.concatenate([[0], ends[:-1]])
        data = np.frombuffer(bytearray().join([data for _, data in batch]), np.uint8)
        addresses = np.array([words[endpoint] for endpoint, _ in batch], np.uint64)
        self._on_datagrams(Datagrams(data, starts, ends, addresses))

    @property
    def sends_many(self) -> bool:
        """Heartbeats leave in bulk."""
        return True

    def send_many(self, frames: npt.NDArray[np.uint8], addresses: npt.NDArray[np.uint64]) -> int:
        """Send to each address its frame, a row of `frames`; like UDP all are taken."""
        width, data = frames.shape[1], frames.tobytes()
        to_vehicle, endpoints = self._network.to_vehicle, self._endpoints
        for k, number in enumerate(addresses[:, 0].tolist()):
            to_vehicle(endpoints[number - 1], data[k * width : (k + 1) * width])
        self._counters["sim_sent"] += len(frames)
        return len(frames)

    async def start(self) -> None:
        """Begin to receive."""
        self._network.open(self._arrived)

    async def stop(self) -> None:
        """Receive no more."""
        self._network.shut()

    def send(self, endpoint: str, data: bytes) -> bool:
        """Send to a vehicle; like UDP it is always taken."""
        self._counters["sim_sent"] += 1
        self._network.to_vehicle(endpoint, data)
        return True

    def counters(self) -> dict[str, int]:
        """Return what was sent."""
        return dict(self._counters)


class Network:
    """Everything on its way."""

    def __init__(self, loop: VirtualLoop, rng: Random) -> None:
        self.weather = Weather()
        self.cut: set[str] = set()
        """Endpoints nothing reaches and nothing comes from."""
        self.taps: list[Tap] = []
        """Told of everything the server sends, whether it arrives or not."""
        self.heard_s: dict[str, float] = {}
        """When something from an endpoint last reached the server."""
        self.counters = {"to_server": 0, "to_vehicles": 0, "lost": 0, "twice": 0}
        self._loop, self._rng, self._chance = loop, rng, rng.random
        self._server: Callable[[Batch], None] | None = None
        self._context: Context | None = None
        self._vehicles: dict[str, Callable[[bytes], None]] = {}
        self._arriving: dict[tuple[int, float], Batch] = {}
        self._reaching: dict[int, list[tuple[Callable[[bytes], None], bytes]]] = {}
        self._steady_since_s: dict[str, float] = {}

    def plug_in(self, endpoint: str, receive: Callable[[bytes], None]) -> None:
        """Connect a vehicle."""
        self._vehicles[endpoint] = receive

    def serve_in(self, context: Context) -> None:
        """Say in which process's context the server's side runs."""
        self._context = context

    def open(self, on_batch: Callable[[Batch], None]) -> None:
        """Let the server receive."""
        self._server = on_batch

    def shut(self) -> None:
        """Let nothing reach the server; what was on its way is lost."""
        self._server = None

    def steady_since_s(self, endpoint: str, now_s: float) -> float:
        """Return since when an endpoint has been heard without a gap; now, when it is not."""
        heard_s = self.heard_s.get(endpoint)
        if heard_s is None or now_s - heard_s >= STEADY_GAP_S:
            return now_s
        return self._steady_since_s[endpoint]

    def to_server(self, endpoint: str, datagram: bytes, delay_s: float = 0.0, *, stream: bool = False) -> None:
        """Send a datagram from a vehicle, later than the network itself makes it by `delay_s`."""
        pause_s = STREAM_WAKE_S if stream else WAKE_S
        for late_s in self._ways(endpoint):
            wake = (ceil((self._loop.time() + late_s + delay_s) / pause_s), pause_s)
            waiting = self._arriving.get(wake)
            if waiting is None:
                waiting = self._arriving[wake] = []
                self._loop.call_at(wake[0] * pause_s, self._wake_server, wake, context=self._context)
            waiting.append((endpoint, datagram))

    def _wake_server(self, wake: tuple[int, float]) -> None:
        batch = self._arriving.pop(wake)
        if self._server is None:
            return
        if len(batch) > 1:
            self._rng.shuffle(batch)  # each has its own way; those of one vehicle may overtake each other, too
        now_s = self._loop.time()
        for endpoint, _ in batch:
            if now_s - self.heard_s.get(endpoint, -STEADY_GAP_S) >= STEADY_GAP_S:
                self._steady_since_s[endpoint] = now_s
            self.heard_s[endpoint] = now_s
        self.counters["to_server"] += len(batch)
        self._server(batch)

    def to_vehicle(self, endpoint: str, datagram: bytes) -> None:
        """Send a datagram from the server."""
        for tap in self.taps:
            tap(endpoint, datagram)
        receive = self._vehicles.get(endpoint)
        if receive is None:
            return
        for late_s in self._ways(endpoint):
            self.counters["to_vehicles"] += 1
            wake = ceil((self._loop.time() + late_s) / WAKE_S)
            waiting = self._reaching.get(wake)
            if waiting is None:
                waiting = self._reaching[wake] = []
                # In the world's own context: a crash of the server does not take back what it has sent.
                self._loop.call_at(wake * WAKE_S, self._wake_vehicles, wake, context=_WORLD)
            waiting.append((receive, datagram))

    def _wake_vehicles(self, wake: int) -> None:
        waiting = self._reaching.pop(wake)
        if len(waiting) > 1:
            self._rng.shuffle(waiting)
        for receive, datagram in waiting:
            receive(datagram)

    def _ways(self, endpoint: str) -> tuple[float, ...]:
        """Return how late each copy of a datagram arrives; none when it is lost."""
        weather, chance = self.weather, self._chance
        if endpoint in self.cut or chance() < weather.loss:
            self.counters["lost"] += 1
            return ()
        late_s = weather.delay_s + chance() * weather.jitter_s
        if chance() >= weather.twice:
            return (late_s,)
        self.counters["twice"] += 1
        return late_s, late_s + chance() * 0.5


_WORLD: Final = Context()
