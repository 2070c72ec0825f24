"""Fixtures every test may use: a real server in its own process, and clients of every role."""

import fcntl
import itertools
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings

from tests.forked import ForkedCommand

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 60.0
"""How long one answer may take where many share a processor: what is slow is not wrong."""

# The same examples in every run, so that a change is judged by itself and not by what was drawn that day;
# HYPOTHESIS_PROFILE=explore draws new ones. Neither depends on how fast the machine is.
settings.register_profile("steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

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


_PORTS = range(18_000, 30_000)
"""Below those the system gives out by itself: no connection of anybody's can be on one before a server is."""
_ports = itertools.count(os.getpid())
_kept: list[int] = []


def free_port(kind: int = socket.SOCK_STREAM) -> int:
    """Return a port nobody listens on, which no other test process is given while this one runs.

    A server that is stopped and started again finds it free; a lock on a file says whose it is.
    """
    folder = Path(tempfile.gettempdir()) / f"hexlane-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    for _ in _PORTS:
        port = _PORTS[next(_ports) * 7 % len(_PORTS)]
        lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket(socket.AF_INET, kind) as sock:
                sock.bind(("127.0.0.1", port))
        except OSError:  # somebody else's, or another program is on it
            os.close(lock)
            continue
        _kept.append(lock)  # until this process ends
        return port
    raise OSError("no port is free")


class _Renewed(httpx.Auth):
    """Keeps a client's token fresh, and waits where the server asks for patience: no test depends on the machine's pace.

    A run of many tests on a slow machine outlives a token, and one on a quick machine asks more often than a caller
    may. The token stands in the client's headers, where tests read it; a request that brings another keeps its own.
    """

    def __init__(self, ask: Callable[[], str], client: httpx.Client, *, after_s: float = 400.0) -> None:
        self._ask, self._client, self._after_s = ask, client, after_s
        self._asked_s = time.monotonic()

    def renew(self) -> None:
        """Ask for a new token where the present one is old."""
        if time.monotonic() - self._asked_s > self._after_s:
            self._asked_s = time.monotonic()
            self._client.headers["Authorization"] = f"Bearer {self._ask()}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        held = self._client.headers.get("Authorization")
        if held is not None and request.headers.get("Authorization") == held:
            self.renew()
            request.headers["Authorization"] = self._client.headers["Authorization"]
        answer = yield request
        while answer.status_code == 429 and answer.headers.get("RateLimit", "").startswith('"requests";r=0;'):
            time.sleep(float(answer.headers["Retry-After"]))
            answer = yield request


def token_of(base_url: str, credentials: dict[str, Any], role: str, nth: int = 0) -> str:
    """Return a token of the n-th client of a role, by the credentials a demo server wrote."""
    known = [client for client in credentials["clients"] if client["role"] == role][nth]
    answer = httpx.post(
        f"{base_url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(known["client_id"], known["client_secret"]),
        timeout=PATIENCE_S,
    )
    answer.raise_for_status()
    return str(answer.json()["access_token"])


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

    def start(self, *, timeout_s: float = 240) -> None:
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
        self.process.wait(PATIENCE_S)

    def stop(self) -> None:
        """Ask the process to end and wait for it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(5)
                raise

    @property
    def credentials(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.data_dir / "demo-credentials.json").read_text())
        return value

    def lets_in(self) -> bool:
        """Tell whether it knows the secrets that stand in the file: one that shares a folder follows the last to start."""
        known = self.credentials["clients"][0]
        form, auth = {"grant_type": "client_credentials"}, (known["client_id"], known["client_secret"])
        answer = httpx.post(f"{self.base_url}/oauth/token", data=form, auth=auth, timeout=PATIENCE_S)
        return answer.status_code == 200

    def client(self, role: str, nth: int = 0) -> httpx.Client:
        """Return an HTTP client with a token of the n-th client of a role, renewed before it expires."""

        def token() -> str:
            return token_of(self.base_url, self.credentials, role, nth)

        made = httpx.Client(
            base_url=self.base_url,
            headers={"Authorization": f"Bearer {token()}"},
            timeout=PATIENCE_S,
            follow_redirects=False,
        )
        made.auth = _Renewed(token, made)
        return made


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
        found = clients[role, nth]
        assert isinstance(found.auth, _Renewed)
        found.auth.renew()  # for those who take its token to a socket of their own
        return found

    yield get
    for client in clients.values():
        client.close()
