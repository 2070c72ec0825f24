"""Back-off for those who guess: failures are counted by person and by address, and each more costs a longer wait.

Programs have secrets of 256 random bits, which nobody guesses: for them (account None) only the address counts, so that
nobody can make a firm's program wait. What an address gets wrong about one name, program or person, is counted too.

An account that was opened from an address before may be opened from there while others guess at it, so that guessing
locks nobody out of where they always work; failures from there end that.

Everything is counted in the store, so that it holds across processes and restarts, and forgotten after an hour without
failures. Keys are keyed hashes: people type passwords into the field for names.
"""

import math
from collections.abc import Callable
from typing import Final

from sqlmodel import Session

from utm.clock import Clock
from utm.problems import Problem
from utm.ratelimit import Bucket, Verdict
from utm.store import attempts
from utm.store.identity_tables import AttemptRow
from utm.store.store import Store

FREE_FAILURES: Final = 5
"""Failures an account may see before waiting begins (ours)."""
MAX_WAIT_S: Final = 300.0
FORGET_S: Final = 3600.0
KNOWN_S: Final = 90 * 86_400.0
"""How long an account stays known at an address it was opened from (ours)."""
ADDRESSES: Final = Bucket("guesses", 0.5, 60)
"""Wrong secrets of one address, whatever the names."""
PAIRS: Final = Bucket("failures", 0.2, 12)
"""Wrong secrets of one address for one name."""
APPLICATIONS: Final = Bucket("applications", 5 / 3600, 10)
"""What anybody may do without saying who they are: applications of one address."""


class Guesses:
    """Counts wrong secrets, passwords and codes, for every process on the store."""

    def __init__(self, clock: Clock, store: Store, hidden: Callable[[str], str]) -> None:
        """`hidden` turns a key into one that tells nothing to who reads the store."""
        self._clock, self._store, self._hidden = clock, store, hidden

    async def check(self, account: str | None, address: str, *, name: str | None = None) -> None:
        """Raise Problem 429 while this person, or everybody at this address, has to wait.

        `name` is whose secret is shown, person or program.
        """
        now_s = self._now_s()
        of_account, of_both, of_address, of_pair = self._keys(account, address, name)
        wanted = [key for key in (of_account, of_both, of_address, of_pair) if key is not None]
        rows = await self._store.read(lambda session: attempts.of(session, wanted, now_s))
        if of_pair is not None:
            _peek(PAIRS, rows.get(of_pair), now_s).raise_if_refused()
        if of_both in rows:
            return
        wait_s = 0.0 if of_account not in rows else rows[of_account].until_s - now_s
        verdict = _peek(ADDRESSES, rows.get(of_address), now_s)
        if not verdict.allowed:
            wait_s = max(wait_s, verdict.retry_after_s)
        if wait_s > 0:
            raise _wait(wait_s)

    async def failed(self, account: str | None, address: str, *, name: str | None = None) -> None:
        """Count a failure."""
        of_account, of_both, of_address, of_pair = self._keys(account, address, name)

        def job(session: Session) -> None:
            now_s = self._now_s()
            wanted = [key for key in (of_account, of_both, of_address, of_pair) if key is not None]
            rows = attempts.of(session, wanted, now_s)
            _take(session, ADDRESSES, of_address, rows.get(of_address), now_s)
            if of_pair is not None:
                _take(session, PAIRS, of_pair, rows.get(of_pair), now_s)
            if of_account is None or of_both is None:
                return
            count = 1 + (rows[of_account].count if of_account in rows else 0.0)
            wait_s = 0.0 if count < FREE_FAILURES else min(MAX_WAIT_S, 2.0 ** (count - FREE_FAILURES))
            attempts.put(session, AttemptRow(
                key=of_account, count=count, until_s=now_s + wait_s, at_s=now_s, expires_s=now_s + FORGET_S
            ))  # fmt: skip
            own = rows.get(of_both)
            if own is not None and own.count + 1 < FREE_FAILURES:
                attempts.put(session, AttemptRow(**{**own.model_dump(), "count": own.count + 1}))
            elif own is not None:
                attempts.remove(session, of_both)

        await self._store.write(job)

    async def succeeded(self, account: str, address: str) -> None:
        """Forget the account's failures, and know it at this address from now on."""
        of_account, of_both, _, _ = self._keys(account, address, None)

        def job(session: Session) -> None:
            now_s = self._now_s()
            if of_account is not None and of_both is not None:
                attempts.remove(session, of_account)
                attempts.put(session, AttemptRow(key=of_both, count=0.0, at_s=now_s, expires_s=now_s + KNOWN_S))

        await self._store.write(job)

    async def take(self, bucket: Bucket, address: str) -> Verdict:
        """Take one from an address's bucket, whichever process asks, and say whether it held as much."""
        key = self._hidden(f"{bucket.policy}\0{address}")

        def job(session: Session) -> Verdict:
            now_s = self._now_s()
            return _take(session, bucket, key, attempts.of(session, [key], now_s).get(key), now_s)

        return await self._store.write(job)

    def forget_expired(self, session: Session) -> None:
        """Forget what has expired by itself."""
        attempts.forget(session, self._now_s())

    def _now_s(self) -> float:
        # Not monotonic: processes and restarts share it.
        return self._clock.now().timestamp()

    def _keys(
        self, account: str | None, address: str, name: str | None
    ) -> tuple[str | None, str | None, str, str | None]:
        return (
            None if account is None else self._hidden(f"account\0{account}"),
            None if account is None else self._hidden(f"known\0{account}\0{address}"),
            self._hidden(f"{ADDRESSES.policy}\0{address}"),
            None if name is None else self._hidden(f"{PAIRS.policy}\0{address}\0{name}"),
        )


def _peek(bucket: Bucket, row: AttemptRow | None, now_s: float) -> Verdict:
    level = bucket.level(None if row is None else (row.count, row.at_s), now_s)
    return bucket.verdict(level, 1.0, allowed=level >= 1.0)


def _take(session: Session, bucket: Bucket, key: str, row: AttemptRow | None, now_s: float) -> Verdict:
    level = bucket.level(None if row is None else (row.count, row.at_s), now_s)
    allowed = level >= 1.0
    left = level - 1.0 if allowed else level
    full_s = (bucket.burst - left) / bucket.rate_per_s
    attempts.put(session, AttemptRow(key=key, count=left, at_s=now_s, expires_s=now_s + full_s))
    return bucket.verdict(left, 1.0, allowed=allowed)


def _wait(wait_s: float) -> Problem:
    seconds = max(1, math.ceil(wait_s))
    return Problem(
        "too_many_attempts",
        f"Too many wrong attempts; wait {seconds} s before the next.",
        f"错误次数过多；请等待 {seconds} 秒后再试。",
        headers={"Retry-After": str(seconds)},
    )
