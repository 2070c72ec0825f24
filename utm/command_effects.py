"""What an order would do, judged before it is given: its volume, everything in its way, who is affected, what is better.

The volume of an order is held against the sky as a plan would be (`airspace.approval.evaluate`), but for formalities: no
filing time, standing approval or priority applies to a vehicle that is in the air already. The vehicle's own plans,
reservations and contingency volumes are not in its own way.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from airspace.approval import Check, evaluate
from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.decision import Reason
from airspace.deconfliction import Conflict
from airspace.geometry4d import PlanGeometry, Prism, Separation, Trajectory4D
from airspace.intent import FlightIntent, Path
from airspace.lifecycle import AIRBORNE, PlanState
from airspace.region import Region
from airspace.sites import Site
from airspace.timebase import to_scene_s
from airspace.volumes import VolumePath, prism_area, volume_path
from mavlink_bridge import modes
from mavlink_bridge.bridge import Bridge
from mavlink_bridge.orders import circles
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.command_effect_values import Advice, Affected, Effect, GoingOn, Route, Target, impossible, said_of
from utm.command_reservations import CommandReservations
from utm.command_values import RESERVING, CommandRequest, Said
from utm.command_volumes import (
    HOLD_S,
    UPLOAD_S,
    Motion,
    Spot,
    hold_at_volumes,
    hold_volumes,
    land_volumes,
    return_volumes,
)
from utm.fleet import Aircraft
from utm.flight_plans import FlightPlans, performance_of
from utm.problems import Problem
from utm.sky import LivePlan, Sky
from utm.telemetry import Telemetry
from utm.telemetry_values import LinkStatus
from utm.zone_places import is_inside

_CHECKS: Final[tuple[Check, ...]] = ("conflicts", "zones", "heights", "service_area")
DEFAULT_CRUISE_MPS: Final = 10.0
DEFAULT_LOITER_M: Final = 80.0
"""PX4's NAV_LOITER_RAD; ArduPlane's WP_LOITER_RAD is 60 m."""
DEFAULT_RETURN_M: Final = 60.0
"""PX4's RTL_RETURN_ALT, above home."""
SITE_HEIGHT_M: Final = 30.0
"""The least height above a site at which a vehicle sent there arrives (ours)."""
ENDING: Final = frozenset({"rtl", "land", "land_at_site"})
"""Orders that end a flight, and with it its stay in a zone that was closed around it."""
_LAYER_STEPS_M: Final = (15.0, -15.0, 30.0, -30.0)


class EffectJudge:
    """Judges orders against the sky as it is."""

    def __init__(
        self,
        *,
        clock: Clock,
        book: AirspaceBook,
        sky: Sky,
        flight_plans: FlightPlans,
        telemetry: Telemetry,
        bridge: Bridge,
        reservations: CommandReservations,
    ) -> None:
        self._clock, self._book, self._sky, self._plans = clock, book, sky, flight_plans
        self._telemetry, self._bridge, self._reservations = telemetry, bridge, reservations
        self.settings: dict[str, dict[str, float]] = {}
        """Autopilot parameters read, by aircraft and name."""

    def note_settings(self, aircraft_id: str, settings: dict[str, float]) -> None:
        """Remember parameters read of an aircraft's autopilot."""
        self.settings[aircraft_id] = {**self.settings.get(aircraft_id, {}), **settings}

    # -- the vehicle ---------------------------------------------------------------------------------------------------

    def target(self, aircraft: Aircraft) -> Target:
        """Return the vehicle of an aircraft; raises Problem 409 `vehicle_not_connected` without a live link."""
        now_s = to_scene_s(self._clock.now())
        link = self._telemetry.link_of(aircraft.aircraft_id, now_s)
        if link is None or not link.up:
            raise Problem("vehicle_not_connected")
        known = self._bridge.registry.target_of(link.vehicle)
        if known is None:
            raise Problem("vehicle_not_connected")
        plan = self.flying(aircraft.aircraft_id)
        home = self._home(aircraft.aircraft_id)
        return Target(
            aircraft=aircraft,
            link=link,
            plan=plan,
            motion=self._motion(aircraft, link, plan, known.vehicle_type, now_s),
            autopilot=known.autopilot,
            vehicle_type=known.vehicle_type,
            home=home,
            return_height_m=self._return_height_m(aircraft.aircraft_id, known.autopilot, home),
        )

    @property
    def region(self) -> Region:
        """The city's frame and heights."""
        return self._book.region

    @property
    def book(self) -> AirspaceBook:
        """What is published about the airspace."""
        return self._book

    def airborne(self, aircraft_id: str) -> bool | None:
        """Tell whether the vehicle says it is in the air; None when it does not say."""
        link = self._telemetry.link_of(aircraft_id, to_scene_s(self._clock.now()))
        return None if link is None or link.landed is None else not link.landed

    def on_ground(self, aircraft_id: str) -> bool:
        """Tell whether the vehicle was last seen standing on the ground."""
        return self.airborne(aircraft_id) is False

    def flying(self, aircraft_id: str) -> LivePlan | None:
        """Return the plan an aircraft is flying."""
        plans = [plan for plan in self._sky.of_aircraft(aircraft_id) if PlanState(plan.state) in AIRBORNE]
        return plans[0] if plans else None

    def _motion(
        self, aircraft: Aircraft, link: LinkStatus, plan: LivePlan | None, vehicle_type: int, now_s: float
    ) -> Motion | None:
        if link.lat_deg is None or link.lon_deg is None or link.alt_hae_m is None:
            return None
        if link.position_age_s is None or link.position_age_s > 10.0:
            return None
        frame = self._book.region.frame
        x_m, y_m = frame.to_xy(link.lat_deg, link.lon_deg)
        loiter_m = self._loiter_m(aircraft.aircraft_id) if circles(vehicle_type) else None
        # Grid north of the city's frame differs from true north by well under a degree; a tolerance covers it.
        return Motion(
            Spot(float(x_m[0]), float(y_m[0]), link.alt_hae_m),
            link.vel_east_mps or 0.0,
            link.vel_north_mps or 0.0,
            link.vel_up_mps or 0.0,
            now_s,
            _cruise_mps(aircraft, plan),
            loiter_m,
        )

    def _loiter_m(self, aircraft_id: str) -> float:
        read = self.settings.get(aircraft_id, {})
        return abs(read.get("NAV_LOITER_RAD", read.get("WP_LOITER_RAD", DEFAULT_LOITER_M)))

    def _home(self, aircraft_id: str) -> Spot | None:
        home = self._telemetry.home_of(aircraft_id)
        return None if home is None else self.spot(home.lat_deg, home.lon_deg, home.alt_amsl_m, "AMSL")

    def _return_height_m(self, aircraft_id: str, autopilot: int, home: Spot | None) -> float | None:
        read = self.settings.get(aircraft_id, {})
        if home is None:
            return None
        if autopilot == modes.PX4 and "RTL_RETURN_ALT" in read:
            return home.z_m + read["RTL_RETURN_ALT"]
        if autopilot == modes.ARDUPILOT and "RTL_ALT" in read:
            return home.z_m + read["RTL_ALT"] / 100.0
        return None

    def spot(self, lat_deg: float, lon_deg: float, alt_m: float, datum: Any) -> Spot:
        """Return a place in local metres; raises Problem 422 where the height models do not reach."""
        region = self._book.region
        try:
            z_m = float(region.altitude.to_hae_m(lat_deg, lon_deg, alt_m, datum)[0])
        except (NoGroundError, OutsideGeoidError) as error:
            raise Problem("outside_coverage") from error
        x_m, y_m = region.frame.to_xy(lat_deg, lon_deg)
        return Spot(float(x_m[0]), float(y_m[0]), z_m)

    def site_spot(self, site: Site) -> Spot:
        """Return where a site's pads are."""
        return self.spot(site.lat_deg, site.lon_deg, site.elevation_amsl_m, "AMSL")

    def ground_m(self, spot: Spot) -> float:
        """Return the height of the ground below a place (HAE)."""
        lat, lon = self._book.region.frame.to_lat_lon(spot.x_m, spot.y_m)
        try:
            return float(self._book.region.altitude.ground_hae_m(float(lat[0]), float(lon[0]))[0])
        except (NoGroundError, OutsideGeoidError):
            return spot.z_m - self._book.policy.ceiling_agl_m

    # -- volumes -------------------------------------------------------------------------------------------------------

    def volumes(self, target: Target, request: CommandRequest, route: Route | None = None) -> tuple[Prism, ...]:
        """Return the volume of an order, empty where it flies none of its own; raises Problem 409 where it cannot be told."""
        if request.type not in RESERVING:
            return ()
        if target.motion is None:
            raise impossible("Its position is not known.", "其位置未知。")
        if target.link.landed:
            raise impossible("The vehicle is on the ground.", "航空器在地面上。")
        tolerance, motion = self._book.policy.tolerance, target.motion
        lasts_s = float(request.params.get("duration_s") or HOLD_S)
        match request.type:
            case "hold" if "lat_deg" in request.params or "alt_m" in request.params:
                return hold_at_volumes(motion, tolerance, self.hold_place(target, request), lasts_s)
            case "reroute":
                assert route is not None
                return hold_at_volumes(
                    motion, tolerance, route.start, max(UPLOAD_S, route.departs_s - motion.now_s + UPLOAD_S)
                )
            case "hold":
                return hold_volumes(motion, tolerance, lasts_s)
            case "land":
                return land_volumes(motion, tolerance, self.ground_m(motion.at))
            case "rtl":
                if target.home is None:
                    raise impossible("Its home position is not known yet; try again.", "其返航点未知，请稍后重试。")
                return return_volumes(motion, tolerance, target.home, self.return_height_m(target))
            case _:
                site = self.site_of(request)
                pad = self.site_spot(site)
                return return_volumes(motion, tolerance, pad, self.site_height_m(target, pad), UPLOAD_S)

    def site_height_m(self, target: Target, pad: Spot) -> float:
        """Return the height (HAE) at which a vehicle flies to a site."""
        assert target.motion is not None
        return max(target.motion.at.z_m, pad.z_m + SITE_HEIGHT_M)

    def hold_place(self, target: Target, request: CommandRequest) -> Spot:
        """Return where a hold at a place or height is to be: what the request leaves open is where the vehicle is."""
        assert target.motion is not None
        given, at = request.params, target.motion.at
        lat_deg, lon_deg = given.get("lat_deg"), given.get("lon_deg")
        if lat_deg is None or lon_deg is None:
            lat, lon = self._book.region.frame.to_lat_lon(at.x_m, at.y_m)
            lat_deg, lon_deg = float(lat[0]), float(lon[0])
        if given.get("alt_m") is None:
            spot = self.spot(lat_deg, lon_deg, 0.0, "HAE")
            return replace(spot, z_m=at.z_m)
        return self.spot(lat_deg, lon_deg, float(given["alt_m"]), given.get("alt_datum", "AGL"))

    def return_height_m(self, target: Target) -> float:
        """Return the height of a return to launch (HAE): the autopilot's own, else as filed, else the usual one."""
        if target.return_height_m is not None:
            return target.return_height_m
        assert target.home is not None
        return target.home.z_m + DEFAULT_RETURN_M

    def site_of(self, request: CommandRequest) -> Site:
        """Return the site an order names; raises Problem 404 or 409."""
        site = self._book.sites.get(str(request.params.get("site_id")))
        if site is None:
            raise Problem("not_found", "There is no such site.", "没有该起降点。")
        if not site.open:
            raise impossible("The site is closed.", "该起降点已关闭。")
        return site

    # -- judgement -----------------------------------------------------------------------------------------------------

    def judge(
        self,
        target: Target,
        request: CommandRequest,
        *,
        asker: str | None,
        among: Collection[str] = (),
        advise: bool = True,
        route: Route | None = None,
        going_on: GoingOn | None = None,
    ) -> Effect:
        """Judge one order; `asker` is the firm that asks (None: the centre), `among` the aircraft of a joint order."""
        if going_on is not None:
            return self._judged_rest(target, request, going_on, asker=asker, among=among)
        prisms = self.volumes(target, request, route)
        said = said_of(target, request)
        if not prisms:
            return Effect(request, said)
        effect = self._judged(target, request, prisms, said, asker=asker, among=among)
        if advise and effect.refusing:
            effect = replace(effect, advice=self._advice(target, request, asker=asker, among=among))
        return effect

    def _judged(
        self,
        target: Target,
        request: CommandRequest,
        prisms: tuple[Prism, ...],
        said: Said,
        *,
        asker: str | None,
        among: Collection[str],
    ) -> Effect:
        return self._judged_path(target, request, self.path(prisms), prisms, said, asker=asker, among=among)

    def _judged_rest(
        self, target: Target, request: CommandRequest, going_on: GoingOn, *, asker: str | None, among: Collection[str]
    ) -> Effect:
        """Judge the rest of a flight's way at its new times, as plans are judged."""
        rest, path = going_on.rest, going_on.path
        said = said_of(target, request, going_on.later_s)
        effect = self._judged_path(target, request, path, rest.flight, said, asker=asker, among=among)
        return replace(effect, prisms=(), rest=rest)

    def _judged_path(
        self,
        target: Target,
        request: CommandRequest,
        path: Path,
        geometry: PlanGeometry,
        said: Said,
        *,
        asker: str | None,
        among: Collection[str],
    ) -> Effect:
        own = self.own(target.aircraft.aircraft_id)
        site_id = _bound_for(target, request, geometry)
        found: list[tuple[Conflict, LivePlan]] = []
        others: dict[int, LivePlan] = {}

        def conflicts_of(geometry: PlanGeometry, separation: Separation) -> list[Conflict]:
            found.extend(self._sky.conflicts(geometry, separation, ignore=own))
            others.update((conflict.key, plan) for conflict, plan in found)
            return [conflict for conflict, plan in found if not _conditional(plan, among)]

        region = self._book.region
        cells = sorted(self._sky.cells(geometry, self._book.policy.tolerance.horizontal_m + region.grid.slack_m))
        intent = FlightIntent(
            operator_id=target.aircraft.organisation_id,
            aircraft_id=target.aircraft.aircraft_id,
            operation_type="other" if target.plan is None else target.plan.operation_type,
            priority=0 if target.plan is None else target.plan.priority,
            departure_at=self._clock.now(),
            path=path,
            cells=frozenset(int(cell, 16) for cell in cells),
            plan_id=None if target.plan is None else target.plan.plan_id,
            aircraft_class=target.aircraft.aircraft_class,
            performance=performance_of(target.aircraft),
            standing_approval=True,
            destination_site_id=site_id,
        )
        decision = evaluate(
            intent,
            self._book.policy,
            self._book.scene,
            self._clock.now(),
            conflicts_of=conflicts_of,
            other_plan=lambda key: self._plans.name_of(others[key], asker),
            ignore=own,
            checks=(*_CHECKS, "pads"),
            traffic=self._sky,
        )
        affected = tuple(self._affected(conflict, plan, asker, among) for conflict, plan in found)
        # A vehicle that flies too high already must be let down, and one in a closed zone must be got out of it: that is
        # told, and is no reason to refuse.
        left = self._left_behind(target, request, decision.reasons)
        reasons = tuple(
            replace(item, severity="warning") if item.rule == "ceiling" or item.zone_id in left else item
            for item in decision.reasons
        )
        prisms = () if isinstance(geometry, Trajectory4D) else geometry
        return Effect(request, said, prisms, tuple(cells), decision.separation, reasons, affected)

    def _left_behind(self, target: Target, request: CommandRequest, reasons: Sequence[Reason]) -> frozenset[str]:
        """Return the zones that a vehicle is in and that an order to come home or down takes it out of."""
        if request.type not in ENDING or target.motion is None:
            return frozenset()
        at, tolerance = target.motion.at, self._book.policy.tolerance
        goal = self.site_spot(self.site_of(request)) if request.type == "land_at_site" else None
        found = set()
        for zone_id in {item.zone_id for item in reasons if item.zone_id is not None}:
            zone = self._book.zones[zone_id].zone
            inside = is_inside(zone, (at.x_m, at.y_m, at.z_m), self.region, tolerance)
            if inside and (goal is None or not is_inside(zone, (goal.x_m, goal.y_m, goal.z_m), self.region, tolerance)):
                found.add(zone_id)
        return frozenset(found)

    def path(self, prisms: tuple[Prism, ...]) -> VolumePath:
        """Return volumes with the ground below them; raises Problem 409 beyond where the ground is known."""
        region = self._book.region
        try:
            return volume_path(prisms, tuple(prism_area(prism, region) for prism in prisms), region)
        except (NoGroundError, OutsideGeoidError) as error:
            raise Problem("outside_coverage") from error

    def own(self, aircraft_id: str) -> tuple[str, ...]:
        """Return what is not in an aircraft's own way: its plans, reservations and contingency volumes, by id."""
        plans = [plan.plan_id for plan in self._sky.of_aircraft(aircraft_id)]
        reserved = self._reservations.of_aircraft(aircraft_id)
        return (*plans, *reserved, *self._sky.own_contingency(aircraft_id))

    def _affected(self, conflict: Conflict, plan: LivePlan, asker: str | None, among: Collection[str]) -> Affected:
        known = asker is None or plan.organisation_id == asker
        return Affected(
            ref=self._plans.name_of(plan, asker),
            aircraft_id=plan.aircraft_id if known else None,
            organisation_id=plan.organisation_id if known else None,
            state=plan.state,
            starts_s=conflict.starts_s,
            horizontal_m=conflict.horizontal_m,
            vertical_m=conflict.vertical_m,
            conditional=_conditional(plan, among),
        )

    # -- advice --------------------------------------------------------------------------------------------------------

    def _advice(
        self, target: Target, request: CommandRequest, *, asker: str | None, among: Collection[str]
    ) -> Advice | None:
        """Return the first order, gentlest first, that would be in nobody's way."""
        for other in self._alternatives(target, request):
            try:
                effect = self.judge(target, other, asker=asker, among=among, advise=False)
            except Problem:
                continue
            if not effect.refusing:
                return Advice(other, Said(f"Instead: {effect.said.en}", f"建议改为：{effect.said.zh}"))
        return None

    def _alternatives(self, target: Target, request: CommandRequest) -> Sequence[CommandRequest]:
        aircraft_id = target.aircraft.aircraft_id
        assert target.motion is not None
        found = [] if request.type == "hold" and not request.params else [CommandRequest(aircraft_id, "hold")]
        for step_m in _LAYER_STEPS_M:
            height = {"alt_m": round(target.motion.at.z_m + step_m, 1), "alt_datum": "HAE"}
            found.append(CommandRequest(aircraft_id, "hold", height))
        if request.type != "rtl":
            found.append(CommandRequest(aircraft_id, "rtl"))
        found += [CommandRequest(aircraft_id, "land_at_site", {"site_id": site}) for site in self._near_sites(target)]
        if request.type != "land":
            found.append(CommandRequest(aircraft_id, "land"))
        return [other for other in found if other != request]

    def _near_sites(self, target: Target, most: int = 3) -> list[str]:
        assert target.motion is not None
        at, firm = target.motion.at, target.aircraft.organisation_id
        usable = [site for site in self._book.sites.values() if site.open and site.operator_id in (None, firm)]
        usable.sort(key=lambda site: math.hypot(site.x_m - at.x_m, site.y_m - at.y_m))
        return [site.site_id for site in usable[:most]]


def _bound_for(target: Target, request: CommandRequest, geometry: PlanGeometry) -> str | None:
    """Return the site at whose pads an order makes the vehicle arrive, at a time nobody has booked for it yet."""
    if request.type == "land_at_site":
        return str(request.params["site_id"])
    goes_on = isinstance(geometry, Trajectory4D)
    return target.plan.destination_site_id if goes_on and target.plan is not None else None


def _conditional(plan: LivePlan, among: Collection[str]) -> bool:
    """Tell whether a plan is in the way only if its vehicle, part of the same order, does not follow it."""
    return plan.state != "reserved" and plan.aircraft_id in among


def _cruise_mps(aircraft: Aircraft, plan: LivePlan | None) -> float:
    """Return how fast the vehicle flies: as its plan does at its fastest, else as its class usually does."""
    if plan is not None and isinstance(plan.geometry, Trajectory4D):
        rows = plan.geometry.segments
        speeds = np.hypot(rows[:, 4] - rows[:, 0], rows[:, 5] - rows[:, 1]) / (rows[:, 7] - rows[:, 3])
        fastest = float(speeds.max())
        if fastest > 1.0:
            return fastest
    return min(DEFAULT_CRUISE_MPS, aircraft.performance.max_speed_mps)
