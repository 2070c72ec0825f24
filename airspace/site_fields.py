"""The fields of a site beside its place: hours, closures, slots, energy, directions; parsed, and written back.

`opening_hours` and `closures` are periods as those of zones (`airspace.schedule`), a closure also has a `reason`; `slot`
overrides how long a pad is kept; `charging_w` is the power of one pad's charger and `battery_swap_s` how long a swap takes;
`approach_deg` and `departure_deg` are sectors [from, to] by the compass, clockwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from airspace.areas import is_number
from airspace.errors import FieldError
from airspace.schedule import PERMANENT, Period, applicability_to_list, parse_applicability

Sector: TypeAlias = tuple[float, float]
_SLOT_FIELDS: Final = ("prep_s", "clear_s", "turn_around_s")


@dataclass(frozen=True, slots=True)
class Closure:
    """When a site is closed, and why."""

    period: Period
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SlotTimes:
    """How long a pad of a site is kept, in seconds; None: as the policy says."""

    prep_s: float | None = None
    clear_s: float | None = None
    turn_around_s: float | None = None


@dataclass(frozen=True, slots=True)
class SiteFields:
    """What a site says beside its place; the defaults ask nothing."""

    opening: tuple[Period, ...] = PERMANENT
    closures: tuple[Closure, ...] = ()
    slot: SlotTimes | None = None
    charging_w: float | None = None
    battery_swap_s: float | None = None
    approaches: tuple[Sector, ...] = ()
    departures: tuple[Sector, ...] = ()


NO_FIELDS: Final = SiteFields()
"""Of a site that says nothing."""


def parse_fields(properties: Mapping[str, Any], at: str, errors: list[FieldError]) -> SiteFields:
    """Parse them all; faults are added to the list."""
    return SiteFields(
        parse_hours(properties, at, errors),
        parse_closures(properties, at, errors),
        parse_slot(properties, at, errors),
        parse_amount(properties, "charging_w", 1e6, at, errors),
        parse_amount(properties, "battery_swap_s", 7_200.0, at, errors),
        parse_sectors(properties, "approach_deg", at, errors),
        parse_sectors(properties, "departure_deg", at, errors),
    )


def parse_hours(properties: Mapping[str, Any], at: str, errors: list[FieldError]) -> tuple[Period, ...]:
    """Parse `opening_hours`; codes as `airspace.schedule.parse_applicability`."""
    found = parse_applicability(properties.get("opening_hours"), f"{at}/opening_hours")
    if isinstance(found, list):
        errors.extend(found)
        return PERMANENT
    return found


def parse_closures(properties: Mapping[str, Any], at: str, errors: list[FieldError]) -> tuple[Closure, ...]:
    """Parse `closures`: periods with a `reason`; codes as those of periods, missing for a closure without a time."""
    raw = properties.get("closures")
    if raw is None:
        return ()
    pointer = f"{at}/closures"
    if not isinstance(raw, list):
        errors.append(FieldError(pointer, "wrong_type", "Must be a list of closures.", "必须是关闭时段列表。"))
        return ()
    found = []
    for k, item in enumerate(raw):
        told = item.get("reason") if isinstance(item, Mapping) else None
        if told is not None and (not isinstance(told, str) or len(told) > 500):
            detail = "Must be a text of at most 500 characters."
            errors.append(FieldError(f"{pointer}/{k}/reason", "wrong_type", detail, "须为不超过 500 字的文本。"))
        period = {n: v for n, v in item.items() if n != "reason"} if isinstance(item, Mapping) else item
        parsed = parse_applicability([period], f"{pointer}/{k}")
        if isinstance(parsed, list):
            errors.extend(
                FieldError(e.pointer.replace(f"{pointer}/{k}/0", f"{pointer}/{k}"), e.code, e.detail, e.detail_zh)
                for e in parsed
            )
        elif parsed == PERMANENT:
            detail = "A closure needs starts_at, ends_at or weekly; a site that is closed for good has open: false."
            detail_zh = "关闭时段需要 starts_at、ends_at 或 weekly；永久关闭请设 open: false。"
            errors.append(FieldError(f"{pointer}/{k}", "missing", detail, detail_zh))
        else:
            found.append(Closure(parsed[0], told if isinstance(told, str) else None))
    return tuple(found)


def parse_sectors(properties: Mapping[str, Any], name: str, at: str, errors: list[FieldError]) -> tuple[Sector, ...]:
    """Parse a list of [from, to] in degrees by the compass; code wrong_type."""
    raw = properties.get(name)
    if raw is None:
        return ()
    fine = isinstance(raw, list) and len(raw) <= 16
    found = []
    for item in raw if isinstance(raw, list) else []:
        pair = isinstance(item, list) and len(item) == 2 and all(map(is_number, item))
        if pair and all(0 <= float(value) <= 360 for value in item) and item[0] != item[1]:
            found.append((float(item[0]), float(item[1])))
        else:
            fine = False
    if not fine:
        detail = "Must be a list of at most 16 pairs [from, to] in degrees by the compass, clockwise, from 0 to 360."
        errors.append(
            FieldError(f"{at}/{name}", "wrong_type", detail, "须为不超过 16 个 [起, 止] 罗盘方位（度，顺时针）。")
        )
        return ()
    return tuple(found)


def parse_slot(properties: Mapping[str, Any], at: str, errors: list[FieldError]) -> SlotTimes | None:
    """Parse `slot`: prep_s, clear_s, turn_around_s, each optional; codes wrong_type, unknown_field, out_of_range."""
    raw = properties.get("slot")
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        errors.append(FieldError(f"{at}/slot", "wrong_type", "Must be an object.", "必须是一个对象。"))
        return None
    values: dict[str, float] = {}
    for name, value in raw.items():
        if name not in _SLOT_FIELDS:
            known = ", ".join(_SLOT_FIELDS)
            detail = f"{name} is no field of a slot; known are {known}."
            errors.append(FieldError(f"{at}/slot/{name}", "unknown_field", detail, f"未知字段 {name}。"))
        elif value is not None and not (is_number(value) and 0 <= float(value) <= 3_600):
            detail = "Must be a number of seconds from 0 to 3600."
            errors.append(FieldError(f"{at}/slot/{name}", "out_of_range", detail, "须为 0 至 3600 秒的数值。"))
        elif value is not None:
            values[name] = float(value)
    return SlotTimes(**values)


def parse_amount(
    properties: Mapping[str, Any], name: str, most: float, at: str, errors: list[FieldError]
) -> float | None:
    """Parse an optional number above 0; code out_of_range."""
    value = properties.get(name)
    if value is None:
        return None
    if is_number(value) and 0 < float(value) <= most:
        return float(value)
    detail = f"Must be a number above 0 and at most {most:g}, or null."
    errors.append(FieldError(f"{at}/{name}", "out_of_range", detail, f"须为大于 0 且不超过 {most:g} 的数值，或 null。"))
    return None


def fields_to_dict(site: SiteFields) -> dict[str, Any]:
    """Return the properties of a site's hours, slots, energy and directions as filed."""
    slot = site.slot
    return {
        "opening_hours": applicability_to_list(site.opening),
        "closures": [
            applicability_to_list((item.period,))[0] | ({} if item.reason is None else {"reason": item.reason})
            for item in site.closures
        ],
        "slot": None if slot is None else {name: getattr(slot, name) for name in _SLOT_FIELDS},
        "charging_w": site.charging_w,
        "battery_swap_s": site.battery_swap_s,
        "approach_deg": [list(pair) for pair in site.approaches],
        "departure_deg": [list(pair) for pair in site.departures],
    }
