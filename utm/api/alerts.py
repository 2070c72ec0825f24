"""`/v1/alerts`: what needs attention, and what dispatchers do about it."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field, TypeAdapter, ValidationError

from airspace.timebase import to_scene_s
from utm.alert_book import STATUSES, HandlerAction
from utm.alert_rules import SEVERITIES
from utm.alerts import Alerts
from utm.api.answers import json_response
from utm.api.body import ApiModel, Instant, openapi_body, parse_json, read_body, validate
from utm.api.pagination import Cursor, decode_cursor, encode_cursor
from utm.live_schema import AlertItem
from utm.problems import FieldProblem, not_found, validation_problem
from utm.security import Principal, require
from utm.services import Services
from utm.store.alert_tables import AlertStepRow
from utm.store.alerts import AlertFilter

MAX_PAGE: Final = 1_000
SHELVE_MOST: Final = timedelta(hours=12)
_SHELVE_USUAL: Final = timedelta(minutes=15)

router = APIRouter(prefix="/v1/alerts", tags=["Alerts"])

_instant_adapter: TypeAdapter[datetime] = TypeAdapter(Instant)

Initials = Annotated[str, Field(min_length=1, max_length=8)]
Note = Annotated[str, Field(max_length=500)]


class AlertStepBody(ApiModel):
    """What a dispatcher adds to a step; an empty body will do."""

    initials: Initials | None = None
    """Of the person, where several work under one account."""
    note: Note | None = None


class ShelveBody(AlertStepBody):
    """How long not to be reminded of it."""

    until: Instant | None = None
    """At most 12 hours ahead; 15 minutes when left out."""


@router.get("", summary="What needs attention")
async def list_alerts(
    request: Request,
    principal: Annotated[Principal, Depends(require("alert.read"))],
    state: Annotated[
        str | None, Query(max_length=80, description="Statuses separated by commas, or `open` for all but resolved.")
    ] = None,
    since: Annotated[str | None, Query(max_length=40, description="Changed after this RFC 3339 instant.")] = None,
    severity: Annotated[str | None, Query(max_length=80, description="Severities separated by commas.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="The most items on one page.")] = 200,
    cursor: Cursor = None,
) -> Response:
    """Return alerts, latest first; firms see those of their own flights. `rank` is the order of attention."""
    where = AlertFilter(
        statuses=_choices("state", state, (*STATUSES, "open")),
        severities=_choices("severity", severity, SEVERITIES),
        since_s=None if since is None else to_scene_s(_instant_of("since", since)),
    )
    services: Services = request.app.state.services
    found = await services.alerts.page(principal, where, after=decode_cursor(cursor, float, str), limit=limit + 1)
    page = found[:limit]
    next_cursor = encode_cursor(page[-1][0], page[-1][1].alert_id) if len(found) > limit else None
    document = {"items": [item for _, item in page], "next_cursor": next_cursor, "seq": services.hub.seq}
    return Response(msgspec.json.encode(document), media_type="application/json", headers={"Cache-Control": "no-store"})


@router.get("/{alert_id}", summary="One alert with its steps")
async def get_alert(
    request: Request, alert_id: str, principal: Annotated[Principal, Depends(require("alert.read"))]
) -> Response:
    """Return an alert and every step of its life; who took a step is told to the centre only."""
    item, steps = await _alerts(request).get(principal, alert_id)
    shown = [_step_document(step, principal) for step in steps]
    return json_response({**msgspec.to_builtins(item), "steps": shown})


@router.post(
    "/{alert_id}/acknowledge", summary="Say that somebody has seen it", openapi_extra=openapi_body(AlertStepBody)
)
async def acknowledge(
    request: Request, alert_id: str, principal: Annotated[Principal, Depends(require("alert.handle"))]
) -> Response:
    """Stop the alert from escalating; 409 illegal_alert_step when it is acknowledged, shelved or resolved already.

    Where the city is divided among positions: 409 owned_by_other_position for an alert that another position, with
    somebody signed on, owns; a supervisor sends a note.
    """
    return await _handle(request, principal, alert_id, "acknowledge", AlertStepBody)


@router.post("/{alert_id}/resolve", summary="Say that it is dealt with", openapi_extra=openapi_body(AlertStepBody))
async def resolve(
    request: Request, alert_id: str, principal: Annotated[Principal, Depends(require("alert.handle"))]
) -> Response:
    """End the alert; while its cause lasts it comes back when it gets graver or after five minutes."""
    return await _handle(request, principal, alert_id, "resolve", AlertStepBody)


@router.post("/{alert_id}/shelve", summary="Put it aside for a while", openapi_extra=openapi_body(ShelveBody))
async def shelve(
    request: Request, alert_id: str, principal: Annotated[Principal, Depends(require("alert.handle"))]
) -> Response:
    """Put the alert aside until an instant; it comes back by itself then, or at once when it gets graver."""
    return await _handle(request, principal, alert_id, "shelve", ShelveBody)


@router.post(
    "/{alert_id}/unshelve", summary="Take back that it was put aside", openapi_extra=openapi_body(AlertStepBody)
)
async def unshelve(
    request: Request, alert_id: str, principal: Annotated[Principal, Depends(require("alert.handle"))]
) -> Response:
    """Bring a shelved alert back at once; it waits for somebody again, as when its time is over."""
    return await _handle(request, principal, alert_id, "unshelve", AlertStepBody)


async def _handle(
    request: Request, principal: Principal, alert_id: str, action: HandlerAction, model: type[AlertStepBody]
) -> Response:
    if len(alert_id) > 64:
        raise not_found("alert", "告警", alert_id[:64])
    services: Services = request.app.state.services
    data = await read_body(request)
    body = validate(parse_json(data) if data.strip() else {}, model)
    until = None
    if isinstance(body, ShelveBody):
        now = services.clock.now()
        until = body.until or now + _SHELVE_USUAL
        if not now < until <= now + SHELVE_MOST:
            limit = {"limit": "in the next 12 hours", "limit_zh": "在未来 12 小时内"}
            raise validation_problem([FieldProblem.of("/until", "out_of_range", **limit)])
    alert = services.alerts.book.open.get(alert_id)
    if alert is not None:
        await services.sectors.lock.permit_alert(principal, alert, body.note)
    item: AlertItem = await services.alerts.handle(
        principal, alert_id, action, initials=body.initials, note=body.note, until=until
    )
    return Response(msgspec.json.encode(item), media_type="application/json")


def _alerts(request: Request) -> Alerts:
    services: Services = request.app.state.services
    return services.alerts


def _instant_of(name: str, text: str) -> datetime:
    """Return the instant of a query parameter; a `+` that arrived as a space is taken for one."""
    try:
        return _instant_adapter.validate_python(text.replace(" ", "+"))
    except ValidationError as error:
        code = "naive_time" if "naive_time" in str(error) else "invalid_time"
        raise validation_problem([FieldProblem.of(f"?{name}", code)], code="invalid_parameter") from None


def _choices(name: str, text: str | None, known: tuple[str, ...]) -> frozenset[str] | None:
    if text is None:
        return None
    chosen = frozenset(part.strip() for part in text.split(","))
    if not chosen <= frozenset(known):
        choices = ", ".join(known)
        raise validation_problem(
            [FieldProblem.of(f"?{name}", "invalid_choice", choices=choices)], code="invalid_parameter"
        )
    if "open" in chosen:
        chosen = (chosen - {"open"}) | (frozenset(STATUSES) - {"resolved"})
    return chosen


def _step_document(step: AlertStepRow, principal: Principal) -> dict[str, Any]:
    shown: dict[str, Any] = {"step": step.step, "at": step.at.replace("+00:00", "Z"), "severity": step.severity}
    if principal.sees_everything:
        shown |= {"actor": step.actor, "initials": step.initials, "note": step.note}
    return shown
