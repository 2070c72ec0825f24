"""`/v1/routes`: ways between sites with what they mean to the ground, why one is refused, and what would pass."""

import math
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Any, Literal

import anyio
import h3.api.basic_int as h3
import numpy as np
from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from airspace.geometry4d import Trajectory4D
from airspace.timebase import from_scene_s, to_scene_s
from airspace.weather import COLUMN, RESOLUTION, Quantity
from dispatch.carrier import DEFAULT_RESERVE_SHARE, Carrier
from dispatch.energy import CLASS_MODELS, Air, model_of, over_ground_mps
from dispatch.flight_design import CLIMB_MPS, DESCENT_MPS
from dispatch.noise import level_db, passage_db
from utm.api.answers import json_response
from utm.api.body import ApiModel, Instant, parse_body
from utm.api.logistics_models import SiteId
from utm.api.openapi import openapi_body, problem_responses
from utm.logistics.fleet import ENDURANCE_H, carrier_of
from utm.logistics.flights import Designed, waypoint_bodies
from utm.plan_records import rfc3339
from utm.problems import not_found
from utm.security import Principal, may_read_of, require
from utm.services import Services, services_of
from utm.store import logistics
from utm.store.logistics_tables import CarrierRow

router = APIRouter(prefix="/v1", tags=["logistics"])

App = Annotated[Services, Depends(services_of)]

_CAUSES: dict[str, tuple[str, str]] = {
    "no_way": (
        "There is no way around the zones in force, or along the corridors where free flight is closed.",
        "无法绕开现行限制空域；或在禁止自由飞行时无可用航路。",
    ),
    "ground_risk": (
        "Every way found breaks a limit of ground risk; `ground.breaches` says which and where on the shortest.",
        "所有可行航线均超出地面风险限值；`ground.breaches` 列出最短航线的超限项及位置。",
    ),
    "site_closed": ("One of the two sites is closed.", "起点或终点起降点已关闭。"),
}


class RouteBody(ApiModel):
    """From where to where, with what."""

    origin_site_id: SiteId
    destination_site_id: SiteId
    aircraft_id: SiteId | None = None
    """A carrier of your firm; its mass, energy and speed are taken. Absent: the usual values of the class."""
    aircraft_class: Literal["micro", "light", "small", "medium", "large"] = "small"
    payload_kg: Annotated[float, Field(ge=0, le=2_000, allow_inf_nan=False)] = 0.0
    departure_at: Instant | None = None
    """Zones within an hour of it are gone around; absent: now."""


@router.post(
    "/routes",
    summary="Find routes between two sites",
    response_model=None,
    openapi_extra=openapi_body(RouteBody),
    responses=problem_responses(401, 403, 404, 413, 415, 422),
)
async def find_routes(
    request: Request, principal: Annotated[Principal, Depends(require("corridor.read"))], services: App
) -> Response:
    """Return the way at each level: around zones, within the limits of ground risk, quiet where that is worth it.

    A level without a way says why; `would_pass` names the levels that have one. Nothing is filed or booked.
    """
    body = await parse_body(request, RouteBody)
    for site_id in (body.origin_site_id, body.destination_site_id):
        if site_id not in services.book.sites:
            raise not_found("site", "起降点", site_id)
    at = body.departure_at or services.clock.now()
    carrier, aircraft_class = await _carrier(body, principal, services, to_scene_s(at))
    return json_response(await anyio.to_thread.run_sync(_found, body, carrier, aircraft_class, at, services))


async def _carrier(body: RouteBody, principal: Principal, services: Services, at_s: float) -> tuple[Carrier, str]:
    if body.aircraft_id is None:
        model = CLASS_MODELS[body.aircraft_class]
        wh = ENDURANCE_H * model.cruise_w
        return Carrier("", "", model, body.origin_site_id, at_s, 0.0, wh), body.aircraft_class
    aircraft = services.fleet.get(body.aircraft_id)
    if aircraft is None or not may_read_of(principal, aircraft.organisation_id):
        raise not_found("aircraft", "航空器", body.aircraft_id)
    row = await services.store.read(lambda session: logistics.get(session, CarrierRow, aircraft.aircraft_id))
    if row is not None:
        return carrier_of(row, body.origin_site_id, at_s), aircraft.aircraft_class
    model = model_of(aircraft.aircraft_class)
    wh = ENDURANCE_H * model.cruise_w
    held = Carrier(aircraft.aircraft_id, aircraft.organisation_id, model, body.origin_site_id, at_s, 0.0, wh)
    return held, aircraft.aircraft_class


def _found(body: RouteBody, carrier: Carrier, aircraft_class: str, at: datetime, services: Services) -> dict[str, Any]:
    designer, desk = services.logistics.designer, services.ground
    mass_kg = carrier.model.mass_kg + body.payload_kg
    air = _air(body, at, services)
    course_m = designer.course_m(body.origin_site_id, body.destination_site_id)
    speed_mps = over_ground_mps(carrier.model.cruise_mps, *course_m, air)
    power_db = desk.rules.power_db(aircraft_class, mass_kg)
    levels = []
    for level in designer.levels(body.origin_site_id, body.destination_site_id):
        found = designer.designed(
            body.origin_site_id, body.destination_site_id, carrier.model.cruise_mps, level, at, mass_kg
        )
        levels.append(_level(found, level, carrier, body.payload_kg, power_db, air, speed_mps, services))
    described = desk.described()
    return {
        "origin_site_id": body.origin_site_id,
        "destination_site_id": body.destination_site_id,
        "departure_at": rfc3339(from_scene_s(to_scene_s(at))),
        "free_flight": services.book.policy.free_flight_allowed,
        "mass_kg": round(mass_kg, 3),
        "usable_wh": round(carrier.usable_wh_at(air.temperature_c), 1),
        "air": {
            "wind_east_mps": round(air.wind_east_mps, 2),
            "wind_north_mps": round(air.wind_north_mps, 2),
            "temperature_c": air.temperature_c,
            "synthetic": services.weather.field.synthetic,
        },
        "over_ground_mps": speed_mps,
        "reserve_share": carrier.reserve_share if body.aircraft_id else DEFAULT_RESERVE_SHARE,
        "rules_version": desk.rules.version,
        "population": {name: described[name] for name in ("grid_id", "source", "synthetic")},
        "would_pass": [item["level_agl_m"] for item in levels if item["found"] and item["within_energy"]],
        "levels": levels,
    }


def _air(body: RouteBody, at: datetime, services: Services) -> Air:
    """Return the air over the origin at departure by the weather in force; unknown values change nothing."""
    site, field, at_s = services.book.sites[body.origin_site_id], services.weather.field, to_scene_s(at)
    cell = h3.latlng_to_cell(site.lat_deg, site.lon_deg, RESOLUTION)
    row, step = int(field.rows_of(np.array([cell], np.uint64))[0]), field.step_at(at_s)
    if row < 0 or step is None:
        return Air()
    values = field.values[step, row]

    def known(name: Quantity) -> float | None:
        value = float(values[COLUMN[name]])
        return round(value, 2) if math.isfinite(value) else None

    return Air.of(known("wind_mps"), known("wind_from_deg"), known("temperature_c"))


def _energy_wh(found: Designed, level: float, carrier: Carrier, payload_kg: float, air: Air, speed_mps: float) -> float:
    """Return the energy of a way in some air at a speed over ground, leg by leg: up, along and down."""
    places = list(found.way_m)
    at_s = level / CLIMB_MPS
    rows = [[*places[0], 0.0, 0.0, *places[0], level, at_s]]
    for a, b in pairwise(places):
        lasts_s = max(math.dist(a, b) / speed_mps, 1e-3)
        rows.append([*a, level, at_s, *b, level, at_s + lasts_s])
        at_s += lasts_s
    rows.append([*places[-1], level, at_s, *places[-1], 0.0, at_s + level / DESCENT_MPS])
    return carrier.flight_wh(Trajectory4D(np.array(rows), np.zeros(len(rows), np.int64)), payload_kg, air)


def _level(
    found: Designed, level: float, carrier: Carrier, payload_kg: float, power_db: float, air: Air, speed_mps: float,
    services: Services,
) -> dict[str, Any]:  # fmt: skip
    flight, cruise = found.flight, carrier.model.cruise_mps
    texts = (None, None) if found.cause is None else _CAUSES[found.cause]
    wh = None if flight is None else _energy_wh(found, level, carrier, payload_kg, air, speed_mps)
    return {
        "level_agl_m": level,
        "found": flight is not None,
        "cause": found.cause,
        "detail": texts[0],
        "detail_zh": texts[1],
        "length_m": None if flight is None else round(flight.length_m, 1),
        "shortest_m": None if found.shortest_m is None else round(found.shortest_m, 1),
        "lasts_s": None if flight is None else round(flight.slowed(cruise, speed_mps).lasts_s, 1),
        "energy_wh": None if wh is None else round(wh, 1),
        "within_energy": wh is not None and wh <= carrier.usable_wh_at(air.temperature_c),
        "corridor_ids": list(found.corridor_ids),
        "ground": _ground(found, carrier.model.mass_kg + payload_kg, cruise, services),
        "noise": {
            "sound_power_db": round(power_db, 1),
            "passage_db": round(passage_db(power_db, level, cruise), 1),
            "loudest_db": round(level_db(power_db, level), 1),
            "cost_m": None if found.noise_cost_m is None else round(found.noise_cost_m, 1),
        },
        "waypoints": [] if flight is None else waypoint_bodies(flight),
    }


def _ground(found: Designed, mass_kg: float, cruise_mps: float, services: Services) -> dict[str, Any] | None:
    risk = found.ground
    if risk is None:
        return None
    told = services.logistics.ground.explained(
        risk.breaches, risk.height_m, risk.buffer_m, mass_kg, cruise_mps, all_=True
    )
    return {
        "allowed": risk.allowed,
        "height_agl_m": round(risk.height_m, 1),
        "buffer_m": round(risk.buffer_m, 1),
        "exposed_per_km2": None if risk.exposed_per_km2 is None else round(risk.exposed_per_km2, 1),
        "exposed_mean_per_km2": None if risk.exposed_mean_per_km2 is None else round(risk.exposed_mean_per_km2, 1),
        "impact_energy_j": None if risk.impact_energy_j is None else round(risk.impact_energy_j, 1),
        "breaches": [
            {name: item.as_reason()[name] for name in ("code", "severity", "detail", "detail_zh", "ground")}
            for item in told
        ],
    }
