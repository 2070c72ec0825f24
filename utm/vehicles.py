"""What the bridge knows about the vehicle of an aircraft, asked before a flight starts and before it ends."""

from typing import Final

from airspace.geometry4d import Trajectory4D
from airspace.timebase import to_scene_s
from mavlink_bridge.bridge import Bridge
from mavlink_bridge.mission import MissionError
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.fleet import Fleet
from utm.mission_check import compare
from utm.plan_obstacles import Obstacle
from utm.store.geometry_codec import decode
from utm.store.tables import FlightPlanRow
from utm.telemetry import Telemetry

_FRESH_S: Final = 5.0


class BridgeVehicles:
    """Asks the bridge and the picture (implements `utm.plan_steps.Vehicles`)."""

    def __init__(self, *, clock: Clock, fleet: Fleet, telemetry: Telemetry, bridge: Bridge, book: AirspaceBook) -> None:
        self._clock, self._fleet, self._telemetry = clock, fleet, telemetry
        self._bridge, self._book = bridge, book

    async def before_activation(self, aircraft_id: str, plan: FlightPlanRow) -> list[Obstacle]:
        """Return what the link and the loaded mission put in the way; nothing for an aircraft without MAVLink."""
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
        mismatch = compare(items, geometry, self._book.region, self._book.policy.tolerance)
        return [] if mismatch is None else [Obstacle("mission_mismatch", mismatch.detail, mismatch.detail_zh)]

    def airborne(self, aircraft_id: str) -> bool | None:
        """Tell whether the vehicle says it is in the air, on a link heard in the last seconds."""
        link = self._telemetry.link_of(aircraft_id, to_scene_s(self._clock.now()))
        if link is None or not link.up or link.age_s > _FRESH_S or link.landed is None:
            return None
        return not link.landed
