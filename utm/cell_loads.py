"""How many flights are planned in each H3 cell at an instant, and which cells are closed."""

from collections import Counter
from collections.abc import Collection

import h3
import numpy as np

from airspace.frame import LocalFrame
from airspace.geometry4d import Trajectory4D
from airspace.schedule import active_within
from utm.airspace_book import AirspaceBook
from utm.sky import Sky


class CellLoads:
    """Counts over the sky as it is when asked."""

    def __init__(self, sky: Sky, book: AirspaceBook) -> None:
        self._sky, self._book = sky, book

    def at(self, scene_s: float, resolution: int) -> Counter[str]:
        """Return the number of flights planned to be in each cell at that instant; volumes count in all their cells."""
        frame: LocalFrame = self._book.region.frame
        points: list[tuple[float, float]] = []
        counts: Counter[str] = Counter()
        for plan in self._sky.all():
            if not plan.starts_s <= scene_s <= plan.ends_s:
                continue
            if isinstance(plan.geometry, Trajectory4D):
                points.append(_place(plan.geometry, scene_s))
            else:
                cells = {
                    each for cell in self._sky.cells(plan.geometry, 0.0) for each in _at_resolution(cell, resolution)
                }
                counts.update(cells)
        if points:
            xy = np.array(points)
            lat, lon = frame.to_lat_lon(xy[:, 0], xy[:, 1])
            pairs = zip(lat.tolist(), lon.tolist(), strict=True)
            counts.update(h3.latlng_to_cell(a, b, resolution) for a, b in pairs)
        return counts

    def closed_cells(self, scene_s: float, resolution: int) -> set[str]:
        """Return the cells that touch a prohibited zone active at that instant; at a finer resolution than zones are
        covered at, all that lie in a cell which touches it."""
        closed: set[str] = set()
        zones = self._book.zone_set
        for zone in zones.zones.values():
            if zone.restriction == "PROHIBITED" and active_within(zone.applicability, scene_s, scene_s):
                cover = zones.covers[zone.zone_id]
                for cell in cover:
                    closed.update(_at_resolution(h3.int_to_str(cell), resolution))
        return closed


def _at_resolution(cell: str, resolution: int) -> Collection[str]:
    """Return the ancestor of a cell at a coarser resolution, or all its children at a finer one."""
    own = h3.get_resolution(cell)
    if resolution <= own:
        return (str(h3.cell_to_parent(cell, resolution)),)
    children: list[str] = h3.cell_to_children(cell, resolution)
    return children


def _place(trajectory: Trajectory4D, scene_s: float) -> tuple[float, float]:
    rows = trajectory.segments
    index = int(np.clip(np.searchsorted(rows[:, 7], scene_s), 0, len(rows) - 1))
    row = rows[index]
    share = (scene_s - row[3]) / (row[7] - row[3])
    return float(row[0] + share * (row[4] - row[0])), float(row[1] + share * (row[5] - row[1]))
