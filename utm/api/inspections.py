"""`/v1/inspections`: from what is to be inspected to plans that can be filed; and what the flights yielded, by reference."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import anyio
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field, field_validator, model_validator
from sqlmodel import Session

from dispatch.camera import Camera, Overlap
from dispatch.inspection import Pace
from utm.api.answers import json_response
from utm.api.body import ApiModel, Instant, parse_body
from utm.api.flight_plan_models import Identifier
from utm.api.openapi import openapi_body, problem_responses
from utm.fleet import Aircraft
from utm.ids import new_id
from utm.inspections import Wanted, bodies, design
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import Principal, may_read_of, require
from utm.services import Services, services_of
from utm.store import results
from utm.store.journal import record_audit
from utm.store.result_tables import PlanResultRow
from utm.store.tables import FlightPlanRow

router = APIRouter(prefix="/v1", tags=["inspections"])

App = Annotated[Services, Depends(services_of)]
MAX_RESULTS = 1_000
_ENDURANCE_SHARE = 0.75
"""How much of its endurance an aircraft is planned for where nothing is said; the rest is reserve (ours)."""
_USUAL_FLIGHT_S = 1_200.0
_OPERATIONS = {"area": "survey", "line": "inspection", "points": "inspection", "emergency": "emergency"}
EMERGENCY_PRIORITY = 90
"""Of an emergency response that names none: above every commercial flight (ours); its firm must be entitled to it."""
_EMERGENCY_HOLD_S, _USUAL_HOLD_S = 120.0, 20.0
_NOTICE_S = 30.0


class CameraBody(ApiModel):
    """A camera that looks straight down, its wider side across the flight."""

    sensor_width_mm: Annotated[float, Field(gt=0, le=100)]
    sensor_height_mm: Annotated[float, Field(gt=0, le=100)]
    focal_mm: Annotated[float, Field(gt=0, le=2_000)]
    image_width_px: Annotated[int, Field(ge=1, le=100_000)]
    image_height_px: Annotated[int, Field(ge=1, le=100_000)]


class BaseBody(ApiModel):
    """Where flights take off and land."""

    lat_deg: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon_deg: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class InspectionBody(ApiModel):
    """What is to be inspected and how."""

    aircraft_id: Identifier
    kind: Literal["area", "line", "points", "emergency"]
    """emergency: to places in the order given, by priority, as soon as may be."""
    geometry: dict[str, Any]
    """GeoJSON, WGS-84: a Polygon for an area, a LineString for a line, a MultiPoint for points and emergencies."""
    base: BaseBody | None = None
    base_site_id: Identifier | None = None
    departure_at: Instant | None = None
    """Absent in an emergency: as soon as the policy lets one be filed. All others name it."""
    height_agl_m: Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)] | None = None
    gsd_cm: Annotated[float, Field(gt=0, le=1_000, allow_inf_nan=False)] | None = None
    """Instead of a height: the coarsest a pixel may be; needs the camera."""
    camera: CameraBody | None = None
    front_overlap: Annotated[float, Field(ge=0, le=0.95)] = 0.75
    side_overlap: Annotated[float, Field(ge=0, le=0.95)] = 0.65
    line_spacing_m: Annotated[float, Field(ge=1, le=5_000, allow_inf_nan=False)] | None = None
    heading_deg: Annotated[float, Field(ge=0, le=360, allow_inf_nan=False)] | None = None
    """Of the lines over an area, by the compass; absent: along its long side."""
    width_m: Annotated[float, Field(gt=0, le=2_000, allow_inf_nan=False)] | None = None
    """How much beside a line is to be covered."""
    hold_s: Annotated[float, Field(ge=0, le=3_600, allow_inf_nan=False)] | None = None
    """How long each point is looked at; absent: 20 s, in an emergency 120 s."""
    speed_mps: Annotated[float, Field(gt=0, le=50, allow_inf_nan=False)] = 8.0
    longest_flight_s: Annotated[float, Field(ge=60, le=86_400, allow_inf_nan=False)] | None = None
    interval_s: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] = 600.0
    """On the ground between two flights: a battery changed."""
    operation_type: Literal["inspection", "survey", "emergency", "public_safety", "environment"] | None = None
    priority: Annotated[int, Field(ge=0, le=100)] | None = None
    """Absent: 0, in an emergency 90. More than 50 needs a firm that is entitled to it, and displaces flights of less."""
    remarks: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> "InspectionBody":
        if (self.base is None) == (self.base_site_id is None):
            raise ValueError("give base or base_site_id, one of the two")
        if (self.height_agl_m is None) == (self.gsd_cm is None):
            raise ValueError("give height_agl_m or gsd_cm, one of the two")
        if self.gsd_cm is not None and self.camera is None:
            raise ValueError("gsd_cm needs the camera")
        if self.departure_at is None and self.kind != "emergency":
            raise ValueError("departure_at is needed for all but an emergency")
        return self


class ResultBody(ApiModel):
    """A result kept elsewhere."""

    kind: Literal["images", "video", "orthophoto", "point_cloud", "report", "other"]
    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    """Where it is; nothing is fetched from there."""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None
    size_bytes: Annotated[int, Field(ge=0, le=1 << 50)] | None = None
    note: Annotated[str, Field(max_length=2_000)] | None = None

    @field_validator("url")
    @classmethod
    def _reachable(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("https", "http", "s3", "ftp", "sftp") or not parts.netloc or parts.password:
            raise ValueError("a reference is an address with a scheme and a host, without a password")
        return url


@router.post(
    "/inspections",
    summary="Design inspection flights",
    response_model=None,
    openapi_extra=openapi_body(InspectionBody),
    responses=problem_responses(401, 403, 404, 413, 415, 422),
)
async def design_inspection(
    request: Request, principal: Annotated[Principal, Depends(require("plan.file"))], services: App
) -> Response:
    """Return flights that cover what is to be inspected, each with a `plan` for `POST /v1/flight-plans`; nothing is filed.

    An area is flown in strips without gaps, a line in passes beside it, points in a short tour, an emergency in the order
    given. Flights are cut where one battery ends, each from the base and back to it.
    """
    body = await parse_body(request, InspectionBody)
    aircraft = services.fleet.get(body.aircraft_id)
    if aircraft is None or not may_read_of(principal, aircraft.organisation_id):
        raise not_found("aircraft", "航空器", body.aircraft_id)
    wanted = _wanted(body, aircraft, services)
    return json_response(await anyio.to_thread.run_sync(_designed, body, wanted, services))


def _designed(body: InspectionBody, wanted: Wanted, services: Services) -> dict[str, Any]:
    region = services.book.region
    found = design(wanted, region)
    urgent = body.kind == "emergency"
    departure_at = body.departure_at or _soonest(services)
    priority = (EMERGENCY_PRIORITY if urgent else 0) if body.priority is None else body.priority
    common: dict[str, Any] = {
        "aircraft_id": body.aircraft_id,
        "operation_type": body.operation_type or _OPERATIONS[body.kind],
        "priority": priority,
        "remarks": body.remarks,
    }
    if body.base_site_id is not None:
        common |= {"origin_site_id": body.base_site_id, "destination_site_id": body.base_site_id}
    flights = bodies(found, wanted, region, departure_at, body.interval_s, common)
    camera, height_m = wanted.camera, wanted.pace.height_m
    ends_at = departure_at + timedelta(seconds=found.flights[-1].lasts_s)
    if len(flights) > 1:
        gone_s = sum(flight.lasts_s + body.interval_s for flight in found.flights[:-1]) + found.flights[-1].lasts_s
        ends_at = departure_at + timedelta(seconds=gone_s)
    return {
        "kind": body.kind,
        "height_agl_m": height_m,
        "gsd_cm": None if camera is None else round(camera.gsd_m(height_m) * 100, 3),
        "footprint_m": None if camera is None else [round(side, 2) for side in camera.footprint_m(height_m)],
        "line_spacing_m": None if found.line_spacing_m is None else round(found.line_spacing_m, 2),
        "picture_every_m": None if found.picture_every_m is None else round(found.picture_every_m, 2),
        "heading_deg": None if found.heading_deg is None else round(found.heading_deg, 1),
        "area_m2": None if found.area_m2 is None else round(found.area_m2, 1),
        "length_m": round(found.length_m, 1),
        "pictures": sum(found.pictures),
        "ends_at": rfc3339(ends_at),
        "flights": flights,
    }


def _soonest(services: Services) -> datetime:
    """Return the first departure the policy lets an emergency be filed for."""
    lead_s = services.book.policy.emergency_filing_lead_s + _NOTICE_S
    return (services.clock.now() + timedelta(seconds=lead_s)).replace(microsecond=0) + timedelta(seconds=1)


def _wanted(body: InspectionBody, aircraft: Aircraft, services: Services) -> Wanted:
    camera = None if body.camera is None else Camera(**body.camera.model_dump())
    height_m = body.height_agl_m
    if height_m is None:
        assert camera is not None
        assert body.gsd_cm is not None
        height_m = round(camera.height_for_gsd_m(body.gsd_cm / 100), 2)
    usual, endurance_s = aircraft.performance, aircraft.endurance_s
    longest_s = body.longest_flight_s or (_USUAL_FLIGHT_S if endurance_s is None else endurance_s * _ENDURANCE_SHARE)
    return Wanted(
        kind=body.kind,
        geometry=body.geometry,
        base=_base(body, services),
        pace=Pace(
            speed_mps=min(body.speed_mps, usual.max_speed_mps),
            climb_mps=usual.max_climb_mps / 2,
            descent_mps=usual.max_descent_mps / 2,
            height_m=height_m,
            longest_s=longest_s,
        ),
        camera=camera,
        overlap=Overlap(body.front_overlap, body.side_overlap),
        line_spacing_m=body.line_spacing_m,
        heading_deg=body.heading_deg,
        width_m=body.width_m,
        hold_s=_hold_s(body),
    )


def _hold_s(body: InspectionBody) -> float:
    if body.hold_s is not None:
        return body.hold_s
    return _EMERGENCY_HOLD_S if body.kind == "emergency" else _USUAL_HOLD_S


def _base(body: InspectionBody, services: Services) -> tuple[float, float]:
    if body.base_site_id is not None:
        site = services.book.sites.get(body.base_site_id)
        if site is None:
            raise not_found("site", "起降点", body.base_site_id)
        return site.lat_deg, site.lon_deg
    assert body.base is not None
    if not services.book.region.service.holds(body.base.lat_deg, body.base.lon_deg):
        detail = "The base lies outside the area served."
        raise validation_problem([FieldProblem("/base", "outside_service_area", detail, "起降点超出服务范围。")])
    return body.base.lat_deg, body.base.lon_deg


# -- results -----------------------------------------------------------------------------------------------------------


@router.get(
    "/flight-plans/{plan_id}/results",
    summary="Results of a flight",
    response_model=None,
    responses=problem_responses(401, 403, 404),
)
async def list_results(
    plan_id: str, principal: Annotated[Principal, Depends(require("plan.record"))], services: App
) -> Response:
    """Return the references to what the flight yielded, oldest first."""

    def read(session: Session) -> list[PlanResultRow]:
        services.flight_plans.visible(session, plan_id, principal)
        return results.of_plan(session, plan_id)

    rows = await services.store.read(read)
    return json_response({"items": [_document(row) for row in rows], "next_cursor": None})


@router.post(
    "/flight-plans/{plan_id}/results",
    summary="Add a result of a flight",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(ResultBody),
    responses={201: {"description": "Kept"}, **problem_responses(401, 403, 404, 409, 413, 415, 422, 503)},
)
async def add_result(
    plan_id: str, request: Request, principal: Annotated[Principal, Depends(require("plan.file"))], services: App
) -> Response:
    """Keep where a result is, with its SHA-256 where known; for flights that have begun."""
    body = await parse_body(request, ResultBody)

    def job(session: Session) -> dict[str, Any]:
        row = services.flight_plans.visible(session, plan_id, principal)
        if row.activated_at is None:
            raise Problem("conflict", "The flight has not begun: it has no results.", "该飞行尚未开始，没有成果。")
        if len(results.of_plan(session, plan_id)) >= MAX_RESULTS:
            raise Problem(
                "conflict", f"A flight has at most {MAX_RESULTS} results.", f"每次飞行最多 {MAX_RESULTS} 项成果。"
            )
        kept = PlanResultRow(
            result_id=new_id("rs"),
            plan_id=plan_id,
            organisation_id=row.organisation_id,
            added_at=rfc3339(services.clock.now()),
            added_by=principal.subject,
            **body.model_dump(),
        )
        results.add(session, kept)
        _audit(services, session, principal, "result.add", row, kept.result_id)
        return _document(kept)

    return json_response(await services.store.write(job), 201)


@router.delete(
    "/flight-plans/{plan_id}/results/{result_id}",
    summary="Remove a result of a flight",
    status_code=204,
    response_model=None,
    responses=problem_responses(401, 403, 404, 503),
)
async def remove_result(
    plan_id: str, result_id: str, principal: Annotated[Principal, Depends(require("plan.file"))], services: App
) -> Response:
    """Take a reference away; the audit trail keeps that it was there."""

    def job(session: Session) -> None:
        row = services.flight_plans.visible(session, plan_id, principal)
        if not results.remove(session, plan_id, result_id):
            raise not_found("result", "成果", result_id)
        _audit(services, session, principal, "result.remove", row, result_id)

    await services.store.write(job)
    return Response(status_code=204)


def _document(row: PlanResultRow) -> dict[str, Any]:
    return {
        "result_id": row.result_id,
        "plan_id": row.plan_id,
        "kind": row.kind,
        "url": row.url,
        "sha256": row.sha256,
        "size_bytes": row.size_bytes,
        "note": row.note,
        "added_at": row.added_at,
    }


def _audit(
    services: Services, session: Session, principal: Principal, action: str, row: FlightPlanRow, result_id: str
) -> None:
    record_audit(
        session,
        at=services.clock.now(),
        actor=principal.subject,
        organisation_id=principal.organisation_id,
        action=action,
        object_kind="plan",
        object_id=row.plan_id,
        detail={"result_id": result_id},
    )
