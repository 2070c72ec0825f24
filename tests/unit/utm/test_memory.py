"""Memory equals what is committed: followed change by change, undone with its job, reloaded when in doubt."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from utm.memory import Memory
from utm.store import journal
from utm.store.store import Store


class Book:
    """A keeper that remembers what it was told to do."""

    def __init__(self) -> None:
        self.loads = 0
        self.refreshed: list[str] = []

    def load(self, session: Session) -> None:
        self.loads += 1

    def refresh(self, session: Session, ref: str) -> None:
        self.refreshed.append(ref)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[tuple[Store, Memory, Book]]:
    store, book = Store(tmp_path / "s.sqlite"), Book()
    memory = Memory({"plan": book})
    store.start(memory)
    yield store, memory, book
    store.close()


async def test_everything_is_loaded_once_and_then_followed(parts: tuple[Store, Memory, Book], tmp_path: Path) -> None:
    """The first job must load; own changes must not be read back; another process's must be, of known kinds only."""
    store, memory, book = parts
    await store.write(lambda session: memory.note(session, "plan", "own", ["c1"]))
    assert (book.loads, book.refreshed) == (1, [])
    assert memory.cell_versions == {"c1": 1}
    other = Store(tmp_path / "s.sqlite")
    other.start()
    for kind, ref in (("plan", "theirs"), ("mystery", "x")):
        await other.write(lambda session, kind=kind, ref=ref: journal.record_change(session, kind, ref, ["c1", "c2"]))
    other.close()
    await store.write(lambda session: None)
    assert (book.loads, book.refreshed) == (1, ["theirs"])
    assert memory.cell_versions == {"c1": 3, "c2": 2}


async def test_a_job_that_fails_takes_its_versions_back(parts: tuple[Store, Memory, Book]) -> None:
    """The versions in memory and in the store must both be those before the failed job."""
    store, memory, _ = parts

    def broken(session: Session) -> None:
        memory.note(session, "plan", "x", ["c1"])
        raise KeyError("x")

    with pytest.raises(KeyError):
        await store.write(broken)
    await store.write(lambda session: memory.make_current(session, ["c1"]))
    assert memory.cell_versions.get("c1", 0) == 0
    assert await store.read(journal.cell_versions) == {}


async def test_a_missed_change_is_noticed_and_everything_read_again(parts: tuple[Store, Memory, Book]) -> None:
    """Should versions ever differ, make_current must reload, and then agree with the store."""
    store, memory, book = parts
    await store.write(lambda session: memory.note(session, "plan", "x", ["c1"]))
    memory.cell_versions["c1"] = 0
    await store.write(lambda session: memory.make_current(session, ["c1"]))
    assert book.loads == 2
    assert memory.cell_versions == {"c1": 1}
    await store.write(lambda session: memory.make_current(session, ["c1", "c9"]))
    assert book.loads == 2


async def test_after_a_reset_everything_is_loaded_again(parts: tuple[Store, Memory, Book]) -> None:
    """A failed commit resets memory: the next job must find it loaded anew."""
    store, memory, book = parts
    await store.write(lambda session: None)
    memory.reset()
    await store.write(lambda session: None)
    assert book.loads == 2
