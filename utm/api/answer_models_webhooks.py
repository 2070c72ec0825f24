"""Answers about webhooks and the demonstration; see `answer_models`."""

from typing import Any, Literal

from pydantic import BaseModel

from utm.api.answer_models import At, Cursor


class Webhook(BaseModel):
    """Where events go, and how that fares."""

    webhook_id: str
    organisation_id: str
    url: str
    topics: list[str]
    state: Literal["unverified", "active", "off", "refused"]
    cause: str | None
    version: int
    created_at: At
    verified_at: At | None
    last_delivered_at: At | None


class WebhookWithSecret(Webhook):
    """A webhook with the secret its requests are signed with, shown once."""

    secret: str


class Webhooks(BaseModel):
    """The organisation's webhooks."""

    items: list[Webhook]
    next_cursor: Cursor


class Delivery(BaseModel):
    """An event on its way to a webhook."""

    delivery_id: str
    event_id: str
    topic: str
    state: Literal["waiting", "delivered", "dead"]
    attempts: int
    status: int | None
    error: str | None
    created_at: At
    ended_at: At | None


class WebhookDeliveries(BaseModel):
    """Deliveries, newest first."""

    items: list[Delivery]
    next_cursor: Cursor


class DemoFaults(BaseModel):
    """Kinds of fault, and the simulated vehicles with the faults each has."""

    kinds: list[dict[str, Any]]
    vehicles: list[dict[str, Any]]


class DemoFault(BaseModel):
    """A fault that comes to a simulated vehicle."""

    fault_id: str
    kind: str
    in_force: bool
    starts_in_s: float
    ends_in_s: float | None
    values: dict[str, Any]


class DemoFaultsGone(BaseModel):
    """The ids of the faults that went."""

    cleared: list[str]
