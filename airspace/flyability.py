"""Whether an aircraft can keep the times of a plan: the earliest times at its waypoints from what its firm declared.

Only declared numbers count; an unknown one refuses nothing. The aircraft starts and ends at rest and stands still at
every hover. On a leg it flies at most as fast as its level speed, climb and descent allow, against the wind where that is
known (it holds its track by heading into the wind; a tail wind makes it no faster than its own limit). With a declared
acceleration a, a turn through the angle w is flown as an arc that cuts the corner by at most c, so of the radius
r = c / (1 / cos(w / 2) - 1) bounded by half the shorter leg, r = l / (2 tan(w / 2)), at v = sqrt(a r); a vertical turn
counts as any other. Speeds at the waypoints are then bounded forwards and backwards by v1^2 <= v0^2 + 2 a l, and each leg
takes the time of the trapezoid between them: the fastest profile along straight legs (the same two-pass method as in
time-optimal path following, Bobrow et al. 1985). The corner cut is ours: half of the horizontal tolerance.

The aircraft waits where it would be early. It cannot keep a plan when it would be later at some waypoint than the
tolerance in time. The times found can be filed: a plan with these `t_s` is kept.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from airspace.geometry4d import EPS_S, FloatArray, Tolerance
from airspace.policy_parts import Wind
from airspace.trajectory import AircraftPerformance, FlightPath

CORNER_SHARE: Final = 0.5
"""The part of the horizontal tolerance a turn may use up; the rest is for navigation (ours)."""
_STRAIGHT_RAD: Final = math.radians(1.0)


@dataclass(frozen=True, slots=True)
class Timing:
    """How well a flight's times can be kept.

    `attainable_s` has one entry per filed waypoint: seconds after the first instant at which it is reached at the
    earliest and not before its filed time, rounded up to milliseconds. `late_s` is the most a segment row ends later
    than filed, `late_row` the first row that ends later than the tolerance allows, or None. `unflyable_row` is the
    first row the aircraft cannot hold against the wind, or None; then there are no attainable times.
    """

    attainable_s: tuple[float, ...]
    late_s: float
    late_row: int | None
    unflyable_row: int | None


def timing(
    path: FlightPath, performance: AircraftPerformance, tolerance: Tolerance, wind: Wind | None = None
) -> Timing:
    """Return the earliest times an aircraft can keep, and how late it would be."""
    rows = path.trajectory.segments
    moved = rows[:, 4:7] - rows[:, 0:3]
    length = np.linalg.norm(moved, axis=1)
    moving = length > 0
    unit = np.divide(moved, length[:, None], out=np.zeros_like(moved), where=moving[:, None])
    caps = _caps(unit, moving, performance, wind)
    filed_s = rows[:, 7] - rows[:, 3]
    unflyable = np.flatnonzero(caps < 0)
    if len(unflyable):
        return Timing((), math.inf, None, int(unflyable[0]))
    takes_s = _fastest(length, unit, moving, caps, performance.max_accel_mps2, tolerance.horizontal_m * CORNER_SHARE)
    # A hover lasts as filed: nothing is gained by cutting it short, because the firm asked for it.
    takes_s = np.where(moving, takes_s, filed_s)
    ends = np.empty(len(rows))
    at = float(rows[0, 3])
    for k, (takes, due) in enumerate(zip(takes_s.tolist(), rows[:, 7].tolist(), strict=True)):
        at = max(due, at + takes)
        ends[k] = at
    late_s = ends - rows[:, 7]
    beyond = np.flatnonzero(late_s > tolerance.time_s + EPS_S)
    return Timing(_arrivals(path, ends), float(late_s.max()), int(beyond[0]) if len(beyond) else None, None)


def _caps(unit: FloatArray, moving: FloatArray, performance: AircraftPerformance, wind: Wind | None) -> FloatArray:
    """Return the fastest ground speed along each row, infinite where nothing bounds it, negative where none is left."""
    caps = np.full(len(unit), math.inf)
    level = performance.max_speed_mps
    if level is not None:
        caps = np.minimum(caps, level if wind is None else _against_wind(unit, level, wind))
    for rate, sign in ((performance.max_climb_mps, 1.0), (performance.max_descent_mps, -1.0)):
        if rate is not None:
            steep = np.maximum(sign * unit[:, 2], 0.0)
            caps = np.minimum(caps, np.divide(rate, steep, out=np.full(len(unit), math.inf), where=steep > 1e-9))
    return caps


def _against_wind(unit: FloatArray, level_mps: float, wind: Wind) -> FloatArray:
    """Return the ground speed along each row that an airspeed leaves (the wind triangle), -1 where it leaves none."""
    towards = math.radians(wind.from_deg + 180.0)
    blows = wind.speed_mps * np.array([math.sin(towards), math.cos(towards), 0.0])
    along = unit @ blows
    across2 = wind.speed_mps**2 - along**2
    room = level_mps**2 - across2
    ground = along + np.sqrt(np.maximum(room, 0.0))
    hovering = ~unit.any(axis=1)
    held = np.where(hovering, wind.speed_mps <= level_mps, (room >= 0) & (ground > 0))
    return np.where(held, np.minimum(ground, level_mps), -1.0)


def _fastest(
    length: FloatArray, unit: FloatArray, moving: FloatArray, caps: FloatArray, accel: float | None, cut_m: float
) -> FloatArray:
    if accel is None:
        return np.where(moving, length / caps, 0.0)
    n = len(length)
    nodes = np.zeros(n + 1)  # at rest at both ends and at hovers
    for k in range(1, n):
        if moving[k - 1] and moving[k]:
            corner = _corner_mps(unit[k - 1], unit[k], min(length[k - 1], length[k]), accel, cut_m)
            nodes[k] = min(corner, caps[k - 1], caps[k])
    for k in range(1, n + 1):
        nodes[k] = min(nodes[k], math.sqrt(nodes[k - 1] ** 2 + 2 * accel * length[k - 1]))
    for k in range(n - 1, -1, -1):
        nodes[k] = min(nodes[k], math.sqrt(nodes[k + 1] ** 2 + 2 * accel * length[k]))
    v0, v1 = nodes[:-1], nodes[1:]
    top = np.minimum(caps, np.sqrt((v0**2 + v1**2) / 2 + accel * length))
    ramps_m = (2 * top**2 - v0**2 - v1**2) / (2 * accel)
    cruise_s = np.divide(length - ramps_m, top, out=np.zeros(n), where=top > 0)
    return np.where(moving, (2 * top - v0 - v1) / accel + np.maximum(cruise_s, 0.0), 0.0)


def _corner_mps(before: FloatArray, after: FloatArray, shorter_m: float, accel: float, cut_m: float) -> float:
    """Return how fast the corner between two directions can be taken, infinite where they are the same."""
    angle = math.acos(max(-1.0, min(1.0, float(before @ after))))
    if angle < _STRAIGHT_RAD:
        return math.inf
    half = angle / 2
    if half > math.pi / 2 - 1e-6:
        return 0.0
    radius_m = min(cut_m / (1 / math.cos(half) - 1), shorter_m / (2 * math.tan(half)))
    return math.sqrt(accel * radius_m)


def _arrivals(path: FlightPath, ends: FloatArray) -> tuple[float, ...]:
    """Return seconds after the first instant at which each filed waypoint is reached, in whole milliseconds, rising."""
    rows = path.trajectory.segments
    begins = float(rows[0, 3])
    times: list[float] = []
    for waypoint in range(path.waypoint_count):
        # The first row that leaves this waypoint or a later one; a leg too short to count is dropped, its end is here.
        row = int(np.searchsorted(path.leaves_i, waypoint))
        if waypoint == path.waypoint_count - 1:
            held = row < len(rows) and bool((rows[row, 0:3] == rows[row, 4:7]).all())
            at = ends[row - 1] if held and row else ends[-1]
        else:
            at = ends[row - 1] if row else begins
        after = math.ceil((float(at) - begins) * 1000 - 1e-3) / 1000
        times.append(max(after, times[-1] + 0.001) if times else after)
    return tuple(times)
