"""The courier of webhooks: gives each event to those who may see it, in order, until it is taken or given up.

An attempt that is not answered 2xx within ten seconds is tried again after 5 s, then 30 s, 2 min, 10 min, 30 min, 2 h,
6 h, 12 h and 24 h, each up to a fifth later so that many do not come at once; then the delivery is dead, visible, and can
be sent again by hand. Deliveries of one webhook keep their order: the next waits for the one before. One failing endpoint
delays nobody else.
"""

import asyncio
import contextlib
import ssl
from typing import Any, Final

import httpx
import orjson
import structlog
from sqlmodel import Session

from airspace.timebase import to_scene_s
from utm.clock import Clock
from utm.ids import new_id
from utm.plan_records import rfc3339
from utm.store import webhooks
from utm.store.backlog import write_at_last
from utm.store.store import Store, StoreUnavailableError
from utm.store.webhook_tables import DeliveryRow, WebhookRow
from utm.webhooks.addresses import AddressError, Target, parse_target, resolve
from utm.webhooks.desk import WebhookDesk, event_body, queued_delivery, sees
from utm.webhooks.signing import headers

BACKOFF_S: Final = (5.0, 30.0, 120.0, 600.0, 1_800.0, 7_200.0, 21_600.0, 43_200.0, 86_400.0)
KEPT_S: Final = 7 * 86_400.0
"""How long an event can be sent again (ours)."""
_TIMEOUT_S: Final = 10.0
_POLL_S: Final = 0.25
_FAN_OUT: Final = 500
_TIDY_EVERY_S: Final = 600.0

_log = structlog.get_logger(__name__)


class Courier:
    """Carries events from the outbox to the endpoints."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        desk: WebhookDesk,
        allow_private: bool,
        echo: bool,
        backoff_scale: float = 1.0,
    ) -> None:
        """`echo` asks an endpoint to repeat the challenge when it is verified; else any 2xx answer will do."""
        self._clock, self._store, self._desk = clock, store, desk
        self._allow_private, self._echo, self._scale = allow_private, echo, backoff_scale
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._tidied_s = float("-inf")
        self.counters = {"delivered": 0, "failed": 0, "dead": 0}

    async def run(self) -> None:
        """Carry until cancelled; a store that cannot commit is tried again."""
        async with httpx.AsyncClient(
            timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False, verify=ssl.create_default_context()
        ) as client:
            try:
                while True:
                    with contextlib.suppress(StoreUnavailableError):
                        await self._round(client)
                    await asyncio.sleep(_POLL_S)
            finally:
                for task in self._busy.values():
                    task.cancel()
                await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def _round(self, client: httpx.AsyncClient) -> None:
        self._busy = {key: task for key, task in self._busy.items() if not task.done()}
        for hook in self._desk.unverified():
            self._start(hook.webhook_id, self._verify(client, hook))
        active = self._desk.active()
        if not active:
            return
        if await self._store.read(lambda session: self._behind(session, active)):
            await self._store.write(self._fan_out)
        now_s = to_scene_s(self._clock.now())
        for hook in active:
            due = await self._next(hook.webhook_id)
            if due is not None and due.next_s <= now_s:
                self._start(hook.webhook_id, self._deliver(client, hook, due))
        if now_s - self._tidied_s >= _TIDY_EVERY_S:
            self._tidied_s = now_s
            await self._store.write(lambda session: webhooks.forget_before(session, now_s - KEPT_S))

    def _start(self, key: str, work: Any) -> None:
        if key in self._busy:
            work.close()
            return
        self._busy[key] = task = asyncio.create_task(work, name=f"webhook {key}")
        task.add_done_callback(_ended)

    @staticmethod
    def _behind(session: Session, active: list[WebhookRow]) -> bool:
        """Tell whether there are events some webhook was not given yet."""
        latest = webhooks.latest_event(session)
        rows = (webhooks.hook(session, hook.webhook_id) for hook in active)
        return any(row is not None and row.from_event < latest for row in rows)

    def _fan_out(self, session: Session) -> None:
        """Queue new events, a few hundred at a time, for every webhook that may see them."""
        now = self._clock.now()
        for hook in self._desk.active():
            row = webhooks.hook(session, hook.webhook_id)
            if row is None or row.state != "active":
                continue
            events = webhooks.events_after(session, row.from_event, _FAN_OUT)
            if not events:
                continue
            for event in events:
                if sees(row, event):
                    webhooks.add_delivery(session, queued_delivery(row, event, now))
            webhooks.change_hook(session, row.webhook_id, {"from_event": events[-1].event_no})

    # -- one endpoint --------------------------------------------------------------------------------------------------

    async def _deliver(self, client: httpx.AsyncClient, hook: WebhookRow, first: DeliveryRow) -> None:
        """Send what is due for a webhook, one after another, until one fails or nothing is due."""
        due: DeliveryRow | None = first
        while due is not None and due.next_s <= to_scene_s(self._clock.now()):
            if not await self._attempt(client, hook, due):
                return
            due = await self._next(hook.webhook_id)

    async def _next(self, webhook_id: str) -> DeliveryRow | None:
        return await self._store.read(lambda session: webhooks.first_waiting(session, webhook_id))

    async def _attempt(self, client: httpx.AsyncClient, hook: WebhookRow, due: DeliveryRow) -> bool:
        """Send one delivery once and note the outcome; tell whether it was taken."""
        event = await self._store.read(lambda session: webhooks.event(session, due.event_no))
        status: int | None = None
        error: str | None = "the event is no longer kept"
        if event is not None:
            status, error = await self._post(client, hook, event.event_id, event_body(event))
        await write_at_last(
            self._store, lambda session: self._outcome(session, due, status, error), f"delivery {due.delivery_id}"
        )
        return error is None

    def _outcome(self, session: Session, row: DeliveryRow, status: int | None, error: str | None) -> None:
        now = self._clock.now()
        attempts = row.attempts + 1
        values: dict[str, Any] = {"attempts": attempts, "status": status, "error": error}
        if error is None:
            values |= {"state": "delivered", "ended_at": rfc3339(now)}
            webhooks.change_hook(session, row.webhook_id, {"last_delivered_at": rfc3339(now)})
            self.counters["delivered"] += 1
        elif attempts > len(BACKOFF_S):
            values |= {"state": "dead", "ended_at": rfc3339(now)}
            self.counters["dead"] += 1
        else:
            # Spread by the delivery's own number: no randomness, and two that failed together come apart.
            spread = 1.0 + 0.2 * ((row.delivery_no or 0) * 0.618033988749895 % 1.0)
            values["next_s"] = to_scene_s(now) + BACKOFF_S[attempts - 1] * spread * self._scale
            self.counters["failed"] += 1
        webhooks.change_delivery(session, row.delivery_id, values)

    async def _verify(self, client: httpx.AsyncClient, hook: WebhookRow) -> None:
        """Ask a new endpoint whether it wants this; what it says decides whether events go there."""
        challenge = new_id("ch")
        body = orjson.dumps({"type": "webhook.verification", "webhook_id": hook.webhook_id, "challenge": challenge})
        answer: list[bytes] = []
        _, error = await self._post(client, hook, new_id("ev"), body, answer)
        if error is None and self._echo and challenge.encode() not in b"".join(answer):
            error = "the answer did not repeat the challenge"
        await write_at_last(
            self._store,
            lambda session: self._desk.verified(session, hook.webhook_id, error is None, error),
            f"verification of {hook.webhook_id}",
        )

    async def _post(
        self,
        client: httpx.AsyncClient,
        hook: WebhookRow,
        message_id: str,
        body: bytes,
        answer: list[bytes] | None = None,
    ) -> tuple[int | None, str | None]:
        """Post once; return the status and what went wrong, None where it was taken."""
        sent = headers(hook.secret, message_id, int(self._clock.now().timestamp()), body)
        try:
            target = parse_target(hook.url, allow_private=self._allow_private)
            address = await resolve(target, allow_private=self._allow_private)
            async with client.stream("POST", _pinned(target, address), content=body, headers=sent | {"host": _host(target)},
                                     extensions={"sni_hostname": target.host}) as response:  # fmt: skip
                received = b""
                async for part in response.aiter_bytes():
                    received += part
                    if len(received) > 4_096:  # what an endpoint says at length is nothing we need
                        break
        except AddressError as error:
            return None, error.detail
        except httpx.TimeoutException:
            return None, "no answer within ten seconds"
        except (httpx.HTTPError, OSError, ValueError) as error:
            return None, f"{type(error).__name__}: {error}"[:200]
        if answer is not None:
            answer.append(received)
        taken = 200 <= response.status_code < 300
        return response.status_code, None if taken else f"answered {response.status_code}"


def _ended(task: "asyncio.Task[None]") -> None:
    """Tell of a delivery that ended by a defect; what it was to send is due still."""
    if not task.cancelled() and task.exception() is not None:
        _log.error("webhook_failed", work=task.get_name(), exc_info=task.exception())


def _pinned(target: Target, address: str) -> httpx.URL:
    """Return the URL with the checked address in place of the name: what is connected to is what was checked."""
    return httpx.URL(target.url).copy_with(host=address)


def _host(target: Target) -> str:
    name = f"[{target.host}]" if ":" in target.host else target.host
    usual = 443 if target.scheme == "https" else 80
    return name if target.port == usual else f"{name}:{target.port}"
