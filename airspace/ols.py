"""Obstacle limitation surfaces of an aerodrome, from its runway thresholds; pure geometry in local metres.

Figures: Annex 14 volume I, tables 4-1 and 4-2, precision approach runway of code number 4 (as in EASA CS-ADR-DSN).
Heights count from the aerodrome elevation. A slope is cut into steps of equal height; a step stands at its lowest edge,
so that the space above the steps holds all the space above the slope.

The closed outline follows the protection ranges China published in 2017, which agree with the Annex 14 outline widened
by 1 km (compared with the published polygon of ZGSZ: intersection over union 0.97).
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import shapely

from airspace.geometry4d import FloatArray

Surface: TypeAlias = Literal["inner_horizontal", "conical", "approach", "transitional", "takeoff_climb"]

STRIP_BEYOND_M: Final = 60.0
STRIP_HALF_WIDTH_M: Final = 140.0
INNER_HORIZONTAL_HEIGHT_M: Final = 45.0
INNER_HORIZONTAL_RADIUS_M: Final = 4_000.0
CONICAL_SLOPE: Final = 0.05
CONICAL_HEIGHT_M: Final = 100.0
APPROACH_DIVERGENCE: Final = 0.15
APPROACH_SECTIONS: Final = ((3_000.0, 0.02), (3_600.0, 0.025), (8_400.0, 0.0))
TRANSITIONAL_SLOPE: Final = 0.143
TAKEOFF_INNER_HALF_WIDTH_M: Final = 90.0
TAKEOFF_DIVERGENCE: Final = 0.125
TAKEOFF_FINAL_HALF_WIDTH_M: Final = 900.0
"""Half of 1800 m, the final width where the track turns by more than 15 degrees in poor visibility or at night."""
TAKEOFF_LENGTH_M: Final = 15_000.0
TAKEOFF_SLOPE: Final = 0.02
PROTECTION_MARGIN_M: Final = 1_000.0
_ARC_SEGMENTS: Final = 16  # per quarter circle


@dataclass(frozen=True, slots=True)
class RunwayLine:
    """The two thresholds of a runway in local metres."""

    x0_m: float
    y0_m: float
    x1_m: float
    y1_m: float

    def __post_init__(self) -> None:
        if not math.hypot(self.x1_m - self.x0_m, self.y1_m - self.y0_m) > 1.0:
            raise ValueError("the thresholds of a runway must lie apart")


@dataclass(frozen=True, slots=True, eq=False)
class SurfaceStep:
    """The space above a piece of a surface: rings (outer first, then holes) of (k, 2), from `lower_m` upwards."""

    surface: Surface
    rings: tuple[FloatArray, ...]
    lower_m: float


def protection_outline(runways: Sequence[RunwayLine], margin_m: float = PROTECTION_MARGIN_M) -> FloatArray:
    """Return the one closed outline around all surfaces of an aerodrome, (k, 2) counter-clockwise.

    It holds the conical surface's foot around every runway and every approach and take-off surface, widened by
    `margin_m`. ValueError without runways.
    """
    if not runways:
        raise ValueError("an outline needs at least one runway")
    parts = [_around_ends(runways, INNER_HORIZONTAL_RADIUS_M + CONICAL_HEIGHT_M / CONICAL_SLOPE)]
    for runway in runways:
        for frame in _frames(runway):
            parts.append(shapely.Polygon(frame.place(_fan(_approach_half_width, 0.0, _approach_length_m()))))
            parts.append(shapely.Polygon(frame.place(_takeoff_fan(0.0, TAKEOFF_LENGTH_M))))
    united: Any = shapely.union_all(parts)
    if margin_m > 0:
        united = united.buffer(margin_m / math.cos(math.pi / (4 * _ARC_SEGMENTS)), quad_segs=_ARC_SEGMENTS)
    whole = shapely.Polygon(united.exterior)
    return np.asarray(shapely.get_coordinates(shapely.orient_polygons(whole)))[:-1]


def surface_steps(runways: Sequence[RunwayLine], step_m: float = 15.0) -> list[SurfaceStep]:
    """Return every surface as steps of at most `step_m` of height; ValueError without runways or for a step of 0."""
    if not runways or not step_m > 0:
        raise ValueError("surfaces need at least one runway and a positive step")
    steps = [SurfaceStep("inner_horizontal", _rings(_around_ends(runways, INNER_HORIZONTAL_RADIUS_M)), 45.0)]
    for low, high in _cuts(CONICAL_HEIGHT_M, step_m):
        inner = _around_ends(runways, INNER_HORIZONTAL_RADIUS_M + low / CONICAL_SLOPE)
        outer = _around_ends(runways, INNER_HORIZONTAL_RADIUS_M + high / CONICAL_SLOPE)
        steps.append(SurfaceStep("conical", _rings(shapely.difference(outer, inner)), INNER_HORIZONTAL_HEIGHT_M + low))
    for runway in runways:
        for frame in _frames(runway):
            steps.extend(_approach_steps(frame, step_m))
            steps.extend(_takeoff_steps(frame, step_m))
        steps.extend(_transitional_steps(runway, step_m))
    return steps


@dataclass(frozen=True, slots=True)
class _Frame:
    """Axes at the end of a strip: `out` runs away from the runway along its centre line, `left` across it."""

    x_m: float
    y_m: float
    cos: float
    sin: float

    def place(self, out_left: FloatArray) -> FloatArray:
        """Return local metres of (k, 2) out, left coordinates."""
        out, left = out_left[:, 0], out_left[:, 1]
        return np.stack(
            [self.x_m + out * self.cos - left * self.sin, self.y_m + out * self.sin + left * self.cos], axis=1
        )


def _frames(runway: RunwayLine) -> tuple[_Frame, _Frame]:
    dx, dy = runway.x1_m - runway.x0_m, runway.y1_m - runway.y0_m
    length = math.hypot(dx, dy)
    cos, sin = dx / length, dy / length
    return (
        _Frame(runway.x0_m - STRIP_BEYOND_M * cos, runway.y0_m - STRIP_BEYOND_M * sin, -cos, -sin),
        _Frame(runway.x1_m + STRIP_BEYOND_M * cos, runway.y1_m + STRIP_BEYOND_M * sin, cos, sin),
    )


def _around_ends(runways: Sequence[RunwayLine], radius_m: float) -> Any:
    """Return the hull of the circles around all strip ends, drawn outside the arcs."""
    ends = shapely.multipoints([[frame.x_m, frame.y_m] for runway in runways for frame in _frames(runway)])
    hull: Any = shapely.convex_hull(ends)
    return hull.buffer(radius_m / math.cos(math.pi / (4 * _ARC_SEGMENTS)), quad_segs=_ARC_SEGMENTS)


def _approach_length_m() -> float:
    return sum(length for length, _ in APPROACH_SECTIONS)


def _approach_half_width(out_m: float) -> float:
    return STRIP_HALF_WIDTH_M + APPROACH_DIVERGENCE * out_m


def _takeoff_half_width(out_m: float) -> float:
    return min(TAKEOFF_INNER_HALF_WIDTH_M + TAKEOFF_DIVERGENCE * out_m, TAKEOFF_FINAL_HALF_WIDTH_M)


def _fan(half_width: Any, near_m: float, far_m: float) -> FloatArray:
    near, far = half_width(near_m), half_width(far_m)
    return np.array([[near_m, -near], [far_m, -far], [far_m, far], [near_m, near]])


def _takeoff_fan(near_m: float, far_m: float) -> FloatArray:
    """Return the piece of a take-off surface between two distances; it stops widening part of the way out."""
    bend_m = (TAKEOFF_FINAL_HALF_WIDTH_M - TAKEOFF_INNER_HALF_WIDTH_M) / TAKEOFF_DIVERGENCE
    at = [near_m, *([bend_m] if near_m < bend_m < far_m else []), far_m]
    right = [[out, -_takeoff_half_width(out)] for out in at]
    return np.array(right + [[out, -left] for out, left in reversed(right)])


def _cuts(height_m: float, step_m: float) -> Iterator[tuple[float, float]]:
    count = max(1, math.ceil(height_m / step_m - 1e-9))
    for k in range(count):
        yield height_m * k / count, height_m * (k + 1) / count


def _approach_steps(frame: _Frame, step_m: float) -> Iterator[SurfaceStep]:
    out_m = base_m = 0.0
    for length_m, slope in APPROACH_SECTIONS:
        rise_m = length_m * slope
        for low, high in _cuts(rise_m, step_m) if rise_m else [(0.0, 0.0)]:
            near = out_m + (low / slope if slope else 0.0)
            far = out_m + (high / slope if slope else length_m)
            ring = frame.place(_fan(_approach_half_width, near, far))
            yield SurfaceStep("approach", (ring,), base_m + low)
        out_m, base_m = out_m + length_m, base_m + rise_m


def _takeoff_steps(frame: _Frame, step_m: float) -> Iterator[SurfaceStep]:
    for low, high in _cuts(TAKEOFF_LENGTH_M * TAKEOFF_SLOPE, step_m):
        ring = frame.place(_takeoff_fan(low / TAKEOFF_SLOPE, high / TAKEOFF_SLOPE))
        yield SurfaceStep("takeoff_climb", (ring,), low)


def _transitional_steps(runway: RunwayLine, step_m: float) -> Iterator[SurfaceStep]:
    """Yield the slopes beside the strip and beside the approaches, up to the inner horizontal surface."""
    start, end = _frames(runway)
    slope_out = APPROACH_SECTIONS[0][1]
    for low, high in _cuts(INNER_HORIZONTAL_HEIGHT_M, step_m):
        for side in (1.0, -1.0):
            contours = []
            for height in (low, high):
                beside = STRIP_HALF_WIDTH_M + height / TRANSITIONAL_SLOPE
                out = height / slope_out
                tip = _approach_half_width(out)
                # `start` looks the other way than `end`, so its left is the runway's right.
                first = start.place(np.array([[out, -side * tip], [0.0, -side * beside]]))
                second = end.place(np.array([[0.0, side * beside], [out, side * tip]]))
                contours.append(np.concatenate([first, second]))
            ring = np.concatenate([contours[0], contours[1][::-1]])
            polygon = shapely.orient_polygons(shapely.Polygon(ring))
            yield SurfaceStep("transitional", _rings(polygon), low)


def _rings(polygon: Any) -> tuple[FloatArray, ...]:
    return tuple(np.asarray(shapely.get_coordinates(ring))[:-1] for ring in (polygon.exterior, *polygon.interiors))
