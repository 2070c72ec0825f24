"""Plans judged ahead of their turn: they must be answered as if they had been judged when they were filed."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlmodel import Session

from tests.fakes import filing
from tests.fakes.desk import Desk, principal
from utm import foreseen_filing
from utm.api.answers import batch_item
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.clock import SystemClock
from utm.foresight import Asked, Foreseen, foresee
from utm.plan_helpers import PlanHelpers
from utm.problems import Problem
from utm.separation_check import check
from utm.settings import Settings


def _body(desk: Desk, aircraft_id: str, draw: random.Random) -> dict[str, Any]:
    """Return a plan through a crowded square kilometre, with times at its waypoints as often as not."""
    places = [(draw.uniform(0, 1500), draw.uniform(0, 1500)) for _ in range(draw.randint(2, 5))]
    height = draw.choice([45.0, 60.0, 75.0])
    points = [filing.point(x, y, height) for x, y in places]
    if draw.random() < 0.5:
        for k, point in enumerate(points):
            point["t_s"] = 200.0 * k
    return filing.plan(aircraft_id, desk.later(600 + draw.uniform(0, 240)), points, speed_mps=12.0)


async def _judged_ahead(desk: Desk, bodies: list[dict[str, Any]], *, in_batch: bool = True) -> list[Foreseen]:
    """Have plans judged on what is committed now."""
    plans = desk.services.flight_plans
    found = []
    for number, body in enumerate(bodies):
        asked = Asked(number, desk.services.memory.seen or 0, 0, principal(), orjson.dumps(body), in_batch)
        said = foresee(plans, asked)
        assert isinstance(said, Foreseen)
        found.append(said)
    return found


def _job(
    desk: Desk, body: dict[str, Any], foreseen: Foreseen, key: str | None = None, again: list[int] | None = None
) -> Any:
    plans = desk.services.flight_plans

    def otherwise(session: Session) -> Any:
        if again is not None:
            again.append(foreseen.number)
        return plans.filing(principal(), body, validate(body, FlightPlanBody), key)(session)

    return foreseen_filing.filing(plans, principal(), foreseen, key, otherwise)


def _said(answer: Any) -> Any:
    """Return an answer without what is drawn or measured anew each time."""
    document = orjson.loads(orjson.dumps(batch_item(answer)))
    document["decision"].pop("took_ms")
    for reason in document["decision"]["reasons"]:
        reason.pop("other_plan_ref", None)
        if reason["code"] == "conflict_with_plan":
            reason["detail"] = reason["detail_zh"] = ""
    for name in ("plan_id", "detail", "detail_zh", "trace_id"):
        document.pop(name, None)
    return document


async def test_plans_judged_ahead_are_answered_as_if_judged_in_turn(desk: Desk, other: Desk) -> None:
    """Forty crowded plans, judged ten at a time ahead, get word for word the answers they get one by one."""
    draw = random.Random(5)
    here, there = await desk.aircraft(), await other.aircraft()
    bodies = [_body(desk, here, draw) for _ in range(40)]
    again: list[int] = []
    ahead: list[Any] = []
    for first in range(0, 40, 10):
        part = bodies[first : first + 10]
        foreseen = await _judged_ahead(desk, part)
        jobs = [_job(desk, body, said, again=again) for body, said in zip(part, foreseen, strict=True)]
        ahead += await desk.services.store.enqueue_all(jobs)
    in_turn = [await other.file({**body, "aircraft_id": there}) for body in bodies]
    for one, two in zip(ahead, in_turn, strict=True):
        theirs = orjson.dumps(_said(two)).replace(there.encode(), here.encode())
        assert _said(one) == orjson.loads(theirs)
    assert {answer.status for answer in ahead} == {201, 409}
    assert 0 < len(again) < 40
    assert len(desk.services.sky) == sum(answer.status == 201 for answer in ahead)
    assert check(desk.services.settings).conflicts == []


async def test_what_changed_since_is_judged_again(desk: Desk) -> None:
    """A line of the change log that is no plan, and a plan that was taken out nearby, must make the judgement anew."""
    first = await desk.filed()
    body = filing.plan(await desk.aircraft(), desk.later(600))
    (refused,) = await _judged_ahead(desk, [body])
    assert refused.outcome == "refused"
    await desk.services.plan_steps.cancel(principal(), first)
    again: list[int] = []
    answer = await desk.services.store.write(_job(desk, body, refused, again=again))
    assert (answer.status, again) == (201, [0])
    third = filing.plan(await desk.aircraft(), desk.later(6000))
    (approved,) = await _judged_ahead(desk, [third])
    await desk.aircraft()  # nothing to do with it, but who can say
    answer = await desk.services.store.write(_job(desk, third, approved, again=again))
    assert (answer.status, again) == (201, [0, 0])


async def test_quota_and_clock_are_asked_when_it_is_filed(desk: Desk) -> None:
    """A judgement made ahead takes a place of the firm's quota, and is not kept while the clock cannot be believed."""
    body = filing.plan(await desk.aircraft(), desk.later(600))
    (said,) = await _judged_ahead(desk, [body])
    asked: list[str] = []
    desk.services.flight_plans.admit = lambda _session, firm: asked.append(firm)

    def doubtful() -> None:
        raise Problem("aircraft_inactive")

    desk.services.flight_plans.may_grant = doubtful
    with pytest.raises(Problem):
        await desk.services.store.write(_job(desk, body, said))
    assert asked == []
    desk.services.flight_plans.may_grant = lambda: None
    await desk.services.store.write(_job(desk, body, said))
    assert asked == ["org_a"]


async def test_an_old_judgement_is_made_again(desk: Desk) -> None:
    """What was judged seconds ago may offer departures that cannot be filed any more."""
    body = filing.plan(await desk.aircraft(), desk.later(600))
    (said,) = await _judged_ahead(desk, [body])
    said.judged_s -= foreseen_filing.OLDEST_S + 0.1
    again: list[int] = []
    await desk.services.store.write(_job(desk, body, said, again=again))
    assert again == [0]


async def test_a_key_used_before_gives_the_first_answer(desk: Desk) -> None:
    """Two judgements under one key in one transaction: the second must be answered with the first plan."""
    body = filing.plan(await desk.aircraft(), desk.later(600))
    (one,) = await _judged_ahead(desk, [body], in_batch=False)
    (two,) = await _judged_ahead(desk, [body], in_batch=False)
    found: list[Any] = await desk.services.store.enqueue_all(
        [_job(desk, body, one, "same"), _job(desk, body, two, "same")]
    )
    first, second = (orjson.loads(orjson.dumps(batch_item(answer))) for answer in found)
    assert first["plan_id"] == second["plan_id"]
    assert len(desk.services.sky) == 1


async def test_what_was_judged_without_a_key_is_judged_again_under_one(desk: Desk) -> None:
    """A judgement that cannot tell a repeated body from another one must not be kept under a key."""
    body = filing.plan(await desk.aircraft(), desk.later(600))
    (said,) = await _judged_ahead(desk, [body])
    again: list[int] = []
    await desk.services.store.write(_job(desk, body, said, "key", again=again))
    assert again == [0]


async def test_a_job_undone_leaves_nothing_to_compare_with(desk: Desk) -> None:
    """After a job that was undone the numbers of the log are used again: its change must not stand for another."""
    body = filing.plan(await desk.aircraft(), desk.later(600))
    later = filing.plan(await desk.aircraft(), desk.later(600))
    one, two = await _judged_ahead(desk, [body, later])

    def fails(session: Session) -> None:
        _job(desk, body, one)(session)
        raise Problem("aircraft_inactive")

    with pytest.raises(Problem):
        await desk.services.store.write(fails)
    again: list[int] = []
    answer = await desk.services.store.write(_job(desk, later, two, again=again))
    assert (answer.status, again) == (201, [])


async def test_a_helper_process_judges_and_its_end_costs_nothing(desk: Desk) -> None:
    """A real helper must judge on what this store holds; when it is killed, what it was asked is left to the server."""
    await desk.filed()
    body = filing.plan(await desk.aircraft(), desk.clock.now(), speed_mps=10.0)
    settings = Settings(data_dir=desk.services.settings.data_dir, mavlink_udp_port=None, plan_helpers=1)
    helpers = PlanHelpers(settings, desk.services.store, desk.services.memory)
    try:
        while not helpers.crowd(1, 1):  # noqa: ASYNC110  (starts when asked, and says so when asked)
            await asyncio.sleep(0.05)
        body["departure_at"] = (SystemClock().now() + timedelta(hours=1)).isoformat()
        (said,) = await helpers.ask(principal(), [orjson.dumps(body)], in_batch=False)
        assert said is not None
        assert said.outcome in ("approved", "pending", "refused")
        assert said.seq == desk.services.memory.seen
        waiting = helpers.ask(principal(), [orjson.dumps(body)], in_batch=False)
        helpers._processes[0].kill()
        assert await waiting == [None] or helpers._processes[0].returncode is None
        await helpers._processes[0].wait()
        assert await helpers.ask(principal(), [orjson.dumps(body)], in_batch=False) == [None]
    finally:
        await helpers.close()
