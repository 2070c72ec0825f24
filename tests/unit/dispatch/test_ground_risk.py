"""Ground risk and noise as numbers: limits of the trial rules, sound of a passage, ways that keep off people."""

import itertools
import math
import random
import warnings

import h3.api.basic_int as h3
import numpy as np
import pytest
import shapely

from airspace.frame import LocalFrame
from dispatch.ground_risk import (
    GroundLimits,
    assess,
    exposed_squares,
    highest_within,
    impact_energy_j,
    line_of,
)
from dispatch.noise import NoisePrice, box_mean, equivalent_db, level_db, passage_db, sound_power_db, surcharge
from dispatch.population import Lattice, PopulationGrid, Sample, gridded, synthetic
from dispatch.priced_way import PricedGround, best_way
from dispatch.router import obstacle_of

FRAME = LocalFrame("EPSG:4547")
LATTICE = Lattice(500_000.0, 2_490_000.0, 40, 60)
LIMITS = GroundLimits(exposed_share=1.0)


def grid(*crowds: tuple[int, int, float], synthetic_: bool = False, base: float = 0.0) -> PopulationGrid:
    """Return a grid with a density in single squares (row, column, density)."""
    values = np.full((LATTICE.rows, LATTICE.columns), base, np.float32)
    for row, column, density in crowds:
        values[row, column] = density
    return PopulationGrid(LATTICE, values, "test", synthetic_)


def at(row: float, column: float) -> tuple[float, float]:
    """Return the centre of a square in local metres."""
    return 500_000.0 + (column + 0.5) * 200.0, 2_490_000.0 + (row + 0.5) * 200.0


def wall(column: int, gap: int | None = None) -> PopulationGrid:
    """Return a grid whose one column of squares is crowded from south to north, but for a gap of five squares."""
    rows = [row for row in range(40) if gap is None or abs(row - gap) > 4]
    return grid(*((row, column, 5_000.0) for row in rows))


# -- the limits --------------------------------------------------------------------------------------------------------


def test_the_largest_aircraft_of_the_trial_rules_keeps_their_energy() -> None:
    """25 kg from 120 m at 15 m/s stays below 34 kJ, and 30 kg does not: the rules' numbers agree with one another."""
    assert impact_energy_j(25.0, 120.0, 15.0) == pytest.approx(25 * (9.80665 * 120 + 112.5))
    assert impact_energy_j(25.0, 120.0, 15.0) < LIMITS.impact_energy_j_most < impact_energy_j(30.0, 120.0, 15.0)


def test_a_heavier_aircraft_may_fly_as_high_as_its_fall_allows() -> None:
    """The height that is named gives exactly the energy that is allowed."""
    height = highest_within(30.0, 15.0, LIMITS)
    assert impact_energy_j(30.0, height, 15.0) == pytest.approx(34_000.0)
    assert highest_within(400.0, 15.0, LIMITS) < 0


def test_people_just_inside_the_buffer_break_the_limit_and_just_outside_do_not() -> None:
    """At 75 m with 20 m of tolerance the buffer ends 95 m beside the line: a square is judged by whether it is touched."""
    crowd = grid((20, 30, 301.0))
    south_edge_m = 2_490_000.0 + 20 * 200.0
    inside = line_of([(502_000.0, south_edge_m - 94.0), (510_000.0, south_edge_m - 94.0)])
    outside = line_of([(502_000.0, south_edge_m - 96.0), (510_000.0, south_edge_m - 96.0)])
    found = assess(inside, 75.0, 20.0, crowd, LIMITS)
    assert [(item.fault, item.refuses) for item in found.breaches] == [("ground_exposed", True)]
    assert found.breaches[0].place_m == at(20, 30)
    assert found.buffer_m == 75.0
    assert not found.allowed
    assert assess(outside, 75.0, 20.0, crowd, LIMITS).allowed


def test_exactly_the_limit_is_kept() -> None:
    """300 people per square kilometre are allowed, 301 are not."""
    line = line_of([at(20, 10), at(20, 40)])
    assert assess(line, 75.0, 20.0, grid((20, 30, 300.0)), LIMITS).allowed
    assert not assess(line, 75.0, 20.0, grid((20, 30, 301.0)), LIMITS).allowed


def test_only_those_in_the_open_count() -> None:
    """With 7.6 % of the people outdoors 3,900 per square kilometre are below 300 exposed and 4,000 are above."""
    line = line_of([at(20, 10), at(20, 40)])
    assert assess(line, 75.0, 20.0, grid((20, 30, 3_900.0)), GroundLimits()).allowed
    assert not assess(line, 75.0, 20.0, grid((20, 30, 4_000.0)), GroundLimits()).allowed


def test_unknown_ground_is_not_empty_ground() -> None:
    """Squares of which nothing is known, and places outside the grid, are a breach of their own."""
    found = assess(line_of([at(20, 10), at(20, 40)]), 75.0, 20.0, grid((20, 30, math.nan)), LIMITS)
    assert [item.fault for item in found.breaches] == ["ground_unknown"]
    assert found.exposed_per_km2 == 0.0
    assert not found.allowed


def test_a_made_up_grid_tells_and_refuses_only_when_asked_to() -> None:
    """Over a synthetic grid a breach is told; it refuses where the rules say so, and nothing refuses unenforced."""
    crowd, line = grid((20, 30, 9_000.0), synthetic_=True), line_of([at(20, 10), at(20, 40)])
    told = assess(line, 75.0, 20.0, crowd, LIMITS)
    assert [item.refuses for item in told.breaches] == [False]
    assert told.allowed
    assert not assess(line, 75.0, 20.0, crowd, GroundLimits(enforced_on_synthetic=True)).allowed
    real = grid((20, 30, 9_000.0))
    assert assess(line, 75.0, 20.0, real, GroundLimits(enforced=False)).allowed


def test_closed_squares_hold_every_place_whose_buffer_meets_people() -> None:
    """No place on an open square breaks the limit by more than what the edge of a square can hide."""
    crowd = grid((20, 30, 9_000.0))
    closed = exposed_squares(crowd, LIMITS, 75.0, 20.0)
    for row in range(15, 26):
        for column in range(25, 36):
            breaks = not assess(shapely.Point(at(row, column)), 75.0, 20.0, crowd, LIMITS).allowed
            assert closed[row, column] or not breaks


# -- noise -------------------------------------------------------------------------------------------------------------


def test_a_passage_is_the_integral_of_the_level_along_the_line() -> None:
    """The closed form equals the sum of the levels of a flight past a point, second by second."""
    power, distance, speed = 100.0, 75.0, 12.0
    times = np.arange(-2_000.0, 2_000.0, 0.05)
    levels = [level_db(power, math.hypot(distance, speed * t)) for t in times]
    summed = 10 * math.log10(sum(10 ** (level / 10) * 0.05 for level in levels))
    assert passage_db(power, distance, speed) == pytest.approx(summed, abs=0.05)


def test_sound_power_follows_the_regulation_and_rises_with_mass() -> None:
    """85 dB up to 900 g, 85 + 18.5 lg(m / 900 g) above: 97 dB at 4 kg."""
    assert sound_power_db(0.25) == sound_power_db(0.9) == 85.0
    assert sound_power_db(4.0) == pytest.approx(96.98, abs=0.01)


def test_twice_the_time_is_three_decibels() -> None:
    """The equivalent level adds 10 lg of the share of the window that is loud; silence has none."""
    once = equivalent_db(100.0, 60.0, 50.0, 3_600.0)
    twice = equivalent_db(100.0, 120.0, 50.0, 3_600.0)
    assert once is not None
    assert twice is not None
    assert twice - once == pytest.approx(3.01, abs=0.01)
    assert equivalent_db(100.0, 0.0, 50.0, 3_600.0) is None


def test_noise_costs_more_over_more_people_from_louder_aircraft_flying_lower() -> None:
    """The surcharge grows in proportion to people and sound energy; over empty ground there is none."""
    price = NoisePrice(reach_m=0.0)
    one, two = (surcharge(grid(base=density), price, 75.0, 100.0, 15.0)[5, 5] for density in (5_000.0, 10_000.0))
    assert two == pytest.approx(2 * one)
    louder = surcharge(grid(base=5_000.0), price, 75.0, 103.0103, 15.0)[5, 5]
    lower = surcharge(grid(base=5_000.0), price, 37.5, 100.0, 15.0)[5, 5]
    assert louder == pytest.approx(2 * one, rel=1e-4)
    assert lower == pytest.approx(2 * one, rel=1e-4)
    assert not surcharge(grid(), price, 75.0, 100.0, 15.0).any()


def test_the_mean_of_a_box_is_the_mean() -> None:
    """The running sums give what a slow sum over each box gives."""
    values = np.arange(35, dtype=np.float32).reshape(5, 7)
    found = box_mean(values, 1)
    assert found[2, 3] == pytest.approx(values[1:4, 2:5].mean())
    assert found[0, 0] == pytest.approx(values[:2, :2].sum() / 9)


# -- grids -------------------------------------------------------------------------------------------------------------


def test_samples_of_each_kind_reach_their_squares() -> None:
    """A cell fills the squares whose centre lies in it, an area those inside, a point those nearest within reach."""
    lat, lon = (float(item[0]) for item in FRAME.to_lat_lon(*at(10, 10)))
    cell = h3.latlng_to_cell(lat, lon, 8)
    area = shapely.box(*at(20, 20), *at(22, 22))
    found = gridded([Sample(500.0, cell=cell), Sample(800.0, area=area.buffer(1.0)), Sample(90.0, point_m=at(35, 50))],
                    LATTICE, FRAME)  # fmt: skip
    assert found[10, 10] == 500.0
    assert (found[20:23, 20:23] == 800.0).all()
    assert found[35, 50] == found[35, 51] == 90.0
    assert np.isnan(found[0, 59])
    assert np.isnan(found[35, 53])


def test_people_are_counted_and_means_are_kept_by_cell() -> None:
    """The sum over squares is density times area, and the mean by cell stays between the least and the greatest."""
    even = grid(base=1_000.0)
    assert even.people() == pytest.approx(1_000.0 * 40 * 60 * 0.04)
    assert set(even.by_cell(8, FRAME).values()) == {1_000.0}


def test_the_made_up_grid_is_the_same_again_and_says_what_it_is() -> None:
    """Two calls give one grid, people live near the labels, and it calls itself synthetic."""
    centre = (*at(20, 30), 1_500.0)
    one, two = synthetic(LATTICE, [centre]), synthetic(LATTICE, [centre])
    assert (one.people_per_km2 == two.people_per_km2).all()
    assert one.synthetic
    assert one.people_per_km2[15:26, 25:36].mean() > 20 * one.people_per_km2[:5, :5].mean()


# -- ways --------------------------------------------------------------------------------------------------------------


def ground(people: PopulationGrid, *, closes: bool, price: float = 0.25) -> PricedGround:
    closed = exposed_squares(people, LIMITS, 75.0, 20.0) if closes else np.zeros(people.people_per_km2.shape, bool)
    return PricedGround(LATTICE, closed, surcharge(people, NoisePrice(price=price), 75.0, 107.6, 15.0))


def test_a_way_goes_through_the_gap_in_a_crowd() -> None:
    """Where the straight way breaks the limit, the way found keeps it; where every way does, none is found."""
    start, goal = at(10, 10), at(10, 50)
    open_wall, shut_wall = wall(30, gap=20), wall(30)

    def found(people: PopulationGrid) -> list[tuple[float, float]] | None:
        def passes(way: object) -> bool:
            return assess(line_of(way), 75.0, 20.0, people, LIMITS).allowed  # type: ignore[arg-type]

        return best_way(start, goal, ground(people, closes=True), lambda _: (), [start, goal], passes=passes,
                        detour_share_most=0.5)  # fmt: skip

    way = found(open_wall)
    assert way is not None
    assert (way[0], way[-1]) == (start, goal)
    assert assess(line_of(way), 75.0, 20.0, open_wall, LIMITS).allowed
    assert found(shut_wall) is None


def test_noise_bends_a_way_as_far_as_it_is_worth() -> None:
    """Around a dense quarter the way is longer and cheaper; with noise for nothing it is straight."""
    people = grid(*((row, column, 30_000.0) for row in range(7, 15) for column in range(20, 40)))
    start, goal = at(12, 10), at(12, 50)
    dear, free = ground(people, closes=False, price=2.0), ground(people, closes=False, price=0.0)

    def found(over: PricedGround) -> list[tuple[float, float]]:
        way = best_way(start, goal, over, lambda _: (), [start, goal], passes=lambda _: True, detour_share_most=0.5)
        assert way is not None
        return way

    assert found(free) == [start, goal]
    bent = found(dear)
    assert len(bent) > 2
    assert dear.cost_m(bent) < dear.cost_m([start, goal])


def test_a_quiet_way_still_keeps_out_of_zones() -> None:
    """The way around people does not lead through an obstacle that stands beside them."""
    people = grid(*((row, column, 30_000.0) for row in range(7, 15) for column in range(20, 40)))
    start, goal = at(12, 10), at(12, 50)
    zone = obstacle_of(shapely.box(*at(15, 18), *at(39, 42)), 20.0)

    def near(box: tuple[float, float, float, float]) -> list[object]:
        return [zone] if shapely.box(*box).intersects(zone.shape) else []

    way = best_way(start, goal, ground(people, closes=False, price=2.0), near, [start, goal],  # type: ignore[arg-type]
                   passes=lambda _: True, detour_share_most=0.5)  # fmt: skip
    assert way is not None
    assert len(way) > 2
    assert not zone.tight.intersects(line_of(way))


def test_squares_beside_a_way_are_those_its_widened_line_touches() -> None:
    """Over random ways, on and off the grid, the fast look finds exactly the squares of the slow one, in the same order."""
    draw = random.Random(5)
    people = grid()
    lattice = people.lattice
    for _ in range(60):
        corners = [
            (
                lattice.x0_m + draw.uniform(-0.2, 1.2) * lattice.columns * lattice.step_m,
                lattice.y0_m + draw.uniform(-0.2, 1.2) * lattice.rows * lattice.step_m,
            )
            for _ in range(draw.randint(1, 5))
        ]
        line, reach_m = line_of(corners), draw.uniform(5.0, 700.0)
        slow = people.touched(shapely.buffer(line, reach_m, quad_segs=8))
        fast = people.beside(line, reach_m)
        assert np.array_equal(slow[0], fast[0])
        assert np.array_equal(slow[1], fast[1], equal_nan=True)


def test_a_way_from_a_closed_square_is_straightened_beyond_it() -> None:
    """Where the start lies on closed ground only the leg off it keeps its corner: the rest of the way is drawn straight."""
    closed = np.zeros((LATTICE.rows, LATTICE.columns), bool)
    closed[20, 10] = True
    ground = PricedGround(LATTICE, closed, np.zeros_like(closed, np.float32))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        way = best_way(at(20, 10), at(30, 40), ground, lambda _: [], None, passes=lambda _: True, detour_share_most=0.5)
    assert way is not None
    assert len(way) <= 4
    length_m = sum(math.dist(a, b) for a, b in itertools.pairwise(way))
    assert length_m < 1.1 * math.dist(at(20, 10), at(30, 40))
