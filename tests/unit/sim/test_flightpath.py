"""Timed paths: where they are, how corners are rounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from sim.flightpath import BLEND_HORIZONTAL_MPS2, FlightPath, Node, PathBuilder
from sim.geodesy import along_great_circle, bearing_deg, distance_m, metres_per_degree, offset

GEOD = Geod(ellps="WGS84")


@given(st.floats(22.4, 22.9), st.floats(113.7, 114.6), st.floats(-15_000, 15_000), st.floats(-15_000, 15_000))
def test_distance_and_offset_agree_with_the_geodesic(lat: float, lon: float, east_m: float, north_m: float) -> None:
    """Distances and offsets inside a city must agree with the geodesic to 1e-4 of their length and a centimetre."""
    lat_b, lon_b = offset(lat, lon, east_m=east_m, north_m=north_m)
    _, _, truth_m = GEOD.inv(lon, lat, lon_b, lat_b)
    assert distance_m(lat, lon, lat_b, lon_b) == pytest.approx(truth_m, rel=1e-4, abs=0.01)
    assert (east_m**2 + north_m**2) ** 0.5 == pytest.approx(truth_m, rel=2e-4, abs=0.01)


def test_bearing_is_true_and_clockwise() -> None:
    """A bearing must be 90 to the east and 180 to the south."""
    assert bearing_deg(22.5, 114.0, 22.5, 114.01) == pytest.approx(90.0, abs=0.01)
    assert bearing_deg(22.5, 114.0, 22.4, 114.0) == pytest.approx(180.0)


def test_inner_points_lie_on_the_geodesic() -> None:
    """Pieces of a long leg must lie within 2 m of the geodesic, so that a cut leg is the straight leg."""
    for lat, lon in along_great_circle(22.45, 113.8, 22.8, 114.5, 16):
        azimuth, _, d_m = GEOD.inv(113.8, 22.45, lon, lat)
        straight, _, _ = GEOD.inv(113.8, 22.45, 114.5, 22.8)
        assert abs(d_m * (azimuth - straight) * 3.14159 / 180) < 2.0


def test_leg_lasts_its_3d_length_over_speed() -> None:
    """A leg must last its three-dimensional length divided by its speed."""
    pen = PathBuilder(100.0, 22.5, 114.0, 10.0)
    lat, lon = offset(22.5, 114.0, east_m=300.0, north_m=0.0)
    pen.line_to(lat, lon, 410.0, 10.0, 1)
    assert pen.path().ends_s == pytest.approx(150.0, abs=0.01)


def test_reference_stands_before_and_after() -> None:
    """Before its start a path must stand at the first node, and after its end at the last."""
    pen = PathBuilder(100.0, 22.5, 114.0, 10.0)
    pen.line_to(22.5, 114.01, 10.0, 10.0, 1)
    path = pen.path()
    assert path.at(50.0)[:6] == (22.5, 114.0, 10.0, 0.0, 0.0, 0.0)
    after = path.at(path.ends_s + 60.0)
    assert (after.lat_deg, after.lon_deg) == (22.5, pytest.approx(114.01))
    assert after.v_east_mps == pytest.approx(0.0, abs=1e-9)


def test_corner_is_rounded_without_a_jump() -> None:
    """Through a right angle the reference must move continuously, its acceleration bounded, its cut below 12 m."""
    pen = PathBuilder(0.0, 22.5, 114.0, 50.0)
    corner = offset(22.5, 114.0, east_m=600.0, north_m=0.0)
    end = offset(*corner, east_m=0.0, north_m=600.0)
    pen.line_to(*corner, 50.0, 15.0, 1)
    pen.line_to(*end, 50.0, 15.0, 2)
    path = pen.path()
    north_m, east_m = metres_per_degree(22.5)
    before = path.at(30.0)
    t = 30.0
    while t < 50.0:
        t += 0.05
        now = path.at(t)
        step_m = ((now.lat_deg - before.lat_deg) * north_m, (now.lon_deg - before.lon_deg) * east_m)
        assert (step_m[0] ** 2 + step_m[1] ** 2) ** 0.5 < 0.05 * 15.1
        dv = ((now.v_east_mps - before.v_east_mps) ** 2 + (now.v_north_mps - before.v_north_mps) ** 2) ** 0.5
        assert dv <= BLEND_HORIZONTAL_MPS2 * 0.05 * 1.01
        before = now
    cut = path.at(40.0)
    assert distance_m(cut.lat_deg, cut.lon_deg, *corner) < 12.0


def test_path_refuses_what_cannot_be() -> None:
    """A path without nodes, or with times that run backwards, must not exist."""
    with pytest.raises(ValueError, match="at least one"):
        FlightPath([])
    with pytest.raises(ValueError, match="decrease"):
        FlightPath([Node(1.0, 22.5, 114.0, 0.0), Node(0.0, 22.5, 114.0, 0.0)])
