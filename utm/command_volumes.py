"""The airspace an order takes: where the vehicle may be from now until it has done it; pure.

Volumes, not lines: when the vehicle hears the order, how it brakes, climbs and how fast it flies are the autopilot's
affair. Each volume is where it can be at the time, grown by the tolerance a flight has; separation is kept around it.

    hold           a disc from here to where it comes to rest; of a fixed wing the whole loiter circle
    hold at        hold, the way there, and a disc around the place
    rtl            hold, a column up to the return height, the way home at that height, a column down
    land           hold, and the column below it to the ground
    land at site   as rtl, with the site in place of home
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from airspace.geometry4d import Prism, Tolerance

REACTION_S: Final = 2.0
"""From the order to the vehicle's answer on a link that loses one frame (ours)."""
BRAKING_MPS2: Final = 2.5
"""Gentle braking of a loaded multirotor (ours; PX4 brakes at 5, ArduCopter at 2.5 m/s2)."""
HOLD_S: Final = 180.0
"""How long a hold reserves its place at a time; it is extended while the vehicle stays."""
LEG_M: Final = 250.0
"""Ways are cut into pieces so long, so that each is reserved only while the vehicle can be there."""
SLOWEST_SHARE: Final = 0.5
"""A vehicle flies at least at half its cruise speed (ours): head wind and acceleration."""
SLOWEST_LANDING_MPS: Final = 0.5
"""ArduCopter's LAND_SPEED; PX4 lands at 0.7 m/s."""
SLOWEST_CLIMB_MPS: Final = 1.0
LOITER_OVERSHOOT: Final = 1.2
MARGIN_S: Final = 15.0
UPLOAD_S: Final = 60.0
"""How long a vehicle may hold while a mission is loaded and read back (ours; 12 items take 2 s on a good link)."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in local metres with a height above the ellipsoid."""

    x_m: float
    y_m: float
    z_m: float


@dataclass(frozen=True, slots=True)
class Motion:
    """Where a vehicle is and how it moves, and what is assumed of its speed; metres, HAE, m/s, scene seconds."""

    at: Spot
    vel_x_mps: float
    vel_y_mps: float
    vel_z_mps: float
    now_s: float
    cruise_mps: float
    loiter_radius_m: float | None
    """None: it can hover."""

    @property
    def speed_mps(self) -> float:
        """Speed over ground."""
        return math.hypot(self.vel_x_mps, self.vel_y_mps)


@dataclass(frozen=True, slots=True)
class Rest:
    """Where a vehicle comes to rest after an order: a disc, a band of heights and the time it takes at most."""

    x_m: float
    y_m: float
    radius_m: float
    low_m: float
    high_m: float
    by_s: float


def rest_of(motion: Motion, tolerance: Tolerance, waits_s: float = 0.0) -> Rest:
    """Return where the vehicle can be from now until it holds, and has held for `waits_s`."""
    speed = motion.speed_mps
    rise = tolerance.vertical_m + abs(motion.vel_z_mps) * REACTION_S
    low, high = motion.at.z_m - rise, motion.at.z_m + rise
    if motion.loiter_radius_m is not None:
        ahead = speed * REACTION_S
        radius = LOITER_OVERSHOOT * motion.loiter_radius_m + ahead + tolerance.horizontal_m
        at = _ahead(motion, ahead)
        return Rest(at[0], at[1], radius, low, high, motion.now_s + REACTION_S + MARGIN_S + waits_s)
    reach = speed * REACTION_S + speed * speed / (2 * BRAKING_MPS2)
    at = _ahead(motion, reach / 2)
    by_s = motion.now_s + REACTION_S + speed / BRAKING_MPS2 + waits_s
    return Rest(at[0], at[1], reach / 2 + tolerance.horizontal_m, low, high, by_s)


def hold_volumes(motion: Motion, tolerance: Tolerance, lasts_s: float = HOLD_S) -> tuple[Prism, ...]:
    """Return the disc of a hold."""
    rest = rest_of(motion, tolerance)
    return (
        _disc(rest.x_m, rest.y_m, rest.radius_m, (rest.low_m, rest.high_m), (motion.now_s, motion.now_s + lasts_s)),
    )


def land_volumes(motion: Motion, tolerance: Tolerance, ground_m: float) -> tuple[Prism, ...]:
    """Return the column from here to the ground (HAE)."""
    rest = rest_of(motion, tolerance)
    down_s = max(0.0, motion.at.z_m - ground_m) / SLOWEST_LANDING_MPS
    until_s = rest.by_s + down_s + MARGIN_S
    low = min(ground_m, rest.low_m)
    return (_disc(rest.x_m, rest.y_m, rest.radius_m, (low, rest.high_m), (motion.now_s, until_s)),)


def hold_at_volumes(motion: Motion, tolerance: Tolerance, place: Spot, lasts_s: float = HOLD_S) -> tuple[Prism, ...]:
    """Return the way to a place and the disc around it."""
    rest = rest_of(motion, tolerance)
    band = (min(rest.low_m, place.z_m - tolerance.vertical_m), max(rest.high_m, place.z_m + tolerance.vertical_m))
    climb_s = abs(place.z_m - motion.at.z_m) / SLOWEST_CLIMB_MPS
    first = _disc(rest.x_m, rest.y_m, rest.radius_m, band, (motion.now_s, rest.by_s + climb_s + MARGIN_S))
    way = list(_way(motion, rest, place, band, climb_s, tolerance))
    earliest_s, latest_s = _arrival_s(motion, rest, place, climb_s)
    radius = tolerance.horizontal_m + (motion.loiter_radius_m or 0.0) * LOITER_OVERSHOOT
    own = (place.z_m - tolerance.vertical_m, place.z_m + tolerance.vertical_m)
    # It may come there before it has climbed or sunk; once it has, it is at the height asked for.
    arriving = _disc(place.x_m, place.y_m, radius, band, (earliest_s, latest_s))
    holding = _disc(place.x_m, place.y_m, radius, own, (earliest_s, latest_s + lasts_s))
    return (first, *way, arriving, holding)


def return_volumes(
    motion: Motion, tolerance: Tolerance, home: Spot, cruise_height_m: float, waits_s: float = 0.0
) -> tuple[Prism, ...]:
    """Return the volumes of a flight to `home` at `cruise_height_m` (HAE) and down; the vehicle never flies lower.

    A vehicle above that height keeps its own. One that is loaded with a mission first `waits_s` for it, and should that
    fail it stays where it waits: its first disc is kept for the whole time.
    """
    rest = rest_of(motion, tolerance, waits_s)
    top = max(cruise_height_m, motion.at.z_m)
    climb_s = max(0.0, top - motion.at.z_m) / SLOWEST_CLIMB_MPS
    high = max(top + tolerance.vertical_m, rest.high_m)
    column = _disc(
        rest.x_m, rest.y_m, rest.radius_m, (rest.low_m, high), (motion.now_s, rest.by_s + climb_s + MARGIN_S)
    )
    target = Spot(home.x_m, home.y_m, top)
    # PX4 returns lower than its return height when it is near home (RTL_CONE_ANG): the way begins at the vehicle's own.
    band = (min(rest.low_m, top - tolerance.vertical_m), high)
    way = list(_way(motion, rest, target, band, climb_s, tolerance))
    earliest_s, latest_s = _arrival_s(motion, rest, target, climb_s)
    down_s = (top - home.z_m) / SLOWEST_LANDING_MPS
    radius = tolerance.horizontal_m + (motion.loiter_radius_m or 0.0) * LOITER_OVERSHOOT
    low = min(home.z_m, rest.low_m)
    descent = _disc(home.x_m, home.y_m, radius, (low, high), (earliest_s, latest_s + down_s + MARGIN_S))
    if waits_s:
        column = _disc(rest.x_m, rest.y_m, rest.radius_m, (rest.low_m, high), (motion.now_s, descent.t_end_s))
    return (column, *way, descent)


def ends_s(prisms: tuple[Prism, ...]) -> float:
    """Return the last instant of the volumes."""
    return max(prism.t_end_s for prism in prisms)


def starts_s(prisms: tuple[Prism, ...]) -> float:
    """Return the first instant of the volumes."""
    return min(prism.t_start_s for prism in prisms)


def _ahead(motion: Motion, distance_m: float) -> tuple[float, float]:
    if motion.speed_mps == 0.0:
        return motion.at.x_m, motion.at.y_m
    share = distance_m / motion.speed_mps
    return motion.at.x_m + motion.vel_x_mps * share, motion.at.y_m + motion.vel_y_mps * share


def _arrival_s(motion: Motion, rest: Rest, place: Spot, climb_s: float) -> tuple[float, float]:
    way_m = math.hypot(place.x_m - rest.x_m, place.y_m - rest.y_m)
    fastest = max(motion.cruise_mps * 1.5, motion.speed_mps)
    earliest_s = motion.now_s + max(0.0, way_m - rest.radius_m) / fastest
    return earliest_s, rest.by_s + climb_s + way_m / (SLOWEST_SHARE * motion.cruise_mps) + MARGIN_S


def _way(
    motion: Motion, rest: Rest, place: Spot, band: tuple[float, float], climb_s: float, tolerance: Tolerance
) -> Iterator[Prism]:
    """Yield the pieces of the straight way from where the vehicle rests to a place, each with its own window."""
    dx, dy = place.x_m - rest.x_m, place.y_m - rest.y_m
    way_m = math.hypot(dx, dy)
    if way_m < 1.0:
        return
    fastest = max(motion.cruise_mps * 1.5, motion.speed_mps)
    slowest = SLOWEST_SHARE * motion.cruise_mps
    # The vehicle may start anywhere in its disc, so the way is as wide as that at first and narrows to the place.
    wide, narrow = rest.radius_m, tolerance.horizontal_m
    pieces = max(1, math.ceil(way_m / LEG_M))
    ux, uy = dx / way_m, dy / way_m
    for k in range(pieces):
        a, b = way_m * k / pieces, way_m * (k + 1) / pieces
        half = max(wide + (narrow - wide) * k / pieces, narrow)
        from_m, to_m = a - half, b + half
        corners = [
            (rest.x_m + ux * s - uy * w, rest.y_m + uy * s + ux * w)
            for s, w in ((from_m, -half), (to_m, -half), (to_m, half), (from_m, half))
        ]
        earliest_s = motion.now_s + max(0.0, a - half - rest.radius_m) / fastest
        latest_s = rest.by_s + climb_s + (b + half) / slowest + MARGIN_S
        yield Prism(np.array(corners, np.float64), None, band[0], band[1], earliest_s, latest_s)


def _disc(x_m: float, y_m: float, radius_m: float, band: tuple[float, float], window: tuple[float, float]) -> Prism:
    return Prism(None, (x_m, y_m, radius_m), band[0], band[1], window[0], window[1])
