"""`/v1/statistics/operations`, `/noise` and `/report`: how the city's operations fare, for screens and for paper."""

import math
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Annotated, Any, Literal

import anyio
import h3
from fastapi import APIRouter, Depends, Query, Response
from sqlmodel import Session

from airspace.timebase import to_scene_s
from dispatch.energy import CLASS_MODELS
from utm.api.answers import json_response
from utm.api.body import Instant
from utm.api.openapi import problem_responses
from utm.api.statistics import window
from utm.fairness import FirmRecord, fairness, total
from utm.live_area import Everywhere
from utm.logistics.indicators import indicators
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, validation_problem
from utm.recording.columns import us_of
from utm.reports.document import report_of
from utm.reports.page import STYLE_HASH, report_html
from utm.reports.pdf import report_pdf
from utm.security import Principal, require
from utm.security.authorise import visible_organisation
from utm.services import Services, services_of
from utm.statistics_noise import as_csv as noise_csv
from utm.statistics_noise import document as noise_document
from utm.statistics_noise import exposures, levels, with_levels
from utm.statistics_operations import (
    BEIJING,
    CELL_RESOLUTION,
    MAX_GEOMETRIES,
    airspace_use,
    alert_indicators,
    flight_indicators,
)
from utm.store import geometry_codec
from utm.store.operation_statistics import alert_times, flight_times, flown_geometry
from utm.store.statistics import filed_plans
from utm.telemetry_values import TrackIdentity

router = APIRouter(prefix="/v1/statistics", tags=["statistics"])

App = Annotated[Services, Depends(services_of)]
Reader = Annotated[Principal, Depends(require("statistics.read"))]
_YEARS = (2000, 2999)
"""Years a report may be of (ours): far from where the calendar ends."""
LONGEST_NOISE = timedelta(days=1)
FINEST_MEAN = 9
"""Finer cells are smaller than the squares of the population grid."""


def operations(session: Session, services: Services, start: datetime, end: datetime, own: str | None) -> dict[str, Any]:
    """Return the indicators of operations of a window, of one firm or of all."""
    from_s, to_s = to_scene_s(start), to_scene_s(end)
    book = services.book
    tolerance_s = book.policy.departure_tolerance_s
    flights = flight_indicators(flight_times(session, from_s, to_s, own), start, end, tolerance_s)
    records = fairness(filed_plans(session, from_s - book.policy.offer_horizon_s, to_s, own), from_s)
    alerted = alert_indicators(alert_times(session, from_s, to_s, own))
    if own is not None:
        for encounter in alerted["separation"]["closest"]:
            encounter |= {"detail": None, "detail_zh": None}  # its words name the other flight
    geometries = map(geometry_codec.decode, flown_geometry(session, from_s, to_s, own, MAX_GEOMETRIES))
    return {
        "flights": flights.document(tolerance_s),
        "requests": total(records.values()).document(),
        "firms": _firms(services, records, own),
        **alerted,
        "airspace": airspace_use(geometries, book.region, book.scene.corridors),
        "deliveries": indicators(session, from_s, to_s, own)["totals"],
    }


def _firms(services: Services, records: dict[str, FirmRecord], own: str | None) -> list[dict[str, Any]]:
    return [
        {"organisation_id": firm.organisation_id, "name": firm.name, "name_zh": firm.name_zh}
        | records.get(firm.organisation_id, FirmRecord()).document()
        for firm in sorted(services.identity.directory.organisations.all(), key=lambda item: item.organisation_id)
        if firm.kind == "operator" and own in (None, firm.organisation_id)
    ]


@router.get(
    "/operations",
    summary="How operations fare",
    response_model=None,
    responses=problem_responses(401, 403, 422),
)
async def read_operations(
    principal: Reader,
    services: App,
    from_at: Annotated[Instant | None, Query(alias="from", description="Absent: a day ago.")] = None,
    to_at: Annotated[Instant | None, Query(alias="to", description="Absent: a day after `from`.")] = None,
) -> Response:
    """Return flights over time, times kept, refusals, separation, alerts and responses, use of airspace, fairness.

    A window of at most 31 days, by hours up to two days and by Beijing days beyond. A firm sees itself only. Corridors
    and cells are those of the newest 1,000 flights that flew.
    """
    start, end = window(services, from_at, to_at)
    own = visible_organisation(principal)
    found = await services.store.read(lambda session: operations(session, services, start, end, own))
    return json_response({"from_at": rfc3339(start), "to_at": rfc3339(end), **found})


@router.get(
    "/noise",
    summary="Noise exposure per cell",
    response_model=None,
    responses={200: {"content": {"application/json": {}, "text/csv": {}}}, **problem_responses(401, 403, 422)},
)
async def read_noise(
    principal: Annotated[Principal, Depends(require("city_statistics.read"))],
    services: App,
    from_at: Annotated[Instant | None, Query(alias="from", description="Absent: a day ago.")] = None,
    to_at: Annotated[Instant | None, Query(alias="to", description="Absent: a day after `from`.")] = None,
    resolution: Annotated[int, Query(ge=6, le=10, description="H3 resolution of the cells.")] = CELL_RESOLUTION,
    output: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:
    """Return noise exposure per cell from recorded positions of at most a day, the loudest cells first.

    `seconds_at_reference`: each second counts (50 m / height above ground)^2 seconds, heights under 10 m as 10 m. `laeq_db`
    is the equivalent level of the window under the flights, dB(A), with the sound power of each vehicle's class or mass
    (`/v1/ground-risk/rules`): modelled, not measured. `people` live in the cell by the population grid in force, whose
    `synthetic` says whether it is made up.
    """
    start, end = window(services, from_at, to_at)
    if end - start > LONGEST_NOISE:
        detail, detail_zh = "must lie after from, by at most a day", "须晚于 from，且不超过一天"
        raise validation_problem([FieldProblem("?to", "out_of_range", detail, detail_zh)], code="invalid_parameter")
    shown = await noise_of(services, start, end, resolution)
    if output == "csv":
        return Response(noise_csv(shown), media_type="text/csv; charset=utf-8")
    return json_response({"from_at": rfc3339(start), "to_at": rfc3339(end), **shown})


async def noise_of(services: Services, start: datetime, end: datetime, resolution: int) -> dict[str, Any]:
    """Return noise exposure per cell of a window, the loudest first, and the population it counts by.

    Read day by day, so that whoever reads recordings besides need not wait for a month of them.
    """
    seconds: dict[str, float] = defaultdict(float)
    loud: dict[str, float] = defaultdict(float)
    at = start
    while at < min(end, services.clock.now()):
        before, at = at, min(end, at + LONGEST_NOISE)
        of_day = await services.recording.read(partial(_exposures, services, before, at, resolution))
        for whole, part in zip((seconds, loud), of_day, strict=True):
            for cell, value in part.items():
                whole[cell] += value
    by_cell = levels(loud, (end - start).total_seconds())
    shown = await anyio.to_thread.run_sync(
        lambda: with_levels(noise_document(seconds, resolution), by_cell, _density(services, resolution))
    )
    people = services.ground.described()
    return {**shown, "population": {name: people[name] for name in ("grid_id", "source", "synthetic")}}


def _exposures(
    services: Services, start: datetime, end: datetime, resolution: int
) -> tuple[dict[str, float], dict[str, float]]:
    """Return seconds and seconds by loudness of each cell, of what was recorded from start to end."""
    from_us, to_us = us_of(to_scene_s(start)), us_of(to_scene_s(end))
    recorded = services.recording.recordings.observations(from_us, to_us, area=Everywhere())
    return exposures(recorded, resolution, _power_db(services))


def _power_db(services: Services) -> Callable[[TrackIdentity], float]:
    """Return how loud a recorded vehicle is by the rules in force; one nobody registered counts as the class small."""
    rules = services.ground.rules

    def power_db(identity: TrackIdentity) -> float:
        aircraft = None if identity.aircraft_id is None else services.fleet.get(identity.aircraft_id)
        aircraft_class = "small" if aircraft is None else aircraft.aircraft_class
        numbers = None if aircraft is None else aircraft.numbers
        told_kg = None if numbers is None else numbers.mtow_kg
        return rules.power_db(aircraft_class, told_kg or CLASS_MODELS[aircraft_class].mass_kg)

    return power_db


def _density(services: Services, resolution: int) -> Callable[[str], float | None]:
    """Return the people per square kilometre of cells; of cells too small for the grid, that of its square."""
    grid, frame = services.ground.grid, services.book.region.frame
    means = grid.by_cell(resolution, frame) if resolution <= FINEST_MEAN else None

    def density(cell: str) -> float | None:
        if means is not None:
            return means.get(h3.str_to_int(cell))
        x, y = frame.to_xy(*h3.cell_to_latlng(cell))
        value = float(grid.at(x, y)[0])
        return None if math.isnan(value) else value

    return density


@router.get(
    "/report",
    summary="The report of a day or month, to read and to keep",
    response_model=None,
    responses={
        200: {
            "description": "The report",
            "content": {
                "text/html": {"schema": {"type": "string"}},
                "application/pdf": {"schema": {"type": "string", "format": "binary"}},
            },
        },
        **problem_responses(401, 403, 422),
    },
)
async def read_report(
    principal: Reader,
    services: App,
    day: Annotated[date | None, Query(description="A day in Beijing, such as 2026-03-02.")] = None,
    month: Annotated[
        str | None,
        Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="Instead: a month in Beijing, such as 2026-03."),
    ] = None,
    lang: Annotated[Literal["zh-CN", "en"], Query(description="Language of the report.")] = "zh-CN",
    output: Annotated[Literal["html", "pdf", "json"], Query(alias="format")] = "html",
) -> Response:
    """Return the indicators of a Beijing day or month as one page that stands alone, as a PDF with its own font, or bare.

    A firm's report is of its own flights. That of the whole city has noise exposure too, over the whole day or month.
    """
    first, after = _report_span(day, month)
    start, end = (datetime.combine(item, time(), BEIJING) for item in (first, after))
    own = visible_organisation(principal)
    found = await services.store.read(lambda session: operations(session, services, start, end, own))
    if output == "json":
        return json_response({"from_at": rfc3339(start), "to_at": rfc3339(end), **found})
    title = first.isoformat() if day is not None else first.isoformat()[:7]
    noise = await noise_of(services, start, end, CELL_RESOLUTION) if own is None else None
    report = report_of(found, title=title, lang=lang, made_at=services.clock.now(), whole_city=own is None, noise=noise)
    if output == "pdf":
        headers = {
            "Content-Disposition": f'attachment; filename="hexlane-{title}-{lang}.pdf"',
            "Cache-Control": "no-store",
        }
        pdf = await anyio.to_thread.run_sync(lambda: report_pdf(report))
        return Response(pdf, media_type="application/pdf", headers=headers)
    headers = {
        "Content-Security-Policy": f"default-src 'none'; style-src '{STYLE_HASH}'; frame-ancestors 'none'",
        "Cache-Control": "no-store",
    }
    return Response(report_html(report), media_type="text/html; charset=utf-8", headers=headers)


def _report_span(day: date | None, month: str | None) -> tuple[date, date]:
    """Return the first day of a report and the one after its last; raises Problem 422 for none, both, or no such year."""
    if (day is None) == (month is None):
        fault = FieldProblem("?day", "required", "give either day or month", "请给出 day 或 month 之一")
        raise validation_problem([fault], code="invalid_parameter")
    year = day.year if day is not None else int(str(month)[:4])
    if not _YEARS[0] <= year <= _YEARS[1]:
        detail, detail_zh = f"give a year from {_YEARS[0]} to {_YEARS[1]}", f"年份须在 {_YEARS[0]} 至 {_YEARS[1]} 之间"
        field = "?day" if day is not None else "?month"
        raise validation_problem([FieldProblem(field, "out_of_range", detail, detail_zh)], code="invalid_parameter")
    if day is not None:
        return day, day + timedelta(days=1)
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1)
