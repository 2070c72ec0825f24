"""Ground risk of plans that are only filed: judged, told or left alone by type of operation, as the city's rules say."""

from collections.abc import Iterator
from typing import Final

from airspace.decision import Reason
from airspace.intent import FlightIntent
from airspace.offers_parts import Change
from airspace.policy import Severity
from dispatch.energy import CLASS_MODELS
from utm.airspace_book import AirspaceBook
from utm.fleet import Aircraft
from utm.ground.desk import GroundDesk
from utm.logistics.flights import FlightDesigner
from utm.logistics.ground_check import GroundCheck
from utm.plan_judging import GROUND_RULE

_MOST_WAYS: Final = 2


class FiledGround:
    """Asks the ground desk about plans that are filed; bookings are judged by `GroundCheck` itself."""

    def __init__(self, check: GroundCheck, desk: GroundDesk, designer: FlightDesigner, book: AirspaceBook) -> None:
        self._check, self._desk, self._designer, self._book = check, desk, designer, book

    def reasons(self, flight: FlightIntent, aircraft: Aircraft) -> list[Reason]:
        """Return the limits a flight breaks, refusing or as warnings; over a grid that may not refuse, nothing.

        Energy is judged where the firm declared the greatest take-off mass: an unknown number refuses nothing.
        """
        rules = self._desk.rules
        how = rules.filed(flight.operation_type)
        if how == "off" or not rules.limits.refuse_over(self._desk.grid):
            return []
        mass_kg = None if aircraft.numbers is None else aircraft.numbers.mtow_kg
        risk = self._desk.assess_path(flight.path, mass_kg=mass_kg)
        found = []
        for broken in self._check.explained(risk.breaches, risk.height_m, risk.buffer_m, mass_kg, 0.0):
            told = broken.as_reason()
            severity: Severity = "refuse" if how == "refuse" else "warning"
            found.append(Reason(told["code"], severity, told["detail"], told["detail_zh"], rule=GROUND_RULE))
        return found

    def ways(self, flight: FlightIntent, cruise_mps: float | None) -> Iterator[Change]:
        """Propose ways between the filed sites that keep the limits, the lowest levels of the direction first."""
        origin, destination = flight.origin_site_id, flight.destination_site_id
        known, found = self._book.sites, 0
        if origin is None or destination is None or origin not in known or destination not in known:
            return
        cruise = cruise_mps or CLASS_MODELS["light"].cruise_mps
        for level in self._designer.levels(origin, destination):
            designed = self._designer.designed(origin, destination, cruise, level, flight.departure_at)
            if designed.flight is None:
                continue
            says = (
                f"Fly at {level:.0f} m along a way that keeps the limits of ground risk",
                f"改沿满足地面风险限值的航线以 {level:.0f} 米真高飞行",
            )
            yield Change("route", says, designed.flight.waypoints)
            found += 1
            if found >= _MOST_WAYS:
                return
