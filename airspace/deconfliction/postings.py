"""The inverted index: which parts are in which cell during which time bucket (kernels).

`heads[bucket, cell]` starts a chain of blocks; only the first block of a chain may be partly filled. A block is 16
int32, one cache line: `next << 3 | filled`, then five postings `row, low, high`. `low` and `high` hold four 7-bit
numbers each, a window in x, y (from the cell's centre), z and t (from the bucket's start) of what the part does within
that bucket; monotone rounding on both sides keeps every overlap. Behind the fine heads come those of the coarse level
(squares of 16 km by half an hour, hashed) for parts too long, too large or outside the city, and one chain for parts
too large even for that. Buckets repeat after RING of them: strangers met that way fail the exact test.

Superset: the discs of radius R around the cell centres hold the cells and so cover the city. A part is posted in every
cell whose disc it touches; a search asks every cell whose disc its part, widened by the minimum, touches. A point of
the one within the minimum of the other lies in some cell; that cell is among both.
"""

import math

from airspace.deconfliction.pairs import BLOCK_FREE, BLOCK_TOP, COARSE, COUNT, EVERYWHERE, TOUCHED
from airspace.deconfliction.segments import whole
from airspace.geometry4d import FloatArray, IntArray

BLOCK_WORDS = 16
PER_BLOCK = 5
RING = 4096
COARSE_HEADS = 65536
COARSE_M = 16000.0
COARSE_S = 1800.0
FINE_MOST = 512
"""Postings of one part, estimated, above which it is posted on the coarse level."""
COARSE_MOST = 256
"""Coarse postings of one part above which it is posted in the last chain."""
PAD_M = 0.01
PAD_S = 1e-3
"""Rounding of clipped positions and times stays below these pads."""
ALL_HIGH = 0x7F7F7F7F
COARSE_ASKED = 2048
"""Coarse chains one part may ask; one that would ask more looks at every part instead."""
QUEUE = 256
"""Postings or chains gathered before they are dealt with together."""


def queue_rows(cells: int) -> int:
    """Return the rows a queue needs so that one more part or bucket always fits."""
    return QUEUE + cells + COARSE_ASKED + 1


BUCKET_S, RADIUS_M, PIXEL_M, X0, Y0, X_LOW, X_HIGH, Y_LOW, Y_HIGH, UNIT_M, Z0, Z_UNIT, COLUMNS, ROWS = range(14)
"""Entries of the grid vector: bucket, cell radius, look-up square, origin, indexed rectangle, window units, size."""


def level(row: FloatArray, volume: bool, grid: FloatArray) -> int:
    """Return where a part is posted: 0 in the cells, 1 on the coarse level, 2 in the last chain."""
    x_low = min(row[0], row[4])
    x_high = max(row[0], row[4])
    y_low = min(row[1], row[5])
    y_high = max(row[1], row[5])
    buckets = math.floor(row[7] / grid[BUCKET_S]) - math.floor(row[3] / grid[BUCKET_S]) + 1.0
    wide = (x_high - x_low) / grid[RADIUS_M]
    high = (y_high - y_low) / grid[RADIUS_M]
    # A volume fills its box in every bucket; a flight passes each place once.
    cells = buckets * (2.0 + wide) * (2.0 + high) if volume else 4.0 * buckets + 3.0 * (wide + high)
    if (
        x_low >= grid[X_LOW]
        and x_high <= grid[X_HIGH]
        and y_low >= grid[Y_LOW]
        and y_high <= grid[Y_HIGH]
        and cells <= FINE_MOST
    ):
        return 0
    coarse = math.floor(row[7] / COARSE_S) - math.floor(row[3] / COARSE_S) + 1.0
    coarse *= math.floor(x_high / COARSE_M) - math.floor(x_low / COARSE_M) + 1.0
    coarse *= math.floor(y_high / COARSE_M) - math.floor(y_low / COARSE_M) + 1.0
    return 1 if coarse <= COARSE_MOST else 2


def distance2(volume: bool, x: float, y: float, xa: float, ya: float, xb: float, yb: float) -> float:
    """Return the squared distance of a point to the box (volume) or to the line with these ends."""
    if volume:
        gx = max(0.0, xa - x, x - xb)
        gy = max(0.0, ya - y, y - yb)
        return gx * gx + gy * gy
    ex = xb - xa
    ey = yb - ya
    length2 = ex * ex + ey * ey
    gx = x - xa
    gy = y - ya
    if length2 > 0.0:
        part = min(1.0, max(0.0, (gx * ex + gy * ey) / length2))
        gx -= part * ex
        gy -= part * ey
    return gx * gx + gy * gy


def seven(value: float) -> int:
    """Return the number rounded down and held within 0 to 127."""
    return int(min(127.0, max(0.0, value)))


def put(at: int, row: int, low: int, high: int, heads: IntArray, blocks: IntArray, state: IntArray) -> bool:
    """Add a posting to a chain; False, and nothing done, if it takes a block and none is left."""
    head = int(heads[at])
    filled = int(blocks[head, 0]) & 7
    if head == 0 or filled == PER_BLOCK:
        fresh = state[BLOCK_FREE]
        if fresh != 0:
            state[BLOCK_FREE] = int(blocks[fresh, 0])
        elif state[BLOCK_TOP] < len(blocks):
            fresh = state[BLOCK_TOP]
            state[BLOCK_TOP] += 1
        else:
            return False
        blocks[fresh, 0] = head << 3
        heads[at] = fresh
        head = fresh
        filled = 0
    blocks[head, 1 + 3 * filled] = row
    blocks[head, 2 + 3 * filled] = low
    blocks[head, 3 + 3 * filled] = high
    blocks[head, 0] += 1
    return True


def drop(at: int, row: int, heads: IntArray, blocks: IntArray, state: IntArray) -> bool:
    """Take one posting of this part out of a chain; False if there is none."""
    head = int(heads[at])
    block = head
    while block != 0:
        word = int(blocks[block, 0])
        for k in range(word & 7):
            if blocks[block, 1 + 3 * k] == row:
                last = 3 * ((int(blocks[head, 0]) & 7) - 1)
                for c in range(1, 4):
                    blocks[block, c + 3 * k] = blocks[head, c + last]
                if last > 0:
                    blocks[head, 0] -= 1
                else:
                    heads[at] = int(blocks[head, 0]) >> 3
                    blocks[head, 0] = state[BLOCK_FREE]
                    state[BLOCK_FREE] = head
                return True
        block = word >> 3
    return False


def coarse_head(cx: int, cy: int, ct: int) -> int:
    """Return the number of the coarse head of a square and half-hour."""
    return (cx * 73856093 ^ cy * 19349663 ^ ct * 83492791) & (COARSE_HEADS - 1)


def apply(adding: bool, n: int, base: int, heads: IntArray, blocks: IntArray, queue: IntArray, state: IntArray) -> int:
    """Add or take out the n postings `at row low high` in the queue; return how many before room ran out."""
    # Ask for all cache lines first: misses that do not wait for one another cost a tenth.
    touched = 0
    for k in range(n):
        touched += blocks[heads[queue[k, 0]], 0]
    state[TOUCHED] = touched
    for k in range(n):
        at = queue[k, 0]
        row = queue[k, 1]
        if not adding:
            drop(at, row, heads, blocks, state)
        elif not put(at, row, queue[k, 2], queue[k, 3], heads, blocks, state):
            return k
        if at >= base:
            level_at = EVERYWHERE if at == base + COARSE_HEADS else COARSE
            state[level_at] += 1 if adding else -1
    return n


def queue_coarse(row: FloatArray, r: int, where: int, base: int, n: int, queue: IntArray) -> int:
    """Queue the postings of a part on the coarse level or in the last chain; return the queue's length."""
    t_first = math.floor(row[3] / COARSE_S)
    x_first = math.floor(min(row[0], row[4]) / COARSE_M)
    y_first = math.floor(min(row[1], row[5]) / COARSE_M)
    t_last = math.floor(row[7] / COARSE_S)
    x_last = math.floor(max(row[0], row[4]) / COARSE_M)
    y_last = math.floor(max(row[1], row[5]) / COARSE_M)
    if where == 2:
        queue[n, 0] = base + COARSE_HEADS
        t_first = t_last + 1
    for ct in range(t_first, t_last + 1):
        for cy in range(y_first, y_last + 1):
            for cx in range(x_first, x_last + 1):
                queue[n, 0] = base + coarse_head(cx, cy, ct)
                queue[n, 1] = r
                queue[n, 2] = 0
                queue[n, 3] = ALL_HIGH
                n += 1
    if where == 2:
        queue[n, 1] = r
        queue[n, 2] = 0
        queue[n, 3] = ALL_HIGH
        n += 1
    return n


def queue_fine(
    row: FloatArray,
    r: int,
    volume: bool,
    bucket: int,
    centres: FloatArray,
    pixels: IntArray,
    grid: FloatArray,
    n: int,
    queue: IntArray,
) -> int:
    """Queue the postings of a part in one time bucket; return the queue's length."""
    bucket_s = grid[BUCKET_S]
    reach = grid[RADIUS_M] + PAD_M
    lasts = row[7] - row[3]
    speed = 1.0 / lasts if lasts > 0.0 and not volume else 0.0
    z_low = seven((min(row[2], row[6]) - grid[Z0]) / grid[Z_UNIT]) << 16
    z_high = seven((max(row[2], row[6]) - grid[Z0]) / grid[Z_UNIT]) << 16
    begin = bucket * bucket_s
    ta = max(row[3], begin)
    tb = min(row[7], begin + bucket_s)
    pa = (ta - row[3]) * speed
    pb = (tb - row[3]) * speed if speed > 0.0 else 1.0
    xa = row[0] + pa * (row[4] - row[0])
    ya = row[1] + pa * (row[5] - row[1])
    xb = row[0] + pb * (row[4] - row[0])
    yb = row[1] + pb * (row[5] - row[1])
    x_low, x_high = min(xa, xb), max(xa, xb)
    y_low, y_high = min(ya, yb), max(ya, yb)
    t_low = seven((ta - begin) * (128.0 / bucket_s)) << 24
    t_high = seven((tb - begin) * (128.0 / bucket_s)) << 24
    i0 = max(0, math.floor((x_low - reach - grid[X0]) / grid[PIXEL_M]))
    i1 = min(int(grid[COLUMNS]) - 1, math.floor((x_high + reach - grid[X0]) / grid[PIXEL_M]))
    j0 = max(0, math.floor((y_low - reach - grid[Y0]) / grid[PIXEL_M]))
    j1 = min(int(grid[ROWS]) - 1, math.floor((y_high + reach - grid[Y0]) / grid[PIXEL_M]))
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
            queue[n, 1] = r
            queue[n, 2] = low
            queue[n, 3] = high
            n += 1
    return n


def place(
    adding: bool,
    first: int,
    count: int,
    skip: int,
    rows: FloatArray,
    meta: IntArray,
    heads: IntArray,
    blocks: IntArray,
    centres: FloatArray,
    pixels: IntArray,
    grid: FloatArray,
    queue: IntArray,
    state: IntArray,
) -> int:
    """Post (or withdraw) `count` parts from row `first` on; return -1, or how many postings fit before room ran out.

    The order of postings is fixed by the parts alone, so a call that ran out of room is resumed with `skip` postings
    of the same plan passed over. `queue` (see `queue_rows`) is emptied whenever the next bucket might not fit.
    """
    done = 0
    n = whole(0)
    base = RING * len(centres)
    room = len(queue) - len(centres) - COARSE_ASKED - 1
    for r in range(first, first + count):
        row = rows[r]
        where = level(row, meta[r, COUNT] >= 0, grid)
        buckets = 1
        first_bucket = 0
        if where == 0:
            first_bucket = math.floor(row[3] / grid[BUCKET_S])
            buckets = math.floor(row[7] / grid[BUCKET_S]) - first_bucket + 1
        for bucket in range(first_bucket, first_bucket + buckets):
            if where > 0:
                n = queue_coarse(row, r, where, base, n, queue)
            else:
                n = queue_fine(row, r, meta[r, COUNT] >= 0, bucket, centres, pixels, grid, n, queue)
            if n < room and (r + 1 < first + count or bucket + 1 < first_bucket + buckets):
                continue
            passed = min(n, max(0, skip - done))
            if passed > 0:
                for k in range(passed, n):
                    for c in range(4):
                        queue[k - passed, c] = queue[k, c]
            applied = apply(adding, n - passed, base, heads, blocks, queue, state)
            if applied < n - passed:
                return done + passed + applied
            done += n
            n = whole(0)
    return -1
