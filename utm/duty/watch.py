"""What duty staff are told of: advisories nobody acknowledges, alerts that escalate, reports and decisions overdue."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

import msgspec
from sqlmodel import Session

from airspace.timebase import to_scene_s
from utm.advisories import AdvisoryDesk
from utm.clock import Clock
from utm.duty.desk import DutyDesk
from utm.live_schema import AlertItem
from utm.rules.applications import ApplicationDesk
from utm.rules.reports import EventReports
from utm.security.principal import Role
from utm.store.backlog import Backlog
from utm.store.notice_tables import AdvisoryRow
from utm.store.rule_tables import ApplicationRow, EventReportRow
from utm.store.store import Store

LAST_AFTER_S: Final = 120.0
"""How long after its escalation a silent advisory or alert reaches the last level (ours)."""
_REACHED: Final = {"raised": ("emergency",), "escalated": ("caution", "warning", "emergency")}
_CALLED: Final = frozenset({"plan_withdrawn", "event_report", "event_report_overdue", "command"})
"""Advisories without acknowledgement that are news for duty staff all the same."""


class DutyWatch:
    """Turns news into messages. `offices(role)` are the organisations of a role: dispatcher, regulator."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        backlog: Backlog,
        desk: DutyDesk,
        advisories: AdvisoryDesk,
        reports: EventReports,
        applications: ApplicationDesk,
        offices: Callable[[Role], Collection[str]],
    ) -> None:
        self._clock, self._store, self._desk, self._offices = clock, store, desk, offices
        self._backlog = backlog
        self._advisories, self._reports, self._applications = advisories, reports, applications
        self._escalated: dict[str, tuple[float, AlertItem]] = {}
        self._last_told: dict[str, tuple[str | None, frozenset[str]]] = {}
        """Advisories the last level was told of: with which action, and which contacts."""
        advisories.told.append(self.on_advisory)

    # -- advisories --------------------------------------------------------------------------------------------------------

    def on_advisory(self, session: Session, row: AdvisoryRow, news: str) -> None:
        """Tell of an advisory inside the job that raises, changes or escalates it."""
        if news == "escalated":
            self._advise(session, row, firm_level=2, centre_level=1)
        elif news in ("raised", "changed") and (row.must_acknowledge or row.kind in _CALLED):
            self._advise(session, row, firm_level=1, centre_level=None)

    def _advise(self, session: Session, row: AdvisoryRow, *, firm_level: int, centre_level: int | None) -> None:
        about, about_zh = (f" ({row.plan_id})", f"（{row.plan_id}）") if row.plan_id else ("", "")
        words = {
            "en": (f"Hexlane: {row.kind.replace('_', ' ')}{about}", f"{row.detail} {_ASK[row.must_acknowledge][0]}"),
            "zh": (f"Hexlane：航行通告{about_zh}", f"{row.detail_zh}{_ASK[row.must_acknowledge][1]}"),
        }
        firms = self._desk.on_duty({row.organisation_id}, "advisories", most_level=firm_level)
        news = f"{row.action or ''}:{firm_level}"
        self._desk.tell(session, firms, kind="advisory", ref=row.advisory_id, news=news, words=words)
        if centre_level is None:
            return
        silent = {
            "en": (f"Hexlane: nobody acknowledges{about}", f"The firm has not acknowledged: {row.detail} Call it."),
            "zh": (f"Hexlane：无人确认{about_zh}", f"运营方尚未确认：{row.detail_zh}请致电运营方。"),
        }
        centre = self._desk.on_duty(self._offices("dispatcher"), "advisories", most_level=centre_level)
        self._desk.tell(session, centre, kind="advisory", ref=row.advisory_id, news=news, words=silent)

    # -- alerts ------------------------------------------------------------------------------------------------------------

    def on_alert(self, topic: str, item: msgspec.Struct, visible_to: frozenset[str] | None) -> None:
        """Tell the centre of an alert nobody acknowledges, and of an emergency at once (a `utm.bus.Handler`)."""
        if not isinstance(item, AlertItem):
            return
        if item.status not in _REACHED:
            self._escalated.pop(item.alert_id, None)
            return
        if item.severity not in _REACHED[item.status]:
            return
        level = 2 if item.status == "escalated" else 1
        known = self._escalated.get(item.alert_id)
        if item.status == "escalated" and known is None:
            self._escalated[item.alert_id] = (to_scene_s(self._clock.now()), item)
        elif item.status == "escalated":
            return
        self._call_centre(item, level)

    def _call_centre(self, item: AlertItem, level: int) -> None:
        contacts = self._desk.on_duty(self._offices("dispatcher"), "alerts", most_level=level, severity=item.severity)
        if not contacts:
            return
        words = {
            "en": (f"Hexlane: {item.severity}, {item.kind.replace('_', ' ')}", item.detail),
            "zh": (f"Hexlane：{_SEVERITY_ZH[item.severity]}告警", item.detail_zh),
        }
        self._backlog.put(
            lambda session: self._desk.tell(
                session, contacts, kind="alert", ref=item.alert_id, news=f"{item.severity}:{level}", words=words
            ),
            f"message to duty staff about {item.alert_id}",
        )

    # -- time --------------------------------------------------------------------------------------------------------------

    async def sweep(self) -> None:
        """Reach the last level where still nobody answers, and tell of overdue reports and decisions."""
        now_s = to_scene_s(self._clock.now())
        for alert_id, (since_s, item) in list(self._escalated.items()):
            if now_s - since_s >= LAST_AFTER_S:
                self._escalated.pop(alert_id)
                self._call_centre(item, 3)
        await self._reach_last(now_s)
        reports = await self._reports.sweep()
        late = self._applications.overdue(now_s)

        def job(session: Session) -> None:
            for report in reports:
                self._report(session, report)
            for application in late:
                self._late(session, application)

        if reports:
            # The sweep that marks a report overdue tells of it once: a write that fails here must not lose that.
            self._backlog.put(job, "messages to duty staff about what is overdue")
        elif late:
            await self._store.write(job)

    async def _reach_last(self, now_s: float) -> None:
        """Tell the last level of the advisories still silent, each once for its action and whoever is on duty."""
        silent = [row for row in self._advisories.waiting() if _silent_s(row, now_s) >= LAST_AFTER_S]
        told = {row.advisory_id: (row.action, self._last_contacts(row)) for row in silent}
        news = {name: said for name, said in told.items() if said[1] and self._last_told.get(name) != said}
        if news:
            await self._store.write(lambda session: self._last(session, list(news)))
        self._last_told = told

    def _last_contacts(self, row: AdvisoryRow) -> frozenset[str]:
        firms = self._desk.on_duty({row.organisation_id}, "advisories", most_level=3)
        centre = self._desk.on_duty(self._offices("dispatcher"), "advisories", most_level=2)
        return frozenset(contact.contact_id for contact in (*firms, *centre))

    def _last(self, session: Session, advisory_ids: Collection[str]) -> None:
        waiting = {row.advisory_id: row for row in self._advisories.waiting()}  # as committed: this job holds the lock
        for advisory_id in advisory_ids:
            if advisory_id in waiting:
                self._advise(session, waiting[advisory_id], firm_level=3, centre_level=2)

    def _report(self, session: Session, row: EventReportRow) -> None:
        words = {
            "en": ("Hexlane: report overdue", f"The report {row.report_id} on {row.kind} of {row.plan_id} is overdue."),
            "zh": ("Hexlane：事件报告逾期", f"航班 {row.plan_id} 的事件 {row.kind} 报告 {row.report_id} 已逾期。"),
        }
        told = {row.organisation_id, *self._offices("dispatcher"), *self._offices("regulator")}
        contacts = self._desk.on_duty(told, "reports", most_level=1)
        self._desk.tell(session, contacts, kind="report", ref=row.report_id, news="overdue", words=words)

    def _late(self, session: Session, row: ApplicationRow) -> None:
        self._applications.late(session, row)
        words = {
            "en": (
                "Hexlane: decision overdue",
                f"The application for the plan {row.plan_id} is undecided past its time.",
            ),
            "zh": ("Hexlane：审批逾期", f"计划 {row.plan_id} 的申请已过审批时限，尚未决定。"),
        }
        offices = {*self._offices("dispatcher"), *self._offices("regulator")}
        contacts = self._desk.on_duty(offices, "approvals", most_level=1)
        self._desk.tell(session, contacts, kind="approval", ref=row.application_id, news="overdue", words=words)


_ASK: Final = {True: ("Acknowledge it now.", "请立即确认。"), False: ("", "")}
_SEVERITY_ZH: Final = {"advisory": "提示", "caution": "注意", "warning": "警告", "emergency": "紧急"}


def _silent_s(row: AdvisoryRow, now_s: float) -> float:
    return -1.0 if row.escalated_at is None else now_s - to_scene_s(datetime.fromisoformat(row.escalated_at))
