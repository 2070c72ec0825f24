"""Answers about statistics, replay, inspections, fleet and what flights yielded; see `answer_models`."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from utm.api.answer_models import At, Cursor, Deliveries


class FlightBucket(BaseModel):
    """Plans that were to depart in an hour or day; the share of nothing is null."""

    starts_at: At
    filed: int
    flown: int
    refused: int
    cancelled: int
    on_time_share: float | None


class StatisticsOperationsFlights(BaseModel):
    """Flights over time and how departures kept their time."""

    departed: int
    on_time: int
    on_time_share: float | None
    on_time_within_s: float
    median_delay_s: float | None
    p90_delay_s: float | None
    series: list[FlightBucket]


class RefusalCause(BaseModel):
    """A cause of refusals; a plan refused for several counts under each."""

    code: str
    plans: int
    share: float


class StatisticsOperationsRequests(BaseModel):
    """How requests for airspace fared."""

    requested: int
    approved: int
    refused: int
    pending: int
    lapsed: int
    displaced: int
    offers_taken: int
    approved_share: float | None
    mean_delay_s: float | None
    refusals: list[RefusalCause]


class StatisticsOperationsFirm(StatisticsOperationsRequests):
    """How the requests of one firm fared."""

    organisation_id: str
    name: str
    name_zh: str | None


class AlertKindCount(BaseModel):
    """Alerts of a kind, by severity."""

    kind: str
    total: int
    emergency: int
    warning: int
    caution: int
    advisory: int


class AlertResponse(BaseModel):
    """How long alerts of a severity waited for somebody."""

    severity: Literal["emergency", "warning", "caution", "advisory"]
    acknowledged: int
    median_s: float | None
    p90_s: float | None


class StatisticsOperationsAlerts(BaseModel):
    """Alerts and how long they waited for somebody, and lasted."""

    total: int
    kinds: list[AlertKindCount]
    acknowledged: int
    not_acknowledged: int
    median_response_s: float | None
    p90_response_s: float | None
    response_by_severity: list[AlertResponse]
    median_duration_s: float | None


class Encounter(BaseModel):
    """A predicted loss of separation; its words are null for a firm, because they name the other flight."""

    alert_id: str
    at: At
    severity: str
    horizontal_m: float | None
    vertical_m: float | None
    detail: str | None
    detail_zh: str | None


class StatisticsOperationsSeparation(BaseModel):
    """Predicted losses of separation, the closest first."""

    predicted_losses: int
    closest: list[Encounter]


class CorridorFlights(BaseModel):
    """Flights that kept to a corridor, and how far they flew in it."""

    corridor_id: str
    name: str
    name_zh: str | None
    flights: int
    flown_km: float


class CellFlights(BaseModel):
    """Flights over a cell."""

    cell: str
    flights: int


class StatisticsOperationsAirspace(BaseModel):
    """Use of corridors and cells by the newest flights that flew."""

    flights: int
    corridors: list[CorridorFlights]
    cell_resolution: int
    cells: list[CellFlights]


class StatisticsOperations(BaseModel):
    """How operations fare in a window."""

    from_at: At
    to_at: At
    flights: StatisticsOperationsFlights
    requests: StatisticsOperationsRequests
    firms: list[StatisticsOperationsFirm]
    alerts: StatisticsOperationsAlerts
    separation: StatisticsOperationsSeparation
    airspace: StatisticsOperationsAirspace
    deliveries: Deliveries


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
