"""`/v1/checklists`: what people do while the centre cannot see or cannot serve."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from utm.api.answers import json_response
from utm.api.body import ApiModel, Instant, openapi_body, parse_body
from utm.api.openapi import problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/checklists", tags=["degraded operation"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("checklist.read"))]
Writer = Annotated[Principal, Depends(require("checklist.write"))]
Note = Annotated[str, Field(max_length=500)]
_WRITES = problem_responses(401, 403, 404, 409, 413, 415, 422, 503)


class ChecklistBody(ApiModel):
    """Which list is needed."""

    kind: Literal["surveillance", "centre"]
    """surveillance: a feed or all of them are silent; centre: this service fails or failed."""
    cause: Annotated[str, Field(max_length=200)] = "by hand"


class TickBody(ApiModel):
    """A step done, or a tick taken back."""

    done: bool = True
    at: Instant | None = None
    """When it was done, where that could not be sent then; now when left out."""
    note: Note = ""


class ChecklistCloseBody(ApiModel):
    """The end of a list."""

    note: Note = ""


@router.get("", summary="List checklists", response_model=None, responses=problem_responses(401, 403, 422))
async def list_checklists(_: Reader, services: App, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """Return checklists with their ticks, newest first."""
    position = decode_cursor(cursor, str, str)
    before = None if position is None else (position[0], position[1])
    found = await services.degraded.page(before, limit + 1)
    shown, following = page_of(found, limit, lambda item: (item["opened_at"], item["checklist_id"]))
    return json_response({"items": shown, "next_cursor": following})


@router.get("/current", summary="Checklists needed now", response_model=None, responses=problem_responses(401, 403))
async def read_current(_: Reader, services: App) -> Response:
    """Return which lists the present state calls for, and the open ones."""
    return json_response(await services.degraded.current(), headers={"Cache-Control": "no-store"})


@router.post(
    "",
    summary="Open a checklist",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(ChecklistBody),
    responses=_WRITES,
)
async def open_checklist(request: Request, principal: Writer, services: App) -> Response:
    """Open a list of a kind; where one is open already, that one is returned."""
    body = await parse_body(request, ChecklistBody)
    return json_response(await services.degraded.open(principal, body.kind, body.cause), 201)


@router.post(
    "/{checklist_id}/steps/{step}",
    summary="Tick a step",
    response_model=None,
    openapi_extra=openapi_body(TickBody),
    responses=_WRITES,
)
async def tick_step(checklist_id: str, step: str, request: Request, principal: Writer, services: App) -> Response:
    """Tick a step under the caller's name, or take the tick back."""
    body = await parse_body(request, TickBody)
    done = await services.degraded.tick(principal, checklist_id, step, done=body.done, at=body.at, note=body.note)
    return json_response(done)


@router.post(
    "/{checklist_id}/close",
    summary="Close a checklist",
    response_model=None,
    openapi_extra=openapi_body(ChecklistCloseBody),
    responses=_WRITES,
)
async def close_checklist(checklist_id: str, request: Request, principal: Writer, services: App) -> Response:
    """Close a list, whole or not; what was left is in the audit trail."""
    body = await parse_body(request, ChecklistCloseBody)
    return json_response(await services.degraded.close(principal, checklist_id, body.note))
