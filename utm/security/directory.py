"""Organisations, clients, users and sessions in memory, equal to what is committed (`utm.memory.Keeper`).

The writer thread changes it, the event loop reads it: every change replaces one entry, and values are immutable.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar, cast

from sqlmodel import Session

from utm.security.principal import Role
from utm.store import journal
from utm.store.identity_records import R, Records
from utm.store.identity_tables import ClientRow, OrganisationRow, SessionRow, UserRow
from utm.store.store import on_undo

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A firm or an office, and what it was granted."""

    organisation_id: str
    name: str
    name_zh: str
    kind: str
    entitlements: frozenset[str]
    demo: bool
    active: bool


@dataclass(frozen=True, slots=True)
class Account:
    """A program (`id` is its client id) or a person, with the hash of its secret."""

    id: str
    organisation_id: str
    role: Role
    name: str
    secret_hash: str
    active: bool


@dataclass(frozen=True, slots=True)
class ConsoleSession:
    """A signed-in browser."""

    cookie_hash: str
    user_id: str
    expires_at: datetime


class TableKeeper(Generic[R, V]):
    """Holds every row of one table as an immutable value by its primary key."""

    def __init__(self, row_type: type[R], kind: str, value_of: Callable[[R], V]) -> None:
        self._records = Records(row_type)
        self._kind = kind
        self._value_of = value_of
        self._values: dict[str, V] = {}

    def load(self, session: Session) -> None:
        """Read every row."""
        self._values = {self._records.key_of(row): self._value_of(row) for row in self._records.all(session)}

    def refresh(self, session: Session, ref: str) -> None:
        """Read one row again."""
        row = self._records.get(session, ref)
        self._set(ref, None if row is None else self._value_of(row))

    def get(self, ref: str) -> V | None:
        """Return one value, or None."""
        return self._values.get(ref)

    def all(self) -> tuple[V, ...]:
        """Return every value."""
        return tuple(self._values.values())

    def put(self, session: Session, row: R) -> None:
        """Insert or replace a row inside a write job, in memory too, and tell the other processes."""
        self._records.put(session, row)
        self._changed(session, self._records.key_of(row))

    def update(self, session: Session, ref: str, **values: object) -> None:
        """Change columns of a row inside a write job, in memory too, and tell the other processes."""
        self._records.update(session, ref, values)
        self._changed(session, ref)

    def remove(self, session: Session, ref: str) -> None:
        """Delete a row inside a write job, in memory too, and tell the other processes."""
        self._records.remove(session, ref)
        self._changed(session, ref)

    def row(self, session: Session, ref: str) -> R | None:
        """Return one row from the store, or None."""
        return self._records.get(session, ref)

    def _changed(self, session: Session, ref: str) -> None:
        journal.record_change(session, self._kind, ref)
        before = self._values.get(ref)
        on_undo(session, lambda: self._set(ref, before))
        self.refresh(session, ref)

    def _set(self, ref: str, value: V | None) -> None:
        if value is None:
            self._values.pop(ref, None)
        else:
            self._values[ref] = value


def _organisation(row: OrganisationRow) -> Organisation:
    return Organisation(
        organisation_id=row.organisation_id,
        name=row.name,
        name_zh=row.name_zh,
        kind=row.kind,
        entitlements=frozenset(row.entitlements.split()),
        demo=row.demo,
        active=row.deactivated_at is None,
    )


def _client(row: ClientRow) -> Account:
    role = cast(Role, row.role)
    return Account(row.client_id, row.organisation_id, role, row.name, row.secret_hash, row.deactivated_at is None)


def _user(row: UserRow) -> Account:
    role = cast(Role, row.role)
    return Account(row.user_id, row.organisation_id, role, row.name, row.password_hash, row.deactivated_at is None)


def _session(row: SessionRow) -> ConsoleSession:
    return ConsoleSession(row.cookie_hash, row.user_id, datetime.fromisoformat(row.expires_at))


class Directory:
    """Everybody the service knows."""

    def __init__(self) -> None:
        self.organisations = TableKeeper(OrganisationRow, "organisation", _organisation)
        self.clients = TableKeeper(ClientRow, "client", _client)
        self.users = TableKeeper(UserRow, "user", _user)
        self.sessions = TableKeeper(SessionRow, "session", _session)

    def user_named(self, name: str) -> Account | None:
        """Return the person with that sign-in name, or None."""
        return next((user for user in self.users.all() if user.name == name), None)
