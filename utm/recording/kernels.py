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


# How many ones a byte ends with.
_ONES = np.array([next((bit for bit in range(8) if not value >> bit & 1), 8) for value in range(256)], np.uint8)


def _put(out: Any, state: Any, value: Any, width: Any) -> None:
    """Write bits; `state` is the next byte, the bits waiting and their number."""
    state[1] |= np.uint64(value) << np.uint64(state[2])
    state[2] += np.uint64(width)
    while state[2] >= np.uint64(8):
        out[state[0]] = np.uint8(state[1] & np.uint64(255))
        state[0] += np.uint64(1)
        state[1] >>= np.uint64(8)
        state[2] -= np.uint64(8)


def _bits_of(value: Any) -> Any:
    width = 0
    while value > 0:
        value >>= 1
        width += 1
    return width


def _zigzag(value: Any) -> Any:
    return (value << 1) ^ (value >> 63)


put, bits_of, zigzag = _inline(_put), _inline(_bits_of), _inline(_zigzag)


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


def _decode_block(data: Any, start: Any, end: Any, base: Any, changes: Any, out: Any, written: Any) -> Any:
    """Decode the block data[start:end] to out[:, written:]; return its rows, -1 for bits nobody wrote.

    The reader of bits is three local numbers, written out at each of its uses: kept in an array it takes thrice the
    time. `beyond` counts the bits taken after the end; they may be at hand, but not used.
    """
    columns = out.shape[0]
    one = np.uint64(1)
    place, bits, have, beyond = start, np.uint64(0), np.int64(0), np.int64(0)
    if end - start < 3:
        return -1
    n = np.int64(data[place]) | np.int64(data[place + 1]) << 8 | np.int64(data[place + 2]) << 16
    place += 3
    if n < 1 or written + n > out.shape[1]:
        return -1
    for c in range(columns):
        if have == 0:
            if place >= end:
                return -1
            bits, have = np.uint64(data[place]), np.int64(8)
            place += 1
        changes[c] = np.uint8(bits & one)
        bits >>= one
        have -= 1
    for c in range(columns):
        while have <= 56:
            if place < end:
                bits |= np.uint64(data[place]) << np.uint64(have)
                place += 1
            else:
                beyond += 8
            have += 8
        width = np.int64(bits & np.uint64(63))
        if width > MOST_BITS:
            return -1
        bits >>= np.uint64(6)
        head = np.int64(bits & ((one << np.uint64(width)) - one))
        bits >>= np.uint64(width)
        have -= 6 + width
        value = np.int64(base[c]) + ((head >> 1) ^ -(head & 1))
        out[c, written] = np.int32(value)
        if not changes[c]:
            for i in range(1, n):
                out[c, written + i] = np.int32(value)
            continue
        while have <= 56:
            if place < end:
                bits |= np.uint64(data[place]) << np.uint64(have)
                place += 1
            else:
                beyond += 8
            have += 8
        order, k = bits & one, np.uint64((bits >> one) & np.uint64(31))
        bits >>= np.uint64(6)
        have -= 6
        mask, need = (one << k) - one, np.int64(k) + ESCAPE + 6
        delta = np.int64(0)
        for i in range(1, n):
            if have < need:
                if have <= 32 and place + 4 <= end:
                    four = np.uint64(data[place]) | np.uint64(data[place + 1]) << np.uint64(8)
                    four |= np.uint64(data[place + 2]) << np.uint64(16) | np.uint64(data[place + 3]) << np.uint64(24)
                    bits |= four << np.uint64(have)
                    place += 4
                    have += 32
                while have < need:
                    if place < end:
                        bits |= np.uint64(data[place]) << np.uint64(have)
                        place += 1
                    else:
                        beyond += 8
                    have += 8
            q = np.int64(_ONES[np.int64(bits & np.uint64(255))])
            if q == 8:
                q += np.int64(_ONES[np.int64(bits >> np.uint64(8) & np.uint64(255))])
                if q == 16:
                    q += np.int64(_ONES[np.int64(bits >> np.uint64(16) & np.uint64(255))])
            if q < ESCAPE:
                bits >>= np.uint64(q + 1)
                z = np.int64(np.uint64(q) << k | bits & mask)
                bits >>= k
                have -= q + 1 + np.int64(k)
            else:
                bits >>= np.uint64(ESCAPE)
                width = np.int64(bits & np.uint64(63))
                if width > MOST_BITS:
                    return -1
                bits >>= np.uint64(6)
                have -= ESCAPE + 6
                while have <= 56:
                    if place < end:
                        bits |= np.uint64(data[place]) << np.uint64(have)
                        place += 1
                    else:
                        beyond += 8
                    have += 8
                z = np.int64(bits & ((one << np.uint64(width)) - one))
                bits >>= np.uint64(width)
                have -= width
            step = (z >> 1) ^ -(z & 1)
            delta = delta + step if order else step
            value += delta
            out[c, written + i] = np.int32(value)
        if beyond > have:
            return -1
    return n if beyond <= have else -1


decode_block = _jit(_decode_block)


def _decode(data: Any, begins: Any, ends: Any, base: Any, out: Any) -> Any:
    """Decode blocks one after the other to out[:, 0:]; return the rows written, -1 for bits nobody wrote."""
    written = 0
    changes = np.zeros(out.shape[0], np.uint8)
    for block in range(len(begins)):
        if begins[block] < 0 or ends[block] > len(data) or begins[block] > ends[block]:
            return -1
        n = decode_block(data, begins[block], ends[block], base, changes, out, written)
        if n < 0:
            return -1
        written += n
    return written


encode, decode = _jit(_encode), _jit(_decode)
