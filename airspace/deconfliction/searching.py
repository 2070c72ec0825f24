"""The search of the inverted index: candidates from the postings, decided by the exact test (kernels)."""

import math

from airspace.deconfliction.pairs import (
    ANY,
    COARSE,
    COUNT,
    EPOCH,
    EVERYWHERE,
    N_RESULTS,
    OWN_FROM,
    OWN_TO,
    ROW_TOP,
    SLOT,
    TOUCHED,
    far_apart,
    judge,
)
from airspace.deconfliction.postings import (
    ALL_HIGH,
    BUCKET_S,
    COARSE_ASKED,
    COARSE_HEADS,
    COARSE_M,
    COARSE_S,
    COLUMNS,
    PAD_M,
    PAD_S,
    PER_BLOCK,
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
from airspace.deconfliction.segments import whole
from airspace.geometry4d import FloatArray, IntArray

GUARDS = 0x80808080


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
        squares = (wide / COARSE_M + 2.0) * (high / COARSE_M + 2.0)
        if squares * (window / COARSE_S + 2.0) > COARSE_ASKED:
            return math.inf
        chains += squares * (window / COARSE_S + 2.0)
    return float(chains)


def queue_fine_heads(
    row: FloatArray,
    i: int,
    volume: bool,
    own: FloatArray,
    bucket: int,
    centres: FloatArray,
    pixels: IntArray,
    grid: FloatArray,
    n: int,
    queue: IntArray,
) -> int:
    """Queue the chains `at part low high` to ask for one part in one bucket; return the queue's length."""
    bucket_s = grid[BUCKET_S]
    horizontal = own[3] + PAD_M
    buffer = own[5] + PAD_S
    reach = grid[RADIUS_M] + horizontal
    lasts = row[7] - row[3]
    speed = 1.0 / lasts if lasts > 0.0 and not volume else 0.0
    z_low = seven((min(row[2], row[6]) - own[4] - grid[Z0]) / grid[Z_UNIT]) << 16
    z_high = seven((max(row[2], row[6]) + own[4] - grid[Z0]) / grid[Z_UNIT]) << 16
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
        return n
    base = (bucket & (RING - 1)) * len(centres)
    for j in range(j0, j1 + 1):
        line = j * int(grid[COLUMNS])
        for cell in range(pixels[line + i0], pixels[line + i1 + 1]):
            x = centres[cell, 0]
            y = centres[cell, 1]
            if distance2(volume, x, y, xa, ya, xb, yb) > reach * reach:
                continue
            low = seven((x_low - x) / grid[UNIT_M] + 64.0) | z_low | t_low
            low |= seven((y_low - y) / grid[UNIT_M] + 64.0) << 8
            high = seven((x_high - x) / grid[UNIT_M] + 64.0) | z_high | t_high
            high |= seven((y_high - y) / grid[UNIT_M] + 64.0) << 8
            queue[n, 0] = base + cell
            queue[n, 1] = i
            queue[n, 2] = low
            queue[n, 3] = high
            n += 1
    return n


def unlink(n: int, heads: IntArray, blocks: IntArray, queue: IntArray, state: IntArray) -> int:
    """Turn queued chains into their first blocks, drop the empty ones; return the queue's length.

    All cache lines are asked for before any is needed: misses that do not wait for one another cost a tenth.
    """
    m = 0
    for k in range(n):
        head = heads[queue[k, 0]]
        queue[m, 0] = head
        queue[m, 1] = queue[k, 1]
        queue[m, 2] = queue[k, 2]
        queue[m, 3] = queue[k, 3]
        m += 1 if head != 0 else 0
    touched = 0
    for k in range(m):
        touched += blocks[queue[k, 0], 0]
    state[TOUCHED] = touched
    return m


def sift(k: int, first_stamp: int, blocks: IntArray, marks: IntArray, queue: IntArray, found: IntArray, n: int) -> int:
    """Append to `found` the rows (and own part) of a queued block whose windows meet; return the number found.

    All four windows are compared at once: each 7-bit difference leaves its byte's guard bit set when not negative.
    """
    block = queue[k, 0]
    part = queue[k, 1]
    low = queue[k, 2]
    high = queue[k, 3] | GUARDS
    word = blocks[block, 0]
    for p in range(word & 7):
        below = high - blocks[block, 2 + 3 * p]
        above = (blocks[block, 3 + 3 * p] | GUARDS) - low
        if below & above & GUARDS == GUARDS:
            row = blocks[block, 1 + 3 * p]
            if marks[row] != first_stamp + part:
                marks[row] = first_stamp + part
                found[n, 0] = row
                found[n, 1] = part
                n += 1
    queue[k, 0] = word >> 3
    return n


def settle(
    n: int,
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
    found: IntArray,
    results: FloatArray,
    work: FloatArray,
    state: IntArray,
) -> bool:
    """Judge the n pairs `row, own part` in `found`; True when the search may stop."""
    touched = 0
    for k in range(n):
        touched += Bm[found[k, 0], SLOT] + (1 if B[found[k, 0], 3] > 0.0 else 0)
    state[TOUCHED] = touched
    for k in range(n):
        j = found[k, 0]
        i = found[k, 1]
        if (
            near_enough(A, Am, i, B, Bm, j, own)
            and judge(mode, A, Am, Av, i, B, Bm, Bv, j, slots, minima, own, results, work, state)
            and mode == ANY
        ):
            return True
    return False


def near_enough(A: FloatArray, Am: IntArray, i: int, B: FloatArray, Bm: IntArray, j: int, own: FloatArray) -> bool:
    """Tell whether parts could lose separation, cheaply: most that share a cell and a bucket could not.

    Two flights lose it only if at one same time, B flown on straight where it has ended, they are within the
    horizontal minimum plus what B flies in the largest shift of time.
    """
    if (
        far_apart(A[i, 2], A[i, 6], B[j, 2], B[j, 6], own[4])
        or far_apart(A[i, 0], A[i, 4], B[j, 0], B[j, 4], own[3])
        or far_apart(A[i, 1], A[i, 5], B[j, 1], B[j, 5], own[3])
    ):
        return False
    lasts = A[i, 7] - A[i, 3]
    other_lasts = B[j, 7] - B[j, 3]
    if Am[i, COUNT] >= 0 or Bm[j, COUNT] >= 0 or lasts <= 0.0 or other_lasts <= 0.0:
        return True
    shift = own[5] + PAD_S + max(-own[OWN_FROM], own[OWN_TO], 0.0)
    first = max(A[i, 3], B[j, 3] - shift)
    last = min(A[i, 7], B[j, 7] + shift)
    if first > last:
        return False
    bx = (B[j, 4] - B[j, 0]) / other_lasts
    by = (B[j, 5] - B[j, 1]) / other_lasts
    vx = bx - (A[i, 4] - A[i, 0]) / lasts
    vy = by - (A[i, 5] - A[i, 1]) / lasts
    rx = B[j, 0] + (A[i, 3] - B[j, 3]) * bx - A[i, 0]
    ry = B[j, 1] + (A[i, 3] - B[j, 3]) * by - A[i, 1]
    v2 = vx * vx + vy * vy
    at = first - A[i, 3]
    if v2 > 0.0:
        at = min(last - A[i, 3], max(at, -(rx * vx + ry * vy) / v2))
    rx += at * vx
    ry += at * vy
    limit = own[3] + PAD_M + shift * math.sqrt(bx * bx + by * by)
    return bool(rx * rx + ry * ry <= limit * limit)


def drain(
    n: int,
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
    marks: IntArray,
    queue: IntArray,
    found: IntArray,
    results: FloatArray,
    work: FloatArray,
    state: IntArray,
) -> bool:
    """Ask the n queued chains and judge what they hold; True when the search may stop."""
    n = unlink(n, heads, blocks, queue, state)
    stamp = state[EPOCH]
    held = whole(0)
    while n > 0:
        m = 0
        touched = 0
        for k in range(n):
            held = sift(k, stamp, blocks, marks, queue, found, held)
            following = queue[k, 0]
            if following != 0:
                touched += blocks[following, 0]
                for c in range(4):
                    queue[m, c] = queue[k, c]
                m += 1
            if held + PER_BLOCK > len(found):
                if settle(held, mode, A, Am, Av, B, Bm, Bv, slots, minima, own, found, results, work, state):
                    return True
                held = whole(0)
        state[TOUCHED] = touched
        n = m
    return settle(held, mode, A, Am, Av, B, Bm, Bv, slots, minima, own, found, results, work, state)


def queue_coarse_heads(row: FloatArray, i: int, own: FloatArray, base: int, n: int, queue: IntArray) -> int:
    """Queue the coarse chains to ask for one part, delays and minima included; return the queue's length."""
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
                queue[n, 0] = base + coarse_head(cx, cy, ct)
                queue[n, 1] = i
                queue[n, 2] = 0
                queue[n, 3] = ALL_HIGH
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
    marks: IntArray,
    centres: FloatArray,
    pixels: IntArray,
    grid: FloatArray,
    queue: IntArray,
    found: IntArray,
    results: FloatArray,
    work: FloatArray,
    state: IntArray,
) -> int:
    """Judge one plan against the index; return the number of results (see `pairs.judge` for what they are).

    A part whose search would cost more than looking at every row looks at every row. Marks are unique to a part of a
    query: a repeated query must not skip what an earlier one met.
    """
    base = RING * len(centres)
    top = state[ROW_TOP]
    room = len(queue) - len(centres) - COARSE_ASKED - 1
    n = whole(0)
    for i in range(len(A)):
        volume = Am[i, COUNT] >= 0
        row = A[i]
        if 8.0 * effort(row, volume, own, grid, state[COARSE] > 0) > top:
            held = whole(0)
            first = row[3] + own[OWN_FROM] - own[5] - PAD_S
            last = row[7] + own[OWN_TO] + own[5] + PAD_S
            for j in range(top):
                if Bm[j, SLOT] >= 0 and B[j, 7] >= first and B[j, 3] <= last:
                    found[held, 0] = j
                    found[held, 1] = i
                    held += 1
                    if held == len(found):
                        if settle(held, mode, A, Am, Av, B, Bm, Bv, slots, minima, own, found, results, work, state):
                            return 1
                        held = whole(0)
            if settle(held, mode, A, Am, Av, B, Bm, Bv, slots, minima, own, found, results, work, state):
                return 1
            continue
        buffer = own[5] + PAD_S
        first_bucket = math.floor((row[3] + own[OWN_FROM] - buffer) / grid[BUCKET_S])
        last_bucket = math.floor((row[7] + own[OWN_TO] + buffer) / grid[BUCKET_S])
        # What is not in the cells is asked for once, with the first bucket.
        coarse = state[COARSE] > 0
        everywhere = state[EVERYWHERE] > 0
        for bucket in range(first_bucket, last_bucket + 1):
            if everywhere:
                everywhere = False
                queue[n, 0] = base + COARSE_HEADS
                queue[n, 1] = i
                queue[n, 2] = 0
                queue[n, 3] = ALL_HIGH
                n += 1
            if coarse:
                coarse = False
                n = queue_coarse_heads(row, i, own, base, n, queue)
            n = queue_fine_heads(row, i, volume, own, bucket, centres, pixels, grid, n, queue)
            if n >= room:
                if drain(
                    n,
                    mode,
                    A,
                    Am,
                    Av,
                    B,
                    Bm,
                    Bv,
                    slots,
                    minima,
                    own,
                    heads,
                    blocks,
                    marks,
                    queue,
                    found,
                    results,
                    work,
                    state,
                ):
                    return 1
                n = whole(0)
    if drain(
        n,
        mode,
        A,
        Am,
        Av,
        B,
        Bm,
        Bv,
        slots,
        minima,
        own,
        heads,
        blocks,
        marks,
        queue,
        found,
        results,
        work,
        state,
    ):
        return 1
    return int(state[N_RESULTS])
