"""Signing: MAVLink 2 message signatures, checked in the order of the specification; pure.

A signature is the first 48 bits of SHA-256 over the secret key and the frame from its first byte to the timestamp
(mavlink.io, "Message Signing"). The timestamp counts 10 microsecond steps since 2015-01-01 UTC.

Order of the checks for one frame:

    1. signature        wrong: "bad_signature", nothing is stored. So a forged frame from the far future is harmless.
    2. known stream     (link id, system, component) of this key: the timestamp must be later than the last, otherwise
                        "replayed".
    3. new stream       the timestamp may be at most a minute behind the latest this key has shown and, where no frame
                        of this key has been seen, behind our own clock; otherwise "replayed".
    4. only now the timestamp is stored: "verified".

Streams are remembered with the key, not with the address, so a recorded frame is refused from everywhere.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Final

EPOCH_2015_S: Final = 1_420_070_400
NEW_STREAM_SLACK: Final = 60 * 100_000
STREAMS_PER_KEY: Final = 256


def timestamp_of(unix_s: float) -> int:
    """Return the 48-bit signing timestamp of an instant in unix seconds."""
    return max(0, int((unix_s - EPOCH_2015_S) * 100_000)) & 0xFFFF_FFFF_FFFF


def signature_block(key: bytes, frame: bytes, link_id: int, timestamp: int) -> bytes:
    """Return the 13 bytes to append to a frame whose header already has the signed flag."""
    stamped = bytes([link_id]) + timestamp.to_bytes(6, "little")
    return stamped + hashlib.sha256(key + frame + stamped).digest()[:6]


class Credential:
    """A named signing key of one vehicle, with the replay state of its streams; its repr never shows the key."""

    __slots__ = ("_key", "_streams", "latest", "name", "sent", "system_id")

    def __init__(self, name: str, key: bytes, system_id: int) -> None:
        if len(key) != 32:
            raise ValueError("a signing key has 32 bytes")
        if not 1 <= system_id <= 255:
            raise ValueError("a system id lies between 1 and 255")
        self.name = name
        self.system_id = system_id
        self.latest = 0
        self.sent = 0
        self._key = key
        self._streams: dict[tuple[int, int], int] = {}

    def __repr__(self) -> str:
        return f"Credential({self.name!r}, system_id={self.system_id})"

    def is_same(self, key: bytes, system_id: int) -> bool:
        """Whether this is that key, for that system id."""
        return self.system_id == system_id and hmac.compare_digest(self._key, key)

    def signs(self, frame: bytes) -> bool:
        """Whether this key made the signature of a whole signed frame."""
        expected = hashlib.sha256(self._key + frame[:-6]).digest()[:6]
        return hmac.compare_digest(expected, frame[-6:])

    def check(self, frame: bytes, component_id: int, now: float) -> str:
        """Return "verified", "bad_signature" or "replayed" for a whole signed frame received at `now`."""
        if not self.signs(frame):
            return "bad_signature"
        timestamp = int.from_bytes(frame[-12:-6], "little")
        stream = (frame[-13], component_id)
        last = self._streams.get(stream)
        if last is None:
            reference = self.latest or timestamp_of(now)
            if timestamp + NEW_STREAM_SLACK < reference or len(self._streams) >= STREAMS_PER_KEY:
                return "replayed"
        elif timestamp <= last:
            return "replayed"
        self._streams[stream] = timestamp
        self.latest = max(self.latest, timestamp)
        return "verified"

    def sign(self, frame: bytes, link_id: int, now: float) -> bytes:
        """Return the frame (signed flag set) with a signature whose timestamp never repeats or goes back."""
        self.sent = max(self.sent + 1, self.latest + 1, timestamp_of(now))
        return frame + signature_block(self._key, frame, link_id, self.sent)


class Keyring:
    """The credentials known, by name and by system id."""

    def __init__(self) -> None:
        self._by_name: dict[str, Credential] = {}
        self._by_system: dict[int, list[Credential]] = {}

    def add(self, name: str, key: bytes, system_id: int) -> Credential:
        """Register a key, replacing an older one of the same name; raises ValueError for a key of the wrong length.

        The same key told again keeps its replay state: what it signed before stays refused.
        """
        held = self._by_name.get(name)
        if held is not None and held.is_same(key, system_id):
            return held
        self.remove(name)
        credential = Credential(name, key, system_id)
        self._by_name[name] = credential
        self._by_system.setdefault(system_id, []).append(credential)
        return credential

    def remove(self, name: str) -> None:
        """Forget a credential; nothing happens when it is not there."""
        old = self._by_name.pop(name, None)
        if old is not None:
            self._by_system[old.system_id].remove(old)

    def get(self, name: str) -> Credential | None:
        """Return the credential of that name."""
        return self._by_name.get(name)

    def of_system(self, system_id: int) -> list[Credential]:
        """Return the credentials that fly with a system id."""
        return self._by_system.get(system_id, [])

    def __iter__(self) -> Iterator[Credential]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)
