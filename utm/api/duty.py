"""`/v1/duty`: whom to reach outside the console, who is on duty now, and every message with what became of it."""

from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, Field

from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/duty", tags=["duty"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("duty.read"))]
Writer = Annotated[Principal, Depends(require("duty.write"))]
Topic = Literal["advisories", "alerts", "reports", "approvals"]
Severity = Literal["advisory", "caution", "warning", "emergency"]


def _distinct(topics: list[Topic]) -> list[Topic]:
    return list(dict.fromkeys(topics))


Topics = Annotated[list[Topic], Field(min_length=1, max_length=10), AfterValidator(_distinct)]
Hours = Annotated[
    list[dict[str, Any]], Field(max_length=100, description="Periods as a zone's applicability, in Beijing time.")
]
Address = Annotated[str, Field(min_length=1, max_length=2_000)]
Secret = Annotated[str, Field(min_length=1, max_length=200, json_schema_extra={"format": "password"})]


class DutyContactBody(ApiModel):
    """One way to reach one person or team."""

    name: str = Field(min_length=1, max_length=200)
    channel: Literal["webhook", "email", "sms", "dingtalk", "wecom"]
    address: Address = Field(description="A URL, an e-mail address, or a telephone number with its country code.")
    secret: Secret | None = Field(
        None, description="Of a DingTalk robot that signs. A webhook gets its own, shown once."
    )
    language: Literal["zh", "en"] = "zh"
    level: Literal[1, 2, 3] = Field(
        1, description="1 is told at once, 2 when nobody answered, 3 when still nobody did."
    )
    topics: Topics = Field(default_factory=lambda: list(get_args(Topic)))
    severity: Severity = Field("warning", description="The least severity of alerts it is told of.")
    hours: Hours = Field(default_factory=list, description="When it is on duty; empty: always.")
    active: bool = True


class DutyContactPatch(ApiModel):
    """Changes to a contact; absent fields stay."""

    name: str = Field("", min_length=1, max_length=200)
    address: Address = ""
    secret: Secret = ""
    language: Literal["zh", "en"] = "zh"
    level: Literal[1, 2, 3] = 1
    topics: Topics = Field(default_factory=list)
    severity: Severity = "warning"
    hours: Hours = Field(default_factory=list)
    active: bool = True


@router.get("/contacts", summary="List contacts", response_model=None, responses=problem_responses(401, 403))
async def list_contacts(principal: Reader, services: App) -> Response:
    """List the contacts of the caller's organisation; secrets are never shown."""
    return json_response({"items": services.rules.duty.listed(principal), "next_cursor": None})


@router.post(
    "/contacts",
    summary="Add a contact",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(DutyContactBody),
    responses={201: {"description": "Kept"}, **problem_responses(401, 403, 409, 413, 415, 422, 503)},
)
async def create_contact(request: Request, principal: Writer, services: App) -> Response:
    """Add a contact of the caller's organisation. Private addresses are refused unless the deployment allows them."""
    body = await parse_body(request, DutyContactBody)
    found = await services.rules.duty.create(principal, body.model_dump())
    headers = {"Location": f"/v1/duty/contacts/{found['contact_id']}", "Cache-Control": "no-store"}
    return json_response(found, 201, headers)


@router.get(
    "/contacts/{contact_id}", summary="Read a contact", response_model=None, responses=problem_responses(401, 403, 404)
)
async def read_contact(contact_id: str, principal: Reader, services: App) -> Response:
    """Return one contact: whether it is on duty now, when it was last reached, what last went wrong."""
    return json_response(services.rules.duty.get(principal, contact_id))


@router.patch(
    "/contacts/{contact_id}",
    summary="Change a contact",
    response_model=None,
    openapi_extra=openapi_body(DutyContactPatch),
    responses=problem_responses(401, 403, 404, 413, 415, 422, 503),
)
async def change_contact(contact_id: str, request: Request, principal: Writer, services: App) -> Response:
    """Change where, when and of what a contact is told."""
    body = await parse_body(request, DutyContactPatch)
    values = body.model_dump(exclude_unset=True)
    return json_response(await services.rules.duty.change(principal, contact_id, values))


@router.delete(
    "/contacts/{contact_id}",
    summary="Delete a contact",
    status_code=204,
    response_model=None,
    responses=problem_responses(401, 403, 404, 503),
)
async def delete_contact(contact_id: str, principal: Writer, services: App) -> Response:
    """Take a contact away; what was sent to it stays in the log."""
    await services.rules.duty.drop(principal, contact_id)
    return Response(status_code=204)


@router.post(
    "/contacts/{contact_id}/test",
    summary="Send a test message",
    response_model=None,
    responses=problem_responses(401, 403, 404, 503),
)
async def test_contact(contact_id: str, principal: Writer, services: App) -> Response:
    """Send a test message now and return how that went: `state` delivered or dead, with status and error."""
    return json_response(await services.rules.duty_courier.test(principal, contact_id))


@router.get("/now", summary="Who is on duty", response_model=None, responses=problem_responses(401, 403))
async def on_duty_now(principal: Reader, services: App) -> Response:
    """Return the contacts of the caller's organisation that are on duty at this moment, by level."""
    items = [item for item in services.rules.duty.listed(principal) if item["on_duty"]]
    return json_response({"items": sorted(items, key=lambda item: (item["level"], item["name"])), "next_cursor": None})


@router.get("/messages", summary="Messages sent", response_model=None, responses=problem_responses(401, 403, 422))
async def list_messages(
    principal: Reader,
    services: App,
    contact_id: Annotated[str | None, Query(max_length=64)] = None,
    state: Annotated[Literal["waiting", "sending", "delivered", "dead"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List the organisation's messages, newest first, with attempts, the last status and what went wrong."""
    position = decode_cursor(cursor, int)
    found = await services.rules.duty.log(
        principal,
        contact_id=contact_id,
        states=None if state is None else [state],
        before=None if position is None else position[0],
        limit=limit + 1,
    )
    shown, following = page_of(found, limit, lambda item: (item[0],))
    return json_response({"items": [document for _, document in shown], "next_cursor": following})


@router.post(
    "/messages/{message_id}/retry",
    summary="Send a message again",
    response_model=None,
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def send_again(message_id: str, principal: Writer, services: App) -> Response:
    """Queue a message that ended again."""
    return json_response(await services.rules.duty.send_again(principal, message_id))
