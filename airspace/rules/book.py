"""The rulebook: every time, limit and trigger of the rule clock as one value of the policy, with its source.

`Rulebook()` is the open book: nothing is refused for being late. `order_761()` is what the order asks for.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal, TypeAlias

from airspace.errors import FieldError
from airspace.policy_parts import AIRCRAFT_CLASSES, OPERATION_TYPES, number
from airspace.rules.calendar import DAY_S
from airspace.rules.classes import AGRICULTURAL_761, ORDER_761, ClassLimits

Lateness: TypeAlias = Literal["off", "warning", "pending", "refuse"]
LATENESS: Final = ("off", "warning", "pending", "refuse")

TRIGGERS: Final = (
    "network_relay",
    "dropping_or_dangerous",
    "over_crowds",
    "moving_vehicle",
    "distributed_or_swarm",
)
"""Article 31(2), in its order: relay by base station or internet; dangerous goods or dropping; over crowds; from a moving
vehicle; distributed operation or swarm."""
TRIGGER_TEXT: Final[dict[str, tuple[str, str]]] = {
    "network_relay": ("relay by base station or internet", "通过通信基站或者互联网进行飞行控制中继"),
    "dropping_or_dangerous": ("dangerous goods or dropping", "运载危险品或者投放物品"),
    "over_crowds": ("over assembled people", "飞越集会人群上空"),
    "moving_vehicle": ("from a moving vehicle", "在移动的交通工具上操控"),
    "distributed_or_swarm": ("distributed operation or swarm", "分布式操作或者集群飞行"),
}
REPORT_EVENTS: Final = (
    "contingency",
    "loss_of_separation",
    "zone_infringement",
    "nonconforming",
    "gnss_jump",
    "link_lost",
)
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_ASSUMED: Final = (
    ("logistics", ("network_relay", "distributed_or_swarm")),
    ("inspection", ("network_relay",)),
    ("survey", ("network_relay",)),
    ("emergency", ("network_relay",)),
    ("public_safety", ("network_relay",)),
    ("environment", ("network_relay",)),
    ("other", ("network_relay",)),
)


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What the rule clock asks; clock times are seconds of the Beijing day, the others seconds, metres and names."""

    application_days_before: int = 1
    application_by_s: float = 12 * 3600.0
    """An application arrives before this time of that day."""
    decision_by_s: float = 21 * 3600.0
    """It is decided by this time of the same day."""
    late_application: Lateness = "off"
    """What an application meets that comes later."""
    late_standing_filing: Lateness = "off"
    """What a flight under a standing approval meets that was not filed by then, and whose day was not either."""
    emergency_apply_s: float = 1_800.0
    """How long before take-off an emergency task applies; in special urgency at any time."""
    emergency_decide_s: float = 600.0
    """How long before take-off an emergency task is decided."""
    late_readiness: Literal["mark", "refuse"] = "mark"
    """What a readiness report meets that comes later than `readiness_lead_s` before departure."""
    report_within_s: float = 86_400.0
    """How long after landing an event that affected safety is reported."""
    report_events: tuple[str, ...] = ("contingency", "loss_of_separation", "zone_infringement")
    """The events a report is owed for."""
    exempt_classes: tuple[str, ...] = ("micro", "light", "small")
    """Classes that need no application in suitable airspace."""
    suitable_ceiling_agl_m: float = 120.0
    """Suitable airspace ends at this true height."""
    state_operations: tuple[str, ...] = ("emergency", "public_safety")
    """State tasks that need no application over their own sites up to `state_ceiling_agl_m`; readiness is reported."""
    state_ceiling_agl_m: float = 120.0
    assumed_triggers: tuple[tuple[str, tuple[str, ...]], ...] = _ASSUMED
    """What a flight of a kind is taken to do where its plan declares no special conditions."""
    class_limits: tuple[tuple[str, ClassLimits], ...] = ORDER_761
    """The largest numbers of each class; what keeps none is large."""
    agricultural_limits: ClassLimits = AGRICULTURAL_761
    """The largest numbers of agricultural aircraft, and of the flights that are exempt as their routine work."""
    agricultural_operations: tuple[str, ...] = ("environment", "other")
    """Kinds of operation that may be routine agricultural work and then need no application; none: no such exemption."""


SOURCES: Final[tuple[tuple[str, str], ...]] = (
    ("rules.application_by", "Order 761 (2023), Article 26: before 12:00 of the day before"),
    ("rules.application_days_before", "Order 761, Article 26"),
    ("rules.decision_by", "Order 761, Article 26: by 21:00 of the day before"),
    ("rules.late_application", "ours: the article names no consequence"),
    ("rules.late_standing_filing", "Order 761, Article 26: the plan is then filed by 12:00 of the day before"),
    ("rules.emergency_apply_s", "Order 761, Article 29: 30 minutes before take-off"),
    ("rules.emergency_decide_s", "Order 761, Article 29: 10 minutes before take-off"),
    ("rules.late_readiness", "ours; Order 761, Article 30 asks for 1 hour"),
    ("rules.report_within_s", "Order 761, Article 40: within 24 hours after landing"),
    ("rules.report_events", "ours: which events affected safety, Article 40"),
    ("rules.exempt_classes", "Order 761, Article 31(1)"),
    ("rules.suitable_ceiling_agl_m", "Order 761, Article 19: controlled from 120 m true height"),
    ("rules.state_operations", "Order 761, Article 31: police, customs and emergency tasks over their own sites"),
    ("rules.state_ceiling_agl_m", "Order 761, Article 31: up to 120 m"),
    ("rules.assumed_triggers", "ours: one remote crew over a fleet is distributed operation, and its link is the mobile network"),
    ("rules.class_limits", "Order 761, Article 62"),
    ("rules.agricultural_limits", "Order 761, Article 62: 30 m true height, 50 km/h, radius 2000 m"),
    ("rules.agricultural_operations", "Order 761, Article 31(1): routine agricultural work; which kinds may be that is ours"),
)  # fmt: skip
"""Where each entry comes from; a regulator writes others beside other numbers."""


def order_761() -> Rulebook:
    """Return the book with the order's times enforced."""
    return replace(Rulebook(), late_application="refuse", late_standing_filing="refuse")


# -- JSON --------------------------------------------------------------------------------------------------------------

_CLOCKS: Final = frozenset({"application_by_s", "decision_by_s"})
_LISTS: Final[dict[str, tuple[str, ...]]] = {
    "report_events": REPORT_EVENTS,
    "exempt_classes": AIRCRAFT_CLASSES,
    "state_operations": OPERATION_TYPES,
    "agricultural_operations": OPERATION_TYPES,
}
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "late_application": LATENESS,
    "late_standing_filing": LATENESS,
    "late_readiness": ("mark", "refuse"),
}
_MOST: Final[dict[str, float]] = {
    "application_days_before": 30,
    "emergency_apply_s": DAY_S,
    "emergency_decide_s": DAY_S,
    "report_within_s": 30 * DAY_S,
    "suitable_ceiling_agl_m": 6_000.0,
    "state_ceiling_agl_m": 6_000.0,
}
FIELDS: Final = tuple(item.name for item in fields(Rulebook))
NAMES: Final = tuple(name.removesuffix("_s") if name in _CLOCKS else name for name in FIELDS)
"""The same as JSON has them."""


def book_to_dict(book: Rulebook) -> dict[str, Any]:
    """Return the rulebook as JSON values: clock times as `HH:MM`, tables as objects."""
    found: dict[str, Any] = {}
    for name in FIELDS:
        value = getattr(book, name)
        if name in _CLOCKS:
            found[_written(name)] = f"{int(value) // 3600:02d}:{int(value) // 60 % 60:02d}"
        elif name == "assumed_triggers":
            found[name] = {kind: list(flags) for kind, flags in value}
        elif name == "class_limits":
            found[name] = {kind: _limits_to_dict(limits) for kind, limits in value}
        elif name == "agricultural_limits":
            found[name] = _limits_to_dict(value)
        else:
            found[name] = list(value) if isinstance(value, tuple) else value
    return found


def _written(name: str) -> str:
    """Return the name a clock time has in JSON: there it is no number of seconds."""
    return name.removesuffix("_s") if name in _CLOCKS else name


def _limits_to_dict(limits: ClassLimits) -> dict[str, Any]:
    values = {item.name: getattr(limits, item.name) for item in fields(ClassLimits)}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def parse_book(raw: object, base: Rulebook, errors: list[FieldError]) -> Rulebook:
    """Parse the fields given over those of `base`; codes wrong_type, unknown_field, not_allowed, out_of_range, malformed_time."""
    if not isinstance(raw, Mapping):
        errors.append(FieldError("/rules", "wrong_type", "Must be an object.", "必须是一个对象。"))
        return base
    names = {_written(name): name for name in FIELDS}
    values: dict[str, Any] = {}
    before = len(errors)
    for key, value in raw.items():
        at, name = f"/rules/{key}", names.get(key)
        if name is None:
            errors.append(FieldError(at, "unknown_field", f"{key} is no field of rules.", f"未知字段 {key}。"))
            continue
        parsed = _parse(name, value, at, errors)
        if parsed is not None:
            values[name] = parsed
    return base if len(errors) > before else replace(base, **values)


def _parse(name: str, value: object, at: str, errors: list[FieldError]) -> Any:
    if name in _CLOCKS:
        return _clock(value, at, errors)
    if name in _CHOICES:
        return _choice(value, _CHOICES[name], at, errors)
    if name in _LISTS:
        return _list(value, _LISTS[name], at, errors)
    if name == "assumed_triggers":
        return _assumed(value, at, errors)
    if name == "class_limits":
        return _class_limits(value, at, errors)
    if name == "agricultural_limits":
        before = len(errors)
        limits = _limits(value, at, errors)
        return limits if len(errors) == before else None
    whole = name == "application_days_before"
    given = number(value, at, errors, whole=whole, high=_MOST[name])
    return int(given) if whole and given is not None else given


def _clock(value: object, at: str, errors: list[FieldError]) -> float | None:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        detail = "Must be a time of the day in Beijing as HH:MM, such as 12:00."
        errors.append(FieldError(at, "malformed_time", detail, "必须是北京时间 HH:MM，例如 12:00。"))
        return None
    return int(match[1]) * 3600.0 + int(match[2]) * 60.0


def _choice(value: object, choices: tuple[str, ...], at: str, errors: list[FieldError]) -> str | None:
    if isinstance(value, str) and value in choices:
        return value
    allowed = ", ".join(choices)
    errors.append(FieldError(at, "not_allowed", f"Must be one of {allowed}.", f"必须是 {allowed} 之一。"))
    return None


def _list(value: object, choices: tuple[str, ...], at: str, errors: list[FieldError]) -> tuple[str, ...] | None:
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) and item in choices for item in value):
        return tuple(dict.fromkeys(value))
    allowed = ", ".join(choices)
    detail = f"Must be a list of some of {allowed}."
    errors.append(FieldError(at, "not_allowed", detail, f"必须是由 {allowed} 中若干项组成的列表。"))
    return None


def _assumed(value: object, at: str, errors: list[FieldError]) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    if not isinstance(value, Mapping):
        errors.append(FieldError(at, "wrong_type", "Must be an object.", "必须是一个对象。"))
        return None
    found: list[tuple[str, tuple[str, ...]]] = []
    before = len(errors)
    for kind, flags in value.items():
        if kind not in OPERATION_TYPES:
            detail = f"{kind} is no kind of operation."
            errors.append(FieldError(f"{at}/{kind}", "unknown_field", detail, f"未知的作业类型 {kind}。"))
            continue
        listed = _list(flags, TRIGGERS, f"{at}/{kind}", errors)
        if listed is not None:
            found.append((kind, listed))
    return None if len(errors) > before else tuple(found)


def _class_limits(value: object, at: str, errors: list[FieldError]) -> tuple[tuple[str, ClassLimits], ...] | None:
    kinds = tuple(name for name, _ in ORDER_761)
    if not isinstance(value, Mapping) or set(value) != set(kinds):
        detail = f"Must be an object with {', '.join(kinds)}; what keeps none is large."
        errors.append(FieldError(at, "wrong_type", detail, f"必须是包含 {'、'.join(kinds)} 的对象；均不符合者为大型。"))
        return None
    before = len(errors)
    found = [(kind, _limits(value[kind], f"{at}/{kind}", errors)) for kind in kinds]
    return None if len(errors) > before else tuple(found)


def _limits(raw: object, at: str, errors: list[FieldError]) -> ClassLimits:
    if not isinstance(raw, Mapping):
        errors.append(FieldError(at, "wrong_type", "Must be an object.", "必须是一个对象。"))
        return ClassLimits()
    values: dict[str, Any] = {}
    plain = ClassLimits()
    known = {item.name: getattr(plain, item.name) for item in fields(ClassLimits)}
    for name, value in raw.items():
        if name not in known:
            errors.append(FieldError(f"{at}/{name}", "unknown_field", f"{name} is no limit.", f"未知字段 {name}。"))
        elif isinstance(known[name], bool):
            if isinstance(value, bool):
                values[name] = value
            else:
                errors.append(
                    FieldError(f"{at}/{name}", "wrong_type", "Must be true or false.", "必须是 true 或 false。")
                )
        else:
            values[name] = number(value, f"{at}/{name}", errors, exclusive=True)
    return plain if any(value is None for value in values.values()) else ClassLimits(**values)
