"""Alerts found by what they are about."""

from sqlalchemy import or_, select
from sqlmodel import Session

from utm.store.alert_tables import AlertRow
from utm.store.sql import table

_alerts = table(AlertRow)


def about_plan(session: Session, plan_id: str, from_s: float, to_s: float, limit: int) -> list[AlertRow]:
    """Return alerts raised within scene seconds that name a plan, as either party, oldest first.

    Which plan an alert is about stands inside its document: the window keeps the search short.
    """
    named = or_(
        _alerts.c.document.contains(f'"{plan_id}"', autoescape=True),
        _alerts.c.other.contains(f'"{plan_id}"', autoescape=True),
    )
    query = select(_alerts).where(_alerts.c.raised_s >= from_s, _alerts.c.raised_s <= to_s, named)
    return [AlertRow(**row._mapping) for row in session.execute(query.order_by(_alerts.c.raised_s).limit(limit))]
