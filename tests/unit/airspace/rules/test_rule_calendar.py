"""The rule clock's arithmetic: Beijing days, noon and nine in the evening, across midnight and the turn of the year."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airspace.rules.calendar import (
    DAY_S,
    beijing_second,
    beijing_text,
    clock_of,
    cutoff,
    date_of,
    day_number,
    day_of,
    instant_of,
)
from airspace.timebase import from_scene_s, to_scene_s

SHANGHAI = ZoneInfo("Asia/Shanghai")
INSTANTS = st.floats(to_scene_s(datetime(2024, 1, 2, tzinfo=UTC)), to_scene_s(datetime(2150, 1, 1, tzinfo=UTC))).map(
    from_scene_s
)
CLOCKS = st.integers(0, 86_400).map(float)


def at(text: str) -> float:
    """Return scene seconds of a time in Beijing."""
    return to_scene_s(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC))


@given(INSTANTS)
def test_day_and_clock_are_those_of_the_zone_database(instant: datetime) -> None:
    """At every instant the day and the time of day must be what the zone database says of Shanghai."""
    local = instant.astimezone(SHANGHAI)
    scene_s = to_scene_s(instant)
    assert date_of(day_of(scene_s)) == local.date()
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    assert clock_of(scene_s) == pytest.approx((local - midnight).total_seconds(), abs=1e-5)
    assert beijing_text(scene_s) == f"{local:%Y-%m-%d %H:%M}"
    nearest = from_scene_s(float(round(scene_s))).astimezone(SHANGHAI)
    assert beijing_second(scene_s) == f"{nearest:%Y-%m-%d %H:%M:%S}"


@given(INSTANTS)
def test_an_instant_is_made_of_its_day_and_its_clock(instant: datetime) -> None:
    """Taking an instant apart and putting it together again must give the same instant."""
    scene_s = to_scene_s(instant)
    assert instant_of(day_of(scene_s), clock_of(scene_s)) == pytest.approx(scene_s, abs=1e-5)


@given(INSTANTS, st.integers(0, 30), CLOCKS)
def test_a_cutoff_depends_on_the_day_of_departure_only(instant: datetime, days: int, clock_s: float) -> None:
    """Every departure of one Beijing day must have the same cutoff, and the next day's exactly a day later."""
    scene_s = to_scene_s(instant)
    first, last = instant_of(day_of(scene_s), 0.0), instant_of(day_of(scene_s), DAY_S - 1.0)
    found = cutoff(scene_s, days, clock_s)
    assert found == cutoff(first, days, clock_s) == cutoff(last, days, clock_s)
    assert cutoff(scene_s + DAY_S, days, clock_s) - found == DAY_S
    local = from_scene_s(found).astimezone(SHANGHAI)
    wanted = date_of(day_of(scene_s) - days)
    assert local.date() == (wanted if clock_s < DAY_S else wanted + timedelta(days=1))


@given(st.dates(date(2024, 1, 1), date(2150, 1, 1)))
def test_days_are_numbered_without_gaps(on: date) -> None:
    """A date must come back from its number, and tomorrow be the next number."""
    assert date_of(day_number(on)) == on
    assert day_number(on + timedelta(days=1)) == day_number(on) + 1


@pytest.mark.parametrize(
    ("departs", "by", "decided"),
    [
        ("2026-12-31 23:59:59", "2026-12-30 12:00", "2026-12-30 21:00"),
        ("2027-01-01 00:00:00", "2026-12-31 12:00", "2026-12-31 21:00"),
        ("2027-01-01 07:59:59", "2026-12-31 12:00", "2026-12-31 21:00"),
        ("2027-01-01 08:00:00", "2026-12-31 12:00", "2026-12-31 21:00"),
        ("2028-02-29 12:00:00", "2028-02-28 12:00", "2028-02-28 21:00"),
        ("2028-03-01 00:00:01", "2028-02-29 12:00", "2028-02-29 21:00"),
    ],
)
def test_noon_and_nine_of_the_day_before_by_the_calendar_of_beijing(departs: str, by: str, decided: str) -> None:
    """Over the year's end and in leap years too; 08:00 in Beijing is midnight elsewhere and means nothing here."""
    departure_s = at(departs)
    assert cutoff(departure_s, 1, 12 * 3600.0) == at(by)
    assert cutoff(departure_s, 1, 21 * 3600.0) == at(decided)
