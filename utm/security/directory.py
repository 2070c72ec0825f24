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
from utm.store.identity_tables import (
    ClientRow,
    CredentialRow,
    OrganisationRow,
    QuotaRow,
    RelyingPartyRow,
    SessionRow,
    SpentRow,
    UserRow,
)
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
    sandbox_of: str | None = None
    """The organisation it is the sandbox of; None: it flies in the real sky."""

    @property
    def sandbox(self) -> bool:
        """Whether its flights live in the separate sky."""
        return self.sandbox_of is not None


@dataclass(frozen=True, slots=True)
class Account:
    """A program (`id` is its client id) or a person, with the hash of its secret."""

    id: str
    organisation_id: str
    role: Role
    name: str
    secret_hash: str
    active: bool
    tokens_from_s: float | None = None
    """Tokens issued at or before this unix time are void."""
    totp: str | None = None
    """The second factor as stored (`utm.security.second_factor`)."""
    external_key: str | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """One way a program shows who it is, beside its first secret."""

    credential_id: str
    client_id: str
    kind: str
    name: str
    secret_hash: str | None
    public_jwk: str | None
    thumbprint: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def valid_at(self, now: datetime) -> bool:
        """Tell whether it opens anything at that instant."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


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
        self.version = 0
        """Grows with every change, whoever made it."""

    def load(self, session: Session) -> None:
        """Read every row."""
        self._values = {self._records.key_of(row): self._value_of(row) for row in self._records.all(session)}
        self.version += 1

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

    def items(self) -> tuple[tuple[str, V], ...]:
        """Return every key with its value."""
        return tuple(self._values.items())

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
        self.version += 1


def kept_name(organisation_id: str, name: str, sandbox_of: str | None) -> str:
    """Return a name as its row keeps it: names of rows are unique, names of sandboxes only among those of one owner."""
    return name if sandbox_of is None else f"{name} [{organisation_id}]"


def _organisation(row: OrganisationRow) -> Organisation:
    own = kept_name(row.organisation_id, "", row.sandbox_of)
    return Organisation(
        organisation_id=row.organisation_id,
        name=row.name.removesuffix(own) if own else row.name,
        name_zh=row.name_zh,
        kind=row.kind,
        entitlements=frozenset(row.entitlements.split()),
        demo=row.demo,
        active=row.deactivated_at is None,
        sandbox_of=row.sandbox_of,
    )


def _client(row: ClientRow) -> Account:
    tokens_from_s = None if row.tokens_from is None else datetime.fromisoformat(row.tokens_from).timestamp()
    return Account(
        row.client_id,
        row.organisation_id,
        cast(Role, row.role),
        row.name,
        row.secret_hash,
        row.deactivated_at is None,
        tokens_from_s=tokens_from_s,
    )


def _user(row: UserRow) -> Account:
    return Account(
        row.user_id,
        row.organisation_id,
        cast(Role, row.role),
        row.name,
        row.password_hash,
        row.deactivated_at is None,
        totp=row.totp,
        external_key=row.external_key,
    )


def _session(row: SessionRow) -> ConsoleSession:
    return ConsoleSession(row.cookie_hash, row.user_id, datetime.fromisoformat(row.expires_at))


def _credential(row: CredentialRow) -> Credential:
    return Credential(
        credential_id=row.credential_id,
        client_id=row.client_id,
        kind=row.kind,
        name=row.name,
        secret_hash=row.secret_hash,
        public_jwk=row.public_jwk,
        thumbprint=row.thumbprint,
        created_at=datetime.fromisoformat(row.created_at),
        expires_at=_instant(row.expires_at),
        revoked_at=_instant(row.revoked_at),
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _spent(row: SpentRow) -> datetime:
    return datetime.fromisoformat(row.expires_at)


def _quota(row: QuotaRow) -> QuotaRow:
    return row


def _relying_party(row: RelyingPartyRow) -> RelyingPartyRow:
    return row


class Directory:
    """Everybody the service knows."""

    def __init__(self) -> None:
        self.organisations = TableKeeper(OrganisationRow, "organisation", _organisation)
        self.clients = TableKeeper(ClientRow, "client", _client)
        self.users = TableKeeper(UserRow, "user", _user)
        self.sessions = TableKeeper(SessionRow, "session", _session)
        self.credentials = TableKeeper(CredentialRow, "credential", _credential)
        self.spent = TableKeeper(SpentRow, "spent", _spent)
        self.quotas = TableKeeper(QuotaRow, "quota", _quota)
        self.relying_parties = TableKeeper(RelyingPartyRow, "relying_party", _relying_party)

    def user_named(self, name: str) -> Account | None:
        """Return the person with that sign-in name, or None."""
        return next((user for user in self.users.all() if user.name == name), None)

    def user_of(self, external_key: str) -> Account | None:
        """Return the person an OpenID provider's subject belongs to, or None."""
        return next((user for user in self.users.all() if user.external_key == external_key), None)

    def credentials_of(self, client_id: str) -> list[Credential]:
        """Return a program's credentials beside its first secret, oldest first."""
        own = [item for item in self.credentials.all() if item.client_id == client_id]
        return sorted(own, key=lambda item: (item.created_at, item.credential_id))

    def is_sandbox(self, organisation_id: str) -> bool:
        """Tell whether an organisation's flights live in the separate sky."""
        firm = self.organisations.get(organisation_id)
        return firm is not None and firm.sandbox
