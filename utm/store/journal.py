"""The audit trail and the change log: two lines every write leaves behind in its own transaction."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlmodel import Session

from utm.store.sql import as_values, table
from utm.store.tables import AuditRow, CellVersionRow, ChangeRow

_GENESIS = "0" * 64
_audit = table(AuditRow)
_changes = table(ChangeRow)
_cells = table(CellVersionRow)


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
    previous = session.execute(select(_audit.c.hash).order_by(_audit.c.line.desc()).limit(1)).scalar()
    row = {
        "at": at.isoformat(),
        "actor": actor,
        "organisation_id": organisation_id,
        "action": action,
        "object_kind": object_kind,
        "object_id": object_id,
        "detail": orjson.dumps(detail, option=orjson.OPT_SORT_KEYS).decode(),
    }
    session.execute(_audit.insert(), [{**row, "hash": chain_hash(previous or _GENESIS, row)}])


def chain_hash(previous: str, row: dict[str, Any]) -> str:
    """Return the hash that binds a line to the one before: SHA-256 over the previous hash and the line's fields."""
    digest = hashlib.sha256(previous.encode())
    digest.update(orjson.dumps(row, option=orjson.OPT_SORT_KEYS))
    return digest.hexdigest()


def audit_of(session: Session, object_id: str) -> list[AuditRow]:
    """Return the audit lines about one object, oldest first."""
    rows = session.execute(select(_audit).where(_audit.c.object_id == object_id).order_by(_audit.c.line))
    return [AuditRow(**row._mapping) for row in rows]


def all_audit(session: Session) -> Iterable[AuditRow]:
    """Yield the whole audit trail, oldest first."""
    for row in session.execute(select(_audit).order_by(_audit.c.line)):
        yield AuditRow(**row._mapping)


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
    if cells:
        upsert = (
            "INSERT INTO cell_versions (cell, version) VALUES (?, 1) "
            "ON CONFLICT (cell) DO UPDATE SET version = version + 1"
        )
        session.connection().exec_driver_sql(upsert, [(cell,) for cell in sorted(cells)])
    result = session.execute(_changes.insert().values(kind=kind, ref=ref, cells=" ".join(sorted(cells))))
    return int(result.inserted_primary_key[0])  # type: ignore[attr-defined]


def changes_after(session: Session, seq: int) -> list[tuple[int, str, str, list[str]]]:
    """Return the changes after `seq` in order, as (seq, kind, ref, cells)."""
    query = select(_changes).where(_changes.c.seq > seq).order_by(_changes.c.seq)
    return [(row.seq, row.kind, row.ref, row.cells.split()) for row in session.execute(query)]


def latest_change(session: Session) -> int:
    """Return the number of the latest change, 0 when there is none."""
    return session.execute(select(func.max(_changes.c.seq))).scalar() or 0


def cell_versions(session: Session, cells: Collection[str] | None = None) -> dict[str, int]:
    """Return the versions of these cells, or of all; a cell without a version is at 0 and left out."""
    query = select(_cells)
    if cells is not None:
        query = query.where(_cells.c.cell.in_(sorted(cells)))
    return {row.cell: row.version for row in session.execute(query)}
