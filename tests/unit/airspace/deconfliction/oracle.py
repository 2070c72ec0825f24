"""A second opinion on conflicts: nested numerical minimisation and shapely, sharing no code with the engine.

Two flights: for a given own time the other's feasible times form an interval (time window, time buffer and vertical
minimum are linear), within which the horizontal distance is a clamped quadratic; the least distance is then a convex
function of own time alone, found by ternary search between ends found by bisection. `slack` widens (or narrows) all
three minima, so that a test can tell a wrong answer from one too close to call.
"""

import math
from collections.abc import Callable

import shapely

from airspace.geometry4d import PlanGeometry, Prism, Separation, Trajectory4D

_GOLDEN = (math.sqrt(5) - 1) / 2
_STEPS = 70


def _least(f: Callable[[float], float], lo: float, hi: float) -> tuple[float, float]:
    """Return where and what the least value of a convex function is."""
    a, b = lo, hi
    c, d = b - _GOLDEN * (b - a), a + _GOLDEN * (b - a)
    fc, fd = f(c), f(d)
    for _ in range(_STEPS):
        if fc < fd:
            b, d, fd = d, c, fc
            c = b - _GOLDEN * (b - a)
            fc = f(c)
        else:
            a, c, fc = c, d, fd
            d = a + _GOLDEN * (b - a)
            fd = f(d)
    return min((f(t), t) for t in (lo, hi, c, d))[::-1]


def _edge(f: Callable[[float], float], good: float, bad: float) -> float:
    for _ in range(_STEPS):
        middle = 0.5 * (good + bad)
        if f(middle) <= 0:
            good = middle
        else:
            bad = middle
    return good


class _Leg:
    def __init__(self, row: list[float], epoch: float) -> None:
        self.start, self.end = row[:3], row[4:7]
        self.t0, self.t1 = row[3] - epoch, row[7] - epoch
        lasts = self.t1 - self.t0
        self.v = [(b - a) / lasts if lasts > 0 else 0.0 for a, b in zip(self.start, self.end, strict=True)]

    def at(self, t: float) -> list[float]:
        return [a + v * (t - self.t0) for a, v in zip(self.start, self.v, strict=True)]


def leg_distance(a: list[float], b: list[float], vertical: float, buffer: float) -> float:
    """Return the least horizontal distance of two legs while time buffer and vertical minimum are lost, inf if never."""
    own, other = _Leg(a, a[3]), _Leg(b, a[3])

    def window(t: float) -> tuple[float, float]:
        lo, hi = max(other.t0, t - buffer), min(other.t1, t + buffer)
        z = own.at(t)[2] - other.start[2]
        climb = other.v[2]
        if climb == 0:
            return lo, hi
        reach = sorted(((z - vertical) / climb, (z + vertical) / climb))
        return max(lo, other.t0 + reach[0]), min(hi, other.t0 + reach[1])

    def emptiness(t: float) -> float:
        lo, hi = window(t)
        too_far = abs(own.at(t)[2] - other.start[2]) - vertical if other.v[2] == 0 else -math.inf
        return max(lo - hi, too_far)

    def distance(t: float) -> float:
        lo, hi = window(t)
        if hi < lo:
            lo = hi = 0.5 * (lo + hi)
        here, there = own.at(t), other.at(lo)
        rx, ry = there[0] - here[0], there[1] - here[1]
        vx, vy = other.v[0], other.v[1]
        v2 = vx * vx + vy * vy
        s = min(hi - lo, max(0.0, -(rx * vx + ry * vy) / v2)) if v2 > 0 else 0.0
        return math.hypot(rx + s * vx, ry + s * vy)

    fullest, least = _least(emptiness, own.t0, own.t1)
    if least > 0:
        return math.inf
    first = own.t0 if emptiness(own.t0) <= 0 else _edge(emptiness, fullest, own.t0)
    last = own.t1 if emptiness(own.t1) <= 0 else _edge(emptiness, fullest, own.t1)
    return _least(distance, first, last)[1]


def _shape(prism: Prism) -> tuple[shapely.Geometry, float]:
    if prism.circle is not None:
        return shapely.Point(prism.circle[:2]), prism.circle[2]
    assert prism.ring is not None
    return shapely.Polygon(prism.ring), 0.0


def leg_prism_distance(row: list[float], prism: Prism, vertical: float, buffer: float) -> float:
    """Return the least horizontal distance of a leg to a volume within its widened band and window, inf if never."""
    low, high = 0.0, 1.0
    for start, end, least, most in (
        (row[2], row[6], prism.z_low_m - vertical, prism.z_high_m + vertical),
        (0.0, row[7] - row[3], prism.t_start_s - buffer - row[3], prism.t_end_s + buffer - row[3]),
    ):
        if end == start:
            if not least <= start <= most:
                return math.inf
            continue
        ends = sorted(((least - start) / (end - start), (most - start) / (end - start)))
        low, high = max(low, ends[0]), min(high, ends[1])
    if low > high:
        return math.inf
    points = [(row[0] + s * (row[4] - row[0]), row[1] + s * (row[5] - row[1])) for s in (low, high)]
    path = shapely.LineString(points) if points[0] != points[1] else shapely.Point(points[0])
    area, radius = _shape(prism)
    return max(0.0, shapely.distance(path, area) - radius)


def prism_prism_distance(a: Prism, b: Prism, vertical: float, buffer: float) -> float:
    """Return the distance of two volumes' areas, inf if band or window are further apart than the minima."""
    if max(a.z_low_m - b.z_high_m, b.z_low_m - a.z_high_m) > vertical:
        return math.inf
    if max(a.t_start_s - b.t_end_s, b.t_start_s - a.t_end_s) > buffer:
        return math.inf
    (area, radius), (other, other_radius) = _shape(a), _shape(b)
    return max(0.0, shapely.distance(area, other) - radius - other_radius)


def least_distance(a: PlanGeometry, b: PlanGeometry, vertical: float, buffer: float) -> float:
    """Return the least horizontal distance of two plans while the other two minima are lost, inf if never."""
    rows = a.segments.tolist() if isinstance(a, Trajectory4D) else list(a)
    others = b.segments.tolist() if isinstance(b, Trajectory4D) else list(b)
    best = math.inf
    for part in rows:
        for other in others:
            if isinstance(part, Prism):
                if isinstance(other, Prism):
                    best = min(best, prism_prism_distance(part, other, vertical, buffer))
                else:
                    best = min(best, leg_prism_distance(other, part, vertical, buffer))
            elif isinstance(other, Prism):
                best = min(best, leg_prism_distance(part, other, vertical, buffer))
            else:
                best = min(best, leg_distance(part, other, vertical, buffer))
    return best


def conflict(a: PlanGeometry, sa: Separation, b: PlanGeometry, sb: Separation, slack: float = 0.0) -> bool:
    """Tell whether two plans lose separation, all minima widened by `slack` (metres, seconds)."""
    horizontal = max(sa.horizontal_m, sb.horizontal_m) + slack
    vertical = max(sa.vertical_m, sb.vertical_m) + slack
    buffer = max(sa.time_buffer_s, sb.time_buffer_s) + slack
    return least_distance(a, b, vertical, buffer) < horizontal
