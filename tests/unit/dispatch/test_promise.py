"""Promises: kept as often as they say."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.promise import PRIOR_S, least_seen, promise, steered


def test_before_flights_were_seen_a_prior_stands_in() -> None:
    """With fewer flights than a quantile needs, the promise is the planned arrival plus the prior."""
    found = promise(1000.0, 0.0, [5.0] * 8)
    assert found.flights_seen == 8
    assert found.deliver_s == pytest.approx(1000.0 + PRIOR_S + 0.08 * 1000.0)


def test_a_promise_is_the_conformal_quantile() -> None:
    """Of nineteen flights the 90 % promise rests on the eighteenth smallest lateness."""
    late = [float(k) for k in range(1, 20)]
    assert promise(100.0, 0.0, late, probability=0.9).deliver_s == 118.0


def test_promises_are_kept_as_often_as_they_say() -> None:
    """Over a day of flights whose lateness is skewed, 85 to 95 % of the 90 % promises are kept."""
    draw = random.Random(4)
    seen: list[float] = []
    kept = []
    for _ in range(3000):
        late = draw.expovariate(1 / 60) - 20
        kept.append(late <= promise(0.0, 0.0, seen).deliver_s)
        seen.append(late)
    share = sum(kept[200:]) / len(kept[200:])
    assert 0.85 <= share <= 0.95


@given(st.lists(st.floats(-600, 3600), min_size=30, max_size=60), st.floats(0.5, 0.95))
def test_a_higher_probability_never_promises_sooner(late: list[float], p: float) -> None:
    """More certainty costs time, never saves it."""
    assert promise(0.0, 0.0, late, probability=p).deliver_s <= promise(0.0, 0.0, late, probability=0.96).deliver_s


def test_a_probability_is_one() -> None:
    """0 and 1 are no probabilities to promise with; nine in ten needs nine flights."""
    for wrong in (0.0, 1.0, -1.0, 2.0):
        with pytest.raises(ValueError, match="probability"):
            promise(0.0, 0.0, [], probability=wrong)
    assert least_seen(0.9) == 9


def test_promises_are_kept_while_a_queue_grows_and_goes() -> None:
    """Where lateness grows for hours and falls again, 85 to 95 % are still kept; without steering they are not."""
    draw = random.Random(7)
    shares = []
    for steer in (True, False):
        seen: list[float] = []
        kept: list[bool] = []
        for k in range(4_000):
            queue_s = 900.0 * max(0.0, 1.0 - abs((k % 1_000) - 500) / 400)
            late = draw.expovariate(1 / 60) - 20 + queue_s * draw.uniform(0.6, 1.4)
            kept.append(late <= promise(0.0, 0.0, seen[-200:], kept=kept if steer else ()).deliver_s)
            seen.append(late)
        shares.append(sum(kept[200:]) / len(kept[200:]))
    assert 0.85 <= shares[0] <= 0.95
    assert abs(shares[0] - 0.9) < abs(shares[1] - 0.9)


def test_steering_leans_against_what_was_kept() -> None:
    """Kept too seldom: more careful; too often: less; as often as said, or hardly seen: as said; always a probability."""
    assert steered(0.9, [True] * 5) == 0.9
    assert steered(0.9, [True] * 54 + [False] * 6) == pytest.approx(0.9)
    assert steered(0.9, [True] * 60) == pytest.approx(0.8)
    assert steered(0.9, [True] * 50 + [False] * 10) > 0.9
    assert steered(0.9, [False] * 60) == 0.99
