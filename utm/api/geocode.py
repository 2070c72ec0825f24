"""`GET /v1/airspace/grid`: BeiDou grid codes and H3 cells of a point, and the place a code or cell stands for."""

from typing import Annotated, Any, Final, Literal

import h3
from fastapi import APIRouter, Depends, Query, Response

from airspace.coordinates import gcj02_from_wgs84, wgs84_from
from airspace.grid_codes import LEVELS, MAX_LAT_DEG, GridCell, GridCodeError, grid_cell, grid_code, neighbours
from utm.api.answers import json_response
from utm.api.openapi import problem_responses
from utm.problems import FieldProblem, validation_problem
from utm.security import Principal, require

router = APIRouter(prefix="/v1/airspace", tags=["airspace"])

SHOWN_H3: Final = range(4, 13)
"""Resolutions shown for a point: about 1,800 km2 down to 300 m2."""


@router.get(
    "/grid", summary="Grid codes of a point, or the place of one", response_model=None, responses=problem_responses(422)
)
async def grid(
    _: Annotated[Principal, Depends(require("airspace.read"))],
    lat_deg: Annotated[float | None, Query(ge=-90, le=90, allow_inf_nan=False)] = None,
    lon_deg: Annotated[float | None, Query(ge=-180, le=180, allow_inf_nan=False)] = None,
    level: Annotated[int, Query(ge=1, le=10, description="Level of the code described in full.")] = 10,
    crs: Annotated[Literal["WGS84", "GCJ02", "CGCS2000"], Query(description="What the point is given in.")] = "WGS84",
    code: Annotated[str | None, Query(max_length=40, description="Instead of a point: a BeiDou grid code.")] = None,
    h3_cell: Annotated[
        str | None, Query(alias="h3", max_length=40, description="Instead of a point: an H3 cell.")
    ] = None,
) -> Response:
    """Return codes of every level and cells of every resolution, the cell in full, its neighbours, and both datums.

    The code of a point is that of GB/T 39409-2020 at WGS-84 (CGCS2000 is the same to the centimetre).
    """
    given = (lat_deg is not None or lon_deg is not None) + (code is not None) + (h3_cell is not None)
    if given != 1 or (lat_deg is None) != (lon_deg is None):
        detail = "give lat_deg and lon_deg, or code, or h3"
        fault = FieldProblem("?lat_deg", "required", detail, "请给出 lat_deg 和 lon_deg，或 code，或 h3")
        raise validation_problem([fault], code="invalid_parameter")
    if code is not None:
        return json_response(_of_code(code))
    if h3_cell is not None:
        return json_response(_of_h3(h3_cell, level))
    assert lat_deg is not None
    assert lon_deg is not None
    lat, lon = wgs84_from(crs, lat_deg, lon_deg)
    return json_response(_of_point(float(lat[0]), float(lon[0]), level))


def grids_at(lat_deg: float, lon_deg: float) -> dict[str, Any]:
    """Return the codes of a point by level and its cells by resolution."""
    reached = abs(lat_deg) < MAX_LAT_DEG
    codes = {str(level): grid_code(lat_deg, lon_deg, level) for level in LEVELS} if reached else {}
    cells = {str(res): h3.latlng_to_cell(lat_deg, lon_deg, res) for res in SHOWN_H3}
    return {"beidou_codes": codes, "h3_cells": cells}


def _of_point(lat_deg: float, lon_deg: float, level: int) -> dict[str, Any]:
    gcj_lat, gcj_lon = gcj02_from_wgs84(lat_deg, lon_deg)
    cell = grid_cell(grid_code(lat_deg, lon_deg, level)) if abs(lat_deg) < MAX_LAT_DEG else None
    return {
        "lat_deg": lat_deg,
        "lon_deg": lon_deg,
        "gcj02": {"lat_deg": float(gcj_lat[0]), "lon_deg": float(gcj_lon[0])},
        **grids_at(lat_deg, lon_deg),
        "beidou": None if cell is None else _cell_document(cell),
    }


def _of_code(code: str) -> dict[str, Any]:
    try:
        cell = grid_cell(code)
    except GridCodeError as error:
        fault = FieldProblem("?code", "invalid_value", error.detail, error.detail_zh)
        raise validation_problem([fault], code="invalid_parameter") from None
    lat_deg, lon_deg = cell.centre_deg
    return _of_point(lat_deg, lon_deg, cell.level)


def _of_h3(cell: str, level: int) -> dict[str, Any]:
    if not h3.is_valid_cell(cell):
        fault = FieldProblem("?h3", "invalid_value", "is no H3 cell such as 88411cb0c5fffff", "不是有效的 H3 单元格")
        raise validation_problem([fault], code="invalid_parameter")
    lat_deg, lon_deg = h3.cell_to_latlng(cell)
    ring = [[lon, lat] for lat, lon in h3.cell_to_boundary(cell)]
    shape = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    described = {"cell": cell, "resolution": h3.get_resolution(cell), "geometry": shape}
    return {**_of_point(lat_deg, lon_deg, level), "h3": described}


def _cell_document(cell: GridCell) -> dict[str, Any]:
    box = [cell.min_lon_deg, cell.min_lat_deg, cell.max_lon_deg, cell.max_lat_deg]
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    lat_deg, lon_deg = cell.centre_deg
    return {
        "code": cell.code,
        "level": cell.level,
        "bbox": box,
        "centre": {"lat_deg": lat_deg, "lon_deg": lon_deg},
        "neighbours": neighbours(cell.code),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
