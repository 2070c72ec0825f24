"""Reasons from what flights share or are bound by: pads, capacity of cells, and what the aircraft can do."""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final, Protocol

import h3

from airspace.capacity import SEARCH_S, CellJudge, limited
from airspace.decision import Reason, reason
from airspace.flyability import timing
from airspace.geometry4d import EPS_S, PlanGeometry, Prism
from airspace.intent import FlightIntent
from airspace.pads import RATE_WINDOW_S, PadEvent, PadTimes, first_fit, full_times, rate_exceeded
from airspace.policy import Policy
from airspace.rules.calendar import RULE_CLOCK_OFFSET_S
from airspace.scene import Scene
from airspace.sites import Site
from airspace.timebase import from_scene_s
from airspace.trajectory import FlightPath, performance_faults

CLIMB_SLACK_M: Final = 10.0
"""How far above its pad a route may start or end before its climb counts as not filed (ours)."""
_ROLES: Final = {"origin": ("take-off", "起飞"), "destination": ("landing", "降落")}
_RATES: Final = {"speed": ("speed", "速度"), "climb": ("climb rate", "爬升率"), "descent": ("descent rate", "下降率")}


class Traffic(Protocol):
    """What the judgement asks about the other live plans; plans are named by their ids."""

    def pad_events(self, site_id: str, from_s: float, to_s: float) -> Sequence[PadEvent]:
        """Return the departures from and arrivals at a site within [from_s, to_s] scene seconds."""
        ...

    def flights_in(self, prism: Prism) -> Sequence[tuple[str, PlanGeometry]]:
        """Return at least the live plans whose own geometry touches a volume."""
        ...


# -- pads --------------------------------------------------------------------------------------------------------------


def stays_of(plan: FlightIntent, policy: Policy, scene: Scene) -> list[tuple[str, Site, PadEvent, tuple[float, float]]]:
    """Return (role, site, event, stay) of the pads a plan would occupy at the sites it names."""
    starts_s, ends_s = plan.window_s
    key = plan.plan_id or ""
    found = []
    for role, site_id, at_s in (
        ("origin", plan.origin_site_id, starts_s),
        ("destination", plan.destination_site_id, ends_s),
    ):
        site = None if site_id is None else scene.sites.sites.get(site_id)
        if site is not None:
            event = PadEvent(key, plan.aircraft_id, at_s, role == "destination")
            found.append((role, site, event, PadTimes.of(policy, site).stay(event)))
    return found


def pad_reasons(
    plan: FlightIntent, policy: Policy, scene: Scene, traffic: Traffic | None, ignore: Collection[str]
) -> Iterator[Reason]:
    """Yield what stands in the way at the pads of the origin and the destination."""
    if traffic is None or (plan.origin_site_id is None and plan.destination_site_id is None):
        return
    for role, site, event, (starts_s, ends_s) in stays_of(plan, policy, scene):
        times = PadTimes.of(policy, site)
        reach_s = times.longest_s + EPS_S
        others = traffic.pad_events(site.site_id, starts_s - reach_s, ends_s + reach_s)
        full = full_times(others, times, site.pads, aircraft_id=plan.aircraft_id, ignore=ignore)
        if any(low < ends_s - EPS_S and high > starts_s + EPS_S for low, high in full):
            others = traffic.pad_events(site.site_id, starts_s - reach_s, ends_s + SEARCH_S + reach_s)
            full = full_times(others, times, site.pads, aircraft_id=plan.aircraft_id, ignore=ignore)
            fits_s = first_fit(full, starts_s, ends_s - starts_s)
            frees_s = fits_s if fits_s <= starts_s + SEARCH_S else None
            word, word_zh = _ROLES[role]
            frees, frees_zh = _frees(frees_s, starts_s)
            values = {
                "pads": site.pads,
                "role": word,
                "role_zh": word_zh,
                "name": site.name,
                "name_zh": site.name_zh or site.name,
                "at": _clock(event.at_s),
                "frees": frees,
                "frees_zh": frees_zh,
            }
            yield reason("pad_busy", values, site_id=site.site_id, starts_s=starts_s, ends_s=ends_s, frees_s=frees_s)
        if policy.max_departures_per_pad_h is not None and not event.arrival:
            yield from _rate_reasons(event, site, policy.max_departures_per_pad_h * site.pads, traffic, ignore)


def _rate_reasons(
    event: PadEvent, site: Site, most: int, traffic: Traffic, ignore: Collection[str]
) -> Iterator[Reason]:
    departs_s = event.at_s
    events = traffic.pad_events(site.site_id, departs_s - RATE_WINDOW_S, departs_s + SEARCH_S + RATE_WINDOW_S)
    kept_s = rate_exceeded(events, departs_s, most, ignore=ignore)
    if kept_s is None:
        return
    frees_s = kept_s if kept_s <= departs_s + SEARCH_S else None
    frees, frees_zh = _frees(frees_s, departs_s)
    values = {
        "name": site.name,
        "name_zh": site.name_zh or site.name,
        "most": most,
        "at": _clock(departs_s),
        "frees": frees,
        "frees_zh": frees_zh,
    }
    yield reason(
        "pad_departures_exceeded",
        values,
        site_id=site.site_id,
        starts_s=departs_s,
        ends_s=departs_s,
        frees_s=frees_s,
    )


def climb_reasons(plan: FlightIntent, policy: Policy, site: Site, role: str) -> Iterator[Reason]:
    """Yield that a route starts or ends in the air above a site it names.

    Height is taken over the pad or over the ground there, whichever is nearer.
    """
    path = plan.path
    if not isinstance(path, FlightPath):
        return
    row, end, column = (0, 0, 2) if role == "origin" else (-1, 1, 6)
    z_m = float(path.trajectory.segments[row, column])
    pad_hae_m = site.elevation_amsl_m + float(path.undulation_m[row, end])
    height_m = min(z_m - pad_hae_m, z_m - float(path.ground_m[row, end]))
    if height_m <= CLIMB_SLACK_M:
        return
    word, word_zh = _ROLES[role]
    values = {
        "verb": "starts" if role == "origin" else "ends",
        "verb_zh": "开始" if role == "origin" else "结束",
        "height_m": height_m,
        "role": word,
        "role_zh": word_zh,
        "name": site.name,
        "name_zh": site.name_zh or site.name,
    }
    yield reason("climb_not_filed", values, severity=policy.missing_climb, site_id=site.site_id)


# -- capacity ----------------------------------------------------------------------------------------------------------


def capacity_reasons(
    plan: FlightIntent, policy: Policy, scene: Scene, traffic: Traffic | None, ignore: Collection[str]
) -> Iterator[Reason]:
    """Yield each cell in which the flight would be one too many."""
    if traffic is None or not limited(policy):
        return
    judge = CellJudge(policy, scene.region, traffic.flights_in)
    for loss in judge.lost(plan.geometry, plan.cells, ignore):
        cell, frees_s = h3.int_to_str(loss.cell), None if loss.delay_s is None else loss.enters_s + loss.delay_s
        frees, frees_zh = _frees(frees_s, loss.enters_s)
        yield reason(
            "cell_capacity",
            {"cell": cell, "most": loss.most, "frees": frees, "frees_zh": frees_zh},
            rule="cell_capacity",
            h3_cell=cell,
            starts_s=loss.starts_s,
            ends_s=loss.ends_s,
            frees_s=frees_s,
        )


# -- the aircraft ------------------------------------------------------------------------------------------------------


def performance_reasons(plan: FlightIntent, policy: Policy) -> Iterator[Reason]:
    """Yield what the aircraft, as its firm declared it, cannot fly; the first reason holds the attainable times."""
    path, able = plan.path, plan.performance
    if able is None or not isinstance(path, FlightPath):
        return
    rows = path.trajectory.segments
    faults = performance_faults(path, able)
    windy = policy.wind is not None and able.max_speed_mps is not None
    if not faults and able.max_accel_mps2 is None and not windy:
        return
    times = timing(path, able, policy.tolerance, policy.wind)
    attainable = times.attainable_s or None
    for row, what, asked_mps, possible_mps in faults:
        i, j = plan.segment(row, row)
        word, word_zh = _RATES[what]
        values = {
            "i": i,
            "j": j,
            "what": word,
            "what_zh": word_zh,
            "asked_mps": asked_mps,
            "possible_mps": possible_mps,
        }
        yield reason(
            "performance_exceeded",
            values,
            rule=f"performance_{what}",
            segment=(i, j),
            starts_s=float(rows[row, 3]),
            ends_s=float(rows[row, 7]),
            attainable_s=attainable,
        )
        attainable = None
    wrong_row = times.unflyable_row if times.unflyable_row is not None else times.late_row
    if wrong_row is None or (faults and times.unflyable_row is None):
        return
    i, j = plan.segment(wrong_row, wrong_row)
    where: dict[str, Any] = {
        "segment": (i, j),
        "starts_s": float(rows[wrong_row, 3]),
        "ends_s": float(rows[wrong_row, 7]),
    }
    if times.unflyable_row is not None and policy.wind is not None:
        wind = {"wind_mps": policy.wind.speed_mps, "from_deg": policy.wind.from_deg}
        held = {"i": i, "j": j, **wind, "possible_mps": able.max_speed_mps}
        yield reason("wind_too_strong", held, rule="wind", **where)
        return
    late = {"i": i, "j": j, "late_s": times.late_s, "tolerance_s": policy.tolerance.time_s}
    yield reason("times_not_attainable", late, rule="performance_times", attainable_s=attainable, **where)


# -- words -------------------------------------------------------------------------------------------------------------


def _frees(frees_s: float | None, asked_s: float) -> tuple[str, str]:
    if frees_s is None:
        hours = f"{SEARCH_S / 3600:g}"
        return f"None frees within {hours} hours.", f"{hours} 小时内没有空位。请改日飞行，"
    later = f"{frees_s - asked_s:.0f}"
    at = _clock(frees_s)
    return f"There is room from {at} on: depart {later} s later.", f"{at} 起有空位：请推迟 {later} 秒起飞，"


def _clock(scene_s: float) -> str:
    at = from_scene_s(scene_s) + timedelta(seconds=RULE_CLOCK_OFFSET_S)
    return f"{at:%Y-%m-%d %H:%M:%S} (UTC+8)"
