"""A day's orders by shape, hour and firm."""

import pytest

from sim.load import HOURS, PEAK_PER_HOUR, SHAPES, by_hour, orders, rate_per_hour


@pytest.mark.parametrize("shape", list(SHAPES))
def test_orders_follow_the_shape(shape: str) -> None:
    """Over a day the orders of each hour must be what the shape's rate comes to, within four standard deviations."""
    day = orders(shape, firms=3, seed=7)
    for hour, row in enumerate(by_hour(day, 3)):
        expected = sum(rate_per_hour(shape, (hour + k / 20) * 3600.0) for k in range(20)) / 20
        assert abs(sum(row) - expected) <= 4.0 * max(expected, 1.0) ** 0.5 + 1.0
    assert [o.at_s for o in day] == sorted(o.at_s for o in day)


def test_a_workday_has_its_peaks_and_its_night() -> None:
    """Noon and evening must be busier than the afternoon, and the night nearly empty."""
    hours = [sum(row) for row in by_hour(orders("workday", firms=3, seed=1), 3)]
    assert max(hours[11:13]) > hours[15]
    assert hours[18] > hours[20] > hours[3]
    assert max(hours) == pytest.approx(PEAK_PER_HOUR, rel=0.15)


def test_scale_seed_and_hours() -> None:
    """The scale must scale, the seed repeat, and hours outside the window stay empty."""
    whole, tenth = orders("flat", firms=2, seed=1), orders("flat", firms=2, seed=1, scale=0.1)
    assert len(tenth) == pytest.approx(len(whole) / 10, rel=0.15)
    assert orders("workday", firms=2, seed=5) == orders("workday", firms=2, seed=5)
    assert orders("workday", firms=2, seed=5) != orders("workday", firms=2, seed=6)
    rows = by_hour(orders("flat", firms=2, seed=1, from_hour=7.0, to_hour=9.0), 2)
    assert {h for h in range(HOURS) if sum(rows[h])} == {7, 8}


def test_every_firm_has_work_and_a_leaning() -> None:
    """Each firm must get some of each trade and more of its own."""
    day = orders("workday", firms=4, seed=2)
    for k, trade in enumerate(SHAPES["workday"]):
        mine = [sum(o.trade == trade.key and o.firm == f for o in day) for f in range(4)]
        assert min(mine) > 0
        assert mine[k] == max(mine)


@pytest.mark.parametrize("wrong", [{"scale": 0.0}, {"firms": 0}, {"from_hour": 9.0, "to_hour": 9.0}, {"to_hour": 25.0}])
def test_what_is_no_day_is_refused(wrong: dict[str, float]) -> None:
    """A scale of nothing, no firm, or hours that do not rise must be refused."""
    with pytest.raises(ValueError, match="hours must rise"):
        orders("flat", **{"firms": 1, "seed": 1, **wrong})  # type: ignore[arg-type]
