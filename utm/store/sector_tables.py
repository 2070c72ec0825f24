"""Tables of the division of the city: its versions, positions, who works at them, holds and transfers."""

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class SectorLayoutRow(SQLModel, table=True):
    """One version of the division; the newest holds, none is ever changed."""

    __tablename__ = "sector_layouts"

    version: int = Field(primary_key=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    """JSON as sent: in_use, sectors, fallback_position_id, transfer_timeout_s, note."""
    published_at: str
    published_by: str
    published_name: str


class PositionRow(SQLModel, table=True):
    """A working position of the operations centre."""

    __tablename__ = "positions"

    position_id: str = Field(primary_key=True)
    name: str
    name_zh: str
    supervises: int
    people: str = Field(sa_column=Column(Text, nullable=False))
    """JSON list of the accounts that may sign on; empty: every dispatcher."""
    created_at: str
    retired_at: str | None = None


class PositionStaffRow(SQLModel, table=True):
    """Who works at which position now; one position per person."""

    __tablename__ = "position_staff"

    subject: str = Field(primary_key=True)
    name: str
    position_id: str = Field(index=True)
    since_at: str


class OwnerHoldRow(SQLModel, table=True):
    """A flight or alert that stays with a position wherever it is."""

    __tablename__ = "owner_holds"

    subject: str = Field(primary_key=True)
    position_id: str
    since_at: str
    why: str


class TransferRow(SQLModel, table=True):
    """An offer of a flight or alert from one position to another, and what became of it."""

    __tablename__ = "transfers"

    transfer_id: str = Field(primary_key=True)
    subject: str = Field(index=True)
    from_position_id: str
    to_position_id: str
    state: str = Field(index=True)
    offered_at: str = Field(index=True)
    offered_by: str
    offered_name: str
    expires_at: str
    decided_at: str | None = None
    decided_by: str | None = None
    decided_name: str | None = None
    note: str = Field(sa_column=Column(Text, nullable=False))
