"""Designs flights between the city's sites: around the zones in force, at a level, with the energy they take.

In free flight the way keeps the limits of ground risk and weighs whom it passes over; where the policy closes free
flight it follows the corridors, and the limits say whether it may be flown.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

import numpy as np

from airspace.datums import ALT_DATUMS, AltDatum
from airspace.geometry4d import FloatArray, Trajectory4D
from airspace.offers_route import view
from airspace.schedule import active_within
from airspace.sites import Site
from airspace.timebase import to_scene_s
from airspace.trajectory import WaypointRoute
from dispatch.carrier import Carrier
from dispatch.corridor_route import through_corridors
from dispatch.energy import STILL_AIR, Air, EnergyModel, battery_share, over_ground_mps
from dispatch.flight_design import CLIMB_MPS, DESCENT_MPS, Flight, design, gates, levels_for, through_gates
from dispatch.ground_risk import GroundRisk, with_energy
from dispatch.jobs import Leg
from dispatch.priced_way import PricedGround, best_way
from dispatch.router import Place, inside_any, shortest_way
from utm.airspace_book import AirspaceBook
from utm.flight_plans import FlightPlans
from utm.ground.desk import GroundDesk
from utm.plan_records import rfc3339

Cause: TypeAlias = Literal["no_way", "ground_risk", "site_closed"]

_WINDOW_S: Final = 3_600.0
"""Zones in force within an hour of the departure are gone around: the flight may leave later than designed."""
_CACHED: Final = 50_000
_STATES: Final = 8
"""So many states of the airspace are remembered: flights are planned across the edge of an hour (ours)."""
_OFF_M: Final = 100.0
"""A zone so far off a way, beside the tolerance, does not change it: more than any margin a way keeps (ours)."""
DETOUR_MOST: Final = 1.25
"""A way longer than this many times the straight line is taken only where no other level has a shorter one (ours)."""
_MASS_STEP: Final = 1.25
"""Ways are found for the mass rounded up to the next power of this: a little louder than the flight (ours)."""
_USUAL_MASS_KG: Final = 15.0
"""Of an aircraft nobody told the mass of: that of the class small (`dispatch.energy`)."""


@dataclass(frozen=True, slots=True)
class Designed:
    """What was found between two sites at a level: the flight, or why there is none; and what it means to the ground."""

    flight: Flight | None
    ground: GroundRisk | None
    cause: Cause | None
    """Why there is no flight, None where there is one."""
    way_m: tuple[Place, ...] = ()
    shortest_m: float | None = None
    """Length over ground of the shortest way around the zones, None along corridors."""
    noise_cost_m: float | None = None
    """What noise adds to the length of the way, in metres of quiet ground."""
    corridor_ids: tuple[str, ...] = ()


@dataclass(slots=True)
class _Ways:
    """What was found while one airspace is in force, which is kept alive beside it."""

    airspace: tuple[Any, ...]
    designed: dict[tuple[str, str, float, float, float, float], Designed] = field(default_factory=dict)
    legs: dict[tuple[str, str, EnergyModel, float, Air], Leg | None] = field(default_factory=dict)


class FlightDesigner:
    """Finds ways between sites and keeps them until the published airspace, the people grid or its rules change."""

    def __init__(self, flight_plans: FlightPlans, ground: GroundDesk | None = None) -> None:
        self._plans = flight_plans
        self._ground = ground
        self._known: dict[tuple[Any, ...], _Ways] = {}
        self._asked: dict[float, tuple[tuple[Any, ...], _Ways]] = {}
        """What was found of an hour, and the airspace it was asked in."""
        self._ground_at: dict[tuple[float, float, AltDatum], float] = {}

    @property
    def _book(self) -> AirspaceBook:
        return self._plans.book

    def flight(
        self,
        origin_id: str,
        destination_id: str,
        cruise_mps: float,
        level_agl_m: float,
        at: datetime,
        mass_kg: float | None = None,
    ) -> Flight | None:
        """Return the flight at a level, or None where there is no way or a site is not known."""
        return self.designed(origin_id, destination_id, cruise_mps, level_agl_m, at, mass_kg).flight

    def designed(
        self,
        origin_id: str,
        destination_id: str,
        cruise_mps: float,
        level_agl_m: float,
        at: datetime,
        mass_kg: float | None = None,
        *,
        most: float = math.inf,
    ) -> Designed:
        """Return what was found at a level; the mass decides how loud the flight is and how hard it would fall.

        Around zones, a way longer than `most` times the straight line is not looked for.
        """
        at_s = to_scene_s(at)
        ways = self._ways(at_s).designed
        # Only noise makes one way better for a heavier flight; how hard it falls is judged for its own mass below.
        loud = self._ground is not None and self._ground.rules.price.price > 0.0
        mass = _rounded_up(_USUAL_MASS_KG if mass_kg is None or not loud else mass_kg)
        place = (origin_id, destination_id, cruise_mps, level_agl_m, mass, most)
        if (*place[:-1], math.inf) in ways:
            place = (*place[:-1], math.inf)
        if place not in ways:
            if len(ways) >= _CACHED:
                ways.clear()
            # For the whole hour and the next: the same ways hold for every flight that leaves within it.
            from_s = at_s // _WINDOW_S * _WINDOW_S
            one = self._designed(origin_id, destination_id, cruise_mps, level_agl_m, from_s, mass, most)
            if one.cause != "no_way":  # the shortest of all is short enough: it is the answer to every such question
                place = (*place[:-1], math.inf)
            ways[place] = one
        found = ways[place]
        if self._ground is None or found.ground is None or mass_kg is None:
            return found
        # How hard it would fall is judged for its own mass, not for the one its way was found for.
        risk = with_energy(found.ground, self._ground.rules.limits, mass_kg, cruise_mps)
        if risk.allowed:
            return replace(found, ground=risk)
        return replace(found, flight=None, ground=risk, cause=found.cause or "ground_risk")

    def _ways(self, at_s: float) -> "_Ways":
        """Return what is known of flights in the hour of an instant: the same while the same airspace is in force.

        What was found before a zone came is taken over where the zone lies off the way.
        """
        book, starts_s = self._book, at_s // _WINDOW_S * _WINDOW_S
        over = (None, None) if self._ground is None else (self._ground.grid, self._ground.rules)
        ground = (book.corridors, book.sites, book.policy, *over)
        now = (book.scene, *ground)
        last = self._asked.get(starts_s)
        if last is not None and all(a is b for a, b in zip(last[0], now, strict=True)):
            return last[1]
        zones = frozenset(
            (zone_id, item.version)
            for zone_id, item in book.zones.items()
            if not item.zone.applicability
            or bool(active_within(item.zone.applicability, starts_s, starts_s + 2 * _WINDOW_S))
        )
        shut = frozenset(site.site_id for site in book.sites.values() if not site.open)
        key = (*map(id, ground), len(book.sites), shut, zones)
        found = self._known.pop(key, None)
        if found is None:
            found = self._without_new_zones(key, ground)
            while len(self._known) >= _STATES:
                del self._known[next(iter(self._known))]
        self._known[key] = found  # the one asked for last is forgotten last
        while len(self._asked) >= _STATES:
            del self._asked[next(iter(self._asked))]
        self._asked[starts_s] = now, found
        return found

    def _without_new_zones(self, key: tuple[Any, ...], ground: tuple[Any, ...]) -> "_Ways":
        """Return what still holds of the airspace most like this one that lacks only some of its zones."""
        fewer = [known for known in self._known if known[:-1] == key[:-1] and known[-1] < key[-1]]
        found = _Ways(ground)
        if not fewer:
            return found
        base = max(fewer, key=lambda known: len(known[-1]))
        new = [self._book.zones[zone_id].zone.area.bounds_m for zone_id, _ in key[-1] - base[-1]]
        reach_m = self._book.policy.tolerance.horizontal_m + _OFF_M
        for place, designed in self._known[base].designed.items():
            if designed.way_m and not any(_near(designed.way_m, box, reach_m) for box in new):
                found.designed[place] = designed
        return found

    def levels(self, origin_id: str, destination_id: str) -> Sequence[float]:
        """Return the levels to try between two sites, those of the direction first."""
        sites, top = self._book.sites, self._book.policy.ceiling_agl_m - self._book.policy.tolerance.vertical_m
        return [level for level in levels_for(sites[origin_id], sites[destination_id]) if level <= top]

    def leg(
        self, origin_id: str, destination_id: str, carrier: Carrier, payload_kg: float, at: datetime,
        air: Air = STILL_AIR,
    ) -> Leg | None:  # fmt: skip
        """Return how long the flight lasts and what it takes in some air, at the first level that has a way.

        What cold takes from the battery counts as if the flight took it.
        """
        legs = self._ways(to_scene_s(at)).legs
        key = (origin_id, destination_id, carrier.model, payload_kg, air)
        if key not in legs:
            if len(legs) >= _CACHED:
                legs.clear()
            found = self.best(origin_id, destination_id, carrier, payload_kg, at)
            leg = None
            if found is not None and found.flight is not None:
                cruise_mps, course_m = carrier.model.cruise_mps, self.course_m(origin_id, destination_id)
                speed_mps = over_ground_mps(cruise_mps, *course_m, air)
                shape = leg_profile(found.flight, speed_mps, course_m)
                wh = carrier.flight_wh(shape, payload_kg, air) / battery_share(air.temperature_c)
                leg = Leg(found.flight.slowed(cruise_mps, speed_mps).lasts_s, wh)
            legs[key] = leg
        return legs[key]

    def course_m(self, origin_id: str, destination_id: str) -> tuple[float, float]:
        """Return how far east and north one site lies of another; raises KeyError for a site that is not known."""
        a, b = self._book.sites[origin_id], self._book.sites[destination_id]
        return b.x_m - a.x_m, b.y_m - a.y_m

    def best(
        self, origin_id: str, destination_id: str, carrier: Carrier, payload_kg: float, at: datetime
    ) -> Designed | None:
        """Return what was found at the first level with a straight way, else with one a little around, else with any; where
        none has, why the last one has none; None for no such sites.

        A zone that ends below a level is flown over, not gone around.
        """
        if origin_id not in self._book.sites or destination_id not in self._book.sites:
            return None
        found = None
        mass_kg = carrier.model.mass_kg + payload_kg
        free = self._book.policy.free_flight_allowed
        for most in (1.0, DETOUR_MOST, math.inf) if free else (math.inf,):
            for level in self.levels(origin_id, destination_id):
                found = self.designed(
                    origin_id, destination_id, carrier.model.cruise_mps, level, at, mass_kg, most=most
                )
                if found.flight is not None:
                    return found
        return found

    def flyable(
        self, origin_id: str, destination_id: str, carrier: Carrier, payload_kg: float, at: datetime
    ) -> list[Designed]:
        """Return what was found at every level that has a flight, the best of them first."""
        first = self.best(origin_id, destination_id, carrier, payload_kg, at)
        if first is None or first.flight is None:
            return []
        mass_kg = carrier.model.mass_kg + payload_kg
        others = [
            self.designed(origin_id, destination_id, carrier.model.cruise_mps, level, at, mass_kg)
            for level in self.levels(origin_id, destination_id)
            if level != first.flight.level_agl_m
        ]
        return [first, *(one for one in others if one.flight is not None)]

    def _designed(
        self, origin_id: str, destination_id: str, cruise_mps: float, level_agl_m: float, at_s: float,
        mass_kg: float | None, most: float,
    ) -> Designed:  # fmt: skip
        book = self._book
        origin, destination = book.sites.get(origin_id), book.sites.get(destination_id)
        if origin is None or destination is None or not (origin.open and destination.open):
            return Designed(None, None, "site_closed")
        if math.dist((origin.x_m, origin.y_m), (destination.x_m, destination.y_m)) < 1.0:
            return Designed(None, None, "no_way")
        start, goal = gates(origin, destination)
        if not book.policy.free_flight_allowed:
            return self._along_corridors(origin, destination, cruise_mps, level_agl_m, at_s, mass_kg)
        obstacles = self._plans.desk.zone_obstacles(book.policy)
        heights: dict[str, tuple[float, float]] = {
            datum: self._band(origin, destination, level_agl_m, datum) for datum in ALT_DATUMS
        }
        until_s = at_s + 2 * _WINDOW_S
        ends = (origin.x_m, origin.y_m), (destination.x_m, destination.y_m)
        if any(inside_any(place, obstacles.near(heights, at_s, until_s)) for place in ends):
            return Designed(None, None, "no_way")
        # Between climb and descent a flight is at its level: what ends below is flown over. Over uneven ground only the
        # true height is known to stay as it is.
        near = obstacles.near({**heights, "AGL": (level_agl_m, level_agl_m)}, at_s, until_s)
        apart_m = math.dist(start, goal)
        shortest = shortest_way(start, goal, near, apart_m if most <= 1.0 else most * apart_m + _OFF_M)
        if shortest is None and most < math.inf:
            return Designed(None, None, "no_way")
        if self._ground is None:
            return self._as_flight(origin, destination, cruise_mps, level_agl_m, shortest, None, None)
        desk, risks = self._ground, {}
        priced = desk.priced(level_agl_m, desk.rules.power_db(None, mass_kg or _USUAL_MASS_KG), cruise_mps)

        def risk(way: Sequence[Place]) -> GroundRisk:
            key = tuple(way)
            if key not in risks:
                whole = through_gates(origin, destination, key)
                risks[key] = desk.assess(whole, level_agl_m, mass_kg=None, speed_mps=cruise_mps)
            return risks[key]

        def passes(way: Sequence[Place]) -> bool:
            return risk(way).allowed

        share = desk.rules.price.detour_share_most
        way = best_way(start, goal, priced, near, shortest, passes=passes, detour_share_most=share)
        if way is None:
            broken = None if shortest is None else risk(shortest)
            return Designed(None, broken, "no_way" if shortest is None else "ground_risk")
        extra_m = _free_cost(priced, way)
        found = self._as_flight(origin, destination, cruise_mps, level_agl_m, way, risk(way), extra_m)
        return replace(found, shortest_m=None if shortest is None else _length(shortest))

    def _as_flight(
        self, origin: Site, destination: Site, cruise_mps: float, level_agl_m: float, way: Sequence[Place] | None,
        ground: GroundRisk | None, noise_cost_m: float | None,
    ) -> Designed:  # fmt: skip
        if way is not None:
            way = through_gates(origin, destination, way)
        flight = design(origin, destination, level_agl_m, cruise_mps, self._book.region, lambda *_: way)
        cause: Cause | None = "no_way" if flight is None else None
        shortest = None if way is None else _length(way)
        return Designed(flight, ground, cause, tuple(way or ()), shortest, noise_cost_m)

    def _along_corridors(
        self, origin: Site, destination: Site, cruise_mps: float, level_agl_m: float, at_s: float,
        mass_kg: float | None,
    ) -> Designed:  # fmt: skip
        """Return the flight through the corridor network, where free flight is not allowed."""
        book, desk = self._book, self._plans.desk
        policy, region = book.policy, book.region
        network = desk.network(book.scene, policy.tolerance)
        zones = desk.zone_obstacles(policy).zones
        closed = network.closed_by(zones, policy.tolerance, level_agl_m, at_s, at_s + 2 * _WINDOW_S)
        straight = design(origin, destination, level_agl_m, cruise_mps, region, lambda a, b, _: (a, b))
        assert straight is not None
        seen = view(WaypointRoute(straight.waypoints, cruise_mps), region)
        found = through_corridors(seen, region, network, height_agl_m=level_agl_m, closed=closed)
        ways = network.way((origin.x_m, origin.y_m), (destination.x_m, destination.y_m), closed=closed)
        if found is None or ways is None:
            return Designed(None, None, "no_way")
        flown = view(WaypointRoute(found, cruise_mps), region)
        places = tuple((float(a), float(b)) for a, b in zip(flown.x_m, flown.y_m, strict=True))
        length_m = _length(places)
        climb_m, down_m = _vertical(flown.agl_m)
        speed_s = sum(
            math.dist(a, b) / (point.speed_mps or cruise_mps)
            for (a, b), point in zip(pairwise(places), found, strict=False)
        )
        flight = Flight(found, flown.top_agl_m, length_m, climb_m / CLIMB_MPS + speed_s + down_m / DESCENT_MPS)
        used = tuple(dict.fromkeys(item.edge.corridor_id for item in ways if item.edge.corridor_id is not None))
        if self._ground is None:
            return Designed(flight, None, None, places, None, None, used)
        risk = self._ground.assess(places, flown.top_agl_m, mass_kg=None, speed_mps=cruise_mps)
        if not risk.allowed:
            return Designed(None, risk, "ground_risk", places, None, None, used)
        power_db = self._ground.rules.power_db(None, mass_kg or _USUAL_MASS_KG)
        extra_m = _free_cost(self._ground.priced(level_agl_m, power_db, cruise_mps), places)
        return Designed(flight, risk, None, places, None, extra_m, used)

    def _band(self, origin: Site, destination: Site, level_agl_m: float, datum: AltDatum) -> tuple[float, float]:
        """Return the heights flown, from the pads to the level, above the zero of a datum."""
        if datum == "AGL":
            return 0.0, level_agl_m
        zeros = [self._ground_m(site, datum) for site in (origin, destination)]
        return min(zeros), max(zeros) + level_agl_m

    def _ground_m(self, site: Site, datum: AltDatum) -> float:
        """Return the ground at a site above the zero of a datum, looked up once: a city's terrain stays as it is."""
        key = site.lat_deg, site.lon_deg, datum
        if key not in self._ground_at:
            self._ground_at[key] = float(self._book.region.altitude.convert_m(*key[:2], 0.0, "AGL", datum)[0])
        return self._ground_at[key]


def _rounded_up(mass_kg: float) -> float:
    return round(_USUAL_MASS_KG * _MASS_STEP ** math.ceil(math.log(mass_kg / _USUAL_MASS_KG, _MASS_STEP) - 1e-9), 3)


def _near(way_m: Sequence[Place], box: tuple[float, float, float, float], reach_m: float) -> bool:
    """Tell whether a way comes near a box, leg by leg; never False for one that does."""
    return any(
        min(a[0], b[0]) <= box[2] + reach_m
        and max(a[0], b[0]) >= box[0] - reach_m
        and min(a[1], b[1]) <= box[3] + reach_m
        and max(a[1], b[1]) >= box[1] - reach_m
        for a, b in pairwise(way_m)
    )


def _length(places: Sequence[Place]) -> float:
    return sum(math.dist(a, b) for a, b in pairwise(places))


def _vertical(heights_m: FloatArray) -> tuple[float, float]:
    steps = np.diff(heights_m)
    return float(steps[steps > 0].sum()), float(-steps[steps < 0].sum())


def _free_cost(priced: PricedGround, way: Sequence[Place]) -> float:
    """Return what noise adds to a way, in metres; closed squares it touches are not the question here."""
    open_ground = PricedGround(priced.lattice, np.zeros_like(priced.closed), priced.surcharge)
    return max(0.0, open_ground.cost_m(way) - _length(way))


def leg_profile(flight: Flight, cruise_mps: float, course_m: tuple[float, float] = (1.0, 0.0)) -> Trajectory4D:
    """Return a flight stretched to one straight line along a course: what its energy depends on is kept."""
    climb_s, level = flight.level_agl_m / CLIMB_MPS, flight.level_agl_m
    across_s, down_s = flight.length_m / cruise_mps, flight.level_agl_m / DESCENT_MPS
    t1, t2 = climb_s, climb_s + across_s
    scale = flight.length_m / max(math.hypot(*course_m), 1e-9)
    x, y = course_m[0] * scale, course_m[1] * scale
    rows = [
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, level, t1],
        [0.0, 0.0, level, t1, x, y, level, t2],
        [x, y, level, t2, x, y, 0.0, t2 + down_s],
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
    cruise_mps: float | None = None,
) -> dict[str, Any]:
    """Return the body to file for a designed flight; `cruise_mps` is its speed over ground where that is not the usual."""
    return {
        "aircraft_id": carrier.aircraft_id,
        "operation_type": "logistics",
        "priority": priority,
        "departure_at": rfc3339(departure_at),
        "route": {
            "type": "trajectory",
            "crs": "WGS84",
            "cruise_speed_mps": carrier.model.cruise_mps if cruise_mps is None else cruise_mps,
            "waypoints": waypoint_bodies(flight),
        },
        "origin_site_id": origin_id,
        "destination_site_id": destination_id,
        "alternate_site_ids": [alternate_id or origin_id],
        # It returns as it came: around and above what its way keeps clear of, which the straight way home may not.
        "contingency": {"lost_link": "rtl", "return_route": "reverse"},
        "remarks": remarks,
    }


def waypoint_bodies(flight: Flight) -> list[dict[str, Any]]:
    """Return the waypoints of a designed flight as they are filed."""
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
    return points
