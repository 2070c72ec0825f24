"""Command: one COMMAND_LONG or COMMAND_INT from the first send to its outcome; pure, time passed in.

    state        | event                          | next          | sends
    -------------+--------------------------------+---------------+---------------------------------
    waiting      | COMMAND_ACK accepted           | accepted (*)  |
    waiting      | COMMAND_ACK in progress        | in progress   |
    waiting      | COMMAND_ACK anything else      | refused       |
    waiting      | timeout, attempts left         | waiting       | the command, confirmation + 1
    waiting      | timeout, no attempts left      | timed out     |
    in progress  | COMMAND_ACK in progress        | in progress   |  (the wait begins anew)
    in progress  | COMMAND_ACK accepted / other   | accepted (*) / refused
    in progress  | silence longer than patience   | timed out     |
    any of these | the expected state is observed | confirmed     |
    accepted (*) | confirm timeout                | timed out     |

(*) Accepted ends the machine unless it was told what to expect: "acknowledged is not done". With an expectation only
the vehicle's own mode, position or mission ends it as confirmed, and does so even if the acknowledgement was lost.
Resends carry a rising `confirmation` (COMMAND_LONG), so that the autopilot can tell them from new commands.
Source: mavlink.io, "Command Protocol".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from .events import CommandAcked, Event, Heartbeat, VehicleKey
from .outgoing import COMMAND_INT, COMMAND_LONG, Address, Outgoing

SENT = "sent"
IN_PROGRESS = "in_progress"
ACCEPTED = "accepted"
CONFIRMED = "confirmed"
REFUSED = "refused"
TIMED_OUT = "timed_out"

RESULT_ACCEPTED = 0
RESULT_IN_PROGRESS = 5

RESULT_NAMES = {
    0: "accepted",
    1: "temporarily_rejected",
    2: "denied",
    3: "unsupported",
    4: "failed",
    5: "in_progress",
    6: "cancelled",
    7: "only_as_command_long",
    8: "only_as_command_int",
    9: "unsupported_frame",
    10: "not_in_control",
}


class CommandResult(msgspec.Struct, frozen=True):
    """How a command ended: "accepted", "confirmed", "refused", "timed_out".

    `code` is the last MAV_RESULT heard (None: no answer at all), `name` its name, `attempts` how often it was sent.
    """

    outcome: str
    code: int | None = None
    attempts: int = 1
    detail: str = ""

    @property
    def name(self) -> str | None:
        """The vehicle's answer in words, None when there was none."""
        return None if self.code is None else RESULT_NAMES.get(self.code, f"result_{self.code}")


class CommandSpec(msgspec.Struct, frozen=True):
    """What to send: a MAV_CMD with up to seven parameters, or for COMMAND_INT four of them, a frame and x, y, z."""

    command: int
    params: tuple[float, ...] = ()
    as_int: bool = False
    frame: int = 6  # MAV_FRAME_GLOBAL_RELATIVE_ALT_INT
    x: int = 0
    y: int = 0
    z: float = 0.0


class CommandMachine:
    """One command to one vehicle; feed it events and time, send what it returns, stop when `result` is there.

    `progress` is called with "sent" at the first send, "in_progress" and "accepted" as the vehicle says so.
    """

    def __init__(
        self,
        vehicle: VehicleKey,
        address: Address,
        spec: CommandSpec,
        *,
        timeout_s: float = 1.0,
        attempts: int = 4,
        patience_s: float = 10.0,
        expect: Callable[[Event], bool] | None = None,
        confirm_timeout_s: float = 10.0,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        if len(spec.params) > 7 or attempts < 1:
            raise ValueError("a command has at most seven parameters and at least one attempt")
        self.vehicle = vehicle
        self.result: CommandResult | None = None
        self._address = address
        self._spec = spec
        self._timeout_s = timeout_s
        self._attempts_allowed = attempts
        self._patience_s = patience_s
        self._expect = expect
        self._confirm_timeout_s = confirm_timeout_s
        self._progress = progress or (lambda state: None)
        self._attempts = 0
        self._state = "waiting"
        self._code: int | None = None
        self._deadline = 0.0

    @property
    def state(self) -> str:
        """The state of the table above."""
        return self.result.outcome if self.result else self._state

    def start(self, now: float) -> list[Outgoing]:
        """Return the first send."""
        return self._send(now)

    def handle(self, event: Event, now: float) -> list[Outgoing]:
        """Take one event of any vehicle; returns what to send."""
        if self.result is not None or event.vehicle != self.vehicle:
            return []
        if self._expect is not None and self._attempts and self._expect(event):
            self._finish(CONFIRMED)
        elif isinstance(event, CommandAcked) and self._state != ACCEPTED and self._is_mine(event):
            self._acknowledged(event, now)
        return []

    def tick(self, now: float) -> list[Outgoing]:
        """Take the time; returns a resend when one is due."""
        if self.result is not None or now < self._deadline:
            return []
        if self._state == "waiting" and self._attempts < self._attempts_allowed:
            return self._send(now)
        silent = {"waiting": "no acknowledgement", IN_PROGRESS: "in progress, then silent"}
        self._finish(TIMED_OUT, silent.get(self._state, "accepted, but the expected state was not observed"))
        return []

    def abandon(self, detail: str) -> None:
        """End it as timed out, because the link or the bridge is gone."""
        if self.result is None:
            self._finish(TIMED_OUT, detail)

    def _is_mine(self, ack: CommandAcked) -> bool:
        component = self._address.target_component
        return (
            ack.command == self._spec.command
            and component in {0, ack.component_id}
            and self._address.is_for_us(ack.target_system, ack.target_component)
        )

    def _acknowledged(self, ack: CommandAcked, now: float) -> None:
        self._code = ack.result
        if ack.result == RESULT_IN_PROGRESS:
            self._state = IN_PROGRESS
            self._deadline = now + self._patience_s
            self._progress(IN_PROGRESS)
        elif ack.result != RESULT_ACCEPTED:
            self._finish(REFUSED)
        elif self._expect is None:
            self._finish(ACCEPTED)
        else:
            self._state = ACCEPTED
            self._deadline = now + self._confirm_timeout_s
            self._progress(ACCEPTED)

    def _finish(self, outcome: str, detail: str = "") -> None:
        self.result = CommandResult(outcome, self._code, self._attempts, detail)

    def _send(self, now: float) -> list[Outgoing]:
        confirmation = min(self._attempts, 255)
        self._attempts += 1
        if self._attempts == 1:
            self._progress(SENT)
        self._deadline = now + self._timeout_s
        spec = self._spec
        params = (*spec.params, *(0.0,) * (7 - len(spec.params)))
        fields = {"command": spec.command, **self._address.target()}
        if spec.as_int:
            fields |= {"frame": spec.frame, "x": spec.x, "y": spec.y, "z": spec.z}
            fields |= {f"param{n + 1}": params[n] for n in range(4)}
            return [Outgoing(COMMAND_INT, fields)]
        fields |= {f"param{n + 1}": params[n] for n in range(7)}
        return [Outgoing(COMMAND_LONG, fields | {"confirmation": confirmation})]


def expect_mode(modes: str | Sequence[str]) -> Callable[[Event], bool]:
    """Return the expectation that a heartbeat shows one of these normalised modes."""
    wanted = {modes} if isinstance(modes, str) else set(modes)
    return lambda event: isinstance(event, Heartbeat) and event.mode in wanted


def expect_armed(armed: bool) -> Callable[[Event], bool]:
    """Return the expectation that a heartbeat shows the motors armed, or disarmed."""
    return lambda event: isinstance(event, Heartbeat) and event.armed is armed
