"""A small server with identity, fleet and two echoing routes, around a real store and a clock tests can move."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import httpx
from fastapi import Depends, FastAPI, Request
from pydantic import Field

from utm.api import (
    applications,
    clients,
    oauth,
    oidc_login,
    openid,
    organisations,
    quotas,
    sandboxes,
    session,
    session_security,
)
from utm.api import fleet as fleet_api
from utm.api.body import ApiModel, Instant, openapi_body, parse_body
from utm.api.openapi import documented, install_openapi
from utm.demo import prepare_demo
from utm.fleet import Fleet
from utm.memory import Memory
from utm.problems import install_problems
from utm.security import Principal, require
from utm.security.identity import Identity
from utm.settings import Settings
from utm.store.store import Store

BASE_URL = "http://127.0.0.1:8000"


@dataclass
class MovableClock:
    """A clock that stands still until it is moved."""

    at: datetime = field(default_factory=lambda: datetime(2026, 3, 1, 4, 0, tzinfo=UTC))
    seconds: float = 1000.0

    def now(self) -> datetime:
        return self.at

    def monotonic_s(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


class EchoPlace(ApiModel):
    """A place of the echoing route."""

    lat_deg: Annotated[float, Field(ge=-90, le=90)]
    count: Annotated[int, Field(le=1000)] | None = None
    at: Instant | None = None
    tags: Annotated[list[str], Field(max_length=3)] = Field(default_factory=list)


@dataclass
class Edge:
    """The server's parts and a client that talks to it."""

    app: FastAPI
    identity: Identity
    fleet: Fleet
    clock: MovableClock
    settings: Settings
    credentials: dict[str, Any]

    def client(self, *, address: str = "127.0.0.1", base_url: str = BASE_URL) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, client=(address, 40000))
        return httpx.AsyncClient(transport=transport, base_url=base_url)

    def of(self, role: str, index: int = 0) -> dict[str, str]:
        return [client for client in self.credentials["clients"] if client["role"] == role][index]

    def user(self, role: str) -> dict[str, str]:
        return next(user for user in self.credentials["users"] if user["role"] == role)

    def headers(self, role: str, index: int = 0, scopes: frozenset[str] | None = None) -> dict[str, str]:
        from utm.security.authorise import scopes_of

        account = self.identity.directory.clients.get(self.of(role, index)["client_id"])
        assert account is not None
        token = self.identity.issue_token(account, scopes_of(account.role) if scopes is None else scopes)
        return {"Authorization": f"Bearer {token}"}


def stored_bytes(folder: Path) -> bytes:
    """Return everything a server has written into its folder."""
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def echo_routes(app: FastAPI) -> None:
    """Add routes that return what they understood, and one that fails."""

    @app.post("/v1/echo", openapi_extra=openapi_body(EchoPlace))
    async def echo(request: Request, principal: Annotated[Principal, Depends(require("plan.file"))]) -> dict[str, Any]:
        body = await parse_body(request, EchoPlace)
        return {"organisation": principal.organisation_id, "body": body.model_dump(mode="json")}

    @app.get("/v1/defect")
    async def defect() -> None:
        raise ZeroDivisionError("a secret of the inside")

    @app.get("/v1/number")
    async def number(n: int) -> int:
        return n


@asynccontextmanager
async def running(folder: Path, **changes: Any) -> AsyncIterator[Edge]:
    """Run the server on a store in the folder."""
    settings = Settings(data_dir=folder, **{"demo": True, "public_url": BASE_URL, **changes})
    clock = MovableClock()
    store = Store(settings.database_path)
    identity = Identity(settings, clock, store)
    fleet = Fleet(identity.directory.organisations.get)
    memory = Memory({**identity.keepers(), "aircraft": fleet})
    store.start(memory)
    await identity.start()
    credentials = await prepare_demo(identity) if settings.demo else {}
    app = FastAPI()
    app.state.services = SimpleNamespace(
        identity=identity,
        fleet=fleet,
        store=store,
        settings=settings,
        clock=clock,
        sandbox=False,
        webhooks=SimpleNamespace(count_of=lambda _: 0),
    )
    access = (
        oauth,
        session,
        session_security,
        oidc_login,
        openid,
        clients,
        organisations,
        quotas,
        sandboxes,
        applications,
    )
    for module in (*access, fleet_api):
        app.include_router(module.router)
    echo_routes(app)
    install_problems(app)
    install_openapi(app)
    try:
        yield Edge(app, identity, fleet, clock, settings, credentials)
    finally:
        documented.pop(EchoPlace, None)  # or every document made later in this process would have it
        identity.close()
        store.close()
