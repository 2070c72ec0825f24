"""Another pad near the destination: which sites come into question, and the route that ends there instead."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from airspace.offers import standing_in_the_way
from airspace.offers_parts import Filed
from airspace.offers_route import SAME_PLACE_M, RouteView, places
from airspace.region import Region
from airspace.scene import Scene
from airspace.sites import Site
from airspace.trajectory import Waypoint

NEAR_M: Final = 2_000.0
"""How far from the intended one another pad may lie (ours: half an hour's walk)."""
MOST_SITES: Final = 6
_WHOLE_WAY: Final = frozenset({"outside_corridor", "above_ceiling", "performance_exceeded", "times_not_attainable"})
"""Reasons about how the whole way is flown, though they may name its last leg."""


@dataclass(frozen=True, slots=True, eq=False)
class OtherPad:
    """A site to land at instead, how far from the intended place, and the waypoints that lead straight there."""

    site: Site
    away_m: float
    waypoints: tuple[Waypoint, ...]


def landing_is_in_the_way(filed: Filed) -> bool:
    """Tell whether what stands in the way is about the place of landing itself."""
    plan, seen = filed.plan, filed.seen
    for item in standing_in_the_way(filed.decision):
        if item.site_id is not None and item.site_id == plan.destination_site_id:
            return True
        if item.code == "off_site_not_allowed" and plan.destination_site_id is None:
            return True
        if item.code in _WHOLE_WAY or item.segment is None or seen is None:
            continue
        if item.segment[1] >= len(seen.route.waypoints) - 1:
            return True
    return False


def other_pads(filed: Filed, scene: Scene) -> Iterator[OtherPad]:
    """Yield open sites this firm may use within two kilometres of the intended place, nearest first, at most six."""
    plan, seen = filed.plan, filed.seen
    if seen is None:
        return
    intended = None if plan.destination_site_id is None else scene.sites.sites.get(plan.destination_site_id)
    x, y = (intended.x_m, intended.y_m) if intended is not None else (float(seen.x_m[-1]), float(seen.y_m[-1]))
    near = sorted(
        (away_m, site.site_id, site)
        for away_m, site in scene.sites.within(x, y, NEAR_M)
        if site.open
        and site.operator_id in (None, plan.operator_id)
        and site.site_id not in (plan.destination_site_id, plan.origin_site_id)
    )
    for away_m, _, site in near[:MOST_SITES]:
        waypoints = ending_at(seen, site, scene.region)
        if waypoints is not None:
            yield OtherPad(site, away_m, waypoints)


def ending_at(seen: RouteView, site: Site, region: Region) -> tuple[Waypoint, ...] | None:
    """Return the waypoints with everything over the last place moved to a site, at the same true heights there."""
    points = seen.route.waypoints
    last = len(points) - 1
    first_over = last
    while first_over > 0 and _apart_m(seen, first_over - 1, last) <= SAME_PLACE_M:
        first_over -= 1
    if first_over == 0:
        return None
    lat, lon = places([(site.x_m, site.y_m)], seen.route, region)[0]
    ground_m = float(region.altitude.ground_hae_m(site.lat_deg, site.lon_deg)[0])
    undulation_m = float(region.altitude.undulation_m(site.lat_deg, site.lon_deg)[0])
    moved = []
    for i in range(first_over, last + 1):
        agl_m = float(seen.agl_m[i])
        alt_m = {"AGL": agl_m, "AMSL": agl_m + ground_m - undulation_m, "HAE": agl_m + ground_m}[points[i].alt_datum]
        moved.append(points[i]._replace(lat_deg=lat, lon_deg=lon, alt_m=round(alt_m, 3)))
    return (*points[:first_over], *moved)


def _apart_m(seen: RouteView, i: int, j: int) -> float:
    return math.hypot(seen.x_m[i] - seen.x_m[j], seen.y_m[i] - seen.y_m[j])
