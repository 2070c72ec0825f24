"""Deviation from a plan, against arithmetic by hand and against dense sampling."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.conformance import Deviations, IntentTable
from airspace.geometry4d import Prism, Tolerance, Trajectory4D

TOLERANCE = Tolerance(horizontal_m=20.0, vertical_m=5.0, time_s=7.5)


def flight(*points: tuple[float, float, float, float]) -> Trajectory4D:
    """Return the trajectory through points (x, y, z, t)."""
    rows = [[*a, *b] for a, b in pairwise(points)]
    return Trajectory4D(np.array(rows, float), np.arange(len(rows), dtype=np.int32))


def judge(table: IntentTable, row: int, t: float, x: float, y: float, z: float, scale: float = 1.0) -> Deviations:
    """Return the deviations of one flight."""
    return table.judge(np.array([row]), np.array([[t, x, y, z]], float), np.array([scale]))


@pytest.fixture
def eastward() -> IntentTable:
    """One flight on row 3: 1000 m east at 10 m/s and 100 m height, from t = 1000."""
    table = IntentTable()
    table.put(3, flight((0, 0, 100, 1000), (1000, 0, 100, 1100)), TOLERANCE)
    return table


@pytest.mark.parametrize(
    ("t", "x", "y", "z", "within", "lateral", "vertical", "temporal"),
    [
        (1050, 500, 0, 100, True, 0, 0, 0),
        (1050, 500, 20, 105, True, 20, 5, 0),  # touching both limits is inside
        (1050, 500, 20.001, 100, False, 20.001, 0, 0),
        (1050, 500, 0, 94.9, False, 0, -5.1, 0),
        (1050, 430, 0, 100, True, 0, 0, -7),  # on the path, 7 s late
        (1050, 410, 3, 98, True, np.hypot(15, 3), -2, -7.5),  # where the plan was 9 s ago
        (1050, 404, 0, 100, False, 0, 0, -9.6),  # on the path, but too late
        (1050, 700, 0, 100, False, 0, 0, 20),  # on the path, but too early
        (995, 0, 0, 100, True, 0, 0, 5),  # waiting at the start, shortly before it
        (900, 0, 0, 100, False, 0, 0, 100),
        (1107, 1000, 0, 100, True, 0, 0, -7),
        (1108, 1000, 0, 100, False, 0, 0, -8),
    ],
)
def test_deviations_by_hand(eastward, t, x, y, z, within, lateral, vertical, temporal):
    """The three deviations are those worked out by hand, and exactly the limits still conform."""
    found = judge(eastward, 3, t, x, y, z)
    assert bool(found.within[0]) is within
    assert found.lateral_m[0] == pytest.approx(lateral, abs=1e-4)
    assert found.vertical_m[0] == pytest.approx(vertical, abs=1e-4)
    assert found.temporal_s[0] == pytest.approx(temporal, abs=1e-3)


def test_an_uncertain_instant_is_taken_off_the_tolerance_in_time(eastward):
    """What conforms only if its clock is right does not: 7.4 s late with half a second of doubt is too late."""
    late = np.array([[1050.0, 426.0, 20.0, 100.0]])  # 7.4 s late, all of the tolerance beside the path
    for unsure_s, within in ((0.0, True), (0.05, True), (0.5, False), (60.0, False)):
        found = eastward.judge(np.array([3]), late, np.ones(1), np.array([unsure_s]))
        assert bool(found.within[0]) is within
    volumes = IntentTable()
    box = Prism(np.array([(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]), None, 0.0, 50.0, 1000.0, 1100.0)
    volumes.put(0, (box,), TOLERANCE)
    for unsure_s, within in ((0.0, True), (0.5, True), (2.0, False)):
        found = volumes.judge(np.array([0]), np.array([[1106.0, 50.0, 50.0, 20.0]]), np.ones(1), np.array([unsure_s]))
        assert bool(found.within[0]) is within


def test_scale_asks_for_a_margin(eastward):
    """A flight 19 m off conforms, but not when nine tenths of the tolerance are asked for."""
    assert judge(eastward, 3, 1050, 500, 19, 100).within[0]
    assert not judge(eastward, 3, 1050, 500, 19, 100, scale=0.9).within[0]


def test_unknown_altitude_is_judged_horizontally(eastward):
    """Without an altitude the horizontal and temporal deviation still count and the vertical one stays unknown."""
    on, off = judge(eastward, 3, 1050, 500, 0, np.nan), judge(eastward, 3, 1050, 500, 30, np.nan)
    assert on.within[0]
    assert np.isnan(on.vertical_m[0])
    assert not off.within[0]


def test_row_without_plan_is_not_within(eastward):
    """Rows that have no plan, lost it, or lie beyond the table come back not within and without numbers."""
    eastward.remove(3)
    for row in (0, 3, 99):
        found = judge(eastward, row, 1050, 500, 0, 100)
        assert not found.within[0]
        assert np.isnan(found.lateral_m[0])


def test_climb_and_hold():
    """A vertical climb and a hover, legs without horizontal motion, are judged like any other."""
    table = IntentTable()
    table.put(0, flight((0, 0, 0, 0), (0, 0, 100, 50), (0, 0, 100, 80), (300, 0, 100, 110)), TOLERANCE)
    assert judge(table, 0, 25, 3, 4, 50).within[0]
    assert not judge(table, 0, 25, 3, 4, 90).within[0]  # 15 m above where the climb may be 7.5 s from now, less 5 m
    assert judge(table, 0, 65, 0, 0, 104).within[0]
    assert not judge(table, 0, 65, 0, 0, 106).within[0]


def test_volumes():
    """A plan of volumes holds the flight inside one of them, its time and its height, widened by the tolerance."""
    ring = np.array([[0, 0], [100, 0], [100, 100], [0, 100]], float)
    table = IntentTable()
    table.put(1, (Prism(ring, None, 50, 80, 0, 60), Prism(None, (200, 50, 30), 50, 80, 60, 120)), TOLERANCE)
    assert judge(table, 1, 30, 50, 50, 60).within[0]
    assert judge(table, 1, 30, 120, 50, 85).within[0]
    assert not judge(table, 1, 30, 121, 50, 60).within[0]
    assert not judge(table, 1, 30, 200, 50, 60).within[0]  # the second volume, 30 s early
    assert judge(table, 1, 90, 200, 50, 60).within[0]
    late = judge(table, 1, 130, 200, 50, 60)
    assert not late.within[0]
    assert late.temporal_s[0] == pytest.approx(-10)


coordinate = st.floats(-300, 300)
waypoint = st.tuples(coordinate, coordinate, st.floats(0, 120))


@given(
    st.lists(waypoint, min_size=2, max_size=5),
    st.lists(st.floats(1, 40), min_size=4, max_size=4),
    st.tuples(st.floats(-20, 180), coordinate, coordinate, st.floats(0, 120)),
)
@settings(max_examples=150, deadline=None)
def test_agrees_with_dense_sampling(points, durations, asked):
    """Whether a flight conforms agrees with trying every hundredth of a second, up to what sampling cannot see."""
    times = np.concatenate(([0.0], np.cumsum(durations)))[: len(points)]
    plan = flight(*((*p, t) for p, t in zip(points, times, strict=True)))
    table = IntentTable()
    table.put(0, plan, TOLERANCE)
    t, x, y, z = asked
    found = judge(table, 0, t, x, y, z)

    at = np.arange(max(t - 7.5, times[0]), min(t + 7.5, times[-1]) + 1e-9, 0.01)
    track = np.array([np.interp(at, times, [p[k] for p in points]) for k in range(3)])
    lateral = np.hypot(track[0] - x, track[1] - y)
    vertical = np.abs(track[2] - z)
    speed = 0.01 * np.max(np.abs(np.diff(np.array(points), axis=0)) / np.diff(times)[:, None], initial=0.0)
    if len(at) and np.any((lateral <= 20) & (vertical <= 5)):
        assert found.within[0]
    elif len(at) and not np.any((lateral <= 20 + 2 * speed) & (vertical <= 5 + 2 * speed)):
        assert not found.within[0]
    elif not len(at):
        assert not found.within[0] or abs(t - times[0]) <= 7.51 or abs(t - times[-1]) <= 7.51


@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_rows_are_judged_independently(count, seed):
    """Judging many flights together gives each the answer it gets alone."""
    random = np.random.default_rng(seed)
    table = IntentTable()
    rows = random.permutation(40)[:count]
    for row in rows:
        points = random.uniform(-200, 200, (random.integers(2, 6), 3))
        times = np.cumsum(random.uniform(2, 20, len(points)))
        table.put(int(row), flight(*((*p, t) for p, t in zip(points, times, strict=True))), TOLERANCE)
    asked = np.column_stack((random.uniform(0, 60, count), random.uniform(-200, 200, (count, 3))))
    together = table.judge(rows.astype(np.int64), asked, np.ones(count))
    for i, row in enumerate(rows):
        alone = judge(table, int(row), *asked[i])
        assert alone.within[0] == together.within[i]
        np.testing.assert_allclose(
            [alone.lateral_m[0], alone.vertical_m[0], alone.temporal_s[0]],
            [together.lateral_m[i], together.vertical_m[i], together.temporal_s[i]],
        )


def test_a_flight_conforms_to_its_plan_or_to_what_it_was_ordered():
    """Inside the volume of an order a flight conforms; outside both it is told how far it is off its plan."""
    table = IntentTable()
    hold = Prism(None, (500.0, 300.0, 30.0), 40.0, 60.0, 0.0, 100.0)
    table.put(0, flight((0, 0, 50, 0), (1000, 0, 50, 100)), TOLERANCE, (hold,))
    assert judge(table, 0, 50, 500, 0, 50).within[0]
    assert judge(table, 0, 50, 500, 310, 50).within[0]
    off = judge(table, 0, 50, 500, 150, 50)
    assert not off.within[0]
    assert off.lateral_m[0] == pytest.approx(150.0)
    table.put(0, flight((0, 0, 50, 0), (1000, 0, 50, 100)), TOLERANCE)
    assert not judge(table, 0, 50, 500, 310, 50).within[0]
