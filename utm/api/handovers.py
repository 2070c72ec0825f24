"""`/v1/handovers`: the shift log, what it carries over, and both signatures."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from utm.api.answers import json_response
from utm.api.body import ApiModel, openapi_body, parse_body
from utm.api.openapi import problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.handover.desk import HandoverDesk, document
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.store import handovers

router = APIRouter(prefix="/v1/handovers", tags=["shift handover"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("handover.read"))]
Writer = Annotated[Principal, Depends(require("handover.write"))]
Initials = Annotated[str, Field(pattern=r"^[^\W\d_]{1,4}$")]
_WRITES = problem_responses(401, 403, 404, 409, 413, 415, 422, 503)


class EntryBody(ApiModel):
    """A line of the log."""

    kind: Literal["note", "traffic", "weather", "equipment", "airspace", "person"] = "note"
    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class SignOutBody(ApiModel):
    """The signature of who leaves."""

    initials: Initials
    """One to four letters."""
    remarks: Annotated[str, Field(max_length=4000)] = ""


class HandoverSignBody(ApiModel):
    """The signature of who comes."""

    initials: Initials


def _desk(services: Services) -> HandoverDesk:
    return HandoverDesk(services.clock, services.store)


@router.get("", summary="List shift logs", response_model=None, responses=problem_responses(401, 403))
async def list_handovers(_: Reader, services: App, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """Return shift logs, newest first, without their entries."""
    position = decode_cursor(cursor, int)
    before = None if position is None else position[0]
    rows = await services.store.read(lambda session: handovers.page(session, before=before, limit=limit + 1))
    shown, following = page_of(rows, limit, lambda row: (row.number,))
    return json_response({"items": [document(row, []) for row in shown], "next_cursor": following})


@router.get("/current", summary="The running shift log", response_model=None, responses=problem_responses(401, 403))
async def read_current(_: Reader, services: App) -> Response:
    """Return the running log, null without one, and what is open now: alerts, shelved ones, contingencies, decisions."""
    return json_response(await _desk(services).current(), headers={"Cache-Control": "no-store"})


@router.get("/{handover_id}", summary="A shift log", response_model=None, responses=problem_responses(401, 403, 404))
async def read_handover(handover_id: str, _: Reader, services: App) -> Response:
    """Return a log with its entries, signatures, and what was open when it was signed."""
    return json_response(await _desk(services).read(handover_id))


@router.post("", summary="Open the first shift log", status_code=201, response_model=None, responses=_WRITES)
async def open_handover(principal: Writer, services: App) -> Response:
    """Open a log where none is running; later ones are opened by the signature of who comes."""
    return json_response(await _desk(services).open(principal), 201)


@router.post(
    "/{handover_id}/entries",
    summary="Write into a shift log",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(EntryBody),
    responses=_WRITES,
)
async def add_entry(handover_id: str, request: Request, principal: Writer, services: App) -> Response:
    """Add a line under the caller's name; lines are never changed."""
    body = await parse_body(request, EntryBody)
    return json_response(await _desk(services).add(principal, handover_id, body.kind, body.text), 201)


@router.post(
    "/{handover_id}/sign-out",
    summary="Sign as who leaves",
    response_model=None,
    openapi_extra=openapi_body(SignOutBody),
    responses=_WRITES,
)
async def sign_out(handover_id: str, request: Request, principal: Writer, services: App) -> Response:
    """Offer the shift; what is open at this moment is kept with the log."""
    body = await parse_body(request, SignOutBody)
    return json_response(await _desk(services).sign_out(principal, handover_id, body.initials, body.remarks))


@router.post(
    "/{handover_id}/sign-in",
    summary="Sign as who comes",
    response_model=None,
    openapi_extra=openapi_body(HandoverSignBody),
    responses=_WRITES,
)
async def sign_in(handover_id: str, request: Request, principal: Writer, services: App) -> Response:
    """Take the shift over: closes the log and answers with the next one, opened for the caller."""
    body = await parse_body(request, HandoverSignBody)
    return json_response(await _desk(services).sign_in(principal, handover_id, body.initials))
