"""A batch of plans, filed in order while two judge ahead: the helper processes, and the writer whenever it would wait.

The parts of a batch are kept strictly one after the other. Who judges which is not fixed: a helper has two of them in
hand, and the writer takes the next one nobody has where the part it should keep is not judged yet, so that neither waits
for the other however the work falls. What was judged ahead is compared when it is kept (`utm.foreseen_filing`).
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import orjson
from sqlmodel import Session

from utm.api.flight_plan_models import FlightPlanBody
from utm.flight_plans import BATCH_PART, FlightPlans
from utm.foreseen_filing import filing, judging_ahead
from utm.foresight import Asked, Foreseen
from utm.plan_helpers import BATCH, CROWD, PlanHelpers
from utm.plan_records import Answer, FiledAnswer
from utm.problems import Problem
from utm.security import Principal

PART: Final = 25
LAST_PART: Final = 13
"""The parts at the end are smaller: whoever is done first waits for the other."""
LAST: Final = 80
"""So many plans at the end are cut small."""
AHEAD: Final = 2
"""How many parts each helper has in hand: with one it would wait for the next, more would be judged on an older sky."""

Parse: TypeAlias = Callable[[], tuple[dict[str, Any], FlightPlanBody, str | None]]
Filed: TypeAlias = Answer | FiledAnswer
Job: TypeAlias = Callable[[Session], Filed]
_Judged: TypeAlias = "asyncio.Future[list[Foreseen | None]]"


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A plan of a batch: its value as it came, and what parses it."""

    raw: dict[str, Any]
    parse: Parse

    @property
    def body(self) -> bytes:
        """The value as text again."""
        return orjson.dumps(self.raw)


class BatchFiling:
    """One batch on its way."""

    def __init__(
        self, flight_plans: FlightPlans, helpers: PlanHelpers, principal: Principal, items: Sequence[BatchItem]
    ) -> None:
        self._flight_plans, self._helpers, self._principal = flight_plans, helpers, principal
        self._ahead = helpers.crowd(len(items), BATCH)
        self._parts = _parts(items) if self._ahead else _cut(items, BATCH_PART)
        self._unjudged = deque(range(len(self._parts)) if self._ahead else ())
        self._judged: dict[int, _Judged] = {}
        self._own: _Judged | None = None
        self._kept: list[asyncio.Future[list[Filed | Exception]]] = []

    async def run(self) -> list[Filed | Problem]:
        """File all; each answer is durable when this returns."""
        told: list[list[Problem | None]] = []
        try:
            for number, part in enumerate(self._parts):
                jobs = await self._jobs(number, part)
                told.append([job if isinstance(job, Problem) else None for job in jobs])
                good = [job for job in jobs if not isinstance(job, Problem)]
                self._kept.append(self._flight_plans.store.enqueue_all(good))
                await asyncio.sleep(0)  # a batch is no reason for others to wait for an answer
            # Of parts that fail together every failure is taken, though the caller is told of one.
            outcomes = await asyncio.gather(*self._kept, return_exceptions=True)
        except BaseException:
            # Nobody waits for them any more; what is committed stays committed.
            for kept in self._kept:
                kept.cancel()
            for judged in self._judged.values():
                if not judged.cancel() and not judged.cancelled():
                    judged.exception()  # the same failure, told once
            raise
        answers: list[Filed | Problem] = []
        for problems, outcome in zip(told, outcomes, strict=True):
            if isinstance(outcome, BaseException):
                raise outcome
            answers += _in_order(problems, outcome)
        return answers

    async def _jobs(self, number: int, part: Sequence[BatchItem]) -> list[Job | Problem]:
        """Return the jobs that file a part, once it is judged; where nobody judges ahead they judge as well."""
        if self._ahead:
            foreseen = await self._foreseen(number)
            return [self._job(item, known) for item, known in zip(part, foreseen, strict=True)]
        if len(part) >= CROWD:
            return [self._filing(item, None, Asked(0, 0, 0, self._principal, item.body, True)) for item in part]
        return [self._job(item, None) for item in part]

    async def _foreseen(self, number: int) -> list[Foreseen | None]:
        """Wait until a part is judged, and see meanwhile that everybody has something to do."""
        while True:
            self._give_out(number)
            judged = self._judged[number]
            if judged.done():
                return judged.result()
            busy: list[asyncio.Future[Any]] = [*self._running(), *self._kept[-1:]]
            await asyncio.wait([future for future in busy if not future.done()], return_when=asyncio.FIRST_COMPLETED)

    def _give_out(self, wanted: int) -> None:
        """Give parts nobody has to whoever is free; afterwards somebody has the wanted one."""
        judged = self._judged.get(wanted)
        idle = self._flight_plans.store.waiting == 0 and not self._own_running()
        if idle and (judged is None or not judged.done()):
            self._judge_here()
        while self._unjudged and len(self._running()) - self._own_running() < AHEAD * self._helpers.ready:
            number = self._unjudged.popleft()
            bodies = [item.body for item in self._parts[number]]
            self._judged[number] = self._helpers.ask(self._principal, bodies, in_batch=True)
        if wanted not in self._judged:
            self._judge_here()

    def _judge_here(self) -> None:
        """Have the writer judge the next part nobody has."""
        if self._unjudged:
            number = self._unjudged.popleft()
            asked = [Asked(0, 0, 0, self._principal, item.body, True) for item in self._parts[number]]
            job = judging_ahead(self._flight_plans, asked)
            self._own = self._judged[number] = self._flight_plans.store.enqueue(job)

    def _running(self) -> list[_Judged]:
        return [future for future in self._judged.values() if not future.done()]

    def _own_running(self) -> int:
        return int(self._own is not None and not self._own.done())

    def _job(self, item: BatchItem, foreseen: Foreseen | None) -> Job | Problem:
        if foreseen is not None:
            return self._filing(item, foreseen)
        try:
            return self._flight_plans.filing(self._principal, *item.parse())
        except Problem as problem:
            return problem

    def _filing(self, item: BatchItem, foreseen: Foreseen | None, asked: Asked | None = None) -> Job:
        def otherwise(session: Session) -> Answer:
            return self._flight_plans.filing(self._principal, *item.parse())(session)

        key = None if foreseen is None else foreseen.key
        return filing(self._flight_plans, self._principal, foreseen, key, otherwise, asked)


def _cut(items: Sequence[BatchItem], size: int) -> list[Sequence[BatchItem]]:
    return [items[first : first + size] for first in range(0, len(items), size)]


def _parts(items: Sequence[BatchItem]) -> list[Sequence[BatchItem]]:
    """Return the parts two share: of one size, but for small ones at the end."""
    small = min(LAST, len(items) // 2)
    return [*_cut(items[: len(items) - small], PART), *_cut(items[len(items) - small :], LAST_PART)]


def _in_order(problems: list[Problem | None], found: list[Filed | Exception]) -> list[Filed | Problem]:
    filed = iter(found)
    answers: list[Filed | Problem] = []
    for problem in problems:
        answer = next(filed) if problem is None else problem
        if isinstance(answer, Exception) and not isinstance(answer, Problem):
            raise answer
        answers.append(answer)
    return answers
