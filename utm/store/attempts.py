"""Statements about counted attempts: rows with a key of their own that expire by themselves."""

from collections.abc import Sequence

from sqlmodel import Session

from utm.store.identity_tables import AttemptRow
from utm.store.sql import run

_COLUMNS = "key, count, until_s, at_s, expires_s"
_PUT = (
    f"INSERT INTO attempts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET "  # noqa: S608
    "count = excluded.count, until_s = excluded.until_s, at_s = excluded.at_s, expires_s = excluded.expires_s"
)


def of(session: Session, keys: Sequence[str], now_s: float) -> dict[str, AttemptRow]:
    """Return the rows of some keys that have not expired, by key."""
    marks = ", ".join("?" * len(keys))
    query = f"SELECT {_COLUMNS} FROM attempts WHERE key IN ({marks}) AND expires_s > ?"  # noqa: S608
    found = run(session, query, [*keys, now_s]).fetchall()
    names = _COLUMNS.split(", ")
    return {row[0]: AttemptRow(**dict(zip(names, row, strict=True))) for row in found}


def put(session: Session, row: AttemptRow) -> None:
    """Insert a row, or replace the one with its key."""
    run(session, _PUT, (row.key, row.count, row.until_s, row.at_s, row.expires_s))


def remove(session: Session, key: str) -> None:
    """Delete a row."""
    run(session, "DELETE FROM attempts WHERE key = ?", (key,))


def forget(session: Session, now_s: float) -> None:
    """Delete what has expired."""
    run(session, "DELETE FROM attempts WHERE expires_s <= ?", (now_s,))
