"""`/v1/webhooks`: events delivered to a caller's own server."""

from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, Field

from utm.api.answers import json_response
from utm.api.body import ApiModel, Instant, parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.problems import FieldProblem, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("webhook.read"))]
Writer = Annotated[Principal, Depends(require("webhook.write"))]
Topic = Literal["alerts", "plans", "zones", "commands", "orders", "advisories", "contingencies"]


def _distinct(topics: list[Topic]) -> list[Topic]:
    return list(dict.fromkeys(topics))


Topics = Annotated[list[Topic], Field(min_length=1, max_length=20), AfterValidator(_distinct)]


class WebhookBody(ApiModel):
    """Where events are to go, and which."""

    url: Annotated[str, Field(min_length=1, max_length=2_000)]
    """https, a public address (a deployment may allow others)."""
    topics: Topics | None = None
    """Absent: every topic."""


class WebhookPatch(ApiModel):
    """Changes to a webhook; another URL is verified anew."""

    url: Annotated[str, Field(min_length=1, max_length=2_000)] | None = None
    topics: Topics | None = None
    active: bool | None = None
    """false keeps events waiting, true sends them."""


class ReplayBody(ApiModel):
    """Which events to send again."""

    from_: Instant | None = Field(None, alias="from", description="Absent: what is dead, and nothing else.")
    to: Instant | None = Field(None, description="Absent: now.")


@router.get("", summary="List webhooks", response_model=None, responses=problem_responses(401, 403))
async def list_webhooks(principal: Reader, services: App) -> Response:
    """List the caller's organisation's webhooks; secrets are never shown again."""
    return json_response({"items": await services.webhooks.listed(principal), "next_cursor": None})


@router.post(
    "",
    summary="Create a webhook",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(WebhookBody),
    responses={
        201: {"description": "Made; verification follows"},
        **problem_responses(401, 403, 409, 413, 415, 422, 503),
    },
)
async def create_webhook(request: Request, principal: Writer, services: App) -> Response:
    """Make a webhook. Keep the `secret` of the answer: it is shown once, and every request is signed with it.

    The endpoint is then sent `{"type": "webhook.verification", "challenge"}` and answers 2xx with the challenge in its
    body; from then on it gets every event the organisation may see.
    """
    body = await parse_body(request, WebhookBody)
    found = await services.webhooks.create(principal, body.url, body.topics or get_args(Topic))
    return json_response(found, 201, {"Location": f"/v1/webhooks/{found['webhook_id']}", "Cache-Control": "no-store"})


@router.get("/{webhook_id}", summary="Read a webhook", response_model=None, responses=problem_responses(401, 403, 404))
async def read_webhook(webhook_id: str, principal: Reader, services: App) -> Response:
    """Return one webhook with its state: unverified, active, off or refused."""
    return json_response(await services.webhooks.get(principal, webhook_id))


@router.patch(
    "/{webhook_id}",
    summary="Change a webhook",
    response_model=None,
    openapi_extra=openapi_body(WebhookPatch),
    responses=problem_responses(401, 403, 404, 413, 415, 422, 503),
)
async def change_webhook(webhook_id: str, request: Request, principal: Writer, services: App) -> Response:
    """Change where events go, which, or switch them off and on."""
    body = await parse_body(request, WebhookPatch)
    found = await services.webhooks.change(principal, webhook_id, url=body.url, topics=body.topics, active=body.active)
    return json_response(found)


@router.delete(
    "/{webhook_id}",
    summary="Delete a webhook",
    status_code=204,
    response_model=None,
    responses=problem_responses(401, 403, 404, 503),
)
async def delete_webhook(webhook_id: str, principal: Writer, services: App) -> Response:
    """Take a webhook away, with what waits for it."""
    await services.webhooks.drop(principal, webhook_id)
    return Response(status_code=204)


@router.post(
    "/{webhook_id}/replay",
    summary="Send events again",
    status_code=202,
    response_model=None,
    openapi_extra=openapi_body(ReplayBody),
    responses={202: {"description": "Queued"}, **problem_responses(401, 403, 404, 413, 415, 422, 503)},
)
async def replay_events(webhook_id: str, request: Request, principal: Writer, services: App) -> Response:
    """Queue every event of a window again, or, without `from`, every dead delivery; in order, behind what waits already."""
    body = await parse_body(request, ReplayBody)
    if body.from_ is not None and body.to is not None and body.to < body.from_:
        raise validation_problem([FieldProblem("/to", "reversed_window", "lies before from", "早于 from")])
    return json_response(await services.webhooks.replay(principal, webhook_id, body.from_, body.to), 202)


@router.post(
    "/{webhook_id}/rotate",
    summary="Give a webhook a new secret",
    response_model=None,
    responses=problem_responses(401, 403, 404, 503),
)
async def rotate_secret(webhook_id: str, principal: Writer, services: App) -> Response:
    """Return the webhook with its new secret, shown once; every attempt from now on is signed with it."""
    return json_response(await services.webhooks.rotate(principal, webhook_id), 200, {"Cache-Control": "no-store"})


@router.get(
    "/{webhook_id}/deliveries",
    summary="Deliveries of a webhook",
    response_model=None,
    responses=problem_responses(401, 403, 404, 422),
)
async def list_deliveries(
    webhook_id: str,
    principal: Reader,
    services: App,
    state: Annotated[Literal["waiting", "delivered", "dead"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List deliveries, newest first: attempts, last status, what went wrong; dead ones can be sent again."""
    position = decode_cursor(cursor, int)
    found: list[tuple[int, dict[str, Any]]] = await services.webhooks.deliveries(
        principal,
        webhook_id,
        states=None if state is None else [state],
        before=None if position is None else position[0],
        limit=limit + 1,
    )
    shown, following = page_of(found, limit, lambda item: (item[0],))
    return json_response({"items": [document for _, document in shown], "next_cursor": following})


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/retry",
    summary="Send a delivery again",
    response_model=None,
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def send_again(webhook_id: str, delivery_id: str, principal: Writer, services: App) -> Response:
    """Queue a delivery that ended again, under its own id, as long as its event is kept (seven days)."""
    return json_response(await services.webhooks.send_again(principal, webhook_id, delivery_id))
