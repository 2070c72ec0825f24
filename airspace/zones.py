"""UAS geographical zones: their ED-269 attributes, and the exact test of a flight against them.

A zone's body is a GeoJSON Feature (Polygon, MultiPolygon, or Point with the property `radius_m`); besides the
properties of the API it may carry `source` (where the value comes from) and `demonstration` (true for made-up values).

A flight infringes a zone when some instant of it, widened by its tolerance in place, height and time, lies in the
zone's area, band and period; touching is allowed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from airspace.areas import Area, area_to_geojson, parse_area
from airspace.cover import AreaIndex
from airspace.datums import ALT_DATUMS, AltDatum
from airspace.errors import FieldError
from airspace.parsing import parse_band, parse_choice, parse_flag, parse_text
from airspace.region import Region
from airspace.schedule import PERMANENT, Period, active_within, applicability_to_list, parse_applicability

Restriction: TypeAlias = Literal["PROHIBITED", "REQ_AUTHORISATION", "CONDITIONAL", "NO_RESTRICTION"]
RESTRICTIONS: Final[tuple[Restriction, ...]] = get_args(Restriction)
MAX_ZONE_AREA_M2: Final = 20_000e6
"""A circle of 80 km radius: larger than any patrol zone (ours)."""
_TEXTS: Final = ("zone_id", "name", "name_zh", "reason", "authority", "message", "message_zh", "source")


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """One zone: heights in `datum`, `upper_m` None for unlimited, permanent when `applicability` is `PERMANENT`."""

    zone_id: str
    name: str
    restriction: Restriction
    area: Area
    lower_m: float
    upper_m: float | None
    datum: AltDatum
    applicability: tuple[Period, ...] = PERMANENT
    name_zh: str | None = None
    reason: str | None = None
    authority: str | None = None
    message: str | None = None
    message_zh: str | None = None
    source: str | None = None
    demonstration: bool = False


def parse_zone(feature: object, region: Region, zone_id: str | None = None) -> Zone | list[FieldError]:
    """Parse a zone Feature; `zone_id` is used when the body has none.

    Codes: wrong_type, missing, not_allowed, unknown_datum, altitude_out_of_range, reversed_band, too_long, those of
    `areas.parse_area` and of `schedule.parse_applicability`.
    """
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        return [FieldError("/type", "wrong_type", "A zone is a GeoJSON Feature.", "区域必须是 GeoJSON Feature。")]
    properties = feature.get("properties")
    if not isinstance(properties, Mapping):
        return [FieldError("/properties", "missing", "A zone needs properties.", "区域缺少 properties。")]
    errors: list[FieldError] = []
    at = "/properties"
    texts = {name: parse_text(properties, name, at, errors) for name in _TEXTS}
    if texts["name"] is None and not any(error.pointer == f"{at}/name" for error in errors):
        errors.append(FieldError(f"{at}/name", "missing", "A zone needs a name.", "区域缺少名称。"))
    identity = texts["zone_id"] or zone_id
    if identity is None:
        errors.append(FieldError(f"{at}/zone_id", "missing", "A zone needs an id.", "区域缺少编号。"))
    restriction = parse_choice(properties.get("restriction"), RESTRICTIONS, f"{at}/restriction", "not_allowed", errors)
    datum = parse_choice(properties.get("datum"), ALT_DATUMS, f"{at}/datum", "unknown_datum", errors)
    lower_m, upper_m = parse_band(properties, at, errors)
    periods = parse_applicability(properties.get("applicability"), f"{at}/applicability")
    if isinstance(periods, list):
        errors.extend(periods)
    demonstration = parse_flag(properties, "demonstration", at, errors)
    area = parse_area(
        feature.get("geometry"),
        properties.get("radius_m"),
        region.frame,
        region.service,
        max_area_m2=MAX_ZONE_AREA_M2,
        pointer="/geometry",
    )
    if isinstance(area, list):
        errors.extend(area)
    if errors or isinstance(area, list) or isinstance(periods, list) or identity is None:
        return errors
    return Zone(
        zone_id=identity,
        name=texts["name"] or "",
        restriction=restriction,
        area=area,
        lower_m=lower_m,
        upper_m=upper_m,
        datum=datum,
        applicability=periods,
        name_zh=texts["name_zh"],
        reason=texts["reason"],
        authority=texts["authority"],
        message=texts["message"],
        message_zh=texts["message_zh"],
        source=texts["source"],
        demonstration=demonstration,
    )


def zone_to_feature(zone: Zone) -> dict[str, Any]:
    """Return the GeoJSON Feature of a zone; `parse_zone` reads it back to the same zone."""
    properties: dict[str, Any] = {
        "zone_id": zone.zone_id,
        "name": zone.name,
        "name_zh": zone.name_zh,
        "restriction": zone.restriction,
        "reason": zone.reason,
        "lower_m": zone.lower_m,
        "upper_m": zone.upper_m,
        "datum": zone.datum,
        "applicability": applicability_to_list(zone.applicability),
        "authority": zone.authority,
        "message": zone.message,
        "message_zh": zone.message_zh,
        "source": zone.source,
        "demonstration": zone.demonstration,
    }
    if zone.area.circle is not None:
        properties["radius_m"] = zone.area.radius_m
    return {"type": "Feature", "id": zone.zone_id, "geometry": area_to_geojson(zone.area), "properties": properties}


@dataclass(frozen=True, slots=True, eq=False)
class ZoneSet:
    """An immutable set of zones with an H3 index of their covers; changes return a new set."""

    region: Region
    zones: Mapping[str, Zone]
    covers: Mapping[str, frozenset[int]]
    index: AreaIndex[str]

    @classmethod
    def of(cls, zones: Iterable[Zone], region: Region, known: "ZoneSet | None" = None) -> "ZoneSet":
        """Return the set of zones; raises ValueError for two zones of one id.

        Zones that are in `known`, the very same values, keep the covers they have there.
        """
        table: dict[str, Zone] = {}
        for zone in zones:
            if zone.zone_id in table:
                raise ValueError(f"two zones have the id {zone.zone_id}")
            table[zone.zone_id] = zone
        covers = {} if known is None or known.region is not region else known.covers
        kept = {key for key in covers if known is not None and known.zones[key] is table.get(key)}
        found = {key: covers[key] if key in kept else _cover(zone, region) for key, zone in table.items()}
        return cls._indexed(region, table, found)

    def with_zone(self, zone: Zone) -> "ZoneSet":
        """Return the set with a zone added, or put in the place of the one of the same id."""
        zones = {**self.zones, zone.zone_id: zone}
        return self._indexed(self.region, zones, {**self.covers, zone.zone_id: _cover(zone, self.region)})

    def with_zones(self, zones: Iterable[Zone]) -> "ZoneSet":
        """Return the set with zones added or replaced, indexed once."""
        more = {zone.zone_id: zone for zone in zones}
        covers = {**self.covers, **{key: _cover(zone, self.region) for key, zone in more.items()}}
        return self._indexed(self.region, {**self.zones, **more}, covers)

    def without(self, zone_id: str) -> "ZoneSet":
        """Return the set without a zone; raises KeyError when there is none of that id."""
        zones, covers = dict(self.zones), dict(self.covers)
        del zones[zone_id], covers[zone_id]
        return self._indexed(self.region, zones, covers)

    @classmethod
    def _indexed(cls, region: Region, zones: Mapping[str, Zone], covers: Mapping[str, frozenset[int]]) -> "ZoneSet":
        return cls(region, zones, covers, AreaIndex.of(covers, region.grid.resolution))

    def candidates(self, cells: Iterable[int]) -> list[Zone]:
        """Return every zone that may touch one of the resolution-8 cells, by id."""
        return [self.zones[key] for key in sorted(self.index.keys_in(cells))]

    def airspace_at(self, lat_deg: float, lon_deg: float, alt_m: float, datum: AltDatum, at_s: float) -> list[Zone]:
        """Return the zones a point lies in (edges included) at an instant in scene seconds, by id.

        Raises OutsideGeoidError or NoGroundError where the height cannot be converted.
        """
        cell = self.region.grid.cell_of(lat_deg, lon_deg)
        x, y = self.region.frame.to_xy(lat_deg, lon_deg)
        found = []
        for zone in self.candidates([cell]):
            if not zone.area.holds(x, y)[0] or not active_within(zone.applicability, at_s, at_s):
                continue
            height = float(self.region.altitude.convert_m(lat_deg, lon_deg, alt_m, datum, zone.datum)[0])
            if zone.lower_m <= height and (zone.upper_m is None or height <= zone.upper_m):
                found.append(zone)
        return found


def _cover(zone: Zone, region: Region) -> frozenset[int]:
    cells = region.grid.covering(zone.area.geometry, zone.area.radius_m)
    if not isinstance(cells, frozenset):
        raise ValueError(f"the zone {zone.zone_id} is too large to index")
    return cells
