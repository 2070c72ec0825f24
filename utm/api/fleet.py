"""Operators and aircraft: who flies here, and with what."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from sqlmodel import Session

from airspace.rules.book import Rulebook
from airspace.rules.classes import AircraftNumbers, agricultural, classify
from utm.api.body import openapi_body, parse_body
from utm.api.fleet_models import (
    AircraftAnswer,
    AircraftBody,
    AircraftList,
    AircraftPatch,
    MavlinkAnswer,
    OperatorAnswer,
    OperatorList,
    PerformanceAnswer,
)
from utm.api.openapi import problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, encode_cursor
from utm.fleet import Aircraft, Fleet, classified, numbers_of
from utm.ids import new_id
from utm.problem_catalogue import FieldProblem
from utm.problems import Problem, not_found, validation_problem
from utm.security.authorise import may_edit_of, may_read_of, visible_organisation
from utm.security.dependencies import identity_of, require
from utm.security.directory import Organisation
from utm.security.principal import Principal
from utm.store import aircraft as records
from utm.store import journal, plans
from utm.store.identity_tables import AircraftRow
from utm.store.sql import as_values

router = APIRouter(prefix="/v1", tags=["fleet"])

_LIVE_STATES = frozenset({"pending", "approved", "activated", "nonconforming", "contingent"})
_BODY_LIMIT_BYTES = 16 << 10

# -- operators ---------------------------------------------------------------------------------------------------------


@router.get("/operators", summary="List operators", response_model=OperatorList, responses=problem_responses(401, 403))
async def list_operators(
    request: Request,
    principal: Annotated[Principal, Depends(require("operator.read"))],
    cursor: Cursor = None,
    limit: Limit = 100,
) -> OperatorList:
    """List the firms that fly, by id; a firm sees itself."""
    after = decode_cursor(cursor, str)
    known = sorted(identity_of(request).directory.organisations.all(), key=lambda firm: firm.organisation_id)
    visible = [
        firm
        for firm in known
        if firm.kind == "operator"
        and firm.sandbox is request.app.state.services.sandbox
        and may_read_of(principal, firm.organisation_id)
        and (after is None or firm.organisation_id > after[0])
    ]
    page = visible[:limit]
    following = encode_cursor(page[-1].organisation_id) if len(visible) > limit else None
    fleet = _fleet(request)
    return OperatorList(items=[_operator_answer(firm, fleet) for firm in page], next_cursor=following)


@router.get(
    "/operators/{organisation_id}",
    summary="Read an operator",
    response_model=OperatorAnswer,
    responses=problem_responses(401, 403, 404),
)
async def read_operator(
    organisation_id: str, request: Request, principal: Annotated[Principal, Depends(require("operator.read"))]
) -> OperatorAnswer:
    """Return one firm."""
    firm = identity_of(request).directory.organisations.get(organisation_id)
    known = firm is not None and firm.kind == "operator" and firm.sandbox is request.app.state.services.sandbox
    if firm is None or not known or not may_read_of(principal, organisation_id):
        raise not_found("operator", "运营人", organisation_id)
    return _operator_answer(firm, _fleet(request))


# -- aircraft ----------------------------------------------------------------------------------------------------------


@router.get("/aircraft", summary="List aircraft", response_model=AircraftList, responses=problem_responses(401, 403))
async def list_aircraft(
    *,
    request: Request,
    principal: Annotated[Principal, Depends(require("aircraft.read"))],
    cursor: Cursor = None,
    limit: Limit = 100,
    organisation_id: Annotated[str | None, Query(max_length=64)] = None,
    registration: Annotated[str | None, Query(max_length=16)] = None,
    include_inactive: bool = False,
) -> AircraftList:
    """List registered aircraft in the order of registration; a firm sees its own."""
    after = decode_cursor(cursor, int)
    own = visible_organisation(principal)
    if own is not None and organisation_id not in (None, own):
        return AircraftList(items=[], next_cursor=None)
    where = records.AircraftFilter(own or organisation_id, registration, include_inactive)
    position = None if after is None else after[0]
    rows = await request.app.state.services.store.read(
        lambda session: records.page(session, where, after=position, limit=limit + 1)
    )
    fleet = _fleet(request)
    shown = [aircraft for row in rows[:limit] if (aircraft := fleet.get(row.aircraft_id)) is not None]
    following = encode_cursor(rows[limit - 1].aircraft_no) if len(rows) > limit else None
    return AircraftList(items=[_answer(aircraft, fleet.rulebook()) for aircraft in shown], next_cursor=following)


@router.post(
    "/aircraft",
    summary="Register an aircraft",
    status_code=201,
    response_model=AircraftAnswer,
    openapi_extra=openapi_body(AircraftBody),
    responses=problem_responses(401, 403, 409, 413, 415, 422, 503),
)
async def register(
    request: Request, response: Response, principal: Annotated[Principal, Depends(require("aircraft.write"))]
) -> AircraftAnswer:
    """Register an aircraft for the caller's firm; in the demonstration it may fly at once."""
    body = await parse_body(request, AircraftBody, limit_bytes=_BODY_LIMIT_BYTES)
    identity, fleet = identity_of(request), _fleet(request)
    now = identity.clock.now()
    mavlink = body.mavlink
    row = AircraftRow(
        aircraft_id=body.aircraft_id or new_id("ac"),
        aircraft_no=0,
        organisation_id=principal.organisation_id,
        registration=body.registration,
        registration_key=body.registration.upper(),
        manufacturer=body.manufacturer,
        model=body.model,
        aircraft_class=body.aircraft_class,
        version=1,
        mavlink_system_id=None if mavlink is None else mavlink.system_id,
        mavlink_endpoint=None if mavlink is None else mavlink.endpoint,
        mavlink_signing_key=None if mavlink is None else mavlink.signing_key,
        max_speed_mps=body.max_speed_mps,
        max_climb_mps=body.max_climb_mps,
        max_descent_mps=body.max_descent_mps,
        max_accel_mps2=body.max_accel_mps2,
        endurance_s=body.endurance_s,
        empty_mass_kg=body.empty_mass_kg,
        mtow_kg=body.mtow_kg,
        max_height_agl_m=body.max_height_agl_m,
        airspace_keeping=body.airspace_keeping,
        reliable_surveillance=body.reliable_surveillance,
        micro_power_radio=body.micro_power_radio,
        agricultural=body.agricultural,
        max_radius_m=body.max_radius_m,
        created_at=now.isoformat(),
        updated_at=now.isoformat(),
    )

    def job(session: Session) -> None:
        active = sum(aircraft.active for aircraft in fleet.of(principal.organisation_id))
        identity.quotas.check("aircraft", principal.organisation_id, active)
        _check_class(row, fleet.rulebook())
        _check_unique(session, row, principal)
        records.insert(session, row)
        _audit(session, "register", row, principal, now)
        fleet.changed(session, row.aircraft_id, before=None)

    await request.app.state.services.store.write(job)
    response.headers["Location"] = f"/v1/aircraft/{row.aircraft_id}"
    return _read(fleet, row.aircraft_id, principal)


@router.get(
    "/aircraft/{aircraft_id}",
    summary="Read an aircraft",
    response_model=AircraftAnswer,
    responses=problem_responses(401, 403, 404),
)
async def read(
    aircraft_id: str,
    request: Request,
    response: Response,
    principal: Annotated[Principal, Depends(require("aircraft.read"))],
) -> AircraftAnswer:
    """Return one aircraft; another firm's is 404."""
    answer = _read(_fleet(request), aircraft_id, principal)
    response.headers["ETag"] = f'"{answer.version}"'
    return answer


@router.patch(
    "/aircraft/{aircraft_id}",
    summary="Change an aircraft",
    response_model=AircraftAnswer,
    openapi_extra=openapi_body(AircraftPatch),
    responses=problem_responses(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
async def change(
    aircraft_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("aircraft.write"))],
    if_match: Annotated[str | None, Header(max_length=64)] = None,
) -> AircraftAnswer:
    """Change an aircraft: fields left out stay as they are; `If-Match` guards against overwriting somebody's change."""
    identity, fleet = identity_of(request), _fleet(request)
    _own(fleet, aircraft_id, principal)
    patch = await parse_body(request, AircraftPatch, limit_bytes=_BODY_LIMIT_BYTES)
    version = version_of(if_match)
    now = identity.clock.now()

    def job(session: Session) -> None:
        before = _active_row(session, aircraft_id)
        if version is not None and version != before.version:
            raise stale_version(before.version)
        row = AircraftRow(**{**as_values(before), **_changes(patch, before)})
        row.version, row.updated_at = before.version + 1, now.isoformat()
        _check_class(row, fleet.rulebook())
        _check_unique(session, row, principal)
        records.replace(session, row)
        _audit(session, "change", row, principal, now)
        fleet.changed(session, aircraft_id, before)

    await request.app.state.services.store.write(job)
    return _read(fleet, aircraft_id, principal)


@router.delete(
    "/aircraft/{aircraft_id}",
    summary="Deregister an aircraft",
    status_code=204,
    responses=problem_responses(401, 403, 404, 409, 503),
)
async def deregister(
    aircraft_id: str, request: Request, principal: Annotated[Principal, Depends(require("aircraft.write"))]
) -> Response:
    """Deregister an aircraft without live plans; its record stays and its registration mark is not given out again."""
    identity, fleet = identity_of(request), _fleet(request)
    _own(fleet, aircraft_id, principal)
    now = identity.clock.now()

    def job(session: Session) -> None:
        before = _active_row(session, aircraft_id)
        live = plans.page(session, plans.PlanFilter(aircraft_id=aircraft_id, states=_LIVE_STATES), after=None, limit=1)
        if live:
            raise Problem(
                "aircraft_in_use",
                f"The plan {live[0].plan_id} is {live[0].state}; end or cancel the aircraft's plans first.",
                f"计划 {live[0].plan_id} 处于 {live[0].state} 状态；请先结束或取消该航空器的计划。",
            )
        row = AircraftRow(**as_values(before))
        row.deactivated_at, row.updated_at, row.version = now.isoformat(), now.isoformat(), before.version + 1
        records.replace(session, row)
        _audit(session, "deregister", before, principal, now)
        fleet.changed(session, aircraft_id, before)

    await request.app.state.services.store.write(job)
    return Response(status_code=204)


# -- parts -------------------------------------------------------------------------------------------------------------


def version_of(if_match: str | None) -> int | None:
    """Return the version an If-Match header names, None without one; raises Problem 400 invalid_header."""
    if if_match is None or if_match.strip() == "*":
        return None
    bare = if_match.strip().removeprefix("W/").strip('"')
    if not bare.isascii() or not bare.isdigit() or len(bare) > 18:
        raise Problem(
            "invalid_header",
            "If-Match must be the version you have read, such as 3.",
            "If-Match 必须是您读取的版本号，例如 3。",
        )
    return int(bare)


def stale_version(present: int) -> Problem:
    """Return the 409 for a change of a version that is no longer the present one."""
    return Problem(
        "stale_version",
        f"The present version is {present}; read it again and repeat the change.",
        f"当前版本为 {present}；请重新读取后再修改。",
        extra={"version": present},
    )


def _fleet(request: Request) -> Fleet:
    fleet: Fleet = request.app.state.services.fleet
    return fleet


def _read(fleet: Fleet, aircraft_id: str, principal: Principal) -> AircraftAnswer:
    aircraft = fleet.get(aircraft_id)
    if aircraft is None or not may_read_of(principal, aircraft.organisation_id):
        raise not_found("aircraft", "航空器", aircraft_id)
    return _answer(aircraft, fleet.rulebook())


def _own(fleet: Fleet, aircraft_id: str, principal: Principal) -> Aircraft:
    aircraft = fleet.get(aircraft_id)
    if aircraft is None or not may_edit_of(principal, aircraft.organisation_id):
        raise not_found("aircraft", "航空器", aircraft_id)
    return aircraft


def _active_row(session: Session, aircraft_id: str) -> AircraftRow:
    row = records.get(session, aircraft_id)
    if row is None:
        raise not_found("aircraft", "航空器", aircraft_id)
    if row.deactivated_at is not None:
        raise Problem("aircraft_inactive")
    return row


def _changes(patch: AircraftPatch, before: AircraftRow) -> dict[str, Any]:
    """Return the columns a patch changes (RFC 7396: null takes away); raises Problem 422 where null is no value."""
    changes: dict[str, Any] = {}
    for name in patch.model_fields_set - {"mavlink"}:
        value = getattr(patch, name)
        if value is None and name in ("manufacturer", "model"):
            raise Problem("validation_failed", errors=[FieldProblem.of(f"/{name}", "not_null")])
        changes[name] = value
    if "mavlink" not in patch.model_fields_set:
        return changes
    if patch.mavlink is None:
        return {**changes, "mavlink_system_id": None, "mavlink_endpoint": None, "mavlink_signing_key": None}
    for name in patch.mavlink.model_fields_set:
        changes[f"mavlink_{name}"] = getattr(patch.mavlink, name)
    if changes.get("mavlink_system_id", before.mavlink_system_id) is None:
        raise Problem("validation_failed", errors=[FieldProblem.of("/mavlink/system_id", "required")])
    return changes


def _check_class(row: AircraftRow, book: Rulebook) -> None:
    """Raise Problem 422 where the numbers give another class than the one declared."""
    numbers = numbers_of(row)
    found = None if numbers is None else classify(numbers, book.class_limits)
    if found is None or found.aircraft_class in (None, row.aircraft_class):
        return
    because = "; ".join(found.because) or "it keeps the limits of the lower class"
    detail = f"the numbers make it {found.aircraft_class} ({because}); declare that class, or correct the numbers"
    detail_zh = f"按所填数据应为 {found.aircraft_class}（{because}）；请修改类别或更正数据"
    raise validation_problem([FieldProblem("/class", "invalid_value", detail, detail_zh)])


def _check_unique(session: Session, row: AircraftRow, principal: Principal) -> None:
    """Raise Problem 409 when another aircraft has the registration, the id, or the MAVLink address."""
    for other in records.same_mark_or_id(session, row):
        if row.aircraft_no != 0 and other.aircraft_id == row.aircraft_id:
            continue  # the row that is being changed
        own = {"aircraft_id": other.aircraft_id} if other.organisation_id == principal.organisation_id else {}
        if other.registration_key == row.registration_key:
            field = FieldProblem.of("/registration", "not_unique")
            raise Problem("registration_taken", errors=[field], extra=own)
        raise Problem("aircraft_id_taken", errors=[FieldProblem.of("/aircraft_id", "not_unique")])
    if records.address_claimed(session, row):
        raise Problem("endpoint_taken", errors=[FieldProblem.of("/mavlink/endpoint", "not_unique")])


def _audit(session: Session, action: str, row: AircraftRow, principal: Principal, at: datetime) -> None:
    journal.record_audit(
        session,
        at=at,
        actor=principal.subject,
        organisation_id=row.organisation_id,
        action=f"aircraft.{action}",
        object_kind="aircraft",
        object_id=row.aircraft_id,
        detail={name: value for name, value in as_values(row).items() if name != "mavlink_signing_key"},
    )


def _answer(aircraft: Aircraft, book: Rulebook) -> AircraftAnswer:
    mavlink = None
    if aircraft.mavlink_system_id is not None:
        mavlink = MavlinkAnswer(
            system_id=aircraft.mavlink_system_id,
            endpoint=aircraft.mavlink_endpoint,
            signed=aircraft.has_signing_key,
        )
    performance = aircraft.performance
    numbers, found = aircraft.numbers or AircraftNumbers(), classified(aircraft, book)
    field_work = agricultural(numbers, book.agricultural_limits)
    return AircraftAnswer(
        aircraft_id=aircraft.aircraft_id,
        registration=aircraft.registration,
        organisation_id=aircraft.organisation_id,
        manufacturer=aircraft.manufacturer,
        model=aircraft.model,
        aircraft_class=aircraft.aircraft_class,
        mavlink=mavlink,
        max_speed_mps=aircraft.max_speed_mps,
        max_climb_mps=aircraft.max_climb_mps,
        max_descent_mps=aircraft.max_descent_mps,
        max_accel_mps2=aircraft.max_accel_mps2,
        endurance_s=aircraft.endurance_s,
        empty_mass_kg=numbers.empty_mass_kg,
        mtow_kg=numbers.mtow_kg,
        max_height_agl_m=numbers.max_height_agl_m,
        airspace_keeping=numbers.airspace_keeping,
        reliable_surveillance=numbers.reliable_surveillance,
        micro_power_radio=numbers.micro_power_radio,
        agricultural=numbers.agricultural,
        max_radius_m=numbers.max_radius_m,
        agricultural_by_numbers=field_work.aircraft_class is not None,
        agricultural_missing=list(field_work.missing),
        agricultural_because=list(field_work.because),
        class_by_numbers=None if found is None else found.aircraft_class,
        class_missing=[] if found is None else list(found.missing),
        class_because=[] if found is None else list(found.because),
        performance=PerformanceAnswer(
            max_speed_mps=performance.max_speed_mps,
            max_climb_mps=performance.max_climb_mps,
            max_descent_mps=performance.max_descent_mps,
        ),
        active=aircraft.active,
        version=aircraft.version,
    )


def _operator_answer(firm: Organisation, fleet: Fleet) -> OperatorAnswer:
    return OperatorAnswer(
        organisation_id=firm.organisation_id,
        name=firm.name,
        name_zh=firm.name_zh,
        active=firm.active,
        entitlements=sorted(firm.entitlements),
        aircraft_count=len(fleet.of(firm.organisation_id)),
    )
