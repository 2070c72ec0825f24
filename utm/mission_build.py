"""A flight plan as a MAVLink mission, and the zones around it as a geofence; pure.

Heights travel above mean sea level (MAV_FRAME_GLOBAL), converted with the same geoid with which positions come in, so
that a vehicle's own error of the geoid cancels. A mission for a vehicle in the air begins with a waypoint; one for a
vehicle on the ground with a take-off. Corners straight above each other become one item at the upper end, but for a last
vertical leg down, which becomes the landing. ArduPilot's home at item 0 is added by the bridge.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from airspace.geometry4d import Trajectory4D
from airspace.region import Region
from airspace.zones import Zone
from mavlink_bridge.mission import MissionItem

NAV_WAYPOINT: Final = 16
NAV_LAND: Final = 21
NAV_TAKEOFF: Final = 22
DO_CHANGE_SPEED: Final = 178
FENCE_EXCLUSION: Final = 5002
FENCE_EXCLUSION_CIRCLE: Final = 5004
FRAME_GLOBAL: Final = 0
FRAME_MISSION: Final = 2
SPEED_GROUND, SPEED_CLIMB, SPEED_DESCENT = 1.0, 2.0, 3.0
FENCE_AROUND_M: Final = 500.0
"""How far from the route a zone is still made part of the fence (ours)."""
MOST_FENCE_ITEMS: Final = 120
"""ArduPilot keeps at least so many vertices on its smallest boards; PX4 more."""
_SAME_PLACE_M: Final = 0.5


@dataclass(frozen=True, slots=True)
class Fence:
    """A geofence: its items, the zones it is made of, and those left out with why (`crossed`, `too_many`)."""

    items: tuple[MissionItem, ...]
    zone_ids: tuple[str, ...]
    crossed: tuple[str, ...]
    too_many: tuple[str, ...]


def mission_items(flight: Trajectory4D, region: Region, *, airborne: bool) -> list[MissionItem]:
    """Return the mission that flies a trajectory, without ArduPilot's home."""
    rows = flight.segments
    items: list[MissionItem] = []
    speeds: dict[float, float] = {}
    holds_s = 0.0
    for k, row in enumerate(rows):
        length_m = math.dist(row[0:3], row[4:7])
        lasts_s = float(row[7] - row[3])
        if length_m < 1e-6:
            holds_s += lasts_s
            continue
        if not items:
            items.append(_item(NAV_WAYPOINT if airborne else NAV_TAKEOFF, row[0:3], region, holds_s))
        elif holds_s:
            last = items[-1]
            items[-1] = _with_hold(last, holds_s)
        holds_s = 0.0
        vertical = math.hypot(row[4] - row[0], row[5] - row[1]) < _SAME_PLACE_M
        kind = (SPEED_CLIMB if row[6] >= row[2] else SPEED_DESCENT) if vertical else SPEED_GROUND
        speed = round(length_m / lasts_s, 3)
        climbs_off = vertical and len([i for i in items if i.command != DO_CHANGE_SPEED]) == 1 and not airborne
        if speeds.get(kind) != speed:
            speeds[kind] = speed
            change = MissionItem(FRAME_MISSION, DO_CHANGE_SPEED, 0, 0, 0.0, kind, speed, -1.0)
            items.insert(len(items) - 1 if climbs_off else len(items), change)
        if climbs_off:
            items[-1] = _item(NAV_TAKEOFF, row[4:7], region, 0.0)
            continue
        last_leg = k == len(rows) - 1 or all(math.dist(r[0:3], r[4:7]) < 1e-6 for r in rows[k + 1 :])
        lands = vertical and row[6] < row[2] and last_leg
        items.append(_item(NAV_LAND if lands else NAV_WAYPOINT, row[4:7], region, 0.0))
    if holds_s and items:
        items[-1] = _with_hold(items[-1], holds_s)
    return items


def landing_items(
    here: tuple[float, float, float], pad: tuple[float, float, float], height_m: float, region: Region
) -> list[MissionItem]:
    """Return the mission that climbs to `height_m` (HAE) where the vehicle is, flies over a pad and lands there.

    `here` and `pad` are x, y in local metres and height (HAE).
    """
    return [
        _item(NAV_WAYPOINT, (here[0], here[1], max(here[2], height_m)), region, 0.0),
        _item(NAV_WAYPOINT, (pad[0], pad[1], max(here[2], height_m)), region, 0.0),
        _item(NAV_LAND, pad, region, 0.0),
    ]


def fence_of(flight: Trajectory4D, zones: Iterable[Zone], region: Region) -> Fence:
    """Return the fence that keeps a vehicle out of the zones around its route.

    A fence knows neither heights nor times: a zone the route passes over, under, before or after cannot be part of it,
    or the vehicle would turn home in front of what it may cross.
    """
    rows = flight.segments
    line = shapely.LineString(np.vstack([rows[:, 0:2], rows[-1:, 4:6]]))
    near: list[tuple[float, Zone]] = []
    crossed: list[str] = []
    for zone in zones:
        if zone.restriction not in ("PROHIBITED", "REQ_AUTHORISATION"):
            continue
        distance_m = float(np.min(zone.area.distance_m(np.array([line], dtype=object))))
        if distance_m <= 0.0:
            crossed.append(zone.zone_id)
        elif distance_m <= FENCE_AROUND_M:
            near.append((distance_m, zone))
    items: list[MissionItem] = []
    kept: list[str] = []
    left: list[str] = []
    for _, zone in sorted(near, key=lambda found: (found[0], found[1].zone_id)):
        own = _fence_items(zone, region)
        if len(items) + len(own) > MOST_FENCE_ITEMS:
            left.append(zone.zone_id)
            continue
        items += own
        kept.append(zone.zone_id)
    return Fence(tuple(items), tuple(kept), tuple(crossed), tuple(left))


def _fence_items(zone: Zone, region: Region) -> list[MissionItem]:
    area = zone.area
    if area.radius_m > 0 and area.geometry.geom_type == "Point":
        lat, lon = region.frame.to_lat_lon(area.geometry.x, area.geometry.y)
        x, y = round(float(lat[0]) * 1e7), round(float(lon[0]) * 1e7)
        return [MissionItem(FRAME_GLOBAL, FENCE_EXCLUSION_CIRCLE, x, y, 0.0, area.radius_m)]
    found: list[MissionItem] = []
    for polygon in shapely.get_parts(area.geometry):
        ring = shapely.get_coordinates(polygon.exterior)[:-1]
        lat, lon = region.frame.to_lat_lon(ring[:, 0], ring[:, 1])
        found += [
            MissionItem(FRAME_GLOBAL, FENCE_EXCLUSION, round(a * 1e7), round(b * 1e7), 0.0, float(len(ring)))
            for a, b in zip(lat.tolist(), lon.tolist(), strict=True)
        ]
    return found


def _with_hold(item: MissionItem, hold_s: float) -> MissionItem:
    if item.command != NAV_WAYPOINT:
        return item
    return MissionItem(item.frame, item.command, item.x, item.y, item.z, hold_s, item.param2, item.param3, item.param4)


def _item(command: int, place: Sequence[float], region: Region, hold_s: float) -> MissionItem:
    lat, lon = region.frame.to_lat_lon(place[0], place[1])
    lat_deg, lon_deg = float(lat[0]), float(lon[0])
    amsl_m = float(region.altitude.from_hae_m(lat_deg, lon_deg, place[2], "AMSL")[0])
    held_s = hold_s if command == NAV_WAYPOINT else 0.0
    # Single precision is what a mission item carries: rounded here, what is read back is what was sent.
    z = float(np.float32(round(amsl_m, 2)))
    return MissionItem(FRAME_GLOBAL, command, round(lat_deg * 1e7), round(lon_deg * 1e7), z, held_s)
