"""The rule clock in a judgement: facts of a flight, the verdict on them, and the reasons that follow."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import cached_property
from typing import Final

import numpy as np

from airspace.decision import Reason, reason
from airspace.geometry4d import EPS_M
from airspace.intent import FlightIntent
from airspace.policy import Policy
from airspace.rules.book import TRIGGER_TEXT, Lateness, Rulebook
from airspace.rules.calendar import beijing_text
from airspace.rules.verdict import EMERGENCY, Facts, StandingCover, Verdict, judge
from airspace.scene import Scene
from airspace.timebase import to_scene_s
from airspace.trajectory import FlightPath

_CONTROLLED: Final = frozenset({"zone_prohibited", "zone_requires_authorisation", "above_ceiling"})


def suitable_airspace(plan: FlightIntent, policy: Policy, found: Collection[Reason]) -> bool:
    """Tell whether a flight keeps to suitable airspace (Article 19): under its ceiling and in no controlled zone.

    `found` are the reasons zones and heights gave it.
    """
    if any(item.code in _CONTROLLED for item in found):
        return False
    return top_agl_m(plan) + policy.tolerance.vertical_m <= policy.rules.suitable_ceiling_agl_m + EPS_M


def top_agl_m(plan: FlightIntent) -> float:
    """Return the highest true height of a flight, without its tolerance."""
    path = plan.path
    if isinstance(path, FlightPath):
        return float(path.extremes[5])
    tops = np.array([prism.z_high_m for prism in path.prisms])
    return float((tops - path.ground_low_m).max())


def over_own_sites(plan: FlightIntent, policy: Policy, scene: Scene) -> bool:
    """Tell whether all of a flight, with its tolerance, stays over sites of its own firm and under the state ceiling."""
    path = plan.path
    if not isinstance(path, FlightPath) or top_agl_m(plan) + policy.tolerance.vertical_m > (
        policy.rules.state_ceiling_agl_m + EPS_M
    ):
        return False
    rows = path.trajectory.segments
    reach_m = policy.tolerance.horizontal_m
    covered = np.zeros(len(rows), np.bool_)
    for site in scene.sites.candidates(plan.cells):
        if site.operator_id != plan.operator_id:
            continue
        # A disc is convex: a leg lies in it when both of its ends do.
        ends = (np.hypot(rows[:, k] - site.x_m, rows[:, k + 1] - site.y_m) for k in (0, 4))
        inside = [distance + reach_m <= site.radius_m + EPS_M for distance in ends]
        covered |= inside[0] & inside[1]
    return bool(covered.all())


def field_work(plan: FlightIntent, policy: Policy) -> bool:
    """Tell whether a flight is one of an agricultural aircraft that keeps, with its tolerance, to the limits of its class."""
    path, most = plan.path, policy.rules.agricultural_limits
    if not plan.agricultural or not isinstance(path, FlightPath):
        return False
    if most.max_height_agl_m is not None and (
        top_agl_m(plan) + policy.tolerance.vertical_m > most.max_height_agl_m + EPS_M
    ):
        return False
    rows = path.trajectory.segments
    # A leg reaches farthest from a point at one of its ends.
    away_m = max(np.hypot(rows[:, k] - rows[0, 0], rows[:, k + 1] - rows[0, 1]).max() for k in (0, 4))
    reach_m = float(away_m) + policy.tolerance.horizontal_m
    return most.max_radius_m is None or reach_m <= most.max_radius_m + EPS_M


class RuleClock:
    """The verdict on one flight, worked out when it is first asked for."""

    def __init__(
        self,
        plan: FlightIntent,
        policy: Policy,
        scene: Scene,
        now: datetime,
        suitable: Callable[[], bool],
        standing: Callable[[FlightIntent], StandingCover | None] | None,
    ) -> None:
        self._plan, self._policy, self._book = plan, policy, policy.rules
        cover = standing(plan) if standing is not None else StandingCover() if plan.standing_approval else None
        self._facts = Facts(
            operation_type=plan.operation_type,
            aircraft_class=plan.aircraft_class,
            declared_triggers=plan.declared_triggers,
            urgency=plan.urgency,
            departure_s=to_scene_s(plan.departure_at),
            filed_s=to_scene_s(plan.filed_at or now),
            readiness_lead_s=policy.readiness_lead_s,
            standing=cover,
            suitable=suitable,
            over_own_sites=lambda: over_own_sites(plan, policy, scene),
            field_work=lambda: field_work(plan, policy),
        )

    @cached_property
    def verdict(self) -> Verdict:
        """How the flight stands to the authority; asked after zones and heights were judged."""
        return judge(self._facts, self._book)

    def reasons(self) -> Iterator[Reason]:
        """Yield what the rule clock says against the flight."""
        if self._plan.urgency is not None and self._plan.operation_type not in EMERGENCY:
            yield reason("urgency_not_applicable", {}, rule="filing_clock")
        needs = self._policy.standing_approval_required
        # Whether it came in time was judged when it was filed, by the rules of that day.
        anew = self._plan.filed_at is None
        yield from reasons(self.verdict, self._facts, self._book, needs_authority=needs, lateness=anew)


def reasons(
    found: Verdict, facts: Facts, book: Rulebook, *, needs_authority: bool, lateness: bool = True
) -> Iterator[Reason]:
    """Yield what the rule clock says against a flight.

    `needs_authority` False: nobody waits for the authority; `lateness` False: whether it is late is not asked.
    """
    if found.application == "submitted" and needs_authority:
        because, because_zh = _because(found)
        values = {"because": because, "because_zh": because_zh}
        yield reason("pending_authority", values, rule="standing_approval")
    if not lateness or not found.late or found.apply_by_s is None:
        return
    values = {"by": beijing_text(found.apply_by_s), "departs": beijing_text(facts.departure_s)}
    if found.application == "submitted" and book.late_application != "off":
        yield _late("applied_too_late", values, book.late_application)
    elif found.application == "standing" and book.late_standing_filing != "off":
        yield _late("standing_not_filed", values, book.late_standing_filing)


def _late(code: str, values: dict[str, str], severity: Lateness) -> Reason:
    if severity == "off":
        raise ValueError("what is switched off is no reason")
    return reason(code, values, severity=severity, rule="filing_clock")


def _because(found: Verdict) -> tuple[str, str]:
    """Return in words why no exemption holds, with a space or a comma before."""
    if not found.triggers:
        return "", ""
    words = ", ".join(TRIGGER_TEXT[name][0] for name in found.triggers)
    words_zh = "、".join(TRIGGER_TEXT[name][1] for name in found.triggers)
    said = " (assumed of its kind; declare special_conditions)" if found.assumed else ""
    said_zh = "（按作业类型推定；可在 special_conditions 中申明）" if found.assumed else ""
    return f" (Article 31(2): {words}){said}", f"（第三十一条第二款：{words_zh}）{said_zh}"
