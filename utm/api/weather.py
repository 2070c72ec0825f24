"""`/v1/weather`: the weather in force, imports of it, what aircraft may fly in, and go or no go before departures."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import h3.api.basic_int as h3
import numpy as np
import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, model_validator

from airspace.formats.weather_files import WeatherFile, read_csv, read_json
from airspace.lifecycle import PlanState
from airspace.timebase import from_scene_s, to_scene_s
from airspace.weather import QUANTITIES, RESOLUTION, WeatherField, clear_delay
from airspace.weather_grid import DEFAULT_REACH_M
from utm.api.answers import if_match, json_response
from utm.api.body import ApiModel, Instant, parse_body
from utm.api.import_files import listed, read_file, refuse
from utm.api.openapi import openapi_body, problem_responses
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.store import weather
from utm.weather.grib import GribMissingError, read_grib
from utm.weather.limits import NAMES

router = APIRouter(prefix="/v1", tags=["weather"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("weather.read"))]
Writer = Annotated[Principal, Depends(require("weather.write"))]
LIMIT_BYTES: Final = 64 * 1024 * 1024
MAX_STEPS_SHOWN: Final = 200

_Wind = Annotated[float, Field(ge=0, le=150)]


class LimitEntry(ApiModel):
    """What some aircraft may fly in; exactly the limit is allowed, null or absent sets none. Without class, manufacturer
    and model it holds for all."""

    aircraft_class: Literal["micro", "light", "small", "medium", "large"] | None = None
    manufacturer: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    model: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    wind_mps: _Wind | None = None
    gust_mps: _Wind | None = None
    rain_mm_h: Annotated[float, Field(ge=0, le=500)] | None = None
    visibility_least_m: Annotated[float, Field(ge=0, le=100_000)] | None = None
    temperature_least_c: Annotated[float, Field(ge=-80, le=65)] | None = None
    temperature_most_c: Annotated[float, Field(ge=-80, le=65)] | None = None
    lightning_per_km2_h: Annotated[float, Field(ge=0, le=1_000)] | None = None
    source: Annotated[str, Field(max_length=500)] | None = None

    @model_validator(mode="after")
    def _sets_something(self) -> "LimitEntry":
        if all(getattr(self, name) is None for name in NAMES):
            raise ValueError("an entry sets at least one limit")
        return self


class LimitsBody(ApiModel):
    """Limits to publish; the list is replaced whole, other fields keep their value where absent."""

    limits: Annotated[list[LimitEntry], Field(max_length=500)] | None = None
    decide_before_s: Annotated[float, Field(ge=30, le=3_600)] | None = None
    """How long before departure go or no go is said: 300 s, T-5 min, unless changed."""
    automatic_delay: bool | None = None
    """Whether a flight that would break a limit gets the first departure that breaks none."""
    longest_delay_s: Annotated[float, Field(ge=0, le=86_400)] | None = None


@router.get("/weather", summary="The weather in force", response_model=None, responses=problem_responses(401, 403, 422))
async def read_weather(
    _: Reader,
    services: App,
    at: Annotated[Instant | None, Query(description="Absent: now.")] = None,
) -> Response:
    """Return each H3 cell's values at an instant. `synthetic` says whether they are made up; unknown values are null."""
    desk = services.weather
    field, at_s = desk.field, to_scene_s(at or services.clock.now())
    step = field.step_at(at_s)
    described = desk.described() | {
        "at": rfc3339(from_scene_s(at_s)),
        "resolution": RESOLUTION,
        "quantities": QUANTITIES,
    }
    rows = [] if step is None else _shown(field.values[step])
    cells = [f"{int(cell):x}" for cell in field.cells] if rows else []
    items = [{"h3": cell, **dict(zip(QUANTITIES, row, strict=True))} for cell, row in zip(cells, rows, strict=True)]
    return json_response({**described, "items": items})


@router.get(
    "/weather/at", summary="The weather at a place", response_model=None, responses=problem_responses(401, 403, 422)
)
async def read_place(
    _: Reader,
    services: App,
    lat_deg: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
    lon_deg: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
) -> Response:
    """Return the series of one place, step by step; empty outside the city."""
    field = services.weather.field
    cell = h3.latlng_to_cell(lat_deg, lon_deg, RESOLUTION)
    row = int(field.rows_of(np.array([cell], np.uint64))[0])
    steps = min(len(field.edges_s) - 1, MAX_STEPS_SHOWN) if row >= 0 else 0
    items = [
        {
            "from": rfc3339(from_scene_s(float(field.edges_s[step]))),
            "to": rfc3339(from_scene_s(float(field.edges_s[step + 1]))),
            **dict(zip(QUANTITIES, shown, strict=True)),
        }
        for step, shown in enumerate(_shown(field.values[:steps, row]))
    ]
    return json_response({**services.weather.described(), "h3": f"{cell:x}", "items": items})


def _shown(rows: Any) -> list[list[float | None]]:
    return [[None if np.isnan(value) else round(float(value), 3) for value in row] for row in rows]


@router.get(
    "/weather/forecasts", summary="Imported forecasts", response_model=None, responses=problem_responses(401, 403)
)
async def list_forecasts(_: Reader, services: App) -> Response:
    """Return the newest imports; at most one is `current`."""
    return json_response({"items": await services.weather.forecasts(50), "next_cursor": None})


@router.post(
    "/weather/forecasts",
    summary="Import a forecast",
    status_code=201,
    response_model=None,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("text/csv", "application/json", "application/octet-stream")
            },
        }
    },
    responses={
        200: {"description": "dry_run: what was read, and every problem"},
        201: {"description": "In force"},
        **problem_responses(401, 403, 413, 415, 422, 501, 503),
    },
)
async def import_forecast(
    request: Request,
    principal: Writer,
    services: App,
    kind: Annotated[Literal["csv", "json", "grib"], Query(alias="format")] = "csv",
    dry_run: Annotated[bool, Query(description="Read and judge the file; change nothing.")] = False,
    reach_m: Annotated[
        float, Query(ge=100, le=200_000, allow_inf_nan=False, description="How far a value holds.")
    ] = DEFAULT_REACH_M,
    source: Annotated[
        str | None, Query(max_length=200, description="Where it is from; else what the file says.")
    ] = None,
) -> Response:
    """Put the weather of a file in force: a table, a JSON document or GRIB; `docs/weather.md` has examples.

    Departures of the next minutes are judged anew at once. With `dry_run` every problem is listed with field and line.
    """
    data = await read_file(request, json_only=False, limit_bytes=LIMIT_BYTES)
    region = services.book.region
    try:
        read = {"csv": read_csv, "json": read_json}.get(kind) or (lambda held: read_grib(held, region.service))
        found = await asyncio.to_thread(read, data)
    except GribMissingError:
        detail = 'This server cannot read GRIB: install "hexlane[grib]", or send csv or json.'
        raise Problem(
            "not_implemented", detail, "本服务器无法读取 GRIB：请安装 hexlane[grib]，或发送 csv、json。"
        ) from None
    if not dry_run:
        refuse(found.problems)
    field, problem = await _gridded(services, found, source, reach_m)
    if dry_run:
        return json_response(_report(found, field, problem))
    if field is None:
        raise problem or Problem("weather_unusable")
    described = await services.weather.publish(principal, field, samples=len(found.samples), reach_m=reach_m)
    return json_response({**described, "warnings": listed(found.problems, "warning")}, 201)


async def _gridded(
    services: Services, found: WeatherFile, source: str | None, reach_m: float
) -> tuple[WeatherField | None, Problem | None]:
    def grid() -> WeatherField:
        named = source or found.source or "unnamed"
        return services.weather.gridded(found.samples, source=named, issued_s=found.issued_s, reach_m=reach_m)

    try:
        return await asyncio.to_thread(grid), None
    except Problem as problem:
        return None, problem


def _report(found: WeatherFile, field: WeatherField | None, problem: Problem | None) -> dict[str, Any]:
    errors = listed(found.problems, "error")
    covered = None if field is None else float(np.isfinite(field.values).any(axis=(0, 2)).mean())
    return {
        "usable": field is not None and not errors,
        "why_not": None if problem is None else problem.detail,
        "samples": len(found.samples),
        "valid_from": None if field is None else rfc3339(from_scene_s(float(field.edges_s[0]))),
        "valid_to": None if field is None else rfc3339(from_scene_s(float(field.edges_s[-1]))),
        "cells_covered": covered,
        "errors": errors,
        "warnings": listed(found.problems, "warning"),
    }


@router.delete(
    "/weather/forecasts/{forecast_id}",
    summary="Withdraw a forecast",
    status_code=204,
    response_model=None,
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def withdraw_forecast(forecast_id: str, principal: Writer, services: App) -> Response:
    """Take the forecast in force away; until another is imported the made-up field holds."""
    await services.weather.withdraw(principal, forecast_id)
    return Response(status_code=204)


@router.get(
    "/weather/limits",
    summary="What aircraft may fly in",
    response_model=None,
    responses=problem_responses(401, 403),
)
async def read_limits(_: Reader, services: App) -> Response:
    """Return the limits in force with their sources; the more particular entry holds, field by field."""
    document = dict(services.weather.limits.document)
    return json_response(document, headers={"ETag": f'"{document["version"]}"'})


@router.put(
    "/weather/limits",
    summary="Publish weather limits",
    response_model=None,
    openapi_extra=openapi_body(LimitsBody),
    responses=problem_responses(401, 403, 409, 413, 415, 422, 503),
)
async def write_limits(
    request: Request, principal: Annotated[Principal, Depends(require("policy.write"))], services: App
) -> Response:
    """Publish a new version. Send If-Match, so that a colleague's change is not overwritten."""
    body = await parse_body(request, LimitsBody)
    given = body.model_dump(exclude_unset=True)
    faults = [
        FieldProblem(
            f"/{name}", "invalid_value", "Must not be null; leave it out to keep it.", "不能为 null；省略则保持不变。"
        )
        for name, value in given.items()
        if value is None
    ]
    if faults:
        raise validation_problem(faults)
    version = if_match(request, required=False)
    document = await services.weather.set_limits(principal, given, version)
    return json_response(document, headers={"ETag": f'"{document["version"]}"'})


@router.get(
    "/weather/go-no-go",
    summary="Go or no go for the next departures",
    response_model=None,
    responses=problem_responses(401, 403, 422),
)
async def upcoming(
    principal: Annotated[Principal, Depends(require("plan.read"))],
    services: App,
    within_s: Annotated[float, Query(ge=0, le=7_200, allow_inf_nan=False)] = 900.0,
) -> Response:
    """Return the approved plans that depart within so many seconds, soonest first, each with what the weather says now."""
    found = await asyncio.to_thread(services.weather_watch.upcoming, within_s)
    items = [
        {
            "plan_id": plan.plan_id,
            "organisation_id": plan.organisation_id,
            "aircraft_id": plan.aircraft_id,
            "departure_at": rfc3339(from_scene_s(plan.starts_s)),
            **verdict.as_dict(),
        }
        for plan, verdict in found
        if principal.sees_everything or plan.organisation_id == principal.organisation_id
    ]
    return json_response({"items": items, "next_cursor": None})


@router.get(
    "/flight-plans/{plan_id}/go-no-go",
    summary="Go or no go",
    response_model=None,
    responses=problem_responses(401, 403, 404),
)
async def go_no_go(
    plan_id: str, principal: Annotated[Principal, Depends(require("plan.read"))], services: App
) -> Response:
    """Return what the weather says of a plan now, when it clears, and what was said and done before departure."""
    row = await services.store.read(lambda session: services.flight_plans.visible(session, plan_id, principal))
    said = await services.store.read(lambda session: weather.verdicts(session, plan_id))
    live = services.sky.get(plan_id)
    now = None if live is None else services.weather_watch.of_plan(live)
    document: dict[str, Any] = {"plan_id": plan_id, "departure_at": rfc3339(from_scene_s(row.departure_s)), "now": None}
    document["clears_at"] = None
    if live is not None and now is not None:
        document["now"] = now.as_dict()
        aircraft = services.fleet.get(live.aircraft_id)
        if now.outcome == "no_go" and aircraft is not None and PlanState(live.state) is PlanState.APPROVED:
            document["clears_at"] = _clears_at(services, live, aircraft)
    document["said"] = [
        {
            "plan_version": item.plan_version,
            "judged_at": item.judged_at,
            "outcome": item.outcome,
            "action": item.action,
            **{key: value for key, value in orjson.loads(item.document).items() if key != "outcome"},
        }
        for item in said
    ]
    return json_response(document)


def _clears_at(services: Services, live: Any, aircraft: Any) -> str | None:
    desk = services.weather
    delay_s = clear_delay(desk.field, desk.limits.of(aircraft), desk.way(live.geometry))
    departs: datetime | None = None if delay_s is None else from_scene_s(live.starts_s + delay_s)
    return None if departs is None else rfc3339(departs)
