"""`/v1/flight-plans/{plan_id}/alternative`: an officer offers something else than what was applied for."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from utm.alternatives import AlternativeDesk, Wanted
from utm.api.answers import json_response, plan_response
from utm.api.body import ApiModel, openapi_body, parse_body
from utm.api.flight_plan_models import CounterOfferAnswer, DecisionAnswer, FlightPlanAnswer
from utm.api.openapi import problem_responses
from utm.problems import FieldProblem, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/flight-plans", tags=["flight plans"])

App = Annotated[Services, Depends(services_of)]
Decider = Annotated[Principal, Depends(require("plan.decide"))]


class AlternativeBody(ApiModel):
    """What would be let fly: a whole plan, such as one of the engine's counter-offers, or another time and height."""

    plan: dict[str, Any] | None = None
    """A complete body, of the same aircraft."""
    delay_s: Annotated[float, Field(ge=-86_400, le=86_400)] = 0.0
    """Departure later, or earlier where negative."""
    climb_m: Annotated[float, Field(ge=-500, le=500)] = 0.0
    """Waypoints of at least 20 m higher, or lower where negative; lower ones are take-off and landing."""
    reason: Annotated[str, Field(max_length=2_000)] | None = None
    """The firm reads it."""


class AlternativeAnswer(ApiModel):
    """What an alternative would be, and how filing it would be judged now."""

    offer: CounterOfferAnswer
    decision: DecisionAnswer


@router.post(
    "/{plan_id}/alternative",
    summary="Offer an alternative",
    response_model=None,
    openapi_extra=openapi_body(AlternativeBody),
    responses={
        200: {"model": FlightPlanAnswer, "description": "The plan, refused with the alternative on top"},
        **problem_responses(404, 409, 413, 415, 422, 503),
    },
)
async def offer_alternative(plan_id: str, request: Request, principal: Decider, services: App) -> Response:
    """Refuse a pending plan and give its firm a plan that would pass, first among its counter-offers.

    It is judged as filing it would be; 409 alternative_refused names what stands in its way. Nothing is reserved: the firm
    files it as it stands.
    """
    services.time_watch.require()
    wanted, reason = await _wanted(request)
    return plan_response(await _desk(services).give(principal, plan_id, wanted, reason))


@router.post(
    "/{plan_id}/alternative/check",
    summary="Judge an alternative",
    response_model=None,
    openapi_extra=openapi_body(AlternativeBody),
    responses={200: {"model": AlternativeAnswer}, **problem_responses(404, 409, 413, 415, 422, 503)},
)
async def check_alternative(plan_id: str, request: Request, principal: Decider, services: App) -> Response:
    """Judge an alternative as filing it would be, and keep nothing."""
    wanted, _ = await _wanted(request)
    return json_response(await _desk(services).judge(principal, plan_id, wanted), headers={"Cache-Control": "no-store"})


async def _wanted(request: Request) -> tuple[Wanted, str | None]:
    body = await parse_body(request, AlternativeBody)
    moved = bool(body.delay_s or body.climb_m)
    if (body.plan is None) != moved:
        text, text_zh = "must have either plan, or delay_s and climb_m", "须填写 plan，或 delay_s 与 climb_m"
        raise validation_problem([FieldProblem("", "invalid_value", text, text_zh)])
    return Wanted(body.plan, body.delay_s, body.climb_m), body.reason


def _desk(services: Services) -> AlternativeDesk:
    return AlternativeDesk(services.store, services.flight_plans, services.plan_steps)
