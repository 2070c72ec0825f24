"""argon2id hashes of secrets and passwords, made and checked off the event loop by few threads with a bounded queue."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from utm.problems import Problem
from utm.security.known_passwords import WORDS

_THREADS = 2
_MAX_WAITING = 256
# OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, 1 lane; about 25 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 256
_RUNS = ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")


class Passwords:
    """Hashes and verifies; an unknown name costs the same time as a wrong secret."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobodys_hash = _HASHER.hash(secrets.token_urlsafe(16))

    async def hash(self, secret: str) -> str:
        """Return the argon2id hash of a secret."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _HASHER.hash, secret)

    async def verify(self, hashed: str | None, secret: str) -> bool:
        """Tell whether the secret is the one hashed; `hashed` None takes as long and is False; raises Problem 503."""
        if self._waiting >= _MAX_WAITING:
            raise Problem("service_unavailable", "Too many sign-ins at once; try again in a second.")
        self._waiting += 1
        try:
            matches = await asyncio.get_running_loop().run_in_executor(
                self._pool, _verify, hashed or self._nobodys_hash, secret[: 4 * MAX_PASSWORD_CHARS]
            )
        finally:
            self._waiting -= 1
        return matches and hashed is not None

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _verify(hashed: str, secret: str) -> bool:
    try:
        return _HASHER.verify(hashed, secret)
    except (VerificationError, InvalidHashError):
        return False


def weakness(secret: str, name: str = "") -> str | None:
    """Say why a password is too weak, or None when it is not: length, variety, words everybody tries, the name."""
    lowered = secret.lower()
    if len(secret) < MIN_PASSWORD_CHARS:
        return f"it has fewer than {MIN_PASSWORD_CHARS} characters"
    if len(secret) > MAX_PASSWORD_CHARS:
        return f"it has more than {MAX_PASSWORD_CHARS} characters"
    if len(set(lowered)) < 6:
        return "it repeats a few characters"
    if any(word in lowered and len(secret) < len(word) + 8 for word in WORDS) or _is_run(lowered):
        return "it is built on a word everybody tries first"
    if name and name.lower() in lowered and len(secret) < len(name) + 8:
        return "it is built on the name"
    return None


WEAKNESS_ZH = {
    f"it has fewer than {MIN_PASSWORD_CHARS} characters": f"不足 {MIN_PASSWORD_CHARS} 个字符",
    f"it has more than {MAX_PASSWORD_CHARS} characters": f"超过 {MAX_PASSWORD_CHARS} 个字符",
    "it repeats a few characters": "只重复少数几个字符",
    "it is built on a word everybody tries first": "由常见词构成",
    "it is built on the name": "由用户名构成",
}


def _is_run(lowered: str) -> bool:
    """Tell whether a password is little more than a walk along the keyboard or the alphabet, either way."""
    left = lowered
    for run in _RUNS:
        for line in (run * 2, run[::-1] * 2):
            for start in range(len(run)):
                for length in (8, 5):
                    left = left.replace(line[start : start + length], "")
    return len(left) < MIN_PASSWORD_CHARS - 6 and left != lowered
