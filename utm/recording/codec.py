"""The sealed form of recorded columns: per track and column, deltas of first or second order in Rice code.

A block holds one track's rows of a slice, all columns after one another, as a stream of bits (least significant first):

    24 bits   n, rows
    C bits    column c changes within the block
    per column: 6 bits width, then that many bits: first value minus the slice's base, zigzag
        and, where it changes: 1 bit order (0: first differences, 1: second), 5 bits k, then n - 1 residuals, zigzag:
        quotient (value >> k) in unary, a zero, k bits; from a quotient of 20 on: 20 ones, 6 bits width, the value

A column that stands still costs one bit and its first value. Every block starts afresh, so one track can be read
without the others. The parameters k and the order are the ones that cost least for that block. Rice, R. F. and Plaunt,
J.: Adaptive variable-length coding (1971).

The loops are in `utm.recording.kernels`, compiled on first use.
"""

import importlib
from functools import cache
from types import ModuleType
from typing import Final

import numpy as np
from numpy.typing import NDArray

MAX_ROWS: Final = (1 << 24) - 1
WORST_VALUE_BYTES: Final = 10

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Octets = NDArray[np.uint8]


class CorruptBlockError(ValueError):
    """Bits that no encoder wrote."""


@cache
def kernels() -> ModuleType:
    """Return the compiled loops: numba is imported only where recordings are sealed or read."""
    return importlib.import_module("utm.recording.kernels")


def encode(data: Ints, starts: Longs, base: Ints) -> tuple[list[bytes], Longs]:
    """Return the blocks of int32 (C, N) whose track t has the rows starts[t]:starts[t+1], and where each block ends.

    ValueError for a track without rows or with more than `MAX_ROWS`.
    """
    sizes = np.diff(starts)
    if len(sizes) and (sizes.min() < 1 or sizes.max() > MAX_ROWS):
        raise ValueError("a block has 1 to 16,777,215 rows")
    worst = 64 + data.shape[0] * (8 + WORST_VALUE_BYTES * int(sizes.max(initial=1)))
    out = np.zeros(max(1 << 22, worst), np.uint8)
    ends = np.zeros(len(sizes), np.int64)
    parts: list[bytes] = []
    done, written = 0, 0
    while done < len(sizes):
        following, used = kernels().encode(data, starts, base, done, out, ends)
        ends[done:following] += written
        parts.append(out[:used].tobytes())
        done, written = int(following), written + int(used)
    return parts, ends


def decode(data: Octets, begins: Longs, ends: Longs, base: Ints, rows: int) -> Ints:
    """Return the int32 (C, rows) of blocks, one after the other; raises CorruptBlockError for bits nobody wrote."""
    out = np.empty((len(base), rows), np.int32)
    if kernels().decode(data, begins, ends, base, out) != rows:
        raise CorruptBlockError("a recorded block is damaged")
    return out


def warm() -> None:
    """Compile or load the loops by using them once: seconds the first time, a blink from the cache."""
    blocks, ends = encode(np.arange(6, dtype=np.int32).reshape(2, 3), np.array([0, 3]), np.zeros(2, np.int32))
    decode(np.frombuffer(blocks[0], np.uint8), np.zeros(1, np.int64), ends, np.zeros(2, np.int32), 3)
