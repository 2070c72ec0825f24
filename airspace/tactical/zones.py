"""Zones in force, indexed for points and motions: who is inside, who will be within the minute."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from airspace import prepared
from airspace.areas import Area
from airspace.geometry4d import FloatArray, IntArray
from airspace.schedule import PERMANENT, active_within
from airspace.tactical.compiled import kernels
from airspace.tactical.motion import Motions
from airspace.tactical.zone_kernels import DISC, FULL
from airspace.tracks import BoolArray, RowArray
from airspace.zones import Zone

SIZES_M: Final = np.array((2048.0, 512.0, 128.0))
_CHILDREN: Final = 4
_MARGIN_M: Final = 1e-6
_DATUMS: Final = ("HAE", "AMSL", "AGL")
_REFRESH_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class _Raster:
    """Cells of one zone: int64 (k, 4) level, cx, cy, edge count or FULL or DISC; chosen edges in the same order."""

    cells: RowArray
    chosen: IntArray


@dataclass(frozen=True, slots=True)
class ZoneHits:
    """k pairs of motion and zone: `motion` and `zone` int64 (k,), `t_s` seconds from now (0: inside), place of entry."""

    motion: RowArray
    zone: RowArray
    t_s: FloatArray
    x_m: FloatArray
    y_m: FloatArray


class ZoneIndex:
    """Zones that flights are warned of; `zones` in the order of the numbers in answers. Not thread-safe."""

    def __init__(self) -> None:
        self.zones: list[Zone] = []
        self._rasters: dict[int, tuple[Zone, _Raster]] = {}
        self._refreshed_s = -np.inf
        self._pack()

    def update(self, zones: Iterable[Zone]) -> bool:
        """Take the zones in force, in place of those before; only new or changed ones cost. Tells whether any did."""
        wanted = list(zones)
        if len(wanted) == len(self.zones) and all(a is b for a, b in zip(wanted, self.zones, strict=True)):
            return False
        known = self._rasters
        # The zone is kept beside its raster, so that its identity is nobody else's.
        self._rasters = {id(zone): known.get(id(zone)) or (zone, _raster(zone.area)) for zone in wanted}
        self.zones = wanted
        self._pack()
        return True

    def _pack(self) -> None:
        rasters = [self._rasters[id(zone)][1] for zone in self.zones]
        n = len(self.zones)
        self._disc = np.zeros((n, 3))
        self._band = np.zeros((n, 2))
        self._datum = np.array([_DATUMS.index(zone.datum) for zone in self.zones], np.int64)
        self._active: FloatArray = np.tile((np.inf, -np.inf), (n, 1))
        self._refreshed_s = -np.inf
        for i, zone in enumerate(self.zones):
            upper = np.inf if zone.upper_m is None else zone.upper_m
            # On the ground an altitude's error must not carry a flight under the zone.
            lower = -np.inf if zone.datum == "AGL" and zone.lower_m <= 0 else zone.lower_m
            self._band[i] = lower, upper
            if zone.area.circle is not None:
                self._disc[i] = zone.area.geometry.x, zone.area.geometry.y, zone.area.radius_m
        edges = [zone.area.edges for zone in self.zones]
        edge_base = np.cumsum([0, *(len(e) for e in edges)])
        self._edges: FloatArray = np.concatenate(edges) if edges else np.empty((0, 4))
        chosen = [raster.chosen + edge_base[i] for i, raster in enumerate(rasters)]
        self._chosen = np.concatenate(chosen).astype(np.int32) if chosen else np.empty(0, np.int32)
        cells = np.concatenate([r.cells for r in rasters]) if rasters else np.empty((0, 4), np.int64)
        numbers = np.repeat(np.arange(n), [len(r.cells) for r in rasters]) if n else np.empty(0, np.int64)
        starts = np.cumsum(np.maximum(cells[:, 3], 0)) - np.maximum(cells[:, 3], 0)
        order = np.lexsort((cells[:, 2], cells[:, 1], cells[:, 0]))
        cells, numbers, starts = cells[order], numbers[order], starts[order]
        self._entries: IntArray = np.column_stack((numbers, starts, cells[:, 3])).astype(np.int32)
        changed = np.any(cells[1:, :3] != cells[:-1, :3], axis=1)
        firsts = np.flatnonzero(np.concatenate(([True], changed))) if len(cells) else np.empty(0, np.int64)
        counts = np.diff(np.append(firsts, len(cells)))
        self._map(cells[firsts, :3], firsts, counts)

    def _map(self, cells: RowArray, firsts: RowArray, counts: RowArray) -> None:
        """Lay out the map of smallest cells over all cells, int64 (k, 3) level, cx, cy, ordered by level."""
        finest = SIZES_M[-1]
        spans = np.rint(SIZES_M / finest).astype(np.int64)
        span = spans[cells[:, 0]]
        low = cells[:, 1:] * span[:, None]
        corner = low.min(axis=0) if len(cells) else np.zeros(2, np.int64)
        shape = (low + span[:, None]).max(axis=0) - corner if len(cells) else (1, 1)
        self._lattice: FloatArray = np.array((finest, *(corner * finest)))
        self._leaf: IntArray = np.full(shape, -1, np.int32)
        self._nodes: IntArray = np.column_stack((firsts, counts, np.full(len(firsts), -1))).astype(np.int32)
        for level, width in enumerate(spans.tolist()):
            upto = int(np.searchsorted(cells[:, 0], level, side="right"))
            begin = int(np.searchsorted(cells[:, 0], level))
            kernels().paint((low[begin:upto] - corner).astype(np.int32), self._nodes[:upto], width, self._leaf)

    def _refresh(self, now_s: float, horizon_s: float) -> None:
        """Note for each zone the period that holds now or comes next; looked up again when it ends or grows old."""
        until_s = now_s + horizon_s + _REFRESH_S
        stale = np.flatnonzero(self._active[:, 1] < now_s)
        if abs(now_s - self._refreshed_s) > _REFRESH_S / 2:
            stale = np.arange(len(self.zones))
            self._refreshed_s = now_s
        for i in stale.tolist():
            periods = self.zones[i].applicability
            if periods == PERMANENT:
                self._active[i] = -np.inf, np.inf
            else:
                spans = active_within(periods, now_s, until_s)
                # Nothing in sight: looked up again with the next full refresh.
                self._active[i] = spans[0] if spans else (np.inf, np.inf)

    def inside(self, xy_m: FloatArray, heights_m: FloatArray, at_s: float) -> RowArray:
        """Return (k, 2) point and zone of every zone each point lies in at an instant.

        `xy_m` is float64 (n, 2); `heights_m` (n, 3) is HAE, AMSL and AGL, NaN counting as inside every band. Areas,
        bands and periods are closed, as in `airspace.zones.ZoneSet.airspace_at`.
        """
        self._refresh(at_s, 0.0)
        room = 2 * len(xy_m) + 64
        while True:
            found = np.empty((room, 2), np.int64)
            k = kernels().find_points(
                np.ascontiguousarray(xy_m),
                np.ascontiguousarray(heights_m),
                at_s,
                self._lattice,
                self._leaf,
                self._nodes,
                self._entries,
                self._edges,
                self._chosen,
                self._disc,
                self._band,
                self._datum,
                self._active,
                found,
            )
            if k <= room:
                return found[:k]
            room = k

    def approached(self, motions: Motions, offsets_m: FloatArray, now_s: float, horizon_s: float) -> ZoneHits:
        """Return every zone a motion is in or enters before its horizon, with the first instant of it.

        `offsets_m` is float64 (n, 3): height in HAE, AMSL and AGL less the motion's own; NaN: unknown. Over terrain the
        height above ground is taken to change as the altitude does.
        """
        self._refresh(now_s, horizon_s)
        n = len(motions.first) - 1
        room = n + 1024
        while True:
            found = np.empty((room, 5))
            k = kernels().find_entries(
                motions.pieces,
                motions.first,
                np.ascontiguousarray(offsets_m),
                now_s,
                self._lattice,
                self._leaf,
                self._nodes,
                self._entries,
                self._edges,
                self._chosen,
                self._disc,
                self._band,
                self._datum,
                self._active,
                found,
            )
            if k <= room:
                break
            room = k
        columns = found[:k].T
        return ZoneHits(columns[0].astype(np.int64), columns[1].astype(np.int64), columns[2], columns[3], columns[4])


def warned_of(zones: Mapping[str, Any]) -> list[Zone]:
    """Return the zones flights are warned of out of published ones: prohibited, and by authorisation only."""
    return [item.zone for item in zones.values() if item.zone.restriction in ("PROHIBITED", "REQ_AUTHORISATION")]


# -------------------------------------------------------------------------------------------------- cells of an area


def _raster(area: Area) -> _Raster:
    """Return the cells of an area: whole ones as large as possible, the smallest along the boundary."""
    x0, y0, x1, y1 = area.bounds_m
    size = SIZES_M[0]
    cx, cy = np.meshgrid(
        np.arange(np.floor((x0 - _MARGIN_M) / size), np.floor((x1 + _MARGIN_M) / size) + 1),
        np.arange(np.floor((y0 - _MARGIN_M) / size), np.floor((y1 + _MARGIN_M) / size) + 1),
    )
    places = np.column_stack((cx.ravel(), cy.ravel())).astype(np.int64)
    parts: list[RowArray] = []
    chosen: IntArray = np.empty(0, np.int32)
    for level, size in enumerate(SIZES_M.tolist()):
        touched, full = _touch(area, places, size)
        parts.append(_cells(level, places[full], np.full(int(full.sum()), FULL)))
        places = places[touched & ~full]
        if level == len(SIZES_M) - 1:
            if area.circle is not None:
                parts.append(_cells(level, places, np.full(len(places), DISC)))
            else:
                counts, chosen = _edges_of(area.edges, places, size)
                parts.append(_cells(level, places, counts))
        else:
            offsets = np.stack(np.meshgrid(np.arange(_CHILDREN), np.arange(_CHILDREN)), axis=-1).reshape(-1, 2)
            places = (places[:, None, :] * _CHILDREN + offsets).reshape(-1, 2)
    return _Raster(np.concatenate(parts), chosen)


def _cells(level: int, places: RowArray, kinds: NDArray[Any]) -> RowArray:
    return np.column_stack((np.full(len(places), level), places, kinds)).astype(np.int64)


def _touch(area: Area, places: RowArray, size: float) -> tuple[BoolArray, BoolArray]:
    """Return which cells touch the area and which lie wholly inside."""
    low = places * size - _MARGIN_M
    high = (places + 1) * size + _MARGIN_M
    if area.circle is not None:
        centre = np.array((area.geometry.x, area.geometry.y))
        nearest = np.hypot(*(np.clip(centre, low, high) - centre).T)
        farthest = np.hypot(*np.maximum(np.abs(low - centre), np.abs(high - centre)).T)
        return nearest <= area.radius_m, farthest <= area.radius_m
    squares = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    touched = np.asarray(prepared.intersects(area.geometry, squares))
    full = np.zeros(len(places), np.bool_)
    full[touched] = prepared.covers(area.geometry, squares[touched])
    return touched, full


def _edges_of(edges: FloatArray, places: RowArray, size: float) -> tuple[RowArray, IntArray]:
    """Return how many edges each cell needs and which: those a ray to the east from inside the cell can meet."""
    y_low, y_high = np.minimum(edges[:, 1], edges[:, 3]), np.maximum(edges[:, 1], edges[:, 3])
    x_high = np.maximum(edges[:, 0], edges[:, 2])
    low = places * size - _MARGIN_M
    high = (places + 1) * size + _MARGIN_M
    counts = np.zeros(len(places), np.int64)
    chosen: list[NDArray[np.int64]] = []
    step = max(1, 4_000_000 // max(len(edges), 1))
    for at in range(0, len(places), step):
        part = slice(at, at + step)
        needed = (y_high >= low[part, 1, None]) & (y_low <= high[part, 1, None]) & (x_high >= low[part, 0, None])
        counts[part] = needed.sum(axis=1)
        chosen.append(np.nonzero(needed)[1])
    return counts, np.concatenate(chosen).astype(np.int32) if chosen else np.empty(0, np.int32)
