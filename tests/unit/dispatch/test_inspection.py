"""Inspection flights: what is photographed, in how many lines, and how it is cut into flights."""

import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.camera import Camera, Overlap, pictures_on
from dispatch.coverage import (
    MAX_LINES,
    Run,
    TooManyLinesError,
    best_heading_deg,
    offsets,
    passes,
    strips,
    tour,
)
from dispatch.inspection import Pace, Stop, TooFarError, sorties

CAMERA = Camera(13.2, 8.8, 8.8, 5472, 3648)
"""A one-inch sensor behind 8.8 mm, as many survey drones carry."""
PACE = Pace(speed_mps=10.0, climb_mps=4.0, descent_mps=2.0, height_m=80.0, longest_s=900.0)


def test_a_picture_covers_and_resolves_what_the_lens_formula_says() -> None:
    """From 80 m: 120 m by 80 m, 2.19 cm a pixel; the height for a resolution is its inverse."""
    assert CAMERA.footprint_m(80.0) == pytest.approx((120.0, 80.0))
    assert CAMERA.gsd_m(80.0) == pytest.approx(80 * 13.2 / (8.8 * 5472))
    assert CAMERA.gsd_m(CAMERA.height_for_gsd_m(0.03)) == pytest.approx(0.03)
    assert Overlap(0.75, 0.6).spacing_m((120.0, 80.0)) == pytest.approx((48.0, 20.0))
    assert [pictures_on(length, 20.0) for length in (0.0, 19.0, 20.0, 40.0, 41.0)] == [1, 2, 2, 3, 4]


def covered(area: shapely.Polygon, runs: list[Run], spacing_m: float) -> float:
    """Return the share of an area within half a spacing of a run."""
    lines = shapely.MultiLineString([(run.start, run.end) for run in runs])
    return float(area.intersection(lines.buffer(spacing_m / 2 + 1e-6, cap_style="square")).area / area.area)


@settings(max_examples=60, deadline=None)
@given(
    radii=st.lists(st.floats(120, 600), min_size=5, max_size=11),
    heading_deg=st.floats(0, 180),
    spacing_m=st.floats(20, 70),
)
def test_strips_cover_any_star_shaped_area(radii: list[float], heading_deg: float, spacing_m: float) -> None:
    """Nothing of an area lies farther than half a spacing from a run, but for slivers shorter than a run at its edge."""
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    area = shapely.Polygon([(r * math.cos(a), r * math.sin(a)) for r, a in zip(radii, angles, strict=True)])
    runs = strips(area, spacing_m, heading_deg, (0.0, -700.0))
    inner = area.buffer(-spacing_m / 2)
    if not inner.is_empty:
        assert covered(inner, runs, spacing_m) > 0.9999
    for run in runs:
        line = shapely.LineString([run.start, run.end])
        assert line.difference(area.buffer(1e-6)).length < 1e-6, "the camera is on over the area alone"


def test_an_area_with_a_hole_is_flown_around_it_cell_by_cell() -> None:
    """A square with a square hole gives four cells; no run crosses the hole and few flights between runs are long."""
    area = shapely.Polygon([(0, 0), (600, 0), (600, 600), (0, 600)], [[(200, 200), (400, 200), (400, 400), (200, 400)]])
    runs = strips(area, 50.0, 0.0, (0.0, 0.0))
    assert covered(area, runs, 50.0) > 0.9999
    hole = shapely.Polygon(area.interiors[0])
    assert all(shapely.LineString([run.start, run.end]).intersection(hole).length < 1e-6 for run in runs)
    between = [math.dist(a.end, b.start) for a, b in itertools.pairwise(runs)]
    assert sum(length > 60 for length in between) <= 3, "one flight to each further cell"


def test_lines_follow_the_long_side() -> None:
    """A rectangle of 1,000 m by 200 m turned by 30 degrees is flown along its long side, whichever way it is turned."""
    area = shapely.affinity.rotate(shapely.box(0, 0, 1000, 200), 30, origin=(0, 0))
    assert best_heading_deg(area) == pytest.approx(30.0)
    assert len(strips(area, 50.0, best_heading_deg(area), (0, 0))) == 4


def test_an_area_too_fine_for_its_spacing_is_refused() -> None:
    """Millions of lines are nobody's wish."""
    with pytest.raises(TooManyLinesError) as refused:
        strips(shapely.box(0, 0, 10, 100_000), 1.0, 0.0, (0, 0))
    assert refused.value.lines > MAX_LINES


def test_passes_lie_beside_the_line_and_are_flown_to_and_fro() -> None:
    """A power line with a bend gets its passes at the offsets asked for, the second one backwards."""
    line = np.array([[0.0, 0.0], [500.0, 0.0], [900.0, 300.0]])
    left, right = passes(line, [20.0, -20.0])
    held = shapely.LineString(line)
    for way, first in ((left, (0.0, 0.0)), (right, (900.0, 300.0))):
        assert math.dist(way[0], first) == pytest.approx(20.0)
        distances = [held.distance(shapely.Point(point)) for point in way]
        assert min(distances) == pytest.approx(20.0)
        assert max(distances) <= 40.0
    assert offsets(60.0, 25.0) == pytest.approx([-20.0, 0.0, 20.0])
    assert offsets(10.0, 25.0) == [0.0]


@settings(max_examples=40, deadline=None)
@given(places=st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), min_size=1, max_size=7, unique=True))
def test_a_tour_visits_all_and_is_near_the_shortest(places: list[tuple[float, float]]) -> None:
    """Against every order: never more than a quarter longer, and every point once."""

    def length(order: tuple[int, ...]) -> float:
        stops = [(0.0, 0.0), *(places[index] for index in order), (0.0, 0.0)]
        return sum(math.dist(a, b) for a, b in itertools.pairwise(stops))

    order = tour(places, (0.0, 0.0))
    assert sorted(order) == list(range(len(places)))
    best = min(length(other) for other in itertools.permutations(range(len(places))))
    assert length(tuple(order)) <= 1.25 * best + 1e-6


def test_flights_are_cut_where_the_battery_ends_and_each_comes_home() -> None:
    """Every leg is flown once and in order, no flight lasts longer than allowed, and one more leg would not have fitted."""
    legs = [[Stop((0.0, 60.0 * k), camera=True), Stop((1500.0, 60.0 * k))] for k in range(12)]
    found = sorties(legs, (-200.0, 0.0), PACE)
    assert [stop for sortie in found for stop in sortie.stops] == [stop for leg in legs for stop in leg]
    assert len(found) > 1
    assert all(sortie.lasts_s <= PACE.longest_s for sortie in found)
    for sortie, following in itertools.pairwise(found):
        longer = sorties([[*sortie.stops, *following.stops[:2]]], (-200.0, 0.0), Pace(10, 4, 2, 80, 1e9))[0]
        assert longer.lasts_s > PACE.longest_s
    first = found[0]
    places = [(-200.0, 0.0), *(stop.place for stop in first.stops), (-200.0, 0.0)]
    assert first.length_m == pytest.approx(sum(math.dist(a, b) for a, b in itertools.pairwise(places)))


def test_a_leg_too_far_for_one_battery_is_named() -> None:
    """What cannot be flown there and back is refused with the time it needs."""
    with pytest.raises(TooFarError) as refused:
        sorties([[Stop((0.0, 0.0)), Stop((9_000.0, 0.0))]], (0.0, 0.0), PACE)
    assert refused.value.leg == 0
    assert refused.value.needs_s > 1_800
