"""Where a firm's drones can fly: paths along corridors and clear straight lines between sites, at a firm's levels.

Pure. The city is what the API gives: sites, corridors and zones as GeoJSON Features. A firm plans on them as it thinks
best; whether a plan may be flown is the server's word.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from random import Random
from typing import Any, Final

import shapely
from shapely.geometry import shape

from sim.geodesy import bearing_deg, distance_m, metres_per_degree

LEVELS_AGL_M: Final = (45.0, 60.0, 75.0, 90.0, 105.0)
"""Cruise levels, 15 m apart: two flights at neighbouring levels just keep the vertical separation."""
KEPT_FREE_DEG: Final = (22.67, 114.14, 22.76, 114.34)
"""min_lat, min_lon, max_lat, max_lon of the area that simulated traffic leaves to others."""
_MARGIN_M: Final = 300.0
_ZONE_MARGIN_M: Final = 30.0
_BAND_MARGIN_M: Final = 5.0
_BLOCKING: Final = frozenset({"PROHIBITED", "REQ_AUTHORISATION"})
_STRAIGHT_MAX_M: Final = 6000.0
_SAME_M: Final = 60.0


@dataclass(frozen=True, slots=True)
class SitePlace:
    """A site a firm may use."""

    site_id: str
    lat_deg: float
    lon_deg: float
    pads: int
    registered: bool = True
    """Whether it is one of the city's sites; else any place a drone may stand on."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way from site to site at a level: points in order, the first and the last above the sites."""

    origin: SitePlace
    destination: SitePlace
    level_agl_m: float
    points: tuple[tuple[float, float], ...]
    length_m: float


@dataclass(frozen=True, slots=True)
class _Edge:
    to: tuple[float, float]
    length_m: float
    lower_m: float
    upper_m: float


class RouteBook:
    """Finds routes in a city as the API describes it."""

    def __init__(
        self,
        sites: Iterable[Mapping[str, Any]],
        corridors: Iterable[Mapping[str, Any]],
        zones: Iterable[Mapping[str, Any]],
    ) -> None:
        """Take Features; sites inside blocking zones or the area kept free are left out."""
        places = [_site(f) for f in sites]
        lat0 = sum(p.lat_deg for p in places) / len(places) if places else 0.0
        self._scale = metres_per_degree(lat0)
        self._kept_free = self._box(KEPT_FREE_DEG, _MARGIN_M)
        self._zones = [z for f in zones if (z := self._zone(f)) is not None]
        self.sites = {p.site_id: p for p in places if self._clear([(p.lat_deg, p.lon_deg)], 0.0, max(LEVELS_AGL_M))}
        self._edges: dict[tuple[float, float], list[_Edge]] = {}
        for feature in corridors:
            self._add_corridor(feature)

    def _add_corridor(self, feature: Mapping[str, Any]) -> None:
        p = feature["properties"]
        line = [self._snap((lat, lon)) for lon, lat, *_ in feature["geometry"]["coordinates"]]
        low, high = float(p["lower_m"]), float(p["upper_m"])
        for a, b in pairwise(line):
            length_m = distance_m(*a, *b)
            if length_m < 1.0:
                continue
            self._edges.setdefault(a, []).append(_Edge(b, length_m, low, high))
            if p.get("direction", "both") == "both":
                self._edges.setdefault(b, []).append(_Edge(a, length_m, low, high))

    def _snap(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return the site a corridor's vertex stands for, so that corridors join where they meet."""
        for s in self.sites.values():
            if distance_m(*point, s.lat_deg, s.lon_deg) < _SAME_M:
                return s.lat_deg, s.lon_deg
        return point

    def keep_within(self, lat_deg: float, lon_deg: float, radius_m: float) -> None:
        """Forget the sites outside a circle."""
        self.sites = {
            key: s for key, s in self.sites.items() if distance_m(lat_deg, lon_deg, s.lat_deg, s.lon_deg) <= radius_m
        }

    def scatter(
        self, count: int, lat_deg: float, lon_deg: float, radius_m: float, rng: Random, *, apart_m: float = 150.0
    ) -> None:
        """Replace the sites by places in a circle, clear of zones and apart from each other.

        Raises ValueError when so many do not fit.
        """
        north_m, east_m = metres_per_degree(lat_deg)
        places: list[SitePlace] = []
        for _ in range(200 * count):
            if len(places) == count:
                break
            x, y = rng.uniform(-radius_m, radius_m), rng.uniform(-radius_m, radius_m)
            lat, lon = lat_deg + y / north_m, lon_deg + x / east_m
            if x * x + y * y > radius_m * radius_m or not self._clear([(lat, lon)], 0.0, max(LEVELS_AGL_M)):
                continue
            if all(distance_m(lat, lon, p.lat_deg, p.lon_deg) >= apart_m for p in places):
                places.append(SitePlace(f"place_{len(places)}", lat, lon, 1, registered=False))
        if len(places) < count:
            raise ValueError(f"only {len(places)} of {count} places {apart_m:g} m apart fit into {radius_m:g} m")
        self.sites, self._edges = {p.site_id: p for p in places}, {}

    def add_zone(self, feature: Mapping[str, Any]) -> None:
        """Keep clear of a zone that was published since."""
        zone = self._zone(feature)
        if zone is not None:
            self._zones.append(zone)

    def destinations(self, origin_id: str, *, near_m: float, far_m: float) -> list[SitePlace]:
        """Return the sites between two distances from one."""
        here = self.sites[origin_id]
        return [
            s
            for s in self.sites.values()
            if near_m <= distance_m(here.lat_deg, here.lon_deg, s.lat_deg, s.lon_deg) <= far_m
        ]

    def routes(self, origin_id: str, destination_id: str, rng: Random) -> list[Route]:
        """Return the routes at every level that has one, those of the direction's own levels first.

        Eastbound flights prefer the even-numbered levels and westbound the odd ones (the semicircular rule's idea).
        """
        a, b = self.sites[origin_id], self.sites[destination_id]
        east = bearing_deg(a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg) < 180.0
        found = []
        for k, level_m in enumerate(LEVELS_AGL_M):
            route = self._route(a, b, level_m)
            if route is not None:
                found.append(((k % 2 == 0) is not east, rng.random(), route))
        return [route for *_, route in sorted(found, key=lambda item: item[:2])]

    def _route(self, a: SitePlace, b: SitePlace, level_m: float) -> Route | None:
        start, goal = (a.lat_deg, a.lon_deg), (b.lat_deg, b.lon_deg)
        straight_m = distance_m(*start, *goal)
        points = self._along_corridors(start, goal, level_m)
        length_m = _length(points) if points else 0.0
        if not points or length_m > 1.8 * straight_m:
            if straight_m > _STRAIGHT_MAX_M or not self._clear([start, goal], level_m - 5, level_m + 5):
                return None
            points, length_m = [start, goal], straight_m
        elif not self._clear(points, level_m - _BAND_MARGIN_M, level_m + _BAND_MARGIN_M):
            return None
        return Route(a, b, level_m, tuple(points), length_m)

    def _along_corridors(
        self, start: tuple[float, float], goal: tuple[float, float], level_m: float
    ) -> list[tuple[float, float]]:
        """Dijkstra over the corridors whose band holds the level with its tolerance; empty when there is no way."""
        best = {start: 0.0}
        came: dict[tuple[float, float], tuple[float, float]] = {}
        queue = [(0.0, start)]
        while queue:
            so_far_m, at = heappop(queue)
            if at == goal:
                path = [goal]
                while path[-1] != start:
                    path.append(came[path[-1]])
                return path[::-1]
            if so_far_m > best[at]:
                continue
            for edge in self._edges.get(at, ()):
                if not edge.lower_m + _BAND_MARGIN_M <= level_m <= edge.upper_m - _BAND_MARGIN_M:
                    continue
                length_m = so_far_m + edge.length_m
                if length_m < best.get(edge.to, float("inf")):
                    best[edge.to], came[edge.to] = length_m, at
                    heappush(queue, (length_m, edge.to))
        return []

    # --- what is in the way ---

    def _xy(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        return lon_deg * self._scale[1], lat_deg * self._scale[0]

    def _box(self, box: tuple[float, float, float, float], margin_m: float) -> shapely.Polygon:
        x0, y0 = self._xy(box[0], box[1])
        x1, y1 = self._xy(box[2], box[3])
        return shapely.box(x0 - margin_m, y0 - margin_m, x1 + margin_m, y1 + margin_m)

    def _zone(self, feature: Mapping[str, Any]) -> tuple[shapely.Geometry, float, float] | None:
        """Return a blocking zone's area in metres, widened, and its band as if it were true height.

        Zones with times are taken as always in force: a firm that plans around them is never surprised by one.
        """
        p = feature["properties"]
        if p["restriction"] not in _BLOCKING:
            return None
        geometry = feature["geometry"]
        radius_m = geometry.get("radius_m") or p.get("radius_m") or 0.0
        area = shapely.transform(shape(geometry), lambda c: c * [self._scale[1], self._scale[0]])
        area = area.buffer(_ZONE_MARGIN_M + float(radius_m))
        shapely.prepare(area)
        lower_m = float(p["lower_m"]) if p["datum"] == "AGL" else 0.0
        return area, lower_m, float(p["upper_m"]) if p["datum"] == "AGL" else float("inf")

    def _clear(self, points: Sequence[tuple[float, float]], low_m: float, high_m: float) -> bool:
        where = [self._xy(*p) for p in points]
        line = shapely.Point(where[0]) if len(where) == 1 else shapely.LineString(where)
        if line.intersects(self._kept_free):
            return False
        return not any(lo < high_m and hi > low_m and shapely.intersects(area, line) for area, lo, hi in self._zones)


def _site(feature: Mapping[str, Any]) -> SitePlace:
    lon_deg, lat_deg = feature["geometry"]["coordinates"][:2]
    p = feature["properties"]
    return SitePlace(p["site_id"], lat_deg, lon_deg, int(p.get("pads", 1)))


def _length(points: Sequence[tuple[float, float]]) -> float:
    return sum(distance_m(*a, *b) for a, b in pairwise(points))
