"""A batch whose parts are judged by two: answered in order, as if filed one by one, whoever judged what."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any, cast

import orjson
import pytest
from sqlalchemy.exc import OperationalError

from tests.fakes import filing
from tests.fakes.desk import Desk, in_batch, principal
from utm.api.answers import batch_item
from utm.foreseen_filing import judging_ahead
from utm.foresight import Asked, Foreseen
from utm.plan_batches import BatchFiling
from utm.plan_helpers import PlanHelpers
from utm.security import Principal
from utm.separation_check import check
from utm.store.store import StoreUnavailableError


class Helper:
    """Stands for a helper process: judges what it is asked when it is told to, on the sky of that moment."""

    ready: int = 1

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.asked: list[int] = []
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.gone = False

    def crowd(self, count: int, limit: int) -> bool:
        return True

    def ask(
        self, who: Principal, bodies: Sequence[bytes], *, in_batch: bool
    ) -> "asyncio.Future[list[Foreseen | None]]":
        self.asked.append(len(bodies))
        return asyncio.ensure_future(self._judged([Asked(0, 0, 0, who, body, in_batch) for body in bodies]))

    async def _judged(self, asked: list[Asked]) -> list[Foreseen | None]:
        await self.goes_on.wait()
        if self.gone:
            return [None] * len(asked)
        services = self._desk.services
        return await services.store.write(judging_ahead(services.flight_plans, asked))


def crossing(desk: Desk, aircraft_id: str, count: int) -> list[dict[str, Any]]:
    """Return plans over one square kilometre at one height: many are refused because of those before them."""
    draw, bodies = random.Random(7), []
    for _ in range(count):
        points = [filing.point(draw.uniform(0, 1500), draw.uniform(0, 1500), 60.0) for _ in range(3)]
        bodies.append(filing.plan(aircraft_id, desk.later(600 + draw.uniform(0, 240)), points, speed_mps=12.0))
    return bodies


async def run(desk: Desk, helper: Helper, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    flight_plans = desk.services.flight_plans
    batch = BatchFiling(flight_plans, cast(PlanHelpers, helper), principal(), [in_batch(body) for body in bodies])
    return [orjson.loads(orjson.dumps(batch_item(answer))) for answer in await batch.run()]


async def one_by_one(desk: Desk, bodies: list[dict[str, Any]]) -> list[int]:
    return [(await desk.file(body)).status for body in bodies]


@pytest.mark.parametrize("gone", [False, True])
async def test_the_answers_are_those_of_one_plan_at_a_time(desk: Desk, other: Desk, gone: bool) -> None:
    """Whether the helper answers or dies with everything it was asked, each plan is judged against all before it."""
    aircraft_id = await desk.aircraft()
    bodies, helper = crossing(desk, aircraft_id, 120), Helper(desk)
    helper.gone = gone
    statuses = [said["status"] for said in await run(desk, helper, bodies)]
    own = await other.aircraft()
    assert statuses == await one_by_one(other, [{**body, "aircraft_id": own} for body in bodies])
    assert set(statuses) == {201, 409}
    assert check(desk.services.settings).conflicts == []
    assert sum(helper.asked) > 0


async def test_the_writer_judges_what_nobody_has_while_the_helper_is_slow(desk: Desk) -> None:
    """A helper that answers nothing for a while is asked two parts; all others are judged meanwhile, and nothing is lost."""
    bodies, helper = crossing(desk, await desk.aircraft(), 120), Helper(desk)
    helper.goes_on.clear()
    running = asyncio.create_task(run(desk, helper, bodies))
    before = desk.services.store.commits
    # Eight parts, of 25, 25, 10, four times 13 and 8: two are the helper's, each other takes the writer a transaction.
    while desk.services.store.commits < before + 6:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert len(helper.asked) == 2
    assert not running.done()
    helper.goes_on.set()
    assert len(await running) == 120
    assert len(helper.asked) == 2


async def test_a_batch_that_fails_leaves_nothing_waiting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the store cannot commit, the caller is told so, and no part of the batch is filed later by itself."""
    bodies, helper = crossing(desk, await desk.aircraft(), 60), Helper(desk)

    def fails(*_: object) -> None:
        raise OperationalError("INSERT", {}, OSError("the disk is full"))

    monkeypatch.setattr("utm.foreseen_filing._keep_together", fails)
    with pytest.raises(StoreUnavailableError):
        await run(desk, helper, bodies)
    kept = desk.services.store.commits
    await asyncio.sleep(0.2)
    assert desk.services.store.commits == kept
    assert len(desk.services.sky) == 0


async def test_a_batch_goes_on_when_its_helper_ends_while_the_store_is_busy(desk: Desk) -> None:
    """Without any helper left and with others' jobs before its own, each part is judged by the writer."""
    bodies, helper = crossing(desk, await desk.aircraft(), 120), Helper(desk)
    helper.ready = 0
    busy = [desk.services.store.enqueue(lambda session: None) for _ in range(300)]
    answers = await run(desk, helper, bodies)
    await asyncio.gather(*busy)
    assert {said["status"] for said in answers} == {201, 409}
    assert helper.asked == []
