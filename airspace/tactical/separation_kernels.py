"""Predicted losses of separation: swept boxes on a hashed grid, then the exact test of two piecewise straight motions.

A motion is a run of rows of `pieces`, float64 (m, 8): `x0 y0 z0 t0 vx vy vz t1`, metres and metres per second, seconds
from now, consecutive in time; motion i owns rows `first[i]` to `first[i + 1]`. An unknown height (NaN) counts as too near
vertically. Cells are hashed, so that one stray position costs no memory: a collision costs a comparison, never a pair.
Closed forms and the grid are ours.
"""

import math

import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray, IntArray
from airspace.tracks import BoolArray, RowArray

STILL = 1e-18
"""Square of a relative speed that moves a pair less than 1e-7 m in a minute: its distance is constant (no 0/0)."""


def boxes(pieces: FloatArray, first: RowArray, grow_h: FloatArray, grow_v: FloatArray, out: FloatArray) -> None:
    """Write the box `x_low y_low z_low x_high y_high z_high` each motion sweeps, grown; unknown height: all heights."""
    for i in range(len(first) - 1):
        x_low = y_low = z_low = math.inf
        x_high = y_high = z_high = -math.inf
        blind = False
        for p in range(first[i], first[i + 1]):
            lasts = pieces[p, 7] - pieces[p, 3]
            x0 = pieces[p, 0]
            x1 = x0 + pieces[p, 4] * lasts
            y0 = pieces[p, 1]
            y1 = y0 + pieces[p, 5] * lasts
            z0 = pieces[p, 2]
            z1 = z0 + pieces[p, 6] * lasts
            x_low = min(x_low, x0, x1)
            x_high = max(x_high, x0, x1)
            y_low = min(y_low, y0, y1)
            y_high = max(y_high, y0, y1)
            if math.isnan(z0):
                blind = True
            else:
                z_low = min(z_low, z0, z1)
                z_high = max(z_high, z0, z1)
        out[i, 0] = x_low - grow_h[i]
        out[i, 1] = y_low - grow_h[i]
        out[i, 3] = x_high + grow_h[i]
        out[i, 4] = y_high + grow_h[i]
        out[i, 2] = -math.inf if blind else z_low - grow_v[i]
        out[i, 5] = math.inf if blind else z_high + grow_v[i]


def bucket_of(cx: int, cy: int, stride: int, mask: int) -> int:
    """Return the bucket of a cell: neighbours stay neighbours in memory, and far cells may share one."""
    return (cx + cy * stride) & mask


def place_boxes(
    box: FloatArray,
    cell_m: float,
    stride: int,
    mask: int,
    starts: RowArray,
    home: IntArray,
    placed: NDArray[np.float32],
    motion: IntArray,
) -> None:
    """Write the boxes in the order of the buckets of their middles, and which motion each is of.

    They are counted from the corner of all boxes and in float32, each side moved outward by more than that rounds: half
    the memory, so that the caches hold twice the vehicles. `starts` are zeros, `home` is for use in between.
    """
    x_low = math.inf
    y_low = math.inf
    for i in range(len(box)):
        x_low = min(x_low, box[i, 0])
        y_low = min(y_low, box[i, 1])
    for i in range(len(box)):
        cx = math.floor(((box[i, 0] + box[i, 3]) / 2 - x_low) / cell_m)
        home[i] = bucket_of(cx, math.floor(((box[i, 1] + box[i, 4]) / 2 - y_low) / cell_m), stride, mask)
        starts[home[i] + 1] += 1
    for b in range(1, len(starts)):
        starts[b] += starts[b - 1]
    for i in range(len(box)):
        at = starts[home[i]]
        starts[home[i]] += 1
        motion[at] = i
        for c in range(6):
            value = box[i, c]
            if c % 3 == 0:
                value -= x_low
            elif c % 3 == 1:
                value -= y_low
            slack = abs(value) * 2e-7 + 1e-3
            placed[at, c] = value - slack if c < 3 else value + slack


def fill_grid(
    box: NDArray[np.float32], cell_m: float, stride: int, starts: RowArray, at: RowArray, items: IntArray
) -> int:
    """Sort motions into the cells their boxes touch; `starts`, zeros of a power of two and one, becomes the offsets.

    Writes, entry by entry in bucket order, the motion and its cell's two indices into `items` (m, 3), and returns how
    many entries there are: more than `items` holds are counted, not written. `at` is for use in between.
    """
    mask = len(starts) - 2
    total = 0
    for i in range(len(box)):
        for cx in range(math.floor(box[i, 0] / cell_m), math.floor(box[i, 3] / cell_m) + 1):
            for cy in range(math.floor(box[i, 1] / cell_m), math.floor(box[i, 4] / cell_m) + 1):
                starts[bucket_of(cx, cy, stride, mask) + 1] += 1
                total += 1
    for b in range(1, len(starts)):
        starts[b] += starts[b - 1]
    if total > len(items):
        return total
    at[:] = starts
    for i in range(len(box)):
        for cx in range(math.floor(box[i, 0] / cell_m), math.floor(box[i, 3] / cell_m) + 1):
            for cy in range(math.floor(box[i, 1] / cell_m), math.floor(box[i, 4] / cell_m) + 1):
                b = bucket_of(cx, cy, stride, mask)
                items[at[b], 0] = i
                items[at[b], 1] = cx
                items[at[b], 2] = cy
                at[b] += 1
    return total


def gather(
    pieces: FloatArray,
    first: RowArray,
    minima_h: FloatArray,
    minima_v: FloatArray,
    blur_h: FloatArray,
    blur_v: FloatArray,
    intent: BoolArray,
    group: RowArray,
    motion: IntArray,
    near: FloatArray,
    bounds: RowArray,
    minima: FloatArray,
    tags: RowArray,
) -> None:
    """Write pieces, their bounds, the two minima with the two blurs, and the groups in the order of `motion`.

    Who is near in space is then near in memory: a pair's test finds both in the cache, however many fly. A group's
    lowest bit says whether the motion follows its plan.
    """
    n = len(motion)
    at = 0
    for i in range(n):
        k = motion[i]
        bounds[i] = at
        for p in range(first[k], first[k + 1]):
            for c in range(8):
                near[at, c] = pieces[p, c]
            at += 1
        minima[i, 0] = minima_h[k]
        minima[i, 1] = minima_v[k]
        minima[i, 2] = blur_h[k]
        minima[i, 3] = blur_v[k]
        tags[i] = 2 * group[k] + (1 if intent[k] else 0)
    bounds[n] = at


def horizontal_span(a: float, b: float, c: float, lo: float, hi: float) -> tuple[float, float]:
    """Return when `a t^2 + 2 b t + c < 0` in [lo, hi], (1, -1) for never; `a` is a square of a speed."""
    if a <= STILL:
        if c < 0.0:
            return lo, hi
        return 1.0, -1.0
    disc = b * b - a * c
    if disc <= 0.0:
        return 1.0, -1.0
    root = math.sqrt(disc)
    q = -(b + root) if b >= 0.0 else root - b
    one = q / a
    two = c / q
    return max(lo, min(one, two)), min(hi, max(one, two))


def vertical_span(z: float, vz: float, limit: float, lo: float, hi: float) -> tuple[float, float]:
    """Return when `|z + vz t| < limit` in [lo, hi], (1, -1) for never; always for an unknown height."""
    if math.isnan(z):
        return lo, hi
    if abs(vz) < 1e-12:
        if abs(z) < limit:
            return lo, hi
        return 1.0, -1.0
    one = (-limit - z) / vz
    two = (limit - z) / vz
    return max(lo, min(one, two)), min(hi, max(one, two))


def pair_loss(
    pieces: FloatArray, a_at: int, a_end: int, b_at: int, b_end: int, limit_h: float, limit_v: float, out: FloatArray
) -> bool:
    """Tell whether two motions lose separation; write `t_in t_out t_cpa horizontal vertical x y` of it.

    `t_in` and `t_out` are the first and last instant of loss, `t_cpa` that of the least distance normalised by the
    limits, `vertical` the height of the second over the first there, x and y the middle between the two.
    """
    t_in = math.inf
    t_out = -math.inf
    best = math.inf
    weigh_h = 1.0 / (limit_h * limit_h)
    weigh_v = 1.0 / (limit_v * limit_v)
    i = a_at
    j = b_at
    while i < a_end and j < b_end:
        lo = max(pieces[i, 3], pieces[j, 3])
        hi = min(pieces[i, 7], pieces[j, 7])
        if lo <= hi:
            ua = lo - pieces[i, 3]
            ub = lo - pieces[j, 3]
            ax = pieces[i, 0] + pieces[i, 4] * ua
            ay = pieces[i, 1] + pieces[i, 5] * ua
            bx = pieces[j, 0] + pieces[j, 4] * ub
            by = pieces[j, 1] + pieces[j, 5] * ub
            rx = bx - ax
            ry = by - ay
            rz = pieces[j, 2] + pieces[j, 6] * ub - pieces[i, 2] - pieces[i, 6] * ua
            vx = pieces[j, 4] - pieces[i, 4]
            vy = pieces[j, 5] - pieces[i, 5]
            vz = pieces[j, 6] - pieces[i, 6]
            a = vx * vx + vy * vy
            b = rx * vx + ry * vy
            c = rx * rx + ry * ry
            start, end = horizontal_span(a, b, c - limit_h * limit_h, 0.0, hi - lo)
            if start <= end:
                start, end = vertical_span(rz, vz, limit_v, start, end)
            if start <= end:
                t_in = min(t_in, lo + start)
                t_out = max(t_out, lo + end)
                blind = math.isnan(rz)
                slope = a * weigh_h
                level = b * weigh_h
                if not blind:
                    slope += vz * vz * weigh_v
                    level += rz * vz * weigh_v
                u = start
                if slope > STILL * weigh_h:
                    u = min(max(-level / slope, start), end)
                dx = rx + vx * u
                dy = ry + vy * u
                dz = rz + vz * u
                norm = (dx * dx + dy * dy) * weigh_h
                if not blind:
                    norm += dz * dz * weigh_v
                if norm < best:
                    best = norm
                    out[2] = lo + u
                    out[3] = math.sqrt(dx * dx + dy * dy)
                    out[4] = dz
                    out[5] = ax + pieces[i, 4] * u + dx / 2
                    out[6] = ay + pieces[i, 5] * u + dy / 2
        if pieces[i, 7] <= pieces[j, 7]:
            i += 1
        else:
            j += 1
    out[0] = t_in
    out[1] = t_out
    return t_in < math.inf


def find_losses(
    pieces: FloatArray,
    first: RowArray,
    swept: FloatArray,
    cell_m: float,
    minima_h: FloatArray,
    minima_v: FloatArray,
    blur_h: FloatArray,
    blur_v: FloatArray,
    intent: BoolArray,
    intent_h: float,
    intent_v: float,
    group: RowArray,
    starts: RowArray,
    at: RowArray,
    home: IntArray,
    box: NDArray[np.float32],
    motion: IntArray,
    items: IntArray,
    near: FloatArray,
    bounds: RowArray,
    minima: FloatArray,
    tags: RowArray,
    found: FloatArray,
    counts: RowArray,
) -> int:
    """Write every pair that loses separation as `i j t_in ... y` (9 columns, i < j); return how many there are.

    A pair is held to the larger minima of the two, or to `intent_h`, `intent_v` when both follow their plans, each time
    wider by the blurs of both: how far off each may be because nobody knows exactly when it was there. Members of one
    `group` (0 and above: the same aircraft) are no pair. More pairs than `found` holds are counted, not written.
    `counts` becomes the entries of the grid, the comparisons of boxes and the exact tests. More entries than `items`
    holds: nothing is written, and the return value is -1. `at` to `tags` are memory to work in.
    """
    stride = int(math.sqrt(len(starts) - 1))
    starts[:] = 0
    place_boxes(swept, cell_m, stride, len(starts) - 2, starts, home, box, motion)
    starts[:] = 0
    counts[0] = fill_grid(box, cell_m, stride, starts, at, items)
    if counts[0] > len(items):
        return -1
    gather(pieces, first, minima_h, minima_v, blur_h, blur_v, intent, group, motion, near, bounds, minima, tags)
    out = np.empty(7)
    n = 0
    compared = 0
    tested = 0
    for b in range(len(starts) - 1):
        for p in range(starts[b], starts[b + 1]):
            i = items[p, 0]
            for q in range(p + 1, starts[b + 1]):
                j = items[q, 0]
                compared += 1
                # All six comparisons without a branch between them: which of them fails nobody can predict.
                apart = (
                    (box[i, 0] > box[j, 3])
                    | (box[j, 0] > box[i, 3])
                    | (box[i, 1] > box[j, 4])
                    | (box[j, 1] > box[i, 4])
                    | (box[i, 2] > box[j, 5])
                    | (box[j, 2] > box[i, 5])
                    | (items[p, 1] != items[q, 1])
                    | (items[p, 2] != items[q, 2])
                    | (i == j)
                )
                if apart:
                    continue
                # A pair meets in every cell both boxes touch; only the first of them counts.
                if (
                    math.floor(max(box[i, 0], box[j, 0]) / cell_m) != items[p, 1]
                    or math.floor(max(box[i, 1], box[j, 1]) / cell_m) != items[p, 2]
                    or (tags[i] >= 0 and tags[i] >> 1 == tags[j] >> 1)
                ):
                    continue
                tested += 1
                if tags[i] & tags[j] & 1:
                    limit_h = intent_h
                    limit_v = intent_v
                else:
                    limit_h = max(minima[i, 0], minima[j, 0])
                    limit_v = max(minima[i, 1], minima[j, 1])
                limit_h += minima[i, 2] + minima[j, 2]
                limit_v += minima[i, 3] + minima[j, 3]
                low = i
                high = j
                if motion[i] > motion[j]:
                    low = j
                    high = i
                if pair_loss(near, bounds[low], bounds[low + 1], bounds[high], bounds[high + 1], limit_h, limit_v, out):
                    if n < len(found):
                        found[n, 0] = motion[low]
                        found[n, 1] = motion[high]
                        for k in range(7):
                            found[n, 2 + k] = out[k]
                    n += 1
    counts[1] = compared
    counts[2] = tested
    return n
