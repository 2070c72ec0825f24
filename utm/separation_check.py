"""`hexlane check-separation`: the judge over every plan in a store that reserves airspace."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
from sqlmodel import Session

from airspace.lifecycle import AIRBORNE, RESERVES_AIRSPACE, PlanState
from airspace.timebase import from_scene_s, to_scene_s
from utm.city import City, FlatTerrainSpec, load_city
from utm.judge import JudgedPlan, from_body, geoid_from_csv, judge, plane_for
from utm.judge.plans import instant
from utm.settings import Settings
from utm.store import commands, contingencies, logistics, offers, plans
from utm.store.store import Store
from utm.store.tables import FlightPlanRow


@dataclass(frozen=True, slots=True)
class Report:
    """What the judge found."""

    plans: int
    conflicts: list[dict[str, Any]]
    unread: list[dict[str, str]]
    """Plans whose stored body could not be judged: as bad as a conflict."""
    took_s: float
    accepted: list[dict[str, Any]] = field(default_factory=list)
    """Conflicts of orders that a dispatcher gave all the same, each with the reason on record."""
    double_bookings: list[dict[str, Any]] = field(default_factory=list)
    """Aircraft, batteries and crews that missions keep twice at a time."""
    off_nominal: list[dict[str, Any]] = field(default_factory=list)
    """Flights in the air that the volumes of a contingency run into: its way is being cleared, and they are told."""

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class HeldPlan:
    """An offer on hold or what a command reserves, as far as the judge reads it: it goes by that hold's or command's id."""

    plan_id: str
    horizontal_m: float
    vertical_m: float
    time_buffer_s: float
    ends_s: float
    body: str
    aircraft_id: str = ""
    commanded: bool = False
    contingency: bool = False
    override_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Reserving:
    """Everything that reserves airspace, and which pairs of plans are one flight's old and new one."""

    rows: list[FlightPlanRow | HeldPlan]
    continued: frozenset[frozenset[str]] = frozenset()


def check(settings: Settings) -> Report:
    """Judge every pair of plans and held offers in the store that reserve airspace; raises SystemExit without a store."""
    if not settings.database_path.is_file():
        raise SystemExit(f"There is no store at {settings.database_path}; give --data-dir.")
    store = Store(settings.database_path)
    try:
        found, twice = store.read_now(lambda session: (_reserving(session), logistics.double_bookings(session)))
    finally:
        store.close()
    return replace(judge_rows(found.rows, settings, continued=found.continued), double_bookings=twice)


def _reserving(session: Session) -> Reserving:
    """Return every plan that reserves airspace, and every offer on hold and every command's volume as if it were one."""
    now_s = to_scene_s(datetime.now(UTC))
    held = [
        HeldPlan(
            plan_id=hold.hold_id,
            horizontal_m=hold.horizontal_m,
            vertical_m=hold.vertical_m,
            time_buffer_s=hold.time_buffer_s,
            ends_s=hold.ends_s,
            body=hold.body,
        )
        for hold in offers.standing_holds(session, now_s)
    ]
    commanded = [
        HeldPlan(
            plan_id=item.command_id,
            horizontal_m=item.horizontal_m,
            vertical_m=item.vertical_m,
            time_buffer_s=item.time_buffer_s,
            ends_s=item.ends_s,
            body=item.body,
            aircraft_id=item.aircraft_id,
            commanded=True,
            override_reason=overridden,
        )
        for item, overridden in commands.standing_with_override(session, now_s)
    ]
    failed = [
        HeldPlan(
            plan_id=item.contingency_id,
            horizontal_m=item.horizontal_m,
            vertical_m=item.vertical_m,
            time_buffer_s=item.time_buffer_s,
            ends_s=item.ends_s,
            body=f'{{"route": {{"type": "volumes", "volumes": {item.volumes}}}}}',
            aircraft_id=item.aircraft_id,
            commanded=True,
            contingency=True,
        )
        for item in contingencies.with_states(session, ["open", "predicted"])
    ]
    filed = plans.with_states(session, [str(s) for s in RESERVES_AIRSPACE])
    return Reserving([*filed, *held, *commanded, *failed], commands.continuations(session))


def _own(one: FlightPlanRow | HeldPlan, other: FlightPlanRow | HeldPlan, continued: frozenset[frozenset[str]]) -> bool:
    """Tell whether two rows are one aircraft's: its plan and the order given to it, or its plan and the one after it."""
    if one.aircraft_id != other.aircraft_id:
        return False
    commanded = any(isinstance(row, HeldPlan) and row.commanded for row in (one, other))
    return commanded or frozenset((one.plan_id, other.plan_id)) in continued


def _being_cleared(one: FlightPlanRow | HeldPlan, other: FlightPlanRow | HeldPlan) -> bool:
    """Tell whether a contingency runs into a flight in the air, or into another contingency.

    Plans that have not started must be out of its way already: that is a conflict.
    """
    return any(
        isinstance(a, HeldPlan)
        and a.contingency
        and (b.contingency if isinstance(b, HeldPlan) else PlanState(b.state) in AIRBORNE)
        for a, b in ((one, other), (other, one))
    )


def _override(*rows: FlightPlanRow | HeldPlan) -> str | None:
    reasons = (row.override_reason for row in rows if isinstance(row, HeldPlan))
    return next((reason for reason in reasons if reason is not None), None)


def judge_rows(
    rows: Sequence[FlightPlanRow | HeldPlan],
    settings: Settings,
    *,
    continued: frozenset[frozenset[str]] = frozenset(),
) -> Report:
    """Judge rows from their filed bodies; of the city only its numbers are taken: plane, geoid grid, flat ground."""
    started_s = time.perf_counter()
    city = load_city(settings.city)
    geoid = geoid_from_csv(city.geoid_csv)
    ground = _ground(city, geoid)
    plane = plane_for(city.crs)
    judged: list[JudgedPlan] = []
    unread: list[dict[str, str]] = []
    for row in rows:
        separation = {
            "horizontal_m": row.horizontal_m,
            "vertical_m": row.vertical_m,
            "time_buffer_s": row.time_buffer_s,
        }
        try:
            plan = from_body(row.plan_id, _filed(row.body), separation, ground, geoid, plane=plane)
        except ValueError as error:
            unread.append({"plan_id": row.plan_id, "reason": str(error)})
            continue
        judged.append(_overdue(plan, from_scene_s(row.ends_s)))
    by_id = {row.plan_id: row for row in rows}
    conflicts: list[dict[str, Any]] = []
    accepted: list[dict[str, Any]] = []
    off_nominal: list[dict[str, Any]] = []
    for found in judge(judged):
        one, other = by_id[found.plan_a], by_id[found.plan_b]
        if _own(one, other, continued):
            continue
        reason = _override(one, other)
        if _being_cleared(one, other):
            off_nominal.append(asdict(found))
        elif reason is None:
            conflicts.append(asdict(found))
        else:
            accepted.append({**asdict(found), "override_reason": reason})
    return Report(len(rows), conflicts, unread, time.perf_counter() - started_s, accepted, off_nominal=off_nominal)


def _filed(text: str) -> dict[str, Any]:
    """Return a filed body; RFC 3339 allows small letters in times, which the judge's parser does not know."""
    body: dict[str, Any] = orjson.loads(text)
    if isinstance(body.get("departure_at"), str):
        body["departure_at"] = body["departure_at"].upper()
    return body


def _ground(city: City, geoid: Callable[[float, float], float]) -> Callable[[float, float], float]:
    """Return the ellipsoid height of the ground; surveyed ground is read by the code that serves it."""
    terrain = city.terrain
    if isinstance(terrain, FlatTerrainSpec):
        elevation_m = terrain.elevation_amsl_m
        return lambda lat_deg, lon_deg: geoid(lat_deg, lon_deg) + elevation_m
    altitude = city.region().altitude
    return lambda lat_deg, lon_deg: float(np.ravel(altitude.ground_hae_m(lat_deg, lon_deg))[0])


def _overdue(plan: JudgedPlan, until: datetime) -> JudgedPlan:
    """Return the plan with what stays reserved while it has not landed: its last place, or the volumes that close last."""
    until_s = (until - instant(0.0)).total_seconds()
    if not len(plan.legs):
        ends_s = max(volume.t_end_s for volume in plan.volumes)
        if until_s <= ends_s + 1e-3:
            return plan
        kept = (replace(v, t_end_s=until_s) if v.t_end_s >= ends_s - 1e-3 else v for v in plan.volumes)
        return replace(plan, volumes=tuple(kept))
    last = plan.legs[-1]
    if until_s <= last[7] + 1e-3:
        return plan
    hover = np.concatenate([last[4:8], last[4:7], [until_s]])
    return replace(plan, legs=np.vstack([plan.legs, hover]))
