"""Conformance: how far flights are from where their plans say they should be now.

A flight conforms at an instant t when some instant s of its plan with |s - t| <= tolerance.time_s has the flight within
tolerance.horizontal_m horizontally *and* tolerance.vertical_m vertically of the plan's position at s (closed limits,
`EPS_M`). On a straight leg at constant speed both conditions hold on an interval of s in closed form, so the answer is
exact, not sampled. For a plan of volumes the flight must be that close to a volume whose time window is that close.
A flight that was given an order may also conform to the volumes of that order: one of the two is enough.
All of it is ours; the error budget behind the tolerances is the separation policy's.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from airspace.geometry4d import EPS_M, EPS_S, FloatArray, PlanGeometry, Prism, Tolerance, Trajectory4D
from airspace.tactical.compiled import kernels, ready

BoolArray = NDArray[np.bool_]
RowArray = NDArray[np.int64]

_EPS: Final = np.array((EPS_M, EPS_M, EPS_S))
_COMPILE_FROM: Final = 64
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

    def put(self, row: int, geometry: PlanGeometry, tolerance: Tolerance, also: tuple[Prism, ...] = ()) -> None:
        """Give `row` a plan, in place of the one it may have, and volumes it may `also` be in."""
        self.remove(row)
        if isinstance(geometry, Trajectory4D):
            self._trajectories[row] = geometry
            self._stale = True
        elif not geometry:
            raise ValueError("a plan of volumes has at least one")
        else:
            also = (*geometry, *also)
        if also:
            self._volumes[row] = also
        self._tolerances[row] = tolerance

    def remove(self, row: int) -> None:
        """Take the plan of `row` away; nothing happens when it has none."""
        if self._trajectories.pop(row, None) is not None:
            self._stale = True
        self._volumes.pop(row, None)
        self._tolerances.pop(row, None)

    def judge(
        self, rows: RowArray, points: FloatArray, scale: FloatArray, uncertain_s: FloatArray | None = None
    ) -> Deviations:
        """Return the deviations of flights at their own instants.

        `rows` has shape (n,); `points` is float64 (n, 4), columns scene seconds, x_m, y_m, alt_hae_m (NaN: unknown);
        `scale` (n,) is a factor on the tolerance (below 1 to ask for a margin before an alarm is cleared). By how much
        the instants may be wrong, `uncertain_s` (n,), is taken off the tolerance in time: within is within whenever it
        was. Rows without a plan come back not within.
        """
        if self._stale:
            self._rebuild()
        n = len(rows)
        unsure_s = np.zeros(n) if uncertain_s is None else uncertain_s
        result = Deviations(np.zeros(n, bool), np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan))
        on_legs = np.zeros(n, bool)
        inside = rows < len(self._count)
        on_legs[inside] = self._count[rows[inside]] > 0
        which = np.flatnonzero(on_legs)
        if len(which):
            question = points[which]
            limits = self._limits[rows[which]] * scale[which, None]
            limits[:, 2] = np.maximum(limits[:, 2] - unsure_s[which], 0.0)
            self._judge_legs(rows[which], question, limits, which, result)
        if self._volumes:
            for i in np.flatnonzero(~result.within):
                volumes = self._volumes.get(int(rows[i]))
                if volumes is not None:
                    tolerance = self._tolerances[int(rows[i])]
                    limits = np.array((tolerance.horizontal_m, tolerance.vertical_m, tolerance.time_s)) * scale[i]
                    limits[2] = max(limits[2] - unsure_s[i], 0.0)
                    _judge_volumes(volumes, points[i], limits, int(i), result, only_if_within=bool(on_legs[i]))
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
        within, found = np.zeros(len(rows), np.bool_), np.full((len(rows), 3), np.nan)
        # For a few flights the plain functions are ready sooner than compiled ones are loaded; the answers are the same.
        compiled = None if len(rows) >= _COMPILE_FROM or "judge_legs" in ready() else False
        judge = kernels(compiled).judge_legs
        judge(
            question,
            limits,
            self._first[rows],
            self._count[rows],
            self._segments,
            EPS_M,
            EPS_S,
            _LEAST_SCALE_M,
            within,
            found,
        )
        result.within[which] = within
        result.lateral_m[which], result.vertical_m[which], result.temporal_s[which] = found.T

    def legs_of(self, rows: RowArray) -> tuple[FloatArray, RowArray, RowArray]:
        """Return all legs, float64 (m, 8), and for each row where its legs begin and how many; 0 without a trajectory.

        The arrays are not changed later: a change of plans makes new ones.
        """
        if self._stale:
            self._rebuild()
        first, count = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        known = rows < len(self._count)
        first[known], count[known] = self._first[rows[known]], self._count[rows[known]]
        return self._segments, first, count


def _judge_volumes(
    volumes: tuple[Prism, ...],
    point: FloatArray,
    limits: FloatArray,
    at: int,
    result: Deviations,
    *,
    only_if_within: bool,
) -> None:
    """Write the deviation of one flight at `point` (t, x, y, z) from the volume that suits it best.

    `only_if_within`: a flight that is in none of them is told how far it is off its legs.
    """
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
    if only_if_within and best[0]:
        return
    result.within[at] = not best[0]
    result.lateral_m[at], result.vertical_m[at], result.temporal_s[at] = best[2], best[3], best[4]


def _distance_m(volume: Prism, x_m: float, y_m: float) -> float:
    if volume.circle is not None:
        centre_x, centre_y, radius = volume.circle
        return max(0.0, float(np.hypot(x_m - centre_x, y_m - centre_y)) - radius)
    assert volume.ring is not None
    return float(shapely.distance(shapely.Polygon(volume.ring), shapely.Point(x_m, y_m)))
