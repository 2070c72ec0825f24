"""Shortest ways around areas in the plane: a visibility graph over their corners, searched with A*.

Areas are widened by what a flight may deviate plus a margin; a corner of the widened area is where the shortest way may
turn (de Berg et al., Computational Geometry, ch. 15). Areas join the graph only once a way runs into them, so a city of
zones costs no more than the few that matter. The graph gives the taut string at once: no pulling is left to do.
"""

import heapq
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np
import shapely

from airspace import prepared
from airspace.areas import Area
from airspace.geometry4d import FloatArray

Place: TypeAlias = tuple[float, float]
"""x_m, y_m of the city's frame."""

MAX_CORNERS: Final = 600
_ROUNDS: Final = 8
_EXPANSIONS: Final = 250
_SKIN_M: Final = 0.05
"""How far inside an obstacle's edge a way may touch: the corners it turns at lie on the edge."""
_LEAST_MARGIN_M: Final = 2.0
_MARGIN_SHARE: Final = 0.004
_MOST_MARGIN_M: Final = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class Obstacle:
    """An area to go around, in local metres.

    `tight` is the area widened by exactly what must be kept (and a hand's breadth), `shape` leaves a margin and has
    fewer corners; `core` is what no way may enter.
    """

    shape: Any
    tight: Any
    bounds_m: tuple[float, float, float, float]
    core: Any = field(init=False)
    corners: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        core = shapely.buffer(self.shape, -_SKIN_M)
        shapely.prepare(core)
        shapely.prepare(self.tight)
        object.__setattr__(self, "core", core)
        object.__setattr__(self, "corners", _turning_corners(self.shape))

    def narrowed(self) -> "Obstacle":
        """Return the obstacle without its margin, for a way that starts or ends within it."""
        return Obstacle(self.tight, self.tight, self.bounds_m)


def obstacle(area: Area, reach_m: float) -> Obstacle:
    """Return the obstacle that keeps `reach_m` from an area."""
    return obstacle_of(area.geometry, area.radius_m + reach_m)


def obstacle_of(geometry: Any, reach_m: float) -> Obstacle:
    """Return the obstacle that keeps `reach_m` from a geometry in local metres."""
    x0, y0, x1, y1 = geometry.bounds
    size = math.hypot(x1 - x0, y1 - y0) + 2 * reach_m
    margin = min(max(_MARGIN_SHARE * size, _LEAST_MARGIN_M), _MOST_MARGIN_M)
    tight = shapely.buffer(geometry, _outside((reach_m + 0.1), 16), quad_segs=16)
    # Widened by twice the margin, the simplified outline stays at least one margin outside.
    shape = shapely.simplify(shapely.buffer(geometry, _outside(reach_m + 2 * margin, 4), quad_segs=4), margin)
    return Obstacle(shape, tight, shape.bounds)


def _outside(radius_m: float, quad_segs: int) -> float:
    """Return the radius whose polygonal buffer holds the whole circle of `radius_m`."""
    return radius_m / math.cos(math.pi / (4 * quad_segs))


ObstaclesNear: TypeAlias = Callable[[tuple[float, float, float, float]], Iterable[Obstacle]]
"""The obstacles whose box meets a box x_min, y_min, x_max, y_max."""


def clear(places: Sequence[Place], near: ObstaclesNear) -> bool:
    """Tell whether a way along straight legs enters no obstacle (tightly: touching is allowed)."""
    return not _entered(places, near, tight=True)


def inside_any(place: Place, near: ObstaclesNear) -> bool:
    """Tell whether a place lies within an obstacle, margin left out."""
    met = list(near((*place, *place)))
    if not met:
        return False
    point = shapely.Point(place)
    return any(prepared.intersects(item.tight, point) for item in met)


def shortest_way(start: Place, goal: Place, near: ObstaclesNear, most_m: float = math.inf) -> list[Place] | None:
    """Return the corners of the shortest way from start to goal, both included, around every obstacle.

    None where start or goal lie in one, where there is no way of at most `most_m`, or where it needs more corners than
    the limits allow.
    """
    if inside_any(start, near) or inside_any(goal, near):
        return None
    if clear((start, goal), near):
        return [start, goal]
    if most_m <= math.dist(start, goal):
        return None
    known: dict[int, Obstacle] = {}
    way: list[Place] = [start, goal]
    for _ in range(_ROUNDS):
        met = [item for item in _entered(way, near) if id(item) not in known]
        if not met:
            return way
        for item in met:
            known[id(item)] = _without_margin_at(item, start, goal)
        if sum(len(item.corners) for item in known.values()) > MAX_CORNERS:
            return None
        found = _search(start, goal, list(known.values()), most_m)
        if found is None:
            return None
        way = found
    return way if clear(way, near) else None


def _without_margin_at(item: Obstacle, start: Place, goal: Place) -> Obstacle:
    ends = shapely.points([start, goal])
    return item.narrowed() if prepared.intersects(item.core, ends).any() else item


def _entered(places: Sequence[Place], near: ObstaclesNear, *, tight: bool = False) -> list[Obstacle]:
    found: dict[int, Obstacle] = {}
    for a, b in pairwise(places):
        if a == b:
            continue
        box = (min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))
        met = list(near(box))
        line = shapely.LineString([a, b]) if met else None
        for item in met:
            # A way that only uses up the margin is left alone: what must be kept is kept.
            if id(item) not in found and prepared.intersects(item.tight if tight else item.core, line):
                found[id(item)] = item
    return list(found.values())


def _search(start: Place, goal: Place, obstacles: list[Obstacle], most_m: float) -> list[Place] | None:
    corners = np.concatenate([item.corners for item in obstacles])
    points = shapely.points(corners)
    free = np.ones(len(corners), bool)
    for item in obstacles:
        free &= ~prepared.intersects(item.core, points)
    nodes = np.vstack([[start, goal], corners[free]])
    to_goal = np.hypot(*(nodes - nodes[1]).T)
    best = np.full(len(nodes), math.inf)
    best[0] = 0.0
    came = np.full(len(nodes), -1)
    done = np.zeros(len(nodes), bool)
    queue = [(float(to_goal[0]), 0)]
    for _ in range(_EXPANSIONS):
        while queue and done[queue[0][1]]:
            heapq.heappop(queue)
        if not queue:
            return None
        _, here = heapq.heappop(queue)
        if here == 1:
            return _traced(nodes, came)
        done[here] = True
        others = np.flatnonzero(~done)
        reach = best[here] + np.hypot(*(nodes[others] - nodes[here]).T)
        worth = (reach < best[others]) & (reach + to_goal[others] <= most_m)
        others, reach = others[worth], reach[worth]
        seen = _visible(nodes[here], nodes[others], obstacles)
        for node, length in zip(others[seen].tolist(), reach[seen].tolist(), strict=True):
            best[node], came[node] = length, here
            heapq.heappush(queue, (length + float(to_goal[node]), node))
    return None


def _visible(here: FloatArray, others: FloatArray, obstacles: list[Obstacle]) -> Any:
    lines: Any = shapely.linestrings(np.stack([np.broadcast_to(here, others.shape), others], axis=1))
    seen = np.ones(len(others), bool)
    for item in obstacles:
        left = np.flatnonzero(seen)
        seen[left] = ~prepared.intersects(item.core, lines[left])
    return seen


def _traced(nodes: FloatArray, came: Any) -> list[Place]:
    way, at = [], 1
    while at >= 0:
        way.append((float(nodes[at, 0]), float(nodes[at, 1])))
        at = int(came[at])
    return way[::-1]


def _turning_corners(shape: Any) -> FloatArray:
    """Return the corners at which a shape sticks out: only there can a shortest way turn."""
    kept = []
    for part in shapely.get_parts(shapely.orient_polygons(shape)):
        for ring in (part.exterior, *part.interiors):
            points = shapely.get_coordinates(ring)[:-1]
            before, after = points - np.roll(points, 1, axis=0), np.roll(points, -1, axis=0) - points
            kept.append(points[before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0] > 0])
    return np.concatenate(kept) if kept else np.empty((0, 2))
