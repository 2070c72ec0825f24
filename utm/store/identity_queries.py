"""Statements about applications, and counts of a firm's plans for its quotas."""

from sqlalchemy import func, select
from sqlmodel import Session

from utm.store.identity_tables import ApplicationRow
from utm.store.sql import as_record, run, table

_applications = table(ApplicationRow)
_LIVE = (
    "SELECT count(*) FROM flight_plans WHERE organisation_id = ? "
    "AND state IN ('pending', 'approved', 'activated', 'nonconforming', 'contingent')"
)
_SINCE = "SELECT count(*) FROM flight_plans WHERE organisation_id = ? AND created_at >= ?"


def applications_waiting(session: Session) -> int:
    """Return how many applications wait for a decision."""
    query = select(func.count()).select_from(_applications).where(_applications.c.state == "pending")
    return int(session.execute(query).scalar_one())


def application_page(
    session: Session, state: str | None, *, after: tuple[str, str] | None, limit: int
) -> list[ApplicationRow]:
    """Return applications in the order they came, after (created_at, application_id) of the page before."""
    columns = _applications.c
    query = select(_applications).order_by(columns.created_at, columns.application_id).limit(limit)
    if state is not None:
        query = query.where(columns.state == state)
    if after is not None:
        at, application_id = after
        query = query.where(
            (columns.created_at > at) | ((columns.created_at == at) & (columns.application_id > application_id))
        )
    return [as_record(ApplicationRow, row) for row in session.execute(query)]


def plan_counts(session: Session, organisation_id: str, since: str) -> tuple[int, int]:
    """Return how many plans of a firm are not over, and how many it filed since an instant (ISO 8601, UTC)."""
    live = run(session, _LIVE, (organisation_id,)).fetchone()[0]
    filed = run(session, _SINCE, (organisation_id, since)).fetchone()[0]
    return int(live), int(filed)
