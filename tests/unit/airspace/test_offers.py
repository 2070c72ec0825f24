"""Counter-offers: each kind alone and combined, their order, and what cannot be cured."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from airspace import offers
from airspace.decision import Decision
from airspace.policy_parts import CellLimit
from tests.fakes.offers_city import DEPARTURE, FREE, NOW, OfferCity, hop, place, plan


def kinds(decision: Decision) -> list[str]:
    return [offer.kind for offer in decision.counter_offers]


def all_hold(city: OfferCity, decision: Decision) -> None:
    """Every offer, filed as it stands, must be approved."""
    for offer in decision.counter_offers:
        judged = city.check(dict(offer.plan))
        assert judged.outcome == "approved", (offer.kind, offer.detail, judged.reasons)


def delay_of(body: Any) -> float:
    return (datetime.fromisoformat(body["departure_at"]) - DEPARTURE).total_seconds()


def test_an_approved_plan_has_no_offers() -> None:
    """Nothing is offered instead of what is granted."""
    assert OfferCity().file(hop(0, 0, 2000, 0)).counter_offers == ()


def test_the_shortest_delay_is_offered_and_other_layers_at_once() -> None:
    """Behind a flight on the same way the delay is what the buffer asks for; a layer above or below needs none."""
    city = OfferCity()
    city.file(hop(0, 0, 2000, 0))
    decision = city.file(hop(0, 0, 2000, 0))
    assert decision.outcome == "refused"
    assert set(kinds(decision)) == {"delay", "altitude"}
    assert len(kinds(decision)) <= 5
    delay = next(offer for offer in decision.counter_offers if offer.kind == "delay")
    assert delay.delay_s == delay_of(delay.plan) > 15
    assert (delay.extra_m, delay.extra_wh) == (0.0, 0.0)
    all_hold(city, decision)


def test_the_delay_is_the_least_there_is() -> None:
    """No departure a millisecond earlier than offered may be approved."""
    city = OfferCity()
    city.file(hop(0, 0, 2000, 0))
    city.file(hop(1000, -1000, 1000, 1000, at_s=20))
    decision = city.file(hop(0, 0, 2000, 0, at_s=3))
    delay = next(offer for offer in decision.counter_offers if offer.kind == "delay")
    sooner = hop(0, 0, 2000, 0, at_s=3 + delay.delay_s - 0.002)
    assert city.check(sooner).outcome == "refused"


def test_a_layer_and_a_delay_are_combined() -> None:
    """With the way taken in every layer, another layer comes with the delay it needs."""
    city = OfferCity(replace(FREE, offer_layers_agl_m=(45.0, 75.0)))
    city.file(hop(0, 0, 2000, 0))
    city.file(plan((500, 0, 0), (500, 0, 110), (500, 0, 110, {"hold_s": 60.0}), (500, 0, 0)))
    decision = city.file(hop(0, 0, 2000, 0, height=60.0))
    assert decision.outcome == "refused"
    assert any(offer.kind == "altitude" and offer.delay_s > 0 for offer in decision.counter_offers)
    all_hold(city, decision)


@pytest.mark.parametrize("climbs_mps", [None, 1.5])
def test_a_change_that_meets_others_is_judged_when_it_is_free(
    monkeypatch: pytest.MonkeyPatch, climbs_mps: float | None
) -> None:
    """The offers are those of judging every change at its soonest as well, also where another height is too fast."""
    slant = plan((0, 0, 0), (600, 0, 45), (2000, 0, 45), (2000, 0, 0))
    city = OfferCity(replace(FREE, offer_layers_agl_m=(45.0, 75.0, 105.0)))
    city.aircraft = replace(city.aircraft, max_climb_mps=climbs_mps)
    city.file(slant)
    city.file(plan((500, 0, 0), (500, 0, 110), (500, 0, 110, {"hold_s": 60.0}), (500, 0, 0)))
    city.file(plan((600, 0, 0), (600, 0, 110), (600, 0, 110, {"hold_s": 90.0}), (600, 0, 0)))
    decision = city.file(slant)
    assert "altitude" in kinds(decision)
    all_hold(city, decision)
    monkeypatch.setattr(offers, "_is_held_up", lambda plan, setting: False)
    assert city.file(slant).counter_offers == decision.counter_offers


def test_a_survey_keeps_its_shape_and_its_times_when_it_changes_height() -> None:
    """Heights move together, landing stays on the ground, and filed times are stretched so that speeds stay."""
    city = OfferCity()
    city.file(hop(-500, 0, 1500, 0))
    points = [(0, 0, 0, {"t_s": 0}), (0, 0, 70, {"t_s": 20}), (300, 0, 80, {"t_s": 60}), (300, 0, 0, {"t_s": 90})]
    decision = city.file(plan(*points))
    assert decision.outcome == "refused"
    offer = next(offer for offer in decision.counter_offers if offer.kind == "altitude")
    there = offer.plan["route"]["waypoints"]
    assert (there[0]["alt_m"], there[-1]["alt_m"]) == (0.0, 0.0)
    assert there[2]["alt_m"] - there[1]["alt_m"] == pytest.approx(10.0)
    moved = there[2]["alt_m"] - 80.0
    assert there[1]["t_s"] == pytest.approx(20 * (70 + moved) / 70, abs=2e-3)
    all_hold(city, decision)


def test_too_high_is_answered_with_a_layer_below() -> None:
    """A flight above the ceiling is offered the layers under it, and no delay."""
    city = OfferCity()
    decision = city.file(hop(0, 0, 1500, 0, height=140.0))
    assert set(kinds(decision)) == {"altitude"}
    all_hold(city, decision)


def test_a_zone_with_hours_brings_the_delay_until_it_closes() -> None:
    """A zone that ends in 20 minutes can be waited for, exactly as long as the tolerance in time asks."""
    city = OfferCity()
    ends = NOW + timedelta(minutes=30)
    city.zone(900, -200, 1100, 200, applicability=[{"starts_at": NOW.isoformat(), "ends_at": ends.isoformat()}])
    decision = city.file(hop(0, 0, 2000, 0))
    assert {"delay", "route"} <= set(kinds(decision))
    delay = next(offer for offer in decision.counter_offers if offer.kind == "delay")
    assert city.check(hop(0, 0, 2000, 0, at_s=delay.delay_s - 0.01)).outcome == "refused"
    all_hold(city, decision)


def test_a_permanent_zone_is_flown_around_or_over() -> None:
    """A standing zone brings a route around it, a layer over it where there is one, and no delay."""
    city = OfferCity()
    city.zone(900, -200, 1100, 200, upper_m=70.0)
    decision = city.file(hop(0, 0, 2000, 0, height=60.0))
    assert {"altitude", "route"} == set(kinds(decision))
    route = next(offer for offer in decision.counter_offers if offer.kind == "route")
    assert 0 < route.extra_m < 150
    assert "Test" in route.detail
    assert "绕飞" in route.detail_zh
    all_hold(city, decision)


def test_a_detour_and_a_delay_are_combined() -> None:
    """Where the way around is taken for the moment, it is offered later."""
    city = OfferCity(replace(FREE, offer_layers_agl_m=()))
    city.zone(900, -200, 1100, 200)
    first = city.file(hop(0, 50, 2000, 50))
    assert city.file(dict(first.counter_offers[0].plan)).outcome == "approved"
    decision = city.file(hop(0, 50, 2000, 50))
    assert kinds(decision) == ["route"]
    assert decision.counter_offers[0].delay_s > 0
    all_hold(city, decision)


def test_a_zone_that_asks_for_authorisation_is_avoided_while_the_plan_waits() -> None:
    """A pending plan is told what would be approved at once."""
    city = OfferCity()
    city.zone(900, -200, 1100, 200, restriction="REQ_AUTHORISATION")
    decision = city.check(hop(0, 0, 2000, 0), offers=True)
    assert decision.outcome == "pending"
    assert "route" in kinds(decision)
    all_hold(city, decision)


def test_a_closed_landing_is_answered_with_another_pad() -> None:
    """The nearest open pad outside the zone is offered, led there on the same heights, its distance in the words."""
    city = OfferCity()
    city.put_sites(
        city.site("st_home", 0, 0),
        city.site("st_goal", 2000, 0),
        city.site("st_shut", 2300, 0, open=False),
        city.site("st_theirs", 2350, 0, operator_id="org_z"),
        city.site("st_near", 2400, 0),
        city.site("st_far", 2000, 2500),
    )
    city.zone(1900, -100, 2100, 100)
    filed = hop(0, 0, 2000, 0, origin_site_id="st_home", destination_site_id="st_goal")
    decision = city.file(filed)
    assert kinds(decision) == ["site"]
    offer = decision.counter_offers[0]
    assert offer.plan["destination_site_id"] == "st_near"
    assert "400 m" in offer.detail
    all_hold(city, decision)


def test_outside_corridors_the_network_is_offered() -> None:
    """With free flight closed, the way along the corridors between two of its sites is offered, and approved."""
    city = OfferCity(replace(FREE, free_flight_allowed=False))
    sites = city.book.sites
    a, b = sites["st_coastal_city"], sites["st_fishermans_wharf"]
    waypoints = [
        {"lat_deg": s.lat_deg, "lon_deg": s.lon_deg, "alt_m": h, "alt_datum": "AGL"}
        for s, h in ((a, 0.0), (a, 75.0), (b, 75.0), (b, 0.0))
    ]
    body = plan((0, 0, 0), (1, 0, 0)) | {"origin_site_id": a.site_id, "destination_site_id": b.site_id}
    body["route"] = {**body["route"], "waypoints": waypoints}
    decision = city.file(body)
    assert {item.code for item in decision.reasons if item.severity == "refuse"} == {"outside_corridor"}
    way = next(offer for offer in decision.counter_offers if offer.kind == "route")
    assert len(way.plan["route"]["waypoints"]) > 4
    all_hold(city, decision)


def test_what_the_aircraft_cannot_do_is_flown_slower() -> None:
    """A climb beyond the aircraft is answered with the same way at a speed it has."""
    city = OfferCity()
    city.aircraft = replace(city.aircraft, max_climb_mps=4.0, max_speed_mps=15.0)
    decision = city.file(hop(0, 0, 2000, 0))
    assert {item.code for item in decision.reasons if item.severity == "refuse"} <= {
        "performance_exceeded",
        "times_not_attainable",
    }
    assert kinds(decision)
    all_hold(city, decision)


def test_a_priority_too_high_is_filed_lower() -> None:
    """A commercial firm that asks for priority 80 is offered the same flight at 50."""
    city = OfferCity()
    decision = city.file(hop(0, 0, 2000, 0, priority=80))
    offer = decision.counter_offers[0]
    assert (offer.plan["priority"], offer.delay_s) == (50, 0.0)
    assert "priority 50" in offer.detail
    all_hold(city, decision)


def test_a_full_cell_and_a_busy_pad_are_waited_for() -> None:
    """Capacities that free are found like conflicts: the first time the flight fits."""
    city = OfferCity()
    body = hop(0, 0, 400, 0)
    cell = city.prepared(body).h3_cells
    limits = tuple(CellLimit(cell=name, from_hour=0, to_hour=24, max_flights=1) for name in cell)
    city.book.policy = replace(FREE, cell_limits=limits)
    city.file(plan((0, 300, 0), (0, 300, 60), (300, 300, 60), (300, 300, 0)))
    decision = city.file(body)
    assert {item.code for item in decision.reasons if item.severity == "refuse"} == {"cell_capacity"}
    assert "delay" in kinds(decision)
    all_hold(city, decision)


def test_nothing_is_offered_where_a_rule_allows_no_cure() -> None:
    """Made-up ground must be looked at by a human whatever the time and place: the reason says so."""
    city = OfferCity(replace(FREE, auto_approve_synthetic_terrain=False))
    decision = city.check(hop(0, 0, 2000, 0), offers=True)
    assert decision.outcome == "pending"
    assert decision.counter_offers == ()
    assert [item.curable for item in decision.reasons if item.severity != "warning"] == [False]


def test_a_take_off_inside_a_zone_has_no_offers() -> None:
    """No way leads out of a prohibited zone."""
    city = OfferCity()
    city.zone(-100, -100, 100, 100)
    decision = city.file(hop(0, 0, 2000, 0))
    assert decision.counter_offers == ()
    assert {item.curable for item in decision.reasons if item.severity == "refuse"} == {False}


def test_no_time_no_offers() -> None:
    """With the search switched off a refusal is only a refusal, and nothing is claimed about cures."""
    city = OfferCity(replace(FREE, offer_budget_ms=0.0))
    city.file(hop(0, 0, 2000, 0))
    decision = city.file(hop(0, 0, 2000, 0))
    assert decision.counter_offers == ()
    assert decision.reasons[0].curable is None


def test_offers_leave_time_to_be_filed() -> None:
    """A flight due in a second is offered no sooner than five seconds from now."""
    city = OfferCity()
    city.file(hop(0, 0, 2000, 0, at_s=-599))
    decision = city.file(hop(0, 0, 2000, 0, at_s=-599))
    for offer in decision.counter_offers:
        departs = datetime.fromisoformat(offer.plan["departure_at"])
        assert departs >= NOW + timedelta(seconds=5)
    all_hold(city, decision)


def test_offers_are_cheapest_first_and_the_same_each_time() -> None:
    """The order is by cost and not by chance."""
    city = OfferCity()
    city.file(hop(0, 0, 2000, 0))
    one, two = city.file(hop(0, 0, 2000, 0)), city.file(hop(0, 0, 2000, 0))
    assert one.counter_offers == two.counter_offers
    assert place(0, 0) == pytest.approx((22.70, 114.20))


def test_coordinates_shifted_by_the_map_stay_in_their_system() -> None:
    """A plan in GCJ-02 is offered in GCJ-02."""
    from airspace.coordinates import gcj02_from_wgs84

    city = OfferCity()
    city.zone(900, -200, 1100, 200)
    body = hop(0, 0, 2000, 0)
    for point in body["route"]["waypoints"]:
        lat, lon = gcj02_from_wgs84(point["lat_deg"], point["lon_deg"])
        point["lat_deg"], point["lon_deg"] = float(lat[0]), float(lon[0])
    body["route"]["crs"] = "GCJ02"
    decision = city.file(body)
    assert "route" in kinds(decision)
    assert decision.counter_offers[0].plan["route"]["crs"] == "GCJ02"
    all_hold(city, decision)
