"""Counter-plans of actions: a way for each flight of a list that would be approved as things stand.

A plan that has not started gets the first of its counter-offers. A flight in the air is judged on the rest of its way, from
where it will be in half a minute; a way around or another height makes its action a reroute.
"""

from typing import Any, Final

import orjson

from airspace.contingency import position_at
from airspace.decision import CounterOffer, offer_to_dict
from airspace.geometry4d import Trajectory4D
from airspace.timebase import from_scene_s, to_scene_s
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.flight_plans import FlightPlans
from utm.plan_records import rfc3339
from utm.problems import Problem
from utm.reevaluation import Reevaluation, is_airborne
from utm.sky import LivePlan
from utm.store import plans as plan_records

LEAD_S: Final = 30.0
"""How far ahead of a flight its new way begins: an order, an upload and its check take that long."""
_AROUND: Final = frozenset({"route", "altitude"})


class CounterPlans:
    """Finds ways that would be approved; reads the sky beside the writer, keeps nothing."""

    def __init__(self, flight_plans: FlightPlans, reevaluation: Reevaluation) -> None:
        self._plans, self._re = flight_plans, reevaluation

    def of(self, plan_id: str) -> tuple[str, CounterOffer] | None:
        """Return the action and the offer for a plan; None where none was found or the plan is gone."""
        live = self._plans.sky.get(plan_id)
        row = self._plans.store.read_now(lambda session: plan_records.get(session, plan_id))
        if live is None or row is None:
            return None
        body: dict[str, Any] = orjson.loads(row.body)
        if is_airborne(live):
            rest = self._rest(live, body)
            offer = None if rest is None else self._first(live, rest, among=_AROUND)
            return None if offer is None else ("reroute", offer)
        offer = self._first(live, body)
        return None if offer is None else ("delay" if offer.kind == "delay" else "reroute", offer)

    def _first(self, live: LivePlan, body: dict[str, Any], among: frozenset[str] | None = None) -> CounterOffer | None:
        aircraft = self._plans.fleet.get(live.aircraft_id)
        if aircraft is None:
            return None
        try:
            parsed = validate(body, FlightPlanBody)
            prepared = self._plans.compiled(aircraft, body, parsed)
        except Problem:
            return None
        judged = self._plans.judge(
            live.organisation_id, None, prepared, plan_id=live.plan_id, was_entitled=True, offers=True
        )
        fitting = [offer for offer in judged.counter_offers if among is None or offer.kind in among]
        return fitting[0] if fitting else None

    def _rest(self, live: LivePlan, body: dict[str, Any]) -> dict[str, Any] | None:
        """Return the body of the rest of a flight, from where it will be; None for volumes and for its last seconds."""
        geometry, clock = live.geometry, self._plans.clock
        if not isinstance(geometry, Trajectory4D) or body["route"].get("type") != "trajectory":
            return None
        departs_s = to_scene_s(clock.now()) + LEAD_S
        rows = geometry.segments
        ahead = [row for row in range(len(rows)) if rows[row, 7] > departs_s]
        place = position_at(geometry, departs_s)
        if not ahead or place is None:
            return None
        lat, lon = self._plans.book.region.frame.to_lat_lon(place[0], place[1])
        start = {
            "lat_deg": float(lat[0]),
            "lon_deg": float(lon[0]),
            "alt_m": place[2],
            "alt_datum": "HAE",
        }
        waypoints = body["route"]["waypoints"]
        following = int(geometry.waypoint_of[ahead[0]]) + 1
        rest = [{name: value for name, value in point.items() if name != "t_s"} for point in waypoints[following:]]
        if not rest or body["route"].get("crs") not in (None, "WGS84", "CGCS2000"):
            return None
        kept = {name: value for name, value in body.items() if name not in ("origin_site_id", "idempotency_key")}
        route = {**body["route"], "waypoints": [start, *rest]}
        return {**kept, "route": route, "departure_at": rfc3339(from_scene_s(departs_s))}


def known_of(offer: CounterOffer) -> dict[str, Any]:
    """Return what a list shows of an offer."""
    shown = offer_to_dict(offer)
    return {"counter_plan": shown["plan"], "cost": shown["cost"], "counter_kind": shown["kind"]}
