"""Which zones a flight may have to do with, by boxes: cheaper than by cells, and decided exactly afterwards."""

from functools import lru_cache

import numpy as np

from airspace.geometry4d import FloatArray
from airspace.intent import FlightIntent
from airspace.policy import Policy
from airspace.scene import Scene
from airspace.trajectory import FlightPath
from airspace.zones import Zone, ZoneSet


def zones_near(plan: FlightIntent, policy: Policy, scene: Scene) -> list[Zone]:
    """Return every zone whose area the flight, widened by its tolerance, may touch, by id."""
    path = plan.path
    if not isinstance(path, FlightPath):
        return scene.zones.candidates(plan.cells)
    zones, boxes = _boxed(scene.zones)
    if not zones:
        return []
    reach = policy.tolerance.horizontal_m
    low, high = path.bounds_m[:, :2] - reach, path.bounds_m[:, 2:] + reach
    (x_min, y_min), (x_max, y_max) = low.min(axis=0).tolist(), high.max(axis=0).tolist()
    whole = (boxes[0] <= x_max) & (boxes[2] >= x_min) & (boxes[1] <= y_max) & (boxes[3] >= y_min)
    near = whole.nonzero()[0]
    if not len(near):
        return []
    # A flight across the city passes by most of what its one box holds: each of its legs has a box of its own.
    left, bottom, right, top = boxes[:, near, None]
    meets = (left <= high[:, 0]) & (right >= low[:, 0]) & (bottom <= high[:, 1]) & (top >= low[:, 1])
    return [zones[k] for k in near[meets.any(axis=1)].tolist()]


@lru_cache(maxsize=8)
def _boxed(zones: ZoneSet) -> tuple[tuple[Zone, ...], FloatArray]:
    """Return all zones by id, and their boxes as columns (4, n): x_min, y_min, x_max, y_max in local metres."""
    found = tuple(zones.zones[key] for key in sorted(zones.zones))
    return found, np.ascontiguousarray(np.array([zone.area.bounds_m for zone in found]).reshape(-1, 4).T)
