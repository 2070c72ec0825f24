"""Statements about flight plans, their versions and the idempotency keys they were filed under."""

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session

from utm.store import sql
from utm.store.sql import remember, remembered, run, run_many, table
from utm.store.tables import FlightPlanRow, FlightPlanTable, IdempotencyRow, PlanVersionRow

_plans = table(FlightPlanTable)
_COLUMNS = sql.columns_of(FlightPlanTable)
_versions = table(PlanVersionRow)
_GET = f"SELECT {', '.join(_COLUMNS)} FROM flight_plans WHERE plan_id = ?"  # noqa: S608  (our own columns)
_GET_OWN = f"{_GET} AND organisation_id = ?"
_LONG = frozenset({"decision", "authority", "volumes", "h3_cells"})
_LIVE = ", ".join("''" if name in _LONG else name for name in _COLUMNS)
_GET_LIVE = f"SELECT {_LIVE} FROM flight_plans WHERE plan_id = ?"  # noqa: S608
_INSERT = f"INSERT INTO flight_plans ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
_values_of = attrgetter(*_COLUMNS)
_LAST_PLAN_NO = "hexlane_last_plan_no"
_ADD_VERSION = (
    "INSERT INTO plan_versions (plan_id, attempt, version, outcome, policy_version, body, decision, judged_at) VALUES "
    "(?, (SELECT coalesce(max(attempt), 0) + 1 FROM plan_versions WHERE plan_id = ?), ?, ?, ?, ?, ?, ?)"
)
_PART_FIRST = (
    "UPDATE plan_versions SET (body, decision) = "
    "(SELECT body, decision FROM flight_plans WHERE flight_plans.plan_id = plan_versions.plan_id) "
    "WHERE plan_id = ? AND body = ''"
)
_ADD_FIRST = (
    "INSERT INTO plan_versions (plan_id, attempt, version, outcome, policy_version, body, decision, judged_at) VALUES "
    "(?, ?, ?, ?, ?, ?, ?, ?)"
)


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
    last = remembered(session, _LAST_PLAN_NO)
    if last is None:
        last = int(run(session, "SELECT coalesce(max(plan_no), 0) FROM flight_plans").fetchone()[0])
    remember(session, _LAST_PLAN_NO, last + 1)
    return int(last) + 1


def values_of(row: FlightPlanRow) -> tuple[Any, ...]:
    """Return the values of a row in the order `FlightPlanRow` takes them."""
    values: tuple[Any, ...] = _values_of(row)
    return values


def insert(session: Session, row: FlightPlanRow) -> None:
    """Add a plan."""
    run(session, _INSERT, _values_of(row))


def update(session: Session, plan_id: str, values: dict[str, Any]) -> None:
    """Change columns of a plan; what its first version shares with it is kept with that version first."""
    if "body" in values or "decision" in values:
        run(session, _PART_FIRST, (plan_id,))
    sql.update(session, FlightPlanTable, "plan_id", plan_id, values)


def get(session: Session, plan_id: str, owner: str | None = None) -> FlightPlanRow | None:
    """Return a plan, or None; with an `owner`, only that organisation's: another's costs what none costs."""
    found = run(session, _GET, (plan_id,)) if owner is None else run(session, _GET_OWN, (plan_id, owner))
    row = found.fetchone()
    return None if row is None else FlightPlanRow(*row)


def get_live(session: Session, plan_id: str) -> FlightPlanRow | None:
    """Return a plan with what the sky needs of it, its long texts left empty; or None."""
    row = run(session, _GET_LIVE, (plan_id,)).fetchone()
    return None if row is None else FlightPlanRow(*row)


def decisions(session: Session, plan_ids: Collection[str]) -> dict[str, str]:
    """Return the decisions (JSON) of those of the plans that there are; at most a few hundred are asked for at once."""
    query = f"SELECT plan_id, decision FROM flight_plans WHERE plan_id IN ({', '.join('?' * len(plan_ids))})"  # noqa: S608
    return dict(run(session, query, tuple(plan_ids)).fetchall())


def with_states(session: Session, states: Collection[str]) -> Iterator[FlightPlanRow]:
    """Yield every plan in one of the states, in the order they were first filed."""
    query = select(_plans).where(_plans.c.state.in_(sorted(states))).order_by(_plans.c.plan_no)
    for row in session.execute(query):
        yield FlightPlanRow(**row._mapping)


def standings(session: Session) -> list[tuple[str, str, int]]:
    """Return plan, state and version of every plan there ever was, in the order they were first filed."""
    found = run(session, "SELECT plan_id, state, version FROM flight_plans ORDER BY plan_no").fetchall()
    return [(str(plan_id), str(state), int(version)) for plan_id, state, version in found]


def first_pending_s(session: Session) -> float:
    """Return when the pending plan that begins first does so, in scene seconds; infinity when none is pending."""
    found = run(session, "SELECT min(starts_s) FROM flight_plans WHERE state = 'pending'").fetchone()[0]
    return math.inf if found is None else float(found)


def pending_before(session: Session, starts_s: float) -> list[str]:
    """Return the pending plans that begin before an instant in scene seconds, in the order they were first filed."""
    statement = "SELECT plan_id FROM flight_plans WHERE state = 'pending' AND starts_s < ? ORDER BY plan_no"
    return [plan_id for (plan_id,) in run(session, statement, (starts_s,))]


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


def add_version(
    session: Session,
    *,
    plan_id: str,
    version: int,
    outcome: str,
    policy_version: int,
    body: str,
    decision: str,
    judged_at: str,
) -> None:
    """Keep a judged version of a plan, numbered after those before it."""
    values = (plan_id, plan_id, version, outcome, policy_version, body, decision, judged_at)
    run(session, _ADD_VERSION, values)


def versions_of(session: Session, plan_id: str) -> list[PlanVersionRow]:
    """Return every judged version of a plan, oldest first."""
    query = select(_versions).where(_versions.c.plan_id == plan_id).order_by(_versions.c.attempt)
    found = [sql.as_record(PlanVersionRow, row) for row in session.execute(query)]
    for version in found:
        if not version.body:
            shared = run(session, "SELECT body, decision FROM flight_plans WHERE plan_id = ?", (plan_id,)).fetchone()
            version.body, version.decision = shared
    return found


def add_first_versions(session: Session, rows: Sequence[FlightPlanRow], outcomes: Sequence[str]) -> None:
    """Keep the first judged versions of plans just added, without their texts: they are the plan's (`PlanVersionRow`)."""
    versions = [
        (row.plan_id, 1, row.version, outcome, row.policy_version, "", "", row.updated_at)
        for row, outcome in zip(rows, outcomes, strict=True)
    ]
    run_many(session, _ADD_FIRST, versions)


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What an idempotency key was first used for."""

    body_hash: str
    plan_id: str
    status: int


def find_key(session: Session, owner: str, key: str) -> FirstAnswer | None:
    """Return what an idempotency key was first used for, or None."""
    statement = "SELECT body_hash, plan_id, status FROM idempotency_keys WHERE owner = ? AND key = ?"
    row = run(session, statement, (owner, key)).fetchone()
    return None if row is None else FirstAnswer(*row)


def add_key(session: Session, owner: str, key: str, answer: FirstAnswer, created_at: str) -> None:
    """Bind an idempotency key to its first answer."""
    values: dict[str, Any] = {"owner": owner, "key": key, "created_at": created_at}
    values |= {"body_hash": answer.body_hash, "plan_id": answer.plan_id, "status": answer.status}
    sql.insert(session, IdempotencyRow, values)
