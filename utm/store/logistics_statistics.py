"""Statements the indicators of logistics are made from: one row per firm."""

from collections.abc import Iterator
from typing import Any

from sqlmodel import Session

from utm.store.sql import run

_ORDERS = """
SELECT organisation_id, count(*) AS created,
  sum(state = 'delivered') AS delivered, sum(state = 'failed') AS failed, sum(state = 'returned') AS returned,
  sum(state = 'cancelled') AS cancelled, sum(state IN ('created', 'assigned', 'flying')) AS open,
  sum(state = 'delivered' AND deliver_by_s IS NOT NULL) AS with_time,
  sum(state = 'delivered' AND deliver_by_s IS NOT NULL AND delivered_s <= deliver_by_s) AS in_time,
  sum(delivered_s IS NOT NULL AND promised_s IS NOT NULL) AS promised,
  sum(delivered_s IS NOT NULL AND promised_s IS NOT NULL AND delivered_s <= promised_s) AS kept,
  sum(CASE WHEN delivered_s IS NOT NULL THEN delivered_s - ready_s END) AS waited_s
FROM orders WHERE ready_s >= ? AND ready_s < ? AND (? IS NULL OR organisation_id = ?) GROUP BY organisation_id
"""
_FLIGHTS = """
SELECT organisation_id, count(*) AS flights, sum(kind = 'positioning') AS positioning,
  sum(length_m) AS length_m, sum(energy_wh) AS energy_wh,
  sum(CASE WHEN energy_wh IS NOT NULL THEN length_m END) AS length_with_energy_m,
  sum(landed_s - took_off_s) AS airborne_s
FROM missions WHERE state = 'completed' AND departs_s >= ? AND departs_s < ? AND (? IS NULL OR organisation_id = ?)
GROUP BY organisation_id
"""
_CAUSES = """
SELECT organisation_id, cause, count(*) FROM missions
WHERE cause IS NOT NULL AND departs_s >= ? AND departs_s < ? AND (? IS NULL OR organisation_id = ?)
GROUP BY organisation_id, cause
"""
_LATE = """
SELECT o.organisation_id, coalesce(
    (SELECT m.cause FROM missions m WHERE m.order_id = o.order_id AND m.cause IS NOT NULL ORDER BY m.mission_no DESC),
    'waited_for_carrier') AS cause, count(*)
FROM orders o WHERE o.delivered_s > coalesce(o.deliver_by_s, o.promised_s)
  AND o.ready_s >= ? AND o.ready_s < ? AND (? IS NULL OR o.organisation_id = ?)
GROUP BY 1, 2
"""
_CELLS = """
SELECT cell.value, count(*), sum(m.landed_s - m.took_off_s)
FROM missions m JOIN flight_plans p ON p.plan_id = m.plan_id, json_each(p.h3_cells) cell
WHERE m.state = 'completed' AND m.departs_s >= ? AND m.departs_s < ? AND (? IS NULL OR m.organisation_id = ?)
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?
"""
_FLOWN = """
SELECT p.geometry FROM missions m JOIN flight_plans p ON p.plan_id = m.plan_id
WHERE m.state = 'completed' AND m.departs_s >= ? AND m.departs_s < ? AND (? IS NULL OR m.organisation_id = ?)
ORDER BY m.departs_s DESC LIMIT ?
"""
_PADS = """
SELECT site, sum(movements) FROM (
  SELECT origin_site_id AS site, count(*) AS movements FROM missions
    WHERE state = 'completed' AND departs_s >= ?1 AND departs_s < ?2 AND (?3 IS NULL OR organisation_id = ?3) GROUP BY 1
  UNION ALL
  SELECT destination_site_id, count(*) FROM missions
    WHERE state = 'completed' AND departs_s >= ?1 AND departs_s < ?2 AND (?3 IS NULL OR organisation_id = ?3) GROUP BY 1
) WHERE site IS NOT NULL GROUP BY site ORDER BY 2 DESC, 1
"""
_CARRIERS = (
    "SELECT organisation_id, count(*) FROM carriers WHERE ? IS NULL OR organisation_id = ? GROUP BY organisation_id"
)


def orders_by_firm(session: Session, from_s: float, to_s: float, firm: str | None) -> Iterator[dict[str, Any]]:
    """Yield the counts of orders that were ready within [from_s, to_s)."""
    yield from _rows(session, _ORDERS, (from_s, to_s, firm, firm))


def flights_by_firm(session: Session, from_s: float, to_s: float, firm: str | None) -> Iterator[dict[str, Any]]:
    """Yield the sums over completed missions that departed within [from_s, to_s)."""
    yield from _rows(session, _FLIGHTS, (from_s, to_s, firm, firm))


def causes_by_firm(session: Session, from_s: float, to_s: float, firm: str | None) -> list[tuple[str, str, int]]:
    """Return (firm, cause, how often) of missions that did not go as booked."""
    return [tuple(row) for row in run(session, _CAUSES, (from_s, to_s, firm, firm)).fetchall()]


def late_by_firm(session: Session, from_s: float, to_s: float, firm: str | None) -> list[tuple[str, str, int]]:
    """Return (firm, cause, how often) of deliveries later than asked for, or than promised where nothing was asked.

    The cause is what last went otherwise than booked; `waited_for_carrier` where nothing did.
    """
    return [tuple(row) for row in run(session, _LATE, (from_s, to_s, firm, firm)).fetchall()]


def flights_by_cell(
    session: Session, from_s: float, to_s: float, firm: str | None, limit: int
) -> list[tuple[str, int, float]]:
    """Return (cell of resolution 8, completed flights through it, their seconds in the air), busiest first."""
    return [tuple(row) for row in run(session, _CELLS, (from_s, to_s, firm, firm, limit)).fetchall()]


def flown_ways(session: Session, from_s: float, to_s: float, firm: str | None, limit: int) -> list[bytes]:
    """Return the geometry of completed missions, newest departure first."""
    return [row[0] for row in run(session, _FLOWN, (from_s, to_s, firm, firm, limit)).fetchall()]


def movements_by_site(session: Session, from_s: float, to_s: float, firm: str | None) -> list[tuple[str, int]]:
    """Return (site, take-offs and landings), busiest first."""
    return [tuple(row) for row in run(session, _PADS, (from_s, to_s, firm)).fetchall()]


def carriers_by_firm(session: Session, firm: str | None) -> dict[str, int]:
    """Return how many carriers each firm has."""
    return dict(run(session, _CARRIERS, (firm, firm)).fetchall())


def _rows(session: Session, statement: str, values: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    cursor = run(session, statement, values)
    names = [column[0] for column in cursor.description]
    for row in cursor.fetchall():
        yield dict(zip(names, row, strict=True))
