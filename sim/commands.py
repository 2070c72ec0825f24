"""COMMAND_LONG and COMMAND_INT of a simulated autopilot: what each does, and its COMMAND_ACK.

https://mavlink.io/en/services/command.html. Each handler returns a MAV_RESULT; what PX4 and ArduPilot answer
differently (pausing, repositioning, take-off heights) is asked of `Habits`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from pymavlink.dialects.v20 import common as mavlink

from sim import telemetry
from sim.flavour import Flavour, mode_asked
from sim.vehicle import Mode, Position
from sim.wire import Packet, packet_of

if TYPE_CHECKING:
    from sim.autopilot import Autopilot

ACCEPTED: Final[int] = mavlink.MAV_RESULT_ACCEPTED
REJECTED: Final[int] = mavlink.MAV_RESULT_TEMPORARILY_REJECTED
DENIED: Final[int] = mavlink.MAV_RESULT_DENIED
UNSUPPORTED: Final[int] = mavlink.MAV_RESULT_UNSUPPORTED
FORCE: Final = 21196.0
"""COMPONENT_ARM_DISARM param2 that overrides the safety checks."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command of either message, its place in degrees (NaN: none given)."""

    command: int
    params: tuple[float, float, float, float]
    lat_deg: float
    lon_deg: float
    z: float
    frame: int
    is_int: bool


def command_of(message: Any) -> Command:
    """Return the command a COMMAND_LONG or COMMAND_INT carries; a COMMAND_INT's place 0, 0 means none."""
    head = (message.param1, message.param2, message.param3, message.param4)
    if message.get_type() == "COMMAND_LONG":
        frame = mavlink.MAV_FRAME_GLOBAL
        return Command(message.command, head, message.param5, message.param6, message.param7, frame, False)
    none = (message.x == 0 and message.y == 0) or 0x7FFFFFFF in {message.x, message.y}
    lat, lon = (float("nan"), float("nan")) if none else (message.x / 1e7, message.y / 1e7)
    return Command(message.command, head, lat, lon, message.z, message.frame, True)


class CommandDesk:
    """Carries out the commands of one autopilot."""

    def __init__(self, autopilot: Autopilot) -> None:
        self._ap = autopilot
        self.in_progress_s = 0.0
        """How long a command that changes the mode is answered with IN_PROGRESS before it is carried out (0: at once)."""
        self._under_way: dict[int, tuple[float, Command, int, int]] = {}

    def due(self, now_s: float) -> list[Packet]:
        """Carry out what was in progress long enough, and return its acknowledgements."""
        if not self._under_way:
            return []
        ready = [number for number, (due_s, *_) in self._under_way.items() if due_s <= now_s]
        out = []
        for number in ready:
            _, command, system, component = self._under_way.pop(number)
            result = _HANDLERS[number](self, command, now_s)
            out.append(packet_of(mavlink.MAVLink_command_ack_message(number, result, 100, 0, system, component)))
        return out

    def handle(self, message: Any, now_s: float) -> list[Packet]:
        """Return the acknowledgement of a command message, and what it asked to be sent."""
        command = command_of(message)
        system, component = message.get_srcSystem(), message.get_srcComponent()
        extra: list[Packet] = []
        if command.command in {
            mavlink.MAV_CMD_REQUEST_MESSAGE,
            mavlink.MAV_CMD_GET_MESSAGE_INTERVAL,
            mavlink.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES,
            mavlink.MAV_CMD_GET_HOME_POSITION,
        }:
            result, extra = self._request(command, now_s)
        elif self.in_progress_s > 0 and command.command in _SLOW:
            # A repeated command finds the first one under way: it is not begun anew.
            begun = (now_s + self.in_progress_s, command, system, component)
            self._under_way.setdefault(command.command, begun)
            result = int(mavlink.MAV_RESULT_IN_PROGRESS)
        else:
            handler = _HANDLERS.get(command.command)
            result = UNSUPPORTED if handler is None else handler(self, command, now_s)
        ack = mavlink.MAVLink_command_ack_message(command.command, result, 0, 0, system, component)
        return [packet_of(ack), *extra]

    def mode_of(self, base_mode: int, custom_mode: int) -> Mode | None:
        """Return the mode of a SET_MODE message."""
        if not base_mode & mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED:
            return None
        if self._ap.flavour is Flavour.PX4:
            return mode_asked(self._ap.flavour, custom_mode >> 16 & 0xFF, custom_mode >> 24 & 0xFF)
        return mode_asked(self._ap.flavour, custom_mode, 0)

    def _arm(self, c: Command, now_s: float) -> int:
        if c.params[0] >= 0.5:
            return ACCEPTED if self._ap.arm(now_s) else DENIED
        return ACCEPTED if self._ap.vehicle.disarm(now_s, force=c.params[1] == FORCE) else DENIED

    def _takeoff(self, c: Command, now_s: float) -> int:
        ap = self._ap
        v = ap.vehicle
        alt_hae_m = v.home.alt_hae_m + ap.takeoff_alt_m
        if isfinite(c.z):
            if ap.habits.takeoff_alt_is_amsl and c.frame == mavlink.MAV_FRAME_GLOBAL:
                alt_hae_m = c.z + ap.undulation_m(v.lat_deg, v.lon_deg)
            elif c.z > 0:
                alt_hae_m = v.home.alt_hae_m + c.z
        return ACCEPTED if ap.take_off(now_s, alt_hae_m) else REJECTED

    def _land(self, c: Command, now_s: float) -> int:
        return self._mode(Mode.LAND, now_s)

    def _rtl(self, c: Command, now_s: float) -> int:
        return self._mode(Mode.RTL, now_s)

    def _mode(self, mode: Mode, now_s: float) -> int:
        return ACCEPTED if self._ap.set_mode(mode, now_s) else REJECTED

    def _mission_start(self, c: Command, now_s: float) -> int:
        return ACCEPTED if self._ap.start_mission(now_s) else DENIED

    def _set_mode(self, c: Command, now_s: float) -> int:
        base, main, sub = c.params[:3]
        if not (isfinite(base) and isfinite(main) and int(base) & mavlink.MAV_MODE_FLAG_CUSTOM_MODE_ENABLED):
            return UNSUPPORTED
        mode = mode_asked(self._ap.flavour, int(main), int(sub) if isfinite(sub) else 0)
        return UNSUPPORTED if mode is None else self._mode(mode, now_s)

    def _reposition(self, c: Command, now_s: float) -> int:
        ap = self._ap
        if not (c.is_int or ap.habits.reposition_long):
            return UNSUPPORTED
        change_mode = isfinite(c.params[1]) and int(c.params[1]) & mavlink.MAV_DO_REPOSITION_FLAGS_CHANGE_MODE
        if not change_mode and ap.vehicle.mode is not Mode.GUIDED:
            return DENIED
        target = self._place(c)
        speed_mps = c.params[0] if isfinite(c.params[0]) and c.params[0] > 0 else None
        return DENIED if target is None or not ap.go_to(now_s, target, speed_mps) else ACCEPTED

    def _place(self, c: Command) -> Position | None:
        """Return the place a command names: what it leaves open is where the vehicle is; None outside the globe."""
        v, ap = self._ap.vehicle, self._ap
        lat = c.lat_deg if isfinite(c.lat_deg) else v.lat_deg
        lon = c.lon_deg if isfinite(c.lon_deg) else v.lon_deg
        if abs(lat) > 90 or abs(lon) > 180:
            return None
        if not isfinite(c.z):
            return Position(lat, lon, v.alt_hae_m)
        if c.frame in {mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT, mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT}:
            return Position(lat, lon, v.home.alt_hae_m + c.z)
        return Position(lat, lon, c.z + ap.undulation_m(lat, lon))

    def _pause(self, c: Command, now_s: float) -> int:
        if not self._ap.habits.pause_command:
            return UNSUPPORTED
        if c.params[0] == 0:
            return self._mode(Mode.HOLD, now_s)
        return self._mode(Mode.MISSION, now_s) if c.params[0] == 1 else DENIED

    def _set_current(self, c: Command, now_s: float) -> int:
        seq = c.params[0]
        return ACCEPTED if isfinite(seq) and self._ap.set_current(int(seq), now_s) else DENIED

    def _change_speed(self, c: Command, now_s: float) -> int:
        kind, speed_mps = c.params[:2]
        if kind not in {0.0, 1.0} or not isfinite(speed_mps) or speed_mps <= 0:
            return DENIED
        return ACCEPTED if self._ap.change_speed(speed_mps, now_s) else REJECTED

    def _set_home(self, c: Command, now_s: float) -> int:
        ap, v = self._ap, self._ap.vehicle
        home = v.position if c.params[0] == 1 else self._place(c)
        if home is None:
            return DENIED
        v.home = home
        ap.state.home_undulation_m = ap.undulation_m(home.lat_deg, home.lon_deg)
        return ACCEPTED

    def _set_interval(self, c: Command, now_s: float) -> int:
        """SET_MESSAGE_INTERVAL: microseconds, -1 stops, 0 is the default rate (1 Hz here)."""
        msg_id, interval_us = c.params[:2]
        if not (isfinite(msg_id) and isfinite(interval_us)) or int(msg_id) not in telemetry.BUILDERS:
            return UNSUPPORTED
        if interval_us < 0:
            self._ap.set_rate(int(msg_id), 0.0, now_s)
        else:
            self._ap.set_rate(int(msg_id), min(50.0, 1e6 / interval_us) if interval_us else 1.0, now_s)
        return ACCEPTED

    def _request(self, c: Command, now_s: float) -> tuple[int, list[Packet]]:
        ap = self._ap
        if c.command == mavlink.MAV_CMD_REQUEST_AUTOPILOT_CAPABILITIES:
            return ACCEPTED, [telemetry.autopilot_version(ap.state, now_s)]
        if c.command == mavlink.MAV_CMD_GET_HOME_POSITION:
            return ACCEPTED, [telemetry.home_position(ap.state, now_s)]
        if not isfinite(c.params[0]):
            return DENIED, []
        msg_id = int(c.params[0])
        builder = telemetry.BUILDERS.get(msg_id)
        if c.command == mavlink.MAV_CMD_REQUEST_MESSAGE and msg_id == mavlink.MAVLINK_MSG_ID_MESSAGE_INTERVAL:
            if not isfinite(c.params[1]):
                return DENIED, []
            return ACCEPTED, [self._interval(int(c.params[1]))]
        if c.command == mavlink.MAV_CMD_GET_MESSAGE_INTERVAL:
            return ACCEPTED, [self._interval(msg_id)]
        return (UNSUPPORTED, []) if builder is None else (ACCEPTED, [builder(ap.state, now_s)])

    def _interval(self, msg_id: int) -> Packet:
        """Return MESSAGE_INTERVAL: 0 for a message it does not have, -1 for one it does not send."""
        interval_s = self._ap.interval_s(msg_id)
        interval_us = -1 if interval_s is None else round(interval_s * 1e6)
        known = msg_id in telemetry.BUILDERS
        return packet_of(mavlink.MAVLink_message_interval_message(msg_id & 0xFFFF, interval_us if known else 0))

    def _fence(self, c: Command, now_s: float) -> int:
        return ACCEPTED if self._ap.habits.fence_command else UNSUPPORTED


_SLOW: Final = frozenset(
    {
        mavlink.MAV_CMD_DO_SET_MODE,
        mavlink.MAV_CMD_DO_REPOSITION,
        mavlink.MAV_CMD_NAV_LAND,
        mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH,
    }
)
_HANDLERS: Final[dict[int, Callable[[CommandDesk, Command, float], int]]] = {
    mavlink.MAV_CMD_COMPONENT_ARM_DISARM: CommandDesk._arm,
    mavlink.MAV_CMD_NAV_TAKEOFF: CommandDesk._takeoff,
    mavlink.MAV_CMD_NAV_LAND: CommandDesk._land,
    mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH: CommandDesk._rtl,
    mavlink.MAV_CMD_MISSION_START: CommandDesk._mission_start,
    mavlink.MAV_CMD_DO_SET_MODE: CommandDesk._set_mode,
    mavlink.MAV_CMD_DO_REPOSITION: CommandDesk._reposition,
    mavlink.MAV_CMD_DO_PAUSE_CONTINUE: CommandDesk._pause,
    mavlink.MAV_CMD_DO_SET_MISSION_CURRENT: CommandDesk._set_current,
    mavlink.MAV_CMD_DO_CHANGE_SPEED: CommandDesk._change_speed,
    mavlink.MAV_CMD_DO_SET_HOME: CommandDesk._set_home,
    mavlink.MAV_CMD_SET_MESSAGE_INTERVAL: CommandDesk._set_interval,
    mavlink.MAV_CMD_DO_FENCE_ENABLE: CommandDesk._fence,
}
