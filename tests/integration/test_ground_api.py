"""Ground risk and noise over a real server: people imported, limits published, and what both do to routes and bookings."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.filing import expect_problem

pytestmark = pytest.mark.slow

FROM, TO = "st_talent_park", "st_happy_coast"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own: what it imports changes the ways of everybody."""
    running = Server(tmp_path_factory.mktemp("ground"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def regulator(city: Server) -> Iterator[httpx.Client]:
    """A regulator; what it imported is withdrawn and the rules are as they were when the test ends."""
    client = city.client("regulator")
    before = client.get("/v1/ground-risk/rules").json()
    yield client
    for item in client.get("/v1/population/grids").json()["items"]:
        if item["state"] == "current":
            assert client.delete(f"/v1/population/grids/{item['grid_id']}").status_code == 204
    groups = {name: before[name] for name in ("ground_risk", "noise", "filed")}
    assert client.put("/v1/ground-risk/rules", json=groups).status_code == 200


@pytest.fixture(scope="module")
def firm(city: Server) -> httpx.Client:
    return city.client("operator")


def bring(client: httpx.Client, content: str | bytes, kind: str = "csv", **parameters: Any) -> httpx.Response:
    headers = {"Content-Type": "application/octet-stream"}
    return client.post("/v1/population/grids", content=content, params={"format": kind, **parameters}, headers=headers)


def ends(client: httpx.Client) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return lat, lon of the two sites of these tests."""
    found = [client.get(f"/v1/sites/{site}").json()["geometry"]["coordinates"] for site in (FROM, TO)]
    return (found[0][1], found[0][0]), (found[1][1], found[1][0])


def crowd(client: httpx.Client, density: float, *, half_deg: float = 0.004) -> str:
    """Return a GeoJSON of a crowded square in the middle between the two sites."""
    (lat0, lon0), (lat1, lon1) = ends(client)
    lat, lon, r = (lat0 + lat1) / 2, (lon0 + lon1) / 2, half_deg
    ring = [[lon - r, lat - r], [lon + r, lat - r], [lon + r, lat + r], [lon - r, lat + r], [lon - r, lat - r]]
    feature = {"type": "Feature", "properties": {"people_per_km2": density},
               "geometry": {"type": "Polygon", "coordinates": [ring]}}  # fmt: skip
    return orjson.dumps({"type": "FeatureCollection", "source": "census of the test", "features": [feature]}).decode()


def ways(client: httpx.Client, **more: Any) -> dict[str, Any]:
    answer = client.post("/v1/routes", json={"origin_site_id": FROM, "destination_site_id": TO, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_without_a_census_the_grid_is_made_up_and_says_so(firm: httpx.Client) -> None:
    """Whoever reads the population sees that nobody counted it, and over it nothing is refused for density."""
    found = firm.get("/v1/population", params={"res": 8}).json()
    assert found["synthetic"] is True
    assert found["grid_id"] is None
    assert "synthetic" in found["source"]
    assert max(item["people_per_km2"] for item in found["items"]) > 5_000
    routes = ways(firm)
    assert routes["population"]["synthetic"] is True
    assert routes["would_pass"] == [item["level_agl_m"] for item in routes["levels"]]
    assert {breach["severity"] for item in routes["levels"] for breach in item["ground"]["breaches"]} <= {"warning"}
    assert all(item["ground"]["buffer_m"] == item["level_agl_m"] for item in routes["levels"])


def test_a_dry_run_lists_what_is_wrong_and_changes_nothing(regulator: httpx.Client) -> None:
    """Every fault with its field and line, in every format; the grid in force stays."""
    table = "h3,people_per_km2\n88411caa01fffff,-4\nnot_a_cell,900\n88411caa01fffff,many\n"
    tried = bring(regulator, table, dry_run=True)
    assert tried.status_code == 200
    assert tried.json()["usable"] is False
    assert [(item["field"], item["line"], item["code"]) for item in tried.json()["errors"]] == [
        ("people_per_km2", 2, "not_allowed"),
        ("h3", 3, "not_allowed"),
        ("people_per_km2", 4, "wrong_type"),
    ]
    assert bring(regulator, table).json()["code"] == "import_failed"
    item = {"lat_deg": 22.5, "people_per_km2": 10}
    tried = bring(regulator, orjson.dumps({"items": [item]}), "json", dry_run=True)
    assert [(item["field"], item["code"]) for item in tried.json()["errors"]] == [("/items/0/lon_deg", "missing")]
    tried = bring(regulator, crowd(regulator, 5.0).replace("Polygon", "Circle"), "geojson", dry_run=True)
    assert [item["field"] for item in tried.json()["errors"]] == ["/features/0/geometry/type"]
    tried = bring(regulator, b"no picture", "geotiff", dry_run=True)
    assert [item["code"] for item in tried.json()["errors"]] == ["malformed_file"]
    far = bring(regulator, "lat_deg,lon_deg,people_per_km2\n40,116,900\n")
    assert (far.status_code, far.json()["code"]) == (422, "population_unusable")
    assert bring(regulator, "lat_deg,lon_deg,people_per_km2\n40,116,900\n", dry_run=True).json()["usable"] is False
    assert regulator.get("/v1/population/grids").json()["items"] == []


def test_a_route_bends_around_a_crowd_and_is_found_anew_when_people_move(
    regulator: httpx.Client, firm: httpx.Client
) -> None:
    """Over counted people the limit refuses: the way leads around them, and is straight again without them."""
    empty = bring(regulator, crowd(regulator, 0.0), "geojson", absent=0)
    assert empty.status_code == 201, empty.text
    before = ways(firm)
    assert bring(regulator, crowd(regulator, 30_000.0), "geojson", absent=0).status_code == 201
    bent = ways(firm)
    assert bent["population"] == {"grid_id": bent["population"]["grid_id"], "source": "census of the test",
                                  "synthetic": False}  # fmt: skip
    assert bent["would_pass"]
    for old, new in zip(before["levels"], bent["levels"], strict=True):
        assert new["ground"]["allowed"] is True
        assert new["ground"]["exposed_per_km2"] <= 300
        assert new["length_m"] > old["length_m"] + 100
        assert new["shortest_m"] == old["shortest_m"]
    assert bring(regulator, crowd(regulator, 0.0), "geojson", absent=0).status_code == 201
    assert [item["length_m"] for item in ways(firm)["levels"]] == [item["length_m"] for item in before["levels"]]


def test_where_no_way_keeps_the_limit_the_answer_says_where_and_what_would_help(
    regulator: httpx.Client, firm: httpx.Client
) -> None:
    """A destination amid people: refused at every level with the place; with the limit raised it would pass."""
    assert bring(regulator, crowd(regulator, 9_000.0, half_deg=0.05), "geojson", absent=0).status_code == 201
    shut = ways(firm)
    assert shut["would_pass"] == []
    level = shut["levels"][0]
    assert (level["found"], level["cause"]) == (False, "ground_risk")
    assert level["detail_zh"]
    breach = level["ground"]["breaches"][0]
    assert (breach["code"], breach["severity"]) == ("ground_exposed", "refuse")
    assert breach["ground"]["value"] == pytest.approx(9_000 * 0.076)
    assert 22 < breach["ground"]["lat_deg"] < 23
    rules = regulator.get("/v1/ground-risk/rules")
    tag = rules.headers["ETag"]
    changed = regulator.put(
        "/v1/ground-risk/rules", json={"ground_risk": {"exposed_per_km2_most": 700.0}}, headers={"If-Match": tag}
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["ground_risk"]["buffer_ratio"] == 1.0
    stale = regulator.put(
        "/v1/ground-risk/rules", json={"ground_risk": {"buffer_ratio": 2.0}}, headers={"If-Match": tag}
    )
    expect_problem(stale, 409, "stale_version")
    assert len(ways(firm)["would_pass"]) == len(shut["levels"])


def test_a_heavy_aircraft_may_fly_only_as_high_as_its_fall_allows(firm: httpx.Client) -> None:
    """The impact energy holds whatever the grid is: 40 kg pass at 75 m and not at 90 m."""
    found = ways(firm, aircraft_class="small", payload_kg=25.0)
    high = [item["level_agl_m"] for item in found["levels"] if item["cause"] == "ground_risk"]
    assert sorted(high) == [90.0, 105.0]
    breaches = [item["ground"]["breaches"][-1] for item in found["levels"] if item["cause"] == "ground_risk"]
    assert {breach["code"] for breach in breaches} == {"impact_energy"}
    assert "75 m" in breaches[0]["detail"]


def test_a_booking_that_breaks_the_limit_is_refused_with_a_flight_that_would_pass(
    regulator: httpx.Client, firm: httpx.Client
) -> None:
    """A firm's own planner learns the reason and gets a body that can be booked as it stands."""
    assert bring(regulator, crowd(regulator, 30_000.0, half_deg=0.003), "geojson", absent=0).status_code == 201
    (lat0, lon0), (lat1, lon1) = ends(firm)
    points = [
        {"lat_deg": lat, "lon_deg": lon, "alt_m": alt, "alt_datum": "AGL"}
        for lat, lon, alt in ((lat0, lon0, 0), (lat0, lon0, 60), (lat1, lon1, 60), (lat1, lon1, 0))
    ]
    at = datetime.now(UTC) + timedelta(hours=30)
    plan = filing.plan(filing.register(firm), at, points, origin_site_id=FROM, destination_site_id=TO,
                       alternate_site_ids=[FROM])  # fmt: skip
    answer = firm.post("/v1/missions", json={"plan": plan})
    expect_problem(answer, 409, "booking_refused")
    decision = answer.json()["decision"]
    assert [item["code"] for item in decision["reasons"]] == ["ground_exposed"]
    assert decision["reasons"][0]["detail_zh"]
    offer = decision["counter_offers"][0]
    booked = firm.post("/v1/missions", json={"plan": offer["plan"]})
    assert booked.status_code == 201, booked.text
    assert firm.post(f"/v1/missions/{booked.json()['mission_id']}/cancel").status_code == 200


def between_sites(client: httpx.Client, **more: Any) -> dict[str, Any]:
    """Return a plan straight from site to site at 60 m, to be filed without a booking."""
    (lat0, lon0), (lat1, lon1) = ends(client)
    points = [
        {"lat_deg": lat, "lon_deg": lon, "alt_m": alt, "alt_datum": "AGL"}
        for lat, lon, alt in ((lat0, lon0, 0), (lat0, lon0, 60), (lat1, lon1, 60), (lat1, lon1, 0))
    ]
    at = datetime.now(UTC) + timedelta(hours=40)
    named = {"origin_site_id": FROM, "destination_site_id": TO, "alternate_site_ids": [FROM]}
    return filing.plan(filing.register(client), at, points, **named, **more)


def test_a_filed_plan_is_held_to_the_limits_as_its_kind_of_operation_is(
    regulator: httpx.Client, firm: httpx.Client
) -> None:
    """Over counted people a parcel is refused with ways to take, a survey told, an ambulance not held up; over people
    made up nobody is."""
    body = between_sites(firm)
    assert firm.post("/v1/flight-plans/check", json=body).json()["decision"]["outcome"] == "approved"
    assert bring(regulator, crowd(regulator, 30_000.0, half_deg=0.003), "geojson", absent=0).status_code == 201
    refused = firm.post("/v1/flight-plans", json=body)
    assert refused.status_code == 409, refused.text
    decision = refused.json()["decision"]
    (reason,) = [item for item in decision["reasons"] if item["severity"] == "refuse"]
    assert (reason["code"], reason["rule"]) == ("ground_exposed", "ground_risk")
    assert reason["detail_zh"]
    offer = next(item for item in decision["counter_offers"] if item["kind"] == "route")
    assert not [item for item in decision["counter_offers"] if item["kind"] == "delay"]
    taken = firm.post("/v1/flight-plans", json=offer["plan"])
    assert taken.status_code == 201, taken.text
    firm.post(f"/v1/flight-plans/{taken.json()['plan_id']}/cancel")

    surveyed = firm.post("/v1/flight-plans", json={**between_sites(firm), "operation_type": "survey"})
    assert surveyed.status_code == 201, surveyed.text
    told = [(item["code"], item["severity"]) for item in surveyed.json()["decision"]["reasons"]]
    assert ("ground_exposed", "warning") in told
    firm.post(f"/v1/flight-plans/{surveyed.json()['plan_id']}/cancel")
    rescue = firm.post("/v1/flight-plans", json={**between_sites(firm), "operation_type": "emergency"})
    assert rescue.status_code == 201, rescue.text
    assert "ground_exposed" not in {item["code"] for item in rescue.json()["decision"]["reasons"]}
    firm.post(f"/v1/flight-plans/{rescue.json()['plan_id']}/cancel")

    changed = regulator.put("/v1/ground-risk/rules", json={"filed": {"logistics": "off"}})
    assert changed.json()["filed"] == {**changed.json()["filed"], "logistics": "off", "survey": "told"}
    assert firm.post("/v1/flight-plans/check", json=body).json()["decision"]["outcome"] == "approved"


def test_a_filed_plan_is_held_to_the_energy_of_a_declared_mass(regulator: httpx.Client, firm: httpx.Client) -> None:
    """60 kg falling from 60 m are too much; of an aircraft whose mass nobody declared nothing is assumed."""
    assert bring(regulator, crowd(regulator, 0.0), "geojson", absent=0).status_code == 201
    body = between_sites(firm)
    assert firm.post("/v1/flight-plans/check", json=body).json()["decision"]["outcome"] == "approved"
    heavy = filing.register(firm, mtow_kg=60.0, **{"class": "medium"})
    found = firm.post("/v1/flight-plans/check", json={**body, "aircraft_id": heavy}).json()["decision"]
    assert [item["code"] for item in found["reasons"] if item["severity"] == "refuse"] == ["impact_energy"]
    lower = [item for item in found["counter_offers"] if item["kind"] == "altitude"]
    tops = [max(p["alt_m"] for p in item["plan"]["route"]["waypoints"]) for item in lower]
    assert tops
    assert max(tops) < 60


def test_noise_costs_what_the_published_price_says(regulator: httpx.Client, firm: httpx.Client) -> None:
    """With noise for nothing no metre costs more; a louder class and a higher price cost more; sources stay told."""
    base = ways(firm)["levels"][0]["noise"]
    free = regulator.put("/v1/ground-risk/rules", json={"noise": {"price": 0.0}})
    assert free.status_code == 200
    assert ways(firm)["levels"][0]["noise"]["cost_m"] == 0.0
    louder = base["sound_power_db"] + 6.0
    told = {"sound_power_db": {"small": louder}, "sources": {"sound_power_db": "measured by the maker"}}
    assert regulator.put("/v1/ground-risk/rules", json=told).json()["sources"]["sound_power_db"] == (
        "measured by the maker"
    )
    assert ways(firm)["levels"][0]["noise"]["passage_db"] == pytest.approx(base["passage_db"] + 6.0, abs=0.2)
    back = {"sound_power_db": {"small": None}, "sources": {"sound_power_db": None}}
    assert "small" not in regulator.put("/v1/ground-risk/rules", json=back).json()["sound_power_db"]


def test_only_regulators_publish_limits_and_people(firm: httpx.Client) -> None:
    """A firm reads both and may change neither."""
    assert firm.get("/v1/ground-risk/rules").status_code == 200
    expect_problem(firm.put("/v1/ground-risk/rules", json={"noise": {"price": 0.0}}), 403, "forbidden")
    expect_problem(bring(firm, "h3,people_per_km2\n"), 403, "forbidden")
