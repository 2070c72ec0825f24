"""Answers about duty staff, what was sent to them, and webhooks replayed; see `answer_models`."""

from typing import Any

from pydantic import BaseModel, Field

from utm.api.answer_models import At, Cursor


class DutyContactShown(BaseModel):
    """Somebody who is told outside the console; the secret is never shown again."""

    contact_id: str
    organisation_id: str
    name: str
    channel: str
    address: str
    has_secret: bool
    language: str
    level: int
    topics: list[str]
    severity: str
    hours: list[dict[str, Any]]
    on_duty: bool
    active: bool
    available: bool = Field(description="Whether this deployment can use the channel.")
    version: int
    created_at: At
    last_ok_at: At | None
    last_error: str | None


class DutyContacts(BaseModel):
    """Contacts."""

    items: list[DutyContactShown]
    next_cursor: Cursor


class NewDutyContact(DutyContactShown):
    """A contact just added."""

    secret: str | None = Field(None, description="Of a webhook, shown this once.")


class DutyMessage(BaseModel):
    """A message to a contact."""

    message_id: str
    contact_id: str
    contact_name: str | None
    channel: str
    kind: str
    ref: str | None
    level: int
    title: str
    text: str
    state: str = Field(description="waiting, sending, delivered or dead.")
    attempts: int
    status: int | None
    error: str | None
    created_at: At
    ended_at: At | None
    next_attempt_at: At | None


class DutyMessages(BaseModel):
    """Messages, newest first."""

    items: list[DutyMessage]
    next_cursor: Cursor


class WebhookReplay(BaseModel):
    """How many events were queued again."""

    webhook_id: str
    queued: int
    more: bool = Field(description="There are more; ask again from the last one.")
    oldest_kept_at: At | None
