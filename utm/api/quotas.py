"""`/v1/quotas`: how much of the service a firm may use."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field
from sqlmodel import Session

from utm.api.answers import json_response
from utm.api.body import ApiModel, parse_body
from utm.api.openapi import openapi_body, problem_responses
from utm.problems import not_found
from utm.security import Principal, require
from utm.security.accounts import Accounts
from utm.security.quotas import DEFAULT, document, own_values, row_of
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/quotas", tags=["access"])

App = Annotated[Services, Depends(services_of)]
QuotaReader = Annotated[Principal, Depends(require("quota.read"))]
QuotaWriter = Annotated[Principal, Depends(require("quota.write"))]
Count = Annotated[int, Field(ge=0, le=10_000_000)]
_BODY_LIMIT_BYTES = 16 << 10


class QuotaBody(ApiModel):
    """What an organisation may use; what is left out is what everybody may."""

    live_plans: Count | None = None
    filings_per_day: Count | None = None
    aircraft: Count | None = None
    clients: Count | None = None
    webhooks: Count | None = None
    sandboxes: Count | None = None
    requests_per_s: Annotated[float, Field(gt=0, le=100_000)] | None = None


@router.get("/own", summary="What we may use", response_model=None, responses=problem_responses(401, 403))
async def own_quotas(principal: QuotaReader, services: App) -> Response:
    """Return the caller's organisation's quotas, and how much of them it uses."""
    return json_response(await _quotas(services, principal.organisation_id))


@router.get(
    "/{organisation_id}", summary="Read quotas", response_model=None, responses=problem_responses(401, 403, 404)
)
async def read_quotas(organisation_id: str, principal: QuotaReader, services: App) -> Response:
    """Return an organisation's quotas; `default` is for everybody. A firm reads its own only."""
    if principal.role != "admin" and organisation_id != principal.organisation_id:
        raise not_found("organisation", "单位", organisation_id)
    return json_response(await _quotas(services, organisation_id))


@router.put(
    "/{organisation_id}",
    summary="Set quotas",
    response_model=None,
    openapi_extra=openapi_body(QuotaBody),
    responses=problem_responses(401, 403, 404, 413, 415, 422, 503),
)
async def set_quotas(organisation_id: str, request: Request, principal: QuotaWriter, services: App) -> Response:
    """Set what an organisation, or by `default` everybody, may use; in force at once, on every server."""
    identity = services.identity
    if organisation_id != DEFAULT:
        Accounts(identity).organisation_of(organisation_id)
    body = await parse_body(request, QuotaBody, limit_bytes=_BODY_LIMIT_BYTES)
    values = body.model_dump(exclude_none=True)

    def job(session: Session) -> None:
        before = identity.directory.quotas.row(session, organisation_id)
        version = 1 if before is None else before.version + 1
        row = row_of(organisation_id, values, version, principal.subject, identity.clock.now())
        identity.directory.quotas.put(session, row)
        identity.book.audit(
            session,
            "quota.set",
            object_kind="quota",
            object_id=organisation_id,
            actor=principal.subject,
            organisation_id=principal.organisation_id,
            **values,
        )

    await identity.store.write(job)
    return json_response(await _quotas(services, organisation_id))


async def _quotas(services: Services, organisation_id: str) -> dict[str, Any]:
    identity, directory = services.identity, services.identity.directory
    row = directory.quotas.get(organisation_id)
    answer: dict[str, Any] = {
        "organisation_id": organisation_id,
        "version": 0 if row is None else row.version,
        "quotas": document(identity.quotas.of(organisation_id)),
        "set_here": sorted(own_values(row)),
    }
    if organisation_id == DEFAULT:
        return answer
    Accounts(identity).organisation_of(organisation_id)
    counted = await services.store.read(lambda session: identity.quotas.usage(session, organisation_id))
    answer["used"] = counted | {
        "aircraft": sum(aircraft.active for aircraft in services.fleet.of(organisation_id)),
        "clients": sum(c.active and c.organisation_id == organisation_id for c in directory.clients.all()),
        "webhooks": services.webhooks.count_of(organisation_id),
        "sandboxes": sum(f.active and f.sandbox_of == organisation_id for f in directory.organisations.all()),
    }
    return answer
