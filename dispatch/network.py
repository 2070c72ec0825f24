"""The corridors as a graph: nodes where they begin, bend, cross and meet, directed edges with their bands of heights.

Corridors that end on one site are linked there, because over a site a flight may climb, descend and turn at any height.
"""

import heapq
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import shapely

from airspace.areas import Area
from airspace.corridors import Corridor
from airspace.datums import AltDatum
from airspace.geometry4d import FloatArray, Tolerance
from airspace.schedule import active_within
from airspace.sites import Site
from airspace.zones import Zone
from dispatch.router import Place

_SNAP_M: Final = 1.0
"""Ends of corridors closer than this are one node: drawn by hand to a metre (ours)."""
_AREAS_KEPT: Final = 4096
_PLACES_KEPT: Final = 64
"""Of so many areas and places the graph remembers what lies near: one search asks for each height of the same ones."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A straight piece of a corridor in the direction it may be flown, or a link over a site (`corridor_id` None).

    `low_m` and `high_m` are where in its band a flight keeps its vertical tolerance, in `datum`; a link has any height.
    `reach_m` is how far from the line a flight keeps its horizontal tolerance, `speed_mps` the most it is flown at.
    """

    start: int
    end: int
    length_m: float
    corridor_id: str | None = None
    low_m: float = -math.inf
    high_m: float = math.inf
    datum: AltDatum = "AGL"
    reach_m: float = 0.0
    speed_mps: float | None = None


_Access: TypeAlias = tuple[float, Edge | None]


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """One edge of a way that was found, from place to place, with the place of its corridor in the heights."""

    start: Place
    end: Place
    edge: Edge


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The graph; `nodes_m` is float64 (n, 2) local metres, `leaving[i]` are indices of the edges that leave node i."""

    nodes_m: FloatArray
    edges: tuple[Edge, ...]
    leaving: tuple[tuple[int, ...], ...]
    lines: Any
    sites: tuple[Site, ...]
    widest_m: float
    """How far beside its line the widest corridor is still flown."""
    _met: dict[tuple[int, float], tuple[Area, tuple[int, ...]]] = field(default_factory=dict, repr=False)
    """By the identity of an area, which is kept beside it, and a tolerance: the corridors' edges within reach of it."""
    _far: dict[Place, tuple[FloatArray, FloatArray]] = field(default_factory=dict, repr=False)
    """By a place: how far each node and each line is from it."""

    @classmethod
    def of(cls, corridors: Iterable[Corridor], sites: Iterable[Site], tolerance: Tolerance) -> "Network":
        """Build the graph; a corridor too narrow or too low for the tolerance gives no edges."""
        usable = [item for item in corridors if _fits(item, tolerance)]
        pieces, owner = _pieces(usable)
        nodes, ends = _snapped(pieces)
        edges: list[Edge] = []
        for (a, b), k in zip(ends, owner, strict=True):
            corridor, length = usable[k], float(np.hypot(*(nodes[b] - nodes[a])))
            if a == b or length == 0:
                continue
            shape = (corridor.corridor_id, corridor.lower_m + tolerance.vertical_m, corridor.upper_m)
            low, high = shape[1], shape[2] - tolerance.vertical_m
            reach = corridor.width_m / 2 - tolerance.horizontal_m
            speed = corridor.speed_mps
            edges.append(Edge(a, b, length, corridor.corridor_id, low, high, corridor.datum, reach, speed))
            if corridor.direction == "both":
                edges.append(Edge(b, a, length, corridor.corridor_id, low, high, corridor.datum, reach, speed))
        known = tuple(sites)
        edges.extend(_links(nodes, known))
        leaving: list[list[int]] = [[] for _ in range(len(nodes))]
        for k, edge in enumerate(edges):
            leaving[edge.start].append(k)
        ends_m = np.array([[*nodes[edge.start], *nodes[edge.end]] for edge in edges]).reshape(-1, 2, 2)
        lines = shapely.linestrings(ends_m)
        widest_m = max((edge.reach_m for edge in edges), default=0.0)
        return cls(nodes, tuple(edges), tuple(tuple(item) for item in leaving), lines, known, widest_m)

    def way(
        self,
        start: Place,
        goal: Place,
        *,
        closed: Collection[int] = (),
        access: Callable[[Place, Place], bool] | None = None,
    ) -> list[Stretch] | None:
        """Return the shortest way from start to goal along edges that are not closed, or None.

        The ways on and off the network lie inside a corridor or over a site; `access(a, b)` may allow others (free
        flight), which count once and a half, so that a corridor is left no earlier than need be.
        """
        on = self._accesses(start, access, closed, leaving=True)
        off = self._accesses(goal, access, closed, leaving=False)
        best: dict[int, float] = {}
        came: dict[int, int | None] = {}
        queue: list[tuple[float, int]] = []
        for node, (length, _) in on.items():
            best[node], came[node] = length, None
            heapq.heappush(queue, (length, node))
        target = -1
        shortest = math.inf
        done: set[int] = set()
        while queue:
            length, node = heapq.heappop(queue)
            if length >= shortest:
                break
            if node in done:
                continue
            done.add(node)
            if node in off and length + off[node][0] < shortest:
                shortest, target = length + off[node][0], node
            for k in self.leaving[node]:
                edge = self.edges[k]
                reached = length + edge.length_m
                if k not in closed and reached < best.get(edge.end, math.inf):
                    best[edge.end], came[edge.end] = reached, k
                    heapq.heappush(queue, (reached, edge.end))
        return None if target < 0 else self._traced(start, goal, target, came, on, off)

    def closed_by(
        self, zones: Sequence[Zone], tolerance: Tolerance, height_agl_m: float, from_s: float, to_s: float
    ) -> frozenset[int]:
        """Return the edges a flight as near to a true height as they allow cannot follow in a window for these zones.

        Heights are compared where zone and corridor share a datum; where not, the zone counts as in the way.
        """
        lead, rise = tolerance.time_s, tolerance.vertical_m
        if not zones or not len(self.lines):
            return frozenset()
        closed: set[int] = set()
        for zone, met in zip(zones, self._met_by([zone.area for zone in zones], tolerance.horizontal_m), strict=True):
            if not met or not active_within(zone.applicability, from_s - lead, to_s + lead):
                continue
            for k in met:
                edge = self.edges[k]
                height = min(max(height_agl_m, edge.low_m), edge.high_m)
                level = zone.upper_m is None or height - rise < zone.upper_m
                if zone.datum != edge.datum or (level and height + rise > zone.lower_m):
                    closed.add(k)
        return frozenset(closed)

    def _met_by(self, areas: Sequence[Area], tolerance_m: float) -> list[tuple[int, ...]]:
        """Return the corridors' edges that come as near to each area as the tolerance; looked for once an area."""
        known = self._met
        if len(known) > _AREAS_KEPT:
            known = self._met.copy()  # others may be reading the old one
            self._met.clear()
        held = [known.get((id(area), tolerance_m)) for area in areas]
        new = [area for area, pair in zip(areas, held, strict=True) if pair is None]
        if not new:
            return [pair[1] for pair in held if pair is not None]
        shapes = np.array([area.geometry for area in new], dtype=object)
        reach = np.array([area.radius_m + tolerance_m for area in new])
        found: list[list[int]] = [[] for _ in new]
        for z, k in shapely.STRtree(self.lines).query(shapes, predicate="dwithin", distance=reach).T.tolist():
            if self.edges[k].corridor_id is not None:
                found[z].append(k)
        looked = iter([tuple(met) for met in found])
        result = []
        for area, pair in zip(areas, held, strict=True):
            met = next(looked) if pair is None else pair[1]
            self._met[id(area), tolerance_m] = area, met
            result.append(met)
        return result

    def _distances(self, place: Place) -> tuple[FloatArray, FloatArray]:
        """Return how far each node and each line is from a place."""
        known = self._far.get(place)
        if known is None:
            if len(self._far) >= _PLACES_KEPT:
                self._far.clear()
            lines = np.asarray(shapely.distance(self.lines, shapely.Point(place)), dtype=float)
            known = self._far[place] = np.hypot(*(self.nodes_m - place).T), lines
        return known

    def _accesses(
        self,
        place: Place,
        access: Callable[[Place, Place], bool] | None,
        closed: Collection[int],
        *,
        leaving: bool,
    ) -> "dict[int, _Access]":
        """Return the nodes a place can be connected with: how long that counts, and the edge it follows, if any."""
        if not len(self.nodes_m):
            return {}
        apart, away = self._distances(place)
        here = {int(k) for k in np.flatnonzero(apart <= _SNAP_M)}
        found: dict[int, _Access] = {k: (float(apart[k]), None) for k in here}
        for site in self.sites:
            if math.hypot(site.x_m - place[0], site.y_m - place[1]) <= site.radius_m:
                over = np.hypot(self.nodes_m[:, 0] - site.x_m, self.nodes_m[:, 1] - site.y_m) <= site.radius_m
                found.update((int(k), (float(apart[k]), None)) for k in np.flatnonzero(over))
        for k in np.flatnonzero(away <= self.widest_m).tolist():
            edge = self.edges[k]
            if k in closed or edge.corridor_id is None or here & {edge.start, edge.end}:
                continue
            if float(away[k]) <= edge.reach_m:
                node = edge.end if leaving else edge.start
                if node not in found:
                    found[node] = (float(apart[node]), edge)
        if access is not None:
            for k in np.argsort(apart)[:8].tolist():
                if k not in found and access(place, (float(self.nodes_m[k, 0]), float(self.nodes_m[k, 1]))):
                    found[k] = (1.5 * float(apart[k]), None)
        return found

    def _traced(
        self,
        start: Place,
        goal: Place,
        target: int,
        came: dict[int, int | None],
        on: "dict[int, _Access]",
        off: "dict[int, _Access]",
    ) -> list[Stretch]:
        way: list[Stretch] = []
        at = target
        while (k := came[at]) is not None:
            edge = self.edges[k]
            way.append(Stretch(self._place(edge.start), self._place(edge.end), edge))
            at = edge.start
        way.reverse()
        first, last = self._place(at), self._place(target)
        if math.dist(start, first) > _SNAP_M:
            way.insert(0, Stretch(start, first, on[at][1] or _free(start, first)))
        if math.dist(last, goal) > _SNAP_M:
            way.append(Stretch(last, goal, off[target][1] or _free(last, goal)))
        return way

    def _place(self, node: int) -> Place:
        return float(self.nodes_m[node, 0]), float(self.nodes_m[node, 1])


def _free(a: Place, b: Place) -> Edge:
    return Edge(-1, -1, math.hypot(b[0] - a[0], b[1] - a[1]))


def _fits(corridor: Corridor, tolerance: Tolerance) -> bool:
    tall = corridor.upper_m - corridor.lower_m >= 2 * tolerance.vertical_m
    return tall and corridor.width_m >= 2 * tolerance.horizontal_m


def _pieces(corridors: Sequence[Corridor]) -> tuple[FloatArray, list[int]]:
    """Return the straight pieces (n, 4) of all corridors, cut where two corridors cross, and whose each is."""
    edges = np.concatenate([item.edges_m for item in corridors]) if corridors else np.empty((0, 4))
    owner = [k for k, item in enumerate(corridors) for _ in range(len(item.edges_m))]
    if not len(edges):
        return edges, []
    lines: Any = shapely.linestrings(edges.reshape(-1, 2, 2))
    cuts: dict[int, list[Place]] = {}
    for a, b in shapely.STRtree(lines).query(lines, predicate="crosses").T.tolist():
        if owner[a] != owner[b]:
            for point in shapely.get_coordinates(shapely.intersection(lines[a], lines[b])).tolist():
                cuts.setdefault(a, []).append((point[0], point[1]))
    pieces: list[FloatArray] = []
    whose: list[int] = []
    for k, edge in enumerate(edges):
        inner = np.array(sorted(cuts.get(k, []), key=lambda p: (p[0] - edge[0]) ** 2 + (p[1] - edge[1]) ** 2))
        points = np.vstack([edge[None, :2], inner.reshape(-1, 2), edge[None, 2:]])
        for i in range(len(points) - 1):
            pieces.append(np.concatenate([points[i], points[i + 1]]))
            whose.append(owner[k])
    return np.array(pieces), whose


def _snapped(pieces: FloatArray) -> tuple[FloatArray, list[tuple[int, int]]]:
    """Return the nodes, ends within a metre of each other being one, and the two nodes of each piece."""
    nodes: list[Place] = []
    grid: dict[tuple[int, int], list[int]] = {}

    def node_at(x: float, y: float) -> int:
        column, row = math.floor(x / _SNAP_M), math.floor(y / _SNAP_M)
        for i in (column - 1, column, column + 1):
            for j in (row - 1, row, row + 1):
                for k in grid.get((i, j), ()):
                    if math.hypot(nodes[k][0] - x, nodes[k][1] - y) <= _SNAP_M:
                        return k
        nodes.append((x, y))
        grid.setdefault((column, row), []).append(len(nodes) - 1)
        return len(nodes) - 1

    ends = [(node_at(*piece[:2]), node_at(*piece[2:])) for piece in pieces.tolist()]
    return np.array(nodes, dtype=float).reshape(-1, 2), ends


def _links(nodes: FloatArray, sites: Sequence[Site]) -> list[Edge]:
    links: dict[tuple[int, int], Edge] = {}
    if not len(nodes):
        return []
    for site in sites:
        over = np.flatnonzero(np.hypot(nodes[:, 0] - site.x_m, nodes[:, 1] - site.y_m) <= site.radius_m).tolist()
        for a in over:
            for b in over:
                if a != b:
                    length = float(np.hypot(*(nodes[b] - nodes[a])))
                    links[a, b] = Edge(a, b, length)
    return list(links.values())
