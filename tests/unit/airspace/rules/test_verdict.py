"""Who must apply and by when: Articles 26, 29, 30 and 31 of Order 761 on facts of a flight."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airspace.errors import FieldError
from airspace.policy import Policy, policy_from_dict, policy_to_dict
from airspace.rules.book import TRIGGERS, Rulebook, order_761
from airspace.rules.clock import reasons
from airspace.rules.verdict import Facts, StandingCover, judge
from airspace.timebase import to_scene_s

BOOK = order_761()
# 2027-01-01 10:00 in Beijing.
DEPARTS = to_scene_s(datetime(2027, 1, 1, 2, 0, tzinfo=UTC))
NOON = to_scene_s(datetime(2026, 12, 31, 4, 0, tzinfo=UTC))
NINE = to_scene_s(datetime(2026, 12, 31, 13, 0, tzinfo=UTC))


def facts(**changes: Any) -> Facts:
    """Return a small aircraft's inspection without special conditions in suitable airspace, filed two days before."""
    plain = Facts(
        operation_type="inspection",
        aircraft_class="small",
        declared_triggers=(),
        urgency=None,
        departure_s=DEPARTS,
        filed_s=NOON - 86_400.0,
        readiness_lead_s=3_600.0,
        standing=None,
        suitable=lambda: True,
        over_own_sites=lambda: False,
    )
    return replace(plain, **changes)


def test_micro_light_and_small_in_suitable_airspace_need_no_application() -> None:
    """Article 31(1): neither application nor readiness; medium and large always apply."""
    for name in ("micro", "light", "small"):
        found = judge(facts(aircraft_class=name), BOOK)
        assert (found.application, found.exemption, found.readiness_by_s) == ("not_needed", "suitable_airspace", None)
    for name in ("medium", "large", None):
        assert judge(facts(aircraft_class=name), BOOK).application == "submitted"
    assert judge(facts(suitable=lambda: False), BOOK).application == "submitted"


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_each_of_the_five_triggers_ends_the_exemption(trigger: str) -> None:
    """Article 31(2): each by itself, also over the firm's own sites."""
    found = judge(facts(declared_triggers=(trigger,)), BOOK)
    assert (found.application, found.triggers, found.assumed) == ("submitted", (trigger,), False)
    state = facts(operation_type="public_safety", declared_triggers=(trigger,), over_own_sites=lambda: True)
    assert judge(state, BOOK).application == "submitted"


def test_ordinary_logistics_and_relayed_inspection_are_caught_alike_unless_they_declare() -> None:
    """A plan that declares nothing is taken to do what its kind does; an empty list says that nothing holds."""
    for kind in ("logistics", "inspection"):
        found = judge(facts(operation_type=kind, declared_triggers=None), BOOK)
        assert found.application == "submitted"
        assert found.assumed
        assert "network_relay" in found.triggers
    assert judge(facts(operation_type="logistics"), BOOK).application == "not_needed"
    assert judge(facts(declared_triggers=None), replace(BOOK, assumed_triggers=())).application == "not_needed"


def test_routine_agricultural_work_is_exempt_and_the_triggers_end_that_too() -> None:
    """Article 31(1) and (2): in whatever airspace, of whatever mass; not where the flight leaves the limits of its class."""
    work = facts(operation_type="other", aircraft_class="medium", suitable=lambda: False, field_work=lambda: True)
    found = judge(work, BOOK)
    assert (found.application, found.exemption, found.readiness_by_s) == ("not_needed", "agricultural", None)
    assert judge(replace(work, field_work=lambda: False), BOOK).application == "submitted"
    assert judge(replace(work, operation_type="logistics"), BOOK).application == "submitted"
    assert judge(replace(work, declared_triggers=("network_relay",)), BOOK).application == "submitted"
    assert judge(work, replace(BOOK, agricultural_operations=())).application == "submitted"


def test_a_state_task_over_its_own_sites_reports_readiness_and_applies_not() -> None:
    """Article 31: the confirmation one hour before stays."""
    found = judge(facts(operation_type="public_safety", suitable=lambda: False, over_own_sites=lambda: True), BOOK)
    assert (found.application, found.exemption) == ("not_needed", "state_task")
    assert found.readiness_by_s == DEPARTS - 3_600.0


@pytest.mark.parametrize(("filed_s", "late"), [(NOON - 1e-3, False), (NOON, True), (NOON + 3_600.0, True)])
def test_an_application_arrives_before_noon_of_the_day_before(filed_s: float, late: bool) -> None:
    """Noon itself is late: the article says before 12:00. What is in time is decided by 21:00."""
    flight = facts(aircraft_class="medium", filed_s=filed_s)
    found = judge(flight, BOOK)
    assert (found.late, found.apply_by_s) == (late, NOON)
    assert found.decision_by_s == (DEPARTS - 600.0 if late else NINE)
    said = [item.code for item in reasons(found, flight, BOOK, needs_authority=True)]
    assert said == (["pending_authority", "applied_too_late"] if late else ["pending_authority"])
    assert not list(reasons(found, flight, Rulebook(), needs_authority=False))


@pytest.mark.parametrize(
    ("filed_s", "urgency", "late"),
    [(DEPARTS - 1_800.0, None, False), (DEPARTS - 1_799.0, None, True), (DEPARTS - 1.0, "special", False)],
)
def test_an_emergency_task_applies_half_an_hour_before_and_at_any_time_in_special_urgency(
    filed_s: float, urgency: str | None, late: bool
) -> None:
    """Article 29: decided ten minutes before take-off."""
    flight = facts(operation_type="emergency", suitable=lambda: False, filed_s=filed_s, urgency=urgency)
    found = judge(flight, BOOK)
    assert (found.late, found.decision_by_s) == (late, DEPARTS - 600.0)


@pytest.mark.parametrize(
    ("filed_s", "day_filed", "late"),
    [(NOON - 1.0, False, False), (NOON, False, True), (DEPARTS - 60.0, True, False), (DEPARTS - 60.0, False, True)],
)
def test_under_a_standing_approval_the_flight_or_its_day_is_filed_by_noon(
    filed_s: float, day_filed: bool, late: bool
) -> None:
    """Slots of a filed day are taken on the day itself."""
    cover = StandingCover("sa_1", day_filed)
    flight = facts(declared_triggers=("network_relay",), filed_s=filed_s, standing=cover)
    found = judge(flight, BOOK)
    assert (found.application, found.standing_approval_id, found.late) == ("standing", "sa_1", late)
    said = [(item.code, item.severity) for item in reasons(found, flight, BOOK, needs_authority=True)]
    assert said == ([("standing_not_filed", "refuse")] if late else [])


@given(st.floats(0.0, 86_399.0), st.floats(-3.0, 3.0))
def test_lateness_is_monotonous_and_the_same_for_a_whole_day(clock_s: float, days: float) -> None:
    """Filing sooner must never be later, and every departure of one day has one deadline."""
    midnight = DEPARTS - 10 * 3_600.0
    filed_s = NOON + days * 86_400.0
    flight = facts(aircraft_class="large", departure_s=midnight + clock_s, filed_s=filed_s)
    found = judge(flight, BOOK)
    assert found.apply_by_s == NOON
    assert found.late == (filed_s >= NOON)
    if found.late:
        assert judge(replace(flight, filed_s=filed_s + 60.0), BOOK).late


def test_every_field_has_a_source_and_reads_back() -> None:
    """The rulebook is part of the policy: written, read, its faults named, its sources kept beside it."""
    policy = Policy(rules=BOOK)
    raw = policy_to_dict(policy)
    assert policy_from_dict(raw) == policy
    assert {f"rules.{name}" for name in raw["rules"]} == {name for name in raw["sources"] if name.startswith("rules.")}
    found = policy_from_dict({"rules": {"application_by": "24:00", "nope": 1, "late_application": "never"}})
    assert isinstance(found, list)
    assert {(item.pointer, item.code) for item in found if isinstance(item, FieldError)} == {
        ("/rules/application_by", "malformed_time"),
        ("/rules/nope", "unknown_field"),
        ("/rules/late_application", "not_allowed"),
    }
    changed = policy_from_dict({"rules": {"application_by": "11:30"}, "sources": {"rules.application_by": "notice 7"}})
    assert isinstance(changed, Policy)
    assert changed.rules.application_by_s == 11.5 * 3600.0
    assert dict(changed.sources)["rules.application_by"] == "notice 7"
