"""An officer's alternative to a pending plan over HTTP against a real server."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.fakes import filing
from tests.fakes.filing import expect_approved, expect_problem, plan, point

pytestmark = pytest.mark.slow

AsRole = Callable[..., httpx.Client]
NORTH_M = -6_600


@pytest.fixture
def awaiting(as_role: AsRole) -> Iterator[dict[str, object]]:
    """A plan that waits for an officer, because a zone below 60 m needs authorisation; nobody else flies here."""
    regulator, firm = as_role("regulator"), as_role("operator")
    ring = filing.square(4_500, NORTH_M, 400)
    zone = regulator.post("/v1/zones", json=filing.zone(ring, restriction="REQ_AUTHORISATION", upper_m=60))
    assert zone.status_code == 201, zone.text
    body = plan(filing.register(firm), filing.window(), [point(4_200, NORTH_M), point(4_800, NORTH_M)])
    answer = filing.file(firm, body)
    assert answer.status_code == 202, filing.why(answer)
    yield {**answer.json(), "body": body}
    regulator.delete(f"/v1/zones/{zone.json()['properties']['zone_id']}")


def test_an_officer_offers_an_alternative_that_the_firm_files(as_role: AsRole, awaiting: dict[str, object]) -> None:
    """Judged before it is given; one in another flight's way is refused; the firm files what was offered, and flies."""
    officer, firm, other = as_role("dispatcher"), as_role("operator"), as_role("operator", 1)
    path = f"/v1/flight-plans/{awaiting['plan_id']}/alternative"
    body = awaiting["body"]
    assert isinstance(body, dict)
    route = [point(4_200, NORTH_M, 110), point(4_800, NORTH_M, 110)]
    expect_approved(
        other, {**plan(filing.register(other), filing.window(), route), "departure_at": body["departure_at"]}
    )
    checked = officer.post(f"{path}/check", json={"climb_m": 58.0})
    assert checked.json()["decision"]["outcome"] == "refused", checked.text
    refused = officer.post(path, json={"climb_m": 58.0})
    expect_problem(refused, 409, "alternative_refused")
    assert refused.json()["decision"]["reasons"]
    expect_problem(officer.post(path, json={}), 422, "validation_failed")
    expect_problem(firm.post(path, json={"climb_m": 35.0}), 403, "forbidden")
    good = as_role("regulator").post(f"{path}/check", json={"climb_m": 35.0}).json()
    assert (good["decision"]["outcome"], good["offer"]["kind"]) == ("approved", "altitude")
    given = officer.post(path, json={"climb_m": 35.0, "reason": "Fly above the zone."})
    assert (given.status_code, given.json()["state"]) == (200, "refused"), given.text
    told = firm.get(f"/v1/flight-plans/{awaiting['plan_id']}").json()["decision"]
    offer = told["counter_offers"][0]
    assert "Fly above the zone." in told["reasons"][0]["detail"]
    assert [waypoint["alt_m"] for waypoint in offer["plan"]["route"]["waypoints"]] == [85.0, 85.0]
    expect_approved(firm, offer["plan"])
    expect_problem(officer.post(path, json={"climb_m": 35.0}), 409, "illegal_transition")


def test_an_alternative_may_be_a_whole_plan_of_the_same_aircraft(as_role: AsRole, awaiting: dict[str, object]) -> None:
    """One of the engine's own offers, or any body, as it stands; another aircraft's is refused by its field."""
    officer = as_role("dispatcher")
    path = f"/v1/flight-plans/{awaiting['plan_id']}/alternative"
    body = awaiting["body"]
    assert isinstance(body, dict)
    around = {
        **body,
        "route": {**body["route"], "waypoints": [point(4_200, NORTH_M - 900), point(4_800, NORTH_M - 900)]},
    }
    checked = officer.post(f"{path}/check", json={"plan": around}).json()
    assert (checked["decision"]["outcome"], checked["offer"]["kind"]) == ("approved", "route")
    foreign = officer.post(f"{path}/check", json={"plan": {**around, "aircraft_id": "ac_none"}})
    expect_problem(foreign, 422, "validation_failed")
    assert officer.post(path, json={"plan": around}).json()["decision"]["counter_offers"][0]["kind"] == "route"
