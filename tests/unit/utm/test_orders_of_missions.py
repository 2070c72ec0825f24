"""The orders of a mission are found by an index: each step of a flight asks for them, however many orders there ever were."""

from pathlib import Path

from tests.fakes.query_plan import query_plan_of
from utm.store import logistics


def test_the_orders_of_a_mission_are_found_without_reading_every_order(tmp_path: Path) -> None:
    """The statement behind a mission's orders must walk the index of missions, not the table."""
    found = query_plan_of(lambda session: logistics.sharing(session, "ms_1"), tmp_path)
    assert "ix_orders_mission_id (mission_id=?)" in found
