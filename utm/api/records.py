"""`GET /v1/flight-plans/{plan_id}/record`: a flight's whole record for its firm and the city's roles."""

import hashlib
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Response

from airspace.geometry4d import Trajectory4D
from airspace.timebase import to_scene_s
from utm.api.answers import json_response
from utm.api.openapi import problem_responses
from utm.live import EventRecord
from utm.plan_records import path_of
from utm.problems import not_found
from utm.recording import export
from utm.recording.bundle import StoredFlight, canonical, flight_parts, flown, manifest, stored_flight
from utm.recording.columns import RecordedEvent, us_of
from utm.security import Principal, require
from utm.services import Services, services_of
from utm.store import geometry_codec

Format = Literal["json", "geojson", "kml", "csv"]
_FEATURES = "application/geo+json"

router = APIRouter(prefix="/v1/flight-plans", tags=["flight plans"])


@router.get(
    "/{plan_id}/record",
    summary="Read a flight's whole record",
    response_class=Response,
    responses={
        200: {
            "description": "The record: JSON whole with hashes; GeoJSON and KML plan and track; CSV the track",
            "content": {
                "application/json": {"schema": {"type": "object"}},
                _FEATURES: {"schema": {"type": "object"}},
                "application/vnd.google-earth.kml+xml": {"schema": {"type": "string"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        },
        **problem_responses(401, 403, 404, 422),
    },
)
async def flight_record(
    plan_id: str,
    principal: Annotated[Principal, Depends(require("plan.record"))],
    services: Annotated[Services, Depends(services_of)],
    format_: Annotated[Format, Query(alias="format", description="How the record is written.")] = "json",
) -> Response:
    """Return plan, every judged version, the track flown while it was activated, alerts, advisories, commands,
    applications to the authority, event reports, audit.

    `manifest` holds the SHA-256 of each part, over its JSON with keys sorted and no spaces.
    """
    # Who may not read it costs the store no more than a plan that never was.
    await services.store.read(lambda session: services.flight_plans.visible(session, plan_id, principal))
    flight = await services.store.read(lambda session: stored_flight(session, plan_id))
    if flight is None:
        raise not_found("flight plan", "飞行计划", plan_id)
    now_us = us_of(to_scene_s(services.clock.now()))

    def visible(event: RecordedEvent) -> bool:
        owners = None if event.visible_to is None else frozenset(event.visible_to)
        return EventRecord(0, event.topic, "", owners, 0.0).visible_for(principal)

    desk = services.recording
    if format_ == "csv":
        window = flown(flight.row, now_us)

        def lines() -> str:
            found = () if window is None else desk.recordings.observations(
                window.from_us, window.to_us, aircraft_id=flight.row.aircraft_id
            )  # fmt: skip
            return "".join(export.csv_lines(found))

        return _file(await desk.read(lines), "text/csv; charset=utf-8", f"{plan_id}.csv")
    parts = await desk.read(lambda: flight_parts(desk.recordings, flight, now_us, visible))
    if format_ == "json":
        hashes = manifest({name: _hash(part) for name, part in parts.items()})
        return json_response({"plan_id": plan_id, **parts, "manifest": hashes}, headers={"Cache-Control": "no-store"})
    tracks: dict[str, list[export.Item]] = {}
    for item in parts["track"]:
        tracks.setdefault(item["track_id"], []).append(item)
    if format_ == "geojson":
        return _file(orjson.dumps(_features(flight, tracks, services)), _FEATURES, f"{plan_id}.geojson")
    data = export.kml(plan_id, tracks, _paths(flight, services))
    return _file(data, "application/vnd.google-earth.kml+xml", f"{plan_id}.kml")


def _hash(part: Any) -> str:
    return hashlib.sha256(canonical(part)).hexdigest()


def _file(data: str | bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type=media_type, headers=headers)


def _path(flight: StoredFlight, services: Services) -> list[tuple[float, float, float, float]]:
    geometry = geometry_codec.decode(flight.row.geometry)
    return path_of(geometry, services.book.region.frame) if isinstance(geometry, Trajectory4D) else []


def _features(flight: StoredFlight, tracks: dict[str, list[export.Item]], services: Services) -> dict[str, Any]:
    features = [export.track_feature(track_id, listed) for track_id, listed in tracks.items()]
    path = _path(flight, services)
    if path:
        about = {
            "kind": "plan",
            "plan_id": flight.row.plan_id,
            "state": flight.row.state,
            "departure_at": flight.plan["departure_at"],
            "seconds_after_departure": [point[3] for point in path],
        }
        line = {"type": "LineString", "coordinates": [list(point[:3]) for point in path]}
        features.insert(0, {"type": "Feature", "geometry": line, "properties": about})
    return {"type": "FeatureCollection", "features": features}


def _paths(flight: StoredFlight, services: Services) -> dict[str, list[tuple[float, float, float]]]:
    altitudes = services.book.region.altitude
    points = [
        (lon, lat, alt_hae_m - float(altitudes.undulation_m(lat, lon)[0]))
        for lon, lat, alt_hae_m, _ in _path(flight, services)
    ]
    return {f"plan {flight.row.plan_id}": points} if points else {}
