"""Advisories: what a firm is told about its flights, durable with what caused them, until it acknowledges.

An advisory may follow a cause (`contingency:ct_1`, `nonconforming:fp_1`, `overdue:fp_1`, `zone:zn_1`). Of a cause there is
one advisory per plan: `sync` raises it, changes it when what the flight should do changes, and withdraws it when the
cause or the plan's part in it ceases. What a flight in the air is told must be acknowledged; silence escalates it.

    told ------------> acknowledged   its firm has read it
    told ------------> escalated      nobody did in time: a dispatcher is called
    escalated -------> acknowledged
    any of these ----> told           what to do has changed
    any of these ----> withdrawn      the cause ceased
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlmodel import Session

from airspace.timebase import from_scene_s
from utm.bus import Bus
from utm.clock import Clock
from utm.ids import new_id
from utm.live_schema import AdvisoryItem
from utm.memory import Memory
from utm.plan_records import rfc3339
from utm.problems import not_found
from utm.security import Principal, may_edit_of, may_read_of, visible_organisation
from utm.store import notices
from utm.store.journal import record_audit
from utm.store.notice_tables import AdvisoryRow
from utm.store.store import Store, on_undo

KIND: Final = "advisory"
SAME_TIME_S: Final = 10.0
"""Times that move by less than this do not make another advisory."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a cause calls for: which firm is told what about which plan; `action` is a stable code of what to do.

    `starts_s` and `ends_s` are scene seconds within which the flight is concerned.
    """

    organisation_id: str
    plan_id: str
    kind: str
    action: str
    detail: str
    detail_zh: str
    zone_id: str | None = None
    must_acknowledge: bool = False
    starts_s: float | None = None
    ends_s: float | None = None


class AdvisoryDesk:
    """Raises, follows, lists and acknowledges advisories (a `utm.memory.Keeper` of kind "advisory")."""

    def __init__(self, clock: Clock, store: Store, bus: Bus | None = None) -> None:
        self._clock, self._store, self._bus = clock, store, bus
        self.told: list[Callable[[Session, AdvisoryRow, str], None]] = []
        """Called in the job that raises, changes, escalates, acknowledges or withdraws an advisory, with that word."""
        self.memory: Memory | None = None
        self._open: dict[str, AdvisoryRow] = {}
        self._by_cause: dict[str, dict[str, AdvisoryRow]] = {}

    # -- raising -------------------------------------------------------------------------------------------------------

    def raise_advisory(
        self,
        session: Session,
        *,
        organisation_id: str,
        kind: str,
        detail: str,
        detail_zh: str,
        plan_id: str | None = None,
        zone_id: str | None = None,
        cause: str | None = None,
        action: str | None = None,
        must_acknowledge: bool = False,
    ) -> str:
        """Tell a firm something once, inside the job of the writer that makes it true; return the advisory's id.

        One that must be acknowledged names its cause and its plan: it escalates by silence like those that follow one.
        """
        row = AdvisoryRow(
            advisory_id=new_id("adv"),
            number=0,
            organisation_id=organisation_id,
            kind=kind,
            plan_id=plan_id,
            zone_id=zone_id,
            detail=detail,
            detail_zh=detail_zh,
            raised_at=rfc3339(self._clock.now()),
            cause=cause,
            action=action,
            must_acknowledge=must_acknowledge,
            priority=1 if must_acknowledge else 0,
        )
        notices.add_advisory(session, row)
        if cause is not None:
            self._keep(row)
            on_undo(session, lambda: self._drop(row.advisory_id))
            if self.memory is not None:
                self.memory.note(session, KIND, row.advisory_id)
        self._tell(session, row, "raised")
        return row.advisory_id

    def differs(self, cause: str, wanted: Collection[Wanted]) -> bool:
        """Tell whether what is told because of a cause is no longer what it calls for; asks memory only."""
        told = self._by_cause.get(cause, {})
        return {item.plan_id for item in wanted} != set(told) or any(
            _changed(told[item.plan_id], item) for item in wanted
        )

    def sync(self, session: Session, cause: str, wanted: Sequence[Wanted]) -> dict[str, str]:
        """Bring what is told because of a cause to what it calls for now (inside a job of the writer).

        Returns the ids of the advisories by plan. Nothing is written where nothing changed.
        """
        told = {row.plan_id: row for row in notices.open_of_cause(session, cause) if row.plan_id is not None}
        now = rfc3339(self._clock.now())
        ids: dict[str, str] = {}
        for item in wanted:
            row = told.pop(item.plan_id, None)
            if row is None:
                row = self._add(session, cause, item, now)
            elif _changed(row, item):
                self._change(session, row, item, now)
            ids[item.plan_id] = row.advisory_id
        for row in told.values():
            notices.change_advisory(session, row.advisory_id, {"withdrawn_at": now, "updated_at": now})
            self._audit(session, "advisory.withdraw", row, None)
            self._note(session, row.advisory_id, "withdrawn")
        return ids

    def _add(self, session: Session, cause: str, item: Wanted, now: str) -> AdvisoryRow:
        row = AdvisoryRow(
            advisory_id=new_id("adv"), number=0, organisation_id=item.organisation_id, raised_at=now, cause=cause,
            plan_id=item.plan_id, **_content(item),
        )  # fmt: skip
        notices.add_advisory(session, row)
        self._audit(session, "advisory.raise", row, None)
        self._keep(row)
        on_undo(session, lambda: self._drop(row.advisory_id))
        if self.memory is not None:
            self.memory.note(session, KIND, row.advisory_id)
        self._tell(session, row, "raised")
        return row

    def _change(self, session: Session, row: AdvisoryRow, item: Wanted, now: str) -> None:
        values: dict[str, Any] = {**_content(item), "updated_at": now}
        if row.action != item.action:  # something else to do is to be acknowledged anew
            values |= {"acknowledged_at": None, "acknowledged_by": None, "escalated_at": None}
        elif row.escalated_at is not None:
            values["priority"] = 2
        notices.change_advisory(session, row.advisory_id, values)
        self._audit(session, "advisory.change", row, None)
        self._note(session, row.advisory_id, "changed")

    def attach_offers(self, session: Session, advisory_id: str, offers: Sequence[dict[str, Any]]) -> None:
        """Give an advisory the counter-offers found for its plan."""
        text = orjson.dumps(list(offers)).decode()
        notices.change_advisory(session, advisory_id, {"offers": text})
        self._note(session, advisory_id, "offered")

    def actions_of(self, cause: str) -> dict[str, str]:
        """Return what the flights concerned by a cause were told to do, by plan."""
        return {plan_id: row.action for plan_id, row in self._by_cause.get(cause, {}).items() if row.action is not None}

    def standing(self, cause: str, plan_id: str) -> dict[str, Any]:
        """Return how the advisory of a cause to a plan stands."""
        row = self._by_cause.get(cause, {}).get(plan_id)
        return {
            "advisory_id": None if row is None else row.advisory_id,
            "advisory_state": None if row is None else state_of(row),
        }

    def withdraw_of_plan(self, session: Session, plan_id: str) -> None:
        """Withdraw whatever a plan that is over was told (inside a job of the writer)."""
        now = rfc3339(self._clock.now())
        for row in [row for row in list(self._open.values()) if row.plan_id == plan_id]:
            notices.change_advisory(session, row.advisory_id, {"withdrawn_at": now, "updated_at": now})
            self._audit(session, "advisory.withdraw", row, None)
            self._note(session, row.advisory_id, "withdrawn")

    def causes(self, prefix: str) -> list[str]:
        """Return the causes of a kind that something is told of."""
        return [cause for cause in list(self._by_cause) if cause.startswith(prefix)]

    # -- acknowledgement and silence -----------------------------------------------------------------------------------

    def waiting(self) -> list[AdvisoryRow]:
        """Return the advisories that must be acknowledged and were not, oldest first."""
        rows = [row for row in list(self._open.values()) if row.must_acknowledge and row.acknowledged_at is None]
        return sorted(rows, key=lambda row: row.number)

    async def escalate(self, advisory_ids: Collection[str]) -> None:
        """Raise the priority of advisories nobody acknowledged in time."""

        def job(session: Session) -> None:
            now = rfc3339(self._clock.now())
            for advisory_id in advisory_ids:
                row = notices.advisory(session, advisory_id)
                if row is None or row.acknowledged_at or row.escalated_at or row.withdrawn_at:
                    continue
                notices.change_advisory(session, advisory_id, {"escalated_at": now, "updated_at": now, "priority": 2})
                self._audit(session, "advisory.escalate", row, None)
                self._note(session, advisory_id, "escalated")

        await self._store.write(job)

    async def is_acknowledged(self, advisory_id: str) -> bool:
        """Tell whether a firm has acknowledged an advisory."""
        known = self._open.get(advisory_id)
        if known is not None:
            return known.acknowledged_at is not None
        row = await self._store.read(lambda session: notices.advisory(session, advisory_id))
        return row is not None and row.acknowledged_at is not None

    async def page(
        self,
        *,
        organisation_id: str | None,
        plan_id: str | None,
        before: int | None,
        limit: int,
        state: str | None = None,
    ) -> Sequence[AdvisoryRow]:
        """Return advisories, newest first; of one state where it is named."""
        return await self._store.read(
            lambda session: notices.advisories(
                session, organisation_id=organisation_id, plan_id=plan_id, before=before, limit=limit, state=state
            )
        )

    async def acknowledge(self, principal: Principal, advisory_id: str) -> dict[str, Any]:
        """Mark an advisory as read by its firm; doing it again changes nothing. Raises Problem 404 for another's."""

        def job(session: Session) -> dict[str, Any]:
            row = notices.advisory(session, advisory_id, visible_organisation(principal))
            if row is None or not may_edit_of(principal, row.organisation_id):
                raise not_found("advisory", "通告", advisory_id)
            if row.acknowledged_at is None:
                row.acknowledged_at, row.acknowledged_by = rfc3339(self._clock.now()), principal.subject
                notices.acknowledge(session, advisory_id, at=row.acknowledged_at, by=row.acknowledged_by)
                self._audit(session, "advisory.acknowledge", row, principal)
                self._note(session, advisory_id, "acknowledged")
            return advisory_document(row)

        return await self._store.write(job)

    # -- Keeper --------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Forget everything and read every advisory that follows a cause."""
        self._open, self._by_cause = {}, {}
        for row in notices.following_causes(session):
            self._keep(row)

    def refresh(self, session: Session, ref: str) -> None:
        """Read one advisory again."""
        row = notices.advisory(session, ref)
        self._forget(ref)
        if row is not None and row.cause is not None and row.withdrawn_at is None:
            self._keep(row)

    def _keep(self, row: AdvisoryRow) -> None:
        if row.cause is not None and row.plan_id is not None:
            self._open[row.advisory_id] = row
            self._by_cause.setdefault(row.cause, {})[row.plan_id] = row

    def _forget(self, advisory_id: str) -> AdvisoryRow | None:
        row = self._open.pop(advisory_id, None)
        if row is not None and row.cause is not None and row.plan_id is not None:
            told = self._by_cause.get(row.cause, {})
            told.pop(row.plan_id, None)
            if not told:
                self._by_cause.pop(row.cause, None)
        return row

    def _drop(self, advisory_id: str) -> None:
        self._forget(advisory_id)

    def _note(self, session: Session, advisory_id: str, news: str) -> None:
        before = self._open.get(advisory_id)
        self.refresh(session, advisory_id)
        row = notices.advisory(session, advisory_id)
        if row is not None:
            self._tell(session, row, news)

        def undo() -> None:
            self._forget(advisory_id)
            if before is not None:
                self._keep(before)

        on_undo(session, undo)
        if self.memory is not None:
            self.memory.note(session, KIND, advisory_id)

    def _tell(self, session: Session, row: AdvisoryRow, news: str) -> None:
        """Publish an advisory to its firm and the centre once it is durable, and let others follow it."""
        if self._bus is not None:
            owner = frozenset({row.organisation_id})
            self._bus.publish_in(session, "advisories", advisory_item(row), visible_to=owner)
        for listener in self.told:
            listener(session, row, news)

    def present(self, principal: Principal) -> list[AdvisoryItem]:
        """Return the advisories that follow a cause and concern the caller, oldest first."""
        rows = [row for row in list(self._open.values()) if may_read_of(principal, row.organisation_id)]
        return [advisory_item(row) for row in sorted(rows, key=lambda row: row.number)]

    def _audit(self, session: Session, action: str, row: AdvisoryRow, principal: Principal | None) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor="system" if principal is None else principal.subject,
            organisation_id=None if principal is None else principal.organisation_id,
            action=action,
            object_kind="advisory",
            object_id=row.advisory_id,
            detail={"plan_id": row.plan_id, "cause": row.cause, "action": row.action},
        )


def _content(item: Wanted) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "zone_id": item.zone_id,
        "detail": item.detail,
        "detail_zh": item.detail_zh,
        "action": item.action,
        "priority": 1 if item.must_acknowledge else 0,
        "must_acknowledge": item.must_acknowledge,
        "starts_at": None if item.starts_s is None else rfc3339(from_scene_s(item.starts_s)),
        "ends_at": None if item.ends_s is None else rfc3339(from_scene_s(item.ends_s)),
    }


def _changed(row: AdvisoryRow, item: Wanted) -> bool:
    if (row.kind, row.action, row.zone_id) != (item.kind, item.action, item.zone_id):
        return True
    if bool(row.must_acknowledge) != item.must_acknowledge:
        return True
    pairs = ((row.starts_at, item.starts_s), (row.ends_at, item.ends_s))
    return any(_moved(text, scene_s) for text, scene_s in pairs)


def _moved(text: str | None, scene_s: float | None) -> bool:
    if text is None or scene_s is None:
        return (text is None) != (scene_s is None)
    return abs((datetime.fromisoformat(text) - from_scene_s(scene_s)).total_seconds()) > SAME_TIME_S


def state_of(row: AdvisoryRow) -> str:
    """Return where an advisory stands: told, escalated, acknowledged or withdrawn."""
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.acknowledged_at is not None:
        return "acknowledged"
    return "told" if row.escalated_at is None else "escalated"


def advisory_document(row: AdvisoryRow) -> dict[str, Any]:
    """Return an advisory as the API answers it; who acted for the firm and what the cause is called stay inside."""
    return {
        "advisory_id": row.advisory_id,
        "kind": row.kind,
        "state": state_of(row),
        "plan_id": row.plan_id,
        "zone_id": row.zone_id,
        "action": row.action,
        "priority": row.priority,
        "must_acknowledge": bool(row.must_acknowledge),
        "detail": row.detail,
        "detail_zh": row.detail_zh,
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "counter_offers": orjson.loads(row.offers) if row.offers else [],
        "raised_at": row.raised_at,
        "updated_at": row.updated_at,
        "escalated_at": row.escalated_at,
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": row.acknowledged_by,
        "withdrawn_at": row.withdrawn_at,
    }


def advisory_item(row: AdvisoryRow) -> AdvisoryItem:
    """Return an advisory as the live feed tells it; its counter-offers are at /v1/advisories."""
    document = {name: value for name, value in advisory_document(row).items() if name != "counter_offers"}
    return AdvisoryItem(**document, operator_id=row.organisation_id)


def by_plan(rows: Iterable[AdvisoryRow]) -> dict[str, AdvisoryRow]:
    """Return advisories by their plan."""
    return {row.plan_id: row for row in rows if row.plan_id is not None}
