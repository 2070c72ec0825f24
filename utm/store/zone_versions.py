"""Statements on the versions of zones."""

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.zone_version_tables import ZoneVersionRow

_versions = sql.table(ZoneVersionRow)


def keep(session: Session, zone_id: str, version: int, feature: str, at: str, by: str, *, withdrawn: bool) -> None:
    """Keep one change, in the transaction that makes it."""
    values = {"zone_id": zone_id, "version": version, "feature": feature, "at": at, "by": by}
    sql.insert(session, ZoneVersionRow, {**values, "withdrawn": int(withdrawn)})


def page(session: Session, *, zone_id: str | None, before: int | None, limit: int) -> list[ZoneVersionRow]:
    """Return changes, newest first, numbered below `before`; of one zone, or of all."""
    query = select(_versions).order_by(_versions.c.change_no.desc()).limit(limit)
    if zone_id is not None:
        query = query.where(_versions.c.zone_id == zone_id)
    if before is not None:
        query = query.where(_versions.c.change_no < before)
    return [sql.as_record(ZoneVersionRow, row) for row in session.execute(query)]
