"""Access tokens: short-lived JWTs in the profile of RFC 9068, signed with ES256 and nothing else."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol

from utm.problems import Problem
from utm.security.keys import ALGORITHM, KeyRing
from utm.security.principal import ROLES, Role

AUDIENCE = "hexlane-api"
_TYPE = "at+jwt"
_CACHE = 4096
_LEEWAY_S = 5


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """What a valid token says; instants in unix seconds."""

    client_id: str
    role: Role
    organisation_id: str
    name: str
    scopes: frozenset[str]
    token_id: str
    issued_s: float
    not_before_s: float
    expires_s: float
    kid: str
    certificate: str | None
    """SHA-256 of the client certificate the token is bound to (RFC 8705, 3.1), base64url; None: to none."""


class Tokens:
    """Issues and verifies access tokens; a verified token is remembered until it expires."""

    def __init__(self, keys: KeyRing, *, issuer: str, life_s: int) -> None:
        self._keys = keys
        self.issuer = issuer
        self.life_s = life_s
        self._verified: OrderedDict[str, TokenClaims] = OrderedDict()

    def issue(
        self,
        *,
        client_id: str,
        role: Role,
        organisation_id: str,
        name: str,
        scopes: frozenset[str],
        now: datetime,
        void_until_s: float | None = None,
        certificate: str | None = None,
    ) -> str:
        """Return a signed token that is valid from `now` for `life_s` seconds.

        Tokens of the client issued up to the second `void_until_s` are void: this one is not. `certificate` binds it.
        """
        issued_s = int(now.timestamp())
        if void_until_s is not None:
            issued_s = max(issued_s, int(void_until_s) + 1)
        signing = self._keys.current_at(now)
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "sub": client_id,
            "client_id": client_id,
            "iat": issued_s,
            "nbf": issued_s,
            "exp": issued_s + self.life_s,
            "jti": secrets.token_urlsafe(12),
            "scope": " ".join(sorted(scopes)),
            "role": role,
            "org": organisation_id,
            "name": name,
        }
        if certificate is not None:
            claims["cnf"] = {"x5t#S256": certificate}
        return jwt.encode({"alg": ALGORITHM, "typ": _TYPE, "kid": signing.kid}, claims, signing.key)

    def verify(self, token: str, now: datetime) -> TokenClaims:
        """Return what the token says; raises Problem 401 invalid_token or token_expired."""
        claims = self._verified.get(token)
        if claims is not None and self._keys.find(claims.kid) is None:
            del self._verified[token]  # its key was taken away since
            claims = None
        if claims is None:
            claims = self._decode(token)
            self._verified[token] = claims
            if len(self._verified) > _CACHE:
                self._verified.popitem(last=False)
        now_s = now.timestamp()
        if now_s >= claims.expires_s:
            raise token_problem("token_expired", "The token has expired; get a new one from POST /oauth/token.")
        if now_s < claims.not_before_s - _LEEWAY_S:
            raise token_problem("invalid_token", "The token is not valid yet.")
        return claims

    def _decode(self, token: str) -> TokenClaims:
        try:
            decoded = jwt.decode(token, self._key_of, algorithms=[ALGORITHM])
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise token_problem("invalid_token", "The token was not signed by this service, or was altered.") from None
        if decoded.header.get("typ") != _TYPE:
            raise token_problem("invalid_token", "The token is not an access token.")
        return self._checked(decoded.claims, str(decoded.header.get("kid", "")))

    def _key_of(self, guest: GuestProtocol) -> Any:
        key = self._keys.find(str(guest.headers().get("kid", "")))
        if key is None:
            raise ValueError("unknown key")
        return key.key

    def _checked(self, claims: dict[str, Any], kid: str) -> TokenClaims:
        if claims.get("iss") != self.issuer:
            raise token_problem("invalid_token", "The token was issued by another service.")
        if claims.get("aud") != AUDIENCE:
            raise token_problem("invalid_token", "The token was issued for another service.")
        texts = [claims.get(name) for name in ("sub", "org", "name", "scope", "jti")]
        times = [claims.get(name) for name in ("iat", "nbf", "exp")]
        bound = claims.get("cnf", {"x5t#S256": None})
        certificate = bound.get("x5t#S256", 0) if isinstance(bound, dict) else 0
        well_formed = (
            all(isinstance(text, str) for text in texts)
            and all(isinstance(time, int) and not isinstance(time, bool) for time in times)
            and claims.get("role") in ROLES
            and (certificate is None or isinstance(certificate, str))
        )
        if not well_formed:
            raise token_problem("invalid_token", "The token lacks a claim it must have.")
        subject, organisation_id, name, scope, token_id = cast(list[str], texts)
        issued_s, not_before_s, expires_s = cast(list[int], times)
        return TokenClaims(
            client_id=subject,
            role=cast(Role, claims["role"]),
            organisation_id=organisation_id,
            name=name,
            scopes=frozenset(scope.split()),
            token_id=token_id,
            issued_s=issued_s,
            not_before_s=not_before_s,
            expires_s=expires_s,
            kid=kid,
            certificate=cast("str | None", certificate),
        )


def token_problem(code: str, detail: str) -> Problem:
    """Return the 401 of RFC 6750, section 3.1."""
    challenge = f'Bearer realm="hexlane", error="invalid_token", error_description="{detail}"'
    return Problem(code, detail, headers={"WWW-Authenticate": challenge})
