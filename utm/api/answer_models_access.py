"""Answers about identity; members the server may leave out are null here. See `answer_models`."""

from typing import Any

from pydantic import BaseModel

from utm.api.answer_models import At


class RelyingParties(BaseModel):
    """The answer about relying parties, as far as it is documented by its members; more may come."""

    items: list[Any] | None = None
    next_cursor: Any = None


class ClientCredential(BaseModel):
    """The answer about client credential, as far as it is documented by its members; more may come."""

    credential_id: str | None = None
    kind: str | None = None
    name: str | None = None
    created_at: At | None = None
    expires_at: Any = None
    thumbprint: Any = None


class Client(BaseModel):
    """The answer about client, as far as it is documented by its members; more may come."""

    client_id: str | None = None
    organisation_id: str | None = None
    role: str | None = None
    name: str | None = None
    credentials: list[ClientCredential] | None = None
    client_secret: str | None = None


class ClientAnswer(BaseModel):
    """The answer about client, as far as it is documented by its members; more may come."""

    client_id: str | None = None
    organisation_id: str | None = None
    role: str | None = None
    name: str | None = None
    credentials: list[ClientCredential] | None = None


class NewCredential(BaseModel):
    """The answer about new credential, as far as it is documented by its members; more may come."""

    client_id: str | None = None
    credential_id: str | None = None
    kind: str | None = None
    secret: str | None = None


class VoidedTokens(BaseModel):
    """The answer about voided tokens, as far as it is documented by its members; more may come."""

    client_id: str | None = None
    issued_until: At | None = None


class QuotaOwnQuotas(BaseModel):
    """The answer about quota own quotas, as far as it is documented by its members; more may come."""

    live_plans: int | None = None
    filings_per_day: int | None = None
    aircraft: int | None = None
    clients: int | None = None
    webhooks: int | None = None
    sandboxes: int | None = None
    requests_per_s: Any = None


class QuotaOwnUsed(BaseModel):
    """The answer about quota own used, as far as it is documented by its members; more may come."""

    live_plans: int | None = None
    filings_per_day: int | None = None
    aircraft: int | None = None
    clients: int | None = None
    webhooks: int | None = None
    sandboxes: int | None = None


class QuotaOwn(BaseModel):
    """The answer about quota own, as far as it is documented by its members; more may come."""

    organisation_id: str | None = None
    version: int | None = None
    quotas: QuotaOwnQuotas | None = None
    set_here: list[Any] | None = None
    used: QuotaOwnUsed | None = None


class Sandbox(BaseModel):
    """The answer about sandbox, as far as it is documented by its members; more may come."""

    organisation_id: str | None = None
    name: str | None = None
    sandbox_of: str | None = None
    clients: list[str] | None = None
    client_id: str | None = None
    client_secret: str | None = None


class Application(BaseModel):
    """The answer about application, as far as it is documented by its members; more may come."""

    application_id: str | None = None
    state: str | None = None
    kind: str | None = None
    name: str | None = None
    created_at: At | None = None
    decided_at: Any = None
    reason: Any = None
    organisation_id: Any = None
    client_id: Any = None
    collect_until: Any = None
    collected_at: Any = None
    claim_token: str | None = None


class ApplicationShownContact(BaseModel):
    """The answer about application shown contact, as far as it is documented by its members; more may come."""

    contact_name: str | None = None
    contact_email: str | None = None
    statement: str | None = None


class ApplicationShown(BaseModel):
    """The answer about application, as far as it is documented by its members; more may come."""

    application_id: str | None = None
    state: str | None = None
    kind: str | None = None
    name: str | None = None
    created_at: At | None = None
    decided_at: Any = None
    reason: Any = None
    organisation_id: Any = None
    client_id: Any = None
    collect_until: Any = None
    collected_at: Any = None
    name_zh: str | None = None
    contact: ApplicationShownContact | None = None
    decided_by: Any = None
