"""Event reports: owed from the moment something affected safety, due 24 hours after landing (Order 761, Article 40).

What counts is policy (`rules.report_events`). A contingency is noted in the transaction that declares it, an alert right
after it was told. One report is owed for each kind of event of a flight.

    open (in the air) ---> due (landed; by `due_at`) ---> filed, or waived by the authority
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import orjson
from sqlmodel import Session

from airspace.lifecycle import AIRBORNE, PlanState
from airspace.rules.calendar import beijing_second
from airspace.timebase import from_scene_s, to_scene_s
from utm.advisories import AdvisoryDesk
from utm.airspace_book import AirspaceBook
from utm.alert_book import Condition, Party
from utm.clock import Clock
from utm.ids import new_id
from utm.live_schema import AlertItem
from utm.memory import Memory
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found
from utm.security import Principal, may_edit_of, may_read_of, visible_organisation
from utm.store import plans, rules
from utm.store.backlog import Backlog
from utm.store.journal import record_audit
from utm.store.rule_tables import EventReportRow
from utm.store.store import Store, on_undo

KIND: Final = "event_report"
_FIELDS: Final = tuple(EventReportRow.model_fields)
_TOLD: Final = frozenset({"raised", "escalated", "acknowledged"})


class EventReports:
    """What is owed and not filed, in memory (a `utm.memory.Keeper`), and the desk where reports are filed."""

    def __init__(
        self, *, clock: Clock, store: Store, backlog: Backlog, book: AirspaceBook, advisories: AdvisoryDesk
    ) -> None:
        self._clock, self._store, self._book, self._advisories = clock, store, book, advisories
        self._backlog = backlog
        self._unfiled: dict[str, EventReportRow] = {}
        self._subjects: set[str] = set()
        self._due: tuple[dict[str, EventReportRow], list[tuple[float | None, EventReportRow]]] = ({}, [])
        """The reports that are to be filed, of the `_unfiled` beside them."""
        self.memory: Memory | None = None

    # -- obligations -------------------------------------------------------------------------------------------------------

    def keep(self, session: Session, topic: str, item: msgspec.Struct, visible_to: frozenset[str] | None) -> None:
        """Follow a plan in the transaction that changes it (a `utm.bus.Keeper`)."""
        if topic != "plans":
            return
        state: str = item.state  # type: ignore[attr-defined]  # a plan item, as the topic says
        plan_id: str = item.plan_id  # type: ignore[attr-defined]
        if state == "contingent" and "contingency" in self._book.policy.rules.report_events:
            self._owe(session, "contingency", plan_id, item.operator_id, item.aircraft_id)  # type: ignore[attr-defined]
        if self._unfiled and state not in AIRBORNE:
            for row in [row for row in self._unfiled.values() if row.plan_id == plan_id and row.state == "open"]:
                self._landed(session, row)

    def on_bus(self, topic: str, item: msgspec.Struct, visible_to: frozenset[str] | None) -> None:
        """Owe a report for an alert that says something has happened (a `utm.bus.Handler`)."""
        if not isinstance(item, AlertItem) or item.kind not in self._book.policy.rules.report_events:
            return
        happened = item.time_to_event_s == 0.0 or item.kind in ("nonconforming", "gnss_jump", "link_lost")
        if item.kind == "contingency" or not happened or item.status not in _TOLD or item.operator_id is None:
            return
        if f"{item.kind}:{item.plan_id or item.aircraft_id}" in self._subjects:
            return
        now, flight = self._clock.now(), item.plan_id or item.aircraft_id
        self._backlog.put(
            lambda session: self._owe(session, item.kind, item.plan_id, item.operator_id, item.aircraft_id, now),
            f"report owed for {item.kind} of {flight}",
        )

    def _owe(
        self,
        session: Session,
        kind: str,
        plan_id: str | None,
        firm: str | None,
        aircraft_id: str | None,
        now: datetime | None = None,
    ) -> None:
        subject = f"{kind}:{plan_id or aircraft_id}"
        if firm is None or subject in self._subjects or rules.report_of(session, subject) is not None:
            return
        now = now or self._clock.now()
        plan = None if plan_id is None else plans.get(session, plan_id)
        flying = plan is not None and PlanState(plan.state) in AIRBORNE
        due_s = None if flying else to_scene_s(now) + self._book.policy.rules.report_within_s
        row = EventReportRow(
            report_id=new_id("er"), organisation_id=firm, plan_id=plan_id, aircraft_id=aircraft_id, kind=kind,
            subject=subject, event_at=rfc3339(now), due_s=due_s, state="open" if flying else "due",
            policy_version=self._book.policy.version,
        )  # fmt: skip
        rules.add_report(session, row)
        self._audit(session, "owe", row, None)
        self._hold(session, row)
        if not flying:
            self._remind(session, row)

    def _remind(self, session: Session, row: EventReportRow) -> None:
        """Tell the firm what it owes once its flight is down: until then its crew has other things to do."""
        hours = self._book.policy.rules.report_within_s / 3600.0
        self._advisories.raise_advisory(
            session,
            organisation_id=row.organisation_id,
            kind="event_report",
            # Not the flight's any more: what it was told while it flew ends with its landing, this begins there.
            detail=f"A report on the event {row.kind} of {row.plan_id or row.aircraft_id} is owed ({row.report_id}) "
            f"within {hours:g} hours.",
            detail_zh=f"须在 {hours:g} 小时内就 {row.plan_id or row.aircraft_id} 的事件 {row.kind} 提交报告（{row.report_id}）。",
        )

    def _landed(self, session: Session, row: EventReportRow) -> None:
        now = self._clock.now()
        within_s = self._book.policy.rules.report_within_s
        due_s = to_scene_s(now) + within_s
        self._remind(session, self._change(session, row, {"state": "due", "landed_at": rfc3339(now), "due_s": due_s}))

    # -- people ------------------------------------------------------------------------------------------------------------

    async def file(self, principal: Principal, report_id: str, report: dict[str, Any]) -> dict[str, Any]:
        """File a report, before or after it is due; raises Problem 409 for one that is filed or waived."""

        def job(session: Session) -> dict[str, Any]:
            row = self._open_of(session, principal, report_id)
            now = self._clock.now()
            late = row.due_s is not None and to_scene_s(now) > row.due_s
            values: dict[str, Any] = {
                "state": "filed",
                "filed_at": rfc3339(now),
                "filed_by": principal.subject,
                "late": late,
                "report": orjson.dumps(report).decode(),
            }
            return report_document(self._change(session, row, values, principal, "file"), now)

        return await self._store.write(job)

    async def waive(self, principal: Principal, report_id: str, reason: str) -> dict[str, Any]:
        """Say that no report is owed after all."""

        def job(session: Session) -> dict[str, Any]:
            row = self._open_of(session, principal, report_id)
            values = {"state": "waived", "reason": reason, "filed_at": rfc3339(self._clock.now())}
            changed = self._change(session, row, {**values, "filed_by": principal.subject}, principal, "waive")
            return report_document(changed, self._clock.now())

        return await self._store.write(job)

    def _open_of(self, session: Session, principal: Principal, report_id: str) -> EventReportRow:
        row = rules.report(session, report_id, visible_organisation(principal))
        if row is None or not (
            may_read_of(principal, row.organisation_id) or may_edit_of(principal, row.organisation_id)
        ):
            raise not_found("event report", "事件报告", report_id)
        if row.state not in ("open", "due"):
            raise Problem("report_closed", f"It is {row.state} already.", f"该报告已处于 {row.state} 状态。")
        return row

    async def get(self, principal: Principal, report_id: str) -> dict[str, Any]:
        """Return a report; raises Problem 404 for another's."""
        owner = visible_organisation(principal)
        row = await self._store.read(lambda session: rules.report(session, report_id, owner))
        if row is None or not may_read_of(principal, row.organisation_id):
            raise not_found("event report", "事件报告", report_id)
        return report_document(row, self._clock.now())

    async def page(
        self,
        *,
        organisation_id: str | None,
        states: Sequence[str] | None,
        overdue: bool,
        before: int | None,
        limit: int,
    ) -> list[tuple[int, dict[str, Any]]]:
        """Return reports, newest first, each with its position in the list."""
        now = self._clock.now()
        due_before_s = to_scene_s(now) if overdue else None
        rows = await self._store.read(
            lambda session: rules.reports(
                session,
                organisation_id=organisation_id,
                states=states,
                due_before_s=due_before_s,
                before=before,
                limit=limit,
            )
        )
        return [(row.number or 0, report_document(row, now)) for row in rows]

    # -- time --------------------------------------------------------------------------------------------------------------

    async def sweep(self) -> list[EventReportRow]:
        """Tell firms of reports that have become overdue; return those."""
        now_s = to_scene_s(self._clock.now())
        late = [row for row in self._unfiled.values() if _is_overdue(row, now_s) and row.overdue_at is None]
        if late:

            def job(session: Session) -> None:
                for row in late:
                    self._overdue(session, row)

            await self._store.write(job)
        return late

    def _overdue(self, session: Session, row: EventReportRow) -> None:
        self._change(session, row, {"overdue_at": rfc3339(self._clock.now())}, None, "overdue")
        self._advisories.raise_advisory(
            session,
            organisation_id=row.organisation_id,
            kind="event_report_overdue",
            plan_id=row.plan_id,
            detail=f"The report {row.report_id} on the event {row.kind} is overdue. File it now.",
            detail_zh=f"事件 {row.kind} 的报告 {row.report_id} 已逾期，请立即提交。",
        )

    def conditions(self, now_s: float) -> Iterable[Condition]:
        """Return the alerts that overdue reports call for; asks memory only."""
        unfiled = self._unfiled
        if self._due[0] is not unfiled:  # each change makes a new one; reading rows anew each half second costs
            self._due = unfiled, [(row.due_s, row) for row in unfiled.values() if row.state == "due"]
        for due_s, row in self._due[1]:
            if due_s is not None and due_s < now_s:
                due = beijing_second(row.due_s or 0.0)
                yield Condition(
                    "report_overdue",
                    row.report_id,
                    "advisory",
                    {"report": row.report_id, "event": row.kind, "due": due, "plan": row.plan_id or "—"},
                    Party(None, row.aircraft_id, row.plan_id, row.organisation_id),
                    happened=True,
                )

    # -- Keeper ------------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Read what is not filed."""
        self._unfiled = {row.report_id: row for row in rules.unfiled_reports(session)}
        self._subjects = {row.subject for row in self._unfiled.values()}

    def refresh(self, session: Session, ref: str) -> None:
        """Read one report again."""
        row = rules.report(session, ref)
        rest = {key: value for key, value in self._unfiled.items() if key != ref}
        self._unfiled = rest if row is None or row.state not in ("open", "due") else {**rest, ref: row}
        self._subjects = {row.subject for row in self._unfiled.values()}

    def _change(
        self,
        session: Session,
        row: EventReportRow,
        values: dict[str, Any],
        principal: Principal | None = None,
        action: str = "land",
    ) -> EventReportRow:
        rules.change_report(session, row.report_id, values)
        changed = EventReportRow(**{name: getattr(row, name) for name in _FIELDS} | values)
        self._audit(session, action, changed, principal)
        self._hold(session, changed)
        return changed

    def _hold(self, session: Session, row: EventReportRow) -> None:
        before, subjects = self._unfiled, self._subjects

        def undo() -> None:
            self._unfiled, self._subjects = before, subjects

        on_undo(session, undo)
        self.refresh(session, row.report_id)
        if self.memory is not None:
            self.memory.note(session, KIND, row.report_id)

    def _audit(self, session: Session, action: str, row: EventReportRow, principal: Principal | None) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor="system" if principal is None else principal.subject,
            organisation_id=None if principal is None else principal.organisation_id,
            action=f"{KIND}.{action}",
            object_kind=KIND,
            object_id=row.report_id,
            detail={"plan_id": row.plan_id, "kind": row.kind, "state": row.state},
        )


def _is_overdue(row: EventReportRow, now_s: float) -> bool:
    return row.state == "due" and row.due_s is not None and row.due_s < now_s


def report_document(row: EventReportRow, now: datetime) -> dict[str, Any]:
    """Return a report as the API answers it."""
    return {
        "report_id": row.report_id,
        "organisation_id": row.organisation_id,
        "plan_id": row.plan_id,
        "aircraft_id": row.aircraft_id,
        "kind": row.kind,
        "state": row.state,
        "event_at": row.event_at,
        "landed_at": row.landed_at,
        "due_at": None if row.due_s is None else _instant(row.due_s),
        "overdue": _is_overdue(row, to_scene_s(now)),
        "filed_at": row.filed_at,
        "filed_by": row.filed_by,
        "late": None if row.late is None else bool(row.late),
        "reason": row.reason,
        "report": None if row.report is None else orjson.loads(row.report),
        "policy_version": row.policy_version,
    }


def _instant(scene_s: float) -> str:
    at = from_scene_s(scene_s)
    return rfc3339(at + timedelta(microseconds=-at.microsecond))
