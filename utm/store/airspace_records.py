"""Statements about zones, policy versions and ground stops."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from utm.store.sql import as_record, as_values, table
from utm.store.tables import GroundStopRow, PolicyRow, ZoneRow

_zones = table(ZoneRow)
_policies = table(PolicyRow)
_stops = table(GroundStopRow)


def zones_in_force(session: Session) -> list[ZoneRow]:
    """Return every published zone that was not withdrawn."""
    query = select(_zones).where(_zones.c.withdrawn_at.is_(None)).order_by(_zones.c.zone_id)
    return [as_record(ZoneRow, row) for row in session.execute(query)]


def zone(session: Session, zone_id: str) -> ZoneRow | None:
    """Return a zone, withdrawn or not."""
    row = session.execute(select(_zones).where(_zones.c.zone_id == zone_id)).one_or_none()
    return None if row is None else as_record(ZoneRow, row)


def add_zone(session: Session, row: ZoneRow) -> None:
    """Publish a zone for the first time."""
    session.execute(_zones.insert(), [as_values(row)])


def change_zone(session: Session, zone_id: str, values: dict[str, Any]) -> None:
    """Change columns of a zone."""
    session.execute(_zones.update().where(_zones.c.zone_id == zone_id).values(**values))


def count_zones(session: Session) -> int:
    """Return how many zones were ever published."""
    return int(session.execute(select(func.count()).select_from(_zones)).scalar_one())


def current_policy(session: Session) -> PolicyRow | None:
    """Return the policy in force, or None before the first."""
    row = session.execute(select(_policies).order_by(_policies.c.version.desc()).limit(1)).one_or_none()
    return None if row is None else as_record(PolicyRow, row)


def policies_page(session: Session, *, before: int | None, limit: int) -> list[PolicyRow]:
    """Return versions of the policy, newest first, below `before`."""
    query = select(_policies).order_by(_policies.c.version.desc()).limit(limit)
    if before is not None:
        query = query.where(_policies.c.version < before)
    return [as_record(PolicyRow, row) for row in session.execute(query)]


def add_policy(session: Session, row: PolicyRow) -> None:
    """Publish a policy version."""
    session.execute(_policies.insert(), [as_values(row)])


def ground_stops_standing(session: Session) -> list[GroundStopRow]:
    """Return every ground stop that was not lifted (their end times may have passed)."""
    query = select(_stops).where(_stops.c.lifted_at.is_(None)).order_by(_stops.c.declared_at)
    return [as_record(GroundStopRow, row) for row in session.execute(query)]


def ground_stop(session: Session, ground_stop_id: str) -> GroundStopRow | None:
    """Return a ground stop, lifted or not."""
    row = session.execute(select(_stops).where(_stops.c.ground_stop_id == ground_stop_id)).one_or_none()
    return None if row is None else as_record(GroundStopRow, row)


def add_ground_stop(session: Session, row: GroundStopRow) -> None:
    """Declare a ground stop."""
    session.execute(_stops.insert(), [as_values(row)])


def lift_ground_stop(session: Session, ground_stop_id: str, at: str) -> None:
    """Lift a ground stop."""
    session.execute(_stops.update().where(_stops.c.ground_stop_id == ground_stop_id).values(lifted_at=at))
