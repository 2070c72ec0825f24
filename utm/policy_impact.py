"""What a policy would do to the plans that reserve airspace: every one it would invalidate, named before it is published.

Each live plan is judged under the proposed rules against all others as they stand, but only by the kinds of rule the
change can touch (`TOUCHES`): a new filing lead judges nobody. A plan is named when that gives it reasons it has not
under the rules in force; of two plans too near each other under new minima both are named, of a cell over its new limit
all who take part. Who has to go is for the regulator to say. The judgement runs on a thread of its own, on a snapshot.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

import h3
import numpy as np
import orjson

from airspace.approval import CHECKS, Check, evaluate
from airspace.capacity import overbooked, stays_by_cell
from airspace.contingency import FiledContingency
from airspace.decision import Reason, reason_to_dict
from airspace.deconfliction import Conflict, ConflictIndex
from airspace.errors import FieldError
from airspace.geometry4d import PlanGeometry, Prism, Separation, Trajectory4D
from airspace.intent import FlightIntent, Path
from airspace.lifecycle import RESERVES_AIRSPACE
from airspace.pads import PadBook, PadEvent, PadTimes, over_booked
from airspace.policy import Policy, policy_from_dict
from airspace.policy_parts import SeparationRule
from airspace.scene import Scene
from airspace.separation_rules import holds_for, separation_of, widened
from airspace.timebase import from_scene_s
from airspace.trajectory import AircraftPerformance, flight_path
from airspace.volumes import prism_area, volume_path
from utm.airspace_book import AirspaceBook
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.article27 import missing_items
from utm.contingency_filing import filed_contingency, lost_link_site
from utm.fleet import Fleet
from utm.flight_plans import field_problem, performance_of
from utm.plan_records import decode_authority, rfc3339
from utm.problems import validation_problem
from utm.sky import sites_of
from utm.store import geometry_codec, plans
from utm.store.store import Store
from utm.store.tables import FlightPlanRow

MAX_REASONS: Final = 20
"""The most reasons shown for one plan; how many there are is told beside them."""
_NOBODY: Final[frozenset[Check]] = frozenset()
_GRANTED: Final = frozenset({"not_needed", "standing", "approved"})
_LONG_AGO: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""Plans were filed in time by the rules of their day: the filing lead is not judged again."""

TOUCHES: Final[dict[str, frozenset[Check]]] = {
    "separation": frozenset({"conflicts"}),
    "separation_rules": frozenset({"conflicts"}),
    "weather": frozenset({"conflicts"}),
    "tolerance": frozenset({"conflicts", "zones", "heights", "corridors", "performance", "contingency"}),
    "wind": frozenset({"performance"}),
    "ceiling_agl_m": frozenset({"heights", "contingency"}),
    "ceiling_exempt_operations": frozenset({"heights", "contingency"}),
    "lost_link_route": frozenset({"contingency"}),
    "default_lost_link": _NOBODY,
    "contingencies": _NOBODY,
    "contingency_response": _NOBODY,
    "contingency_filed_plans": _NOBODY,
    "nonconformance_limit_s": _NOBODY,
    "advisory_silence_s": _NOBODY,
    "zone_notice_s": _NOBODY,
    "zone_urgent_notice_s": _NOBODY,
    "auto_approve_synthetic_terrain": frozenset({"heights"}),
    "conditional_zones": frozenset({"zones"}),
    "free_flight_allowed": frozenset({"corridors"}),
    "off_site_allowed": frozenset({"sites"}),
    "missing_climb": frozenset({"sites"}),
    "night_flight_allowed": frozenset({"formalities"}),
    "standing_approval_required": frozenset({"formalities"}),
    "article27_missing": frozenset({"formalities"}),
    "min_duration_s": frozenset({"formalities"}),
    "max_duration_s": frozenset({"formalities"}),
    "max_flights_per_cell": frozenset({"capacity"}),
    "cell_limits": frozenset({"capacity"}),
    "max_departures_per_pad_h": frozenset({"pads"}),
    "pad_prep_s": frozenset({"pads"}),
    "pad_clear_s": frozenset({"pads"}),
    "pad_turn_around_s": frozenset({"pads"}),
    "version": _NOBODY,
    "max_horizon_s": _NOBODY,
    "filing_lead_s": _NOBODY,
    "emergency_filing_lead_s": _NOBODY,
    "readiness_lead_s": _NOBODY,
    "activation_early_s": _NOBODY,
    "departure_tolerance_s": _NOBODY,
    "past_grace_s": _NOBODY,
    "max_priority_commercial": _NOBODY,
    "offer_horizon_s": _NOBODY,
    "offer_layers_agl_m": _NOBODY,
    "offer_budget_ms": _NOBODY,
    "offer_hold_s": _NOBODY,
    "sources": _NOBODY,
}
"""Which kinds of rule a field of the policy can change the outcome of, for a plan that is already filed."""


@dataclass(frozen=True, slots=True)
class Invalidated:
    """A plan that would no longer be approved: its row and the reasons the change gives it."""

    row: FlightPlanRow
    outcome: str
    """`refused`, or `pending` when somebody would have to decide."""
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Impact:
    """What a policy would do: which checks it touches, how many plans were judged, and those it would invalidate."""

    checks: tuple[str, ...]
    judged: int
    plans: tuple[Invalidated, ...]
    took_s: float

    def counts(self) -> dict[str, Any]:
        """Return how many plans would be touched, by where they are and by reason."""
        filed = sum(plan.row.state == "approved" for plan in self.plans)
        causes = Counter(code for plan in self.plans for code in {reason.code for reason in plan.reasons})
        return {
            "judged": self.judged,
            "filed": filed,
            "airborne": len(self.plans) - filed,
            "refused": sum(plan.outcome == "refused" for plan in self.plans),
            "pending": sum(plan.outcome == "pending" for plan in self.plans),
            "by_reason": dict(sorted(causes.items())),
        }


def proposed_policy(book: AirspaceBook, body: Mapping[str, Any]) -> Policy:
    """Return the policy a body would make of the one in force; raises Problem 422 with every field at fault."""
    given = {name: value for name, value in body.items() if name != "version"}
    policy = policy_from_dict({**given, "version": book.policy.version + 1}, book.policy)
    if isinstance(policy, list):
        raise validation_problem([field_problem(error) for error in policy])
    faults = list(_unknown_places(policy, book)) if "separation_rules" in given else []
    if faults:
        raise validation_problem([field_problem(error) for error in faults])
    return policy


def _unknown_places(policy: Policy, book: AirspaceBook) -> Iterable[FieldError]:
    """Yield the corridors and zones rules name that are not there: a slip, for such a rule would never hold."""
    corridors = {corridor.corridor_id for corridor in book.corridors}
    for k, rule in enumerate(policy.separation_rules):
        for name, value, known in (
            ("corridor_id", rule.corridor_id, corridors),
            ("zone_id", rule.zone_id, book.zones),
        ):
            if value is not None and value not in known:
                detail = f"{value} is not published. Check the identifier, or publish it first."
                detail_zh = f"{value} 未发布。请核对标识，或先发布。"
                yield FieldError(f"/separation_rules/{k}/when/{name}", "not_found", detail, detail_zh)


def touched(before: Policy, after: Policy) -> frozenset[Check]:
    """Return the kinds of rule by which live plans must be judged when one policy follows another."""
    changed = [item.name for item in fields(Policy) if getattr(before, item.name) != getattr(after, item.name)]
    found: frozenset[Check] = _NOBODY
    for name in changed:
        found |= TOUCHES.get(name, CHECKS)
    return found


class PolicyImpact:
    """Judges proposed policies over the store's live plans; one at a time."""

    def __init__(self, *, store: Store, book: AirspaceBook, fleet: Fleet) -> None:
        self._store, self._book, self._fleet = store, book, fleet
        self._turn = asyncio.Lock()

    async def of(self, proposed: Policy) -> Impact:
        """Return what a policy would do to every plan that reserves airspace."""
        async with self._turn:
            present, scene = self._book.policy, self._book.scene
            checks = touched(present, proposed)
            started_s = time.perf_counter()
            if not checks:
                return Impact((), 0, (), 0.0)
            states = [str(state) for state in RESERVES_AIRSPACE]
            rows = await self._store.read(lambda session: list(plans.with_states(session, states)))
            found = await asyncio.to_thread(
                invalidated,
                rows,
                present,
                proposed,
                scene,
                checks=checks,
                bounds=self._book.city.bbox,
                aircraft=self._declared,
            )
            return Impact(tuple(sorted(checks)), len(rows), tuple(found), time.perf_counter() - started_s)

    def _declared(self, aircraft_id: str) -> tuple[str | None, AircraftPerformance | None]:
        aircraft = self._fleet.get(aircraft_id)
        return (None, None) if aircraft is None else (aircraft.aircraft_class, performance_of(aircraft))


Declared = Callable[[str], tuple[str | None, AircraftPerformance | None]]
"""Returns the class of an aircraft and what its firm declared of it."""


def invalidated(
    rows: Sequence[FlightPlanRow],
    present: Policy,
    proposed: Policy,
    scene: Scene,
    *,
    checks: frozenset[Check],
    bounds: tuple[float, float, float, float],
    aircraft: Declared,
) -> list[Invalidated]:
    """Return the rows that would have reasons under `proposed` which they have not under `present`, by departure."""
    cover_m = proposed.tolerance.horizontal_m if proposed.tolerance != present.tolerance else None
    live = LivePlans(rows, scene, aircraft, cover_m=cover_m, formal="formalities" in checks)
    after = _Judgement(proposed, live, checks, bounds)
    suspects = {name: found for name in sorted(after.suspects()) if (found := after.reasons(name))}
    before = _Judgement(present, live, checks, bounds)
    wrong_before = before.suspects() if suspects else set()
    result = []
    for name, found in suspects.items():
        known = {_identity(reason) for reason in before.reasons(name)} if name in wrong_before else set()
        fresh = tuple(reason for reason in found if _identity(reason) not in known)
        if fresh:
            outcome = "refused" if any(reason.severity == "refuse" for reason in fresh) else "pending"
            result.append(Invalidated(live.rows[name], outcome, fresh))
    return sorted(result, key=lambda plan: (plan.row.starts_s, plan.row.plan_id))


def _identity(reason: Reason) -> tuple[object, ...]:
    about = (reason.zone_id, reason.other_plan_ref, reason.site_id, reason.rule, reason.h3_cell)
    return (reason.code, reason.severity, *about)


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
    ) -> None:
        self.rows = {row.plan_id: row for row in rows}
        self.scene = scene
        self.geometries = {name: geometry_codec.decode(row.geometry) for name, row in self.rows.items()}
        self._aircraft, self._cover_m, self._formal = aircraft, cover_m, formal
        self.covers_anew = cover_m is not None
        self._intents: dict[str, FlightIntent] = {}

    def cells(self, name: str) -> frozenset[int]:
        """Return the cells a plan was filed with."""
        return frozenset(h3.str_to_int(cell) for cell in orjson.loads(self.rows[name].h3_cells))

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
        return FlightIntent(
            operator_id=row.organisation_id,
            aircraft_id=row.aircraft_id,
            operation_type=row.operation_type,
            priority=row.priority,
            departure_at=from_scene_s(row.departure_s),
            path=path,
            cells=self.cells(name) if self._cover_m is None else path.cells(region, self._cover_m),
            plan_id=name,
            origin_site_id=body.get("origin_site_id"),
            destination_site_id=body.get("destination_site_id"),
            alternate_site_ids=tuple(body.get("alternate_site_ids", ())),
            aircraft_class=aircraft_class,
            performance=performance,
            priority_limit=100,  # it was accepted when it was filed
            standing_approval=decode_authority(row.authority).application in _GRANTED,
            uses_true_height=any(point.get("alt_datum") == "AGL" for point in waypoints),
            missing_article27=missing_items(validate(body, FlightPlanBody)) if self._formal else (),
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


def _contingency(body: Mapping[str, Any], scene: Scene) -> tuple[FiledContingency | None, str | None]:
    """Return what a stored body files for a lost link, and the site of its alternate."""
    if body.get("contingency") is None:
        return None, None
    parsed = validate(dict(body), FlightPlanBody)
    return filed_contingency(parsed, scene), lost_link_site(parsed)


class _Judgement:
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
        if places and self._live.covers_anew:
            return {name: separation_of(self._live.intent(name), policy, scene) for name in self._names}
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

    def suspects(self) -> set[str]:
        """Return the plans worth judging one by one: a superset of those with a reason of the checks asked for."""
        found: set[str] = set()
        narrow: dict[Check, Callable[[], set[str]]] = {
            "conflicts": self._too_near,
            "capacity": self._too_many,
            "pads": self._at_full_sites,
            "heights": self._high,
        }
        for check in self._checks:
            found |= narrow[check]() if check in narrow else set(self._names)
            if len(found) == len(self._names):
                break
        return found

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
        region, live = self._live.scene.region, self._live
        stays = {name: stays_by_cell(g, live.cells(name), region) for name, g in live.geometries.items()}
        return overbooked(stays, self._policy)

    def _at_full_sites(self) -> set[str]:
        sites, times = self._live.scene.sites.sites, PadTimes.of(self._policy)
        by_site: dict[str, list[PadEvent]] = {}
        for site_id, event in self._live.pad_events:
            by_site.setdefault(site_id, []).append(event)
        if self._policy.max_departures_per_pad_h is not None:
            return {event.key for events in by_site.values() for event in events}
        return {
            key
            for site_id, events in by_site.items()
            if site_id in sites
            for key in over_booked(events, times, sites[site_id].pads)
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

    def reasons(self, name: str) -> list[Reason]:
        """Return what refuses a plan or makes it wait."""
        decision = evaluate(
            self._live.intent(name),
            self._policy,
            self._live.scene,
            _LONG_AGO,
            conflicts_of=lambda geometry, minima: self._conflicts(geometry, minima, name),
            other_plan=lambda key: self._names[key],
            traffic=self,
            checks=self._checks,
        )
        return [reason for reason in decision.reasons if reason.severity != "warning"]

    def _conflicts(self, geometry: PlanGeometry, minima: Separation, name: str) -> list[Conflict]:
        return self._index.conflicts(geometry, minima, ignore=(self._keys[name],))


def _top_m(geometry: PlanGeometry) -> float:
    if isinstance(geometry, Trajectory4D):
        return float(geometry.segments[:, [2, 6]].max())
    return max(prism.z_high_m for prism in geometry)


def plan_document(plan: Invalidated) -> dict[str, Any]:
    """Return an invalidated plan as the API names it."""
    row = plan.row
    return {
        "plan_id": row.plan_id,
        "organisation_id": row.organisation_id,
        "aircraft_id": row.aircraft_id,
        "state": row.state,
        "operation_type": row.operation_type,
        "priority": row.priority,
        "starts_at": rfc3339(from_scene_s(row.starts_s)),
        "ends_at": rfc3339(from_scene_s(row.ends_s)),
        "policy_version": row.policy_version,
        "outcome": plan.outcome,
        "reasons": [reason_to_dict(reason) for reason in plan.reasons[:MAX_REASONS]],
        "reason_count": len(plan.reasons),
    }
