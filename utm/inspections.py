"""Inspection templates: an area, a line or points, with a camera or without, as plans that can be filed as they stand."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final, Literal

import numpy as np
import shapely

from airspace.areas import Area, parse_area
from airspace.region import Region
from dispatch.camera import Camera, Overlap, pictures_on
from dispatch.coverage import Point, TooManyLinesError, best_heading_deg, offsets, passes, strips, tour
from dispatch.inspection import Pace, Sortie, Stop, TooFarError, sorties
from utm.plan_judging import field_problem
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, validation_problem

Kind = Literal["area", "line", "points", "emergency"]
_PLACES: Final = frozenset({"points", "emergency"})
MAX_AREA_M2: Final = 50_000_000.0
MAX_STOPS: Final = 1_900
"""Of one flight, below the most waypoints a plan may have."""
DEFAULT_WIDTH_M: Final = 1.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be inspected and how: places in WGS-84 degrees, heights true (AGL), headings by the compass."""

    kind: Kind
    geometry: Mapping[str, Any]
    base: tuple[float, float]
    pace: Pace
    camera: Camera | None
    overlap: Overlap
    line_spacing_m: float | None
    heading_deg: float | None
    width_m: float | None
    hold_s: float


@dataclass(frozen=True, slots=True)
class Design:
    """The flights that do it, and what they yield."""

    flights: tuple[Sortie, ...]
    pictures: tuple[int, ...]
    line_spacing_m: float | None
    picture_every_m: float | None
    heading_deg: float | None
    area_m2: float | None
    length_m: float


def design(wanted: Wanted, region: Region) -> Design:
    """Return the flights; raises Problem 422 with the field at fault."""
    base = _xy(region, [wanted.base])[0]
    spacing_m, every_m = _spacing(wanted)
    heading_deg, area_m2 = None, None
    if wanted.kind == "area":
        area = _area(wanted.geometry, region)
        area_m2 = float(area.area)
        turned = best_heading_deg(area) if wanted.heading_deg is None else 90.0 - wanted.heading_deg
        heading_deg = (90.0 - turned) % 180.0
        legs = _strips(area, spacing_m, turned, base)
    elif wanted.kind == "line":
        line = _positions(wanted.geometry, "LineString", region, least=2)
        width_m = wanted.width_m if wanted.width_m is not None else DEFAULT_WIDTH_M
        spacing_m = spacing_m or width_m
        ways = passes(np.array(line), offsets(width_m, spacing_m))
        legs = [_leg(way, every_m is not None) for way in ways]
    else:
        points = _positions(wanted.geometry, "MultiPoint", region, least=1)
        # What is most urgent is named first: an emergency is not reordered for a shorter way.
        order = range(len(points)) if wanted.kind == "emergency" else tour(points, base)
        legs = [[Stop(points[index], wanted.hold_s)] for index in order]
    flights = _flights(legs, base, wanted.pace)
    pictures = tuple(_pictures(flight, every_m, wanted.kind) for flight in flights)
    return Design(
        flights,
        pictures,
        None if wanted.kind in _PLACES else spacing_m,
        None if wanted.kind in _PLACES else every_m,
        heading_deg,
        area_m2,
        sum(flight.length_m for flight in flights),
    )


def _spacing(wanted: Wanted) -> tuple[float | None, float | None]:
    """Return the distance between lines and between pictures; None where neither camera nor number says one."""
    by_camera = (
        None if wanted.camera is None else wanted.overlap.spacing_m(wanted.camera.footprint_m(wanted.pace.height_m))
    )
    spacing_m = wanted.line_spacing_m if wanted.line_spacing_m is not None else by_camera[0] if by_camera else None
    if wanted.kind == "area" and spacing_m is None:
        raise _fault(
            "/camera", "missing", "An area needs a camera or line_spacing_m.", "区域巡检需要 camera 或 line_spacing_m。"
        )
    return spacing_m, None if by_camera is None else by_camera[1]


def _strips(area: shapely.Polygon, spacing_m: float | None, turned_deg: float, base: Point) -> list[list[Stop]]:
    assert spacing_m is not None
    try:
        runs = strips(area, spacing_m, turned_deg, base)
    except TooManyLinesError as error:
        detail = f"The area would need {error.lines} lines. Give a smaller area or a wider spacing."
        raise _fault(
            "/geometry", "too_large", detail, f"该区域需要 {error.lines} 条航线，请缩小区域或加大航线间距。"
        ) from error
    return [[Stop(run.start, camera=True), Stop(run.end)] for run in runs]


def _leg(way: Sequence[Point], camera: bool) -> list[Stop]:
    return [Stop(place, camera=camera and number < len(way) - 1) for number, place in enumerate(way)]


def _flights(legs: Sequence[Sequence[Stop]], base: Point, pace: Pace) -> tuple[Sortie, ...]:
    try:
        found = sorties(legs, base, pace)
    except TooFarError as error:
        detail = (
            f"Part {error.leg} alone takes {error.needs_s:.0f} s from the base and back, more than the {pace.longest_s:.0f} s "
            "a flight may last. Move the base nearer, fly faster, or cut the work into smaller pieces."
        )
        detail_zh = (
            f"第 {error.leg} 段往返需 {error.needs_s:.0f} 秒，超过单次飞行上限 {pace.longest_s:.0f} 秒。"
            "请靠近作业区起降、提高速度或拆分任务。"
        )
        raise _fault("/longest_flight_s", "too_far", detail, detail_zh) from error
    if any(len(flight.stops) > MAX_STOPS for flight in found):
        raise _fault(
            "/geometry",
            "too_many_vertices",
            f"A flight would have more than {MAX_STOPS} waypoints.",
            f"单次飞行航点超过 {MAX_STOPS} 个。",
        )
    return tuple(found)


def _pictures(flight: Sortie, every_m: float | None, kind: Kind) -> int:
    if kind in _PLACES:
        return len(flight.stops)
    if every_m is None:
        return 0
    stops = flight.stops
    return sum(
        pictures_on(math.dist(stop.place, following.place), every_m)
        for stop, following in pairwise(stops)
        if stop.camera
    )


def bodies(
    design_: Design,
    wanted: Wanted,
    region: Region,
    departure_at: datetime,
    interval_s: float,
    common: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Return each flight with the body that files it; flights follow one another with the interval between them."""
    found: list[dict[str, Any]] = []
    at = departure_at
    for number, (flight, pictures) in enumerate(zip(design_.flights, design_.pictures, strict=True), start=1):
        remarks = {**(common.get("remarks") or {}), "inspection": _says(design_, wanted, number, pictures)}
        route = {
            "type": "trajectory",
            "crs": "WGS84",
            "cruise_speed_mps": wanted.pace.speed_mps,
            "waypoints": _waypoints(flight, wanted, region),
        }
        body = {**common, "departure_at": rfc3339(at), "route": route, "remarks": remarks}
        found.append(
            {
                "departure_at": rfc3339(at),
                "lasts_s": round(flight.lasts_s, 1),
                "length_m": round(flight.length_m, 1),
                "pictures": pictures,
                "plan": body,
            }
        )
        at += timedelta(seconds=math.ceil(flight.lasts_s + interval_s))
    return found


def _says(design_: Design, wanted: Wanted, number: int, pictures: int) -> dict[str, Any]:
    every_m = design_.picture_every_m
    return {
        "kind": wanted.kind,
        "flight": number,
        "of": len(design_.flights),
        "pictures": pictures,
        "picture_every_m": None if every_m is None else round(every_m, 2),
    }


def _waypoints(flight: Sortie, wanted: Wanted, region: Region) -> list[dict[str, Any]]:
    lat, lon = region.frame.to_lat_lon(
        np.array([stop.place[0] for stop in flight.stops]), np.array([stop.place[1] for stop in flight.stops])
    )
    height, pace = wanted.pace.height_m, wanted.pace

    def at(lat_deg: float, lon_deg: float, alt_m: float, **more: float) -> dict[str, Any]:
        return {"lat_deg": round(lat_deg, 8), "lon_deg": round(lon_deg, 8), "alt_m": alt_m, "alt_datum": "AGL", **more}

    base = wanted.base
    way = [at(*base, 0.0, speed_mps=pace.climb_mps), at(*base, height)]
    for stop, a, b in zip(flight.stops, lat.tolist(), lon.tolist(), strict=True):
        way.append(at(a, b, height, **({"hold_s": stop.hold_s} if stop.hold_s else {})))
    return [*way, at(*base, height, speed_mps=pace.descent_mps), at(*base, 0.0)]


def _area(geometry: Mapping[str, Any], region: Region) -> shapely.Polygon:
    found = parse_area(geometry, None, region.frame, region.service, max_area_m2=MAX_AREA_M2, pointer="/geometry")
    if isinstance(found, list):
        raise validation_problem([field_problem(fault) for fault in found])
    assert isinstance(found, Area)
    shape = found.geometry
    if not isinstance(shape, shapely.Polygon):
        raise _fault("/geometry/type", "unknown_geometry", "An area is one Polygon.", "区域必须是单个 Polygon。")
    return shape


def _positions(geometry: Mapping[str, Any], kind: str, region: Region, *, least: int) -> list[Point]:
    """Return the places of a LineString or MultiPoint in local metres, checked as waypoints are."""
    coordinates = geometry.get("coordinates")
    if geometry.get("type") != kind or not isinstance(coordinates, list):
        raise _fault(
            "/geometry/type", "unknown_geometry", f"The geometry must be a {kind}.", f"几何类型必须是 {kind}。"
        )
    if not least <= len(coordinates) <= MAX_STOPS:
        detail = f"{least} to {MAX_STOPS} places are needed; {len(coordinates)} were given."
        raise _fault("/geometry/coordinates", "too_few_points", detail, f"需要 {least} 至 {MAX_STOPS} 个位置。")
    places: list[tuple[float, float]] = []
    for number, pair in enumerate(coordinates):
        numbers = (
            isinstance(pair, list)
            and len(pair) >= 2
            and all(isinstance(value, int | float) and math.isfinite(value) for value in pair[:2])
        )
        if not numbers or not region.service.holds(float(pair[1]), float(pair[0])):
            detail = "Must be [lon, lat] in degrees within the area served."
            raise _fault(
                f"/geometry/coordinates/{number}", "outside_service_area", detail, "必须是服务范围内的 [经度, 纬度]。"
            )
        places.append((float(pair[1]), float(pair[0])))
    return _xy(region, places)


def _xy(region: Region, places: Sequence[tuple[float, float]]) -> list[Point]:
    x, y = region.frame.to_xy(np.array([lat for lat, _ in places]), np.array([lon for _, lon in places]))
    return list(zip(x.tolist(), y.tolist(), strict=True))


def _fault(field: str, code: str, detail: str, detail_zh: str) -> Problem:
    return validation_problem([FieldProblem(field, code, detail, detail_zh)])
