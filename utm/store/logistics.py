"""Statements about carriers, batteries, crews, orders, missions and reservations."""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from utm.store import sql
from utm.store.logistics_tables import (
    BatteryRow,
    CarrierRow,
    CrewRow,
    MissionRow,
    OrderRow,
    OrderStepRow,
    ReservationRow,
)

R = TypeVar("R", bound=SQLModel)

_KEYS: dict[type[SQLModel], str] = {
    CarrierRow: "aircraft_id",
    BatteryRow: "battery_id",
    CrewRow: "crew_id",
    OrderRow: "order_id",
    MissionRow: "mission_id",
}


def get(session: Session, model: type[R], ref: str, owner: str | None = None) -> R | None:
    """Return one record by its id, or None; with an `owner`, only that organisation's."""
    where, values = f"WHERE {_KEYS[model]} = ?", [ref]
    if owner is not None:
        where, values = f"{where} AND organisation_id = ?", [ref, owner]
    return next(iter(sql.records(session, model, where, values)), None)


def insert(session: Session, row: SQLModel) -> None:
    """Add a record; an automatic number is left to the store."""
    values = sql.as_values(row)
    sql.insert(session, type(row), {name: value for name, value in values.items() if not _automatic(name, value)})


def _automatic(name: str, value: Any) -> bool:
    return value is None and name in ("order_no", "mission_no", "step_no", "reservation_no")


def update(session: Session, model: type[SQLModel], ref: str, values: dict[str, Any]) -> None:
    """Change columns of a record."""
    sql.update(session, model, _KEYS[model], ref, values)


def of_firm(session: Session, model: type[R], organisation_id: str | None) -> list[R]:
    """Return a firm's carriers, batteries or crews by id; None returns everybody's."""
    order = f"ORDER BY {_KEYS[model]}"
    if organisation_id is None:
        return sql.records(session, model, order)
    return sql.records(session, model, f"WHERE organisation_id = ? {order}", [organisation_id])


def keeps_any(session: Session, model: type[SQLModel], organisation_id: str) -> bool:
    """Tell whether a firm keeps batteries or crews here at all; retired ones are gone."""
    statement = f"SELECT 1 FROM {sql.table(model).name} WHERE organisation_id = ? AND state != 'retired' LIMIT 1"  # noqa: S608
    return sql.run(session, statement, (organisation_id,)).fetchone() is not None


def page(
    session: Session,
    model: type[R],
    number: str,
    *,
    organisation_id: str | None,
    states: Collection[str] | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[R]:
    """Return orders or missions, newest first, before the number of the page before."""
    conditions: list[str] = []
    values: list[Any] = []
    if organisation_id is not None:
        conditions.append("organisation_id = ?")
        values.append(organisation_id)
    if states is not None:
        conditions.append(_one_of("state", states))
        values.extend(sorted(states))
    if before is not None:
        conditions.append(f"{number} < ?")
        values.append(before)
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    return sql.records(session, model, f"{where}ORDER BY {number} DESC LIMIT ?", [*values, limit])


def orders_in(session: Session, states: Sequence[str]) -> list[OrderRow]:
    """Return the orders in one of the states, oldest first."""
    where = f"WHERE {_one_of('state', states)} ORDER BY order_no"
    return sql.records(session, OrderRow, where, sorted(states))


def _one_of(column: str, values: Collection[Any]) -> str:
    """Return the condition that a column is one of so many values, to be given in turn; never true of none."""
    return f"{column} IN ({', '.join('?' * len(values))})"


def steps_of(session: Session, order_id: str) -> list[OrderStepRow]:
    """Return an order's story, oldest first."""
    found = sql.table(OrderStepRow)
    query = select(found).where(found.c.order_id == order_id).order_by(found.c.step_no)
    return [sql.as_record(OrderStepRow, row) for row in session.execute(query)]


def missions_where(
    session: Session,
    *,
    states: Collection[str] | None = None,
    plan_id: str | None = None,
    order_id: str | None = None,
    aircraft_id: str | None = None,
) -> list[MissionRow]:
    """Return missions by departure."""
    asked = {"plan_id": plan_id, "order_id": order_id, "aircraft_id": aircraft_id}
    given = {name: value for name, value in asked.items() if value is not None}
    conditions = [f"{name} = ?" for name in given]
    values: list[Any] = list(given.values())
    if states is not None:
        conditions.append(_one_of("state", states))
        values.extend(sorted(states))
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    return sql.records(session, MissionRow, f"{where}ORDER BY departs_s, mission_no", values)


def busy(session: Session, kind: str, ref: str, from_s: float, to_s: float) -> list[tuple[float, float, str]]:
    """Return (start, end, mission) of a resource's reservations that overlap (from_s, to_s), by start."""
    statement = (
        "SELECT starts_s, ends_s, mission_id FROM reservations "
        "WHERE kind = ? AND ref = ? AND starts_s < ? AND ends_s > ? ORDER BY starts_s"
    )
    return [(a, b, name) for a, b, name in sql.run(session, statement, (kind, ref, to_s, from_s)).fetchall()]


def reserve(session: Session, mission_id: str, taken: Sequence[tuple[str, str, float, float]]) -> None:
    """Keep (kind, ref, starts_s, ends_s) for a mission."""
    for kind, ref, starts_s, ends_s in taken:
        values = {"kind": kind, "ref": ref, "mission_id": mission_id, "starts_s": starts_s, "ends_s": ends_s}
        sql.insert(session, ReservationRow, values)


def release(session: Session, mission_id: str) -> None:
    """Give back what a mission kept."""
    sql.run(session, "DELETE FROM reservations WHERE mission_id = ?", (mission_id,))


_OF_MISSION = "SELECT reservation_no, kind, ref, starts_s, ends_s FROM reservations WHERE mission_id = ?"
_NEXT = "SELECT min(starts_s) FROM reservations WHERE kind = ? AND ref = ? AND mission_id != ? AND starts_s >= ?"


def extend(session: Session, mission_id: str, ends_s: float) -> None:
    """Keep what a mission reserved until a later instant, an aircraft or a battery no longer than to its next booking."""
    for number, kind, ref, starts_s, was_s in sql.run(session, _OF_MISSION, (mission_id,)).fetchall():
        until_s = max(was_s, ends_s)
        if kind in ("aircraft", "battery"):
            following = sql.run(session, _NEXT, (kind, ref, mission_id, starts_s)).fetchone()[0]
            until_s = until_s if following is None else min(until_s, following)
        sql.run(session, "UPDATE reservations SET ends_s = ? WHERE reservation_no = ?", (until_s, number))


def shift(session: Session, mission_id: str, start_by_s: float, end_by_s: float) -> None:
    """Move what a mission reserved with its flight."""
    statement = "UPDATE reservations SET starts_s = starts_s + ?, ends_s = ends_s + ? WHERE mission_id = ?"
    sql.run(session, statement, (start_by_s, end_by_s, mission_id))


def origins_since(session: Session, organisation_id: str, from_s: float, to_s: float) -> list[tuple[str, float]]:
    """Return where a firm's orders began that were ready in a window of time, and when each was."""
    statement = (
        "SELECT origin_site_id, ready_s FROM orders WHERE organisation_id = ? AND ready_s >= ? AND ready_s <= ? "
        "AND state != 'cancelled' ORDER BY order_no DESC LIMIT 5000"
    )
    return [(site, at_s) for site, at_s in sql.run(session, statement, (organisation_id, from_s, to_s)).fetchall()]


def firms_with(session: Session, state: str) -> list[str]:
    """Return the firms that have an order in a state."""
    statement = "SELECT DISTINCT organisation_id FROM orders WHERE state = ? ORDER BY 1"
    return [firm for (firm,) in sql.run(session, statement, (state,)).fetchall()]


def standings(session: Session, organisation_id: str) -> dict[str, tuple[str | None, float, float | None]]:
    """Return where the last living mission of each of a firm's aircraft ends, when, and the watt-hours it takes; none of
    those that have none."""
    statement = (
        "SELECT aircraft_id, destination_site_id, arrives_s, energy_wh FROM missions "
        "WHERE organisation_id = ? AND state IN ('held', 'booked', 'flying') ORDER BY departs_s, mission_no"
    )
    found = sql.run(session, statement, (organisation_id,)).fetchall()
    return {craft: (site, at_s, energy_wh) for craft, site, at_s, energy_wh in found}


def booked_without_carrier(session: Session) -> list[str]:
    """Return the booked missions of the planner whose carrier was taken out of service."""
    statement = (
        "SELECT mission_id FROM missions m JOIN carriers c ON c.aircraft_id = m.aircraft_id "
        "WHERE m.state = 'booked' AND m.why IS NOT NULL AND c.state != 'available' ORDER BY m.departs_s"
    )
    return [mission_id for (mission_id,) in sql.run(session, statement).fetchall()]


def sharing(session: Session, mission_id: str) -> list[OrderRow]:
    """Return the orders that fly by a mission, oldest first."""
    return sql.records(session, OrderRow, "WHERE mission_id = ? ORDER BY order_no", [mission_id])


_LATENESS = """
SELECT late_s, kept FROM (
  SELECT delivered_s - json_extract(promise, '$.planned_s') AS late_s, delivered_s <= promised_s AS kept, delivered_s AS at_s
    FROM orders WHERE organisation_id = ?1 AND delivered_s IS NOT NULL AND promise IS NOT NULL
  UNION ALL
  SELECT ?2 - json_extract(promise, '$.planned_s'), CASE WHEN promised_s < ?2 THEN 0 END, ?2
    FROM orders WHERE organisation_id = ?1 AND state IN ('created', 'assigned', 'flying') AND promise IS NOT NULL
    AND json_extract(promise, '$.planned_s') < ?2
) ORDER BY at_s DESC LIMIT ?3
"""


def lateness(session: Session, organisation_id: str, now_s: float, limit: int) -> tuple[list[float], list[bool]]:
    """Return by how much a firm's orders came after the arrival planned when they were promised, and which promises were
    kept, latest last.

    What is overdue and not there yet counts with how late it is already: without it a growing queue would look punctual.
    """
    found = sql.run(session, _LATENESS, (organisation_id, now_s, limit)).fetchall()[::-1]
    late = [float(late_s) for late_s, _ in found if late_s is not None]
    return late, [bool(kept) for _, kept in found if kept is not None]


def double_bookings(session: Session) -> list[dict[str, Any]]:
    """Return every aircraft, battery or crew kept twice at a time: the judge's look, by the rows alone."""
    pairs = _double(
        session,
        "SELECT a.kind, a.ref, a.mission_id, b.mission_id, max(a.starts_s, b.starts_s) FROM reservations a "
        "JOIN reservations b ON a.kind = b.kind AND a.ref = b.ref AND a.mission_id < b.mission_id "
        "AND a.starts_s < b.ends_s AND b.starts_s < a.ends_s WHERE a.kind IN ('aircraft', 'battery')",
    )
    # A crew is over its limit where, at the start of one of its flights, more run than it may have.
    crews = _double(
        session,
        "SELECT 'crew', a.ref, a.mission_id, NULL, a.starts_s FROM reservations a JOIN crews c ON c.crew_id = a.ref "
        "WHERE a.kind = 'crew' AND (SELECT count(*) FROM reservations b WHERE b.kind = 'crew' AND b.ref = a.ref "
        "AND b.starts_s <= a.starts_s AND b.ends_s > a.starts_s) > c.vehicles_max",
    )
    return [*pairs, *crews]


def _double(session: Session, statement: str) -> list[dict[str, Any]]:
    names = ("kind", "ref", "mission_a", "mission_b", "at_s")
    return [dict(zip(names, row, strict=True)) for row in sql.run(session, statement).fetchall()]
