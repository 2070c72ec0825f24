"""The H3 cells of a city in local metres: what the index's cell look-up rests on.

Each cell is taken from H3 itself, pentagons and cells across icosahedron edges included, with its centre and its
farthest corner in the local frame; the largest such radius R makes discs that hold all cells. So no property of H3's
lattice is assumed, and one path serves every city. Cells are numbered along a raster of squares of side 1.5 R, so that
the cells near a place are a few runs of consecutive numbers.
"""

from dataclasses import dataclass
from functools import lru_cache

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray

from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray, IntArray

MOST_CELLS = 400_000
"""A city needs some thousands; more than this is a mistake in bounds or resolution."""
MARGIN_M = 500.0
SAMPLES = 48


@dataclass(frozen=True, slots=True)
class CellTable:
    """Cells of a rectangle in local metres.

    `ids` uint64 (n,) H3 indexes; `centres` float64 (n, 2) metres; `rings` float64 (n, 10, 2) corners in metres, the
    last one repeated; `radius_m` holds every cell around its centre; `pixels` int32 (rows * columns + 1,) is the first
    cell number of each raster square; `low`, `high` are the corners of the rectangle that the cells cover.
    """

    ids: NDArray[np.uint64]
    centres: FloatArray
    rings: FloatArray
    radius_m: float
    pixels: IntArray
    pixel_m: float
    origin: tuple[float, float]
    shape: tuple[int, int]
    low: tuple[float, float]
    high: tuple[float, float]


def _rectangle(frame: LocalFrame, bounds: tuple[float, float, float, float]) -> tuple[FloatArray, FloatArray]:
    min_lon, min_lat, max_lon, max_lat = bounds
    if not (-180 <= min_lon < max_lon <= 180 and -90 < min_lat < max_lat < 90):
        raise ValueError(f"bounds {bounds} are not min_lon, min_lat, max_lon, max_lat")
    lon = np.linspace(min_lon, max_lon, 33)
    lat = np.linspace(min_lat, max_lat, 33)
    grid_lat, grid_lon = np.meshgrid(lat, lon)
    x_m, y_m = frame.to_xy(grid_lat.ravel(), grid_lon.ravel())
    if not (np.isfinite(x_m).all() and np.isfinite(y_m).all()):
        raise ValueError(f"bounds {bounds} leave the frame {frame.crs}")
    return np.array([x_m.min(), y_m.min()]) - MARGIN_M, np.array([x_m.max(), y_m.max()]) + MARGIN_M


def cells_of_rectangle(frame: LocalFrame, low: FloatArray, high: FloatArray, resolution: int) -> NDArray[np.uint64]:
    """Return every H3 cell that touches a rectangle in local metres; ValueError if there are too many."""
    area_km2 = float(np.prod(high - low)) / 1e6
    if area_km2 / h3.average_hexagon_area(resolution) > MOST_CELLS:
        raise ValueError(f"{area_km2:.0f} km2 are too large for H3 resolution {resolution}")
    steps = np.linspace(0.0, 1.0, 65)[:-1]
    across, up = high - low
    x_m = low[0] + across * np.concatenate([steps, np.ones(64), 1 - steps, np.zeros(64)])
    y_m = low[1] + up * np.concatenate([np.zeros(64), steps, np.ones(64), 1 - steps])
    lat, lon = frame.to_lat_lon(x_m, y_m)
    polygon = h3.LatLngPoly(list(zip(lat.tolist(), lon.tolist(), strict=True)))
    # "overlap" is the only cover that misses nothing; the default tests cell centres.
    return np.array(sorted(h3.h3shape_to_cells_experimental(polygon, resolution, "overlap")), np.uint64)


@lru_cache(maxsize=4)
def build(frame: LocalFrame, bounds: tuple[float, float, float, float], resolution: int) -> CellTable:
    """Return the cells around `bounds`; ValueError if they cannot be had or do not cover what they should."""
    low, high = _rectangle(frame, bounds)
    # Straight edges in metres and in degrees part by far less than this.
    ids = cells_of_rectangle(frame, low - 100.0, high + 100.0, resolution)
    listed = [int(cell) for cell in ids]
    points = np.array([h3.cell_to_latlng(cell) for cell in listed])
    centres = np.column_stack(frame.to_xy(points[:, 0], points[:, 1]))
    corners = np.empty((len(listed), 10, 2))
    for k, cell in enumerate(listed):
        ring = h3.cell_to_boundary(cell)
        corners[k] = ring[-1]
        corners[k, : len(ring)] = ring
    x_m, y_m = frame.to_xy(corners[..., 0].ravel(), corners[..., 1].ravel())
    rings = np.column_stack([x_m, y_m]).reshape(-1, 10, 2)
    radius = float(np.linalg.norm(rings - centres[:, None], axis=2).max()) + 1.0
    pixel = 1.5 * radius
    origin = centres.min(axis=0) - 1.0
    column, row = ((centres - origin) // pixel).astype(np.int64).T
    columns, rows = int(column.max()) + 1, int(row.max()) + 1
    number = row * columns + column
    order = np.argsort(number, kind="stable")
    pixels = np.searchsorted(number[order], np.arange(rows * columns + 1)).astype(np.int32)
    table = CellTable(
        ids[order],
        np.ascontiguousarray(centres[order]),
        np.ascontiguousarray(rings[order]),
        radius,
        pixels,
        pixel,
        (float(origin[0]), float(origin[1])),
        (rows, columns),
        (float(low[0]), float(low[1])),
        (float(high[0]), float(high[1])),
    )
    _verify(frame, table, resolution)
    return table


def _verify(frame: LocalFrame, table: CellTable, resolution: int) -> None:
    """Ask H3 itself where a raster of points lies: each must be in a listed cell, within R of its centre."""
    x_m, y_m = np.meshgrid(
        np.linspace(table.low[0], table.high[0], SAMPLES), np.linspace(table.low[1], table.high[1], SAMPLES)
    )
    lat, lon = frame.to_lat_lon(x_m.ravel(), y_m.ravel())
    number = {int(cell): k for k, cell in enumerate(table.ids)}
    for k, (a, b) in enumerate(zip(lat, lon, strict=True)):
        at = number.get(int(h3.latlng_to_cell(a, b, resolution)))
        if at is None or np.hypot(*(table.centres[at] - (x_m.ravel()[k], y_m.ravel()[k]))) > table.radius_m:
            raise ValueError(f"the H3 cells of resolution {resolution} do not cover the bounds in {frame.crs}")
