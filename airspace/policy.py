"""The rules a city runs by, as one frozen value with a version."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, TypeAlias, cast

from airspace.budget import (
    PHYSICAL_MIN_HORIZONTAL_M,
    PHYSICAL_MIN_VERTICAL_M,
    budget_errors,
    rule_budget_errors,
)
from airspace.errors import FieldError
from airspace.geometry4d import Separation, Tolerance
from airspace.policy_parts import (
    NORMAL_WEATHER,
    CellLimit,
    SeparationRule,
    Wind,
    cell_limit_to_dict,
    number,
    parse_cell_limits,
    parse_rules,
    parse_source,
    parse_weather,
    parse_wind,
    rule_to_dict,
    wind_to_dict,
)
from airspace.rules import book as rulebook
from airspace.rules.book import Rulebook, book_to_dict, parse_book

__all__ = [
    "PHYSICAL_MIN_HORIZONTAL_M",
    "PHYSICAL_MIN_VERTICAL_M",
    "Policy",
    "Severity",
    "budget_errors",
    "policy_from_dict",
    "policy_to_dict",
]

Severity: TypeAlias = Literal["refuse", "pending", "warning"]

_OURS: Final = "ours: no rule states a number"
SOURCES: Final[tuple[tuple[str, str], ...]] = (
    ("separation", "ours: ASTM F3548-21 and Order 761 leave the numbers to the service"),
    ("tolerance", "ours: half of what the separation leaves above 10 m / 5 m, and half of the time buffer"),
    ("ceiling_agl_m", "Order 761 (State Council and Central Military Commission, 2023), Article 19"),
    ("filing_lead_s", "Order 761, Article 26 asks for noon of the day before; 0 where a standing approval holds"),
    ("emergency_filing_lead_s", "Order 761, Article 29: 30 minutes before take-off, at any time in special urgency"),
    ("readiness_lead_s", "Order 761, Article 30: 1 hour before take-off; 0 where a standing approval holds"),
    ("article27_missing", "Order 761, Article 27"),
    ("standing_approval_required", "Order 761, Articles 26 and 31"),
    ("night_flight_allowed", "Order 761, Article 32 asks for lights at night"),
    ("max_priority_commercial", _OURS),
    ("max_flights_per_cell", _OURS),
    ("max_departures_per_pad_h", _OURS),
    ("pad_prep_s", _OURS),
    ("pad_clear_s", _OURS),
    ("pad_turn_around_s", _OURS),
    ("departure_tolerance_s", _OURS),
    ("nonconformance_limit_s", "ours; ASTM F3548-21 asks for a limit after which nonconforming becomes contingent"),
    ("advisory_silence_s", _OURS),
    ("zone_notice_s", "Order 761, Article 20: 24 hours before"),
    ("zone_urgent_notice_s", "Order 761, Article 20: 30 minutes before, military or emergency"),
    ("activation_early_s", _OURS),
    *rulebook.SOURCES,
)
"""Where the default numbers come from; a city writes its own beside its own numbers."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is asked of a flight; every number that is not law is here, to be changed without a release.

    `separation` holds between two flights, `tolerance` is what each may deviate. Construction fails with ValueError
    when the tolerance eats more than its share of the separation or of a rule (`airspace.budget`). Every number, its
    unit, its source and how to change it: docs/policy.md.
    """

    version: int = 1
    separation: Separation = field(default_factory=Separation)
    tolerance: Tolerance = field(default_factory=Tolerance)
    separation_rules: tuple[SeparationRule, ...] = ()
    """Larger minima by kind of operation, class of aircraft, corridor, zone and weather (`airspace.separation_rules`)."""
    weather: str = NORMAL_WEATHER
    """The condition now in force over the city, which rules refer to."""
    wind: Wind | None = None
    """The wind flights are planned with; None: not known, and it refuses nothing."""
    ceiling_agl_m: float = 120.0
    """True height, Order 761 Art. 19."""
    ceiling_exempt_operations: tuple[str, ...] = ()
    """Operation types for which a height above the ceiling waits for the authority instead of being refused."""
    conditional_zones: Literal["warning", "pending"] = "warning"
    free_flight_allowed: bool = True
    off_site_allowed: bool = True
    night_flight_allowed: bool = True
    auto_approve_synthetic_terrain: bool = False
    """True only in a demonstration: true heights over made-up ground are then approved without a human."""
    standing_approval_required: bool = True
    """A flight under no standing approval waits for the authority."""
    article27_missing: Literal["warning", "pending", "refuse"] = "warning"
    min_duration_s: float = 1.0
    max_duration_s: float = 86_400.0
    max_horizon_s: float = 366 * 86_400.0
    filing_lead_s: float = 0.0
    emergency_filing_lead_s: float = 0.0
    readiness_lead_s: float = 0.0
    activation_early_s: float = 1_800.0
    """How long before departure a plan may be activated."""
    departure_tolerance_s: float = 60.0
    """How late a departure may be without filing again."""
    past_grace_s: float = 5.0
    """How far in the past a departure may lie when it is filed: the client's clock and the network."""
    max_priority_commercial: int = 50
    max_flights_per_cell: int | None = None
    """The most flights that may be in one resolution-8 cell at an instant; None: not limited."""
    cell_limits: tuple[CellLimit, ...] = ()
    """Limits of single cells, by hour of the day, in place of `max_flights_per_cell`."""
    max_departures_per_pad_h: int | None = None
    """The most departures from a site in any 60 minutes, for each of its pads; None: not limited."""
    pad_prep_s: float = 30.0
    """How long before departure a pad is occupied."""
    pad_clear_s: float = 30.0
    """How long after departure, and before arrival, a pad is occupied."""
    pad_turn_around_s: float = 30.0
    """How long after arrival a pad is occupied."""
    missing_climb: Literal["warning", "refuse"] = "warning"
    """What a plan meets that names a site but starts or ends in the air above it."""
    offer_horizon_s: float = 7_200.0
    """How much later a counter-offer may depart."""
    offer_layers_agl_m: tuple[float, ...] = (45.0, 60.0, 75.0, 90.0, 105.0)
    """True heights counter-offers are made at; 15 m apart, the highest with its tolerance under the ceiling."""
    offer_budget_ms: float = 50.0
    """CPU time spent looking for counter-offers to one plan; 0: none are made."""
    offer_hold_s: float = 60.0
    """How long an offer is held on request."""
    lost_link_route: Literal["warning", "pending", "refuse"] = "refuse"
    """What a plan meets whose procedure for a lost link cannot be flown: its way back, its heights, its landing site."""
    default_lost_link: Literal["rtl", "land", "hold"] = "rtl"
    """What an aircraft is taken to do on a lost link where its plan files nothing."""
    contingencies: tuple[str, ...] = ("lost_link", "nonconformance", "low_energy")
    """The failures found by the service that become contingencies by themselves; the others are proposed to a person."""
    contingency_response: Literal["advise", "propose", "command"] = "propose"
    """What flights in the way of a contingency get: an advisory; also an action for a dispatcher to confirm; or the
    command itself, at once."""
    contingency_filed_plans: Literal["withdraw", "advise"] = "withdraw"
    """What approved plans that have not started get where a contingency takes their airspace."""
    failsafe_mismatch: Literal["warning", "refuse"] = "warning"
    """What an activation meets whose autopilot does something else on a lost link than the plan files."""
    nonconformance_limit_s: float = 60.0
    """How long a flight may stay off its plan before it counts as a contingency."""
    advisory_silence_s: float = 15.0
    """How long a firm may leave an advisory to a flight in the air unacknowledged before a dispatcher is called."""
    zone_notice_s: float = 86_400.0
    """How long before a temporary zone begins it must be published."""
    zone_urgent_notice_s: float = 1_800.0
    """The same for a military or emergency one."""
    rules: Rulebook = field(default_factory=Rulebook)
    """The rule clock of Order 761: who applies, by when, and what is owed afterwards (`airspace.rules`)."""
    sources: tuple[tuple[str, str], ...] = SOURCES
    """Where each number comes from: field and text, for people."""

    def __post_init__(self) -> None:
        errors = [
            *budget_errors(self.separation, self.tolerance),
            *rule_budget_errors(self.separation_rules, self.tolerance),
        ]
        if errors:
            raise ValueError("; ".join(error.detail for error in errors))


def policy_to_dict(policy: Policy) -> dict[str, Any]:
    """Return the policy as JSON values by field name, `sources` as an object of field and text."""
    return {item.name: _as_json(item.name, getattr(policy, item.name)) for item in fields(policy)}


def _as_json(name: str, value: Any) -> Any:
    match value:
        case Separation():
            return {name: getattr(value, name) for name in _SEPARATION}
        case Tolerance():
            return {name: getattr(value, name) for name in _TOLERANCE}
        case Wind():
            return wind_to_dict(value)
        case Rulebook():
            return book_to_dict(value)
        case tuple() if name == "separation_rules":
            return [rule_to_dict(rule) for rule in value]
        case tuple() if name == "cell_limits":
            return [cell_limit_to_dict(limit) for limit in value]
        case tuple() if name == "sources":
            return dict(value)
        case tuple():
            return list(value)
    return value


_SEPARATION: Final = ("horizontal_m", "vertical_m", "time_buffer_s")
_TOLERANCE: Final = ("horizontal_m", "vertical_m", "time_s")
_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "conditional_zones": ("warning", "pending"),
    "article27_missing": ("warning", "pending", "refuse"),
    "missing_climb": ("warning", "refuse"),
    "lost_link_route": ("warning", "pending", "refuse"),
    "default_lost_link": ("rtl", "land", "hold"),
    "contingency_response": ("advise", "propose", "command"),
    "contingency_filed_plans": ("withdraw", "advise"),
    "failsafe_mismatch": ("warning", "refuse"),
}
CONTINGENCIES: Final = ("lost_link", "nonconformance", "low_energy", "gnss_loss")
"""The failures the service finds by itself."""
_MAX_LAYERS: Final = 50
_OPTIONAL_COUNTS: Final = frozenset({"max_flights_per_cell", "max_departures_per_pad_h"})
# Upper ends are sanity limits of ours: a value beyond them is a slip of the pen, not a rule.
_UPPER: Final[dict[str, float]] = {
    "ceiling_agl_m": 6_000.0,
    "max_priority_commercial": 100,
    "pad_prep_s": 3_600.0,
    "pad_clear_s": 3_600.0,
    "pad_turn_around_s": 3_600.0,
}


def policy_from_dict(raw: object, base: Policy | None = None) -> Policy | list[FieldError]:
    """Parse JSON values into a policy; fields left out keep the value of `base` (default: the defaults).

    Lists replace the whole list; `sources` adds to those of `base`, and a null takes one away.
    """
    base = base if base is not None else Policy()
    if not isinstance(raw, dict):
        return [FieldError("", "wrong_type", "A policy must be an object.", "规则必须是一个对象。")]
    errors: list[FieldError] = []
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in _KNOWN:
            errors.append(
                FieldError(f"/{name}", "unknown_field", f"{name} is no field of a policy.", f"未知字段 {name}。")
            )
        else:
            _parse_any(name, value, base, values, errors)
    if errors:
        return errors
    merged = {name: values.get(name, getattr(base, name)) for name in _KNOWN}
    errors = budget_errors(merged["separation"], merged["tolerance"])
    errors.extend(rule_budget_errors(merged["separation_rules"], merged["tolerance"]))
    if merged["min_duration_s"] > merged["max_duration_s"]:
        errors.append(
            FieldError(
                "/min_duration_s",
                "reversed_range",
                "min_duration_s must not exceed max_duration_s.",
                "最短时长不得大于最长时长。",
            )
        )
    return errors or Policy(**merged)


_KNOWN: Final = tuple(item.name for item in fields(Policy))
_KNOWN_RULES: Final = frozenset(f"rules.{name}" for name in rulebook.NAMES)


def _parse_any(name: str, value: object, base: Policy, values: dict[str, Any], errors: list[FieldError]) -> None:
    match name:
        case "separation":
            values[name] = _parse_group(value, base.separation, _SEPARATION, name, errors)
        case "tolerance":
            values[name] = _parse_group(value, base.tolerance, _TOLERANCE, name, errors)
        case "separation_rules":
            values[name] = parse_rules(value, errors)
        case "cell_limits":
            values[name] = parse_cell_limits(value, errors)
        case "wind":
            values[name] = parse_wind(value, errors)
        case "weather":
            values[name] = parse_weather(value, "/weather", errors)
        case "rules":
            values[name] = parse_book(value, base.rules, errors)
        case "sources":
            values[name] = _parse_sources(value, base.sources, errors)
        case _:
            _parse_field(name, value, getattr(base, name), values, errors)


def _parse_sources(
    value: object, old: tuple[tuple[str, str], ...], errors: list[FieldError]
) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, Mapping):
        errors.append(FieldError("/sources", "wrong_type", "Must be an object.", "必须是一个对象。"))
        return old
    merged = dict(old)
    for name, text in value.items():
        if name not in _KNOWN and name not in _KNOWN_RULES:
            detail = f"{name} is no field of a policy."
            errors.append(FieldError(f"/sources/{name}", "unknown_field", detail, f"未知字段 {name}。"))
            continue
        source = parse_source(text, f"/sources/{name}", errors)
        if source is None:
            merged.pop(name, None)
        else:
            merged[name] = source
    return tuple(merged.items())


def _parse_field(name: str, value: object, old: object, values: dict[str, Any], errors: list[FieldError]) -> None:
    pointer = f"/{name}"
    if name in _CHOICES:
        if value in _CHOICES[name]:
            values[name] = value
        else:
            allowed = ", ".join(_CHOICES[name])
            errors.append(FieldError(pointer, "not_allowed", f"Must be one of {allowed}.", f"必须是 {allowed} 之一。"))
    elif name == "ceiling_exempt_operations":
        if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
            values[name] = tuple(value)
        else:
            errors.append(FieldError(pointer, "wrong_type", "Must be a list of strings.", "必须是字符串列表。"))
    elif name == "contingencies":
        if isinstance(value, (list, tuple)) and all(item in CONTINGENCIES for item in value):
            values[name] = tuple(dict.fromkeys(value))
        else:
            allowed = ", ".join(CONTINGENCIES)
            detail = f"Must be a list of some of {allowed}."
            errors.append(FieldError(pointer, "not_allowed", detail, f"必须是由 {allowed} 中若干项组成的列表。"))
    elif name == "offer_layers_agl_m":
        layers = _parse_layers(value, pointer, errors)
        if layers is not None:
            values[name] = layers
    elif isinstance(old, bool):
        if isinstance(value, bool):
            values[name] = value
        else:
            errors.append(FieldError(pointer, "wrong_type", "Must be true or false.", "必须是 true 或 false。"))
    elif name in _OPTIONAL_COUNTS and value is None:
        values[name] = None
    else:
        whole = isinstance(old, int) or name in _OPTIONAL_COUNTS
        low = 1 if name in _OPTIONAL_COUNTS else 0
        given = number(value, pointer, errors, whole=whole, low=low, high=_UPPER.get(name, 1e9))
        if given is not None:
            values[name] = int(given) if whole else given


def _parse_layers(value: object, pointer: str, errors: list[FieldError]) -> tuple[float, ...] | None:
    if not isinstance(value, (list, tuple)) or len(value) > _MAX_LAYERS:
        detail = f"Must be a list of at most {_MAX_LAYERS} true heights in metres."
        errors.append(FieldError(pointer, "wrong_type", detail, f"必须是不超过 {_MAX_LAYERS} 个真高（米）的列表。"))
        return None
    before = len(errors)
    layers = [number(item, f"{pointer}/{i}", errors, exclusive=True) for i, item in enumerate(value)]
    return tuple(layer for layer in layers if layer is not None) if len(errors) == before else None


def _parse_group(
    value: object, old: Separation | Tolerance, names: tuple[str, ...], group: str, errors: list[FieldError]
) -> Separation | Tolerance:
    if not isinstance(value, dict):
        errors.append(FieldError(f"/{group}", "wrong_type", "Must be an object.", "必须是一个对象。"))
        return old
    numbers = {name: cast(float, getattr(old, name)) for name in names}
    before = len(errors)
    for name, item in value.items():
        if name not in numbers:
            errors.append(
                FieldError(f"/{group}/{name}", "unknown_field", f"{name} is no field of {group}.", f"未知字段 {name}。")
            )
            continue
        positive = name != "time_buffer_s"
        given = number(item, f"/{group}/{name}", errors, exclusive=positive)
        if given is not None:
            numbers[name] = given
    return old if len(errors) > before else type(old)(**numbers)
