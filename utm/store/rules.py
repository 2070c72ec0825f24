"""Statements about applications to the authority, days filed under standing approvals, and event reports."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.rule_tables import ApplicationRow, EventReportRow, StandingDayRow, StandingSlotRow
from utm.store.sql import run

_applications = sql.table(ApplicationRow)
_days = sql.table(StandingDayRow)
_slots = sql.table(StandingSlotRow)
_reports = sql.table(EventReportRow)

# -- applications ------------------------------------------------------------------------------------------------------


def add_application(session: Session, row: ApplicationRow) -> None:
    """Keep an application; its number is given here."""
    values = {name: value for name, value in sql.as_values(row).items() if name != "number"}
    row.number = sql.insert(session, ApplicationRow, values)


def change_application(session: Session, application_id: str, values: dict[str, Any]) -> None:
    """Change columns of an application."""
    sql.update(session, ApplicationRow, "application_id", application_id, values)


def application(session: Session, application_id: str, owner: str | None = None) -> ApplicationRow | None:
    """Return an application, or None; with an `owner`, only that organisation's."""
    query = select(_applications).where(
        _applications.c.application_id == application_id, *sql.of_owner(_applications, owner)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(ApplicationRow, row)


def applications_of(session: Session, plan_id: str) -> list[ApplicationRow]:
    """Return the applications of a plan, oldest first."""
    query = select(_applications).where(_applications.c.plan_id == plan_id).order_by(_applications.c.number)
    return [sql.as_record(ApplicationRow, row) for row in session.execute(query)]


def open_applications(session: Session) -> list[ApplicationRow]:
    """Return the applications that are undecided, or whose adapter has something left to do; oldest first."""
    query = select(_applications).where(
        (_applications.c.state == "waiting")
        | _applications.c.stage.in_(("approved", "report", "await_release", "withdraw"))
    )
    return [sql.as_record(ApplicationRow, row) for row in session.execute(query.order_by(_applications.c.number))]


def decided_applications(
    session: Session, *, organisation_id: str | None, before: int | None, limit: int
) -> list[ApplicationRow]:
    """Return applications that were decided, newest first."""
    query = select(_applications).where(_applications.c.state != "waiting")
    if organisation_id is not None:
        query = query.where(_applications.c.organisation_id == organisation_id)
    if before is not None:
        query = query.where(_applications.c.number < before)
    found = session.execute(query.order_by(_applications.c.number.desc()).limit(limit))
    return [sql.as_record(ApplicationRow, row) for row in found]


def plans_awaiting_release(session: Session, plan_id: str | None = None) -> Collection[tuple[str, str]]:
    """Return the approved plans (all, or one) with readiness reported and no release, each with its firm."""
    where = "" if plan_id is None else " AND plan_id = ?"
    found = run(
        session,
        "SELECT plan_id, organisation_id FROM flight_plans WHERE state = 'approved' "  # noqa: S608  (our own text)
        "AND json_extract(authority, '$.readiness_reported_at') IS NOT NULL "
        f"AND json_extract(authority, '$.released_at') IS NULL{where}",
        () if plan_id is None else (plan_id,),
    ).fetchall()
    return [(row[0], row[1]) for row in found]


# -- days under standing approvals ---------------------------------------------------------------------------------------


def standing_day(
    session: Session, organisation_id: str, standing_approval_id: str | None, day: int
) -> StandingDayRow | None:
    """Return what a firm filed for a day under one approval, or None."""
    query = select(_days).where(
        _days.c.organisation_id == organisation_id,
        _days.c.day == day,
        _days.c.standing_approval_id.is_(None)
        if standing_approval_id is None
        else _days.c.standing_approval_id == standing_approval_id,
    )
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(StandingDayRow, row)


def standing_day_by_id(session: Session, standing_day_id: str) -> StandingDayRow | None:
    """Return a filed day, or None."""
    row = session.execute(select(_days).where(_days.c.standing_day_id == standing_day_id)).one_or_none()
    return None if row is None else sql.as_record(StandingDayRow, row)


def standing_days(
    session: Session,
    organisation_id: str | None,
    standing_approval_id: str | None,
    from_day: int | None,
    to_day: int | None,
    *,
    any_approval: bool = False,
) -> list[StandingDayRow]:
    """Return filed days, soonest first; of one approval (None: the whole fleet's) unless `any_approval`."""
    query = select(_days).order_by(_days.c.day, _days.c.filed_at)
    if organisation_id is not None:
        query = query.where(_days.c.organisation_id == organisation_id)
    if not any_approval:
        column = _days.c.standing_approval_id
        query = query.where(column.is_(None) if standing_approval_id is None else column == standing_approval_id)
    if from_day is not None:
        query = query.where(_days.c.day >= from_day)
    if to_day is not None:
        query = query.where(_days.c.day <= to_day)
    return [sql.as_record(StandingDayRow, row) for row in session.execute(query.limit(2_000))]


def put_standing_day(session: Session, row: StandingDayRow) -> None:
    """Add a filed day, or put it in the place of the one with its id."""
    values = sql.as_values(row)
    if standing_day_by_id(session, row.standing_day_id) is None:
        sql.insert(session, StandingDayRow, values)
    else:
        del values["standing_day_id"]
        sql.update(session, StandingDayRow, "standing_day_id", row.standing_day_id, values)


def take_slot(session: Session, plan_id: str, standing_day_id: str) -> None:
    """Give a slot of a day to a plan."""
    sql.insert(session, StandingSlotRow, {"plan_id": plan_id, "standing_day_id": standing_day_id})
    run(session, "UPDATE standing_days SET taken = taken + 1 WHERE standing_day_id = ?", (standing_day_id,))


def give_back_slot(session: Session, plan_id: str, standing_day_id: str) -> None:
    """Take the slot of a plan that did not fly back."""
    run(session, "DELETE FROM standing_slots WHERE plan_id = ?", (plan_id,))
    run(session, "UPDATE standing_days SET taken = taken - 1 WHERE standing_day_id = ?", (standing_day_id,))


def slots_of_days(session: Session, standing_day_ids: Collection[str]) -> dict[str, str]:
    """Return which plans hold slots of these days: plan and day."""
    found: dict[str, str] = {}
    ids = sorted(standing_day_ids)
    for first in range(0, len(ids), 500):
        query = select(_slots).where(_slots.c.standing_day_id.in_(ids[first : first + 500]))
        found |= {row.plan_id: row.standing_day_id for row in session.execute(query)}
    return found


# -- event reports -----------------------------------------------------------------------------------------------------


def add_report(session: Session, row: EventReportRow) -> None:
    """Keep what is owed; its number is given here."""
    values = {name: value for name, value in sql.as_values(row).items() if name != "number"}
    row.number = sql.insert(session, EventReportRow, values)


def change_report(session: Session, report_id: str, values: dict[str, Any]) -> None:
    """Change columns of a report."""
    sql.update(session, EventReportRow, "report_id", report_id, values)


def report(session: Session, report_id: str, owner: str | None = None) -> EventReportRow | None:
    """Return a report, or None; with an `owner`, only that organisation's."""
    query = select(_reports).where(_reports.c.report_id == report_id, *sql.of_owner(_reports, owner))
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(EventReportRow, row)


def report_of(session: Session, subject: str) -> EventReportRow | None:
    """Return what is owed for an event already, or None."""
    row = session.execute(select(_reports).where(_reports.c.subject == subject).limit(1)).one_or_none()
    return None if row is None else sql.as_record(EventReportRow, row)


def reports_of_plan(session: Session, plan_id: str) -> list[EventReportRow]:
    """Return the reports owed for a flight, oldest first."""
    query = select(_reports).where(_reports.c.plan_id == plan_id).order_by(_reports.c.number)
    return [sql.as_record(EventReportRow, row) for row in session.execute(query)]


def unfiled_reports(session: Session) -> list[EventReportRow]:
    """Return the reports that are owed and not filed, oldest first."""
    query = select(_reports).where(_reports.c.state.in_(("open", "due"))).order_by(_reports.c.number)
    return [sql.as_record(EventReportRow, row) for row in session.execute(query)]


def reports(
    session: Session,
    *,
    organisation_id: str | None,
    states: Sequence[str] | None,
    due_before_s: float | None,
    before: int | None,
    limit: int,
) -> list[EventReportRow]:
    """Return reports, newest first; with `due_before_s` those that were due before that and are not filed."""
    query = select(_reports).order_by(_reports.c.number.desc()).limit(limit)
    if organisation_id is not None:
        query = query.where(_reports.c.organisation_id == organisation_id)
    if states is not None:
        query = query.where(_reports.c.state.in_(states))
    if due_before_s is not None:
        query = query.where(_reports.c.state == "due", _reports.c.due_s < due_before_s)
    if before is not None:
        query = query.where(_reports.c.number < before)
    return [sql.as_record(EventReportRow, row) for row in session.execute(query)]
