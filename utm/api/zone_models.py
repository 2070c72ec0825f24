"""Zones and policy at the HTTP edge: what the OpenAPI document says of them (the airspace core parses them)."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from utm.api.body import ApiModel


class ZoneProperties(BaseModel):
    """The ED-269 attributes of a zone."""

    model_config = ConfigDict(extra="allow")

    zone_id: str | None = None
    name: str
    name_zh: str | None = None
    restriction: Literal["PROHIBITED", "REQ_AUTHORISATION", "CONDITIONAL", "NO_RESTRICTION"]
    reason: str | None = None
    lower_m: float
    upper_m: float | None = Field(None, description="null: unlimited.")
    datum: Literal["AGL", "AMSL", "HAE"]
    applicability: list[dict[str, Any]] | None = Field(
        None,
        description="Periods {starts_at, ends_at, weekly: [{days: [MO..SU], from: '08:00', to: '18:00'}]}, weekly times in "
        "Beijing time; absent: permanent.",
    )
    authority: str | None = None
    message: str | None = None
    message_zh: str | None = None
    radius_m: float | None = Field(None, description="Radius of a circle, whose geometry is a Point.")


class ZoneBody(BaseModel):
    """A UAS zone as a GeoJSON Feature."""

    type: Literal["Feature"]
    geometry: dict[str, Any] = Field(description="Polygon or MultiPolygon [lon, lat], or Point with radius_m.")
    properties: ZoneProperties


class ZoneCollection(BaseModel):
    """Zones as a GeoJSON FeatureCollection."""

    type: Literal["FeatureCollection"]
    features: list[ZoneBody]


class SeparationBody(ApiModel):
    """Minima between two flights; a pair is held to the larger of the two."""

    horizontal_m: float | None = Field(None, gt=0, le=10_000)
    vertical_m: float | None = Field(None, gt=0, le=1_000)
    time_buffer_s: float | None = Field(None, ge=0, le=3_600)


class ToleranceBody(ApiModel):
    """What a flight may deviate and still conform."""

    horizontal_m: float | None = Field(None, gt=0, le=5_000)
    vertical_m: float | None = Field(None, gt=0, le=500)
    time_s: float | None = Field(None, gt=0, le=1_800)


class RuleConditions(BaseModel):
    """When a separation rule holds: all that is given must hold."""

    model_config = ConfigDict(extra="allow", strict=True)

    operation_type: str | None = None
    aircraft_class: str | None = Field(None, description="micro, light, small, medium or large.")
    corridor_id: str | None = Field(None, description="The flight, with its tolerance, enters this corridor.")
    zone_id: str | None = Field(
        None, description="The flight, with its tolerance, enters this zone while it is active."
    )
    weather: str | None = Field(None, description="The weather now in force, such as strong_wind.")


class SeparationRuleBody(BaseModel):
    """Larger minima for some flights; the largest of the default and every rule that holds counts, field by field."""

    model_config = ConfigDict(extra="allow", strict=True)

    when: RuleConditions
    separation: dict[str, Any] = Field(description="Any of horizontal_m, vertical_m, time_buffer_s.")
    source: str | None = None


class CellLimitBody(BaseModel):
    """How many flights one cell takes at once, between two hours of the day in Beijing time."""

    model_config = ConfigDict(extra="allow", strict=True)

    cell: str = Field(description="H3 cell of resolution 8.")
    max_flights: int = Field(description="0 closes the cell.")
    from_hour: int | None = Field(None, description="0 to 23, included; absent: 0.")
    to_hour: int | None = Field(
        None, description="0 to 24, not included; absent: 24. At or before from_hour: over midnight."
    )
    source: str | None = None


class WindBody(BaseModel):
    """The wind flights are planned with."""

    model_config = ConfigDict(extra="allow", strict=True)

    speed_mps: float
    from_deg: float = Field(description="Where it comes from, degrees clockwise from true north.")


class WeatherBody(BaseModel):
    """The weather now in force over the city."""

    model_config = ConfigDict(extra="forbid", strict=True)

    weather: str = Field(description="normal, or a condition that separation rules refer to, such as strong_wind.")
    wind: WindBody | None = Field(None, description="null: not known; absent: as it was.")


class RulebookBody(BaseModel):
    """The rule clock: who applies, by when, and what is owed afterwards. Every field: docs/rules.md."""

    model_config = ConfigDict(extra="allow", strict=True)

    application_days_before: int | None = None
    application_by: str | None = Field(None, description="HH:MM in Beijing; an application arrives before it.")
    decision_by: str | None = Field(None, description="HH:MM in Beijing of the same day.")
    late_application: str | None = Field(None, description="off, warning, pending or refuse.")
    late_standing_filing: str | None = Field(None, description="off, warning, pending or refuse.")
    emergency_apply_s: float | None = None
    emergency_decide_s: float | None = None
    late_readiness: str | None = Field(None, description="mark or refuse.")
    report_within_s: float | None = None
    report_events: list[str] | None = None
    exempt_classes: list[str] | None = None
    suitable_ceiling_agl_m: float | None = None
    state_operations: list[str] | None = None
    state_ceiling_agl_m: float | None = None
    assumed_triggers: dict[str, list[str]] | None = None
    class_limits: dict[str, dict[str, Any]] | None = None


class PolicyBody(BaseModel):
    """Fields of the policy to change; those left out keep their value, lists are replaced whole."""

    model_config = ConfigDict(extra="allow", strict=True)

    version: int | None = None
    separation: SeparationBody | None = None
    tolerance: ToleranceBody | None = None
    separation_rules: list[SeparationRuleBody] | None = None
    weather: str | None = None
    wind: WindBody | None = None
    ceiling_agl_m: float | None = None
    ceiling_exempt_operations: list[str] | None = None
    conditional_zones: str | None = Field(None, description="warning or pending.")
    free_flight_allowed: bool | None = None
    off_site_allowed: bool | None = None
    night_flight_allowed: bool | None = None
    missing_climb: str | None = Field(None, description="warning or refuse.")
    lost_link_route: str | None = Field(
        None, description="What a plan meets whose lost-link procedure cannot be flown: warning, pending or refuse."
    )
    default_lost_link: str | None = Field(
        None, description="What is taken where a plan files no procedure: rtl, land or hold."
    )
    contingencies: list[str] | None = Field(
        None,
        description="Failures that become contingencies by themselves: lost_link, nonconformance, low_energy, gnss_loss; "
        "the others are proposed.",
    )
    contingency_response: str | None = Field(
        None, description="What flights in the way of a contingency get: advise, propose or command."
    )
    contingency_filed_plans: str | None = Field(
        None, description="What approved plans that have not started get there: withdraw or advise."
    )
    nonconformance_limit_s: float | None = Field(
        None, description="After so long off its plan a flight is a contingency."
    )
    advisory_silence_s: float | None = Field(
        None, description="After so long without acknowledgement a dispatcher is called."
    )
    zone_notice_s: float | None = Field(
        None, description="How long before it begins a temporary zone must be published."
    )
    zone_urgent_notice_s: float | None = Field(None, description="The same for a military or emergency one.")
    rules: RulebookBody | None = Field(
        None, description="The rule clock of Order 761; fields left out keep their value."
    )
    max_flights_per_cell: int | None = Field(
        None, description="Flights in a resolution-8 cell at once; null: no limit."
    )
    cell_limits: list[CellLimitBody] | None = None
    max_departures_per_pad_h: int | None = Field(
        None, description="Departures in any 60 minutes, for each pad of a site."
    )
    pad_prep_s: float | None = Field(None, description="How long before departure a pad is occupied.")
    pad_clear_s: float | None = Field(None, description="How long after departure and before arrival it is.")
    pad_turn_around_s: float | None = Field(None, description="How long after arrival it is.")
    max_priority_commercial: int | None = None
    sources: dict[str, str | None] | None = Field(
        None, description="Where a number comes from, by field; null: take away."
    )


class SeparationAnswer(BaseModel):
    """Minima between two flights."""

    horizontal_m: float
    vertical_m: float
    time_buffer_s: float


class PolicyAnswer(BaseModel):
    """The rules in force."""

    model_config = ConfigDict(extra="allow")

    version: int
    separation: SeparationAnswer
    tolerance: dict[str, float]
    separation_rules: list[SeparationRuleBody]
    weather: str
    wind: WindBody | None
    ceiling_agl_m: float
    sources: dict[str, str]
    impact: "ImpactCounts | None" = Field(None, description="After a change: what it does to the plans that stand.")


class ImpactCounts(BaseModel):
    """How many live plans a policy touches."""

    judged: int = Field(description="Live plans judged; 0 when the change can touch none.")
    filed: int = Field(description="Of those it would invalidate, the ones not yet activated.")
    airborne: int
    refused: int = Field(description="Of those it would invalidate, the ones it would refuse.")
    pending: int = Field(description="The others: somebody would have to decide.")
    by_reason: dict[str, int]


class ImpactAnswer(BaseModel):
    """Every live plan a policy would invalidate, by departure."""

    policy_version: int = Field(description="The version in force, which the change was compared with.")
    policy: dict[str, Any] = Field(description="The whole policy as it would be.")
    checks: list[str] = Field(description="The kinds of rule by which plans were judged.")
    counts: ImpactCounts
    filed: list[dict[str, Any]]
    airborne: list[dict[str, Any]]
    took_ms: float
