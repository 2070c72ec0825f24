"""Crowds of plans are judged and kept together: each must be answered as if it had been filed alone, in its turn."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from sqlmodel import Session

from tests.fakes import filing
from tests.fakes.desk import Desk, in_batch, principal
from utm.api.answers import batch_item
from utm.plan_helpers import PlanHelpers
from utm.plan_intake import PlanIntake
from utm.plan_records import document, document_text
from utm.security.quotas import exceeded
from utm.separation_check import check
from utm.settings import Settings
from utm.store import journal, plans


def _intake(desk: Desk) -> PlanIntake:
    """Return the intake of a server without helper processes."""
    services = desk.services
    settings = Settings(data_dir=services.settings.data_dir, mavlink_udp_port=None, plan_helpers=0)
    return PlanIntake(services.flight_plans, PlanHelpers(settings, services.store, services.memory))


async def _batch(desk: Desk, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = await _intake(desk).file_batch(principal(), [in_batch(body) for body in bodies])
    return [orjson.loads(orjson.dumps(batch_item(answer))) for answer in found]


def _crowd(desk: Desk, aircraft_id: str, count: int, seed: int) -> list[dict[str, Any]]:
    """Return plans through a crowded square kilometre, with times at their waypoints as often as not."""
    draw = random.Random(seed)
    bodies = []
    for _ in range(count):
        places = [(draw.uniform(0, 1500), draw.uniform(0, 1500)) for _ in range(draw.randint(2, 5))]
        points = [filing.point(x, y, draw.choice([45.0, 60.0, 75.0])) for x, y in places]
        if draw.random() < 0.5:
            for k, point in enumerate(points):
                point["t_s"] = 200.0 * k
        departs = desk.later(600 + draw.uniform(0, 240))
        bodies.append(filing.plan(aircraft_id, departs, points, speed_mps=12.0))
    return bodies


def _said(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without what is drawn or measured anew each time."""
    said = {name: value for name, value in answer.items() if name not in ("plan_id", "detail", "detail_zh", "trace_id")}
    said["decision"] = {name: value for name, value in said["decision"].items() if name != "took_ms"}
    for reason in said["decision"]["reasons"]:
        if reason["code"] == "conflict_with_plan":  # it names the other plan, whose id was drawn
            reason["other_plan_ref"] = reason["detail"] = reason["detail_zh"] = ""
    return said


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_batch_is_answered_as_if_filed_one_by_one(
    desk: Desk, other: Desk, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty crowded plans of one batch get word for word, offers included, the answers they get one by one."""
    monkeypatch.setattr("utm.offers.LEAST_BUDGET_MS", 1e9)  # the more wait, the shorter a search: not here
    for book in (desk.services.book, other.services.book):
        book.policy = replace(book.policy, offer_budget_ms=1e9)
    here, there = await desk.aircraft(), await other.aircraft()
    bodies = _crowd(desk, here, 60, seed)
    together = await _batch(desk, bodies)
    for said, body in zip(together, bodies, strict=True):
        answer = await other.file({**body, "aircraft_id": there})
        alone = orjson.dumps(batch_item(answer)).replace(there.encode(), here.encode())
        assert _said(said) == _said(orjson.loads(alone))
    assert {said["status"] for said in together} == {201, 409}
    assert check(desk.services.settings).conflicts == []
    assert desk.services.store.read_now(lambda s: journal.first_broken_line(journal.all_audit(s))) is None
    assert desk.services.store.read_now(journal.cell_versions) == other.services.store.read_now(journal.cell_versions)


async def test_keys_and_faults_keep_their_places(desk: Desk) -> None:
    """A key used twice in a batch gives one plan; what is malformed is told in its own place; the rest is filed."""
    bodies = _crowd(desk, await desk.aircraft(), 8, 4)
    bodies[2]["idempotency_key"] = bodies[6]["idempotency_key"] = "same"
    bodies[6] = dict(bodies[2])
    bodies[4] = {**bodies[4], "route": {"type": "nothing"}}
    found = await _batch(desk, bodies)
    assert found[2]["plan_id"] == found[6]["plan_id"]
    assert (found[4]["status"], found[4]["code"]) == (422, "validation_failed")
    assert len({said["plan_id"] for k, said in enumerate(found) if k != 4}) == 6


async def test_the_last_place_of_a_quota_is_given_once(desk: Desk) -> None:
    """Plans kept together are counted one by one: what was kept a moment ago has taken its place."""

    def admit(session: Session, organisation_id: str) -> None:
        found = session.connection().exec_driver_sql("SELECT count(*) FROM flight_plans").scalar()
        if found is not None and found >= 5:
            raise exceeded("live_plans", 5)

    desk.services.flight_plans.admit = admit
    found = await _batch(desk, _crowd(desk, await desk.aircraft(), 12, 5))
    assert [said["status"] == 403 for said in found] == [False] * 5 + [True] * 7


async def test_a_version_keeps_what_was_judged_when_its_plan_changes(desk: Desk) -> None:
    """The first version's texts stand with the plan, once; they must stay what was judged when the plan is changed."""
    (said, *_) = await _batch(desk, _crowd(desk, await desk.aircraft(), 5, 6))
    row = await desk.row(said["plan_id"])

    def read(session: Session) -> list[Any]:
        return plans.versions_of(session, row.plan_id)

    def stored(session: Session) -> Any:
        statement = "SELECT body FROM plan_versions WHERE plan_id = ?"
        return session.connection().exec_driver_sql(statement, (row.plan_id,)).scalar()

    reads: list[Callable[[Session], list[Any]]] = [read]
    assert desk.services.store.read_now(stored) == ""
    changed = {"decision": '{"changed":true}', "body": '{"changed":true}'}
    await desk.services.store.write(lambda session: plans.update(session, row.plan_id, {"priority": 3}))
    before = desk.services.store.read_now(reads[0])
    await desk.services.store.write(lambda session: plans.update(session, row.plan_id, changed))
    for (version,) in (before, desk.services.store.read_now(reads[0])):
        assert (version.body, version.decision) == (row.body, row.decision)


async def test_the_text_of_a_plan_is_its_document(desk: Desk) -> None:
    """What is put together from texts must be what the document gives, to the byte."""
    row = await desk.row(await desk.filed())
    assert document_text(row) == orjson.dumps(document(row))
    row.body = orjson.dumps({**orjson.loads(row.body), "idempotency_key": "k"}).decode()
    assert document_text(row) == orjson.dumps(document(row))
