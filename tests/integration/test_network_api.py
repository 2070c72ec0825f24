"""Sites and corridors over a real server: in and out as GeoJSON, changed one by one, and what hours and closures do."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest

from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.filing import expect_problem, text

pytestmark = pytest.mark.slow

FROM, TO, SPARE = "st_talent_park", "st_happy_coast", "st_window_of_the_world"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of this module's own: it changes the sites of everybody."""
    running = Server(tmp_path_factory.mktemp("network"))
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def regulator(city: Server) -> httpx.Client:
    return city.client("regulator")


@pytest.fixture(scope="module")
def firm(city: Server) -> httpx.Client:
    return city.client("operator")


@pytest.fixture
def as_before(regulator: httpx.Client) -> Iterator[bytes]:
    """The network as it was, and put back when the test ends."""
    before = regulator.get("/v1/network/export").content
    yield before
    assert bring(regulator, before, mode="replace").status_code == 200


def bring(client: httpx.Client, content: bytes, **parameters: Any) -> httpx.Response:
    headers = {"Content-Type": "application/geo+json"}
    return client.post("/v1/network/import", content=content, params=parameters, headers=headers)


def changed(client: httpx.Client, site_id: str = TO, **properties: Any) -> dict[str, Any]:
    """Publish a site with some properties changed; return the answer."""
    feature = client.get(f"/v1/sites/{site_id}").json()
    feature["properties"] |= properties
    answer = client.put(f"/v1/sites/{site_id}", json=feature)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def route(client: httpx.Client, at: datetime) -> dict[str, Any]:
    answer = client.post(
        "/v1/routes", json={"origin_site_id": FROM, "destination_site_id": TO, "departure_at": text(at)}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def flight(client: httpx.Client, at: datetime, **more: Any) -> dict[str, Any]:
    """Return a plan between the two sites along the way found."""
    points = next(item for item in route(client, at)["levels"] if item["found"])["waypoints"]
    ends = {"origin_site_id": FROM, "destination_site_id": TO, "alternate_site_ids": [FROM]}
    return filing.plan(filing.register(client), at, points, **{**ends, **more})


def test_every_site_and_corridor_tells_the_version_a_change_must_name(
    regulator: httpx.Client, as_before: bytes
) -> None:
    """What was read can be changed once: a colleague's change in between makes the second one stale."""
    before = regulator.get(f"/v1/sites/{TO}")
    listed = {item["id"]: item["version"] for item in regulator.get("/v1/sites").json()["items"]}
    assert listed[TO] == before.json()["version"]
    assert before.headers["ETag"] == f'"{listed[TO]}"'
    feature = {name: value for name, value in before.json().items() if name != "version"}
    guard = {"If-Match": before.headers["ETag"]}
    first = regulator.put(f"/v1/sites/{TO}", json=feature, headers=guard)
    assert (first.status_code, first.json()["version"]) == (200, listed[TO] + 1)
    expect_problem(regulator.put(f"/v1/sites/{TO}", json=feature, headers=guard), 409, "stale_version")
    corridor = regulator.get("/v1/corridors").json()["items"][0]
    path = f"/v1/corridors/{corridor['id']}"
    kept = regulator.put(path, json=corridor, headers={"If-Match": f'"{corridor["version"]}"'})
    assert (kept.status_code, kept.json()["version"]) == (200, corridor["version"] + 1)


def test_what_is_exported_is_imported_without_a_change(regulator: httpx.Client) -> None:
    """The round trip is equal, in merge and in replace, and the second export is the first byte for byte."""
    exported = regulator.get("/v1/network/export")
    assert exported.headers["content-type"].startswith("application/geo+json")
    first = exported.json()["features"]
    for mode in ("merge", "replace"):
        answer = bring(regulator, exported.content, mode=mode).json()
        assert (answer["errors"], answer["warnings"]) == ([], [])
        for kind in ("sites", "corridors"):
            told = answer[kind]
            assert (told["added"], told["changed"], told["withdrawn"]) == ([], [], [])
            assert len(told["unchanged"]) > 50
    assert len(first) == sum(len(answer[kind]["unchanged"]) for kind in ("sites", "corridors"))
    assert regulator.get("/v1/network/export").content == exported.content


def test_a_dry_run_names_every_problem_by_feature_and_field(regulator: httpx.Client) -> None:
    """Wrong fields, shapes and doubles are listed with their lines; nothing changes, and without dry_run it is refused."""
    document = regulator.get("/v1/network/export").json()
    site = next(item for item in document["features"] if item["geometry"]["type"] == "Point")
    way = next(item for item in document["features"] if item["geometry"]["type"] == "LineString")
    broken = [
        {**site, "properties": {**site["properties"], "pads": 0, "slot": {"prep_s": -5}, "colour": "red"}},
        {**way, "properties": {**way["properties"], "capacity": 0, "upper_m": way["properties"]["lower_m"]}},
        {**site, "geometry": {"type": "Polygon", "coordinates": []}},
        site,
        site,
    ]
    content = orjson.dumps({"type": "FeatureCollection", "features": broken}, option=orjson.OPT_INDENT_2)
    tried = bring(regulator, content, dry_run=True).json()
    assert tried["usable"] is False
    assert [item["field"] for item in tried["errors"]] == [
        "/features/0/properties/pads",
        "/features/0/properties/slot/prep_s",
        "/features/1/properties/capacity",
        "/features/1/properties/upper_m",
        "/features/2/geometry/type",
        "/features/4/properties/site_id",
    ]
    assert all(item["line"] for item in tried["errors"])
    assert [item["field"] for item in tried["warnings"]] == ["/features/0/properties/colour"]
    refused = bring(regulator, content)
    assert (refused.status_code, refused.json()["code"]) == (422, "import_failed")
    wished = {**site, "properties": {**site["properties"], "pads": 9}}
    content = orjson.dumps({"type": "FeatureCollection", "features": [wished]})
    told = bring(regulator, content, dry_run=True, mode="replace").json()
    assert told["sites"]["changed"] == [site["properties"]["site_id"]]
    assert len(told["sites"]["withdrawn"]) > 50
    assert regulator.get("/v1/network/export").json() == document


def test_a_closed_site_refuses_with_when_it_opens_and_offers_then(
    regulator: httpx.Client, firm: httpx.Client, as_before: bytes
) -> None:
    """A flight into a closure is refused, the offer departs when it is over, and the slots show it closed."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=40)
    ends = at + timedelta(minutes=45)
    plan = flight(firm, at)
    closure = {"starts_at": text(at - timedelta(minutes=5)), "ends_at": text(ends), "reason": "resurfacing"}
    assert changed(regulator, closures=[closure])["plan_ids"] == []
    answer = firm.post("/v1/flight-plans", json=plan).json()
    assert answer["state"] == "refused"
    reason = next(item for item in answer["decision"]["reasons"] if item["code"] == "site_not_open")
    assert "resurfacing" in reason["detail"]
    assert reason["site_id"] == TO
    later = [item for item in answer["decision"]["counter_offers"] if item["kind"] == "delay"]
    assert later
    retried = firm.post("/v1/flight-plans", json=later[0]["plan"]).json()
    assert retried["state"] == "approved", retried["decision"]
    window = {"from": text(at), "to": text(ends + timedelta(minutes=30))}
    slots = firm.get(f"/v1/sites/{TO}/slots", params=window).json()
    assert len(slots["closed"]) == 1
    assert slots["items"][0]["pads_free"] == 0
    assert slots["items"][-1]["pads_free"] > 0
    assert firm.post(f"/v1/flight-plans/{retried['plan_id']}/cancel").status_code == 200


def test_closing_a_site_names_the_filed_flights_it_takes_the_pad_from(
    regulator: httpx.Client, firm: httpx.Client, as_before: bytes
) -> None:
    """Who closes a site is told whose flights are in the way; the flight is refused when it is to begin."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=25)
    filed = firm.post("/v1/flight-plans", json=flight(firm, at)).json()
    assert filed["state"] == "approved", filed["decision"]
    closure = {"starts_at": text(at), "ends_at": text(at + timedelta(hours=2))}
    assert changed(regulator, closures=[closure])["plan_ids"] == [filed["plan_id"]]
    assert firm.post(f"/v1/flight-plans/{filed['plan_id']}/confirm").status_code == 200
    answer = firm.post(f"/v1/flight-plans/{filed['plan_id']}/activate")
    assert answer.status_code == 409
    assert any(item["code"] == "site_not_open" for item in answer.json()["decision"]["reasons"])
    assert firm.post(f"/v1/flight-plans/{filed['plan_id']}/cancel").status_code == 200


def test_the_planner_books_an_alternate_with_the_flight(city: Server, regulator: httpx.Client) -> None:
    """An order's flight names near sites and the origin, and keeps a pad at the first that is free when it would land."""
    client = city.client("operator", 1)
    aircraft_id = filing.register(client)
    told = {"site_id": FROM, "payload_max_kg": 3, "battery_wh": 1_200}
    assert client.put(f"/v1/carriers/{aircraft_id}", json=told).status_code == 200
    wanted = {"origin_site_id": FROM, "destination_site_id": TO, "payload_kg": 1.0}
    made = client.post("/v1/orders", json=wanted).json()
    assert made["state"] == "assigned", made
    mission = client.get(f"/v1/missions/{made['mission_id']}").json()
    named = mission["plan"]["body"]["alternate_site_ids"] if "body" in mission["plan"] else None
    site = mission["alternate_site_id"]
    assert site is not None
    assert site != TO
    assert named is None or (site in named and named[-1] == FROM)
    window = {
        "from": mission["arrives_at"],
        "to": text(datetime.fromisoformat(mission["arrives_at"]) + timedelta(minutes=1)),
    }
    stays = client.get(f"/v1/sites/{site}/slots", params=window).json()["stays"]
    assert [stay["mission_id"] for stay in stays if stay["kind"] == "alternate"] == [made["mission_id"]]
    assert client.post(f"/v1/orders/{made['order_id']}/cancel").status_code == 200
    assert client.put(f"/v1/carriers/{aircraft_id}", json={**told, "state": "out_of_service"}).status_code == 200


def test_directions_shape_the_way_and_refuse_another(
    regulator: httpx.Client, firm: httpx.Client, as_before: bytes
) -> None:
    """A site approached from one side only: the way found comes from there, the straight one filed before is refused."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=50)
    straight = flight(firm, at)
    here, there = (firm.get(f"/v1/sites/{site}").json()["geometry"]["coordinates"] for site in (FROM, TO))
    side = [180.0, 270.0] if here[0] > there[0] else [90.0, 180.0]
    opposite = [0.0, 60.0] if here[1] < there[1] else side
    changed(regulator, approach_deg=[opposite])
    answer = firm.post("/v1/flight-plans", json=straight).json()
    codes = [item["code"] for item in answer["decision"]["reasons"]]
    assert ("site_direction" in codes) is (answer["state"] == "refused")
    bent = firm.post("/v1/flight-plans", json=flight(firm, at)).json()
    assert "site_direction" not in [item["code"] for item in bent["decision"]["reasons"]]
    assert answer["state"] == "refused"
    for item in (answer, bent):
        firm.post(f"/v1/flight-plans/{item['plan_id']}/cancel")


def test_a_corridor_full_of_booked_flights_takes_no_more(
    regulator: httpx.Client, firm: httpx.Client, as_before: bytes
) -> None:
    """A corridor of capacity 1: the second booking along it at the same time is told when it is free."""
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=60)
    lat, lon = filing.LAT_DEG, filing.LON_DEG
    line = [[lon - 0.001, lat], [lon + 0.02, lat]]
    properties = {"name": "Single file", "width_m": 400, "lower_m": 0, "upper_m": 119, "datum": "AGL", "capacity": 1,
                  "layer": "low"}  # fmt: skip
    body = {"type": "Feature", "geometry": {"type": "LineString", "coordinates": line}, "properties": properties}
    assert regulator.put("/v1/corridors/co_single", json=body).status_code == 200
    ways = [[filing.point(0, y), filing.point(900, y)] for y in (0, 120)]
    first, second = (
        firm.post("/v1/missions", json={"plan": filing.plan(filing.register(firm), at, way)}) for way in ways
    )
    assert first.status_code == 201, first.text
    expect_problem(second, 409, "booking_refused")
    reason = second.json()["decision"]["reasons"][0]
    assert (reason["code"], reason["resource"]) == ("corridor_busy", {"kind": "corridor", "id": "co_single"})
    assert reason["frees_at"] > text(at)
    assert firm.post(f"/v1/missions/{first.json()['mission_id']}/cancel").status_code == 200


def test_a_stale_change_is_refused_and_who_may_change_what(regulator: httpx.Client, city: Server, firm: httpx.Client,
                                                           as_before: bytes) -> None:  # fmt: skip
    """If-Match guards a colleague's change; dispatchers change sites, not corridors; firms neither; ids must fit."""
    feature = regulator.get(f"/v1/sites/{SPARE}").json()
    first = regulator.put(f"/v1/sites/{SPARE}", json=feature)
    assert first.status_code == 200
    tag = first.headers["ETag"]
    assert city.client("dispatcher").put(f"/v1/sites/{SPARE}", json=feature).status_code == 200
    expect_problem(regulator.put(f"/v1/sites/{SPARE}", json=feature, headers={"If-Match": tag}), 409, "stale_version")
    expect_problem(firm.put(f"/v1/sites/{SPARE}", json=feature), 403, "forbidden")
    way = regulator.get("/v1/network/export").json()["features"][-1]
    path = f"/v1/corridors/{way['properties']['corridor_id']}"
    expect_problem(city.client("dispatcher").put(path, json=way), 403, "forbidden")
    expect_problem(regulator.put("/v1/sites/st_other", json=feature), 422, "validation_failed")
    expect_problem(regulator.put(path.replace("co_", "co%20"), json=way), 422, "validation_failed")
    assert regulator.delete(path).status_code == 204
    expect_problem(regulator.delete(path), 404, "not_found")


def test_a_regulator_reads_routes_in_the_fields_of_the_standard(regulator: httpx.Client) -> None:
    """Name, width, points, least and greatest height of every corridor, as JSON, table and GeoJSON alike."""
    found = regulator.get("/v1/routes").json()["items"]
    corridors = regulator.get("/v1/corridors").json()["items"]
    assert len(found) == len(corridors)
    known = {item["properties"]["corridor_id"]: item for item in corridors}
    for item in found:
        corridor = known[item["wayId"]]
        assert (item["minHeight"], item["maxHeight"]) == (
            corridor["properties"]["lower_m"], corridor["properties"]["upper_m"],
        )  # fmt: skip
        assert item["wayName"] == corridor["properties"]["name_zh"]
        assert [[p["lon"], p["lat"]] for p in item["points"]] == corridor["geometry"]["coordinates"]
    table = regulator.get("/v1/routes", params={"format": "csv"}).text.splitlines()
    assert len(table) == len(found) + 1
    assert table[0].startswith("wayId,wayName,wayNameEn,width,points,minHeight,maxHeight")
    shapes = regulator.get("/v1/routes", params={"format": "geojson"}).json()["features"]
    assert shapes[0]["properties"]["wayId"] == found[0]["wayId"]


def test_a_corridor_tells_how_many_booked_flights_kept_to_it(
    regulator: httpx.Client, firm: httpx.Client, as_before: bytes
) -> None:
    """A booked flight along a corridor is in its indicators once it was flown, as JSON and as a line of CSV."""
    (lat0, lon0), (lat1, lon1) = filing.place(-100, 0), filing.place(1_100, 0)
    feature = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[lon0, lat0], [lon1, lat1]]},
        "properties": {
            "name": "Counted",
            "width_m": 200,
            "lower_m": 20,
            "upper_m": 90,
            "datum": "AGL",
            "direction": "both",
        },
    }
    assert regulator.put("/v1/corridors/co_counted", json=feature).status_code == 200
    at = datetime.now(UTC) + timedelta(seconds=20)
    booked = firm.post("/v1/missions", json={"plan": filing.plan(filing.register(firm), at)})
    assert booked.status_code == 201, booked.text
    path = f"/v1/flight-plans/{booked.json()['plan_id']}"
    for step in ("confirm", "activate", "end"):
        assert firm.post(f"{path}/{step}").status_code == 200, step
    deadline = time.monotonic() + 90
    mission: dict[str, Any] = {}
    while mission.get("state") != "completed" and time.monotonic() < deadline:
        mission = firm.get(f"/v1/missions/{booked.json()['mission_id']}").json()
        time.sleep(0.2)
    assert mission["state"] == "completed", mission
    window = {"from": text(at - timedelta(hours=1)), "to": text(at + timedelta(hours=1))}
    found = firm.get("/v1/statistics/logistics", params=window).json()
    (counted,) = [item for item in found["corridors"] if item["corridor_id"] == "co_counted"]
    assert (counted["flights"], counted["flown_km"]) == (1, pytest.approx(1.0, abs=0.05))
    asked = {**window, "format": "csv", "table": "corridors"}
    lines = firm.get("/v1/statistics/logistics", params=asked).text.splitlines()
    assert lines[0] == "corridor_id,name,name_zh,flights,flights_per_h,flown_km"
    assert [line for line in lines if line.startswith("co_counted,Counted,,1,0.5,")]
    heads = {"firms": "organisation_id,", "sites": "site_id,movements,pads,", "cells": "h3,flights,"}
    for table, head in heads.items():
        assert firm.get("/v1/statistics/logistics", params={**asked, "table": table}).text.startswith(head)
