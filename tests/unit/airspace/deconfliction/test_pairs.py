"""Two plans against each other: what touches, what conflicts, and what is reported."""

import math
from dataclasses import replace

import numpy as np
import pytest

from airspace.deconfliction import pair_conflict
from airspace.geometry4d import EPS_HEIGHT_M, PlanGeometry, Separation
from tests.unit.airspace.deconfliction import oracle
from tests.unit.airspace.deconfliction.scenes import (
    MINIMA,
    T0,
    box,
    disc,
    flight,
    polygon,
    random_minima,
    random_plan,
)

EAST = flight((0, 0, 60, 0), (1000, 0, 60, 100))


def conflicts(a: PlanGeometry, b: PlanGeometry, minima: Separation = MINIMA) -> bool:
    """Ask both ways, compiled and plain: all four must agree."""
    answers = {
        pair_conflict(p, minima, q, minima, compiled=compiled) is not None
        for p, q in ((a, b), (b, a))
        for compiled in (True, False)
    }
    assert len(answers) == 1
    return answers.pop()


@pytest.mark.parametrize(
    ("offset_m", "expected"), [(49.0, True), (50.0 - 1e-5, True), (50.0, False), (50.0 + 1e-5, False)]
)
def test_horizontal_limit_is_strict(offset_m: float, expected: bool) -> None:
    """Parallel flights exactly the horizontal minimum apart keep separation; anything nearer loses it."""
    assert conflicts(EAST, flight((0, offset_m, 60, 0), (1000, offset_m, 60, 100))) is expected


@pytest.mark.parametrize(
    ("z", "expected"), [(74.9, True), (75.0 - 0.0051, True), (75.0 - 0.0049, False), (75.0, False), (45.0, False)]
)
def test_layers_one_separation_apart_are_free(z: float, expected: bool) -> None:
    """Flights in layers the vertical minimum apart keep separation; 5 mm less, what a geoid may tilt, is still touching."""
    assert conflicts(EAST, flight((0, 0, z, 0), (1000, 0, z, 100))) is expected


@pytest.mark.parametrize(("gap_s", "expected"), [(0.0, True), (15.0, True), (15.0 + 1e-5, False), (16.0, False)])
def test_time_limit_is_inclusive(gap_s: float, expected: bool) -> None:
    """A hover that begins exactly the time buffer after another ended at the place still conflicts."""
    first = flight((0, 0, 60, 0), (0, 0, 60, 100))
    assert conflicts(first, flight((0, 0, 60, 100 + gap_s), (0, 0, 60, 200))) is expected


def test_one_ends_where_the_other_begins() -> None:
    """A flight that starts where and when another ends conflicts, and is free when the buffer is over."""
    onward = flight((1000, 0, 60, 100), (2000, 0, 60, 200))
    assert conflicts(EAST, onward)
    # 50 m ahead after 5 s: the follower must wait that much less than the buffer alone says.
    assert not conflicts(EAST, flight((1050, 0, 60, 100), (2000, 0, 60, 195)))


@pytest.mark.parametrize(("start_s", "expected"), [(50.0, True), (41.0, True), (80.0, False), (20.0, False)])
def test_vertical_climb_through_a_crossing_flight(start_s: float, expected: bool) -> None:
    """A climb at one place conflicts with a flight overhead only while it is within the vertical minimum of it."""
    climb = flight((500, 0, 0, start_s - 20), (500, 0, 120, start_s + 20))
    minima = Separation(50, 15, 5)
    assert conflicts(EAST, climb, minima) is expected


def test_hover_beside_and_on_the_path() -> None:
    """A hover on a path conflicts, one exactly the minimum beside it does not."""
    assert conflicts(EAST, flight((500, 0, 60, 0), (500, 0, 60, 100)))
    assert not conflicts(EAST, flight((500, 50, 60, 0), (500, 50, 60, 100)))
    assert conflicts(EAST, flight((500, 49.9, 60, 0), (500, 49.9, 60, 100)))


def test_loops_over_one_point() -> None:
    """A flight that comes back to a point conflicts with whoever is there at its second visit."""
    loop = flight((0, 0, 60, 0), (800, 0, 60, 60), (800, 800, 60, 120), (0, 0, 60, 200), (-800, 0, 60, 260))
    at_second_visit = flight((0, 0, 60, 190), (0, 0, 60, 210))
    between = flight((0, 0, 60, 60), (0, 0, 60, 140))
    found = pair_conflict(loop, MINIMA, at_second_visit, MINIMA)
    assert found is not None
    assert (found.own_first, found.own_last) == (2, 3)
    assert not conflicts(loop, between)


def test_follower_at_equal_velocity() -> None:
    """Two flights of equal velocity, one behind the other, conflict by their gap in time and distance together.

    At 20 s the shifted distance is the minimum and the shift the buffer: both touch, and the inclusive one decides.
    """
    for gap_s, expected in ((10.0, True), (19.9, True), (20.0, True), (20.0 + 1e-5, False), (25.0, False)):
        later = flight((0, 0, 60, gap_s), (1000, 0, 60, 100 + gap_s))
        assert conflicts(EAST, later) is expected, gap_s


def test_identical_plans() -> None:
    """A plan conflicts with itself, at distance 0, from its first to its last instant."""
    found = pair_conflict(EAST, MINIMA, EAST, MINIMA)
    assert found is not None
    assert (found.horizontal_m, found.vertical_m) == (0.0, 0.0)
    assert (found.starts_s, found.ends_s) == (EAST.starts_s, EAST.ends_s)


def test_zero_length_and_zero_duration() -> None:
    """Standing still, moving not at all and taking no time are flights like others."""
    point = flight((500, 0, 60, 50), (500, 0, 60, 50))
    assert conflicts(EAST, point)
    assert conflicts(point, point)
    assert not conflicts(point, flight((500, 50, 60, 50), (500, 50, 60, 50)))
    assert conflicts(flight((0, 0, 60, 50), (0, 0, 60, 50 + 1e-9)), flight((0, 0, 60, 0), (0, 0, 60, 100)))


def test_pair_is_held_to_the_larger_minima() -> None:
    """The larger of the two plans' minima holds, field by field, whoever asks."""
    other = flight((0, 80, 80, 30), (1000, 80, 80, 130))
    wide, high = Separation(100, 10, 60), Separation(20, 30, 0)
    assert pair_conflict(EAST, wide, other, high) is not None
    assert pair_conflict(EAST, high, other, wide) is not None
    assert pair_conflict(EAST, wide, other, wide) is None
    assert pair_conflict(EAST, high, other, high) is None
    found = pair_conflict(EAST, wide, other, high)
    assert found is not None
    assert found.minima == Separation(100, 30, 60)


def test_crossing_is_reported_where_it_is() -> None:
    """A crossing names its instants, its least distance and the own times from first to last loss."""
    north = flight((500, -500, 64, 2), (500, 500, 64, 102))
    found = pair_conflict(EAST, Separation(50, 15, 0), north, Separation(50, 15, 0))
    assert found is not None
    # Both fly 10 m/s; the other is 2 s, 20 m, behind at the crossing: least distance 20 / sqrt(2) at 51 s.
    assert found.horizontal_m == pytest.approx(20 / math.sqrt(2), abs=1e-4)
    assert found.vertical_m == pytest.approx(4.0)
    assert found.own_at_s - T0 == pytest.approx(51.0, abs=1e-4)
    half = math.sqrt(50**2 - 200) / (10 * math.sqrt(2))
    assert found.starts_s - T0 == pytest.approx(51 - half, abs=1e-5)
    assert found.ends_s - T0 == pytest.approx(51 + half, abs=1e-5)


@pytest.mark.parametrize(("y", "expected"), [(149.0, True), (150.0, False)])
def test_disc_is_a_true_circle(y: float, expected: bool) -> None:
    """A path exactly radius plus minimum from a disc's centre keeps separation, whatever a polygon of it would say."""
    area = disc(500, 0, 100, (50, 70), (0, 100))
    assert conflicts(flight((0, y, 60, 0), (1000, y, 60, 100)), (area,)) is expected


def test_polygon_edges_corners_and_inside() -> None:
    """Crossing, being inside and passing a corner within the minimum all conflict; exactly at it nothing does."""
    area = box(400, 0, 600, 200, (50, 70), (0, 100))
    assert conflicts(EAST, (area,))
    assert conflicts(flight((500, 100, 60, 10), (501, 100, 60, 20)), (area,))
    assert not conflicts(flight((0, -50, 60, 0), (1000, -50, 60, 100)), (area,))
    corner = 50 / math.sqrt(2)
    for nearer, expected in ((0.01, True), (-0.01, False)):
        x, y = 600 + corner - nearer, -corner + nearer
        assert conflicts(flight((x - 300, y - 300, 60, 0), (x + 300, y + 300, 60, 50)), (area,)) is expected


def test_notch_of_a_concave_polygon() -> None:
    """A flight in a wide notch of a volume keeps separation, one beside its wall does not."""
    area = polygon(
        [(0, 0), (500, 0), (500, 500), (400, 500), (400, 100), (100, 100), (100, 500), (0, 500)], (0, 99), (0, 99)
    )
    assert not conflicts(flight((250, 400, 60, 0), (250, 160, 60, 50)), (area,))
    assert conflicts(flight((140, 400, 60, 0), (140, 160, 60, 50)), (area,))


def test_volume_band_and_window_edges() -> None:
    """A volume's band is strict at the vertical minimum, its window inclusive at the buffer."""
    at = (400, -50, 600, 50)
    assert not conflicts(EAST, (box(*at, (75, 90), (0, 100)),))
    assert conflicts(EAST, (box(*at, (75 - 0.0051, 90), (0, 100)),))
    hover = flight((500, 0, 60, 0), (500, 0, 60, 100))
    assert conflicts(hover, (box(*at, (50, 70), (115, 200)),))
    assert not conflicts(hover, (box(*at, (50, 70), (115 + 1e-5, 200)),))


def test_volume_against_volume() -> None:
    """Volumes conflict by the distance of their areas, the gap of their bands and the gap of their windows."""
    here = box(0, 0, 100, 100, (50, 60), (0, 100))
    for other, expected in (
        (box(150, 0, 200, 100, (50, 60), (0, 100)), False),
        (box(149.9, 0, 200, 100, (50, 60), (0, 100)), True),
        (box(20, 20, 30, 30, (75, 80), (0, 100)), False),
        (box(20, 20, 30, 30, (74.9, 80), (0, 100)), True),
        (box(20, 20, 30, 30, (50, 60), (115, 200)), True),
        (box(20, 20, 30, 30, (50, 60), (115.1, 200)), False),
        (disc(250, 50, 100, (50, 60), (0, 100)), False),
        (disc(249.9, 50, 100, (50, 60), (0, 100)), True),
        (disc(50, 50, 1, (50, 60), (0, 100)), True),
    ):
        assert conflicts((here,), (other,)) is expected
    round_one, round_two = disc(0, 0, 100, (0, 9), (0, 9)), disc(250, 0, 100, (0, 9), (0, 9))
    assert not conflicts((round_one,), (round_two,))


def lowered(minima: Separation) -> Separation:
    """Return minima as the engine holds heights to: touching begins `EPS_HEIGHT_M` below."""
    return replace(minima, vertical_m=minima.vertical_m - EPS_HEIGHT_M)


@pytest.mark.parametrize("seed", range(8))
def test_agrees_with_an_independent_brute_force(seed: int) -> None:
    """Thousands of random pairs of every kind are judged as nested minimisation and shapely judge them."""
    rng = np.random.default_rng(seed)
    hits = 0
    for _ in range(300):
        a, b, sa, sb = random_plan(rng), random_plan(rng), random_minima(rng), random_minima(rng)
        found = pair_conflict(a, sa, b, sb)
        if found is None:
            assert not oracle.conflict(a, lowered(sa), b, lowered(sb), slack=-1e-4)
            continue
        hits += 1
        assert oracle.conflict(a, sa, b, sb, slack=1e-4)
        vertical, buffer = found.minima.vertical_m, found.minima.time_buffer_s
        least = oracle.least_distance(a, b, vertical - EPS_HEIGHT_M, buffer + 1e-6)
        assert found.horizontal_m == pytest.approx(least, abs=1e-3)
        assert found.vertical_m <= vertical
        assert abs(found.own_at_s - found.other_at_s) <= buffer + 1e-5
        assert found.starts_s - 1e-6 <= found.own_at_s <= found.ends_s + 1e-6
    assert hits > 30
