"""Table of incidents."""

from sqlalchemy import Column, Text
from sqlmodel import Field, SQLModel


class IncidentRow(SQLModel, table=True):
    """A window of time, and perhaps a place and flights, that somebody looks into."""

    __tablename__ = "incidents"

    incident_id: str = Field(primary_key=True)
    number: int = Field(unique=True)
    """Grows with each incident: the order of lists."""
    title: str
    starts_at: str
    ends_at: str
    bbox: str | None = None
    """min_lon,min_lat,max_lon,max_lat in degrees."""
    plan_ids: str = Field(sa_column=Column(Text, nullable=False))
    """JSON array."""
    notes: str = Field(sa_column=Column(Text, nullable=False))
    created_at: str
    created_by: str
    organisation_id: str
