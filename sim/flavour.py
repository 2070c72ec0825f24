"""What differs between a PX4-like and an ArduPilot-like autopilot: mode numbers, identity, parameters.

Sources: PX4 `px4_custom_mode.h`, ArduCopter `mode.h`, MAVLink `common.xml`; behaviour as seen with PX4 1.17 and
ArduCopter 4.6 software in the loop.
"""

from dataclasses import dataclass, replace
from enum import Enum
from math import isfinite
from typing import Final

from pymavlink.dialects.v20 import common as mavlink

from sim.mission import MissionItem
from sim.params import Param, ParamKind
from sim.vehicle import Mode, Position


class Flavour(Enum):
    """Whose habits the simulated autopilot has."""

    PX4 = "px4"
    ARDUPILOT = "ardupilot"


@dataclass(frozen=True, slots=True)
class Habits:
    """The habits of one flavour."""

    autopilot: int
    """MAV_AUTOPILOT of the heartbeat."""
    modes: dict[Mode, int]
    """custom_mode of each mode in HEARTBEAT."""
    flight_sw_version: int
    capabilities: int
    int_params_bytewise: bool
    """Whether an integer parameter travels as the bytes of the integer (PX4) or as its float value (ArduPilot)."""
    asks_item_int: bool
    """Whether a mission upload is requested with MISSION_REQUEST_INT; else with the deprecated MISSION_REQUEST."""
    home_is_item_0: bool
    atomic_upload: bool
    """Whether an upload replaces the mission only when complete."""
    answers_wrong_component: bool
    """Whether a command for another component is executed rather than left unanswered."""
    streams_unasked: bool
    """Whether positions and status are sent before anybody asks."""
    pause_command: bool
    """Whether DO_PAUSE_CONTINUE is supported."""
    reposition_long: bool
    """Whether DO_REPOSITION may come as COMMAND_LONG."""
    takeoff_alt_is_amsl: bool
    fence_command: bool
    """Whether DO_FENCE_ENABLE is supported."""


def px4_mode(main: int, sub: int = 0) -> int:
    """Return PX4's custom_mode of a main and a sub mode."""
    return (main << 16) | (sub << 24)


PX4_AUTO: Final = 4
_COMMON_CAPABILITIES = (
    mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_INT
    | mavlink.MAV_PROTOCOL_CAPABILITY_COMMAND_INT
    | mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_FENCE
    | mavlink.MAV_PROTOCOL_CAPABILITY_MISSION_RALLY
    | mavlink.MAV_PROTOCOL_CAPABILITY_MAVLINK2
    | mavlink.MAV_PROTOCOL_CAPABILITY_FLIGHT_TERMINATION
)

HABITS: Final[dict[Flavour, Habits]] = {
    Flavour.PX4: Habits(
        autopilot=mavlink.MAV_AUTOPILOT_PX4,
        modes={
            Mode.MANUAL: px4_mode(3),
            Mode.TAKEOFF: px4_mode(PX4_AUTO, 2),
            Mode.HOLD: px4_mode(PX4_AUTO, 3),
            Mode.GUIDED: px4_mode(PX4_AUTO, 3),
            Mode.MISSION: px4_mode(PX4_AUTO, 4),
            Mode.RTL: px4_mode(PX4_AUTO, 5),
            Mode.LAND: px4_mode(PX4_AUTO, 6),
        },
        flight_sw_version=(1 << 24) | (17 << 16) | (0 << 8) | 255,
        capabilities=_COMMON_CAPABILITIES | mavlink.MAV_PROTOCOL_CAPABILITY_PARAM_ENCODE_BYTEWISE,
        int_params_bytewise=True,
        asks_item_int=True,
        home_is_item_0=False,
        atomic_upload=True,
        answers_wrong_component=False,
        streams_unasked=True,
        pause_command=False,
        reposition_long=True,
        takeoff_alt_is_amsl=True,
        fence_command=False,
    ),
    Flavour.ARDUPILOT: Habits(
        autopilot=mavlink.MAV_AUTOPILOT_ARDUPILOTMEGA,
        modes={
            Mode.MANUAL: 0,
            Mode.MISSION: 3,
            Mode.TAKEOFF: 4,
            Mode.GUIDED: 4,
            Mode.HOLD: 5,
            Mode.RTL: 6,
            Mode.LAND: 9,
        },
        flight_sw_version=(4 << 24) | (6 << 16) | (0 << 8) | 255,
        capabilities=_COMMON_CAPABILITIES | mavlink.MAV_PROTOCOL_CAPABILITY_PARAM_ENCODE_C_CAST,
        int_params_bytewise=False,
        asks_item_int=False,
        home_is_item_0=True,
        atomic_upload=False,
        answers_wrong_component=True,
        streams_unasked=False,
        pause_command=True,
        reposition_long=False,
        takeoff_alt_is_amsl=False,
        fence_command=True,
    ),
}

_ARDUPILOT_MODES: Final = {
    0: Mode.MANUAL,
    2: Mode.MANUAL,
    3: Mode.MISSION,
    4: Mode.GUIDED,
    5: Mode.HOLD,
    6: Mode.RTL,
    9: Mode.LAND,
    16: Mode.HOLD,
    17: Mode.HOLD,
}
_PX4_AUTO_MODES: Final = {2: Mode.TAKEOFF, 3: Mode.HOLD, 4: Mode.MISSION, 5: Mode.RTL, 6: Mode.LAND}


def mode_asked(flavour: Flavour, main: int, sub: int) -> Mode | None:
    """Return the mode that DO_SET_MODE's parameters 2 and 3 mean, None for one this autopilot does not have."""
    if flavour is Flavour.ARDUPILOT:
        return _ARDUPILOT_MODES.get(main)
    if main == PX4_AUTO:
        return _PX4_AUTO_MODES.get(sub)
    return Mode.MANUAL if main in {1, 2, 3, 7} else None


_ARDUPILOT_FRAMES: Final = {
    mavlink.MAV_FRAME_GLOBAL_INT: mavlink.MAV_FRAME_GLOBAL,
    mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT_INT: mavlink.MAV_FRAME_GLOBAL_RELATIVE_ALT,
    mavlink.MAV_FRAME_GLOBAL_TERRAIN_ALT_INT: mavlink.MAV_FRAME_GLOBAL_TERRAIN_ALT,
}
_KEPT_PARAMETERS: Final = frozenset({mavlink.MAV_CMD_DO_CHANGE_SPEED, mavlink.MAV_CMD_CONDITION_DELAY})


def kept(
    flavour: Flavour, mission_type: int, items: list[MissionItem], home: Position, home_amsl_m: float
) -> list[MissionItem]:
    """Return what the autopilot makes of an uploaded list: ArduPilot writes its home over item 0, names frames without
    INT, keeps heights in centimetres and forgets parameters it does not use; PX4 keeps what it was sent."""
    if flavour is not Flavour.ARDUPILOT or mission_type != mavlink.MAV_MISSION_TYPE_MISSION:
        return items
    out = []
    for seq, item in enumerate(items):
        if seq == 0:
            x, y = round(home.lat_deg * 1e7), round(home.lon_deg * 1e7)
            out.append(MissionItem(mavlink.MAV_CMD_NAV_WAYPOINT, x=x, y=y, z=round(home_amsl_m, 2)))
            continue
        z = round(item.z, 2) if isfinite(item.z) else 0.0
        frame = _ARDUPILOT_FRAMES.get(item.frame, item.frame)
        params = (item.param2, item.param3) if item.command in _KEPT_PARAMETERS else (0.0, 0.0)
        out.append(replace(item, frame=frame, z=z, param2=params[0], param3=params[1], param4=0.0))
    return out


def refuses(flavour: Flavour, item: MissionItem) -> int | None:
    """Return the MAV_MISSION_RESULT with which an autopilot refuses an item others take: PX4 takes a return to launch in
    MAV_FRAME_MISSION only, and then refuses the whole mission."""
    returns = item.command == mavlink.MAV_CMD_NAV_RETURN_TO_LAUNCH
    if flavour is Flavour.PX4 and returns and item.frame != mavlink.MAV_FRAME_MISSION:
        return int(mavlink.MAV_MISSION_UNSUPPORTED_FRAME)
    return None


def initial_params(flavour: Flavour, system_id: int) -> list[Param]:
    """Return the parameters a ground station looks for first: identity, take-off and return heights, failsafes."""
    real, integer = ParamKind.REAL32, ParamKind.INT32
    if flavour is Flavour.PX4:
        return [
            Param("SYS_AUTOSTART", 4001, integer),
            Param("MAV_SYS_ID", system_id, integer),
            Param("MAV_TYPE", mavlink.MAV_TYPE_QUADROTOR, integer),
            Param("CAL_ACC0_ID", 1310988, integer),
            Param("CAL_GYRO0_ID", 1310988, integer),
            Param("CAL_MAG0_ID", 197388, integer),
            Param("COM_DISARM_LAND", 2.0, real),
            Param("COM_OBL_RC_ACT", 0, integer),
            Param("MIS_TAKEOFF_ALT", 30.0, real),
            Param("MPC_XY_CRUISE", 12.0, real),
            Param("MPC_XY_VEL_MAX", 20.0, real),
            Param("MPC_Z_VEL_MAX_UP", 5.0, real),
            Param("MPC_Z_VEL_MAX_DN", 3.5, real),
            Param("NAV_DLL_ACT", 2, integer),
            Param("NAV_RCL_ACT", 0, integer),
            Param("RTL_RETURN_ALT", 60.0, real),
            Param("RTL_DESCEND_ALT", 10.0, real),
        ]
    return [
        Param("SYSID_THISMAV", system_id, ParamKind.INT16),
        Param("FRAME_CLASS", 1, ParamKind.INT8),
        Param("FS_GCS_ENABLE", 1, ParamKind.INT8),
        Param("RTL_ALT", 6000, integer),
        Param("WPNAV_SPEED", 1200.0, real),
        Param("WPNAV_SPEED_UP", 500.0, real),
        Param("WPNAV_SPEED_DN", 350.0, real),
        Param("PILOT_TKOFF_ALT", 3000.0, real),
    ]
