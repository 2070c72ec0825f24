"""An officer's alternative to a pending plan: judged as filing it would be, and given to the firm with the refusal.

    pending --alternative--> refused, with the alternative first among its counter-offers

The firm takes it as it takes any counter-offer: it files the body as it stands. Nothing is reserved meanwhile.
"""

import copy
import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from airspace.lifecycle import IllegalTransition, PlanState
from airspace.rules.calendar import beijing_second
from airspace.timebase import to_scene_s
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.flight_plans import FlightPlans, illegal
from utm.plan_records import Answer, rfc3339
from utm.plan_steps import PlanSteps
from utm.problems import FieldProblem, Problem, validation_problem
from utm.security import Principal
from utm.store.store import Store

_M_PER_DEG: Final = 111_195.0
PAD_HEIGHT_M: Final = 20.0
"""Waypoints lower than this are take-off and landing (ours): another height is for the way between."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an officer would let fly: a whole body, or the plan's own, later or earlier and higher or lower."""

    plan: Mapping[str, Any] | None
    delay_s: float
    climb_m: float


class AlternativeDesk:
    """Judges and gives alternatives."""

    def __init__(self, store: Store, flight_plans: FlightPlans, plan_steps: PlanSteps) -> None:
        self._store, self._plans, self._steps = store, flight_plans, plan_steps

    async def judge(self, principal: Principal, plan_id: str, wanted: Wanted) -> dict[str, Any]:
        """Return the offer an alternative makes and how it is judged now; raises Problem 404, 409, 422."""
        row = await self._store.read(lambda session: self._plans.visible(session, plan_id, principal))
        if PlanState(row.state) is not PlanState.PENDING:
            raise illegal(IllegalTransition(PlanState(row.state), "offer", ()))
        before = orjson.loads(row.body)
        body = _changed(before, wanted)
        parsed = validate(body, FlightPlanBody)
        if parsed.aircraft_id != before["aircraft_id"]:
            text, text_zh = "must be the aircraft of the plan", "须为原计划的航空器"
            raise validation_problem([FieldProblem("/plan/aircraft_id", "invalid_value", text, text_zh)])
        # Judged as the firm's filing: a regulator may decide plans but not check them.
        officer = principal if principal.role == "dispatcher" else replace(principal, role="dispatcher")
        judged = self._plans.check(officer, body, parsed).document
        decision = orjson.loads(orjson.dumps(judged["decision"]))  # a part of the answer that is text already
        return {"offer": _offer(before, body, principal), "decision": decision}

    async def give(self, principal: Principal, plan_id: str, wanted: Wanted, reason: str | None) -> Answer:
        """Refuse a pending plan with an alternative; raises Problem 404, 422, and 409 for one that would be refused too."""
        judged = await self.judge(principal, plan_id, wanted)
        if judged["decision"]["outcome"] == "refused":
            raise Problem("alternative_refused", extra={"decision": judged["decision"]})
        return await self._steps.decide(
            principal, plan_id, accept=False, reason=reason or judged["offer"]["detail"], offers=[judged["offer"]]
        )


def _changed(before: Mapping[str, Any], wanted: Wanted) -> dict[str, Any]:
    if wanted.plan is not None:
        return dict(wanted.plan)
    body: dict[str, Any] = copy.deepcopy(dict(before))
    if body["route"]["type"] != "trajectory":
        text, text_zh = (
            "a plan of volumes is changed by a whole body in plan",
            "以空域体申报的计划须用 plan 给出完整内容",
        )
        raise validation_problem([FieldProblem("/plan", "invalid_value", text, text_zh)])
    departure = datetime.fromisoformat(body["departure_at"].replace("Z", "+00:00"))
    body["departure_at"] = rfc3339(departure + timedelta(seconds=wanted.delay_s))
    for waypoint in body["route"]["waypoints"]:
        if waypoint["alt_m"] >= PAD_HEIGHT_M:
            waypoint["alt_m"] = waypoint["alt_m"] + wanted.climb_m
    return body


def _offer(before: Mapping[str, Any], body: Mapping[str, Any], principal: Principal) -> dict[str, Any]:
    """Return the alternative as a counter-offer."""
    was = datetime.fromisoformat(before["departure_at"].replace("Z", "+00:00"))
    departs = datetime.fromisoformat(body["departure_at"].replace("Z", "+00:00"))
    delay_s = (departs - was).total_seconds()
    kind = "route" if _ground_track(body) != _ground_track(before) else "delay" if delay_s else "altitude"
    at = beijing_second(to_scene_s(departs))
    detail = f"{principal.name} offers this instead: departure {at} Beijing time, as drawn."
    detail_zh = f"{principal.name} 建议改为：北京时间 {at} 起飞，航线如图。"
    extra_m = round(_length_m(body) - _length_m(before), 1)
    cost = {"delay_s": delay_s, "extra_m": extra_m, "extra_wh": 0.0 if extra_m == 0.0 else None}
    return {
        "kind": kind,
        "detail": detail,
        "detail_zh": detail_zh,
        "plan": dict(body),
        "cost": cost,
        "held_until": None,
    }


def _ground_track(body: Mapping[str, Any]) -> list[tuple[float, float]] | None:
    route = body["route"]
    if route["type"] != "trajectory":
        return None
    return [(waypoint["lat_deg"], waypoint["lon_deg"]) for waypoint in route["waypoints"]]


def _length_m(body: Mapping[str, Any]) -> float:
    """Return about how long a trajectory is: straight legs on a sphere, with their climbs; 0 for volumes."""
    if body["route"]["type"] != "trajectory":
        return 0.0
    points = body["route"]["waypoints"]
    total_m = 0.0
    for one, two in itertools.pairwise(points):
        north_m = (two["lat_deg"] - one["lat_deg"]) * _M_PER_DEG
        east_m = (two["lon_deg"] - one["lon_deg"]) * _M_PER_DEG * math.cos(math.radians(one["lat_deg"]))
        total_m += math.hypot(north_m, east_m, two["alt_m"] - one["alt_m"])
    return total_m
