"""Gives an order to the carrier a person chose, where the dispatcher's own checks allow it; else says why not in words.

What can be known beforehand is asked before the order leaves its flight: load, reach, a way, that the carrier is free. Only
airspace and pads are known by booking; where they refuse, the order waits and is planned anew like any other.
"""

import asyncio
from typing import Any, Final

from sqlmodel import Session

from airspace.timebase import from_scene_s, to_scene_s
from dispatch.carrier import Carrier
from dispatch.jobs import Flights, Job, cause_of_waiting, next_task
from dispatch.orders import OrderState
from utm.clock import Clock
from utm.logistics.booker import Booker, NotBooked
from utm.logistics.dispatcher import HORIZON_S, job_of
from utm.logistics.orders import CAUSES, OrderDesk
from utm.logistics.planning_view import PlanningView
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found
from utm.security.principal import Principal
from utm.store import logistics
from utm.store.logistics_tables import CarrierRow, MissionRow, OrderRow
from utm.store.store import Store

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "no_carrier": (
        "It is not available: away, due for service, or no carrier.",
        "该航空器当前不可用（停用、待维护或非运力）。",
    ),
    "load_not_possible": (
        "It does not take this load: its mass, dangerous goods or cooling.",
        "该航空器不能承运此货物（重量、危险品或冷链）。",
    ),
    "out_of_reach": (
        "It does not reach origin and destination on one battery.",
        "该航空器单块电池航程不足。",
    ),
    "no_way": ("There is no way for it between the two sites.", "该航空器在两地之间没有可用航路。"),
    "too_late": ("It is not free within two hours.", "该航空器两小时内没有空闲。"),
}


class Reassignment:
    """Reassigns one order at a time, and never while the dispatcher plans."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        turn: asyncio.Lock,
        orders: OrderDesk,
        planning: PlanningView,
        booker: Booker,
    ) -> None:
        self._clock, self._store, self._turn = clock, store, turn
        self._orders, self._planning, self._booker = orders, planning, booker

    async def give(self, principal: Principal, order_id: str, aircraft_id: str) -> dict[str, Any]:
        """Put the order on a flight of the aircraft and return it.

        Raises Problem 404 for an order or aircraft the caller may not see, 409 `illegal_transition` for an order that
        flies or is over, 409 `order_not_reassigned` where the aircraft cannot take it; then the order keeps its flight,
        or, where only booking could tell, waits.
        """
        async with self._turn:
            return await self._give(principal, order_id, aircraft_id)

    async def _give(self, principal: Principal, order_id: str, aircraft_id: str) -> dict[str, Any]:
        found = await self._orders.get(principal, order_id)
        if found["state"] not in (OrderState.CREATED.value, OrderState.ASSIGNED.value):
            raise Problem(
                "illegal_transition",
                f"'reassign' is not possible for an order that is {found['state']}.",
                f"订单处于 {found['state']} 状态，不能改派。",
                extra={"state": found["state"], "allowed": []},
            )
        now = self._clock.now()
        now_s = to_scene_s(now)

        def read(session: Session) -> tuple[OrderRow, str | None, list[Carrier], bool]:
            row = logistics.get(session, OrderRow, order_id)
            assert row is not None  # orders are never deleted
            mission = None if row.mission_id is None else logistics.get(session, MissionRow, row.mission_id)
            carrier = logistics.get(session, CarrierRow, aircraft_id)
            kept = carrier is not None and carrier.organisation_id == row.organisation_id
            carriers = self._planning.carriers(session, row.organisation_id, now)
            return row, None if mission is None else mission.aircraft_id, carriers, kept

        row, flies_with, carriers, kept = await self._store.read(read)
        if not kept:
            raise not_found("carrier", "运力", aircraft_id)
        if flies_with == aircraft_id:
            return found
        job = job_of(row, self._orders.tail_s(row))
        flights = self._planning.flights(now, self._planning.room(now))
        free = [carrier for carrier in carriers if carrier.aircraft_id == aircraft_id]
        cause = "no_carrier" if not free else await asyncio.to_thread(_cause_against, job, free[0], flights, now_s)
        if cause is not None:
            raise _refused(*_WORDS[cause])
        if found["state"] == OrderState.ASSIGNED.value:
            await self._orders.release(principal, order_id)
        await self._book(row, job, free[0], flights, principal.name)
        return await self._orders.get(principal, order_id)

    async def _book(self, row: OrderRow, job: Job, carrier: Carrier, flights: Flights, who: str) -> None:
        task = next_task(job, carrier, carrier.site_id, carrier.free_s, flights)
        assert task is not None  # asked before
        arrives_at = rfc3339(from_scene_s(task.arrives_s))
        why: dict[str, Any] = {
            "detail": f"Chosen by {who}; planned to arrive at {arrives_at}.",
            "detail_zh": f"由 {who} 指定；规划送达时间 {arrives_at}。",
            "alternatives": [],
            "gap": None,
        }
        try:
            booked = await self._booker.task([row], job, task, carrier, why, empty_from=carrier.site_id)
        except NotBooked as refused:
            said, said_zh = CAUSES[refused.cause]
            raise _refused(
                f"{said} The order is off its former flight and is planned anew.",
                f"{said_zh}订单已退出原航班，将重新规划。",
            ) from refused
        if booked is None:
            raise _refused("Somebody else changed the order meanwhile.", "订单已被他人更改。")


def _cause_against(job: Job, carrier: Carrier, flights: Flights, now_s: float) -> str | None:
    task = next_task(job, carrier, carrier.site_id, carrier.free_s, flights)
    if task is None:
        cause = cause_of_waiting(job, [carrier], flights)
        return cause if cause in _WORDS else "out_of_reach"
    return "too_late" if task.departs_s > max(now_s, job.ready_s) + HORIZON_S else None


def _refused(detail: str, detail_zh: str) -> Problem:
    return Problem("order_not_reassigned", detail, detail_zh)
