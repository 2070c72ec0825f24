"""The courier of duty: sends what is queued, tries again what fails, and answers the test button at once.

What fails is tried again after 5 s, 15 s, 1 min, 5 min and 15 min, then it is dead, visible in the log, and can be sent
again by hand. One contact that fails delays nobody else: at most one message to it is on its way at a time.
"""

import asyncio
import contextlib
from collections import Counter
from typing import Any, Final

import httpx
import structlog
from sqlmodel import Session

from airspace.timebase import to_scene_s
from utm.clock import Clock
from utm.duty.channels import TIMEOUT_S, Outcome, send
from utm.duty.desk import DutyDesk
from utm.ids import new_id
from utm.plan_records import rfc3339
from utm.problems import not_found
from utm.security import Principal
from utm.store import duty
from utm.store.backlog import write_at_last
from utm.store.duty_tables import DutyContactRow, DutyMessageRow
from utm.store.store import Store, StoreUnavailableError

BACKOFF_S: Final = (5.0, 15.0, 60.0, 300.0, 900.0)
_POLL_S: Final = 0.25
_AT_ONCE: Final = 50
_TEST: Final = {
    "en": ("Hexlane: test message", "This is a test. Whoever reads it can be reached; there is nothing to do."),
    "zh": ("Hexlane：测试消息", "这是一条测试消息。收到即表示可以联系到您，无需处理。"),
}

_log = structlog.get_logger(__name__)


class DutyCourier:
    """Carries messages from the queue to contacts."""

    def __init__(self, *, clock: Clock, store: Store, desk: DutyDesk, backoff_scale: float = 1.0) -> None:
        self._clock, self._store, self._desk, self._scale = clock, store, desk, backoff_scale
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._seen: int | None = None
        self._next_s = float("-inf")
        self.counters: Counter[str] = Counter(delivered=0, failed=0, dead=0)

    async def run(self) -> None:
        """Carry until cancelled; a store that cannot commit is tried again."""
        async with self._client() as client:
            try:
                while True:
                    with contextlib.suppress(StoreUnavailableError):
                        await self.round(client)
                    await asyncio.sleep(_POLL_S)
            finally:
                for task in self._busy.values():
                    task.cancel()
                await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def round(self, client: httpx.AsyncClient) -> None:
        """Start sending what is due, one message to each contact."""
        self._busy = {key: task for key, task in self._busy.items() if not task.done()}
        if not self._desk.anybody:
            return  # there is nobody to send anything to
        now_s = to_scene_s(self._clock.now())
        stamp = self._store.stamp()
        if stamp == self._seen and now_s < self._next_s:
            return  # nothing was queued or changed since the last look, and nothing has come due
        self._next_s, due = await self._store.read(lambda session: _due(session, now_s))
        self._seen = stamp
        for message in due:
            contact = self._desk.contact(message.contact_id)
            if contact is None or message.contact_id in self._busy:
                continue
            work = self._deliver(client, contact, message)
            self._busy[message.contact_id] = task = asyncio.create_task(work, name=f"duty {message.message_id}")
            task.add_done_callback(_ended)

    async def settle(self) -> None:
        """Wait for what is on its way."""
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def test(self, principal: Principal, contact_id: str) -> dict[str, Any]:
        """Send a test message at once and return how that went; raises Problem 404 for another's contact."""
        contact = self._desk.contact(contact_id)
        if contact is None or contact.organisation_id != principal.organisation_id:
            raise not_found("contact", "联系人", contact_id)
        now = self._clock.now()
        title, body = _TEST[contact.language]
        message = DutyMessageRow(
            message_id=new_id("dm"), organisation_id=contact.organisation_id, contact_id=contact_id,
            channel=contact.channel, kind="test", ref=None, level=contact.level, dedupe=new_id("test"), title=title,
            body=body, state="sending", next_s=to_scene_s(now), created_at=rfc3339(now),
        )  # fmt: skip
        await self._store.write(lambda session: duty.add_message(session, message))
        async with self._client() as client:
            outcome = await send(client, self._desk.gateways, contact, message, now.timestamp())
        return await self._store.write(lambda session: self._note(session, message, outcome, once=True))

    @staticmethod
    def _client() -> httpx.AsyncClient:
        return httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)

    async def _deliver(self, client: httpx.AsyncClient, contact: DutyContactRow, message: DutyMessageRow) -> None:
        outcome = await send(client, self._desk.gateways, contact, message, self._clock.now().timestamp())
        # Tried until it is kept: a message whose outcome were lost would be sent again.
        await write_at_last(
            self._store, lambda session: self._note(session, message, outcome), f"message {message.message_id}"
        )

    def _note(self, session: Session, row: DutyMessageRow, outcome: Outcome, *, once: bool = False) -> dict[str, Any]:
        """Keep how an attempt went, and what it says about the contact."""
        now = self._clock.now()
        attempts = row.attempts + 1
        values: dict[str, Any] = {"attempts": attempts, "status": outcome.status, "error": outcome.error}
        about = {"last_ok_at": rfc3339(now), "last_error": None}
        if outcome.error is None:
            values |= {"state": "delivered", "ended_at": rfc3339(now)}
            self.counters["delivered"] += 1
        else:
            about = {"last_error": outcome.error}
            if once or outcome.final or attempts > len(BACKOFF_S):
                values |= {"state": "dead", "ended_at": rfc3339(now)}
                self.counters["dead"] += 1
            else:
                values["next_s"] = to_scene_s(now) + BACKOFF_S[attempts - 1] * self._scale
                self.counters["failed"] += 1
        duty.change_message(session, row.message_id, values)
        duty.change_contact(session, row.contact_id, about)
        if self._desk.memory is not None:
            self._desk.refresh(session, row.contact_id)
            self._desk.memory.note(session, "duty_contact", row.contact_id)
        found = duty.message(session, row.message_id)
        return self._desk.message_document(found or row)


def _ended(task: "asyncio.Task[None]") -> None:
    """Tell of a message whose sending ended by a defect; it is due still."""
    if not task.cancelled() and task.exception() is not None:
        _log.error("duty_message_failed", work=task.get_name(), exc_info=task.exception())


def _due(session: Session, now_s: float) -> tuple[float, list[DutyMessageRow]]:
    """Return when something is to be sent next (infinity: nothing waits), and what is to be sent now."""
    first_s = duty.next_due(session)
    if first_s is None:
        return float("inf"), []
    return first_s, duty.due_messages(session, now_s, _AT_ONCE) if first_s <= now_s else []
