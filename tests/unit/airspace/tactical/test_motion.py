"""Prediction: along the plan where it is flown, straight on where not, and when the plan is no longer believed."""

from typing import Any

import numpy as np
import pytest

from airspace.tactical.compiled import kernels
from airspace.tactical.motion import PlanLegs, TrustLimits, predict, trusted

# East at 10 m/s for 30 s, then north at 10 m/s for 60 s.
LEGS = np.array([[0.0, 0, 60, 100, 300, 0, 60, 130], [300, 0, 60, 130, 300, 600, 60, 190]])
PLANS = PlanLegs(LEGS, np.zeros(1, np.int64), np.array([2]))
NONE = PlanLegs(np.empty((0, 8)), np.zeros(1, np.int64), np.zeros(1, np.int64))


def at(motions: Any, seconds: float) -> Any:
    for piece in motions.pieces:
        if piece[3] <= seconds <= piece[7]:
            return piece[:3] + piece[4:7] * (seconds - piece[3])
    raise AssertionError(f"no piece at {seconds}")


def one(*values: float) -> Any:
    return np.array([values], float)


def follow(state: Any, observed_s: float, now_s: float, temporal_s: float = 0.0) -> Any:
    return predict(state, np.array([observed_s]), np.array([temporal_s]), np.ones(1, bool), PLANS, now_s)


def test_a_follower_turns_where_its_plan_does_and_keeps_its_distance() -> None:
    """5 m right of the plan and 2 m above, it stays so round the corner."""
    motions = follow(one(200, -5, 62, 10, 0, 0), 120.0, 121.0)
    assert at(motions, 0.0) == pytest.approx([210, -5, 62])
    assert at(motions, 9.0) == pytest.approx([300, -5, 62])
    assert at(motions, 19.0) == pytest.approx([300, 95, 62])


def test_a_late_follower_stays_late() -> None:
    """4 s behind its plan (temporal -4), it reaches the corner 4 s later."""
    motions = follow(one(160, 0, 60, 10, 0, 0), 120.0, 120.0, -4.0)
    assert at(motions, 14.0) == pytest.approx([300, 0, 60])
    assert at(motions, 24.0) == pytest.approx([300, 100, 60])


def test_before_its_start_it_waits_and_after_its_end_it_stays() -> None:
    """The plan's first and last points hold before and after it."""
    early = follow(one(0, 0, 60, 0, 0, 0), 80.0, 80.0)
    assert at(early, 19.0) == pytest.approx([0, 0, 60])
    assert at(early, 30.0) == pytest.approx([100, 0, 60])
    late = follow(one(300, 580, 60, 0, 10, 0), 188.0, 188.0)
    assert at(late, 2.0) == pytest.approx([300, 600, 60])
    assert at(late, 60.0) == pytest.approx([300, 600, 60])


def test_without_a_plan_it_goes_straight_on_from_where_it_is_by_now() -> None:
    """Two seconds after the report it has moved two seconds further; unknown heights stay unknown."""
    state = one(0, 0, np.nan, 7, -3, 1)
    motions = predict(state, np.array([98.0]), np.zeros(1), np.zeros(1, bool), NONE, 100.0)
    assert at(motions, 10.0)[:2] == pytest.approx([84, -36])
    assert np.isnan(motions.pieces[0, 2])


def test_pieces_join_end_to_start_and_cover_the_horizon() -> None:
    """From now to the horizon there is no gap and no jump, wherever in the plan it begins."""
    for now_s in np.arange(60.0, 220.0, 3.7):
        motions = follow(one(10, 3, 60, 10, 0, 0), float(now_s), float(now_s))
        pieces = motions.pieces
        assert pieces[0, 3] == 0
        assert pieces[-1, 7] == 60
        ends = pieces[:-1, :3] + pieces[:-1, 4:7] * (pieces[:-1, 7] - pieces[:-1, 3])[:, None]
        assert pieces[1:, 3] == pytest.approx(pieces[:-1, 7])
        assert pieces[1:, :3] == pytest.approx(ends)


@pytest.mark.parametrize(
    ("velocity", "instant_s", "believed"),
    [
        ((10, 0, 0), 110.0, True),
        ((6, 1, 0), 110.0, True),  # slower on the same course
        ((0, 0, 0), 110.0, True),  # stopped on it: the lag will tell
        ((-10, 0, 0), 110.0, False),
        ((0, 10, 0), 110.0, False),  # turned off in the middle of the leg
        ((0, 10, 0), 127.0, True),  # the corner is near
        ((10, 0, 4), 110.0, False),  # climbs away
    ],
)
def test_a_velocity_that_is_not_the_plans_ends_the_trust(
    velocity: tuple[float, ...], instant_s: float, believed: bool
) -> None:
    """Seen twice a second apart, a foreign velocity is believed more than the plan; once is not enough."""
    off = np.full(1, np.nan)
    state = one(100, 0, 60, *velocity)
    answers = []
    for later in (0.0, 1.0):
        seen = np.array([instant_s + later])
        answers.append(bool(trusted(state, seen, np.zeros(1), np.ones(1, bool), PLANS, TrustLimits(), off)[0]))
    assert answers == [True, believed]


def test_plain_and_compiled_kernels_agree() -> None:
    """The compiled kernels write the same numbers as the plain functions."""
    random = np.random.default_rng(1)
    n = 40
    corners = np.cumsum(random.uniform(1, 60, (n, 4)), axis=1)
    legs = np.concatenate(
        [
            np.column_stack((random.normal(0, 300, (3, 3)), times[:-1], random.normal(0, 300, (3, 3)), times[1:]))
            for times in corners
        ]
    )
    arguments = (
        random.normal(0, 50, (n, 6)), random.uniform(0, 60, n), random.normal(0, 3, n), random.random(n) < 0.7,
        legs, np.arange(n) * 3, np.full(n, 3), 30.0, 60.0,
    )  # fmt: skip
    results = []
    for compiled in (False, True):
        first, pieces = np.zeros(n + 1, np.int64), np.zeros((8 * n, 8))
        used = kernels(compiled).lay_pieces(*arguments, first, pieces)
        results.append((pieces[:used], first))
    assert results[0][0] == pytest.approx(results[1][0])
    assert results[0][1].tolist() == results[1][1].tolist()
