"""Batch: many datagrams at once: a compiled scan and CRC, and fields as numpy columns; pure.

`scan_batch` finds the same frames and counts the same faults as codec.scan for each datagram (the tests compare), at a
tenth of the time; `columns` lays the payloads of one message type into a structured array. numba is imported at the
first call and compiles once (its cache keeps the result); codec.py needs neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .codec import BAD_CRC_LIMIT, MAGIC_V1, MAGIC_V2, SIGNATURE_LENGTH
from .layouts import LAYOUTS
from .message_table import CRC_EXTRA, MAX_LENGTH, MIN_LENGTH

FRAME: Final = np.dtype(
    [
        ("start", "<i8"),
        ("payload_at", "<i8"),
        ("end", "<i8"),
        ("datagram", "<i4"),
        ("message_id", "<i4"),
        ("payload_length", "u1"),
        ("sequence", "u1"),
        ("system_id", "u1"),
        ("component_id", "u1"),
        ("version", "u1"),
        ("signed", "?"),
        ("known", "?"),
    ]
)
"""One row a frame; positions are offsets into the joined buffer, `datagram` the number of the datagram it came in."""

FAULTS: Final = np.dtype(
    [("bad_crc", "<i4"), ("unknown", "<i4"), ("dropped_bytes", "<i8"), ("truncated", "?"), ("gave_up", "?")]
)
"""One row a datagram: what in it was not a frame, as in codec.Scan."""

SHORTEST_FRAME: Final = 8


def _crc_table() -> npt.NDArray[np.uint16]:
    table = np.zeros(256, np.uint16)
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
        table[byte] = value
    return table


def _message_tables() -> tuple[
    npt.NDArray[np.int64], npt.NDArray[np.int16], npt.NDArray[np.int16], npt.NDArray[np.int16]
]:
    ids = np.array(sorted(CRC_EXTRA), np.int64)
    columns = [np.array([table[int(i)] for i in ids], np.int16) for table in (CRC_EXTRA, MIN_LENGTH, MAX_LENGTH)]
    return ids, columns[0], columns[1], columns[2]


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function compiled, kept beside this package where that can be written, else anew in each process."""
    import numba  # noqa: PLC0415 - half a second that only the batch path needs

    try:
        return numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder to keep it in
        return numba.njit(nogil=True)(function)


@cache
def _kernels() -> tuple[Callable[..., int], Callable[..., None]]:
    @compiled
    def scan_kernel(
        data: Any, starts: Any, ends: Any, crc_table: Any, direct: Any, ids: Any, extras: Any, shortest: Any, longest: Any,
        frames: Any, faults: Any, bad_crc_limit: int,
    ) -> int:  # fmt: skip
        found = 0
        for number in range(len(starts)):
            at = starts[number]
            size = ends[number]
            bad_crc = 0
            unknown = 0
            dropped = 0
            truncated = False
            gave_up = False
            while at < size:
                magic = data[at]
                if magic not in (MAGIC_V2, MAGIC_V1):
                    at += 1
                    dropped += 1
                    continue
                two = magic == MAGIC_V2
                head = 10 if two else 6
                if size - at < head + 2:
                    truncated = True
                    at += 1
                    dropped += 1
                    continue
                length = np.int64(data[at + 1])
                signed = False
                if two:
                    flags = data[at + 2]
                    if flags > 1:
                        at += 1
                        dropped += 1
                        continue
                    signed = flags == 1
                    message_id = np.int64(data[at + 7]) | np.int64(data[at + 8]) << 8 | np.int64(data[at + 9]) << 16
                else:
                    message_id = np.int64(data[at + 5])
                if message_id < 512:
                    row = np.int64(direct[message_id])
                else:
                    row = np.int64(np.searchsorted(ids, message_id))
                    if row == len(ids) or ids[row] != message_id:
                        row = np.int64(-1)
                if not two and row >= 0 and (length < shortest[row] or length > longest[row]):
                    at += 1
                    dropped += 1
                    continue
                crc_at = at + head + length
                end = crc_at + 2 + (SIGNATURE_LENGTH if signed else 0)
                if end > size:
                    truncated = True
                    at += 1
                    dropped += 1
                    continue
                if row < 0:
                    if end < size and data[end] != MAGIC_V1 and data[end] != MAGIC_V2:
                        at += 1
                        dropped += 1
                        continue
                    unknown += 1
                else:
                    crc = np.uint16(0xFFFF)
                    for place in range(at + 1, crc_at):
                        crc = crc >> np.uint16(8) ^ crc_table[(crc ^ data[place]) & np.uint16(0xFF)]
                    crc = crc >> np.uint16(8) ^ crc_table[(crc ^ np.uint16(extras[row])) & np.uint16(0xFF)]
                    if data[crc_at] != crc & np.uint16(0xFF) or data[crc_at + 1] != crc >> np.uint16(8):
                        bad_crc += 1
                        if bad_crc >= bad_crc_limit:
                            gave_up = True
                            dropped += size - at
                            at = size
                            break
                        at += 1
                        dropped += 1
                        continue
                frame = frames[found]
                frame.start = at
                frame.payload_at = at + head
                frame.end = end
                frame.datagram = number
                frame.message_id = message_id
                frame.payload_length = length
                shift = 4 if two else 2
                frame.sequence = data[at + shift]
                frame.system_id = data[at + shift + 1]
                frame.component_id = data[at + shift + 2]
                frame.version = 2 if two else 1
                frame.signed = signed
                frame.known = row >= 0
                found += 1
                truncated = False
                at = end
            fault = faults[number]
            fault.bad_crc = bad_crc
            fault.unknown = unknown
            fault.dropped_bytes = dropped
            fault.truncated = truncated
            fault.gave_up = gave_up
        return found

    @compiled
    def gather_kernel(data: Any, starts: Any, lengths: Any, out: Any) -> None:
        width = out.shape[1]
        for row in range(len(starts)):
            start = starts[row]
            count = min(np.int64(lengths[row]), width)
            for column in range(count):
                out[row, column] = data[start + column]
            for column in range(count, width):
                out[row, column] = 0

    return scan_kernel, gather_kernel


@cache
def _constants() -> tuple[npt.NDArray[Any], ...]:
    ids, extras, shortest, longest = _message_tables()
    direct = np.full(512, -1, np.int32)
    for row, number in enumerate(ids):
        if number < 512:
            direct[number] = row
    return _crc_table(), direct, ids, extras, shortest, longest


def join(datagrams: Sequence[bytes]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the datagrams as one buffer and their bounds, (n + 1,) offsets into it."""
    bounds = np.zeros(len(datagrams) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, datagrams), np.int64, len(datagrams)), out=bounds[1:])
    return np.frombuffer(b"".join(datagrams), np.uint8), bounds


def scan_batch(
    data: npt.NDArray[np.uint8], bounds: npt.NDArray[np.int64], *, bad_crc_limit: int = BAD_CRC_LIMIT
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the frames (FRAME rows, in order) and the faults (FAULTS, a row a datagram) of datagrams in one buffer."""
    return scan_pieces(data, bounds[:-1], bounds[1:], bad_crc_limit=bad_crc_limit)


def scan_pieces(
    data: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    *,
    bad_crc_limit: int = BAD_CRC_LIMIT,
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return what `scan_batch` does for datagrams that lie anywhere in `data`, each from its start to its end."""
    frames = np.empty(int((ends - starts).sum()) // SHORTEST_FRAME + 1, FRAME)
    faults = np.zeros(len(starts), FAULTS)
    scan_kernel, _gather = _kernels()
    found = scan_kernel(data, starts, ends, *_constants(), frames, faults, bad_crc_limit)
    return frames[:found], faults


def columns(data: npt.NDArray[np.uint8], frames: npt.NDArray[Any], message_id: int) -> npt.NDArray[Any]:
    """Return the fields of `frames` (all of them of type `message_id`) as a structured array, a row a frame.

    The payloads are zero-extended or cut to the length known, as the spec wants; the values are raw, sentinels
    included. Raises KeyError for a message without a layout.
    """
    layout = LAYOUTS[message_id]
    payloads = np.empty((len(frames), layout.size), np.uint8)
    _scan, gather_kernel = _kernels()
    gather_kernel(data, frames["payload_at"], frames["payload_length"], payloads)
    return payloads.view(layout.dtype()).reshape(len(frames))
