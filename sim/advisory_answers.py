"""How a firm's duty desk answers advisories: most within seconds, a few so late that a dispatcher is called first.

What an advisory asks of a flight in the air is done as well, by an order to the vehicle over the API; a flight that held is
let go on once the advisory is withdrawn, as soon as the service finds its way free.

    told -> (read within `LOOKS_EVERY_S`) -> thought about for `prompt_s` or, one in `LATE_ONE_IN`, for `late_s` -> acknowledged

The service waits `advisory_silence_s` (15 s) before it calls a dispatcher; late answers come after that.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random
from typing import Any, Final

LOOKS_EVERY_S: Final = 3.0
PROMPT_S: Final = (2.0, 9.0)
LATE_S: Final = (22.0, 45.0)
LATE_ONE_IN: Final = 8

Read = Callable[[], Awaitable[Sequence[Mapping[str, Any]]]]
"""Returns the firm's advisories that nobody has acknowledged."""
Acknowledge = Callable[[str], Awaitable[bool]]
"""Acknowledges one; returns whether the service took it."""


Act = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Does what an advisory asks of its flight, and undoes it when that is over."""


class DutyDesk:
    """Answers one firm's advisories; `counts` tells how many were answered, and how many late."""

    def __init__(
        self,
        read: Read,
        acknowledge: Acknowledge,
        rng: Random,
        sleep: Callable[[float], Awaitable[None]],
        act: Act | None = None,
    ) -> None:
        self._read, self._acknowledge, self._rng, self._sleep = read, acknowledge, rng, sleep
        self._act = act
        self._seen: set[tuple[str, str]] = set()
        self._answering: set[asyncio.Task[None]] = set()
        self.counts = {"answered": 0, "late": 0, "not_taken": 0}

    async def work(self) -> None:
        """Look and answer for ever; what is being thought about when this is cancelled stays unanswered."""
        try:
            while True:
                for item in await self._read():
                    self._take(item)
                await self._sleep(LOOKS_EVERY_S)
        finally:
            for task in self._answering:
                task.cancel()

    def _take(self, item: Mapping[str, Any]) -> None:
        """Think about an advisory that is new, or was told anew because something else is to be done."""
        key = str(item["advisory_id"]), str(item.get("action"))
        if key in self._seen or not item.get("must_acknowledge"):
            return
        self._seen.add(key)
        late = self._rng.randrange(LATE_ONE_IN) == 0
        waits_s = self._rng.uniform(*(LATE_S if late else PROMPT_S))
        task = asyncio.get_running_loop().create_task(self._answer(item, waits_s, late=late), name=f"answer {key[0]}")
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, item: Mapping[str, Any], waits_s: float, *, late: bool) -> None:
        await self._sleep(waits_s)
        if not await self._acknowledge(str(item["advisory_id"])):
            self.counts["not_taken"] += 1
            return
        self.counts["answered"] += 1
        self.counts["late"] += late
        if self._act is not None:
            await self._act(item)
