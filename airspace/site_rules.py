"""When a site is open, how long its pads are kept, and from where it is approached: what each field asks of a flight.

`opening_hours` and `closures` are periods as those of zones (`airspace.schedule`); a pad must be open for the whole stay of
a flight on it. `approach_deg` and `departure_deg` are sectors by the compass, seen from the site: where a landing flight
comes from, and where a departing one goes to, as it crosses the circle of the gate.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Final

from airspace.decision import Reason, instant_text, reason
from airspace.geometry4d import EPS_S
from airspace.intent import FlightIntent
from airspace.intervals import Intervals, gaps, merged
from airspace.pads import PadEvent, PadTimes, first_fit
from airspace.policy import Policy
from airspace.schedule import PERMANENT, active_within
from airspace.site_fields import Sector
from airspace.sites import Site
from airspace.timebase import from_scene_s
from airspace.trajectory import FlightPath

SEARCH_S: Final = 24 * 3600.0
"""How far ahead a time is sought at which a site is open."""
GATE_M: Final = 150.0
"""How far from a site its directions are judged, if its own radius is not larger (ours: beyond climb and descent)."""
_SLACK_DEG: Final = 1.0


def closed_within(site: Site, low_s: float, high_s: float) -> Intervals:
    """Return when a site is closed inside a window of scene seconds."""
    if not site.open:
        return [(low_s, high_s)]
    if site.fields.opening is PERMANENT and not site.fields.closures:
        return []
    found: Intervals = []
    if site.fields.opening != PERMANENT:
        found.extend(gaps(active_within(site.fields.opening, low_s, high_s), low_s, high_s))
    for closure in site.fields.closures:
        found.extend(active_within((closure.period,), low_s, high_s))
    return merged([pair for pair in found if pair[1] - pair[0] > EPS_S])


def stay_at(plan: FlightIntent, policy: Policy, site: Site, role: str) -> tuple[float, float]:
    """Return from when to when a flight occupies, or would occupy, a pad of a site."""
    starts_s, ends_s = plan.window_s
    event = PadEvent("", plan.aircraft_id, starts_s if role == "origin" else ends_s, role != "origin")
    return PadTimes.of(policy, site).stay(event)


def hours_reasons(
    plan: FlightIntent, policy: Policy, site: Site, role: str, words: Mapping[str, object]
) -> Iterator[Reason]:
    """Yield that a site is not open for the whole stay of a flight, and when it is."""
    if site.fields.opening == PERMANENT and not site.fields.closures:
        return
    starts_s, ends_s = stay_at(plan, policy, site, role)
    closed = closed_within(site, starts_s, ends_s)
    if not closed:
        return
    ahead = closed_within(site, starts_s, ends_s + SEARCH_S)
    fits_s = first_fit(ahead, starts_s, ends_s - starts_s)
    frees_s = fits_s if fits_s <= starts_s + SEARCH_S else None
    why = next((item.reason for item in site.fields.closures if active_within((item.period,), starts_s, ends_s)), None)
    said = "" if frees_s is None else instant_text(from_scene_s(frees_s))
    values = {
        **words,
        "at": instant_text(from_scene_s(starts_s)),
        "why": "" if why is None else f" ({why})",
        "why_zh": "" if why is None else f"（{why}）",
        "frees": "It does not open within a day." if frees_s is None else f"It is open for you from {said} on.",
        "frees_zh": "一天内不开放。" if frees_s is None else f"{said} 起可用。",
    }
    yield reason("site_not_open", values, site_id=site.site_id, starts_s=starts_s, ends_s=ends_s, frees_s=frees_s)


def direction_reasons(plan: FlightIntent, site: Site, role: str, words: Mapping[str, object]) -> Iterator[Reason]:
    """Yield that a flight leaves or reaches a site by a direction that is not open."""
    sectors = site.fields.departures if role == "origin" else site.fields.approaches
    path = plan.path
    if not sectors or not isinstance(path, FlightPath):
        return
    bearing = crossing_deg(path, site, leaving=role == "origin")
    if bearing is None or in_sectors(sectors, bearing, _SLACK_DEG):
        return
    listed = ", ".join(f"{first:.0f}-{last:.0f}" for first, last in sectors)
    values = {
        **words,
        "verb": "leaves towards" if role == "origin" else "comes from",
        "verb_zh": "离场方位" if role == "origin" else "进场方位",
        "bearing": bearing,
        "sectors": listed,
    }
    yield reason("site_direction", values, site_id=site.site_id)


def gate_radius_m(site: Site) -> float:
    """Return how far from a site its directions are judged."""
    return max(GATE_M, site.radius_m)


def crossing_deg(path: FlightPath, site: Site, *, leaving: bool) -> float | None:
    """Return the compass bearing from a site at which a flight first leaves, or last enters, the circle of its gate; None
    where it stays inside."""
    reach = gate_radius_m(site)
    rows = path.trajectory.segments.tolist()
    for x0, y0, _, _, x1, y1, _, _ in rows if leaving else reversed(rows):
        inner, outer = ((x0, y0), (x1, y1)) if leaving else ((x1, y1), (x0, y0))
        if math.hypot(outer[0] - site.x_m, outer[1] - site.y_m) > reach:
            x, y = _on_circle(site, inner, outer, reach)
            return math.degrees(math.atan2(x - site.x_m, y - site.y_m)) % 360.0
    return None


def _on_circle(site: Site, inner: tuple[float, float], outer: tuple[float, float], reach: float) -> tuple[float, float]:
    """Return where a leg from inside crosses the circle; its outer end where it began outside."""
    dx, dy = outer[0] - inner[0], outer[1] - inner[1]
    fx, fy = inner[0] - site.x_m, inner[1] - site.y_m
    a, b, c = dx * dx + dy * dy, 2 * (fx * dx + fy * dy), fx * fx + fy * fy - reach * reach
    if c > 0 or a == 0:
        return inner
    share = (-b + math.sqrt(max(0.0, b * b - 4 * a * c))) / (2 * a)
    return inner[0] + share * dx, inner[1] + share * dy


def in_sectors(sectors: tuple[Sector, ...], bearing_deg: float, slack_deg: float = 0.0) -> bool:
    """Tell whether a bearing lies in one of the sectors; a sector runs clockwise from its first value to its last."""
    for first, last in sectors:
        width = (last - first) % 360.0 or 360.0
        if (bearing_deg - first + slack_deg) % 360.0 <= width + 2 * slack_deg:
            return True
    return False


def nearest_in(sectors: tuple[Sector, ...], bearing_deg: float) -> float:
    """Return the bearing of the sectors that lies nearest to one; itself where it lies in one, or where there are none.

    A few degrees inside the edge, so that a corner cut does not leave the sector.
    """
    if not sectors or in_sectors(sectors, bearing_deg):
        return bearing_deg
    found: list[tuple[float, float]] = []
    for first, last in sectors:
        width = (last - first) % 360.0
        inset = min(3.0, width / 2)
        edges = ((first + inset) % 360.0, (last - inset) % 360.0)
        found.extend((abs((edge - bearing_deg + 180.0) % 360.0 - 180.0), edge) for edge in edges)
    return min(found)[1]
