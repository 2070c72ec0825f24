"""A firm's own planner in a process of its own: it books through the public API and knows nothing else of the service."""

import ast
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Server
from tests.fakes import filing
from utm.own_planner import BadOrders, orders_of

FROM, TO, THIRD = "st_talent_park", "st_happy_coast", "st_oct_eco_square"


def run(server: Server, orders: Path, nth: int = 0) -> tuple[int, list[dict[str, Any]]]:
    """Run `hexlane dispatch` against a server; return its exit code and what it told."""
    known = [client for client in server.credentials["clients"] if client["role"] == "operator"][nth]
    command = [
        sys.executable, "-m", "utm.cli", "dispatch", str(orders), "--url", server.base_url, "--effort", "0", "--json",
        "--client-id", known["client_id"], "--client-secret", known["client_secret"],
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode in (0, 1), done.stderr[-3000:]
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.slow
def test_a_firms_own_planner_books_its_orders_over_the_public_api(own_server: Server, tmp_path: Path) -> None:
    """Orders the service never saw become missions booked whole; an order nobody can carry is told and ends with 1."""
    own_server.start()
    firm = own_server.client("operator")
    for site in (FROM, THIRD):
        aircraft_id = filing.register(firm)
        told = {"site_id": site, "payload_max_kg": 3, "battery_wh": 1_500}
        assert firm.put(f"/v1/carriers/{aircraft_id}", json=told).status_code == 200
    wanted = [
        {"order_id": "own-1", "origin_site_id": FROM, "destination_site_id": TO, "payload_kg": 1.0},
        {"order_id": "own-2", "origin_site_id": TO, "destination_site_id": FROM, "payload_kg": 2.0,
         "priority_class": "medical"},
        {"order_id": "own-3", "origin_site_id": FROM, "destination_site_id": TO, "payload_kg": 99.0},
    ]  # fmt: skip
    path = tmp_path / "orders.json"
    path.write_text(json.dumps({"orders": wanted}), encoding="utf-8")
    code, events = run(own_server, path)
    assert code == 1
    assert events[0]["event"] == "planned"
    assert events[0]["waiting"] == {"own-3": "load_not_possible"}
    booked = {event["order_id"]: event for event in events if event["event"] == "booked"}
    assert set(booked) == {"own-1", "own-2"}, events
    assert events[-1] == {"event": "done", "booked": 2, "orders": 3}
    for event in booked.values():
        mission = firm.get(f"/v1/missions/{event['mission_id']}").json()
        assert mission["state"] == "booked"
        assert mission["plan"]["state"] == "approved"
        assert mission["alternate_site_id"] is not None
        assert mission["order_id"] is None
    assert firm.get("/v1/orders").json()["items"] == []
    again = firm.get("/v1/missions").json()["items"]
    assert len(again) == sum(1 + (event["positioning_mission_id"] is not None) for event in booked.values())


def test_it_knows_nothing_of_the_service_but_its_client() -> None:
    """The planner imports of our packages only the pure ones and the client of the public API."""
    for name in ("utm/own_planner.py", "utm/cli_dispatch.py"):
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        found = {
            module
            for node in ast.walk(tree)
            for module in (
                [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in getattr(node, "names", [])]
                if isinstance(node, ast.Import) else []
            )
        }  # fmt: skip
        ours = {module for module in found if module.split(".")[0] in ("utm", "airspace", "dispatch", "mavlink_bridge")}
        assert ours
        allowed = ("utm.client", "utm.own_planner", "airspace.timebase", "dispatch.")
        assert all(module.startswith(allowed) for module in ours), ours


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "list of orders"),
        ({"orders": [{"order_id": "a"}]}, "order 0: KeyError"),
        ({"orders": [{"order_id": "a", "origin_site_id": "x", "destination_site_id": "y", "payload_kg": "much"}]}, "order 0"),
        ({"orders": [{"order_id": "a", "origin_site_id": "x", "destination_site_id": "y", "payload_kg": 1,
                      "priority_class": "soon"}]}, "soon"),
        ({"orders": 2 * [{"order_id": "a", "origin_site_id": "x", "destination_site_id": "y", "payload_kg": 1}]}, "same"),
    ],
)  # fmt: skip
def test_orders_that_cannot_be_read_are_named(document: Any, said: str) -> None:
    """The message says which order and what is wrong with it."""
    with pytest.raises(BadOrders, match=said):
        orders_of(document, "org_a", datetime(2026, 3, 2, tzinfo=UTC))
