"""Tables of duty: whom to reach outside the console, and every message with what became of it."""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel


class DutyContactRow(SQLModel, table=True):
    """One way to reach one person or team of an organisation; `secret` is never shown."""

    __tablename__ = "duty_contacts"

    contact_id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True)
    name: str
    channel: str
    address: str
    secret: str | None = None
    language: str
    level: int
    topics: str
    severity: str
    hours: str = Field(sa_column=Column(Text, nullable=False))
    active: bool = True
    version: int
    created_at: str
    last_ok_at: str | None = None
    last_error: str | None = None


class DutyMessageRow(SQLModel, table=True):
    """One message on its way to one contact."""

    __tablename__ = "duty_messages"
    __table_args__ = (
        Index("ix_duty_messages_due", "state", "next_s"),
        Index("ix_duty_messages_contact", "contact_id", "message_no"),
        Index("ix_duty_messages_org", "organisation_id", "message_no"),
        {"sqlite_autoincrement": True},
    )

    message_no: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True)
    organisation_id: str
    contact_id: str
    channel: str
    kind: str
    ref: str | None = None
    level: int
    dedupe: str
    """What keeps one piece of news from reaching the same contact twice."""
    title: str = Field(sa_column=Column(Text, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    state: str
    attempts: int = 0
    next_s: float
    status: int | None = None
    error: str | None = None
    created_at: str
    ended_at: str | None = None
