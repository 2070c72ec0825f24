"""MAVSDK, which we did not write, as the ground station of a simulated PX4-like drone."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from mavsdk.asyncio import ComponentType, Configuration, Mavsdk, System
from mavsdk.asyncio.plugins.action import ActionAsync
from mavsdk.asyncio.plugins.mission_raw import MissionItem, MissionRawAsync
from mavsdk.asyncio.plugins.param import ParamAsync
from mavsdk.asyncio.plugins.telemetry import TelemetryAsync

from sim.geodesy import distance_m
from sim.mission import MissionItem as OurItem
from sim.net import Drone, Fleet, system_scene_s
from sim.vehicle import Mode
from tests.fakes.sim_world import flat_world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture
async def drone() -> AsyncIterator[Drone]:
    """A PX4-like drone on the ground whose ground port answers whoever speaks."""
    world = flat_world()
    fleet = Fleet(bridge=None)
    autopilot = world.autopilot("gcs", system_id=7, at=world.ground(22.54, 113.95), now_s=system_scene_s())
    autopilot.load_mission([OurItem(22, 3, z=25.0), OurItem(16, 3, x=225_405_000, y=1_139_500_000, z=25.0)])
    drone = fleet.add(autopilot, ground_port=0)
    fleet.start()
    yield drone
    await fleet.close()


@pytest.fixture
async def system(drone: Drone) -> AsyncIterator[System]:
    """MAVSDK as a ground station, connected to the drone."""
    async with Mavsdk(Configuration.create_with_component_type(ComponentType.GROUND_STATION)) as mavsdk:
        await mavsdk.add_any_connection(f"udpout://127.0.0.1:{drone.ground_port}")
        system = await mavsdk.first_autopilot(90.0)
        assert system is not None
        yield system


async def until(condition: Callable[[], bool], limit_s: float = 90.0) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(limit_s):
        while True:
            if condition():
                return
            await asyncio.sleep(0.05)


async def test_finds_the_drone_healthy(system: System) -> None:
    """MAVSDK must find every health check of the drone good, its home, its battery and its place."""
    telemetry = TelemetryAsync(system)
    async with asyncio.timeout(120):
        async for ok in telemetry.subscribe_health_all_ok():
            if ok:
                break
        async for home in telemetry.subscribe_home():
            assert home.latitude_deg == pytest.approx(22.54)
            break
        async for position in telemetry.subscribe_position():
            assert position.absolute_altitude_m == pytest.approx(20.0, abs=0.1)
            break


async def test_downloads_and_uploads_a_mission(system: System, drone: Drone) -> None:
    """A mission must come down as the drone holds it, and one sent up must be the drone's from then on."""
    raw = MissionRawAsync(system)
    down = await raw.download_mission()
    assert [(i.seq, i.command, i.frame, i.x, i.y, i.z) for i in down] == [
        (0, 22, 3, 0, 0, 25.0),
        (1, 16, 3, 225_405_000, 1_139_500_000, 25.0),
    ]
    up = [
        MissionItem(0, 3, 22, 1, 1, 0, 0, 0, float("nan"), 225_400_000, 1_139_500_000, 30.0, 0),
        MissionItem(1, 3, 16, 0, 1, 2.0, 0, 0, float("nan"), 225_404_000, 1_139_503_000, 30.0, 0),
        MissionItem(2, 3, 21, 0, 1, 0, 0, 0, float("nan"), 225_404_000, 1_139_503_000, 0.0, 0),
    ]
    await raw.upload_mission(up)
    assert [(i.command, i.x, i.y, i.z) for i in drone.autopilot.mission] == [(i.command, i.x, i.y, i.z) for i in up]
    again = await raw.download_mission()
    assert [(i.command, i.param1, i.x, i.y, i.z) for i in again] == [(i.command, i.param1, i.x, i.y, i.z) for i in up]
    await raw.clear_mission()
    assert drone.autopilot.mission == []


async def test_arms_takes_off_and_returns(system: System, drone: Drone) -> None:
    """Armed, taken off, sent somewhere and called back by MAVSDK, the drone must land and disarm where it started."""
    action, params = ActionAsync(system), ParamAsync(system)
    await action.set_takeoff_altitude(12.0)
    assert await action.get_takeoff_altitude() == 12.0
    await params.set_param_float("RTL_RETURN_ALT", 15.0)
    await action.arm()
    assert drone.autopilot.vehicle.armed
    await action.takeoff()
    vehicle = drone.autopilot.vehicle
    await until(lambda: vehicle.mode is Mode.HOLD and vehicle.alt_hae_m > vehicle.home.alt_hae_m + 11)
    await action.goto_location(22.5403, 113.9500, 20.0 + 14.0, float("nan"))
    await until(lambda: distance_m(vehicle.lat_deg, vehicle.lon_deg, 22.5403, 113.95) < 2.0)
    await action.hold()
    await action.return_to_launch()
    await until(lambda: not vehicle.armed, 180)
    assert distance_m(vehicle.lat_deg, vehicle.lon_deg, 22.54, 113.95) < 1.0


async def test_flies_an_uploaded_mission(system: System, drone: Drone) -> None:
    """A mission started by MAVSDK must report its items as reached, to the last."""
    raw, action = MissionRawAsync(system), ActionAsync(system)
    await raw.upload_mission(
        [
            MissionItem(0, 3, 22, 1, 1, 0, 0, 0, float("nan"), 225_400_000, 1_139_500_000, 10.0, 0),
            MissionItem(1, 3, 16, 0, 1, 0, 0, 0, float("nan"), 225_402_000, 1_139_500_000, 10.0, 0),
            MissionItem(2, 3, 21, 0, 1, 0, 0, 0, float("nan"), 225_402_000, 1_139_500_000, 0.0, 0),
        ]
    )
    await action.arm()
    await raw.start_mission()
    async with asyncio.timeout(180):
        async for progress in raw.subscribe_mission_progress():
            if progress.current == progress.total:
                break
    await until(lambda: not drone.autopilot.vehicle.armed)
    vehicle = drone.autopilot.vehicle
    assert distance_m(vehicle.lat_deg, vehicle.lon_deg, 22.5402, 113.95) < 2.0
