"""The rule clock: Beijing days and the instants rules hang on them, in scene seconds.

Beijing time is UTC+8 all year since 1992, so a day always has 86,400 s; leap seconds are not counted, as in scene time.
A day is numbered from 2024-01-01, the day the scene epoch lies in.
"""

from datetime import date, timedelta
from functools import lru_cache
from math import floor
from typing import Final

RULE_CLOCK_OFFSET_S: Final = 8 * 3600.0
"""Beijing time has been UTC+8 without summer time since 1992."""
DAY_S: Final = 86_400.0
FIRST_DAY: Final = date(2024, 1, 1)


def day_of(scene_s: float) -> int:
    """Return the number of the Beijing day an instant lies in; midnight belongs to the day it begins."""
    return floor((scene_s + RULE_CLOCK_OFFSET_S) / DAY_S)


def instant_of(day: int, clock_s: float) -> float:
    """Return the scene second at which the clock in Beijing shows `clock_s` seconds of a day (86,400: its end)."""
    return day * DAY_S + clock_s - RULE_CLOCK_OFFSET_S


def clock_of(scene_s: float) -> float:
    """Return what the clock in Beijing shows at an instant, in seconds of the day."""
    return scene_s + RULE_CLOCK_OFFSET_S - day_of(scene_s) * DAY_S


def cutoff(departure_s: float, days_before: int, clock_s: float) -> float:
    """Return the instant `clock_s` of the Beijing day that lies `days_before` before the day of departure."""
    return instant_of(day_of(departure_s) - days_before, clock_s)


def date_of(day: int) -> date:
    """Return the calendar date of a day."""
    return FIRST_DAY + timedelta(days=day)


def day_number(on: date) -> int:
    """Return the number of a calendar date."""
    return (on - FIRST_DAY).days


@lru_cache(maxsize=1024)  # a plan and its offers at other heights are told of the same instants
def beijing_text(scene_s: float) -> str:
    """Return an instant as people in Beijing read it: `2027-01-01 12:00`."""
    minutes = floor(clock_of(scene_s) / 60.0)
    return f"{date_of(day_of(scene_s)).isoformat()} {minutes // 60:02d}:{minutes % 60:02d}"


def beijing_second(scene_s: float) -> str:
    """Return an instant as people in Beijing read it, to the nearest second: `2027-01-01 12:00:07`."""
    whole_s = float(round(scene_s))
    return f"{beijing_text(whole_s)}:{round(clock_of(whole_s)) % 60:02d}"
