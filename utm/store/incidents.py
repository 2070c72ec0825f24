"""Statements about incidents, and the audit lines of a window."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from utm.store.incident_tables import IncidentRow
from utm.store.sql import as_record, as_values, table
from utm.store.tables import AuditRow

_incidents = table(IncidentRow)
_audit = table(AuditRow)


def insert(session: Session, row: IncidentRow) -> None:
    """Add an incident; `number` is given here."""
    newest = select(func.coalesce(func.max(_incidents.c.number), 0))
    row.number = int(session.execute(newest).scalar_one()) + 1
    session.execute(_incidents.insert(), [as_values(row)])


def get(session: Session, incident_id: str) -> IncidentRow | None:
    """Return an incident, or None."""
    row = session.execute(select(_incidents).where(_incidents.c.incident_id == incident_id)).one_or_none()
    return None if row is None else as_record(IncidentRow, row)


def page(session: Session, *, before: int | None, limit: int) -> list[IncidentRow]:
    """Return incidents, newest first, numbered below `before`."""
    query = select(_incidents).order_by(_incidents.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(_incidents.c.number < before)
    return [as_record(IncidentRow, row) for row in session.execute(query)]


def audit_between(session: Session, from_at: datetime, to_at: datetime) -> list[AuditRow]:
    """Return the audit lines of a window, oldest first."""
    # Texts of instants of one second sort rightly but for their fractions, so the edges are judged as instants.
    low, high = from_at.isoformat(timespec="seconds")[:19], to_at.isoformat(timespec="seconds")[:19] + "~"
    query = select(_audit).where(_audit.c.at >= low, _audit.c.at <= high).order_by(_audit.c.line)
    rows = [as_record(AuditRow, row) for row in session.execute(query)]
    return [row for row in rows if from_at <= datetime.fromisoformat(row.at) <= to_at]
