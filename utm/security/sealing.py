"""Texts only this deployment can read or could have written: secrets of second factors, states of sign-ins elsewhere."""

import hashlib
import hmac
import os
from datetime import datetime
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken


class Sealer:
    """Seals with a key in a file its owner alone can read, made at first start and shared by processes of a folder."""

    def __init__(self, path: Path) -> None:
        key = _key(path)
        self._fernet, self._digest_key = Fernet(key), hashlib.sha256(b"hexlane digest\0" + key).digest()

    def seal(self, data: bytes, now: datetime) -> str:
        """Return the sealed text of some bytes, with the instant it was made."""
        return self._fernet.encrypt_at_time(data, int(now.timestamp())).decode()

    def digest(self, text: str) -> str:
        """Return what stands for a text in the store: the same every time, and nothing to who has not the key."""
        return hmac.new(self._digest_key, text.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()

    def open(self, sealed: str, *, now: datetime | None = None, life_s: int | None = None) -> bytes | None:
        """Return what was sealed, None when it was not sealed here, was altered, or is older than `life_s`."""
        try:
            if now is None or life_s is None:
                return self._fernet.decrypt(sealed)
            return self._fernet.decrypt_at_time(sealed, life_s, int(now.timestamp()))
        except (InvalidToken, ValueError, TypeError):
            return None


def _key(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = Fernet.generate_key()
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(fresh)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # whole or not at all, and the first process wins
        except FileExistsError:
            return path.read_bytes()
        finally:
            temporary.unlink()
        return fresh
