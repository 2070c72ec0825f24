"""Capacity: how many flights may be in one H3 cell at once, by hour of the day.

A flight is in a resolution-8 cell while its filed line, without tolerance, lies in the hexagon whose corners, taken to
local metres, are joined by straight lines; a plan of volumes is in every cell its volumes touch during their windows.
Stays are half-open and a touch of an instant is none, so one flight may leave as another enters; a flight along a
common edge counts in both cells. The limit of a cell at an instant is the smallest `cell_limits` entry for the cell and
that hour in Beijing time, else `max_flights_per_cell`. At no instant may more flights be in a cell than its limit. The
kind of limit is the service's own; the resolution is that of the index (edge about 0.53 km).
"""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import h3
import numpy as np
import shapely

from airspace.geometry4d import EPS_S, FloatArray, PlanGeometry, Prism, Trajectory4D
from airspace.intervals import Intervals, intersection, merged
from airspace.pads import at_least
from airspace.policy import Policy
from airspace.policy_parts import CellLimit
from airspace.region import Region
from airspace.rules.calendar import RULE_CLOCK_OFFSET_S

SEARCH_S: Final = 6 * 3600.0
"""How far ahead a free stay is looked for (ours)."""
_Z_LOW_M: Final = -1_000.0
_Z_HIGH_M: Final = 100_000.0
_DAY_S: Final = 86_400.0
_HOUR_S: Final = 3_600.0

FlightsIn: TypeAlias = Callable[[Prism], Sequence[tuple[str, PlanGeometry]]]
"""Returns at least the live plans, by id, whose own geometry touches a volume."""


@dataclass(frozen=True, slots=True)
class CellLoss:
    """A cell in which a flight would be one too many: from first to last such instant, in scene seconds.

    `most` is the limit there, `enters_s` when the flight first enters the cell, `delay_s` the least delay with which its
    stays in this cell keep to the limit, None when there is none within `SEARCH_S`.
    """

    cell: int
    starts_s: float
    ends_s: float
    most: int
    enters_s: float
    delay_s: float | None


def overbooked(stays: dict[str, dict[int, Intervals]], policy: Policy) -> set[str]:
    """Return the keys of the flights, given with their stays by cell, that take part in a cell over its limit."""
    cells: dict[int, list[str]] = {}
    for key, own in stays.items():
        for cell in own:
            cells.setdefault(cell, []).append(key)
    limits: dict[str, list[CellLimit]] = {}
    for limit in policy.cell_limits:
        limits.setdefault(limit.cell, []).append(limit)
    found: set[str] = set()
    for cell, keys in cells.items():
        low = min(stays[key][cell][0][0] for key in keys)
        high = max(stays[key][cell][-1][1] for key in keys)
        name = h3.int_to_str(cell)
        spans = limit_spans(policy, name, low, high, limits.get(name, ()))
        over = overfull((stays[key][cell] for key in keys), spans, more=0)
        if over:
            found.update(key for key in keys if any(b - a > EPS_S for a, b in intersection(over, stays[key][cell])))
    return found


def limited(policy: Policy) -> bool:
    """Tell whether a policy limits any cell."""
    return policy.max_flights_per_cell is not None or bool(policy.cell_limits)


def stays_in(geometry: PlanGeometry, cell: int, region: Region) -> Intervals:
    """Return when a flight is in a cell, as sorted, disjoint spans of scene seconds."""
    return stays_by_cell(geometry, (cell,), region).get(cell, [])


def stays_by_cell(geometry: PlanGeometry, cells: Iterable[int], region: Region) -> dict[int, Intervals]:
    """Return when a flight is in each of some cells; cells it is never in are left out."""
    known = list(cells)
    outlines = [region.grid.outline_m(cell) for cell in known]
    if isinstance(geometry, Trajectory4D):
        groups: dict[int, list[int]] = {}
        for k, corners in enumerate(outlines):
            groups.setdefault(len(corners), []).append(k)
        found: dict[int, Intervals] = {}
        for members in groups.values():  # hexagons, and the rare cell with more corners
            stays = _stays_on_legs(geometry.segments, np.stack([outlines[k] for k in members]))
            found.update((known[k], spans) for k, spans in zip(members, stays, strict=True) if spans)
        return found
    shapes = [(prism, _outline(prism)) for prism in geometry]
    found = {}
    for cell, corners in zip(known, outlines, strict=True):
        polygon = shapely.Polygon(corners)
        spans = merged(
            (prism.t_start_s, prism.t_end_s)
            for prism, shape in shapes
            if shapely.distance(polygon, shape) <= (prism.circle[2] if prism.circle is not None else 0.0)
        )
        if spans:
            found[cell] = spans
    return found


def _outline(prism: Prism) -> shapely.Geometry:
    return shapely.Point(prism.circle[:2]) if prism.circle is not None else shapely.Polygon(prism.ring)


def _stays_on_legs(rows: FloatArray, corners: FloatArray) -> list[Intervals]:
    """Clip every leg to convex, counter-clockwise polygons (cells, corners, 2): inside is left of each edge."""
    edges = np.roll(corners, -1, axis=1) - corners
    moved = rows[:, 4:6] - rows[:, 0:2]
    # Signed distance to an edge at fraction s of a leg, times the edge's length: base + s * slope, (cells, legs, edges).
    away = rows[None, :, None, 0:2] - corners[:, None, :, :]
    base = edges[:, None, :, 0] * away[..., 1] - edges[:, None, :, 1] * away[..., 0]
    slope = edges[:, None, :, 0] * moved[None, :, None, 1] - edges[:, None, :, 1] * moved[None, :, None, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        root = -base / slope
    low = np.where(slope > 0, root, np.where((slope == 0) & (base < 0), math.inf, 0.0)).max(axis=2)
    high = np.where(slope < 0, root, 1.0).min(axis=2)
    low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
    inside = high > low
    start, lasts = rows[:, 3], rows[:, 7] - rows[:, 3]
    # Where nothing is inside the products mean nothing; they are not taken.
    first, last = start + np.where(inside, low, 0.0) * lasts, start + np.where(inside, high, 0.0) * lasts
    found: list[Intervals] = []
    for k in range(len(corners)):
        mine = inside[k]
        if not mine.any():
            found.append([])
            continue
        spans = merged(zip(first[k][mine].tolist(), (last[k][mine] + EPS_S).tolist(), strict=True))
        found.append([(a, b - EPS_S) for a, b in spans if b - a > 2 * EPS_S])
    return found


def limit_spans(
    policy: Policy, cell: str, low_s: float, high_s: float, limits: Collection[CellLimit] | None = None
) -> list[tuple[float, float, int]]:
    """Return the limit of a cell over a window as (from, to, most flights); spans without a limit are left out.

    `limits` are the entries of the policy for this cell, where the caller has them at hand.
    """
    own = [limit for limit in policy.cell_limits if limit.cell == cell] if limits is None else limits
    if not own:
        return [] if policy.max_flights_per_cell is None else [(low_s, high_s, policy.max_flights_per_cell)]
    first = math.floor((low_s + RULE_CLOCK_OFFSET_S) / _HOUR_S)
    last = math.ceil((high_s + RULE_CLOCK_OFFSET_S) / _HOUR_S)
    spans: list[tuple[float, float, int]] = []
    for hour in range(first, max(last, first + 1)):
        found = [limit.max_flights for limit in own if _holds(limit, hour % 24)]
        most = min(found) if found else policy.max_flights_per_cell
        start, end = hour * _HOUR_S - RULE_CLOCK_OFFSET_S, (hour + 1) * _HOUR_S - RULE_CLOCK_OFFSET_S
        if most is None or end <= low_s or start >= high_s:
            continue
        if spans and spans[-1][2] == most and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], end, most)
        else:
            spans.append((start, end, most))
    return [(max(start, low_s), min(end, high_s), most) for start, end, most in spans]


def _holds(limit: CellLimit, hour: int) -> bool:
    if limit.from_hour < limit.to_hour:
        return limit.from_hour <= hour < limit.to_hour
    return hour >= limit.from_hour or hour < limit.to_hour


def overfull(stays: Iterable[Intervals], spans: Sequence[tuple[float, float, int]], more: int = 1) -> Intervals:
    """Return when `more` flights beside those with these stays would exceed the limit."""
    steps = [step for stay in stays for start, end in stay for step in ((start, 1), (end, -1))]
    found: list[tuple[float, float]] = []
    for most in sorted({most for _, _, most in spans}):
        where = merged((start, end) for start, end, limit in spans if limit == most)
        full = [(-math.inf, math.inf)] if most < more else at_least(steps, most - more + 1)
        found.extend(intersection(full, where))
    return [(low, high) for low, high in merged(found) if high > low]


class CellJudge:
    """Judges flights against the limits of a policy over the flights the caller knows."""

    def __init__(self, policy: Policy, region: Region, flights_in: FlightsIn) -> None:
        self._policy, self._region, self._flights_in = policy, region, flights_in
        self._limits: dict[str, list[CellLimit]] = {}
        for limit in policy.cell_limits:
            self._limits.setdefault(limit.cell, []).append(limit)

    def spans(self, cell: int, low_s: float, high_s: float) -> list[tuple[float, float, int]]:
        """Return the limit of a cell over a window (`limit_spans`)."""
        name = h3.int_to_str(cell)
        return limit_spans(self._policy, name, low_s, high_s, self._limits.get(name, ()))

    def full(self, cell: int, low_s: float, high_s: float, ignore: Collection[str]) -> Intervals:
        """Return when one more flight would be too many in a cell within a window."""
        spans = self.spans(cell, low_s, high_s)
        if not spans:
            return []
        corners = self._region.grid.outline_m(cell)
        prism = Prism(corners, None, _Z_LOW_M, _Z_HIGH_M, low_s, high_s)
        others = [(key, geometry) for key, geometry in self._flights_in(prism) if key not in ignore]
        if len(others) < min(most for _, _, most in spans):
            return []
        return overfull((stays_in(geometry, cell, self._region) for _, geometry in others), spans)

    def lost(self, geometry: PlanGeometry, cells: Iterable[int], ignore: Collection[str]) -> list[CellLoss]:
        """Return each cell in which a flight would be one too many, by time."""
        found = []
        for cell, stays in self._stays(geometry, cells).items():
            enters_s, leaves_s = stays[0][0], stays[-1][1]
            full = intersection(self.full(cell, enters_s, leaves_s, ignore), stays)
            lost = [(start, end) for start, end in full if end - start > EPS_S]
            if lost:
                start, end = lost[0]
                most = min(m for a, b, m in self.spans(cell, enters_s, leaves_s) if a < end and b > start)
                delay_s = self._delay(cell, stays, ignore)
                found.append(CellLoss(cell, start, lost[-1][1], most, enters_s, delay_s))
        return sorted(found, key=lambda loss: (loss.starts_s, loss.cell))

    def forbidden_shifts(
        self, geometry: PlanGeometry, cells: Iterable[int], from_s: float, to_s: float, ignore: Collection[str] = ()
    ) -> Intervals:
        """Return the delays in seconds within [from_s, to_s] at which a flight would be one too many in some cell."""
        found: list[tuple[float, float]] = []
        for cell, stays in self._stays(geometry, cells).items():
            full = self.full(cell, stays[0][0] + from_s, stays[-1][1] + to_s, ignore)
            found.extend(_shifts(full, stays))
        return [(max(a, from_s), min(b, to_s)) for a, b in merged(found) if b > from_s and a < to_s]

    def _stays(self, geometry: PlanGeometry, cells: Iterable[int]) -> dict[int, Intervals]:
        if self._policy.max_flights_per_cell is None:
            cells = [cell for cell in cells if h3.int_to_str(cell) in self._limits]
        return stays_by_cell(geometry, cells, self._region)

    def _delay(self, cell: int, stays: Intervals, ignore: Collection[str]) -> float | None:
        full = self.full(cell, stays[0][0], stays[-1][1] + SEARCH_S, ignore)
        delay = 0.0
        for low, high in merged(_shifts(full, stays)):
            if low - EPS_S <= delay < high:
                delay = high
        return delay if delay <= SEARCH_S else None


def _shifts(full: Intervals, stays: Intervals) -> list[tuple[float, float]]:
    return [(low - end, high - start) for low, high in full for start, end in stays]
