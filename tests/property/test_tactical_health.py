"""Compiled and plain forms of what the analysis remembers of tracks: the same answers to the last bit."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.tactical.compiled import kernels
from airspace.tactical.frames import TacticalFrame
from airspace.tactical.health import Health, HealthFindings
from airspace.tactical.heights import HeightsOverPlans
from airspace.tactical.motion import PlanLegs
from airspace.tactical.steady import SteadyVelocities
from airspace.tracks import TrackState

pytest.importorskip("numba")

ROWS = 7
"""Rows of the picture; each frame shows some of them."""


def frame_of(random: np.random.Generator, now_s: float) -> TacticalFrame:
    """Return a frame of some rows: reports old and new, unknown values, jumps, drifts, batteries that go and come back."""
    rows = np.flatnonzero(random.random(ROWS) < 0.8)
    n = len(rows)

    def some(values: tuple[float, ...]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return random.choice(values, n)

    way = rows * 50.0 + now_s * 8.0 + random.normal(0.0, 1.0, n) + some((0.0, 0.0, 0.0, 0.0, 400.0))
    speed = some((8.0, 8.0, 8.0, 8.5, 30.0, 70.0, np.nan))
    state = np.column_stack(
        (way, random.normal(0.0, 0.5, n), np.full(n, 50.0), speed, np.zeros(n), some((0.0, 0.3, 26.0)))
    )
    legs = np.column_stack((np.zeros((4, 3)), np.arange(4) * 10.0, np.ones((4, 3)), np.arange(4) * 10.0 + 30.0))
    observed_s = now_s - some((0.0, 0.0, 0.0, 0.4, 5.0))
    return TacticalFrame(
        now_s=now_s,
        rows=rows,
        generation=(random.random(n) < 0.1).astype(np.int64),
        state=state,
        heights=np.column_stack((state[:, 2],) * 3),
        observed_s=observed_s,
        received_s=observed_s,
        heard_s=now_s - some((0.2, 1.0, 6.0, np.inf)),
        lateral_m=some((0.0, np.nan)),
        vertical_m=some((0.0, np.nan)),
        temporal_s=some((0.0, 3.0, -2.0, np.nan, np.inf)),
        battery_pct=some((90.0, 60.0, 30.0, 10.0, np.nan)),
        track_state=random.choice([state.value for state in TrackState], n).astype(np.int8),
        link_up=random.choice((-1, 0, 1), n).astype(np.int8),
        planned=random.random(n) < 0.5,
        deviating=np.zeros(n, np.bool_),
        contingent=np.zeros(n, np.bool_),
        on_ground=random.random(n) < 0.2,
        group=rows,
        manned=random.random(n) < 0.2,
        feed=random.integers(-1, 2, n),
        endurance_s=some((1800.0, 0.0, -1.0, np.nan, np.inf)),
        uncertain_s=np.zeros(n),
        plans=PlanLegs(legs, random.integers(0, 2, n), random.integers(0, 3, n)),
        capacity=ROWS,
    )


def check_same(one: HealthFindings, other: HealthFindings) -> None:
    """Check that two findings hold the same bits."""
    for item in fields(HealthFindings):
        a, b = getattr(one, item.name), getattr(other, item.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, item.name
            np.testing.assert_array_equal(a, b, err_msg=item.name)
        elif item.name == "silent_feeds":
            assert [(s.feed, s.tracks.tolist(), s.known) for s in a] == [
                (s.feed, s.tracks.tolist(), s.known) for s in b
            ]
        else:
            assert a == b, item.name


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_health_is_the_same_compiled_and_by_arrays(seed: int) -> None:
    """Whatever is reported of tracks, in whatever order, both forms must find the same and remember the same."""
    random = np.random.default_rng(seed)
    compiled, plain = Health(compiled=True), Health(compiled=False)
    now_s = 0.0
    with np.errstate(invalid="ignore", over="ignore"):
        for _ in range(40):
            now_s += float(random.choice((0.5, 0.5, 0.5, 1.5, 4.0)))
            frame = frame_of(random, now_s)
            check_same(compiled.check(frame), plain.check(frame))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_steadied_velocities_and_heights_are_the_same_compiled_and_by_arrays(seed: int) -> None:
    """Noise, manoeuvres, slow climbs, old reports and forgotten rows must leave both forms with the same bits."""
    random = np.random.default_rng(seed)
    speeds = SteadyVelocities(compiled=True), SteadyVelocities(compiled=False)
    heights = HeightsOverPlans(compiled=True), HeightsOverPlans(compiled=False)
    for each in (*speeds, *heights):
        each.grow(ROWS)
    now_s = 0.0
    for _ in range(60):
        now_s += 0.5
        rows = np.flatnonzero(random.random(ROWS) < 0.8)
        n = len(rows)
        observed_s = now_s - random.choice((0.0, 0.0, 0.0, 0.7), n)
        velocity = random.normal(0.0, 0.3, (n, 3)) + random.choice((0.0, 0.0, 0.25, 3.0), (n, 1))
        above = random.normal(0.0, 1.0, n) + random.choice((0.0, 0.0, 1.5, 9.0, np.nan), n)
        one, other = (each.after(rows, observed_s, velocity) for each in speeds)
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(*(each.take(rows, observed_s, above) for each in heights))
        if random.random() < 0.1:
            for each in (*speeds, *heights):
                each.forget(rows[:1])


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_kernels_are_the_same_as_plain_functions(seed: int) -> None:
    """Where numba compiles them and where Python runs them, the kernels must find the same of a track."""
    random = np.random.default_rng(seed)
    held = [Health(compiled=True), Health(compiled=True)]
    for k in range(20):
        frame = frame_of(random, 1.0 + k)
        found = []
        for health, form in zip(held, (True, False), strict=True):
            with pytest.MonkeyPatch.context() as patch, np.errstate(invalid="ignore", over="ignore"):
                patch.setattr("airspace.tactical.health.kernels", lambda compiled, form=form: kernels(compiled=form))
                found.append(health.check(frame))
        check_same(*found)
