"""The keys that sign access tokens: ES256, made at first start, kept in files only their owner can read, rotated.

The newest key signs; older ones stay in the published set until every token they signed has expired. Processes that
share a data folder share its keys: an unknown `kid` makes a process look at the folder again.
"""

import os
import secrets
import stat
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
_CURVE = "P-256"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair; its `kid` is the RFC 7638 thumbprint."""

    kid: str
    key: ECKey
    created_at: datetime

    @property
    def public_jwk(self) -> dict[str, Any]:
        """The public half, as listed at /.well-known/jwks.json."""
        return {**self.key.as_dict(private=False), "kid": self.kid, "alg": ALGORITHM, "use": "sig"}


class KeyRing:
    """The signing keys in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: dict[str, SigningKey] = {}

    def open(self, now: datetime) -> None:
        """Load the keys, and make the first one where there is none; raises RuntimeError for a key others can read."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._load()
        if not self._keys:
            self.rotate(now)

    def rotate(self, now: datetime) -> SigningKey:
        """Make a new key, which signs from now on."""
        key = ECKey.generate_key(_CURVE, private=True)
        signing = SigningKey(key.thumbprint(), key, now)
        document = {"created_at": now.isoformat(), "jwk": key.as_dict(private=True)}
        write_private(self._folder / f"{signing.kid}.json", orjson.dumps(document))
        self._keys = {**self._keys, signing.kid: signing}
        return signing

    def retire(self, now: datetime, keep_s: float) -> list[str]:
        """Delete keys that were replaced longer than `keep_s` ago; return their kids."""
        ordered = sorted(self._keys.values(), key=_age)
        gone = [
            old.kid for old, successor in pairwise(ordered) if successor.created_at < now - timedelta(seconds=keep_s)
        ]
        for kid in gone:
            (self._folder / f"{kid}.json").unlink(missing_ok=True)
        self._keys = {kid: key for kid, key in self._keys.items() if kid not in gone}
        return gone

    @property
    def current(self) -> SigningKey:
        """The key that signs."""
        return max(self._keys.values(), key=_age)

    def find(self, kid: str) -> SigningKey | None:
        """Return the key of that name, looking at the folder again when it is new; None when there is none."""
        if kid not in self._keys and len(kid) == 43 and (self._folder / f"{_safe(kid)}.json").exists():
            self._load()
        return self._keys.get(kid)

    def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JWK set (RFC 7517, 5), newest first."""
        self._load()
        return {"keys": [key.public_jwk for key in sorted(self._keys.values(), key=_age, reverse=True)]}

    def _load(self) -> None:
        self._keys = {key.kid: key for key in (_read(path) for path in sorted(self._folder.glob("*.json")))}


def _age(key: SigningKey) -> tuple[datetime, str]:
    return key.created_at, key.kid


def _safe(kid: str) -> str:
    return "".join(character for character in kid if character.isalnum() or character in "-_")


def _read(path: Path) -> SigningKey:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise RuntimeError(f"the signing key {path} may be read by others; replace it, or run: chmod 600 {path}")
    document = orjson.loads(path.read_bytes())
    key = ECKey.import_key(document["jwk"])
    return SigningKey(key.thumbprint(), key, datetime.fromisoformat(document["created_at"]))


def write_private(path: Path, data: bytes) -> None:
    """Write a file only its owner can read, whole or not at all: a temporary file, synced, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
