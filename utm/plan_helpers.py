"""Helper processes that judge plans ahead of their turn, so that filing uses more than one core.

They start when the first crowd of plans comes in and are asked only while several plans wait: one plan at a time is
judged faster where it is. A helper that ends takes nothing with it but time: what it was asked is judged here.
"""

import asyncio
import contextlib
import os
import socket
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, cast

import msgspec
import structlog

from utm.foresight import Asked, Foreseen
from utm.memory import Memory
from utm.plan_helper_frames import LENGTH, cut, settings_of
from utm.security import Principal
from utm.settings import Settings
from utm.store.store import Store

_log = structlog.get_logger(__name__)

CROWD: Final = 4
"""So many single plans in hand at once, or a batch of `BATCH`, are worth starting helpers for."""
BATCH: Final = 100
_RESTART_S: Final = 30.0
"""How long after a helper ended another may be started."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Foreseen)


@dataclass(slots=True)
class _Asking:
    """Bodies asked together: what came of them so far, and who waits for all."""

    count: int
    future: "asyncio.Future[list[Foreseen | None]]"
    found: list[Foreseen | None] = field(default_factory=list)

    def end(self) -> None:
        """Answer with what is there; what is missing must be judged by the server."""
        if not self.future.done():
            self.future.set_result(self.found + [None] * (self.count - len(self.found)))


class _Link(asyncio.Protocol):
    """The server's end of one helper."""

    def __init__(self, on_frame: "PlanHelpers") -> None:
        self._pool, self._buffer = on_frame, bytearray()
        self._waiting: deque[_Asking] = deque()
        self.transport: asyncio.Transport | None = None
        self.owed = 0
        """How many bodies were asked and are not answered yet."""
        self.ready = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are none by inheritance

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (frame := cut(self._buffer)) is not None:
            self._received(frame)

    def _received(self, frame: bytes) -> None:
        if not self.ready:
            self.ready = True
            return
        asking = self._waiting[0]
        try:
            asking.found.append(None if asking.future.done() else _decoder.decode(frame))
        except msgspec.ValidationError:  # the shorter answer: nothing could be said ahead
            asking.found.append(None)
        self.owed -= 1
        if len(asking.found) == asking.count:
            self._waiting.popleft().end()

    def connection_lost(self, exc: Exception | None) -> None:
        for asking in self._waiting:
            asking.end()
        self._waiting.clear()
        self.owed = 0
        self._pool.lost(self)

    def ask(self, asked: Sequence[Asked]) -> "asyncio.Future[list[Foreseen | None]]":
        """Ask for bodies in one write, so that the helper finds all of them when it looks."""
        future: asyncio.Future[list[Foreseen | None]] = asyncio.get_running_loop().create_future()
        assert self.transport is not None
        self._waiting.append(_Asking(len(asked), future))
        self.owed += len(asked)
        frames = map(_encoder.encode, asked)
        self.transport.write(b"".join([part for frame in frames for part in (LENGTH.pack(len(frame)), frame)]))
        return future


class PlanHelpers:
    """Starts, asks and ends the helpers of one server; on its event loop only."""

    def __init__(self, settings: Settings, store: Store, memory: Memory) -> None:
        self._settings, self._store, self._memory = settings, store, memory
        self._links: list[_Link] = []
        self._processes: list[asyncio.subprocess.Process] = []
        self._starting: asyncio.Task[None] | None = None
        self._not_before_s = 0.0
        self._number = 0
        self.in_hand = 0
        """How many single plans are being filed at this moment."""

    @property
    def ready(self) -> int:
        """How many helpers can be asked now."""
        return sum(link.ready for link in self._links)

    @property
    def backlog(self) -> int:
        """How many plans the least busy helper has been asked and not answered."""
        return min((link.owed for link in self._links if link.ready), default=0)

    def crowd(self, count: int, limit: int) -> bool:
        """Tell whether helpers should be asked; starts them when so many plans wait and they do not run yet."""
        if count < limit or not self._wanted():
            return False
        if not self._links and self._starting is None:
            loop = asyncio.get_running_loop()
            if loop.time() >= self._not_before_s:
                self._starting = loop.create_task(self._start(), name="plan-helpers")
        return self.ready > 0

    def ask(
        self, principal: Principal, bodies: Sequence[bytes], *, in_batch: bool
    ) -> "asyncio.Future[list[Foreseen | None]]":
        """Have bodies judged ahead by the least busy helper; None means that one must be judged here."""
        link = min((link for link in self._links if link.ready), key=lambda link: link.owed, default=None)
        if link is None or not bodies:
            nothing: asyncio.Future[list[Foreseen | None]] = asyncio.get_running_loop().create_future()
            nothing.set_result([None] * len(bodies))
            return nothing
        seq, waiting = self._memory.seen or 0, self._store.waiting + link.owed
        numbers = range(self._number + 1, self._number + 1 + len(bodies))
        self._number += len(bodies)
        return link.ask(
            [Asked(n, seq, waiting, principal, body, in_batch) for n, body in zip(numbers, bodies, strict=True)]
        )

    async def close(self) -> None:
        """End the helpers."""
        self._not_before_s = float("inf")
        if self._starting is not None:
            self._starting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._starting
        for link in list(self._links):
            if link.transport is not None:
                link.transport.close()
        for process in self._processes:
            if process.returncode is None:  # it keeps nothing that could be lost
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
            await process.wait()

    def lost(self, link: _Link) -> None:
        """Forget a helper that is gone."""
        if link in self._links:
            self._links.remove(link)
        loop = asyncio.get_running_loop()
        self._not_before_s = max(self._not_before_s, loop.time() + _RESTART_S)

    def _wanted(self) -> bool:
        return self._count() > 0

    def _count(self) -> int:
        wanted = self._settings.plan_helpers
        return min(4, len(os.sched_getaffinity(0)) - 1) if wanted is None else wanted

    async def _start(self) -> None:
        try:
            for _ in range(self._count()):
                await self._start_one()
        except OSError as error:
            _log.warning("plan_helper_not_started", reason=str(error))
            self._not_before_s = asyncio.get_running_loop().time() + _RESTART_S
        finally:
            self._starting = None

    async def _start_one(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "utm.plan_helper", str(theirs.fileno()), pass_fds=(theirs.fileno(),)
            )
        self._processes = [item for item in self._processes if item.returncode is None] + [process]
        _, link = await asyncio.get_running_loop().create_connection(lambda: _Link(self), sock=ours)
        self._links.append(link)
        frame = msgspec.json.encode(settings_of(self._settings))
        assert link.transport is not None
        link.transport.write(LENGTH.pack(len(frame)) + frame)
