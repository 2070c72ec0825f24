"""Alerts found by what they are about."""

from sqlalchemy import or_, select
from sqlmodel import Session

from utm.store.alert_tables import AlertReaderRow, AlertRow
from utm.store.sql import as_record, table

_alerts = table(AlertRow)
_readers = table(AlertReaderRow)


def about_plan(
    session: Session, plan_id: str, organisation_id: str, from_s: float, to_s: float, limit: int
) -> list[AlertRow]:
    """Return alerts raised within scene seconds that name a plan of an organisation, as either party, oldest first.

    Which plan an alert is about stands inside its document: the organisation and the window keep the search short.
    """
    named = or_(
        _alerts.c.document.contains(f'"{plan_id}"', autoescape=True),
        _alerts.c.other.contains(f'"{plan_id}"', autoescape=True),
    )
    query = (
        select(_alerts)
        .join(_readers, _readers.c.alert_id == _alerts.c.alert_id)
        .where(
            _readers.c.organisation_id == organisation_id,
            _readers.c.raised_s >= from_s,
            _readers.c.raised_s <= to_s,
            named,
        )
        .order_by(_readers.c.raised_s)
        .limit(limit)
    )
    return [as_record(AlertRow, row) for row in session.execute(query)]
