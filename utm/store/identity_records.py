"""Statements about organisations, clients, users and sessions: tables whose one key is a text."""

from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from utm.store.identity_tables import SessionRow
from utm.store.sql import as_record, as_values, table

R = TypeVar("R", bound=SQLModel)

_sessions = table(SessionRow)


class Records(Generic[R]):
    """Reads and writes the rows of one table by their key."""

    def __init__(self, row_type: type[R]) -> None:
        self._row_type = row_type
        self._table = table(row_type)
        (self._key,) = self._table.primary_key.columns

    def key_of(self, row: R) -> str:
        """Return a row's key."""
        return str(getattr(row, self._key.name))

    def all(self, session: Session) -> list[R]:
        """Return every row."""
        return [as_record(self._row_type, row) for row in session.execute(select(self._table))]

    def get(self, session: Session, key: str) -> R | None:
        """Return a row, or None."""
        row = session.execute(select(self._table).where(self._key == key)).one_or_none()
        return None if row is None else as_record(self._row_type, row)

    def put(self, session: Session, row: R) -> None:
        """Insert a row, or replace the one with its key."""
        key, values = self.key_of(row), as_values(row)
        if self.get(session, key) is None:
            session.execute(self._table.insert(), [values])
        else:
            session.execute(self._table.update().where(self._key == key).values(**values))

    def update(self, session: Session, key: str, values: dict[str, Any]) -> None:
        """Change columns of a row."""
        session.execute(self._table.update().where(self._key == key).values(**values))

    def remove(self, session: Session, key: str) -> None:
        """Delete a row."""
        session.execute(self._table.delete().where(self._key == key))


def expired_sessions(session: Session, now: str) -> list[str]:
    """Return the keys of sessions that expired by `now` (ISO 8601, UTC)."""
    rows = session.execute(select(_sessions.c.cookie_hash).where(_sessions.c.expires_at <= now))
    return [row.cookie_hash for row in rows]
