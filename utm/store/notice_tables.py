"""Tables of standing approvals and of advisories to firms."""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel


class StandingApprovalRow(SQLModel, table=True):
    """An envelope a firm applied for, and what a regulator decided about it."""

    __tablename__ = "standing_approvals"

    standing_approval_id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True)
    state: str
    version: int
    envelope: str = Field(sa_column=Column(Text, nullable=False))
    """Area, heights, hours and fleet, JSON as applied for."""
    applied_at: str
    decided_at: str | None = None
    decided_by: str | None = None
    reason: str | None = None


class AdvisoryRow(SQLModel, table=True):
    """Something a firm is told about one of its flights, and when it acknowledged."""

    __tablename__ = "advisories"
    __table_args__ = (Index("ix_advisories_org", "organisation_id", "number"),)

    advisory_id: str = Field(primary_key=True)
    number: int = Field(unique=True)
    organisation_id: str
    kind: str
    plan_id: str | None
    zone_id: str | None
    detail: str = Field(sa_column=Column(Text, nullable=False))
    detail_zh: str = Field(sa_column=Column(Text, nullable=False))
    raised_at: str
    acknowledged_at: str | None = None
    acknowledged_by: str | None = None
