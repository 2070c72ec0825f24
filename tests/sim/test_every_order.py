"""Every kind of order, refused, not answered and carried out, by PX4-like and ArduPilot-like vehicles, in simulated time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sim.deterministic.vehicles import WorldVehicle
from sim.flavour import Flavour
from sim.vehicle import Landed, Mode
from tests.fakes import filing
from tests.fakes.filing import point
from tests.sim.stage import AUTHORITY, CENTRE, Stage, on_stage
from utm.city import load_city

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

Params = Callable[[Stage, WorldVehicle], dict[str, Any]]
HEIGHT_M = 50.0
SPEED_MPS = 8.0
SET_MESSAGE_INTERVAL = 511


def beside_a_site() -> tuple[str, tuple[float, float]]:
    """Return a site of the city and a place 40 m east of it, in the stage's metres."""
    site = load_city("shenzhen").sites[0]
    lon, lat = site["geometry"]["coordinates"][:2]
    east_m, north_m = filing.metres(lat, lon)
    return str(site["properties"]["site_id"]), (east_m + 40.0, north_m)


SITE_ID, BESIDE_IT = beside_a_site()
PLACES = [
    (-6000.0, -2000.0),
    (-4000.0, -2000.0),
    (-2000.0, -2000.0),
    BESIDE_IT,
    (0.0, -2000.0),
    (4000.0, -2000.0),
    (-6000.0, 1000.0),
    (-3000.0, 1000.0),
    (0.0, 1000.0),
]
KINDS = [
    "hold",
    "rtl",
    "land",
    "land_at_site",
    "resume",
    "reroute",
    "upload_plan",
    "upload_geofence",
    "set_message_rates",
]


def level(x: float, y: float) -> list[dict[str, Any]]:
    return [
        point(x, y, 0.0, speed_mps=3.0),
        point(x, y, HEIGHT_M),
        point(x + 1500.0, y, HEIGHT_M, speed_mps=2.5),
        point(x + 1500.0, y, 0.0),
    ]


async def on_its_way(stage: Stage, vehicle: WorldVehicle, *, held: bool) -> None:
    """Have a vehicle fly by a plan, and hold on the way if it is to."""
    x, y = stage.metres(vehicle)
    await stage.take_off(vehicle, level(x, y), speed_mps=SPEED_MPS)
    await stage.until(lambda: stage.metres(vehicle)[0] > x + 200.0, 120, "the way")
    if held:
        await stage.ordered(vehicle, "hold", by=stage.firm_of(vehicle))


async def filed(stage: Stage, vehicle: WorldVehicle) -> str:
    """File a flight of half an hour later."""
    reply = await stage.file(vehicle, level(*stage.metres(vehicle)), in_s=1800.0, speed_mps=SPEED_MPS)
    assert reply.status == 201, reply.body
    return str(reply.body["plan_id"])


def another_way(stage: Stage, vehicle: WorldVehicle) -> dict[str, Any]:
    """Return a plan that leads north from where a vehicle holds."""
    x, y = stage.metres(vehicle)
    v = vehicle.autopilot.vehicle
    height_m = v.alt_hae_m - stage.ground.ground(v.lat_deg, v.lon_deg).alt_hae_m
    points = [point(x, y, height_m), point(x, y + 300.0, height_m, speed_mps=2.5), point(x, y + 300.0, 0.0)]
    return filing.plan(vehicle.aircraft_id, stage.now() + timedelta(seconds=60), points, speed_mps=SPEED_MPS)


async def expect_all_three(stage: Stage, vehicle: WorldVehicle, kind: str, params: Params) -> None:
    """Give one kind of order to a vehicle that refuses, then to one that is silent, then to a willing one."""
    firm, faults = stage.firm_of(vehicle), vehicle.autopilot.faults
    # A fault of "all" leaves the administrative messages alone, which rates are made of.
    which = {"commands": str(SET_MESSAGE_INTERVAL)} if kind == "set_message_rates" else {}
    vehicle.suffer("refuse_commands", 1e6, **which)
    refused = await stage.ordered(vehicle, kind, "refused", by=firm, **params(stage, vehicle))
    states = [step["state"] for step in refused["steps"]]
    assert states[:2] == ["queued", "sent"], (kind, states)
    assert states[-1] == "refused"
    assert "denied" in refused["detail"], (kind, refused["detail"])
    assert "拒绝" in refused["detail_zh"]
    faults.clear()

    vehicle.suffer("ignore_commands", 1e6, **which)
    silent = await stage.ordered(vehicle, kind, "timed_out", by=firm, **params(stage, vehicle))
    assert [step["state"] for step in silent["steps"]] == ["queued", "sent", "timed_out"], (kind, silent["steps"])
    faults.clear()
    if kind == "reroute":  # nobody knows whether it is flown: it is kept until its firm says
        assert await stage.state(silent["new_plan_id"]) == "approved"
        await stage.good(firm, "POST", f"/v1/flight-plans/{silent['new_plan_id']}/cancel")

    await stage.ordered(vehicle, kind, "confirmed", by=firm, **params(stage, vehicle))


@pytest.mark.parametrize("flavour", [Flavour.PX4, Flavour.ARDUPILOT])
def test_each_order_is_refused_timed_out_and_confirmed(flavour: Flavour, tmp_path: Path) -> None:
    """Of each kind, the same order must end refused with the reason, timed out on silence, and confirmed when it is seen."""

    async def script(stage: Stage) -> None:
        by_kind = dict(zip(KINDS, stage.vehicles, strict=True))
        lifts = {"rtl": 40.0, "land": 12.0, "land_at_site": 40.0}
        # A fence of nothing is on every vehicle already, and is found there whatever it answers.
        ring = filing.square(PLACES[KINDS.index("upload_geofence")][0] + 700.0, 1250.0, 60)
        await stage.good(AUTHORITY, "POST", "/v1/zones", filing.zone(ring))
        begun = [stage.lifted(by_kind[kind], height_m) for kind, height_m in lifts.items()]
        # One that holds already would be seen holding whatever it answers.
        ways = {"hold": False, "resume": True, "reroute": True}
        going = [on_its_way(stage, by_kind[kind], held=held) for kind, held in ways.items()]
        plans: list[Awaitable[str]] = [filed(stage, by_kind[kind]) for kind in ("upload_plan", "upload_geofence")]
        _, _, (upload_id, fence_id) = await asyncio.gather(
            asyncio.gather(*begun), asyncio.gather(*going), asyncio.gather(*plans)
        )
        params: dict[str, Params] = dict.fromkeys(KINDS, lambda stage, vehicle: {})
        params["land_at_site"] = lambda stage, vehicle: {"site_id": SITE_ID}
        params["reroute"] = lambda stage, vehicle: {"plan": another_way(stage, vehicle)}
        params["upload_plan"] = lambda stage, vehicle: {"plan_id": upload_id}
        params["upload_geofence"] = lambda stage, vehicle: {"plan_id": fence_id}
        params["set_message_rates"] = lambda stage, vehicle: {"rates": {"GLOBAL_POSITION_INT": 4}}
        await asyncio.gather(*(expect_all_three(stage, by_kind[kind], kind, params[kind]) for kind in KINDS))

        state = {kind: by_kind[kind].autopilot for kind in KINDS}
        assert state["hold"].vehicle.mode is Mode.HOLD
        assert state["resume"].vehicle.mode is Mode.MISSION
        assert state["land"].vehicle.landed is Landed.ON_GROUND
        assert state["land_at_site"].vehicle.landed is Landed.ON_GROUND
        assert len(state["upload_plan"].mission) > 3
        assert state["set_message_rates"].interval_s(33) == pytest.approx(0.25)
        ended = await stage.items(CENTRE, "/v1/commands", limit=100)
        assert {c["state"] for c in ended} == {"confirmed", "refused", "timed_out"}

    on_stage(PLACES, script, tmp_path, flavour=flavour)
