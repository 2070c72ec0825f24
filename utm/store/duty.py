"""Statements about duty contacts and messages to them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from utm.store import sql
from utm.store.duty_tables import DutyContactRow, DutyMessageRow
from utm.store.sql import run

_contacts = sql.table(DutyContactRow)
_messages = sql.table(DutyMessageRow)


def contacts(session: Session) -> list[DutyContactRow]:
    """Return every contact, oldest first."""
    rows = session.execute(select(_contacts).order_by(_contacts.c.created_at, _contacts.c.contact_id))
    return [sql.as_record(DutyContactRow, row) for row in rows]


def contact(session: Session, contact_id: str, owner: str | None = None) -> DutyContactRow | None:
    """Return a contact, or None."""
    query = select(_contacts).where(_contacts.c.contact_id == contact_id, *sql.of_owner(_contacts, owner))
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(DutyContactRow, row)


def add_contact(session: Session, row: DutyContactRow) -> None:
    """Keep a contact."""
    sql.insert(session, DutyContactRow, sql.as_values(row))


def change_contact(session: Session, contact_id: str, values: dict[str, Any]) -> None:
    """Change columns of a contact."""
    sql.update(session, DutyContactRow, "contact_id", contact_id, values)


def drop_contact(session: Session, contact_id: str) -> None:
    """Take a contact away; what waits for it is given up, what was sent stays in the log."""
    run(session, "DELETE FROM duty_contacts WHERE contact_id = ?", (contact_id,))
    run(
        session,
        "UPDATE duty_messages SET state = 'dead', error = 'the contact was taken away' "
        "WHERE contact_id = ? AND state = 'waiting'",
        (contact_id,),
    )


def is_told(session: Session, contact_id: str, dedupe: str) -> bool:
    """Tell whether a contact was given a piece of news already."""
    query = "SELECT 1 FROM duty_messages WHERE contact_id = ? AND dedupe = ? LIMIT 1"
    return run(session, query, (contact_id, dedupe)).fetchone() is not None


def add_message(session: Session, row: DutyMessageRow) -> None:
    """Queue a message."""
    values = {name: value for name, value in sql.as_values(row).items() if name != "message_no"}
    row.message_no = sql.insert(session, DutyMessageRow, values)


def change_message(session: Session, message_id: str, values: dict[str, Any]) -> None:
    """Change columns of a message."""
    sql.update(session, DutyMessageRow, "message_id", message_id, values)


def message(session: Session, message_id: str, owner: str | None = None) -> DutyMessageRow | None:
    """Return a message, or None."""
    query = select(_messages).where(_messages.c.message_id == message_id, *sql.of_owner(_messages, owner))
    row = session.execute(query).one_or_none()
    return None if row is None else sql.as_record(DutyMessageRow, row)


def next_due(session: Session) -> float | None:
    """Return when the first waiting message is to be sent, in scene seconds; None when none waits."""
    found = run(session, "SELECT min(next_s) FROM duty_messages WHERE state = 'waiting'").fetchone()[0]
    return None if found is None else float(found)


def due_messages(session: Session, now_s: float, limit: int) -> list[DutyMessageRow]:
    """Return messages to be sent now, oldest first."""
    query = select(_messages).where(_messages.c.state == "waiting", _messages.c.next_s <= now_s)
    rows = session.execute(query.order_by(_messages.c.message_no).limit(limit))
    return [sql.as_record(DutyMessageRow, row) for row in rows]


def messages(
    session: Session,
    organisation_id: str,
    *,
    contact_id: str | None,
    states: Sequence[str] | None,
    before: int | None,
    limit: int,
) -> list[DutyMessageRow]:
    """Return an organisation's messages, newest first."""
    query = select(_messages).where(_messages.c.organisation_id == organisation_id)
    if contact_id is not None:
        query = query.where(_messages.c.contact_id == contact_id)
    if states is not None:
        query = query.where(_messages.c.state.in_(states))
    if before is not None:
        query = query.where(_messages.c.message_no < before)
    rows = session.execute(query.order_by(_messages.c.message_no.desc()).limit(limit))
    return [sql.as_record(DutyMessageRow, row) for row in rows]


def messages_about(session: Session, ref: str) -> list[DutyMessageRow]:
    """Return the messages about one thing, oldest first."""
    query = select(_messages).where(_messages.c.ref == ref).order_by(_messages.c.message_no)
    return [sql.as_record(DutyMessageRow, row) for row in session.execute(query)]
