"""Answers about who is known here: programs, people, organisations, keys, quotas, applications; see `answer_models`."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from utm.api.answer_models import At, Cursor

Kind = Literal["operator", "centre", "authority", "supplier", "administration"]
"""What an organisation is."""


class OpenIdConfiguration(BaseModel):
    """The embedded OpenID provider (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]
    scopes_supported: list[str]
    claims_supported: list[str]
    authorization_response_iss_parameter_supported: bool


class UserInfo(BaseModel):
    """What a tool is told of the person who signed in."""

    sub: str
    name: str
    preferred_username: str
    role: str
    groups: list[str]
    organisation_id: str


class RelyingParty(BaseModel):
    """A tool whose users sign in here."""

    client_id: str
    name: str
    redirect_uris: list[str]
    public: bool = Field(description="It keeps no secret.")


class RelyingParties(BaseModel):
    """Tools whose users sign in here."""

    items: list[RelyingParty]
    next_cursor: Cursor


class NewRelyingParty(RelyingParty):
    """A tool just brought in."""

    client_secret: str | None = Field(description="Shown this once; null for a public tool.")


class ClientCredential(BaseModel):
    """One way a program shows who it is; never the secret itself."""

    credential_id: str
    kind: Literal["secret", "api_key", "public_key", "certificate"]
    name: str
    created_at: At | None = Field(description="null: made with the client.")
    expires_at: At | None = Field(description="null: until it is revoked.")
    thumbprint: str | None = Field(description="SHA-256 of a certificate or public key, base64url.")


class Client(BaseModel):
    """A program that calls the API."""

    client_id: str
    organisation_id: str
    role: str
    name: str
    credentials: list[ClientCredential] = Field(description="Oldest first.")


class Clients(BaseModel):
    """Programs."""

    items: list[Client]
    next_cursor: Cursor


class NewClient(Client):
    """A program just brought in."""

    client_secret: str = Field(description="Shown this once.")


class NewCredential(BaseModel):
    """A credential just added."""

    client_id: str
    credential_id: str
    kind: Literal["secret", "api_key", "public_key", "certificate"]
    secret: str | None = Field(None, description="Of a secret or an API key, shown this once.")


class VoidedTokens(BaseModel):
    """Until when the tokens of a program are void."""

    client_id: str
    issued_until: At


class OrganisationShown(BaseModel):
    """A firm, an office or a sandbox."""

    organisation_id: str
    name: str
    name_zh: str
    kind: Kind
    entitlements: list[str]
    sandbox_of: str | None = Field(description="The organisation a sandbox was made for; null: no sandbox.")
    active: bool


class OrganisationsShown(BaseModel):
    """Every firm, office and sandbox."""

    items: list[OrganisationShown]
    next_cursor: Cursor


class Person(BaseModel):
    """A person who may sign in."""

    user_id: str
    organisation_id: str
    role: str
    name: str
    totp: bool = Field(description="A second factor is asked for.")
    signs_in_elsewhere: bool = Field(description="By an OpenID provider: has no password here.")


class People(BaseModel):
    """People who may sign in."""

    items: list[Person]
    next_cursor: Cursor


class NewPerson(Person):
    """A person just brought in."""

    password: str | None = Field(None, description="Shown this once, where none was sent.")


class NewPassword(BaseModel):
    """A password just set."""

    user_id: str
    password: str | None = Field(description="Shown this once; null where one was sent.")


class SigningKeyShown(BaseModel):
    """A key access tokens are or were signed with."""

    kid: str
    state: Literal["signing", "next", "published"]
    created_at: At
    signs_from: At


class SigningKeys(BaseModel):
    """Signing keys, newest first."""

    items: list[SigningKeyShown]
    next_cursor: Cursor


class QuotaValues(BaseModel):
    """What an organisation may use."""

    live_plans: int
    filings_per_day: int
    aircraft: int
    clients: int
    webhooks: int
    sandboxes: int
    requests_per_s: float | None = Field(description="Of each client; null: the server's.")


class QuotaUse(BaseModel):
    """What an organisation uses."""

    live_plans: int
    filings_per_day: int
    aircraft: int
    clients: int
    webhooks: int
    sandboxes: int


class Quotas(BaseModel):
    """What an organisation may use, and what of it is used."""

    organisation_id: str = Field(description="`default` for everybody's.")
    version: int = Field(description="0: nothing was ever set here.")
    quotas: QuotaValues
    set_here: list[str] = Field(description="Which of them are set for this organisation; the others are everybody's.")
    used: QuotaUse | None = Field(None, description="Absent for `default`.")


class Sandbox(BaseModel):
    """A firm for one developer, in a separate sky."""

    organisation_id: str
    name: str
    sandbox_of: str | None
    clients: list[str]


class Sandboxes(BaseModel):
    """Sandboxes."""

    items: list[Sandbox]
    next_cursor: Cursor


class NewSandbox(Sandbox):
    """A sandbox just made."""

    client_id: str
    client_secret: str = Field(description="Shown this once.")


class Application(BaseModel):
    """Where an application stands, as its applicant sees it."""

    application_id: str
    state: Literal["pending", "approved", "refused"]
    kind: Literal["operator", "supplier", "sandbox"]
    name: str
    created_at: At
    decided_at: At | None
    reason: str | None
    organisation_id: str | None
    client_id: str | None
    collect_until: At | None = Field(description="Until when the first secret can be collected.")
    collected_at: At | None


class NewApplication(Application):
    """An application just made."""

    claim_token: str = Field(description="Shown this once: follows the application and collects the secret.")


class CollectedSecret(Application):
    """An approved application and the first secret of its client."""

    client_secret: str | None = Field(description="Shown this once.")


class ApplicationDetail(Application):
    """An application as an admin sees it."""

    name_zh: str
    contact: dict[str, Any] = Field(description="What else the applicant said.")
    decided_by: str | None


class ApplicationPage(BaseModel):
    """Applications in the order they came."""

    items: list[ApplicationDetail]
    next_cursor: Cursor
