"""`/v1/approvals` and `/v1/event-reports`: what waits for a decision, what was decided, and what is owed after an event."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.api.pagination import Cursor, Limit, decode_cursor, page_of
from utm.security import Principal, require, visible_organisation
from utm.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["approvals and advisories"])

App = Annotated[Services, Depends(services_of)]
Kind = Literal["plan", "release", "standing_approval"]


class ApprovalDecisionBody(ApiModel):
    """What is decided: `released` for a release, `withdrawn` for a standing approval that was in force."""

    outcome: Literal["approved", "refused", "released", "withdrawn"]
    reason: str | None = Field(None, max_length=2_000)


class EventReportBody(ApiModel):
    """The report on an event that affected safety."""

    narrative: str = Field(min_length=1, max_length=20_000, description="What happened, in the firm's own words.")
    causes: str | None = Field(None, max_length=20_000)
    measures: str | None = Field(
        None, max_length=20_000, description="What was done, and what is done so that it ceases."
    )
    injuries: int | None = Field(None, ge=0, le=100_000)
    damage: str | None = Field(None, max_length=20_000)


class WaiverBody(ApiModel):
    """Why no report is owed."""

    reason: str = Field(min_length=1, max_length=2_000)


@router.get(
    "/approvals", summary="What waits for a decision", response_model=None, responses=problem_responses(401, 403, 422)
)
async def list_approvals(
    principal: Annotated[Principal, Depends(require("approval.read"))],
    services: App,
    state: Annotated[Literal["waiting", "decided"], Query()] = "waiting",
    kind: Annotated[Kind | None, Query(description="With state waiting only.")] = None,
    organisation_id: Annotated[str | None, Query(max_length=64)] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Return plans, releases and standing approvals that wait, soonest due first; or decided plans, newest first.

    A firm sees its own. `counts` are of all that waits, whatever the page shows.
    """
    own = visible_organisation(principal)
    firm = own if own is not None else organisation_id
    waiting = await services.rules.approvals.waiting(firm, None)
    counts = {name: sum(item["kind"] == name for item in waiting) for name in ("plan", "release", "standing_approval")}
    counts["overdue"] = sum(bool(item["overdue"]) for item in waiting)
    position = decode_cursor(cursor, int)
    if state == "decided":
        before = None if position is None else position[0]
        found = await services.rules.approvals.decided(firm, before=before, limit=limit + 1)
        shown, following = page_of(found, limit, lambda item: (item[0],))
        items = [document for _, document in shown]
    else:
        listed = [item for item in waiting if kind in (None, item["kind"])]
        start = 0 if position is None else max(0, position[0])
        items = listed[start : start + limit]
        page = list(enumerate(listed))[start : start + limit + 1]
        _, following = page_of(page, limit, lambda item: (item[0] + 1,))
    return json_response({"items": items, "next_cursor": following, "counts": counts})


@router.get(
    "/approvals/{approval_id}",
    summary="Read an approval",
    response_model=None,
    responses=problem_responses(401, 403, 404),
)
async def read_approval(
    approval_id: str, principal: Annotated[Principal, Depends(require("approval.read"))], services: App
) -> Response:
    """Return one entry with the form of Article 27: what the plan answers to each of its thirteen items."""
    return json_response(await services.rules.approvals.get(principal, approval_id))


@router.post(
    "/approvals/{approval_id}/decision",
    summary="Decide an approval",
    response_model=None,
    openapi_extra=openapi_body(ApprovalDecisionBody),
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422, 503),
)
async def decide_approval(
    approval_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("approval.decide"))],
    services: App,
) -> Response:
    """Decide a plan, release a flight, or decide a standing approval (regulators), as their own endpoints do."""
    services.time_watch.require()
    body = await parse_body(request, ApprovalDecisionBody)
    return json_response(await services.rules.approvals.decide(principal, approval_id, body.outcome, body.reason))


# -- event reports -----------------------------------------------------------------------------------------------------


@router.get("/event-reports", summary="Event reports", response_model=None, responses=problem_responses(401, 403, 422))
async def list_event_reports(
    principal: Annotated[Principal, Depends(require("event_report.read"))],
    services: App,
    state: Annotated[Literal["open", "due", "filed", "waived"] | None, Query()] = None,
    overdue: Annotated[bool, Query(description="Only those past their time.")] = False,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Response:
    """Return what is owed after events that affected safety, newest first: a firm's own, or all for the city's roles."""
    position = decode_cursor(cursor, int)
    found = await services.rules.reports.page(
        organisation_id=visible_organisation(principal),
        states=None if state is None else [state],
        overdue=overdue,
        before=None if position is None else position[0],
        limit=limit + 1,
    )
    shown, following = page_of(found, limit, lambda item: (item[0],))
    return json_response({"items": [document for _, document in shown], "next_cursor": following})


@router.get(
    "/event-reports/{report_id}",
    summary="Read an event report",
    response_model=None,
    responses=problem_responses(401, 403, 404),
)
async def read_event_report(
    report_id: str, principal: Annotated[Principal, Depends(require("event_report.read"))], services: App
) -> Response:
    """Return one report: what is owed, by when, and what was filed."""
    return json_response(await services.rules.reports.get(principal, report_id))


@router.post(
    "/event-reports/{report_id}/file",
    summary="File an event report",
    response_model=None,
    openapi_extra=openapi_body(EventReportBody),
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422, 503),
)
async def file_event_report(
    report_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("event_report.file"))],
    services: App,
) -> Response:
    """File what is owed; after `due_at` it is kept as late."""
    body = await parse_body(request, EventReportBody)
    return json_response(await services.rules.reports.file(principal, report_id, body.model_dump(exclude_none=True)))


@router.post(
    "/event-reports/{report_id}/waive",
    summary="Waive an event report",
    response_model=None,
    openapi_extra=openapi_body(WaiverBody),
    responses=problem_responses(401, 403, 404, 409, 413, 415, 422, 503),
)
async def waive_event_report(
    report_id: str,
    request: Request,
    principal: Annotated[Principal, Depends(require("event_report.waive"))],
    services: App,
) -> Response:
    """Say that no report is owed, with the reason."""
    body = await parse_body(request, WaiverBody)
    found: dict[str, Any] = await services.rules.reports.waive(principal, report_id, body.reason)
    return json_response(found)
