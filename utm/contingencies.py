"""Contingencies: what a flight does by itself, reserved at once, and everybody in its way told.

    (cause) -> proposed | open

    proposed --> open       a person accepts it, or the cause is declared
    proposed --> dismissed  a person says no, or the cause ceases
    open ------> ended      landed, ended by its firm, or continued under a new approved plan
    ended dismissed: final

One job of the writer moves the plan to contingent, reserves the volumes, withdraws approved plans in their way (by
policy) and raises the advisories of flights in the air: a crash leaves all of it or nothing. Counter-offers follow in
jobs of their own, so that the volume does not wait for them.
"""

from collections.abc import Sequence
from typing import Any, Final

import orjson
from sqlmodel import Session

from airspace.contingency import Kind, Manoeuvre
from airspace.geometry4d import Separation
from airspace.lifecycle import AIRBORNE, FINAL, IllegalTransition, PlanState
from airspace.rules.calendar import beijing_second
from airspace.timebase import from_scene_s
from utm.advisories import AdvisoryDesk, Wanted
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.contingency_airspace import ContingencyAirspace
from utm.contingency_book import KIND, ContingencyBook, document_of, extended, take_volumes
from utm.contingency_way import WayClearer, cause_of
from utm.flight_plans import FlightPlans, illegal
from utm.ids import new_id
from utm.live_schema import ContingencyItem
from utm.memory import Memory
from utm.off_nominal_texts import CAUSES
from utm.plan_records import rfc3339
from utm.plan_steps import PlanSteps
from utm.predicted_volumes import PredictedVolumes
from utm.problems import Problem, not_found
from utm.security import Principal, may_read_of, visible_organisation
from utm.store import contingencies as records
from utm.store import plans as plan_records
from utm.store.contingency_tables import ContingencyRow
from utm.store.journal import record_audit
from utm.store.store import Store, on_undo
from utm.store.tables import FlightPlanRow

EXTEND_S: Final = 120.0
EXTEND_BEFORE_S: Final = 30.0
_RECOMMENDED: Final = {
    "rtl": "clear_return_route",
    "alternate": "clear_alternate_route",
    "land": "clear_landing_place",
    "hold": "await_link",
}
_PROPOSED: Final = "decide_contingency"


class ContingencyDesk:
    """Declares, proposes, follows and ends contingencies."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        memory: Memory,
        book: AirspaceBook,
        flight_plans: FlightPlans,
        plan_steps: PlanSteps,
        advisories: AdvisoryDesk,
        airspace: ContingencyAirspace,
        way: WayClearer,
        open_book: ContingencyBook,
        predicted: PredictedVolumes,
    ) -> None:
        self.predicted = predicted
        self._clock, self._store, self._memory, self._book = clock, store, memory, book
        self._plans, self._steps, self._advisories = flight_plans, plan_steps, advisories
        self._airspace, self.way, self.open = airspace, way, open_book

    # -- declaring -----------------------------------------------------------------------------------------------------

    async def declare(
        self,
        principal: Principal | None,
        plan_id: str,
        kind: Kind,
        *,
        manoeuvre: Manoeuvre | None = None,
        note: str | None = None,
        detected_s: float | None = None,
    ) -> dict[str, Any]:
        """Open a contingency of a flight in the air, or bring the open one to a new cause; durable when it returns.

        The same cause again changes nothing. Raises Problem 404, or 409 illegal_transition for a plan that is not flown.
        """
        return await self._store.write(
            lambda session: self._declare(session, principal, plan_id, kind, manoeuvre, note, detected_s, "open")
        )

    async def propose(self, plan_id: str, kind: Kind, *, detected_s: float | None = None) -> None:
        """Ask a person whether what was found is a contingency; nothing where one is open or proposed already."""
        if self.open.of_plan(plan_id) is None:
            await self._store.write(
                lambda session: self._declare(session, None, plan_id, kind, None, None, detected_s, "proposed")
            )

    async def decide(self, principal: Principal, contingency_id: str, *, accept: bool) -> dict[str, Any]:
        """Open a proposed contingency, or dismiss it; raises Problem 404, 409 when it is not proposed any more."""

        def job(session: Session) -> dict[str, Any]:
            row = records.get(session, contingency_id, visible_organisation(principal))
            if row is None or not may_read_of(principal, row.organisation_id):
                raise not_found("contingency", "应急情况", contingency_id)
            if row.state != "proposed":
                raise Problem("illegal_contingency_step", extra={"state": row.state})
            if accept:
                kind: Any = row.kind
                return self._declare(session, principal, row.plan_id, kind, None, row.note, None, "open")
            self._finish(session, principal, row, "dismissed", "dismissed")
            return self._document(row, principal)

        return await self._store.write(job)

    async def cease(self, contingency_id: str) -> None:
        """Dismiss a proposed contingency whose cause is no longer found."""

        def job(session: Session) -> None:
            row = records.get(session, contingency_id)
            if row is not None and row.state == "proposed":
                self._finish(session, None, row, "dismissed", "ceased")

        await self._store.write(job)

    def _declare(
        self,
        session: Session,
        principal: Principal | None,
        plan_id: str,
        kind: Kind,
        manoeuvre: Manoeuvre | None,
        note: str | None,
        detected_s: float | None,
        wanted: str,
    ) -> dict[str, Any]:
        if principal is not None:
            plan = self._plans.visible(session, plan_id, principal)
        elif (found := plan_records.get(session, plan_id)) is not None:
            plan = found
        else:
            raise not_found("flight plan", "飞行计划", plan_id)
        state = PlanState(plan.state)
        if state not in AIRBORNE:
            raise illegal(IllegalTransition(state, "contingency", ()))
        known = next((row for row in records.of_plan(session, plan_id) if row.state in records.LIVE), None)
        if known is not None and (wanted == "proposed" or self._same(known, kind, manoeuvre)):
            return self._document(known, principal)
        row = self._row(session, principal, plan, kind, manoeuvre, note, detected_s, wanted, known)
        self._keep(session, row, known)
        action = "contingency.propose" if wanted == "proposed" else "contingency.declare"
        self._audit(session, principal, action, row, {"kind": kind, "procedure": row.manoeuvre, "note": note})
        if wanted == "open":
            self._predicted_no_more(session, plan_id)
            if state is not PlanState.CONTINGENT:
                self._steps.make_contingent(session, principal, plan, {"contingency_id": row.contingency_id})
            self._tell_firm(session, plan, row)
            self.way.clear(session, row)
        return self._document(row, principal)

    def _predicted_no_more(self, session: Session, plan_id: str) -> None:
        """Give up the volume predicted for a flight off its plan: that of its procedure is reserved instead."""
        for row in self.open.predicted():
            if row.plan_id == plan_id:
                self.predicted.free(session, row.contingency_id)

    @staticmethod
    def _same(known: ContingencyRow, kind: Kind, manoeuvre: Manoeuvre | None) -> bool:
        return known.state == "open" and known.kind == kind and manoeuvre in (None, known.manoeuvre)

    def _row(
        self,
        session: Session,
        principal: Principal | None,
        plan: FlightPlanRow,
        kind: Kind,
        manoeuvre: Manoeuvre | None,
        note: str | None,
        detected_s: float | None,
        state: str,
        known: ContingencyRow | None,
    ) -> ContingencyRow:
        now = rfc3339(self._clock.now())
        separation = Separation(plan.horizontal_m, plan.vertical_m, plan.time_buffer_s)
        procedure, reserved = self._airspace.reserved(plan, kind, manoeuvre)
        row = ContingencyRow(
            contingency_id=new_id("ct") if known is None else known.contingency_id,
            number=records.next_number(session) if known is None else known.number,
            plan_id=plan.plan_id,
            aircraft_id=plan.aircraft_id,
            organisation_id=plan.organisation_id,
            kind=kind,
            manoeuvre=procedure.manoeuvre,
            state=state,
            version=1 if known is None else known.version + 1,
            declared_at=now,
            declared_by="system" if principal is None else principal.subject,
            detected_at=None if detected_s is None else rfc3339(from_scene_s(detected_s)),
            note=note,
            starts_s=0.0,
            ends_s=0.0,
            horizontal_m=0.0,
            vertical_m=0.0,
            time_buffer_s=0.0,
            geometry=b"",
            volumes="[]",
            action_list_id=None if known is None else known.action_list_id,
            updated_at=now,
        )
        take_volumes(row, reserved, separation, self._book)
        return row

    # -- telling ------------------------------------------------------------------------------------------------------

    def _tell_firm(self, session: Session, plan: FlightPlanRow, row: ContingencyRow) -> None:
        what = CAUSES[row.kind]
        until = beijing_second(row.ends_s)
        item = Wanted(
            organisation_id=plan.organisation_id,
            plan_id=plan.plan_id,
            kind="contingency",
            action="follow_procedure",
            detail=f"Your flight {plan.plan_id} is a contingency ({row.kind}: {what.en}). Airspace for {row.manoeuvre} is "
            f"reserved until {until} Beijing time. Bring it down, or file a new plan to go on; tell the centre what it does.",
            detail_zh=f"您的航班 {plan.plan_id} 已进入应急状态（{row.kind}：{what.zh}）。已为 {row.manoeuvre} 程序预留空域至 "
            f"北京时间 {until}。请使其着陆，或提交新计划以继续飞行，并向运行中心通报其动向。",
            must_acknowledge=True,
            starts_s=row.starts_s,
        )
        self._advisories.sync(session, f"own:{row.contingency_id}", [item])

    # -- time and the end ----------------------------------------------------------------------------------------------

    async def sweep(self, now_s: float) -> None:
        """Extend what is not over, and bring what neighbours are told to what is true now."""
        for row in self.open.live():
            if row.state != "open":
                continue
            if row.ends_s < now_s + EXTEND_BEFORE_S:
                await self._extend_one(row.contingency_id, now_s)
            await self._sync(row)

    async def _extend_one(self, contingency_id: str, now_s: float) -> None:
        await self._store.write(lambda session: self._extend(session, contingency_id, now_s))

    async def _sync(self, row: ContingencyRow) -> None:
        wanted = self.way.wanted(row, self.way.affected(row))
        if self._advisories.differs(cause_of(row), wanted):
            await self._store.write(lambda session: self._sync_now(session, row.contingency_id, wanted))

    def _sync_now(self, session: Session, contingency_id: str, wanted: Sequence[Wanted]) -> None:
        row = records.get(session, contingency_id)
        if row is not None and row.state == "open":  # it may have ended while this waited
            self._advisories.sync(session, cause_of(row), wanted)

    def _extend(self, session: Session, contingency_id: str, now_s: float) -> None:
        row = records.get(session, contingency_id)
        if row is None or row.state != "open" or row.ends_s >= now_s + EXTEND_BEFORE_S:
            return
        before = records.get(session, contingency_id)
        for name, value in extended(row, now_s + EXTEND_S, self._book).items():
            setattr(row, name, value)
        row.updated_at = rfc3339(self._clock.now())
        self._keep(session, row, before)
        self._audit(session, None, "contingency.extend", row, {"until": rfc3339(from_scene_s(row.ends_s))})

    def plan_over(self, session: Session, plan: FlightPlanRow, outcome: str) -> None:
        """End what follows a plan that is over, in the job that ends it."""
        if PlanState(plan.state) not in FINAL:
            return
        self._predicted_no_more(session, plan.plan_id)
        for row in records.of_plan(session, plan.plan_id):
            if row.state in records.LIVE:
                self._finish(session, None, row, "ended" if row.state == "open" else "dismissed", outcome)

    def _finish(
        self, session: Session, principal: Principal | None, row: ContingencyRow, state: str, outcome: str
    ) -> None:
        before = records.get(session, row.contingency_id)
        row.state, row.outcome = state, outcome
        row.ended_at = row.updated_at = rfc3339(self._clock.now())
        row.version += 1
        self._keep(session, row, before)
        for cause in (cause_of(row), f"own:{row.contingency_id}"):
            self._advisories.sync(session, cause, [])
        self._audit(
            session, principal, f"contingency.{'dismiss' if state == 'dismissed' else 'end'}", row, {"outcome": outcome}
        )

    # -- reading -------------------------------------------------------------------------------------------------------

    async def get(self, principal: Principal, contingency_id: str) -> dict[str, Any]:
        """Return a contingency the caller may see, for the centre with the flights in its way; raises Problem 404."""
        owner = visible_organisation(principal)
        row = await self._store.read(lambda session: records.get(session, contingency_id, owner))
        if row is None or not may_read_of(principal, row.organisation_id):
            raise not_found("contingency", "应急情况", contingency_id)
        return self._document(row, principal)

    async def page(
        self, principal: Principal, *, states: Sequence[str] | None, before: int | None, limit: int
    ) -> list[tuple[int, dict[str, Any]]]:
        """Return contingencies the caller may see, newest first, each with its number."""
        rows = await self._store.read(
            lambda session: records.page(
                session,
                organisation_id=visible_organisation(principal),
                states=states,
                before=before,
                limit=limit,
            )
        )
        return [(row.number, self._document(row, principal)) for row in rows]

    def _document(self, row: ContingencyRow, principal: Principal | None) -> dict[str, Any]:
        whole = principal is None or principal.sees_everything
        found = document_of(row, whole=whole, recommended=_recommended(row))
        if whole and row.state == "open":
            found["affected"] = [
                {
                    "plan_id": item.plan.plan_id,
                    "aircraft_id": item.plan.aircraft_id,
                    "organisation_id": item.plan.organisation_id,
                    "state": item.plan.state,
                    "starts_at": rfc3339(from_scene_s(item.starts_s)),
                    "ends_at": rfc3339(from_scene_s(item.ends_s)),
                    "recommended_action": item.action,
                    **self._advisories.standing(cause_of(row), item.plan.plan_id),
                }
                for item in self.way.affected(row)
            ]
        return found

    def present(self, principal: Principal) -> Sequence[ContingencyItem]:
        """Return the open and proposed contingencies the caller may see, as the live feed tells them."""
        return [_item(row) for row in self.open.live() if may_read_of(principal, row.organisation_id)]

    # -- shared --------------------------------------------------------------------------------------------------------

    def _keep(self, session: Session, row: ContingencyRow, before: ContingencyRow | None) -> None:
        if before is None:
            records.put(session, row)
        else:
            values = {name: value for name, value in row.model_dump().items() if name != "contingency_id"}
            records.change(session, row.contingency_id, values)
        self.open.put(row)
        ref = row.contingency_id

        def undo() -> None:
            self.open.drop(ref)
            if before is not None:
                self.open.put(before)

        on_undo(session, undo)
        self._memory.note(session, KIND, ref)
        self._plans.bus.publish_in(session, "contingencies", _item(row), visible_to=frozenset({row.organisation_id}))

    def _audit(
        self, session: Session, principal: Principal | None, action: str, row: ContingencyRow, detail: dict[str, Any]
    ) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor="system" if principal is None else principal.subject,
            organisation_id=None if principal is None else principal.organisation_id,
            action=action,
            object_kind="contingency",
            object_id=row.contingency_id,
            detail={"plan_id": row.plan_id, **detail},
        )


def _recommended(row: ContingencyRow) -> str:
    """Return what the centre should do for the flight itself."""
    if row.state not in records.LIVE:
        return "none"
    return _PROPOSED if row.state == "proposed" else _RECOMMENDED[row.manoeuvre]


def _item(row: ContingencyRow) -> ContingencyItem:
    """Return a contingency as the live feed tells it."""
    document = document_of(row, whole=False, recommended=_recommended(row))
    shown = {name: document[name] for name in ContingencyItem.__struct_fields__ if name in document}
    volumes = orjson.loads(row.volumes)
    return ContingencyItem(**{**shown, "volumes": volumes, "status": row.state, "operator_id": row.organisation_id})
