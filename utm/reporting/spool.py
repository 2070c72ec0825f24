"""A queue of records on disk: appended in order, taken in order, bounded, and there again after a restart.

Records are JSON lines in numbered segments; `position` holds the segment and byte up to which all is delivered. When the
bound is reached the oldest segment goes, and what it still held is counted as lost. Threads may share it.
"""

import contextlib
import os
import threading
from pathlib import Path
from typing import Any, Final

import orjson

SEGMENT_BYTES: Final = 1 << 20
_POSITION: Final = "position.json"


class Spool:
    """The queue in a folder; `lost` counts records that were dropped undelivered, `torn` half-written ones."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        self._folder = folder
        self._max_bytes = max(max_bytes, 2 * SEGMENT_BYTES)
        self._lock = threading.Lock()
        self.lost = 0
        self.torn = 0
        folder.mkdir(parents=True, exist_ok=True)
        self._segments = sorted(int(path.stem) for path in folder.glob("*.jsonl") if path.stem.isdigit())
        self._read_segment, self._read_at = self._stored_position()
        self._drop_delivered()
        # A process that died may have left half a line: a new segment begins behind it.
        self._write_segment = (self._segments[-1] if self._segments else self._read_segment) + 1
        self._segments.append(self._write_segment)
        self._writer = self._path(self._write_segment).open("ab")
        self.pending = sum(self._count(number) for number in self._segments)

    def append(self, records: list[dict[str, Any]]) -> None:
        """Keep records behind those there are."""
        if not records:
            return
        text = b"".join(orjson.dumps(record) + b"\n" for record in records)
        with self._lock:
            self._writer.write(text)
            self._writer.flush()
            self.pending += len(records)
            if self._writer.tell() >= SEGMENT_BYTES:
                self._next_segment()

    def peek(self, most: int) -> tuple[list[dict[str, Any]], tuple[int, int]]:
        """Return the oldest records, at most `most`, and the position behind them, for `delivered`."""
        with self._lock:
            return self._peek(most)

    def _peek(self, most: int) -> tuple[list[dict[str, Any]], tuple[int, int]]:
        records: list[dict[str, Any]] = []
        segment, at = self._read_segment, self._read_at
        for number in [n for n in self._segments if n >= segment]:
            at = at if number == segment else 0
            segment = number
            with self._path(number).open("rb") as file:
                file.seek(at)
                while len(records) < most and (line := file.readline()).endswith(b"\n"):
                    at += len(line)
                    with contextlib.suppress(orjson.JSONDecodeError):
                        records.append(orjson.loads(line))
            if len(records) >= most:
                break
        return records, (segment, at)

    def delivered(self, position: tuple[int, int], count: int) -> None:
        """Forget what was delivered, on disk too."""
        with self._lock:
            self._delivered(position, count)

    def _delivered(self, position: tuple[int, int], count: int) -> None:
        if position < (self._read_segment, self._read_at):
            return  # the bound dropped it meanwhile, and counted it
        self._read_segment, self._read_at = position
        self.pending -= count
        temporary = self._folder / (_POSITION + ".new")
        temporary.write_bytes(orjson.dumps({"segment": position[0], "at": position[1]}))
        os.replace(temporary, self._folder / _POSITION)
        self._drop_delivered()

    def close(self) -> None:
        """Close the file; what is pending stays."""
        self._writer.close()

    @property
    def size_bytes(self) -> int:
        """What the queue takes on disk."""
        return sum(self._path(number).stat().st_size for number in self._segments if self._path(number).exists())

    def _next_segment(self) -> None:
        self._writer.close()
        self._write_segment += 1
        self._segments.append(self._write_segment)
        self._writer = self._path(self._write_segment).open("ab")
        while self.size_bytes > self._max_bytes and len(self._segments) > 2:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        number = self._segments[0]
        lost = self._count(number)
        self.lost += lost
        self.pending -= lost
        self._segments.pop(0)
        self._path(number).unlink(missing_ok=True)
        if self._read_segment <= number:
            self._read_segment, self._read_at = self._segments[0], 0

    def _drop_delivered(self) -> None:
        for number in [n for n in self._segments if n < self._read_segment]:
            self._segments.remove(number)
            self._path(number).unlink(missing_ok=True)

    def _count(self, number: int) -> int:
        """Return how many whole records of a segment are not yet delivered."""
        path = self._path(number)
        if number < self._read_segment or not path.exists():
            return 0
        with path.open("rb") as file:
            if number == self._read_segment:
                file.seek(self._read_at)
            data = file.read()
        if data and not data.endswith(b"\n"):
            self.torn += 1
        return data.count(b"\n")

    def _stored_position(self) -> tuple[int, int]:
        try:
            stored = orjson.loads((self._folder / _POSITION).read_bytes())
            return int(stored["segment"]), int(stored["at"])
        except (FileNotFoundError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            return (self._segments[0] if self._segments else 0), 0

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:010d}.jsonl"
