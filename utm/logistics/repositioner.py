"""Brings a firm's idle carriers empty to where its orders are expected, so that the next customer waits less."""

from datetime import datetime
from typing import Any, Final

import structlog
from sqlmodel import Session

from airspace.timebase import from_scene_s, to_scene_s
from dispatch.carrier import Carrier
from dispatch.repositioning import Move, expected, moves
from utm.logistics.booker import Booker, NotBooked, PlannedFlight
from utm.logistics.planning_view import NOTICE_S, PlanningView
from utm.store import logistics
from utm.store.store import Store

EVERY_S: Final = 600.0
"""So often a firm's idle carriers are looked at (ours)."""
_LOOKED_BACK_S: Final = 4 * 3600.0
"""Orders further back say nothing of the next half hour (ours)."""
_SOON_S: Final = 120.0
"""Who is free within this is idle (ours)."""

_log = structlog.get_logger(__name__)


class Repositioner:
    """Looks now and then, and books what is worth it."""

    def __init__(self, *, store: Store, planning: PlanningView, booker: Booker) -> None:
        self._store, self._view, self._booker = store, planning, booker
        self._looked_s: dict[str, float] = {}

    async def look(self, firm: str, busy: set[str], now: datetime) -> list[str]:
        """Move what is idle where that is worth it; `busy` are carriers with orders to come. Return the missions booked.

        A firm is looked at every ten minutes; the dispatcher's turn is held meanwhile.
        """
        now_s = to_scene_s(now)
        if now_s < self._looked_s.setdefault(firm, now_s) + EVERY_S:  # nothing is known of a firm at first
            return []
        self._looked_s[firm] = now_s

        def read(session: Session) -> tuple[list[Carrier], list[tuple[str, float]]]:
            told = logistics.origins_since(session, firm, now_s - _LOOKED_BACK_S, now_s)
            return self._view.carriers(session, firm, now) if told else [], told

        carriers, told = await self._store.read(read)
        idle = [one for one in carriers if one.aircraft_id not in busy and one.free_s <= now_s + NOTICE_S + _SOON_S]
        others = [one for one in carriers if one not in idle]
        found = moves(idle, others, expected(told, now_s), self._view.empty_s, now_s)
        by_id = {one.aircraft_id: one for one in idle}
        return [mission for move in found if (mission := await self._book(move, by_id[move.aircraft_id])) is not None]

    async def _book(self, move: Move, carrier: Carrier) -> str | None:
        departs_at = from_scene_s(carrier.free_s)
        flight = PlannedFlight("positioning", move.from_site_id, move.to_site_id, departs_at, 0.0)
        try:
            booked = await self._booker.empty(carrier, flight, _why(move))
        except NotBooked as refused:
            _log.info("repositioning_not_booked", aircraft_id=move.aircraft_id, cause=refused.cause)
            return None
        return None if booked is None else booked.mission_id


def _why(move: Move) -> dict[str, Any]:
    return {
        "detail": f"Brought empty to where about {move.expected_orders:.1f} orders are expected within half an hour; "
        f"their customers wait {move.saves_s:.0f} s less together.",
        "detail_zh": f"空载调往预计半小时内有约 {move.expected_orders:.1f} 单的起降点，客户合计少等 {move.saves_s:.0f} 秒。",
        "alternatives": [],
        "times": [],
        "gap": None,
    }
