"""Tables of organisations, programs, people, sessions and aircraft.

Secrets stand here only as argon2 hashes, sessions only as SHA-256 of the cookie. The one exception is an aircraft's
MAVLink signing key, which the bridge must have in clear to check signatures: it is never returned by the API.
"""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel


class OrganisationRow(SQLModel, table=True):
    """A firm or an office."""

    __tablename__ = "organisations"

    organisation_id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    name_zh: str
    kind: str
    """`operator`, `centre`, `authority`, `supplier` or `administration`."""
    entitlements: str = ""
    """Granted entitlements, separated by spaces."""
    demo: bool = False
    sandbox_of: str | None = None
    """The organisation a sandbox was made for (itself where it has no firm behind it); NULL: flies in the real sky."""
    created_at: str
    deactivated_at: str | None = None


class ClientRow(SQLModel, table=True):
    """A program that gets tokens with its secret."""

    __tablename__ = "clients"

    client_id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True, foreign_key="organisations.organisation_id")
    role: str
    name: str
    secret_hash: str
    """Hash of the first secret; empty once it was revoked or where there never was one."""
    created_at: str
    rotated_at: str
    tokens_from: str | None = None
    """Tokens issued at or before this second are void."""
    deactivated_at: str | None = None


class CredentialRow(SQLModel, table=True):
    """One more way a program shows who it is; `kind` is `secret`, `api_key`, `public_key` or `certificate`."""

    __tablename__ = "client_credentials"

    credential_id: str = Field(primary_key=True)
    client_id: str = Field(index=True, foreign_key="clients.client_id")
    kind: str
    name: str
    secret_hash: str | None = None
    public_jwk: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    thumbprint: str | None = None
    """SHA-256 of a certificate (RFC 8705, 3.1) or of a public key (RFC 7638), base64url."""
    created_at: str
    created_by: str
    expires_at: str | None = None
    revoked_at: str | None = None


class SpentRow(SQLModel, table=True):
    """What must not be used (again) until it expires by itself: `jti:` revoked tokens, `assertion:`, `code:`, `totp:`."""

    __tablename__ = "spent"

    key: str = Field(primary_key=True)
    expires_at: str = Field(index=True)


class AttemptRow(SQLModel, table=True):
    """How often somebody was wrong: failures of an account, or what is left in an address's bucket; seconds since 1970.

    `key` is a keyed hash, because people type passwords into the field for names.
    """

    __tablename__ = "attempts"

    key: str = Field(primary_key=True)
    count: float
    until_s: float = 0.0
    """Until when the next attempt waits."""
    at_s: float
    expires_s: float = Field(index=True)


class ApplicationRow(SQLModel, table=True):
    """A firm that asks to be let in; `claim_hash` is of what its applicant shows to follow it and collect the secret."""

    __tablename__ = "applications"
    __table_args__ = (Index("ix_applications_state", "state", "created_at"),)

    application_id: str = Field(primary_key=True)
    state: str
    """`pending`, `approved` or `refused`."""
    kind: str
    """`operator`, `supplier` or `sandbox`."""
    name: str
    name_zh: str
    contact: str = Field(sa_column=Column(Text, nullable=False))
    """JSON: what else the applicant said."""
    claim_hash: str
    created_at: str
    decided_at: str | None = None
    decided_by: str | None = None
    reason: str | None = None
    organisation_id: str | None = None
    client_id: str | None = None
    collect_until: str | None = None
    collected_at: str | None = None


class QuotaRow(SQLModel, table=True):
    """What an organisation may use, as JSON; the key `default` is for whoever has no row."""

    __tablename__ = "quotas"

    organisation_id: str = Field(primary_key=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    version: int
    updated_at: str
    updated_by: str


class RelyingPartyRow(SQLModel, table=True):
    """Another tool whose users sign in here (OpenID Connect); public clients have no secret."""

    __tablename__ = "relying_parties"

    client_id: str = Field(primary_key=True)
    name: str
    redirect_uris: str = Field(sa_column=Column(Text, nullable=False))
    secret_hash: str | None = None
    created_at: str
    deactivated_at: str | None = None


class UserRow(SQLModel, table=True):
    """A person who signs in to the console."""

    __tablename__ = "users"

    user_id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True, foreign_key="organisations.organisation_id")
    role: str
    name: str = Field(unique=True)
    password_hash: str
    """Empty: this person has no password and signs in elsewhere."""
    created_at: str
    rotated_at: str
    totp: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """JSON: the sealed secret of the second factor, since when it is asked for, hashes of unused recovery codes."""
    external_key: str | None = Field(default=None, unique=True, index=True)
    """SHA-256 of issuer and subject of the OpenID provider this person signs in with."""
    deactivated_at: str | None = None


class SessionRow(SQLModel, table=True):
    """A signed-in browser."""

    __tablename__ = "sessions"

    cookie_hash: str = Field(primary_key=True)
    user_id: str = Field(index=True, foreign_key="users.user_id")
    created_at: str
    expires_at: str = Field(index=True)


class AircraftRow(SQLModel, table=True):
    """A registered aircraft; a deregistered one keeps its row, and its registration stays taken."""

    __tablename__ = "aircraft"

    aircraft_id: str = Field(primary_key=True)
    aircraft_no: int = Field(unique=True)
    """Grows with each registration: the order of lists."""
    organisation_id: str = Field(index=True, foreign_key="organisations.organisation_id")
    registration: str
    registration_key: str = Field(unique=True)
    """The registration in capitals."""
    manufacturer: str
    model: str
    aircraft_class: str
    version: int
    mavlink_system_id: int | None = None
    mavlink_endpoint: str | None = None
    mavlink_signing_key: str | None = None
    """32 bytes in hexadecimal."""
    max_speed_mps: float | None = None
    max_climb_mps: float | None = None
    max_descent_mps: float | None = None
    max_accel_mps2: float | None = None
    endurance_s: float | None = None
    empty_mass_kg: float | None = None
    mtow_kg: float | None = None
    max_height_agl_m: float | None = None
    airspace_keeping: bool | None = None
    reliable_surveillance: bool | None = None
    micro_power_radio: bool | None = None
    agricultural: bool | None = None
    max_radius_m: float | None = None
    created_at: str
    updated_at: str
    deactivated_at: str | None = None
