"""Actions as values: what a list recommends for a flight, the states carrying it out goes through, and who orders it.

    proposed ---> executing  withdrawn
    executing --> confirmed  escalated
    escalated --> executing  confirmed  withdrawn
    confirmed withdrawn: final

`confirmed` is what the autopilot, the plan or the firm has shown; an order that is refused, times out or is not answered in
time is `escalated`: a person is called, and may order again or otherwise. `withdrawn` is what its cause no longer asks for.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, Protocol, get_args

from utm.command_values import Circumstance, Command, CommandRequest
from utm.security import Principal

Action = Literal["hold", "reroute", "rtl", "land", "separate", "delay", "cancel", "await"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
FLYING: Final[frozenset[str]] = frozenset({"hold", "reroute", "rtl", "land"})
"""What is an order to a vehicle."""
FILED: Final[frozenset[str]] = frozenset({"delay", "reroute", "cancel", "await"})
"""What is done with a plan that has not started."""
ItemState = Literal["proposed", "executing", "confirmed", "escalated", "withdrawn"]

TRANSITIONS: Final[dict[str, frozenset[str]]] = {
    "proposed": frozenset({"executing", "withdrawn"}),
    "executing": frozenset({"confirmed", "escalated"}),
    "escalated": frozenset({"executing", "confirmed", "withdrawn"}),
    "confirmed": frozenset(),
    "withdrawn": frozenset(),
}
DEADLINE_S: Final = 25.0
"""How long an action may take before a person is called; an order to a vehicle is tried for as long as it lasts."""


class Answered(Protocol):
    """What became of one order (`utm.commands.Answered`)."""

    @property
    def request(self) -> CommandRequest:
        """What was asked."""

    @property
    def command(self) -> Command | None:
        """The order, where it was given."""

    @property
    def problem(self) -> Any:
        """Why it was not (`utm.problems.Problem`), None where it was."""


class Orders(Protocol):
    """Who gives orders to vehicles and tells of every transition (`utm.commands.CommandDesk`)."""

    listeners: list[Any]

    async def order(
        self,
        requests: Sequence[CommandRequest],
        circumstance: Circumstance,
        *,
        override: str | None = None,
        by: Principal | None = None,
    ) -> Sequence[Answered]:
        """Give orders, judged jointly; an answer for each vehicle that can be ordered at all."""
        ...
