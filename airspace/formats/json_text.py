"""JSON files: parsed strictly, and on which line a value stands.

NaN, Infinity, numbers beyond a double, repeated keys and deep nesting are refused, as in bodies of the API.
"""

import json
import math
import re
from collections.abc import Iterable
from typing import Any, Final

import orjson

from airspace.formats.problems import FormatProblem

MAX_DEPTH: Final = 200
_TOKEN: Final = re.compile(r'[{}\[\],:]|"(?:[^"\\]|\\.)*"')


def parse_json(data: bytes) -> Any | FormatProblem:
    """Return the value of a JSON text, or what keeps it from being one; a byte order mark is passed over."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return _fault(data, error)
    return _repeated_key(data) or value


def escaped(key: str) -> str:
    """Return a key as a part of a JSON pointer (RFC 6901, 3)."""
    return key.replace("~", "~0").replace("/", "~1")


def lines_of(text: str, pointers: Iterable[str]) -> dict[str, int]:
    """Return the line each JSON pointer's value stands on; a pointer to nothing gets that of the nearest value above it."""
    wanted = set(pointers)
    ancestors = {
        pointer[:cut] for pointer in wanted for cut in range(len(pointer) + 1) if pointer[cut : cut + 1] in "/"
    }
    found = dict(_values(text, wanted | ancestors))
    lines: dict[str, int] = {}
    for pointer in wanted:
        nearest = pointer
        while nearest and nearest not in found:
            nearest = nearest.rpartition("/")[0]
        lines[pointer] = text.count("\n", 0, found.get(nearest, 0)) + 1
    return lines


def _values(text: str, wanted: set[str]) -> list[tuple[str, int]]:
    """Return where the wanted values begin, in one pass over the tokens; `text` is JSON."""
    start = len(text) - len(text.lstrip())
    found = [("", start)] if "" in wanted else []
    left = len(wanted) - len(found)
    stack: list[tuple[str, bool, int]] = []  # pointer of the container, whether a list, index
    pointer, key, expects_value = "", "", True
    in_list, index = False, 0
    for token in _TOKEN.finditer(text):
        if left <= 0:
            break
        kind = text[token.start()]
        if kind in "{[":
            stack.append((pointer, in_list, index))
            pointer = pointer if len(stack) == 1 else f"{pointer}/{index if in_list else key}"
            in_list, index = kind == "[", 0
            expects_value = in_list
            if in_list:
                left -= _note(text, token.end(), f"{pointer}/0", wanted, found)
        elif kind in "}]":
            pointer, in_list, index = stack.pop()
            expects_value = False
        elif kind == ",":
            if in_list:
                index += 1
                left -= _note(text, token.end(), f"{pointer}/{index}", wanted, found)
            expects_value = in_list
        elif kind == ":":
            left -= _note(text, token.end(), f"{pointer}/{key}", wanted, found)
            expects_value = True
        elif not expects_value and stack and not in_list:
            key = escaped(json.loads(token.group()))
    return found


def _note(text: str, after: int, pointer: str, wanted: set[str], found: list[tuple[str, int]]) -> int:
    if pointer not in wanted:
        return 0
    while after < len(text) and text[after] in " \t\r\n":
        after += 1
    found.append((pointer, after))
    return 1


def _fault(data: bytes, error: orjson.JSONDecodeError) -> FormatProblem:
    if "depth" in error.msg or "recursion" in error.msg:
        return FormatProblem.of("", error.lineno, "too_deep")
    try:
        lax = json.loads(data, parse_int=float)
    except (ValueError, RecursionError):
        return FormatProblem.of("", error.lineno, "malformed_json", reason=f"{error.msg}, column {error.colno}")
    pointer = _not_finite(lax)
    if pointer is None:
        return FormatProblem.of("", error.lineno, "malformed_json", reason=f"{error.msg}, column {error.colno}")
    return FormatProblem.of(pointer, lines_of(data.decode("utf-8", "replace"), [pointer])[pointer], "not_finite")


def _not_finite(document: object) -> str | None:
    stack: list[tuple[str, object]] = [("", document)]
    while stack:
        pointer, value = stack.pop()
        if isinstance(value, float) and not math.isfinite(value):
            return pointer
        if isinstance(value, dict):
            stack.extend((f"{pointer}/{escaped(key)}", item) for key, item in reversed(value.items()))
        elif isinstance(value, list):
            stack.extend((f"{pointer}/{index}", item) for index, item in enumerate(value))
    return None


def _repeated_key(data: bytes) -> FormatProblem | None:
    repeated: list[str] = []

    def watch(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            seen: set[str] = set()
            repeated.extend(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        return made

    try:
        json.loads(data, object_pairs_hook=watch)
    except RecursionError:
        return FormatProblem.of("", 1, "too_deep")
    if not repeated:
        return None
    at = [match.start() for match in re.finditer(re.escape(json.dumps(repeated[0]).encode()) + rb"\s*:", data)]
    line = data.count(b"\n", 0, at[1]) + 1 if len(at) > 1 else None
    return FormatProblem.of(repeated[0], line, "duplicate_key")
