"""Chance and time as the world gives them, to code that takes them from the standard library.

Identifiers decide orders (of rows, of sets), so they must come from the seed. While `seeded` is in force, `secrets`,
`os.urandom`, `uuid.uuid4` and `time.time` of this process do; log lines go to the world instead of a terminal.
What names the files of compiled kernels stays chance: two worlds of one seed may compile into one folder at once.
"""

import logging
import os
import secrets
import time
import uuid
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from random import Random, SystemRandom
from types import SimpleNamespace
from typing import Any

import structlog
from numba.core import caching

LogLine = Callable[[str, str, dict[str, Any]], None]
"""Takes the level ("warning", "error", ...), the event and its fields."""


@contextmanager
def seeded(seed: int | str, unix_s: Callable[[], float]) -> Iterator[None]:
    """Let the standard library's sources of chance follow from the seed, and `time.time` from the world."""
    # A source of its own for each caller and length: what a library draws once in a process must not shift the rest.
    sources: dict[tuple[str, int], Random] = {}

    def drawn(what: str, nbytes: int) -> bytes:
        source = sources.get((what, nbytes))
        if source is None:
            source = sources[what, nbytes] = Random(f"{seed}/{what}/{nbytes}")
        return source.randbytes(nbytes)

    def token_bytes(nbytes: int | None = None) -> bytes:
        return drawn("secrets", 32 if nbytes is None else nbytes)

    kept = (secrets.token_bytes, os.urandom, uuid.uuid4, time.time, vars(caching)["uuid"])
    changed: tuple[tuple[Any, str, Any], ...] = (
        (secrets, "token_bytes", token_bytes),
        (os, "urandom", lambda size: drawn("urandom", size)),
        (uuid, "uuid4", lambda: uuid.UUID(bytes=drawn("uuid", 16), version=4)),
        (time, "time", unix_s),
        # Names from the seed would be the same in two processes, and what is compiled already would shift the others.
        (caching, "uuid", SimpleNamespace(uuid4=_by_chance)),
    )
    for module, name, replacement in changed:
        setattr(module, name, replacement)
    try:
        yield
    finally:
        for (module, name, _), original in zip(changed, kept, strict=True):
            setattr(module, name, original)


def _by_chance() -> uuid.UUID:
    """Return a real `uuid4`: `random` keeps the system's source from before it was replaced."""
    return uuid.UUID(int=SystemRandom().getrandbits(128), version=4)


@contextmanager
def logged_to(line: LogLine) -> Iterator[None]:
    """Hand every log line of the service to `line`, and none to a terminal."""
    before = structlog.get_config()

    def take(_logger: Any, level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        fields = dict(event)
        line("error" if level == "exception" else level, str(fields.pop("event", "")), fields)
        raise structlog.DropEvent

    handler = _Handler(line)
    root = logging.getLogger()
    level = root.level
    others, root.handlers = root.handlers, [handler]
    structlog.configure(processors=[structlog.processors.format_exc_info, take], cache_logger_on_first_use=False)
    try:
        yield
    finally:
        root.handlers = others
        root.setLevel(level)
        structlog.configure(**before)


class _Handler(logging.Handler):
    """Takes what is logged through the standard library: the bridge, asyncio, SQLAlchemy."""

    def __init__(self, line: LogLine) -> None:
        super().__init__(logging.WARNING)
        self._line = line

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, Any] = {"logger": record.name}
        if record.exc_info:
            fields["exception"] = logging.Formatter().formatException(record.exc_info)
        self._line(record.levelname.lower(), record.getMessage(), fields)
