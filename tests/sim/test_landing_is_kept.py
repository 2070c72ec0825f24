"""Found by the world (12 vehicles, seed 6): a disk that failed as a drone touched down left its flight airborne for ever."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from sim.virtual_time import VirtualLoop, run
from utm.plan_steps import PlanSteps
from utm.store.store import StoreUnavailableError


class FailingStore:
    """Fails some times, then runs jobs."""

    def __init__(self, failures: int) -> None:
        self.failures, self.kept = failures, 0

    async def write(self, job: Callable[[Any], Any]) -> None:
        """Fail, or count."""
        await asyncio.sleep(0.01)
        if self.failures:
            self.failures -= 1
            raise StoreUnavailableError("the commit failed")
        self.kept += 1


def test_a_landing_is_stored_when_the_disk_recovers() -> None:
    """The landing is told once; it is kept as soon as the store takes it."""
    loop = VirtualLoop(1)
    store = FailingStore(failures=5)
    plan = SimpleNamespace(plan_id="fp_1", state="activated")
    desk: Any = SimpleNamespace(clock=None, store=store, sky=SimpleNamespace(of_aircraft=lambda _: [plan]))
    vehicles: Any = None
    run(PlanSteps(desk, vehicles).landed("ac_1"), loop)
    assert store.kept == 1
    assert store.failures == 0
