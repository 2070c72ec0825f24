"""The desk of webhooks: made, verified, changed and taken away; their deliveries looked at and sent again."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import orjson
from sqlmodel import Session

from airspace.timebase import to_scene_s
from utm.clock import Clock
from utm.ids import new_id
from utm.live import PUBLIC_TOPICS
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import Principal
from utm.store import journal, webhooks
from utm.store.backlog import Backlog
from utm.store.journal import record_audit
from utm.store.store import Store, on_undo
from utm.store.webhook_tables import DeliveryRow, OutboxRow, WebhookRow
from utm.webhooks.addresses import AddressError, parse_target
from utm.webhooks.signing import new_secret

KIND: Final = "webhook"
MOST_REPLAYED: Final = 10_000
"""Events one request sends again (ours)."""
MOST_HOOKS: Final = 10
"""Webhooks of one organisation (ours)."""
SEES_ALL: Final = frozenset({"dispatcher", "regulator", "admin"})


class WebhookDesk:
    """Keeps webhooks (a `utm.memory.Keeper` of kind "webhook") and the events for them."""

    def __init__(self, *, clock: Clock, store: Store, backlog: Backlog, allow_private: bool) -> None:
        self._clock, self._store, self._allow_private = clock, store, allow_private
        self._backlog = backlog
        self._hooks: dict[str, WebhookRow] = {}
        self.most: Callable[[str], int] = lambda _organisation_id: MOST_HOOKS
        """How many webhooks an organisation may have."""

    # -- events --------------------------------------------------------------------------------------------------------

    def keep(
        self,
        session: Session,
        topic: str,
        item: msgspec.Struct,
        visible_to: frozenset[str] | None,
        now: datetime | None = None,
    ) -> None:
        """Keep an event in the transaction that makes it true, or after (`now`), where any webhook wants its topic."""
        if not self.wanted(topic):
            return
        now = now or self._clock.now()
        row = OutboxRow(
            event_id=new_id("ev"),
            topic=topic,
            at=rfc3339(now),
            at_s=to_scene_s(now),
            visible_to=None if visible_to is None else f" {' '.join(sorted(visible_to))} ",
            data=msgspec.json.encode(item).decode(),
        )
        webhooks.add_event(session, row)

    def on_bus(self, topic: str, item: msgspec.Struct, visible_to: frozenset[str] | None) -> None:
        """Keep an event that was told before it was stored (a `utm.bus.Handler`)."""
        if self.wanted(topic):
            now = self._clock.now()
            self._backlog.put(
                lambda session: self.keep(session, topic, item, visible_to, now), f"{topic} event for webhooks"
            )

    def count_of(self, organisation_id: str) -> int:
        """Return how many webhooks an organisation has."""
        return sum(hook.organisation_id == organisation_id for hook in tuple(self._hooks.values()))

    def wanted(self, topic: str) -> bool:
        """Tell whether any webhook takes a topic."""
        return any(topic in hook.topics.split() for hook in tuple(self._hooks.values()))

    # -- requests ------------------------------------------------------------------------------------------------------

    async def create(self, principal: Principal, url: str, topics: Sequence[str]) -> dict[str, Any]:
        """Make a webhook of the caller's organisation; the answer alone carries its secret. It waits for verification."""
        self._check(url)
        row = WebhookRow(
            webhook_id=new_id("wh"),
            organisation_id=principal.organisation_id,
            role=principal.role,
            url=url,
            topics=" ".join(topics),
            secret=new_secret(),
            state="unverified",
            version=1,
            created_at=rfc3339(self._clock.now()),
        )

        def job(session: Session) -> dict[str, Any]:
            if len(webhooks.all_hooks(session, principal.organisation_id)) >= self.most(principal.organisation_id):
                raise Problem("too_many_webhooks")
            row.from_event = webhooks.latest_event(session)
            webhooks.add_hook(session, row)
            self._changed(session, principal, row.webhook_id, "create")
            return webhook_document(row) | {"secret": row.secret}

        return await self._store.write(job)

    async def change(
        self,
        principal: Principal,
        webhook_id: str,
        *,
        url: str | None,
        topics: Sequence[str] | None,
        active: bool | None,
    ) -> dict[str, Any]:
        """Change a webhook; another URL must be verified anew. Switched off, its deliveries wait."""
        if url is not None:
            self._check(url)

        def job(session: Session) -> dict[str, Any]:
            row = self._own(session, principal, webhook_id)
            values: dict[str, Any] = {"version": row.version + 1}
            if topics is not None:
                values["topics"] = " ".join(topics)
            if active is not None and row.state in ("active", "off"):
                values["state"] = "active" if active else "off"
            if url is not None and url != row.url:
                values |= {"url": url, "state": "unverified", "verified_at": None}
            return self._set(session, principal, row, "change", values)

        return await self._store.write(job)

    async def rotate(self, principal: Principal, webhook_id: str) -> dict[str, Any]:
        """Give a webhook a new secret, shown once; attempts from now on are signed with it."""
        secret = new_secret()

        def job(session: Session) -> dict[str, Any]:
            row = self._own(session, principal, webhook_id)
            return self._set(session, principal, row, "rotate", {"secret": secret}) | {"secret": secret}

        return await self._store.write(job)

    async def drop(self, principal: Principal, webhook_id: str) -> None:
        """Take a webhook away, with what waits for it."""

        def job(session: Session) -> None:
            self._own(session, principal, webhook_id)
            webhooks.drop_hook(session, webhook_id)
            self._changed(session, principal, webhook_id, "drop")

        await self._store.write(job)

    async def listed(self, principal: Principal) -> list[dict[str, Any]]:
        """Return the caller's organisation's webhooks."""
        rows = await self._store.read(lambda session: webhooks.all_hooks(session, principal.organisation_id))
        return [webhook_document(row) for row in rows]

    async def get(self, principal: Principal, webhook_id: str) -> dict[str, Any]:
        """Return one webhook; raises Problem 404 for another's."""
        return await self._store.read(lambda session: webhook_document(self._own(session, principal, webhook_id)))

    async def deliveries(
        self, principal: Principal, webhook_id: str, *, states: Sequence[str] | None, before: int | None, limit: int
    ) -> list[tuple[int, dict[str, Any]]]:
        """Return a webhook's deliveries, newest first, with what became of each."""

        def job(session: Session) -> list[tuple[int, dict[str, Any]]]:
            self._own(session, principal, webhook_id)
            rows = webhooks.deliveries_of(session, webhook_id, states=states, before=before, limit=limit)
            return [(row.delivery_no or 0, delivery_document(session, row)) for row in rows]

        return await self._store.read(job)

    async def send_again(self, principal: Principal, webhook_id: str, delivery_id: str) -> dict[str, Any]:
        """Queue an ended delivery again, under its own id; raises Problem 409 when its event is no longer kept."""

        def job(session: Session) -> dict[str, Any]:
            self._own(session, principal, webhook_id)
            row = webhooks.delivery(session, delivery_id)
            if row is None or row.webhook_id != webhook_id:
                raise not_found("delivery", "投递", delivery_id)
            if webhooks.event(session, row.event_no) is None:
                raise Problem("event_forgotten")
            if row.state != "waiting":
                values = {"state": "waiting", "attempts": 0, "next_s": to_scene_s(self._clock.now()), "ended_at": None}
                webhooks.change_delivery(session, delivery_id, values)
            found = webhooks.delivery(session, delivery_id)
            return delivery_document(session, found or row)

        return await self._store.write(job)

    async def replay(
        self, principal: Principal, webhook_id: str, from_at: datetime | None, to_at: datetime | None
    ) -> dict[str, Any]:
        """Queue the events of a window again, each as a delivery of its own; without a window, what is dead.

        At most `MOST_REPLAYED` at once; `more` says that the window holds others. They go out behind what waits already.
        """
        now = self._clock.now()
        now_s = to_scene_s(now)

        def job(session: Session) -> dict[str, Any]:
            row = self._own(session, principal, webhook_id)
            oldest = webhooks.oldest_event_at(session)
            if from_at is None:
                queued, more = webhooks.wait_again(session, webhook_id, now_s), False
            else:
                to_s = now_s if to_at is None else to_scene_s(to_at)
                found = webhooks.events_between(session, to_scene_s(from_at), to_s, MOST_REPLAYED + 1)
                more = len(found) > MOST_REPLAYED
                wanted = [event for event in found[:MOST_REPLAYED] if sees(row, event)]
                for event in wanted:
                    webhooks.add_delivery(session, queued_delivery(row, event, now))
                queued = len(wanted)
            self._changed(session, principal, webhook_id, "replay")
            return {"webhook_id": webhook_id, "queued": queued, "more": more, "oldest_kept_at": oldest}

        return await self._store.write(job)

    def _check(self, url: str) -> None:
        try:
            parse_target(url, allow_private=self._allow_private)
        except AddressError as error:
            raise validation_problem([FieldProblem("/url", error.code, error.detail, error.detail_zh)]) from error

    # -- records -------------------------------------------------------------------------------------------------------

    @staticmethod
    def _own(session: Session, principal: Principal, webhook_id: str) -> WebhookRow:
        row = webhooks.hook(session, webhook_id, principal.organisation_id)
        if row is None:
            raise not_found("webhook", "Webhook", webhook_id)
        return row

    def _set(
        self, session: Session, principal: Principal | None, row: WebhookRow, action: str, values: dict[str, Any]
    ) -> dict[str, Any]:
        for name, value in values.items():
            setattr(row, name, value)
        webhooks.change_hook(session, row.webhook_id, values)
        self._changed(session, principal, row.webhook_id, action)
        return webhook_document(row)

    def _changed(self, session: Session, principal: Principal | None, webhook_id: str, action: str) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor="system" if principal is None else principal.subject,
            organisation_id=None if principal is None else principal.organisation_id,
            action=f"{KIND}.{action}",
            object_kind=KIND,
            object_id=webhook_id,
            detail={},
        )
        before = dict(self._hooks)

        def undo() -> None:
            self._hooks = before

        on_undo(session, undo)
        journal.record_change(session, KIND, webhook_id)
        self.refresh(session, webhook_id)

    # -- used by the courier -------------------------------------------------------------------------------------------

    def active(self) -> list[WebhookRow]:
        """Return the webhooks that are verified and switched on."""
        return [hook for hook in tuple(self._hooks.values()) if hook.state == "active"]

    def unverified(self) -> list[WebhookRow]:
        """Return the webhooks that wait for their endpoint to answer."""
        return [hook for hook in tuple(self._hooks.values()) if hook.state == "unverified"]

    def verified(self, session: Session, webhook_id: str, ok: bool, cause: str | None) -> None:
        """Note the outcome of a verification inside a running job."""
        row = webhooks.hook(session, webhook_id)
        if row is not None and row.state == "unverified":
            at = rfc3339(self._clock.now()) if ok else None
            state = "active" if ok else "refused"
            self._set(session, None, row, "verify", {"state": state, "cause": cause, "verified_at": at})

    # -- Keeper --------------------------------------------------------------------------------------------------------

    def load(self, session: Session) -> None:
        """Read every webhook."""
        self._hooks = {row.webhook_id: row for row in webhooks.all_hooks(session)}

    def refresh(self, session: Session, ref: str) -> None:
        """Read one webhook again."""
        row = webhooks.hook(session, ref)
        rest = {key: value for key, value in self._hooks.items() if key != ref}
        self._hooks = rest if row is None else {**rest, ref: row}


def queued_delivery(hook: WebhookRow, event: OutboxRow, now: datetime) -> DeliveryRow:
    """Return a delivery of an event to a webhook, due at once."""
    return DeliveryRow(
        delivery_id=new_id("dl"),
        webhook_id=hook.webhook_id,
        event_no=event.event_no or 0,
        state="waiting",
        next_s=to_scene_s(now),
        created_at=rfc3339(now),
    )


def sees(hook: WebhookRow, event: OutboxRow) -> bool:
    """Tell whether an event is a webhook's to see: as the live feed decides for its organisation."""
    if event.topic not in hook.topics.split():
        return False
    if hook.role in SEES_ALL or (event.topic in PUBLIC_TOPICS and event.visible_to is None):
        return True
    return event.visible_to is not None and f" {hook.organisation_id} " in event.visible_to


def webhook_document(row: WebhookRow) -> dict[str, Any]:
    """Return a webhook as the API answers it, without its secret."""
    return {
        "webhook_id": row.webhook_id,
        "organisation_id": row.organisation_id,
        "url": row.url,
        "topics": row.topics.split(),
        "state": row.state,
        "cause": row.cause,
        "version": row.version,
        "created_at": row.created_at,
        "verified_at": row.verified_at,
        "last_delivered_at": row.last_delivered_at,
    }


def delivery_document(session: Session, row: DeliveryRow) -> dict[str, Any]:
    """Return a delivery as the API answers it."""
    event = webhooks.event(session, row.event_no)
    return {
        "delivery_id": row.delivery_id,
        "event_id": None if event is None else event.event_id,
        "topic": None if event is None else event.topic,
        "state": row.state,
        "attempts": row.attempts,
        "status": row.status,
        "error": row.error,
        "created_at": row.created_at,
        "ended_at": row.ended_at,
    }


def event_body(event: OutboxRow) -> bytes:
    """Return what is posted for an event."""
    head = {"event_id": event.event_id, "topic": event.topic, "type": f"{event.topic}.changed", "at": event.at}
    return orjson.dumps({**head, "data": orjson.Fragment(event.data)})
