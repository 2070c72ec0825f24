"""Tables of webhooks, the events kept for them, and each delivery with its outcome."""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel


class WebhookRow(SQLModel, table=True):
    """Where events go; `secret` signs them and is shown once, when it is made."""

    __tablename__ = "webhooks"

    webhook_id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True)
    role: str
    url: str
    topics: str
    secret: str
    state: str
    version: int
    cause: str | None = None
    from_event: int = 0
    created_at: str
    verified_at: str | None = None
    last_delivered_at: str | None = None


class OutboxRow(SQLModel, table=True):
    """An event, kept in the transaction that made it true; `visible_to` is NULL or organisations with spaces around."""

    __tablename__ = "outbox"
    __table_args__ = ({"sqlite_autoincrement": True},)

    event_no: int | None = Field(default=None, primary_key=True)
    event_id: str
    topic: str
    at: str
    at_s: float = Field(index=True)
    visible_to: str | None = None
    data: str = Field(sa_column=Column(Text, nullable=False))


class DeliveryRow(SQLModel, table=True):
    """One event on its way to one webhook."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index("ix_webhook_deliveries_due", "state", "next_s"),
        Index("ix_webhook_deliveries_hook", "webhook_id", "delivery_no"),
        {"sqlite_autoincrement": True},
    )

    delivery_no: int | None = Field(default=None, primary_key=True)
    delivery_id: str = Field(unique=True)
    webhook_id: str
    event_no: int
    state: str
    attempts: int = 0
    next_s: float
    status: int | None = None
    error: str | None = None
    created_at: str
    ended_at: str | None = None
