"""Exact tests of flights against zones, in closed form: where, when and by how much."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from airspace.geometry4d import EPS_M, EPS_S, Tolerance
from airspace.ground_track import Nearness, nearness
from airspace.intervals import Intervals, intersection, merged, quadratic_within
from airspace.schedule import active_within
from airspace.trajectory import FlightPath, height_pieces
from airspace.volumes import VolumePath
from airspace.zones import Zone

_ALWAYS: Final = math.inf


@dataclass(frozen=True, slots=True, eq=False)
class Infringement:
    """One zone lost by consecutive segments: filed waypoints [i, j], scene seconds, and both margins (negative).

    The horizontal margin is the least distance kept from the area, less the tolerance. The vertical margin is minus the
    least climb or descent that would take those segments, with their tolerance, out of the band (None: no height does).
    """

    zone: Zone
    segment: tuple[int, int]
    starts_s: float
    ends_s: float
    horizontal_margin_m: float
    vertical_margin_m: float | None


def infringements(path: FlightPath | VolumePath, zones: Sequence[Zone], tolerance: Tolerance) -> list[Infringement]:
    """Return every infringement of `zones` by a flight widened by `tolerance`, each run of segments once."""
    if isinstance(path, FlightPath):
        return [found for zone in zones for found in _trajectory_against(path, zone, tolerance)]
    return [found for zone in zones for found in _volumes_against(path, zone, tolerance)]


def _trajectory_against(path: FlightPath, zone: Zone, tolerance: Tolerance) -> list[Infringement]:
    rows = path.trajectory.segments
    reach, rise = tolerance.horizontal_m - EPS_M, tolerance.vertical_m - EPS_M
    lead = tolerance.time_s - EPS_S
    track = nearness(path, zone.area, reach)
    near = track.rows
    if not len(near):
        return []
    periods = active_within(zone.applicability, rows[near[0], 3] - lead, rows[near[-1], 7] + lead)
    if not periods:
        return []
    # A flight within `lead` of an active time may, with its tolerance, be there during it.
    active = merged((start - lead, end + lead) for start, end in periods)
    flown = _in_band(path, near, zone, rise)
    if not flown.any():
        return []
    distance = track.distances_m(path)
    hits: list[tuple[int, float, float, float]] = []
    for row, kept_m in zip(near[flown].tolist(), distance[flown].tolist(), strict=True):
        if kept_m > reach:
            continue
        times = _lost_times(path, row, zone, track, rise)
        lost = intersection(times, active)
        if lost:
            hits.append((row, lost[0][0], lost[-1][1], kept_m - tolerance.horizontal_m))
    return _runs(path, zone, hits, tolerance)


def _in_band(path: FlightPath, near: NDArray[np.int64], zone: Zone, rise: float) -> NDArray[np.bool_]:
    if zone.datum == "AGL":
        low, high = path.agl_low_m[near], path.agl_high_m[near]
    else:
        rows = path.trajectory.segments[near]
        first, last = rows[:, 2], rows[:, 6]
        if zone.datum == "AMSL":
            undulation = path.undulation_m[near]
            first, last = first - undulation[:, 0], last - undulation[:, 1]
        low, high = np.minimum(first, last), np.maximum(first, last)
    ceiling = _ALWAYS if zone.upper_m is None else zone.upper_m
    return (high >= zone.lower_m - rise) & (low <= ceiling + rise)


def _lost_times(path: FlightPath, row: int, zone: Zone, track: Nearness, rise: float) -> Intervals:
    """Return the scene seconds of a segment inside the widened area and band at once."""
    inside = track.stays(path, row)
    if not inside:
        return []
    rows = path.trajectory.segments
    t0, t1 = float(rows[row, 3]), float(rows[row, 7])
    low = zone.lower_m - rise
    high = _ALWAYS if zone.upper_m is None else zone.upper_m + rise
    level: list[tuple[float, float]] = []
    for s0, s1, a, b, c in height_pieces(path, row, zone.datum):
        level.extend((s0 + u0 * (s1 - s0), s0 + u1 * (s1 - s0)) for u0, u1 in quadratic_within(a, b, c, low, high))
    both = intersection(inside, merged(level))
    return [(t0 + s0 * (t1 - t0), t0 + s1 * (t1 - t0)) for s0, s1 in both]


def _runs(
    path: FlightPath, zone: Zone, hits: list[tuple[int, float, float, float]], tolerance: Tolerance
) -> list[Infringement]:
    """Join infringements of consecutive segments into one."""
    found = []
    at = 0
    while at < len(hits):
        end = at
        while end + 1 < len(hits) and hits[end + 1][0] == hits[end][0] + 1:
            end += 1
        run = hits[at : end + 1]
        found.append(
            Infringement(
                zone,
                (int(path.leaves_i[run[0][0]]), int(path.reaches_j[run[-1][0]])),
                min(hit[1] for hit in run),
                max(hit[2] for hit in run),
                min(hit[3] for hit in run),
                _vertical_margin(path, zone, run[0][0], run[-1][0], tolerance),
            )
        )
        at = end + 1
    return found


def _vertical_margin(path: FlightPath, zone: Zone, first: int, last: int, tolerance: Tolerance) -> float | None:
    heights = [
        c + u * (b + u * a)
        for row in range(first, last + 1)
        for _, _, a, b, c in height_pieces(path, row, zone.datum)
        for u in (0.0, 1.0)
    ]
    return _way_out(zone, min(heights), max(heights), tolerance)


def _way_out(zone: Zone, low_m: float, high_m: float, tolerance: Tolerance) -> float | None:
    ways = []
    if zone.upper_m is not None:
        ways.append(zone.upper_m + tolerance.vertical_m - low_m)
    if zone.lower_m > 0 or zone.datum != "AGL":
        ways.append(high_m + tolerance.vertical_m - zone.lower_m)
    return -min(ways) if ways else None


def _volumes_against(path: VolumePath, zone: Zone, tolerance: Tolerance) -> list[Infringement]:
    reach, rise = tolerance.horizontal_m - EPS_M, tolerance.vertical_m - EPS_M
    lead = tolerance.time_s - EPS_S
    found = []
    for k, (prism, area) in enumerate(zip(path.prisms, path.areas, strict=True)):
        kept_m = float(zone.area.distance_m(area.geometry)) - area.radius_m
        if kept_m > reach:
            continue
        # Heights over the zone's zero, loosest at both ends: the ground differs within the volume.
        if zone.datum == "HAE":
            low, high = prism.z_low_m, prism.z_high_m
        elif zone.datum == "AMSL":
            low, high = prism.z_low_m - path.undulation_high_m[k], prism.z_high_m - path.undulation_low_m[k]
        else:
            low, high = prism.z_low_m - path.ground_high_m[k], prism.z_high_m - path.ground_low_m[k]
        if high < zone.lower_m - rise or (zone.upper_m is not None and low > zone.upper_m + rise):
            continue
        window = (prism.t_start_s - lead, prism.t_end_s + lead)
        active = active_within(zone.applicability, *window)
        if not active:
            continue
        found.append(
            Infringement(
                zone,
                (k, k),
                min(max(active[0][0], prism.t_start_s), prism.t_end_s),
                max(min(active[-1][1], prism.t_end_s), prism.t_start_s),
                max(kept_m, 0.0) - tolerance.horizontal_m,
                _way_out(zone, float(low), float(high), tolerance),
            )
        )
    return found
