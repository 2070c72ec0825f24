"""Transfers between positions, and holds that follow alerts.

A flight on its way through the city changes its owner with its sector, silently, as long as nothing is open about it.
Once an alert names it, it stays with the position that had it then, and goes to another only by a transfer that is
accepted; the hold ends with its last alert. What was transferred stays with the taker until it is in the taker's own
sector or out of the picture.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlmodel import Session

from utm.clock import Clock
from utm.ids import new_id
from utm.memory import Memory
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found
from utm.sectors.book import KIND, SectorBook, State, transfer_of
from utm.sectors.lock import not_yours
from utm.sectors.ownership import Ownership
from utm.sectors.values import Hold, Owner, Transfer, flight_subject
from utm.security import Principal
from utm.store import sectors as records
from utm.store.journal import record_audit
from utm.store.sector_tables import OwnerHoldRow, TransferRow
from utm.store.store import Store

GONE_S: Final = 600.0
"""How long a transferred flight that is out of the picture stays with the taker."""
Answer = Literal["accept", "decline", "withdraw"]
_STATES: Final[dict[Answer, str]] = {"accept": "accepted", "decline": "declined", "withdraw": "withdrawn"}


class TransferDesk:
    """Offers, answers and times out transfers, and keeps holds true."""

    def __init__(self, *, clock: Clock, store: Store, memory: Memory, book: SectorBook, ownership: Ownership) -> None:
        self._clock, self._store, self._memory = clock, store, memory
        self._book, self._ownership = book, ownership

    async def offer(
        self, principal: Principal, subject: str, to_position_id: str, note: str, *, supervises: bool
    ) -> Transfer:
        """Offer what one's own position owns to another; raises Problem 404, 409."""
        owner = self._owner(subject)
        state = self._book.state
        if not state.in_use or to_position_id not in state.positions:
            raise not_found("position", "席位", to_position_id)
        mine = state.position_of(principal.subject)
        if not supervises and (mine is None or mine.position_id != owner.position_id):
            raise not_yours(state, owner.position_id, supervises=False, extra={})
        if owner.position_id == to_position_id:
            raise Problem("conflict", "That position owns it already.", "该席位已负责此飞行。")

        def job(session: Session) -> Transfer:
            if subject in self._book.state.pending:
                raise Problem("transfer_pending")
            now = self._clock.now()
            row = TransferRow(
                transfer_id=new_id("tf"),
                subject=subject,
                from_position_id=owner.position_id,
                to_position_id=to_position_id,
                state="offered",
                offered_at=rfc3339(now),
                offered_by=principal.subject,
                offered_name=principal.name,
                expires_at=rfc3339(now + timedelta(seconds=self._book.state.layout.transfer_timeout_s)),
                note=note,
            )
            records.put_transfer(session, row)
            # Between offer and answer it stays with the giver, wherever it flies.
            self._hold(session, subject, owner.position_id, "transfer", now)
            self._audit(session, principal.subject, principal.organisation_id, "transfer.offer", row)
            return transfer_of(row)

        return await self._store.write(job)

    def _owner(self, subject: str) -> Owner:
        kind, _, ref = subject.partition(":")
        if kind == "alert":
            found = next((owner for alert, owned, owner in self._ownership.alerts() if owned == subject), None)
            if found is None:
                raise not_found("alert", "告警", ref)
            return found
        flight = self._ownership.flights().get(subject)
        if flight is None:
            raise not_found("flight", "飞行", ref)
        return flight.owner

    def subject_of(self, aircraft_id: str | None, track_id: str | None, alert_id: str | None) -> str:
        """Return under which name what was sent is owned; an alert about a flight is owned with it. Raises Problem 404."""
        if alert_id is not None:
            for alert, subject, _ in self._ownership.alerts():
                if alert.alert_id == alert_id:
                    return subject
            raise not_found("alert", "告警", alert_id)
        if aircraft_id is None:
            for flight in self._ownership.flights().values():
                if flight.track_id == track_id:
                    return flight.subject
        return flight_subject(aircraft_id, track_id)

    async def answer(self, principal: Principal, transfer_id: str, answer: Answer, *, supervises: bool) -> Transfer:
        """Take, refuse or take back a transfer; raises Problem 404, 409."""

        def job(session: Session) -> Transfer:
            row = records.transfer(session, transfer_id)
            if row is None:
                raise not_found("transfer", "移交", transfer_id)
            if row.state != "offered":
                raise Problem(
                    "transfer_closed", f"It was {row.state} already.", "该移交已结束。", extra={"state": row.state}
                )
            state = self._book.state
            mine = state.position_of(principal.subject)
            needed = row.from_position_id if answer == "withdraw" else row.to_position_id
            if not supervises and (mine is None or mine.position_id != needed):
                raise not_yours(state, needed, supervises=False, extra={})
            now = self._clock.now()
            return self._closed(session, row, _STATES[answer], principal, now)

        return await self._store.write(job)

    def _closed(
        self, session: Session, row: TransferRow, outcome: str, principal: Principal | None, now: datetime
    ) -> Transfer:
        changes = {
            "state": outcome,
            "decided_at": rfc3339(now),
            "decided_by": "system" if principal is None else principal.subject,
            "decided_name": None if principal is None else principal.name,
        }
        records.change_transfer(session, row.transfer_id, changes)
        at = row.to_position_id if outcome == "accepted" else row.from_position_id
        self._hold(session, row.subject, at, "transfer", now)
        closed = records.transfer(session, row.transfer_id)
        assert closed is not None
        actor = "system" if principal is None else principal.subject
        firm = None if principal is None else principal.organisation_id
        self._audit(session, actor, firm, f"transfer.{outcome}", closed)
        return transfer_of(closed)

    # -- what follows by itself ----------------------------------------------------------------------------------------

    async def sweep(self) -> None:
        """Time out what nobody answered, hold what has an alert, free what has none; call it every second."""
        state = self._book.state
        if not state.in_use:
            return
        now = self._clock.now()
        late = [item for item in state.pending.values() if datetime.fromisoformat(item.expires_at) <= now]
        taken, freed = self._holds_due(state, now)
        if not (late or taken or freed):
            return

        def job(session: Session) -> None:
            for item in late:
                row = records.transfer(session, item.transfer_id)
                if row is not None and row.state == "offered":
                    self._closed(session, row, "timed_out", None, now)
            for subject, position_id in taken.items():
                if subject not in self._book.state.holds:
                    self._hold(session, subject, position_id, "alert", now)
            for subject in freed:
                if subject not in self._book.state.pending:
                    records.drop_hold(session, subject)
            self._note(session, "sweep")

        await self._store.write(job)

    def _holds_due(self, state: State, now: datetime) -> tuple[Mapping[str, str], list[str]]:
        flights = self._ownership.flights()
        named = {subject: owner.position_id for _, subject, owner in self._ownership.alerts()}
        taken = {
            subject: position_id
            for subject, position_id in named.items()
            if subject not in state.holds and subject.startswith("flight:")
        }
        freed = []
        for subject, hold in state.holds.items():
            if subject in state.pending or subject in named:
                continue
            flight = flights.get(subject)
            if hold.why == "alert":
                freed.append(subject)
            elif flight is None:
                if (now - datetime.fromisoformat(hold.since_at)).total_seconds() > GONE_S or subject.startswith(
                    "alert:"
                ):
                    freed.append(subject)
            elif flight.natural == hold.position_id:
                freed.append(subject)
        return taken, freed

    def _hold(
        self, session: Session, subject: str, position_id: str, why: Literal["alert", "transfer"], now: datetime
    ) -> None:
        hold = Hold(subject, position_id, rfc3339(now), why)
        records.put_hold(
            session,
            OwnerHoldRow(subject=hold.subject, position_id=hold.position_id, since_at=hold.since_at, why=hold.why),
        )
        self._note(session, subject)

    def _note(self, session: Session, ref: str) -> None:
        self._memory.note(session, KIND, ref)
        self._book.reload_in(session)

    def _audit(self, session: Session, actor: str, organisation_id: str | None, action: str, row: TransferRow) -> None:
        self._note(session, row.transfer_id)
        detail: dict[str, Any] = {
            "subject": row.subject,
            "from": row.from_position_id,
            "to": row.to_position_id,
            "note": row.note,
        }
        record_audit(
            session,
            at=self._clock.now(),
            actor=actor,
            organisation_id=organisation_id,
            action=action,
            object_kind="transfer",
            object_id=row.transfer_id,
            detail=detail,
        )
