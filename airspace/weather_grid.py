"""From values at places to a field over the cells of a city; and a made-up field for a city that has no source."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray

from airspace.coordinates import Bounds
from airspace.formats.weather_files import WeatherSample
from airspace.geometry4d import FloatArray
from airspace.weather import COLUMN, QUANTITIES, RESOLUTION, WeatherField

DEFAULT_REACH_M: Final = 15_000.0
"""How far a value is taken to hold: about half the spacing of a quarter-degree forecast."""
MAX_STEPS: Final = 1_000
SYNTHETIC_SOURCE: Final = "synthetic"
_EARTH_M: Final = 6_371_007.0
_WORST_IS_LEAST: Final = frozenset({"visibility_m"})


def city_cells(service: Bounds) -> NDArray[np.uint64]:
    """Return every cell of the city's bounds, sorted."""
    low, high = (service.min_lat_deg, service.min_lon_deg), (service.max_lat_deg, service.max_lon_deg)
    ring = [low, (low[0], high[1]), high, (high[0], low[1])]
    cells = set(h3.h3shape_to_cells_experimental(h3.LatLngPoly(ring), RESOLUTION, contain="overlap"))
    return np.array(sorted(cells), np.uint64)


def field_of(
    samples: Sequence[WeatherSample],
    cells: NDArray[np.uint64],
    *,
    source: str,
    issued_s: float,
    reach_m: float = DEFAULT_REACH_M,
) -> WeatherField:
    """Return the field of samples: in a cell that holds samples the worst of them, in others the nearest within reach.

    A named cell coarser than ours counts for all of its children. Raises ValueError for no samples, or more than
    `MAX_STEPS` different times.
    """
    edges = sorted({edge for item in samples for edge in (item.starts_s, item.ends_s)})
    if len(edges) < 2:
        raise ValueError("a field needs a sample")
    if len(edges) - 1 > MAX_STEPS:
        raise ValueError(f"more than {MAX_STEPS} steps of time")
    row_of = {int(cell): row for row, cell in enumerate(cells)}
    shape = (len(edges) - 1, len(cells), len(QUANTITIES))
    values = np.full(shape, np.nan, np.float32)
    centres = np.radians(np.array([h3.cell_to_latlng(int(cell)) for cell in cells]))
    nearest: dict[tuple[float, float], tuple[NDArray[np.intp], NDArray[np.float64]]] = {}
    away = np.full(shape, np.inf, np.float32)
    step_of = {edge: step for step, edge in enumerate(edges)}
    for item in samples:
        first, last = step_of[item.starts_s], step_of[item.ends_s]
        if item.cell is not None:
            rows = np.array([row_of[cell] for cell in _children(item.cell) if cell in row_of], np.intp)
            far = np.zeros(len(rows))
        else:
            place = (item.lat_deg, item.lon_deg)
            if place not in nearest:
                nearest[place] = _within(centres, row_of, place, reach_m)
            rows, far = nearest[place]
        if len(rows):
            for name, value in item.values.items():
                _take(values[first:last, :, COLUMN[name]], away[first:last, :, COLUMN[name]], rows, far, name, value)  # type: ignore[index]
    return WeatherField(source, False, issued_s, cells, np.array(edges), values)


def _children(cell: int) -> Iterable[int]:
    return [cell] if h3.get_resolution(cell) == RESOLUTION else h3.cell_to_children(cell, RESOLUTION)


def _within(
    centres: NDArray[np.float64], row_of: dict[int, int], place: tuple[float, float], reach_m: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return the rows within reach of a place and how far they are; the cell it lies in is 0 m away."""
    lat, lon = math.radians(place[0]), math.radians(place[1])
    half = (
        np.sin((centres[:, 0] - lat) / 2) ** 2
        + math.cos(lat) * np.cos(centres[:, 0]) * np.sin((centres[:, 1] - lon) / 2) ** 2
    )
    far = 2 * _EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    own = row_of.get(int(h3.latlng_to_cell(*place, RESOLUTION)))
    if own is not None:
        far[own] = 0.0
    rows = np.flatnonzero(far <= reach_m)
    return rows, far[rows]


def _take(
    values: NDArray[np.float32], away: NDArray[np.float32], rows: NDArray[np.intp], far: NDArray[np.float64],
    name: str, value: float,
) -> None:  # fmt: skip
    """Put a value where it is nearer than what is there, or as near and worse."""
    there, known = values[:, rows], away[:, rows]
    distance = np.broadcast_to(far.astype(np.float32), known.shape)
    worse = there > value if name in _WORST_IS_LEAST else there < value
    better = (distance < known) | ((distance == known) & (np.isnan(there) | worse))
    values[:, rows] = np.where(better, np.float32(value), there)
    away[:, rows] = np.where(better, distance, known)


def synthetic_field(cells: NDArray[np.uint64], at_s: float, *, hours: int = 30) -> WeatherField:
    """Return a made-up calm field of hourly steps around an instant; smooth in place and time, the same for the same hour.

    It is labelled so wherever it is shown, and describes no real day.
    """
    first = math.floor(at_s / 3600.0) * 3600.0 - 3600.0
    edges: FloatArray = first + 3600.0 * np.arange(hours + 1, dtype=np.float64)
    places = np.array([h3.cell_to_latlng(int(cell)) for cell in cells])
    # Scene time counts from midnight UTC; Beijing is eight hours ahead.
    hour = ((edges[:-1] / 3600.0 + 8.0) % 24.0)[:, None]
    day = np.sin((hour - 9.0) / 24.0 * 2 * np.pi)
    ripple = np.sin(places[:, 0] * 40.0 + edges[:-1, None] / 9000.0) * np.cos(
        places[:, 1] * 35.0 - edges[:-1, None] / 7000.0
    )
    values = np.full((hours, len(cells), len(QUANTITIES)), np.nan, np.float32)
    wind = 3.5 + 1.5 * day + 1.0 * ripple
    values[:, :, COLUMN["wind_mps"]] = wind
    values[:, :, COLUMN["gust_mps"]] = wind + 1.5 + 0.5 * ripple
    values[:, :, COLUMN["wind_from_deg"]] = (110.0 + 25.0 * ripple) % 360.0
    values[:, :, COLUMN["rain_mm_h"]] = 0.0
    values[:, :, COLUMN["visibility_m"]] = 15_000.0 + 3_000.0 * ripple
    values[:, :, COLUMN["temperature_c"]] = 22.0 + 4.0 * day + 0.5 * ripple
    values[:, :, COLUMN["lightning_per_km2_h"]] = 0.0
    return WeatherField(SYNTHETIC_SOURCE, True, first, cells, edges, values)
