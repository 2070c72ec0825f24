"""The shift log's life.

    (none) --open--> open --sign out--> offered --sign in--> closed, and the next log is open

Entries are taken while a log is open or offered and are never changed. Who leaves signs with initials; what is open at
that moment is kept with the log. Who comes must be somebody else, sees the same list, and signs in turn: that closes the
log and opens the next in one transaction, so that there is never a time without a log. Every step is audited.
"""

from typing import Any

import orjson
from sqlmodel import Session

from utm.clock import Clock
from utm.handover.open_items import open_items
from utm.ids import new_id
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found
from utm.security import Principal
from utm.store import handovers
from utm.store.handover_tables import HandoverEntryRow, HandoverRow
from utm.store.journal import record_audit
from utm.store.store import Store


class HandoverDesk:
    """Opens, writes and signs shift logs."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock, self._store = clock, store

    async def current(self) -> dict[str, Any]:
        """Return the running log with its entries, None without one, and what is open now."""

        def job(session: Session) -> dict[str, Any]:
            row = handovers.running(session)
            return {
                "log": None if row is None else document(row, handovers.entries_of(session, row.handover_id)),
                "open_items": open_items(session),
            }

        return await self._store.read(job)

    async def read(self, handover_id: str) -> dict[str, Any]:
        """Return one log; raises Problem 404."""

        def job(session: Session) -> dict[str, Any]:
            return document(_known(session, handover_id), handovers.entries_of(session, handover_id))

        return await self._store.read(job)

    async def open(self, principal: Principal) -> dict[str, Any]:
        """Open the first log; raises Problem 409 where one is running."""

        def job(session: Session) -> dict[str, Any]:
            if handovers.running(session) is not None:
                raise Problem("conflict", "A shift log is running; sign it over.", "已有班次日志在进行；请办理交接。")
            return document(self._opened(session, principal, None), [])

        return await self._store.write(job)

    async def add(self, principal: Principal, handover_id: str, kind: str, text: str) -> dict[str, Any]:
        """Write a line; raises Problem 404, and 409 for a closed log."""

        def job(session: Session) -> dict[str, Any]:
            row = _known(session, handover_id)
            if row.state == "closed":
                raise Problem(
                    "conflict", "That log is closed; write into the running one.", "该日志已关闭；请写入当前日志。"
                )
            at = rfc3339(self._clock.now())
            entry = HandoverEntryRow(
                handover_id=handover_id, at=at, actor=principal.subject, name=principal.name, kind=kind, text=text
            )
            handovers.add_entry(session, entry)
            self._audit(session, principal, "handover.write", handover_id, {"kind": kind})
            return document(row, handovers.entries_of(session, handover_id))

        return await self._store.write(job)

    async def sign_out(self, principal: Principal, handover_id: str, initials: str, remarks: str) -> dict[str, Any]:
        """Sign as who leaves; raises Problem 404, and 409 unless the log is open."""

        def job(session: Session) -> dict[str, Any]:
            row = _known(session, handover_id)
            if row.state != "open":
                raise Problem("conflict", f"The log is {row.state}.", "该日志当前状态不允许签出。")
            changes = {
                "state": "offered",
                "remarks": remarks,
                "items": orjson.dumps(open_items(session)).decode(),
                **_signature("out", principal, initials, rfc3339(self._clock.now())),
            }
            return self._changed(session, principal, "handover.sign_out", handover_id, changes)

        return await self._store.write(job)

    async def sign_in(self, principal: Principal, handover_id: str, initials: str) -> dict[str, Any]:
        """Sign as who comes and open the next log; raises Problem 404, and 409 for who left or a log not offered."""

        def job(session: Session) -> dict[str, Any]:
            row = _known(session, handover_id)
            if row.state != "offered":
                raise Problem("conflict", f"The log is {row.state}; who leaves signs first.", "须由交班人先签字。")
            if row.out_by == principal.subject:
                raise Problem("conflict", "Somebody else must take over.", "接班人须为另一人。")
            signed = _signature("in", principal, initials, rfc3339(self._clock.now()))
            self._changed(session, principal, "handover.sign_in", handover_id, {"state": "closed", **signed})
            return document(self._opened(session, principal, handover_id), [])

        return await self._store.write(job)

    def _opened(self, session: Session, principal: Principal, previous_id: str | None) -> HandoverRow:
        row = HandoverRow(
            handover_id=new_id("ho"),
            number=handovers.next_number(session),
            state="open",
            opened_at=rfc3339(self._clock.now()),
            opened_by=principal.subject,
            opened_name=principal.name,
            previous_id=previous_id,
            remarks="",
        )
        handovers.put(session, row)
        self._audit(session, principal, "handover.open", row.handover_id, {"previous_id": previous_id})
        return row

    def _changed(
        self, session: Session, principal: Principal, action: str, handover_id: str, changes: dict[str, Any]
    ) -> dict[str, Any]:
        handovers.change(session, handover_id, changes)
        self._audit(session, principal, action, handover_id, {"state": changes["state"]})
        return document(_known(session, handover_id), handovers.entries_of(session, handover_id))

    def _audit(self, session: Session, principal: Principal, action: str, ref: str, detail: dict[str, Any]) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action=action,
            object_kind="handover",
            object_id=ref,
            detail=detail,
        )


def _signature(way: str, principal: Principal, initials: str, at: str) -> dict[str, str]:
    return {
        f"{way}_at": at,
        f"{way}_by": principal.subject,
        f"{way}_name": principal.name,
        f"{way}_initials": initials,
    }


def _known(session: Session, handover_id: str) -> HandoverRow:
    row = handovers.get(session, handover_id)
    if row is None:
        raise not_found("shift log", "班次日志", handover_id)
    return row


def document(row: HandoverRow, entries: list[HandoverEntryRow]) -> dict[str, Any]:
    """Return a log as the API answers it."""

    def signature(way: str) -> dict[str, str] | None:
        at = getattr(row, f"{way}_at")
        if at is None:
            return None
        return {name: getattr(row, f"{way}_{name}") for name in ("at", "by", "name", "initials")}

    return {
        "handover_id": row.handover_id,
        "number": row.number,
        "state": row.state,
        "opened_at": row.opened_at,
        "opened_by": row.opened_by,
        "opened_name": row.opened_name,
        "previous_id": row.previous_id,
        "remarks": row.remarks,
        "signed_out": signature("out"),
        "signed_in": signature("in"),
        "items": None if row.items is None else orjson.loads(row.items),
        "entries": [
            {"at": entry.at, "actor": entry.actor, "name": entry.name, "kind": entry.kind, "text": entry.text}
            for entry in entries
        ],
    }
