"""The bridge on real sockets: UDP, TCP and a pseudo-terminal, with a small autopilot as the peer."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import pytest
from pymavlink.dialects.v20 import all as dialect

from mavlink_bridge.bridge import Bridge, MissionItem
from mavlink_bridge.command import expect_mode
from mavlink_bridge.events import Event, Position, VehicleFound, VehicleKey
from mavlink_bridge.mission import MissionError
from mavlink_bridge.outgoing import Outgoing
from tests.unit.mavlink_bridge.autopilots import Autopilot, ack
from tests.unit.mavlink_bridge.frames import Sender

KEY = bytes(range(32))


class Peer(asyncio.DatagramProtocol):
    """An autopilot on a UDP socket; keeps what the bridge sends."""

    def __init__(self, system_id: int = 1, *, ardupilot: bool = False, key: bytes | None = None) -> None:
        self.autopilot = Autopilot(ardupilot=ardupilot)
        self.sender = Sender(system_id, key=key)
        self.custom_mode = 5 if ardupilot else 0x03040000
        self.received: list = []
        self.send: Callable[[bytes], None] = lambda data: None
        self._parser = dialect.MAVLink(None)
        if key is not None:
            self._parser.signing.secret_key = key

    def connection_made(self, transport) -> None:
        self.send = transport.sendto

    def datagram_received(self, data: bytes, address) -> None:
        self.take(data)

    def take(self, data: bytes) -> None:
        """Answer whatever frames are in `data`."""
        for message in self._parser.parse_buffer(data) or ():
            self.received.append(message)
            fields = {name: getattr(message, name) for name in message.fieldnames}
            answers = self.autopilot.receive(Outgoing(message.get_msgId(), fields), asyncio.get_running_loop().time())
            for answer in answers:
                self.send(self.sender.pack(answer))

    def beat(self) -> None:
        """Send a heartbeat."""
        self.send(self.sender.heartbeat(autopilot=3 if self.autopilot.ardupilot else 12, custom_mode=self.custom_mode))

    def asked(self, kind: str) -> list:
        """The messages of a type that the bridge sent."""
        return [message for message in self.received if message.get_type() == kind]


@asynccontextmanager
async def running(*endpoints: str, **options) -> AsyncIterator[tuple[Bridge, list[Event]]]:
    bridge, seen = Bridge(endpoints, **options), []
    bridge.subscribe(seen.extend)
    await bridge.start()
    try:
        yield bridge, seen
    finally:
        await bridge.stop()


async def connect(bridge: Bridge, peer: Peer) -> asyncio.DatagramTransport:
    host, port = bridge.addresses()[0].removeprefix("udp:").rsplit(":", 1)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: peer, remote_addr=(host, int(port)))
    return transport


async def until(condition: Callable[[], object], limit_s: float = 60.0) -> None:
    async with asyncio.timeout(limit_s):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)


def found(seen: list[Event]) -> list[VehicleKey]:
    return [event.vehicle for event in seen if isinstance(event, VehicleFound)]


def plan(count: int = 5) -> list[MissionItem]:
    return [MissionItem(6, 16, 225_400_000 + n, 1_140_500_000 - n, 80.0 + n) for n in range(count)]


async def test_two_vehicles_with_one_system_id_are_two_and_each_gets_its_own_answers():
    """Peers are told apart by their address, and what is sent to one reaches that one only."""
    async with running("udp:127.0.0.1:0", rates_hz={}) as (bridge, seen):
        peers = [Peer(1), Peer(1)]
        transports = [await connect(bridge, peer) for peer in peers]
        for peer in peers:
            peer.beat()
            peer.send(peer.sender.position())
        await until(lambda: sum(isinstance(event, Position) for event in seen) == 2)
        first, second = found(seen)
        assert first != second
        result = await bridge.command(first, 400, [1.0], timeout_s=60.0)  # asked once, however late the answer
        assert result.outcome == "accepted"
        assert [len(peer.asked("COMMAND_LONG")) for peer in peers] == [1, 0]
        assert {info.vehicle for info in bridge.vehicles()} == {first, second}
        for transport in transports:
            transport.close()


@pytest.mark.parametrize("ardupilot", [False, True])
async def test_missions_go_up_and_come_down_verified(ardupilot):
    """Both autopilots' manners: uploaded, read back, equal, home added and taken away."""
    async with running("udp:127.0.0.1:0", rates_hz={}) as (bridge, seen):
        peer = Peer(3, ardupilot=ardupilot)
        transport = await connect(bridge, peer)
        peer.beat()
        await until(lambda: found(seen))
        (vehicle,) = found(seen)
        result = await bridge.upload_mission(vehicle, plan(), verify=True)
        assert (result.outcome, result.verified) == ("accepted", True)
        assert [item.x for item in await bridge.download_mission(vehicle)] == [item.x for item in plan()]
        assert len(peer.autopilot.mission) == 5 + ardupilot
        transport.close()


async def test_a_vehicle_that_changes_the_mission_is_a_mismatch():
    """An accepted upload that reads back differently is not success."""
    async with running("udp:127.0.0.1:0", rates_hz={}) as (bridge, seen):
        peer = Peer(3)
        transport = await connect(bridge, peer)
        peer.beat()
        await until(lambda: found(seen))
        store = peer.autopilot._store

        def store_wrongly():
            answers = store()
            peer.autopilot.mission[2]["z"] = 500.0
            return answers

        peer.autopilot._store = store_wrongly
        result = await bridge.upload_mission(found(seen)[0], plan(), verify=True)
        assert (result.outcome, result.verified) == ("mismatch", False)
        assert "item 2: z" in result.detail
        transport.close()


async def test_a_new_ardupilot_is_asked_for_its_streams_and_everyone_hears_our_heartbeat():
    """Message intervals are set once it is found; our own heartbeat comes every second, as a ground station's."""
    async with running("udp:127.0.0.1:0") as (bridge, _seen):
        peer = Peer(3, ardupilot=True)
        transport = await connect(bridge, peer)
        peer.beat()

        def asked() -> dict[float, float]:
            return {m.param1: m.param2 for m in peer.asked("COMMAND_LONG") if m.command == 511}

        await until(lambda: len(asked()) == 4 and any(m.command == 512 for m in peer.asked("COMMAND_LONG")))
        intervals = asked()
        assert intervals == {33: 500_000, 1: 1e6, 245: 1e6, 42: 1e6}
        assert [m.param1 for m in peer.asked("COMMAND_LONG") if m.command == 512] == [242]
        await until(lambda: peer.asked("HEARTBEAT"))
        heartbeat = peer.asked("HEARTBEAT")[0]
        assert (heartbeat.get_srcSystem(), heartbeat.get_srcComponent(), heartbeat.type, heartbeat.autopilot) == (
            255,
            190,
            6,
            8,
        )
        transport.close()


async def test_an_old_autopilot_that_refuses_intervals_is_asked_in_the_old_way():
    """SET_MESSAGE_INTERVAL unsupported leads to REQUEST_DATA_STREAM."""
    async with running("udp:127.0.0.1:0") as (bridge, _seen):
        peer = Peer(3, ardupilot=True)
        peer.autopilot.answers = lambda fields: [ack(fields["command"], 3)]
        transport = await connect(bridge, peer)
        peer.beat()
        await until(lambda: len(peer.asked("REQUEST_DATA_STREAM")) == 2)
        assert {m.req_stream_id: m.req_message_rate for m in peer.asked("REQUEST_DATA_STREAM")} == {6: 2, 2: 1}
        transport.close()


async def test_a_mode_is_confirmed_by_the_heartbeat_that_shows_it():
    """set_mode sends the autopilot's numbers and ends when the mode is observed; an unknown mode is refused."""
    async with running("udp:127.0.0.1:0", rates_hz={}) as (bridge, seen):
        peer = Peer(3)
        transport = await connect(bridge, peer)
        peer.custom_mode = 0x04040000
        peer.beat()
        await until(lambda: found(seen))
        (vehicle,) = found(seen)

        def answers(fields):
            peer.custom_mode = int(fields["param2"]) << 16 | int(fields["param3"]) << 24
            asyncio.get_running_loop().call_later(0.1, peer.beat)
            return [ack(176, 0)]

        peer.autopilot.answers = answers
        result = await bridge.set_mode(vehicle, "rtl")
        assert (result.outcome, bridge.vehicles()[0].mode) == ("confirmed", "rtl")
        assert (await bridge.set_mode(vehicle, "warp")).outcome == "refused"
        transport.close()


async def test_what_is_never_answered_times_out_and_stop_ends_what_waits():
    """A silent vehicle's command times out; a command still waiting at stop ends as timed out too."""
    bridge, seen = Bridge(["udp:127.0.0.1:0"], rates_hz={}), []
    bridge.subscribe(seen.extend)
    await bridge.start()
    peer = Peer(3)
    peer.autopilot.receive = lambda message, now: []
    transport = await connect(bridge, peer)
    peer.beat()
    await until(lambda: found(seen))
    (vehicle,) = found(seen)
    result = await bridge.command(vehicle, 400, timeout_s=0.1, attempts=2)
    assert (result.outcome, result.attempts) == ("timed_out", 2)
    waiting = asyncio.create_task(bridge.command(vehicle, 401, attempts=50, expect=expect_mode("rtl")))
    reading = asyncio.create_task(bridge.download_mission(vehicle))
    await until(lambda: peer.asked("MISSION_REQUEST_LIST"))
    await bridge.stop()
    assert (await waiting).detail == "the bridge was stopped"
    with pytest.raises(MissionError, match="the bridge was stopped"):
        await reading
    unknown = VehicleKey("udp:1.1.1.1:1", 1)
    assert (await bridge.command(unknown, 400)).outcome == "timed_out"
    assert (await bridge.upload_mission(unknown, [])).outcome == "timed_out"
    transport.close()


async def test_signed_vehicles_are_answered_signed():
    """Commands to a vehicle that signs carry a signature that pymavlink verifies, and its key is nowhere to be seen."""
    async with running("udp:127.0.0.1:0", rates_hz={}) as (bridge, seen):
        bridge.expect_signing("acme-7", KEY, 3)
        peer = Peer(3, key=KEY)
        peer.sender.mav.signing.timestamp = int((time.time() - 1_420_070_400) * 100_000)
        transport = await connect(bridge, peer)
        peer.beat()
        await until(lambda: found(seen))
        (vehicle,) = found(seen)
        assert vehicle.credential == "acme-7"
        result = await bridge.command(vehicle, 400)
        assert result.outcome == "accepted"
        assert all(message.get_signed() for message in peer.received)
        assert KEY.hex() not in repr(bridge.vehicles()) + repr(list(bridge.registry.keyring))
        transport.close()


async def test_hostile_datagrams_disturb_nobody():
    """Noise on the port is counted; a vehicle among it is found and followed; nothing is raised or logged as error."""
    async with running("udp:127.0.0.1:0", rates_hz={}) as (bridge, seen):
        peer, noise, drawn = Peer(3), Peer(9), Random(1)  # one frame in some thousands of noise would be a good one
        transports = [await connect(bridge, peer), await connect(bridge, noise)]
        for size in range(1, 200):
            noise.send(drawn.randbytes(size))
        noise.send(b"")
        noise.send(b"\xfd" * 60_000)
        peer.beat()
        peer.send(peer.sender.position())
        await until(lambda: any(isinstance(event, Position) for event in seen))
        assert found(seen) == [bridge.vehicles()[0].vehicle]
        counters = bridge.counters()
        assert counters["dropped_bytes"] > 60_000
        assert (counters["peers"], counters["subscriber_errors"]) == (1, 0)
        for transport in transports:
            transport.close()


async def test_a_failing_subscriber_disturbs_neither_the_link_nor_the_others(caplog):
    """Its error is logged and counted; the next subscriber gets the same events; unsubscribing ends the calls."""
    async with running("udp:127.0.0.1:0", rates_hz={}) as (bridge, seen):
        after: list[Event] = []

        def failing(events: list[Event]) -> None:
            raise RuntimeError("broken subscriber")

        end = bridge.subscribe(failing)
        bridge.subscribe(after.extend)
        peer = Peer(3)
        transport = await connect(bridge, peer)
        peer.beat()
        await until(lambda: after)
        assert seen == after
        assert bridge.counters()["subscriber_errors"] == 1
        assert "broken subscriber" in caplog.text
        end()
        end()
        peer.beat()
        await until(lambda: len(after) > 2)
        assert bridge.counters()["subscriber_errors"] == 1
        transport.close()


async def test_a_vehicle_over_tcp_may_send_its_frames_in_pieces():
    """A stream cut anywhere gives the same events, and commands go back over the connection."""
    async with running("tcp:127.0.0.1:0", rates_hz={}) as (bridge, seen):
        host, port = bridge.addresses()[0].removeprefix("tcp:").rsplit(":", 1)
        reader, writer = await asyncio.open_connection(host, int(port))
        peer = Peer(4)
        peer.send = writer.write
        data = peer.sender.heartbeat() + peer.sender.position() + peer.sender.position()
        for at in range(0, len(data), 7):
            writer.write(data[at : at + 7])
            await writer.drain()
            await asyncio.sleep(0.001)
        await until(lambda: sum(isinstance(event, Position) for event in seen) == 2)
        (vehicle,) = found(seen)
        assert vehicle.link.startswith("tcp:127.0.0.1:")
        commanding = asyncio.create_task(bridge.command(vehicle, 400))
        while not commanding.done():
            peer.take(await reader.read(1000))
            await asyncio.sleep(0)
        assert (await commanding).outcome == "accepted"
        writer.close()
        await until(lambda: bridge.counters()["tcp_open"] == 0)
        assert (await bridge.command(vehicle, 400, timeout_s=0.05, attempts=1)).outcome == "timed_out"


async def test_a_serial_device_works_and_its_loss_is_noticed():
    """A pseudo-terminal stands in for a radio; when its other side closes the loss is counted and reopening tried."""
    ours, theirs = os.openpty()
    tty.setraw(ours)
    tty.setraw(theirs)
    device = os.ttyname(theirs)
    async with running(f"serial:{device}@115200", rates_hz={}) as (bridge, seen):
        os.close(theirs)
        peer = Peer(5)
        peer.send = lambda data: os.write(ours, data) and None
        peer.beat()
        peer.send(peer.sender.position())
        await until(lambda: any(isinstance(event, Position) for event in seen))
        assert found(seen) == [VehicleKey(f"serial:{device}", 5)]
        asyncio.get_running_loop().add_reader(ours, lambda: peer.take(os.read(ours, 4096)))
        assert (await bridge.command(found(seen)[0], 400)).outcome == "accepted"
        asyncio.get_running_loop().remove_reader(ours)
        os.close(ours)
        await until(lambda: bridge.counters()["serial_errors"] > 0)


async def test_an_endpoint_that_cannot_be_opened_is_an_error_and_leaves_none_open():
    """Start raises OSError, and the endpoints before it are closed again."""
    async with running("udp:127.0.0.1:0") as (first, _seen):
        taken = first.addresses()[0]
        bridge = Bridge(["tcp:127.0.0.1:0", taken])
        with pytest.raises(OSError, match="in use"):
            await bridge.start()
        assert bridge.counters()["tcp_open"] == 0
    with pytest.raises(ValueError, match="not an endpoint"):
        Bridge(["can:0"])


async def test_serial_without_pyserial_says_what_to_install(monkeypatch):
    """The optional extra is named in the error."""
    monkeypatch.setitem(sys.modules, "serial", None)
    bridge = Bridge(["serial:/dev/null"])
    with pytest.raises(RuntimeError, match=r"hexlane\[serial\]"):
        await bridge.start()


@pytest.mark.slow
async def test_nothing_is_lost_of_twenty_thousand_datagrams():
    """A burst of 20,000 datagrams from 20 sockets arrives whole, in order for each sender."""
    async with running("udp:127.0.0.1:0", rates_hz={}) as (bridge, seen):
        peers = [Peer(1) for _ in range(20)]
        transports = [await connect(bridge, peer) for peer in peers]
        for peer in peers:
            peer.beat()
        for step in range(1000):
            for peer in peers:
                peer.send(peer.sender.position(boot_ms=step))
            if step % 10 == 0:
                await asyncio.sleep(0)
        await until(lambda: sum(isinstance(event, Position) for event in seen) == 20_000, 100)
        counters = bridge.counters()
        assert (counters["lost"], counters["late"], counters["udp_kernel_drops"]) == (0, 0, 0)
        for transport in transports:
            transport.close()
