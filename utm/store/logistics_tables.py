"""Tables of carriers, batteries, crews, orders, missions and what missions reserve.

Instants are RFC 3339 text for people and scene seconds (`_s`) where they are compared.
"""

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel


class CarrierRow(SQLModel, table=True):
    """What an aircraft can carry, and where it stands while no mission says otherwise."""

    __tablename__ = "carriers"

    aircraft_id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True)
    version: int
    state: str
    site_id: str
    payload_max_kg: float
    mass_kg: float
    hover_w: float
    cruise_w: float
    cruise_mps: float
    battery_wh: float
    reserve_share: float
    turn_s: float
    dangerous_goods: bool
    cold_chain: bool
    flown_s: float = 0.0
    maintenance_after_s: float | None = None
    updated_at: str = ""


class BatteryRow(SQLModel, table=True):
    """A battery as an object: what it holds and how often it was charged."""

    __tablename__ = "batteries"

    battery_id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True)
    label: str
    state: str
    capacity_wh: float
    cycles: int
    cycles_max: int
    updated_at: str


class CrewRow(SQLModel, table=True):
    """A crew, and how many vehicles it may have in the air at a time."""

    __tablename__ = "crews"

    crew_id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True)
    label: str
    state: str
    vehicles_max: int
    updated_at: str


class OrderRow(SQLModel, table=True):
    """A transport order in its present state."""

    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_state", "state", "organisation_id"),)

    order_no: int | None = Field(default=None, primary_key=True)
    order_id: str = Field(unique=True)
    organisation_id: str = Field(index=True)
    state: str
    version: int
    origin_site_id: str
    destination_site_id: str
    payload_kg: float
    priority_class: str
    ready_s: float
    deliver_by_s: float | None
    dangerous_goods: bool
    cold_chain: bool
    reference: str | None
    promised_s: float | None
    promise: str | None = Field(sa_column=Column(Text, nullable=True))
    expected_s: float | None
    mission_id: str | None = Field(index=True)
    cause: str | None
    delivered_s: float | None
    at_site_id: str | None = None
    """Where the load is while it is neither at its origin nor flying."""
    via: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """The hubs it still goes by way of, a JSON list."""
    created_at: str
    updated_at: str


class OrderStepRow(SQLModel, table=True):
    """One line of an order's story."""

    __tablename__ = "order_steps"
    __table_args__ = ({"sqlite_autoincrement": True},)

    step_no: int | None = Field(default=None, primary_key=True)
    order_id: str = Field(index=True)
    at: str
    state: str
    actor: str
    detail: str
    detail_zh: str
    mission_id: str | None = None


class MissionRow(SQLModel, table=True):
    """A flight booked with everything it needs: plan, vehicle, battery, crew, pads."""

    __tablename__ = "missions"
    __table_args__ = (Index("ix_missions_state", "state", "organisation_id"),)

    mission_no: int | None = Field(default=None, primary_key=True)
    mission_id: str = Field(unique=True)
    organisation_id: str = Field(index=True)
    kind: str
    state: str
    version: int
    plan_id: str = Field(index=True)
    order_id: str | None = Field(default=None, index=True)
    aircraft_id: str = Field(index=True)
    battery_id: str | None = None
    crew_id: str | None = None
    origin_site_id: str | None = None
    destination_site_id: str | None = None
    alternate_site_id: str | None = None
    departs_s: float
    arrives_s: float
    length_m: float = 0.0
    energy_wh: float | None = None
    why: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    held_until_s: float | None = None
    cause: str | None = None
    took_off_s: float | None = None
    landed_s: float | None = None
    created_at: str
    updated_at: str


class ReservationRow(SQLModel, table=True):
    """Something a mission keeps for itself during a time: an aircraft, a battery, a place in a crew, an alternate pad."""

    __tablename__ = "reservations"
    __table_args__ = (Index("ix_reservations_resource", "kind", "ref", "starts_s"),)

    reservation_no: int | None = Field(default=None, primary_key=True)
    kind: str
    ref: str
    mission_id: str = Field(index=True)
    starts_s: float
    ends_s: float
