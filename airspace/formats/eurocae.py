"""What ED-269 and ED-318 share: weekdays, clock times, reasons, periods and the block of what they cannot carry."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from airspace.decision import instant_text
from airspace.formats.zone_drafts import Place, ZoneFile, is_always, merged_weekly, utc_spans, weekly_of
from airspace.schedule import DAYS, Period
from airspace.timebase import from_scene_s
from airspace.zones import Zone

OWN: Final = "hexlane"
"""Member of `extendedProperties` that holds what the standard has no field for."""
WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
REASONS: Final = frozenset({
    "AIR_TRAFFIC", "SENSITIVE", "PRIVACY", "POPULATION", "NATURE", "NOISE", "FOREIGN_TERRITORY", "EMERGENCY", "DAR",
})  # fmt: skip
_CLOCK: Final = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
_DAY_S: Final = 86_400


def text_of(value: object) -> str | None:
    """Return a non-empty text, None for anything else."""
    return value.strip() or None if isinstance(value, str) else None


def reasons_of(listed: object, info: str | None) -> str | None:
    """Return the reason of a zone from the enumerated ones and the free text beside them."""
    names = [listed] if isinstance(listed, str) else listed if isinstance(listed, list) else []
    kept = [name for name in names if isinstance(name, str)]
    if info is not None and kept in (["OTHER"], []):
        return info
    text = ", ".join(kept) or None
    return f"{text}: {info}" if text and info else text or info


def reasons_written(reason: str | None) -> tuple[list[str], str | None]:
    """Return the enumerated reasons and the free text of a reason; `reasons_of` gives it back."""
    if reason is None:
        return [], None
    names = reason.split(", ")
    if set(names) <= REASONS | {"OTHER"} and len(set(names)) == len(names):
        return names, None
    return ["OTHER"], reason


def periods_of(raw: object, at: str, found: ZoneFile) -> list[dict[str, Any]] | None:
    """Return the applicability of a zone body from ED-269 `applicability` or ED-318 `limitedApplicability`."""
    if raw is None:
        return None
    if not isinstance(raw, list):
        found.add("wrong_type", Place(at, None), what="a list of periods", what_zh="时段列表")
        return None
    periods = []
    for index, item in enumerate(raw):
        where = f"{at}/{index}"
        if not isinstance(item, Mapping):
            found.add("wrong_type", Place(where, None), what="an object", what_zh="对象")
            continue
        permanent = item.get("permanent") == "YES"
        period: dict[str, Any] = {
            "starts_at": None if permanent else item.get("startDateTime"),
            "ends_at": None if permanent else item.get("endDateTime"),
        }
        name = "schedule" if item.get("schedule") is not None else "dailyPeriod"
        weekly = _weekly(item.get(name), f"{where}/{name}", found)
        if weekly:
            period["weekly"] = weekly
        if period != {"starts_at": None, "ends_at": None}:
            periods.append(period)
        else:
            return []  # one that holds always makes the others needless
    return periods


def _weekly(raw: object, at: str, found: ZoneFile) -> list[dict[str, Any]]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        found.add("wrong_type", Place(at, None), what="a list of daily periods", what_zh="每日时段列表")
        return []
    times: list[dict[str, Any]] = []
    for index, item in enumerate(raw):
        where = f"{at}/{index}"
        if not isinstance(item, Mapping):
            found.add("wrong_type", Place(where, None), what="an object", what_zh="对象")
            continue
        if item.get("startEvent") is not None or item.get("endEvent") is not None:
            found.add("daylight_event", Place(where, None))
            continue
        given = item.get("day")
        days = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        if not days and item.get("startTime") is None and item.get("endTime") is None:
            continue  # some writers put an empty entry for "all week"
        names = list(WEEKDAYS) if not days or "ANY" in days else days
        if not all(name in WEEKDAYS for name in names):
            unknown = next(name for name in names if name not in WEEKDAYS)
            found.add("unknown_day", Place(f"{where}/day", None), value=unknown, choices=" ".join(WEEKDAYS))
            continue
        start = _clock(item.get("startTime"), 0, f"{where}/startTime", found)
        end = _clock(item.get("endTime"), _DAY_S, f"{where}/endTime", found)
        if start is None or end is None:
            continue
        ours = [DAYS[WEEKDAYS.index(name)] for name in dict.fromkeys(names)]
        if start[0] == 0 and end[0] % _DAY_S == 0 and len(ours) == 7:
            continue  # every day, all day
        times.extend(weekly_of(ours, start[0], end[0], start[1]))
    return merged_weekly(times)


def _clock(raw: object, absent_s: int, at: str, found: ZoneFile) -> tuple[float, float] | None:
    """Return seconds of the day and the clock's offset from UTC; without one it is UTC, as ED-269 has it."""
    if raw is None:
        return float(absent_s), 0.0
    match = _CLOCK.fullmatch(raw) if isinstance(raw, str) else None
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0) if match else _DAY_S + 1
    if match is None or seconds > _DAY_S or int(match[2]) > 59:
        found.add("malformed_time", Place(at, None), value=raw)
        return None
    zone = match[4] or "Z"
    if zone == "Z":
        return float(seconds), 0.0
    digits = zone[1:].replace(":", "")
    offset = int(digits[:2]) * 3600.0 + int(digits[2:]) * 60.0
    return float(seconds), -offset if zone[0] == "-" else offset


def periods_written(periods: tuple[Period, ...], *, permanent_flag: bool) -> list[dict[str, Any]]:
    """Return periods as ED-269 (`permanent_flag`) or ED-318 writes them, clock times in UTC."""
    written = []
    for period in periods:
        bounded = period.starts_s != -float("inf") or period.ends_s != float("inf")
        item: dict[str, Any] = {"permanent": "NO" if bounded else "YES"} if permanent_flag else {}
        if period.starts_s != -float("inf"):
            item["startDateTime"] = instant_text(from_scene_s(period.starts_s))
        if period.ends_s != float("inf"):
            item["endDateTime"] = instant_text(from_scene_s(period.ends_s))
        if period.weekly:
            item["schedule"] = [
                {
                    "day": [WEEKDAYS[DAYS.index(day)] for day in days],
                    "startTime": _written(from_s),
                    "endTime": _written(to_s),
                }
                for weekly in period.weekly
                for days, from_s, to_s in utc_spans(weekly)
            ]
        written.append(item)
    return [] if is_always(periods) and not permanent_flag else written


def _written(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.00Z"


def own_block(zone: Zone, names: Sequence[str], **more: Any) -> dict[str, Any]:
    """Return the block of what the standard has no field for, without what is not set."""
    values = {name: getattr(zone, name) for name in names}
    values |= {"demonstration": zone.demonstration or None, **more}
    return {name: value for name, value in values.items() if value is not None}


def read_own(raw: object) -> Mapping[str, Any]:
    """Return our block of `extendedProperties`, empty when there is none."""
    block = raw.get(OWN) if isinstance(raw, Mapping) else None
    return block if isinstance(block, Mapping) else {}


def number_of(value: object, place: Place, found: ZoneFile) -> float | None:
    """Return a finite number, also one written as text, as some writers do; None and a problem for anything else."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e300:
        finite = isinstance(value, float)
        found.add("not_finite" if finite else "wrong_type", place, what="a number", what_zh="数值")
        return None
    return float(value)
