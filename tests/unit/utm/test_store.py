"""The store keeps what it said it kept, job by job and process by process."""

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from utm.store import journal
from utm.store.store import Store, StoreUnavailableError, after_commit, on_undo


class Recorder:
    """A follower that remembers what it was told."""

    def __init__(self) -> None:
        self.seen: int | None = None
        self.refs: list[str] = []
        self.resets = 0

    def catch_up(self, session: Session) -> None:
        if self.seen is None:
            self.seen = journal.latest_change(session)
        for seq, _kind, ref, _cells in journal.changes_after(session, self.seen):
            self.refs.append(ref)
            self.seen = seq

    def committing(self, session: Session) -> None:
        self.seen = journal.latest_change(session)

    def reset(self) -> None:
        self.resets += 1
        self.seen = None


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


async def test_a_write_is_on_disk_when_it_returns(path: Path) -> None:
    """A second connection, opened after the write returned, must see the row."""
    store = Store(path)
    store.start()
    await store.write(lambda session: journal.record_change(session, "plan", "fp_1"))
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT ref FROM changes").fetchall() == [("fp_1",)]
    store.close()


async def test_a_failing_job_undoes_itself_and_nothing_else(path: Path) -> None:
    """Of three jobs in one group the failing one must leave nothing behind, in the file or in memory."""
    store = Store(path)
    store.start()
    memory: list[str] = []

    def job(name: str, fail: bool) -> None:
        raise_later = name

        def work(session: Session) -> str:
            memory.append(name)
            on_undo(session, lambda: memory.remove(name))
            journal.record_change(session, "plan", name)
            if fail:
                raise KeyError(raise_later)
            return name

        return work  # type: ignore[return-value]

    futures = [store.enqueue(job("a", False)), store.enqueue(job("b", True)), store.enqueue(job("c", False))]
    results = await asyncio.gather(*futures, return_exceptions=True)
    assert results[0] == "a"
    assert isinstance(results[1], KeyError)
    assert results[2] == "c"
    assert memory == ["a", "c"]
    refs = await store.read(lambda session: [ref for _, _, ref, _ in journal.changes_after(session, 0)])
    assert refs == ["a", "c"]
    store.close()


async def test_after_commit_runs_before_the_caller_resumes(path: Path) -> None:
    """What is published about a write must be published once it is durable and before its caller answers."""
    store = Store(path)
    store.start()
    order: list[str] = []

    def work(session: Session) -> None:
        after_commit(session, lambda: order.append("published"))
        journal.record_change(session, "plan", "x")

    await store.write(work)
    order.append("answered")
    assert order == ["published", "answered"]
    store.close()


async def test_another_process_is_followed_before_a_job_runs(path: Path) -> None:
    """A job must find in memory what another writer on the same file committed before it."""
    first, second = Store(path), Store(path)
    follower = Recorder()
    first.start()
    second.start(follower)
    await second.write(lambda session: None)
    await first.write(lambda session: journal.record_change(session, "plan", "fp_other"))
    seen = await second.write(lambda session: list(follower.refs))
    assert seen == ["fp_other"]
    first.close()
    second.close()


async def test_an_idle_process_follows_too(path: Path) -> None:
    """A process that only reads must learn of another's commit by itself."""
    first, second = Store(path), Store(path)
    follower = Recorder()
    first.start()
    second.start(follower)
    await second.write(lambda session: None)
    await first.write(lambda session: journal.record_change(session, "plan", "fp_other"))
    async with asyncio.timeout(60):
        while not follower.refs:  # noqa: ASYNC110  (a thread of the store adds to it)
            await asyncio.sleep(0.05)
    assert follower.refs == ["fp_other"]
    first.close()
    second.close()


async def test_a_failed_commit_is_told_to_every_job_of_the_group(path: Path) -> None:
    """When the commit itself fails every caller must get StoreUnavailableError and memory must be undone."""
    store = Store(path)
    follower = Recorder()
    store.start(follower)
    memory: list[str] = []

    def work(session: Session) -> None:
        memory.append("x")
        on_undo(session, memory.clear)
        session.connection().exec_driver_sql(
            "CREATE TABLE broken (x INTEGER PRIMARY KEY REFERENCES changes(seq) DEFERRABLE INITIALLY DEFERRED)"
        )
        session.connection().exec_driver_sql("INSERT INTO broken VALUES (12345)")

    with pytest.raises(StoreUnavailableError):
        await store.write(work)
    assert memory == []
    assert follower.resets == 1
    await store.write(lambda session: journal.record_change(session, "plan", "later"))
    store.close()


async def test_the_audit_chain_shows_tampering(path: Path) -> None:
    """Changing one audit line in the file must break the chain at that line."""
    from datetime import UTC, datetime

    store = Store(path)
    store.start()
    for n in range(4):
        await store.write(
            lambda session, n=n: journal.record_audit(
                session,
                at=datetime(2026, 1, 1, tzinfo=UTC),
                actor="usr_1",
                organisation_id=None,
                action="file",
                object_kind="plan",
                object_id=f"fp_{n}",
                detail={"n": n},
            )
        )
    assert await store.read(lambda session: journal.first_broken_line(journal.all_audit(session))) is None
    with sqlite3.connect(path) as other:
        other.execute("UPDATE audit SET detail = '{\"n\":9}' WHERE line = 2")
    assert await store.read(lambda session: journal.first_broken_line(journal.all_audit(session))) == 2
    store.close()


async def test_a_listener_that_fails_keeps_nobody_from_an_answer(path: Path) -> None:
    """What runs after a commit may be broken: callers of the same group still learn that their jobs are durable."""
    store = Store(path)
    store.start()
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: reported.append(context["exception"]))

    def broken(session: Session) -> int:
        after_commit(session, lambda: 1 // 0)
        return 1

    answers = await asyncio.wait_for(
        asyncio.gather(store.write(broken), store.write(lambda _: 2), store.write(broken)), timeout=30
    )
    assert list(answers) == [1, 2, 1]
    assert [type(fault) for fault in reported] == [ZeroDivisionError, ZeroDivisionError]
    store.close()


@pytest.mark.slow
async def test_the_log_is_emptied_into_the_file_without_being_asked(path: Path) -> None:
    """A second or two after writes, what was committed is in the file itself and not only in the log beside it."""
    store = Store(path)
    store.start()
    await store.write(lambda session: journal.record_change(session, "plan", "fp_" + "x" * 2000))
    async with asyncio.timeout(60):
        while b"fp_xxx" not in await asyncio.to_thread(path.read_bytes):  # noqa: ASYNC110  (a thread of the store writes)
            await asyncio.sleep(0.1)
    assert b"fp_xxx" in path.read_bytes()  # noqa: ASYNC240  (nothing else runs)
    store.close()


async def test_jobs_given_together_share_a_transaction_and_fail_alone(path: Path) -> None:
    """Of jobs given as one each has its own value or failure, in order; one that fails leaves nothing, the others stay."""
    store = Store(path)
    store.start()

    def job(name: str) -> Callable[[Session], str]:
        def work(session: Session) -> str:
            journal.record_change(session, "plan", name)
            if name == "b":
                raise KeyError(name)
            return name

        return work

    commits = store.commits
    found = await store.enqueue_all([job("a"), job("b"), job("c")])
    assert [item if isinstance(item, str) else type(item) for item in found] == ["a", KeyError, "c"]
    assert store.commits == commits + 1
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT ref FROM changes ORDER BY seq").fetchall() == [("a",), ("c",)]
    store.close()


async def test_the_audit_chain_holds_when_a_job_between_was_undone(path: Path) -> None:
    """What the transaction remembers of the trail must be forgotten with an undone line: the chain stays whole."""
    store = Store(path)
    store.start()

    def job(number: int) -> Callable[[Session], None]:
        def work(session: Session) -> None:
            journal.record_audit(
                session,
                at=datetime(2026, 3, 1, tzinfo=UTC),
                actor="system",
                organisation_id=None,
                action="test",
                object_kind="plan",
                object_id=str(number),
                detail={},
            )
            if number % 3 == 1:
                raise KeyError(number)

        return work

    await store.enqueue_all([job(number) for number in range(7)])
    await store.enqueue_all([job(number) for number in range(7, 9)])
    rows = store.read_now(lambda session: list(journal.all_audit(session)))
    assert [row.object_id for row in rows] == ["0", "2", "3", "5", "6", "8"]
    assert journal.first_broken_line(rows) is None
    store.close()
