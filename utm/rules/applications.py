"""Applications to the outside authority: kept with the plan that needs one, followed until somebody has decided.

Every pending plan has an application: this is what waits for a person in the centre, or for the authority's own system
where one is connected (`utm.rules.authority_courier`). It is written in the transaction that makes the plan pending and
closed in the one that ends that.

    waiting ---> approved | refused     a person or the authority decided
    waiting ---> withdrawn              the plan was cancelled, changed into one that needs none, or expired
"""

from typing import Any, Final

import msgspec
from sqlmodel import Session

from airspace.timebase import to_scene_s
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.ids import new_id
from utm.memory import Memory
from utm.plan_records import decode_authority, rfc3339
from utm.store import plans, rules
from utm.store.journal import record_audit
from utm.store.rule_tables import NO_LIMIT_S, ApplicationRow
from utm.store.store import Store, on_undo
from utm.store.tables import FlightPlanRow

KIND: Final = "authority_application"
_OVER: Final = frozenset({"refused", "ended", "cancelled", "withdrawn", "expired"})
_GIVEN_UP: Final = frozenset({"refused", "cancelled", "withdrawn", "expired"})
_SENT: Final = frozenset({"follow", "approved", "report", "await_release"})
"""Stages in which the authority's system knows of the application."""
_OUTCOME: Final = {"approved": "approved", "refused": "refused"}


class ApplicationDesk:
    """The applications that are open (a `utm.memory.Keeper`), and which plans wait for their release."""

    def __init__(self, *, clock: Clock, store: Store, book: AirspaceBook, adapter: str) -> None:
        """`adapter` is `uom` where the authority's system is connected, else `manual`."""
        self._clock, self._store, self._book, self.adapter = clock, store, book, adapter
        self.open: dict[str, ApplicationRow] = {}
        """By plan: undecided, or with something left for the adapter to do."""
        self.awaiting_release: dict[str, str] = {}
        """Plans whose firm reported readiness and nobody released yet, with their firm."""
        self.memory: Memory | None = None

    # -- following plans ---------------------------------------------------------------------------------------------------

    def keep(self, session: Session, topic: str, item: msgspec.Struct, visible_to: frozenset[str] | None) -> None:
        """Follow a plan in the transaction that changes it (a `utm.bus.Keeper`)."""
        if topic != "plans":
            return
        plan_id: str = item.plan_id  # type: ignore[attr-defined]  # a plan item, as the topic says
        state: str = item.state  # type: ignore[attr-defined]
        known = self.open.get(plan_id)
        if state != "pending" and known is None and plan_id not in self.awaiting_release:
            return
        row = plans.get(session, plan_id)
        if row is None:
            return
        if plan_id in self.awaiting_release:
            self._note_release(session, row)
        if state == "pending":
            self._pending(session, row, known)
        elif known is not None:
            self._decided(session, row, known)

    def confirmed(self, session: Session, row: FlightPlanRow) -> None:
        """Note that a firm reported readiness, in the transaction that keeps it."""
        self._note_release(session, row)
        known = self.open.get(row.plan_id)
        if known is not None and known.state == "approved" and row.plan_id in self.awaiting_release:
            self._decided(session, row, known)

    def _note_release(self, session: Session, row: FlightPlanRow) -> None:
        authority = decode_authority(row.authority)
        before = self.awaiting_release
        waits = (
            row.state == "approved" and authority.readiness_reported_at is not None and authority.released_at is None
        )
        rest = {plan_id: firm for plan_id, firm in before.items() if plan_id != row.plan_id}
        self.awaiting_release = {**rest, row.plan_id: row.organisation_id} if waits else rest

        def undo() -> None:
            self.awaiting_release = before

        on_undo(session, undo)
        if self.memory is not None:
            self.memory.note(session, KIND, f"release:{row.plan_id}")

    def _pending(self, session: Session, plan: FlightPlanRow, known: ApplicationRow | None) -> None:
        authority = decode_authority(plan.authority)
        decision_by = None if authority.clock is None else authority.clock.decision_by
        values: dict[str, Any] = {
            "plan_version": plan.version,
            "submitted_at": rfc3339(self._clock.now()),
            "due_s": NO_LIMIT_S if decision_by is None else to_scene_s(decision_by),
            "policy_version": plan.policy_version,
        }
        # What waits for something else than the authority, a zone or the night, is for people of the centre.
        asked = self.adapter if authority.application == "submitted" else "manual"
        if known is not None and known.state == "waiting":
            if known.plan_version != plan.version:
                self._change(session, known, {**values, **self._delivery(asked), "overdue_at": None})
            return
        row = ApplicationRow(
            application_id=new_id("aa"), plan_id=plan.plan_id, organisation_id=plan.organisation_id, state="waiting",
            **values, **self._delivery(asked),
        )  # fmt: skip
        rules.add_application(session, row)
        self._audit(session, row, "submit")
        self._keep_open(session, plan.plan_id, row)

    def _delivery(self, adapter: str) -> dict[str, Any]:
        now_s = to_scene_s(self._clock.now())
        waiting = "none" if adapter == "manual" else "waiting"
        return {
            "adapter": adapter,
            "stage": "apply",
            "delivery": waiting,
            "attempts": 0,
            "next_s": now_s,
            "error": None,
        }

    def _decided(self, session: Session, plan: FlightPlanRow, known: ApplicationRow) -> None:
        authority = decode_authority(plan.authority)
        values: dict[str, Any] = {}
        if known.state == "waiting":
            clock = authority.clock
            values = {
                "state": _OUTCOME.get(plan.state, "withdrawn"),
                "decided_at": rfc3339(self._clock.now()),
                "decided_by": None if clock is None else clock.decided_by,
                "reason": None if clock is None else clock.reason,
                "policy_version": plan.policy_version,
            }
        over = plan.state in _OVER or plan.state != "approved" or known.adapter == "manual"
        if plan.state in _GIVEN_UP and known.adapter == "uom" and known.reference and known.stage in _SENT:
            values |= {**self._delivery("uom"), "stage": "withdraw"}
        elif known.stage == "withdraw":
            return
        elif over or authority.released_at is not None:
            values |= {"stage": "done", "delivery": "none"}
        elif plan.plan_id in self.awaiting_release and known.stage not in ("report", "await_release"):
            values |= {**self._delivery(known.adapter), "stage": "report"}
        elif known.state == "waiting":
            values |= {"stage": "approved", "delivery": "none"}
        if values:
            self._change(session, known, values)

    # -- the adapter's notes -----------------------------------------------------------------------------------------------

    async def note(self, application_id: str, values: dict[str, Any]) -> None:
        """Keep how an attempt of the adapter went."""

        def job(session: Session) -> None:
            row = rules.application(session, application_id)
            if row is not None and row.stage != "done":
                self._change(session, row, values)

        await self._store.write(job)

    def overdue(self, now_s: float) -> list[ApplicationRow]:
        """Return what should have been decided by now and was not said to be late yet."""
        return [
            row
            for row in list(self.open.values())
            if row.state == "waiting" and row.due_s < now_s and row.overdue_at is None
        ]

    def late(self, session: Session, row: ApplicationRow) -> None:
        """Note that an application was said to be overdue."""
        self._change(session, row, {"overdue_at": rfc3339(self._clock.now())})

    # -- records -----------------------------------------------------------------------------------------------------------

    def _change(self, session: Session, row: ApplicationRow, values: dict[str, Any]) -> None:
        rules.change_application(session, row.application_id, values)
        changed = ApplicationRow(**{name: getattr(row, name) for name in _FIELDS} | values)
        if "state" in values:
            self._audit(session, changed, values["state"])
        self._keep_open(session, row.plan_id, changed)

    def _keep_open(self, session: Session, plan_id: str, row: ApplicationRow) -> None:
        before = self.open
        rest = {key: value for key, value in before.items() if key != plan_id}
        self.open = rest if _finished(row) else {**rest, plan_id: row}

        def undo() -> None:
            self.open = before

        on_undo(session, undo)
        if self.memory is not None:
            self.memory.note(session, KIND, row.application_id)

    def _audit(self, session: Session, row: ApplicationRow, action: str) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor=row.decided_by or "system",
            organisation_id=None,
            action=f"{KIND}.{action}",
            object_kind="plan",
            object_id=row.plan_id,
            detail={
                "application_id": row.application_id,
                "adapter": row.adapter,
                "policy_version": row.policy_version,
                "reason": row.reason,
            },
        )

    # -- Keeper ------------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Read what is open."""
        self.open = {row.plan_id: row for row in rules.open_applications(session) if not _finished(row)}
        self.awaiting_release = dict(rules.plans_awaiting_release(session))

    def refresh(self, session: Session, ref: str) -> None:
        """Read one application, or one plan that waits for its release, again."""
        if ref.startswith("release:"):
            plan_id = ref.removeprefix("release:")
            found = dict(rules.plans_awaiting_release(session, plan_id))
            rest = {key: firm for key, firm in self.awaiting_release.items() if key != plan_id}
            self.awaiting_release = {**rest, **found}
            return
        row = rules.application(session, ref)
        if row is not None:
            rest_open = {key: value for key, value in self.open.items() if key != row.plan_id}
            self.open = rest_open if _finished(row) else {**rest_open, row.plan_id: row}


def _finished(row: ApplicationRow) -> bool:
    return row.state != "waiting" and row.stage not in ("approved", "report", "await_release", "withdraw")


_FIELDS: Final = tuple(ApplicationRow.model_fields)
