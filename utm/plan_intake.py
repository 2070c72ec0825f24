"""Takes plans in: one after the other where it is quiet, judged ahead by helper processes where many come at once.

Both ways give the same answers; which one a plan takes is decided by how many are in hand.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson
from sqlmodel import Session

from utm.api.flight_plan_models import FlightPlanBody
from utm.flight_plans import BATCH_PART, FlightPlans
from utm.foreseen_filing import filing
from utm.foresight import Asked, Foreseen
from utm.plan_helpers import BATCH, CROWD, PlanHelpers
from utm.plan_records import Answer, FiledAnswer
from utm.problems import Problem
from utm.security import Principal

LONGEST_BODY: Final = 1 << 16
"""A longer body is judged here: to send it about costs more than it saves."""
MOST_ASKED: Final = 24
"""A helper that owes so many answers is not asked for more single plans: this process is then the quicker one. With fewer
it would judge one or two now and then, which takes it twice as long as the helper and keeps everybody waiting for it."""
PART: Final = 25
AHEAD: Final = 2
"""How many parts of a batch are judged ahead of the one being filed: more would be judged on an older sky."""
OWN_SHARE: Final = 4
"""Every so-manieth part of a batch, the first of all, is judged by the writer, which else would wait for the helpers."""

Parse: TypeAlias = Callable[[], tuple[dict[str, Any], FlightPlanBody, str | None]]
Filed: TypeAlias = Answer | FiledAnswer
Job: TypeAlias = Callable[[Session], Filed]


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A plan of a batch: its value as it came, and what parses it."""

    raw: dict[str, Any]
    parse: Parse


class PlanIntake:
    """Files single plans and batches."""

    def __init__(self, flight_plans: FlightPlans, helpers: PlanHelpers) -> None:
        self.flight_plans, self.helpers = flight_plans, helpers

    async def file(self, principal: Principal, data: bytes, parse: Parse, key: str | None) -> Filed:
        """File one plan; the answer is durable when this returns."""
        helpers = self.helpers
        helpers.in_hand += 1
        try:
            ahead = helpers.crowd(helpers.in_hand, CROWD) and helpers.backlog < MOST_ASKED
            if ahead and len(data) <= LONGEST_BODY:
                foreseen = await helpers.ask(principal, data, in_batch=False)
                if foreseen is not None:
                    return await self.flight_plans.store.write(self._filing(principal, foreseen, parse, key))
            elif helpers.in_hand >= CROWD and len(data) <= LONGEST_BODY:
                asked = Asked(0, 0, 0, principal, data, False)
                return await self.flight_plans.store.write(self._filing(principal, None, parse, key, asked))
            body, parsed, _ = parse()
            return await self.flight_plans.file(principal, body, parsed, key)
        finally:
            helpers.in_hand -= 1

    async def file_batch(self, principal: Principal, items: list[BatchItem]) -> list[Filed | Problem]:
        """File plans in order, each judged with those before it; one that is malformed costs only its own place."""
        ahead = self.helpers.crowd(len(items), BATCH)
        size = PART if ahead else BATCH_PART
        parts = [items[first : first + size] for first in range(0, len(items), size)]
        mine = [not ahead or number % OWN_SHARE == 0 for number in range(len(parts))]
        asked: deque[list[asyncio.Future[Foreseen | None]]] = deque()
        unasked = deque(part for part, own in zip(parts, mine, strict=True) if not own)

        def ask_next() -> None:
            while unasked and len(asked) < AHEAD:
                asked.append([self._ask(principal, item) for item in unasked.popleft()])

        filed: list[tuple[list[Problem | None], asyncio.Future[list[Filed | Exception]]]] = []
        try:
            for part, own in zip(parts, mine, strict=True):
                ask_next()
                foreseen = [None] * len(part) if own else await asyncio.gather(*asked.popleft())
                ask_next()
                together = len(part) >= CROWD
                ready = [
                    self._job(principal, item, known, together) for item, known in zip(part, foreseen, strict=True)
                ]
                jobs = [item for item in ready if not isinstance(item, Problem)]
                problems = [item if isinstance(item, Problem) else None for item in ready]
                filed.append((problems, self.flight_plans.store.enqueue_all(jobs)))
                await asyncio.sleep(0)  # a batch is no reason for others to wait for an answer
            # Of parts that fail together every failure is taken, though the caller is told of one.
            outcomes = await asyncio.gather(*(future for _, future in filed), return_exceptions=True)
        except BaseException:
            for _, future in filed:  # nobody waits for them any more; what is committed stays committed
                future.cancel()
            raise
        answers: list[Filed | Problem] = []
        for (problems, _), outcome in zip(filed, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                raise outcome
            answers += _in_order(problems, outcome)
        return answers

    def _ask(self, principal: Principal, item: BatchItem) -> "asyncio.Future[Foreseen | None]":
        return self.helpers.ask(principal, orjson.dumps(item.raw), in_batch=True)

    def _job(self, principal: Principal, item: BatchItem, foreseen: Foreseen | None, together: bool) -> Job | Problem:
        if foreseen is not None:
            return self._filing(principal, foreseen, item.parse, foreseen.key)
        if together:
            asked = Asked(0, 0, 0, principal, orjson.dumps(item.raw), True)
            return self._filing(principal, None, item.parse, None, asked)
        try:
            return self.flight_plans.filing(principal, *item.parse())
        except Problem as problem:
            return problem

    def _filing(
        self,
        principal: Principal,
        foreseen: Foreseen | None,
        parse: Parse,
        key: str | None,
        asked: Asked | None = None,
    ) -> Job:
        def otherwise(session: Session) -> Answer:
            return self.flight_plans.filing(principal, *parse())(session)

        return filing(self.flight_plans, principal, foreseen, key, otherwise, asked)


def _in_order(problems: list[Problem | None], found: list[Filed | Exception]) -> list[Filed | Problem]:
    filed = iter(found)
    answers: list[Filed | Problem] = []
    for problem in problems:
        answer = next(filed) if problem is None else problem
        if isinstance(answer, Exception) and not isinstance(answer, Problem):
            raise answer
        answers.append(answer)
    return answers
