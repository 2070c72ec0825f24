"""The SQLite store: one writer thread with group commit, snapshot readers, and a change log between processes.

Durability: WAL with `synchronous=FULL`; `Store.write` returns only after the commit that holds the job was synced, so an
answer a client has read survives kill -9 and power loss. The SQLite inside `pysqlite3` is used because Python's own may
lie in the range of the WAL-reset bug (3.7.0 to 3.51.2), which can lose a commit that races a checkpoint.

Many processes may open one file. Each group of jobs runs inside `BEGIN IMMEDIATE`, which only one process can hold, and
first reads the change log, so that what a job judges by (live plans, zones, policy) is what is committed at that moment.
"""

import asyncio
import itertools
import queue
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar, cast

import structlog
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from utm.store import migrate
from utm.store.checkpoint import Checkpointer
from utm.store.sql import forget, keep_driver, run

_log = structlog.get_logger(__name__)

T = TypeVar("T")
Job = Callable[[Session], T]

_GROUP_LIMIT = 128
_BUSY_TIMEOUT_MS = 10_000
_POLL_S = 0.2
_LONGEST_LOG_PAGES = 16_384
_WRITER_CACHE_KB = 65_536
_OLDEST_SAFE_SQLITE = (3, 51, 3)
_UNDO = "hexlane_undo"
_AFTER_COMMIT = "hexlane_after_commit"


class StoreUnavailableError(Exception):
    """The store could not commit: nothing of the job was kept, and it may be tried again."""


class StoreClosingError(StoreUnavailableError):
    """The store takes no more jobs because the server ends: trying again is for the next process."""


class ChangeFollower(Protocol):
    """Keeps in-memory state equal to what is committed, whichever process committed it."""

    def catch_up(self, session: Session) -> None:
        """Apply every committed change not yet seen; called inside the write lock, before jobs run."""
        ...

    def committing(self, session: Session) -> None:
        """Note this process's own changes, about to be committed: its jobs have applied them already."""
        ...

    def reset(self) -> None:
        """Forget everything, because a commit failed and memory may be ahead of the disk; the next catch-up reloads."""
        ...


@dataclass(slots=True)
class _Ticket:
    """Jobs one caller waits for together: each in a savepoint of its own, all in one transaction.

    `together` says that the caller takes values and failures as a list, else the one value or the one failure.
    """

    jobs: Sequence[Job[Any]]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    together: bool


_Outcome: TypeAlias = tuple[Any, BaseException | None, list[Callable[[], None]]]
"""A job's value or failure, and what runs on the caller's loop once it is durable."""


class JoinedJob(ABC):
    """A job that takes less when run with others of its kind; alone it runs like any other."""

    @abstractmethod
    def __call__(self, session: Session) -> Any:
        """Run alone."""

    @abstractmethod
    def together(self, session: Session, jobs: Sequence[Any]) -> list[tuple[Any, list[Callable[[], None]]]]:
        """Run the first of these jobs, as many as go without a doubt, in order; the others are then run alone.

        Returns the value of each and what runs once it is durable (`taken_actions`); all are undone when it raises.
        """


def on_undo(session: Session, undo: Callable[[], None]) -> None:
    """Register what takes back an in-memory effect of the running job if the job fails or its commit does."""
    session.info.setdefault(_UNDO, []).append(undo)


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Register what runs on the caller's event loop once the running job is durable, before its caller resumes."""
    session.info.setdefault(_AFTER_COMMIT, []).append(action)


def attempt(session: Session, work: Callable[[], T], keep: Callable[[T], bool]) -> T:
    """Run work within the running job; take it all back, on the disk and in memory, unless `keep` of its result is true."""
    undo, actions = session.info.get(_UNDO, []), session.info.get(_AFTER_COMMIT, [])
    session.flush()
    run(session, "SAVEPOINT attempt")
    session.info[_UNDO], session.info[_AFTER_COMMIT] = [], []
    kept = False
    try:
        found = work()
        kept = keep(found)
        session.flush()
        return found
    finally:
        own_undo, own_actions = session.info[_UNDO], session.info[_AFTER_COMMIT]
        session.info[_UNDO], session.info[_AFTER_COMMIT] = undo, actions
        if kept:
            undo.extend(own_undo)
            actions.extend(own_actions)
        else:
            for take_back in reversed(own_undo):
                take_back()
            run(session, "ROLLBACK TO attempt")
            forget(session)
        run(session, "RELEASE attempt")


def taken_actions(session: Session) -> list[Callable[[], None]]:
    """Return what was registered to run after the commit since this was last asked."""
    actions: list[Callable[[], None]] = session.info.get(_AFTER_COMMIT, [])
    session.info[_AFTER_COMMIT] = []
    return actions


class Store:
    """The records of one deployment in one SQLite file."""

    def __init__(self, path: Path, *, readers: int = 3) -> None:
        if sqlite.sqlite_version_info < _OLDEST_SAFE_SQLITE:
            raise RuntimeError(f"SQLite {sqlite.sqlite_version} can lose commits; install pysqlite3 0.6.1 or later")
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._write_engine = _engine(path, begin="BEGIN IMMEDIATE", query_only=False)
        self._read_engine = _engine(path, begin="BEGIN", query_only=True)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="store-read")
        self._enqueued = self._begun = 0
        self._jobs: queue.SimpleQueue[_Ticket | None] = queue.SimpleQueue()
        self._follower: ChangeFollower | None = None
        self._writer: threading.Thread | None = None
        self._watch: Any = None
        self._data_version: int | None = None
        self._closing = False
        self._checkpointer = Checkpointer(path)
        self._stamper: Any = None

    def start(self, follower: ChangeFollower | None = None) -> None:
        """Migrate the file to the newest schema and start the writer."""
        migrate.upgrade(self._write_engine)
        self._follower = follower
        self._writer = threading.Thread(target=self._write_loop, name="store-write", daemon=True)
        self._writer.start()
        self._checkpointer.start()

    def close(self) -> None:
        """Finish the jobs already given, then close the file."""
        self._closing = True
        if self._writer is not None:
            self._jobs.put(None)
            self._writer.join()
        self._checkpointer.close()
        self._readers.shutdown()
        self.close_stamp()
        self._read_engine.dispose()
        self._write_engine.dispose()

    async def write(self, job: Job[T]) -> T:
        """Run a job on the writer thread inside a savepoint; return its value once it is durable.

        An exception of the job undoes that job alone and is raised here. StoreUnavailableError means that nothing was
        kept and the caller may try again.
        """
        return cast(T, await self.enqueue(job))

    def enqueue(self, job: Job[T]) -> "asyncio.Future[T]":
        """Give a job to the writer without waiting; jobs run in the order given."""
        return self._put([job], together=False)

    def enqueue_all(self, jobs: Sequence[Job[T]]) -> "asyncio.Future[list[T | Exception]]":
        """Give jobs to the writer as one: in order, in one transaction, each undone alone when it fails.

        The future holds each job's value or its exception; StoreUnavailableError is raised, and nothing of any was kept.
        """
        return self._put(jobs, together=True)

    def _put(self, jobs: Sequence[Job[Any]], *, together: bool) -> "asyncio.Future[Any]":
        if self._closing:
            raise StoreClosingError("the store is closing")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._enqueued += len(jobs)
        self._jobs.put(_Ticket(jobs, loop, future, together))
        return future

    async def read(self, job: Job[T]) -> T:
        """Run a read-only job on a committed snapshot in a reader thread."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, job)

    def read_now(self, job: Job[T]) -> T:
        """Run a read-only job on a committed snapshot in the calling thread."""
        with Session(self._read_engine) as session:
            return job(session)

    def stamp(self) -> int:
        """Return a number that is another one once anybody, in whichever process, has committed; costs microseconds.

        For whoever polls: as long as it stays, a query that depends on nothing else would find what it found. To be asked
        by one thread only, the event loop's.
        """
        if self._stamper is None:
            self._stamper = sqlite.connect(str(self.path), isolation_level=None, check_same_thread=False)
        return int(self._stamper.execute("PRAGMA data_version").fetchone()[0])

    def close_stamp(self) -> None:
        """Close what `stamp` opened; the next call opens it anew."""
        if self._stamper is not None:
            self._stamper.close()
            self._stamper = None

    @property
    def commits(self) -> int:
        """How many groups of jobs this process has committed."""
        return self._checkpointer.commits

    @property
    def waiting(self) -> int:
        """How many jobs wait behind the running one."""
        return max(0, self._enqueued - self._begun)

    def check(self) -> bool:
        """Tell whether the file answers."""
        return bool(self.read_now(lambda session: session.connection().exec_driver_sql("SELECT 1").scalar() == 1))

    # -- the writer thread ---------------------------------------------------------------------------------------------

    def _write_loop(self) -> None:
        while True:
            try:
                ticket = self._jobs.get(timeout=_POLL_S)
            except queue.Empty:
                self._follow_other_processes()
                continue
            if ticket is None:
                break
            group, last = self._gather(ticket)
            self._checkpointer.between()
            self._run_group(group)
            if last:
                break
        if self._watch is not None:
            self._watch.close()
        self._checkpointer.end_writer()

    def _gather(self, first: _Ticket) -> tuple[list[_Ticket], bool]:
        group, count = [first], len(first.jobs)
        while count < _GROUP_LIMIT:
            try:
                ticket = self._jobs.get_nowait()
            except queue.Empty:
                break
            if ticket is None:
                return group, True
            group.append(ticket)
            count += len(ticket.jobs)
        return group, False

    def _follow_other_processes(self) -> None:
        """Catch up with commits of other processes while this one has nothing to write."""
        if self._follower is None:
            return
        version = self._data_version
        try:
            if self._watch is None:  # data_version tells of commits by other connections only, so it has its own
                self._watch = sqlite.connect(str(self.path), isolation_level=None)
            version = self._watch.execute("PRAGMA data_version").fetchone()[0]
            if version == self._data_version:
                return
            with Session(self._write_engine) as session:
                session.connection()
                self._follower.catch_up(session)
            self._data_version = version
        except (OperationalError, sqlite.OperationalError):
            return  # another process holds the write lock: the next poll, or the next job, catches up
        except Exception:
            # A record that cannot be read must not end this thread: the next job meets it again and tells its caller.
            self._data_version = version
            self._follower.reset()
            _log.exception("following_failed")

    def _run_group(self, group: list[_Ticket]) -> None:
        outcomes: list[list[_Outcome]] = []
        undo: list[Callable[[], None]] = []
        try:
            with Session(self._write_engine, expire_on_commit=False) as session:
                session.connection()  # takes the write lock
                keep_driver(session)
                if self._follower is not None:
                    self._follower.catch_up(session)
                outcomes = self._run_jobs(session, group, undo)
                if self._follower is not None:
                    self._follower.committing(session)
                session.commit()
            self._checkpointer.committed()
        except Exception as error:
            for take_back in reversed(undo):
                take_back()
            if self._follower is not None:
                self._follower.reset()
            # A commit that fails leaves SQLite's transaction open, which the pool would not notice: start afresh.
            self._write_engine.dispose()
            failure = StoreUnavailableError(f"the commit failed: {error}")
            failure.__cause__ = error
            _deliver([(ticket, failure) for ticket in group])
            return
        _deliver(list(zip(group, outcomes, strict=True)))

    def _run_jobs(self, session: Session, group: list[_Ticket], undo: list[Callable[[], None]]) -> list[list[_Outcome]]:
        jobs = [job for ticket in group for job in ticket.jobs]
        done: list[_Outcome] = []
        while len(done) < len(jobs):
            found = self._run_joined(session, jobs[len(done) :], undo) if isinstance(jobs[len(done)], JoinedJob) else []
            if not found:
                self._begun += 1
                found = [self._run_job(session, jobs[len(done)], undo)]
            done += found
        outcomes = iter(done)
        return [[next(outcomes) for _ in ticket.jobs] for ticket in group]

    def _run_joined(self, session: Session, jobs: list[Job[Any]], undo: list[Callable[[], None]]) -> list[_Outcome]:
        """Run as many of the first jobs together as are of one kind and go so; none where they must run alone."""
        first = jobs[0]
        alike = list(itertools.takewhile(lambda job: type(job) is type(first), jobs))
        if len(alike) < 2 or not isinstance(first, JoinedJob):
            return []
        session.info[_UNDO], session.info[_AFTER_COMMIT] = [], []
        try:
            run(session, "SAVEPOINT joined")
            found = first.together(session, alike)
            session.flush()
            run(session, "RELEASE joined")
        except (OperationalError, sqlite.OperationalError):
            undo.extend(session.info[_UNDO])
            raise
        except Exception:
            # Whose fault it was is found by running each alone.
            _log.exception("joined_jobs_failed", jobs=len(alike))
            run(session, "ROLLBACK TO joined")
            run(session, "RELEASE joined")
            forget(session)
            for take_back in reversed(session.info[_UNDO]):
                take_back()
            return []
        undo.extend(session.info[_UNDO])
        self._begun += len(found)
        return [(value, None, actions) for value, actions in found]

    @staticmethod
    def _run_job(
        session: Session, job: Job[Any], undo: list[Callable[[], None]]
    ) -> tuple[Any, BaseException | None, list[Callable[[], None]]]:
        session.info[_UNDO], session.info[_AFTER_COMMIT] = [], []
        try:
            run(session, "SAVEPOINT job")
            value = job(session)
            session.flush()
            run(session, "RELEASE job")
        except (OperationalError, sqlite.OperationalError):
            undo.extend(session.info[_UNDO])
            raise  # disk full, I/O error: the whole group fails
        except Exception as error:
            run(session, "ROLLBACK TO job")
            run(session, "RELEASE job")
            forget(session)
            for take_back in reversed(session.info[_UNDO]):
                take_back()
            return None, error, []
        undo.extend(session.info[_UNDO])
        return value, None, session.info[_AFTER_COMMIT]


_Delivery: TypeAlias = tuple[_Ticket, list[_Outcome] | StoreUnavailableError]


def _deliver(outcomes: list[_Delivery]) -> None:
    """Answer the callers of a group, each on its own event loop, which is woken once for all of its callers."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Delivery]] = {}
    for outcome in outcomes:
        by_loop.setdefault(outcome[0].loop, []).append(outcome)
    for loop, own in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, own)


def _resolve(outcomes: list[_Delivery]) -> None:
    for ticket, found in outcomes:
        try:
            for _, _, actions in () if isinstance(found, StoreUnavailableError) else found:
                for action in actions:
                    action()
        except Exception as error:  # a listener's defect must not keep callers from an answer that is durable
            ticket.loop.call_exception_handler({"message": "an action after a commit failed", "exception": error})
        if ticket.future.done():  # the caller went away; what was committed stays committed
            continue
        if isinstance(found, StoreUnavailableError):
            ticket.future.set_exception(found)
        elif ticket.together:
            ticket.future.set_result([value if failure is None else failure for value, failure, _ in found])
        else:
            value, failure, _ = found[0]
            if failure is None:
                ticket.future.set_result(value)
            else:
                ticket.future.set_exception(failure)


def _engine(path: Path, *, begin: str, query_only: bool) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        module=sqlite,
        poolclass=QueuePool,
        pool_size=1 if not query_only else 4,
        connect_args={"check_same_thread": False, "timeout": _BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions are begun by the listener below, never by the driver
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        # The log is checkpointed beside the writer (`utm.store.checkpoint`): within a commit everybody waits for 50 ms.
        # SQLite's own checkpoint stays as the limit of what the log may grow to.
        cursor.execute(f"PRAGMA wal_autocheckpoint={_LONGEST_LOG_PAGES}")
        cursor.execute(f"PRAGMA journal_size_limit={_LONGEST_LOG_PAGES * 4096}")
        cursor.execute("PRAGMA foreign_keys=ON")
        if not query_only:
            # With SQLite's 2 MB the writer reads its own indexes again and again: a look-up then costs 90 us for 5.
            cursor.execute(f"PRAGMA cache_size=-{_WRITER_CACHE_KB}")
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
        if query_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # Straight to the driver: SQLAlchemy's own way of a statement takes longer than a whole read.
        connection.connection.driver_connection.execute(begin)

    return engine
