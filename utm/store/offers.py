"""Statements about offers on hold."""

from sqlalchemy import func, select
from sqlmodel import Session

from utm.store.offer_tables import OfferHoldRow
from utm.store.sql import as_record, as_values, table

HELD = "held"
CONSUMED = "consumed"
RELEASED = "released"

_holds = table(OfferHoldRow)


def next_hold_no(session: Session) -> int:
    """Return a number no hold has had."""
    return int(session.execute(select(func.coalesce(func.max(_holds.c.hold_no), 0))).scalar_one()) + 1


def insert_hold(session: Session, row: OfferHoldRow) -> None:
    """Add a hold."""
    session.execute(_holds.insert(), [as_values(row)])


def get_hold(session: Session, hold_id: str) -> OfferHoldRow | None:
    """Return a hold, or None."""
    row = session.execute(select(_holds).where(_holds.c.hold_id == hold_id)).one_or_none()
    return None if row is None else as_record(OfferHoldRow, row)


def holds_of_plan(session: Session, plan_id: str) -> list[OfferHoldRow]:
    """Return every hold of a plan's offers, oldest first."""
    query = select(_holds).where(_holds.c.plan_id == plan_id).order_by(_holds.c.hold_no)
    return [as_record(OfferHoldRow, row) for row in session.execute(query)]


def standing_holds(session: Session, at_s: float) -> list[OfferHoldRow]:
    """Return the holds that reserve airspace at an instant in scene seconds, oldest first."""
    query = select(_holds).where(_holds.c.state == HELD, _holds.c.held_until_s > at_s).order_by(_holds.c.hold_no)
    return [as_record(OfferHoldRow, row) for row in session.execute(query)]


def set_state(session: Session, hold_id: str, state: str) -> None:
    """Say that a hold was consumed or released."""
    session.execute(_holds.update().where(_holds.c.hold_id == hold_id).values(state=state))
