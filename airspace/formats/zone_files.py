"""Every format of zones behind one pair of functions."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final, Literal, TypeAlias, get_args

from airspace.coordinates import Crs
from airspace.formats import zones_ed269, zones_ed318, zones_geojson, zones_kml, zones_openair
from airspace.formats.zone_drafts import Finished, ZoneFile, finish, with_lines
from airspace.region import Region
from airspace.zones import Zone

ZoneFormat: TypeAlias = Literal["geojson", "ed269", "ed318", "kml", "kmz", "openair"]
ZONE_FORMATS: Final[tuple[ZoneFormat, ...]] = get_args(ZoneFormat)
JSON_FORMATS: Final = frozenset({"geojson", "ed269", "ed318"})


def read_zones(
    kind: ZoneFormat,
    data: bytes,
    region: Region,
    *,
    crs: Crs = "WGS84",
    defaults: Mapping[str, Any] | None = None,
    new_id: Callable[[], str],
) -> Finished:
    """Return the zones of a file and every problem with its field and line; a KMZ comes here unpacked, as KML.

    `crs` is what its positions are in; `defaults` are properties of the zone body for KML that has none.
    """
    found = _read(kind, data, region, defaults or {})
    finished = finish(found, region, crs, new_id)
    if kind in JSON_FORMATS and finished.problems:
        return replace(finished, problems=with_lines(finished.problems, data.decode("utf-8", "replace")))
    return finished


def _read(kind: ZoneFormat, data: bytes, region: Region, defaults: Mapping[str, Any]) -> ZoneFile:
    if kind == "geojson":
        return zones_geojson.read(data)
    if kind == "ed269":
        return zones_ed269.read(data, region)
    if kind == "ed318":
        return zones_ed318.read(data, region)
    if kind == "openair":
        return zones_openair.read(data, region)
    return zones_kml.read(data, defaults)


def write_zones(kind: ZoneFormat, zones: Iterable[Zone], region: Region) -> bytes:
    """Return a file of zones, which `read_zones` reads back to the same zones; a KMZ is packed by the caller."""
    if kind == "geojson":
        return zones_geojson.write(zones)
    if kind == "ed269":
        return zones_ed269.write(zones, region)
    if kind == "ed318":
        return zones_ed318.write(zones)
    if kind == "openair":
        return zones_openair.write(zones, region)
    return zones_kml.write(zones, region.frame)
