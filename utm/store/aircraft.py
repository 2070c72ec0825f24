"""Statements about registered aircraft."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlmodel import Session

from utm.store.identity_tables import AircraftRow
from utm.store.sql import as_record, as_values, table

_aircraft = table(AircraftRow)


@dataclass(frozen=True, slots=True)
class AircraftFilter:
    """What a list of aircraft is narrowed to; None leaves a field open."""

    organisation_id: str | None = None
    registration: str | None = None
    include_inactive: bool = False


def everything(session: Session) -> list[AircraftRow]:
    """Return every aircraft, deregistered ones included."""
    return [as_record(AircraftRow, row) for row in session.execute(select(_aircraft))]


def get(session: Session, aircraft_id: str) -> AircraftRow | None:
    """Return an aircraft, or None."""
    row = session.execute(select(_aircraft).where(_aircraft.c.aircraft_id == aircraft_id)).one_or_none()
    return None if row is None else as_record(AircraftRow, row)


def page(session: Session, where: AircraftFilter, *, after: int | None, limit: int) -> list[AircraftRow]:
    """Return aircraft in the order of registration, after the number of the page before."""
    query = select(_aircraft)
    if where.organisation_id is not None:
        query = query.where(_aircraft.c.organisation_id == where.organisation_id)
    if where.registration is not None:
        query = query.where(_aircraft.c.registration_key == where.registration.upper())
    if not where.include_inactive:
        query = query.where(_aircraft.c.deactivated_at.is_(None))
    if after is not None:
        query = query.where(_aircraft.c.aircraft_no > after)
    rows = session.execute(query.order_by(_aircraft.c.aircraft_no).limit(limit))
    return [as_record(AircraftRow, row) for row in rows]


def insert(session: Session, row: AircraftRow) -> None:
    """Add an aircraft; its number is given here."""
    highest = session.execute(select(func.coalesce(func.max(_aircraft.c.aircraft_no), 0))).scalar_one()
    row.aircraft_no = int(highest) + 1
    session.execute(_aircraft.insert(), [as_values(row)])


def replace(session: Session, row: AircraftRow) -> None:
    """Put a changed row in the place of the one with its id."""
    session.execute(_aircraft.update().where(_aircraft.c.aircraft_id == row.aircraft_id).values(**as_values(row)))


def same_mark_or_id(session: Session, row: AircraftRow) -> list[AircraftRow]:
    """Return aircraft, deregistered ones included, that have the row's registration mark or its id."""
    same = or_(_aircraft.c.registration_key == row.registration_key, _aircraft.c.aircraft_id == row.aircraft_id)
    return [as_record(AircraftRow, found) for found in session.execute(select(_aircraft).where(same))]


def address_claimed(session: Session, row: AircraftRow) -> bool:
    """Tell whether another active aircraft claims the row's MAVLink endpoint and system id."""
    if row.mavlink_endpoint is None:
        return False
    query = select(_aircraft.c.aircraft_id).where(
        _aircraft.c.mavlink_endpoint == row.mavlink_endpoint,
        _aircraft.c.mavlink_system_id == row.mavlink_system_id,
        _aircraft.c.deactivated_at.is_(None),
        _aircraft.c.aircraft_id != row.aircraft_id,
    )
    return session.execute(query).first() is not None
