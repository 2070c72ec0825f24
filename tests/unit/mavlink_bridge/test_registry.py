"""Which vehicles there are, whatever the bytes."""

from __future__ import annotations

import random

from pymavlink.dialects.v20 import all as dialect

from mavlink_bridge.events import (
    AdsbVehicle,
    EndpointChanged,
    Heartbeat,
    HighLatency,
    LinkLost,
    LinkRecovered,
    Position,
    RadioStatus,
    Rebooted,
    VehicleForgotten,
    VehicleFound,
    VehicleKey,
)
from mavlink_bridge.registry import Limits, Registry
from tests.unit.mavlink_bridge.frames import NOW, UDP, Sender, raw_v2

KEY = bytes(range(32))
OTHER = "udp:10.0.0.9:14550"


def kinds(events):
    return [type(event).__name__ for event in events]


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_the_first_heartbeat_of_an_autopilot_finds_a_vehicle():
    """VehicleFound comes once, before the first Heartbeat, with what the vehicle is."""
    registry, sender = Registry(), Sender(7, 3)
    first = registry.feed(UDP, sender.heartbeat(), NOW)
    assert kinds(first) == ["VehicleFound", "Heartbeat"]
    assert first[0] == VehicleFound(VehicleKey(UDP, 7), NOW, UDP, 12, 2, 3, 2, False, None)
    assert first[1].mode == "mission"
    assert first[1].armed
    assert kinds(registry.feed(UDP, sender.heartbeat(), NOW + 1)) == ["Heartbeat"]


def test_any_kind_of_buffer_is_one_datagram_and_a_list_is_many():
    """bytes, bytearray and memoryview are each one datagram; a list holds several."""
    sender = Sender(1)
    for kind in (bytes, bytearray, memoryview):
        assert kinds(Registry().feed(UDP, kind(sender.heartbeat()), NOW)) == ["VehicleFound", "Heartbeat"]
    assert len(Registry().feed(UDP, [sender.heartbeat(), sender.position()], NOW)) == 3


def test_radios_ground_stations_and_companions_are_no_vehicles():
    """Only a heartbeat with an autopilot makes a vehicle, and the radio's report goes to the vehicle of its link."""
    registry = Registry()
    radio = Sender(51, 68)
    status = dialect.MAVLink_radio_status_message(180, 255, 60, 40, 255, 3, 0)
    assert registry.feed(UDP, radio.pack(status), NOW) == []
    assert registry.feed(UDP, Sender(255, 0).heartbeat(autopilot=8, kind=6), NOW) == []
    assert registry.feed(UDP, Sender(255, 0).heartbeat(autopilot=0, kind=6), NOW) == []
    assert registry.feed(UDP, Sender(1, 191).heartbeat(autopilot=8, kind=18), NOW) == []
    assert registry.vehicles(NOW) == []
    registry.feed(UDP, Sender(1).heartbeat(), NOW)
    (report,) = of(registry.feed(UDP, radio.pack(status), NOW), RadioStatus)
    assert (report.vehicle, report.rssi, report.remote_rssi, report.rx_errors) == (VehicleKey(UDP, 1), 180, None, 3)


def test_a_hostile_stream_gives_the_right_vehicles_and_counters():
    """Bad CRC, truncation, two peers interleaved, one system id twice, position 0/0, noise: two vehicles, no 0/0."""
    registry, one, two = Registry(), Sender(1), Sender(1, v1=True)
    chooser = random.Random(4)
    events = []
    broken = bytearray(one.position())
    broken[20] ^= 1
    events += registry.feed(UDP, one.heartbeat(), NOW)
    events += registry.feed(OTHER, two.heartbeat(autopilot=3, custom_mode=5), NOW)
    events += registry.feed(UDP, one.position()[:-5], NOW)
    events += registry.feed(OTHER, two.position(226_000_000, 1_141_000_000), NOW)
    events += registry.feed(UDP, bytes(broken), NOW)
    events += registry.feed(OTHER, two.position(0, 0), NOW)
    events += registry.feed(UDP, one.position(), NOW)
    for _ in range(200):
        events += registry.feed(f"udp:10.1.1.1:{chooser.randrange(65_536)}", chooser.randbytes(40), NOW)
    positions = of(events, Position)
    assert [(p.vehicle, p.lat_deg, p.lon_deg) for p in positions] == [
        (VehicleKey(OTHER, 1), 22.6, 114.1),
        (VehicleKey(UDP, 1), 22.5431, 114.0579),
    ]
    counters = registry.counters()
    assert (counters["vehicles"], counters["peers"]) == (2, 2)
    assert counters["bad_crc"] >= 1
    assert counters["truncated"] >= 1
    assert counters["frames"] == 5
    assert registry.link_counters(UDP)["bad_crc"] == 1
    assert registry.link_counters(OTHER)["dropped_bytes"] == 0


def test_one_peers_truncated_frame_does_not_touch_another_peers_bytes():
    """Half a frame from one peer followed by a whole one from another loses nothing of the other."""
    registry, one, two = Registry(), Sender(1), Sender(2)
    registry.feed(UDP, one.heartbeat(), NOW)
    registry.feed(UDP, one.heartbeat()[:10], NOW)
    assert kinds(registry.feed(OTHER, two.heartbeat(), NOW)) == ["VehicleFound", "Heartbeat"]
    assert kinds(registry.feed(UDP, one.heartbeat(), NOW)) == ["Heartbeat"]


def test_streams_keep_what_is_unfinished_and_close_drops_it():
    """On TCP a frame may come in pieces; when the connection ends its rest is dropped and counted."""
    registry, sender = Registry(), Sender(1)
    data = sender.heartbeat() + sender.position()
    events = []
    for at in range(0, len(data), 5):
        events += registry.feed("tcp:127.0.0.1:4000", data[at : at + 5], NOW)
    assert kinds(events) == ["VehicleFound", "Heartbeat", "Position"]
    registry.feed("tcp:127.0.0.1:4000", data[:4], NOW)
    registry.close("tcp:127.0.0.1:4000")
    assert registry.counters()["dropped_bytes"] == 4
    assert kinds(registry.feed("tcp:127.0.0.1:4000", data, NOW)) == ["Heartbeat", "Position"]


def test_the_autopilots_component_is_the_one_that_says_so():
    """A position from another component of the same system is not the vehicle's."""
    registry = Registry()
    registry.feed(UDP, Sender(1, 42).heartbeat(), NOW)
    assert registry.feed(UDP, Sender(1, 1).position(), NOW) == []
    assert kinds(registry.feed(UDP, Sender(1, 42).position(), NOW)) == ["Position"]


def test_a_second_autopilot_with_the_same_number_waits_until_the_first_is_silent():
    """Two autopilot components under one system id do not take turns as the vehicle."""
    registry = Registry()
    registry.feed(UDP, Sender(1, 1).heartbeat(), NOW)
    assert registry.feed(UDP, Sender(1, 2).heartbeat(), NOW + 1) == []
    registry.tick(NOW + 4)
    assert kinds(registry.feed(UDP, Sender(1, 2).heartbeat(), NOW + 5)) == ["LinkRecovered", "Heartbeat"]


def test_silence_loses_the_link_and_a_heartbeat_recovers_it():
    """After 3 s LinkLost once, then LinkRecovered with the length of the silence."""
    registry, sender = Registry(), Sender(1)
    registry.feed(UDP, sender.heartbeat(), NOW)
    assert registry.tick(NOW + 3.0) == []
    registry.feed(UDP, sender.position(), NOW + 3.0)
    assert registry.tick(NOW + 3.1) == [LinkLost(VehicleKey(UDP, 1), NOW + 3.1, NOW)]
    assert registry.tick(NOW + 3.2) == []
    assert not registry.vehicles(NOW + 4)[0].link_up
    events = registry.feed(UDP, sender.heartbeat(), NOW + 10)
    assert events[0] == LinkRecovered(VehicleKey(UDP, 1), NOW + 10, 10.0)
    assert registry.vehicles(NOW + 10.5)[0].link_age_s == 0.5


def test_a_vehicle_silent_for_long_is_forgotten():
    """After the configured hour the vehicle is gone, and found anew when it speaks."""
    registry, sender = Registry(), Sender(1)
    registry.feed(UDP, sender.heartbeat(), NOW)
    registry.tick(NOW + 4)
    assert VehicleForgotten(VehicleKey(UDP, 1), NOW + 3601) in registry.tick(NOW + 3601)
    assert registry.counters()["peers"] == 0
    assert kinds(registry.feed(UDP, sender.heartbeat(), NOW + 3700)) == ["VehicleFound", "Heartbeat"]


def test_a_clock_that_goes_back_is_a_reboot_and_a_late_frame_is_not():
    """time_boot_ms falling is Rebooted, unless the frame's number says it is merely late."""
    registry, sender = Registry(), Sender(1)
    registry.feed(UDP, sender.heartbeat(), NOW)
    old = sender.position(boot_ms=60_000)
    registry.feed(UDP, sender.position(boot_ms=65_000), NOW)
    assert of(registry.feed(UDP, old, NOW), Rebooted) == []
    assert registry.counters()["late"] == 1
    (event,) = of(registry.feed(UDP, sender.position(boot_ms=900), NOW), Rebooted)
    assert (event.time_boot_ms, event.previous_time_boot_ms) == (900, 65_000)


def test_the_wrap_of_the_boot_clock_is_no_reboot():
    """time_boot_ms wraps after 49.7 days: positions go on counting, and a straggler from before the wrap stays before it."""
    registry, sender = Registry(), Sender(1)
    registry.feed(UDP, sender.heartbeat(), NOW)
    straggler = sender.position(boot_ms=2**32 - 300)
    heard = [
        event
        for frame in (
            sender.position(boot_ms=2**32 - 100),
            sender.position(boot_ms=100),
            straggler,
            sender.position(boot_ms=600),
        )
        for event in registry.feed(UDP, frame, NOW)
    ]
    assert of(heard, Rebooted) == []
    assert [event.time_boot_ms - 2**32 for event in of(heard, Position)] == [-100, 100, -300, 600]
    assert registry.counters()["reboots"] == 0


def test_a_reboot_after_weeks_is_no_wrap():
    """A clock that falls from 30 days, or from 60 counted over a wrap, to a second is a reboot, and counts from there."""
    registry, sender = Registry(), Sender(1)
    registry.feed(UDP, sender.heartbeat(), NOW)
    day_ms = 86_400_000
    registry.feed(UDP, sender.position(boot_ms=30 * day_ms), NOW)
    (event,) = of(registry.feed(UDP, sender.position(boot_ms=1_000), NOW), Rebooted)
    assert (event.time_boot_ms, event.previous_time_boot_ms) == (1_000, 30 * day_ms)
    registry, sender = Registry(), Sender(1)
    registry.feed(UDP, sender.heartbeat(), NOW)
    for boot_ms in (2**32 - 100, 100, 10 * day_ms):
        registry.feed(UDP, sender.position(boot_ms=boot_ms), NOW)
    heard = registry.feed(UDP, sender.position(boot_ms=1_000), NOW)
    assert of(heard, Rebooted)[0].previous_time_boot_ms == 2**32 + 10 * day_ms
    assert of(heard, Position)[0].time_boot_ms == 1_000


def test_loss_is_counted_from_the_header_over_unknown_messages_too():
    """Unknown messages fill their place in the sequence; missing numbers are loss, for each sender by itself."""
    registry, sender = Registry(), Sender(1)
    registry.feed(UDP, sender.heartbeat(), NOW)
    registry.feed(UDP, raw_v2(54_321, b"x", 1, sequence=1), NOW)
    sender.mav.seq = 2
    registry.feed(UDP, sender.position(), NOW)
    assert registry.counters()["lost"] == 0
    sender.mav.seq = 8
    registry.feed(UDP, sender.position(), NOW)
    info = registry.vehicles(NOW)[0]
    assert (registry.counters()["lost"], info.lost) == (5, 5)
    assert 0 < info.loss_pct < 100


def test_signed_vehicles_are_known_by_their_credential_wherever_they_speak():
    """A verified signature keys the vehicle by credential; a new address is EndpointChanged, not a new vehicle."""
    registry, sender = Registry(), Sender(1, key=KEY)
    registry.expect_signing("acme-7", KEY, 1)
    found = registry.feed(UDP, sender.heartbeat(), NOW)[0]
    assert (found.vehicle, found.signed, found.credential) == (VehicleKey("key:acme-7", 1), True, "acme-7")
    moved = registry.feed(OTHER, sender.heartbeat(), NOW + 1)
    assert moved[0] == EndpointChanged(found.vehicle, NOW + 1, OTHER)
    assert registry.endpoint_of(found.vehicle) == OTHER
    assert registry.counters()["vehicles"] == 1


def test_forged_replayed_and_unsigned_frames_do_not_move_a_signed_vehicle():
    """What is not signed by the key, or was seen before, is counted and dropped; the genuine vehicle goes on."""
    registry, sender = Registry(), Sender(1, key=KEY)
    registry.expect_signing("acme-7", KEY, 1)
    registry.feed(UDP, sender.heartbeat(), NOW)
    recorded = sender.position()
    assert kinds(registry.feed(UDP, recorded, NOW)) == ["Position"]
    forger = Sender(1, key=bytes(32))
    forger.mav.signing.timestamp = 2**48 - 1
    assert registry.feed(UDP, forger.position(), NOW) == []
    assert registry.feed(UDP, recorded, NOW) == []
    assert registry.feed(OTHER, recorded, NOW) == []
    assert registry.feed(UDP, Sender(1).position(), NOW) == []
    assert kinds(registry.feed(UDP, sender.position(), NOW)) == ["Position"]
    counters = registry.counters()
    assert (counters["bad_signature"], counters["replayed"], counters["unsigned_refused"]) == (1, 2, 1)


def test_a_system_id_that_others_sign_with_does_not_hide_an_unsigned_vehicle():
    """An unsigned vehicle elsewhere with the same system id is its own, unknown vehicle."""
    registry = Registry()
    registry.expect_signing("acme-7", KEY, 1)
    registry.feed(UDP, Sender(1, key=KEY).heartbeat(), NOW)
    found = registry.feed(OTHER, Sender(1).heartbeat(), NOW)[0]
    assert (found.vehicle, found.credential) == (VehicleKey(OTHER, 1), None)


def test_a_vehicle_that_starts_to_sign_replaces_its_unsigned_self():
    """The same address turning on signing is one vehicle, not two."""
    registry = Registry()
    registry.expect_signing("acme-7", KEY, 1)
    registry.feed(UDP, Sender(1).heartbeat(), NOW)
    events = registry.feed(UDP, Sender(1, key=KEY).heartbeat(), NOW + 1)
    assert kinds(events) == ["VehicleForgotten", "VehicleFound", "Heartbeat"]
    assert [info.vehicle for info in registry.vehicles(NOW + 1)] == [VehicleKey("key:acme-7", 1)]


def test_signing_may_be_required():
    """With require_signing nothing unverified makes a vehicle."""
    registry = Registry(require_signing=True)
    registry.expect_signing("acme-7", KEY, 1)
    assert registry.feed(UDP, Sender(1).heartbeat(), NOW) == []
    assert registry.feed(UDP, Sender(2, key=KEY).heartbeat(), NOW) == []
    assert len(registry.feed(UDP, Sender(1, key=KEY).heartbeat(), NOW)) == 2


def test_a_withdrawn_credential_no_longer_counts():
    """After forget_signing the key's frames are refused where it signed before."""
    registry, sender = Registry(), Sender(1, key=KEY)
    registry.expect_signing("acme-7", KEY, 1)
    registry.feed(UDP, sender.heartbeat(), NOW)
    registry.forget_signing("acme-7")
    assert registry.feed(UDP, sender.heartbeat(), NOW) == []


def test_peers_are_bounded_and_speaking_ones_are_never_evicted():
    """A flood of new senders is refused while the known ones speak, and takes the place of silent ones only."""
    registry = Registry(Limits(peers=3, evict_peer_after_s=5.0))
    for number in range(3):
        registry.feed(f"udp:10.0.0.{number}:1", Sender(1).heartbeat(), NOW + number)
    assert registry.feed("udp:10.0.0.9:1", Sender(1).heartbeat(), NOW + 4) == []
    assert registry.counters()["peers_refused"] == 1
    assert len(registry.feed("udp:10.0.0.9:1", Sender(1).heartbeat(), NOW + 5.5)) == 2
    assert registry.counters()["peers_evicted"] == 1
    assert registry.counters()["peers"] == 3


def test_vehicles_of_a_peer_are_bounded():
    """One peer cannot invent more vehicles than the limit."""
    registry = Registry(Limits(vehicles_per_peer=4))
    for system_id in range(1, 200):
        registry.feed(UDP, Sender(system_id).heartbeat(), NOW)
    assert registry.counters()["vehicles"] == 4
    assert registry.counters()["vehicles_refused"] == 195


def test_garbage_from_many_addresses_is_not_remembered():
    """Peers that never sent a correct frame cost no memory."""
    registry = Registry()
    for port in range(5000):
        registry.feed(f"udp:10.0.0.1:{port}", b"\xfd\xff garbage", NOW)
    assert registry.counters()["peers"] == 0
    assert registry.counters()["bytes_received"] == 5000 * 10


def test_our_own_aircraft_coming_back_as_traffic_are_dropped():
    """ADSB_VEHICLE with one of our addresses is an echo; another is a foreign track."""
    registry, sender = Registry(ignore_icao=frozenset({0x780001})), Sender(1)
    registry.feed(UDP, sender.heartbeat(), NOW)

    def traffic(icao):
        return sender.pack(
            dialect.MAVLink_adsb_vehicle_message(
                icao,
                225_000_000,
                1_140_000_000,
                0,
                300_000,
                9_000,
                5_000,
                100,
                b"CSZ123",
                3,
                1,
                0x1 | 2 | 4 | 8 | 16,
                7,
            )
        )

    assert registry.feed(UDP, traffic(0x780001), NOW) == []
    (seen,) = registry.feed(UDP, traffic(0x780ABC), NOW)
    assert isinstance(seen, AdsbVehicle)
    assert (seen.callsign, seen.squawk, seen.vel_up_mps, round(seen.vel_east_mps, 6)) == ("CSZ123", None, None, 50.0)
    assert registry.counters()["adsb_echoes"] == 1


def test_high_latency_takes_the_heartbeats_place():
    """HIGH_LATENCY2 alone makes a vehicle with a position, and its link may be silent for a minute."""
    registry, sender = Registry(), Sender(9)
    message = dialect.MAVLink_high_latency2_message(
        5000,
        2,
        12,
        0x0404,
        225_000_000,
        1_140_000_000,
        90,
        100,
        45,
        50,
        12,
        0,
        0,
        0,
        60,
        15,
        20,
        8,
        12,
        0,
        0,
        77,
        3,
        0,
        0,
        0,
        0,
    )
    events = registry.feed(UDP, sender.pack(message), NOW)
    assert kinds(events) == ["VehicleFound", "HighLatency", "Battery", "Position"]
    assert of(events, HighLatency)[0].mode == "mission"
    position = of(events, Position)[0]
    assert (position.source, position.heading_deg, position.alt_amsl_m) == ("high_latency2", 90.0, 90.0)
    assert position.horizontal_accuracy_m == 0.8
    assert registry.tick(NOW + 59) == []
    assert kinds(registry.tick(NOW + 61)) == ["LinkLost"]


def test_rates_are_measured():
    """The snapshot shows frames and positions a second."""
    registry, sender = Registry(), Sender(1)
    registry.tick(NOW)
    for step in range(40):
        at = NOW + step * 0.25
        if step % 4 == 0:
            registry.feed(UDP, sender.heartbeat(), at)
        registry.feed(UDP, sender.position(boot_ms=step * 250), at)
        registry.tick(at)
    info = registry.vehicles(NOW + 10)[0]
    assert 3.5 < info.position_rate_hz < 4.5
    assert 4.0 < info.rate_hz < 6.0


def test_fuzz_never_raises_and_memory_stays_bounded():
    """Random and mutated frames of every kind, from few addresses, give events or counters and nothing else."""
    chooser = random.Random(9)
    registry = Registry(Limits(peers=50, vehicles=50))
    sender = Sender(1)
    seeds = [sender.heartbeat(), sender.position()]
    for number, message in dialect.mavlink_map.items():
        if number < 17_000 or number > 18_000:
            body = chooser.randbytes(message.unpacker.size)
            seeds.append(raw_v2(number, body, message.crc_extra, system_id=1))
    for step in range(20_000):
        data = bytearray(chooser.choice(seeds))
        if step % 3 == 0:
            data[chooser.randrange(len(data))] = chooser.randrange(256)
        registry.feed(
            f"{chooser.choice(('udp', 'tcp'))}:10.0.0.1:{chooser.randrange(80)}", bytes(data), NOW + step / 100
        )
        if step % 100 == 0:
            registry.tick(NOW + step / 100)
    counters = registry.counters()
    assert counters["peers"] <= 50
    assert counters["vehicles"] <= 50
    assert counters["frames"] > 10_000


def test_heartbeat_of_an_unknown_mode_has_none():
    """A custom mode nobody knows is None, not a guess."""
    registry = Registry()
    (_found, heartbeat) = registry.feed(UDP, Sender(1).heartbeat(custom_mode=0x7F000000 | 0x00630000), NOW)
    assert isinstance(heartbeat, Heartbeat)
    assert heartbeat.mode is None
