"""What was answered survives kill -9: the decision, its airspace, and the key it was filed under."""

import threading
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.conftest import PATIENCE_S, Server
from tests.fakes import filing
from tests.fakes.filing import expect_approved, expect_refused, file, plan, point, state_of, step, window
from tests.integration.test_store_processes import check_separation
from utm.exports import write_audit
from utm.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_an_answered_approval_survives_kill_9(own_server: Server, tmp_path: Any) -> None:
    """Killed the moment an approval is answered, the server must come back with the same plan, key and airspace."""
    own_server.start()
    answered: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
    for n in range(3):
        firm = own_server.client("operator")
        aircraft, at, key = filing.register(firm), window(), f"crash-{n}"
        body = plan(aircraft, at)
        first = expect_approved(firm, body, key)
        own_server.kill()
        answered.append((key, body, first))
        own_server.start()
        firm = own_server.client("operator")
        for key, body, first in answered:
            assert firm.get(f"/v1/flight-plans/{first['plan_id']}").json() == first
            again = file(firm, body, key)
            assert again.status_code == 201
            assert again.json() == first
            expect_refused(firm, {**body, "aircraft_id": filing.register(firm)}, "conflict_with_plan")
    assert (
        httpx.get(f"{own_server.base_url}/readyz", timeout=PATIENCE_S).json()["dependencies"]["engine"]["live_plans"]
        == 3
    )
    # The audit line of each is there, and the chain is whole.
    written, broken_at = write_audit(Settings(data_dir=own_server.data_dir), tmp_path / "audit.jsonl")
    assert broken_at is None
    assert written > 0
    lines = (tmp_path / "audit.jsonl").read_text()
    assert all(first["plan_id"] in lines for _, _, first in answered)


def test_steps_and_refusals_survive_too(own_server: Server) -> None:
    """An activated, a cancelled, a refused and a modified plan must be after a kill what they were answered to be."""
    own_server.start()
    firm = own_server.client("operator")
    soon = filing.datetime.now(filing.UTC) + timedelta(minutes=2)
    flying = expect_approved(firm, plan(filing.register(firm), soon, [point(0, 3000), point(4000, 3000)]))["plan_id"]
    assert step(firm, flying, "activate").status_code == 200
    at = window()
    cancelled = expect_approved(firm, plan(filing.register(firm), at, [point(0, 600), point(300, 600)]))["plan_id"]
    assert step(firm, cancelled, "cancel").status_code == 200
    aircraft = filing.register(firm)
    moved = expect_approved(firm, plan(aircraft, at))["plan_id"]
    no = file(firm, plan(filing.register(firm), at), "no").json()["plan_id"]
    later = plan(aircraft, at + timedelta(minutes=30))
    assert firm.put(f"/v1/flight-plans/{moved}", json=later, headers={"If-Match": '"1"'}).status_code == 200
    ids = (flying, cancelled, moved, no)
    before = [firm.get(f"/v1/flight-plans/{plan_id}").json() for plan_id in ids]
    own_server.kill()
    own_server.start()
    firm = own_server.client("operator")
    assert [firm.get(f"/v1/flight-plans/{plan_id}").json() for plan_id in ids] == before
    assert [state_of(firm, plan_id) for plan_id in ids] == ["activated", "cancelled", "approved", "refused"]
    other = filing.register(firm)
    expect_refused(firm, plan(other, soon, [point(0, 3000), point(4000, 3000)]), "conflict_with_plan")
    expect_refused(firm, {**later, "aircraft_id": other}, "conflict_with_plan")
    expect_approved(firm, plan(other, at))
    assert step(firm, flying, "end").status_code == 200


def test_every_answer_given_before_a_kill_under_load_holds(own_server: Server) -> None:
    """Killed while eight clients file without pause, no answered plan may be lost, none doubled, none in conflict."""
    own_server.start()
    clients = [own_server.client("operator", n % 3) for n in range(8)]
    aircraft = [filing.register(client) for client in clients]
    at = window(2)
    answered: list[tuple[int, str, dict[str, Any], dict[str, Any]]] = []
    unanswered: list[tuple[int, str, dict[str, Any]]] = []
    stop = threading.Event()

    def work(n: int, client: httpx.Client, aircraft_id: str) -> None:
        for k in range(10_000):
            if stop.is_set():
                return
            x, y = (n * 97 + k * 61) % 2000, (n * 193 + k * 29) % 2000
            route = [point(x, y, 30 + k % 80), point(2000 - x, 2000 - y, 30 + k % 80)]
            body = plan(aircraft_id, at + timedelta(seconds=k % 600), route)
            key = f"{aircraft_id}-{k}"
            try:
                answer = file(client, body, key)
            except httpx.HTTPError:
                unanswered.append((n, key, body))
                return
            answered.append((n, key, body, answer.json()))

    threads = [threading.Thread(target=work, args=(n, client, aircraft[n])) for n, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 150
    while len(answered) < 100 and time.monotonic() < deadline:
        time.sleep(0.01)
    own_server.kill()
    stop.set()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(answered) >= 100
    own_server.start()
    fresh = [own_server.client("operator", n) for n in range(3)]
    for n, key, body, first in answered:
        again = file(fresh[n % 3], body, key).json()
        assert again["plan_id"] == first["plan_id"]
        assert again["state"] == first["state"]
        assert again["decision"] == first["decision"]
    # What was not answered was either kept whole or not at all: its key gives one plan, and the same one again.
    for n, key, body in unanswered:
        plans = {file(fresh[n % 3], body, key).json()["plan_id"] for _ in range(2)}
        assert len(plans) == 1
    report = check_separation(own_server)
    assert report["conflicts"] == []
    assert report["unread"] == []
    assert report["plans"] >= sum(first["state"] == "approved" for *_, first in answered)
