"""Fairness: how each firm's requests fared, so that a regulator can see that none is squeezed out.

Within a priority the first to file is served first. A request is a plan as first filed; one that is filed again from a
counter-offer is a request of its own, recognised by its content: same aircraft, departure and route as an offer the
firm was made. Its delay is how much later it departs than the plan that was refused.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import orjson

from airspace.timebase import to_scene_s
from utm.plan_records import decode_authority
from utm.store.statistics import FiledPlan

Fate = Literal["approved", "refused", "pending", "lapsed"]
_DECIMALS: Final = 6
_NO_OFFERS: Final = '"counter_offers":[]'


@dataclass(slots=True)
class FirmRecord:
    """How the requests of one firm fared.

    `lapsed` were given up or expired before anybody decided; `displaced` were approved and then withdrawn for others.
    `delays_s` holds the delay of every approved plan, 0 where it was approved as first asked for.
    """

    requested: int = 0
    approved: int = 0
    refused: int = 0
    pending: int = 0
    lapsed: int = 0
    displaced: int = 0
    offers_taken: int = 0
    delays_s: list[float] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)

    def document(self) -> dict[str, Any]:
        """Return the record as the API answers it; shares and means of nothing are null."""
        decided = self.approved + self.refused
        return {
            "requested": self.requested,
            "approved": self.approved,
            "refused": self.refused,
            "pending": self.pending,
            "lapsed": self.lapsed,
            "displaced": self.displaced,
            "offers_taken": self.offers_taken,
            "approved_share": round(self.approved / decided, 4) if decided else None,
            "mean_delay_s": round(sum(self.delays_s) / len(self.delays_s), 3) if self.delays_s else None,
            "refusals": [
                {"code": code, "plans": many, "share": round(many / self.refused, 4)}
                for code, many in sorted(self.causes.items(), key=lambda item: (-item[1], item[0]))
            ],
        }


def fairness(plans: Iterable[FiledPlan], from_s: float) -> dict[str, FirmRecord]:
    """Return the record of each firm that filed; plans before `from_s` only tell what offers later ones come from."""
    known = list(plans)
    offers = _offers_made(known)
    firms: dict[str, FirmRecord] = {}
    for plan in known:
        if plan.departure_s < from_s:
            continue
        record = firms.setdefault(plan.organisation_id, FirmRecord())
        fate = fate_of(plan)
        record.requested += 1
        setattr(record, fate, getattr(record, fate) + 1)
        record.displaced += plan.state == "withdrawn"
        if fate == "refused":
            record.causes.update(_causes(plan))
        elif fate == "approved":
            body = orjson.loads(plan.body)
            asked_s = offers.get((plan.organisation_id, _content(body)))
            record.offers_taken += asked_s is not None
            record.delays_s.append(0.0 if asked_s is None else max(0.0, _departure_s(body) - asked_s))
    return firms


def total(records: Iterable[FirmRecord]) -> FirmRecord:
    """Return the records of all firms as one."""
    whole = FirmRecord()
    for record in records:
        for name in ("requested", "approved", "refused", "pending", "lapsed", "displaced", "offers_taken"):
            setattr(whole, name, getattr(whole, name) + getattr(record, name))
        whole.delays_s.extend(record.delays_s)
        whole.causes.update(record.causes)
    return whole


def fate_of(plan: FiledPlan) -> Fate:
    """Return what became of a request; one that was approved stays so, whatever happened to the flight."""
    if plan.state == "refused":
        return "refused"
    if plan.approved or decode_authority(plan.authority).application == "approved":
        return "approved"
    return "pending" if plan.state in ("pending", "draft") else "lapsed"


def _causes(plan: FiledPlan) -> set[str]:
    reasons = orjson.loads(plan.decision)["reasons"]
    return {reason["code"] for reason in reasons if reason["severity"] == "refuse"}


def _offers_made(plans: Sequence[FiledPlan]) -> dict[tuple[str, str], float]:
    """Return the departure first asked for, by firm and content of every offer; the earliest where several led there.

    An offer that is filed and refused in turn hands on when the firm first wanted to fly; offers depart no earlier than
    what they stand in for, so in the order of departure every plan comes after those that led to it.
    """
    found: dict[tuple[str, str], float] = {}
    for plan in sorted(plans, key=lambda item: item.departure_s):
        if _NO_OFFERS in plan.decision:
            continue
        body = orjson.loads(plan.body)
        asked_s = _departure_s(body)
        asked_s = min(asked_s, found.get((plan.organisation_id, _content(body)), asked_s))
        for offer in orjson.loads(plan.decision)["counter_offers"]:
            key = (plan.organisation_id, _content(offer["plan"]))
            found[key] = min(asked_s, found.get(key, asked_s))
    return found


def _departure_s(body: Mapping[str, Any]) -> float:
    return to_scene_s(datetime.fromisoformat(str(body["departure_at"]).upper()))


def _content(body: Mapping[str, Any]) -> str:
    """Return what makes two bodies the same flight, however their numbers and times are written."""
    parts = [body["aircraft_id"], round(_departure_s(body), 3), _plain(body["route"])]
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS).decode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return round(float(value), _DECIMALS)
    return value
