"""Missions as ground stations write them: what is flown, what is left out, and what no route can be made of."""

import json
from typing import Any

import pytest

from airspace.coordinates import gcj02_from_wgs84
from airspace.formats.route_files import RouteFormat, read_route
from airspace.formats.routes import FinishedRoute, RouteOptions
from tests.fakes.airspace_region import LAT, LON, REGION


def read(kind: RouteFormat, document: Any, **options: Any) -> FinishedRoute:
    data = document if isinstance(document, bytes) else json.dumps(document, indent=1).encode()
    return read_route(kind, {"wpmz/waylines.wpml": data}, RouteOptions(**options), REGION)


def codes(found: FinishedRoute, severity: str = "error") -> list[str]:
    return [p.code for p in found.problems if p.severity == severity and p.code != "not_in_file"]


def heights(found: FinishedRoute) -> list[tuple[float, str]]:
    assert found.body is not None, found.problems
    return [(point["alt_m"], point["alt_datum"]) for point in found.body["route"]["waypoints"]]


def item(
    command: int, *params: float | None, frame: int = 3, lat: float = 0, lon: float = 0, alt: float = 0
) -> dict[str, Any]:
    padded = [*params, *[0] * (4 - len(params))]
    return {"type": "SimpleItem", "command": command, "frame": frame, "params": [*padded, lat, lon, alt]}


def qgc(*items: dict[str, Any], **mission: Any) -> dict[str, Any]:
    whole = {"version": 2, "vehicleType": 2, "hoverSpeed": 6, "cruiseSpeed": 15, "plannedHomePosition": [LAT, LON, 3]}
    return {"fileType": "Plan", "version": 1, "mission": {**whole, "items": list(items), **mission}}


def at(n: int) -> dict[str, float]:
    return {"lat": LAT + n * 1e-3, "lon": LON + n * 1e-3}


def test_a_whole_mission_is_flown_from_take_off_to_the_return() -> None:
    """Climb, waypoints, speeds, holds and the way home must become waypoints in order, heights over sea level."""
    found = read(
        "qgc",
        qgc(
            item(22, alt=40),
            item(16, 5, **at(1), alt=40),
            item(178, 1, 9),
            item(206, 25),
            item(93, 7),
            item(19, 30, **at(2), alt=50, frame=10),
            item(20, frame=2),
        ),
    )
    assert codes(found) == []
    assert codes(found, "warning") == ["ignored_command"]
    assert heights(found) == [(3, "AMSL"), (43, "AMSL"), (43, "AMSL"), (50, "AGL"), (50, "AGL"), (3, "AMSL")]
    assert found.body is not None
    route = found.body["route"]
    assert route["cruise_speed_mps"] == 6
    assert [p.get("speed_mps") for p in route["waypoints"]] == [None, None, 9, 9, 9, 9]
    assert [p.get("hold_s") for p in route["waypoints"]] == [None, None, 12, 30, None, None]
    assert (route["waypoints"][-1]["lat_deg"], route["waypoints"][-1]["lon_deg"]) == (LAT, LON)


def test_a_survey_is_flown_by_the_items_it_was_planned_into() -> None:
    """Items inside a survey must be read in their place, and their faults named there."""
    inner = [item(16, **at(n), alt=40) for n in (1, 2)] + [item(16, **at(3), alt=40, frame=99)]
    survey = {"type": "ComplexItem", "complexItemType": "survey", "TransectStyleComplexItem": {"Items": inner}}
    found = read("qgc", qgc(item(22, alt=40), survey))
    assert codes(found) == ["unknown_frame"]
    assert found.problems[0].field == "/mission/items/1/TransectStyleComplexItem/Items/2"
    del inner[2]
    assert len(heights(read("qgc", qgc(item(22, alt=40), survey)))) == 4


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([item(16, **at(1), alt=40), item(177, 0, 3)], "unsupported_command"),
        ([item(17, **at(1), alt=40)], "unsupported_command"),
        ([item(18, 3, **at(1), alt=40)], "unsupported_command"),
        ([{"type": "ComplexItem", "complexItemType": "fwLandingPattern"}], "unsupported_command"),
        ([item(16, **at(1), alt=40)], "too_few_waypoints"),
        ([item(16, lat=LON, lon=LAT, alt=40), item(16, **at(1), alt=40)], "probably_swapped_axes"),
        ([item(16, **at(1), alt=40), item(16, lat=48.1, lon=11.5, alt=40)], "outside_service_area"),
        ([item(16, **at(1), alt=40), item(16, **at(2), alt=20_000)], "altitude_out_of_range"),
        ([{**item(16, **at(1)), "params": [0, 0, 0, 0, 22.7, "x", 0]}], "wrong_type"),
        ([{**item(16, **at(1)), "params": [0]}], "wrong_type"),
    ],
)
def test_what_no_route_can_be_made_of_is_named_by_item_and_line(items: list[dict[str, Any]], code: str) -> None:
    """Loops, endless waits, far and impossible places must be errors at their item."""
    document = qgc(*items)
    found = read("qgc", document)
    assert code in codes(found)
    problem = next(p for p in found.problems if p.code == code)
    assert problem.field.startswith("/mission/items/")
    assert problem.line is not None
    assert found.body is None


def test_the_elevation_of_home_is_asked_for_taken_and_doubted() -> None:
    """Home's elevation must come from the caller before the file, the ground on request, and be doubted when far off."""
    items = [item(16, **at(1), alt=40), item(16, **at(2), alt=40)]
    assert heights(read("qgc", qgc(*items)))[0] == (43, "AMSL")
    assert heights(read("qgc", qgc(*items), home_amsl_m=100.0))[0] == (140, "AMSL")
    assert heights(read("qgc", qgc(*items), home_amsl_m="ground"))[0] == (40, "AMSL")
    far = read("qgc", qgc(*items, plannedHomePosition=[LAT, LON, 300]))
    assert codes(far, "warning") == ["home_elevation_doubtful"]
    missing = read("qgc", qgc(*items, plannedHomePosition=None))
    assert codes(missing) == ["home_elevation_needed"]
    assert missing.problems[-1].field == "/mission/items/0"


def test_a_home_of_zeros_in_a_waypoint_file_says_nothing() -> None:
    """Row 0 at 0, 0 is what planners write before home is known; it must not be taken for a place in the ocean."""
    rows = "0\t1\t0\t16\t0\t0\t0\t0\t0\t0\t0\t1\n1\t0\t3\t16\t0\t0\t0\t0\t22.7\t114.2\t50\t1\n"
    found = read("waypoints", f"QGC WPL 110\n{rows}2\t0\t3\t16\t0\t0\t0\t0\t22.71\t114.2\t50\t1\n".encode())
    assert codes(found) == ["home_elevation_needed"]
    assert found.problems[-1].line == 3


WPML = """<kml xmlns:wpml="http://www.dji.com/wpmz/1.0.2"><Document><wpml:missionConfig>
<wpml:takeOffRefPoint>{home}</wpml:takeOffRefPoint></wpml:missionConfig><Folder>
<wpml:executeHeightMode>{mode}</wpml:executeHeightMode><wpml:autoFlightSpeed>7</wpml:autoFlightSpeed>
<Placemark><Point><coordinates>114.2,22.7</coordinates></Point><wpml:executeHeight>50</wpml:executeHeight>
<wpml:waypointSpeed>5</wpml:waypointSpeed><wpml:actionGroup><wpml:action><wpml:actionActuatorFunc>hover</wpml:actionActuatorFunc>
<wpml:actionActuatorFuncParam><wpml:hoverTime>8</wpml:hoverTime></wpml:actionActuatorFuncParam></wpml:action></wpml:actionGroup>
</Placemark><Placemark><Point><coordinates>114.205,22.7</coordinates></Point><wpml:executeHeight>60</wpml:executeHeight>
<wpml:waypointTurnParam><wpml:waypointTurnMode>coordinateTurn</wpml:waypointTurnMode></wpml:waypointTurnParam></Placemark>
<Placemark><Point><coordinates>114.205,22.705</coordinates></Point><wpml:executeHeight>60</wpml:executeHeight></Placemark>
</Folder></Document></kml>"""


@pytest.mark.parametrize(
    ("mode", "first"),
    [
        ("WGS84", (50, "HAE")),
        ("EGM96", (50, "AMSL")),
        ("aboveGroundLevel", (50, "AGL")),
        ("realTimeFollowSurface", (50, "AGL")),
        ("relativeToStartPoint", (47.5, "HAE")),
    ],
)
def test_heights_of_wpml_are_over_what_its_mode_says(mode: str, first: tuple[float, str]) -> None:
    """Each mode must be the datum DJI means; relative heights count from the ellipsoid height of the reference point."""
    found = read("wpml", WPML.format(mode=mode, home="22.7,114.2,-2.5").encode())
    assert codes(found) == []
    assert codes(found, "warning") == ["approximated"]
    assert heights(found)[0] == first
    assert found.body is not None
    waypoints = found.body["route"]["waypoints"]
    assert (waypoints[0]["speed_mps"], waypoints[0]["hold_s"]) == (5, 8)


def test_wpml_without_a_reference_point_asks_for_home() -> None:
    """Heights over a start nobody names must be asked for."""
    assert codes(read("wpml", WPML.format(mode="relativeToStartPoint", home="").encode())) == ["home_elevation_needed"]
    assert codes(read("wpml", WPML.format(mode="perhaps", home="").encode())) == ["unknown_datum"]


KML = (
    "<kml><Placemark><LineString>{mode}<coordinates>114.2,22.7,{alt} 114.205,22.705,{alt}</coordinates></LineString>"
    "</Placemark></kml>"
)


def test_kml_lines_are_over_what_their_mode_says() -> None:
    """absolute is AMSL, relativeToGround AGL; a clamped line needs a height from the caller."""
    for mode, datum in (("absolute", "AMSL"), ("relativeToGround", "AGL")):
        found = read(
            "kml", KML.format(mode=f"<altitudeMode>{mode}</altitudeMode>", alt=60).encode(), cruise_speed_mps=9.0
        )
        assert heights(found) == [(60, datum), (60, datum)]
    clamped = KML.format(mode="", alt=0).encode()
    assert codes(read("kml", clamped, cruise_speed_mps=9.0)) == ["heights_clamped"]
    given = read("kml", clamped, cruise_speed_mps=9.0, alt_m=60.0, alt_datum="AGL")
    assert heights(given) == [(60, "AGL"), (60, "AGL")]
    assert codes(read("kml", KML.format(mode="<altitudeMode>absolute</altitudeMode>", alt=60).encode())) == [
        "speed_missing"
    ]


def test_positions_declared_gcj02_are_judged_where_they_are() -> None:
    """The body must keep the declared CRS, and its length be that of the WGS-84 route."""
    places = [(LAT, LON), (LAT + 0.005, LON)]
    lat, lon = gcj02_from_wgs84([p[0] for p in places], [p[1] for p in places])
    plain = "".join(f"{a},{b},60,AGL\n" for a, b in places)
    moved = "".join(f"{a!r},{b!r},60,AGL\n" for a, b in zip(lat.tolist(), lon.tolist(), strict=True))
    head = "lat_deg,lon_deg,alt_m,alt_datum\n"
    one = read("csv", (head + plain).encode(), cruise_speed_mps=9.0)
    other = read("csv", (head + moved).encode(), cruise_speed_mps=9.0, crs="GCJ02")
    assert other.body is not None
    assert other.body["route"]["crs"] == "GCJ02"
    assert other.summary == one.summary


def test_tables_of_others_are_understood() -> None:
    """Semicolons, tabs, quotes and common column names must be read; unknown columns be said to be left out."""
    text = (
        '"Latitude";"Longitude";"Altitude";"alt_datum";"note"\n"22.7";"114.2";"60";"AGL";"a"\n22.705;114.2;60;AGL;b\n'
    )
    found = read("csv", text.encode(), cruise_speed_mps=9.0)
    assert heights(found) == [(60, "AGL"), (60, "AGL")]
    assert codes(found, "warning") == ["unknown_field"]
