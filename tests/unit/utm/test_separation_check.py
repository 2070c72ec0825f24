"""`check-separation` finds what is wrong in a store, whoever put it there."""

import asyncio
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlmodel import Session

from airspace.timebase import to_scene_s
from tests.fakes import filing
from tests.fakes.desk import Desk, principal
from tests.fakes.filing import point, square
from utm.separation_check import Report, check
from utm.settings import Settings
from utm.store import logistics, plans
from utm.store.logistics_tables import CrewRow


def report(desk: Desk) -> Report:
    return check(desk.services.settings)


def names(found: Report) -> set[frozenset[str]]:
    return {frozenset((item["plan_a"], item["plan_b"])) for item in found.conflicts}


async def _change(desk: Desk, plan_id: str, **values: object) -> None:
    await desk.services.store.write(lambda session: plans.update(session, plan_id, values))


async def test_a_store_without_conflicts_is_clean(desk: Desk) -> None:
    """Approved, cancelled and refused plans on one place must give no conflict: only what reserves counts."""
    kept = await desk.filed()
    assert (await desk.row(await desk.filed())).state == "refused"
    gone = await desk.filed(route=[point(0, 900), point(500, 900)])
    await desk.services.plan_steps.cancel(principal(), gone)
    found = await asyncio.to_thread(report, desk)
    assert (found.plans, found.conflicts, found.unread) == (1, [], [])
    assert orjson.loads(orjson.dumps(found.as_dict()))["plans"] == 1
    assert kept


async def test_a_conflict_smuggled_in_is_found(desk: Desk) -> None:
    """Two plans forced into the approved state on one route must be named with distances and instants."""
    first, second = await desk.filed(), await desk.filed()
    await _change(desk, second, state="approved")
    found = await asyncio.to_thread(report, desk)
    assert names(found) == {frozenset((first, second))}
    assert found.conflicts[0]["horizontal_m"] == pytest.approx(0, abs=1e-3)


async def test_each_plan_is_held_to_its_own_minima(desk: Desk) -> None:
    """A plan approved under 100 m must be in conflict with one 80 m beside it."""
    first, second = await desk.filed(), await desk.filed(route=[point(0, 80), point(1000, 80)])
    assert (await asyncio.to_thread(report, desk)).conflicts == []
    await _change(desk, first, horizontal_m=100.0)
    assert names(await asyncio.to_thread(report, desk)) == {frozenset((first, second))}


async def test_an_unreadable_plan_is_as_bad_as_a_conflict(desk: Desk) -> None:
    """A stored body that says no flight must be listed, not skipped."""
    plan_id = await desk.filed()
    await _change(desk, plan_id, body='{"route": {}}')
    found = await asyncio.to_thread(report, desk)
    assert [item["plan_id"] for item in found.unread] == [plan_id]


async def test_times_in_small_letters_are_read(desk: Desk) -> None:
    """RFC 3339 allows t and z: a plan filed with them must be judged as any other."""
    body = filing.plan(await desk.aircraft(), desk.later(600))
    body["departure_at"] = body["departure_at"].lower()
    assert (await desk.file(body)).status == 201
    found = await asyncio.to_thread(report, desk)
    assert (found.plans, found.unread) == (1, [])


@pytest.mark.parametrize("kind", ["trajectory", "volumes"])
async def test_an_overdue_flights_last_place_is_judged(desk: Desk, kind: str) -> None:
    """What stays reserved for a flight that has not landed must count: a plan smuggled into it is a conflict."""
    at = desk.later(10)
    aircraft = await desk.aircraft()
    body = filing.plan(aircraft, at, [point(0, 0), point(500, 0)])
    if kind == "volumes":
        body = filing.volume_plan(aircraft, at, [filing.volume(square(500, 0, 50), at, at + timedelta(seconds=50))])
    first = (await desk.file(body)).document["plan_id"]
    await desk.services.plan_steps.activate(principal(), first)
    desk.clock.advance(10 + 50 + 100)
    await desk.services.plan_steps.sweep()
    over = [point(500, 0), point(500, 90)]
    second = await desk.filed(30, over)
    row = await desk.row(second)
    assert row.state == "refused"
    assert row.starts_s < (await desk.row(first)).ends_s
    await _change(desk, second, state="approved")
    assert names(await asyncio.to_thread(report, desk)) == {frozenset((first, second))}
    assert to_scene_s(desk.clock.now()) < (await desk.row(first)).ends_s


def test_a_folder_without_a_store_is_told_and_left_alone(tmp_path: Path) -> None:
    """Where there is no store the check must say so and make none."""
    folder = tmp_path / "nothing"
    with pytest.raises(SystemExit, match="no store"):
        check(Settings(data_dir=folder))
    assert not folder.exists()


async def test_what_is_booked_twice_is_found(desk: Desk) -> None:
    """An aircraft or battery kept by two missions at a time, and a crew over its limit, are listed; touching is none."""

    def book(session: Session) -> None:
        crew = CrewRow(
            crew_id="crew_1", organisation_id="org", label="c", state="on_duty", vehicles_max=1, updated_at=""
        )
        logistics.insert(session, crew)
        logistics.reserve(
            session, "ms_1", [("aircraft", "ac_1", 0, 100), ("battery", "b", 0, 100), ("crew", "crew_1", 0, 9)]
        )
        logistics.reserve(session, "ms_2", [("aircraft", "ac_1", 100, 200), ("battery", "b", 99, 200)])
        logistics.reserve(session, "ms_3", [("crew", "crew_1", 5, 20)])

    await desk.services.store.write(book)
    found = await asyncio.to_thread(report, desk)
    assert [(item["kind"], item["mission_a"]) for item in found.double_bookings] == [
        ("battery", "ms_1"),
        ("crew", "ms_3"),
    ]
    assert found.conflicts == []
