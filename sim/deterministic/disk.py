"""The real store without its threads: the same groups, savepoints, commits and reloads, at instants of virtual time.

Replaced are only the two threads of `utm.store.store.Store` and the time a disk takes. A group is gathered when the
writer would be free, runs and is committed in one instant, and its callers hear of it later: a crash in between leaves
what is committed and was never answered. Readers' jobs go through the loop's simulated threads.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from sim.virtual_time import VirtualLoop
from utm.store import migrate
from utm.store.store import ChangeFollower, Job, Store, StoreClosingError, _Ticket

T = TypeVar("T")
_GROUP_LIMIT = 128


@dataclass(slots=True)
class Disk:
    """How fast a simulated disk is and whether it takes what is written."""

    usual_s: float = 0.002
    slow_s: float = 0.0
    """Added to every commit while the disk is slow."""
    failing: bool = False
    """Whether every commit fails and nothing is kept."""


class WorldStore(Store):
    """A `Store` that lives in a virtual loop."""

    def __init__(self, path: Path, *, loop: VirtualLoop, disk: Disk, rng: Random) -> None:
        super().__init__(path)
        self.disk = disk
        self.committed: Callable[[], None] | None = None
        """Called right after each commit, before anybody hears of it."""
        self._loop, self._rng = loop, rng
        self._queue: deque[_Ticket] = deque()
        self._busy = False
        self._dead = False

    def start(self, follower: ChangeFollower | None = None) -> None:
        """Migrate the file; no thread is started."""
        migrate.upgrade(self._write_engine)
        self._follower = None if follower is None else _Gate(follower, self.disk)

    def _put(self, jobs: Sequence[Job[Any]], *, together: bool) -> "asyncio.Future[Any]":
        if self._closing:
            raise StoreClosingError("the store is closing")
        future: asyncio.Future[Any] = self._loop.create_future()
        self._enqueued += len(jobs)
        self._queue.append(_Ticket(jobs, self._loop, future, together))
        if not self._busy:
            self._busy = True
            self._loop.call_later(self._rng.random() * 0.001, self._run_waiting)
        return future

    def close(self) -> None:
        """Finish the jobs already given, then close the file."""
        self._closing = True
        while self._queue:
            self._run_one_group(self._loop)
        self._let_go()

    def die(self) -> None:
        """Lose everything that is not committed, as a killed process does."""
        self._closing = self._dead = True
        self._queue.clear()
        self._let_go()

    def _let_go(self) -> None:
        self._readers.shutdown(wait=False)
        self.close_stamp()
        self._read_engine.dispose()
        self._write_engine.dispose()

    def _run_waiting(self) -> None:
        """Run a group; the next one begins when the disk has taken this one."""
        if self._dead or not self._queue:
            self._busy = False
            return
        lasts_s = self.disk.usual_s * (0.3 + self._rng.expovariate(1.0)) + self.disk.slow_s * self._rng.random()
        self._run_one_group(_Later(self._loop, lasts_s))
        self._loop.call_later(lasts_s, self._run_waiting)

    def _run_one_group(self, answers_on: "asyncio.AbstractEventLoop | _Later") -> None:
        size = min(len(self._queue), _GROUP_LIMIT)
        group = [self._queue.popleft() for _ in range(size)]
        for ticket in group:
            ticket.loop = answers_on  # type: ignore[assignment]
        before = self.commits
        self._run_group(group)
        if self.commits > before and self.committed is not None:
            self.committed()


class _Gate:
    """Stands between a group's jobs and its commit, which fails while the disk does; the rest is the follower's."""

    def __init__(self, follower: ChangeFollower, disk: Disk) -> None:
        self._follower, self._disk = follower, disk

    def catch_up(self, session: Any) -> None:
        self._follower.catch_up(session)

    def committing(self, session: Any) -> None:
        self._follower.committing(session)
        if self._disk.failing:
            raise OSError(5, "disk I/O error (simulated)")

    def reset(self) -> None:
        self._follower.reset()


class _Later:
    """What a group's callers are answered through: the loop, after the disk's time."""

    def __init__(self, loop: VirtualLoop, delay_s: float) -> None:
        self._loop, self._delay_s = loop, delay_s

    def is_closed(self) -> bool:
        return self._loop.is_closed()

    def call_soon_threadsafe(self, callback: Callable[..., object], *args: Any) -> None:
        self._loop.call_later(self._delay_s, callback, *args)

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self._loop.call_exception_handler(context)
