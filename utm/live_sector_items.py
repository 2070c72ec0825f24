"""Items of the live feed's topic `sectors`: how the city is divided now, and who owns what. See `utm.live_schema`."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Text = str | None


class PositionPersonItem(msgspec.Struct, frozen=True):
    """Somebody who works at a position."""

    name: str
    since_at: datetime


class PositionItem(msgspec.Struct, frozen=True):
    """What a position of the centre has to watch."""

    position_id: str
    name: str
    name_zh: str
    supervises: bool
    people: list[PositionPersonItem]
    sector_ids: list[str]
    flights: int
    alerts: int
    alerts_waiting: Annotated[int, Meta(description="Alerts that nobody has acknowledged.")]
    offered_to: Annotated[int, Meta(description="Transfers that wait for its answer.")]
    offered_by: Annotated[int, Meta(description="Transfers it waits for.")]


class OwnedFlightItem(msgspec.Struct, frozen=True):
    """A flight with the position that owns it."""

    track_id: str
    aircraft_id: Text
    plan_id: Text
    registration: Text
    position_id: str
    sector_id: Text
    why: Literal["sector", "alert", "transfer"]
    sector_position_id: Annotated[str, Meta(description="The position whose sector it is in.")]


class UnwatchedItem(msgspec.Struct, frozen=True):
    """Flights whose position has nobody signed on; of the items 200 at most."""

    flights: int
    items: list[OwnedFlightItem]


class TransferItem(msgspec.Struct, frozen=True):
    """A flight or alert that one position offers to another."""

    transfer_id: str
    subject_kind: Literal["flight", "alert"]
    subject_id: str
    from_position_id: str
    to_position_id: str
    state: Literal["offered", "accepted", "declined", "withdrawn", "timed_out"]
    offered_at: datetime
    offered_name: str
    expires_at: datetime
    note: str


class AlertOwnerItem(msgspec.Struct, frozen=True):
    """The position that owns an open alert."""

    alert_id: str
    position_id: str
    why: Literal["sector", "alert", "transfer"]


class SectorItem(msgspec.Struct, frozen=True):
    """The city as it is divided now: who works where, who owns what, what is offered to whom."""

    division_id: Annotated[str, Meta(description="Always `city`.")]
    version: int
    in_use: Annotated[bool, Meta(description="False: one position owns everything.")]
    positions: list[PositionItem]
    outside_sectors: Annotated[int, Meta(description="Flights in no sector.")]
    unwatched: UnwatchedItem
    transfers: list[TransferItem]
    alert_owners: list[AlertOwnerItem]
    held: Annotated[list[OwnedFlightItem], Meta(description="Flights of another position than their sector's.")]
    moved: Annotated[
        list[str], Meta(description="Tracks that another position owns than in the message before, 500 at most.")
    ] = []
