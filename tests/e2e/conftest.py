"""The whole city, started the way a newcomer starts it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import ROOT, Server, free_port

DRONES = 12
READY_WITHIN_S = 150.0


@dataclass(frozen=True)
class City:
    """A running demonstration: its address, its folder and what it said when it was ready."""

    base_url: str
    data_dir: Path
    announced: dict[str, Any]

    def client(self, role: str, nth: int = 0) -> httpx.Client:
        """Return an HTTP client with a token of the n-th client of a role."""
        port = int(self.base_url.rsplit(":", 1)[1])
        return Server(self.data_dir, port=port).client(role, nth)


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """`hexlane demo` with a dozen drones, on ports and in a folder of its own, for the whole run."""
    data_dir = tmp_path_factory.mktemp("city")
    port = free_port()
    command = [sys.executable, "-m", "utm.cli", "demo", "--json", "--count", str(DRONES)]
    command += ["--data-dir", str(data_dir), "--port", str(port), "--mavlink-udp-port", "0"]
    log = (data_dir / "demo.log").open("wb")
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    try:
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), True)
        line = process.stdout.readline()
        assert line, f"the demonstration said nothing: {(data_dir / 'demo.log').read_text()[-3000:]}"
        yield City(f"http://127.0.0.1:{port}", data_dir, json.loads(line))
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def wait_for(condition: Any, timeout_s: float, what: str) -> Any:
    """Return the first true value of a condition; fail with `what` when none comes in time."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.5)
    pytest.fail(f"not in {timeout_s:.0f} s: {what}")
