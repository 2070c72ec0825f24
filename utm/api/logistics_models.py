"""The bodies of carriers, batteries, crews, orders and missions at the HTTP edge."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from utm.api.body import ApiModel, Instant

SiteId = Annotated[str, Field(min_length=1, max_length=64)]
Label = Annotated[str, Field(min_length=1, max_length=100)]
Share = Annotated[float, Field(ge=0, lt=1)]


class ReassignBody(ApiModel):
    """The carrier an order is given to."""

    aircraft_id: Annotated[str, Field(min_length=1, max_length=80)]


class CarrierBody(ApiModel):
    """What an aircraft can carry; what is not told is the usual value of its class."""

    site_id: SiteId
    """Where it stands while no mission says otherwise."""
    state: Literal["available", "maintenance", "out_of_service"] = "available"
    payload_max_kg: Annotated[float, Field(ge=0, le=2_000)] | None = None
    mass_kg: Annotated[float, Field(gt=0, le=10_000)] | None = None
    """Without payload, with battery."""
    hover_w: Annotated[float, Field(gt=0, le=1e7)] | None = None
    cruise_w: Annotated[float, Field(gt=0, le=1e7)] | None = None
    cruise_mps: Annotated[float, Field(gt=0, le=100)] | None = None
    battery_wh: Annotated[float, Field(gt=0, le=1e6)] | None = None
    reserve_share: Share | None = None
    """What stays in the battery after landing."""
    turn_s: Annotated[float, Field(ge=0, le=7_200)] | None = None
    """Between landing and the next take-off: unloading, a battery changed or charged."""
    dangerous_goods: bool = False
    cold_chain: bool = False
    maintenance_after_s: Annotated[float, Field(gt=0, le=1e9)] | None = None
    """Seconds in the air after which it is not planned with until it was maintained."""


class BatteryBody(ApiModel):
    """A battery to take into the book."""

    label: Label
    capacity_wh: Annotated[float, Field(gt=0, le=1e6)]
    cycles: Annotated[int, Field(ge=0, le=100_000)] = 0
    cycles_max: Annotated[int, Field(ge=1, le=100_000)] = 500


class BatteryPatch(ApiModel):
    """Changes to a battery."""

    label: Label | None = None
    state: Literal["ready", "charging", "retired"] | None = None
    cycles: Annotated[int, Field(ge=0, le=100_000)] | None = None


class CrewBody(ApiModel):
    """A crew, and how many vehicles it may have in the air at a time."""

    label: Label
    vehicles_max: Annotated[int, Field(ge=1, le=1_000)]
    state: Literal["on_duty", "off_duty"] = "on_duty"


class CrewPatch(ApiModel):
    """Changes to a crew."""

    label: Label | None = None
    vehicles_max: Annotated[int, Field(ge=1, le=1_000)] | None = None
    state: Literal["on_duty", "off_duty"] | None = None


class OrderBody(ApiModel):
    """Something to be brought from one site to another."""

    origin_site_id: SiteId
    destination_site_id: SiteId
    payload_kg: Annotated[float, Field(gt=0, le=2_000)]
    priority_class: Literal["medical", "express", "standard"] = "standard"
    ready_at: Instant | None = None
    """When it can be collected; absent: now."""
    deliver_by: Instant | None = None
    dangerous_goods: bool = False
    cold_chain: bool = False
    reference: Annotated[str, Field(max_length=200)] | None = None
    """The firm's own name for it."""
    via_site_ids: Annotated[list[SiteId], Field(max_length=3)] = Field(default_factory=list)
    """Hubs at which it changes vehicles, in this order; without any, one is found where nobody flies it in one go."""


class MissionBody(ApiModel):
    """A flight to book whole: its plan, and what it needs beside."""

    plan: dict[str, Any]
    """A body as of POST /v1/flight-plans; only a plan that is approved at once is booked."""
    battery_id: SiteId | None = None
    crew_id: SiteId | None = None
    alternate_site_id: SiteId | None = None
    """A pad is kept there for the time of the landing."""
    energy_wh: Annotated[float, Field(gt=0, le=1e6)] | None = None
    """What the flight takes; compared with the battery."""
    hold_s: Annotated[float, Field(gt=0, le=300)] | None = None
    """Keep everything for so long only, unless the booking is confirmed before."""
    kind: Literal["delivery", "positioning", "return", "inspection", "other"] = "other"

    @model_validator(mode="after")
    def _alternate_in_plan(self) -> "MissionBody":
        named = self.plan.get("alternate_site_ids") or []
        if self.alternate_site_id is not None and self.alternate_site_id not in named:
            raise ValueError("alternate_site_id must be one of the plan's alternate_site_ids")
        return self
