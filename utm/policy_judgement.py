"""Live plans as they fly now, and all of them under one policy: who is worth judging, by which rules, and the judgement."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from itertools import accumulate
from typing import Any, Final

import h3
import numpy as np
import orjson

from airspace.approval import Check, evaluate, is_night
from airspace.capacity import limited, overbooked, stays_by_cell
from airspace.contingency import FiledContingency
from airspace.decision import Reason
from airspace.deconfliction import Conflict, ConflictIndex
from airspace.geometry4d import EPS_S, PlanGeometry, Prism, Separation, Trajectory4D
from airspace.intent import FlightIntent, Path
from airspace.pads import PadBook, PadEvent, PadTimes, over_booked
from airspace.policy import Policy
from airspace.policy_parts import SeparationRule
from airspace.scene import Scene
from airspace.separation_rules import holds_for, separation_of, widened
from airspace.timebase import from_scene_s
from airspace.trajectory import AircraftPerformance, flight_path
from airspace.volumes import prism_area, volume_path
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.article27 import missing_items
from utm.contingency_filing import filed_contingency, lost_link_site
from utm.plan_records import decode_authority, sites_of
from utm.store import geometry_codec
from utm.store.tables import FlightPlanRow

_BREATH_PLANS: Final = 8
_BREATH_S: Final = 0.0005
_COVERED: Final = frozenset({"standing", "approved"})
"""Where nothing is asked of the authority any more; whether a flight needs to ask at all is judged anew."""
_LONG_AGO: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""Plans were filed in time by the rules of their day: the filing lead is not judged again."""

Declared = Callable[[str], tuple[str | None, AircraftPerformance | None]]
"""Returns the class of an aircraft and what its firm declared of it."""


def let_others(live: "LivePlans") -> None:
    """Let go of the interpreter now and then: who files meanwhile must not wait for a regulator's question."""
    live.judged += 1
    if live.judged % _BREATH_PLANS == 0:
        time.sleep(_BREATH_S)


class LivePlans:
    """Stored plans as they fly now, overdue hovers and late starts included; whole intents are made when asked for.

    `cover_m` is the tolerance their cells must cover where that is another than when they were filed.
    """

    def __init__(
        self,
        rows: Iterable[FlightPlanRow],
        scene: Scene,
        aircraft: Declared,
        *,
        cover_m: float | None,
        formal: bool,
        bounds: tuple[float, float, float, float],
    ) -> None:
        self.rows = {row.plan_id: row for row in rows}
        self.scene = scene
        self.geometries = {name: geometry_codec.decode(row.geometry) for name, row in self.rows.items()}
        self._aircraft, self._cover_m, self._formal = aircraft, cover_m, formal
        self._bounds = bounds
        self.judged = 0
        """How many judgements were made of them, to share the time by."""
        self._cells: dict[str, frozenset[int]] = {}
        self._intents: dict[str, FlightIntent] = {}

    def cells(self, name: str) -> frozenset[int]:
        """Return the cells a plan covers: as filed, or anew where the tolerance is another than then."""
        known = self._cells.get(name)
        if known is None:
            known = self._cells[name] = frozenset(self._cells_of(name))
        return known

    def _cells_of(self, name: str) -> Iterable[int]:
        if self._cover_m is None:
            return (int(cell, 16) for cell in orjson.loads(self.rows[name].h3_cells))
        widen_m = self._cover_m + self.scene.region.grid.slack_m
        return (int(cell, 16) for cell in self._engine.cells(self.geometries[name], widen_m))

    @cached_property
    def _engine(self) -> ConflictIndex:
        return ConflictIndex(self.scene.region.frame, self._bounds)

    def able(self, name: str) -> AircraftPerformance | None:
        """Return what the firm declared of a plan's aircraft."""
        return self._aircraft(self.rows[name].aircraft_id)[1]

    def aircraft_class(self, name: str) -> str | None:
        """Return the class of a plan's aircraft."""
        return self._aircraft(self.rows[name].aircraft_id)[0]

    def intent(self, name: str) -> FlightIntent:
        """Return a plan as `airspace.approval.evaluate` sees it."""
        known = self._intents.get(name)
        if known is None:
            known = self._intents[name] = self._intent(name)
        return known

    def _intent(self, name: str) -> FlightIntent:
        row, geometry, region = self.rows[name], self.geometries[name], self.scene.region
        body = orjson.loads(row.body)
        waypoints = body["route"].get("waypoints", ())
        path: Path
        if isinstance(geometry, Trajectory4D):
            path = flight_path(geometry, region, len(waypoints))
        else:
            path = volume_path(geometry, tuple(prism_area(prism, region) for prism in geometry), region)
        aircraft_class, performance = self._aircraft(row.aircraft_id)
        authority = decode_authority(row.authority)
        return FlightIntent(
            operator_id=row.organisation_id,
            aircraft_id=row.aircraft_id,
            operation_type=row.operation_type,
            priority=row.priority,
            departure_at=from_scene_s(row.departure_s),
            path=path,
            cells=self.cells(name),
            plan_id=name,
            origin_site_id=body.get("origin_site_id"),
            destination_site_id=body.get("destination_site_id"),
            alternate_site_ids=tuple(body.get("alternate_site_ids", ())),
            aircraft_class=aircraft_class,
            agricultural=authority.clock is not None and authority.clock.exemption == "agricultural",
            performance=performance,
            priority_limit=100,  # it was accepted when it was filed
            standing_approval=authority.application in _COVERED,
            declared_triggers=_triggers(body),
            uses_true_height=any(point.get("alt_datum") == "AGL" for point in waypoints),
            missing_article27=missing_items(validate(body, FlightPlanBody), aircraft_class) if self._formal else (),
            contingency=_contingency(body, self.scene)[0],
            lost_link_site_id=_contingency(body, self.scene)[1],
        )

    @cached_property
    def pad_events(self) -> list[tuple[str, PadEvent]]:
        """Every departure and arrival at a site, with the site."""
        found = []
        for name, row in self.rows.items():
            origin, destination = sites_of(row.body)
            if origin is not None:
                found.append((origin, PadEvent(name, row.aircraft_id, row.starts_s, False)))
            if destination is not None:
                found.append((destination, PadEvent(name, row.aircraft_id, row.ends_s, True)))
        return found


def _triggers(body: Mapping[str, Any]) -> tuple[str, ...] | None:
    declared = body.get("special_conditions")
    return None if declared is None else tuple(declared)


def _contingency(body: Mapping[str, Any], scene: Scene) -> tuple[FiledContingency | None, str | None]:
    """Return what a stored body files for a lost link, and the site of its alternate."""
    if body.get("contingency") is None:
        return None, None
    parsed = validate(dict(body), FlightPlanBody)
    return filed_contingency(parsed, scene), lost_link_site(parsed)


class Judgement:
    """All live plans under one policy: an index with the minima it would hold them to, pads and cells.

    It is the `Traffic` of its own judgements.
    """

    def __init__(
        self, policy: Policy, live: LivePlans, checks: frozenset[Check], bounds: tuple[float, float, float, float]
    ) -> None:
        self._policy, self._live, self._checks, self._bounds = policy, live, checks, bounds
        self._names = list(live.rows)
        self._keys = {name: key for key, name in enumerate(self._names)}

    # -- all plans at once ---------------------------------------------------------------------------------------------

    @cached_property
    def _minima(self) -> dict[str, Separation]:
        policy, scene = self._policy, self._live.scene
        kinds = [rule for rule in policy.separation_rules if rule.corridor_id is None and rule.zone_id is None]
        places = [rule for rule in policy.separation_rules if rule not in kinds]
        near = self._cells_of_places(places)
        found = {}
        for name, row in self._live.rows.items():
            if near and not near.isdisjoint(self._live.cells(name)):
                found[name] = separation_of(self._live.intent(name), policy, scene)
                continue
            kind = (row.operation_type, self._live.aircraft_class(name) if kinds else None, policy.weather)
            found[name] = widened(policy.separation, (rule for rule in kinds if holds_for(rule, *kind)))
        return found

    def _cells_of_places(self, places: Iterable[SeparationRule]) -> frozenset[int]:
        """Return cells that hold every flight that can enter a place some rule names."""
        scene, grid = self._live.scene, self._live.scene.region.grid
        cells: set[int] = set()
        for rule in places:
            corridor = scene.corridors.corridors.get(rule.corridor_id or "")
            if corridor is not None:
                cells |= grid.along(corridor.edges_m, corridor.width_m / 2)
            cells |= scene.zones.covers.get(rule.zone_id or "", frozenset())
        return frozenset(cells)

    @cached_property
    def _index(self) -> ConflictIndex:
        index = ConflictIndex(self._live.scene.region.frame, self._bounds)
        for name, geometry in self._live.geometries.items():
            index.add(self._keys[name], geometry, self._minima[name])
        return index

    @cached_property
    def _pads(self) -> PadBook:
        book = PadBook()
        for site_id, event in self._live.pad_events:
            book.put(site_id, event)
        return book

    def suspects(self) -> dict[str, set[Check]]:
        """Return the plans worth judging one by one, and by which checks: a superset of those with a reason of them."""
        narrow: dict[Check, Callable[[], Iterable[str]]] = {
            "conflicts": self._too_near,
            "zones": self._near_zones,
            "heights": self._high,
            "corridors": lambda: () if self._policy.free_flight_allowed else self._names,
            "sites": self._with_sites,
            "pads": self._at_full_sites,
            "capacity": self._too_many,
            "performance": self._bounded,
            "formalities": self._informal,
            "contingency": lambda: (name for name, row in self._live.rows.items() if '"contingency":{' in row.body),
        }
        found: dict[str, set[Check]] = {}
        for check in self._checks:
            for name in narrow[check]() if check in narrow else self._names:
                found.setdefault(name, set()).add(check)
            time.sleep(_BREATH_S)
        return found

    def _near_zones(self) -> Iterable[str]:
        zones = self._live.scene.zones
        cells: set[int] = set()
        for zone in zones.zones.values():
            if zone.restriction == "CONDITIONAL" and self._policy.conditional_zones == "warning":
                continue
            if zone.restriction != "NO_RESTRICTION":
                cells |= zones.covers[zone.zone_id]
        return [name for name in self._names if not cells.isdisjoint(self._live.cells(name))]

    def _with_sites(self) -> Iterable[str]:
        if not self._policy.off_site_allowed:
            return self._names
        return [name for name, row in self._live.rows.items() if "_site_id" in row.body]

    def _bounded(self) -> Iterable[str]:
        """Who flies an aircraft of which something was declared: nobody else can ask too much of it."""
        unknown = AircraftPerformance()
        return [name for name in self._names if self._live.able(name) not in (None, unknown)]

    def _informal(self) -> Iterable[str]:
        policy = self._policy
        for name, row in self._live.rows.items():
            geometry = self._live.geometries[name]
            starts_s, ends_s = _window_of(geometry)
            if (
                policy.article27_missing != "warning"
                or not (policy.min_duration_s <= ends_s - starts_s <= policy.max_duration_s)
                or (not policy.night_flight_allowed and is_night(starts_s, ends_s))
                or (policy.standing_approval_required and decode_authority(row.authority).application not in _COVERED)
            ):
                yield name

    def _too_near(self) -> set[str]:
        """Only who is held to more than before can lose separation, and whoever is near them."""
        found: set[str] = set()
        for name, row in self._live.rows.items():
            minima = self._minima[name]
            kept = Separation(row.horizontal_m, row.vertical_m, row.time_buffer_s)
            if kept.widest(minima) == kept:
                continue
            conflicts = self._conflicts(self._live.geometries[name], minima, name)
            if conflicts:
                found.add(name)
                found.update(self._names[conflict.key] for conflict in conflicts)
        return found

    def _too_many(self) -> set[str]:
        """Exactly, but only in cells that could be too full if every flight filled all of its cells all the time."""
        if not limited(self._policy):
            return set()
        region, live, crowded = self._live.scene.region, self._live, self._crowded()
        stays = {}
        for name, geometry in live.geometries.items():
            cells = crowded & live.cells(name)
            if cells:
                stays[name] = stays_by_cell(geometry, cells, region)
                let_others(live)
        return overbooked(stays, self._policy)

    def _crowded(self) -> frozenset[int]:
        policy, live = self._policy, self._live
        least = {limit.cell: limit.max_flights for limit in sorted(policy.cell_limits, key=lambda x: -x.max_flights)}
        edges: dict[int, list[tuple[float, int]]] = {}
        for name, geometry in live.geometries.items():
            starts_s, ends_s = _window_of(geometry)
            for cell in live.cells(name):
                edges.setdefault(cell, []).extend(((starts_s, 1), (ends_s + EPS_S, -1)))
        found = set()
        for cell, changes in edges.items():
            limits = [policy.max_flights_per_cell, least.get(h3.int_to_str(cell))]
            most = min((limit for limit in limits if limit is not None), default=None)
            if most is not None and max(accumulate(change for _, change in sorted(changes, key=_rising))) > most:
                found.add(cell)
        return frozenset(found)

    def _at_full_sites(self) -> set[str]:
        sites = self._live.scene.sites.sites
        by_site: dict[str, list[PadEvent]] = {}
        for site_id, event in self._live.pad_events:
            by_site.setdefault(site_id, []).append(event)
        if self._policy.max_departures_per_pad_h is not None:
            return {event.key for events in by_site.values() for event in events}
        return {
            key
            for site_id, events in by_site.items()
            if site_id in sites
            for key in over_booked(events, PadTimes.of(self._policy, sites[site_id]), sites[site_id].pads)
        }

    def _high(self) -> set[str]:
        """Leave out who stays under the ceiling over the lowest ground there is."""
        region = self._live.scene.region
        box, altitude = region.service, region.altitude
        ground = altitude.terrain.range_amsl_m(box.min_lat_deg, box.min_lon_deg, box.max_lat_deg, box.max_lon_deg)[0]
        lat, lon = np.meshgrid(
            np.linspace(box.min_lat_deg, box.max_lat_deg, 9), np.linspace(box.min_lon_deg, box.max_lon_deg, 9)
        )
        # A metre below the undulation of 81 places: the geoid is smooth over a city.
        lowest = ground + float(altitude.undulation_m(lat.ravel(), lon.ravel()).min()) - 1.0
        limit = self._policy.ceiling_agl_m - self._policy.tolerance.vertical_m + lowest
        return {name for name, geometry in self._live.geometries.items() if _top_m(geometry) > limit}

    # -- one by one ----------------------------------------------------------------------------------------------------

    def pad_events(self, site_id: str, from_s: float, to_s: float) -> list[PadEvent]:
        """Return the departures and arrivals at a site."""
        return self._pads.events(site_id, from_s, to_s)

    def flights_in(self, prism: Prism) -> list[tuple[str, PlanGeometry]]:
        """Return the plans whose flight touches a volume."""
        names = (self._names[key] for key in self._index.touching(prism))
        return [(name, self._live.geometries[name]) for name in names]

    def reasons(self, name: str, checks: Collection[Check]) -> list[Reason]:
        """Return what refuses a plan or makes it wait, of some kinds of rule."""
        if not checks:
            return []
        decision = evaluate(
            self._live.intent(name),
            self._policy,
            self._live.scene,
            _LONG_AGO,
            conflicts_of=lambda geometry, minima: self._conflicts(geometry, minima, name),
            other_plan=lambda key: self._names[key],
            traffic=self,
            checks=checks,
        )
        return [reason for reason in decision.reasons if reason.severity != "warning"]

    def _conflicts(self, geometry: PlanGeometry, minima: Separation, name: str) -> list[Conflict]:
        return self._index.conflicts(geometry, minima, ignore=(self._keys[name],))


def _rising(change: tuple[float, int]) -> tuple[float, int]:
    return change[0], -change[1]


def _window_of(geometry: PlanGeometry) -> tuple[float, float]:
    if isinstance(geometry, Trajectory4D):
        return geometry.starts_s, geometry.ends_s
    return min(prism.t_start_s for prism in geometry), max(prism.t_end_s for prism in geometry)


def _top_m(geometry: PlanGeometry) -> float:
    if isinstance(geometry, Trajectory4D):
        return float(geometry.segments[:, [2, 6]].max())
    return max(prism.z_high_m for prism in geometry)
