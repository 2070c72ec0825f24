"""The desk of the division: its versions, positions and who works at them; with it the transfers and the lock.

Who may change the division: administrators, and dispatchers signed on at a position that supervises. Every change is a
new version or an audited line, durable before it is answered.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlmodel import Session

from airspace.region import Region
from utm.clock import Clock
from utm.ids import new_id
from utm.memory import Memory
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.sectors.book import KIND, SectorBook
from utm.sectors.lock import OwnerLock
from utm.sectors.ownership import Ownership
from utm.sectors.transfers import TransferDesk
from utm.sectors.values import CITY_POSITION, Layout, overlaps, sector_of
from utm.security import Principal
from utm.store import sectors as records
from utm.store.journal import record_audit
from utm.store.sector_tables import PositionRow, PositionStaffRow, SectorLayoutRow
from utm.store.store import Store


class SectorDesk:
    """Publishes the division, and keeps positions and their people."""

    def __init__(
        self, *, clock: Clock, store: Store, memory: Memory, region: Region, book: SectorBook, ownership: Ownership
    ) -> None:
        self._clock, self._store, self._memory, self._region = clock, store, memory, region
        self.book, self.ownership = book, ownership
        self.transfers = TransferDesk(clock=clock, store=store, memory=memory, book=book, ownership=ownership)
        self.lock = OwnerLock(clock, store, book, ownership)

    # -- the division --------------------------------------------------------------------------------------------------

    def check_supervisor(self, principal: Principal) -> None:
        """Raise Problem 403 unless the caller may change the division and act on what others own."""
        if not self.supervises(principal):
            raise Problem("not_supervisor")

    def supervises(self, principal: Principal) -> bool:
        """Tell whether the caller is an administrator, or works at a position that supervises."""
        at = self.book.state.position_of(principal.subject)
        return principal.role == "admin" or (at is not None and at.supervises)

    async def publish(self, principal: Principal, body: Mapping[str, Any], expected: int | None) -> Layout:
        """Publish a new version of the whole division; raises Problem 403, 409 stale_version, 422."""
        self.check_supervisor(principal)
        sent = {
            **body,
            "sectors": [{**each, "sector_id": each.get("sector_id") or new_id("sec")} for each in body["sectors"]],
        }
        self._check_sent(sent)

        def job(session: Session) -> Layout:
            return self._published(session, principal, sent, expected, "sectors.publish", {})

        return await self._store.write(job)

    async def assign(self, principal: Principal, wanted: Mapping[str, str], note: str) -> Layout:
        """Give sectors to other positions (combine, split): a new version; raises Problem 403, 404, 409."""
        self.check_supervisor(principal)

        def job(session: Session) -> Layout:
            row = records.newest_layout(session)
            known = {} if row is None else {each["sector_id"]: each for each in orjson.loads(row.body)["sectors"]}
            unknown = next((ref for ref in wanted if ref not in known), None)
            if row is None or unknown is not None:
                raise not_found("sector", "扇区", unknown or "")
            body = orjson.loads(row.body)
            for each in body["sectors"]:
                each["position_id"] = wanted.get(each["sector_id"], each["position_id"])
            self._check_positions({*wanted.values()})
            body["note"] = note
            return self._published(session, principal, body, None, "sectors.assign", {"assigned": dict(wanted)})

        return await self._store.write(job)

    def _check_sent(self, body: Mapping[str, Any]) -> None:
        errors: list[FieldProblem] = []
        sectors = []
        ids = [each["sector_id"] for each in body["sectors"]]
        if len(set(ids)) != len(ids):
            errors.append(FieldProblem("/sectors", "invalid_value", "names a sector twice", "有重复的扇区编号"))
        for i, raw in enumerate(body["sectors"]):
            sector = sector_of(raw, self._region, f"/sectors/{i}")
            if isinstance(sector, list):
                errors += sector
            else:
                sectors.append(sector)
        if errors:
            raise validation_problem(errors)
        for i, j in overlaps(sectors):
            en = f"covers the same ground as '{sectors[i].name}'"
            errors.append(FieldProblem(f"/sectors/{j}", "invalid_value", en, f"与“{sectors[i].name_zh}”重叠"))
        if errors:
            raise validation_problem(errors)
        wanted = {body["fallback_position_id"], *(each["position_id"] for each in body["sectors"])}
        if body["in_use"]:
            self._check_positions(wanted)

    def _check_positions(self, wanted: set[str]) -> None:
        unknown = next((ref for ref in sorted(wanted) if ref not in self.book.state.positions), None)
        if unknown is not None:
            raise not_found("position", "席位", unknown)

    def _published(
        self,
        session: Session,
        principal: Principal,
        body: Mapping[str, Any],
        expected: int | None,
        action: str,
        detail: dict[str, Any],
    ) -> Layout:
        newest = records.newest_layout(session)
        before = 0 if newest is None else newest.version
        if expected is not None and expected != before:
            raise Problem("stale_version", extra={"version": before})
        row = SectorLayoutRow(
            version=before + 1,
            body=orjson.dumps(dict(body)).decode(),
            published_at=rfc3339(self._clock.now()),
            published_by=principal.subject,
            published_name=principal.name,
        )
        records.put_layout(session, row)
        detail = {**detail, "sectors": len(body["sectors"]), "in_use": body["in_use"], "note": body.get("note", "")}
        self._kept(session, principal, action, str(row.version), detail)
        return self.book.state.layout

    async def version(self, version: int) -> Layout:
        """Return one version; raises Problem 404."""
        row = await self._store.read(lambda session: records.layout(session, version))
        if row is None:
            raise not_found("version of the sectors", "扇区版本", str(version))
        return self.book.layout_of(row)

    async def versions(self, before: int | None, limit: int) -> list[Layout]:
        """Return versions, newest first."""
        rows = await self._store.read(lambda session: records.layouts_page(session, before=before, limit=limit))
        return [self.book.layout_of(row) for row in rows]

    # -- positions and people ------------------------------------------------------------------------------------------

    async def open_position(self, principal: Principal, body: Mapping[str, Any]) -> str:
        """Make a position; raises Problem 403; returns its id."""
        self.check_supervisor(principal)
        position_id = new_id("pos")

        def job(session: Session) -> None:
            row = PositionRow(
                position_id=position_id, created_at=rfc3339(self._clock.now()), retired_at=None, **_columns(body)
            )
            records.put_position(session, row)
            self._kept(session, principal, "position.open", position_id, {"name": row.name})

        await self._store.write(job)
        return position_id

    async def change_position(self, principal: Principal, position_id: str, body: Mapping[str, Any]) -> None:
        """Change a position; raises Problem 403, 404."""
        self.check_supervisor(principal)

        def job(session: Session) -> None:
            self._check_positions({position_id})
            records.change_position(session, position_id, _columns(body))
            self._kept(session, principal, "position.change", position_id, {"name": body["name"]})

        await self._store.write(job)

    async def retire_position(self, principal: Principal, position_id: str) -> None:
        """Close a position; raises Problem 403, 404, 409 while it owns something."""
        self.check_supervisor(principal)

        def job(session: Session) -> None:
            self._check_positions({position_id})
            state = self.book.state
            held = any(hold.position_id == position_id for hold in state.holds.values())
            if held or (state.in_use and position_id in state.layout.position_ids()):
                raise Problem("position_in_use")
            records.change_position(session, position_id, {"retired_at": rfc3339(self._clock.now())})
            for staff in state.staff_of(position_id):
                records.sign_off(session, staff.subject)
            self._kept(session, principal, "position.retire", position_id, {})

        await self._store.write(job)

    async def sign_on(self, principal: Principal, position_id: str) -> None:
        """Put the caller at a position, away from any other; raises Problem 404, 403 where the position names others."""

        def job(session: Session) -> None:
            position = self.book.state.positions.get(position_id)
            if position is None:
                raise not_found("position", "席位", position_id)
            if position.people and principal.subject not in position.people:
                raise Problem(
                    "forbidden",
                    f"'{position.name}' is staffed by named people only; ask an administrator to name you.",
                    f"“{position.name_zh}”仅限指定人员；请联系管理员。",
                )
            at = rfc3339(self._clock.now())
            records.sign_on(
                session,
                PositionStaffRow(subject=principal.subject, name=principal.name, position_id=position_id, since_at=at),
            )
            self._kept(session, principal, "position.sign_on", position_id, {})

        await self._store.write(job)

    async def sign_off(self, principal: Principal) -> None:
        """Take the caller off their position; nothing happens where they are at none."""

        def job(session: Session) -> None:
            at = self.book.state.staff.get(principal.subject)
            if at is not None:
                records.sign_off(session, principal.subject)
                self._kept(session, principal, "position.sign_off", at.position_id, {})

        await self._store.write(job)

    def _kept(self, session: Session, principal: Principal, action: str, ref: str, detail: dict[str, Any]) -> None:
        self._memory.note(session, KIND, ref)
        self.book.reload_in(session)
        record_audit(
            session,
            at=self._clock.now(),
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action=action,
            object_kind="sectors",
            object_id=ref,
            detail=detail,
        )


def _columns(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": body["name"],
        "name_zh": body.get("name_zh") or body["name"],
        "supervises": int(body["supervises"]),
        "people": orjson.dumps(sorted(body["people"])).decode(),
    }


__all__ = ["CITY_POSITION", "SectorDesk"]
