"""Which departure times rules with a clock forbid a flight: zones with periods, night, filing lead; and what is free.

A delay is a number of seconds by which the whole flight departs later. What a rule forbids is a union of closed
intervals of delays, computed from the times at which the flight would be in its way; conflicts with other plans come
as the same kind of intervals from `ConflictIndex.forbidden_delays`. The first free delay is then the end of the first
interval it meets: nothing is stepped through.
"""

import math
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from airspace.geometry4d import EPS_M, EPS_S, Tolerance
from airspace.ground_track import nearness
from airspace.intent import FlightIntent
from airspace.intervals import Intervals, intersection, merged, quadratic_within
from airspace.policy import Policy
from airspace.scene import Scene
from airspace.schedule import DAYS, PERMANENT, WeeklyTime, active_within, weekly_within
from airspace.timebase import to_scene_s
from airspace.trajectory import FlightPath, height_pieces
from airspace.volumes import VolumePath
from airspace.zones import Zone
from airspace.zones_near import zones_near

_EMERGENCY: Final = frozenset({"emergency", "public_safety"})
_NIGHT: Final = (WeeklyTime(DAYS, 20 * 3600.0, 6 * 3600.0),)
_MARGIN_S: Final = 1e-6
"""Kept from the end of a forbidden interval: more than rounding moves scene seconds."""


def blocking_zones(plan: FlightIntent, policy: Policy, scene: Scene) -> list[Zone]:
    """Return the zones near a flight that would keep it from being approved at once."""
    return [zone for zone in zones_near(plan, scene) if blocks(zone, policy)]


def blocks(zone: Zone, policy: Policy) -> bool:
    """Tell whether entering a zone refuses a flight or makes it wait for a human."""
    if zone.restriction == "CONDITIONAL":
        return policy.conditional_zones != "warning"
    return zone.restriction in ("PROHIBITED", "REQ_AUTHORISATION")


def forbidden_by_rules(
    plan: FlightIntent, policy: Policy, scene: Scene, now: datetime, *, from_s: float, to_s: float
) -> Intervals:
    """Return the delays in [from_s, to_s] at which a rule with a clock stands in the way, as disjoint intervals."""
    spans: list[tuple[float, float]] = []
    for zone in blocking_zones(plan, policy, scene):
        spans.extend(_zone_spans(plan, zone, policy.tolerance, from_s, to_s))
    starts_s, ends_s = window(plan)
    if not policy.night_flight_allowed:
        dark = weekly_within(_NIGHT, starts_s + from_s, ends_s + to_s)
        spans.extend((first - ends_s, last - starts_s) for first, last in dark)
    asked_s = policy.emergency_filing_lead_s if plan.operation_type in _EMERGENCY else policy.filing_lead_s
    given_s = min(to_scene_s(plan.departure_at), starts_s) - to_scene_s(now)
    if given_s < asked_s:
        spans.append((from_s, asked_s - given_s - _MARGIN_S))
    return intersection(merged(spans), [(from_s, to_s)])


def free_delays(forbidden: Iterable[tuple[float, float]], from_s: float, to_s: float) -> Iterator[float]:
    """Yield the first whole millisecond of each gap between sorted, disjoint forbidden intervals, within the ends."""
    at = _millisecond(from_s)
    for first, last in forbidden:
        if at < first and at <= to_s:
            yield at
        at = max(at, _millisecond(last + _MARGIN_S))
    if at <= to_s:
        yield at


def window(plan: FlightIntent) -> tuple[float, float]:
    """Return the scene seconds of a flight's first and last instant."""
    timed = plan.path.trajectory if isinstance(plan.path, FlightPath) else plan.path
    return timed.starts_s, timed.ends_s


def _millisecond(delay_s: float) -> float:
    return math.ceil(delay_s * 1000.0 - 1e-6) / 1000.0


def _zone_spans(
    plan: FlightIntent, zone: Zone, tolerance: Tolerance, from_s: float, to_s: float
) -> Iterator[tuple[float, float]]:
    path = plan.path
    inside = (
        _times_inside(path, zone, tolerance)
        if isinstance(path, FlightPath)
        else _volume_times_inside(path, zone, tolerance)
    )
    if not inside:
        return
    if zone.applicability == PERMANENT:
        yield from_s, to_s
        return
    lead = tolerance.time_s - EPS_S
    low, high = inside[0][0] + from_s - lead, inside[-1][1] + to_s + lead
    for starts_s, ends_s in active_within(zone.applicability, low, high):
        for enters_s, leaves_s in inside:
            yield starts_s - lead - leaves_s, ends_s + lead - enters_s


def _times_inside(path: FlightPath, zone: Zone, tolerance: Tolerance) -> Intervals:
    """Return the scene seconds at which a flight, widened, is in a zone's area and band, whatever its periods."""
    reach, rise = tolerance.horizontal_m - EPS_M, tolerance.vertical_m - EPS_M
    low = zone.lower_m - rise
    high = math.inf if zone.upper_m is None else zone.upper_m + rise
    track = nearness(path, zone.area, reach)
    if not len(track.rows):
        return []
    times: list[tuple[float, float]] = []
    for row, kept_m in zip(track.rows.tolist(), track.distances_m(path).tolist(), strict=True):
        if kept_m > reach + EPS_M:
            continue
        level: list[tuple[float, float]] = []
        for s0, s1, a, b, c in height_pieces(path, row, zone.datum):
            level.extend((s0 + u0 * (s1 - s0), s0 + u1 * (s1 - s0)) for u0, u1 in quadratic_within(a, b, c, low, high))
        if not level:
            continue
        t0, t1 = float(path.trajectory.segments[row, 3]), float(path.trajectory.segments[row, 7])
        both = intersection(track.stays(path, row), merged(level))
        times.extend((t0 + s0 * (t1 - t0), t0 + s1 * (t1 - t0)) for s0, s1 in both)
    return merged(times)


def _volume_times_inside(path: VolumePath, zone: Zone, tolerance: Tolerance) -> Intervals:
    """Return the windows of the volumes that, widened, touch a zone's area and band (loosest ground, as judged)."""
    reach, rise = tolerance.horizontal_m - EPS_M, tolerance.vertical_m - EPS_M
    times: list[tuple[float, float]] = []
    for k, (prism, area) in enumerate(zip(path.prisms, path.areas, strict=True)):
        if float(zone.area.distance_m(area.geometry)) - area.radius_m > reach:
            continue
        low, high = prism.z_low_m, prism.z_high_m
        if zone.datum == "AMSL":
            low, high = low - float(path.undulation_high_m[k]), high - float(path.undulation_low_m[k])
        elif zone.datum == "AGL":
            low, high = low - float(path.ground_high_m[k]), high - float(path.ground_low_m[k])
        if high >= zone.lower_m - rise and (zone.upper_m is None or low <= zone.upper_m + rise):
            times.append((prism.t_start_s, prism.t_end_s))
    return merged(times)
