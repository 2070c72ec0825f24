"""Statements about alerts and their steps."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session

from utm.store.alert_tables import AlertReaderRow, AlertRow, AlertStepRow
from utm.store.sql import as_record, as_values, columns_of, insert, run, run_many, table

_alerts = table(AlertRow)
_readers = table(AlertReaderRow)
_steps = table(AlertStepRow)
_COLUMNS = columns_of(AlertRow)
_MARKS = ", ".join("?" * len(_COLUMNS))
_PUT = f"INSERT OR REPLACE INTO alerts ({', '.join(_COLUMNS)}) VALUES ({_MARKS})"  # noqa: S608  (our own columns)


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """What a list of alerts is narrowed to; None leaves a field open."""

    organisation_id: str | None = None
    statuses: Collection[str] | None = None
    severities: Collection[str] | None = None
    since_s: float | None = None


def put(session: Session, row: AlertRow) -> None:
    """Add an alert, or replace what was known of it."""
    values = as_values(row)
    run(session, _PUT, [values[name] for name in _COLUMNS])
    run(session, "DELETE FROM alert_readers WHERE alert_id = ?", [row.alert_id])
    readers = [(firm, row.raised_s, row.alert_id) for firm in dict.fromkeys(row.organisations.split())]
    run_many(session, "INSERT INTO alert_readers (organisation_id, raised_s, alert_id) VALUES (?, ?, ?)", readers)


def add_step(session: Session, step: AlertStepRow) -> None:
    """Append a step; its number is given by the store."""
    values: dict[str, Any] = as_values(step)
    values.pop("step_no")
    insert(session, AlertStepRow, values)


def get(session: Session, alert_id: str, owner: str | None = None) -> AlertRow | None:
    """Return an alert, or None; with an `owner`, only one that concerns that organisation."""
    wanted: Any = alert_id
    if owner is not None:  # another's alert is left where it is: it costs what one costs that never was
        own = select(_readers.c.alert_id)
        own = own.where(_readers.c.alert_id == alert_id, _readers.c.organisation_id == owner)
        wanted = own.scalar_subquery()
    query = select(_alerts).where(_alerts.c.alert_id == wanted)
    row = session.execute(query).one_or_none()
    return None if row is None else as_record(AlertRow, row)


def steps_of(session: Session, alert_id: str) -> list[AlertStepRow]:
    """Return the steps of an alert, oldest first."""
    query = select(_steps).where(_steps.c.alert_id == alert_id).order_by(_steps.c.step_no)
    return [as_record(AlertStepRow, row) for row in session.execute(query)]


def open_alerts(session: Session) -> list[AlertRow]:
    """Return every alert that is not resolved."""
    query = select(_alerts).where(_alerts.c.status != "resolved").order_by(_alerts.c.raised_s)
    return [as_record(AlertRow, row) for row in session.execute(query)]


def page(session: Session, where: AlertFilter, *, after: tuple[float, str] | None, limit: int) -> list[AlertRow]:
    """Return alerts, latest first, after the position (raised_s, alert_id) of the page before.

    An organisation's own are found by their readers: what it costs follows its own alerts, not the city's.
    """
    query = select(_alerts)
    raised_s, named = _alerts.c.raised_s, _alerts.c.alert_id
    if where.organisation_id is not None:
        raised_s, named = _readers.c.raised_s, _readers.c.alert_id
        query = query.join(_readers, _readers.c.alert_id == _alerts.c.alert_id)
        query = query.where(_readers.c.organisation_id == where.organisation_id)
    if where.statuses is not None:
        query = query.where(_alerts.c.status.in_(sorted(where.statuses)))
    if where.severities is not None:
        query = query.where(_alerts.c.severity.in_(sorted(where.severities)))
    if where.since_s is not None:
        query = query.where(_alerts.c.updated_s > where.since_s)
    if after is not None:
        at, alert_id = after
        query = query.where(or_(raised_s < at, and_(raised_s == at, named < alert_id)))
    query = query.order_by(raised_s.desc(), named.desc()).limit(limit)
    return [as_record(AlertRow, row) for row in session.execute(query)]
