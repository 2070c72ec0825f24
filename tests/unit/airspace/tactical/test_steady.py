"""Velocities freed of noise: quick to believe a manoeuvre, quick to forget a wrong report."""

import numpy as np

from airspace.tactical.steady import SteadyVelocities

ROW = np.zeros(1, np.int64)


def steadied(*reports: tuple[float, float, float]) -> list[list[float]]:
    """Return the velocity after each of the reports of one track, a second apart."""
    steady = SteadyVelocities()
    steady.grow(1)
    return [
        steady.take(ROW, np.full(1, float(at)), np.array([report]))[0].tolist() for at, report in enumerate(reports)
    ]


def climbs(*reports: float) -> list[float]:
    return [after[2] for after in steadied(*((10.0, 0.0, up) for up in reports))]


def test_a_wrong_report_weighs_no_more_than_the_ones_after_it() -> None:
    """Reported far off once, a level flight is predicted less than a layer (15 m in 40 s) off after two more reports."""
    after = climbs(0.0, 0.1, -0.1, 0.0, 1.3, 0.1, -0.3, 0.0)
    assert after[4] == 1.3
    assert all(abs(up) < 15.0 / 40.0 for up in after[6:])


def test_a_manoeuvre_is_believed_at_once_and_soon_exact() -> None:
    """From level to 2 m/s, first reported as 2.4: taken at once, and no worse than the mean of its own reports."""
    after = climbs(0.0, 0.0, 0.0, 2.4, 2.0, 1.8)
    assert after[3:] == [2.4, 2.2, (2.4 + 2.0 + 1.8) / 3]


def test_a_turn_restarts_the_level_mean_and_leaves_the_climb_rate_alone() -> None:
    """A corner says nothing about the climb rate, whose mean goes on."""
    after = steadied((10, 0, 0), (10, 0, 0), (10, 0, 0), (10, 0, 0), (0, 10, 0.8), (0.4, 10, 0.0))
    assert np.allclose(after[4], [0.0, 10.0, 0.8 / 5])
    assert np.allclose(after[5], [0.2, 10.0, 0.8 / 6])


def test_noise_of_a_long_flight_is_seldom_half_a_layer() -> None:
    """Reports with 0.3 m/s of noise, of a thousand flights for a minute and more: 3 m in 40 s, a layer in 2 of 1,000."""
    random = np.random.default_rng(8)
    steady, rows, climb_mps = SteadyVelocities(), np.arange(1_000), []
    steady.grow(1_000)
    for second in range(80):
        after = steady.take(rows, np.full(1_000, float(second)), random.normal(0, 0.3, (1_000, 3)))
        climb_mps.append(after[:, 2])
    settled = np.concatenate(climb_mps[20:])
    assert settled.std() < 0.1
    assert (np.abs(settled) > 15.0 / 40.0).mean() < 0.002


def test_a_slow_climb_is_not_smoothed_away() -> None:
    """From level to 0.9 m/s, which one report cannot tell from noise: four fifths of it after six reports."""
    random = np.random.default_rng(9)
    steady, rows = SteadyVelocities(), np.arange(2_000)
    steady.grow(2_000)
    for second in range(46):
        reports = random.normal(0, 0.3, (2_000, 3))
        reports[:, 2] += 0.9 if second >= 40 else 0.0
        after = steady.take(rows, np.full(2_000, float(second)), reports)
    assert after[:, 2].mean() > 0.9 * 0.8
    assert np.quantile(after[:, 2], 0.01) > 0.9 * 0.4


def test_an_old_report_changes_nothing_and_another_track_begins_anew() -> None:
    """The same instant twice is one report; a row given to another track remembers nothing of the last."""
    steady = SteadyVelocities()
    steady.grow(1)
    at, up = np.full(1, 5.0), np.array([[0.0, 0.0, 1.0]])
    steady.take(ROW, at, up)
    assert steady.take(ROW, at, up + 0.5)[0, 2] == 1.0
    steady.forget(ROW)
    assert steady.take(ROW, at - 5.0, up + 0.5)[0, 2] == 1.5


def test_a_climb_rate_is_none_until_the_reports_show_one() -> None:
    """Noise leaves level flights level, also the first ten seconds; a climb of 0.5 m/s is believed within a dozen reports."""
    random = np.random.default_rng(10)
    steady, rows = SteadyVelocities(), np.arange(2_000)
    steady.grow(2_000)
    climbing = rows < 1_000
    for second in range(40):
        reports = random.normal(0, 0.3, (2_000, 3))
        reports[climbing, 2] += 0.5
        steady.take(rows, np.full(2_000, float(second)), reports)
        up_mps, other_mps = steady.climbs(rows)
        assert (up_mps[~climbing] == 0.0).mean() > 0.96
        if second < 10:
            assert not np.isnan(other_mps).any()
    assert np.isnan(other_mps).mean() > 0.9
    assert (up_mps[climbing] > 0.25).mean() > 0.99


def test_what_few_reports_say_is_looked_at_both_ways() -> None:
    """After one report of 0.4 m/s a flight is level and may climb; of 1.0 m/s it climbs and may be level."""
    for report, first, other in ((0.4, 0.0, 0.4), (1.0, 1.0, 0.0)):
        steady = SteadyVelocities()
        steady.grow(1)
        steady.take(ROW, np.zeros(1), np.array([[10.0, 0.0, report]]))
        up_mps, other_mps = steady.climbs(ROW)
        assert (up_mps[0], other_mps[0]) == (first, other)
