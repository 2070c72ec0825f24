"""A plan judged ahead of its turn: what a helper process hands back, and how it comes by it.

A helper holds the same memory as the server, as far as it is committed, and judges with the same code. Its answer is a
proposal: the writer keeps it only when nothing that happened since could have changed it (`utm.foreseen_filing`).
"""

import hashlib
from typing import Any

import msgspec
import numpy as np
import orjson

from airspace.decision import CounterOffer, Decision
from airspace.geometry4d import FloatArray, Separation, Trajectory4D
from airspace.trajectory import FlightPath
from utm.api.body import parse_json, validate
from utm.api.flight_plan_models import BatchItemBody, FlightPlanBody
from utm.flight_plans import FlightPlans
from utm.ids import new_id
from utm.live_schema import PlanItem
from utm.plan_records import live_item
from utm.problems import Problem
from utm.security import Principal
from utm.sky import version_cells
from utm.sky_changes import box_of
from utm.store import plans

Minima = tuple[float, float, float]


class Asked(msgspec.Struct, array_like=True, gc=False):
    """A body to be judged: `seq` is the latest change the server holds, `waiting` how many jobs its writer has."""

    number: int
    seq: int
    waiting: int
    principal: Principal
    body: bytes
    in_batch: bool


class Reserved(msgspec.Struct, array_like=True, gc=False):
    """A trajectory that was found free or not: float64 rows of eight as bytes, and the minima it is held to."""

    segments: bytes
    minima: Minima

    @property
    def trajectory(self) -> Trajectory4D:
        """The flight again (without its waypoints)."""
        rows = np.frombuffer(self.segments).reshape(-1, 8)
        return Trajectory4D(rows, np.zeros(len(rows), np.int32))

    @property
    def separation(self) -> Separation:
        """The minima as a value."""
        return Separation(*self.minima)


class Foreseen(msgspec.Struct, array_like=True, gc=False):
    """A whole judgement, made on what was committed up to `seq`.

    `row` are the values of a `FlightPlanRow` but for its number.
    `flights` are the plan itself and its counter-offers, `boxes` float64 (n, 8) theirs as bytes (`utm.sky_changes.box_of`).
    """

    number: int
    seq: int
    judged_s: float
    key: str | None
    body_hash: str
    outcome: str
    row: tuple[Any, ...]
    why: tuple[str, str] | None
    item: PlanItem
    cells: list[str]
    sites: list[str]
    flights: list[Reserved]
    boxes: bytes


class Unforeseen(msgspec.Struct, array_like=True, gc=False):
    """Nothing could be said ahead: the server judges by itself."""

    number: int


def foresee(desk: FlightPlans, asked: Asked) -> Foreseen | Unforeseen:
    """Judge a body as the server would file it now; what is out of the ordinary is left to the server."""
    try:
        return _foreseen(desk, asked) or Unforeseen(asked.number)
    except Problem:
        return Unforeseen(asked.number)


def _foreseen(desk: FlightPlans, asked: Asked) -> Foreseen | None:
    principal, seq = asked.principal, desk.memory.seen
    raw = orjson.loads(asked.body) if asked.in_batch else parse_json(asked.body)
    parsed = validate(raw, BatchItemBody if asked.in_batch else FlightPlanBody, data=asked.body)
    body = {name: value for name, value in raw.items() if name != "idempotency_key"} if asked.in_batch else raw
    prepared = desk.prepare(principal, body, parsed)
    path, firm = prepared.path, principal.organisation_id
    started_s, now = desk.clock.monotonic_s(), desk.clock.now()
    if not isinstance(path, FlightPath) or seq is None or desk.held.matching(firm, parsed, now) is not None:
        return None
    decision = desk.judge(firm, principal, prepared)
    if decision.outcome != "approved":
        if parsed.priority > desk.book.policy.max_priority_commercial:
            return None  # it may displace others
        decision = desk.judge(firm, principal, prepared, offers=True, decided=decision)
    flights = _flights(path, decision)
    if flights is None:
        return None
    row = desk.plan_row(firm, prepared, decision, started_s, plan_id=new_id("fp"), plan_no=0, version=1)
    reserved = [Reserved(flown.segments.tobytes(), minima_of(minima)) for flown, minima in flights]
    boxes = np.concatenate([box_of(flown, minima) for flown, minima in flights])
    refusing = [item for item in decision.reasons if item.severity == "refuse"]
    live = path.trajectory if decision.outcome == "approved" else None
    return Foreseen(
        number=asked.number,
        seq=seq,
        judged_s=started_s,
        key=parsed.idempotency_key if isinstance(parsed, BatchItemBody) else None,
        body_hash=hash_of(body),
        outcome=decision.outcome,
        row=plans.values_of(row),
        why=(refusing[0].detail, refusing[0].detail_zh) if refusing else None,
        item=live_item(row, live, desk.book.region.frame, path),
        cells=version_cells(prepared.h3_cells),
        sites=_sites(parsed, decision.counter_offers),
        flights=reserved,
        boxes=boxes.tobytes(),
    )


def hash_of(body: dict[str, Any]) -> str:
    """Return what tells whether a body is the one an idempotency key was first used with."""
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def minima_of(separation: Separation) -> Minima:
    """Return minima as plain numbers."""
    return separation.horizontal_m, separation.vertical_m, separation.time_buffer_s


def boxes_of(foreseen: Foreseen) -> FloatArray:
    """Return the boxes (n, 8) of the plan and its offers."""
    return np.frombuffer(foreseen.boxes).reshape(-1, 8)


def _flights(path: FlightPath, decision: Decision) -> list[tuple[Trajectory4D, Separation]] | None:
    """Return the plan and its offers with their minima; None where one of them is no trajectory."""
    if decision.separation is None:
        return None
    found = [(path.trajectory, decision.separation)]
    for offer in decision.counter_offers:
        if not isinstance(offer.geometry, Trajectory4D) or offer.separation is None:
            return None
        found.append((offer.geometry, offer.separation))
    return found


def _sites(parsed: FlightPlanBody, offers: tuple[CounterOffer, ...]) -> list[str]:
    named = {parsed.origin_site_id, parsed.destination_site_id}
    named.update(offer.plan.get("destination_site_id") for offer in offers)
    return sorted(name for name in named if name is not None)
