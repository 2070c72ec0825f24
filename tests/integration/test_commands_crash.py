"""Orders when the server dies, over the live feed, and in the flight's record."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from websockets.asyncio.client import connect

from sim.fault_kinds import FaultKind
from tests.conftest import Server
from tests.fakes import filing
from tests.fakes.flying import command, connected, expect_end, expect_given, flying, trouble, until
from utm.store.journal import audit_of
from utm.store.store import Store

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_what_a_killed_server_had_under_way_ends_timed_out_and_stays_reserved(own_server: Server) -> None:
    """After kill -9 no order may stay sent: each must end timed out with the reason, its airspace kept, its kind free."""
    own_server.start(timeout_s=300)
    with flying(own_server) as fleet:
        with own_server.client("operator") as firm:
            made = fleet.add(firm, 0.0, 0.0, home=(-100.0, 0.0))
            connected(firm, made.aircraft_id)
            trouble(fleet, made, FaultKind.IGNORE_COMMANDS)
            given = expect_given(firm, made.aircraft_id, "rtl")
            path = f"/v1/commands/{given['command_id']}"
            until(lambda: firm.get(path).json()["state"] == "sent")
        own_server.kill()
        own_server.start(timeout_s=300)
        with own_server.client("operator") as firm, own_server.client("operator", 1) as rival:
            ended = firm.get(path).json()
            assert ended["state"] == "timed_out"
            assert [step["state"] for step in ended["steps"]][-1] == "timed_out"
            assert "server ended" in ended["detail"]
            assert "服务器中断" in ended["detail_zh"]
            assert firm.get("/v1/commands", params={"state": "open"}).json()["items"] == []
            soon = datetime.now(UTC) + timedelta(seconds=30)
            way = [filing.point(-50, -300), filing.point(-50, 300)]
            filing.expect_refused(rival, filing.plan(filing.register(rival), soon, way), "conflict_with_plan")
            fleet.call(made.autopilot.faults.clear)
            connected(firm, made.aircraft_id)
            expect_end(firm, expect_given(firm, made.aircraft_id, "rtl")["command_id"], "confirmed")


async def statuses(
    server: Server, token: str, command_id: "asyncio.Future[str]", stands: asyncio.Event, heard: list[str]
) -> list[str]:
    """Return the statuses the live feed tells of a command until it ends; note whose commands it tells of at all."""
    url = server.base_url.replace("http", "ws") + "/v1/live"
    seen: list[dict[str, str]] = []
    async with connect(url, subprotocols=["hexlane.live.v1", f"bearer.{token}"]) as live:  # type: ignore[list-item]
        await live.send(json.dumps({"subscribe": {"topics": ["commands"]}}))
        async for message in live:
            stands.set()  # the first is the snapshot
            items = json.loads(message)["items"]
            seen += items
            heard += [item["command_id"] for item in items]
            own = [item["status"] for item in seen if command_id.done() and item["command_id"] == command_id.result()]
            if own and own[-1] in ("confirmed", "refused", "timed_out"):
                return own
    raise AssertionError("the feed ended")


async def test_every_transition_is_told_live_to_its_firm_and_the_centre(own_server: Server) -> None:
    """The firm and the centre must hear queued, sent, accepted and confirmed in order; another firm must hear nothing."""
    await asyncio.to_thread(own_server.start, timeout_s=300)
    with flying(own_server) as fleet:
        clients = [own_server.client("operator"), own_server.client("dispatcher"), own_server.client("operator", 1)]
        firm = clients[0]
        made = await asyncio.to_thread(fleet.add, firm, 0.0, 0.0, home=(-100.0, 0.0))
        await asyncio.to_thread(connected, firm, made.aircraft_id)
        known: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        tokens = [client.headers["Authorization"].removeprefix("Bearer ") for client in clients]
        stands = [asyncio.Event() for _ in tokens]
        heard: list[list[str]] = [[] for _ in tokens]
        listening = [
            asyncio.create_task(statuses(own_server, token, known, stand, told))
            for token, stand, told in zip(tokens, stands, heard, strict=True)
        ]
        await asyncio.wait_for(asyncio.gather(*(stand.wait() for stand in stands)), 60)
        given = await asyncio.to_thread(expect_given, firm, made.aircraft_id, "rtl")
        known.set_result(given["command_id"])
        for task in listening[:2]:
            assert await asyncio.wait_for(task, 120) == ["queued", "sent", "accepted", "confirmed"]
        # Its own order, which comes later, says that the other firm's feed had been told what it may see.
        theirs = await asyncio.to_thread(fleet.add, clients[2], 0.0, 2_000.0, home=(-100.0, 2_000.0))
        await asyncio.to_thread(connected, clients[2], theirs.aircraft_id)
        own = await asyncio.to_thread(expect_given, clients[2], theirs.aircraft_id, "hold")
        await asyncio.to_thread(until, lambda: own["command_id"] in heard[2])
        assert set(heard[2]) == {own["command_id"]}
        assert not listening[2].done()
        listening[2].cancel()
        for client in clients:
            client.close()


def test_orders_stand_in_the_flights_record_and_the_audit_trail(own_server: Server) -> None:
    """The record of a flight must hold each transition of its orders, and the audit trail one line for each."""
    own_server.start(timeout_s=300)
    with flying(own_server) as fleet, own_server.client("operator") as firm:
        made = fleet.add(firm, 0.0, 0.0, height_m=None)
        body = {"type": "set_message_rates", "rates": {"SYS_STATUS": 1}}
        path = f"/v1/aircraft/{made.aircraft_id}/commands/check"
        until(lambda: firm.post(path, json=body).status_code == 200)
        departs = datetime.now(UTC) + timedelta(seconds=30)
        points = [filing.point(0, 0, 0.0), filing.point(0, 0, 50.0), filing.point(900, 0, 50.0)]
        plan_id = filing.expect_approved(firm, filing.plan(made.aircraft_id, departs, points))["plan_id"]
        expect_end(firm, expect_given(firm, made.aircraft_id, "upload_plan")["command_id"], "confirmed")
        assert filing.step(firm, plan_id, "activate").status_code == 200
        fleet.depart(made)
        until(lambda: made.autopilot.vehicle.v_up_mps > 1)
        until(lambda: made.autopilot.vehicle.v_east_mps > 3)
        given = expect_given(firm, made.aircraft_id, "hold")
        expect_end(firm, given["command_id"], "confirmed")

        def recorded() -> list[dict[str, str]]:
            answer = firm.get(f"/v1/flight-plans/{plan_id}/record")
            assert answer.status_code == 200, answer.text
            found = [item for item in answer.json()["commands"] if item["command_id"] == given["command_id"]]
            return found if found and found[-1]["status"] == "confirmed" else []

        told = until(recorded)
        assert [item["status"] for item in told] == ["queued", "sent", "accepted", "confirmed"]
        check_audited(own_server, given["command_id"])
        assert command(firm, made.aircraft_id, "hold").status_code == 202


def check_audited(server: Server, command_id: str) -> None:
    """Check that the audit trail holds a line for each transition."""
    store = Store(server.data_dir / "hexlane.sqlite")
    try:
        lines = store.read_now(lambda session: audit_of(session, command_id))
    finally:
        store.close()
    assert [line.action for line in lines] == [f"command.{s}" for s in ("queued", "sent", "accepted", "confirmed")]
    assert json.loads(lines[0].detail)["circumstance"]["kind"] == "own_fleet"
