"""Records written to files are whole, and a changed audit trail is noticed."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from tests.fakes import desk as desks
from tests.fakes.desk import Desk, principal
from utm.exports import write_audit, write_plans, write_zones
from utm.settings import Settings


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desks.running(tmp_path / "data") as made:
        yield made


async def test_plans_are_written_as_the_api_shows_them(desk: Desk, tmp_path: Path) -> None:
    """One JSON line per plan, of the states asked for, equal to the API's document."""
    first, second = await desk.filed(), await desk.filed(7200)
    await desk.services.plan_steps.cancel(principal(), second)
    file = tmp_path / "plans.jsonl"
    assert write_plans(desk.services.settings, file, []) == 2
    lines = [orjson.loads(line) for line in file.read_bytes().splitlines()]
    assert {line["plan_id"]: line["state"] for line in lines} == {first: "approved", second: "cancelled"}
    shown = await desk.services.flight_plans.get(principal(), first)
    assert orjson.loads(orjson.dumps(shown)) == next(line for line in lines if line["plan_id"] == first)
    assert write_plans(desk.services.settings, file, ["cancelled"]) == 1


async def test_zones_are_written_as_a_collection_that_can_be_imported(desk: Desk, tmp_path: Path) -> None:
    """Every zone in force must be there, and each be read back as the same zone."""
    file = tmp_path / "zones.geojson"
    count = write_zones(desk.services.settings, file)
    features = orjson.loads(file.read_bytes())["features"]
    assert len(features) == count == len(desk.services.book.zones)
    for feature in features:
        assert desk.services.zone_desk.parse(feature).zone_id == feature["properties"]["zone_id"]


async def test_a_changed_line_breaks_the_chain(desk: Desk, tmp_path: Path) -> None:
    """The trail must be whole as written, and broken at the first line somebody changed or took out."""
    await desk.filed()
    file = tmp_path / "audit.jsonl"
    written, broken = write_audit(desk.services.settings, file)
    assert broken is None
    assert written == len(file.read_bytes().splitlines()) > 3
    with sqlite3.connect(desk.services.settings.database_path) as other:
        other.execute("DELETE FROM audit WHERE line = 3")
    assert write_audit(desk.services.settings, file) == (written - 1, 4)


def test_a_folder_without_a_store_is_told(tmp_path: Path) -> None:
    """Where there is no store nothing must be written and none be made."""
    for write in (write_zones, write_audit):
        with pytest.raises(SystemExit, match="no store"):
            write(Settings(data_dir=tmp_path / "none"), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
