"""Statements about results of flights."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.result_tables import PlanResultRow

_results = sql.table(PlanResultRow)


def add(session: Session, row: PlanResultRow) -> None:
    """Keep a reference."""
    sql.insert(
        session, PlanResultRow, {name: value for name, value in sql.as_values(row).items() if name != "result_no"}
    )


def of_plan(session: Session, plan_id: str) -> list[PlanResultRow]:
    """Return the results of a flight, oldest first."""
    rows = session.execute(select(_results).where(_results.c.plan_id == plan_id).order_by(_results.c.result_no))
    return [sql.as_record(PlanResultRow, row) for row in rows]


def remove(session: Session, plan_id: str, result_id: str) -> bool:
    """Take a reference away; return whether there was one."""
    found: Any = sql.run(session, "DELETE FROM plan_results WHERE plan_id = ? AND result_id = ?", (plan_id, result_id))
    return bool(found.rowcount)
