"""Modes: one vocabulary for the flight modes of PX4 and ArduPilot, both ways.

PX4 packs (main mode << 16 | sub mode << 24) into custom_mode (px4_custom_mode.h); ArduPilot's custom_mode is an index
that depends on the kind of vehicle (COPTER_MODE, PLANE_MODE, ROVER_MODE of the ardupilotmega dialect).

MAVSDK's vehicle side calls its autopilot generic and uses PX4's numbers; so do we for a generic autopilot that has custom
modes, and ask it in them.

The names every other part may rely on: mission, hold, rtl, land, takeoff, guided, manual, altitude, position. Anything
else is the autopilot's own word in lower case.
"""

from __future__ import annotations

from typing import Final

GENERIC: Final = 0
ARDUPILOT: Final = 3
INVALID: Final = 8
PX4: Final = 12

PX4_NUMBERS: Final = frozenset({PX4, GENERIC})

CUSTOM_MODE_ENABLED: Final = 1
AUTO_ENABLED: Final = 4
GUIDED_ENABLED: Final = 8
STABILIZE_ENABLED: Final = 16
MANUAL_INPUT_ENABLED: Final = 64
SAFETY_ARMED: Final = 128

_PX4_MODES: Final[dict[tuple[int, int], str]] = {
    (1, 0): "manual",
    (2, 0): "altitude",
    (3, 0): "position",
    (3, 1): "orbit",
    (3, 2): "position_slow",
    (4, 1): "ready",
    (4, 2): "takeoff",
    (4, 3): "hold",
    (4, 4): "mission",
    (4, 5): "rtl",
    (4, 6): "land",
    (4, 8): "follow",
    (4, 9): "precision_land",
    (4, 10): "vtol_takeoff",
    (5, 0): "acro",
    (6, 0): "guided",
    (7, 0): "stabilized",
    (8, 0): "rattitude",
    (10, 0): "terminated",
}

_COPTER_MODES: Final[dict[int, str]] = {
    0: "stabilized",
    1: "acro",
    2: "altitude",
    3: "mission",
    4: "guided",
    5: "hold",  # LOITER holds the position when the sticks are centred
    6: "rtl",
    7: "circle",
    9: "land",
    11: "drift",
    13: "sport",
    14: "flip",
    15: "autotune",
    16: "position",
    17: "hold",  # BRAKE
    18: "throw",
    19: "avoid_adsb",
    20: "guided_nogps",
    21: "rtl",  # SMART_RTL
    22: "flowhold",
    23: "follow",
    24: "zigzag",
    25: "systemid",
    26: "autorotate",
    27: "mission",  # AUTO_RTL: the landing sequence of the mission
    28: "turtle",
}

_PLANE_MODES: Final[dict[int, str]] = {
    0: "manual",
    1: "circle",
    2: "stabilized",
    3: "training",
    4: "acro",
    5: "fly_by_wire_a",
    6: "fly_by_wire_b",
    7: "cruise",
    8: "autotune",
    10: "mission",
    11: "rtl",
    12: "hold",  # LOITER: a circle
    13: "takeoff",
    14: "avoid_adsb",
    15: "guided",
    16: "initialising",
    17: "stabilized",  # QSTABILIZE
    18: "altitude",  # QHOVER
    19: "hold",  # QLOITER
    20: "land",  # QLAND
    21: "rtl",  # QRTL
    22: "autotune",
    23: "acro",
    24: "thermal",
    25: "land",  # LOITER_ALT_QLAND
    26: "land",  # AUTOLAND
}

_ROVER_MODES: Final[dict[int, str]] = {
    0: "manual",
    1: "acro",
    3: "steering",
    4: "hold",
    5: "loiter",
    6: "follow",
    7: "simple",
    8: "dock",
    9: "circle",
    10: "mission",
    11: "rtl",
    12: "rtl",
    15: "guided",
    16: "initialising",
}

_ROTARY_TYPES: Final = frozenset({2, 3, 4, 13, 14, 15, 29, 35, 43})
_PLANE_TYPES: Final = frozenset({1, 16, 19, 20, 21, 22, 23, 24, 25, 28, 47})
_SURFACE_TYPES: Final = frozenset({10, 11})

# What to ask for when several numbers share a name: the number whose behaviour is the name's meaning.
_COPTER_REQUEST: Final = {"hold": 17, "rtl": 6, "mission": 3}  # BRAKE stops at once and needs no sticks
_PLANE_REQUEST: Final = {
    "hold": 12, "rtl": 11, "land": 26, "stabilized": 2, "acro": 4, "autotune": 8, "altitude": 18,
}  # fmt: skip
_ROVER_REQUEST: Final = {"rtl": 11}


def _ardupilot_table(vehicle_type: int) -> tuple[dict[int, str], dict[str, int]]:
    if vehicle_type in _ROTARY_TYPES:
        return _COPTER_MODES, _COPTER_REQUEST
    if vehicle_type in _PLANE_TYPES:
        return _PLANE_MODES, _PLANE_REQUEST
    if vehicle_type in _SURFACE_TYPES:
        return _ROVER_MODES, _ROVER_REQUEST
    return {}, {}


def mode_name(autopilot: int, vehicle_type: int, base_mode: int, custom_mode: int) -> str | None:
    """Return the normalised name of a heartbeat's mode, None where it is not known.

    For autopilots without custom modes the flags of base_mode speak (MAV_MODE_FLAG): auto, guided, manual.
    """
    if autopilot in PX4_NUMBERS and base_mode & CUSTOM_MODE_ENABLED:
        main, sub = custom_mode >> 16 & 0xFF, custom_mode >> 24 & 0xFF
        return _PX4_MODES.get((main, sub)) or (_PX4_MODES.get((main, 0)) if main != 4 else None)
    if autopilot == ARDUPILOT and base_mode & CUSTOM_MODE_ENABLED:
        return _ardupilot_table(vehicle_type)[0].get(custom_mode)
    if base_mode & CUSTOM_MODE_ENABLED:
        return None
    if base_mode & AUTO_ENABLED:
        return "mission"
    if base_mode & GUIDED_ENABLED:
        return "guided"
    if base_mode & STABILIZE_ENABLED:
        return "stabilized"
    if base_mode & MANUAL_INPUT_ENABLED:
        return "manual"
    return None


def high_latency_mode_name(autopilot: int, vehicle_type: int, custom_mode: int) -> str | None:
    """Return the mode of HIGH_LATENCY2, whose 16 bits hold PX4's main and sub mode or ArduPilot's index."""
    if autopilot == PX4:
        custom_mode <<= 16
    return mode_name(autopilot, vehicle_type, CUSTOM_MODE_ENABLED, custom_mode)


def mode_request(autopilot: int, vehicle_type: int, mode: str) -> tuple[int, int, int] | None:
    """Return (base_mode, custom main mode, custom sub mode) for MAV_CMD_DO_SET_MODE, None where it has no such mode."""
    if autopilot in PX4_NUMBERS:
        for (main, sub), name in _PX4_MODES.items():
            if name == mode:
                return CUSTOM_MODE_ENABLED, main, sub
        return None
    if autopilot == ARDUPILOT:
        names, preferred = _ardupilot_table(vehicle_type)
        if mode in preferred:
            return CUSTOM_MODE_ENABLED, preferred[mode], 0
        for number, name in names.items():
            if name == mode:
                return CUSTOM_MODE_ENABLED, number, 0
        return None
    flags = {"mission": AUTO_ENABLED, "guided": GUIDED_ENABLED, "manual": MANUAL_INPUT_ENABLED}
    return (flags[mode], 0, 0) if mode in flags else None
