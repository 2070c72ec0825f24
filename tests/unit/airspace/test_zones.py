"""Zones: their attributes, their set, and the areas under them."""

from typing import Any

import pytest

from airspace.schedule import PERMANENT
from airspace.timebase import to_scene_s
from airspace.zones import Zone, ZoneSet, parse_zone, zone_to_feature
from tests.fakes.airspace_region import DEPARTURE, LAT, LON, REGION, box, degrees, ring, zone, zone_feature

AT_S = to_scene_s(DEPARTURE)
CIRCLE = {"type": "Point", "coordinates": [LON, LAT]}


def with_hole() -> dict[str, Any]:
    """Return two squares, the first with a hole."""
    outer = ring([(0, 0), (1000, 0), (1000, 1000), (0, 1000)])
    hole = ring([(400, 400), (600, 400), (600, 600), (400, 600)])
    other = ring([(2000, 0), (3000, 0), (3000, 1000)])
    return {"type": "MultiPolygon", "coordinates": [[outer, hole], [other]]}


@pytest.mark.parametrize(
    "feature",
    [
        zone_feature(box(0, 0, 100, 100)),
        zone_feature(with_hole(), upper_m=None, datum="AMSL", restriction="CONDITIONAL"),
        zone_feature(CIRCLE, radius_m=500, datum="HAE", reason="NATURE", authority="Parks", demonstration=True),
        zone_feature(
            box(0, 0, 100, 100),
            name_zh="测试区",
            message="Keep out",
            message_zh="禁止进入",
            source="demonstration value",
            applicability=[
                {"starts_at": "2026-01-01T00:00:00+08:00", "ends_at": None},
                {"weekly": [{"days": ["MO", "SU"], "from": "22:00", "to": "06:00"}]},
            ],
        ),
    ],
)
def test_a_zone_survives_its_feature(feature: dict[str, Any]) -> None:
    """Parsed, written and parsed again, every attribute is kept."""
    first = parse_zone(feature, REGION)
    assert isinstance(first, Zone), first
    written = zone_to_feature(first)
    second = parse_zone(written, REGION)
    assert isinstance(second, Zone), second
    assert zone_to_feature(second) == written
    for name, value in feature["properties"].items():
        if name not in ("applicability",):
            assert written["properties"][name] == value


def test_absent_applicability_means_permanent() -> None:
    """No list, and an empty one, hold always."""
    assert zone(box(0, 0, 100, 100)).applicability == PERMANENT
    assert zone(box(0, 0, 100, 100), applicability=[]).applicability == PERMANENT


def test_an_id_may_be_given_from_outside() -> None:
    """A body without an id takes the one the service made."""
    feature = zone_feature(box(0, 0, 100, 100))
    del feature["properties"]["zone_id"]
    parsed = parse_zone(feature, REGION, "zn_new")
    assert isinstance(parsed, Zone)
    assert parsed.zone_id == "zn_new"


BOW = {"type": "Polygon", "coordinates": [ring([(0, 0), (100, 100), (100, 0), (0, 100)])]}
OPEN = {"type": "Polygon", "coordinates": [ring([(0, 0), (100, 0), (100, 100), (0, 100)])[:-1]]}
OVERLAP = {
    "type": "MultiPolygon",
    "coordinates": [box(0, 0, 100, 100)["coordinates"], box(50, 50, 150, 150)["coordinates"]],
}
C = "/geometry/coordinates"


@pytest.mark.parametrize(
    ("feature", "pointer", "code"),
    [
        ([], "/type", "wrong_type"),
        ({"type": "Feature"}, "/properties", "missing"),
        (zone_feature(box(0, 0, 9, 9), name=None), "/properties/name", "missing"),
        (zone_feature(box(0, 0, 9, 9), name=7), "/properties/name", "wrong_type"),
        (zone_feature(box(0, 0, 9, 9), name="x" * 3000), "/properties/name", "too_long"),
        (zone_feature(box(0, 0, 9, 9), zone_id=None), "/properties/zone_id", "missing"),
        (zone_feature(box(0, 0, 9, 9), restriction="NO"), "/properties/restriction", "not_allowed"),
        (zone_feature(box(0, 0, 9, 9), datum="MSL"), "/properties/datum", "unknown_datum"),
        (zone_feature(box(0, 0, 9, 9), lower_m="0"), "/properties/lower_m", "wrong_type"),
        (zone_feature(box(0, 0, 9, 9), lower_m=None), "/properties/lower_m", "wrong_type"),
        (zone_feature(box(0, 0, 9, 9), upper_m=True), "/properties/upper_m", "wrong_type"),
        (zone_feature(box(0, 0, 9, 9), upper_m=1e9), "/properties/upper_m", "altitude_out_of_range"),
        (zone_feature(box(0, 0, 9, 9), lower_m=120.0), "/properties/upper_m", "reversed_band"),
        (zone_feature(box(0, 0, 9, 9), demonstration=1), "/properties/demonstration", "wrong_type"),
        (zone_feature(box(0, 0, 9, 9), applicability={}), "/properties/applicability", "wrong_type"),
        (zone_feature({"type": "LineString", "coordinates": []}), "/geometry/type", "unknown_geometry"),
        (zone_feature([]), "/geometry", "wrong_type"),  # type: ignore[arg-type]
        (zone_feature(CIRCLE), "/properties/radius_m", "radius_out_of_range"),
        (zone_feature(CIRCLE, radius_m=float("nan")), "/properties/radius_m", "radius_out_of_range"),
        (zone_feature(CIRCLE, radius_m=1e7), "/properties/radius_m", "radius_out_of_range"),
        (zone_feature({"type": "Point", "coordinates": [LON]}), C, "wrong_type"),
        (zone_feature({"type": "Point", "coordinates": [LAT, LON]}, radius_m=5), C, "probably_swapped_axes"),
        (zone_feature({"type": "Polygon", "coordinates": []}), C, "wrong_type"),
        (zone_feature({"type": "MultiPolygon", "coordinates": []}), C, "wrong_type"),
        (zone_feature({"type": "Polygon", "coordinates": [[[LON, None]] * 4]}), f"{C}/0/0", "wrong_type"),
        (zone_feature({"type": "Polygon", "coordinates": [[[LON, LAT]] * 4]}), f"{C}/0", "too_few_points"),
        (zone_feature(OPEN), f"{C}/0", "ring_not_closed"),
        (zone_feature({"type": "Polygon", "coordinates": [[[LON, LAT]] * 6000]}), C, "too_many_vertices"),
        (zone_feature({"type": "Polygon", "coordinates": [[[y, x] for x, y in ring([(0, 0), (9, 0), (9, 9)])]]}),
         f"{C}/0/0", "probably_swapped_axes"),
        (zone_feature({"type": "Polygon", "coordinates": [[[0, 0], [10, 0], [10, 10], [0, 0]]]}),
         f"{C}/0/0", "outside_service_area"),
        (zone_feature({"type": "Polygon", "coordinates": [[[0, 95], [10, 0], [10, 10], [0, 95]]]}),
         f"{C}/0/0", "latitude_out_of_range"),
        (zone_feature({"type": "Polygon", "coordinates": [[[200, 5], [10, 0], [10, 10], [200, 5]]]}),
         f"{C}/0/0", "longitude_out_of_range"),
        (zone_feature(BOW), C, "self_crossing"),
        (zone_feature(OVERLAP), C, "self_crossing"),
        (zone_feature(box(0, 0, 0.5, 0.5)), C, "area_too_small"),
        (zone_feature(box(-140_000, -140_000, 140_000, 140_000)), C, "area_too_large"),
    ],
)  # fmt: skip
def test_each_fault_of_a_zone_is_named(feature: object, pointer: str, code: str) -> None:
    """The pointer leads to the field and the code is stable."""
    result = parse_zone(feature, REGION)
    assert isinstance(result, list)
    assert [(error.pointer, error.code) for error in result] == [(pointer, code)]


def test_what_applies_at_a_point_knows_place_height_datum_and_time() -> None:
    """A zone from 50 to 100 m true height, by day, holds only inside, between and then; its edges belong to it."""
    by_day = [{"weekly": [{"days": ["MO"], "from": "08:00", "to": "18:00"}]}]
    zones = ZoneSet.of([zone(with_hole(), lower_m=50, upper_m=100, applicability=by_day)], REGION)

    def ids(x: float, y: float, alt_m: float, datum: Any = "AGL", at_s: float = AT_S) -> list[str]:
        return [z.zone_id for z in zones.airspace_at(*degrees(REGION, x, y), alt_m, datum, at_s)]

    assert ids(100, 100, 70) == ["zn_test"]
    assert ids(2900, 100, 70) == ["zn_test"]
    assert ids(500, 500, 70) == []
    assert ids(1500, 500, 70) == []
    assert ids(100, 100, 50) == ["zn_test"]
    assert ids(100, 100, 49.9) == []
    assert ids(100, 100, 49.9, "HAE") == ["zn_test"]
    assert ids(100, 100, 70, at_s=AT_S + 10 * 3600) == []


def test_a_zone_set_changes_by_making_another() -> None:
    """Adding, replacing and removing leave the old set as it was, and its index too."""
    old = ZoneSet.of([zone(box(0, 0, 100, 100))], REGION)
    place = degrees(REGION, 5050, 5050)
    moved = old.with_zone(zone(box(5000, 5000, 5100, 5100)))
    more = moved.with_zone(zone(box(5000, 5000, 5100, 5100), zone_id="zn_other"))
    assert [z.zone_id for z in old.airspace_at(*place, 50, "AGL", AT_S)] == []
    assert [z.zone_id for z in moved.airspace_at(*place, 50, "AGL", AT_S)] == ["zn_test"]
    assert [z.zone_id for z in more.airspace_at(*place, 50, "AGL", AT_S)] == ["zn_other", "zn_test"]
    assert [z.zone_id for z in more.without("zn_test").airspace_at(*place, 50, "AGL", AT_S)] == ["zn_other"]
    with pytest.raises(KeyError):
        old.without("zn_none")


def test_two_zones_of_one_id_are_no_set() -> None:
    """An id names one zone."""
    with pytest.raises(ValueError, match="zn_test"):
        ZoneSet.of([zone(box(0, 0, 9, 9)), zone(box(50, 0, 59, 9))], REGION)


def test_the_outline_of_a_circle_lies_around_it() -> None:
    """Drawn as a polygon a circle loses nothing."""
    area = zone(CIRCLE, radius_m=1000).area
    assert area.outline.area >= 3.14159265 * 1000**2
    assert area.outline.area < 3.143e6
    assert zone(box(0, 0, 10, 10)).area.outline.area == pytest.approx(100, rel=1e-4)
