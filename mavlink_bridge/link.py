"""Link: one peer's bytes: its own parser, its own leftovers, its own counters and sequence numbers; pure.

One parser a peer, because one peer's truncated frame must not swallow another's bytes. On datagram links what a
datagram leaves unfinished is dropped at its end; on stream links (TCP, serial) it waits for the next piece.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from .codec import LONGEST_FRAME, Scan, scan
from .columns import LinkColumns, StreamColumns
from .signing import Credential
from .vehicle import Vehicle

STREAMS_PER_LINK: Final = 256
# So many frames in a row from "the past" mean that the sender started its numbers anew.
RESTART_AFTER: Final = 4


@dataclass(slots=True)
class Counters:
    """What happened on a link (or on all of them); every count only grows."""

    bytes_received: int = 0
    datagrams: int = 0
    frames: int = 0
    bad_crc: int = 0
    dropped_bytes: int = 0
    truncated: int = 0
    gave_up: int = 0
    unknown_messages: int = 0
    bad_signature: int = 0
    replayed: int = 0
    unsigned_refused: int = 0
    signed_unverified: int = 0
    lost: int = 0
    late: int = 0
    duplicates: int = 0

    def add_scan(self, found: Scan, size: int) -> None:
        """Count what a scan of `size` bytes found."""
        self.bytes_received += size
        self.datagrams += 1
        self.frames += len(found.frames) - found.unknown
        self.unknown_messages += found.unknown
        if found.bad_crc or found.dropped_bytes or found.truncated:
            self.bad_crc += found.bad_crc
            self.dropped_bytes += found.dropped_bytes
            self.truncated += found.truncated
            self.gave_up += found.gave_up


class Stream:
    """The sequence numbers of one sender (system, component) on one link, kept in a row of StreamColumns.

    The number is 8 bits and counts every frame of the sender. A step forward of up to 128 is loss, a step back is a
    late frame (and gives one loss back), no step a duplicate. Senders that restart look late at first.
    """

    __slots__ = ("columns", "slot")

    def __init__(self, sequence: int, columns: StreamColumns | None = None) -> None:
        self.columns = columns or StreamColumns()
        self.slot = self.columns.take()
        self.columns.expected[self.slot] = (sequence + 1) & 0xFF
        self.columns.frames[self.slot] = 1

    @property
    def frames(self) -> int:
        """Frames of this sender."""
        return self.columns.frames[self.slot]

    @property
    def lost(self) -> int:
        """Numbers that never came."""
        return self.columns.lost[self.slot]

    @property
    def late(self) -> int:
        """Frames that came out of order."""
        return self.columns.late[self.slot]

    @property
    def duplicates(self) -> int:
        """Frames that came twice."""
        return self.columns.duplicates[self.slot]

    def note(self, sequence: int, totals: Counters) -> bool:
        """Count one more frame; returns whether it came late (out of order or twice)."""
        columns, slot = self.columns, self.slot
        columns.frames[slot] += 1
        ahead = (sequence - columns.expected[slot]) & 0xFF
        if ahead < 128:
            if ahead:
                columns.lost[slot] += ahead
                totals.lost += ahead
            columns.expected[slot] = (sequence + 1) & 0xFF
            columns.late_run[slot] = 0
            return False
        if ahead == 255:
            columns.duplicates[slot] += 1
            totals.duplicates += 1
            return True
        columns.late_run[slot] += 1
        if columns.late_run[slot] >= RESTART_AFTER:
            columns.expected[slot] = (sequence + 1) & 0xFF
            columns.late_run[slot] = 0
            return False
        columns.late[slot] += 1
        totals.late += 1
        if columns.lost[slot]:
            columns.lost[slot] -= 1
        return True


class Link:
    """One peer: the bytes it has left over, who speaks on it, and what was counted (partly in a row of LinkColumns)."""

    __slots__ = (
        "bound",
        "bound_heard_at",
        "columns",
        "counters",
        "endpoint",
        "is_stream",
        "rest",
        "slot",
        "streams",
        "streams_in",
        "vehicles",
    )

    def __init__(
        self, endpoint: str, now: float, columns: LinkColumns | None = None, streams_in: StreamColumns | None = None
    ) -> None:
        self.endpoint = endpoint
        self.is_stream = not endpoint.startswith("udp:")
        self.rest = b""
        self.counters = Counters()
        self.streams: dict[int, Stream] = {}
        self.streams_in = streams_in
        self.vehicles: dict[int, Vehicle] = {}
        self.bound: dict[int, Credential] = {}
        self.bound_heard_at: dict[int, float] = {}
        self.columns = columns or LinkColumns()
        self.slot = self.columns.take()
        self.columns.used[self.slot] = 1
        self.columns.plain[self.slot] = not self.is_stream
        self.columns.heard_at[self.slot] = now

    @property
    def heard_at(self) -> float:
        """When the last datagram came."""
        return self.columns.heard_at[self.slot]

    @heard_at.setter
    def heard_at(self, now: float) -> None:
        self.columns.heard_at[self.slot] = now

    def bind(self, system_id: int, credential: Credential, now: float) -> None:
        """Note that this key signed here just now; from then on the link goes frame by frame."""
        self.bound[system_id] = credential
        self.bound_heard_at[system_id] = now
        self.columns.plain[self.slot] = 0

    def close(self) -> None:
        """Give the rows of a link that is forgotten back."""
        for stream in self.streams.values():
            stream.columns.give_back(stream.slot)
        self.streams.clear()
        self.columns.give_back(self.slot)

    def totals(self) -> dict[str, int]:
        """Return what was counted on this link, on both paths."""
        counted = asdict(self.counters)
        for name, column in (
            ("bytes_received", self.columns.bytes_received),
            ("datagrams", self.columns.datagrams),
            ("frames", self.columns.frames),
        ):
            counted[name] += column[self.slot]
        return counted

    def scan(self, data: bytes) -> tuple[bytes, Scan]:
        """Return the bytes to read (with what was left over before) and the frames in them."""
        if not self.is_stream:
            return data, scan(data)
        whole = self.rest + data if self.rest else data
        # A stream cannot be given up like a datagram: its next frame would be cut. The work is bounded by the bytes.
        found = scan(whole, stream=True, bad_crc_limit=len(whole) + 1)
        self.rest = whole[found.rest_at :]
        assert len(self.rest) < LONGEST_FRAME
        return whole, found

    def note_sequence(self, system_id: int, component_id: int, sequence: int, totals: Counters) -> bool:
        """Count a frame's sequence number here and in `totals`; returns whether the frame came late."""
        number = system_id << 8 | component_id
        stream = self.streams.get(number)
        if stream is None:
            if len(self.streams) < STREAMS_PER_LINK:
                self.streams[number] = Stream(sequence, self.streams_in)
            return False
        return stream.note(sequence, totals)

    def sequence_totals(self, system_id: int) -> tuple[int, int]:
        """Return (frames, lost) over all components of a system on this link."""
        frames = lost = 0
        for number, stream in self.streams.items():
            if number >> 8 == system_id:
                frames += stream.frames
                lost += stream.lost
        return frames, lost
