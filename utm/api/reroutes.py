"""`/v1/aircraft/{aircraft_id}/reroutes`: ways a flight in the air could take instead, each ready to be ordered."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response

from utm.api.answers import json_response
from utm.api.openapi import problem_responses
from utm.problems import not_found
from utm.reroutes import Reroutes
from utm.security import Principal, require
from utm.services import Services, services_of

_LONGEST_ID: Final = 64

router = APIRouter(prefix="/v1", tags=["Commands"])


@router.get(
    "/aircraft/{aircraft_id}/reroutes",
    summary="Ways to reroute to",
    response_model=None,
    responses=problem_responses(403, 404, 409),
)
async def list_reroutes(
    aircraft_id: str,
    principal: Annotated[Principal, Depends(require("command.send"))],
    services: Annotated[Services, Depends(services_of)],
) -> Response:
    """Return ways the aircraft's flight could take instead, each a plan that would be approved now.

    `plan` is the body for `{"type": "reroute", "plan": …}`; it begins ahead of the vehicle in a minute and a half, so order
    or ask again. Nothing is reserved. 409 where the vehicle is not connected or flies no plan.
    """
    if len(aircraft_id) > _LONGEST_ID:
        raise not_found("aircraft", "航空器", aircraft_id)
    return json_response(await Reroutes(services.flight_plans, services.commands.judge).of(principal, aircraft_id))
