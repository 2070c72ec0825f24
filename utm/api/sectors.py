"""`/v1/sectors`, `/v1/positions`, `/v1/transfers`: the city divided among positions."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from utm.api.answers import if_match, json_response
from utm.api.body import ApiModel, openapi_body, parse_body
from utm.api.openapi import problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.problems import FieldProblem, not_found, validation_problem
from utm.sectors.board import board, flight_document, layout_document
from utm.sectors.book import transfer_of
from utm.sectors.transfers import Answer
from utm.sectors.values import MAX_CELLS, MAX_SECTORS, TIMEOUT_S, Datum
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.store import sectors as records

router = APIRouter(prefix="/v1", tags=["sectors"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("sector.read"))]
Editor = Annotated[Principal, Depends(require("sector.write"))]
Worker = Annotated[Principal, Depends(require("transfer.write"))]
Id = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=80, pattern=r"\S")]
Note = Annotated[str, Field(max_length=500)]
Height = Annotated[float, Field(ge=-1_000, le=20_000)]
_WRITES = problem_responses(401, 403, 404, 409, 413, 415, 422, 503)
_NO_STORE = {"Cache-Control": "no-store"}


class SectorBody(ApiModel):
    """A part of the city: either a GeoJSON Polygon or MultiPolygon, or H3 cells of one resolution."""

    sector_id: Id | None = None
    """Kept from version to version; made where left out."""
    name: Name
    name_zh: Name | None = None
    position_id: Id
    geometry: dict[str, Any] | None = None
    cells: Annotated[list[Annotated[str, Field(max_length=16)]], Field(min_length=1, max_length=MAX_CELLS)] | None = (
        None
    )
    lower_m: Height | None = None
    """The sector holds what flies from here on, over the datum; absent: from the ground."""
    upper_m: Height | None = None
    """The sector holds what flies below this; absent: without bound. Sectors one above the other share their ground."""
    datum: Datum = "AGL"


class SectorLayoutBody(ApiModel):
    """The whole division; the first sector of the list that holds a place has it."""

    in_use: bool = True
    """False: one position owns everything, as before any version."""
    sectors: Annotated[list[SectorBody], Field(max_length=MAX_SECTORS)]
    fallback_position_id: Id
    """Owns what lies in no sector."""
    transfer_timeout_s: Annotated[float, Field(ge=10, le=600)] = TIMEOUT_S
    """How long a transfer waits for an answer before it goes back to the giver."""
    note: Note = ""


class AssignmentsBody(ApiModel):
    """Which sectors go to which positions: all of one to another combines, some of them splits."""

    assignments: Annotated[dict[Id, Id], Field(min_length=1, max_length=MAX_SECTORS)]
    """Positions by sector."""
    note: Note = ""


class PositionBody(ApiModel):
    """A working position of the operations centre."""

    name: Name
    name_zh: Name | None = None
    supervises: bool = False
    """Whether who works there may change the division and, with a reason, act on any flight."""
    people: Annotated[list[Id], Field(max_length=500)] = Field(default_factory=list)
    """Accounts that may sign on; none: every dispatcher."""


class TransferBody(ApiModel):
    """What is offered: exactly one of aircraft_id, track_id and alert_id. An alert about a flight goes with the flight."""

    aircraft_id: Id | None = None
    track_id: Id | None = None
    alert_id: Id | None = None
    to_position_id: Id
    note: Note = ""


@router.get("/sectors", summary="The division of the city", response_model=None, responses=problem_responses(401, 403))
async def read_sectors(_: Reader, services: App) -> Response:
    """Return the version that holds; version 0 before the first: one position owns everything."""
    layout = services.sectors.book.state.layout
    return json_response(layout_document(layout), headers={"ETag": f'"{layout.version}"', **_NO_STORE})


@router.put(
    "/sectors",
    summary="Publish the division of the city",
    response_model=None,
    openapi_extra=openapi_body(SectorLayoutBody),
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422, 428, 503),
)
async def put_sectors(request: Request, principal: Editor, services: App) -> Response:
    """Publish a new version of the whole division (If-Match); administrators and supervisors. Sectors may not overlap."""
    expected = if_match(request, required=True)
    body = await parse_body(request, SectorLayoutBody)
    layout = await services.sectors.publish(principal, body.model_dump(mode="json"), expected)
    return json_response(layout_document(layout), headers={"ETag": f'"{layout.version}"'})


@router.get(
    "/sectors/versions", summary="Earlier divisions", response_model=None, responses=problem_responses(401, 403, 422)
)
async def list_versions(_: Reader, services: App, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """Return every version, newest first; publishing one of them again restores it."""
    position = decode_cursor(cursor, int)
    found = await services.sectors.versions(None if position is None else position[0], limit + 1)
    shown, following = page_of(found, limit, lambda layout: (layout.version,))
    return json_response({"items": [layout_document(item) for item in shown], "next_cursor": following})


@router.post(
    "/sectors/assignments",
    summary="Combine or split sectors",
    response_model=None,
    openapi_extra=openapi_body(AssignmentsBody),
    responses=_WRITES,
)
async def assign_sectors(request: Request, principal: Editor, services: App) -> Response:
    """Give sectors to other positions, as a new version; administrators and supervisors."""
    body = await parse_body(request, AssignmentsBody)
    return json_response(layout_document(await services.sectors.assign(principal, body.assignments, body.note)))


@router.get(
    "/sectors/board", summary="Load, owners and transfers", response_model=None, responses=problem_responses(401, 403)
)
async def read_board(principal: Reader, services: App) -> Response:
    """Return the load of each position, flights nobody watches, transfers that wait, and the owner of every open alert."""
    return json_response(board(services.sectors, principal), headers=_NO_STORE)


@router.get(
    "/sectors/owner",
    summary="Who owns a flight",
    response_model=None,
    responses=problem_responses(401, 403, 404, 422),
)
async def read_owner(
    _: Reader,
    services: App,
    aircraft_id: Annotated[str | None, Query(max_length=64)] = None,
    track_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Return the owner of a flight in the picture, with the transfer that waits for an answer, if there is one."""
    desk = services.sectors
    if (aircraft_id is None) == (track_id is None):
        text, text_zh = "must be given, or else track_id", "aircraft_id 与 track_id 须且仅须填写一项"
        fault = FieldProblem("?aircraft_id", "invalid_value", text, text_zh)
        raise validation_problem([fault], code="invalid_parameter")
    subject = desk.transfers.subject_of(aircraft_id, track_id, None)
    flight = desk.ownership.flights().get(subject)
    if flight is None:
        raise not_found("flight", "飞行", aircraft_id or track_id or "")
    pending = desk.book.state.pending.get(subject)
    return json_response(
        {**flight_document(flight), "transfer": None if pending is None else pending.document()}, headers=_NO_STORE
    )


@router.get(
    "/sectors/versions/{version}",
    summary="An earlier division",
    response_model=None,
    responses=problem_responses(401, 403, 404, 422),
)
async def read_version(version: Annotated[int, Path(ge=0, lt=2**53)], _: Reader, services: App) -> Response:
    """Return one version whole."""
    return json_response(layout_document(await services.sectors.version(version)))


@router.get("/positions", summary="Positions of the centre", response_model=None, responses=problem_responses(401, 403))
async def list_positions(_: Reader, services: App) -> Response:
    """Return the positions with who works there and who may."""
    return json_response({"items": _positions(services), "next_cursor": None}, headers=_NO_STORE)


@router.post(
    "/positions",
    summary="Make a position",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(PositionBody),
    responses=_WRITES,
)
async def open_position(request: Request, principal: Editor, services: App) -> Response:
    """Make a position; administrators and supervisors."""
    body = await parse_body(request, PositionBody)
    position_id = await services.sectors.open_position(principal, body.model_dump())
    return json_response(_position(services, position_id), 201)


@router.put(
    "/positions/{position_id}",
    summary="Change a position",
    response_model=None,
    openapi_extra=openapi_body(PositionBody),
    responses=_WRITES,
)
async def change_position(position_id: str, request: Request, principal: Editor, services: App) -> Response:
    """Change a position's names, people and whether it supervises."""
    body = await parse_body(request, PositionBody)
    await services.sectors.change_position(principal, position_id, body.model_dump())
    return json_response(_position(services, position_id))


@router.delete(
    "/positions/{position_id}", summary="Close a position", status_code=204, response_model=None, responses=_WRITES
)
async def retire_position(position_id: str, principal: Editor, services: App) -> Response:
    """Close a position that owns nothing any more; who works there is signed off."""
    await services.sectors.retire_position(principal, position_id)
    return Response(status_code=204)


@router.post("/positions/{position_id}/sign-on", summary="Work at a position", response_model=None, responses=_WRITES)
async def sign_on(position_id: str, principal: Worker, services: App) -> Response:
    """Put the caller at a position, away from any other."""
    await services.sectors.sign_on(principal, position_id)
    return json_response(_position(services, position_id))


@router.post(
    "/positions/sign-off", summary="Leave one's position", status_code=204, response_model=None, responses=_WRITES
)
async def sign_off(principal: Worker, services: App) -> Response:
    """Take the caller off its position."""
    await services.sectors.sign_off(principal)
    return Response(status_code=204)


@router.get("/transfers", summary="Transfers", response_model=None, responses=problem_responses(401, 403, 422))
async def list_transfers(_: Reader, services: App, cursor: Cursor = None, limit: Limit = 100) -> Response:
    """Return transfers with what became of them, newest first."""
    position = decode_cursor(cursor, str, str)
    before = None if position is None else (position[0], position[1])
    rows = await services.store.read(lambda session: records.transfers_page(session, before=before, limit=limit + 1))
    shown, following = page_of(rows, limit, lambda row: (row.offered_at, row.transfer_id))
    return json_response({"items": [transfer_of(row).document() for row in shown], "next_cursor": following})


@router.post(
    "/transfers",
    summary="Offer a flight or alert to another position",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(TransferBody),
    responses=_WRITES,
)
async def offer_transfer(request: Request, principal: Worker, services: App) -> Response:
    """Offer what one's position owns; until it is accepted the giver owns it. Supervisors offer for anybody."""
    body = await parse_body(request, TransferBody)
    if sum(value is not None for value in (body.aircraft_id, body.track_id, body.alert_id)) != 1:
        text = "must have exactly one of aircraft_id, track_id and alert_id"
        text_zh = "aircraft_id、track_id、alert_id 须且仅须填写一项"
        raise validation_problem([FieldProblem("", "invalid_value", text, text_zh)])
    desk = services.sectors
    subject = desk.transfers.subject_of(body.aircraft_id, body.track_id, body.alert_id)
    made = await desk.transfers.offer(
        principal, subject, body.to_position_id, body.note, supervises=desk.supervises(principal)
    )
    return json_response(made.document(), 201)


@router.post("/transfers/{transfer_id}/accept", summary="Take what is offered", response_model=None, responses=_WRITES)
async def accept_transfer(transfer_id: str, principal: Worker, services: App) -> Response:
    """Take a flight or alert over; the caller's position owns it from this moment."""
    return await _answered(services, principal, transfer_id, "accept")


@router.post(
    "/transfers/{transfer_id}/decline", summary="Refuse what is offered", response_model=None, responses=_WRITES
)
async def decline_transfer(transfer_id: str, principal: Worker, services: App) -> Response:
    """Say no; the giver goes on owning it."""
    return await _answered(services, principal, transfer_id, "decline")


@router.post("/transfers/{transfer_id}/withdraw", summary="Take an offer back", response_model=None, responses=_WRITES)
async def withdraw_transfer(transfer_id: str, principal: Worker, services: App) -> Response:
    """Take back what one's own position offered."""
    return await _answered(services, principal, transfer_id, "withdraw")


async def _answered(services: Services, principal: Principal, transfer_id: str, answer: Answer) -> Response:
    desk = services.sectors
    done = await desk.transfers.answer(principal, transfer_id, answer, supervises=desk.supervises(principal))
    return json_response(done.document())


def _positions(services: Services) -> list[dict[str, Any]]:
    state = services.sectors.book.state
    return [
        {
            "position_id": item.position_id,
            "name": item.name,
            "name_zh": item.name_zh,
            "supervises": item.supervises,
            "people": sorted(item.people),
            "staff": [{"name": each.name, "since_at": each.since_at} for each in state.staff_of(item.position_id)],
        }
        for item in state.positions.values()
    ]


def _position(services: Services, position_id: str) -> dict[str, Any]:
    return next(item for item in _positions(services) if item["position_id"] == position_id)
