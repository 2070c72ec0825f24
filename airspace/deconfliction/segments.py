"""Exact test of two straight flight segments in closed form (kernels).

With own time `u` and the other's time `w`, both counted from the start of their segments, the horizontal offset of the
two aircraft is the linear map `r(u, w) = c + vB w - vA u` and the vertical one `z(u, w) = cz + vzB w - vzA u`. The
instants at which both minima are lost form a convex set: the box of both time windows, cut by the strip `|z| <= V`, a
polygon of at most six corners, cut by the ellipse `|r| <= H`. A linear function over it takes its extremes at a
corner, where an edge meets the ellipse, or at an extreme point of the ellipse; the convex quadratic `|r|^2` takes its
minimum where `r = 0` or on an edge. When the velocities are parallel (hover, climb, equal courses) the ellipse is a
strip and `|r|^2` is constant along a direction, along which one can walk to an edge: edges alone then suffice.

Functions here are plain Python that numba can compile (`airspace.deconfliction.compiled`); `work` is a scratch array
float64 (>= 64, 2): rows 0-15 hold the polygon, rows 16-31 its half-clipped state. Derivation ours; see
docs/deconfliction.md.
"""

import math

from airspace.geometry4d import FloatArray

DEGENERATE = 1e-12
"""Sine of the angle between courses below which they count as parallel: at 10 km this moves a point by 10 nm."""


def whole(number: int) -> int:
    """Return the number as any 64-bit one: numba would compile a callee anew for each constant handed to it."""
    return number + 0


def clip(work: FloatArray, src: int, n: int, dst: int, a: float, b: float, c: float) -> int:
    """Cut the convex polygon at `src` by `a u + b w <= c`, write it at `dst` and return its number of corners."""
    m = 0
    for k in range(n):
        u0 = work[src + k, 0]
        w0 = work[src + k, 1]
        following = src + k + 1 if k + 1 < n else src
        u1 = work[following, 0]
        w1 = work[following, 1]
        f0 = a * u0 + b * w0 - c
        f1 = a * u1 + b * w1 - c
        if f0 <= 0.0:
            work[dst + m, 0] = u0
            work[dst + m, 1] = w0
            m += 1
        if (f0 < 0.0 and f1 > 0.0) or (f0 > 0.0 and f1 < 0.0):
            part = f0 / (f0 - f1)
            work[dst + m, 0] = u0 + part * (u1 - u0)
            work[dst + m, 1] = w0 + part * (w1 - w0)
            m += 1
    return m


def vertical_window(work: FloatArray, ta: float, tb: float, cz: float, va: float, vb: float, limit: float) -> int:
    """Write the polygon of (u, w) in both time windows with `|cz + vb w - va u| <= limit`; return its corners."""
    level_flight = va == 0.0 and vb == 0.0
    if level_flight and (cz > limit or cz < -limit):
        return 0
    work[0, 0] = 0.0
    work[0, 1] = 0.0
    work[1, 0] = ta
    work[1, 1] = 0.0
    work[2, 0] = ta
    work[2, 1] = tb
    work[3, 0] = 0.0
    work[3, 1] = tb
    if level_flight:
        return 4
    n = clip(work, whole(0), whole(4), whole(16), -va, vb, limit - cz)
    if n == 0:
        return 0
    return clip(work, whole(16), n, whole(0), va, -vb, limit + cz)


def inside(work: FloatArray, n: int, u: float, w: float) -> bool:
    """Tell whether (u, w) lies in the counter-clockwise convex polygon."""
    for k in range(n):
        following = k + 1 if k + 1 < n else 0
        du = work[following, 0] - work[k, 0]
        dw = work[following, 1] - work[k, 1]
        if du * (w - work[k, 1]) - dw * (u - work[k, 0]) < 0.0:
            return False
    return True


def determinant(ax: float, ay: float, bx: float, by: float) -> float:
    """Return the determinant of `[-vA vB]`, 0 when the courses are parallel or one of the two stands still."""
    det = bx * ay - ax * by
    if det * det <= DEGENERATE * DEGENERATE * (ax * ax + ay * ay) * (bx * bx + by * by):
        return 0.0
    return det


def extent(
    work: FloatArray,
    n: int,
    cx: float,
    cy: float,
    ax: float,
    ay: float,
    bx: float,
    by: float,
    limit: float,
    lu: float,
    lw: float,
) -> tuple[float, float]:
    """Return the least and the greatest `lu u + lw w` over polygon and ellipse `|r| <= limit`; (inf, -inf) if empty."""
    lo = math.inf
    hi = -math.inf
    if limit < 0.0:
        return lo, hi
    for k in range(n):
        following = k + 1 if k + 1 < n else 0
        u0 = work[k, 0]
        w0 = work[k, 1]
        du = work[following, 0] - u0
        dw = work[following, 1] - w0
        rx = cx + bx * w0 - ax * u0
        ry = cy + by * w0 - ay * u0
        dx = bx * dw - ax * du
        dy = by * dw - ay * du
        first = 0.0
        last = 1.0
        a = dx * dx + dy * dy
        if a < 1e-24:
            if rx * rx + ry * ry > limit * limit:
                continue
        else:
            cross = rx * dy - ry * dx
            disc = a * limit * limit - cross * cross
            if disc < 0.0:
                continue
            b = rx * dx + ry * dy
            root = math.sqrt(disc)
            first = max(0.0, (-b - root) / a)
            last = min(1.0, (root - b) / a)
            if first > last:
                continue
        start = lu * u0 + lw * w0
        slope = lu * du + lw * dw
        s0 = start + first * slope
        s1 = start + last * slope
        lo = min(lo, s0, s1)
        hi = max(hi, s0, s1)
    det = determinant(ax, ay, bx, by)
    if det != 0.0:
        qx = (lu * by + lw * ay) / det
        qy = (-lw * ax - lu * bx) / det
        q = math.sqrt(qx * qx + qy * qy)
        if q > 0.0:
            for side in range(2):
                reach = limit / q if side == 1 else -limit / q
                rx = reach * qx - cx
                ry = reach * qy - cy
                u = (by * rx - bx * ry) / det
                w = (ay * rx - ax * ry) / det
                if inside(work, n, u, w):
                    s = lu * u + lw * w
                    lo = min(lo, s)
                    hi = max(hi, s)
    return lo, hi


def closest(
    work: FloatArray, n: int, cx: float, cy: float, ax: float, ay: float, bx: float, by: float
) -> tuple[float, float, float]:
    """Return (u, w, distance) of the least `|r|` over the polygon."""
    det = determinant(ax, ay, bx, by)
    if det != 0.0:
        u = (bx * cy - by * cx) / det
        w = (ax * cy - ay * cx) / det
        if inside(work, n, u, w):
            return u, w, 0.0
    best = math.inf
    best_u = 0.0
    best_w = 0.0
    for k in range(n):
        following = k + 1 if k + 1 < n else 0
        u0 = work[k, 0]
        w0 = work[k, 1]
        du = work[following, 0] - u0
        dw = work[following, 1] - w0
        rx = cx + bx * w0 - ax * u0
        ry = cy + by * w0 - ay * u0
        dx = bx * dw - ax * du
        dy = by * dw - ay * du
        a = dx * dx + dy * dy
        part = 0.0
        if a >= 1e-24:
            part = min(1.0, max(0.0, -(rx * dx + ry * dy) / a))
        ex = rx + part * dx
        ey = ry + part * dy
        d2 = ex * ex + ey * ey
        if d2 < best:
            best = d2
            best_u = u0 + part * du
            best_w = w0 + part * dw
    return best_u, best_w, math.sqrt(best)


def segment_span(
    A: FloatArray, i: int, B: FloatArray, j: int, horizontal: float, vertical: float, work: FloatArray
) -> tuple[float, float]:
    """Return the range of `tB - tA` at which rows i of A and j of B lose both minima, (inf, -inf) if never.

    Delaying A by d conflicts under the time buffer T exactly when `lo - T <= d <= hi + T`.
    """
    ta = A[i, 7] - A[i, 3]
    tb = B[j, 7] - B[j, 3]
    va = (A[i, 6] - A[i, 2]) / ta if ta > 0.0 else 0.0
    vb = (B[j, 6] - B[j, 2]) / tb if tb > 0.0 else 0.0
    n = vertical_window(work, ta, tb, B[j, 2] - A[i, 2], va, vb, vertical)
    if n == 0:
        return math.inf, -math.inf
    ax = (A[i, 4] - A[i, 0]) / ta if ta > 0.0 else 0.0
    ay = (A[i, 5] - A[i, 1]) / ta if ta > 0.0 else 0.0
    bx = (B[j, 4] - B[j, 0]) / tb if tb > 0.0 else 0.0
    by = (B[j, 5] - B[j, 1]) / tb if tb > 0.0 else 0.0
    lo, hi = extent(work, n, B[j, 0] - A[i, 0], B[j, 1] - A[i, 1], ax, ay, bx, by, horizontal, -1.0, 1.0)
    gap = B[j, 3] - A[i, 3]
    return lo + gap, hi + gap


def segment_detail(
    A: FloatArray,
    i: int,
    B: FloatArray,
    j: int,
    horizontal: float,
    vertical: float,
    buffer: float,
    work: FloatArray,
    out: FloatArray,
) -> None:
    """Write own start and end, own and other instant, horizontal and vertical distance of a lost pair to `out`."""
    ta = A[i, 7] - A[i, 3]
    tb = B[j, 7] - B[j, 3]
    va = (A[i, 6] - A[i, 2]) / ta if ta > 0.0 else 0.0
    vb = (B[j, 6] - B[j, 2]) / tb if tb > 0.0 else 0.0
    ax = (A[i, 4] - A[i, 0]) / ta if ta > 0.0 else 0.0
    ay = (A[i, 5] - A[i, 1]) / ta if ta > 0.0 else 0.0
    bx = (B[j, 4] - B[j, 0]) / tb if tb > 0.0 else 0.0
    by = (B[j, 5] - B[j, 1]) / tb if tb > 0.0 else 0.0
    cx = B[j, 0] - A[i, 0]
    cy = B[j, 1] - A[i, 1]
    cz = B[j, 2] - A[i, 2]
    gap = B[j, 3] - A[i, 3]
    n = vertical_window(work, ta, tb, cz, va, vb, vertical)
    # A hair more than the test allows, so that a pair lost by a rounding error still leaves a point to report.
    hair = buffer + 1e-7
    n = clip(work, whole(0), n, whole(16), -1.0, 1.0, hair - gap)
    n = clip(work, whole(16), n, whole(0), 1.0, -1.0, hair + gap)
    u, w, distance = closest(work, n, cx, cy, ax, ay, bx, by)
    lo, hi = extent(work, n, cx, cy, ax, ay, bx, by, horizontal, 1.0, 0.0)
    lo = min(lo, u)
    hi = max(hi, u)
    out[0] = A[i, 3] + lo
    out[1] = A[i, 3] + hi
    out[2] = A[i, 3] + u
    out[3] = B[j, 3] + w
    out[4] = distance
    out[5] = abs(cz + vb * w - va * u)
