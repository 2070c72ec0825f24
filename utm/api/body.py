"""Request bodies: read within a limit, parsed once, strictly, into a pydantic value; every fault named with its place.

The caller's dependency has authenticated before any of this runs, so that a stranger learns nothing from a bad body and
costs nothing by a large one. orjson refuses NaN, Infinity and nesting over 1,024; duplicate keys are looked for
separately; pydantic then validates in strict JSON mode: `true` and `"1"` are no numbers, times are RFC 3339 strings
with an offset, unknown fields are refused.
"""

import itertools
import json
import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Request
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, ValidationError

from utm.api.openapi import openapi_body
from utm.field_problems import escape, field_problem_of, names_in, pointer_of
from utm.problems import MAX_FIELD_PROBLEMS, FieldProblem, Problem, validation_problem

__all__ = [
    "DEFAULT_LIMIT_BYTES",
    "ApiModel",
    "Instant",
    "OpenApiModel",
    "check_content_type",
    "openapi_body",
    "parse_body",
    "parse_bytes",
    "parse_json",
    "read_body",
    "validate",
]

DEFAULT_LIMIT_BYTES = 1 << 20

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?(?P<offset>[Zz]|[+-]\d{2}:\d{2})?", re.ASCII)
_DIGITS_AS_0 = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_LONG_DIGITS = b"0" * 19
_NON_FINITE = re.compile(rb"-?(?:NaN|Infinity)")
_SPACES = b" \t\n\r"
_INT64_MAX = 2**63 - 1
_MANY_ERRORS = 1000
_PRUNED_ITEMS = 32


class ApiModel(BaseModel):
    """Base of every body: strict types, finite numbers, no unknown fields, immutable."""

    model_config = ConfigDict(
        strict=True, extra="forbid", allow_inf_nan=False, frozen=True, use_attribute_docstrings=True
    )


class OpenApiModel(ApiModel):
    """An `ApiModel` of a foreign standard: members we do not know are kept rather than refused."""

    model_config = ConfigDict(extra="allow")


def _instant(value: object) -> object:
    """Refuse what pydantic would take for a time but RFC 3339 would not, and bring the rest to UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    if not isinstance(value, str):
        raise ValueError("invalid_time")
    found = _RFC3339.fullmatch(value)
    if found is None:
        raise ValueError("invalid_time")
    if found["offset"] is None:
        raise ValueError("naive_time")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("invalid_time") from None


Instant = Annotated[AwareDatetime, BeforeValidator(_instant, json_schema_input_type=AwareDatetime)]
"""An RFC 3339 time with offset, brought to UTC."""

M = TypeVar("M", bound=BaseModel)


async def parse_body(request: Request, model: type[M], *, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> M:
    """Read, parse and validate the body of an already authorised request; raises Problem 413, 415, 422."""
    check_content_type(request)
    return parse_bytes(await read_body(request, limit_bytes=limit_bytes), model)


async def read_body(request: Request, *, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> bytes:
    """Return the body, or raise Problem `body_too_large` as soon as it is known to exceed the limit."""
    declared = request.headers.get("content-length")
    if declared is not None and declared.isascii() and declared.isdigit() and int(declared[:20]) > limit_bytes:
        raise _too_large(limit_bytes)
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > limit_bytes:
            raise _too_large(limit_bytes)
    return bytes(chunks)


def check_content_type(request: Request) -> None:
    """Refuse a body declared as anything but JSON in UTF-8; an undeclared one is taken for JSON."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    declared = request.headers.get("content-type")
    if encoding not in ("identity", ""):
        raise _media_type(f"Content-Encoding {encoding[:40]!r} is not read here")
    if declared is None:
        return
    kind, _, parameters = declared.partition(";")
    kind = kind.strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise _media_type(f"{kind[:80]!r} is not read here")
    charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters.lower())
    if charset is not None and charset[1] not in ("utf-8", "utf8"):
        raise _media_type(f"the character set {charset[1][:40]!r} is not read here")


def parse_bytes(data: bytes, model: type[M]) -> M:
    """Parse and validate a JSON document; raises Problem 422."""
    document = parse_json(data)
    return _validate(data, document, model, "")


def validate(document: object, model: type[M], base_pointer: str = "", *, data: bytes | None = None) -> M:
    """Validate an already parsed JSON value, as `parse_bytes` would; pointers in errors start with `base_pointer`.

    `data` is the text it was parsed from, where the caller still has it.
    """
    if data is not None:
        return _validate(data, document, model, base_pointer)
    try:
        data = orjson.dumps(document)
    except orjson.JSONEncodeError:  # an integer beyond 64 bits, or nesting beyond orjson's depth
        raise validation_problem([FieldProblem.of(base_pointer, "invalid_value", reason="is no JSON value")]) from None
    return _validate(data, document, model, base_pointer)


def parse_json(data: bytes) -> Any:
    """Return the JSON value; raises Problem malformed_json, not_finite_number, duplicate_key, too_deep."""
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _syntax_problem(data, error) from None
    if _has_long_digits(data) or not _surely_unique(data, document):
        _check_keys_and_integers(data)
    return document


def _has_long_digits(data: bytes) -> bool:
    return _LONG_DIGITS in data.translate(_DIGITS_AS_0)


def _surely_unique(data: bytes, document: object) -> bool:
    """Tell, without parsing again, whether no key can stand twice in an object: False means "look closer".

    In a text without escapes each key shows as a quote before a colon, and so may the start of a string; so when the
    value written again has as many of those, none was dropped. What cannot be written again is left to the closer look.
    """
    if b"\\" in data:
        return False
    try:
        again = orjson.dumps(document)
    except orjson.JSONEncodeError:
        return False
    return data.translate(None, _SPACES).count(b'":') == again.count(b'":')


# -- JSON syntax -------------------------------------------------------------------------------------------------------


def _syntax_problem(data: bytes, error: orjson.JSONDecodeError) -> Problem:
    if "depth" in error.msg:
        return _too_deep()
    if not data.strip():
        return Problem("malformed_json", "The body is empty; send a JSON object.", "请求体为空；请发送 JSON 对象。")
    if "infinity" in error.msg or _NON_FINITE.search(data):
        fields = _non_finite_fields(data)
        if fields:
            return validation_problem(fields, code="not_finite_number")
    where = f"line {error.lineno}, column {error.colno}"
    return Problem(
        "malformed_json",
        f"The body is not JSON: {error.msg} at {where}.",
        f"请求体不是合法的 JSON：第 {error.lineno} 行第 {error.colno} 列。",
        errors=[FieldProblem.of("", "malformed_json", where=where)],
        extra={"line": error.lineno, "column": error.colno},
    )


def _non_finite_fields(data: bytes) -> list[FieldProblem]:
    """Return where NaN, Infinity or numbers too large for a double stand, if the body is JSON but for them."""
    try:
        lax = json.loads(data, parse_int=_lax_int)
    except (ValueError, RecursionError):
        return []
    return [FieldProblem.of(pointer, "not_finite") for pointer in _pointers_of(lax, _is_not_finite)]


def _lax_int(digits: str) -> float:
    return float(digits) if len(digits) < 400 else math.inf


def _is_not_finite(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


class _RepeatedKey(dict[str, Any]):
    """An object in which `key` stood more than once."""

    key: str = ""


class _HugeInt:
    """An integer beyond 64 bits."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    repeated = _RepeatedKey(value)
    seen: set[str] = set()
    repeated.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return repeated


def _bounded_int(digits: str) -> object:
    if len(digits) > 20 or abs(int(digits)) > _INT64_MAX:
        return _HugeInt()
    return int(digits)


def _check_keys_and_integers(data: bytes) -> None:
    """Refuse a repeated key, which parsers resolve differently, and integers no 64-bit column could hold."""
    parse_int = _bounded_int if _has_long_digits(data) else None
    found: list[dict[str, Any]] = []

    def watch(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        value = _unique(pairs)
        if type(value) is _RepeatedKey:
            found.append(value)
        return value

    try:
        document = json.loads(data, object_pairs_hook=watch, parse_int=parse_int)
    except RecursionError:
        raise _too_deep() from None
    if found:
        errors = [
            FieldProblem.of(pointer, "duplicate_key")
            for pointer in _pointers_of(document, lambda value: type(value) is _RepeatedKey)
        ]
        raise validation_problem(errors, code="duplicate_key")
    if parse_int is not None:
        limits = {"limit": "an integer of at most 64 bits", "limit_zh": "不超过 64 位整数"}
        huge = [
            FieldProblem.of(pointer, "out_of_range", **limits)
            for pointer in _pointers_of(document, lambda value: type(value) is _HugeInt)
        ]
        if huge:
            raise validation_problem(huge)


def _pointers_of(document: object, wanted: Any) -> list[str]:
    """Return the JSON pointers of the wanted values, at most MAX_FIELD_PROBLEMS, without recursion."""
    pointers: list[str] = []
    stack: list[tuple[str, object]] = [("", document)]
    while stack and len(pointers) < MAX_FIELD_PROBLEMS:
        pointer, value = stack.pop()
        if wanted(value):
            pointers.append(f"{pointer}/{escape(value.key)}" if isinstance(value, _RepeatedKey) else pointer)
        if isinstance(value, dict):
            stack.extend((f"{pointer}/{escape(key)}", item) for key, item in reversed(value.items()))
        elif isinstance(value, list):
            stack.extend((f"{pointer}/{index}", value[index]) for index in range(len(value) - 1, -1, -1))
    return pointers


def _too_large(limit_bytes: int) -> Problem:
    return Problem(
        "body_too_large",
        f"The body is larger than {limit_bytes} bytes, the most this path reads.",
        f"请求体超过 {limit_bytes} 字节的上限。",
        extra={"limit_bytes": limit_bytes},
    )


def _media_type(reason: str) -> Problem:
    return Problem(
        "unsupported_media_type",
        f"{reason}; send Content-Type: application/json in UTF-8 without Content-Encoding.",
        headers={"Accept": "application/json"},
    )


def _too_deep() -> Problem:
    return Problem("too_deep", "The body is nested more deeply than any document of this API.")


# -- validation --------------------------------------------------------------------------------------------------------


def _validate(data: bytes, document: object, model: type[M], base_pointer: str) -> M:
    try:
        return model.model_validate_json(data, strict=True)
    except ValidationError as error:
        raise validation_problem(_field_problems(error, document, model, base_pointer)) from None


def _field_problems(
    error: ValidationError, document: object, model: type[BaseModel], base_pointer: str
) -> list[FieldProblem]:
    total = error.error_count()
    items = _first_errors(error, document, model)
    problems = []
    for item in items[: MAX_FIELD_PROBLEMS - 1]:
        if item["type"] == "json_invalid":
            raise _too_deep() from None
        pointer = base_pointer + pointer_of(item, document)
        problems.append(field_problem_of(pointer, item, model=model, value=_value_at(document, pointer, base_pointer)))
    if total > len(problems):
        problems.append(FieldProblem.of(base_pointer, "too_many_errors", more=total - len(problems)))
    return problems


def _first_errors(error: ValidationError, document: object, model: type[BaseModel]) -> Sequence[Mapping[str, Any]]:
    """Return pydantic's errors, or some of them when there are very many.

    pydantic gives all its errors or none, at 6 us each: a megabyte of faults would hold up everybody for seconds. So a
    body with very many is judged again with its long arrays and objects cut.
    """
    if error.error_count() > _MANY_ERRORS:
        try:
            model.model_validate_json(orjson.dumps(_pruned(document, frozenset(names_in(model)))), strict=True)
        except ValidationError as fewer:
            error = fewer
        else:
            return []
    return error.errors(include_url=False, include_input=False)


def _pruned(value: object, known: frozenset[str]) -> object:
    """Return a JSON value with arrays cut to their first items and objects to known names and a few others."""
    if isinstance(value, list):
        return [_pruned(item, known) for item in value[:_PRUNED_ITEMS]]
    if isinstance(value, dict):
        others = itertools.islice((key for key in value if key not in known), _PRUNED_ITEMS)
        kept = {key for key in known if key in value}.union(others)
        return {key: _pruned(item, known) for key, item in value.items() if key in kept}
    return value


def _value_at(document: object, pointer: str, base_pointer: str) -> object:
    value = document
    for part in pointer.removeprefix(base_pointer).split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value
