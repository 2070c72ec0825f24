"""Aerodromes of a data pack, and the closed zone generated around each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.polygon import orient

from airspace.frame import LocalFrame
from utm.cities.reading import CityError, Feature, Table

# Obstacle limitation surfaces of a code number 4 precision approach runway: ICAO Annex 14 volume I, table 4-1, read in
# the equal table of EASA CS-ADR-DSN. The conical surface rises 100 m at 5 % beyond the 4000 m of the inner horizontal.
_HORIZONTAL_M: Final = 4000.0 + 100.0 / 0.05
_APPROACH_FROM_M: Final = 60.0
_APPROACH_LENGTH_M: Final = 15_000.0
_APPROACH_HALF_WIDTH_M: Final = 140.0
_APPROACH_DIVERGENCE: Final = 0.15
_UPPER_M: Final = 3000.0
_SIDES_PER_QUARTER: Final = 16


@dataclass(frozen=True, slots=True)
class Runway:
    """A runway: WGS-84 (lat_deg, lon_deg) of its two thresholds."""

    name: str
    length_m: float
    width_m: float | None
    thresholds_lat_lon_deg: tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Aerodrome:
    """An airport or heliport; `radius_m` is the closed circle of a heliport, None for an airport."""

    aerodrome_id: str
    kind: Literal["airport", "heliport"]
    name: str
    name_zh: str
    lat_deg: float
    lon_deg: float
    elevation_amsl_m: float | None
    radius_m: float | None
    runways: tuple[Runway, ...]
    source: str


def read_aerodromes(head: Table) -> tuple[Aerodrome, ...]:
    """Return the aerodromes of aerodromes.toml; raises CityError."""
    aerodromes = tuple(_aerodrome(table) for table in head.tables("aerodrome"))
    names = [aerodrome.aerodrome_id for aerodrome in aerodromes]
    if len(set(names)) != len(names):
        raise head.fault("the same aerodrome_id stands twice")
    return aerodromes


def aerodrome_zone(aerodrome: Aerodrome, frame: LocalFrame) -> Feature:
    """Return the PROHIBITED zone around an aerodrome as a body of POST /v1/zones.

    An airport's area is the outline of the obstacle limitation surfaces of all its runways, a heliport's is its circle,
    both as polygons that enclose the true arcs.
    """
    outline = orient(airport_outline(aerodrome, frame) if aerodrome.radius_m is None else _circle(aerodrome, frame))
    x, y = np.array(outline.exterior.coords).T
    lat, lon = frame.to_lat_lon(x, y)
    ring = [[round(float(east), 6), round(float(north), 6)] for east, north in zip(lon, lat, strict=True)]
    airport = aerodrome.radius_m is None
    what = "outline of its obstacle limitation surfaces" if airport else f"{aerodrome.radius_m:g} m around it"
    what_zh = "障碍物限制面范围" if airport else f"周边{aerodrome.radius_m:g}米"
    return {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "zone_id": f"zn_{aerodrome.aerodrome_id.lower()}",
            "name": aerodrome.name,
            "name_zh": aerodrome.name_zh,
            "restriction": "PROHIBITED",
            "reason": "AIR_TRAFFIC",
            "lower_m": 0.0,
            "upper_m": _UPPER_M,
            "datum": "AGL",
            "authority": f"{aerodrome.aerodrome_id} tower (demonstration)",
            "message": f"{aerodrome.name}: no flight within the {what}.",
            "message_zh": f"{aerodrome.name_zh}：{what_zh}内禁止飞行。",
            "source": f"generated on loading ({what}); {aerodrome.source}",
            "demonstration": True,
        },
    }


def airport_outline(aerodrome: Aerodrome, frame: LocalFrame) -> Polygon:
    """Return the ground plan of the obstacle limitation surfaces in local metres: conical edge and approaches."""
    parts = []
    for runway in aerodrome.runways:
        (lat0, lon0), (lat1, lon1) = runway.thresholds_lat_lon_deg
        x, y = frame.to_xy([lat0, lat1], [lon0, lon1])
        ends = np.stack([x, y], axis=1)
        parts.append(_around(LineString(ends), _HORIZONTAL_M))
        parts.extend(_approach(ends[1 - i], ends[i]) for i in range(2))
    outline = shapely.union_all(parts)
    if not isinstance(outline, Polygon):
        raise CityError(f"{aerodrome.aerodrome_id}: its runways lie too far apart to be one aerodrome")
    return Polygon(outline.exterior)


def _approach(far: Any, threshold: Any) -> Polygon:
    """Return the approach surface that ends at `threshold` of the runway whose other end is `far`."""
    along = (threshold - far) / np.linalg.norm(threshold - far)
    across = np.array([-along[1], along[0]])
    near_edge, far_edge = (
        threshold + along * _APPROACH_FROM_M,
        threshold + along * (_APPROACH_FROM_M + _APPROACH_LENGTH_M),
    )
    wide_m = _APPROACH_HALF_WIDTH_M + _APPROACH_DIVERGENCE * _APPROACH_LENGTH_M
    return Polygon(
        [
            near_edge + across * _APPROACH_HALF_WIDTH_M,
            near_edge - across * _APPROACH_HALF_WIDTH_M,
            far_edge - across * wide_m,
            far_edge + across * wide_m,
        ]
    )


def _circle(aerodrome: Aerodrome, frame: LocalFrame) -> Polygon:
    x, y = frame.to_xy(aerodrome.lat_deg, aerodrome.lon_deg)
    return _around(shapely.Point(x[0], y[0]), aerodrome.radius_m or 0.0)


def _around(shape: shapely.Geometry, radius_m: float) -> Polygon:
    """Return a polygon that contains every point within `radius_m`: arcs are circumscribed."""
    reach_m = radius_m / np.cos(np.pi / (4 * _SIDES_PER_QUARTER))
    return cast(Polygon, shapely.buffer(shape, reach_m, quad_segs=_SIDES_PER_QUARTER))


def _aerodrome(table: Table) -> Aerodrome:
    kind = table.text("kind")
    if kind not in ("airport", "heliport"):
        raise table.fault(f"kind must be airport or heliport, not {kind!r}")
    lat_deg, lon_deg = table.lat_lon([table.number("lat_deg"), table.number("lon_deg")], "lat_deg, lon_deg")
    runways = tuple(_runway(item) for item in table.tables("runway"))
    if kind == "airport" and not runways:
        raise table.fault("an airport needs at least one [[aerodrome.runway]]")
    return Aerodrome(
        aerodrome_id=table.text("aerodrome_id"),
        kind=cast(Literal["airport", "heliport"], kind),
        name=table.text("name"),
        name_zh=table.text("name_zh"),
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        elevation_amsl_m=table.optional_number("elevation_amsl_m"),
        radius_m=table.number("radius_m", above=0.0) if kind == "heliport" else None,
        runways=runways,
        source=table.text("source"),
    )


def _runway(table: Table) -> Runway:
    ends: Any = table.values.get("thresholds_lat_lon_deg")
    if not isinstance(ends, list) or len(ends) != 2:
        raise table.fault("thresholds_lat_lon_deg must hold two thresholds [lat, lon]")
    first, second = (table.lat_lon(end, "thresholds_lat_lon_deg") for end in ends)
    if first == second:
        raise table.fault("both thresholds are the same point")
    length_m, width_m = table.number("length_m", above=0.0), table.optional_number("width_m", above=0.0)
    return Runway(table.text("name"), length_m, width_m, (first, second))
