"""A city's data pack: a folder of readable files, loaded and checked as one value.

A pack is a folder with city.toml, aerodromes.toml, a geoid CSV and the GeoJSON files zones, sites, corridors and
places; docs/city-pack.md describes every field. Packs shipped with the service stand under utm/cities/ and are named;
any other folder is given by its path. Everything is checked on loading, and a fault names the file and the object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pyproj.exceptions import ProjError

from airspace.coordinates import Bounds
from airspace.corridors import parse_corridor
from airspace.datums import AltitudeModel, FlatTerrain, GeoidGrid, OutsideGeoidError, Terrain, parse_geoid_csv
from airspace.frame import LocalFrame
from airspace.region import Region
from airspace.sites import parse_site
from airspace.zones import parse_zone
from utm.cities.aerodromes import Aerodrome, Runway, aerodrome_zone, read_aerodromes
from utm.cities.reading import CityError, Feature, Table, read_features, read_text, read_toml
from utm.terrain_import import TerrainImportError, read_geotiffs

__all__ = [
    "Aerodrome",
    "City",
    "CityError",
    "Feature",
    "FlatTerrainSpec",
    "GeoTiffTerrainSpec",
    "Runway",
    "TerrainSpec",
    "city_folder",
    "load_city",
]

CITIES: Final = Path(__file__).parent / "cities"


@dataclass(frozen=True, slots=True)
class FlatTerrainSpec:
    """Ground of one height above the geoid; a labelled stand-in."""

    elevation_amsl_m: float
    synthetic: bool
    label: str
    label_zh: str


@dataclass(frozen=True, slots=True)
class GeoTiffTerrainSpec:
    """Ground from elevation files (heights above the geoid)."""

    files: tuple[Path, ...]
    synthetic: bool
    label: str
    label_zh: str


TerrainSpec: TypeAlias = FlatTerrainSpec | GeoTiffTerrainSpec


@dataclass(frozen=True, slots=True)
class City:
    """One city's data as filed; domain values are made from it by `region` and the parsers of `airspace`.

    `bounds` is the area served (WGS-84 degrees), `crs` the projected CRS distances are measured in, `ceiling_agl_m`
    the default of the policy. `zones` holds the pack's zones followed by those generated around its aerodromes.
    """

    key: str
    name: str
    name_zh: str
    bounds: Bounds
    crs: str
    time_zone: str
    ceiling_agl_m: float
    terrain: TerrainSpec
    geoid_csv: str
    geoid_label: str
    zones: tuple[Feature, ...]
    sites: tuple[Feature, ...]
    corridors: tuple[Feature, ...]
    places: tuple[Feature, ...]
    aerodromes: tuple[Aerodrome, ...]
    sources: tuple[tuple[str, str], ...]

    @property
    def bbox(self) -> tuple[float, float, float, float]:
        """Return min_lon, min_lat, max_lon, max_lat, the order of GeoJSON and of `bbox` in the API."""
        b = self.bounds
        return b.min_lon_deg, b.min_lat_deg, b.max_lon_deg, b.max_lat_deg

    def region(self) -> Region:
        """Return the frame, altitude model and grid the core computes with.

        Reads the elevation files, if the city has some; raises CityError for those.
        """
        geoid = parse_geoid_csv(self.geoid_csv, self.geoid_label)
        return Region(LocalFrame(self.crs), AltitudeModel(geoid, self._ground()), self.bounds)

    def _ground(self) -> Terrain:
        spec = self.terrain
        if isinstance(spec, FlatTerrainSpec):
            return FlatTerrain(spec.elevation_amsl_m, spec.label, spec.synthetic, spec.label_zh)
        try:
            raster = read_geotiffs(spec.files, self.bounds)
            return raster.terrain(spec.label, synthetic=spec.synthetic, label_zh=spec.label_zh)
        except TerrainImportError as error:
            raise CityError(f"{self.key}: {error}") from error


def city_folder(name_or_path: str | Path) -> Path:
    """Return the folder of a shipped city by its name, or of any other pack by its path; raises CityError."""
    given = Path(name_or_path)
    shipped = CITIES / given
    folder = shipped if given.name == str(name_or_path) and (shipped / "city.toml").is_file() else given
    if not (folder / "city.toml").is_file():
        known = ", ".join(sorted(path.parent.name for path in CITIES.glob("*/city.toml")))
        raise CityError(f"{name_or_path}: no such city; give one of {known}, or a folder that holds city.toml")
    return folder


def load_city(name_or_path: str | Path) -> City:
    """Load and check a data pack, by the name of a shipped city or by its folder; raises CityError."""
    folder = city_folder(name_or_path)
    head = read_toml(folder / "city.toml")
    bounds = _bounds(head.table("bounds"))
    crs = _crs(head.table("frame"))
    geoid_csv = read_text(folder / head.table("geoid").text("file"))
    geoid = _geoid(geoid_csv, head.table("geoid"), bounds)
    aerodromes = read_aerodromes(read_toml(folder / "aerodromes.toml"))
    # The zones do not depend on the ground; a flat one serves to check them without opening elevation files.
    region = Region(LocalFrame(crs), AltitudeModel(geoid, FlatTerrain(0.0, "for checking")), bounds)
    zones = read_features(folder / "zones.geojson", bounds, "zone_id", "zn_")
    closed = tuple(aerodrome_zone(aerodrome, region.frame) for aerodrome in aerodromes)
    corridors = read_features(folder / "corridors.geojson", bounds, "corridor_id", "co_")
    sites = read_features(folder / "sites.geojson", bounds, "site_id", "st_")
    _check(zones, folder / "zones.geojson", "zone_id", lambda feature: parse_zone(feature, region))
    _check(closed, folder / "aerodromes.toml", "zone_id", lambda feature: parse_zone(feature, region))
    _check(sites, folder / "sites.geojson", "site_id", lambda feature: parse_site(feature, region))
    _check(corridors, folder / "corridors.geojson", "corridor_id", lambda feature: parse_corridor(feature, region))
    return City(
        key=folder.name,
        name=head.text("name"),
        name_zh=head.text("name_zh"),
        bounds=bounds,
        crs=crs,
        time_zone=_time_zone(head),
        ceiling_agl_m=head.table("ceiling").number("ceiling_agl_m", above=0.0),
        terrain=_terrain(head.table("terrain"), folder),
        geoid_csv=geoid_csv,
        geoid_label=geoid.label,
        zones=(*zones, *closed),
        sites=sites,
        corridors=corridors,
        places=read_features(folder / "places.geojson", bounds, None, ""),
        aerodromes=aerodromes,
        sources=tuple((item.text("what"), item.text("source")) for item in head.tables("sources")),
    )


def _check(features: Sequence[Feature], path: Path, id_field: str, parse: Callable[[Feature], object]) -> None:
    """Run the parser that the API uses over every feature; its first fault refuses the pack."""
    for feature in features:
        parsed = parse(feature)
        if isinstance(parsed, list):
            fault = parsed[0]
            raise CityError(f"{path}: {feature['properties'][id_field]}: {fault.pointer}: {fault.detail}")


def _bounds(table: Table) -> Bounds:
    names = ("min_lat_deg", "min_lon_deg", "max_lat_deg", "max_lon_deg")
    low_lat, low_lon, high_lat, high_lon = (table.number(name) for name in names)
    if low_lat >= high_lat or low_lon >= high_lon:
        raise table.fault("the minima must be below the maxima")
    try:
        return Bounds(low_lat, low_lon, high_lat, high_lon)
    except ValueError as error:
        raise table.fault(str(error)) from error


def _crs(table: Table) -> str:
    crs = table.text("crs")
    try:
        LocalFrame(crs)
    except (ValueError, ProjError) as error:  # pyproj's CRSError is a ProjError
        raise table.fault(f"crs {crs!r} cannot be used: {error}") from error
    return crs


def _time_zone(head: Table) -> str:
    name = head.text("time_zone")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise head.fault(f"time_zone {name!r} is unknown") from error
    return name


def _geoid(text: str, table: Table, bounds: Bounds) -> GeoidGrid:
    path = table.text("file")
    try:
        geoid = parse_geoid_csv(text, table.text("label"))
        geoid.undulation_m(
            [bounds.min_lat_deg, bounds.max_lat_deg, bounds.min_lat_deg, bounds.max_lat_deg],
            [bounds.min_lon_deg, bounds.max_lon_deg, bounds.max_lon_deg, bounds.min_lon_deg],
        )
    except OutsideGeoidError as error:
        raise table.fault(f"{path} does not reach the corners of the bounds") from error
    except ValueError as error:
        raise table.fault(f"{path}: {error}") from error
    return geoid


def _terrain(table: Table, folder: Path) -> TerrainSpec:
    kind, label, label_zh, synthetic = (
        table.text("kind"),
        table.text("label"),
        table.text("label_zh"),
        table.flag("synthetic"),
    )
    if kind == "flat":
        return FlatTerrainSpec(table.number("elevation_amsl_m"), synthetic, label, label_zh)
    if kind != "geotiff":
        raise table.fault(f"kind must be flat or geotiff, not {kind!r}")
    names = table.values.get("files")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise table.fault("files must name at least one GeoTIFF")
    files = tuple(folder / name for name in names)
    for path in files:
        if not path.is_file():
            raise table.fault(f"{path}: no such file")
    return GeoTiffTerrainSpec(files, synthetic, label, label_zh)
