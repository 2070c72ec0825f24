"""Fairness."""

from typing import Any

import orjson
import pytest

from airspace.timebase import from_scene_s
from utm.fairness import FirmRecord, fairness, fate_of, total
from utm.store.statistics import FiledPlan

DAY_S = 70_000_000.0


def body(aircraft: str, departs_s: float, **more: Any) -> dict[str, Any]:
    """Return a body as filed."""
    waypoints = [{"lat_deg": 22.7, "lon_deg": 114.2, "alt_m": 50, "alt_datum": "AGL"}]
    route = {"type": "trajectory", "cruise_speed_mps": 10, "waypoints": waypoints}
    return {"aircraft_id": aircraft, "departure_at": from_scene_s(departs_s).isoformat(), "route": route, **more}


def filed(
    plan_id: str,
    firm: str,
    state: str,
    departs_s: float = DAY_S,
    *,
    approved: bool = False,
    reasons: tuple[str, ...] = (),
    offers: tuple[dict[str, Any], ...] = (),
    application: str = "submitted",
    **more: Any,
) -> FiledPlan:
    """Return a plan as the store tells of it."""
    decision = {
        "reasons": [{"code": code, "severity": "refuse"} for code in reasons] + [{"code": "x", "severity": "warning"}],
        "counter_offers": [{"plan": offer} for offer in offers],
    }
    return FiledPlan(
        plan_id,
        firm,
        state,
        departs_s,
        approved,
        orjson.dumps({"application": application}).decode(),
        orjson.dumps(more.get("body", body("ac_1", departs_s))).decode(),
        orjson.dumps(decision).decode(),
    )


@pytest.mark.parametrize(
    ("state", "approved", "application", "fate"),
    [
        ("approved", True, "standing", "approved"),
        ("ended", True, "standing", "approved"),
        ("cancelled", True, "standing", "approved"),
        ("withdrawn", True, "standing", "approved"),
        ("approved", False, "approved", "approved"),
        ("cancelled", False, "approved", "approved"),
        ("refused", False, "submitted", "refused"),
        ("refused", False, "refused", "refused"),
        ("pending", False, "submitted", "pending"),
        ("expired", False, "submitted", "lapsed"),
        ("cancelled", False, "submitted", "lapsed"),
    ],
)
def test_what_became_of_a_request(state: str, approved: bool, application: str, fate: str) -> None:
    """Approved stays approved whatever the flight did; undecided and gone is lapsed."""
    assert fate_of(filed("fp_1", "org_a", state, approved=approved, application=application)) == fate


def test_requests_are_counted_by_firm_and_refusals_by_cause() -> None:
    """Every plan is one request with one fate; a plan refused for two causes counts under both."""
    plans = [
        filed("fp_1", "org_a", "ended", approved=True),
        filed("fp_2", "org_a", "withdrawn", approved=True),
        filed("fp_3", "org_a", "refused", reasons=("zone_prohibited", "conflict_with_plan", "conflict_with_plan")),
        filed("fp_4", "org_a", "refused", reasons=("conflict_with_plan",)),
        filed("fp_5", "org_b", "pending"),
        filed("fp_6", "org_b", "expired"),
    ]
    found = fairness(plans, DAY_S)
    assert found["org_a"].document() == {
        "requested": 4,
        "approved": 2,
        "refused": 2,
        "pending": 0,
        "lapsed": 0,
        "displaced": 1,
        "offers_taken": 0,
        "approved_share": 0.5,
        "mean_delay_s": 0.0,
        "refusals": [
            {"code": "conflict_with_plan", "plans": 2, "share": 1.0},
            {"code": "zone_prohibited", "plans": 1, "share": 0.5},
        ],
    }
    assert (found["org_b"].pending, found["org_b"].lapsed) == (1, 1)
    assert found["org_b"].document()["approved_share"] is None
    whole = total(found.values())
    assert (whole.requested, whole.approved, whole.refused, whole.causes["conflict_with_plan"]) == (6, 2, 2, 2)
    assert total([]).document() == FirmRecord().document()


def test_a_plan_filed_from_an_offer_is_known_and_its_delay_counted() -> None:
    """However its numbers and times are written; another firm's equal body is no offer taken."""
    offered = body("ac_1", DAY_S + 90.0, priority=10)
    written = body("ac_1", DAY_S + 90.0)
    written["departure_at"] = written["departure_at"].replace("+00:00", "Z")
    written["route"]["waypoints"][0] |= {"alt_m": 50.0, "hold_s": None}
    plans = [
        filed("fp_1", "org_a", "refused", reasons=("conflict_with_plan",), offers=(offered,)),
        filed("fp_2", "org_a", "approved", DAY_S + 90.0, approved=True, body=written),
        filed("fp_3", "org_a", "approved", DAY_S + 10.0, approved=True),
        filed("fp_4", "org_b", "approved", DAY_S + 90.0, approved=True, body=written),
    ]
    found = fairness(plans, DAY_S)
    assert (found["org_a"].offers_taken, found["org_a"].document()["mean_delay_s"]) == (1, 45.0)
    assert (found["org_b"].offers_taken, found["org_b"].document()["mean_delay_s"]) == (0, 0.0)


def test_offers_that_lead_to_offers_count_from_the_first_wish() -> None:
    """Refused, offered 60 s later, refused again, offered 200 s later: the delay is 200 s."""
    first, second = body("ac_1", DAY_S + 60.0), body("ac_1", DAY_S + 200.0)
    plans = [
        filed("fp_3", "org_a", "approved", DAY_S + 200.0, approved=True, body=second),
        filed("fp_2", "org_a", "refused", DAY_S + 60.0, body=first, offers=(second,)),
        filed("fp_1", "org_a", "refused", DAY_S, offers=(first,)),
    ]
    assert fairness(plans, DAY_S)["org_a"].delays_s == [200.0]


def test_what_was_refused_before_the_window_only_explains_what_came_after() -> None:
    """It is no request of the window, yet its offer is recognised."""
    offer = body("ac_1", DAY_S + 30.0)
    plans = [
        filed("fp_1", "org_a", "refused", DAY_S - 60.0, offers=(offer,), body=body("ac_1", DAY_S - 60.0)),
        filed("fp_2", "org_a", "approved", DAY_S + 30.0, approved=True, body=offer),
    ]
    record = fairness(plans, DAY_S)["org_a"]
    assert (record.requested, record.refused, record.offers_taken, record.delays_s) == (1, 0, 1, [90.0])
