"""`/v1/network` and `/v1/routes`: sites and corridors in and out as GeoJSON, changed one by one, and as regulators read them."""

import asyncio
import csv
import io
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from airspace.corridors import Corridor, corridor_to_feature
from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.region import Region
from airspace.sites import site_to_feature
from utm.api.answer_models_ground import PublishedRoute
from utm.api.answers import if_match, json_response
from utm.api.body import ApiModel, check_content_type, parse_json, read_body
from utm.api.import_files import download, listed, read_file, refuse
from utm.api.openapi import openapi_body, problem_responses
from utm.network_desk import Difference, Kind, Published
from utm.network_files import read_network, write_network
from utm.problems import FieldProblem, not_found, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["airspace"])

App = Annotated[Services, Depends(services_of)]
Editor = Annotated[Principal, Depends(require("corridor.write"))]
Keeper = Annotated[Principal, Depends(require("site.write"))]
Reader = Annotated[Principal, Depends(require("corridor.read"))]
_BODY: Final = problem_responses(401, 403, 409, 413, 415, 422, 503)
MAX_SHOWN: Final = 500


class FeatureBody(ApiModel):
    """A GeoJSON Feature: a Point with the properties of a site, or a LineString with those of a corridor."""

    type: Literal["Feature"]
    id: str | None = None
    geometry: dict[str, Any]
    properties: dict[str, Any]


class NetworkBody(ApiModel):
    """A GeoJSON FeatureCollection of sites (Points) and corridors (LineStrings)."""

    type: Literal["FeatureCollection"]
    features: list[FeatureBody]


# -- whole files -------------------------------------------------------------------------------------------------------


@router.post(
    "/network/import",
    summary="Import sites and corridors",
    response_model=None,
    openapi_extra=openapi_body(NetworkBody),
    responses={200: {"description": "What was, or with dry_run would be, published"}, **_BODY},
)
async def import_network(
    request: Request,
    principal: Editor,
    services: App,
    dry_run: Annotated[bool, Query(description="Only say what would happen, with every problem.")] = False,
    mode: Annotated[
        Literal["merge", "replace"], Query(description="replace: what the file does not hold is withdrawn.")
    ] = "merge",
) -> Response:
    """Publish a network together or not at all. Problems are listed by feature and field, with their lines."""
    data = await read_file(request, json_only=True, limit_bytes=services.settings.max_batch_body_bytes)
    found = await asyncio.to_thread(read_network, data, services.book.region)
    answer = {
        "dry_run": dry_run,
        "mode": mode,
        "errors": listed(found.problems, "error"),
        "warnings": listed(found.problems, "warning"),
    }
    desk = services.network
    if dry_run:
        of_sites, of_corridors = desk.differences(found.sites, found.corridors, mode)
        return json_response(
            {**answer, "usable": not answer["errors"], **_told(of_sites, of_corridors), "plan_ids": []}
        )
    refuse(found.problems)
    of_sites, of_corridors, published = await desk.bring(principal, found.sites, found.corridors, mode)
    plan_ids = list(published.plan_ids)[:MAX_SHOWN]
    return json_response({**answer, "usable": True, **_told(of_sites, of_corridors), "plan_ids": plan_ids})


def _told(of_sites: Difference, of_corridors: Difference) -> dict[str, Any]:
    return {"sites": of_sites.document(), "corridors": of_corridors.document()}


@router.get(
    "/network/export",
    summary="Export sites and corridors",
    response_class=Response,
    responses={
        200: {
            "description": "The network as a file that the import reads back to the same",
            "content": {
                "application/json": {"schema": {"type": "object"}},
                "application/geo+json": {"schema": {"type": "string"}},
            },
        },
        **problem_responses(401, 403),
    },
)
async def export_network(_: Reader, services: App) -> Response:
    """Return the network in force as one GeoJSON file; importing it again changes nothing."""
    book = services.book
    return download(write_network(book.sites.values(), book.corridors), "geojson", "network")


# -- one by one --------------------------------------------------------------------------------------------------------


async def _feature(request: Request, services: Services) -> dict[str, Any]:
    check_content_type(request)
    raw = parse_json(await read_body(request, limit_bytes=services.settings.max_body_bytes))
    if not isinstance(raw, dict):
        raise validation_problem([FieldProblem.of("", "wrong_type", expected="an object", expected_zh="对象")])
    return raw


def _answer(feature: dict[str, Any], published: Published) -> Response:
    plan_ids = list(published.plan_ids)[:MAX_SHOWN]
    document = {**feature, "version": published.version, "plan_ids": plan_ids}
    return json_response(document, headers={"ETag": f'"{published.version}"'})


@router.put(
    "/sites/{site_id}",
    summary="Publish a site",
    response_model=None,
    openapi_extra=openapi_body(FeatureBody),
    responses={200: {"description": "In force"}, **_BODY},
)
async def put_site(site_id: str, request: Request, principal: Keeper, services: App) -> Response:
    """Publish a site, new or changed: hours, closures, slots, pads. `plan_ids` are filed flights whose pad is closed now;
    the planner plans its own anew, all others are refused when they are activated."""
    feature = await _feature(request, services)
    published = await services.network.put_site(principal, site_id, feature, if_match(request, required=False))
    return _answer(site_to_feature(services.book.sites[site_id]), published)


@router.delete(
    "/sites/{site_id}",
    summary="Withdraw a site",
    status_code=204,
    response_model=None,
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def withdraw_site(site_id: str, request: Request, principal: Keeper, services: App) -> Response:
    """Take a site out of the network; its record stays."""
    return await _withdrawn("site", site_id, request, principal, services)


@router.put(
    "/corridors/{corridor_id}",
    summary="Publish a corridor",
    response_model=None,
    openapi_extra=openapi_body(FeatureBody),
    responses={200: {"description": "In force"}, **_BODY},
)
async def put_corridor(corridor_id: str, request: Request, principal: Editor, services: App) -> Response:
    """Publish a corridor, new or changed: its line, width, band, layer, direction, capacity and speed."""
    feature = await _feature(request, services)
    published = await services.network.put_corridor(principal, corridor_id, feature, if_match(request, required=False))
    return _answer(corridor_to_feature(_corridor(services, corridor_id)), published)


@router.delete(
    "/corridors/{corridor_id}",
    summary="Withdraw a corridor",
    status_code=204,
    response_model=None,
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def withdraw_corridor(corridor_id: str, request: Request, principal: Editor, services: App) -> Response:
    """Take a corridor out of the network; its record stays."""
    return await _withdrawn("corridor", corridor_id, request, principal, services)


async def _withdrawn(kind: Kind, item_id: str, request: Request, principal: Principal, services: Services) -> Response:
    await services.network.withdraw(principal, kind, item_id, if_match(request, required=False))
    return Response(status_code=204)


def _corridor(services: Services, corridor_id: str) -> Corridor:
    found = next((item for item in services.book.corridors if item.corridor_id == corridor_id), None)
    if found is None:
        raise not_found("corridor", "航路", corridor_id)
    return found


# -- as a regulator reads it -------------------------------------------------------------------------------------------


@router.get(
    "/routes",
    summary="Published routes in the regulator's fields",
    response_model=None,
    responses={
        200: {"content": {"application/json": {}, "text/csv": {}, "application/geo+json": {}}},
        **problem_responses(401, 403, 422),
    },
)
async def list_routes(
    _: Reader,
    services: App,
    output: Annotated[Literal["json", "csv", "geojson"], Query(alias="format")] = "json",
) -> Response:
    """Return every corridor as a route with the fields civil aviation standards name: name, width, points, least and
    greatest height. Heights are metres above ground; `heightKind` says where a corridor is published in another datum."""
    items = await asyncio.to_thread(lambda: [_route(item, services.book.region) for item in services.book.corridors])
    if output == "csv":
        return Response(_table(items), media_type="text/csv; charset=utf-8")
    if output == "geojson":
        features = [_as_feature(item) for item in items]
        return json_response({"type": "FeatureCollection", "features": features})
    return json_response({"items": items, "next_cursor": None})


def _route(corridor: Corridor, region: Region) -> dict[str, Any]:
    low, high = _true_heights(corridor, region)
    return {
        "wayId": corridor.corridor_id,
        "wayName": corridor.name_zh or corridor.name,
        "wayNameEn": corridor.name,
        "width": corridor.width_m,
        "points": [{"lon": lon, "lat": lat} for lat, lon in corridor.line_deg.tolist()],
        "minHeight": low,
        "maxHeight": high,
        "heightKind": corridor.datum,
        "direction": corridor.direction,
        "layer": corridor.layer,
        "capacity": corridor.capacity,
        "speed": corridor.speed_mps,
        "length": round(corridor.length_m, 1),
        "demonstration": corridor.demonstration,
    }


def _true_heights(corridor: Corridor, region: Region) -> tuple[float | None, float | None]:
    """Return the band as true heights over its line: the least of the lower and the greatest of the upper limits; None
    where the ground is not known."""
    if corridor.datum == "AGL":
        return corridor.lower_m, corridor.upper_m
    lat, lon = corridor.line_deg[:, 0], corridor.line_deg[:, 1]
    try:
        low, high = (
            region.altitude.convert_m(lat, lon, limit, corridor.datum, "AGL")
            for limit in (corridor.lower_m, corridor.upper_m)
        )
    except (OutsideGeoidError, NoGroundError):
        return None, None
    return round(float(low.min()), 2), round(float(high.max()), 2)


def _as_feature(item: dict[str, Any]) -> dict[str, Any]:
    line = [[point["lon"], point["lat"]] for point in item["points"]]
    properties = {name: value for name, value in item.items() if name != "points"}
    return {"type": "Feature", "geometry": {"type": "LineString", "coordinates": line}, "properties": properties}


def _table(items: list[dict[str, Any]]) -> str:
    written = io.StringIO()
    names = list(PublishedRoute.model_fields)
    table = csv.DictWriter(written, names, lineterminator="\n")
    table.writeheader()
    for item in items:
        line = ";".join(f"{point['lon']:.7f} {point['lat']:.7f}" for point in item["points"])
        table.writerow({**item, "points": line})
    return written.getvalue()
