"""Checklists of degraded operation.

    (none) --the first tick, or by hand--> open --close--> closed

Of each kind one list is open at a time. A step is ticked with who and when, and can be taken back; what was done while
this server could not be reached is sent afterwards with its own instant. Every tick is in the audit trail.
"""

from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlmodel import Session

from utm.alerts import Alerts
from utm.clock import Clock
from utm.ids import new_id
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import Principal
from utm.store import checklists as records
from utm.store.checklist_tables import ChecklistRow, ChecklistStepRow
from utm.store.journal import record_audit
from utm.store.store import Store
from utm.time_watch import TimeWatch

Kind = Literal["surveillance", "centre"]
STEPS: Final[dict[str, tuple[str, ...]]] = {
    "surveillance": ("silent", "stop", "firms", "manned", "conflicts", "back", "resume"),
    "centre": ("whose", "telephone", "neighbours", "stop", "paper", "back", "resume"),
}
"""The steps of each list in order (ours, after contingency cards of air traffic control rooms); the console has the words."""
_CALLS: Final = "surveillance_lost"
_OLDEST: Final = timedelta(hours=24)
_AHEAD: Final = timedelta(minutes=5)


class DegradedDesk:
    """Opens, ticks and closes checklists, and says which one the present state calls for."""

    def __init__(self, clock: Clock, store: Store, alerts: Alerts, time_watch: TimeWatch) -> None:
        self._clock, self._store, self._alerts, self._time = clock, store, alerts, time_watch

    async def current(self) -> dict[str, Any]:
        """Return which lists the present state calls for, and the open ones."""
        return {"needed": self._needed(), "open": await self._store.read(_open_documents)}

    def _needed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        silent = [alert for alert in self._alerts.book.open.values() if alert.condition.kind == _CALLS]
        if silent:
            found.append({"kind": "surveillance", "cause": "surveillance_lost", "alert_id": silent[0].alert_id})
        if not self._time.state().ok:
            found.append({"kind": "centre", "cause": "clock_off", "alert_id": None})
        return found

    async def open(self, principal: Principal, kind: Kind, cause: str) -> dict[str, Any]:
        """Return the open list of a kind, opened now where there is none."""

        def job(session: Session) -> dict[str, Any]:
            row = records.open_of(session, kind)
            if row is None:
                row = ChecklistRow(
                    checklist_id=new_id("cl"),
                    kind=kind,
                    state="open",
                    cause=cause,
                    opened_at=rfc3339(self._clock.now()),
                    opened_by=principal.subject,
                    opened_name=principal.name,
                    note="",
                )
                records.put(session, row)
                self._audit(session, principal, "checklist.open", row.checklist_id, {"kind": kind, "cause": cause})
            return document(row, records.steps_of(session, row.checklist_id))

        return await self._store.write(job)

    async def tick(
        self, principal: Principal, checklist_id: str, step: str, *, done: bool, at: datetime | None, note: str
    ) -> dict[str, Any]:
        """Tick a step, or take the tick back; raises Problem 404, 409 for a closed list, 422 for an instant not near."""
        now = self._clock.now()
        if at is not None and not now - _OLDEST <= at <= now + _AHEAD:
            limit = {"limit": "in the last 24 hours", "limit_zh": "在过去 24 小时内"}
            raise validation_problem([FieldProblem.of("/at", "out_of_range", **limit)])

        def job(session: Session) -> dict[str, Any]:
            row = self._to_change(session, checklist_id)
            if step not in STEPS[row.kind]:
                raise not_found("step", "步骤", step)
            if done:
                records.tick(
                    session,
                    ChecklistStepRow(
                        checklist_id=checklist_id,
                        step=step,
                        at=rfc3339(at or now),
                        ticked_by=principal.subject,
                        name=principal.name,
                        note=note,
                    ),
                )
            else:
                records.untick(session, checklist_id, step)
            detail = {"step": step, "at": rfc3339(at or now), "note": note}
            self._audit(session, principal, "checklist.tick" if done else "checklist.untick", checklist_id, detail)
            return document(row, records.steps_of(session, checklist_id))

        return await self._store.write(job)

    async def close(self, principal: Principal, checklist_id: str, note: str) -> dict[str, Any]:
        """Close a list, whole or not; raises Problem 404, 409."""

        def job(session: Session) -> dict[str, Any]:
            row = self._to_change(session, checklist_id)
            records.close(session, checklist_id, rfc3339(self._clock.now()), principal.subject, principal.name, note)
            left = sorted({*STEPS[row.kind]} - {each.step for each in records.steps_of(session, checklist_id)})
            self._audit(session, principal, "checklist.close", checklist_id, {"note": note, "left": left})
            closed = records.get(session, checklist_id)
            assert closed is not None
            return document(closed, records.steps_of(session, checklist_id))

        return await self._store.write(job)

    async def page(self, before: tuple[str, str] | None, limit: int) -> list[dict[str, Any]]:
        """Return lists, newest first."""

        def job(session: Session) -> list[dict[str, Any]]:
            rows = records.page(session, before=before, limit=limit)
            return [document(row, records.steps_of(session, row.checklist_id)) for row in rows]

        return await self._store.read(job)

    def _to_change(self, session: Session, checklist_id: str) -> ChecklistRow:
        row = records.get(session, checklist_id)
        if row is None:
            raise not_found("checklist", "检查单", checklist_id)
        if row.state != "open":
            raise Problem("conflict", "That list is closed; open a new one.", "该检查单已关闭；请新开一份。")
        return row

    def _audit(self, session: Session, principal: Principal, action: str, ref: str, detail: dict[str, Any]) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action=action,
            object_kind="checklist",
            object_id=ref,
            detail=detail,
        )


def _open_documents(session: Session) -> list[dict[str, Any]]:
    return [document(row, records.steps_of(session, row.checklist_id)) for row in records.all_open(session)]


def document(row: ChecklistRow, ticked: list[ChecklistStepRow]) -> dict[str, Any]:
    """Return a list with every step of its kind, ticked or not."""
    by_step = {item.step: item for item in ticked}
    steps = []
    for step in STEPS[row.kind]:
        item = by_step.get(step)
        steps.append(
            {
                "step": step,
                "at": None if item is None else item.at,
                "name": None if item is None else item.name,
                "note": "" if item is None else item.note,
            }
        )
    return {
        "checklist_id": row.checklist_id,
        "kind": row.kind,
        "state": row.state,
        "cause": row.cause,
        "opened_at": row.opened_at,
        "opened_name": row.opened_name,
        "closed_at": row.closed_at,
        "closed_name": row.closed_name,
        "note": row.note,
        "steps": steps,
    }
