"""Who must apply, by when, and when that is decided: Order 761 (2023), Articles 26, 29, 30 and 31."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from airspace.rules.book import Rulebook
from airspace.rules.calendar import cutoff

Application: TypeAlias = Literal["not_needed", "standing", "submitted"]
Exemption: TypeAlias = Literal["suitable_airspace", "agricultural", "state_task"]
EMERGENCY: Final = frozenset({"emergency", "public_safety"})


@dataclass(frozen=True, slots=True)
class StandingCover:
    """The standing approval that covers a flight: its id (None: the firm's whole fleet), and whether its day was filed."""

    standing_approval_id: str | None = None
    day_filed: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rule clock must know of a flight. Times are scene seconds; `filed_s` is when it was filed.

    `suitable` tells whether all of it lies in suitable airspace, `over_own_sites` whether it stays over sites of its own
    firm, `field_work` whether it is an agricultural aircraft within the limits of its class; they are asked only when
    the answer matters.
    """

    operation_type: str
    aircraft_class: str | None
    declared_triggers: tuple[str, ...] | None
    urgency: str | None
    departure_s: float
    filed_s: float
    readiness_lead_s: float
    standing: StandingCover | None
    suitable: Callable[[], bool]
    over_own_sites: Callable[[], bool]
    field_work: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a flight stands to the outside authority; instants are scene seconds, None where there is none.

    `triggers` are the items of Article 31(2) that hold, declared or assumed of its kind.
    """

    application: Application
    triggers: tuple[str, ...] = ()
    assumed: bool = False
    exemption: Exemption | None = None
    standing_approval_id: str | None = None
    apply_by_s: float | None = None
    decision_by_s: float | None = None
    readiness_by_s: float | None = None
    late: bool = False


def triggers_of(facts: Facts, book: Rulebook) -> tuple[tuple[str, ...], bool]:
    """Return the triggers that hold, and whether they are assumed because the plan declares none."""
    if facts.declared_triggers is not None:
        return facts.declared_triggers, False
    return next((flags for kind, flags in book.assumed_triggers if kind == facts.operation_type), ()), True


def judge(facts: Facts, book: Rulebook) -> Verdict:
    """Return how a flight stands to the authority by the book."""
    triggers, assumed = triggers_of(facts, book)
    exemption = None if triggers else _exemption(facts, book)
    readiness_by_s = facts.departure_s - facts.readiness_lead_s if facts.readiness_lead_s > 0 else None
    if exemption is not None:
        ready = readiness_by_s if exemption == "state_task" else None
        return Verdict("not_needed", triggers, assumed, exemption, readiness_by_s=ready)
    noon_s = cutoff(facts.departure_s, book.application_days_before, book.application_by_s)
    if facts.standing is not None:
        late = facts.filed_s >= noon_s and not facts.standing.day_filed
        name = facts.standing.standing_approval_id
        return Verdict("standing", triggers, assumed, None, name, noon_s, None, readiness_by_s, late)
    if facts.operation_type in EMERGENCY:
        by_s = None if facts.urgency == "special" else facts.departure_s - book.emergency_apply_s
        # "At least 30 minutes before": at that instant it is in time; noon is a "before".
        late = by_s is not None and facts.filed_s > by_s
        decide_s = facts.departure_s - book.emergency_decide_s
        return Verdict("submitted", triggers, assumed, None, None, by_s, decide_s, readiness_by_s, late)
    late = facts.filed_s >= noon_s
    usual_s = cutoff(facts.departure_s, book.application_days_before, book.decision_by_s)
    decide_s = facts.departure_s - book.emergency_decide_s if late else usual_s
    return Verdict("submitted", triggers, assumed, None, None, noon_s, decide_s, readiness_by_s, late)


def _exemption(facts: Facts, book: Rulebook) -> Exemption | None:
    if facts.aircraft_class in book.exempt_classes and facts.suitable():
        return "suitable_airspace"
    if facts.operation_type in book.agricultural_operations and facts.field_work():
        return "agricultural"
    if facts.operation_type in book.state_operations and facts.over_own_sites():
        return "state_task"
    return None
