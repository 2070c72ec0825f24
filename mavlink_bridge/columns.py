"""Columns: what the registry counts of links, senders and vehicles, one row each, in memory that two paths share.

The frame-by-frame path reads and writes single cells through memoryviews, the batch path (lane.py) whole columns through
numpy and compiled code; so there is one truth and nothing to carry across. Rows are given out and taken back by slot.
Times are unix seconds; -inf is never.
"""

from __future__ import annotations

from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

VEHICLE: Final = np.dtype(
    [
        ("heartbeat_at", "f8"),
        ("fused_position_at", "f8"),
        ("rate_hz", "f8"),
        ("position_rate_hz", "f8"),
        ("frames", "i8"),
        ("positions", "i8"),
        ("frames_at_tick", "i8"),
        ("positions_at_tick", "i8"),
        ("boot_ms", "i8"),  # -1: not heard; counted on over the wraps
        ("boot_base", "i8"),  # what its 32 bits are counted from
        ("checked_boot_ms", "i8"),  # of the datagram that `checked_in` numbers
        ("checked_in", "i8"),
        ("ask_at", "f8"),  # when its clock is to be asked next
        ("asked_ns", "i8"),  # our clock in the last question, 0: answered
        ("asked", "i4"),
        ("answered", "i4"),
        ("mission", "i8"),  # the last MISSION_CURRENT's payload, -1: none
        ("beat", "u8"),  # the first eight bytes of the last heartbeat's payload
        ("sensors", "u8"),  # of SYS_STATUS: present and enabled
        ("healthy", "i8"),  # of SYS_STATUS, -1: none
        ("beat_end", "i4"),  # the ninth byte, -1: none
        ("landed", "i4"),  # the last EXTENDED_SYS_STATE's payload, -1: none
        ("component_id", "u1"),
        ("version", "u1"),
        ("link_up", "u1"),
        ("high_latency", "u1"),
        ("texting", "u1"),
        ("used", "u1"),
    ],
    align=True,
)
LINK: Final = np.dtype(
    [
        ("address", "u8", (4,)),
        ("heard_at", "f8"),
        ("bytes_received", "i8"),
        ("datagrams", "i8"),
        ("frames", "i8"),
        ("slow_in", "i8"),  # the batch in which it must go frame by frame
        ("route", "i4"),  # the transport it was last heard on
        ("used", "u1"),
        ("plain", "u1"),  # UDP, and nobody signs on it
        ("sent", "u1"),  # the sequence number of our next frame to it
    ],
    align=True,
)
STREAM: Final = np.dtype(
    [
        ("frames", "i8"),
        ("lost", "i8"),
        ("late", "i8"),
        ("duplicates", "i8"),
        ("expected", "u1"),
        ("late_run", "u1"),
    ],
    align=True,
)


class _Rows:
    """A structured array whose rows are given out by slot; `rows` is replaced when it grows."""

    def __init__(self, dtype: np.dtype[Any], capacity: int, limit: int) -> None:
        self.rows: npt.NDArray[Any] = np.zeros(capacity, dtype)
        self._limit = max(capacity, limit)
        self._free: list[int] = []
        self._unused = 0
        self._expose()

    def _expose(self) -> None:
        for name in self.rows.dtype.names or ():
            if self.rows[name].ndim == 1:
                setattr(self, name, memoryview(cast(Any, self.rows[name])))

    def take(self) -> int:
        """Return a free slot, its row all zeros; raises MemoryError at the limit."""
        if self._free:
            slot = self._free.pop()
            self.rows[slot] = np.zeros((), self.rows.dtype)
            return slot
        if self._unused == len(self.rows):
            if self._unused >= self._limit:
                raise MemoryError(f"{self._unused} rows are in use")
            more = min(len(self.rows), self._limit - len(self.rows))
            self.rows = np.concatenate((self.rows, np.zeros(more, self.rows.dtype)))
            self._expose()
        self._unused += 1
        return self._unused - 1

    def give_back(self, slot: int) -> None:
        """Let another have the row of `slot`."""
        self.rows[slot] = np.zeros((), self.rows.dtype)
        self._free.append(slot)

    @property
    def held(self) -> npt.NDArray[Any]:
        """Every row ever given out, those given back zeroed."""
        return self.rows[: self._unused]


class VehicleColumns(_Rows):
    """One row a vehicle."""

    heartbeat_at: memoryview[float]
    fused_position_at: memoryview[float]
    rate_hz: memoryview[float]
    position_rate_hz: memoryview[float]
    frames: memoryview[int]
    positions: memoryview[int]
    boot_ms: memoryview[int]
    boot_base: memoryview[int]
    mission: memoryview[int]
    beat: memoryview[int]
    sensors: memoryview[int]
    healthy: memoryview[int]
    beat_end: memoryview[int]
    landed: memoryview[int]
    component_id: memoryview[int]
    version: memoryview[int]
    link_up: memoryview[int]
    high_latency: memoryview[int]
    texting: memoryview[int]
    used: memoryview[int]

    def __init__(self, capacity: int = 1, limit: int = 0) -> None:
        super().__init__(VEHICLE, capacity, limit)

    def take(self) -> int:
        """Return a slot of a vehicle of which nothing is known."""
        slot = super().take()
        row = self.rows[slot]
        row["fused_position_at"] = -np.inf
        row["boot_ms"] = row["mission"] = row["healthy"] = row["beat_end"] = row["landed"] = -1
        row["used"] = row["link_up"] = 1
        return slot

    def measure(self, elapsed_s: float) -> None:
        """Update the smoothed rates with what came in during the last `elapsed_s` seconds (time constant 2 s)."""
        held = self.held
        weight = min(1.0, elapsed_s / 2.0)
        for count, before, rate in (
            ("frames", "frames_at_tick", "rate_hz"),
            ("positions", "positions_at_tick", "position_rate_hz"),
        ):
            held[rate] += weight * ((held[count] - held[before]) / elapsed_s - held[rate])
            held[before] = held[count]


class LinkColumns(_Rows):
    """One row a peer."""

    heard_at: memoryview[float]
    bytes_received: memoryview[int]
    datagrams: memoryview[int]
    frames: memoryview[int]
    slow_in: memoryview[int]
    route: memoryview[int]
    used: memoryview[int]
    plain: memoryview[int]
    sent: memoryview[int]

    def __init__(self, capacity: int = 1, limit: int = 0) -> None:
        super().__init__(LINK, capacity, limit)

    def slots(self) -> npt.NDArray[np.int64]:
        """Return the slots in use, the one silent longest first."""
        used = np.flatnonzero(self.held["used"])
        return used[np.argsort(self.held["heard_at"][used], kind="stable")]


class StreamColumns(_Rows):
    """One row a sender (system, component) on a link."""

    frames: memoryview[int]
    lost: memoryview[int]
    late: memoryview[int]
    duplicates: memoryview[int]
    expected: memoryview[int]
    late_run: memoryview[int]

    def __init__(self, capacity: int = 1, limit: int = 0) -> None:
        super().__init__(STREAM, capacity, limit)
