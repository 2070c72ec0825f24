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


class PolicyBody(BaseModel):
    """Fields of the policy to change; those left out keep their value."""

    model_config = ConfigDict(extra="allow", strict=True)

    version: int | None = None
    separation: SeparationBody | None = None
    tolerance: ToleranceBody | None = None


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
    ceiling_agl_m: float
