"""`/v1/population` and `/v1/ground-risk/rules`: who is on the ground, and what flights over them must keep."""

from typing import Annotated, Any, Final, Literal

import anyio
import h3
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from airspace.formats.population_files import PopulationFile, read_csv, read_geojson, read_json
from dispatch.population import PopulationGrid
from utm.api.answers import if_match, json_response
from utm.api.bbox import Where
from utm.api.body import ApiModel, parse_body
from utm.api.import_files import listed, read_file, refuse
from utm.api.openapi import openapi_body, problem_responses
from utm.ground.raster import raster_densities
from utm.problems import FieldProblem, Problem, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.terrain_import import TerrainImportError

router = APIRouter(prefix="/v1", tags=["ground risk"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("airspace.read"))]
Writer = Annotated[Principal, Depends(require("policy.write"))]
LIMIT_BYTES: Final = 64 * 1024 * 1024
MAX_CELLS: Final = 60_000
_Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
_Db = Annotated[float, Field(ge=0, le=160, allow_inf_nan=False)]


class GroundLimitsBody(ApiModel):
    """Limits of ground risk; what is left out keeps its value."""

    buffer_ratio: Annotated[float, Field(ge=0, le=10, allow_inf_nan=False)] | None = None
    """Width of the ground buffer per metre of the greatest height."""
    exposed_per_km2_most: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None
    exposed_share: _Share | None = None
    """Share of the people of the grid that are in the open."""
    impact_energy_j_most: Annotated[float, Field(gt=0, le=1e8, allow_inf_nan=False)] | None = None
    enforced: bool | None = None
    """Whether a breach refuses; else it is told only."""
    enforced_on_synthetic: bool | None = None
    """Whether a breach of density over a made-up grid refuses, too."""


class NoisePriceBody(ApiModel):
    """What noise costs a route; what is left out keeps its value."""

    price: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] | None = None
    """Metres more per metre over 10,000 people per square kilometre; 0: noise costs nothing."""
    reference_db: _Db | None = None
    reach_m: Annotated[float, Field(ge=0, le=5_000, allow_inf_nan=False)] | None = None
    detour_share_most: Annotated[float, Field(ge=0, le=5, allow_inf_nan=False)] | None = None


class SoundPowerBody(ApiModel):
    """Sound power by class, dB(A) re 1 pW; null takes a value away: then it follows from the mass."""

    micro: _Db | None = None
    light: _Db | None = None
    small: _Db | None = None
    medium: _Db | None = None
    large: _Db | None = None


_How = Literal["off", "told", "refuse"]


class FiledBody(ApiModel):
    """What a breach does to a plan that is filed without a booking, by type of operation: nothing is asked (`off`), it
    is `told` as a warning, or it does `refuse`; what is left out keeps its value."""

    logistics: _How | None = None
    inspection: _How | None = None
    survey: _How | None = None
    emergency: _How | None = None
    public_safety: _How | None = None
    environment: _How | None = None
    other: _How | None = None


class GroundRulesBody(ApiModel):
    """Rules to publish; groups and members left out keep their value."""

    ground_risk: GroundLimitsBody | None = None
    noise: NoisePriceBody | None = None
    sound_power_db: SoundPowerBody | None = None
    filed: FiledBody | None = None
    sources: dict[Annotated[str, Field(max_length=80)], Annotated[str, Field(max_length=500)] | None] | None = None
    """Where a number is from, by its name; null takes one away."""


# -- rules -------------------------------------------------------------------------------------------------------------


@router.get(
    "/ground-risk/rules", summary="Rules of ground risk and noise", response_model=None,
    responses=problem_responses(401, 403),
)  # fmt: skip
async def read_rules(_: Annotated[Principal, Depends(require("policy.read"))], services: App) -> Response:
    """Return the limits in force with where each number is from."""
    document = dict(services.ground.rules.document)
    return json_response(document, headers={"ETag": f'"{document["version"]}"'})


@router.put(
    "/ground-risk/rules",
    summary="Publish rules of ground risk and noise",
    response_model=None,
    openapi_extra=openapi_body(GroundRulesBody),
    responses=problem_responses(401, 403, 409, 413, 415, 422, 503),
)
async def write_rules(request: Request, principal: Writer, services: App) -> Response:
    """Publish a new version; routes are found anew. Send If-Match, so that a colleague's change is not overwritten."""
    body = await parse_body(request, GroundRulesBody)
    given = body.model_dump(exclude_unset=True)
    faults = [
        FieldProblem(
            f"/{group}", "invalid_value", "Must not be null; leave it out to keep it.", "不能为 null；省略则保持不变。"
        )
        for group, values in given.items()
        if values is None
    ]
    faults += [
        FieldProblem(
            f"/{group}/{name}",
            "invalid_value",
            "Must not be null; leave it out to keep it.",
            "不能为 null；省略则保持不变。",
        )
        for group in ("ground_risk", "noise", "filed")
        for name, value in (given.get(group) or {}).items()
        if value is None
    ]
    if faults:
        raise validation_problem(faults)
    document = await services.ground.set_rules(principal, given, if_match(request, required=False))
    return json_response(document, headers={"ETag": f'"{document["version"]}"'})


# -- population --------------------------------------------------------------------------------------------------------


@router.get(
    "/population", summary="People on the ground", response_model=None, responses=problem_responses(401, 403, 422)
)
async def read_population(
    _: Reader,
    services: App,
    box: Where = None,
    res: Annotated[int, Query(ge=5, le=9, description="H3 resolution of the cells.")] = 8,
) -> Response:
    """Return the mean density by H3 cell; cells of which nothing is known are left out. `synthetic` says it is made up."""
    desk = services.ground
    grid, frame = desk.grid, services.book.region.frame
    found = await anyio.to_thread.run_sync(lambda: grid.by_cell(res, frame))
    items = []
    for cell, value in sorted(found.items()):
        name = h3.int_to_str(cell)
        if box is not None and not box.holds(*h3.cell_to_latlng(name)):
            continue
        items.append({"h3": name, "people_per_km2": round(float(value), 1)})
    if len(items) > MAX_CELLS:
        detail = f"holds more than {MAX_CELLS} cells of resolution {res}; ask for a smaller box or a lower resolution"
        raise validation_problem(
            [FieldProblem("?bbox", "out_of_range", detail, "单元格过多，请缩小范围或降低分辨率")], code="invalid_bbox"
        )
    return json_response({**desk.described(), "resolution": res, "items": items, "next_cursor": None})


@router.get(
    "/population/grids", summary="Imported population grids", response_model=None, responses=problem_responses(401, 403)
)
async def list_grids(_: Reader, services: App) -> Response:
    """Return the newest imports; at most one is `current`."""
    return json_response({"items": await services.ground.grids(50), "next_cursor": None})


@router.post(
    "/population/grids",
    summary="Import a population grid",
    status_code=201,
    response_model=None,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("text/csv", "application/json", "application/geo+json", "application/octet-stream")
            },
        }
    },
    responses={
        200: {"description": "dry_run: what was read, and every problem"},
        201: {"description": "In force"},
        **problem_responses(401, 403, 413, 415, 422, 503),
    },
)
async def import_grid(
    request: Request,
    principal: Writer,
    services: App,
    kind: Annotated[Literal["csv", "geojson", "json", "geotiff"], Query(alias="format")] = "csv",
    dry_run: Annotated[bool, Query(description="Read and judge the file; change nothing.")] = False,
    absent: Annotated[
        float | None,
        Query(ge=0, le=1e6, allow_inf_nan=False, description="Density where the file says nothing; absent: unknown."),
    ] = None,
    unit: Annotated[
        Literal["people_per_km2", "people_per_pixel"], Query(description="What a GeoTIFF's numbers are.")
    ] = "people_per_km2",
    source: Annotated[
        str | None, Query(min_length=1, max_length=200, description="Where it is from; else what the file says.")
    ] = None,
) -> Response:
    """Put the population of a file in force: a table, a document of items, areas or a raster; `docs/network.md` has
    examples. Ways are found anew at once. With `dry_run` every problem is listed with field and line."""
    data = await read_file(request, json_only=False, limit_bytes=LIMIT_BYTES)
    if kind == "geotiff":
        found, grid, problem = await anyio.to_thread.run_sync(_raster, data, services, unit, source, absent)
    else:
        found, grid, problem = await anyio.to_thread.run_sync(_items, data, kind, services, source, absent, dry_run)
    if dry_run:
        return json_response(_report(found, grid, problem))
    refuse(found.problems)
    if grid is None:
        raise problem or Problem("population_unusable")
    described = await services.ground.publish(principal, grid, items=len(found.items) or grid.people_per_km2.size)
    return json_response({**described, "warnings": listed(found.problems, "warning")}, 201)


_Read = tuple[PopulationFile, PopulationGrid | None, Problem | None]


def _items(
    data: bytes, kind: str, services: Services, source: str | None, absent: float | None, dry_run: bool
) -> _Read:
    read = {"csv": read_csv, "json": read_json, "geojson": read_geojson}[kind]
    found = read(data, services.book.region)
    if not dry_run:
        refuse(found.problems)
    try:
        named = source or found.source or "unnamed"
        return found, services.ground.gridded(found.items, source=named, absent=absent), None
    except Problem as problem:
        return found, None, problem


def _raster(data: bytes, services: Services, unit: Any, source: str | None, absent: float | None) -> _Read:
    found = PopulationFile(source=source)
    desk = services.ground
    try:
        values = raster_densities(data, unit, desk.lattice, services.book.region.frame)
        grid = desk.usable(values, source=source or "unnamed", absent=absent, count=values.size)
    except TerrainImportError as error:
        found.add("", None, "malformed_file", reason=str(error), reason_zh=f"无法读取该 GeoTIFF：{error}")
        return found, None, None
    except Problem as problem:
        return found, None, problem
    return found, grid, None


def _report(found: PopulationFile, grid: PopulationGrid | None, problem: Problem | None) -> dict[str, Any]:
    errors = listed(found.problems, "error")
    return {
        "usable": grid is not None and not errors,
        "why_not": None if problem is None else problem.detail,
        "items": len(found.items),
        "known_share": None if grid is None else round(grid.known_share, 4),
        "people": None if grid is None else round(grid.people()),
        "errors": errors,
        "warnings": listed(found.problems, "warning"),
    }


@router.delete(
    "/population/grids/{grid_id}",
    summary="Withdraw a population grid",
    status_code=204,
    response_model=None,
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def withdraw_grid(grid_id: str, principal: Writer, services: App) -> Response:
    """Take the grid in force away; until another is imported the made-up one holds."""
    await services.ground.withdraw(principal, grid_id)
    return Response(status_code=204)
