"""What happened to identities, and what must not be used twice: lines of the audit trail and the list of the spent."""

import contextlib
from datetime import datetime
from typing import Any

from sqlmodel import Session

from utm.clock import Clock
from utm.security.directory import Account, Directory
from utm.store import journal
from utm.store.identity_tables import SpentRow
from utm.store.store import Store, StoreUnavailableError


class IdentityBook:
    """Writes down what concerns sign-ins, credentials and tokens."""

    def __init__(self, clock: Clock, store: Store, directory: Directory) -> None:
        self._clock, self._store, self._directory = clock, store, directory

    def audit(
        self,
        session: Session,
        action: str,
        *,
        object_kind: str,
        object_id: str,
        actor: str = "system",
        organisation_id: str | None = None,
        **detail: Any,
    ) -> None:
        """Append an audit line inside a running job; `detail` must hold no secret."""
        journal.record_audit(
            session,
            at=self._clock.now(),
            actor=actor,
            organisation_id=organisation_id,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            detail=detail,
        )

    async def note_attempt(self, action: str, account: Account | None, address: str, **detail: Any) -> None:
        """Append a line about an attempt to get in; it must not fail because the store does.

        Of an unknown name nothing is kept: people type passwords into that field.
        """
        object_id = "unknown" if account is None else account.id
        organisation_id = None if account is None else account.organisation_id

        def job(session: Session) -> None:
            self.audit(
                session,
                action,
                object_kind="session",
                object_id=object_id,
                actor=object_id,
                organisation_id=organisation_id,
                address=address,
                **detail,
            )

        with contextlib.suppress(StoreUnavailableError):
            await self._store.write(job)

    def spend(self, session: Session, key: str, expires_at: datetime) -> bool:
        """Mark something as used inside a running job; False when it was used before, by whichever process."""
        if self._directory.spent.row(session, key) is not None:
            return False
        self._directory.spent.put(session, SpentRow(key=key, expires_at=expires_at.isoformat()))
        return True

    async def spend_now(self, key: str, expires_at: datetime) -> bool:
        """Mark something as used; False when it was used before."""
        return await self._store.write(lambda session: self.spend(session, key, expires_at))

    def is_spent(self, key: str) -> bool:
        """Tell whether something was marked as used."""
        return self._directory.spent.get(key) is not None

    def forget_expired(self, session: Session) -> None:
        """Forget what has expired by itself."""
        now = self._clock.now()
        for key, expires_at in self._directory.spent.items():
            if expires_at <= now:
                self._directory.spent.remove(session, key)
