"""Routes compiled to flights."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest

from airspace.coordinates import gcj02_from_wgs84
from airspace.errors import FieldError
from airspace.timebase import to_scene_s
from airspace.trajectory import (
    AircraftPerformance,
    FlightPath,
    Waypoint,
    WaypointRoute,
    compile_route,
    flight_path,
    height_pieces,
    performance_faults,
)
from tests.fakes.airspace_region import DEPARTURE, LAT, LON, ORIGIN, REGION, degrees, fly, hills, make_region, route

T0 = to_scene_s(DEPARTURE)
NAN = float("nan")


def point(**changes: Any) -> Waypoint:
    """Return a good waypoint with some fields changed."""
    return Waypoint(LAT, LON, 50.0, "AGL")._replace(**changes)


def faults(filed: WaypointRoute, departure_at: datetime = DEPARTURE) -> list[tuple[str, str]]:
    """Return pointer and code of each fault of a route."""
    result = compile_route(filed, departure_at, REGION)
    assert isinstance(result, list)
    assert all(isinstance(error, FieldError) and error.detail and error.detail_zh for error in result)
    return [(error.pointer.removeprefix("/route"), error.code) for error in result]


def test_a_leg_lasts_its_3d_length_over_the_speed_it_starts_with() -> None:
    """A 3-4-5 leg of 500 m at the waypoint's own 5 m/s takes 100 s, the next one uses the cruise speed."""
    a, b, c = degrees(REGION, 0, 0), degrees(REGION, 400, 0), degrees(REGION, 400, 100)
    filed = WaypointRoute(
        (Waypoint(*a, 0.0, "HAE", speed_mps=5.0), Waypoint(*b, 300.0, "HAE"), Waypoint(*c, 300.0, "HAE")), 10.0
    )
    path = compile_route(filed, DEPARTURE, REGION)
    assert isinstance(path, FlightPath)
    assert path.trajectory.segments[:, 7] - T0 == pytest.approx([100.0, 110.0], abs=1e-6)
    assert path.trajectory.segments[:, 3] - T0 == pytest.approx([0.0, 100.0], abs=1e-6)


def test_a_hold_hovers_first_and_shares_its_waypoint_with_the_leg_after_it() -> None:
    """Holds are rows of their own; the last waypoint's hold ends the flight."""
    a, b = degrees(REGION, 0, 0), degrees(REGION, 100, 0)
    filed = WaypointRoute((Waypoint(*a, 50, "HAE", hold_s=7), Waypoint(*b, 50, "HAE", hold_s=3)), 10.0)
    path = compile_route(filed, DEPARTURE, REGION)
    assert isinstance(path, FlightPath)
    assert path.trajectory.segments[:, 7] - T0 == pytest.approx([7, 17, 20], abs=1e-6)
    assert path.trajectory.waypoint_of.tolist() == [0, 0, 1]
    assert list(zip(path.leaves_i.tolist(), path.reaches_j.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1)]


def test_where_every_waypoint_has_t_s_those_times_hold() -> None:
    """Speeds and holds are then ignored; the flight begins at the first t_s."""
    a, b = degrees(REGION, 0, 0), degrees(REGION, 100, 0)
    filed = WaypointRoute(
        (Waypoint(*a, 50, "HAE", speed_mps=1.0, hold_s=50, t_s=5), Waypoint(*b, 50, "HAE", t_s=25)), 10.0
    )
    path = compile_route(filed, DEPARTURE, REGION)
    assert isinstance(path, FlightPath)
    assert path.trajectory.starts_s - T0 == pytest.approx(5, abs=1e-6)
    assert path.trajectory.ends_s - T0 == pytest.approx(25, abs=1e-6)
    assert compile_route(replace(filed, cruise_speed_mps=None), DEPARTURE, REGION).__class__ is FlightPath


def test_a_vertical_climb_is_a_segment_of_its_own() -> None:
    """Two waypoints with one position climb at the speed of the leg."""
    path = fly((0, 0, 0), (0, 0, 100), (200, 0, 100))
    rows = path.trajectory.segments
    assert rows[0, [0, 1]].tolist() == rows[0, [4, 5]].tolist()
    assert rows[0, 7] - rows[0, 3] == pytest.approx(10.0, abs=1e-6)


def test_a_leg_of_no_length_is_dropped_and_the_rest_stays_joined() -> None:
    """Repeating a waypoint changes nothing."""
    path = fly((0, 0, 50), (0, 0, 50), (100, 0, 50))
    assert len(path.trajectory.segments) == 1
    assert path.trajectory.waypoint_of.tolist() == [1]


def test_agl_is_converted_at_each_waypoint_with_the_real_geoid() -> None:
    """Over flat ground at sea level the height above the ellipsoid is the true height plus the undulation."""
    path = fly((0, 0, 100), (5000, 0, 100))
    undulation = REGION.altitude.undulation_m([LAT], [LON])[0]
    assert undulation < -1
    assert path.trajectory.segments[0, 2] == pytest.approx(100 + undulation, abs=1e-6)
    assert path.agl_high_m == pytest.approx([100.0], abs=1e-9)


def test_true_height_over_hills_is_followed_between_waypoints() -> None:
    """A level leg over a ridge is lowest over the ridge, not at its ends."""
    region = make_region(hills())
    path = fly((0, 0, 300), (8000, 0, 300), region=region)
    s = np.linspace(0, 1, 4001)
    row = path.trajectory.segments[0]
    lat, lon = region.frame.to_lat_lon(row[0] + s * (row[4] - row[0]), row[1] + s * (row[5] - row[1]))
    truth = row[2] + s * (row[6] - row[2]) - region.altitude.ground_hae_m(lat, lon)
    assert truth.min() < 290
    assert path.agl_low_m[0] == pytest.approx(truth.min(), abs=0.1)
    assert path.agl_high_m[0] == pytest.approx(truth.max(), abs=0.1)
    ends = [(c, a + b + c) for _, _, a, b, c in height_pieces(path, 0, "AGL")]
    assert ends[0][0] == pytest.approx(truth[0], abs=1e-6)
    assert all(ends[k][1] == pytest.approx(ends[k + 1][0], abs=1e-9) for k in range(len(ends) - 1))


def test_gcj02_routes_are_moved_to_wgs84() -> None:
    """A route drawn on a Chinese map ends where the same route in WGS-84 does."""
    plain = route((0, 0, 50), (500, 0, 50))
    shifted = [
        p._replace(lat_deg=lat.item(), lon_deg=lon.item())
        for p, (lat, lon) in ((p, gcj02_from_wgs84(p.lat_deg, p.lon_deg)) for p in plain.waypoints)
    ]
    path = compile_route(WaypointRoute(tuple(shifted), 10.0, "GCJ02"), DEPARTURE, REGION)
    assert isinstance(path, FlightPath)
    assert path.trajectory.segments[0, 0] == pytest.approx(ORIGIN[0], abs=0.01)


def test_a_flight_rebuilt_from_its_trajectory_is_the_same() -> None:
    """What the store keeps is enough to judge a flight again."""
    path = fly((0, 0, 0), (0, 0, 60), (800, 300, 60), (800, 300, 0))
    again = flight_path(path.trajectory, REGION, path.waypoint_count)
    assert again.agl_high_m.tolist() == path.agl_high_m.tolist()
    assert again.reaches_j.tolist() == path.reaches_j.tolist()


P, Q = point(), point(lon_deg=LON + 0.01)


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        (WaypointRoute((), 10), ("/waypoints", "too_few_waypoints")),
        (WaypointRoute((P,), 10), ("/waypoints", "too_few_waypoints")),
        (WaypointRoute((P, Q) * 1001, 10), ("/waypoints", "too_many_waypoints")),
        (WaypointRoute((P, Q), 10, "WGS72"), ("/crs", "unknown_crs")),  # type: ignore[arg-type]
        (WaypointRoute((P, Q), 0), ("/cruise_speed_mps", "speed_out_of_range")),
        (WaypointRoute((P, Q), -3), ("/cruise_speed_mps", "speed_out_of_range")),
        (WaypointRoute((P, Q), NAN), ("/cruise_speed_mps", "speed_out_of_range")),
        (WaypointRoute((P, Q), None), ("/cruise_speed_mps", "speed_missing")),
        (WaypointRoute((P, point(speed_mps=0)), 10), ("/waypoints/1/speed_mps", "speed_out_of_range")),
        (WaypointRoute((P, point(lat_deg=NAN)), 10), ("/waypoints/1/lat_deg", "wrong_type")),
        (WaypointRoute((P, point(alt_m=float("inf"))), 10), ("/waypoints/1/alt_m", "wrong_type")),
        (WaypointRoute((P, point(lat_deg=91)), 10), ("/waypoints/1/lat_deg", "latitude_out_of_range")),
        (WaypointRoute((P, point(lon_deg=-181)), 10), ("/waypoints/1/lat_deg", "longitude_out_of_range")),
        (WaypointRoute((P, point(lat_deg=LON, lon_deg=LAT)), 10), ("/waypoints/1/lat_deg", "probably_swapped_axes")),
        (WaypointRoute((P, point(lat_deg=48.0)), 10), ("/waypoints/1/lat_deg", "outside_service_area")),
        (WaypointRoute((P, point(alt_datum="MSL")), 10), ("/waypoints/1/alt_datum", "unknown_datum")),
        (WaypointRoute((P, point(alt_m=20_000)), 10), ("/waypoints/1/alt_m", "altitude_out_of_range")),
        (WaypointRoute((P, point(hold_s=-1)), 10), ("/waypoints/1/hold_s", "hold_out_of_range")),
        (WaypointRoute((P, P), 10), ("/waypoints", "no_duration")),
        (WaypointRoute((P, Q), 0.001), ("/waypoints", "duration_too_long")),
        (WaypointRoute((point(t_s=0), Q), 10), ("/waypoints/1/t_s", "incomplete_times")),
        (WaypointRoute((point(t_s=-1), point(t_s=9)), 10), ("/waypoints/0/t_s", "time_out_of_range")),
        (WaypointRoute((point(t_s=9), Q._replace(t_s=9)), 10), ("/waypoints/1/t_s", "times_not_increasing")),
        (WaypointRoute((point(t_s=9), Q._replace(t_s=3)), 10), ("/waypoints/1/t_s", "times_not_increasing")),
        (WaypointRoute((point(t_s=0), Q._replace(t_s=1)), 10), ("/waypoints/1/t_s", "speed_out_of_range")),
    ],
)
def test_each_fault_of_a_route_is_named(filed: WaypointRoute, expected: tuple[str, str]) -> None:
    """The pointer leads to the field and the code is stable."""
    assert faults(filed) == [expected]


def test_a_naive_departure_is_refused() -> None:
    """A time without an offset is no instant."""
    assert faults(route((0, 0, 50), (100, 0, 50)), DEPARTURE.replace(tzinfo=None)) == [("/departure_at", "naive_time")]


def test_faults_are_capped_so_that_a_huge_body_gets_a_small_answer() -> None:
    """2,000 bad waypoints give at most 20 faults."""
    assert len(faults(WaypointRoute((point(lat_deg=NAN),) * 2000, 10))) == 20


def test_a_route_beyond_the_terrain_model_is_refused_not_taken_as_sea_level() -> None:
    """Unknown ground is a fault of the route, with the pointer to the first such height."""
    terrain = hills()
    values = terrain.elevations_amsl_m.copy()
    values[:, 100:] = np.nan
    region = make_region(replace(terrain, elevations_amsl_m=values))
    result = compile_route(route((0, 0, 50), (9000, 0, 50)), DEPARTURE, region)
    assert isinstance(result, list)
    assert result[0].code == "terrain_unknown"


def test_what_the_type_cannot_fly_is_found_per_segment() -> None:
    """Speed, climb and descent are compared with the type; exactly the limit is allowed, unknown refuses nothing."""
    path = fly((0, 0, 0), (0, 0, 60), (800, 0, 60), (800, 0, 0), speed_mps=10.0)
    assert performance_faults(path, AircraftPerformance(10.0, 10.0, 10.0)) == []
    assert performance_faults(path, AircraftPerformance()) == []
    found = performance_faults(path, AircraftPerformance(9.0, 5.0, 4.0))
    assert [(row, what) for row, what, _, _ in found] == [
        (0, "climb"),
        (0, "speed"),
        (1, "speed"),
        (2, "descent"),
        (2, "speed"),
    ]
