"""Standing approvals: envelopes (area, heights, hours, fleet) under which a firm's routine flights need no application.

A firm applies, a regulator decides. A flight lies under one when all of it, at every instant, lies inside the envelope
(Order 761 of 2023, Article 26: routine flight in fixed airspace).
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlmodel import Session

from airspace.areas import Area, parse_area
from airspace.intent import FlightIntent
from airspace.intervals import Intervals, gaps, merged
from airspace.rules.verdict import StandingCover
from airspace.schedule import parse_applicability
from airspace.timebase import to_scene_s
from airspace.zones import MAX_ZONE_AREA_M2
from utm.airspace_book import AirspaceBook, BrokenRecordError
from utm.clock import Clock
from utm.flight_plans import field_problem
from utm.ids import new_id
from utm.memory import Memory
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found, validation_problem
from utm.rules.envelope import Envelope, NamedEnvelope
from utm.rules.standing_days import StandingDays
from utm.security import Principal, may_read_of, visible_organisation
from utm.store import notices
from utm.store.journal import record_audit
from utm.store.notice_tables import StandingApprovalRow
from utm.store.store import Store, on_undo

KIND = "standing_approval"


class StandingApprovals:
    """Every standing approval in memory (a `utm.memory.Keeper`), and the desk where they are decided."""

    def __init__(self, *, clock: Clock, store: Store, book: AirspaceBook, days: StandingDays) -> None:
        self._clock, self._store, self._book, self.days = clock, store, book, days
        self._rows: dict[str, StandingApprovalRow] = {}
        self._in_force: dict[str, tuple[tuple[str, Envelope], ...]] = {}
        self.memory: Memory | None = None
        """Set by the composition root: the memory that follows this keeper."""

    def cover(self, flight: FlightIntent, whole_fleet: bool) -> StandingCover | None:
        """Return the approval that covers a flight: that of the firm's whole fleet, or the first envelope around it.

        Of several envelopes one whose day is filed comes first, where that matters.
        """
        firm = flight.operator_id
        names: list[str | None] = [None] if whole_fleet else []
        names += [name for name, envelope in self._in_force.get(firm, ()) if envelope.covers(flight)]
        if not names:
            return None
        if self._book.policy.rules.late_standing_filing == "off":
            return StandingCover(names[0])
        departure_s = to_scene_s(flight.departure_at)
        filed = next((name for name in names if self.days.filed(firm, name, departure_s, flight.plan_id)), _NOWHERE)
        return StandingCover(names[0]) if filed is _NOWHERE else StandingCover(filed, True)

    def closed(self, flight: FlightIntent, from_s: float, to_s: float) -> Intervals:
        """Return the delays in [from_s, to_s] at which no envelope of the firm is open around a flight."""
        around = [
            envelope.open_delays(flight, from_s, to_s)
            for _, envelope in self._in_force.get(flight.operator_id, ())
            if envelope.covers_at_some_time(flight)
        ]
        return gaps(merged(span for spans in around for span in spans), from_s, to_s)

    def in_force(self, organisation_id: str) -> tuple[NamedEnvelope, ...]:
        """Return the envelopes a firm may fly under."""
        return tuple(
            NamedEnvelope(
                approval_id, orjson.loads(self._rows[approval_id].envelope).get("name") or approval_id, envelope
            )
            for approval_id, envelope in self._in_force.get(organisation_id, ())
        )

    def held(self, organisation_id: str, standing_approval_id: str) -> bool:
        """Tell whether a firm holds an approval that is in force."""
        row = self._rows.get(standing_approval_id)
        return row is not None and row.organisation_id == organisation_id and row.state == "approved"

    def document(self, principal: Principal, standing_approval_id: str) -> dict[str, Any]:
        """Return one approval; raises Problem 404 for another's."""
        row = self._rows.get(standing_approval_id)
        if row is None or not may_read_of(principal, row.organisation_id):
            raise not_found("standing approval", "长期批准", standing_approval_id)
        return approval_document(row)

    def waiting(self) -> list[StandingApprovalRow]:
        """Return the applications nobody decided yet."""
        return [row for row in self._rows.values() if row.state == "applied"]

    def visible(self, principal: Principal) -> list[dict[str, Any]]:
        """Return what the caller may see, oldest application first."""
        return [approval_document(row) for row in self._rows.values() if may_read_of(principal, row.organisation_id)]

    async def apply(self, principal: Principal, envelope: Mapping[str, Any]) -> dict[str, Any]:
        """Keep an application of the caller's firm; raises Problem 422 with every field at fault."""
        self.parse(envelope)
        row = StandingApprovalRow(
            standing_approval_id=new_id("sa"),
            organisation_id=principal.organisation_id,
            state="applied",
            version=1,
            envelope=orjson.dumps(dict(envelope)).decode(),
            applied_at=rfc3339(self._clock.now()),
        )

        def job(session: Session) -> dict[str, Any]:
            notices.add_approval(session, row)
            self._changed(session, principal, row, "apply")
            return approval_document(row)

        return await self._store.write(job)

    async def decide(
        self, principal: Principal, standing_approval_id: str, outcome: str, reason: str | None
    ) -> dict[str, Any]:
        """Approve or refuse an application, or withdraw what was approved; raises Problem 409 for a step out of order."""

        def job(session: Session) -> dict[str, Any]:
            row = notices.approval(session, standing_approval_id, visible_organisation(principal))
            if row is None or not may_read_of(principal, row.organisation_id):
                raise not_found("standing approval", "长期批准", standing_approval_id)
            if outcome not in _STEPS.get(row.state, ()):
                allowed = ", ".join(_STEPS.get(row.state, ())) or "none"
                raise Problem(
                    "illegal_transition",
                    f"It is {row.state}; allowed from here: {allowed}.",
                    f"当前状态为 {row.state}；允许的操作：{allowed}。",
                )
            row.state, row.reason, row.version = outcome, reason, row.version + 1
            row.decided_at, row.decided_by = rfc3339(self._clock.now()), principal.subject
            row.policy_version = self._book.policy.version
            values = {name: getattr(row, name) for name in _DECIDED}
            notices.change_approval(session, standing_approval_id, values)
            self._changed(session, principal, row, outcome)
            return approval_document(row)

        return await self._store.write(job)

    def parse(self, raw: Mapping[str, Any]) -> Envelope:
        """Return the envelope a body describes; raises Problem 422."""
        faults = []
        area: Area | None = None
        if raw.get("geometry") is not None:
            region = self._book.region
            found = parse_area(
                raw["geometry"],
                raw.get("radius_m"),
                region.frame,
                region.service,
                max_area_m2=MAX_ZONE_AREA_M2,
                pointer="/geometry",
            )
            if isinstance(found, list):
                faults.extend(found)
            else:
                area = found
        periods = parse_applicability(raw.get("applicability"), "/applicability")
        if isinstance(periods, list):
            faults.extend(periods)
            periods = ()
        if faults:
            raise validation_problem([field_problem(fault) for fault in faults])
        fleet, operations = raw.get("aircraft_ids"), raw.get("operation_types")
        return Envelope(
            area,
            float(raw["lower_agl_m"]),
            float(raw["upper_agl_m"]),
            periods,
            None if fleet is None else frozenset(fleet),
            None if operations is None else frozenset(operations),
        )

    # -- Keeper --------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Read every standing approval."""
        self._replace({row.standing_approval_id: row for row in notices.approvals(session)})

    def refresh(self, session: Session, ref: str) -> None:
        """Read one standing approval again."""
        row = notices.approval(session, ref)
        rest = {key: value for key, value in self._rows.items() if key != ref or row is not None}
        self._replace(rest if row is None else {**rest, ref: row})

    def _replace(self, rows: dict[str, StandingApprovalRow]) -> None:
        in_force: dict[str, list[tuple[str, Envelope]]] = {}
        for row in rows.values():
            if row.state != "approved":
                continue
            try:
                envelope = self.parse(orjson.loads(row.envelope))
            except Problem as problem:
                raise BrokenRecordError(f"standing approval {row.standing_approval_id}: {problem}") from problem
            in_force.setdefault(row.organisation_id, []).append((row.standing_approval_id, envelope))
        self._rows = rows
        self._in_force = {firm: tuple(envelopes) for firm, envelopes in in_force.items()}

    def _changed(self, session: Session, principal: Principal, row: StandingApprovalRow, action: str) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action=f"{KIND}.{action}",
            object_kind=KIND,
            object_id=row.standing_approval_id,
            detail={"state": row.state, "reason": row.reason},
        )
        before = self._rows
        on_undo(session, lambda: self._replace(before))
        self._replace({**before, row.standing_approval_id: row})
        if self.memory is not None:
            self.memory.note(session, KIND, row.standing_approval_id)


_NOWHERE = ""
_DECIDED = ("state", "reason", "version", "decided_at", "decided_by", "policy_version")
_STEPS = {"applied": ("approved", "refused"), "approved": ("withdrawn",)}


def approval_document(row: StandingApprovalRow) -> dict[str, Any]:
    """Return a standing approval as the API answers it."""
    return {
        "standing_approval_id": row.standing_approval_id,
        "organisation_id": row.organisation_id,
        "state": row.state,
        "version": row.version,
        **orjson.loads(row.envelope),
        "applied_at": row.applied_at,
        "decided_at": row.decided_at,
        "decided_by": row.decided_by,
        "reason": row.reason,
        "policy_version": row.policy_version,
    }
