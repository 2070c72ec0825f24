"""Pads as resources."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.geometry4d import PlanGeometry, Prism
from airspace.pads import (
    PadBook,
    PadEvent,
    PadTimes,
    first_fit,
    forbidden_shifts,
    full_times,
    rate_exceeded,
)
from airspace.policy import Policy
from airspace.timebase import from_scene_s
from tests.fakes.airspace_region import fly
from tests.unit.airspace.test_approval import CLEAN, DEMO, T0, codes, intent, scene, site_at_end
from tests.unit.airspace.test_approval import judge as judge_alone
from tests.unit.airspace.test_sites import site

TIMES = PadTimes(prep_s=30.0, clear_s=20.0, turn_around_s=40.0)


class Traffic:
    """Other plans at sites; nobody is in the air."""

    def __init__(self, **at: list[PadEvent]) -> None:
        self.book = PadBook()
        for site_id, events in at.items():
            for event in events:
                self.book.put(site_id, event)

    def pad_events(self, site_id: str, from_s: float, to_s: float) -> list[PadEvent]:
        return self.book.events(site_id, from_s, to_s)

    def flights_in(self, prism: Prism) -> list[tuple[str, PlanGeometry]]:
        return []


def leaves(key: str, at_s: float) -> PadEvent:
    """Return a departure of an aircraft of the plan's name."""
    return PadEvent(key, f"ac_{key}", at_s, False)


def lands(key: str, at_s: float) -> PadEvent:
    """Return an arrival of an aircraft of the plan's name."""
    return PadEvent(key, f"ac_{key}", at_s, True)


def judge(plan: Any, traffic: Traffic, policy: Policy = DEMO, **site_values: Any) -> Any:
    """Judge a plan among traffic at a site of one pad where it departs and another where it lands."""
    where = scene(sites=[site(**{"pads": 1, **site_values}), replace(site_at_end(), pads=2)])
    return judge_alone(plan, policy, where, traffic=traffic)


def test_a_pad_is_occupied_around_departure_and_arrival() -> None:
    """Preparation before and clearing after a take-off; clearing before and turn-around after a landing."""
    assert TIMES.stay(leaves("a", 100.0)) == (70.0, 120.0)
    assert TIMES.stay(lands("a", 100.0)) == (80.0, 140.0)
    assert PadTimes.of(Policy(pad_prep_s=1, pad_clear_s=2, pad_turn_around_s=3)) == PadTimes(1, 2, 3)


def test_the_book_finds_events_by_site_and_time_and_forgets_plans_whole() -> None:
    """Windows are closed, hours are crossed, and what is dropped is gone from every site."""
    book = PadBook()
    book.put("st_a", leaves("p", 3_599.0))
    book.put("st_b", lands("p", 7_300.0))
    book.put("st_a", leaves("q", 3_601.0))
    assert [e.key for e in book.events("st_a", 3_599.0, 3_601.0)] == ["p", "q"]
    assert book.events("st_a", 3_599.5, 3_600.5) == []
    book.drop("p")
    book.drop("p")
    assert [e.key for e in book.events("st_a", 0.0, 9_999.0)] == ["q"]
    assert book.events("st_b", 0.0, 9_999.0) == []


def test_one_may_come_in_the_instant_another_goes() -> None:
    """Stays are half-open."""
    full = full_times([leaves("a", 100.0)], TIMES, 1, aircraft_id="ac_me")
    assert full == [(70.0, 120.0)]
    assert first_fit(full, 120.0, 50.0) == 120.0
    assert first_fit(full, 20.0, 50.0) == 20.0
    assert first_fit(full, 20.1, 50.0) == 120.0
    # Half a microsecond into a span only touches it, unless nobody may have the thing twice even for that long.
    assert first_fit(full, 20.0 + 5e-7, 50.0) == 20.0 + 5e-7
    assert first_fit(full, 20.0 + 5e-7, 50.0, touch_s=0.0) == 120.0
    assert first_fit(full, 120.0 - 5e-7, 50.0, touch_s=0.0) == 120.0
    assert first_fit(full, 20.0, 50.0, touch_s=0.0) == 20.0


def test_an_aircraft_takes_one_pad_however_many_of_its_plans_meet_there() -> None:
    """Landing and taking off again is one stay; the own aircraft is in nobody's way but others'."""
    events = [lands("a", 100.0), PadEvent("b", "ac_a", 130.0, False)]
    assert full_times(events, TIMES, 2, aircraft_id="ac_me") == []
    assert full_times(events, TIMES, 1, aircraft_id="ac_me") == [(80.0, 150.0)]
    assert full_times(events, TIMES, 1, aircraft_id="ac_a") == []
    assert full_times(events, TIMES, 1, aircraft_id="ac_me", ignore=("a",)) == [(100.0, 150.0)]


def test_shifts_that_meet_a_full_pad_are_named() -> None:
    """The ends are free; a gap that the stay fills exactly is not kept open."""
    full = [(100.0, 120.0), (151.0, 200.0)]
    assert forbidden_shifts(full, (90.0, 120.0), 0.0, 500.0) == [(0.0, 30.0), (31.0, 110.0)]
    assert forbidden_shifts([(100.0, 120.0), (150.0, 200.0)], (90.0, 120.0), 0.0, 500.0) == [(0.0, 110.0)]
    assert forbidden_shifts(full, (300.0, 310.0), 0.0, 500.0) == []


def test_departures_in_any_hour_are_limited() -> None:
    """The n-th departure an hour later is allowed, one second less is not; arrivals do not count."""
    events = [leaves("a", 0.0), leaves("b", 1_000.0), lands("c", 1_500.0)]
    assert rate_exceeded(events, 3_600.0, 2) is None
    assert rate_exceeded(events, 3_599.0, 2) == 3_600.0
    assert rate_exceeded(events, 500.0, 2, ignore=("a",)) is None
    assert rate_exceeded([leaves("x", 5_000.0), leaves("y", 5_000.0), leaves("z", 5_000.0)], 0.0, 1) is None


def test_a_busy_pad_refuses_and_says_when_there_is_room() -> None:
    """Origin and destination are judged alike; the delay in the sentence is the one to take."""
    plan = intent(CLEAN, origin_site_id="st_test", destination_site_id="st_end")
    assert judge(plan, Traffic()).outcome == "approved"
    decision = judge(plan, Traffic(st_test=[leaves("other", T0 + 10.0)]))
    assert codes(decision) == ["pad_busy"]
    found = decision.reasons[0]
    assert (found.site_id, found.starts_s, found.ends_s) == ("st_test", T0 - 30.0, T0 + 30.0)
    assert found.frees_s == T0 + 40.0
    assert "depart 70 s later" in found.detail
    assert "推迟 70 秒" in found.detail_zh
    later = replace(plan, path=replace(CLEAN, trajectory=CLEAN.trajectory.shifted(70.0)))
    assert judge(later, Traffic(st_test=[leaves("other", T0 + 10.0)])).outcome == "approved"
    ends_s = plan.window_s[1]
    two = [lands("x", ends_s - 5.0), leaves("y", ends_s + 20.0)]
    assert codes(judge(plan, Traffic(st_end=two))) == ["pad_busy"]
    assert judge(plan, Traffic(st_end=two[:1])).outcome == "approved"


def test_an_older_version_and_held_offers_of_ones_own_do_not_stand_in_the_way() -> None:
    """The plan's own id and the ids ignored are left out; the same aircraft is no obstacle to itself."""
    mine = Traffic(st_test=[leaves("fp_1", T0)])
    plan = intent(CLEAN, origin_site_id="st_test")
    assert codes(judge(plan, mine)) == ["pad_busy"]
    assert judge(replace(plan, plan_id="fp_1"), mine).outcome == "approved"
    assert judge(replace(plan, aircraft_id="ac_fp_1"), mine).outcome == "approved"


def test_a_pad_taken_for_hours_says_so() -> None:
    """With no room within the search there is no time to name."""
    crowd = [leaves(str(k), T0 + 25.0 * k) for k in range(-2, 1_200)]
    decision = judge(intent(CLEAN, origin_site_id="st_test"), Traffic(st_test=crowd))
    assert decision.reasons[0].frees_s is None
    assert "None frees within 6 hours" in decision.reasons[0].detail


def test_departures_per_hour_and_pad_are_a_rule_of_their_own() -> None:
    """With two an hour and pad, the third waits until an hour after the first."""
    policy = replace(DEMO, max_departures_per_pad_h=2)
    crowd = Traffic(st_test=[leaves("a", T0 - 1_800.0), leaves("b", T0 - 900.0)])
    plan = intent(CLEAN, origin_site_id="st_test")
    decision = judge(plan, crowd, policy)
    assert codes(decision) == ["pad_departures_exceeded"]
    assert decision.reasons[0].frees_s == T0 + 1_800.0
    assert judge(plan, crowd, policy, pads=2).outcome == "approved"


def test_a_climb_that_is_not_filed_is_told_or_refused_as_policy_says() -> None:
    """Nothing is reserved below a route that starts in the air above its pad."""
    plan = intent(fly((0, 0, 60), (2000, 0, 60), (2000, 0, 0)), origin_site_id="st_test", destination_site_id="st_end")
    decision = judge(plan, Traffic())
    assert (decision.outcome, codes(decision)) == ("approved", ["climb_not_filed"])
    assert "57 m above" in decision.reasons[0].detail
    assert judge(plan, Traffic(), replace(DEMO, missing_climb="refuse")).outcome == "refused"
    assert codes(judge(intent(fly((0, 0, 9), (900, 0, 60)), origin_site_id="st_test"), Traffic())) == []


filings = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 1), st.booleans(), st.integers(0, 1_500)), min_size=1, max_size=40
)


@settings(max_examples=200, deadline=None)
@given(filings=filings, pads=st.tuples(st.integers(1, 3), st.integers(1, 3)))
def test_pads_are_never_over_booked(filings: list[tuple[int, int, bool, int]], pads: tuple[int, int]) -> None:
    """Whatever is asked for in whatever order, at no instant do more aircraft stand at a site than it has pads."""
    book, taken = PadBook(), []
    for number, (aircraft, place, arrival, at_s) in enumerate(filings):
        event = PadEvent(str(number), f"ac_{aircraft}", float(at_s), arrival)
        start, end = TIMES.stay(event)
        others = book.events(f"st_{place}", start - TIMES.longest_s, end + TIMES.longest_s)
        full = full_times(others, TIMES, pads[place], aircraft_id=event.aircraft_id)
        if not any(low < end and high > start for low, high in full):
            book.put(f"st_{place}", event)
            taken.append((place, event.aircraft_id, start, end))
        else:
            fits = first_fit(full, start, end - start)
            assert fits > start
            assert not any(low < fits + end - start - 1e-6 and high > fits + 1e-6 for low, high in full)
    for place in (0, 1):
        for instant in {start for where, _, start, _ in taken if where == place}:
            present = {who for where, who, start, end in taken if where == place and start <= instant < end}
            assert len(present) <= pads[place]


def test_the_instants_are_those_of_the_scene() -> None:
    """What a reason names is the instant the JSON form gives."""
    decision = judge(intent(CLEAN, origin_site_id="st_test"), Traffic(st_test=[leaves("o", T0)]))
    from airspace.decision import instant_text, reason_to_dict

    assert reason_to_dict(decision.reasons[0])["frees_at"] == instant_text(from_scene_s(T0 + 30.0))


@pytest.mark.parametrize("value", [-1.0, 3_601.0])
def test_pad_times_are_bounded(value: float) -> None:
    """A stay is between none and an hour."""
    from airspace.policy import policy_from_dict

    result = policy_from_dict({"pad_prep_s": value})
    assert isinstance(result, list)
    assert result[0].code == "out_of_range"
