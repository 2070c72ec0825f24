"""Orders to vehicles: what one would do, giving it, and how it fares."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from utm.api.answers import json_response
from utm.api.body import parse_body
from utm.api.command_models import CommandBody, MassBody
from utm.api.openapi import openapi_body, problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.command_asking import Answered
from utm.command_records import document
from utm.command_values import CommandState
from utm.problems import FieldProblem, not_found, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.store.commands import CommandFilter
from utm.tracing import current_trace_id

MASS_LIMIT_BYTES: Final = 1 << 20
_LONGEST_ID: Final = 64

router = APIRouter(prefix="/v1", tags=["Commands"])
App = Annotated[Services, Depends(services_of)]
DryRun = Annotated[bool, Query(description="Only tell what it would do.")]


@router.post(
    "/aircraft/{aircraft_id}/commands",
    summary="Give an order to a vehicle",
    status_code=202,
    response_model=None,
    openapi_extra=openapi_body(CommandBody),
    responses={
        200: {"description": "dry_run: what it would do"},
        202: {"description": "Given; follow it at /v1/commands/{command_id}"},
        **problem_responses(403, 404, 409, 413, 415, 422, 503),
    },
)
async def send_command(
    aircraft_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("command.send"))],
    services: App,
    dry_run: DryRun = False,
) -> Response:
    """Give an order: 202 with its id. 409 tells what is in the way, or asks to confirm (land, land_at_site).

    Firms command their own vehicles; dispatchers those whose flight gives cause, or with a reason.
    """
    body = await parse_body(request, CommandBody)
    requests = [body.request(_known_id(aircraft_id))]
    if dry_run:
        return json_response(services.commands.check(principal, requests, reason=body.reason))
    answered = await services.commands.submit(
        principal, requests, reason=body.reason, override=body.override, token=body.confirmation_token
    )
    command = answered[0].command
    if command is None:
        assert answered[0].problem is not None
        raise answered[0].problem
    where = {"Location": f"/v1/commands/{command.command_id}"}
    return json_response(document(command, principal), 202, where)


@router.post(
    "/aircraft/{aircraft_id}/commands/check",
    summary="What an order would do",
    response_model=None,
    openapi_extra=openapi_body(CommandBody),
    responses=problem_responses(403, 404, 409, 413, 415, 422, 503),
)
async def check_command(
    aircraft_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("command.send"))],
    services: App,
) -> Response:
    """Tell the volume an order would take, what is in its way, who is affected and what is better; nothing is sent."""
    body = await parse_body(request, CommandBody)
    return json_response(services.commands.check(principal, [body.request(_known_id(aircraft_id))], reason=body.reason))


@router.post(
    "/commands/mass",
    summary="Give orders to several vehicles",
    status_code=202,
    response_model=None,
    openapi_extra=openapi_body(MassBody),
    responses={
        200: {"description": "dry_run: what they would do"},
        202: {"description": "Given: one item per vehicle, in order"},
        **problem_responses(403, 404, 409, 413, 415, 422, 503),
    },
)
async def send_commands(
    request: Request,
    principal: Annotated[Principal, Depends(require("command.send"))],
    services: App,
    dry_run: DryRun = False,
) -> Response:
    """Give orders judged jointly; always in two steps. An item that cannot be given carries its problem."""
    body = await parse_body(request, MassBody, limit_bytes=MASS_LIMIT_BYTES)
    requests = [item.request(_known_id(item.aircraft_id)) for item in body.commands]
    if dry_run:
        return json_response(services.commands.check(principal, requests, reason=body.reason))
    answered = await services.commands.submit(
        principal, requests, reason=body.reason, override=body.override, token=body.confirmation_token
    )
    return json_response({"items": [_mass_item(item, principal) for item in answered]}, 202)


@router.get("/commands", summary="Orders to vehicles", response_model=None, responses=problem_responses(401, 403, 422))
async def list_commands(
    *,
    principal: Annotated[Principal, Depends(require("command.read"))],
    services: App,
    aircraft_id: Annotated[str | None, Query(max_length=_LONGEST_ID)] = None,
    state: Annotated[
        str | None, Query(max_length=80, description="States separated by commas, or `open` for those under way.")
    ] = None,
    batch_id: Annotated[str | None, Query(max_length=_LONGEST_ID)] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Return orders, newest first; firms see those to their own vehicles."""
    position = decode_cursor(cursor, int)
    aircraft_id = services.fleet.filter_of(principal, aircraft_id)
    where = CommandFilter(aircraft_id=aircraft_id, states=_states(state), batch_id=batch_id)
    found = await services.commands.page(
        principal, where, before=None if position is None else position[0], limit=limit + 1
    )
    shown, following = page_of(found, limit, lambda command: (command.command_no,))
    return json_response({"items": [document(item, principal) for item in shown], "next_cursor": following})


@router.get(
    "/commands/{command_id}",
    summary="One order with its transitions",
    response_model=None,
    responses=problem_responses(401, 403, 404),
)
async def get_command(
    command_id: str, principal: Annotated[Principal, Depends(require("command.read"))], services: App
) -> Response:
    """Return an order with every transition, its time and its cause."""
    if len(command_id) > _LONGEST_ID:
        raise not_found("command", "指令", command_id)
    return json_response(document(await services.commands.get(principal, command_id), principal))


def _known_id(aircraft_id: str) -> str:
    if len(aircraft_id) > _LONGEST_ID:
        raise not_found("aircraft", "航空器", aircraft_id)
    return aircraft_id


def _mass_item(item: Answered, principal: Principal) -> dict[str, Any]:
    if item.command is not None:
        return {"aircraft_id": item.request.aircraft_id, "command": document(item.command, principal), "problem": None}
    assert item.problem is not None
    problem = item.problem.document(current_trace_id())
    return {"aircraft_id": item.request.aircraft_id, "command": None, "problem": problem}


def _states(text: str | None) -> frozenset[str] | None:
    if text is None:
        return None
    chosen = frozenset(part.strip() for part in text.split(","))
    known = [state.value for state in CommandState]
    if not chosen <= {*known, "open"}:
        choices = ", ".join((*known, "open"))
        raise validation_problem(
            [FieldProblem.of("?state", "invalid_choice", choices=choices)], code="invalid_parameter"
        )
    if "open" in chosen:
        chosen = (chosen - {"open"}) | {"queued", "sent", "accepted"}
    return chosen
