"""Statements straight to the driver, and rows read back as models."""

import subprocess
import sys
from datetime import datetime

import pytest
from sqlalchemy import create_engine, select
from sqlmodel import Field, Session, SQLModel

from utm.store import sql
from utm.store.logistics_tables import BatteryRow, CarrierRow, CrewRow, MissionRow, OrderRow, OrderStepRow

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


def test_rows_read_straight_from_the_driver_are_the_same() -> None:
    """Read without SQLAlchemy's execution, rows equal those read with it: flags are true and false, numbers keep their kind."""
    engine = create_engine("sqlite://")
    sql.table(CarrierRow).create(engine)
    session = Session(engine)
    for k, flag in enumerate((True, False)):
        row = CarrierRow(
            aircraft_id=f"craft-{k}", organisation_id="firm", version=1, state="available", site_id="north", payload_max_kg=5,
            mass_kg=15, hover_w=900, cruise_w=700, cruise_mps=15, battery_wh=800, reserve_share=0.25, turn_s=120,
            dangerous_goods=flag, cold_chain=not flag, maintenance_after_s=None if flag else 3600, updated_at="now",
        )  # fmt: skip
        sql.insert(session, CarrierRow, sql.as_values(row))
    straight = sql.records(session, CarrierRow, "WHERE organisation_id = ? ORDER BY aircraft_id", ["firm"])
    by_select = [sql.as_record(CarrierRow, row) for row in session.execute(select(sql.table(CarrierRow)))]
    assert straight == by_select
    assert [type(value) for value in sql.as_values(straight[0]).values()] == [
        type(value) for value in sql.as_values(by_select[0]).values()
    ]
    assert [row.dangerous_goods for row in straight] == [True, False]
    assert sql.records(session, CarrierRow, "WHERE organisation_id = ?", ["nobody"]) == []


def test_every_table_read_straight_is_kept_as_what_it_is() -> None:
    """A column whose type SQLite does not keep as Python has it is refused, not read wrong; those of logistics are none such."""
    for model in (CarrierRow, BatteryRow, CrewRow, OrderRow, MissionRow, OrderStepRow):
        assert sql.records(_empty(model), model) == []

    class Strange(SQLModel, table=True):
        ref: str = Field(primary_key=True)
        at: datetime

    with pytest.raises(TypeError, match="'at'"):
        sql.records(_empty(Strange), Strange)


def _empty(model: type[SQLModel]) -> Session:
    engine = create_engine("sqlite://")
    sql.table(model).create(engine)
    return Session(engine)
