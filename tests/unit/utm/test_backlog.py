"""Writes nobody waits for are stored in order once the store takes them, and never fail in silence."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlmodel import Session

from utm.store import journal
from utm.store.backlog import Backlog, write_at_last
from utm.store.store import Store, StoreUnavailableError


class FailingDisk:
    """A follower that lets so many commits fail."""

    def __init__(self) -> None:
        self.failures = 0

    def catch_up(self, session: Session) -> None:
        """Nothing is followed."""

    def committing(self, session: Session) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError(5, "disk I/O error")

    def reset(self) -> None:
        """Nothing is held."""


@pytest.fixture
def disk() -> FailingDisk:
    return FailingDisk()


@pytest.fixture
def store(tmp_path: Path, disk: FailingDisk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Return a started store whose failed writes are tried again at once."""
    monkeypatch.setattr("utm.store.backlog.AGAIN_S", 0.01)
    store = Store(tmp_path / "store.sqlite")
    store.start(disk)
    yield store
    store.close()


def change(name: str) -> Callable[[Session], None]:
    return lambda session: journal.record_change(session, "plan", name)


async def kept(store: Store) -> list[str]:
    return await store.read(lambda session: [ref for _, _, ref, _ in journal.changes_after(session, 0)])


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not what():  # noqa: ASYNC110  (it waits for what other tasks do)
            await asyncio.sleep(0.01)


async def test_what_a_failing_disk_did_not_take_is_stored_in_order_later(store: Store, disk: FailingDisk) -> None:
    """Three commits fail; then everything given, before and meanwhile, must be stored once, in order, no failure untaken."""
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    backlog = Backlog(store)
    disk.failures = 3
    for name in ("a", "b", "c"):
        backlog.put(change(name), name)
        await asyncio.sleep(0.005)
    await until(lambda: disk.failures == 0)
    backlog.put(change("d"), "d")
    await backlog.close()
    assert await kept(store) == ["a", "b", "c", "d"]
    assert backlog.counters == {"failures": 3, "failed_jobs": 0, "dropped": 0}
    gc.collect()
    assert complaints == []


async def test_a_job_with_a_defect_is_told_and_holds_up_nothing(store: Store) -> None:
    """A job that can never be stored must be told in the log, and those behind it be stored."""
    backlog = Backlog(store)

    def broken(_session: Session) -> None:
        raise KeyError("no such plan")

    with structlog.testing.capture_logs() as logs:
        for name, job in (("a", change("a")), ("broken", broken), ("b", change("b"))):
            backlog.put(job, name)
        await backlog.close()
    assert await kept(store) == ["a", "b"]
    assert backlog.counters["failed_jobs"] == 1
    assert [(line["event"], line["what"], line["log_level"]) for line in logs] == [("never_stored", "broken", "error")]


async def test_a_server_that_ends_on_a_broken_disk_says_what_it_could_not_store(
    store: Store, disk: FailingDisk
) -> None:
    """Closing must come to an end on a disk that never recovers, and name everything that was lost."""
    backlog = Backlog(store)
    disk.failures = 1_000
    with structlog.testing.capture_logs() as logs:
        backlog.put(change("a"), "alert of a")
        backlog.put(change("b"), "alert of b")
        await backlog.close()
    disk.failures = 0
    lost = [line["what"] for line in logs if line["event"] == "not_stored"]
    assert lost == ["alert of a", "alert of b"]
    assert await kept(store) == []


async def test_a_backlog_is_bounded_and_counts_what_it_gives_up(store: Store, disk: FailingDisk) -> None:
    """A store that fails for hours must not fill the memory: the oldest are given up, aloud."""
    backlog = Backlog(store, most=3)
    disk.failures = 1
    backlog.put(change("0"), "0")
    await until(lambda: backlog.counters["failures"] == 1)
    disk.failures = 1_000
    for number in range(1, 7):
        backlog.put(change(f"{number}"), f"{number}")
    disk.failures = 0
    await until(lambda: len(backlog) == 0)
    await backlog.close()
    assert backlog.counters["dropped"] >= 1
    found = await kept(store)
    assert found == sorted(found)
    assert found[-1] == "6"
    assert len(found) + backlog.counters["dropped"] == 7


async def test_what_is_told_once_is_written_when_the_disk_recovers(store: Store, disk: FailingDisk) -> None:
    """Two failed commits must only delay the write; a job's own failure is its caller's."""
    disk.failures = 2
    await write_at_last(store, change("a"), "a landing")
    assert await kept(store) == ["a"]

    def broken(_session: Session) -> None:
        raise KeyError("no such plan")

    with pytest.raises(KeyError):
        await write_at_last(store, broken, "broken")


async def test_a_store_that_closes_ends_the_trying(tmp_path: Path) -> None:
    """After the store has closed nothing may be tried for ever; it is told that this was not stored."""
    store = Store(tmp_path / "closed.sqlite")
    store.start()
    store.close()
    with structlog.testing.capture_logs() as logs:
        assert await write_at_last(store, change("a"), "a landing") is None
    assert [(line["event"], line["what"]) for line in logs] == [("not_stored", "a landing")]
    with pytest.raises(StoreUnavailableError):
        store.enqueue(change("b"))
