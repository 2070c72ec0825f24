"""Answers about rules, duty, statistics, replay, weather and inspections; see `answer_models`."""

from typing import Any

from pydantic import BaseModel, Field

from utm.api.answer_models import At


class PolicyPresetOrder761Rules(BaseModel):
    """The answer about policy preset order761 rules, as far as it is documented by its members; more may come."""

    application_days_before: int | None = None
    application_by: str | None = None
    decision_by: str | None = None
    late_application: str | None = None
    late_standing_filing: str | None = None
    emergency_apply_s: float | None = None
    emergency_decide_s: float | None = None
    late_readiness: str | None = None
    report_within_s: float | None = None
    report_events: list[str] | None = None
    exempt_classes: list[str] | None = None
    suitable_ceiling_agl_m: float | None = None
    state_operations: list[str] | None = None
    state_ceiling_agl_m: float | None = None
    assumed_triggers: dict[str, Any] | None = None
    class_limits: dict[str, Any] | None = None


class PolicyPresetOrder761(BaseModel):
    """The answer about policy preset order761, as far as it is documented by its members; more may come."""

    readiness_lead_s: float | None = None
    rules: PolicyPresetOrder761Rules | None = None


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
    causes: dict[str, Any] | None = None


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


class StandingApprovalShown(BaseModel):
    """The answer about standing approval, as far as it is documented by its members; more may come."""

    standing_approval_id: str | None = None
    organisation_id: str | None = None
    state: str | None = None
    version: int | None = None
    name: str | None = None
    lower_agl_m: float | None = None
    upper_agl_m: float | None = None
    applied_at: At | None = None
    decided_at: Any = None
    decided_by: Any = None
    reason: Any = None
    policy_version: Any = None


class ApprovalsItem(BaseModel):
    """The answer about approvals item, as far as it is documented by its members; more may come."""

    approval_id: str | None = None
    kind: str | None = None
    state: str | None = None
    plan_id: str | None = None
    standing_approval_id: str | None = None
    organisation_id: str | None = None
    organisation_name: str | None = None
    aircraft_id: str | None = None
    registration: str | None = None
    aircraft_class: str | None = None
    operation_type: str | None = None
    priority: int | None = None
    departure_at: At | None = None
    ends_at: At | None = None
    plan_state: str | None = None
    plan_version: int | None = None
    application: str | None = None
    triggers: list[str] | None = None
    reasons: list[dict[str, Any]] | None = None
    missing_items: list[dict[str, Any]] | None = None
    readiness_reported_at: Any = None
    readiness_late: bool | None = None
    released_at: Any = None
    submitted_at: At | None = None
    due_at: Any = None
    overdue: bool | None = None
    adapter: str | None = None
    delivery: dict[str, Any] | None = None
    decided_at: Any = None
    decided_by: Any = None
    decision_reason: Any = None
    policy_version: int | None = None
    envelope: dict[str, Any] | None = None


class ApprovalsCounts(BaseModel):
    """The answer about approvals counts, as far as it is documented by its members; more may come."""

    plan: int | None = None
    release: int | None = None
    standing_approval: int | None = None
    overdue: int | None = None


class Approvals(BaseModel):
    """The answer about approvals, as far as it is documented by its members; more may come."""

    items: list[ApprovalsItem] | None = None
    next_cursor: Any = None
    counts: ApprovalsCounts | None = None


class EventReport(BaseModel):
    """The answer about event report, as far as it is documented by its members; more may come."""

    report_id: str | None = None
    organisation_id: str | None = None
    plan_id: str | None = None
    aircraft_id: str | None = None
    kind: str | None = None
    state: str | None = None
    event_at: At | None = None
    landed_at: Any = None
    due_at: Any = None
    overdue: bool | None = None
    filed_at: Any = None
    filed_by: Any = None
    late: Any = None
    reason: Any = None
    report: Any = None
    policy_version: int | None = None


class DutyContacts(BaseModel):
    """The answer about duty contacts, as far as it is documented by its members; more may come."""

    contact_id: str | None = None
    organisation_id: str | None = None
    name: str | None = None
    channel: str | None = None
    address: str | None = None
    has_secret: bool | None = None
    language: str | None = None
    level: int | None = None
    topics: list[str] | None = None
    severity: str | None = None
    hours: list[Any] | None = None
    on_duty: bool | None = None
    active: bool | None = None
    available: bool | None = None
    version: int | None = None
    created_at: At | None = None
    last_ok_at: Any = None
    last_error: Any = None
    secret: str | None = None


class DutyContact(BaseModel):
    """The answer about duty contact, as far as it is documented by its members; more may come."""

    contact_id: str | None = None
    organisation_id: str | None = None
    name: str | None = None
    channel: str | None = None
    address: str | None = None
    has_secret: bool | None = None
    language: str | None = None
    level: int | None = None
    topics: list[str] | None = None
    severity: str | None = None
    hours: list[Any] | None = None
    on_duty: bool | None = None
    active: bool | None = None
    available: bool | None = None
    version: int | None = None
    created_at: At | None = None
    last_ok_at: At | None = None
    last_error: Any = None


class DutyContactShown(BaseModel):
    """The answer about duty contact, as far as it is documented by its members; more may come."""

    message_id: str | None = None
    contact_id: str | None = None
    contact_name: str | None = None
    channel: str | None = None
    kind: str | None = None
    ref: Any = None
    level: int | None = None
    title: str | None = None
    text: str | None = None
    state: str | None = None
    attempts: int | None = None
    status: int | None = None
    error: Any = None
    created_at: At | None = None
    ended_at: At | None = None
    next_attempt_at: Any = None


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


class WebhookShown(BaseModel):
    """The answer about webhook, as far as it is documented by its members; more may come."""

    webhook_id: str | None = None
    queued: int | None = None
    more: bool | None = None
    oldest_kept_at: At | None = None


class WeatherItem(BaseModel):
    """The answer about weather item, as far as it is documented by its members; more may come."""

    h3: str | None = None
    wind_mps: float | None = None
    wind_from_deg: float | None = None
    gust_mps: float | None = None
    rain_mm_h: float | None = None
    visibility_m: float | None = None
    temperature_c: float | None = None
    lightning_per_km2_h: float | None = None


class Weather(BaseModel):
    """The answer about weather, as far as it is documented by its members; more may come."""

    forecast_id: Any = None
    source: str | None = None
    synthetic: bool | None = None
    issued_at: At | None = None
    valid_from: At | None = None
    valid_to: At | None = None
    steps: int | None = None
    cells: int | None = None
    at: At | None = None
    resolution: int | None = None
    quantities: list[str] | None = None
    items: list[WeatherItem] | None = None


class WeatherAtItem(BaseModel):
    """The answer about weather at item, as far as it is documented by its members; more may come."""

    from_: At | None = Field(None, alias="from")
    to: At | None = None
    wind_mps: float | None = None
    wind_from_deg: float | None = None
    gust_mps: float | None = None
    rain_mm_h: float | None = None
    visibility_m: float | None = None
    temperature_c: float | None = None
    lightning_per_km2_h: float | None = None


class WeatherAt(BaseModel):
    """The answer about weather at, as far as it is documented by its members; more may come."""

    forecast_id: Any = None
    source: str | None = None
    synthetic: bool | None = None
    issued_at: At | None = None
    valid_from: At | None = None
    valid_to: At | None = None
    steps: int | None = None
    cells: int | None = None
    h3: str | None = None
    items: list[WeatherAtItem] | None = None


class WeatherLimitsLimit(BaseModel):
    """The answer about weather limits limit, as far as it is documented by its members; more may come."""

    wind_mps: float | None = None
    gust_mps: float | None = None
    rain_mm_h: float | None = None
    visibility_least_m: float | None = None
    temperature_least_c: float | None = None
    temperature_most_c: float | None = None
    lightning_per_km2_h: float | None = None
    source: str | None = None


class WeatherLimits(BaseModel):
    """The answer about weather limits, as far as it is documented by its members; more may come."""

    version: int | None = None
    decide_before_s: float | None = None
    automatic_delay: bool | None = None
    longest_delay_s: float | None = None
    limits: list[WeatherLimitsLimit] | None = None


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
    """The answer about flight result, as far as it is documented by its members; more may come."""

    result_id: str | None = None
    plan_id: str | None = None
    kind: str | None = None
    url: str | None = None
    sha256: Any = None
    size_bytes: Any = None
    note: Any = None
    added_at: At | None = None
