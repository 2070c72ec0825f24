"""What stands in the way of a take-off beside the judgement: time, ground stops, the release; as reasons in two languages."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import numpy as np
import orjson

from airspace.decision import Decision, Reason
from airspace.policy import Policy
from airspace.rules.calendar import beijing_second
from airspace.timebase import from_scene_s, to_scene_s
from airspace.trajectory import FlightPath
from utm.airspace_book import GroundStop
from utm.flight_plans import Prepared
from utm.plan_records import Authority, decode_authority
from utm.store.tables import FlightPlanRow

GRANTED: Final = frozenset({"not_needed", "standing", "approved"})
"""How the application stands where nothing more is asked of the authority but its release."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands in the way of a take-off, beside what the judgement finds."""

    code: str
    detail: str
    detail_zh: str
    severity: Literal["refuse", "warning"] = "refuse"

    def as_reason(self) -> dict[str, Any]:
        """Return it in the shape of a decision's reason."""
        return {
            "code": self.code,
            "severity": self.severity,
            "detail": self.detail,
            "detail_zh": self.detail_zh,
            "segment": None,
            "starts_at": None,
            "ends_at": None,
            "horizontal_margin_m": None,
            "vertical_margin_m": None,
        }


def timing(row: FlightPlanRow, policy: Policy, now: datetime) -> list[Obstacle]:
    """Return what is wrong with starting a plan now: its departure has passed, or is too far ahead."""
    departure_at = from_scene_s(row.departure_s)
    late_s = (now - departure_at).total_seconds()
    if late_s > policy.departure_tolerance_s:
        return [
            Obstacle(
                "departure_missed",
                f"Departure was {late_s:.0f} s ago, more than the {policy.departure_tolerance_s:.0f} s a departure may "
                "be late. File a new plan.",
                f"计划起飞时间已过去 {late_s:.0f} 秒，超过允许的 {policy.departure_tolerance_s:.0f} 秒。请重新提交计划。",
            )
        ]
    if -late_s > policy.activation_early_s:
        opens = beijing_second(to_scene_s(departure_at) - policy.activation_early_s)
        return [
            Obstacle(
                "too_early",
                f"Departure is {-late_s:.0f} s away; activate from {opens} Beijing time on.",
                f"距起飞还有 {-late_s:.0f} 秒；请在北京时间 {opens} 之后激活。",
            )
        ]
    return []


def stopped_by(stop: GroundStop, prepared: Prepared, now: datetime) -> bool:
    """Tell whether a ground stop holds on a flight's route."""
    return stop.until > now and bool(stop.area.distance_m(_shapes(prepared)).min() <= 0)


def ground_stops(stops: Iterator[GroundStop], prepared: Prepared, now: datetime) -> list[Obstacle]:
    """Return the ground stops that hold on a flight's route."""
    found = []
    for stop in stops:
        if stopped_by(stop, prepared, now):
            until = beijing_second(to_scene_s(stop.until))
            found.append(
                Obstacle(
                    "ground_stop",
                    f"A ground stop holds on the route until {until} Beijing time ({stop.reason}). Wait until it is lifted.",
                    f"航线上有停飞令，至北京时间 {until} 有效（{stop.reason}）。请等待解除。",
                )
            )
    return found


def release(row: FlightPlanRow, policy: Policy) -> list[Obstacle]:
    """Take-off only after the authority's release; with no lead time its approval implies it."""
    authority = decode_authority(row.authority)
    if authority.application in GRANTED and policy.readiness_lead_s == 0:
        return []
    if authority.released_at is not None or exempt(authority):
        return []
    return [
        Obstacle(
            "not_released",
            "The authority has not released the flight yet. Report readiness with confirm and wait for the release.",
            "管制部门尚未放行。请先用 confirm 报告准备情况，并等待放行。",
        )
    ]


def readiness_late(row: FlightPlanRow, policy: Policy, now: datetime) -> bool:
    """Tell whether a report of readiness now comes later than the policy asks for."""
    lead_s = policy.readiness_lead_s
    if lead_s <= 0 or exempt(decode_authority(row.authority)):
        return False
    return (from_scene_s(row.departure_s) - now).total_seconds() < lead_s


def exempt(authority: Authority) -> bool:
    """Tell whether a flight needs neither application nor release: in suitable airspace (Article 31)."""
    return authority.clock is not None and authority.clock.exemption == "suitable_airspace"


def refused_by_a_person(reason: str | None) -> Obstacle:
    """Return why a pending plan was refused, with the person's reason where there is one."""
    said, said_zh = (f": {reason}", f"：{reason}") if reason else ("", "")
    return Obstacle(
        "refused_by_decision", f"The plan was refused by decision{said}.", f"计划经人工审核未获批准{said_zh}。"
    )


def unaccepted(row: FlightPlanRow, decision: Decision) -> list[Reason]:
    """Return what nobody has accepted for this plan: what somebody must decide now and stood in no decision on it."""
    known = {(item["code"], item.get("zone_id")) for item in orjson.loads(row.decision)["reasons"]}
    return [item for item in decision.reasons if item.severity == "pending" and (item.code, item.zone_id) not in known]


def _shapes(prepared: Prepared) -> Any:
    if isinstance(prepared.path, FlightPath):
        return prepared.path.lines
    return np.array([area.outline for area in prepared.path.areas], dtype=object)
