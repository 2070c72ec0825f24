"""The published airspace as the API promises it: zones, imports, impact, policy, and what applies at a place."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import h3
import httpx
import pytest

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.filing import expect_approved, expect_problem, expect_refused, plan, point, square, text, window, zone
from utm.api.airspace import MAX_CELLS

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]
BOX = "114.14,22.67,114.34,22.76"


@pytest.fixture
def firm(as_role: AsRole) -> httpx.Client:
    return as_role("operator")


@pytest.fixture
def regulator(as_role: AsRole) -> httpx.Client:
    return as_role("regulator")


@pytest.fixture
def publish(regulator: httpx.Client) -> Iterator[Callable[..., str]]:
    """Return a function that publishes a zone and returns its id; all are withdrawn after the test."""
    made: list[str] = []

    def go(body: dict[str, Any]) -> str:
        answer = regulator.post("/v1/zones", json=body)
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["properties"]["zone_id"])
        return made[-1]

    yield go
    for zone_id in made:
        assert regulator.delete(f"/v1/zones/{zone_id}").status_code in (204, 404)


def flight(firm: httpx.Client, at: datetime | None = None, north_m: float = 0.0, alt_m: float = 50.0) -> dict[str, Any]:
    """Return a new aircraft's level flight from 500 m west to 500 m east of the middle."""
    route = [point(-500, north_m, alt_m), point(500, north_m, alt_m)]
    return plan(filing.register(firm), at or window(), route)


# -- zones and judgement -----------------------------------------------------------------------------------------------


def test_a_prohibited_zone_refuses_from_its_publication_to_its_withdrawal(
    firm: httpx.Client, regulator: httpx.Client, publish: Callable[..., str]
) -> None:
    """A flight through must be approved before, refused with the zone and the depth during, and approved after."""
    at = window()
    step_id = expect_approved(firm, flight(firm, at))["plan_id"]
    filing.step(firm, step_id, "cancel")
    zone_id = publish(zone(square(0, 0, 100), name="Fair", name_zh="庙会", message="No flights", message_zh="禁止飞行"))
    reason = expect_refused(firm, flight(firm, at), "zone_prohibited")
    assert (reason["zone_id"], reason["segment"]) == (zone_id, [0, 1])
    assert "Fair" in reason["detail"]
    assert "No flights" in reason["detail"]
    assert "庙会" in reason["detail_zh"]
    assert "禁止飞行" in reason["detail_zh"]
    # 400 m at 10 m/s to the square's edge, its tolerance 20 m before: 38 s.
    assert abs((datetime.fromisoformat(reason["starts_at"]) - at).total_seconds() - 38) < 0.2
    assert abs((datetime.fromisoformat(reason["ends_at"]) - at).total_seconds() - 62) < 0.2
    assert regulator.delete(f"/v1/zones/{zone_id}").status_code == 204
    expect_problem(regulator.get(f"/v1/zones/{zone_id}"), 404, "not_found")
    expect_approved(firm, flight(firm, at))


def test_a_changed_zone_holds_as_it_now_is(
    firm: httpx.Client, regulator: httpx.Client, publish: Callable[..., str]
) -> None:
    """PUT must move the zone, raise its version, honour If-Match and refuse a body that names another zone."""
    at = window()
    zone_id = publish(zone(square(0, 0, 100)))
    moved = zone(square(0, 2000, 100))
    answer = regulator.put(f"/v1/zones/{zone_id}", json=moved, headers={"If-Match": '"1"'})
    assert answer.status_code == 200, answer.text
    assert answer.json()["properties"]["version"] == 2
    expect_problem(regulator.put(f"/v1/zones/{zone_id}", json=moved, headers={"If-Match": '"1"'}), 409, "stale_version")
    expect_problem(regulator.delete(f"/v1/zones/{zone_id}", headers={"If-Match": '"1"'}), 409, "stale_version")
    other = zone(square(0, 0, 100), zone_id="zn_other")
    expect_problem(regulator.put(f"/v1/zones/{zone_id}", json=other), 422, "validation_failed")
    expect_problem(regulator.put("/v1/zones/zn_none", json=moved), 404, "not_found")
    expect_approved(firm, flight(firm, at))
    expect_refused(firm, flight(firm, at, north_m=2000), "zone_prohibited")


@pytest.mark.parametrize(
    ("restriction", "status", "code"),
    [
        ("PROHIBITED", 409, "zone_prohibited"),
        ("REQ_AUTHORISATION", 202, "zone_requires_authorisation"),
        ("CONDITIONAL", 201, "zone_conditional"),
        ("NO_RESTRICTION", 201, None),
    ],
)
def test_each_restriction_has_its_answer(
    firm: httpx.Client, publish: Callable[..., str], restriction: str, status: int, code: str | None
) -> None:
    """Prohibited refuses, authorisation makes pending, conditional warns, none says nothing."""
    zone_id = publish(zone(square(0, 0, 100), restriction=restriction))
    answer = filing.file(firm, flight(firm))
    assert answer.status_code == status
    about = [item["code"] for item in answer.json()["decision"]["reasons"] if item.get("zone_id") == zone_id]
    assert about == ([] if code is None else [code])


def test_the_edge_of_a_zone_may_be_touched_by_the_tolerance(firm: httpx.Client, publish: Callable[..., str]) -> None:
    """A flight 20 m beside, 5 m above and 7.5 s before or after must be approved; a little closer must not."""
    at = window()
    opens = at + timedelta(minutes=10)
    closes = opens + timedelta(minutes=10)
    times = [{"starts_at": text(opens), "ends_at": text(closes)}]
    publish(zone(square(0, 0, 100), lower_m=40, upper_m=60, applicability=times))
    during = opens + timedelta(minutes=2)
    aircraft = filing.register(firm)

    def outcome(departure: datetime, north_m: float = 0.0, alt_m: float = 50.0) -> str:
        route = [point(-500, north_m, alt_m), point(500, north_m, alt_m)]
        checked = firm.post("/v1/flight-plans/check", json=plan(aircraft, departure, route)).json()["decision"]
        codes = {item["code"] for item in checked["reasons"] if item["severity"] == "refuse"}
        assert codes <= {"zone_prohibited"}
        return str(checked["outcome"])

    assert [outcome(during, north_m=north_m) for north_m in (120.01, 119.99)] == ["approved", "refused"]
    assert [outcome(during, alt_m=alt_m) for alt_m in (65.01, 64.98, 34.99, 35.02)] == ["approved", "refused"] * 2
    # Inside from 38 s to 62 s after departure, widened by 7.5 s.
    for departure, expected in (
        (opens - timedelta(seconds=62 + 7.6), "approved"),
        (opens - timedelta(seconds=62 + 7.4), "refused"),
        (closes - timedelta(seconds=38 - 7.6), "approved"),
        (closes - timedelta(seconds=38 - 7.4), "refused"),
    ):
        assert outcome(departure) == expected, departure


@pytest.mark.parametrize("datum", ["AGL", "AMSL", "HAE"])
def test_a_zones_band_is_in_its_own_datum(firm: httpx.Client, publish: Callable[..., str], datum: str) -> None:
    """A band 60-100 must stop a flight filed at 62 m of the same datum and not one 5.5 m below the band."""
    publish(zone(square(0, 0, 100), lower_m=60, upper_m=100, datum=datum))
    for alt_m, code in ((62.0, "zone_prohibited"), (54.5, None)):
        route = [point(-500, 0, alt_m, datum), point(500, 0, alt_m, datum)]
        body = plan(filing.register(firm), window(), route)
        if code is None:
            expect_approved(firm, body)
        else:
            expect_refused(firm, body, code)


def test_weekly_times_are_beijing_times(firm: httpx.Client, publish: Callable[..., str]) -> None:
    """A zone active on one weekday from 08:00 to 09:00 Beijing time must refuse then and nowhen else."""
    at = window(50)  # to the second day after it, whatever hour it begins at
    day = (at + timedelta(days=1)).replace(hour=0, minute=30)  # 08:30 in Beijing
    name = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")[day.weekday()]
    publish(zone(square(0, 0, 100), applicability=[{"weekly": [{"days": [name], "from": "08:00", "to": "09:00"}]}]))
    expect_refused(firm, flight(firm, day), "zone_prohibited")
    expect_approved(firm, flight(firm, day + timedelta(hours=1)))
    expect_approved(firm, flight(firm, day + timedelta(days=1)))


def test_a_circle_and_a_hole_are_zones_too(firm: httpx.Client, publish: Callable[..., str]) -> None:
    """A Point with a radius must refuse inside it; the hole of a polygon must stay open."""
    lat, lon = filing.place(0, 0)
    circle = zone(square(0, 0, 1))
    circle["geometry"] = {"type": "Point", "coordinates": [lon, lat]}
    circle["properties"]["radius_m"] = 200
    zone_id = publish(circle)
    expect_refused(firm, flight(firm, north_m=219.9), "zone_prohibited")
    expect_approved(firm, flight(firm, north_m=220.1))
    assert firm.get(f"/v1/zones/{zone_id}").json()["geometry"] == circle["geometry"]
    holed = zone(square(0, 3000, 900))
    hole = [list(filing.place(*corner)[::-1]) for corner in square(0, 3000, 700)]
    holed["geometry"]["coordinates"].append([*hole, hole[0]])
    publish(holed)
    expect_approved(firm, flight(firm, north_m=3000))
    expect_refused(firm, flight(firm, north_m=3690), "zone_prohibited")


def test_the_airports_outline_is_prohibited(firm: httpx.Client) -> None:
    """A flight over the runways of Bao'an must be refused by the zone of ZGSZ."""
    route = [{"lat_deg": lat, "lon_deg": 113.81, "alt_m": 100.0, "alt_datum": "AGL"} for lat in (22.63, 22.64)]
    answer = filing.file(firm, plan(filing.register(firm), window(), route))
    assert answer.status_code == 409
    named = {item.get("zone_id") for item in answer.json()["decision"]["reasons"] if item["code"] == "zone_prohibited"}
    assert any("ZGSZ" in str(name).upper() for name in named), named


# -- reading, importing, impact ----------------------------------------------------------------------------------------


def test_a_zone_comes_back_as_it_was_published(
    regulator: httpx.Client, publish: Callable[..., str], firm: httpx.Client
) -> None:
    """Every property of the body must be answered by POST, GET and the list, with a place and a version."""
    body = zone(
        square(300, 300, 50), zone_id="zn_test_whole", name="Whole", name_zh="完整", reason="AIR_TRAFFIC",
        restriction="CONDITIONAL", lower_m=10, upper_m=90.5, datum="AMSL", authority="ATC", message="m",
        message_zh="中", applicability=[{"starts_at": "2027-01-01T00:00:00Z", "ends_at": "2027-02-01T00:00:00Z"}],
    )  # fmt: skip
    zone_id = publish(body)
    assert zone_id == "zn_test_whole"
    found = firm.get(f"/v1/zones/{zone_id}")
    assert found.headers["etag"] == '"1"'
    properties = found.json()["properties"]
    assert {name: properties[name] for name in body["properties"] if name != "applicability"} == {
        name: value for name, value in body["properties"].items() if name != "applicability"
    }
    period = properties["applicability"][0]
    assert [datetime.fromisoformat(period[name]) for name in ("starts_at", "ends_at")] == [
        datetime.fromisoformat(value) for value in ("2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z")
    ]
    listed = firm.get("/v1/zones", params={"bbox": BOX}).json()
    assert listed["type"] == "FeatureCollection"
    assert listed["items"] == listed["features"]
    assert found.json() in listed["items"]
    ring = found.json()["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert ring[0] == pytest.approx(body["geometry"]["coordinates"][0][0], abs=1e-7)
    expect_problem(regulator.post("/v1/zones", json=body), 409, "zone_exists")


def test_the_list_is_narrowed_by_place_and_time(firm: httpx.Client, publish: Callable[..., str]) -> None:
    """bbox and at must each leave out what lies elsewhere or is not active then; the free area holds no demo zone."""
    at = window()
    times = [{"starts_at": text(at), "ends_at": text(at + timedelta(hours=1))}]
    zone_id = publish(zone(square(0, 0, 50), applicability=times))

    def listed(**params: str) -> set[str]:
        return {item["properties"]["zone_id"] for item in firm.get("/v1/zones", params=params).json()["items"]}

    assert zone_id in listed(bbox=BOX)
    assert zone_id not in listed(bbox="113.8,22.5,113.9,22.6")
    assert zone_id in listed(bbox=BOX, at=text(at + timedelta(minutes=5)))
    assert zone_id not in listed(bbox=BOX, at=text(at + timedelta(hours=2)))
    assert len(listed()) > 20
    for bad in ("1,2,3", "a,b,c,d", "22.67,114.14,22.76,114.34", "nan,0,1,1", "114.3,22.6,114.1,22.7"):
        expect_problem(firm.get("/v1/zones", params={"bbox": bad}), 422, "invalid_bbox")


def test_an_import_is_tried_first_and_published_at_once(firm: httpx.Client, regulator: httpx.Client) -> None:
    """dry_run must publish nothing; without it all are published together; one fault must stop them all."""
    at = window()
    features = [zone(square(0, n * 500, 60), zone_id=f"zn_test_import_{n}") for n in range(3)]
    body = {"type": "FeatureCollection", "features": features}
    path = "/v1/zones/import?format=geojson"
    tried = regulator.post(f"{path}&dry_run=true", json=body)
    assert (tried.status_code, tried.json()["valid"], tried.json()["errors"]) == (200, 3, [])
    assert firm.get("/v1/zones/zn_test_import_0").status_code == 404
    broken = {**body, "features": [*features, {"type": "Feature"}]}
    tried = regulator.post(f"{path}&dry_run=true", json=broken).json()
    assert (tried["valid"], [error["field"] for error in tried["errors"]]) == (3, ["/features/3/properties"])
    expect_problem(regulator.post(path, json=broken), 422, "import_failed")
    assert firm.get("/v1/zones/zn_test_import_0").status_code == 404
    twice = {**body, "features": [features[0], features[0]]}
    expect_problem(regulator.post(path, json=twice), 422, "import_failed")
    expect_approved(firm, flight(firm, at))
    done = regulator.post(path, json=body)
    assert done.status_code == 200, done.text
    assert done.json()["zone_ids"] == [f"zn_test_import_{n}" for n in range(3)]
    expect_refused(firm, flight(firm, window()), "zone_prohibited")
    again = regulator.post(path, json=body)
    assert again.status_code == 200
    assert firm.get("/v1/zones/zn_test_import_0").json()["properties"]["version"] == 2
    expect_problem(regulator.post("/v1/zones/import?format=word", json=body), 422, "unknown_format")
    for n in range(3):
        assert regulator.delete(f"/v1/zones/zn_test_import_{n}").status_code == 204


def test_impact_names_the_plans_a_zone_would_touch(firm: httpx.Client, as_role: AsRole) -> None:
    """Only live plans inside the zone's area, band and time must be named, and nothing be published."""
    at = window(3) + timedelta(hours=1)  # an hour of its own on both sides: others file up to half an hour early
    times = [{"starts_at": text(at - timedelta(minutes=10)), "ends_at": text(at + timedelta(minutes=10))}]
    inside = expect_approved(firm, flight(firm, at))["plan_id"]
    expect_approved(firm, flight(firm, at, north_m=1000))
    expect_approved(firm, flight(firm, at, alt_m=100))
    expect_approved(firm, flight(firm, at + timedelta(minutes=30)))
    gone = expect_approved(firm, flight(firm, at, north_m=60))["plan_id"]
    filing.step(firm, gone, "cancel")
    body = zone(square(0, 0, 50), upper_m=80, applicability=times)
    for role in ("regulator", "dispatcher"):
        found = as_role(role).post("/v1/zones/impact", json=body)
        assert found.status_code == 200, found.text
        assert [item["plan_id"] for item in found.json()["filed"]] == [inside]
        assert found.json()["airborne"] == []
        assert found.json()["counts"] == {"filed": 1, "airborne": 0, "orders": 0}
    expect_approved(firm, flight(firm, at + timedelta(minutes=5)))


# -- what applies at a place -------------------------------------------------------------------------------------------


def test_what_applies_at_a_place(firm: httpx.Client, publish: Callable[..., str]) -> None:
    """Zones at the point, height and time, the height in each datum, ceiling and cell must be answered."""
    at = window()
    times = [{"starts_at": text(at), "ends_at": text(at + timedelta(hours=1))}]
    zone_id = publish(zone(square(0, 0, 50), lower_m=30, upper_m=80, applicability=times))
    lat, lon = filing.place(10, 10)
    params = {"lat_deg": str(lat), "lon_deg": str(lon), "alt_m": "50", "alt_datum": "AGL", "at": text(at)}

    def here(**changes: str) -> dict[str, Any]:
        answer = firm.get("/v1/airspace/at", params={**params, **changes})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    found = here()
    assert [item["properties"]["zone_id"] for item in found["zones"]] == [zone_id]
    assert found["h3_cell"] == h3.latlng_to_cell(lat, lon, 8)
    assert found["ceiling_agl_m"] == 120
    assert found["alt_agl_m"] == found["alt_amsl_m"] == 50
    assert -5 < found["alt_hae_m"] - 50 < -1
    assert here(alt_datum="HAE", alt_m=str(found["alt_hae_m"]))["alt_agl_m"] == pytest.approx(50, abs=0.002)
    for changes in (
        {"alt_m": "81"},
        {"alt_m": "29"},
        {"at": text(at - timedelta(seconds=1))},
        {"lon_deg": str(lon + 0.01)},
    ):
        assert here(**changes)["zones"] == []
    expect_problem(firm.get("/v1/airspace/at", params={**params, "lat_deg": "0"}), 422, "outside_coverage")
    for bad in ({"lat_deg": "91"}, {"lon_deg": "nan"}, {"alt_datum": "QNH"}, {"at": "2026-01-01T00:00:00"}):
        expect_problem(firm.get("/v1/airspace/at", params={**params, **bad}), 422, "invalid_parameter")


def test_cells_tell_load_ceiling_and_status(firm: httpx.Client, publish: Callable[..., str]) -> None:
    """The cells of a box must cover it, count the flights planned in each at the instant, and show closed ones."""
    at = window()
    expect_approved(firm, flight(firm, at))
    publish(zone(square(0, 3000, 300)))
    params = {"res": "8", "bbox": BOX, "at": text(at + timedelta(seconds=50))}
    cells = {item["cell"]: item for item in firm.get("/v1/airspace/cells", params=params).json()["items"]}
    for lat, lon in ((22.67, 114.14), (22.76, 114.34), (22.70, 114.20)):
        assert h3.latlng_to_cell(lat, lon, 8) in cells
    assert {h3.get_resolution(cell) for cell in cells} == {8}
    middle = cells[h3.latlng_to_cell(*filing.place(0, 0), 8)]
    assert (middle["load"], middle["ceiling_agl_m"], middle["status"]) == (1, 120, "open")
    assert sum(item["load"] for item in cells.values()) == 1
    assert cells[h3.latlng_to_cell(*filing.place(0, 3000), 8)]["status"] == "closed"
    later = {**params, "at": text(at + timedelta(seconds=150))}
    assert sum(item["load"] for item in firm.get("/v1/airspace/cells", params=later).json()["items"]) == 0
    for res in ("4", "7", "9"):
        assert firm.get("/v1/airspace/cells", params={**params, "res": res}).json()["items"]


@pytest.mark.parametrize(
    ("bbox", "res"),
    [
        ("-180,-90,180,90", 9), ("-180,-90,180,90", 4), ("-120,-15,120,15", 4), ("-179,-20,179,20", 4), ("100,80,140,90", 5),
        ("114.2,22.7,114.2,22.7", 8), ("114.2,22.7,114.3,22.7", 8), ("0,0,0,0", 4), ("179.9,0,180,0.1", 8),
    ],
)  # fmt: skip
def test_strange_boxes_are_answered_in_bounds_or_refused(firm: httpx.Client, bbox: str, res: int) -> None:
    """A box of any size and place must give 422, or 200 with hardly more cells than the limit by area."""
    answer = firm.get("/v1/airspace/cells", params={"bbox": bbox, "res": str(res)})
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 200:
        assert len(answer.json()["items"]) <= 1.1 * MAX_CELLS


def test_sites_and_corridors_are_published(firm: httpx.Client) -> None:
    """The demo must show about 60 sites and a corridor network, each saying where it comes from, none in the free area."""
    sites = firm.get("/v1/sites").json()
    assert 40 <= len(sites["items"]) <= 90
    corridors = firm.get("/v1/corridors").json()["items"]
    assert len(corridors) >= 10
    assert all(item["properties"].get("source") or item["properties"].get("demonstration") for item in corridors)
    assert firm.get("/v1/sites", params={"bbox": BOX}).json()["items"] == []
    site_id = sites["items"][0]["properties"]["site_id"]
    assert firm.get(f"/v1/sites/{site_id}").json() == sites["items"][0]
    expect_problem(firm.get("/v1/sites/st_none"), 404, "not_found")


# -- policy ------------------------------------------------------------------------------------------------------------


def test_the_policy_says_what_plans_are_held_to(firm: httpx.Client, regulator: httpx.Client) -> None:
    """The defaults of the demonstration must be 50 m, 15 m, 15 s; a tolerance beyond the budget be refused with the sum."""
    policy = firm.get("/v1/policy").json()
    assert policy["separation"] == {"horizontal_m": 50, "vertical_m": 15, "time_buffer_s": 15}
    assert policy["tolerance"] == {"horizontal_m": 20, "vertical_m": 5, "time_s": 7.5}
    found = expect_problem(regulator.put("/v1/policy", json={"tolerance": {"vertical_m": 6}}), 422, "validation_failed")
    assert found["errors"][0]["field"] == "/tolerance/vertical_m"
    assert "(15 - 5) / 2 = 5 m" in found["errors"][0]["detail"]
    for bad in (
        {"separation": {"horizontal_m": 0}},
        {"colour": 1},
        {"night_flight_allowed": 1},
        {"ceiling_agl_m": "120"},
    ):
        expect_problem(regulator.put("/v1/policy", json=bad), 422, "validation_failed")
    expect_problem(regulator.put("/v1/policy", json={}, headers={"If-Match": '"99"'}), 409, "stale_version")
    assert firm.get("/v1/policy").json() == policy


def test_a_new_policy_holds_and_outlives_a_restart(own_server: Server) -> None:
    """Published values must judge the next plan, carry a new version into its decision, and survive with plans and zones."""
    own_server.start()
    regulator, firm = own_server.client("regulator"), own_server.client("operator")
    at = window()
    first = expect_approved(firm, plan(filing.register(firm), at))
    answer = regulator.put("/v1/policy", json={"separation": {"horizontal_m": 100}, "ceiling_agl_m": 60})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["version"], answer.json()["separation"]["vertical_m"]) == (2, 15)
    zone_id = regulator.post("/v1/zones", json=zone(square(0, 3000, 100))).json()["properties"]["zone_id"]
    stop = {"geometry": zone(square(0, 0, 10))["geometry"], "until": text(window(99)), "reason": "crane"}
    stop_id = own_server.client("dispatcher").post("/v1/ground-stops", json=stop).json()["ground_stop_id"]
    own_server.stop()
    own_server.start()
    firm = own_server.client("operator")
    assert firm.get("/v1/policy").json() == {name: answer.json()[name] for name in answer.json() if name != "impact"}
    assert firm.get(f"/v1/zones/{zone_id}").status_code == 200
    assert [item["ground_stop_id"] for item in firm.get("/v1/ground-stops").json()["items"]] == [stop_id]
    assert firm.get(f"/v1/flight-plans/{first['plan_id']}").json() == first
    aircraft = filing.register(firm)
    # 80 m beside the plan filed under 50 m: the larger of the two minima holds.
    beside = plan(aircraft, at, [point(0, 80), point(1000, 80)])
    reason = expect_refused(firm, beside, "conflict_with_plan")
    assert reason["other_plan_ref"] == first["plan_id"]
    assert reason["horizontal_margin_m"] == pytest.approx(-20, abs=0.1)
    found = expect_approved(firm, plan(aircraft, at, [point(0, 101), point(1000, 101)]))
    assert found["decision"]["policy_version"] == 2
    expect_refused(firm, plan(aircraft, at, [point(0, 400, 70), point(90, 400, 70)]), "above_ceiling")
    expect_refused(firm, plan(aircraft, at, [point(0, 3000), point(90, 3000)]), "zone_prohibited")
