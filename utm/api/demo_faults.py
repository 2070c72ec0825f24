"""`/v1/demo/faults`: faults of the demonstration's simulated vehicles, by hand; there only in the demonstration.

The simulator keeps the faults; these paths hand requests on to its control API on loopback (`sim_control_url`). Where
that is not set, or the server is no demonstration, there is nothing here: 404.
"""

from typing import Annotated, Any, Final
from urllib.parse import quote

import httpx
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/demo/faults", tags=["demonstration"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("demo.read"))]
Writer = Annotated[Principal, Depends(require("demo.write"))]
WITHIN_S: Final = 3.0
_VEHICLE: Final = Query(description="A simulated vehicle's id, or its aircraft_id.", max_length=100)


class DemoFaultBody(ApiModel):
    """A fault that is to come to a simulated vehicle."""

    vehicle_id: str = Field(min_length=1, max_length=100, description="The vehicle's id, or its aircraft_id.")
    kind: str = Field(min_length=1, max_length=40, description="A kind that GET names.")
    starts_in_s: float | None = Field(None, ge=0, le=604_800, description="Absent: at once.")
    lasts_s: float | None = Field(None, gt=0, le=604_800, description="Absent: until it is deleted.")
    values: dict[str, float | str] | None = Field(None, description="Values of the kind; absent ones are defaults.")


@router.get("", summary="Kinds of fault and simulated vehicles", response_model=None)
async def list_demo_faults(principal: Reader, services: App) -> Response:
    """Return the kinds of fault with their values, and the simulated vehicles with the faults each has."""
    kinds = await _ask(services, "GET", "/faults")
    vehicles = await _ask(services, "GET", "/vehicles")
    return json_response({"kinds": kinds["items"], "vehicles": vehicles["items"]})


@router.post(
    "",
    summary="Let a fault come to a simulated vehicle",
    status_code=201,
    response_model=None,
    openapi_extra=openapi_body(DemoFaultBody),
    responses={201: {"description": "It comes at once or at its time"}, **problem_responses(403, 404, 409, 422, 503)},
)
async def add_demo_fault(request: Request, principal: Writer, services: App) -> Response:
    """Let a fault come to a vehicle of the demonstration."""
    _control_url(services)
    body = await parse_body(request, DemoFaultBody)
    fields = body.model_dump(exclude_none=True)
    vehicle_id = fields.pop("vehicle_id")
    return json_response(await _ask(services, "POST", f"/vehicles/{_part(vehicle_id)}/faults", fields), 201)


@router.delete(
    "",
    summary="Take a simulated vehicle's faults away",
    response_model=None,
    responses=problem_responses(403, 404, 422, 503),
)
async def delete_demo_faults(
    principal: Writer,
    services: App,
    vehicle_id: Annotated[str, _VEHICLE],
    fault_id: Annotated[str | None, Query(description="One fault; absent: all of them.", max_length=40)] = None,
) -> Response:
    """Take one fault or all faults of a vehicle away; returns the ids of those that went."""
    path = f"/vehicles/{_part(vehicle_id)}/faults" + (f"/{_part(fault_id)}" if fault_id else "")
    return json_response(await _ask(services, "DELETE", path))


def _part(value: str) -> str:
    return quote(value, safe="")


def _control_url(services: Services) -> str:
    settings = services.settings
    if not settings.demo or settings.sim_control_url is None:
        raise Problem(
            "not_found",
            "This server has no simulated vehicles to control: it is no demonstration, or its simulator has no control API.",
            "本服务器没有可控的模拟飞行器：不是演示环境，或模拟器未开启控制接口。",
        )
    return settings.sim_control_url.rstrip("/")


async def _ask(services: Services, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Hand a request on to the simulator; raises the Problem that its refusal is."""
    url = _control_url(services)
    try:
        async with httpx.AsyncClient(timeout=WITHIN_S, trust_env=False) as http:
            answer = await http.request(method, url + path, json=body)
        found = answer.json()
    except (httpx.HTTPError, ValueError) as fault:
        raise Problem("simulator_unreachable") from fault
    if answer.is_success and isinstance(found, dict):
        return found
    if not isinstance(found, dict):
        raise Problem("simulator_unreachable")
    code, detail = str(found.get("code", "")), str(found.get("detail", ""))
    if answer.status_code == 404:
        raise not_found("simulated vehicle or fault", "模拟飞行器或故障", path.split("/")[2])
    if code == "invalid_fault":
        field = str(found["errors"][0]["field"]) if found.get("errors") else ""
        known = {"/kind", "/starts_in_s", "/lasts_s", "/values"}
        pointer = field if field in known else f"/values{field}"
        raise validation_problem([FieldProblem.of(pointer, "invalid_value", reason=detail)])
    if answer.status_code == 409:
        raise Problem("conflict", detail)
    raise Problem("simulator_unreachable")
