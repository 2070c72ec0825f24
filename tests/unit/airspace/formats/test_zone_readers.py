"""Zones as others write them: what each format means, and what is said about what it cannot mean."""

import json
import math
from typing import Any

import pytest

from airspace.formats.zone_drafts import Finished
from airspace.formats.zone_files import ZoneFormat, read_zones
from airspace.schedule import active_within
from airspace.timebase import to_scene_s
from airspace.volumes import parse_instant
from tests.fakes.airspace_region import LAT, LON, REGION, degrees, hills, make_region

HILLS = make_region(hills())


def read(kind: ZoneFormat, document: Any, region: Any = REGION, **more: Any) -> Finished:
    numbers = iter(range(100))
    data = document if isinstance(document, bytes) else json.dumps(document, indent=1).encode()
    return read_zones(kind, data, region, new_id=lambda: f"zn_{next(numbers)}", **more)


def codes(found: Finished, severity: str = "error") -> list[str]:
    return [problem.code for problem in found.problems if problem.severity == severity]


def circle(**changes: Any) -> dict[str, Any]:
    """Return one geometry of an ED-269 zone."""
    return {
        "uomDimensions": "M",
        "lowerLimit": 0,
        "lowerVerticalReference": "AGL",
        "upperLimit": 120,
        "upperVerticalReference": "AGL",
        "horizontalProjection": {"type": "Circle", "center": [LON, LAT], "radius": 1000},
        **changes,
    }


def ed269(*geometries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    zone = {
        "identifier": "TST 01",
        "country": "CHN",
        "name": "Test",
        "type": "COMMON",
        "restriction": "REQ_AUTHORISATION",
        "reason": ["AIR_TRAFFIC"],
        "applicability": [{"permanent": "YES"}],
        "zoneAuthority": [{"name": "Tower", "phone": "110"}],
        "geometry": list(geometries) or [circle()],
        **changes,
    }
    return {"title": "t", "features": [zone]}


def holds(found: Finished, at: str) -> bool:
    instant = parse_instant(at, "")
    at_s = to_scene_s(instant)  # type: ignore[arg-type]
    return bool(active_within(found.zones[0].applicability, at_s, at_s))


def test_each_geometry_of_an_ed269_zone_is_a_zone_of_its_own() -> None:
    """Rings of different heights must become id_1, id_2, with their own bands, in metres also when given in feet."""
    wide = {"type": "Circle", "center": [LON, LAT], "radius": 2500}
    feet = circle(uomDimensions="FT", lowerLimit="250", upperLimit=400, horizontalProjection=wide)
    found = read("ed269", ed269(circle(), feet))
    assert codes(found) == []
    assert codes(found, "warning") == ["id_rewritten", "id_rewritten"]
    one, other = found.zones
    assert (one.zone_id, other.zone_id) == ("TST-01_1", "TST-01_2")
    assert (one.lower_m, one.upper_m, one.area.radius_m) == (0, 120, 1000)
    assert (other.lower_m, other.upper_m) == pytest.approx((76.2, 121.92))
    assert other.area.radius_m == pytest.approx(762)
    assert (one.restriction, one.reason, one.authority) == ("REQ_AUTHORISATION", "AIR_TRAFFIC", "Tower; 110")


def test_limits_over_different_datums_are_taken_outwards_over_the_ground() -> None:
    """Over hills a band from 50 m AGL to 300 m AMSL must reach from the lowest ground below it, and say so."""
    mixed = circle(lowerLimit=50, upperLimit=300, upperVerticalReference="AMSL")
    found = read("ed269", ed269(mixed), HILLS)
    assert codes(found, "warning")[0] == "mixed_datums"
    zone = found.zones[0]
    x0, y0, x1, y1 = zone.area.bounds_m
    lat, lon = HILLS.frame.to_lat_lon([x0, x1], [y0, y1])
    low, _ = HILLS.altitude.terrain.range_amsl_m(lat.min(), lon.min(), lat.max(), lon.max())
    assert (zone.datum, zone.upper_m) == ("AMSL", 300)
    assert low + 50 - 1 <= zone.lower_m <= low + 50.001


def test_clock_times_are_utc_unless_they_say_otherwise() -> None:
    """22:00Z on a Sunday is 06:00 on Monday in Beijing; with an offset the same clock is another time."""
    schedule = {"day": ["SUN"], "startTime": "22:00:00.00Z", "endTime": "10:00:00.00Z"}
    found = read("ed269", ed269(applicability=[{"permanent": "YES", "schedule": [schedule]}]))
    for at, expected in (
        ("2026-03-01T21:59:00Z", False),
        ("2026-03-01T22:01:00Z", True),
        ("2026-03-02T09:59:00Z", True),
        ("2026-03-02T10:01:00Z", False),
        ("2026-03-02T22:01:00Z", False),
    ):
        assert holds(found, at) is expected, at
    local = {"day": ["MON"], "startTime": "06:00+08:00", "endTime": "18:00+08:00"}
    same = read("ed269", ed269(applicability=[{"permanent": "YES", "schedule": [local]}]))
    assert same.zones[0].applicability == found.zones[0].applicability


def test_a_whole_day_by_utc_is_two_parts_in_beijing() -> None:
    """A Monday from 00:00Z to 24:00Z must hold from 08:00 on Monday to 08:00 on Tuesday in Beijing."""
    whole = {"day": ["MON"], "startTime": "00:00:00Z", "endTime": "24:00:00Z"}
    found = read("ed269", ed269(applicability=[{"permanent": "YES", "dailyPeriod": [whole]}]))
    for at, expected in (
        ("2026-03-02T07:59:00+08:00", False),
        ("2026-03-02T08:01:00+08:00", True),
        ("2026-03-03T07:59:00+08:00", True),
        ("2026-03-03T08:01:00+08:00", False),
    ):
        assert holds(found, at) is expected, at


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"geometry": [circle(lowerLimit=200)]}, "reversed_band", "/features/0/geometry/0/upperLimit"),
        ({"geometry": [circle(upperLimit=-5)]}, "reversed_band", "/features/0/geometry/0/upperLimit"),
        ({"geometry": [circle(lowerLimit=-9_000)]}, "altitude_out_of_range", "/features/0/geometry/0/lowerLimit"),
        ({"geometry": [circle(uomDimensions="NM")]}, "unknown_unit", "/features/0/geometry/0/uomDimensions"),
        (
            {"geometry": [circle(upperVerticalReference="QNE")]},
            "unknown_datum",
            "/features/0/geometry/0/upperVerticalReference",
        ),
        ({"geometry": []}, "missing", "/features/0/geometry"),
        ({"restriction": "NO_FLY"}, "not_allowed", "/features/0/restriction"),
        (
            {"applicability": [{"permanent": "NO", "startDateTime": "soon"}]},
            "malformed_time",
            "/features/0/applicability",
        ),
        (
            {"applicability": [{"schedule": [{"day": ["FUNDAY"]}]}]},
            "unknown_day",
            "/features/0/applicability/0/schedule/0/day",
        ),
        ({"applicability": [{"schedule": [{"day": ["MON"], "startTime": "25:00"}]}]}, "malformed_time", None),
    ],
)
def test_a_fault_of_an_ed269_zone_is_named_where_it_stands(
    change: dict[str, Any], code: str, field: str | None
) -> None:
    """Each fault must carry its code, the member of the file, and the line that member is on."""
    document = ed269(**change)
    found = read("ed269", document)
    (problem,) = [problem for problem in found.problems if problem.severity == "error"]
    assert problem.code == code
    if field is not None:
        assert problem.field == field
        line = json.dumps(document, indent=1).splitlines()[(problem.line or 0) - 1]
        assert f'"{field.rpartition("/")[2]}"' in line
    assert found.zones == []


def test_ed318_texts_are_taken_by_language_and_sunrise_is_refused() -> None:
    """English and Chinese texts must land in their fields; times of the sun must be named, not guessed."""
    properties: dict[str, Any] = {
        "identifier": "TST002",
        "type": "REQ_AUTHORIZATION",
        "name": [{"lang": "zh-CN", "text": "港口"}, {"lang": "en-GB", "text": "Harbour"}],
        "message": [{"lang": "zh-CN", "text": "请先联系"}],
    }
    layer = {"lower": 0, "lowerReference": "AGL", "upper": 400, "upperReference": "AGL", "uom": "ft"}
    extent = {"subType": "Circle", "radius": 1000}
    shape = {"type": "Point", "coordinates": [LON, LAT], "extent": extent, "layer": layer}
    feature = {"type": "Feature", "geometry": shape, "properties": properties}
    zone = read("ed318", {"type": "FeatureCollection", "features": [feature]}).zones[0]
    assert (zone.name, zone.name_zh, zone.message, zone.message_zh) == ("Harbour", "港口", None, "请先联系")
    assert zone.upper_m == pytest.approx(121.92)
    properties["limitedApplicability"] = [{"schedule": [{"day": ["MON"], "startEvent": "SR", "endEvent": "SS"}]}]
    found = read("ed318", {"type": "FeatureCollection", "features": [feature]})
    assert codes(found) == ["daylight_event"]


OPENAIR = """* test
AC {kind}
AN Test
AL {low}
AH {high}
{shape}
"""
_SQUARE = "DP 22:42:00 N 114:12:00 E\nDP 22:42:00 N 114:12:30 E\nDP 22:42:30 N 114:12:30 E\nDP 22:42:30 N 114:12:00 E"


def openair(kind: str = "P", low: str = "SFC", high: str = "500FT AGL", shape: str = _SQUARE) -> Finished:
    return read("openair", OPENAIR.format(kind=kind, low=low, high=high, shape=shape).encode())


@pytest.mark.parametrize(
    ("kind", "restriction"),
    [
        ("P", "PROHIBITED"),
        ("R", "REQ_AUTHORISATION"),
        ("CTR", "REQ_AUTHORISATION"),
        ("Q", "CONDITIONAL"),
        ("G", "NO_RESTRICTION"),
    ],
)
def test_openair_classes_become_restrictions(kind: str, restriction: str) -> None:
    """Each class must have the restriction the guide lists."""
    assert openair(kind).zones[0].restriction == restriction


@pytest.mark.parametrize(
    ("low", "high", "band"),
    [
        ("GND", "500FT AGL", (0, 152.4, "AGL")),
        ("SFC", "120M AGL", (0, 120, "AGL")),
        ("100 FT MSL", "2000ft AMSL", (30.48, 609.6, "AMSL")),
        ("1000", "2000", (304.8, 609.6, "AMSL")),
        ("300FT AGND", "UNL", (91.44, None, "AGL")),
        ("100M MSL", "FL30", (100, 914.4, "AMSL")),
    ],
)
def test_openair_heights_are_feet_over_sea_level_unless_they_say_otherwise(
    low: str, high: str, band: tuple[float, float | None, str]
) -> None:
    """Units, datums, surface, flight levels and no limit must be read as written."""
    zone = openair(low=low, high=high).zones[0]
    assert zone.lower_m == pytest.approx(band[0])
    assert zone.upper_m == (None if band[1] is None else pytest.approx(band[1]))
    assert zone.datum == band[2]


@pytest.mark.parametrize("direction", ["+", "-"])
def test_openair_arcs_keep_within_half_a_metre(direction: str) -> None:
    """A quarter circle must be followed clockwise or not, from its first to its last point."""
    shape = f"V D={direction}\nV X=22:42:00 N 114:12:00 E\nDA 0.5,0,90\nDP 22:42:00 N 114:12:00 E"
    found = openair(shape=shape)
    assert codes(found) == []
    area = found.zones[0].area.geometry.area
    quarter = math.pi * 926.0**2 / 4
    assert area == pytest.approx(quarter if direction == "+" else 3 * quarter, rel=2e-3)


@pytest.mark.parametrize(
    ("given", "code", "line"),
    [
        ({"kind": "XYZ"}, "not_allowed", 2),
        ({"low": "high up"}, "malformed_line", 4),
        ({"low": "200M AGL", "high": "100M AGL"}, "reversed_band", 5),
        ({"shape": "DP 22:61:00 N 114:12:00 E"}, "malformed_line", 6),
        ({"shape": "DP 114:12:00 E 22:42:00 N"}, "malformed_line", 6),
        (
            {"shape": "DP 22:42 N 114:12 E\nDP 22:43 N 114:13 E\nDP 22:42 N 114:13 E\nDP 22:43 N 114:12 E"},
            "self_crossing",
            6,
        ),
        ({"shape": "DC 3"}, "malformed_line", 6),
        ({"shape": "V X=22:42:00 N 114:12:00 E\nDC -3"}, "malformed_line", 7),
        ({"shape": ""}, "missing", 2),
        ({"shape": "DP 48:00 N 11:00 E\nDP 48:01 N 11:00 E\nDP 48:00 N 11:01 E"}, "outside_service_area", 6),
    ],
)
def test_a_fault_of_an_openair_file_is_named_with_its_line(given: dict[str, str], code: str, line: int) -> None:
    """Each line that cannot be read or judged must be named by number."""
    found = openair(**given)
    assert (codes(found)[0], found.problems[0].line) == (code, line)
    assert found.zones == []


def test_kml_drawn_from_the_ground_up_has_that_band() -> None:
    """An extruded polygon at one height over the ground must be a band from 0 to it."""
    corners = [degrees(REGION, x, y) for x, y in ((0, 0), (300, 0), (300, 300), (0, 0))]
    ring = " ".join(f"{lon},{lat},90" for lat, lon in corners)
    kml = (
        "<kml><Placemark><name>Tower</name><Polygon><extrude>1</extrude><altitudeMode>relativeToGround</altitudeMode>"
        f"<outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        "<Placemark><Point><coordinates>114.2,22.7</coordinates></Point></Placemark></kml>"
    )
    found = read("kml", kml.encode(), defaults={"restriction": "PROHIBITED"})
    assert codes(found) == []
    assert codes(found, "warning") == ["ignored"]
    zone = found.zones[0]
    assert (zone.name, zone.lower_m, zone.upper_m, zone.datum) == ("Tower", 0, 90, "AGL")


def test_two_zones_of_one_identifier_are_named() -> None:
    """A file that uses an identifier twice must say so at the second."""
    document = ed269()
    document["features"].append(document["features"][0])
    found = read("ed269", document)
    assert codes(found) == ["not_unique"]
    assert found.errors[0].field == "/features/1/identifier"
