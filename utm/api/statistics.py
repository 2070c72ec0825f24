"""Statistics: how each firm's requests fared."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from airspace.timebase import to_scene_s
from utm.api.answers import json_response
from utm.api.body import Instant
from utm.api.openapi import problem_responses
from utm.fairness import FirmRecord, fairness, total
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, validation_problem
from utm.security import Principal, require
from utm.security.authorise import visible_organisation
from utm.services import Services, services_of
from utm.store.statistics import filed_plans

router = APIRouter(prefix="/v1/statistics", tags=["statistics"])

App = Annotated[Services, Depends(services_of)]
LONGEST = timedelta(days=31)


class RefusalShare(BaseModel):
    """A cause of refusals; a plan refused for several counts under each."""

    code: str
    plans: int
    share: float = Field(description="Of the firm's refused plans.")


class FirmFairness(BaseModel):
    """How the requests of one firm fared."""

    organisation_id: str | None = Field(description="null in the totals.")
    name: str | None
    name_zh: str | None
    requested: int = Field(description="Plans filed; one filed from a counter-offer is a request of its own.")
    approved: int = Field(description="Approved at once or after somebody decided, whatever became of the flight.")
    refused: int
    pending: int
    lapsed: int = Field(description="Given up or expired before anybody decided.")
    displaced: int = Field(description="Approved, then withdrawn for a zone or a flight of higher priority.")
    offers_taken: int = Field(description="Approved plans that are a counter-offer the firm was made.")
    approved_share: float | None = Field(description="Of those approved or refused.")
    mean_delay_s: float | None = Field(
        description="Of approved plans: how much later than first asked for they depart, 0 without an offer."
    )
    refusals: list[RefusalShare] = Field(description="Most frequent first.")


class FairnessAnswer(BaseModel):
    """Every firm the caller may see, by id, and all of those together."""

    from_at: Instant
    to_at: Instant
    items: list[FirmFairness]
    totals: FirmFairness


@router.get(
    "/fairness",
    summary="How each firm's requests fared",
    response_model=None,
    responses={200: {"model": FairnessAnswer}, **problem_responses(403, 422)},
)
async def read_fairness(
    principal: Annotated[Principal, Depends(require("statistics.read"))],
    services: App,
    from_at: Annotated[
        Instant | None, Query(alias="from", description="Departures from here; absent: a day ago.")
    ] = None,
    to_at: Annotated[Instant | None, Query(alias="to", description="Up to here; absent: a day after `from`.")] = None,
) -> Response:
    """Count the plans that depart in a window of at most 31 days, by firm; a firm sees itself only."""
    start = from_at or (services.clock.now() - timedelta(days=1) if to_at is None else to_at - timedelta(days=1))
    end = to_at or start + timedelta(days=1)
    if not timedelta(0) < end - start <= LONGEST:
        detail, detail_zh = "must lie after from, by at most 31 days", "须晚于 from，且不超过 31 天"
        raise validation_problem([FieldProblem("?to", "out_of_range", detail, detail_zh)], code="invalid_parameter")
    own = visible_organisation(principal)
    from_s, to_s = to_scene_s(start), to_scene_s(end)
    # What was refused a little earlier tells which of these plans come from an offer.
    since_s = from_s - services.book.policy.offer_horizon_s
    records = await services.store.read(lambda session: fairness(filed_plans(session, since_s, to_s, own), from_s))
    firms = [
        firm
        for firm in services.identity.directory.organisations.all()
        if firm.kind == "operator" and own in (None, firm.organisation_id)
    ]
    items = [
        {"organisation_id": firm.organisation_id, "name": firm.name, "name_zh": firm.name_zh}
        | records.get(firm.organisation_id, FirmRecord()).document()
        for firm in sorted(firms, key=lambda firm: firm.organisation_id)
    ]
    whole = {"organisation_id": None, "name": None, "name_zh": None} | total(records.values()).document()
    return json_response({"from_at": rfc3339(start), "to_at": rfc3339(end), "items": items, "totals": whole})
