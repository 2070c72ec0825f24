"""Filed routes led around zones: which waypoints stay, and the shortest way between those that do."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
import shapely

from airspace import prepared
from airspace.geometry4d import FloatArray, Tolerance
from airspace.offers_route import SAME_PLACE_M, RouteView, places
from airspace.region import Region
from airspace.schedule import active_within
from airspace.trajectory import MAX_WAYPOINTS, Waypoint
from airspace.zones import Zone
from dispatch.router import Obstacle, ObstaclesNear, Place, inside_any, obstacle, shortest_way

MAX_LEGS: Final = 300
"""A route of more legs is a survey of its own shape: it is not led around (ours)."""

Band: TypeAlias = dict[str, tuple[float, float]]
"""Least and greatest height above the zero of each datum."""


class ZoneObstacles:
    """The zones a flight keeps out of, as obstacles; each is widened when first met, and kept.

    `previous` hands on what was widened before for zones that have not changed.
    """

    def __init__(self, zones: Iterable[Zone], tolerance: Tolerance, previous: "ZoneObstacles | None" = None) -> None:
        self._zones = tuple(zones)
        self._tolerance = tolerance
        self._boxes: FloatArray = np.array([zone.area.bounds_m for zone in self._zones]).reshape(-1, 4)
        self._widened: dict[int, Obstacle] = {}
        if previous is not None and previous._tolerance == tolerance:
            known = {id(zone): previous._widened.get(k) for k, zone in enumerate(previous._zones)}
            for k, zone in enumerate(self._zones):
                item = known.get(id(zone))
                if item is not None:
                    self._widened[k] = item

    @property
    def zones(self) -> tuple[Zone, ...]:
        """The zones, in the order given."""
        return self._zones

    def near(self, band: Band, from_s: float, to_s: float, also: Sequence[Obstacle] = ()) -> ObstaclesNear:
        """Return the obstacles for flight within a band of heights during a window of scene seconds."""
        rise, lead = self._tolerance.vertical_m, self._tolerance.time_s
        stands: dict[int, bool] = {}

        def in_the_way(k: int) -> bool:
            if k not in stands:
                zone = self._zones[k]
                low, high = band[zone.datum]
                level = high + rise > zone.lower_m and (zone.upper_m is None or low - rise < zone.upper_m)
                stands[k] = level and bool(active_within(zone.applicability, from_s - lead, to_s + lead))
            return stands[k]

        def look(box: tuple[float, float, float, float]) -> Iterator[Obstacle]:
            # Far more than any tolerance and margin: the boxes are of the zones as published.
            reach = self._tolerance.horizontal_m + 100.0
            boxes = self._boxes
            met = (
                (boxes[:, 0] <= box[2] + reach)
                & (boxes[:, 2] >= box[0] - reach)
                & (boxes[:, 1] <= box[3] + reach)
                & (boxes[:, 3] >= box[1] - reach)
            )
            for k in np.flatnonzero(met).tolist():
                if in_the_way(k):
                    yield self._obstacle(k)
            yield from also

        return look

    def _obstacle(self, k: int) -> Obstacle:
        item = self._widened.get(k)
        if item is None:
            item = self._widened[k] = obstacle(self._zones[k].area, self._tolerance.horizontal_m)
        return item


@dataclass(frozen=True, slots=True, eq=False)
class Detour:
    """A route led around what it entered."""

    waypoints: tuple[Waypoint, ...]
    turns: int
    """How many corners were put in."""


NearFor: TypeAlias = Callable[[Band], ObstaclesNear]


def around(seen: RouteView, region: Region, near_for: NearFor) -> Detour | None:
    """Return the route with the shortest way around every obstacle its legs enter, or None.

    None where nothing is entered, where a waypoint that must stay lies inside (the ends, holds, take-off, landing and
    drops), where there is no way, or where the route has too many legs. En-route waypoints inside are left out.
    """
    count = len(seen.route.waypoints)
    if count > MAX_LEGS:
        return None
    xy = list(zip(seen.x_m.tolist(), seen.y_m.tolist(), strict=True))
    if not _enters_any(xy, near_for(band_of(seen, 0, count - 1))):
        return None
    stays = _must_stay(seen, xy)
    kept = [i for i in range(count) if stays[i] or not inside_any(xy[i], near_for(band_of(seen, i, i)))]
    result: list[Waypoint] = []
    turns = 0
    for i, j in pairwise(kept):
        result.append(seen.route.waypoints[i])
        if _apart_m(xy[i], xy[j]) <= SAME_PLACE_M:
            continue
        way = shortest_way(xy[i], xy[j], near_for(band_of(seen, i, j)))
        if way is None:
            return None
        turns += len(way) - 2
        result.extend(turning_points(seen, region, i, j, way))
    result.append(seen.route.waypoints[-1])
    changed = turns > 0 or len(kept) < count
    return Detour(tuple(result), turns) if changed and len(result) <= MAX_WAYPOINTS else None


def _enters_any(xy: Sequence[Place], near: ObstaclesNear) -> bool:
    """Tell whether a whole route meets an obstacle at any of its heights: most meet none, and are done with here."""
    xs, ys = zip(*xy, strict=True)
    met = list(near((min(xs), min(ys), max(xs), max(ys))))
    if not met:
        return False
    line = shapely.LineString(xy)
    return any(prepared.intersects(item.tight, line) for item in met)


def band_of(seen: RouteView, i: int, j: int) -> Band:
    """Return the heights flown from waypoint i to waypoint j."""
    flown = ((datum, heights[i : j + 1].tolist()) for datum, heights in _heights_of(seen))
    return {datum: (min(heights), max(heights)) for datum, heights in flown}


def _heights_of(seen: RouteView) -> tuple[tuple[str, FloatArray], ...]:
    return ("AGL", seen.agl_m), ("AMSL", seen.amsl_m), ("HAE", seen.hae_m)


def turning_points(seen: RouteView, region: Region, i: int, j: int, way: Sequence[Place]) -> list[Waypoint]:
    """Return waypoints for the inner corners of a way from waypoint i to waypoint j, rising evenly along it."""
    corners = way[1:-1]
    if not corners:
        return []
    start = seen.route.waypoints[i]
    low, high = start.alt_m, float(seen.heights_m(start.alt_datum)[j])
    steps = np.cumsum([_apart_m(a, b) for a, b in pairwise(way)])
    return [
        Waypoint(lat, lon, round(low + share * (high - low), 2), start.alt_datum, start.speed_mps)
        for (lat, lon), share in zip(places(corners, seen.route, region), (steps / steps[-1]).tolist(), strict=False)
    ]


def _must_stay(seen: RouteView, xy: Sequence[Place]) -> list[bool]:
    points = seen.route.waypoints
    last = len(points) - 1
    stays = [i in (0, last) or not seen.en_route[i] or bool(points[i].hold_s) for i in range(len(points))]
    # What stands over a place that stays is the top of a climb or a descent there.
    for i, j in [*pairwise(range(len(points))), *((b, a) for a, b in reversed(list(pairwise(range(len(points))))))]:
        if stays[i] and not stays[j] and _apart_m(xy[i], xy[j]) <= SAME_PLACE_M:
            stays[j] = True
    return stays


def _apart_m(a: Place, b: Place) -> float:
    return float(np.hypot(b[0] - a[0], b[1] - a[1]))
