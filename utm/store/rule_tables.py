"""Tables of the rule clock: applications to the outside authority, days filed under standing approvals, event reports."""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

NO_LIMIT_S = 1e12
"""The scene second of what is due at no time."""


class ApplicationRow(SQLModel, table=True):
    """What the outside authority is asked about a plan, how that reaches it, and what it decided."""

    __tablename__ = "authority_applications"
    __table_args__ = (
        Index("ix_authority_applications_state", "state", "due_s"),
        Index("ix_authority_applications_plan", "plan_id"),
        {"sqlite_autoincrement": True},
    )

    number: int | None = Field(default=None, primary_key=True)
    application_id: str = Field(unique=True)
    plan_id: str
    plan_version: int
    organisation_id: str
    adapter: str
    state: str
    """waiting, approved, refused or withdrawn."""
    submitted_at: str
    due_s: float
    """By when it is decided, scene seconds; 1e12 where nothing says so."""
    policy_version: int
    decided_at: str | None = None
    decided_by: str | None = None
    reason: str | None = None
    reference: str | None = None
    """What the authority's system calls it."""
    delivery: str = "none"
    """none, waiting, sent, failed: of the adapter's next message."""
    stage: str = "apply"
    """What the adapter does next: apply, follow, approved, report (readiness), await_release, withdraw, done."""
    attempts: int = 0
    next_s: float = 0.0
    error: str | None = None
    overdue_at: str | None = None


class StandingDayRow(SQLModel, table=True):
    """A day a firm filed under a standing approval: how many flights it will take slots for."""

    __tablename__ = "standing_days"
    __table_args__ = (Index("ix_standing_days_of", "organisation_id", "day"),)

    standing_day_id: str = Field(primary_key=True)
    organisation_id: str
    standing_approval_id: str | None
    """None: the approval of the firm's whole fleet."""
    day: int
    flights: int
    taken: int = 0
    filed_at: str
    filed_by: str
    filed_late: bool = False
    note: str | None = None
    policy_version: int


class StandingSlotRow(SQLModel, table=True):
    """A slot of a filed day, taken by a plan."""

    __tablename__ = "standing_slots"

    plan_id: str = Field(primary_key=True)
    standing_day_id: str = Field(index=True)


class EventReportRow(SQLModel, table=True):
    """A report a firm owes after an event that affected safety; due once the flight has landed."""

    __tablename__ = "event_reports"
    __table_args__ = (
        Index("ix_event_reports_state", "state", "due_s"),
        Index("ix_event_reports_plan", "plan_id"),
        {"sqlite_autoincrement": True},
    )

    number: int | None = Field(default=None, primary_key=True)
    report_id: str = Field(unique=True)
    organisation_id: str
    plan_id: str | None
    aircraft_id: str | None
    kind: str
    subject: str
    """What keeps one event from being owed twice: kind and flight."""
    event_at: str
    landed_at: str | None = None
    due_s: float | None = None
    state: str
    """open (in the air), due, filed or waived."""
    policy_version: int
    report: str | None = Field(default=None, sa_column=Column(Text))
    filed_at: str | None = None
    filed_by: str | None = None
    late: bool | None = None
    reason: str | None = None
    overdue_at: str | None = None
