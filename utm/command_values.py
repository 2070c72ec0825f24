"""Commands as values: what is asked of a vehicle, why it may be asked, and the states an order goes through.

    state      | event                                               | next
    -----------+-----------------------------------------------------+-----------
    (asked)    | authority, volume and vehicle allow it: reserved    | queued
    queued     | the first frame left for the vehicle                | sent
    queued     | no link, or no turn before its deadline             | timed_out
    queued     | this autopilot cannot do it                         | refused
    sent       | the vehicle acknowledges (or is seen doing it)      | accepted
    sent       | the vehicle says no, or holds another mission       | refused
    sent       | silence, after every resend                         | timed_out
    accepted   | mode, position or mission read back show it         | confirmed
    accepted   | what was loaded differs, or it changed its mind     | refused
    accepted   | nothing shows it in time                            | timed_out
    any of these | the server ended or was killed                    | timed_out

confirmed, refused and timed_out are final. An acknowledgement alone never confirms, a late one changes nothing, and a
command that timed out may have been carried out: its volume stays reserved until it lapses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal, get_args

CommandType = Literal[
    "hold",
    "resume",
    "rtl",
    "land",
    "land_at_site",
    "reroute",
    "upload_plan",
    "upload_geofence",
    "set_message_rates",
]
COMMAND_TYPES: Final[tuple[CommandType, ...]] = get_args(CommandType)
MOVING: Final[frozenset[str]] = frozenset({"hold", "resume", "rtl", "land", "land_at_site", "reroute"})
"""What changes where the vehicle flies: a newer one takes the place of an older one of another kind."""
RESERVING: Final[frozenset[str]] = frozenset({"hold", "rtl", "land", "land_at_site", "reroute"})
"""What flies outside its plan and therefore reserves a volume of its own; a reroute its hold, beside the new plan."""
KIND_OF: Final[dict[str, str]] = {
    "hold": "hold",
    "resume": "resume",
    "rtl": "rtl",
    "land": "land",
    "land_at_site": "mission",
    "reroute": "mission",
    "upload_plan": "mission",
    "upload_geofence": "fence",
    "set_message_rates": "rates",
}
"""Of each kind one command is outstanding per vehicle at a time."""
TWO_STEP: Final[frozenset[str]] = frozenset({"land", "land_at_site"})
"""What is asked twice, by whoever asks; so is every order to several vehicles."""


class CommandState(StrEnum):
    """Where a command stands."""

    QUEUED = "queued"
    SENT = "sent"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"


_S = CommandState
TRANSITIONS: Final[dict[CommandState, frozenset[CommandState]]] = {
    _S.QUEUED: frozenset({_S.SENT, _S.REFUSED, _S.TIMED_OUT}),
    _S.SENT: frozenset({_S.ACCEPTED, _S.REFUSED, _S.TIMED_OUT}),
    _S.ACCEPTED: frozenset({_S.CONFIRMED, _S.REFUSED, _S.TIMED_OUT}),
    _S.CONFIRMED: frozenset(),
    _S.REFUSED: frozenset(),
    _S.TIMED_OUT: frozenset(),
}
"""Every legal step; what is not here is illegal."""
FINAL: Final = frozenset(state for state, following in TRANSITIONS.items() if not following)


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """What is asked of one vehicle; `params` are the members of the body beside `type` (see docs/commands.md)."""

    aircraft_id: str
    type: CommandType
    params: Mapping[str, Any] = field(default_factory=dict)


CircumstanceKind = Literal["own_fleet", "contingency", "nonconforming", "alert", "zone_action", "unplanned", "reason"]


@dataclass(frozen=True, slots=True)
class Circumstance:
    """Why somebody may command a vehicle; `ref` names the plan, alert or zone, `reason` is a person's sentence."""

    kind: CircumstanceKind
    ref: str | None = None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"kind": self.kind, "ref": self.ref, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Step:
    """One transition of a command."""

    state: CommandState
    at: datetime
    said: Said


@dataclass(frozen=True, slots=True)
class Command:
    """An order to one vehicle as it stands; `steps` are all its transitions, oldest first."""

    command_id: str
    command_no: int
    aircraft_id: str
    organisation_id: str
    type: CommandType
    params: Mapping[str, Any]
    state: CommandState
    circumstance: Circumstance
    requested_by: str
    requested_at: datetime
    plan_id: str | None
    new_plan_id: str | None
    batch_id: str | None
    deadline_at: datetime
    steps: tuple[Step, ...]
    effect: Mapping[str, Any]
    override_reason: str | None = None

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self.state in FINAL

    @property
    def said(self) -> Said:
        """What was last said of it."""
        return self.steps[-1].said
