"""MAVSDK's vehicle side, which we did not write, as a peer of the bridge."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from mavsdk.asyncio import ComponentType, Configuration, Mavsdk
from mavsdk.asyncio.plugins import mission_raw_server, telemetry_server

from mavlink_bridge.bridge import Bridge, MissionItem
from mavlink_bridge.events import Event, Home, Position, VehicleFound

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


async def until(condition: Callable[[], object], limit_s: float = 90.0) -> None:
    async with asyncio.timeout(limit_s):
        while True:
            if condition():
                return
            await asyncio.sleep(0.05)


@pytest.fixture
async def bridge() -> AsyncIterator[tuple[Bridge, list[Event]]]:
    bridge, seen = Bridge(["udp:127.0.0.1:0"]), []
    bridge.subscribe(seen.extend)
    await bridge.start()
    yield bridge, seen
    await bridge.stop()


async def test_mavsdks_vehicle_is_found_with_its_positions_and_takes_a_mission(bridge):
    """MAVSDK's autopilot appears with its own positions and home, and its mission server accepts our upload."""
    bridge, seen = bridge
    port = bridge.addresses()[0].rsplit(":", 1)[1]
    async with Mavsdk(Configuration.create_with_component_type(ComponentType.AUTOPILOT)) as mavsdk:
        await mavsdk.add_any_connection(f"udpout://127.0.0.1:{port}")
        component = await mavsdk.server_component_by_type(ComponentType.AUTOPILOT)
        telemetry = telemetry_server.TelemetryServerAsync(component)
        missions = mission_raw_server.MissionRawServerAsync(component)
        await until(lambda: any(isinstance(event, VehicleFound) for event in seen))

        async def publish() -> None:
            plugin = telemetry_server
            place = plugin.Position(22.5431, 114.0579, 95.0, 80.0)
            while True:
                try:
                    await telemetry.publish_position(place, plugin.VelocityNed(1.0, 2.0, -0.5), plugin.Heading(90.0))
                    await telemetry.publish_home(plugin.Position(22.54, 114.05, 15.0, 0.0))
                except plugin.TelemetryServerError:
                    pass  # not connected yet
                await asyncio.sleep(0.1)

        publishing = asyncio.create_task(publish())
        incoming = asyncio.create_task(anext(aiter(missions.subscribe_incoming_mission())))
        await until(lambda: any(isinstance(e, Position) for e in seen) and any(isinstance(e, Home) for e in seen))
        found = next(event for event in seen if isinstance(event, VehicleFound))
        position = next(event for event in seen if isinstance(event, Position))
        assert (round(position.lat_deg, 6), round(position.lon_deg, 6)) == (22.5431, 114.0579)
        assert (position.alt_amsl_m, position.alt_home_m, position.vel_up_mps) == (95.0, 80.0, 0.5)
        assert position.vehicle == found.vehicle
        items = [MissionItem(6, 16, 225_400_000 + n, 1_140_500_000, 50.0 + n) for n in range(4)]
        result = await bridge.upload_mission(found.vehicle, items)
        assert result.outcome == "accepted", result
        _result, plan = await asyncio.wait_for(incoming, 90)
        assert [(item.x, item.y, item.z) for item in plan.mission_items] == [(i.x, i.y, i.z) for i in items]
        info = bridge.vehicles()[0]
        assert info.link_up
        publishing.cancel()
