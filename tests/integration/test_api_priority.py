"""Priority: what may displace what, and what its owner is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.slow

EAST = 114.148


def register(client: httpx.Client, number: int) -> str:
    body = {"registration": f"UASPR{number:06d}", "manufacturer": "T", "model": "T", "class": "small"}
    answer = client.post("/v1/aircraft", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["aircraft_id"])


def plan(aircraft_id: str, departure: datetime, *, priority: int, lat_deg: float) -> dict[str, Any]:
    points = [
        {"lat_deg": lat_deg, "lon_deg": lon_deg, "alt_m": 70, "alt_datum": "AGL"} for lon_deg in (EAST, EAST + 0.02)
    ]
    route = {"type": "trajectory", "crs": "WGS84", "cruise_speed_mps": 12, "waypoints": points}
    return {
        "aircraft_id": aircraft_id,
        "operation_type": "emergency" if priority > 50 else "logistics",
        "priority": priority,
        "departure_at": departure.isoformat(),
        "route": route,
    }


@pytest.fixture
def departure() -> datetime:
    return datetime.now(UTC) + timedelta(hours=30)


def test_an_entitled_flight_displaces_a_plan_that_was_not_activated(
    as_role: Callable[..., httpx.Client], departure: datetime
) -> None:
    """A flight of priority 90 must be approved, and the commercial plan in its way withdrawn with reasons and margins."""
    firm, rescuer = as_role("operator", 0), as_role("operator", 2)
    mine, theirs = register(firm, 1), register(rescuer, 2)
    first = firm.post("/v1/flight-plans", json=plan(mine, departure, priority=10, lat_deg=22.672)).json()
    assert first["state"] == "approved"
    second = rescuer.post("/v1/flight-plans", json=plan(theirs, departure, priority=90, lat_deg=22.672))
    assert second.status_code == 201, second.text
    now = firm.get(f"/v1/flight-plans/{first['plan_id']}").json()
    assert now["state"] == "withdrawn"
    reason = now["decision"]["reasons"][0]
    assert reason["code"] == "displaced_by_priority"
    assert reason["horizontal_margin_m"] < 0
    assert reason["vertical_margin_m"] < 0
    assert second.json()["plan_id"] not in str(now), "another firm's plan id must not be told"


def test_without_the_entitlement_nothing_is_displaced(
    as_role: Callable[..., httpx.Client], departure: datetime
) -> None:
    """A firm without the entitlement must be refused at priority 90, and the plan in its way must stand."""
    firm, other = as_role("operator", 0), as_role("operator", 1)
    mine, theirs = register(firm, 3), register(other, 4)
    first = firm.post("/v1/flight-plans", json=plan(mine, departure, priority=10, lat_deg=22.676)).json()
    second = other.post("/v1/flight-plans", json=plan(theirs, departure, priority=90, lat_deg=22.676))
    assert second.status_code == 409
    assert "priority_not_entitled" in {reason["code"] for reason in second.json()["decision"]["reasons"]}
    assert firm.get(f"/v1/flight-plans/{first['plan_id']}").json()["state"] == "approved"


def test_equal_priority_does_not_displace(as_role: Callable[..., httpx.Client], departure: datetime) -> None:
    """First come first served holds within a priority: the second of two emergency flights must be refused."""
    rescuer = as_role("operator", 2)
    one, two = register(rescuer, 5), register(rescuer, 6)
    first = rescuer.post("/v1/flight-plans", json=plan(one, departure, priority=80, lat_deg=22.680))
    second = rescuer.post("/v1/flight-plans", json=plan(two, departure, priority=80, lat_deg=22.680))
    assert first.status_code == 201
    assert second.status_code == 409
    assert rescuer.get(f"/v1/flight-plans/{first.json()['plan_id']}").json()["state"] == "approved"


def test_an_activated_flight_is_never_displaced(as_role: Callable[..., httpx.Client]) -> None:
    """A flight that was activated must keep its airspace against any priority."""
    firm, rescuer = as_role("operator", 0), as_role("operator", 2)
    mine, theirs = register(firm, 7), register(rescuer, 8)
    soon = datetime.now(UTC) + timedelta(seconds=60)
    first = firm.post("/v1/flight-plans", json=plan(mine, soon, priority=10, lat_deg=22.684)).json()
    assert firm.post(f"/v1/flight-plans/{first['plan_id']}/activate").status_code == 200
    second = rescuer.post("/v1/flight-plans", json=plan(theirs, soon, priority=95, lat_deg=22.684))
    assert second.status_code == 409
    assert firm.get(f"/v1/flight-plans/{first['plan_id']}").json()["state"] == "activated"
    assert firm.post(f"/v1/flight-plans/{first['plan_id']}/end").status_code == 200
