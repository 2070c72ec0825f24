"""Places in queries: a bounding box min_lon,min_lat,max_lon,max_lat in WGS-84 degrees, or a grid code, or an H3 cell."""

import math
from dataclasses import dataclass
from typing import Annotated

import h3
import numpy as np
import shapely
from fastapi import Depends, Query
from numpy.typing import NDArray

from airspace.areas import Area
from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray
from airspace.grid_codes import GridCodeError, grid_cell
from utm.problems import FieldProblem, Problem, validation_problem

Bbox = Annotated[str | None, Query(max_length=200, description="min_lon,min_lat,max_lon,max_lat in WGS-84 degrees.")]


@dataclass(frozen=True, slots=True)
class Box:
    """A closed box of degrees."""

    min_lon_deg: float
    min_lat_deg: float
    max_lon_deg: float
    max_lat_deg: float

    @property
    def edges(self) -> tuple[float, float, float, float]:
        """West, south, east, north."""
        return self.min_lon_deg, self.min_lat_deg, self.max_lon_deg, self.max_lat_deg

    def holds(self, lat_deg: float, lon_deg: float) -> bool:
        """Tell whether a point lies in the box."""
        return self.min_lat_deg <= lat_deg <= self.max_lat_deg and self.min_lon_deg <= lon_deg <= self.max_lon_deg

    def holds_each(self, lat_deg: FloatArray, lon_deg: FloatArray) -> NDArray[np.bool_]:
        """Tell which points lie in the place."""
        west, south, east, north = self.edges
        return np.asarray((lat_deg >= south) & (lat_deg <= north) & (lon_deg >= west) & (lon_deg <= east))

    @property
    def ring(self) -> list[tuple[float, float]]:
        """The corners as (lat_deg, lon_deg)."""
        west, south, east, north = self.edges
        return [(south, west), (south, east), (north, east), (north, west)]

    def touches(self, area: Area, frame: LocalFrame) -> bool:
        """Tell whether an area in local metres touches the place."""
        lat, lon = np.array(self.ring).T
        x, y = frame.to_xy(lat, lon)
        return bool(area.distance_m(shapely.Polygon(np.stack([x, y], axis=1))) <= 0)


@dataclass(frozen=True, slots=True)
class Hexagon(Box):
    """An H3 cell; its edges are the box around it."""

    cell: str

    @classmethod
    def of(cls, cell: str) -> "Hexagon":
        """Return the place of a valid cell."""
        lats, lons = zip(*h3.cell_to_boundary(cell), strict=True)
        return cls(min(lons), min(lats), max(lons), max(lats), cell)

    @property
    def ring(self) -> list[tuple[float, float]]:
        """The corners as (lat_deg, lon_deg)."""
        return list(h3.cell_to_boundary(self.cell))

    def holds(self, lat_deg: float, lon_deg: float) -> bool:
        """Tell whether a point lies in the cell."""
        return bool(h3.latlng_to_cell(lat_deg, lon_deg, h3.get_resolution(self.cell)) == self.cell)

    def holds_each(self, lat_deg: FloatArray, lon_deg: FloatArray) -> NDArray[np.bool_]:
        """Tell which points lie in the cell."""
        found = Box(*self.edges).holds_each(lat_deg, lon_deg)
        for index in np.flatnonzero(found).tolist():
            found[index] = self.holds(float(lat_deg[index]), float(lon_deg[index]))
        return found


def parse_bbox(text: str | None) -> Box | None:
    """Parse a bbox parameter; raises Problem 422 invalid_bbox."""
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 4 or not all(math.isfinite(number) for number in numbers):
        raise _invalid("must be four finite numbers, min_lon,min_lat,max_lon,max_lat", "须为四个有限数值")
    box = Box(*numbers)
    if not (-180 <= box.min_lon_deg <= box.max_lon_deg <= 180 and -90 <= box.min_lat_deg <= box.max_lat_deg <= 90):
        hint = "min_lon <= max_lon within 180 and min_lat <= max_lat within 90 (longitude comes first)"
        raise _invalid(f"must have {hint}", "经度在前，最小值不得大于最大值，且不得超出范围")
    return box


async def place_of(
    bbox: Bbox = None,
    grid: Annotated[str | None, Query(max_length=40, description="Instead of bbox: a BeiDou grid code.")] = None,
    h3_cell: Annotated[str | None, Query(alias="h3", max_length=40, description="Instead of bbox: an H3 cell.")] = None,
) -> Box | None:
    """Return the place a query names in one of three ways, None without any; raises Problem 422."""
    given = [name for name, value in (("bbox", bbox), ("grid", grid), ("h3", h3_cell)) if value is not None]
    if len(given) > 1:
        detail = f"must not be given together with {given[0]}"
        fault = FieldProblem(f"?{given[1]}", "invalid_value", detail, f"不能与 {given[0]} 同时使用")
        raise validation_problem([fault], code="invalid_parameter")
    if grid is not None:
        return grid_box(grid)
    if h3_cell is not None:
        if not h3.is_valid_cell(h3_cell):
            fault = FieldProblem(
                "?h3", "invalid_value", "is no H3 cell such as 88411cb0c5fffff", "不是有效的 H3 单元格"
            )
            raise validation_problem([fault], code="invalid_parameter")
        return Hexagon.of(h3_cell)
    return parse_bbox(bbox)


def grid_box(code: str) -> Box:
    """Return the box of a BeiDou grid code; raises Problem 422."""
    try:
        cell = grid_cell(code)
    except GridCodeError as error:
        fault = FieldProblem("?grid", "invalid_value", error.detail, error.detail_zh)
        raise validation_problem([fault], code="invalid_parameter") from None
    return Box(cell.min_lon_deg, cell.min_lat_deg, cell.max_lon_deg, cell.max_lat_deg)


Where = Annotated[Box | None, Depends(place_of)]
"""The place of a query: `bbox`, `grid` or `h3`."""


def _invalid(detail: str, detail_zh: str) -> Problem:
    return validation_problem([FieldProblem("?bbox", "invalid_value", detail, detail_zh)], code="invalid_bbox")
