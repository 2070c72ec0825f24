"""The autopilot's MAVLink side, spoken to frame by frame."""

import pytest
from pymavlink.dialects.v20 import common as mavlink

from sim.flavour import Flavour
from sim.geodesy import distance_m
from sim.mission import MissionItem
from sim.vehicle import Mode
from sim.wire import packet_of
from tests.fakes.ground_station import HOME, Station


def test_sends_each_message_at_its_rate() -> None:
    """In 20 s there must be 20 heartbeats, 40 positions, and each slow message at its own rate."""
    heard = [m.get_type() for m in Station().fly(20.0)]
    assert abs(heard.count("HEARTBEAT") - 20) <= 1
    assert abs(heard.count("GLOBAL_POSITION_INT") - 40) <= 1
    assert abs(heard.count("SYS_STATUS") - 10) <= 1
    for kind in ("BATTERY_STATUS", "HOME_POSITION", "EXTENDED_SYS_STATE", "MISSION_CURRENT", "GPS_RAW_INT"):
        assert kind in heard
    assert "SYSTEM_TIME" in heard


def test_heights_are_in_their_datums() -> None:
    """The position's altitude must be above mean sea level, relative altitude above home, GPS's above the ellipsoid."""
    station = Station()
    station.airborne()
    heard = station.fly(6.0)
    position = [m for m in heard if m.get_type() == "GLOBAL_POSITION_INT"][-1]
    assert position.alt / 1000 == pytest.approx(50.0, abs=0.3)
    assert position.relative_alt / 1000 == pytest.approx(30.0, abs=0.3)
    gps = [m for m in heard if m.get_type() == "GPS_RAW_INT"][-1]
    assert gps.alt_ellipsoid / 1000 == pytest.approx(47.0, abs=0.3)


def test_ardupilot_is_silent_until_asked() -> None:
    """An ArduPilot-like drone must send only heartbeats until an interval or a data stream is asked for."""
    station = Station(Flavour.ARDUPILOT)
    assert {m.get_type() for m in station.fly(3.0)} == {"HEARTBEAT"}
    assert station.result(mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, 33, 250_000) == 0
    assert sum(m.get_type() == "GLOBAL_POSITION_INT" for m in station.fly(5.0)) == pytest.approx(20, abs=1)
    station.say(mavlink.MAVLink_request_data_stream_message(7, 1, mavlink.MAV_DATA_STREAM_ALL, 2, 1))
    assert "SYS_STATUS" in {m.get_type() for m in station.fly(5.0)}


def test_message_intervals_can_be_set_read_and_stopped() -> None:
    """A stream must follow SET_MESSAGE_INTERVAL, say its interval, and stop with -1; unknown ones are refused."""
    station = Station()
    assert station.result(mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, 30, 100_000) == 0
    answers = station.command(mavlink.MAV_CMD_GET_MESSAGE_INTERVAL, 30)
    assert [m.interval_us for m in answers if m.get_type() == "MESSAGE_INTERVAL"] == [100_000]
    assert sum(m.get_type() == "ATTITUDE" for m in station.fly(2.0)) == pytest.approx(20, abs=2)
    assert station.result(mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, 30, -1) == 0
    assert not [m for m in station.fly(2.0) if m.get_type() == "ATTITUDE"]
    assert station.result(mavlink.MAV_CMD_SET_MESSAGE_INTERVAL, 340, 100_000) == mavlink.MAV_RESULT_UNSUPPORTED


def test_a_message_can_be_requested() -> None:
    """REQUEST_MESSAGE must bring AUTOPILOT_VERSION with its capabilities, and refuse the unknown."""
    station = Station()
    version = station.command(mavlink.MAV_CMD_REQUEST_MESSAGE, 148)[-1]
    assert version.get_type() == "AUTOPILOT_VERSION"
    assert version.capabilities & mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_INT
    assert station.result(mavlink.MAV_CMD_REQUEST_MESSAGE, 397) == mavlink.MAV_RESULT_UNSUPPORTED


@pytest.mark.parametrize(("flavour", "answered"), [(Flavour.PX4, None), (Flavour.ARDUPILOT, 0)])
def test_wrong_component_is_left_to_the_flavour(flavour: Flavour, answered: int | None) -> None:
    """A command for another component must get no answer from PX4 and be carried out by ArduPilot."""
    assert Station(flavour).result(mavlink.MAV_CMD_REQUEST_MESSAGE, 148, component=42) == answered


def test_messages_for_others_are_ignored() -> None:
    """A command for another system must be neither carried out nor answered."""
    station = Station()
    assert station.result(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1, target=8) is None
    assert not station.vehicle.armed


def test_unknown_commands_are_unsupported() -> None:
    """A command it does not know must be acknowledged as unsupported, never with silence."""
    assert Station().result(mavlink.MAV_CMD_DO_FENCE_ENABLE, 1) == mavlink.MAV_RESULT_UNSUPPORTED


@pytest.mark.parametrize(
    ("flavour", "main", "sub", "mode"),
    [
        (Flavour.PX4, 4, 3, Mode.HOLD),
        (Flavour.PX4, 4, 5, Mode.RTL),
        (Flavour.PX4, 4, 6, Mode.LAND),
        (Flavour.ARDUPILOT, 5, 0, Mode.HOLD),
        (Flavour.ARDUPILOT, 6, 0, Mode.RTL),
        (Flavour.ARDUPILOT, 9, 0, Mode.LAND),
        (Flavour.ARDUPILOT, 17, 0, Mode.HOLD),
    ],
)
def test_modes_by_number(flavour: Flavour, main: int, sub: int, mode: Mode) -> None:
    """DO_SET_MODE with a flavour's numbers must enter the mode and the heartbeat must say it in the same numbers."""
    station = Station(flavour)
    station.airborne()
    assert station.result(mavlink.MAV_CMD_DO_SET_MODE, 1, main, sub) == 0
    assert station.vehicle.mode is mode
    beat = next(m for m in station.fly(1.2) if m.get_type() == "HEARTBEAT")
    expected = (main << 16) | (sub << 24) if flavour is Flavour.PX4 else main
    if main != 17:
        assert beat.custom_mode == expected


def test_returns_to_launch_and_disarms() -> None:
    """RTL must bring the drone home, land it and disarm it."""
    station = Station()
    station.airborne()
    reposition = mavlink.MAVLink_command_int_message(
        7, 1, 5, mavlink.MAV_CMD_DO_REPOSITION, 0, 0, -1, 1, 0, float("nan"), 225_410_000, 1_139_510_000, 60.0
    )
    assert station.say(reposition)[0].result == 0
    station.fly(20.0)
    assert distance_m(station.vehicle.lat_deg, station.vehicle.lon_deg, 22.541, 113.951) < 2.0
    assert station.result(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH) == 0
    station.fly(60.0)
    assert not station.vehicle.armed
    assert distance_m(station.vehicle.lat_deg, station.vehicle.lon_deg, HOME.lat_deg, HOME.lon_deg) < 1.0


def test_reposition_keeps_each_flavours_conditions() -> None:
    """PX4 must refuse DO_REPOSITION without CHANGE_MODE, ArduPilot must refuse it as COMMAND_LONG."""
    px4, ardupilot = Station(), Station(Flavour.ARDUPILOT)
    px4.airborne()
    ardupilot.airborne()
    place = (float("nan"), 22.541, 113.951, 60.0)
    assert px4.result(mavlink.MAV_CMD_DO_REPOSITION, -1, 0, 0, *place) == mavlink.MAV_RESULT_DENIED
    assert px4.result(mavlink.MAV_CMD_DO_REPOSITION, -1, 1, 0, *place) == 0
    assert ardupilot.result(mavlink.MAV_CMD_DO_REPOSITION, -1, 1, 0, *place) == mavlink.MAV_RESULT_UNSUPPORTED
    assert (
        px4.result(mavlink.MAV_CMD_DO_REPOSITION, -1, 1, 0, float("nan"), 95.0, 0.0, 9.0) == mavlink.MAV_RESULT_DENIED
    )


def load(station: Station) -> None:
    """Load a short mission: climb, go north 200 m, land."""
    home = (
        [MissionItem(16, 0, x=225_400_000, y=1_139_500_000, z=20.0)] if station.autopilot.habits.home_is_item_0 else []
    )
    station.autopilot.load_mission(
        [
            *home,
            MissionItem(22, 3, z=30.0),
            MissionItem(178, 2, 1.0, 10.0),
            MissionItem(16, 3, x=225_418_000, y=1_139_500_000, z=30.0),
            MissionItem(21, 3, x=225_418_000, y=1_139_500_000, z=0.0),
        ]
    )


@pytest.mark.parametrize("flavour", list(Flavour))
def test_flies_its_mission_and_reports_every_item(flavour: Flavour) -> None:
    """A mission must be flown to the landing, every item reported as reached exactly once and in order."""
    station = Station(flavour)
    load(station)
    assert station.result(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1) == 0
    assert station.result(mavlink.MAV_CMD_MISSION_START) == 0
    heard = station.fly(60.0)
    assert not station.vehicle.armed
    reached = [m.seq for m in heard if m.get_type() == "MISSION_ITEM_REACHED"]
    first = 1 if station.autopilot.habits.home_is_item_0 else 0
    assert reached == list(range(first, len(station.autopilot.mission)))
    assert distance_m(station.vehicle.lat_deg, station.vehicle.lon_deg, 22.5418, 113.95) < 1.0


def test_pause_and_continue_by_flavour() -> None:
    """ArduPilot must pause and resume by DO_PAUSE_CONTINUE; PX4 must refuse that and resume by mode."""
    for flavour in Flavour:
        station = Station(flavour)
        load(station)
        station.command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1)
        station.command(mavlink.MAV_CMD_MISSION_START)
        station.fly(15.0)
        paused = station.result(mavlink.MAV_CMD_DO_PAUSE_CONTINUE, 0)
        if flavour is Flavour.PX4:
            assert paused == mavlink.MAV_RESULT_UNSUPPORTED
            assert station.result(mavlink.MAV_CMD_DO_SET_MODE, 1, 4, 3) == 0
        else:
            assert paused == 0
        station.fly(10.0)
        assert station.vehicle.mode is Mode.HOLD
        assert abs(station.vehicle.v_north_mps) < 0.2
        if flavour is Flavour.PX4:
            assert station.result(mavlink.MAV_CMD_DO_SET_MODE, 1, 4, 4) == 0
        else:
            assert station.result(mavlink.MAV_CMD_DO_PAUSE_CONTINUE, 1) == 0
        station.fly(60.0)
        assert not station.vehicle.armed
        assert distance_m(station.vehicle.lat_deg, station.vehicle.lon_deg, 22.5418, 113.95) < 1.0


def test_current_item_can_be_set() -> None:
    """DO_SET_MISSION_CURRENT and MISSION_SET_CURRENT must move the current item, and refuse one that is not there."""
    station = Station()
    load(station)
    assert station.result(mavlink.MAV_CMD_DO_SET_MISSION_CURRENT, 2) == 0
    assert station.result(mavlink.MAV_CMD_DO_SET_MISSION_CURRENT, 9) == mavlink.MAV_RESULT_DENIED
    assert station.say(mavlink.MAVLink_mission_set_current_message(7, 1, 3))[0].seq == 3
    assert station.say(mavlink.MAVLink_mission_set_current_message(7, 1, 30))[0].get_type() == "STATUSTEXT"


def test_speed_can_be_changed_in_the_air() -> None:
    """DO_CHANGE_SPEED must change the speed of a mission under way and be refused on the ground."""
    station = Station()
    load(station)
    assert station.result(mavlink.MAV_CMD_DO_CHANGE_SPEED, 1, 5.0) == mavlink.MAV_RESULT_TEMPORARILY_REJECTED
    station.command(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1)
    station.command(mavlink.MAV_CMD_MISSION_START)
    station.fly(14.0)
    assert station.result(mavlink.MAV_CMD_DO_CHANGE_SPEED, 1, 4.0) == 0
    station.fly(6.0)
    assert station.vehicle.v_north_mps == pytest.approx(4.0, abs=0.3)


def test_params_are_listed_read_and_set_bytewise_and_cast() -> None:
    """All parameters must be listed once, integers in the flavour's encoding, and a set value be answered and kept."""
    for flavour, name, bytewise in ((Flavour.PX4, b"MAV_SYS_ID", True), (Flavour.ARDUPILOT, b"RTL_ALT", False)):
        station = Station(flavour)
        station.say(mavlink.MAVLink_param_request_list_message(7, 1))
        listed = [m for m in station.fly(2.0) if m.get_type() == "PARAM_VALUE"]
        assert [m.param_index for m in listed] == list(range(listed[0].param_count))
        value = station.say(mavlink.MAVLink_param_request_read_message(7, 1, name, -1))[0]
        assert (value.param_value < 1e-30) is bytewise
        station.say(mavlink.MAVLink_param_set_message(7, 1, name, value.param_value, value.param_type))
    real = Station().say(mavlink.MAVLink_param_set_message(7, 1, b"RTL_RETURN_ALT", 42.0, 9))[0]
    assert (real.param_id, real.param_value) == ("RTL_RETURN_ALT", 42.0)
    assert Station().say(mavlink.MAVLink_param_request_read_message(7, 1, b"NONE", -1)) == []


def test_timesync_is_answered() -> None:
    """A time synchronisation request must come back with its own time and ours, and an answer must not be answered."""
    station = Station()
    station.now_s += 2.5
    answer = station.say(mavlink.MAVLink_timesync_message(0, 12345))[0]
    assert (answer.ts1, answer.tc1) == (12345, 2_500_000_000)
    assert station.say(mavlink.MAVLink_timesync_message(1, 12345)) == []


def test_file_transfers_are_refused_at_once() -> None:
    """A file transfer request must be answered with a NAK to that request, so that nobody waits for files."""
    request = bytes((5, 0, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0)).ljust(251, b"\0")
    answer = Station().say(mavlink.MAVLink_file_transfer_protocol_message(0, 7, 1, request))[0]
    assert bytes(answer.payload[:6]) == bytes((6, 0, 1, 129, 1, 4))
    assert answer.payload[12] == 7


def test_hostile_bytes_are_counted_and_forgotten() -> None:
    """Noise, a bad checksum and a truncated frame must be counted or dropped, and the next frame be understood."""
    station = Station()
    good = station.ours.frame(packet_of(mavlink.MAVLink_timesync_message(0, 1)))
    bad = bytearray(good)
    bad[-1] ^= 0xFF
    for junk in (b"\xfd" * 300, bytes(range(256)), bytes(bad), good[: len(good) // 2], b""):
        station.autopilot.receive(station.theirs, junk, "gcs", station.now_s)
    assert station.theirs.bad_frames >= 2
    assert station.say(mavlink.MAVLink_timesync_message(0, 2))[0].ts1 == 2


def test_arming_is_denied_on_an_empty_battery() -> None:
    """With less than a tenth of its charge the drone must deny arming."""
    station = Station()
    station.vehicle.battery.used_wh = 0.95 * station.vehicle.battery.power.capacity_wh
    assert station.result(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1) == mavlink.MAV_RESULT_DENIED
