"""Missions out of recorded MAVLink."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airspace.formats.problems import FormatProblem
from airspace.formats.route_files import read_route
from airspace.formats.routes import RouteOptions
from mavlink_bridge.codec import encode
from mavlink_bridge.tlog import record
from tests.fakes.airspace_region import REGION
from utm.formats.telemetry_log import is_mavlink, mission_json

ITEM, ITEM_INT, HEARTBEAT = 39, 73, 0
_AT_S = 1_780_000_000.0


def heartbeat(autopilot: int) -> bytes:
    return encode(HEARTBEAT, (0, 2, autopilot, 81, 3, 3), sequence=0, system_id=1, component_id=1)


def item(seq: int, command: int, lat_deg: float, lon_deg: float, z: float, *, frame: int = 3, kind: int = 0) -> bytes:
    x, y = round(lat_deg * 1e7), round(lon_deg * 1e7)
    values = (0.0, 0.0, 0.0, 0.0, x, y, z, seq, command, 255, 190, frame, 0, 1, kind)
    return encode(ITEM_INT, values, sequence=seq, system_id=1, component_id=1)


MISSION = [item(0, 16, 22.7, 114.2, 5.0, frame=0), item(1, 22, 22.7, 114.2, 40.0), item(2, 16, 22.705, 114.2, 40.0)]


def document(found: Any) -> dict[str, Any]:
    assert isinstance(found, dict), found
    value: dict[str, Any] = json.loads(found["mission.json"])
    return value


@pytest.mark.parametrize("logged", [False, True])
def test_the_last_mission_carried_is_read(logged: bool) -> None:
    """A link's bytes and a telemetry log must both give the items carried last, those of other kinds left out."""
    older = [item(0, 16, 22.6, 114.1, 9.0), item(0, 5001, 22.6, 114.1, 9.0, kind=1)]
    frames = [heartbeat(12), *older, *MISSION]
    data = b"".join(record(_AT_S + n, frame) for n, frame in enumerate(frames)) if logged else b"".join(frames)
    assert is_mavlink(data)
    found = document(mission_json(data))
    assert [(entry["command"], entry["z"]) for entry in found["items"]] == [(16, 5.0), (22, 40.0), (16, 40.0)]
    assert "home" not in found


def test_ardupilots_first_item_is_home() -> None:
    """A mission of ArduPilot must give home from item 0, and fly from there."""
    made = mission_json(heartbeat(3) + b"".join(MISSION))
    assert document(made)["home"] == {"lat_deg": 22.7, "lon_deg": 114.2, "alt_amsl_m": 5.0}
    assert isinstance(made, dict)
    plan = read_route("mavlink", made, RouteOptions(cruise_speed_mps=8.0), REGION)
    assert plan.body is not None
    assert [point["alt_m"] for point in plan.body["route"]["waypoints"]] == [5.0, 45.0, 45.0]


def test_a_gap_and_a_log_without_a_mission_are_named() -> None:
    """A missing item must be named by number, and so must a recording without any."""
    gap = mission_json(MISSION[0] + MISSION[2])
    assert isinstance(gap, FormatProblem)
    assert (gap.code, gap.field) == ("missing", "item[1]")
    none = mission_json(heartbeat(3))
    assert isinstance(none, FormatProblem)
    assert none.code == "missing"


@given(st.binary(max_size=200), st.integers(0, 100))
def test_damaged_recordings_are_answered(noise: bytes, cut: int) -> None:
    """Noise before, in and after a recording must give a mission or a problem, never an exception."""
    whole = b"".join(MISSION)
    found = mission_json(b"\xfd" + noise + whole[:cut] + noise + whole[cut:])
    assert isinstance(found, FormatProblem | dict)
