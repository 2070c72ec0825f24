"""What must hold of the airspace that orders, contingencies and flights off their plans reserve, after every commit.

    new order's volume or way     meets no plan, order or contingency of another aircraft, unless overridden
    new contingency's volumes     meet no approved plan that has not started, while policy withdraws those
    plan approved or activated    meets none of them
    extended, or moved            what it touches was approved before: counted, no violation
    changed by an order           meets none of them, but where one came or grew in its way in the air and both are past it

Vehicles ordered together are judged with each other's orders and not with each other's plans.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlmodel import Session

from airspace.lifecycle import PlanState
from airspace.timebase import from_scene_s, to_scene_s
from sim.judged_boxes import Box, box_of, boxes_meet
from utm.contingency_book import PREDICTED
from utm.judge import JudgedConflict, JudgedPlan, after, against, instant, judge
from utm.store import commands, contingencies

ORDER: Final = "command_reservation"
KINDS: Final = frozenset({ORDER, "contingency"})
_SAME: Final = 1e-3
"""Seconds and metres within which two meetings are one: the flown legs of a plan stay as they were filed."""


@dataclass(slots=True)
class Reserved:
    """What one order or contingency reserves, as the disk has it."""

    ref: str
    kind: str
    aircraft_id: str
    judged: JudgedPlan
    box: Box
    ends_s: float
    batch_id: str | None = None
    overridden: bool = False
    predicted: bool = False
    stood: Mapping[str, Any] = field(default_factory=dict)
    """The plans there were when it was first reserved, by id: what it was judged by."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is read of a change: None as `body` where nothing is reserved any more."""

    ref: str
    kind: str
    aircraft_id: str = ""
    body: str | None = None
    minima: tuple[float, float, float] = (0.0, 0.0, 0.0)
    ends_s: float = 0.0
    batch_id: str | None = None
    overridden: bool = False
    predicted: bool = False


def read_change(session: Session, kind: str, ref: str) -> Row:
    """Read what the change log names (run inside a read)."""
    if kind == "contingency":
        found = contingencies.get(session, ref)
        if found is None or found.state not in ("open", PREDICTED):
            return Row(ref, kind)
        body = f'{{"route": {{"type": "volumes", "volumes": {found.volumes}}}}}'
        minima = (found.horizontal_m, found.vertical_m, found.time_buffer_s)
        predicted = found.state == PREDICTED
        return Row(ref, kind, found.aircraft_id, body, minima, found.ends_s, predicted=predicted)
    item, command = commands.get_reservation(session, ref), commands.get(session, ref)
    if item is None or command is None or item.state != commands.RESERVED:
        return Row(ref, kind)
    minima = (item.horizontal_m, item.vertical_m, item.time_buffer_s)
    overridden = command.override_reason is not None
    return Row(ref, kind, item.aircraft_id, item.body, minima, item.ends_s, command.batch_id, overridden)


class OrderInvariants:
    """See the module's text; `judged` makes a body of the judge's plan, `now_s` is the service's clock."""

    def __init__(
        self,
        judged: Callable[[str, dict[str, Any], dict[str, float], float], JudgedPlan | None],
        broken: Callable[[str, str], None],
        excuse: Callable[[str], None],
        now_s: Callable[[], float],
    ) -> None:
        self._judged, self._broken, self._excuse, self._now_s = judged, broken, excuse, now_s
        self.held: dict[str, Reserved] = {}
        self._cleared: dict[tuple[str, str], JudgedConflict] = {}
        """Where a flight in the air met what came or grew in its way, by plan and order or contingency."""
        self.checked = 0

    def stood(self, aircraft_id: str) -> list[Mapping[str, Any]]:
        """Return, for each order an aircraft has, the plans there were when it was given, by id."""
        return [item.stood for item in self.held.values() if item.aircraft_id == aircraft_id and item.kind == ORDER]

    def take(self, row: Row, plans: Collection[Any]) -> None:
        """Bring what is known to a change, and judge what is reserved anew against plans (`sim.invariants.Known`)."""
        before = self.held.pop(row.ref, None)
        if row.body is None:
            self._cleared = {pair: met for pair, met in self._cleared.items() if pair[1] != row.ref}
            return
        separation = dict(zip(("horizontal_m", "vertical_m", "time_buffer_s"), row.minima, strict=True))
        made = self._judged(row.ref, orjson.loads(row.body), separation, row.ends_s)
        if made is None:
            return
        known = Reserved(
            row.ref,
            row.kind,
            row.aircraft_id,
            made,
            box_of(made),
            row.ends_s,
            row.batch_id,
            row.overridden,
            row.predicted,
            {plan.plan_id: plan for plan in plans} if before is None else before.stood,
        )
        self.held[row.ref] = known
        judged = [plan for plan in plans if plan.judged is not None and plan.aircraft_id != known.aircraft_id]
        if before is None:
            self._check_new(known, judged)
        else:
            self._note_grown(known, judged)

    def meets(self, plan: Any, how: str) -> None:
        """Judge a plan that was approved or activated against what others reserve."""
        others = [item for item in self._standing() if item.aircraft_id != plan.aircraft_id and not item.overridden]
        for item, closest in self._conflicts(plan.judged, plan.box, others):
            if how == "extended":
                self._excuse("space_of_order")
                continue
            conflict: JudgedConflict | None = closest
            if self._is_behind(closest, self._cleared.get((plan.plan_id, item.ref))):
                conflict = self._ahead(plan.judged, item.judged)  # a pair's closest meeting may hide one to come
            if conflict is None:
                self._excuse("way_being_cleared")
                continue
            what = "flies where nobody is to be" if item.kind == "contingency" else "was given to another vehicle"
            where = _text(conflict)
            self._broken("separation", f"{plan.plan_id} ({how}, {plan.state}) and {item.ref}, which {what}: {where}")

    def _is_behind(self, conflict: JudgedConflict, cleared: JudgedConflict | None) -> bool:
        """Tell whether a meeting is one that was cleared when it lay ahead, and both are past it."""
        if cleared is None or max(map(to_scene_s, (conflict.at_a, conflict.at_b))) > self._now_s():
            return False
        return max(abs(new - old) for new, old in zip(_measures(conflict), _measures(cleared), strict=True)) < _SAME

    def _ahead(self, a: JudgedPlan, b: JudgedPlan) -> JudgedConflict | None:
        """Return where a pair meets with at least one of the two still on its way there."""
        now_s = (from_scene_s(self._now_s()) - instant(0.0)).total_seconds()
        for pair in ((after(a, now_s), b), (a, after(b, now_s))):
            for conflict in judge(pair):
                return conflict
        return None

    def _standing(self) -> list[Reserved]:
        now_s = self._now_s()
        return [item for item in self.held.values() if item.ends_s > now_s]

    def _note_grown(self, known: Reserved, others: list[Any]) -> None:
        """Note whom something meets that is kept for longer, or laid out afresh: they were approved before it grew."""
        for plan in others:
            for _, conflict in self._conflicts(plan.judged, plan.box, [known]):
                self._clear(plan, known, conflict)

    def _clear(self, plan: Any, known: Reserved, conflict: JudgedConflict) -> None:
        """Note a meeting of a flight in the air; one that has not started is judged when it starts."""
        if plan.state is not PlanState.APPROVED:
            self._cleared[plan.plan_id, known.ref] = conflict

    def _check_new(self, known: Reserved, others: list[Any]) -> None:
        together = {
            item.aircraft_id
            for item in self.held.values()
            if known.batch_id is not None and item.batch_id == known.batch_id
        }
        for plan in others:
            for _, conflict in self._conflicts(plan.judged, plan.box, [known]):
                if known.overridden or known.predicted or plan.aircraft_id in together or plan.extended:
                    self._excuse("order_accepted")
                    self._clear(plan, known, conflict)
                elif known.kind == "contingency" and plan.state is not PlanState.APPROVED:
                    self._excuse("way_being_cleared")
                    self._clear(plan, known, conflict)
                else:
                    self._broken("separation", f"{known.ref} and {plan.plan_id} ({plan.state}): {_text(conflict)}")
        if known.kind == "contingency":
            return
        standing = [item for item in self._standing() if item.aircraft_id != known.aircraft_id]
        for item, conflict in self._conflicts(known.judged, known.box, standing):
            if known.overridden or item.overridden:
                self._excuse("order_accepted")
            else:
                self._broken("separation", f"the orders {known.ref} and {item.ref}: {_text(conflict)}")

    def _conflicts(self, judged: JudgedPlan, box: Box, others: list[Reserved]) -> list[tuple[Reserved, JudgedConflict]]:
        """Return what is lost between a plan and others; those whose boxes are apart cannot meet it."""
        self.checked += len(others)
        near = {item.ref: item for item in others if boxes_meet(box, item.box)}
        found = against(judged, [item.judged for item in near.values()])
        return [(near[conflict.plan_b], conflict) for conflict in found]


def _text(conflict: JudgedConflict) -> str:
    return f"{conflict.horizontal_m:.1f} m and {conflict.vertical_m:.1f} m at {conflict.at_a:%H:%M:%S}"


def _measures(conflict: JudgedConflict) -> tuple[float, ...]:
    """Return what tells one meeting of a pair from another: both instants (s) and both distances (m), by party."""
    first = conflict.plan_a < conflict.plan_b
    at = (conflict.at_a, conflict.at_b) if first else (conflict.at_b, conflict.at_a)
    return *map(to_scene_s, at), conflict.horizontal_m, conflict.vertical_m
