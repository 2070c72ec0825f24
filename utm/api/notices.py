"""`/v1/standing-approvals` and `/v1/advisories`: what a firm may do without asking each time, and what it is told."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, model_validator

from utm.advisories import advisory_document
from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.problems import FieldProblem, not_found, validation_problem
from utm.security import Principal, require, visible_organisation
from utm.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["approvals and advisories"])

App = Annotated[Services, Depends(services_of)]
_FLEET = "fleet"


class StandingApprovalBody(ApiModel):
    """The envelope a firm applies for."""

    name: str = Field(min_length=1, max_length=200)
    geometry: dict[str, Any] | None = Field(
        None, description="GeoJSON Polygon, MultiPolygon, or Point with radius_m; absent: the whole area served."
    )
    radius_m: float | None = Field(None, gt=0, le=100_000)
    lower_agl_m: float = Field(0, ge=0, le=6_000, description="True height.")
    upper_agl_m: float = Field(gt=0, le=6_000, description="True height.")
    applicability: list[dict[str, Any]] | None = Field(None, description="Periods as of a zone; absent: always.")
    aircraft_ids: list[str] | None = Field(None, max_length=10_000, description="Absent: the firm's whole fleet.")
    operation_types: list[str] | None = Field(None, max_length=16)

    @model_validator(mode="after")
    def _band(self) -> "StandingApprovalBody":
        if self.lower_agl_m >= self.upper_agl_m:
            raise ValueError("lower_agl_m must be below upper_agl_m")
        return self


class StandingDecisionBody(ApiModel):
    """What a regulator decides."""

    outcome: Literal["approved", "refused", "withdrawn"]
    reason: str | None = Field(None, max_length=2_000)


@router.get("/standing-approvals", summary="Standing approvals", response_model=None)
async def list_standing_approvals(
    principal: Annotated[Principal, Depends(require("standing_approval.read"))], services: App
) -> Response:
    """Return a firm's own, or all for the city's roles."""
    return json_response({"items": services.standing.visible(principal), "next_cursor": None})


@router.post(
    "/standing-approvals",
    summary="Apply for a standing approval",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(StandingApprovalBody),
    responses={201: {"description": "Applied; a regulator decides"}, **problem_responses(403, 413, 415, 422, 503)},
)
async def apply_for_standing_approval(
    request: Request, principal: Annotated[Principal, Depends(require("standing_approval.apply"))], services: App
) -> Response:
    """Apply for an envelope under which routine flights need no application of their own."""
    body = await parse_body(request, StandingApprovalBody)
    found = await services.standing.apply(principal, body.model_dump(exclude_none=True))
    return json_response(found, 201, {"Location": f"/v1/standing-approvals/{found['standing_approval_id']}"})


@router.post(
    "/standing-approvals/{standing_approval_id}/decision",
    summary="Decide a standing approval",
    response_model=None,
    openapi_extra=openapi_body(StandingDecisionBody),
    responses=problem_responses(403, 404, 409, 422, 503),
)
async def decide_standing_approval(
    standing_approval_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("standing_approval.decide"))],
    services: App,
) -> Response:
    """Approve or refuse an application, or withdraw what was approved."""
    body = await parse_body(request, StandingDecisionBody)
    if body.outcome == "approved":
        services.time_watch.require()
    return json_response(await services.standing.decide(principal, standing_approval_id, body.outcome, body.reason))


class StandingDayBody(ApiModel):
    """How many flights a firm will take slots for on a day."""

    date: Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = Field(description="The Beijing day.")
    flights: int = Field(ge=0, le=100_000)
    note: str | None = Field(None, max_length=2_000)


@router.get(
    "/standing-approvals/{standing_approval_id}",
    summary="Read a standing approval",
    response_model=None,
    responses=problem_responses(401, 403, 404),
)
async def read_standing_approval(
    standing_approval_id: str,
    principal: Annotated[Principal, Depends(require("standing_approval.read"))],
    services: App,
) -> Response:
    """Return one envelope with what was decided about it."""
    return json_response(services.standing.document(principal, standing_approval_id))


@router.get(
    "/standing-approvals/{standing_approval_id}/days",
    summary="Days filed under a standing approval",
    response_model=None,
    responses=problem_responses(401, 403, 404, 422),
)
async def list_standing_days(
    standing_approval_id: str,
    principal: Annotated[Principal, Depends(require("standing_approval.read"))],
    services: App,
    from_: Annotated[date | None, Query(alias="from")] = None,
    to: Annotated[date | None, Query()] = None,
) -> Response:
    """Return filed days with the slots taken, soonest first; `fleet` names the approval of a firm's whole fleet."""
    name = None if standing_approval_id == _FLEET else standing_approval_id
    if name is not None:
        services.standing.document(principal, name)
    own = visible_organisation(principal)
    return json_response({"items": await services.standing.days.listed(own, name, from_, to), "next_cursor": None})


@router.post(
    "/standing-approvals/{standing_approval_id}/days",
    summary="File a day under a standing approval",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(StandingDayBody),
    responses={201: {"description": "Filed"}, **problem_responses(401, 403, 404, 409, 413, 415, 422, 503)},
)
async def file_standing_day(
    standing_approval_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("standing_approval.file"))],
    services: App,
) -> Response:
    """Say by noon of the day before how many flights will be flown; their slots are taken on the day by filing plans.

    Filing the same day again changes the number. `fleet` names the approval of the firm's whole fleet.
    """
    body = await parse_body(request, StandingDayBody)
    try:
        on = date.fromisoformat(body.date)
    except ValueError:
        fault = FieldProblem("/date", "invalid_value", "is no day of the calendar", "不是有效日期")
        raise validation_problem([fault]) from None
    firm = principal.organisation_id
    name = None if standing_approval_id == _FLEET else standing_approval_id
    holds = services.fleet.has_standing_approval(firm) if name is None else services.standing.held(firm, name)
    if not holds:
        raise not_found("standing approval", "长期批准", standing_approval_id)
    return json_response(await services.standing.days.file(principal, name, on, body.flights, body.note), 201)


@router.get("/advisories", summary="Advisories", response_model=None)
async def list_advisories(
    principal: Annotated[Principal, Depends(require("advisory.read"))],
    services: App,
    plan_id: Annotated[str | None, Query(max_length=64)] = None,
    state: Annotated[Literal["told", "escalated", "acknowledged", "withdrawn"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Return what firms were told about their flights, newest first."""
    position = decode_cursor(cursor, int)
    rows = await services.advisories.page(
        organisation_id=visible_organisation(principal),
        plan_id=plan_id,
        state=state,
        before=None if position is None else position[0],
        limit=limit + 1,
    )
    shown, following = page_of(rows, limit, lambda row: (row.number,))
    return json_response({"items": [advisory_document(row) for row in shown], "next_cursor": following})


@router.post(
    "/advisories/{advisory_id}/acknowledge",
    summary="Acknowledge an advisory",
    response_model=None,
    responses=problem_responses(403, 404, 503),
)
async def acknowledge_advisory(
    advisory_id: str, principal: Annotated[Principal, Depends(require("advisory.acknowledge"))], services: App
) -> Response:
    """Say that the firm has read it."""
    return json_response(await services.advisories.acknowledge(principal, advisory_id))
