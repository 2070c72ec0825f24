"""The lock: at a centre that is divided, a dispatcher acts on the flights and alerts of the own position only.

    who                                             | may act on
    ------------------------------------------------+-------------------------------------------------------------
    a dispatcher at a position                      | what that position owns
    a supervisor                                    | everything; on another's with a reason, which is audited
    a dispatcher anywhere                           | an alert whose position has nobody signed on: seen is better
                                                    | than unseen
    firms, on their own                             | as ever
    the service by itself                           | as ever: safety does not wait for a signature

While the city is not divided nothing is locked.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from utm.alert_book import Alert
from utm.clock import Clock
from utm.command_values import Command, CommandRequest
from utm.problems import Problem
from utm.sectors.book import SectorBook, State
from utm.sectors.ownership import Ownership
from utm.security import Principal
from utm.store.journal import record_audit
from utm.store.store import Store


class OwnerLock:
    """Asks who owns what somebody is about to act on."""

    def __init__(self, clock: Clock, store: Store, book: SectorBook, ownership: Ownership) -> None:
        self._clock, self._store, self._book, self._ownership = clock, store, book, ownership

    def check_orders(self, principal: Principal, requests: Sequence[CommandRequest], reason: str | None) -> None:
        """Raise Problem 409 owned_by_other_position unless the caller may order every vehicle named."""
        self.check(principal, [request.aircraft_id for request in requests], reason)

    def check(self, principal: Principal, aircraft_ids: Iterable[str], reason: str | None) -> Mapping[str, str]:
        """Return the positions whose flights a supervisor acts on instead, by aircraft; mostly none.

        Raises Problem 409 owned_by_other_position for a dispatcher whose position does not own every flight named; the
        flights that are not its own are in `aircraft_ids`, so that the others can be acted on without them.
        """
        state = self._book.state
        if not state.in_use or principal.role != "dispatcher":
            return {}
        mine = state.position_of(principal.subject)
        others: dict[str, str] = {}
        for aircraft_id in aircraft_ids:
            owner = self._ownership.of_aircraft(aircraft_id)
            if mine is None or owner.position_id != mine.position_id:
                others[aircraft_id] = owner.position_id
        supervises = mine is not None and mine.supervises
        if others and not (supervises and reason is not None):
            first, position_id = next(iter(others.items()))
            raise not_yours(
                state, position_id, supervises=supervises, extra={"aircraft_id": first, "aircraft_ids": list(others)}
            )
        return others

    async def permit(
        self, principal: Principal, aircraft_ids: Iterable[str], reason: str | None, kind: str, ref: str
    ) -> None:
        """Let a step on flights pass, or raise as `check` does; a supervisor's on another's flights is audited first."""
        others = self.check(principal, aircraft_ids, reason)
        if others:
            detail = {"owners": dict(others), "reason": reason}
            await self._store.write(lambda session: self._audit(session, principal, kind, ref, detail))

    async def permit_alert(self, principal: Principal, alert: Alert, reason: str | None) -> None:
        """Let a step on an alert pass; raises Problem 409 while another position, with people, owns it."""
        state = self._book.state
        if not state.in_use or principal.role != "dispatcher":
            return
        _, owner = self._ownership.of_alert(alert)
        mine = state.position_of(principal.subject)
        if mine is not None and mine.position_id == owner.position_id:
            return
        if not state.staff_of(owner.position_id):
            return
        supervises = mine is not None and mine.supervises
        if not (supervises and reason):
            raise not_yours(
                state, owner.position_id, supervises=supervises, what="alert", extra={"alert_id": alert.alert_id}
            )
        detail = {"owner": owner.position_id, "reason": reason}
        await self._store.write(lambda session: self._audit(session, principal, "alert", alert.alert_id, detail))

    def _audit(self, session: Session, principal: Principal, kind: str, ref: str, detail: dict[str, Any]) -> None:
        mine = self._book.state.position_of(principal.subject)
        record_audit(
            session,
            at=self._clock.now(),
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action="sectors.override",
            object_kind=kind,
            object_id=ref,
            detail={**detail, "position_id": None if mine is None else mine.position_id},
        )

    def note_order(self, session: Session, command: Command) -> None:
        """Keep in the audit trail that a supervisor gave an order to a flight of another position."""
        state = self._book.state
        mine = state.position_of(command.requested_by)
        if not state.in_use or mine is None:
            return
        owner = self._ownership.last_known(command.aircraft_id)
        if owner is not None and owner.position_id != mine.position_id:
            record_audit(
                session,
                at=self._clock.now(),
                actor=command.requested_by,
                organisation_id=None,
                action="sectors.override",
                object_kind="command",
                object_id=command.command_id,
                detail={
                    "aircraft_id": command.aircraft_id,
                    "owner": owner.position_id,
                    "position_id": mine.position_id,
                    "reason": command.circumstance.reason,
                },
            )


_WHAT = {"flight": "飞行", "alert": "告警"}


def not_yours(
    state: State, position_id: str, *, supervises: bool, extra: Mapping[str, Any], what: str = "flight"
) -> Problem:
    """Return the problem that says who owns what the caller wanted to act on, and what to do."""
    position = state.position(position_id)
    people = [staff.name for staff in state.staff_of(position_id)]
    who, who_zh = ", ".join(people) or "nobody signed on", "、".join(people) or "无人在席"
    way = "send a reason to act as supervisor" if supervises else "ask it, or have it transferred"
    way_zh = "以主任身份操作须填写理由" if supervises else "请与其联系，或办理移交"
    return Problem(
        "owned_by_other_position",
        f"'{position.name}' ({who}) owns this {what}; {way}.",
        f"该{_WHAT[what]}由“{position.name_zh}”（{who_zh}）负责；{way_zh}。",
        extra={
            **extra,
            "owner": {
                "position_id": position.position_id,
                "name": position.name,
                "name_zh": position.name_zh,
                "people": people,
            },
        },
    )
