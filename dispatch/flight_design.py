"""A flight between two sites: straight up, the shortest way around what is closed, straight down.

The way is found per level (`dispatch.router` around zones, or `dispatch.network` along corridors where free flight is
not allowed); the times are those of the contract: legs at constant speed, climbs and descents on the spot.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from airspace.region import Region
from airspace.site_fields import Sector
from airspace.site_rules import gate_radius_m, nearest_in
from airspace.sites import Site
from airspace.trajectory import Waypoint
from dispatch.router import Place

CLIMB_MPS: Final = 4.0
DESCENT_MPS: Final = 3.0
LEVELS_AGL_M: Final = (45.0, 60.0, 75.0, 90.0, 105.0)
"""15 m apart, and under a ceiling of 120 m with 5 m of tolerance to spare."""

_BEYOND_M: Final = 30.0

WayAt = Callable[[Place, Place, float], Sequence[Place] | None]
"""The corners of a way from start to goal at a true height, both included, or None."""


@dataclass(frozen=True, slots=True)
class Flight:
    """A designed flight: its waypoints (heights are true heights), length over ground and duration."""

    waypoints: tuple[Waypoint, ...]
    level_agl_m: float
    length_m: float
    lasts_s: float

    def slowed(self, cruise_mps: float, over_ground_mps: float) -> "Flight":
        """Return the flight as it lasts where it makes less over ground than the cruise speed it was designed with."""
        if over_ground_mps >= cruise_mps:
            return self
        return replace(self, lasts_s=self.lasts_s + self.length_m * (1.0 / over_ground_mps - 1.0 / cruise_mps))


def levels_for(origin: Site, destination: Site, levels: Sequence[float] = LEVELS_AGL_M) -> tuple[float, ...]:
    """Return the levels in the order to try: eastbound flights the even places first, westbound the odd ones.

    The idea of the semicircular rule (ICAO Annex 2, Appendix 3): opposite directions meet less.
    """
    east = destination.x_m >= origin.x_m
    own = [level for k, level in enumerate(levels) if (k % 2 == 0) is east]
    return (*own, *(level for level in levels if level not in own))


def design(
    origin: Site, destination: Site, level_agl_m: float, cruise_mps: float, region: Region, way_at: WayAt
) -> Flight | None:
    """Return a flight at a level, or None where there is no way or both sites are one place."""
    start, goal = (origin.x_m, origin.y_m), (destination.x_m, destination.y_m)
    if math.dist(start, goal) < 1.0:
        return None
    way = way_at(start, goal, level_agl_m)
    if way is None:
        return None
    length_m = sum(math.dist(a, b) for a, b in pairwise(way))
    corners = [_degrees(place, region) for place in way[1:-1]]
    first, last = (origin.lat_deg, origin.lon_deg), (destination.lat_deg, destination.lon_deg)
    points = [
        Waypoint(*first, 0.0, "AGL", CLIMB_MPS),
        Waypoint(*first, level_agl_m, "AGL"),
        *(Waypoint(*corner, level_agl_m, "AGL") for corner in corners),
        Waypoint(*last, level_agl_m, "AGL", DESCENT_MPS),
        Waypoint(*last, 0.0, "AGL"),
    ]
    lasts_s = level_agl_m / CLIMB_MPS + length_m / cruise_mps + level_agl_m / DESCENT_MPS
    return Flight(tuple(points), level_agl_m, length_m, lasts_s)


def gates(origin: Site, destination: Site) -> tuple[Place, Place]:
    """Return where a flight begins and ends that keeps to the directions of its sites: a gate where the straight way
    would leave or come by another direction, else the site itself."""
    return (
        _gate(origin, (destination.x_m, destination.y_m), origin.fields.departures),
        _gate(destination, (origin.x_m, origin.y_m), destination.fields.approaches),
    )


def through_gates(origin: Site, destination: Site, way: Sequence[Place]) -> list[Place]:
    """Return a way between gates with the sites at its ends."""
    first, last = (origin.x_m, origin.y_m), (destination.x_m, destination.y_m)
    before = [] if math.dist(first, way[0]) < 1.0 else [first]
    after = [] if math.dist(last, way[-1]) < 1.0 else [last]
    return [*before, *way, *after]


def _gate(site: Site, other: Place, sectors: tuple[Sector, ...]) -> Place:
    bearing = math.degrees(math.atan2(other[0] - site.x_m, other[1] - site.y_m)) % 360.0
    open_ = nearest_in(sectors, bearing)
    if open_ == bearing:
        return site.x_m, site.y_m
    # A little beyond the circle its directions are judged on, so that the turn lies outside.
    reach, angle = gate_radius_m(site) + _BEYOND_M, math.radians(open_)
    return site.x_m + reach * math.sin(angle), site.y_m + reach * math.cos(angle)


def _degrees(place: Place, region: Region) -> tuple[float, float]:
    lat, lon = region.frame.to_lat_lon(*place)
    return round(float(lat[0]), 7), round(float(lon[0]), 7)
