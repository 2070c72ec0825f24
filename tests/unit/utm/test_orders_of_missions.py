"""The orders of a mission are found by an index: each step of a flight asks for them, however many orders there ever were."""

from pathlib import Path

from sqlmodel import Session

from utm.store import logistics, sql
from utm.store.store import Store


def test_the_orders_of_a_mission_are_found_without_reading_every_order(tmp_path: Path) -> None:
    """The statement behind a mission's orders must walk the index of missions, not the table."""
    store = Store(tmp_path / "hexlane.sqlite")
    store.start()
    asked: list[str] = []

    def used(session: Session) -> str:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(asked.append)
        logistics.sharing(session, "ms_1")
        driver.set_trace_callback(None)
        return " ".join(str(row[3]) for row in sql.run(session, f"EXPLAIN QUERY PLAN {asked[-1]}"))

    try:
        assert "ix_orders_mission_id (mission_id=?)" in store.read_now(used)
    finally:
        store.close()
