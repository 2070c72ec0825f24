"""Population rasters as GeoTIFF (geographic WGS-84 or CGCS2000, north up), averaged over the squares of the city's grid."""

import math
from pathlib import Path
from typing import Final, Literal

import numpy as np

from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray
from dispatch.population import Densities, Lattice
from utm.terrain_import import TerrainImportError, Tile, read_band

Unit = Literal["people_per_km2", "people_per_pixel"]
_SAMPLES: Final = 3
"""So many places along each side of a square are looked at and averaged (ours)."""
_KM_PER_DEG: Final = 111.195
_MOST_PIXELS: Final = 100_000_000


def raster_densities(data: bytes, unit: Unit, lattice: Lattice, frame: LocalFrame) -> Densities:
    """Return the densities of a GeoTIFF over a lattice; raises TerrainImportError for a file that cannot be used."""
    tile = read_band(Path("population.tif"), data)
    if tile.heights.size > _MOST_PIXELS:
        raise TerrainImportError(f"{tile.path}: more than {_MOST_PIXELS} pixels; cut it to the city first")
    values = tile.heights.astype(np.float64)
    values[values < 0] = np.nan  # no raster of people has them: they are somebody's mark for nothing known
    if unit == "people_per_pixel":
        values /= _pixel_km2(tile)[:, None]
    x, y = lattice.centres()
    total = np.zeros((lattice.rows, lattice.columns))
    known = np.zeros_like(total)
    for dx in _offsets(lattice.step_m):
        for dy in _offsets(lattice.step_m):
            at_x, at_y = np.meshgrid(x + dx, y + dy)
            lat, lon = frame.to_lat_lon(at_x.ravel(), at_y.ravel())
            row = np.floor((tile.north_deg - lat) / tile.lat_step_deg).astype(np.intp)
            column = np.floor((lon - tile.west_deg) / tile.lon_step_deg).astype(np.intp)
            inside = (row >= 0) & (row < values.shape[0]) & (column >= 0) & (column < values.shape[1])
            read = np.full(row.shape, np.nan)
            read[inside] = values[row[inside], column[inside]]
            read = read.reshape(total.shape)
            total += np.nan_to_num(read)
            known += np.isfinite(read)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known > 0, total / known, np.nan).astype(np.float32)


def _offsets(step_m: float) -> list[float]:
    return [((k + 0.5) / _SAMPLES - 0.5) * step_m for k in range(_SAMPLES)]


def _pixel_km2(tile: Tile) -> FloatArray:
    rows = tile.north_deg - (np.arange(tile.heights.shape[0]) + 0.5) * tile.lat_step_deg
    height_km = tile.lat_step_deg * _KM_PER_DEG
    return np.asarray(height_km * tile.lon_step_deg * _KM_PER_DEG * np.cos(rows * math.pi / 180.0))
