"""What the API reads and answers, as msgspec structs. Made by `python -m utm.client_codegen` from the OpenAPI document. Do not edit.

Members the server leaves out are None; what it adds later is ignored, so that old clients keep working.
"""

# ruff: noqa: E501

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class ActionItem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A flight on a list, with what is recommended for it and how that stands."""

    item_id: str | None = None
    plan_id: str
    aircraft_id: str
    organisation_id: str
    flight: str
    action: str
    state: str | None = None
    enters_at: datetime | None = None
    leaves_at: datetime | None = None
    method: str | None = None
    command_id: str | None = None
    advisory_id: str | None = None
    requested_by: str | None = None
    executed_at: datetime | None = None
    deadline_at: datetime | None = None
    finished_at: datetime | None = None
    detail: str | None = None
    detail_zh: str | None = None


class ActionList(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A list of actions."""

    action_list_id: str
    cause_kind: str
    cause_id: str
    state: str
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    counts: dict[str, int]
    items: list[ActionItem]


class ActionListSummary(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A list of actions in short."""

    action_list_id: str
    cause_kind: str
    cause_id: str
    state: str
    version: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    counts: dict[str, int]


class ActionLists(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Lists of actions, newest first."""

    items: list[ActionListSummary]
    next_cursor: str | None


class Advisories(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Advisories, newest first."""

    items: list[Advisory]
    next_cursor: str | None


class Advisory(msgspec.Struct, omit_defaults=True, kw_only=True):
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
    starts_at: datetime | None
    ends_at: datetime | None
    counter_offers: list[CounterOfferAnswer]
    raised_at: datetime
    updated_at: datetime | None
    escalated_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    withdrawn_at: datetime | None


class AircraftAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A registered aircraft."""

    aircraft_id: str
    registration: str
    organisation_id: str
    manufacturer: str
    model: str
    class_: str = msgspec.field(name="class")
    mavlink: MavlinkAnswer | None
    max_speed_mps: float | None
    max_climb_mps: float | None
    max_descent_mps: float | None
    max_accel_mps2: float | None
    endurance_s: float | None
    empty_mass_kg: float | None = None
    mtow_kg: float | None = None
    max_height_agl_m: float | None = None
    airspace_keeping: bool | None = None
    reliable_surveillance: bool | None = None
    micro_power_radio: bool | None = None
    agricultural: bool | None = None
    max_radius_m: float | None = None
    agricultural_by_numbers: bool | None = None
    """It is of the agricultural class (Order 761, Article 62): declared so, its numbers within limits."""
    agricultural_missing: list[str] | None = None
    """Numbers that would decide that."""
    agricultural_because: list[str] | None = None
    """Which of that class's limits it exceeds."""
    class_by_numbers: str | None = None
    """The class its numbers give (Order 761, Article 62), by which it is judged; null: undecided."""
    class_missing: list[str] | None = None
    """Numbers that would decide its class."""
    class_because: list[str] | None = None
    """Which limits of lower classes it exceeds."""
    performance: PerformanceAnswer
    active: bool
    version: int


class AircraftBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An aircraft to register for the caller's own firm."""

    aircraft_id: str | None = None
    registration: str
    """The registration mark of CCAR-92, 92.211: UAS and 8 letters or digits."""
    manufacturer: str
    model: str
    class_: str = msgspec.field(name="class")
    mavlink: MavlinkBody | None = None
    max_speed_mps: float | None = None
    max_climb_mps: float | None = None
    max_descent_mps: float | None = None
    max_accel_mps2: float | None = None
    """Along and across the track; where it is given, a plan's times are checked against turns and starts from rest."""
    endurance_s: float | None = None
    """How long a full battery flies it at cruise, unloaded; until a flight shows its own rate, the low-battery alert reckons with it (half an hour where it is not told)."""
    empty_mass_kg: float | None = None
    mtow_kg: float | None = None
    """Largest take-off mass."""
    max_height_agl_m: float | None = None
    """The true height it cannot exceed; asked of micro aircraft."""
    airspace_keeping: bool | None = None
    """It can be kept within an airspace."""
    reliable_surveillance: bool | None = None
    """It can be watched reliably."""
    micro_power_radio: bool | None = None
    """Its radio is micro-power short-range equipment; asked of micro aircraft."""
    agricultural: bool | None = None
    """It is made for work in agriculture, forestry, animal husbandry or fishery alone."""
    max_radius_m: float | None = None
    """How far from its place of take-off it can fly; asked of agricultural aircraft."""


class AircraftList(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One page of aircraft."""

    items: list[AircraftAnswer]
    next_cursor: str | None


class AircraftPatch(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Changes to an aircraft: an absent field stays, null takes it away where it is optional."""

    manufacturer: str | None = None
    model: str | None = None
    mavlink: MavlinkPatch | None = None
    max_speed_mps: float | None = None
    max_climb_mps: float | None = None
    max_descent_mps: float | None = None
    max_accel_mps2: float | None = None
    """Along and across the track; where it is given, a plan's times are checked against turns and starts from rest."""
    endurance_s: float | None = None
    """How long a full battery flies it at cruise, unloaded; until a flight shows its own rate, the low-battery alert reckons with it (half an hour where it is not told)."""
    empty_mass_kg: float | None = None
    mtow_kg: float | None = None
    """Largest take-off mass."""
    max_height_agl_m: float | None = None
    """The true height it cannot exceed; asked of micro aircraft."""
    airspace_keeping: bool | None = None
    """It can be kept within an airspace."""
    reliable_surveillance: bool | None = None
    """It can be watched reliably."""
    micro_power_radio: bool | None = None
    """Its radio is micro-power short-range equipment; asked of micro aircraft."""
    agricultural: bool | None = None
    """It is made for work in agriculture, forestry, animal husbandry or fishery alone."""
    max_radius_m: float | None = None
    """How far from its place of take-off it can fly; asked of agricultural aircraft."""


class AirspaceAt(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What applies at a place: zones, the height in every datum, the ceiling, grid codes."""

    lat_deg: float
    lon_deg: float
    alt_agl_m: float
    alt_amsl_m: float
    alt_hae_m: float
    at: datetime
    h3_cell: str
    beidou_codes: dict[str, str]
    h3_cells: dict[str, str]
    ceiling_agl_m: float | None
    terrain: dict[str, Any]
    zones: list[Feature]


class AlertItem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Something a dispatcher must know: cause, consequence, action."""

    alert_id: str
    kind: str
    """Stable snake_case code of the cause, such as nonconforming or link_lost."""
    severity: Any
    status: Any
    raised_at: str
    detail: str
    """English text: cause, consequence, action."""
    detail_zh: str
    """The same in Chinese."""
    updated_at: str | None = None
    track_id: str | None = None
    aircraft_id: str | None = None
    plan_id: str | None = None
    zone_id: str | None = None
    lat_deg: float | None = None
    """Where, WGS-84, degrees."""
    lon_deg: float | None = None
    """Where, WGS-84, degrees."""
    acknowledged_by: str | None = None
    acknowledged_at: str | None = None
    resolved_at: str | None = None
    rank: int | None = None
    """Order of attention, smallest first (ISA-18.2 priority, then time)."""
    group_id: str | None = None
    """The alert that is the common cause; its own id for the cause."""
    event_at: str | None = None
    """When what it warns of happens; null when unknown."""
    time_to_event_s: float | None = None
    """Seconds from updated_at to event_at; 0: it has happened."""
    cause: str | None = None
    """English: what was found."""
    cause_zh: str | None = None
    consequence: str | None = None
    """English: what it may lead to."""
    consequence_zh: str | None = None
    action: str | None = None
    """Stable code of the recommended action, such as resolve_conflict."""
    action_text: str | None = None
    """English: what to do."""
    action_text_zh: str | None = None
    other_track_id: str | None = None
    """The other track of a pair; null for firms when it is foreign."""
    cpa_lat_deg: float | None = None
    """Closest approach, half-way between the two, WGS-84."""
    cpa_lon_deg: float | None = None
    """Closest approach, half-way between the two, WGS-84."""
    cpa_at: str | None = None
    """When the two are closest."""
    horizontal_m: float | None = None
    """Horizontal distance at the closest approach, metres."""
    vertical_m: float | None = None
    """Height of the other over the track there, metres."""
    bbox: list[float] | None = None
    """Area concerned: min_lon, min_lat, max_lon, max_lat, WGS-84 degrees."""
    operator_id: str | None = None
    """Who operates the aircraft."""
    escalated_at: str | None = None
    acknowledged_initials: str | None = None
    shelved_until: str | None = None
    resolved_by: str | None = None
    """Who resolved it; null when its cause ceased."""


class AlertKindCount(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Alerts of a kind, by severity."""

    kind: str
    total: int
    emergency: int
    warning: int
    caution: int
    advisory: int


class AlertOwner(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The position of an open alert."""

    alert_id: str
    position_id: str
    why: str


class AlertPage(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Alerts; `seq` is where /v1/live goes on."""

    items: list[AlertItem]
    next_cursor: str | None
    seq: int


class AlertResponse(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How long alerts of a severity waited for somebody."""

    severity: str
    acknowledged: int
    median_s: float | None
    p90_s: float | None


class AlertStep(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A step of an alert's life; who took it is told to the city's roles."""

    step: str
    at: datetime
    severity: str
    actor: str | None = None
    initials: str | None = None
    note: str | None = None


class AlertStepBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a dispatcher adds to a step; an empty body will do."""

    initials: str | None = None
    """Of the person, where several work under one account."""
    note: str | None = None


class AlertWithSteps(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An alert and every step of its life."""

    alert_id: str
    kind: str
    """Stable snake_case code of the cause, such as nonconforming or link_lost."""
    severity: Any
    status: Any
    raised_at: str
    detail: str
    """English text: cause, consequence, action."""
    detail_zh: str
    """The same in Chinese."""
    updated_at: str | None = None
    track_id: str | None = None
    aircraft_id: str | None = None
    plan_id: str | None = None
    zone_id: str | None = None
    lat_deg: float | None = None
    """Where, WGS-84, degrees."""
    lon_deg: float | None = None
    """Where, WGS-84, degrees."""
    acknowledged_by: str | None = None
    acknowledged_at: str | None = None
    resolved_at: str | None = None
    rank: int | None = None
    """Order of attention, smallest first (ISA-18.2 priority, then time)."""
    group_id: str | None = None
    """The alert that is the common cause; its own id for the cause."""
    event_at: str | None = None
    """When what it warns of happens; null when unknown."""
    time_to_event_s: float | None = None
    """Seconds from updated_at to event_at; 0: it has happened."""
    cause: str | None = None
    """English: what was found."""
    cause_zh: str | None = None
    consequence: str | None = None
    """English: what it may lead to."""
    consequence_zh: str | None = None
    action: str | None = None
    """Stable code of the recommended action, such as resolve_conflict."""
    action_text: str | None = None
    """English: what to do."""
    action_text_zh: str | None = None
    other_track_id: str | None = None
    """The other track of a pair; null for firms when it is foreign."""
    cpa_lat_deg: float | None = None
    """Closest approach, half-way between the two, WGS-84."""
    cpa_lon_deg: float | None = None
    """Closest approach, half-way between the two, WGS-84."""
    cpa_at: str | None = None
    """When the two are closest."""
    horizontal_m: float | None = None
    """Horizontal distance at the closest approach, metres."""
    vertical_m: float | None = None
    """Height of the other over the track there, metres."""
    bbox: list[float] | None = None
    """Area concerned: min_lon, min_lat, max_lon, max_lat, WGS-84 degrees."""
    operator_id: str | None = None
    """Who operates the aircraft."""
    escalated_at: str | None = None
    acknowledged_initials: str | None = None
    shelved_until: str | None = None
    resolved_by: str | None = None
    """Who resolved it; null when its cause ceased."""
    steps: list[AlertStep]


class AlternativeAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an alternative would be, and how filing it would be judged now."""

    offer: CounterOfferAnswer
    decision: DecisionAnswer


class AlternativeBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What would be let fly: a whole plan, such as one of the engine's counter-offers, or another time and height."""

    plan: dict[str, Any] | None = None
    """A complete body, of the same aircraft."""
    delay_s: float | None = None
    """Departure later, or earlier where negative."""
    climb_m: float | None = None
    """Waypoints of at least 20 m higher, or lower where negative; lower ones are take-off and landing."""
    reason: str | None = None
    """The firm reads it."""


class Altitude(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A height above the WGS-84 ellipsoid as ASTM F3548 writes it."""

    value: float
    reference: str | None = None
    units: str | None = None


class Application(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Where an application stands, as its applicant sees it."""

    application_id: str
    state: str
    kind: str
    name: str
    created_at: datetime
    decided_at: datetime | None
    reason: str | None
    organisation_id: str | None
    client_id: str | None
    collect_until: datetime | None
    """Until when the first secret can be collected."""
    collected_at: datetime | None


class ApplicationBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A firm that asks to be let in."""

    name: str
    name_zh: str | None = None
    kind: str | None = None
    """`sandbox` is for a developer: flights in a separate sky."""
    registration: str | None = None
    """The firm's number in the register of companies (统一社会信用代码)."""
    contact_name: str
    contact_email: str
    contact_phone: str | None = None
    statement: str | None = None
    """What the firm means to do, for whoever decides."""


class ApplicationDetail(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An application as an admin sees it."""

    application_id: str
    state: str
    kind: str
    name: str
    created_at: datetime
    decided_at: datetime | None
    reason: str | None
    organisation_id: str | None
    client_id: str | None
    collect_until: datetime | None
    """Until when the first secret can be collected."""
    collected_at: datetime | None
    name_zh: str
    contact: dict[str, Any]
    """What else the applicant said."""
    decided_by: str | None


class ApplicationPage(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Applications in the order they came."""

    items: list[ApplicationDetail]
    next_cursor: str | None


class ApprovalBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Letting a firm in."""

    entitlements: list[str] | None = None
    reason: str | None = None


class ApprovalCounts(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How many wait, by kind."""

    plan: int
    release: int
    standing_approval: int
    overdue: int


class ApprovalDecisionBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What is decided: `released` for a release, `withdrawn` for a standing approval that was in force."""

    outcome: str
    reason: str | None = None


class ApprovalDetail(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One entry; of a plan with the form of Article 27."""

    approval_id: str
    kind: str
    """plan, release or standing_approval."""
    state: str
    plan_id: str | None
    standing_approval_id: str | None
    organisation_id: str
    organisation_name: str
    aircraft_id: str | None
    registration: str | None
    aircraft_class: str | None
    operation_type: str | None
    priority: int | None
    departure_at: datetime | None
    ends_at: datetime | None
    plan_state: str | None
    plan_version: int | None
    application: str | None
    triggers: list[str]
    reasons: list[ReasonAnswer]
    missing_items: list[Article27Missing]
    readiness_reported_at: datetime | None
    readiness_late: bool
    released_at: datetime | None
    envelope: dict[str, Any] | None = None
    """Of a standing approval."""
    submitted_at: datetime | None
    due_at: datetime | None
    overdue: bool
    adapter: str
    delivery: AuthorityDelivery
    decided_at: datetime | None
    decided_by: str | None
    decision_reason: str | None
    policy_version: int | None
    form: list[Article27Item] | None = None


class ApprovalEntry(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Something that waits for a decision, or was decided; what is a flight's alone is null of a standing approval."""

    approval_id: str
    kind: str
    """plan, release or standing_approval."""
    state: str
    plan_id: str | None
    standing_approval_id: str | None
    organisation_id: str
    organisation_name: str
    aircraft_id: str | None
    registration: str | None
    aircraft_class: str | None
    operation_type: str | None
    priority: int | None
    departure_at: datetime | None
    ends_at: datetime | None
    plan_state: str | None
    plan_version: int | None
    application: str | None
    triggers: list[str]
    reasons: list[ReasonAnswer]
    missing_items: list[Article27Missing]
    readiness_reported_at: datetime | None
    readiness_late: bool
    released_at: datetime | None
    envelope: dict[str, Any] | None = None
    """Of a standing approval."""
    submitted_at: datetime | None
    due_at: datetime | None
    overdue: bool
    adapter: str
    delivery: AuthorityDelivery
    decided_at: datetime | None
    decided_by: str | None
    decision_reason: str | None
    policy_version: int | None


class Approvals(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The queue, soonest due first, or what was decided, newest first."""

    items: list[ApprovalEntry]
    next_cursor: str | None
    counts: ApprovalCounts | None = None


class Article27Item(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An item of Article 27 as the authority reads it."""

    item: int
    title: str
    title_zh: str
    field: str
    required: bool
    given: bool
    value: Any
    """What was filed under it."""


class Article27Missing(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An item of Article 27 that is missing."""

    item: int
    field: str
    title: str
    title_zh: str
    detail: str
    detail_zh: str


class AssignmentsBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Which sectors go to which positions: all of one to another combines, some of them splits."""

    assignments: dict[str, str]
    """Positions by sector."""
    note: str | None = None


class AuthorityAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How the outside authority stands to the plan."""

    application: str
    readiness_reported_at: datetime | None = None
    released_at: datetime | None = None


class AuthorityDelivery(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How the application reaches the authority's own system."""

    state: str
    attempts: int
    reference: str | None
    error: str | None
    next_attempt_at: datetime | None


class BaseBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Where flights take off and land."""

    lat_deg: float
    lon_deg: float


class BatchAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One answer per plan, in order: a plan as above, or a problem."""

    items: list[dict[str, Any]]


class BatchBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Up to 500 flight plans, judged in order."""

    plans: list[dict[str, Any]]


class Batteries(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Batteries."""

    items: list[Battery]
    next_cursor: str | None


class Battery(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A battery with its cycles."""

    battery_id: str
    organisation_id: str
    label: str
    state: str
    capacity_wh: float
    cycles: int
    cycles_max: int
    updated_at: datetime


class BatteryBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A battery to take into the book."""

    label: str
    capacity_wh: float
    cycles: int | None = None
    cycles_max: int | None = None


class BatteryPatch(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Changes to a battery."""

    label: str | None = None
    state: str | None = None
    cycles: int | None = None


class BeidouCell(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A cell of GB/T 39409-2020."""

    code: str
    level: int
    bbox: list[float]
    centre: Place
    neighbours: list[str]
    geometry: Shape


class CameraBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A camera that looks straight down, its wider side across the flight."""

    sensor_width_mm: float
    sensor_height_mm: float
    focal_mm: float
    image_width_px: int
    image_height_px: int


class Carrier(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an aircraft can carry."""

    aircraft_id: str
    organisation_id: str
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
    flown_s: float
    maintenance_after_s: float | None
    updated_at: datetime


class CarrierBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an aircraft can carry; what is not told is the usual value of its class."""

    site_id: str
    """Where it stands while no mission says otherwise."""
    state: str | None = None
    payload_max_kg: float | None = None
    mass_kg: float | None = None
    """Without payload, with battery."""
    hover_w: float | None = None
    cruise_w: float | None = None
    cruise_mps: float | None = None
    battery_wh: float | None = None
    reserve_share: float | None = None
    """What stays in the battery after landing."""
    turn_s: float | None = None
    """Between landing and the next take-off: unloading, a battery changed or charged."""
    dangerous_goods: bool | None = None
    cold_chain: bool | None = None
    maintenance_after_s: float | None = None
    """Seconds in the air after which it is not planned with until it was maintained."""


class Carriers(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Carriers."""

    items: list[StandingCarrier]
    next_cursor: str | None


class CellFlights(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Flights over a cell."""

    cell: str
    flights: int


class CellLimitBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How many flights one cell takes at once, between two hours of the day in Beijing time."""

    cell: str
    """H3 cell of resolution 8."""
    max_flights: int
    """0 closes the cell."""
    from_hour: int | None = None
    """0 to 23, included; absent: 0."""
    to_hour: int | None = None
    """0 to 24, not included; absent: 24. At or before from_hour: over midnight."""
    source: str | None = None


class CellLoad(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An H3 cell with the flights planned in it."""

    cell: str
    load: int
    ceiling_agl_m: float | None
    status: str


class CellLoads(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Cells of an area."""

    items: list[CellLoad]
    next_cursor: str | None


class CellUse(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Flights through a cell of resolution 8."""

    h3: str
    flights: int
    flights_per_h: float


class CheckedPlan(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What filing would answer at this moment; nothing is kept, so there is no id."""

    aircraft_id: str
    operation_type: str
    priority: int | None = None
    """Over 50 needs an entitlement."""
    departure_at: datetime
    """RFC 3339 with offset; when the first waypoint is left."""
    route: TrajectoryRoute | VolumesRoute
    origin_site_id: str | None = None
    destination_site_id: str | None = None
    alternate_site_ids: list[str] | None = None
    contingency: ContingencyBody | None = None
    remarks: dict[str, Any] | None = None
    """The items of Article 27 and anything else; kept as given."""
    special_conditions: list[str] | None = None
    """What of Article 31(2) of Order 761 holds for the flight; []: nothing; absent: assumed by its kind."""
    urgency: str | None = None
    """An emergency or public-safety task in special urgency, which applies at any time (Article 29)."""
    plan_id: str | None = None
    organisation_id: str
    state: str
    version: int
    decision: DecisionAnswer
    authority: AuthorityAnswer
    rule_clock: RuleClockAnswer | None = None
    volumes: list[Volume4D]
    h3_cells: list[str]
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    updated_at: datetime
    activated_at: datetime | None = None
    ended_at: datetime | None = None


class Checklist(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A checklist with all its steps."""

    checklist_id: str
    kind: str
    state: str
    cause: str
    opened_at: datetime
    opened_name: str
    closed_at: datetime | None
    closed_name: str | None
    note: str
    steps: list[ChecklistStep]


class ChecklistBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Which list is needed."""

    kind: str
    """surveillance: a feed or all of them are silent; centre: this service fails or failed."""
    cause: str | None = None


class ChecklistCloseBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The end of a list."""

    note: str | None = None


class ChecklistNeed(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A list that the present state calls for."""

    kind: str
    cause: str
    alert_id: str | None


class ChecklistStep(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A step: ticked with when and by whom, or null."""

    step: str
    at: datetime | None
    name: str | None
    note: str


class Checklists(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Checklists."""

    items: list[Checklist]
    next_cursor: str | None


class ChecklistsNow(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What is needed, and what is open."""

    needed: list[ChecklistNeed]
    open: list[Checklist]


class Circle(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A circle as ASTM F3548 writes it."""

    center: LatLngPoint
    radius: Radius


class Client(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A program that calls the API."""

    client_id: str
    organisation_id: str
    role: str
    name: str
    credentials: list[ClientCredential]
    """Oldest first."""


class ClientBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A program to bring in."""

    name: str
    role: str | None = None
    """Admins only; absent: the role of the caller."""
    organisation_id: str | None = None
    """Admins only; absent: the caller's own."""


class ClientCredential(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One way a program shows who it is; never the secret itself."""

    credential_id: str
    kind: str
    name: str
    created_at: datetime | None
    """null: made with the client."""
    expires_at: datetime | None
    """null: until it is revoked."""
    thumbprint: str | None
    """SHA-256 of a certificate or public key, base64url."""


class Clients(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Programs."""

    items: list[Client]
    next_cursor: str | None


class CodeBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A code of the authenticator app."""

    code: str


class CollectedSecret(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An approved application and the first secret of its client."""

    application_id: str
    state: str
    kind: str
    name: str
    created_at: datetime
    decided_at: datetime | None
    reason: str | None
    organisation_id: str | None
    client_id: str | None
    collect_until: datetime | None
    """Until when the first secret can be collected."""
    collected_at: datetime | None
    client_secret: str | None
    """Shown this once."""


class Command(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An order to a vehicle with every transition."""

    command_id: str
    aircraft_id: str
    type: str
    status: str
    state: str
    updated_at: datetime
    detail: str | None
    detail_zh: str | None
    requested_by: str | None
    plan_id: str | None
    new_plan_id: str | None
    operator_id: str | None
    batch_id: str | None
    params: dict[str, Any]
    circumstance: dict[str, Any]
    requested_at: datetime
    deadline_at: datetime
    overridden: bool
    effect: dict[str, Any]
    steps: list[CommandStep]
    requested_by_subject: str | None = None
    override_reason: str | None = None


class CommandBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An order to one vehicle."""

    reason: str | None = None
    """Dispatchers: why, where the flight itself gives no cause."""
    override: str | None = None
    """Dispatchers: why a conflict is accepted; audited."""
    confirmation_token: str | None = None
    """From the answer to the first step."""
    type: str
    lat_deg: float | None = None
    """hold: where, WGS-84; absent: where it is."""
    lon_deg: float | None = None
    alt_m: float | None = None
    """hold: how high; absent: as high as it is."""
    alt_datum: str | None = None
    duration_s: float | None = None
    """hold: how long the place is reserved at first."""
    site_id: str | None = None
    """land_at_site: where."""
    plan_id: str | None = None
    """upload_plan, upload_geofence, reroute: a plan filed already."""
    plan: dict[str, Any] | None = None
    """reroute: the body of a new plan, filed with the command."""
    rates: dict[str, float] | None = None
    """set_message_rates: MAVLink message names and their rates in Hz."""


class CommandCheck(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What orders would do, and the token that confirms them."""

    effects: list[CommandEffect]
    confirmation_required: bool
    confirmation_token: str | None
    confirmation_expires_at: datetime | None


class CommandEffect(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an order would do."""

    aircraft_id: str
    type: str
    detail: str
    detail_zh: str
    allowed: bool
    confirmation_required: bool | None = None
    volumes: list[Volume4D] | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    reasons: list[ReasonAnswer] | None = None
    affected: list[dict[str, Any]] | None = None
    recommended: dict[str, Any] | None = None
    decision: dict[str, Any] | None = None
    problem: str | None = None


class CommandStep(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A transition of an order."""

    state: str
    at: datetime
    detail: str
    detail_zh: str


class Commands(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Orders to vehicles, newest first."""

    items: list[Command]
    next_cursor: str | None


class ConfirmAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Codes that each open the account once without the app; shown once."""

    recovery_codes: list[str]


class Contact(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Whom to call about a firm's flights."""

    organisation_id: str
    duty_name: str | None
    phone: str | None
    radio: str | None
    email: str | None
    updated_at: datetime | None = None


class ContactBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Whom to call about a firm's flights; absent or null: not said."""

    duty_name: str | None = None
    """Who or what post answers."""
    phone: str | None = None
    radio: str | None = None
    """Channel or talk group."""
    email: str | None = None


class Contingencies(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Contingencies, newest first."""

    items: list[Contingency]
    next_cursor: str | None


class Contingency(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A flight that cannot go on as planned, and the airspace it takes; the city's roles see who is in its way."""

    contingency_id: str
    plan_id: str
    aircraft_id: str
    organisation_id: str
    kind: str
    procedure: str
    state: str
    version: int
    declared_at: datetime
    detected_at: datetime | None
    note: str | None
    landing_site_id: str | None
    starts_at: datetime
    ends_at: datetime
    volumes: list[Volume4D]
    recommended_action: str
    updated_at: datetime
    ended_at: datetime | None
    outcome: str | None
    declared_by: str | None = None
    action_list_id: str | None = None
    affected: list[dict[str, Any]] | None = None


class ContingencyBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What the aircraft does by itself when something fails."""

    lost_link: str | None = None
    rtl_altitude_agl_m: float | None = None
    """Height of the return above the landing place; absent: as high as it flew."""
    alternate_site_id: str | None = None
    """Where lost_link alternate lands; absent: the first of alternate_site_ids."""
    return_route: str | None = None
    """How rtl returns: straight (the default), or back along the route."""


class ContingencyDeclaration(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What failed, and what the flight does about it."""

    kind: str
    procedure: str | None = None
    """Absent: as filed, or what the kind of failure leaves."""
    note: str | None = None


class CorridorFlights(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Flights that kept to a corridor, and how far they flew in it."""

    corridor_id: str
    name: str
    name_zh: str | None
    flights: int
    flown_km: float


class CorridorUse(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Flights that kept to a corridor, and how far they flew in it."""

    corridor_id: str
    name: str
    name_zh: str | None
    flights: int
    flown_km: float
    flights_per_h: float


class CostAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an offer costs against the plan as filed."""

    delay_s: float
    extra_m: float
    extra_wh: float | None


class CounterOfferAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A plan that would be approved as it stands."""

    kind: str
    detail: str
    detail_zh: str
    plan: FlightPlanBody
    cost: CostAnswer
    held_until: datetime | None = None


class CredentialBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One more way for a program to show who it is."""

    kind: str
    name: str
    expires_at: datetime | None = None
    public_jwk: dict[str, Any] | None = None
    """For a public_key: an RSA, P-256, P-384 or Ed25519 key as a JSON Web Key, without its private half."""
    certificate_pem: str | None = None
    """For a certificate: what the client will show in the TLS handshake."""


class Crew(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A crew, and how many vehicles it may have in the air at a time."""

    crew_id: str
    organisation_id: str
    label: str
    state: str
    vehicles_max: int
    updated_at: datetime


class CrewBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A crew, and how many vehicles it may have in the air at a time."""

    label: str
    vehicles_max: int
    state: str | None = None


class CrewPatch(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Changes to a crew."""

    label: str | None = None
    vehicles_max: int | None = None
    state: str | None = None


class Crews(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Crews."""

    items: list[Crew]
    next_cursor: str | None


class DecisionAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The judgement of a plan."""

    outcome: str
    decided_at: datetime
    took_ms: float
    policy_version: int
    separation: dict[str, float] | None = None
    """The minima this plan is held to: horizontal_m, vertical_m, time_buffer_s."""
    reasons: list[ReasonAnswer]
    counter_offers: list[CounterOfferAnswer]


class DecisionBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a human decides about a pending plan."""

    outcome: str
    reason: str | None = None


class Deliveries(msgspec.Struct, omit_defaults=True, kw_only=True):
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


class Delivery(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An event on its way to a webhook."""

    delivery_id: str
    event_id: str
    topic: str
    state: str
    attempts: int
    status: int | None
    error: str | None
    created_at: datetime
    ended_at: datetime | None


class DemoFault(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A fault that comes to a simulated vehicle."""

    fault_id: str
    kind: str
    in_force: bool
    starts_in_s: float
    ends_in_s: float | None
    values: dict[str, Any]


class DemoFaultBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A fault that is to come to a simulated vehicle."""

    vehicle_id: str
    """The vehicle's id, or its aircraft_id."""
    kind: str
    """A kind that GET names."""
    starts_in_s: float | None = None
    """Absent: at once."""
    lasts_s: float | None = None
    """Absent: until it is deleted."""
    values: dict[str, float | str] | None = None
    """Values of the kind; absent ones are defaults."""


class DemoFaults(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Kinds of fault, and the simulated vehicles with the faults each has."""

    kinds: list[dict[str, Any]]
    vehicles: list[dict[str, Any]]


class DemoFaultsGone(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The ids of the faults that went."""

    cleared: list[str]


class DemoSignInBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Which of the demonstration's people to be."""

    role: str


class DemoUser(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One of the demonstration's people."""

    role: str
    name: str


class DemoUsersAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Who a visitor of the demonstration can be without a password."""

    users: list[DemoUser]
    auto_login: bool


class DependencyHealth(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One thing the service leans on."""

    name: str
    state: str
    why: str | None
    why_zh: str | None
    detail: dict[str, Any]


class DesignInspection(msgspec.Struct, omit_defaults=True, kw_only=True):
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
    ends_at: datetime | None = None
    flights: list[DesignInspectionFlight] | None = None


class DesignInspectionFlight(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The answer about design inspection flight, as far as it is documented by its members; more may come."""

    departure_at: datetime | None = None
    lasts_s: float | None = None
    length_m: float | None = None
    pictures: int | None = None
    plan: dict[str, Any] | None = None


class DispatchReport(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a round of planning decided."""

    organisation_id: str
    planned: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    cost: float | None = None
    gap: float | None = None


class DutyContactBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One way to reach one person or team."""

    name: str
    channel: str
    address: str
    """A URL, an e-mail address, or a telephone number with its country code."""
    secret: str | None = None
    """Of a DingTalk robot that signs. A webhook gets its own, shown once."""
    language: str | None = None
    level: int | None = None
    """1 is told at once, 2 when nobody answered, 3 when still nobody did."""
    topics: list[str] | None = None
    severity: str | None = None
    """The least severity of alerts it is told of."""
    hours: list[dict[str, Any]] | None = None
    """When it is on duty; empty: always."""
    active: bool | None = None


class DutyContactPatch(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Changes to a contact; absent fields stay."""

    name: str | None = None
    address: str | None = None
    secret: str | None = None
    language: str | None = None
    level: int | None = None
    topics: list[str] | None = None
    severity: str | None = None
    hours: list[dict[str, Any]] | None = None
    """Periods as a zone's applicability, in Beijing time."""
    active: bool | None = None


class DutyContactShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Somebody who is told outside the console; the secret is never shown again."""

    contact_id: str
    organisation_id: str
    name: str
    channel: str
    address: str
    has_secret: bool
    language: str
    level: int
    topics: list[str]
    severity: str
    hours: list[dict[str, Any]]
    on_duty: bool
    active: bool
    available: bool
    """Whether this deployment can use the channel."""
    version: int
    created_at: datetime
    last_ok_at: datetime | None
    last_error: str | None


class DutyContacts(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Contacts."""

    items: list[DutyContactShown]
    next_cursor: str | None


class DutyMessage(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A message to a contact."""

    message_id: str
    contact_id: str
    contact_name: str | None
    channel: str
    kind: str
    ref: str | None
    level: int
    title: str
    text: str
    state: str
    """waiting, sending, delivered or dead."""
    attempts: int
    status: int | None
    error: str | None
    created_at: datetime
    ended_at: datetime | None
    next_attempt_at: datetime | None


class DutyMessages(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Messages, newest first."""

    items: list[DutyMessage]
    next_cursor: str | None


class EmergencyOverride(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Why less notice is given than the rules ask for; it stands in the audit trail."""

    reason: str


class Encounter(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A predicted loss of separation; its words are null for a firm, because they name the other flight."""

    alert_id: str
    at: datetime
    severity: str
    horizontal_m: float | None
    vertical_m: float | None
    detail: str | None
    detail_zh: str | None


class EnrolAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What the authenticator app needs; shown once."""

    secret: str
    """Base 32, to be typed where no QR code can be read."""
    otpauth_uri: str
    """What the QR code says; a link that opens the app on the same device."""
    qr_svg: str
    """The QR code as an SVG image, for the app's camera."""


class EnrolBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The password, once more."""

    password: str


class EntryBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A line of the log."""

    kind: str | None = None
    text: str


class EventReport(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A report that is owed after an event, or was filed."""

    report_id: str
    organisation_id: str
    plan_id: str | None
    aircraft_id: str | None
    kind: str
    state: str
    """open, due, filed or waived."""
    event_at: datetime
    landed_at: datetime | None
    due_at: datetime | None
    overdue: bool
    filed_at: datetime | None
    filed_by: str | None
    late: bool | None
    reason: str | None
    report: dict[str, Any] | None
    policy_version: int | None


class EventReportBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The report on an event that affected safety."""

    narrative: str
    """What happened, in the firm's own words."""
    causes: str | None = None
    measures: str | None = None
    """What was done, and what is done so that it ceases."""
    injuries: int | None = None
    damage: str | None = None


class EventReports(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Reports, newest first."""

    items: list[EventReport]
    next_cursor: str | None


class Events(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Messages of the live feed after `since`."""

    items: list[dict[str, Any]]
    seq: int
    complete: bool
    next_cursor: str | None


class ExecuteBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Which actions of a list to carry out, and the token of the second step."""

    items: list[str] | None = None
    """Absent: all that wait."""
    confirmation_token: str | None = None
    reason: str | None = None
    """Why a supervisor acts on flights of other positions."""


class FairnessAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Every firm the caller may see, by id, and all of those together."""

    from_at: datetime
    to_at: datetime
    items: list[FirmFairness]
    totals: FirmFairness


class Feature(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A GeoJSON Feature."""

    type: str
    id: str
    geometry: Shape
    properties: dict[str, Any]


class FeatureBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A GeoJSON Feature: a Point with the properties of a site, or a LineString with those of a corridor."""

    type: str
    id: str | None = None
    geometry: dict[str, Any]
    properties: dict[str, Any]


class FileProblem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A problem of a file, with its place."""

    field: str
    line: int | None
    code: str
    severity: str
    detail: str
    detail_zh: str


class FiledBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a breach does to a plan that is filed without a booking, by type of operation: nothing is asked (`off`), it is `told` as a warning, or it does `refuse`; what is left out keeps its value."""

    logistics: str | None = None
    inspection: str | None = None
    survey: str | None = None
    emergency: str | None = None
    public_safety: str | None = None
    environment: str | None = None
    other: str | None = None


class FiledShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a breach of ground risk does to a plan that is filed without a booking, by type of operation."""

    logistics: str
    inspection: str
    survey: str
    emergency: str
    public_safety: str
    environment: str
    other: str


class FirmFairness(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How the requests of one firm fared."""

    organisation_id: str | None
    """null in the totals."""
    name: str | None
    name_zh: str | None
    requested: int
    """Plans filed; one filed from a counter-offer is a request of its own."""
    approved: int
    """Approved at once or after somebody decided, whatever became of the flight."""
    refused: int
    pending: int
    lapsed: int
    """Given up or expired before anybody decided."""
    displaced: int
    """Approved, then withdrawn for a zone or a flight of higher priority."""
    offers_taken: int
    """Approved plans that are a counter-offer the firm was made."""
    approved_share: float | None
    """Of those approved or refused."""
    mean_delay_s: float | None
    """Of approved plans: how much later than first asked for they depart, 0 without an offer."""
    refusals: list[RefusalShare]
    """Most frequent first."""


class FleetState(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Aircraft and sites at an instant."""

    at: datetime
    vehicles: list[VehicleState]
    sites: list[SiteState]


class FlightBucket(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Plans that were to depart in an hour or day; the share of nothing is null."""

    starts_at: datetime
    filed: int
    flown: int
    refused: int
    cancelled: int
    on_time_share: float | None


class FlightOwner(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The owner of one flight, and the transfer that waits."""

    track_id: str
    aircraft_id: str | None
    plan_id: str | None
    registration: str | None
    position_id: str
    sector_id: str | None
    why: str
    sector_position_id: str
    transfer: TransferShown | None


class FlightPlanAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A flight plan with its state, its decision and the airspace it reserves."""

    aircraft_id: str
    operation_type: str
    priority: int | None = None
    """Over 50 needs an entitlement."""
    departure_at: datetime
    """RFC 3339 with offset; when the first waypoint is left."""
    route: TrajectoryRoute | VolumesRoute
    origin_site_id: str | None = None
    destination_site_id: str | None = None
    alternate_site_ids: list[str] | None = None
    contingency: ContingencyBody | None = None
    remarks: dict[str, Any] | None = None
    """The items of Article 27 and anything else; kept as given."""
    special_conditions: list[str] | None = None
    """What of Article 31(2) of Order 761 holds for the flight; []: nothing; absent: assumed by its kind."""
    urgency: str | None = None
    """An emergency or public-safety task in special urgency, which applies at any time (Article 29)."""
    plan_id: str
    organisation_id: str
    state: str
    version: int
    decision: DecisionAnswer
    authority: AuthorityAnswer
    rule_clock: RuleClockAnswer | None = None
    volumes: list[Volume4D]
    h3_cells: list[str]
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    updated_at: datetime
    activated_at: datetime | None = None
    ended_at: datetime | None = None


class FlightPlanBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A flight plan as filed."""

    aircraft_id: str
    operation_type: str
    priority: int | None = None
    """Over 50 needs an entitlement."""
    departure_at: datetime
    """RFC 3339 with offset; when the first waypoint is left."""
    route: TrajectoryRoute | VolumesRoute
    origin_site_id: str | None = None
    destination_site_id: str | None = None
    alternate_site_ids: list[str] | None = None
    contingency: ContingencyBody | None = None
    remarks: dict[str, Any] | None = None
    """The items of Article 27 and anything else; kept as given."""
    special_conditions: list[str] | None = None
    """What of Article 31(2) of Order 761 holds for the flight; []: nothing; absent: assumed by its kind."""
    urgency: str | None = None
    """An emergency or public-safety task in special urgency, which applies at any time (Article 29)."""


class FlightPlanPage(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A page of flight plans, latest departure first."""

    items: list[FlightPlanAnswer]
    next_cursor: str | None = None


class FlightRecord(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A flight's whole record, with the SHA-256 of each part."""

    plan_id: str
    manifest: dict[str, Any]


class FlightResult(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A reference to something a flight yielded; the thing itself stays with the firm."""

    result_id: str
    plan_id: str
    kind: str
    url: str
    sha256: str | None
    size_bytes: int | None
    note: str | None
    added_at: datetime


class FlightResults(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a flight yielded, oldest first."""

    items: list[FlightResult]
    next_cursor: str | None


class Forecast(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An imported forecast."""

    forecast_id: str
    source: str
    state: str
    issued_at: datetime
    valid_from: datetime
    valid_to: datetime
    steps: int
    cells: int
    samples: int
    reach_m: float
    imported_at: datetime
    imported_by: str


class ForecastCheck(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an import would do."""

    usable: bool
    why_not: str | None
    samples: int
    valid_from: datetime | None
    valid_to: datetime | None
    cells_covered: float | None
    """Share of the city's cells with a value, 0 to 1."""
    errors: list[FileProblem]
    warnings: list[FileProblem]


class Forecasts(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The newest imports."""

    items: list[Forecast]
    next_cursor: str | None


class GoNoGo(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What the weather says of a flight."""

    outcome: str
    causes: list[WeatherCause]
    source: str | None
    synthetic: bool | None
    forecast_id: str | None
    limits_version: int


class Grid(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A point by its BeiDou codes of every level and its H3 cells of every resolution, and in both datums."""

    lat_deg: float
    lon_deg: float
    gcj02: Place
    beidou_codes: dict[str, str]
    h3_cells: dict[str, str]
    beidou: BeidouCell | None
    h3: H3Cell | None = None


class GroundBreach(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A limit of ground risk that a way breaks."""

    code: str
    severity: str
    detail: str
    detail_zh: str
    ground: GroundValues


class GroundLimitsBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Limits of ground risk; what is left out keeps its value."""

    buffer_ratio: float | None = None
    """Width of the ground buffer per metre of the greatest height."""
    exposed_per_km2_most: float | None = None
    exposed_share: float | None = None
    """Share of the people of the grid that are in the open."""
    impact_energy_j_most: float | None = None
    enforced: bool | None = None
    """Whether a breach refuses; else it is told only."""
    enforced_on_synthetic: bool | None = None
    """Whether a breach of density over a made-up grid refuses, too."""


class GroundLimitsShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The limits of ground risk."""

    buffer_ratio: float
    exposed_per_km2_most: float
    exposed_share: float
    impact_energy_j_most: float
    enforced: bool
    enforced_on_synthetic: bool


class GroundRulesBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Rules to publish; groups and members left out keep their value."""

    ground_risk: GroundLimitsBody | None = None
    noise: NoisePriceBody | None = None
    sound_power_db: SoundPowerBody | None = None
    filed: FiledBody | None = None
    sources: dict[str, str | None] | None = None
    """Where a number is from, by its name; null takes one away."""


class GroundRulesShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Rules of ground risk and noise with their sources."""

    version: int
    ground_risk: GroundLimitsShown
    noise: NoisePriceShown
    sound_power_db: dict[str, float]
    filed: FiledShown
    sources: dict[str, str]


class GroundStop(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An area no flight is activated in."""

    ground_stop_id: str
    geometry: Shape
    radius_m: float | None
    until: datetime
    reason: str | None
    declared_at: datetime
    declared_by: str | None = None


class GroundStopBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Nothing is activated in the area until then."""

    geometry: dict[str, Any]
    """GeoJSON Polygon, MultiPolygon, or Point with radius_m."""
    radius_m: float | None = None
    until: datetime
    reason: str


class GroundStops(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Ground stops that stand."""

    items: list[GroundStop]
    next_cursor: str | None


class GroundValues(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What is measured of a breach; the place is the centre of the densest square."""

    value: float | None
    limit: float
    buffer_m: float
    lat_deg: float | None
    lon_deg: float | None
    population: str
    synthetic: bool


class H3Cell(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An H3 cell."""

    cell: str
    resolution: int
    geometry: Shape


class HandoverSignBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The signature of who comes."""

    initials: str


class Health(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The process is up."""

    status: str


class HeldOfferAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An offer on hold: its body, filed by the same firm until then, is approved."""

    plan_id: str
    index: int
    held_until: datetime
    offer: CounterOfferAnswer


class ImpactAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Every live plan a policy would invalidate, by departure."""

    policy_version: int
    """The version in force, which the change was compared with."""
    policy: dict[str, Any]
    """The whole policy as it would be."""
    checks: list[str]
    """The kinds of rule by which plans were judged."""
    counts: ImpactCounts
    filed: list[dict[str, Any]]
    airborne: list[dict[str, Any]]
    took_ms: float


class ImpactCounts(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How many live plans a policy touches."""

    judged: int
    """Live plans judged; 0 when the change can touch none."""
    filed: int
    """Of those it would invalidate, the ones not yet activated."""
    airborne: int
    refused: int
    """Of those it would invalidate, the ones it would refuse."""
    pending: int
    """The others: somebody would have to decide."""
    by_reason: dict[str, int]


class ImportedForecast(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A forecast just put in force."""

    forecast_id: str | None
    """null: the made-up field holds."""
    source: str
    synthetic: bool
    """Whether the values are made up."""
    issued_at: datetime
    valid_from: datetime
    valid_to: datetime
    steps: int
    cells: int
    warnings: list[FileProblem]


class ImportedPlan(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a file says, as a body that can be filed."""

    format: str
    dry_run: bool
    complete: bool
    """Whether plan can be filed as it stands."""
    missing: list[str]
    """What no file of this format holds and must be added to plan."""
    plan: dict[str, Any] | None
    """The body for POST /v1/flight-plans; null where an error stands."""
    summary: dict[str, Any]
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]


class ImportedPopulation(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The grid now in force."""

    grid_id: str | None
    """null: the made-up grid holds."""
    source: str
    synthetic: bool
    """Whether the grid is made up."""
    square_m: float
    squares: int
    known_share: float
    people: int
    warnings: list[dict[str, Any]]


class Incident(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What somebody looks into."""

    incident_id: str
    title: str
    from_: datetime = msgspec.field(name="from")
    to: datetime
    bbox: list[float] | None
    plan_ids: list[str]
    notes: str
    created_at: datetime
    created_by: str
    organisation_id: str


class IncidentBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What to look into: a window of at most 24 hours, and perhaps a place and flights."""

    title: str
    from_: datetime = msgspec.field(name="from")
    to: datetime
    bbox: list[float] | None = None
    """min_lon, min_lat, max_lon, max_lat in WGS-84 degrees; everywhere without it."""
    plan_ids: list[str] | None = None
    """Flights to include, beside those seen in the window and place."""
    notes: str | None = None


class Incidents(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Incidents, newest first."""

    items: list[Incident]
    next_cursor: str | None


class IngestAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What came of reported positions."""

    accepted: int
    rejected: list[IngestFault]
    flagged: list[IngestFault]


class IngestFault(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A position that was not taken, or taken with a remark."""

    index: int
    code: str
    detail: str


class InspectionBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What is to be inspected and how."""

    aircraft_id: str
    kind: str
    """emergency: to places in the order given, by priority, as soon as may be."""
    geometry: dict[str, Any]
    """GeoJSON, WGS-84: a Polygon for an area, a LineString for a line, a MultiPoint for points and emergencies."""
    base: BaseBody | None = None
    base_site_id: str | None = None
    departure_at: datetime | None = None
    """Absent in an emergency: as soon as the policy lets one be filed. All others name it."""
    height_agl_m: float | None = None
    gsd_cm: float | None = None
    """Instead of a height: the coarsest a pixel may be; needs the camera."""
    camera: CameraBody | None = None
    front_overlap: float | None = None
    side_overlap: float | None = None
    line_spacing_m: float | None = None
    heading_deg: float | None = None
    """Of the lines over an area, by the compass; absent: along its long side."""
    width_m: float | None = None
    """How much beside a line is to be covered."""
    hold_s: float | None = None
    """How long each point is looked at; absent: 20 s, in an emergency 120 s."""
    speed_mps: float | None = None
    longest_flight_s: float | None = None
    interval_s: float | None = None
    """On the ground between two flights: a battery changed."""
    operation_type: str | None = None
    priority: int | None = None
    """Absent: 0, in an emergency 90. More than 50 needs a firm that is entitled to it, and displaces flights of less."""
    remarks: dict[str, Any] | None = None


class Jwks(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Public keys (RFC 7517), newest first."""

    keys: list[dict[str, Any]]


class LatLngPoint(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A point as ASTM F3548 writes it."""

    lat: float
    """WGS-84 degrees north."""
    lng: float
    """WGS-84 degrees east."""


class LimitEntry(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What some aircraft may fly in; exactly the limit is allowed, null or absent sets none. Without class, manufacturer and model it holds for all."""

    aircraft_class: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    wind_mps: float | None = None
    gust_mps: float | None = None
    rain_mm_h: float | None = None
    visibility_least_m: float | None = None
    temperature_least_c: float | None = None
    temperature_most_c: float | None = None
    lightning_per_km2_h: float | None = None
    source: str | None = None


class LimitsBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Limits to publish; the list is replaced whole, other fields keep their value where absent."""

    limits: list[LimitEntry] | None = None
    decide_before_s: float | None = None
    """How long before departure go or no go is said: 300 s, T-5 min, unless changed."""
    automatic_delay: bool | None = None
    """Whether a flight that would break a limit gets the first departure that breaks none."""
    longest_delay_s: float | None = None


class LinkOfVehicle(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The link of one vehicle."""

    endpoint: str
    system_id: int
    up: bool
    rate_hz: float
    position_rate_hz: float
    loss_pct: float
    age_s: float


class LinkReport(msgspec.Struct, omit_defaults=True, kw_only=True):
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


class LogEntry(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A line of a shift log."""

    at: datetime
    actor: str
    name: str
    kind: str
    text: str


class LogisticsStatistics(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How deliveries fared, by firm, in all, by site, cell and corridor."""

    from_at: datetime
    to_at: datetime
    items: list[Deliveries]
    totals: Deliveries
    sites: list[SiteUse]
    cells: list[CellUse]
    corridors: list[CorridorUse]


class MassAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One item per vehicle, in order."""

    items: list[MassItemAnswer]


class MassBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Orders to several vehicles, judged jointly and always confirmed."""

    reason: str | None = None
    """Dispatchers: why, where the flight itself gives no cause."""
    override: str | None = None
    """Dispatchers: why a conflict is accepted; audited."""
    confirmation_token: str | None = None
    """From the answer to the first step."""
    commands: list[MassItem]


class MassItem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An order to one of several vehicles."""

    type: str
    lat_deg: float | None = None
    """hold: where, WGS-84; absent: where it is."""
    lon_deg: float | None = None
    alt_m: float | None = None
    """hold: how high; absent: as high as it is."""
    alt_datum: str | None = None
    duration_s: float | None = None
    """hold: how long the place is reserved at first."""
    site_id: str | None = None
    """land_at_site: where."""
    plan_id: str | None = None
    """upload_plan, upload_geofence, reroute: a plan filed already."""
    plan: dict[str, Any] | None = None
    """reroute: the body of a new plan, filed with the command."""
    rates: dict[str, float] | None = None
    """set_message_rates: MAVLink message names and their rates in Hz."""
    aircraft_id: str


class MassItemAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What came of the order to one of several vehicles."""

    aircraft_id: str
    command: Command | None
    problem: dict[str, Any] | None


class MavlinkAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How the vehicle is recognised on MAVLink."""

    system_id: int
    endpoint: str | None
    signed: bool
    """Whether a signing key is held; the key itself is never returned."""


class MavlinkBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How the vehicle is recognised on MAVLink."""

    system_id: int
    endpoint: str | None = None
    """IP:PORT of the peer; without it and without a key, the first unsigned peer using the system id."""
    signing_key: str | None = None
    """32 bytes, hexadecimal or base64; never returned."""


class MavlinkFeed(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One address vehicles report to."""

    address: str
    vehicles: int
    vehicles_up: int
    rate_hz: float
    position_rate_hz: float
    frames: int
    lost: int
    loss_pct: float | None
    age_s: float | None
    signed: int


class MavlinkPatch(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Changes to how the vehicle is recognised; null takes a value away, an absent one stays."""

    system_id: int | None = None
    endpoint: str | None = None
    signing_key: str | None = None


class Mission(msgspec.Struct, omit_defaults=True, kw_only=True):
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
    departs_at: datetime
    arrives_at: datetime
    took_off_at: datetime | None
    landed_at: datetime | None
    length_m: float
    energy_wh: float | None
    held_until: datetime | None
    why: Any = None
    cause: str | None
    created_at: datetime
    updated_at: datetime


class MissionBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A flight to book whole: its plan, and what it needs beside."""

    plan: dict[str, Any]
    """A body as of POST /v1/flight-plans; only a plan that is approved at once is booked."""
    battery_id: str | None = None
    crew_id: str | None = None
    alternate_site_id: str | None = None
    """A pad is kept there for the time of the landing."""
    energy_wh: float | None = None
    """What the flight takes; compared with the battery."""
    hold_s: float | None = None
    """Keep everything for so long only, unless the booking is confirmed before."""
    kind: str | None = None


class MissionWithPlan(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A mission with its flight plan."""

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
    departs_at: datetime
    arrives_at: datetime
    took_off_at: datetime | None
    landed_at: datetime | None
    length_m: float
    energy_wh: float | None
    held_until: datetime | None
    why: Any = None
    cause: str | None
    created_at: datetime
    updated_at: datetime
    plan: FlightPlanAnswer


class Missions(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Missions, newest first."""

    items: list[Mission]
    next_cursor: str | None


class NetworkBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A GeoJSON FeatureCollection of sites (Points) and corridors (LineStrings)."""

    type: str
    features: list[FeatureBody]


class NetworkDifference(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an import does, by id."""

    added: list[str]
    changed: list[str]
    unchanged: list[str]
    withdrawn: list[str]


class NetworkFeature(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A site or corridor in force: a GeoJSON Feature."""

    type: str
    id: str
    geometry: Shape
    properties: dict[str, Any]
    version: int
    """What If-Match of a change names; 0: as the city's data pack has it."""


class NetworkFeatures(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Sites or corridors as a GeoJSON FeatureCollection that is also a list."""

    type: str
    features: list[NetworkFeature]
    items: list[NetworkFeature]
    next_cursor: str | None


class NetworkImport(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an import of the network did, or with dry_run would do."""

    dry_run: bool
    mode: str
    usable: bool
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    sites: NetworkDifference
    corridors: NetworkDifference
    plan_ids: list[str]
    """Filed flights whose pad is closed now, at most 500."""


class NewApplication(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An application just made."""

    application_id: str
    state: str
    kind: str
    name: str
    created_at: datetime
    decided_at: datetime | None
    reason: str | None
    organisation_id: str | None
    client_id: str | None
    collect_until: datetime | None
    """Until when the first secret can be collected."""
    collected_at: datetime | None
    claim_token: str
    """Shown this once: follows the application and collects the secret."""


class NewClient(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A program just brought in."""

    client_id: str
    organisation_id: str
    role: str
    name: str
    credentials: list[ClientCredential]
    """Oldest first."""
    client_secret: str
    """Shown this once."""


class NewCredential(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A credential just added."""

    client_id: str
    credential_id: str
    kind: str
    secret: str | None = None
    """Of a secret or an API key, shown this once."""


class NewDutyContact(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A contact just added."""

    contact_id: str
    organisation_id: str
    name: str
    channel: str
    address: str
    has_secret: bool
    language: str
    level: int
    topics: list[str]
    severity: str
    hours: list[dict[str, Any]]
    on_duty: bool
    active: bool
    available: bool
    """Whether this deployment can use the channel."""
    version: int
    created_at: datetime
    last_ok_at: datetime | None
    last_error: str | None
    secret: str | None = None
    """Of a webhook, shown this once."""


class NewPassword(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A password just set."""

    user_id: str
    password: str | None
    """Shown this once; null where one was sent."""


class NewPerson(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A person just brought in."""

    user_id: str
    organisation_id: str
    role: str
    name: str
    totp: bool
    """A second factor is asked for."""
    signs_in_elsewhere: bool
    """By an OpenID provider: has no password here."""
    password: str | None = None
    """Shown this once, where none was sent."""


class NewRelyingParty(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A tool just brought in."""

    client_id: str
    name: str
    redirect_uris: list[str]
    public: bool
    """It keeps no secret."""
    client_secret: str | None
    """Shown this once; null for a public tool."""


class NewSandbox(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A sandbox just made."""

    organisation_id: str
    name: str
    sandbox_of: str | None
    clients: list[str]
    client_id: str
    client_secret: str
    """Shown this once."""


class NoiseCell(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Noise in one cell; unknown levels and people are null."""

    cell: str
    seconds_at_reference: float
    laeq_db: float | None
    people_per_km2: float | None
    people: int | None


class NoiseExposure(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Noise exposure of a window, the loudest cells first."""

    from_at: datetime
    to_at: datetime
    cell_resolution: int
    reference_m: float
    nearest_m: float
    cells: list[NoiseCell]
    population: RoutePopulation


class NoisePriceBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What noise costs a route; what is left out keeps its value."""

    price: float | None = None
    """Metres more per metre over 10,000 people per square kilometre; 0: noise costs nothing."""
    reference_db: float | None = None
    reach_m: float | None = None
    detour_share_most: float | None = None


class NoisePriceShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What noise costs a route."""

    price: float
    reference_db: float
    reach_m: float
    detour_share_most: float


class Observation(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Where a track was at an instant."""

    lat_deg: float
    lon_deg: float
    alt_hae_m: float | None
    alt_amsl_m: float | None
    vel_east_mps: float | None
    vel_north_mps: float | None
    vel_up_mps: float | None
    heading_deg: float | None
    observed_at: datetime
    received_at: datetime


class OpenAlert(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An alert somebody must still see to."""

    alert_id: str
    kind: str
    severity: str
    status: str
    detail: str | None
    detail_zh: str | None
    track_id: str | None
    plan_id: str | None
    at: datetime
    until: datetime | None = None
    """Of a shelved one: until when."""


class OpenCommand(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A command under way."""

    command_id: str
    aircraft_id: str
    type: str
    state: str
    at: datetime


class OpenContingency(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A contingency under way."""

    contingency_id: str
    plan_id: str | None
    kind: str
    state: str
    at: datetime


class OpenCounts(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How many there are of each kind; the lists hold at most 200."""

    alerts: int
    shelved: int
    contingencies: int
    pending: int
    commands: int


class OpenDecision(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A plan that waits for a decision."""

    plan_id: str
    organisation_id: str
    at: str
    """Its departure, as filed."""


class OpenIdConfiguration(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The embedded OpenID provider (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    response_types_supported: list[str]
    response_modes_supported: list[str]
    grant_types_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    code_challenge_methods_supported: list[str]
    scopes_supported: list[str]
    claims_supported: list[str]
    authorization_response_iss_parameter_supported: bool


class OpenItems(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a shift leaves open."""

    counts: OpenCounts
    alerts: list[OpenAlert]
    shelved: list[OpenAlert]
    contingencies: list[OpenContingency]
    pending: list[OpenDecision]
    commands: list[OpenCommand]


class OperatorAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A firm that flies."""

    organisation_id: str
    name: str
    name_zh: str
    active: bool
    entitlements: list[str]
    aircraft_count: int


class OperatorList(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One page of operators."""

    items: list[OperatorAnswer]
    next_cursor: str | None


class Order(msgspec.Struct, omit_defaults=True, kw_only=True):
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
    priority_class: str
    plan_priority: int
    ready_at: datetime
    deliver_by: datetime | None
    dangerous_goods: bool
    cold_chain: bool
    reference: str | None
    promise: Promise | None
    expected_at: datetime | None
    in_time: bool | None
    delivered_at: datetime | None
    mission_id: str | None
    plan_id: str | None
    aircraft_id: str | None
    why: dict[str, Any] | None
    cause: Words | None
    created_at: datetime
    updated_at: datetime


class OrderBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Something to be brought from one site to another."""

    origin_site_id: str
    destination_site_id: str
    payload_kg: float
    priority_class: str | None = None
    ready_at: datetime | None = None
    """When it can be collected; absent: now."""
    deliver_by: datetime | None = None
    dangerous_goods: bool | None = None
    cold_chain: bool | None = None
    reference: str | None = None
    """The firm's own name for it."""
    via_site_ids: list[str] | None = None
    """Hubs at which it changes vehicles, in this order; without any, one is found where nobody flies it in one go."""


class OrderEvent(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A step of an order's story."""

    at: datetime
    state: str
    actor: str
    detail: str
    detail_zh: str
    mission_id: str | None


class OrderKeptUp(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A transport order that a zone would keep up: its flight is touched, or one of its sites lies inside."""

    order_id: str
    organisation_id: str
    state: str
    priority_class: str
    reference: str | None
    origin_site_id: str
    destination_site_id: str
    deliver_by: datetime | None
    promised_at: datetime | None
    plan_id: str | None
    because: str
    flight: str | None
    sites_inside: list[str]


class OrderStory(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An order with its whole story."""

    order_id: str
    organisation_id: str
    state: str
    version: int
    origin_site_id: str
    destination_site_id: str
    at_site_id: str | None
    via_site_ids: list[str]
    payload_kg: float
    priority_class: str
    plan_priority: int
    ready_at: datetime
    deliver_by: datetime | None
    dangerous_goods: bool
    cold_chain: bool
    reference: str | None
    promise: Promise | None
    expected_at: datetime | None
    in_time: bool | None
    delivered_at: datetime | None
    mission_id: str | None
    plan_id: str | None
    aircraft_id: str | None
    why: dict[str, Any] | None
    cause: Words | None
    created_at: datetime
    updated_at: datetime
    story: list[OrderEvent]


class Orders(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Orders, newest first."""

    items: list[Order]
    next_cursor: str | None


class OrganisationAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The organisation somebody belongs to."""

    organisation_id: str
    name: str
    name_zh: str


class OrganisationBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An office or a firm to bring in without an application."""

    name: str
    name_zh: str | None = None
    role: str
    """What its people and programs are."""
    entitlements: list[str] | None = None


class OrganisationShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A firm, an office or a sandbox."""

    organisation_id: str
    name: str
    name_zh: str
    kind: str
    entitlements: list[str]
    sandbox_of: str | None
    """The organisation a sandbox was made for; null: no sandbox."""
    active: bool


class OrganisationsShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Every firm, office and sandbox."""

    items: list[OrganisationShown]
    next_cursor: str | None


class OwnedFlightShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A flight with its owner: `sector_position_id` is whose sector it is in, `why` the owner is another."""

    track_id: str
    aircraft_id: str | None
    plan_id: str | None
    registration: str | None
    position_id: str
    sector_id: str | None
    why: str
    sector_position_id: str


class OwnedStepBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What goes with a step; an empty body, or none, will do."""

    reason: str | None = None
    """Why a supervisor acts on a flight that another position owns."""


class PacketsAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What came of the packets."""

    packets: int
    """How many were decoded."""
    accepted: int
    """How many became positions."""
    rejected: list[dict[str, Any]]
    """Errors: `offset` in the bytes sent, or `index` among the decoded packets, with a code."""
    rejected_count: int
    flagged: list[dict[str, Any]]
    """Accepted packets that report an emergency or a failure."""
    decoded: list[dict[str, Any]] | None = None
    """With dry_run: what the packets say."""


class PasswordBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A new password."""

    password: str | None = None
    """Absent: one is made and shown once."""


class PasswordChangeBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The password as it is, and as it is to be."""

    current: str
    password: str


class People(msgspec.Struct, omit_defaults=True, kw_only=True):
    """People who may sign in."""

    items: list[Person]
    next_cursor: str | None


class PerformanceAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The fastest it flies level, climbs and descends: as registered, else the usual values of its class."""

    max_speed_mps: float
    max_climb_mps: float
    max_descent_mps: float


class Person(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A person who may sign in."""

    user_id: str
    organisation_id: str
    role: str
    name: str
    totp: bool
    """A second factor is asked for."""
    signs_in_elsewhere: bool
    """By an OpenID provider: has no password here."""


class Place(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A point, WGS-84."""

    lat_deg: float
    lon_deg: float


class PlanGoNoGo(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What the weather says of a plan."""

    plan_id: str
    departure_at: datetime
    now: GoNoGo | None
    """null: the plan is over."""
    clears_at: datetime | None
    """The first departure that breaks no limit."""
    said: list[SaidGoNoGo]


class PolicyAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The rules in force."""

    version: int
    separation: SeparationAnswer
    tolerance: dict[str, float]
    separation_rules: list[SeparationRuleBody]
    weather: str
    wind: WindBody | None
    ceiling_agl_m: float
    sources: dict[str, str]
    impact: ImpactCounts | None = None
    """After a change: what it does to the plans that stand."""


class PolicyBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Fields of the policy to change; those left out keep their value, lists are replaced whole."""

    version: int | None = None
    separation: SeparationBody | None = None
    tolerance: ToleranceBody | None = None
    separation_rules: list[SeparationRuleBody] | None = None
    weather: str | None = None
    wind: WindBody | None = None
    ceiling_agl_m: float | None = None
    ceiling_exempt_operations: list[str] | None = None
    conditional_zones: str | None = None
    """warning or pending."""
    free_flight_allowed: bool | None = None
    off_site_allowed: bool | None = None
    night_flight_allowed: bool | None = None
    missing_climb: str | None = None
    """warning or refuse."""
    lost_link_route: str | None = None
    """What a plan meets whose lost-link procedure cannot be flown: warning, pending or refuse."""
    default_lost_link: str | None = None
    """What is taken where a plan files no procedure: rtl, land or hold."""
    contingencies: list[str] | None = None
    """Failures that become contingencies by themselves: lost_link, nonconformance, low_energy, gnss_loss; the others are proposed."""
    contingency_response: str | None = None
    """What flights in the way of a contingency get: advise, propose or command."""
    contingency_filed_plans: str | None = None
    """What approved plans that have not started get there: withdraw or advise."""
    nonconformance_limit_s: float | None = None
    """After so long off its plan a flight is a contingency."""
    advisory_silence_s: float | None = None
    """After so long without acknowledgement a dispatcher is called."""
    zone_notice_s: float | None = None
    """How long before it begins a temporary zone must be published."""
    zone_urgent_notice_s: float | None = None
    """The same for a military or emergency one."""
    rules: RulebookBody | None = None
    """The rule clock of Order 761; fields left out keep their value."""
    max_flights_per_cell: int | None = None
    """Flights in a resolution-8 cell at once; null: no limit."""
    cell_limits: list[CellLimitBody] | None = None
    max_departures_per_pad_h: int | None = None
    """Departures in any 60 minutes, for each pad of a site."""
    pad_prep_s: float | None = None
    """How long before departure a pad is occupied."""
    pad_clear_s: float | None = None
    """How long after departure and before arrival it is."""
    pad_turn_around_s: float | None = None
    """How long after arrival it is."""
    max_priority_commercial: int | None = None
    sources: dict[str, str | None] | None = None
    """Where a number comes from, by field; null: take away."""


class PolicyPresetOrder761(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The answer about policy preset order761, as far as it is documented by its members; more may come."""

    readiness_lead_s: float | None = None
    rules: PolicyPresetOrder761Rules | None = None


class PolicyPresetOrder761Rules(msgspec.Struct, omit_defaults=True, kw_only=True):
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
    agricultural_limits: dict[str, Any] | None = None
    agricultural_operations: list[str] | None = None


class PolicyVersion(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A policy that holds or held; `changed` names the members that differ from the version before."""

    version: int
    published_at: str
    published_by: str
    changed: list[str]
    policy: dict[str, Any]


class PolicyVersions(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Every version of the policy."""

    items: list[PolicyVersion]
    next_cursor: str | None


class Polygon(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A simple polygon as ASTM F3548 writes it; the last vertex does not repeat the first."""

    vertices: list[LatLngPoint]


class Population(msgspec.Struct, omit_defaults=True, kw_only=True):
    """People on the ground by cell."""

    grid_id: str | None
    """null: the made-up grid holds."""
    source: str
    synthetic: bool
    """Whether the grid is made up."""
    square_m: float
    squares: int
    known_share: float
    people: int
    resolution: int
    items: list[PopulationCell]
    next_cursor: str | None


class PopulationCell(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The mean density of a cell."""

    h3: str
    people_per_km2: float


class PopulationCheck(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a dry run read."""

    usable: bool
    why_not: str | None
    items: int
    known_share: float | None
    people: int | None
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]


class PopulationGridItem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An imported grid."""

    grid_id: str
    source: str
    state: str
    items: int
    known_share: float
    people: int
    imported_at: datetime
    imported_by: str


class PopulationGrids(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Imported grids, newest first."""

    items: list[PopulationGridItem]
    next_cursor: str | None


class PositionBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A working position of the operations centre."""

    name: str
    name_zh: str | None = None
    supervises: bool | None = None
    """Whether who works there may change the division and, with a reason, act on any flight."""
    people: list[str] | None = None
    """Accounts that may sign on; none: every dispatcher."""


class PositionLoad(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a position has to watch."""

    position_id: str
    name: str
    name_zh: str
    supervises: bool
    people: list[PositionPerson]
    sector_ids: list[str]
    flights: int
    alerts: int
    alerts_waiting: int
    offered_to: int
    offered_by: int


class PositionPerson(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Somebody who works at a position."""

    name: str
    since_at: datetime


class PositionShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A working position."""

    position_id: str
    name: str
    name_zh: str
    supervises: bool
    people: list[str]
    staff: list[PositionPerson]


class PositionsShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Working positions."""

    items: list[PositionShown]
    next_cursor: str | None


class Profile(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A flight's heights against the ground, zones and corridors: one value per sample in each column."""

    plan_id: str
    version: int
    terrain: dict[str, Any]
    tolerance_m: float
    length_m: float | None
    samples: dict[str, list[Any]] | None
    zones: list[dict[str, Any]]
    corridors: list[dict[str, Any]]


class Promise(msgspec.Struct, omit_defaults=True, kw_only=True):
    """When an order will be there, and how sure that is."""

    deliver_at: datetime
    probability: float
    flights_seen: int
    kept: bool | None


class Provider(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Where else people may sign in."""

    name: str
    start: str
    """Address to send the browser to."""


class ProvidersAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Every way to sign in beside name and password."""

    providers: list[Provider]


class PublishedFeature(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A site or corridor now in force: its GeoJSON Feature."""

    type: str
    id: str
    geometry: dict[str, Any]
    properties: dict[str, Any]
    version: int
    plan_ids: list[str]
    """Filed flights whose pad is closed now, at most 500."""


class PublishedRoute(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A corridor in the fields a regulator reads; metres, true heights (null: the ground is not known)."""

    wayId: str
    wayName: str
    wayNameEn: str
    width: float
    points: list[RoutePoint]
    minHeight: float | None
    maxHeight: float | None
    heightKind: str
    direction: str
    layer: str | None
    capacity: int | None
    speed: float | None
    length: float
    demonstration: bool


class PublishedRoutes(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The published routes."""

    items: list[PublishedRoute]
    next_cursor: str | None


class PublishedTemporaryZone(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A temporary zone with its list of actions."""

    zone_id: str
    category: str
    emergency_override: Any = None
    starts_at: datetime
    ends_at: datetime
    published_at: datetime
    published_by: str
    action_list_id: str | None
    zone: Feature
    action_list: ActionList
    orders: list[OrderKeptUp]


class QuotaBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an organisation may use; what is left out is what everybody may."""

    live_plans: int | None = None
    filings_per_day: int | None = None
    aircraft: int | None = None
    clients: int | None = None
    webhooks: int | None = None
    sandboxes: int | None = None
    requests_per_s: float | None = None


class QuotaUse(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an organisation uses."""

    live_plans: int
    filings_per_day: int
    aircraft: int
    clients: int
    webhooks: int
    sandboxes: int


class QuotaValues(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an organisation may use."""

    live_plans: int
    filings_per_day: int
    aircraft: int
    clients: int
    webhooks: int
    sandboxes: int
    requests_per_s: float | None
    """Of each client; null: the server's."""


class Quotas(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What an organisation may use, and what of it is used."""

    organisation_id: str
    """`default` for everybody's."""
    version: int
    """0: nothing was ever set here."""
    quotas: QuotaValues
    set_here: list[str]
    """Which of them are set for this organisation; the others are everybody's."""
    used: QuotaUse | None = None
    """Absent for `default`."""


class Radius(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A radius as ASTM F3548 writes it."""

    value: float
    units: str | None = None


class Readiness(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Whether the server is able to serve, with each dependency's state."""

    ready: bool
    dependencies: dict[str, Any]


class ReasonAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Why a plan was refused, is pending, or what it is warned of."""

    code: str
    severity: str
    detail: str
    detail_zh: str
    zone_id: str | None = None
    other_plan_ref: str | None = None
    site_id: str | None = None
    rule: str | None = None
    segment: list[Any] | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    horizontal_margin_m: float | None = None
    vertical_margin_m: float | None = None
    h3_cell: str | None = None
    """The full cell, where capacity is the reason."""
    frees_at: datetime | None = None
    """When the stay at the pad or in the cell could begin."""
    attainable_s: list[float] | None = None
    """Seconds after departure at which each waypoint can be reached; may be filed as t_s."""
    items: list[dict[str, Any]] | None = None
    """Each missing item of Article 27: item, field, title, title_zh, detail, detail_zh."""
    curable: bool | None = None
    """false where changes were looked for and none gets rid of this reason; else left out."""


class ReassignBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The carrier an order is given to."""

    aircraft_id: str


class RefusalBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Refusing a firm."""

    reason: str
    """The applicant reads it."""


class RefusalCause(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A cause of refusals; a plan refused for several counts under each."""

    code: str
    plans: int
    share: float


class RefusalShare(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A cause of refusals; a plan refused for several counts under each."""

    code: str
    plans: int
    share: float
    """Of the firm's refused plans."""


class RelyingParties(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Tools whose users sign in here."""

    items: list[RelyingParty]
    next_cursor: str | None


class RelyingParty(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A tool whose users sign in here."""

    client_id: str
    name: str
    redirect_uris: list[str]
    public: bool
    """It keeps no secret."""


class RelyingPartyBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A tool whose users sign in here."""

    name: str
    redirect_uris: list[str]
    public: bool | None = None
    """true: it keeps no secret (a page or an app); PKCE is asked of every tool."""


class RemovalBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Password and code: what an open console alone must not be enough for."""

    password: str
    code: str


class ReplayBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Which events to send again."""

    from_: datetime | None = msgspec.field(name="from", default=None)
    """Absent: what is dead, and nothing else."""
    to: datetime | None = None
    """Absent: now."""


class ReplayDistance(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The answer about replay distance, as far as it is documented by its members; more may come."""

    track_a: str | None = None
    track_b: str | None = None
    at: list[datetime] | None = None
    horizontal_m: list[float] | None = None
    vertical_m: list[float] | None = None
    distance_m: list[float] | None = None
    closest: ReplayDistanceClosest | None = None
    minimum: ReplayDistanceMinimum | None = None


class ReplayDistanceClosest(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The answer about replay distance closest, as far as it is documented by its members; more may come."""

    at: datetime | None = None
    horizontal_m: float | None = None
    vertical_m: float | None = None
    distance_m: float | None = None


class ReplayDistanceMinimum(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The answer about replay distance minimum, as far as it is documented by its members; more may come."""

    horizontal_m: float | None = None
    vertical_m: float | None = None


class ReplayRange(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The answer about replay range, as far as it is documented by its members; more may come."""

    from_: datetime | None = msgspec.field(name="from", default=None)
    to: datetime | None = None


class Requests(msgspec.Struct, omit_defaults=True, kw_only=True):
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


class Reroutes(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Ways of one flight that would be approved now."""

    aircraft_id: str
    plan_id: str
    items: list[Way]


class ResultBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A result kept elsewhere."""

    kind: str
    url: str
    """Where it is; nothing is fetched from there."""
    sha256: str | None = None
    size_bytes: int | None = None
    note: str | None = None


class RevocationBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Which tokens to void."""

    issued_until: datetime | None = None
    """Absent: all issued until now."""


class RotationBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How soon the new key signs."""

    at_once: bool | None = None
    """false: it is published for ten minutes first, so that whoever keeps our keys knows it."""


class RouteAir(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The air at departure over the origin; where the wind blows to."""

    wind_east_mps: float
    wind_north_mps: float
    temperature_c: float | None
    synthetic: bool


class RouteBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """From where to where, with what."""

    origin_site_id: str
    destination_site_id: str
    aircraft_id: str | None = None
    """A carrier of your firm; its mass, energy and speed are taken. Absent: the usual values of the class."""
    aircraft_class: str | None = None
    payload_kg: float | None = None
    departure_at: datetime | None = None
    """Zones within an hour of it are gone around; absent: now."""


class RouteGround(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a way means to the ground."""

    allowed: bool
    height_agl_m: float
    buffer_m: float
    exposed_per_km2: float | None
    exposed_mean_per_km2: float | None
    impact_energy_j: float | None
    breaches: list[GroundBreach]


class RouteLevel(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The way at one level, or why there is none."""

    level_agl_m: float
    found: bool
    cause: str | None
    detail: str | None
    detail_zh: str | None
    length_m: float | None
    shortest_m: float | None
    lasts_s: float | None
    energy_wh: float | None
    within_energy: bool
    corridor_ids: list[str]
    ground: RouteGround | None
    noise: RouteNoise
    waypoints: list[dict[str, Any]]


class RouteNoise(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How loud a way is; levels in dB(A)."""

    sound_power_db: float
    passage_db: float
    loudest_db: float
    cost_m: float | None


class RoutePoint(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A place of a route, WGS-84 degrees."""

    lon: float
    lat: float


class RoutePopulation(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The grid a way was judged by."""

    grid_id: str | None
    source: str
    synthetic: bool


class Routes(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Ways between two sites, level by level."""

    origin_site_id: str
    destination_site_id: str
    departure_at: datetime
    free_flight: bool
    mass_kg: float
    usable_wh: float
    """What a flight may take at this temperature, the reserve left out."""
    air: RouteAir
    over_ground_mps: float
    """Speed over ground in this air: the cruise speed, less against a wind the aircraft cannot make up for."""
    reserve_share: float
    rules_version: int
    population: RoutePopulation
    would_pass: list[float]
    levels: list[RouteLevel]


class RuleClockAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What the rule clock found for the plan, and how the authority decided."""

    exemption: str | None = None
    """Why no application is needed (Article 31)."""
    standing_approval_id: str | None = None
    """The envelope it flies under; null for a whole fleet."""
    triggers: list[str] | None = None
    """Items of Article 31(2) that hold."""
    triggers_assumed: bool | None = None
    """They are assumed of its kind: the plan declares none."""
    apply_by: datetime | None = None
    decision_by: datetime | None = None
    readiness_by: datetime | None = None
    readiness_late: bool | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    reference: str | None = None
    """What the outside authority calls the application."""
    policy_version: int | None = None
    """The version of the policy the authority's decision fell under."""


class RuleConditions(msgspec.Struct, omit_defaults=True, kw_only=True):
    """When a separation rule holds: all that is given must hold."""

    operation_type: str | None = None
    aircraft_class: str | None = None
    """micro, light, small, medium or large."""
    corridor_id: str | None = None
    """The flight, with its tolerance, enters this corridor."""
    zone_id: str | None = None
    """The flight, with its tolerance, enters this zone while it is active."""
    weather: str | None = None
    """The weather now in force, such as strong_wind."""


class RulebookBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The rule clock: who applies, by when, and what is owed afterwards. Every field: docs/rules.md."""

    application_days_before: int | None = None
    application_by: str | None = None
    """HH:MM in Beijing; an application arrives before it."""
    decision_by: str | None = None
    """HH:MM in Beijing of the same day."""
    late_application: str | None = None
    """off, warning, pending or refuse."""
    late_standing_filing: str | None = None
    """off, warning, pending or refuse."""
    emergency_apply_s: float | None = None
    emergency_decide_s: float | None = None
    late_readiness: str | None = None
    """mark or refuse."""
    report_within_s: float | None = None
    report_events: list[str] | None = None
    exempt_classes: list[str] | None = None
    suitable_ceiling_agl_m: float | None = None
    state_operations: list[str] | None = None
    state_ceiling_agl_m: float | None = None
    assumed_triggers: dict[str, list[str]] | None = None
    class_limits: dict[str, dict[str, Any]] | None = None


class RunningShift(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The running log and what is open now."""

    log: ShiftLog | None
    open_items: OpenItems


class SaidGoNoGo(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What was said, and done, of a flight before its departure."""

    plan_version: int
    judged_at: datetime
    outcome: str
    action: str | None
    causes: list[dict[str, Any]] | None = None


class Sandbox(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A firm for one developer, in a separate sky."""

    organisation_id: str
    name: str
    sandbox_of: str | None
    clients: list[str]


class SandboxBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A sandbox to make."""

    name: str


class Sandboxes(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Sandboxes."""

    items: list[Sandbox]
    next_cursor: str | None


class SectorBoard(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The division at work: load per position, transfers that wait, owners of alerts."""

    version: int
    in_use: bool
    position_id: str | None
    supervises: bool
    positions: list[PositionLoad]
    outside_sectors: int
    unwatched: UnwatchedFlights
    transfers: list[TransferShown]
    alert_owners: list[AlertOwner]
    held: list[OwnedFlightShown]


class SectorBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A part of the city: either a GeoJSON Polygon or MultiPolygon, or H3 cells of one resolution."""

    sector_id: str | None = None
    """Kept from version to version; made where left out."""
    name: str
    name_zh: str | None = None
    position_id: str
    geometry: dict[str, Any] | None = None
    cells: list[str] | None = None
    lower_m: float | None = None
    """The sector holds what flies from here on, over the datum; absent: from the ground."""
    upper_m: float | None = None
    """The sector holds what flies below this; absent: without bound. Sectors one above the other share their ground."""
    datum: str | None = None


class SectorLayout(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A version of the division of the city."""

    version: int
    in_use: bool
    sectors: list[SectorShown]
    fallback_position_id: str
    transfer_timeout_s: float
    note: str
    published_at: datetime | None
    published_by: str | None
    published_name: str | None


class SectorLayoutBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The whole division; the first sector of the list that holds a place has it."""

    in_use: bool | None = None
    """False: one position owns everything, as before any version."""
    sectors: list[SectorBody]
    fallback_position_id: str
    """Owns what lies in no sector."""
    transfer_timeout_s: float | None = None
    """How long a transfer waits for an answer before it goes back to the giver."""
    note: str | None = None


class SectorLayouts(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Versions of the division."""

    items: list[SectorLayout]
    next_cursor: str | None


class SectorShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A part of the city with its position."""

    sector_id: str
    name: str
    name_zh: str | None
    position_id: str
    geometry: dict[str, Any] | None
    cells: list[str] | None
    lower_m: float | None
    upper_m: float | None
    datum: str


class SeparationAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Minima between two flights."""

    horizontal_m: float
    vertical_m: float
    time_buffer_s: float


class SeparationBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Minima between two flights; a pair is held to the larger of the two."""

    horizontal_m: float | None = None
    vertical_m: float | None = None
    time_buffer_s: float | None = None


class SeparationRuleBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Larger minima for some flights; the largest of the default and every rule that holds counts, field by field."""

    when: RuleConditions
    separation: dict[str, Any]
    """Any of horizontal_m, vertical_m, time_buffer_s."""
    source: str | None = None


class ServerMetadata(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Metadata of the authorisation server (RFC 8414)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    response_types_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    scopes_supported: list[str]
    service_documentation: str


class SessionAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Who is signed in, and the token to send as X-CSRF-Token with every POST, PUT, PATCH and DELETE."""

    user: UserAnswer
    csrf_token: str


class Shape(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A GeoJSON geometry."""

    type: str
    coordinates: list[Any]


class ShelveBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How long not to be reminded of it."""

    initials: str | None = None
    """Of the person, where several work under one account."""
    note: str | None = None
    until: datetime | None = None
    """At most 12 hours ahead; 15 minutes when left out."""


class ShiftLog(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A shift log."""

    handover_id: str
    number: int
    state: str
    """open, offered or closed."""
    opened_at: datetime
    opened_by: str
    opened_name: str
    previous_id: str | None
    remarks: str
    signed_out: Signature | None
    signed_in: Signature | None
    items: OpenItems | None
    """What was open when it was signed out."""
    entries: list[LogEntry]


class ShiftLogs(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Shift logs, newest first, without their entries."""

    items: list[ShiftLog]
    next_cursor: str | None


class SignInBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Name and password, and a one-time code where a second factor was set up."""

    name: str
    password: str
    code: str | None = None
    """Six digits of the authenticator app, or a recovery code; asked for by 401 totp_required."""


class SignOutBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The signature of who leaves."""

    initials: str
    """One to four letters."""
    remarks: str | None = None


class Signature(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Who signed, and when."""

    at: datetime
    by: str
    name: str
    initials: str


class SigningKeyShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A key access tokens are or were signed with."""

    kid: str
    state: str
    created_at: datetime
    signs_from: datetime


class SigningKeys(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Signing keys, newest first."""

    items: list[SigningKeyShown]
    next_cursor: str | None


class SiteState(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A site now."""

    site_id: str
    name: str
    name_zh: str | None
    open: bool
    pads: int
    pads_free: int
    next_free_at: datetime | None
    stays_ahead: int


class SiteUse(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Take-offs and landings at a site; null where the site is not known any more."""

    site_id: str
    movements: int
    pads: int | None
    pad_use_share: float | None


class Slots(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How many pads of a site are free in each stretch of time, and the stays of the caller's own flights."""

    site_id: str
    name: str
    name_zh: str | None
    open: bool
    pads: int
    from_: datetime = msgspec.field(name="from")
    to: datetime
    occupancy: dict[str, float]
    items: list[dict[str, Any]]
    stays: list[dict[str, Any]]
    next_cursor: str | None


class SoundPowerBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Sound power by class, dB(A) re 1 pW; null takes a value away: then it follows from the mass."""

    micro: float | None = None
    light: float | None = None
    small: float | None = None
    medium: float | None = None
    large: float | None = None


class StandingApproval(msgspec.Struct, omit_defaults=True, kw_only=True):
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
    applied_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    policy_version: int | None = None
    """The policy it was decided under."""


class StandingApprovalBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The envelope a firm applies for."""

    name: str
    geometry: dict[str, Any] | None = None
    """GeoJSON Polygon, MultiPolygon, or Point with radius_m; absent: the whole area served."""
    radius_m: float | None = None
    lower_agl_m: float | None = None
    """True height."""
    upper_agl_m: float
    """True height."""
    applicability: list[dict[str, Any]] | None = None
    """Periods as of a zone; absent: always."""
    aircraft_ids: list[str] | None = None
    """Absent: the firm's whole fleet."""
    operation_types: list[str] | None = None


class StandingApprovals(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Standing approvals."""

    items: list[StandingApproval]
    next_cursor: str | None


class StandingCarrier(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A carrier with where it stands from when on."""

    aircraft_id: str
    organisation_id: str
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
    flown_s: float
    maintenance_after_s: float | None
    updated_at: datetime
    free_site_id: str | None
    free_at: datetime | None
    mission_id: str | None
    maintenance_due: bool


class StandingDay(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A day filed under a standing approval."""

    standing_day_id: str
    standing_approval_id: str | None
    """null: the whole fleet's."""
    organisation_id: str
    date: str
    flights: int
    taken: int
    """Slots that plans of the day hold."""
    filed_at: datetime
    filed_by: str
    filed_late: bool
    note: str | None
    policy_version: int


class StandingDayBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How many flights a firm will take slots for on a day."""

    date: str
    """The Beijing day."""
    flights: int
    note: str | None = None


class StandingDays(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Filed days, soonest first."""

    items: list[StandingDay]
    next_cursor: str | None


class StandingDecisionBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a regulator decides."""

    outcome: str
    reason: str | None = None


class Statistics(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The city's indicators; for a firm its own."""

    from_at: datetime
    to_at: datetime
    plans: dict[str, int]
    requests: Requests
    deliveries: Deliveries


class StatisticsOperations(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How operations fare in a window."""

    from_at: datetime
    to_at: datetime
    flights: StatisticsOperationsFlights
    requests: StatisticsOperationsRequests
    firms: list[StatisticsOperationsFirm]
    alerts: StatisticsOperationsAlerts
    separation: StatisticsOperationsSeparation
    airspace: StatisticsOperationsAirspace
    deliveries: Deliveries


class StatisticsOperationsAirspace(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Use of corridors and cells by the newest flights that flew."""

    flights: int
    corridors: list[CorridorFlights]
    cell_resolution: int
    cells: list[CellFlights]


class StatisticsOperationsAlerts(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Alerts and how long they waited for somebody, and lasted."""

    total: int
    kinds: list[AlertKindCount]
    acknowledged: int
    not_acknowledged: int
    median_response_s: float | None
    p90_response_s: float | None
    response_by_severity: list[AlertResponse]
    median_duration_s: float | None


class StatisticsOperationsFirm(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How the requests of one firm fared."""

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
    organisation_id: str
    name: str
    name_zh: str | None


class StatisticsOperationsFlights(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Flights over time and how departures kept their time."""

    departed: int
    on_time: int
    on_time_share: float | None
    on_time_within_s: float
    median_delay_s: float | None
    p90_delay_s: float | None
    series: list[FlightBucket]


class StatisticsOperationsRequests(msgspec.Struct, omit_defaults=True, kw_only=True):
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


class StatisticsOperationsSeparation(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Predicted losses of separation, the closest first."""

    predicted_losses: int
    closest: list[Encounter]


class SystemFeeds(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Every feed."""

    at: datetime
    mavlink: list[MavlinkFeed]
    worst_links: list[LinkOfVehicle]
    tracks: list[TrackFeed]
    counters: dict[str, int]


class SystemHealth(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Every dependency, the gravest first."""

    at: datetime
    items: list[DependencyHealth]


class TemporaryZone(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A zone for a while."""

    zone_id: str
    category: str
    emergency_override: Any = None
    starts_at: datetime
    ends_at: datetime
    published_at: datetime
    published_by: str
    action_list_id: str | None
    zone: Feature


class TemporaryZoneBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A zone for a while; geometry and heights as of any zone."""

    name: str
    name_zh: str | None = None
    zone_id: str | None = None
    geometry: dict[str, Any]
    """GeoJSON Polygon, MultiPolygon, or Point with radius_m."""
    radius_m: float | None = None
    restriction: str | None = None
    lower_m: float | None = None
    upper_m: float | None = None
    """Absent: unlimited."""
    datum: str | None = None
    starts_at: datetime
    ends_at: datetime
    category: str | None = None
    """Which notice holds: 24 h for an event, 30 min for a military or emergency one."""
    emergency_override: EmergencyOverride | None = None
    reason: str | None = None
    message: str | None = None
    message_zh: str | None = None


class TemporaryZonePreview(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a temporary zone would do."""

    starts_at: datetime
    ends_at: datetime
    airborne: int
    filed: int
    orders: list[OrderKeptUp]
    items: list[ActionItem]


class TemporaryZones(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Temporary zones that have not ended."""

    items: list[TemporaryZone]
    next_cursor: str | None


class TickBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A step done, or a tick taken back."""

    done: bool | None = None
    at: datetime | None = None
    """When it was done, where that could not be sent then; now when left out."""
    note: str | None = None


class Time(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An instant as ASTM F3548 writes it."""

    value: datetime
    format: str | None = None


class Timeline(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What happened to a flight, oldest first."""

    plan_id: str
    items: list[TimelineEvent]


class TimelineEvent(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Something that happened to a flight."""

    at: datetime
    kind: str
    what: str
    severity: str | None
    actor: str | None
    detail: str | None
    detail_zh: str | None
    ref: str | None


class TokenAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A fresh access token."""

    access_token: str
    token_type: str | None = None
    expires_in: int
    """Seconds the token is valid for."""
    scope: str
    """What it was issued for, separated by spaces."""


class TokenError(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An error in the format of RFC 6749, section 5.2."""

    error: str
    """invalid_request, invalid_client, unsupported_grant_type or invalid_scope."""
    error_description: str
    trace_id: str | None = None


class ToleranceBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a flight may deviate and still conform."""

    horizontal_m: float | None = None
    vertical_m: float | None = None
    time_s: float | None = None


class TotpAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Where the second factor stands."""

    state: str
    """off, enrolled (not yet confirmed) or on."""
    recovery_codes_left: int


class TouchedFlight(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A flight a zone would touch."""

    plan_id: str
    organisation_id: str
    aircraft_id: str
    state: str
    operation_type: str
    priority: int
    enters_at: datetime
    leaves_at: datetime
    action: str


class TrackFeed(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One source of positions; rate and refusals of those sent over the API alone."""

    source: str
    feeder_id: str | None
    feeder: str | None
    feeder_zh: str | None
    tracks: int
    age_s: float | None
    median_age_s: float | None
    rate_hz: float | None
    refused: int | None
    refused_pct: float | None


class TrackHistory(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Where a track has been."""

    track_id: str
    items: list[Observation]
    next_cursor: str | None


class TrackItem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One aircraft in the air or on the ground, as last seen by one source."""

    track_id: str
    """Identity of the track; a new one when a silent aircraft returns."""
    aircraft_id: str | None
    """Registered aircraft, null where it is not registered."""
    plan_id: str | None
    """Activated flight plan, null without one."""
    source: str
    """mavlink, or what the supplier or operator called its source."""
    lat_deg: float
    """Latitude, WGS-84, degrees."""
    lon_deg: float
    """Longitude, WGS-84, degrees."""
    alt_hae_m: float | None
    """Height above the WGS-84 ellipsoid, metres."""
    alt_amsl_m: float | None
    """Height above the geoid (mean sea level), metres."""
    alt_agl_m: float | None
    """True height above ground, metres; null without a terrain model."""
    vel_east_mps: float | None
    """Ground velocity to the east, metres per second."""
    vel_north_mps: float | None
    """Ground velocity to the north, metres per second."""
    vel_up_mps: float | None
    """Climb rate, metres per second, up positive."""
    heading_deg: float | None
    """Where the nose points, degrees clockwise from true north."""
    state: Any
    """How the flight does against its plan."""
    observed_at: str
    """When the position was true, by the mapped clock of its source."""
    received_at: str
    """When this server received the position."""
    registration: str | None = None
    """Registration mark of the aircraft."""
    operator_name: str | None = None
    """Name of the operating organisation."""
    operator_id: str | None = None
    """Identity of the operating organisation."""
    battery_pct: float | None = None
    """Battery remaining, percent."""
    mode: str | None = None
    """Flight mode in normalised words: mission, hold, rtl, land, ..."""
    link_age_s: float | None = None
    """Seconds since anything was heard of it when this was encoded."""
    armed: bool | None = None
    """Whether the motors may turn."""
    landed: bool | None = None
    """Whether it stands on the ground, as it says."""
    row: int | None = None
    """Row that names the track in binary frames."""
    lateral_deviation_m: float | None = None
    """Horizontal distance to the plan, metres."""
    vertical_deviation_m: float | None = None
    """Height above the plan, metres; negative below."""
    time_deviation_s: float | None = None
    """Seconds ahead of the plan; negative is late."""


class TrackPage(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Newest positions; `seq` is where /v1/live goes on."""

    items: list[TrackItem]
    next_cursor: str | None
    seq: int


class TrajectoryRoute(msgspec.Struct, omit_defaults=True, kw_only=True, tag_field="type", tag="trajectory"):
    """A route flown waypoint to waypoint."""

    crs: str | None = None
    """What lat_deg and lon_deg are given in."""
    cruise_speed_mps: float
    """Speed of every leg whose first waypoint names none."""
    waypoints: list[WaypointBody]
    """At least 2, at most 2000."""


class TransferBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What is offered: exactly one of aircraft_id, track_id and alert_id. An alert about a flight goes with the flight."""

    aircraft_id: str | None = None
    track_id: str | None = None
    alert_id: str | None = None
    to_position_id: str
    note: str | None = None


class TransferShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An offer of a flight or alert from one position to another."""

    transfer_id: str
    subject_kind: str
    subject_id: str
    from_position_id: str
    to_position_id: str
    state: str
    offered_at: datetime
    offered_name: str
    expires_at: datetime
    decided_at: datetime | None
    decided_name: str | None
    note: str


class TransfersShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Transfers."""

    items: list[TransferShown]
    next_cursor: str | None


class UnwatchedFlights(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Flights whose position has nobody signed on."""

    flights: int
    items: list[OwnedFlightShown]


class UpcomingGoNoGo(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What the weather says of a flight that departs soon."""

    outcome: str
    causes: list[WeatherCause]
    source: str | None
    synthetic: bool | None
    forecast_id: str | None
    limits_version: int
    plan_id: str
    organisation_id: str
    aircraft_id: str
    departure_at: datetime


class UpcomingGoNoGos(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Flights that depart soon, soonest first."""

    items: list[UpcomingGoNoGo]
    next_cursor: str | None


class UserAnswer(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Who is signed in."""

    user_id: str
    name: str
    role: str
    organisation: OrganisationAnswer


class UserBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A person to bring in."""

    name: str
    organisation_id: str
    password: str | None = None
    """Absent: one is made and shown once."""


class UserInfo(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a tool is told of the person who signed in."""

    sub: str
    name: str
    preferred_username: str
    role: str
    groups: list[str]
    organisation_id: str


class VehicleState(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An aircraft now; what is not known of it is null."""

    aircraft_id: str
    registration: str
    organisation_id: str
    manufacturer: str
    model: str
    class_: str = msgspec.field(name="class")
    plan_id: str | None
    """The plan it flies."""
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


class VoidedTokens(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Until when the tokens of a program are void."""

    client_id: str
    issued_until: datetime


class Volume3D(msgspec.Struct, omit_defaults=True, kw_only=True):
    """An area with an altitude band: exactly one of the two outlines."""

    outline_polygon: Polygon | None = None
    outline_circle: Circle | None = None
    altitude_lower: Altitude
    altitude_upper: Altitude


class Volume4D(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A volume with a time window (ASTM F3548-21)."""

    volume: Volume3D
    time_start: Time
    time_end: Time


class VolumesRoute(msgspec.Struct, omit_defaults=True, kw_only=True, tag_field="type", tag="volumes"):
    """An operation that keeps within volumes."""

    volumes: list[Volume4D]


class WaiverBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Why no report is owed."""

    reason: str


class Way(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A way a flight in the air could take instead; `plan` is the body of a reroute."""

    kind: str
    site_id: str | None
    detail: str
    detail_zh: str
    arrives_at: datetime
    length_m: float
    plan: dict[str, Any]


class WaypointBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A point the flight passes; legs between waypoints are straight and flown at constant speed."""

    lat_deg: float
    """WGS-84 degrees north."""
    lon_deg: float
    """WGS-84 degrees east."""
    alt_m: float
    """Metres in the datum of alt_datum."""
    alt_datum: str
    """AGL: true height above ground; AMSL: above the geoid (EGM96); HAE: above the WGS-84 ellipsoid."""
    speed_mps: float | None = None
    """Speed of the leg that starts here, along its 3-D length."""
    hold_s: float | None = None
    """Seconds hovered here before the leg starts."""
    t_s: float | None = None
    """Seconds after departure_at; where every waypoint has it, these times hold instead of speeds."""


class Weather(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The weather at an instant."""

    forecast_id: str | None
    """null: the made-up field holds."""
    source: str
    synthetic: bool
    """Whether the values are made up."""
    issued_at: datetime
    valid_from: datetime
    valid_to: datetime
    steps: int
    cells: int
    at: datetime
    resolution: int
    quantities: list[str]
    items: list[WeatherItem]


class WeatherAt(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The weather of a place, step by step."""

    forecast_id: str | None
    """null: the made-up field holds."""
    source: str
    synthetic: bool
    """Whether the values are made up."""
    issued_at: datetime
    valid_from: datetime
    valid_to: datetime
    steps: int
    cells: int
    h3: str
    items: list[WeatherAtItem]


class WeatherAtItem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The weather of a place during one step."""

    wind_mps: float | None
    wind_from_deg: float | None
    gust_mps: float | None
    rain_mm_h: float | None
    visibility_m: float | None
    temperature_c: float | None
    lightning_per_km2_h: float | None
    from_: datetime = msgspec.field(name="from")
    to: datetime


class WeatherBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The weather now in force over the city."""

    weather: str
    """normal, or a condition that separation rules refer to, such as strong_wind."""
    wind: WindBody | None = None
    """null: not known; absent: as it was."""


class WeatherCause(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A limit that is broken on the way."""

    code: str | None = None
    detail: str
    detail_zh: str
    quantity: str
    value: float
    limit: float
    h3_cell: str
    starts_at: datetime
    ends_at: datetime


class WeatherItem(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The weather of a cell."""

    wind_mps: float | None
    wind_from_deg: float | None
    gust_mps: float | None
    rain_mm_h: float | None
    visibility_m: float | None
    temperature_c: float | None
    lightning_per_km2_h: float | None
    h3: str


class WeatherLimit(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What aircraft may fly in; the more particular entry holds, field by field."""

    aircraft_class: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    wind_mps: float | None = None
    gust_mps: float | None = None
    rain_mm_h: float | None = None
    visibility_least_m: float | None = None
    temperature_least_c: float | None = None
    temperature_most_c: float | None = None
    lightning_per_km2_h: float | None = None
    source: str | None = None


class WeatherLimitsShown(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The limits in force."""

    version: int
    decide_before_s: float
    automatic_delay: bool
    longest_delay_s: float
    limits: list[WeatherLimit]


class Webhook(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Where events go, and how that fares."""

    webhook_id: str
    organisation_id: str
    url: str
    topics: list[str]
    state: str
    cause: str | None
    version: int
    created_at: datetime
    verified_at: datetime | None
    last_delivered_at: datetime | None


class WebhookBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Where events are to go, and which."""

    url: str
    """https, a public address (a deployment may allow others)."""
    topics: list[str] | None = None
    """Absent: every topic."""


class WebhookDeliveries(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Deliveries, newest first."""

    items: list[Delivery]
    next_cursor: str | None


class WebhookPatch(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Changes to a webhook; another URL is verified anew."""

    url: str | None = None
    topics: list[str] | None = None
    active: bool | None = None
    """false keeps events waiting, true sends them."""


class WebhookReplay(msgspec.Struct, omit_defaults=True, kw_only=True):
    """How many events were queued again."""

    webhook_id: str
    queued: int
    more: bool
    """There are more; ask again from the last one."""
    oldest_kept_at: datetime | None


class WebhookWithSecret(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A webhook with the secret its requests are signed with, shown once."""

    webhook_id: str
    organisation_id: str
    url: str
    topics: list[str]
    state: str
    cause: str | None
    version: int
    created_at: datetime
    verified_at: datetime | None
    last_delivered_at: datetime | None
    secret: str


class Webhooks(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The organisation's webhooks."""

    items: list[Webhook]
    next_cursor: str | None


class WindBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The wind flights are planned with."""

    speed_mps: float
    from_deg: float
    """Where it comes from, degrees clockwise from true north."""


class Words(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A cause by its code, in both languages."""

    code: str | None = None
    detail: str
    detail_zh: str


class ZoneBody(msgspec.Struct, omit_defaults=True, kw_only=True):
    """A UAS zone as a GeoJSON Feature."""

    type: str
    geometry: dict[str, Any]
    """Polygon or MultiPolygon [lon, lat], or Point with radius_m."""
    properties: ZoneProperties


class ZoneCollection(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Zones as a GeoJSON FeatureCollection."""

    type: str
    features: list[ZoneBody]


class ZoneImpact(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a zone would do to filed plans, airborne flights and transport orders."""

    filed: list[TouchedFlight]
    airborne: list[TouchedFlight]
    orders: list[OrderKeptUp]
    counts: dict[str, int]


class ZoneImport(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What came of an import, or with dry_run would come of it."""

    dry_run: bool
    format: str
    valid: int
    zone_ids: list[str]
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    zones: list[dict[str, Any]] | None = None
    impact: dict[str, Any] | None = None


class ZoneProperties(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The ED-269 attributes of a zone."""

    zone_id: str | None = None
    name: str
    name_zh: str | None = None
    restriction: str
    reason: str | None = None
    lower_m: float
    upper_m: float | None = None
    """null: unlimited."""
    datum: str
    applicability: list[dict[str, Any]] | None = None
    """Periods {starts_at, ends_at, weekly: [{days: [MO..SU], from: '08:00', to: '18:00'}]}, weekly times in Beijing time; absent: permanent."""
    authority: str | None = None
    message: str | None = None
    message_zh: str | None = None
    radius_m: float | None = None
    """Radius of a circle, whose geometry is a Point."""


class ZoneVersion(msgspec.Struct, omit_defaults=True, kw_only=True):
    """One change of a zone; `in_force` tells whether it is what holds now."""

    zone_id: str
    version: int
    at: datetime
    by: str
    withdrawn: bool
    in_force: bool
    feature: dict[str, Any]


class ZoneVersions(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Changes of zones."""

    items: list[ZoneVersion]
    next_cursor: str | None
