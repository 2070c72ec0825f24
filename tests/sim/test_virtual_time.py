"""The virtual loop: time jumps, order comes from the seed, threads are simulated, killed processes stay dead."""

import asyncio
from contextvars import copy_context
from datetime import UTC, datetime
from typing import Any

import pytest

from sim.virtual_time import PROCESS, NothingLeftError, VirtualClock, VirtualLoop, run


def _order_of(seed: int) -> list[int]:
    order: list[int] = []

    async def worker(number: int) -> None:
        await asyncio.sleep(1.0)
        order.append(number)

    async def main() -> None:
        await asyncio.gather(*(worker(n) for n in range(12)))

    run(main(), VirtualLoop(seed))
    return order


def test_an_hour_passes_at_once_and_exactly() -> None:
    """Sleeping an hour takes an hour of virtual time, to the last bit."""
    loop = VirtualLoop(1)

    async def main() -> float:
        for _ in range(3600):
            await asyncio.sleep(1.0)
        return loop.time()

    assert run(main(), loop) == 3600.0


def test_the_seed_decides_who_goes_first() -> None:
    """What is ready in one instant goes in an order that the seed repeats and another seed changes."""
    orders = [_order_of(seed) for seed in (1, 1, 2, 3)]
    assert orders[0] == orders[1]
    assert len({tuple(order) for order in orders}) == 3
    assert sorted(orders[0]) == list(range(12))


def test_plain_callbacks_keep_their_order() -> None:
    """asyncio promises that call_soon is first in, first out; so does the virtual loop."""
    loop = VirtualLoop(7)
    seen: list[int] = []

    async def main() -> None:
        for number in range(50):
            loop.call_soon(seen.append, number)
        await asyncio.sleep(0.1)

    run(main(), loop)
    assert seen == list(range(50))


def test_a_planted_race_is_found_by_some_seeds_and_repeated() -> None:
    """A counter that is read before and written after an await loses updates with some seeds, the same each time."""

    def total(seed: int) -> int:
        loop = VirtualLoop(seed)
        count = [0]

        async def add() -> None:
            value = count[0]
            await asyncio.to_thread(lambda: None)
            count[0] = value + 1

        async def main() -> None:
            first = asyncio.create_task(add())
            await asyncio.sleep(0.005)
            await asyncio.gather(first, asyncio.create_task(add()))

        run(main(), loop)
        return count[0]

    totals = [total(seed) for seed in range(60)]
    assert set(totals) == {1, 2}
    assert totals == [total(seed) for seed in range(60)]


def test_a_thread_answers_later_with_its_value_or_its_failure() -> None:
    """Work for a thread is answered after virtual time, and its exception reaches the one who asked."""
    loop = VirtualLoop(4)

    def fail() -> None:
        raise ValueError("no")

    async def main() -> float:
        assert await asyncio.to_thread(lambda: 5) == 5
        with pytest.raises(ValueError, match="no"):
            await asyncio.to_thread(fail)
        return loop.time()

    assert 0.0 < run(main(), loop) < 0.1


def test_a_killed_process_does_nothing_more() -> None:
    """Neither its next step nor its cleaning up runs while the world goes on."""
    loop = VirtualLoop(2)
    done: list[str] = []

    async def process() -> None:
        try:
            while True:
                await asyncio.sleep(1.0)
                done.append("tick")
        finally:
            done.append("cleaned up")

    async def main() -> list[str]:
        context = copy_context()
        context.run(PROCESS.set, "server")
        task: asyncio.Task[Any] = loop.create_task(process(), context=context)
        await asyncio.sleep(2.5)
        loop.kill("server")
        await asyncio.sleep(100.0)
        assert not task.done()
        return list(done)

    assert run(main(), loop) == ["tick", "tick"]


def test_waiting_for_nothing_is_an_error() -> None:
    """A world in which nothing is left to happen says so instead of hanging."""

    async def main() -> None:
        await asyncio.get_running_loop().create_future()

    with pytest.raises(NothingLeftError):
        run(main(), VirtualLoop(1))


def test_the_wall_clock_can_be_wrong_and_the_monotonic_one_cannot() -> None:
    """Setting the wall clock moves what it shows and nothing else."""
    loop = VirtualLoop(1)
    clock = VirtualClock(loop, datetime(2026, 6, 1, tzinfo=UTC))

    async def main() -> None:
        await asyncio.sleep(10.0)
        clock.offset_s = -3.0
        assert clock.now() == datetime(2026, 6, 1, 0, 0, 7, tzinfo=UTC)
        assert clock.monotonic_s() == 10.0
        assert clock.unix_s() == clock.now().timestamp()

    run(main(), loop)
