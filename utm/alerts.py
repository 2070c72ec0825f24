"""Alerts: told at once, stored durably, handled by dispatchers; each step in the audit trail and on the bus.

The book (`utm.alert_book`) lives in the process that keeps the picture. What the system raises is told first and stored
right after, because a dispatcher must not wait for a disk; what a person does is answered once it is durable.
"""

import asyncio
import copy
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import structlog
from sqlmodel import Session

from airspace.timebase import from_scene_s, to_scene_s
from utm.alert_book import Alert, AlertBook, Condition, HandlerAction, Illegal, Step
from utm.alert_items import alert_of_row, firms_of, is_shared, item_of, item_of_row_for, row_of, seen_by
from utm.bus import Bus
from utm.clock import Clock
from utm.ids import new_id
from utm.live_schema import AlertItem
from utm.problems import Problem, not_found
from utm.security.authorise import may_read_of, visible_organisation
from utm.security.principal import Principal
from utm.store import alerts as records
from utm.store.alert_tables import AlertRow, AlertStepRow
from utm.store.journal import record_audit
from utm.store.store import Store, StoreUnavailableError

_BACKLOG = 50_000

_log = structlog.get_logger(__name__)


class Alerts:
    """The desk all alerts go over."""

    def __init__(self, *, clock: Clock, store: Store, bus: Bus, escalation_factor: float = 1.0) -> None:
        self._clock, self._store, self._bus = clock, store, bus
        self.book = AlertBook(lambda: new_id("al"), escalation_factor=escalation_factor)
        self.counters = {"raised": 0, "resolved": 0, "escalated": 0, "store_failures": 0, "steps_dropped": 0}
        self._waiting: list[tuple[AlertRow, Step]] = []
        self._writing: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Take up the alerts that were open when the service stopped."""
        rows = await self._store.read(records.open_alerts)
        alerts = [alert for alert in map(alert_of_row, rows) if alert is not None]
        self.book.restore(alerts, to_scene_s(self._clock.now()))

    async def close(self) -> None:
        """Store what still waits."""
        while self._writing is not None:  # each batch starts the next; a failing store ends the row
            await asyncio.wait([self._writing])
            await asyncio.sleep(0)

    # -- the system's steps -----------------------------------------------------------------------------------------

    def take(self, conditions: Iterable[Condition], now_s: float) -> None:
        """Take what one analysis found; call it on the event loop."""
        for step in self.book.update(conditions, now_s):
            if step.name in self.counters:
                self.counters[step.name] += 1
            self._tell(step.alert)
            if step.durable:
                self._waiting.append((row_of(step.alert), step))
        if len(self._waiting) > _BACKLOG:  # a store that fails for hours: the newest steps matter most
            self.counters["steps_dropped"] += len(self._waiting) - _BACKLOG
            del self._waiting[:-_BACKLOG]
        self._write()

    def _tell(self, alert: Alert) -> None:
        """Publish an alert; of two firms each is told of its own flight, and the centre, told last, of both."""
        item, found = item_of(alert), alert.condition
        firms = firms_of(found)
        if not is_shared(found):
            self._bus.publish("alerts", item, visible_to=firms)
            return
        for firm in sorted(firms):
            own = seen_by(item, found.party, found.other, found.texts, firm)
            self._bus.publish("alerts", own, visible_to=frozenset((firm,)))
        self._bus.publish("alerts", item, visible_to=None)

    def _write(self) -> None:
        """Store the steps that wait, one batch at a time; a batch that fails goes first into the next."""
        if self._writing is not None or not self._waiting:
            return
        batch, self._waiting = self._waiting, []
        try:
            future = self._store.enqueue(lambda session: self._keep(session, batch))
        except StoreUnavailableError:
            self._waiting = batch
            return
        self._writing = future

        def done(finished: "asyncio.Future[None]") -> None:
            self._writing = None
            failure = None if finished.cancelled() else finished.exception()
            if finished.cancelled() or failure is not None:
                self.counters["store_failures"] += 1
                _log.warning("alerts_not_stored", steps=len(batch), reason=str(failure))
                self._waiting = batch + self._waiting
            else:
                self._write()

        future.add_done_callback(done)

    def _keep(self, session: Session, batch: Sequence[tuple[AlertRow, Step]]) -> None:
        newest = {row.alert_id: row for row, _ in batch}
        for row in newest.values():
            records.put(session, row)
        for row, step in batch:
            at = from_scene_s(step.at_s)
            records.add_step(
                session,
                AlertStepRow(
                    alert_id=row.alert_id,
                    at=at.isoformat(),
                    step=step.name,
                    severity=row.severity,
                    actor=step.actor or "system",
                    initials=step.initials,
                    note=step.note,
                ),
            )
            detail: dict[str, Any] = {"kind": row.kind, "subject": row.subject, "severity": row.severity}
            detail |= {"initials": step.initials, "note": step.note} if step.actor else {}
            record_audit(
                session,
                at=at,
                actor=step.actor or "system",
                organisation_id=step.organisation_id,
                action=f"alert.{step.name}",
                object_kind="alert",
                object_id=row.alert_id,
                detail=detail,
            )

    # -- people's steps ---------------------------------------------------------------------------------------------

    async def handle(
        self,
        principal: Principal,
        alert_id: str,
        action: HandlerAction,
        *,
        initials: str | None = None,
        note: str | None = None,
        until: datetime | None = None,
    ) -> AlertItem:
        """Take a dispatcher's step; raises Problem 404, or 409 illegal_alert_step naming what is allowed."""
        alert = self.book.open.get(alert_id)
        if alert is None:
            owner = visible_organisation(principal)
            row = await self._store.read(lambda session: records.get(session, alert_id, owner))
            alert = self.book.open.get(alert_id)
            if alert is None and (row is None or not _may_see(principal, row)):
                raise not_found("alert", "告警", alert_id)
            if alert is None:
                raise _illegal(action, Illegal("resolved", ()))
        before = copy.copy(alert)
        step = self.book.act(
            alert,
            action,
            to_scene_s(self._clock.now()),
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            initials=initials,
            note=note,
            until_s=None if until is None else to_scene_s(until),
        )
        if isinstance(step, Illegal):
            raise _illegal(action, step)
        row = row_of(alert)
        item = item_of(alert)
        earlier, self._waiting = self._waiting, []  # steps before this one are stored before it
        try:
            await self._store.write(lambda session: self._keep(session, [*earlier, (row, step)]))
        except BaseException:
            self._waiting = earlier + self._waiting
            self.book.take_back(alert, before)
            raise
        self._tell(alert)
        return item

    # -- reading ----------------------------------------------------------------------------------------------------

    async def get(self, principal: Principal, alert_id: str) -> tuple[AlertItem, list[AlertStepRow]]:
        """Return an alert as the caller may see it, with its steps; raises Problem 404."""
        owner = visible_organisation(principal)

        def read(session: Session) -> tuple[AlertItem, list[AlertStepRow]]:
            row = records.get(session, alert_id, owner)
            if row is None or not _may_see(principal, row):
                raise not_found("alert", "告警", alert_id)
            return item_of_row_for(row, owner), records.steps_of(session, alert_id)

        return await self._store.read(read)

    async def page(
        self, principal: Principal, where: records.AlertFilter, *, after: tuple[float, str] | None, limit: int
    ) -> list[tuple[float, AlertItem]]:
        """Return alerts the caller may see, latest first, each with its position in the list."""
        organisation_id = visible_organisation(principal)
        narrowed = records.AlertFilter(organisation_id, where.statuses, where.severities, where.since_s)
        rows = await self._store.read(lambda session: records.page(session, narrowed, after=after, limit=limit))
        return [(row.raised_s, item_of_row_for(row, organisation_id)) for row in rows]

    def present(self, principal: Principal) -> list[AlertItem]:
        """Return the open alerts the caller may see, in the order of attention."""
        firm = visible_organisation(principal)
        items = []
        for alert in self.book.open.values():
            if firm is None:
                items.append(item_of(alert))
            elif firm in firms_of(alert.condition):
                found = alert.condition
                items.append(seen_by(item_of(alert), found.party, found.other, found.texts, firm))
        return sorted(items, key=lambda item: item.rank or 0)


def _may_see(principal: Principal, row: AlertRow) -> bool:
    return may_read_of(principal, None) or any(may_read_of(principal, firm) for firm in row.organisations.split())


def _illegal(action: str, why: Illegal) -> Problem:
    allowed, allowed_zh = ", ".join(why.allowed) or "none", "、".join(why.allowed) or "无"
    return Problem(
        "illegal_alert_step",
        f"'{action}' is not possible for an alert that is {why.status}; allowed from here: {allowed}.",
        f"告警处于 {why.status} 状态，不能执行“{action}”；此状态允许的操作：{allowed_zh}。",
    )
