"""The queue of what waits for a person or an authority: plans, releases, standing approvals; and what was decided."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

import orjson

from airspace.timebase import from_scene_s, to_scene_s
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.article27 import form
from utm.clock import Clock
from utm.fleet import Fleet, class_of
from utm.plan_records import decode_authority, rfc3339
from utm.plan_steps import PlanSteps
from utm.problems import Problem, not_found
from utm.rules.applications import ApplicationDesk
from utm.security import Principal, may_read_of, visible_organisation
from utm.standing import StandingApprovals
from utm.store import notices, plans, rules
from utm.store.notice_tables import StandingApprovalRow
from utm.store.rule_tables import NO_LIMIT_S, ApplicationRow
from utm.store.store import Store
from utm.store.tables import FlightPlanRow

KINDS: Final = ("plan", "release", "standing_approval")
_DELIVERY: Final = {"none": "none", "waiting": "waiting", "failed": "failed"}


class Approvals:
    """Reads the queue, and hands decisions to the desks they belong to."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        desk: ApplicationDesk,
        standing: StandingApprovals,
        fleet: Fleet,
        plan_steps: PlanSteps,
    ) -> None:
        self._clock, self._store, self.desk = clock, store, desk
        self._standing, self._fleet, self._steps = standing, fleet, plan_steps

    # -- reading -----------------------------------------------------------------------------------------------------------

    async def waiting(self, organisation_id: str | None, kind: str | None) -> list[dict[str, Any]]:
        """Return what waits, the soonest due first; of one firm, where it is named."""
        wanted = KINDS if kind is None else (kind,)
        open_rows = [
            row
            for row in list(self.desk.open.values())
            if row.state == "waiting" and organisation_id in (None, row.organisation_id)
        ]
        releases = [
            plan_id
            for plan_id, firm in list(self.desk.awaiting_release.items())
            if organisation_id in (None, firm)
        ]  # fmt: skip
        ids = [row.plan_id for row in open_rows] * ("plan" in wanted) + releases * ("release" in wanted)
        found = await self._plans(ids)
        items: list[dict[str, Any]] = []
        if "plan" in wanted:
            items += [self._plan(row, found[row.plan_id]) for row in open_rows if row.plan_id in found]
        if "release" in wanted:
            items += [self._release(found[plan_id]) for plan_id in releases if plan_id in found]
        if "standing_approval" in wanted:
            items += [
                self._envelope(row)
                for row in self._standing.waiting()
                if organisation_id in (None, row.organisation_id)
            ]  # fmt: skip
        return sorted(items, key=lambda item: (item["due_at"] or "9", item["submitted_at"], item["approval_id"]))

    async def decided(
        self, organisation_id: str | None, *, before: int | None, limit: int
    ) -> list[tuple[int, dict[str, Any]]]:
        """Return decided applications for plans, newest first, each with its position in the list."""
        rows = await self._store.read(
            lambda session: rules.decided_applications(
                session, organisation_id=organisation_id, before=before, limit=limit
            )
        )
        found = await self._plans([row.plan_id for row in rows])
        return [(row.number or 0, self._plan(row, found[row.plan_id])) for row in rows if row.plan_id in found]

    async def get(self, principal: Principal, approval_id: str) -> dict[str, Any]:
        """Return one entry with the form of Article 27; raises Problem 404 for what the caller may not see."""
        owner = visible_organisation(principal)
        if approval_id.startswith("sa_"):
            row = await self._store.read(lambda session: notices.approval(session, approval_id, owner))
            if row is not None and may_read_of(principal, row.organisation_id):
                return self._envelope(row)
            raise not_found("approval", "审批", approval_id)
        plan_id, application = approval_id.removeprefix("release:"), None
        if not approval_id.startswith("release:"):
            application = await self._store.read(lambda session: rules.application(session, approval_id, owner))
            plan_id = "" if application is None else application.plan_id
        plan = await self._store.read(lambda session: plans.get(session, plan_id, owner))
        if plan is None or not may_read_of(principal, plan.organisation_id):
            raise not_found("approval", "审批", approval_id)
        document = self._release(plan) if application is None else self._plan(application, plan)
        return document | {"form": self._form(plan)}

    async def _plans(self, plan_ids: Iterable[str]) -> dict[str, FlightPlanRow]:
        wanted = sorted(set(plan_ids))
        rows = await self._store.read(lambda session: [plans.get(session, plan_id) for plan_id in wanted])
        return {row.plan_id: row for row in rows if row is not None}

    # -- deciding ----------------------------------------------------------------------------------------------------------

    async def decide(self, principal: Principal, approval_id: str, outcome: str, reason: str | None) -> dict[str, Any]:
        """Decide an entry where it belongs; raises Problem 403 for a regulator's matter, 404 and 409 as those do."""
        entry = await self.get(principal, approval_id)
        if entry["kind"] == "standing_approval":
            if principal.role != "regulator":
                raise Problem(
                    "forbidden", "Standing approvals are a regulator's to decide.", "长期批准须由监管人员决定。"
                )
            await self._standing.decide(principal, approval_id, outcome, reason)
        elif entry["kind"] == "release":
            if outcome != "released":
                raise _wrong_outcome("released")
            await self._steps.release(principal, entry["plan_id"])
        else:
            if outcome not in ("approved", "refused"):
                raise _wrong_outcome("approved, refused")
            await self._steps.decide(principal, entry["plan_id"], accept=outcome == "approved", reason=reason)
        return await self.get(principal, approval_id)

    # -- documents ---------------------------------------------------------------------------------------------------------

    def _plan(self, row: ApplicationRow, plan: FlightPlanRow) -> dict[str, Any]:
        now_s = to_scene_s(self._clock.now())
        waits = row.state == "waiting"
        delivery = {
            "state": _DELIVERY.get(row.delivery, row.delivery) if row.stage in ("apply", "report") else "sent",
            "attempts": row.attempts,
            "reference": row.reference,
            "error": row.error,
            "next_attempt_at": _instant(row.next_s) if row.delivery == "waiting" else None,
        }
        if row.adapter == "manual":
            delivery = {"state": "none", "attempts": 0, "reference": None, "error": None, "next_attempt_at": None}
        return {
            "approval_id": row.application_id,
            "kind": "plan",
            "state": row.state,
            **self._about(plan),
            "submitted_at": row.submitted_at,
            "due_at": None if row.due_s >= NO_LIMIT_S else _instant(row.due_s),
            "overdue": waits and row.due_s < now_s,
            "adapter": row.adapter,
            "delivery": delivery,
            "decided_at": row.decided_at,
            "decided_by": row.decided_by,
            "decision_reason": row.reason,
            "policy_version": row.policy_version,
        }

    def _release(self, plan: FlightPlanRow) -> dict[str, Any]:
        authority = decode_authority(plan.authority)
        reported, released = authority.readiness_reported_at, authority.released_at
        waits = plan.state == "approved" and reported is not None and released is None
        departure_s = plan.departure_s
        return {
            "approval_id": f"release:{plan.plan_id}",
            "kind": "release",
            "state": "waiting" if waits else "released" if released is not None else "withdrawn",
            **self._about(plan),
            "submitted_at": None if reported is None else rfc3339(reported),
            "due_at": _instant(departure_s),
            "overdue": waits and departure_s < to_scene_s(self._clock.now()),
            "adapter": "manual",
            "delivery": {"state": "none", "attempts": 0, "reference": None, "error": None, "next_attempt_at": None},
            "decided_at": None if released is None else rfc3339(released),
            "decided_by": None,
            "decision_reason": None,
            "policy_version": plan.policy_version,
        }

    def _about(self, plan: FlightPlanRow) -> dict[str, Any]:
        authority = decode_authority(plan.authority)
        aircraft = self._fleet.get(plan.aircraft_id)
        reasons = orjson.loads(plan.decision)["reasons"]
        missing: list[dict[str, Any]] = next(
            (item.get("items", []) for item in reasons if item["code"] == "article27_missing"), []
        )
        return {
            "plan_id": plan.plan_id,
            "standing_approval_id": None if authority.clock is None else authority.clock.standing_approval_id,
            "organisation_id": plan.organisation_id,
            "organisation_name": self._fleet.name_of(plan.organisation_id),
            "aircraft_id": plan.aircraft_id,
            "registration": None if aircraft is None else aircraft.registration,
            "aircraft_class": None if aircraft is None else class_of(aircraft, self._fleet.rulebook()),
            "operation_type": plan.operation_type,
            "priority": plan.priority,
            "departure_at": _instant(plan.departure_s),
            "ends_at": _instant(plan.ends_s),
            "plan_state": plan.state,
            "plan_version": plan.version,
            "application": authority.application,
            "triggers": [] if authority.clock is None else list(authority.clock.triggers),
            "reasons": [item for item in reasons if item["severity"] != "refuse"],
            "missing_items": missing,
            "readiness_reported_at": _text(authority.readiness_reported_at),
            "readiness_late": authority.clock is not None and authority.clock.readiness_late,
            "released_at": _text(authority.released_at),
        }

    def _envelope(self, row: StandingApprovalRow) -> dict[str, Any]:
        return {
            "approval_id": row.standing_approval_id,
            "kind": "standing_approval",
            "state": "waiting" if row.state == "applied" else row.state,
            "plan_id": None,
            "standing_approval_id": row.standing_approval_id,
            "organisation_id": row.organisation_id,
            "organisation_name": self._fleet.name_of(row.organisation_id),
            **dict.fromkeys(_OF_A_PLAN),
            "triggers": [],
            "reasons": [],
            "missing_items": [],
            "readiness_late": False,
            "envelope": orjson.loads(row.envelope),
            "submitted_at": row.applied_at,
            "due_at": None,
            "overdue": False,
            "adapter": "manual",
            "delivery": {"state": "none", "attempts": 0, "reference": None, "error": None, "next_attempt_at": None},
            "decided_at": row.decided_at,
            "decided_by": row.decided_by,
            "decision_reason": row.reason,
            "policy_version": row.policy_version,
        }

    def _form(self, plan: FlightPlanRow) -> list[dict[str, Any]]:
        body = orjson.loads(plan.body)
        aircraft = self._fleet.get(plan.aircraft_id)
        judged_as = None if aircraft is None else class_of(aircraft, self._fleet.rulebook())
        return form(
            body, validate(body, FlightPlanBody), aircraft, judged_as, self._fleet.name_of(plan.organisation_id)
        )


_OF_A_PLAN: Final = (
    "aircraft_id", "registration", "aircraft_class", "operation_type", "priority", "departure_at", "ends_at",
    "plan_state", "plan_version", "application", "readiness_reported_at", "released_at",
)  # fmt: skip


def _wrong_outcome(allowed: str) -> Problem:
    return Problem("illegal_transition", f"Allowed here: {allowed}.", f"此处允许的结果：{allowed}。")


def _instant(scene_s: float) -> str:
    at = from_scene_s(scene_s)
    return rfc3339(at + timedelta(microseconds=-at.microsecond))


def _text(at: Any) -> str | None:
    return None if at is None else rfc3339(at)
