"""The exact test of one pair of plan parts, whatever their kinds, and what is reported of it (kernels).

A part is a row of eight numbers: a segment `x0 y0 z0 t0 x1 y1 z1 t1`, or the bounding box of a prism `x_low y_low z_low
t_start x_high y_high z_high t_end`. Its meta row (int32) is `slot start count`: `count` is -1 for a segment, 0 for
a disc and the number of vertices for a polygon, which stand in the vertex pool from `start` on.
"""

import math

from airspace.deconfliction.areas import area_area, area_spans, linear_span, path_area
from airspace.deconfliction.segments import segment_detail, segment_span, whole
from airspace.geometry4d import EPS_HEIGHT_M, EPS_M, EPS_S, FloatArray, IntArray

SPANS = 32
"""First row of the scratch array that holds time spans; the rows before belong to `segments`."""

PAIRS, ANY, DELAYS, TOUCHING = 0, 1, 2, 3
"""What a search collects: one entry per other plan, the first conflict, ranges of delays, plans touching a volume."""

N_RESULTS, EPOCH, BLOCK_FREE, BLOCK_TOP, COARSE, EVERYWHERE, ROW_TOP, QUERY, TOUCHED = 0, 1, 2, 3, 4, 5, 6, 7, 8
"""Entries of the state vector (int64): results of this query, last mark given, first free block, first block never
used, postings on the coarse level and in the last chain, rows in use, number of this query, a sum nobody reads."""

SLOT, START, COUNT = 0, 1, 2
"""Columns of a part's meta row."""

SLOT_FIRST, SLOT_COUNT, SLOT_QUERY, SLOT_ENTRY = 0, 1, 2, 3
"""Columns of a slot's row: first part, number of parts, last query that met it, its entry there (-1: pass over)."""

OWN_FROM, OWN_TO, OWN_DETAIL = 6, 7, 8
"""Own vector: minima of the own plan (0-2), widest minima to search with (3-5), first and last delay asked about
(6-7); the rest is scratch for the detail of one pair."""


def sound(rows: FloatArray, vertices: FloatArray) -> bool:
    """Tell whether all numbers are finite and no part ends before it starts."""
    good = True
    for i in range(len(rows)):
        for c in range(8):
            good = good and math.isfinite(rows[i, c])
        good = good and rows[i, 7] >= rows[i, 3]
    for i in range(len(vertices)):
        good = good and math.isfinite(vertices[i, 0]) and math.isfinite(vertices[i, 1])
    return good


def volume_spans(
    A: FloatArray,
    i: int,
    B: FloatArray,
    Bm: IntArray,
    Bv: FloatArray,
    j: int,
    horizontal: float,
    vertical: float,
    work: FloatArray,
) -> int:
    """Write when segment i (seconds from its start) is too near to prism j's area and band; return how many spans."""
    z_lo, z_hi = linear_span(A[i, 2], A[i, 6] - A[i, 2], B[j, 2] - vertical, B[j, 6] + vertical)
    if z_lo > z_hi:
        return 0
    dx = A[i, 4] - A[i, 0]
    dy = A[i, 5] - A[i, 1]
    n = area_spans(
        A[i, 0], A[i, 1], dx, dy, Bv, whole(Bm[j, START]), whole(Bm[j, COUNT]), horizontal, work, whole(SPANS)
    )
    lasts = A[i, 7] - A[i, 3]
    kept = 0
    for k in range(SPANS, SPANS + n):
        lo = max(z_lo, work[k, 0])
        hi = min(z_hi, work[k, 1])
        if lo <= hi:
            work[SPANS + kept, 0] = lo * lasts
            work[SPANS + kept, 1] = hi * lasts
            kept += 1
    return kept


def pair_spans(
    A: FloatArray,
    Am: IntArray,
    Av: FloatArray,
    i: int,
    B: FloatArray,
    Bm: IntArray,
    Bv: FloatArray,
    j: int,
    horizontal: float,
    vertical: float,
    work: FloatArray,
) -> int:
    """Write the ranges of `tB - tA` at which both minima are lost to `work` from row SPANS on; return their number."""
    if Am[i, COUNT] < 0 and Bm[j, COUNT] < 0:
        lo, hi = segment_span(A, i, B, j, horizontal, vertical, work)
        if lo > hi:
            return 0
        work[SPANS, 0] = lo
        work[SPANS, 1] = hi
        return 1
    if Am[i, COUNT] >= 0 and Bm[j, COUNT] >= 0:
        if A[i, 2] - B[j, 6] > vertical or B[j, 2] - A[i, 6] > vertical:
            return 0
        if (
            area_area(
                Av, whole(Am[i, START]), whole(Am[i, COUNT]), Bv, whole(Bm[j, START]), whole(Bm[j, COUNT]), horizontal
            )
            > horizontal
        ):
            return 0
        work[SPANS, 0] = B[j, 3] - A[i, 7]
        work[SPANS, 1] = B[j, 7] - A[i, 3]
        return 1
    if Am[i, COUNT] < 0:
        n = volume_spans(A, i, B, Bm, Bv, j, horizontal, vertical, work)
        for k in range(SPANS, SPANS + n):
            first = work[k, 0]
            work[k, 0] = B[j, 3] - A[i, 3] - work[k, 1]
            work[k, 1] = B[j, 7] - A[i, 3] - first
        return n
    n = volume_spans(B, j, A, Am, Av, i, horizontal, vertical, work)
    for k in range(SPANS, SPANS + n):
        work[k, 0] += B[j, 3] - A[i, 7]
        work[k, 1] += B[j, 3] - A[i, 3]
    return n


def volume_detail(
    A: FloatArray,
    i: int,
    B: FloatArray,
    Bm: IntArray,
    Bv: FloatArray,
    j: int,
    horizontal: float,
    vertical: float,
    buffer: float,
    work: FloatArray,
    out: FloatArray,
) -> None:
    """Write first and last loss, instants of the worst moment (segment's, prism's) and its distances to `out`."""
    lasts = A[i, 7] - A[i, 3]
    x, y, z = A[i, 0], A[i, 1], A[i, 2]
    dx, dy, dz = A[i, 4] - x, A[i, 5] - y, A[i, 6] - z
    lo, hi = linear_span(z, dz, B[j, 2] - vertical, B[j, 6] + vertical)
    t_lo, t_hi = 0.0, 1.0
    if lasts > 0.0:
        t_lo = min(1.0, max(0.0, (B[j, 3] - buffer - A[i, 3]) / lasts))
        t_hi = min(1.0, max(0.0, (B[j, 7] + buffer - A[i, 3]) / lasts))
    lo = max(lo, t_lo)
    hi = max(lo, min(hi, t_hi))
    distance, part = path_area(
        x + lo * dx, y + lo * dy, (hi - lo) * dx, (hi - lo) * dy, Bv, whole(Bm[j, START]), whole(Bm[j, COUNT])
    )
    worst = lo + part * (hi - lo)
    first, last = worst * lasts, worst * lasts
    n = volume_spans(A, i, B, Bm, Bv, j, horizontal, vertical, work)
    for k in range(SPANS, SPANS + n):
        begin = max(work[k, 0], lo * lasts)
        end = min(work[k, 1], hi * lasts)
        if begin <= end:
            first = min(first, begin)
            last = max(last, end)
    out[0] = A[i, 3] + first
    out[1] = A[i, 3] + last
    out[2] = A[i, 3] + worst * lasts
    out[3] = min(B[j, 7], max(B[j, 3], out[2]))
    out[4] = distance
    out[5] = max(0.0, B[j, 2] - (z + worst * dz), z + worst * dz - B[j, 6])


def pair_detail(
    A: FloatArray,
    Am: IntArray,
    Av: FloatArray,
    i: int,
    B: FloatArray,
    Bm: IntArray,
    Bv: FloatArray,
    j: int,
    horizontal: float,
    vertical: float,
    buffer: float,
    work: FloatArray,
    out: FloatArray,
) -> None:
    """Write own start and end, own and other instant, horizontal and vertical distance of a lost pair to `out`."""
    if Am[i, COUNT] < 0 and Bm[j, COUNT] < 0:
        segment_detail(A, i, B, j, horizontal, vertical, buffer, work, out)
    elif Am[i, COUNT] < 0:
        volume_detail(A, i, B, Bm, Bv, j, horizontal, vertical, buffer, work, out)
    elif Bm[j, COUNT] < 0:
        volume_detail(B, j, A, Am, Av, i, horizontal, vertical, buffer, work, out)
        first, last, instant = out[0], out[1], out[2]
        out[0] = min(A[i, 7], max(A[i, 3], first - buffer))
        out[1] = max(A[i, 3], min(A[i, 7], last + buffer))
        out[2] = out[3]
        out[3] = instant
    else:
        out[0] = min(A[i, 7], max(A[i, 3], B[j, 3] - buffer))
        out[1] = max(A[i, 3], min(A[i, 7], B[j, 7] + buffer))
        out[2] = out[0]
        out[3] = min(B[j, 7], max(B[j, 3], out[0]))
        # Ask for the least distance itself: nothing is "enough" short of infinity.
        out[4] = area_area(
            Av, whole(Am[i, START]), whole(Am[i, COUNT]), Bv, whole(Bm[j, START]), whole(Bm[j, COUNT]), math.inf
        )
        out[5] = max(0.0, A[i, 2] - B[j, 6], B[j, 2] - A[i, 6])


def far_apart(a0: float, a1: float, b0: float, b1: float, limit: float) -> bool:
    """Tell whether two ranges, ends in any order, are further apart than `limit`."""
    return min(b0, b1) > max(a0, a1) + limit or max(b0, b1) < min(a0, a1) - limit


def judge(
    mode: int,
    A: FloatArray,
    Am: IntArray,
    Av: FloatArray,
    i: int,
    B: FloatArray,
    Bm: IntArray,
    Bv: FloatArray,
    j: int,
    slots: IntArray,
    minima: FloatArray,
    own: FloatArray,
    results: FloatArray,
    work: FloatArray,
    state: IntArray,
) -> bool:
    """Decide own part i against the indexed part j and record the outcome in `results`; tell whether it is a hit.

    `results` rows (10): slot, first own part, last own part, other part, own start, own end, own instant, other
    instant, horizontal, vertical distance; in DELAYS mode first and last delay in conflict. When `results` is full
    the count in `state` still rises, so that the caller knows to ask again with more room.
    """
    horizontal, vertical, buffer = own[3], own[4], own[5]
    if B[j, 7] < A[i, 3] + own[OWN_FROM] - buffer - EPS_S or B[j, 3] > A[i, 7] + own[OWN_TO] + buffer + EPS_S:
        return False
    if (
        far_apart(A[i, 2], A[i, 6], B[j, 2], B[j, 6], vertical)
        or far_apart(A[i, 0], A[i, 4], B[j, 0], B[j, 4], horizontal)
        or far_apart(A[i, 1], A[i, 5], B[j, 1], B[j, 5], horizontal)
    ):
        return False
    slot = Bm[j, SLOT]
    query = state[QUERY]
    met = slots[slot, SLOT_QUERY] == query
    if met and slots[slot, SLOT_ENTRY] < 0:
        return False
    if mode == TOUCHING:
        horizontal = max(own[0] - EPS_M, EPS_M)
        vertical = max(own[1] - EPS_M, EPS_M)
        buffer = own[2] + EPS_S
    else:
        horizontal = max(own[0], minima[slot, 0]) - EPS_M
        vertical = max(max(own[1], minima[slot, 1]) - EPS_HEIGHT_M, EPS_M)
        buffer = max(own[2], minima[slot, 2]) + EPS_S
    n = pair_spans(A, Am, Av, i, B, Bm, Bv, j, horizontal, vertical, work)
    hit = False
    for k in range(SPANS, SPANS + n):
        lo = work[k, 0] - buffer
        hi = work[k, 1] + buffer
        if lo <= own[OWN_TO] and hi >= own[OWN_FROM]:
            hit = True
            if mode == DELAYS:
                if state[N_RESULTS] < len(results):
                    results[state[N_RESULTS], 0] = lo
                    results[state[N_RESULTS], 1] = hi
                state[N_RESULTS] += 1
    if not hit or mode == DELAYS:
        return hit
    if mode != PAIRS:
        slots[slot, SLOT_QUERY] = query
        slots[slot, SLOT_ENTRY] = -1
        if state[N_RESULTS] < len(results):
            results[state[N_RESULTS], 0] = slot
        state[N_RESULTS] += 1
        return True
    if not met:
        slots[slot, SLOT_QUERY] = query
        slots[slot, SLOT_ENTRY] = state[N_RESULTS]
        state[N_RESULTS] += 1
    entry = slots[slot, SLOT_ENTRY]
    if entry >= len(results):
        return True
    detail = own[OWN_DETAIL:]
    pair_detail(A, Am, Av, i, B, Bm, Bv, j, horizontal, vertical, buffer, work, detail)
    record(results[entry], met, slot, i, j - slots[slot, SLOT_FIRST], detail)
    return True


def record(row: FloatArray, met: bool, slot: int, own_part: int, part: int, detail: FloatArray) -> None:
    """Enter the detail of one pair of parts into the row of the other plan."""
    if not met:
        row[0] = slot
        row[1] = own_part
        row[2] = own_part
        row[3] = part
        for k in range(6):
            row[4 + k] = detail[k]
        return
    row[1] = min(row[1], own_part)
    row[2] = max(row[2], own_part)
    row[4] = min(row[4], detail[0])
    row[5] = max(row[5], detail[1])
    # Parts are met in no fixed order: a total order makes the worst moment the same however they are met.
    nearer = detail[4] < row[8]
    if detail[4] == row[8]:
        nearer = detail[5] < row[9]
        if detail[5] == row[9]:
            nearer = detail[2] < row[6] or (detail[2] == row[6] and part < row[3])
    if nearer:
        row[3] = part
        for k in range(2, 6):
            row[4 + k] = detail[k]
