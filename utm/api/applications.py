"""`/v1/applications`: firms ask to be let in; an admin decides; the applicant collects one secret."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import Field

from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body
from utm.api.oauth import address_of
from utm.api.openapi import openapi_body, problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.problems import Problem
from utm.security import Principal, require
from utm.security.accounts import Accounts
from utm.security.applications import Applications
from utm.security.guesses import APPLICATIONS
from utm.security.identity import Identity
from utm.services import Services, services_of
from utm.store.identity_tables import ApplicationRow
from utm.tracing import add_response_header

router = APIRouter(prefix="/v1/applications", tags=["access"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("identity.read"))]
Decider = Annotated[Principal, Depends(require("identity.write"))]
Claim = Annotated[str | None, Header(alias="Application-Token", max_length=200)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
_BODY_LIMIT_BYTES = 16 << 10


class ApplicationBody(ApiModel):
    """A firm that asks to be let in."""

    name: Annotated[str, Field(min_length=2, max_length=100)]
    name_zh: Annotated[str, Field(min_length=2, max_length=100)] | None = None
    kind: Literal["operator", "supplier", "sandbox"] = "operator"
    """`sandbox` is for a developer: flights in a separate sky."""
    registration: Annotated[str, Field(pattern=r"^[0-9A-Z]{8,20}$")] | None = None
    """The firm's number in the register of companies (统一社会信用代码)."""
    contact_name: Text
    contact_email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)]
    contact_phone: Annotated[str, Field(pattern=r"^[0-9+() -]{5,30}$")] | None = None
    statement: Annotated[str, Field(max_length=4_000)] = ""
    """What the firm means to do, for whoever decides."""


class ApprovalBody(ApiModel):
    """Letting a firm in."""

    entitlements: Annotated[list[Literal["standing_approval", "priority_over_50"]], Field(max_length=10)] = Field(
        default_factory=list
    )
    reason: Annotated[str, Field(max_length=2_000)] | None = None


class RefusalBody(ApiModel):
    """Refusing a firm."""

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]
    """The applicant reads it."""


@router.post(
    "",
    summary="Apply",
    status_code=202,
    response_model=None,
    openapi_extra=openapi_body(ApplicationBody) | {"security": []},
    responses=problem_responses(413, 415, 422, 429, 503),
)
async def apply(request: Request, services: App) -> Response:
    """Apply for a firm or a sandbox; open to everybody, ten at once and five an hour from one address.

    The answer alone carries `claim_token`: it follows the application and collects the secret.
    """
    await _admit(request, services.identity)
    body = await parse_body(request, ApplicationBody, limit_bytes=_BODY_LIMIT_BYTES)
    contact = body.model_dump(exclude={"name", "name_zh", "kind"}, exclude_none=True)
    row, claim = await _desk(services).apply(
        kind=body.kind, name=body.name.strip(), name_zh=(body.name_zh or body.name).strip(), contact=contact
    )
    shown = _for_applicant(row) | {"claim_token": claim}
    return json_response(shown, 202, {"Location": f"/v1/applications/{row.application_id}/status"} | _NO_STORE)


@router.get(
    "/{application_id}/status",
    summary="Follow an application",
    response_model=None,
    openapi_extra={"security": []},
    responses=problem_responses(401, 404, 429),
)
async def follow(application_id: str, request: Request, services: App, claim: Claim = None) -> Response:
    """Return an application to its applicant, who sends `claim_token` as `Application-Token`."""
    services.identity.limits.strangers.take(address_of(request)).raise_if_refused()
    if claim is None:
        raise _unclaimed()
    row = await _desk(services).claimed(application_id, claim)
    return json_response(_for_applicant(row), headers=_NO_STORE)


@router.post(
    "/{application_id}/secret",
    summary="Collect the first secret",
    response_model=None,
    openapi_extra={"security": []},
    responses=problem_responses(401, 404, 409, 429, 503),
)
async def collect(application_id: str, request: Request, services: App, claim: Claim = None) -> Response:
    """Hand out the first secret of an approved firm: once, to whoever holds the `Application-Token`."""
    services.identity.limits.strangers.take(address_of(request)).raise_if_refused()
    if claim is None:
        raise _unclaimed()
    row, made = await _desk(services).collect(application_id, claim)
    answer = _for_applicant(row) | {"client_secret": made.plain}
    return json_response(answer, headers=_NO_STORE)


@router.get("", summary="List applications", response_model=None, responses=problem_responses(401, 403))
async def list_applications(
    _: Reader,
    services: App,
    state: Annotated[Literal["pending", "approved", "refused"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List applications in the order they came."""
    position = decode_cursor(cursor, str, str)
    after = None if position is None else (position[0], position[1])
    rows = await _desk(services).page(state, after, limit + 1)
    shown, following = page_of(rows, limit, lambda row: (row.created_at, row.application_id))
    return json_response({"items": [_for_admin(row) for row in shown], "next_cursor": following})


@router.get(
    "/{application_id}",
    summary="Read an application",
    response_model=None,
    responses=problem_responses(401, 403, 404),
)
async def read_application(application_id: str, _: Reader, services: App) -> Response:
    """Return an application to an admin."""
    return json_response(_for_admin(await _desk(services).get(application_id)))


@router.post(
    "/{application_id}/approve",
    summary="Let a firm in",
    response_model=None,
    openapi_extra=openapi_body(ApprovalBody),
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422, 503),
)
async def approve(application_id: str, request: Request, principal: Decider, services: App) -> Response:
    """Make the firm and its first client; the applicant collects the secret within fourteen days."""
    body = await parse_body(request, ApprovalBody, limit_bytes=_BODY_LIMIT_BYTES)
    row = await _desk(services).approve(principal, application_id, body.entitlements, body.reason)
    return json_response(_for_admin(row))


@router.post(
    "/{application_id}/refuse",
    summary="Refuse a firm",
    response_model=None,
    openapi_extra=openapi_body(RefusalBody),
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422, 503),
)
async def refuse(application_id: str, request: Request, principal: Decider, services: App) -> Response:
    """Refuse a firm with the reason its applicant reads."""
    body = await parse_body(request, RefusalBody, limit_bytes=_BODY_LIMIT_BYTES)
    return json_response(_for_admin(await _desk(services).refuse(principal, application_id, body.reason)))


_NO_STORE = {"Cache-Control": "no-store"}


def _unclaimed() -> Problem:
    detail = "Send the claim_token of the application as Application-Token."
    return Problem("unauthenticated", detail, "请在 Application-Token 中发送申请的 claim_token。")


def _desk(services: Services) -> Applications:
    return Applications(services.identity, Accounts(services.identity))


async def _admit(request: Request, identity: Identity) -> None:
    verdict = await identity.guesses.take(APPLICATIONS, address_of(request))
    for name, value in verdict.headers.items():
        add_response_header(request.scope, name, value)
    verdict.raise_if_refused()


def _for_applicant(row: ApplicationRow) -> dict[str, Any]:
    return {
        "application_id": row.application_id,
        "state": row.state,
        "kind": row.kind,
        "name": row.name,
        "created_at": row.created_at,
        "decided_at": row.decided_at,
        "reason": row.reason,
        "organisation_id": row.organisation_id,
        "client_id": row.client_id,
        "collect_until": row.collect_until,
        "collected_at": row.collected_at,
    }


def _for_admin(row: ApplicationRow) -> dict[str, Any]:
    more = {"name_zh": row.name_zh, "contact": orjson.loads(row.contact), "decided_by": row.decided_by}
    return _for_applicant(row) | more
