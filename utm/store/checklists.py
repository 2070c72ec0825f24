"""Statements on checklists."""

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.checklist_tables import ChecklistRow, ChecklistStepRow

_lists = sql.table(ChecklistRow)
_steps = sql.table(ChecklistStepRow)


def put(session: Session, row: ChecklistRow) -> None:
    """Add a list."""
    sql.insert(session, ChecklistRow, sql.as_values(row))


def get(session: Session, checklist_id: str) -> ChecklistRow | None:
    """Return a list, or None."""
    row = session.execute(select(_lists).where(_lists.c.checklist_id == checklist_id)).one_or_none()
    return None if row is None else sql.as_record(ChecklistRow, row)


def all_open(session: Session) -> list[ChecklistRow]:
    """Return the open lists."""
    rows = session.execute(select(_lists).where(_lists.c.state == "open").order_by(_lists.c.opened_at))
    return [sql.as_record(ChecklistRow, row) for row in rows]


def open_of(session: Session, kind: str) -> ChecklistRow | None:
    """Return the open list of a kind, or None."""
    return next((row for row in all_open(session) if row.kind == kind), None)


def page(session: Session, *, before: tuple[str, str] | None, limit: int) -> list[ChecklistRow]:
    """Return lists, newest first, after the position (opened_at, checklist_id)."""
    columns = _lists.c
    query = select(_lists).order_by(columns.opened_at.desc(), columns.checklist_id.desc()).limit(limit)
    if before is not None:
        at, ref = before
        query = query.where((columns.opened_at < at) | ((columns.opened_at == at) & (columns.checklist_id < ref)))
    return [sql.as_record(ChecklistRow, row) for row in session.execute(query)]


def close(session: Session, checklist_id: str, at: str, by: str, name: str, note: str) -> None:
    """Close a list."""
    changes = {"state": "closed", "closed_at": at, "closed_by": by, "closed_name": name, "note": note}
    sql.update(session, ChecklistRow, "checklist_id", checklist_id, changes)


def steps_of(session: Session, checklist_id: str) -> list[ChecklistStepRow]:
    """Return the ticked steps of a list."""
    rows = session.execute(select(_steps).where(_steps.c.checklist_id == checklist_id).order_by(_steps.c.at))
    return [sql.as_record(ChecklistStepRow, row) for row in rows]


def tick(session: Session, row: ChecklistStepRow) -> None:
    """Tick a step; the first tick stays where it was ticked before."""
    values = sql.as_values(row)
    present = sql.run(
        session, "SELECT 1 FROM checklist_steps WHERE checklist_id = ? AND step = ?", (row.checklist_id, row.step)
    ).fetchone()
    if present is None:
        sql.insert(session, ChecklistStepRow, values)


def untick(session: Session, checklist_id: str, step: str) -> None:
    """Take a tick back."""
    sql.run(session, "DELETE FROM checklist_steps WHERE checklist_id = ? AND step = ?", (checklist_id, step))
