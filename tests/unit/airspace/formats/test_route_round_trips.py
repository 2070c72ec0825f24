"""Plans written in every format and read again, made up by hypothesis."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from airspace.formats.route_files import RouteFormat, read_route, write_route
from airspace.formats.routes import RouteOptions, route_of_body
from airspace.trajectory import FlightPath, compile_route
from tests.fakes.airspace_region import DEPARTURE, degrees, hills, make_region

REGION = make_region(hills())
EXACT: tuple[RouteFormat, ...] = ("geojson", "csv", "kml", "kmz")
MISSIONS: tuple[RouteFormat, ...] = ("qgc", "waypoints", "mavlink", "wpml")
_FEW = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    """Return the body of a plan that can be flown over the test hills."""
    waypoints = []
    x_m = y_m = 0.0
    timed = draw(st.booleans())
    t_s = 0.0
    for _ in range(draw(st.integers(2, 12))):
        step = draw(st.sampled_from(["far", "far", "up"]))
        if step == "far" or not waypoints:
            x_m, y_m = draw(st.floats(-4_000, 4_000)), draw(st.floats(-4_000, 4_000))
        lat, lon = degrees(REGION, x_m, y_m)
        datum = draw(st.sampled_from(["AGL", "AMSL", "HAE"]))
        floor = 0.0 if datum == "AGL" else 410.0
        point: dict[str, Any] = {
            "lat_deg": round(lat, 7),
            "lon_deg": round(lon, 7),
            "alt_m": floor + round(draw(st.floats(0, 110)), 3),
            "alt_datum": datum,
        }
        if timed:
            t_s += round(draw(st.floats(300, 900)), 2)
            point["t_s"] = t_s
        else:
            if draw(st.booleans()):
                point["speed_mps"] = round(draw(st.floats(1, 40)), 3)
            if draw(st.booleans()):
                point["hold_s"] = round(draw(st.floats(1, 600)), 2)
        waypoints.append(point)
    if timed:
        first = waypoints[0]["t_s"]
        for point in waypoints:
            point["t_s"] = round(point["t_s"] - first, 2)
    body: dict[str, Any] = {
        "aircraft_id": "ac_test",
        "operation_type": draw(st.sampled_from(["logistics", "inspection"])),
        "priority": draw(st.integers(0, 50)),
        "departure_at": "2026-03-02T01:10:00Z",
        "route": {
            "type": "trajectory",
            **({"crs": crs} if (crs := draw(st.sampled_from(["WGS84", "CGCS2000"]))) != "WGS84" else {}),
            "cruise_speed_mps": round(draw(st.floats(2, 30)), 2),
            "waypoints": waypoints,
        },
    }
    if draw(st.booleans()):
        body["remarks"] = {"crew": draw(st.text(st.characters(codec="utf-8"), max_size=20)), "n": [1, None, 2.5]}
    assume(isinstance(compile_route(route_of_body(body), DEPARTURE, REGION), FlightPath))
    return body


def read_back(kind: RouteFormat, body: dict[str, Any]) -> dict[str, Any]:
    documents = write_route(kind, body, REGION)
    finished = read_route(kind, documents, RouteOptions(), REGION)
    errors = [problem for problem in finished.problems if problem.severity == "error"]
    assert errors == []
    assert finished.body is not None
    return finished.body


@pytest.mark.parametrize("kind", EXACT)
@_FEW
@given(body=plans())
def test_plain_formats_bring_back_the_same_body(kind: RouteFormat, body: dict[str, Any]) -> None:
    """GeoJSON, CSV and KML must read back to the body that was written, member by member and bit by bit."""
    route = body["route"]
    for point in route["waypoints"]:
        if point.get("speed_mps") == route["cruise_speed_mps"]:
            del point["speed_mps"]  # says the same as leaving it out
    assert read_back(kind, body) == body


@pytest.mark.parametrize("kind", MISSIONS)
@_FEW
@given(body=plans())
def test_missions_bring_back_the_same_flight(kind: RouteFormat, body: dict[str, Any]) -> None:
    """Missions must fly through the same places, at the same heights and times, within a millimetre and a millisecond."""
    flown = compile_route(route_of_body(body), DEPARTURE, REGION)
    back = read_back(kind, body)
    again = compile_route(route_of_body(back), DEPARTURE, REGION)
    assert isinstance(flown, FlightPath)
    assert isinstance(again, FlightPath)
    one, other = flown.trajectory.segments, again.trajectory.segments
    assert one.shape == other.shape
    # 1e-7 degrees, what MAVLink carries, is 11 mm; the corners were made on that grid.
    np.testing.assert_allclose(one, other, atol=1e-3 if kind != "mavlink" else 2e-3, rtol=0)
    # What was read is written the same way again.
    assert write_route(kind, back, REGION) == write_route(kind, read_back(kind, back), REGION)
