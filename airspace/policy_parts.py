"""The compound values of a policy: separation rules, limits of single cells, wind; parsed, and written back as JSON."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import h3

from airspace.cover import DEFAULT_RESOLUTION
from airspace.errors import FieldError

OPERATION_TYPES: Final = (
    "logistics",
    "inspection",
    "survey",
    "emergency",
    "public_safety",
    "environment",
    "other",
)
AIRCRAFT_CLASSES: Final = ("micro", "light", "small", "medium", "large")
NORMAL_WEATHER: Final = "normal"
MAX_RULES: Final = 500
MAX_CELL_LIMITS: Final = 10_000
_NAME: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_WEATHER: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SEPARATION_FIELDS: Final = {"horizontal_m": 10_000.0, "vertical_m": 1_000.0, "time_buffer_s": 3_600.0}


@dataclass(frozen=True, slots=True)
class SeparationRule:
    """Larger minima where all conditions given hold; a condition or a minimum that is None asks nothing.

    `corridor_id` and `zone_id` hold for a flight that, with its tolerance, enters that corridor or zone.
    """

    operation_type: str | None = None
    aircraft_class: str | None = None
    corridor_id: str | None = None
    zone_id: str | None = None
    weather: str | None = None
    horizontal_m: float | None = None
    vertical_m: float | None = None
    time_buffer_s: float | None = None
    source: str | None = None


CONDITIONS: Final = ("operation_type", "aircraft_class", "corridor_id", "zone_id", "weather")


@dataclass(frozen=True, slots=True)
class CellLimit:
    """How many flights may be in one resolution-8 cell at once, between two hours of the day in Beijing time.

    `from_hour` is included, `to_hour` is not; a range with `from_hour` >= `to_hour` runs over midnight. 0 to 24 is the
    whole day. `max_flights` 0 closes the cell.
    """

    cell: str
    max_flights: int
    from_hour: int = 0
    to_hour: int = 24
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Wind:
    """The wind planned with: its speed and where it comes from, degrees clockwise from true north."""

    speed_mps: float
    from_deg: float


def rule_to_dict(rule: SeparationRule) -> dict[str, Any]:
    """Return a separation rule as JSON values."""
    when = {name: getattr(rule, name) for name in CONDITIONS if getattr(rule, name) is not None}
    separation = {name: getattr(rule, name) for name in _SEPARATION_FIELDS if getattr(rule, name) is not None}
    return {"when": when, "separation": separation} | ({} if rule.source is None else {"source": rule.source})


def cell_limit_to_dict(limit: CellLimit) -> dict[str, Any]:
    """Return a cell's limit as JSON values."""
    result: dict[str, Any] = {"cell": limit.cell, "max_flights": limit.max_flights}
    if (limit.from_hour, limit.to_hour) != (0, 24):
        result |= {"from_hour": limit.from_hour, "to_hour": limit.to_hour}
    return result | ({} if limit.source is None else {"source": limit.source})


def wind_to_dict(wind: Wind) -> dict[str, Any]:
    """Return the wind as JSON values."""
    return {"speed_mps": wind.speed_mps, "from_deg": wind.from_deg}


def parse_rules(raw: object, errors: list[FieldError]) -> tuple[SeparationRule, ...]:
    """Parse `separation_rules`; codes wrong_type, too_many, missing, unknown_field, not_allowed, out_of_range."""
    items = _list(raw, "/separation_rules", MAX_RULES, errors)
    parsed = (_parse_rule(item, f"/separation_rules/{k}", errors) for k, item in enumerate(items))
    return tuple(rule for rule in parsed if rule is not None)


def parse_cell_limits(raw: object, errors: list[FieldError]) -> tuple[CellLimit, ...]:
    """Parse `cell_limits`; codes wrong_type, too_many, missing, unknown_field, not_a_cell, out_of_range."""
    items = _list(raw, "/cell_limits", MAX_CELL_LIMITS, errors)
    parsed = (_parse_cell_limit(item, f"/cell_limits/{k}", errors) for k, item in enumerate(items))
    return tuple(limit for limit in parsed if limit is not None)


def parse_wind(raw: object, errors: list[FieldError]) -> Wind | None:
    """Parse `wind`; null means that it is not known."""
    if raw is None:
        return None
    before = len(errors)
    value = _object(raw, "/wind", ("speed_mps", "from_deg"), errors)
    if value is None:
        return None
    speed = number(value.get("speed_mps"), "/wind/speed_mps", errors, high=75.0)
    source = number(value.get("from_deg"), "/wind/from_deg", errors, high=360.0)
    return None if len(errors) > before or speed is None or source is None else Wind(speed, source)


def parse_weather(raw: object, pointer: str, errors: list[FieldError]) -> str:
    """Parse the name of a weather condition."""
    if isinstance(raw, str) and _WEATHER.fullmatch(raw):
        return raw
    detail = "A weather condition is a short lower-case name, such as normal or strong_wind."
    detail_zh = "天气状况须为简短的小写英文名，例如 normal 或 strong_wind。"
    errors.append(FieldError(pointer, "not_allowed", detail, detail_zh))
    return NORMAL_WEATHER


def _parse_rule(raw: object, at: str, errors: list[FieldError]) -> SeparationRule | None:
    before = len(errors)
    value = _object(raw, at, ("when", "separation", "source"), errors)
    if value is None:
        return None
    when = _object(value.get("when"), f"{at}/when", CONDITIONS, errors)
    separation = _object(value.get("separation"), f"{at}/separation", tuple(_SEPARATION_FIELDS), errors)
    if when is None or separation is None:
        return None
    conditions = {name: text for name, text in when.items() if text is not None}
    if not conditions:
        detail = f"A rule needs at least one of {', '.join(CONDITIONS)}; what holds always is the default separation."
        detail_zh = f"规则至少需要以下条件之一：{'、'.join(CONDITIONS)}；始终适用的值请写入默认间隔。"
        errors.append(FieldError(f"{at}/when", "missing", detail, detail_zh))
    for name, text in conditions.items():
        _check_condition(name, text, f"{at}/when/{name}", errors)
    minima = {
        name: number(item, f"{at}/separation/{name}", errors, high=high, exclusive=name != "time_buffer_s")
        for name, high in _SEPARATION_FIELDS.items()
        if (item := separation.get(name)) is not None
    }
    if not minima and len(errors) == before:
        names = ", ".join(_SEPARATION_FIELDS)
        detail, detail_zh = f"A rule states at least one of {names}.", f"规则至少须给出以下之一：{names}。"
        errors.append(FieldError(f"{at}/separation", "missing", detail, detail_zh))
    source = parse_source(value.get("source"), f"{at}/source", errors)
    if len(errors) > before:
        return None
    return SeparationRule(**cast("dict[str, Any]", {**conditions, **minima, "source": source}))


def _check_condition(name: str, value: object, at: str, errors: list[FieldError]) -> None:
    if name == "weather":
        parse_weather(value, at, errors)
        return
    choices = {"operation_type": OPERATION_TYPES, "aircraft_class": AIRCRAFT_CLASSES}.get(name)
    if choices is not None:
        if value not in choices:
            allowed = ", ".join(choices)
            errors.append(FieldError(at, "not_allowed", f"Must be one of {allowed}.", f"必须是 {allowed} 之一。"))
    elif not (isinstance(value, str) and _NAME.fullmatch(value)):
        errors.append(FieldError(at, "wrong_type", "Must be an identifier.", "必须是标识符。"))


def _parse_cell_limit(raw: object, at: str, errors: list[FieldError]) -> CellLimit | None:
    before = len(errors)
    value = _object(raw, at, ("cell", "max_flights", "from_hour", "to_hour", "source"), errors)
    if value is None:
        return None
    cell = value.get("cell")
    known = isinstance(cell, str) and h3.is_valid_cell(cell) and h3.get_resolution(cell) == DEFAULT_RESOLUTION
    if not known:
        detail = f"Must be an H3 cell of resolution {DEFAULT_RESOLUTION} as text, such as 88411caa01fffff."
        detail_zh = f"必须是分辨率为 {DEFAULT_RESOLUTION} 的 H3 单元格文本，例如 88411caa01fffff。"
        errors.append(FieldError(f"{at}/cell", "not_a_cell", detail, detail_zh))
    flights = number(value.get("max_flights"), f"{at}/max_flights", errors, whole=True)
    first = number(value.get("from_hour", 0), f"{at}/from_hour", errors, whole=True, high=23)
    last = number(value.get("to_hour", 24), f"{at}/to_hour", errors, whole=True, high=24)
    source = parse_source(value.get("source"), f"{at}/source", errors)
    if len(errors) > before or flights is None or first is None or last is None:
        return None
    return CellLimit(h3.int_to_str(h3.str_to_int(cast(str, cell))), int(flights), int(first), int(last), source)


def parse_source(raw: object, at: str, errors: list[FieldError]) -> str | None:
    """Parse where a number comes from: short text, or null."""
    if raw is None or (isinstance(raw, str) and 0 < len(raw) <= 500):
        return raw
    detail = "Must be a text of at most 500 characters, or null."
    errors.append(FieldError(at, "wrong_type", detail, "必须是不超过 500 个字符的文本，或为 null。"))
    return None


def number(
    value: object,
    pointer: str,
    errors: list[FieldError],
    *,
    whole: bool = False,
    low: float = 0,
    high: float = 1e9,
    exclusive: bool = False,
) -> float | None:
    """Parse a number of a range, or add what is wrong with it; codes wrong_type, out_of_range."""
    kind = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not abs(value) < 1e300:
        what, what_zh = ("a whole number", "整数") if whole else ("a finite number", "有限数值")
        errors.append(FieldError(pointer, "wrong_type", f"Must be {what}.", f"必须是{what_zh}。"))
        return None
    given = float(cast(float, value))
    if given < low or (exclusive and given <= low):
        word, word_zh = ("more than", "大于") if exclusive else ("at least", "不小于")
        errors.append(FieldError(pointer, "out_of_range", f"Must be {word} {low:g}.", f"必须{word_zh} {low:g}。"))
        return None
    if given > high:
        errors.append(FieldError(pointer, "out_of_range", f"Must not exceed {high:g}.", f"不得超过 {high:g}。"))
        return None
    return given


def _object(raw: object, at: str, names: Sequence[str], errors: list[FieldError]) -> Mapping[str, Any] | None:
    if not isinstance(raw, Mapping):
        errors.append(FieldError(at, "wrong_type", "Must be an object.", "必须是一个对象。"))
        return None
    for name in raw:
        if name not in names:
            detail = f"{name} is no field here; known are {', '.join(names)}."
            errors.append(FieldError(f"{at}/{name}", "unknown_field", detail, f"未知字段 {name}。"))
    return raw


def _list(raw: object, at: str, most: int, errors: list[FieldError]) -> Sequence[object]:
    if not isinstance(raw, (list, tuple)):
        errors.append(FieldError(at, "wrong_type", "Must be a list.", "必须是一个列表。"))
        return ()
    if len(raw) > most:
        detail, detail_zh = f"At most {most} entries, {len(raw)} given.", f"最多 {most} 项，实际 {len(raw)} 项。"
        errors.append(FieldError(at, "too_many", detail, detail_zh))
        return ()
    return raw
