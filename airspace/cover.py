"""H3 covers that are supersets of the truth, and the index keyed by their cells.

A point of the covered shape always lies in a cell of the cover (`overlap` containment, shapes widened by a slack for
the curvature of cell edges). H3's default `center` containment misses up to 17 % of true hits and is never used.
"""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import h3 as h3_shapes
import h3.api.basic_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray

from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray

DEFAULT_RESOLUTION: Final = 8
MAX_CELLS: Final = 100_000
"""A cover estimated above this is refused before it is filled (H3 would take 1 GB for 10 x 10 degrees at res 9)."""
_EARTH_RADIUS_M: Final = 6_371_007.0
_LONGEST_EDGE_M: Final = 2_000.0
_FEW_CELLS: Final = 40.0
_WAYS_KEPT: Final = 1_024

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class CoverTooLarge:
    """A shape whose cover would exceed the limit; nothing was filled."""

    estimated_cells: int
    limit: int


class CellGrid:
    """H3 cells of one resolution seen from a local frame; remembers the hexagons it has met.

    `along` and `covering` take local metres and return cells as integers.
    """

    def __init__(self, frame: LocalFrame, resolution: int = DEFAULT_RESOLUTION) -> None:
        if not 0 <= resolution <= 15:
            raise ValueError("H3 resolutions run from 0 to 15")
        self.frame = frame
        self.resolution = resolution
        self.edge_m = float(h3.average_hexagon_edge_length(resolution, unit="m"))
        self.cell_area_m2 = float(h3.average_hexagon_area(resolution, unit="m^2"))
        # Cell edges are straight on their icosahedron face, not in the local plane: sagitta of an edge, doubled.
        self.slack_m = 0.5 + self.edge_m**2 / (4 * _EARTH_RADIUS_M)
        self._hexagons: dict[int, Any] = {}
        self._centres: dict[int, tuple[float, float, float]] = {}
        self._ways: dict[tuple[bytes, float], frozenset[int]] = {}

    def cell_of(self, lat_deg: float, lon_deg: float) -> int:
        """Return the cell a point lies in."""
        return int(h3.latlng_to_cell(lat_deg, lon_deg, self.resolution))

    def around(self, x_m: float, y_m: float, radius_m: float) -> frozenset[int]:
        """Return the cells that points within `radius_m` of a place can lie in."""
        return self.along(np.array([[x_m, y_m, x_m, y_m]]), radius_m)

    def outline_m(self, cell: int) -> FloatArray:
        """Return the corners of a cell, (k, 2) in local metres, counter-clockwise, the first not repeated."""
        return np.asarray(shapely.get_coordinates(self._hexagon(cell))[:-1], dtype=float)

    def along(self, segments_m: FloatArray, widen_m: float) -> frozenset[int]:
        """Return the cells that points within `widen_m` of segments (n, 4) `x0 y0 x1 y1` can lie in.

        The same ways are flown again and again, and proposed to many: those asked for of late are remembered.
        """
        way = (segments_m.tobytes(), widen_m)
        found = self._ways.get(way)
        if found is None:
            if len(self._ways) >= _WAYS_KEPT:
                self._ways.clear()
            found = self._ways[way] = self._cells_along(segments_m, widen_m)
        return found

    def _cells_along(self, segments_m: FloatArray, widen_m: float) -> frozenset[int]:
        x0_m, y0_m, x1_m, y1_m = segments_m.T
        reach_m = widen_m + self.slack_m
        step_m = 0.5 * self.edge_m
        pieces = np.maximum(1, np.ceil(np.hypot(x1_m - x0_m, y1_m - y0_m) / step_m)).astype(np.int64)
        owner = np.repeat(np.arange(len(pieces)), pieces + 1)
        starts = np.cumsum(pieces + 1) - (pieces + 1)
        share = (np.arange(len(owner)) - starts[owner]) / pieces[owner]
        lat, lon = self.frame.to_lat_lon(
            x0_m[owner] + share * (x1_m - x0_m)[owner], y0_m[owner] + share * (y1_m - y0_m)[owner]
        )
        cell_of, resolution = h3.latlng_to_cell, self.resolution
        seeds = {int(cell_of(a, b, resolution)) for a, b in zip(lat.tolist(), lon.tolist(), strict=True)}
        candidates = self._around(seeds, reach_m + step_m / 2)
        centres = np.array([self._centre(cell) for cell in candidates])
        distance = _distance_to_segments(centres, segments_m)
        nearest = distance.min(axis=1)
        sure = nearest <= reach_m + 0.8 * centres[:, 2]  # the inradius of a hexagon is 0.866 of its circumradius
        maybe = np.flatnonzero(~sure & (nearest <= reach_m + centres[:, 2]))
        chosen = seeds | {candidates[i] for i in np.flatnonzero(sure)}
        if len(maybe):
            lines: Any = shapely.linestrings(segments_m.reshape(-1, 2, 2))
            for i in maybe:
                close = lines[distance[i] <= reach_m + centres[i, 2]]
                if (shapely.distance(self._hexagon(candidates[i]), close) <= reach_m).any():
                    chosen.add(candidates[i])
        return frozenset(chosen)

    def covering(self, geometry: Any, widen_m: float = 0.0, limit: int = MAX_CELLS) -> frozenset[int] | CoverTooLarge:
        """Return the cells that points within `widen_m` of a geometry in local metres can lie in.

        The cover is estimated from the bounding box first; above `limit` a `CoverTooLarge` comes back instead.
        """
        if geometry.is_empty:
            return frozenset()
        reach_m = widen_m + self.slack_m
        x_min, y_min, x_max, y_max = geometry.bounds
        margin = 2 * (reach_m + 2 * self.edge_m)
        estimate = (x_max - x_min + margin) * (y_max - y_min + margin) / self.cell_area_m2
        if not estimate <= limit:
            return CoverTooLarge(int(min(estimate, 1e15)), limit)
        if estimate <= _FEW_CELLS:
            return self._covering_few(geometry, reach_m)
        cells: set[int] = set()
        # 64-gon joins leave less than 0.2 % of the radius uncovered inside the circle they stand for.
        widened = geometry.buffer(reach_m * 1.005, quad_segs=16)
        for part in shapely.get_parts(shapely.segmentize(widened, _LONGEST_EDGE_M)):
            rings = [self._ring(ring.coords) for ring in (part.exterior, *part.interiors)]
            shape = h3_shapes.LatLngPoly(*rings)
            cells.update(h3.h3shape_to_cells_experimental(shape, self.resolution, contain="overlap"))
        return frozenset(cells)

    def _covering_few(self, geometry: Any, reach_m: float) -> frozenset[int]:
        x_min, y_min, x_max, y_max = geometry.bounds
        lat, lon = self.frame.to_lat_lon((x_min + x_max) / 2, (y_min + y_max) / 2)
        seed = self.cell_of(float(lat[0]), float(lon[0]))
        radius = math.hypot(x_max - x_min, y_max - y_min) / 2 + reach_m
        candidates = self._around({seed}, radius)
        hexagons = np.array([self._hexagon(cell) for cell in candidates])
        near = shapely.distance(hexagons, geometry) <= reach_m
        return frozenset(candidates[i] for i in np.flatnonzero(near))

    def _around(self, seeds: set[int], radius_m: float) -> list[int]:
        # From anywhere in a cell, k rings reach at least (1.5 k - 0.7) edges: rows of hexagons are 1.5 edges apart.
        # The shortest edge of a resolution is some 0.75 of the average one.
        rings = max(1, math.ceil((radius_m / (0.75 * self.edge_m) + 0.7) / 1.5))
        found: set[int] = set()
        for seed in seeds:
            found.update(h3.grid_disk(seed, rings))
        return list(found)

    def _ring(self, coordinates: Any) -> list[tuple[float, float]]:
        points = np.asarray(coordinates)[:-1]
        lat, lon = self.frame.to_lat_lon(points[:, 0], points[:, 1])
        return list(zip(lat.tolist(), lon.tolist(), strict=True))

    def _centre(self, cell: int) -> tuple[float, float, float]:
        """Return x_m, y_m and the circumradius in metres of a cell."""
        known = self._centres.get(cell)
        if known is None:
            corners = shapely.get_coordinates(self._hexagon(cell))[:-1]
            x, y = corners.mean(axis=0)
            known = float(x), float(y), float(np.hypot(corners[:, 0] - x, corners[:, 1] - y).max())
            self._centres[cell] = known
        return known

    def _hexagon(self, cell: int) -> Any:
        known = self._hexagons.get(cell)
        if known is None:
            corners = np.array(h3.cell_to_boundary(cell))
            known = shapely.polygons(np.stack(self.frame.to_xy(corners[:, 0], corners[:, 1]), axis=1))
            self._hexagons[cell] = known
        return known


@dataclass(frozen=True, slots=True)
class AreaIndex(Generic[Key]):
    """Which keys may touch which cell: immutable, and a superset of the truth when the covers put in are.

    Look-ups take cells of the same resolution.
    """

    resolution: int
    cells: Mapping[int, tuple[Key, ...]]

    @classmethod
    def of(cls, covers: Mapping[Key, Iterable[int]], resolution: int = DEFAULT_RESOLUTION) -> "AreaIndex[Key]":
        """Return an index of keys and their covers."""
        lists: dict[int, list[Key]] = {}
        for key, cells in covers.items():
            for cell in cells:
                lists.setdefault(cell, []).append(key)
        return cls(resolution, {cell: tuple(keys) for cell, keys in lists.items()})

    def keys_in(self, cells: Iterable[int]) -> set[Key]:
        """Return every key that may touch one of the cells."""
        found: set[Key] = set()
        get = self.cells.get
        for cell in cells:
            keys = get(cell)
            if keys is not None:
                found.update(keys)
        return found


def _distance_to_segments(points: FloatArray, segments: FloatArray) -> FloatArray:
    """Return distances (points, segments) of points (p, >= 2) to segments (n, 4)."""
    x0, y0, x1, y1 = segments.T
    dx, dy = x1 - x0, y1 - y0
    length2 = dx * dx + dy * dy
    px, py = points[:, 0, None] - x0, points[:, 1, None] - y0
    along: NDArray[np.float64] = np.divide(px * dx + py * dy, length2, out=np.zeros_like(px), where=length2 > 0)
    along = np.clip(along, 0.0, 1.0)
    return np.asarray(np.hypot(px - along * dx, py - along * dy))
