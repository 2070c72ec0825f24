"""Tables of organisations, programs, people, sessions and aircraft.

Secrets stand here only as argon2 hashes, sessions only as SHA-256 of the cookie. The one exception is an aircraft's
MAVLink signing key, which the bridge must have in clear to check signatures: it is never returned by the API.
"""

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
    created_at: str
    rotated_at: str
    deactivated_at: str | None = None


class UserRow(SQLModel, table=True):
    """A person who signs in to the console."""

    __tablename__ = "users"

    user_id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True, foreign_key="organisations.organisation_id")
    role: str
    name: str = Field(unique=True)
    password_hash: str
    created_at: str
    rotated_at: str
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
    created_at: str
    updated_at: str
    deactivated_at: str | None = None
