"""What the bridge knows about the vehicle of an aircraft, asked before a flight starts and before it ends."""

import asyncio
from collections.abc import Callable
from typing import Final

import orjson

from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.geometry4d import Trajectory4D
from airspace.timebase import to_scene_s
from mavlink_bridge.bridge import HOME_POSITION, Bridge
from mavlink_bridge.command import ACCEPTED
from mavlink_bridge.events import VehicleKey
from mavlink_bridge.mission import MissionError
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.failsafes import Filed, compare_failsafes, params_of
from utm.fleet import Fleet
from utm.home_check import Fix, compare_home, take_off_from
from utm.mission_check import compare
from utm.plan_obstacles import Obstacle
from utm.store.geometry_codec import decode
from utm.store.tables import FlightPlanRow
from utm.telemetry import Telemetry
from utm.telemetry_values import LinkStatus

_FRESH_S: Final = 5.0
_HOME_WAIT_S: Final = 0.5


class BridgeVehicles:
    """Asks the bridge and the picture (implements `utm.plan_steps.Vehicles`)."""

    def __init__(self, *, clock: Clock, fleet: Fleet, telemetry: Telemetry, bridge: Bridge, book: AirspaceBook) -> None:
        self._clock, self._fleet, self._telemetry = clock, fleet, telemetry
        self._bridge, self._book = bridge, book
        self.read: Callable[[str, dict[str, float]], None] = lambda aircraft_id, settings: None
        """Told what was read of an autopilot's parameters."""

    async def before_activation(self, aircraft_id: str, plan: FlightPlanRow) -> list[Obstacle]:
        """Return what the link, the home position, the loaded mission and the failsafes put in the way, gravest first.

        Nothing for an aircraft without MAVLink. What is less than a reason to stay on the ground has severity warning.
        """
        aircraft = self._fleet.get(aircraft_id)
        if aircraft is None or aircraft.mavlink_system_id is None:
            return []
        link = self._telemetry.link_of(aircraft_id, to_scene_s(self._clock.now()))
        if link is None or not link.up or link.age_s > _FRESH_S:
            heard = "was never heard" if link is None else f"was last heard {link.age_s:.0f} s ago"
            heard_zh = "从未收到信号" if link is None else f"最后一次信号在 {link.age_s:.0f} 秒前"
            return [
                Obstacle(
                    "link_missing",
                    f"The vehicle (system id {aircraft.mavlink_system_id}) {heard}. Connect it to the MAVLink port.",
                    f"航空器（系统编号 {aircraft.mavlink_system_id}）{heard_zh}。请将其连接到 MAVLink 端口。",
                )
            ]
        geometry = decode(plan.geometry)
        if not isinstance(geometry, Trajectory4D):
            return []  # an operation in volumes is flown by hand or by its own planner
        reference = await self._reference(aircraft_id, link)
        loaded, failsafes = await asyncio.gather(
            self._mission(link, geometry, reference), self.failsafes(aircraft_id, link, plan, geometry)
        )
        found = [*loaded, *self._home(plan, geometry, reference), *failsafes]
        return sorted(found, key=lambda item: item.severity != "refuse")

    async def _mission(self, link: LinkStatus, geometry: Trajectory4D, reference: Fix | None) -> list[Obstacle]:
        try:
            items = await self._bridge.download_mission(link.vehicle)
        except MissionError as error:
            return [
                Obstacle(
                    "mission_unreadable",
                    f"The mission could not be read from the vehicle ({error}). Check the link and try again.",
                    f"无法从航空器读取任务（{error}）。请检查链路后重试。",
                )
            ]
        home_hae_m = None if reference is None else reference.z_m
        mismatch = compare(items, geometry, self._book.region, self._book.policy.tolerance, home_hae_m=home_hae_m)
        return [] if mismatch is None else [Obstacle("mission_mismatch", mismatch.detail, mismatch.detail_zh)]

    # -- home ----------------------------------------------------------------------------------------------------------

    async def _reference(self, aircraft_id: str, link: LinkStatus) -> Fix | None:
        """Return where the vehicle will measure its heights from; it is asked for its home now, told seldom otherwise."""
        before = self._telemetry.home_of(aircraft_id)
        asked = await self._bridge.request_message(link.vehicle, HOME_POSITION, attempts=1 if before else 2)
        for _ in range(10 if asked.outcome == ACCEPTED else 0):
            if self._telemetry.home_of(aircraft_id) is not before:
                break
            await asyncio.sleep(_HOME_WAIT_S / 10)
        home = self._telemetry.home_of(aircraft_id)
        at = None if home is None else self._fix(home.lat_deg, home.lon_deg, home.alt_amsl_m)
        position = None
        if link.lat_deg is not None and link.lon_deg is not None and link.alt_hae_m is not None:
            x_m, y_m = self._book.region.frame.to_xy(link.lat_deg, link.lon_deg)
            position = Fix(float(x_m[0]), float(y_m[0]), link.alt_hae_m)
        return take_off_from(at, position, armed=link.armed)

    def _fix(self, lat_deg: float, lon_deg: float, alt_amsl_m: float) -> Fix | None:
        region = self._book.region
        try:
            z_m = float(region.altitude.to_hae_m(lat_deg, lon_deg, alt_amsl_m, "AMSL")[0])
        except OutsideGeoidError:
            return None
        x_m, y_m = region.frame.to_xy(lat_deg, lon_deg)
        return Fix(float(x_m[0]), float(y_m[0]), z_m)

    def _home(self, plan: FlightPlanRow, geometry: Trajectory4D, reference: Fix | None) -> list[Obstacle]:
        if reference is None:
            return [
                Obstacle(
                    "home_unknown",
                    "The vehicle tells neither home nor position; its heights cannot be checked.",
                    "航空器未回报返航点和位置，无法核对高度。",
                    "warning",
                )
            ]
        start = Fix(*geometry.segments[0, 0:3].tolist())
        site = self._book.sites.get(orjson.loads(plan.body).get("origin_site_id") or "")
        region = self._book.region
        lat, lon = region.frame.to_lat_lon(start.x_m, start.y_m)
        lat_deg, lon_deg = float(lat[0]), float(lon[0])
        try:
            if site is not None:
                ground_m = float(region.altitude.to_hae_m(lat_deg, lon_deg, site.elevation_amsl_m, "AMSL")[0])
            else:
                ground_m = float(region.altitude.ground_hae_m(lat_deg, lon_deg)[0])
        except (NoGroundError, OutsideGeoidError):
            return []
        radius_m = 0.0 if site is None else site.radius_m
        faults = compare_home(reference, start, ground_m, radius_m, self._book.policy.tolerance)
        return [
            Obstacle("home_mismatch", item.detail, item.detail_zh, "refuse" if item.grave else "warning")
            for item in faults
        ]

    # -- failsafes -----------------------------------------------------------------------------------------------------

    async def settings(self, aircraft_id: str, vehicle: VehicleKey, autopilot: int) -> dict[str, float | None]:
        """Return the autopilot's parameters that say what it does by itself; None for one it did not tell."""
        names = params_of(autopilot)
        values = await asyncio.gather(*(self._bridge.read_param(vehicle, name) for name in names))
        read: dict[str, float | None] = dict(zip(names, values, strict=True))
        self.read(aircraft_id, {name: value for name, value in read.items() if value is not None})
        return read

    async def failsafes(
        self, aircraft_id: str, link: LinkStatus, plan: FlightPlanRow, geometry: Trajectory4D
    ) -> list[Obstacle]:
        """Return what the autopilot does on a lost link that the plan does not say, as policy has it."""
        known = self._bridge.registry.target_of(link.vehicle)
        if known is None:
            return []
        policy = self._book.policy
        filed = (orjson.loads(plan.body).get("contingency") or {}) if plan.body else {}
        heights = geometry.segments[:, [2, 6]]
        expected = Filed(
            action=filed.get("lost_link") or policy.default_lost_link,
            return_m=filed.get("rtl_altitude_agl_m"),
            highest_m=float(heights.max() - heights[0, 0]),
            tolerance_m=policy.tolerance.vertical_m,
        )
        read = await self.settings(aircraft_id, link.vehicle, known.autopilot)
        return [
            Obstacle("failsafe_mismatch", item.detail, item.detail_zh, policy.failsafe_mismatch)
            for item in compare_failsafes(known.autopilot, read, expected)
        ]

    def airborne(self, aircraft_id: str) -> bool | None:
        """Tell whether the vehicle says it is in the air, on a link heard in the last seconds."""
        link = self._telemetry.link_of(aircraft_id, to_scene_s(self._clock.now()))
        if link is None or not link.up or link.age_s > _FRESH_S or link.landed is None:
            return None
        return not link.landed
