"""`GET /v1/fleet/state`: every vehicle with its link and service, and every site with its pads, at one glance."""

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response

from airspace.pads import PadTimes
from airspace.timebase import from_scene_s, to_scene_s
from utm.api.answers import json_response
from utm.api.openapi import problem_responses
from utm.fleet import Aircraft
from utm.link_report import link_report
from utm.plan_records import rfc3339
from utm.security import Principal, require
from utm.security.authorise import visible_organisation
from utm.services import Services, services_of

router = APIRouter(prefix="/v1/fleet", tags=["aircraft"])

AHEAD: Final = timedelta(hours=2)
"""How far ahead pads are looked at (ours)."""


@router.get(
    "/state",
    summary="Vehicles with their links and service, and sites with their pads",
    response_model=None,
    responses=problem_responses(401, 403),
)
async def read_fleet_state(
    principal: Annotated[Principal, Depends(require("aircraft.read"))],
    services: Annotated[Services, Depends(services_of)],
    vehicles: Annotated[bool, Query(description="False: sites only, for who asks often.")] = True,
) -> Response:
    """Return the caller's registered aircraft with what is heard of them now, and the pads of the next two hours.

    What was never heard or is not kept is null: an aircraft without a vehicle has no link, one that is no carrier no
    flown hours. Whose flights take the pads of a site is not told here.
    """
    own = visible_organisation(principal)
    kept = await services.logistics.fleet.carriers(own) if vehicles else ()
    carriers = {item["aircraft_id"]: item for item in kept}
    shown = sorted(services.fleet.all(), key=lambda item: item.registration) if vehicles else ()
    now = services.clock.now()
    now_s = to_scene_s(now)
    return json_response(
        {
            "at": rfc3339(now),
            "vehicles": [
                _vehicle(services, aircraft, carriers.get(aircraft.aircraft_id), now_s)
                for aircraft in shown
                if aircraft.active and own in (None, aircraft.organisation_id)
            ],
            "sites": [_site(services, site_id, now_s) for site_id in sorted(services.book.sites)],
        },
        headers={"Cache-Control": "no-store"},
    )


def _vehicle(services: Services, aircraft: Aircraft, carrier: dict[str, Any] | None, now_s: float) -> dict[str, Any]:
    link = services.telemetry.link_of(aircraft.aircraft_id, now_s)
    report = link_report(services.telemetry, services.bridge, aircraft.aircraft_id, now_s)
    plan = services.commands.judge.flying(aircraft.aircraft_id)
    kept = carrier or {}
    return {
        "aircraft_id": aircraft.aircraft_id,
        "registration": aircraft.registration,
        "organisation_id": aircraft.organisation_id,
        "manufacturer": aircraft.manufacturer,
        "model": aircraft.model,
        "class": aircraft.aircraft_class,
        "plan_id": None if plan is None else plan.plan_id,
        "link_up": report.up,
        "heard_age_s": report.heard_age_s,
        "loss_pct": report.loss_pct,
        "position_delay_s": report.position_delay_s,
        "battery_pct": None if link is None else link.battery_pct,
        "armed": None if link is None else link.armed,
        "landed": None if link is None else link.landed,
        "mode": None if link is None else link.mode,
        "carrier_state": kept.get("state"),
        "site_id": kept.get("free_site_id"),
        "flown_s": kept.get("flown_s"),
        "maintenance_after_s": kept.get("maintenance_after_s"),
        "maintenance_due": kept.get("maintenance_due"),
    }


def _site(services: Services, site_id: str, now_s: float) -> dict[str, Any]:
    site = services.book.sites[site_id]
    times = PadTimes.of(services.book.policy, site)
    until_s = now_s + AHEAD.total_seconds()
    stays = [
        (*times.stay(event), event.aircraft_id)
        for event in services.sky.pad_events(site_id, now_s - times.longest_s, until_s + times.longest_s)
    ]
    coming = [stay for stay in stays if stay[1] > now_s and stay[0] < until_s]
    edges = sorted({now_s, *(end for _, end, _ in coming)})

    def taken(at_s: float) -> int:
        return len({aircraft for start, end, aircraft in coming if start <= at_s < end})

    free_s = next((edge for edge in edges if taken(edge) < site.pads), None)
    return {
        "site_id": site_id,
        "name": site.name,
        "name_zh": site.name_zh,
        "open": site.open,
        "pads": site.pads,
        "pads_free": max(0, site.pads - taken(now_s)),
        "next_free_at": None if free_s is None else rfc3339(from_scene_s(free_s)),
        "stays_ahead": len(coming),
    }
