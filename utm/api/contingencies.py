"""`/v1/contingencies`: flights that do what they do by themselves, the airspace they take, and who is in their way."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from airspace.contingency import Kind, Manoeuvre
from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.api.owned_steps import OwnedStepBody, reason_of
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.problems import FieldProblem, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["contingencies"])

App = Annotated[Services, Depends(services_of)]
_STATES = ("proposed", "open", "ended", "dismissed")


class ContingencyDeclaration(ApiModel):
    """What failed, and what the flight does about it."""

    kind: Kind
    procedure: Manoeuvre | None = Field(None, description="Absent: as filed, or what the kind of failure leaves.")
    note: str | None = Field(None, max_length=500)


@router.post(
    "/flight-plans/{plan_id}/contingency",
    summary="Declare a contingency",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(ContingencyDeclaration),
    responses={
        201: {"description": "Its airspace is reserved, its neighbours are told"},
        **problem_responses(403, 404, 409, 413, 415, 422, 503),
    },
)
async def declare_contingency(
    plan_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("contingency.declare"))],
    services: App,
) -> Response:
    """Say that a flight in the air cannot go on as planned: its plan becomes contingent, its procedure reserved.

    The same declaration again changes nothing; another kind or procedure replaces the volumes.
    """
    body = await parse_body(request, ContingencyDeclaration)
    plan = services.sky.get(plan_id)
    if plan is not None:
        await services.sectors.lock.permit(principal, [plan.aircraft_id], body.note, "flight_plan", plan_id)
    found = await services.off_nominal.contingencies.declare(
        principal, plan_id, body.kind, manoeuvre=body.procedure, note=body.note
    )
    return json_response(found, 201, {"Location": f"/v1/contingencies/{found['contingency_id']}"})


@router.get("/contingencies", summary="Contingencies", response_model=None, responses=problem_responses(422))
async def list_contingencies(
    principal: Annotated[Principal, Depends(require("contingency.read"))],
    services: App,
    state: Annotated[str | None, Query(max_length=80, description="States separated by commas; absent: all.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Return contingencies, newest first; each with one recommended action, for the centre with who is in its way."""
    position = decode_cursor(cursor, int)
    found = await services.off_nominal.contingencies.page(
        principal,
        states=None if state is None else _states(state),
        before=None if position is None else position[0],
        limit=limit + 1,
    )
    shown, following = page_of(found, limit, lambda item: (item[0],))
    return json_response({"items": [document for _, document in shown], "next_cursor": following})


@router.get(
    "/contingencies/{contingency_id}",
    summary="Read a contingency",
    response_model=None,
    responses=problem_responses(404),
)
async def read_contingency(
    contingency_id: str, principal: Annotated[Principal, Depends(require("contingency.read"))], services: App
) -> Response:
    """Return one contingency with its volumes."""
    return json_response(await services.off_nominal.contingencies.get(principal, contingency_id))


@router.post(
    "/contingencies/{contingency_id}/accept",
    summary="Accept a proposed contingency",
    response_model=None,
    openapi_extra=openapi_body(OwnedStepBody, required=False),
    responses=problem_responses(403, 404, 409, 413, 422, 503),
)
async def accept_contingency(
    contingency_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("contingency.decide"))],
    services: App,
) -> Response:
    """Say that what the service found is a contingency: it is declared."""
    await _check_owner(request, principal, services, contingency_id)
    return json_response(await services.off_nominal.contingencies.decide(principal, contingency_id, accept=True))


@router.post(
    "/contingencies/{contingency_id}/dismiss",
    summary="Dismiss a proposed contingency",
    response_model=None,
    openapi_extra=openapi_body(OwnedStepBody, required=False),
    responses=problem_responses(403, 404, 409, 413, 422, 503),
)
async def dismiss_contingency(
    contingency_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("contingency.decide"))],
    services: App,
) -> Response:
    """Say that what the service found is none."""
    await _check_owner(request, principal, services, contingency_id)
    return json_response(await services.off_nominal.contingencies.decide(principal, contingency_id, accept=False))


async def _check_owner(request: Request, principal: Principal, services: Services, contingency_id: str) -> None:
    """Ask whether the flight is the caller's to decide about, where the city is divided among positions."""
    reason = await reason_of(request)
    row = services.off_nominal.contingencies.open.get(contingency_id)
    if row is not None:
        await services.sectors.lock.permit(principal, [row.aircraft_id], reason, "contingency", contingency_id)


def _states(text: str) -> list[str]:
    wanted: list[Any] = [part.strip() for part in text.split(",") if part.strip()]
    if not wanted or any(item not in _STATES for item in wanted):
        fault = FieldProblem.of("?state", "invalid_choice", choices=", ".join(_STATES))
        raise validation_problem([fault], code="invalid_parameter")
    return wanted
