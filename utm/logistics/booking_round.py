"""Books what departs soon of the plans of all firms, flight by flight, each as it can be once those before it are booked."""

import math
from collections.abc import Collection, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from dispatch.carrier import Carrier
from dispatch.jobs import Flights, Job, Schedule, Task, next_task
from utm.logistics.booker import Booker, NotBooked
from utm.logistics.explaining import explained
from utm.logistics.pad_room import PadRoom
from utm.store.logistics_tables import OrderRow

BOOK_AHEAD_S: Final = 15 * 60.0
"""Flights that leave later than this are planned but not booked: much can change till then (ours)."""
AGAIN_S: Final = 60.0
"""An order that could not be booked is tried again after so long, sooner where the airspace changes (ours)."""
PATIENT_S: Final = 900.0
"""What only a person can change is looked at again after so long (ours)."""
SHARE_HALF_LIFE_S: Final = 1_800.0
"""Which firm goes first at a pad is told by who had more of late; what was half an hour ago counts half (ours)."""


@dataclass(slots=True)
class Share:
    """What a firm had of the pads: flights booked of late, each counting half as much after half an hour."""

    had: float = 0.0
    had_s: float = 0.0

    def of_late(self, now_s: float) -> float:
        """Return how many flights the firm has had booked of late."""
        return self.had * math.exp2(-max(0.0, now_s - self.had_s) / SHARE_HALF_LIFE_S)

    def one_more(self, now_s: float) -> None:
        """Count a flight booked."""
        self.had, self.had_s = self.of_late(now_s) + 1.0, now_s


@dataclass(frozen=True, slots=True)
class Draft:
    """A firm's plan before it is booked."""

    firm: str
    found: Schedule
    rows: Mapping[str, OrderRow]
    jobs: Mapping[str, Job]
    carriers: Mapping[str, Carrier]
    flights: Flights
    late_s: Sequence[float]
    kept: Sequence[bool]


@dataclass(slots=True)
class Outcome:
    """What became of a firm's plan: missions and causes of waiting by order, and when to look again."""

    booked: dict[str, str] = field(default_factory=dict)
    causes: dict[str, str] = field(default_factory=dict)
    again_s: float = math.inf
    """When the next flight of the plan is to be booked, as far as that moved."""
    anew: bool = False
    """Whether another carrier might now be better: a time asked for cannot be kept as planned."""

    def leaves_ready(self, draft: Draft, now_s: float) -> bool:
        """Tell whether a load of the plan that is ready has no flight yet."""
        return any(
            order_id not in self.booked and draft.rows[order_id].ready_s <= now_s
            for task in draft.found.tasks
            for order_id in draft.jobs[task.order_id].order_ids
        )


class BookingRound:
    """One round over the plans of firms, in the order of departure over all of them.

    Who needs a pad first gets it first, whichever firm it is; of two at once the firm that has had fewer of late. A
    flight is booked for when its carrier and the pads are free after what was booked before it, not for when it was
    planned; behind one that could not be booked, a carrier's orders wait for the next plan.
    """

    def __init__(
        self,
        booker: Booker,
        drafts: Mapping[str, Draft],
        *,
        room: PadRoom | None,
        shares: Mapping[str, Share],
        not_before_s: MutableMapping[str, float],
        now_s: float,
    ) -> None:
        self._booker, self.drafts, self._room = booker, drafts, room
        self._shares, self._not_before_s, self._now_s = shares, not_before_s, now_s
        self.outcomes = {firm: Outcome() for firm in drafts}
        self._stopped: set[str] = set()
        self._stands = {
            carrier.aircraft_id: (carrier.site_id, carrier.free_s)
            for draft in drafts.values()
            for carrier in draft.carriers.values()
        }

    async def run(self) -> None:
        """Book every flight that leaves within a quarter of an hour, as far as it can be had."""
        waiting = [
            (leaves_s(task), firm, task)
            for firm, draft in self.drafts.items()
            for task in draft.found.tasks
            if leaves_s(task) <= self._now_s + BOOK_AHEAD_S
        ]
        while waiting:
            turn = min(
                waiting,
                key=lambda item: first_to_book(
                    item[0], self.drafts[item[1]].jobs[item[2].order_id], self._shares[item[1]].of_late(self._now_s)
                ),
            )
            waiting.remove(turn)
            _, firm, task = turn
            job = self.drafts[firm].jobs[task.order_id]
            if self._is_to_wait(job.order_ids):
                self._stopped.add(task.aircraft_id)
            if task.aircraft_id not in self._stopped:
                await self._book(self.drafts[firm], job, task)

    def _is_to_wait(self, order_ids: Collection[str]) -> bool:
        return any(self._not_before_s.get(order_id, 0.0) > self._now_s for order_id in order_ids)

    async def _book(self, draft: Draft, job: Job, planned: Task) -> None:
        aircraft_id = planned.aircraft_id
        outcome, carrier = self.outcomes[draft.firm], draft.carriers[aircraft_id]
        site_id, free_s = self._stands[aircraft_id]
        task = next_task(job, carrier, site_id, free_s, draft.flights)
        if task is None or _loses_its_time(job, planned, task):
            self._stopped.add(aircraft_id)
            outcome.anew = True
            return
        if leaves_s(task) > self._now_s + BOOK_AHEAD_S:
            self._stopped.add(aircraft_id)
            outcome.again_s = min(outcome.again_s, leaves_s(task) - BOOK_AHEAD_S)
            return
        orders = [draft.rows[order_id] for order_id in job.order_ids]
        reasons = explained(task, job, list(draft.carriers.values()), draft.flights, draft.found)
        try:
            booked = await self._booker.task(orders, job, task, carrier, reasons, empty_from=site_id)
        except NotBooked as why_not:
            self._stopped.add(aircraft_id)
            outcome.causes.update(dict.fromkeys(job.order_ids, why_not.cause))
            again_s = self._now_s + (PATIENT_S if why_not.cause == "needs_approval" else AGAIN_S)
            self._not_before_s.update(dict.fromkeys(job.order_ids, again_s))
            return
        if booked is None:
            self._stopped.add(aircraft_id)
            return
        self._stands[aircraft_id] = job.destination_site_id, booked.arrives_s + draft.flights.after(job, carrier)
        self._shares[draft.firm].one_more(self._now_s)
        outcome.booked.update(dict.fromkeys(job.order_ids, booked.mission_id))
        if self._room is not None:
            self._room.renew()


def leaves_s(task: Task) -> float:
    """Return when a task's carrier leaves where it stands."""
    return task.departs_s if task.positioning_departs_s is None else task.positioning_departs_s


def _loses_its_time(job: Job, planned: Task, task: Task) -> bool:
    """Tell whether a time asked for was kept when the flight was planned and is not any more."""
    return job.deliver_by_s is not None and planned.arrives_s <= job.deliver_by_s < task.arrives_s


def first_to_book(leaves_s: float, job: Job, had: float) -> tuple[float, int, float, float, str]:
    """Return when a flight is booked among those of all firms: by minute, then the urgent, then whose firm had fewer."""
    return leaves_s // 60.0, -job.weight, had, leaves_s, job.order_id
