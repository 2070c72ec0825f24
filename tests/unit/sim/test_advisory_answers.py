"""The duty desk of a simulated firm: every advisory answered once, a few late."""

import asyncio
from random import Random
from typing import Any

from sim.advisory_answers import LATE_S, PROMPT_S, DutyDesk
from sim.virtual_time import VirtualLoop, run


def test_advisories_are_answered_once_and_a_few_of_them_late() -> None:
    """Of 200 advisories each must be acknowledged once, most within seconds, and some only after a dispatcher is called."""
    loop = VirtualLoop(1)
    answered: dict[str, float] = {}
    items: list[dict[str, Any]] = [
        {"advisory_id": f"ad_{k}", "action": "hold", "must_acknowledge": k % 10 != 0} for k in range(200)
    ]

    async def read() -> list[dict[str, Any]]:
        return [item for item in items if item["advisory_id"] not in answered]

    async def acknowledge(advisory_id: str) -> bool:
        assert advisory_id not in answered
        answered[advisory_id] = loop.time()
        return True

    async def course() -> DutyDesk:
        desk = DutyDesk(read, acknowledge, Random(3), asyncio.sleep)
        work = asyncio.create_task(desk.work())
        await asyncio.sleep(60.0)
        work.cancel()
        return desk

    desk = run(course(), loop)
    assert set(answered) == {f"ad_{k}" for k in range(200) if k % 10}
    late = [at_s for at_s in answered.values() if at_s >= LATE_S[0]]
    assert all(at_s <= PROMPT_S[1] for at_s in answered.values() if at_s not in late)
    assert 0.05 < len(late) / len(answered) < 0.25
    assert desk.counts == {"answered": 180, "late": len(late), "not_taken": 0}


def test_an_advisory_told_anew_is_answered_anew() -> None:
    """When something else is to be done, the firm must acknowledge that as well."""
    loop = VirtualLoop(1)
    items = [{"advisory_id": "ad_1", "action": "hold", "must_acknowledge": True}]
    answers: list[str] = []

    async def read() -> list[dict[str, Any]]:
        return items

    async def acknowledge(_: str) -> bool:
        answers.append(str(items[0]["action"]))
        return True

    async def course() -> None:
        work = asyncio.create_task(DutyDesk(read, acknowledge, Random(2), asyncio.sleep).work())
        await asyncio.sleep(60.0)
        items[0] = {**items[0], "action": "rtl"}
        await asyncio.sleep(60.0)
        work.cancel()

    run(course(), loop)
    assert answers == ["hold", "rtl"]
