"""Views of the live feed: what one audience sees of one area, encoded once and shared by every client looking at it.

Each row of the picture is encoded at most once per change, whoever looks; each frame (a view's rows changed since some
seq) is put together at most once per tick, however many clients get it. Clients are not sent a queue of old batches:
they say up to which seq they are served and get the newest value of whatever changed since, so a slow client skips
positions and never holds memory.
"""

from collections import deque
from collections.abc import Callable
from itertools import takewhile
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from airspace.tracks import Changes, RowArray
from utm.live_area import Area, AreaTest, CellColumns
from utm.live_frames import encode_tracks
from utm.live_schema import Encoding, Kind
from utm.telemetry_values import UNIX_OF_SCENE_ZERO_S, TrackIdentity
from utm.track_items import TrackSource, binary_columns, index_items, track_items

Frame = str | bytes
Sees = Callable[[TrackIdentity], bool]
_LEFT_KEPT: Final = 50_000
_AGE_OF_JSON_S: Final = 1.0  # an item tells the age of its link: after this the text would make stale look fresh
_encode = msgspec.json.Encoder().encode


class SharedRows:
    """What all views share: seq of each row's last change, who may see it by audience, its JSON once encoded."""

    def __init__(self, source: TrackSource) -> None:
        self.source = source
        self.seq = 0
        self.now_s = 0.0
        self.changed_seq: NDArray[np.int64] = np.zeros(0, np.int64)
        self.named_seq: NDArray[np.int64] = np.zeros(0, np.int64)
        self.cells = CellColumns()
        self.shown: NDArray[np.bool_] = np.zeros(0, bool)
        self._json: list[bytes | None] = []
        self._json_s: NDArray[np.float64] = np.zeros(0)
        self._owner: NDArray[np.int64] = np.zeros(0, np.int64)
        self._owner_codes: dict[tuple[str | None, str | None], int] = {}
        self._examples: list[TrackIdentity] = []

    def tick(self, changes: Changes, renamed: RowArray, seq: int) -> None:
        """Note which rows changed, which left and which changed their identity at `seq`."""
        self.seq = seq
        rows, capacity = changes.rows, self.source.picture.capacity
        if len(self.changed_seq) < capacity:
            more = capacity - len(self.changed_seq)
            self.changed_seq = np.concatenate((self.changed_seq, np.zeros(more, np.int64)))
            self.named_seq = np.concatenate((self.named_seq, np.zeros(more, np.int64)))
            self.shown = np.concatenate((self.shown, np.zeros(more, bool)))
            self._json_s = np.concatenate((self._json_s, np.zeros(more)))
            self._owner = np.concatenate((self._owner, np.full(more, -1, np.int64)))
            self._json += [None] * more
        if not changes.complete:
            self.shown &= self.source.picture.alive
        self.shown[[gone.row for gone in changes.removed]] = False
        self.shown[rows] = True
        self.changed_seq[rows] = seq
        self.named_seq[renamed] = seq
        for row in renamed.tolist():
            self._owner[row] = self._owner_code(self.source.identity(row))
        for row in rows.tolist():
            self._json[row] = None
        self.cells.moved(rows, capacity)

    def _owner_code(self, identity: TrackIdentity) -> int:
        key = (identity.operator_id, identity.feeder_id)
        code = self._owner_codes.get(key)
        if code is None:
            code = self._owner_codes[key] = len(self._examples)
            self._examples.append(identity)
        return code

    def seen_by(self, sees: Sees, known: list[bool], rows: RowArray) -> NDArray[np.bool_]:
        """Return which rows somebody may see, asking the predicate once per pair of owner and feeder.

        `known` is the asker's memory of earlier answers and is extended.
        """
        known.extend(sees(example) for example in self._examples[len(known) :])
        owner = self._owner[rows]
        seen: NDArray[np.bool_] = (owner >= 0) & np.array([*known, False], bool)[owner]
        return seen

    def json_of(self, rows: RowArray) -> list[bytes]:
        """Return the rows' items as JSON, encoding those that changed or whose ages have moved on."""
        old = (self.now_s - self._json_s[rows] > _AGE_OF_JSON_S).tolist()
        listed = zip(rows.tolist(), old, strict=True)
        stale = np.array([row for row, aged in listed if aged or self._json[row] is None], np.int64)
        self._json_s[stale] = self.now_s
        for row, item in zip(stale.tolist(), track_items(self.source, stale, self.now_s), strict=True):
            self._json[row] = _encode(item)
        encoded = [self._json[row] for row in rows.tolist()]
        return [item for item in encoded if item is not None]


class View:
    """One area as one audience sees it; `changes` counts the ticks that brought something new."""

    def __init__(self, shared: SharedRows, area: Area, sees: Sees) -> None:
        self.clients = 0
        self.changes = 0
        self.changed_seq = 0
        self._shared = shared
        self._test = AreaTest(area)
        self._sees = sees
        self._known: list[bool] = []
        self._member: NDArray[np.bool_] = np.zeros(0, bool)
        self._entered_seq: NDArray[np.int64] = np.zeros(0, np.int64)
        self._left: deque[tuple[int, int, str]] = deque(maxlen=_LEFT_KEPT)
        self._floor_seq = shared.seq
        self._frames: dict[tuple[Encoding, int | None, int], list[Frame]] = {}
        self.encodings = 0
        self._update(np.flatnonzero(shared.shown & shared.source.picture.alive[: len(shared.shown)]))

    def forget_frames(self) -> None:
        """Let frames be put together anew: time has passed, and they tell ages."""
        self._frames.clear()

    def tick(self, changes: Changes) -> bool:
        """Take what changed at the shared seq; returns whether any of it concerns this view."""
        touched = self._update(changes.rows)
        if not changes.complete:  # removals were forgotten: everybody gets a snapshot
            self._member &= self._shared.source.picture.alive[: len(self._member)]
            self._left.clear()
            self._floor_seq = self._shared.seq
            touched = True
        for gone in changes.removed:
            if gone.row < len(self._member) and self._member[gone.row]:
                self._member[gone.row] = False
                self._leave(gone.row, gone.track_id)
                touched = True
        if touched:
            self.changes += 1
            self.changed_seq = self._shared.seq
        return touched

    def _update(self, rows: RowArray) -> bool:
        picture, shared = self._shared.source.picture, self._shared
        if len(self._member) < len(shared.shown):
            more = len(shared.shown) - len(self._member)
            self._member = np.concatenate((self._member, np.zeros(more, bool)))
            self._entered_seq = np.concatenate((self._entered_seq, np.zeros(more, np.int64)))
        if not len(rows):
            return False
        inside = shared.seen_by(self._sees, self._known, rows)
        inside[inside] = self._test.holds(rows[inside], picture.lat_deg, picture.lon_deg, shared.cells)
        was = self._member[rows]
        self._entered_seq[rows[inside & ~was]] = shared.seq
        for row in rows[was & ~inside].tolist():
            self._leave(row, picture.track_ids[row])
        self._member[rows] = inside
        return bool((inside | was).any())

    def _leave(self, row: int, track_id: str) -> None:
        if len(self._left) == self._left.maxlen:
            self._floor_seq = self._left[0][0]
        self._left.append((self._shared.seq, row, track_id))

    def can_resume(self, since: int) -> bool:
        """Tell whether what changed after `since` is known in full."""
        return self._floor_seq <= since <= self._shared.seq

    def frames(self, encoding: Encoding, since: int | None) -> list[Frame]:
        """Return the messages that bring a client from `since` (None: from nothing) to the present.

        With since None always at least one message; for binary an index message, where needed, precedes the frame.
        """
        key = (encoding, since, self._shared.seq)
        frames = self._frames.get(key)
        if frames is None:
            self.encodings += 1
            frames = self._json(since) if encoding == "json" else self._binary(since)
            self._frames[key] = frames
        return frames

    def rows_since(self, since: int | None) -> RowArray:
        """Return the rows of the view that changed after `since`, all for None."""
        member = self._member & self._shared.source.picture.alive[: len(self._member)]
        if since is None:
            return np.flatnonzero(member)
        changed = np.maximum(self._shared.changed_seq, self._entered_seq)
        return np.flatnonzero(member & (changed > since))

    def _left_since(self, since: int | None) -> list[tuple[int, int, str]]:
        if since is None:
            return []
        return list(takewhile(lambda left: left[0] > since, reversed(self._left)))

    def _json(self, since: int | None) -> list[Frame]:
        rows = self.rows_since(since)
        present = {self._shared.source.picture.track_ids[row] for row in rows.tolist()}
        removed = sorted({track_id for _, _, track_id in self._left_since(since)} - present)
        if since is not None and not len(rows) and not removed:
            return []
        head = message_head(self._shared.seq, "tracks", "snapshot" if since is None else "increment")
        body = b",".join(self._shared.json_of(rows))
        return [b"".join((head, b'"items":[', body, b'],"removed":', _encode(removed), b"}")).decode()]

    def _binary(self, since: int | None) -> list[Frame]:
        shared, kind = self._shared, _kind(since)
        rows = self.rows_since(since)
        removed = sorted({row for _, row, _ in self._left_since(since)})
        if since is None:
            named = rows
        else:
            news = np.maximum(shared.named_seq, self._entered_seq)
            named = rows[news[rows] > since]
        frames: list[Frame] = []
        if since is None or len(named) or removed:
            head = message_head(shared.seq, "index", kind)
            items = _encode(index_items(shared.source, named))
            frames.append(b"".join((head, b'"items":', items, b',"removed":', _encode(removed), b"}")).decode())
        if since is None or len(rows):
            tick_unix_ms = round((shared.now_s + UNIX_OF_SCENE_ZERO_S) * 1000.0, 3)
            columns = binary_columns(shared.source.picture, rows, shared.now_s)
            frames.append(encode_tracks(columns, kind=kind, seq=shared.seq, tick_unix_ms=tick_unix_ms))
        return frames


def _kind(since: int | None) -> Kind:
    return "snapshot" if since is None else "increment"


def message_head(seq: int, topic: str, kind: Kind) -> bytes:
    """Return the start of a text message, up to where its items follow."""
    return b'{"seq":%d,"topic":"%s","kind":"%s",' % (seq, topic.encode(), kind.encode())
