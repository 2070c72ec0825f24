"""Writes nobody waits for: what was told first and is stored after, and what is told once and must not be lost.

A job given here is stored once the store takes it: a commit that fails is tried again every second, with everything given
since behind it, in order. A job with a defect of its own is told in the log and holds up nothing.

    waiting ---> with the store ---> stored, or told as failed
       ^               |
       +-- the commit failed, 1 s later
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

import structlog
from sqlmodel import Session

from utm.store.store import Job, Store, StoreClosingError, StoreUnavailableError

T = TypeVar("T")

AGAIN_S: Final = 1.0
"""How long after a failed commit it is tried again (ours)."""
MOST: Final = 10_000
"""What waits at most while the store fails; beyond it the oldest are given up, and counted (ours)."""
_LAST_TRIES: Final = 3
_TOGETHER: Final = 200

_log = structlog.get_logger(__name__)


class Writer(Protocol):
    """What `write_at_last` needs of a store."""

    async def write(self, job: Job[T]) -> T:
        """Run a job and return its value once it is durable."""
        ...


async def write_at_last(store: Writer, job: Job[T], what: str) -> T | None:
    """Write what happened once and is not told again: try until the store takes it; None when the store closes first.

    An exception of the job itself is raised, as `Store.write` does; `what` names it in the log.
    """
    while True:
        try:
            return await store.write(job)
        except StoreClosingError as error:
            _log.warning("not_stored", what=what, reason=str(error))
            return None
        except StoreUnavailableError as error:
            _log.warning("stored_later", what=what, reason=str(error))
            await asyncio.sleep(AGAIN_S)


class Backlog:
    """See the module's text; used on one event loop."""

    def __init__(self, store: Store, *, most: int = MOST) -> None:
        self._store, self._most = store, most
        self._waiting: deque[tuple[str, Job[Any]]] = deque()
        self._writing: asyncio.Future[list[Any]] | None = None
        self._again: asyncio.TimerHandle | None = None
        self.counters = {"failures": 0, "failed_jobs": 0, "dropped": 0}

    def __len__(self) -> int:
        """Return how many wait and are not with the store."""
        return len(self._waiting)

    def put(self, job: Callable[[Session], Any], what: str) -> None:
        """Store something after everything given before it; `what` names it in the log."""
        self._waiting.append((what, job))
        while len(self._waiting) > self._most:
            given_up, _ = self._waiting.popleft()
            self.counters["dropped"] += 1
            _log.error("never_stored", what=given_up, reason=f"{self._most} writes wait for a store that fails")
        self._write()

    async def close(self) -> None:
        """Wait until everything is stored; what a store that keeps failing does not take is told in the log."""
        for _ in range(_LAST_TRIES):
            self._write()
            while self._writing is not None:
                await asyncio.wait([self._writing])
                await asyncio.sleep(0)  # what follows a finished write has been called by then
            if not self._waiting:
                break
        self._cancel_timer()
        for what, _ in self._waiting:
            _log.warning("not_stored", what=what, reason="the server ends and the store fails")
        self._waiting.clear()

    def _write(self) -> None:
        """Give the store what waits, one batch at a time."""
        if self._writing is not None or not self._waiting:
            return
        self._cancel_timer()
        batch = [self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting)))]
        try:
            self._writing = self._store.enqueue_all([job for _, job in batch])
        except StoreUnavailableError as error:
            self._failed(batch, error)
            return
        self._writing.add_done_callback(lambda finished: self._written(finished, batch))

    def _written(self, finished: "asyncio.Future[list[Any]]", batch: list[tuple[str, Job[Any]]]) -> None:
        self._writing = None
        if finished.cancelled():
            self._failed(batch, "cancelled")
            return
        failure = finished.exception()
        if failure is not None:
            self._failed(batch, failure)
            return
        for (what, _), value in zip(batch, finished.result(), strict=True):
            if isinstance(value, Exception):
                self.counters["failed_jobs"] += 1
                _log.error("never_stored", what=what, exc_info=value)
        self._write()

    def _failed(self, batch: list[tuple[str, Job[Any]]], reason: object) -> None:
        """Put a batch back before what came since, and try again after a while."""
        self.counters["failures"] += 1
        _log.warning("stored_later", what=batch[0][0], writes=len(batch), reason=str(reason))
        self._waiting.extendleft(reversed(batch))
        self._cancel_timer()
        self._again = asyncio.get_running_loop().call_later(AGAIN_S, self._write)

    def _cancel_timer(self) -> None:
        if self._again is not None:
            self._again.cancel()
            self._again = None
