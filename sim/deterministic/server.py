"""The server as a process that can be started, stopped and killed, and the HTTP edge its clients reach it by.

It is the whole application, `utm.app.create_app` with its lifespan; requests enter it where a web server would hand them
over. A killed process runs nothing more; what was asked of it and not answered is, for the client, without an answer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context, copy_context
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar

import orjson
from fastapi import FastAPI

from mavlink_bridge.bridge import Bridge
from sim.deterministic.disk import Disk, WorldStore
from sim.deterministic.network import Network, WorldTransport
from sim.virtual_time import PROCESS, VirtualClock, VirtualLoop
from utm.app import create_app
from utm.bus import InProcessBus
from utm.security.authorise import scopes_of
from utm.security.onboarding import put_client, put_organisation
from utm.security.principal import Role
from utm.services import Services
from utm.settings import Settings

T = TypeVar("T")
CLIENT_TIMEOUT_S: Final = 15.0
TOKEN_LIFE_S: Final = 600.0
LIVE_TICK_S: Final = 0.5
"""How often the live feed looks; twice what it is set to, because vehicles here speak once a second."""
_NOBODYS_HASH: Final = "!"  # of no password: the world's clients are given their tokens


class ServerAwayError(Exception):
    """The server did not answer; what was asked may have been done or not."""


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation with its one program."""

    key: str
    role: Role
    entitlements: tuple[str, ...] = ()

    @property
    def organisation_id(self) -> str:
        """The organisation's id."""
        return f"org_{self.key}"

    @property
    def client_id(self) -> str:
        """The program's id."""
        return f"cl_{self.key}"


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer with its JSON."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    @property
    def code(self) -> str:
        """The problem's code, or ""."""
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


class Process:
    """One life of the server."""

    def __init__(self, number: int, app: FastAPI, store: WorldStore, loop: VirtualLoop) -> None:
        self.name = f"server-{number}"
        self.app, self.store = app, store
        self.services: Services = app.state.services
        self.tokens: dict[str, tuple[str, float]] = {}
        self.context: Context = copy_context()
        self.context.run(PROCESS.set, self.name)
        self.up = asyncio.Event()
        self.stopping = asyncio.Event()
        self.life = loop.create_task(self._live(), name=self.name, context=self.context)

    async def _live(self) -> None:
        async with self.app.router.lifespan_context(self.app):
            self.up.set()
            await self.stopping.wait()


class Server:
    """The server's place: its disk, its address, and whichever process serves there now."""

    def __init__(
        self,
        *,
        loop: VirtualLoop,
        clock: VirtualClock,
        network: Network,
        folder: Path,
        parties: list[Party],
        rng: Random,
        rates_hz: Mapping[int, float],
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """`settings` are further settings of the service."""
        self._settings = dict(settings or {})
        self.disk = Disk()
        self.clock, self.network, self.loop = clock, network, loop
        self.process: Process | None = None
        self.starts = 0
        self.http_loss = 0.0
        """The share of requests, and of answers, that get lost."""
        self.committed: Callable[[], None] | None = None
        self.starting: Callable[[], None] | None = None
        """Called before each start, when nobody has the store open."""
        self._folder, self._parties, self._rng, self._rates_hz = folder, parties, rng, rates_hz
        self._asked: set[asyncio.Future[Any]] = set()

    @property
    def services(self) -> Services | None:
        """The parts of the process that serves, None while there is none."""
        process = self.process
        return process.services if process is not None and process.up.is_set() else None

    async def start(self) -> Services:
        """Start a process on what the disk holds; returns when it serves."""
        self.starts += 1
        if self.starting is not None:
            self.starting()
        settings = Settings(
            data_dir=self._folder,
            mavlink_udp_port=None,
            recording=False,
            requests_per_s=10_000.0,
            plan_helpers=0,  # there are no other processes here
            **self._settings,
        )
        store = WorldStore(
            settings.database_path, loop=self.loop, disk=self.disk, rng=Random(f"{self._rng.random()}/disk")
        )
        store.committed = self.committed
        transport = WorldTransport(self.network)
        bridge = Bridge([], clock=self.clock.unix_s, rates_hz=self._rates_hz)
        transport.listen(bridge.attach_datagrams(transport))
        app = create_app(settings, clock=self.clock, store=store, bus=InProcessBus(), bridge=bridge)
        # How fast this machine is must not decide what is offered, or a seed would not tell the same story twice.
        app.state.services.flight_plans.desk.counts_time_by(lambda: 0.0)
        hub = app.state.services.hub
        hub.limits = replace(hub.limits, tick_s=LIVE_TICK_S)
        process = self.process = Process(self.starts, app, store, self.loop)
        self.network.serve_in(process.context)
        up = asyncio.ensure_future(process.up.wait())
        await asyncio.wait({up, process.life}, return_when=asyncio.FIRST_COMPLETED)
        if not process.up.is_set():
            up.cancel()
            process.life.result()
        if self.starts == 1:
            await self._found(process)
        return process.services

    async def _found(self, process: Process) -> None:
        """Bring the organisations in, as an administrator does before anybody comes."""
        services, now = process.services, self.clock.now()
        directory = services.identity.directory

        def job(session: Any) -> None:
            for party in self._parties:
                put_organisation(
                    session,
                    directory,
                    organisation_id=party.organisation_id,
                    name=party.key,
                    name_zh=party.key,
                    role=party.role,
                    entitlements=party.entitlements,
                    demo=False,
                    now=now,
                )
                put_client(
                    session,
                    directory,
                    client_id=party.client_id,
                    name=party.key,
                    secret_hash=_NOBODYS_HASH,
                    organisation_id=party.organisation_id,
                    role=party.role,
                    now=now,
                )

        await self.run(lambda _: services.store.write(job))

    async def stop(self) -> None:
        """Stop the process as SIGTERM does: it finishes what it began."""
        process, self.process = self.process, None
        if process is None:
            return
        process.stopping.set()
        await asyncio.wait({process.life})
        self._forsake()
        process.life.result()

    def kill(self) -> None:
        """End the process as SIGKILL does."""
        process, self.process = self.process, None
        if process is None:
            return
        self.network.shut()
        self.loop.kill(process.name)
        process.store.die()
        self._forsake()

    def _forsake(self) -> None:
        """Leave those without an answer who wait for one."""
        waiting, self._asked = self._asked, set()
        for future in sorted(waiting, key=lambda f: str(f.get_name()) if isinstance(f, asyncio.Task) else ""):
            if not future.done():
                future.set_exception(ServerAwayError("the server is gone"))

    # -- asking --------------------------------------------------------------------------------------------------------

    async def run(self, work: Callable[[Services], Awaitable[T]], *, timeout_s: float = CLIENT_TIMEOUT_S) -> T:
        """Run code inside the server's process and return what it returns; raises ServerAwayError when it dies."""
        process = self.process
        if process is None:
            raise ServerAwayError("nobody listens")
        answer: asyncio.Future[T] = self.loop.create_future()
        self._asked.add(answer)

        async def inside() -> None:
            try:
                value = await work(process.services)
            except Exception as error:
                if not answer.done():
                    answer.set_exception(error)
            else:
                if not answer.done():
                    answer.set_result(value)

        task = self.loop.create_task(inside(), name="request", context=process.context.copy())
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            raise ServerAwayError("no answer in time") from None
        finally:
            self._asked.discard(answer)
            del task

    async def request(
        self,
        party: Party,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: str = "",
    ) -> Reply:
        """Send a request of a party's program; raises ServerAwayError when no answer comes."""
        await asyncio.sleep(0.003 + self._rng.random() * 0.03)
        if self._rng.random() < self.http_loss:
            await asyncio.sleep(CLIENT_TIMEOUT_S)
            raise ServerAwayError("the request was lost")
        process = self.process
        if process is None or not process.up.is_set():
            raise ServerAwayError("nobody listens")
        data = b"" if body is None else orjson.dumps(body)
        raw = [(b"authorization", f"Bearer {self.token(process, party)}".encode()), (b"host", b"world")]
        if body is not None:
            raw += [(b"content-type", b"application/json"), (b"content-length", str(len(data)).encode())]
        raw += [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
        reply = await self.run(lambda _: _ask(process.app, method, path, query, raw, data))
        await asyncio.sleep(0.003 + self._rng.random() * 0.03)
        if self._rng.random() < self.http_loss:
            raise ServerAwayError("the answer was lost")
        return reply

    def token(self, process: Process, party: Party) -> str:
        """Return a token of the party's program, a new one before the last one's end."""
        known = process.tokens.get(party.client_id)
        now_s = self.loop.time()
        if known is not None and known[1] > now_s:
            return known[0]
        identity = process.services.identity
        account = identity.directory.clients.get(party.client_id)
        if account is None:
            raise LookupError(f"the store has forgotten the client {party.client_id}")
        token = identity.issue_token(account, scopes_of(party.role))
        process.tokens[party.client_id] = (token, now_s + TOKEN_LIFE_S)
        return token


async def _ask(
    app: FastAPI, method: str, path: str, query: str, headers: list[tuple[bytes, bytes]], body: bytes
) -> Reply:
    """Hand a request to the application as a web server does, and gather its answer."""
    parts: list[bytes] = []
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "headers": headers,
        "client": ("10.0.0.9", 40_000),
        "server": ("10.0.0.1", 8_000),
        "state": {},
    }
    await app(scope, receive, send)
    data = b"".join(parts)
    return Reply(status, orjson.loads(data) if data else {})
