"""Sites: places to take off and land, with one or more pads.

A site's body is a GeoJSON Feature (Point) with the properties `site_id`, `name`, `name_zh`, `kind`, `pads` (number of
pads), `elevation_amsl_m`, `radius_m` (how far from the point a route may start or end), `operator_id` (null: public),
`open`, `source`, `demonstration`, and those of `airspace.site_fields`.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from airspace.areas import is_number, position_error
from airspace.cover import AreaIndex
from airspace.errors import FieldError
from airspace.geometry4d import FloatArray
from airspace.parsing import parse_flag, parse_text
from airspace.region import Region
from airspace.site_fields import NO_FIELDS, SiteFields, fields_to_dict, parse_fields

DEFAULT_RADIUS_M: Final = 50.0
"""Of a site that states none: a forecourt with its pads and the error of their survey (ours)."""


@dataclass(frozen=True, slots=True)
class Site:
    """One site; `x_m`, `y_m` are its place in local metres, `elevation_amsl_m` the height of its pads."""

    site_id: str
    name: str
    lat_deg: float
    lon_deg: float
    x_m: float
    y_m: float
    elevation_amsl_m: float
    pads: int
    kind: str
    radius_m: float = DEFAULT_RADIUS_M
    operator_id: str | None = None
    open: bool = True
    name_zh: str | None = None
    source: str | None = None
    demonstration: bool = False
    fields: SiteFields = NO_FIELDS
    """Hours, closures, slots, energy and directions."""


def parse_site(feature: object, region: Region, site_id: str | None = None) -> Site | list[FieldError]:
    """Parse a site Feature; `site_id` is used when the body has none.

    Codes: wrong_type, missing, unknown_geometry, out_of_range, and those of positions.
    """
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        return [FieldError("/type", "wrong_type", "A site is a GeoJSON Feature.", "起降点必须是 GeoJSON Feature。")]
    properties = feature.get("properties")
    if not isinstance(properties, Mapping):
        return [FieldError("/properties", "missing", "A site needs properties.", "起降点缺少 properties。")]
    errors: list[FieldError] = []
    at = "/properties"
    names = ("site_id", "name", "name_zh", "kind", "operator_id", "source")
    texts = {name: parse_text(properties, name, at, errors) for name in names}
    identity = texts["site_id"] or site_id
    if identity is None or texts["name"] is None:
        field = "name" if identity is not None else "site_id"
        errors.append(FieldError(f"{at}/{field}", "missing", f"A site needs {field}.", f"起降点缺少 {field}。"))
    pads = properties.get("pads", 1)
    if isinstance(pads, bool) or not isinstance(pads, int) or not 1 <= pads <= 1_000:
        detail = "pads is a whole number from 1 to 1000."
        errors.append(FieldError(f"{at}/pads", "out_of_range", detail, "pads 须为 1 至 1000 的整数。"))
    elevation = _parse_range(properties.get("elevation_amsl_m", 0.0), f"{at}/elevation_amsl_m", -500, 6_000, errors)
    radius = _parse_range(properties.get("radius_m", DEFAULT_RADIUS_M), f"{at}/radius_m", 1, 2_000, errors)
    flag_open = parse_flag(properties, "open", at, errors, absent=True)
    demonstration = parse_flag(properties, "demonstration", at, errors)
    more = parse_fields(properties, at, errors)
    position = _parse_point(feature.get("geometry"), region, errors)
    if errors or identity is None or position is None:
        return errors
    lat_deg, lon_deg = position
    x, y = region.frame.to_xy(lat_deg, lon_deg)
    return Site(
        site_id=identity,
        name=texts["name"] or "",
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        x_m=float(x[0]),
        y_m=float(y[0]),
        elevation_amsl_m=elevation,
        pads=pads,
        kind=texts["kind"] or "pad",
        radius_m=radius,
        operator_id=texts["operator_id"],
        open=flag_open,
        name_zh=texts["name_zh"],
        source=texts["source"],
        demonstration=demonstration,
        fields=more,
    )


def site_to_feature(site: Site) -> dict[str, Any]:
    """Return the GeoJSON Feature of a site; `parse_site` reads it back to the same site."""
    return {
        "type": "Feature",
        "id": site.site_id,
        "geometry": {"type": "Point", "coordinates": [site.lon_deg, site.lat_deg]},
        "properties": {
            "site_id": site.site_id,
            "name": site.name,
            "name_zh": site.name_zh,
            "kind": site.kind,
            "pads": site.pads,
            "elevation_amsl_m": site.elevation_amsl_m,
            "radius_m": site.radius_m,
            "operator_id": site.operator_id,
            "open": site.open,
            "source": site.source,
            "demonstration": site.demonstration,
            **fields_to_dict(site.fields),
        },
    }


@dataclass(frozen=True, slots=True, eq=False)
class SiteSet:
    """An immutable set of sites with an H3 index of their covers."""

    region: Region
    sites: Mapping[str, Site]
    index: AreaIndex[str]
    _places: FloatArray
    """(2, n) x and y of the sites, in the order of `sites`."""

    @classmethod
    def of(cls, sites: Iterable[Site], region: Region) -> "SiteSet":
        """Return the set of sites; raises ValueError for two sites of one id."""
        table: dict[str, Site] = {}
        for site in sites:
            if site.site_id in table:
                raise ValueError(f"two sites have the id {site.site_id}")
            table[site.site_id] = site
        covers = {key: region.grid.around(site.x_m, site.y_m, site.radius_m) for key, site in table.items()}
        places = np.array([(site.x_m, site.y_m) for site in table.values()], dtype=float).reshape(-1, 2).T.copy()
        return cls(region, table, AreaIndex.of(covers, region.grid.resolution), places)

    def candidates(self, cells: Iterable[int]) -> list[Site]:
        """Return every site that may touch one of the resolution-8 cells, by id."""
        return [self.sites[key] for key in sorted(self.index.keys_in(cells))]

    def within(self, x_m: float, y_m: float, reach_m: float) -> list[tuple[float, Site]]:
        """Return every site no farther from a place than `reach_m`, with its distance, in the order of `sites`."""
        near = np.flatnonzero(np.abs(self._places - ((x_m,), (y_m,))).max(axis=0) <= reach_m).tolist()
        if not near:
            return []
        known = list(self.sites.values())
        away = ((math.hypot(known[k].x_m - x_m, known[k].y_m - y_m), known[k]) for k in near)
        return [item for item in away if item[0] <= reach_m]


def _parse_range(value: object, at: str, low: float, high: float, errors: list[FieldError]) -> float:
    if isinstance(value, (int, float)) and is_number(value) and low <= value <= high:
        return float(value)
    detail = f"Must be a number from {low:g} to {high:g}."
    errors.append(FieldError(at, "out_of_range", detail, f"必须是 {low:g} 至 {high:g} 的数值。"))
    return low


def _parse_point(geometry: object, region: Region, errors: list[FieldError]) -> tuple[float, float] | None:
    at = "/geometry/coordinates"
    if not isinstance(geometry, Mapping) or geometry.get("type") != "Point":
        detail = "The geometry of a site is a Point."
        errors.append(FieldError("/geometry/type", "unknown_geometry", detail, "起降点几何类型必须是 Point。"))
        return None
    raw = geometry.get("coordinates")
    if not isinstance(raw, list) or len(raw) not in (2, 3) or not all(map(is_number, raw)):
        detail = "A position is [lon, lat] of finite numbers."
        errors.append(FieldError(at, "wrong_type", detail, "坐标须为由有限数值组成的 [lon, lat]。"))
        return None
    fault = position_error(float(raw[1]), float(raw[0]), region.service, at)
    if fault is not None:
        errors.append(fault)
        return None
    return float(raw[1]), float(raw[0])
