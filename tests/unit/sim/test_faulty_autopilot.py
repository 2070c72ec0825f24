"""What faults do to an autopilot, frame by frame, and the failsafes it answers them with."""

from typing import Any

import pytest
from pymavlink.dialects.v20 import common as mavlink

from sim.failsafe import LinkWatch
from sim.faults import Fault
from sim.flavour import Flavour
from sim.geodesy import distance_m
from sim.vehicle import Mode, Position
from tests.fakes.ground_station import HOME, Station


def suffering(kind: str, *, flavour: Flavour = Flavour.PX4, lasts_s: float | None = None, **values: Any) -> Station:
    """A station whose vehicle hovers at 30 m and has a fault from now on."""
    station = Station(flavour)
    station.airborne()
    fault = Fault.of(kind, starts_at_s=station.now_s, lasts_s=lasts_s, values=values)
    station.autopilot.faults.add(fault)
    station.fly(0.2)
    return station


def last(heard: list[Any], kind: str) -> Any:
    """The last message of a type."""
    return [m for m in heard if m.get_type() == kind][-1]


def test_a_jumped_position_is_reported_and_flown_by() -> None:
    """After a jump of 100 m the report must jump at once, and the vehicle then fly 100 m the other way."""
    station = suffering("gps_jump", east_m=100.0)
    position = last(station.fly(1.0), "GLOBAL_POSITION_INT")
    assert distance_m(position.lat / 1e7, position.lon / 1e7, HOME.lat_deg, HOME.lon_deg) > 70.0
    position = last(station.fly(30.0), "GLOBAL_POSITION_INT")
    assert distance_m(position.lat / 1e7, position.lon / 1e7, HOME.lat_deg, HOME.lon_deg) < 2.0
    v = station.vehicle
    assert distance_m(v.lat_deg, v.lon_deg, HOME.lat_deg, HOME.lon_deg) == pytest.approx(100.0, abs=2.0)
    assert v.lon_deg < HOME.lon_deg


def test_without_a_position_it_says_so_lands_and_refuses_to_navigate() -> None:
    """Without GNSS no position may be sent, the fix be none, the vehicle land, and RTL be refused."""
    station = suffering("gnss_loss")
    heard = station.fly(6.0)
    kinds = {m.get_type() for m in heard}
    assert "GLOBAL_POSITION_INT" not in kinds
    assert last(heard, "GPS_RAW_INT").fix_type == mavlink.GPS_FIX_TYPE_NO_FIX
    assert station.vehicle.mode is Mode.LAND
    assert station.result(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH) == mavlink.MAV_RESULT_TEMPORARILY_REJECTED
    station.fly(40.0)
    assert station.vehicle.on_ground


@pytest.mark.parametrize(("outcome", "crashed"), [("lands", False), ("falls", True)])
def test_a_lost_motor_brings_it_down(outcome: str, crashed: bool) -> None:
    """With a motor gone it must come down at once, land or fall, and not be armed again."""
    station = suffering("motor_failure", outcome=outcome)
    heard = station.fly(1.2)
    if not crashed:
        assert last(heard, "HEARTBEAT").system_status == mavlink.MAV_STATE_EMERGENCY
        assert station.result(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH) == mavlink.MAV_RESULT_TEMPORARILY_REJECTED
    station.fly(30.0)
    assert station.vehicle.on_ground
    assert station.vehicle.crashed is crashed
    assert station.result(mavlink.MAV_CMD_COMPONENT_ARM_DISARM, 1) == mavlink.MAV_RESULT_DENIED


def test_a_sagging_battery_shows_and_triggers_the_failsafe() -> None:
    """When most of the charge goes, the report must say so, and the autopilot return or land by itself."""
    station = suffering("battery_sag", lost_pct=94.0, drop_v=0.3)
    heard = station.fly(6.0)
    battery = last(heard, "BATTERY_STATUS")
    assert battery.battery_remaining == last(heard, "SYS_STATUS").battery_remaining < 7
    assert battery.voltages[0] < 12 * 3300
    assert station.vehicle.mode in {Mode.RTL, Mode.LAND}


def test_a_stuck_mode_is_accepted_and_not_entered() -> None:
    """A stuck autopilot must acknowledge a change of mode and stay where it was."""
    station = suffering("stuck_mode")
    assert station.result(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH) == mavlink.MAV_RESULT_ACCEPTED
    station.fly(3.0)
    assert station.vehicle.mode is Mode.HOLD
    assert last(station.fly(1.2), "HEARTBEAT").custom_mode == (4 << 16) | (3 << 24)
    station.autopilot.faults.clear()
    station.fly(0.2)
    assert station.result(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH) == mavlink.MAV_RESULT_ACCEPTED
    assert station.vehicle.mode is Mode.RTL


def test_refused_and_ignored_commands() -> None:
    """Commands must be refused with the given result or met with silence; streams can still be asked for."""
    refusing = suffering("refuse_commands", result="failed")
    assert refusing.result(mavlink.MAV_CMD_NAV_LAND) == mavlink.MAV_RESULT_FAILED
    assert refusing.result(mavlink.MAV_CMD_REQUEST_MESSAGE, 148) == mavlink.MAV_RESULT_ACCEPTED
    upload = refusing.say(mavlink.MAVLink_mission_count_message(7, 1, 2, 0))
    assert upload[0].type == mavlink.MAV_MISSION_DENIED
    ignoring = suffering("ignore_commands", commands=f"{mavlink.MAV_CMD_NAV_LAND}", uploads="no")
    assert ignoring.result(mavlink.MAV_CMD_NAV_LAND) is None
    assert ignoring.vehicle.mode is Mode.HOLD
    assert ignoring.say(mavlink.MAVLink_mission_count_message(7, 1, 2, 0))[0].get_type() == "MISSION_REQUEST_INT"
    assert ignoring.result(mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH) == mavlink.MAV_RESULT_ACCEPTED


def test_a_skewed_clock_shows_in_every_time() -> None:
    """A clock 30 s ahead must show in the time since boot and in the system time, and go back with the fault."""
    station = suffering("clock_skew", offset_s=30.0, lasts_s=20.0)
    heard = station.fly(11.0)
    position = last(heard, "GLOBAL_POSITION_INT")
    since_boot_s = station.now_s - 100.0
    assert position.time_boot_ms / 1000 == pytest.approx(since_boot_s + 30.0, abs=0.7)
    heard = station.fly(15.0)
    since_boot_s = station.now_s - 100.0
    assert last(heard, "GLOBAL_POSITION_INT").time_boot_ms / 1000 == pytest.approx(since_boot_s, abs=0.7)


@pytest.mark.parametrize("flavour", list(Flavour))
def test_a_lost_link_sends_it_home_once(flavour: Flavour) -> None:
    """After the flavour's own time without a link it must return, and obey again when the link is back."""
    station = suffering("lost_link", flavour=flavour, lasts_s=25.0)
    wait_s = station.autopilot.failsafe.link_timeout_s
    station.fly(wait_s - 1.0)
    assert station.vehicle.mode is not Mode.RTL
    station.fly(2.0)
    assert station.vehicle.mode is Mode.RTL
    station.fly(25.0 - wait_s)
    station.autopilot.set_mode(Mode.HOLD, station.now_s)
    station.fly(2.0)
    assert station.vehicle.mode is Mode.HOLD


def test_silence_counts_only_when_it_is_watched() -> None:
    """A vehicle that watches for silence must return when the station's heartbeats stop; others must not."""
    for watch, mode in ((LinkWatch.SILENCE, Mode.RTL), (LinkWatch.FAULT, Mode.HOLD), (LinkWatch.OFF, Mode.HOLD)):
        station = Station(link_watch=watch)
        station.airborne()
        station.say(mavlink.MAVLink_heartbeat_message(mavlink.MAV_TYPE_GCS, 8, 0, 0, 4, 3))
        station.fly(12.0)
        assert station.vehicle.mode is mode, watch


def test_wings_need_px4() -> None:
    """A wing with an ArduPilot-like autopilot must be refused: its mode numbers are others."""
    from sim.autopilot import Autopilot
    from sim.fixed_wing import Vtol

    with pytest.raises(ValueError, match="PX4-like"):
        Autopilot(Vtol(HOME), system_id=1, undulation_m=0.0, now_s=0.0, flavour=Flavour.ARDUPILOT)


@pytest.mark.parametrize(("filed", "mode"), [("rtl", Mode.RTL), ("land", Mode.LAND), ("hold", Mode.HOLD)])
def test_the_failsafe_does_what_the_plan_files(filed: str, mode: Mode) -> None:
    """Set up for what is filed for a lost link, the autopilot must do that, and say so in its parameters."""
    station = Station()
    station.autopilot.failsafe.set_link_action(filed)
    station.airborne()
    station.autopilot.go_to(station.now_s, Position(HOME.lat_deg + 0.02, HOME.lon_deg, 60.0))
    station.autopilot.faults.add(Fault.of("lost_link", starts_at_s=station.now_s))
    station.fly(11.0)
    assert station.vehicle.mode is mode
