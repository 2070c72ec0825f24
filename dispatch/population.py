"""People on the ground as a regular grid of densities in a city's local metres.

A grid is made from values at points, in H3 cells or in areas, or made up: the made-up one is smooth, the same for the same
city, describes no real people and says so wherever it is shown. Unknown densities are NaN and count as no number.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import h3.api.basic_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray

from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray

Densities = NDArray[np.float32]

PIXEL_M: Final = 200.0
"""Side of a square of the grid: between the 100 m of WorldPop and the 1 km of GPW (ours)."""
POINT_REACH_M: Final = 300.0
"""How far a value at a point holds: one and a half squares (ours)."""
QUAD_SEGS: Final = 8
"""Sides of a quarter of the circle that a line is widened by."""
SYNTHETIC_SOURCE: Final = "synthetic: made up around the labels of the map, for demonstration only"


@dataclass(frozen=True, slots=True)
class Lattice:
    """Where the squares lie: south-west corner in local metres, side, and how many there are."""

    x0_m: float
    y0_m: float
    rows: int
    columns: int
    step_m: float = PIXEL_M

    @classmethod
    def over(cls, bounds_m: tuple[float, float, float, float], step_m: float = PIXEL_M) -> "Lattice":
        """Return the squares that cover a box x_min, y_min, x_max, y_max."""
        x0, y0 = math.floor(bounds_m[0] / step_m) * step_m, math.floor(bounds_m[1] / step_m) * step_m
        rows = math.ceil((bounds_m[3] - y0) / step_m)
        return cls(x0, y0, rows, math.ceil((bounds_m[2] - x0) / step_m), step_m)

    def centres(self) -> tuple[FloatArray, FloatArray]:
        """Return x of the columns and y of the rows."""
        half = self.step_m / 2
        x: FloatArray = self.x0_m + half + self.step_m * np.arange(self.columns, dtype=np.float64)
        y: FloatArray = self.y0_m + half + self.step_m * np.arange(self.rows, dtype=np.float64)
        return x, y

    def points(self) -> FloatArray:
        """Return every centre, row by row from the south, (rows * columns, 2)."""
        x, y = self.centres()
        return np.stack([np.tile(x, self.rows), np.repeat(y, self.columns)], axis=1)

    def index(self, x_m: FloatArray, y_m: FloatArray) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
        """Return row and column of places, and which lie inside; the others are clipped to the edge."""
        column = np.floor((np.asarray(x_m) - self.x0_m) / self.step_m).astype(np.intp)
        row = np.floor((np.asarray(y_m) - self.y0_m) / self.step_m).astype(np.intp)
        inside = (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        return np.clip(row, 0, self.rows - 1), np.clip(column, 0, self.columns - 1), inside


@dataclass(frozen=True, slots=True, eq=False)
class PopulationGrid:
    """People per square kilometre, float32 (rows, columns) from the south-west; NaN where it is not known."""

    lattice: Lattice
    people_per_km2: Densities
    source: str
    synthetic: bool
    grid_id: str | None = None
    _sums: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if self.people_per_km2.shape != (self.lattice.rows, self.lattice.columns):
            raise ValueError("the densities do not fit the lattice")

    def at(self, x_m: FloatArray, y_m: FloatArray) -> FloatArray:
        """Return the density at places in local metres, NaN where it is not known."""
        row, column, inside = self.lattice.index(x_m, y_m)
        return np.where(inside, self.people_per_km2[row, column], np.nan)

    @property
    def known_share(self) -> float:
        """The share of the squares whose density is known."""
        return float(np.isfinite(self.people_per_km2).mean())

    def people(self) -> float:
        """Return how many people the known squares hold."""
        return float(np.nansum(self.people_per_km2, dtype=np.float64) * (self.lattice.step_m / 1000.0) ** 2)

    def beside(self, line: Any, reach_m: float) -> tuple[FloatArray, Densities]:
        """Return centres (n, 2) and densities of every square that a shapely line or point widened by a reach touches.

        The same as `touched` of its buffer; only the squares near its edge are asked of the geometry itself.
        """
        shape = shapely.buffer(line, reach_m, quad_segs=QUAD_SEGS)
        corners: FloatArray = shapely.get_coordinates(line)
        lattice, half = self.lattice, self.lattice.step_m / 2
        far = reach_m + half * math.sqrt(2.0)
        inside = np.zeros((lattice.rows, lattice.columns), np.bool_)
        edge = np.zeros_like(inside)
        # The buffer's corners lie on the circle, its sides inside.
        sure = reach_m * math.cos(math.pi / (4 * QUAD_SEGS)) - 1e-6
        for a, b in pairwise(corners if len(corners) > 1 else np.repeat(corners, 2, axis=0)):
            window, away = self._away(a, b, far)
            inside[window] |= away <= sure
            edge[window] |= away <= far
        rows, columns = np.nonzero(inside | edge)
        x = lattice.x0_m + half + lattice.step_m * columns
        y = lattice.y0_m + half + lattice.step_m * rows
        met = inside[rows, columns]
        asked = np.flatnonzero(~met)
        shapely.prepare(shape)
        boxes = shapely.box(x[asked] - half, y[asked] - half, x[asked] + half, y[asked] + half)
        met[asked] = shapely.intersects(shape, boxes)
        return np.stack([x[met], y[met]], axis=1), self.people_per_km2[rows[met], columns[met]]

    def _away(self, a: FloatArray, b: FloatArray, far: float) -> tuple[tuple[slice, slice], FloatArray]:
        """Return the squares in whose window a leg with a margin lies, and how far their centres are from the leg."""
        lattice = self.lattice
        low = np.floor((np.minimum(a, b) - far - (lattice.x0_m, lattice.y0_m)) / lattice.step_m)
        high = np.floor((np.maximum(a, b) + far - (lattice.x0_m, lattice.y0_m)) / lattice.step_m) + 1
        c0, r0 = (int(value) for value in np.clip(low, 0, (lattice.columns, lattice.rows)))
        c1, r1 = (int(value) for value in np.clip(high, 0, (lattice.columns, lattice.rows)))
        x, y = lattice.centres()
        dx, dy = x[c0:c1][None, :] - a[0], y[r0:r1][:, None] - a[1]
        leg = b - a
        length = float(leg @ leg)
        along = 0.0 if length == 0.0 else np.clip((dx * leg[0] + dy * leg[1]) / length, 0.0, 1.0)
        return (slice(r0, r1), slice(c0, c1)), np.hypot(dx - along * leg[0], dy - along * leg[1])

    def touched(self, shape: Any) -> tuple[FloatArray, Densities]:
        """Return centres (n, 2) and densities of every square a shape in local metres touches."""
        x0, y0, x1, y1 = shape.bounds
        lattice = self.lattice
        (low_row, high_row), (low_column, high_column) = (
            np.clip(np.floor((np.array([y0, y1]) - lattice.y0_m) / lattice.step_m), 0, lattice.rows - 1).astype(int),
            np.clip(np.floor((np.array([x0, x1]) - lattice.x0_m) / lattice.step_m), 0, lattice.columns - 1).astype(int),
        )
        x, y = lattice.centres()
        at_x, at_y = np.meshgrid(x[low_column : high_column + 1], y[low_row : high_row + 1])
        half = lattice.step_m / 2
        shapely.prepare(shape)
        met = shapely.intersects(shape, shapely.box(at_x - half, at_y - half, at_x + half, at_y + half))
        centres = np.stack([at_x[met], at_y[met]], axis=1)
        return centres, self.people_per_km2[low_row : high_row + 1, low_column : high_column + 1][met]

    def by_cell(self, resolution: int, frame: LocalFrame) -> dict[int, float]:
        """Return the mean density of the known squares by H3 cell; cells no centre lies in are not there."""
        known = self._sums.get(f"cell{resolution}")
        if known is None:
            values = self.people_per_km2.ravel()
            held = np.flatnonzero(np.isfinite(values))
            cells = _cells_of(self.lattice.points()[held], frame, resolution)
            names, where = np.unique(cells, return_inverse=True)
            means = np.bincount(where, values[held]) / np.bincount(where)
            known = self._sums[f"cell{resolution}"] = dict(zip(names.tolist(), means.tolist(), strict=True))
        return dict(known)


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A density at a point, in an H3 cell or over an area in local metres; exactly one of the three is given."""

    people_per_km2: float
    point_m: tuple[float, float] | None = None
    cell: int | None = None
    area: Any = None


def gridded(samples: Sequence[Sample], lattice: Lattice, frame: LocalFrame, *, absent: float = math.nan) -> Densities:
    """Return the densities of samples over a lattice; `absent` stands where no sample says anything.

    Cells give way to areas and areas to points; of two areas the later one holds.
    """
    points = lattice.points()
    found = np.full(len(points), absent, np.float32)
    _from_cells([item for item in samples if item.cell is not None], points, frame, found)
    for item in samples:
        if item.area is not None:
            box = item.area.bounds
            near = np.flatnonzero(
                (points[:, 0] >= box[0])
                & (points[:, 0] <= box[2])
                & (points[:, 1] >= box[1])
                & (points[:, 1] <= box[3])
            )
            shapely.prepare(item.area)
            held = shapely.contains_xy(item.area, points[near, 0], points[near, 1])
            found[near[held]] = item.people_per_km2
    known = [(item.point_m, item.people_per_km2) for item in samples if item.point_m is not None]
    if known:
        places: Any = shapely.points(np.array([place for place, _ in known]))
        where, which = shapely.STRtree(places).query_nearest(
            np.asarray(shapely.points(points)), max_distance=POINT_REACH_M, all_matches=False
        )
        found[where] = np.array([value for _, value in known], np.float32)[which]
    return found.reshape(lattice.rows, lattice.columns)


def _from_cells(samples: Sequence[Sample], points: FloatArray, frame: LocalFrame, found: Densities) -> None:
    by_resolution: dict[int, dict[int, float]] = {}
    for item in samples:
        assert item.cell is not None
        by_resolution.setdefault(h3.get_resolution(item.cell), {})[item.cell] = item.people_per_km2
    for resolution in sorted(by_resolution):
        table = by_resolution[resolution]
        cells = _cells_of(points, frame, resolution)
        keys = np.array(sorted(table), np.uint64)
        at = np.clip(np.searchsorted(keys, cells), 0, len(keys) - 1)
        held = keys[at] == cells
        found[held] = np.array([table[int(key)] for key in keys], np.float32)[at[held]]


def _cells_of(points: FloatArray, frame: LocalFrame, resolution: int) -> NDArray[np.uint64]:
    lat, lon = frame.to_lat_lon(points[:, 0], points[:, 1])
    return np.array(
        [h3.latlng_to_cell(a, b, resolution) for a, b in zip(lat.tolist(), lon.tolist(), strict=True)], np.uint64
    )


def synthetic(lattice: Lattice, centres: Sequence[tuple[float, float, float]]) -> PopulationGrid:
    """Return a made-up grid: people around centres (x_m, y_m, spread_m), fewer the farther, in quarters of a kilometre.

    22,000 people per square kilometre at a centre, as dense as a built-up district, down to nobody far away (ours).
    """
    x, y = lattice.centres()
    total = np.zeros((lattice.rows, lattice.columns))
    for at_x, at_y, spread in centres:
        total += np.outer(np.exp(-(((y - at_y) / spread) ** 2)), np.exp(-(((x - at_x) / spread) ** 2)))
    # Streets and parks: a pattern that is the same for the same place, from a tenth to full density.
    quarters = np.abs(
        np.sin(y / 410.0)[:, None] * np.cos(x / 530.0)[None, :] + np.sin((x[None, :] + y[:, None]) / 290.0)
    )
    texture = 0.1 + 0.9 * np.clip(quarters, 0.0, 1.0)
    values = 22_000.0 * np.clip(total, 0.0, 1.0) * texture
    values[values < 20.0] = 0.0
    return PopulationGrid(lattice, values.astype(np.float32), SYNTHETIC_SOURCE, True)
