"""Distances between two recorded flights."""

import math

import numpy as np
import pytest

from utm.replay_distance import MAX_POINTS, Path, apart, document

S = 1_000_000


def straight(at_s: list[float], x_m: list[float], y_m: float, hae_m: float = 50.0) -> Path:
    """Return a path along a parallel at one height."""
    count = len(at_s)
    return Path((np.array(at_s) * S).astype(np.int64), np.array(x_m), np.full(count, y_m), np.full(count, hae_m))


def test_two_flights_that_pass_are_closest_where_they_pass() -> None:
    """Reports at different instants are brought to common ones; the closest approach is where both were abreast."""
    east = straight([0, 1, 2, 3, 4], [0, 10, 20, 30, 40], 0.0)
    west = straight([0.5, 1.5, 2.5, 3.5], [35, 25, 15, 5], 30.0, 90.0)
    found = document(apart(east, west))
    assert found["closest"]["horizontal_m"] == pytest.approx(30.0, abs=0.1)
    assert found["closest"]["vertical_m"] == pytest.approx(40.0)
    assert found["closest"]["distance_m"] == pytest.approx(50.0, abs=0.1)
    # Where only one of them is known, nothing is said.
    assert found["at"][0].endswith(":00.500000Z")
    assert found["at"][-1].endswith(":03.500000Z")


def test_nothing_is_said_across_a_silence() -> None:
    """A gap of more than ten seconds in either track must not be filled by a straight line."""
    one = straight([0, 1, 2, 30, 31], [0, 10, 20, 300, 310], 0.0)
    other = straight([float(i) for i in range(40)], [0.0] * 40, 5.0)
    seconds = apart(one, other).at_us / S
    assert not np.any((seconds > 2) & (seconds < 30))
    assert {0, 2, 30} <= set(seconds.tolist())


def test_an_unknown_height_stays_unknown() -> None:
    """Without a height there is a horizontal distance and no other."""
    one = straight([0, 1], [0, 0], 0.0)
    other = straight([0, 1], [3, 3], 4.0, math.nan)
    found = document(apart(one, other))
    assert found["horizontal_m"] == [5.0, 5.0]
    assert found["vertical_m"] == [None, None]
    assert found["closest"]["distance_m"] is None


def test_thinning_keeps_the_closest_approach() -> None:
    """However many reports, the closest instant is among the points of the chart."""
    times = [i / 10 for i in range(10 * MAX_POINTS)]
    one = straight(times, [0.0] * len(times), 0.0)
    dip = [100.0] * len(times)
    dip[12_347] = 7.0
    found = document(apart(one, straight(times, dip, 0.0)))
    assert found["closest"]["horizontal_m"] == 7.0
    assert found["closest"]["at"] in found["at"]
    assert len(found["at"]) <= MAX_POINTS + 1


def test_flights_never_seen_together_have_no_distance() -> None:
    """Two flights at different times give an empty chart and no closest approach."""
    found = document(apart(straight([0, 1], [0, 0], 0.0), straight([100, 101], [0, 0], 0.0)))
    assert found["at"] == []
    assert found["closest"] is None
