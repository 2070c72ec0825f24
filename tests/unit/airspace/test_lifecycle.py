"""The life of a plan."""

import itertools

import pytest

from airspace.lifecycle import (
    FINAL,
    OWNER_STEPS,
    RESERVES_AIRSPACE,
    TRANSITIONS,
    IllegalTransition,
    OwnerAction,
    PlanState,
    move,
    reserves_airspace,
    step,
)


def test_every_state_of_the_api_is_in_the_table() -> None:
    """The states are the eleven the API names."""
    names = "draft pending approved refused activated nonconforming contingent ended cancelled withdrawn expired"
    assert {str(state) for state in TRANSITIONS} == set(names.split())


def test_end_from_approved_is_illegal_and_names_what_is_allowed() -> None:
    """The refusal lists confirm, activate and cancel."""
    refused = step(PlanState.APPROVED, OwnerAction.END)
    assert isinstance(refused, IllegalTransition)
    assert set(refused.allowed) == {"confirm", "activate", "cancel"}
    assert "activate" in refused.detail
    assert "activate" in refused.detail_zh


@pytest.mark.parametrize(
    ("state", "action", "following"),
    [
        (PlanState.APPROVED, OwnerAction.CONFIRM, PlanState.APPROVED),
        (PlanState.APPROVED, OwnerAction.ACTIVATE, PlanState.ACTIVATED),
        (PlanState.APPROVED, OwnerAction.CANCEL, PlanState.CANCELLED),
        (PlanState.PENDING, OwnerAction.CANCEL, PlanState.CANCELLED),
        (PlanState.ACTIVATED, OwnerAction.END, PlanState.ENDED),
        (PlanState.NONCONFORMING, OwnerAction.END, PlanState.ENDED),
        (PlanState.CONTINGENT, OwnerAction.END, PlanState.ENDED),
    ],
)
def test_legal_steps_lead_where_the_table_says(state: PlanState, action: OwnerAction, following: PlanState) -> None:
    """Each legal step has one result."""
    assert step(state, action) == following


def test_all_other_owner_steps_are_illegal() -> None:
    """Final states allow none, and say so."""
    for state, action in itertools.product(PlanState, OwnerAction):
        if action not in OWNER_STEPS.get(state, {}):
            refused = step(state, action)
            assert isinstance(refused, IllegalTransition)
            assert str(action) in refused.detail
    assert "none" in step(PlanState.ENDED, OwnerAction.END).detail  # type: ignore[union-attr]


def test_owner_steps_follow_the_transitions() -> None:
    """An owner can do nothing the table of transitions forbids."""
    for state, steps in OWNER_STEPS.items():
        for following in steps.values():
            assert following == state or following in TRANSITIONS[state]


def test_exactly_the_live_states_reserve_airspace() -> None:
    """Pending plans reserve nothing; approved ones and all that fly do."""
    assert {str(s) for s in PlanState if reserves_airspace(s)} == {
        "approved",
        "activated",
        "nonconforming",
        "contingent",
    }
    assert not RESERVES_AIRSPACE & FINAL


def test_a_flight_that_came_down_never_comes_back() -> None:
    """No transition leaves a final state, and an airborne plan never returns to approved."""
    assert all(not TRANSITIONS[state] for state in FINAL)
    assert isinstance(move(PlanState.ACTIVATED, PlanState.APPROVED), IllegalTransition)
    assert move(PlanState.NONCONFORMING, PlanState.ACTIVATED) == PlanState.ACTIVATED
