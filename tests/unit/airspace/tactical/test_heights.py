"""Heights over plans freed of noise: on the planned height until the reports show another, and then there at once."""

import numpy as np

from airspace.tactical.heights import HeightsOverPlans

ROW = np.zeros(1, np.int64)


def freed(*above_m: float) -> list[float]:
    """Return the height over the plan after each report of one flight, a second apart."""
    heights = HeightsOverPlans()
    heights.grow(1)
    return [float(heights.take(ROW, np.full(1, float(at)), np.array([each]))[0]) for at, each in enumerate(above_m)]


def test_noise_is_no_height() -> None:
    """Reports a metre off to either side leave nearly every flight on its planned height."""
    random = np.random.default_rng(4)
    heights, rows = HeightsOverPlans(), np.arange(2_000)
    heights.grow(2_000)
    for second in range(120):
        after = heights.take(rows, np.full(2_000, float(second)), random.normal(0, 1.0, 2_000))
        assert (after == 0.0).mean() > 0.98


def test_a_flight_beside_its_height_is_told() -> None:
    """A metre below its plan for a minute, a flight is a metre below it, whatever the noise of single reports."""
    random = np.random.default_rng(5)
    heights, rows = HeightsOverPlans(), np.arange(1_000)
    heights.grow(1_000)
    for second in range(60):
        after = heights.take(rows, np.full(1_000, float(second)), random.normal(-1.0, 1.0, 1_000))
    assert (after != 0.0).mean() > 0.99
    assert abs(after.mean() + 1.0) < 0.05


def test_another_height_is_believed_at_once() -> None:
    """Six metres lower in one report is six metres lower; two metres are believed after a few."""
    assert freed(0.0, 0.2, -0.1, -6.0)[-1] == -6.0
    after = freed(*(0.0,) * 40, *(-2.0,) * 8)
    assert after[40] == 0.0
    assert after[-1] < -1.5


def test_without_a_plan_nothing_is_remembered() -> None:
    """A height over no plan is unknown, and the next plan begins anew; the same report twice is one."""
    heights = HeightsOverPlans()
    heights.grow(1)
    for at in range(20):
        heights.take(ROW, np.full(1, float(at)), np.array([5.0]))
    assert np.isnan(heights.take(ROW, np.full(1, 20.0), np.array([np.nan]))[0])
    assert heights.take(ROW, np.full(1, 21.0), np.array([0.5]))[0] == 0.0
    assert heights.take(ROW, np.full(1, 21.0), np.array([9.0]))[0] == 0.0
