"""`/v1/orders`, `/v1/missions`, `/v1/carriers`, `/v1/batteries`, `/v1/crews`: from an order to a delivered parcel."""

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body, validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.api.logistics_models import (
    BatteryBody,
    BatteryPatch,
    CarrierBody,
    CrewBody,
    CrewPatch,
    MissionBody,
    OrderBody,
    ReassignBody,
)
from utm.api.openapi import openapi_body, problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.logistics.bookings import Needs
from utm.logistics.missions import Booking, mission_document
from utm.logistics.orders import NewOrder, order_document
from utm.problems import FieldProblem, Problem
from utm.security import Principal, require, visible_organisation
from utm.services import Services, services_of
from utm.store import logistics
from utm.store.logistics_tables import BatteryRow, CrewRow, MissionRow, OrderRow

router = APIRouter(prefix="/v1", tags=["logistics"])

App = Annotated[Services, Depends(services_of)]
States = Annotated[str | None, Query(alias="state", max_length=200, description="One or more states, with commas.")]


# -- orders ------------------------------------------------------------------------------------------------------------


@router.post(
    "/orders",
    summary="Create an order",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(OrderBody),
    responses={201: {"description": "Taken"}, **problem_responses(401, 403, 413, 415, 422, 503)},
)
async def create_order(
    request: Request, principal: Annotated[Principal, Depends(require("order.create"))], services: App
) -> Response:
    """Take an order and plan it at once: the answer carries a promise where a carrier could be found."""
    body = await parse_body(request, OrderBody)
    order = NewOrder(**{name: getattr(body, name) for name in OrderBody.model_fields})
    made = await services.logistics.orders.create(principal, order)
    await services.logistics.dispatcher.plan_for(principal.organisation_id)
    found = await services.logistics.orders.get(principal, made["order_id"])
    return json_response(found, 201, {"Location": f"/v1/orders/{made['order_id']}"})


@router.get("/orders", summary="List orders", response_model=None, responses=problem_responses(401, 403, 422))
async def list_orders(
    principal: Annotated[Principal, Depends(require("order.read"))],
    services: App,
    state: States = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List orders, newest first; a firm sees its own."""
    position = decode_cursor(cursor, int)

    def job(session: Any) -> list[tuple[int | None, dict[str, Any]]]:
        rows = logistics.page(
            session,
            OrderRow,
            "order_no",
            organisation_id=visible_organisation(principal),
            states=_states(state),
            before=None if position is None else position[0],
            limit=limit + 1,
        )
        return [
            (row.order_no, order_document(row, logistics.get(session, MissionRow, row.mission_id or "")))
            for row in rows
        ]

    return _page(await services.store.read(job), limit)


@router.post(
    "/orders/dispatch",
    summary="Plan waiting orders now",
    response_model=None,
    responses=problem_responses(401, 403, 503),
)
async def dispatch_orders(principal: Annotated[Principal, Depends(require("order.create"))], services: App) -> Response:
    """Plan the firm's waiting orders, book what departs soon, and say what was decided and why."""
    return json_response(await services.logistics.dispatcher.plan_for(principal.organisation_id, prove=True))


@router.get("/orders/{order_id}", summary="Read an order", response_model=None, responses=problem_responses(401, 404))
async def read_order(
    order_id: str, principal: Annotated[Principal, Depends(require("order.read"))], services: App
) -> Response:
    """Return an order with its whole story."""
    return json_response(await services.logistics.orders.get(principal, order_id))


def _order_step(name: str, summary: str, text: str) -> None:
    async def take(
        order_id: str, principal: Annotated[Principal, Depends(require("order.write"))], services: App
    ) -> Response:
        return json_response(await getattr(services.logistics.orders, name)(principal, order_id))

    take.__doc__ = text
    take.__name__ = f"{name}_order"
    router.post(
        f"/orders/{{order_id}}/{name}",
        summary=summary,
        response_model=None,
        responses=problem_responses(401, 403, 404, 409, 503),
    )(take)


_order_step("cancel", "Cancel an order", "Cancel an order that does not fly yet; its flight is given up with it.")
_order_step("retry", "Try an order again", "Let an order that failed or came back wait for a new flight.")
_order_step(
    "release", "Take an order off its flight", "Give its flight up before it flies, so that it is planned anew."
)


@router.post(
    "/orders/{order_id}/reassign",
    summary="Give an order to another carrier",
    response_model=None,
    openapi_extra=openapi_body(ReassignBody),
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422, 503),
)
async def reassign_order(
    order_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("order.write"))],
    services: App,
) -> Response:
    """Put an order that does not fly yet on a flight of a carrier of the same firm, where it can take it.

    Load, reach, a way and the carrier's time are asked first, and the order keeps its flight where they refuse. Only
    airspace and pads are known by booking: refused there, the order waits and is planned anew.
    """
    body = await parse_body(request, ReassignBody)
    return json_response(await services.logistics.reassignment.give(principal, order_id, body.aircraft_id))


# -- missions ----------------------------------------------------------------------------------------------------------


@router.post(
    "/missions",
    summary="Book a flight whole",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(MissionBody),
    responses={201: {"description": "Booked"}, **problem_responses(401, 403, 404, 409, 413, 415, 422, 503)},
)
async def book_mission(
    request: Request, principal: Annotated[Principal, Depends(require("mission.book"))], services: App
) -> Response:
    """Book airspace, pads, alternate, aircraft, battery and crew in one transaction: all, or nothing with the reasons."""
    body = await parse_body(request, MissionBody)
    parsed = _parsed_plan(body.plan)
    needs = Needs(body.battery_id, body.crew_id, body.alternate_site_id, body.energy_wh)
    booking = Booking(needs, None, body.kind, body.hold_s)
    found = await services.logistics.missions.book(principal, body.plan, parsed, booking)
    return json_response(found, 201, {"Location": f"/v1/missions/{found['mission_id']}"})


def _parsed_plan(plan: dict[str, Any]) -> FlightPlanBody:
    try:
        return validate(plan, FlightPlanBody)
    except Problem as problem:
        errors = [FieldProblem(f"/plan{e.field}", e.code, e.detail, e.detail_zh) for e in problem.errors]
        raise Problem(problem.code, problem.detail, problem.detail_zh, errors=errors) from problem


@router.get("/missions", summary="List missions", response_model=None, responses=problem_responses(401, 403, 422))
async def list_missions(
    principal: Annotated[Principal, Depends(require("mission.read"))],
    services: App,
    state: States = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """List booked flights, newest first; a firm sees its own."""
    position = decode_cursor(cursor, int)

    def job(session: Any) -> list[tuple[int | None, dict[str, Any]]]:
        rows = logistics.page(
            session,
            MissionRow,
            "mission_no",
            organisation_id=visible_organisation(principal),
            states=_states(state),
            before=None if position is None else position[0],
            limit=limit + 1,
        )
        return [(row.mission_no, mission_document(row)) for row in rows]

    return _page(await services.store.read(job), limit)


@router.get(
    "/missions/{mission_id}", summary="Read a mission", response_model=None, responses=problem_responses(401, 404)
)
async def read_mission(
    mission_id: str, principal: Annotated[Principal, Depends(require("mission.read"))], services: App
) -> Response:
    """Return a mission with its flight plan."""
    return json_response(await services.logistics.missions.get(principal, mission_id))


@router.post(
    "/missions/{mission_id}/confirm",
    summary="Confirm a held booking",
    response_model=None,
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def confirm_mission(
    mission_id: str, principal: Annotated[Principal, Depends(require("mission.write"))], services: App
) -> Response:
    """Make a booking firm that is held for a time only."""
    return json_response(await services.logistics.missions.confirm(principal, mission_id))


@router.post(
    "/missions/{mission_id}/cancel",
    summary="Give a mission up",
    response_model=None,
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def cancel_mission(
    mission_id: str, principal: Annotated[Principal, Depends(require("mission.write"))], services: App
) -> Response:
    """Cancel a mission that does not fly yet: its plan is cancelled and everything it kept is free."""
    return json_response(await services.logistics.missions.cancel(principal, mission_id))


# -- carriers, batteries, crews ----------------------------------------------------------------------------------------


@router.get("/carriers", summary="List carriers", response_model=None, responses=problem_responses(401, 403))
async def list_carriers(principal: Annotated[Principal, Depends(require("carrier.read"))], services: App) -> Response:
    """List aircraft that carry, with where each stands from when on; a firm sees its own."""
    found = await services.logistics.fleet.carriers(visible_organisation(principal))
    return json_response({"items": found, "next_cursor": None})


@router.get(
    "/carriers/{aircraft_id}", summary="Read a carrier", response_model=None, responses=problem_responses(401, 404)
)
async def read_carrier(
    aircraft_id: str, principal: Annotated[Principal, Depends(require("carrier.read"))], services: App
) -> Response:
    """Return what an aircraft can carry and where it stands."""
    return json_response(await services.logistics.fleet.carrier(principal, aircraft_id))


@router.put(
    "/carriers/{aircraft_id}",
    summary="Make an aircraft a carrier",
    response_model=None,
    openapi_extra=openapi_body(CarrierBody),
    responses=problem_responses(401, 403, 404, 413, 415, 422, 503),
)
async def put_carrier(
    aircraft_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("carrier.write"))],
    services: App,
) -> Response:
    """Tell what an aircraft can carry, or change it."""
    body = await parse_body(request, CarrierBody)
    return json_response(await services.logistics.fleet.put_carrier(principal, aircraft_id, body.model_dump()))


class _Texts(NamedTuple):
    listed: str
    add: str
    change: str


def _kept(
    path: str,
    of: str,
    row: type[BatteryRow] | type[CrewRow],
    body: type[ApiModel],
    patch: type[ApiModel],
    texts: _Texts,
) -> None:
    """Declare the list, the addition and the change of what a firm keeps for its flights beside its carriers."""

    async def listed(principal: Annotated[Principal, Depends(require("carrier.read"))], services: App) -> Response:
        found = await services.logistics.fleet.listed(row, visible_organisation(principal))
        return json_response({"items": found, "next_cursor": None})

    async def add(
        request: Request, principal: Annotated[Principal, Depends(require("carrier.write"))], services: App
    ) -> Response:
        values = (await parse_body(request, body)).model_dump()
        return json_response(await services.logistics.fleet.add(principal, row, values), 201)

    async def change(
        ref: Annotated[str, Path(alias=f"{of}_id")],
        request: Request,
        principal: Annotated[Principal, Depends(require("carrier.write"))],
        services: App,
    ) -> Response:
        values = (await parse_body(request, patch)).model_dump(exclude_none=True)
        return json_response(await services.logistics.fleet.change(principal, row, ref, values))

    takes = (401, 403, 413, 415, 422, 503)
    router.get(
        path, name=f"list_{path[1:]}", summary=f"List {path[1:]}", description=texts.listed, response_model=None,
        responses=problem_responses(401, 403),
    )(listed)  # fmt: skip
    router.post(
        path, name=f"add_{of}", summary=f"Add a {of}", description=texts.add, status_code=201, response_model=None,
        openapi_extra=openapi_body(body), responses={201: {"description": "Added"}, **problem_responses(*takes)},
    )(add)  # fmt: skip
    router.patch(
        f"{path}/{{{of}_id}}", name=f"change_{of}", summary=f"Change a {of}", description=texts.change, response_model=None,
        openapi_extra=openapi_body(patch), responses=problem_responses(*sorted((*takes, 404))),
    )(change)  # fmt: skip


_kept(
    "/batteries", "battery", BatteryRow, BatteryBody, BatteryPatch,
    _Texts(
        "List batteries with their cycles; a firm sees its own.",
        "Take a battery into the book.",
        "Change a battery's label, state or cycles.",
    ),
)  # fmt: skip
_kept(
    "/crews", "crew", CrewRow, CrewBody, CrewPatch,
    _Texts(
        "List crews; a firm sees its own.",
        "Take a crew into the book.",
        "Change a crew's label, duty or limit of vehicles.",
    ),
)  # fmt: skip


# -- shared ------------------------------------------------------------------------------------------------------------


def _states(text: str | None) -> list[str] | None:
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def _page(found: list[tuple[int | None, dict[str, Any]]], limit: int) -> Response:
    shown, following = page_of(found, limit, lambda item: (item[0],))
    return json_response({"items": [document for _, document in shown], "next_cursor": following})
