"""Orders against MAVSDK's vehicle side, which we did not write: confirmed, refused and timed out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from mavsdk.asyncio import ComponentType, Configuration, Mavsdk
from mavsdk.asyncio.plugins import action_server, mission_raw_server, param_server, telemetry_server

from mavlink_bridge.bridge import Bridge, MissionItem
from mavlink_bridge.confirmations import Place
from mavlink_bridge.events import Event, Heartbeat, Position, VehicleFound
from utm.command_runner import CommandRunner, Outcome, Work
from utm.command_values import CommandState

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

LANDED = telemetry_server.LandedState
HOME = Place(22.50, 114.05, 20.0)
HERE = Place(22.54, 114.05, 200.0)


@dataclass
class Peer:
    """MAVSDK's vehicle with what it tells of itself, and our bridge."""

    bridge: Bridge
    component: Any
    telemetry: Any
    actions: Any
    seen: list[Event]
    told: list[CommandState] = field(default_factory=list)
    north_mps: float = 0.0
    lat_deg: float = HERE.lat_deg
    landed: Any = LANDED.IN_AIR

    async def publish(self) -> None:
        """Tell position, home and landed state ten times a second."""
        plugin = telemetry_server
        while True:
            self.lat_deg += self.north_mps * 0.1 / 111_195
            with suppress(plugin.TelemetryServerError):  # not connected yet
                place = plugin.Position(self.lat_deg, HERE.lon_deg, 95.0, 80.0)
                await self.telemetry.publish_position(
                    place, plugin.VelocityNed(self.north_mps, 0.0, 0.0), plugin.Heading(0.0)
                )
                await self.telemetry.publish_home(plugin.Position(HOME.lat_deg, HOME.lon_deg, 15.0, 0.0))
                await self.telemetry.publish_extended_sys_state(plugin.VtolState.UNDEFINED, self.landed)
            await asyncio.sleep(0.1)

    async def allow(self, allowed: bool) -> None:
        """Let the vehicle take every mode, or none."""
        await self.actions.set_allowable_flight_modes(action_server.AllowableFlightModes(*[allowed] * 7))
        await asyncio.sleep(0.5)

    async def order(
        self,
        kind: str,
        lasts_s: float = 8.0,
        items: tuple[MissionItem, ...] = (),
        rates: dict[int, float] | None = None,
    ) -> Outcome:
        """Carry out an order and return how it ended."""
        found = next(event for event in self.seen if isinstance(event, VehicleFound))
        self.told.clear()
        work = Work(
            kind,
            found.vehicle,
            found.autopilot,
            found.vehicle_type,
            lasts_s,
            place=HERE,
            home=HOME,
            pad=HERE,
            items=items,
            fence=items,
            rates=rates,
        )
        return await CommandRunner(self.bridge).run(work, lambda state, said: self.told.append(state))


async def until(condition: Callable[[], bool], limit_s: float = 90.0) -> None:
    async with asyncio.timeout(limit_s):
        while True:
            if condition():
                return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def peer() -> AsyncIterator[Peer]:
    """Connect MAVSDK's vehicle to a bridge of ours."""
    seen: list[Event] = []
    bridge = Bridge(["udp:127.0.0.1:0"], rates_hz={})
    bridge.subscribe(seen.extend)
    await bridge.start()
    port = bridge.addresses()[0].rsplit(":", 1)[1]
    try:
        async with Mavsdk(Configuration.create_with_component_type(ComponentType.AUTOPILOT)) as mavsdk:
            await mavsdk.add_any_connection(f"udpout://127.0.0.1:{port}")
            component = await mavsdk.server_component_by_type(ComponentType.AUTOPILOT)
            made = Peer(
                bridge,
                component,
                telemetry_server.TelemetryServerAsync(component),
                action_server.ActionServerAsync(component),
                seen,
            )
            publishing = asyncio.create_task(made.publish())
            await until(lambda: {VehicleFound, Position} <= {type(event) for event in seen})
            yield made
            publishing.cancel()
    finally:
        await bridge.stop()


async def test_modes_are_confirmed_by_what_the_vehicle_shows() -> None:
    """Resume, return and landing must be confirmed when seen in mode and motion, landing only on the ground.

    MAVSDK 4.1 takes every mode but hold, which it denies whatever it is allowed.
    """
    async with peer() as vehicle:
        await vehicle.allow(True)
        for kind, north_mps in (("resume", 4.0), ("rtl", -6.0)):
            vehicle.north_mps = north_mps
            outcome = await vehicle.order(kind, 60.0)
            assert outcome.state is CommandState.CONFIRMED, (kind, outcome)
            assert vehicle.told[0] is CommandState.SENT
        vehicle.north_mps = 0.0
        landing = asyncio.create_task(vehicle.order("land", 90.0))
        await asyncio.sleep(2.5)
        assert not landing.done()
        vehicle.landed = LANDED.ON_GROUND
        assert (await landing).state is CommandState.CONFIRMED
        shown = [event.mode for event in vehicle.seen if isinstance(event, Heartbeat)]
        assert [mode for k, mode in enumerate(shown) if mode and (k == 0 or mode != shown[k - 1])] == [
            "mission",
            "rtl",
            "land",
        ]


ITEMS = tuple(MissionItem(0, 16, 225_400_000 + n, 1_140_500_000, 50.0 + n) for n in range(4))


@pytest.mark.parametrize("kind", ["hold", "resume", "rtl", "land", "reroute", "land_at_site"])
async def test_a_mode_that_is_not_allowed_is_refused(kind: str) -> None:
    """What MAVSDK's vehicle does not allow must end refused, in its own words; a new mission is not begun without a hold."""
    async with peer() as vehicle:
        await vehicle.allow(False)
        outcome = await vehicle.order(kind, items=ITEMS)
        assert outcome.state is CommandState.REFUSED, outcome
        assert "temporarily_rejected" in outcome.said.en
        assert vehicle.told == [CommandState.SENT]


async def test_acknowledged_and_not_done_is_timed_out() -> None:
    """A vehicle that says it lands and never stands must leave the order accepted, then timed out."""
    async with peer() as vehicle:
        await vehicle.allow(True)
        outcome = await vehicle.order("land", 3.0)
        assert outcome.state is CommandState.TIMED_OUT
        assert vehicle.told == [CommandState.SENT, CommandState.ACCEPTED]


@pytest.mark.long
async def test_a_vehicle_that_hears_nothing_leaves_every_order_timed_out() -> None:
    """Every kind of order to MAVSDK's vehicle behind a wire that carries one way only must end timed out, as sent only."""

    async def silent(vehicle: Peer, kinds: list[str]) -> None:
        for kind in kinds:
            outcome = await vehicle.order(kind, 10.0, items=ITEMS, rates={33: 4.0})
            assert outcome.state is CommandState.TIMED_OUT, (kind, outcome)

    async with peer() as vehicle:
        await vehicle.allow(True)
        (transport,) = vehicle.bridge._transports
        transport.send = lambda endpoint, data: True
        modes = ["hold", "resume", "rtl", "land", "reroute", "land_at_site"]
        await asyncio.gather(
            silent(vehicle, modes),
            silent(vehicle, ["upload_plan", "upload_geofence"]),
            silent(vehicle, ["set_message_rates"]),
        )
        assert set(vehicle.told) <= {CommandState.SENT}


async def test_rates_that_are_not_told_are_not_called_set() -> None:
    """MAVSDK's vehicle accepts an interval and never tells it: that must end timed out, not confirmed."""
    async with peer() as vehicle:
        outcome = await vehicle.order("set_message_rates", rates={33: 4.0})
        assert outcome.state is CommandState.TIMED_OUT
        assert "not told at the interval" in outcome.said.en


@pytest.mark.parametrize("kind", ["upload_plan", "upload_geofence"])
async def test_a_mission_is_read_back_or_not_called_uploaded(kind: str) -> None:
    """What MAVSDK's mission server took must be confirmed by reading it back, else not at all."""
    items = ITEMS
    async with peer() as vehicle:
        missions = mission_raw_server.MissionRawServerAsync(vehicle.component)
        incoming = asyncio.create_task(anext(aiter(missions.subscribe_incoming_mission())))
        outcome = await vehicle.order(kind, 30.0, items)
        _, plan = await asyncio.wait_for(incoming, 90)
        assert [(item.x, item.y, item.z) for item in plan.mission_items] == [(i.x, i.y, i.z) for i in items]
        assert outcome.state in (CommandState.CONFIRMED, CommandState.TIMED_OUT)
        if outcome.state is CommandState.CONFIRMED:
            found = next(event for event in vehicle.seen if isinstance(event, VehicleFound))
            read = await vehicle.bridge.download_mission(found.vehicle, mission_type=int(kind == "upload_geofence"))
            assert [(item.x, item.y, item.z) for item in read] == [(i.x, i.y, i.z) for i in items]


async def test_failsafe_parameters_are_read_by_name() -> None:
    """A parameter the vehicle has must be read, one it has not must be None, not 0."""
    async with peer() as vehicle:
        params = param_server.ParamServerAsync(vehicle.component)
        await params.provide_param_float("RTL_RETURN_ALT", 45.0)
        await params.provide_param_int("NAV_DLL_ACT", 2)
        found = next(event for event in vehicle.seen if isinstance(event, VehicleFound))
        assert await vehicle.bridge.read_param(found.vehicle, "RTL_RETURN_ALT") == 45.0
        assert await vehicle.bridge.read_param(found.vehicle, "NO_SUCH") is None
