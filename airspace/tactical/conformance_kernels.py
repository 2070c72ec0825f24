"""Flights against the legs of their plans, one flight at a time: the scalar form of `airspace.conformance`."""

import math

from airspace.geometry4d import FloatArray
from airspace.tracks import BoolArray, RowArray

TINY = 1e-12


def nearest_on_leg(
    legs: FloatArray,
    k: int,
    t_s: float,
    x: float,
    y: float,
    z: float,
    limit_h: float,
    limit_v: float,
    slack_s: float,
    weigh_h: float,
    weigh_v: float,
    in_time: bool,
) -> tuple[bool, float, float, float, float]:
    """Return whether some instant of the leg is within both limits, and of the best instant: it, distances, norm."""
    lasts = legs[k, 7] - legs[k, 3]
    lowest = 0.0
    highest = lasts
    if in_time:
        lowest = max(lowest, t_s - slack_s - legs[k, 3])
        highest = max(lowest, min(highest, t_s + slack_s - legs[k, 3]))
    vx = (legs[k, 4] - legs[k, 0]) / lasts
    vy = (legs[k, 5] - legs[k, 1]) / lasts
    vz = (legs[k, 6] - legs[k, 2]) / lasts
    ax = x - legs[k, 0]
    ay = y - legs[k, 1]
    az = z - legs[k, 2]
    blind = math.isnan(az)
    if blind:
        az = 0.0
        vz = 0.0
    speed_sq = vx * vx + vy * vy
    along = ax * vx + ay * vy
    over = ax * ax + ay * ay - limit_h * limit_h
    low = lowest
    high = highest
    feasible = True
    if speed_sq < TINY:
        feasible = over <= 0.0
    else:
        disc = along * along - speed_sq * over
        feasible = disc >= 0.0
        root = math.sqrt(max(disc, 0.0))
        low = max(low, (along - root) / speed_sq)
        high = min(high, (along + root) / speed_sq)
    if abs(vz) < TINY:
        feasible = feasible and abs(az) <= limit_v
    else:
        one = (az - limit_v) / vz
        two = (az + limit_v) / vz
        low = max(low, min(one, two))
        high = min(high, max(one, two))
    feasible = feasible and low <= high
    slope = speed_sq * weigh_h + vz * vz * weigh_v
    # Hovering every point is as near, so now.
    u = t_s - legs[k, 3] if slope < TINY else (along * weigh_h + az * vz * weigh_v) / slope
    u = min(max(u, low), high) if feasible else min(max(u, lowest), highest)
    px = ax - vx * u
    py = ay - vy * u
    pz = az - vz * u
    norm = (px * px + py * py) * weigh_h + pz * pz * weigh_v
    return feasible, legs[k, 3] + u, math.hypot(px, py), math.nan if blind else pz, norm


def judge_legs(
    question: FloatArray,
    limits: FloatArray,
    first: RowArray,
    count: RowArray,
    legs: FloatArray,
    eps_m: float,
    eps_s: float,
    least_m: float,
    within: BoolArray,
    out: FloatArray,
) -> None:
    """Write whether each flight conforms and its lateral, vertical and temporal deviation.

    `question` is (n, 4) t x y z, `limits` (n, 3) horizontal, vertical, time; flight i has `count[i]` legs from
    `first[i]`. Among legs in time the nearest is taken; failing that, where it would be in place the nearest in time,
    else the nearest of all.
    """
    for i in range(len(question)):
        t_s = question[i, 0]
        limit_h = limits[i, 0] + eps_m
        limit_v = limits[i, 1] + eps_m
        slack_s = limits[i, 2] + eps_s
        weigh_h = 1.0 / max(limits[i, 0], least_m) ** 2
        weigh_v = 1.0 / max(limits[i, 1], least_m) ** 2
        for in_time in (True, False):
            best_cost = math.inf
            best_feasible = False
            for k in range(first[i], first[i] + count[i]):
                if in_time and (legs[k, 3] > t_s + slack_s or legs[k, 7] < t_s - slack_s):
                    continue
                feasible, at_s, lateral, vertical, norm = nearest_on_leg(
                    legs,
                    k,
                    t_s,
                    question[i, 1],
                    question[i, 2],
                    question[i, 3],
                    limit_h,
                    limit_v,
                    slack_s,
                    weigh_h,
                    weigh_v,
                    in_time,
                )
                if in_time and not feasible:
                    continue
                cost = abs(at_s - t_s) if feasible and not in_time else norm
                if (feasible and not best_feasible) or (feasible == best_feasible and cost < best_cost):
                    best_feasible = feasible
                    best_cost = cost
                    out[i, 0] = lateral
                    out[i, 1] = vertical
                    out[i, 2] = at_s - t_s
            if in_time and best_feasible:
                within[i] = True
                break
