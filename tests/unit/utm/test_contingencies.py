"""Contingencies on a real store: reserved with the plan's step, neighbours told, gone when the flight is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlmodel import Session

from airspace.timebase import to_scene_s
from tests.fakes import desk as desks
from tests.fakes import filing
from tests.fakes.desk import Desk, principal
from tests.fakes.filing import point
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.problems import Problem
from utm.separation_check import judge_rows
from utm.store import contingencies as records
from utm.store import journal, notices

DISPATCHER = principal("dispatcher", "org_centre")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desks.running(tmp_path) as made:
        yield made


def route(north_m: float = 0.0, alt_m: float = 60.0, east_m: float = 0.0) -> list[dict[str, Any]]:
    """A way of 3 km to the east and on, down to the ground at both ends."""
    return [
        point(east_m, north_m, 0.0),
        point(east_m, north_m, alt_m),
        point(east_m + 3000, north_m, alt_m),
        point(east_m + 3000, north_m, 0.0),
    ]


async def flying(desk: Desk, *, firm: str = "org_a", after_s: float = 30.0, way: Any = None, **more: Any) -> str:
    """File a plan and start it."""
    plan_id = await desk.filed(after_s, way or route(), firm, **more)
    await desk.services.plan_steps.activate(principal(firm=firm), plan_id)
    return plan_id


async def declare(desk: Desk, plan_id: str, kind: Any = "lost_link", **more: Any) -> dict[str, Any]:
    return await desk.services.off_nominal.contingencies.declare(DISPATCHER, plan_id, kind, **more)


async def told(desk: Desk, plan_id: str) -> list[Any]:
    rows = await desk.services.store.read(
        lambda session: notices.advisories(session, organisation_id=None, plan_id=plan_id, before=None, limit=50)
    )
    return list(reversed(rows))


async def test_a_contingency_reserves_at_once_and_is_durable(desk: Desk) -> None:
    """State, volumes, audit and the firm's advisory must be one commit, and a fresh memory must hold the same."""
    plan_id = await flying(desk, contingency={"lost_link": "rtl", "rtl_altitude_agl_m": 80.0})
    desk.clock.advance(120)
    found = await declare(desk, plan_id)
    assert (found["kind"], found["procedure"], found["state"]) == ("lost_link", "rtl", "open")
    assert (await desk.row(plan_id)).state == "contingent"
    sky = desk.services.sky
    assert found["contingency_id"] in sky.own_contingency((await desk.row(plan_id)).aircraft_id)
    lines = await desk.services.store.read(lambda s: journal.audit_of(s, found["contingency_id"]))
    assert [line.action for line in lines] == ["contingency.declare"]
    assert [(row.kind, row.must_acknowledge) for row in await told(desk, plan_id)] == [("contingency", True)]
    # On its way back at 80 m nobody else fits, where before nobody was.
    blocked = filing.plan(await desk.aircraft("org_b"), desk.later(60), [point(500, -300, 80), point(500, 300, 80)])
    answer = await desk.file(blocked, "org_b")
    reasons = [item["code"] for item in orjson.loads(orjson.dumps(answer.document["decision"]))["reasons"]]
    assert answer.status == 409
    assert "conflict_with_plan" in reasons
    before = [(row.contingency_id, row.geometry) for row in desk.services.off_nominal.contingencies.open.live()]

    def reload(session: Session) -> None:
        desk.services.sky.load(session)
        desk.services.off_nominal.contingencies.open.load(session)
        desk.services.advisories.load(session)

    await desk.services.store.write(reload)
    after = [(row.contingency_id, row.geometry) for row in desk.services.off_nominal.contingencies.open.live()]
    assert after == before
    assert (await desk.file({**blocked, "aircraft_id": await desk.aircraft("org_b")}, "org_b")).status == 409
