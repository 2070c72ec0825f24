"""Filed routes led through the corridor network: take-off and landing as filed, everything between along corridors."""

import math
from collections.abc import Callable, Collection, Sequence

from airspace.datums import AltDatum
from airspace.offers_route import SAME_PLACE_M, RouteView, places
from airspace.region import Region
from airspace.trajectory import MAX_WAYPOINTS, Waypoint
from dispatch.network import Network, Stretch
from dispatch.router import Place


def through_corridors(
    seen: RouteView,
    region: Region,
    network: Network,
    *,
    height_agl_m: float,
    closed: Collection[int] = (),
    access: Callable[[Place, Place], bool] | None = None,
) -> tuple[Waypoint, ...] | None:
    """Return the route through the network as near to a true height as each corridor's band allows, or None.

    None where the route has stops on the way (holds, drops), or where the network has no way between its ends.
    """
    points = seen.route.waypoints
    count = len(points)
    first_top, last_top = _tops(seen)
    inner = range(first_top, last_top + 1)
    if any(not seen.en_route[i] or (points[i].hold_s and 0 < i < count - 1) for i in inner):
        return None
    start, goal = _place(seen, 0), _place(seen, count - 1)
    way = network.way(start, goal, closed=closed, access=access)
    if not way:
        return None
    cruise = points[first_top].speed_mps if first_top < count - 1 else None
    flown = _flown(way, region, seen, height_agl_m, cruise)
    climb, land = points[0], points[-1]
    result: list[Waypoint] = []
    if not seen.en_route[0]:
        result.append(climb)
    else:
        flown[0] = flown[0]._replace(hold_s=climb.hold_s)
    result.extend(flown)
    if not seen.en_route[-1]:
        if last_top < count - 1 and _same_place(seen, last_top, count - 1):
            result[-1] = result[-1]._replace(speed_mps=points[last_top].speed_mps)
        result.append(land)
    return tuple(result) if len(result) <= MAX_WAYPOINTS else None


def _flown(
    way: Sequence[Stretch], region: Region, seen: RouteView, height_agl_m: float, cruise: float | None
) -> list[Waypoint]:
    """Return the waypoints of a way, two over a place where the height changes."""
    route = seen.route
    # The ends as filed: a node may lie up to a metre beside them.
    at = [_place(seen, 0), *(stretch.end for stretch in way[:-1]), _place(seen, len(route.waypoints) - 1)]
    degrees = places(at, route, region)
    levels = _levels(way, region, height_agl_m)
    result: list[Waypoint] = []
    for k, (lat, lon) in enumerate(degrees):
        before = levels[k - 1] if k > 0 else None
        after = levels[k] if k < len(levels) else None
        for level in (before, after):
            if level is not None:
                point = Waypoint(lat, lon, level[0], level[1], cruise)
                if not result or _differs(result[-1], point):
                    result.append(point)
        if k < len(way):
            result[-1] = result[-1]._replace(speed_mps=_slowest(cruise, route.cruise_speed_mps, way[k].edge.speed_mps))
    return result


def _slowest(cruise: float | None, usual: float | None, allowed: float | None) -> float | None:
    """Return the speed of a leg: as filed, or the corridor's where that is less."""
    filed = cruise if cruise is not None else usual
    return allowed if allowed is not None and filed is not None and allowed < filed else cruise


def _differs(a: Waypoint, b: Waypoint) -> bool:
    return (a.lat_deg, a.lon_deg, a.alt_m, a.alt_datum) != (b.lat_deg, b.lon_deg, b.alt_m, b.alt_datum)


def _levels(way: Sequence[Stretch], region: Region, height_agl_m: float) -> list[tuple[float, AltDatum]]:
    """Return the height and datum of each stretch: links over sites are flown at the height of what comes before."""
    levels: list[tuple[float, AltDatum] | None] = []
    for stretch in way:
        edge = stretch.edge
        if not math.isfinite(edge.low_m):
            levels.append(levels[-1] if levels else None)
            continue
        wanted = height_agl_m
        if edge.datum != "AGL":
            lat, lon = region.frame.to_lat_lon(*stretch.start)
            wanted = float(region.altitude.convert_m(lat, lon, height_agl_m, "AGL", edge.datum)[0])
        levels.append((round(min(max(wanted, edge.low_m), edge.high_m), 3), edge.datum))
    known = next((level for level in levels if level is not None), (height_agl_m, "AGL"))
    return [level if level is not None else known for level in levels]


def _tops(seen: RouteView) -> tuple[int, int]:
    """Return the first and last en-route waypoint."""
    high = [i for i, en_route in enumerate(seen.en_route) if en_route]
    return (high[0], high[-1]) if high else (0, len(seen.en_route) - 1)


def _place(seen: RouteView, i: int) -> Place:
    return float(seen.x_m[i]), float(seen.y_m[i])


def _same_place(seen: RouteView, i: int, j: int) -> bool:
    return math.hypot(seen.x_m[i] - seen.x_m[j], seen.y_m[i] - seen.y_m[j]) <= SAME_PLACE_M
