"""The error budget: how much of what separates two flights each of them may use up, with the arithmetic.

Two flights may both deviate towards each other, so each may use half of what separation leaves above the physical
minimum, and half of the time buffer.
"""

from collections.abc import Sequence
from typing import Final

from airspace.errors import FieldError
from airspace.geometry4d import Separation, Tolerance
from airspace.policy_parts import SeparationRule

PHYSICAL_MIN_HORIZONTAL_M: Final = 10.0
"""What two aircraft must keep even when both use up their tolerance: two airframes and their position error (ours)."""
PHYSICAL_MIN_VERTICAL_M: Final = 5.0
"""The same, vertically (ours)."""

# Field of the separation, field of the tolerance, physical minimum, unit.
_ROWS: Final = (
    ("horizontal_m", "horizontal_m", PHYSICAL_MIN_HORIZONTAL_M, "m"),
    ("vertical_m", "vertical_m", PHYSICAL_MIN_VERTICAL_M, "m"),
    ("time_buffer_s", "time_s", 0.0, "s"),
)


def budget_errors(separation: Separation, tolerance: Tolerance) -> list[FieldError]:
    """Return why `tolerance` does not fit into `separation`, with the arithmetic; empty when it fits."""
    errors = []
    for limit_name, name, floor, unit in _ROWS:
        limit, value = getattr(separation, limit_name), getattr(tolerance, name)
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


def rule_budget_errors(rules: Sequence[SeparationRule], tolerance: Tolerance) -> list[FieldError]:
    """Return, for every minimum a rule states, why the tolerance does not fit into it; empty when all fit.

    A rule below the default never takes effect, yet it is held to the budget: it is read as a statement of what is
    safe, and would take effect as soon as the default is lowered.
    """
    errors = []
    for k, rule in enumerate(rules):
        for limit_name, name, floor, unit in _ROWS:
            limit, value = getattr(rule, limit_name), getattr(tolerance, name)
            if limit is None:
                continue
            share = (limit - floor) / 2
            if value > share + 1e-9:
                terms = f"({limit:g} - {floor:g}) / 2 = {share:g} {unit}"
                errors.append(
                    FieldError(
                        f"/separation_rules/{k}/separation/{limit_name}",
                        "tolerance_exceeds_budget",
                        f"{limit:g} {unit} leaves each of two flights {terms}, less than the tolerance of {value:g} "
                        f"{unit}. Raise it to at least {2 * value + floor:g} {unit}, or lower the tolerance.",
                        f"{limit:g} {unit} 只给每架航空器留下 {terms}，小于容差 {value:g} {unit}。"
                        f"请提高到至少 {2 * value + floor:g} {unit}，或减小容差。",
                    )
                )
    return errors
