"""Corridors."""

from typing import Any

import pytest

from airspace.corridors import Corridor, CorridorSet, corridor_to_feature, parse_corridor, stays_in_corridor
from airspace.geometry4d import Tolerance
from tests.fakes.airspace_region import LAT, LON, REGION, degrees, fly

TOLERANCE = Tolerance()


def feature(*points: tuple[float, float], **properties: Any) -> dict[str, Any]:
    """Return a corridor Feature along places in metres from the test origin, 80 m wide, 40 to 110 m true height."""
    line = [[lon, lat] for lat, lon in (degrees(REGION, x, y) for x, y in points or ((0, 0), (1000, 0)))]
    values = {
        "corridor_id": "co_test",
        "name": "Test",
        "width_m": 80.0,
        "lower_m": 40.0,
        "upper_m": 110.0,
        "datum": "AGL",
        "direction": "both",
    }
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": line},
        "properties": values | properties,
    }


def corridor(*points: tuple[float, float], **properties: Any) -> Corridor:
    """Return a parsed corridor."""
    parsed = parse_corridor(feature(*points, **properties), REGION)
    assert isinstance(parsed, Corridor), parsed
    return parsed


def test_a_corridor_survives_its_feature() -> None:
    """Parsed, written and parsed again, every attribute is kept."""
    first = corridor((0, 0), (500, 100), (900, 0), speed_mps=15.0, name_zh="测试", source="demo", demonstration=True)
    written = corridor_to_feature(first)
    second = parse_corridor(written, REGION)
    assert isinstance(second, Corridor)
    assert corridor_to_feature(second) == written
    assert written["properties"]["speed_mps"] == 15.0
    assert first.length_m == pytest.approx(922.2, abs=0.1)


@pytest.mark.parametrize(
    ("raw", "pointer", "code"),
    [
        (5, "/type", "wrong_type"),
        ({"type": "Feature"}, "/properties", "missing"),
        (feature(name=None), "/properties/name", "missing"),
        (feature(corridor_id=None), "/properties/corridor_id", "missing"),
        (feature(width_m=0), "/properties/width_m", "out_of_range"),
        (feature(width_m=True), "/properties/width_m", "out_of_range"),
        (feature(speed_mps=-1), "/properties/speed_mps", "out_of_range"),
        (feature(upper_m=None), "/properties/upper_m", "missing"),
        (feature(upper_m=40.0), "/properties/upper_m", "reversed_band"),
        (feature(datum="QNH"), "/properties/datum", "unknown_datum"),
        (feature(direction="back"), "/properties/direction", "not_allowed"),
        (feature() | {"geometry": {"type": "Point"}}, "/geometry/type", "unknown_geometry"),
        (feature((0, 0)), "/geometry/coordinates", "too_few_points"),
        (feature((0, 0), (0, 0)), "/geometry/coordinates", "out_of_range"),
        (
            feature() | {"geometry": {"type": "LineString", "coordinates": [[LON, LAT]] * 6000}},
            "/geometry/coordinates",
            "too_many_vertices",
        ),
        (
            feature() | {"geometry": {"type": "LineString", "coordinates": [[LON, LAT], [LON, "x"]]}},
            "/geometry/coordinates/1",
            "wrong_type",
        ),
        (
            feature() | {"geometry": {"type": "LineString", "coordinates": [[LON, LAT], [LAT, LON]]}},
            "/geometry/coordinates/1",
            "probably_swapped_axes",
        ),
    ],
)
def test_each_fault_of_a_corridor_is_named(raw: object, pointer: str, code: str) -> None:
    """The pointer leads to the field and the code is stable."""
    result = parse_corridor(raw, REGION)
    assert isinstance(result, list)
    assert [(error.pointer, error.code) for error in result] == [(pointer, code)]


def test_a_flight_must_keep_its_whole_tolerance_inside_the_width() -> None:
    """80 m of width leave 20 m to each side of the centre line for the plan itself."""
    line = corridor()
    assert stays_in_corridor(fly((0, 20, 60), (1000, 20, 60)), 0, line, TOLERANCE) == [(0.0, 1.0)]
    assert stays_in_corridor(fly((0, 21, 60), (1000, 21, 60)), 0, line, TOLERANCE) == []
    half = stays_in_corridor(fly((0, 0, 60), (1000, 40, 60)), 0, line, TOLERANCE)
    assert half[0][1] == pytest.approx(0.5, abs=1e-3)


def test_a_flight_must_keep_its_whole_tolerance_inside_the_band() -> None:
    """40 to 110 m leave 45 to 105 m for the plan."""
    line = corridor()
    for height_m, inside in ((45, True), (44.9, False), (105, True), (105.1, False)):
        path = fly((0, 0, height_m), (1000, 0, height_m))
        assert bool(stays_in_corridor(path, 0, line, TOLERANCE)) is inside


def test_a_one_way_corridor_is_closed_against_its_direction() -> None:
    """Forward means along the line as drawn; a hover goes either way."""
    line = corridor(direction="forward")
    assert stays_in_corridor(fly((0, 0, 60), (1000, 0, 60)), 0, line, TOLERANCE)
    assert not stays_in_corridor(fly((1000, 0, 60), (0, 0, 60)), 0, line, TOLERANCE)
    assert stays_in_corridor(fly((500, 0, 50), (500, 0, 70)), 0, line, TOLERANCE)
    assert not stays_in_corridor(fly((500, 300, 50), (500, 300, 70)), 0, line, TOLERANCE)


def test_a_corridor_narrower_than_the_tolerance_holds_nothing() -> None:
    """40 m of width are used up by 20 m to each side."""
    assert not stays_in_corridor(fly((0, 1, 60), (1000, 1, 60)), 0, corridor(width_m=40.0), TOLERANCE)
    thin = corridor(lower_m=50.0, upper_m=59.0)
    assert not stays_in_corridor(fly((0, 0, 55), (1000, 0, 55)), 0, thin, TOLERANCE)


def test_corridors_are_found_by_the_cells_of_a_flight() -> None:
    """The set returns those that may touch, by id, and refuses two of one id."""
    corridors = CorridorSet.of([corridor(), corridor((0, 20_000), (900, 20_000), corridor_id="co_far")], REGION)
    cells = fly((0, 0, 60), (1000, 0, 60)).cells(REGION, 20.0)
    assert [item.corridor_id for item in corridors.candidates(cells)] == ["co_test"]
    with pytest.raises(ValueError, match="co_test"):
        CorridorSet.of([corridor(), corridor()], REGION)
