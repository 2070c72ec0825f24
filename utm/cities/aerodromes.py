"""Aerodromes of a data pack, and the closed zone generated around each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import numpy as np
import shapely

from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray
from airspace.ols import RunwayLine, protection_outline
from utm.cities.reading import Feature, Table

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

    An airport's area is the protection outline around the obstacle limitation surfaces of all its runways, a heliport's
    is its circle, both as polygons that enclose the true arcs.
    """
    lat, lon = frame.to_lat_lon(*outline_of(aerodrome, frame).T)
    ring = [[round(float(east), 6), round(float(north), 6)] for east, north in zip(lon, lat, strict=True)]
    ring.append(ring[0])
    airport = aerodrome.radius_m is None
    what = "outline that protects its approaches" if airport else f"{aerodrome.radius_m:g} m around it"
    what_zh = "障碍物限制面保护范围" if airport else f"周边{aerodrome.radius_m:g}米"
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


def outline_of(aerodrome: Aerodrome, frame: LocalFrame) -> FloatArray:
    """Return the closed area's ring in local metres, (k, 2) counter-clockwise."""
    if aerodrome.radius_m is not None:
        x, y = frame.to_xy(aerodrome.lat_deg, aerodrome.lon_deg)
        # Circumscribed, so that the polygon holds the whole circle.
        reach_m = aerodrome.radius_m / math.cos(math.pi / (4 * _SIDES_PER_QUARTER))
        circle = shapely.buffer(shapely.Point(x[0], y[0]), reach_m, quad_segs=_SIDES_PER_QUARTER)
        return np.asarray(shapely.get_coordinates(shapely.orient_polygons(circle)))[:-1]
    lines = []
    for runway in aerodrome.runways:
        lat, lon = np.array(runway.thresholds_lat_lon_deg).T
        x, y = frame.to_xy(lat, lon)
        lines.append(RunwayLine(float(x[0]), float(y[0]), float(x[1]), float(y[1])))
    return protection_outline(lines)


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
