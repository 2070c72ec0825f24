"""Link: one peer's bytes: its own parser, its own leftovers, its own counters and sequence numbers; pure.

One parser a peer, because one peer's truncated frame must not swallow another's bytes. On datagram links what a
datagram leaves unfinished is dropped at its end; on stream links (TCP, serial) it waits for the next piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .codec import LONGEST_FRAME, Scan, scan
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
    """The sequence numbers of one sender (system, component) on one link.

    The number is 8 bits and counts every frame of the sender. A step forward of up to 128 is loss, a step back is a
    late frame (and gives one loss back), no step a duplicate. Senders that restart look late at first.
    """

    __slots__ = ("duplicates", "expected", "frames", "late", "late_run", "lost")

    def __init__(self, sequence: int) -> None:
        self.expected = (sequence + 1) & 0xFF
        self.frames = 1
        self.lost = 0
        self.late = 0
        self.duplicates = 0
        self.late_run = 0

    def note(self, sequence: int, totals: Counters) -> bool:
        """Count one more frame; returns whether it came late (out of order or twice)."""
        self.frames += 1
        ahead = (sequence - self.expected) & 0xFF
        if ahead < 128:
            if ahead:
                self.lost += ahead
                totals.lost += ahead
            self.expected = (sequence + 1) & 0xFF
            self.late_run = 0
            return False
        if ahead == 255:
            self.duplicates += 1
            totals.duplicates += 1
            return True
        self.late_run += 1
        if self.late_run >= RESTART_AFTER:
            self.expected = (sequence + 1) & 0xFF
            self.late_run = 0
            return False
        self.late += 1
        totals.late += 1
        if self.lost:
            self.lost -= 1
        return True


class Link:
    """One peer: the bytes it has left over, who speaks on it, and what was counted."""

    __slots__ = (
        "bound",
        "bound_heard_at",
        "counters",
        "endpoint",
        "heard_at",
        "is_stream",
        "rest",
        "streams",
        "vehicles",
    )

    def __init__(self, endpoint: str, now: float) -> None:
        self.endpoint = endpoint
        self.is_stream = not endpoint.startswith("udp:")
        self.rest = b""
        self.heard_at = now
        self.counters = Counters()
        self.streams: dict[int, Stream] = {}
        self.vehicles: dict[int, Vehicle] = {}
        self.bound: dict[int, Credential] = {}
        self.bound_heard_at: dict[int, float] = {}

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
                self.streams[number] = Stream(sequence)
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
