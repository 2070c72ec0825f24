"""Asking whether the change log has grown."""

from pathlib import Path

import pytest
from sqlmodel import Session

from utm.store import journal
from utm.store.log_watch import LogWatch
from utm.store.store import Store


async def test_only_what_is_committed_has_grown_the_log(tmp_path: Path) -> None:
    """A change must be told of from its commit on, and only to who has not seen its number."""
    store = Store(tmp_path / "store.sqlite")
    store.start()
    watch = LogWatch(tmp_path / "store.sqlite")

    def job(session: Session, fails: bool) -> None:
        journal.record_change(session, "zone", "zn_a")
        if fails:
            raise ValueError("undone")

    try:
        with pytest.raises(ValueError, match="undone"):
            await store.write(lambda session: job(session, True))
        assert not watch.grown_since(0)
        await store.write(lambda session: job(session, False))
        assert watch.grown_since(0)
        assert not watch.grown_since(1)
    finally:
        watch.close()
        store.close()
