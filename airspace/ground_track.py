"""Where a flight's line on the ground comes near areas: found once for all flights over the same corners.

Counter-offers are the same way at other times and heights. Which of its segments come near a zone, how near, and on what
part of each, is the same for all of them.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from airspace.areas import Area
from airspace.geometry4d import FloatArray
from airspace.intervals import Intervals
from airspace.trajectory import FlightPath


@dataclass(slots=True, eq=False)
class Nearness:
    """The segments of a flight whose boxes come within `reach_m` of an area's, and what is known of them."""

    area: Area
    reach_m: float
    rows: NDArray[np.int64]
    _distances: FloatArray | None = None
    _stays: dict[int, Intervals] = field(default_factory=dict)

    def distances_m(self, path: FlightPath) -> FloatArray:
        """Return how far each of the rows keeps from the area, in metres."""
        if self._distances is None:
            self._distances = self.area.distance_m(path.lines_of(self.rows))
        return self._distances

    def stays(self, path: FlightPath, row: int) -> Intervals:
        """Return the fractions of a segment that lie within reach of the area."""
        found = self._stays.get(row)
        if found is None:
            x0, y0, _, _, x1, y1, _, _ = path.trajectory.segments[row].tolist()
            found = self._stays[row] = self.area.stays_within((x0, y0, x1, y1), self.reach_m)
        return found


def nearness(path: FlightPath, area: Area, reach_m: float) -> Nearness:
    """Return which segments of a flight may come within `reach_m` of an area."""
    found: Nearness | None = path.over.get((area, reach_m))
    if found is None:
        x_min, y_min, x_max, y_max = area.bounds_m
        box = path.bounds_m
        near = (
            (box[:, 0] <= x_max + reach_m)
            & (box[:, 2] >= x_min - reach_m)
            & (box[:, 1] <= y_max + reach_m)
            & (box[:, 3] >= y_min - reach_m)
        )
        found = path.over[area, reach_m] = Nearness(area, reach_m, near.nonzero()[0])
    return found
