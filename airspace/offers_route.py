"""Filed routes as something to be changed: speeds and holds instead of times, heights in every datum, and back."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from airspace.coordinates import gcj02_from_wgs84, wgs84_from
from airspace.datums import ALT_DATUMS, AltDatum
from airspace.geometry4d import FloatArray, Trajectory4D
from airspace.region import Region
from airspace.trajectory import MAX_DURATION_S, MAX_SPEED_MPS, AircraftPerformance, FlightPath, Waypoint, WaypointRoute

SAME_PLACE_M: Final = 0.5
"""Waypoints closer than this, seen from above, stand over one place: a climb or descent on the spot (ours)."""
_SHORTEST_STEP_S: Final = 1e-3
_EN_ROUTE_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class RouteView:
    """A compiled route, waypoint by waypoint: local metres, and heights above the zero of each datum.

    `route` carries speeds and holds also where times were filed; `starts_after_s` is then the first of those times,
    None where no times were filed. `en_route` tells the waypoints at least half as high above ground as the highest:
    the others are take-off, landing and drops.
    """

    route: WaypointRoute
    x_m: FloatArray
    y_m: FloatArray
    hae_m: FloatArray
    amsl_m: FloatArray
    agl_m: FloatArray
    en_route: tuple[bool, ...]
    starts_after_s: float | None

    @property
    def top_agl_m(self) -> float:
        """The greatest true height of a waypoint."""
        return float(self.agl_m.max())

    def heights_m(self, datum: AltDatum) -> FloatArray:
        """Return the heights of the waypoints above the zero of a datum."""
        return {"AGL": self.agl_m, "AMSL": self.amsl_m, "HAE": self.hae_m}[datum]


def view_of_flight(route: WaypointRoute, path: FlightPath, region: Region) -> RouteView:
    """Return the same as `view` for a route and what it was compiled to, computing nothing twice."""
    rows = path.trajectory.segments
    if path.grounds is not None or len(rows) != len(route.waypoints) - 1 or (np.diff(path.leaves_i) != 1).any():
        return view(route, region)
    x, y, hae = (np.append(rows[:, k], rows[-1, k + 4]) for k in range(3))
    undulation = np.append(path.undulation_m[:, 0], path.undulation_m[-1, 1])
    ground = np.append(path.ground_m[:, 0], path.ground_m[-1, 1])
    return _viewed(route, x, y, hae, hae - undulation, hae - ground)


def view(route: WaypointRoute, region: Region) -> RouteView:
    """Return a route that compiles as something to be changed; raises as the altitude models do."""
    points = route.waypoints
    lat, lon = wgs84_from(route.crs, [p.lat_deg for p in points], [p.lon_deg for p in points])
    x, y = region.frame.to_xy(lat, lon)
    hae = np.array([p.alt_m for p in points], dtype=float)
    for datum in ALT_DATUMS:
        chosen = np.array([p.alt_datum == datum for p in points])
        if chosen.any():
            hae[chosen] += region.altitude.zero_hae_m(lat[chosen], lon[chosen], datum)
    amsl = hae - region.altitude.undulation_m(lat, lon)
    agl = hae - region.altitude.ground_hae_m(lat, lon)
    return _viewed(route, x, y, hae, amsl, agl)


def _viewed(
    route: WaypointRoute, x: FloatArray, y: FloatArray, hae: FloatArray, amsl: FloatArray, agl: FloatArray
) -> RouteView:
    top = float(agl.max())
    en_route = tuple(bool(height > 0 and height >= _EN_ROUTE_SHARE * top) for height in agl.tolist())
    spoken, starts_after_s = _with_speeds(route, x, y, hae)
    return RouteView(spoken, x, y, hae, amsl, agl, en_route, starts_after_s)


def rewritten(seen: RouteView, waypoints: Sequence[Waypoint], region: Region) -> WaypointRoute:
    """Return a changed route in the form it was filed in: with times again where it had times.

    Each waypoint's speed and hold stand for the leg that starts there; times follow from them, so that no leg is
    faster than the filed one it comes from.
    """
    route = WaypointRoute(tuple(waypoints), seen.route.cruise_speed_mps, seen.route.crs)
    if seen.starts_after_s is None:
        return route
    points = route.waypoints
    times = _rewritten_times(seen, route, _lengths(*(_raised_in_place(seen, points) or _places_m(route, region))))
    timed = tuple(
        Waypoint(point.lat_deg, point.lon_deg, point.alt_m, point.alt_datum, None, None, at_s)
        for point, at_s in zip(points, times, strict=True)
    )
    return WaypointRoute(timed, route.cruise_speed_mps, route.crs)


def _places_m(route: WaypointRoute, region: Region) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return local metres and HAE of the waypoints of a route."""
    points = route.waypoints
    lat, lon = wgs84_from(route.crs, [p.lat_deg for p in points], [p.lon_deg for p in points])
    x, y = region.frame.to_xy(lat, lon)
    z = np.array([p.alt_m for p in points], dtype=float)
    for datum in ALT_DATUMS:
        chosen = np.array([p.alt_datum == datum for p in points])
        if chosen.any():
            z[chosen] += region.altitude.zero_hae_m(lat[chosen], lon[chosen], datum)
    return x, y, z


def _raised_in_place(seen: RouteView, points: Sequence[Waypoint]) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Return local metres and HAE of waypoints that are the filed ones at other heights; None for any others."""
    before = seen.route.waypoints
    if len(points) != len(before):
        return None
    rises = []
    for new, old in zip(points, before, strict=True):
        if new.lat_deg != old.lat_deg or new.lon_deg != old.lon_deg or new.alt_datum != old.alt_datum:
            return None
        rises.append(new.alt_m - old.alt_m)
    return seen.x_m, seen.y_m, seen.hae_m + np.array(rises)


def _lengths(x: FloatArray, y: FloatArray, z: FloatArray) -> list[float]:
    """Return the length of each leg through the air."""
    squares = (x[1:] - x[:-1]) ** 2 + (y[1:] - y[:-1]) ** 2 + (z[1:] - z[:-1]) ** 2
    lengths: list[float] = np.sqrt(squares).tolist()
    return lengths


def raised_flight(
    seen: RouteView, path: FlightPath, by_m: float, departure_s: float
) -> tuple[FlightPath, WaypointRoute] | None:
    """Return a timed flight with what is en route higher by so many metres, as `raised`, `rewritten` and compiling give it.

    None where that is not the short way: legs without times, ground that is not linear, legs that were dropped.
    """
    rows, points = path.trajectory.segments, seen.route.waypoints
    if seen.starts_after_s is None or path.grounds is not None or len(rows) != len(points) - 1:
        return None
    if path.leaves_i[-1] != len(points) - 2:
        return None
    alts, zeros = [], []
    ground, undulation = _at_corners(path.ground_m), _at_corners(path.undulation_m)
    for k, (p, high) in enumerate(zip(points, seen.en_route, strict=True)):
        alts.append(round(p.alt_m + by_m, 3) if high else p.alt_m)
        zeros.append(ground[k] if p.alt_datum == "AGL" else undulation[k] if p.alt_datum == "AMSL" else 0.0)
    x, y, z = seen.x_m, seen.y_m, np.array(alts) + np.array(zeros)
    times = _rewritten_times(seen, seen.route, _lengths(x, y, z))
    if times[-1] > MAX_DURATION_S:
        return None
    raised_rows = rows.copy()
    raised_rows[:, 2], raised_rows[:, 6] = z[:-1], z[1:]
    at = departure_s + np.array(times)
    raised_rows[:, 3], raised_rows[:, 7] = at[:-1], at[1:]
    flown = path.flown_at(Trajectory4D(raised_rows, path.trajectory.waypoint_of))
    timed = tuple(
        Waypoint(p.lat_deg, p.lon_deg, alt, p.alt_datum, None, None, t)
        for p, alt, t in zip(points, alts, times, strict=True)
    )
    return None if flown is None else (flown, WaypointRoute(timed, seen.route.cruise_speed_mps, seen.route.crs))


def _at_corners(pairs: FloatArray) -> list[float]:
    corners: list[float] = pairs[:, 0].tolist()
    corners.append(float(pairs[-1, 1]))
    return corners


def _rewritten_times(seen: RouteView, route: WaypointRoute, length: Sequence[float]) -> list[float]:
    """Return seconds after departure at each waypoint, whole milliseconds, no leg faster than it is spoken of."""
    at = seen.starts_after_s or 0.0
    times = []
    for i, point in enumerate(route.waypoints):
        at = round(at, 3)
        times.append(at)
        if i < len(length):
            speed = point.speed_mps or route.cruise_speed_mps or MAX_SPEED_MPS
            # Rounded up to the millisecond: a leg is never faster than it was.
            lasts = (point.hold_s or 0.0) + length[i] / speed
            at += max(math.ceil(lasts * 1000 - 1e-6) / 1000, _SHORTEST_STEP_S)
    return times


def slowed(seen: RouteView, performance: AircraftPerformance) -> tuple[Waypoint, ...] | None:
    """Return the waypoints with every leg as slow as the type must fly it; None where it can fly them as filed."""
    points = list(seen.route.waypoints)
    changed = False
    for i in range(len(points) - 1):
        level = np.hypot(seen.x_m[i + 1] - seen.x_m[i], seen.y_m[i + 1] - seen.y_m[i])
        rise = float(seen.hae_m[i + 1] - seen.hae_m[i])
        length = float(np.hypot(level, rise))
        speed = points[i].speed_mps or seen.route.cruise_speed_mps
        if length <= 0 or speed is None:
            continue
        rate = performance.max_climb_mps if rise > 0 else performance.max_descent_mps
        limits = [performance.max_speed_mps] if performance.max_speed_mps else []
        if rate and rise:
            limits.append(rate * length / abs(rise))
        if limits and speed > min(limits):
            points[i] = points[i]._replace(speed_mps=max(float(np.floor(min(limits) * 1000) / 1000), 1e-3))
            changed = True
    return tuple(points) if changed else None


def kept_times(seen: RouteView, attainable_s: Sequence[float], region: Region) -> RouteView | None:
    """Return the route filed with the times an aircraft can keep: seconds after its start, one per waypoint."""
    points = seen.route.waypoints
    if len(attainable_s) != len(points):
        return None
    timed, at = [], -_SHORTEST_STEP_S
    for point, reached in zip(points, attainable_s, strict=True):
        # Rounded up to the millisecond, and strictly rising where two waypoints stand on one place.
        at = max(math.ceil((seen.starts_after_s or 0.0) * 1000 + reached * 1000 - 1e-6) / 1000, at + 1e-3)
        timed.append(point._replace(speed_mps=None, hold_s=None, t_s=round(at, 3)))
    return view(replace(seen.route, waypoints=tuple(timed)), region)


def raised(seen: RouteView, by_m: float) -> tuple[Waypoint, ...]:
    """Return the waypoints with those en route higher by so many metres, each in the datum it was filed in."""
    return tuple(
        Waypoint(p.lat_deg, p.lon_deg, round(p.alt_m + by_m, 3), p.alt_datum, p.speed_mps, p.hold_s, p.t_s)
        if high
        else p
        for p, high in zip(seen.route.waypoints, seen.en_route, strict=True)
    )


def places(
    positions: Iterable[tuple[float, float]], crs_route: WaypointRoute, region: Region
) -> list[tuple[float, float]]:
    """Return lat_deg, lon_deg in the route's CRS of places in local metres, to about a centimetre."""
    xy = np.array(list(positions), dtype=float).reshape(-1, 2)
    lat, lon = region.frame.to_lat_lon(xy[:, 0], xy[:, 1])
    if crs_route.crs == "GCJ02":
        lat, lon = gcj02_from_wgs84(lat, lon)
    return [(round(a, 7), round(b, 7)) for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]


def _with_speeds(
    route: WaypointRoute, x: FloatArray, y: FloatArray, z: FloatArray
) -> tuple[WaypointRoute, float | None]:
    points = route.waypoints
    first = points[0].t_s
    if first is None:
        return route, None
    length = _lengths(x, y, z)
    spoken = []
    for i, point in enumerate(points):
        speed = hold = None
        if i < len(length):
            lasts = float(points[i + 1].t_s or 0.0) - float(point.t_s or 0.0)
            if length[i] > 1e-6:
                speed = length[i] / lasts
            else:
                hold = lasts
        spoken.append(Waypoint(point.lat_deg, point.lon_deg, point.alt_m, point.alt_datum, speed, hold, None))
    return WaypointRoute(tuple(spoken), route.cruise_speed_mps, route.crs), first
