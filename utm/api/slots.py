"""`/v1/sites/{site_id}/slots`: when the pads of a site are taken, and when one is free."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from airspace.intervals import Intervals
from airspace.pads import PadEvent, PadTimes
from airspace.site_rules import closed_within
from airspace.timebase import from_scene_s, to_scene_s
from utm.api.answers import json_response
from utm.api.body import Instant
from utm.api.openapi import problem_responses
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, not_found, validation_problem
from utm.security import Principal, require
from utm.services import Services, services_of

router = APIRouter(prefix="/v1", tags=["logistics"])

LONGEST = timedelta(days=2)


@router.get(
    "/sites/{site_id}/slots",
    summary="Slots of a site",
    response_model=None,
    responses=problem_responses(401, 403, 404, 422),
)
async def list_slots(
    site_id: str,
    principal: Annotated[Principal, Depends(require("slot.read"))],
    services: Annotated[Services, Depends(services_of)],
    from_at: Annotated[Instant | None, Query(alias="from", description="Absent: now.")] = None,
    to_at: Annotated[
        Instant | None, Query(alias="to", description="Absent: two hours later; at most two days.")
    ] = None,
) -> Response:
    """Return how many pads are free in each stretch of time, and the stays of the caller's own flights.

    A take-off occupies a pad from `prep_s` before it to `clear_s` after it, a landing from `clear_s` before it to
    `turn_around_s` after it. Others' stays are counted, not named.
    """
    site = services.book.sites.get(site_id)
    if site is None:
        raise not_found("site", "起降点", site_id)
    starts_at, ends_at = _window(services.clock.now(), from_at, to_at)
    times = PadTimes.of(services.book.policy, site)
    from_s, to_s = to_scene_s(starts_at), to_scene_s(ends_at)
    events = services.sky.pad_events(site_id, from_s - times.longest_s, to_s + times.longest_s)
    closed = closed_within(site, from_s, to_s)
    stays = sorted(((*times.stay(event), event) for event in events), key=lambda stay: (stay[0], stay[1], stay[2].key))
    return json_response(
        {
            "site_id": site_id,
            "name": site.name,
            "name_zh": site.name_zh,
            "open": site.open,
            "pads": site.pads,
            "from": rfc3339(starts_at),
            "to": rfc3339(ends_at),
            "occupancy": {
                "prep_s": times.prep_s,
                "clear_s": times.clear_s,
                "turn_around_s": times.turn_around_s,
            },
            "items": _stretches(stays, site.pads, from_s, to_s, closed),
            "closed": [
                {"starts_at": rfc3339(from_scene_s(low)), "ends_at": rfc3339(from_scene_s(high))}
                for low, high in closed
            ],
            "stays": [shown for stay in stays if (shown := _stay(stay, principal, services)) is not None],
            "next_cursor": None,
        }
    )


def _window(now: datetime, from_at: datetime | None, to_at: datetime | None) -> tuple[datetime, datetime]:
    starts_at = from_at or now
    ends_at = to_at or starts_at + timedelta(hours=2)
    if not starts_at < ends_at <= starts_at + LONGEST:
        detail = "to must lie after from, by at most two days."
        fault = FieldProblem("?to", "reversed_window", detail, "to 须晚于 from，且相差不超过两天。")
        raise validation_problem([fault], code="invalid_parameter")
    return starts_at, ends_at


def _stretches(
    stays: list[tuple[float, float, PadEvent]], pads: int, from_s: float, to_s: float, closed: Intervals
) -> list[dict[str, Any]]:
    turns = [*((a, b) for a, b, _ in stays), *closed]
    edges = sorted({from_s, to_s, *(at for a, b in turns for at in (a, b) if from_s < at < to_s)})
    found: list[dict[str, Any]] = []
    for low, high in pairwise(edges):
        # One aircraft stands on one pad, however many of its stays overlap.
        taken = len({event.aircraft_id for a, b, event in stays if a < high and b > low})
        shut = any(a < high and b > low for a, b in closed)
        free = 0 if shut else max(0, pads - taken)
        if found and found[-1]["pads_free"] == free:
            found[-1]["ends_at"] = rfc3339(from_scene_s(high))
            continue
        found.append(
            {"starts_at": rfc3339(from_scene_s(low)), "ends_at": rfc3339(from_scene_s(high)), "pads_free": free}
        )
    return found


def _stay(stay: tuple[float, float, PadEvent], principal: Principal, services: Services) -> dict[str, Any] | None:
    starts_s, ends_s, event = stay
    aircraft = services.fleet.get(event.aircraft_id)
    own = aircraft is not None and aircraft.organisation_id == principal.organisation_id
    if not (own or principal.sees_everything):
        return None
    alternate = event.key.startswith("alternate:")
    return {
        "starts_at": rfc3339(from_scene_s(starts_s)),
        "ends_at": rfc3339(from_scene_s(ends_s)),
        "kind": "alternate" if alternate else "arrival" if event.arrival else "departure",
        "aircraft_id": event.aircraft_id,
        "plan_id": event.key if services.sky.get(event.key) is not None else None,  # an order to go on has none
        "mission_id": event.key.removeprefix("alternate:")
        if alternate
        else services.logistics.missions.of_plan(event.key),
    }
