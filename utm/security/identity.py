"""The identity service of one server: programs by secret and token, people by password and session cookie."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from sqlmodel import Session
from starlette.datastructures import Headers

from utm.clock import Clock
from utm.memory import Keeper
from utm.problems import Problem
from utm.ratelimit import Limits
from utm.security.authorise import scopes_of
from utm.security.directory import Account, Directory, Organisation
from utm.security.keys import KeyRing
from utm.security.passwords import Passwords
from utm.security.principal import Principal
from utm.security.tokens import Tokens, token_problem
from utm.security.web import normal_origin
from utm.settings import Settings
from utm.store.identity_records import expired_sessions
from utm.store.identity_tables import SessionRow
from utm.store.store import Store

_CSRF_LABEL = b"hexlane csrf token"


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

    def keepers(self) -> Mapping[str, Keeper]:
        """Return what follows the change log, by kind of object, for `utm.memory.Memory`."""
        return {
            "organisation": self.directory.organisations,
            "client": self.directory.clients,
            "user": self.directory.users,
            "session": self.directory.sessions,
        }

    async def start(self) -> None:
        """Forget expired sessions and keys no living token was signed with; loads memory if that has not happened."""
        self.keys.retire(self.clock.now(), keep_s=2 * self.settings.token_ttl_s)
        await self.store.write(self._purge_sessions)

    def close(self) -> None:
        """End the threads."""
        self.passwords.close()

    # -- programs ------------------------------------------------------------------------------------------------------

    async def client_by_secret(self, client_id: str, secret: str, address: str) -> Account | None:
        """Return the client whose secret this is, or None; raises Problem 429 after many wrong ones from an address."""
        account = self.directory.clients.get(client_id)
        return await self._by_secret(account, client_id, secret, address)

    def issue_token(self, account: Account, scopes: frozenset[str]) -> str:
        """Return an access token for a client."""
        return self.tokens.issue(
            client_id=account.id,
            role=account.role,
            organisation_id=account.organisation_id,
            name=account.name,
            scopes=scopes,
            now=self.clock.now(),
        )

    def principal_of_token(self, token: str) -> Principal:
        """Return whose access token this is; raises Problem 401."""
        claims = self.tokens.verify(token, self.clock.now())
        account = self.directory.clients.get(claims.client_id)
        organisation = self._organisation_of(account)
        if account is None or organisation is None or account.role != claims.role:
            raise token_problem("invalid_token", "The client of this token has been deactivated.")
        return Principal(
            subject=account.id,
            role=account.role,
            organisation_id=account.organisation_id,
            name=account.name,
            client_id=account.id,
            scopes=claims.scopes,
            entitlements=organisation.entitlements,
        )

    # -- people --------------------------------------------------------------------------------------------------------

    async def sign_in(self, name: str, password: str, address: str, *, replaces: str | None = None) -> SignedIn:
        """Open a session; `replaces` is the cookie the browser came with, which ends; raises Problem 401 or 429."""
        account = await self._by_secret(self.directory.user_named(name), name, password, address)
        if account is None:
            raise Problem("wrong_credentials")
        return await self.open_session(account, replaces=replaces)

    async def open_session(self, account: Account, *, replaces: str | None = None) -> SignedIn:
        """Open a session for a person already recognised; the cookie is always a new one."""
        principal = self._principal_of_user(account)
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
        return self._principal_of_user(account)

    def check_csrf(self, cookie: str, token: str | None) -> None:
        """Raise Problem 403 unless the token was made for this session."""
        if token is None or not hmac.compare_digest(token.encode(), csrf_token_of(cookie).encode()):
            raise Problem("csrf_failed")

    def own_origins(self, headers: Headers) -> frozenset[str]:
        """Return the origins our own pages have: the public address and the host this request names."""
        host = headers.get("host", "")
        candidates = (self.settings.base_url, f"http://{host}", f"https://{host}")
        return frozenset(origin for url in candidates if (origin := normal_origin(url)) is not None)

    @property
    def secure(self) -> bool:
        """Whether clients reach us over TLS, so that cookies may be marked for it."""
        return urlsplit(self.settings.base_url).scheme == "https"

    # -- parts ---------------------------------------------------------------------------------------------------------

    async def _by_secret(self, account: Account | None, name: str, secret: str, address: str) -> Account | None:
        failures = f"{address}\0{name}"
        self.limits.failures.peek(failures).raise_if_refused()
        usable = account is not None and self._organisation_of(account) is not None
        hashed = account.secret_hash if account is not None and usable else None
        if await self.passwords.verify(hashed, secret):
            return account
        self.limits.failures.take(failures)
        return None

    def _organisation_of(self, account: Account | None) -> Organisation | None:
        """Return the account's organisation if both are active."""
        if account is None or not account.active:
            return None
        organisation = self.directory.organisations.get(account.organisation_id)
        return organisation if organisation is not None and organisation.active else None

    def _principal_of_user(self, account: Account) -> Principal:
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
        )

    def _purge_sessions(self, session: Session) -> None:
        for cookie_hash in expired_sessions(session, self.clock.now().isoformat()):
            self.directory.sessions.remove(session, cookie_hash)


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def csrf_token_of(cookie: str) -> str:
    """Return the CSRF token that belongs to a session cookie and can only be computed from it."""
    return hmac.new(cookie.encode(), _CSRF_LABEL, hashlib.sha256).hexdigest()
