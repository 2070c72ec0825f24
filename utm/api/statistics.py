"""Statistics: how each firm's requests fared."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from airspace.timebase import to_scene_s
from utm.api.answers import json_response
from utm.api.body import Instant
from utm.api.openapi import problem_responses
from utm.fairness import FirmRecord, fairness, total
from utm.logistics.indicators import TABLES, PadRoom, Prices, as_csv, indicators
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, validation_problem
from utm.security import Principal, require
from utm.security.authorise import visible_organisation
from utm.services import Services, services_of
from utm.statistics_operations import MAX_GEOMETRIES, airspace_use
from utm.store import geometry_codec
from utm.store.logistics_statistics import flown_ways
from utm.store.statistics import filed_plans, plans_by_state

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


Price = Annotated[float | None, Query(ge=0, le=1e6, allow_inf_nan=False, description="In any money; absent: not told.")]


class FairnessAnswer(BaseModel):
    """Every firm the caller may see, by id, and all of those together."""

    from_at: Instant
    to_at: Instant
    items: list[FirmFairness]
    totals: FirmFairness


def window(services: Services, from_at: datetime | None, to_at: datetime | None) -> tuple[datetime, datetime]:
    """Return the window asked for, by default the last day; raises Problem 422 for more than 31 days."""
    start = from_at or (services.clock.now() - timedelta(days=1) if to_at is None else to_at - timedelta(days=1))
    end = to_at or start + timedelta(days=1)
    if not timedelta(0) < end - start <= LONGEST:
        detail, detail_zh = "must lie after from, by at most 31 days", "须晚于 from，且不超过 31 天"
        raise validation_problem([FieldProblem("?to", "out_of_range", detail, detail_zh)], code="invalid_parameter")
    return start, end


@router.get(
    "/logistics",
    summary="How deliveries fare",
    response_model=None,
    responses={200: {"content": {"application/json": {}, "text/csv": {}}}, **problem_responses(403, 422)},
)
async def read_logistics(
    principal: Annotated[Principal, Depends(require("statistics.read"))],
    services: App,
    from_at: Annotated[Instant | None, Query(alias="from", description="Absent: a day ago.")] = None,
    to_at: Annotated[Instant | None, Query(alias="to", description="Absent: a day after `from`.")] = None,
    output: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
    table: Annotated[
        Literal["firms", "sites", "corridors", "cells"], Query(description="What the lines of a CSV are.")
    ] = "firms",
    flight_hour_cost: Price = None,
    kwh_cost: Price = None,
) -> Response:
    """Count orders ready and flights departed in a window of at most 31 days: times kept, energy, cost, use, causes.

    A firm sees itself only; the city's roles see every firm and all together. `late_causes` says why deliveries were late;
    `cost_per_delivery` is told where prices are given, in their money. `corridors` are those that the newest 1,000 flown
    missions kept to.
    """
    start, end = window(services, from_at, to_at)
    own = visible_organisation(principal)
    from_s, to_s = to_scene_s(start), to_scene_s(end)
    prices, rooms = Prices(flight_hour_cost, kwh_cost), _rooms(services)
    book = services.book

    def job(session: Session) -> dict[str, Any]:
        ways = map(geometry_codec.decode, flown_ways(session, from_s, to_s, own, MAX_GEOMETRIES))
        used = airspace_use(ways, book.region, book.scene.corridors)["corridors"]
        told = indicators(session, from_s, to_s, own, rooms=rooms, prices=prices)
        return {**told, "corridors": [_use_of(item, to_s - from_s) for item in used if item["flights"]]}

    found = await services.store.read(job)
    if output == "csv":
        lines = [*found["items"], found["totals"]] if table == "firms" else found[table]
        return Response(as_csv(lines, TABLES[table]), media_type="text/csv; charset=utf-8")
    return json_response({"from_at": rfc3339(start), "to_at": rfc3339(end), **found})


def _use_of(item: dict[str, Any], lasts_s: float) -> dict[str, Any]:
    return {**item, "flights_per_h": round(item["flights"] / (lasts_s / 3600.0), 3)}


def _rooms(services: Services) -> dict[str, PadRoom]:
    """Return the pads of every site, and how long a movement keeps one on average."""
    policy = services.book.policy
    stay_s = (policy.pad_prep_s + 2 * policy.pad_clear_s + policy.pad_turn_around_s) / 2
    return {site.site_id: PadRoom(site.pads, stay_s) for site in services.book.sites.values()}


@router.get("", summary="The city's indicators", response_model=None, responses=problem_responses(403, 422))
async def read_statistics(
    principal: Annotated[Principal, Depends(require("statistics.read"))],
    services: App,
    from_at: Annotated[Instant | None, Query(alias="from", description="Absent: a day ago.")] = None,
    to_at: Annotated[Instant | None, Query(alias="to", description="Absent: a day after `from`.")] = None,
) -> Response:
    """Return the plans of a window by state, how requests fared, and how deliveries fare; a firm sees itself only."""
    start, end = window(services, from_at, to_at)
    own = visible_organisation(principal)
    from_s, to_s = to_scene_s(start), to_scene_s(end)
    since_s = from_s - services.book.policy.offer_horizon_s

    def job(session: Session) -> dict[str, Any]:
        records = fairness(filed_plans(session, since_s, to_s, own), from_s)
        return {
            "plans": plans_by_state(session, from_s, to_s, own),
            "requests": total(records.values()).document(),
            "deliveries": indicators(session, from_s, to_s, own)["totals"],
        }

    found = await services.store.read(job)
    return json_response({"from_at": rfc3339(start), "to_at": rfc3339(end), **found})


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
    start, end = window(services, from_at, to_at)
    own = visible_organisation(principal)
    from_s, to_s = to_scene_s(start), to_scene_s(end)
    # What was refused a little earlier tells which of these plans come from an offer.
    since_s = from_s - services.book.policy.offer_horizon_s
    records = await services.store.read(lambda session: fairness(filed_plans(session, since_s, to_s, own), from_s))
    firms = [
        firm
        for firm in services.identity.directory.organisations.all()
        if firm.kind == "operator" and firm.sandbox is services.sandbox and own in (None, firm.organisation_id)
    ]
    items = [
        {"organisation_id": firm.organisation_id, "name": firm.name, "name_zh": firm.name_zh}
        | records.get(firm.organisation_id, FirmRecord()).document()
        for firm in sorted(firms, key=lambda firm: firm.organisation_id)
    ]
    whole = {"organisation_id": None, "name": None, "name_zh": None} | total(records.values()).document()
    return json_response({"from_at": rfc3339(start), "to_at": rfc3339(end), "items": items, "totals": whole})
