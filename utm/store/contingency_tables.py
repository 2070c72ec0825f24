"""Tables of contingencies, of lists of actions and of temporary zones."""

from sqlalchemy import BLOB, Column, Index, Text
from sqlmodel import Field, SQLModel


class ContingencyRow(SQLModel, table=True):
    """A flight's contingency: what failed, what the flight does about it, and the airspace that takes.

    `state` is proposed, open, ended or dismissed. While it is open its geometry reserves airspace beside the plan's.
    """

    __tablename__ = "contingencies"
    __table_args__ = (Index("ix_contingencies_state", "state"),)

    contingency_id: str = Field(primary_key=True)
    number: int = Field(unique=True)
    plan_id: str = Field(index=True)
    aircraft_id: str
    organisation_id: str
    kind: str
    manoeuvre: str
    state: str
    version: int
    declared_at: str
    declared_by: str
    detected_at: str | None = None
    """When the cause was first seen, where the service found it."""
    note: str | None = None
    landing_site_id: str | None = None
    starts_s: float
    ends_s: float
    horizontal_m: float
    vertical_m: float
    time_buffer_s: float
    geometry: bytes = Field(sa_column=Column(BLOB, nullable=False))
    volumes: str = Field(sa_column=Column(Text, nullable=False))
    """F3548 volumes, JSON."""
    action_list_id: str | None = None
    updated_at: str
    ended_at: str | None = None
    outcome: str | None = None


class ActionListRow(SQLModel, table=True):
    """What is to be done about one cause, flight by flight."""

    __tablename__ = "action_lists"

    action_list_id: str = Field(primary_key=True)
    number: int = Field(unique=True)
    cause_kind: str
    cause_id: str = Field(index=True)
    state: str
    version: int
    created_at: str
    created_by: str
    updated_at: str


class ActionItemRow(SQLModel, table=True):
    """One flight on a list: what is recommended, and how carrying it out stands."""

    __tablename__ = "action_items"
    __table_args__ = (Index("ix_action_items_list", "action_list_id", "position"),)

    item_id: str = Field(primary_key=True)
    action_list_id: str
    position: int
    plan_id: str = Field(index=True)
    aircraft_id: str
    organisation_id: str
    flight: str
    """airborne or filed."""
    action: str
    state: str
    document: str = Field(sa_column=Column(Text, nullable=False))
    """JSON of what the action rests on: times, alternatives, the counter-plan."""
    method: str | None = None
    """How it is carried out: command, plan or advisory."""
    command_id: str | None = None
    advisory_id: str | None = None
    requested_by: str | None = None
    executed_at: str | None = None
    deadline_at: str | None = None
    finished_at: str | None = None
    detail: str | None = None
    detail_zh: str | None = None


class TemporaryZoneRow(SQLModel, table=True):
    """What is known of a temporary zone beside the zone itself."""

    __tablename__ = "temporary_zones"

    zone_id: str = Field(primary_key=True)
    category: str
    """event or urgent."""
    override_reason: str | None = None
    """Why it was published with less notice than asked for."""
    starts_at: str
    ends_at: str
    published_at: str
    published_by: str
    action_list_id: str
    withdrawn_at: str | None = None
