"""The deconfliction engine: which plans conflict with this one, and by how much must it be delayed not to.

Exact in 4D, first through an inverted index of H3 cells and time buckets, then by closed-form tests. The model, its
edges ("touching") and its limits are in docs/deconfliction.md.
"""

import math
import types
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from airspace.deconfliction import cells, pairs, postings
from airspace.deconfliction import compiled as compiling
from airspace.deconfliction.columns import Columns, Parts, aligned, boxes, grown, pack
from airspace.frame import LocalFrame
from airspace.geometry4d import FloatArray, IntArray, PlanGeometry, Prism, Separation, Trajectory4D

_MARKS_END = 2**31 - 1


class Conflict(msgspec.Struct, frozen=True, gc=False):
    """How a plan conflicts with one other plan.

    `own_first`, `own_last`: first and last own part (segment row or volume) in conflict; `other_part`: the other's
    part at the worst moment; `starts_s`, `ends_s`: own scene seconds from first to last loss of separation;
    `own_at_s`, `other_at_s`: instants of the worst moment, the closest horizontally while the vertical minimum is
    lost; `horizontal_m`, `vertical_m`: distances there; `minima`: what the pair was held to.
    """

    key: int
    own_first: int
    own_last: int
    other_part: int
    starts_s: float
    ends_s: float
    own_at_s: float
    other_at_s: float
    horizontal_m: float
    vertical_m: float
    minima: Separation


def _by_start(conflict: Conflict) -> tuple[float, int]:
    return conflict.starts_s, conflict.key


def _conflict(key: int, row: list[float], minima: Separation) -> Conflict:
    first, last, other = int(row[1]), int(row[2]), int(row[3])
    return Conflict(key, first, last, other, row[4], row[5], row[6], row[7], row[8], row[9], minima)


def _plain() -> types.SimpleNamespace:
    return types.SimpleNamespace(**compiling.kernels())


def _kernels(compiled: bool | None) -> tuple[types.SimpleNamespace, bool]:
    use = compiling.numba_installed() if compiled is None else compiled
    return (compiling.load() if use else _plain()), use


class ConflictIndex:
    """Plans of one city, to be asked for conflicts; not thread-safe, the caller serialises.

    `bounds` is min_lon, min_lat, max_lon, max_lat of the city; plans outside are judged as exactly, only slower.
    `compiled` chooses the numba kernels or the numpy path, which gives the same answers; None takes numba where it is
    installed. Keys are the caller's non-negative integers. ValueError for geometry that cannot be: no parts, numbers
    that are not finite, times that run backwards.
    """

    def __init__(
        self,
        frame: LocalFrame,
        bounds: tuple[float, float, float, float],
        *,
        resolution: int = 8,
        bucket_s: float = 96.0,
        compiled: bool | None = None,
    ) -> None:
        self._frame: LocalFrame | None = frame
        self._resolution = resolution
        self._start(cells.build(frame, bounds, resolution), bucket_s, compiled)

    def _start(self, table: cells.CellTable, bucket_s: float, compiled: bool | None) -> None:
        if not bucket_s > 0:
            raise ValueError("a time bucket must be positive")
        self._kernels, self._compiled = _kernels(compiled)
        self._table = table
        self._names = [f"{cell:x}" for cell in table.ids.tolist()]
        self._ordered = self._names == sorted(self._names)
        self._rings: FloatArray = table.rings.reshape(-1, 2)
        unit = 1.3 * table.radius_m / 64.0
        self._grid: FloatArray = np.array(
            [
                *(bucket_s, table.radius_m, table.pixel_m, *table.origin),
                *(table.low[0], table.high[0], table.low[1], table.high[1]),
                *(unit, -64.0, 5.0, table.shape[1], table.shape[0]),
            ]
        )
        self._own: FloatArray = np.zeros(16)
        self._own_of: Separation | None = None
        self._own_widest: Separation | None = None
        self._results: FloatArray = np.zeros((256, 10))
        self._work: FloatArray = np.zeros((128, 2))
        self._queue: NDArray[np.int64] = np.zeros((postings.queue_rows(len(table.ids)), 4), np.int64)
        self._found: NDArray[np.int64] = np.zeros((1024, 2), np.int64)
        self._clear()

    def _clear(self) -> None:
        self._columns = Columns()
        self._slot_of: dict[int, int] = {}
        self._key_of: list[int] = []
        self._minima_of: list[Separation] = []
        self._present: Counter[Separation] = Counter()
        self._widest: Separation | None = None
        self._state: NDArray[np.int64] = np.zeros(16, np.int64)
        self._boxes: FloatArray = np.zeros((0, 8))
        heads = postings.RING * len(self._table.ids) + postings.COARSE_HEADS + 1 if self._compiled else 1
        # Zeroed lazily by the system: only the buckets in use take memory.
        self._heads: IntArray = np.zeros(heads, np.int32)
        self._blocks: IntArray = aligned((1024, postings.BLOCK_WORDS), np.int32)
        self._state[pairs.BLOCK_TOP] = 1
        self._state[pairs.EPOCH] = 1

    def __len__(self) -> int:
        return len(self._slot_of)

    def __contains__(self, key: int) -> bool:
        return key in self._slot_of

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays, without heads of buckets never used."""
        heads = int(np.count_nonzero(self._heads)) * 4
        return self._columns.nbytes + self._blocks.nbytes + heads + self._boxes.nbytes

    def add(self, key: int, geometry: PlanGeometry, separation: Separation) -> None:
        """Index a plan; ValueError if the key is negative or present."""
        if key in self._slot_of or key < 0:
            raise ValueError(f"key {key} is negative or already indexed")
        self._add(key, self._pack(geometry), separation)

    def _pack(self, geometry: PlanGeometry) -> Parts:
        return pack(geometry, self._kernels.sound) if self._compiled else pack(geometry)

    def _add(self, key: int, parts: Parts, separation: Separation) -> None:
        columns = self._columns
        pool = columns.row_pool
        if pool.free_rows > 65536 and pool.free_rows * 2 > pool.top and pool.top + len(parts.rows) > len(columns.rows):
            self._compact()
            columns = self._columns
        minima = (separation.horizontal_m, separation.vertical_m, separation.time_buffer_s)
        slot = columns.store(parts, minima)
        if slot == len(self._key_of):
            self._key_of.append(key)
            self._minima_of.append(separation)
        self._key_of[slot] = key
        self._minima_of[slot] = separation
        self._slot_of[key] = slot
        self._present[separation] += 1
        if self._widest is None:
            self._widest = separation
        elif separation != self._widest:
            self._widest = self._widest.widest(separation)
        self._state[pairs.ROW_TOP] = columns.row_pool.top
        if self._compiled:
            self._place(slot, True)
            return
        if slot >= len(self._boxes):
            bigger = np.full((max(64, 2 * slot), 8), math.nan)
            bigger[: len(self._boxes)] = self._boxes
            self._boxes = bigger
        box = boxes(parts.rows)
        self._boxes[slot] = np.concatenate([box[:, :4].min(axis=0), box[:, 4:].max(axis=0)])

    def _place(self, slot: int, adding: bool) -> None:
        columns = self._columns
        first, n = int(columns.slots[slot, 0]), int(columns.slots[slot, 1])
        done = 0
        while True:
            done = self._kernels.place(
                adding,
                first,
                n,
                done,
                columns.rows,
                columns.meta,
                self._heads,
                self._blocks,
                self._table.centres,
                self._table.pixels,
                self._grid,
                self._queue,
                self._state,
            )
            if done < 0:
                return
            self._blocks = grown(self._blocks, len(self._blocks) + 1)

    def remove(self, key: int) -> None:
        """Forget a plan; KeyError if absent."""
        slot = self._slot_of.pop(key)
        if self._compiled:
            self._place(slot, False)
        else:
            self._boxes[slot] = math.nan
        self._columns.discard(slot)
        separation = self._minima_of[slot]
        self._present[separation] -= 1
        if not self._present[separation]:
            del self._present[separation]
            self._widest = None
            for kind in self._present:
                self._widest = kind if self._widest is None else self._widest.widest(kind)

    def _compact(self) -> None:
        """Index everything anew: after most plans have gone, what is left fits in less."""
        plans = [(k, self._columns.parts_of(s), self._minima_of[s]) for k, s in self._slot_of.items()]
        self._clear()
        for key, parts, separation in plans:
            self._add(key, parts, separation)

    def conflicts(
        self, geometry: PlanGeometry, separation: Separation, *, ignore: Collection[int] = ()
    ) -> list[Conflict]:
        """Return one conflict per other plan that loses separation with this one, by own start of the loss."""
        results = self._run(pairs.PAIRS, self._pack(geometry), separation, ignore, 0.0, 0.0)
        if not len(results):
            return []
        found = []
        for row in results.tolist():
            slot = int(row[0])
            other = self._minima_of[slot]
            minima = separation if other == separation else separation.widest(other)
            found.append(_conflict(self._key_of[slot], row, minima))
        if len(found) > 1:
            found.sort(key=_by_start)
        return found

    def has_conflict(self, geometry: PlanGeometry, separation: Separation, *, ignore: Collection[int] = ()) -> bool:
        """Tell whether any indexed plan conflicts; stops at the first."""
        return len(self._run(pairs.ANY, self._pack(geometry), separation, ignore, 0.0, 0.0)) > 0

    def forbidden_delays(
        self,
        geometry: PlanGeometry,
        separation: Separation,
        *,
        from_s: float,
        to_s: float,
        ignore: Collection[int] = (),
    ) -> FloatArray:
        """Return (k, 2) sorted, disjoint ranges of delays within [from_s, to_s] at which the plan would conflict.

        Both ends of a range are in conflict (the time buffer is inclusive, EPS_S included); beyond them it is free.
        """
        if not (math.isfinite(from_s) and math.isfinite(to_s) and from_s <= to_s):
            raise ValueError("delays must be finite and from_s must not exceed to_s")
        results = self._run(pairs.DELAYS, self._pack(geometry), separation, ignore, from_s, to_s)
        if not len(results):
            return np.zeros((0, 2))
        merged: list[list[float]] = []
        for first, last in sorted(results[:, :2].tolist()):
            if merged and first <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], last)
            else:
                merged.append([first, last])
        return np.array(merged).clip(from_s, to_s)

    def earliest_free_delay(
        self,
        geometry: PlanGeometry,
        separation: Separation,
        *,
        from_s: float = 0.0,
        to_s: float,
        ignore: Collection[int] = (),
    ) -> float | None:
        """Return the least delay in [from_s, to_s] free of conflict, or None; verified by asking for conflicts at it.

        It is from_s itself or lies on the first whole millisecond after a forbidden range: gaps shorter than that are
        passed over, and what is filed in milliseconds stays free.
        """
        spans = self.forbidden_delays(geometry, separation, from_s=from_s, to_s=to_s, ignore=ignore).tolist()
        delay = from_s
        for first, last in [*spans, (math.inf, math.inf)]:
            while delay < first and delay <= to_s:
                if not self.has_conflict(_shifted(geometry, delay), separation, ignore=ignore):
                    return delay
                # Rounding of absolute times: the ranges say free, the plan so shifted does not.
                delay += 1e-3
            if delay > to_s:
                return None
            delay = max(delay, math.ceil((last + 1e-6) * 1000.0) / 1000.0 if last < to_s else math.inf)
        return None

    def touching(
        self,
        prism: Prism,
        *,
        widen_horizontal_m: float = 0.0,
        widen_vertical_m: float = 0.0,
        widen_s: float = 0.0,
    ) -> list[int]:
        """Return the keys, ascending, of plans whose own geometry, so widened, touches a volume.

        A positive widening is strict (touching its edge is not touching the volume); without one the volume is closed
        (being on its edge is touching). The window is inclusive.
        """
        widths = (widen_horizontal_m, widen_vertical_m, widen_s)
        if not min(widths) >= 0:
            raise ValueError("widenings must not be negative")
        parts = self._pack((prism,))
        self._own_of = None
        self._own[:8] = (*widths, max(widths[0], 1e-3), max(widths[1], 1e-3), widths[2], 0.0, 0.0)
        results = self._collect(pairs.TOUCHING, parts, ())
        return sorted(self._key_of[int(slot)] for slot in results[:, 0])

    def cells(self, geometry: PlanGeometry, widen_m: float = 0.0) -> list[str]:
        """Return the H3 cells (hexadecimal, sorted) within `widen_m` metres of a plan, at the index's resolution.

        Inside the city exactly those, give or take 5 cm outward; a plan that leaves it gets the cells of its parts'
        bounding boxes. ValueError if those are too large to list.
        """
        if not widen_m >= 0:
            raise ValueError("a widening must not be negative")
        parts, table = self._pack(geometry), self._table
        widen = widen_m + 0.05
        rows = parts.rows
        corners = rows.reshape(-1, 4)  # both ends of every part
        low, high = corners.min(axis=0) - widen, corners.max(axis=0) + widen
        if low[0] < table.low[0] or low[1] < table.low[1] or high[0] > table.high[0] or high[1] > table.high[1]:
            box = boxes(rows)
            return self._cells_outside(box[:, :2] - widen, box[:, 4:6] + widen)
        chosen = np.zeros(len(table.ids), np.uint8)
        rings = self._rings
        self._kernels.cover(
            rows, parts.meta, parts.vertices, widen, rings, table.pixels, self._grid, chosen, self._work
        )
        # Seen as truth values they are found ten times as fast.
        names, found = self._names, chosen.view(np.bool_).nonzero()[0].tolist()
        return [names[k] for k in found] if self._ordered else sorted([names[k] for k in found])

    def _cells_outside(self, low: FloatArray, high: FloatArray) -> list[str]:
        if self._frame is None:
            return []
        found: set[int] = set()
        for k in range(len(low)):
            # A metre more than asked: edges straight in metres are not quite straight in degrees.
            listed = cells.cells_of_rectangle(self._frame, low[k] - 1.0, high[k] + 1.0, self._resolution)
            found.update(listed.tolist())
        return sorted(f"{cell:x}" for cell in found)

    def _run(
        self,
        mode: int,
        parts: Parts,
        separation: Separation,
        ignore: Collection[int],
        from_s: float,
        to_s: float,
    ) -> FloatArray:
        widest = self._widest
        if widest is None:
            return self._results[:0]
        if widest is not separation and widest != separation:
            widest = widest.widest(separation)
        if self._own_of is not separation or self._own_widest is not widest:
            own = (separation.horizontal_m, separation.vertical_m, separation.time_buffer_s)
            self._own[:6] = (*own, widest.horizontal_m, widest.vertical_m, widest.time_buffer_s)
            self._own_of, self._own_widest = separation, widest
        self._own[pairs.OWN_FROM], self._own[pairs.OWN_TO] = from_s, to_s
        return self._collect(mode, parts, ignore)

    def _collect(self, mode: int, parts: Parts, ignore: Collection[int]) -> FloatArray:
        columns, state = self._columns, self._state
        room = pairs.SPANS + 32 + max(len(columns.vertices), len(parts.vertices))
        if len(self._work) < room:
            self._work = np.zeros((2 * room, 2))
        while True:
            if state[pairs.EPOCH] + len(parts.rows) >= _MARKS_END:
                columns.marks[:] = 0
                state[pairs.EPOCH] = 1
            state[pairs.QUERY] += 1
            state[pairs.N_RESULTS] = 0
            for key in ignore:
                slot = self._slot_of.get(key)
                if slot is not None:
                    columns.slots[slot, 2:] = (state[pairs.QUERY], -1)
            n = self._search(mode, parts)
            state[pairs.EPOCH] += len(parts.rows)
            if n <= len(self._results):
                return self._results[:n].copy()
            self._results = np.zeros((2 * n, 10))

    def _search(self, mode: int, parts: Parts) -> int:
        columns = self._columns
        if not self._compiled:
            return self._scan(mode, parts)
        n: int = self._kernels.search(
            mode,
            parts.rows,
            parts.meta,
            parts.vertices,
            columns.rows,
            columns.meta,
            columns.vertices,
            columns.slots,
            columns.minima,
            self._own,
            self._heads,
            self._blocks,
            columns.marks,
            self._table.centres,
            self._table.pixels,
            self._grid,
            self._queue,
            self._found,
            self._results,
            self._work,
            self._state,
        )
        return n

    def _scan(self, mode: int, parts: Parts) -> int:
        """Search by numpy: plans by their boxes, then parts by theirs, then the exact test of each pair left."""
        columns, own = self._columns, self._own
        reach = np.array([own[3], own[3], own[4], own[5] + postings.PAD_S])
        mine = boxes(parts.rows)
        mine[:, :4] -= reach
        mine[:, 4:] += reach
        mine[:, 3] += own[pairs.OWN_FROM]
        mine[:, 7] += own[pairs.OWN_TO]
        low, high = mine[:, :4].min(axis=0), mine[:, 4:].max(axis=0)
        near = np.flatnonzero(((self._boxes[:, :4] <= high) & (self._boxes[:, 4:] >= low)).all(axis=1))
        if not len(near):
            return 0
        runs = [np.arange(first, first + n) for first, n in columns.slots[near, :2]]
        candidates = np.concatenate(runs)
        theirs = boxes(columns.rows[candidates])
        judge: Callable[..., Any] = self._kernels.judge
        for i in range(len(parts.rows)):
            meets = ((theirs[:, :4] <= mine[i, 4:]) & (theirs[:, 4:] >= mine[i, :4])).all(axis=1)
            for j in candidates[meets]:
                hit = judge(
                    mode,
                    parts.rows,
                    parts.meta,
                    parts.vertices,
                    i,
                    columns.rows,
                    columns.meta,
                    columns.vertices,
                    int(j),
                    columns.slots,
                    columns.minima,
                    own,
                    self._results,
                    self._work,
                    self._state,
                )
                if hit and mode == pairs.ANY:
                    return 1
        return int(self._state[pairs.N_RESULTS])


def warm(compiled: bool | None = None) -> None:
    """Compile or load every kernel, by using a tiny index once: seconds the first time, a blink from the cache."""
    origin = np.zeros((1, 2))
    corners = np.zeros((1, 10, 2))
    ids = np.array([0x881FB46625FFFFF], np.uint64)
    pixels = np.array([0, 1], np.int32)
    low, high = (-400.0, -400.0), (400.0, 400.0)
    table = cells.CellTable(ids, origin, corners, 500.0, pixels, 750.0, (-1.0, -1.0), (1, 1), low, high)
    index = ConflictIndex.__new__(ConflictIndex)
    index._frame, index._resolution = None, 8
    index._start(table, 64.0, compiled)
    flight = Trajectory4D(np.array([[0.0, 0, 50, 0, 100, 0, 50, 10]]), np.zeros(1, np.int32))
    volume = Prism(np.array([[0.0, 0], [50, 0], [0, 50]]), None, 40.0, 60.0, 0.0, 20.0)
    plans: tuple[PlanGeometry, ...] = (flight, (volume,))
    minima = Separation()
    for key, plan in enumerate(plans):
        index.add(key, plan, minima)
    for plan in plans:
        index.conflicts(plan, minima)
        index.earliest_free_delay(plan, minima, to_s=60.0)
        index.cells(plan)
        pair_conflict(plan, minima, flight, minima, compiled=compiled)
    index.touching(volume)
    index.remove(0)


def _shifted(geometry: PlanGeometry, delay_s: float) -> PlanGeometry:
    if isinstance(geometry, Trajectory4D):
        return geometry.shifted(delay_s)
    return tuple(prism.shifted(delay_s) for prism in geometry)


def pair_conflict(
    a: PlanGeometry, sa: Separation, b: PlanGeometry, sb: Separation, *, compiled: bool | None = None
) -> Conflict | None:
    """Return how plan a conflicts with plan b (key 0), exactly and without an index, or None."""
    kernels, _ = _kernels(compiled)
    own, columns = pack(a), Columns()
    slot = columns.store(pack(b), (sb.horizontal_m, sb.vertical_m, sb.time_buffer_s))
    minima = sa.widest(sb)
    limits = (minima.horizontal_m, minima.vertical_m, minima.time_buffer_s)
    results = np.zeros((1, 10))
    n = int(columns.slots[slot, 1])
    state = np.zeros(16, np.int64)
    state[pairs.QUERY] = 1
    vector = np.array([*limits, *limits, 0.0, 0.0] + [0.0] * 8)
    work = np.zeros((pairs.SPANS + 32 + max(len(columns.vertices), len(own.vertices)), 2))
    for k in range(len(own.rows)):
        kernels.settle(
            n,
            pairs.PAIRS,
            own.rows,
            own.meta,
            own.vertices,
            columns.rows,
            columns.meta,
            columns.vertices,
            columns.slots,
            columns.minima,
            vector,
            np.column_stack([np.arange(n), np.full(n, k)]),
            results,
            work,
            state,
        )
    found = state[pairs.N_RESULTS]
    if not found:
        return None
    return _conflict(0, results[0].tolist(), minima)
