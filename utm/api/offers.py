"""`/v1/flight-plans/{plan_id}/offers/{index}/hold`: keep an offer for a minute."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response

from utm.api.answers import json_response
from utm.api.body import ApiModel, Instant
from utm.api.flight_plan_models import CounterOfferAnswer
from utm.api.openapi import problem_responses
from utm.hold_desk import hold_offer
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/flight-plans", tags=["flight plans"])


class HeldOfferAnswer(ApiModel):
    """An offer on hold: its body, filed by the same firm until then, is approved."""

    plan_id: str
    index: int
    held_until: Instant
    offer: CounterOfferAnswer


@router.post(
    "/{plan_id}/offers/{index}/hold",
    summary="Hold a counter-offer",
    response_model=None,
    responses={200: {"model": HeldOfferAnswer}, **problem_responses(403, 404, 409, 422, 429, 503)},
)
async def hold(
    plan_id: str,
    index: Annotated[int, Path(ge=0, le=100, description="The place of the offer in counter_offers, from 0.")],
    principal: Annotated[Principal, Depends(require("plan.file"))],
    services: Annotated[Services, Depends(services_of)],
) -> Response:
    """Reserve the airspace of an offer for its firm; file the offered body before `held_until` and it is approved.

    Holding another offer of the same plan gives the first one back. No body is needed.
    """
    return json_response(await hold_offer(services.flight_plans, principal, plan_id, index))
