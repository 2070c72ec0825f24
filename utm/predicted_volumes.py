"""Where flights that are off their plans will be: reserved, so that nobody is approved into it.

ASTM F3548-21 asks for off-nominal volumes of a nonconforming flight. They follow the flight: laid out half a minute ahead,
again every few seconds, and given up once it conforms, becomes contingent (its procedure's volumes are reserved instead)
or is over. They are rows beside the contingencies, in the state `predicted`, which the judge reads and no list shows.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlmodel import Session

from airspace.contingency import Reserved
from airspace.geometry4d import Prism
from airspace.lifecycle import PlanState
from airspace.timebase import from_scene_s
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.contingency_book import KIND, PREDICTED, ContingencyBook, take_volumes
from utm.memory import Memory
from utm.plan_records import rfc3339
from utm.sky import LivePlan
from utm.store import contingencies as records
from utm.store import plans as plan_records
from utm.store.contingency_tables import ContingencyRow
from utm.store.journal import record_audit
from utm.store.store import Store, on_undo

AGAIN_S: Final = 6.0
"""How often a flight's volume is laid out afresh; each is longer than that by far."""
LASTS_S: Final = 20.0
"""How much longer than predicted a volume stays, so that no gap opens while the next one is stored."""


class PredictedVolumes:
    """Keeps the predicted volumes of all flights that are off their plans."""

    def __init__(
        self, *, store: Store, memory: Memory, book: AirspaceBook, clock: Clock, open_book: ContingencyBook
    ) -> None:
        self._store, self._memory, self._book, self._clock, self._open = store, memory, book, clock, open_book
        self._laid_s: dict[str, float] = {}

    async def follow(self, ahead: Mapping[str, tuple[LivePlan, Prism]], now_s: float) -> None:
        """Reserve what these flights are predicted to take (by plan) and free what is held for others."""
        held = {row.plan_id: row.contingency_id for row in self._open.predicted()}
        due = [plan_id for plan_id in ahead if plan_id not in held or now_s - self._laid_s.get(plan_id, 0.0) >= AGAIN_S]
        over = [name for plan_id, name in held.items() if plan_id not in ahead]
        if not due and not over:
            return

        def job(session: Session) -> None:
            for name in over:
                self.free(session, name)
            for plan_id in due:
                self._lay(session, *ahead[plan_id])

        await self._store.write(job)
        self._laid_s = {plan_id: now_s if plan_id in due else self._laid_s.get(plan_id, now_s) for plan_id in ahead}

    def free(self, session: Session, name: str) -> None:
        """Give up what is reserved for a flight, inside the running job."""
        before = records.get(session, name)
        if before is None:
            return
        records.remove(session, name)
        self._open.drop(name)
        on_undo(session, lambda: self._open.put(before))
        self._memory.note(session, KIND, name)
        self._audit(session, "nonconforming.free", before)

    def _lay(self, session: Session, plan: LivePlan, prism: Prism) -> None:
        stored = plan_records.get(session, plan.plan_id)
        if stored is None or stored.state != PlanState.NONCONFORMING.value:
            return  # it came back, or became contingent, since this was asked for
        name = f"nc_{plan.plan_id}"
        before = records.get(session, name)
        now = rfc3339(self._clock.now())
        row = ContingencyRow(
            contingency_id=name,
            number=records.next_number(session) if before is None else before.number,
            plan_id=plan.plan_id,
            aircraft_id=plan.aircraft_id,
            organisation_id=plan.organisation_id,
            kind="nonconformance",
            manoeuvre="hold",
            state=PREDICTED,
            version=1 if before is None else before.version + 1,
            declared_at=now if before is None else before.declared_at,
            declared_by="system",
            starts_s=0.0,
            ends_s=0.0,
            horizontal_m=0.0,
            vertical_m=0.0,
            time_buffer_s=0.0,
            geometry=b"",
            volumes="[]",
            updated_at=now,
        )
        lasting = replace(prism, t_end_s=prism.t_end_s + LASTS_S)
        take_volumes(row, Reserved((lasting,), lasting.t_end_s, None), plan.separation, self._book)
        if before is None:
            records.put(session, row)
            self._audit(session, "nonconforming.reserve", row)
        else:
            values = {key: value for key, value in row.model_dump().items() if key != "contingency_id"}
            records.change(session, name, values)
        self._open.put(row)

        def undo() -> None:
            self._open.drop(name)
            if before is not None:
                self._open.put(before)

        on_undo(session, undo)
        self._memory.note(session, KIND, name)

    def _audit(self, session: Session, action: str, row: ContingencyRow) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor="system",
            organisation_id=None,
            action=action,
            object_kind="plan",
            object_id=row.plan_id,
            detail={"until": rfc3339(from_scene_s(row.ends_s))},
        )
