"""A server in a process of its own in which some lines of code ran before it started."""

import os
import subprocess
import sys

import httpx

from tests.conftest import ROOT, Server
from tests.fakes.flying import until

_SCRIPT = """
import sys
{plant}
import utm.cli
sys.argv = ["hexlane", "serve", "--demo"]
utm.cli.main()
"""


class PlantedServer(Server):
    """A server whose process runs `plant` first: what is tampered with or watched in it."""

    plant: str = ""

    def start(self, *, timeout_s: float = 300) -> None:
        """Start the process and wait until it serves."""
        ports = {"HEXLANE_PORT": str(self.port), "HEXLANE_MAVLINK_UDP_PORT": str(self.mavlink_port)}
        with (self.data_dir / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _SCRIPT.format(plant=self.plant)],
                cwd=ROOT,
                env={**os.environ, "HEXLANE_DATA_DIR": str(self.data_dir), **ports},
                stdout=log,
                stderr=log,
            )

        def ready() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.log()[-2000:]
            try:
                return httpx.get(f"{self.base_url}/readyz", timeout=2).status_code == 200
            except httpx.TransportError:
                return False

        until(ready, timeout_s, "the server")
