"""What pydantic says is wrong, as our field problems: a JSON pointer into the body, a stable code, both languages."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Any

from pydantic import BaseModel

from utm.problem_catalogue import FieldProblem

_DISCRIMINATORS = ("type", "kind")
_MISSING = frozenset({"missing", "union_tag_not_found"})


def pointer_of(item: Mapping[str, Any], document: object) -> str:
    """Return the JSON pointer of a pydantic location, leaving out the names of union branches pydantic puts in."""
    parts: list[str | int] = list(item["loc"])
    missing = item["type"] in _MISSING
    pointer = ""
    value = document
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if isinstance(value, dict):
            is_tag = not last and any(value.get(name) == part for name in _DISCRIMINATORS)
            if is_tag and not isinstance(parts[index + 1], int):
                continue
            if part in value:
                value = value[str(part)]
                pointer += f"/{escape(part)}"
            elif last and missing:
                pointer += f"/{escape(part)}"
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
            pointer += f"/{part}"
    return pointer


_TYPES: dict[str, tuple[str, str]] = {
    "float_type": ("a number", "数值"),
    "int_type": ("an integer", "整数"),
    "int_from_float": ("an integer", "整数"),
    "int_parsing": ("an integer", "整数"),
    "float_parsing": ("a number", "数值"),
    "bool_type": ("true or false", "布尔值"),
    "bool_parsing": ("true or false", "布尔值"),
    "string_type": ("a string", "字符串"),
    "list_type": ("an array", "数组"),
    "tuple_type": ("an array", "数组"),
    "set_type": ("an array", "数组"),
    "frozen_set_type": ("an array", "数组"),
    "dict_type": ("an object", "对象"),
    "model_type": ("an object", "对象"),
    "model_attributes_type": ("an object", "对象"),
    "dataclass_type": ("an object", "对象"),
    "none_required": ("null", "null"),
    "is_instance_of": ("of the right type", "正确的类型"),
}
_LIMITS: dict[str, tuple[str, str, str]] = {
    "greater_than": ("gt", "greater than", "大于"),
    "greater_than_equal": ("ge", "at least", "不小于"),
    "less_than": ("lt", "less than", "小于"),
    "less_than_equal": ("le", "at most", "不大于"),
    "multiple_of": ("multiple_of", "a multiple of", "是其倍数："),
}
_TIMES = ("datetime_", "date_", "time_", "timezone_")


def field_problem_of(
    pointer: str, item: Mapping[str, Any], *, model: type[BaseModel] | None = None, value: object = None
) -> FieldProblem:
    """Return our field problem for one entry of pydantic's `errors()`."""
    kind: str = item["type"]
    context: Mapping[str, Any] = item.get("ctx") or {}
    if kind in _MISSING:
        name = "" if kind == "missing" else "/" + str(context.get("discriminator", "type")).strip("'")
        return FieldProblem.of(pointer + name, "required")
    if kind in _TYPES:
        expected, expected_zh = _TYPES[kind]
        code = "not_null" if value is None and model is not None else "wrong_type"
        return FieldProblem.of(pointer, code, expected=expected, expected_zh=expected_zh)
    if kind in _LIMITS:
        key, words, words_zh = _LIMITS[kind]
        return FieldProblem.of(
            pointer, "out_of_range", limit=f"{words} {context[key]}", limit_zh=f"{words_zh} {context[key]}"
        )
    if kind == "finite_number":
        return FieldProblem.of(pointer, "not_finite")
    if kind == "extra_forbidden":
        return _unknown_field(pointer, model)
    if kind in ("literal_error", "enum"):
        return FieldProblem.of(pointer, "invalid_choice", choices=str(context["expected"]).replace("'", ""))
    if kind == "union_tag_invalid":
        name = str(context["discriminator"]).strip("'")
        choices = str(context["expected_tags"]).replace("'", "")
        return FieldProblem.of(f"{pointer}/{name}", "invalid_choice", choices=choices)
    if kind.startswith(_TIMES):
        return FieldProblem.of(pointer, "naive_time" if kind == "timezone_aware" else "invalid_time")
    return _other_problem(pointer, kind, context, str(item["msg"]))


def _other_problem(pointer: str, kind: str, context: Mapping[str, Any], message: str) -> FieldProblem:
    if kind in ("too_long", "string_too_long", "too_short", "string_too_short"):
        unit, unit_zh = ("characters", "个字符") if kind.startswith("string") else ("items", "项")
        code = "too_long" if kind.endswith("long") else "too_short"
        limits = {"min": context.get("min_length"), "max": context.get("max_length")}
        return FieldProblem.of(pointer, code, unit=unit, unit_zh=unit_zh, **limits)
    if kind == "string_pattern_mismatch":
        return FieldProblem.of(pointer, "invalid_format", pattern=context["pattern"])
    if kind == "value_error":
        reason = str(context.get("error", message))
        if reason in ("invalid_time", "naive_time", "not_finite"):
            return FieldProblem.of(pointer, reason)
        return FieldProblem.of(pointer, "invalid_value", reason=reason)
    if kind == "string_unicode":
        return FieldProblem.of(
            pointer, "wrong_type", expected="a string of valid Unicode", expected_zh="有效的 Unicode 字符串"
        )
    return FieldProblem.of(pointer, "invalid_value", reason=message[:200])


def _unknown_field(pointer: str, model: type[BaseModel] | None) -> FieldProblem:
    problem = FieldProblem.of(pointer, "unknown_field")
    name = pointer.rpartition("/")[2]
    close = get_close_matches(name[:64], names_in(model), n=1) if model is not None else []
    if not close:
        return problem
    return FieldProblem(
        pointer,
        problem.code,
        f"{problem.detail}; did you mean {close[0]!r}?",
        f"{problem.detail_zh}；是否应为 {close[0]!r}？",
    )


@cache
def names_in(model: type[BaseModel]) -> tuple[str, ...]:
    """Return every field name anywhere in a model."""
    names: set[str] = set()
    stack: list[Any] = [model.model_json_schema()]
    while stack:
        schema = stack.pop()
        if isinstance(schema, dict):
            names.update(schema.get("properties", {}))
            stack.extend(schema.values())
        elif isinstance(schema, list):
            stack.extend(schema)
    return tuple(sorted(names))


def escape(part: object) -> str:
    """Return a key or index as a part of a JSON pointer (RFC 6901, 3)."""
    return str(part)[:200].replace("~", "~0").replace("/", "~1")
