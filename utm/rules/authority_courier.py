"""The courier to the outside authority's system: applies, follows, reports readiness, and brings the decisions home.

What is to be sent is the row of the application itself, so that nothing is lost with the process. A request that fails is
sent again after 5 s, 15 s, 1 min, 5 min and then every 15 min; an answer that refuses the request itself (400) is shown
and waits for a person. Applications leave at least `interval_s` apart and queries of one order at least `poll_s`, as the
draft's limits have it (1 in 5 s, 1 in a minute).
"""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
import orjson
import structlog

from airspace.timebase import from_scene_s, to_scene_s
from utm.airspace_book import AirspaceBook
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.article27 import form
from utm.clock import Clock
from utm.fleet import Fleet, class_of
from utm.plan_judging import path_of
from utm.plan_records import decode_authority
from utm.plan_steps import PlanSteps
from utm.problems import Problem
from utm.rules import uom_messages as uom
from utm.rules.applications import ApplicationDesk
from utm.rules.envelope import true_heights
from utm.security import Principal
from utm.store import plans
from utm.store.rule_tables import ApplicationRow
from utm.store.store import Store, StoreUnavailableError
from utm.store.tables import FlightPlanRow

BACKOFF_S: Final = (5.0, 15.0, 60.0, 300.0, 900.0)
TIMEOUT_S: Final = 10.0
_ROUND_S: Final = 0.25
_WAITS: Final = {"apply": "follow", "report": "await_release"}

_log = structlog.get_logger(__name__)


class Refused(Exception):  # noqa: N818  (an answer, not a fault of ours)
    """The authority's system refuses the request itself: sending it again is of no use."""


@dataclass(frozen=True, slots=True)
class AuthorityEndpoint:
    """Where the authority's system is, and what we are called there; `pace` scales every time between requests."""

    url: str
    app_id: str
    key: bytes
    provider: str
    interval_s: float = 5.0
    poll_s: float = 60.0
    heartbeat_s: float = 60.0
    pace: float = 1.0
    names: uom.Names = field(default_factory=uom.Names)


class AuthorityCourier:
    """Works through the open applications whose adapter is `uom`."""

    def __init__(
        self,
        *,
        endpoint: AuthorityEndpoint,
        clock: Clock,
        store: Store,
        desk: ApplicationDesk,
        plan_steps: PlanSteps,
        fleet: Fleet,
        book: AirspaceBook,
    ) -> None:
        self._endpoint, self._clock, self._store, self._desk = endpoint, clock, store, desk
        self._steps, self._fleet, self._book = plan_steps, fleet, book
        self._applied_s = self._beat_s = float("-inf")
        self.counters: Counter[str] = Counter(sent=0, failed=0, refused=0, decided=0, released=0)
        self.reachable: bool | None = None
        """Whether the last request was answered; None before the first."""

    async def run(self) -> None:
        """Work until cancelled; a store that cannot commit is tried again."""
        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            while True:
                with contextlib.suppress(StoreUnavailableError):
                    await self.round(client)
                await asyncio.sleep(_ROUND_S)

    async def round(self, client: httpx.AsyncClient) -> None:
        """Send what is due, one after another."""
        now_s = to_scene_s(self._clock.now())
        if now_s - self._beat_s >= self._endpoint.heartbeat_s * self._endpoint.pace:
            self._beat_s = now_s
            with contextlib.suppress(httpx.HTTPError, OSError, uom.UomError, Refused):
                await self._ask(client, uom.HEARTBEAT, {"provider": self._endpoint.provider})
        for row in list(self._desk.open.values()):
            if row.adapter != "uom" or row.delivery != "waiting" or row.next_s > now_s:
                continue
            if row.stage == "apply":
                if now_s - self._applied_s < self._endpoint.interval_s * self._endpoint.pace:
                    continue
                self._applied_s = now_s
            await self._work(client, row)

    async def _work(self, client: httpx.AsyncClient, row: ApplicationRow) -> None:
        try:
            await self._take(client, row)
        except Refused as error:
            self.counters["refused"] += 1
            await self._desk.note(row.application_id, {"delivery": "failed", "error": str(error)[:300]})
        except (httpx.HTTPError, OSError, uom.UomError) as error:
            self.counters["failed"] += 1
            self._say(reachable=False, reason=f"{type(error).__name__}: {error}")
            pause_s = BACKOFF_S[min(row.attempts, len(BACKOFF_S) - 1)]
            await self._later(row, pause_s, f"{type(error).__name__}: {error}"[:300], failed=True)

    async def _take(self, client: httpx.AsyncClient, row: ApplicationRow) -> None:
        plan = await self._store.read(lambda session: plans.get(session, row.plan_id))
        if plan is None:
            return
        if row.stage == "apply":
            await self._apply(client, row, plan)
        elif row.stage == "report":
            await self._ask(
                client, uom.READY, {"orderId": row.reference, "readyTime": uom.time_text(self._clock.now())}
            )
            await self._next(row)
        elif row.stage == "withdraw":
            await self._ask(client, uom.WITHDRAW, {"orderId": row.reference})
            await self._desk.note(row.application_id, {"stage": "done", "delivery": "none", "error": None})
        else:
            await self._follow(client, row)

    async def _apply(self, client: httpx.AsyncClient, row: ApplicationRow, plan: FlightPlanRow) -> None:
        if row.reference is None:  # kept before it is sent: sent again, it is the same order
            reference = uom.order_id(self._endpoint.provider, self._clock.now())
            await self._desk.note(row.application_id, {"reference": reference})
            row.reference = reference
        await self._ask(client, uom.APPLY, self._message(row.reference, plan))
        await self._next(row)

    def _message(self, order: str, plan: FlightPlanRow) -> dict[str, Any]:
        body = orjson.loads(plan.body)
        aircraft = self._fleet.get(plan.aircraft_id)
        judged_as = None if aircraft is None else class_of(aircraft, self._fleet.rulebook())
        firm = self._fleet.name_of(plan.organisation_id)
        clock = decode_authority(plan.authority).clock
        parsed = validate(body, FlightPlanBody)
        items = form(body, parsed, aircraft, judged_as, firm)
        return uom.application(
            order=order,
            plan=body,
            triggers=() if clock is None else clock.triggers,
            form=items,
            starts_at=from_scene_s(plan.starts_s),
            ends_at=from_scene_s(plan.ends_s),
            half_width_m=self._book.policy.tolerance.horizontal_m,
            heights_agl_m=true_heights(path_of(body, parsed, self._book.region)),
            firm=firm,
        )

    async def _follow(self, client: httpx.AsyncClient, row: ApplicationRow) -> None:
        said = uom.audit_of(await self._ask(client, uom.QUERY, {"orderId": row.reference}))
        if row.stage == "await_release":
            if said.takeoff == "approved":
                await self._steps.release(self._authority, row.plan_id)
                self.counters["released"] += 1
            elif said.takeoff == "refused":
                await self._later(row, self._endpoint.poll_s, f"take-off refused: {said.remark or 'no reason given'}")
            else:
                await self._later(row, self._endpoint.poll_s, None)
            return
        if said.application == "pending":
            await self._later(row, self._endpoint.poll_s, None)
            return
        accept = said.application == "approved"
        try:
            await self._steps.decide(
                self._authority, row.plan_id, accept=accept, reason=said.remark, reference=row.reference
            )
            self.counters["decided"] += 1
        except Problem as problem:  # the airspace was taken meanwhile, or somebody decided in the console
            await self._later(
                row, self._endpoint.poll_s, f"the authority approved, but {problem.code}: {problem.detail}"
            )

    @property
    def _authority(self) -> Principal:
        return Principal(
            subject="authority:uom", role="regulator", organisation_id="authority", name="outside authority"
        )

    async def _next(self, row: ApplicationRow) -> None:
        self.counters["sent"] += 1
        next_s = to_scene_s(self._clock.now()) + self._endpoint.poll_s * self._endpoint.pace
        values = {"stage": _WAITS[row.stage], "attempts": 0, "error": None, "next_s": next_s}
        await self._desk.note(row.application_id, values)

    async def _later(self, row: ApplicationRow, pause_s: float, error: str | None, *, failed: bool = False) -> None:
        next_s = to_scene_s(self._clock.now()) + pause_s * self._endpoint.pace
        attempts = row.attempts + 1 if failed else 0
        await self._desk.note(row.application_id, {"next_s": next_s, "error": error, "attempts": attempts})

    async def _ask(self, client: httpx.AsyncClient, path: str, content: dict[str, Any]) -> dict[str, Any]:
        """Return the content of the answer; raises Refused for 400, 401 and 403, and httpx.HTTPError or UomError else."""
        endpoint = self._endpoint
        names = endpoint.names
        data = uom.seal(content, app_id=endpoint.app_id, key=endpoint.key, at=self._clock.now(), names=names)
        answer = await client.post(
            endpoint.url.rstrip("/") + names.path(path),
            content=data,
            headers={"content-type": "application/json;charset=UTF-8"},
        )
        try:
            body = names.back(answer.json())
            code = int(body.get("code", answer.status_code)) if isinstance(body, dict) else answer.status_code
        except (ValueError, UnicodeDecodeError):
            raise uom.UomError(f"answered {answer.status_code} without JSON") from None
        if code in (400, 401, 403):
            self._say(reachable=True, reason="")
            raise Refused(f"{code}: {str(body.get('msg', ''))[:200]}")
        if answer.status_code != 200 or code != 200:
            raise uom.UomError(f"answered {code}")
        self._say(reachable=True, reason="")
        answered: dict[str, Any] = names.back(uom.unseal(body, endpoint.key)) if body.get("data") else {}
        return answered

    def _say(self, *, reachable: bool, reason: str) -> None:
        if self.reachable is not reachable and (self.reachable is not None or not reachable):
            _log.warning("authority_reachable" if reachable else "authority_unreachable", reason=reason)
        self.reachable = reachable
