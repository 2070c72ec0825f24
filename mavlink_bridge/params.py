"""ParamRead: one parameter asked for by name until it comes; pure, time passed in.

    state   | event                         | next      | sends
    --------+-------------------------------+-----------+--------------------
    asking  | PARAM_VALUE of that name      | done      |
    asking  | timeout, attempts left        | asking    | PARAM_REQUEST_READ
    asking  | timeout, no attempts left     | done      |  (value None)

A vehicle that has no such parameter says nothing, which is why None means "not known", not "not set".
Source: mavlink.io, "Parameter Protocol".
"""

from __future__ import annotations

from typing import Final

from .events import Event, ParamValue, VehicleKey
from .outgoing import PARAM_REQUEST_READ, Address, Outgoing

NAME_BYTES: Final = 16


class ParamRead:
    """Reads one parameter; `value` once it is `done`, None when it never came."""

    def __init__(
        self, vehicle: VehicleKey, address: Address, name: str, *, timeout_s: float = 0.7, attempts: int = 4
    ) -> None:
        if not 0 < len(name.encode()) <= NAME_BYTES:
            raise ValueError(f"not a parameter's name: {name!r}")
        self.vehicle = vehicle
        self.name = name
        self.value: float | None = None
        self.done = False
        self._address, self._timeout_s, self._left = address, timeout_s, attempts
        self._deadline = 0.0

    def start(self, now: float) -> list[Outgoing]:
        """Return the first question."""
        return self._ask(now)

    def handle(self, event: Event, now: float) -> list[Outgoing]:
        """Take one event of any vehicle."""
        if (
            not self.done
            and isinstance(event, ParamValue)
            and event.vehicle == self.vehicle
            and event.name == self.name
        ):
            self.value, self.done = event.value, True
        return []

    def tick(self, now: float) -> list[Outgoing]:
        """Take the time; returns the question again when it is due."""
        if self.done or now < self._deadline:
            return []
        if self._left <= 0:
            self.done = True
            return []
        return self._ask(now)

    def abandon(self, detail: str) -> None:
        """End it without a value."""
        self.done = True

    def _ask(self, now: float) -> list[Outgoing]:
        self._left -= 1
        self._deadline = now + self._timeout_s
        fields = {**self._address.target(), "param_index": -1, "param_id": self.name.encode()}
        return [Outgoing(PARAM_REQUEST_READ, fields)]
