"""How firms come in: they apply, an admin approves or refuses with a reason, and the applicant collects one secret.

The applicant alone holds the claim token of its application; the store keeps its SHA-256. The first secret is made when
it is collected, once, within `COLLECT_DAYS` of the approval: nobody else ever sees it, the admin included.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlmodel import Session

from utm.ids import new_id
from utm.problems import Problem, not_found
from utm.security.accounts import Accounts, NewCredential
from utm.security.credentials import new_plain
from utm.security.identity import Identity
from utm.security.principal import Principal, Role
from utm.store.identity_queries import application_page, applications_waiting
from utm.store.identity_records import Records
from utm.store.identity_tables import ApplicationRow

MOST_WAITING: Final = 1_000
"""Applications that may wait for a decision at a time: the form is open to everybody."""
COLLECT_DAYS: Final = 14
SANDBOX_ENTITLEMENTS: Final = ("standing_approval",)
ROLES_OF: Final[dict[str, Role]] = {"operator": "operator", "supplier": "supplier", "sandbox": "operator"}

_records = Records(ApplicationRow)


class Applications:
    """The desk of firms that are not in yet."""

    def __init__(self, identity: Identity, accounts: Accounts) -> None:
        self._identity, self._accounts = identity, accounts
        self._clock, self._store = identity.clock, identity.store

    async def apply(self, *, kind: str, name: str, name_zh: str, contact: dict[str, Any]) -> tuple[ApplicationRow, str]:
        """Keep an application; return it and the token that follows it, shown once."""
        claim = f"hxa_{secrets.token_urlsafe(32)}"
        row = ApplicationRow(
            application_id=new_id("app"),
            state="pending",
            kind=kind,
            name=name,
            name_zh=name_zh,
            contact=orjson.dumps(contact).decode(),
            claim_hash=_digest(claim),
            created_at=self._clock.now().isoformat(),
        )

        def job(session: Session) -> ApplicationRow:
            if applications_waiting(session) >= MOST_WAITING:
                raise Problem("too_many_applications", headers={"Retry-After": "3600"})
            _records.put(session, row)
            self._audit(session, "application.apply", row, "applicant", kind=kind)
            return row

        return await self._store.write(job), claim

    async def claimed(self, application_id: str, claim: str) -> ApplicationRow:
        """Return an application to its applicant; raises Problem 404 for a wrong token as for no such application."""
        row = await self._store.read(lambda session: _records.get(session, application_id))
        held = "" if row is None else row.claim_hash
        if not hmac.compare_digest(held, _digest(claim)) or row is None:
            raise not_found("application", "申请", application_id)
        return row

    async def get(self, application_id: str) -> ApplicationRow:
        """Return an application to an admin; raises Problem 404."""
        row = await self._store.read(lambda session: _records.get(session, application_id))
        if row is None:
            raise not_found("application", "申请", application_id)
        return row

    async def page(self, state: str | None, after: tuple[str, str] | None, limit: int) -> list[ApplicationRow]:
        """Return applications in the order they came."""
        return await self._store.read(lambda session: application_page(session, state, after=after, limit=limit))

    async def approve(
        self, principal: Principal, application_id: str, entitlements: Collection[str], reason: str | None
    ) -> ApplicationRow:
        """Let a firm in: its organisation and a first program without a secret, which the applicant collects."""

        def job(session: Session) -> ApplicationRow:
            row = self._pending(session, application_id)
            role = ROLES_OF[row.kind]
            granted = SANDBOX_ENTITLEMENTS if row.kind == "sandbox" else entitlements
            organisation_id = self._accounts.organisation_in(
                session,
                name=row.name,
                name_zh=row.name_zh,
                role=role,
                entitlements=granted,
                actor=principal.subject,
                sandbox_of="" if row.kind == "sandbox" else None,
            )
            client_id = self._accounts.client_in(
                session, organisation_id=organisation_id, role=role, name=row.name, actor=principal.subject
            )
            until = self._clock.now() + timedelta(days=COLLECT_DAYS)
            return self._decided(
                session,
                row,
                principal,
                "approved",
                reason,
                organisation_id=organisation_id,
                client_id=client_id,
                collect_until=until.isoformat(),
            )

        return await self._store.write(job)

    async def refuse(self, principal: Principal, application_id: str, reason: str) -> ApplicationRow:
        """Refuse a firm, with the reason its applicant reads."""
        return await self._store.write(
            lambda session: self._decided(session, self._pending(session, application_id), principal, "refused", reason)
        )

    async def collect(self, application_id: str, claim: str) -> tuple[ApplicationRow, NewCredential]:
        """Hand out the first secret of an approved firm, once; raises Problem 409 when there is none to hand out."""
        await self.claimed(application_id, claim)
        credential_id, plain = new_plain("secret")
        hashed = await self._identity.passwords.hash(plain)

        def job(session: Session) -> ApplicationRow:
            row = _records.get(session, application_id)
            now = self._clock.now()
            late = row is not None and row.collect_until is not None and now > datetime.fromisoformat(row.collect_until)
            if row is None or row.state != "approved" or row.collected_at is not None or row.client_id is None or late:
                raise Problem("secret_not_available")
            self._accounts.put_first_secret(session, row.client_id, credential_id, hashed, "applicant")
            row.collected_at = now.isoformat()
            _records.update(session, application_id, {"collected_at": row.collected_at})
            self._audit(session, "application.collect", row, "applicant", client_id=row.client_id)
            return row

        return await self._store.write(job), NewCredential(credential_id, "secret", plain)

    def _pending(self, session: Session, application_id: str) -> ApplicationRow:
        row = _records.get(session, application_id)
        if row is None:
            raise not_found("application", "申请", application_id)
        if row.state != "pending":
            detail = f"The application was {row.state} at {row.decided_at}."
            raise Problem("application_decided", detail, f"该申请已于 {row.decided_at} 作出结论。")
        return row

    def _decided(
        self,
        session: Session,
        row: ApplicationRow,
        principal: Principal,
        state: str,
        reason: str | None,
        **values: str,
    ) -> ApplicationRow:
        changed = {
            "state": state,
            "decided_at": self._clock.now().isoformat(),
            "decided_by": principal.subject,
            "reason": reason,
            **values,
        }
        _records.update(session, row.application_id, changed)
        for name, value in changed.items():
            setattr(row, name, value)
        self._audit(session, f"application.{state}", row, principal.subject, reason=reason)
        return row

    def _audit(self, session: Session, action: str, row: ApplicationRow, actor: str, **detail: Any) -> None:
        self._identity.book.audit(
            session,
            action,
            object_kind="application",
            object_id=row.application_id,
            actor=actor,
            organisation_id=row.organisation_id,
            **detail,
        )


def _digest(claim: str) -> str:
    return hashlib.sha256(claim.encode()).hexdigest()
