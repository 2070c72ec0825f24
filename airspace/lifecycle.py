"""The life of a flight plan, as a table.

    (filed) -> draft | pending | approved | refused

    draft ------------> pending approved refused cancelled
    pending ----------> approved refused cancelled expired
    approved ---------> activated cancelled withdrawn expired
    activated --------> nonconforming contingent ended
    nonconforming ----> activated contingent ended
    contingent -------> ended
    refused ended cancelled withdrawn expired: final

state          reserves airspace   owner's steps
draft          no                  cancel
pending        no                  cancel
approved       yes                 confirm activate cancel
activated      yes                 end
nonconforming  yes                 end
contingent     yes                 end
final states   no                  none

`confirm` reports readiness and leaves the state. `end` needs a flight that was activated; from `approved` it is
illegal. A plan displaced by a zone or by a flight of higher priority becomes `withdrawn`; one that was never activated
in time becomes `expired`. A nonconforming flight that conforms again is activated again; a contingent one only ends,
also by its aircraft going on under a new approved plan (docs/contingencies.md). The names F3548-21 uses: approved =
Accepted, activated = Activated, nonconforming = Nonconforming, contingent = Contingent.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class PlanState(StrEnum):
    """Where a flight plan stands."""

    DRAFT = "draft"
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    ACTIVATED = "activated"
    NONCONFORMING = "nonconforming"
    CONTINGENT = "contingent"
    ENDED = "ended"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class OwnerAction(StrEnum):
    """A step the plan's owner may ask for."""

    CONFIRM = "confirm"
    ACTIVATE = "activate"
    END = "end"
    CANCEL = "cancel"


_S = PlanState

TRANSITIONS: Final[dict[PlanState, frozenset[PlanState]]] = {
    _S.DRAFT: frozenset({_S.PENDING, _S.APPROVED, _S.REFUSED, _S.CANCELLED}),
    _S.PENDING: frozenset({_S.APPROVED, _S.REFUSED, _S.CANCELLED, _S.EXPIRED}),
    _S.APPROVED: frozenset({_S.ACTIVATED, _S.CANCELLED, _S.WITHDRAWN, _S.EXPIRED}),
    _S.ACTIVATED: frozenset({_S.NONCONFORMING, _S.CONTINGENT, _S.ENDED}),
    _S.NONCONFORMING: frozenset({_S.ACTIVATED, _S.CONTINGENT, _S.ENDED}),
    _S.CONTINGENT: frozenset({_S.ENDED}),
    _S.REFUSED: frozenset(),
    _S.ENDED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.EXPIRED: frozenset(),
}
"""Every legal step; what is not here is illegal."""

INITIAL: Final = frozenset({_S.DRAFT, _S.PENDING, _S.APPROVED, _S.REFUSED})
RESERVES_AIRSPACE: Final = frozenset({_S.APPROVED, _S.ACTIVATED, _S.NONCONFORMING, _S.CONTINGENT})
AIRBORNE: Final = frozenset({_S.ACTIVATED, _S.NONCONFORMING, _S.CONTINGENT})
FINAL: Final = frozenset(state for state, following in TRANSITIONS.items() if not following)

OWNER_STEPS: Final[dict[PlanState, dict[OwnerAction, PlanState]]] = {
    _S.DRAFT: {OwnerAction.CANCEL: _S.CANCELLED},
    _S.PENDING: {OwnerAction.CANCEL: _S.CANCELLED},
    _S.APPROVED: {
        OwnerAction.CONFIRM: _S.APPROVED,
        OwnerAction.ACTIVATE: _S.ACTIVATED,
        OwnerAction.CANCEL: _S.CANCELLED,
    },
    _S.ACTIVATED: {OwnerAction.END: _S.ENDED},
    _S.NONCONFORMING: {OwnerAction.END: _S.ENDED},
    _S.CONTINGENT: {OwnerAction.END: _S.ENDED},
}
"""What each owner's action leads to; states left out allow none."""


@dataclass(frozen=True, slots=True)
class IllegalTransition:
    """Why a step is not taken: the state the plan is in and the steps that are allowed there."""

    state: PlanState
    wanted: str
    allowed: tuple[str, ...]

    @property
    def detail(self) -> str:
        """One English sentence naming the allowed steps."""
        steps = ", ".join(self.allowed) if self.allowed else "none"
        return f"'{self.wanted}' is not possible for a plan that is {self.state}; allowed from here: {steps}."

    @property
    def detail_zh(self) -> str:
        """The same in Chinese."""
        steps = "、".join(self.allowed) if self.allowed else "无"
        return f"计划处于 {self.state} 状态，不能执行“{self.wanted}”；此状态允许的操作：{steps}。"


def step(state: PlanState, action: OwnerAction) -> PlanState | IllegalTransition:
    """Return the state an owner's action leads to, or why it is illegal."""
    steps = OWNER_STEPS.get(state, {})
    return steps.get(action) or IllegalTransition(state, str(action), tuple(str(name) for name in steps))


def move(state: PlanState, following: PlanState) -> PlanState | IllegalTransition:
    """Return `following` when the system may move a plan there from `state`, or why not."""
    if following in TRANSITIONS[state]:
        return following
    return IllegalTransition(state, str(following), tuple(sorted(str(name) for name in TRANSITIONS[state])))


def reserves_airspace(state: PlanState) -> bool:
    """Tell whether a plan in this state keeps others out of its volume."""
    return state in RESERVES_AIRSPACE
