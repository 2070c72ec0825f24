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
    policy_version: int | None = None
    """The version of the policy in force when it was decided."""


class AdvisoryRow(SQLModel, table=True):
    """Something a firm is told about one of its flights, and when it acknowledged."""

    __tablename__ = "advisories"
    __table_args__ = (Index("ix_advisories_org", "organisation_id", "number"), Index("ix_advisories_cause", "cause"))

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
    cause: str | None = None
    """What it follows, such as `contingency:ct_1`: one open advisory per cause and plan."""
    action: str | None = None
    """Stable code of what to do."""
    priority: int = 0
    """0 news, 1 to be acknowledged, 2 not acknowledged in time."""
    must_acknowledge: bool = False
    starts_at: str | None = None
    ends_at: str | None = None
    """From when to when the flight is concerned."""
    offers: str | None = Field(default=None, sa_column=Column(Text))
    """Counter-offers, JSON, where there are any."""
    updated_at: str | None = None
    escalated_at: str | None = None
    withdrawn_at: str | None = None
    """When its cause ceased."""
