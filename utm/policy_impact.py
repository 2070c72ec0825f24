"""What a policy would do to the plans that reserve airspace: every one it would invalidate, named before it is published.

Each live plan is judged under the proposed rules against all others as they stand, but only by the kinds of rule the
change can touch (`TOUCHES`): a new filing lead judges nobody. A plan is named when that gives it reasons it has not
under the rules in force; of two plans too near each other under new minima both are named, of a cell over its new limit
all who take part. Who has to go is for the regulator to say. The judgement runs on a thread of its own, on a snapshot.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from airspace.approval import CHECKS, Check
from airspace.decision import Reason, reason_to_dict
from airspace.errors import FieldError
from airspace.lifecycle import RESERVES_AIRSPACE
from airspace.policy import Policy, policy_from_dict
from airspace.scene import Scene
from airspace.timebase import from_scene_s
from airspace.trajectory import AircraftPerformance
from utm.airspace_book import AirspaceBook
from utm.fleet import Fleet
from utm.flight_plans import field_problem, performance_of
from utm.plan_records import rfc3339
from utm.policy_judgement import Declared, Judgement, LivePlans, let_others
from utm.problems import validation_problem
from utm.store import plans
from utm.store.store import Store
from utm.store.tables import FlightPlanRow

MAX_REASONS: Final = 20
"""The most reasons shown for one plan; how many there are is told beside them."""
_NOBODY: Final[frozenset[Check]] = frozenset()

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
    "rules": frozenset({"formalities"}),
    "version": _NOBODY,
    "max_horizon_s": _NOBODY,
    "failsafe_mismatch": _NOBODY,
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
    live = LivePlans(rows, scene, aircraft, cover_m=cover_m, formal="formalities" in checks, bounds=bounds)
    after = Judgement(proposed, live, checks, bounds)
    suspects = {}
    for name, doubts in sorted(after.suspects().items()):
        found = after.reasons(name, doubts)
        if found:
            suspects[name] = found
        let_others(live)
    before = Judgement(present, live, checks, bounds)
    wrong_before = before.suspects() if suspects else {}
    result = []
    for name, found in suspects.items():
        known = {_identity(reason) for reason in before.reasons(name, wrong_before.get(name, ()))}
        let_others(live)
        fresh = tuple(reason for reason in found if _identity(reason) not in known)
        if fresh:
            outcome = "refused" if any(reason.severity == "refuse" for reason in fresh) else "pending"
            result.append(Invalidated(live.rows[name], outcome, fresh))
    return sorted(result, key=lambda plan: (plan.row.starts_s, plan.row.plan_id))


def _identity(reason: Reason) -> tuple[object, ...]:
    about = (reason.zone_id, reason.other_plan_ref, reason.site_id, reason.rule, reason.h3_cell)
    return (reason.code, reason.severity, *about)


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
