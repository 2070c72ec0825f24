"""Plan bodies, and what a firm reads from answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sim.filing import Answered, answered, best_offer, departure_of, plan_body, rfc3339, way_back_refused
from sim.routes import Route, SitePlace

NOW = datetime(2026, 5, 1, 4, tzinfo=UTC)
A, B = SitePlace("st_a", 22.54, 113.95, 1), SitePlace("st_b", 22.55, 113.95, 1)
ROUTE = Route(A, B, 60.0, ((22.54, 113.95), (22.545, 113.951), (22.55, 113.95)), 1200.0)


def offer(kind: str, delay_s: float, departs_in_s: float) -> dict[str, Any]:
    """A counter-offer."""
    plan = {"departure_at": rfc3339(NOW + timedelta(seconds=departs_in_s))}
    return {"kind": kind, "plan": plan, "cost": {"delay_s": delay_s}}


def test_plan_climbs_and_descends_straight() -> None:
    """A plan must begin and end on the ground with vertical legs, and fly between at its level."""
    body = plan_body("ac_1", ROUTE, NOW, cruise_mps=15.0)
    w = body["route"]["waypoints"]
    assert [p["alt_m"] for p in w] == [0.0, 60.0, 60.0, 60.0, 0.0]
    assert (w[0]["lat_deg"], w[-1]["lat_deg"]) == (w[1]["lat_deg"], w[-2]["lat_deg"])
    assert departure_of(body) == NOW
    assert (body["origin_site_id"], body["destination_site_id"]) == ("st_a", "st_b")


def test_answers_are_told_apart() -> None:
    """Approved, pending, refused and malformed must be told apart, with their reasons but not their warnings."""
    approved = {"plan_id": "fp_1", "state": "approved", "decision": {"outcome": "approved"}}
    assert answered({}, 201, approved).outcome == "approved"
    assert answered({}, 202, {"decision": {"outcome": "pending"}}).outcome == "pending"
    reasons = [{"code": "conflict", "severity": "refuse"}, {"code": "article27", "severity": "warning"}]
    refused = answered({}, 409, {"decision": {"outcome": "refused", "reasons": reasons}})
    assert (refused.outcome, refused.reasons) == ("refused", ("conflict",))
    wrong = answered({}, 422, {"code": "invalid", "errors": [{"field": "/route", "code": "missing"}]})
    assert (wrong.outcome, wrong.reasons) == ("malformed", ("/route missing",))


def test_a_repeated_approval_since_withdrawn_is_no_approval() -> None:
    """An idempotent repeat whose plan has been withdrawn meanwhile must not be flown."""
    body = {"plan_id": "fp_1", "state": "withdrawn", "decision": {"outcome": "approved"}}
    assert answered({}, 201, body).outcome == "refused"


def test_only_sensible_offers_are_taken() -> None:
    """Offers that wait too long, lie in the past, or land elsewhere must be passed over for the first good one."""
    offers = [offer("delay", 600, 600), offer("delay", 10, -5), offer("site", 0, 60), offer("altitude", 0, 60)]
    answer = answered({}, 409, {"decision": {"outcome": "refused", "counter_offers": offers}})
    assert best_offer(answer, NOW) == offers[3]["plan"]
    assert best_offer(answered({}, 409, {}), NOW) is None


def test_a_closed_way_home_is_told_from_other_refusals() -> None:
    """Only when nothing but the way home stands against a plan is another procedure worth filing."""
    assert way_back_refused(Answered("refused", {}, ("lost_link_zone",), ()))
    assert not way_back_refused(Answered("refused", {}, ("lost_link_zone", "conflict_with_plan"), ()))
    assert not way_back_refused(Answered("approved", {}, (), ()))
