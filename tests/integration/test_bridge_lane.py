"""Many datagrams over real UDP, through the fast lane into the picture, and the clocks of vehicles asked for."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pymavlink.dialects.v20 import all as dialect

from airspace.picture import Picture
from mavlink_bridge.bridge import Bridge
from mavlink_bridge.events import ClockOffset, Event, Heartbeat, LinkLost
from tests.fakes.live_world import ALTITUDES, FRAME, ListDirectory, record
from tests.integration.test_bridge_loopback import until
from tests.unit.mavlink_bridge.frames import Sender
from utm.telemetry import Telemetry

KEY = bytes(range(32))
LAT_E7, LON_E7 = 225_431_000, 1_140_579_000


class City:
    """A bridge, telemetry and picture as the service puts them together, and sockets that play vehicles."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.directory = ListDirectory()
        self.picture = Picture(FRAME, ALTITUDES)
        self.telemetry = Telemetry(self.picture, self.directory)
        self.events: list[Event] = []
        self.routine = 0
        self.sockets: list[socket.socket] = []

    def on_events(self, events: list[Event]) -> None:
        self.events += events
        self.telemetry.on_events(events)

    def on_routine(self, routine) -> None:
        self.routine += len(routine.heard)
        self.telemetry.on_routine(routine)

    def vehicle(self) -> socket.socket:
        host, port = self.bridge.addresses()[0].removeprefix("udp:").rsplit(":", 1)
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.connect((host, int(port)))
        made.setblocking(False)
        self.sockets.append(made)
        return made

    def counted(self, name: str) -> int:
        return self.bridge.counters()[name]


@asynccontextmanager
async def city(**options) -> AsyncIterator[City]:
    made = City(Bridge(["udp:127.0.0.1:0"], rates_hz={}, **options))
    made.bridge.subscribe(made.on_events, routine=made.on_routine)
    await made.bridge.start()
    try:
        yield made
    finally:
        await made.bridge.stop()
        for one in made.sockets:
            one.close()


async def test_every_datagram_reaches_the_picture_in_order():
    """Of a hundred vehicles at once nothing is lost, each has a row, and each row holds what was said last."""
    async with city() as here:
        drones = [(here.vehicle(), Sender(1 + n % 200)) for n in range(100)]
        for one, sender in drones:
            one.send(sender.heartbeat())
        await until(lambda: here.counted("vehicles") == 100, 60)
        for step in range(1, 31):
            for number, (one, sender) in enumerate(drones):
                one.send(sender.position(LAT_E7 + 1000 * number + step, boot_ms=1000 + 500 * step))
                one.send(sender.heartbeat())
            await until(lambda step=step: here.counted("datagrams") == 100 + 200 * step, 60)
        assert here.counted("lost") == here.counted("udp_kernel_drops") == 0
        assert here.routine >= 100 * 29 * 2
        # Each first heartbeat is news, and the next one where it came behind a first position.
        assert 100 <= sum(isinstance(event, Heartbeat) for event in here.events) <= 200
        held = sorted(here.picture.lat_deg[here.picture.alive].tolist())
        assert held == [(LAT_E7 + 1000 * number + 30) / 1e7 for number in range(100)]
        assert here.picture.counters["accepted"] == 3000


async def test_a_silent_vehicle_is_noticed_though_it_only_ever_said_routine():
    """Repetitions keep a link alive, and their end is LinkLost."""
    now = [1_700_000_000.0]
    async with city(clock=lambda: now[0]) as here:
        one, sender = here.vehicle(), Sender(3)
        for step in range(6):
            one.send(sender.heartbeat())
            await until(lambda step=step: here.counted("datagrams") == step + 1, 60)
            now[0] += 1.0
            await asyncio.sleep(0.4)  # ticks pass
            assert not any(isinstance(event, LinkLost) for event in here.events)
        now[0] += 3.0
        await until(lambda: any(isinstance(event, LinkLost) for event in here.events), 60)
        assert here.routine == 5


async def test_a_registered_vehicle_keeps_its_track_in_the_lane():
    """Registered after it spoke, its row becomes that aircraft's; deregistered, nobody's; the lane follows."""
    async with city() as here:
        one, sender = here.vehicle(), Sender(7)
        boot_ms = [1000]

        async def say() -> None:
            before = here.counted("datagrams")
            boot_ms[0] += 500
            one.send(sender.heartbeat() + sender.position(boot_ms=boot_ms[0]))
            await until(lambda: here.counted("datagrams") == before + 1, 60)
            here.telemetry.advance(here.telemetry._now_s)

        await say()
        await say()
        assert here.picture.aircraft_ids == [None]
        here.directory.put(record("1", 7))
        await say()
        await say()
        assert here.picture.aircraft_ids == ["ac_1"]
        here.directory.remove("ac_1")
        await say()
        assert here.picture.aircraft_ids == [None]
        assert here.routine > 2


async def test_signed_vehicles_go_the_exact_way():
    """Frames of a vehicle with a key are each verified: a forged one is counted and moves nothing."""
    async with city() as here:
        here.bridge.expect_signing("ac_1", KEY, 9)
        one, sender = here.vehicle(), Sender(9, key=KEY)
        sender.mav.signing.timestamp += 86_400 * 365 * 20 * 100_000
        one.send(sender.heartbeat())
        for step in range(5):
            one.send(sender.position(LAT_E7 + step, boot_ms=1000 + 500 * step))
        await until(lambda: here.counted("datagrams") == 6, 60)
        forger = Sender(9, key=bytes(32))
        one.send(forger.position(LAT_E7 + 90_000, boot_ms=60_000))
        one.send(Sender(9).position(LAT_E7 + 90_000, boot_ms=60_000))
        await until(lambda: here.counted("datagrams") == 8, 60)
        assert (here.counted("bad_signature"), here.counted("unsigned_refused")) == (1, 1)
        assert here.routine == 0
        assert here.picture.lat_deg[0] == (LAT_E7 + 4) / 1e7


async def test_a_subscriber_without_columns_gets_every_event():
    """While somebody listens who takes events only, everything is an event, for everybody."""
    async with city() as here:
        plain: list[Event] = []
        end = here.bridge.subscribe(plain.extend)
        one, sender = here.vehicle(), Sender(1)
        for step in range(4):
            one.send(sender.heartbeat())
            await until(lambda step=step: here.counted("datagrams") == step + 1, 60)
        assert (sum(isinstance(event, Heartbeat) for event in plain), here.routine) == (4, 0)
        end()
        for step in range(4, 8):
            one.send(sender.heartbeat())
            await until(lambda step=step: here.counted("datagrams") == step + 1, 60)
        assert here.routine > 0


async def test_a_vehicles_clock_is_asked_for():
    """The bridge asks by TIMESYNC; the answer places the vehicle's clock, an answer to somebody else does not."""
    async with city() as here:
        one, sender, parser = here.vehicle(), Sender(5), dialect.MAVLink(None)
        boot_ms = 5_000
        one.send(sender.heartbeat() + sender.position(boot_ms=boot_ms))
        one.send(sender.pack(dialect.MAVLink_timesync_message(5_100_000_000, 123)))  # meant for another
        asked: list[int] = []
        async with asyncio.timeout(60):
            while not asked:
                await asyncio.sleep(0.02)
                try:
                    data = one.recv(2048)
                except BlockingIOError:
                    continue
                for message in parser.parse_buffer(data) or ():
                    if message.get_type() == "TIMESYNC" and message.tc1 == 0:
                        asked.append(message.ts1)
                        one.send(sender.pack(dialect.MAVLink_timesync_message(5_200_000_000, message.ts1)))
        await until(lambda: any(isinstance(event, ClockOffset) for event in here.events), 60)
        offset = next(event for event in here.events if isinstance(event, ClockOffset))
        asked_at = asked[0] / 1e9
        assert asked_at - 5.2 <= offset.offset_s <= asked_at - 5.2 + 2 * offset.uncertainty_s + 1e-6
        assert here.counted("timesync_answers") == 1
        assert here.counted("timesync_ignored") == 1


async def test_our_heartbeat_reaches_every_peer_with_its_own_numbers():
    """In bulk or singly each peer hears our heartbeat once a second, its sequence numbers unbroken."""
    async with city() as here:
        drones = [(here.vehicle(), Sender(1 + n), dialect.MAVLink(None)) for n in range(20)]
        heard: list[list[Any]] = [[] for _ in drones]

        def beats() -> int:
            """Read what has come; return how many of our heartbeats the peer that heard least has heard."""
            for (one, _sender, parser), messages in zip(drones, heard, strict=True):
                while True:
                    try:
                        messages.extend(parser.parse_buffer(one.recv(2048)) or [])
                    except BlockingIOError:
                        break
            return min(sum(message.get_type() == "HEARTBEAT" for message in messages) for messages in heard)

        async with asyncio.timeout(60):
            while beats() < 3:
                for one, sender, _parser in drones:
                    one.send(sender.heartbeat())
                await asyncio.sleep(0.5)
        for messages in heard:
            numbers = [message.get_seq() for message in messages]
            assert numbers == list(range(len(numbers)))
