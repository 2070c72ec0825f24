"""What a day left behind, read whole: for reports over a store nobody writes to any more."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store import plans, sql
from utm.store.logistics_tables import MissionRow, OrderRow


def all_orders(session: Session) -> list[dict[str, Any]]:
    """Return every order, oldest first."""
    orders = sql.table(OrderRow)
    return [dict(row._mapping) for row in session.execute(select(orders).order_by(orders.c.order_no))]


def all_missions(session: Session) -> list[dict[str, Any]]:
    """Return every mission, oldest first."""
    missions = sql.table(MissionRow)
    return [dict(row._mapping) for row in session.execute(select(missions).order_by(missions.c.mission_no))]


def flown_plans(session: Session) -> list[dict[str, Any]]:
    """Return the id, minima, body and the instants of activation and end of every plan that ended."""
    names = ("plan_id", "horizontal_m", "vertical_m", "time_buffer_s", "body", "activated_at", "ended_at")
    return [{name: getattr(row, name) for name in names} for row in plans.with_states(session, ["ended"])]
