"""Bridge: the running MAVLink side of the house: transports, registry, our own heartbeats, commands and missions.

Bytes come in batches from the transports, become events in the registry, and leave to the state machines waiting for
them and to every subscriber, all within one call in the event loop. Time comes from `clock` (unix seconds).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from . import codec, endpoint, modes, outgoing
from .command import CommandResult
from .conversations import Conversations
from .events import Event, VehicleFound, VehicleKey
from .lane import Datagrams, Routine
from .mission import ACCEPTED, TIMED_OUT, MissionError, MissionItem, MissionResult
from .outgoing import Outgoing
from .registry import Limits, Registry, VehicleInfo
from .rounds import Rounds
from .serial import SerialPort
from .signing import Credential
from .tcp import TcpServer
from .udp import Batch, UdpServer

__all__ = [
    "DEFAULT_RATES_HZ",
    "Bridge",
    "CommandResult",
    "Limits",
    "MissionError",
    "MissionItem",
    "MissionResult",
    "VehicleInfo",
]

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

TICK_S = 0.1
HEARTBEAT_S = 1.0
PEER_ACTIVE_S = 10.0
ROUTES_CACHED = 65_536
PREPARED_AT_ONCE = 32
REASSERT_AFTER_S = 10.0

CMD_COMPONENT_ARM_DISARM = 400
GLOBAL_POSITION_INT = 33
HOME_POSITION = 242

# type 6 ground station, autopilot 8 none, state 4 active
_BEAT = Outgoing(outgoing.HEARTBEAT, {"type": 6, "autopilot": 8, "system_status": 4, "mavlink_version": 3})

DEFAULT_RATES_HZ: Mapping[int, float] = {33: 2.0, 1: 1.0, 245: 1.0, 42: 1.0}
"""What vehicles are asked to send: position twice a second; battery, landed state and mission item every second."""


class Transport(Protocol):
    """What the bridge needs of a UDP, TCP or serial transport."""

    @property
    def address(self) -> str: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def send(self, endpoint: str, data: bytes) -> bool: ...
    def counters(self) -> dict[str, int]: ...


class BatchTransport(Transport, Protocol):
    """A transport that hands over many datagrams at once, as the UDP server does."""

    def endpoint_of(self, words: npt.NDArray[np.uint64]) -> str: ...


class Bridge(Conversations):
    """Owns transports and a Registry, and hands event batches to subscribers in the event loop.

    endpoints     "udp:IP:PORT", "tcp:IP:PORT" (servers; port 0: the system chooses), "serial:DEVICE[@BAUD]"
    system_id     who we are on the link, and `component_id` 190 (mission planner); 255 is the usual ground station
    rates_hz      messages asked of each vehicle and their rates; empty to ask for nothing
    """

    def __init__(
        self,
        endpoints: Sequence[str] = ("udp:0.0.0.0:14550",),
        *,
        system_id: int = 255,
        component_id: int = 190,
        clock: Callable[[], float] | None = None,
        limits: Limits | None = None,
        rates_hz: Mapping[int, float] = DEFAULT_RATES_HZ,
        require_signing: bool = False,
        ignore_icao: frozenset[int] = frozenset(),
    ) -> None:
        registry = Registry(limits, ignore_icao=ignore_icao, require_signing=require_signing)
        super().__init__(registry, (system_id, component_id), clock or time.time)
        self._rates_hz = dict(rates_hz)
        self._transports = [self._transport(text) for text in endpoints]
        self._routes: dict[str, Transport] = {}
        self._rounds = Rounds(self.registry, self._own, self._transports)
        self._subscribers: list[tuple[Callable[[list[Event]], None], Callable[[Routine], None] | None]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._to_prepare: dict[VehicleKey, None] = {}
        self._preparers = 0
        self._asserted_at: dict[VehicleKey, float] = {}
        self._counters = {"sent_messages": 0, "send_failures": 0, "subscriber_errors": 0, "event_batches": 0}

    def _transport(self, text: str) -> Transport:
        kind, host, number = endpoint.parse(text)
        if kind == "udp":
            server = UdpServer(
                host,
                number,
                lambda batch: self._receive(server, batch),
                lambda datagrams: self._receive_datagrams(server, datagrams),
            )
            return server
        if kind == "tcp":
            listener = TcpServer(host, number, lambda batch: self._receive(listener, batch), self.registry.close)
            return listener
        port = SerialPort(host, number, lambda batch: self._receive(port, batch), self.registry.close)
        return port

    # ------------------------------------------------------------------------------------------------------ running

    async def start(self) -> None:
        """Open every endpoint; raises OSError when one cannot be opened (and then none stays open)."""
        opened: list[Transport] = []
        if self.registry.lane is not None:
            await asyncio.to_thread(self.registry.lane.warm)
        try:
            for transport in self._transports:
                await transport.start()
                opened.append(transport)
        except BaseException:
            for transport in opened:
                await transport.stop()
            raise
        self._running = True
        self._spawn(self._tick_forever(), "mavlink tick")
        self._spawn(self._heartbeat_forever(), "mavlink heartbeat")

    async def stop(self) -> None:
        """Close every endpoint; pending commands and transfers end as timed out."""
        self._running = False
        for machine in list(self._machines):
            machine.abandon("the bridge was stopped")
        self._settle()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)  # what failed was logged when it ended
        for transport in self._transports:
            await transport.stop()

    def addresses(self) -> list[str]:
        """Return the endpoints as bound (the real port where port 0 was asked for)."""
        return [transport.address for transport in self._transports]

    def attach(self, transport: Transport) -> Callable[[Batch], None]:
        """Add a transport that the caller made, before `start`; returns what takes the batches it receives."""
        self._transports.append(transport)
        return lambda batch: self._receive(transport, batch)

    def attach_datagrams(self, transport: BatchTransport) -> Callable[[Datagrams], None]:
        """Add a transport as `attach` does, whose datagrams come many at a time, by the lane the UDP server's take."""
        self._transports.append(transport)
        return lambda datagrams: self._receive_datagrams(transport, datagrams)

    def subscribe(
        self, callback: Callable[[list[Event]], None], *, routine: Callable[[Routine], None] | None = None
    ) -> Callable[[], None]:
        """Call `callback` with every batch of events, in the event loop; returns the function that ends it.

        With `routine` what vehicles say over and over (lane.py) comes there in columns, before the events of its batch,
        and not as events; so it does once every subscriber has one. Neither may block. An exception from it is logged
        and counted, and disturbs neither the link nor the others.
        """
        entry = (callback, routine)
        self._subscribers.append(entry)
        self._choose_lane()

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._subscribers.remove(entry)
                self._choose_lane()

        return unsubscribe

    def _choose_lane(self) -> None:
        if self._subscribers and all(routine is not None for _, routine in self._subscribers):
            self.registry.open_lane()
        else:
            self.registry.close_lane()

    def _spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("%s ended with an error", task.get_name(), exc_info=task.exception())

    async def _tick_forever(self) -> None:
        ticks = 0
        while True:
            await asyncio.sleep(TICK_S)
            now = self._clock()
            for machine in list(self._machines):
                self._send_all(machine.vehicle, machine.tick(now))
            self._settle()
            ticks += 1
            if ticks % 3 == 0:
                self._dispatch(self.registry.tick(now))
            if ticks % 5 == 0:
                self._rounds.ask_clocks(self._clock(), self.send)
            if ticks % 50 == 0:
                self._reassert_rates(now)

    async def _heartbeat_forever(self) -> None:
        while True:
            now = self._clock()
            served: set[int] = set()
            for bulk in self._rounds.plain_slots(now - PEER_ACTIVE_S):
                served.update(bulk[1].tolist())
                for sent in self._rounds.send_in_bulk(bulk, self._rounds.beats(_BEAT)):
                    self._counters["sent_messages"] += sent
                    await asyncio.sleep(0)
            for number, link in enumerate(self.registry.links(heard_after=now - PEER_ACTIVE_S, but=served)):
                self._heartbeat(link.endpoint, now)
                if number % 256 == 255:
                    await asyncio.sleep(0)
            await asyncio.sleep(HEARTBEAT_S)

    def _heartbeat(self, peer: str, now: float) -> None:
        # Version 2 makes the autopilots that can switch to it; a link that has only spoken version 1 gets that one too,
        # for those that cannot.
        message = _BEAT
        credentials: list[Credential | None] = list(self.registry.credentials_on(peer))
        for credential in credentials or [None]:
            self._transmit(peer, message, 2, credential, now)
        if not credentials and self.registry.speaks_only_version_1(peer):
            self._transmit(peer, message, 1, None, now)

    # --------------------------------------------------------------------------------------------- bytes in and out

    def _receive(self, transport: Transport, batch: Batch) -> None:
        now = self._clock()
        feed, routes = self.registry.feed, self._routes
        events: list[Event] = []
        for peer, data in batch:
            routes[peer] = transport
            events += feed(peer, data, now)
        if len(routes) > ROUTES_CACHED:
            self._prune()
        if events:
            self._dispatch(events)

    def _receive_datagrams(self, transport: BatchTransport, datagrams: Datagrams) -> None:
        if self.registry.lane is None:
            places = [transport.endpoint_of(words) for words in datagrams.addresses]
            self._receive(transport, [(place, datagrams.piece(number)) for number, place in enumerate(places)])
            return
        now, routes = self._clock(), self._routes

        def endpoint_of(words: npt.NDArray[np.uint64]) -> str:
            peer = transport.endpoint_of(words)
            routes[peer] = transport
            return peer

        routine, events = self.registry.feed_batch(
            datagrams,
            endpoint_of,
            self._transports.index(transport),
            now,
            busy={machine.vehicle for machine in self._machines},
        )
        if len(routine.heard):
            for _, tell in tuple(self._subscribers):
                if tell is not None:
                    self._tell(tell, routine)
        if len(routes) > ROUTES_CACHED:
            self._prune()
        self._dispatch(events)

    def _prune(self) -> None:
        known = set(self.registry.endpoints())
        self._routes = {peer: transport for peer, transport in self._routes.items() if peer in known}

    def _dispatch(self, events: list[Event]) -> None:
        if not events:
            return
        self._counters["event_batches"] += 1
        events = [*events, *(offset for event in events if (offset := self._rounds.answered(event)) is not None)]
        self._hear(events)
        for event in events:
            if type(event) is VehicleFound and self._rates_hz and self._running:
                self._asserted_at[event.vehicle] = self._clock()
                self._prepare_soon(event.vehicle)
        for callback, _ in tuple(self._subscribers):
            self._tell(callback, events)

    def _tell(self, callback: Callable[[_T], None], what: _T) -> None:
        try:
            callback(what)
        except Exception:
            self._counters["subscriber_errors"] += 1
            _log.exception("a subscriber of the MAVLink bridge failed")

    def send(self, vehicle: VehicleKey, message: Outgoing) -> bool:
        """Send one message to where the vehicle last spoke from, signed if it signs; returns whether it left."""
        known = self.registry.target_of(vehicle)
        if known is None:
            self._counters["send_failures"] += 1
            return False
        credential = self.registry.credential_on(known.endpoint, vehicle.system_id) if known.signed else None
        version = known.mavlink_version if message.message_id < 256 else 2
        return self._transmit(known.endpoint, message, version, credential, self._clock())

    def _transmit(self, peer: str, message: Outgoing, version: int, credential: Credential | None, now: float) -> bool:
        transport = self._routes.get(peer)
        link = self.registry.link_of(peer)
        sequence = link.columns.sent[link.slot] if link is not None else 0
        frame = codec.encode(
            message.message_id,
            codec.wire_values(message.message_id, message.fields),
            sequence=sequence,
            system_id=self._own[0],
            component_id=self._own[1],
            version=version,
            signed=credential is not None,
        )
        if credential is not None:
            frame = credential.sign(frame, 0, now)
        sent = transport is not None and transport.send(peer, frame)
        if sent and link is not None:
            link.columns.sent[link.slot] = (sequence + 1) & 0xFF
        self._counters["sent_messages" if sent else "send_failures"] += 1
        return sent

    # --------------------------------------------------------------------------------------------------- knowledge

    def expect_signing(self, credential: str, key: bytes, system_id: int) -> None:
        """Register the 32-byte signing key of the vehicle `credential` that flies with `system_id`."""
        self.registry.expect_signing(credential, key, system_id)

    def forget_signing(self, credential: str) -> None:
        """Withdraw a signing key: its frames no longer verify, and where it signed nothing unsigned is believed."""
        self.registry.forget_signing(credential)

    def signing_names(self) -> list[str]:
        """Return the names of the signing keys held."""
        return [credential.name for credential in self.registry.keyring]

    def vehicles(self) -> list[VehicleInfo]:
        """Return a snapshot of every vehicle: identity, link age, rates, loss."""
        return self.registry.vehicles(self._clock())

    def vehicle(self, key: VehicleKey) -> VehicleInfo | None:
        """Return a snapshot of one vehicle, None when it is not known."""
        return self.registry.info_of(key, self._clock())

    def counters(self) -> dict[str, int]:
        """Return totals over all links and transports, by name (for metrics)."""
        totals = {**self.registry.counters(), **self._counters, **self._rounds.counters}
        for transport in self._transports:
            for name, count in transport.counters().items():
                totals[name] = totals.get(name, 0) + count
        return totals

    # ------------------------------------------------------------------------------------------------------- rates

    def _prepare_soon(self, vehicle: VehicleKey) -> None:
        """Put a vehicle in the queue of those to be asked; a city may appear within a second."""
        self._to_prepare[vehicle] = None
        if self._preparers < PREPARED_AT_ONCE:
            self._preparers += 1
            self._spawn(self._prepare_all(), "mavlink rates")

    async def _prepare_all(self) -> None:
        try:
            while self._to_prepare:
                vehicle = next(iter(self._to_prepare))
                del self._to_prepare[vehicle]
                await self._prepare(vehicle)
        finally:
            self._preparers -= 1

    async def _prepare(self, vehicle: VehicleKey) -> None:
        """Ask a vehicle for what the picture needs; what it refuses it may still send by itself."""
        answered = True
        for message_id, rate_hz in self._rates_hz.items():
            result = await self.set_message_rate(vehicle, message_id, rate_hz)
            if result.outcome == TIMED_OUT:
                answered = False
                break  # it answers nothing; its position rate is watched, and it is asked again later
            if message_id == GLOBAL_POSITION_INT and result.outcome != ACCEPTED:
                self._request_data_streams(vehicle, rate_hz)
        if answered:
            await self.request_message(vehicle, HOME_POSITION, attempts=1)

    def _request_data_streams(self, vehicle: VehicleKey, rate_hz: float) -> None:
        """Ask in the old way (REQUEST_DATA_STREAM): extended status 2, position 6; old ArduPilots know only this."""
        known = self.registry.target_of(vehicle)
        if known is None:
            return
        for stream, rate in ((6, rate_hz), (2, 1.0)):
            fields = {**self._address(known).target(), "req_stream_id": stream, "start_stop": 1}
            self.send(vehicle, Outgoing(outgoing.REQUEST_DATA_STREAM, fields | {"req_message_rate": round(rate) or 1}))

    def _reassert_rates(self, now: float) -> None:
        """Ask again where positions come too slowly: another ground station may have changed the rates."""
        wanted_hz = self._rates_hz.get(GLOBAL_POSITION_INT)
        if not wanted_hz:
            return
        known = self.registry.slow_vehicles(wanted_hz / 2)
        for vehicle in known:
            if now - self._asserted_at.get(vehicle.key, 0.0) < REASSERT_AFTER_S or vehicle.high_latency:
                continue
            self._asserted_at[vehicle.key] = now
            if vehicle.autopilot == modes.ARDUPILOT:
                self._request_data_streams(vehicle.key, wanted_hz)
            self._prepare_soon(vehicle.key)
        if len(self._asserted_at) > 2 * self.registry.limits.vehicles:
            self._asserted_at = {v: at for v, at in self._asserted_at.items() if now - at < REASSERT_AFTER_S}
