"""Statements statistics are made from."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import and_, case, exists, func, select
from sqlmodel import Session

from utm.store.sql import table
from utm.store.tables import FlightPlanTable, PlanVersionRow

_plans = table(FlightPlanTable)
_versions = table(PlanVersionRow)


@dataclass(frozen=True, slots=True)
class FiledPlan:
    """What fairness asks of a plan: its state, whether any version of it was approved, and how it was first asked for.

    `body` is that of the first version, before activation or its firm re-timed it; `decision` is the one that stands.
    """

    plan_id: str
    organisation_id: str
    state: str
    departure_s: float
    approved: bool
    authority: str
    body: str
    decision: str


def plans_by_state(session: Session, from_s: float, to_s: float, organisation_id: str | None = None) -> dict[str, int]:
    """Return how many plans that depart within [from_s, to_s) are in each state."""
    query = select(_plans.c.state, func.count()).where(_plans.c.departure_s >= from_s, _plans.c.departure_s < to_s)
    if organisation_id is not None:
        query = query.where(_plans.c.organisation_id == organisation_id)
    return {state: int(count) for state, count in session.execute(query.group_by(_plans.c.state)).all()}


def filed_plans(
    session: Session, from_s: float, to_s: float, organisation_id: str | None = None
) -> Iterator[FiledPlan]:
    """Yield every plan that departs within [from_s, to_s), of one firm or of all, by departure."""
    approved = exists().where(and_(_versions.c.plan_id == _plans.c.plan_id, _versions.c.outcome == "approved"))
    first = _versions.alias("first")
    query = select(
        _plans.c.plan_id,
        _plans.c.organisation_id,
        _plans.c.state,
        _plans.c.departure_s,
        approved,
        _plans.c.authority,
        case((first.c.body == "", _plans.c.body), else_=first.c.body),
        _plans.c.decision,
    ).join(first, and_(first.c.plan_id == _plans.c.plan_id, first.c.attempt == 1))
    query = query.where(_plans.c.departure_s >= from_s, _plans.c.departure_s < to_s)
    if organisation_id is not None:
        query = query.where(_plans.c.organisation_id == organisation_id)
    for row in session.execute(query.order_by(_plans.c.departure_s, _plans.c.plan_no)):
        yield FiledPlan(row[0], row[1], row[2], row[3], bool(row[4]), row[5], row[6], row[7])
