"""What faults and failsafes do to one autopilot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pymavlink.dialects.v20 import common as mavlink

from sim.failsafe import FailsafeAction
from sim.fault_kinds import FaultKind
from sim.telemetry import status_text
from sim.vehicle import Mode
from sim.wire import Packet, packet_of

if TYPE_CHECKING:
    from sim.autopilot import Autopilot
    from sim.faults import Change

_NO_FLIGHT_COMMANDS: Final = frozenset(
    {
        mavlink.MAV_CMD_SET_MESSAGE_INTERVAL,
        mavlink.MAV_CMD_GET_MESSAGE_INTERVAL,
        mavlink.MAV_CMD_REQUEST_MESSAGE,
        mavlink.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES,
        mavlink.MAV_CMD_GET_HOME_POSITION,
    }
)
"""What a fault with `commands: all` leaves alone; named by number it is refused or ignored too."""
_NO_ACTION: Final = FailsafeAction.NONE
_UPLOADING: Final = frozenset({"MISSION_COUNT", "MISSION_ITEM", "MISSION_ITEM_INT", "MISSION_CLEAR_ALL"})


class Troubles:
    """Lets an autopilot's faults work on its vehicle, its clock, its ears and its answers."""

    def __init__(self, autopilot: Autopilot) -> None:
        self._ap = autopilot

    def stuck(self, mode: Mode) -> bool | None:
        """Return what is answered to a change of mode that cannot happen, None when it can.

        With a motor gone it only lands; without a position it enters no mode that needs one.
        """
        v = self._ap.vehicle
        if self._ap.faults.effects.stuck is not None:
            return self._ap.faults.effects.stuck == "accepted"
        if v.limping and not v.on_ground and mode is not Mode.LAND:
            return False
        if not v.gnss_ok and mode not in {Mode.LAND, Mode.MANUAL}:
            return False
        return None

    def suffer(self, now_s: float) -> None:
        """Let the faults in force work on the vehicle and its clock."""
        v = self._ap.vehicle
        changes = self._ap.faults.update(now_s)
        effects = self._ap.faults.effects
        moved = effects.east_m or effects.north_m or effects.up_m
        v.nav_error = (effects.east_m, effects.north_m, effects.up_m) if moved else None
        v.gnss_ok = not effects.gnss_lost
        v.battery.drop_v = effects.drop_v
        self._ap.state.clock_offset_s = effects.clock_offset_s
        for change in changes:
            self._changed(change, now_s)

    def _changed(self, change: Change, now_s: float) -> None:
        """Do once what a fault does when it begins or ends."""
        v, fault = self._ap.vehicle, change.fault
        if fault.kind is FaultKind.BATTERY_SAG and change.began:
            v.battery.lose(fault.number("lost_pct") / 100.0)
        elif fault.kind is FaultKind.MOTOR_FAILURE and change.began:
            v.fail_motor(now_s, falls=fault.word("outcome") == "falls")
            self._ap.say(status_text(mavlink.MAV_SEVERITY_EMERGENCY, "Motor failure"))
        elif fault.kind is FaultKind.MOTOR_FAILURE:
            v.mend_motor()
        elif fault.kind is FaultKind.GNSS_LOSS and change.began:
            self._ap.say(status_text(mavlink.MAV_SEVERITY_CRITICAL, "Position lost"))
            if not v.on_ground and self._ap.faults.effects.stuck is None:
                v.descend(now_s, v.limits.land_mps)

    def fail_safely(self, now_s: float) -> None:
        """Do what the autopilot's own failsafes demand."""
        v = self._ap.vehicle
        if not v.armed or v.on_ground:
            self._ap.failsafe.reset()
            return
        action, why = self._ap.failsafe.demanded(
            now_s, link_lost=self._ap.faults.effects.up.lost, battery_left=v.battery.left_fraction
        )
        if action is _NO_ACTION:
            return
        self._ap.say(status_text(mavlink.MAV_SEVERITY_CRITICAL, why))
        if action is FailsafeAction.HOLD:
            self._ap.set_mode(Mode.HOLD, now_s)
        elif action is FailsafeAction.RETURN and v.mode not in {Mode.RTL, Mode.LAND}:
            self._ap.set_mode(Mode.RTL, now_s)
        elif action is FailsafeAction.LAND and v.mode is not Mode.LAND:
            self._ap.set_mode(Mode.LAND, now_s)

    def deaf_to(self, command: int) -> int | None:
        """Return the MAV_RESULT a fault answers a command with, -1 for no answer, None when there is no such fault."""
        for deaf in self._ap.faults.effects.deaf:
            if deaf.covers(command) and not (deaf.commands is None and command in _NO_FLIGHT_COMMANDS):
                return -1 if deaf.result is None else deaf.result
        return None

    def upload_refusal(self, message: Any, kind: str) -> list[Packet] | None:
        """Return the answer of a fault to a message of an upload, None when there is no such fault."""
        deaf = [d for d in self._ap.faults.effects.deaf if d.uploads]
        if not deaf or kind not in _UPLOADING:
            return None
        if deaf[0].result is None or kind != "MISSION_COUNT":
            return []
        return [
            packet_of(
                mavlink.MAVLink_mission_ack_message(
                    message.get_srcSystem(),
                    message.get_srcComponent(),
                    mavlink.MAV_MISSION_DENIED,
                    message.mission_type,
                )
            )
        ]
