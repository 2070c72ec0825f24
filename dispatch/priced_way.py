"""Ways that keep off closed ground and weigh whom they pass over: a search over the squares of a grid.

The shortest way around zones is taken where it keeps the limits and passes over few people; else a way is searched from
square to square (`dispatch.squares`), straightened wherever that costs no more, and
checked against the obstacles themselves.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray
from dispatch.population import Densities, Lattice
from dispatch.router import Obstacle, ObstaclesNear, Place, clear
from dispatch.squares import cheapest_way

_MARGIN_SHARE: Final = 0.35
"""How far beside the ends a way is looked for, as a share of their distance (ours)."""
_LEAST_MARGIN_M: Final = 1_500.0
_STEP_M: Final = 50.0
"""Between places at which a leg is priced."""
_WORTH_LOOKING: Final = 0.08
"""Below this surcharge per metre the shortest way is quiet enough (ours)."""


@dataclass(frozen=True, slots=True, eq=False)
class PricedGround:
    """The ground as a way sees it: squares it may not pass over, and what each metre over a square costs more."""

    lattice: Lattice
    closed: NDArray[np.bool_]
    surcharge: Densities

    def cost_m(self, places: Sequence[Place]) -> float:
        """Return what a way costs in metres of free ground; infinite where it passes over a closed square."""
        costs, closed = self.legs_m(places)
        return math.inf if closed.any() else float(costs.sum())

    def legs_m(self, places: Sequence[Place]) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Return what each leg of a way costs in metres of free ground, and which pass over a closed square."""
        corners: FloatArray = np.array(places, np.float64)
        a, moved = corners[:-1], np.diff(corners, axis=0)
        length = np.hypot(moved[:, 0], moved[:, 1])
        count = np.maximum(1, np.ceil(length / _STEP_M)).astype(np.intp)
        first = np.cumsum(count) - count
        leg = np.repeat(np.arange(len(count)), count)
        share = (np.arange(len(leg)) - first[leg] + 0.5) / count[leg]
        row, column, inside = self.lattice.index(a[leg, 0] + share * moved[leg, 0], a[leg, 1] + share * moved[leg, 1])
        extra = np.where(inside, self.surcharge[row, column], 0.0)
        over = (self.closed[row, column] & inside) & (length[leg] > 0.0)
        mean = np.bincount(leg, extra, len(count)) / count
        return length * (1.0 + mean), np.bincount(leg, over, len(count)) > 0

    def without(self, obstacles: Sequence[Obstacle]) -> "PricedGround":
        """Return the ground with the squares closed whose centre lies in an obstacle."""
        closed = self.closed.copy()
        x, y = self.lattice.centres()
        for item in obstacles:
            x0, y0, x1, y1 = item.bounds_m
            columns = np.flatnonzero((x >= x0) & (x <= x1))
            rows = np.flatnonzero((y >= y0) & (y <= y1))
            if len(columns) and len(rows):
                at_x, at_y = np.meshgrid(x[columns], y[rows])
                closed[np.ix_(rows, columns)] |= shapely.contains_xy(item.shape, at_x, at_y)
        return PricedGround(self.lattice, closed, self.surcharge)


def best_way(
    start: Place,
    goal: Place,
    ground: PricedGround,
    near: ObstaclesNear,
    shortest: Sequence[Place] | None,
    *,
    passes: Callable[[Sequence[Place]], bool],
    detour_share_most: float,
) -> list[Place] | None:
    """Return the cheapest way found that passes, the shortest where nothing better is worth it, None where none passes.

    `shortest` is the shortest way around the obstacles; `passes` tells whether a way keeps the limits on the ground.
    """
    direct = list(shortest) if shortest is not None else None
    fine = direct is not None and passes(direct)
    length = math.inf if direct is None else _length(direct)
    cost = math.inf if direct is None else ground.cost_m(direct)
    if fine and cost <= length * (1.0 + _WORTH_LOOKING):
        return direct
    found = _searched(start, goal, ground, near)
    if found is not None and passes(found):
        if not fine:
            return found
        if ground.cost_m(found) < min(cost, math.inf) and _length(found) <= length * (1.0 + detour_share_most):
            return found
    return direct if fine else None


def _searched(start: Place, goal: Place, ground: PricedGround, near: ObstaclesNear) -> list[Place] | None:
    lattice = ground.lattice
    margin = max(_LEAST_MARGIN_M, _MARGIN_SHARE * math.dist(start, goal))
    box = (
        min(start[0], goal[0]) - margin, min(start[1], goal[1]) - margin,
        max(start[0], goal[0]) + margin, max(start[1], goal[1]) + margin,
    )  # fmt: skip
    rows, columns, _ = lattice.index(np.array([box[0], box[2]]), np.array([box[1], box[3]]))
    obstacles = list(near(box))
    window = (slice(int(rows[0]), int(rows[1]) + 1), slice(int(columns[0]), int(columns[1]) + 1))
    part = _cut(ground, window).without(obstacles)
    ends = lattice.index(np.array([start[0], goal[0]]), np.array([start[1], goal[1]]))
    if not ends[2].all():
        return None
    first = (int(ends[0][0]) - window[0].start, int(ends[1][0]) - window[1].start)
    last = (int(ends[0][1]) - window[0].start, int(ends[1][1]) - window[1].start)
    squares = cheapest_way(part.closed, part.surcharge, part.lattice.step_m, first, last)
    if squares is None:
        return None
    x, y = part.lattice.centres()
    places: list[Place] = [start, *((float(x[j]), float(y[i])) for i, j in squares[1:-1]), goal]
    straight = _straightened(places, part, near)
    return straight if clear(straight, near) else None


def _cut(ground: PricedGround, window: tuple[slice, slice]) -> PricedGround:
    rows, columns = window
    lattice = ground.lattice
    cut = Lattice(
        lattice.x0_m + columns.start * lattice.step_m,
        lattice.y0_m + rows.start * lattice.step_m,
        rows.stop - rows.start,
        columns.stop - columns.start,
        lattice.step_m,
    )
    return PricedGround(cut, ground.closed[window], ground.surcharge[window])


def _straightened(places: list[Place], ground: PricedGround, near: ObstaclesNear) -> list[Place]:
    """Return a way with every corner left out that costs nothing to leave out; halving finds the farthest such leg."""
    # The ends may lie on closed squares: what their legs cost is what they would cost on open ground.
    upto: Any = np.concatenate([[0.0], np.cumsum(ground.legs_m(places)[0])])
    kept, at, last = [places[0]], 0, len(places) - 1
    while at < last:
        reach = last
        while reach > at + 1:
            leg = [places[at], places[reach]]
            if ground.cost_m(leg) <= upto[reach] - upto[at] + 1e-6 and clear(leg, near):
                break
            reach = at + max(1, (reach - at) // 2)
        kept.append(places[reach])
        at = reach
    return kept


def _length(places: Sequence[Place]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(places))
