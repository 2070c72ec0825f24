"""Whether a mission flies the plan: place by place, in any frame that names a height."""

from datetime import UTC, datetime

import pytest

from airspace.geometry4d import Tolerance, Trajectory4D
from airspace.trajectory import FlightPath, Waypoint, WaypointRoute, compile_route
from mavlink_bridge.mission import MissionItem
from tests.fakes import filing
from utm.city import load_city
from utm.mission_check import compare

REGION = load_city("shenzhen").region()
TOLERANCE = Tolerance()
PLACES = [(0.0, 0.0, 0.0), (0.0, 0.0, 60.0), (500.0, 0.0, 60.0), (900.0, 400.0, 60.0), (900.0, 400.0, 0.0)]


def flight() -> Trajectory4D:
    points = tuple(Waypoint(*filing.place(x, y), alt, "AGL") for x, y, alt in PLACES)
    path = compile_route(WaypointRoute(points, 10.0), datetime(2027, 1, 1, tzinfo=UTC), REGION)
    assert isinstance(path, FlightPath)
    return path.trajectory


def item(command: int, east_m: float, north_m: float, alt_m: float, frame: int = 6) -> MissionItem:
    lat, lon = filing.place(east_m, north_m)
    return MissionItem(frame, command, round(lat * 1e7), round(lon * 1e7), alt_m)


def mission(frame: int = 6, shift_m: float = 0.0, rise_m: float = 0.0) -> list[MissionItem]:
    """Return take-off, two waypoints and landing; heights above home are heights above this flat ground."""
    return [
        item(22, 0, 0, 60 + rise_m, frame),
        item(16, 500, shift_m, 60 + rise_m, frame),
        item(16, 900, 400, 60 + rise_m, frame),
        item(21, 900, 400, 0, frame),
    ]


@pytest.mark.parametrize("frame", [0, 3, 5, 6, 10, 11])
def test_the_plans_own_mission_flies_it_in_every_frame(frame: int) -> None:
    """On flat ground at sea level heights above home, ground and sea are one: each must be accepted."""
    assert compare(mission(frame), flight(), REGION, TOLERANCE) is None


def test_home_and_commands_without_a_place_change_nothing() -> None:
    """Speed changes, a take-off "here" and a return must be left out of the comparison."""
    items = mission()
    items[0] = MissionItem(3, 22, 0, 0, 60.0)
    extra = [MissionItem(2, 178, 0, 0, 0.0), *items, MissionItem(2, 20, 0, 0, 0.0)]
    assert compare(extra, flight(), REGION, TOLERANCE) is None


@pytest.mark.parametrize(
    ("shift_m", "rise_m", "flies"),
    [(19.5, 0, True), (20.5, 0, False), (0, 4.9, True), (0, 5.1, False), (0, -5.1, False), (0, -60, False)],
)
def test_places_may_differ_by_the_tolerance_only(shift_m: float, rise_m: float, flies: bool) -> None:
    """20 m aside and 5 m up or down must be the limits, and the message name the place in both languages."""
    found = compare(mission(shift_m=shift_m, rise_m=rise_m), flight(), REGION, TOLERANCE)
    assert (found is None) == flies
    if found is not None:
        assert "Place" in found.detail
        assert "位置" in found.detail_zh


@pytest.mark.parametrize("change", ["none", "short", "long", "order", "other"])
def test_another_mission_is_not_this_plan(change: str) -> None:
    """No mission, one waypoint fewer or more, the wrong order and another place must each be told."""
    items = mission()
    changed = {
        "none": [],
        "short": [items[0], items[2], items[3]],
        "long": [*items[:2], item(16, 700, 200, 60), *items[2:]],
        "order": [items[0], items[2], items[1], items[3]],
        "other": [item(22, 5000, 0, 60), *items[1:]],
    }[change]
    assert compare(changed, flight(), REGION, TOLERANCE) is not None
