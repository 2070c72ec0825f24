"""Statements about population grids and the rules of ground risk and noise."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.ground_tables import GroundRulesRow, PopulationGridRow

_grids = sql.table(PopulationGridRow)
_rules = sql.table(GroundRulesRow)


def current(session: Session) -> PopulationGridRow | None:
    """Return the grid in force, or None."""
    query = select(_grids).where(_grids.c.state == "current").order_by(_grids.c.imported_at.desc()).limit(1)
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(PopulationGridRow, row)


def listed(session: Session, limit: int) -> list[dict[str, Any]]:
    """Return what is known of the newest grids, without their values."""
    columns = [column for column in _grids.c if column.name != "field"]
    rows = session.execute(select(*columns).order_by(_grids.c.imported_at.desc()).limit(limit))
    return [dict(row._mapping) for row in rows]


def add_grid(session: Session, row: PopulationGridRow) -> None:
    """Put a grid in force in place of the one before."""
    sql.run(session, "UPDATE population_grids SET state = 'replaced' WHERE state = 'current'")
    sql.insert(session, PopulationGridRow, sql.as_values(row))


def withdraw(session: Session, grid_id: str) -> bool:
    """Take the grid in force away; return whether it was in force."""
    found = sql.run(
        session, "UPDATE population_grids SET state = 'withdrawn' WHERE grid_id = ? AND state = 'current'", (grid_id,)
    )
    return bool(found.rowcount)


def known(session: Session, grid_id: str) -> bool:
    """Tell whether there ever was such a grid."""
    return session.execute(select(_grids.c.grid_id).where(_grids.c.grid_id == grid_id)).one_or_none() is not None


def rules(session: Session) -> GroundRulesRow | None:
    """Return the rules in force, None where nobody set any."""
    row = session.execute(select(_rules).order_by(_rules.c.version.desc()).limit(1)).one_or_none()
    return None if row is None else sql.as_record(GroundRulesRow, row)


def add_rules(session: Session, row: GroundRulesRow) -> None:
    """Keep a new version of the rules."""
    sql.insert(session, GroundRulesRow, sql.as_values(row))
