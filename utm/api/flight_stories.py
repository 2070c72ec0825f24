"""What the flight drawer tells beside the plan: vertical profile, timeline, data link, and whom to call."""

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from airspace.corridors import Corridor
from airspace.datums import NoGroundError, OutsideGeoidError
from airspace.geometry4d import FloatArray, Trajectory4D
from airspace.timebase import from_scene_s, to_scene_s
from airspace.vertical_profile import Crossing, VerticalProfile, vertical_profile
from airspace.zones import Zone
from utm.api.airspace import terrain_document
from utm.api.answers import json_response
from utm.api.body import ApiModel, openapi_body, parse_body
from utm.api.openapi import problem_responses
from utm.link_report import link_report
from utm.plan_records import rfc3339
from utm.plan_timeline import timeline
from utm.problems import not_found
from utm.security import Principal, may_edit_of, may_read_of, require
from utm.services import Services, services_of
from utm.store import contacts, geometry_codec
from utm.store.contact_tables import OperatorContactRow
from utm.store.journal import record_audit
from utm.store.tables import FlightPlanRow

router = APIRouter(prefix="/v1", tags=["flight drawer"])

App = Annotated[Services, Depends(services_of)]
PlanReader = Annotated[Principal, Depends(require("plan.read"))]


async def _plan(services: Services, plan_id: str, principal: Principal) -> FlightPlanRow:
    return await services.store.read(lambda session: services.flight_plans.visible(session, plan_id, principal))


# -- vertical profile --------------------------------------------------------------------------------------------------


@router.get(
    "/flight-plans/{plan_id}/profile",
    summary="A flight's heights against the ground, zones and corridors",
    response_model=None,
    responses=problem_responses(401, 403, 404),
)
async def read_profile(plan_id: str, principal: PlanReader, services: App) -> Response:
    """Return samples along the planned path with the ground under them, and where zones and corridors are crossed.

    Columns have one value per sample: `distance_m` along the ground track, `at`, the place, the ground above mean sea
    level and the planned height in three datums. Bands of zones and corridors keep the datum they were published in.
    A plan filed as volumes has no path: `samples` is null.
    """
    row = await _plan(services, plan_id, principal)
    geometry = geometry_codec.decode(row.geometry)
    book = services.book
    terrain = book.region.altitude.terrain
    told: dict[str, Any] = {
        "plan_id": plan_id,
        "version": row.version,
        "terrain": terrain_document(terrain),
        "tolerance_m": book.policy.tolerance.vertical_m,
        "length_m": None,
        "samples": None,
        "zones": [],
        "corridors": [],
    }
    if not isinstance(geometry, Trajectory4D):
        return json_response(told)
    try:
        profile = vertical_profile(geometry, book.region, book.zone_set, book.scene.corridors)
    except (NoGroundError, OutsideGeoidError):
        return json_response(told)
    told |= {
        "length_m": round(profile.length_m, 1),
        "samples": _samples(profile),
        "zones": [_crossing(item) for item in profile.zones],
        "corridors": [_crossing(item) for item in profile.corridors],
    }
    return json_response(told, headers={"Cache-Control": "no-store"})


def _samples(profile: VerticalProfile) -> dict[str, Any]:
    def column(values: FloatArray, decimals: int = 1) -> list[float]:
        listed: list[float] = np.round(values, decimals).tolist()
        return listed

    return {
        "distance_m": column(profile.distance_m),
        "at": [rfc3339(from_scene_s(value)) for value in profile.t_s.tolist()],
        "lat_deg": column(profile.lat_deg, 6),
        "lon_deg": column(profile.lon_deg, 6),
        "ground_amsl_m": column(profile.ground_hae_m - profile.undulation_m),
        "undulation_m": column(profile.undulation_m, 2),
        "alt_hae_m": column(profile.alt_hae_m),
        "alt_amsl_m": column(profile.alt_hae_m - profile.undulation_m),
        "alt_agl_m": column(profile.alt_hae_m - profile.ground_hae_m),
    }


def _crossing(item: Crossing) -> dict[str, Any]:
    subject = item.subject
    ranges = [[round(low, 1), round(high, 1)] for low, high in item.ranges_m]
    told = {
        "name": subject.name,
        "name_zh": subject.name_zh,
        "lower_m": subject.lower_m,
        "upper_m": subject.upper_m,
        "datum": subject.datum,
        "ranges_m": ranges,
    }
    if isinstance(subject, Corridor):
        return {"corridor_id": subject.corridor_id, **told, "direction": subject.direction}
    assert isinstance(subject, Zone)
    return {"zone_id": subject.zone_id, **told, "restriction": subject.restriction, "in_force": item.in_force}


# -- timeline ----------------------------------------------------------------------------------------------------------


@router.get(
    "/flight-plans/{plan_id}/timeline",
    summary="What happened to a flight",
    response_model=None,
    responses=problem_responses(401, 403, 404),
)
async def read_timeline(plan_id: str, principal: PlanReader, services: App) -> Response:
    """Return the events of a flight, oldest first: filed, judged, activated, alerts, advisories, commands, ended.

    The whole record with positions and hashes is at `/v1/flight-plans/{plan_id}/record`.
    """
    row = await _plan(services, plan_id, principal)
    now_s = to_scene_s(services.clock.now())
    items = await services.store.read(lambda session: timeline(session, row, principal, now_s))
    return json_response({"plan_id": plan_id, "items": items}, headers={"Cache-Control": "no-store"})


# -- link --------------------------------------------------------------------------------------------------------------


@router.get(
    "/aircraft/{aircraft_id}/link",
    summary="The data link to an aircraft",
    response_model=None,
    responses=problem_responses(401, 403, 404),
)
async def read_link(
    aircraft_id: str, principal: Annotated[Principal, Depends(require("aircraft.read"))], services: App
) -> Response:
    """Return how old, how late and how lossy what an aircraft sends is; null where nothing was heard or measured."""
    aircraft = services.fleet.get(aircraft_id)
    if aircraft is None or not may_read_of(principal, aircraft.organisation_id):
        raise not_found("aircraft", "航空器", aircraft_id)
    now_s = to_scene_s(services.clock.now())
    report = link_report(services.telemetry, services.bridge, aircraft_id, now_s)
    return json_response(report.document(), headers={"Cache-Control": "no-store"})


# -- contact -----------------------------------------------------------------------------------------------------------

Line = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class ContactBody(ApiModel):
    """Whom to call about a firm's flights; absent or null: not said."""

    duty_name: Line | None = None
    """Who or what post answers."""
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()-]{2,30}$")] | None = None
    radio: Line | None = None
    """Channel or talk group."""
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None


@router.get(
    "/operators/{organisation_id}/contact",
    summary="Whom to call about a firm's flights",
    response_model=None,
    responses=problem_responses(401, 403, 404),
)
async def read_contact(
    organisation_id: str, principal: Annotated[Principal, Depends(require("operator.read"))], services: App
) -> Response:
    """Return the firm's contact; every field is null while nothing was said."""
    _check_firm(services, organisation_id, known=may_read_of(principal, organisation_id))
    row = await services.store.read(lambda session: contacts.get(session, organisation_id))
    return json_response(_contact(organisation_id, row))


@router.put(
    "/operators/{organisation_id}/contact",
    summary="Say whom to call about a firm's flights",
    response_model=None,
    openapi_extra=openapi_body(ContactBody),
    responses=problem_responses(401, 403, 404, 413, 415, 422, 503),
)
async def put_contact(
    organisation_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("operator_contact.write"))],
    services: App,
) -> Response:
    """Replace the firm's contact; a firm changes its own, the centre and administrators every firm's."""
    _check_firm(services, organisation_id, known=principal.role == "admin" or may_edit_of(principal, organisation_id))
    body = await parse_body(request, ContactBody)
    now = services.clock.now()
    values = {**body.model_dump(), "updated_at": rfc3339(now), "updated_by": principal.subject}

    def job(session: Session) -> OperatorContactRow | None:
        contacts.put(session, organisation_id, values)
        record_audit(
            session,
            at=now,
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            action="operator.contact",
            object_kind="operator",
            object_id=organisation_id,
            detail=body.model_dump(),
        )
        return contacts.get(session, organisation_id)

    return json_response(_contact(organisation_id, await services.store.write(job)))


def _check_firm(services: Services, organisation_id: str, *, known: bool) -> None:
    firm = services.identity.directory.organisations.get(organisation_id)
    if firm is None or firm.kind != "operator" or not known:
        raise not_found("operator", "运营人", organisation_id)


def _contact(organisation_id: str, row: OperatorContactRow | None) -> dict[str, Any]:
    said = {
        name: None if row is None else getattr(row, name)
        for name in ("duty_name", "phone", "radio", "email", "updated_at")
    }
    return {"organisation_id": organisation_id, **said}
