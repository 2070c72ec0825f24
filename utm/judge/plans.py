"""What the judge reads: filed bodies turned into legs and volumes in its own plane and clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from shapely import Point, Polygon

from utm.judge.plane import Plane, gcj02_to_wgs84, plane_for

Columns: TypeAlias = NDArray[np.float64]
HeightOf: TypeAlias = Callable[[float, float], float]

_EPOCH_AT: Final = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class JudgedVolume:
    """A volume4d: a closed area, band and window; the area is `shape` grown by `radius_m` (a circle is its centre)."""

    shape: Polygon | Point
    radius_m: float
    z_low_m: float
    z_high_m: float
    t_start_s: float
    t_end_s: float


@dataclass(frozen=True, slots=True)
class JudgedPlan:
    """One plan as the judge sees it: `legs` float64 (n, 8) rows x0 y0 z0 t0 x1 y1 z1 t1, and volumes.

    Metres are the judge's plane and heights above the ellipsoid, seconds count from 2025-01-01T00:00Z.
    """

    plan_ref: str
    legs: Columns
    volumes: tuple[JudgedVolume, ...]
    horizontal_m: float
    vertical_m: float
    time_buffer_s: float


@dataclass(frozen=True, slots=True)
class JudgedConflict:
    """Two plans that lose separation, and where they come closest while they have lost it.

    `part_a` and `part_b` count legs (holds included) or volumes from 0; `at_a` and `at_b` are the instants, of a
    volume the nearest instant of its window; the distances are those of that moment.
    """

    plan_a: str
    plan_b: str
    part_a: int
    part_b: int
    at_a: datetime
    at_b: datetime
    horizontal_m: float
    vertical_m: float


def instant(seconds: float) -> datetime:
    """Return the aware UTC instant of the judge's seconds."""
    return _EPOCH_AT + timedelta(microseconds=round(seconds * 1e6))


def after(plan: JudgedPlan, from_s: float) -> JudgedPlan:
    """Return what of a plan comes after an instant (judge's seconds): the leg or window it falls in begins there."""
    legs = plan.legs[plan.legs[:, 7] > from_s].copy()
    under_way = legs[:, 3] < from_s
    begun = legs[under_way]
    share = (from_s - begun[:, 3]) / (begun[:, 7] - begun[:, 3])
    legs[under_way, :4] += share[:, None] * (begun[:, 4:] - begun[:, :4])
    volumes = [
        replace(volume, t_start_s=max(volume.t_start_s, from_s)) for volume in plan.volumes if volume.t_end_s > from_s
    ]
    return replace(plan, legs=legs, volumes=tuple(volumes))


def from_body(
    plan_ref: str,
    body: Mapping[str, Any],
    separation: Mapping[str, float],
    ground: HeightOf,
    geoid: HeightOf,
    *,
    plane: Plane | None = None,
) -> JudgedPlan:
    """Build a judged plan from a filed body.

    `separation` holds horizontal_m, vertical_m and time_buffer_s; `ground` returns the ellipsoid height of the ground
    at lat_deg, lon_deg, `geoid` the undulation there; `plane` is the city's (default EPSG:4547). Raises ValueError for
    a body that says no complete flight, naming what is wrong.
    """
    plane = plane if plane is not None else plane_for("EPSG:4547")
    try:
        route = body["route"]
        kind = route["type"]
        if kind == "trajectory":
            legs = _legs(route, _seconds(body["departure_at"]), ground, geoid, plane)
            volumes: tuple[JudgedVolume, ...] = ()
        elif kind == "volumes":
            legs = np.empty((0, 8))
            volumes = tuple(_volume(item, plane) for item in route["volumes"])
            if not volumes:
                raise ValueError("no volumes")
        else:
            raise ValueError(f"unknown route type {kind!r}")
        return JudgedPlan(
            plan_ref,
            legs,
            volumes,
            float(separation["horizontal_m"]),
            float(separation["vertical_m"]),
            float(separation["time_buffer_s"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"plan {plan_ref} cannot be judged: {type(error).__name__}: {error}") from error


def _seconds(text: str | datetime) -> float:
    at = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return ((at - _EPOCH_AT) // timedelta(microseconds=1)) / 1e6


def _legs(route: Mapping[str, Any], departure_s: float, ground: HeightOf, geoid: HeightOf, plane: Plane) -> Columns:
    waypoints: Sequence[Mapping[str, Any]] = route["waypoints"]
    points = [_point(waypoint, route.get("crs") or "WGS84", ground, geoid, plane) for waypoint in waypoints]
    if all(waypoint.get("t_s") is not None for waypoint in waypoints):
        times = [departure_s + float(waypoint["t_s"]) for waypoint in waypoints]
        return _rows((*points[i], times[i], *points[i + 1], times[i + 1]) for i in range(len(points) - 1))
    rows: list[tuple[float, ...]] = []
    clock_s = departure_s
    for i, waypoint in enumerate(waypoints):
        hold_s = float(waypoint.get("hold_s") or 0.0)
        if hold_s > 0:
            rows.append((*points[i], clock_s, *points[i], clock_s + hold_s))
            clock_s += hold_s
        if i + 1 < len(waypoints):
            own_speed = waypoint.get("speed_mps")
            speed_mps = float(own_speed if own_speed is not None else route["cruise_speed_mps"])
            arrival_s = clock_s + math.dist(points[i], points[i + 1]) / speed_mps
            rows.append((*points[i], clock_s, *points[i + 1], arrival_s))
            clock_s = arrival_s
    return _rows(rows)


def _rows(rows: Any) -> Columns:
    table = np.array([row for row in rows if row[7] > row[3]], dtype=np.float64).reshape(-1, 8)
    if not len(table) or not np.isfinite(table).all():
        raise ValueError("the route takes no time or has values that are not finite")
    return table


def _point(
    waypoint: Mapping[str, Any], crs: str, ground: HeightOf, geoid: HeightOf, plane: Plane
) -> tuple[float, float, float]:
    lat_deg, lon_deg = float(waypoint["lat_deg"]), float(waypoint["lon_deg"])
    if crs == "GCJ02":
        lat_deg, lon_deg = gcj02_to_wgs84(lat_deg, lon_deg)
    elif crs not in ("WGS84", "CGCS2000"):
        raise ValueError(f"unknown crs {crs!r}")
    datum = waypoint["alt_datum"]
    base_m = {
        "AGL": lambda: ground(lat_deg, lon_deg),
        "AMSL": lambda: geoid(lat_deg, lon_deg),
        "HAE": lambda: 0.0,
    }[datum]()
    x_m, y_m = plane(lat_deg, lon_deg)
    return x_m, y_m, float(waypoint["alt_m"]) + base_m


def _volume(item: Mapping[str, Any], plane: Plane) -> JudgedVolume:
    """Read an ASTM F3548-21 Volume4D (heights W84 in metres, as that standard fixes them)."""
    volume = item["volume"]
    shape: Polygon | Point
    radius_m = 0.0
    circle = volume.get("outline_circle")
    if circle is not None:
        shape = Point(plane(float(circle["center"]["lat"]), float(circle["center"]["lng"])))
        radius_m = float(circle["radius"]["value"])
    else:
        shape = Polygon([plane(float(v["lat"]), float(v["lng"])) for v in volume["outline_polygon"]["vertices"]])
        if not shape.is_valid:
            raise ValueError("a volume's polygon is not simple")
    return JudgedVolume(
        shape,
        radius_m,
        float(volume["altitude_lower"]["value"]),
        float(volume["altitude_upper"]["value"]),
        _seconds(item["time_start"]["value"]),
        _seconds(item["time_end"]["value"]),
    )
