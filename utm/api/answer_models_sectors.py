"""Answers about sectors, positions and transfers. See `answer_models`."""

from typing import Any, Literal

from pydantic import BaseModel

from utm.api.answer_models import At, Cursor


class SectorShown(BaseModel):
    """A part of the city with its position."""

    sector_id: str
    name: str
    name_zh: str | None
    position_id: str
    geometry: dict[str, Any] | None
    cells: list[str] | None
    lower_m: float | None
    upper_m: float | None
    datum: Literal["AGL", "AMSL", "HAE"]


class SectorLayout(BaseModel):
    """A version of the division of the city."""

    version: int
    in_use: bool
    sectors: list[SectorShown]
    fallback_position_id: str
    transfer_timeout_s: float
    note: str
    published_at: At | None
    published_by: str | None
    published_name: str | None


class SectorLayouts(BaseModel):
    """Versions of the division."""

    items: list[SectorLayout]
    next_cursor: Cursor


class PositionPerson(BaseModel):
    """Somebody who works at a position."""

    name: str
    since_at: At


class PositionShown(BaseModel):
    """A working position."""

    position_id: str
    name: str
    name_zh: str
    supervises: bool
    people: list[str]
    staff: list[PositionPerson]


class PositionsShown(BaseModel):
    """Working positions."""

    items: list[PositionShown]
    next_cursor: Cursor


class TransferShown(BaseModel):
    """An offer of a flight or alert from one position to another."""

    transfer_id: str
    subject_kind: Literal["flight", "alert"]
    subject_id: str
    from_position_id: str
    to_position_id: str
    state: Literal["offered", "accepted", "declined", "withdrawn", "timed_out"]
    offered_at: At
    offered_name: str
    expires_at: At
    decided_at: At | None
    decided_name: str | None
    note: str


class TransfersShown(BaseModel):
    """Transfers."""

    items: list[TransferShown]
    next_cursor: Cursor


class OwnedFlightShown(BaseModel):
    """A flight with its owner: `sector_position_id` is whose sector it is in, `why` the owner is another."""

    track_id: str
    aircraft_id: str | None
    plan_id: str | None
    registration: str | None
    position_id: str
    sector_id: str | None
    why: Literal["sector", "alert", "transfer"]
    sector_position_id: str


class FlightOwner(OwnedFlightShown):
    """The owner of one flight, and the transfer that waits."""

    transfer: TransferShown | None


class PositionLoad(BaseModel):
    """What a position has to watch."""

    position_id: str
    name: str
    name_zh: str
    supervises: bool
    people: list[PositionPerson]
    sector_ids: list[str]
    flights: int
    alerts: int
    alerts_waiting: int
    offered_to: int
    offered_by: int


class AlertOwner(BaseModel):
    """The position of an open alert."""

    alert_id: str
    position_id: str
    why: Literal["sector", "alert", "transfer"]


class UnwatchedFlights(BaseModel):
    """Flights whose position has nobody signed on."""

    flights: int
    items: list[OwnedFlightShown]


class SectorBoard(BaseModel):
    """The division at work: load per position, transfers that wait, owners of alerts."""

    version: int
    in_use: bool
    position_id: str | None
    supervises: bool
    positions: list[PositionLoad]
    outside_sectors: int
    unwatched: UnwatchedFlights
    transfers: list[TransferShown]
    alert_owners: list[AlertOwner]
    held: list[OwnedFlightShown]
