"""A fleet on real sockets."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pymavlink.dialects.v20 import common as mavlink

from sim.mission import MissionItem
from sim.net import MAX_PEERS, Address, Drone, Fleet, parse_address, system_scene_s
from sim.wire import Link, packet_of
from tests.fakes.sim_world import flat_world

pytestmark = pytest.mark.slow


class Ear:
    """A UDP socket that understands what it hears, by sender."""

    def __init__(self) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.setblocking(False)
        self.link = Link(255, 190)
        self.heard: list[tuple[Address, Any]] = []

    @property
    def address(self) -> Address:
        """Where it listens."""
        host, port = self.sock.getsockname()
        return host, port

    def say(self, message: Any, to: Address) -> None:
        """Send a message."""
        self.sock.sendto(self.link.frame(packet_of(message)), to)

    def drain(self) -> list[tuple[Address, Any]]:
        """Read what has come and return everything heard so far."""
        while True:
            try:
                datagram, peer = self.sock.recvfrom(4096)
            except BlockingIOError:
                return self.heard
            self.heard.extend((peer, m) for m in self.link.parse(datagram, 0.0))

    def kinds(self, sender: Address | None = None) -> list[str]:
        """The types of messages heard, of one sender or all."""
        return [m.get_type() for peer, m in self.drain() if sender in (None, peer)]


@pytest.fixture
async def bridge() -> AsyncIterator[Ear]:
    """Something that listens where the bridge would."""
    ear = Ear()
    yield ear
    ear.sock.close()


@pytest.fixture
async def fleet(bridge: Ear) -> AsyncIterator[Fleet]:
    """A running fleet without drones."""
    fleet = Fleet(bridge=bridge.address)
    fleet.start()
    yield fleet
    await fleet.close()


def add(fleet: Fleet, name: str, system_id: int, **options: Any) -> Drone:
    """Add a drone standing on the ground."""
    world = flat_world()
    autopilot = world.autopilot(name, system_id=system_id, at=world.ground(22.54, 113.95), now_s=system_scene_s())
    return fleet.add(autopilot, name=name, **options)


async def until(condition: Callable[[], bool], limit_s: float = 60.0) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(limit_s):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


async def test_each_drone_is_its_own_endpoint(fleet: Fleet, bridge: Ear) -> None:
    """Two drones with one system id must come from two addresses, each numbering its frames without a gap."""
    one, two = add(fleet, "one", 1), add(fleet, "two", 1)
    await until(lambda: len(bridge.kinds(one.endpoint)) > 8 and len(bridge.kinds(two.endpoint)) > 8)
    for drone in (one, two):
        numbers = [m.get_seq() for peer, m in bridge.heard if peer == drone.endpoint]
        assert numbers == list(range(len(numbers)))


async def test_answers_go_to_who_asked(fleet: Fleet, bridge: Ear) -> None:
    """A command's acknowledgement must go to the asker alone, and telemetry to everybody who spoke."""
    drone, station = add(fleet, "d", 5, ground_port=0), Ear()
    ground = ("127.0.0.1", drone.ground_port or 0)
    station.say(
        mavlink.MAVLink_command_long_message(5, 1, mavlink.MAV_CMD_REQUEST_MESSAGE, 0, 148, 0, 0, 0, 0, 0, 0), ground
    )
    await until(lambda: {"COMMAND_ACK", "AUTOPILOT_VERSION", "GLOBAL_POSITION_INT"} <= set(station.kinds(ground)))
    assert "COMMAND_ACK" not in bridge.kinds()
    assert "GLOBAL_POSITION_INT" in bridge.kinds(drone.endpoint)
    station.sock.close()


async def test_bridge_reads_the_mission_from_where_it_listens(fleet: Fleet, bridge: Ear) -> None:
    """The bridge must be able to download a mission over the socket the drone sends from."""
    drone = add(fleet, "d", 5)
    drone.autopilot.load_mission([MissionItem(22, 3, z=30.0)])
    bridge.say(mavlink.MAVLink_mission_request_list_message(5, 1, 0), drone.endpoint)
    await until(lambda: "MISSION_COUNT" in bridge.kinds(drone.endpoint))
    bridge.say(mavlink.MAVLink_mission_request_int_message(5, 1, 0, 0), drone.endpoint)
    await until(lambda: "MISSION_ITEM_INT" in bridge.kinds(drone.endpoint))
    assert bridge.kinds(drone.endpoint).index("MISSION_COUNT") < bridge.kinds(drone.endpoint).index("MISSION_ITEM_INT")


async def test_lost_upload_item_is_asked_for_again_over_the_wire(fleet: Fleet, bridge: Ear) -> None:
    """When an item does not come, the drone must ask the uploader again by itself."""
    drone = add(fleet, "d", 5)
    bridge.say(mavlink.MAVLink_mission_count_message(5, 1, 2, 0), drone.endpoint)
    await until(lambda: bridge.kinds(drone.endpoint).count("MISSION_REQUEST_INT") >= 2)
    assert "MISSION_ACK" not in bridge.kinds(drone.endpoint), "the upload is neither accepted nor given up"


async def test_strangers_cannot_crowd_a_drone(fleet: Fleet) -> None:
    """A drone must keep a bounded number of peers, whoever speaks to it."""
    drone = add(fleet, "d", 5, ground_port=0)
    ears = [Ear() for _ in range(MAX_PEERS + 5)]
    for ear in ears:
        ear.say(mavlink.MAVLink_timesync_message(0, 1), ("127.0.0.1", drone.ground_port or 0))
    await until(lambda: fleet.counters.received_datagrams == len(ears))
    assert len(drone.peers) == MAX_PEERS
    for ear in ears:
        ear.sock.close()


async def test_taken_port_gives_way_for_drones_but_not_for_ground_ports(fleet: Fleet, bridge: Ear) -> None:
    """A drone whose port is taken must get another; a ground port that is taken must be refused aloud."""
    drone = add(fleet, "d", 5, port=bridge.address[1])
    assert drone.endpoint[1] != bridge.address[1]
    with pytest.raises(OSError, match="in use"):
        add(fleet, "e", 6, ground_port=bridge.address[1])


async def test_fifty_drones_cost_little() -> None:
    """Fifty flying drones must need less than a quarter of a core, with no datagram dropped.

    The core's pace is taken beside it, so that a slow one is not held to a fast one's seconds.
    """
    ear = Ear()
    world = flat_world()
    fleet = Fleet(bridge=ear.address)
    for k in range(50):
        autopilot = world.autopilot(
            f"d{k}", system_id=k + 1, at=world.ground(22.54, 113.95 + 1e-3 * k), now_s=system_scene_s()
        )
        fleet.add(autopilot)
        autopilot.load_mission([MissionItem(22, 3, z=80.0), MissionItem(16, 3, x=225_900_000, y=1_140_000_000, z=80.0)])
        assert autopilot.arm(system_scene_s())
        assert autopilot.start_mission(system_scene_s())
    fleet.start()
    paces_s = [pace_s()]
    began_s = time.thread_time()
    await asyncio.sleep(4.0)
    spent_s = time.thread_time() - began_s
    paces_s.append(pace_s())
    await until(lambda: fleet.counters.sent_messages >= 50 * 4 * 3)
    await fleet.close()
    ear.sock.close()
    assert fleet.counters.dropped_datagrams == 0
    assert spent_s < 34 * max(paces_s), (spent_s, paces_s)  # a second of a core that takes 29 ms for it


def pace_s() -> float:
    """Return the processor time that a million plain steps take here and now."""
    began_s = time.thread_time()
    sum(k * k for k in range(1_000_000))
    return time.thread_time() - began_s


def test_addresses_are_read_or_named() -> None:
    """HOST:PORT must be read, and anything else be refused by name."""
    assert parse_address("127.0.0.1:14550") == ("127.0.0.1", 14550)
    for wrong in ("127.0.0.1", ":14550", "h:port", "h:70000"):
        with pytest.raises(ValueError, match="is not an address"):
            parse_address(wrong)
