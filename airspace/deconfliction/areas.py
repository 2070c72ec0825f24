"""Exact distances between moving points and areas, and between areas (kernels).

An area is `count` vertices of a simple polygon from `verts[start]` on, or, when `count` is 0, the disc with centre
`verts[start]` and radius `verts[start + 1, 0]`. Discs are true circles, never polygons. A point moving along a straight
line is within H of a polygon exactly while it is within H of an edge (the line cuts that edge's capsule in one
interval) or inside; between two such intervals no edge is crossed, so one point of the gap decides for all of it.
Derivation ours; see docs/deconfliction.md.
"""

import math

from airspace.deconfliction.segments import whole
from airspace.geometry4d import FloatArray


def in_ring(verts: FloatArray, start: int, count: int, x: float, y: float) -> bool:
    """Tell whether the point lies inside the ring (points on an edge fall on either side)."""
    found = False
    before = start + count - 1
    for k in range(start, start + count):
        y0 = verts[before, 1]
        y1 = verts[k, 1]
        if (y0 > y) != (y1 > y):
            x0 = verts[before, 0]
            if x < x0 + (y - y0) / (y1 - y0) * (verts[k, 0] - x0):
                found = not found
        before = k
    return found


def disc_span(x: float, y: float, dx: float, dy: float, limit: float) -> tuple[float, float]:
    """Return the range of s in [0, 1] with `|(x, y) + s (dx, dy)| <= limit`, (2, -1) if none."""
    a = dx * dx + dy * dy
    if a < 1e-24:
        if x * x + y * y <= limit * limit:
            return 0.0, 1.0
        return 2.0, -1.0
    cross = x * dy - y * dx
    disc = a * limit * limit - cross * cross
    if disc < 0.0:
        return 2.0, -1.0
    b = x * dx + y * dy
    root = math.sqrt(disc)
    lo = max(0.0, (-b - root) / a)
    hi = min(1.0, (root - b) / a)
    if lo > hi:
        return 2.0, -1.0
    return lo, hi


def linear_span(f0: float, slope: float, low: float, high: float) -> tuple[float, float]:
    """Return the range of s in [0, 1] with `low <= f0 + s slope <= high`, (2, -1) if none."""
    if slope == 0.0:
        if low <= f0 <= high:
            return 0.0, 1.0
        return 2.0, -1.0
    s0 = (low - f0) / slope
    s1 = (high - f0) / slope
    lo = max(0.0, min(s0, s1))
    hi = min(1.0, max(s0, s1))
    if lo > hi:
        return 2.0, -1.0
    return lo, hi


def capsule_span(
    x: float, y: float, dx: float, dy: float, px: float, py: float, qx: float, qy: float, limit: float
) -> tuple[float, float]:
    """Return the range of s in [0, 1] in which the moving point is within `limit` of the edge pq, (2, -1) if none."""
    lo, hi = disc_span(x - px, y - py, dx, dy, limit)
    lo1, hi1 = disc_span(x - qx, y - qy, dx, dy, limit)
    lo = min(lo, lo1)
    hi = max(hi, hi1)
    ex = qx - px
    ey = qy - py
    length = math.sqrt(ex * ex + ey * ey)
    if length > 0.0:
        ex /= length
        ey /= length
        across0, across1 = linear_span((x - px) * ey - (y - py) * ex, dx * ey - dy * ex, -limit, limit)
        along0, along1 = linear_span((x - px) * ex + (y - py) * ey, dx * ex + dy * ey, 0.0, length)
        first = max(across0, along0)
        last = min(across1, along1)
        if first <= last:
            lo = min(lo, first)
            hi = max(hi, last)
    return lo, hi


def insert_span(work: FloatArray, base: int, n: int, lo: float, hi: float) -> int:
    """Insert [lo, hi] into the n sorted disjoint spans at `base`, merging what it meets; return their new number."""
    i = 0
    while i < n and work[base + i, 1] < lo:
        i += 1
    j = i
    while j < n and work[base + j, 0] <= hi:
        lo = min(lo, work[base + j, 0])
        hi = max(hi, work[base + j, 1])
        j += 1
    if j == i:
        for k in range(n, i, -1):
            work[base + k, 0] = work[base + k - 1, 0]
            work[base + k, 1] = work[base + k - 1, 1]
    elif j > i + 1:
        for k in range(j, n):
            work[base + k - (j - i - 1), 0] = work[base + k, 0]
            work[base + k - (j - i - 1), 1] = work[base + k, 1]
    work[base + i, 0] = lo
    work[base + i, 1] = hi
    return n + 1 - (j - i)


def area_spans(
    x: float,
    y: float,
    dx: float,
    dy: float,
    verts: FloatArray,
    start: int,
    count: int,
    limit: float,
    work: FloatArray,
    base: int,
) -> int:
    """Write the sorted ranges of s in [0, 1] with the moving point within `limit` of the area; return their number.

    `work` needs `count + 1` rows from `base` on. Neighbouring ranges may touch.
    """
    if limit < 0.0:
        return 0
    if count == 0:
        lo, hi = disc_span(x - verts[start, 0], y - verts[start, 1], dx, dy, limit + verts[start + 1, 0])
        if lo > hi:
            return 0
        work[base, 0] = lo
        work[base, 1] = hi
        return 1
    x_low = min(x, x + dx) - limit
    x_high = max(x, x + dx) + limit
    y_low = min(y, y + dy) - limit
    y_high = max(y, y + dy) + limit
    n = whole(0)
    before = start + count - 1
    for k in range(start, start + count):
        px = verts[before, 0]
        py = verts[before, 1]
        qx = verts[k, 0]
        qy = verts[k, 1]
        before = k
        if max(px, qx) < x_low or min(px, qx) > x_high or max(py, qy) < y_low or min(py, qy) > y_high:
            continue
        lo, hi = capsule_span(x, y, dx, dy, px, py, qx, qy, limit)
        if lo <= hi:
            n = insert_span(work, base, n, lo, hi)
    if n == 0:
        if not in_ring(verts, start, count, x + 0.5 * dx, y + 0.5 * dy):
            return 0
        work[base, 0] = 0.0
        work[base, 1] = 1.0
        return 1
    previous = 0.0
    for k in range(n):
        middle = 0.5 * (previous + work[base + k, 0])
        reached = work[base + k, 1]
        if work[base + k, 0] > previous and in_ring(verts, start, count, x + middle * dx, y + middle * dy):
            work[base + k, 0] = previous
        previous = reached
    if previous < 1.0:
        middle = 0.5 * (previous + 1.0)
        if in_ring(verts, start, count, x + middle * dx, y + middle * dy):
            work[base + n - 1, 1] = 1.0
    return n


def point_edge(x: float, y: float, px: float, py: float, qx: float, qy: float) -> tuple[float, float]:
    """Return the squared distance of a point to the edge pq and the part of pq (0 to 1) nearest to it."""
    ex = qx - px
    ey = qy - py
    length2 = ex * ex + ey * ey
    part = 0.0
    if length2 > 0.0:
        part = min(1.0, max(0.0, ((x - px) * ex + (y - py) * ey) / length2))
    gx = x - px - part * ex
    gy = y - py - part * ey
    return gx * gx + gy * gy, part


def edge_edge(
    x: float, y: float, dx: float, dy: float, px: float, py: float, qx: float, qy: float
) -> tuple[float, float]:
    """Return the squared distance of the edges (x, y)+(dx, dy) and pq, and where on the first (0 to 1)."""
    ex = qx - px
    ey = qy - py
    det = dx * ey - dy * ex
    if det != 0.0:
        s = ((px - x) * ey - (py - y) * ex) / det
        r = ((px - x) * dy - (py - y) * dx) / det
        if 0.0 <= s <= 1.0 and 0.0 <= r <= 1.0:
            return 0.0, s
    best, _ = point_edge(x, y, px, py, qx, qy)
    at = 0.0
    d2, _ = point_edge(x + dx, y + dy, px, py, qx, qy)
    if d2 < best:
        best = d2
        at = 1.0
    d2, part = point_edge(px, py, x, y, x + dx, y + dy)
    if d2 < best:
        best = d2
        at = part
    d2, part = point_edge(qx, qy, x, y, x + dx, y + dy)
    if d2 < best:
        best = d2
        at = part
    return best, at


def path_area(
    x: float, y: float, dx: float, dy: float, verts: FloatArray, start: int, count: int
) -> tuple[float, float]:
    """Return the least distance of a straight path to an area and the part (0 to 1) of the path where it is reached."""
    if count == 0:
        d2, part = point_edge(verts[start, 0], verts[start, 1], x, y, x + dx, y + dy)
        return max(0.0, math.sqrt(d2) - float(verts[start + 1, 0])), part
    if in_ring(verts, start, count, x, y):
        return 0.0, 0.0
    best = math.inf
    at = 0.0
    before = start + count - 1
    for k in range(start, start + count):
        d2, part = edge_edge(x, y, dx, dy, verts[before, 0], verts[before, 1], verts[k, 0], verts[k, 1])
        if d2 < best or (d2 == best and part < at):
            best = d2
            at = part
        before = k
    return math.sqrt(best), at


def area_area(Av: FloatArray, sa: int, na: int, Bv: FloatArray, sb: int, nb: int, enough: float) -> float:
    """Return the distance between two areas, 0 if they meet; a value above `enough` need not be the least one."""
    if na == 0 and nb == 0:
        dx = Av[sa, 0] - Bv[sb, 0]
        dy = Av[sa, 1] - Bv[sb, 1]
        return max(0.0, math.sqrt(dx * dx + dy * dy) - float(Av[sa + 1, 0] + Bv[sb + 1, 0]))
    if na == 0:
        apart, _ = path_area(Av[sa, 0], Av[sa, 1], 0.0, 0.0, Bv, sb, nb)
        return max(0.0, apart - float(Av[sa + 1, 0]))
    if nb == 0:
        apart, _ = path_area(Bv[sb, 0], Bv[sb, 1], 0.0, 0.0, Av, sa, na)
        return max(0.0, apart - float(Bv[sb + 1, 0]))
    if in_ring(Bv, sb, nb, Av[sa, 0], Av[sa, 1]) or in_ring(Av, sa, na, Bv[sb, 0], Bv[sb, 1]):
        return 0.0
    x_low = math.inf
    x_high = -math.inf
    y_low = math.inf
    y_high = -math.inf
    for k in range(sb, sb + nb):
        x_low = min(x_low, Bv[k, 0])
        x_high = max(x_high, Bv[k, 0])
        y_low = min(y_low, Bv[k, 1])
        y_high = max(y_high, Bv[k, 1])
    best = math.inf
    last = sa + na - 1
    for i in range(sa, sa + na):
        x0 = Av[last, 0]
        y0 = Av[last, 1]
        x1 = Av[i, 0]
        y1 = Av[i, 1]
        last = i
        # Only edges that could come within `enough` of the other area are worth a closer look.
        gap_x = max(0.0, x_low - max(x0, x1), min(x0, x1) - x_high)
        gap_y = max(0.0, y_low - max(y0, y1), min(y0, y1) - y_high)
        gap = gap_x * gap_x + gap_y * gap_y
        if gap > enough * enough:
            best = min(best, gap)
            continue
        before = sb + nb - 1
        for j in range(sb, sb + nb):
            d2, _ = edge_edge(x0, y0, x1 - x0, y1 - y0, Bv[before, 0], Bv[before, 1], Bv[j, 0], Bv[j, 1])
            best = min(best, d2)
            before = j
        if best == 0.0:
            return 0.0
    return math.sqrt(best)
