"""The cheapest way over squares, compiled and not."""

import math
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from airspace.deconfliction.compiled import numba_installed
from dispatch.squares import Square, cheapest_way, plain_way

STEP_M = 100.0


def ground(seed: int, rows: int, columns: int, shut: float) -> tuple[np.ndarray, np.ndarray]:
    """Return random closed squares and surcharges; every other seed has surcharges that tie."""
    rng = np.random.default_rng(seed)
    extra = rng.random((rows, columns)) * 3.0 if seed % 2 else rng.integers(0, 3, (rows, columns)).astype(float)
    return rng.random((rows, columns)) < shut, extra.astype(np.float32)


def cost_m(extra: np.ndarray, way: list[Square]) -> float:
    return sum(STEP_M * math.dist(a, b) * (1.0 + 0.5 * (float(extra[a]) + float(extra[b]))) for a, b in pairwise(way))


def oracle_m(closed: np.ndarray, extra: np.ndarray, first: Square, last: Square) -> float:
    """Return the least cost as Bellman and Ford find it: every step is tried until none brings anything nearer."""
    rows, columns = closed.shape
    squares = [(i, j) for i in range(rows) for j in range(columns)]
    steps = [
        (a, b, cost_m(extra, [a, b]))
        for a in squares
        for b in squares
        if a != b and max(abs(a[0] - b[0]), abs(a[1] - b[1])) == 1 and (not closed[b] or b == last)
    ]
    reached = dict.fromkeys(squares, math.inf) | {first: 0.0}
    for _ in squares:
        before = dict(reached)
        for a, b, cost in steps:
            reached[b] = min(reached[b], reached[a] + cost)
        if reached == before:
            break
    return reached[last]


@pytest.mark.parametrize("seed", range(12))
def test_a_way_is_the_cheapest_there_is(seed: int) -> None:
    """A way costs what the least over the same squares is, enters no closed square but its ends, and is None where none is."""
    rng = Random(seed)
    rows, columns = rng.randint(1, 10), rng.randint(1, 10)
    closed, extra = ground(seed, rows, columns, rng.choice([0.0, 0.25, 0.5]))
    first, last = ((rng.randrange(rows), rng.randrange(columns)) for _ in range(2))
    way = cheapest_way(closed, extra, STEP_M, first, last)
    expected = oracle_m(closed, extra, first, last)
    if way is None:
        assert math.isinf(expected)
        return
    assert (way[0], way[-1]) == (first, last)
    assert all(max(abs(a[0] - b[0]), abs(a[1] - b[1])) == 1 for a, b in pairwise(way))
    assert not any(closed[square] for square in way[1:-1])
    assert cost_m(extra, way) == pytest.approx(expected, rel=1e-12)


@pytest.mark.skipif(not numba_installed(), reason="there is nothing compiled to compare without numba")
@pytest.mark.parametrize("seed", range(8))
def test_compiled_and_plain_find_the_same_way(seed: int) -> None:
    """The compiled search and the plain one take the same squares, also where several ways cost the same."""
    rng = Random(seed)
    rows, columns = rng.randint(20, 70), rng.randint(20, 70)
    closed, extra = ground(seed, rows, columns, 0.3)
    if seed % 4 == 0:
        extra = np.zeros_like(extra)
    first, last = ((rng.randrange(rows), rng.randrange(columns)) for _ in range(2))
    assert cheapest_way(closed, extra, STEP_M, first, last) == plain_way(closed, extra, STEP_M, first, last)
