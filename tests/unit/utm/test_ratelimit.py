"""A bucket lets through what was promised, tells what is left, and never grows without bound."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.edge import MovableClock, running
from utm.problems import Problem
from utm.ratelimit import Limits, RateLimiter


def limiter(clock: MovableClock, rate_per_s: float = 2.0, burst: int = 5, max_keys: int = 10) -> RateLimiter:
    return RateLimiter("r", rate_per_s=rate_per_s, burst=burst, monotonic_s=clock.monotonic_s, max_keys=max_keys)


def test_a_burst_passes_then_the_rate_holds() -> None:
    """The burst must pass at once; then one request per refill, as Retry-After promised."""
    clock = MovableClock()
    limit = limiter(clock)
    assert [limit.take("a").allowed for _ in range(6)] == [True] * 5 + [False]
    verdict = limit.peek("a")
    with pytest.raises(Problem) as caught:
        verdict.raise_if_refused()
    assert caught.value.headers["Retry-After"] == "1"
    clock.advance(verdict.retry_after_s)
    assert limit.take("a").allowed
    assert not limit.take("a").allowed
    assert limit.take("b").allowed


def test_the_headers_tell_policy_and_rest() -> None:
    """The headers must name quota, window, what is left, and when the bucket is full again."""
    limit = limiter(MovableClock())
    assert limit.take("a").headers == {"RateLimit-Policy": '"r";q=5;w=3', "RateLimit": '"r";r=4;t=1'}


def test_memory_is_bounded() -> None:
    """However many strangers knock, only so many are remembered, the latest of them."""
    limit = limiter(MovableClock())
    for number in range(100):
        limit.take(str(number))
    assert len(limit) == 10
    assert limit.peek("99").remaining == 4


def test_a_limit_lets_something_through() -> None:
    """A limit of nothing cannot exist."""
    with pytest.raises(ValueError, match="something"):
        limiter(MovableClock(), rate_per_s=0)


@given(st.lists(st.floats(0, 3), max_size=60))
def test_never_more_than_burst_plus_rate(pauses: list[float]) -> None:
    """In any sequence of requests no more may pass than the burst and what was refilled."""
    clock = MovableClock()
    limit = limiter(clock)
    passed = 0
    for pause in pauses:
        clock.advance(pause)
        passed += limit.take("a").allowed
    assert passed <= 5 + 2.0 * sum(pauses) + 1e-6


def test_the_demonstrations_promise_is_kept() -> None:
    """At least 60 tokens a minute and 100 requests a second must fit, sustained."""
    clock = MovableClock()
    limits = Limits(clock.monotonic_s)
    for _ in range(5):
        assert all(limits.requests.take("a").allowed for _ in range(100))
        clock.advance(1)
    for _ in range(5):
        assert all(limits.tokens.take("a").allowed for _ in range(60))
        clock.advance(60)


async def test_a_flood_of_requests_is_answered_429(tmp_path: Path) -> None:
    """A caller over its rate must get 429 with Retry-After and RateLimit headers, and nobody else may notice."""
    async with running(tmp_path) as edge, edge.client() as client:
        mine, other = edge.headers("operator"), edge.headers("operator", 1)
        first = await client.get("/v1/aircraft", headers=mine)
        assert first.headers["ratelimit"].startswith('"requests";r=399')
        while edge.identity.limits.requests.take(edge.of("operator")["client_id"]).allowed:
            pass
        refused = await client.get("/v1/aircraft", headers=mine)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["ratelimit"].startswith('"requests";r=0')
        assert (await client.get("/v1/aircraft", headers=other)).status_code == 200
