"""Aircraft that our vehicles' receivers hear: tracks of their own, held against ours, echoes left out."""

from typing import Any

import numpy as np
import pytest

from airspace.tactical.frames import TacticalFrame
from airspace.tactical.monitor import Monitor
from airspace.tracks import TrackState
from mavlink_bridge import events as ev
from tests.fakes.live_world import LAT, LON, World, record, vehicle
from utm.alert_watch import RowTags

A, B = vehicle(40001, 7), vehicle(40002, 8)
M_PER_DEG = 111_195.0


def adsb(world: World, hearer: ev.VehicleKey = A, **changes: Any) -> ev.AdsbVehicle:
    """A helicopter 2 km east of our drone, flying west at 40 m/s, its height above the ellipsoid known."""
    east_deg = 2000.0 / (M_PER_DEG * np.cos(np.radians(LAT)))
    values: dict[str, Any] = {
        "icao_address": 0x7C1234, "callsign": "B7012", "lat_deg": LAT, "lon_deg": LON + east_deg, "altitude_m": 60.0,
        "altitude_is_pressure": False, "vel_north_mps": 0.0, "vel_east_mps": -40.0, "vel_up_mps": 0.0,
        "heading_deg": 270.0, "emitter_type": 7, "squawk": None, "age_s": 0,
    }  # fmt: skip
    return ev.AdsbVehicle(hearer, world.unix_s, **(values | changes))


def remote_id(world: World, hearer: ev.VehicleKey = A, mac: str = "a1b2c3", **changes: Any) -> ev.RemoteIdLocation:
    values: dict[str, Any] = {
        "status": 2, "lat_deg": LAT + 0.002, "lon_deg": LON, "alt_hae_m": 60.0, "alt_baro_m": None, "height_m": None,
        "height_above_ground": False, "direction_deg": 90.0, "speed_mps": 10.0, "vel_up_mps": 0.0, "hour_s": None,
    }  # fmt: skip
    return ev.RemoteIdLocation(hearer, world.unix_s, mac, **(values | changes))


def basic(world: World, uas_id: str, mac: str = "a1b2c3") -> ev.RemoteIdBasic:
    return ev.RemoteIdBasic(A, world.unix_s, mac, 2, 2, uas_id)


def flying() -> World:
    world = World(record("1", 7))
    world.heartbeat(A)
    world.position(A, alt_hae_m=60.0)
    world.tick()
    return world


def sources(world: World) -> dict[str, str]:
    rows = world.picture.snapshot().tolist()
    return {world.picture.track_ids[row]: world.telemetry.identity(row).source for row in rows}


def row_of(world: World, track_id: str) -> int:
    return world.picture.track_ids.index(track_id)


def test_a_transponder_is_one_track_however_many_hear_it():
    """Two drones that hear the same helicopter make one track of it with its source, of nobody registered."""
    world = flying()
    world.heartbeat(B)
    world.telemetry.on_events([adsb(world, A)])
    world.clock.move(1)
    world.telemetry.on_events([adsb(world, B, lat_deg=LAT + 0.0001)])
    assert sources(world) == {"trk_1": "mavlink", "adsb-7c1234": "adsb"}
    row = row_of(world, "adsb-7c1234")
    assert world.picture.lat_deg[row] == LAT + 0.0001
    assert world.picture.state[row] == TrackState.UNKNOWN
    assert world.telemetry.identity(row).aircraft_id is None


def test_a_drone_is_held_apart_from_manned_traffic():
    """The helicopter that comes at our drone is announced before it is there, by the distance that manned aircraft get."""
    world = flying()
    world.telemetry.on_events([adsb(world)])
    tags = RowTags(world.telemetry).take(world.now_s)
    assert tags.manned[row_of(world, "adsb-7c1234")]
    found = Monitor().analyse(TacticalFrame.of(world.picture, tags, world.now_s))
    assert len(found.losses.a) == 1
    assert 30.0 < found.losses.t_in_s[0] < 36.0  # 2,000 m less 610 m at 40 m/s


def test_an_unmanned_transponder_is_not_manned():
    """Emitter type 14 is a drone: another source, and no manned minimum."""
    world = flying()
    world.telemetry.on_events([adsb(world, emitter_type=14)])
    assert sources(world)["adsb-7c1234"] == "uav_adsb"
    assert not RowTags(world.telemetry).take(world.now_s).manned.any()


def test_a_low_pressure_altitude_is_no_height():
    """Below 1,000 m the height of a pressure altitude is unknown, so separation takes it for too near; above it counts."""
    world = flying()
    world.telemetry.on_events([adsb(world, altitude_is_pressure=True, altitude_m=200.0)])
    row = row_of(world, "adsb-7c1234")
    assert np.isnan(world.picture.alt_hae_m[row])
    tags = RowTags(world.telemetry).take(world.now_s)
    assert len(Monitor().analyse(TacticalFrame.of(world.picture, tags, world.now_s)).losses.a) == 1
    world.clock.move(1)
    world.telemetry.on_events([adsb(world, altitude_is_pressure=True, altitude_m=3000.0)])
    assert world.picture.alt_amsl_m[row] == 3000.0
    assert len(Monitor().analyse(TacticalFrame.of(world.picture, tags, world.now_s)).losses.a) == 0


def test_an_old_transponder_report_is_no_position():
    """What was last heard more than half a minute ago says nothing of now; up to then the age is taken off."""
    world = flying()
    world.telemetry.on_events([adsb(world, age_s=31)])
    assert "adsb-7c1234" not in sources(world)
    world.telemetry.on_events([adsb(world, age_s=4)])
    assert world.picture.observed_s[row_of(world, "adsb-7c1234")] == pytest.approx(world.now_s - 4.0, abs=1e-3)


def test_a_broadcast_of_a_stranger_is_a_track():
    """A drone nobody registered, heard by its remote identification, is a track with that source."""
    world = flying()
    world.telemetry.on_events([basic(world, "1596F0000000000000A1"), remote_id(world)])
    assert sources(world) == {"trk_1": "mavlink", "rid-a1b2c3": "remote_id"}
    row = row_of(world, "rid-a1b2c3")
    assert (world.picture.vel_east_mps[row], world.picture.landed[row]) == (pytest.approx(10.0), 0)


def test_the_echo_of_our_own_broadcast_is_left_out():
    """A broadcast under our aircraft's registration right where our link has it is that aircraft, not another."""
    world = flying()
    own = record("1", 7).registration
    world.telemetry.on_events([basic(world, own), remote_id(world, lat_deg=LAT + 0.0005)])
    assert sources(world) == {"trk_1": "mavlink"}
    world.telemetry.on_events([remote_id(world, mac="", lat_deg=LAT)])
    assert sources(world) == {"trk_1": "mavlink"}


def test_a_broadcast_cannot_pass_for_a_registered_aircraft():
    """Far from where our link has the aircraft the same name is a track of its own, and cannot land the flight."""
    world = flying()
    world.telemetry.on_events([basic(world, record("1", 7).registration), remote_id(world, status=1)])
    row = row_of(world, "rid-a1b2c3")
    assert world.telemetry.identity(row).aircraft_id is None
    assert world.picture.landed[row_of(world, "trk_1")] != 1


def test_the_time_of_a_broadcast_is_seconds_of_the_hour():
    """`hour_s` is when it was sent, across the full hour too."""
    world = flying()
    in_hour_s = world.unix_s % 3600.0
    world.telemetry.on_events([remote_id(world, hour_s=(in_hour_s - 3.0) % 3600.0)])
    assert world.picture.observed_s[row_of(world, "rid-a1b2c3")] == pytest.approx(world.now_s - 3.0, abs=1e-3)
