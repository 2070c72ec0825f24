"""The judge's exact tests: two legs, a leg and a volume, two volumes.

Separation is lost when some instants tA, tB with |tA - tB| <= buffer have a horizontal distance < horizontal minimum
and a vertical distance < vertical minimum. Distances are strict and times inclusive; a value within 1e-6 m, in height
5 mm, or 1e-6 s of its limit counts as touching it. A pair is held to the larger of its minima.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import shapely
from shapely import LineString, Point

from utm.judge.plans import JudgedConflict, JudgedPlan, JudgedVolume, instant

TOUCH_M: Final = 1e-6
TOUCH_HEIGHT_M: Final = 5e-3
TOUCH_S: Final = 1e-6

Leg: TypeAlias = tuple[float, float, float, float, float, float, float, float]
Corner: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Minima:
    """The minima a pair is held to, shrunk by the touching tolerances in distance, widened in time."""

    horizontal_m: float
    vertical_m: float
    buffer_s: float


@dataclass(frozen=True, slots=True)
class Closest:
    """The closest moment of two parts while separation is lost."""

    horizontal_m: float
    vertical_m: float
    t_a_s: float
    t_b_s: float


def minima_of(a: JudgedPlan, b: JudgedPlan) -> Minima:
    """Return what a pair is held to: the larger of the two, field by field."""
    return Minima(
        max(a.horizontal_m, b.horizontal_m) - TOUCH_M,
        max(max(a.vertical_m, b.vertical_m) - TOUCH_HEIGHT_M, TOUCH_M),
        max(a.time_buffer_s, b.time_buffer_s) + TOUCH_S,
    )


def judge_pair(a: JudgedPlan, b: JudgedPlan) -> JudgedConflict | None:
    """Return where two plans lose separation (their closest such moment), or None; tests every part with every part."""
    minima = minima_of(a, b)
    pairs = [(i, j) for i in range(parts_of(a)) for j in range(parts_of(b))]
    return worst(a, b, pairs, minima)


def parts_of(plan: JudgedPlan) -> int:
    """Return how many legs or volumes a plan has."""
    return len(plan.legs) + len(plan.volumes)


def worst(a: JudgedPlan, b: JudgedPlan, pairs: list[tuple[int, int]], minima: Minima) -> JudgedConflict | None:
    """Return the closest lost moment over the named pairs of parts, or None."""
    found: JudgedConflict | None = None
    for i, j in pairs:
        closest = _closest_parts(a, i, b, j, minima)
        if closest is not None and (found is None or closest.horizontal_m < found.horizontal_m):
            found = JudgedConflict(
                a.plan_ref,
                b.plan_ref,
                i,
                j,
                instant(closest.t_a_s),
                instant(closest.t_b_s),
                closest.horizontal_m,
                closest.vertical_m,
            )
    return found


def _closest_parts(a: JudgedPlan, i: int, b: JudgedPlan, j: int, minima: Minima) -> Closest | None:
    """Parts count the legs first, then the volumes (a plan has one kind)."""
    leg_a, leg_b = i < len(a.legs), j < len(b.legs)
    if leg_a and leg_b:
        return leg_against_leg(tuple(a.legs[i].tolist()), tuple(b.legs[j].tolist()), minima)
    if leg_a:
        return leg_against_volume(tuple(a.legs[i].tolist()), b.volumes[j - len(b.legs)], minima)
    if leg_b:
        turned = leg_against_volume(tuple(b.legs[j].tolist()), a.volumes[i - len(a.legs)], minima)
        return turned and Closest(turned.horizontal_m, turned.vertical_m, turned.t_b_s, turned.t_a_s)
    return volume_against_volume(a.volumes[i - len(a.legs)], b.volumes[j - len(b.legs)], minima)


def leg_against_leg(a: Leg, b: Leg, minima: Minima) -> Closest | None:
    """Minimise the horizontal distance over all allowed pairs of instants.

    With s and t the seconds since each leg's start, the allowed pairs form a convex polygon: the rectangle of the two
    durations cut by the strip |tA - tB| <= buffer. The height difference is linear there, so the part with
    |difference| <= vertical minimum is again a convex polygon; the squared horizontal distance is a convex quadratic,
    smallest at its own stationary point if that lies inside, else on an edge. Requiring first that the strict vertical
    inequality holds somewhere makes the closed polygon the closure of the strict one, so that its minimum decides.
    """
    ax, ay, az, at, ax1, ay1, az1, at1 = a
    bx, by, bz, bt, bx1, by1, bz1, bt1 = b
    da, db = at1 - at, bt1 - bt
    ux, uy, uz = (ax1 - ax) / da, (ay1 - ay) / da, (az1 - az) / da
    vx, vy, vz = (bx1 - bx) / db, (by1 - by) / db, (bz1 - bz) / db
    lag = at - bt
    region: list[Corner] = [(0.0, 0.0), (da, 0.0), (da, db), (0.0, db)]
    region = _cut(region, 1.0, -1.0, minima.buffer_s - lag)
    region = _cut(region, -1.0, 1.0, minima.buffer_s + lag)
    if not region:
        return None
    rise = az - bz
    heights = [rise + uz * s - vz * t for s, t in region]
    if min(heights) >= minima.vertical_m or max(heights) <= -minima.vertical_m:
        return None
    region = _cut(region, uz, -vz, minima.vertical_m - rise)
    region = _cut(region, -uz, vz, minima.vertical_m + rise)
    if not region:
        return None
    px, py = ax - bx, ay - by

    def distance(s: float, t: float) -> float:
        return math.hypot(px + ux * s - vx * t, py + uy * s - vy * t)

    best, s_best, t_best = min((distance(s, t), s, t) for s, t in region)
    for (s0, t0), (s1, t1) in zip(region, region[1:] + region[:1], strict=True):
        ds, dt = s1 - s0, t1 - t0
        mx, my = ux * ds - vx * dt, uy * ds - vy * dt
        if mx * mx + my * my > 0:
            k = -((px + ux * s0 - vx * t0) * mx + (py + uy * s0 - vy * t0) * my) / (mx * mx + my * my)
            if 0 < k < 1:
                best, s_best, t_best = min(
                    (best, s_best, t_best), (distance(s0 + k * ds, t0 + k * dt), s0 + k * ds, t0 + k * dt)
                )
    crossing = ux * vy - uy * vx
    if crossing != 0:
        s, t = (py * vx - px * vy) / crossing, (py * ux - px * uy) / crossing
        if _inside(region, s, t):
            best, s_best, t_best = min((best, s_best, t_best), (distance(s, t), s, t))
    if best >= minima.horizontal_m:
        return None
    return Closest(best, abs(rise + uz * s_best - vz * t_best), at + s_best, bt + t_best)


def _cut(region: list[Corner], a: float, b: float, limit: float) -> list[Corner]:
    """Return the part of a convex polygon where a*s + b*t <= limit (it may shrink to a line or a point)."""
    kept: list[Corner] = []
    for (s0, t0), (s1, t1) in zip(region, region[1:] + region[:1], strict=True):
        before, after = a * s0 + b * t0 - limit, a * s1 + b * t1 - limit
        if before <= 0:
            kept.append((s0, t0))
        if (before < 0 < after) or (after < 0 < before):
            k = before / (before - after)
            kept.append((s0 + k * (s1 - s0), t0 + k * (t1 - t0)))
    return kept


def _inside(region: list[Corner], s: float, t: float) -> bool:
    """Say whether a point lies in a convex polygon given counter-clockwise, its border included."""
    return all(
        (s1 - s0) * (t - t0) - (t1 - t0) * (s - s0) >= 0
        for (s0, t0), (s1, t1) in zip(region, region[1:] + region[:1], strict=True)
    )


def leg_against_volume(leg: Leg, volume: JudgedVolume, minima: Minima) -> Closest | None:
    """Cut the leg to the instants when time and height are lost, then measure that piece against the area."""
    z0, t0, z1, t1 = leg[2], leg[3], leg[6], leg[7]
    start_s = max(t0, volume.t_start_s - minima.buffer_s)
    end_s = min(t1, volume.t_end_s + minima.buffer_s)
    if start_s > end_s:
        return None
    climb_mps = (z1 - z0) / (t1 - t0)
    heights = (z0 + climb_mps * (start_s - t0), z0 + climb_mps * (end_s - t0))
    low_m, high_m = volume.z_low_m - minima.vertical_m, volume.z_high_m + minima.vertical_m
    if max(heights) <= low_m or min(heights) >= high_m:
        return None
    if climb_mps != 0:
        inside = sorted((t0 + (low_m - z0) / climb_mps, t0 + (high_m - z0) / climb_mps))
        start_s, end_s = max(start_s, inside[0]), min(end_s, inside[1])
        end_s = max(start_s, end_s)
    line = [_place(leg, start_s), _place(leg, end_s)]
    path = Point(line[0]) if line[0] == line[1] else LineString(line)
    horizontal_m = max(0.0, float(shapely.distance(path, volume.shape)) - volume.radius_m)
    if horizontal_m >= minima.horizontal_m:
        return None
    nearest = shapely.shortest_line(path, volume.shape).coords[0]
    along = math.dist(line[0], nearest) / math.dist(line[0], line[1]) if line[0] != line[1] else 0.0
    at_s = start_s + min(1.0, along) * (end_s - start_s)
    z_m = z0 + climb_mps * (at_s - t0)
    vertical_m = max(0.0, volume.z_low_m - z_m, z_m - volume.z_high_m)
    return Closest(horizontal_m, vertical_m, at_s, min(max(at_s, volume.t_start_s), volume.t_end_s))


def _place(leg: Leg, t_s: float) -> Corner:
    k = (t_s - leg[3]) / (leg[7] - leg[3])
    return leg[0] + k * (leg[4] - leg[0]), leg[1] + k * (leg[5] - leg[1])


def volume_against_volume(a: JudgedVolume, b: JudgedVolume, minima: Minima) -> Closest | None:
    """Compare the gaps in time, height and area, each with its limit."""
    if max(a.t_start_s - b.t_end_s, b.t_start_s - a.t_end_s) > minima.buffer_s:
        return None
    vertical_m = max(0.0, a.z_low_m - b.z_high_m, b.z_low_m - a.z_high_m)
    horizontal_m = max(0.0, float(shapely.distance(a.shape, b.shape)) - a.radius_m - b.radius_m)
    if vertical_m >= minima.vertical_m or horizontal_m >= minima.horizontal_m:
        return None
    common_s = max(a.t_start_s, b.t_start_s)
    return Closest(horizontal_m, vertical_m, min(common_s, a.t_end_s), min(common_s, b.t_end_s))


def boxes_of(plan: JudgedPlan) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return float64 (n, 8): the bounding box x_low y_low z_low t_low x_high y_high z_high t_high of every part."""
    boxes = np.empty((parts_of(plan), 8))
    legs = plan.legs
    if len(legs):
        boxes[: len(legs), :4] = np.minimum(legs[:, :4], legs[:, 4:])
        boxes[: len(legs), 4:] = np.maximum(legs[:, :4], legs[:, 4:])
    for i, volume in enumerate(plan.volumes, start=len(legs)):
        x0, y0, x1, y1 = volume.shape.bounds
        r = volume.radius_m
        boxes[i] = (x0 - r, y0 - r, volume.z_low_m, volume.t_start_s, x1 + r, y1 + r, volume.z_high_m, volume.t_end_s)
    return boxes
