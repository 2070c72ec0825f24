"""Advisories: what a firm is told about its flights, durable with what caused them, until it acknowledges."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from utm.clock import Clock
from utm.ids import new_id
from utm.plan_records import rfc3339
from utm.problems import not_found
from utm.security import Principal, may_edit_of
from utm.store import notices
from utm.store.journal import record_audit
from utm.store.notice_tables import AdvisoryRow
from utm.store.store import Store


class AdvisoryDesk:
    """Raises, lists and acknowledges advisories."""

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock, self._store = clock, store

    def raise_advisory(
        self,
        session: Session,
        *,
        organisation_id: str,
        kind: str,
        detail: str,
        detail_zh: str,
        plan_id: str | None = None,
        zone_id: str | None = None,
    ) -> None:
        """Tell a firm something, inside the job of the writer that makes it true."""
        row = AdvisoryRow(
            advisory_id=new_id("adv"),
            number=0,
            organisation_id=organisation_id,
            kind=kind,
            plan_id=plan_id,
            zone_id=zone_id,
            detail=detail,
            detail_zh=detail_zh,
            raised_at=rfc3339(self._clock.now()),
        )
        notices.add_advisory(session, row)

    async def page(
        self, *, organisation_id: str | None, plan_id: str | None, before: int | None, limit: int
    ) -> Sequence[AdvisoryRow]:
        """Return advisories, newest first."""
        return await self._store.read(
            lambda session: notices.advisories(
                session, organisation_id=organisation_id, plan_id=plan_id, before=before, limit=limit
            )
        )

    async def acknowledge(self, principal: Principal, advisory_id: str) -> dict[str, Any]:
        """Mark an advisory as read by its firm; doing it again changes nothing. Raises Problem 404 for another's."""

        def job(session: Session) -> dict[str, Any]:
            row = notices.advisory(session, advisory_id)
            if row is None or not may_edit_of(principal, row.organisation_id):
                raise not_found("advisory", "通告", advisory_id)
            if row.acknowledged_at is None:
                row.acknowledged_at, row.acknowledged_by = rfc3339(self._clock.now()), principal.subject
                notices.acknowledge(session, advisory_id, at=row.acknowledged_at, by=row.acknowledged_by)
                record_audit(
                    session,
                    at=self._clock.now(),
                    actor=principal.subject,
                    organisation_id=principal.organisation_id,
                    action="advisory.acknowledge",
                    object_kind="advisory",
                    object_id=advisory_id,
                    detail={"plan_id": row.plan_id},
                )
            return advisory_document(row)

        return await self._store.write(job)


def advisory_document(row: AdvisoryRow) -> dict[str, Any]:
    """Return an advisory as the API answers it."""
    return {
        "advisory_id": row.advisory_id,
        "kind": row.kind,
        "plan_id": row.plan_id,
        "zone_id": row.zone_id,
        "detail": row.detail,
        "detail_zh": row.detail_zh,
        "raised_at": row.raised_at,
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": row.acknowledged_by,
    }
