"""LiveHub: the live feed's heart: one seq, one tick, views shared by clients, events that are never dropped.

Positions go newest value first (`utm.live_views`): a client that cannot keep up skips some. Events (alerts, plans,
zones, commands, orders) each get a seq and wait in the client's own mailbox; a client that lets it overflow is
disconnected with a reason and resumes with `since` from the ring of past events. Everything here runs on the event
loop's thread.
"""

import asyncio
import inspect
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import numpy as np
import structlog

from airspace.timebase import to_scene_s
from airspace.tracks import Changes
from utm.clock import Clock
from utm.live_area import Area, Everywhere
from utm.live_frames import MAGIC
from utm.live_schema import TOPICS, Encoding, ErrorMessage, Hello, Kind, Topic
from utm.live_views import Frame, SharedRows, View, message_head
from utm.security.authorise import may_read_of
from utm.security.principal import Principal
from utm.telemetry_values import TrackIdentity
from utm.track_items import TrackSource

PUBLIC_TOPICS: Final[frozenset[str]] = frozenset({"zones"})
"""Topics everybody who may use the feed sees whole."""
_COUNTED: Final = (
    "ticks", "late_ticks", "failed_ticks", "events", "messages", "message_bytes", "skipped_batches", "mailbox_overflows",
)  # fmt: skip
CLOSE_RESTART: Final = 1012
CLOSE_REVOKED: Final = 4401
CLOSE_OVERFLOW: Final = 4408

SnapshotProvider = Callable[[Principal], Sequence[msgspec.Struct] | Awaitable[Sequence[msgspec.Struct]]]

_encode = msgspec.json.Encoder().encode
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """Times and bounds of the feed; the defaults are ours."""

    tick_s: float = 0.25
    retention_s: float = 600.0
    retention_events: int = 20_000
    retention_bytes: int = 32 << 20
    mailbox_events: int = 4_096
    mailbox_bytes: int = 4 << 20


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One event as sent: `visible_to` None is only who sees everything, and everybody for public topics."""

    seq: int
    topic: str
    frame: str
    visible_to: frozenset[str] | None
    at_s: float

    def visible_for(self, principal: Principal) -> bool:
        """Tell whether the caller may see it."""
        if self.topic in PUBLIC_TOPICS and self.visible_to is None:
            return True
        return may_read_of(principal, None) or any(may_read_of(principal, owner) for owner in self.visible_to or ())


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a client asked for."""

    area: Area = field(default_factory=Everywhere)
    topics: tuple[Topic, ...] = ("tracks",)
    encoding: Encoding = "json"
    since: int | None = None


class ClientClosed(Exception):  # noqa: N818  (an ending, not an error)
    """The hub ends a connection with this close code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


def sees_track(principal: Principal, identity: TrackIdentity) -> bool:
    """Tell whether the caller may see a track: its own aircraft, what it feeds itself, or everything by its role."""
    return may_read_of(principal, identity.operator_id) or (
        identity.feeder_id is not None and may_read_of(principal, identity.feeder_id)
    )


class LiveClient:
    """One connection's side of the feed: its mailbox of events and how far its positions are served."""

    def __init__(self, hub: "LiveHub", principal: Principal) -> None:
        self.principal = principal
        self.skipped_batches = 0
        self._hub = hub
        self._subscription: Subscription | None = None
        self._view: View | None = None
        self._tracks_seq: int | None = None
        self._seen_changes = 0
        self._events: deque[tuple[int, str]] = deque()
        self._event_bytes = 0
        self._ready: deque[tuple[int, Frame]] = deque()
        self._seq = 0
        self._paused = False
        self._ended: ClientClosed | None = None
        self._end_news = asyncio.Event()
        self._wake = asyncio.Event()

    def say_error(self, code: str, detail: str, detail_zh: str) -> None:
        """Tell this client that a message of its could not be followed."""
        seq = self._ready[-1][0] if self._ready else self._seq
        self._ready.append((seq, _encode(ErrorMessage(seq, code, detail, detail_zh)).decode()))
        self._wake.set()

    def say_hello(self) -> None:
        """Tell this client what the server offers."""
        seq = self._ready[-1][0] if self._ready else self._seq
        self._ready.append((seq, self._hub.hello(seq)))
        self._wake.set()

    def end(self, code: int, reason: str) -> None:
        """End the connection; what waits in the mailbox is not sent any more."""
        if self._ended is None:
            self._ended = ClientClosed(code, reason)
            self._end_news.set()
            self._wake.set()

    async def ended(self) -> ClientClosed:
        """Wait until the hub ends the connection; returns how (a writer stuck in sending would not notice)."""
        await self._end_news.wait()
        assert self._ended is not None
        return self._ended

    async def next_frame(self) -> Frame:
        """Wait for the next frame; raises ClientClosed when the hub ends the connection.

        Frames come in the order of their seq: an event older than the positions' tick goes before them.
        """
        while True:
            if self._ended is not None:
                raise self._ended
            if not self._ready and not self._paused:
                self._fetch()
            if self._ready:
                self._seq, frame = self._ready.popleft()
                self._hub.counters["messages"] += 1
                self._hub.counters["message_bytes"] += len(frame)
                return frame
            self._wake.clear()
            await self._wake.wait()

    def _fetch(self) -> None:
        """Make the next event or the positions due ready for sending, if there are any."""
        view = self._view
        pending = view is not None and self._tracks_seq is not None and view.changed_seq > self._tracks_seq
        if self._events and not (pending and self._events[0][0] > self._hub.tick_seq):
            event = self._events.popleft()
            self._event_bytes -= len(event[1])
            self._ready.append(event)
        elif pending:
            assert view is not None
            skipped = max(0, view.changes - self._seen_changes - 1)
            self.skipped_batches += skipped
            self._hub.counters["skipped_batches"] += skipped
            self._take_tracks(view, self._tracks_seq)

    def _take_tracks(self, view: View, since: int | None) -> None:
        resumed = since if since is not None and view.can_resume(since) else None
        encoding = self._subscription.encoding if self._subscription is not None else "json"
        seq = self._hub.tick_seq
        self._ready.extend((seq, frame) for frame in view.frames(encoding, resumed))
        self._tracks_seq, self._seen_changes = seq, view.changes

    def deliver(self, record: EventRecord) -> None:
        """Put an event into the mailbox if it was asked for and may be seen; an overflow ends the connection."""
        subscription = self._subscription
        if subscription is None or record.topic not in subscription.topics or self._ended is not None:
            return
        if not record.visible_for(self.principal):
            return
        limits = self._hub.limits
        if len(self._events) >= limits.mailbox_events or self._event_bytes > limits.mailbox_bytes:
            self._hub.counters["mailbox_overflows"] += 1
            self._events.clear()
            self.end(CLOSE_OVERFLOW, "mailbox overflow: resume with since")
            return
        self._events.append((record.seq, record.frame))
        self._event_bytes += len(record.frame)
        self._wake.set()

    def ticked(self, touched: set[View]) -> None:
        """Note that these views have news."""
        if self._view in touched:
            self._wake.set()

    async def subscribe(self, subscription: Subscription) -> None:
        """Follow a subscription in place of the one before: a snapshot of each topic or, with `since`, events missed.

        Positions come as a snapshot in either case: which of them a broken connection still delivered nobody knows.
        Raises whatever a topic's snapshot provider raises.
        """
        self._paused = True
        try:
            self._detach()
            seq = self._hub.stamp()
            self._subscription = subscription
            self._events.clear()
            self._event_bytes = 0
            missed = None if subscription.since is None else self._hub.missed(subscription.since)
            for record in missed or ():
                self._replay(record)
            if "tracks" in subscription.topics:
                self._view = self._hub.view_for(subscription.area, self.principal)
                self._take_tracks(self._view, None)
            if missed is not None:
                return
            for topic in subscription.topics:
                if topic != "tracks":
                    items = await self._hub.snapshot(topic, self.principal)
                    self._ready.append((seq, _message(seq, topic, "snapshot", items, [])))
        finally:
            self._paused = False
            self._wake.set()

    def _replay(self, record: EventRecord) -> None:
        """Make an event of the ring ready; the ring is bounded, the mailbox's own bound does not apply."""
        subscription = self._subscription
        if subscription is not None and record.topic in subscription.topics and record.visible_for(self.principal):
            self._ready.append((record.seq, record.frame))

    def _detach(self) -> None:
        if self._view is not None and self._subscription is not None:
            self._hub.leave(self._subscription.area, self.principal)
        self._view, self._tracks_seq = None, None

    def close(self) -> None:
        """Leave the hub; idempotent."""
        self._detach()
        self._hub.forget(self)


class LiveHub:
    """See the module's text. `source` is the telemetry service; the hub drives its `advance` once a tick."""

    def __init__(self, source: TrackSource, clock: Clock, *, limits: LiveLimits | None = None) -> None:
        self.limits = limits or LiveLimits()
        # Starting from the wall clock keeps seq rising over restarts: a stale `since` is noticed, never misread.
        self.seq = int(clock.now().timestamp() * 1000)
        self.tick_seq = self.seq
        self.counters: dict[str, int] = dict.fromkeys(_COUNTED, 0)
        self.last_tick_ms = 0.0
        self.listeners: list[Callable[[float, Changes, set[int]], None]] = []
        """Told of each tick: its instant (scene seconds), what changed, and the rows whose identity did."""
        self._source, self._clock = source, clock
        self._shared = SharedRows(source)
        self._shared.seq = self.seq
        self._picture_version = 0
        self._views: dict[tuple[Area, tuple[str, str] | None], View] = {}
        self._clients: set[LiveClient] = set()
        self._ring: deque[EventRecord] = deque()
        self._ring_bytes = 0
        self._floor_seq = self.seq
        self._providers: dict[str, SnapshotProvider] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    # ------------------------------------------------------------------------------------------------------- running

    async def start(self) -> None:
        """Begin ticking."""
        self._task = asyncio.create_task(self._run(), name="live-hub")

    async def close(self) -> None:
        """Stop ticking and end every connection; returns at once, the connections' writers end by themselves."""
        self._closed = True
        for client in tuple(self._clients):
            client.end(CLOSE_RESTART, "server restarts: resume with since")
        self._announce()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += self.limits.tick_s
            delay = due - loop.time()
            if delay < -self.limits.tick_s:  # fell behind: skip the missed ticks instead of rushing through them
                self.counters["late_ticks"] += 1
                due = loop.time()
            await asyncio.sleep(max(0.0, delay))
            try:
                self.tick()
            except Exception:
                self.counters["failed_ticks"] += 1
                _log.exception("live_tick_failed")

    def tick(self) -> None:
        """Judge the picture, find what changed, and wake the clients it concerns."""
        started = time.perf_counter()
        now_s = to_scene_s(self._clock.now())
        self._source.advance(now_s)
        changes = self._source.picture.changed_since(self._picture_version)
        self._picture_version = changes.version
        renamed = self._source.take_renamed()
        self._shared.now_s = now_s
        for view in self._views.values():
            view.forget_frames()
        if len(changes.rows) or changes.removed or renamed or not changes.complete:
            self.seq += 1
            self.tick_seq = self.seq
            self._shared.tick(changes, np.array(sorted(renamed), np.int64), self.seq)
            touched = {view for view in self._views.values() if view.tick(changes)}
            for client in self._clients:
                client.ticked(touched)
        for listener in self.listeners:
            listener(now_s, changes, renamed)
        self.counters["ticks"] += 1
        self.last_tick_ms = (time.perf_counter() - started) * 1000.0

    def stamp(self) -> int:
        """Return a seq for a snapshot: no frame sent before carries a higher one, no later event a lower one."""
        if self.seq != self.tick_seq:
            self.seq += 1
            self.tick_seq = self._shared.seq = self.seq
        return self.seq

    # -------------------------------------------------------------------------------------------------------- events

    def publish(
        self,
        topic: str,
        item: msgspec.Struct | None,
        *,
        visible_to: Collection[str] | None = None,
        removed: Sequence[str] = (),
    ) -> int:
        """Send an event and return its seq; `removed` are ids that are no more, with or without an item.

        `visible_to` are the organisations it concerns; who sees everything sees it anyway. None is nobody else, but
        everybody for `PUBLIC_TOPICS`. ValueError for an unknown topic.
        """
        if topic not in TOPICS or topic == "tracks":
            raise ValueError(f"no events are published on {topic!r}")
        self.seq += 1
        at_s = to_scene_s(self._clock.now())
        frame = _message(self.seq, topic, "increment", [] if item is None else [item], removed)
        record = EventRecord(self.seq, topic, frame, None if visible_to is None else frozenset(visible_to), at_s)
        self.counters["events"] += 1
        self._ring.append(record)
        self._ring_bytes += len(frame)
        self._trim(at_s)
        for client in tuple(self._clients):
            client.deliver(record)
        self._announce()
        return record.seq

    def on_bus(self, topic: str, item: msgspec.Struct, visible_to: frozenset[str] | None) -> None:
        """Take an event from the bus (a `utm.bus.Handler`)."""
        self.publish(topic, item, visible_to=visible_to)

    def _trim(self, now_s: float) -> None:
        limits = self.limits
        while self._ring and (
            len(self._ring) > limits.retention_events
            or self._ring_bytes > limits.retention_bytes
            or now_s - self._ring[0].at_s > limits.retention_s
        ):
            oldest = self._ring.popleft()
            self._ring_bytes -= len(oldest.frame)
            self._floor_seq = oldest.seq

    def missed(self, since: int) -> list[EventRecord] | None:
        """Return the events after `since`, or None when some of them are forgotten or `since` is not ours."""
        self._trim(to_scene_s(self._clock.now()))
        if not self._floor_seq <= since <= self.seq:
            return None
        found = []
        for record in reversed(self._ring):
            if record.seq <= since:
                break
            found.append(record)
        return found[::-1]

    def provide(self, topic: Topic, provider: SnapshotProvider) -> None:
        """Say who knows the present items of a topic that a caller may see, for snapshots; may be a coroutine."""
        self._providers[topic] = provider

    async def snapshot(self, topic: str, principal: Principal) -> Sequence[msgspec.Struct]:
        """Return the present items of a topic that the caller may see."""
        provider = self._providers.get(topic)
        if provider is None:
            return ()
        found: Any = provider(principal)
        items: Sequence[msgspec.Struct] = await found if inspect.isawaitable(found) else found
        return items

    def hello(self, seq: int) -> str:
        """Return the message that says what this server offers."""
        limits = self.limits
        offer = Hello(seq, self._clock.now(), limits.tick_s, limits.retention_s, list(TOPICS), MAGIC.decode())
        return _encode(offer).decode()

    async def wait_for_events(self, since: int, timeout_s: float) -> None:
        """Return when something was published after `since`, or the time is over, or the hub closes."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while not self._closed and not (self._ring and self._ring[-1].seq > since):
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left)

    def _announce(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    # ------------------------------------------------------------------------------------------------------- clients

    def connect(self, principal: Principal) -> LiveClient:
        """Return the hub's side of a new connection; call its `close` when the connection ends."""
        client = LiveClient(self, principal)
        self._clients.add(client)
        if self._closed:
            client.end(CLOSE_RESTART, "server restarts: resume with since")
        return client

    def end_unless(self, stands: Callable[[Principal], bool]) -> None:
        """End the connections of callers whose token or session was taken back."""
        for client in tuple(self._clients):
            if not stands(client.principal):
                client.end(CLOSE_REVOKED, "the token or session was taken back")

    def forget(self, client: LiveClient) -> None:
        """Drop a connection."""
        self._clients.discard(client)

    @property
    def clients(self) -> int:
        """Connections open."""
        return len(self._clients)

    @property
    def views(self) -> int:
        """Different areas and audiences the connections share."""
        return len(self._views)

    def clients_of(self, subject: str) -> int:
        """Connections open of one caller."""
        return sum(client.principal.subject == subject for client in self._clients)

    @property
    def closed(self) -> bool:
        """Whether the hub has stopped."""
        return self._closed

    def view_for(self, area: Area, principal: Principal) -> View:
        """Return the view of an area as the caller sees it, shared with everybody who sees the same."""
        key = _view_key(area, principal)
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = View(self._shared, area, lambda identity: sees_track(principal, identity))
        view.clients += 1
        return view

    def leave(self, area: Area, principal: Principal) -> None:
        """Give a view up; the last to leave ends it."""
        key = _view_key(area, principal)
        self._views[key].clients -= 1
        if not self._views[key].clients:
            del self._views[key]


def _view_key(area: Area, principal: Principal) -> tuple[Area, tuple[str, str] | None]:
    return area, None if principal.sees_everything else (principal.role, principal.organisation_id)


def _message(seq: int, topic: str, kind: Kind, items: Sequence[msgspec.Struct], removed: Sequence[str]) -> str:
    head = message_head(seq, topic, kind)
    return b"".join((head, b'"items":', _encode(items), b',"removed":', _encode(list(removed)), b"}")).decode()
