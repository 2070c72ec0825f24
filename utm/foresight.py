"""A plan judged ahead of its turn: what a helper process hands back, and how it comes by it.

A helper holds the same memory as the server, as far as it is committed, and judges with the same code. Its answer is a
proposal: the writer keeps it only when nothing that happened since could have changed it (`utm.foreseen_filing`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec
import numpy as np
import orjson

from airspace.decision import CounterOffer, Decision
from airspace.geometry4d import FloatArray, Separation, Trajectory4D
from airspace.offers_parts import Steps
from airspace.trajectory import FlightPath
from utm.api.body import parse_json, validate
from utm.api.flight_plan_models import BatchItemBody, FlightPlanBody
from utm.flight_plans import FlightPlans, Prepared
from utm.ids import new_id
from utm.live_schema import PlanItem
from utm.plan_records import live_item
from utm.problems import Problem
from utm.security import Principal
from utm.sky import version_cells
from utm.sky_changes import box_of
from utm.store import plans
from utm.store.tables import FlightPlanRow

Minima = tuple[float, float, float]


class Asked(msgspec.Struct, array_like=True, gc=False):
    """A body to be judged: `seq` is the latest change the server holds, `waiting` how many jobs its writer has.

    One of a batch is text as orjson writes it, its key within; one that came alone is what was sent, its key apart.
    """

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
        rows = np.array(np.frombuffer(self.segments).reshape(-1, 8))
        return Trajectory4D(rows, np.zeros(len(rows), np.int32))

    @property
    def separation(self) -> Separation:
        """The minima as a value."""
        return Separation(*self.minima)


class Foreseen(msgspec.Struct, array_like=True, gc=False):
    """A whole judgement, made on what was committed up to `seq`.

    `row` are the values of a `FlightPlanRow` but for its number; `body_hash` is None where the body can have no key.
    `flights` are the plan itself and its counter-offers, `boxes` float64 (n, 8) theirs as bytes (`utm.sky_changes.box_of`).
    """

    number: int
    seq: int
    judged_s: float
    key: str | None
    body_hash: str | None
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


@dataclass(slots=True)
class _Ahead:
    """One body on its way through the stages; `spent_s` is what its own judgement took."""

    asked: Asked
    seq: int
    parsed: FlightPlanBody
    body: dict[str, Any]
    text: str | None = None
    """The body as it is kept, where it came so."""
    judged_s: float = 0.0
    spent_s: float = 0.0
    prepared: Prepared = field(init=False)
    decision: Decision = field(init=False)
    row: FlightPlanRow = field(init=False)


def foresee(desk: FlightPlans, asked: Asked) -> Foreseen | Unforeseen:
    """Judge a body as the server would file it now; what is out of the ordinary is left to the server."""
    return foresee_all(desk, [asked])[0]


def foresee_all(desk: FlightPlans, asked: Sequence[Asked], seq: int | None = None) -> list[Foreseen | Unforeseen]:
    """Judge bodies as the server would file each of them now, none knowing of the others.

    `seq` is the latest change the sky holds, where that is not the latest committed one. All go through one stage after
    the other together: what a stage needs of code and tables stays in the processor's caches, which halves its cost.
    """
    known = desk.memory.seen if seq is None else seq
    found: list[Foreseen | Unforeseen] = [Unforeseen(item.number) for item in asked]
    if known is None:
        return found
    read = enumerate([_read(one, known) for one in asked])
    ahead = {place: work for place, work in read if work is not None}
    for stage in (_prepared, _judged, _offered, _written):
        ahead = stage(desk, ahead)
    for place, item in ahead.items():
        found[place] = _packed(desk, item)
    return found


_Works: TypeAlias = dict[int, _Ahead]


def _read(asked: Asked, seq: int) -> _Ahead | None:
    try:
        raw = orjson.loads(asked.body) if asked.in_batch else parse_json(asked.body)
        parsed = validate(raw, BatchItemBody if asked.in_batch else FlightPlanBody, data=asked.body)
    except Problem:
        return None
    if not asked.in_batch:
        return _Ahead(asked, seq, parsed, raw)
    if "idempotency_key" not in raw:
        return _Ahead(asked, seq, parsed, raw, asked.body.decode())
    return _Ahead(asked, seq, parsed, {name: value for name, value in raw.items() if name != "idempotency_key"})


def _prepared(desk: FlightPlans, works: _Works) -> _Works:
    kept = {}
    for place, work in works.items():
        try:
            work.prepared = desk.prepare(work.asked.principal, work.body, work.parsed)
        except Problem:
            continue
        held = desk.held.matching(work.asked.principal.organisation_id, work.parsed, desk.clock.now())
        if isinstance(work.prepared.path, FlightPath) and held is None:
            kept[place] = work
    return kept


def _judged(desk: FlightPlans, works: _Works) -> _Works:
    kept = {}
    for place, work in works.items():
        work.judged_s = desk.clock.monotonic_s()
        who = work.asked.principal
        decision = desk.judge(who.organisation_id, who, work.prepared, ground=True)
        work.decision, work.spent_s = decision, desk.clock.monotonic_s() - work.judged_s
        # One of a higher priority may displace others.
        if decision.outcome == "approved" or work.parsed.priority <= desk.book.policy.max_priority_commercial:
            kept[place] = work
    return kept


def _offered(desk: FlightPlans, works: _Works) -> _Works:
    waiting: dict[int, list[tuple[_Ahead, Steps[Decision]]]] = {0: []}
    for work in works.values():
        if work.decision.outcome != "approved":
            who, decided = work.asked.principal, work.decision
            steps = desk.judging(who.organisation_id, who, work.prepared, offers=True, decided=decided, ground=True)
            waiting[0].append((work, steps))
    clock = desk.clock.monotonic_s
    while any(waiting.values()):
        # What most searches do next is done for all of them.
        doing = max(waiting, key=lambda kind: len(waiting[kind]))
        for work, steps in waiting.pop(doing):
            began_s = clock()
            try:
                waiting.setdefault(next(steps), []).append((work, steps))
            except StopIteration as end:
                work.decision = end.value
            work.spent_s += clock() - began_s
    return works


def _written(desk: FlightPlans, works: _Works) -> _Works:
    for work in works.values():
        started_s = desk.clock.monotonic_s() - work.spent_s
        firm = work.asked.principal.organisation_id
        work.row = desk.plan_row(
            firm, work.prepared, work.decision, started_s, plan_id=new_id("fp"), plan_no=0, version=1, text=work.text
        )
    return works


def _packed(desk: FlightPlans, work: _Ahead) -> Foreseen | Unforeseen:
    decision, row, path, parsed = work.decision, work.row, work.prepared.path, work.parsed
    assert isinstance(path, FlightPath)
    flights = _flights(path, decision)
    if flights is None:
        return Unforeseen(work.asked.number)
    reserved = [Reserved(flown.segments.tobytes(), minima_of(minima)) for flown, minima in flights]
    boxes = np.concatenate([box_of(flown, minima) for flown, minima in flights])
    refusing = [item for item in decision.reasons if item.severity == "refuse"]
    live = path.trajectory if decision.outcome == "approved" else None
    key = parsed.idempotency_key if isinstance(parsed, BatchItemBody) else None
    return Foreseen(
        number=work.asked.number,
        seq=work.seq,
        judged_s=work.judged_s,
        key=key,
        body_hash=hash_of(work.body) if key is not None or not work.asked.in_batch else None,
        outcome=decision.outcome,
        row=plans.values_of(row),
        why=(refusing[0].detail, refusing[0].detail_zh) if refusing else None,
        item=live_item(row, live, desk.book.region.frame, path),
        cells=version_cells(work.prepared.h3_cells),
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
