"""Small parsers of the properties that zones, corridors and sites share; faults are added to a list."""

from collections.abc import Mapping
from typing import Any, Final

from airspace.areas import is_number
from airspace.errors import FieldError

MAX_TEXT: Final = 2_000


def parse_text(properties: Mapping[str, Any], name: str, at: str, errors: list[FieldError]) -> str | None:
    """Parse an optional text property: None when absent or empty; codes wrong_type, too_long."""
    value = properties.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        errors.append(FieldError(f"{at}/{name}", "wrong_type", "Must be text.", "必须是文本。"))
        return None
    if len(value) > MAX_TEXT:
        detail = f"At most {MAX_TEXT} characters."
        errors.append(FieldError(f"{at}/{name}", "too_long", detail, f"最多 {MAX_TEXT} 个字符。"))
        return None
    return value.strip() or None


def parse_flag(
    properties: Mapping[str, Any], name: str, at: str, errors: list[FieldError], *, absent: bool = False
) -> bool:
    """Parse an optional true or false; code wrong_type."""
    value = properties.get(name, absent)
    if isinstance(value, bool):
        return value
    errors.append(FieldError(f"{at}/{name}", "wrong_type", "Must be true or false.", "必须是 true 或 false。"))
    return absent


def parse_choice(value: object, allowed: tuple[Any, ...], at: str, code: str, errors: list[FieldError]) -> Any:
    """Parse one of a few names; the fault has the code given."""
    if isinstance(value, str) and value in allowed:
        return value
    names = ", ".join(allowed)
    errors.append(FieldError(at, code, f"Must be one of {names}.", f"必须是 {names} 之一。"))
    return None


def parse_band(properties: Mapping[str, Any], at: str, errors: list[FieldError]) -> tuple[float, float | None]:
    """Parse `lower_m` and `upper_m` (null: unlimited); codes wrong_type, altitude_out_of_range, reversed_band."""
    bounds: list[float | None] = []
    for name in ("lower_m", "upper_m"):
        value = properties.get(name)
        if value is None and name == "upper_m":
            bounds.append(None)
        elif not is_number(value):
            what = "a finite number" if name == "lower_m" else "a finite number, or null for unlimited"
            what_zh = "有限数值" if name == "lower_m" else "有限数值，或 null 表示无上限"
            errors.append(FieldError(f"{at}/{name}", "wrong_type", f"Must be {what}.", f"必须是{what_zh}。"))
            bounds.append(None)
        elif not -1_000 <= float(value or 0.0) <= 100_000:
            detail = "Must lie between -1000 and 100000 m."
            detail_zh = "须在 -1000 至 100000 米之间。"
            errors.append(FieldError(f"{at}/{name}", "altitude_out_of_range", detail, detail_zh))
            bounds.append(None)
        else:
            bounds.append(float(value or 0.0))
    lower, upper = bounds
    if lower is not None and upper is not None and lower >= upper:
        detail = f"lower_m {lower:g} must be below upper_m {upper:g}."
        detail_zh = f"lower_m {lower:g} 必须低于 upper_m {upper:g}。"
        errors.append(FieldError(f"{at}/upper_m", "reversed_band", detail, detail_zh))
    return (lower if lower is not None else 0.0), upper
