"""The desk of organisations, programs and people: brought in, given and taken credentials, put out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from utm.ids import new_id
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import credentials
from utm.security.certificates import thumbprint_of_pem
from utm.security.directory import Account, Credential, Organisation
from utm.security.identity import Identity
from utm.security.onboarding import new_password, put_client, put_organisation, put_user
from utm.security.passwords import WEAKNESS_ZH, weakness
from utm.security.principal import Principal, Role
from utm.store.identity_tables import CredentialRow

MOST_CREDENTIALS = 10
"""Living credentials of one program (ours): enough to rotate any of them without haste."""
FIRST = "first"
"""How the secret a program was made with is named among its credentials."""


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential just made; `plain` is shown once and never again."""

    credential_id: str
    kind: str
    plain: str | None


class Accounts:
    """Everything that changes who is known here."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity
        self._directory, self._clock, self._store = identity.directory, identity.clock, identity.store

    # -- organisations -------------------------------------------------------------------------------------------------

    def organisation_in(
        self,
        session: Session,
        *,
        name: str,
        name_zh: str,
        role: Role,
        entitlements: Collection[str],
        actor: str,
        sandbox_of: str | None = None,
    ) -> str:
        """Bring an organisation in inside a running job; return its id. Raises Problem 409 for a name that is taken.

        A sandbox's name is taken by another one of the same owner that is open, and by nothing else: an answer about
        names of others would tell an owner who else is here.
        """
        known = self._directory.organisations.all()
        if any(self._same_names(firm, sandbox_of) and firm.name.casefold() == name.casefold() for firm in known):
            raise Problem("name_taken", f"An organisation is already called {name!r}.", f"单位名称 {name!r} 已被使用。")
        organisation_id = new_id("org")
        put_organisation(
            session,
            self._directory,
            organisation_id=organisation_id,
            name=name,
            name_zh=name_zh,
            role=role,
            entitlements=entitlements,
            demo=False,
            now=self._clock.now(),
            sandbox_of=organisation_id if sandbox_of == "" else sandbox_of,
            actor=actor,
        )
        return organisation_id

    @staticmethod
    def _same_names(firm: Organisation, sandbox_of: str | None) -> bool:
        """Tell whether an organisation's name counts for a new one: firms among each other, an owner's open sandboxes."""
        if sandbox_of is None:
            return firm.sandbox_of is None
        return firm.active and firm.sandbox_of == sandbox_of

    def organisation_of(self, organisation_id: str) -> Organisation:
        """Return an active organisation; raises Problem 404."""
        found = self._directory.organisations.get(organisation_id)
        if found is None or not found.active:
            raise not_found("organisation", "单位", organisation_id)
        return found

    # -- programs ------------------------------------------------------------------------------------------------------

    def client_of(self, principal: Principal, client_id: str) -> Account:
        """Return an active program the caller may manage: its organisation's, or any for an admin; raises Problem 404."""
        found = self._directory.clients.get(client_id)
        own = found is not None and found.organisation_id == principal.organisation_id
        if found is None or not found.active or not (own or principal.role == "admin"):
            raise not_found("client", "客户端", client_id)
        return found

    def clients_of(self, principal: Principal, organisation_id: str | None) -> list[Account]:
        """Return the active programs the caller may manage, by id."""
        wanted = organisation_id if principal.role == "admin" else principal.organisation_id
        if principal.role != "admin" and organisation_id not in (None, wanted):
            return []
        found = [c for c in self._directory.clients.all() if c.active and wanted in (None, c.organisation_id)]
        return sorted(found, key=lambda client: client.id)

    async def add_client(
        self, principal: Principal, *, organisation_id: str, role: Role, name: str
    ) -> tuple[str, NewCredential]:
        """Bring a program in with its first secret; return its id and the secret, shown once."""
        credential_id, plain = credentials.new_plain("secret")
        hashed = await self._identity.passwords.hash(plain)

        def job(session: Session) -> str:
            client_id = self.client_in(
                session, organisation_id=organisation_id, role=role, name=name, actor=principal.subject
            )
            self._put_secret(session, client_id, credential_id, "secret", hashed, name="first", by=principal.subject)
            return client_id

        return await self._store.write(job), NewCredential(credential_id, "secret", plain)

    def client_in(self, session: Session, *, organisation_id: str, role: Role, name: str, actor: str) -> str:
        """Bring a program without any credential in, inside a running job; return its id."""
        client_id = new_id("cl")
        put_client(
            session,
            self._directory,
            client_id=client_id,
            organisation_id=organisation_id,
            role=role,
            name=name,
            secret_hash="",
            now=self._clock.now(),
            actor=actor,
        )
        return client_id

    async def remove_client(self, principal: Principal, client_id: str) -> None:
        """Put a program out, with its living tokens."""
        account = self.client_of(principal, client_id)

        def job(session: Session) -> None:
            self._directory.clients.update(session, client_id, deactivated_at=self._clock.now().isoformat())
            self._audit(session, "client.remove", account, principal)

        await self._store.write(job)

    def credentials_of(self, account: Account) -> list[dict[str, Any]]:
        """Return what a program can show, oldest first; never a secret."""
        now = self._clock.now()
        first = {"credential_id": FIRST, "kind": "secret", "name": "first", "created_at": None, "expires_at": None}
        listed = [first | {"thumbprint": None}] if account.secret_hash else []
        living = [item for item in self._directory.credentials_of(account.id) if item.valid_at(now)]
        return listed + [_document(item) for item in living]

    async def add_secret(
        self, principal: Principal, account: Account, kind: str, name: str, expires_at: datetime | None
    ) -> NewCredential:
        """Give a program another secret or an API key; the old ones go on working until they are revoked."""
        credential_id, plain = credentials.new_plain(kind)
        hashed = await self._identity.passwords.hash(plain)

        def job(session: Session) -> None:
            self._check_room(account)
            self._put_secret(
                session,
                account.id,
                credential_id,
                kind,
                hashed,
                name=name,
                by=principal.subject,
                expires_at=expires_at,
            )
            self._audit(session, "credential.add", account, principal, credential_id=credential_id, kind=kind)

        await self._store.write(job)
        return NewCredential(credential_id, kind, plain)

    async def add_public_key(
        self, principal: Principal, account: Account, jwk: dict[str, Any], name: str, expires_at: datetime | None
    ) -> NewCredential:
        """Let a program sign for itself (private_key_jwt)."""
        try:
            text, thumbprint = credentials.public_jwk_of(jwk)
        except ValueError as error:
            raise validation_problem(
                [FieldProblem("/public_jwk", "invalid_value", str(error), "不是可用的公钥（JWK）")]
            ) from None
        row = self._row(account.id, "public_key", name, principal.subject, expires_at)
        row.public_jwk, row.thumbprint = text, thumbprint
        return await self._add(principal, account, row)

    async def add_certificate(
        self, principal: Principal, account: Account, pem: str, name: str, expires_at: datetime | None
    ) -> NewCredential:
        """Let a program show a TLS client certificate."""
        thumbprint = thumbprint_of_pem(pem)
        if thumbprint is None:
            detail = "it is no certificate in PEM"
            raise validation_problem([FieldProblem("/certificate_pem", "invalid_value", detail, "不是 PEM 证书")])
        row = self._row(account.id, "certificate", name, principal.subject, expires_at)
        row.thumbprint = thumbprint
        return await self._add(principal, account, row)

    async def _add(self, principal: Principal, account: Account, row: CredentialRow) -> NewCredential:
        def job(session: Session) -> None:
            self._check_room(account)
            self._directory.credentials.put(session, row)
            self._audit(session, "credential.add", account, principal, credential_id=row.credential_id, kind=row.kind)

        await self._store.write(job)
        return NewCredential(row.credential_id, row.kind, None)

    async def revoke_credential(
        self, principal: Principal, account: Account, credential_id: str, *, keep_tokens: bool
    ) -> None:
        """Take a credential away for good, and void the tokens the program has, unless they are to be kept."""

        def job(session: Session) -> None:
            now = self._clock.now()
            left = [item for item in self.credentials_of(account) if item["credential_id"] != credential_id]
            if len(left) == len(self.credentials_of(account)):
                raise not_found("credential", "凭证", credential_id)
            if not left:
                raise Problem("last_credential")
            if credential_id == FIRST:
                self._directory.clients.update(session, account.id, secret_hash="")
            else:
                self._directory.credentials.update(session, credential_id, revoked_at=now.isoformat())
            if not keep_tokens:
                self._directory.clients.update(session, account.id, tokens_from=now.isoformat())
            self._audit(session, "credential.revoke", account, principal, credential_id=credential_id)

        await self._store.write(job)

    async def revoke_tokens(self, principal: Principal, account: Account, until: datetime | None) -> datetime:
        """Void every token issued to a program up to an instant (now when none is given); return that instant."""
        now = self._clock.now()
        instant = min(until or now, now)
        if account.tokens_from_s is not None and instant.timestamp() < account.tokens_from_s:
            instant = datetime.fromtimestamp(account.tokens_from_s, tz=now.tzinfo)

        def job(session: Session) -> None:
            self._directory.clients.update(session, account.id, tokens_from=instant.isoformat())
            self._audit(session, "token.revoke_all", account, principal, until=instant.isoformat())

        await self._store.write(job)
        return instant

    # -- people --------------------------------------------------------------------------------------------------------

    async def add_user(
        self, actor: str, *, organisation_id: str, role: Role, name: str, password: str | None
    ) -> tuple[str, str | None]:
        """Bring a person in; return the id, and the password where one was made here, shown once."""
        made = new_password() if password is None else None
        check_password(password or made or "", name)
        hashed = await self._identity.passwords.hash(password or made or "")

        def job(session: Session) -> str:
            if self._directory.user_named(name) is not None:
                raise Problem("name_taken", f"Somebody already signs in as {name!r}.", f"登录名 {name!r} 已被使用。")
            user_id = new_id("usr")
            put_user(
                session,
                self._directory,
                user_id=user_id,
                organisation_id=organisation_id,
                role=role,
                name=name,
                password_hash=hashed,
                now=self._clock.now(),
                actor=actor,
            )
            return user_id

        return await self._store.write(job), made

    def user_of(self, user_id: str) -> Account:
        """Return an active person; raises Problem 404."""
        found = self._directory.users.get(user_id)
        if found is None or not found.active:
            raise not_found("user", "用户", user_id)
        return found

    async def set_password(self, actor: str, account: Account, password: str | None) -> str | None:
        """Give a person a new password and end the sessions; return it where it was made here."""
        made = new_password() if password is None else None
        check_password(password or made or "", account.name)
        hashed = await self._identity.passwords.hash(password or made or "")

        def job(session: Session) -> None:
            now = self._clock.now().isoformat()
            self._directory.users.update(session, account.id, password_hash=hashed, rotated_at=now)
            self._end_sessions(session, account)
            self._audit_user(session, "user.password", account, actor)

        await self._store.write(job)
        return made

    async def remove_user(self, actor: str, account: Account) -> None:
        """Put a person out, with all sessions."""

        def job(session: Session) -> None:
            self._directory.users.update(session, account.id, deactivated_at=self._clock.now().isoformat())
            self._end_sessions(session, account)
            self._audit_user(session, "user.remove", account, actor)

        await self._store.write(job)

    async def set_totp(self, actor: str, account: Account, totp: str | None, action: str) -> None:
        """Keep what the store knows of a person's second factor."""

        def job(session: Session) -> None:
            self._directory.users.update(session, account.id, totp=totp)
            self._audit_user(session, f"totp.{action}", account, actor)

        await self._store.write(job)

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _end_sessions(self, session: Session, account: Account) -> None:
        for known in self._directory.sessions.all():
            if known.user_id == account.id:
                self._directory.sessions.remove(session, known.cookie_hash)

    def _check_room(self, account: Account) -> None:
        if len(self.credentials_of(account)) >= MOST_CREDENTIALS:
            raise Problem(
                "quota_exceeded",
                f"A client has at most {MOST_CREDENTIALS} credentials; revoke one first.",
                f"一个客户端最多 {MOST_CREDENTIALS} 个凭证；请先吊销一个。",
            )

    def put_first_secret(self, session: Session, client_id: str, credential_id: str, hashed: str, by: str) -> None:
        """Keep the secret of a program that has none, inside a running job."""
        self._put_secret(session, client_id, credential_id, "secret", hashed, name="first", by=by)

    def _put_secret(
        self,
        session: Session,
        client_id: str,
        credential_id: str,
        kind: str,
        hashed: str,
        *,
        name: str,
        by: str,
        expires_at: datetime | None = None,
    ) -> None:
        row = self._row(client_id, kind, name, by, expires_at)
        row.credential_id, row.secret_hash = credential_id, hashed
        self._directory.credentials.put(session, row)

    def _row(self, client_id: str, kind: str, name: str, by: str, expires_at: datetime | None) -> CredentialRow:
        return CredentialRow(
            credential_id=new_id("cr"),
            client_id=client_id,
            kind=kind,
            name=name,
            created_at=self._clock.now().isoformat(),
            created_by=by,
            expires_at=None if expires_at is None else expires_at.isoformat(),
        )

    def _audit(self, session: Session, action: str, account: Account, principal: Principal, **detail: Any) -> None:
        self._identity.book.audit(
            session,
            action,
            object_kind="client",
            object_id=account.id,
            actor=principal.subject,
            organisation_id=account.organisation_id,
            **detail,
        )

    def _audit_user(self, session: Session, action: str, account: Account, actor: str) -> None:
        self._identity.book.audit(
            session,
            action,
            object_kind="user",
            object_id=account.id,
            actor=actor,
            organisation_id=account.organisation_id,
        )


def check_password(password: str, name: str) -> None:
    """Raise Problem 422 for a password the policy does not allow, with what is wrong with it."""
    reason = weakness(password, name)
    if reason is not None:
        reason_zh = WEAKNESS_ZH[reason]
        raise Problem(
            "weak_password",
            f"The password is too weak: {reason}. Choose another; a sentence of several words is best.",
            f"密码强度不足：{reason_zh}。请更换；由多个词组成的句子最佳。",
            errors=[FieldProblem("/password", "invalid_value", reason, reason_zh)],
        )


def _document(item: Credential) -> dict[str, Any]:
    return {
        "credential_id": item.credential_id,
        "kind": item.kind,
        "name": item.name,
        "created_at": item.created_at.isoformat(),
        "expires_at": None if item.expires_at is None else item.expires_at.isoformat(),
        "thumbprint": item.thumbprint,
    }
