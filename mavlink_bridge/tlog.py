"""Telemetry logs: big-endian uint64 microseconds since 1970, then the raw frame, and so on; pure.

The format is that of QGroundControl, MAVProxy and Mission Planner. Real logs hold damaged records: a record whose frame
does not check is skipped as a whole where the next record follows it, otherwise byte by byte until one does.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from .codec import MAGIC_V1, MAGIC_V2, SIGNATURE_LENGTH, SIGNED_FLAG, scan

_STAMP = struct.Struct(">Q")
EARLIEST_US = 946_684_800_000_000  # 2000-01-01: what is older or newer is no time stamp
LATEST_US = 4_102_444_800_000_000  # 2100-01-01


class Record(NamedTuple):
    """One frame and the unix time at which it was logged."""

    at_s: float
    frame: bytes


class TlogReader:
    """Iterates over the good records of a log; `bad_records` and `skipped_bytes` tell what it could not use."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.records = 0
        self.bad_records = 0
        self.skipped_bytes = 0

    def __iter__(self) -> Iterator[Record]:
        data = self._data
        at = 0
        in_step = True
        while at < len(data):
            end = self._frame_end(at)
            if end is not None:
                frame = data[at + 8 : end]
                if len(scan(frame).frames) == 1:
                    in_step = True
                    self.records += 1
                    yield Record(_STAMP.unpack_from(data, at)[0] / 1e6, frame)
                    at = end
                    continue
            if in_step:
                self.bad_records += 1
            if in_step and end is not None and (end == len(data) or self._frame_end(end) is not None):
                self.skipped_bytes += end - at
                at = end
                continue
            in_step = False
            self.skipped_bytes += 1
            at += 1

    def _frame_end(self, at: int) -> int | None:
        """Where the record at `at` would end, None if no record can begin there."""
        data = self._data
        if len(data) - at < 8 + 3:
            return None
        if not EARLIEST_US <= _STAMP.unpack_from(data, at)[0] <= LATEST_US:
            return None
        magic, length = data[at + 8], data[at + 9]
        if magic == MAGIC_V1:
            end = at + 8 + 8 + length
        elif magic == MAGIC_V2:
            end = at + 8 + 12 + length + (SIGNATURE_LENGTH if data[at + 10] & SIGNED_FLAG else 0)
        else:
            return None
        return end if end <= len(data) else None


def record(at_s: float, frame: bytes) -> bytes:
    """Return one record of a log."""
    return _STAMP.pack(round(at_s * 1e6)) + frame
