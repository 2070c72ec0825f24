"""Statements on the division of the city, positions, holds and transfers."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.sector_tables import OwnerHoldRow, PositionRow, PositionStaffRow, SectorLayoutRow, TransferRow

_layouts = sql.table(SectorLayoutRow)
_positions = sql.table(PositionRow)
_staff = sql.table(PositionStaffRow)
_holds = sql.table(OwnerHoldRow)
_transfers = sql.table(TransferRow)


def newest_layout(session: Session) -> SectorLayoutRow | None:
    """Return the version that holds, None before the first."""
    row = session.execute(select(_layouts).order_by(_layouts.c.version.desc()).limit(1)).first()
    return None if row is None else sql.as_record(SectorLayoutRow, row)


def layout(session: Session, version: int) -> SectorLayoutRow | None:
    """Return one version, or None."""
    row = session.execute(select(_layouts).where(_layouts.c.version == version)).one_or_none()
    return None if row is None else sql.as_record(SectorLayoutRow, row)


def layouts_page(session: Session, *, before: int | None, limit: int) -> list[SectorLayoutRow]:
    """Return versions, newest first, below `before`."""
    query = select(_layouts).order_by(_layouts.c.version.desc()).limit(limit)
    if before is not None:
        query = query.where(_layouts.c.version < before)
    return [sql.as_record(SectorLayoutRow, row) for row in session.execute(query)]


def put_layout(session: Session, row: SectorLayoutRow) -> None:
    """Add a version."""
    sql.insert(session, SectorLayoutRow, sql.as_values(row))


def positions(session: Session) -> list[PositionRow]:
    """Return the positions that are not retired, in the order they were made."""
    query = (
        select(_positions).where(_positions.c.retired_at.is_(None)).order_by(_positions.c.created_at, _positions.c.name)
    )
    return [sql.as_record(PositionRow, row) for row in session.execute(query)]


def put_position(session: Session, row: PositionRow) -> None:
    """Add a position."""
    sql.insert(session, PositionRow, sql.as_values(row))


def change_position(session: Session, position_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of a position."""
    sql.update(session, PositionRow, "position_id", position_id, values)


def staff(session: Session) -> list[PositionStaffRow]:
    """Return who works where."""
    return [sql.as_record(PositionStaffRow, row) for row in session.execute(select(_staff).order_by(_staff.c.since_at))]


def sign_on(session: Session, row: PositionStaffRow) -> None:
    """Put somebody at a position, away from any other."""
    sign_off(session, row.subject)
    sql.insert(session, PositionStaffRow, sql.as_values(row))


def sign_off(session: Session, subject: str) -> None:
    """Take somebody off their position."""
    sql.run(session, "DELETE FROM position_staff WHERE subject = ?", (subject,))


def holds(session: Session) -> list[OwnerHoldRow]:
    """Return every hold."""
    return [sql.as_record(OwnerHoldRow, row) for row in session.execute(select(_holds))]


def put_hold(session: Session, row: OwnerHoldRow) -> None:
    """Set the hold of a flight or alert, in place of any before."""
    drop_hold(session, row.subject)
    sql.insert(session, OwnerHoldRow, sql.as_values(row))


def drop_hold(session: Session, subject: str) -> None:
    """Take a hold away."""
    sql.run(session, "DELETE FROM owner_holds WHERE subject = ?", (subject,))


def put_transfer(session: Session, row: TransferRow) -> None:
    """Add a transfer."""
    sql.insert(session, TransferRow, sql.as_values(row))


def change_transfer(session: Session, transfer_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of a transfer."""
    sql.update(session, TransferRow, "transfer_id", transfer_id, values)


def transfer(session: Session, transfer_id: str) -> TransferRow | None:
    """Return a transfer, or None."""
    row = session.execute(select(_transfers).where(_transfers.c.transfer_id == transfer_id)).one_or_none()
    return None if row is None else sql.as_record(TransferRow, row)


def pending_transfers(session: Session) -> list[TransferRow]:
    """Return the transfers that wait for an answer, oldest first."""
    query = select(_transfers).where(_transfers.c.state == "offered").order_by(_transfers.c.offered_at)
    return [sql.as_record(TransferRow, row) for row in session.execute(query)]


def transfers_page(session: Session, *, before: tuple[str, str] | None, limit: int) -> list[TransferRow]:
    """Return transfers, newest first, after the position (offered_at, transfer_id)."""
    columns = _transfers.c
    query = select(_transfers).order_by(columns.offered_at.desc(), columns.transfer_id.desc()).limit(limit)
    if before is not None:
        at, ref = before
        query = query.where((columns.offered_at < at) | ((columns.offered_at == at) & (columns.transfer_id < ref)))
    return [sql.as_record(TransferRow, row) for row in session.execute(query)]
