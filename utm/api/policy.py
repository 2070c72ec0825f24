"""The rules in force: read, changed, and what a change would do to the plans that stand."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from airspace.policy import policy_to_dict
from airspace.rules.book import book_to_dict, order_761
from utm.api.answers import if_match, json_response
from utm.api.body import parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.api.zone_models import ImpactAnswer, PolicyAnswer, PolicyBody, WeatherBody
from utm.policy_impact import plan_document, proposed_policy
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.zones import check_version

router = APIRouter(prefix="/v1/policy", tags=["airspace"])

App = Annotated[Services, Depends(services_of)]
_BODY = problem_responses(403, 413, 415, 422, 503)


@router.get("", summary="The rules in force", responses={200: {"model": PolicyAnswer}}, response_model=None)
async def read_policy(_: Annotated[Principal, Depends(require("policy.read"))], services: App) -> Response:
    """Return the policy: separation, tolerance, ceiling, times; every decision names the version that judged it."""
    policy = policy_to_dict(services.book.policy)
    return json_response(policy, headers={"ETag": f'"{policy["version"]}"'})


@router.get(
    "/presets/order_761",
    summary="What Order 761 asks for",
    response_model=None,
    responses=problem_responses(401, 403),
)
async def read_order_761(_: Annotated[Principal, Depends(require("policy.read"))]) -> Response:
    """Return the fields of a policy that enforces the times of Order 761: send them to PUT, or first to impact."""
    return json_response({"readiness_lead_s": 3_600.0, "rules": book_to_dict(order_761())})


@router.put(
    "",
    summary="Publish a policy",
    response_model=None,
    openapi_extra=openapi_body(PolicyBody),
    responses={200: {"model": PolicyAnswer}, 409: problem_responses(409)[409], **_BODY},
)
async def write_policy(
    request: Request, principal: Annotated[Principal, Depends(require("policy.write"))], services: App
) -> Response:
    """Publish a new version; fields left out keep their value. One that breaks the error budget is refused with the sum.

    The answer counts the live plans the change invalidates; `POST /v1/policy/impact` names them beforehand. They keep
    their approval and their airspace, and are judged by the new rules when they are activated or modified.
    """
    body = await parse_body(request, PolicyBody)
    return await _publish(request, principal, services, body.model_dump(exclude_unset=True))


@router.put(
    "/weather",
    summary="Say what weather is in force",
    response_model=None,
    openapi_extra=openapi_body(WeatherBody),
    responses={200: {"model": PolicyAnswer}, 409: problem_responses(409)[409], **_BODY},
)
async def write_weather(
    request: Request, principal: Annotated[Principal, Depends(require("weather.write"))], services: App
) -> Response:
    """Publish a new version of the policy with this weather; separation rules for it hold for what is judged from now."""
    body = await parse_body(request, WeatherBody)
    return await _publish(request, principal, services, body.model_dump(exclude_unset=True))


async def _publish(request: Request, principal: Principal, services: Services, given: dict[str, Any]) -> Response:
    version = if_match(request, required=False)
    check_version(services.book.policy.version, version)
    impact = await services.policy_impact.of(proposed_policy(services.book, given))
    policy = await services.zone_desk.publish_policy(principal, given, version)
    document = policy_to_dict(policy) | {"impact": impact.counts()}
    return json_response(document, headers={"ETag": f'"{policy.version}"'})


@router.post(
    "/impact",
    summary="What a policy would do",
    response_model=None,
    openapi_extra=openapi_body(PolicyBody),
    responses={200: {"model": ImpactAnswer}, **_BODY},
)
async def policy_impact(
    request: Request, _: Annotated[Principal, Depends(require("policy.impact"))], services: App
) -> Response:
    """Name every live plan that would not be approved under the policy this body makes of the one in force.

    The body is that of PUT. Nothing is published. Of two plans too near each other under new minima both are named.
    """
    body = await parse_body(request, PolicyBody)
    version, policy = services.book.policy.version, proposed_policy(services.book, body.model_dump(exclude_unset=True))
    impact = await services.policy_impact.of(policy)
    named = [(plan.row.state, plan_document(plan)) for plan in impact.plans]
    return json_response(
        {
            "policy_version": version,
            "policy": policy_to_dict(policy),
            "checks": list(impact.checks),
            "counts": impact.counts(),
            "filed": [document for state, document in named if state == "approved"],
            "airborne": [document for state, document in named if state != "approved"],
            "took_ms": round(impact.took_s * 1000, 1),
        }
    )
