"""Token buckets: how often one caller may ask, told in the headers of every answer.

Headers follow draft-ietf-httpapi-ratelimit-headers-10 (`RateLimit-Policy`, `RateLimit`); a refusal is 429 with
`Retry-After`. Memory is bounded: the buckets longest unused are forgotten first.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from utm.problems import Problem

MAX_KEYS = 20_000
_MAX_RATES = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one more request fits, and what to tell the caller; times in seconds."""

    allowed: bool
    policy: str
    burst: int
    window_s: int
    remaining: int
    reset_s: float
    retry_after_s: float

    @property
    def headers(self) -> dict[str, str]:
        """The RateLimit headers of the answer."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.burst};w={self.window_s}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={math.ceil(self.reset_s)}',
        }

    def raise_if_refused(self) -> None:
        """Raise Problem 429 when the request does not fit."""
        if self.allowed:
            return
        wait_s = max(1, math.ceil(self.retry_after_s))
        raise Problem(
            "too_many_requests",
            f"More than {self.burst} requests in {self.window_s} s; wait {wait_s} s.",
            f"{self.window_s} 秒内请求超过 {self.burst} 次；请等待 {wait_s} 秒。",
            headers={"Retry-After": str(wait_s), **self.headers},
        )


@dataclass(frozen=True, slots=True)
class Bucket:
    """The arithmetic of one kind of bucket: `burst` at once, refilled at `rate_per_s`; what is kept is (level, at_s)."""

    policy: str
    rate_per_s: float
    burst: int

    def level(self, kept: tuple[float, float] | None, now_s: float) -> float:
        """Return what a bucket holds now; one nobody has taken from is full."""
        if kept is None:
            return float(self.burst)
        level, at_s = kept
        return min(float(self.burst), level + max(0.0, now_s - at_s) * self.rate_per_s)

    def verdict(self, level: float, cost: float, *, allowed: bool) -> Verdict:
        """Return what to tell a caller who asked for `cost` and left `level`."""
        return Verdict(
            allowed=allowed,
            policy=self.policy,
            burst=self.burst,
            window_s=math.ceil(self.burst / self.rate_per_s),
            remaining=math.floor(level),
            reset_s=(self.burst - level) / self.rate_per_s,
            retry_after_s=0.0 if allowed else (cost - level) / self.rate_per_s,
        )


class RateLimiter:
    """One bucket per key, in this process: `burst` at once, refilled at `rate_per_s`."""

    def __init__(
        self, policy: str, *, rate_per_s: float, burst: int, monotonic_s: Callable[[], float], max_keys: int = MAX_KEYS
    ) -> None:
        if rate_per_s <= 0 or burst < 1:
            raise ValueError("a limit must let something through")
        self.policy = policy
        self.rate_per_s = rate_per_s
        self.burst = burst
        self._bucket = Bucket(policy, rate_per_s, burst)
        self._monotonic_s = monotonic_s
        self._max_keys = max_keys
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: str, cost: float = 1.0) -> Verdict:
        """Take `cost` from the key's bucket if it holds as much, and say whether it did."""
        level = self._level(key)
        allowed = level >= cost
        if allowed:
            level -= cost
        self._buckets[key] = (level, self._monotonic_s())
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._max_keys:
            self._buckets.popitem(last=False)
        return self._bucket.verdict(level, cost, allowed=allowed)

    def peek(self, key: str, cost: float = 1.0) -> Verdict:
        """Say whether `cost` would fit, and take nothing."""
        level = self._level(key)
        return self._bucket.verdict(level, cost, allowed=level >= cost)

    def _level(self, key: str) -> float:
        return self._bucket.level(self._buckets.get(key), self._monotonic_s())


class Limits:
    """The limits of one process: what keeps it quick for everybody.

    `requests`: API requests per caller. `tokens`: token requests per client. `strangers`: sign-ins and token requests
    per address, whoever they claim to be. What keeps guesses out holds in the whole deployment: `utm.security.guesses`.
    """

    def __init__(self, monotonic_s: Callable[[], float], *, requests_per_s: float = 200.0) -> None:
        self._monotonic_s = monotonic_s
        self._by_rate: dict[float, RateLimiter] = {}
        self.requests = self._limiter(requests_per_s)
        self.tokens = RateLimiter("tokens", rate_per_s=2.0, burst=120, monotonic_s=monotonic_s)
        self.strangers = RateLimiter("strangers", rate_per_s=10.0, burst=300, monotonic_s=monotonic_s)

    def requests_at(self, rate_per_s: float | None) -> RateLimiter:
        """Return the limiter of requests for callers with a rate of their own; None: everybody's."""
        if rate_per_s is None:
            return self.requests
        found = self._by_rate.get(rate_per_s)
        if found is None:
            if len(self._by_rate) >= _MAX_RATES:  # rates are written by admins: a few
                self._by_rate.clear()
            found = self._by_rate[rate_per_s] = self._limiter(rate_per_s)
        return found

    def _limiter(self, rate_per_s: float) -> RateLimiter:
        burst = max(1, math.ceil(2 * rate_per_s))
        return RateLimiter("requests", rate_per_s=rate_per_s, burst=burst, monotonic_s=self._monotonic_s)
