"""The judge over a whole day: which parts can meet at all, then the exact test on those.

Nothing is decided here. Long legs are chopped into pieces of at most 60 s and 600 m, every piece gets a box in
space and time widened by half of the largest minima, and two pieces whose boxes share a cell of a grid (place and
time) and overlap name their two legs as a pair to be tested. Volumes are compared with all boxes of their time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from utm.judge.pairs import TOUCH_S, boxes_of, minima_of, worst
from utm.judge.plans import Columns, JudgedConflict, JudgedPlan

_PIECE_S: Final = 60.0
_PIECE_M: Final = 600.0
_CELL_M: Final = 800.0
_BUCKET_S: Final = 60.0
_SLACK: Final = 0.001
_FEW: Final = 160
"""So many pieces are sooner compared each with each than sorted into a grid."""

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Parts:
    """All parts of all plans: which plan, which part of it, its box (n, 8) and whether it is a volume."""

    plan: Indices
    part: Indices
    box: Columns
    is_volume: NDArray[np.bool_]


def judge(plans: Sequence[JudgedPlan]) -> list[JudgedConflict]:
    """Return every pair of plans that loses separation, with its closest such moment, in the order of the plans.

    Two entries with the same `plan_ref` (a plan and what it holds beside) are not held apart from each other.
    """
    by_pair: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for a, i, b, j in candidates(plans):
        by_pair.setdefault((a, b), []).append((i, j))
    found = []
    for a, b in sorted(by_pair):
        if plans[a].plan_ref != plans[b].plan_ref:
            conflict = worst(plans[a], plans[b], by_pair[a, b], minima_of(plans[a], plans[b]))
            if conflict is not None:
                found.append(conflict)
    return found


def against(plan: JudgedPlan, others: Sequence[JudgedPlan]) -> list[JudgedConflict]:
    """Return where a plan loses separation from each of others: what `judge` of all says of the plan, named first."""
    if not others:
        return []
    plans = (plan, *others)
    margins = _margins(plans)
    parts, part, box = _chopped(plans, margins)
    own = parts == 0
    mine, met = np.nonzero(_overlap(box[own][:, None], box[~own][None]))
    pairs: dict[int, set[tuple[int, int]]] = {}
    owners, others_part = parts[~own][met].tolist(), part[~own][met].tolist()
    for b, i, j in zip(owners, part[own][mine].tolist(), others_part, strict=True):
        pairs.setdefault(b, set()).add((i, j))
    found = []
    for b in sorted(pairs):
        if plans[b].plan_ref != plan.plan_ref:
            conflict = worst(plan, plans[b], sorted(pairs[b]), minima_of(plan, plans[b]))
            if conflict is not None:
                found.append(conflict)
    return found


def _chopped(plans: Sequence[JudgedPlan], margins: Columns) -> tuple[Indices, Indices, Columns]:
    """Return of each piece of a leg, and of each volume, whose it is, which part of it, and its widened box (n, 8)."""
    numbers = np.arange(len(plans))
    legs = np.array([len(plan.legs) for plan in plans])
    owner, box = _pieces(np.concatenate([plan.legs for plan in plans]), margins)
    whose, which = (
        np.repeat(numbers, legs)[owner],
        (np.arange(legs.sum()) - np.repeat(np.cumsum(legs) - legs, legs))[owner],
    )
    holding = [k for k, plan in enumerate(plans) if plan.volumes]
    if not holding:
        return whose, which, box
    volumes = [boxes_of(plans[k])[len(plans[k].legs) :] for k in holding]
    widened = np.concatenate(volumes)
    widened[:, :4] -= margins
    widened[:, 4:] += margins
    counts = [len(item) for item in volumes]
    part = np.concatenate([len(plans[k].legs) + np.arange(count) for k, count in zip(holding, counts, strict=True)])
    return (
        np.concatenate((whose, np.repeat(holding, counts))),
        np.concatenate((which, part)),
        np.concatenate((box, widened)),
    )


def _margins(plans: Sequence[JudgedPlan]) -> Columns:
    """Return by how much boxes are widened on each side (4,): half of the largest minima."""
    horizontal_m = max(plan.horizontal_m for plan in plans)
    margins = np.array(
        [
            horizontal_m,
            horizontal_m,
            max(plan.vertical_m for plan in plans),
            max(plan.time_buffer_s for plan in plans) + TOUCH_S,
        ]
    )
    return margins / 2 + _SLACK


def candidates(plans: Sequence[JudgedPlan]) -> list[tuple[int, int, int, int]]:
    """Return (plan a, part of a, plan b, part of b), a < b, of all parts that could lose separation: a superset."""
    if len(plans) < 2:
        return []
    margins = _margins(plans)
    parts = _table(plans)
    widened = parts.box.copy()
    widened[:, :4] -= margins
    widened[:, 4:] += margins
    codes = np.concatenate([_leg_pairs(plans, parts, margins), _volume_pairs(parts, widened)])
    codes = np.unique(codes)
    first, second = codes // len(parts.plan), codes % len(parts.plan)
    return list(
        zip(
            parts.plan[first].tolist(),
            parts.part[first].tolist(),
            parts.plan[second].tolist(),
            parts.part[second].tolist(),
            strict=True,
        )
    )


def _table(plans: Sequence[JudgedPlan]) -> _Parts:
    boxes = [boxes_of(plan) for plan in plans]
    counts = [len(box) for box in boxes]
    volume = [np.arange(len(box)) >= len(plan.legs) for plan, box in zip(plans, boxes, strict=True)]
    return _Parts(
        np.repeat(np.arange(len(plans)), counts),
        np.concatenate([np.arange(count) for count in counts]),
        np.concatenate(boxes),
        np.concatenate(volume),
    )


def _leg_pairs(plans: Sequence[JudgedPlan], parts: _Parts, margins: Columns) -> Indices:
    """Return codes `row a * rows + row b` (rows of the parts table, a before b) of legs whose pieces' boxes meet."""
    rows = np.flatnonzero(~parts.is_volume)
    if len(rows) < 2:
        return np.empty(0, np.int64)
    legs = np.concatenate([plan.legs for plan in plans])
    owner, box = _pieces(legs, margins)
    if len(box) <= _FEW:
        a, b = np.nonzero(np.triu(_overlap(box[:, None], box[None]), 1))
        row_a, row_b = rows[owner[a]], rows[owner[b]]
        apart = parts.plan[row_a] != parts.plan[row_b]
        return np.unique(np.minimum(row_a, row_b)[apart] * len(parts.plan) + np.maximum(row_a, row_b)[apart])
    piece, cell = _cells(box)
    codes = [np.empty(0, np.int64)]
    order = np.argsort(cell, kind="stable")
    cell, piece = cell[order], piece[order]
    start = np.arange(len(cell))
    step = 1
    while len(start):
        start = start[start + step < len(cell)]
        start = start[cell[start] == cell[start + step]]
        a, b = piece[start], piece[start + step]
        row_a, row_b = rows[owner[a]], rows[owner[b]]
        meets = (parts.plan[row_a] != parts.plan[row_b]) & _overlap(box[a], box[b])
        low, high = np.minimum(row_a[meets], row_b[meets]), np.maximum(row_a[meets], row_b[meets])
        codes.append(np.unique(low * len(parts.plan) + high))
        step += 1
    return np.concatenate(codes)


def _pieces(legs: Columns, margins: Columns) -> tuple[Indices, Columns]:
    """Chop legs; return each piece's leg and its widened box (n, 8)."""
    duration = legs[:, 7] - legs[:, 3]
    length = np.hypot(legs[:, 4] - legs[:, 0], legs[:, 5] - legs[:, 1])
    count = np.maximum(1, np.ceil(np.maximum(duration / _PIECE_S, length / _PIECE_M))).astype(np.int64)
    owner = np.repeat(np.arange(len(legs)), count)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    begin, end = (number / count[owner])[:, None], ((number + 1) / count[owner])[:, None]
    path = legs[owner, 4:] - legs[owner, :4]
    p, q = legs[owner, :4] + begin * path, legs[owner, :4] + end * path
    return owner, np.hstack([np.minimum(p, q) - margins, np.maximum(p, q) + margins])


def _cells(box: Columns) -> tuple[Indices, Indices]:
    """Return (box number, key of a grid cell it touches), one entry for each cell of x, y and time."""
    scale = np.array([_CELL_M, _CELL_M, _BUCKET_S])
    low = np.floor(box[:, [0, 1, 3]] / scale).astype(np.int64)
    high = np.floor(box[:, [4, 5, 7]] / scale).astype(np.int64)
    low, high = low - low.min(axis=0), high - low.min(axis=0)
    size = high.max(axis=0) + 1
    spans = high - low + 1
    count = spans.prod(axis=1)
    number = np.repeat(np.arange(len(box)), count)
    k = np.arange(len(number)) - np.repeat(np.cumsum(count) - count, count)
    nx, ny = spans[number, 0], spans[number, 1]
    ix, iy, it = low[number, 0] + k % nx, low[number, 1] + k // nx % ny, low[number, 2] + k // (nx * ny)
    return number, (it * size[1] + iy) * size[0] + ix


def _volume_pairs(parts: _Parts, widened: Columns) -> Indices:
    """Return codes of pairs with at least one volume whose boxes meet: each volume against all parts of its time."""
    rows = len(parts.plan)
    if not parts.is_volume.any():
        return np.empty(0, np.int64)
    order = np.argsort(widened[:, 3], kind="stable")
    starts = widened[order, 3]
    longest_s = float((widened[:, 7] - widened[:, 3]).max())
    codes = [np.empty(0, np.int64)]
    for row in np.flatnonzero(parts.is_volume):
        first = np.searchsorted(starts, widened[row, 3] - longest_s, side="left")
        last = np.searchsorted(starts, widened[row, 7], side="right")
        others = order[first:last]
        others = others[parts.plan[others] != parts.plan[row]]
        others = others[_overlap(widened[others], widened[row])]
        codes.append(np.minimum(others, row) * rows + np.maximum(others, row))
    return np.unique(np.concatenate(codes))


def _overlap(a: Columns, b: Columns) -> NDArray[np.bool_]:
    """Say of boxes (n, 8) whether they share a point."""
    return np.asarray(((a[..., :4] <= b[..., 4:]) & (b[..., :4] <= a[..., 4:])).all(axis=-1))
