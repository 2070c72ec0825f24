"""When a planned flight finds pads: never where one is taken, never later than it has to."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airspace.pads import PadEvent, PadTimes
from airspace.policy import Policy
from utm.logistics.pad_room import SLACK_S, PadRoom

NOW_S = 10_000.0
TIMES = PadTimes.of(Policy())
LASTS_S = 600.0


def room_over(events: dict[str, list[PadEvent]], **pads: int) -> PadRoom:
    """Return the room at sites with so many pads each, where these events are booked."""
    sites = {name: SimpleNamespace(pads=count, fields=SimpleNamespace(slot=None)) for name, count in pads.items()}
    book = SimpleNamespace(sites=sites, policy=Policy())
    return PadRoom(
        lambda site_id, low, high: [event for event in events.get(site_id, []) if low <= event.at_s <= high],
        cast(Any, book),
        NOW_S,
    )


def arrival(at_s: float, key: str = "fp_other") -> PadEvent:
    return PadEvent(key, f"ac_{key}", at_s, True)


def departure(at_s: float, key: str = "fp_other") -> PadEvent:
    return PadEvent(key, f"ac_{key}", at_s, False)


def test_free_pads_make_nobody_wait() -> None:
    """Where nothing is booked a flight departs as soon as it can."""
    assert room_over({}, a=1, b=1)("ac_own", "a", "b", NOW_S, LASTS_S) == NOW_S


def test_a_taken_destination_puts_the_departure_off() -> None:
    """With the only pad of the destination taken when it would land, a flight lands as soon as that is left again."""
    other = arrival(NOW_S + LASTS_S)
    departs_s = room_over({"b": [other]}, a=1, b=1)("ac_own", "a", "b", NOW_S, LASTS_S)
    assert departs_s + LASTS_S - TIMES.clear_s - SLACK_S == pytest.approx(other.at_s + TIMES.turn_around_s)


def test_a_taken_origin_puts_the_departure_off() -> None:
    """Its pad at the origin has to be free for its preparation."""
    other = departure(NOW_S)
    departs_s = room_over({"a": [other]}, a=1, b=1)("ac_own", "a", "b", NOW_S, LASTS_S)
    assert departs_s - TIMES.prep_s - SLACK_S == pytest.approx(other.at_s + TIMES.clear_s)


def test_a_second_pad_is_room() -> None:
    """Only when all pads are taken does a flight wait."""
    events = {"b": [arrival(NOW_S + LASTS_S)]}
    assert room_over(events, a=1, b=2)("ac_own", "a", "b", NOW_S, LASTS_S) == NOW_S


def test_what_the_aircraft_itself_booked_is_no_obstacle() -> None:
    """An aircraft that stands on a pad departs from it."""
    events = {"a": [PadEvent("fp_before", "ac_own", NOW_S, True)]}
    room = room_over(events, a=1, b=1)
    assert room("ac_own", "a", "b", NOW_S, LASTS_S) == NOW_S
    assert room("ac_another", "a", "b", NOW_S, LASTS_S) > NOW_S


def test_what_is_booked_since_is_seen_after_renewing() -> None:
    """A site is read once, and anew when something was booked."""
    events: dict[str, list[PadEvent]] = {}
    room = room_over(events, a=1, b=1)
    assert room("ac_own", "a", "b", NOW_S, LASTS_S) == NOW_S
    events["a"] = [departure(NOW_S)]
    assert room("ac_own", "a", "b", NOW_S, LASTS_S) == NOW_S
    room.renew()
    assert room("ac_own", "a", "b", NOW_S, LASTS_S) > NOW_S


def test_a_site_that_is_not_known_has_room() -> None:
    """Where nothing is known of pads nobody waits for one."""
    assert room_over({"a": [departure(NOW_S)]}, b=1)("ac_own", "a", "b", NOW_S, LASTS_S) == NOW_S


booked = st.lists(
    st.tuples(st.booleans(), st.integers(0, 60), st.booleans()), max_size=12
)  # at which site, at which half minute, arrival or departure


@given(booked, st.integers(1, 3), st.integers(1, 3), st.integers(0, 20))
def test_the_first_departure_with_room_is_found(
    others: list[tuple[bool, int, bool]], pads_a: int, pads_b: int, earliest: int
) -> None:
    """The departure overbooks no pad, and no earlier one of a fine grid would have overbooked none either."""
    events: dict[str, list[PadEvent]] = {"a": [], "b": []}
    for k, (at_a, half_minute, lands) in enumerate(others):
        event = PadEvent(f"fp_{k}", f"ac_{k}", NOW_S + 30.0 * half_minute, lands)
        events["a" if at_a else "b"].append(event)
    pads = {"a": pads_a, "b": pads_b}
    earliest_s = NOW_S + 30.0 * earliest
    departs_s = room_over(events, **pads)("ac_own", "a", "b", earliest_s, LASTS_S)

    def fits(at_s: float, slack_s: float) -> bool:
        """Whether a flight with stays longer by a slack at both ends shares no pad."""
        times = PadTimes(TIMES.prep_s + slack_s, TIMES.clear_s + slack_s, TIMES.turn_around_s + slack_s)
        own = {"a": PadEvent("own", "ac_own", at_s, False), "b": PadEvent("own", "ac_own", at_s + LASTS_S, True)}
        return not any(_shares(own[site], events[site], times, pads[site]) for site in pads)

    assert departs_s >= earliest_s
    assert fits(departs_s, 0.0)
    grid = [earliest_s + step for step in range(int(departs_s - earliest_s))]
    assert not any(fits(at_s, SLACK_S + 0.001) for at_s in grid if at_s < departs_s - 0.01)


def _shares(own: PadEvent, others: list[PadEvent], own_times: PadTimes, pads: int) -> bool:
    """Whether more aircraft stand at a site than it has pads while the own one does: counted at every end of a stay."""
    low, high = own_times.stay(own)
    stays = [TIMES.stay(event) for event in others]
    moments = [low, *(start for start, _ in stays if low < start < high)]
    return any(1 + sum(start <= at < end for start, end in stays) > pads for at in moments)
