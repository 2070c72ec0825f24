"""Statements on shift logs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.handover_tables import HandoverEntryRow, HandoverRow

_logs = sql.table(HandoverRow)
_entries = sql.table(HandoverEntryRow)


def next_number(session: Session) -> int:
    """Return a number no log has had."""
    return int(sql.run(session, "SELECT coalesce(max(number), 0) + 1 FROM handovers").fetchone()[0])


def put(session: Session, row: HandoverRow) -> None:
    """Add a log."""
    sql.insert(session, HandoverRow, sql.as_values(row))


def change(session: Session, handover_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of a log."""
    sql.update(session, HandoverRow, "handover_id", handover_id, values)


def get(session: Session, handover_id: str) -> HandoverRow | None:
    """Return a log, or None."""
    row = session.execute(select(_logs).where(_logs.c.handover_id == handover_id)).one_or_none()
    return None if row is None else sql.as_record(HandoverRow, row)


def running(session: Session) -> HandoverRow | None:
    """Return the log that is not closed; there is one at most."""
    row = session.execute(select(_logs).where(_logs.c.state != "closed").order_by(_logs.c.number.desc())).first()
    return None if row is None else sql.as_record(HandoverRow, row)


def page(session: Session, *, before: int | None, limit: int) -> list[HandoverRow]:
    """Return logs, newest first, numbered below `before`."""
    query = select(_logs).order_by(_logs.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(_logs.c.number < before)
    return [sql.as_record(HandoverRow, row) for row in session.execute(query)]


def add_entry(session: Session, row: HandoverEntryRow) -> None:
    """Add a line to a log."""
    sql.insert(session, HandoverEntryRow, {k: v for k, v in sql.as_values(row).items() if k != "entry_no"})


def entries_of(session: Session, handover_id: str) -> list[HandoverEntryRow]:
    """Return the lines of a log, oldest first."""
    query = select(_entries).where(_entries.c.handover_id == handover_id).order_by(_entries.c.entry_no)
    return [sql.as_record(HandoverEntryRow, row) for row in session.execute(query)]
