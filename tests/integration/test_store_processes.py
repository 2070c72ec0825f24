"""Several processes on one store: what one approves no other can, and each soon knows what the others did."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.conftest import PATIENCE_S, ROOT, Server, free_port
from tests.fakes import filing
from tests.fakes.filing import expect_approved, expect_refused, plan, window

pytestmark = pytest.mark.slow

ROUNDS = 1_000


class Filer:
    """A process that files when told to."""

    def __init__(self, folder: str, client_id: str, aircraft_id: str) -> None:
        command = [sys.executable, "-m", "tests.fakes.filing_process", folder, client_id, aircraft_id]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True, bufsize=1)

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def close(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def check_separation(server: Server) -> dict[str, Any]:
    """Run `hexlane check-separation` on a server's store; return its report."""
    command = [sys.executable, "-m", "utm.cli", "check-separation", "--json", "--data-dir", str(server.data_dir)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    report: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (1 if report["conflicts"] or report["unread"] else 0), done.stderr[-2000:]
    return report


@pytest.mark.timeout(1_800)
def test_of_two_processes_filing_at_the_same_instant_exactly_one_wins(own_server: Server) -> None:
    """A thousand times two processes file conflicting plans at once: one approval each, and no two plans in conflict."""
    own_server.start()
    firms = [own_server.client("operator", n) for n in (0, 1)]
    ids = [known["client_id"] for known in own_server.credentials["clients"] if known["role"] == "operator"]
    filers = [
        Filer(str(own_server.data_dir), client_id, filing.register(firm))
        for client_id, firm in zip(ids, firms, strict=False)
    ]
    try:
        assert [filer.hear() for filer in filers] == ["ready", "ready"]
        start = window(200)
        wins = [0, 0]
        for n in range(ROUNDS):
            departure = filing.text(start + timedelta(minutes=3 * n))
            instant = time.time() + 0.003
            # Told in turns: on a busy machine the first to hear of it would win whenever the instant has passed by then.
            for filer, north_m in ((filers[0], 0), (filers[1], 30))[:: 1 if n % 2 else -1]:
                filer.tell(f"{instant} {departure} {north_m}")
            statuses = [int(filer.hear().split()[0]) for filer in filers]
            assert sorted(statuses) == [201, 409], (n, statuses)
            wins[statuses.index(201)] += 1
        # Neither process is always first: otherwise nothing was ever decided between them.
        assert min(wins) > ROUNDS / 100, wins
        # The server, which wrote nothing, knows every approval.
        other = own_server.client("operator", 2)
        last = plan(filing.register(other), start + timedelta(minutes=3 * (ROUNDS - 1)))
        expect_refused(other, last, "conflict_with_plan")
        ready = httpx.get(f"{own_server.base_url}/readyz", timeout=PATIENCE_S).json()
        assert ready["dependencies"]["engine"]["live_plans"] == ROUNDS
        report = check_separation(own_server)
        assert (report["plans"], report["conflicts"], report["unread"]) == (ROUNDS, [], [])
        assert "memory_missed_a_change" not in own_server.log()
    finally:
        codes = [filer.close() for filer in filers]
    assert codes == [0, 0]


@contextmanager
def second_server(first: Server) -> Iterator[Server]:
    """Run another server on the same folder; it renews the credentials, so clients are made after it started."""
    second = Server(first.data_dir, port=free_port())
    second.start()
    try:
        for server in (first, second):  # the first follows: until then it takes the secrets of its own start
            _soon(server.lets_in)
        yield second
    finally:
        second.stop()


@pytest.mark.timeout(900)
def test_two_servers_on_one_store_are_one_city(own_server: Server) -> None:
    """Plans, steps, keys, zones, policy and aircraft of one server must hold at the other: at once, or soon where it asks."""
    own_server.start()
    with second_server(own_server) as second:
        here, there = own_server.client("operator"), second.client("operator")
        regulator = own_server.client("regulator")
        at = window()
        aircraft = filing.register(here)
        first = expect_approved(here, plan(aircraft, at), "shared-key")
        assert there.get(f"/v1/flight-plans/{first['plan_id']}").json() == first
        expect_refused(there, plan(filing.register(there), at), "conflict_with_plan")
        again = filing.file(there, plan(aircraft, at), "shared-key")
        assert (again.status_code, again.json()["plan_id"]) == (201, first["plan_id"])
        assert filing.step(there, first["plan_id"], "cancel").status_code == 200
        expect_approved(here, plan(filing.register(here), at))
        zone = filing.zone(filing.square(0, 2000, 100))
        assert regulator.post("/v1/zones", json=zone).status_code == 201
        expect_refused(there, plan(aircraft, at, [filing.point(0, 2000), filing.point(90, 2000)]), "zone_prohibited")
        assert regulator.put("/v1/policy", json={"ceiling_agl_m": 80}).status_code == 200
        expect_refused(
            there, plan(aircraft, at, [filing.point(0, 900, 90), filing.point(90, 900, 90)]), "above_ceiling"
        )
        _soon(lambda: there.get("/v1/policy").json()["ceiling_agl_m"] == 80)
        # What only asks, and writes nothing, follows soon.
        body = plan(filing.register(there), at, [filing.point(0, -900), filing.point(300, -900)])
        _soon(lambda: here.post("/v1/flight-plans/check", json=body).status_code != 404)
        free = here.post("/v1/flight-plans/check", json=body)
        assert free.json()["decision"]["outcome"] == "approved", free.text
        expect_approved(there, body)
        other = plan(aircraft, at, [filing.point(0, -900), filing.point(300, -900)])
        _soon(lambda: here.post("/v1/flight-plans/check", json=other).json()["decision"]["outcome"] == "refused")


def _soon(holds: Any) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.timeout(900)
def test_two_servers_under_load_keep_everything_apart(own_server: Server) -> None:
    """Eight clients at two servers filing into one small place must leave a store without conflicts."""
    own_server.start()
    with second_server(own_server) as second:
        counts = {201: 0, 409: 0}
        lock = threading.Lock()
        at = window()

        def work(n: int) -> None:
            client = (own_server, second)[n % 2].client("operator", n % 3)
            aircraft = filing.register(client)
            for k in range(25):
                x, y = (n * 37 + k * 61) % 400, (n * 53 + k * 29) % 400
                route = [filing.point(x, y, 40 + (k % 3) * 20), filing.point(400 - x, 400 - y, 40 + (k % 3) * 20)]
                answer = filing.file(client, plan(aircraft, at + timedelta(seconds=20 * (k % 10)), route))
                with lock:
                    counts[answer.status_code] += 1

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(600)
        assert sum(counts.values()) == 200
        assert min(counts.values()) > 5, counts
        report = check_separation(own_server)
        assert (report["plans"], report["conflicts"]) == (counts[201], [])
        for server in (own_server, second):
            assert "memory_missed_a_change" not in server.log()
