"""The bus: what happened, told to whoever listens inside this process.

A port with two implementations in view: this one, and one over NATS. Subscribers must be quick and must not raise; a
subscriber that does is logged and the others are still told.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

import msgspec
import structlog
from sqlmodel import Session

from utm.store.store import after_commit

Handler = Callable[[str, msgspec.Struct, frozenset[str] | None], None]
Keeper = Callable[[Session, str, msgspec.Struct, frozenset[str] | None], None]

_log = structlog.get_logger(__name__)


class Bus(Protocol):
    """Carries events by topic: tracks, alerts, plans, zones, commands, orders."""

    def publish(self, topic: str, item: msgspec.Struct, *, visible_to: frozenset[str] | None = None) -> None:
        """Tell every subscriber of the topic; `visible_to` limits it to organisations (None: whoever may see all)."""
        ...

    def publish_in(
        self, session: Session, topic: str, item: msgspec.Struct, *, visible_to: frozenset[str] | None = None
    ) -> None:
        """Keep the event in a job's transaction where somebody asked for that, and tell it once it is durable."""
        ...

    def keep_with(self, keeper: Keeper) -> None:
        """Call the keeper inside the transaction of every event published with `publish_in`."""
        ...

    def subscribe(self, topic: str, handler: Handler) -> Callable[[], None]:
        """Call the handler for every event of the topic; returns what ends the subscription."""
        ...


class InProcessBus:
    """Delivers at once, in order, on the caller's thread."""

    def __init__(self) -> None:
        self._handlers: dict[str, list[Handler]] = defaultdict(list)
        self._keepers: list[Keeper] = []

    def publish(self, topic: str, item: msgspec.Struct, *, visible_to: frozenset[str] | None = None) -> None:
        """Call every handler of the topic."""
        for handler in tuple(self._handlers[topic]):
            try:
                handler(topic, item, visible_to)
            except Exception:
                _log.exception("bus_handler_failed", topic=topic)

    def publish_in(
        self, session: Session, topic: str, item: msgspec.Struct, *, visible_to: frozenset[str] | None = None
    ) -> None:
        """Let the keepers write beside the job, and call the handlers after the commit."""
        for keeper in self._keepers:
            keeper(session, topic, item, visible_to)
        after_commit(session, lambda: self.publish(topic, item, visible_to=visible_to))

    def keep_with(self, keeper: Keeper) -> None:
        """Add a keeper."""
        self._keepers.append(keeper)

    def subscribe(self, topic: str, handler: Handler) -> Callable[[], None]:
        """Add a handler; the returned function takes it away again."""
        self._handlers[topic].append(handler)

        def unsubscribe() -> None:
            if handler in self._handlers[topic]:
                self._handlers[topic].remove(handler)

        return unsubscribe
