"""Filed routes compiled to flights: waypoints in degrees and some datum to straight 4D legs in local metres.

A leg lasts its 3-D length divided by the speed of the waypoint it starts from (else the cruise speed); a hold hovers
at its waypoint first, at the last waypoint too; where every waypoint has `t_s` those times hold instead of speeds and
holds. Heights are converted at each waypoint and legs are straight in HAE in between. A vertical climb is two waypoints
with the same position. A leg shorter than a microsecond is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from airspace import plan_kernels
from airspace.areas import is_number, position_error
from airspace.coordinates import CRS_NAMES, Crs, wgs84_from
from airspace.datums import ALT_DATUMS, AltDatum, FlatTerrain, LegGround, NoGroundError, OutsideGeoidError
from airspace.errors import FieldError
from airspace.frame import usual
from airspace.geometry4d import FloatArray, IntArray, Trajectory4D
from airspace.plan_compiled import kernels
from airspace.region import Region
from airspace.timebase import to_scene_s

MAX_WAYPOINTS: Final = 2_000
MAX_DURATION_S: Final = 86_400.0
MAX_SPEED_MPS: Final = 150.0
"""Above the speed of any aircraft that flies low over a city (ours)."""
MIN_ALT_M: Final = -500.0
MAX_ALT_M: Final = 10_000.0
_SHORTEST_LEG_S: Final = 1e-6
_SHORTEST_STEP_S: Final = 1e-3


class Waypoint(NamedTuple):
    """A filed waypoint: position in the route's CRS, height in its own datum.

    A tuple: dozens are made for a plan and its offers, at two fifths of what a frozen dataclass costs.
    """

    lat_deg: float
    lon_deg: float
    alt_m: float
    alt_datum: AltDatum
    speed_mps: float | None = None
    hold_s: float | None = None
    t_s: float | None = None


@dataclass(frozen=True, slots=True)
class WaypointRoute:
    """A route of type `trajectory` as filed."""

    waypoints: tuple[Waypoint, ...]
    cruise_speed_mps: float | None
    crs: Crs = "WGS84"


@dataclass(frozen=True, slots=True)
class AircraftPerformance:
    """What a type can do; None where it is unknown, which refuses nothing."""

    max_speed_mps: float | None = None
    max_climb_mps: float | None = None
    max_descent_mps: float | None = None
    max_accel_mps2: float | None = None
    """Along and across the track alike; used by `airspace.flyability`."""


@dataclass(frozen=True, slots=True, eq=False)
class FlightPath:
    """A trajectory with everything the rules ask of it; arrays have one row per segment (n).

    `lat_deg`, `lon_deg`, `undulation_m`, `ground_m` are (n, 2), at the start and end of each segment, ground in HAE;
    `grounds` holds the ground in between, or None over flat terrain, where it is linear. `agl_low_m`, `agl_high_m` are
    the extremes of true height within each segment. `leaves_i`, `reaches_j` (n,) are filed waypoint indices. `bounds_m`
    (n, 4) are the boxes of the segments, `x_min y_min x_max y_max`.
    """

    trajectory: Trajectory4D
    waypoint_count: int
    lat_deg: FloatArray
    lon_deg: FloatArray
    undulation_m: FloatArray
    ground_m: FloatArray
    grounds: tuple[LegGround, ...] | None
    agl_low_m: FloatArray
    agl_high_m: FloatArray
    leaves_i: IntArray
    reaches_j: IntArray
    bounds_m: FloatArray = field(repr=False)
    extremes: tuple[float, ...] = field(repr=False)
    """Least and greatest latitude, longitude (degrees) and true height (metres) of the whole flight."""
    over: dict[Any, Any] = field(default_factory=dict, repr=False)
    """What was found out about its line on the ground (`airspace.ground_track`), for all flights over the same corners."""

    @property
    def lines(self) -> Any:
        """The segments as shapely LineStrings in local metres, made at each call."""
        return self.lines_of(slice(None))

    def later(self, delay_s: float) -> "FlightPath":
        """Return the same flight, later by `delay_s` seconds: over the same places, at the same heights."""
        return FlightPath(
            self.trajectory.shifted(delay_s),
            self.waypoint_count,
            self.lat_deg,
            self.lon_deg,
            self.undulation_m,
            self.ground_m,
            self.grounds,
            self.agl_low_m,
            self.agl_high_m,
            self.leaves_i,
            self.reaches_j,
            self.bounds_m,
            self.extremes,
            self.over,
        )

    def flown_at(self, trajectory: Trajectory4D) -> "FlightPath | None":
        """Return a flight over the same corners at other heights and times; None where the ground is not linear."""
        if self.grounds is not None:
            return None
        rows = trajectory.segments
        first, last = rows[:, 2] - self.ground_m[:, 0], rows[:, 6] - self.ground_m[:, 1]
        low, high = np.minimum(first, last), np.maximum(first, last)
        return FlightPath(
            trajectory,
            self.waypoint_count,
            self.lat_deg,
            self.lon_deg,
            self.undulation_m,
            self.ground_m,
            None,
            low,
            high,
            self.leaves_i,
            self.reaches_j,
            self.bounds_m,
            (*self.extremes[:4], float(low.min()), float(high.max())),
            self.over,
        )

    def lines_of(self, chosen: Any) -> Any:
        """Return some of the segments, by index or slice, as shapely LineStrings in local metres."""
        rows = self.trajectory.segments[chosen]
        ends = np.empty((len(rows), 2, 2))
        ends[:, 0], ends[:, 1] = rows[:, 0:2], rows[:, 4:6]
        return shapely.linestrings(ends)

    def cells(self, region: Region, widen_m: float) -> frozenset[int]:
        """Return the resolution-8 cells that points within `widen_m` of the flight can lie in."""
        return region.grid.along(self.trajectory.segments[:, [0, 1, 4, 5]], widen_m)


Compiled: TypeAlias = FlightPath | list[FieldError]


def compile_route(route: WaypointRoute, departure_at: datetime, region: Region, pointer: str = "/route") -> Compiled:
    """Compile a filed route into a flight, or say what is wrong with it field by field.

    Codes: wrong_type, unknown_crs, too_few_waypoints, too_many_waypoints, latitude_out_of_range,
    longitude_out_of_range, probably_swapped_axes, outside_service_area, unknown_datum, altitude_out_of_range,
    speed_missing, speed_out_of_range, hold_out_of_range, incomplete_times, times_not_increasing, no_duration,
    duration_too_long, terrain_unknown, naive_time. At most 20 faults come back.
    """
    errors = _check_route(route, pointer)
    if departure_at.tzinfo is None:
        detail = "The departure time needs an offset, for example 2026-05-01T08:00:00+08:00."
        detail_zh = "起飞时间必须带时区偏移，例如 2026-05-01T08:00:00+08:00。"
        errors.append(FieldError("/departure_at", "naive_time", detail, detail_zh))
    if errors:
        return errors[:20]
    points = route.waypoints
    lat, lon = wgs84_from(route.crs, [p.lat_deg for p in points], [p.lon_deg for p in points])
    service, inside = region.service, region.service.holds
    for i, (lat_deg, lon_deg) in enumerate(zip(lat.tolist(), lon.tolist(), strict=True)):
        if not inside(lat_deg, lon_deg):
            fault = position_error(lat_deg, lon_deg, service, f"{pointer}/waypoints/{i}/lat_deg")
            if fault is not None:
                errors.append(fault)
    if errors:
        return errors[:20]
    try:
        places = _places(lat, lon, region)
    except (NoGroundError, OutsideGeoidError) as fault:
        return [
            _height_fault(points, lat, lon, region, pointer) or _terrain_unknown(f"{pointer}/waypoints", str(fault))
        ]
    x, y = region.frame.to_xy(lat, lon)
    rows = _rows(route, x, y, _heights_hae_m(points, places), departs_s=to_scene_s(departure_at), pointer=pointer)
    if isinstance(rows, list):
        return rows
    trajectory, corners = rows
    return flight_path(trajectory, region, len(points), places if corners is None else places.taken(corners))


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Points on the ground: WGS-84 degrees, undulation and ground (HAE), one entry per point."""

    lat_deg: FloatArray
    lon_deg: FloatArray
    undulation_m: FloatArray
    ground_m: FloatArray

    def taken(self, chosen: IntArray) -> "_Places":
        return _Places(self.lat_deg[chosen], self.lon_deg[chosen], self.undulation_m[chosen], self.ground_m[chosen])


def _places(lat: FloatArray, lon: FloatArray, region: Region) -> _Places:
    undulation = region.altitude.undulation_m(lat, lon)
    return _Places(lat, lon, undulation, undulation + region.altitude.terrain.elevation_amsl_m(lat, lon))


def flight_path(
    trajectory: Trajectory4D,
    region: Region,
    waypoint_count: int,
    corners: _Places | None = None,
) -> FlightPath:
    """Return a trajectory with its places, ground and true heights; raises NoGroundError or OutsideGeoidError.

    `corners` are the places of its n + 1 corners, where the caller still has them.
    """
    rows = trajectory.segments
    count = len(rows)
    if corners is None:
        xs, ys = np.concatenate([rows[:, 0], rows[-1:, 4]]), np.concatenate([rows[:, 1], rows[-1:, 5]])
        corners = _places(*region.frame.to_lat_lon(xs, ys), region)
    lat, lon = corners.lat_deg, corners.lon_deg
    stacked = np.empty((4, count + 1))
    stacked[0], stacked[1], stacked[2], stacked[3] = lat, lon, corners.undulation_m, corners.ground_m
    pairs, bounds, agl = np.empty((4, count, 2)), np.empty((count, 4)), np.empty((2, count))
    leaves, reaches = trajectory.waypoint_of, np.empty(count, np.int32)
    compiled = kernels()
    flown = plan_kernels.flown if compiled is None else compiled.flown
    extremes = np.empty(6)
    flown(usual(rows), stacked, _usual_indices(leaves), waypoint_count, pairs, bounds, agl, reaches, extremes)
    low, high = agl[0], agl[1]
    grounds = None
    if not isinstance(region.altitude.terrain, FlatTerrain):
        grounds = tuple(
            region.altitude.leg_ground(*corner)
            for corner in zip(lat[:-1].tolist(), lon[:-1].tolist(), lat[1:].tolist(), lon[1:].tolist(), strict=True)
        )
        beyond = [_agl_extremes(leg, row[2], row[6]) for leg, row in zip(grounds, rows.tolist(), strict=True)]
        low, high = np.array([e[0] for e in beyond]), np.array([e[1] for e in beyond])
        extremes[4:6] = low.min(), high.max()
    return FlightPath(
        trajectory=trajectory,
        waypoint_count=waypoint_count,
        lat_deg=pairs[0],
        lon_deg=pairs[1],
        undulation_m=pairs[2],
        ground_m=pairs[3],
        grounds=grounds,
        agl_low_m=low,
        agl_high_m=high,
        leaves_i=leaves,
        reaches_j=reaches,
        bounds_m=bounds,
        extremes=tuple(extremes.tolist()),
    )


def _usual_indices(values: IntArray) -> IntArray:
    return values if values.flags.carray and values.dtype == np.int32 else np.array(values, np.int32, order="C")


def height_pieces(path: FlightPath, row: int, datum: AltDatum) -> list[tuple[float, float, float, float, float]]:
    """Return the height over the zero of `datum` along a segment as quadratics: (s0, s1, a, b, c), u from 0 to 1.

    Within the fractions [s0, s1] of the segment the height is a u^2 + b u + c with u = (s - s0) / (s1 - s0).
    """
    z0, z1 = float(path.trajectory.segments[row, 2]), float(path.trajectory.segments[row, 6])
    if datum == "AGL" and path.grounds is not None:
        leg = path.grounds[row]
        knots, at, middle = leg.knots.tolist(), leg.at_knots_m.tolist(), leg.at_middles_m.tolist()
        pieces = []
        for k in range(len(knots) - 1):
            s0, s1 = knots[k], knots[k + 1]
            h0, h1 = z0 + s0 * (z1 - z0) - at[k], z0 + s1 * (z1 - z0) - at[k + 1]
            hm = z0 + (s0 + s1) / 2 * (z1 - z0) - middle[k]
            pieces.append((s0, s1, 2 * (h0 + h1 - 2 * hm), 4 * hm - 3 * h0 - h1, h0))
        return pieces
    if datum == "HAE":
        zero0 = zero1 = 0.0
    else:
        zeros = path.undulation_m if datum == "AMSL" else path.ground_m
        zero0, zero1 = float(zeros[row, 0]), float(zeros[row, 1])
    return [(0.0, 1.0, 0.0, (z1 - zero1) - (z0 - zero0), z0 - zero0)]


def performance_faults(path: FlightPath, performance: AircraftPerformance) -> list[tuple[int, str, float, float]]:
    """Return (segment, which limit, asked, possible) for each segment the type cannot fly; rates in m/s."""
    if performance.max_speed_mps is performance.max_climb_mps is performance.max_descent_mps is None:
        return []
    rows = path.trajectory.segments
    moved, duration = rows[:, 4:7] - rows[:, 0:3], rows[:, 7] - rows[:, 3]
    speed, rise = np.linalg.norm(moved, axis=1) / duration, moved[:, 2] / duration
    checks: tuple[tuple[str, FloatArray, float | None], ...] = (
        ("speed", speed, performance.max_speed_mps),
        ("climb", rise, performance.max_climb_mps),
        ("descent", -rise, performance.max_descent_mps),
    )
    faults: list[tuple[int, str, float, float]] = []
    for name, asked, possible in checks:
        if possible is not None:
            # Times are float64 scene seconds: a leg at exactly the limit may come out a few parts per million above.
            over = np.flatnonzero(asked > possible * (1 + 1e-5) + 1e-6)
            faults.extend((int(i), name, float(asked[i]), possible) for i in over)
    return sorted(faults)


def _check_route(route: WaypointRoute, pointer: str) -> list[FieldError]:
    errors: list[FieldError] = []
    if route.crs not in CRS_NAMES:
        names = ", ".join(CRS_NAMES)
        detail = f"Unknown coordinate reference system {route.crs!r}; use one of {names}."
        errors.append(FieldError(f"{pointer}/crs", "unknown_crs", detail, f"未知坐标系，须为 {names} 之一。"))
    count, at = len(route.waypoints), f"{pointer}/waypoints"
    if count < 2:
        detail = f"A route needs at least 2 waypoints, {count} given."
        return [*errors, FieldError(at, "too_few_waypoints", detail, f"航线至少需要 2 个航点，实际 {count} 个。")]
    if count > MAX_WAYPOINTS:
        detail = f"A route may have at most {MAX_WAYPOINTS} waypoints, {count} given. Simplify or split it."
        detail_zh = f"航线最多 {MAX_WAYPOINTS} 个航点，实际 {count} 个。请简化或拆分。"
        return [*errors, FieldError(at, "too_many_waypoints", detail, detail_zh)]
    timed = [p.t_s is not None for p in route.waypoints]
    for i, point in enumerate(route.waypoints):
        if not _plainly_fine(point):
            errors.extend(_check_waypoint(point, f"{at}/{i}"))
            if len(errors) >= 20:
                return errors
    if any(timed) and not all(timed):
        missing = timed.index(False)
        detail = "t_s must stand at every waypoint or at none: some have it, this one has not."
        detail_zh = "t_s 要么每个航点都给出，要么都不给：其他航点有，此航点没有。"
        errors.append(FieldError(f"{at}/{missing}/t_s", "incomplete_times", detail, detail_zh))
    if not all(timed):
        errors.extend(_check_cruise_speed(route, pointer))
    return errors


def _check_cruise_speed(route: WaypointRoute, pointer: str) -> list[FieldError]:
    if route.cruise_speed_mps is None:
        if all(point.speed_mps is not None for point in route.waypoints[:-1]):
            return []
        detail = "cruise_speed_mps is needed unless every waypoint has t_s, or each leg's start has speed_mps."
        detail_zh = "除非每个航点都有 t_s 或每段起点都有 speed_mps，否则必须给出 cruise_speed_mps。"
        return [FieldError(f"{pointer}/cruise_speed_mps", "speed_missing", detail, detail_zh)]
    return _check_speed(route.cruise_speed_mps, f"{pointer}/cruise_speed_mps")


def _plainly_fine(point: Waypoint) -> bool:
    """Tell whether `_check_waypoint` would find nothing, for the usual waypoint of numbers and a time."""
    lat_deg, lon_deg, alt_m, datum, speed_mps, hold_s, t_s = point
    return (
        type(lat_deg) is type(lon_deg) is type(alt_m) is float
        and -90.0 <= lat_deg <= 90.0
        and -180.0 <= lon_deg <= 180.0
        and MIN_ALT_M <= alt_m <= MAX_ALT_M
        and datum in ALT_DATUMS
        and speed_mps is hold_s is None
        and (t_s is None or (type(t_s) is float and 0 <= t_s <= MAX_DURATION_S))
    )


def _check_waypoint(point: Waypoint, at: str) -> list[FieldError]:
    numbers = {"lat_deg": point.lat_deg, "lon_deg": point.lon_deg, "alt_m": point.alt_m}
    optional = {"speed_mps": point.speed_mps, "hold_s": point.hold_s, "t_s": point.t_s}
    numbers |= {name: value for name, value in optional.items() if value is not None}
    errors = [
        FieldError(f"{at}/{name}", "wrong_type", "Must be a finite number.", "必须是有限数值。")
        for name, value in numbers.items()
        if not is_number(value)
    ]
    if errors:
        return errors
    if point.alt_datum not in ALT_DATUMS:
        names = ", ".join(ALT_DATUMS)
        detail = f"Unknown altitude datum {point.alt_datum!r}; use one of {names}."
        errors.append(FieldError(f"{at}/alt_datum", "unknown_datum", detail, f"未知高度基准，须为 {names} 之一。"))
    if not MIN_ALT_M <= point.alt_m <= MAX_ALT_M:
        detail = f"The height {point.alt_m:g} m is outside {MIN_ALT_M:g} to {MAX_ALT_M:g} m."
        detail_zh = f"高度 {point.alt_m:g} 米超出 {MIN_ALT_M:g} 至 {MAX_ALT_M:g} 米。"
        errors.append(FieldError(f"{at}/alt_m", "altitude_out_of_range", detail, detail_zh))
    if point.speed_mps is not None:
        errors.extend(_check_speed(point.speed_mps, f"{at}/speed_mps"))
    if point.hold_s is not None and not 0 <= point.hold_s <= MAX_DURATION_S:
        detail = f"A hold lasts from 0 to {MAX_DURATION_S:g} s."
        errors.append(
            FieldError(f"{at}/hold_s", "hold_out_of_range", detail, f"悬停时间须为 0 至 {MAX_DURATION_S:g} 秒。")
        )
    if point.t_s is not None and not 0 <= point.t_s <= MAX_DURATION_S:
        detail = f"t_s counts seconds after departure, from 0 to {MAX_DURATION_S:g}."
        detail_zh = f"t_s 为起飞后的秒数，须为 0 至 {MAX_DURATION_S:g}。"
        errors.append(FieldError(f"{at}/t_s", "time_out_of_range", detail, detail_zh))
    return errors


def _check_speed(speed_mps: float, pointer: str) -> list[FieldError]:
    if is_number(speed_mps) and 0 < speed_mps <= MAX_SPEED_MPS:
        return []
    detail = f"A speed must be more than 0 and at most {MAX_SPEED_MPS:g} m/s."
    detail_zh = f"速度必须大于 0 且不超过 {MAX_SPEED_MPS:g} 米/秒。"
    return [FieldError(pointer, "speed_out_of_range", detail, detail_zh)]


def _heights_hae_m(points: Sequence[Waypoint], places: _Places) -> FloatArray:
    heights = np.array([p.alt_m for p in points], dtype=float)
    datums = [p.alt_datum for p in points]
    zeros: dict[AltDatum, FloatArray] = {"AGL": places.ground_m, "AMSL": places.undulation_m}
    for datum, zero in zeros.items():
        count = datums.count(datum)
        if count == len(datums):
            heights += zero
        elif count:
            heights = np.where([own == datum for own in datums], heights + zero, heights)
    return heights


def _height_fault(
    points: Sequence[Waypoint], lat: FloatArray, lon: FloatArray, region: Region, pointer: str
) -> FieldError | None:
    """Return the first waypoint of a datum whose heights cannot be converted, None when all can."""
    for datum in ALT_DATUMS:
        chosen = np.array([p.alt_datum == datum for p in points])
        try:
            if chosen.any():
                region.altitude.zero_hae_m(lat[chosen], lon[chosen], datum)
        except (NoGroundError, OutsideGeoidError) as fault:
            return _terrain_unknown(f"{pointer}/waypoints/{int(np.argmax(chosen))}/alt_m", str(fault))
    return None


def _terrain_unknown(pointer: str, why: str) -> FieldError:
    return FieldError(
        pointer,
        "terrain_unknown",
        f"The height cannot be converted here: {why}. Keep the route where the models reach.",
        "此处缺少地形或大地水准面数据，无法换算高度。请将航线保持在模型覆盖范围内。",
    )


def _rows(
    route: WaypointRoute, x: FloatArray, y: FloatArray, z: FloatArray, *, departs_s: float, pointer: str
) -> tuple[Trajectory4D, IntArray | None] | list[FieldError]:
    """Return the trajectory and the waypoint at each of its corners (None: corners and waypoints are the same)."""
    points = route.waypoints
    timed = points[0].t_s is not None
    length = np.sqrt((x[1:] - x[:-1]) ** 2 + (y[1:] - y[:-1]) ** 2 + (z[1:] - z[:-1]) ** 2)
    if timed:
        times = np.array([p.t_s for p in points], dtype=float)
        errors = _check_times(times, length, pointer)
        if errors:
            return errors
        if times[-1] > MAX_DURATION_S:
            return [_too_long(float(departs_s + times[-1]) - departs_s, pointer)]
        return _timed_rows(x, y, z, departs_s + times), None
    rows: list[tuple[float, ...]] = []
    owners: list[int] = []
    xs, ys, zs, lengths = x.tolist(), y.tolist(), z.tolist(), length.tolist()
    here, at_s = 0, 0.0
    corners = [0]

    def add(there: int, ends_s: float, owner: int) -> bool:
        if ends_s - at_s < _SHORTEST_LEG_S:
            return False
        rows.append(
            (xs[here], ys[here], zs[here], departs_s + at_s, xs[there], ys[there], zs[there], departs_s + ends_s)
        )
        owners.append(owner)
        corners.append(there)
        return True

    for i, point in enumerate(points):
        if point.hold_s and add(here, at_s + point.hold_s, i):
            at_s += point.hold_s
        if i + 1 == len(points):
            break
        speed = point.speed_mps if point.speed_mps is not None else route.cruise_speed_mps
        ends_s = at_s + lengths[i] / float(speed or 1.0)
        if add(i + 1, ends_s, i):
            here, at_s = i + 1, ends_s
    if not rows:
        detail = "The route lasts no time: all its waypoints lie in one place and none holds."
        detail_zh = "航线没有持续时间：所有航点位于同一位置且无悬停。"
        return [FieldError(f"{pointer}/waypoints", "no_duration", detail, detail_zh)]
    if rows[-1][7] - departs_s > MAX_DURATION_S:
        return [_too_long(rows[-1][7] - departs_s, pointer)]
    return Trajectory4D(np.array(rows), np.array(owners, dtype=np.int32)), np.array(corners, dtype=np.int32)


def _timed_rows(x: FloatArray, y: FloatArray, z: FloatArray, at_s: FloatArray) -> Trajectory4D:
    rows = np.empty((len(x) - 1, 8))
    for column, values in enumerate((x, y, z, at_s)):
        rows[:, column], rows[:, column + 4] = values[:-1], values[1:]
    return Trajectory4D(rows, np.arange(len(rows), dtype=np.int32))


def _too_long(lasts_s: float, pointer: str) -> FieldError:
    hours = lasts_s / 3600
    detail = f"The flight would last {hours:.1f} h, more than {MAX_DURATION_S / 3600:g} h. Split it or fly faster."
    detail_zh = f"飞行将持续 {hours:.1f} 小时，超过 {MAX_DURATION_S / 3600:g} 小时。请拆分或提高速度。"
    return FieldError(f"{pointer}/waypoints", "duration_too_long", detail, detail_zh)


def _check_times(times: FloatArray, length: FloatArray, pointer: str) -> list[FieldError]:
    steps = times[1:] - times[:-1]
    if bool(((steps >= _SHORTEST_STEP_S) & (length <= MAX_SPEED_MPS * steps)).all()):
        return []
    errors = []
    for i in np.flatnonzero(steps < _SHORTEST_STEP_S)[:20]:
        detail = f"t_s must rise by at least {_SHORTEST_STEP_S:g} s: {times[i + 1]:g} comes after {times[i]:g}."
        detail_zh = f"t_s 必须逐点递增至少 {_SHORTEST_STEP_S:g} 秒：{times[i]:g} 之后为 {times[i + 1]:g}。"
        errors.append(FieldError(f"{pointer}/waypoints/{i + 1}/t_s", "times_not_increasing", detail, detail_zh))
    if errors:
        return errors
    for i in np.flatnonzero(length > MAX_SPEED_MPS * steps)[:20]:
        detail = f"{length[i]:.1f} m in {steps[i]:g} s is {length[i] / steps[i]:.0f} m/s, above {MAX_SPEED_MPS:g} m/s."
        detail_zh = f"{steps[i]:g} 秒内飞行 {length[i]:.1f} 米，速度 {length[i] / steps[i]:.0f} 米/秒，超过上限。"
        errors.append(FieldError(f"{pointer}/waypoints/{i + 1}/t_s", "speed_out_of_range", detail, detail_zh))
    return errors


def _agl_extremes(leg: LegGround, z0: float, z1: float) -> tuple[float, float]:
    s, middles = leg.knots, (leg.knots[:-1] + leg.knots[1:]) / 2
    at = z0 + s * (z1 - z0) - leg.at_knots_m
    middle: NDArray[np.float64] = z0 + middles * (z1 - z0) - leg.at_middles_m
    heights = LegGround(s, at, middle)
    return heights.low_m, heights.high_m
