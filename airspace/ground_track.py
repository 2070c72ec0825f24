"""Where a flight's line on the ground comes near areas: found once for all flights over the same corners.

Counter-offers are the same way at other times and heights. Which of its segments come near a zone, and how near, is the
same for all of them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from airspace.areas import Area
from airspace.geometry4d import FloatArray
from airspace.trajectory import FlightPath


@dataclass(slots=True, eq=False)
class Nearness:
    """The segments of a flight whose boxes come within reach of an area's, and how far they keep from it."""

    rows: NDArray[np.int64]
    _distances: FloatArray | None = None

    def distances_m(self, path: FlightPath, area: Area) -> FloatArray:
        """Return how far each of the rows keeps from the area, in metres."""
        if self._distances is None:
            self._distances = area.distance_m(path.lines_of(self.rows))
        return self._distances


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
        found = path.over[area, reach_m] = Nearness(near.nonzero()[0])
    return found
