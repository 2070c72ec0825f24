"""Bounding boxes in queries: min_lon,min_lat,max_lon,max_lat in WGS-84 degrees."""

import math
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import shapely
from fastapi import Query

from airspace.areas import Area
from airspace.frame import LocalFrame
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

    def touches(self, area: Area, frame: LocalFrame) -> bool:
        """Tell whether an area in local metres touches the box."""
        lon = np.array([self.min_lon_deg, self.max_lon_deg, self.max_lon_deg, self.min_lon_deg])
        lat = np.array([self.min_lat_deg, self.min_lat_deg, self.max_lat_deg, self.max_lat_deg])
        x, y = frame.to_xy(lat, lon)
        return bool(area.distance_m(shapely.Polygon(np.stack([x, y], axis=1))) <= 0)


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


def _invalid(detail: str, detail_zh: str) -> Problem:
    return validation_problem([FieldProblem("?bbox", "invalid_value", detail, detail_zh)], code="invalid_bbox")
