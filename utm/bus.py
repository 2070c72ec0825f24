"""The bus: what happened, told to whoever listens inside this process.

A port with two implementations in view: this one, and one over NATS. Subscribers must be quick and must not raise; a
subscriber that does is logged and the others are still told.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

import msgspec
import structlog

Handler = Callable[[str, msgspec.Struct, frozenset[str] | None], None]

_log = structlog.get_logger(__name__)


class Bus(Protocol):
    """Carries events by topic: tracks, alerts, plans, zones, commands, orders."""

    def publish(self, topic: str, item: msgspec.Struct, *, visible_to: frozenset[str] | None = None) -> None:
        """Tell every subscriber of the topic; `visible_to` limits it to organisations (None: whoever may see all)."""
        ...

    def subscribe(self, topic: str, handler: Handler) -> Callable[[], None]:
        """Call the handler for every event of the topic; returns what ends the subscription."""
        ...


class InProcessBus:
    """Delivers at once, in order, on the caller's thread."""

    def __init__(self) -> None:
        self._handlers: dict[str, list[Handler]] = defaultdict(list)

    def publish(self, topic: str, item: msgspec.Struct, *, visible_to: frozenset[str] | None = None) -> None:
        """Call every handler of the topic."""
        for handler in tuple(self._handlers[topic]):
            try:
                handler(topic, item, visible_to)
            except Exception:
                _log.exception("bus_handler_failed", topic=topic)

    def subscribe(self, topic: str, handler: Handler) -> Callable[[], None]:
        """Add a handler; the returned function takes it away again."""
        self._handlers[topic].append(handler)

        def unsubscribe() -> None:
            if handler in self._handlers[topic]:
                self._handlers[topic].remove(handler)

        return unsubscribe
