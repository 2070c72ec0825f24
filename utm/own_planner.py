"""A firm's own planner: orders in, booked flights out, and the public API between.

By CCAR-92 who provides control services is not an operator, so whoever plans deliveries may run apart from the traffic
service. This planner runs in a process of its own, at the firm: it imports nothing of the service but its client, asks
for routes (`POST /v1/routes`), solves the assignment itself (`dispatch.planner`) and books each flight whole
(`POST /v1/missions`), taking counter-offers within a quarter of an hour. It is what `hexlane dispatch` runs, and an example
for planners of others.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from airspace.timebase import from_scene_s, to_scene_s
from dispatch.carrier import Carrier
from dispatch.energy import EnergyModel
from dispatch.jobs import Flights, Job, Leg, Task
from dispatch.orders import URGENCY
from dispatch.planner import plan
from utm.client import Client, Conflict
from utm.client.models import Routes

NOTICE_S: Final = 60.0
"""A flight departs no sooner than this after it is planned: time to load and to confirm (ours)."""
LONGEST_DELAY_S: Final = 15 * 60.0
_ATTEMPTS: Final = 8


class BadOrders(ValueError):  # noqa: N818  (named for what it is about)
    """The orders cannot be read; the message names the order and the field."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order as the firm keeps it."""

    job: Job
    priority: int


@dataclass(frozen=True, slots=True)
class _Way:
    level_agl_m: float
    waypoints: list[dict[str, Any]]
    leg: Leg
    over_ground_mps: float
    """In the wind forecast; what the plan is filed with."""


def orders_of(document: Any, organisation_id: str, now: datetime) -> list[Wanted]:
    """Return the orders of a document `{"orders": [...]}`; raises BadOrders.

    Each has `order_id`, `origin_site_id`, `destination_site_id`, `payload_kg`, and may have `ready_at`, `deliver_by` (RFC
    3339 with offset), `priority_class`, `dangerous_goods`, `cold_chain`.
    """
    items = document.get("orders") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise BadOrders("the document must be an object with a list of orders")
    found = [_order(item, k, organisation_id, now) for k, item in enumerate(items)]
    ids = [item.job.order_id for item in found]
    if len(set(ids)) < len(ids):
        raise BadOrders("two orders have the same order_id")
    return found


def _order(item: Any, index: int, organisation_id: str, now: datetime) -> Wanted:
    try:
        ready, by = item.get("ready_at"), item.get("deliver_by")
        urgency = URGENCY[item.get("priority_class", "standard")]
        job = Job(
            str(item["order_id"]),
            organisation_id,
            str(item["origin_site_id"]),
            str(item["destination_site_id"]),
            float(item["payload_kg"]),
            to_scene_s(now if ready is None else max(now, datetime.fromisoformat(ready))),
            urgency.weight,
            None if by is None else to_scene_s(datetime.fromisoformat(by)),
            bool(item.get("dangerous_goods")),
            bool(item.get("cold_chain")),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadOrders(f"order {index}: {type(error).__name__} {error}") from error
    return Wanted(job, urgency.plan_priority)


class OwnPlanner:
    """Plans and books for one firm over the public API."""

    def __init__(self, client: Client, now: datetime) -> None:
        self._client, self._now = client, now
        self._ways: dict[tuple[str, str, str, float], _Way | None] = {}

    def carriers(self) -> list[Carrier]:
        """Return the firm's carriers that can be sent, as the service tells where each stands from when on."""
        earliest = to_scene_s(self._now) + NOTICE_S
        return [
            Carrier(
                item.aircraft_id,
                item.organisation_id,
                EnergyModel(item.mass_kg, item.hover_w, item.cruise_w, item.cruise_mps),
                item.free_site_id or item.site_id,
                earliest if item.free_at is None else max(earliest, to_scene_s(item.free_at)),
                item.payload_max_kg,
                item.battery_wh,
                item.turn_s,
                item.reserve_share,
                item.dangerous_goods,
                item.cold_chain,
            )
            for item in self._client.list_carriers().items
            if item.state == "available" and not item.maintenance_due
        ]

    def dispatch(
        self, orders: Sequence[Wanted], carriers: Sequence[Carrier], *, effort: int
    ) -> Iterator[dict[str, Any]]:
        """Plan all orders, book what was planned, and yield what happened, one event after the other."""
        by_id = {item.job.order_id: item for item in orders}
        by_aircraft = {carrier.aircraft_id: carrier for carrier in carriers}
        found = plan([item.job for item in orders], carriers, Flights(self._travel), effort=effort)
        yield {"event": "planned", "tasks": len(found.tasks), "waiting": dict(found.waiting), "gap": found.gap}
        stands = {carrier.aircraft_id: carrier.site_id for carrier in carriers}
        late_s = dict.fromkeys(stands, 0.0)
        lost: set[str] = set()
        for task in found.tasks:
            if task.aircraft_id in lost:
                yield {"event": "refused", "order_id": task.order_id, "cause": "carrier_elsewhere"}
                continue
            wanted, carrier = by_id[task.order_id], by_aircraft[task.aircraft_id]
            event = self._task(task, wanted, carrier, stands[task.aircraft_id], late_s)
            if event["event"] == "refused":
                lost.add(task.aircraft_id)  # what it was to fly next begins where it does not stand
            else:
                stands[task.aircraft_id] = wanted.job.destination_site_id
            yield event

    def _travel(self, origin_id: str, destination_id: str, carrier: Carrier, payload_kg: float) -> Leg | None:
        way = self._way(origin_id, destination_id, carrier, payload_kg)
        return None if way is None else way.leg

    def _way(self, origin_id: str, destination_id: str, carrier: Carrier, payload_kg: float) -> _Way | None:
        key = (origin_id, destination_id, carrier.aircraft_id, payload_kg)
        if key not in self._ways:
            body = {"origin_site_id": origin_id, "destination_site_id": destination_id,
                    "aircraft_id": carrier.aircraft_id, "payload_kg": payload_kg}  # fmt: skip
            self._ways[key] = _first(self._client.find_routes(body))
        return self._ways[key]

    # -- booking -------------------------------------------------------------------------------------------------------

    def _task(
        self, task: Task, wanted: Wanted, carrier: Carrier, stands_at: str, late_s: dict[str, float]
    ) -> dict[str, Any]:
        job, aircraft_id = wanted.job, task.aircraft_id
        positioning = None
        if task.positioning_departs_s is not None:
            departs_s = task.positioning_departs_s + late_s[aircraft_id]
            positioning, refusal, more_s = self._flight(
                "positioning", stands_at, job.origin_site_id, departs_s, 0.0, carrier, wanted
            )
            late_s[aircraft_id] += more_s
            if positioning is None:
                return {"event": "refused", "order_id": job.order_id, "cause": refusal}
        delivery, refusal, more_s = self._flight(
            "delivery", job.origin_site_id, job.destination_site_id, task.departs_s + late_s[aircraft_id], job.payload_kg,
            carrier, wanted,
        )  # fmt: skip
        late_s[aircraft_id] += more_s
        if delivery is None:
            if positioning is not None:
                self._client.cancel_mission(positioning)
            return {"event": "refused", "order_id": job.order_id, "cause": refusal}
        booked = self._client.get_mission(delivery)
        return {
            "event": "booked",
            "order_id": job.order_id,
            "aircraft_id": aircraft_id,
            "mission_id": delivery,
            "positioning_mission_id": positioning,
            "plan_id": booked.plan_id,
            "departs_at": booked.departs_at.isoformat(),
            "arrives_at": booked.arrives_at.isoformat(),
        }

    def _flight(
        self, kind: str, origin_id: str, destination_id: str, departs_s: float, payload_kg: float, carrier: Carrier,
        wanted: Wanted,
    ) -> tuple[str | None, str | None, float]:  # fmt: skip
        """Book one flight; return its mission, else why not, and how much later it departs than planned."""
        way = self._way(origin_id, destination_id, carrier, payload_kg)
        if way is None:
            return None, "no_way", 0.0
        planned_at = from_scene_s(departs_s)
        body = _body(way, carrier, wanted, planned_at, origin_id, destination_id, payload_kg)
        cause = "no_slot"
        for _ in range(_ATTEMPTS):
            wish = {"plan": body, "kind": kind, "energy_wh": way.leg.wh, "alternate_site_id": origin_id}
            try:
                mission = self._client.book_mission(wish)
            except Conflict as refused:
                decision = refused.document.get("decision") or {}
                reasons = decision.get("reasons") or [{"code": refused.code}]
                cause = str(reasons[0]["code"])
                changed = _instead(body, decision, planned_at)
                if changed is None:
                    return None, cause, 0.0
                body = changed
            else:
                late = (mission.departs_at - planned_at).total_seconds()
                return mission.mission_id, None, max(0.0, late)
        return None, cause, 0.0


def _first(routes: Routes) -> _Way | None:
    """Return the way of the first level that can be flown on one battery."""
    for level in routes.levels:
        if level.found and level.within_energy and level.lasts_s is not None and level.energy_wh is not None:
            return _Way(level.level_agl_m, level.waypoints, Leg(level.lasts_s, level.energy_wh), routes.over_ground_mps)
    return None


def _body(
    way: _Way, carrier: Carrier, wanted: Wanted, departs_at: datetime, origin_id: str, destination_id: str,
    payload_kg: float,
) -> dict[str, Any]:  # fmt: skip
    return {
        "aircraft_id": carrier.aircraft_id,
        "operation_type": "logistics",
        "priority": wanted.priority,
        "departure_at": departs_at.isoformat(),
        "route": {
            "type": "trajectory",
            "crs": "WGS84",
            "cruise_speed_mps": way.over_ground_mps,
            "waypoints": way.waypoints,
        },
        "origin_site_id": origin_id,
        "destination_site_id": destination_id,
        "alternate_site_ids": [origin_id],
        "contingency": {"lost_link": "rtl"},
        "remarks": {"order_id": wanted.job.order_id, "payload_kg": payload_kg},
    }


def _instead(body: Mapping[str, Any], decision: Mapping[str, Any], planned_at: datetime) -> dict[str, Any] | None:
    """Return what to book instead of a refused body: an offer, or the time everything is free; None where it is too late."""
    for offer in decision.get("counter_offers") or ():
        departs_at = datetime.fromisoformat(offer["plan"]["departure_at"])
        same_site = offer["plan"].get("destination_site_id") == body["destination_site_id"]
        if same_site and (departs_at - planned_at).total_seconds() <= LONGEST_DELAY_S:
            return dict(offer["plan"])
    frees = [item["frees_at"] for item in decision.get("reasons") or () if item.get("frees_at")]
    if not frees:
        return None
    until = max(datetime.fromisoformat(at) for at in frees) + timedelta(seconds=60)
    now = datetime.fromisoformat(str(body["departure_at"]))
    later = max(until, now + timedelta(seconds=1))
    late_s = (later - planned_at).total_seconds()
    return (
        None if not math.isfinite(late_s) or late_s > LONGEST_DELAY_S else {**body, "departure_at": later.isoformat()}
    )
