"""Fixtures every test may use: a real server in its own process, and clients of every role."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.forked import ForkedCommand

ROOT = Path(__file__).resolve().parent.parent

_LONGEST_FIRST = (
    "test_store_processes",
    "test_schemathesis",
    "test_guide",
    "test_tenancy",
    "test_crash",
    "test_api_offers",
    "test_client_live",
    "test_api_contingencies",
    "test_contract_commands",
    "test_command_missions",
    "test_offers",
    "test_commands_crash",
)
"""Files that take longest when they share two cores: begun last, one of them alone would keep the run waiting."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that take longest first, and leave the order as it is otherwise."""
    places = {name: place for place, name in enumerate(_LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """Return a port nobody listens on at this moment."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@dataclass
class Server:
    """A Hexlane server process on ports and a folder of its own."""

    data_dir: Path
    port: int = field(default_factory=free_port)
    mavlink_port: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM))
    process: ForkedCommand | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, timeout_s: float = 90) -> None:
        """Start the process and wait until it is ready to serve."""
        env = {
            **os.environ,
            "HEXLANE_DATA_DIR": str(self.data_dir),
            "HEXLANE_PORT": str(self.port),
            "HEXLANE_MAVLINK_UDP_PORT": str(self.mavlink_port),
        }
        self.process = ForkedCommand(["serve", "--demo"], env=env, log=self.data_dir / "server.log")
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended: {self.log()[-4000:]}")
            try:
                if httpx.get(f"{self.base_url}/readyz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise TimeoutError(f"the server was not ready: {self.log()[-4000:]}")

    def log(self) -> str:
        return (self.data_dir / "server.log").read_text(errors="replace")

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> None:
        """Ask the process to end and wait for it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
                raise

    @property
    def credentials(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.data_dir / "demo-credentials.json").read_text())
        return value

    def client(self, role: str, nth: int = 0) -> httpx.Client:
        """Return an HTTP client with a token of the n-th client of a role."""
        known = [client for client in self.credentials["clients"] if client["role"] == role][nth]
        answer = httpx.post(
            f"{self.base_url}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(known["client_id"], known["client_secret"]),
        )
        answer.raise_for_status()
        token = answer.json()["access_token"]
        return httpx.Client(
            base_url=self.base_url, headers={"Authorization": f"Bearer {token}"}, timeout=20, follow_redirects=False
        )


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One demo server without traffic for the whole run; tests keep to their own aircraft and places."""
    running = Server(tmp_path_factory.mktemp("server"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A demo server of the test's own, not started yet, to be stopped, killed and started again."""
    running = Server(tmp_path)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def as_role(server: Server) -> Iterator[Callable[..., httpx.Client]]:
    """Return a function that gives a client of a role on the shared server."""
    clients: dict[tuple[str, int], httpx.Client] = {}

    def get(role: str, nth: int = 0) -> httpx.Client:
        if (role, nth) not in clients:
            clients[role, nth] = server.client(role, nth)
        return clients[role, nth]

    yield get
    for client in clients.values():
        client.close()
