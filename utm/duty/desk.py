"""The desk of duty: contacts with hours and rotas, who is on duty now, and what is to be told to whom.

    level 1   told at once
    level 2   told when nobody has acknowledged in time
    level 3   told when still nobody has

Where nobody of a level is on duty the next level is told in its place. Who has no hours is always on duty.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import orjson
from sqlmodel import Session

from airspace.schedule import active_within, parse_applicability
from airspace.timebase import from_scene_s, to_scene_s
from utm.alert_rules import SEVERITIES
from utm.clock import Clock
from utm.duty.channels import Gateways, check_address
from utm.flight_plans import field_problem
from utm.ids import new_id
from utm.memory import Memory
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import Principal
from utm.store import duty
from utm.store.duty_tables import DutyContactRow, DutyMessageRow
from utm.store.journal import record_audit
from utm.store.store import Store, on_undo
from utm.webhooks.addresses import AddressError
from utm.webhooks.signing import new_secret

KIND: Final = "duty_contact"
MOST_CONTACTS: Final = 200
LEVELS: Final = (1, 2, 3)
TOPICS: Final = ("advisories", "alerts", "reports", "approvals")


class DutyDesk:
    """Keeps contacts (a `utm.memory.Keeper`) and queues what they are told."""

    def __init__(self, *, clock: Clock, store: Store, gateways: Gateways) -> None:
        self._clock, self._store, self.gateways = clock, store, gateways
        self._contacts: dict[str, DutyContactRow] = {}
        self.memory: Memory | None = None

    # -- contacts ----------------------------------------------------------------------------------------------------------

    async def create(self, principal: Principal, values: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a contact of the caller's organisation; a webhook's secret is shown in this answer only."""
        row = DutyContactRow(
            contact_id=new_id("dc"),
            organisation_id=principal.organisation_id,
            name=values["name"],
            channel=values["channel"],
            address=values["address"],
            secret=new_secret() if values["channel"] == "webhook" else values.get("secret"),
            language=values["language"],
            level=values["level"],
            topics=" ".join(values["topics"]),
            severity=values["severity"],
            hours=orjson.dumps(list(values.get("hours") or ())).decode(),
            active=values.get("active", True),
            version=1,
            created_at=rfc3339(self._clock.now()),
        )
        self._check(row)

        def job(session: Session) -> dict[str, Any]:
            own = [item for item in duty.contacts(session) if item.organisation_id == row.organisation_id]
            if len(own) >= MOST_CONTACTS:
                raise Problem("too_many_contacts")
            duty.add_contact(session, row)
            self._changed(session, principal, row.contact_id, "create")
            return self.document(row) | ({"secret": row.secret} if row.channel == "webhook" else {})

        return await self._store.write(job)

    async def change(self, principal: Principal, contact_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Change a contact; raises Problem 404 for another organisation's."""

        def job(session: Session) -> dict[str, Any]:
            row = self._own(session, principal, contact_id)
            changes = {name: value for name, value in values.items() if name not in ("topics", "hours")}
            if "topics" in values:
                changes["topics"] = " ".join(values["topics"])
            if "hours" in values:
                changes["hours"] = orjson.dumps(list(values["hours"] or ())).decode()
            if "address" in values and values["address"] != row.address:
                changes |= {"last_ok_at": None, "last_error": None}
            changes["version"] = row.version + 1
            for name, value in changes.items():
                setattr(row, name, value)
            self._check(row)
            duty.change_contact(session, contact_id, changes)
            self._changed(session, principal, contact_id, "change")
            return self.document(row)

        return await self._store.write(job)

    async def drop(self, principal: Principal, contact_id: str) -> None:
        """Take a contact away; its messages stay in the log."""

        def job(session: Session) -> None:
            self._own(session, principal, contact_id)
            duty.drop_contact(session, contact_id)
            self._changed(session, principal, contact_id, "drop")

        await self._store.write(job)

    @property
    def anybody(self) -> bool:
        """Whether any organisation has a contact."""
        return bool(self._contacts)

    def listed(self, principal: Principal) -> list[dict[str, Any]]:
        """Return the contacts of the caller's organisation."""
        return [
            self.document(row) for row in self._contacts.values() if row.organisation_id == principal.organisation_id
        ]

    def get(self, principal: Principal, contact_id: str) -> dict[str, Any]:
        """Return a contact; raises Problem 404 for another organisation's."""
        row = self._contacts.get(contact_id)
        if row is None or row.organisation_id != principal.organisation_id:
            raise not_found("contact", "联系人", contact_id)
        return self.document(row)

    def contact(self, contact_id: str) -> DutyContactRow | None:
        """Return a contact, or None."""
        return self._contacts.get(contact_id)

    def document(self, row: DutyContactRow) -> dict[str, Any]:
        """Return a contact as the API answers it, without its secret."""
        return {
            "contact_id": row.contact_id,
            "organisation_id": row.organisation_id,
            "name": row.name,
            "channel": row.channel,
            "address": row.address,
            "has_secret": row.secret is not None,
            "language": row.language,
            "level": row.level,
            "topics": row.topics.split(),
            "severity": row.severity,
            "hours": orjson.loads(row.hours),
            "on_duty": self._on_duty(row, to_scene_s(self._clock.now())),
            "active": bool(row.active),
            "available": self.gateways.missing(row.channel) is None,
            "version": row.version,
            "created_at": row.created_at,
            "last_ok_at": row.last_ok_at,
            "last_error": row.last_error,
        }

    def _check(self, row: DutyContactRow) -> None:
        faults = []
        try:
            check_address(row.channel, row.address, allow_private=self.gateways.allow_private)
        except AddressError as error:
            faults.append(FieldProblem("/address", error.code, error.detail, error.detail_zh))
        periods = parse_applicability(orjson.loads(row.hours), "/hours")
        if isinstance(periods, list):
            faults.extend(field_problem(fault) for fault in periods)
        if faults:
            raise validation_problem(faults)

    @staticmethod
    def _on_duty(row: DutyContactRow, now_s: float) -> bool:
        if not row.active:
            return False
        periods = parse_applicability(orjson.loads(row.hours), "/hours")
        return not isinstance(periods, list) and bool(active_within(periods, now_s, now_s))

    # -- whom to tell ------------------------------------------------------------------------------------------------------

    def on_duty(
        self, organisations: Collection[str], topic: str, *, most_level: int, severity: str | None = None
    ) -> list[DutyContactRow]:
        """Return who of these organisations is told: on duty now, up to a level, or of the lowest level there is above."""
        now_s = to_scene_s(self._clock.now())
        ready = [
            row
            for row in list(self._contacts.values())
            if row.organisation_id in organisations
            and topic in row.topics.split()
            and (severity is None or SEVERITIES.index(severity) >= SEVERITIES.index(row.severity))
            and self._on_duty(row, now_s)
        ]
        found = []
        for organisation_id in sorted(organisations):
            own = [row for row in ready if row.organisation_id == organisation_id]
            reach = max(most_level, min((row.level for row in own), default=most_level))
            found += [row for row in own if row.level <= reach]
        return found

    def tell(
        self,
        session: Session,
        contacts: Sequence[DutyContactRow],
        *,
        kind: str,
        ref: str,
        news: str,
        words: Mapping[str, tuple[str, str]],
    ) -> int:
        """Queue a message to each contact inside a job of the writer, once for each piece of news; return how many.

        `news` tells pieces of news about one thing apart; `words` are title and text by language.
        """
        now = self._clock.now()
        count = 0
        for contact in contacts:
            dedupe = f"{kind}:{ref}:{news}"
            if duty.is_told(session, contact.contact_id, dedupe):
                continue
            title, body = words[contact.language]
            duty.add_message(
                session,
                DutyMessageRow(
                    message_id=new_id("dm"),
                    organisation_id=contact.organisation_id,
                    contact_id=contact.contact_id,
                    channel=contact.channel,
                    kind=kind,
                    ref=ref,
                    level=contact.level,
                    dedupe=dedupe,
                    title=title,
                    body=body,
                    state="waiting",
                    next_s=to_scene_s(now),
                    created_at=rfc3339(now),
                ),
            )
            count += 1
        return count

    # -- the log -----------------------------------------------------------------------------------------------------------

    async def log(
        self,
        principal: Principal,
        *,
        contact_id: str | None,
        states: Sequence[str] | None,
        before: int | None,
        limit: int,
    ) -> list[tuple[int, dict[str, Any]]]:
        """Return the messages of the caller's organisation, newest first, each with its position in the list."""
        known = None if contact_id is None else self._contacts.get(contact_id)
        if known is not None and known.organisation_id != principal.organisation_id:
            contact_id = ""  # another's contact costs the store what none costs
        rows = await self._store.read(
            lambda session: duty.messages(
                session,
                principal.organisation_id,
                contact_id=contact_id,
                states=states,
                before=before,
                limit=limit,
            )
        )
        return [(row.message_no or 0, self.message_document(row)) for row in rows]

    async def send_again(self, principal: Principal, message_id: str) -> dict[str, Any]:
        """Queue a message that ended again; raises Problem 404 for another organisation's."""

        def job(session: Session) -> dict[str, Any]:
            row = duty.message(session, message_id, principal.organisation_id)
            if row is None:
                raise not_found("message", "消息", message_id)
            if duty.contact(session, row.contact_id) is None:
                raise Problem("contact_gone")
            if row.state != "waiting":
                now_s = to_scene_s(self._clock.now())
                duty.change_message(
                    session, message_id, {"state": "waiting", "attempts": 0, "next_s": now_s, "ended_at": None}
                )
            return self.message_document(duty.message(session, message_id) or row)

        return await self._store.write(job)

    def message_document(self, row: DutyMessageRow) -> dict[str, Any]:
        """Return a message as the API answers it."""
        contact = self._contacts.get(row.contact_id)
        return {
            "message_id": row.message_id,
            "contact_id": row.contact_id,
            "contact_name": None if contact is None else contact.name,
            "channel": row.channel,
            "kind": row.kind,
            "ref": row.ref,
            "level": row.level,
            "title": row.title,
            "text": row.body,
            "state": row.state,
            "attempts": row.attempts,
            "status": row.status,
            "error": row.error,
            "created_at": row.created_at,
            "ended_at": row.ended_at,
            "next_attempt_at": rfc3339(from_scene_s(row.next_s)) if row.state == "waiting" else None,
        }

    # -- records -----------------------------------------------------------------------------------------------------------

    @staticmethod
    def _own(session: Session, principal: Principal, contact_id: str) -> DutyContactRow:
        row = duty.contact(session, contact_id, principal.organisation_id)
        if row is None:
            raise not_found("contact", "联系人", contact_id)
        return row

    def _changed(self, session: Session, principal: Principal, contact_id: str, action: str) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action=f"{KIND}.{action}",
            object_kind=KIND,
            object_id=contact_id,
            detail={},
        )
        before = self._contacts

        def undo() -> None:
            self._contacts = before

        on_undo(session, undo)
        self.refresh(session, contact_id)
        if self.memory is not None:
            self.memory.note(session, KIND, contact_id)

    def load(self, session: Session) -> None:
        """Read every contact."""
        self._contacts = {row.contact_id: row for row in duty.contacts(session)}

    def refresh(self, session: Session, ref: str) -> None:
        """Read one contact again."""
        row = duty.contact(session, ref)
        rest = {key: value for key, value in self._contacts.items() if key != ref}
        self._contacts = rest if row is None else {**rest, ref: row}
