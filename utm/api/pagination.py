"""Cursors and page sizes of lists: `{"items": [...], "next_cursor": "..." | null}`."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from fastapi import Query

from utm.problem_catalogue import FieldProblem
from utm.problems import Problem

MAX_LIMIT = 1000
DEFAULT_LIMIT = 100

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="The most items on one page.")]
Cursor = Annotated[
    str | None, Query(max_length=512, description="`next_cursor` of the page before; absent for the first page.")
]


def encode_cursor(*position: str | int | float) -> str:
    """Return the opaque cursor of a position in a list's order."""
    return base64.urlsafe_b64encode(orjson.dumps(position)).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """Return the position a cursor stands for, None without one; raises Problem 422 invalid_cursor."""
    if cursor is None:
        return None
    try:
        position = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        raise _invalid() from None
    if not isinstance(position, list) or len(position) != len(kinds):
        raise _invalid()
    return tuple(_as(value, kind) for value, kind in zip(position, kinds, strict=True))


def page_of(items: Sequence[Any], limit: int, position_of: Any) -> tuple[Sequence[Any], str | None]:
    """Return one page and the cursor of the next, from the items of a query that asked for one more than `limit`."""
    if len(items) <= limit:
        return items, None
    shown = items[:limit]
    return shown, encode_cursor(*position_of(shown[-1]))


def _as(value: object, kind: type) -> object:
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind or (kind is int and abs(int(value)) >= 2**63):  # type: ignore[call-overload]
        raise _invalid()
    return value


def _invalid() -> Problem:
    return Problem(
        "invalid_cursor",
        errors=[FieldProblem.of("?cursor", "invalid_value", reason="was not issued by this list")],
    )
