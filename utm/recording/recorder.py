"""The recorder: takes what the picture and the bus bring, and has it on disk within a second, off the hot path.

On the event loop's thread an observation costs keeping a reference to its batch; a tick of the live feed turns the rows
it changed into fixed-point columns. One thread appends what came since and syncs it (`fdatasync`, every `flush_s`);
another seals a slice once it is full. A disk that fails is tried again with everything at the next flush; only when more
than `most_held_rows` wait are the oldest unwritten slices given up, counted in `counters["rows_given_up"]`.
"""

import asyncio
import os
import secrets
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
import structlog
from numpy.typing import NDArray

from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.timebase import to_scene_s
from airspace.tracks import Changes, ObservationBatch, RowArray
from utm.clock import Clock
from utm.recording import columns
from utm.recording.chunks import OpenSlice
from utm.recording.columns import Dictionary, Ints, RecordedEvent, Rows, rows_of_picture, us_of
from utm.recording.files import Mark, OpenFile, WriterLock, recover, seal
from utm.recording.reader import LiveParts, Recordings, hour_file
from utm.recording.retention import remove_before
from utm.telemetry_values import TrackIdentity
from utm.track_history import FIELDS
from utm.track_items import TrackSource

EVENT_TOPICS: Final = ("alerts", "plans", "zones", "commands", "orders", "advisories", "contingencies", "sectors")
HISTORY_DTYPE: Final = np.dtype([("serial", np.int64)] + [(name, np.float64) for name in FIELDS])
_COUNTED: Final = (
    "batches", "rows", "observations", "events", "flushes", "failed_flushes", "slices_sealed", "rows_given_up", "bytes",
)  # fmt: skip
_DAY_US: Final = 86_400_000_000
_KNOWN_HOURS: Final = 25

States = Callable[[str], Awaitable[Sequence[msgspec.Struct]]]
"""Returns the present items of a topic, as somebody who may see all of them sees them."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RecorderLimits:
    """Times and bounds of the recorder; the defaults are ours."""

    flush_s: float = 0.5
    slice_s: float = 120.0
    slice_rows: int = 1_000_000
    key_s: float = 10.0
    retention_days: int = 731
    most_held_rows: int = 4_000_000
    seal: bool = True


class Recorder:
    """See the module's text; also the `utm.track_history.TrackRecorder` of telemetry."""

    def __init__(self, folder: Path, clock: Clock, limits: RecorderLimits | None = None) -> None:
        self.limits = limits or RecorderLimits()
        self.writer = f"{round(clock.now().timestamp() * 1000):x}.{os.getpid():x}.{secrets.token_hex(2)}"
        self.folder = folder
        self.counters: dict[str, int] = dict.fromkeys(_COUNTED, 0)
        self.recordings = Recordings(folder, LiveParts(self.writer, self._parts))
        self._clock = clock
        self._source: TrackSource | None = None
        self._states: States | None = None
        self._pending: list[ObservationBatch] = []
        self._dictionary = Dictionary()
        self._hour: Path | None = None
        self._numbers: NDArray[np.int64] = np.zeros(0, np.int64)
        self._told_s: NDArray[np.float64] = np.zeros(0)
        self._shown: NDArray[np.bool_] = np.zeros(0, bool)
        self._who: list[TrackIdentity | None] = []
        self._known: deque[dict[str, TrackIdentity]] = deque([{}], _KNOWN_HOURS)
        self._keys_due_s = -np.inf
        self._next = 0
        self._open: OpenFile | None = None
        self._full: list[OpenFile] = []
        self._lock: WriterLock | None = None
        self._flusher = ThreadPoolExecutor(1, "record")
        self._sealer = ThreadPoolExecutor(1, "record-seal")
        self._task: asyncio.Task[None] | None = None
        self._sealing: asyncio.Task[None] | None = None
        self._states_due = True
        self._flushed_s = clock.monotonic_s()

    @property
    def flush_lag_s(self) -> float:
        """Seconds since the moment up to which everything is on disk; a little over `flush_s` at most when all is well."""
        return self._clock.monotonic_s() - self._flushed_s

    @property
    def unsealed_rows(self) -> int:
        """Rows held in memory until their slice is sealed."""
        return sum(part.rows for part in self._parts())

    def attach(self, source: TrackSource) -> None:
        """Say whose picture is recorded."""
        self._source = source

    # ----------------------------------------------------------------------------------------------------- hot path

    def record(self, batch: ObservationBatch, track_ids: Sequence[str]) -> None:
        """Take a batch of accepted observations; the next tick writes them down."""
        self._pending.append(batch)
        self.counters["batches"] += 1

    def on_tick(self, now_s: float, changes: Changes, renamed: set[int]) -> None:
        """Write down what a tick of the live picture changed, and the observations since the last."""
        assert self._source is not None
        picture = self._source.picture
        self._grow(picture.capacity)
        for row in renamed:
            self._identify(row)
        part = self._slice(us_of(now_s))
        part.ticks_us.append(us_of(now_s))
        observed = self._observations(part, now_s, changes.rows)
        self._add(part, changes.rows, now_s, columns.SHOWN, fresh=observed)
        left = np.flatnonzero(self._shown & ~picture.alive)
        self._add(part, left, now_s, columns.GONE)
        self._shown[left] = False
        self._shown[changes.rows] = True
        if now_s >= self._keys_due_s:
            silent = self._shown & picture.alive & (self._told_s <= now_s - self.limits.key_s)
            self._add(part, np.flatnonzero(silent), now_s, columns.KEY)
            self._keys_due_s = now_s + 1.0

    def on_bus(self, topic: str, item: msgspec.Struct, visible_to: frozenset[str] | None) -> None:
        """Take an event from the bus (a `utm.bus.Handler`)."""
        at_us = us_of(to_scene_s(self._clock.now()))
        self._event(at_us, topic, "event", None if visible_to is None else sorted(visible_to), item)

    def _event(self, at_us: int, topic: str, kind: str, visible_to: list[str] | None, item: msgspec.Struct) -> None:
        encoded = msgspec.Raw(msgspec.json.encode(item))
        self._slice(at_us).events.append(RecordedEvent(at_us, topic, kind, visible_to, encoded))
        self.counters["events"] += 1

    def _observations(self, part: OpenSlice, now_s: float, changed: RowArray) -> NDArray[np.bool_]:
        """Write down positions that no tick showed, because a newer one came or their track left; tell whose were."""
        capacity = len(self._numbers)
        fresh = np.zeros(capacity, bool)
        if not self._pending:
            return fresh
        pending, self._pending = self._pending, []
        batch = pending[0] if len(pending) == 1 else _joined(pending)
        self.counters["observations"] += len(batch.row)
        changing = np.zeros(capacity, bool)
        changing[changed] = True
        newest = np.zeros(len(batch.row), bool)
        _, last = np.unique(batch.row[::-1], return_index=True)
        newest[len(batch.row) - 1 - last] = True
        shown = newest & changing[batch.row]
        fresh[batch.row[shown]] = True
        hidden = np.flatnonzero(~shown)
        if len(hidden):
            assert self._source is not None
            some = batch.take(hidden)
            block = self._block(part, some.row, now_s, columns.OBSERVED)
            columns.put_observations(block, some, self._ground(some), part.base_ms)
            self._append(part, block, some.row, now_s)
        return fresh

    def _ground(self, batch: ObservationBatch) -> NDArray[np.float64]:
        assert self._source is not None
        try:
            return np.asarray(self._source.picture.altitudes.ground_hae_m(batch.lat_deg, batch.lon_deg), np.float64)
        except (OutsideGeoidError, NoGroundError):
            return np.full(len(batch.row), np.nan)

    def _add(
        self, part: OpenSlice, rows: RowArray, now_s: float, flags: int, fresh: NDArray[np.bool_] | None = None
    ) -> None:
        if not len(rows):
            return
        block = self._block(part, rows, now_s, flags)
        if fresh is not None:
            block[columns.FLAGS] |= np.where(fresh[rows], columns.OBSERVED, 0).astype(np.int32)
        self._append(part, block, rows, now_s)

    def _block(self, part: OpenSlice, rows: RowArray, now_s: float, flags: int) -> Ints:
        assert self._source is not None
        mode, code = self._source.mode, self._dictionary.mode_code
        modes = np.array([code(mode(row)) for row in rows.tolist()], np.int32)
        block = rows_of_picture(self._source.picture, rows, now_s=now_s, base_ms=part.base_ms, flags=flags, modes=modes)
        missing = rows[self._numbers[rows] < 0]
        for row in missing.tolist():
            self._identify(row, keep=True)
        block[columns.IDENTITY] = self._numbers[rows]
        return block

    def _append(self, part: OpenSlice, block: Ints, rows: RowArray, now_s: float) -> None:
        block[columns.TICK] = len(part.ticks_us) - 1
        part.add(block)
        self._told_s[rows] = now_s
        self.counters["rows"] += block.shape[1]

    def _grow(self, capacity: int) -> None:
        more = capacity - len(self._numbers)
        if more > 0:
            self._numbers = np.concatenate((self._numbers, np.full(more, -1, np.int64)))
            self._told_s = np.concatenate((self._told_s, np.full(more, -np.inf)))
            self._shown = np.concatenate((self._shown, np.zeros(more, bool)))
            self._who += [None] * more

    def _identify(self, row: int, *, keep: bool = False) -> None:
        """Give a row the number of who it is now; `keep` takes who it was, where that is known."""
        assert self._source is not None
        who = self._who[row] if keep else None
        if who is None:
            try:
                who = self._source.identity(row)
            except KeyError:  # it came and went between two ticks
                who = TrackIdentity(self._source.picture.track_ids[row], "unknown")
        self._who[row] = who
        self._known[-1][who.track_id] = who
        self._numbers[row] = self._dictionary.number(who)

    # ------------------------------------------------------------------------------------------------------- slices

    def _slice(self, at_us: int) -> OpenSlice:
        """Return the slice that takes what happens at an instant, a new one when the old is full or of another hour."""
        hour = hour_file(self.folder, self.writer, at_us)
        current = self._open
        if current is not None:
            part = current.part
            old = part.first_us and at_us - part.first_us >= self.limits.slice_s * 1e6
            if not (old or part.rows >= self.limits.slice_rows or hour != self._hour):
                return part
            if part.rows or part.events:
                self._full.append(current)
            self._open = None
        if hour != self._hour:
            self._hour, self._dictionary, self._states_due = hour, Dictionary(), True
            self._numbers[:] = -1
            self._known.append({})
        part = OpenSlice(self._next, at_us // 1000, dictionary=self._dictionary)
        self._open = OpenFile(part, self.folder / "open" / f"{self.writer}-{self._next}.hxo")
        self._next += 1
        return part

    def _parts(self) -> Sequence[OpenSlice]:
        current = self._open
        return [file.part for file in (*self._full, *((current,) if current is not None else ()))]

    # ------------------------------------------------------------------------------------------------------ running

    async def start(self, states: States | None = None) -> None:
        """Take over what earlier processes left, then flush, seal and forget by policy until `stop`."""
        self._states = states
        await asyncio.get_running_loop().run_in_executor(self._sealer, self.prepare)
        self._task = asyncio.create_task(self._run(), name="recorder")

    def prepare(self) -> None:
        """Make the folder, lock it for this process, seal what a crash left, and learn the tracks of the last day."""
        (self.folder / "open").mkdir(parents=True, exist_ok=True)
        recover(self.folder)
        if self._lock is None:
            self._lock = WriterLock(self.folder / "open", self.writer)
        now_us = us_of(to_scene_s(self._clock.now()))
        known: dict[str, TrackIdentity] = {}
        for path in self.recordings.segment_files(now_us - _DAY_US, now_us):
            segment = self.recordings.segment(path)
            known.update({who.track_id: who for who in segment.identities} if segment is not None else {})
        self._known.appendleft(known)

    async def stop(self) -> None:
        """Write and seal everything, and give the folder up."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._sealing is not None:
            await self._sealing
        await asyncio.to_thread(self.close)

    def close(self) -> None:
        """Write and seal everything in the calling thread."""
        if self._open is not None:
            if self._open.part.rows or self._open.part.events:
                self._full.append(self._open)
            self._open = None
        with suppress(OSError):
            self.flush(self._marks())
            for file in tuple(self._full):
                self._seal(file)
        self._flusher.shutdown()
        self._sealer.shutdown()
        if self._lock is not None and not self._full:
            self._lock.release()
            self._lock = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        forget_at = loop.time()
        while True:
            await asyncio.sleep(self.limits.flush_s)
            if self._states_due and self._states is not None:
                self._states_due = False
                await self._write_states()
            marked_s = self._clock.monotonic_s()
            try:
                await loop.run_in_executor(self._flusher, self.flush, self._marks())
                self._flushed_s = marked_s
            except OSError as error:
                self.counters["failed_flushes"] += 1
                _log.error("recording_failed", reason=str(error))
                self._give_up()
                continue
            if self.limits.seal and self._full and (self._sealing is None or self._sealing.done()):
                self._sealing = asyncio.create_task(self._seal_all(), name="recorder-seal")
            if loop.time() >= forget_at:
                forget_at = loop.time() + 3600.0
                await loop.run_in_executor(self._sealer, self._forget)

    async def _write_states(self) -> None:
        """Write down what stands at this moment, so that a replay knows it without reading earlier hours."""
        assert self._states is not None
        for topic in EVENT_TOPICS:
            try:
                items = await self._states(topic)
            except Exception:
                _log.exception("recording_state_failed", topic=topic)
                continue
            at_us = us_of(to_scene_s(self._clock.now()))
            for item in items:
                owner = getattr(item, "operator_id", None)
                self._event(at_us, topic, "state", None if owner is None else [owner], item)

    def _marks(self) -> list[tuple[OpenFile, Mark]]:
        current = self._open
        return [(file, file.mark()) for file in (*self._full, *((current,) if current is not None else ()))]

    def flush(self, marks: Sequence[tuple[OpenFile, Mark]] | None = None) -> None:
        """Write and sync what came up to the marks (None: up to now); raises OSError and may be called again."""
        for file, mark in self._marks() if marks is None else marks:
            written = file.append(mark)
            if written:
                self.counters["flushes"] += 1
                self.counters["bytes"] += written

    async def _seal_all(self) -> None:
        loop = asyncio.get_running_loop()
        for file in tuple(self._full):
            try:
                await loop.run_in_executor(self._sealer, self._seal, file)
            except OSError as error:
                _log.error("recording_not_sealed", reason=str(error))
                return

    def _seal(self, file: OpenFile) -> None:
        _be_nice()
        seal(self.folder, self.writer, file.part)
        self._full.remove(file)
        file.remove()
        self.counters["slices_sealed"] += 1

    def _give_up(self) -> None:
        """Drop the oldest slices while more rows wait in memory than may."""
        while self._full and sum(part.rows for part in self._parts()) > self.limits.most_held_rows:
            lost = self._full.pop(0)
            self.counters["rows_given_up"] += lost.part.rows
            _log.error("recording_given_up", rows=lost.part.rows)

    def _forget(self) -> None:
        removed = remove_before(self.folder, self._clock.now(), days=self.limits.retention_days)
        if removed:
            _log.info("recordings_removed", segments=len(removed), days=self.limits.retention_days)

    # ------------------------------------------------------------------------------------------------------ reading

    def history(self, track_id: str, from_s: float, to_s: float, limit: int) -> NDArray[np.void]:
        """Return the observations of a track in a window, oldest first; columns are `FIELDS`, NaN is unknown.

        An open beginning means the day before the end or, with an open end, before now. Threads may call it.
        """
        now_us = us_of(to_scene_s(self._clock.now()))
        to_us = us_of(to_s)
        from_us = us_of(from_s) if np.isfinite(from_s) else min(to_us, now_us) - _DAY_US
        waiting = self._waiting(track_id, from_s, to_s)
        found, count = [], 0
        for rows in self.recordings.observations(from_us, to_us, track_id=track_id):
            found.append(_history(rows))
            count += len(rows)
            if count >= limit:
                break
        if count < limit:
            found.append(waiting)
        both = np.concatenate(found) if found else waiting
        both = both[np.argsort(both["observed_s"], kind="stable")]
        # What waited may have been written down meanwhile: a track has one observation of an instant.
        instants = columns.unix_us(both["observed_s"])
        both = both[np.append(True, instants[1:] != instants[:-1])] if len(both) else both
        chosen: NDArray[np.void] = both[:limit]
        return chosen

    def _waiting(self, track_id: str, from_s: float, to_s: float) -> NDArray[np.void]:
        """Return the observations that no tick has written down yet."""
        found: list[tuple[float, ...]] = []
        source = self._source
        for batch in tuple(self._pending) if source is not None else ():
            assert source is not None
            found.extend(
                (0, *(float(getattr(batch, name)[i]) for name in FIELDS))
                for i, row in enumerate(batch.row.tolist())
                if source.picture.track_ids[row] == track_id and from_s <= batch.observed_s[i] <= to_s
            )
        return np.array(found, HISTORY_DTYPE)

    def knows(self, track_id: str) -> bool:
        """Tell whether observations of a track of that id were recorded in the last day or since the start."""
        return self.identity(track_id) is not None

    def identity(self, track_id: str) -> TrackIdentity | None:
        """Return who a track of the last day, or since the start, was."""
        return next((hour[track_id] for hour in reversed(self._known) if track_id in hour), None)


def _history(rows: Rows) -> NDArray[np.void]:
    out = np.zeros(len(rows), HISTORY_DTYPE)
    for name in FIELDS[:-2]:
        out[name] = rows.units(name)
    out["observed_s"], out["received_s"] = columns.scene_s(rows.observed_us), columns.scene_s(rows.received_us)
    return out


def _joined(batches: Sequence[ObservationBatch]) -> ObservationBatch:
    names = ObservationBatch.__slots__
    return ObservationBatch(*(np.concatenate([getattr(batch, name) for batch in batches]) for name in names))


def _be_nice() -> None:
    """Let the sealing thread give way to everything else, where the system has priorities per thread."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
