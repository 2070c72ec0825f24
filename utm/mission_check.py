"""Does the mission on a vehicle fly the plan that was approved?

The mission's places (take-off, waypoints, landing) are compared with the plan's corners in order, horizontally and in
height, each within the flight's tolerance. What a mission does between its places (speeds, delays) is watched in the air
by conformance.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from airspace.geometry4d import FloatArray, Tolerance, Trajectory4D
from airspace.region import Region
from mavlink_bridge.mission import MissionItem

# MAV_CMD numbers of items that name a place to fly to (MAVLink common message set).
_PLACES: Final = frozenset({16, 17, 18, 19, 21, 22, 31, 82, 84, 85})
_TAKE_OFF: Final = frozenset({22, 84})
_AMSL_FRAMES: Final = frozenset({0, 5})
_HOME_FRAMES: Final = frozenset({3, 6})
_GROUND_FRAMES: Final = frozenset({10, 11})
_SAME_PLACE_M: Final = 1.0


@dataclass(frozen=True, slots=True)
class Place:
    """A corner in local metres with the range of heights (HAE) it may be passed at; None: the frame is not known."""

    x_m: float
    y_m: float
    low_m: float | None
    high_m: float | None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first difference, in both languages."""

    detail: str
    detail_zh: str


def compare(
    items: Sequence[MissionItem],
    flight: Trajectory4D,
    region: Region,
    tolerance: Tolerance,
    *,
    home_hae_m: float | None = None,
) -> Mismatch | None:
    """Return how the mission differs from the flight, or None when it flies it.

    `home_hae_m` is the height the vehicle itself measures from (None: it is taken to stand where the plan begins).
    """
    wanted = _corners(flight)
    if home_hae_m is None:
        home_hae_m = float(flight.segments[0, 2])
    found = _merged([place for item in items if (place := _place(item, wanted[0], region, home_hae_m)) is not None])
    if not found:
        return Mismatch(
            "No mission is loaded on the vehicle. Upload the plan's mission.",
            "航空器上没有任务。请上传该计划的任务。",
        )
    if len(found) != len(wanted):
        return Mismatch(
            f"The mission on the vehicle has {len(found)} places, the plan {len(wanted)}. Upload the plan's mission.",
            f"航空器上的任务有 {len(found)} 个位置，计划有 {len(wanted)} 个。请上传该计划的任务。",
        )
    for number, (have, want) in enumerate(zip(found, wanted, strict=True), start=1):
        off_m = float(np.hypot(have.x_m - want.x_m, have.y_m - want.y_m))
        if off_m > tolerance.horizontal_m:
            return Mismatch(
                f"Place {number} of the mission lies {off_m:.0f} m from the plan's. Upload the plan's mission.",
                f"任务的第 {number} 个位置与计划相差 {off_m:.0f} 米。请上传该计划的任务。",
            )
        high_off_m = _height_off(have, want)
        if high_off_m > tolerance.vertical_m:
            return Mismatch(
                f"Place {number} of the mission is {high_off_m:.0f} m off the plan's height; check the altitude frame.",
                f"任务的第 {number} 个位置高度与计划相差 {high_off_m:.0f} 米；请检查高度基准。",
            )
    return None


def _corners(flight: Trajectory4D) -> list[Place]:
    rows = flight.segments
    corners: FloatArray = np.vstack([rows[:, 0:3], rows[-1:, 4:7]])
    return _merged([Place(x, y, z, z) for x, y, z in corners.tolist()])


def _merged(places: Sequence[Place]) -> list[Place]:
    """Merge consecutive places above each other into one with the whole range of heights."""
    merged: list[Place] = []
    for place in places:
        last = merged[-1] if merged else None
        if last is None or np.hypot(last.x_m - place.x_m, last.y_m - place.y_m) > _SAME_PLACE_M:
            merged.append(place)
            continue
        heights = [h for h in (last.low_m, last.high_m, place.low_m, place.high_m) if h is not None]
        merged[-1] = Place(last.x_m, last.y_m, min(heights) if heights else None, max(heights) if heights else None)
    return merged


def _place(item: MissionItem, start: Place, region: Region, home_hae_m: float) -> Place | None:
    if item.command not in _PLACES:
        return None
    if item.x == 0 and item.y == 0:  # "here": the autopilot takes the place it is at
        if item.command in _TAKE_OFF:
            return Place(start.x_m, start.y_m, None, None)
        return None
    lat_deg, lon_deg = item.x / 1e7, item.y / 1e7
    x_m, y_m = region.frame.to_xy(lat_deg, lon_deg)
    height_m = _height_hae_m(item, lat_deg, lon_deg, region, home_hae_m)
    return Place(float(x_m[0]), float(y_m[0]), height_m, height_m)


def _height_hae_m(item: MissionItem, lat_deg: float, lon_deg: float, region: Region, home_hae_m: float) -> float | None:
    if item.frame in _AMSL_FRAMES:
        return float(region.altitude.to_hae_m(lat_deg, lon_deg, item.z, "AMSL")[0])
    if item.frame in _HOME_FRAMES:
        return home_hae_m + item.z
    if item.frame in _GROUND_FRAMES:
        return float(region.altitude.to_hae_m(lat_deg, lon_deg, item.z, "AGL")[0])
    return None


def _height_off(have: Place, want: Place) -> float:
    """Return by how much the mission's heights lie outside the plan's at this corner; 0 when they fit."""
    if have.low_m is None or have.high_m is None or want.low_m is None or want.high_m is None:
        return 0.0
    return max(want.low_m - have.low_m, have.high_m - want.high_m, 0.0)
