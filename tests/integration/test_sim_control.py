"""The simulator's control API over real HTTP, what its faults do to real datagrams, and the demonstration's paths to it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from sim.control_api import Control, listening_socket, serving
from sim.net import Fleet
from tests.conftest import PATIENCE_S, Server
from tests.integration.test_sim_net import Ear, add, until

pytestmark = pytest.mark.slow


@pytest.fixture
async def bridge() -> AsyncIterator[Ear]:
    """Something that listens where the bridge would."""
    ear = Ear()
    yield ear
    ear.sock.close()


@pytest.fixture
async def fleet(bridge: Ear) -> AsyncIterator[Fleet]:
    """A running fleet of two drones."""
    fleet = Fleet(bridge=bridge.address)
    add(fleet, "one", 1)
    add(fleet, "two", 2).labels["aircraft_id"] = "ac_two"
    fleet.start()
    yield fleet
    await fleet.close()


@pytest.fixture
async def api(fleet: Fleet) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the fleet's control API."""
    control = Control()
    control.join(fleet)
    async with (
        serving(control, 0, lambda event, fields: None) as url,
        httpx.AsyncClient(base_url=url or "", trust_env=False, timeout=PATIENCE_S) as http,
    ):
        yield http


async def test_vehicles_are_shown_as_they_are(api: httpx.AsyncClient) -> None:
    """Every vehicle must be listed with its place, mode, battery and names, and be found by either name."""
    items = (await api.get("/vehicles")).json()["items"]
    assert [v["id"] for v in items] == ["one", "two"]
    assert items[0]["airborne"] is False
    assert items[0]["battery_pct"] == pytest.approx(100.0, abs=0.5)
    assert (await api.get("/vehicles", params={"airborne": "true"})).json()["items"] == []
    assert (await api.get("/vehicles/ac_two")).json()["id"] == "two"
    assert (await api.get("/vehicles/three")).status_code == 404
    kinds = (await api.get("/faults")).json()["items"]
    assert "lost_link" in {k["kind"] for k in kinds}


async def test_a_lost_link_stops_the_datagrams_of_one_vehicle_only(
    api: httpx.AsyncClient, fleet: Fleet, bridge: Ear
) -> None:
    """A vehicle whose link is lost must fall silent, the other go on, and speak again when the fault is deleted."""
    one, two = fleet.drones
    answer = await api.post("/vehicles/one/faults", json={"kind": "lost_link"})
    assert answer.status_code == 201
    await until(lambda: fleet.counters.faulted_datagrams > 0)
    before = len(bridge.kinds(one.endpoint))
    others = len(bridge.kinds(two.endpoint))
    await until(lambda: len(bridge.kinds(two.endpoint)) >= others + 6)
    assert len(bridge.kinds(one.endpoint)) == before
    fault_id = answer.json()["fault_id"]
    assert (await api.delete(f"/vehicles/one/faults/{fault_id}")).json() == {"cleared": [fault_id]}
    await until(lambda: len(bridge.kinds(one.endpoint)) > before)


async def test_delayed_datagrams_arrive_all_the_same(api: httpx.AsyncClient, fleet: Fleet, bridge: Ear) -> None:
    """With a delay and every datagram twice, each must come, and come twice."""
    one = fleet.drones[0]
    body = {"kind": "delay", "values": {"delay_s": 0.3, "jitter_s": 0.2, "duplicate_pct": 100}}
    assert (await api.post("/vehicles/one/faults", json=body)).status_code == 201
    await until(lambda: one.autopilot.faults.effects.down.delay_s > 0)
    start = len(bridge.drain())

    def twice() -> bool:
        numbers = [m.get_seq() for p, m in bridge.drain()[start:] if p == one.endpoint]
        return any(numbers.count(n) == 2 for n in numbers)

    await until(twice)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"kind": "explode"}, 422, "/kind"),
        ({"kind": "delay", "values": {"delay_s": 99}}, 422, "/delay_s"),
        ({"kind": "delay", "lasts_s": -1}, 422, "/lasts_s"),
        ({"kind": "delay", "when": 3}, 422, "/when"),
        ([], 422, None),
    ],
)
async def test_what_is_wrong_is_named(api: httpx.AsyncClient, body: Any, status: int, field: str | None) -> None:
    """A body that is no fault must be refused with its field, and nothing come to the vehicle."""
    answer = await api.post("/vehicles/one/faults", json=body)
    assert answer.status_code == status
    if field is not None:
        assert answer.json()["errors"][0]["field"] == field
    assert (await api.get("/vehicles/one")).json()["faults"] == []


async def test_web_pages_cannot_use_it(api: httpx.AsyncClient) -> None:
    """A request that names another host, and a body a page could send unasked, must be refused."""
    assert (await api.get("/vehicles", headers={"Host": "evil.example"})).status_code == 421
    plain = await api.post(
        "/vehicles/one/faults", content=b'{"kind": "lost_link"}', headers={"Content-Type": "text/plain"}
    )
    assert plain.status_code == 415
    long = await api.post("/vehicles/one/faults", content=b"x" * 20_000, headers={"Content-Type": "application/json"})
    assert long.status_code == 413
    broken = await api.post("/vehicles/one/faults", content=b"{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 422


async def test_faults_of_one_vehicle_are_bounded(api: httpx.AsyncClient) -> None:
    """A vehicle must not be given faults without end."""
    for _ in range(32):
        body = {"kind": "gps_jump", "starts_in_s": 100}
        assert (await api.post("/vehicles/two/faults", json=body)).status_code == 201
    assert (await api.post("/vehicles/two/faults", json={"kind": "lost_link"})).status_code == 409
    assert len((await api.delete("/vehicles/two/faults")).json()["cleared"]) == 32


def test_a_taken_port_is_named() -> None:
    """A port that is taken must be refused with its number."""
    with listening_socket(0) as sock:
        sock.listen()
        port = sock.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} for the control API is taken"):
            listening_socket(port)


async def test_dispatchers_reach_it_through_the_demonstration(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demonstration must hand faults on for dispatchers, name faults in bodies, and refuse everybody else."""
    control = Control()
    control.join(fleet)
    async with serving(control, 0, lambda event, fields: None) as url:
        monkeypatch.setenv("HEXLANE_SIM_CONTROL_URL", url or "")
        server = Server(tmp_path)
        try:
            await asyncio.to_thread(server.start)
            dispatcher = await asyncio.to_thread(server.client, "dispatcher")
            operator = await asyncio.to_thread(server.client, "operator")
            path = "/v1/demo/faults"

            async def ask(client: httpx.Client, method: str, **more: Any) -> httpx.Response:
                return await asyncio.to_thread(client.request, method, path, **more)

            seen = (await ask(dispatcher, "GET")).json()
            assert [v["id"] for v in seen["vehicles"]] == ["one", "two"]
            assert len(seen["kinds"]) == 12
            body = {"vehicle_id": "ac_two", "kind": "packet_loss", "lasts_s": 60, "values": {"loss_pct": 30}}
            assert (await ask(operator, "POST", json=body)).status_code == 403
            added = await ask(dispatcher, "POST", json=body)
            assert added.status_code == 201
            assert fleet.drones[1].autopilot.faults.listed()[0].number("loss_pct") == 30.0
            wrong = await ask(dispatcher, "POST", json={**body, "values": {"loss_pct": 300}})
            assert wrong.status_code == 422
            assert wrong.json()["errors"][0]["field"] == "/values/loss_pct"
            assert wrong.json()["detail_zh"]
            unknown = await ask(dispatcher, "POST", json={**body, "vehicle_id": "nobody"})
            assert unknown.status_code == 404
            gone = await ask(dispatcher, "DELETE", params={"vehicle_id": "two"})
            assert gone.json() == {"cleared": [added.json()["fault_id"]]}
            await fleet.close()
        finally:
            await asyncio.to_thread(server.stop)


async def test_without_a_simulator_there_is_nothing(server: Server) -> None:
    """A server that was told of no simulator must answer 404."""
    client = await asyncio.to_thread(server.client, "dispatcher")
    answer = await asyncio.to_thread(client.get, "/v1/demo/faults")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
