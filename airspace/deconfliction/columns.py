"""Columns of the indexed plans: parts, vertices and slots in arrays that grow by themselves and reuse what is freed."""

import math
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import FloatArray, IntArray, PlanGeometry, Prism, Trajectory4D

_SEGMENT_META = np.tile(np.array([-1, 0, -1], np.int32), (64, 1))
_NO_VERTICES: FloatArray = np.zeros((1, 2))


class Parts(msgspec.Struct, frozen=True, gc=False):
    """A plan's parts as the kernels take them (see `pairs`): rows (n, 8), meta (n, 3), vertices (m, 2)."""

    rows: FloatArray
    meta: IntArray
    vertices: FloatArray


def sound_by_numpy(rows: FloatArray, vertices: FloatArray) -> bool:
    """Tell whether all numbers are finite and no part ends before it starts (see `pairs.sound`)."""
    finite = np.isfinite(rows).all() and np.isfinite(vertices).all()
    return bool(finite and (rows[:, 7] >= rows[:, 3]).all())


def pack(geometry: PlanGeometry, sound: Callable[[FloatArray, FloatArray], bool] = sound_by_numpy) -> Parts:
    """Return a plan's parts; ValueError if it has none, numbers are not finite or times run backwards."""
    if isinstance(geometry, Trajectory4D):
        rows = geometry.segments
        if rows.dtype != np.float64 or not rows.flags.carray:
            # To numba a read-only or strided array is another type: it would compile everything anew.
            rows = np.array(rows, np.float64, order="C")
        n = len(rows)
        meta = _SEGMENT_META[:n] if n <= len(_SEGMENT_META) else np.tile(_SEGMENT_META[:1], (n, 1))
        parts = Parts(rows, meta, _NO_VERTICES)
    else:
        parts = _pack_prisms(geometry)
    if not sound(parts.rows, parts.vertices):
        raise ValueError("a plan's numbers must be finite and its times must not run backwards")
    return parts


def _pack_prisms(prisms: tuple[Prism, ...]) -> Parts:
    if not prisms:
        raise ValueError("a plan has at least one volume")
    rows = np.empty((len(prisms), 8))
    meta = np.zeros((len(prisms), 3), np.int32)
    vertices: list[FloatArray] = []
    start = 0
    for k, prism in enumerate(prisms):
        if prism.circle is not None:
            x, y, radius = prism.circle
            if not radius >= 0:
                raise ValueError("a circle's radius must not be negative")
            points = np.array([[x, y], [radius, 0.0]])
            box = (x - radius, y - radius, x + radius, y + radius)
            count = 0
        else:
            points = np.ascontiguousarray(prism.ring, np.float64)
            if points.ndim != 2 or points.shape[1] != 2 or len(points) < 3:
                raise ValueError("a ring must have shape (k, 2) with k >= 3")
            box = (*points.min(axis=0), *points.max(axis=0))
            count = len(points)
        rows[k] = (box[0], box[1], prism.z_low_m, prism.t_start_s, box[2], box[3], prism.z_high_m, prism.t_end_s)
        meta[k] = (-1, start, count)
        vertices.append(points)
        start += len(points)
    return Parts(rows, meta, np.concatenate(vertices))


def boxes(rows: FloatArray) -> FloatArray:
    """Return (n, 8) rows with the corners of each part's box in order: x y z t low, x y z t high."""
    return np.hstack([np.minimum(rows[:, :4], rows[:, 4:]), np.maximum(rows[:, :4], rows[:, 4:])])


class Pool:
    """Hands out runs of consecutive row numbers; freed runs are kept by size and used again."""

    def __init__(self) -> None:
        self.top = 0
        self.free_rows = 0
        self._free: dict[int, list[int]] = {}

    @staticmethod
    def size(n: int) -> int:
        """Return the size of the run given for n rows: steps of a quarter of a power of two, at most 1/4 unused."""
        if n <= 4:
            return n
        step = 1 << (n.bit_length() - 3)
        return -(-n // step) * step

    def take(self, n: int) -> int:
        """Return the first row of a run of at least n rows; `top` rises when none was free."""
        size = self.size(n)
        stock = self._free.get(size)
        if stock:
            self.free_rows -= size
            return stock.pop()
        first = self.top
        self.top += size
        return first

    def give(self, first: int, n: int) -> None:
        """Take back a run of n rows."""
        size = self.size(n)
        self.free_rows += size
        self._free.setdefault(size, []).append(first)


def aligned(shape: tuple[int, ...], dtype: type[np.generic]) -> NDArray[Any]:
    """Return a zeroed array that starts on a cache line, so that rows of 64 bytes are one line each."""
    size = math.prod(shape) * np.dtype(dtype).itemsize
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    array: NDArray[Any] = raw[start : start + size].view(dtype).reshape(shape)
    return array


def grown(array: NDArray[Any], n: int) -> NDArray[Any]:
    """Return the array, copied into one at least half as long again if it has fewer than n rows; new rows are zero."""
    if n <= len(array):
        return array
    bigger = aligned((max(n, len(array) + len(array) // 2), *array.shape[1:]), array.dtype.type)
    bigger[: len(array)] = array
    return bigger


class Columns:
    """Parts, vertices, slots and minima of the indexed plans.

    A plan has a slot; `slots` int64 (s, 4) and `minima` float64 (s, 3) are its rows there (`pairs.SLOT_FIRST` ...).
    """

    def __init__(self) -> None:
        self.rows: FloatArray = aligned((1024, 8), np.float64)
        self.meta: IntArray = np.full((1024, 3), -1, np.int32)
        self.marks: IntArray = np.zeros(1024, np.int32)
        self.vertices: FloatArray = np.zeros((64, 2))
        self.slots: NDArray[np.int64] = np.zeros((128, 4), np.int64)
        self.minima: FloatArray = np.zeros((128, 3))
        self.row_pool = Pool()
        self.vertex_pool = Pool()
        self._free_slots: list[int] = []
        self._slot_top = 0
        self._vertices_of: dict[int, tuple[int, int]] = {}

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        arrays = (self.rows, self.meta, self.marks, self.vertices, self.slots, self.minima)
        return sum(array.nbytes for array in arrays)

    def store(self, parts: Parts, minima: tuple[float, float, float]) -> int:
        """Copy a plan in and return its slot."""
        n = len(parts.rows)
        first = self.row_pool.take(n)
        if self.row_pool.top > len(self.rows):
            top = self.row_pool.top
            before = len(self.meta)
            self.rows = grown(self.rows, top)
            self.meta = grown(self.meta, top)
            self.marks = grown(self.marks, top)
            self.meta[before:, 0] = -1
        if self._free_slots:
            slot = self._free_slots.pop()
        else:
            slot = self._slot_top
            self._slot_top += 1
            self.slots = grown(self.slots, self._slot_top)
            self.minima = grown(self.minima, self._slot_top)
        self.rows[first : first + n] = parts.rows
        meta = self.meta[first : first + n]
        meta[:] = parts.meta
        meta[:, 0] = slot
        if parts.vertices is not _NO_VERTICES:
            at = self.vertex_pool.take(len(parts.vertices))
            self.vertices = grown(self.vertices, self.vertex_pool.top)
            self.vertices[at : at + len(parts.vertices)] = parts.vertices
            meta[:, 1] += at
            self._vertices_of[slot] = (at, len(parts.vertices))
        self.slots[slot] = (first, n, 0, 0)
        self.minima[slot] = minima
        return slot

    def discard(self, slot: int) -> None:
        """Free a plan's slot, parts and vertices."""
        first, n = int(self.slots[slot, 0]), int(self.slots[slot, 1])
        self.meta[first : first + n, 0] = -1
        self.row_pool.give(first, n)
        if slot in self._vertices_of:
            self.vertex_pool.give(*self._vertices_of.pop(slot))
        self._free_slots.append(slot)

    def parts_of(self, slot: int) -> Parts:
        """Return copies of a plan's parts."""
        first, n = int(self.slots[slot, 0]), int(self.slots[slot, 1])
        meta = self.meta[first : first + n].copy()
        vertices = _NO_VERTICES
        if slot in self._vertices_of:
            at, m = self._vertices_of[slot]
            vertices = self.vertices[at : at + m].copy()
            meta[:, 1] -= at
        return Parts(self.rows[first : first + n].copy(), meta, vertices)
