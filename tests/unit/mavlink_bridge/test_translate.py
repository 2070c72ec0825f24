"""Fields become events, sentinels become None."""

from __future__ import annotations

import math
import struct

import pytest
from pymavlink.dialects.v20 import all as dialect

from mavlink_bridge.registry import Registry
from tests.unit.mavlink_bridge.frames import NOW, UDP, Sender, raw_v2

M = dialect


def events_of(message, *, autopilot: int = 12, sender: Sender | None = None):
    """Feed a found vehicle one message and return its events."""
    registry, sender = Registry(), sender or Sender(1)
    registry.feed(UDP, sender.heartbeat(autopilot=autopilot), NOW)
    return registry.feed(UDP, message if isinstance(message, bytes) else sender.pack(message), NOW)


def event_of(message, **options):
    """The only event of one message."""
    (event,) = events_of(message, **options)
    return event


def test_global_position_int_in_units():
    """Degrees, metres, metres a second, up positive, with the vehicle's clock."""
    event = event_of(
        M.MAVLink_global_position_int_message(4321, 225_431_001, 1_140_579_002, 95_120, 80_050, 310, -220, -50, 35_999)
    )
    assert (event.lat_deg, event.lon_deg) == (22.5431001, 114.0579002)
    assert (event.alt_amsl_m, event.alt_home_m, event.alt_hae_m) == (95.12, 80.05, None)
    assert (event.vel_north_mps, event.vel_east_mps, event.vel_up_mps) == (3.1, -2.2, 0.5)
    assert (event.heading_deg, event.time_boot_ms, event.source) == (359.99, 4321, "global_position_int")


def test_global_position_int_unknowns():
    """Heading 65535, velocity and altitude maxima are None; a velocity of zero is zero."""
    big = 2**31 - 1
    event = event_of(M.MAVLink_global_position_int_message(1, 1, 1, big, big, 32767, 32767, 32767, 65535))
    assert (event.alt_amsl_m, event.alt_home_m, event.heading_deg) == (None, None, None)
    assert (event.vel_north_mps, event.vel_east_mps, event.vel_up_mps) == (None, None, None)
    zero = event_of(M.MAVLink_global_position_int_message(1, 1, 1, 0, 0, 0, 0, 0, 36000))
    assert (zero.vel_up_mps, zero.heading_deg, zero.alt_home_m) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(("lat", "lon"), [(0, 0), (900_000_001, 5), (5, 1_800_000_001), (2**31 - 1, 2**31 - 1)])
def test_no_position_is_no_event(lat, lon):
    """0/0 and what lies on no globe are no position."""
    assert events_of(M.MAVLink_global_position_int_message(1, lat, lon, 0, 0, 0, 0, 0, 0)) == []


def test_the_equator_and_the_meridian_are_places():
    """Only both zero mean nothing."""
    assert event_of(M.MAVLink_global_position_int_message(1, 0, 10, 0, 0, 0, 0, 0, 0)).lat_deg == 0.0


def gps(*, fix=3, lat=225_000_000, ellipsoid=70_000, satellites=12, cog=9_000, usec=1_700_000_000_000_000):
    return M.MAVLink_gps_raw_int_message(
        usec, fix, lat, 1_140_000_000, 90_000, 100, 100, 500, cog, satellites, ellipsoid, 1500, 2500, 0, 0, 0
    )


def test_gps_raw_int_stands_in_while_there_is_no_fused_position():
    """The receiver's own position is reported as Position only when GLOBAL_POSITION_INT is silent."""
    fix, position = events_of(gps())
    assert (fix.fix_type, fix.satellites, fix.horizontal_accuracy_m) == (3, 12, 1.5)
    assert (position.source, position.alt_hae_m, position.unix_time_s) == ("gps_raw_int", 70.0, 1.7e9)
    assert round(position.vel_east_mps, 6) == 5.0
    registry, sender = Registry(), Sender(1)
    registry.feed(UDP, sender.heartbeat() + sender.position(), NOW)
    assert len(registry.feed(UDP, sender.pack(gps()), NOW + 1)) == 1
    assert len(registry.feed(UDP, sender.pack(gps()), NOW + 4)) == 2


def test_gps_raw_int_unknowns():
    """No fix is no position; 255 satellites, course 65535 and a truncated ellipsoid height are None."""
    fix = event_of(gps(fix=1))
    assert (fix.lat_deg, fix.alt_amsl_m) == (None, None)
    fix, position = events_of(gps(satellites=255, ellipsoid=0, cog=65535, usec=5_000_000))
    assert (fix.satellites, fix.alt_hae_m, fix.course_deg) == (None, None, None)
    assert (position.vel_north_mps, position.unix_time_s) == (None, None)


def test_utm_global_position_says_what_is_valid():
    """Only what its flags declare available is taken."""
    message = M.MAVLink_utm_global_position_message(
        1_700_000_000_000_000,
        b"\1" * 18,
        225_000_000,
        1_140_000_000,
        60_000,
        5,
        100,
        200,
        -300,
        1000,
        2000,
        0,
        0,
        0,
        0,
        0,
        3,
        0,
    )
    message.flags = 1 | 4 | 8 | 32
    event = event_of(message)
    assert (event.alt_hae_m, event.alt_amsl_m, event.vel_north_mps, event.vel_up_mps) == (60.0, None, 1.0, None)
    assert (event.unix_time_s, event.horizontal_accuracy_m, event.vertical_accuracy_m) == (1.7e9, 1.0, 2.0)
    message.flags = 1 | 8
    assert events_of(message) == []


def test_sys_status_is_health_and_battery():
    """Voltage, current and remaining, each None when not measured."""
    status, battery = events_of(M.MAVLink_sys_status_message(1, 3, 7, 425, 15_800, 1_230, 81, 150, 0, 0, 0, 0, 0))
    assert (status.sensors_healthy, status.load_pct, status.link_drop_pct) == (7, 42.5, 1.5)
    assert (battery.voltage_v, battery.current_a, battery.remaining_pct) == (15.8, 12.3, 81.0)
    _status, battery = events_of(M.MAVLink_sys_status_message(1, 3, 7, 0, 65_535, -1, -1, 0, 0, 0, 0, 0, 0))
    assert (battery.voltage_v, battery.current_a, battery.remaining_pct) == (None, None, None)


def test_battery_status_adds_its_cells():
    """Cells add up to the voltage; unused cells, unknown current, energy and time are None."""
    unused = 65_535
    message = M.MAVLink_battery_status_message(
        2, 0, 0, 32767, [4000, 4010, 4020, *[unused] * 7], -1, -1, 3600, 64, 0, 0, [0, 0, 0, 0]
    )
    battery = event_of(message)
    assert (battery.battery_id, battery.voltage_v, battery.current_a) == (2, 12.03, None)
    assert (battery.consumed_wh, battery.time_remaining_s, battery.remaining_pct) == (100.0, None, 64.0)
    nothing = event_of(M.MAVLink_battery_status_message(0, 0, 0, 32767, [unused] * 10, -1, -1, -1, -1))
    assert (nothing.voltage_v, nothing.consumed_wh, nothing.remaining_pct) == (None, None, None)


@pytest.mark.parametrize(
    ("state", "name"), [(0, None), (1, "on_ground"), (2, "in_air"), (3, "takeoff"), (4, "landing"), (77, None)]
)
def test_landed_state_has_a_name_or_none(state, name):
    """Undefined and unheard-of states are None."""
    event = event_of(M.MAVLink_extended_sys_state_message(0, state))
    assert (event.landed, event.vtol_state) == (name, None)


def test_home_position():
    """Home in degrees and metres; 0/0 is no home."""
    home = M.MAVLink_home_position_message(225_000_000, 1_140_000_000, 12_340, 0, 0, 0, [1, 0, 0, 0], 0, 0, 0, 0)
    event = event_of(home)
    assert (event.lat_deg, event.lon_deg, event.alt_amsl_m) == (22.5, 114.0, 12.34)
    assert events_of(M.MAVLink_home_position_message(0, 0, 0, 0, 0, 0, [1, 0, 0, 0], 0, 0, 0, 0)) == []


def test_texts_in_chunks_are_joined():
    """Chunks of one id become one text, whose end is the chunk with a NUL; a lone text comes at once."""
    registry, sender = Registry(), Sender(1)
    registry.feed(UDP, sender.heartbeat(), NOW)

    def chunk(text, number, text_id=5):
        return registry.feed(UDP, sender.pack(M.MAVLink_statustext_message(4, text, text_id, number)), NOW)

    assert [event.text for event in chunk(b"alone", 0, 0)] == ["alone"]
    assert chunk(b"a" * 50, 0) == []
    (event,) = chunk(b"and the end", 1)
    assert (event.text, event.severity) == ("a" * 50 + "and the end", 4)


def test_a_text_whose_rest_is_lost_is_shown_as_far_as_it_came():
    """A missing chunk is an ellipsis; a missing end costs two seconds."""
    registry, sender = Registry(), Sender(1)
    registry.feed(UDP, sender.heartbeat(), NOW)
    for number in (0, 2):
        registry.feed(UDP, sender.pack(M.MAVLink_statustext_message(4, b"b" * 50, 9, number)), NOW)
    texts = [event.text for event in registry.tick(NOW + 2.5)]
    assert texts == ["b" * 50 + "…" + "b" * 50]


def test_clock_messages():
    """SYSTEM_TIME without a set clock has no unix time; TIMESYNC passes on."""
    assert event_of(M.MAVLink_system_time_message(0, 77)).unix_time_s is None
    assert event_of(M.MAVLink_system_time_message(1_700_000_000_500_000, 77)).unix_time_s == 1_700_000_000.5
    sync = event_of(M.MAVLink_timesync_message(5, 6))
    assert (sync.tc1_ns, sync.ts1_ns) == (5, 6)


def test_event_interface():
    """EVENT, which pymavlink's dialects lack, is decoded from its bytes."""
    payload = struct.pack("<IIHBBB", 99, 1234, 7, 0, 0, 0x33) + b"\1\2"
    event = event_of(raw_v2(410, payload, 160, sequence=1))
    assert (event.event_id, event.sequence, event.log_levels, event.event_time_boot_ms) == (99, 7, 0x33, 1234)
    assert event.arguments == b"\1\2" + bytes(38)


def test_remote_id_location_unknowns():
    """Each sentinel of OPEN_DRONE_ID_LOCATION is None; NaN is never passed on."""
    unknown = M.MAVLink_open_drone_id_location_message(
        0, 0, bytes(20), 0, 36100, 25500, 6300, 0, 0, -1000, math.nan, 0, -1000, 0, 0, 0, 0, 65535, 0
    )
    event = event_of(unknown)
    assert (event.id_or_mac, event.lat_deg, event.direction_deg, event.speed_mps, event.vel_up_mps) == (
        "",
        *(None,) * 4,
    )
    assert (event.alt_hae_m, event.alt_baro_m, event.height_m, event.hour_s) == (None, None, None, None)
    known = M.MAVLink_open_drone_id_location_message(
        0, 0, b"\xaa" + bytes(19), 2, 9000, 500, -100, 225_000_000, 1_140_000_000, 80, 75, 1, 40, 0, 0, 0, 0, 12.5, 0
    )
    event = event_of(known)
    assert (event.direction_deg, event.speed_mps, event.vel_up_mps, event.height_above_ground) == (
        90.0,
        5.0,
        -1.0,
        True,
    )
    assert (event.alt_hae_m, event.alt_baro_m, event.hour_s) == (75.0, 80.0, 12.5)
    assert event.id_or_mac.startswith("aa")


def test_remote_id_identity_and_operator():
    """Who it is, and where its operator stands."""
    basic = event_of(M.MAVLink_open_drone_id_basic_id_message(0, 0, bytes(20), 1, 2, b"1581F5BK" + bytes(12)))
    assert (basic.uas_id, basic.id_type, basic.ua_type) == ("1581F5BK", 1, 2)
    system = event_of(
        M.MAVLink_open_drone_id_system_message(
            0, 0, bytes(20), 0, 1, 225_000_000, 1_140_000_000, 1, 0, -1000, -1000, 0, 0, -1000, 0
        )
    )
    assert (system.operator_lat_deg, system.operator_alt_hae_m, system.classification_type) == (22.5, None, 1)


def packed_location(flags: int, direction: int, speed: int, climb: int, *heights: int, stamp: int = 125) -> bytes:
    """Return a location message as a drone broadcasts it (ASTM F3411-22a, 5.4.5.7)."""
    head = struct.pack("<BBBBbii", 0x12, flags, direction, speed, climb, 225_431_000, 1_140_579_000)
    return head + struct.pack("<HHHBBHBB", *heights, 0x33, 0x30, stamp, 2, 0)


def test_remote_id_comes_packed_as_well():
    """A pack gives the events its messages would give one by one, in the units of the standard's steps."""
    basic = bytes([0x02, 0x12]) + b"1581F5BK".ljust(20, b"\0") + bytes(3)
    place = packed_location(0x20 | 4 | 2, 90, 48, -4, 2_160, 2_150, 2_080)
    operator = struct.pack("<BBiiHBHHBHIB", 0x42, 1 << 2 | 1, 225_000_000, 1_140_000_000, 1, 0, 0, 0, 0, 2_100, 0, 0)
    words = b"\x32" + b"survey".ljust(24, b"\0")
    assert {len(part) for part in (basic, place, operator, words)} == {25}
    pack = M.MAVLink_open_drone_id_message_pack_message(
        0, 0, b"\xaa" + bytes(19), 25, 4, list((basic + place + words + operator).ljust(225, b"\0"))
    )
    who, where, whose = events_of(pack)
    assert (who.uas_id, who.id_type, who.ua_type) == ("1581F5BK", 1, 2)
    assert (where.lat_deg, where.lon_deg, where.status, where.height_above_ground) == (22.5431, 114.0579, 2, True)
    assert (where.direction_deg, where.speed_mps, where.vel_up_mps, where.hour_s) == (270.0, 12.0, -2.0, 12.5)
    assert (where.alt_baro_m, where.alt_hae_m, where.height_m) == (80.0, 75.0, 40.0)
    assert (whose.operator_lat_deg, whose.operator_alt_hae_m, whose.classification_type) == (22.5, 50.0, 1)
    assert {event.id_or_mac for event in (who, where, whose)} == {"aa" + "00" * 19}


def test_packed_remote_id_unknowns_and_lies():
    """Unknown speeds, courses and heights are None, fast ones count in coarser steps, and a pack that lies gives nothing."""

    def located(place: bytes, size: int = 25, count: int = 1) -> list:
        return events_of(
            M.MAVLink_open_drone_id_message_pack_message(0, 0, bytes(20), size, count, list(place.ljust(225, b"\0")))
        )

    (unknown,) = located(packed_location(2, 181, 255, 126, 0, 0, 0, stamp=65_535))
    assert (unknown.direction_deg, unknown.speed_mps, unknown.vel_up_mps, unknown.hour_s) == (None,) * 4
    assert (unknown.alt_baro_m, unknown.alt_hae_m, unknown.height_m) == (None,) * 3
    (fast,) = located(packed_location(1, 0, 100, 0, 1, 1, 1))
    assert fast.speed_mps == 75.0 + 63.75
    assert located(packed_location(0, 0, 0, 0, 0, 0, 0), size=24) == []
    assert len(located(packed_location(0, 0, 0, 0, 0, 0, 0), count=255)) == 9


def test_acknowledgements():
    """COMMAND_ACK with its targets; progress only while in progress."""
    ack = event_of(M.MAVLink_command_ack_message(400, 5, 40, 9, 255, 190))
    assert (ack.command, ack.result, ack.progress_pct, ack.result_param2) == (400, 5, 40, 9)
    assert (ack.target_system, ack.target_component, ack.component_id) == (255, 190, 1)
    assert event_of(M.MAVLink_command_ack_message(400, 0, 40, 0, 255, 190)).progress_pct is None


def test_mission_messages():
    """Items of both kinds arrive with integer coordinates; MISSION_CURRENT tells the total where it knows."""
    item = event_of(
        M.MAVLink_mission_item_int_message(
            255, 190, 3, 6, 16, 0, 1, 1, 2, 3, math.nan, 225_431_000, 1_140_579_000, 80, 0
        )
    )
    assert (item.seq, item.frame, item.x, item.y, item.z) == (3, 6, 225_431_000, 1_140_579_000, 80.0)
    assert math.isnan(item.param4)
    old = event_of(M.MAVLink_mission_item_message(255, 190, 3, 3, 16, 0, 1, 1, 2, 3, 4, 22.5, 114.0, 80, 0))
    assert (old.x, old.y) == (225_000_000, 1_140_000_000)
    broken = event_of(M.MAVLink_mission_item_message(255, 190, 3, 3, 16, 0, 1, 1, 2, 3, 4, math.nan, 1e30, 80, 0))
    assert (broken.x, broken.y) == (0, 0)
    current = event_of(M.MAVLink_mission_current_message(4, 0, 0))
    assert (current.seq, current.total, current.state) == (4, None, None)
    assert event_of(M.MAVLink_mission_current_message(0, 65535, 1)).total == 0
    request = event_of(M.MAVLink_mission_request_message(255, 190, 2, 0))
    assert (request.seq, request.as_int) == (2, False)
    assert event_of(M.MAVLink_mission_request_int_message(255, 190, 2, 0)).as_int
    assert event_of(M.MAVLink_mission_count_message(255, 190, 12, 0)).count == 12
    assert event_of(M.MAVLink_mission_ack_message(255, 190, 15, 0)).result == 15
    assert event_of(M.MAVLink_mission_item_reached_message(5)).seq == 5


def test_parameters_are_read_as_the_autopilot_means_them():
    """PX4 lays integers into the float's bytes, ArduPilot casts them."""
    as_float = struct.unpack("<f", struct.pack("<i", -5))[0]
    payload = struct.pack("<iHH16sB", -5, 10, 2, b"RTL_TYPE", 6)
    assert math.isnan(as_float)
    px4 = event_of(raw_v2(22, payload, 220, sequence=1))
    assert (px4.name, px4.value, px4.count, px4.index) == ("RTL_TYPE", -5.0, 10, 2)
    ardupilot = event_of(M.MAVLink_param_value_message(b"RTL_ALT", 1500.0, 4, 900, 3), autopilot=3)
    assert (ardupilot.name, ardupilot.value) == ("RTL_ALT", 1500.0)


def test_autopilot_version_has_the_longer_hardware_id():
    """uid2 if there is one, otherwise uid, otherwise None."""
    zeros = [0] * 8

    def version(uid, uid2):
        return event_of(M.MAVLink_autopilot_version_message(3, 1, 2, 3, 4, zeros, zeros, zeros, 5, 6, uid, uid2))

    assert version(0xABC, [0] * 18).hardware_uid == "0000000000000abc"
    assert version(1, [7] * 18).hardware_uid == "07" * 18
    assert version(0, [0] * 18).hardware_uid is None
