"""Replay: any recorded window again, through the views and encoders of the live feed, so that it is what was live.

A replay has a picture of its own, whose rows are set from the recording, tick by tick; `utm.live_views` does the rest,
who may see what included. It is driven by one caller at a time, in a thread: `begin`, then `step` until `ended`.
"""

import heapq
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

import numpy as np
import orjson

from airspace.datums import AltitudeModel
from airspace.frame import LocalFrame
from airspace.lifecycle import PlanState
from airspace.picture import Picture
from airspace.tracks import RemovedTrack, RowArray
from utm.live import EventRecord, sees_track
from utm.live_area import Area, Everywhere
from utm.live_schema import Encoding, Topic
from utm.live_views import Frame, SharedRows, View, message_head
from utm.recording import columns
from utm.recording.columns import GONE, IDENTITY, ROW, SHOWN, TICK, RecordedEvent, Rows, instant, scene_s
from utm.recording.reader import Piece, Recordings
from utm.security.principal import Principal
from utm.telemetry_values import TrackIdentity

GONE_WRITER_US: Final = 5_000_000
"""A recording process silent for so long is taken for ended, and its tracks with it."""
_HOUR_US: Final = 3_600_000_000
_STATES_US: Final = 5_000_000
"""What stands is written so soon after a file is begun, with the recorder's first flush (ours, ten times its default)."""
_FLOATS: Final = (
    "lat_deg", "lon_deg", "alt_hae_m", "alt_amsl_m", "alt_agl_m", "vel_east_mps", "vel_north_mps", "vel_up_mps",
    "heading_deg", "battery_pct", "lateral_m", "vertical_m", "temporal_s",
)  # fmt: skip
_ID_OF: Final = {
    "alerts": "alert_id",
    "plans": "plan_id",
    "zones": "zone_id",
    "commands": "command_id",
    "orders": "order_id",
    "advisories": "advisory_id",
    "contingencies": "contingency_id",
    "sectors": "division_id",
}
_FINISHED: Final = (
    PlanState.ENDED,
    PlanState.CANCELLED,
    PlanState.WITHDRAWN,
    PlanState.EXPIRED,
    PlanState.REFUSED,
)
_OVER: Final[dict[str, tuple[str, tuple[str | None, ...]]]] = {
    "alerts": ("status", ("resolved",)),
    "plans": ("state", _FINISHED),
    "zones": ("feature", (None,)),
    "commands": ("status", ("confirmed", "refused", "timed_out")),
    "contingencies": ("status", ("ended", "dismissed")),
}
"""Field and values by which an item of a topic is no longer part of what stands."""


class RecordedPicture(Picture):
    """A picture whose rows are set from recorded ones."""

    def put(self, rows: RowArray, recorded: Rows) -> None:
        """Set rows as recorded; the ages of their links count from the tick that told them."""
        while self.capacity <= int(rows.max(initial=-1)):
            self._grow()
        more = self.capacity - len(self.track_ids)
        self.track_ids += [""] * more
        self.aircraft_ids += [None] * more
        self.plan_ids += [None] * more
        self._unused = self.capacity
        for name in _FLOATS:
            getattr(self, name)[rows] = recorded.units(name)
        self.observed_s[rows], self.received_s[rows] = scene_s(recorded.observed_us), scene_s(recorded.received_us)
        self.heard_s[rows] = scene_s(recorded.shown_us) - np.nan_to_num(recorded.units("link_age_s"))
        self.state[rows], self.armed[rows], self.landed[rows] = recorded.state, recorded.armed, recorded.landed
        self.alive[rows] = True
        self._touch(rows)

    def leave(self, rows: RowArray) -> None:
        """Take the tracks of rows out of the picture."""
        for row in rows[self.alive[rows]].tolist():
            self._touch(row)
            self.alive[row] = False
            if len(self._removed) == self._removed.maxlen:
                self._forgotten_version = self._removed[0].version
            self._removed.append(RemovedTrack(self.current_version, row, self.track_ids[row]))


class RecordedTracks:
    """What the views read (`utm.track_items.TrackSource`), from recorded ticks; each writer's rows have their place."""

    def __init__(self, frame: LocalFrame, altitudes: AltitudeModel) -> None:
        self.picture = RecordedPicture(frame, altitudes)
        self._identities: dict[int, TrackIdentity] = {}
        self._modes: dict[int, str | None] = {}
        self._renamed: set[int] = set()
        self._places: dict[str, dict[int, int]] = {}
        self._taken: set[int] = set()
        self._highest = -1

    def identity(self, row: int) -> TrackIdentity:
        """Return who the track of a row was."""
        return self._identities[row]

    def mode(self, row: int) -> str | None:
        """Return the flight mode of a row's vehicle."""
        return self._modes.get(row)

    def take_renamed(self) -> set[int]:
        """Return the rows whose identity changed since the last call."""
        renamed, self._renamed = self._renamed, set()
        return renamed

    def advance(self, now_s: float) -> None:
        """Do nothing: what was judged is recorded."""

    def show(self, writer: str, recorded: Rows) -> None:
        """Set what a tick told."""
        left = (recorded.flags & GONE) != 0
        if left.any():
            self.picture.leave(self._rows(writer, recorded.data[ROW][left]))
            recorded = recorded.take(~left)
        if not len(recorded):
            return
        rows = self._rows(writer, recorded.data[ROW])
        self.picture.put(rows, recorded)
        names = recorded.names
        modes = names.modes
        numbers, codes = recorded.data[IDENTITY].tolist(), recorded.mode.tolist()
        for row, number, code in zip(rows.tolist(), numbers, codes, strict=True):
            self._modes[row] = modes[code]
            who = names.identities[number]
            if self._identities.get(row) != who:
                self._identities[row] = who
                self.picture.track_ids[row] = who.track_id
                self.picture.aircraft_ids[row], self.picture.plan_ids[row] = who.aircraft_id, who.plan_id
                self._renamed.add(row)

    def end(self, writer: str) -> None:
        """Take out every track of a process that is no more."""
        self.picture.leave(np.array(sorted(self._places.pop(writer, {}).values()), np.int64))

    def _rows(self, writer: str, rows: columns.Ints) -> RowArray:
        """Return where rows of a writer are kept: in their own places, unless another writer's tracks have them."""
        places = self._places.setdefault(writer, {})
        for row in rows.tolist():
            if row not in places:
                place = row if row not in self._taken else self._highest + 1
                places[row] = place
                self._taken.add(place)
                self._highest = max(self._highest, place)
        return np.array([places[row] for row in rows.tolist()], np.int64)


@dataclass(frozen=True, slots=True)
class ReplayWish:
    """What is asked for: a window in unix microseconds, an area, topics."""

    from_us: int
    to_us: int
    area: Area = field(default_factory=Everywhere)
    topics: tuple[Topic, ...] = ("tracks",)
    encoding: Encoding = "json"


class Replay:
    """One replay for one caller. Not thread-safe: one call at a time."""

    def __init__(
        self,
        recordings: Recordings,
        principal: Principal,
        wish: ReplayWish,
        *,
        frame: LocalFrame,
        altitudes: AltitudeModel,
    ) -> None:
        self.wish = wish
        self.ended = False
        self.seq = wish.from_us // 1000
        self._recordings, self._principal = recordings, principal
        self._tracks = RecordedTracks(frame, altitudes)
        self._shared = SharedRows(self._tracks)
        self._shared.seq = self.seq
        self._view: View | None = None
        self._sent_seq = self.seq
        self._version = 0
        self._last_tick: dict[str, int] = {}
        self._held: deque[tuple[tuple[str, int], Rows | None]] = deque(maxlen=2)
        self._moments: Iterator[_Moment] = iter(())
        self._next: _Moment | None = None
        self._told: dict[str, set[str]] = {}

    @property
    def next_us(self) -> int | None:
        """When something happens next in the recording, None at the end of the window."""
        return None if self._next is None else self._next.at_us

    def begin(self) -> list[Frame]:
        """Return the snapshots at the beginning of the window."""
        wish, frames = self.wish, []
        if "tracks" in wish.topics:
            for writer, last_us, rows in self._recordings.latest_before(wish.from_us, load=self._rows):
                if last_us >= wish.from_us - GONE_WRITER_US:
                    self._last_tick[writer] = last_us
                    self._tracks.show(writer, rows)
            self._tick(wish.from_us)
            self._view = View(self._shared, wish.area, lambda identity: sees_track(self._principal, identity))
            frames += self._stamped(self._view.frames(wish.encoding, None), wish.from_us)
            self._sent_seq = self.seq
        for topic in wish.topics:
            if topic != "tracks":
                frames += self._stamped([self._standing(topic)], wish.from_us)
        self._moments = self._all_moments()
        self._advance()
        return frames

    def step(self, until_us: int, *, together: bool = False) -> list[Frame]:
        """Play up to an instant and return the messages; `together` makes one message of all positions on the way."""
        frames: list[Frame] = []
        moment: _Moment | None = None
        while self._next is not None and self._next.at_us <= until_us:
            moment = self._next
            if moment.event is not None:
                frames += self._event(moment.event)
            elif moment.rows is not None:
                self._show(moment)
                if not together:
                    frames += self._positions(moment.at_us)
            self._advance()
        if together and moment is not None:
            frames += self._positions(moment.at_us)
        return frames

    def _advance(self) -> None:
        self._next = next(self._moments, None)
        self.ended = self._next is None

    # ------------------------------------------------------------------------------------------------------ positions

    def _show(self, moment: "_Moment") -> None:
        self._last_tick[moment.writer] = moment.at_us
        for writer, last_us in tuple(self._last_tick.items()):
            if moment.at_us - last_us > GONE_WRITER_US:
                self._tracks.end(writer)
                del self._last_tick[writer]
        if moment.rows is not None:
            self._tracks.show(moment.writer, moment.rows)

    def _tick(self, at_us: int) -> bool:
        """Let the views know what changed; return whether ours was touched."""
        changes = self._tracks.picture.changed_since(self._version)
        self._version = changes.version
        renamed = self._tracks.take_renamed()
        self._shared.now_s = float(scene_s(np.array([at_us]))[0])
        if self._view is not None:
            self._view.forget_frames()
        if not (len(changes.rows) or changes.removed or renamed or not changes.complete):
            return False
        self.seq += 1
        self._shared.tick(changes, np.array(sorted(renamed), np.int64), self.seq)
        return self._view is not None and self._view.tick(changes)

    def _positions(self, at_us: int) -> list[Frame]:
        if not self._tick(at_us) or self._view is None:
            return []
        since, self._sent_seq = self._sent_seq, self.seq
        return self._stamped(self._view.frames(self.wish.encoding, since), at_us)

    # --------------------------------------------------------------------------------------------------------- events

    def _visible(self, event: RecordedEvent) -> bool:
        owners = None if event.visible_to is None else frozenset(event.visible_to)
        return EventRecord(0, event.topic, "", owners, 0.0).visible_for(self._principal)

    def _event(self, event: RecordedEvent) -> list[Frame]:
        if event.topic not in self.wish.topics:
            return []
        name, over = _name_and_end(event)
        known = self._told.setdefault(event.topic, set())
        # What stood where a recording begins is news to a window that began before; at the turn of an hour it is not.
        news = event.kind == "event" or name not in known
        (known.discard if over else known.add)(name)
        if not news or not self._visible(event):
            return []
        self.seq += 1
        return self._stamped([_message(self.seq, event.topic, "increment", [bytes(event.item)])], event.at_us)

    def _standing(self, topic: Topic) -> str:
        """Return the snapshot of a topic: what stood when the hour's file was begun, and what happened since.

        A file says what stands a moment after it is begun. In that moment the file of the hour before says it too, and
        where there is none, because the recording begins there, what is said next is what stood, but for what came since.
        """
        at_us = self.wish.from_us
        present: dict[str, RecordedEvent] = {}
        came: set[str] = set()
        into_hour_us = at_us % _HOUR_US
        begun_us = at_us - into_hour_us - (_HOUR_US if into_hour_us < _STATES_US else 0)
        for piece in self._recordings.pieces(begun_us, at_us + _STATES_US):
            for event in sorted(piece.events(), key=lambda event: event.at_us):
                if event.topic != topic or event.at_us > at_us + _STATES_US:
                    continue
                name, over = _name_and_end(event)
                if event.at_us > at_us and event.kind == "event":
                    came.add(name)
                elif over:
                    present.pop(name, None)
                elif event.kind == "event" or not (name in present or name in came):
                    present[name] = event
        self._told[topic] = set(present)
        seen = [bytes(event.item) for event in present.values() if self._visible(event)]
        return _message(self.seq, topic, "snapshot", seen)

    # --------------------------------------------------------------------------------------------------------- reading

    def _rows(self, piece: Piece) -> Rows | None:
        """Return a slice's rows, the last two kept at hand."""
        name = (piece.writer, piece.number)
        for held, rows in self._held:
            if held == name:
                return rows
        found = self._recordings.rows_of(piece)
        self._held.append((name, found))
        return found

    def _all_moments(self) -> Iterator["_Moment"]:
        """Yield what happens after the beginning of the window, in order, one slice of each writer at a time."""
        pieces = self._recordings.pieces(self.wish.from_us + 1, self.wish.to_us)
        pieces.sort(key=lambda piece: (piece.writer, piece.first_us, piece.number))
        streams = [self._of_writer(list(mine)) for _, mine in groupby(pieces, key=lambda piece: piece.writer)]
        yield from heapq.merge(*streams, key=lambda moment: moment.at_us)

    def _of_writer(self, pieces: list[Piece]) -> Iterator["_Moment"]:
        wish = self.wish
        for piece in pieces:
            events = [
                _Moment(event.at_us, piece.writer, event=event)
                for event in sorted(piece.events(), key=lambda event: event.at_us)
                if wish.from_us < event.at_us <= wish.to_us
            ]
            ticks = self._ticks(piece) if "tracks" in wish.topics else iter(())
            yield from heapq.merge(events, ticks, key=lambda moment: moment.at_us)

    def _ticks(self, piece: Piece) -> Iterator["_Moment"]:
        rows = self._rows(piece)
        if rows is None:
            return
        first, after = (
            int(place) for place in np.searchsorted(rows.ticks_us, (self.wish.from_us + 1, self.wish.to_us + 1))
        )
        ticks = rows.data[TICK]
        chosen = np.flatnonzero(((rows.flags & (SHOWN | GONE)) != 0) & (ticks >= first) & (ticks < after))
        chosen = chosen[np.argsort(ticks[chosen], kind="stable")]
        bounds = np.searchsorted(ticks[chosen], np.arange(first, after + 1))
        for tick in range(first, after):
            some = chosen[bounds[tick - first] : bounds[tick - first + 1]]
            yield _Moment(int(rows.ticks_us[tick]), piece.writer, rows=rows.take(some))

    def _stamped(self, frames: list[Frame], at_us: int) -> list[Frame]:
        """Give text messages the instant they were live."""
        at = instant(at_us).isoformat().replace("+00:00", "Z")
        return [f'{frame[:-1]},"at":"{at}"}}' if isinstance(frame, str) else frame for frame in frames]


@dataclass(frozen=True, slots=True)
class _Moment:
    """Something that happened: the rows a tick told, or an event."""

    at_us: int
    writer: str
    rows: Rows | None = None
    event: RecordedEvent | None = None


def _name_and_end(event: RecordedEvent) -> tuple[str, bool]:
    """Return the id of what an event tells of, and whether that is over with it."""
    item = orjson.loads(bytes(event.item))
    field_name, ends = _OVER.get(event.topic, ("", ()))
    return str(item.get(_ID_OF[event.topic])), bool(field_name) and item.get(field_name) in ends


def _message(seq: int, topic: str, kind: Any, items: list[bytes]) -> str:
    return b"".join((message_head(seq, topic, kind), b'"items":[', b",".join(items), b'],"removed":[]}')).decode()
