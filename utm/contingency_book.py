"""Open contingencies in memory, and their volumes in the sky: what every process keeps of them."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlmodel import Session

from airspace.contingency import Reserved
from airspace.geometry4d import Prism, Separation
from airspace.lifecycle import PlanState
from airspace.timebase import from_scene_s, to_scene_s
from airspace.volumes import prism_to_volume4d
from utm.airspace_book import AirspaceBook
from utm.plan_records import rfc3339
from utm.sky import LivePlan, Sky
from utm.store import contingencies as records
from utm.store import geometry_codec
from utm.store.contingency_tables import ContingencyRow

KEYS_FROM: Final = 2**42
"""The engine's keys of contingencies lie above those of plans, held offers and orders."""
PRIORITY: Final = 100
KIND: Final = "contingency"
PREDICTED: Final = "predicted"
"""The state of what is no contingency: where a flight off its plan will be (`utm.predicted_volumes`)."""


class ContingencyBook:
    """Every contingency that is open or proposed (a `utm.memory.Keeper` of kind "contingency", loaded after the plans)."""

    def __init__(self, sky: Sky) -> None:
        self._sky = sky
        self._rows: dict[str, ContingencyRow] = {}
        self._of_plan: dict[str, str] = {}
        self._predicted: dict[str, ContingencyRow] = {}

    def predicted(self) -> list[ContingencyRow]:
        """Return the predicted volumes of flights that are off their plans."""
        return list(self._predicted.values())

    def live(self) -> list[ContingencyRow]:
        """Return the open and the proposed ones, oldest first."""
        return sorted(self._rows.values(), key=lambda row: row.number)

    def of_plan(self, plan_id: str) -> ContingencyRow | None:
        """Return the open or proposed contingency of a plan."""
        return self._rows.get(self._of_plan.get(plan_id, ""))

    def get(self, contingency_id: str) -> ContingencyRow | None:
        """Return one that is open or proposed."""
        return self._rows.get(contingency_id)

    def put(self, row: ContingencyRow) -> None:
        """Keep one, and its volumes in the sky while it is open."""
        self.drop(row.contingency_id)
        if row.state == PREDICTED:
            self._predicted[row.contingency_id] = row
            self._sky.hold(live_of(row))
        if row.state not in records.LIVE:
            return
        self._rows[row.contingency_id] = row
        self._of_plan[row.plan_id] = row.contingency_id
        if row.state == "open":
            self._sky.hold(live_of(row))

    def drop(self, contingency_id: str) -> ContingencyRow | None:
        """Free the airspace of one and forget it; return what was known of it."""
        self._predicted.pop(contingency_id, None)
        row = self._rows.pop(contingency_id, None)
        if row is not None:
            self._of_plan.pop(row.plan_id, None)
        self._sky.release(contingency_id)
        return row

    def load(self, session: Session) -> None:
        """Forget everything and read every contingency that is open or proposed."""
        for contingency_id in [*self._rows, *self._predicted]:
            self.drop(contingency_id)
        for row in records.with_states(session, (*records.LIVE, PREDICTED)):
            self.put(row)

    def refresh(self, session: Session, ref: str) -> None:
        """Read one again."""
        row = records.get(session, ref)
        if row is None:
            self.drop(ref)
        else:
            self.put(row)


def live_of(row: ContingencyRow) -> LivePlan:
    """Return what a contingency keeps others out of, as the engine has it."""
    return LivePlan(
        plan_id=row.contingency_id,
        plan_no=KEYS_FROM + row.number,
        organisation_id=row.organisation_id,
        aircraft_id=row.aircraft_id,
        state=PlanState.CONTINGENT.value,
        version=row.version,
        priority=PRIORITY,
        operation_type="emergency",
        geometry=geometry_codec.decode(row.geometry),
        separation=Separation(row.horizontal_m, row.vertical_m, row.time_buffer_s),
        starts_s=row.starts_s,
        ends_s=row.ends_s,
        destination_site_id=row.landing_site_id,
    )


def volumes_of(prisms: tuple[Prism, ...], book: AirspaceBook) -> str:
    """Return volumes as F3548 writes them, JSON."""
    return orjson.dumps([prism_to_volume4d(prism, book.region) for prism in prisms]).decode()


def take_volumes(row: ContingencyRow, reserved: Reserved, separation: Separation, book: AirspaceBook) -> None:
    """Give a row the airspace it reserves."""
    row.geometry = geometry_codec.encode(reserved.prisms)
    row.volumes = volumes_of(reserved.prisms, book)
    row.starts_s = min(prism.t_start_s for prism in reserved.prisms)
    row.ends_s = reserved.ends_s
    row.landing_site_id = None if reserved.landing is None else reserved.landing.site_id
    row.horizontal_m, row.vertical_m = separation.horizontal_m, separation.vertical_m
    row.time_buffer_s = separation.time_buffer_s


def extended(row: ContingencyRow, until_s: float, book: AirspaceBook) -> dict[str, Any]:
    """Return the columns of a contingency that is not over yet: the volumes that end last stay taken until then."""
    geometry = geometry_codec.decode(row.geometry)
    assert isinstance(geometry, tuple)
    lasting = tuple(
        replace(prism, t_end_s=until_s) if prism.t_end_s >= row.ends_s - 1e-3 else prism for prism in geometry
    )
    return {
        "geometry": geometry_codec.encode(lasting),
        "volumes": volumes_of(lasting, book),
        "ends_s": until_s,
        "version": row.version + 1,
    }


def document_of(row: ContingencyRow, *, whole: bool, recommended: str) -> dict[str, Any]:
    """Return a contingency as the API answers it; who declared it is told to the centre only."""
    found: dict[str, Any] = {
        "contingency_id": row.contingency_id,
        "plan_id": row.plan_id,
        "aircraft_id": row.aircraft_id,
        "organisation_id": row.organisation_id,
        "kind": row.kind,
        "procedure": row.manoeuvre,
        "state": row.state,
        "version": row.version,
        "declared_at": row.declared_at,
        "detected_at": row.detected_at,
        "note": row.note,
        "landing_site_id": row.landing_site_id,
        "starts_at": rfc3339(from_scene_s(row.starts_s)),
        "ends_at": rfc3339(from_scene_s(row.ends_s)),
        "volumes": orjson.Fragment(row.volumes),
        "recommended_action": recommended,
        "updated_at": row.updated_at,
        "ended_at": row.ended_at,
        "outcome": row.outcome,
    }
    if whole:
        found |= {"declared_by": row.declared_by, "action_list_id": row.action_list_id}
    return found


def instant_s(text: str) -> float:
    """Return the scene second of an instant as the API writes it."""
    return to_scene_s(datetime.fromisoformat(text))
