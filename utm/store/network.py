"""Statements about sites and corridors as published here."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.ground_tables import NetworkItemRow

_items = sql.table(NetworkItemRow)


def items(session: Session) -> list[NetworkItemRow]:
    """Return every site and corridor ever published here, withdrawn ones too, by id."""
    return [sql.as_record(NetworkItemRow, row) for row in session.execute(select(_items).order_by(_items.c.item_id))]


def get(session: Session, item_id: str) -> NetworkItemRow | None:
    """Return one, or None."""
    row = session.execute(select(_items).where(_items.c.item_id == item_id)).one_or_none()
    return None if row is None else sql.as_record(NetworkItemRow, row)


def put(session: Session, row: NetworkItemRow) -> None:
    """Keep one in place of the one before."""
    values: dict[str, Any] = sql.as_values(row)
    if get(session, row.item_id) is None:
        sql.insert(session, NetworkItemRow, values)
    else:
        sql.update(session, NetworkItemRow, "item_id", row.item_id, values)
