"""Flight plans between their row in the store and the document the API answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
import numpy as np
import orjson

from airspace.frame import LocalFrame
from airspace.geometry4d import PlanGeometry, Trajectory4D
from airspace.rules.verdict import Verdict
from airspace.timebase import from_scene_s
from airspace.trajectory import FlightPath
from utm.live_schema import PlanItem
from utm.store.tables import FlightPlanRow


class RuleClockRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the rule clock found for a plan, and how the outside authority's decision came about."""

    exemption: str | None = None
    standing_approval_id: str | None = None
    triggers: tuple[str, ...] = ()
    triggers_assumed: bool = False
    apply_by: datetime | None = None
    decision_by: datetime | None = None
    readiness_by: datetime | None = None
    readiness_late: bool = False
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    reference: str | None = None
    policy_version: int | None = None


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """How the outside authority stands to a plan; a record of its own, apart from our decision."""

    application: str
    readiness_reported_at: datetime | None = None
    released_at: datetime | None = None
    clock: RuleClockRecord | None = None
    """Stored behind the others, and answered beside them as `rule_clock` (`document`)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request about a plan is answered with: the HTTP status and the document."""

    status: int
    document: dict[str, Any]
    refused: bool = False


@dataclass(frozen=True, slots=True)
class FiledAnswer:
    """The answer to a plan filed by a judgement made ahead: the document as JSON text, and why it was refused."""

    status: int
    text: bytes
    version: int
    refused: bool
    why: tuple[str, str] | None


def rfc3339(at: datetime) -> str:
    """Return an instant as the API writes it."""
    return at.isoformat().replace("+00:00", "Z")


def authority_of(verdict: Verdict | None) -> Authority:
    """Return how the authority stands to a plan that was just judged."""
    if verdict is None:
        return Authority(application="submitted")
    clock = RuleClockRecord(
        exemption=verdict.exemption,
        standing_approval_id=verdict.standing_approval_id,
        triggers=verdict.triggers,
        triggers_assumed=verdict.assumed,
        apply_by=_at(verdict.apply_by_s),
        decision_by=_at(verdict.decision_by_s),
        readiness_by=_at(verdict.readiness_by_s),
    )
    return Authority(application=verdict.application, clock=clock)


def amended(authority: Authority, **values: Any) -> Authority:
    """Return the record with some of its rule clock changed."""
    clock = msgspec.structs.replace(authority.clock or RuleClockRecord(), **values)
    return msgspec.structs.replace(authority, clock=clock)


def _at(scene_s: float | None) -> datetime | None:
    return None if scene_s is None else from_scene_s(scene_s)


def encode_authority(authority: Authority) -> str:
    """Return the authority's record as JSON."""
    return msgspec.json.encode(authority).decode()


def decode_authority(text: str) -> Authority:
    """Return the authority's record from JSON."""
    return msgspec.json.decode(text, type=Authority)


_CLOCK: Final = ',"clock":'
"""Where the rule clock begins in the text of an authority's record: no value before it can hold this."""


def document(row: FlightPlanRow, filed: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the plan as the API answers it; parts kept as JSON are handed through as they are.

    `filed` is the row's body, where the caller still has it.
    """
    body = dict(filed) if filed is not None else orjson.loads(row.body)
    body.pop("idempotency_key", None)
    return {**body, **_added(row)}


def _added(row: FlightPlanRow) -> dict[str, Any]:
    """Return what the service adds to the filed body: no member of a body has such a name."""
    authority, behind, clock = row.authority.partition(_CLOCK)
    return {
        "plan_id": row.plan_id,
        "organisation_id": row.organisation_id,
        "state": row.state,
        "version": row.version,
        "decision": orjson.Fragment(row.decision),
        "authority": orjson.Fragment(authority + "}" if behind else authority),
        "rule_clock": orjson.Fragment(clock[:-1] if behind else "null"),
        "volumes": orjson.Fragment(row.volumes),
        "h3_cells": orjson.Fragment(row.h3_cells),
        "starts_at": rfc3339(from_scene_s(row.starts_s)),
        "ends_at": rfc3339(from_scene_s(row.ends_s)),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "activated_at": row.activated_at,
        "ended_at": row.ended_at,
    }


def document_text(row: FlightPlanRow) -> bytes:
    """Return the plan as JSON text: what `document` gives, without reading the filed body again."""
    if "idempotency_key" in row.body:
        return orjson.dumps(document(row))
    return b"%s,%s" % (row.body[:-1].encode(), orjson.dumps(_added(row))[1:])


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
