"""Statements straight to the driver, and rows read back as models."""

import subprocess
import sys

from sqlalchemy import create_engine, select
from sqlmodel import Session

from utm.store import sql
from utm.store.logistics_tables import CrewRow

_CREW = CrewRow(
    crew_id="crew-1",
    organisation_id="firm",
    label="north",
    state="ready",
    vehicles_max=5,
    updated_at="2026-06-01T00:00:00Z",
)


def _read(session: Session) -> CrewRow:
    return sql.as_record(CrewRow, session.execute(select(sql.table(CrewRow))).one())


def _stored() -> Session:
    engine = create_engine("sqlite://")
    sql.table(CrewRow).create(engine)
    session = Session(engine)
    sql.insert(session, CrewRow, sql.as_values(_CREW))
    return session


def test_a_row_read_is_the_model_that_was_written() -> None:
    """A row read as a model equals the one whose values were written, column by column, as a dump and as a text."""
    read = _read(_stored())
    assert type(read) is CrewRow
    assert read == _CREW
    assert sql.as_values(read) == sql.as_values(_CREW)
    assert read.model_dump() == _CREW.model_dump()
    assert repr(read) == repr(_CREW)


def test_a_row_read_can_be_changed_and_copied() -> None:
    """What was read behaves as any instance: it can be changed and copied, and one does not change the other."""
    read = _read(_stored())
    copied = read.model_copy(update={"label": "south"})
    read.vehicles_max = 7
    assert (read.vehicles_max, read.label) == (7, "north")
    assert (copied.vehicles_max, copied.label) == (5, "south")


def test_a_row_is_read_before_any_was_made() -> None:
    """A process that has made no instance of a model reads its rows: helpers do so first of all."""
    script = (
        "from sqlalchemy import create_engine, text\n"
        "from utm.store import sql\n"
        "from utm.store.logistics_tables import CrewRow\n"
        "with create_engine('sqlite://').connect() as connection:\n"
        "    row = connection.execute(text(\"SELECT 'c' AS crew_id, 3 AS vehicles_max\")).one()\n"
        "print(sql.as_record(CrewRow, row).vehicles_max)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "3", done.stderr
