"""What the engine is measured against: ready-made indexes and simpler models of a flight, with shapely's geometry.

None of it shares code with the engine. The exact test maps the polygon of feasible instants of a pair of segments to
the plane of their offsets, where the least distance is that of shapely from the origin to the polygon's image.
"""

import itertools
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import rtree
import shapely
from numpy.typing import NDArray
from pysqlite3 import dbapi2 as sqlite

from airspace.geometry4d import EPS_M, EPS_S, FloatArray, Separation, Trajectory4D

_ORIGIN = shapely.Point(0.0, 0.0)


def least_distances(a: FloatArray, b: FloatArray, vertical: float, buffer: float) -> FloatArray:
    """Return the least horizontal distance of n pairs of segments (n, 8) while the other minima are lost, else inf."""
    epoch = a[:, 3]
    ta, tb = np.maximum(a[:, 7] - epoch, 1e-9), np.maximum(b[:, 7] - b[:, 3], 1e-9)
    va, vb = (a[:, 4:7] - a[:, :3]) / ta[:, None], (b[:, 4:7] - b[:, :3]) / tb[:, None]
    c, gap = b[:, :3] - a[:, :3], b[:, 3] - epoch
    one, zero = np.ones(len(a)), np.zeros(len(a))
    # Half planes p u + q w <= r: both windows, the time buffer, the vertical minimum.
    p = np.array([one, -one, zero, zero, -one, one, -va[:, 2], va[:, 2]])
    q = np.array([zero, zero, one, -one, one, -one, vb[:, 2], -vb[:, 2]])
    r = np.array([ta, zero, tb, zero, buffer - gap, buffer + gap, vertical - c[:, 2], vertical + c[:, 2]])
    i, j = np.array(list(itertools.combinations(range(8), 2))).T
    det = p[i] * q[j] - p[j] * q[i]
    with np.errstate(divide="ignore", invalid="ignore"):
        u = (r[i] * q[j] - r[j] * q[i]) / det
        w = (p[i] * r[j] - p[j] * r[i]) / det
        fits = (p[:, None] * u + q[:, None] * w <= r[:, None] + 1e-7).all(axis=0) & np.isfinite(u) & np.isfinite(w)
    found = np.full(len(a), np.inf)
    some = np.flatnonzero(fits.any(axis=0))
    if not len(some):
        return found
    # A corner that does not fit is replaced by one that does; the hull is the same.
    pick = np.where(fits, np.arange(len(i))[:, None], fits.argmax(axis=0))[:, some]
    u, w = np.take_along_axis(u[:, some], pick, 0), np.take_along_axis(w[:, some], pick, 0)
    x = c[some, 0] + vb[some, 0] * w - va[some, 0] * u
    y = c[some, 1] + vb[some, 1] * w - va[some, 1] * u
    points = np.stack([x, y], axis=2).transpose(1, 0, 2)
    hulls = shapely.convex_hull(shapely.multipoints(points))
    found[some] = shapely.distance(hulls, _ORIGIN)
    return found


def boxes_of(rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return low and high corners (n, 4) in x, y, z, t."""
    return np.minimum(rows[:, :4], rows[:, 4:]), np.maximum(rows[:, :4], rows[:, 4:])


class Fleet:
    """All segments of the live plans in one array, with the plan of each."""

    def __init__(self, flights: Sequence[Trajectory4D]) -> None:
        self.rows = np.vstack([flight.segments for flight in flights])
        self.plan = np.repeat(np.arange(len(flights)), [len(flight.segments) for flight in flights])
        self.low, self.high = boxes_of(self.rows)


class Candidates(Protocol):
    """An index that names segments whose boxes meet a box in x, y, z, t."""

    def meeting(self, low: FloatArray, high: FloatArray) -> Sequence[int] | NDArray[Any]: ...


class SqliteRtree:
    """SQLite's R*Tree over 4-D boxes, in memory; it holds float32 and rounds them outward itself."""

    def __init__(self, fleet: Fleet) -> None:
        self._db = sqlite.connect(":memory:")
        columns = "x0, x1, y0, y1, z0, z1, t0, t1"
        self._db.execute(f"CREATE VIRTUAL TABLE boxes USING rtree(id, {columns})")
        # Near zero float32 is finer: the boxes stay tight.
        self._origin = fleet.low.min(axis=0)
        low, high = fleet.low - self._origin, fleet.high - self._origin
        table = np.stack([low, high], axis=2).reshape(len(low), 8).tolist()
        self._db.executemany("INSERT INTO boxes VALUES (?,?,?,?,?,?,?,?,?)", ((k, *row) for k, row in enumerate(table)))
        self._ask = (
            "SELECT id FROM boxes WHERE x1>=? AND x0<=? AND y1>=? AND y0<=? AND z1>=? AND z0<=? AND t1>=? AND t0<=?"
        )

    def meeting(self, low: FloatArray, high: FloatArray) -> Sequence[int]:
        low, high = low - self._origin, high - self._origin
        values = np.stack([low, high], axis=1).ravel().tolist()
        return [row[0] for row in self._db.execute(self._ask, values)]


class LibRtree:
    """libspatialindex over 4-D boxes, bulk loaded."""

    def __init__(self, fleet: Fleet) -> None:
        properties = rtree.index.Property(dimension=4)
        stream = (
            (k, (*low, *high), None)
            for k, (low, high) in enumerate(zip(fleet.low.tolist(), fleet.high.tolist(), strict=True))
        )
        self._index = rtree.index.Index(stream, properties=properties)

    def meeting(self, low: FloatArray, high: FloatArray) -> Sequence[int]:
        return list(self._index.intersection((*low.tolist(), *high.tolist())))


class BruteForce:
    """Every segment's box compared by numpy."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet

    def meeting(self, low: FloatArray, high: FloatArray) -> NDArray[Any]:
        return np.flatnonzero(((self._fleet.low <= high) & (self._fleet.high >= low)).all(axis=1))


def conflicts(flight: Trajectory4D, minima: Separation, fleet: Fleet, candidates: Candidates) -> dict[int, float]:
    """Return the plans in conflict with a flight, exactly, with their least distance: ready-made index, then shapely."""
    reach = np.array([minima.horizontal_m, minima.horizontal_m, minima.vertical_m, minima.time_buffer_s])
    low, high = boxes_of(flight.segments)
    own, other = [], []
    for k in range(len(low)):
        met = candidates.meeting(low[k] - reach, high[k] + reach)
        own += [k] * len(met)
        other.extend(met)
    if not other:
        return {}
    a, b = flight.segments[own], fleet.rows[other]
    least = least_distances(a, b, minima.vertical_m - EPS_M, minima.time_buffer_s + EPS_S)
    found: dict[int, float] = {}
    for k in np.flatnonzero(least < minima.horizontal_m - EPS_M):
        plan = int(fleet.plan[other[k]])
        found[plan] = min(found.get(plan, np.inf), float(least[k]))
    return found


def disagreements(
    flight: Trajectory4D, minima: Separation, fleet: Fleet, candidates: Candidates, mine: set[int], theirs: set[int]
) -> tuple[int, int, int]:
    """Return how many plans `mine` misses, has too many, and how many are too close to call.

    Too close is what minima a few millimetres (in height, where touching begins 5 mm early) or a tenth of a millisecond
    smaller free and larger hold.
    """
    missed = extra = close = 0
    for plan in mine ^ theirs:
        narrow, wide = (
            Separation(minima.horizontal_m + d, minima.vertical_m + 60 * d, minima.time_buffer_s + d)
            for d in (-1e-4, 1e-4)
        )
        if plan in conflicts(flight, wide, fleet, candidates) and plan not in conflicts(
            flight, narrow, fleet, candidates
        ):
            close += 1
        elif plan in mine:
            extra += 1
        else:
            missed += 1
    return missed, extra, close


def one_box_rebuilt(flight: Trajectory4D, minima: Separation, low: FloatArray, high: FloatArray) -> NDArray[Any]:
    """Return the plans whose 2-D box and time span meet the flight's, through an R-tree built for this one request."""
    index = rtree.index.Index()
    for k, (x0, y0, x1, y1) in enumerate(np.hstack([low[:, :2], high[:, :2]]).tolist()):
        index.insert(k, (x0, y0, x1, y1))
    first, last = flight.segments[:, [0, 1]], flight.segments[:, [4, 5]]
    own = np.vstack([first, last])
    met = np.array(list(index.intersection((*own.min(axis=0), *own.max(axis=0)))), int)
    if not len(met):
        return met
    buffer = minima.time_buffer_s
    return met[(low[met, 3] <= flight.ends_s + buffer) & (high[met, 3] >= flight.starts_s - buffer)]


def static_volumes_meet(a: FloatArray, b: FloatArray, minima: Separation) -> bool:
    """Tell whether any of n pairs of segments conflict as volumes that stand for the segment's whole time."""
    (low, high), (other_low, other_high) = boxes_of(a), boxes_of(b)
    gap = np.maximum(low - other_high, other_low - high)
    near = (gap[:, 2] < minima.vertical_m) & (gap[:, 3] <= minima.time_buffer_s)
    near &= (gap[:, :2] < minima.horizontal_m).all(axis=1)
    if not near.any():
        return False
    # A climb is a point: shapely's distance takes a line of zero length rightly, prepared predicates would not.
    lines = [shapely.linestrings(rows[near][:, [0, 1, 4, 5]].reshape(-1, 2, 2)) for rows in (a, b)]
    return bool((shapely.distance(*lines) < minima.horizontal_m).any())
