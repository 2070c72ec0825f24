"""The client against a real server: the live iterator lives through a restart, and the command line speaks JSON."""

import json
import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from tests.conftest import ROOT, Server
from tests.fakes import filing
from tests.fakes.flying import until
from utm.client import Client, ClientSecret
from utm.client.live import LiveMessage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def _secret(server: Server, role: str = "operator") -> ClientSecret:
    known = next(item for item in server.credentials["clients"] if item["role"] == role)
    return ClientSecret(known["client_id"], known["client_secret"])


def _follow(client: Client, told: list[LiveMessage]) -> None:
    for message in client.live(["plans"]):
        told.append(message)  # noqa: PERF402  (seen by others while it grows)


def _told(told: list[LiveMessage], plan_id: str) -> list[Any]:
    return [item for message in told for item in message.items if getattr(item, "plan_id", None) == plan_id]


def test_the_live_iterator_resumes_after_the_server_was_killed(own_server: Server) -> None:
    """A `for` loop over the feed must go on by itself after a power cut, with a fresh token, and miss no later plan."""
    own_server.start()
    client = Client(own_server.base_url, _secret(own_server))
    told: list[LiveMessage] = []
    threading.Thread(target=_follow, args=(client, told), daemon=True).start()
    until(lambda: told, 90, "the snapshot")
    assert told[0].kind == "snapshot"
    with own_server.client("operator") as firm:
        before = filing.expect_approved(firm, filing.plan(filing.register(firm), filing.window()))["plan_id"]
        until(lambda: _told(told, before), 90, "the first plan")
    own_server.kill()
    own_server.start()
    client._credentials = _secret(own_server)  # the demonstration gives new secrets at each start
    with own_server.client("operator") as firm:
        after = filing.expect_approved(firm, filing.plan(filing.register(firm), filing.window()))["plan_id"]
    until(lambda: _told(told, after), 90, "the plan filed after the restart")


def test_the_command_line_answers_json_and_exit_codes(server: Server) -> None:
    """`--json` must give one document, a refusal its problem and exit code 1, wrong usage exit code 2."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HEXLANE_")}
    environment |= {"HEXLANE_DATA_DIR": str(server.data_dir), "PYTHONPATH": str(ROOT)}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "utm.cli", "api", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=200, check=False)

    listed = run("plans", "--json")
    assert listed.returncode == 0, listed.stderr
    assert isinstance(json.loads(listed.stdout), list)
    missing = run("call", "get_flight_plan", "plan_id=fp_nothing", "--json")
    assert missing.returncode == 1
    assert json.loads(missing.stdout)["code"] == "not_found"
    assert run("call", "no_such_operation").returncode == 2
