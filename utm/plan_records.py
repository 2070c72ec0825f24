"""Flight plans between their row in the store and the document the API answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import numpy as np
import orjson

from airspace.frame import LocalFrame
from airspace.geometry4d import PlanGeometry, Trajectory4D
from airspace.timebase import from_scene_s
from airspace.trajectory import FlightPath
from utm.live_schema import PlanItem
from utm.store.tables import FlightPlanRow


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """How the outside authority stands to a plan; a record of its own, apart from our decision."""

    application: str
    readiness_reported_at: datetime | None = None
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request about a plan is answered with: the HTTP status and the document."""

    status: int
    document: dict[str, Any]
    refused: bool = False


def rfc3339(at: datetime) -> str:
    """Return an instant as the API writes it."""
    return at.isoformat().replace("+00:00", "Z")


def encode_authority(authority: Authority) -> str:
    """Return the authority's record as JSON."""
    return msgspec.json.encode(authority).decode()


def decode_authority(text: str) -> Authority:
    """Return the authority's record from JSON."""
    return msgspec.json.decode(text, type=Authority)


def document(row: FlightPlanRow, filed: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the plan as the API answers it; parts kept as JSON are handed through as they are.

    `filed` is the row's body, where the caller still has it.
    """
    body = dict(filed) if filed is not None else orjson.loads(row.body)
    body.pop("idempotency_key", None)
    return {
        **body,
        "plan_id": row.plan_id,
        "organisation_id": row.organisation_id,
        "state": row.state,
        "version": row.version,
        "decision": orjson.Fragment(row.decision),
        "authority": orjson.Fragment(row.authority),
        "volumes": orjson.Fragment(row.volumes),
        "h3_cells": orjson.Fragment(row.h3_cells),
        "starts_at": rfc3339(from_scene_s(row.starts_s)),
        "ends_at": rfc3339(from_scene_s(row.ends_s)),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "activated_at": row.activated_at,
        "ended_at": row.ended_at,
    }


def live_item(
    row: FlightPlanRow, geometry: PlanGeometry | None, frame: LocalFrame, flown: FlightPath | None = None
) -> PlanItem:
    """Return what the live feed tells about the plan: enough to list it and, while it reserves airspace, to draw it.

    `flown` is the compiled flight where the caller still has it.
    """
    origin_site_id, destination_site_id = sites_of(row.body)
    return PlanItem(
        plan_id=row.plan_id,
        state=row.state,
        version=row.version,
        aircraft_id=row.aircraft_id,
        operator_id=row.organisation_id,
        departure_at=from_scene_s(row.departure_s),
        ends_at=from_scene_s(row.ends_s),
        path=path_of(geometry, frame, flown) if isinstance(geometry, Trajectory4D) else None,
        origin_site_id=origin_site_id,
        destination_site_id=destination_site_id,
        priority=row.priority,
        operation_type=row.operation_type,
    )


def path_of(
    trajectory: Trajectory4D, frame: LocalFrame, flown: FlightPath | None = None
) -> list[tuple[float, float, float, float]]:
    """Return the corners of a trajectory as (lon_deg, lat_deg, alt_hae_m, seconds after its start)."""
    rows = trajectory.segments
    corners = np.empty((len(rows) + 1, 4))
    corners[:-1], corners[-1] = rows[:, 0:4], rows[-1, 4:8]
    if flown is None:
        lat, lon = frame.to_lat_lon(corners[:, 0], corners[:, 1])
    else:
        lat, lon = (np.append(pairs[:, 0], pairs[-1, 1]) for pairs in (flown.lat_deg, flown.lon_deg))
    columns = (lon.round(7), lat.round(7), corners[:, 2].round(2), (corners[:, 3] - corners[0, 3]).round(2))
    return list(zip(*(column.tolist() for column in columns), strict=True))


def sites_of(body: str) -> tuple[str | None, str | None]:
    """Return the sites of origin and destination a filed body, JSON, names."""
    if "_site_id" not in body:
        return None, None
    filed = orjson.loads(body)
    return filed.get("origin_site_id"), filed.get("destination_site_id")
