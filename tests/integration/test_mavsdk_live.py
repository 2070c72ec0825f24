"""MAVSDK's vehicle side from its registration through the API to the live feed."""

import asyncio
import contextlib
import json
from typing import Any

import pytest
from mavsdk.asyncio import ComponentType, Configuration, Mavsdk
from mavsdk.asyncio.plugins import telemetry_server
from websockets.asyncio.client import connect

from tests.conftest import Server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PLACE = (22.7012, 114.2034)


async def fly(server: Server, stop: asyncio.Event) -> None:
    """Be a vehicle at PLACE until told to stop."""
    async with Mavsdk(Configuration.create_with_component_type(ComponentType.AUTOPILOT)) as mavsdk:
        await mavsdk.add_any_connection(f"udpout://127.0.0.1:{server.mavlink_port}")
        component = await mavsdk.server_component_by_type(ComponentType.AUTOPILOT)
        telemetry = telemetry_server.TelemetryServerAsync(component)
        place = telemetry_server.Position(*PLACE, 61.5, 60.0)
        while not stop.is_set():
            with contextlib.suppress(telemetry_server.TelemetryServerError):  # not connected yet
                await telemetry.publish_position(
                    place, telemetry_server.VelocityNed(1.0, 2.0, -0.5), telemetry_server.Heading(63.0)
                )
            await asyncio.sleep(0.1)


async def track_of(server: Server, token: str, aircraft_id: str) -> dict[str, Any]:
    """Return the first track of an aircraft the live feed shows with a position at PLACE."""
    url = server.base_url.replace("http", "ws") + "/v1/live"
    async with connect(url, subprotocols=["hexlane.live.v1", f"bearer.{token}"]) as live:  # type: ignore[list-item]
        wish = {"subscribe": {"bbox": [114.19, 22.69, 114.21, 22.71], "topics": ["tracks"]}, "encoding": "json"}
        await live.send(json.dumps(wish))
        async for message in live:
            for item in json.loads(message)["items"]:
                if item["aircraft_id"] == aircraft_id:
                    return dict(item)
    raise AssertionError("the feed ended")


async def test_mavsdks_vehicle_registered_through_the_api_is_seen_live(server: Server) -> None:
    """A vehicle we did not write, registered by system id, must be bound and shown to its firm, and only to it."""
    firm, other = server.client("operator", 0), server.client("operator", 1)
    body = {"registration": "UASMAV00001", "manufacturer": "T", "model": "T", "class": "light"}
    registered = firm.post("/v1/aircraft", json={**body, "mavlink": {"system_id": 1}})
    assert registered.status_code == 201, registered.text
    aircraft_id = registered.json()["aircraft_id"]
    token = firm.headers["Authorization"].removeprefix("Bearer ")
    stop = asyncio.Event()
    flying = asyncio.create_task(fly(server, stop))
    try:
        track = await asyncio.wait_for(track_of(server, token, aircraft_id), 200)
        assert (round(track["lat_deg"], 5), round(track["lon_deg"], 5)) == PLACE
        assert track["alt_amsl_m"] == pytest.approx(61.5, abs=0.1)
        assert track["alt_hae_m"] == pytest.approx(61.5 - 2.9, abs=1.0)
        assert track["vel_north_mps"] == pytest.approx(1.0, abs=0.05)
        assert track["registration"] == "UASMAV00001"
        listed = firm.get("/v1/tracks").json()["items"]
        assert aircraft_id in {item["aircraft_id"] for item in listed}
        hidden = other.get("/v1/tracks").json()["items"]
        assert aircraft_id not in {item["aircraft_id"] for item in hidden}
    finally:
        stop.set()
        await flying
