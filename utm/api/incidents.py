"""`/v1/incidents`: what somebody looks into, and the bundle of evidence about it."""

import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field
from sqlmodel import Session
from starlette.background import BackgroundTask

from airspace.timebase import to_scene_s
from utm.api.answers import json_response
from utm.api.body import ApiModel, Instant, openapi_body, parse_body
from utm.api.openapi import problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.ids import new_id
from utm.live_area import Area, AreaError, parse_bbox
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.recording.bundle import StoredFlight, StoredIncident, Window, plans_seen, stored_flight, write_bundle
from utm.recording.columns import us_of
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.store import incidents
from utm.store.incident_tables import IncidentRow
from utm.store.journal import record_audit
from utm.store.sql import as_values

MAX_WINDOW: Final = timedelta(hours=24)
MAX_POSITIONS: Final = 5_000_000
MAX_PLANS: Final = 10_000

router = APIRouter(prefix="/v1/incidents", tags=["Incidents"])

Reader = Annotated[Principal, Depends(require("incident.read"))]
Writer = Annotated[Principal, Depends(require("incident.write"))]
App = Annotated[Services, Depends(services_of)]


class IncidentBody(ApiModel):
    """What to look into: a window of at most 24 hours, and perhaps a place and flights."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    from_: Annotated[Instant, Field(alias="from")]
    to: Instant
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)] | None = None
    """min_lon, min_lat, max_lon, max_lat in WGS-84 degrees; everywhere without it."""
    plan_ids: Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=1_000)] = Field(
        default_factory=list
    )
    """Flights to include, beside those seen in the window and place."""
    notes: Annotated[str, Field(max_length=20_000)] = ""


@router.post(
    "",
    status_code=201,
    summary="Open an incident",
    response_class=Response,
    openapi_extra=openapi_body(IncidentBody),
    responses={201: {"description": "The incident"}, **problem_responses(401, 403, 404, 413, 415, 422, 503)},
)
async def open_incident(request: Request, principal: Writer, services: App) -> Response:
    """Keep what is to be looked into; its bundle of evidence is at `/v1/incidents/{incident_id}/bundle`."""
    body = await parse_body(request, IncidentBody)
    _check(body)
    now = services.clock.now()
    row = IncidentRow(
        incident_id=new_id("inc"),
        number=0,
        title=body.title,
        starts_at=rfc3339(body.from_),
        ends_at=rfc3339(body.to),
        bbox=None if body.bbox is None else ",".join(repr(value) for value in body.bbox),
        plan_ids=orjson.dumps(sorted(set(body.plan_ids))).decode(),
        notes=body.notes,
        created_at=rfc3339(now),
        created_by=principal.subject,
        organisation_id=principal.organisation_id,
    )

    def job(session: Session) -> None:
        for plan_id in body.plan_ids:
            if stored_flight(session, plan_id) is None:
                raise not_found("flight plan", "飞行计划", plan_id)
        incidents.insert(session, row)
        record_audit(
            session,
            at=now,
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action="incident.open",
            object_kind="incident",
            object_id=row.incident_id,
            detail={"title": body.title, "from": row.starts_at, "to": row.ends_at},
        )

    await services.store.write(job)
    return json_response(_document(row), 201, {"Location": f"/v1/incidents/{row.incident_id}"})


def _check(body: IncidentBody) -> None:
    if not body.from_ <= body.to <= body.from_ + MAX_WINDOW:
        detail = "must not be before from nor more than 24 hours after"
        fault = FieldProblem("/to", "out_of_range", detail, "不得早于 from，也不得晚于其 24 小时")
        raise validation_problem([fault])
    if body.bbox is not None:
        try:
            parse_bbox(body.bbox)
        except AreaError as error:
            raise validation_problem([FieldProblem("/bbox", "invalid_value", error.detail, error.detail_zh)]) from None


@router.get("", summary="List incidents", response_class=Response, responses=problem_responses(401, 403))
async def list_incidents(principal: Reader, services: App, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """Return incidents, newest first."""
    position = decode_cursor(cursor, int)
    before = None if position is None else position[0]
    rows = await services.store.read(lambda session: incidents.page(session, before=before, limit=limit + 1))
    shown, following = page_of(rows, limit, lambda row: (row.number,))
    return json_response({"items": [_document(row) for row in shown], "next_cursor": following})


@router.get(
    "/{incident_id}", summary="Read an incident", response_class=Response, responses=problem_responses(401, 403, 404)
)
async def read_incident(incident_id: str, principal: Reader, services: App) -> Response:
    """Return an incident."""
    return json_response(_document(await _row(services, incident_id)))


async def _row(services: Services, incident_id: str) -> IncidentRow:
    row = await services.store.read(lambda session: incidents.get(session, incident_id))
    if row is None:
        raise not_found("incident", "事件", incident_id)
    return row


@router.get(
    "/{incident_id}/bundle",
    summary="Download the evidence about an incident",
    response_class=FileResponse,
    responses={
        200: {
            "description": "A zip of tracks, events, plans with their decisions, audit lines, and manifest.json",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **problem_responses(401, 403, 404, 413),
    },
)
async def incident_bundle(incident_id: str, principal: Reader, services: App) -> FileResponse:
    """Return a zip with `manifest.json`, the SHA-256 of each file in it; the same records give the same bytes."""
    row = await _row(services, incident_id)
    area: Area | None = None if row.bbox is None else parse_bbox(row.bbox)
    from_at, to_at = datetime.fromisoformat(row.starts_at), datetime.fromisoformat(row.ends_at)
    window = Window(us_of(to_scene_s(from_at)), us_of(to_scene_s(to_at)))
    recordings = services.recording.recordings
    seen, count = await services.recording.read(
        lambda: plans_seen(recordings.observations(window.from_us, window.to_us, area=area))
    )
    if count > MAX_POSITIONS:
        raise Problem(
            "body_too_large",
            f"The window holds {count} positions, more than {MAX_POSITIONS}; open incidents of less time or space.",
            f"该时段包含 {count} 个位置，超过 {MAX_POSITIONS}；请缩小时间或范围。",
        )
    named = sorted({*orjson.loads(row.plan_ids), *seen})[:MAX_PLANS]

    def stored(session: Session) -> StoredIncident:
        found: list[StoredFlight] = []
        for plan_id in named:
            flight = stored_flight(session, plan_id)
            if flight is not None:
                found.append(flight)
        audit = [as_values(line) for line in incidents.audit_between(session, from_at, to_at)]
        return StoredIncident(_document(row), found, audit)

    kept = await services.store.read(stored)
    path = _temporary()
    try:
        await services.recording.read(lambda: write_bundle(path, recordings, kept, window, area))
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return FileResponse(
        path,
        media_type="application/zip",
        filename=f"{incident_id}.zip",
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


def _temporary() -> Path:
    handle, name = tempfile.mkstemp(prefix="hexlane-bundle-", suffix=".zip")
    os.close(handle)
    return Path(name)


def _document(row: IncidentRow) -> dict[str, Any]:
    return {
        "incident_id": row.incident_id,
        "title": row.title,
        "from": row.starts_at,
        "to": row.ends_at,
        "bbox": None if row.bbox is None else [float(value) for value in row.bbox.split(",")],
        "plan_ids": orjson.loads(row.plan_ids),
        "notes": row.notes,
        "created_at": row.created_at,
        "created_by": row.created_by,
        "organisation_id": row.organisation_id,
    }
