"""Going on after a hold: the plan with the hold in it, so that everything after it happens later; pure.

    filed    A ------- B ------- C            left at S, waited at P, goes on at t
    retimed  A -- S -- P (hold until t) -- B ------- C
    rest               P (from t on)    -- B ------- C

P is inserted as a waypoint of the filed route, S before it only where the vehicle held beside its way. What was filed stays
as it was filed, to the millimetre, and with it what keeps the flown part apart from others: a leg bent towards where the
vehicle stood by chance would be a way that nobody has judged.
"""

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from airspace.coordinates import gcj02_from_wgs84
from airspace.frame import LocalFrame
from airspace.geometry4d import Trajectory4D
from airspace.timebase import from_scene_s
from utm.command_volumes import Spot
from utm.plan_records import rfc3339

AROUND_S: Final = 45.0
"""How long after the order a flight may have left its plan: heard, braked, and the plan's own tolerance."""
BEFORE_S: Final = 10.0
ON_THE_WAY_M: Final = 25.0
"""Nearer than this a hold is one on the flight's own way: its tolerance, and what a gust adds (ours)."""
STILL_ON_IT_M: Final = 1.0
"""Nearer than this it is written down as one exactly on the way: that is how well a vehicle knows where it is (ours)."""
SHORTEST_S: Final = 2.0
"""Shorter waits change nothing that is judged."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a flight left its plan: leg, place on it and the plan's time there, and how far it was from it."""

    leg: int
    at: Spot
    at_s: float
    off_m: float


def stop_of(flight: Trajectory4D, place: Spot, left_s: float, before_s: float = BEFORE_S) -> Stop:
    """Return where a flight left its plan, seen from where it holds; the plan's places around `left_s` count.

    `before_s` is how long before it may have left: where nobody told it to, any time since it started.
    """
    rows = flight.segments
    near = (rows[:, 3] <= left_s + AROUND_S) & (rows[:, 7] >= left_s - before_s)
    chosen = np.flatnonzero(near)
    if not len(chosen):
        chosen = np.array([len(rows) - 1 if left_s > rows[-1, 7] else 0])
    target = np.array((place.x_m, place.y_m, place.z_m))
    best: Stop | None = None
    for leg in chosen.tolist():
        a, b = rows[leg, 0:3], rows[leg, 4:7]
        t0, t1 = float(rows[leg, 3]), float(rows[leg, 7])
        way = b - a
        length2 = float(way @ way)
        low = min(1.0, max(0.0, (left_s - before_s - t0) / (t1 - t0)))
        high = max(low, min(1.0, (left_s + AROUND_S - t0) / (t1 - t0)))
        share = min(high, max(low, float((target - a) @ way) / length2 if length2 > 0 else 0.0))
        at = a + way * share
        off_m = float(np.linalg.norm(target - at))
        if best is None or off_m < best.off_m - 1e-6:
            best = Stop(leg, Spot(*at.tolist()), t0 + share * (t1 - t0), off_m)
    assert best is not None
    return best


@dataclass(frozen=True, slots=True)
class Retimed:
    """A plan with the hold in it, and what is left of it to be judged and reserved, both as bodies."""

    body: dict[str, Any]
    rest: dict[str, Any]


def retimed(
    body: Mapping[str, Any],
    flight: Trajectory4D,
    place: Spot,
    left_s: float,
    goes_on_s: float,
    frame: LocalFrame,
    before_s: float = BEFORE_S,
) -> Retimed | None:
    """Return the filed body with the hold in it; None where the flight lost no time that counts.

    `place` is where the vehicle holds (HAE), `left_s` when it was told to leave its plan, `goes_on_s` when it goes on.
    """
    stop = stop_of(flight, place, left_s, before_s)
    waits_s = goes_on_s - stop.at_s
    if stop.off_m <= ON_THE_WAY_M and waits_s < SHORTEST_S:
        return None
    beside = stop.off_m > STILL_ON_IT_M
    place = place if beside else stop.at
    new = copy.deepcopy(dict(body))
    points: list[dict[str, Any]] = new["route"]["waypoints"]
    owner = int(flight.waypoint_of[stop.leg])
    here = _point(place, new["route"].get("crs", "WGS84"), frame)
    timed = all(point.get("t_s") is not None for point in points)
    departs_s = float(flight.segments[0, 3])
    if timed:
        _insert_timed(points, owner, stop, here, waits_s, departs_s, beside, new, frame, place)
    else:
        _insert(points, owner, stop, here, waits_s, beside, new, frame, flight, place)
    ahead = copy.deepcopy(points[owner + 1 + timed + beside :])
    ahead[0].pop("hold_s", None)
    if timed:
        begins_s = ahead[0]["t_s"]
        for point in ahead:
            point["t_s"] = point["t_s"] - begins_s
    rest = {**new, "departure_at": rfc3339(from_scene_s(goes_on_s)), "route": {**new["route"], "waypoints": ahead}}
    rest.pop("origin_site_id", None)
    return Retimed(new, rest)


def _insert(
    points: list[dict[str, Any]],
    owner: int,
    stop: Stop,
    here: dict[str, Any],
    waits_s: float,
    beside: bool,
    body: Mapping[str, Any],
    frame: LocalFrame,
    flight: Trajectory4D,
    place: Spot,
) -> None:
    route, filed = body["route"], points[owner]
    speed = filed.get("speed_mps")
    cruise = float(speed if speed is not None else route["cruise_speed_mps"])
    rows = flight.segments[stop.leg]
    hovering = bool((rows[0:3] == rows[4:7]).all())
    if hovering:  # told to hold while it hovered by its plan: what is left of that hover comes on top
        flown_s = stop.at_s - float(rows[3])
        left_s = float(rows[7]) - stop.at_s
        filed["hold_s"] = flown_s
        waits_s += left_s
    own = {"speed_mps": cruise} if speed is not None else {}
    if not beside:
        points.insert(owner + 1, {**here, "hold_s": max(0.0, waits_s), **own})
        return
    there = _apart_m(stop.at, place)
    fast = max(cruise, there / max(waits_s, 1.0))
    aside = {**_point(stop.at, route.get("crs", "WGS84"), frame), "speed_mps": fast}
    points.insert(owner + 1, aside)
    points.insert(owner + 2, {**here, "hold_s": max(0.0, waits_s - there / fast), **own})


def _insert_timed(
    points: list[dict[str, Any]],
    owner: int,
    stop: Stop,
    here: dict[str, Any],
    waits_s: float,
    departs_s: float,
    beside: bool,
    body: Mapping[str, Any],
    frame: LocalFrame,
    place: Spot,
) -> None:
    for point in points[owner + 1 :]:
        point["t_s"] = float(point["t_s"]) + waits_s
    at_s = stop.at_s - departs_s
    inserted = [dict(here, t_s=at_s), dict(here, t_s=at_s + waits_s)]
    if beside:
        there_s = min(_apart_m(stop.at, place) / float(body["route"]["cruise_speed_mps"]), 0.9 * waits_s)
        inserted[0]["t_s"] = at_s + there_s
        inserted.insert(0, dict(_point(stop.at, body["route"].get("crs", "WGS84"), frame), t_s=at_s))
    points[owner + 1 : owner + 1] = inserted


def _apart_m(a: Spot, b: Spot) -> float:
    return math.dist((a.x_m, a.y_m, a.z_m), (b.x_m, b.y_m, b.z_m))


def _point(spot: Spot, crs: str, frame: LocalFrame) -> dict[str, Any]:
    lat, lon = frame.to_lat_lon(spot.x_m, spot.y_m)
    if crs == "GCJ02":
        lat, lon = gcj02_from_wgs84(lat, lon)
    return {
        "lat_deg": float(np.ravel(lat)[0]),
        "lon_deg": float(np.ravel(lon)[0]),
        "alt_m": spot.z_m,
        "alt_datum": "HAE",
    }
