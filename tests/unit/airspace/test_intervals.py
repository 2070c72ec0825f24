"""Unions of intervals."""

import math

import pytest

from airspace.intervals import gaps, intersection, merged, quadratic_within


def test_merged_joins_what_touches_and_drops_what_is_reversed() -> None:
    """Touching intervals become one; an empty one disappears."""
    assert merged([(3, 4), (0, 1), (1, 2), (6, 5)]) == [(0, 2), (3, 4)]


def test_intersection_keeps_common_parts_and_single_instants() -> None:
    """A shared endpoint counts."""
    assert intersection([(0, 2), (4, 6)], [(1, 4), (5, 9)]) == [(1, 2), (4, 4), (5, 6)]


def test_gaps_are_what_is_left_open() -> None:
    """What is not covered of the window comes back in order."""
    assert gaps([(1, 2), (3, 9)], 0, 4) == [(0, 1), (2, 3)]
    assert gaps([], 0, 1) == [(0, 1)]
    assert gaps([(0, 1)], 0, 1) == []


@pytest.mark.parametrize(
    ("terms", "band", "expected"),
    [
        ((0, 0, 5), (4, 6), [(0, 1)]),
        ((0, 0, 7), (4, 6), []),
        ((0, 10, 0), (5, math.inf), [(0.5, 1)]),
        ((0, -10, 10), (-math.inf, 5), [(0.5, 1)]),
        ((4, -4, 1), (-1, 0.25), [(0.25, 0.75)]),
        ((-4, 4, 0), (1.0, 2.0), []),
    ],
)
def test_where_a_quadratic_lies_in_a_band(
    terms: tuple[float, float, float], band: tuple[float, float], expected: list[tuple[float, float]]
) -> None:
    """Constant, linear and curved heights; a touch of one instant is no stay."""
    found = quadratic_within(*terms, *band)
    assert [tuple(round(end, 12) for end in pair) for pair in found] == expected
