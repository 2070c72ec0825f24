"""Laws of the deconfliction engine that hold for any flights."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from airspace.deconfliction import ConflictIndex, pair_conflict, postings
from airspace.deconfliction.columns import boxes
from airspace.geometry4d import PlanGeometry, Prism, Separation, Trajectory4D
from tests.unit.airspace.deconfliction import oracle
from tests.unit.airspace.deconfliction.scenes import city, random_flight, random_plan

EDGE = 1e-4
"""Metres and seconds above a minimum within which an answer is too close to call."""
TOUCHING = 6e-3
"""The same below: more than any tolerance with which a touch counts as touching."""


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Round numbers often (they make limits touch), any others too."""
    return st.one_of(st.integers(int(low), int(high)).map(float), st.floats(low, high))


@st.composite
def flights(draw: st.DrawFn) -> Trajectory4D:
    """Flights that hover, climb, stand still and come back, over a few hundred metres and minutes."""
    n = draw(st.integers(1, 5))
    t = draw(numbers(0, 200))
    points = []
    for _ in range(n + 1):
        if points and draw(st.booleans()):
            x, y, z = points[draw(st.integers(0, len(points) - 1))][:3]
        else:
            x, y, z = draw(numbers(-300, 300)), draw(numbers(-300, 300)), draw(numbers(0, 120))
        points.append((x, y, z, t))
        t += draw(st.one_of(st.sampled_from([1e-6, 1.0, 15.0, 600.0]), st.floats(0.01, 100.0)))
    p = np.array(points) + np.array([505_000.0, 2_496_000.0, 0.0, 86_400_000.0])
    return Trajectory4D(np.hstack([p[:-1], p[1:]]), np.arange(n, dtype=np.int32))


@st.composite
def volumes(draw: st.DrawFn) -> tuple[Prism, ...]:
    """A disc or a star-shaped polygon."""
    x, y = 505_000.0 + draw(numbers(-300, 300)), 2_496_000.0 + draw(numbers(-300, 300))
    low, start = draw(numbers(0, 100)), 86_400_000.0 + draw(numbers(0, 300))
    high, end = low + draw(numbers(0, 50)), start + draw(numbers(0, 300))
    if draw(st.booleans()):
        return (Prism(None, (x, y, draw(numbers(0, 200))), low, high, start, end),)
    k = draw(st.integers(3, 8))
    radii = np.array(draw(st.lists(numbers(5, 300), min_size=k, max_size=k)))
    angle = 2 * np.pi * np.arange(k) / k
    ring = np.column_stack([x + radii * np.cos(angle), y + radii * np.sin(angle)])
    return (Prism(ring, None, low, high, start, end),)


plans = st.one_of(flights(), flights(), volumes())
minima = st.builds(Separation, numbers(1, 150), numbers(1, 40), numbers(0, 60))


def clear(a: PlanGeometry, sa: Separation, b: PlanGeometry, sb: Separation) -> bool:
    """Tell whether the answer stays the same when all minima move by a hair."""
    return oracle.conflict(a, sa, b, sb, -TOUCHING) == oracle.conflict(a, sa, b, sb, EDGE)


def moved(plan: PlanGeometry, dx: float, dy: float, dz: float, dt: float) -> PlanGeometry:
    if isinstance(plan, Trajectory4D):
        return Trajectory4D(plan.segments + np.array([dx, dy, dz, dt] * 2), plan.waypoint_of)
    return tuple(
        Prism(
            None if p.ring is None else p.ring + np.array([dx, dy]),
            None if p.circle is None else (p.circle[0] + dx, p.circle[1] + dy, p.circle[2]),
            p.z_low_m + dz,
            p.z_high_m + dz,
            p.t_start_s + dt,
            p.t_end_s + dt,
        )
        for p in plan
    )


@settings(max_examples=150, deadline=None)
@given(plans, minima, plans, minima)
def test_symmetric_and_right(a: PlanGeometry, sa: Separation, b: PlanGeometry, sb: Separation) -> None:
    """Who asks does not matter, and the second opinion agrees."""
    assume(clear(a, sa, b, sb))
    there, back = pair_conflict(a, sa, b, sb), pair_conflict(b, sb, a, sa)
    assert (there is None) == (back is None) == (not oracle.conflict(a, sa, b, sb))
    if there is not None and back is not None:
        assert math.isclose(there.horizontal_m, back.horizontal_m, abs_tol=1e-4)


@settings(max_examples=100, deadline=None)
@given(plans, plans, minima, numbers(-20_000, 20_000), numbers(-20_000, 20_000), numbers(-50, 500), numbers(-1e6, 1e6))
def test_moving_both_changes_nothing(
    a: PlanGeometry, b: PlanGeometry, s: Separation, dx: float, dy: float, dz: float, dt: float
) -> None:
    """Both plans moved together in space and time conflict as before."""
    assume(clear(a, s, b, s))
    here = pair_conflict(a, s, b, s)
    there = pair_conflict(moved(a, dx, dy, dz, dt), s, moved(b, dx, dy, dz, dt), s)
    assert (here is None) == (there is None)


@settings(max_examples=150, deadline=None)
@given(plans, plans, minima, minima)
def test_monotone_in_separation(a: PlanGeometry, b: PlanGeometry, small: Separation, more: Separation) -> None:
    """Larger minima never free a pair that smaller ones hold in conflict."""
    if pair_conflict(a, small, b, small) is not None:
        wide = Separation(
            small.horizontal_m + more.horizontal_m,
            small.vertical_m + more.vertical_m,
            small.time_buffer_s + more.time_buffer_s,
        )
        assert pair_conflict(a, wide, b, wide) is not None


@settings(max_examples=100, deadline=None)
@given(plans, minima, plans, minima)
def test_compiled_and_plain_are_one(a: PlanGeometry, sa: Separation, b: PlanGeometry, sb: Separation) -> None:
    """The compiled kernels and the plain functions give the same answer to the last bit."""
    assert pair_conflict(a, sa, b, sb, compiled=True) == pair_conflict(a, sa, b, sb, compiled=False)


@settings(max_examples=100, deadline=None)
@given(plans, plans, minima, st.lists(st.floats(-500, 500), min_size=1, max_size=5))
def test_forbidden_delays_are_conflicts(a: PlanGeometry, b: PlanGeometry, s: Separation, delays: list[float]) -> None:
    """A delay lies in a forbidden range exactly when the plan so delayed conflicts."""
    index = CITY
    index.add(1, b, s)
    try:
        spans = index.forbidden_delays(a, s, from_s=-500, to_s=500)
        for delay in delays:
            if len(spans) and np.abs(spans - delay).min() < 1e-5:
                continue
            expected = any(lo <= delay <= hi for lo, hi in spans)
            assert index.has_conflict(moved(a, 0, 0, 0, delay), s) is expected
    finally:
        index.remove(1)


@settings(max_examples=200, deadline=None)
@given(plans)
def test_box_contains_shape(plan: PlanGeometry) -> None:
    """The box of each part contains all of it."""
    from airspace.deconfliction.columns import pack

    parts = pack(plan)
    box = boxes(parts.rows)
    for k, row in enumerate(box):
        if isinstance(plan, Trajectory4D):
            for s in np.linspace(0, 1, 7):
                point = plan.segments[k, :4] + s * (plan.segments[k, 4:] - plan.segments[k, :4])
                assert (row[:4] <= point + 1e-6).all()
                assert (point - 1e-6 <= row[4:]).all()
        elif (ring := plan[k].ring) is not None:
            assert (ring >= row[:2]).all()
            assert (ring <= row[4:6]).all()


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0, 3000), st.sampled_from([64.0, 7.0, 1000.0]))
def test_postings_and_questions_share_a_cell(seed: int, away: float, bucket_s: float) -> None:
    """A part within the minimum of another in space and time is posted where the other asks: a missed candidate
    would be a missed conflict, whatever the resolution of the buckets."""
    rng = np.random.default_rng(seed)
    a, b = random_plan(rng), random_plan(rng)
    minimum = Separation(max(1.0, away), 15.0, float(rng.uniform(0, 60)))
    index = index_of(bucket_s)
    index.add(1, b, minimum)
    try:
        assert [c.key for c in index.conflicts(a, minimum)] == (
            [] if pair_conflict(a, minimum, b, minimum) is None else [1]
        )
    finally:
        index.remove(1)


@pytest.mark.slow
def test_ten_thousand_questions_no_wrong_answer() -> None:
    """Over several densities and seeds, 10,000 questions to the index equal judging every pair by their boxes."""
    wrong = 0
    asked = 0
    for seed, spread in ((1, 300.0), (2, 800.0), (3, 2000.0), (4, 6000.0)):
        rng = np.random.default_rng(seed)
        fast, slow = city(compiled=True), city(compiled=False)
        for key in range(400):
            plan = random_flight(rng, spread_m=spread)
            fast.add(key, plan, Separation())
            slow.add(key, plan, Separation())
        for _ in range(2500):
            plan = random_flight(rng, legs=4, spread_m=spread)
            asked += 1
            wrong += fast.has_conflict(plan, Separation()) is not slow.has_conflict(plan, Separation())
    assert asked == 10_000
    assert wrong == 0


CITY = city()
_BY_BUCKET: dict[float, ConflictIndex] = {}


def index_of(bucket_s: float) -> ConflictIndex:
    """Return an index with this bucket whose fine level is always asked: 400 idle plans keep the scan away."""
    if bucket_s not in _BY_BUCKET:
        index = city()
        index._grid[postings.BUCKET_S] = bucket_s
        rng = np.random.default_rng(0)
        for key in range(1000, 1400):
            plan = random_flight(rng).shifted(-1e7)
            index.add(key, plan, Separation(1, 1, 0))
        _BY_BUCKET[bucket_s] = index
    return _BY_BUCKET[bucket_s]
