"""`/v1/flight-plans`: file, check, batch, list, read, modify, and the steps of a plan's life."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import Field

from airspace.lifecycle import PlanState
from airspace.timebase import to_scene_s
from utm.api.answers import batch_item, idempotency_key, if_match, json_response, plan_response
from utm.api.body import ApiModel, Instant, check_content_type, parse_body, parse_json, read_body, validate
from utm.api.flight_plan_models import (
    MOST_IN_BATCH,
    BatchAnswer,
    BatchBody,
    BatchItemBody,
    FlightPlanAnswer,
    FlightPlanBody,
    FlightPlanPage,
)
from utm.api.openapi import openapi_body, problem_responses
from utm.api.owned_steps import OwnedStepBody, reason_of
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.plan_batches import BatchItem
from utm.plan_records import Answer, document
from utm.problems import FieldProblem, validation_problem
from utm.security import Principal, require, visible_organisation
from utm.services import Services, services_of
from utm.store import plans

router = APIRouter(prefix="/v1/flight-plans", tags=["flight plans"])

Reader = Annotated[Principal, Depends(require("plan.read"))]
Filer = Annotated[Principal, Depends(require("plan.file"))]
Checker = Annotated[Principal, Depends(require("plan.check"))]
Stepper = Annotated[Principal, Depends(require("plan.step"))]
Decider = Annotated[Principal, Depends(require("plan.decide"))]
App = Annotated[Services, Depends(services_of)]


class DecisionBody(ApiModel):
    """What a human decides about a pending plan."""

    outcome: Literal["approved", "refused"]
    reason: str | None = Field(None, max_length=2_000)


async def _body(request: Request, services: Services) -> tuple[dict[str, Any], FlightPlanBody]:
    check_content_type(request)
    data = await read_body(request, limit_bytes=services.settings.max_body_bytes)
    raw = parse_json(data)
    return raw, validate(raw, FlightPlanBody, data=data)


@router.post(
    "",
    summary="File a flight plan",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(FlightPlanBody),
    responses={
        201: {"model": FlightPlanAnswer, "description": "Approved"},
        202: {"model": FlightPlanAnswer, "description": "Pending: a human or an outside authority must decide"},
        409: {
            "model": FlightPlanAnswer,
            "description": "Refused, with every reason; or the idempotency key was reused",
        },
        **problem_responses(401, 403, 404, 413, 415, 422, 429, 503),
    },
)
async def file_plan(request: Request, principal: Filer, services: App) -> Response:
    """Judge a plan and keep it. Send `Idempotency-Key`: the same key and body give the same answer again."""
    services.time_watch.require()
    key = idempotency_key(request)
    check_content_type(request)
    data = await read_body(request, limit_bytes=services.settings.max_body_bytes)

    def parse() -> tuple[dict[str, Any], FlightPlanBody, str | None]:
        raw = parse_json(data)
        return raw, validate(raw, FlightPlanBody, data=data), key

    return plan_response(await services.plan_intake.file(principal, data, parse, key))


@router.post(
    "/check",
    summary="Judge a plan without filing it",
    response_model=None,
    openapi_extra=openapi_body(FlightPlanBody),
    responses={200: {"model": FlightPlanAnswer}, **problem_responses(401, 403, 404, 413, 415, 422, 429)},
)
async def check_plan(request: Request, principal: Checker, services: App) -> Response:
    """Return the answer filing would get at this moment; nothing is kept and nothing is reserved."""
    body, parsed = await _body(request, services)
    return json_response(services.flight_plans.check(principal, body, parsed).document)


@router.post(
    "/batch",
    summary="File up to 500 plans",
    status_code=207,
    response_model=None,
    openapi_extra=openapi_body(BatchBody),
    responses={
        207: {"model": BatchAnswer, "description": "One answer per plan, in order, each with its `status`"},
        **problem_responses(401, 403, 413, 415, 422, 429, 503),
    },
)
async def file_batch(request: Request, principal: Filer, services: App) -> Response:
    """Judge plans in order, each against those before it; each may carry its own `idempotency_key`."""
    services.time_watch.require()
    check_content_type(request)
    raw = parse_json(await read_body(request, limit_bytes=services.settings.max_batch_body_bytes))
    listed = raw["plans"] if _plainly_a_batch(raw) else validate(raw, BatchBody).plans

    def parser(index: int, item: dict[str, Any]) -> Callable[[], tuple[dict[str, Any], FlightPlanBody, str | None]]:
        def parse() -> tuple[dict[str, Any], FlightPlanBody, str | None]:
            parsed = validate(item, BatchItemBody, f"/plans/{index}")
            body = {name: value for name, value in item.items() if name != "idempotency_key"}
            return body, parsed, parsed.idempotency_key

        return parse

    items = [BatchItem(item, parser(index, item)) for index, item in enumerate(listed)]
    answers = await services.plan_intake.file_batch(principal, items)
    return json_response({"items": [batch_item(answer) for answer in answers]}, 207)


def _plainly_a_batch(raw: Any) -> bool:
    """Tell what `BatchBody` would, without writing and reading half a megabyte again; each plan is validated later."""
    if type(raw) is not dict or len(raw) != 1 or type(raw.get("plans")) is not list:
        return False
    return 1 <= len(raw["plans"]) <= MOST_IN_BATCH and all(type(item) is dict for item in raw["plans"])


@router.get("", summary="List flight plans", responses={200: {"model": FlightPlanPage}}, response_model=None)
async def list_plans(
    principal: Reader,
    services: App,
    state: Annotated[str | None, Query(max_length=200, description="States, separated by commas.")] = None,
    aircraft_id: Annotated[str | None, Query(max_length=64)] = None,
    from_: Annotated[Instant | None, Query(alias="from", description="Flights that end at or after this.")] = None,
    to: Annotated[Instant | None, Query(description="Flights that start at or before this.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List plans, latest departure first: a firm's own, or all for the city's roles."""
    position = decode_cursor(cursor, float, int)
    where = plans.PlanFilter(
        organisation_id=visible_organisation(principal),
        states=None if state is None else _states(state),
        aircraft_id=services.fleet.filter_of(principal, aircraft_id),
        from_s=_scene_s(from_),
        to_s=_scene_s(to),
    )
    after = None if position is None else (position[0], position[1])
    rows = await services.store.read(lambda session: plans.page(session, where, after=after, limit=limit + 1))
    shown, following = page_of(rows, limit, lambda row: (row.departure_s, row.plan_no))
    return json_response({"items": [document(row) for row in shown], "next_cursor": following})


def _scene_s(at: datetime | None) -> float | None:
    return None if at is None else to_scene_s(at)


def _states(text: str) -> list[str]:
    wanted = [part.strip() for part in text.split(",") if part.strip()]
    known = [str(item) for item in PlanState]
    if any(item not in known for item in wanted) or not wanted:
        fault = FieldProblem.of("?state", "invalid_choice", choices=", ".join(known))
        raise validation_problem([fault], code="invalid_parameter")
    return wanted


@router.get(
    "/{plan_id}",
    summary="Read a flight plan",
    response_model=None,
    responses={200: {"model": FlightPlanAnswer}, **problem_responses(404)},
)
async def read_plan(plan_id: str, principal: Reader, services: App) -> Response:
    """Return a plan as it is now, with the decision that stands."""
    found = await services.flight_plans.get(principal, plan_id)
    return plan_response(Answer(200, found))


@router.put(
    "/{plan_id}",
    summary="Modify a flight plan",
    response_model=None,
    openapi_extra=openapi_body(FlightPlanBody),
    responses={
        200: {"model": FlightPlanAnswer, "description": "The new version stands"},
        409: {"model": FlightPlanAnswer, "description": "Refused or stale: the old version stands"},
        **problem_responses(404, 413, 415, 422, 428, 503),
    },
)
async def modify_plan(plan_id: str, request: Request, principal: Filer, services: App) -> Response:
    """Judge a new version; send `If-Match` with the version it replaces, which stands until the new one is approved."""
    services.time_watch.require()
    version = if_match(request, required=True)
    body, parsed = await _body(request, services)
    return plan_response(await services.flight_plans.modify(principal, plan_id, body, parsed, version))


_STEP_ANSWERS: dict[int | str, dict[str, Any]] = {200: {"model": FlightPlanAnswer}, **problem_responses(404, 409, 503)}


@router.post("/{plan_id}/confirm", summary="Report readiness", response_model=None, responses=_STEP_ANSWERS)
async def confirm_plan(plan_id: str, principal: Stepper, services: App) -> Response:
    """Report that the flight is ready; the authority's release is marked apart."""
    return plan_response(await services.plan_steps.confirm(principal, plan_id))


@router.post("/{plan_id}/activate", summary="Start the flight", response_model=None, responses=_STEP_ANSWERS)
async def activate_plan(plan_id: str, principal: Stepper, services: App) -> Response:
    """Judge the plan again as it would be flown now, and start it; 409 names everything that stands in the way."""
    services.time_watch.require()
    return plan_response(await services.plan_steps.activate(principal, plan_id))


@router.post(
    "/{plan_id}/end",
    summary="End the flight",
    response_model=None,
    openapi_extra=openapi_body(OwnedStepBody, required=False),
    responses=_STEP_ANSWERS,
)
async def end_plan(plan_id: str, request: Request, principal: Stepper, services: App) -> Response:
    """Free the airspace of a flight that has landed; a dispatcher only of its own position where the city is divided."""
    reason, plan = await reason_of(request), services.sky.get(plan_id)
    if plan is not None:
        await services.sectors.lock.permit(principal, [plan.aircraft_id], reason, "flight_plan", plan_id)
    return plan_response(await services.plan_steps.end(principal, plan_id))


@router.post("/{plan_id}/cancel", summary="Give up a plan", response_model=None, responses=_STEP_ANSWERS)
async def cancel_plan(plan_id: str, principal: Stepper, services: App) -> Response:
    """Give up a plan that has not been activated."""
    return plan_response(await services.plan_steps.cancel(principal, plan_id))


@router.post("/{plan_id}/release", summary="Release a flight", response_model=None, responses=_STEP_ANSWERS)
async def release_plan(plan_id: str, principal: Decider, services: App) -> Response:
    """Mark the authority's release of a plan whose firm reported readiness; take-off is possible only after it."""
    services.time_watch.require()
    return plan_response(await services.plan_steps.release(principal, plan_id))


@router.post(
    "/{plan_id}/decision",
    summary="Decide a pending plan",
    response_model=None,
    openapi_extra=openapi_body(DecisionBody),
    responses=_STEP_ANSWERS,
)
async def decide_plan(plan_id: str, request: Request, principal: Decider, services: App) -> Response:
    """Accept or refuse a pending plan; accepting judges it again, because pending plans reserve nothing."""
    services.time_watch.require()
    decision = await parse_body(request, DecisionBody)
    answer = await services.plan_steps.decide(
        principal, plan_id, accept=decision.outcome == "approved", reason=decision.reason
    )
    return plan_response(answer)


def direct_routes() -> list[APIRoute]:
    """Return the routes that every plan comes through."""
    hot = (file_plan, check_plan, file_batch)
    return [route for route in router.routes if isinstance(route, APIRoute) and route.endpoint in hot]
