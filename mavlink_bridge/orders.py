"""Orders: which MAVLink command means "hold", "go home", "land" to which autopilot; pure.

    order    | PX4                                        | ArduPilot
    ---------+--------------------------------------------+--------------------------------------------------
    hold     | DO_SET_MODE AUTO/LOITER; it refuses        | DO_SET_MODE BRAKE (rotary), LOITER (fixed wing)
             | DO_PAUSE_CONTINUE                          |
    hold at  | COMMAND_INT DO_REPOSITION, CHANGE_MODE     | the same; as COMMAND_LONG it is refused
    resume   | DO_SET_MODE AUTO/MISSION                   | DO_SET_MODE AUTO
    rtl      | DO_SET_MODE AUTO/RTL                       | DO_SET_MODE RTL
    land     | DO_SET_MODE AUTO/LAND                      | DO_SET_MODE LAND (rotary), AUTOLAND (fixed wing)

Modes are asked for as modes, not with the NAV_ commands of the same name: fixed-wing ArduPilot refuses NAV_LAND, and a
mode is what the heartbeat then shows. Sources: mavlink.io "Command Protocol", PX4 Commander and ArduPilot GCS_MAVLink as
seen with PX4 1.17 and ArduCopter 4.6 in software.
"""

from __future__ import annotations

import math
from typing import Final

from . import modes
from .command import CommandSpec

CMD_DO_SET_MODE: Final = 176
CMD_DO_REPOSITION: Final = 192
CMD_DO_SET_MISSION_CURRENT: Final = 224
CMD_GET_MESSAGE_INTERVAL: Final = 510
CMD_SET_MESSAGE_INTERVAL: Final = 511
CMD_REQUEST_MESSAGE: Final = 512
MESSAGE_INTERVAL: Final = 244
FRAME_GLOBAL_INT: Final = 5  # z above the autopilot's mean sea level
REPOSITION_CHANGE_MODE: Final = 1.0

_FIXED_WING: Final = frozenset({1, 16, 47})  # MAV_TYPE: fixed wing, flapping wing, gliders
_VTOL: Final = frozenset({19, 20, 21, 22, 23, 24, 25})


def circles(vehicle_type: int) -> bool:
    """Whether holding means flying circles: fixed wings, and VTOLs, which hold on the wing when they fly on it."""
    return vehicle_type in _FIXED_WING or vehicle_type in _VTOL


def mode_order(autopilot: int, vehicle_type: int, mode: str) -> CommandSpec | None:
    """Return the command for a normalised mode, None where this autopilot has none."""
    request = modes.mode_request(autopilot, vehicle_type, mode)
    if request is None:
        return None
    return CommandSpec(CMD_DO_SET_MODE, tuple(float(value) for value in request))


def reposition(lat_deg: float, lon_deg: float, alt_amsl_m: float, *, radius_m: float | None = None) -> CommandSpec:
    """Return the command to fly to a place and hold there, circling at `radius_m` where the vehicle circles."""
    return CommandSpec(
        CMD_DO_REPOSITION,
        (-1.0, REPOSITION_CHANGE_MODE, 0.0 if radius_m is None else radius_m, math.nan),
        as_int=True,
        frame=FRAME_GLOBAL_INT,
        x=round(lat_deg * 1e7),
        y=round(lon_deg * 1e7),
        z=alt_amsl_m,
    )


def modes_at_a_place(autopilot: int) -> frozenset[str]:
    """Return the modes a vehicle may show after a reposition: PX4 holds there, ArduPilot is guided."""
    return frozenset({"hold", "guided"} if autopilot == modes.PX4 else {"guided", "hold"})


def set_interval(message_id: int, rate_hz: float) -> CommandSpec:
    """Return the command for a message's rate; 0 stops it."""
    return CommandSpec(CMD_SET_MESSAGE_INTERVAL, (float(message_id), 1e6 / rate_hz if rate_hz > 0 else -1.0))


def ask_interval(message_id: int, *, old: bool = False) -> CommandSpec:
    """Return the question for a message's interval; `old` asks as autopilots do that know no other way."""
    if old:
        return CommandSpec(CMD_GET_MESSAGE_INTERVAL, (float(message_id),))
    return CommandSpec(CMD_REQUEST_MESSAGE, (float(MESSAGE_INTERVAL), float(message_id)))
