"""The bodies and answers of flight plans at the HTTP edge (`docs/` and the OpenAPI document are generated from these)."""

from typing import Annotated, Any, Final, Literal

from pydantic import Field

from utm.api.body import ApiModel, Instant

# The ranges are documented here and judged by the airspace core, which also sees when the two were swapped.
Latitude = Annotated[
    float, Field(json_schema_extra={"minimum": -90, "maximum": 90}, description="WGS-84 degrees north.")
]
Longitude = Annotated[
    float, Field(json_schema_extra={"minimum": -180, "maximum": 180}, description="WGS-84 degrees east.")
]
Identifier = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]

SpecialCondition = Literal[
    "network_relay", "dropping_or_dangerous", "over_crowds", "moving_vehicle", "distributed_or_swarm"
]
MAX_WAYPOINTS = 2_000
MAX_VOLUMES = 500
MAX_VERTICES = 5_000


class WaypointBody(ApiModel):
    """A point the flight passes; legs between waypoints are straight and flown at constant speed."""

    lat_deg: Latitude
    lon_deg: Longitude
    alt_m: float = Field(description="Metres in the datum of alt_datum.")
    alt_datum: Literal["AGL", "AMSL", "HAE"] = Field(
        description="AGL: true height above ground; AMSL: above the geoid (EGM96); HAE: above the WGS-84 ellipsoid."
    )
    speed_mps: float | None = Field(
        None, gt=0, le=150, description="Speed of the leg that starts here, along its 3-D length."
    )
    hold_s: float | None = Field(None, ge=0, le=86_400, description="Seconds hovered here before the leg starts.")
    t_s: float | None = Field(
        None,
        ge=0,
        le=86_400,
        allow_inf_nan=False,
        description="Seconds after departure_at; where every waypoint has it, these times hold instead of speeds.",
    )


class TrajectoryRoute(ApiModel):
    """A route flown waypoint to waypoint."""

    type: Literal["trajectory"]
    crs: Literal["WGS84", "GCJ02", "CGCS2000"] = Field("WGS84", description="What lat_deg and lon_deg are given in.")
    cruise_speed_mps: float = Field(gt=0, le=150, description="Speed of every leg whose first waypoint names none.")
    waypoints: list[WaypointBody] = Field(
        description=f"At least 2, at most {MAX_WAYPOINTS}.",
        json_schema_extra={"minItems": 2, "maxItems": MAX_WAYPOINTS},
    )


class LatLngPoint(ApiModel):
    """A point as ASTM F3548 writes it."""

    lat: Latitude
    lng: Longitude


class Polygon(ApiModel):
    """A simple polygon as ASTM F3548 writes it; the last vertex does not repeat the first."""

    vertices: list[LatLngPoint] = Field(min_length=3, max_length=MAX_VERTICES)


class Radius(ApiModel):
    """A radius as ASTM F3548 writes it."""

    value: float = Field(gt=0, le=100_000)
    units: Literal["M"] = "M"


class Circle(ApiModel):
    """A circle as ASTM F3548 writes it."""

    center: LatLngPoint
    radius: Radius


class Altitude(ApiModel):
    """A height above the WGS-84 ellipsoid as ASTM F3548 writes it."""

    value: float = Field(ge=-8_000, le=100_000)
    reference: Literal["W84"] = "W84"
    units: Literal["M"] = "M"


class Volume3D(ApiModel):
    """An area with an altitude band: exactly one of the two outlines."""

    outline_polygon: Polygon | None = None
    outline_circle: Circle | None = None
    altitude_lower: Altitude
    altitude_upper: Altitude


class Time(ApiModel):
    """An instant as ASTM F3548 writes it."""

    value: Instant
    format: Literal["RFC3339"] = "RFC3339"


class Volume4D(ApiModel):
    """A volume with a time window (ASTM F3548-21)."""

    volume: Volume3D
    time_start: Time
    time_end: Time


class VolumesRoute(ApiModel):
    """An operation that keeps within volumes."""

    type: Literal["volumes"]
    volumes: list[Volume4D] = Field(min_length=1, max_length=MAX_VOLUMES)


class ContingencyBody(ApiModel):
    """What the aircraft does by itself when something fails."""

    lost_link: Literal["rtl", "land", "hold", "alternate"] | None = None
    rtl_altitude_agl_m: float | None = Field(
        None, ge=0, le=1_000, description="Height of the return above the landing place; absent: as high as it flew."
    )
    alternate_site_id: Identifier | None = Field(
        None, description="Where lost_link alternate lands; absent: the first of alternate_site_ids."
    )
    return_route: Literal["direct", "reverse"] | None = Field(
        None, description="How rtl returns: straight (the default), or back along the route."
    )


class FlightPlanBody(ApiModel):
    """A flight plan as filed."""

    aircraft_id: Identifier
    operation_type: Literal["logistics", "inspection", "survey", "emergency", "public_safety", "environment", "other"]
    priority: int = Field(0, ge=0, le=100, description="Over 50 needs an entitlement.")
    departure_at: Instant = Field(description="RFC 3339 with offset; when the first waypoint is left.")
    route: Annotated[TrajectoryRoute | VolumesRoute, Field(discriminator="type")]
    origin_site_id: Identifier | None = None
    destination_site_id: Identifier | None = None
    alternate_site_ids: list[Identifier] = Field(default_factory=list, max_length=16)
    contingency: ContingencyBody | None = None
    remarks: dict[str, Any] | None = Field(
        None, description="The items of Article 27 and anything else; kept as given."
    )
    special_conditions: list[SpecialCondition] | None = Field(
        None,
        max_length=5,
        description="What of Article 31(2) of Order 761 holds for the flight; []: nothing; absent: assumed by its kind.",
    )
    urgency: Literal["special"] | None = Field(
        None,
        description="An emergency or public-safety task in special urgency, which applies at any time (Article 29).",
    )


class BatchItemBody(FlightPlanBody):
    """A flight plan inside a batch, with the idempotency key a header would carry."""

    idempotency_key: str | None = Field(None, min_length=1, max_length=255)


MOST_IN_BATCH: Final = 500


class BatchBody(ApiModel):
    """Up to 500 flight plans, judged in order."""

    plans: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_IN_BATCH)


class ReasonAnswer(ApiModel):
    """Why a plan was refused, is pending, or what it is warned of."""

    code: str
    severity: Literal["refuse", "pending", "warning"]
    detail: str
    detail_zh: str
    zone_id: str | None = None
    other_plan_ref: str | None = None
    site_id: str | None = None
    rule: str | None = None
    segment: tuple[int, int] | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    horizontal_margin_m: float | None = None
    vertical_margin_m: float | None = None
    h3_cell: str | None = Field(None, description="The full cell, where capacity is the reason.")
    frees_at: Instant | None = Field(None, description="When the stay at the pad or in the cell could begin.")
    attainable_s: list[float] | None = Field(
        None, description="Seconds after departure at which each waypoint can be reached; may be filed as t_s."
    )
    items: list[dict[str, Any]] | None = Field(
        None, description="Each missing item of Article 27: item, field, title, title_zh, detail, detail_zh."
    )
    curable: bool | None = Field(
        None, description="false where changes were looked for and none gets rid of this reason; else left out."
    )


class CostAnswer(ApiModel):
    """What an offer costs against the plan as filed."""

    delay_s: float
    extra_m: float
    extra_wh: float | None


class CounterOfferAnswer(ApiModel):
    """A plan that would be approved as it stands."""

    kind: Literal["delay", "altitude", "route", "site"]
    detail: str
    detail_zh: str
    plan: FlightPlanBody
    cost: CostAnswer
    held_until: Instant | None = None


class DecisionAnswer(ApiModel):
    """The judgement of a plan."""

    outcome: Literal["approved", "pending", "refused"]
    decided_at: Instant
    took_ms: float
    policy_version: int
    separation: dict[str, float] | None = Field(
        None, description="The minima this plan is held to: horizontal_m, vertical_m, time_buffer_s."
    )
    reasons: list[ReasonAnswer]
    counter_offers: list[CounterOfferAnswer]


class AuthorityAnswer(ApiModel):
    """How the outside authority stands to the plan."""

    application: Literal["not_needed", "standing", "submitted", "approved", "refused"]
    readiness_reported_at: Instant | None = None
    released_at: Instant | None = None


class RuleClockAnswer(ApiModel):
    """What the rule clock found for the plan, and how the authority decided."""

    exemption: Literal["suitable_airspace", "agricultural", "state_task"] | None = Field(
        None, description="Why no application is needed (Article 31)."
    )
    standing_approval_id: str | None = Field(None, description="The envelope it flies under; null for a whole fleet.")
    triggers: list[SpecialCondition] = Field(default_factory=list, description="Items of Article 31(2) that hold.")
    triggers_assumed: bool = Field(False, description="They are assumed of its kind: the plan declares none.")
    apply_by: Instant | None = None
    decision_by: Instant | None = None
    readiness_by: Instant | None = None
    readiness_late: bool = False
    decided_at: Instant | None = None
    decided_by: str | None = None
    reason: str | None = None
    reference: str | None = Field(None, description="What the outside authority calls the application.")
    policy_version: int | None = Field(
        None, description="The version of the policy the authority's decision fell under."
    )


class FlightPlanAnswer(FlightPlanBody):
    """A flight plan with its state, its decision and the airspace it reserves."""

    plan_id: str
    organisation_id: str
    state: Literal[
        "draft",
        "pending",
        "approved",
        "refused",
        "activated",
        "nonconforming",
        "contingent",
        "ended",
        "cancelled",
        "withdrawn",
        "expired",
    ]
    version: int
    decision: DecisionAnswer
    authority: AuthorityAnswer
    rule_clock: RuleClockAnswer | None = None
    volumes: list[Volume4D]
    h3_cells: list[str]
    starts_at: Instant
    ends_at: Instant
    created_at: Instant
    updated_at: Instant
    activated_at: Instant | None = None
    ended_at: Instant | None = None


class FlightPlanPage(ApiModel):
    """A page of flight plans, latest departure first."""

    items: list[FlightPlanAnswer]
    next_cursor: str | None = None


class BatchAnswer(ApiModel):
    """One answer per plan, in order: a plan as above, or a problem."""

    items: list[dict[str, Any]]
