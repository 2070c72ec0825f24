"""Elevation models from GeoTIFF files: read, mosaicked and cut to a city's bounds.

Reads geographic WGS-84 (EPSG:4326) or CGCS2000 (EPSG:4490) grids with the north up, such as the tiles of Copernicus
DEM GLO-30. The tags are those of the GeoTIFF standard (OGC 19-008r4, clauses 7 and Annex B): ModelPixelScale 33550,
ModelTiepoint 33922, GeoKeyDirectory 34735; GDAL_NODATA is 42113. Needs the optional extra `terrain` (tifffile).
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from airspace.coordinates import Bounds
from airspace.datums import GridTerrain

Heights: TypeAlias = NDArray[np.float32]

_PIXEL_SCALE, _TIEPOINT, _TRANSFORMATION, _GEO_KEYS, _NODATA = 33550, 33922, 34264, 34735, 42113
_MODEL_TYPE_KEY, _RASTER_TYPE_KEY, _GEODETIC_CRS_KEY = 1024, 1025, 2048
_GEOGRAPHIC: Final = 2
_PIXEL_IS_POINT: Final = 2
_ACCEPTED_CRS: Final = {4326: "WGS-84", 4490: "CGCS2000"}
_MAX_PIXELS: Final = 100_000_000
"""Most pixels of a city's window: 400 MB of float32, or 300 km squared at 30 m."""


class TerrainImportError(ValueError):
    """An elevation file cannot be used; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True, eq=False)
class ElevationRaster:
    """Ground heights as the file gives them, usually above a geoid: `heights_m[row, col]`, NaN where unknown.

    `transform` is the affine (a, b, c, d, e, f) from pixel corners to degrees: lon = a col + b row + c,
    lat = d col + e row + f; b and d are 0 and e is negative (north up).
    """

    heights_m: Heights
    transform: tuple[float, float, float, float, float, float]

    def terrain(self, label: str, *, synthetic: bool = False, label_zh: str = "") -> GridTerrain:
        """Return the terrain the core reads; the heights are taken as heights above the city's geoid."""
        return GridTerrain.from_array(
            self.heights_m, self.transform, nodata=None, label=label, synthetic=synthetic, label_zh=label_zh
        )


@dataclass(frozen=True, slots=True)
class Tile:
    """One band of a geographic GeoTIFF: values from the north-west corner, NaN where unknown."""

    path: Path
    heights: Heights
    west_deg: float
    north_deg: float
    lon_step_deg: float
    lat_step_deg: float


def read_geotiffs(paths: Sequence[Path], bounds: Bounds) -> ElevationRaster:
    """Return the heights of one or more tiles inside `bounds`, to the pixel centres just outside them.

    Tiles must share pixel size and lattice (latitudes beyond 50 degrees, where Copernicus widens its pixels, must come
    resampled). Where tiles overlap the first named wins. Raises TerrainImportError for a file that is no GeoTIFF, not
    geographic WGS-84 or CGCS2000, not north up, outside the bounds or on another lattice; for bounds not wholly
    covered; and for missing heights inside them.
    """
    if not paths:
        raise TerrainImportError("no elevation file was named")
    tiles = [_read(Path(path)) for path in paths]
    first = tiles[0]
    for tile in tiles:
        _check_lattice(tile, first)
        if not _meets(tile, bounds):
            raise TerrainImportError(f"{tile.path}: lies wholly outside the city's bounds; leave it out")
    return _mosaic(tiles, bounds)


def _mosaic(tiles: list[Tile], bounds: Bounds) -> ElevationRaster:
    first = tiles[0]
    step_x, step_y = first.lon_step_deg, first.lat_step_deg
    # Heights hold at pixel centres: interpolation at the bounds needs the centres just outside them.
    col0 = math.floor((bounds.min_lon_deg - first.west_deg) / step_x - 0.5)
    col1 = math.ceil((bounds.max_lon_deg - first.west_deg) / step_x + 0.5)
    row0 = math.floor((first.north_deg - bounds.max_lat_deg) / step_y - 0.5)
    row1 = math.ceil((first.north_deg - bounds.min_lat_deg) / step_y + 0.5)
    if (row1 - row0) * (col1 - col0) > _MAX_PIXELS:
        raise TerrainImportError(f"{first.path}: the city would need more than {_MAX_PIXELS} pixels; resample it first")
    heights = np.full((row1 - row0, col1 - col0), np.nan, dtype=np.float32)
    for tile in reversed(tiles):
        _paste(tile, first, heights, row0, col0)
    west, north = first.west_deg + col0 * step_x, first.north_deg - row0 * step_y
    missing = np.isnan(heights)
    if missing.any():
        row, col = (int(index[0]) for index in np.nonzero(missing))
        raise TerrainImportError(
            f"{', '.join(str(tile.path) for tile in tiles)}: {int(missing.sum())} pixels inside the city's bounds have "
            f"no height (the first at {north - (row + 0.5) * step_y:.5f} N, {west + (col + 0.5) * step_x:.5f} E); "
            "add the missing tile or fill the holes"
        )
    return ElevationRaster(heights, (step_x, 0.0, west, 0.0, -step_y, north))


def _paste(tile: Tile, first: Tile, heights: Heights, row0: int, col0: int) -> None:
    """Copy what a tile knows into the window whose corner is pixel (row0, col0) of the first tile's lattice."""
    col = round((tile.west_deg - first.west_deg) / first.lon_step_deg) - col0
    row = round((first.north_deg - tile.north_deg) / first.lat_step_deg) - row0
    rows, cols = tile.heights.shape
    top, left = max(row, 0), max(col, 0)
    bottom, right = min(row + rows, heights.shape[0]), min(col + cols, heights.shape[1])
    if top < bottom and left < right:
        known = tile.heights[top - row : bottom - row, left - col : right - col]
        target = heights[top:bottom, left:right]
        np.copyto(target, known, where=~np.isnan(known))


def _check_lattice(tile: Tile, first: Tile) -> None:
    same_step = math.isclose(tile.lon_step_deg, first.lon_step_deg, rel_tol=1e-6) and math.isclose(
        tile.lat_step_deg, first.lat_step_deg, rel_tol=1e-6
    )
    cols = (tile.west_deg - first.west_deg) / first.lon_step_deg
    rows = (first.north_deg - tile.north_deg) / first.lat_step_deg
    if not same_step or abs(cols - round(cols)) > 0.01 or abs(rows - round(rows)) > 0.01:
        raise TerrainImportError(
            f"{tile.path}: its pixels do not line up with those of {first.path}; resample it first"
        )


def _meets(tile: Tile, bounds: Bounds) -> bool:
    rows, cols = tile.heights.shape
    east, south = tile.west_deg + cols * tile.lon_step_deg, tile.north_deg - rows * tile.lat_step_deg
    in_longitude = tile.west_deg <= bounds.max_lon_deg and bounds.min_lon_deg <= east
    return in_longitude and south <= bounds.max_lat_deg and bounds.min_lat_deg <= tile.north_deg


def _read(path: Path) -> Tile:
    tile = read_band(path)
    if np.nanmax(np.abs(tile.heights), initial=0.0) > 9000:
        raise TerrainImportError(f"{path}: heights beyond 9000 m; is a nodata value missing from its GDAL_NODATA tag?")
    return tile


def read_band(path: Path, data: bytes | None = None) -> Tile:
    """Return the one band of a GeoTIFF file, or of its bytes; raises TerrainImportError that names `path`."""
    try:
        import tifffile  # noqa: PLC0415  (an optional extra, needed only by a city with an elevation model)
    except ImportError as error:
        raise TerrainImportError("reading GeoTIFF files needs tifffile: install hexlane[terrain]") from error
    try:
        with tifffile.TiffFile(path if data is None else io.BytesIO(data)) as file:
            page = file.pages.first
            tags = {tag.code: tag.value for tag in page.tags.values()}
            west, north, step_x, step_y = _georeference(path, tags)
            found = np.asarray(page.asarray())
    except TerrainImportError:
        raise
    except FileNotFoundError as error:
        raise TerrainImportError(f"{path}: no such file") from error
    except (tifffile.TiffFileError, OSError, ValueError, KeyError, IndexError) as error:
        raise TerrainImportError(f"{path}: cannot be read as a GeoTIFF: {error}") from error
    if found.ndim != 2 or min(found.shape) < 2 or found.dtype.kind not in "iuf":
        raise TerrainImportError(f"{path}: must hold one band of numbers, at least 2 x 2 pixels; found {found.shape}")
    values = found.astype(np.float32)
    nodata = _nodata(path, tags)
    if nodata is not None:
        values[found == nodata] = np.nan
    values[~np.isfinite(values)] = np.nan
    return Tile(path, values, west, north, step_x, step_y)


def _georeference(path: Path, tags: dict[int, Any]) -> tuple[float, float, float, float]:
    """Return west and north of the outer corner and both pixel sizes, in degrees."""
    if _GEO_KEYS not in tags:
        raise TerrainImportError(f"{path}: is a TIFF without GeoTIFF keys; export it with its georeference")
    keys = tuple(int(value) for value in tags[_GEO_KEYS])
    # Four numbers per key: id, where the value stands (0 = here), count, value.
    values = {keys[i]: keys[i + 3] for i in range(4, len(keys) - 3, 4) if keys[i + 1] == 0}
    crs = values.get(_GEODETIC_CRS_KEY)
    if values.get(_MODEL_TYPE_KEY) != _GEOGRAPHIC or crs not in _ACCEPTED_CRS:
        raise TerrainImportError(
            f"{path}: must be in geographic WGS-84 (EPSG:4326) or CGCS2000 (EPSG:4490), but names "
            f"{'EPSG:' + str(crs) if crs else 'a projected or unknown CRS'}; reproject it first"
        )
    if _TRANSFORMATION in tags or _PIXEL_SCALE not in tags or _TIEPOINT not in tags:
        raise TerrainImportError(f"{path}: must be north up, with ModelPixelScale and ModelTiepoint; warp it first")
    scale, tie = [float(v) for v in tags[_PIXEL_SCALE]], [float(v) for v in tags[_TIEPOINT]]
    if len(scale) < 2 or len(tie) != 6 or not (scale[0] > 0 and scale[1] > 0):
        raise TerrainImportError(f"{path}: has a malformed ModelPixelScale or ModelTiepoint")
    west, north = tie[3] - tie[0] * scale[0], tie[4] + tie[1] * scale[1]
    if values.get(_RASTER_TYPE_KEY) == _PIXEL_IS_POINT:
        west, north = west - scale[0] / 2, north + scale[1] / 2
    if not (-180.1 <= west <= 180.1 and -90.1 <= north <= 90.1):
        raise TerrainImportError(f"{path}: its corner {north:g}, {west:g} is no place in degrees")
    return west, north, scale[0], scale[1]


def _nodata(path: Path, tags: dict[int, Any]) -> float | None:
    if _NODATA not in tags:
        return None
    try:
        return float(str(tags[_NODATA]).strip().strip("\x00"))
    except ValueError as error:
        raise TerrainImportError(f"{path}: has an unreadable GDAL_NODATA tag {tags[_NODATA]!r}") from error
