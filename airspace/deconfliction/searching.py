# ruff: noqa: PLR0917  (kernels take their arrays by position)
"""The search of the inverted index: candidates from the postings, decided by the exact test (kernels)."""

import math

from airspace.deconfliction.pairs import (
    ANY,
    COARSE,
    COUNT,
    EPOCH,
    EVERYWHERE,
    MARK,
    N_RESULTS,
    OWN_FROM,
    OWN_TO,
    ROW_TOP,
    SLOT,
    far_apart,
    judge,
)
from airspace.deconfliction.postings import (
    ALL_HIGH,
    BUCKET_S,
    COARSE_HEADS,
    COARSE_M,
    COARSE_S,
    COLUMNS,
    PAD_M,
    PAD_S,
    PIXEL_M,
    RADIUS_M,
    RING,
    ROWS,
    UNIT_M,
    X0,
    Y0,
    Z0,
    Z_UNIT,
    coarse_head,
    distance2,
    seven,
)
from airspace.geometry4d import FloatArray, IntArray

GUARDS = 0x80808080


def gather(head: int, low: int, high: int, stamp: int, blocks: IntArray, Bm: IntArray, found: IntArray, n: int) -> int:
    """Append the rows of a chain whose windows meet [low, high] and that this part has not met; return their number.

    All four windows are compared at once: each 7-bit difference leaves its byte's guard bit set when not negative.
    """
    block = head
    while block != 0:
        word = int(blocks[block, 0])
        for k in range(word & 7):
            below = (high | GUARDS) - int(blocks[block, 2 + 3 * k])
            above = (int(blocks[block, 3 + 3 * k]) | GUARDS) - low
            if below & above & GUARDS == GUARDS:
                row = int(blocks[block, 1 + 3 * k])
                if Bm[row, MARK] != stamp:
                    Bm[row, MARK] = stamp
                    found[n] = row
                    n += 1
        block = word >> 3
    return n


def effort(row: FloatArray, volume: bool, own: FloatArray, grid: FloatArray, coarse: bool) -> float:
    """Return about how many chains a search for this part asks; infinity when buckets would repeat."""
    window = row[7] - row[3] + own[OWN_TO] - own[OWN_FROM] + 2.0 * own[5]
    buckets = window / grid[BUCKET_S] + 2.0
    if buckets >= RING:
        return math.inf
    share = 1.0
    if not volume and row[7] > row[3]:
        at_once = grid[BUCKET_S] + own[OWN_TO] - own[OWN_FROM] + 2.0 * own[5]
        share = min(1.0, at_once / (row[7] - row[3]))
    wide = share * abs(row[4] - row[0]) + 2.0 * own[3]
    high = share * abs(row[5] - row[1]) + 2.0 * own[3]
    chains = buckets * (1.0 + wide / grid[RADIUS_M]) * (1.0 + high / grid[RADIUS_M])
    if coarse:
        wide = abs(row[4] - row[0]) + 2.0 * own[3]
        high = abs(row[5] - row[1]) + 2.0 * own[3]
        chains += (window / COARSE_S + 2.0) * (wide / COARSE_M + 2.0) * (high / COARSE_M + 2.0)
    return float(chains)


def gather_fine(
    row: FloatArray,
    volume: bool,
    own: FloatArray,
    stamp: int,
    Bm: IntArray,
    heads: IntArray,
    blocks: IntArray,
    centres: FloatArray,
    pixels: IntArray,
    grid: FloatArray,
    found: IntArray,
) -> int:
    """Collect the rows of the fine level whose windows meet those of a part, delays and minima included."""
    n = 0
    bucket_s = grid[BUCKET_S]
    horizontal = own[3] + PAD_M
    buffer = own[5] + PAD_S
    reach = grid[RADIUS_M] + horizontal
    lasts = row[7] - row[3]
    speed = 1.0 / lasts if lasts > 0.0 and not volume else 0.0
    z_low = seven((min(row[2], row[6]) - own[4] - grid[Z0]) / grid[Z_UNIT]) << 16
    z_high = seven((max(row[2], row[6]) + own[4] - grid[Z0]) / grid[Z_UNIT]) << 16
    first = math.floor((row[3] + own[OWN_FROM] - buffer) / bucket_s)
    last = math.floor((row[7] + own[OWN_TO] + buffer) / bucket_s)
    for bucket in range(first, last + 1):
        begin = bucket * bucket_s
        ta = max(row[3], begin - own[OWN_TO] - buffer)
        tb = min(row[7], begin + bucket_s - own[OWN_FROM] + buffer)
        pa = (ta - row[3]) * speed
        pb = (tb - row[3]) * speed if speed > 0.0 else 1.0
        xa = row[0] + pa * (row[4] - row[0])
        ya = row[1] + pa * (row[5] - row[1])
        xb = row[0] + pb * (row[4] - row[0])
        yb = row[1] + pb * (row[5] - row[1])
        x_low = min(xa, xb) - horizontal
        x_high = max(xa, xb) + horizontal
        y_low = min(ya, yb) - horizontal
        y_high = max(ya, yb) + horizontal
        t_low = seven((ta + own[OWN_FROM] - buffer - begin) * (128.0 / bucket_s)) << 24
        t_high = seven((tb + own[OWN_TO] + buffer - begin) * (128.0 / bucket_s)) << 24
        i0 = max(0, math.floor((x_low - grid[RADIUS_M] - grid[X0]) / grid[PIXEL_M]))
        i1 = min(int(grid[COLUMNS]) - 1, math.floor((x_high + grid[RADIUS_M] - grid[X0]) / grid[PIXEL_M]))
        j0 = max(0, math.floor((y_low - grid[RADIUS_M] - grid[Y0]) / grid[PIXEL_M]))
        j1 = min(int(grid[ROWS]) - 1, math.floor((y_high + grid[RADIUS_M] - grid[Y0]) / grid[PIXEL_M]))
        if i0 > i1:
            continue
        base = (bucket & (RING - 1)) * len(centres)
        for j in range(j0, j1 + 1):
            line = j * int(grid[COLUMNS])
            for cell in range(pixels[line + i0], pixels[line + i1 + 1]):
                head = int(heads[base + cell])
                if head == 0:
                    continue
                x = centres[cell, 0]
                y = centres[cell, 1]
                if distance2(volume, x, y, xa, ya, xb, yb) > reach * reach:
                    continue
                low = seven((x_low - x) / grid[UNIT_M] + 64.0) | z_low | t_low
                low |= seven((y_low - y) / grid[UNIT_M] + 64.0) << 8
                high = seven((x_high - x) / grid[UNIT_M] + 64.0) | z_high | t_high
                high |= seven((y_high - y) / grid[UNIT_M] + 64.0) << 8
                n = gather(head, low, high, stamp, blocks, Bm, found, n)
    return n


def gather_coarse(
    row: FloatArray,
    own: FloatArray,
    stamp: int,
    Bm: IntArray,
    heads: IntArray,
    blocks: IntArray,
    base: int,
    found: IntArray,
    n: int,
) -> int:
    """Append the rows of the coarse level near a part, delays and minima included."""
    horizontal = own[3] + PAD_M
    t_first = math.floor((row[3] + own[OWN_FROM] - own[5] - PAD_S) / COARSE_S)
    t_last = math.floor((row[7] + own[OWN_TO] + own[5] + PAD_S) / COARSE_S)
    x_first = math.floor((min(row[0], row[4]) - horizontal) / COARSE_M)
    x_last = math.floor((max(row[0], row[4]) + horizontal) / COARSE_M)
    y_first = math.floor((min(row[1], row[5]) - horizontal) / COARSE_M)
    y_last = math.floor((max(row[1], row[5]) + horizontal) / COARSE_M)
    for ct in range(t_first, t_last + 1):
        for cy in range(y_first, y_last + 1):
            for cx in range(x_first, x_last + 1):
                head = int(heads[base + coarse_head(cx, cy, ct)])
                n = gather(head, 0, ALL_HIGH, stamp, blocks, Bm, found, n)
    return n


def gather_all(row: FloatArray, own: FloatArray, top: int, B: FloatArray, Bm: IntArray, found: IntArray) -> int:
    """Collect every row whose window meets that of a part, delays and buffer included."""
    n = 0
    first = row[3] + own[OWN_FROM] - own[5] - PAD_S
    last = row[7] + own[OWN_TO] + own[5] + PAD_S
    for j in range(top):
        if Bm[j, SLOT] >= 0 and B[j, 7] >= first and B[j, 3] <= last:
            found[n] = j
            n += 1
    return n


def search(
    mode: int,
    A: FloatArray,
    Am: IntArray,
    Av: FloatArray,
    B: FloatArray,
    Bm: IntArray,
    Bv: FloatArray,
    slots: IntArray,
    minima: FloatArray,
    own: FloatArray,
    heads: IntArray,
    blocks: IntArray,
    centres: FloatArray,
    pixels: IntArray,
    grid: FloatArray,
    found: IntArray,
    results: FloatArray,
    work: FloatArray,
    state: IntArray,
) -> int:
    """Judge one plan against the index; return the number of results (see `pairs.judge` for what they are).

    `found` has room for every row. A part whose search would cost more than looking at every row looks at every row.
    """
    base = RING * len(centres)
    top = state[ROW_TOP]
    for i in range(len(A)):
        volume = Am[i, COUNT] >= 0
        if 8.0 * effort(A[i], volume, own, grid, state[COARSE] > 0) > top:
            n = gather_all(A[i], own, top, B, Bm, found)
        else:
            # A mark is unique to this part of this query: a repeated query must not skip what an earlier one met.
            state[EPOCH] += 1
            stamp = state[EPOCH]
            n = gather_fine(A[i], volume, own, stamp, Bm, heads, blocks, centres, pixels, grid, found)
            if state[COARSE] > 0:
                n = gather_coarse(A[i], own, stamp, Bm, heads, blocks, base, found, n)
            if state[EVERYWHERE] > 0:
                n = gather(int(heads[base + COARSE_HEADS]), 0, ALL_HIGH, stamp, blocks, Bm, found, n)
        for k in range(n):
            j = int(found[k])
            if (
                not far_apart(A[i, 0], A[i, 4], B[j, 0], B[j, 4], own[3])
                and not far_apart(A[i, 1], A[i, 5], B[j, 1], B[j, 5], own[3])
                and judge(mode, A, Am, Av, i, B, Bm, Bv, j, slots, minima, own, results, work, state)
                and mode == ANY
            ):
                return 1
    return int(state[N_RESULTS])
