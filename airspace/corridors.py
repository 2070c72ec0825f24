"""Corridors: a centre line, a width, a band of heights and a direction; and what a flight keeps of them.

A corridor's body is a GeoJSON Feature (LineString) with the properties `corridor_id`, `name`, `name_zh`, `width_m`
(whole width), `lower_m`, `upper_m`, `datum`, `direction` (`forward`: along the line as drawn, or `both`), `speed_mps`,
`layer` (a name of the height layer it belongs to), `capacity` (the most booked flights in it at once; null: not limited),
`source`, `demonstration`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import shapely

from airspace.areas import LatLonRing, check_positions, edge_stays, is_number, too_many_vertices
from airspace.cover import AreaIndex
from airspace.datums import ALT_DATUMS, AltDatum
from airspace.errors import FieldError
from airspace.geometry4d import EPS_M, FloatArray, Tolerance
from airspace.intervals import Intervals, intersection, merged, quadratic_within
from airspace.parsing import parse_band, parse_choice, parse_flag, parse_text
from airspace.region import Region
from airspace.trajectory import FlightPath, height_pieces

Direction: TypeAlias = Literal["forward", "both"]
DIRECTIONS: Final[tuple[Direction, ...]] = ("forward", "both")
MAX_VERTICES: Final = 5_000
_LONGEST_M: Final = 200_000.0


@dataclass(frozen=True, slots=True, eq=False)
class Corridor:
    """One corridor; `line_deg` is (k, 2) lat_deg, lon_deg, `edges_m` (k - 1, 4) `xa ya xb yb` in local metres."""

    corridor_id: str
    name: str
    line_deg: LatLonRing
    edges_m: FloatArray
    width_m: float
    lower_m: float
    upper_m: float
    datum: AltDatum
    direction: Direction
    speed_mps: float | None = None
    name_zh: str | None = None
    source: str | None = None
    demonstration: bool = False
    layer: str | None = None
    capacity: int | None = None

    @property
    def length_m(self) -> float:
        """Length of the centre line in the local plane."""
        moved = self.edges_m[:, 2:] - self.edges_m[:, :2]
        return float(np.hypot(moved[:, 0], moved[:, 1]).sum())


def parse_corridor(feature: object, region: Region, corridor_id: str | None = None) -> Corridor | list[FieldError]:
    """Parse a corridor Feature; `corridor_id` is used when the body has none.

    Codes: wrong_type, missing, unknown_geometry, too_few_points, too_many_vertices, out_of_range, not_allowed,
    unknown_datum, altitude_out_of_range, reversed_band, and those of positions.
    """
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        return [FieldError("/type", "wrong_type", "A corridor is a GeoJSON Feature.", "航路必须是 GeoJSON Feature。")]
    properties = feature.get("properties")
    if not isinstance(properties, Mapping):
        return [FieldError("/properties", "missing", "A corridor needs properties.", "航路缺少 properties。")]
    errors: list[FieldError] = []
    at = "/properties"
    texts = {
        name: parse_text(properties, name, at, errors) for name in ("corridor_id", "name", "name_zh", "source", "layer")
    }
    identity = texts["corridor_id"] or corridor_id
    if identity is None or texts["name"] is None:
        field = "name" if identity is not None else "corridor_id"
        errors.append(FieldError(f"{at}/{field}", "missing", f"A corridor needs {field}.", f"航路缺少 {field}。"))
    datum = parse_choice(properties.get("datum"), ALT_DATUMS, f"{at}/datum", "unknown_datum", errors)
    direction = parse_choice(properties.get("direction", "both"), DIRECTIONS, f"{at}/direction", "not_allowed", errors)
    width_m = _parse_positive(properties.get("width_m"), f"{at}/width_m", 10_000.0, errors)
    speed_mps = None
    if properties.get("speed_mps") is not None:
        speed_mps = _parse_positive(properties["speed_mps"], f"{at}/speed_mps", 150.0, errors)
    capacity = properties.get("capacity")
    if capacity is not None and (
        isinstance(capacity, bool) or not isinstance(capacity, int) or not 1 <= capacity <= 10_000
    ):
        detail = "Must be a whole number from 1 to 10000, or null."
        errors.append(FieldError(f"{at}/capacity", "out_of_range", detail, "须为 1 至 10000 的整数，或 null。"))
    lower_m, upper_m = parse_band(properties, at, errors)
    if upper_m is None and not any(error.pointer == f"{at}/upper_m" for error in errors):
        errors.append(FieldError(f"{at}/upper_m", "missing", "A corridor needs an upper limit.", "航路缺少高度上限。"))
    demonstration = parse_flag(properties, "demonstration", at, errors)
    line = _parse_line(feature.get("geometry"), region, errors)
    if errors or identity is None or line is None or width_m is None or upper_m is None:
        return errors
    return Corridor(
        corridor_id=identity,
        name=texts["name"] or "",
        line_deg=line,
        edges_m=_edges(line, region),
        width_m=width_m,
        lower_m=lower_m,
        upper_m=upper_m,
        datum=datum,
        direction=direction,
        speed_mps=speed_mps,
        name_zh=texts["name_zh"],
        source=texts["source"],
        demonstration=demonstration,
        layer=texts["layer"],
        capacity=capacity,
    )


def corridor_to_feature(corridor: Corridor) -> dict[str, Any]:
    """Return the GeoJSON Feature of a corridor; `parse_corridor` reads it back to the same corridor."""
    return {
        "type": "Feature",
        "id": corridor.corridor_id,
        "geometry": {"type": "LineString", "coordinates": [[lon, lat] for lat, lon in corridor.line_deg.tolist()]},
        "properties": {
            "corridor_id": corridor.corridor_id,
            "name": corridor.name,
            "name_zh": corridor.name_zh,
            "width_m": corridor.width_m,
            "lower_m": corridor.lower_m,
            "upper_m": corridor.upper_m,
            "datum": corridor.datum,
            "direction": corridor.direction,
            "speed_mps": corridor.speed_mps,
            "layer": corridor.layer,
            "capacity": corridor.capacity,
            "source": corridor.source,
            "demonstration": corridor.demonstration,
        },
    }


@dataclass(frozen=True, slots=True, eq=False)
class CorridorSet:
    """An immutable set of corridors with an H3 index of their covers."""

    region: Region
    corridors: Mapping[str, Corridor]
    index: AreaIndex[str]

    @classmethod
    def of(cls, corridors: Iterable[Corridor], region: Region) -> "CorridorSet":
        """Return the set of corridors; raises ValueError for two corridors of one id."""
        table: dict[str, Corridor] = {}
        for corridor in corridors:
            if corridor.corridor_id in table:
                raise ValueError(f"two corridors have the id {corridor.corridor_id}")
            table[corridor.corridor_id] = corridor
        covers = {key: region.grid.along(item.edges_m, item.width_m / 2) for key, item in table.items()}
        return cls(region, table, AreaIndex.of(covers, region.grid.resolution))

    def candidates(self, cells: Iterable[int]) -> list[Corridor]:
        """Return every corridor that may touch one of the resolution-8 cells, by id."""
        return [self.corridors[key] for key in sorted(self.index.keys_in(cells))]


def stays_in_corridor(path: FlightPath, row: int, corridor: Corridor, tolerance: Tolerance) -> Intervals:
    """Return the fractions of a segment that keep its whole tolerance inside a corridor, flown the right way.

    A hover or a climb on the spot goes either way. Corners are round: the width is measured from the centre line.
    """
    x0, y0, _, _, x1, y1, _, _ = path.trajectory.segments[row].tolist()
    reach = corridor.width_m / 2 - tolerance.horizontal_m + EPS_M
    if reach <= 0:
        return []
    edges = corridor.edges_m
    if corridor.direction == "forward" and (x0 != x1 or y0 != y1):
        along = (edges[:, 2] - edges[:, 0]) * (x1 - x0) + (edges[:, 3] - edges[:, 1]) * (y1 - y0)
        edges = edges[along > 0]
    # Most corridors of a flight's cells are nowhere near one leg of it: boxes tell, before the exact test.
    edges = edges[
        (np.minimum(edges[:, 0], edges[:, 2]) <= max(x0, x1) + reach)
        & (np.maximum(edges[:, 0], edges[:, 2]) >= min(x0, x1) - reach)
        & (np.minimum(edges[:, 1], edges[:, 3]) <= max(y0, y1) + reach)
        & (np.maximum(edges[:, 1], edges[:, 3]) >= min(y0, y1) - reach)
    ]
    if not len(edges):
        return []
    if x0 == x1 and y0 == y1:
        lines = shapely.linestrings(edges.reshape(-1, 2, 2))
        if not (shapely.distance(lines, shapely.Point(x0, y0)) <= reach).any():
            return []
        inside: Intervals = [(0.0, 1.0)]
    else:
        inside = merged(edge_stays((x0, y0, x1, y1), edges, reach))
    low = corridor.lower_m + tolerance.vertical_m - EPS_M
    high = corridor.upper_m - tolerance.vertical_m + EPS_M
    if not inside or low > high:
        return []
    level: list[tuple[float, float]] = []
    for s0, s1, a, b, c in height_pieces(path, row, corridor.datum):
        level.extend((s0 + u0 * (s1 - s0), s0 + u1 * (s1 - s0)) for u0, u1 in quadratic_within(a, b, c, low, high))
    return intersection(inside, merged(level))


def _edges(line: LatLonRing, region: Region) -> FloatArray:
    points = np.stack(region.frame.to_xy(line[:, 0], line[:, 1]), axis=1)
    return np.hstack([points[:-1], points[1:]])


def _parse_positive(value: object, at: str, limit: float, errors: list[FieldError]) -> float | None:
    if isinstance(value, (int, float)) and is_number(value) and 0 < value <= limit:
        return float(value)
    detail = f"Must be a number above 0 and at most {limit:g}."
    errors.append(FieldError(at, "out_of_range", detail, f"必须是大于 0 且不超过 {limit:g} 的数值。"))
    return None


def _parse_line(geometry: object, region: Region, errors: list[FieldError]) -> LatLonRing | None:
    at = "/geometry/coordinates"
    if not isinstance(geometry, Mapping) or geometry.get("type") != "LineString":
        detail = "The geometry of a corridor is a LineString."
        errors.append(FieldError("/geometry/type", "unknown_geometry", detail, "航路几何类型必须是 LineString。"))
        return None
    raw = geometry.get("coordinates")
    if not isinstance(raw, list) or len(raw) < 2:
        errors.append(FieldError(at, "too_few_points", "A line needs at least two points.", "航路至少需要两个点。"))
        return None
    if len(raw) > MAX_VERTICES:
        errors.append(too_many_vertices(at, MAX_VERTICES))
        return None
    for i, position in enumerate(raw):
        if not isinstance(position, list) or len(position) not in (2, 3) or not all(map(is_number, position)):
            detail = "A position is [lon, lat] of finite numbers."
            errors.append(FieldError(f"{at}/{i}", "wrong_type", detail, "坐标须为由有限数值组成的 [lon, lat]。"))
            return None
    line = np.array([[position[1], position[0]] for position in raw], dtype=float)
    faults = check_positions(line, region.service, at, margin_deg=0.0)
    if faults:
        errors.extend(faults)
        return None
    edges = _edges(line, region)
    lengths = np.hypot(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1])
    if not (lengths > 0).all() or not math.isfinite(lengths.sum()) or lengths.sum() > _LONGEST_M:
        detail = "Consecutive points of a line must differ, and it may be at most 200 km long."
        errors.append(FieldError(at, "out_of_range", detail, "航路相邻点不得重合，且总长不超过 200 千米。"))
        return None
    return line
