"""Areas a live client looks at: a box of degrees or a set of H3 cells, asked about many positions at once.

An area answers exactly: a position belongs to an H3 area when the cell it lies in, at a resolution the client named, is
one of the area's. No polygon is ever filled with cells, so an area of any size costs the same.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray
from airspace.tracks import BoolArray, RowArray

MAX_CELLS = 10_000


class AreaError(ValueError):
    """An area that cannot be looked at; `code` is stable, the text is in both languages."""

    def __init__(self, code: str, detail: str, detail_zh: str) -> None:
        super().__init__(detail)
        self.code, self.detail, self.detail_zh = code, detail, detail_zh


@dataclass(frozen=True, slots=True)
class Everywhere:
    """No restriction."""


@dataclass(frozen=True, slots=True)
class Box:
    """A closed box of degrees, WGS-84."""

    min_lon_deg: float
    min_lat_deg: float
    max_lon_deg: float
    max_lat_deg: float


@dataclass(frozen=True, slots=True)
class Cells:
    """H3 cells as integers, each with its own resolution."""

    cells: frozenset[int]


Area = Everywhere | Box | Cells


def parse_bbox(value: Sequence[float] | str) -> Box:
    """Return the box min_lon, min_lat, max_lon, max_lat; raises AreaError `invalid_bbox`."""
    try:
        parts = [float(part) for part in (value.split(",") if isinstance(value, str) else value)]
    except ValueError:
        parts = []
    if len(parts) != 4 or not all(math.isfinite(part) for part in parts):
        raise AreaError(
            "invalid_bbox",
            "bbox is min_lon,min_lat,max_lon,max_lat: four numbers in degrees.",
            "bbox 为 min_lon,min_lat,max_lon,max_lat，共四个以度为单位的数值。",
        )
    west, south, east, north = parts
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise AreaError(
            "invalid_bbox",
            "bbox must have min not above max, longitudes within 180, latitudes within 90 degrees; longitude first.",
            "bbox 的最小值必须不大于最大值，经度在 ±180 度、纬度在 ±90 度之内；经度在前。",
        )
    return Box(west, south, east, north)


def parse_cells(values: Sequence[str]) -> Cells:
    """Return the area of H3 cells written in hexadecimal; raises AreaError `invalid_h3` or `too_many_cells`."""
    if len(values) > MAX_CELLS:
        raise AreaError(
            "too_many_cells",
            f"h3 has {len(values)} cells, more than {MAX_CELLS}; name coarser cells or use bbox.",
            f"h3 包含 {len(values)} 个单元，超过 {MAX_CELLS}；请使用更粗的单元或 bbox。",
        )
    cells = set()
    for value in values:
        try:
            cell = h3.str_to_int(value)
        except (ValueError, OverflowError):
            cell = 0
        if not 0 < cell < 2**63 or not h3.is_valid_cell(cell):
            raise AreaError(
                "invalid_h3",
                f"{value[:32]!r} is no H3 cell in hexadecimal.",
                f"{value[:32]!r} 不是合法的十六进制 H3 单元。",
            )
        cells.add(cell)
    return Cells(frozenset(cells))


@dataclass(slots=True)
class CellColumns:
    """H3 cells of the rows, one column per resolution somebody asks for, kept until the rows move."""

    _columns: dict[int, NDArray[np.int64]] = field(default_factory=dict)

    def moved(self, rows: RowArray, capacity: int) -> None:
        """Forget the cells of rows that changed; make room for `capacity` rows."""
        for resolution, column in self._columns.items():
            if len(column) < capacity:
                grown = np.zeros(capacity, np.int64)
                grown[: len(column)] = column
                self._columns[resolution] = grown
            self._columns[resolution][rows] = 0

    def cells(self, resolution: int, rows: RowArray, lat_deg: FloatArray, lon_deg: FloatArray) -> NDArray[np.int64]:
        """Return the cells of rows at a resolution; coordinates are columns over all rows."""
        column = self._columns.get(resolution)
        if column is None or len(column) < len(lat_deg):
            column = self._columns[resolution] = np.zeros(len(lat_deg), np.int64)
        for row in rows[column[rows] == 0].tolist():
            column[row] = h3.latlng_to_cell(float(lat_deg[row]), float(lon_deg[row]), resolution)
        return column[rows]


class AreaTest:
    """An area made ready for asking."""

    def __init__(self, area: Area) -> None:
        self._box = area if isinstance(area, Box) else None
        self._by_resolution: list[tuple[int, NDArray[np.int64]]] | None = None
        if isinstance(area, Cells):
            groups: dict[int, list[int]] = {}
            for cell in area.cells:
                groups.setdefault(h3.get_resolution(cell), []).append(cell)
            self._by_resolution = [(r, np.array(sorted(cells), np.int64)) for r, cells in groups.items()]

    def holds(self, rows: RowArray, lat_deg: FloatArray, lon_deg: FloatArray, cells: CellColumns) -> BoolArray:
        """Tell for each row whether its position lies in the area; coordinates are columns over all rows."""
        if self._box is not None:
            lat, lon, box = lat_deg[rows], lon_deg[rows], self._box
            return np.asarray(
                (lat >= box.min_lat_deg)
                & (lat <= box.max_lat_deg)
                & (lon >= box.min_lon_deg)
                & (lon <= box.max_lon_deg)
            )
        if self._by_resolution is None:
            return np.ones(len(rows), bool)
        inside = np.zeros(len(rows), bool)
        for resolution, wanted in self._by_resolution:
            inside |= np.isin(cells.cells(resolution, rows, lat_deg, lon_deg), wanted)
        return inside
