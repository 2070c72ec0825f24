"""Brings what was committed from the log into the file, beside the writer, and lets the log begin anew.

SQLite appends every commit to a log, copies it into the file at a checkpoint, and writes the log from its beginning again
once all of it has been copied. While commits go on without a pause some of it never has been: the log then grows until
SQLite stops the writer for a checkpoint within a commit, which keeps everybody waiting for 50 ms and more. So the bulk is
copied beside the writer, and the little that came in meanwhile by the writer between two groups of jobs. This is done
often: while much is copied at once the disk keeps the next commit waiting as well.
"""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import structlog
from pysqlite3 import dbapi2 as sqlite

_log = structlog.get_logger(__name__)

EVERY_S: Final = 0.1
AFTER_FAILURE_S: Final = 1.0
MOST_PASSES: Final = 4
"""How often in a row the log is copied, each time what came in during the time before."""
FEW_PAGES: Final = 512
"""So much of the log (2 MB) the writer may copy between two groups of jobs: a few milliseconds."""
LONG_PAGES: Final = 512
"""A log shorter than this (2 MB) needs not begin anew."""


class Checkpointer:
    """Copies the log of one SQLite file into the file; `between` is for the writer's thread, the rest for anybody."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.commits = 0
        """How many commits there have been."""
        self._short = False
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None
        self._writers: Any = None

    def start(self) -> None:
        """Begin to copy, ten times a second while there is something."""
        self._thread = threading.Thread(target=self._loop, name="store-checkpoint", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End; what is still in the log stays there."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def committed(self) -> None:
        """Note that there is something new in the log."""
        self.commits += 1

    def between(self) -> None:
        """Copy the rest of a long log, when it is little: nobody writes now, so the next commit begins it anew."""
        if not self._short:
            return
        self._short = False
        try:
            if self._writers is None:
                self._writers = connected(self._path)
            _copied(self._writers)
        except sqlite.Error as error:  # the log keeps everything, and the next round tries again
            _log.warning("checkpoint_failed", reason=str(error))

    def end_writer(self) -> None:
        """Close what `between` opened, on the writer's thread."""
        if self._writers is not None:
            self._writers.close()
            self._writers = None

    def copy(self, connection: Any) -> None:
        """Copy what was committed, while commits may go on; `connection` is the calling thread's own."""
        self._short = shortened(partial(_copied, connection))

    def _loop(self) -> None:
        done, connection = 0, None
        while not self._closed.wait(EVERY_S):
            commits = self.commits
            if commits == done:
                continue
            try:
                connection = connection or connected(self._path)
                self.copy(connection)
            except sqlite.Error as error:  # a full disk: the log keeps everything, and the next round tries again
                _log.warning("checkpoint_failed", reason=str(error))
                self._closed.wait(AFTER_FAILURE_S)
                continue
            done = commits
        if connection is not None:
            connection.close()


def shortened(copied: Callable[[], tuple[int, int]]) -> bool:
    """Copy until little of the log is left; tell whether the writer should copy the rest.

    `copied` copies what there is, and returns how many pages the log has and how many of them have been copied.
    """
    for _ in range(MOST_PASSES):
        pages, moved = copied()
        if pages - moved <= FEW_PAGES:
            return pages >= LONG_PAGES
    return False


def connected(path: Path) -> Any:
    """Return a connection that copies durably."""
    connection = sqlite.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _copied(connection: Any) -> tuple[int, int]:
    """Copy the log without making anybody wait; return its pages and how many of them have been copied."""
    _, pages, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return pages, moved
