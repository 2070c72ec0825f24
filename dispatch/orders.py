"""Transport orders: the states of their life, who may ask for what first, and how that becomes a flight's priority.

    created ──assign──> assigned ──fly──> flying ──deliver──> delivered
       ^  │                │  │              ├──fail──> failed
       │  └────cancel──────┼──┴─> cancelled  └──turn_back──> returned
       ├──────release──────┘                  (failed, returned) ──retry──> created
       └──────hand_over (from flying, at a hub on its way)

`release` takes an order off its flight before it flies (the flight was cancelled, withdrawn or expired, or another one
suits better): it waits again. A parcel that flies is delivered, failed with a cause, or returned with a cause; at a hub on
its way it is handed over, and waits there for the next vehicle. Ours.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeAlias

PriorityClass: TypeAlias = Literal["medical", "express", "standard"]


class OrderState(StrEnum):
    """Where an order stands."""

    CREATED = "created"
    ASSIGNED = "assigned"
    FLYING = "flying"
    DELIVERED = "delivered"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class OrderStep(StrEnum):
    """What can happen to an order."""

    ASSIGN = "assign"
    RELEASE = "release"
    FLY = "fly"
    DELIVER = "deliver"
    FAIL = "fail"
    TURN_BACK = "turn_back"
    HAND_OVER = "hand_over"
    RETRY = "retry"
    CANCEL = "cancel"


_S = OrderState
TRANSITIONS: Final[dict[OrderState, dict[OrderStep, OrderState]]] = {
    _S.CREATED: {OrderStep.ASSIGN: _S.ASSIGNED, OrderStep.CANCEL: _S.CANCELLED},
    _S.ASSIGNED: {OrderStep.RELEASE: _S.CREATED, OrderStep.FLY: _S.FLYING, OrderStep.CANCEL: _S.CANCELLED},
    _S.FLYING: {
        OrderStep.DELIVER: _S.DELIVERED,
        OrderStep.FAIL: _S.FAILED,
        OrderStep.TURN_BACK: _S.RETURNED,
        OrderStep.HAND_OVER: _S.CREATED,
    },
    _S.FAILED: {OrderStep.RETRY: _S.CREATED},
    _S.RETURNED: {OrderStep.RETRY: _S.CREATED},
    _S.DELIVERED: {},
    _S.CANCELLED: {},
}
"""The table drawn above."""

OPEN: Final = frozenset({_S.CREATED, _S.ASSIGNED, _S.FLYING})
"""States of an order that is still to be delivered."""


@dataclass(frozen=True, slots=True)
class Urgency:
    """What a class of priority weighs: a second of waiting, and the priority its flights are filed with."""

    weight: int
    plan_priority: int


URGENCY: Final[dict[PriorityClass, Urgency]] = {
    "medical": Urgency(weight=10, plan_priority=50),
    "express": Urgency(weight=3, plan_priority=30),
    "standard": Urgency(weight=1, plan_priority=10),
}
"""Medical goods before express before parcels, all within the commercial range (0 to 50). The weights are ours."""


def after(state: OrderState, step: OrderStep) -> OrderState | None:
    """Return the state a step leads to, or None where it is not possible."""
    return TRANSITIONS[state].get(step)
