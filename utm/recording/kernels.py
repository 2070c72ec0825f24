"""The compiled loops of `utm.recording.codec`, which tells the format; importing this imports numba (2 s, 100 MB).

All of them stand in this one file, because numba's cache notices an edit only in the file of the function asked for.
They check bounds themselves, because numba does not.
"""

from typing import Any, Final

import numba
import numpy as np

ESCAPE: Final = 20
WORST_VALUE_BYTES: Final = 10
MOST_BITS: Final = 40
_ANY: Any = numba  # its decorators are untyped
_jit = _ANY.njit(cache=True, nogil=True, error_model="numpy")
_inline = _ANY.njit(cache=True, nogil=True, inline="always")


def _put(out: Any, state: Any, value: Any, width: Any) -> None:
    """Write bits; `state` is the next byte, the bits waiting and their number."""
    state[1] |= np.uint64(value) << np.uint64(state[2])
    state[2] += np.uint64(width)
    while state[2] >= np.uint64(8):
        out[state[0]] = np.uint8(state[1] & np.uint64(255))
        state[0] += np.uint64(1)
        state[1] >>= np.uint64(8)
        state[2] -= np.uint64(8)


def _get(data: Any, state: Any, width: Any) -> Any:
    """Read bits; `state` is the next byte, the bits at hand, their number, the end, bits asked for beyond the end."""
    while state[2] < np.uint64(width):
        if state[0] < state[3]:
            state[1] |= np.uint64(data[state[0]]) << state[2]
            state[0] += np.uint64(1)
        else:
            state[4] += np.uint64(8)
        state[2] += np.uint64(8)
    value = state[1] & ((np.uint64(1) << np.uint64(width)) - np.uint64(1))
    state[1] >>= np.uint64(width)
    state[2] -= np.uint64(width)
    return value


def _bits_of(value: Any) -> Any:
    width = 0
    while value > 0:
        value >>= 1
        width += 1
    return width


def _zigzag(value: Any) -> Any:
    return (value << 1) ^ (value >> 63)


put, get, bits_of, zigzag = _inline(_put), _inline(_get), _inline(_bits_of), _inline(_zigzag)


def _parameters(values: Any) -> Any:
    """Return the order of differences and the k that cost least for one column of a block, -1 where it stands still."""
    n = len(values)
    total1, total2, previous = np.int64(0), np.int64(0), np.int64(0)
    for i in range(1, n):
        delta = np.int64(values[i]) - np.int64(values[i - 1])
        total1 += zigzag(delta)
        total2 += zigzag(delta - previous)
        previous = delta
    if total1 == 0:
        return -1, 0
    order = 1 if total2 < total1 else 0
    guess = max(0, bits_of((total2 if order else total1) // (n - 1)) - 1)
    best, best_cost = 0, np.int64(1) << 62
    for k in range(max(0, guess - 1), min(31, guess + 1) + 1):
        cost, previous = np.int64(0), np.int64(0)
        for i in range(1, n):
            delta = np.int64(values[i]) - np.int64(values[i - 1])
            z = zigzag(delta - previous) if order else zigzag(delta)
            previous = delta
            q = z >> k
            cost += q + 1 + k if q < ESCAPE else ESCAPE + 6 + bits_of(z)
        if cost < best_cost:
            best, best_cost = k, cost
    return order, best


parameters = _jit(_parameters)


def _encode(data: Any, starts: Any, base: Any, first: Any, out: Any, ends: Any) -> Any:
    """Encode blocks from `first` of rows starts[t]:starts[t+1] while they fit; return the next to do, bytes written."""
    columns, tracks = data.shape[0], len(starts) - 1
    state = np.zeros(3, np.uint64)
    orders, ks = np.zeros(columns, np.int64), np.zeros(columns, np.int64)
    for track in range(first, tracks):
        begin, end = starts[track], starts[track + 1]
        n = end - begin
        if state[0] + np.uint64(64 + columns * (8 + WORST_VALUE_BYTES * n)) > np.uint64(len(out)):
            return track, np.int64(state[0])
        put(out, state, n, 24)
        for c in range(columns):
            orders[c], ks[c] = parameters(data[c, begin:end])
            put(out, state, 1 if orders[c] >= 0 else 0, 1)
        for c in range(columns):
            head = zigzag(np.int64(data[c, begin]) - np.int64(base[c]))
            width = bits_of(head)
            put(out, state, width, 6)
            put(out, state, head, width)
            order, k = orders[c], ks[c]
            if order < 0:
                continue
            put(out, state, order, 1)
            put(out, state, k, 5)
            previous = np.int64(0)
            for i in range(begin + 1, end):
                delta = np.int64(data[c, i]) - np.int64(data[c, i - 1])
                z = zigzag(delta - previous) if order else zigzag(delta)
                previous = delta
                q = z >> k
                if q < ESCAPE:
                    put(out, state, (np.int64(1) << q) - 1, q + 1)
                    put(out, state, z & ((np.int64(1) << k) - 1), k)
                else:
                    width = bits_of(z)
                    put(out, state, (np.int64(1) << ESCAPE) - 1, ESCAPE)
                    put(out, state, width, 6)
                    put(out, state, z, width)
        if state[2] > np.uint64(0):
            put(out, state, 0, 8 - np.int64(state[2]))
        ends[track] = np.int64(state[0])
    return tracks, np.int64(state[0])


def _decode_block(data: Any, state: Any, base: Any, changes: Any, out: Any, written: Any) -> Any:
    """Decode one block to out[:, written:]; return its rows, -1 for bits nobody wrote."""
    columns = out.shape[0]
    n = np.int64(get(data, state, 24))
    if n < 1 or written + n > out.shape[1]:
        return -1
    for c in range(columns):
        changes[c] = np.uint8(get(data, state, 1))
    for c in range(columns):
        width = np.int64(get(data, state, 6))
        if width > MOST_BITS:
            return -1
        head = np.int64(get(data, state, width))
        value = np.int64(base[c]) + ((head >> 1) ^ -(head & 1))
        out[c, written] = np.int32(value)
        if not changes[c]:
            for i in range(1, n):
                out[c, written + i] = np.int32(value)
            continue
        order = get(data, state, 1)
        k = np.int64(get(data, state, 5))
        delta = np.int64(0)
        for i in range(1, n):
            q = 0
            while q < ESCAPE and get(data, state, 1) == np.uint64(1):
                q += 1
            if q < ESCAPE:
                z = (np.int64(q) << k) | np.int64(get(data, state, k))
            else:
                width = np.int64(get(data, state, 6))
                if width > MOST_BITS:
                    return -1
                z = np.int64(get(data, state, width))
            step = (z >> 1) ^ -(z & 1)
            delta = delta + step if order else step
            value += delta
            out[c, written + i] = np.int32(value)
        if state[4] > np.uint64(0):
            return -1
    return n if state[4] == np.uint64(0) else -1


decode_block = _jit(_decode_block)


def _decode(data: Any, begins: Any, ends: Any, base: Any, out: Any) -> Any:
    """Decode blocks one after the other to out[:, 0:]; return the rows written, -1 for bits nobody wrote."""
    written = 0
    state = np.zeros(5, np.uint64)
    changes = np.zeros(out.shape[0], np.uint8)
    for block in range(len(begins)):
        if begins[block] < 0 or ends[block] > len(data) or begins[block] > ends[block]:
            return -1
        state[0], state[3] = begins[block], ends[block]
        state[1] = state[2] = state[4] = np.uint64(0)
        n = decode_block(data, state, base, changes, out, written)
        if n < 0:
            return -1
        written += n
    return written


encode, decode = _jit(_encode), _jit(_decode)
