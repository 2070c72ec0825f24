"""When rules apply."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from airspace.schedule import PERMANENT, Period, active_within, applicability_to_list, parse_applicability
from airspace.timebase import to_scene_s

BEIJING = timezone(timedelta(hours=8))


def beijing_s(*parts: int) -> float:
    """Return scene seconds of a Beijing wall clock."""
    return to_scene_s(datetime(*parts, tzinfo=BEIJING))  # type: ignore[misc,arg-type]


def periods(*items: Any) -> tuple[Period, ...]:
    """Return parsed periods."""
    parsed = parse_applicability(list(items), "")
    assert isinstance(parsed, tuple), parsed
    return parsed


def active(rule: tuple[Period, ...], *parts: int) -> bool:
    """Tell whether the rule holds at a Beijing wall clock."""
    at = beijing_s(*parts)
    return bool(active_within(rule, at, at))


NIGHT = periods({"weekly": [{"days": ["FR", "SU"], "from": "22:00", "to": "06:00"}]})


def test_a_weekly_time_that_crosses_midnight_belongs_to_the_day_it_starts_on() -> None:
    """Friday night runs into Saturday morning, Thursday night does not exist; 2026-03-06 is a Friday."""
    assert active(NIGHT, 2026, 3, 6, 23, 0)
    assert active(NIGHT, 2026, 3, 7, 5, 59)
    assert active(NIGHT, 2026, 3, 7, 6, 0)
    assert not active(NIGHT, 2026, 3, 7, 6, 1)
    assert not active(NIGHT, 2026, 3, 7, 23, 0)
    assert not active(NIGHT, 2026, 3, 6, 5, 0)


def test_a_sunday_night_runs_into_the_next_week() -> None:
    """The week's end is no edge: Sunday 23:00 and Monday 05:00 are one night."""
    assert active(NIGHT, 2026, 3, 8, 23, 0)
    assert active(NIGHT, 2026, 3, 9, 5, 0)
    low, high = beijing_s(2026, 3, 8, 12), beijing_s(2026, 3, 9, 12)
    assert active_within(NIGHT, low, high) == [(beijing_s(2026, 3, 8, 22), beijing_s(2026, 3, 9, 6))]


def test_a_year_ends_in_beijing_eight_hours_before_it_ends_in_utc() -> None:
    """A rule until the end of 2026 in Beijing holds at 15:59 UTC of 31 December and no longer at 16:01."""
    rule = periods({"ends_at": "2026-12-31T24:00:00+08:00"[:10] + "T23:59:59+08:00"})
    assert active_within(rule, *([to_scene_s(datetime(2026, 12, 31, 15, 59, tzinfo=UTC))] * 2))
    assert not active_within(rule, *([to_scene_s(datetime(2026, 12, 31, 16, 1, tzinfo=UTC))] * 2))


def test_a_weekly_time_over_new_year_counts_weekdays_in_beijing() -> None:
    """2027-01-01 is a Friday in Beijing already at 16:30 UTC of the day before."""
    rule = periods({"weekly": [{"days": ["FR"], "from": "00:00", "to": "01:00"}]})
    at = to_scene_s(datetime(2026, 12, 31, 16, 30, tzinfo=UTC))
    assert active_within(rule, at, at)


def test_dates_cut_weekly_times() -> None:
    """Weekly times hold only between the dates."""
    rule = periods(
        {
            "starts_at": "2026-03-02T09:00:00+08:00",
            "ends_at": "2026-03-02T10:00:00+08:00",
            "weekly": [{"days": ["MO"], "from": "08:00", "to": "18:00"}],
        }
    )
    low, high = beijing_s(2026, 3, 1), beijing_s(2026, 3, 20)
    assert active_within(rule, low, high) == [(beijing_s(2026, 3, 2, 9), beijing_s(2026, 3, 2, 10))]


def test_all_day_runs_to_24_00_and_joins_the_next_day() -> None:
    """Monday and Tuesday from 00:00 to 24:00 are one span."""
    rule = periods({"weekly": [{"days": ["MO", "TU"], "from": "00:00", "to": "24:00"}]})
    low, high = beijing_s(2026, 3, 1), beijing_s(2026, 3, 8)
    assert active_within(rule, low, high) == [(beijing_s(2026, 3, 2), beijing_s(2026, 3, 4))]


def test_permanent_holds_always() -> None:
    """The whole window is active."""
    assert active_within(PERMANENT, -1e9, 1e9) == [(-1e9, 1e9)]
    assert parse_applicability(None, "") == PERMANENT
    assert applicability_to_list(PERMANENT) == []


@pytest.mark.parametrize(
    ("raw", "pointer", "code"),
    [
        ({}, "/a", "wrong_type"),
        ([5], "/a/0", "wrong_type"),
        ([{}] * 101, "/a", "too_many"),
        ([{"from": 1}], "/a/0/from", "unknown_field"),
        ([{"starts_at": 5}], "/a/0/starts_at", "wrong_type"),
        ([{"starts_at": "yesterday"}], "/a/0/starts_at", "malformed_time"),
        ([{"starts_at": "2026-01-01T00:00:00"}], "/a/0/starts_at", "naive_time"),
        ([{"starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}], "/a/0/ends_at", "reversed_window"),
        ([{"weekly": {}}], "/a/0/weekly", "wrong_type"),
        ([{"weekly": []}], "/a/0/weekly", "wrong_type"),
        ([{"weekly": ["MO"]}], "/a/0/weekly/0", "wrong_type"),
        ([{"weekly": [{"days": ["XX"], "from": "08:00", "to": "09:00"}]}], "/a/0/weekly/0/days", "unknown_day"),
        ([{"weekly": [{"days": [], "from": "08:00", "to": "09:00"}]}], "/a/0/weekly/0/days", "unknown_day"),
        ([{"weekly": [{"days": [["MO"]], "from": "08:00", "to": "09:00"}]}], "/a/0/weekly/0/days", "unknown_day"),
        ([{"weekly": [{"days": ["MO"], "from": "8:00", "to": "09:00"}]}], "/a/0/weekly/0/from", "malformed_time"),
        ([{"weekly": [{"days": ["MO"], "from": "09:00", "to": "09:00"}]}], "/a/0/weekly/0/from", "malformed_time"),
        ([{"weekly": [{"days": ["MO"], "from": "09:00", "to": "24:01"}]}], "/a/0/weekly/0/from", "malformed_time"),
        ([{"weekly": [{"days": ["MO"], "from": "24:00", "to": "09:00"}]}], "/a/0/weekly/0/from", "malformed_time"),
    ],
)
def test_each_fault_of_an_applicability_is_named(raw: object, pointer: str, code: str) -> None:
    """The pointer leads to the field and the code is stable."""
    result = parse_applicability(raw, "/a")
    assert isinstance(result, list)
    assert [(error.pointer, error.code) for error in result] == [(pointer, code)]
