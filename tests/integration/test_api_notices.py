"""Standing approvals and advisories through the API."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.integration.test_api_priority import plan, register

pytestmark = pytest.mark.slow


def test_a_regulator_decides_what_a_firm_applied_for(as_role: Callable[..., httpx.Client]) -> None:
    """An envelope must be applied for by a firm, decided by a regulator, and seen by nobody else's firm."""
    firm, other, regulator = as_role("operator", 0), as_role("operator", 1), as_role("regulator")
    envelope = {"name": "Morning round", "upper_agl_m": 90, "operation_types": ["logistics"]}
    applied = firm.post("/v1/standing-approvals", json=envelope)
    assert applied.status_code == 201, applied.text
    ref = applied.json()["standing_approval_id"]
    assert applied.json()["state"] == "applied"
    assert firm.post(f"/v1/standing-approvals/{ref}/decision", json={"outcome": "approved"}).status_code == 403
    assert ref not in other.get("/v1/standing-approvals").text
    decided = regulator.post(f"/v1/standing-approvals/{ref}/decision", json={"outcome": "approved", "reason": "fine"})
    assert decided.json()["state"] == "approved"
    again = regulator.post(f"/v1/standing-approvals/{ref}/decision", json={"outcome": "refused"})
    assert again.status_code == 409
    assert again.json()["code"] == "illegal_transition"
    assert ref in firm.get("/v1/standing-approvals").text


def test_an_envelope_upside_down_is_refused(as_role: Callable[..., httpx.Client]) -> None:
    """Heights the wrong way round must be answered 422, and so must an area that crosses itself."""
    firm = as_role("operator", 0)
    bad = firm.post("/v1/standing-approvals", json={"name": "x", "lower_agl_m": 90, "upper_agl_m": 60})
    assert bad.status_code == 422
    bow_tie = {
        "type": "Polygon",
        "coordinates": [[[114.1, 22.6], [114.2, 22.7], [114.2, 22.6], [114.1, 22.7], [114.1, 22.6]]],
    }
    crossed = firm.post("/v1/standing-approvals", json={"name": "x", "upper_agl_m": 60, "geometry": bow_tie})
    assert crossed.status_code == 422
    assert crossed.json()["errors"][0]["field"].startswith("/geometry")


def test_a_firm_is_told_of_a_zone_on_its_route_and_acknowledges(as_role: Callable[..., httpx.Client]) -> None:
    """Publishing a zone must advise the firms whose plans it touches, and only them, until they acknowledge."""
    firm, other, regulator = as_role("operator", 0), as_role("operator", 1), as_role("regulator")
    departure = datetime.now(UTC) + timedelta(hours=40)
    filed = firm.post("/v1/flight-plans", json=plan(register(firm, 31), departure, priority=10, lat_deg=22.6885)).json()
    assert filed["state"] == "approved"
    ring = [[114.150, 22.688], [114.155, 22.688], [114.155, 22.689], [114.150, 22.689], [114.150, 22.688]]
    properties = {"name": "Test closure", "restriction": "PROHIBITED", "lower_m": 0, "upper_m": 120, "datum": "AGL"}
    zone = regulator.post(
        "/v1/zones",
        json={"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": properties},
    )
    assert zone.status_code == 201, zone.text
    zone_id = zone.json()["properties"]["zone_id"]
    try:
        told = firm.get("/v1/advisories", params={"plan_id": filed["plan_id"]}).json()["items"]
        assert [item["kind"] for item in told] == ["zone_published"]
        assert told[0]["zone_id"] == zone_id
        assert told[0]["acknowledged_at"] is None
        assert other.get("/v1/advisories", params={"plan_id": filed["plan_id"]}).json()["items"] == []
        ref = told[0]["advisory_id"]
        assert other.post(f"/v1/advisories/{ref}/acknowledge").status_code == 404
        assert firm.post(f"/v1/advisories/{ref}/acknowledge").json()["acknowledged_at"] is not None
    finally:
        assert regulator.delete(f"/v1/zones/{zone_id}").status_code == 204


def test_the_impact_of_a_zone_names_plans_times_and_actions(as_role: Callable[..., httpx.Client]) -> None:
    """Before it is published a zone must name the plan it would touch, when it is inside, and what to do."""
    firm, regulator = as_role("operator", 0), as_role("regulator")
    departure = datetime.now(UTC) + timedelta(hours=44)
    filed = firm.post("/v1/flight-plans", json=plan(register(firm, 32), departure, priority=10, lat_deg=22.6925)).json()
    assert filed["state"] == "approved"
    outer = [[114.150, 22.691], [114.160, 22.691], [114.160, 22.694], [114.150, 22.694], [114.150, 22.691]]
    properties = {"name": "Planned", "restriction": "PROHIBITED", "lower_m": 0, "upper_m": 120, "datum": "AGL"}
    body = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [outer]}, "properties": properties}
    impact = regulator.post("/v1/zones/impact", json=body).json()
    mine = [item for item in impact["filed"] if item["plan_id"] == filed["plan_id"]]
    assert len(mine) == 1
    assert mine[0]["action"] == "change_or_cancel"
    enters, leaves = (datetime.fromisoformat(mine[0][name]) for name in ("enters_at", "leaves_at"))
    # From 114.148 the flight reaches 114.150, less 20 m, after about 15 s and needs about 89 s to cross at 12 m/s.
    assert 8 <= (enters - departure).total_seconds() <= 17
    assert 85 <= (leaves - enters).total_seconds() <= 105
    properties["lower_m"] = 80
    assert regulator.post("/v1/zones/impact", json=body).json()["counts"] == {"filed": 0, "airborne": 0, "orders": 0}
