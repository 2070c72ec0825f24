"""Counter-offers of this service: the search of `airspace.offers` with the city's zones, corridors, pads and traffic."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from airspace.capacity import CellJudge, limited
from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.decision import CounterOffer, Decision
from airspace.geometry4d import EPS_S, PlanGeometry, Separation, Tolerance, Trajectory4D
from airspace.intent import FlightIntent
from airspace.intervals import Intervals
from airspace.offers import incurable, layers, searching, standing_in_the_way, with_offers
from airspace.offers_delay import blocks
from airspace.offers_parts import Change, Filed, Offer, Setting, Steps
from airspace.offers_route import RouteView, rewritten, view, view_of_flight
from airspace.offers_site import landing_is_in_the_way, other_pads
from airspace.pads import PadEvent, PadTimes, forbidden_shifts, full_times
from airspace.policy import Policy
from airspace.resources import stays_of
from airspace.scene import Scene
from airspace.separation_rules import separation_of
from airspace.site_rules import closed_within
from airspace.timebase import to_scene_s
from airspace.trajectory import FlightPath, Waypoint, WaypointRoute, compile_route
from dispatch.corridor_route import through_corridors
from dispatch.detour import Band, ZoneObstacles, around
from dispatch.energy import model_of
from dispatch.network import Network
from dispatch.router import Obstacle, ObstaclesNear, Place, clear, obstacle_of
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.offered_times import OfferedTimes
from utm.own_time import OwnTime, thread_s
from utm.plan_records import rfc3339
from utm.rules.envelope import NamedEnvelope, within_band
from utm.sky import Sky

if TYPE_CHECKING:
    from utm.flight_plans import Prepared

NOTICE_S: Final = 5.0
"""An offer departs no sooner than this after it is made, so that there is time to file it."""
_MOST_FLIGHTS_AROUND: Final = 6
_HOVER_M: Final = 1e-3
_LONGEST_ACCESS_M: Final = 3_000.0


LEAST_BUDGET_MS = 2.0
"""What a search may always spend, however many wait: enough for the shortest delay."""


class OfferDesk:
    """Finds counter-offers; keeps what is costly to derive from published airspace until that changes."""

    def __init__(self, *, clock: Clock, book: AirspaceBook, sky: Sky, waiting: Callable[[], int] = lambda: 0) -> None:
        """`waiting` tells how many others wait for the writer, on whose time the search runs."""
        self._clock, self._book, self._sky, self._waiting = clock, book, sky, waiting
        self._own_s: Callable[[], float] = thread_s
        self._obstacles: tuple[object, Policy, ZoneObstacles] | None = None
        self._network: tuple[object, Tolerance, Network] | None = None
        self.offered = OfferedTimes()
        """Set by the composition root to those of all servers on the store."""

    def waits_for(self, waiting: Callable[[], int]) -> None:
        """Count those who wait by other means: a helper's writer is the server's."""
        self._waiting = waiting

    def counts_time_by(self, own_s: Callable[[], float]) -> None:
        """Hold searches to their budget by another clock: in simulated time a search takes none."""
        self._own_s = own_s

    def attach(
        self,
        decision: Decision,
        plan: FlightIntent,
        prepared: "Prepared",
        *,
        judge: Callable[[FlightIntent], Decision],
        ignore: Collection[str] = (),
        not_before: datetime | None = None,
        closed: Callable[[FlightIntent, float, float], Intervals] | None = None,
        also: Sequence[Change] = (),
        envelopes: Sequence[NamedEnvelope] = (),
    ) -> Steps[Decision]:
        """Return the decision with counter-offers, step by step; an approval, or with the search switched off, as it is.

        `judge` judges a flight as the decision was made. `ignore` names live plans and holds that do not count.
        `closed(flight, from_s, to_s)` gives delays at which its own permission does not hold. `also` are changes to try
        beside those proposed here. `envelopes` are those its offers are to lie in, whatever it was filed outside of.
        With `not_before`, the soonest departure to offer, offers are made for an approved plan too: it cannot be kept.
        """
        policy, scene = self._book.policy, self._book.scene
        if (decision.outcome == "approved" and not_before is None) or policy.offer_budget_ms <= 0:
            return decision
        curable = frozenset({"pending_authority"}) if envelopes else frozenset()
        if incurable(plan, standing_in_the_way(decision), curable):
            return with_offers(decision, ())
        watch = OwnTime(self._own_s)
        budget_ms = min(policy.offer_budget_ms, max(LEAST_BUDGET_MS, policy.offer_budget_ms / (1 + self._waiting())))
        now = self._clock.now()
        offered = self.offered.of_late(to_scene_s(now)) if _pad_is_busy(decision) else {}
        soonest = max(now + timedelta(seconds=NOTICE_S), not_before or now)
        starts_s = min(to_scene_s(plan.departure_at), prepared.starts_s)
        setting = Setting(
            policy=policy,
            scene=scene,
            now=now,
            judge=judge,
            meets=lambda flight: self._meets(flight, ignore, policy, scene),
            forbidden=lambda flight, from_s, to_s: [
                *self._forbidden(flight, from_s, to_s, ignore, offered),
                *(() if closed is None else closed(flight, from_s, to_s)),
            ],
            energy_wh=model_of(prepared.aircraft.aircraft_class).flight_wh,
            exhausted=lambda: watch.spent_s() * 1000.0 >= budget_ms,
            cells=lambda path: self._cells(path, policy, scene),
            earliest_s=max(0.0, to_scene_s(soonest) - starts_s),
            curable=curable,
        )
        filed = Filed(plan, _seen(prepared, scene), decision)
        ways = _Ways(self, self._sky, ignore, policy, scene)
        first = (ways.layers, ways.routes, ways.pads)
        proposers = (lambda _: also, *first) if also else first
        if envelopes:
            proposers = (lambda filed: ways.within(filed, envelopes), *proposers)
        steps = searching(filed, setting, proposers, (ways.around_flights, ways.any_pad))
        found = yield from watch.timed(steps)
        if not found and offered:  # what was offered to others may still be had
            offered.clear()
            found = yield from watch.timed(searching(filed, setting, proposers, (ways.around_flights, ways.any_pad)))
        if _pad_is_busy(decision):
            self._note_offered(found, to_scene_s(now))
        offers = tuple(counter_offer(offer, prepared.body, separation_of(offer.plan, policy, scene)) for offer in found)
        return with_offers(decision, offers, whole=not setting.exhausted())

    def _meets(self, plan: FlightIntent, ignore: Collection[str], policy: Policy, scene: Scene) -> bool:
        return bool(self._sky.conflicts(plan.geometry, separation_of(plan, policy, scene), ignore=ignore))

    def _cells(self, path: FlightPath, policy: Policy, scene: Scene) -> frozenset[int]:
        widen_m = policy.tolerance.horizontal_m + scene.region.grid.slack_m
        return frozenset([int(cell, 16) for cell in self._sky.cells(path.trajectory, widen_m)])

    def _note_offered(self, found: Sequence[Offer], now_s: float) -> None:
        policy, scene = self._book.policy, self._book.scene
        stays = [stay for offer in found for stay in stays_of(offer.plan, policy, scene)]
        self.offered.note([(site.site_id, event) for _, site, event, _ in stays], now_s)

    def _forbidden(
        self,
        plan: FlightIntent,
        from_s: float,
        to_s: float,
        ignore: Collection[str],
        offered: Mapping[str, Sequence[PadEvent]] = MappingProxyType({}),
    ) -> Intervals:
        """Return the delays at which other flights are too near, fill its pads, or fill a cell it passes; `offered` are
        departures and arrivals by site that were offered to others."""
        policy, scene, sky = self._book.policy, self._book.scene, self._sky
        own = {*ignore, *([] if plan.plan_id is None else [plan.plan_id])}
        separation = separation_of(plan, policy, scene)
        spans = sky.forbidden_delays(plan.geometry, separation, from_s=from_s, to_s=to_s, ignore=ignore)
        for _, site, _, stay in stays_of(plan, policy, scene):
            times = PadTimes.of(policy, site)
            reach_s = times.longest_s + EPS_S
            shut = closed_within(site, stay[0] + from_s, stay[1] + to_s)
            spans.extend(forbidden_shifts(shut, stay, from_s, to_s))
            others = sky.pad_events(site.site_id, stay[0] + from_s - reach_s, stay[1] + to_s + reach_s)
            others = [*others, *offered.get(site.site_id, ())]
            full = full_times(others, times, site.pads, aircraft_id=plan.aircraft_id, ignore=own)
            spans.extend(forbidden_shifts(full, stay, from_s, to_s))
        if limited(policy):
            cells = CellJudge(policy, scene.region, sky.flights_in)
            spans.extend(cells.forbidden_shifts(plan.geometry, plan.cells, from_s, to_s, own))
        return spans

    def zone_obstacles(self, policy: Policy) -> ZoneObstacles:
        """Return the zones in force that keep flights out, as obstacles."""
        zone_set, known = self._book.zone_set, self._obstacles
        if known is None or known[0] is not zone_set or known[1] is not policy:
            zones = [zone for zone in zone_set.zones.values() if blocks(zone, policy)]
            before = known[2] if known is not None else None
            known = self._obstacles = (zone_set, policy, ZoneObstacles(zones, policy.tolerance, before))
        return known[2]

    def network(self, scene: Scene, tolerance: Tolerance) -> Network:
        """Return the corridors as a graph."""
        known = self._network
        if known is None or known[0] is not scene.corridors or known[1] != tolerance:
            network = Network.of(scene.corridors.corridors.values(), scene.sites.sites.values(), tolerance)
            known = self._network = (scene.corridors, tolerance, network)
        return known[2]


class _Ways:
    """Proposers of changes for one plan."""

    def __init__(self, desk: OfferDesk, sky: Sky, ignore: Collection[str], policy: Policy, scene: Scene) -> None:
        self._desk, self._sky, self._ignore = desk, sky, ignore
        self._policy, self._scene = policy, scene

    def layers(self, filed: Filed) -> Iterator[Change]:
        return layers(filed, self._policy)

    def routes(self, filed: Filed) -> Iterator[Change]:
        """Propose ways around zones, or along corridors where flight outside them is closed."""
        seen, policy = filed.seen, self._policy
        if seen is None:
            return
        reasons = standing_in_the_way(filed.decision)
        zones = {item.zone_id: self._scene.zones.zones.get(item.zone_id) for item in reasons if item.zone_id}
        if not policy.free_flight_allowed:
            yield from self._corridors(filed, seen)
            return
        if zones:
            names = ", ".join(zone.name for zone in zones.values() if zone is not None)
            names_zh = "、".join(zone.name_zh or zone.name for zone in zones.values() if zone is not None)
            waypoints = self._led_around(filed, seen)
            if waypoints is not None:
                yield Change("route", (f"Fly around {names}", f"绕飞“{names_zh}”"), waypoints)
            else:
                yield from self._corridors(filed, seen)

    def within(self, filed: Filed, envelopes: Sequence[NamedEnvelope]) -> Iterator[Change]:
        """Propose the flight moved into each envelope that is for it: over its area, at heights of its band."""
        seen, plan, flies = filed.seen, filed.plan, filed.plan.path
        if seen is None or not isinstance(flies, FlightPath):
            return
        for named in envelopes:
            item = named.envelope
            if not item.admits(plan):
                continue
            outside = not item.holds_place(plan)
            zones = any(reason.zone_id for reason in standing_in_the_way(filed.decision))
            led = self._led_around(filed, seen, item.fence()) if outside or zones else None
            if outside and led is None:
                continue  # it must be somewhere that is outside: take-off, landing, a drop, or no way leads there
            says = f"Stay inside the standing approval {named.name}", f"保持在长期批准“{named.name}”范围内"
            there, path = seen, flies
            if led is not None:
                route = rewritten(seen, led, self._scene.region)
                flown = compile_route(route, plan.departure_at, self._scene.region)
                if not isinstance(flown, FlightPath):
                    continue
                there, path = view(replace(seen.route, waypoints=led), self._scene.region), flown
                if item.holds_heights(replace(plan, path=path)):
                    yield Change("route", says, led)
            # Inside already, a height is another one only where it keeps the flight apart from others.
            least_m = self._policy.separation.vertical_m if item.holds_heights(replace(plan, path=path)) else 0.0
            for points in within_band(there, path, item.lower_agl_m, item.upper_agl_m, least_m):
                top = view(replace(there.route, waypoints=points), self._scene.region).top_agl_m
                at = f", at up to {top:.0f} m true height", f"，真高不超过 {top:.0f} 米"
                yield Change("altitude" if led is None else "route", (says[0] + at[0], says[1] + at[1]), points)

    def around_flights(self, filed: Filed) -> Iterator[Change]:
        """Propose a way around the places of the other flights in conflict while they are there."""
        seen, reasons = filed.seen, standing_in_the_way(filed.decision)
        conflict = any(item.code == "conflict_with_plan" for item in reasons)
        if seen is None or not conflict or not self._policy.free_flight_allowed:
            return
        waypoints = self._led_around(filed, seen, self._flights_in_the_way(filed))
        if waypoints is not None:
            yield Change("route", ("Fly around the other flight", "绕开冲突航班"), waypoints)

    def pads(self, filed: Filed) -> Iterator[Change]:
        """Propose other pads where the landing itself is in the way."""
        return self.any_pad(filed) if landing_is_in_the_way(filed) else iter(())

    def any_pad(self, filed: Filed) -> Iterator[Change]:
        """Propose other pads near the destination, the way to each led around zones or along corridors."""
        seen, region = filed.seen, self._scene.region
        if seen is None:
            return
        for pad in other_pads(filed, self._scene):
            site, waypoints = pad.site, pad.waypoints
            there = view(replace(seen.route, waypoints=waypoints), region)
            led = self._led_around(filed, there)
            if not self._policy.free_flight_allowed:
                led = next((change.waypoints for change in self._corridors(filed, there)), None)
            says = (
                f"Land at {site.name}, {pad.away_m:.0f} m from the intended pad",
                f"改在“{site.name_zh or site.name}”降落，距原定起降点 {pad.away_m:.0f} 米",
            )
            yield Change("site", says, led if led is not None else waypoints, site.site_id, pad.away_m)

    def _led_around(self, filed: Filed, seen: RouteView, also: Sequence[Obstacle] = ()) -> tuple[Waypoint, ...] | None:
        near_for = self._near_for(filed, also)
        found = around(seen, self._scene.region, near_for)
        return None if found is None else found.waypoints

    def _near_for(self, filed: Filed, also: Sequence[Obstacle] = ()) -> Any:
        obstacles = self._desk.zone_obstacles(self._policy)
        starts_s, ends_s = _span(filed.plan)

        def near_for(band: Band) -> ObstaclesNear:
            return obstacles.near(band, starts_s, ends_s, also)

        return near_for

    def _corridors(self, filed: Filed, seen: RouteView) -> Iterator[Change]:
        policy, region = self._policy, self._scene.region
        network = self._desk.network(self._scene, policy.tolerance)
        zones = self._desk.zone_obstacles(policy).zones
        starts_s, ends_s = _span(filed.plan)
        wanted = dict.fromkeys([round(seen.top_agl_m, 3), *policy.offer_layers_agl_m])
        tried: set[tuple[Waypoint, ...]] = set()
        for height in sorted(wanted, key=lambda layer: (abs(layer - seen.top_agl_m), layer)):
            closed = network.closed_by(zones, policy.tolerance, height, starts_s, ends_s)
            access = self._open_access(filed, height) if policy.free_flight_allowed else None
            waypoints = through_corridors(seen, region, network, height_agl_m=height, closed=closed, access=access)
            if waypoints is not None and waypoints not in tried:
                tried.add(waypoints)
                says = f"Fly along the corridors at about {height:.0f} m", f"沿航路以约 {height:.0f} 米真高飞行"
                yield Change("route", says, waypoints)

    def _open_access(self, filed: Filed, height_agl_m: float) -> Any:
        near = self._near_for(filed)(dict.fromkeys(("AGL", "AMSL", "HAE"), (height_agl_m, height_agl_m)))

        def access(a: Place, b: Place) -> bool:
            return float(np.hypot(b[0] - a[0], b[1] - a[1])) <= _LONGEST_ACCESS_M and clear((a, b), near)

        return access

    def _flights_in_the_way(self, filed: Filed) -> list[Obstacle]:
        separation = separation_of(filed.plan, self._policy, self._scene)
        found = self._sky.conflicts(filed.plan.geometry, separation, ignore=self._ignore)
        obstacles = []
        for conflict, other in found[:_MOST_FLIGHTS_AROUND]:
            minima = conflict.minima
            from_s, to_s = conflict.starts_s - minima.time_buffer_s, conflict.ends_s + minima.time_buffer_s
            shape = swept(other.geometry, from_s, to_s)
            if shape is not None:
                obstacles.append(obstacle_of(shape, minima.horizontal_m))
        return obstacles


def _pad_is_busy(decision: Decision) -> bool:
    """Tell whether a pad is what stands in the way: then many may ask for the same one."""
    return any(reason.code == "pad_busy" for reason in standing_in_the_way(decision))


def swept(geometry: PlanGeometry, from_s: float, to_s: float) -> Any:
    """Return where a plan is during a window, as one geometry in local metres, or None when it is nowhere."""
    shapes: list[Any] = []
    if isinstance(geometry, Trajectory4D):
        rows = geometry.segments
        for row in rows[(rows[:, 3] <= to_s) & (rows[:, 7] >= from_s)]:
            lasts = row[7] - row[3]
            a, b = (max(from_s, row[3]) - row[3]) / lasts, (min(to_s, row[7]) - row[3]) / lasts
            moved = row[4:6] - row[0:2]
            ends = [row[0:2] + a * moved, row[0:2] + b * moved]
            # A line without length vanishes in a union.
            hovers = float(np.hypot(*(ends[1] - ends[0]))) < _HOVER_M
            shapes.append(shapely.Point(ends[0]) if hovers else shapely.LineString(ends))
    else:
        for prism in geometry:
            if prism.t_start_s <= to_s and prism.t_end_s >= from_s:
                if prism.circle is not None:
                    shapes.append(shapely.Point(prism.circle[:2]).buffer(prism.circle[2] * 1.005, quad_segs=16))
                else:
                    shapes.append(shapely.Polygon(prism.ring))
    if not shapes:
        return None
    return shapely.union_all(shapes)


def counter_offer(offer: Offer, body: dict[str, Any], separation: Separation | None = None) -> CounterOffer:
    """Return an offer with its complete body, and what it would reserve at which minima."""
    return CounterOffer(
        kind=offer.kind,
        detail=offer.detail,
        plan=offered_body(offer, body),
        delay_s=offer.delay_s,
        extra_m=offer.extra_m,
        extra_wh=offer.extra_wh,
        detail_zh=offer.detail_zh,
        geometry=offer.plan.geometry,
        separation=separation,
    )


def offered_body(offer: Offer, body: dict[str, Any]) -> dict[str, Any]:
    """Return a filed body with what the offer changes; everything else stays as it was filed."""
    plan = offer.plan
    changed: dict[str, Any] = dict(body)
    if offer.delay_s > 0:
        changed["departure_at"] = rfc3339(plan.departure_at)
    if body.get("priority", 0) != plan.priority:
        changed["priority"] = plan.priority
    if body.get("destination_site_id") != plan.destination_site_id:
        changed["destination_site_id"] = plan.destination_site_id
    if body.get("alternate_site_ids") and list(body["alternate_site_ids"]) != list(plan.alternate_site_ids):
        changed["alternate_site_ids"] = list(plan.alternate_site_ids)
    route = body["route"]
    if route["type"] == "volumes":
        if offer.delay_s > 0:
            changed["route"] = {**route, "volumes": [_later(volume, offer.delay_s) for volume in route["volumes"]]}
    elif offer.route is not None:
        changed["route"] = {**route, "waypoints": [_waypoint(point) for point in offer.route.waypoints]}
    return changed


def _later(volume: dict[str, Any], delay_s: float) -> dict[str, Any]:
    def moved(at: dict[str, Any]) -> dict[str, Any]:
        return {**at, "value": rfc3339(datetime.fromisoformat(at["value"]) + timedelta(seconds=delay_s))}

    return {**volume, "time_start": moved(volume["time_start"]), "time_end": moved(volume["time_end"])}


def _waypoint(point: Waypoint) -> dict[str, Any]:
    values: dict[str, Any] = {
        "lat_deg": point.lat_deg,
        "lon_deg": point.lon_deg,
        "alt_m": point.alt_m,
        "alt_datum": point.alt_datum,
    }
    for name in ("speed_mps", "hold_s", "t_s"):
        value = getattr(point, name)
        if value is not None:
            values[name] = value
    return values


def _seen(prepared: "Prepared", scene: Scene) -> RouteView | None:
    route = prepared.parsed.route
    if route.type != "trajectory":
        return None
    points = tuple(
        Waypoint(p.lat_deg, p.lon_deg, p.alt_m, p.alt_datum, p.speed_mps, p.hold_s, p.t_s) for p in route.waypoints
    )
    try:
        filed = WaypointRoute(points, route.cruise_speed_mps, route.crs)
        if isinstance(prepared.path, FlightPath):
            return view_of_flight(filed, prepared.path, scene.region)
        return view(filed, scene.region)
    except (NoGroundError, OutsideGeoidError):
        return None


def _span(plan: FlightIntent) -> tuple[float, float]:
    timed = plan.path.trajectory if isinstance(plan.path, FlightPath) else plan.path
    return timed.starts_s, timed.ends_s
