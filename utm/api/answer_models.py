"""What answers look like where a route writes its JSON itself: for the OpenAPI document and the clients made from it.

`ANSWERS` names the model of each such answer; a test holds every JSON answer of the API to have one. Unknown is null;
instants are RFC 3339 in UTC; altitudes name their datum; shapes are GeoJSON, [lon_deg, lat_deg] in WGS-84.
"""

from typing import Any, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel

from utm.api.flight_plan_models import FlightPlanAnswer

At: TypeAlias = AwareDatetime
Datum: TypeAlias = Literal["AGL", "AMSL", "HAE"]
Cursor: TypeAlias = str | None


class Place(BaseModel):
    """A point, WGS-84."""

    lat_deg: float
    lon_deg: float


class Words(BaseModel):
    """A cause by its code, in both languages."""

    code: str | None = None
    detail: str
    detail_zh: str


class Shape(BaseModel):
    """A GeoJSON geometry."""

    type: str
    coordinates: list[Any]


# -- access ------------------------------------------------------------------------------------------------------------


class Jwks(BaseModel):
    """Public keys (RFC 7517), newest first."""

    keys: list[dict[str, Any]]


class ServerMetadata(BaseModel):
    """Metadata of the authorisation server (RFC 8414)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    response_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    scopes_supported: list[str]
    service_documentation: str


class Health(BaseModel):
    """The process is up."""

    status: str


class Readiness(BaseModel):
    """Whether the server is able to serve, with each dependency's state."""

    ready: bool
    dependencies: dict[str, Any]


# -- flight plans ------------------------------------------------------------------------------------------------------


class CheckedPlan(FlightPlanAnswer):
    """What filing would answer at this moment; nothing is kept, so there is no id."""

    plan_id: str | None = None  # type: ignore[assignment]


# -- airspace ----------------------------------------------------------------------------------------------------------


class ZoneImport(BaseModel):
    """What came of an import, or with dry_run would come of it."""

    dry_run: bool
    format: str
    valid: int
    zone_ids: list[str]
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    zones: list[dict[str, Any]] | None = None
    impact: dict[str, Any] | None = None


class BeidouCell(BaseModel):
    """A cell of GB/T 39409-2020."""

    code: str
    level: int
    bbox: list[float]
    centre: Place
    neighbours: list[str]
    geometry: Shape


class H3Cell(BaseModel):
    """An H3 cell."""

    cell: str
    resolution: int
    geometry: Shape


class Grid(BaseModel):
    """A point by its BeiDou codes of every level and its H3 cells of every resolution, and in both datums."""

    lat_deg: float
    lon_deg: float
    gcj02: Place
    beidou_codes: dict[str, str]
    h3_cells: dict[str, str]
    beidou: BeidouCell | None
    h3: H3Cell | None = None


class TouchedFlight(BaseModel):
    """A flight a zone would touch."""

    plan_id: str
    organisation_id: str
    aircraft_id: str
    state: str
    operation_type: str
    priority: int
    enters_at: At
    leaves_at: At
    action: str


class OrderKeptUp(BaseModel):
    """A transport order that a zone would keep up: its flight is touched, or one of its sites lies inside."""

    order_id: str
    organisation_id: str
    state: str
    priority_class: str
    reference: str | None
    origin_site_id: str
    destination_site_id: str
    deliver_by: At | None
    promised_at: At | None
    plan_id: str | None
    because: Literal["flight", "site"]
    flight: Literal["airborne", "filed"] | None
    sites_inside: list[str]


class ZoneImpact(BaseModel):
    """What a zone would do to filed plans, airborne flights and transport orders."""

    filed: list[TouchedFlight]
    airborne: list[TouchedFlight]
    orders: list[OrderKeptUp]
    counts: dict[str, int]


class Feature(BaseModel):
    """A GeoJSON Feature."""

    type: Literal["Feature"]
    id: str
    geometry: Shape
    properties: dict[str, Any]


class FeaturePage(BaseModel):
    """A FeatureCollection that is a list as well: `items` are its features."""

    type: Literal["FeatureCollection"]
    features: list[Feature]
    items: list[Feature]
    next_cursor: Cursor


class AirspaceAt(BaseModel):
    """What applies at a place: zones, the height in every datum, the ceiling, grid codes."""

    lat_deg: float
    lon_deg: float
    alt_agl_m: float
    alt_amsl_m: float
    alt_hae_m: float
    at: At
    h3_cell: str
    beidou_codes: dict[str, str]
    h3_cells: dict[str, str]
    ceiling_agl_m: float | None
    terrain: dict[str, Any]
    zones: list[Feature]


class CellLoad(BaseModel):
    """An H3 cell with the flights planned in it."""

    cell: str
    load: int
    ceiling_agl_m: float | None
    status: Literal["open", "closed"]


class CellLoads(BaseModel):
    """Cells of an area."""

    items: list[CellLoad]
    next_cursor: Cursor


class GroundStop(BaseModel):
    """An area no flight is activated in."""

    ground_stop_id: str
    geometry: Shape
    radius_m: float | None
    until: At
    reason: str | None
    declared_at: At
    declared_by: str | None = None


class GroundStops(BaseModel):
    """Ground stops that stand."""

    items: list[GroundStop]
    next_cursor: Cursor


class TemporaryZone(BaseModel):
    """A zone for a while."""

    zone_id: str
    category: Literal["event", "urgent"]
    emergency_override: Any = None
    starts_at: At
    ends_at: At
    published_at: At
    published_by: str
    action_list_id: str | None
    zone: Feature


class TemporaryZones(BaseModel):
    """Temporary zones that have not ended."""

    items: list[TemporaryZone]
    next_cursor: Cursor


class ActionItem(BaseModel):
    """A flight on a list, with what is recommended for it and how that stands."""

    item_id: str | None = None
    plan_id: str
    aircraft_id: str
    organisation_id: str
    flight: str
    action: str
    state: str | None = None
    enters_at: At | None = None
    leaves_at: At | None = None
    method: str | None = None
    command_id: str | None = None
    advisory_id: str | None = None
    requested_by: str | None = None
    executed_at: At | None = None
    deadline_at: At | None = None
    finished_at: At | None = None
    detail: str | None = None
    detail_zh: str | None = None


class ActionListSummary(BaseModel):
    """A list of actions in short."""

    action_list_id: str
    cause_kind: str
    cause_id: str
    state: str
    version: int
    created_at: At
    created_by: str
    updated_at: At
    counts: dict[str, int]


class ActionList(ActionListSummary):
    """A list of actions."""

    items: list[ActionItem]


class ActionLists(BaseModel):
    """Lists of actions, newest first."""

    items: list[ActionListSummary]
    next_cursor: Cursor


class PublishedTemporaryZone(TemporaryZone):
    """A temporary zone with its list of actions."""

    action_list: ActionList
    orders: list[OrderKeptUp]


class TemporaryZonePreview(BaseModel):
    """What a temporary zone would do."""

    starts_at: At
    ends_at: At
    airborne: int
    filed: int
    orders: list[OrderKeptUp]
    items: list[ActionItem]


# -- statistics --------------------------------------------------------------------------------------------------------


class Deliveries(BaseModel):
    """How deliveries fared; organisation_id is null in totals."""

    organisation_id: str | None
    created: int
    delivered: int
    failed: int
    returned: int
    cancelled: int
    open: int
    on_time_share: float | None
    promises_kept_share: float | None
    mean_wait_s: float | None
    flights: int
    positioning_share: float | None
    length_km: float
    energy_wh_per_km: float | None
    carriers: int
    carrier_use_share: float | None
    cost_per_delivery: float | None
    causes: dict[str, int]
    late: int
    late_causes: dict[str, int]


class SiteUse(BaseModel):
    """Take-offs and landings at a site; null where the site is not known any more."""

    site_id: str
    movements: int
    pads: int | None
    pad_use_share: float | None


class CellUse(BaseModel):
    """Flights through a cell of resolution 8."""

    h3: str
    flights: int
    flights_per_h: float


class CorridorUse(BaseModel):
    """Flights that kept to a corridor, and how far they flew in it."""

    corridor_id: str
    name: str
    name_zh: str | None
    flights: int
    flown_km: float
    flights_per_h: float


class LogisticsStatistics(BaseModel):
    """How deliveries fared, by firm, in all, by site, cell and corridor."""

    from_at: At
    to_at: At
    items: list[Deliveries]
    totals: Deliveries
    sites: list[SiteUse]
    cells: list[CellUse]
    corridors: list[CorridorUse]


class Requests(BaseModel):
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
    refusals: list[dict[str, Any]]


class Statistics(BaseModel):
    """The city's indicators; for a firm its own."""

    from_at: At
    to_at: At
    plans: dict[str, int]
    requests: Requests
    deliveries: Deliveries
