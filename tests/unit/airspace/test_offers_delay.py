"""Forbidden and free delays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from airspace.intent import FlightIntent
from airspace.intervals import Intervals
from airspace.offers_delay import forbidden_by_rules, free_delays
from airspace.policy import Policy
from airspace.scene import Scene
from airspace.zones import ZoneSet
from tests.fakes.airspace_region import DEPARTURE, NOW, REGION, box, fly, zone


def intent(**changes: object) -> FlightIntent:
    path = fly((0, 0, 60), (2000, 0, 60))  # 200 s at 10 m/s
    plan = FlightIntent("org_a", "ac_1", "logistics", 0, DEPARTURE, path, path.cells(REGION, 20.0))
    return replace(plan, **changes)  # type: ignore[arg-type]


def scene(*zones: object) -> Scene:
    return Scene.of(REGION, ZoneSet.of(zones, REGION), [], [])  # type: ignore[arg-type]


def forbidden(policy: Policy, where: Scene, to_s: float = 7200.0) -> Intervals:
    return forbidden_by_rules(intent(), policy, where, NOW, from_s=0.0, to_s=to_s)


@pytest.mark.parametrize(
    ("spans", "first"),
    [
        ([], 0.0),
        ([(0.0, 10.0)], 10.001),
        ([(0.0, 10.0), (10.0004, 20.0)], 20.001),
        ([(0.0, 10.0), (10.002, 20.0)], 10.001),
        ([(5.0, 10.0)], 0.0),
        ([(0.0, 100.0)], None),
    ],
)
def test_the_first_free_delay_is_the_first_whole_millisecond_of_a_gap(spans: Intervals, first: float | None) -> None:
    """Gaps without a whole millisecond are passed over, and beyond the end nothing is free."""
    assert next(free_delays(spans, 0.0, 60.0), None) == first


def test_a_zone_with_a_period_forbids_exactly_while_the_flight_would_be_in_it() -> None:
    """In the zone from 48 s to 102 s with the tolerance; active 600 s to 900 s after departure, give or take 7.5 s."""
    begins, ends = DEPARTURE + timedelta(seconds=600), DEPARTURE + timedelta(seconds=900)
    hours = [{"starts_at": begins.isoformat(), "ends_at": ends.isoformat()}]
    spans = forbidden(Policy(), scene(zone(box(500, -100, 1000, 100), applicability=hours)))
    assert spans == [(pytest.approx(600 - 7.5 - 102, abs=1e-3), pytest.approx(900 + 7.5 - 48, abs=1e-3))]


def test_a_permanent_zone_forbids_every_delay_and_a_conditional_one_none() -> None:
    """What only warns is in nobody's way."""
    area = box(500, -100, 1000, 100)
    assert forbidden(Policy(), scene(zone(area))) == [(0.0, 7200.0)]
    assert forbidden(Policy(), scene(zone(area, restriction="CONDITIONAL"))) == []
    assert forbidden(Policy(conditional_zones="pending"), scene(zone(area, restriction="CONDITIONAL"))) != []
    assert forbidden(Policy(), scene(zone(area, upper_m=50.0))) == [], "the flight passes above it"


def test_night_and_the_filing_lead_forbid_their_delays() -> None:
    """From 09:10 in Beijing it is dark after 10 h 50 min less the flight; a lead of an hour leaves 50 minutes to wait."""
    night = forbidden(Policy(night_flight_allowed=False), scene(), to_s=86_400.0)
    dark_s = (10 * 60 + 50) * 60.0
    assert night == [(pytest.approx(dark_s - 200), pytest.approx(dark_s + 10 * 3600))]
    lead = forbidden(Policy(filing_lead_s=3600.0), scene())
    assert lead == [(0.0, pytest.approx(3000.0))]
    assert next(free_delays(lead, 0.0, 7200.0)) == 3000.0
