"""Files of other systems through the API: zones and plans in and out, on a real server."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from airspace.coordinates import gcj02_from_wgs84
from airspace.grid_codes import grid_cell, grid_code
from tests.fakes import filing
from tests.fakes.filing import expect_approved, expect_problem, expect_refused, plan, point, square, window, zone

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]
FILE = {"Content-Type": "application/octet-stream"}
ZONE_FORMATS = ("geojson", "ed269", "ed318", "kml", "kmz", "openair")


@pytest.fixture
def firm(as_role: AsRole) -> httpx.Client:
    return as_role("operator")


@pytest.fixture
def regulator(as_role: AsRole) -> httpx.Client:
    return as_role("regulator")


@pytest.fixture
def withdraw(regulator: httpx.Client) -> Iterator[list[str]]:
    """Return a list; zones whose ids are put into it are withdrawn after the test."""
    made: list[str] = []
    yield made
    for zone_id in made:
        assert regulator.delete(f"/v1/zones/{zone_id}").status_code in (204, 404)


def flight(firm: httpx.Client) -> dict[str, Any]:
    return plan(filing.register(firm), window(), [point(-500, 0, 50), point(500, 0, 50)])


def content(data: bytes, kind: str) -> dict[str, Any]:
    """Return the arguments that send a file of a format."""
    return {
        "content": data,
        "headers": {"Content-Type": "application/json"} if kind in ("geojson", "ed269", "ed318") else FILE,
    }


@pytest.mark.parametrize("kind", ZONE_FORMATS)
def test_zones_go_out_and_come_back_in_every_format(
    firm: httpx.Client, regulator: httpx.Client, withdraw: list[str], kind: str
) -> None:
    """Exported zones must import, replace themselves by equal ones, and refuse the same flights as before."""
    zone_id = f"zn_out_{kind}"
    withdraw.append(zone_id)
    body = zone(square(0, 0, 100), zone_id=zone_id, name="Fair", name_zh="庙会", message_zh="禁止飞行", reason="crowd")
    published = regulator.post("/v1/zones", json=body)
    assert published.status_code == 201, published.text
    here = {"bbox": "114.199,22.699,114.201,22.701"}
    file = firm.get("/v1/zones/export", params={"format": kind, **here})
    assert file.status_code == 200
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.content == firm.get("/v1/zones", params={"format": kind, **here}).content
    path = f"/v1/zones/import?format={kind}"
    tried = regulator.post(f"{path}&dry_run=true", **content(file.content, kind))
    assert tried.status_code == 200, tried.text
    assert (tried.json()["valid"], tried.json()["errors"], tried.json()["warnings"]) == (1, [], [])
    (read,) = tried.json()["zones"]
    assert (read["replaces_version"], read["name_zh"], read["radius_m"]) == (1, "庙会", None)
    assert read["geometry"] == published.json()["geometry"]
    done = regulator.post(path, **content(file.content, kind))
    assert done.status_code == 200, done.text
    after = firm.get(f"/v1/zones/{zone_id}").json()
    assert after["properties"].pop("version") == 2
    before = published.json()
    before["properties"].pop("version")
    for feature in (before, after):
        feature["properties"].pop("published_at")
    assert after == before
    expect_refused(firm, flight(firm), "zone_prohibited")


ED269 = {
    "title": "test",
    "features": [
        {
            "identifier": "TSTED01",
            "country": "CHN",
            "name": "Aerodrome",
            "type": "COMMON",
            "restriction": "PROHIBITED",
            "reason": ["AIR_TRAFFIC"],
            "applicability": [{"permanent": "YES"}],
            "zoneAuthority": [{"name": "Tower", "phone": "110"}],
            "geometry": [
                {
                    "uomDimensions": "M",
                    "lowerLimit": 0,
                    "lowerVerticalReference": "AGL",
                    "upperLimit": 120,
                    "upperVerticalReference": "AGL",
                    "horizontalProjection": {"type": "Circle", "center": [114.2, 22.7], "radius": 150},
                }
            ],
        }
    ],
}


def test_a_dry_run_lists_every_problem_and_the_impact_and_publishes_nothing(
    firm: httpx.Client, regulator: httpx.Client
) -> None:
    """Each bad zone must be named with its field and line, good ones counted, plans counted once, and nothing be done."""
    good = regulator.post("/v1/zones/import?format=ed269&dry_run=true", **content(json.dumps(ED269).encode(), "ed269"))
    others = set(good.json()["impact"]["filed"])  # of the tests before
    filed = expect_approved(firm, flight(firm))["plan_id"]
    broken = json.loads(json.dumps(ED269))
    bad = json.loads(json.dumps(ED269["features"][0]))
    bad["geometry"][0]["lowerLimit"] = 200
    bad["restriction"] = "MAYBE"
    swapped = json.loads(json.dumps(ED269["features"][0]))
    swapped["geometry"][0]["horizontalProjection"]["center"].reverse()
    broken["features"] += [bad, swapped]
    text = json.dumps(broken, indent=1).encode()
    tried = regulator.post("/v1/zones/import?format=ed269&dry_run=true", **content(text, "ed269"))
    assert tried.status_code == 200, tried.text
    found = {(e["field"], e["code"]) for e in tried.json()["errors"]}
    assert found == {
        ("/features/1/restriction", "not_allowed"),
        ("/features/1/geometry/0/upperLimit", "reversed_band"),
        ("/features/2/geometry/0/horizontalProjection", "probably_swapped_axes"),
    }
    lines = text.decode().splitlines()
    for error in tried.json()["errors"]:
        name = error["field"].rpartition("/")[2]
        assert f'"{name}"' in lines[error["line"] - 1]
        assert error["detail_zh"]
    assert set(tried.json()["impact"]["filed"]) == {*others, filed}
    assert tried.json()["impact"]["counts"] == {"filed": len(others) + 1, "airborne": 0}
    refused = expect_problem(
        regulator.post("/v1/zones/import?format=ed269", **content(text, "ed269")), 422, "import_failed"
    )
    assert len(refused["problems"]) == 3
    assert firm.get("/v1/zones/TSTED01").status_code == 404
    filing.step(firm, filed, "cancel")


def test_a_thousand_zones_are_published_in_one_go_or_not_at_all(
    firm: httpx.Client, regulator: httpx.Client, withdraw: list[str]
) -> None:
    """A file of many zones must be in force whole once it is answered, and one bad zone must keep all of them out."""
    base = {"restriction": "CONDITIONAL", "upper_m": 30}
    features = [
        zone(square(n % 40 * 60 - 1200, n // 40 * 60 - 1500, 20), zone_id=f"zn_many_{n}", **base) for n in range(1_000)
    ]
    broken = {
        "type": "FeatureCollection",
        "features": [*features, zone(square(0, 0, 20), zone_id="zn_bad", lower_m=500)],
    }
    expect_problem(regulator.post("/v1/zones/import?format=geojson", json=broken, timeout=60), 422, "import_failed")
    assert firm.get("/v1/zones/zn_many_0").status_code == 404
    withdraw.extend(f"zn_many_{n}" for n in range(1_000))
    whole = {"type": "FeatureCollection", "features": features}
    done = regulator.post("/v1/zones/import?format=geojson", json=whole, timeout=60)
    assert done.status_code == 200, done.text
    assert done.json()["valid"] == 1_000
    listed = firm.get("/v1/zones", params={"bbox": "114.14,22.67,114.34,22.76"}).json()["items"]
    assert {f"zn_many_{n}" for n in range(1_000)} <= {item["properties"]["zone_id"] for item in listed}


def test_gcj02_files_are_moved_to_where_they_belong(
    firm: httpx.Client, regulator: httpx.Client, withdraw: list[str]
) -> None:
    """A file declared to be in GCJ-02 must be published some 600 m away from its numbers, at the WGS-84 place."""
    body = zone(square(0, 0, 100), zone_id="zn_gcj")
    ring = body["geometry"]["coordinates"][0]
    lat, lon = gcj02_from_wgs84([p[1] for p in ring], [p[0] for p in ring])
    moved = json.loads(json.dumps(body))
    moved["geometry"]["coordinates"] = [[[b, a] for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]]
    withdraw.append("zn_gcj")
    done = regulator.post(
        "/v1/zones/import?format=geojson&crs=GCJ02", json={"type": "FeatureCollection", "features": [moved]}
    )
    assert done.status_code == 200, done.text
    assert [w["code"] for w in done.json()["warnings"]] == ["crs_converted"]
    kept = firm.get("/v1/zones/zn_gcj").json()["geometry"]["coordinates"][0]
    for one, other in zip(kept, ring, strict=True):
        assert one == pytest.approx(other, abs=1e-8)


def test_kml_without_data_is_read_with_the_callers_defaults(
    firm: httpx.Client, regulator: httpx.Client, withdraw: list[str]
) -> None:
    """A drawn polygon must be refused without a restriction, naming the Placemark and its line, and taken with defaults."""
    ring = " ".join(f"{lon},{lat},0" for lon, lat in zone(square(0, 0, 80))["geometry"]["coordinates"][0])
    kml = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n<Placemark>\n<name>Pond</name>\n<Polygon><outerBoundaryIs>'
        f"<LinearRing><coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark></Document></kml>"
    ).encode()
    found = expect_problem(
        regulator.post("/v1/zones/import?format=kml", content=kml, headers=FILE), 422, "import_failed"
    )
    assert {p["line"] for p in found["problems"]} == {2}
    params = {"format": "kml", "restriction": "PROHIBITED", "lower_m": 0, "upper_m": 60, "datum": "AGL"}
    done = regulator.post("/v1/zones/import", params=params, content=kml, headers=FILE)
    assert done.status_code == 200, done.text
    withdraw.extend(done.json()["zone_ids"])
    expect_refused(firm, flight(firm), "zone_prohibited")


def _bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", b" " * (64 << 20))
    return buffer.getvalue()


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><kml>&b;</kml>'
MANY = (
    "<kml><Placemark><Polygon><outerBoundaryIs><LinearRing><coordinates>{}</coordinates></LinearRing></outerBoundaryIs>"
    "</Polygon></Placemark></kml>"
)


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("kml", LAUGHS, "forbidden_xml"),
        ("kml", b"<kml><Document>", "unexpected_end"),
        ("kml", b"<kml>" + b"<a>" * 5_000, "too_deep"),
        ("kml", b"\x00\xff\xfe", "malformed_xml"),
        ("kml", b"", "unexpected_end"),
        ("kml", MANY.format("114.2,22.7 " * 1_000_001).encode(), "too_many"),
        ("kml", MANY.format("114.2,22.7 " * 100_000).encode(), "too_many_vertices"),
        ("kml", MANY.format("nan,22.7 1,2 3,4").encode(), "wrong_type"),
        ("kmz", _bomb(), "archive_too_large"),
        ("kmz", b"PK\x03\x04 not really", "malformed_archive"),
        ("kmz", _bomb()[:-40], "malformed_archive"),
        ("openair", b"AC Q\nAN X\nAL GND\nAH 100M AGL\nDP 22:42:00 N 114:12:00\n", "malformed_line"),
        ("openair", b"\x00\x01\x02", "malformed_line"),
        ("openair", b"", "missing"),
        ("ed269", b'{"features": [{"geometry": [', "malformed_json"),
        ("ed269", b'{"UASZoneList": 7}', "missing"),
        ("ed318", b'{"type": "FeatureCollection"}', "missing"),
        ("ed318", b'{"features": [{"properties": {}, "geometry": {"layer": {"upper": NaN}}}]}', "not_finite"),
        ("geojson", b"[" * 2_000 + b"]" * 2_000, "too_deep"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_hostile_files_get_a_clear_code_in_good_time(
    regulator: httpx.Client, kind: str, data: bytes, code: str
) -> None:
    """Bombs, endless outlines, cut and nonsense files must be named by a stable code, with nothing published."""
    tried = regulator.post(f"/v1/zones/import?format={kind}&dry_run=true", **content(data, kind), timeout=60)
    assert tried.status_code == 200, tried.text[:500]
    assert code in {error["code"] for error in tried.json()["errors"]}, tried.json()["errors"][:3]
    assert regulator.post(f"/v1/zones/import?format={kind}", **content(data, kind), timeout=60).status_code == 422


# -- plans -------------------------------------------------------------------------------------------------------------

PLAN_FORMATS = ("qgc", "waypoints", "mavlink", "wpml", "kml", "kmz", "geojson", "csv")


@pytest.mark.parametrize("kind", PLAN_FORMATS)
def test_plans_go_out_and_come_back_ready_to_file(firm: httpx.Client, as_role: AsRole, kind: str) -> None:
    """An exported plan must import to a body that files as it stands and flies the same way; others' plans are 404."""
    route = [
        point(-500, 700, 0),
        point(-500, 700, 60),
        point(0, 700, 60, hold_s=12),
        point(500, 700, 60),
        point(500, 700, 0),
    ]
    body = plan(filing.register(firm), window(), route)
    filed = expect_approved(firm, body)
    file = firm.get(f"/v1/flight-plans/{filed['plan_id']}/export", params={"format": kind})
    assert file.status_code == 200, file.text
    expect_problem(
        as_role("operator", 1).get(f"/v1/flight-plans/{filed['plan_id']}/export", params={"format": kind}),
        404,
        "not_found",
    )
    filing.step(firm, filed["plan_id"], "cancel")
    known = {name: body[name] for name in ("aircraft_id", "departure_at", "operation_type", "priority")}
    params = {"format": kind, **known}
    read = firm.post("/v1/flight-plans/import", params=params, content=file.content, headers=FILE)
    assert read.status_code == 200, read.text
    assert read.json()["complete"], read.json()
    again = expect_approved(firm, read.json()["plan"])
    assert again["starts_at"] == filed["starts_at"]
    late_s = (datetime.fromisoformat(again["ends_at"]) - datetime.fromisoformat(filed["ends_at"])).total_seconds()
    assert abs(late_s) < 0.05  # 1e-7 degrees, what MAVLink carries, is a centimetre
    filing.step(firm, again["plan_id"], "cancel")


QGC = {
    "fileType": "Plan",
    "version": 1,
    "groundStation": "QGroundControl",
    "mission": {
        "version": 2,
        "vehicleType": 2,
        "hoverSpeed": 8,
        "cruiseSpeed": 15,
        "items": [
            {"type": "SimpleItem", "command": 22, "frame": 3, "params": [0, 0, 0, None, 22.7, 114.2, 40]},
            {"type": "SimpleItem", "command": 16, "frame": 3, "params": [5, 0, 0, None, 22.703, 114.203, 40]},
            {"type": "SimpleItem", "command": 16, "frame": 3, "params": [0, 0, 0, None, 22.706, 114.2, 45]},
        ],
    },
}


def test_heights_over_home_ask_for_its_elevation(firm: httpx.Client) -> None:
    """Without home's elevation the item and line must be named; with it, or the ground's, heights become AMSL."""
    data = json.dumps(QGC, indent=1).encode()
    path = "/v1/flight-plans/import"
    found = expect_problem(firm.post(path, params={"format": "qgc"}, content=data, headers=FILE), 422, "import_failed")
    assert [p["code"] for p in found["problems"]] == ["home_elevation_needed"]
    assert found["problems"][0]["field"] == "/mission/items/0"
    tried = firm.post(path, params={"format": "qgc", "dry_run": True}, content=data, headers=FILE).json()
    assert (tried["plan"], tried["complete"]) == (None, False)
    read = firm.post(path, params={"format": "qgc", "home_amsl_m": "30"}, content=data, headers=FILE).json()
    assert [(p["alt_m"], p["alt_datum"]) for p in read["plan"]["route"]["waypoints"]] == [
        (70, "AMSL"),
        (70, "AMSL"),
        (75, "AMSL"),
    ]
    assert read["missing"] == ["aircraft_id", "departure_at", "operation_type"]
    assert read["plan"]["route"]["cruise_speed_mps"] == 8
    ground = firm.post(path, params={"format": "qgc", "home_amsl_m": "ground"}, content=data, headers=FILE).json()
    assert ground["plan"]["route"]["waypoints"][0]["alt_datum"] == "AMSL"


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        ("qgc", b"{}", "wrong_type"),
        ("qgc", b'{"fileType": "Plan", "mission": {"version": 1}}', "unknown_version"),
        ("waypoints", b"QGC WPL 110\n0\t1\t0\n", "malformed_line"),
        ("waypoints", b"QGC WPL 100\n", "unknown_version"),
        ("waypoints", b"QGC WPL 110\n0 1 0 16 0 0 0 0 22.7 114.2 nan 1\n", "not_finite"),
        ("waypoints", b"\xff\xfe", "wrong_encoding"),
        ("mavlink", b"\xfd\x00\x00", "missing"),
        ("mavlink", b'{"items": [{"frame": 3}]}', "wrong_type"),
        ("wpml", b"PK\x03\x04", "malformed_archive"),
        ("wpml", LAUGHS, "forbidden_xml"),
        ("kml", b"<kml/>", "missing"),
        (
            "geojson",
            b'{"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[114.2, 22.7], [114.3, 22.7]]}}',
            "datum_missing",
        ),
        ("geojson", b'{"type": "LineString", "coordinates": [[NaN, 22.7]]}', "not_finite"),
        ("csv", b"a,b\n", "missing"),
        ("csv", b"lat,lon,alt_m,alt_datum\n22.7,114.2,x,AGL\n", "not_finite"),
        (
            "csv",
            b"lat,lon,alt_m,alt_datum\n114.2,22.7,50,AGL\n114.3,22.7,50,AGL\n# cruise_speed_mps: 9\n",
            "probably_swapped_axes",
        ),
    ],
    ids=lambda value: str(value)[:24],
)
def test_hostile_plans_get_a_clear_code(firm: httpx.Client, kind: str, data: bytes, code: str) -> None:
    """Cut, nonsense and hostile mission files must be named by a stable code and never be 500."""
    params = {"format": kind, "dry_run": True}
    tried = firm.post("/v1/flight-plans/import", params=params, content=data, headers=FILE)
    assert tried.status_code == 200, tried.text[:500]
    assert code in {error["code"] for error in tried.json()["errors"]}, tried.json()["errors"][:3]
    assert tried.json()["plan"] is None


def test_a_format_nobody_reads_is_named(firm: httpx.Client, regulator: httpx.Client) -> None:
    """Unknown formats must be 422 with the list of known ones, and unknown types of body 415."""
    expect_problem(firm.post("/v1/flight-plans/import?format=docx", content=b"x", headers=FILE), 422, "unknown_format")
    expect_problem(regulator.post("/v1/zones/import?format=docx", content=b"x", headers=FILE), 422, "unknown_format")
    wrong = {"Content-Type": "image/png"}
    expect_problem(
        firm.post("/v1/flight-plans/import?format=csv", content=b"x", headers=wrong), 415, "unsupported_media_type"
    )


# -- grids -------------------------------------------------------------------------------------------------------------


def test_any_point_shows_its_grid_codes_and_cells(firm: httpx.Client) -> None:
    """Every level and resolution must be shown, the code must lead back to the place, and GCJ-02 points be moved first."""
    found = firm.get("/v1/airspace/grid", params={"lat_deg": 22.5431, "lon_deg": 114.0579, "level": 5}).json()
    assert found["beidou"]["code"] == grid_code(22.5431, 114.0579, 5) == found["beidou_codes"]["5"]
    west, south, east, north = found["beidou"]["bbox"]
    assert west <= 114.0579 < east
    assert south <= 22.5431 < north
    assert len(found["beidou"]["neighbours"]) == 8
    assert set(found["h3_cells"]) == {str(res) for res in range(4, 13)}
    by_code = firm.get("/v1/airspace/grid", params={"code": found["beidou"]["code"]}).json()
    assert by_code["beidou"]["bbox"] == found["beidou"]["bbox"]
    by_cell = firm.get("/v1/airspace/grid", params={"h3": found["h3_cells"]["9"]}).json()
    assert by_cell["h3"]["resolution"] == 9
    gcj = found["gcj02"]
    back = firm.get("/v1/airspace/grid", params={**gcj, "crs": "GCJ02"}).json()
    assert (back["lat_deg"], back["lon_deg"]) == pytest.approx((22.5431, 114.0579), abs=1e-9)
    at = firm.get("/v1/airspace/at", params={"lat_deg": 22.7, "lon_deg": 114.2}).json()
    assert at["beidou_codes"]["10"] == grid_code(22.7, 114.2)
    for bad in (
        {},
        {"lat_deg": 22.7},
        {"code": "N50F9"},
        {"h3": "zz"},
        {"lat_deg": 22.7, "lon_deg": 114.2, "code": "N50F"},
    ):
        expect_problem(firm.get("/v1/airspace/grid", params=bad), 422, "invalid_parameter")


def test_grid_codes_and_cells_name_places_in_queries(
    firm: httpx.Client, regulator: httpx.Client, withdraw: list[str]
) -> None:
    """`grid` and `h3` must find the zones a box would, and not those outside; two places at once are refused."""
    body = zone(square(0, 0, 30), zone_id="zn_grid")
    assert regulator.post("/v1/zones", json=body).status_code == 201
    withdraw.append("zn_grid")
    lat, lon = filing.place(0, 0)
    codes = firm.get("/v1/airspace/grid", params={"lat_deg": lat, "lon_deg": lon}).json()
    far = firm.get("/v1/airspace/grid", params={"lat_deg": 22.74, "lon_deg": 114.30}).json()

    def found(**params: str) -> bool:
        items = firm.get("/v1/zones", params=params).json()["items"]
        return "zn_grid" in {item["properties"]["zone_id"] for item in items}

    assert found(grid=codes["beidou_codes"]["5"])
    assert found(h3=codes["h3_cells"]["10"])
    assert not found(grid=far["beidou_codes"]["4"])
    assert not found(h3=far["h3_cells"]["8"])
    cells = firm.get("/v1/airspace/cells", params={"h3": codes["h3_cells"]["7"], "res": 8}).json()["items"]
    assert codes["h3_cells"]["8"] in {cell["cell"] for cell in cells}
    box = grid_cell(codes["beidou_codes"]["4"])
    edges = f"{box.min_lon_deg},{box.min_lat_deg},{box.max_lon_deg},{box.max_lat_deg}"
    by_box = firm.get("/v1/airspace/cells", params={"bbox": edges}).json()["items"]
    assert firm.get("/v1/airspace/cells", params={"grid": box.code}).json()["items"] == by_box
    assert firm.get("/v1/tracks", params={"grid": box.code}).status_code == 200
    assert firm.get("/v1/tracks", params={"h3": codes["h3_cells"]["6"]}).status_code == 200
    expect_problem(firm.get("/v1/zones", params={"grid": box.code, "bbox": edges}), 422, "invalid_parameter")
    expect_problem(firm.get("/v1/tracks", params={"grid": "N61A"}), 422, "invalid_parameter")
