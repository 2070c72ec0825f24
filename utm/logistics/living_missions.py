"""The missions that live, in memory: by plan, which wait to be confirmed, and the pads kept at their alternates.

A change is taken back as it was: a booking whose second flight is refused undoes its first, several times a minute while
the sky is full, and nothing else in memory may have to be read again for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from airspace.pads import PadEvent


class Pads(Protocol):
    """Where pads are kept that no plan names."""

    def keep_pad(self, site_id: str, event: PadEvent) -> None:
        """Keep a pad for an arrival."""
        ...

    def give_pad(self, key: str) -> None:
        """Free a pad that was kept."""
        ...


@dataclass(frozen=True, slots=True)
class Living:
    """What is remembered of a mission while it lives; `alternate` is the site and the arrival kept there."""

    mission_id: str
    plan_id: str
    held: bool
    alternate: tuple[str, PadEvent] | None


class LivingMissions:
    """Living missions by id and by the plan they fly by."""

    def __init__(self, pads: Callable[[], Pads]) -> None:
        self._pads = pads
        self._known: dict[str, Living] = {}
        self._by_plan: dict[str, str] = {}
        self._held = 0

    @property
    def any_held(self) -> bool:
        """Whether any mission waits to be confirmed."""
        return self._held > 0

    def of_plan(self, plan_id: str) -> str | None:
        """Return the living mission that flies by a plan."""
        return self._by_plan.get(plan_id)

    def plan_of(self, mission_id: str) -> str | None:
        """Return the plan that a living mission flies by."""
        known = self._known.get(mission_id)
        return None if known is None else known.plan_id

    def forget(self) -> None:
        """Forget all of them: they are read again. Their pads are kept anew by what is read."""
        self._known, self._by_plan, self._held = {}, {}, 0

    def put(self, mission_id: str, living: Living | None) -> Callable[[], None]:
        """Remember a mission as it is now, None when it lives no longer; return what takes that back."""
        before = self._known.get(mission_id)
        self._set(mission_id, living)
        return lambda: self._set(mission_id, before)

    def _set(self, mission_id: str, living: Living | None) -> None:
        before = self._known.pop(mission_id, None)
        if before is not None:
            self._held -= before.held
            if self._by_plan.get(before.plan_id) == mission_id:
                del self._by_plan[before.plan_id]
            if before.alternate is not None:
                self._pads().give_pad(before.alternate[1].key)
        if living is not None:
            self._known[mission_id] = living
            self._by_plan[living.plan_id] = mission_id
            self._held += living.held
            if living.alternate is not None:
                self._pads().keep_pad(*living.alternate)
