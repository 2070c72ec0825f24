"""Answers about statistics, replay, inspections, fleet and what flights yielded; see `answer_models`."""

from typing import Any

from pydantic import BaseModel, Field

from utm.api.answer_models import At, Cursor


class StatisticsOperationsFlights(BaseModel):
    """The answer about statistics operations flights, as far as it is documented by its members; more may come."""

    departed: int | None = None
    on_time: int | None = None
    on_time_share: float | None = None
    on_time_within_s: float | None = None
    median_delay_s: float | None = None
    p90_delay_s: float | None = None
    series: list[dict[str, Any]] | None = None


class StatisticsOperationsRequests(BaseModel):
    """The answer about statistics operations requests, as far as it is documented by its members; more may come."""

    requested: int | None = None
    approved: int | None = None
    refused: int | None = None
    pending: int | None = None
    lapsed: int | None = None
    displaced: int | None = None
    offers_taken: int | None = None
    approved_share: float | None = None
    mean_delay_s: float | None = None
    refusals: list[Any] | None = None


class StatisticsOperationsFirm(BaseModel):
    """The answer about statistics operations firm, as far as it is documented by its members; more may come."""

    organisation_id: str | None = None
    name: str | None = None
    name_zh: str | None = None
    requested: int | None = None
    approved: int | None = None
    refused: int | None = None
    pending: int | None = None
    lapsed: int | None = None
    displaced: int | None = None
    offers_taken: int | None = None
    approved_share: float | None = None
    mean_delay_s: float | None = None
    refusals: list[Any] | None = None


class StatisticsOperationsAlerts(BaseModel):
    """The answer about statistics operations alerts, as far as it is documented by its members; more may come."""

    total: int | None = None
    kinds: list[dict[str, Any]] | None = None
    acknowledged: int | None = None
    not_acknowledged: int | None = None
    median_response_s: Any = None
    p90_response_s: Any = None
    response_by_severity: list[dict[str, Any]] | None = None
    median_duration_s: Any = None


class StatisticsOperationsSeparation(BaseModel):
    """The answer about statistics operations separation, as far as it is documented by its members; more may come."""

    predicted_losses: int | None = None
    closest: list[Any] | None = None


class StatisticsOperationsAirspace(BaseModel):
    """The answer about statistics operations airspace, as far as it is documented by its members; more may come."""

    flights: int | None = None
    corridors: list[dict[str, Any]] | None = None
    cell_resolution: int | None = None
    cells: list[dict[str, Any]] | None = None


class StatisticsOperationsDeliveries(BaseModel):
    """The answer about statistics operations deliveries, as far as it is documented by its members; more may come."""

    organisation_id: Any = None
    created: int | None = None
    delivered: int | None = None
    failed: int | None = None
    returned: int | None = None
    cancelled: int | None = None
    open: int | None = None
    on_time_share: Any = None
    promises_kept_share: Any = None
    mean_wait_s: Any = None
    flights: int | None = None
    positioning_share: Any = None
    length_km: float | None = None
    energy_wh_per_km: Any = None
    carriers: int | None = None
    carrier_use_share: float | None = None
    cost_per_delivery: Any = None
    causes: dict[str, Any] | None = None
    late: int | None = None
    late_causes: dict[str, Any] | None = None


class StatisticsOperations(BaseModel):
    """The answer about statistics operations, as far as it is documented by its members; more may come."""

    from_at: At | None = None
    to_at: At | None = None
    flights: StatisticsOperationsFlights | None = None
    requests: StatisticsOperationsRequests | None = None
    firms: list[StatisticsOperationsFirm] | None = None
    alerts: StatisticsOperationsAlerts | None = None
    separation: StatisticsOperationsSeparation | None = None
    airspace: StatisticsOperationsAirspace | None = None
    deliveries: StatisticsOperationsDeliveries | None = None


class StatisticsNoiseCell(BaseModel):
    """The answer about statistics noise cell, as far as it is documented by its members; more may come."""

    cell: str | None = None
    seconds_at_reference: float | None = None


class StatisticsNoise(BaseModel):
    """The answer about statistics noise, as far as it is documented by its members; more may come."""

    from_at: At | None = None
    to_at: At | None = None
    cell_resolution: int | None = None
    reference_m: float | None = None
    nearest_m: float | None = None
    cells: list[StatisticsNoiseCell] | None = None


class ReplayRange(BaseModel):
    """The answer about replay range, as far as it is documented by its members; more may come."""

    from_: At | None = Field(None, alias="from")
    to: At | None = None


class ReplayDistanceClosest(BaseModel):
    """The answer about replay distance closest, as far as it is documented by its members; more may come."""

    at: At | None = None
    horizontal_m: float | None = None
    vertical_m: float | None = None
    distance_m: float | None = None


class ReplayDistanceMinimum(BaseModel):
    """The answer about replay distance minimum, as far as it is documented by its members; more may come."""

    horizontal_m: float | None = None
    vertical_m: float | None = None


class ReplayDistance(BaseModel):
    """The answer about replay distance, as far as it is documented by its members; more may come."""

    track_a: str | None = None
    track_b: str | None = None
    at: list[At] | None = None
    horizontal_m: list[float] | None = None
    vertical_m: list[float] | None = None
    distance_m: list[float] | None = None
    closest: ReplayDistanceClosest | None = None
    minimum: ReplayDistanceMinimum | None = None


class DesignInspectionFlight(BaseModel):
    """The answer about design inspection flight, as far as it is documented by its members; more may come."""

    departure_at: At | None = None
    lasts_s: float | None = None
    length_m: float | None = None
    pictures: int | None = None
    plan: dict[str, Any] | None = None


class DesignInspection(BaseModel):
    """The answer about design inspection, as far as it is documented by its members; more may come."""

    kind: str | None = None
    height_agl_m: float | None = None
    gsd_cm: Any = None
    footprint_m: Any = None
    line_spacing_m: Any = None
    picture_every_m: Any = None
    heading_deg: Any = None
    area_m2: Any = None
    length_m: float | None = None
    pictures: int | None = None
    ends_at: At | None = None
    flights: list[DesignInspectionFlight] | None = None


class FlightResult(BaseModel):
    """A reference to something a flight yielded; the thing itself stays with the firm."""

    result_id: str
    plan_id: str
    kind: str
    url: str
    sha256: str | None
    size_bytes: int | None
    note: str | None
    added_at: At


class FlightResults(BaseModel):
    """What a flight yielded, oldest first."""

    items: list[FlightResult]
    next_cursor: Cursor


class VehicleState(BaseModel):
    """An aircraft now; what is not known of it is null."""

    aircraft_id: str
    registration: str
    organisation_id: str
    manufacturer: str
    model: str
    class_: str = Field(alias="class")
    plan_id: str | None = Field(description="The plan it flies.")
    link_up: bool | None
    heard_age_s: float | None
    loss_pct: float | None
    position_delay_s: float | None
    battery_pct: float | None
    armed: bool | None
    landed: bool | None
    mode: str | None
    carrier_state: str | None
    site_id: str | None
    flown_s: float | None
    maintenance_after_s: float | None
    maintenance_due: bool | None


class SiteState(BaseModel):
    """A site now."""

    site_id: str
    name: str
    name_zh: str | None
    open: bool
    pads: int
    pads_free: int
    next_free_at: At | None
    stays_ahead: int


class FleetState(BaseModel):
    """Aircraft and sites at an instant."""

    at: At
    vehicles: list[VehicleState]
    sites: list[SiteState]
