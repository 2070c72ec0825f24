"""Takes plans in: one after the other where it is quiet, judged ahead by helper processes where many come at once.

Both ways give the same answers; which one a plan takes is decided by how many are in hand.
"""

from typing import Final

from sqlmodel import Session

from utm.flight_plans import FlightPlans
from utm.foreseen_filing import filing
from utm.foresight import Asked, Foreseen
from utm.plan_batches import BatchFiling, BatchItem, Filed, Job, Parse
from utm.plan_helpers import CROWD, PlanHelpers
from utm.plan_records import Answer
from utm.problems import Problem
from utm.security import Principal

LONGEST_BODY: Final = 1 << 16
"""A longer body is judged here: to send it about costs more than it saves."""
MOST_ASKED: Final = 24
"""A helper that owes so many answers is not asked for more single plans: this process is then the quicker one. With fewer
it would judge one or two now and then, which takes it twice as long as the helper and keeps everybody waiting for it."""


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
                (foreseen,) = await helpers.ask(principal, [data], in_batch=False)
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
        return await BatchFiling(self.flight_plans, self.helpers, principal, items).run()

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
