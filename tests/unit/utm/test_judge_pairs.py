"""The judge's exact tests at and around every limit."""

import math
from typing import Any

import numpy as np
import pytest
from shapely import Point, Polygon

from utm.judge import JudgedPlan, JudgedVolume, judge_pair

H, V, T = 50.0, 15.0, 15.0
Row = tuple[float, float, float, float, float, float, float, float]


def flight(*rows: Row, ref: str = "fp_a", minima: tuple[float, float, float] = (H, V, T)) -> JudgedPlan:
    return JudgedPlan(ref, np.array(rows, dtype=float), (), *minima)


def volumes(*items: JudgedVolume, ref: str = "fp_v", minima: tuple[float, float, float] = (H, V, T)) -> JudgedPlan:
    return JudgedPlan(ref, np.empty((0, 8)), items, *minima)


def square(x: float, y: float, side: float, **window: Any) -> JudgedVolume:
    shape = Polygon([(x, y), (x + side, y), (x + side, y + side), (x, y + side)])
    values = {"z_low_m": 40.0, "z_high_m": 60.0, "t_start_s": 0.0, "t_end_s": 100.0, **window}
    return JudgedVolume(shape, 0.0, **values)


def disc(x: float, y: float, radius: float, **window: Any) -> JudgedVolume:
    values = {"z_low_m": 40.0, "z_high_m": 60.0, "t_start_s": 0.0, "t_end_s": 100.0, **window}
    return JudgedVolume(Point(x, y), radius, **values)


EAST = flight((0, 0, 50, 0, 1000, 0, 50, 100))


@pytest.mark.parametrize(("offset_m", "lost"), [(50.0, False), (49.9999, True), (50.0001, False), (0.0, True)])
def test_parallel_flights_touching_horizontally_are_apart(offset_m: float, lost: bool) -> None:
    """A distance equal to the horizontal minimum is no loss; a tenth of a millimetre less is."""
    other = flight((0, offset_m, 50, 0, 1000, offset_m, 50, 100), ref="fp_b")
    assert (judge_pair(EAST, other) is not None) is lost


@pytest.mark.parametrize(
    ("rise_m", "lost"), [(15.0, False), (14.994, True), (14.996, False), (-15.0, False), (-14.994, True)]
)
def test_layers_exactly_one_minimum_apart_are_apart(rise_m: float, lost: bool) -> None:
    """Two levels whose difference equals the vertical minimum may cross."""
    other = flight((500, -500, 50 + rise_m, 0, 500, 500, 50 + rise_m, 100), ref="fp_b")
    assert (judge_pair(EAST, other) is not None) is lost


@pytest.mark.parametrize(("gap_s", "lost"), [(15.0, True), (15.0001, False), (14.9999, True)])
def test_time_buffer_is_inclusive(gap_s: float, lost: bool) -> None:
    """A flight that starts exactly the buffer after another ended at the same place is in conflict."""
    other = flight((1000, 0, 50, 100 + gap_s, 2000, 0, 50, 200 + gap_s), ref="fp_b")
    found = judge_pair(EAST, other)
    assert (found is not None) is lost
    if found is not None:
        assert found.horizontal_m == pytest.approx(0.0, abs=1e-6)
        assert (found.at_b - found.at_a).total_seconds() == pytest.approx(gap_s, abs=1e-5)


def test_back_to_back_over_the_same_place_uses_the_whole_buffer() -> None:
    """A follower on the same line loses separation until its headway at 10 m/s exceeds buffer plus minimum."""
    for headway_s, lost in ((19.999, True), (20.001, False)):
        follower = flight((0, 0, 50, headway_s, 1000, 0, 50, 100 + headway_s), ref="fp_b")
        assert (judge_pair(EAST, follower) is not None) is lost, headway_s


def test_crossing_at_another_time_is_apart() -> None:
    """A crossing is judged by when each passes, not by where alone."""
    at_once = flight((500, -500, 50, 0, 500, 500, 50, 100), ref="fp_b")
    later = flight((500, -500, 50, 60, 500, 500, 50, 160), ref="fp_b")
    assert judge_pair(EAST, at_once) is not None
    assert judge_pair(EAST, later) is None


def test_vertical_climb_through_a_crossing_flight_is_found() -> None:
    """A climb on the spot has no length in the plane and is still judged."""
    climb = flight((500, 0, 0, 40, 500, 0, 100, 60), ref="fp_b")
    early = flight((500, 0, 0, 0, 500, 0, 100, 10), ref="fp_b")
    beside = flight((500, 50, 0, 40, 500, 50, 100, 60), ref="fp_b")
    assert judge_pair(EAST, climb) is not None
    assert judge_pair(EAST, early) is None
    assert judge_pair(EAST, beside) is None


def test_climb_that_only_touches_the_band_is_apart() -> None:
    """A climb that ends exactly the vertical minimum below never loses separation."""
    below = flight((500, 0, 0, 40, 500, 0, 35, 60), ref="fp_b")
    above = flight((500, 0, 0, 40, 500, 0, 35.006, 60), ref="fp_b")
    assert judge_pair(EAST, below) is None
    assert judge_pair(EAST, above) is not None


def test_sloping_legs_lose_separation_only_where_their_heights_meet() -> None:
    """The horizontal minimum is taken over the instants with lost height only."""
    # Over the same line against each other, but at the meeting point one is 40 m higher.
    steep = flight((1000, 0, 10, 0, 0, 0, 170, 100), ref="fp_b")
    level = flight((1000, 0, 62, 0, 0, 0, 62, 100), ref="fp_b")
    assert (
        judge_pair(
            EAST,
            steep,
        )
        is None
    )
    assert judge_pair(EAST, level) is not None


def test_hovering_flights_are_held_apart() -> None:
    """Two hovers conflict exactly while they overlap within the buffer and are too near."""
    hover = flight((0, 0, 50, 0, 0, 0, 50, 600))
    near = flight((30, 39.99, 50, 615, 30, 39.99, 50, 700), ref="fp_b")
    touching = flight((30, 40, 50, 615, 30, 40, 50, 700), ref="fp_b")
    assert judge_pair(hover, near) is not None
    assert judge_pair(hover, touching) is None


def test_identical_flights_conflict_at_zero_distance() -> None:
    """The same flight filed twice is a conflict with no distance at all."""
    found = judge_pair(EAST, flight((0, 0, 50, 0, 1000, 0, 50, 100), ref="fp_b"))
    assert found is not None
    assert (found.horizontal_m, found.vertical_m) == (0.0, 0.0)


def test_the_larger_minima_of_the_pair_hold() -> None:
    """A plan with wider minima imposes them on the other."""
    wide = flight((0, 80, 50, 0, 1000, 80, 50, 100), ref="fp_b", minima=(100.0, 15.0, 15.0))
    assert judge_pair(EAST, wide) is not None
    assert judge_pair(wide, EAST) is not None
    assert judge_pair(EAST, flight((0, 80, 50, 0, 1000, 80, 50, 100), ref="fp_b")) is None


def test_zero_buffer_compares_simultaneous_instants() -> None:
    """Without a time buffer only the same instant counts."""
    exact = (H, V, 0.0)
    one = flight((0, 0, 50, 0, 1000, 0, 50, 100), minima=exact)
    meeting = flight((1000, 0, 50, 0, 0, 0, 50, 100), ref="fp_b", minima=exact)
    trailing = flight((-50.001, 0, 50, 0, 949.999, 0, 50, 100), ref="fp_b", minima=exact)
    assert judge_pair(one, meeting) is not None
    assert judge_pair(one, trailing) is None


@pytest.mark.parametrize(
    ("volume", "lost"),
    [
        (square(400, 50, 100), False),
        (square(400, 49.9999, 100), True),
        (square(400, -50, 100), True),
        (disc(500, 80, 30), False),
        (disc(500, 79.9999, 30), True),
        (square(400, 0, 100, z_low_m=65.0, z_high_m=90.0), False),
        (square(400, 0, 100, z_low_m=64.994, z_high_m=90.0), True),
        (square(400, 0, 100, z_low_m=0.0, z_high_m=35.0), False),
        (square(0, 0, 100, t_start_s=30.001, t_end_s=40.0), False),
        (square(0, 0, 100, t_start_s=25.0, t_end_s=40.0), True),
        (square(0, 0, 100, t_start_s=29.999, t_end_s=40.0), True),
    ],
)
def test_flight_against_a_volume(volume: JudgedVolume, lost: bool) -> None:
    """The moving disc is widened by the minima; touching the area or band is no loss, touching the window is one."""
    assert (judge_pair(EAST, volumes(volume)) is not None) is lost
    assert (judge_pair(volumes(volume), EAST) is not None) is lost


def test_window_edge_against_a_volume_is_inclusive() -> None:
    """A volume that opens exactly the buffer after the flight ended over it is in conflict; later it is not."""
    ends_over = square(950, 0, 100, t_start_s=115.0, t_end_s=130.0)
    later = square(950, 0, 100, t_start_s=115.001, t_end_s=130.0)
    assert judge_pair(EAST, volumes(ends_over)) is not None
    assert judge_pair(EAST, volumes(later)) is None


def test_climb_against_a_volume_band() -> None:
    """A climbing leg is compared with the area only while its height is lost."""
    leaving = flight((0, 0, 0, 0, 1000, 0, 200, 100))
    near_start = square(-100, 0, 200, z_low_m=100.0, z_high_m=120.0, t_end_s=100.0)
    at_height = square(450, 0, 100, z_low_m=100.0, z_high_m=120.0, t_end_s=100.0)
    assert judge_pair(leaving, volumes(near_start)) is None
    found = judge_pair(leaving, volumes(at_height))
    assert found is not None
    assert found.horizontal_m == 0.0


@pytest.mark.parametrize(
    ("other", "lost"),
    [
        (square(150, 0, 100), False),
        (square(149.9999, 0, 100), True),
        (disc(180, 50, 30), False),
        (disc(179.9999, 50, 30), True),
        (square(0, 0, 10, z_low_m=75.0, z_high_m=90.0), False),
        (square(0, 0, 10, z_low_m=74.994, z_high_m=90.0), True),
        (square(0, 0, 10, t_start_s=115.0, t_end_s=120.0), True),
        (square(0, 0, 10, t_start_s=115.001, t_end_s=120.0), False),
    ],
)
def test_volume_against_volume(other: JudgedVolume, lost: bool) -> None:
    """Areas and bands are compared strictly, windows inclusively."""
    base = volumes(square(0, 0, 100), ref="fp_a")
    assert (judge_pair(base, volumes(other)) is not None) is lost
    assert (judge_pair(volumes(other), base) is not None) is lost


def test_circles_against_each_other() -> None:
    """Two discs are apart when their centres are the radii and the minimum apart."""
    assert judge_pair(volumes(disc(0, 0, 30)), volumes(disc(100, 0, 20), ref="fp_b")) is None
    assert judge_pair(volumes(disc(0, 0, 30)), volumes(disc(99.999, 0, 20), ref="fp_b")) is not None


def test_conflict_says_where_and_when() -> None:
    """The finding names both parts, both instants and both distances of the closest lost moment."""
    other = flight((500, -500, 44, 0, 500, 0, 44, 50), (500, 0, 44, 50, 500, 500, 44, 100), ref="fp_b")
    found = judge_pair(EAST, other)
    assert found is not None
    assert (found.plan_a, found.plan_b, found.part_a) == ("fp_a", "fp_b", 0)
    assert found.vertical_m == pytest.approx(6.0)
    assert found.horizontal_m == pytest.approx(0.0, abs=1e-6)
    assert math.isclose(abs((found.at_a - found.at_b).total_seconds()), 0.0, abs_tol=15.001)
