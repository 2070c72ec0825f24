"""Days filed under standing approvals: a firm says by noon how many flights it will fly tomorrow, and takes slots on the day.

An approved plan that lies under the approval takes a slot of its day; one that is given up before it flew gives it back.
Counts live in memory (a `utm.memory.Keeper`) and in the store, changed in the transaction that changes the plan.
"""

from collections import defaultdict
from datetime import date
from typing import Any, Final

import msgspec
from sqlmodel import Session

from airspace.rules.calendar import beijing_text, cutoff, date_of, day_number, day_of, instant_of
from airspace.timebase import to_scene_s
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.ids import new_id
from utm.memory import Memory
from utm.plan_records import decode_authority, rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import Principal
from utm.store import plans, rules
from utm.store.journal import record_audit
from utm.store.rule_tables import StandingDayRow
from utm.store.store import Store, on_undo

KIND: Final = "standing_day"
_TAKES: Final = frozenset({"approved", "activated"})
_GIVES_BACK: Final = frozenset({"cancelled", "withdrawn", "expired", "refused"})
_MOST_AHEAD: Final = 366


class StandingDays:
    """Every filed day from yesterday on, and who holds its slots."""

    def __init__(self, *, clock: Clock, store: Store, book: AirspaceBook) -> None:
        self._clock, self._store, self._book = clock, store, book
        self._rows: dict[str, StandingDayRow] = {}
        self._of_firm: dict[str, tuple[StandingDayRow, ...]] = {}
        self._slots: dict[str, str] = {}
        self.memory: Memory | None = None

    # -- asked while a flight is judged ----------------------------------------------------------------------------------

    def filed(
        self, organisation_id: str, standing_approval_id: str | None, departure_s: float, plan_id: str | None
    ) -> bool:
        """Tell whether the day of a flight was filed in time and has a slot for it."""
        rows = self._of_firm.get(organisation_id)
        if rows is None:
            return False
        day = day_of(departure_s)
        return any(
            row.day == day
            and row.standing_approval_id == standing_approval_id
            and not row.filed_late
            and (row.taken < row.flights or (plan_id is not None and self._slots.get(plan_id) == row.standing_day_id))
            for row in rows
        )

    # -- filing a day ----------------------------------------------------------------------------------------------------

    async def file(
        self, principal: Principal, standing_approval_id: str | None, on: date, flights: int, note: str | None
    ) -> dict[str, Any]:
        """File a day, or change how many flights it holds; raises Problem 409 after noon where the policy refuses that."""
        book, now_s = self._book.policy.rules, to_scene_s(self._clock.now())
        day = day_number(on)
        today = day_of(now_s)
        if not today <= day <= today + _MOST_AHEAD:
            fault = "must be a day from today on, at most a year ahead"
            raise validation_problem([FieldProblem("/date", "out_of_range", fault, "必须是今天起一年以内的日期")])
        by_s = cutoff(instant_of(day, 0.0), book.application_days_before, book.application_by_s)
        late = now_s >= by_s
        if late and book.late_standing_filing == "refuse":
            raise Problem(
                "day_filed_too_late",
                f"The {on.isoformat()} had to be filed before {beijing_text(by_s)} Beijing time. File a later day.",
                f"{on.isoformat()} 的飞行须在北京时间 {beijing_text(by_s)} 前报备。请报备之后的日期。",
            )

        def job(session: Session) -> dict[str, Any]:
            found = rules.standing_day(session, principal.organisation_id, standing_approval_id, day)
            if found is not None and flights < found.taken:
                fault = f"{found.taken} slots of the day are taken; file at least as many"
                fault_zh = f"当日已占用 {found.taken} 个时段，架次不得少于该数"
                raise validation_problem([FieldProblem("/flights", "out_of_range", fault, fault_zh)])
            row = StandingDayRow(
                standing_day_id=new_id("sd") if found is None else found.standing_day_id,
                organisation_id=principal.organisation_id,
                standing_approval_id=standing_approval_id,
                day=day,
                flights=flights,
                taken=0 if found is None else found.taken,
                filed_at=rfc3339(self._clock.now()),
                filed_by=principal.subject,
                # More flights after noon are late; fewer are no new filing.
                filed_late=late and (found is None or found.filed_late or flights > found.flights),
                note=note,
                policy_version=self._book.policy.version,
            )
            rules.put_standing_day(session, row)
            self._audit(session, principal, row)
            self._changed(session, row.standing_day_id)
            return day_document(row)

        return await self._store.write(job)

    async def listed(
        self, organisation_id: str | None, standing_approval_id: str | None, from_: date | None, to: date | None
    ) -> list[dict[str, Any]]:
        """Return filed days, soonest first."""
        low = None if from_ is None else day_number(from_)
        high = None if to is None else day_number(to)
        rows = await self._store.read(
            lambda session: rules.standing_days(session, organisation_id, standing_approval_id, low, high)
        )
        return [day_document(row) for row in rows]

    # -- slots -----------------------------------------------------------------------------------------------------------

    def keep(self, session: Session, topic: str, item: msgspec.Struct, visible_to: frozenset[str] | None) -> None:
        """Follow a plan in the transaction that changes it (a `utm.bus.Keeper`)."""
        if topic != "plans" or getattr(item, "operator_id", None) not in self._of_firm:
            return
        plan_id: str = getattr(item, "plan_id")  # noqa: B009  (a plan item, as the topic says)
        state = getattr(item, "state", None)
        held = self._slots.get(plan_id)
        if state in _TAKES and held is None:
            self._take(session, plan_id)
        elif state in _GIVES_BACK and held is not None:
            rules.give_back_slot(session, plan_id, held)
            self._changed(session, held)

    def _take(self, session: Session, plan_id: str) -> None:
        row = plans.get(session, plan_id)
        if row is None:
            return
        authority = decode_authority(row.authority)
        if authority.application != "standing" or authority.clock is None:
            return
        day = day_of(row.departure_s)
        for filed in self._of_firm.get(row.organisation_id, ()):
            if filed.day == day and filed.standing_approval_id == authority.clock.standing_approval_id:
                if filed.taken < filed.flights:
                    rules.take_slot(session, plan_id, filed.standing_day_id)
                    self._changed(session, filed.standing_day_id)
                return

    # -- Keeper ----------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Read every day that is not long over, and the slots taken."""
        since = day_of(to_scene_s(self._clock.now())) - 1
        rows = rules.standing_days(session, None, None, since, None, any_approval=True)
        self._slots = rules.slots_of_days(session, [row.standing_day_id for row in rows])
        self._replace({row.standing_day_id: row for row in rows})

    def refresh(self, session: Session, ref: str) -> None:
        """Read one day again."""
        row = rules.standing_day_by_id(session, ref)
        rest = {plan_id: day for plan_id, day in self._slots.items() if day != ref}
        self._slots = rest if row is None else {**rest, **rules.slots_of_days(session, [ref])}
        rows = {key: value for key, value in self._rows.items() if key != ref}
        self._replace(rows if row is None else {**rows, ref: row})

    def _replace(self, rows: dict[str, StandingDayRow]) -> None:
        of_firm: dict[str, list[StandingDayRow]] = defaultdict(list)
        for row in rows.values():
            of_firm[row.organisation_id].append(row)
        self._rows = rows
        self._of_firm = {firm: tuple(found) for firm, found in of_firm.items()}

    def _changed(self, session: Session, standing_day_id: str) -> None:
        before_rows, before_slots = self._rows, self._slots

        def undo() -> None:
            self._slots = before_slots
            self._replace(before_rows)

        on_undo(session, undo)
        self.refresh(session, standing_day_id)
        if self.memory is not None:
            self.memory.note(session, KIND, standing_day_id)

    def _audit(self, session: Session, principal: Principal, row: StandingDayRow) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action="standing_day.file",
            object_kind=KIND,
            object_id=row.standing_day_id,
            detail={"date": date_of(row.day).isoformat(), "flights": row.flights, "late": row.filed_late},
        )


def day_document(row: StandingDayRow) -> dict[str, Any]:
    """Return a filed day as the API answers it."""
    return {
        "standing_day_id": row.standing_day_id,
        "standing_approval_id": row.standing_approval_id,
        "organisation_id": row.organisation_id,
        "date": date_of(row.day).isoformat(),
        "flights": row.flights,
        "taken": row.taken,
        "filed_at": row.filed_at,
        "filed_by": row.filed_by,
        "filed_late": bool(row.filed_late),
        "note": row.note,
        "policy_version": row.policy_version,
    }


def unknown_approval(standing_approval_id: str) -> Problem:
    """Return the 404 for an approval the caller holds not."""
    return not_found("standing approval", "长期批准", standing_approval_id)
