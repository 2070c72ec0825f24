"""Reading recordings: of a folder, and of the slices a running recorder still holds in memory.

Everything is answered from slices in order of time. A slice is read once, whoever wrote it and whether it is sealed, in
a file that is still open, or in memory: `(writer, number)` names it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import NDArray

from utm.live_area import Area, AreaTest, Box, CellColumns, Cells
from utm.recording.chunks import OpenSlice, read_open_file
from utm.recording.codec import CorruptBlockError
from utm.recording.columns import (
    COUNT,
    GONE,
    IDENTITY,
    KEY,
    OBSERVED,
    ROW,
    SHOWN,
    TICK,
    RecordedEvent,
    Rows,
    matching,
)
from utm.recording.segments import RESOLUTION, Segment, SliceInfo
from utm.telemetry_values import TrackIdentity

LATEST_OBSERVATION_S: Final = 600
"""How much later than it was observed a position may have been recorded."""
_HELD_SEGMENTS: Final = 64


class Piece(Protocol):
    """One slice, wherever it is; times in unix microseconds."""

    @property
    def writer(self) -> str:
        """The process that wrote it."""
        ...

    @property
    def number(self) -> int:
        """Its number, counted by its writer."""
        ...

    @property
    def first_us(self) -> int:
        """Its first tick or event."""
        ...

    @property
    def last_us(self) -> int:
        """Its last tick or event."""
        ...

    def rows(self, *, track_id: str | None = None, aircraft_id: str | None = None, area: Area | None = None) -> Rows:
        """Return its rows of one track or aircraft, of what is in the area, or all; row order is by time per track."""
        ...

    def events(self) -> Sequence[RecordedEvent]:
        """Return its events in order."""
        ...


@dataclass(frozen=True, slots=True)
class _Sealed:
    writer: str
    segment: Segment
    info: SliceInfo

    @property
    def number(self) -> int:
        return self.info.number

    @property
    def first_us(self) -> int:
        return self.info.first_us

    @property
    def last_us(self) -> int:
        return self.info.last_us

    def rows(self, *, track_id: str | None = None, aircraft_id: str | None = None, area: Area | None = None) -> Rows:
        tracks = None
        if track_id is not None or aircraft_id is not None:
            tracks, of_it = self.segment.named(track_id=track_id, aircraft_id=aircraft_id)
            rows = self.segment.rows(self.info, tracks)
            wanted = of_it[rows.data[IDENTITY]]
            return rows if wanted.all() else rows.take(wanted)
        if area is not None:
            if isinstance(area, Box) and not _overlap(area, self.info.bounds):
                tracks = np.zeros(0, np.int64)
            elif isinstance(area, Cells):
                tracks = self.segment.tracks_in(self.info, index_cells(area))
        rows = self.segment.rows(self.info, tracks)
        return rows if area is None else rows.take(inside(rows, area))

    def events(self) -> Sequence[RecordedEvent]:
        return self.segment.events(self.info)


@dataclass(frozen=True, slots=True)
class _Open:
    writer: str
    part: OpenSlice

    @property
    def number(self) -> int:
        return self.part.number

    @property
    def first_us(self) -> int:
        return self.part.first_us

    @property
    def last_us(self) -> int:
        at_us = [*self.part.ticks_us[-1:], *(event.at_us for event in self.part.events[-1:])]
        return max(at_us, default=0)

    def rows(self, *, track_id: str | None = None, aircraft_id: str | None = None, area: Area | None = None) -> Rows:
        if track_id is None and aircraft_id is None:
            rows = self.part.all_rows()
            return rows if area is None else rows.take(inside(rows, area))
        names = self.part.dictionary
        wanted = matching(names, _wanted(track_id, aircraft_id))
        blocks = []
        for block in tuple(self.part.blocks):  # narrowed one by one: a track is a sliver of what a minute holds
            chosen = np.isin(block[IDENTITY], wanted)
            if chosen.any():
                blocks.append(block[:, chosen])
        empty = np.zeros((COUNT, 0), np.int32)
        data = np.concatenate([empty, *blocks], axis=1)
        return Rows(data, self.part.base_ms, np.array(self.part.ticks_us, np.int64), names)

    def events(self) -> Sequence[RecordedEvent]:
        return tuple(self.part.events)


def _wanted(track_id: str | None, aircraft_id: str | None) -> Callable[[TrackIdentity], bool]:
    if track_id is not None:
        return lambda identity: identity.track_id == track_id
    return lambda identity: identity.aircraft_id == aircraft_id


def inside(rows: Rows, area: Area) -> NDArray[np.bool_]:
    """Tell which rows lie in an area."""
    lat, lon = rows.units("lat_deg"), rows.units("lon_deg")
    return AreaTest(area).holds(np.arange(len(rows)), lat, lon, CellColumns())


def index_cells(area: Cells) -> frozenset[int]:
    """Return cells of the index that together hold every point of an area's cells.

    A cell's parent does not cover it exactly, so the parent's neighbours come along (a superset).
    """
    found: set[int] = set()
    for cell in area.cells:
        resolution = h3.get_resolution(cell)
        if resolution >= RESOLUTION:
            found.update(h3.grid_disk(h3.cell_to_parent(cell, RESOLUTION), 1))
        else:
            for near in h3.grid_disk(cell, 1):
                found.update(h3.cell_to_children(near, RESOLUTION))
    return frozenset(found)


def _overlap(box: Box, bounds: tuple[int, int, int, int]) -> bool:
    south, west, north, east = (value / 1e7 for value in bounds)
    apart = box.min_lat_deg > north or box.max_lat_deg < south or box.min_lon_deg > east or box.max_lon_deg < west
    return not apart


@dataclass(frozen=True, slots=True)
class LiveParts:
    """What a running recorder holds in memory: its name and its slices not sealed yet, oldest first."""

    writer: str
    parts: Callable[[], Sequence[OpenSlice]]


@lru_cache(maxsize=64)
def _hour_file(folder: Path, writer: str, hour: int) -> Path:
    at = datetime.fromtimestamp(hour * 3600, UTC)
    return folder / f"{at:%Y-%m-%d}" / f"T{at:%H}-{writer}.hxs"


def hour_file(folder: Path, writer: str, at_us: int) -> Path:
    """Return the segment file of the hour an instant lies in."""
    return _hour_file(folder, writer, at_us // 3_600_000_000)


def hour_of(path: Path) -> datetime | None:
    """Return the start of the hour a segment file is about, None for a file that is none."""
    try:
        day = datetime.strptime(path.parent.name, "%Y-%m-%d").replace(tzinfo=UTC)
        return day.replace(hour=int(path.name[1:3])) if path.name.startswith("T") and path.suffix == ".hxs" else None
    except ValueError:
        return None


@dataclass(slots=True)
class Recordings:
    """The recordings under a folder; threads may share it."""

    folder: Path
    live: LiveParts | None = None
    damaged: int = 0
    """Slices whose blocks could not be read."""
    _segments: OrderedDict[Path, tuple[int, Segment]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def segment_files(self, from_us: int, to_us: int) -> list[Path]:
        """Return the segment files that may hold ticks in the window, in order of time."""
        found: list[tuple[datetime, Path]] = []
        if not self.folder.is_dir():
            return []
        for day in sorted(self.folder.iterdir()):
            for path in day.glob("T*.hxs") if len(day.name) == 10 and day.is_dir() else ():
                hour = hour_of(path)
                if hour is None:
                    continue
                start_us = int(hour.timestamp()) * 1_000_000
                if start_us <= to_us and start_us + 3_600_000_000 > from_us:
                    found.append((hour, path))
        return [path for _, path in sorted(found)]

    def segment(self, path: Path) -> Segment | None:
        """Return an opened segment, None when it is gone."""
        with self._lock:
            try:
                size = path.stat().st_size
                held = self._segments.get(path)
                if held is None or held[0] != size:
                    held = (size, Segment(path))
                    self._segments[path] = held
            except FileNotFoundError:
                self._segments.pop(path, None)
                return None
            self._segments.move_to_end(path)
            while len(self._segments) > _HELD_SEGMENTS:
                self._segments.popitem(last=False)
            return held[1]

    def pieces(self, from_us: int, to_us: int) -> list[Piece]:
        """Return the slices with ticks or events in the window, in order of time."""
        # What is in memory is listed first: should it be sealed meanwhile, it is found twice and taken once.
        unsealed = self._unsealed()
        found: list[Piece] = []
        for path in self.segment_files(from_us, to_us):
            segment = self.segment(path)
            writer = path.stem[4:]
            if segment is not None:
                found.extend(_Sealed(writer, segment, info) for info in segment.slices)
        known = {(piece.writer, piece.number) for piece in found}
        found.extend(piece for piece in unsealed if (piece.writer, piece.number) not in known)
        found = [piece for piece in found if piece.first_us <= to_us and piece.last_us >= from_us]
        return sorted(found, key=lambda piece: (piece.first_us, piece.writer, piece.number))

    def _unsealed(self) -> list[Piece]:
        found: list[Piece] = []
        if self.live is not None:
            found.extend(_Open(self.live.writer, part) for part in self.live.parts() if part.rows or part.events)
        folder = self.folder / "open"
        for path in sorted(folder.glob("*.hxo")) if folder.is_dir() else ():
            writer = path.stem.rpartition("-")[0]
            if self.live is not None and writer == self.live.writer:
                continue
            part = read_open_file(path)
            if part is not None:
                found.append(_Open(writer, part))
        return found

    def rows_of(self, piece: Piece, **which: object) -> Rows | None:
        """Return rows of a slice as `Piece.rows` does, None (and counted) when its blocks are damaged."""
        try:
            return piece.rows(**which)  # type: ignore[arg-type]
        except CorruptBlockError:
            self.damaged += 1
            return None

    def observations(
        self,
        from_us: int,
        to_us: int,
        *,
        track_id: str | None = None,
        aircraft_id: str | None = None,
        area: Area | None = None,
    ) -> Iterator[Rows]:
        """Yield the positions observed in the window, slice after slice; within one, by track and then by time."""
        until_us = to_us + LATEST_OBSERVATION_S * 1_000_000
        for piece in self.pieces(from_us, until_us):
            rows = self.rows_of(piece, track_id=track_id, aircraft_id=aircraft_id, area=area)
            if rows is None or not len(rows):
                continue
            observed = rows.observed_us
            rows = rows.take(((rows.flags & OBSERVED) != 0) & (observed >= from_us) & (observed <= to_us))
            if len(rows):
                yield rows

    def events(self, from_us: int, to_us: int, topics: frozenset[str] | None = None) -> Iterator[RecordedEvent]:
        """Yield the events of the window in order of time (what stood at the start of a file is left out)."""
        for piece in self.pieces(from_us, to_us):
            for event in sorted(piece.events(), key=lambda event: event.at_us):
                if from_us <= event.at_us <= to_us and event.kind == "event" and (not topics or event.topic in topics):
                    yield event

    def latest_before(
        self,
        at_us: int,
        *,
        within: timedelta = timedelta(seconds=15),
        load: Callable[[Piece], Rows | None] | None = None,
    ) -> list[tuple[str, int, Rows]]:
        """Return (writer, its last tick, the last row of every track in its picture) at an instant (unix microseconds).

        Looks back `within`; silent tracks are told again every ten seconds, so that the default is ample. A writer whose
        last tick is more than a few seconds before the instant was no more by then. `load` reads a slice's rows.
        """
        from_us = at_us - int(within.total_seconds() * 1e6)
        pieces = self.pieces(from_us, at_us)
        found: list[tuple[str, int, Rows]] = []
        for writer in sorted({piece.writer for piece in pieces}):
            slices = [rows for piece in pieces if piece.writer == writer if (rows := (load or self.rows_of)(piece))]
            last_us = max((_tick_before(rows, at_us) for rows in slices), default=0)
            found.extend((writer, last_us, rows) for rows in _latest(slices, from_us, at_us))
        return found


def _tick_before(rows: Rows, at_us: int) -> int:
    place = int(np.searchsorted(rows.ticks_us, at_us, "right"))
    return int(rows.ticks_us[place - 1]) if place else 0


def _latest(slices: Sequence[Rows], from_us: int, at_us: int) -> list[Rows]:
    """Return the last row of every track still there, from slices of one writer in order of time."""
    last: dict[int, tuple[int, int, bool]] = {}
    for place, rows in enumerate(slices):
        first, after = np.searchsorted(rows.ticks_us, (from_us, at_us + 1))
        tick = rows.data[TICK]
        told = (rows.flags & (SHOWN | KEY | GONE)) != 0
        index = np.flatnonzero(told & (tick >= first) & (tick < after))
        index = index[np.argsort(tick[index], kind="stable")]
        _, newest = np.unique(rows.data[ROW][index][::-1], return_index=True)
        index = index[len(index) - 1 - newest]
        left = (rows.flags[index] & GONE) != 0
        for row, where, is_gone in zip(rows.data[ROW][index].tolist(), index.tolist(), left.tolist(), strict=True):
            last[row] = (place, where, is_gone)
    chosen: list[list[int]] = [[] for _ in slices]
    for place, where, is_gone in last.values():
        if not is_gone:
            chosen[place].append(where)
    return [rows.take(np.array(sorted(where))) for rows, where in zip(slices, chosen, strict=True) if where]
