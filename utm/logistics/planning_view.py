"""What the planner reckons with: a firm's carriers from when on they can be sent, and what a leg takes in the air to come."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from airspace.pads import PadTimes
from airspace.timebase import to_scene_s
from dispatch.carrier import Carrier
from dispatch.jobs import Flights, Leg, Room
from utm.airspace_book import AirspaceBook
from utm.logistics.fleet import LogisticsFleet
from utm.logistics.flights import FlightDesigner
from utm.logistics.pad_room import PadEvents, PadRoom
from utm.logistics.weather_view import WeatherView

NOTICE_S: Final = 30.0
"""A flight departs no sooner than this after it is booked: time to load and to confirm (ours)."""
ENERGY_MARGIN: Final = 1.1
"""A flight is planned to take a tenth less than the battery gives above its reserve: flights differ (ours)."""
SLACK_S: Final = 10.0
"""Left between a flight of an aircraft and its next: half of the flights land later than planned by some seconds (ours)."""
_UP_AND_DOWN_S: Final = 45.0
_AIR_AFTER: Final = timedelta(minutes=15)
"""The air of a leg is that of a quarter of an hour from now: what leaves later is planned again before it is booked."""


@dataclass(frozen=True, slots=True)
class PlanningView:
    """Carriers and legs as a plan made now sees them."""

    book: AirspaceBook
    pads: PadEvents
    fleet: LogisticsFleet
    designer: FlightDesigner
    weather: WeatherView

    def carriers(self, session: Session, organisation_id: str, now: datetime) -> list[Carrier]:
        """Return a firm's carriers that can be planned with, each from when on it may leave where it will stand.

        An aircraft is bound for the preparation of its pad before it departs, too; a little is left in every battery.
        """
        now_s = to_scene_s(now)
        return [
            replace(
                carrier,
                free_s=max(carrier.free_s + self._prep_s(carrier.site_id) + SLACK_S, now_s + NOTICE_S),
                battery_wh=carrier.battery_wh / ENERGY_MARGIN,
            )
            for carrier in self.fleet.planners(session, organisation_id)
        ]

    def flights(self, now: datetime, room: Room | None = None) -> Flights:
        """Return the legs of a plan made now: in the wind and the temperature forecast, with turn-rounds by site.

        With `room` (`utm.logistics.pad_room`) a flight departs when pads are free, without it as if they always were.
        """
        at = now + _AIR_AFTER

        def travel(origin_id: str, destination_id: str, carrier: Carrier, payload_kg: float) -> Leg | None:
            air = self.weather.between(origin_id, destination_id, at)
            return self.designer.leg(origin_id, destination_id, carrier, payload_kg, now, air)

        return Flights(travel, self.turn_s, self._apart_m, room)

    def room(self, now: datetime) -> PadRoom:
        """Return the pads as a plan made now sees them."""
        return PadRoom(self.pads, self.book, to_scene_s(now))

    def empty_s(self, origin_id: str, destination_id: str, carrier: Carrier) -> float:
        """Return about how long an empty flight takes, as the crow flies; 0 where the carrier is there."""
        apart_m = self._apart_m(origin_id, destination_id)
        return 0.0 if apart_m < 1.0 else _UP_AND_DOWN_S + apart_m / carrier.model.cruise_mps

    def _apart_m(self, origin_id: str, destination_id: str) -> float:
        a, b = self.book.sites.get(origin_id), self.book.sites.get(destination_id)
        return math.inf if a is None or b is None else math.dist((a.x_m, a.y_m), (b.x_m, b.y_m))

    def turn_s(self, carrier: Carrier, site_id: str, used_wh: float) -> float:
        """Return how long after its landing a carrier leaves a site: battery changed or charged, pad prepared again."""
        return self.fleet.bound_s(carrier.turn_s, site_id, used_wh) + self._prep_s(site_id) + SLACK_S

    def _prep_s(self, site_id: str) -> float:
        return PadTimes.of(self.book.policy, self.book.sites.get(site_id)).prep_s
