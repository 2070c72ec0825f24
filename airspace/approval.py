"""The judgement of a flight: rules, zones, corridors, sites and every other live plan, all reasons at once.

Pure: the conflicts with other plans come from the caller's engine (`conflicts_of`), names of other plans from the
caller's sense of who may see what (`other_plan`), and `now` is an argument.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, Literal, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from airspace.capacity import limited
from airspace.contingency_rules import contingency_reasons
from airspace.corridors import stays_in_corridor
from airspace.datums import terrain_names
from airspace.decision import Decision, Reason, decide, reason
from airspace.geometry4d import EPS_M, FloatArray, PlanGeometry, Separation
from airspace.infringement import Infringement, infringements
from airspace.intent import FlightIntent
from airspace.intervals import Intervals, gaps, merged, quadratic_within
from airspace.policy import Policy, Severity
from airspace.resources import Traffic, capacity_reasons, climb_reasons, pad_reasons, performance_reasons
from airspace.rules.clock import RuleClock, suitable_airspace
from airspace.rules.items import MissingItem
from airspace.rules.verdict import StandingCover
from airspace.scene import Scene
from airspace.schedule import DAYS, WeeklyTime, weekly_within
from airspace.separation_rules import separation_of
from airspace.site_rules import direction_reasons, hours_reasons
from airspace.sites import Site
from airspace.timebase import to_scene_s
from airspace.trajectory import FlightPath, height_pieces
from airspace.zones_near import restricting_zones_near

GROUND_SLACK_M: Final = 0.5
"""How far below the modelled ground a filed height may lie: roofs and heights rounded to the decimetre (ours)."""
_EDGE_DEG: Final = 1e-7
"""More than a round trip through the projection moves a point that lies on the edge of the service area."""
_EMERGENCY: Final = frozenset({"emergency", "public_safety"})
_NIGHT: Final = (WeeklyTime(DAYS, 20 * 3600.0, 6 * 3600.0),)
_ROLES: Final = {
    "origin": ("take-off", "起飞"),
    "destination": ("landing", "降落"),
    "alternate": ("alternate", "备降"),
}


class FoundConflict(Protocol):
    """What the engine says about one other plan (`airspace.deconfliction.Conflict`)."""

    @property
    def key(self) -> Any:
        """The engine's key of the other plan."""

    @property
    def own_first(self) -> int:
        """First own segment row or volume in conflict."""

    @property
    def own_last(self) -> int:
        """Last own segment row or volume in conflict."""

    @property
    def starts_s(self) -> float:
        """Own scene second of the first loss."""

    @property
    def ends_s(self) -> float:
        """Own scene second of the last loss."""

    @property
    def horizontal_m(self) -> float:
        """Horizontal distance at the worst moment."""

    @property
    def vertical_m(self) -> float:
        """Vertical distance at the worst moment."""

    @property
    def minima(self) -> Separation:
        """What the pair was held to."""


Check: TypeAlias = Literal[
    "conflicts",
    "zones",
    "heights",
    "service_area",
    "corridors",
    "sites",
    "pads",
    "capacity",
    "performance",
    "formalities",
    "contingency",
]
CHECKS: Final[frozenset[Check]] = frozenset(get_args(Check))
_AIRSPACE: Final[frozenset[Check]] = frozenset({"zones", "heights"})


def evaluate(
    plan: FlightIntent,
    policy: Policy,
    scene: Scene,
    now: datetime,
    *,
    conflicts_of: Callable[[PlanGeometry, Separation], Sequence[FoundConflict]],
    other_plan: Callable[[Any], str],
    traffic: Traffic | None = None,
    ignore: Collection[str] = (),
    checks: Collection[Check] = CHECKS,
    standing: Callable[[FlightIntent], StandingCover | None] | None = None,
    worded: bool = True,
) -> Decision:
    """Judge a plan and return every reason for or against it.

    `conflicts_of(geometry, separation)` returns all conflicts with live plans (the plan's own older version left out);
    `other_plan(key)` is the name by which this plan's owner may know the other one. `traffic` tells who else uses pads
    and cells (None: nobody); of it, the plan's own id and those of `ignore` are left out. `checks` narrows the
    judgement to some kinds of rule, for the question what a change of policy would do. `standing` tells which standing
    approval covers a flight (default: whatever the plan says of itself). `worded` False leaves conflicts with other plans
    without names and sentences, for the question whether an offer would be approved.
    """
    minima = separation_of(plan, policy, scene)
    own = frozenset(ignore) if plan.plan_id is None else frozenset((*ignore, plan.plan_id))
    reasons: list[Reason] = []

    def suitable() -> bool:
        if not _AIRSPACE.issubset(checks):
            reasons_there = [*_zones(plan, policy, scene), *_heights(plan, policy, scene)]
            return suitable_airspace(plan, policy, reasons_there)
        return suitable_airspace(plan, policy, reasons)

    clock = RuleClock(plan, policy, scene, now, suitable, standing) if "formalities" in checks else None
    # Written out one after the other: this runs for every plan and every offer.
    if "conflicts" in checks:
        conflicts = conflicts_of(plan.geometry, minima)
        if conflicts:
            reasons.extend(_plan_conflicts(plan, conflicts, other_plan) if worded else _lost(conflicts))
    if "zones" in checks:
        reasons.extend(_zones(plan, policy, scene))
    if "heights" in checks:
        reasons.extend(_heights(plan, policy, scene))
    if "service_area" in checks:
        reasons.extend(_service_area(plan, scene))
    if "corridors" in checks and not policy.free_flight_allowed:
        reasons.extend(_corridors(plan, policy, scene))
    if "sites" in checks:
        reasons.extend(_sites(plan, policy, scene))
    if "pads" in checks and traffic is not None:
        reasons.extend(pad_reasons(plan, policy, scene, traffic, own))
    if "capacity" in checks and traffic is not None and limited(policy):
        reasons.extend(capacity_reasons(plan, policy, scene, traffic, own))
    if "performance" in checks and plan.performance is not None:
        reasons.extend(performance_reasons(plan, policy))
    if "formalities" in checks:
        reasons.extend(_formalities(plan, policy, now, clock))
    if "contingency" in checks and plan.contingency is not None:
        reasons.extend(contingency_reasons(plan, policy, scene))
    return decide(reasons, now, policy.version, minima, None if clock is None else clock.verdict)


def _lost(conflicts: Sequence[FoundConflict]) -> Iterator[Reason]:
    for found in conflicts:
        yield Reason("conflict_with_plan", "refuse", "", "", starts_s=found.starts_s, ends_s=found.ends_s)


def _plan_conflicts(
    plan: FlightIntent, conflicts: Sequence[FoundConflict], other_plan: Callable[[Any], str]
) -> Iterator[Reason]:
    for found in conflicts:
        i, j = plan.segment(found.own_first, found.own_last)
        ref, minima = other_plan(found.key), found.minima
        values = {
            "i": i,
            "j": j,
            "other": f"the plan {ref}",
            "other_zh": f"计划 {ref} ",
            "horizontal_m": found.horizontal_m,
            "vertical_m": found.vertical_m,
            "min_horizontal_m": minima.horizontal_m,
            "min_vertical_m": minima.vertical_m,
            "buffer_s": minima.time_buffer_s,
        }
        yield reason(
            "conflict_with_plan",
            values,
            other_plan_ref=ref,
            segment=(i, j),
            starts_s=found.starts_s,
            ends_s=found.ends_s,
            horizontal_margin_m=found.horizontal_m - minima.horizontal_m,
            vertical_margin_m=found.vertical_m - minima.vertical_m,
        )


def _zones(plan: FlightIntent, policy: Policy, scene: Scene) -> Iterator[Reason]:
    zones = restricting_zones_near(plan, scene)
    for found in infringements(plan.path, zones, policy.tolerance):
        yield _zone_reason(found, policy)


def _zone_reason(found: Infringement, policy: Policy) -> Reason:
    zone = found.zone
    codes = {
        "PROHIBITED": "zone_prohibited",
        "REQ_AUTHORISATION": "zone_requires_authorisation",
        "CONDITIONAL": "zone_conditional",
    }
    code = codes[zone.restriction]
    severity: Severity | None = policy.conditional_zones if zone.restriction == "CONDITIONAL" else None
    depth, depth_zh = (
        f"{-found.horizontal_margin_m:.1f} m horizontally",
        f"水平侵入 {-found.horizontal_margin_m:.1f} 米",
    )
    if found.vertical_margin_m is not None:
        depth += f" and {-found.vertical_margin_m:.1f} m vertically"
        depth_zh += f"、垂直侵入 {-found.vertical_margin_m:.1f} 米"
    message_zh = zone.message_zh or zone.message
    values = {
        "i": found.segment[0],
        "j": found.segment[1],
        "name": zone.name,
        "name_zh": zone.name_zh or zone.name,
        "depth": depth,
        "depth_zh": depth_zh,
        "authority": zone.authority or "the responsible authority",
        "authority_zh": zone.authority or "主管部门",
        "message": f" {zone.message}" if zone.message else "",
        "message_zh": message_zh or "",
    }
    return reason(
        code,
        values,
        severity=severity,
        zone_id=zone.zone_id,
        segment=found.segment,
        starts_s=found.starts_s,
        ends_s=found.ends_s,
        horizontal_margin_m=found.horizontal_margin_m,
        vertical_margin_m=found.vertical_margin_m,
    )


def _heights(plan: FlightIntent, policy: Policy, scene: Scene) -> Iterator[Reason]:
    terrain = scene.region.altitude.terrain
    rise = policy.tolerance.vertical_m
    severity: Severity = "pending" if plan.operation_type in policy.ceiling_exempt_operations else "refuse"
    if plan.uses_true_height and terrain.synthetic and not policy.auto_approve_synthetic_terrain:
        yield reason("synthetic_terrain", terrain_names(terrain), rule="terrain")
    path = plan.path
    if isinstance(path, FlightPath):
        low_m, high_m = path.extremes[4:6]
        if high_m + rise <= policy.ceiling_agl_m + EPS_M and low_m >= -GROUND_SLACK_M:
            return
    tops, bottoms = _true_heights(plan)
    for first, last in _runs(np.flatnonzero(tops + rise > policy.ceiling_agl_m + EPS_M)):
        top_m = float(tops[first : last + 1].max()) + rise
        starts_s, ends_s = _time_beyond(plan, first, last, low=policy.ceiling_agl_m - rise + EPS_M)
        i, j = plan.segment(first, last)
        values = {
            "i": i,
            "j": j,
            "top_m": top_m,
            "tolerance_m": rise,
            "ceiling_m": policy.ceiling_agl_m,
            "excess_m": top_m - policy.ceiling_agl_m,
        }
        yield reason(
            "above_ceiling",
            values,
            severity=severity,
            rule="ceiling",
            segment=(i, j),
            starts_s=starts_s,
            ends_s=ends_s,
            vertical_margin_m=policy.ceiling_agl_m - top_m,
        )
    for first, last in _runs(np.flatnonzero(bottoms < -GROUND_SLACK_M)):
        depth_m = -float(bottoms[first : last + 1].min())
        starts_s, ends_s = _time_beyond(plan, first, last, high=-GROUND_SLACK_M)
        i, j = plan.segment(first, last)
        yield reason(
            "below_terrain",
            {"i": i, "j": j, "depth_m": depth_m, **terrain_names(terrain)},
            rule="terrain",
            segment=(i, j),
            starts_s=starts_s,
            ends_s=ends_s,
            vertical_margin_m=-depth_m,
        )


def _true_heights(plan: FlightIntent) -> tuple[FloatArray, FloatArray]:
    """Return the highest true height of each part, and the height of its lowest point (volumes: of its top)."""
    path = plan.path
    if isinstance(path, FlightPath):
        return path.agl_high_m, path.agl_low_m
    tops = np.array([prism.z_high_m for prism in path.prisms])
    # A volume may reach into the ground; only one that lies wholly below it cannot be flown.
    return tops - path.ground_low_m, tops - path.ground_low_m


def _service_area(plan: FlightIntent, scene: Scene) -> Iterator[Reason]:
    """Check the legs of a flight between waypoints that are inside: the area is a box, so its map is nearly convex."""
    path, service = plan.path, scene.region.service
    if not isinstance(path, FlightPath):
        return
    south, north, west, east = path.extremes[:4]
    if (
        south >= service.min_lat_deg - _EDGE_DEG
        and north <= service.max_lat_deg + _EDGE_DEG
        and west >= service.min_lon_deg - _EDGE_DEG
        and east <= service.max_lon_deg + _EDGE_DEG
    ):
        return
    outside = (
        (path.lat_deg < service.min_lat_deg - _EDGE_DEG)
        | (path.lat_deg > service.max_lat_deg + _EDGE_DEG)
        | (path.lon_deg < service.min_lon_deg - _EDGE_DEG)
        | (path.lon_deg > service.max_lon_deg + _EDGE_DEG)
    ).any(axis=1)
    for first, last in _runs(np.flatnonzero(outside)):
        i, j = plan.segment(first, last)
        rows = path.trajectory.segments
        yield reason(
            "outside_service_area",
            {"i": i, "j": j},
            rule="service_area",
            segment=(i, j),
            starts_s=float(rows[first, 3]),
            ends_s=float(rows[last, 7]),
        )


def _corridors(plan: FlightIntent, policy: Policy, scene: Scene) -> Iterator[Reason]:
    path = plan.path
    corridors, sites = scene.corridors.candidates(plan.cells), scene.sites.candidates(plan.cells)
    if not isinstance(path, FlightPath):
        # Volumes have no direction to compare with: while free flight is closed, an officer looks at them.
        yield reason("outside_corridor", {"i": 0, "j": len(path.prisms) - 1}, severity="pending", rule="free_flight")
        return
    lost: list[tuple[int, Intervals]] = []
    for row in range(len(path.trajectory.segments)):
        inside: Intervals = []
        for corridor in corridors:
            inside.extend(stays_in_corridor(path, row, corridor, policy.tolerance))
        inside.extend(_stays_over_sites(path, row, sites))
        left = [pair for pair in gaps(merged(inside), 0.0, 1.0) if pair[1] - pair[0] > 1e-9]
        if left:
            lost.append((row, left))
    for first, last in _runs(np.array([row for row, _ in lost], dtype=np.int64)):
        rows = path.trajectory.segments
        starts, ends = dict(lost)[first][0][0], dict(lost)[last][-1][1]
        i, j = plan.segment(first, last)
        yield reason(
            "outside_corridor",
            {"i": i, "j": j},
            rule="free_flight",
            segment=(i, j),
            starts_s=float(rows[first, 3] + starts * (rows[first, 7] - rows[first, 3])),
            ends_s=float(rows[last, 3] + ends * (rows[last, 7] - rows[last, 3])),
        )


def _stays_over_sites(path: FlightPath, row: int, sites: Sequence[Site]) -> Intervals:
    """Return the fractions of a segment over a site, where a flight may climb and descend at any height."""
    found: Intervals = []
    x0, y0, _, _, x1, y1, _, _ = path.trajectory.segments[row].tolist()
    for site in sites:
        a = (x1 - x0) ** 2 + (y1 - y0) ** 2
        b = 2 * ((x0 - site.x_m) * (x1 - x0) + (y0 - site.y_m) * (y1 - y0))
        c = (x0 - site.x_m) ** 2 + (y0 - site.y_m) ** 2
        found.extend(quadratic_within(a, b, c, -1.0, site.radius_m**2 + EPS_M))
    return found


def _sites(plan: FlightIntent, policy: Policy, scene: Scene) -> Iterator[Reason]:
    named = [("origin", plan.origin_site_id), ("destination", plan.destination_site_id)]
    named.extend(("alternate", site_id) for site_id in plan.alternate_site_ids)
    path = plan.path
    for role, site_id in named:
        word, word_zh = _ROLES[role]
        if site_id is None:
            if not policy.off_site_allowed and role != "alternate":
                yield reason("off_site_not_allowed", {"role": word, "role_zh": word_zh}, rule="off_site")
            continue
        site = scene.sites.sites.get(site_id)
        if site is None or (site.operator_id is not None and site.operator_id != plan.operator_id):
            values = {"role": word, "role_zh": word_zh, "site_id": site_id}
            yield reason("site_unknown", values, site_id=site_id)
            continue
        values = {"role": word, "role_zh": word_zh, "name": site.name, "name_zh": site.name_zh or site.name}
        if not site.open:
            yield reason("site_closed", values, site_id=site_id)
        else:
            yield from hours_reasons(plan, policy, site, role, values)
        if role == "alternate" or not isinstance(path, FlightPath):
            continue
        yield from direction_reasons(plan, site, role, values)
        row, columns = (0, (0, 1)) if role == "origin" else (-1, (4, 5))
        x, y = path.trajectory.segments[row, columns[0]], path.trajectory.segments[row, columns[1]]
        distance_m = float(np.hypot(x - site.x_m, y - site.y_m))
        if distance_m > site.radius_m:
            away: dict[str, object] = {**values, "distance_m": distance_m, "radius_m": site.radius_m}
            severity: Severity = "warning" if policy.off_site_allowed else "refuse"
            yield reason("site_away_from_route", away, severity=severity, site_id=site_id)
        else:
            yield from climb_reasons(plan, policy, site, role)


def is_night(starts_s: float, ends_s: float) -> bool:
    """Tell whether a window of scene seconds touches the night of the rule clock."""
    return bool(weekly_within(_NIGHT, starts_s, ends_s))


def _formalities(plan: FlightIntent, policy: Policy, now: datetime, clock: RuleClock | None) -> Iterator[Reason]:
    starts_s, ends_s = plan.window_s
    if plan.priority > plan.priority_limit:
        entitled = {"priority": plan.priority, "limit": plan.priority_limit}
        yield reason("priority_not_entitled", entitled, rule="priority")
    lasts_s = ends_s - starts_s
    if not policy.min_duration_s <= lasts_s <= policy.max_duration_s:
        limits = {"lasts_s": lasts_s, "low_s": policy.min_duration_s, "high_s": policy.max_duration_s}
        yield reason("duration_not_allowed", limits, rule="duration", starts_s=starts_s, ends_s=ends_s)
    asked_s = policy.emergency_filing_lead_s if plan.operation_type in _EMERGENCY else policy.filing_lead_s
    given_s = min(to_scene_s(plan.departure_at), starts_s) - to_scene_s(now)
    if plan.filed_at is None and asked_s > 0 and given_s < asked_s:
        yield reason("filed_too_late", {"given_s": max(given_s, 0.0), "asked_s": asked_s}, rule="filing_lead")
    if not policy.night_flight_allowed:
        dark = weekly_within(_NIGHT, starts_s, ends_s)
        if dark:
            first, last = max(dark[0][0], starts_s), min(dark[-1][1], ends_s)
            yield reason("night_flight", {}, rule="night_flight", starts_s=first, ends_s=last)
    if clock is not None:
        yield from clock.reasons()
    if plan.missing_article27:
        yield _article27(plan.missing_article27, policy.article27_missing)


@lru_cache(maxsize=256)  # a firm's plans mostly lack the same
def _article27(found: tuple[MissingItem, ...], severity: Severity) -> Reason:
    missing = {
        "items": ", ".join(item.words for item in found),
        "items_zh": "、".join(item.words_zh for item in found),
    }
    return reason("article27_missing", missing, severity=severity, rule="article27", items=found)


def _time_beyond(
    plan: FlightIntent, first: int, last: int, *, low: float = -np.inf, high: float = np.inf
) -> tuple[float, float]:
    """Return the first and last scene second at which true height is at least `low` and at most `high`."""
    path = plan.path
    if not isinstance(path, FlightPath):
        return path.prisms[first].t_start_s, path.prisms[last].t_end_s
    rows = path.trajectory.segments
    times: list[float] = []
    for row in range(first, last + 1):
        t0, t1 = float(rows[row, 3]), float(rows[row, 7])
        for s0, s1, a, b, c in height_pieces(path, row, "AGL"):
            for u0, u1 in quadratic_within(a, b, c, float(low), float(high)):
                times.extend(t0 + (s0 + u * (s1 - s0)) * (t1 - t0) for u in (u0, u1))
    if not times:
        # The excess is a touch of one instant: the whole run is named.
        return float(rows[first, 3]), float(rows[last, 7])
    return min(times), max(times)


def _runs(indices: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Return first and last of each run of consecutive rising integers."""
    if not len(indices):
        return []
    breaks = np.flatnonzero(np.diff(indices) > 1)
    firsts = [int(indices[0]), *indices[breaks + 1].tolist()]
    lasts = [*indices[breaks].tolist(), int(indices[-1])]
    return list(zip(firsts, lasts, strict=True))
