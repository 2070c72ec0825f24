"""Answers about people on the ground, ground risk, noise and routes; see `answer_models`."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from utm.api.answer_models import At, Cursor, Feature


class GroundLimitsShown(BaseModel):
    """The limits of ground risk."""

    buffer_ratio: float
    exposed_per_km2_most: float
    exposed_share: float
    impact_energy_j_most: float
    enforced: bool
    enforced_on_synthetic: bool


class NoisePriceShown(BaseModel):
    """What noise costs a route."""

    price: float
    reference_db: float
    reach_m: float
    detour_share_most: float


_How = Literal["off", "told", "refuse"]


class FiledShown(BaseModel):
    """What a breach of ground risk does to a plan that is filed without a booking, by type of operation."""

    logistics: _How
    inspection: _How
    survey: _How
    emergency: _How
    public_safety: _How
    environment: _How
    other: _How


class GroundRulesShown(BaseModel):
    """Rules of ground risk and noise with their sources."""

    version: int
    ground_risk: GroundLimitsShown
    noise: NoisePriceShown
    sound_power_db: dict[str, float]
    filed: FiledShown
    sources: dict[str, str]


class PopulationShown(BaseModel):
    """The grid in force, without its values."""

    grid_id: str | None = Field(description="null: the made-up grid holds.")
    source: str
    synthetic: bool = Field(description="Whether the grid is made up.")
    square_m: float
    squares: int
    known_share: float
    people: int


class PopulationCell(BaseModel):
    """The mean density of a cell."""

    h3: str
    people_per_km2: float


class Population(PopulationShown):
    """People on the ground by cell."""

    resolution: int
    items: list[PopulationCell]
    next_cursor: Cursor


class PopulationGridItem(BaseModel):
    """An imported grid."""

    grid_id: str
    source: str
    state: Literal["current", "replaced", "withdrawn"]
    items: int
    known_share: float
    people: int
    imported_at: At
    imported_by: str


class PopulationGrids(BaseModel):
    """Imported grids, newest first."""

    items: list[PopulationGridItem]
    next_cursor: Cursor


class PopulationCheck(BaseModel):
    """What a dry run read."""

    usable: bool
    why_not: str | None
    items: int
    known_share: float | None
    people: int | None
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]


class ImportedPopulation(PopulationShown):
    """The grid now in force."""

    warnings: list[dict[str, Any]]


class GroundValues(BaseModel):
    """What is measured of a breach; the place is the centre of the densest square."""

    value: float | None
    limit: float
    buffer_m: float
    lat_deg: float | None
    lon_deg: float | None
    population: str
    synthetic: bool


class GroundBreach(BaseModel):
    """A limit of ground risk that a way breaks."""

    code: Literal["ground_exposed", "ground_unknown", "impact_energy"]
    severity: Literal["refuse", "warning"]
    detail: str
    detail_zh: str
    ground: GroundValues


class RouteGround(BaseModel):
    """What a way means to the ground."""

    allowed: bool
    height_agl_m: float
    buffer_m: float
    exposed_per_km2: float | None
    exposed_mean_per_km2: float | None
    impact_energy_j: float | None
    breaches: list[GroundBreach]


class NoiseCell(BaseModel):
    """Noise in one cell; unknown levels and people are null."""

    cell: str
    seconds_at_reference: float
    laeq_db: float | None
    people_per_km2: float | None
    people: int | None


class NoiseExposure(BaseModel):
    """Noise exposure of a window, the loudest cells first."""

    from_at: At
    to_at: At
    cell_resolution: int
    reference_m: float
    nearest_m: float
    cells: list[NoiseCell]
    population: "RoutePopulation"


class RouteNoise(BaseModel):
    """How loud a way is; levels in dB(A)."""

    sound_power_db: float
    passage_db: float
    loudest_db: float
    cost_m: float | None


class RouteLevel(BaseModel):
    """The way at one level, or why there is none."""

    level_agl_m: float
    found: bool
    cause: Literal["no_way", "ground_risk", "site_closed"] | None
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


class RoutePopulation(BaseModel):
    """The grid a way was judged by."""

    grid_id: str | None
    source: str
    synthetic: bool


class RouteAir(BaseModel):
    """The air at departure over the origin; where the wind blows to."""

    wind_east_mps: float
    wind_north_mps: float
    temperature_c: float | None
    synthetic: bool


class Routes(BaseModel):
    """Ways between two sites, level by level."""

    origin_site_id: str
    destination_site_id: str
    departure_at: At
    free_flight: bool
    mass_kg: float
    usable_wh: float = Field(description="What a flight may take at this temperature, the reserve left out.")
    air: RouteAir
    over_ground_mps: float = Field(
        description="Speed over ground in this air: the cruise speed, less against a wind the aircraft cannot make up for."
    )
    reserve_share: float
    rules_version: int
    population: RoutePopulation
    would_pass: list[float]
    levels: list[RouteLevel]


class RoutePoint(BaseModel):
    """A place of a route, WGS-84 degrees."""

    lon: float
    lat: float


class PublishedRoute(BaseModel):
    """A corridor in the fields a regulator reads; metres, true heights (null: the ground is not known)."""

    wayId: str  # noqa: N815  (the names of the standard)
    wayName: str  # noqa: N815
    wayNameEn: str  # noqa: N815
    width: float
    points: list[RoutePoint]
    minHeight: float | None  # noqa: N815
    maxHeight: float | None  # noqa: N815
    heightKind: Literal["AGL", "AMSL", "HAE"]  # noqa: N815
    direction: Literal["forward", "both"]
    layer: str | None
    capacity: int | None
    speed: float | None
    length: float
    demonstration: bool


class PublishedRoutes(BaseModel):
    """The published routes."""

    items: list[PublishedRoute]
    next_cursor: Cursor


class NetworkDifference(BaseModel):
    """What an import does, by id."""

    added: list[str]
    changed: list[str]
    unchanged: list[str]
    withdrawn: list[str]


class NetworkImport(BaseModel):
    """What an import of the network did, or with dry_run would do."""

    dry_run: bool
    mode: Literal["merge", "replace"]
    usable: bool
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    sites: NetworkDifference
    corridors: NetworkDifference
    plan_ids: list[str] = Field(description="Filed flights whose pad is closed now, at most 500.")


class NetworkFeature(Feature):
    """A site or corridor in force: a GeoJSON Feature."""

    version: int = Field(description="What If-Match of a change names; 0: as the city's data pack has it.")


class NetworkFeatures(BaseModel):
    """Sites or corridors as a GeoJSON FeatureCollection that is also a list."""

    type: Literal["FeatureCollection"]
    features: list[NetworkFeature]
    items: list[NetworkFeature]
    next_cursor: Cursor


class PublishedFeature(BaseModel):
    """A site or corridor now in force: its GeoJSON Feature."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any]
    properties: dict[str, Any]
    version: int
    plan_ids: list[str] = Field(description="Filed flights whose pad is closed now, at most 500.")
