"""The scoreboard in small: seeded encounters and traffic, against the straight-line detector."""

import pytest

from tests.fakes.encounters import encounters, fly, nuisances, traffic


@pytest.mark.slow
def test_encounters_are_announced_early_and_only_real_ones() -> None:
    """Every loss that could be known is announced 20 s ahead, late deviations within 3 s, and no passing-by at all."""
    vehicles, found = encounters(3, 6)
    score, _ = fly(vehicles, found, 110.0, 5)
    good, eligible = score.early()
    assert eligible >= 35
    assert good == eligible
    assert max(score.delays_s()) <= 3.0
    assert score.false_pairs() == 0
    line, _ = fly(vehicles, found, 110.0, 5, intent=False)
    assert line.early()[0] < eligible
    assert line.false_pairs() > 0


@pytest.mark.slow
def test_one_wrong_climb_rate_does_not_hide_a_late_deviation() -> None:
    """Two late deviations during which a climb rate was more than three sigma off are announced within 3 s all the same."""
    vehicles, found = encounters(12, 125)
    late = [found[number] for number in (869, 909)]
    score, _ = fly(vehicles, late, 36.0, 1012)
    for encounter, (_, _, observable_s, _) in zip(late, score.rows, strict=True):
        subject = "|".join(f"ac_{row:05d}" for row in (encounter.one, encounter.two))
        at_s = [at for at, kind, about in score.alerts if kind == "loss_of_separation" and about == subject]
        assert at_s
        assert at_s[0] - observable_s <= 3.0


@pytest.mark.slow
def test_alerts_do_not_flicker() -> None:
    """At most one pair in ten is announced, resolved and announced again: noise at the edge of the minute ahead."""
    vehicles, found = encounters(4, 5)
    score, _ = fly(vehicles, found, 110.0, 6)
    raised = [subject for _, kind, subject in score.alerts if kind == "loss_of_separation"]
    again = len(raised) - len(set(raised))
    assert again <= len(set(raised)) / 10


@pytest.mark.slow
def test_flights_on_approved_plans_raise_nothing() -> None:
    """In ordinary traffic with noise and lost reports nobody is called; straight lines would call dispatchers often."""
    vehicles = traffic(1, 80, 90.0, 6_000.0)
    score, _ = fly(vehicles, [], 90.0, 5)
    assert nuisances(score, vehicles, 90.0) == []
    line, _ = fly(vehicles, [], 90.0, 5, intent=False)
    assert len(nuisances(line, vehicles, 90.0)) > 5
