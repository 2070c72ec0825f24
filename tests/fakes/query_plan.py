"""How the store's database would find what a read asks for: which index it walks, told by the database itself."""

from collections.abc import Callable
from pathlib import Path

from sqlmodel import Session

from utm.store import sql
from utm.store.store import Store


def query_plan_of(read: Callable[[Session], object], folder: Path) -> str:
    """Return the query plan of the last statement of a read, run on an empty store in `folder`."""
    store = Store(folder / "hexlane.sqlite")
    store.start()
    asked: list[str] = []

    def used(session: Session) -> str:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(asked.append)
        read(session)
        driver.set_trace_callback(None)
        return " ".join(str(row[3]) for row in sql.run(session, f"EXPLAIN QUERY PLAN {asked[-1]}"))

    try:
        return store.read_now(used)
    finally:
        store.close()
