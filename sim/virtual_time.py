"""An asyncio event loop whose clock only moves when nothing is left to do, and whose order comes from a seed.

`VirtualLoop` runs the very coroutines that run in production. What differs:

* `time()` is virtual: when no callback is ready it jumps to the next timer, so that an hour costs what is computed in it.
* Tasks that are ready in the same instant step in an order drawn from the seed, as do timers due in the same instant;
  plain callbacks keep the order they were given in, which asyncio promises.
* Work for threads (`run_in_executor`, `asyncio.to_thread`) runs in this thread, at once or after a virtual delay, and is
  answered after a virtual delay: what other threads would have raced with is raced with in a reproducible way.
* A process can be killed: whatever was started in its context never runs again, not even its `finally` blocks.

There are no sockets, signals or subprocesses here. One loop runs in one thread.
"""

import asyncio
import heapq
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")

PROCESS: Final[ContextVar[str]] = ContextVar("hexlane_sim_process", default="")
"""The simulated process the running code belongs to; "" is the world outside of every process."""
LONGEST_THREAD_S: Final = 0.012
"""The longest a thread's work takes, in virtual seconds."""
_MANY_CANCELLED: Final = 200
_SHUFFLED_AT_MOST: Final = 4096


class NothingLeftError(RuntimeError):
    """Nothing is ready and no timer is set: whatever is awaited will never come."""


class VirtualLoop(asyncio.BaseEventLoop):
    """See the module's text."""

    _ready: "deque[asyncio.Handle]"
    _timer_cancelled_count: int

    def __init__(self, seed: int | str, *, longest_thread_s: float = LONGEST_THREAD_S) -> None:
        super().__init__()
        self.instants = 0
        """How many different instants were reached."""
        self.on_instant: Callable[[], None] | None = None
        """Called when everything due in an instant has been done, before time moves on."""
        self._now_s = 0.0
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        """A heap: when, in which order they were set, and what; compared without a call into Python."""
        self._set = 0
        self._order = Random(f"{seed}/order")
        self._threads = Random(f"{seed}/threads")
        self._longest_thread_s = longest_thread_s
        self._killed: set[str] = set()
        self._buried: list[object] = []
        self._process_of: WeakKeyDictionary[asyncio.Task[Any], str] = WeakKeyDictionary()
        self.set_task_factory(self._new_task)  # type: ignore[arg-type]

    def _new_task(
        self, _loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], context: Context | None = None
    ) -> "asyncio.Task[T]":
        task = asyncio.Task(work, loop=self, context=context)
        process = PROCESS.get() if context is None else context.get(PROCESS, "")
        if process:
            self._process_of[task] = process
        return task

    def time(self) -> float:
        """Return the virtual seconds since the loop was made."""
        return self._now_s

    def get_debug(self) -> bool:
        """Return False: asyncio asks for every callback it makes."""
        return False

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Call back at a virtual instant."""
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._set += 1
        heapq.heappush(self._timers, (when, self._set, handle))
        handle._scheduled = True  # type: ignore[attr-defined]
        return handle

    def kill(self, process: str) -> None:
        """Let nothing that was started in a process's context run any more."""
        self._killed.add(process)
        # A task that is collected runs its `finally` blocks; a killed process does not.
        self._buried.extend(task for task, owner in list(self._process_of.items()) if owner == process)

    def alive(self, process: str) -> bool:
        """Tell whether a process was not killed."""
        return process not in self._killed

    def _raise_the_dead(self) -> None:
        """Let killed processes run again, so that their tasks can be cancelled when all is over."""
        self._killed.clear()
        buried, self._buried = self._buried, []
        self._ready.extend(thing for thing in buried if isinstance(thing, asyncio.Handle))

    # -- the heart -----------------------------------------------------------------------------------------------------

    def _run_once(self) -> None:
        """Run everything that is ready; when nothing is, go to the next instant first (called by `run_forever`)."""
        ready = self._ready
        if not ready:
            if self.on_instant is not None:
                self.on_instant()
            if not ready:
                self._jump()
        batch = [ready.popleft() for _ in range(len(ready))]
        if 1 < len(batch) <= _SHUFFLED_AT_MOST:
            self._shuffle_tasks(batch)
        killed = self._killed
        for handle in batch:
            if handle._cancelled:
                continue
            context = handle._context  # type: ignore[attr-defined]
            if killed and context.get(PROCESS) in killed:
                self._buried.append(handle)
                continue
            try:  # as `Handle._run` does, without a call for each
                context.run(handle._callback, *handle._args)  # type: ignore[attr-defined]
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:
                self._failed(handle, error)

    def _failed(self, handle: asyncio.Handle, error: BaseException) -> None:
        """Tell of a callback that raised, as `Handle._run` does."""
        told = {"message": f"Exception in callback {handle!r}", "exception": error, "handle": handle}
        self.call_exception_handler(told)

    def _jump(self) -> None:
        """Move to the instant of the next timer and make every timer due then ready, in an order of the seed."""
        timers = self._timers
        if self._timer_cancelled_count > _MANY_CANCELLED and self._timer_cancelled_count * 2 > len(timers):
            for _, _, handle in timers:
                if handle._cancelled:
                    handle._scheduled = False  # type: ignore[attr-defined]
            timers[:] = [timer for timer in timers if not timer[2]._cancelled]
            heapq.heapify(timers)
            self._timer_cancelled_count = 0
        due: list[asyncio.TimerHandle] = []
        at_s: float | None = None
        while timers and (at_s is None or timers[0][0] <= at_s):
            when_s, _, handle = heapq.heappop(timers)
            handle._scheduled = False  # type: ignore[attr-defined]
            if handle._cancelled:
                self._timer_cancelled_count -= 1
                continue
            if at_s is None:
                at_s = max(self._now_s, when_s)
            due.append(handle)
        if at_s is None:
            if self._stopping:  # type: ignore[attr-defined]
                return
            raise NothingLeftError("nothing is ready and no timer is set")
        if at_s > self._now_s:
            self._now_s = at_s
            self.instants += 1
        if len(due) > 1:
            self._order.shuffle(due)
        self._ready.extend(due)

    def _shuffle_tasks(self, batch: "list[asyncio.Handle]") -> None:
        """Put the tasks' steps of a batch into an order of the seed, each in a place where one was."""
        places = [
            k
            for k, handle in enumerate(batch)
            if isinstance(getattr(handle._callback, "__self__", None), asyncio.Task)  # type: ignore[attr-defined]
        ]
        if len(places) > 1:
            steps = [batch[k] for k in places]
            self._order.shuffle(steps)
            for k, handle in zip(places, steps, strict=True):
                batch[k] = handle

    # -- what threads would do -----------------------------------------------------------------------------------------

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        """As `call_soon`: there is one thread."""
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        """Run a thread's work here: at some instant between now and its end, and answer at its end."""
        future: asyncio.Future[T] = self.create_future()
        lasts_s = self._threads.random() ** 2 * self._longest_thread_s
        begins_s = self._threads.random() * lasts_s
        self.call_later(begins_s, self._work, future, partial(func, *args), lasts_s - begins_s)
        return future

    def _work(self, future: "asyncio.Future[T]", job: Callable[[], T], left_s: float) -> None:
        if future.cancelled():
            return
        try:
            value = job()
        except Exception as error:
            self.call_later(left_s, _settle, future, None, error)
        else:
            self.call_later(left_s, _settle, future, value, None)

    def _write_to_self(self) -> None:
        """Nobody sleeps in a selector here."""

    def _process_events(self, event_list: Any) -> None:
        """There are no sockets here."""


def _settle(future: "asyncio.Future[T]", value: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(value)


def run(main: Coroutine[Any, Any, T], loop: VirtualLoop) -> T:
    """Run a coroutine to its end in a virtual loop, then close the loop; tasks left over are cancelled."""
    before = _current_loop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        loop.on_instant = None
        _cancel_left(loop)
        asyncio.set_event_loop(before)
        loop.close()


def _current_loop() -> asyncio.AbstractEventLoop | None:
    policy = events.get_event_loop_policy()
    local = getattr(policy, "_local", None)
    return getattr(local, "_loop", None)


def _cancel_left(loop: VirtualLoop) -> None:
    """Let every task clean up, those of killed processes too: nothing they do counts any more."""
    loop._raise_the_dead()
    left = sorted(asyncio.all_tasks(loop), key=lambda task: task.get_name())
    for task in left:
        task._log_destroy_pending = False  # type: ignore[attr-defined]
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=60.0))


class VirtualClock:
    """A wall clock and a monotonic one over a virtual loop (a `utm.clock.Clock`); the wall clock can be set wrong."""

    def __init__(self, loop: VirtualLoop, starts_at: datetime) -> None:
        if starts_at.tzinfo is None:
            raise ValueError("the start of a virtual clock needs a time zone")
        self._loop = loop
        self._starts_at = starts_at.astimezone(UTC)
        self._unix_s = self._starts_at.timestamp()
        self.offset_s = 0.0
        """By how much the wall clock is ahead of the world's time."""

    def now(self) -> datetime:
        """Return the instant the wall clock shows, aware UTC."""
        return self._starts_at + timedelta(seconds=self._loop.time() + self.offset_s)

    def unix_s(self) -> float:
        """Return the same as seconds since 1970."""
        return self._unix_s + self._loop.time() + self.offset_s

    def monotonic_s(self) -> float:
        """Return seconds that setting the wall clock does not move."""
        return self._loop.time()
