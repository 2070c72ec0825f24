"""Shortest ways around areas."""

import math
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
import shapely

from dispatch.router import Obstacle, ObstaclesNear, Place, clear, inside_any, obstacle_of, shortest_way


def among(*obstacles: Obstacle) -> ObstaclesNear:
    def near(box: tuple[float, float, float, float]) -> Iterable[Obstacle]:
        found = shapely.box(*box)
        return [item for item in obstacles if shapely.box(*item.bounds_m).intersects(found)]

    return near


def block(x0: float, y0: float, x1: float, y1: float, reach_m: float = 20.0) -> Obstacle:
    return obstacle_of(shapely.box(x0, y0, x1, y1), reach_m)


def length(way: list[Place]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(way))


def test_a_clear_way_is_straight() -> None:
    """Nothing in between, nothing in the answer but the ends."""
    assert shortest_way((0, 0), (1000, 0), among(block(400, 100, 600, 300))) == [(0, 0), (1000, 0)]


def test_a_block_is_passed_on_its_nearer_side_at_its_distance() -> None:
    """The way bends south of a block that reaches further north, keeps the distance, and wastes little."""
    wall = shapely.box(400, -50, 600, 300)
    way = shortest_way((0, 0), (1000, 0), among(obstacle_of(wall, 20.0)))
    assert way is not None
    assert min(y for _, y in way) < -69
    assert wall.distance(shapely.LineString(way)) >= 20.0
    taut = 2 * math.dist((0, 0), (400, -70)) + 200
    assert length(way) < taut + 10


def test_a_hook_is_left_the_way_it_was_entered() -> None:
    """Out of a dead end the way leads back: the visibility graph knows concave areas."""
    hook = shapely.Polygon([(0, -200), (500, -200), (500, 200), (0, 200), (0, 150), (450, 150), (450, -150), (0, -150)])
    way = shortest_way((300, 0), (800, 0), among(obstacle_of(hook, 20.0)))
    assert way is not None
    assert min(x for x, _ in way) < 0
    assert hook.distance(shapely.LineString(way)) >= 20.0


def test_no_way_leads_out_of_an_area_or_a_ring() -> None:
    """A start inside an area, or closed in by one, has no way."""
    ring = shapely.Point(0, 0).buffer(500).difference(shapely.Point(0, 0).buffer(300))
    assert shortest_way((0, 0), (2000, 0), among(obstacle_of(ring, 20.0))) is None
    assert shortest_way((0, 0), (2000, 0), among(block(-50, -50, 50, 50))) is None
    assert inside_any((0, 60), among(block(-50, -50, 50, 50)))
    assert not inside_any((0, 75), among(block(-50, -50, 50, 50)))


def test_a_start_within_the_margin_still_finds_its_way() -> None:
    """What lies between the least distance and the margin is allowed to start from there."""
    wall = shapely.box(-300, 20.5, 300, 400)
    way = shortest_way((0, 0), (0, 800), among(obstacle_of(wall, 20.0)))
    assert way is not None
    assert wall.distance(shapely.LineString(way)) >= 20.0


@pytest.mark.parametrize("seed", range(8))
def test_ways_are_the_shortest_of_the_whole_visibility_graph(seed: int) -> None:
    """Against Floyd and Warshall over all corners of all areas at once: no longer than the shortest, and clear."""
    rng = np.random.default_rng(seed)
    boxes = []
    for _ in range(6):
        x, y = rng.uniform(100, 900), rng.uniform(-200, 200)
        boxes.append(block(x, y, x + rng.uniform(20, 150), y + rng.uniform(20, 200)))
    near = among(*boxes)
    nodes = np.array([(0.0, 0.0), (1100.0, 0.0), *(p for item in boxes for p in item.corners.tolist())])
    count = len(nodes)
    apart = np.full((count, count), math.inf)
    for i in range(count):
        lines = shapely.linestrings(np.stack([np.broadcast_to(nodes[i], nodes.shape), nodes], axis=1))
        seen = ~np.any([shapely.intersects(item.core, lines) for item in boxes], axis=0)
        apart[i, seen] = np.hypot(*(nodes[seen] - nodes[i]).T)
    for k in range(count):
        apart = np.minimum(apart, apart[:, k, None] + apart[None, k, :])
    way = shortest_way((0.0, 0.0), (1100.0, 0.0), near)
    assert way is not None
    assert clear(way, near)
    assert length(way) <= apart[0, 1] + 1e-6


def test_a_way_longer_than_asked_for_is_none() -> None:
    """A bound on the length keeps the shortest way where it is short enough, and gives none where it is not."""
    near = among(block(-10.0, -500.0, 10.0, 500.0, 0.0))
    start, goal = (-300.0, 0.0), (300.0, 0.0)
    around = shortest_way(start, goal, near)
    assert around is not None
    length_m = length(around)
    assert length_m > 1_000.0
    assert shortest_way(start, goal, near, length_m + 1.0) == around
    assert shortest_way(start, goal, near, length_m - 1.0) is None
    assert shortest_way((0.0, 900.0), (300.0, 900.0), near, 1.0) == [(0.0, 900.0), (300.0, 900.0)]
