"""A list narrowed to another firm's thing costs what one narrowed to nothing costs, however much that firm has."""

from pathlib import Path

from sqlmodel import Session

from tests.fakes.edge import running
from utm.security.principal import Principal
from utm.store import commands, sql
from utm.store.commands import CommandFilter
from utm.store.store import Store

FIRM = Principal(subject="cl_1", role="operator", organisation_id="org_1", name="One")


async def test_another_firms_aircraft_narrows_a_list_to_one_that_never_was(tmp_path: Path) -> None:
    """What the store is asked about must not be another firm's id: its rows in an index would be walked."""
    async with running(tmp_path) as edge, edge.client() as client:
        body = {"registration": "UAS00000001", "manufacturer": "M", "model": "M1", "class": "small"}
        made = (await client.post("/v1/aircraft", json=body, headers=edge.headers("operator"))).json()
        owner = made["organisation_id"]
        own = Principal(subject="cl_2", role="operator", organisation_id=owner, name="Owner")
        office = Principal(subject="us_1", role="dispatcher", organisation_id="org_centre", name="Centre")
        for caller, expected in ((own, made["aircraft_id"]), (office, made["aircraft_id"]), (FIRM, "")):
            assert edge.fleet.filter_of(caller, made["aircraft_id"]) == expected
        assert edge.fleet.filter_of(FIRM, "ac_never_was") == ""
        assert edge.fleet.filter_of(FIRM, None) is None


def test_commands_of_a_batch_are_looked_for_among_the_firms_own(tmp_path: Path) -> None:
    """The statement behind the list must walk the firm's own commands: another's batch is never read."""
    store = Store(tmp_path / "hexlane.sqlite")
    store.start()
    asked: list[str] = []

    def used(session: Session) -> str:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(asked.append)
        commands.page(session, CommandFilter(organisation_id="org_1", batch_id="cb_1"), before=None, limit=10)
        driver.set_trace_callback(None)
        return " ".join(str(row[3]) for row in sql.run(session, f"EXPLAIN QUERY PLAN {asked[-1]}"))

    try:
        assert "ix_commands_organisation (organisation_id=?)" in store.read_now(used)
    finally:
        store.close()
