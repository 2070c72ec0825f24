"""Tables of alerts and of every step of their lives."""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel


class AlertRow(SQLModel, table=True):
    """An alert as it is; `document` is the JSON of its `utm.live_schema.AlertItem`."""

    __tablename__ = "alerts"
    __table_args__ = (Index("ix_alerts_status", "status", "raised_s"),)

    alert_id: str = Field(primary_key=True)
    kind: str
    subject: str
    """What it is about: with the kind, one open alert at a time."""
    severity: str
    status: str
    raised_s: float = Field(index=True)
    updated_s: float
    organisations: str
    """Who may see it beside the centre, separated by spaces, with a space at both ends."""
    other: str
    """JSON of what another firm involved may see of itself."""
    document: str = Field(sa_column=Column(Text, nullable=False))


class AlertReaderRow(SQLModel, table=True):
    """That an alert concerns an organisation: by this its list is read without touching another's alerts."""

    __tablename__ = "alert_readers"
    __table_args__ = (Index("ix_alert_readers_alert_id", "alert_id", "organisation_id"),)

    organisation_id: str = Field(primary_key=True)
    raised_s: float = Field(primary_key=True)
    alert_id: str = Field(primary_key=True)


class AlertStepRow(SQLModel, table=True):
    """One step of an alert's life."""

    __tablename__ = "alert_steps"
    __table_args__ = ({"sqlite_autoincrement": True},)

    step_no: int | None = Field(default=None, primary_key=True)
    alert_id: str = Field(index=True)
    at: str
    step: str
    severity: str
    actor: str
    initials: str | None = None
    note: str | None = None
