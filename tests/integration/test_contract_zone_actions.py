"""Temporary zones and action lists over a real server: who may, what is said before, two steps, and isolation."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.conftest import PATIENCE_S
from tests.fakes import filing, shifted_server
from tests.fakes.filing import expect_approved, expect_problem, place, plan, point, state_of, step, text
from tests.fakes.shifted_server import ShiftedServer

pytestmark = pytest.mark.slow

_lanes = itertools.count()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShiftedServer]:
    with shifted_server.running(tmp_path_factory.mktemp("zones")) as made:
        yield made


@pytest.fixture
def firm(city: ShiftedServer) -> Iterator[httpx.Client]:
    city.clock.advance(3600)
    with city.client("operator") as client:
        yield client


@pytest.fixture
def centre(city: ShiftedServer, firm: httpx.Client) -> Iterator[httpx.Client]:
    with city.client("dispatcher") as client:
        yield client


def disc(city: ShiftedServer, north_m: float, *, after_s: float = 0.0, **more: Any) -> dict[str, Any]:
    """The body of a temporary zone of 300 m around the middle of a lane, for half an hour."""
    lat, lon = place(1500, north_m)
    starts = city.now() + timedelta(seconds=after_s)
    return {
        "name": "Fire at the market",
        "name_zh": "市场火情",
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
        "radius_m": 300.0,
        "starts_at": text(starts),
        "ends_at": text(starts + timedelta(minutes=30)),
        "category": "urgent",
        **more,
    }


OVERRIDE = {"emergency_override": {"reason": "Fire brigade at work"}}


def flights(city: ShiftedServer, firm: httpx.Client, north_m: float) -> tuple[str, str]:
    """A flight in the air and a plan of the next minutes, both through the middle of a lane."""
    way = [point(0, north_m), point(3000, north_m)]
    flown = expect_approved(firm, plan(filing.register(firm), city.now() + timedelta(seconds=5), way))["plan_id"]
    assert step(firm, flown, "activate").status_code == 200
    later = city.now() + timedelta(seconds=600)
    filed = expect_approved(firm, plan(filing.register(firm), later, way))["plan_id"]
    return str(flown), str(filed)


def lane() -> float:
    return 1000.0 * next(_lanes) - 3000


def test_drawn_shown_published_and_carried_out(city: ShiftedServer, firm: httpx.Client, centre: httpx.Client) -> None:
    """The preview must name what the list then does; nothing happens before the second step, everything after it."""
    north = lane()
    flown, filed = flights(city, firm, north)
    body = disc(city, north, **OVERRIDE)
    before = centre.get("/v1/temporary-zones").json()["items"]
    shown = centre.post("/v1/temporary-zones", params={"dry_run": True}, json=body)
    assert shown.status_code == 200, shown.text
    assert (shown.json()["airborne"], shown.json()["filed"]) == (1, 1)
    assert {item["plan_id"]: item["flight"] for item in shown.json()["items"]} == {flown: "airborne", filed: "filed"}
    assert centre.get("/v1/temporary-zones").json()["items"] == before
    answer = centre.post("/v1/temporary-zones", json=body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["emergency_override"] == "Fire brigade at work"
    path = answer.headers["location"]
    assert path == f"/v1/action-lists/{made['action_list_id']}"
    assert [z["zone_id"] for z in centre.get("/v1/temporary-zones").json()["items"]] == [made["zone_id"]]
    assert centre.get(f"/v1/zones/{made['zone_id']}").status_code == 200
    assert {item["plan_id"] for item in centre.get(path).json()["items"]} == {flown, filed}
    city.call(city.services.off_nominal.actions.settle())
    listed = {item["plan_id"]: item for item in centre.get(path).json()["items"]}
    assert listed[flown]["action"] in ("hold", "reroute", "rtl", "land")
    assert listed[filed]["action"] in ("delay", "reroute")
    asked = expect_problem(centre.post(f"{path}/execute", json={}), 409, "confirmation_required")
    assert {effect["plan_id"] for effect in asked["effects"]} == {flown, filed}
    assert state_of(firm, filed) == "approved"
    done = centre.post(f"{path}/execute", json={"confirmation_token": asked["confirmation_token"]})
    assert done.status_code == 202, done.text
    city.call(city.services.off_nominal.actions.settle())
    listed = {item["plan_id"]: item for item in centre.get(path).json()["items"]}
    assert listed[filed]["state"] == "confirmed"
    # The vehicle has no link: its firm is asked, and its answer counts.
    assert (listed[flown]["state"], listed[flown]["method"]) == ("executing", "advisory")
    told = firm.get("/v1/advisories", params={"plan_id": flown, "state": "told"}).json()["items"]
    (asked_of,) = [item for item in told if item["kind"] == "action"]
    assert firm.post(f"/v1/advisories/{asked_of['advisory_id']}/acknowledge").status_code == 200
    city.call(city.services.off_nominal.actions.sweep())
    assert {i["plan_id"]: i["state"] for i in centre.get(path).json()["items"]}[flown] == "confirmed"
    assert centre.get(path).json()["state"] == "done"
    assert centre.delete(f"/v1/temporary-zones/{made['zone_id']}").status_code == 204
    assert centre.get(f"/v1/zones/{made['zone_id']}").status_code == 404
    expect_problem(centre.delete(f"/v1/temporary-zones/{made['zone_id']}"), 404, "not_found")


def test_less_notice_than_the_rules_ask_for_needs_a_reason(city: ShiftedServer, centre: httpx.Client) -> None:
    """An event tomorrow noon may be drawn today, one in an hour not; urgent ones half an hour ahead; or with a reason."""
    found = expect_problem(
        centre.post("/v1/temporary-zones", json=disc(city, lane(), after_s=3600, category="event")),
        409,
        "notice_too_short",
    )
    assert found["earliest_starts_at"]
    assert centre.post("/v1/temporary-zones", json=disc(city, lane(), after_s=1900)).status_code == 201
    assert (
        centre.post("/v1/temporary-zones", json=disc(city, lane(), after_s=90_000, category="event")).status_code == 201
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"geometry": {"type": "Point", "coordinates": [1]}}, "/geometry"),
        ({"category": "party"}, "/category"),
        ({"emergency_override": {"reason": "x"}}, "/emergency_override/reason"),
        ({"emergency_override": True}, "/emergency_override"),
        ({"restriction": "CONDITIONAL"}, "/restriction"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "/ends_at"),
        ({"starts_at": "tomorrow"}, "/starts_at"),
        ({"radius_m": True}, "/radius_m"),
        ({"more": 1}, "/more"),
    ],
)
def test_malformed_zones_name_the_field(
    city: ShiftedServer, centre: httpx.Client, changes: dict[str, Any], field: str
) -> None:
    """Each fault must be 422 with its field, and nothing be published."""
    before = len(centre.get("/v1/temporary-zones").json()["items"])
    answer = centre.post("/v1/temporary-zones", json={**disc(city, 0.0, **OVERRIDE), **changes})
    assert answer.status_code == 422, answer.text
    assert any(error["field"].startswith(field) for error in answer.json()["errors"]), answer.text
    assert len(centre.get("/v1/temporary-zones").json()["items"]) == before


def test_who_may(city: ShiftedServer, firm: httpx.Client, centre: httpx.Client) -> None:
    """Dispatchers and regulators draw, dispatchers carry out, firms and suppliers neither; authorisation before the body."""
    made = centre.post("/v1/temporary-zones", json=disc(city, lane(), **OVERRIDE)).json()
    path = f"/v1/action-lists/{made['action_list_id']}"
    with city.client("regulator") as authority, city.client("supplier") as supplier:
        assert authority.post("/v1/temporary-zones", json=disc(city, lane(), **OVERRIDE)).status_code == 201
        assert authority.get(path).status_code == 200
        expect_problem(authority.post(f"{path}/execute", json={}), 403, "forbidden")
        for client in (firm, supplier):
            for method, where in (
                ("POST", "/v1/temporary-zones"), ("GET", "/v1/temporary-zones"), ("GET", "/v1/action-lists"),
                ("GET", path), ("POST", f"{path}/execute"), ("DELETE", f"/v1/temporary-zones/{made['zone_id']}"),
            ):  # fmt: skip
                expect_problem(client.request(method, where, content=b"{"), 403, "forbidden")
        expect_problem(supplier.get("/v1/contingencies"), 403, "forbidden")
    expect_problem(centre.get("/v1/action-lists/al_none"), 404, "not_found")
    expect_problem(centre.post("/v1/action-lists/al_none/execute", json={}), 404, "not_found")
    expect_problem(centre.post(f"{path}/execute", json={"items": ["ai_none"]}), 404, "not_found")
    expect_problem(centre.post(f"{path}/execute", json={}), 409, "nothing_to_execute")
    assert httpx.get(f"{city.settings.base_url}/v1/action-lists", timeout=PATIENCE_S).status_code == 401


def test_contingencies_of_firms_are_apart(city: ShiftedServer, firm: httpx.Client, centre: httpx.Client) -> None:
    """A firm declares and reads its own, the centre all; another firm is told that there is no such thing."""
    flown, filed = flights(city, firm, lane())
    declared = firm.post(f"/v1/flight-plans/{flown}/contingency", json={"kind": "emergency", "procedure": "land"})
    assert declared.status_code == 201, declared.text
    found = declared.json()
    assert declared.headers["location"] == f"/v1/contingencies/{found['contingency_id']}"
    assert (found["state"], found["procedure"]) == ("open", "land")
    assert "declared_by" not in found
    assert state_of(firm, flown) == "contingent"
    assert firm.get(declared.headers["location"]).json()["volumes"]
    assert centre.get(declared.headers["location"]).json()["affected"] == []
    expect_problem(
        firm.post(f"/v1/flight-plans/{filed}/contingency", json={"kind": "emergency"}), 409, "illegal_transition"
    )
    with city.client("operator", 1) as other:
        expect_problem(other.get(declared.headers["location"]), 404, "not_found")
        expect_problem(
            other.post(f"/v1/flight-plans/{flown}/contingency", json={"kind": "emergency"}), 404, "not_found"
        )
        assert other.get("/v1/contingencies").json()["items"] == []
        assert other.get("/v1/advisories", params={"plan_id": flown}).json()["items"] == []
    expect_problem(centre.get("/v1/contingencies", params={"state": "lost"}), 422, "invalid_parameter")
    ids = [item["contingency_id"] for item in centre.get("/v1/contingencies", params={"state": "open"}).json()["items"]]
    assert found["contingency_id"] in ids
    expect_problem(centre.post(f"{declared.headers['location']}/accept"), 409, "illegal_contingency_step")
    expect_problem(firm.post(f"{declared.headers['location']}/dismiss"), 403, "forbidden")
    assert step(firm, flown, "end").json()["state"] == "ended"
    assert centre.get(declared.headers["location"]).json()["outcome"] == "end"


def test_the_preview_names_the_orders_it_would_keep_up(
    city: ShiftedServer, firm: httpx.Client, centre: httpx.Client
) -> None:
    """An order that begins at a site inside the zone must be named with why, in the preview and in the zone's impact."""
    sites = {site["properties"]["site_id"]: site for site in firm.get("/v1/sites").json()["items"]}
    (inside_id, inside), (other_id, _) = list(sites.items())[:2]
    ready = text(city.now() + timedelta(minutes=10))
    body = {"origin_site_id": inside_id, "destination_site_id": other_id, "payload_kg": 1.0, "ready_at": ready}
    made = firm.post("/v1/orders", json=body)
    assert made.status_code == 201, made.text
    order_id = made.json()["order_id"]
    drawn = {
        **disc(city, 0.0, **OVERRIDE),
        "geometry": {"type": "Point", "coordinates": inside["geometry"]["coordinates"][:2]},
    }
    shown = centre.post("/v1/temporary-zones", params={"dry_run": True}, json=drawn)
    assert shown.status_code == 200, shown.text
    named = {order["order_id"]: order for order in shown.json()["orders"]}
    assert named[order_id]["sites_inside"] == [inside_id]
    assert (named[order_id]["because"], named[order_id]["organisation_id"]) == ("site", made.json()["organisation_id"])
    away = {**drawn, "geometry": {"type": "Point", "coordinates": [place(0, 0)[1], place(0, 0)[0]]}}
    elsewhere = centre.post("/v1/temporary-zones", params={"dry_run": True}, json=away).json()
    assert order_id not in {order["order_id"] for order in elsewhere["orders"]}
    assert firm.post(f"/v1/orders/{order_id}/cancel").status_code == 200
    after = centre.post("/v1/temporary-zones", params={"dry_run": True}, json=drawn).json()
    assert order_id not in {order["order_id"] for order in after["orders"]}
