"""The rules a city runs by, as one frozen value with a version."""

from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal, TypeAlias, cast

from airspace.errors import FieldError
from airspace.geometry4d import Separation, Tolerance

Severity: TypeAlias = Literal["refuse", "pending", "warning"]

PHYSICAL_MIN_HORIZONTAL_M: Final = 10.0
"""What two aircraft must keep even when both use up their tolerance: two airframes and their position error (ours)."""
PHYSICAL_MIN_VERTICAL_M: Final = 5.0
"""The same, vertically (ours)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What is asked of a flight; every number that is not law is here, to be changed without a release.

    `separation` holds between two flights, `tolerance` is what each may deviate. Construction fails with ValueError
    when the tolerance eats more than its share of the separation (`budget_errors`).
    """

    version: int = 1
    separation: Separation = field(default_factory=Separation)
    tolerance: Tolerance = field(default_factory=Tolerance)
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
    """Capacity of a resolution-8 cell; None: not limited."""
    max_departures_per_pad_h: int | None = None
    """Capacity of a pad; None: not limited."""
    offer_horizon_s: float = 7_200.0
    """How much later a counter-offer may depart."""
    offer_layers_agl_m: tuple[float, ...] = (45.0, 60.0, 75.0, 90.0, 105.0)
    """True heights counter-offers are made at; 15 m apart, the highest with its tolerance under the ceiling."""
    offer_budget_ms: float = 50.0
    """CPU time spent looking for counter-offers to one plan; 0: none are made."""
    offer_hold_s: float = 60.0
    """How long an offer is held on request."""

    def __post_init__(self) -> None:
        errors = budget_errors(self.separation, self.tolerance)
        if errors:
            raise ValueError("; ".join(error.detail for error in errors))


def budget_errors(separation: Separation, tolerance: Tolerance) -> list[FieldError]:
    """Return why `tolerance` does not fit into `separation`, with the arithmetic; empty when it fits.

    Two flights may both deviate towards each other, so each may use half of what separation leaves above the physical
    minimum, and half of the time buffer.
    """
    rows = (
        ("horizontal_m", tolerance.horizontal_m, separation.horizontal_m, PHYSICAL_MIN_HORIZONTAL_M, "m"),
        ("vertical_m", tolerance.vertical_m, separation.vertical_m, PHYSICAL_MIN_VERTICAL_M, "m"),
        ("time_s", tolerance.time_s, separation.time_buffer_s, 0.0, "s"),
    )
    errors = []
    for name, value, limit, floor, unit in rows:
        share = (limit - floor) / 2
        if not 0 < value <= share + 1e-9:
            terms = f"({limit:g} - {floor:g}) / 2 = {share:g} {unit}"
            errors.append(
                FieldError(
                    f"/tolerance/{name}",
                    "tolerance_exceeds_budget",
                    f"A tolerance of {value:g} {unit} does not fit: each of two flights may use more than 0 and at "
                    f"most half of what the separation leaves, {terms}. Lower the tolerance or raise the separation.",
                    f"容差 {value:g} {unit} 超出误差预算：两架航空器各自只能使用大于 0 且"
                    f"不超过间隔余量一半的值，{terms}。请减小容差或增大间隔。",
                )
            )
    return errors


def policy_to_dict(policy: Policy) -> dict[str, Any]:
    """Return the policy as JSON values; `separation` and `tolerance` are objects, the rest by field name."""
    result: dict[str, Any] = {}
    for item in fields(policy):
        value = getattr(policy, item.name)
        if isinstance(value, Separation):
            value = {
                "horizontal_m": value.horizontal_m,
                "vertical_m": value.vertical_m,
                "time_buffer_s": value.time_buffer_s,
            }
        elif isinstance(value, Tolerance):
            value = {"horizontal_m": value.horizontal_m, "vertical_m": value.vertical_m, "time_s": value.time_s}
        elif isinstance(value, tuple):
            value = list(value)
        result[item.name] = value
    return result


_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "conditional_zones": ("warning", "pending"),
    "article27_missing": ("warning", "pending", "refuse"),
}
_OPTIONAL_COUNTS: Final = frozenset({"max_flights_per_cell", "max_departures_per_pad_h"})
# Upper ends are sanity limits of ours: a value beyond them is a slip of the pen, not a rule.
_UPPER: Final[dict[str, float]] = {"ceiling_agl_m": 6_000.0, "max_priority_commercial": 100}


_MAX_LAYERS: Final = 50


def policy_from_dict(raw: object, base: Policy | None = None) -> Policy | list[FieldError]:
    """Parse JSON values into a policy; fields left out keep the value of `base` (default: the defaults)."""
    base = base if base is not None else Policy()
    if not isinstance(raw, dict):
        return [FieldError("", "wrong_type", "A policy must be an object.", "规则必须是一个对象。")]
    errors: list[FieldError] = []
    values: dict[str, Any] = {}
    known = {item.name for item in fields(Policy)}
    for name, value in raw.items():
        if name not in known:
            errors.append(
                FieldError(f"/{name}", "unknown_field", f"{name} is no field of a policy.", f"未知字段 {name}。")
            )
        elif name == "separation":
            values[name] = _parse_group(
                value, base.separation, ("horizontal_m", "vertical_m", "time_buffer_s"), name, errors
            )
        elif name == "tolerance":
            values[name] = _parse_group(value, base.tolerance, ("horizontal_m", "vertical_m", "time_s"), name, errors)
        else:
            _parse_field(name, value, getattr(base, name), values, errors)
    if errors:
        return errors
    merged = {item.name: values.get(item.name, getattr(base, item.name)) for item in fields(Policy)}
    errors = budget_errors(merged["separation"], merged["tolerance"])
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
        number = _number(value, pointer, errors, whole=whole, low=1 if name in _OPTIONAL_COUNTS else 0)
        if number is None:
            return
        if number > _UPPER.get(name, 1e9):
            errors.append(
                FieldError(
                    pointer,
                    "out_of_range",
                    f"Must not exceed {_UPPER.get(name, 1e9):g}.",
                    f"不得超过 {_UPPER.get(name, 1e9):g}。",
                )
            )
        else:
            values[name] = int(number) if whole else number


def _parse_layers(value: object, pointer: str, errors: list[FieldError]) -> tuple[float, ...] | None:
    if not isinstance(value, (list, tuple)) or len(value) > _MAX_LAYERS:
        detail = f"Must be a list of at most {_MAX_LAYERS} true heights in metres."
        errors.append(FieldError(pointer, "wrong_type", detail, f"必须是不超过 {_MAX_LAYERS} 个真高（米）的列表。"))
        return None
    before = len(errors)
    layers = [_number(item, f"{pointer}/{i}", errors, exclusive=True) for i, item in enumerate(value)]
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
        number = _number(item, f"/{group}/{name}", errors, low=0, exclusive=positive)
        if number is not None:
            numbers[name] = number
    return old if len(errors) > before else type(old)(**numbers)


def _number(
    value: object,
    pointer: str,
    errors: list[FieldError],
    *,
    whole: bool = False,
    low: float = 0,
    exclusive: bool = False,
) -> float | None:
    kind = (int,) if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kind) or not abs(value) < 1e300:
        what, what_zh = ("a whole number", "整数") if whole else ("a finite number", "有限数值")
        errors.append(FieldError(pointer, "wrong_type", f"Must be {what}.", f"必须是{what_zh}。"))
        return None
    number = float(cast(float, value))
    if number < low or (exclusive and number <= low):
        word, word_zh = ("more than", "大于") if exclusive else ("at least", "不小于")
        errors.append(FieldError(pointer, "out_of_range", f"Must be {word} {low:g}.", f"必须{word_zh} {low:g}。"))
        return None
    return number
