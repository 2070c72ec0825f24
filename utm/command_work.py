"""From an order that was given to what the runner does: places in degrees, heights as the autopilot means them."""

from typing import Final

from airspace.geometry4d import Prism
from airspace.timebase import to_scene_s
from mavlink_bridge.confirmations import Place
from mavlink_bridge.message_table import NAME
from mavlink_bridge.mission import MissionItem
from utm.clock import Clock
from utm.command_effect_values import Effect, Target
from utm.command_effects import EffectJudge
from utm.command_plans import PlanWork
from utm.command_runner import Work
from utm.command_values import Command
from utm.command_volumes import Spot, ends_s
from utm.mission_build import fence_of, landing_items, mission_items

HOME_M: Final = 20.0
PAD_M: Final = 20.0
"""How near its pad a landing must be to count as one there: a satellite fix and the pad's survey (ours)."""
MESSAGE_IDS: Final = {name: number for number, name in NAME.items()}


def work_of(
    command: Command, target: Target, effect: Effect, plan: PlanWork | None, judge: EffectJudge, clock: Clock
) -> Work:
    """Return the runner's work for a command that was given."""
    now_s = to_scene_s(clock.now())
    goal = _goal(effect, target, plan, judge)
    items: tuple[MissionItem, ...] = ()
    fence: tuple[MissionItem, ...] = ()
    pad: Place | None = None
    region = judge.region
    if command.type in ("reroute", "upload_plan") and plan is not None:
        items = tuple(mission_items(plan.flight, region, airborne=command.type == "reroute"))
    if command.type == "upload_geofence" and plan is not None:
        zones = [item.zone for item in judge.book.zones.values()]
        fence = fence_of(plan.flight, zones, region).items
    if command.type == "land_at_site":
        assert target.motion is not None
        site, at = judge.site_of(effect.request), target.motion.at
        spot = judge.site_spot(site)
        here, there = (at.x_m, at.y_m, at.z_m), (spot.x_m, spot.y_m, spot.z_m)
        items = tuple(landing_items(here, there, judge.site_height_m(target, spot), region))
        pad = Place(site.lat_deg, site.lon_deg, max(PAD_M, site.radius_m))
    route = None if plan is None else plan.route

    def start_wait_s() -> float:
        return 0.0 if route is None else route.departs_s - to_scene_s(clock.now())

    def too_late() -> bool:
        return route is not None and -start_wait_s() > judge.book.policy.departure_tolerance_s

    return Work(
        type=command.type,
        vehicle=target.link.vehicle,
        autopilot=target.autopilot,
        vehicle_type=target.vehicle_type,
        lasts_s=max(30.0, ends_s(effect.prisms) - now_s) if effect.prisms else 60.0,
        place=_hold_place(effect, goal is not None, judge),
        goal=goal,
        home=_home(target, judge),
        pad=pad,
        items=items,
        fence=fence,
        rates=_rates(command),
        start_wait_s=start_wait_s,
        too_late=too_late,
    )


def _goal(
    effect: Effect, target: Target, plan: PlanWork | None, judge: EffectJudge
) -> tuple[float, float, float] | None:
    """Return where a reposition leads: the place of a hold, the start of a new plan; None for a hold where it is."""
    request = effect.request
    if request.type == "reroute" and plan is not None and plan.route is not None:
        return _amsl(plan.route.start, judge)
    if request.type == "hold" and set(request.params) & {"lat_deg", "alt_m"}:
        return _amsl(judge.hold_place(target, request), judge)
    return None


def _amsl(spot: Spot, judge: EffectJudge) -> tuple[float, float, float]:
    lat, lon = judge.region.frame.to_lat_lon(spot.x_m, spot.y_m)
    lat_deg, lon_deg = float(lat[0]), float(lon[0])
    return lat_deg, lon_deg, float(judge.region.altitude.from_hae_m(lat_deg, lon_deg, spot.z_m, "AMSL")[0])


def _hold_place(effect: Effect, at_goal: bool, judge: EffectJudge) -> Place | None:
    """Return the disc in which a hold must be seen: the last of the volumes for a hold at a place, else the first."""
    discs = [prism for prism in effect.prisms if prism.circle is not None]
    if not discs:
        return None
    return _place(discs[-1] if at_goal else discs[0], judge)


def _place(prism: Prism, judge: EffectJudge) -> Place:
    assert prism.circle is not None
    lat, lon = judge.region.frame.to_lat_lon(prism.circle[0], prism.circle[1])
    return Place(float(lat[0]), float(lon[0]), prism.circle[2])


def _home(target: Target, judge: EffectJudge) -> Place | None:
    if target.home is None:
        return None
    lat, lon = judge.region.frame.to_lat_lon(target.home.x_m, target.home.y_m)
    return Place(float(lat[0]), float(lon[0]), HOME_M)


def _rates(command: Command) -> dict[int, float] | None:
    given = command.params.get("rates")
    if given is None:
        return None
    return {MESSAGE_IDS[name]: float(rate_hz) for name, rate_hz in given.items()}
