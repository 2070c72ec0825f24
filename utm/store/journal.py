"""The audit trail and the change log: two lines every write leaves behind in its own transaction."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import orjson
from sqlalchemy import select
from sqlmodel import Session

from utm.store.sql import as_record, as_values, insert, remember, remembered, run, run_many, table
from utm.store.tables import AuditRow, ChangeRow

_GENESIS = "0" * 64
_LAST_HASH = "hexlane_last_audit_hash"
_LATEST_CHANGE = "hexlane_latest_change"
_FORETOLD = "hexlane_foretold_changes"
_audit = table(AuditRow)
_RAISE_VERSION = (
    "INSERT INTO cell_versions (cell, version) VALUES (?, 1) ON CONFLICT (cell) DO UPDATE SET version = version + 1"
)


AuditLine: TypeAlias = tuple[datetime, str, str | None, str, str, str, dict[str, Any]]
"""When, who, for which firm, what, of what kind, which one, and more about it."""
_AUDITED = ("at", "actor", "organisation_id", "action", "object_kind", "object_id", "detail")
_ADD_AUDIT = f"INSERT INTO audit ({', '.join(_AUDITED)}, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_RAISE_BY = (
    "INSERT INTO cell_versions (cell, version) VALUES (?, ?) "
    "ON CONFLICT (cell) DO UPDATE SET version = version + excluded.version"
)
_ADD_CHANGE = "INSERT INTO changes (seq, kind, ref, cells) VALUES (?, ?, ?, ?)"


def record_audit(
    session: Session,
    *,
    at: datetime,
    actor: str,
    organisation_id: str | None,
    action: str,
    object_kind: str,
    object_id: str,
    detail: dict[str, Any],
) -> None:
    """Append one line to the audit trail, hashed together with the line before it."""
    record_audits(session, [(at, actor, organisation_id, action, object_kind, object_id, detail)])


def record_audits(session: Session, lines: Iterable[AuditLine]) -> None:
    """Append lines to the audit trail, each hashed together with the line before it."""
    previous = remembered(session, _LAST_HASH)
    if previous is None:
        latest = run(session, "SELECT hash FROM audit ORDER BY line DESC LIMIT 1").fetchone()
        previous = latest[0] if latest else _GENESIS
    rows = []
    for at, *others, detail in lines:
        text = orjson.dumps(detail, option=orjson.OPT_SORT_KEYS).decode()
        values = (at.isoformat(), *others, text)
        previous = chain_hash(previous, dict(zip(_AUDITED, values, strict=True)))
        rows.append((*values, previous))
    run_many(session, _ADD_AUDIT, rows)
    remember(session, _LAST_HASH, previous)


def chain_hash(previous: str, row: dict[str, Any]) -> str:
    """Return the hash that binds a line to the one before: SHA-256 over the previous hash and the line's fields."""
    digest = hashlib.sha256(previous.encode())
    digest.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS))
    return digest.hexdigest()


def audit_of(session: Session, object_id: str) -> list[AuditRow]:
    """Return the audit lines about one object, oldest first."""
    rows = session.execute(select(_audit).where(_audit.c.object_id == object_id).order_by(_audit.c.line))
    return [as_record(AuditRow, row) for row in rows]


def all_audit(session: Session) -> Iterable[AuditRow]:
    """Yield the whole audit trail, oldest first."""
    for row in session.execute(select(_audit).order_by(_audit.c.line)):
        yield as_record(AuditRow, row)


def first_broken_line(rows: Iterable[AuditRow]) -> int | None:
    """Return the first line whose hash does not follow from the one before, or None when the chain holds."""
    previous = _GENESIS
    for row in rows:
        fields = {name: value for name, value in as_values(row).items() if name not in ("line", "hash")}
        if chain_hash(previous, fields) != row.hash:
            return row.line
        previous = row.hash
    return None


def record_change(session: Session, kind: str, ref: str, cells: Collection[str] = ()) -> int:
    """Tell every process that an object is no longer what it was, and raise the version of its cells; return the seq."""
    ordered = sorted(cells)
    if ordered:
        run_many(session, _RAISE_VERSION, [(cell,) for cell in ordered])
    seq = insert(session, ChangeRow, {"kind": kind, "ref": ref, "cells": " ".join(ordered)})
    remember(session, _LATEST_CHANGE, seq)
    return seq


def foretell_change(session: Session) -> int:
    """Return the number the next line of the change log will have; `write_changes` must follow in this transaction."""
    if remembered(session, _FORETOLD) is None:
        # Numbers are never used again, and so may have gone on beyond the latest line there is.
        used = run(session, "SELECT seq FROM sqlite_sequence WHERE name = 'changes'").fetchone()
        remember(session, _LATEST_CHANGE, max(latest_change(session), used[0] if used else 0))
        remember(session, _FORETOLD, True)
    seq = latest_change(session) + 1
    remember(session, _LATEST_CHANGE, seq)
    return seq


def write_changes(session: Session, kind: str, lines: Sequence[tuple[int, str, Collection[str]]]) -> None:
    """Write lines of the change log with the numbers foretold, (seq, ref, cells), and raise the versions of their cells."""
    raised = Counter(cell for _, _, cells in lines for cell in cells)
    if raised:
        run_many(session, _RAISE_BY, sorted(raised.items()))
    run_many(session, _ADD_CHANGE, [(seq, kind, ref, " ".join(sorted(cells))) for seq, ref, cells in lines])


def changes_after(session: Session, seq: int) -> list[tuple[int, str, str, list[str]]]:
    """Return the changes after `seq` in order, as (seq, kind, ref, cells)."""
    rows = run(session, "SELECT seq, kind, ref, cells FROM changes WHERE seq > ? ORDER BY seq", (seq,))
    return [(row[0], row[1], row[2], row[3].split()) for row in rows]


def latest_change(session: Session) -> int:
    """Return the number of the latest change, 0 when there is none."""
    known = remembered(session, _LATEST_CHANGE)
    if known is None:
        known = run(session, "SELECT max(seq) FROM changes").fetchone()[0] or 0
        remember(session, _LATEST_CHANGE, known)
    return int(known)


def cell_versions(session: Session, cells: Collection[str] | None = None) -> dict[str, int]:
    """Return the versions of these cells, or of all; a cell without a version is at 0 and left out."""
    if cells is None:
        return dict(run(session, "SELECT cell, version FROM cell_versions").fetchall())
    marks = ", ".join("?" * len(cells))
    statement = f"SELECT cell, version FROM cell_versions WHERE cell IN ({marks})"  # noqa: S608  (marks only)
    return dict(run(session, statement, sorted(cells)).fetchall())
