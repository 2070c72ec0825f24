"""Back-off for those who guess: failures are counted by person and by address, and each more costs a longer wait.

Programs have secrets of 256 random bits, which nobody guesses: for them (account None) only the address counts, so that
nobody can make a firm's program wait.

An account that was opened from an address before may be opened from there while others guess at it, so that guessing
locks nobody out of where they always work; failures from there end that. Counted in each process alone and forgotten
after an hour without failures.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from utm.problems import Problem
from utm.ratelimit import MAX_KEYS, RateLimiter

FREE_FAILURES = 5
"""Failures an account may see before waiting begins (ours)."""
MAX_WAIT_S = 300.0
FORGET_S = 3600.0


@dataclass(frozen=True, slots=True)
class _Failures:
    count: int
    blocked_until_s: float
    last_s: float


class Guesses:
    """Counts wrong secrets, passwords and codes."""

    def __init__(self, monotonic_s: Callable[[], float], *, max_keys: int = MAX_KEYS) -> None:
        self._monotonic_s, self._max_keys = monotonic_s, max_keys
        self._accounts: OrderedDict[str, _Failures] = OrderedDict()
        self._known: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._addresses = RateLimiter("guesses", rate_per_s=0.5, burst=60, monotonic_s=monotonic_s, max_keys=max_keys)

    def check(self, account: str | None, address: str) -> None:
        """Raise Problem 429 while this person, or everybody at this address, has to wait."""
        if account is not None and (account, address) in self._known:
            return
        failures = None if account is None else self._accounts.get(account)
        now_s = self._monotonic_s()
        wait_s = 0.0 if failures is None else failures.blocked_until_s - now_s
        verdict = self._addresses.peek(address)
        if not verdict.allowed:
            wait_s = max(wait_s, verdict.retry_after_s)
        if wait_s > 0:
            raise _wait(wait_s)

    def failed(self, account: str | None, address: str) -> None:
        """Count a failure."""
        self._addresses.take(address)
        if account is None:
            return
        now_s = self._monotonic_s()
        before = self._accounts.get(account)
        count = 1 if before is None or now_s - before.last_s > FORGET_S else before.count + 1
        wait_s = 0.0 if count < FREE_FAILURES else min(MAX_WAIT_S, 2.0 ** (count - FREE_FAILURES))
        self._accounts[account] = _Failures(count, now_s + wait_s, now_s)
        self._accounts.move_to_end(account)
        own = self._known.pop((account, address), None)
        if own is not None and own + 1 < FREE_FAILURES:
            self._known[account, address] = own + 1
        if len(self._accounts) > self._max_keys:
            self._accounts.popitem(last=False)

    def succeeded(self, account: str, address: str) -> None:
        """Forget the account's failures, and know it at this address from now on."""
        self._accounts.pop(account, None)
        self._known[account, address] = 0
        self._known.move_to_end((account, address))
        if len(self._known) > self._max_keys:
            self._known.popitem(last=False)


def _wait(wait_s: float) -> Problem:
    seconds = max(1, math.ceil(wait_s))
    return Problem(
        "too_many_attempts",
        f"Too many wrong attempts; wait {seconds} s before the next.",
        f"错误次数过多；请等待 {seconds} 秒后再试。",
        headers={"Retry-After": str(seconds)},
    )
