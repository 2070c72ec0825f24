"""Orders and missions are found by an index: each round of planning asks for them, however many there ever were."""

from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session

from tests.fakes.query_plan import query_plan_of
from utm.store import logistics


def test_the_orders_of_a_mission_are_found_without_reading_every_order(tmp_path: Path) -> None:
    """The statement behind a mission's orders must walk the index of missions, not the table."""
    found = query_plan_of(lambda session: logistics.sharing(session, "ms_1"), tmp_path)
    assert "ix_orders_mission_id (mission_id=?)" in found


def test_the_missions_that_live_are_found_without_reading_every_mission(tmp_path: Path) -> None:
    """What a round of planning asks of a firm's living missions must walk the index of states, not the table."""
    reads: list[Callable[[Session], object]] = [
        lambda session: logistics.standings(session, "firm"),
        logistics.booked_without_carrier,
        lambda session: logistics.missions_where(session, states=["booked", "flying"]),
    ]
    for k, read in enumerate(reads):
        assert "ix_missions_state (state=?" in query_plan_of(read, tmp_path / str(k))
