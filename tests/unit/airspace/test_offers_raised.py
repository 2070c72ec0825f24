"""A timed flight raised to another layer: the short way must give what compiling the raised route anew gives."""

import random

import numpy as np
import pytest

from airspace.offers_route import raised, raised_flight, rewritten, view_of_flight
from airspace.timebase import to_scene_s
from airspace.trajectory import FlightPath, Waypoint, WaypointRoute, compile_route
from tests.fakes.airspace_region import NOW, REGION


def _route(draw: random.Random) -> WaypointRoute:
    points, at_s = [], 0.0
    lat, lon = 22.55 + draw.uniform(-0.02, 0.02), 114.05 + draw.uniform(-0.02, 0.02)
    count = draw.randint(3, 9)
    for k in range(count):
        height = 0.0 if k in (0, count - 1) and draw.random() < 0.7 else draw.uniform(40.0, 80.0)
        datum = draw.choice(["AGL", "AGL", "AMSL", "HAE"])
        points.append(Waypoint(round(lat, 7), round(lon, 7), round(height, 2), datum, None, None, round(at_s, 3)))
        lat, lon = lat + draw.uniform(-0.004, 0.004), lon + draw.uniform(-0.004, 0.004)
        at_s += draw.uniform(40.0, 120.0)
    return WaypointRoute(tuple(points), 15.0, "WGS84")


@pytest.mark.parametrize("seed", range(20))
def test_raising_in_place_is_compiling_anew(seed: int) -> None:
    """Rows, heights above ground, extremes and the waypoints to file must be the same to the last bit."""
    draw = random.Random(seed)
    route, scene = _route(draw), REGION
    path = compile_route(route, NOW, scene)
    assert isinstance(path, FlightPath)
    seen = view_of_flight(route, path, scene)
    for by_m in (-15.0, 15.0, 30.0):
        short = raised_flight(seen, path, by_m, to_scene_s(NOW))
        assert short is not None
        flown, filed = short
        assert filed == rewritten(seen, raised(seen, by_m), scene)
        anew = compile_route(filed, NOW, scene)
        assert isinstance(anew, FlightPath)
        for name in ("agl_low_m", "agl_high_m", "bounds_m", "lat_deg", "lon_deg", "ground_m", "undulation_m"):
            np.testing.assert_array_equal(getattr(flown, name), getattr(anew, name), err_msg=name)
        np.testing.assert_array_equal(flown.trajectory.segments, anew.trajectory.segments)
        np.testing.assert_array_equal(flown.reaches_j, anew.reaches_j)
        assert flown.extremes == anew.extremes
