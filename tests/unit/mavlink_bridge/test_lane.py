"""The fast lane against the frame-by-frame path: the same bytes must come to the same counts, values and events."""

from __future__ import annotations

import random
import socket
import struct
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pytest
from pymavlink.dialects.v20 import all as dialect

from mavlink_bridge import mmsg
from mavlink_bridge.events import (
    Battery,
    Event,
    Heartbeat,
    LandedState,
    LinkLost,
    MissionCurrent,
    Position,
    Rebooted,
    SystemStatus,
    TimeSync,
    VehicleFound,
    VehicleKey,
)
from mavlink_bridge.lane import Datagrams, Routine
from mavlink_bridge.registry import Limits, Registry
from mavlink_bridge.rounds import Rounds
from tests.unit.mavlink_bridge.frames import NOW, Sender, raw_v2

KEY = bytes(range(32))
Sent = tuple[int, bytes]


def words_of(port: int) -> np.ndarray:
    """Return the four words of the socket address 127.0.0.1:port."""
    raw = struct.pack("=H", socket.AF_INET) + struct.pack("!H", port) + socket.inet_aton("127.0.0.1") + bytes(24)
    return np.frombuffer(raw, np.uint64)


def datagrams_of(sent: list[Sent]) -> Datagrams:
    data = np.frombuffer(b"".join(piece for _, piece in sent), np.uint8)
    ends = np.cumsum([len(piece) for _, piece in sent]).astype(np.int64)
    starts = ends - np.array([len(piece) for _, piece in sent], np.int64)
    return Datagrams(data, starts, ends, np.vstack([words_of(port) for port, _ in sent]))


def endpoint_of(words: np.ndarray) -> str:
    host, port = mmsg.address_of(words)[:2]
    return f"udp:{host}:{port}"


@dataclass
class Heard:
    """What one path told, per vehicle and in order, of what the lane may carry; and all other events."""

    positions: dict[VehicleKey, list[tuple]] = field(default_factory=lambda: defaultdict(list))
    levels: dict[VehicleKey, list[float]] = field(default_factory=lambda: defaultdict(list))
    spoke: dict[VehicleKey, float] = field(default_factory=dict)
    others: list[Event] = field(default_factory=list)

    def take_events(self, events: list[Event]) -> None:
        for event in events:
            self.spoke[event.vehicle] = event.received_at
            if isinstance(event, Position) and event.source == "global_position_int":
                unknown = float("nan")
                values = (
                    event.lat_deg, event.lon_deg, event.alt_amsl_m, event.alt_home_m, event.vel_east_mps,
                    event.vel_north_mps, event.vel_up_mps, event.heading_deg, event.time_boot_ms,
                )  # fmt: skip
                self.positions[event.vehicle].append(tuple(unknown if value is None else value for value in values))
            elif isinstance(event, Battery) and event.source == "sys_status":
                if event.remaining_pct is not None:
                    self.levels[event.vehicle].append(event.remaining_pct)
            elif not isinstance(event, Heartbeat | SystemStatus | LandedState | MissionCurrent):
                self.others.append(event)

    def take_routine(self, routine: Routine) -> None:
        for slot in routine.heard.tolist():
            self.spoke[routine.vehicle_in[slot].key] = routine.received_at
        for row in routine.positions:
            names = ("lat_deg", "lon_deg", "alt_amsl_m", "alt_home_m", "vel_east_mps", "vel_north_mps", "vel_up_mps")
            values = (*(float(row[name]) for name in names), float(row["heading_deg"]), int(row["boot_ms"]))
            self.positions[routine.vehicle_in[int(row["vehicle"])].key].append(values)
        for row in routine.batteries:
            self.levels[routine.vehicle_in[int(row["vehicle"])].key].append(float(row["remaining_pct"]))


def both(
    batches: list[tuple[float, list[Sent]]], limits: Limits | None = None, **more
) -> tuple[Registry, Registry, Heard, Heard, int]:
    """Feed the batches to both paths; returns the registries, what they told and how many messages took the lane."""
    plain, fast = Registry(limits, **more), Registry(limits, **more)
    for registry in (plain, fast):
        registry.expect_signing("ac_1", KEY, 9)
    fast.open_lane()
    one, two, taken = Heard(), Heard(), 0
    for now, sent in batches:
        for port, piece in sent:
            one.take_events(plain.feed(f"udp:127.0.0.1:{port}", piece, now))
        routine, events = fast.feed_batch(datagrams_of(sent), endpoint_of, 0, now)
        two.take_routine(routine)
        two.take_events(events)
        taken += len(routine.heard)
        one.take_events(plain.tick(now))
        two.take_events(fast.tick(now))
    return plain, fast, one, two, taken


def expect_equal(plain: Registry, fast: Registry, one: Heard, two: Heard, now: float) -> None:
    assert fast.counters() == plain.counters()
    assert set(fast.endpoints()) == set(plain.endpoints())
    for endpoint in plain.endpoints():
        assert fast.link_counters(endpoint) == plain.link_counters(endpoint), endpoint
    assert fast.vehicles(now) == plain.vehicles(now)
    assert two.spoke == one.spoke
    assert two.levels == one.levels
    assert two.positions.keys() == one.positions.keys()
    for key, rows in one.positions.items():
        np.testing.assert_array_equal(np.array(two.positions[key]), np.array(rows))

    def by_vehicle(heard: Heard) -> dict[VehicleKey, list[Event]]:
        told: dict[VehicleKey, list[Event]] = defaultdict(list)
        for event in heard.others:
            told[event.vehicle].append(event)
        return told

    assert by_vehicle(two) == by_vehicle(one)


class Drone:
    """A vehicle that says everything a vehicle says, some of it wrongly."""

    def __init__(self, port: int, system_id: int, chooser: random.Random, **more) -> None:
        self.port, self.chooser = port, chooser
        self.sender = Sender(system_id, **more)
        self.boot_ms = chooser.randrange(50_000)
        self.lat, self.mode, self.level = 225_000_000 + port * 100, 0x04040000, 90
        self.past: list[bytes] = []

    def message(self) -> bytes:
        chooser, sender = self.chooser, self.sender
        self.boot_ms += chooser.randrange(1, 400)
        self.lat += chooser.randrange(-50, 50)
        kind = chooser.randrange(40)
        if kind < 12:
            return sender.position(self.lat, boot_ms=self.boot_ms, heading=chooser.choice((9_000, 36_000, 65_535)))
        if kind < 20:
            if chooser.randrange(15) == 0:
                self.mode = chooser.choice((0x04040000, 0x05040000, 0x06000000))
            return sender.heartbeat(custom_mode=self.mode)
        if kind < 26:
            self.level = max(-1, self.level - chooser.randrange(2))
            healthy = chooser.choice((7, 7, 7, 7, 7, 7, 3))
            load, drop = chooser.randrange(500), chooser.randrange(3)
            return sender.pack(
                dialect.MAVLink_sys_status_message(7, 7, healthy, load, 15_000, 10, self.level, drop, 0, 0, 0, 0, 0)
            )
        if kind < 30:
            return sender.pack(dialect.MAVLink_attitude_message(self.boot_ms, 0.1, 0.2, 0.3, 0, 0, 0))
        if kind < 32:
            return sender.pack(dialect.MAVLink_extended_sys_state_message(0, chooser.choice((2, 2, 2, 1))))
        if kind < 34:
            return sender.pack(dialect.MAVLink_mission_current_message(chooser.choice((3, 3, 3, 4))))
        if kind == 34:
            return sender.position(0, 0, boot_ms=self.boot_ms)
        if kind == 35:
            self.boot_ms = 0  # the vehicle starts anew
            return sender.position(self.lat, boot_ms=self.boot_ms)
        if kind == 36:
            return sender.pack(dialect.MAVLink_statustext_message(4, b"Low battery"))
        if kind == 37:
            return raw_v2(54_321, b"abc", 1, system_id=sender.mav.srcSystem, sequence=sender.mav.seq)
        if kind == 38:
            return sender.pack(dialect.MAVLink_timesync_message(5, 7))
        sender.mav.seq = (sender.mav.seq + chooser.randrange(9)) % 256  # lost on the way
        return sender.position(2_147_483_647, boot_ms=self.boot_ms)

    def datagram(self) -> Sent:
        chooser = self.chooser
        data = b"".join(self.message() for _ in range(chooser.choice((1, 1, 1, 2, 3))))
        luck = chooser.randrange(60)
        if luck == 0 and data:
            mutable = bytearray(data)
            mutable[chooser.randrange(len(data))] ^= 1 << chooser.randrange(8)
            data = bytes(mutable)
        elif luck == 1:
            data = data[: chooser.randrange(len(data))]
        elif luck == 2 and self.past:
            data = chooser.choice(self.past)  # late or twice
        elif luck == 3:
            data = chooser.randbytes(chooser.randrange(60))
        self.past = [*self.past[-5:], data]
        return self.port, data


@pytest.mark.parametrize("seed", range(12))
def test_the_lane_is_the_plain_path(seed):
    """Whatever arrives, both paths count the same, know the same of every vehicle and tell the same, in order."""
    chooser = random.Random(seed)
    drones = [Drone(40_000 + n, 1 + n % 7, chooser, v1=n % 5 == 0) for n in range(20)]
    drones += [Drone(41_000, 100 + n, chooser) for n in range(4)]  # several vehicles behind one address
    drones += [Drone(42_000, 9, chooser, key=KEY), Drone(42_000, 9, chooser)]  # a signed one, and one that pretends
    drones += [Drone(40_003, 4, chooser, component_id=154)]  # a gimbal beside its autopilot
    now, batches = NOW, []
    for _ in range(60):
        now += chooser.choice((0.02, 0.02, 0.02, 0.5, 4.0))
        batches.append((now, [chooser.choice(drones).datagram() for _ in range(chooser.randrange(1, 120))]))
    plain, fast, one, two, taken = both(batches)
    assert taken > 500
    assert any(isinstance(event, Rebooted) for event in one.others)
    assert any(isinstance(event, LinkLost) for event in one.others)
    expect_equal(plain, fast, one, two, now)


def test_the_lane_stays_right_while_peers_come_and_go():
    """With room for few peers and vehicles, evicting and forgetting keeps both paths equal, rows being used again."""
    chooser = random.Random(99)
    limits = Limits(peers=8, vehicles=6, evict_peer_after_s=5.0, forget_after_s=40.0)
    now, batches = NOW, []
    for number in range(80):
        now += chooser.choice((0.1, 1.0, 3.0, 11.0))
        drones = [Drone(40_000 + chooser.randrange(number // 8 + 4), 1, chooser) for _ in range(3)]
        batches.append((now, [chooser.choice(drones).datagram() for _ in range(60)]))
    plain, fast, one, two, taken = both(batches, limits)
    assert taken > 100
    assert plain.counters()["peers_evicted"] > 5
    assert plain.counters()["vehicles_forgotten"] > 3
    expect_equal(plain, fast, one, two, now)


def test_routine_makes_no_events_and_news_does():
    """What was said before comes in columns; a new mode is a Heartbeat event again, and so is all of a busy vehicle."""
    registry, sender = Registry(), Sender(1)
    registry.open_lane()
    first = [(50_123, sender.heartbeat()), (50_123, sender.position(boot_ms=1000))]
    routine, events = registry.feed_batch(datagrams_of(first), endpoint_of, 0, NOW)
    assert len(routine.heard) == 0
    assert [type(event) for event in events] == [VehicleFound, Heartbeat, Position]
    again = [(50_123, sender.heartbeat()), (50_123, sender.position(boot_ms=1500))]
    routine, events = registry.feed_batch(datagrams_of(again), endpoint_of, 0, NOW + 0.5)
    assert events == []
    assert len(routine.heard) == 2
    assert routine.positions["boot_ms"].tolist() == [1500]
    news = [(50_123, sender.heartbeat(custom_mode=0x05040000)), (50_123, sender.position(boot_ms=2000))]
    routine, events = registry.feed_batch(datagrams_of(news), endpoint_of, 0, NOW + 1)
    assert [type(event) for event in events] == [Heartbeat, Position]
    key = events[0].vehicle
    busy = [(50_123, sender.position(boot_ms=2500))]
    routine, events = registry.feed_batch(datagrams_of(busy), endpoint_of, 0, NOW + 1.5, busy=[key])
    assert (len(routine.heard), [type(event) for event in events]) == (0, [Position])


def test_a_peer_that_moves_to_another_port_of_ours_is_answered_there():
    """A known sender heard on another transport goes frame by frame once, so that answers take the new way."""
    registry, sender = Registry(), Sender(1)
    registry.open_lane()
    for step, route in enumerate((0, 0, 1, 1)):
        piece = [(50_123, sender.heartbeat())]
        routine, _ = registry.feed_batch(datagrams_of(piece), endpoint_of, route, NOW + step)
        assert len(routine.heard) == (1 if step in {1, 3} else 0)


def test_there_is_no_lane_where_everything_must_be_signed():
    """With `require_signing` every frame goes through the exact signing path."""
    registry = Registry(require_signing=True)
    assert registry.open_lane() is False
    assert registry.lane is None


def test_both_paths_count_on_over_the_wrap_of_the_boot_clock():
    """Over the wrap of 32 bits, with a straggler from before it, both paths must tell the same instants, rising."""
    sender, top = Sender(1), 2**32
    boots = [top - 900, top - 400, 100, top - 650, 600, 1100, 1600]
    batches = [(NOW, [(50_123, sender.heartbeat())])]
    batches += [(NOW + k / 2, [(50_123, sender.position(boot_ms=boot % top))]) for k, boot in enumerate(boots)]
    plain, fast, one, two, taken = both(batches)
    expect_equal(plain, fast, one, two, NOW + 4)
    (rows,) = two.positions.values()
    assert [row[8] - top for row in rows] == [-900, -400, 100, -650, 600, 1100, 1600]
    assert taken >= 3  # it is routine again behind the wrap
    assert fast.counters()["reboots"] == 0


def test_an_answer_to_timesync_tells_the_wrapped_clock():
    """An answer in 64 bits must map the 32 bits of the positions, however often those wrapped before we listened."""
    registry, sender = Registry(), Sender(1)
    registry.feed("udp:127.0.0.1:50123", sender.heartbeat(), NOW)
    registry.feed("udp:127.0.0.1:50123", sender.position(boot_ms=5_000), NOW)
    rounds = Rounds(registry, (255, 190), [])
    (vehicle,) = registry.vehicle_in.values()
    asked_ns = round(NOW * 1e9)
    registry.vehicle_columns.rows[vehicle.slot]["asked_ns"] = asked_ns
    tc1_ns = (3 * 2**32 + 5_000) * 1_000_000
    offset = rounds.answered(TimeSync(vehicle.key, NOW + 0.02, tc1_ns, asked_ns))
    assert offset is not None
    assert offset.offset_s == pytest.approx(NOW + 0.01 - 5.0, abs=1e-3)
