"""Outgoing: a message to be sent, before it has a sequence number, a signature and a link."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

HEARTBEAT: Final = 0
PARAM_REQUEST_READ: Final = 20
MISSION_REQUEST: Final = 40
MISSION_REQUEST_LIST: Final = 43
MISSION_COUNT: Final = 44
MISSION_ACK: Final = 47
MISSION_REQUEST_INT: Final = 51
REQUEST_DATA_STREAM: Final = 66
MISSION_ITEM_INT: Final = 73
COMMAND_INT: Final = 75
COMMAND_LONG: Final = 76
TIMESYNC: Final = 111
ADSB_VEHICLE: Final = 246


class Outgoing(NamedTuple):
    """A message's id and its fields by name (layouts.py); what is not named is zero."""

    message_id: int
    fields: dict[str, Any]


class Address(NamedTuple):
    """Whom a message is for, and who we are."""

    target_system: int
    target_component: int
    own_system: int
    own_component: int

    def target(self) -> dict[str, Any]:
        """The two fields that name the target in most messages."""
        return {"target_system": self.target_system, "target_component": self.target_component}

    def is_for_us(self, system: int, component: int) -> bool:
        """Whether an answer so addressed is ours; 0 is everybody, and what older autopilots leave out."""
        return system in {0, self.own_system} and component in {0, self.own_component}
