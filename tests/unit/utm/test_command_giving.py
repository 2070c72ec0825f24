"""Orders given together: nobody may rely on a vehicle that does not follow, and what is tried leaves nothing behind."""

from pathlib import Path
from typing import Any, cast

import pytest
from sqlmodel import Session

from utm.command_giving import _Given
from utm.problems import Problem
from utm.store import journal
from utm.store.store import Store, after_commit, attempt, on_undo

REFUSED = Problem("command_conflict")


def given(refused: set[str], **needs: set[str]) -> _Given:
    """A pass in which these were refused and each of the others was placed relying on some."""
    placed = dict.fromkeys(needs, cast(Any, object()))
    return _Given(dict.fromkeys(refused, REFUSED), placed, {name: frozenset(on) for name, on in needs.items()})


def test_who_relies_on_a_refused_vehicle_is_stranded_and_so_is_who_relies_on_that_one() -> None:
    """A chain of vehicles that make way for each other breaks as a whole where its last one is refused."""
    found = given({"d"}, a={"b"}, b={"c"}, c={"d"}, e={"f"}, f={"e"}, g=set())
    found.strand()
    assert found.stranded == {"a", "b", "c"}


def test_where_all_are_placed_nobody_is_stranded() -> None:
    """Vehicles that make way for each other in a circle are all ordered."""
    found = given(set(), a={"b"}, b={"a"})
    found.strand()
    assert found.stranded == set()


@pytest.mark.parametrize("keep", [True, False])
async def test_an_attempt_is_kept_or_leaves_nothing_behind(tmp_path: Path, keep: bool) -> None:
    """What an attempt wrote, did to memory and has to tell stands only where it is kept; the job around it stands always."""
    told: list[str] = []
    undone: list[str] = []
    store = Store(tmp_path / "store.sqlite")
    store.start()

    def note(session: Session, name: str) -> None:
        journal.record_change(session, "plan", name)
        after_commit(session, lambda: told.append(name))
        on_undo(session, lambda: undone.append(name))

    def job(session: Session) -> None:
        note(session, "before")
        attempt(session, lambda: note(session, "tried"), lambda _: keep)
        note(session, "after")

    await store.write(job)
    refs = [ref for _, _, ref, _ in await store.read(lambda session: list(journal.changes_after(session, 0)))]
    kept = ["before", "tried", "after"] if keep else ["before", "after"]
    store.close()
    assert (refs, told, undone) == (kept, kept, [] if keep else ["tried"])
