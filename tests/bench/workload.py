"""A seeded day of low-altitude traffic over Shenzhen, for measurements and large tests.

About 200 sites, clustered as districts are; 9 of 10 flights are logistics (2-15 km at 12-20 m/s in one of five layers
45-105 m above flat ground, climb, 2-10 waypoints off the straight line, descend), 1 of 10 an inspection of 20 minutes
around one place. Departures are spread evenly over the span asked for: twelve hours for 100,000 plans is the reference
density, and `span_of` keeps it for other numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray, Trajectory4D

CRS = "EPSG:4547"
BOUNDS = (113.75, 22.40, 114.65, 22.87)
"""min_lon, min_lat, max_lon, max_lat."""
DAY_S = 12 * 3600.0
BEGINS_S = 86_400_000.0 + 7 * 3600.0
"""Scene seconds of 07:00 on some day: large, as real ones are, so that rounding is as it will be."""
LAYERS_M = (45.0, 60.0, 75.0, 90.0, 105.0)
REFERENCE = 100_000


def span_of(plans: int) -> float:
    """Return the seconds over which so many plans have the density of 100,000 in twelve hours."""
    return DAY_S * plans / REFERENCE


@dataclass
class Workload:
    """Draws flights; the same seed draws the same sites and flights."""

    seed: int = 1
    sites: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)
        # Sites belong to the city, not to the draw of flights: always the same 200.
        places = np.random.default_rng(200)
        frame = LocalFrame(CRS)
        hubs_lat = places.uniform(22.51, 22.77, 14)
        hubs_lon = places.uniform(113.84, 114.34, 14)
        of = places.integers(0, 14, 200)
        lat = np.clip(hubs_lat[of] + places.normal(0, 0.025, 200), 22.46, 22.82)
        lon = np.clip(hubs_lon[of] + places.normal(0, 0.025, 200), 113.80, 114.55)
        self.sites = np.column_stack(frame.to_xy(lat, lon))
        self._near = []
        for site in self.sites:
            apart = np.hypot(*(self.sites - site).T)
            self._near.append(np.flatnonzero((apart >= 2000.0) & (apart <= 15000.0)))

    def flights(self, count: int, span_s: float | None = None, keep_out: "KeepOut | None" = None) -> list[Trajectory4D]:
        """Draw so many flights with departures over `span_s` (the reference density when None), in order of filing.

        With `keep_out`, a flight that would enter what is published is drawn again, as a firm plans another one.
        """
        span = span_of(count) if span_s is None else span_s
        departures = BEGINS_S + self._rng.uniform(0.0, span, count)
        kinds = self._rng.random(count)
        return [self._flight(float(at), kind < 0.1, keep_out) for at, kind in zip(departures, kinds, strict=True)]

    def _flight(self, at_s: float, inspects: bool, keep_out: "KeepOut | None") -> Trajectory4D:
        while True:
            flight = self._inspection(at_s) if inspects else self._logistics(at_s)
            if keep_out is None or keep_out.clear(flight):
                return flight

    def _logistics(self, at_s: float) -> Trajectory4D:
        rng = self._rng
        origin = int(rng.integers(len(self.sites)))
        near = self._near[origin]
        start, end = self.sites[origin], self.sites[int(near[rng.integers(len(near))])]
        inner = int(rng.integers(2, 11))
        along = np.sort(rng.uniform(0.05, 0.95, inner))[:, None]
        way = end - start
        across = np.array([-way[1], way[0]]) / np.hypot(*way)
        points = np.vstack([start, start + along * way + rng.normal(0.0, 250.0, (inner, 1)) * across, end])
        layer = LAYERS_M[int(rng.integers(5))]
        speed = rng.uniform(12.0, 20.0)
        legs = np.hypot(*np.diff(points, axis=0).T) / speed
        climb_s, descent_s = layer / rng.uniform(3.0, 5.0), layer / rng.uniform(2.0, 3.0)
        lasts = np.concatenate([[climb_s], np.maximum(legs, 0.1), [descent_s]])
        x = np.concatenate([start[:1], points[:, 0], end[:1]])
        y = np.concatenate([start[1:], points[:, 1], end[1:]])
        z = np.full(len(x), layer)
        z[0] = z[-1] = 0.0
        return _joined(x, y, z, at_s, lasts)

    def _inspection(self, at_s: float) -> Trajectory4D:
        rng = self._rng
        centre = self.sites[int(rng.integers(len(self.sites)))] + rng.uniform(-1500.0, 1500.0, 2)
        turns = int(rng.integers(8, 14))
        points = centre + rng.uniform(-150.0, 150.0, (turns, 2))
        layer = LAYERS_M[int(rng.integers(5))]
        x = np.concatenate([points[:1, 0], points[:, 0], points[-1:, 0]])
        y = np.concatenate([points[:1, 1], points[:, 1], points[-1:, 1]])
        z = np.concatenate([[0.0], layer - rng.uniform(0.0, 20.0, turns), [0.0]])
        lasts = rng.uniform(0.5, 1.5, turns + 1)
        return _joined(x, y, z, at_s, lasts * (1200.0 / lasts.sum()))


class KeepOut:
    """The zones a firm reads from `GET /v1/zones` before it plans, widened by what its flights may deviate.

    A simple planner's view: hours are ignored and heights are compared where the zone gives true height; a zone of
    another datum counts at every height.
    """

    def __init__(self, features: Sequence[Mapping[str, Any]], policy: Mapping[str, Any]) -> None:
        """`features` are the zones as published, `policy` the rules in force as `GET /v1/policy` gives them."""
        frame, tolerance = LocalFrame(CRS), policy["tolerance"]
        self._rise_m = float(tolerance["vertical_m"]) + 1.0
        self._top_m = float(policy["ceiling_agl_m"]) - float(tolerance["vertical_m"])
        kept = [item for item in features if item["properties"]["restriction"] != "NO_RESTRICTION"]
        bands = [item["properties"] for item in kept]
        self._bands = np.array(
            [
                (band["lower_m"], np.inf if band["upper_m"] is None else band["upper_m"])
                if band["datum"] == "AGL"
                else (-np.inf, np.inf)
                for band in bands
            ]
        )
        areas = [_in_metres(item, frame) for item in kept]
        # Two metres more than must be kept: positions are filed to a centimetre.
        self._tree = shapely.STRtree([area.buffer(float(tolerance["horizontal_m"]) + 2.0) for area in areas])

    def clear(self, flight: Trajectory4D) -> bool:
        """Tell whether a flight (heights above flat ground) stays under the ceiling and out of every zone."""
        rows = flight.segments
        if max(rows[:, 2].max(), rows[:, 6].max()) > self._top_m:
            return False
        # A climb on the spot is a line without length, which an intersection would not see.
        lines = shapely.linestrings(rows[:, [0, 1, 4, 5]].reshape(-1, 2, 2))
        upright = (rows[:, 0:2] == rows[:, 4:6]).all(axis=1)
        lines[upright] = shapely.points(rows[upright, 0:2])
        legs, zones = self._tree.query(lines, predicate="intersects")
        low = np.minimum(rows[legs, 2], rows[legs, 6]) - self._rise_m
        high = np.maximum(rows[legs, 2], rows[legs, 6]) + self._rise_m
        return not ((high >= self._bands[zones, 0]) & (low <= self._bands[zones, 1])).any()


def _in_metres(feature: Mapping[str, Any], frame: LocalFrame) -> Any:
    def flat(degrees: FloatArray) -> FloatArray:
        return np.column_stack(frame.to_xy(degrees[:, 1], degrees[:, 0]))

    area = shapely.transform(shapely.geometry.shape(feature["geometry"]), flat)
    return area.buffer(feature["properties"].get("radius_m") or 0.0)


def _joined(x: FloatArray, y: FloatArray, z: FloatArray, at_s: float, lasts: FloatArray) -> Trajectory4D:
    t = at_s + np.concatenate([[0.0], np.cumsum(lasts)])
    points = np.column_stack([x, y, z, t])
    segments = np.hstack([points[:-1], points[1:]])
    return Trajectory4D(segments, np.arange(len(segments), dtype=np.int32))
