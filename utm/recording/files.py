"""The files of one recording process: where they lie, appending with sync, sealing, and taking over what a crash left.

    <folder>/open/<writer>.lock         held while the process lives
    <folder>/open/<writer>-<n>.hxo      slice n, not sealed yet (`utm.recording.chunks`)
    <folder>/<day>/T<hour>-<writer>.hxs sealed slices of an hour (`utm.recording.segments`), times in UTC

A writer's name holds its start and process id, so that several processes may record side by side. Order of writes: a
slice is appended to its segment and synced before its open file goes; should a crash come between, it is there twice
and read once.
"""

import fcntl
import mmap
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np
import structlog

from utm.recording.chunks import OpenSlice, encode_chunk, file_header, read_open_file
from utm.recording.columns import COUNT, Ints, RecordedEvent
from utm.recording.reader import hour_file
from utm.recording.segments import SliceInfo, encode_slice, is_whole, read_headers

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SegmentTail:
    """Where the next slice of a segment file goes."""

    size: int = 0
    numbers: frozenset[int] = frozenset()
    identities: int = 0
    chain: bytes = bytes(32)


def tail_of(path: Path) -> SegmentTail:
    """Return where a segment file goes on; a slice a crash cut off is cut away."""
    if not path.exists():
        return SegmentTail()
    length = path.stat().st_size
    slices: list[SliceInfo] = []
    if length:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            slices = read_headers(data)
            while slices and not is_whole(data, slices[-1]):
                slices.pop()
    size = slices[-1].offset + slices[-1].length if slices else 0
    if size < length:
        os.truncate(path, size)
    last = slices[-1] if slices else None
    return SegmentTail(
        size,
        frozenset(info.number for info in slices),
        0 if last is None else last.identities_from + last.identities,
        bytes(32) if last is None else last.chain,
    )


def seal(folder: Path, writer: str, part: OpenSlice) -> Path:
    """Append a slice to the segment of its hour, durably, unless it is there; return the segment's path."""
    path = hour_file(folder, writer, part.first_us)
    path.parent.mkdir(parents=True, exist_ok=True)
    tail = tail_of(path)
    if part.number not in tail.numbers:
        data = encode_slice(part, identities_from=tail.identities, chain=tail.chain)
        fresh = not path.exists()
        with path.open("ab") as file:
            file.write(data)
            file.flush()
            os.fdatasync(file.fileno())
        if fresh:
            sync_folder(path.parent)
            sync_folder(folder)
    return path


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(slots=True)
class Mark:
    """How far an open slice is on disk."""

    blocks: int = 0
    ticks: int = 0
    identities: int = 0
    events: int = 0


@dataclass(slots=True)
class OpenFile:
    """An open slice and its file; `append` runs on the flushing thread only."""

    part: OpenSlice
    path: Path
    durable: Mark = field(default_factory=Mark)
    sealed: bool = False
    _file: IO[bytes] | None = None

    def mark(self) -> Mark:
        """Return how far the slice is now; taken on the thread that fills it, so that its counts fit together."""
        part = self.part
        return Mark(len(part.blocks), len(part.ticks_us), len(part.dictionary.identities), len(part.events))

    def append(self, to: Mark) -> int:
        """Write what came between the durable mark and this one, and sync; return the bytes written.

        OSError leaves the durable mark where it was: the next append tries it all again.
        """
        start = self.durable
        if (to.blocks, to.events) == (start.blocks, start.events):
            return 0
        blocks: list[Ints] = self.part.blocks[start.blocks : to.blocks]
        events: list[RecordedEvent] = self.part.events[start.events : to.events]
        block = np.concatenate([np.zeros((COUNT, 0), np.int32), *blocks], axis=1)
        chunk = encode_chunk(self.part, start.identities, to.identities, slice(start.ticks, to.ticks), block, events)
        if self._file is None:
            self._file = self.path.open("wb")
            chunk = file_header(self.part.number) + chunk
        at = self._file.tell()
        try:
            self._file.write(chunk)
            self._file.flush()
            os.fdatasync(self._file.fileno())
        except OSError:
            self._abandon(at)
            raise
        if at == 0:
            sync_folder(self.path.parent)
        self.durable = to
        return len(chunk)

    def _abandon(self, at: int) -> None:
        """Cut away a chunk that was not written whole, so that the next one is found behind the last good one."""
        assert self._file is not None
        try:
            os.ftruncate(self._file.fileno(), at)
            self._file.seek(at)
        except OSError:  # the disk is gone: begin the file anew with everything at the next append
            self._file = None
            self.durable = Mark()

    def remove(self) -> None:
        """Close and delete the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self.path.unlink(missing_ok=True)


class WriterLock:
    """The lock that says a recording process lives."""

    def __init__(self, folder: Path, writer: str) -> None:
        self.path = folder / f"{writer}.lock"
        self._file = self.path.open("w")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Give the lock up and delete its file."""
        self.path.unlink(missing_ok=True)
        self._file.close()


def recover(folder: Path) -> int:
    """Seal what processes that are no more left open; return how many slices."""
    open_folder = folder / "open"
    recovered = 0
    for lock in sorted(open_folder.glob("*.lock")):
        with lock.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                continue  # it lives
            writer = lock.stem
            for path in sorted(open_folder.glob(f"{writer}-*.hxo"), key=_number):
                part = read_open_file(path)
                if part is not None:
                    seal(folder, writer, part)
                    recovered += 1
                path.unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
    if recovered:
        _log.info("recordings_recovered", slices=recovered)
    return recovered


def _number(path: Path) -> int:
    text = path.stem.rpartition("-")[2]
    return int(text) if text.isdigit() else 0
