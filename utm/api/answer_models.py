"""What answers look like where a route writes its JSON itself: for the OpenAPI document and the clients made from it.

`ANSWERS` names the model of each such answer; a test holds every JSON answer of the API to have one. Unknown is null;
instants are RFC 3339 in UTC; altitudes name their datum; shapes are GeoJSON, [lon_deg, lat_deg] in WGS-84.
"""

from typing import Any, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, Field

from utm.api.flight_plan_models import CounterOfferAnswer, FlightPlanAnswer, ReasonAnswer, Volume4D

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


class LogisticsStatistics(BaseModel):
    """How deliveries fared, by firm, in all and by site."""

    from_at: At
    to_at: At
    items: list[Deliveries]
    totals: Deliveries
    sites: list[dict[str, Any]]
    cells: list[dict[str, Any]]


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


# -- fleet -------------------------------------------------------------------------------------------------------------


class LinkReport(BaseModel):
    """The data link to an aircraft; null where nothing is known."""

    aircraft_id: str
    up: bool | None
    endpoint: str | None
    mavlink_version: int | None
    signed: bool | None
    heard_age_s: float | None
    heartbeat_age_s: float | None
    position_age_s: float | None
    position_delay_s: float | None
    clock_uncertainty_s: float | None
    frames: int | None
    lost: int | None
    loss_pct: float | None
    rate_hz: float | None
    position_rate_hz: float | None


class Contact(BaseModel):
    """Whom to call about a firm's flights."""

    organisation_id: str
    duty_name: str | None
    phone: str | None
    radio: str | None
    email: str | None
    updated_at: At | None = None


class Profile(BaseModel):
    """A flight's heights against the ground, zones and corridors: one value per sample in each column."""

    plan_id: str
    version: int
    terrain: dict[str, Any]
    tolerance_m: float
    length_m: float | None
    samples: dict[str, list[Any]] | None
    zones: list[dict[str, Any]]
    corridors: list[dict[str, Any]]


class TimelineEvent(BaseModel):
    """Something that happened to a flight."""

    at: At
    kind: str
    what: str
    severity: str | None
    actor: str | None
    detail: str | None
    detail_zh: str | None
    ref: str | None


class Timeline(BaseModel):
    """What happened to a flight, oldest first."""

    plan_id: str
    items: list[TimelineEvent]


# -- tracks and alerts -------------------------------------------------------------------------------------------------


class IngestFault(BaseModel):
    """A position that was not taken, or taken with a remark."""

    index: int
    code: str
    detail: str


class IngestAnswer(BaseModel):
    """What came of reported positions."""

    accepted: int
    rejected: list[IngestFault]
    flagged: list[IngestFault]


class Observation(BaseModel):
    """Where a track was at an instant."""

    lat_deg: float
    lon_deg: float
    alt_hae_m: float | None
    alt_amsl_m: float | None
    vel_east_mps: float | None
    vel_north_mps: float | None
    vel_up_mps: float | None
    heading_deg: float | None
    observed_at: At
    received_at: At


class TrackHistory(BaseModel):
    """Where a track has been."""

    track_id: str
    items: list[Observation]
    next_cursor: Cursor


class AlertStep(BaseModel):
    """A step of an alert's life; who took it is told to the city's roles."""

    step: str
    at: At
    severity: str
    actor: str | None = None
    initials: str | None = None
    note: str | None = None


class Events(BaseModel):
    """Messages of the live feed after `since`."""

    items: list[dict[str, Any]]
    seq: int
    complete: bool
    next_cursor: Cursor


# -- commands ----------------------------------------------------------------------------------------------------------


class CommandEffect(BaseModel):
    """What an order would do."""

    aircraft_id: str
    type: str
    detail: str
    detail_zh: str
    allowed: bool
    confirmation_required: bool | None = None
    volumes: list[Volume4D] | None = None
    starts_at: At | None = None
    ends_at: At | None = None
    reasons: list[ReasonAnswer] | None = None
    affected: list[dict[str, Any]] | None = None
    recommended: dict[str, Any] | None = None
    decision: dict[str, Any] | None = None
    problem: str | None = None


class CommandCheck(BaseModel):
    """What orders would do, and the token that confirms them."""

    effects: list[CommandEffect]
    confirmation_required: bool
    confirmation_token: str | None
    confirmation_expires_at: At | None


class CommandStep(BaseModel):
    """A transition of an order."""

    state: str
    at: At
    detail: str
    detail_zh: str


class Command(BaseModel):
    """An order to a vehicle with every transition."""

    command_id: str
    aircraft_id: str
    type: str
    status: Literal["queued", "sent", "accepted", "confirmed", "refused", "timed_out"]
    state: Literal["queued", "sent", "accepted", "confirmed", "refused", "timed_out"]
    updated_at: At
    detail: str | None
    detail_zh: str | None
    requested_by: str | None
    plan_id: str | None
    new_plan_id: str | None
    operator_id: str | None
    batch_id: str | None
    params: dict[str, Any]
    circumstance: dict[str, Any]
    requested_at: At
    deadline_at: At
    overridden: bool
    effect: dict[str, Any]
    steps: list[CommandStep]
    requested_by_subject: str | None = None
    override_reason: str | None = None


class Commands(BaseModel):
    """Orders to vehicles, newest first."""

    items: list[Command]
    next_cursor: Cursor


class MassItemAnswer(BaseModel):
    """What came of the order to one of several vehicles."""

    aircraft_id: str
    command: Command | None
    problem: dict[str, Any] | None


class MassAnswer(BaseModel):
    """One item per vehicle, in order."""

    items: list[MassItemAnswer]


# -- approvals, advisories, contingencies, incidents -------------------------------------------------------------------


class StandingApproval(BaseModel):
    """An envelope under which routine flights need no application of their own."""

    standing_approval_id: str
    organisation_id: str
    state: str
    version: int
    name: str
    lower_agl_m: float
    upper_agl_m: float
    geometry: Shape | None = None
    radius_m: float | None = None
    applicability: list[dict[str, Any]] | None = None
    aircraft_ids: list[str] | None = None
    operation_types: list[str] | None = None
    applied_at: At
    decided_at: At | None
    decided_by: str | None
    reason: str | None
    policy_version: int | None = Field(None, description="The policy it was decided under.")


class StandingApprovals(BaseModel):
    """Standing approvals."""

    items: list[StandingApproval]
    next_cursor: Cursor


class Advisory(BaseModel):
    """What a firm is told about its flight."""

    advisory_id: str
    kind: str
    state: str
    plan_id: str | None
    zone_id: str | None
    action: str | None
    priority: int | None
    must_acknowledge: bool
    detail: str
    detail_zh: str
    starts_at: At | None
    ends_at: At | None
    counter_offers: list[CounterOfferAnswer]
    raised_at: At
    updated_at: At | None
    escalated_at: At | None
    acknowledged_at: At | None
    acknowledged_by: str | None
    withdrawn_at: At | None


class Advisories(BaseModel):
    """Advisories, newest first."""

    items: list[Advisory]
    next_cursor: Cursor


class Contingency(BaseModel):
    """A flight that cannot go on as planned, and the airspace it takes; the city's roles see who is in its way."""

    contingency_id: str
    plan_id: str
    aircraft_id: str
    organisation_id: str
    kind: str
    procedure: str
    state: Literal["proposed", "open", "ended", "dismissed"]
    version: int
    declared_at: At
    detected_at: At | None
    note: str | None
    landing_site_id: str | None
    starts_at: At
    ends_at: At
    volumes: list[Volume4D]
    recommended_action: str
    updated_at: At
    ended_at: At | None
    outcome: str | None
    declared_by: str | None = None
    action_list_id: str | None = None
    affected: list[dict[str, Any]] | None = None


class Contingencies(BaseModel):
    """Contingencies, newest first."""

    items: list[Contingency]
    next_cursor: Cursor


class Incident(BaseModel):
    """What somebody looks into."""

    incident_id: str
    title: str
    from_at: At = Field(alias="from")
    to: At
    bbox: list[float] | None
    plan_ids: list[str]
    notes: str
    created_at: At
    created_by: str
    organisation_id: str


class Incidents(BaseModel):
    """Incidents, newest first."""

    items: list[Incident]
    next_cursor: Cursor


class FlightRecord(BaseModel):
    """A flight's whole record, with the SHA-256 of each part."""

    plan_id: str
    manifest: dict[str, Any]


# -- logistics ---------------------------------------------------------------------------------------------------------


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


# -- webhooks ----------------------------------------------------------------------------------------------------------


class Webhook(BaseModel):
    """Where events go, and how that fares."""

    webhook_id: str
    organisation_id: str
    url: str
    topics: list[str]
    state: Literal["unverified", "active", "off", "refused"]
    cause: str | None
    version: int
    created_at: At
    verified_at: At | None
    last_delivered_at: At | None


class WebhookWithSecret(Webhook):
    """A webhook with the secret its requests are signed with, shown once."""

    secret: str


class Webhooks(BaseModel):
    """The organisation's webhooks."""

    items: list[Webhook]
    next_cursor: Cursor


class Delivery(BaseModel):
    """An event on its way to a webhook."""

    delivery_id: str
    event_id: str
    topic: str
    state: Literal["waiting", "delivered", "dead"]
    attempts: int
    status: int | None
    error: str | None
    created_at: At
    ended_at: At | None


class WebhookDeliveries(BaseModel):
    """Deliveries, newest first."""

    items: list[Delivery]
    next_cursor: Cursor


# -- demonstration -----------------------------------------------------------------------------------------------------


class DemoFaults(BaseModel):
    """Kinds of fault, and the simulated vehicles with the faults each has."""

    kinds: list[dict[str, Any]]
    vehicles: list[dict[str, Any]]


class DemoFault(BaseModel):
    """A fault that comes to a simulated vehicle."""

    fault_id: str
    kind: str
    in_force: bool
    starts_in_s: float
    ends_in_s: float | None
    values: dict[str, Any]


class DemoFaultsGone(BaseModel):
    """The ids of the faults that went."""

    cleared: list[str]
