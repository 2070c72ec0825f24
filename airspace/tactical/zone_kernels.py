"""Points and motions against zones, through square cells of three sizes.

A cell wholly inside a zone lists it as such, at the largest size that is; a smallest cell the boundary crosses lists
the zone with the edges a ray to the east from inside the cell can meet, so that the exact test looks at a few edges of
thousands. A map of smallest cells leads to the smallest cell that lists anything (`nodes`), and from there to the larger
ones around it; `entries` is (k, 3): zone, first chosen edge, how many. The boundary belongs to the zone (`BORDER_M`).
"""

import math

from airspace.geometry4d import FloatArray, IntArray
from airspace.tracks import RowArray

BORDER_M = 1e-9
"""Points nearer to an edge than this lie on it: what float64 can tell in projected metres."""
FULL, DISC = -1, -2
"""Edge counts of entries without edges: the cell lies wholly inside; the zone is a disc."""


def paint(cells: IntArray, nodes: IntArray, span: int, leaf: IntArray) -> None:
    """Enter cells of one size, `span` smallest cells wide, into the map of smallest cells, largest sizes first.

    `cells` is (k, 2), column and row in the map of the cell's first smallest cell; `nodes` is (m, 3): entries from, how
    many, node of the larger cell around. The nodes of these cells are the last k of `nodes`.
    """
    base = len(nodes) - len(cells)
    for k in range(len(cells)):
        nodes[base + k, 2] = leaf[cells[k, 0], cells[k, 1]]
        for cx in range(cells[k, 0], cells[k, 0] + span):
            for cy in range(cells[k, 1], cells[k, 1] + span):
                leaf[cx, cy] = base + k


def in_ring(x: float, y: float, edges: FloatArray, chosen: IntArray, start: int, count: int) -> bool:
    """Tell whether a point is inside by the parity of the edges a ray to the east crosses, or on one of them."""
    inside = False
    for k in range(start, start + count):
        e = chosen[k]
        xa = edges[e, 0]
        ya = edges[e, 1]
        xb = edges[e, 2]
        yb = edges[e, 3]
        if (y < ya - BORDER_M and y < yb - BORDER_M) or (y > ya + BORDER_M and y > yb + BORDER_M):
            continue
        ex = xb - xa
        ey = yb - ya
        det = ex * (y - ya) - ey * (x - xa)
        if abs(det) <= BORDER_M * (abs(ex) + abs(ey)) and min(xa, xb) - BORDER_M <= x <= max(xa, xb) + BORDER_M:
            return True
        if (ya > y) != (yb > y) and (det > 0.0) == (yb > ya):
            inside = not inside
    return inside


def in_entry(
    x: float, y: float, e: int, entries: IntArray, edges: FloatArray, chosen: IntArray, disc: FloatArray
) -> bool:
    """Tell whether a point of the entry's cell lies in its zone."""
    count = entries[e, 2]
    if count == FULL:
        return True
    if count == DISC:
        z = entries[e, 0]
        return bool(math.hypot(x - disc[z, 0], y - disc[z, 1]) <= disc[z, 2] + BORDER_M)
    return in_ring(x, y, edges, chosen, entries[e, 1], count)


def find_points(
    xy: FloatArray,
    heights: FloatArray,
    at_s: float,
    lattice: FloatArray,
    leaf: IntArray,
    nodes: IntArray,
    entries: IntArray,
    edges: FloatArray,
    chosen: IntArray,
    disc: FloatArray,
    band: FloatArray,
    datum: RowArray,
    active: FloatArray,
    found: RowArray,
) -> int:
    """Write (point, zone) of every zone a point is in at `at_s`; return how many, also when `found` cannot hold them.

    `heights` is (n, 3): HAE, AMSL, AGL; NaN counts as inside every band. Bands and periods are closed.
    """
    n = 0
    for i in range(len(xy)):
        x = xy[i, 0]
        y = xy[i, 1]
        cx = math.floor((x - lattice[1]) / lattice[0])
        cy = math.floor((y - lattice[2]) / lattice[0])
        node = -1
        if 0 <= cx < leaf.shape[0] and 0 <= cy < leaf.shape[1]:
            node = leaf[cx, cy]
        while node >= 0:
            for e in range(nodes[node, 0], nodes[node, 0] + nodes[node, 1]):
                z = entries[e, 0]
                if at_s < active[z, 0] or at_s > active[z, 1]:
                    continue
                h = heights[i, datum[z]]
                if h < band[z, 0] or h > band[z, 1]:
                    continue
                if in_entry(x, y, e, entries, edges, chosen, disc):
                    if n < len(found):
                        found[n, 0] = i
                        found[n, 1] = z
                    n += 1
            node = nodes[node, 2]
    return n


def first_inside(
    x: float,
    y: float,
    vx: float,
    vy: float,
    lo: float,
    hi: float,
    e: int,
    entries: IntArray,
    edges: FloatArray,
    chosen: IntArray,
    disc: FloatArray,
    was_outside: bool,
) -> float:
    """Return the first instant in [lo, hi] at which the point x + vx u, y + vy u is in the entry's zone, inf for never.

    Within [lo, hi] the point stays in the entry's cell; `was_outside` says that it comes from outside the zone.
    """
    count = entries[e, 2]
    if count == FULL:
        return lo
    if not was_outside and in_entry(x + vx * lo, y + vy * lo, e, entries, edges, chosen, disc):
        return lo
    if count == DISC:
        z = entries[e, 0]
        px = x - disc[z, 0]
        py = y - disc[z, 1]
        a = vx * vx + vy * vy
        b = px * vx + py * vy
        c = px * px + py * py - disc[z, 2] * disc[z, 2]
        inner = b * b - a * c
        if inner < 0.0 or b >= 0.0 or a == 0.0:
            return math.inf
        u = c / (math.sqrt(inner) - b)
        return u if lo <= u <= hi else math.inf
    best = math.inf
    for k in range(entries[e, 1], entries[e, 1] + count):
        f = chosen[k]
        xa = edges[f, 0]
        ya = edges[f, 1]
        ex = edges[f, 2] - xa
        ey = edges[f, 3] - ya
        det = vx * ey - vy * ex
        if det == 0.0:
            continue
        u = ((xa - x) * ey - (ya - y) * ex) / det
        w = ((xa - x) * vy - (ya - y) * vx) / det
        if lo <= u <= hi and -1e-9 <= w <= 1.0 + 1e-9 and u < best:
            best = u
    return best


def overlap(lo: float, hi: float, start: float, end: float) -> tuple[float, float]:
    """Return the part two intervals share."""
    return max(lo, start), min(hi, end)


def find_entries(
    pieces: FloatArray,
    first: RowArray,
    offsets: FloatArray,
    now_s: float,
    lattice: FloatArray,
    leaf: IntArray,
    nodes: IntArray,
    entries: IntArray,
    edges: FloatArray,
    chosen: IntArray,
    disc: FloatArray,
    band: FloatArray,
    datum: RowArray,
    active: FloatArray,
    found: FloatArray,
) -> int:
    """Write (motion, zone, seconds from now, x, y) of every zone a motion is in or will be; return how many.

    `offsets` is (n, 3): what to add to the motion's height (HAE) for HAE, AMSL and AGL; unknown heights count as inside
    every band. Touching a band's edge is allowed, touching a boundary is not.
    """
    finest = lattice[0]
    n = 0
    for i in range(len(first) - 1):
        mine = n
        for p in range(first[i], first[i + 1]):
            lasts = pieces[p, 7] - pieces[p, 3]
            x0 = pieces[p, 0] - lattice[1]
            y0 = pieces[p, 1] - lattice[2]
            vx = pieces[p, 4]
            vy = pieces[p, 5]
            cx = math.floor(x0 / finest)
            cy = math.floor(y0 / finest)
            lo = 0.0
            pace_x = math.inf if vx == 0.0 else 1.0 / vx
            pace_y = math.inf if vy == 0.0 else 1.0 / vy
            right = 1 if vx > 0.0 else 0
            upper = 1 if vy > 0.0 else 0
            while True:
                # Leave the cell through the side reached first.
                to_x = math.inf if vx == 0.0 else ((cx + right) * finest - x0) * pace_x
                to_y = math.inf if vy == 0.0 else ((cy + upper) * finest - y0) * pace_y
                hi = max(lo, min(to_x, to_y, lasts))
                node = -1
                if 0 <= cx < leaf.shape[0] and 0 <= cy < leaf.shape[1]:
                    node = leaf[cx, cy]
                while node >= 0:
                    for e in range(nodes[node, 0], nodes[node, 0] + nodes[node, 1]):
                        z = entries[e, 0]
                        known = False
                        for k in range(mine, min(n, len(found))):
                            known = known or found[k, 1] == z
                        if known:
                            continue
                        begun = now_s + pieces[p, 3]
                        since = active[z, 0] - begun
                        a, b = overlap(lo, hi, since, active[z, 1] - begun)
                        if a > b:
                            continue
                        h = pieces[p, 2] + offsets[i, datum[z]]
                        if not math.isnan(h):
                            vz = pieces[p, 6]
                            if vz == 0.0:
                                if not band[z, 0] < h < band[z, 1]:
                                    continue
                            else:
                                one = (band[z, 0] - h) / vz
                                two = (band[z, 1] - h) / vz
                                since = max(since, min(one, two))
                                a, b = overlap(a, b, min(one, two), max(one, two))
                                if a >= b and lo != hi:
                                    continue
                                if a > b:
                                    continue
                        # In band and period since the cell before, it was outside the area there: only a crossing counts.
                        u = first_inside(
                            pieces[p, 0],
                            pieces[p, 1],
                            vx,
                            vy,
                            a,
                            b,
                            e,
                            entries,
                            edges,
                            chosen,
                            disc,
                            since < lo and lo > 0.0,
                        )
                        if u < math.inf:
                            if n < len(found):
                                found[n, 0] = i
                                found[n, 1] = z
                                found[n, 2] = pieces[p, 3] + u
                                found[n, 3] = pieces[p, 0] + vx * u
                                found[n, 4] = pieces[p, 1] + vy * u
                            n += 1
                    node = nodes[node, 2]
                if hi >= lasts:
                    break
                lo = hi
                if to_x <= to_y:
                    cx += 1 if vx > 0.0 else -1
                if to_y <= to_x:
                    cy += 1 if vy > 0.0 else -1
    return n
