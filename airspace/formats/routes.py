"""What every reader and writer of routes shares: points with their datum, home, and the way to and from a plan's body.

Heights keep the datum the file gives them. Heights over home are the only ones no plan can hold: they become heights over
sea level (or the ellipsoid) by the elevation of home, which the file, the caller or the ground model must say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from airspace.coordinates import CRS_NAMES, Crs, wgs84_from
from airspace.datums import AltDatum, NoGroundError, OutsideGeoidError
from airspace.formats.problems import FormatProblem, Severity
from airspace.formats.zone_drafts import Place
from airspace.region import Region
from airspace.timebase import SCENE_EPOCH_AT
from airspace.trajectory import MAX_WAYPOINTS, FlightPath, Waypoint, WaypointRoute, compile_route

Datum: TypeAlias = Literal["AGL", "AMSL", "HAE", "HOME"]
BODY_FIELDS: Final = (
    "aircraft_id", "operation_type", "priority", "departure_at", "origin_site_id", "destination_site_id",
    "alternate_site_ids", "contingency", "remarks",
)  # fmt: skip
"""Members of a plan's body besides its route."""
_DOUBT_M: Final = 10.0


@dataclass(slots=True)
class Point:
    """One waypoint as read; `place` is where it stood in the file."""

    lat_deg: float
    lon_deg: float
    alt_m: float
    datum: Datum
    place: Place
    speed_mps: float | None = None
    hold_s: float | None = None
    t_s: float | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """Where heights over home count from; `alt_m` None where the file does not say."""

    lat_deg: float
    lon_deg: float
    alt_m: float | None
    datum: Literal["AMSL", "HAE"]
    place: Place


@dataclass(slots=True)
class RouteFile:
    """What a reader found: a route, or volumes, with members of the body the file holds, and problems."""

    points: list[Point] = field(default_factory=list)
    home: Home | None = None
    cruise_speed_mps: float | None = None
    crs: Crs = "WGS84"
    body: dict[str, Any] = field(default_factory=dict)
    volumes: list[dict[str, Any]] | None = None
    clamped: Place | None = None
    """Where the file says that its line lies on the ground, whatever heights it holds."""
    problems: list[FormatProblem] = field(default_factory=list)

    def add(self, code: str, place: Place, *, warning: bool = False, **values: object) -> None:
        """Note a problem."""
        severity: Severity = "warning" if warning else "error"
        self.problems.append(FormatProblem.of(place.field, place.line, code, severity=severity, **values))

    @property
    def broken(self) -> bool:
        """Whether an error was noted."""
        return any(problem.severity == "error" for problem in self.problems)


@dataclass(frozen=True, slots=True)
class RouteOptions:
    """What the caller adds to a file; what is given wins over what the file says."""

    body: Mapping[str, Any] = field(default_factory=dict)
    cruise_speed_mps: float | None = None
    crs: Crs | None = None
    home_amsl_m: float | Literal["ground"] | None = None
    alt_datum: AltDatum | None = None
    alt_m: float | None = None


@dataclass(frozen=True, slots=True)
class FinishedRoute:
    """A body that can be filed once `missing` is added, every problem, and what the route comes to."""

    body: dict[str, Any] | None
    missing: tuple[str, ...]
    problems: list[FormatProblem]
    summary: dict[str, Any]


def finish_route(found: RouteFile, options: RouteOptions, region: Region) -> FinishedRoute:
    """Return the body of the plan a file describes; None when an error keeps it from being one."""
    body = {name: value for name, value in found.body.items() if name in BODY_FIELDS and value is not None}
    body |= {name: value for name, value in options.body.items() if value is not None}
    missing = tuple(name for name in ("aircraft_id", "departure_at", "operation_type") if name not in body)
    for name in missing:
        found.add("not_in_file", Place(f"?{name}", None), warning=True, what=name, what_zh=f" {name} ")
    if found.volumes is not None:
        whole = {**body, "route": {"type": "volumes", "volumes": found.volumes}}
        return FinishedRoute(None if found.broken else whole, missing, found.problems, {"volumes": len(found.volumes)})
    route = _route(found, options, region)
    if route is None:
        return FinishedRoute(None, missing, found.problems, {"waypoints": len(found.points)})
    compiled = compile_route(route, _departure(body.get("departure_at")), region)
    if not isinstance(compiled, FlightPath):
        for error in compiled:
            place = _place_of(error.pointer, found)
            found.problems.append(FormatProblem.of_field(error, place.field, place.line))
        return FinishedRoute(None, missing, found.problems, {"waypoints": len(found.points)})
    return FinishedRoute({**body, "route": route_body(route)}, missing, found.problems, _summary(compiled))


def _route(found: RouteFile, options: RouteOptions, region: Region) -> WaypointRoute | None:
    if found.broken:
        return None
    count = len(found.points)
    if not 2 <= count <= MAX_WAYPOINTS:
        code = "too_few_waypoints" if count < 2 else "too_many_waypoints"
        place = found.points[-1].place if found.points else Place("", None)
        found.add(code, place, count=count, limit=MAX_WAYPOINTS)
        return None
    crs = options.crs or found.crs
    if found.clamped is not None and options.alt_m is None:
        found.add("heights_clamped", found.clamped)
        return None
    if options.alt_m is not None:
        for point in found.points:
            point.alt_m = options.alt_m
    if options.alt_datum is not None:
        for point in found.points:
            point.datum = options.alt_datum
    if not _settle_heights(found, options, crs, region):
        return None
    speeds = [point.speed_mps for point in found.points[:-1]]
    cruise = options.cruise_speed_mps or found.cruise_speed_mps or next((s for s in speeds if s is not None), None)
    timed = all(point.t_s is not None for point in found.points)
    if cruise is None:
        if not timed:
            found.add("speed_missing", Place("?cruise_speed_mps", None))
            return None
        cruise = 10.0  # never used: every waypoint has its time
    waypoints = tuple(
        Waypoint(
            p.lat_deg,
            p.lon_deg,
            p.alt_m,
            "AMSL" if p.datum == "HOME" else p.datum,
            None if p.speed_mps == cruise else p.speed_mps,
            p.hold_s or None,
            p.t_s,
        )
        for p in found.points
    )
    return WaypointRoute(waypoints, cruise, crs)


def _settle_heights(found: RouteFile, options: RouteOptions, crs: Crs, region: Region) -> bool:
    """Turn heights over home into heights over sea level or the ellipsoid; False, with a problem, where that is not known."""
    relative = [point for point in found.points if point.datum == "HOME"]
    if not relative:
        return True
    first, home = found.points[0], found.home
    lat, lon = wgs84_from(crs, home.lat_deg if home else first.lat_deg, home.lon_deg if home else first.lon_deg)
    ground_m: float | None = None
    try:
        ground_m = float(region.altitude.terrain.elevation_amsl_m(lat, lon)[0])
    except (NoGroundError, OutsideGeoidError):
        ground_m = None
    datum: AltDatum = "AMSL"
    if options.home_amsl_m == "ground":
        if ground_m is None:
            found.add("terrain_unknown", relative[0].place)
            return False
        base_m = ground_m
    elif options.home_amsl_m is not None:
        base_m = float(options.home_amsl_m)
    elif home is not None and home.alt_m is not None:
        base_m, datum = home.alt_m, home.datum
        if datum == "AMSL" and ground_m is not None and abs(ground_m - base_m) > _DOUBT_M:
            found.add("home_elevation_doubtful", home.place, warning=True, value=base_m, ground=ground_m)
    else:
        found.add("home_elevation_needed", relative[0].place)
        return False
    for point in relative:
        point.alt_m, point.datum = base_m + point.alt_m, datum
    return True


def _departure(given: object) -> datetime:
    """Return the departure to compile with; one that is missing or malformed is judged when the plan is filed."""
    try:
        at = datetime.fromisoformat(str(given))
    except ValueError:
        return SCENE_EPOCH_AT
    return at if at.tzinfo is not None else SCENE_EPOCH_AT


def _place_of(pointer: str, found: RouteFile) -> Place:
    parts = pointer.split("/")
    if len(parts) > 3 and parts[2] == "waypoints" and parts[3].isdigit() and int(parts[3]) < len(found.points):
        return found.points[int(parts[3])].place
    return Place(pointer, None)


def _summary(path: FlightPath) -> dict[str, Any]:
    rows = path.trajectory.segments
    moved = rows[:, 4:7] - rows[:, 0:3]
    return {
        "waypoints": path.waypoint_count,
        "length_m": round(float(np.linalg.norm(moved, axis=1).sum()), 1),
        "duration_s": round(path.trajectory.ends_s - path.trajectory.starts_s, 1),
        "highest_agl_m": round(float(path.agl_high_m.max()), 1),
    }


def route_body(route: WaypointRoute) -> dict[str, Any]:
    """Return a route as a plan's body holds it, without what is not set."""
    body: dict[str, Any] = {"type": "trajectory"}
    if route.crs != "WGS84":
        body["crs"] = route.crs
    body["cruise_speed_mps"] = route.cruise_speed_mps
    body["waypoints"] = [_waypoint_body(point) for point in route.waypoints]
    return body


def _waypoint_body(point: Waypoint) -> dict[str, Any]:
    body: dict[str, Any] = {
        "lat_deg": point.lat_deg,
        "lon_deg": point.lon_deg,
        "alt_m": point.alt_m,
        "alt_datum": point.alt_datum,
    }
    extra = {"speed_mps": point.speed_mps, "hold_s": point.hold_s, "t_s": point.t_s}
    return body | {name: value for name, value in extra.items() if value is not None}


def crs_of(value: object) -> Crs | None:
    """Return a CRS by its name, None for anything else."""
    return next((name for name in CRS_NAMES if name == value), None)


# -- writing -----------------------------------------------------------------------------------------------------------


def route_of_body(body: Mapping[str, Any]) -> WaypointRoute:
    """Return the route of a plan's body, which was accepted before; raises ValueError for one of volumes."""
    raw = body["route"]
    if raw.get("type") != "trajectory":
        raise ValueError("a plan of volumes has no route")
    waypoints = tuple(
        Waypoint(
            p["lat_deg"], p["lon_deg"], p["alt_m"], p["alt_datum"], p.get("speed_mps"), p.get("hold_s"), p.get("t_s")
        )
        for p in raw["waypoints"]
    )
    return WaypointRoute(waypoints, raw.get("cruise_speed_mps"), raw.get("crs") or "WGS84")


def body_members(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the members of a body besides its route that are set."""
    return {name: body[name] for name in BODY_FIELDS if body.get(name) is not None}


@dataclass(frozen=True, slots=True)
class Step:
    """A waypoint to be flown: WGS-84, its height in two datums, and the hold and speed that make its times."""

    lat_deg: float
    lon_deg: float
    alt_m: float
    datum: AltDatum
    alt_amsl_m: float
    alt_hae_m: float
    hold_s: float
    speed_mps: float


def steps_of(route: WaypointRoute, region: Region) -> list[Step]:
    """Return a route as autopilots know it: times given by `t_s` become speeds and holds.

    Raises ValueError when the route cannot be flown as written.
    """
    compiled = compile_route(route, SCENE_EPOCH_AT, region)
    if not isinstance(compiled, FlightPath):
        raise ValueError(compiled[0].detail)
    rows = compiled.trajectory.segments
    moved = np.linalg.norm(rows[:, 4:7] - rows[:, 0:3], axis=1)
    lasts = rows[:, 7] - rows[:, 3]
    cruise = route.cruise_speed_mps or 10.0
    timed = all(point.t_s is not None for point in route.waypoints)
    lat, lon = wgs84_from(route.crs, [p.lat_deg for p in route.waypoints], [p.lon_deg for p in route.waypoints])
    steps = []
    speed = cruise
    for i, point in enumerate(route.waypoints):
        mine = compiled.leaves_i == i
        if timed:
            hold_s = float(lasts[mine & (moved == 0)].sum())
            going = mine & (moved > 0)
            speed = float(moved[going].sum() / lasts[going].sum()) if going.any() else speed
        else:
            hold_s, speed = point.hold_s or 0.0, point.speed_mps or cruise
        hae_m = float(region.altitude.to_hae_m(lat[i], lon[i], point.alt_m, point.alt_datum)[0])
        amsl_m = float(region.altitude.from_hae_m(lat[i], lon[i], hae_m, "AMSL")[0])
        amsl_m = point.alt_m if point.alt_datum == "AMSL" else amsl_m
        at = (float(lat[i]), float(lon[i]))
        steps.append(Step(*at, point.alt_m, point.alt_datum, amsl_m, hae_m, hold_s, speed))
    return steps


def finite(value: object) -> float | None:
    """Return a finite number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e300:
        return None
    return float(value)


def points_with(
    values: Mapping[str, Any],
    positions: Sequence[tuple[float, float, float | None, Place]],
    found: RouteFile,
    at: Place,
) -> list[Point]:
    """Return points of positions (lat, lon, height) and the lists beside them: datums, speeds, holds, times.

    `values` may hold `alt_datum` or `alt_datums`, `speeds_mps`, `holds_s`, `t_s`, each list as long as the positions.
    """
    columns: dict[str, list[Any]] = {}
    for name in ("alt_datums", "speeds_mps", "holds_s", "t_s"):
        raw = values.get(name)
        if raw is None:
            columns[name] = [None] * len(positions)
        elif isinstance(raw, list) and len(raw) == len(positions):
            columns[name] = raw
        else:
            place = Place(f"{at.field}/{name}", at.line)
            found.add(
                "wrong_type",
                place,
                what=f"a list of {len(positions)} values",
                what_zh=f"含 {len(positions)} 个值的列表",
            )
            return []
    common = values.get("alt_datum")
    points = []
    for n, (lat, lon, alt, place) in enumerate(positions):
        datum = columns["alt_datums"][n] or common
        if datum is None:
            found.add("datum_missing", at)
            return []
        if datum not in ("AGL", "AMSL", "HAE", "HOME"):
            found.add("unknown_datum", at, value=datum, choices="AGL, AMSL, HAE")
            return []
        if alt is None:
            found.add("altitude_missing", place)
            return []
        point = Point(lat, lon, alt, datum, place)
        for name, column in (("speed_mps", "speeds_mps"), ("hold_s", "holds_s"), ("t_s", "t_s")):
            value = columns[column][n]
            if value is not None and finite(value) is None:
                found.add(
                    "wrong_type", Place(f"{at.field}/{column}", at.line), what="numbers or null", what_zh="数值或 null"
                )
                return []
            setattr(point, name, finite(value))
        points.append(point)
    return points


def lists_of(route: WaypointRoute) -> dict[str, Any]:
    """Return the lists `points_with` reads, without those that say nothing."""
    datums = [point.alt_datum for point in route.waypoints]
    values: dict[str, Any] = {"alt_datum": datums[0]} if len(set(datums)) == 1 else {"alt_datums": datums}
    columns = {
        "speeds_mps": [point.speed_mps for point in route.waypoints],
        "holds_s": [point.hold_s for point in route.waypoints],
        "t_s": [point.t_s for point in route.waypoints],
    }
    return values | {name: column for name, column in columns.items() if any(v is not None for v in column)}
