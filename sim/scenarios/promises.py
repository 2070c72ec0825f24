"""The times the service promises, measured while a scenario runs, from what the API says and from how long it took.

volume_s    from the instant the service sees a contingency to its volumes being reserved (at most 2)
told_s      from that instant to the last flight in its way having an advisory or an order (at most 5)
list_s      how long publishing a zone takes, its list of actions included (at most 1)
settled_s   from publishing until no action of the list is open: confirmed, escalated, or withdrawn (at most 30)
"""

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sim.api_client import FirmApi

OF_FAULTS: Final = frozenset({"volume_s", "told_s"})
OF_ZONES: Final = frozenset({"list_s", "settled_s"})
_TOLD: Final = frozenset({"contingency_nearby", "plan_withdrawn"})
"""Advisories that a flight in the way of a contingency gets: in the air, and not yet started."""


@dataclass(slots=True)
class _Case:
    """A contingency: who was in its way when it was first read, and when each of them was told."""

    contingency_id: str
    seen_at: datetime
    volume_s: float
    affected: list[str]
    told_at: dict[str, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Promises:
    """Measures them; `seconds` gives one by its name and its fault or zone, nan while it is not known."""

    cases: dict[str, list[_Case]] = field(default_factory=dict)
    zones: dict[tuple[str, str], float] = field(default_factory=dict)

    async def read(self, centre: FirmApi, plans: Mapping[str, list[str]]) -> None:
        """Look whether the flights of each fault (`plans`, by its name) have become contingencies, and who was told."""
        if any(name not in self.cases for name in plans):
            found = await centre.items("/v1/contingencies")
            for name, plan_ids in plans.items():
                mine = [item for item in found if item["plan_id"] in plan_ids and item["state"] in ("open", "ended")]
                if mine and name not in self.cases:
                    self.cases[name] = [_case(item) for item in mine]
        waiting = [case for cases in self.cases.values() for case in cases if len(case.told_at) < len(case.affected)]
        await asyncio.gather(*(_read_told(centre, case) for case in waiting))

    def published(self, zone: str, took_s: float) -> None:
        """Note how long publishing a zone took."""
        self.zones[zone, "list_s"] = took_s

    def settled(self, zone: str, after_s: float) -> None:
        """Note when a zone's list was first seen without an open action; the first time counts."""
        self.zones.setdefault((zone, "settled_s"), after_s)

    def seconds(self, that: str, of: str) -> float:
        """Return a time in seconds, nan while it is not known."""
        if that in OF_ZONES:
            return self.zones.get((of, that), math.nan)
        cases = self.cases.get(of, [])
        if not cases:
            return math.nan
        if that == "volume_s":
            return max(case.volume_s for case in cases)
        if any(len(case.told_at) < len(case.affected) for case in cases):
            return math.nan
        return max(
            ((told_at - case.seen_at).total_seconds() for case in cases for told_at in case.told_at.values()),
            default=0.0,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return what was measured, with how many flights were in the way."""
        return {
            "contingencies": {
                name: [
                    {
                        "contingency_id": case.contingency_id,
                        "volume_s": round(case.volume_s, 3),
                        "in_the_way": len(case.affected),
                        "told_s": sorted(round((t - case.seen_at).total_seconds(), 3) for t in case.told_at.values()),
                    }
                    for case in cases
                ]
                for name, cases in self.cases.items()
            },
            "zones": {f"{zone}: {that}": round(seconds, 3) for (zone, that), seconds in self.zones.items()},
        }


def _case(item: dict[str, Any]) -> _Case:
    declared_at = _instant(item["declared_at"])
    seen_at = _instant(item["detected_at"]) if item.get("detected_at") else declared_at
    affected = [flight["plan_id"] for flight in item.get("affected") or ()]
    return _Case(item["contingency_id"], seen_at, (declared_at - seen_at).total_seconds(), affected)


async def _read_told(centre: FirmApi, case: _Case) -> None:
    for plan_id in case.affected:
        if plan_id in case.told_at:
            continue
        advisories = await centre.items("/v1/advisories", {"plan_id": plan_id})
        at = [_instant(item["raised_at"]) for item in advisories if item["kind"] in _TOLD]
        told = [instant for instant in at if instant >= case.seen_at]
        if told:
            case.told_at[plan_id] = min(told)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
