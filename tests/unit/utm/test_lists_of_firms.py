"""A list narrowed to another firm's thing costs what one narrowed to nothing costs, however much that firm has."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import create_engine, text
from sqlmodel import Session

from tests.fakes.edge import running
from tests.fakes.query_plan import query_plan_of
from utm.security.principal import Principal
from utm.store import alert_search, alerts, commands, migrate, operation_statistics, sql
from utm.store.alert_tables import AlertRow
from utm.store.alerts import AlertFilter
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
    asked = CommandFilter(organisation_id="org_1", batch_id="cb_1")
    found = query_plan_of(lambda session: commands.page(session, asked, before=None, limit=10), tmp_path)
    assert "ix_commands_organisation (organisation_id=?)" in found


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """A store with three alerts of the firm, one of them about another firm's flight too."""
    made = Store(tmp_path / "hexlane.sqlite")
    made.start()
    try:
        rows = [_alert(1, "org_1"), _alert(2, "org_1"), _alert(3, "org_1", "org_2")]
        await made.write(lambda session: [alerts.put(session, row) for row in rows])
        yield made
    finally:
        made.close()


def _alert(number: int, *firms: str, status: str = "raised") -> AlertRow:
    return AlertRow(
        alert_id=f"al_{firms[0]}_{number:05d}",
        kind="conformance",
        subject=f"{firms}{number}",
        severity="caution",
        status=status,
        raised_s=float(number),
        updated_s=float(number),
        organisations=f" {' '.join(firms)} ",
        other="{}",
        document=f'{{"plan_id": "fp_{firms[0]}"}}',
    )


def _work(store: Store, read: Callable[[Session], Any]) -> tuple[int, Any]:
    """Return how many instructions the store's machine ran for a read, and what it gave."""

    def counted(session: Session) -> tuple[int, Any]:
        driver = session.connection().connection.driver_connection
        assert driver is not None
        ticks = 0

        def tick() -> int:
            nonlocal ticks
            ticks += 1
            return 0

        driver.set_progress_handler(tick, 1)
        found = read(session)
        driver.set_progress_handler(None, 0)
        return ticks, found

    return store.read_now(counted)


READS: dict[str, Callable[[Session], Any]] = {
    "first page": lambda session: alerts.page(session, AlertFilter("org_1"), after=None, limit=10),
    "open": lambda session: alerts.page(session, AlertFilter("org_1", statuses=["raised"]), after=None, limit=10),
    "next page": lambda session: alerts.page(session, AlertFilter("org_1"), after=(2.0, "al_org_1_00002"), limit=10),
    "nobody's": lambda session: alerts.page(session, AlertFilter("org_9"), after=None, limit=10),
    "one": lambda session: [alerts.get(session, "al_org_1_00002", "org_1")],
    "of a plan": lambda session: alert_search.about_plan(session, "fp_org_1", "org_1", 0.0, 1e9, 10),
    "statistics": lambda session: list(operation_statistics.alert_times(session, 0.0, 1e9, "org_1")),
}


async def test_a_firms_alerts_cost_what_its_own_are_however_many_others_there_are(store: Store) -> None:
    """Reads of a firm's alerts must do the same work, and give the same, before and after another firm had 2,000."""
    for read in READS.values():  # the first of all loads the schema
        store.read_now(read)
    before = {name: _work(store, read) for name, read in READS.items()}
    found = {name: [row.alert_id for row in rows] for name, (_, rows) in before.items()}
    assert {name: len(ids) for name, ids in found.items()} == {
        **dict.fromkeys(READS, 3),
        "next page": 1,
        "nobody's": 0,
        "one": 1,
    }
    rows = [_alert(number, "org_2") for number in range(2_000)]
    await store.write(lambda session: [alerts.put(session, row) for row in rows])
    after = {name: _work(store, read) for name, read in READS.items()}
    assert {name: [row.alert_id for row in rows] for name, (_, rows) in after.items()} == found
    assert {name: ticks for name, (ticks, _) in after.items()} == {name: ticks for name, (ticks, _) in before.items()}


def test_anothers_alert_costs_what_one_costs_that_never_was(store: Store) -> None:
    """By its id, another firm's alert must be the work of an alert nobody had: its row is not read."""
    store.read_now(READS["one"])
    foreign = _work(store, lambda session: alerts.get(session, "al_org_1_00001", "org_2"))
    absent = _work(store, lambda session: alerts.get(session, "al_never_was", "org_2"))
    own = _work(store, lambda session: alerts.get(session, "al_org_1_00003", "org_2"))
    assert (foreign[1], absent[1]) == (None, None)
    assert own[1] is not None
    assert abs(foreign[0] - absent[0]) <= 2, "a step of a search more or less, where the neighbour in the index differs"
    assert own[0] > foreign[0] + 5


async def test_an_alert_that_changes_keeps_one_place_in_each_list(store: Store) -> None:
    """Put again, resolved and about one firm less, an alert must stand once in the list of the firm it still concerns."""
    await store.write(lambda session: alerts.put(session, _alert(3, "org_1", status="resolved")))
    read = alerts.page
    mine = store.read_now(lambda session: read(session, AlertFilter("org_1"), after=None, limit=10))
    others = store.read_now(lambda session: read(session, AlertFilter("org_2"), after=None, limit=10))
    assert (mine[0].alert_id, mine[0].status) == ("al_org_1_00003", "resolved")
    assert (len(mine), others) == (3, [])


def test_alerts_of_an_older_store_are_found_after_its_migration(tmp_path: Path) -> None:
    """A store from before the readers' table must list the alerts it had, to each firm its own."""
    engine = create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    row = {name: getattr(_alert(1, "org_1", "org_2"), name) for name in sql.columns_of(AlertRow)}
    with engine.begin() as connection:
        settings = migrate.config()
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0023")
        connection.execute(text(f"INSERT INTO alerts VALUES ({', '.join(f':{name}' for name in row)})"), row)
        command.upgrade(settings, "head")
    with Session(engine) as session:
        for firm, expected in (("org_1", 1), ("org_2", 1), ("org_3", 0)):
            assert len(alerts.page(session, AlertFilter(firm), after=None, limit=10)) == expected
    engine.dispose()
