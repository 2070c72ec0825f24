"""Orders while servers stop and die in every state of theirs, and while two consoles press at once, in simulated time."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from sim.deterministic.vehicles import WorldVehicle
from sim.flavour import Flavour
from sim.vehicle import Landed, Mode
from tests.sim.stage import CENTRE, Stage, on_stage

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

PLACES = [(-8_000.0, -4_500.0), (-6_000.0, -4_500.0), (-4_000.0, -4_500.0)]


async def newest(stage: Stage, vehicle: WorldVehicle) -> dict[str, Any]:
    """Return the last order to a vehicle, with its steps."""
    (found, *_) = await stage.items(CENTRE, "/v1/commands", aircraft_id=vehicle.aircraft_id)
    whole: dict[str, Any] = await stage.good(CENTRE, "GET", f"/v1/commands/{found['command_id']}")
    return whole


async def in_state(stage: Stage, vehicle: WorldVehicle, state: str) -> dict[str, Any]:
    async def found() -> dict[str, Any] | None:
        known = await newest(stage, vehicle)
        return known if known["state"] == state else None

    known: dict[str, Any] = await stage.until(found, 30, f"the order to be {state}")
    return known


async def up_again(stage: Stage) -> None:
    """Start the server anew and wait until everybody is heard."""
    await asyncio.sleep(2.0)
    await stage.server.start()
    await asyncio.sleep(15.0)


def expect_ended(order: dict[str, Any], before: list[str]) -> None:
    """An order whose server went away must have ended as timed out, after these states, and say why in both languages."""
    assert [step["state"] for step in order["steps"]] == [*before, "timed_out"], order["steps"]
    assert order["detail"]
    assert order["detail_zh"]


def test_an_order_ends_honestly_in_whichever_state_its_server_goes(tmp_path: Path) -> None:
    """Killed while it is queued or sent, stopped while it is accepted: it ends timed out, and stays so when it is done after."""

    async def script(stage: Stage) -> None:
        queued, sent, accepted = stage.vehicles
        await asyncio.gather(*(stage.lifted(vehicle, 12.0) for vehicle in stage.vehicles))

        # Killed with the order on the disk and nobody told yet: it must never have reached the vehicle.
        told = stage.server.committed
        assert told is not None

        def kill_at_commit() -> None:
            told()
            asyncio.get_running_loop().call_soon(stage.server.kill)

        assert stage.server.process is not None
        store: Any = stage.server.process.store
        store.committed = kill_at_commit
        asking = asyncio.create_task(stage.order(queued, "rtl"))
        await asyncio.wait([asking])
        assert asking.exception() is not None, asking.result().body  # no answer came
        await up_again(stage)
        expect_ended(await newest(stage, queued), ["queued"])
        assert queued.autopilot.vehicle.mode is not Mode.RTL
        await stage.ordered(queued, "rtl")  # and the next order is free to be given

        sent.suffer("ignore_commands", 1e6)
        assert (await stage.order(sent, "rtl")).status == 202
        await in_state(stage, sent, "sent")
        stage.server.kill()
        await up_again(stage)
        expect_ended(await newest(stage, sent), ["queued", "sent"])
        sent.autopilot.faults.clear()

        assert (await stage.order(accepted, "land")).status == 202
        await in_state(stage, accepted, "accepted")
        await stage.server.stop()
        await up_again(stage)
        expect_ended(await newest(stage, accepted), ["queued", "sent", "accepted"])
        await stage.until(lambda: accepted.autopilot.vehicle.landed is Landed.ON_GROUND, 60, "the landing")
        await asyncio.sleep(10.0)
        expect_ended(await newest(stage, accepted), ["queued", "sent", "accepted"])

    on_stage(PLACES, script, tmp_path, flavour=Flavour.PX4)


def test_two_consoles_that_press_at_once_give_one_order(tmp_path: Path) -> None:
    """The same order twice in one instant is given once; a second step taken twice with one token lands once."""

    async def script(stage: Stage) -> None:
        (vehicle,) = stage.vehicles
        await stage.lifted(vehicle, 12.0)
        vehicle.suffer("ignore_commands", 1e6)
        twice = await asyncio.gather(stage.order(vehicle, "rtl"), stage.order(vehicle, "rtl"))
        assert sorted(reply.status for reply in twice) == [202, 409], [reply.body for reply in twice]
        (late,) = [reply for reply in twice if reply.status == 409]
        assert late.code == "command_outstanding"
        await in_state(stage, vehicle, "timed_out")
        vehicle.autopilot.faults.clear()

        path = f"/v1/aircraft/{vehicle.aircraft_id}/commands"
        body = {"type": "land", "reason": "practice"}
        first = await stage.ask(CENTRE, "POST", path, body)
        assert first.code == "confirmation_required"
        again = {**body, "confirmation_token": first.body["confirmation_token"]}
        twice = await asyncio.gather(*(stage.ask(CENTRE, "POST", path, again) for _ in range(2)))
        assert sorted(reply.status for reply in twice) == [202, 409], [reply.body for reply in twice]
        (late,) = [reply for reply in twice if reply.status == 409]
        assert late.code in ("confirmation_invalid", "command_outstanding")
        await in_state(stage, vehicle, "confirmed")
        orders = await stage.items(CENTRE, "/v1/commands", aircraft_id=vehicle.aircraft_id)
        assert [order["type"] for order in orders] == ["land", "rtl"]

    on_stage(PLACES[:1], script, tmp_path, flavour=Flavour.PX4)
