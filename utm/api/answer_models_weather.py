"""Answers about the weather, its limits, and go or no go; see `answer_models`."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from utm.api.answer_models import At, Cursor, Words


class WeatherField(BaseModel):
    """A forecast in force, without its values."""

    forecast_id: str | None = Field(description="null: the made-up field holds.")
    source: str
    synthetic: bool = Field(description="Whether the values are made up.")
    issued_at: At
    valid_from: At
    valid_to: At
    steps: int
    cells: int


class WeatherValues(BaseModel):
    """Values of one cell and step; null is unknown."""

    wind_mps: float | None
    wind_from_deg: float | None
    gust_mps: float | None
    rain_mm_h: float | None
    visibility_m: float | None
    temperature_c: float | None
    lightning_per_km2_h: float | None


class WeatherItem(WeatherValues):
    """The weather of a cell."""

    h3: str


class Weather(WeatherField):
    """The weather at an instant."""

    at: At
    resolution: int
    quantities: list[str]
    items: list[WeatherItem]


class WeatherAtItem(WeatherValues):
    """The weather of a place during one step."""

    from_: At = Field(alias="from")
    to: At


class WeatherAt(WeatherField):
    """The weather of a place, step by step."""

    h3: str
    items: list[WeatherAtItem]


class Forecast(BaseModel):
    """An imported forecast."""

    forecast_id: str
    source: str
    state: Literal["current", "replaced", "withdrawn"]
    issued_at: At
    valid_from: At
    valid_to: At
    steps: int
    cells: int
    samples: int
    reach_m: float
    imported_at: At
    imported_by: str


class Forecasts(BaseModel):
    """The newest imports."""

    items: list[Forecast]
    next_cursor: Cursor


class FileProblem(BaseModel):
    """A problem of a file, with its place."""

    field: str
    line: int | None
    code: str
    severity: str
    detail: str
    detail_zh: str


class ForecastCheck(BaseModel):
    """What an import would do."""

    usable: bool
    why_not: str | None
    samples: int
    valid_from: At | None
    valid_to: At | None
    cells_covered: float | None = Field(description="Share of the city's cells with a value, 0 to 1.")
    errors: list[FileProblem]
    warnings: list[FileProblem]


class ImportedForecast(WeatherField):
    """A forecast just put in force."""

    warnings: list[FileProblem]


class WeatherLimit(BaseModel):
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


class WeatherLimitsShown(BaseModel):
    """The limits in force."""

    version: int
    decide_before_s: float
    automatic_delay: bool
    longest_delay_s: float
    limits: list[WeatherLimit]


class WeatherCause(Words):
    """A limit that is broken on the way."""

    quantity: str
    value: float
    limit: float
    h3_cell: str
    starts_at: At
    ends_at: At


class GoNoGo(BaseModel):
    """What the weather says of a flight."""

    outcome: Literal["go", "no_go", "unknown"]
    causes: list[WeatherCause]
    source: str | None
    synthetic: bool | None
    forecast_id: str | None
    limits_version: int


class UpcomingGoNoGo(GoNoGo):
    """What the weather says of a flight that departs soon."""

    plan_id: str
    organisation_id: str
    aircraft_id: str
    departure_at: At


class UpcomingGoNoGos(BaseModel):
    """Flights that depart soon, soonest first."""

    items: list[UpcomingGoNoGo]
    next_cursor: Cursor


class SaidGoNoGo(BaseModel):
    """What was said, and done, of a flight before its departure."""

    plan_version: int
    judged_at: At
    outcome: str
    action: str | None
    causes: list[dict[str, Any]] | None = None


class PlanGoNoGo(BaseModel):
    """What the weather says of a plan."""

    plan_id: str
    departure_at: At
    now: GoNoGo | None = Field(description="null: the plan is over.")
    clears_at: At | None = Field(description="The first departure that breaks no limit.")
    said: list[SaidGoNoGo]
