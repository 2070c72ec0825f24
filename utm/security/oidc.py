"""Signing in with an OpenID provider: authorisation code with PKCE, state and nonce, and a verified id_token.

Works with any provider that publishes its configuration (OpenID Connect Discovery 1.0). What travels with the browser
between leaving and coming back is sealed in a cookie, so any process of the deployment can finish what another began.
Who somebody is here follows from a claim: the settings map its values to a role and an organisation.
"""

import hashlib
import hmac
import secrets
import time
import warnings
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlmodel import Session

from utm.ids import new_id
from utm.problems import Problem
from utm.security.directory import Account
from utm.security.identity import Identity
from utm.security.onboarding import KINDS, put_user
from utm.security.principal import ROLES, Role

STATE_S = 600
"""How long a person may take at the provider."""
_CACHE_S = 3600.0
_LOOK_AGAIN_S = 30.0
_LEEWAY_S = 30
_TIMEOUT_S = 10.0
_MAX_BYTES = 1 << 20
_ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")

_log = structlog.get_logger(__name__)


class SignInRefusedError(Exception):
    """Why somebody who came back from the provider is not let in; `code` is for the address of the sign-in page."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Provider:
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str | None
    jwks_uri: str
    algorithms: list[str]
    basic: bool
    iss_in_answer: bool


class OidcLogin:
    """One provider's door."""

    def __init__(self, identity: Identity) -> None:
        settings = identity.settings
        if settings.oidc_issuer is None or settings.oidc_client_id is None:
            raise ValueError("no OpenID provider is set up")
        self._identity, self._settings = identity, settings
        self.issuer: str = settings.oidc_issuer
        self._client_id: str = settings.oidc_client_id
        self._provider: tuple[float, _Provider] | None = None
        self._keys: tuple[float, KeySet] | None = None

    @property
    def redirect_uri(self) -> str:
        """Where the provider sends browsers back to; it must be registered there."""
        return f"{self._identity.settings.base_url}/v1/session/oidc/callback"

    # -- there and back ------------------------------------------------------------------------------------------------

    async def begin(self) -> tuple[str, str]:
        """Return where to send the browser, and the sealed cookie it must bring back."""
        provider = await self._discovered()
        verifier, nonce, state = (secrets.token_urlsafe(48) for _ in range(3))
        async with self._client() as client:
            url, _ = client.create_authorization_url(
                provider.authorization_endpoint, state=state, code_verifier=verifier, nonce=nonce
            )
        document = {"state": state, "nonce": nonce, "verifier": verifier, "issuer": self.issuer}
        return url, self._identity.sealer.seal(orjson.dumps(document), self._identity.clock.now())

    async def finish(self, parameters: dict[str, str], cookie: str | None) -> Account:
        """Return who came back; raises SignInRefusedError, or Problem 503 when the provider does not do its part."""
        now = self._identity.clock.now()
        sealed = None if cookie is None else self._identity.sealer.open(cookie, now=now, life_s=STATE_S)
        known: dict[str, str] = {} if sealed is None else orjson.loads(sealed)
        state = parameters.get("state", "")
        if not known or known["issuer"] != self.issuer or not hmac.compare_digest(known["state"], state):
            raise SignInRefusedError("expired", "the answer does not belong to a sign-in begun in this browser")
        if "error" in parameters or "code" not in parameters:
            raise SignInRefusedError("refused", f"the provider answered {parameters.get('error', '')[:100]!r}")
        provider = await self._discovered()
        told = parameters.get("iss")
        if (told is None and provider.iss_in_answer) or told not in (None, self.issuer):
            raise SignInRefusedError("refused", "the answer names another provider (RFC 9207)")
        claims = await self._claims(provider, parameters["code"], known)
        return await self._account(claims)

    # -- the provider's side -------------------------------------------------------------------------------------------

    async def _claims(self, provider: _Provider, code: str, known: dict[str, str]) -> dict[str, Any]:
        try:
            async with self._client(basic=provider.basic) as client:
                answer = await self._redeemed(client, provider, code, known["verifier"])
                claims = await self._verified(provider, str(answer.get("id_token", "")), known["nonce"])
                if provider.userinfo_endpoint is not None and _claim(claims, self._settings.oidc_role_claim) is None:
                    more = await client.get(provider.userinfo_endpoint)
                    more.raise_for_status()
                    claims = {**_same_subject(more.json(), claims), **claims}
        except SignInRefusedError:
            raise
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise self._unavailable(error) from error
        return claims

    async def _redeemed(self, client: Any, provider: _Provider, code: str, verifier: str) -> dict[str, Any]:
        from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]  # noqa: PLC0415

        try:
            answer: dict[str, Any] = await client.fetch_token(
                provider.token_endpoint, code=code, code_verifier=verifier, redirect_uri=self.redirect_uri
            )
        except OAuthError as error:
            raise SignInRefusedError("refused", f"the provider refused the code: {error.error}") from None
        return answer

    async def _verified(self, provider: _Provider, id_token: str, nonce: str) -> dict[str, Any]:
        """Return the claims of an id_token (OpenID Connect Core, 3.1.3.7)."""
        claims = self._decoded(provider, id_token, await self._key_set(provider))
        if claims is None:  # the provider may have rotated its keys since
            claims = self._decoded(provider, id_token, await self._key_set(provider, again=True))
        if claims is None:
            raise SignInRefusedError("refused", "the id_token was not signed by the provider")
        now_s = self._identity.clock.now().timestamp()
        audience = claims.get("aud")
        meant = audience if isinstance(audience, list) else [audience]
        expires, issued = claims.get("exp"), claims.get("iat")
        right = (
            claims.get("iss") == self.issuer
            and self._client_id in meant
            and (len(meant) == 1 or claims.get("azp") == self._client_id)
            and claims.get("azp", self._client_id) == self._client_id
            and isinstance(expires, int | float)
            and isinstance(issued, int | float)
            and issued - _LEEWAY_S <= now_s < expires + _LEEWAY_S
            and isinstance(claims.get("nonce"), str)
            and hmac.compare_digest(claims["nonce"], nonce)
            and isinstance(claims.get("sub"), str)
            and claims["sub"] != ""
        )
        if not right:
            raise SignInRefusedError("refused", "the id_token is not for us, not for now or not for this sign-in")
        return claims

    def _decoded(self, provider: _Provider, id_token: str, keys: KeySet) -> dict[str, Any] | None:
        try:
            return dict(jwt.decode(id_token, keys, algorithms=provider.algorithms).claims)
        except (JoseError, ValueError, TypeError, KeyError):
            return None

    async def _discovered(self) -> _Provider:
        if self._provider is not None and time.monotonic() - self._provider[0] < _CACHE_S:
            return self._provider[1]
        try:
            document = await self._get(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
            if document.get("issuer") != self.issuer:
                raise ValueError(f"the configuration is of {document.get('issuer')!r}")
            methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
            offered = document.get("id_token_signing_alg_values_supported", ["RS256"])
            provider = _Provider(
                authorization_endpoint=self._checked(document["authorization_endpoint"]),
                token_endpoint=self._checked(document["token_endpoint"]),
                userinfo_endpoint=document.get("userinfo_endpoint"),
                jwks_uri=self._checked(document["jwks_uri"]),
                algorithms=[name for name in _ALGORITHMS if name in offered],
                basic="client_secret_basic" in methods,
                iss_in_answer=document.get("authorization_response_iss_parameter_supported") is True,
            )
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._unavailable(error) from error
        self._provider = (time.monotonic(), provider)
        return provider

    async def _key_set(self, provider: _Provider, *, again: bool = False) -> KeySet:
        age_s = _CACHE_S if self._keys is None else time.monotonic() - self._keys[0]
        if self._keys is None or age_s >= (_LOOK_AGAIN_S if again else _CACHE_S):
            self._keys = (time.monotonic(), KeySet.import_key_set(await self._get(provider.jwks_uri)))  # type: ignore[arg-type]
        return self._keys[1]

    async def _get(self, url: str) -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S) as client:
            answer = await client.get(self._checked(url))
            answer.raise_for_status()
            if len(answer.content) > _MAX_BYTES:
                raise ValueError(f"{url} answers with more than {_MAX_BYTES} bytes")
            document = answer.json()
            if not isinstance(document, dict):
                raise ValueError(f"{url} answers with no object")
            return document

    def _checked(self, url: str) -> str:
        """Return an address of the provider; plain http only on this machine."""
        parts = urlsplit(url)
        local = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise ValueError(f"{url!r} is not https")
        return url

    def _client(self, *, basic: bool = True) -> Any:
        with warnings.catch_warnings():  # authlib would like a newer httpx than the one pinned here
            warnings.simplefilter("ignore", DeprecationWarning)
            from authlib.integrations.httpx_client import (  # type: ignore[import-untyped]  # noqa: PLC0415
                AsyncOAuth2Client,
            )

        secret = self._settings.oidc_client_secret
        method = "none" if secret is None else ("client_secret_basic" if basic else "client_secret_post")
        return AsyncOAuth2Client(
            self._client_id,
            None if secret is None else secret.get_secret_value(),
            scope=self._settings.oidc_scopes,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method=method,
            timeout=_TIMEOUT_S,
        )

    @staticmethod
    def _unavailable(error: Exception) -> Problem:
        _log.warning("oidc_provider_failed", reason=f"{type(error).__name__}: {error}")
        return Problem("oidc_unavailable")

    # -- our side ------------------------------------------------------------------------------------------------------

    async def _account(self, claims: dict[str, Any]) -> Account:
        role, organisation_id = self._mapped(claims)
        key = hashlib.sha256(f"{self.issuer}\0{claims['sub']}".encode()).hexdigest()
        told = _claim(claims, self._settings.oidc_name_claim) or claims["sub"]
        name = str(told)[:90]
        identity, directory = self._identity, self._identity.directory

        def job(session: Session) -> str:
            known = directory.user_of(key)
            if known is not None and not known.active:
                raise SignInRefusedError("refused", f"{known.id} was put out")
            if known is not None and (known.role, known.organisation_id) == (role, organisation_id):
                return known.id
            user_id = new_id("usr") if known is None else known.id
            taken = directory.user_named(name)
            free = taken is None or taken.id == user_id
            put_user(
                session,
                directory,
                user_id=user_id,
                organisation_id=organisation_id,
                role=role,
                name=name if free else f"{name} ({key[:8]})",
                password_hash="",
                now=identity.clock.now(),
                actor="openid",
                external_key=key,
            )
            return user_id

        account = directory.users.get(await identity.store.write(job))
        if account is None:
            raise LookupError("a person just stored is gone")
        return account

    def _mapped(self, claims: dict[str, Any]) -> tuple[Role, str]:
        """Return role and organisation of the first value of the claim the settings know; nobody else is let in."""
        values = _claim(claims, self._settings.oidc_role_claim)
        listed = values if isinstance(values, list) else [values]
        for value, target in self._settings.oidc_role_map.items():
            if value not in listed:
                continue
            role, _, organisation_id = target.partition("@")
            firm = self._identity.directory.organisations.get(organisation_id)
            if role not in ROLES or firm is None or not firm.active or firm.kind != KINDS[role]:
                _log.error("oidc_role_map_is_wrong", value=value, target=target)
                raise SignInRefusedError("refused", f"the mapping of {value!r} names no such role and organisation")
            return role, organisation_id
        raise SignInRefusedError("no_role", "no value of the claim is mapped to a role here")


def _claim(claims: dict[str, Any], path: str) -> Any:
    """Return a claim by name, or by a path of names with dots."""
    if path in claims:
        return claims[path]
    value: Any = claims
    for name in path.split("."):
        if not isinstance(value, dict) or name not in value:
            return None
        value = value[name]
    return value


def _same_subject(userinfo: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    """Return userinfo claims if they are of the same person (OpenID Connect Core, 5.3.2)."""
    if userinfo.get("sub") != claims["sub"]:
        raise SignInRefusedError("refused", "userinfo is of another subject than the id_token")
    return userinfo
