"""Answers about orders, missions, carriers, batteries, crews and slots; see `answer_models`."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from utm.api.answer_models import At, Cursor, Words
from utm.api.flight_plan_models import FlightPlanAnswer


class Promise(BaseModel):
    """When an order will be there, and how sure that is."""

    deliver_at: At
    probability: float
    flights_seen: int
    kept: bool | None


class Order(BaseModel):
    """Something to be brought from one site to another."""

    order_id: str
    organisation_id: str
    state: str
    version: int
    origin_site_id: str
    destination_site_id: str
    at_site_id: str | None
    via_site_ids: list[str]
    payload_kg: float
    priority_class: Literal["medical", "express", "standard"]
    plan_priority: int
    ready_at: At
    deliver_by: At | None
    dangerous_goods: bool
    cold_chain: bool
    reference: str | None
    promise: Promise | None
    expected_at: At | None
    in_time: bool | None
    delivered_at: At | None
    mission_id: str | None
    plan_id: str | None
    aircraft_id: str | None
    why: dict[str, Any] | None
    cause: Words | None
    created_at: At
    updated_at: At


class OrderEvent(BaseModel):
    """A step of an order's story."""

    at: At
    state: str
    actor: str
    detail: str
    detail_zh: str
    mission_id: str | None


class OrderStory(Order):
    """An order with its whole story."""

    story: list[OrderEvent]


class Orders(BaseModel):
    """Orders, newest first."""

    items: list[Order]
    next_cursor: Cursor


class DispatchReport(BaseModel):
    """What a round of planning decided."""

    organisation_id: str
    planned: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    cost: float | None = None
    gap: float | None = None


class Mission(BaseModel):
    """A flight booked whole."""

    mission_id: str
    organisation_id: str
    kind: str
    state: str
    version: int
    plan_id: str
    order_id: str | None
    aircraft_id: str
    battery_id: str | None
    crew_id: str | None
    origin_site_id: str | None
    destination_site_id: str | None
    alternate_site_id: str | None
    departs_at: At
    arrives_at: At
    took_off_at: At | None
    landed_at: At | None
    length_m: float
    energy_wh: float | None
    held_until: At | None
    why: Any = None
    cause: str | None
    created_at: At
    updated_at: At


class MissionWithPlan(Mission):
    """A mission with its flight plan."""

    plan: FlightPlanAnswer


class Missions(BaseModel):
    """Missions, newest first."""

    items: list[Mission]
    next_cursor: Cursor


class Carrier(BaseModel):
    """What an aircraft can carry."""

    aircraft_id: str
    organisation_id: str
    version: int
    state: Literal["available", "maintenance", "out_of_service"]
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
    flown_s: float
    maintenance_after_s: float | None
    updated_at: At


class StandingCarrier(Carrier):
    """A carrier with where it stands from when on."""

    free_site_id: str | None
    free_at: At | None
    mission_id: str | None
    maintenance_due: bool


class Carriers(BaseModel):
    """Carriers."""

    items: list[StandingCarrier]
    next_cursor: Cursor


class Battery(BaseModel):
    """A battery with its cycles."""

    battery_id: str
    organisation_id: str
    label: str
    state: str
    capacity_wh: float
    cycles: int
    cycles_max: int
    updated_at: At


class Batteries(BaseModel):
    """Batteries."""

    items: list[Battery]
    next_cursor: Cursor


class Crew(BaseModel):
    """A crew, and how many vehicles it may have in the air at a time."""

    crew_id: str
    organisation_id: str
    label: str
    state: str
    vehicles_max: int
    updated_at: At


class Crews(BaseModel):
    """Crews."""

    items: list[Crew]
    next_cursor: Cursor


class Slots(BaseModel):
    """How many pads of a site are free in each stretch of time, and the stays of the caller's own flights."""

    site_id: str
    name: str
    name_zh: str | None
    open: bool
    pads: int
    from_at: At = Field(alias="from")
    to: At
    occupancy: dict[str, float]
    items: list[dict[str, Any]]
    stays: list[dict[str, Any]]
    next_cursor: Cursor
