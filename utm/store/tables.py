"""Tables of plans, decisions, zones, policy, audit and the change log.

Times are kept as RFC 3339 text for people and as scene seconds (`airspace.timebase`) where they are compared. Documents
the API returns whole are kept as JSON text. A table class validates nothing: what enters here was judged at the edge.
"""

from dataclasses import dataclass

from sqlalchemy import BLOB, Column, Index, Text, text
from sqlmodel import Field, SQLModel


class FlightPlanTable(SQLModel, table=True):
    """The table of flight plans; code handles them as `FlightPlanRow`, which costs a twentieth of this to make."""

    __tablename__ = "flight_plans"
    __table_args__ = (
        Index("ix_flight_plans_org_departure", "organisation_id", "departure_s"),
        Index("ix_flight_plans_state", "state", "ends_s"),
        # What quotas count: plans that are not over yet, and plans filed since midnight.
        Index(
            "ix_flight_plans_org_live",
            "organisation_id",
            sqlite_where=text("state IN ('pending', 'approved', 'activated', 'nonconforming', 'contingent')"),
        ),
        Index("ix_flight_plans_org_created", "organisation_id", "created_at"),
    )

    plan_id: str = Field(primary_key=True)
    plan_no: int = Field(unique=True)
    organisation_id: str
    aircraft_id: str = Field(index=True)
    state: str
    version: int
    operation_type: str
    priority: int
    departure_s: float
    starts_s: float
    ends_s: float
    horizontal_m: float
    vertical_m: float
    time_buffer_s: float
    policy_version: int
    body: str = Field(sa_column=Column(Text, nullable=False))
    decision: str = Field(sa_column=Column(Text, nullable=False))
    authority: str = Field(sa_column=Column(Text, nullable=False))
    volumes: str = Field(sa_column=Column(Text, nullable=False))
    h3_cells: str = Field(sa_column=Column(Text, nullable=False))
    geometry: bytes = Field(sa_column=Column(BLOB, nullable=False))
    created_at: str
    updated_at: str
    activated_at: str | None = None
    ended_at: str | None = None


@dataclass(slots=True)
class FlightPlanRow:
    """A flight plan in its present version, field by field a row of `FlightPlanTable`.

    `plan_no` is the engine's key, never used again for another plan. `body`, `decision`, `authority`, `volumes` and
    `h3_cells` are JSON. `geometry` is the compiled geometry (`utm.store.geometry_codec`): what was judged is what is
    reloaded, to the last bit. The `_s` fields are scene seconds.
    """

    plan_id: str
    plan_no: int
    organisation_id: str
    aircraft_id: str
    state: str
    version: int
    operation_type: str
    priority: int
    departure_s: float
    starts_s: float
    ends_s: float
    horizontal_m: float
    vertical_m: float
    time_buffer_s: float
    policy_version: int
    body: str
    decision: str
    authority: str
    volumes: str
    h3_cells: str
    geometry: bytes
    created_at: str
    updated_at: str
    activated_at: str | None = None
    ended_at: str | None = None


class PlanVersionRow(SQLModel, table=True):
    """Every judged version of every plan, approved or not.

    An empty body says that body and decision are those of the plan itself (`utm.store.plans.versions_of` reads them
    there): most plans have one version only, and its texts are half of what filing writes.
    """

    __tablename__ = "plan_versions"

    plan_id: str = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    version: int
    outcome: str
    policy_version: int
    body: str = Field(sa_column=Column(Text, nullable=False))
    decision: str = Field(sa_column=Column(Text, nullable=False))
    judged_at: str


class IdempotencyRow(SQLModel, table=True):
    """The first answer given to a key; the same key with the same body gets it again."""

    __tablename__ = "idempotency_keys"

    owner: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    body_hash: str
    plan_id: str
    status: int
    created_at: str


class CellVersionRow(SQLModel, table=True):
    """How often what reserves airspace in an H3 cell has changed: the optimistic lock between servers."""

    __tablename__ = "cell_versions"

    cell: str = Field(primary_key=True)
    version: int


class ChangeRow(SQLModel, table=True):
    """The order in which committed state changed, followed by every process's memory."""

    __tablename__ = "changes"
    __table_args__ = ({"sqlite_autoincrement": True},)

    seq: int | None = Field(default=None, primary_key=True)
    kind: str
    ref: str
    cells: str = ""
    """The H3 cells whose version this change raised, separated by spaces."""


class AuditRow(SQLModel, table=True):
    """Who did what to what, each line bound to the one before by its hash."""

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    line: int | None = Field(default=None, primary_key=True)
    at: str
    actor: str
    organisation_id: str | None
    action: str
    object_kind: str
    object_id: str = Field(index=True)
    detail: str = Field(sa_column=Column(Text, nullable=False))
    hash: str


class ZoneRow(SQLModel, table=True):
    """A published zone in its present version; a withdrawn one keeps its row."""

    __tablename__ = "zones"

    zone_id: str = Field(primary_key=True)
    version: int
    feature: str = Field(sa_column=Column(Text, nullable=False))
    published_at: str
    published_by: str
    withdrawn_at: str | None = None


class PolicyRow(SQLModel, table=True):
    """Every version of the policy ever in force."""

    __tablename__ = "policies"

    version: int = Field(primary_key=True)
    body: str = Field(sa_column=Column(Text, nullable=False))
    published_at: str
    published_by: str


class GroundStopRow(SQLModel, table=True):
    """An area in which nothing is activated until a time or until lifted."""

    __tablename__ = "ground_stops"

    ground_stop_id: str = Field(primary_key=True)
    area: str = Field(sa_column=Column(Text, nullable=False))
    until: str
    reason: str
    declared_at: str
    declared_by: str
    lifted_at: str | None = None
