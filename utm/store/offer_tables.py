"""The table of offers on hold."""

from sqlalchemy import BLOB, Column, Index, Text
from sqlmodel import Field, SQLModel


class OfferHoldRow(SQLModel, table=True):
    """A counter-offer held for its firm: it reserves airspace until `held_until_s`, unless it was filed or given back."""

    __tablename__ = "offer_holds"
    __table_args__ = (Index("ix_offer_holds_state", "state", "held_until_s"),)

    hold_id: str = Field(primary_key=True)
    hold_no: int = Field(unique=True)
    """Counts holds; the engine's key is made from it and never meets that of a plan."""
    plan_id: str = Field(index=True)
    offer_index: int
    organisation_id: str
    aircraft_id: str
    state: str
    """held, consumed (its body was filed) or released (given back for another offer)."""
    operation_type: str
    priority: int
    starts_s: float
    ends_s: float
    horizontal_m: float
    vertical_m: float
    time_buffer_s: float
    body: str = Field(sa_column=Column(Text, nullable=False))
    """The body offered, JSON."""
    h3_cells: str = Field(sa_column=Column(Text, nullable=False))
    geometry: bytes = Field(sa_column=Column(BLOB, nullable=False))
    held_at: str
    held_until: str
    held_until_s: float
