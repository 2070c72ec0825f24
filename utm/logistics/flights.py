"""Designs flights between the city's sites: around the zones in force, at a level, with the energy they take."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np

from airspace.geometry4d import Trajectory4D
from airspace.sites import Site
from airspace.timebase import to_scene_s
from dispatch.carrier import Carrier
from dispatch.flight_design import CLIMB_MPS, DESCENT_MPS, Flight, design, levels_for
from dispatch.jobs import Leg
from dispatch.router import Place, shortest_way
from utm.airspace_book import AirspaceBook
from utm.flight_plans import FlightPlans
from utm.plan_records import rfc3339

_WINDOW_S: Final = 3_600.0
"""Zones in force within an hour of the departure are gone around: the flight may leave later than designed."""
_CACHED: Final = 50_000


class FlightDesigner:
    """Finds ways between sites and keeps them until the published airspace changes."""

    def __init__(self, flight_plans: FlightPlans) -> None:
        self._plans = flight_plans
        self._key: tuple[Any, Any, int] | None = None
        self._known: dict[tuple[str, str, float, float], Flight | None] = {}

    @property
    def _book(self) -> AirspaceBook:
        return self._plans.book

    def flight(
        self, origin_id: str, destination_id: str, cruise_mps: float, level_agl_m: float, at: datetime
    ) -> Flight | None:
        """Return the flight at a level, or None where there is no way or a site is not known."""
        book = self._book
        key = (book.zone_set, book.policy, int(to_scene_s(at) // _WINDOW_S))
        if self._key is None or key[2] != self._key[2] or key[0] is not self._key[0] or key[1] is not self._key[1]:
            self._key, self._known = key, {}
        place = (origin_id, destination_id, cruise_mps, level_agl_m)
        if place not in self._known:
            if len(self._known) >= _CACHED:
                self._known.clear()
            self._known[place] = self._designed(origin_id, destination_id, cruise_mps, level_agl_m, to_scene_s(at))
        return self._known[place]

    def levels(self, origin_id: str, destination_id: str) -> Sequence[float]:
        """Return the levels to try between two sites, those of the direction first."""
        sites, top = self._book.sites, self._book.policy.ceiling_agl_m - self._book.policy.tolerance.vertical_m
        return [level for level in levels_for(sites[origin_id], sites[destination_id]) if level <= top]

    def leg(self, origin_id: str, destination_id: str, carrier: Carrier, payload_kg: float, at: datetime) -> Leg | None:
        """Return how long the flight lasts and what it takes, at the first level that has a way."""
        sites = self._book.sites
        if origin_id not in sites or destination_id not in sites:
            return None
        for level in self.levels(origin_id, destination_id):
            found = self.flight(origin_id, destination_id, carrier.model.cruise_mps, level, at)
            if found is not None:
                shape = _profile(found, carrier.model.cruise_mps)
                return Leg(found.lasts_s, carrier.flight_wh(shape, payload_kg))
        return None

    def _designed(
        self, origin_id: str, destination_id: str, cruise_mps: float, level_agl_m: float, at_s: float
    ) -> Flight | None:
        book = self._book
        origin, destination = book.sites.get(origin_id), book.sites.get(destination_id)
        if origin is None or destination is None or not (origin.open and destination.open):
            return None
        obstacles = self._plans.desk.zone_obstacles(book.policy)
        heights = {datum: self._band(origin, destination, level_agl_m, datum) for datum in ("AGL", "AMSL", "HAE")}
        near = obstacles.near(heights, at_s, at_s + _WINDOW_S)

        def way_at(start: Place, goal: Place, _level: float) -> Sequence[Place] | None:
            return shortest_way(start, goal, near)

        return design(origin, destination, level_agl_m, cruise_mps, book.region, way_at)

    def _band(self, origin: Site, destination: Site, level_agl_m: float, datum: str) -> tuple[float, float]:
        """Return the heights flown, from the pads to the level, above the zero of a datum."""
        if datum == "AGL":
            return 0.0, level_agl_m
        altitude = self._book.region.altitude
        ends = [(site.lat_deg, site.lon_deg) for site in (origin, destination)]
        values = [
            float(altitude.convert_m(lat, lon, height, "AGL", datum)[0])  # type: ignore[arg-type]
            for lat, lon in ends
            for height in (0.0, level_agl_m)
        ]
        return min(values), max(values)


def _profile(flight: Flight, cruise_mps: float) -> Trajectory4D:
    """Return a flight stretched to one straight line: what its energy depends on is kept."""
    climb_s, level = flight.level_agl_m / CLIMB_MPS, flight.level_agl_m
    across_s, down_s = flight.length_m / cruise_mps, flight.level_agl_m / DESCENT_MPS
    t1, t2 = climb_s, climb_s + across_s
    rows = [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, level, t1],
        [0.0, 0.0, level, t1, flight.length_m, 0.0, level, t2],
        [flight.length_m, 0.0, level, t2, flight.length_m, 0.0, 0.0, t2 + down_s],
    ]
    return Trajectory4D(np.array(rows), np.zeros(len(rows), np.int64))


def plan_body(
    flight: Flight,
    carrier: Carrier,
    departure_at: datetime,
    *,
    origin_id: str,
    destination_id: str,
    alternate_id: str | None,
    priority: int,
    remarks: dict[str, Any],
) -> dict[str, Any]:
    """Return the body to file for a designed flight."""
    points = []
    for point in flight.waypoints:
        values: dict[str, Any] = {
            "lat_deg": point.lat_deg,
            "lon_deg": point.lon_deg,
            "alt_m": point.alt_m,
            "alt_datum": point.alt_datum,
        }
        if point.speed_mps is not None:
            values["speed_mps"] = point.speed_mps
        points.append(values)
    return {
        "aircraft_id": carrier.aircraft_id,
        "operation_type": "logistics",
        "priority": priority,
        "departure_at": rfc3339(departure_at),
        "route": {
            "type": "trajectory",
            "crs": "WGS84",
            "cruise_speed_mps": carrier.model.cruise_mps,
            "waypoints": points,
        },
        "origin_site_id": origin_id,
        "destination_site_id": destination_id,
        "alternate_site_ids": [alternate_id or origin_id],
        "contingency": {"lost_link": "rtl"},
        "remarks": remarks,
    }
