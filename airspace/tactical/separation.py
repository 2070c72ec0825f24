"""Separation: which pairs of tracks will come too near in the next minute, when, where and how near.

Candidates are pairs whose swept boxes overlap, found on a grid; the exact test of piecewise straight motions decides. No
pair is missed: boxes are grown by their minima, and equal velocities are a constant distance, not 0/0.
"""

from dataclasses import dataclass, field, fields
from typing import Final

import numpy as np

from airspace.geometry4d import EPS_M, FloatArray
from airspace.tactical.compiled import kernels
from airspace.tactical.motion import Motions
from airspace.tactical.workspace import Workspace
from airspace.tracks import BoolArray, RowArray

_BOX_SLACK_M: Final = 1e-3  # rounding of the box's far corner
_CELL_OF_BOX: Final = 1.6  # measured: fewer entries against more comparisons
_CELL_LEAST_M: Final = 100.0
_CELL_MOST_M: Final = 20_000.0
_ENTRIES_OF_ONE: Final = 4  # cells a box touches, first guess


@dataclass(frozen=True, slots=True)
class SeparationLimits:
    """Minima of a pair; `both_plans_*` hold while both fly their plans within tolerance (the error budget's remainder).

    Two such flights may each use up their tolerance: what separation is left then is the physical minimum.
    """

    horizontal_m: float = 50.0
    vertical_m: float = 15.0
    both_plans_horizontal_m: float = 10.0
    both_plans_vertical_m: float = 5.0
    manned_horizontal_m: float = 610.0
    """Well clear of manned aircraft: 2,000 ft and 250 ft, ASTM F3442/F3442M-23."""
    manned_vertical_m: float = 76.0


@dataclass(frozen=True, slots=True)
class Losses:
    """k predicted losses of separation; every array has shape (k,).

    `a` < `b` index the motions. From now, seconds: `t_in_s` and `t_out_s` the first and last instant of loss (0: lost
    already), `t_cpa_s` the closest approach, distances normalised by the minima. There: `horizontal_m`, `vertical_m` of b
    over a (NaN: unknown), and `x_m`, `y_m` half-way between the two.
    """

    a: RowArray
    b: RowArray
    t_in_s: FloatArray
    t_out_s: FloatArray
    t_cpa_s: FloatArray
    horizontal_m: FloatArray
    vertical_m: FloatArray
    x_m: FloatArray
    y_m: FloatArray
    work: dict[str, int] = field(default_factory=dict)
    """Entries of the grid, comparisons of boxes, exact tests."""


def find_losses(
    motions: Motions,
    minima_h_m: FloatArray,
    minima_v_m: FloatArray,
    groups: RowArray,
    limits: SeparationLimits,
    *,
    blur_m: FloatArray | None = None,
    cell_m: float | None = None,
    workspace: Workspace | None = None,
) -> Losses:
    """Return every pair that loses separation within the motions' horizon, in the order of a and b.

    A pair is held to the larger of the two's minima, float64 (n,); members of one group (int64 (n,), -1: none) are the
    same aircraft. `blur_m` float64 (n, 2) says how far each may be from where it is predicted, level and in height: a
    pair is held to so much more of both. `cell_m` sets the grid's cell instead of the mean box. With a `workspace` its
    memory is used.
    """
    n = len(motions.first) - 1
    room = (workspace or Workspace()).room
    box = room("box", n, np.float64, 6)
    compiled = kernels()
    least_h, least_v = room("least_h", n, np.float64), room("least_v", n, np.float64)
    blur_h, blur_v = room("blur_h", n, np.float64), room("blur_v", n, np.float64)
    blur_h[:], blur_v[:] = (0.0, 0.0) if blur_m is None else blur_m.T
    if n:
        # Two boxes grown so overlap whenever the two are nearer than the larger of their minima.
        np.add(minima_h_m, _BOX_SLACK_M - minima_h_m.min() / 2, out=least_h)
        np.add(minima_v_m, _BOX_SLACK_M - minima_v_m.min() / 2, out=least_v)
        least_h += blur_h
        least_v += blur_v
        compiled.boxes(motions.pieces, motions.first, least_h, least_v, box)
    np.subtract(minima_h_m, EPS_M, out=least_h)
    np.subtract(minima_v_m, EPS_M, out=least_v)
    if cell_m is None:
        side = _CELL_OF_BOX * float((box[:, 3:5] - box[:, 0:2]).mean()) if n else _CELL_LEAST_M
        cell_m = min(max(side, _CELL_LEAST_M), _CELL_MOST_M)
    buckets = 1 << max(4, int(2 * n).bit_length())
    counts = np.zeros(3, np.int64)
    entries, pairs = _ENTRIES_OF_ONE * n + 64, 1024 + n // 4
    while True:
        found = room("found", pairs, np.float64, 9)
        k = compiled.find_losses(
            motions.pieces,
            motions.first,
            box,
            cell_m,
            least_h,
            least_v,
            blur_h,
            blur_v,
            motions.follows,
            limits.both_plans_horizontal_m - EPS_M,
            limits.both_plans_vertical_m - EPS_M,
            groups,
            room("starts", buckets + 1, np.int64),
            room("at", buckets + 1, np.int64),
            room("home", n, np.int32),
            room("placed", n, np.float32, 6),
            room("motion", n, np.int32),
            room("items", entries, np.int32, 3),
            room("near", len(motions.pieces), np.float64, 8),
            room("bounds", n + 1, np.int64),
            room("minima", n, np.float64, 4),
            room("tags", n, np.int64),
            found,
            counts,
        )
        if k < 0:
            entries = int(counts[0])
        elif k <= pairs:
            break
        else:
            pairs = k
    found = found[:k]
    order = np.lexsort((found[:, 1], found[:, 0]))
    columns = found[order].T
    work = dict(zip(("entries", "compared", "tested"), counts.tolist(), strict=True))
    a, b = columns[:2].astype(np.int64)
    return Losses(a, b, columns[2], columns[3], columns[4], columns[5], columns[6], columns[7], columns[8], work)


def once(losses: Losses, of: RowArray) -> Losses:
    """Return the losses of the flights that motions are `of`: of a pair found more than once the one that comes first."""
    a, b = of[losses.a], of[losses.b]
    swapped = a > b
    low, high = np.where(swapped, b, a), np.where(swapped, a, b)
    order = np.lexsort((losses.t_in_s, high, low))
    first = np.ones(len(order), np.bool_)
    first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    kept = order[first]
    columns = {
        name: getattr(losses, name)[kept] for name in ("t_in_s", "t_out_s", "t_cpa_s", "horizontal_m", "x_m", "y_m")
    }
    vertical = np.where(swapped, -losses.vertical_m, losses.vertical_m)[kept]
    return Losses(low[kept], high[kept], **columns, vertical_m=vertical, work=losses.work)


def some(losses: Losses, which: BoolArray) -> Losses:
    """Return the losses at `which`, bool (k,)."""
    columns = {each.name: getattr(losses, each.name)[which] for each in fields(Losses) if each.name != "work"}
    return Losses(**columns, work=losses.work)
