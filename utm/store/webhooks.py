"""Statements about webhooks, the outbox and deliveries."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.webhook_tables import DeliveryRow, OutboxRow, WebhookRow

_hooks = sql.table(WebhookRow)
_events = sql.table(OutboxRow)
_deliveries = sql.table(DeliveryRow)


def all_hooks(session: Session, organisation_id: str | None = None) -> list[WebhookRow]:
    """Return webhooks, oldest first; of one organisation or of all."""
    query = select(_hooks).order_by(_hooks.c.created_at, _hooks.c.webhook_id)
    if organisation_id is not None:
        query = query.where(_hooks.c.organisation_id == organisation_id)
    return [sql.as_record(WebhookRow, row) for row in session.execute(query)]


def hook(session: Session, webhook_id: str, owner: str | None = None) -> WebhookRow | None:
    """Return a webhook, or None."""
    query = select(_hooks).where(_hooks.c.webhook_id == webhook_id, *sql.of_owner(_hooks, owner))
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(WebhookRow, row)


def add_hook(session: Session, row: WebhookRow) -> None:
    """Add a webhook."""
    sql.insert(session, WebhookRow, sql.as_values(row))


def change_hook(session: Session, webhook_id: str, values: dict[str, Any]) -> None:
    """Change columns of a webhook."""
    sql.update(session, WebhookRow, "webhook_id", webhook_id, values)


def drop_hook(session: Session, webhook_id: str) -> None:
    """Take a webhook away with its deliveries."""
    sql.run(session, "DELETE FROM webhook_deliveries WHERE webhook_id = ?", (webhook_id,))
    sql.run(session, "DELETE FROM webhooks WHERE webhook_id = ?", (webhook_id,))


def add_event(session: Session, row: OutboxRow) -> None:
    """Keep an event."""
    values = sql.as_values(row)
    values.pop("event_no")
    sql.insert(session, OutboxRow, values)


def latest_event(session: Session) -> int:
    """Return the number of the newest event, 0 before the first."""
    found = sql.run(session, "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    return 0 if found is None else int(found[0])


def events_after(session: Session, event_no: int, limit: int) -> list[OutboxRow]:
    """Return events after a number, oldest first."""
    query = select(_events).where(_events.c.event_no > event_no).order_by(_events.c.event_no).limit(limit)
    return [sql.as_record(OutboxRow, row) for row in session.execute(query)]


def events_between(session: Session, from_s: float, to_s: float, limit: int) -> list[OutboxRow]:
    """Return the events of a closed window of scene seconds, oldest first."""
    query = select(_events).where(_events.c.at_s >= from_s, _events.c.at_s <= to_s)
    rows = session.execute(query.order_by(_events.c.event_no).limit(limit))
    return [sql.as_record(OutboxRow, row) for row in rows]


def oldest_event_at(session: Session) -> str | None:
    """Return when the oldest event that is kept happened, None when none is."""
    found = sql.run(session, "SELECT at FROM outbox ORDER BY event_no LIMIT 1").fetchone()
    return None if found is None else str(found[0])


def wait_again(session: Session, webhook_id: str, now_s: float) -> int:
    """Let every dead delivery of a webhook whose event is kept wait again; return how many."""
    found = sql.run(
        session,
        "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, next_s = ?, ended_at = NULL "
        "WHERE webhook_id = ? AND state = 'dead' AND event_no IN (SELECT event_no FROM outbox)",
        (now_s, webhook_id),
    )
    return int(found.rowcount)


def event(session: Session, event_no: int) -> OutboxRow | None:
    """Return an event, or None when it is no longer kept."""
    row = session.execute(select(_events).where(_events.c.event_no == event_no)).one_or_none()
    return None if row is None else sql.as_record(OutboxRow, row)


def add_delivery(session: Session, row: DeliveryRow) -> None:
    """Queue a delivery."""
    values = sql.as_values(row)
    values.pop("delivery_no")
    sql.insert(session, DeliveryRow, values)


def delivery(session: Session, delivery_id: str) -> DeliveryRow | None:
    """Return a delivery, or None."""
    row = session.execute(select(_deliveries).where(_deliveries.c.delivery_id == delivery_id)).one_or_none()
    return None if row is None else sql.as_record(DeliveryRow, row)


def change_delivery(session: Session, delivery_id: str, values: dict[str, Any]) -> None:
    """Change columns of a delivery."""
    sql.update(session, DeliveryRow, "delivery_id", delivery_id, values)


def first_waiting(session: Session, webhook_id: str) -> DeliveryRow | None:
    """Return the oldest delivery of a webhook that has not ended: deliveries go out in order."""
    query = (
        select(_deliveries)
        .where(_deliveries.c.webhook_id == webhook_id, _deliveries.c.state == "waiting")
        .order_by(_deliveries.c.delivery_no)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(DeliveryRow, row)


def deliveries_of(
    session: Session, webhook_id: str, *, states: Sequence[str] | None, before: int | None, limit: int
) -> list[DeliveryRow]:
    """Return a webhook's deliveries, newest first."""
    query = select(_deliveries).where(_deliveries.c.webhook_id == webhook_id)
    if states is not None:
        query = query.where(_deliveries.c.state.in_(sorted(states)))
    if before is not None:
        query = query.where(_deliveries.c.delivery_no < before)
    query = query.order_by(_deliveries.c.delivery_no.desc()).limit(limit)
    return [sql.as_record(DeliveryRow, row) for row in session.execute(query)]


def forget_before(session: Session, at_s: float) -> None:
    """Drop events older than an instant that no delivery waits for, and the ended deliveries of those."""
    kept = "SELECT event_no FROM webhook_deliveries WHERE state = 'waiting'"
    sql.run(session, f"DELETE FROM outbox WHERE at_s < ? AND event_no NOT IN ({kept})", (at_s,))  # noqa: S608
    sql.run(
        session,
        "DELETE FROM webhook_deliveries WHERE state != 'waiting' AND event_no NOT IN (SELECT event_no FROM outbox)",
    )


def states(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many webhooks there are by state, and how many deliveries by theirs."""
    hooks = sql.run(session, "SELECT state, count(*) FROM webhooks GROUP BY state").fetchall()
    sent = sql.run(session, "SELECT state, count(*) FROM webhook_deliveries GROUP BY state").fetchall()
    return dict(hooks), dict(sent)
