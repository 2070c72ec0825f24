"""What the centre sees of the division: load per position, what nobody watches, transfers that wait, alerts' owners."""

from collections import Counter
from typing import Any, Final

from utm.sectors.desk import SectorDesk
from utm.sectors.ownership import OwnedFlight
from utm.sectors.values import CITY_POSITION, FALLBACK, Layout
from utm.security import Principal

MOST: Final = 200
"""Of each list at most (ours); the counts hold the true numbers."""
_AWAITING: Final = frozenset({"raised", "escalated"})


def board(desk: SectorDesk, principal: Principal) -> dict[str, Any]:
    """Return the board as one caller sees it."""
    mine = desk.book.state.position_of(principal.subject)
    return {
        **common_board(desk),
        "position_id": None if mine is None else mine.position_id,
        "supervises": desk.supervises(principal),
    }


def common_board(desk: SectorDesk) -> dict[str, Any]:
    """Return what everybody at the centre sees alike."""
    state = desk.book.state
    flights = list(desk.ownership.flights().values())
    alerts = desk.ownership.alerts()
    load = Counter(flight.owner.position_id for flight in flights)
    heard = Counter(owner.position_id for _, _, owner in alerts)
    awaiting = Counter(owner.position_id for alert, _, owner in alerts if alert.status in _AWAITING)
    pending = list(state.pending.values())
    shown = list(state.positions.values()) if state.in_use else [state.position(CITY_POSITION)]
    outside = [flight for flight in flights if flight.owner.sector_id == FALLBACK and flight.owner.why == "sector"]
    unmanned = [flight for flight in flights if state.in_use and not state.staff_of(flight.owner.position_id)]
    return {
        "version": state.layout.version,
        "in_use": state.in_use,
        "positions": [
            {
                "position_id": position.position_id,
                "name": position.name,
                "name_zh": position.name_zh,
                "supervises": position.supervises,
                "people": [
                    {"name": item.name, "since_at": item.since_at} for item in state.staff_of(position.position_id)
                ],
                "sector_ids": [
                    sector.sector_id for sector in state.layout.sectors if sector.position_id == position.position_id
                ],
                "flights": load[position.position_id],
                "alerts": heard[position.position_id],
                "alerts_waiting": awaiting[position.position_id],
                "offered_to": sum(item.to_position_id == position.position_id for item in pending),
                "offered_by": sum(item.from_position_id == position.position_id for item in pending),
            }
            for position in shown
        ],
        "outside_sectors": len(outside) if state.in_use else 0,
        "unwatched": {"flights": len(unmanned), "items": [flight_document(item) for item in unmanned[:MOST]]},
        "transfers": [item.document() for item in pending[:MOST]],
        "alert_owners": [
            {"alert_id": alert.alert_id, "position_id": owner.position_id, "why": owner.why}
            for alert, _, owner in alerts
        ]
        if state.in_use
        else [],
        "held": [flight_document(flight) for flight in flights if _away(flight)][:MOST],
    }


def _away(flight: OwnedFlight) -> bool:
    """Tell whether another position has it than the one whose sector it is in."""
    return flight.natural != flight.owner.position_id


def flight_document(flight: OwnedFlight) -> dict[str, Any]:
    """Return a flight with its owner."""
    return {
        "track_id": flight.track_id,
        "aircraft_id": flight.aircraft_id,
        "plan_id": flight.plan_id,
        "registration": flight.registration,
        "position_id": flight.owner.position_id,
        "sector_id": flight.owner.sector_id or None,
        "why": flight.owner.why,
        "sector_position_id": flight.natural,
    }


def layout_document(layout: Layout) -> dict[str, Any]:
    """Return a version of the division as the API answers it."""
    return {
        "version": layout.version,
        "in_use": layout.in_use,
        "sectors": [sector.document() for sector in layout.sectors],
        "fallback_position_id": layout.fallback_position_id,
        "transfer_timeout_s": layout.transfer_timeout_s,
        "note": layout.note,
        "published_at": layout.published_at,
        "published_by": layout.published_by,
        "published_name": layout.published_name,
    }
