"""`/v1/tracks`: where everything is, what firms and suppliers report, and where a track has been."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
import numpy as np
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, TypeAdapter, ValidationError

from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.timebase import from_scene_s, to_scene_s
from airspace.tracks import IngestCode
from utm.api.answers import json_response
from utm.api.bbox import Where
from utm.api.body import ApiModel, Instant, check_content_type, parse_json, read_body, validate
from utm.api.pagination import Cursor, decode_cursor, encode_cursor
from utm.live import sees_track
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import Principal, may_read_of, require
from utm.services import Services, services_of
from utm.telemetry import Telemetry
from utm.telemetry_values import PositionReport
from utm.track_history import FIELDS
from utm.track_items import track_items, visible_rows

MAX_REPORTS: Final = 10_000
MAX_BODY_BYTES: Final = 8 << 20
MAX_TRACKS: Final = 10_000
MAX_HISTORY: Final = 10_000
DETAILED_FAULTS: Final = 100

router = APIRouter(prefix="/v1/tracks", tags=["Tracks"])


class TrackReport(ApiModel):
    """One position as a supplier or operator reports it; exactly one altitude is enough, HAE before AMSL before AGL.

    A track read from this API can be sent as it is: what the server decides itself (plan, state, arrival) is ignored.
    """

    track_id: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:@/-]+$")] | None = None
    """The sender's own name for the track; without it the aircraft names it."""
    aircraft_id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    source: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    """What observed it, such as radar-3; by default the sender's role."""
    lat_deg: Annotated[float, Field(ge=-90, le=90)]
    lon_deg: Annotated[float, Field(ge=-180, le=180)]
    alt_hae_m: Annotated[float, Field(ge=-1_000, le=100_000)] | None = None
    alt_amsl_m: Annotated[float, Field(ge=-1_000, le=100_000)] | None = None
    alt_agl_m: Annotated[float, Field(ge=-1_000, le=100_000)] | None = None
    vel_east_mps: Annotated[float, Field(ge=-1_000, le=1_000)] | None = None
    vel_north_mps: Annotated[float, Field(ge=-1_000, le=1_000)] | None = None
    vel_up_mps: Annotated[float, Field(ge=-1_000, le=1_000)] | None = None
    heading_deg: Annotated[float, Field(ge=0, le=360)] | None = None
    observed_at: Instant
    battery_pct: Annotated[float, Field(ge=0, le=100)] | None = None
    landed: bool | None = None
    plan_id: str | None = None
    """Ignored: a track of an aircraft takes its activated plan."""
    state: str | None = None
    """Ignored: the server judges it."""
    received_at: Instant | None = None
    """Ignored: the server's clock says when it arrived."""


_report_adapter = TypeAdapter(TrackReport)
_instant_adapter: TypeAdapter[datetime] = TypeAdapter(Instant)

_REFUSALS: Final[dict[IngestCode | None, tuple[str, str]]] = {
    IngestCode.DUPLICATE: ("duplicate", "The track already holds an observation of that instant."),
    IngestCode.OUT_OF_ORDER: ("out_of_order", "The track already holds a later observation."),
    IngestCode.OUT_OF_RANGE: ("out_of_range", "A value lies outside its range."),
    IngestCode.NO_POSITION: ("no_position", "Latitude and longitude 0, 0 mean no position; leave such reports out."),
    IngestCode.TOO_OLD: ("too_old", "Observed too long ago to be part of the live picture."),
    None: ("picture_full", "The picture holds as many tracks as it can; send this one again later."),
}


# ---------------------------------------------------------------------------------------------------------- reading


@router.get("", summary="Where everything is that you may see")
async def list_tracks(
    request: Request,
    principal: Annotated[Principal, Depends(require("track.read"))],
    box: Where = None,
    since: Annotated[
        str | None, Query(max_length=40, description="Only tracks received after this RFC 3339 instant.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_TRACKS, description="The most items on one page.")] = MAX_TRACKS,
    cursor: Cursor = None,
) -> Response:
    """Return the newest position of each track, a firm's own only for firms and suppliers; `seq` fits `/v1/live`."""
    services = await services_of(request)
    telemetry, picture = services.telemetry, services.picture
    start = decode_cursor(cursor, int)
    rows = picture.snapshot()
    if box is not None:
        rows = rows[box.holds_each(picture.lat_deg[rows], picture.lon_deg[rows])]
    if since is not None:
        rows = rows[picture.received_s[rows] > to_scene_s(_instant_of("since", since))]
    if start is not None:
        rows = rows[rows > start[0]]
    rows = visible_rows(telemetry, rows, lambda identity: sees_track(principal, identity))
    page = rows[:limit]
    items = track_items(telemetry, page, to_scene_s(services.clock.now()))
    document = {
        "items": items,
        "next_cursor": encode_cursor(int(page[-1])) if len(rows) > limit else None,
        "seq": services.hub.seq,
    }
    return Response(msgspec.json.encode(document), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get("/{track_id}/history", summary="Where a track has been")
async def track_history(
    request: Request,
    track_id: str,
    principal: Annotated[Principal, Depends(require("track.read"))],
    from_at: Annotated[
        str | None, Query(alias="from", max_length=40, description="Observed at or after, RFC 3339.")
    ] = None,
    to_at: Annotated[str | None, Query(alias="to", max_length=40, description="Observed at or before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_HISTORY, description="The most items on one page.")] = MAX_HISTORY,
    cursor: Cursor = None,
) -> Response:
    """Return the observations of a track in order of time, as long as this server holds them."""
    telemetry = (await services_of(request)).telemetry
    identity = telemetry.identity_of_track(track_id)
    if identity is None or not sees_track(principal, identity):
        raise not_found("track", "航迹", track_id)
    from_s = -np.inf if from_at is None else to_scene_s(_instant_of("from", from_at))
    to_s = np.inf if to_at is None else to_scene_s(_instant_of("to", to_at))
    after = decode_cursor(cursor, float)
    if after is not None:
        from_s = max(from_s, float(np.nextafter(after[0], np.inf)))
    if from_s > to_s and after is None:
        raise validation_problem(
            [FieldProblem("?to", "out_of_range", "must not be before from", "不得早于 from")], code="invalid_parameter"
        )
    found = await asyncio.to_thread(telemetry.recorder.history, track_id, from_s, to_s, limit + 1)
    items = [_history_item(record) for record in found[:limit].tolist()]
    more = len(found) > limit
    next_cursor = encode_cursor(float(found["observed_s"][limit - 1])) if more else None
    return json_response({"track_id": track_id, "items": items, "next_cursor": next_cursor})


def _history_item(record: tuple[float, ...]) -> dict[str, Any]:
    values = dict(zip(FIELDS, record[1:], strict=True))
    observed_at, received_at = from_scene_s(values.pop("observed_s")), from_scene_s(values.pop("received_s"))
    shown: dict[str, Any] = {
        name: None if np.isnan(value) else round(value, 7 if name in ("lat_deg", "lon_deg") else 2)
        for name, value in values.items()
    }
    return shown | {"observed_at": observed_at, "received_at": received_at}


def _instant_of(name: str, text: str) -> datetime:
    """Return the instant of a query parameter; a `+` that arrived as a space is taken for one."""
    try:
        return _instant_adapter.validate_python(text.replace(" ", "+"))
    except ValidationError as error:
        code = "naive_time" if "naive_time" in str(error) else "invalid_time"
        raise validation_problem([FieldProblem.of(f"?{name}", code)], code="invalid_parameter") from None


# ---------------------------------------------------------------------------------------------------------- writing


@router.post("", status_code=202, summary="Report positions", openapi_extra={
    "requestBody": {"required": True, "content": {"application/json": {"schema": {
        "type": "object", "required": ["items"],
        "properties": {"items": {"type": "array", "maxItems": MAX_REPORTS, "items": TrackReport.model_json_schema()}},
    }}}},
})  # fmt: skip
async def report_tracks(request: Request, principal: Annotated[Principal, Depends(require("track.write"))]) -> Response:
    """Take up to 10,000 positions, `{"items": [...]}` or a bare list, each on its own merits.

    The answer counts the accepted ones and lists the rejected by index. Only when all are malformed is the answer 422,
    and 404 when all name aircraft that the caller may not know.
    """
    services = await services_of(request)
    check_content_type(request)
    document = parse_json(await read_body(request, limit_bytes=MAX_BODY_BYTES))
    return json_response(take_reports(services, document, principal), status=202)


def take_reports(services: Services, document: object, principal: Principal) -> dict[str, Any]:
    """Take the positions of a message, each on its own merits; returns the answer, raises Problem where none counts."""
    telemetry, now_s = services.telemetry, to_scene_s(services.clock.now())
    items, pointer = _items_of(document)
    rejected: dict[int, dict[str, Any]] = {}
    faults: list[FieldProblem] = []
    reports: list[PositionReport] = []
    places: list[int] = []
    for index, item in enumerate(items):
        try:
            body = _report_adapter.validate_python(item)
            reports.append(_report_of(body, principal, telemetry))
            places.append(index)
        except ValidationError:
            fault = _fault_of(item, f"{pointer}/{index}", detailed=len(faults) < DETAILED_FAULTS)
            faults.append(fault)
            rejected[index] = {"index": index, "code": fault.code, "detail": f"{fault.field}: {fault.detail}"}
        except _RejectedError as error:
            rejected[index] = {"index": index, "code": error.code, "detail": error.detail}
    if items and len(faults) == len(items):
        raise validation_problem(faults)
    if items and len(rejected) == len(items) and {entry["code"] for entry in rejected.values()} == {"not_found"}:
        raise not_found("aircraft", "航空器", str(items[0].get("aircraft_id")))
    codes = telemetry.report(reports, feeder_id=principal.organisation_id, now_s=now_s)
    accepted = 0
    for index, result in zip(places, codes, strict=True):
        if result is IngestCode.ACCEPTED:
            accepted += 1
        else:
            code, detail = _REFUSALS[result]
            rejected[index] = {"index": index, "code": code, "detail": detail}
    slack_s = services.picture.limits.future_slack_s
    flagged = [
        {"index": index, "code": "clock_ahead", "detail": "Observed in the future; taken as observed on arrival."}
        for index, report, result in zip(places, reports, codes, strict=True)
        if result is IngestCode.ACCEPTED and report.values[-1] > now_s + slack_s
    ]
    return {"accepted": accepted, "rejected": [rejected[index] for index in sorted(rejected)], "flagged": flagged}


class _RejectedError(Exception):
    """One report that cannot be taken."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code, self.detail = code, detail


def _items_of(document: object) -> tuple[Sequence[Any], str]:
    """Return the reports and the JSON pointer of their list; raises Problem 422."""
    items: object = document
    pointer = ""
    if isinstance(document, dict):
        unknown = sorted(set(document) - {"items"})
        if unknown:
            raise validation_problem([FieldProblem.of(f"/{unknown[0]}", "unknown_field")])
        if "items" not in document:
            raise validation_problem([FieldProblem.of("/items", "required")])
        items, pointer = document["items"], "/items"
    if not isinstance(items, list):
        expected = {"expected": "an array of positions", "expected_zh": "位置数组"}
        raise validation_problem([FieldProblem.of(pointer, "wrong_type", **expected)])
    if len(items) > MAX_REPORTS:
        limit = {"max": MAX_REPORTS, "unit": "items", "unit_zh": "项"}
        raise validation_problem([FieldProblem.of(pointer, "too_long", **limit)])
    return items, pointer


def _fault_of(item: object, pointer: str, *, detailed: bool) -> FieldProblem:
    """Return the first thing wrong with a malformed report."""
    if detailed:
        try:
            validate(item, TrackReport, pointer)
        except Problem as problem:
            if problem.errors:
                return problem.errors[0]
    return FieldProblem.of(pointer, "invalid_value", reason="is not as documented")


def _report_of(body: TrackReport, principal: Principal, telemetry: Telemetry) -> PositionReport:
    """Return a report whose aircraft the sender may speak for, with one altitude; raises _RejectedError."""
    if body.aircraft_id is not None:
        record = telemetry.directory.aircraft(body.aircraft_id)
        may = record is not None and (principal.role == "supplier" or may_read_of(principal, record.operator_id))
        if not may:
            raise _RejectedError("not_found", f"There is no aircraft {body.aircraft_id!r} that you may report.")
    elif principal.role != "supplier":
        raise _RejectedError("aircraft_required", "An operator reports its own aircraft; send aircraft_id.")
    if body.lat_deg == 0 and body.lon_deg == 0:
        raise _RejectedError(*_REFUSALS[IngestCode.NO_POSITION])
    reference = body.track_id or body.aircraft_id
    if reference is None:
        raise _RejectedError("track_id_required", "Send track_id to tell the tracks of your source apart.")
    values = (
        body.lat_deg,
        body.lon_deg,
        *_altitudes_of(body, telemetry),
        np.nan,
        *(np.nan if v is None else v for v in (body.vel_east_mps, body.vel_north_mps, body.vel_up_mps)),
        np.nan if body.heading_deg is None else body.heading_deg,
        to_scene_s(body.observed_at),
    )
    return PositionReport(
        reference, body.aircraft_id, values, body.source or principal.role, body.landed, body.battery_pct
    )


def _altitudes_of(body: TrackReport, telemetry: Telemetry) -> tuple[float, float]:
    """Return alt_hae_m and alt_amsl_m, NaN for the one the picture completes."""
    if body.alt_hae_m is not None:
        return body.alt_hae_m, np.nan
    if body.alt_amsl_m is not None:
        return np.nan, body.alt_amsl_m
    if body.alt_agl_m is None:
        raise _RejectedError("altitude_required", "Send alt_hae_m, alt_amsl_m or alt_agl_m.")
    try:
        hae = telemetry.picture.altitudes.to_hae_m(body.lat_deg, body.lon_deg, body.alt_agl_m, "AGL")
    except (OutsideGeoidError, NoGroundError):
        raise _RejectedError(
            "no_ground", "The ground is not known there; send alt_hae_m or alt_amsl_m instead of alt_agl_m."
        ) from None
    return float(hae[0]), np.nan
