"""`/v1/temporary-zones` and `/v1/action-lists`: close airspace for a while, and see every flight out of it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from utm.api.answers import json_response
from utm.api.body import ApiModel, Instant, parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.plan_records import rfc3339
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.zone_actions import Drawn

router = APIRouter(prefix="/v1", tags=["temporary zones"])

App = Annotated[Services, Depends(services_of)]
DryRun = Annotated[bool, Query(description="Only tell what it would do; nothing is published.")]


class EmergencyOverride(ApiModel):
    """Why less notice is given than the rules ask for; it stands in the audit trail."""

    reason: str = Field(min_length=5, max_length=500)


class TemporaryZoneBody(ApiModel):
    """A zone for a while; geometry and heights as of any zone."""

    name: str = Field(min_length=1, max_length=200)
    name_zh: str | None = Field(None, max_length=200)
    zone_id: str | None = Field(None, max_length=64)
    geometry: dict[str, Any] = Field(description="GeoJSON Polygon, MultiPolygon, or Point with radius_m.")
    radius_m: float | None = Field(None, gt=0, le=100_000)
    restriction: Literal["PROHIBITED", "REQ_AUTHORISATION"] = "PROHIBITED"
    lower_m: float = Field(0, ge=-1_000, le=20_000)
    upper_m: float | None = Field(None, ge=-1_000, le=20_000, description="Absent: unlimited.")
    datum: Literal["AGL", "AMSL", "HAE"] = "AGL"
    starts_at: Instant
    ends_at: Instant
    category: Literal["event", "urgent"] = Field(
        "event", description="Which notice holds: 24 h for an event, 30 min for a military or emergency one."
    )
    emergency_override: EmergencyOverride | None = None
    reason: str | None = Field(None, max_length=500)
    message: str | None = Field(None, max_length=1_000)
    message_zh: str | None = Field(None, max_length=1_000)

    def feature(self) -> dict[str, Any]:
        """Return the zone as the Feature every zone is."""
        names = ("name", "name_zh", "zone_id", "radius_m", "restriction", "reason", "message", "message_zh", "datum")
        properties = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        properties |= {"lower_m": self.lower_m, "upper_m": self.upper_m}
        return {"type": "Feature", "geometry": self.geometry, "properties": properties}


class ExecuteBody(ApiModel):
    """Which actions of a list to carry out, and the token of the second step."""

    items: list[str] | None = Field(None, min_length=1, max_length=5_000, description="Absent: all that wait.")
    confirmation_token: str | None = Field(None, max_length=200)
    reason: str | None = Field(
        None, min_length=5, max_length=500, description="Why a supervisor acts on flights of other positions."
    )


@router.get("/temporary-zones", summary="Temporary zones", response_model=None)
async def list_temporary_zones(
    _: Annotated[Principal, Depends(require("temporary_zone.read"))], services: App
) -> Response:
    """Return the temporary zones that have not ended, by when they begin."""
    return json_response({"items": await services.off_nominal.zones.page(), "next_cursor": None})


@router.post(
    "/temporary-zones",
    summary="Publish a temporary zone",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(TemporaryZoneBody),
    responses={
        200: {"description": "dry_run: what it would do, flight by flight"},
        201: {"description": "Published, with its list of actions"},
        **problem_responses(403, 409, 413, 415, 422, 503),
    },
)
async def publish_temporary_zone(
    request: Request,
    principal: Annotated[Principal, Depends(require("temporary_zone.write"))],
    services: App,
    dry_run: DryRun = False,
) -> Response:
    """Publish a zone for a while, with the list of what each flight in it or bound for it should do.

    Look first with `dry_run=true`. Less notice than asked for is 409 `notice_too_short` without `emergency_override`.
    """
    body = await parse_body(request, TemporaryZoneBody)
    zones = services.off_nominal.zones
    drawn = await zones.draw(
        body.feature(),
        category=body.category,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        override_reason=None if body.emergency_override is None else body.emergency_override.reason,
    )
    if dry_run:
        return json_response(_preview(drawn))
    found = await zones.publish(principal, drawn)
    return json_response(found, 201, {"Location": f"/v1/action-lists/{found['action_list_id']}"})


@router.delete(
    "/temporary-zones/{zone_id}",
    summary="Withdraw a temporary zone",
    status_code=204,
    responses=problem_responses(403, 404, 503),
)
async def withdraw_temporary_zone(
    zone_id: str, principal: Annotated[Principal, Depends(require("temporary_zone.write"))], services: App
) -> Response:
    """Take a temporary zone out of force before its end; what is still proposed because of it is withdrawn."""
    await services.off_nominal.zones.withdraw(principal, zone_id)
    return Response(status_code=204)


@router.get("/action-lists", summary="Lists of actions", response_model=None)
async def list_action_lists(
    _: Annotated[Principal, Depends(require("action_list.read"))],
    services: App,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Return lists, newest first, with how many flights stand how."""
    position = decode_cursor(cursor, int)
    found = await services.off_nominal.actions.page(before=None if position is None else position[0], limit=limit + 1)
    shown, following = page_of(found, limit, lambda item: (item[0],))
    return json_response({"items": [document for _, document in shown], "next_cursor": following})


@router.get(
    "/action-lists/{action_list_id}", summary="Read a list", response_model=None, responses=problem_responses(404)
)
async def read_action_list(
    action_list_id: str, _: Annotated[Principal, Depends(require("action_list.read"))], services: App
) -> Response:
    """Return a list with the recommended action of every flight and how carrying it out stands."""
    return json_response(await services.off_nominal.actions.get(action_list_id))


@router.post(
    "/action-lists/{action_list_id}/execute",
    summary="Carry out actions of a list",
    status_code=202,
    response_model=None,
    openapi_extra=openapi_body(ExecuteBody),
    responses={202: {"description": "Under way; follow it at the list"}, **problem_responses(403, 404, 409, 422, 503)},
)
async def execute_action_list(
    action_list_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("action_list.execute"))],
    services: App,
) -> Response:
    """Carry out one, some or all actions: first 409 `confirmation_required` with the token, then 202 with it.

    Where the city is divided into sectors, flights in the air of another position are 409 `owned_by_other_position`;
    `aircraft_ids` names them, so that the others can be named in `items`.
    """
    body = await parse_body(request, ExecuteBody)
    await _check_owner(principal, services, action_list_id, body)
    found = await services.off_nominal.actions.execute(principal, action_list_id, body.items, body.confirmation_token)
    return json_response(found, 202)


async def _check_owner(principal: Principal, services: Services, action_list_id: str, body: ExecuteBody) -> None:
    """Ask whether every flight in the air that would be acted on is the caller's to act on."""
    listed = await services.off_nominal.actions.get(action_list_id)
    flying = [
        item["aircraft_id"]
        for item in listed["items"]
        if item["flight"] == "airborne"
        and item["state"] in ("proposed", "escalated")
        and (body.items is None or item["item_id"] in body.items)
    ]
    lock = services.sectors.lock
    if body.confirmation_token is None:  # only told what it would do
        lock.check(principal, flying, body.reason)
    else:
        await lock.permit(principal, flying, body.reason, "action_list", action_list_id)


def _preview(drawn: Drawn) -> dict[str, Any]:
    items = [
        {
            "plan_id": draft.plan.plan_id,
            "aircraft_id": draft.plan.aircraft_id,
            "organisation_id": draft.plan.organisation_id,
            "flight": "airborne" if draft.airborne else "filed",
            "action": draft.action,
            **draft.known,
        }
        for draft in drawn.drafts
    ]
    return {
        "starts_at": rfc3339(drawn.starts_at),
        "ends_at": rfc3339(drawn.ends_at),
        "airborne": len(drawn.impact.airborne),
        "filed": len(drawn.impact.filed),
        "orders": list(drawn.orders),
        "items": items,
    }
