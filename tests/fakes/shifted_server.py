"""A server in this process whose clock tests can push forward, so that nobody waits for departures and expiries."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import orjson
import uvicorn
from sqlmodel import Session

from mavlink_bridge.bridge import Bridge
from tests.conftest import PATIENCE_S, free_port, token_of
from utm.app import create_app
from utm.services import Services
from utm.settings import Settings
from utm.store import plans

T = TypeVar("T")


class ShiftedClock:
    """The system's clock, ahead of it by what tests ask for."""

    def __init__(self) -> None:
        self._shown: tuple[float, tuple[float, float] | None] = (0.0, None)
        """How far ahead, and the system's two clocks at the instant it stands at: one value, read by other threads."""

    def now(self) -> datetime:
        ahead_s, stands = self._shown
        return datetime.fromtimestamp(time.time() if stands is None else stands[0], UTC) + timedelta(seconds=ahead_s)

    def monotonic_s(self) -> float:
        ahead_s, stands = self._shown
        return (time.monotonic() if stands is None else stands[1]) + ahead_s

    def advance(self, seconds: float) -> None:
        ahead_s, stands = self._shown
        self._shown = (ahead_s + seconds, stands)

    @contextmanager
    def standing(self, at: datetime) -> Iterator[None]:
        """Move on to an instant and stand there until the block ends: a slow machine walks past no window."""
        stands = (time.time(), time.monotonic())
        ahead_s = (at - datetime.fromtimestamp(stands[0], UTC)).total_seconds()
        self._shown = (ahead_s, stands)
        try:
            yield
        finally:
            self._shown = (ahead_s - (time.monotonic() - stands[1]), None)


class ShiftedServer:
    """A running server with its clock; use `running`."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder, demo=True, port=free_port(), mavlink_udp_port=None)
        self.clock = ShiftedClock()
        app = create_app(self.settings, clock=self.clock, bridge=Bridge([]))
        self.services: Services = app.state.services
        config = uvicorn.Config(app, host="127.0.0.1", port=self.settings.port, log_level="warning", access_log=False)
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self.server.serve()

    def now(self) -> datetime:
        return self.clock.now()

    def client(self, role: str, nth: int = 0) -> httpx.Client:
        """Return a client with a token that is fresh on the server's clock."""
        known: dict[str, Any] = orjson.loads(self.settings.credentials_path.read_bytes())
        headers = {"Authorization": f"Bearer {token_of(self.settings.base_url, known, role, nth)}"}
        return httpx.Client(base_url=self.settings.base_url, headers=headers, timeout=PATIENCE_S)

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the server's loop and return its value."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def sweep(self) -> None:
        """Let the server expire and extend plans now."""
        self.call(self.services.plan_steps.sweep())
        self.call(self.services.plan_steps.sweep_pending())

    def put_into(self, plan_id: str, state: str) -> None:
        """Put a plan into a state that no call of the API leads to."""

        def job(session: Session) -> None:
            plans.update(session, plan_id, {"state": state})
            row = plans.get(session, plan_id)
            assert row is not None
            self.services.flight_plans.reserve(session, row)

        self.call(self.services.store.write(job))


@contextmanager
def running(folder: Path) -> Iterator[ShiftedServer]:
    """Run a demo server without traffic until the block ends."""
    made = ShiftedServer(folder)
    made.thread.start()
    deadline = time.monotonic() + 100
    while not (made.server.started and made.services.ready):
        if time.monotonic() > deadline or not made.thread.is_alive():
            raise TimeoutError("the server did not start")
        time.sleep(0.05)
    try:
        yield made
    finally:
        made.server.should_exit = True
        made.thread.join(PATIENCE_S)
