"""What becomes of an aircraft's later flights when an earlier one is late, given up, or lands elsewhere.

Only what the planner booked is given up (`why` stands on it): a firm that plans by itself decides by itself. What can still
be flown stays booked; what cannot is given up at once, so that its order is planned anew.
"""

from collections.abc import Callable

from sqlmodel import Session

from utm.store import logistics
from utm.store.logistics_tables import CarrierRow, MissionRow

GiveUp = Callable[[Session, MissionRow, str], None]
"""Gives a booked mission up for a cause of `utm.logistics.orders.CAUSES`."""


def mend(session: Session, aircraft_id: str, give_up: GiveUp) -> None:
    """Give up the planned flights of an aircraft that do not begin where it will stand by then."""
    carrier = logistics.get(session, CarrierRow, aircraft_id)
    if carrier is None:
        return
    site_id = carrier.site_id
    for mission in _living(session, aircraft_id):
        if mission.state == "flying":
            site_id = mission.destination_site_id or site_id
        elif mission.why is not None and mission.origin_site_id not in (None, site_id):
            give_up(session, mission, "carrier_elsewhere")
        else:
            site_id = mission.destination_site_id or site_id


def without_purpose(session: Session, dropped: MissionRow, give_up: GiveUp) -> None:
    """Give up the empty flight that was to bring an aircraft to the flight that is given up."""
    if dropped.kind == "positioning" or dropped.why is None:
        return
    before = [
        mission
        for mission in _living(session, dropped.aircraft_id)
        if mission.departs_s < dropped.departs_s and mission.mission_id != dropped.mission_id
    ]
    if before and before[-1].state == "booked" and before[-1].kind == "positioning" and before[-1].why is not None:
        give_up(session, before[-1], "not_needed")


def too_late(session: Session, late: MissionRow, free_s: float, tolerance_s: float, give_up: GiveUp) -> None:
    """Give up the planned flights of an aircraft that is free only at `free_s`, later than they may still depart."""
    for mission in _living(session, late.aircraft_id):
        behind = mission.state == "booked" and mission.departs_s > late.departs_s and mission.why is not None
        if behind and mission.departs_s + tolerance_s < free_s:
            give_up(session, mission, "vehicle_late")


def _living(session: Session, aircraft_id: str) -> list[MissionRow]:
    return logistics.missions_where(session, aircraft_id=aircraft_id, states=("held", "booked", "flying"))
