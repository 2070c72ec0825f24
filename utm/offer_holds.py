"""Offers on hold: reserved for their firm for a minute, seen by every process, gone by themselves.

A hold is a row, a line of the change log and an entry of the index, so that it keeps every other flight out like a plan
does. It lapses by the clock: each process drops what is past before it judges, and nothing has to be written for it.
Should two clocks differ, a hold may end early in one process; what is then filed is still judged against every plan, so
no separation is lost, only the guarantee.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlmodel import Session

from airspace.geometry4d import Separation
from airspace.timebase import from_scene_s, to_scene_s
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.clock import Clock
from utm.plan_records import rfc3339
from utm.problems import Problem
from utm.sky import LivePlan, Sky
from utm.store import geometry_codec, offers
from utm.store.offer_tables import OfferHoldRow
from utm.store.store import on_undo

HOLD_KEYS_FROM: Final = 2**40
"""The engine's keys of holds lie above every number a plan can have."""
MOST_HOLDS: Final = 10
"""How many offers one firm may have on hold at a time (ours): more would keep others out of the sky."""


@dataclass(frozen=True, slots=True)
class Hold:
    """An offer on hold, as every process keeps it in memory."""

    hold_id: str
    plan_id: str
    offer_index: int
    organisation_id: str
    body: FlightPlanBody
    held_until_s: float
    held_until: str
    """The same instant as the API writes it."""
    live: LivePlan


class HeldOffers:
    """Every offer on hold (a `utm.memory.Keeper` of kind "hold", loaded after the plans)."""

    def __init__(self, sky: Sky, clock: Clock) -> None:
        self._sky, self._clock = sky, clock
        self._by_id: dict[str, Hold] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def lapse(self, now: datetime) -> None:
        """Free the airspace of every hold whose time has passed."""
        if not self._by_id:
            return
        now_s = to_scene_s(now)
        for hold in list(self._by_id.values()):
            if hold.held_until_s <= now_s:
                self._drop(hold.hold_id)

    def of_firm(self, organisation_id: str) -> list[Hold]:
        """Return a firm's holds, soonest to lapse first."""
        found = [hold for hold in list(self._by_id.values()) if hold.organisation_id == organisation_id]
        return sorted(found, key=lambda hold: (hold.held_until_s, hold.hold_id))

    def matching(self, organisation_id: str, body: FlightPlanBody, now: datetime) -> Hold | None:
        """Return the firm's hold whose offered body this is, as long as it stands."""
        if not self._by_id:
            return None
        self.lapse(now)
        values = body.model_dump(exclude_none=True, exclude={"idempotency_key"})
        for hold in self.of_firm(organisation_id):
            if hold.body.model_dump(exclude_none=True) == values:
                return hold
        return None

    def place(self, session: Session, row: OfferHoldRow) -> Hold:
        """Keep a new hold in store and memory; taken back when the running job fails."""
        offers.insert_hold(session, row)
        hold = _hold(row)
        self._put(hold)
        on_undo(session, lambda: self._drop(row.hold_id))
        return hold

    def end(self, session: Session, hold: Hold, state: str) -> None:
        """End a hold before its time, because its body was filed or another offer is held instead."""
        offers.set_state(session, hold.hold_id, state)
        self._drop(hold.hold_id)
        on_undo(session, lambda: self._put(hold))

    def _put(self, hold: Hold) -> None:
        self._sky.hold(hold.live)
        self._by_id[hold.hold_id] = hold

    def _drop(self, hold_id: str) -> None:
        if self._by_id.pop(hold_id, None) is not None:
            self._sky.release(hold_id)

    # -- Keeper --------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Forget everything and read every hold that stands now."""
        for hold_id in list(self._by_id):
            self._drop(hold_id)
        for row in offers.standing_holds(session, to_scene_s(self._clock.now())):
            self._put(_hold(row))

    def refresh(self, session: Session, ref: str) -> None:
        """Read one hold again."""
        row = offers.get_hold(session, ref)
        self._drop(ref)
        if row is not None and row.state == offers.HELD:
            self._put(_hold(row))


def held_until(now: datetime, hold_s: float, starts_s: float, grace_s: float) -> datetime:
    """Return until when an offer is held: no longer than it can still be filed in time."""
    return min(now + timedelta(seconds=hold_s), from_scene_s(starts_s + grace_s))


def hold_row(  # one argument for each thing a hold remembers
    *,
    hold_id: str,
    hold_no: int,
    plan_id: str,
    offer_index: int,
    organisation_id: str,
    body: dict[str, Any],
    parsed: FlightPlanBody,
    starts_s: float,
    ends_s: float,
    geometry: bytes,
    separation: Separation,
    h3_cells: list[str],
    now: datetime,
    until: datetime,
) -> OfferHoldRow:
    """Return the row of a new hold."""
    return OfferHoldRow(
        hold_id=hold_id,
        hold_no=hold_no,
        plan_id=plan_id,
        offer_index=offer_index,
        organisation_id=organisation_id,
        aircraft_id=parsed.aircraft_id,
        state=offers.HELD,
        operation_type=parsed.operation_type,
        priority=parsed.priority,
        starts_s=starts_s,
        ends_s=ends_s,
        horizontal_m=separation.horizontal_m,
        vertical_m=separation.vertical_m,
        time_buffer_s=separation.time_buffer_s,
        body=orjson.dumps(body).decode(),
        h3_cells=orjson.dumps(h3_cells).decode(),
        geometry=geometry,
        held_at=rfc3339(now),
        held_until=rfc3339(until),
        held_until_s=to_scene_s(until),
    )


def no_longer(detail: str, detail_zh: str) -> Problem:
    """Return the 409 for an offer that can no longer be had."""
    return Problem("offer_expired", detail, detail_zh)


def _hold(row: OfferHoldRow) -> Hold:
    body = validate(orjson.loads(row.body), FlightPlanBody)
    live = LivePlan(
        plan_id=row.hold_id,
        plan_no=HOLD_KEYS_FROM + row.hold_no,
        organisation_id=row.organisation_id,
        aircraft_id=row.aircraft_id,
        state="held",
        version=1,
        priority=row.priority,
        operation_type=row.operation_type,
        geometry=geometry_codec.decode(row.geometry),
        separation=Separation(row.horizontal_m, row.vertical_m, row.time_buffer_s),
        starts_s=row.starts_s,
        ends_s=row.ends_s,
        origin_site_id=body.origin_site_id,
        destination_site_id=body.destination_site_id,
    )
    return Hold(
        row.hold_id, row.plan_id, row.offer_index, row.organisation_id, body, row.held_until_s, row.held_until, live
    )
