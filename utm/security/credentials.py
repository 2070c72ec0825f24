"""How programs show who they are: secrets, API keys, keys of their own (private_key_jwt) and certificates.

Secrets and API keys are random, shown once and kept as argon2id hashes; each carries the id of its credential, so that
one hash is compared whatever a client has. A client may hold several at a time: add one, switch over, take the old away.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from utm.ids import new_id
from utm.security.directory import Account, Credential, Directory

KINDS = ("secret", "api_key", "public_key", "certificate")
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_ALGORITHMS = ["ES256", "ES384", "RS256", "PS256", "EdDSA", "Ed25519"]
ASSERTION_LIFE_S = 300
_LEEWAY_S = 10
_LATEST_S = 1e11
_PREFIXES = {"secret": "hxs", "api_key": "hxk"}
_REMEMBERED = 4096
_REMEMBER_S = 60.0
_MIN_RSA_BITS = 2048
_CURVES = ("P-256", "P-384")


@dataclass(frozen=True, slots=True)
class Assertion:
    """A client's signed statement, as read before anything of it is believed."""

    client_id: str
    text: str


def new_plain(kind: str) -> tuple[str, str]:
    """Return the id of a new credential and its secret, which names it and has 256 random bits."""
    credential_id = new_id("cr")
    return credential_id, f"{_PREFIXES[kind]}_{credential_id}.{secrets.token_urlsafe(32)}"


def credential_id_of(plain: str, kind: str) -> str | None:
    """Return the id a secret names, None for one that names none."""
    prefix = f"{_PREFIXES[kind]}_"
    head, dot, _ = plain.partition(".")
    return head.removeprefix(prefix) if dot and plain.startswith(prefix) else None


def hash_of_secret(directory: Directory, account: Account | None, secret: str, now: datetime) -> str | None:
    """Return the hash a client's secret is to be compared with, None where no comparison can succeed."""
    if account is None:
        return None
    credential_id = credential_id_of(secret, "secret")
    if credential_id is None:
        return account.secret_hash or None
    found = directory.credentials.get(credential_id)
    usable = found is not None and found.kind == "secret" and found.client_id == account.id and found.valid_at(now)
    return found.secret_hash if found is not None and usable else None


class ApiKeys:
    """Recognises API keys; a key that was verified is remembered for a minute by its digest, not by itself."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._remembered: OrderedDict[bytes, tuple[str, float]] = OrderedDict()
        self._salt = secrets.token_bytes(32)

    def candidate(self, key: str, now: datetime) -> Credential | None:
        """Return the living credential a key names; whether the key is right is for the hash to say."""
        found = self._directory.credentials.get(credential_id_of(key, "api_key") or "")
        return found if found is not None and found.kind == "api_key" and found.valid_at(now) else None

    def remembers(self, key: str, monotonic_s: float) -> bool:
        """Tell whether this very key was verified within the last minute."""
        known = self._remembered.get(self._digest(key))
        return known is not None and monotonic_s - known[1] < _REMEMBER_S

    def remember(self, key: str, credential_id: str, monotonic_s: float) -> None:
        """Note that a key was verified."""
        self._remembered[self._digest(key)] = (credential_id, monotonic_s)
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)

    def _digest(self, key: str) -> bytes:
        return hmac.new(self._salt, key.encode(), hashlib.sha256).digest()


def public_jwk_of(document: dict[str, Any]) -> tuple[str, str]:
    """Return a public key as it is kept, with its RFC 7638 thumbprint; raises ValueError saying what is wrong with it."""
    try:
        key = import_key(document)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise ValueError("it is no JSON Web Key") from error
    if isinstance(key, RSAKey):
        if key.raw_value.key_size < _MIN_RSA_BITS:
            raise ValueError(f"an RSA key needs at least {_MIN_RSA_BITS} bits")
    elif isinstance(key, ECKey):
        if document.get("crv") not in _CURVES:
            raise ValueError(f"the curve must be one of {', '.join(_CURVES)}")
    elif not isinstance(key, OKPKey) or document.get("crv") != "Ed25519":
        raise ValueError("it must be an RSA, an elliptic-curve or an Ed25519 key")
    if key.is_private:
        raise ValueError("it contains the private half; send the public half only, and make a new pair")
    return orjson.dumps(key.as_dict(private=False)).decode(), key.thumbprint()


def read_assertion(text: str) -> Assertion | None:
    """Return whose assertion a text claims to be, None when it is none; nothing of it is verified yet."""
    try:
        claims = orjson.loads(jws.extract_compact(text.encode()).payload)
    except (JoseError, ValueError, TypeError):
        return None
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return Assertion(subject, text) if isinstance(subject, str) else None


def verified_assertion(
    directory: Directory, assertion: Assertion, audiences: frozenset[str], now: datetime
) -> tuple[str, datetime] | None:
    """Return an assertion's jti and when it may be forgotten, None when it is not the client's or not for us.

    RFC 7523, 3: issuer and subject are the client, the audience is us, it expires, and its jti is used once (by the
    caller's book).
    """
    now_s = now.timestamp()
    for item in directory.credentials_of(assertion.client_id):
        if item.kind != "public_key" or item.public_jwk is None or not item.valid_at(now):
            continue
        key: Key = import_key(orjson.loads(item.public_jwk))
        try:
            claims = jwt.decode(assertion.text, key, algorithms=ASSERTION_ALGORITHMS).claims
        except (JoseError, ValueError, TypeError):
            continue
        return _checked(claims, assertion.client_id, audiences, now_s)
    return None


def _checked(
    claims: dict[str, Any], client_id: str, audiences: frozenset[str], now_s: float
) -> tuple[str, datetime] | None:
    audience = claims.get("aud")
    meant = audience if isinstance(audience, list) else [audience]
    expires_s, not_before_s, jti = _time(claims.get("exp")), _time(claims.get("nbf", 0)), claims.get("jti")
    if expires_s is None or not_before_s is None or not isinstance(jti, str) or not 0 < len(jti) <= 200:
        return None
    right = (
        claims.get("iss") == client_id == claims.get("sub")
        and len(meant) == 1
        and isinstance(meant[0], str)
        and meant[0] in audiences
        and now_s - _LEEWAY_S < expires_s <= now_s + ASSERTION_LIFE_S + _LEEWAY_S
        and not_before_s <= now_s + _LEEWAY_S
    )
    return (jti, datetime.fromtimestamp(expires_s, tz=UTC) + timedelta(seconds=_LEEWAY_S)) if right else None


def _time(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < _LATEST_S:
        return None
    return float(value)
