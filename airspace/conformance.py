"""Conformance: how far flights are from where their plans say they should be now.

A flight conforms at an instant t when some instant s of its plan with |s - t| <= tolerance.time_s has the flight within
tolerance.horizontal_m horizontally *and* tolerance.vertical_m vertically of the plan's position at s (closed limits,
`EPS_M`). On a straight leg at constant speed both conditions hold on an interval of s in closed form, so the answer is
exact, not sampled. For a plan of volumes the flight must be that close to a volume whose time window is that close.
All of it is ours; the error budget behind the tolerances is the separation policy's.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from airspace.geometry4d import EPS_M, EPS_S, FloatArray, PlanGeometry, Prism, Tolerance, Trajectory4D

BoolArray = NDArray[np.bool_]
RowArray = NDArray[np.int64]

_TINY: Final = 1e-12
_EPS: Final = np.array((EPS_M, EPS_M, EPS_S))
_LEAST_SCALE_M: Final = 1e-3  # keeps the normalised distance finite for a tolerance of zero


@dataclass(frozen=True, slots=True)
class Deviations:
    """Deviations of n flights, float64 (n,) each, and whether they are `within` the tolerance, bool (n,).

    `lateral_m` is the horizontal distance to the plan, `vertical_m` the height above it (negative: below; NaN where the
    flight's altitude is unknown), `temporal_s` how far the flight is ahead of its plan (negative: late). They are taken
    at the point of the plan, within the tolerance in time, that is nearest in distances normalised by the tolerance;
    where no such point is within the distances, at the point of the whole plan that is, nearest in time, and failing
    that at the nearest one. NaN for a row without a plan.
    """

    within: BoolArray
    lateral_m: FloatArray
    vertical_m: FloatArray
    temporal_s: FloatArray


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Flights against legs: `flight` indexes the questioned flights in ascending order, `leg` the table's segments."""

    flight: RowArray
    leg: RowArray


@dataclass(frozen=True, slots=True)
class _Nearest:
    """Per pair: the plan's instant chosen, whether both distances hold there, the distances and their norm."""

    at_s: FloatArray
    feasible: BoolArray
    lateral_m: FloatArray
    vertical_m: FloatArray
    norm: FloatArray


class IntentTable:
    """The plans of all rows of the picture: legs of trajectories in one array, volumes kept per row."""

    def __init__(self) -> None:
        self._trajectories: dict[int, Trajectory4D] = {}
        self._volumes: dict[int, tuple[Prism, ...]] = {}
        self._tolerances: dict[int, Tolerance] = {}
        self._segments: FloatArray = np.empty((0, 8))
        self._first: RowArray = np.zeros(0, np.int64)
        self._count: RowArray = np.zeros(0, np.int64)
        self._limits: FloatArray = np.zeros((0, 3))
        self._stale = False

    def put(self, row: int, geometry: PlanGeometry, tolerance: Tolerance) -> None:
        """Give `row` a plan, in place of the one it may have."""
        self.remove(row)
        if isinstance(geometry, Trajectory4D):
            self._trajectories[row] = geometry
            self._stale = True
        else:
            if not geometry:
                raise ValueError("a plan of volumes has at least one")
            self._volumes[row] = geometry
        self._tolerances[row] = tolerance

    def remove(self, row: int) -> None:
        """Take the plan of `row` away; nothing happens when it has none."""
        if self._trajectories.pop(row, None) is not None:
            self._stale = True
        self._volumes.pop(row, None)
        self._tolerances.pop(row, None)

    def judge(self, rows: RowArray, points: FloatArray, scale: FloatArray) -> Deviations:
        """Return the deviations of flights at their own instants.

        `rows` has shape (n,); `points` is float64 (n, 4), columns scene seconds, x_m, y_m, alt_hae_m (NaN: unknown);
        `scale` (n,) is a factor on the tolerance (below 1 to ask for a margin before an alarm is cleared). Rows without
        a plan come back not within.
        """
        if self._stale:
            self._rebuild()
        n = len(rows)
        result = Deviations(np.zeros(n, bool), np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan))
        on_legs = np.zeros(n, bool)
        inside = rows < len(self._count)
        on_legs[inside] = self._count[rows[inside]] > 0
        which = np.flatnonzero(on_legs)
        if len(which):
            question = points[which]
            limits = self._limits[rows[which]] * scale[which, None]
            self._judge_legs(rows[which], question, limits, which, result)
        if self._volumes:
            for i in np.flatnonzero(~on_legs):
                volumes = self._volumes.get(int(rows[i]))
                if volumes is not None:
                    tolerance = self._tolerances[int(rows[i])]
                    limits = np.array((tolerance.horizontal_m, tolerance.vertical_m, tolerance.time_s)) * scale[i]
                    _judge_volumes(volumes, points[i], limits, int(i), result)
        return result

    def _rebuild(self) -> None:
        rows = sorted(self._trajectories)
        size = rows[-1] + 1 if rows else 0
        self._first = np.zeros(size, np.int64)
        self._count = np.zeros(size, np.int64)
        self._limits = np.zeros((size, 3))
        at = 0
        for row in rows:
            trajectory, tolerance = self._trajectories[row], self._tolerances[row]
            self._first[row] = at
            self._count[row] = len(trajectory.segments)
            self._limits[row] = (tolerance.horizontal_m, tolerance.vertical_m, tolerance.time_s)
            at += len(trajectory.segments)
        self._segments = (
            np.concatenate([self._trajectories[row].segments for row in rows]) if rows else np.empty((0, 8))
        )
        self._stale = False

    def _judge_legs(
        self, rows: RowArray, question: FloatArray, limits: FloatArray, which: RowArray, result: Deviations
    ) -> None:
        pairs = self._pairs(rows, np.arange(len(rows)))
        t_s, slack_s = question[pairs.flight, 0], limits[pairs.flight, 2] + EPS_S
        near = (self._segments[pairs.leg, 3] <= t_s + slack_s) & (self._segments[pairs.leg, 7] >= t_s - slack_s)
        pairs = _Pairs(pairs.flight[near], pairs.leg[near])
        nearest = self._nearest(pairs, question, limits, in_time=True)
        best = _best_per_flight(pairs, nearest, nearest.norm)
        best = best[nearest.feasible[best]]
        _write(result, which[pairs.flight[best]], nearest, best, question[pairs.flight[best], 0], within=True)
        outside = np.setdiff1d(np.arange(len(rows)), pairs.flight[best], assume_unique=True)
        if len(outside):
            pairs = self._pairs(rows[outside], outside)
            nearest = self._nearest(pairs, question, limits, in_time=False)
            # Where it would be in place at another time, it is early or late: the time nearest to now tells how much.
            off_s = np.abs(nearest.at_s - question[pairs.flight, 0])
            best = _best_per_flight(pairs, nearest, np.where(nearest.feasible, off_s, nearest.norm))
            _write(result, which[pairs.flight[best]], nearest, best, question[pairs.flight[best], 0], within=False)

    def _pairs(self, rows: RowArray, flights: RowArray) -> _Pairs:
        count = self._count[rows]
        flight = np.repeat(flights, count)
        start_of = np.repeat(self._first[rows] - (np.cumsum(count) - count), count)
        return _Pairs(flight, start_of + np.arange(len(flight)))

    def _nearest(self, pairs: _Pairs, question: FloatArray, limits: FloatArray, *, in_time: bool) -> _Nearest:
        leg = self._segments[pairs.leg]
        asked = question[pairs.flight]
        horizontal_m, vertical_m, slack_s = limits[pairs.flight].T
        begins_s, ends_s = leg[:, 3], leg[:, 7]
        lowest, highest = np.zeros(len(leg)), ends_s - begins_s
        if in_time:
            lowest = np.maximum(lowest, asked[:, 0] - slack_s - begins_s)
            highest = np.maximum(lowest, np.minimum(highest, asked[:, 0] + slack_s - begins_s))
        speed = (leg[:, 4:7] - leg[:, 0:3]) / (ends_s - begins_s)[:, None]
        away = asked[:, 1:4] - leg[:, 0:3]
        blind = np.isnan(away[:, 2])  # altitude unknown: judged horizontally only
        away[blind, 2] = 0.0
        speed[blind, 2] = 0.0

        speed_sq = speed[:, 0] ** 2 + speed[:, 1] ** 2
        along = away[:, 0] * speed[:, 0] + away[:, 1] * speed[:, 1]
        over = away[:, 0] ** 2 + away[:, 1] ** 2 - (horizontal_m + EPS_M) ** 2
        from_u, to_u, feasible = _clip_disc(speed_sq, along, over, lowest, highest)
        from_u, to_u, slab = _clip_slab(speed[:, 2], away[:, 2], vertical_m + EPS_M, from_u, to_u)
        feasible &= slab & (from_u <= to_u)

        weigh_h = 1.0 / np.maximum(horizontal_m, _LEAST_SCALE_M) ** 2
        weigh_v = 1.0 / np.maximum(vertical_m, _LEAST_SCALE_M) ** 2
        slope = speed_sq * weigh_h + speed[:, 2] ** 2 * weigh_v
        best_u = (along * weigh_h + away[:, 2] * speed[:, 2] * weigh_v) / np.maximum(slope, _TINY)
        best_u = np.where(slope < _TINY, asked[:, 0] - begins_s, best_u)  # hovering: every point is as near, so now
        u = np.where(feasible, np.clip(best_u, from_u, to_u), np.clip(best_u, lowest, highest))
        apart = away - speed * u[:, None]
        lateral = np.hypot(apart[:, 0], apart[:, 1])
        norm = lateral**2 * weigh_h + apart[:, 2] ** 2 * weigh_v
        apart[blind, 2] = np.nan
        return _Nearest(begins_s + u, feasible, lateral, apart[:, 2], norm)


def _clip_disc(
    speed_sq: FloatArray, along: FloatArray, over: FloatArray, lowest: FloatArray, highest: FloatArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return the part of [lowest, highest] where the moving point is inside the disc, and whether there is any."""
    still = speed_sq < _TINY
    disc = along**2 - speed_sq * over
    root = np.sqrt(np.maximum(disc, 0.0))
    divisor = np.where(still, 1.0, speed_sq)
    from_u = np.where(still, lowest, np.maximum(lowest, (along - root) / divisor))
    to_u = np.where(still, highest, np.minimum(highest, (along + root) / divisor))
    return from_u, to_u, np.where(still, over <= 0.0, disc >= 0.0)


def _clip_slab(
    speed: FloatArray, away: FloatArray, limit: FloatArray, lowest: FloatArray, highest: FloatArray
) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Return the part of [lowest, highest] where the height difference is within the limit, and whether it can be."""
    still = np.abs(speed) < _TINY
    divisor = np.where(still, 1.0, speed)
    one, two = (away - limit) / divisor, (away + limit) / divisor
    from_u = np.where(still, lowest, np.maximum(lowest, np.minimum(one, two)))
    to_u = np.where(still, highest, np.minimum(highest, np.maximum(one, two)))
    return from_u, to_u, ~still | (np.abs(away) <= limit)


def _best_per_flight(pairs: _Pairs, nearest: _Nearest, cost: FloatArray) -> RowArray:
    """Return one index into the pairs per flight: a feasible pair if there is one, and then the least cost."""
    order = np.lexsort((cost, ~nearest.feasible, pairs.flight))
    if not len(order):
        return order
    flight = pairs.flight[order]
    return order[np.concatenate(([True], flight[1:] != flight[:-1]))]


def _write(
    result: Deviations, at: RowArray, nearest: _Nearest, best: RowArray, t_s: FloatArray, *, within: bool
) -> None:
    result.within[at] = within
    result.lateral_m[at] = nearest.lateral_m[best]
    result.vertical_m[at] = nearest.vertical_m[best]
    result.temporal_s[at] = nearest.at_s[best] - t_s


def _judge_volumes(
    volumes: tuple[Prism, ...], point: FloatArray, limits: FloatArray, at: int, result: Deviations
) -> None:
    """Write the deviation of one flight at `point` (t, x, y, z) from the volume that suits it best."""
    t_s, x_m, y_m, z_m = (float(value) for value in point)
    best: tuple[bool, float, float, float, float] | None = None
    for volume in volumes:
        lateral = _distance_m(volume, x_m, y_m)
        above = np.nan if np.isnan(z_m) else max(0.0, z_m - volume.z_high_m) - max(0.0, volume.z_low_m - z_m)
        ahead = max(0.0, volume.t_start_s - t_s) - max(0.0, t_s - volume.t_end_s)
        off = np.nan_to_num(np.abs((lateral, above, ahead)))
        held = bool(np.all(off <= limits + _EPS))
        candidate = (not held, float(np.max(off / np.maximum(limits, _LEAST_SCALE_M))), lateral, above, ahead)
        if best is None or candidate[:2] < best[:2]:
            best = candidate
    assert best is not None
    result.within[at] = not best[0]
    result.lateral_m[at], result.vertical_m[at], result.temporal_s[at] = best[2], best[3], best[4]


def _distance_m(volume: Prism, x_m: float, y_m: float) -> float:
    if volume.circle is not None:
        centre_x, centre_y, radius = volume.circle
        return max(0.0, float(np.hypot(x_m - centre_x, y_m - centre_y)) - radius)
    assert volume.ring is not None
    return float(shapely.distance(shapely.Polygon(volume.ring), shapely.Point(x_m, y_m)))
