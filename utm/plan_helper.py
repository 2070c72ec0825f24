"""The helper process: judges plans ahead of their turn on a memory of its own; started by `utm.plan_helpers`.

`python -m utm.plan_helper FD` speaks frames (four bytes of length, little-endian, then MessagePack) over a connected
socket: first the settings as JSON, then `Asked` in and `Foreseen` or `Unforeseen` out, one for one. It writes nothing to
the store, follows the change log as every process does, and ends when the socket closes.
"""

import gc
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import msgspec
from sqlmodel import Session

from airspace import deconfliction
from mavlink_bridge.bridge import Bridge
from utm.bus import InProcessBus
from utm.clock import SystemClock
from utm.composition import compose
from utm.foresight import Asked, Foreseen, Unforeseen, foresee_all
from utm.memory import Memory
from utm.plan_helper_frames import LENGTH, cut
from utm.services import Services
from utm.settings import Settings
from utm.store.store import Store

MOST_OF_A_BATCH: Final = 25
"""So many plans of a batch are judged together (`utm.foresight.foresee_all`)."""
MOST_SINGLE: Final = 6
"""So many single plans: more would keep the server waiting for the first of them."""
READY = Unforeseen(-1)
"""Sent once, when the helper can judge."""


class Helper:
    """Judges what it is asked, on what is committed."""

    def __init__(self, settings: Settings) -> None:
        self._waiting = 0
        self.services = _composed(settings)
        self.services.flight_plans.desk.waits_for(lambda: self._waiting)
        self._memory: Memory = self.services.memory
        deconfliction.warm()
        self.services.store.read_now(self._memory.catch_up)

    def answers(self, asked: Sequence[Asked]) -> list[Foreseen | Unforeseen]:
        """Judge bodies together; memory follows the log first when the server has seen more."""
        self._waiting = max(item.waiting for item in asked)
        seen = self._memory.seen
        if seen is None or seen < max(item.seq for item in asked):
            self.services.store.read_now(self._catch_up)
        return foresee_all(self.services.flight_plans, asked)

    def _catch_up(self, session: Session) -> None:
        self._memory.catch_up(session)


def _composed(settings: Settings) -> Services:
    return compose(
        settings, clock=SystemClock(), store=Store(settings.database_path), bus=InProcessBus(), bridge=Bridge([])
    )


def serve(connection: socket.socket) -> None:
    """Answer until the other side is gone."""
    frames = Frames(connection)
    first = frames.next()
    if first is None:
        return
    helper = Helper(Settings(**msgspec.json.decode(first)))
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    decoder, encoder = msgspec.msgpack.Decoder(Asked), msgspec.msgpack.Encoder()
    frames.send(encoder.encode(READY))
    while (frame := frames.next()) is not None:
        asked = [decoder.decode(frame)]
        most = MOST_OF_A_BATCH if asked[0].in_batch else MOST_SINGLE
        while len(asked) < most and (more := frames.ready()) is not None:
            asked.append(decoder.decode(more))
        frames.send(*map(encoder.encode, helper.answers(asked)))


class Frames:
    """Frames over a blocking socket."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._buffer = connection, bytearray()

    def ready(self) -> bytes | None:
        """Return the next frame if it has come already."""
        found = cut(self._buffer)
        if found is None:
            with suppress(BlockingIOError):
                self._buffer += self._connection.recv(1 << 18, socket.MSG_DONTWAIT)
                found = cut(self._buffer)
        return found

    def next(self) -> bytes | None:
        """Return the next frame, None when the other side is gone."""
        while (found := cut(self._buffer)) is None:
            got = self._connection.recv(1 << 18)
            if not got:
                return None
            self._buffer += got
        return found

    def send(self, *frames: bytes) -> None:
        """Send frames."""
        self._connection.sendall(b"".join([part for frame in frames for part in (LENGTH.pack(len(frame)), frame)]))


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as given:
        serve(given)
