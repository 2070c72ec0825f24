"""What a firm files: a plan body from a route, and what to do with the server's answer. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from sim.routes import Route

CLIMB_MPS: Final = 4.0
DESCENT_MPS: Final = 3.0
LONGEST_DELAY_S: Final = 240.0
"""A firm rather flies somewhere else than waits longer than this."""
REMARKS: Final[dict[str, Any]] = {
    "crew": "Remote pilot in command on duty, licence CAAC-UAS, one pilot for ten aircraft",
    "communications": "Public mobile network, operations desk on duty around the clock",
    "c2_link": "4G/5G public network, 20 MHz",
    "cns": "GNSS with RTK, MAVLink position at 2 Hz, network remote identification",
}
Answer = Literal["approved", "pending", "refused", "malformed"]


@dataclass(frozen=True, slots=True)
class Answered:
    """A filing's outcome: the plan as filed with the server's additions, why it was refused, what was offered."""

    outcome: Answer
    plan: dict[str, Any]
    reasons: tuple[str, ...]
    offers: tuple[dict[str, Any], ...]


def plan_body(
    aircraft_id: str,
    route: Route,
    departure_at: datetime,
    *,
    cruise_mps: float,
    operation_type: str = "logistics",
    lost_link: str = "rtl",
) -> dict[str, Any]:
    """Return a plan that climbs straight up, flies the route at its level, and comes straight down.

    `lost_link` is what the vehicle does when its link is lost; its autopilot has to be set up for it.
    """
    first, last = route.points[0], route.points[-1]
    waypoints = [_waypoint(first, 0.0, CLIMB_MPS)]
    waypoints += [_waypoint(p, route.level_agl_m) for p in route.points[:-1]]
    waypoints += [_waypoint(last, route.level_agl_m, DESCENT_MPS), _waypoint(last, 0.0)]
    plan: dict[str, Any] = {
        "aircraft_id": aircraft_id,
        "operation_type": operation_type,
        "priority": 10,
        "departure_at": rfc3339(departure_at),
        "route": {"type": "trajectory", "crs": "WGS84", "cruise_speed_mps": cruise_mps, "waypoints": waypoints},
        "contingency": {"lost_link": lost_link},
        "remarks": REMARKS,
    }
    if route.origin.registered:
        plan |= {"origin_site_id": route.origin.site_id, "alternate_site_ids": [route.origin.site_id]}
    if route.destination.registered:
        plan["destination_site_id"] = route.destination.site_id
    return plan


def _waypoint(point: tuple[float, float], alt_agl_m: float, speed_mps: float | None = None) -> dict[str, Any]:
    waypoint = {"lat_deg": point[0], "lon_deg": point[1], "alt_m": alt_agl_m, "alt_datum": "AGL"}
    return waypoint if speed_mps is None else {**waypoint, "speed_mps": speed_mps}


def rfc3339(at: datetime) -> str:
    """Return an aware instant as the API writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def departure_of(plan: Mapping[str, Any]) -> datetime:
    """Return a plan's departure."""
    return datetime.fromisoformat(str(plan["departure_at"]).replace("Z", "+00:00"))


def answered(filed: Mapping[str, Any], status: int, body: Mapping[str, Any]) -> Answered:
    """Read the server's answer to a filing (or to an activation that was refused)."""
    decision = body.get("decision") or {}
    reasons = tuple(str(r.get("code", "")) for r in decision.get("reasons", []) if r.get("severity") != "warning")
    offers = tuple(decision.get("counter_offers", []))
    plan = {**filed, **{k: v for k, v in body.items() if v is not None}}
    if decision.get("outcome") == "approved" and body.get("state") not in {"approved", None}:
        # An idempotent repeat tells the first decision with the plan's present state: no longer an approval to fly.
        return Answered("refused", plan, (f"now_{body['state']}",), offers)
    if status == 201:
        return Answered("approved", plan, reasons, ())
    if status == 202:
        return Answered("pending", plan, reasons, ())
    if status == 409:
        return Answered("refused", plan, reasons or (str(body.get("code", "conflict")),), offers)
    problems = tuple(f"{e.get('field')} {e.get('code')}" for e in body.get("errors", []))
    return Answered("malformed", plan, problems or (str(body.get("code", status)),), ())


def way_back_refused(answer: Answered) -> bool:
    """Whether only the way home of a lost link stands against a plan: landing at once instead may be approved."""
    return bool(answer.reasons) and all(code.startswith("lost_link") for code in answer.reasons)


def best_offer(answer: Answered, now: datetime) -> dict[str, Any] | None:
    """Return the body of the first offer worth taking: not a long wait, and still far enough ahead to be filed."""
    for offer in answer.offers:
        body = offer.get("plan")
        delay_s = float((offer.get("cost") or {}).get("delay_s") or 0.0)
        if not isinstance(body, dict) or departure_of(body) <= now + timedelta(seconds=1):
            continue
        if delay_s <= LONGEST_DELAY_S and offer.get("kind") != "site":
            return body
    return None
