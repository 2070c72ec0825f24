"""F3548 volumes."""

import copy
import math
from typing import Any

import numpy as np
import pytest
import shapely

from airspace.errors import FieldError
from airspace.geometry4d import Tolerance
from airspace.timebase import to_scene_s
from airspace.volumes import (
    VolumePath,
    parse_instant,
    parse_volumes,
    prism_area,
    prism_to_volume4d,
    to_prisms,
    to_volume4ds,
)
from tests.fakes.airspace_region import DEPARTURE, LAT, LON, REGION, fly

TOLERANCE = Tolerance()


def volume(**changes: Any) -> dict[str, Any]:
    """Return a good Volume4D; `changes` replace entries by a path of keys joined with two underscores."""
    result: dict[str, Any] = {
        "volume": {
            "outline_polygon": {
                "vertices": [
                    {"lat": LAT, "lng": LON},
                    {"lat": LAT, "lng": LON + 0.01},
                    {"lat": LAT + 0.01, "lng": LON + 0.01},
                ]
            },
            "altitude_lower": {"value": 20.0, "reference": "W84", "units": "M"},
            "altitude_upper": {"value": 60.0, "reference": "W84", "units": "M"},
        },
        "time_start": {"value": "2026-03-02T09:10:00+08:00", "format": "RFC3339"},
        "time_end": {"value": "2026-03-02T01:30:00Z", "format": "RFC3339"},
    }
    for path, value in changes.items():
        *parents, last = path.split("__")
        at = result
        for key in parents:
            at = at.setdefault(key, {})
        if value is None:
            at.pop(last)
        else:
            at[last] = value
    return result


def circle(**changes: Any) -> dict[str, Any]:
    """Return a good Volume4D with a circle."""
    outline = {"center": {"lat": LAT, "lng": LON}, "radius": {"value": 300.0, "units": "M"}} | changes
    return volume(volume__outline_polygon=None, volume__outline_circle=outline)


def test_volumes_are_parsed_into_prisms_in_local_metres() -> None:
    """Times become scene seconds, rings turn counter-clockwise, heights stay above the ellipsoid."""
    path = parse_volumes([volume(), circle()], REGION)
    assert isinstance(path, VolumePath)
    first, second = path.prisms
    assert (first.z_low_m, first.z_high_m) == (20.0, 60.0)
    assert first.t_start_s == to_scene_s(DEPARTURE)
    assert first.t_end_s - first.t_start_s == 20 * 60
    assert first.ring is not None
    assert shapely.LinearRing(first.ring).is_ccw
    assert second.circle is not None
    assert second.circle[2] == 300.0
    assert path.ground_low_m[0] < -1


def test_a_clockwise_or_closed_ring_is_accepted_and_turned() -> None:
    """F3548 rings may be open or closed, and run either way."""
    raw = volume()
    vertices = raw["volume"]["outline_polygon"]["vertices"]
    vertices.reverse()
    vertices.append(copy.deepcopy(vertices[0]))
    path = parse_volumes([raw], REGION)
    assert isinstance(path, VolumePath)
    assert path.prisms[0].ring is not None
    assert len(path.prisms[0].ring) == 3
    assert shapely.LinearRing(path.prisms[0].ring).is_ccw


def test_a_prism_survives_its_f3548_form() -> None:
    """Parsed, published and parsed again it is the same to a millimetre."""
    path = parse_volumes([volume(), circle()], REGION)
    assert isinstance(path, VolumePath)
    again = parse_volumes([prism_to_volume4d(prism, REGION) for prism in path.prisms], REGION)
    assert isinstance(again, VolumePath)
    assert again.prisms[0].ring == pytest.approx(path.prisms[0].ring, abs=1e-3)
    assert again.prisms[1].circle == pytest.approx(path.prisms[1].circle, abs=1e-3)
    assert again.prisms[0].t_end_s == path.prisms[0].t_end_s
    assert prism_area(path.prisms[0], REGION).geometry.area == pytest.approx(path.areas[0].geometry.area, rel=1e-9)


BOW = [
    {"lat": LAT, "lng": LON},
    {"lat": LAT + 0.01, "lng": LON + 0.01},
    {"lat": LAT, "lng": LON + 0.01},
    {"lat": LAT + 0.01, "lng": LON},
]
TINY = [{"lat": LAT, "lng": LON}, {"lat": LAT + 1e-7, "lng": LON}, {"lat": LAT, "lng": LON + 1e-7}]
HUGE = [{"lat": 22.38, "lng": 113.72}, {"lat": 22.38, "lng": 114.65}, {"lat": 22.88, "lng": 114.65}]
AT = "/route/volumes/0"


@pytest.mark.parametrize(
    ("raw", "pointer", "code"),
    [
        ({}, "/route/volumes", "wrong_type"),
        ([], "/route/volumes", "too_few_volumes"),
        ([volume()] * 501, "/route/volumes", "too_many_volumes"),
        ([5], f"{AT}/volume", "missing"),
        ([volume(volume__outline_polygon=None)], f"{AT}/volume", "missing"),
        ([volume(volume__outline_polygon__vertices=7)], f"{AT}/volume/outline_polygon/vertices", "wrong_type"),
        (
            [volume(volume__outline_polygon__vertices=[{"lat": True, "lng": 1}])],
            f"{AT}/volume/outline_polygon/vertices/0",
            "wrong_type",
        ),
        (
            [volume(volume__outline_polygon__vertices=BOW[:2])],
            f"{AT}/volume/outline_polygon/vertices",
            "too_few_points",
        ),
        (
            [volume(volume__outline_polygon__vertices=BOW * 1300)],
            f"{AT}/volume/outline_polygon/vertices",
            "too_many_vertices",
        ),
        ([volume(volume__outline_polygon__vertices=BOW)], f"{AT}/volume/outline_polygon/vertices", "self_crossing"),
        ([volume(volume__outline_polygon__vertices=TINY)], f"{AT}/volume/outline_polygon/vertices", "area_too_small"),
        ([volume(volume__outline_polygon__vertices=HUGE)], f"{AT}/volume/outline_polygon/vertices", "area_too_large"),
        ([circle(center={"lat": 95.0, "lng": LON})], f"{AT}/volume/outline_circle/center", "latitude_out_of_range"),
        ([circle(center={"lat": LON, "lng": LAT})], f"{AT}/volume/outline_circle/center", "probably_swapped_axes"),
        ([circle(center={"lat": 48.0, "lng": LON})], f"{AT}/volume/outline_circle/center", "outside_service_area"),
        ([circle(center={"lat": 22.7, "lng": 190})], f"{AT}/volume/outline_circle/center", "longitude_out_of_range"),
        (
            [circle(radius={"value": -5, "units": "M"})],
            f"{AT}/volume/outline_circle/radius/value",
            "radius_out_of_range",
        ),
        ([circle(radius={"value": 50, "units": "FT"})], f"{AT}/volume/outline_circle/radius/units", "unknown_unit"),
        (
            [volume(volume__altitude_lower__reference="SFC")],
            f"{AT}/volume/altitude_lower/reference",
            "unknown_datum",
        ),
        ([volume(volume__altitude_lower__units="FT")], f"{AT}/volume/altitude_lower/units", "unknown_unit"),
        (
            [volume(volume__altitude_upper__value=math.inf)],
            f"{AT}/volume/altitude_upper",
            "wrong_type",
        ),
        (
            [volume(volume__altitude_upper__value=50_000)],
            f"{AT}/volume/altitude_upper/value",
            "altitude_out_of_range",
        ),
        ([volume(volume__altitude_upper__value=10)], f"{AT}/volume/altitude_upper", "reversed_band"),
        ([volume(time_end__value="2026-03-02T01:00:00Z")], f"{AT}/time_end", "reversed_window"),
        ([volume(time_end__value="2026-03-02T01:00:00")], f"{AT}/time_end/value", "naive_time"),
        ([volume(time_end__value="tomorrow")], f"{AT}/time_end/value", "malformed_time"),
        ([volume(time_end__value="9999-12-31T23:59:59Z")], f"{AT}/time_end/value", "time_out_of_range"),
        ([volume(time_end=3)], f"{AT}/time_end", "wrong_type"),
        ([volume(time_end__value="2026-03-04T01:00:00Z")], "/route/volumes", "duration_too_long"),
    ],
)
def test_each_fault_of_a_volume_is_named(raw: object, pointer: str, code: str) -> None:
    """The pointer leads to the field and the code is stable."""
    result = parse_volumes(raw, REGION)
    assert isinstance(result, list)
    assert [(error.pointer, error.code) for error in result] == [(pointer, code)]


def test_times_that_are_no_text_are_named() -> None:
    """A number is no RFC 3339 time."""
    fault = parse_instant(5, "/x")
    assert isinstance(fault, FieldError)
    assert fault.code == "wrong_type"


def test_published_volumes_are_tight_in_time_and_hold_the_flight_with_its_tolerance() -> None:
    """Every instant of the flight, moved by the whole tolerance in any direction, lies in a volume of that moment."""
    path = fly((0, 0, 0), (0, 0, 80), (3000, 1000, 80), (3000, 1000, 0))
    prisms, owner = to_prisms(path.trajectory, TOLERANCE)
    assert max(p.t_end_s - p.t_start_s for p in prisms) <= 60 + 2 * TOLERANCE.time_s + 1e-6
    assert set(owner.tolist()) == {0, 1, 2}
    for row in path.trajectory.segments:
        for s in np.linspace(0, 1, 23):
            x, y, z, t = row[:4] + s * (row[4:] - row[:4])
            live = [p for p in prisms if p.t_start_s + 7.5 - 1e-6 <= t <= p.t_end_s - 7.5 + 1e-6]
            for angle in np.linspace(0, 2 * math.pi, 17):
                moved = shapely.Point(x + 20 * math.cos(angle), y + 20 * math.sin(angle))
                assert any(
                    shapely.distance(shapely.Polygon(p.ring), moved) < 1e-6
                    and p.z_low_m <= z - 5 + 1e-6
                    and p.z_high_m >= z + 5 - 1e-6
                    for p in live
                )


def test_published_volumes_are_tight_in_space() -> None:
    """A straight kilometre becomes a strip 40 m wide, not a box around the flight."""
    path = fly((0, 0, 50), (600, 800, 50), speed_mps=20.0)
    prisms, _ = to_prisms(path.trajectory, TOLERANCE)
    assert len(prisms) == 1
    assert shapely.Polygon(prisms[0].ring).area < 1.1 * (1000 * 40 + math.pi * 400)
    assert shapely.Polygon(prisms[0].ring).exterior.is_ccw


def test_published_volumes_have_the_f3548_shape_and_parse_again() -> None:
    """What is published can be read back by the volume parser."""
    path = fly((0, 0, 50), (3000, 0, 50))
    published = to_volume4ds(path.trajectory, TOLERANCE, REGION)
    assert published[0]["volume"]["altitude_lower"]["reference"] == "W84"
    assert published[0]["time_start"] == {"value": "2026-03-02T01:09:52.500000Z", "format": "RFC3339"}
    again = parse_volumes(published, REGION)
    assert isinstance(again, VolumePath)
    assert len(again.prisms) == len(published) == 5
