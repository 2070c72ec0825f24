"""Displacement: a flight of higher priority takes the place of plans that were approved and not activated.

Their withdrawal commits in the transaction that approves the flight, their owners are told with the same commit, and
flights that were activated are never displaced.
"""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlmodel import Session

from airspace.decision import Decision
from airspace.deconfliction import Conflict
from airspace.geometry4d import PlanGeometry, Separation
from airspace.lifecycle import PlanState
from airspace.timebase import from_scene_s
from utm.plan_records import rfc3339
from utm.sky import LivePlan, Sky
from utm.store import plans
from utm.store.tables import FlightPlanRow

DISPLACED = "displaced_by_priority"


@dataclass(frozen=True, slots=True)
class Displaced:
    """A plan that gave way, and the moments of its flight at which the other one comes too close."""

    plan: LivePlan
    conflict: Conflict


def displaceable(
    decision: Decision, priority: int, commercial_limit: int, sky: Sky, geometry: PlanGeometry, own: Separation
) -> list[Displaced]:
    """Return the plans that would have to give way for a refused flight to be approved; empty when it cannot be.

    It can when its priority lies above the commercial range, nothing but conflicts with plans refuses it, and every one
    of those plans is approved, not activated, and of lower priority.
    """
    refusing = [reason for reason in decision.reasons if reason.severity == "refuse"]
    if priority <= commercial_limit or any(reason.code != "conflict_with_plan" for reason in refusing):
        return []
    found = [Displaced(plan, conflict) for conflict, plan in sky.conflicts(geometry, own)]
    gives_way = all(item.plan.state == PlanState.APPROVED.value and item.plan.priority < priority for item in found)
    return found if gives_way else []


def withdrawn(session: Session, displaced: Displaced, ref: str, priority: int, now: str) -> FlightPlanRow:
    """Return the row of a displaced plan as withdrawn, its decision saying why (the caller stores it)."""
    row = plans.get(session, displaced.plan.plan_id)
    if row is None:
        raise LookupError(f"the live plan {displaced.plan.plan_id} has no row")
    decision = orjson.loads(row.decision)
    decision["outcome"] = "refused"
    decision["reasons"] = [_reason(displaced.conflict, ref, priority), *decision["reasons"]]
    row.state = PlanState.WITHDRAWN.value
    row.version += 1
    row.updated_at = now
    row.decision = orjson.dumps(decision).decode()
    return row


def _reason(conflict: Conflict, ref: str, priority: int) -> dict[str, Any]:
    return {
        "code": DISPLACED,
        "severity": "refuse",
        "detail": f"The plan was withdrawn: the flight {ref} of priority {priority} needs its airspace, and it was not "
        "activated yet. Take a counter-offer or file again.",
        "detail_zh": f"计划已撤回：优先级为 {priority} 的飞行 {ref} 需要使用该空域，而本计划尚未激活。请接受替代方案或重新提交。",
        "other_plan_ref": ref,
        "segment": None,
        "starts_at": rfc3339(from_scene_s(conflict.other_at_s)),
        "ends_at": rfc3339(from_scene_s(conflict.other_at_s)),
        "horizontal_margin_m": round(conflict.horizontal_m - conflict.minima.horizontal_m, 3),
        "vertical_margin_m": round(conflict.vertical_m - conflict.minima.vertical_m, 3),
    }
