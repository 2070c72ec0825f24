"""What an autopilot does by itself on a lost link, read back from its parameters and held against what the plan filed; pure.

    what             | PX4                              | ArduCopter
    -----------------+----------------------------------+-------------------------------------------
    on a lost link   | NAV_DLL_ACT                      | FS_GCS_ENABLE
    height of return | RTL_RETURN_ALT, m above home     | RTL_ALT, cm above home (0: as high as it is)
    loiter circle    | NAV_LOITER_RAD, m                | WP_LOITER_RAD, m

A return lower than filed flies through what was not reserved for it, and so does a higher one. Sources: PX4 parameter
reference 1.17, ArduCopter parameters 4.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from mavlink_bridge import modes

PX4_LINK_LOSS: Final = "NAV_DLL_ACT"
PX4_RETURN: Final = "RTL_RETURN_ALT"
COPTER_LINK_LOSS: Final = "FS_GCS_ENABLE"
COPTER_RETURN: Final = "RTL_ALT"

_PX4_ACTIONS: Final[dict[int, str]] = {0: "nothing", 1: "hold", 2: "rtl", 3: "land", 5: "terminate", 6: "lockdown"}
_COPTER_ACTIONS: Final[dict[int, str]] = {
    0: "nothing",
    1: "rtl",
    2: "continue the mission",
    3: "smart rtl",
    4: "smart rtl, else land",
    5: "land",
    6: "landing sequence, else rtl",
    7: "hold, else land",
}
# What fulfils what was filed; an alternate is flown by a mission or rally point, which no parameter tells.
_FULFILS: Final[dict[str, frozenset[str]]] = {
    "rtl": frozenset({"rtl", "smart rtl"}),
    "land": frozenset({"land"}),
    "hold": frozenset({"hold", "hold, else land"}),
    "alternate": frozenset({"rtl", "landing sequence, else rtl"}),
}
_ZH: Final[dict[str, str]] = {
    "nothing": "不动作",
    "hold": "悬停",
    "rtl": "返航",
    "land": "降落",
    "terminate": "终止飞行",
    "lockdown": "锁定电机",
    "continue the mission": "继续任务",
    "smart rtl": "原路返航",
    "smart rtl, else land": "原路返航，否则降落",
    "landing sequence, else rtl": "执行降落航段，否则返航",
    "hold, else land": "悬停，否则降落",
    "alternate": "飞往备降场",
}


@dataclass(frozen=True, slots=True)
class Filed:
    """What a plan says of a lost link: the action, the height of the return above home if filed, the highest it flies."""

    action: str
    return_m: float | None
    highest_m: float
    """Highest point of the plan above its start."""
    tolerance_m: float


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One setting that does not fit, in both languages."""

    param: str
    detail: str
    detail_zh: str


def params_of(autopilot: int) -> tuple[str, ...]:
    """Return the parameters that tell what an autopilot does; empty for one we do not know."""
    if autopilot == modes.PX4:
        return (PX4_LINK_LOSS, PX4_RETURN)
    if autopilot == modes.ARDUPILOT:
        return (COPTER_LINK_LOSS, COPTER_RETURN)
    return ()


def compare_failsafes(autopilot: int, read: Mapping[str, float | None], filed: Filed) -> list[Mismatch]:
    """Return every setting that does not do what was filed, or could not be read."""
    names = params_of(autopilot)
    if not names:
        return []
    found = [_unread(name) for name in names if read.get(name) is None]
    action = _action(autopilot, read)
    if action is not None and action not in _FULFILS[filed.action]:
        name = names[0]
        found.append(
            Mismatch(
                name,
                f"On a lost link the autopilot will do: {action} ({name}); the plan files: {filed.action}. Set the "
                "parameter or file what it does.",
                f"失联时飞控将执行：{_ZH[action]}（{name}）；计划申报：{_ZH[filed.action]}。请修改参数或按实际申报。",
            )
        )
    height = _return(names[1], read.get(names[1]), filed)
    if height is not None and filed.action in ("rtl", "alternate"):
        found.append(height)
    return found


def _action(autopilot: int, read: Mapping[str, float | None]) -> str | None:
    name, actions = (PX4_LINK_LOSS, _PX4_ACTIONS) if autopilot == modes.PX4 else (COPTER_LINK_LOSS, _COPTER_ACTIONS)
    value = read.get(name)
    return None if value is None else actions.get(int(value), "nothing")


def _return(name: str, value: float | None, filed: Filed) -> Mismatch | None:
    if value is None:
        return None
    above_home_m = value / 100.0 if name == COPTER_RETURN else value
    if name == COPTER_RETURN and value == 0:
        above_home_m = filed.highest_m  # as high as it is
    if filed.return_m is None:
        if above_home_m <= filed.highest_m + filed.tolerance_m:
            return None
        return Mismatch(
            name,
            f"The autopilot returns {above_home_m:.0f} m above home ({name}), higher than the plan ever flies "
            f"({filed.highest_m:.0f} m). File rtl_altitude_agl_m, or set the parameter.",
            f"飞控返航高度为距返航点 {above_home_m:.0f} 米（{name}），高于计划最大高度 {filed.highest_m:.0f} 米。"
            "请申报 rtl_altitude_agl_m 或修改参数。",
        )
    if abs(above_home_m - filed.return_m) <= filed.tolerance_m:
        return None
    return Mismatch(
        name,
        f"The autopilot returns {above_home_m:.0f} m above home ({name}); the plan files {filed.return_m:.0f} m.",
        f"飞控返航高度为距返航点 {above_home_m:.0f} 米（{name}）；计划申报 {filed.return_m:.0f} 米。",
    )


def _unread(name: str) -> Mismatch:
    return Mismatch(
        name,
        f"The autopilot did not tell its parameter {name}: what it does on a lost link is not known.",
        f"飞控未回报参数 {name}：失联时的动作未知。",
    )
