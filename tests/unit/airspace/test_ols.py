"""Obstacle limitation surfaces."""

import numpy as np
import pytest
import shapely

from airspace.ols import RunwayLine, SurfaceStep, protection_outline, surface_steps
from tests.fakes.airspace_region import REGION

RUNWAY = RunwayLine(0.0, 0.0, 3000.0, 0.0)


def polygon(step: SurfaceStep) -> shapely.Polygon:
    """Return the area of a step."""
    return shapely.Polygon(step.rings[0], step.rings[1:])


def floor_m(steps: list[SurfaceStep], x: float, y: float) -> float | None:
    """Return the lowest surface over a place; None where there is none."""
    heights = [s.lower_m for s in steps if shapely.distance(polygon(s), shapely.Point(x, y)) == 0]
    return min(heights, default=None)


def test_the_outline_of_shenzhen_bao_an_has_the_size_of_the_published_one() -> None:
    """Along the centre line the ends lie about 18 km from mid-runway, the arcs about 7 km from the strip's ends."""
    x, y = REGION.frame.to_xy([22.6530, 22.6256], [113.8030, 113.8180])
    ring = protection_outline([RunwayLine(float(x[0]), float(y[0]), float(x[1]), float(y[1]))])
    middle = np.array([x.mean(), y.mean()])
    along = np.array([x[1] - x[0], y[1] - y[0]]) / np.hypot(x[1] - x[0], y[1] - y[0])
    out, side = (ring - middle) @ along, np.abs((ring - middle) @ np.array([-along[1], along[0]]))
    assert out.max() == pytest.approx(17_760, abs=60)
    assert out.min() == pytest.approx(-17_760, abs=60)
    assert side.max() == pytest.approx(7_000, abs=60)
    assert shapely.LinearRing(ring).is_ccw
    assert shapely.Polygon(ring).is_valid


def test_the_outline_holds_every_surface() -> None:
    """Even without its margin nothing of the surfaces sticks out."""
    runways = [RUNWAY, RunwayLine(500.0, 1500.0, 3900.0, 1600.0)]
    outline = shapely.Polygon(protection_outline(runways, margin_m=0.0)).buffer(0.01)
    assert all(shapely.covers(outline, polygon(step)) for step in surface_steps(runways))


def test_surfaces_have_the_heights_of_annex_14() -> None:
    """Inner horizontal 45 m, conical to 145 m, approach 0, 60 and 150 m, transitional from the strip's side."""
    steps = surface_steps([RUNWAY], step_m=5.0)
    assert floor_m(steps, 1500.0, 2000.0) == 45.0
    assert floor_m(steps, 1500.0, 5_990.0) == pytest.approx(140.0, abs=0.5)
    assert floor_m(steps, 1500.0, 7_000.0) is None
    assert floor_m(steps, 3060.0 + 14_900.0, 2_300.0) == 150.0
    assert floor_m(steps, 3060.0 + 2_900.0, 420.0) == pytest.approx(45.0)
    assert floor_m(steps, 1500.0, 150.0) == pytest.approx(0.0)
    assert floor_m(steps, 1500.0, 140.0 + 30.5 / 0.143) == pytest.approx(30.0)
    assert floor_m(steps, -60.0 - 500.0, 140.0 + 75.0 + 12.0 / 0.143) == pytest.approx(20.0)
    assert {step.surface for step in steps} == {
        "inner_horizontal",
        "conical",
        "approach",
        "transitional",
        "takeoff_climb",
    }


def test_every_step_is_a_valid_polygon_at_any_bearing() -> None:
    """No ring crosses itself, whatever the runway's direction."""
    for bearing in np.linspace(0, 2 * np.pi, 9):
        runway = RunwayLine(100.0, 50.0, 100.0 + 2500 * np.cos(bearing), 50.0 + 2500 * np.sin(bearing))
        assert all(polygon(step).is_valid and polygon(step).area > 0 for step in surface_steps([runway]))


def test_a_step_never_stands_above_its_slope() -> None:
    """Coarser steps only close more: the floor of coarse steps is at or below that of fine ones."""
    coarse, fine = surface_steps([RUNWAY], step_m=50.0), surface_steps([RUNWAY], step_m=2.0)
    rng = np.random.default_rng(4)
    for x, y in rng.uniform([-17_000, -6_000], [20_000, 6_000], size=(150, 2)):
        low, high = floor_m(coarse, x, y), floor_m(fine, x, y)
        assert (low is None) == (high is None)
        assert low is None or (high is not None and low <= high + 1e-9)


def test_surfaces_of_nothing_are_refused() -> None:
    """No runway, a runway of no length and a step of nothing cannot be drawn."""
    with pytest.raises(ValueError, match="at least one"):
        protection_outline([])
    with pytest.raises(ValueError, match="positive step"):
        surface_steps([RUNWAY], step_m=0.0)
    with pytest.raises(ValueError, match="apart"):
        RunwayLine(0, 0, 0, 0.5)
