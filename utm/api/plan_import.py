"""`/v1/flight-plans/import` and `/v1/flight-plans/{plan_id}/export`: plans in and out of ground stations' formats."""

import asyncio
import itertools
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from airspace.areas import is_number
from airspace.coordinates import Crs
from airspace.datums import AltDatum
from airspace.formats.problems import FormatProblem
from airspace.formats.route_files import ROUTE_FORMATS, RouteFormat, read_route, write_route
from airspace.formats.routes import FinishedRoute, RouteOptions
from utm.api.answers import json_response
from utm.api.body import ApiModel, validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.api.import_files import MEDIA_TYPES, download, listed, read_file, refuse, unknown_format
from utm.api.openapi import problem_responses
from utm.formats.archive import is_archive, kml_of, pack, unpack
from utm.formats.telemetry_log import is_mavlink, mission_json
from utm.problems import FieldProblem, Problem, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/flight-plans", tags=["flight plans"])

App = Annotated[Services, Depends(services_of)]
_PLACEHOLDERS: Final = {
    "aircraft_id": "ac_none",
    "departure_at": "2026-01-01T00:00:00Z",
    "operation_type": "other",
}


class ImportedPlan(ApiModel):
    """What a file says, as a body that can be filed."""

    format: str
    dry_run: bool
    complete: bool = Field(description="Whether plan can be filed as it stands.")
    missing: list[str] = Field(description="What no file of this format holds and must be added to plan.")
    plan: dict[str, Any] | None = Field(description="The body for POST /v1/flight-plans; null where an error stands.")
    summary: dict[str, Any]
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]


Operation = Literal["logistics", "inspection", "survey", "emergency", "public_safety", "environment", "other"]


@router.post(
    "/import",
    summary="Read a plan from a ground station's file",
    response_model=None,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
    responses={
        200: {"model": ImportedPlan, "description": "The body to file, with every problem; nothing is filed"},
        **problem_responses(401, 403, 413, 415, 422),
    },
)
async def import_plan(
    request: Request,
    _: Annotated[Principal, Depends(require("plan.check"))],
    services: App,
    format_: Annotated[
        str,
        Query(alias="format", max_length=100, description="qgc, waypoints, mavlink, wpml, kml, kmz, geojson or csv."),
    ],
    dry_run: Annotated[bool, Query(description="List errors in the answer instead of refusing the file.")] = False,
    aircraft_id: Annotated[str | None, Query(max_length=64)] = None,
    departure_at: Annotated[str | None, Query(max_length=40, description="RFC 3339 with offset.")] = None,
    operation_type: Operation | None = None,
    priority: Annotated[int | None, Query(ge=0, le=100)] = None,
    cruise_speed_mps: Annotated[float | None, Query(gt=0, le=150, allow_inf_nan=False)] = None,
    crs: Annotated[
        Literal["WGS84", "GCJ02", "CGCS2000"] | None, Query(description="What the file's positions are in.")
    ] = None,
    home_amsl_m: Annotated[
        str | None,
        Query(max_length=20, description="Elevation of home above sea level, or ground: that of the ground model."),
    ] = None,
    alt_datum: Annotated[
        Literal["AGL", "AMSL", "HAE"] | None, Query(description="Of a file that does not say.")
    ] = None,
    alt_m: Annotated[
        float | None, Query(ge=-500, le=10_000, allow_inf_nan=False, description="One height for every waypoint.")
    ] = None,
) -> Response:
    """Return the body a file describes, to be checked or filed; nothing is filed here, with or without `dry_run`.

    Parameters win over what the file says. Heights keep their datum; those over home need its elevation.
    """
    kind = next((name for name in ROUTE_FORMATS if name == format_), None)
    if kind is None:
        raise unknown_format(format_, ROUTE_FORMATS)
    members = {
        "aircraft_id": aircraft_id,
        "departure_at": None if departure_at is None else departure_at.replace(" ", "+"),
        "operation_type": operation_type,
        "priority": priority,
    }
    options = _options(members, cruise_speed_mps, crs, _home(home_amsl_m), alt_datum, alt_m)
    data = await read_file(request, json_only=False, limit_bytes=services.settings.max_batch_body_bytes)
    region = services.book.region

    def read() -> FinishedRoute:
        documents = _documents(kind, data)
        if isinstance(documents, FormatProblem):
            return FinishedRoute(None, (), [documents], {})
        return read_route(kind, documents, options, region)

    found = await asyncio.to_thread(read)
    problems = [*found.problems, *_body_problems(found)]
    if not dry_run:
        refuse(problems)
    errors = listed(problems, "error")
    return json_response(
        {
            "format": kind,
            "dry_run": dry_run,
            "complete": found.body is not None and not found.missing and not errors,
            "missing": list(found.missing),
            "plan": None if errors else found.body,
            "summary": found.summary,
            "errors": errors,
            "warnings": listed(problems, "warning"),
        }
    )


def _options(
    members: dict[str, Any],
    cruise_speed_mps: float | None,
    crs: Crs | None,
    home: float | Literal["ground"] | None,
    alt_datum: AltDatum | None,
    alt_m: float | None,
) -> RouteOptions:
    given = {name: value for name, value in members.items() if value is not None}
    return RouteOptions(given, cruise_speed_mps, crs, home, alt_datum, alt_m)


def _home(text: str | None) -> float | Literal["ground"] | None:
    """Return the elevation of home; raises Problem 422."""
    if text is None:
        return None
    if text == "ground":
        return "ground"
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not is_number(value) or not -500 <= value <= 9_000:
        detail, detail_zh = (
            "must be metres above sea level from -500 to 9000, or ground",
            "须为 -500 至 9000 米的海拔，或 ground",
        )
        raise validation_problem(
            [FieldProblem("?home_amsl_m", "invalid_value", detail, detail_zh)], code="invalid_parameter"
        )
    return value


def _documents(kind: RouteFormat, data: bytes) -> dict[str, bytes] | FormatProblem:
    """Return the documents of a file: of a WPML archive both, of a KMZ its KML, of any other file the file."""
    if kind == "wpml":
        if not is_archive(data):
            return {"waylines.wpml": data}
        return unpack(data, lambda name: name.lower().endswith((".wpml", "template.kml")))
    if kind in ("kml", "kmz") and (kind == "kmz" or is_archive(data)):
        unpacked = kml_of(data)
        return unpacked if isinstance(unpacked, FormatProblem) else {"doc.kml": unpacked}
    if kind == "mavlink" and is_mavlink(data):
        return mission_json(data)
    return {"file": data}


def _body_problems(found: FinishedRoute) -> list[FormatProblem]:
    """Return what keeps the body from being filed, judged by the model that filing uses."""
    if found.body is None:
        return []
    whole = {**_PLACEHOLDERS, **found.body}
    try:
        validate(whole, FlightPlanBody)
    except Problem as problem:
        return [
            FormatProblem(error.field, None, error.code, error.detail, error.detail_zh or error.detail)
            for error in itertools.islice(problem.errors, 100)
        ]
    return []


@router.get(
    "/{plan_id}/export",
    summary="Write a plan for a ground station",
    response_class=Response,
    responses={
        200: {
            "description": "A file that the import of the same format reads back to the same flight",
            "content": {
                MEDIA_TYPES[kind].partition(";")[0]: {"schema": {"type": "string"}}
                for kind in ("qgc", "kml", "wpml", "geojson", "csv", "waypoints")
            },
        },
        **problem_responses(401, 403, 404, 422),
    },
)
async def export_plan(
    plan_id: str,
    principal: Annotated[Principal, Depends(require("plan.read"))],
    services: App,
    format_: Annotated[
        Literal["qgc", "waypoints", "mavlink", "wpml", "kml", "kmz", "geojson", "csv"],
        Query(alias="format", description="How it is written."),
    ],
) -> Response:
    """Return the plan as filed, as a file; heights are converted where the format has no frame for their datum."""
    body = await services.flight_plans.get(principal, plan_id)
    region = services.book.region
    try:
        documents = await asyncio.to_thread(write_route, format_, body, region)
    except ValueError as error:
        reason = f"{error}; use format=geojson"
        raise validation_problem(
            [FieldProblem.of("?format", "invalid_value", reason=reason)], code="invalid_parameter"
        ) from None
    packed = format_ in ("wpml", "kmz")
    content = pack(documents) if packed else next(iter(documents.values()))
    return download(content, format_, plan_id)
