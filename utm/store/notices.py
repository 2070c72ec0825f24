"""Statements about standing approvals and advisories."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.notice_tables import AdvisoryRow, StandingApprovalRow

_approvals = sql.table(StandingApprovalRow)
_advisories = sql.table(AdvisoryRow)


def approvals(session: Session) -> list[StandingApprovalRow]:
    """Return every standing approval, oldest first."""
    rows = session.execute(select(_approvals).order_by(_approvals.c.applied_at, _approvals.c.standing_approval_id))
    return [sql.as_record(StandingApprovalRow, row) for row in rows]


def approval(session: Session, standing_approval_id: str, owner: str | None = None) -> StandingApprovalRow | None:
    """Return a standing approval, or None; with an `owner`, only that organisation's."""
    query = select(_approvals).where(
        _approvals.c.standing_approval_id == standing_approval_id, *sql.of_owner(_approvals, owner)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(StandingApprovalRow, row)


def add_approval(session: Session, row: StandingApprovalRow) -> None:
    """Keep an application."""
    sql.insert(session, StandingApprovalRow, sql.as_values(row))


def change_approval(session: Session, standing_approval_id: str, values: dict[str, Any]) -> None:
    """Change columns of a standing approval."""
    sql.update(session, StandingApprovalRow, "standing_approval_id", standing_approval_id, values)


def add_advisory(session: Session, row: AdvisoryRow) -> None:
    """Keep an advisory; its number is given here."""
    latest = sql.run(session, "SELECT coalesce(max(number), 0) FROM advisories").fetchone()[0]
    row.number = int(latest) + 1
    sql.insert(session, AdvisoryRow, sql.as_values(row))


def advisory(session: Session, advisory_id: str, owner: str | None = None) -> AdvisoryRow | None:
    """Return an advisory, or None; with an `owner`, only that organisation's."""
    query = select(_advisories).where(_advisories.c.advisory_id == advisory_id, *sql.of_owner(_advisories, owner))
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(AdvisoryRow, row)


def advisories(
    session: Session,
    *,
    organisation_id: str | None,
    plan_id: str | None,
    before: int | None,
    limit: int,
    state: str | None = None,
) -> list[AdvisoryRow]:
    """Return advisories, newest first, numbered below `before`; of `state` told, escalated, acknowledged, withdrawn."""
    query = select(_advisories).order_by(_advisories.c.number.desc()).limit(limit)
    if organisation_id is not None:
        query = query.where(_advisories.c.organisation_id == organisation_id)
    if plan_id is not None:
        query = query.where(_advisories.c.plan_id == plan_id)
    if before is not None:
        query = query.where(_advisories.c.number < before)
    if state == "withdrawn":
        query = query.where(_advisories.c.withdrawn_at.is_not(None))
    elif state is not None:
        query = query.where(_advisories.c.withdrawn_at.is_(None))
        acknowledged = _advisories.c.acknowledged_at
        query = query.where(acknowledged.is_not(None) if state == "acknowledged" else acknowledged.is_(None))
        if state != "acknowledged":
            escalated = _advisories.c.escalated_at
            query = query.where(escalated.is_not(None) if state == "escalated" else escalated.is_(None))
    return [sql.as_record(AdvisoryRow, row) for row in session.execute(query)]


def acknowledge(session: Session, advisory_id: str, *, at: str, by: str) -> None:
    """Mark an advisory as acknowledged."""
    sql.update(session, AdvisoryRow, "advisory_id", advisory_id, {"acknowledged_at": at, "acknowledged_by": by})


def change_advisory(session: Session, advisory_id: str, values: dict[str, Any]) -> None:
    """Change columns of an advisory."""
    sql.update(session, AdvisoryRow, "advisory_id", advisory_id, values)


def open_of_cause(session: Session, cause: str) -> list[AdvisoryRow]:
    """Return the advisories of a cause that has not ceased."""
    query = select(_advisories).where(_advisories.c.cause == cause, _advisories.c.withdrawn_at.is_(None))
    return [sql.as_record(AdvisoryRow, row) for row in session.execute(query.order_by(_advisories.c.number))]


def following_causes(session: Session) -> list[AdvisoryRow]:
    """Return every advisory that follows a cause which has not ceased, oldest first."""
    query = select(_advisories).where(_advisories.c.cause.is_not(None), _advisories.c.withdrawn_at.is_(None))
    return [sql.as_record(AdvisoryRow, row) for row in session.execute(query.order_by(_advisories.c.number))]
