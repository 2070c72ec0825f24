"""Statements about flight plans, their versions and the idempotency keys they were filed under."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session

from utm.store.sql import as_values, table
from utm.store.tables import FlightPlanRow, IdempotencyRow, PlanVersionRow

_plans = table(FlightPlanRow)
_versions = table(PlanVersionRow)
_keys = table(IdempotencyRow)


@dataclass(frozen=True, slots=True)
class PlanFilter:
    """What a list of plans is narrowed to; None leaves a field open."""

    organisation_id: str | None = None
    states: Collection[str] | None = None
    aircraft_id: str | None = None
    from_s: float | None = None
    to_s: float | None = None


def next_plan_no(session: Session) -> int:
    """Return a plan number never used before."""
    return int(session.execute(select(func.coalesce(func.max(_plans.c.plan_no), 0))).scalar_one()) + 1


def insert(session: Session, row: FlightPlanRow) -> None:
    """Add a plan."""
    session.execute(_plans.insert(), [as_values(row)])


def update(session: Session, plan_id: str, values: dict[str, Any]) -> None:
    """Change columns of a plan."""
    session.execute(_plans.update().where(_plans.c.plan_id == plan_id).values(**values))


def get(session: Session, plan_id: str) -> FlightPlanRow | None:
    """Return a plan, or None."""
    row = session.execute(select(_plans).where(_plans.c.plan_id == plan_id)).one_or_none()
    return None if row is None else FlightPlanRow(**row._mapping)


def with_states(session: Session, states: Collection[str]) -> Iterator[FlightPlanRow]:
    """Yield every plan in one of the states, in the order they were first filed."""
    query = select(_plans).where(_plans.c.state.in_(sorted(states))).order_by(_plans.c.plan_no)
    for row in session.execute(query):
        yield FlightPlanRow(**row._mapping)


def page(session: Session, where: PlanFilter, *, after: tuple[float, int] | None, limit: int) -> list[FlightPlanRow]:
    """Return plans by departure, latest first, after the position (departure_s, plan_no) of the page before."""
    query = select(_plans)
    if where.organisation_id is not None:
        query = query.where(_plans.c.organisation_id == where.organisation_id)
    if where.states is not None:
        query = query.where(_plans.c.state.in_(sorted(where.states)))
    if where.aircraft_id is not None:
        query = query.where(_plans.c.aircraft_id == where.aircraft_id)
    if where.from_s is not None:
        query = query.where(_plans.c.ends_s >= where.from_s)
    if where.to_s is not None:
        query = query.where(_plans.c.starts_s <= where.to_s)
    if after is not None:
        departure_s, plan_no = after
        query = query.where(
            or_(
                _plans.c.departure_s < departure_s,
                and_(_plans.c.departure_s == departure_s, _plans.c.plan_no < plan_no),
            )
        )
    query = query.order_by(_plans.c.departure_s.desc(), _plans.c.plan_no.desc()).limit(limit)
    return [FlightPlanRow(**row._mapping) for row in session.execute(query)]


def add_version(session: Session, row: PlanVersionRow) -> None:
    """Keep a judged version of a plan; `attempt` is numbered here."""
    attempts = select(func.coalesce(func.max(_versions.c.attempt), 0)).where(_versions.c.plan_id == row.plan_id)
    row.attempt = int(session.execute(attempts).scalar_one()) + 1
    session.execute(_versions.insert(), [as_values(row)])


def versions_of(session: Session, plan_id: str) -> list[PlanVersionRow]:
    """Return every judged version of a plan, oldest first."""
    query = select(_versions).where(_versions.c.plan_id == plan_id).order_by(_versions.c.attempt)
    return [PlanVersionRow(**row._mapping) for row in session.execute(query)]


def find_key(session: Session, owner: str, key: str) -> IdempotencyRow | None:
    """Return what an idempotency key was first used for, or None."""
    query = select(_keys).where(_keys.c.owner == owner, _keys.c.key == key)
    row = session.execute(query).one_or_none()
    return None if row is None else IdempotencyRow(**row._mapping)


def add_key(session: Session, row: IdempotencyRow) -> None:
    """Bind an idempotency key to its first answer."""
    session.execute(_keys.insert(), [as_values(row)])
