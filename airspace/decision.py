"""What an evaluation says: reasons with margins, an outcome, offers; and their JSON form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from airspace.geometry4d import PlanGeometry, Separation
from airspace.policy import Severity
from airspace.reasons import CATALOGUE, render
from airspace.rules.items import MissingItem, item_to_dict
from airspace.rules.verdict import Verdict
from airspace.timebase import from_scene_s

Outcome: TypeAlias = Literal["approved", "pending", "refused"]

_RANK: dict[Severity, int] = {"refuse": 0, "pending": 1, "warning": 2}
_OUTCOMES: dict[Severity, Outcome] = {"refuse": "refused", "pending": "pending", "warning": "approved"}


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that stands in the way of a flight, or that its owner should know.

    `segment` = (i, j) are indices of filed waypoints (volumes: i == j, the filed volume). A margin is the distance kept
    minus the least one allowed, negative when lost. Exactly one of the ids or `rule` says what it is about. `frees_s` is
    the first scene second at which the stay asked for would fit; `attainable_s` are seconds after departure at which
    each filed waypoint can be reached, and may be filed as its `t_s`.
    """

    code: str
    severity: Severity
    detail: str
    detail_zh: str
    zone_id: str | None = None
    other_plan_ref: str | None = None
    site_id: str | None = None
    rule: str | None = None
    segment: tuple[int, int] | None = None
    starts_s: float | None = None
    ends_s: float | None = None
    horizontal_margin_m: float | None = None
    vertical_margin_m: float | None = None
    h3_cell: str | None = None
    frees_s: float | None = None
    attainable_s: tuple[float, ...] | None = None
    curable: bool | None = None
    """False when changes were looked for and none gets rid of this reason; None when that is not known."""
    items: tuple[MissingItem, ...] = ()
    """The missing items of Article 27, where that is the reason."""


@dataclass(frozen=True, slots=True)
class CounterOffer:
    """A way to fly after all: `plan` is a complete body that can be filed as it stands.

    `delay_s` is how much later it departs; `extra_m` and `extra_wh` compare the flights, negative when it saves.
    """

    kind: Literal["delay", "altitude", "route", "site"]
    detail: str
    plan: Mapping[str, Any]
    delay_s: float
    extra_m: float
    extra_wh: float | None
    held_until: datetime | None = None
    detail_zh: str = ""
    geometry: PlanGeometry | None = field(default=None, repr=False, compare=False)
    """What it would reserve, where that was compiled; no part of the answer."""
    separation: Separation | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a plan: the outcome follows from the severest reason; `separation` is what it was held to."""

    outcome: Outcome
    decided_at: datetime
    policy_version: int
    reasons: tuple[Reason, ...]
    counter_offers: tuple[CounterOffer, ...] = ()
    separation: Separation | None = None
    verdict: Verdict | None = None
    """How the flight stands to the outside authority, where that was judged."""


def reason(code: str, values: Mapping[str, object], *, severity: Severity | None = None, **where: Any) -> Reason:
    """Return a reason with its sentences filled in; `where` are the remaining fields of `Reason`."""
    detail, detail_zh = render(code, **values)
    chosen = severity if severity is not None else CATALOGUE[code].severity
    if chosen is None:
        raise ValueError(f"{code} needs a severity")
    return Reason(code, chosen, detail, detail_zh, **where)


def decide(
    reasons: list[Reason],
    decided_at: datetime,
    policy_version: int,
    separation: Separation | None = None,
    verdict: Verdict | None = None,
) -> Decision:
    """Return the decision the reasons lead to; refusing ones first, then pending, then warnings, each by start time."""
    ordered = reasons if len(reasons) < 2 else sorted(reasons, key=_weight)
    worst = ordered[0].severity if ordered else "warning"
    return Decision(
        _OUTCOMES[worst], decided_at, policy_version, tuple(ordered), separation=separation, verdict=verdict
    )


def _weight(item: Reason) -> tuple[int, bool, float, str]:
    return _RANK[item.severity], item.starts_s is None, item.starts_s or 0.0, item.code


def instant_text(at: datetime) -> str:
    """Return an aware UTC instant as RFC 3339 text."""
    return at.isoformat().replace("+00:00", "Z")


def reason_to_dict(item: Reason) -> dict[str, Any]:
    """Return a reason as JSON values; of the fields that say what it is about, only the one that applies is there."""
    result: dict[str, Any] = {
        "code": item.code,
        "severity": item.severity,
        "detail": item.detail,
        "detail_zh": item.detail_zh,
    }
    for name in ("zone_id", "other_plan_ref", "site_id", "rule"):
        value = getattr(item, name)
        if value is not None:
            result[name] = value
    result["segment"] = None if item.segment is None else list(item.segment)
    result["starts_at"] = None if item.starts_s is None else instant_text(from_scene_s(item.starts_s))
    result["ends_at"] = None if item.ends_s is None else instant_text(from_scene_s(item.ends_s))
    result["horizontal_margin_m"] = None if item.horizontal_margin_m is None else round(item.horizontal_margin_m, 3)
    result["vertical_margin_m"] = None if item.vertical_margin_m is None else round(item.vertical_margin_m, 3)
    if item.h3_cell is not None:
        result["h3_cell"] = item.h3_cell
    if item.frees_s is not None:
        result["frees_at"] = instant_text(from_scene_s(item.frees_s))
    if item.attainable_s is not None:
        result["attainable_s"] = list(item.attainable_s)
    if item.curable is not None:
        result["curable"] = item.curable
    if item.items:
        result["items"] = [item_to_dict(missing) for missing in item.items]
    return result


def offer_to_dict(offer: CounterOffer) -> dict[str, Any]:
    """Return a counter-offer as JSON values."""
    return {
        "kind": offer.kind,
        "detail": offer.detail,
        "detail_zh": offer.detail_zh,
        "plan": dict(offer.plan),
        "cost": {"delay_s": offer.delay_s, "extra_m": offer.extra_m, "extra_wh": offer.extra_wh},
        "held_until": None if offer.held_until is None else instant_text(offer.held_until),
    }


def _separation_to_dict(minima: Separation) -> dict[str, float]:
    return {
        "horizontal_m": minima.horizontal_m,
        "vertical_m": minima.vertical_m,
        "time_buffer_s": minima.time_buffer_s,
    }


def decision_to_dict(decision: Decision, took_ms: float) -> dict[str, Any]:
    """Return a decision as JSON values; how long it took is measured outside, where there is a clock."""
    return {
        "outcome": decision.outcome,
        "decided_at": instant_text(decision.decided_at),
        "took_ms": round(took_ms, 3),
        "policy_version": decision.policy_version,
        "separation": None if decision.separation is None else _separation_to_dict(decision.separation),
        "reasons": [reason_to_dict(item) for item in decision.reasons],
        "counter_offers": [offer_to_dict(offer) for offer in decision.counter_offers],
    }
