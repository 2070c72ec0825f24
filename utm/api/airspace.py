"""The published airspace: zones, corridors, sites, ground stops, and what applies at a place."""

from datetime import datetime
from typing import Annotated, Any, Literal

import h3
import numpy as np
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from airspace.corridors import corridor_to_feature
from airspace.datums import NoGroundError, OutsideGeoidError, Terrain
from airspace.schedule import active_within
from airspace.sites import site_to_feature
from airspace.timebase import from_scene_s, to_scene_s
from utm.airspace_book import GroundStop
from utm.api.answers import if_match, json_response
from utm.api.bbox import Bbox, Where, parse_bbox
from utm.api.body import ApiModel, Instant, check_content_type, parse_body, parse_json, read_body
from utm.api.geocode import grids_at
from utm.api.openapi import openapi_body, problem_responses
from utm.api.zone_import import FILE_CONTENT, ExportFormat, zones_file
from utm.api.zone_models import ZoneBody, ZoneCollection
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.zone_orders import orders_kept_up
from utm.zones import Touched, zone_document

router = APIRouter(prefix="/v1", tags=["airspace"])

App = Annotated[Services, Depends(services_of)]
_BODY = problem_responses(403, 413, 415, 422, 503)
MAX_CELLS = 50_000


class GroundStopBody(ApiModel):
    """Nothing is activated in the area until then."""

    geometry: dict[str, Any] = Field(description="GeoJSON Polygon, MultiPolygon, or Point with radius_m.")
    radius_m: float | None = Field(None, gt=0, le=100_000)
    until: Instant
    reason: str = Field(min_length=1, max_length=500)


# -- zones -------------------------------------------------------------------------------------------------------------


@router.get(
    "/zones",
    summary="Zones in force",
    response_model=None,
    responses={200: {"model": ZoneCollection, "content": FILE_CONTENT}},
)
async def list_zones(
    _: Annotated[Principal, Depends(require("zone.read"))],
    services: App,
    box: Where = None,
    at: Annotated[Instant | None, Query(description="Only zones active at this instant.")] = None,
    format_: Annotated[
        ExportFormat | None, Query(alias="format", description="As a file; see /v1/zones/export.")
    ] = None,
) -> Response:
    """Return zones as a GeoJSON FeatureCollection that is also a list (`items`), or as a file of another format."""
    at_s = None if at is None else to_scene_s(at)
    if format_ is not None:
        return await zones_file(services, box, format_, at_s)
    found = [
        zone_document(item)
        for item in services.book.zones.values()
        if (box is None or box.touches(item.zone.area, services.book.region.frame))
        and (at_s is None or active_within(item.zone.applicability, at_s, at_s))
    ]
    found.sort(key=lambda feature: feature["properties"]["zone_id"])
    return json_response({"type": "FeatureCollection", "features": found, "items": found, "next_cursor": None})


async def _zone_body(request: Request, services: Services) -> dict[str, Any]:
    check_content_type(request)
    raw = parse_json(await read_body(request, limit_bytes=services.settings.max_body_bytes))
    if not isinstance(raw, dict):
        raise validation_problem([FieldProblem.of("", "wrong_type", expected="an object", expected_zh="对象")])
    return raw


@router.post(
    "/zones",
    summary="Publish a zone",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(ZoneBody),
    responses={201: {"model": ZoneBody}, 409: problem_responses(409)[409], **_BODY},
)
async def publish_zone(
    request: Request, principal: Annotated[Principal, Depends(require("zone.write"))], services: App
) -> Response:
    """Publish a zone; it holds from the moment this is answered."""
    zone = services.zone_desk.parse(await _zone_body(request, services))
    published = (await services.zone_desk.publish(principal, [zone]))[0]
    location = {"Location": f"/v1/zones/{zone.zone_id}", "ETag": f'"{published.version}"'}
    return json_response(zone_document(published), 201, location)


@router.get("/zones/{zone_id}", summary="Read a zone", response_model=None, responses={200: {"model": ZoneBody}})
async def read_zone(zone_id: str, _: Annotated[Principal, Depends(require("zone.read"))], services: App) -> Response:
    """Return a zone in force."""
    published = services.book.zones.get(zone_id)
    if published is None:
        raise not_found("zone", "区域", zone_id)
    return json_response(zone_document(published), headers={"ETag": f'"{published.version}"'})


@router.put(
    "/zones/{zone_id}",
    summary="Change a zone",
    response_model=None,
    openapi_extra=openapi_body(ZoneBody),
    responses={200: {"model": ZoneBody}, **problem_responses(404, 409), **_BODY},
)
async def replace_zone(
    zone_id: str, request: Request, principal: Annotated[Principal, Depends(require("zone.write"))], services: App
) -> Response:
    """Publish a new version of a zone; `If-Match` guards against overwriting a colleague's change."""
    version = if_match(request, required=False)
    raw = await _zone_body(request, services)
    properties = raw.get("properties")
    named = properties.get("zone_id") if isinstance(properties, dict) else None
    if named is not None and named != zone_id:
        detail = f"must be {zone_id}, the zone of the path, or be left out"
        fault = FieldProblem("/properties/zone_id", "invalid_value", detail, f"须为路径中的 {zone_id}，或省略")
        raise validation_problem([fault])
    zone = services.zone_desk.parse(raw, zone_id)
    published = await services.zone_desk.replace(principal, zone, version)
    return json_response(zone_document(published), headers={"ETag": f'"{published.version}"'})


@router.delete(
    "/zones/{zone_id}", summary="Withdraw a zone", status_code=204, responses=problem_responses(403, 404, 409, 503)
)
async def withdraw_zone(
    zone_id: str, request: Request, principal: Annotated[Principal, Depends(require("zone.write"))], services: App
) -> Response:
    """Take a zone out of force; its record stays."""
    await services.zone_desk.withdraw(principal, zone_id, if_match(request, required=False))
    return Response(status_code=204)


@router.post(
    "/zones/impact",
    summary="What a zone would do",
    response_model=None,
    openapi_extra=openapi_body(ZoneBody),
    responses={200: {"description": "Plans that reserve airspace in it, filed and in the air"}, **_BODY},
)
async def zone_impact(
    request: Request, _: Annotated[Principal, Depends(require("zone.impact"))], services: App
) -> Response:
    """Name every plan a zone would touch, before it is published."""
    zone = services.zone_desk.parse(await _zone_body(request, services))
    impact = services.zone_desk.impact(zone)
    orders = await orders_kept_up(services.store, services.book, zone, impact)
    return json_response(
        {
            "filed": [_touched(item) for item in impact.filed],
            "airborne": [_touched(item) for item in impact.airborne],
            "orders": orders,
            "counts": {"filed": len(impact.filed), "airborne": len(impact.airborne), "orders": len(orders)},
        }
    )


def _touched(item: Touched) -> dict[str, Any]:
    plan = item.plan
    return {
        "plan_id": plan.plan_id,
        "organisation_id": plan.organisation_id,
        "aircraft_id": plan.aircraft_id,
        "state": plan.state,
        "operation_type": plan.operation_type,
        "priority": plan.priority,
        "enters_at": None if item.enters_s is None else rfc3339(from_scene_s(item.enters_s)),
        "leaves_at": None if item.leaves_s is None else rfc3339(from_scene_s(item.leaves_s)),
        "action": item.action,
    }


# -- corridors, sites --------------------------------------------------------------------------------------------------


@router.get("/corridors", summary="Corridors", response_model=None)
async def list_corridors(_: Annotated[Principal, Depends(require("corridor.read"))], services: App) -> Response:
    """Return the corridor network as a GeoJSON FeatureCollection that is also a list (`items`).

    `version` is what `If-Match` of a change names; 0: as the city's data pack has it."""
    versions = services.book.network_versions
    found = [
        {**corridor_to_feature(item), "version": versions.get(item.corridor_id, 0)} for item in services.book.corridors
    ]
    return json_response({"type": "FeatureCollection", "features": found, "items": found, "next_cursor": None})


@router.get("/sites", summary="Sites", response_model=None)
async def list_sites(
    _: Annotated[Principal, Depends(require("site.read"))], services: App, bbox: Bbox = None
) -> Response:
    """Return the sites (pads) as a GeoJSON FeatureCollection that is also a list (`items`); `version` as of corridors."""
    box = parse_bbox(bbox)
    versions = services.book.network_versions
    found = [
        {**site_to_feature(site), "version": versions.get(site.site_id, 0)}
        for site in services.book.sites.values()
        if box is None or box.holds(site.lat_deg, site.lon_deg)
    ]
    return json_response({"type": "FeatureCollection", "features": found, "items": found, "next_cursor": None})


@router.get("/sites/{site_id}", summary="Read a site", response_model=None, responses=problem_responses(404))
async def read_site(site_id: str, _: Annotated[Principal, Depends(require("site.read"))], services: App) -> Response:
    """Return one site."""
    site = services.book.sites.get(site_id)
    if site is None:
        raise not_found("site", "起降点", site_id)
    version = services.book.network_versions.get(site_id, 0)
    return json_response({**site_to_feature(site), "version": version}, headers={"ETag": f'"{version}"'})


# -- what applies at a place -------------------------------------------------------------------------------------------


@router.get("/airspace/at", summary="What applies here", response_model=None, responses=problem_responses(422))
async def airspace_at(
    _: Annotated[Principal, Depends(require("airspace.read"))],
    services: App,
    lat_deg: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
    lon_deg: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    alt_m: Annotated[float, Query(ge=-1_000, le=20_000, allow_inf_nan=False)] = 0.0,
    alt_datum: Literal["AGL", "AMSL", "HAE"] = "AGL",
    at: Instant | None = None,
) -> Response:
    """Return the zones a point lies in at an instant, its height in every datum, the ceiling and its H3 cell."""
    book, when = services.book, at or services.clock.now()
    published = book.zones  # before the set: one withdrawn meanwhile is missing here, and left out
    if not book.region.service.holds(lat_deg, lon_deg):
        raise Problem("outside_coverage")
    model = book.region.altitude
    try:
        heights = {
            f"alt_{name.lower()}_m": round(float(model.convert_m(lat_deg, lon_deg, alt_m, alt_datum, name)[0]), 3)
            for name in ("AGL", "AMSL", "HAE")
        }
        found = book.zone_set.airspace_at(lat_deg, lon_deg, alt_m, alt_datum, to_scene_s(when))
    except (OutsideGeoidError, NoGroundError):
        raise Problem("outside_coverage") from None
    return json_response(
        {
            "lat_deg": lat_deg,
            "lon_deg": lon_deg,
            **heights,
            "at": rfc3339(when),
            "h3_cell": h3.latlng_to_cell(lat_deg, lon_deg, 8),
            **grids_at(lat_deg, lon_deg),
            "ceiling_agl_m": book.policy.ceiling_agl_m,
            "terrain": terrain_document(model.terrain),
            "zones": [zone_document(published[zone.zone_id]) for zone in found if zone.zone_id in published],
        }
    )


def terrain_document(terrain: Terrain) -> dict[str, Any]:
    """Return where heights of the ground come from, and whether they are made up."""
    return {"label": terrain.label, "label_zh": terrain.label_zh or None, "synthetic": terrain.synthetic}


@router.get("/airspace/cells", summary="H3 cells with load", response_model=None, responses=problem_responses(422))
async def airspace_cells(
    _: Annotated[Principal, Depends(require("airspace.read"))],
    services: App,
    box: Where = None,
    res: Annotated[int, Query(ge=4, le=9)] = 8,
    at: Instant | None = None,
) -> Response:
    """Return the cells of an area with the flights planned in each at an instant, its ceiling and its status."""
    when_s = to_scene_s(at or services.clock.now())
    service = services.book.region.service
    west, south, east, north = (
        (service.min_lon_deg, service.min_lat_deg, service.max_lon_deg, service.max_lat_deg)
        if box is None
        else box.edges
    )
    area_km2 = abs(east - west) * abs(north - south) * 111.3**2 * float(np.cos(np.radians((south + north) / 2)))
    if area_km2 / h3.average_hexagon_area(res, unit="km^2") > MAX_CELLS:
        detail = f"holds more than {MAX_CELLS} cells of resolution {res}; ask for a smaller box or a lower resolution"
        raise validation_problem(
            [FieldProblem("?bbox", "out_of_range", detail, "单元格过多，请缩小范围或降低分辨率")], code="invalid_bbox"
        )
    corners = [(south, west), (south, east), (north, east), (north, west)] if box is None else box.ring
    ring = h3.LatLngPoly(corners)
    cells = h3.h3shape_to_cells_experimental(ring, res, contain="overlap")
    load = services.loads.at(when_s, res)
    closed = services.loads.closed_cells(when_s, res)
    ceiling = services.book.policy.ceiling_agl_m
    items = [
        {
            "cell": cell,
            "load": load.get(cell, 0),
            "ceiling_agl_m": ceiling,
            "status": "closed" if cell in closed else "open",
        }
        for cell in sorted(cells)
    ]
    return json_response({"items": items, "next_cursor": None})


# -- ground stops ------------------------------------------------------------------------------------------------------


@router.get("/ground-stops", summary="Ground stops that stand", response_model=None)
async def list_ground_stops(_: Annotated[Principal, Depends(require("ground_stop.read"))], services: App) -> Response:
    """Return the ground stops that stand now."""
    now = services.clock.now()
    standing = [_stop_document(stop) for stop in services.book.ground_stops.values() if stop.until > now]
    return json_response({"items": standing, "next_cursor": None})


@router.post(
    "/ground-stops",
    summary="Stop departures in an area",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(GroundStopBody),
    responses={201: {"description": "It stands"}, **_BODY},
)
async def declare_ground_stop(
    request: Request, principal: Annotated[Principal, Depends(require("ground_stop.write"))], services: App
) -> Response:
    """Let nothing be activated whose route crosses the area, until the time or until lifted."""
    body = await parse_body(request, GroundStopBody)
    if body.until <= services.clock.now():
        detail = "must lie in the future"
        raise validation_problem([FieldProblem("/until", "out_of_range", detail, "须为将来的时间")])
    stop = await services.zone_desk.stop_ground(principal, body.geometry, body.radius_m, body.until, body.reason)
    return json_response(_stop_document(stop), 201, {"Location": f"/v1/ground-stops/{stop.ground_stop_id}"})


@router.delete(
    "/ground-stops/{ground_stop_id}",
    summary="Lift a ground stop",
    status_code=204,
    responses=problem_responses(403, 404),
)
async def lift_ground_stop(
    ground_stop_id: str, principal: Annotated[Principal, Depends(require("ground_stop.write"))], services: App
) -> Response:
    """Lift a ground stop before its time."""
    await services.zone_desk.lift_ground_stop(principal, ground_stop_id)
    return Response(status_code=204)


def _stop_document(stop: GroundStop) -> dict[str, Any]:
    until: datetime = stop.until
    return {
        "ground_stop_id": stop.ground_stop_id,
        "geometry": stop.geometry,
        "radius_m": stop.radius_m,
        "until": rfc3339(until),
        "reason": stop.reason,
        "declared_at": stop.declared_at,
        "declared_by": stop.declared_by,
    }
