"""The sandbox: a second sky in the same process, for firms whose flights are tries.

A sandbox is a whole second application around parts of its own: store, sky, telemetry, live hub, alerts, webhooks,
recordings. It is made by the same code from the same city; only identities are shared. So nothing has to be filtered, and
nothing can cross: no part of one sky holds a reference to a part of the other. `SandboxDoor` hands each connection to the
application of its caller's sky; the other would refuse it (`utm.security.dependencies`).

Published airspace flows one way. A mirror brings zones, ground stops and policy from the real sky, with the waiting times
for people set to zero, and a desk accepts what would wait for a person: there is nobody in the sandbox to ask.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, cast

import structlog
from fastapi import FastAPI
from sqlmodel import Session
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from airspace.policy import Policy, policy_to_dict
from airspace.zones import zone_to_feature
from utm.problems import Problem
from utm.security import Principal
from utm.security.authorise import scopes_of
from utm.security.credentials import credential_id_of
from utm.security.dependencies import API_KEY_PREFIX
from utm.security.identity import Identity, cookie_key
from utm.security.web import bearer_of, session_cookie_of, subprotocol_token
from utm.services import Services
from utm.settings import Settings
from utm.store import airspace_records, plans
from utm.store.identity_records import Records
from utm.store.identity_tables import OrganisationRow
from utm.store.store import StoreUnavailableError

FOLDER: Final = "sandbox"
MIRROR_S: Final = 1.0
DECIDE_AFTER_S: Final = 3.0
"""How long a plan of the sandbox waits for its decision, so that a client sees both answers."""
_MIRROR = "sandbox-mirror"

_log = structlog.get_logger(__name__)

Enter = Callable[[FastAPI], "contextlib.AbstractAsyncContextManager[None]"]


def settings_of(settings: Settings) -> Settings:
    """Return the settings of the sandbox beside a server: its own folder and MAVLink port, nothing told to the outside."""
    return settings.model_copy(
        update={
            "data_dir": settings.data_dir / FOLDER,
            "mavlink_udp_port": settings.sandbox_mavlink_udp_port,
            "mavlink_tcp_port": None,
            "mavlink_serial": None,
            "sandbox": False,
            "sim_control_url": None,
            "traffic_to_vehicles": False,
            "report_url": None,
            "plan_helpers": 0,
        }
    )


class Sandbox:
    """The application of the separate sky, made when the first sandbox needs it."""

    def __init__(self, real: Services, make: Callable[[], FastAPI], enter: Enter) -> None:
        self._real, self._make, self._enter = real, make, enter
        self._app: FastAPI | None = None
        self._running: contextlib.AsyncExitStack | None = None
        self._lock = asyncio.Lock()
        self._known: set[str] = set()
        self._answer = (-1, False)

    # -- who belongs here ----------------------------------------------------------------------------------------------

    def caller_of(self, scope: Scope) -> str | None:
        """Return the sandbox organisation that says it sends this, None for all others; it is not authenticated yet."""
        if not self._any():
            return None
        identity, headers = self._real.identity, Headers(scope=scope)
        organisation_id = _organisation_of(identity, headers)
        known = organisation_id is not None and identity.directory.is_sandbox(organisation_id)
        return organisation_id if known else None

    def _any(self) -> bool:
        organisations = self._real.identity.directory.organisations
        if self._answer[0] != organisations.version:
            self._answer = organisations.version, any(firm.sandbox for firm in organisations.all())
        return self._answer[1]

    # -- running -------------------------------------------------------------------------------------------------------

    async def application_for(self, organisation_id: str) -> ASGIApp:
        """Return the running application, in which the organisation is known."""
        app = await self._started()
        if organisation_id not in self._known:
            services: Services = app.state.services
            row = await self._real.store.read(lambda session: Records(OrganisationRow).get(session, organisation_id))
            if row is not None:
                await services.store.write(lambda session: Records(OrganisationRow).put(session, row))
                self._known.add(organisation_id)
        return app

    async def start_if_used(self) -> None:
        """Start at once where sandboxes exist, so that what was filed in them goes on after a restart."""
        if self._any():
            await self._started()

    async def close(self) -> None:
        """End the separate sky, if it runs."""
        async with self._lock:
            running, self._running, self._app = self._running, None, None
        if running is not None:
            await running.aclose()

    async def _started(self) -> FastAPI:
        if self._app is not None:
            return self._app
        async with self._lock:
            if self._app is None:
                app = await asyncio.to_thread(self._make)
                stack = contextlib.AsyncExitStack()
                await stack.enter_async_context(self._enter(app))
                mirror = Mirror(self._real, app.state.services)
                await mirror.round()
                task = asyncio.create_task(mirror.run(), name="sandbox mirror")
                stack.push_async_callback(_ended, task)
                self._running, self._app = stack, app
                _log.info("sandbox_ready")
        return self._app


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _organisation_of(identity: Identity, headers: Headers) -> str | None:
    directory = identity.directory
    try:
        token = subprotocol_token(headers) or bearer_of(headers)
        if token is not None and token.startswith(API_KEY_PREFIX):
            found = directory.credentials.get(credential_id_of(token, "api_key") or "")
            client = None if found is None else directory.clients.get(found.client_id)
            return None if client is None else client.organisation_id
        if token is not None:
            return identity.tokens.verify(token, identity.clock.now()).organisation_id
    except Problem:
        return None
    cookie = session_cookie_of(headers)
    session = None if cookie is None else directory.sessions.get(cookie_key(cookie))
    user = None if session is None else directory.users.get(session.user_id)
    return None if user is None else user.organisation_id


class SandboxDoor:
    """Outermost ASGI layer of the real application: what a sandbox sends goes to the separate sky."""

    def __init__(self, app: ASGIApp, sandbox: Sandbox) -> None:
        self._app, self._sandbox = app, sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection in the sky of whoever opened it."""
        if scope["type"] in ("http", "websocket"):
            organisation_id = self._sandbox.caller_of(scope)
            if organisation_id is not None:
                target = await self._sandbox.application_for(organisation_id)
                await target(scope, receive, send)
                return
        await self._app(scope, receive, send)


class Mirror:
    """Brings the published airspace of the real sky into the separate one, and decides what waits there for a person."""

    def __init__(self, real: Services, sandbox: Services) -> None:
        self._real, self._sandbox = real, sandbox
        self._zones: dict[str, Any] | None = None
        self._policy: Policy | None = None
        self._stops: dict[str, Any] | None = None
        self._desk = Principal("sandbox", "regulator", "sandbox", _MIRROR, scopes=scopes_of("regulator"), sandbox=True)

    async def run(self) -> None:
        """Work until cancelled; a store that cannot commit now is tried again."""
        while True:
            await asyncio.sleep(MIRROR_S)
            try:
                await self.round()
                await self._decide()
            except StoreUnavailableError as error:
                _log.warning("sandbox_mirror_failed", reason=str(error))

    async def round(self) -> None:
        """Bring over what has changed."""
        book = self._real.book
        zones, policy, stops = book.zones, book.policy, book.ground_stops
        if zones is not self._zones:
            await self._sandbox.store.write(lambda session: self._bring_zones(session, zones))
            self._zones = zones
        if policy is not self._policy:
            await self._sandbox.store.write(lambda session: self._bring_policy(session, policy))
            self._policy = policy
        if stops is not self._stops:
            await self._sandbox.store.write(lambda session: self._bring_stops(session, set(stops)))
            self._stops = stops

    def _bring_zones(self, session: Session, zones: dict[str, Any]) -> None:
        desk, own = self._sandbox.zone_desk, self._sandbox.book
        mirrored = [row for row in airspace_records.zones_in_force(session) if row.published_by != "system"]
        for row in mirrored:
            if row.published_by == self._desk.subject and row.zone_id not in zones:
                desk.withdraw_one(session, self._desk, row.zone_id, None)
        for zone_id, item in zones.items():
            present = own.zones.get(zone_id)
            if present is None or zone_to_feature(present.zone) != zone_to_feature(item.zone):
                desk.publish_again(session, self._desk, item.zone)

    def _bring_policy(self, session: Session, policy: Policy) -> None:
        own = self._sandbox.book.policy
        wanted = replace(sandbox_policy(policy), version=own.version)
        if policy_to_dict(wanted) != policy_to_dict(own):
            self._sandbox.zone_desk.keep_policy(session, self._desk, replace(wanted, version=own.version + 1))

    def _bring_stops(self, session: Session, wanted: set[str]) -> None:
        store, memory, book = self._real.store, self._sandbox.memory, self._sandbox.book
        standing = {row.ground_stop_id for row in airspace_records.ground_stops_standing(session)}
        for ground_stop_id in standing - wanted:
            airspace_records.lift_ground_stop(session, ground_stop_id, self._sandbox.clock.now().isoformat())
        for ground_stop_id in wanted - standing:
            row = store.read_now(lambda real, ref=ground_stop_id: airspace_records.ground_stop(real, ref))  # type: ignore[misc]
            if row is not None and airspace_records.ground_stop(session, ground_stop_id) is None:
                airspace_records.add_ground_stop(session, row)
        for ground_stop_id in standing ^ wanted:
            memory.note(session, "ground_stop", ground_stop_id)
        book.load_ground_stops(session)

    async def _decide(self) -> None:
        """Accept what waits for a person; what cannot be approved stays as it is and expires."""
        late = (self._sandbox.clock.now() - timedelta(seconds=DECIDE_AFTER_S)).isoformat()
        waiting = await self._sandbox.store.read(
            lambda session: [row.plan_id for row in plans.with_states(session, ["pending"]) if _before(row, late)]
        )
        for plan_id in waiting:
            with contextlib.suppress(Problem):
                await self._sandbox.plan_steps.decide(self._desk, plan_id, accept=True, reason="sandbox")


def _before(row: Any, late: str) -> bool:
    return datetime.fromisoformat(row.updated_at) < datetime.fromisoformat(late)


def sandbox_policy(policy: Policy) -> Policy:
    """Return the rules of the real sky without the waiting times for people; every limit and distance stays."""
    rules = replace(
        policy.rules, late_application="off", late_standing_filing="off", late_readiness="mark", emergency_apply_s=0.0
    )
    return replace(
        policy,
        filing_lead_s=0.0,
        emergency_filing_lead_s=0.0,
        readiness_lead_s=0.0,
        article27_missing="warning",
        rules=rules,
    )


def sandbox_door(sandbox: Sandbox) -> Callable[..., ASGIApp]:
    """Return the middleware class of an application, as Starlette makes it."""
    return cast("Callable[..., ASGIApp]", lambda app: SandboxDoor(app, sandbox))
