"""The keys that sign access tokens: ES256, made at first start, kept in files only their owner can read, rotated.

A new key is published before it signs, so that whoever keeps the published set for a while knows it when the first token
comes; older ones stay in the set until every token they signed has expired. Processes that share a data folder share its
keys: each looks at the folder again when it changed, within a fifth of a second.
"""

import os
import secrets
import stat
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
_CURVE = "P-256"
PUBLISH_AHEAD_S = 600.0
"""How long a new key is published before it signs: twice what /.well-known/jwks.json may be kept."""
_LOOK_AGAIN_S = 0.2


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key pair; its `kid` is the RFC 7638 thumbprint."""

    kid: str
    key: ECKey
    created_at: datetime
    signs_from: datetime

    @property
    def public_jwk(self) -> dict[str, Any]:
        """The public half, as listed at /.well-known/jwks.json."""
        return {**self.key.as_dict(private=False), "kid": self.kid, "alg": ALGORITHM, "use": "sig"}


class KeyRing:
    """The signing keys in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: dict[str, SigningKey] = {}
        self._names: frozenset[str] = frozenset()
        self._looked_s = 0.0

    def open(self, now: datetime) -> None:
        """Load the keys, and make the first one where there is none; raises RuntimeError for a key others can read."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._load()
        if not self._keys:
            self.rotate(now)

    def rotate(self, now: datetime, *, ahead_s: float = 0.0) -> SigningKey:
        """Make a new key, which is published at once and signs after `ahead_s`."""
        key = ECKey.generate_key(_CURVE, private=True)
        signs_from = now + timedelta(seconds=ahead_s)
        signing = SigningKey(key.thumbprint(), key, now, signs_from)
        document = {
            "created_at": now.isoformat(),
            "signs_from": signs_from.isoformat(),
            "jwk": key.as_dict(private=True),
        }
        write_private(self._folder / f"{signing.kid}.json", orjson.dumps(document))
        self._load()
        return self._keys[signing.kid]

    def retire(self, now: datetime, keep_s: float) -> list[str]:
        """Delete keys that were replaced longer than `keep_s` ago; return their kids."""
        ordered = sorted(self._keys.values(), key=_age)
        gone = [
            old.kid for old, successor in pairwise(ordered) if successor.signs_from < now - timedelta(seconds=keep_s)
        ]
        for kid in gone:
            self._delete(kid)
        return gone

    def remove(self, kid: str, now: datetime) -> SigningKey | None:
        """Delete a key at once: what it signed is void. A key in use is replaced first. None: there is no such key."""
        self._load()
        known = self._keys.get(kid)
        if known is None:
            return None
        others = [key for key in self._keys.values() if key.kid != kid]
        if not any(key.signs_from <= now for key in others):
            self.rotate(now)
        self._delete(kid)
        return known

    def current_at(self, now: datetime) -> SigningKey:
        """Return the key that signs: the newest whose time has come."""
        self._look()
        due = [key for key in self._keys.values() if key.signs_from <= now]
        # Only where the clock went back behind every key: the oldest is the one others know longest.
        return max(due, key=_age) if due else min(self._keys.values(), key=_age)

    def find(self, kid: str) -> SigningKey | None:
        """Return the key of that name, looking at the folder again when it is new; None when there is none."""
        self._look(at_once=kid not in self._keys and len(kid) == _KID_CHARS)
        return self._keys.get(kid)

    def all(self) -> list[SigningKey]:
        """Return every key, newest first."""
        self._look(at_once=True)
        return sorted(self._keys.values(), key=_age, reverse=True)

    def jwks(self) -> dict[str, Any]:
        """Return the public keys as a JWK set (RFC 7517, 5), newest first."""
        return {"keys": [key.public_jwk for key in self.all()]}

    def _delete(self, kid: str) -> None:
        (self._folder / f"{kid}.json").unlink(missing_ok=True)
        self._load()

    def _look(self, *, at_once: bool = False) -> None:
        """Load the folder again when its files are others than before; asked at most every fifth of a second."""
        now_s = time.monotonic()
        if not at_once and now_s - self._looked_s < _LOOK_AGAIN_S:
            return
        self._looked_s = now_s
        if self._listed() != self._names:
            self._load()

    def _listed(self) -> frozenset[str]:
        return frozenset(name for name in os.listdir(self._folder) if name.endswith(".json"))

    def _load(self) -> None:
        names = self._listed()
        found = [_read(self._folder / name) for name in sorted(names)]
        self._keys = {key.kid: key for key in found if key is not None}
        self._names = names


_KID_CHARS = 43


def _age(key: SigningKey) -> tuple[datetime, str]:
    return key.signs_from, key.kid


def _read(path: Path) -> SigningKey | None:
    """Return the key in a file; None when another process has just deleted it."""
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise RuntimeError(f"the signing key {path} may be read by others; replace it, or run: chmod 600 {path}")
        document = orjson.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    key = ECKey.import_key(document["jwk"])
    created_at = datetime.fromisoformat(document["created_at"])
    signs_from = datetime.fromisoformat(document.get("signs_from", document["created_at"]))
    return SigningKey(key.thumbprint(), key, created_at, signs_from)


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
