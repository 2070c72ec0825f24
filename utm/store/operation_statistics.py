"""Statements the indicators of operations are made from."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session

from utm.store.alert_tables import AlertReaderRow, AlertRow, AlertStepRow
from utm.store.sql import table
from utm.store.tables import FlightPlanTable

_plans = table(FlightPlanTable)
_alerts = table(AlertRow)
_readers = table(AlertReaderRow)
_steps = table(AlertStepRow)


@dataclass(frozen=True, slots=True)
class FlightTimes:
    """When a plan was to depart, when it did, and when it ended."""

    plan_id: str
    organisation_id: str
    state: str
    departure_s: float
    planned_end_s: float
    activated_at: str | None
    ended_at: str | None


def flight_times(session: Session, from_s: float, to_s: float, organisation_id: str | None) -> Iterator[FlightTimes]:
    """Yield the plans that depart within [from_s, to_s) in the order of departure."""
    query = select(
        _plans.c.plan_id,
        _plans.c.organisation_id,
        _plans.c.state,
        _plans.c.departure_s,
        _plans.c.ends_s,
        _plans.c.activated_at,
        _plans.c.ended_at,
    ).where(_plans.c.departure_s >= from_s, _plans.c.departure_s < to_s)
    if organisation_id is not None:
        query = query.where(_plans.c.organisation_id == organisation_id)
    for row in session.execute(query.order_by(_plans.c.departure_s, _plans.c.plan_no)):
        yield FlightTimes(*row)


def flown_geometry(
    session: Session, from_s: float, to_s: float, organisation_id: str | None, limit: int
) -> list[bytes]:
    """Return the geometry of the plans of the window that were activated, newest departure first."""
    query = select(_plans.c.geometry).where(
        _plans.c.departure_s >= from_s, _plans.c.departure_s < to_s, _plans.c.activated_at.is_not(None)
    )
    if organisation_id is not None:
        query = query.where(_plans.c.organisation_id == organisation_id)
    return [row[0] for row in session.execute(query.order_by(_plans.c.departure_s.desc()).limit(limit))]


@dataclass(frozen=True, slots=True)
class AlertTimes:
    """One alert and when it was first raised, acknowledged and resolved; None where it was not."""

    alert_id: str
    kind: str
    severity: str
    raised_s: float
    acknowledged_at: str | None
    resolved_at: str | None
    document: str


def alert_times(session: Session, from_s: float, to_s: float, organisation_id: str | None) -> Iterator[AlertTimes]:
    """Yield the alerts raised within [from_s, to_s), of one organisation or of all, in order."""

    def first(step: str) -> object:
        found = select(func.min(_steps.c.at)).where(_steps.c.alert_id == _alerts.c.alert_id, _steps.c.step == step)
        return found.scalar_subquery()

    query = select(
        _alerts.c.alert_id,
        _alerts.c.kind,
        _alerts.c.severity,
        _alerts.c.raised_s,
        first("acknowledged"),  # type: ignore[call-overload]
        first("resolved"),
        _alerts.c.document,
    )
    raised_s = _alerts.c.raised_s
    if organisation_id is not None:
        raised_s = _readers.c.raised_s
        query = query.join(_readers, _readers.c.alert_id == _alerts.c.alert_id)
        query = query.where(_readers.c.organisation_id == organisation_id)
    for row in session.execute(query.where(raised_s >= from_s, raised_s < to_s).order_by(raised_s)):
        yield AlertTimes(*row)
