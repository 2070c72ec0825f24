"""Areas on the ground: polygons with holes, or a circle, read from GeoJSON and measured in local metres.

Edges are straight in the local frame between the vertices given. Invalid rings are refused, never repaired: repair of a
400-point random ring can run for half a minute.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from airspace import prepared
from airspace.coordinates import Bounds, probably_swapped
from airspace.errors import FieldError
from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray
from airspace.intervals import Intervals, merged

MAX_VERTICES: Final = 5_000
MIN_AREA_M2: Final = 1.0
MAX_RADIUS_M: Final = 100_000.0
_MARGIN_DEG: Final = 2.0
"""How far outside the city an area may reach: beyond it the local frame is no map any more."""

_LARGEST: Final = 1e300
_BOX_SLACK_M: Final = 1e-3
"""Far above any rounding, so that an edge whose box is farther away can have no part in the answer."""
_FEW_EDGES: Final = 12

LatLonRing: TypeAlias = FloatArray
"""float64 (k, 2) of lat_deg, lon_deg without a repeated last vertex."""
Segment: TypeAlias = tuple[float, float, float, float]
"""A straight piece of a flight in local metres: x0, y0, x1, y1."""


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A place on the ground: `polygons` (each an outer ring and its holes) or `circle` = (lat_deg, lon_deg, radius_m).

    `geometry` is the polygon, or the circle's centre, in local metres; `edges` is float64 (m, 4) `xa ya xb yb`.
    """

    polygons: tuple[tuple[LatLonRing, ...], ...]
    circle: tuple[float, float, float] | None
    geometry: Any
    radius_m: float
    edges: FloatArray
    bounds_m: tuple[float, float, float, float]
    _edges: "_Edges" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_edges", _Edges(self.edges))

    @classmethod
    def of_polygons(cls, polygons: Sequence[Sequence[LatLonRing]], frame: LocalFrame) -> "Area":
        """Build from rings in degrees; validity is the caller's to check (`parse_area`)."""
        kept = tuple(tuple(np.asarray(ring, float) for ring in rings) for rings in polygons)
        local = [[_to_local(ring, frame) for ring in rings] for rings in kept]
        shapes = [shapely.Polygon(rings[0], rings[1:]) for rings in local]
        geometry = shapes[0] if len(shapes) == 1 else shapely.MultiPolygon(shapes)
        shapely.prepare(geometry)
        edges = np.concatenate([np.hstack([r, np.roll(r, -1, axis=0)]) for rings in local for r in rings])
        return cls(kept, None, geometry, 0.0, edges, geometry.bounds)

    @classmethod
    def of_circle(cls, lat_deg: float, lon_deg: float, radius_m: float, frame: LocalFrame) -> "Area":
        """Build the disc of `radius_m` around a point."""
        x, y = frame.to_xy(lat_deg, lon_deg)
        cx, cy = float(x[0]), float(y[0])
        box = (cx - radius_m, cy - radius_m, cx + radius_m, cy + radius_m)
        return cls((), (lat_deg, lon_deg, radius_m), shapely.Point(cx, cy), radius_m, np.empty((0, 4)), box)

    @property
    def outline(self) -> Any:
        """The area as one polygonal geometry in local metres; a circle becomes a 256-gon around it."""
        if self.circle is None:
            return self.geometry
        return shapely.buffer(self.geometry, self.radius_m / math.cos(math.pi / 256), quad_segs=64)

    def distance_m(self, shapes: Any) -> FloatArray:
        """Return horizontal distances from geometries in local metres to the closed area, 0 inside."""
        distance = np.asarray(shapely.distance(shapes, self.geometry))
        return np.maximum(distance - self.radius_m, 0.0) if self.circle is not None else distance

    def holds(self, x_m: FloatArray, y_m: FloatArray) -> NDArray[np.bool_]:
        """Tell which points lie in the closed area."""
        return np.asarray(self.distance_m(shapely.points(x_m, y_m)) <= 0.0)

    def stays_within(self, segment: Segment, reach_m: float) -> Intervals:
        """Return the fractions [s0, s1] of a segment that lie within `reach_m` of the area, in closed form."""
        x0, y0, x1, y1 = segment
        if x0 == x1 and y0 == y1:
            near = float(self.distance_m(shapely.Point(x0, y0))) <= reach_m
            return [(0.0, 1.0)] if near else []
        if self.circle is not None:
            reach = self.radius_m + reach_m
            centre = np.array([self.geometry.x]), np.array([self.geometry.y])
            low, high = _disc_stay(segment, *centre, reach)
            return merged([(max(float(low[0]), 0.0), min(float(high[0]), 1.0))])
        touched = merged(self._edges.stays(segment, max(reach_m, 0.0)))
        # Between the stays near an edge the segment is wholly inside or wholly outside: one point tells.
        cuts = [0.0, *(cut for pair in touched for cut in pair), 1.0]
        inner = [(a, b) for a, b in zip(cuts[::2], cuts[1::2], strict=True) if a < b]
        if inner:
            middle = np.array([(a + b) / 2 for a, b in inner])
            inside = prepared.contains_xy(self.geometry, x0 + middle * (x1 - x0), y0 + middle * (y1 - y0))
            inner = [pair for pair, kept in zip(inner, inside, strict=True) if kept]
        return merged([*touched, *inner])


class _Edges:
    """The edges of an area with what each of them needs to be measured against one by one.

    A flight comes near few edges of a zone: those are found by their boxes, and tested with plain numbers, which for few
    is several times faster than arrays. Arithmetic and answers are those of `edge_stays`.
    """

    __slots__ = ("_boxes", "_edges", "_units")

    def __init__(self, edges: FloatArray) -> None:
        self._edges = edges
        self._boxes: tuple[FloatArray, FloatArray, FloatArray, FloatArray] | None = None
        self._units: FloatArray = edges[:0]

    def _measure(self) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        xa, ya, xb, yb = self._edges.T
        ex, ey = xb - xa, yb - ya
        length = np.hypot(ex, ey)
        unit = np.where(length > 0, length, 1.0)
        self._units = np.column_stack([xa, ya, xb, yb, ex / unit, ey / unit, length])
        self._boxes = np.minimum(xa, xb), np.maximum(xa, xb), np.minimum(ya, yb), np.maximum(ya, yb)
        return self._boxes

    def stays(self, segment: Segment, reach_m: float) -> Intervals:
        """Return what `edge_stays` returns for the edges that the segment comes near."""
        x0, y0, x1, y1 = segment
        x_low, x_high, y_low, y_high = self._boxes or self._measure()
        reach = reach_m + _BOX_SLACK_M
        near = (
            (x_low <= max(x0, x1) + reach)
            & (x_high >= min(x0, x1) - reach)
            & (y_low <= max(y0, y1) + reach)
            & (y_high >= min(y0, y1) - reach)
        ).nonzero()[0]
        if len(near) > _FEW_EDGES:
            return edge_stays(segment, self._edges[near], reach_m)
        dx, dy = x1 - x0, y1 - y0
        moving = (x0, y0, dx, dy, dx * dx + dy * dy)
        found: Intervals = []
        for edge in self._units[near].tolist():
            low, high = _edge_stay(moving, edge, reach_m)
            if low <= high:
                found.append((low, high))
        return found


def _edge_stay(
    moving: tuple[float, float, float, float, float], edge: list[float], reach_m: float
) -> tuple[float, float]:
    """Return the part of [0, 1] in which a moving point is within `reach_m` of one edge, reversed when there is none."""
    x0, y0, dx, dy, speed2 = moving
    xa, ya, xb, yb, ex, ey, length = edge
    low, high = math.inf, -math.inf
    for px, py in ((x0 - xa, y0 - ya), (x0 - xb, y0 - yb)):
        off2 = (px * dy - py * dx) ** 2 / speed2
        room = (reach_m * reach_m - off2) / speed2
        if room >= 0 if reach_m > 0 else room > 0:
            middle, half = -(px * dx + py * dy) / speed2, math.sqrt(room)
            low, high = min(low, middle - half), max(high, middle + half)
    if length > 0:
        px, py = x0 - xa, y0 - ya
        first, last = _span(px * ex + py * ey, dx * ex + dy * ey, 0.0, length)
        across = _span(px * -ey + py * ex, dx * -ey + dy * ex, -reach_m, reach_m)
        first, last = max(first, across[0]), min(last, across[1])
        if first <= last:
            low, high = min(low, first), max(high, last)
    return max(low, 0.0), min(high, 1.0)


def _span(start: float, rate: float, low: float, high: float) -> tuple[float, float]:
    """Return the range of s with low <= start + s rate <= high, reversed when empty."""
    if rate == 0:
        return (-math.inf, math.inf) if low <= start <= high else (math.inf, -math.inf)
    first, second = (low - start) / rate, (high - start) / rate
    return (first, second) if first <= second else (second, first)


def edge_stays(segment: Segment, edges: FloatArray, reach_m: float) -> Intervals:
    """Return, for each edge the segment comes near, the fractions in [0, 1] that lie within `reach_m` of it.

    An edge widened by a radius is a capsule: a rectangle and two discs; it is convex, so each stay is one interval.
    The segment must have a length; `edges` is float64 (m, 4).
    """
    x0, y0, x1, y1 = segment
    dx, dy = x1 - x0, y1 - y0
    xa, ya, xb, yb = edges.T
    ex, ey = xb - xa, yb - ya
    length = np.hypot(ex, ey)
    good = length > 0
    unit = np.where(good, length, 1.0)
    ex, ey = ex / unit, ey / unit
    px, py = x0 - xa, y0 - ya
    along_low, along_high = _slab(px * ex + py * ey, dx * ex + dy * ey, np.zeros_like(length), length)
    side = np.full_like(length, reach_m)
    across_low, across_high = _slab(px * -ey + py * ex, dx * -ey + dy * ex, -side, side)
    box_low, box_high = np.maximum(along_low, across_low), np.minimum(along_high, across_high)
    box_low, box_high = np.where(good, box_low, math.inf), np.where(good, box_high, -math.inf)
    box_empty = box_low > box_high
    box_low, box_high = np.where(box_empty, math.inf, box_low), np.where(box_empty, -math.inf, box_high)
    a_low, a_high = _disc_stay(segment, xa, ya, reach_m)
    b_low, b_high = _disc_stay(segment, xb, yb, reach_m)
    low = np.maximum(np.minimum(np.minimum(a_low, b_low), box_low), 0.0)
    high = np.minimum(np.maximum(np.maximum(a_high, b_high), box_high), 1.0)
    kept = low <= high
    return list(zip(low[kept].tolist(), high[kept].tolist(), strict=True))


def parse_area(
    geometry: object, radius_m: object, frame: LocalFrame, service: Bounds, *, max_area_m2: float, pointer: str
) -> Area | list[FieldError]:
    """Parse a GeoJSON Polygon or MultiPolygon, or a Point with a radius, into an `Area`.

    Codes: wrong_type, unknown_geometry, too_few_points, ring_not_closed, too_many_vertices, latitude_out_of_range,
    longitude_out_of_range, probably_swapped_axes, outside_service_area, self_crossing, area_too_small, area_too_large,
    radius_out_of_range.
    """
    if not isinstance(geometry, Mapping):
        return [_wrong(pointer, "a GeoJSON geometry", "GeoJSON 几何对象")]
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        limit = min(MAX_RADIUS_M, math.sqrt(max_area_m2 / math.pi))
        return _parse_circle(coordinates, radius_m, frame, service, limit_m=limit, pointer=pointer)
    if kind not in ("Polygon", "MultiPolygon"):
        detail = "The geometry must be a Polygon, a MultiPolygon, or a Point with the property radius_m."
        detail_zh = "几何类型必须是 Polygon、MultiPolygon，或带 radius_m 属性的 Point。"
        return [FieldError(f"{pointer}/type", "unknown_geometry", detail, detail_zh)]
    at = f"{pointer}/coordinates"
    groups: list[tuple[str, object]] = [(at, coordinates)]
    if kind == "MultiPolygon":
        if not isinstance(coordinates, list) or not coordinates:
            return [_wrong(at, "a list of polygons", "多边形列表")]
        groups = [(f"{at}/{i}", part) for i, part in enumerate(coordinates)]
    polygons: list[list[LatLonRing]] = []
    left = MAX_VERTICES
    for where, part in groups:
        rings = _parse_rings(part, where, left)
        if isinstance(rings, FieldError):
            return [rings]
        polygons.append(rings)
        left -= sum(len(ring) for ring in rings)
        for i, ring in enumerate(rings):
            errors = check_positions(ring, service, f"{where}/{i}")
            if errors:
                return errors
    area = Area.of_polygons(polygons, frame)
    errors = check_shape(area.geometry, at, max_area_m2)
    return errors or area


def check_positions(
    ring: LatLonRing, service: Bounds, pointer: str, margin_deg: float = _MARGIN_DEG
) -> list[FieldError]:
    """Return what is wrong with positions in degrees: out of range, probably swapped, or far from the city."""
    wide = service.widened(margin_deg)
    for i, (lat, lon) in enumerate(ring.tolist()):
        fault = position_error(lat, lon, wide, f"{pointer}/{i}")
        if fault is not None:
            return [fault]
    return []


def position_error(lat_deg: float, lon_deg: float, service: Bounds, pointer: str) -> FieldError | None:
    """Return why a position is refused: ranges, probably swapped axes, outside the service area; None when fine."""
    if probably_swapped(lat_deg, lon_deg, service):
        return FieldError(
            pointer,
            "probably_swapped_axes",
            f"Latitude {lat_deg:g} and longitude {lon_deg:g} are probably swapped: exchanged, the point lies in "
            "the service area. Send the latitude as lat and the longitude as lon (GeoJSON: [lon, lat]).",
            f"纬度 {lat_deg:g} 与经度 {lon_deg:g} 可能写反了：互换后该点位于服务区内。请更正坐标顺序。",
        )
    if not -90 <= lat_deg <= 90:
        detail = f"Latitude {lat_deg:g} is outside -90 to 90 degrees."
        return FieldError(pointer, "latitude_out_of_range", detail, f"纬度 {lat_deg:g} 超出 -90 至 90 度。")
    if not -180 <= lon_deg <= 180:
        detail = f"Longitude {lon_deg:g} is outside -180 to 180 degrees."
        return FieldError(pointer, "longitude_out_of_range", detail, f"经度 {lon_deg:g} 超出 -180 至 180 度。")
    if not service.holds(lat_deg, lon_deg):
        return FieldError(
            pointer,
            "outside_service_area",
            f"The point {lat_deg:g}, {lon_deg:g} lies outside the area served: latitude "
            f"{service.min_lat_deg:g} to {service.max_lat_deg:g}, longitude {service.min_lon_deg:g} to "
            f"{service.max_lon_deg:g}. Move it inside or use the service responsible there.",
            f"点 {lat_deg:g}, {lon_deg:g} 位于服务区之外：纬度 {service.min_lat_deg:g} 至 "
            f"{service.max_lat_deg:g}，经度 {service.min_lon_deg:g} 至 {service.max_lon_deg:g}。请移入服务区。",
        )
    return None


def check_shape(geometry: Any, pointer: str, max_area_m2: float) -> list[FieldError]:
    """Return what is wrong with a polygon in local metres: self-crossing, too small, too large."""
    if not shapely.is_valid(geometry):
        why = shapely.is_valid_reason(geometry).split("[")[0].strip()
        return [
            FieldError(
                pointer,
                "self_crossing",
                f"The polygon is not valid ({why}): its boundary crosses or touches itself, or its parts overlap. "
                "Send simple rings; they are not repaired here.",
                f"多边形无效（{why}）：边界自相交、自接触或各部分重叠。请提交简单多边形，系统不会自动修复。",
            )
        ]
    size = float(geometry.area)
    if size < MIN_AREA_M2:
        detail = f"The area is {size:.3g} m², less than {MIN_AREA_M2:g} m². Check the vertices."
        detail_zh = f"面积为 {size:.3g} 平方米，小于 {MIN_AREA_M2:g} 平方米。请检查顶点。"
        return [FieldError(pointer, "area_too_small", detail, detail_zh)]
    if size > max_area_m2:
        detail = f"The area is {size / 1e6:.0f} km², more than {max_area_m2 / 1e6:.0f} km². Split or shrink it."
        detail_zh = f"面积为 {size / 1e6:.0f} 平方千米，超过 {max_area_m2 / 1e6:.0f} 平方千米。请拆分或缩小。"
        return [FieldError(pointer, "area_too_large", detail, detail_zh)]
    return []


def is_number(value: object) -> bool:
    """Tell whether a JSON value is a finite number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    # An int too large for a float is no number of ours either, and must not overflow in the arithmetic that follows.
    return abs(value) < _LARGEST


def area_to_geojson(area: Area) -> dict[str, Any]:
    """Return the GeoJSON geometry of an area; a circle is the Point of its centre (its radius is a property)."""
    if area.circle is not None:
        return {"type": "Point", "coordinates": [area.circle[1], area.circle[0]]}
    polygons = [[_closed(ring) for ring in rings] for rings in area.polygons]
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def too_many_vertices(pointer: str, limit: int = MAX_VERTICES) -> FieldError:
    """Return the refusal of a shape with too many vertices."""
    return FieldError(
        pointer,
        "too_many_vertices",
        f"More than {limit} vertices. Simplify the outline.",
        f"顶点数超过 {limit} 个。请简化轮廓。",
    )


def _closed(ring: LatLonRing) -> list[list[float]]:
    points = [[lon, lat] for lat, lon in ring.tolist()]
    return [*points, points[0]]


def _to_local(ring: LatLonRing, frame: LocalFrame) -> FloatArray:
    return np.stack(frame.to_xy(ring[:, 0], ring[:, 1]), axis=1)


def _wrong(pointer: str, what: str, what_zh: str) -> FieldError:
    return FieldError(pointer, "wrong_type", f"Must be {what}.", f"必须是{what_zh}。")


def _parse_rings(part: object, pointer: str, left: int) -> list[LatLonRing] | FieldError:
    if not isinstance(part, list) or not part or not all(isinstance(ring, list) for ring in part):
        return _wrong(pointer, "a list of rings of [lon, lat] positions", "由 [lon, lat] 坐标环组成的列表")
    if sum(len(ring) for ring in part) > left + len(part):
        return too_many_vertices(pointer)
    rings: list[LatLonRing] = []
    for i, ring in enumerate(part):
        where = f"{pointer}/{i}"
        for j, position in enumerate(ring):
            if not isinstance(position, list) or len(position) not in (2, 3) or not all(map(is_number, position)):
                return _wrong(f"{where}/{j}", "a position [lon, lat] of finite numbers", "由有限数值组成的 [lon, lat]")
        if len(ring) < 4 or len({tuple(position[:2]) for position in ring}) < 3:
            detail = "A ring needs at least three different vertices, and the first repeated at its end."
            return FieldError(where, "too_few_points", detail, "环至少需要三个不同的顶点，且末点重复首点。")
        if ring[0][:2] != ring[-1][:2]:
            detail = "The last position of a ring must repeat the first (RFC 7946, 3.1.6)."
            return FieldError(
                where, "ring_not_closed", detail, "环的最后一个坐标必须与第一个相同（RFC 7946 第 3.1.6 节）。"
            )
        rings.append(np.array([[position[1], position[0]] for position in ring[:-1]], dtype=float))
    return rings


def _parse_circle(
    centre: object, radius_m: object, frame: LocalFrame, service: Bounds, *, limit_m: float, pointer: str
) -> Area | list[FieldError]:
    at = f"{pointer}/coordinates"
    if not isinstance(centre, list) or len(centre) not in (2, 3) or not all(map(is_number, centre)):
        return [_wrong(at, "a position [lon, lat] of finite numbers", "由有限数值组成的 [lon, lat]")]
    fault = position_error(centre[1], centre[0], service.widened(_MARGIN_DEG), at)
    if fault is not None:
        return [fault]
    if not isinstance(radius_m, (int, float)) or not is_number(radius_m) or not 1 <= radius_m <= limit_m:
        detail = f"A circle is a Point with the property radius_m, from 1 to {limit_m:.0f} metres."
        detail_zh = f"圆形区域须为带 radius_m 属性的 Point，半径 1 至 {limit_m:.0f} 米。"
        return [FieldError("/properties/radius_m", "radius_out_of_range", detail, detail_zh)]
    return Area.of_circle(float(centre[1]), float(centre[0]), float(radius_m), frame)


def _slab(start: FloatArray, rate: FloatArray, low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the range of s with low <= start + s rate <= high, empty as (inf, -inf)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (low - start) / rate, (high - start) / rate
    enter, leave = np.minimum(first, second), np.maximum(first, second)
    still = rate == 0
    inside = (start >= low) & (start <= high)
    enter = np.where(still, np.where(inside, -math.inf, math.inf), enter)
    leave = np.where(still, np.where(inside, math.inf, -math.inf), leave)
    return enter, leave


def _disc_stay(segment: Segment, cx: FloatArray, cy: FloatArray, radius: float) -> tuple[FloatArray, FloatArray]:
    """Return the range of s with the moving point inside discs, empty as (inf, -inf); the segment needs a length."""
    x0, y0, x1, y1 = segment
    dx, dy = x1 - x0, y1 - y0
    speed2 = dx * dx + dy * dy
    px, py = x0 - cx, y0 - cy
    middle = -(px * dx + py * dy) / speed2
    # The square of the least distance, from the cross product: stable far away from the disc.
    off2 = (px * dy - py * dx) ** 2 / speed2
    room = (radius * radius - off2) / speed2
    half = np.sqrt(np.maximum(room, 0.0))
    hit = room >= 0 if radius > 0 else room > 0
    return np.where(hit, middle - half, math.inf), np.where(hit, middle + half, -math.inf)
