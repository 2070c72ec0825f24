"""Orders: the table of their life."""

from dispatch.orders import OPEN, TRANSITIONS, URGENCY, OrderState, OrderStep, after


def test_every_state_stands_in_the_table() -> None:
    """Each state has its steps, and every step leads to a state of the table."""
    assert set(TRANSITIONS) == set(OrderState)
    assert {end for steps in TRANSITIONS.values() for end in steps.values()} <= set(OrderState)


def test_a_parcel_in_the_air_is_not_cancelled() -> None:
    """A flying order ends delivered, failed or returned, or is handed over at a hub, and nothing else."""
    assert after(OrderState.FLYING, OrderStep.CANCEL) is None
    assert set(TRANSITIONS[OrderState.FLYING].values()) == {
        OrderState.DELIVERED,
        OrderState.FAILED,
        OrderState.RETURNED,
        OrderState.CREATED,
    }
    assert after(OrderState.FLYING, OrderStep.HAND_OVER) is OrderState.CREATED


def test_what_is_delivered_or_cancelled_stays_so() -> None:
    """The two final states allow no step; failed and returned ones may be tried again."""
    assert TRANSITIONS[OrderState.DELIVERED] == TRANSITIONS[OrderState.CANCELLED] == {}
    for state in (OrderState.FAILED, OrderState.RETURNED):
        assert after(state, OrderStep.RETRY) is OrderState.CREATED
    assert OrderState.DELIVERED not in OPEN


def test_medical_goods_weigh_most_within_the_commercial_range() -> None:
    """Classes rank medical, express, standard, and none needs an entitlement."""
    ranks = [(URGENCY[name].weight, URGENCY[name].plan_priority) for name in ("standard", "express", "medical")]
    assert ranks == sorted(ranks)
    assert all(priority <= 50 for _, priority in ranks)
