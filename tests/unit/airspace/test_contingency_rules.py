"""What is filed for a lost link, judged: ground, ceiling and zones on every way back."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from airspace.contingency import FiledContingency
from airspace.contingency_rules import contingency_reasons, home_of, landing_at
from airspace.coordinates import Bounds
from airspace.datums import AltitudeModel, GridTerrain, terrain_names
from airspace.decision import reason
from airspace.intent import FlightIntent
from airspace.policy import Policy
from airspace.region import Region
from airspace.scene import Scene
from airspace.trajectory import FlightPath, Waypoint, WaypointRoute, compile_route
from airspace.zones import ZoneSet, parse_zone
from tests.fakes.filing import place, point, square, zone
from utm.city import load_city

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
FLAT: Region = load_city("shenzhen").region()


def scene(region: Region = FLAT, *features: dict[str, Any]) -> Scene:
    zones = []
    for number, feature in enumerate(features):
        parsed = parse_zone(feature, region, f"zn_{number}")
        assert not isinstance(parsed, list)
        zones.append(parsed)
    return Scene.of(region, ZoneSet.of(zones, region), [], [])


def intent(points: list[dict[str, Any]], filed: FiledContingency, region: Region = FLAT) -> FlightIntent:
    route = WaypointRoute(tuple(Waypoint(p["lat_deg"], p["lon_deg"], p["alt_m"], p["alt_datum"]) for p in points), 10.0)
    path = compile_route(route, NOW, region)
    assert isinstance(path, FlightPath), path
    return FlightIntent("org", "ac", "logistics", 10, NOW, path, path.cells(region, 20.0), contingency=filed)


def bent(height_m: float = 60.0) -> list[dict[str, Any]]:
    """Up, 700 m north, 2 km east, 700 m south, down: a zone in the middle is flown around."""
    ways = [(0, 0), (0, 700), (2000, 700), (2000, 0)]
    return [point(0, 0, 0.0), *(point(x, y, height_m) for x, y in ways), point(2000, 0, 0.0)]


def codes(plan: FlightIntent, where: Scene, policy: Policy | None = None) -> list[tuple[str, str]]:
    found = contingency_reasons(plan, policy or Policy(), where)
    return [(reason.code, reason.severity) for reason in found]


@pytest.mark.parametrize(
    ("more", "filed", "expected"),
    [
        ({}, FiledContingency("rtl"), [("lost_link_zone", "refuse")]),
        ({}, FiledContingency("land"), []),
        ({}, FiledContingency("hold"), []),
        ({}, FiledContingency(), []),
        ({}, FiledContingency("rtl", reverse=True), []),
        ({"restriction": "REQ_AUTHORISATION"}, FiledContingency("rtl"), [("lost_link_zone", "pending")]),
        ({"restriction": "CONDITIONAL"}, FiledContingency("rtl"), []),
        ({"upper_m": 30}, FiledContingency("rtl"), []),
        ({"upper_m": 30}, FiledContingency("rtl", 20.0), [("lost_link_zone", "refuse")]),
        ({"lower_m": 80}, FiledContingency("rtl"), []),
        ({"lower_m": 80}, FiledContingency("rtl", 90.0), [("lost_link_zone", "refuse")]),
        (
            {"applicability": [{"starts_at": "2026-03-03T00:00:00Z", "ends_at": "2026-03-04T00:00:00Z"}]},
            FiledContingency("rtl"),
            [],
        ),
    ],
)
def test_a_zone_the_route_goes_around_is_met_on_the_way_back(
    more: dict[str, Any], filed: FiledContingency, expected: list[tuple[str, str]]
) -> None:
    """Only a straight way back, at its height and in the zone's time, meets it; the height filed decides."""
    where = scene(FLAT, zone(square(1000, 0, 150), **more))
    assert codes(intent(bent(), filed), where) == expected


def test_a_zone_the_route_itself_enters_is_not_told_twice() -> None:
    """What is wrong with the route is said of the route; the way back adds nothing to it."""
    where = scene(FLAT, zone(square(1000, 700, 150)))
    assert codes(intent(bent(), FiledContingency("rtl")), where) == []


def test_policy_can_make_it_a_warning() -> None:
    """A city that does not demand it still says it."""
    where = scene(FLAT, zone(square(1000, 0, 150)))
    found = codes(intent(bent(), FiledContingency("rtl")), where, Policy(lost_link_route="warning"))
    assert found == [("lost_link_zone", "warning")]


@pytest.mark.parametrize(
    ("height", "expected"),
    [
        (60.0, []),
        (115.0, []),
        (116.0, ["lost_link_above_ceiling"]),
        (400.0, ["lost_link_above_ceiling"]),
        (4.0, ["lost_link_below_terrain"]),
    ],
)
def test_the_return_stays_under_the_ceiling_with_its_tolerance(height: float, expected: list[str]) -> None:
    """115 m and 5 m of tolerance touch the ceiling of 120 m; a return within its tolerance of the ground is too low."""
    assert [code for code, _ in codes(intent(bent(), FiledContingency("rtl", height)), scene())] == expected


def test_a_hill_on_the_way_back_asks_for_a_higher_return() -> None:
    """The route goes around a hill of 90 m; the way back at 60 m goes through it, at 110 m over its own home above it."""
    (south, west), (north, east) = place(-4000, -4000), place(6000, 6000)
    rows, columns = 200, 200
    heights = np.zeros((rows, columns))
    lat_hill, lon_hill = place(1000, 0)
    lats = np.linspace(north, south, rows)
    lons = np.linspace(west, east, columns)
    close = (np.abs(lats - lat_hill) < 0.0015)[:, None] & (np.abs(lons - lon_hill) < 0.0015)[None, :]
    heights[close] = 90.0
    step_lat, step_lon = (south - north) / (rows - 1), (east - west) / (columns - 1)
    transform = (step_lon, 0.0, west - step_lon / 2, 0.0, step_lat, north - step_lat / 2)
    terrain = GridTerrain.from_array(heights, transform, nodata=None, label="hill", synthetic=True)
    box = Bounds(south, west, north, east)
    hilly = Region(FLAT.frame, AltitudeModel(FLAT.altitude.geoid, terrain), box)
    low = codes(intent(bent(), FiledContingency("rtl", 60.0), hilly), scene(hilly))
    assert ("lost_link_below_terrain", "refuse") in low
    values = {"height_m": 60.0, "depth_m": 30.0, **terrain_names(terrain)}
    told = reason("lost_link_below_terrain", values, severity="refuse")
    assert "ground of hill on" in told.detail
    assert "低于“hill”地面" in told.detail_zh, "a model without a Chinese name keeps the one it has"
    high = [code for code, _ in codes(intent(bent(), FiledContingency("rtl", 100.0), hilly), scene(hilly))]
    assert "lost_link_below_terrain" not in high


def test_home_is_the_ground_below_the_first_point() -> None:
    """Without a site the flight returns to where it started, on the ground."""
    plan = intent(bent(), FiledContingency("rtl"))
    home = home_of(plan, scene())
    assert home is not None
    assert isinstance(plan.path, FlightPath)
    assert home.ground_hae_m == pytest.approx(plan.path.trajectory.segments[0, 2], abs=1e-6)
    again = landing_at(home.x_m, home.y_m, scene())
    assert again.ground_hae_m == pytest.approx(home.ground_hae_m, abs=1e-6)
