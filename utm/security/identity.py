"""The identity service of one server: programs by secret and token, people by password and session cookie."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from sqlmodel import Session
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from utm.clock import Clock
from utm.memory import Keeper
from utm.problems import Problem
from utm.ratelimit import Limits, Verdict
from utm.security import credentials
from utm.security.authorise import scopes_of
from utm.security.book import IdentityBook
from utm.security.certificates import certificate_of
from utm.security.credentials import ApiKeys
from utm.security.directory import Account, Directory, Organisation
from utm.security.guesses import Guesses
from utm.security.keys import PUBLISH_AHEAD_S, KeyRing
from utm.security.passwords import Passwords
from utm.security.principal import Principal
from utm.security.quotas import QuotaDesk
from utm.security.sealing import Sealer
from utm.security.second_factor import decoded, used
from utm.security.tokens import TokenClaims, Tokens, token_problem
from utm.security.web import normal_origin
from utm.settings import Settings
from utm.store.identity_records import expired_sessions
from utm.store.identity_tables import SessionRow
from utm.store.store import Store

_CSRF_LABEL = b"hexlane csrf token"
_BAD_API_KEY = "The API key is unknown, expired or was revoked."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh session: the cookie's value, to be sent once, and who it belongs to."""

    cookie: str
    csrf_token: str
    principal: Principal


class Identity:
    """Knows everybody; issues tokens and sessions and tells whose they are."""

    def __init__(self, settings: Settings, clock: Clock, store: Store, *, limits: Limits | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self.store = store
        self.directory = Directory()
        self.limits = limits or Limits(clock.monotonic_s)
        self.keys = KeyRing(settings.data_dir / "keys")
        self.keys.open(clock.now())
        self.tokens = Tokens(self.keys, issuer=settings.base_url, life_s=settings.token_ttl_s)
        self.passwords = Passwords()
        self.sealer = Sealer(settings.data_dir / "keys" / "sealing.key")
        self.guesses = Guesses(clock, store, self.sealer.digest)
        self.book = IdentityBook(clock, store, self.directory)
        self.api_keys = ApiKeys(self.directory)
        self.quotas = QuotaDesk(self.directory, clock)

    def keepers(self) -> Mapping[str, Keeper]:
        """Return what follows the change log, by kind of object, for `utm.memory.Memory`."""
        return {
            "organisation": self.directory.organisations,
            "client": self.directory.clients,
            "user": self.directory.users,
            "session": self.directory.sessions,
            "credential": self.directory.credentials,
            "spent": self.directory.spent,
            "quota": self.directory.quotas,
            "relying_party": self.directory.relying_parties,
        }

    async def start(self) -> None:
        """Forget expired sessions and keys no living token was signed with; loads memory if that has not happened."""
        await self.keep_house()

    async def keep_house(self) -> None:
        """Forget what has expired, and follow the calendar of the signing keys."""
        now = self.clock.now()
        self.keys.retire(now, keep_s=2 * self.settings.token_ttl_s)
        newest = self.keys.all()[0]
        if newest.signs_from < now - timedelta(days=self.settings.key_days):
            self.keys.rotate(now, ahead_s=PUBLISH_AHEAD_S)
        await self.store.write(self._forget_expired)

    def close(self) -> None:
        """End the threads."""
        self.passwords.close()

    # -- programs ------------------------------------------------------------------------------------------------------

    async def client_by_secret(self, client_id: str, secret: str, address: str) -> Account | None:
        """Return the client whose secret this is, or None; raises Problem 429 after many wrong ones."""
        account = self.directory.clients.get(client_id)
        hashed = credentials.hash_of_secret(self.directory, account, secret, self.clock.now())
        return await self._by_secret(account, hashed, client_id, secret, address, person=False)

    async def client_by_assertion(self, text: str, audiences: frozenset[str], address: str) -> Account | None:
        """Return the client that signed an assertion for us, once (RFC 7523, private_key_jwt), or None."""
        assertion = credentials.read_assertion(text)
        if assertion is None:
            return None
        await self.guesses.check(None, address)
        account = self.directory.clients.get(assertion.client_id)
        proof = credentials.verified_assertion(self.directory, assertion, audiences, self.clock.now())
        if account is None or self._organisation_of(account) is None or proof is None:
            await self.guesses.failed(None, address)
            return None
        jti, expires_at = proof
        unused = await self.book.spend_now(f"assertion:{account.id}:{_hash(jti)}", expires_at)
        return account if unused else None

    def client_by_certificate(self, client_id: str, certificate: str) -> Account | None:
        """Return the client a verified certificate was registered for (RFC 8705, 2), or None."""
        account = self.directory.clients.get(client_id)
        now = self.clock.now()
        registered = any(
            item.kind == "certificate" and item.thumbprint == certificate and item.valid_at(now)
            for item in self.directory.credentials_of(client_id)
        )
        return account if registered and self._organisation_of(account) is not None else None

    def issue_token(self, account: Account, scopes: frozenset[str], *, certificate: str | None = None) -> str:
        """Return an access token for a client, bound to a certificate where one is given."""
        return self.tokens.issue(
            client_id=account.id,
            role=account.role,
            organisation_id=account.organisation_id,
            name=account.name,
            scopes=scopes,
            now=self.clock.now(),
            void_until_s=account.tokens_from_s,
            certificate=certificate,
        )

    def principal_of_token(self, token: str, *, certificate: str | None = None) -> Principal:
        """Return whose access token this is; `certificate` is what the connection showed; raises Problem 401."""
        claims = self.tokens.verify(token, self.clock.now())
        account = self.directory.clients.get(claims.client_id)
        organisation = self._organisation_of(account)
        if account is None or organisation is None or account.role != claims.role:
            raise token_problem("invalid_token", "The client of this token has been deactivated.")
        if self.revoked(claims, account):
            raise token_problem("token_revoked", "The token was revoked; get a new one from POST /oauth/token.")
        if claims.certificate is not None and (
            certificate is None or not hmac.compare_digest(claims.certificate, certificate)
        ):
            raise token_problem("invalid_token", "The token is bound to a client certificate that was not shown.")
        return replace(
            self._principal_of_client(account, organisation, claims.scopes),
            proof=revocation_key(claims.token_id),
            issued_s=claims.issued_s,
        )

    def stands(self, principal: Principal) -> bool:
        """Tell whether what a caller showed when its connection was opened has not been taken back since."""
        kind, _, ref = principal.proof.partition(":")
        if not kind:
            return True  # made by the service itself: it showed nothing that could be taken back
        if kind == "session":
            known = self.directory.sessions.get(ref)
            return known is not None and self.clock.now() < known.expires_at
        account = self.directory.clients.get(principal.subject)
        if account is None or self._organisation_of(account) is None:
            return False
        if kind == "credential":
            found = self.directory.credentials.get(ref)
            return found is not None and found.valid_at(self.clock.now())
        void_s = account.tokens_from_s
        early = void_s is not None and principal.issued_s is not None and principal.issued_s <= void_s
        return not early and not self.book.is_spent(principal.proof)

    def revoked(self, claims: TokenClaims, account: Account) -> bool:
        """Tell whether a token was taken back, itself or with all of its client's until some instant."""
        if account.tokens_from_s is not None and claims.issued_s <= account.tokens_from_s:
            return True
        return self.book.is_spent(revocation_key(claims.token_id))

    async def revoke_token(self, claims: TokenClaims, *, by: Account) -> None:
        """Void one token, on every server that shares the store."""
        expires_at = datetime.fromtimestamp(claims.expires_s, tz=UTC)

        def job(session: Session) -> None:
            if self.book.spend(session, revocation_key(claims.token_id), expires_at):
                self.book.audit(
                    session,
                    "token.revoke",
                    object_kind="client",
                    object_id=claims.client_id,
                    actor=by.id,
                    organisation_id=by.organisation_id,
                    jti=claims.token_id,
                )

        await self.store.write(job)

    async def principal_of_api_key(self, key: str, address: str) -> Principal:
        """Return whose API key this is; raises Problem 401, or 429 after many wrong ones from an address."""
        found = self.api_keys.candidate(key, self.clock.now())
        account = None if found is None else self.directory.clients.get(found.client_id)
        organisation = self._organisation_of(account)
        now_s = self.clock.monotonic_s()
        if found is not None and account is not None and organisation is not None:
            if not self.api_keys.remembers(key, now_s):
                await self.guesses.check(None, address)
                if not await self.passwords.verify(found.secret_hash, key):
                    await self.guesses.failed(None, address)
                    raise token_problem("invalid_token", _BAD_API_KEY)
                self.api_keys.remember(key, found.credential_id, now_s)
            known = self._principal_of_client(account, organisation, scopes_of(account.role))
            return replace(known, proof=f"credential:{found.credential_id}")
        await self.guesses.check(None, address)
        await self.passwords.verify(None, key)
        await self.guesses.failed(None, address)
        raise token_problem("invalid_token", _BAD_API_KEY)

    def certificate_of(self, connection: HTTPConnection) -> str | None:
        """Return the thumbprint of the verified certificate a client showed, None for none."""
        return certificate_of(connection, self.settings)

    # -- people --------------------------------------------------------------------------------------------------------

    async def sign_in(
        self, name: str, password: str, address: str, *, code: str | None = None, replaces: str | None = None
    ) -> SignedIn:
        """Open a session; `replaces` is the cookie the browser came with, which ends; raises Problem 401 or 429.

        Who has a second factor must send a code of it too: without one the answer is 401 totp_required.
        """
        user = self.directory.user_named(name)
        hashed = None if user is None else user.secret_hash or None
        account = await self._by_secret(user, hashed, name, password, address, person=True)
        if account is None:
            await self.book.note_attempt("session.refuse", user, address, reason="password")
            raise Problem("wrong_credentials")
        factor = decoded(account.totp)
        if factor is not None and factor.confirmed:
            if code is None:
                raise Problem("totp_required")
            if not await self.use_code(account, code):
                await self.guesses.failed(name, address)
                await self.book.note_attempt("session.refuse", account, address, reason="code")
                raise Problem("wrong_code")
        await self.guesses.succeeded(name, address)
        opened = await self.open_session(account, replaces=replaces)
        await self.book.note_attempt("session.open", account, address, way="password")
        return opened

    async def require_password(self, account: Account, password: str, address: str) -> None:
        """Raise Problem 401 unless this is the person's password, counted as sign-ins are."""
        known = await self._by_secret(
            account, account.secret_hash or None, account.name, password, address, person=True
        )
        if known is None:
            await self.book.note_attempt("session.refuse", account, address, reason="password")
            raise Problem("wrong_credentials")

    async def use_code(self, account: Account, code: str) -> bool:
        """Use a code of somebody's second factor; False when it is wrong or was used before, by whichever process."""

        def job(session: Session) -> bool:
            row = self.directory.users.row(session, account.id)
            factor = None if row is None else decoded(row.totp)
            after = None if factor is None else used(factor, self.sealer, code, self.clock.now())
            if after is None:
                return False
            self.directory.users.update(session, account.id, totp=after.encoded())
            return True

        return await self.store.write(job)

    async def open_session(self, account: Account, *, replaces: str | None = None) -> SignedIn:
        """Open a session for a person already recognised; the cookie is always a new one."""
        principal = self.principal_of_user(account)
        cookie = secrets.token_urlsafe(32)
        now = self.clock.now()
        row = SessionRow(
            cookie_hash=_hash(cookie),
            user_id=account.id,
            created_at=now.isoformat(),
            expires_at=(now + timedelta(seconds=self.settings.session_ttl_s)).isoformat(),
        )

        def job(session: Session) -> None:
            if replaces is not None:
                self.directory.sessions.remove(session, _hash(replaces))
            self.directory.sessions.put(session, row)

        await self.store.write(job)
        return SignedIn(cookie, csrf_token_of(cookie), principal)

    async def sign_out(self, cookie: str) -> None:
        """End a session; an unknown one is none."""
        if self.directory.sessions.get(_hash(cookie)) is not None:
            await self.store.write(lambda session: self.directory.sessions.remove(session, _hash(cookie)))

    def principal_of_session(self, cookie: str) -> Principal:
        """Return who is signed in; raises Problem 401 session_expired."""
        known = self.directory.sessions.get(_hash(cookie))
        if known is None or self.clock.now() >= known.expires_at:
            raise Problem("session_expired")
        account = self.directory.users.get(known.user_id)
        if account is None:
            raise Problem("session_expired")
        return replace(self.principal_of_user(account), proof=f"session:{known.cookie_hash}")

    def check_csrf(self, cookie: str, token: str | None) -> None:
        """Raise Problem 403 unless the token was made for this session."""
        if token is None or not hmac.compare_digest(token.encode(), csrf_token_of(cookie).encode()):
            raise Problem("csrf_failed")

    def own_origins(self, headers: Headers) -> frozenset[str]:
        """Return the origins our own pages have: the public address and the host this request names."""
        host = headers.get("host", "")
        candidates = (self.settings.base_url, f"http://{host}", f"https://{host}")
        return frozenset(origin for url in candidates if (origin := normal_origin(url)) is not None)

    def take_request(self, principal: Principal) -> Verdict:
        """Count a request against the caller's rate: its organisation's own, or everybody's."""
        return self.limits.requests_at(self.quotas.of(principal.organisation_id).requests_per_s).take(principal.subject)

    @property
    def secure(self) -> bool:
        """Whether clients reach us over TLS, so that cookies may be marked for it."""
        return urlsplit(self.settings.base_url).scheme == "https"

    # -- parts ---------------------------------------------------------------------------------------------------------

    async def _by_secret(
        self, account: Account | None, hashed: str | None, name: str, secret: str, address: str, *, person: bool
    ) -> Account | None:
        subject = name if person else None
        await self.guesses.check(subject, address, name=name)
        usable = account is not None and self._organisation_of(account) is not None
        if await self.passwords.verify(hashed if usable else None, secret):
            return account
        await self.guesses.failed(subject, address, name=name)
        return None

    def _organisation_of(self, account: Account | None) -> Organisation | None:
        """Return the account's organisation if both are active."""
        if account is None or not account.active:
            return None
        organisation = self.directory.organisations.get(account.organisation_id)
        return organisation if organisation is not None and organisation.active else None

    def _principal_of_client(self, account: Account, organisation: Organisation, scopes: frozenset[str]) -> Principal:
        return Principal(
            subject=account.id,
            role=account.role,
            organisation_id=account.organisation_id,
            name=account.name,
            client_id=account.id,
            scopes=scopes,
            entitlements=organisation.entitlements,
            sandbox=organisation.sandbox,
        )

    def principal_of_user(self, account: Account) -> Principal:
        """Return a person as a caller; raises Problem 401 when the person or the organisation was put out."""
        organisation = self._organisation_of(account)
        if organisation is None:
            raise Problem("session_expired")
        return Principal(
            subject=account.id,
            role=account.role,
            organisation_id=account.organisation_id,
            name=account.name,
            scopes=scopes_of(account.role),
            entitlements=organisation.entitlements,
            sandbox=organisation.sandbox,
        )

    def _forget_expired(self, session: Session) -> None:
        self.book.forget_expired(session)
        self.guesses.forget_expired(session)
        for cookie_hash in expired_sessions(session, self.clock.now().isoformat()):
            self.directory.sessions.remove(session, cookie_hash)


def revocation_key(token_id: str) -> str:
    """Return what a revoked token is listed as."""
    return f"jti:{token_id}"


def cookie_key(cookie: str) -> str:
    """Return the key a session is kept under."""
    return _hash(cookie)


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def csrf_token_of(cookie: str) -> str:
    """Return the CSRF token that belongs to a session cookie and can only be computed from it."""
    return hmac.new(cookie.encode(), _CSRF_LABEL, hashlib.sha256).hexdigest()
