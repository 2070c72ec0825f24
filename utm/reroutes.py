"""Ways a flight in the air could take instead: each a plan that would be approved as things stand, ready for a reroute.

    rest      what is left of its way, for a flight that was held or left its plan; or around what is in the way of it
    direct    at its present height to where it was bound for, without the places between
    site      to another site: its alternates and where it came from first, then the nearest, with a pad free then

Each begins a little ahead of the vehicle on its present plan, or where it holds, late enough for an order, an upload and
its check. Nothing is kept: the order that names one has it judged again.
"""

import asyncio
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from airspace.contingency import position_at
from airspace.decision import Decision, offer_to_dict
from airspace.geometry4d import Trajectory4D
from airspace.sites import Site
from airspace.timebase import from_scene_s, to_scene_s
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.command_effect_values import Target, impossible
from utm.command_effects import EffectJudge
from utm.command_volumes import Spot
from utm.fleet import Aircraft
from utm.flight_plans import FlightPlans
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found
from utm.security import Principal, may_read_of
from utm.sky import LivePlan
from utm.store import plans as plan_records

AHEAD_S: Final = 45.0
"""How far ahead of a flight on its plan its new way begins (ours: a look at the list, an order, its check)."""
DEPARTS_AFTER_S: Final = 90.0
"""When the new way begins: the vehicle waits there for its mission (ours)."""
NEAREST: Final = 4
"""How many sites are looked at beside alternates and origin (ours)."""
REACH_M: Final = 6_000.0
"""Sites further away are no way out (ours)."""
_ON_PLAN_M: Final = 60.0
_SETTLE_MPS: Final = 2.0
_AROUND: Final = frozenset({"route", "altitude"})
_LEFT_OUT: Final = frozenset({"origin_site_id", "destination_site_id", "idempotency_key", "departure_at", "route"})
_WORDS: Final = {
    "rest": ("Goes on by what is left of its plan.", "按原计划剩余航线继续飞行。"),
    "around": ("Goes on around what is in the way.", "绕开前方障碍后继续飞行。"),
    "direct": ("Flies straight to where it was bound for.", "直飞原定目的地。"),
    "site": ("Flies straight to {name} and lands there.", "直飞{name}并降落。"),
}


@dataclass(frozen=True, slots=True)
class _Start:
    """Where and when (scene seconds) a new way begins; `point` is its first waypoint."""

    spot: Spot
    departs_s: float
    point: dict[str, Any]


class Reroutes:
    """Finds ways that would be approved; reads the sky beside the writer, keeps nothing."""

    def __init__(self, flight_plans: FlightPlans, judge: EffectJudge) -> None:
        self._plans, self._judge = flight_plans, judge

    async def of(self, principal: Principal, aircraft_id: str) -> dict[str, Any]:
        """Return the ways for an aircraft's flight; raises Problem 404, and 409 where there is no flight to change."""
        aircraft = self._plans.fleet.get(aircraft_id)
        if aircraft is None or not may_read_of(principal, aircraft.organisation_id):
            raise not_found("aircraft", "航空器", aircraft_id)
        target = self._judge.target(aircraft)
        if target.plan is None:
            raise impossible("The vehicle flies no plan that could be changed.", "航空器没有正在执行的计划。")
        if target.motion is None:
            raise impossible("Its position is not known.", "其位置未知。")
        items = await asyncio.to_thread(self._ways, target, target.plan)
        return {"aircraft_id": aircraft_id, "plan_id": target.plan.plan_id, "items": items}

    def _ways(self, target: Target, live: LivePlan) -> list[dict[str, Any]]:
        row = self._plans.store.read_now(lambda session: plan_records.get(session, live.plan_id))
        if row is None:
            return []
        body: dict[str, Any] = orjson.loads(row.body)
        start = self._start(target, live)
        found: list[dict[str, Any]] = []
        for kind, site, plan in self._candidates(target, live, body, start):
            item = self._judged(target.aircraft, live, kind, site, plan)
            if item is not None and not any(_same_way(item, other) for other in found):
                found.append(item)
        return found

    def _start(self, target: Target, live: LivePlan) -> _Start:
        assert target.motion is not None
        now_s, here = to_scene_s(self._plans.clock.now()), target.motion.at
        spot = here
        if isinstance(live.geometry, Trajectory4D) and live.state == "activated":
            planned, ahead = position_at(live.geometry, now_s), position_at(live.geometry, now_s + AHEAD_S)
            if planned is not None and ahead is not None and math.dist(planned, _xyz(here)) <= _ON_PLAN_M:
                spot = Spot(*ahead)
        lat, lon = self._plans.book.region.frame.to_lat_lon(spot.x_m, spot.y_m)
        point = {"lat_deg": float(lat[0]), "lon_deg": float(lon[0]), "alt_m": spot.z_m, "alt_datum": "HAE"}
        return _Start(spot, now_s + DEPARTS_AFTER_S, point)

    # -- candidates ----------------------------------------------------------------------------------------------------

    def _candidates(
        self, target: Target, live: LivePlan, body: Mapping[str, Any], start: _Start
    ) -> Iterator[tuple[str, Site | None, dict[str, Any]]]:
        sites = self._plans.book.sites
        bound_for = body.get("destination_site_id")
        route, geometry = body["route"], live.geometry
        speed = {"cruise_speed_mps": route.get("cruise_speed_mps") or round(self._cruise_mps(target), 1)}
        kept = {name: value for name, value in body.items() if name not in _LEFT_OUT}
        kept["departure_at"] = rfc3339(from_scene_s(start.departs_s))
        if (
            isinstance(geometry, Trajectory4D)
            and route.get("type") == "trajectory"
            and route.get("crs") in (None, "WGS84", "CGCS2000")
        ):
            same = {**kept, **({"destination_site_id": bound_for} if bound_for else {})}
            points = [{k: v for k, v in p.items() if k not in ("t_s", "hold_s")} for p in route["waypoints"]]
            begins_s = start.departs_s - DEPARTS_AFTER_S + AHEAD_S
            ahead = [row for row in range(len(geometry.segments)) if geometry.segments[row, 7] > begins_s]
            following = int(geometry.waypoint_of[ahead[0]]) + 1 if ahead else len(points) - 1
            yield "rest", None, {**same, "route": {**route, "waypoints": [start.point, *points[following:]]}}
            yield "direct", None, {**same, "route": self._straight(route, speed, start, points[-1])}
        for site_id in self._others(body, start, str(bound_for or "")):
            site = sites[site_id]
            pad = {
                "lat_deg": site.lat_deg,
                "lon_deg": site.lon_deg,
                "alt_m": site.elevation_amsl_m,
                "alt_datum": "AMSL",
            }
            way = self._straight({}, speed, start, pad)
            yield "site", site, {**kept, "destination_site_id": site_id, "route": way}

    def _cruise_mps(self, target: Target) -> float:
        assert target.motion is not None
        return max(1.0, target.motion.cruise_mps)

    @staticmethod
    def _straight(
        route: Mapping[str, Any], speed: Mapping[str, Any], start: _Start, last: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return a level leg from the start to above the last place, and down to it."""
        above = {"lat_deg": last["lat_deg"], "lon_deg": last["lon_deg"], "alt_m": start.spot.z_m, "alt_datum": "HAE"}
        waypoints = [start.point, {**above, "speed_mps": _SETTLE_MPS}, dict(last)]
        return {"type": "trajectory", "crs": route.get("crs") or "WGS84", **speed, "waypoints": waypoints}

    def _others(self, body: Mapping[str, Any], start: _Start, bound_for: str) -> list[str]:
        """Return sites to land at instead: alternates and origin first, then the nearest; open ones in reach."""
        sites = self._plans.book.sites

        def away_m(site_id: str) -> float:
            return math.dist((sites[site_id].x_m, sites[site_id].y_m), (start.spot.x_m, start.spot.y_m))

        named = [*(body.get("alternate_site_ids") or ()), body.get("origin_site_id")]
        first = [site_id for site_id in named if site_id in sites]
        near = sorted((site_id for site_id in sites if away_m(site_id) <= REACH_M), key=away_m)
        chosen = [*first, *[site_id for site_id in near if site_id not in first and site_id != bound_for][:NEAREST]]
        return [site_id for site_id in dict.fromkeys(chosen) if sites[site_id].open and site_id != bound_for]

    # -- judging -------------------------------------------------------------------------------------------------------

    def _judged(
        self, aircraft: Aircraft, live: LivePlan, kind: str, site: Site | None, body: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Return a way that would be approved: the plan, or the first way around what is in its way."""
        decision = self._decision(aircraft, live, body, offers=kind == "rest")
        if decision is None:
            return None
        if decision.outcome == "approved":
            return self._item(aircraft, kind, site, body)
        if kind != "rest":
            return None
        offer = next((item for item in decision.counter_offers if item.kind in _AROUND), None)
        return None if offer is None else self._item(aircraft, "around", None, offer_to_dict(offer)["plan"])

    def _decision(self, aircraft: Aircraft, live: LivePlan, body: dict[str, Any], *, offers: bool) -> Decision | None:
        try:
            prepared = self._plans.compiled(aircraft, body, validate(body, FlightPlanBody))
        except Problem:
            return None
        return self._plans.judge(
            live.organisation_id, None, prepared, plan_id=live.plan_id, was_entitled=True, offers=offers
        )

    def _item(self, aircraft: Aircraft, kind: str, site: Site | None, body: dict[str, Any]) -> dict[str, Any] | None:
        geometry = self._plans.compiled(aircraft, body, validate(body, FlightPlanBody)).geometry
        if not isinstance(geometry, Trajectory4D):
            return None
        en, zh = _WORDS[kind]
        legs = geometry.segments
        return {
            "kind": kind,
            "site_id": None if site is None else site.site_id,
            "detail": en.format(name="" if site is None else site.name),
            "detail_zh": zh.format(name="" if site is None else site.name_zh or site.name),
            "arrives_at": rfc3339(from_scene_s(geometry.ends_s)),
            "length_m": round(sum(math.dist(leg[0:3], leg[4:7]) for leg in legs.tolist()), 1),
            "plan": body,
        }


def _xyz(spot: Spot) -> tuple[float, float, float]:
    return (spot.x_m, spot.y_m, spot.z_m)


def _same_way(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two ways pass the same places, as the rest of a straight flight and the direct way do."""

    def places(item: Mapping[str, Any]) -> list[tuple[float, float]]:
        points = item["plan"]["route"]["waypoints"]
        return [(round(p["lat_deg"], 5), round(p["lon_deg"], 5)) for p in points]

    return list(dict.fromkeys(places(one))) == list(dict.fromkeys(places(other)))
