"""Flights between sites: up, across, down, at the levels of their direction."""

from datetime import UTC, datetime

import pytest

from airspace.region import Region
from airspace.sites import Site
from airspace.trajectory import FlightPath, WaypointRoute, compile_route
from dispatch.flight_design import LEVELS_AGL_M, design, levels_for
from tests.fakes.airspace_region import make_region

AT = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def region() -> Region:
    return make_region()


def site(region: Region, name: str, lat: float, lon: float) -> Site:
    x, y = region.frame.to_xy(lat, lon)
    return Site(name, name, lat, lon, float(x[0]), float(y[0]), 0.0, 1, "pad")


def test_a_flight_lasts_what_the_contract_says(region: Region) -> None:
    """The compiled route takes the duration the design states, and climbs and descends on the spot."""
    a, b = site(region, "a", 22.70, 114.20), site(region, "b", 22.72, 114.23)
    bend = region.frame.to_xy(22.715, 114.20)
    corner = (float(bend[0][0]), float(bend[1][0]))
    found = design(a, b, 60.0, 15.0, region, lambda start, goal, level: [start, corner, goal])
    assert found is not None
    path = compile_route(WaypointRoute(found.waypoints, 15.0), AT, region)
    assert isinstance(path, FlightPath)
    assert path.trajectory.ends_s - path.trajectory.starts_s == pytest.approx(found.lasts_s, rel=2e-3)
    assert len(found.waypoints) == 5
    assert (found.waypoints[0].alt_m, found.waypoints[-1].alt_m) == (0.0, 0.0)
    assert found.waypoints[0].lat_deg == found.waypoints[1].lat_deg


def test_no_way_and_no_distance_are_no_flight(region: Region) -> None:
    """Where the router finds nothing, or both sites are one place, there is no flight."""
    a, b = site(region, "a", 22.70, 114.20), site(region, "b", 22.72, 114.23)
    assert design(a, b, 60.0, 15.0, region, lambda *_: None) is None
    assert design(a, a, 60.0, 15.0, region, lambda start, goal, level: [start, goal]) is None


def test_opposite_directions_begin_with_different_levels(region: Region) -> None:
    """Every level is tried once; east and west begin with levels of their own."""
    a, b = site(region, "a", 22.70, 114.20), site(region, "b", 22.70, 114.23)
    east, west = levels_for(a, b), levels_for(b, a)
    assert sorted(east) == sorted(west) == list(LEVELS_AGL_M)
    assert not set(east[:2]) & set(west[:2])
