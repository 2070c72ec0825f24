"""Statements about contingencies, lists of actions and temporary zones."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session

from utm.store import sql
from utm.store.contingency_tables import ActionItemRow, ActionListRow, ContingencyRow, TemporaryZoneRow

_contingencies = sql.table(ContingencyRow)
_lists = sql.table(ActionListRow)
_items = sql.table(ActionItemRow)
_zones = sql.table(TemporaryZoneRow)
LIVE = ("open", "proposed")


# -- contingencies -----------------------------------------------------------------------------------------------------


def next_number(session: Session) -> int:
    """Return a number no contingency has had."""
    return int(sql.run(session, "SELECT coalesce(max(number), 0) + 1 FROM contingencies").fetchone()[0])


def put(session: Session, row: ContingencyRow) -> None:
    """Add a contingency."""
    sql.insert(session, ContingencyRow, sql.as_values(row))


def change(session: Session, contingency_id: str, values: dict[str, Any]) -> None:
    """Change columns of a contingency."""
    sql.update(session, ContingencyRow, "contingency_id", contingency_id, values)


def remove(session: Session, contingency_id: str) -> None:
    """Forget what was no contingency: a predicted volume that is not needed any more."""
    session.execute(delete(_contingencies).where(_contingencies.c.contingency_id == contingency_id))


def get(session: Session, contingency_id: str, owner: str | None = None) -> ContingencyRow | None:
    """Return a contingency, or None; with an `owner`, only that organisation's."""
    query = select(_contingencies).where(
        _contingencies.c.contingency_id == contingency_id, *sql.of_owner(_contingencies, owner)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(ContingencyRow, row)


def with_states(session: Session, states: Collection[str]) -> list[ContingencyRow]:
    """Return the contingencies in one of the states, oldest first."""
    query = select(_contingencies).where(_contingencies.c.state.in_(sorted(states))).order_by(_contingencies.c.number)
    return [sql.as_record(ContingencyRow, row) for row in session.execute(query)]


def of_plan(session: Session, plan_id: str) -> list[ContingencyRow]:
    """Return the contingencies of a plan, oldest first."""
    query = select(_contingencies).where(_contingencies.c.plan_id == plan_id).order_by(_contingencies.c.number)
    query = query.where(_contingencies.c.state != "predicted")
    return [sql.as_record(ContingencyRow, row) for row in session.execute(query)]


def page(
    session: Session,
    *,
    organisation_id: str | None,
    states: Collection[str] | None,
    before: int | None,
    limit: int,
) -> list[ContingencyRow]:
    """Return contingencies, newest first, numbered below `before`; predicted volumes are none."""
    query = select(_contingencies).order_by(_contingencies.c.number.desc()).limit(limit)
    query = query.where(_contingencies.c.state != "predicted")
    if organisation_id is not None:
        query = query.where(_contingencies.c.organisation_id == organisation_id)
    if states is not None:
        query = query.where(_contingencies.c.state.in_(sorted(states)))
    if before is not None:
        query = query.where(_contingencies.c.number < before)
    return [sql.as_record(ContingencyRow, row) for row in session.execute(query)]


# -- lists of actions --------------------------------------------------------------------------------------------------


def add_list(session: Session, row: ActionListRow) -> None:
    """Add a list; its number is given here."""
    row.number = int(sql.run(session, "SELECT coalesce(max(number), 0) + 1 FROM action_lists").fetchone()[0])
    sql.insert(session, ActionListRow, sql.as_values(row))


def add_item(session: Session, row: ActionItemRow) -> None:
    """Add a flight to a list."""
    sql.insert(session, ActionItemRow, sql.as_values(row))


def action_list(session: Session, action_list_id: str) -> ActionListRow | None:
    """Return a list, or None."""
    row = session.execute(select(_lists).where(_lists.c.action_list_id == action_list_id)).one_or_none()
    return None if row is None else sql.as_record(ActionListRow, row)


def lists(session: Session, *, states: Collection[str] | None, before: int | None, limit: int) -> list[ActionListRow]:
    """Return lists, newest first, numbered below `before`."""
    query = select(_lists).order_by(_lists.c.number.desc()).limit(limit)
    if states is not None:
        query = query.where(_lists.c.state.in_(sorted(states)))
    if before is not None:
        query = query.where(_lists.c.number < before)
    return [sql.as_record(ActionListRow, row) for row in session.execute(query)]


def lists_of(session: Session, cause_id: str) -> list[ActionListRow]:
    """Return the lists of a cause."""
    query = select(_lists).where(_lists.c.cause_id == cause_id).order_by(_lists.c.number)
    return [sql.as_record(ActionListRow, row) for row in session.execute(query)]


def change_list(session: Session, action_list_id: str, values: dict[str, Any]) -> None:
    """Change columns of a list."""
    sql.update(session, ActionListRow, "action_list_id", action_list_id, values)


def items_of(session: Session, action_list_id: str) -> list[ActionItemRow]:
    """Return the flights of a list, in its order."""
    query = select(_items).where(_items.c.action_list_id == action_list_id).order_by(_items.c.position)
    return [sql.as_record(ActionItemRow, row) for row in session.execute(query)]


def states_of(session: Session, action_list_id: str) -> set[str]:
    """Return the states the flights of a list are in."""
    statement = "SELECT DISTINCT state FROM action_items WHERE action_list_id = ?"
    return {row[0] for row in sql.run(session, statement, (action_list_id,)).fetchall()}


def item(session: Session, item_id: str) -> ActionItemRow | None:
    """Return one flight of a list, or None."""
    row = session.execute(select(_items).where(_items.c.item_id == item_id)).one_or_none()
    return None if row is None else sql.as_record(ActionItemRow, row)


def items_with(session: Session, states: Collection[str]) -> list[ActionItemRow]:
    """Return every flight of every list in one of the states."""
    query = select(_items).where(_items.c.state.in_(sorted(states))).order_by(_items.c.item_id)
    return [sql.as_record(ActionItemRow, row) for row in session.execute(query)]


def change_item(session: Session, item_id: str, values: dict[str, Any]) -> None:
    """Change columns of a flight of a list."""
    sql.update(session, ActionItemRow, "item_id", item_id, values)


# -- temporary zones ---------------------------------------------------------------------------------------------------


def put_zone(session: Session, row: TemporaryZoneRow) -> None:
    """Keep what is known of a temporary zone; one of that id that was withdrawn is replaced."""
    sql.run(session, "DELETE FROM temporary_zones WHERE zone_id = ?", (row.zone_id,))
    sql.insert(session, TemporaryZoneRow, sql.as_values(row))


def zone(session: Session, zone_id: str) -> TemporaryZoneRow | None:
    """Return a temporary zone, or None."""
    row = session.execute(select(_zones).where(_zones.c.zone_id == zone_id)).one_or_none()
    return None if row is None else sql.as_record(TemporaryZoneRow, row)


def zones(session: Session) -> list[TemporaryZoneRow]:
    """Return the temporary zones that were not withdrawn, by when they begin."""
    query = select(_zones).where(_zones.c.withdrawn_at.is_(None)).order_by(_zones.c.starts_at)
    return [sql.as_record(TemporaryZoneRow, row) for row in session.execute(query)]


def withdraw_zone(session: Session, zone_id: str, at: str) -> None:
    """Say that a temporary zone was withdrawn before its end."""
    sql.update(session, TemporaryZoneRow, "zone_id", zone_id, {"withdrawn_at": at})
