"""ASTM F3548-21 Volume4D: parsed into prisms, published from trajectories as a tight sequence.

A Volume4D is `{"volume": {"outline_polygon": {"vertices": [{"lat", "lng"}]} | "outline_circle": {"center": {"lat",
"lng"}, "radius": {"value", "units": "M"}}, "altitude_lower": {"value", "reference": "W84", "units": "M"},
"altitude_upper"}, "time_start": {"value", "format": "RFC3339"}, "time_end"}` (F3548-21 annex A, version 1.0.0).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec
import numpy as np
import shapely

from airspace.areas import Area, check_positions, check_shape, is_number, too_many_vertices
from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.decision import instant_text
from airspace.errors import FieldError
from airspace.frame import usual
from airspace.geometry4d import FloatArray, IntArray, Prism, Tolerance, Trajectory4D
from airspace.plan_compiled import kernels
from airspace.region import Region
from airspace.timebase import SCENE_EPOCH_AT, from_scene_s, to_scene_s
from airspace.trajectory import MAX_ALT_M, MAX_DURATION_S, MIN_ALT_M

MAX_VOLUMES: Final = 500
MAX_PLAN_AREA_M2: Final = 1_000e6
"""The largest volume one flight may ask for: half of Shenzhen (ours)."""
LONGEST_VOLUME_S: Final = 60.0
_SCENE_EPOCH_US: Final = int(np.datetime64(SCENE_EPOCH_AT.replace(tzinfo=None), "us").astype(np.int64))
_encode: Final = msgspec.json.Encoder().encode
_OCTAGON: Final = 1.0 / math.cos(math.pi / 8)
_CORNERS_RAD: Final = np.radians([-67.5, -22.5, 22.5, 67.5])


@dataclass(frozen=True, slots=True, eq=False)
class VolumePath:
    """A plan of volumes: prisms, their areas, and per prism bounds of the ground (HAE) and of the undulation."""

    prisms: tuple[Prism, ...]
    areas: tuple[Area, ...]
    ground_low_m: FloatArray
    ground_high_m: FloatArray
    undulation_low_m: FloatArray
    undulation_high_m: FloatArray

    @property
    def starts_s(self) -> float:
        """Scene seconds of the first instant."""
        return min(prism.t_start_s for prism in self.prisms)

    @property
    def ends_s(self) -> float:
        """Scene seconds of the last instant."""
        return max(prism.t_end_s for prism in self.prisms)

    def cells(self, region: Region, widen_m: float) -> frozenset[int]:
        """Return the resolution-8 cells that points within `widen_m` of the volumes can lie in."""
        found: set[int] = set()
        for area in self.areas:
            cells = region.grid.covering(area.geometry, widen_m + area.radius_m)
            if not isinstance(cells, frozenset):
                raise ValueError("areas of a plan are bounded when they are parsed")
            found |= cells
        return frozenset(found)


CompiledVolumes: TypeAlias = VolumePath | list[FieldError]


def parse_volumes(raw: object, region: Region, pointer: str = "/route/volumes") -> CompiledVolumes:
    """Parse a list of Volume4D into a path, or say what is wrong field by field.

    Codes: wrong_type, missing, too_few_volumes, too_many_volumes, too_few_points, too_many_vertices,
    latitude_out_of_range, longitude_out_of_range, probably_swapped_axes, outside_service_area, self_crossing,
    area_too_small, area_too_large, radius_out_of_range, unknown_datum, unknown_unit, altitude_out_of_range,
    reversed_band, reversed_window, naive_time, malformed_time, duration_too_long, terrain_unknown.
    """
    if not isinstance(raw, list):
        return [FieldError(pointer, "wrong_type", "Must be a list of Volume4D.", "必须是 Volume4D 列表。")]
    if not raw:
        detail = "A plan of volumes needs at least one."
        return [FieldError(pointer, "too_few_volumes", detail, "体积计划至少需要一个体积。")]
    if len(raw) > MAX_VOLUMES:
        detail = f"At most {MAX_VOLUMES} volumes, {len(raw)} given."
        return [FieldError(pointer, "too_many_volumes", detail, f"体积最多 {MAX_VOLUMES} 个，实际 {len(raw)} 个。")]
    errors: list[FieldError] = []
    prisms: list[Prism] = []
    areas: list[Area] = []
    for i, item in enumerate(raw):
        parsed = _parse_volume(item, region, f"{pointer}/{i}")
        if isinstance(parsed, list):
            errors.extend(parsed)
            if len(errors) >= 20:
                break
        else:
            areas.append(parsed[0])
            prisms.append(parsed[1])
    if errors:
        return errors[:20]
    lasts_s = max(p.t_end_s for p in prisms) - min(p.t_start_s for p in prisms)
    if lasts_s > MAX_DURATION_S:
        detail = f"The volumes span {lasts_s / 3600:.1f} h, more than {MAX_DURATION_S / 3600:g} h. Split the plan."
        detail_zh = f"各体积共跨越 {lasts_s / 3600:.1f} 小时，超过 {MAX_DURATION_S / 3600:g} 小时。请拆分计划。"
        return [FieldError(pointer, "duration_too_long", detail, detail_zh)]
    try:
        return volume_path(tuple(prisms), tuple(areas), region)
    except (NoGroundError, OutsideGeoidError) as fault:
        detail = f"The ground there is not known: {fault}. Keep the volumes where the models reach."
        return [FieldError(pointer, "terrain_unknown", detail, "该处地面高程未知。请将体积保持在模型覆盖范围内。")]


def volume_path(prisms: tuple[Prism, ...], areas: tuple[Area, ...], region: Region) -> VolumePath:
    """Return prisms with bounds of the ground below them; raises NoGroundError or OutsideGeoidError."""
    bounds = []
    for area in areas:
        x0, y0, x1, y1 = area.bounds_m
        lat, lon = region.frame.to_lat_lon([x0, x0, x1, x1, (x0 + x1) / 2], [y0, y1, y0, y1, (y0 + y1) / 2])
        undulation = region.altitude.undulation_m(lat, lon)
        low, high = region.altitude.terrain.range_amsl_m(
            float(lat.min()), float(lon.min()), float(lat.max()), float(lon.max())
        )
        n0, n1 = float(undulation.min()), float(undulation.max())
        bounds.append((low + n0, high + n1, n0, n1))
    columns = np.array(bounds).T
    return VolumePath(prisms, areas, columns[0], columns[1], columns[2], columns[3])


def prism_area(prism: Prism, region: Region) -> Area:
    """Return the area of a prism taken from the store or the engine."""
    if prism.circle is not None:
        lat, lon = region.frame.to_lat_lon(prism.circle[0], prism.circle[1])
        return Area.of_circle(float(lat[0]), float(lon[0]), prism.circle[2], region.frame)
    assert prism.ring is not None
    lat, lon = region.frame.to_lat_lon(prism.ring[:, 0], prism.ring[:, 1])
    return Area.of_polygons([[np.stack([lat, lon], axis=1)]], region.frame)


def prism_to_volume4d(prism: Prism, region: Region) -> dict[str, Any]:
    """Return a prism as an F3548 Volume4D."""
    outline: dict[str, Any]
    if prism.circle is not None:
        lat, lon = region.frame.to_lat_lon(prism.circle[0], prism.circle[1])
        centre = {"lat": float(lat[0]), "lng": float(lon[0])}
        outline = {"outline_circle": {"center": centre, "radius": {"value": prism.circle[2], "units": "M"}}}
    else:
        assert prism.ring is not None
        lat, lon = region.frame.to_lat_lon(prism.ring[:, 0], prism.ring[:, 1])
        outline = {"outline_polygon": {"vertices": _vertices(lat, lon)}}
    return _volume4d(outline, prism.z_low_m, prism.z_high_m, prism.t_start_s, prism.t_end_s)


@dataclass(frozen=True, slots=True, eq=False)
class _Strips:
    """The tight sequence of volumes around a flight as columns: outlines (n, 8, 2), bands and windows (n,)."""

    owner: IntArray
    outlines: FloatArray
    low_m: FloatArray
    high_m: FloatArray
    starts_s: FloatArray
    ends_s: FloatArray


def _strips(trajectory: Trajectory4D, tolerance: Tolerance, longest_s: float) -> _Strips:
    rows = trajectory.segments
    parts = np.maximum(1.0, np.ceil((rows[:, 7] - rows[:, 3]) / longest_s - 1e-9)).astype(np.int64)
    owner = np.arange(len(rows)).repeat(parts)
    order = np.arange(len(owner)) - (parts.cumsum() - parts).take(owner)
    base, change = rows[:, :4].take(owner, axis=0), (rows[:, 4:] - rows[:, :4]).take(owner, axis=0)
    whole = parts.take(owner)
    start = base + change * (order / whole)[:, None]
    end = base + change * ((order + 1) / whole)[:, None]
    low, high = np.minimum(start[:, 2], end[:, 2]), np.maximum(start[:, 2], end[:, 2])
    return _Strips(
        owner.astype(np.int32),
        _capsules(start[:, :2], end[:, :2], tolerance.horizontal_m),
        low - tolerance.vertical_m,
        high + tolerance.vertical_m,
        start[:, 3] - tolerance.time_s,
        end[:, 3] + tolerance.time_s,
    )


def to_prisms(
    trajectory: Trajectory4D, tolerance: Tolerance, longest_s: float = LONGEST_VOLUME_S
) -> tuple[tuple[Prism, ...], IntArray]:
    """Return the tight sequence of prisms around a flight widened by its tolerance, and each one's segment row.

    A segment (climb, cruise, descent or hold) is cut into equal parts of at most `longest_s`; each part's outline is the
    octagon-capped strip around it, a superset of the disc of the tolerance swept along the part.
    """
    strips = _strips(trajectory, tolerance, longest_s)
    columns = (strips.low_m, strips.high_m, strips.starts_s, strips.ends_s)
    prisms = tuple(
        Prism(outline, None, low, high, starts, ends)
        for outline, low, high, starts, ends in zip(strips.outlines, *(c.tolist() for c in columns), strict=True)
    )
    return prisms, strips.owner


def to_volume4ds(
    trajectory: Trajectory4D, tolerance: Tolerance, region: Region, longest_s: float = LONGEST_VOLUME_S
) -> list[dict[str, Any]]:
    """Return the F3548 volumes published for a flight (`to_prisms`, in degrees)."""
    volumes: list[dict[str, Any]] = json.loads(volume4ds_json(trajectory, tolerance, region, longest_s))
    return volumes


class _Vertex(msgspec.Struct):
    lat: float
    lng: float


def volume4ds_json(
    trajectory: Trajectory4D, tolerance: Tolerance, region: Region, longest_s: float = LONGEST_VOLUME_S
) -> str:
    """Return the volumes published for a flight as JSON text, degrees to 1e-7; written directly because filing waits."""
    compiled, tm = kernels(), region.frame.tm
    if compiled is not None and tm is not None:
        rows = usual(trajectory.segments)
        limits = np.array([tolerance.horizontal_m, tolerance.vertical_m, tolerance.time_s, longest_s])
        text = np.empty(_VOLUME_BYTES * compiled.strip_count(rows, longest_s) + 2, np.uint8)
        length = compiled.volumes_text(rows, limits, tm, _FIXED, _CUTS, np.empty((2, 1)), text)
        if length > 0:
            return text[:length].tobytes().decode("ascii")
    return volume4ds_json_by_numpy(trajectory, tolerance, region, longest_s)


def volume4ds_json_by_numpy(
    trajectory: Trajectory4D, tolerance: Tolerance, region: Region, longest_s: float = LONGEST_VOLUME_S
) -> str:
    """Return the same text without compiled kernels, and for frames they do not know."""
    strips = _strips(trajectory, tolerance, longest_s)
    count = len(strips.owner)
    lat, lon = region.frame.to_lat_lon(strips.outlines[:, :, 0].ravel(), strips.outlines[:, :, 1].ravel())
    corners = list(map(_Vertex, lat.round(7).tolist(), lon.round(7).tolist()))
    # All outlines in one go, then apart: no corner's text holds "],[".
    outlines = _encode([corners[k : k + 8] for k in range(0, 8 * count, 8)])[2:-2].decode().split("],[")
    heights = np.concatenate([strips.low_m, strips.high_m]).round(3).tolist()
    instants = _instants(np.concatenate([strips.starts_s, strips.ends_s]))
    columns = zip(outlines, heights[:count], heights[count:], instants[:count], instants[count:], strict=True)
    return f"[{','.join(map(_VOLUME4D.__mod__, columns))}]"


_VOLUME4D: Final = (
    '{"volume":{"outline_polygon":{"vertices":[%s]},'
    '"altitude_lower":{"value":%s,"reference":"W84","units":"M"},'
    '"altitude_upper":{"value":%s,"reference":"W84","units":"M"}},'
    '"time_start":{"value":"%sZ","format":"RFC3339"},"time_end":{"value":"%sZ","format":"RFC3339"}}'
)
_PIECES: Final = (
    '{"volume":{"outline_polygon":{"vertices":[',
    '{"lat":',
    '},{"lat":',
    ',"lng":',
    '}]},"altitude_lower":{"value":',
    ',"reference":"W84","units":"M"},"altitude_upper":{"value":',
    ',"reference":"W84","units":"M"}},"time_start":{"value":"',
    'Z","format":"RFC3339"},"time_end":{"value":"',
    'Z","format":"RFC3339"}}',
)
"""What stands between the numbers of a volume, for the kernel that writes them."""
_FIXED: Final = np.frombuffer("".join(_PIECES).encode(), np.uint8).copy()
_CUTS: Final = np.cumsum([0, *map(len, _PIECES)]).astype(np.int32)
_VOLUME_BYTES: Final = 800
"""More than a volume's text can take: 382 bytes of constants, 16 degrees, two heights and two instants."""


def _instants(scene_s: FloatArray) -> list[str]:
    """Return scene seconds as RFC 3339 text without the Z, to the microsecond."""
    at = np.rint(scene_s * 1e6).astype(np.int64) + _SCENE_EPOCH_US
    texts: list[str] = np.datetime_as_string(at.view("datetime64[us]")).tolist()
    return texts


def parse_instant(value: object, pointer: str) -> datetime | FieldError:
    """Parse an RFC 3339 instant with an offset; codes wrong_type, malformed_time, naive_time."""
    if not isinstance(value, str):
        return FieldError(pointer, "wrong_type", "Must be an RFC 3339 time in text.", "必须是 RFC 3339 时间文本。")
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        detail = "Not an RFC 3339 time; write 2026-05-01T08:00:00+08:00."
        return FieldError(pointer, "malformed_time", detail, "不是 RFC 3339 时间；例如 2026-05-01T08:00:00+08:00。")
    if at.tzinfo is None:
        detail = "The time needs an offset, for example +08:00 or Z."
        return FieldError(pointer, "naive_time", detail, "时间必须带时区偏移，例如 +08:00 或 Z。")
    if not 2000 <= at.year <= 2199:
        detail = "The year must lie between 2000 and 2199."
        return FieldError(pointer, "time_out_of_range", detail, "年份须在 2000 至 2199 之间。")
    return at


def _parse_volume(item: object, region: Region, at: str) -> tuple[Area, Prism] | list[FieldError]:
    if not isinstance(item, Mapping) or not isinstance(item.get("volume"), Mapping):
        detail = "A Volume4D needs volume, time_start and time_end."
        return [FieldError(f"{at}/volume", "missing", detail, "Volume4D 须包含 volume、time_start 和 time_end。")]
    volume: Mapping[str, Any] = item["volume"]
    errors: list[FieldError] = []
    low = _parse_altitude(volume.get("altitude_lower"), f"{at}/volume/altitude_lower", errors)
    high = _parse_altitude(volume.get("altitude_upper"), f"{at}/volume/altitude_upper", errors)
    starts_s = _parse_time(item.get("time_start"), f"{at}/time_start", errors)
    ends_s = _parse_time(item.get("time_end"), f"{at}/time_end", errors)
    if low is not None and high is not None and low >= high:
        detail = f"altitude_lower {low:g} must be below altitude_upper {high:g}."
        detail_zh = f"altitude_lower {low:g} 必须低于 altitude_upper {high:g}。"
        errors.append(FieldError(f"{at}/volume/altitude_upper", "reversed_band", detail, detail_zh))
    if starts_s is not None and ends_s is not None and starts_s >= ends_s:
        detail = "time_start must be before time_end."
        errors.append(FieldError(f"{at}/time_end", "reversed_window", detail, "time_start 必须早于 time_end。"))
    area = _parse_outline(volume, region, f"{at}/volume")
    if isinstance(area, list):
        return [*errors, *area]
    if errors or low is None or high is None or starts_s is None or ends_s is None:
        return errors
    if area.circle is not None:
        circle = (float(area.geometry.x), float(area.geometry.y), area.radius_m)
        return area, Prism(None, circle, low, high, starts_s, ends_s)
    ring = np.asarray(shapely.get_coordinates(shapely.orient_polygons(area.geometry)))[:-1]
    return area, Prism(ring, None, low, high, starts_s, ends_s)


def _parse_outline(volume: Mapping[str, Any], region: Region, at: str) -> Area | list[FieldError]:
    polygon, circle = volume.get("outline_polygon"), volume.get("outline_circle")
    if (polygon is None) == (circle is None):
        detail = "Give either outline_polygon or outline_circle."
        return [FieldError(at, "missing", detail, "须且只能给出 outline_polygon 或 outline_circle 之一。")]
    if polygon is not None:
        return _parse_polygon(polygon, region, f"{at}/outline_polygon")
    where = f"{at}/outline_circle"
    if not isinstance(circle, Mapping):
        return [FieldError(where, "wrong_type", "Must be an object.", "必须是一个对象。")]
    centre = _parse_vertices([circle.get("center")], f"{where}/center", region)
    if isinstance(centre, list):
        return [replace(fault, pointer=f"{where}/center") for fault in centre]
    radius = circle.get("radius")
    value = radius.get("value") if isinstance(radius, Mapping) else None
    if isinstance(radius, Mapping) and radius.get("units", "M") != "M":
        return [_unknown_unit(f"{where}/radius/units")]
    limit = math.sqrt(MAX_PLAN_AREA_M2 / math.pi)
    if not isinstance(value, (int, float)) or not is_number(value) or not 1 <= value <= limit:
        detail = f"The radius must lie between 1 and {limit:.0f} metres."
        detail_zh = f"半径须在 1 至 {limit:.0f} 米之间。"
        return [FieldError(f"{where}/radius/value", "radius_out_of_range", detail, detail_zh)]
    return Area.of_circle(float(centre[0, 0]), float(centre[0, 1]), float(value), region.frame)


def _parse_polygon(polygon: object, region: Region, at: str) -> Area | list[FieldError]:
    vertices = polygon.get("vertices") if isinstance(polygon, Mapping) else None
    if not isinstance(vertices, list):
        detail = "Must be a list of {lat, lng}."
        return [FieldError(f"{at}/vertices", "wrong_type", detail, "必须是 {lat, lng} 列表。")]
    if len(vertices) > 5_000:
        return [too_many_vertices(f"{at}/vertices")]
    ring = _parse_vertices(vertices, f"{at}/vertices", region)
    if isinstance(ring, list):
        return ring
    if len(ring) > 1 and (ring[0] == ring[-1]).all():
        ring = ring[:-1]
    if len(np.unique(ring, axis=0)) < 3:
        detail = "A polygon needs at least three different vertices."
        return [FieldError(f"{at}/vertices", "too_few_points", detail, "多边形至少需要三个不同的顶点。")]
    area = Area.of_polygons([[ring]], region.frame)
    return check_shape(area.geometry, f"{at}/vertices", MAX_PLAN_AREA_M2) or area


def _parse_vertices(vertices: Sequence[object], at: str, region: Region) -> FloatArray | list[FieldError]:
    points = []
    for i, vertex in enumerate(vertices):
        lat, lon = (vertex.get("lat"), vertex.get("lng")) if isinstance(vertex, Mapping) else (None, None)
        if not (is_number(lat) and is_number(lon)):
            detail = "A position is {lat, lng} of finite numbers."
            return [FieldError(f"{at}/{i}", "wrong_type", detail, "坐标须为由有限数值组成的 {lat, lng}。")]
        points.append((lat, lon))
    ring = np.array(points, dtype=float).reshape(-1, 2)
    return check_positions(ring, region.service, at, margin_deg=0.0) or ring


def _parse_altitude(raw: object, at: str, errors: list[FieldError]) -> float | None:
    if not isinstance(raw, Mapping) or not is_number(raw.get("value")):
        detail = "An altitude is {value, reference: W84, units: M} with a finite value."
        errors.append(
            FieldError(at, "wrong_type", detail, "高度须为 {value, reference: W84, units: M}，value 为有限数值。")
        )
        return None
    if raw.get("reference", "W84") != "W84":
        detail = "Volumes give heights above the WGS-84 ellipsoid: reference must be W84."
        errors.append(
            FieldError(f"{at}/reference", "unknown_datum", detail, "体积高度基于 WGS-84 椭球：reference 须为 W84。")
        )
        return None
    if raw.get("units", "M") != "M":
        errors.append(_unknown_unit(f"{at}/units"))
        return None
    value = float(raw["value"])
    if not MIN_ALT_M <= value <= MAX_ALT_M:
        detail = f"The height {value:g} m is outside {MIN_ALT_M:g} to {MAX_ALT_M:g} m."
        detail_zh = f"高度 {value:g} 米超出 {MIN_ALT_M:g} 至 {MAX_ALT_M:g} 米。"
        errors.append(FieldError(f"{at}/value", "altitude_out_of_range", detail, detail_zh))
        return None
    return value


def _parse_time(raw: object, at: str, errors: list[FieldError]) -> float | None:
    if not isinstance(raw, Mapping):
        detail = "A time is {value, format: RFC3339}."
        errors.append(FieldError(at, "wrong_type", detail, "时间须为 {value, format: RFC3339}。"))
        return None
    instant = parse_instant(raw.get("value"), f"{at}/value")
    if isinstance(instant, FieldError):
        errors.append(instant)
        return None
    return to_scene_s(instant)


def _unknown_unit(pointer: str) -> FieldError:
    return FieldError(
        pointer, "unknown_unit", "Lengths are in metres: units must be M.", "长度单位为米：units 须为 M。"
    )


def _capsules(start: FloatArray, end: FloatArray, radius_m: float) -> FloatArray:
    """Return (n, 8, 2) counter-clockwise octagon-capped strips that hold everything within `radius_m` of each part."""
    delta = end - start
    angles = np.arctan2(delta[:, 1], delta[:, 0])[:, None] + _CORNERS_RAD
    reach = radius_m * _OCTAGON
    outlines = np.empty((len(start), 8, 2))
    np.cos(angles, out=outlines[:, :4, 0])
    np.sin(angles, out=outlines[:, :4, 1])
    outlines[:, :4] *= reach
    np.subtract(start[:, None], outlines[:, :4], out=outlines[:, 4:])
    outlines[:, :4] += end[:, None]
    return outlines


def _vertices(lat: FloatArray, lon: FloatArray) -> list[dict[str, float]]:
    return [{"lat": a, "lng": b} for a, b in zip(lat.tolist(), lon.tolist(), strict=True)]


def _volume4d(outline: dict[str, Any], low_m: float, high_m: float, starts_s: float, ends_s: float) -> dict[str, Any]:
    return {
        "volume": {
            **outline,
            "altitude_lower": {"value": low_m, "reference": "W84", "units": "M"},
            "altitude_upper": {"value": high_m, "reference": "W84", "units": "M"},
        },
        "time_start": {"value": instant_text(from_scene_s(starts_s)), "format": "RFC3339"},
        "time_end": {"value": instant_text(from_scene_s(ends_s)), "format": "RFC3339"},
    }
