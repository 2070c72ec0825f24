"""`/v1/zones/import` and `/v1/zones/export`: zones in and out of the formats of others."""

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from airspace.areas import area_to_geojson, is_number
from airspace.coordinates import CRS_NAMES
from airspace.formats.problems import FormatProblem
from airspace.formats.zone_drafts import Finished
from airspace.formats.zone_files import JSON_FORMATS, ZONE_FORMATS, ZoneFormat, read_zones, write_zones
from airspace.region import Region
from airspace.schedule import active_within
from airspace.timebase import to_scene_s
from airspace.zones import RESTRICTIONS, Zone
from utm.api.answers import json_response
from utm.api.bbox import Where
from utm.api.body import Instant
from utm.api.import_files import MEDIA_TYPES, download, listed, read_file, refuse, unknown_format
from utm.api.openapi import openapi_body, problem_responses
from utm.api.zone_models import ZoneCollection
from utm.formats.archive import is_archive, kml_of, pack
from utm.ids import new_id
from utm.problems import FieldProblem, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["airspace"])

App = Annotated[Services, Depends(services_of)]
MAX_NAMED_PLANS: Final = 500
FILE_CONTENT: Final[dict[str, Any]] = {
    MEDIA_TYPES[kind].partition(";")[0]: {"schema": {"type": "string"}} for kind in ("geojson", "kml", "kmz", "openair")
}
"""What files of zones are answered as, besides JSON."""


def _import_body() -> dict[str, Any]:
    """Return what an import takes: a collection of zone bodies, or a file of another format as it is."""
    body = openapi_body(ZoneCollection)
    body["requestBody"]["content"]["application/octet-stream"] = {"schema": {"type": "string", "format": "binary"}}
    return body


@router.post(
    "/zones/import",
    summary="Import zones",
    response_model=None,
    openapi_extra=_import_body(),
    responses={
        200: {"description": "What was, or with dry_run would be, published: every problem with its field and line"},
        **problem_responses(403, 409, 413, 415, 422, 503),
    },
)
async def import_zones(
    request: Request,
    principal: Annotated[Principal, Depends(require("zone.write"))],
    services: App,
    format_: Annotated[
        str, Query(alias="format", max_length=100, description="geojson, ed269, ed318, kml, kmz or openair.")
    ],
    dry_run: Annotated[
        bool, Query(description="Only say what would happen, with every problem and the impact.")
    ] = False,
    crs: Annotated[str, Query(max_length=20, description="What positions are in: WGS84, GCJ02, CGCS2000.")] = "WGS84",
    restriction: Annotated[str | None, Query(max_length=40, description="Of KML placemarks that name none.")] = None,
    lower_m: Annotated[float | None, Query(description="Of KML placemarks that name none.")] = None,
    upper_m: Annotated[float | None, Query(description="Of KML placemarks that name none.")] = None,
    datum: Annotated[str | None, Query(max_length=10, description="Of KML placemarks that name none.")] = None,
) -> Response:
    """Publish a file of zones together or not at all; with `dry_run=true` only say what would happen.

    Zones in force under the same identifier are replaced. Problems of severity `error` keep the whole file from being
    published; a `warning` says what was understood differently from how it is written.
    """
    kind = next((name for name in ZONE_FORMATS if name == format_), None)
    if kind is None:
        raise unknown_format(format_, ZONE_FORMATS)
    chosen_crs = next((name for name in CRS_NAMES if name == crs), None)
    if chosen_crs is None:
        choices = ", ".join(CRS_NAMES)
        raise validation_problem([FieldProblem.of("?crs", "invalid_choice", choices=choices)], code="invalid_parameter")
    defaults = _defaults(restriction, lower_m, upper_m, datum)
    limit_bytes = services.settings.max_batch_body_bytes
    data = await read_file(request, json_only=kind in JSON_FORMATS, limit_bytes=limit_bytes)
    region = services.book.region

    def read() -> Finished:
        text = data
        if kind in ("kml", "kmz") and (kind == "kmz" or is_archive(data)):
            unpacked = kml_of(data)
            if isinstance(unpacked, FormatProblem):
                return Finished([], [], [unpacked])
            text = unpacked
        return read_zones(kind, text, region, crs=chosen_crs, defaults=defaults, new_id=lambda: new_id("zn"))

    found = await asyncio.to_thread(read)
    answer = {
        "dry_run": dry_run,
        "format": kind,
        "valid": len(found.zones),
        "zone_ids": [zone.zone_id for zone in found.zones],
        "errors": listed(found.problems, "error"),
        "warnings": listed(found.problems, "warning"),
    }
    if dry_run:
        return json_response({**answer, "zones": _summaries(found, services), "impact": await _impact(found, services)})
    refuse(found.problems)
    await services.zone_desk.publish_many(principal, found.zones)
    return json_response(answer)


def _defaults(
    restriction: str | None, lower_m: float | None, upper_m: float | None, datum: str | None
) -> dict[str, Any]:
    """Return the properties of placemarks without any; raises Problem 422."""
    faults = []
    if restriction is not None and restriction not in RESTRICTIONS:
        faults.append(FieldProblem.of("?restriction", "invalid_choice", choices=", ".join(RESTRICTIONS)))
    if datum is not None and datum not in ("AGL", "AMSL", "HAE"):
        faults.append(FieldProblem.of("?datum", "invalid_choice", choices="AGL, AMSL, HAE"))
    numbers = {"lower_m": lower_m, "upper_m": upper_m}
    faults += [FieldProblem.of(f"?{k}", "not_finite") for k, v in numbers.items() if v is not None and not is_number(v)]
    if faults:
        raise validation_problem(faults, code="invalid_parameter")
    given = {"restriction": restriction, **numbers, "datum": datum}
    return {name: value for name, value in given.items() if value is not None}


def _summaries(found: Finished, services: Services) -> list[dict[str, Any]]:
    """Return, for each zone of a dry run, where it stood and lies (WGS-84; a circle is its centre), and whether it is new."""
    in_force = services.book.zones
    return [
        {
            "zone_id": zone.zone_id,
            "name": zone.name,
            "name_zh": zone.name_zh,
            "restriction": zone.restriction,
            "lower_m": zone.lower_m,
            "upper_m": zone.upper_m,
            "datum": zone.datum,
            "geometry": area_to_geojson(zone.area),
            "radius_m": None if zone.area.circle is None else zone.area.radius_m,
            "field": place.field,
            "line": place.line,
            "replaces_version": in_force[zone.zone_id].version if zone.zone_id in in_force else None,
        }
        for zone, place in zip(found.zones, found.places, strict=True)
    ]


async def _impact(found: Finished, services: Services) -> dict[str, Any]:
    """Return which plans the zones together would touch, each plan once, and how many each zone does."""
    filed: set[str] = set()
    airborne: set[str] = set()
    by_zone = []
    for zone in found.zones:
        if zone.restriction == "NO_RESTRICTION":
            continue
        impact = services.zone_desk.impact(zone)
        if impact.filed or impact.airborne:
            by_zone.append({"zone_id": zone.zone_id, "filed": len(impact.filed), "airborne": len(impact.airborne)})
        filed |= {item.plan.plan_id for item in impact.filed}
        airborne |= {item.plan.plan_id for item in impact.airborne}
        await asyncio.sleep(0)  # a file of thousands must not keep everybody else waiting
    return {
        "counts": {"filed": len(filed), "airborne": len(airborne)},
        "by_zone": by_zone,
        "filed": sorted(filed)[:MAX_NAMED_PLANS],
        "airborne": sorted(airborne)[:MAX_NAMED_PLANS],
    }


ExportFormat = Literal["geojson", "ed269", "ed318", "kml", "kmz", "openair"]


@router.get(
    "/zones/export",
    summary="Export zones",
    response_class=Response,
    responses={
        200: {
            "description": "A file that the import of the same format reads back to the same zones",
            "content": {"application/json": {"schema": {"type": "object"}}, **FILE_CONTENT},
        },
        **problem_responses(401, 403, 422),
    },
)
async def export_zones(
    _: Annotated[Principal, Depends(require("zone.read"))],
    services: App,
    where: Where = None,
    format_: Annotated[ExportFormat, Query(alias="format", description="How it is written.")] = "geojson",
    at: Annotated[Instant | None, Query(description="Only zones active at this instant.")] = None,
) -> Response:
    """Return the zones in force as a file."""
    return await zones_file(services, where, format_, None if at is None else to_scene_s(at))


async def zones_file(services: Services, where: Where, kind: ZoneFormat, at_s: float | None) -> Response:
    """Return the zones in force in a place and at an instant as a file."""
    region = services.book.region
    chosen = [
        item.zone
        for item in services.book.zones.values()
        if (where is None or where.touches(item.zone.area, region.frame))
        and (at_s is None or active_within(item.zone.applicability, at_s, at_s))
    ]
    chosen.sort(key=lambda zone: zone.zone_id)
    return download(await asyncio.to_thread(_file, kind, chosen, region), kind, "zones")


def _file(kind: ZoneFormat, zones: list[Zone], region: Region) -> bytes:
    content = write_zones(kind, zones, region)
    return pack({"doc.kml": content}) if kind == "kmz" else content
