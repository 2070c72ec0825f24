"""Counter-offers and holds through HTTP: what is offered is approved when it is filed, and what is held is kept."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.fakes import shifted_server

pytestmark = pytest.mark.slow

WEST, EAST = 114.250, 114.275
AsRole = Callable[..., httpx.Client]
_counter = iter(range(1, 10_000))


def register(client: httpx.Client) -> str:
    number = next(_counter)
    body = {"registration": f"UASOF{number:06d}", "manufacturer": "T", "model": "T", "class": "small"}
    answer = client.post("/v1/aircraft", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["aircraft_id"])


def point(lat_deg: float, lon_deg: float, alt_m: float, **more: Any) -> dict[str, Any]:
    return {"lat_deg": lat_deg, "lon_deg": lon_deg, "alt_m": alt_m, "alt_datum": "AGL", **more}


def body(aircraft_id: str, departure: datetime, *waypoints: dict[str, Any], **more: Any) -> dict[str, Any]:
    route = {"type": "trajectory", "crs": "WGS84", "cruise_speed_mps": 12, "waypoints": list(waypoints)}
    return {
        "aircraft_id": aircraft_id,
        "operation_type": "logistics",
        "departure_at": departure.isoformat(),
        "route": route,
        **more,
    }


def across(aircraft_id: str, departure: datetime, lat_deg: float, **more: Any) -> dict[str, Any]:
    """Return a flight from pad to pad along a parallel, climbing and descending on the spot."""
    return body(
        aircraft_id,
        departure,
        point(lat_deg, WEST, 0, speed_mps=4),
        point(lat_deg, WEST, 75),
        point(lat_deg, EAST, 75, speed_mps=3),
        point(lat_deg, EAST, 0),
        **more,
    )


def offers_of(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 409, answer.text
    found: list[dict[str, Any]] = answer.json()["decision"]["counter_offers"]
    return found


@pytest.fixture
def departure() -> datetime:
    return datetime.now(UTC) + timedelta(hours=50 + next(_counter))


@pytest.fixture
def zone(as_role: AsRole) -> Iterator[Callable[..., str]]:
    """Return a function that publishes a zone for the length of a test."""
    regulator = as_role("regulator")
    published: list[str] = []

    def publish(box: tuple[float, float, float, float], **properties: Any) -> str:
        west, south, east, north = box
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        values = {"name": "Test", "restriction": "PROHIBITED", "lower_m": 0, "upper_m": 120, "datum": "AGL"}
        feature = {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {**values, **properties},
        }
        answer = regulator.post("/v1/zones", json=feature)
        assert answer.status_code == 201, answer.text
        document = answer.json()
        published.append(document.get("zone_id") or document["properties"]["zone_id"])
        return published[-1]

    yield publish
    for zone_id in published:
        assert regulator.delete(f"/v1/zones/{zone_id}").status_code in (200, 204)


def test_every_offer_for_a_conflict_is_approved_when_filed_as_it_stands(as_role: AsRole, departure: datetime) -> None:
    """Each offered body, filed unchanged while nothing else changes, must be approved; the first must be a good one."""
    firm, other = as_role("operator", 0), as_role("operator", 1)
    assert firm.post("/v1/flight-plans", json=across(register(firm), departure, 22.741)).status_code == 201
    mine = across(register(other), departure + timedelta(seconds=5), 22.741)
    refused = other.post("/v1/flight-plans", json=mine)
    offers = offers_of(refused)
    assert 1 <= len(offers) <= 5
    assert "delay" in {offer["kind"] for offer in offers}
    for offer in offers:
        assert offer["detail"]
        assert offer["detail_zh"]
        assert set(offer["cost"]) == {"delay_s", "extra_m", "extra_wh"}
        assert other.post("/v1/flight-plans/check", json=offer["plan"]).json()["state"] == "approved"
    taken = other.post("/v1/flight-plans", json=offers[0]["plan"])
    assert taken.status_code == 201, taken.text


def test_check_and_modify_carry_offers_too(as_role: AsRole, departure: datetime) -> None:
    """A refused check and a refused modification must say what would be approved instead."""
    firm, other = as_role("operator", 0), as_role("operator", 1)
    assert firm.post("/v1/flight-plans", json=across(register(firm), departure, 22.743)).status_code == 201
    aircraft = register(other)
    checked = other.post("/v1/flight-plans/check", json=across(aircraft, departure, 22.743)).json()
    assert checked["state"] == "refused"
    assert checked["decision"]["counter_offers"]
    later = across(aircraft, departure + timedelta(hours=1), 22.743)
    plan = other.post("/v1/flight-plans", json=later).json()
    assert plan["state"] == "approved"
    at = {"If-Match": str(plan["version"])}
    path = f"/v1/flight-plans/{plan['plan_id']}"
    refused = other.put(path, json=across(aircraft, departure, 22.743), headers=at)
    offers = offers_of(refused)
    assert offers
    assert other.put(path, json=offers[0]["plan"], headers=at).status_code == 200


def test_a_zone_across_the_way_is_flown_around(as_role: AsRole, departure: datetime, zone: Callable[..., str]) -> None:
    """A prohibited block must bring a route around it that is approved, and no delay, which would not help."""
    firm = as_role("operator", 0)
    zone((114.260, 22.744, 114.264, 22.748))
    offers = offers_of(firm.post("/v1/flight-plans", json=across(register(firm), departure, 22.7465)))
    kinds = [offer["kind"] for offer in offers]
    assert "route" in kinds
    assert "delay" not in kinds
    way = offers[kinds.index("route")]
    assert way["cost"]["extra_m"] > 0
    assert firm.post("/v1/flight-plans", json=way["plan"]).status_code == 201


def test_a_flight_that_waits_for_an_authority_is_offered_a_way_that_does_not(
    as_role: AsRole, departure: datetime, zone: Callable[..., str]
) -> None:
    """A pending plan through a zone that asks for authorisation must carry the approved way around it."""
    firm = as_role("operator", 0)
    zone((114.260, 22.749, 114.264, 22.7525), restriction="REQ_AUTHORISATION")
    answer = firm.post("/v1/flight-plans", json=across(register(firm), departure, 22.7505))
    assert answer.status_code == 202, answer.text
    offers = answer.json()["decision"]["counter_offers"]
    assert "route" in {offer["kind"] for offer in offers}
    for offer in offers:
        assert firm.post("/v1/flight-plans/check", json=offer["plan"]).json()["state"] == "approved"


def test_a_zone_over_the_landing_is_answered_with_another_pad(
    as_role: AsRole, departure: datetime, zone: Callable[..., str]
) -> None:
    """When the landing place itself is closed, another pad nearby must be offered, and be approved."""
    firm = as_role("operator", 0)
    sites = firm.get("/v1/sites").json()
    features = {item["properties"]["site_id"]: item for item in sites.get("features", sites.get("items", []))}
    lon, lat = features["st_talent_park"]["geometry"]["coordinates"][:2]
    start_lon, start_lat = features["st_shenzhen_bay_park"]["geometry"]["coordinates"][:2]
    zone((lon - 0.0006, lat - 0.0006, lon + 0.0006, lat + 0.0006))
    plan = body(
        register(firm),
        departure,
        point(start_lat, start_lon, 0, speed_mps=4),
        point(start_lat, start_lon, 75),
        point(lat, lon, 75, speed_mps=3),
        point(lat, lon, 0),
        origin_site_id="st_shenzhen_bay_park",
        destination_site_id="st_talent_park",
    )
    offers = offers_of(firm.post("/v1/flight-plans", json=plan))
    assert {offer["kind"] for offer in offers} == {"site"}
    assert offers[0]["plan"]["destination_site_id"] != "st_talent_park"
    assert firm.post("/v1/flight-plans", json=offers[0]["plan"]).status_code == 201


def test_what_nothing_cures_is_said(as_role: AsRole, departure: datetime, zone: Callable[..., str]) -> None:
    """A take-off inside a prohibited zone has no offers, and the reason says that no change cures it."""
    firm = as_role("operator", 0)
    zone((WEST - 0.001, 22.7555, WEST + 0.001, 22.7575))
    answer = firm.post("/v1/flight-plans", json=across(register(firm), departure, 22.7565))
    assert offers_of(answer) == []
    refusing = [item for item in answer.json()["decision"]["reasons"] if item["severity"] == "refuse"]
    assert [item["curable"] for item in refusing] == [False] * len(refusing)


def test_volumes_are_offered_later(as_role: AsRole, departure: datetime) -> None:
    """A refused plan of volumes must be offered its volumes at the first free time, and that must be approved."""
    firm, other = as_role("operator", 0), as_role("operator", 1)
    assert firm.post("/v1/flight-plans", json=across(register(firm), departure, 22.7585)).status_code == 201
    ring = [(22.758, 114.26), (22.758, 114.262), (22.7592, 114.262), (22.7592, 114.26)]
    volume = {
        "volume": {
            "outline_polygon": {"vertices": [{"lat": lat, "lng": lng} for lat, lng in ring]},
            "altitude_lower": {"value": 40, "reference": "W84", "units": "M"},
            "altitude_upper": {"value": 90, "reference": "W84", "units": "M"},
        },
        "time_start": {"value": departure.isoformat(), "format": "RFC3339"},
        "time_end": {"value": (departure + timedelta(minutes=4)).isoformat(), "format": "RFC3339"},
    }
    plan = {
        "aircraft_id": register(other),
        "operation_type": "survey",
        "departure_at": departure.isoformat(),
        "route": {"type": "volumes", "volumes": [volume]},
    }
    offers = offers_of(other.post("/v1/flight-plans", json=plan))
    assert [offer["kind"] for offer in offers] == ["delay"]
    assert other.post("/v1/flight-plans", json=offers[0]["plan"]).status_code == 201


def test_a_hold_keeps_the_offer_from_a_competing_firm(as_role: AsRole, departure: datetime) -> None:
    """While an offer is held another firm must be refused there, and its own firm approved, once."""
    firm, other, third = as_role("operator", 0), as_role("operator", 1), as_role("operator", 2)
    assert firm.post("/v1/flight-plans", json=across(register(firm), departure, 22.7335)).status_code == 201
    refused = other.post("/v1/flight-plans", json=across(register(other), departure, 22.7335))
    offers = offers_of(refused)
    plan_id = refused.json()["plan_id"]
    held = other.post(f"/v1/flight-plans/{plan_id}/offers/0/hold")
    assert held.status_code == 200, held.text
    until = datetime.fromisoformat(held.json()["held_until"])
    assert timedelta(seconds=50) < until - datetime.now(UTC) <= timedelta(seconds=60)
    read = other.get(f"/v1/flight-plans/{plan_id}").json()["decision"]["counter_offers"]
    assert read[0]["held_until"] == held.json()["held_until"]
    assert [offer["held_until"] for offer in read[1:]] == [None] * (len(read) - 1)
    again = other.post(f"/v1/flight-plans/{plan_id}/offers/0/hold")
    assert again.json()["held_until"] == held.json()["held_until"], "asking again must not extend it"

    copied = {**offers[0]["plan"], "aircraft_id": register(third)}
    competing = third.post("/v1/flight-plans", json=copied)
    assert competing.status_code == 409
    assert competing.json()["decision"]["reasons"][0]["code"] == "conflict_with_plan"
    taken = other.post("/v1/flight-plans", json=offers[0]["plan"])
    assert taken.status_code == 201, taken.text
    assert other.post("/v1/flight-plans", json=offers[0]["plan"]).status_code == 409, "a hold is consumed once"


def test_only_its_firm_may_hold_an_offer_that_exists(as_role: AsRole, departure: datetime) -> None:
    """Another firm's plan and an offer that is not there are 404; a dispatcher files nothing and holds nothing."""
    firm, other = as_role("operator", 0), as_role("operator", 1)
    assert firm.post("/v1/flight-plans", json=across(register(firm), departure, 22.7365)).status_code == 201
    refused = other.post("/v1/flight-plans", json=across(register(other), departure, 22.7365))
    path = f"/v1/flight-plans/{refused.json()['plan_id']}/offers"
    assert firm.post(f"{path}/0/hold").status_code == 404
    assert other.post(f"{path}/99/hold").status_code == 404
    assert as_role("dispatcher").post(f"{path}/0/hold").status_code == 403
    first, second = (other.post(f"{path}/{index}/hold") for index in (0, 1))
    assert (first.status_code, second.status_code) == (200, 200)
    gone = other.post(f"{path}/0/hold")
    assert (gone.status_code, gone.json()["code"]) == (409, "offer_expired"), "the first was given back for the second"


def test_a_displaced_firm_is_told_what_it_can_fly_instead(as_role: AsRole, departure: datetime) -> None:
    """A plan withdrawn for an emergency must carry offers that are approved with the emergency in the air."""
    firm, rescuer = as_role("operator", 0), as_role("operator", 2)
    mine = firm.post("/v1/flight-plans", json=across(register(firm), departure, 22.7315)).json()
    urgent = across(register(rescuer), departure, 22.7315, priority=90) | {"operation_type": "emergency"}
    assert rescuer.post("/v1/flight-plans", json=urgent).status_code == 201
    withdrawn = firm.get(f"/v1/flight-plans/{mine['plan_id']}").json()
    assert withdrawn["state"] == "withdrawn"
    offers = withdrawn["decision"]["counter_offers"]
    assert offers
    assert firm.post(f"/v1/flight-plans/{mine['plan_id']}/offers/0/hold").status_code == 200
    assert firm.post("/v1/flight-plans", json=offers[0]["plan"]).status_code == 201


def test_a_late_departure_is_offered_a_later_one(tmp_path: Path) -> None:
    """Activation refused by another flight in the air must come with offers that a modification takes."""
    with (
        shifted_server.running(tmp_path) as server,
        server.client("operator", 0) as firm,
        server.client("operator", 1) as other,
    ):
        soon = server.now() + timedelta(minutes=10)
        mine = firm.post("/v1/flight-plans", json=across(register(firm), soon, 22.7385)).json()
        assert mine["state"] == "approved"
        behind = other.post("/v1/flight-plans", json=across(register(other), soon + timedelta(seconds=22), 22.7385))
        if behind.status_code != 201:
            taken = next(o for o in behind.json()["decision"]["counter_offers"] if o["kind"] == "delay")
            behind = other.post("/v1/flight-plans", json=taken["plan"])
        assert behind.status_code == 201, behind.text
        gap_s = (datetime.fromisoformat(behind.json()["departure_at"]) - soon).total_seconds()
        assert gap_s < 60, "the departure may be that late"
        with server.clock.standing(soon + timedelta(seconds=gap_s - 10)):
            late = firm.post(f"/v1/flight-plans/{mine['plan_id']}/activate")
            assert late.status_code == 409, late.text
            offers = late.json()["decision"]["counter_offers"]
            assert offers
            path = f"/v1/flight-plans/{mine['plan_id']}"
            changed = firm.put(path, json=offers[0]["plan"], headers={"If-Match": "*"})
            assert changed.status_code == 200, changed.text


def test_a_hold_outlives_a_crash_and_lapses_by_itself(own_server: Server) -> None:
    """After kill -9 and a restart a hold must still keep others out, and when its minute is over it must not."""
    own_server.start()
    departure = datetime.now(UTC) + timedelta(hours=30)
    with own_server.client("operator", 0) as firm, own_server.client("operator", 1) as other:
        assert firm.post("/v1/flight-plans", json=across(register(firm), departure, 22.70)).status_code == 201
        refused = other.post("/v1/flight-plans", json=across(register(other), departure, 22.70))
        offered = offers_of(refused)[0]
        held = other.post(f"/v1/flight-plans/{refused.json()['plan_id']}/offers/0/hold").json()
    own_server.kill()
    own_server.start()
    with own_server.client("operator", 2) as third:
        copied = {**offered["plan"], "aircraft_id": register(third)}
        assert third.post("/v1/flight-plans/check", json=copied).json()["state"] == "refused"
        time.sleep(max(0.0, (datetime.fromisoformat(held["held_until"]) - datetime.now(UTC)).total_seconds()) + 0.2)
        assert third.post("/v1/flight-plans", json=copied).status_code == 201
