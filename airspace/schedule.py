"""When a rule applies: permanently, between dates, and at weekly times of the rule clock (Beijing time).

`weekly` is a list of `{"days": ["MO", ...], "from": "08:00", "to": "18:00"}`, times as HH:MM (seconds allowed), `to`
up to 24:00. A `to` before `from` crosses midnight and belongs to the day it starts on. No `weekly`: all week.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from airspace.decision import instant_text
from airspace.errors import FieldError
from airspace.intervals import Intervals, intersection, merged
from airspace.rules.calendar import RULE_CLOCK_OFFSET_S
from airspace.timebase import from_scene_s, to_scene_s
from airspace.volumes import parse_instant

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY_S: Final = 86_400.0
_WEEK_S: Final = 7 * _DAY_S
_CLOCK: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?")
_FOREVER: Final = float("inf")
MAX_PERIODS: Final = 100


@dataclass(frozen=True, slots=True)
class WeeklyTime:
    """A span of the rule clock on some days: seconds of the day; `to_s` <= `from_s` crosses midnight."""

    days: tuple[str, ...]
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Period:
    """One entry of `applicability`: scene seconds, open ends as infinities, and weekly times (none: all week)."""

    starts_s: float = -_FOREVER
    ends_s: float = _FOREVER
    weekly: tuple[WeeklyTime, ...] = ()


PERMANENT: Final = (Period(),)


def active_within(periods: tuple[Period, ...], low_s: float, high_s: float) -> Intervals:
    """Return when the periods hold inside the closed window [low_s, high_s] of scene seconds."""
    found: Intervals = []
    for period in periods:
        start, end = max(period.starts_s, low_s), min(period.ends_s, high_s)
        if start > end:
            continue
        if period.weekly:
            found.extend(intersection(weekly_within(period.weekly, start, end), [(start, end)]))
        else:
            found.append((start, end))
    return merged(found)


def weekly_within(weekly: tuple[WeeklyTime, ...], low_s: float, high_s: float) -> Intervals:
    """Return the weekly spans that touch the window, in scene seconds.

    The scene epoch is midnight UTC of a Monday, so the rule clock's week begins `RULE_CLOCK_OFFSET_S` before it.
    """
    spans: list[tuple[float, float]] = []
    for item in weekly:
        length = item.to_s - item.from_s if item.to_s > item.from_s else item.to_s + _DAY_S - item.from_s
        spans.extend((DAYS.index(day) * _DAY_S + item.from_s, length) for day in item.days)
    first = int((low_s + RULE_CLOCK_OFFSET_S) // _WEEK_S) - 1
    last = int((high_s + RULE_CLOCK_OFFSET_S) // _WEEK_S)
    found: Intervals = []
    for week in range(first, last + 1):
        base = week * _WEEK_S - RULE_CLOCK_OFFSET_S
        found.extend(
            (base + start, base + start + length)
            for start, length in spans
            if base + start <= high_s and base + start + length >= low_s
        )
    return merged(found)


def parse_applicability(raw: object, pointer: str) -> tuple[Period, ...] | list[FieldError]:
    """Parse a list of `{starts_at?, ends_at?, weekly?}`; None or an empty list is permanent.

    Codes: wrong_type, too_many, malformed_time, naive_time, reversed_window, unknown_day, unknown_field.
    """
    if raw is None:
        return PERMANENT
    if not isinstance(raw, list):
        return [FieldError(pointer, "wrong_type", "Must be a list of periods.", "必须是时段列表。")]
    if len(raw) > MAX_PERIODS:
        return [FieldError(pointer, "too_many", f"At most {MAX_PERIODS} periods.", f"时段最多 {MAX_PERIODS} 个。")]
    errors: list[FieldError] = []
    periods = [_parse_period(item, f"{pointer}/{i}", errors) for i, item in enumerate(raw)]
    return errors or tuple(periods) or PERMANENT


def applicability_to_list(periods: tuple[Period, ...]) -> list[dict[str, Any]]:
    """Return the JSON form of periods; permanent ones become an empty list."""
    if periods == PERMANENT:
        return []
    result = []
    for period in periods:
        item: dict[str, Any] = {
            "starts_at": None if period.starts_s == -_FOREVER else instant_text(from_scene_s(period.starts_s)),
            "ends_at": None if period.ends_s == _FOREVER else instant_text(from_scene_s(period.ends_s)),
        }
        if period.weekly:
            item["weekly"] = [
                {"days": list(w.days), "from": _clock_text(w.from_s), "to": _clock_text(w.to_s)} for w in period.weekly
            ]
        result.append(item)
    return result


def _parse_period(raw: object, at: str, errors: list[FieldError]) -> Period:
    if not isinstance(raw, Mapping):
        errors.append(FieldError(at, "wrong_type", "Must be an object.", "必须是一个对象。"))
        return Period()
    for name in sorted(set(map(str, raw)) - {"starts_at", "ends_at", "weekly"}):
        detail = f"{name} is no field of a period; use starts_at, ends_at and weekly."
        errors.append(FieldError(f"{at}/{name}", "unknown_field", detail, f"未知字段 {name}。"))
    starts_s = _parse_end(raw.get("starts_at"), f"{at}/starts_at", -_FOREVER, errors)
    ends_s = _parse_end(raw.get("ends_at"), f"{at}/ends_at", _FOREVER, errors)
    if starts_s >= ends_s:
        detail = "starts_at must be before ends_at."
        errors.append(FieldError(f"{at}/ends_at", "reversed_window", detail, "starts_at 必须早于 ends_at。"))
    weekly = raw.get("weekly")
    if weekly is None:
        return Period(starts_s, ends_s)
    if not isinstance(weekly, list) or not 1 <= len(weekly) <= MAX_PERIODS:
        detail = f"Must be a list of 1 to {MAX_PERIODS} weekly times, or be left out."
        errors.append(
            FieldError(f"{at}/weekly", "wrong_type", detail, f"必须是 1 至 {MAX_PERIODS} 个每周时段的列表，或省略。")
        )
        return Period(starts_s, ends_s)
    parsed = [_parse_weekly(item, f"{at}/weekly/{i}", errors) for i, item in enumerate(weekly)]
    return Period(starts_s, ends_s, tuple(item for item in parsed if item is not None))


def _parse_end(raw: object, at: str, absent: float, errors: list[FieldError]) -> float:
    if raw is None:
        return absent
    instant: datetime | FieldError = parse_instant(raw, at)
    if isinstance(instant, FieldError):
        errors.append(instant)
        return absent
    return to_scene_s(instant)


def _parse_weekly(raw: object, at: str, errors: list[FieldError]) -> WeeklyTime | None:
    if not isinstance(raw, Mapping):
        detail = 'Must be {"days": ["MO"], "from": "08:00", "to": "18:00"}.'
        errors.append(
            FieldError(at, "wrong_type", detail, '必须形如 {"days": ["MO"], "from": "08:00", "to": "18:00"}。')
        )
        return None
    days = raw.get("days")
    if not isinstance(days, list) or not days or not all(day in DAYS for day in days):
        names = " ".join(DAYS)
        detail = f"Must be a list of days out of {names}."
        errors.append(FieldError(f"{at}/days", "unknown_day", detail, f"必须是 {names} 中若干天的列表。"))
        return None
    from_s, to_s = _parse_clock(raw.get("from")), _parse_clock(raw.get("to"))
    if from_s is None or to_s is None or from_s in (to_s, _DAY_S):
        detail = "from and to are different times HH:MM of Beijing time; to may be 24:00 or lie before from (midnight)."
        detail_zh = "from 与 to 须为不同的北京时间 HH:MM；to 可为 24:00，也可早于 from（跨越午夜）。"
        errors.append(FieldError(f"{at}/from", "malformed_time", detail, detail_zh))
        return None
    return WeeklyTime(tuple(dict.fromkeys(days)), from_s, to_s)


def _parse_clock(raw: object) -> float | None:
    match = _CLOCK.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        return None
    seconds = int(match[1]) * 3600.0 + int(match[2]) * 60.0 + int(match[3] or 0)
    return seconds if seconds <= _DAY_S else None


def _clock_text(seconds: float) -> str:
    whole = round(seconds)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}"
    return text if whole % 60 == 0 else f"{text}:{whole % 60:02d}"
