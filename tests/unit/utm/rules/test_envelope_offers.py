"""A flight outside its firm's standing approvals is told by what, and offered ways back inside that are then approved."""

from datetime import UTC, datetime
from typing import Any

import orjson

from airspace.rules.book import book_to_dict, order_761
from airspace.zones import Zone, parse_zone
from tests.fakes import filing
from tests.fakes.desk import Desk, principal
from tests.fakes.filing import point

MORNING = datetime(2026, 12, 30, 2, 0, tzinfo=UTC)
EVERY = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


def ring(*corners: tuple[float, float]) -> dict[str, Any]:
    """Return a polygon by its corners, metres east and north of the middle."""
    places = [filing.place(*corner) for corner in (*corners, corners[0])]
    return {"type": "Polygon", "coordinates": [[[lon, lat] for lat, lon in places]]}


BOX = ring((-300, -300), (1_300, -300), (1_300, 300), (-300, 300))


async def approved(desk: Desk, **envelope: Any) -> str:
    """Put the order in force, and an envelope of the firm org_c."""
    desk.clock.advance((MORNING - desk.clock.now()).total_seconds())
    rules = {**book_to_dict(order_761()), "late_standing_filing": "off"}
    regulator = principal("regulator", "org_r")
    # Time to search on a busy machine: what is found must not depend on its speed.
    policy = {"rules": rules, "readiness_lead_s": 3_600.0, "offer_budget_ms": 10_000.0}
    await desk.services.zone_desk.publish_policy(regulator, policy, None)
    wanted = {"name": "Morning round", "geometry": BOX, "lower_agl_m": 0.0, "upper_agl_m": 60.0, **envelope}
    applied = await desk.services.standing.apply(principal("operator", "org_c"), wanted)
    await desk.services.standing.decide(regulator, applied["standing_approval_id"], "approved", None)
    return str(applied["standing_approval_id"])


async def filed(desk: Desk, departs: str = "2026-12-31 09:05", **plan: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """File a plan of org_c; return its body and the answer."""
    at = datetime.fromisoformat(f"{departs}+08:00").astimezone(UTC)
    body = filing.plan(await desk.aircraft("org_c"), at, **plan)
    return body, orjson.loads(orjson.dumps((await desk.file(body, "org_c")).document))


def missed(answer: dict[str, Any]) -> list[str]:
    """Return what the answer says of envelopes that do not cover the flight."""
    return [item["detail"] for item in answer["decision"]["reasons"] if item["code"] == "outside_standing_approval"]


async def check_every_offer(desk: Desk, answer: dict[str, Any], approval_id: str) -> list[dict[str, Any]]:
    """File every offer as it stands: each must be approved under the approval. Return their bodies."""
    offers = answer["decision"]["counter_offers"]
    for offer in offers:
        again = orjson.loads(orjson.dumps((await desk.file(offer["plan"], "org_c")).document))
        assert again["state"] == "approved", again["decision"]
        assert again["rule_clock"]["standing_approval_id"] == approval_id
        assert again["authority"]["application"] == "standing"
        await desk.services.plan_steps.cancel(principal("operator", "org_c"), again["plan_id"])
    return [offer["plan"] for offer in offers]


def tops(plan: dict[str, Any]) -> float:
    return float(max(waypoint["alt_m"] for waypoint in plan["route"]["waypoints"]))


async def test_too_high_is_offered_the_height_of_the_band(desk: Desk) -> None:
    """A flight at 90 m under a ceiling of 60 m must be offered its way at 60 m or less, and told why it waits."""
    approval_id = await approved(desk)
    _, answer = await filed(desk, waypoints=[point(0, 0, 90.0), point(1_000, 0, 90.0)])
    assert answer["state"] == "pending"
    (said,) = missed(answer)
    assert "Morning round" in said
    assert "reaches 90.0 m true height, it ends at 60 m" in said
    plans = await check_every_offer(desk, answer, approval_id)
    assert plans
    assert all(tops(plan) <= 60.0 for plan in plans)
    assert {offer["kind"] for offer in answer["decision"]["counter_offers"]} == {"altitude"}


async def test_a_band_without_a_layer_of_the_city_is_offered_all_the_same(desk: Desk) -> None:
    """An envelope of 41 to 44 m holds none of the layers: the offer must be at a height of its own."""
    approval_id = await approved(desk, lower_agl_m=41.0, upper_agl_m=44.0)
    _, answer = await filed(desk, waypoints=[point(0, 0, 90.0), point(1_000, 0, 90.0)])
    plans = await check_every_offer(desk, answer, approval_id)
    assert plans
    assert all(41.0 <= tops(plan) <= 44.0 for plan in plans)


async def test_a_way_out_of_the_area_is_led_back_inside(desk: Desk) -> None:
    """A straight way across the notch of an area must be offered around the notch, inside the area."""
    notched = ring(
        (-200, -600), (500, -600), (500, 100), (600, 100), (600, -600), (1_300, -600), (1_300, 600), (-200, 600)
    )
    approval_id = await approved(desk, geometry=notched)
    _, answer = await filed(desk, waypoints=[point(0, -200, 50.0), point(1_100, -200, 50.0)])
    assert answer["state"] == "pending"
    assert ["leaves its area" in said for said in missed(answer)] == [True]
    plans = await check_every_offer(desk, answer, approval_id)
    assert plans
    assert all(len(plan["route"]["waypoints"]) > 2 for plan in plans)


async def test_height_and_place_are_mended_together(desk: Desk) -> None:
    """A flight that is too high and leaves the area must be offered one way that is neither."""
    notched = ring(
        (-200, -600), (500, -600), (500, 100), (600, 100), (600, -600), (1_300, -600), (1_300, 600), (-200, 600)
    )
    approval_id = await approved(desk, geometry=notched)
    _, answer = await filed(desk, waypoints=[point(0, -200, 90.0), point(1_100, -200, 90.0)])
    plans = await check_every_offer(desk, answer, approval_id)
    assert plans
    assert all(tops(plan) <= 60.0 and len(plan["route"]["waypoints"]) > 2 for plan in plans)


async def test_outside_the_hours_is_offered_when_they_begin(desk: Desk) -> None:
    """A flight before the hours must be offered its departure when they begin."""
    weekly = [{"weekly": [{"days": EVERY, "from": "09:30", "to": "10:00"}]}]
    approval_id = await approved(desk, applicability=weekly)
    _, answer = await filed(desk)
    assert ["outside its hours" in said for said in missed(answer)] == [True]
    plans = await check_every_offer(desk, answer, approval_id)
    departs = [datetime.fromisoformat(plan["departure_at"]) for plan in plans]
    assert departs
    assert all(at >= datetime(2026, 12, 31, 1, 30, tzinfo=UTC) for at in departs)


async def test_a_landing_outside_the_area_is_said_and_not_offered_away(desk: Desk) -> None:
    """Where the landing lies outside no offer is made: the reasons say that none was found, and by what it is outside."""
    await approved(desk)
    _, answer = await filed(desk, waypoints=[point(0, 0, 50.0), point(2_000, 0, 50.0)])
    assert answer["state"] == "pending"
    assert answer["decision"]["counter_offers"] == []
    assert ["leaves its area" in said for said in missed(answer)] == [True]
    waits = next(item for item in answer["decision"]["reasons"] if item["code"] == "pending_authority")
    assert waits["curable"] is False


async def test_another_firms_envelope_is_neither_named_nor_used(desk: Desk) -> None:
    """What another firm may fly under must not show in a firm's answers."""
    await approved(desk)
    at = datetime(2026, 12, 31, 1, 5, tzinfo=UTC)
    body = filing.plan(await desk.aircraft("org_b"), at, waypoints=[point(0, 0, 90.0), point(1_000, 0, 90.0)])
    answer = orjson.loads(orjson.dumps((await desk.file(body, "org_b")).document))
    assert missed(answer) == []
    assert "Morning round" not in orjson.dumps(answer).decode()


async def test_a_way_around_a_zone_stays_inside_the_area(desk: Desk) -> None:
    """A prohibited zone across the middle of the area must be passed on the side that lies inside."""
    wide = ring((-300, -200), (1_300, -200), (1_300, 800), (-300, 800))
    approval_id = await approved(desk, geometry=wide)
    # It reaches beyond the southern edge of the area, so that only the north is left.
    feature = filing.zone([(450, -900), (550, -900), (550, 200), (450, 200)])
    zone = parse_zone(
        {**feature, "properties": {**feature["properties"], "zone_id": "zn_across"}}, desk.services.book.region
    )
    assert isinstance(zone, Zone)
    await desk.services.zone_desk.publish(principal("regulator", "org_r"), [zone])
    _, answer = await filed(desk, waypoints=[point(0, 0, 50.0), point(1_000, 0, 50.0)])
    assert answer["state"] == "refused"
    assert answer["rule_clock"]["standing_approval_id"] == approval_id
    plans = await check_every_offer(desk, answer, approval_id)
    assert any(len(plan["route"]["waypoints"]) > 2 for plan in plans)
