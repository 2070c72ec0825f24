"""The log of the store begins anew while commits go on without a pause."""

from contextlib import closing
from pathlib import Path

from utm.store.checkpoint import FEW_PAGES, LONG_PAGES, MOST_PASSES, Checkpointer, connected, shortened

_SALT = slice(16, 24)
"""Where the log's header says which beginning of the log this is."""


def test_a_long_log_of_which_little_is_left_is_finished_by_the_writer() -> None:
    """What came in while the log was copied must be copied again, until it is little."""
    answers = iter([(9_000, 5_000), (10_000, 9_900)])
    assert shortened(lambda: next(answers))


def test_a_short_log_is_left_as_it_is() -> None:
    """A log of a few pages must not keep the writer from its jobs."""
    assert not shortened(lambda: (LONG_PAGES - 1, LONG_PAGES - 1))


def test_a_log_that_grows_faster_than_it_is_copied_is_left_to_the_next_round() -> None:
    """The writer must not be given more to copy than a few milliseconds' worth."""
    calls = []

    def copied() -> tuple[int, int]:
        calls.append(None)
        return 50_000, 50_000 - FEW_PAGES - 1

    assert not shortened(copied)
    assert len(calls) == MOST_PASSES


def test_the_log_begins_anew_though_commits_went_on_while_it_was_copied(tmp_path: Path) -> None:
    """Without the writer's part the log would only grow; with it the next commit must begin it anew, and lose nothing."""
    path, log = tmp_path / "hexlane.sqlite", tmp_path / "hexlane.sqlite-wal"
    checkpointer = Checkpointer(path)
    with closing(connected(path)) as first_ever:
        first_ever.execute("PRAGMA journal_mode=WAL")
        first_ever.execute("CREATE TABLE filler (text TEXT)")
    with closing(connected(path)) as writer, closing(connected(path)) as beside:
        writer.execute("PRAGMA wal_autocheckpoint=0")

        def commit(count: int) -> bytes:
            for _ in range(count):
                writer.execute("INSERT INTO filler (text) VALUES (?)", ("x" * 200_000,))
            return log.read_bytes()[_SALT]

        first = commit(20)
        with closing(connected(path)) as reader:
            # What a reader still looks at is not copied: as if it had come in meanwhile.
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM filler").fetchone()
            assert commit(1) == first
            checkpointer.copy(beside)
        assert commit(1) == first, "not all of it was copied"
        checkpointer.between()
        assert commit(1) != first
        checkpointer.between()
        checkpointer.end_writer()
        assert log.stat().st_size < 30 * 200_000
    with closing(connected(path)) as reader:
        assert reader.execute("SELECT count(*) FROM filler WHERE length(text) = 200000").fetchone() == (23,)
