"""Filing, checking and modifying flight plans: the unit of work around the pure judgement.

A plan is prepared on the caller's side (parsed, compiled, covered) and judged on the store's writer, inside the
transaction that keeps it: what the judgement saw is what is committed when the plan is.
"""

import asyncio
import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import Session

from airspace.approval import evaluate
from airspace.decision import Decision, decision_to_dict, offer_to_dict
from airspace.deconfliction import Conflict
from airspace.errors import FieldError
from airspace.geometry4d import PlanGeometry, Separation, Trajectory4D
from airspace.intent import FlightIntent, Path
from airspace.lifecycle import IllegalTransition, PlanState
from airspace.policy import Policy
from airspace.timebase import to_scene_s
from airspace.trajectory import AircraftPerformance, FlightPath, Waypoint, WaypointRoute, compile_route
from airspace.volumes import VolumePath, parse_volumes, prism_to_volume4d, volume4ds_json
from utm.advisories import AdvisoryDesk
from utm.airspace_book import AirspaceBook
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody, TrajectoryRoute
from utm.article27 import missing_items
from utm.bus import Bus
from utm.clock import Clock
from utm.contingency_filing import filed_contingency, lost_link_site
from utm.displacement import displaceable, withdrawn
from utm.fleet import Aircraft, Fleet
from utm.ids import new_id, opaque_ref
from utm.live_schema import PlanItem
from utm.memory import Memory
from utm.offer_holds import HeldOffers, Hold
from utm.offers import OfferDesk
from utm.plan_records import Answer, Authority, document, encode_authority, live_item, rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import Principal, may_read_of
from utm.security.directory import Organisation
from utm.sky import LivePlan, Sky, live_plan, version_cells
from utm.store import plans
from utm.store.geometry_codec import encode as encode_geometry
from utm.store.journal import record_audit
from utm.store.offers import CONSUMED
from utm.store.store import Store, after_commit, on_undo
from utm.store.tables import FlightPlanRow

PRIORITY_ENTITLEMENT = "priority_over_50"
STANDING_ENTITLEMENT = "standing_approval"
STATUS_OF = {"approved": 201, "pending": 202, "refused": 409}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A filed body, compiled and covered: everything about it that does not depend on the rest of the sky."""

    body: dict[str, Any]
    parsed: FlightPlanBody
    aircraft: Aircraft
    path: Path
    h3_cells: list[str]
    """The resolution-8 cells that cover the flight with its tolerance, sorted."""
    starts_s: float
    ends_s: float

    @property
    def cells(self) -> frozenset[int]:
        """The same cells as integers."""
        return frozenset([int(cell, 16) for cell in self.h3_cells])

    @property
    def geometry(self) -> PlanGeometry:
        """What the engine reserves."""
        return self.path.trajectory if isinstance(self.path, FlightPath) else self.path.prisms


class FlightPlans:
    """Everything that files, judges and reads plans; steps of a plan's life are in `utm.plan_steps`."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        bus: Bus,
        memory: Memory,
        sky: Sky,
        book: AirspaceBook,
        fleet: Fleet,
        organisation: Callable[[str], Organisation | None],
        ref_secret: bytes,
        held: HeldOffers,
        standing: Callable[["Prepared", str], bool],
        advisories: AdvisoryDesk,
    ) -> None:
        self.clock, self.store, self.bus, self.memory = clock, store, bus, memory
        self.sky, self.book, self.fleet = sky, book, fleet
        self._organisation, self._ref_secret = organisation, ref_secret
        self._standing, self._advisories = standing, advisories
        self.held, self.desk = held, OfferDesk(clock=clock, book=book, sky=sky, waiting=lambda: store.waiting)
        self.own_reservations: Callable[[str], Collection[str]] = lambda aircraft_id: ()
        """What commands have reserved for an aircraft, by id: its own plans are not held to it."""
        self.listeners: list[Callable[[str], None]] = []
        """Called on the event loop with the id of each plan that changed, once the change is durable."""

    # -- requests ------------------------------------------------------------------------------------------------------

    async def file(self, principal: Principal, body: dict[str, Any], parsed: FlightPlanBody, key: str | None) -> Answer:
        """File a plan; the answer is durable when this returns. The same key gives the first decision again."""
        return await self._queue_filing(principal, body, parsed, key)

    async def file_batch(
        self, principal: Principal, items: list[Callable[[], tuple[dict[str, Any], FlightPlanBody, str | None]]]
    ) -> list[Answer | Problem]:
        """File plans in order, each judged with those before it; one that is malformed costs only its own place."""
        waiting: list[Any] = []
        for parse in items:
            try:
                body, parsed, key = parse()
                waiting.append(self._queue_filing(principal, body, parsed, key))
            except Problem as problem:
                waiting.append(problem)
        answers: list[Answer | Problem] = []
        for item in waiting:
            if isinstance(item, Problem):
                answers.append(item)
                continue
            try:
                answers.append(await item)
            except Problem as problem:
                answers.append(problem)
        return answers

    def check(self, principal: Principal, body: dict[str, Any], parsed: FlightPlanBody) -> Answer:
        """Judge a plan as filing would at this moment, and keep nothing."""
        prepared = self.prepare(principal, body, parsed)
        started_s = self.clock.monotonic_s()
        firm = prepared.aircraft.organisation_id  # a dispatcher checks for the firm, which is what filing would judge
        hold = self.held.matching(firm, parsed, self.clock.now())
        decision = self.judge(firm, principal, prepared, hold=hold, offers=True)
        row = self._row(firm, prepared, decision, started_s, plan_id="", plan_no=0, version=0)
        answer = document(row)
        answer["plan_id"] = None
        return Answer(200, answer)

    async def modify(
        self,
        principal: Principal,
        plan_id: str,
        body: dict[str, Any],
        parsed: FlightPlanBody,
        if_version: int | None,
    ) -> Answer:
        """Judge a new version of a plan; the old version stands unless the new one is approved."""
        prepared = self.prepare(principal, body, parsed)
        return await self.store.write(lambda session: self._modify(session, principal, plan_id, prepared, if_version))

    async def get(self, principal: Principal, plan_id: str) -> dict[str, Any]:
        """Return a plan the caller may see; raises Problem 404 otherwise."""
        row = await self.store.read(lambda session: plans.get(session, plan_id))
        return document(self.readable(row, principal, plan_id))

    # -- preparation ---------------------------------------------------------------------------------------------------

    def prepare(self, principal: Principal, body: dict[str, Any], parsed: FlightPlanBody) -> Prepared:
        """Compile a body; raises Problem 404 for an aircraft that is not the caller's and 422 with every field at fault."""
        aircraft = self.fleet.get(parsed.aircraft_id)
        if aircraft is None or not may_read_of(principal, aircraft.organisation_id):
            raise not_found("aircraft", "航空器", parsed.aircraft_id)
        if not aircraft.active:
            raise Problem("aircraft_inactive")
        prepared = self.compiled(aircraft, body, parsed)
        self._check_times(parsed.departure_at, prepared.starts_s, self.clock.now(), self.book.policy)
        return prepared

    def compiled(self, aircraft: Aircraft, body: dict[str, Any], parsed: FlightPlanBody) -> Prepared:
        """Compile a body for an aircraft, whatever the time; raises Problem 422 with every field at fault."""
        region, route = self.book.region, parsed.route
        compiled = (
            compile_route(_route_value(route), parsed.departure_at, region)
            if isinstance(route, TrajectoryRoute)
            else parse_volumes(body["route"]["volumes"], region)
        )
        if isinstance(compiled, list):
            raise validation_problem([field_problem(error) for error in compiled])
        starts_s, ends_s = _window(compiled)
        widen_m = self.book.policy.tolerance.horizontal_m + region.grid.slack_m
        geometry = compiled.trajectory if isinstance(compiled, FlightPath) else compiled.prisms
        h3_cells = sorted(self.sky.cells(geometry, widen_m))
        return Prepared(body, parsed, aircraft, compiled, h3_cells, starts_s, ends_s)

    @staticmethod
    def _check_times(departure_at: datetime, starts_s: float, now: datetime, policy: Policy) -> None:
        late_s = to_scene_s(now) - min(to_scene_s(departure_at), starts_s)
        if late_s > policy.past_grace_s:
            detail = f"The flight would start {late_s:.0f} s in the past. Send a departure that is still to come."
            detail_zh = f"起飞时间已过去 {late_s:.0f} 秒。请发送将来的起飞时间。"
            fault = FieldProblem("/departure_at", "departure_in_past", detail, detail_zh)
            raise Problem("departure_in_past", detail, detail_zh, errors=[fault])
        if -late_s > policy.max_horizon_s:
            detail = f"The flight lies more than {policy.max_horizon_s / 86_400:.0f} days ahead. File it later."
            detail_zh = f"飞行时间距今超过 {policy.max_horizon_s / 86_400:.0f} 天，请稍后再提交。"
            raise validation_problem([FieldProblem("/departure_at", "too_far_ahead", detail, detail_zh)])

    # -- judgement -----------------------------------------------------------------------------------------------------

    def judge(
        self,
        organisation_id: str,
        principal: Principal | None,
        prepared: Prepared,
        *,
        plan_id: str | None = None,
        was_entitled: bool = False,
        hold: Hold | None = None,
        offers: bool = False,
        not_before: datetime | None = None,
        decided: Decision | None = None,
    ) -> Decision:
        """Judge a prepared plan against the sky as it is.

        `plan_id` names the plan it is a version of; `was_entitled` says that its priority was accepted when it was filed;
        `hold` is the firm's own hold of this very body. `offers` asks for counter-offers where it is not approved,
        departing no sooner than `not_before`; `decided` is the judgement where the running job has just made it.
        """
        self.held.lapse(self.clock.now())
        ignore = (*(() if plan_id is None else (plan_id,)), *(() if hold is None else (hold.hold_id,)))
        ignore += self.sky.own_contingency(prepared.aircraft.aircraft_id)
        ignore += tuple(self.own_reservations(prepared.aircraft.aircraft_id))
        firm = self._organisation(organisation_id)
        entitled = was_entitled or (firm is not None and PRIORITY_ENTITLEMENT in firm.entitlements)
        asker = None if principal is not None and principal.sees_everything else organisation_id
        parsed, policy = prepared.parsed, self.book.policy
        intent = FlightIntent(
            operator_id=organisation_id,
            aircraft_id=prepared.aircraft.aircraft_id,
            operation_type=parsed.operation_type,
            priority=parsed.priority,
            departure_at=parsed.departure_at,
            path=prepared.path,
            cells=prepared.cells,
            plan_id=plan_id,
            origin_site_id=parsed.origin_site_id,
            destination_site_id=parsed.destination_site_id,
            alternate_site_ids=tuple(parsed.alternate_site_ids),
            aircraft_class=prepared.aircraft.aircraft_class,
            performance=performance_of(prepared.aircraft),
            priority_limit=100 if entitled else policy.max_priority_commercial,
            standing_approval=self._under_standing_approval(prepared, organisation_id),
            uses_true_height=_uses_true_height(parsed),
            missing_article27=missing_items(parsed),
            contingency=filed_contingency(parsed, self.book.scene),
            lost_link_site_id=lost_link_site(parsed),
        )
        others: dict[int, LivePlan] = {}  # a check runs beside the writer, which may take one away meanwhile

        def conflicts_of(geometry: PlanGeometry, separation: Separation) -> list[Conflict]:
            found = self.sky.conflicts(geometry, separation, ignore=ignore)
            others.update((conflict.key, plan) for conflict, plan in found)
            return [conflict for conflict, _ in found]

        def judged(flight: FlightIntent) -> Decision:
            return evaluate(
                flight,
                policy,
                self.book.scene,
                self.clock.now(),
                conflicts_of=conflicts_of,
                other_plan=lambda key: self._reference(others[key], asker),
                traffic=self.sky,
                ignore=ignore,
            )

        decision = judged(intent) if decided is None else decided
        if not offers:
            return decision
        return self.desk.attach(decision, intent, prepared, judge=judged, ignore=ignore, not_before=not_before)

    def _under_standing_approval(self, prepared: Prepared, organisation_id: str) -> bool:
        """Tell whether the firm's whole fleet, or an envelope around this flight, is approved once and for all."""
        return self.fleet.has_standing_approval(organisation_id) or self._standing(prepared, organisation_id)

    def name_of(self, other: LivePlan, asker: str | None) -> str:
        """Return the name a plan goes by for a firm that asks (None: for the city)."""
        return self._reference(other, asker)

    def _reference(self, other: LivePlan, asker: str | None) -> str:
        """Return the name a conflicting plan goes by in an answer: its id for its owner and the city, a pseudonym else."""
        if asker is None or other.organisation_id == asker:
            return other.plan_id
        return opaque_ref(other.plan_id, asker, self._ref_secret)

    # -- jobs of the writer --------------------------------------------------------------------------------------------

    def _queue_filing(
        self, principal: Principal, body: dict[str, Any], parsed: FlightPlanBody, key: str | None
    ) -> "asyncio.Future[Answer]":
        prepared_or_problem: Prepared | Problem
        try:
            prepared_or_problem = self.prepare(principal, body, parsed)
        except Problem as problem:
            if key is None:
                raise
            prepared_or_problem = problem  # a repeated key is answered even when its departure has passed since
        body_hash = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return self.store.enqueue(lambda session: self._file(session, principal, prepared_or_problem, key, body_hash))

    def file_in(self, session: Session, principal: Principal, prepared: Prepared) -> Answer:
        """File inside a running job of the writer, which may keep more in the same transaction."""
        return self._file(session, principal, prepared, None, "")

    def _file(
        self, session: Session, principal: Principal, prepared: Prepared | Problem, key: str | None, body_hash: str
    ) -> Answer:
        if key is not None:
            known = plans.find_key(session, principal.organisation_id, key)
            if known is not None:
                return self._repeat(session, known, body_hash)
        if isinstance(prepared, Problem):
            raise prepared
        self._check_active(prepared.aircraft.aircraft_id)
        started_s = self.clock.monotonic_s()
        cells = version_cells(prepared.h3_cells)
        self.memory.make_current(session, cells)
        plan_id = new_id("fp")
        hold = self.held.matching(principal.organisation_id, prepared.parsed, self.clock.now())
        decision = self.judge(principal.organisation_id, principal, prepared, hold=hold)
        displaced = self._displace(session, principal, prepared, decision, plan_id)
        if displaced:
            decision = self.judge(principal.organisation_id, principal, prepared, hold=hold)
        if decision.outcome != "approved":
            decision = self.judge(
                principal.organisation_id, principal, prepared, hold=hold, offers=True, decided=decision
            )
        elif hold is not None:
            self.held.end(session, hold, CONSUMED)
            self.memory.note(session, "hold", hold.hold_id)
        row = self._row(
            principal.organisation_id,
            prepared,
            decision,
            started_s,
            plan_id=plan_id,
            plan_no=plans.next_plan_no(session),
            version=1,
        )
        plans.insert(session, row)
        self._keep_version(session, row, decision)
        status = STATUS_OF[decision.outcome]
        if key is not None:
            first = plans.FirstAnswer(body_hash, plan_id, status)
            plans.add_key(session, principal.organisation_id, key, first, row.created_at)
        self.audit(session, principal, "file", row, {"outcome": decision.outcome})
        self.reserve(session, row)
        for displaced_id in displaced:
            self._offer_instead(session, displaced_id)
        return Answer(status, document(row), refused=decision.outcome == "refused")

    def file_continuation(
        self, session: Session, principal: Principal | None, flying_plan_id: str, prepared: Prepared
    ) -> tuple[FlightPlanRow, Decision]:
        """File a plan under which a flight in the air goes on; its present plan stays and is not in its way.

        The row is kept only when the plan is approved. `principal` is None where the service itself acts.
        """
        self._check_active(prepared.aircraft.aircraft_id)
        started_s = self.clock.monotonic_s()
        self.memory.make_current(session, version_cells(prepared.h3_cells))
        firm = prepared.aircraft.organisation_id
        decision = self.judge(firm, principal, prepared, plan_id=flying_plan_id, was_entitled=True)
        plan_no = plans.next_plan_no(session)
        row = self._row(firm, prepared, decision, started_s, plan_id=new_id("fp"), plan_no=plan_no, version=1)
        if decision.outcome == "approved":
            plans.insert(session, row)
            self._keep_version(session, row, decision)
            self.audit(session, principal, "file", row, {"outcome": decision.outcome, "continues": flying_plan_id})
            self.reserve(session, row)
        return row, decision

    def _displace(
        self, session: Session, principal: Principal, prepared: Prepared, decision: Decision, plan_id: str
    ) -> list[str]:
        """Withdraw the plans that give way to a refused flight above the commercial range; return their ids."""
        if decision.outcome != "refused":
            return []
        policy, priority = self.book.policy, prepared.parsed.priority
        found = displaceable(
            decision, priority, policy.max_priority_commercial, self.sky, prepared.geometry, policy.separation
        )
        now = rfc3339(self.clock.now())
        for item in found:
            own = item.plan.organisation_id == principal.organisation_id
            ref = plan_id if own else opaque_ref(plan_id, item.plan.organisation_id, self._ref_secret)
            row = withdrawn(session, item, ref, priority, now)
            changed = {name: getattr(row, name) for name in ("state", "version", "updated_at", "decision")}
            plans.update(session, row.plan_id, changed)
            self.audit(session, None, "displace", row, {"by": plan_id, "priority": priority})
            self._advisories.raise_advisory(
                session,
                organisation_id=row.organisation_id,
                kind="plan_withdrawn",
                plan_id=row.plan_id,
                detail=f"The plan {row.plan_id} was withdrawn for a flight of higher priority. File it again.",
                detail_zh=f"计划 {row.plan_id} 因更高优先级的飞行而被撤回。请重新提交。",
            )
            self.reserve(session, row)
        return [item.plan.plan_id for item in found]

    def _offer_instead(self, session: Session, plan_id: str) -> None:
        """Give a plan that was withdrawn for another the counter-offers that hold now that the other is there."""
        row = plans.get(session, plan_id)
        aircraft = None if row is None else self.fleet.get(row.aircraft_id)
        if row is None or aircraft is None:
            return
        body = orjson.loads(row.body)
        prepared = self.compiled(aircraft, body, validate(body, FlightPlanBody))
        judged = self.judge(row.organisation_id, None, prepared, offers=True)
        decision = orjson.loads(row.decision)
        decision["counter_offers"] = [offer_to_dict(offer) for offer in judged.counter_offers]
        plans.update(session, plan_id, {"decision": orjson.dumps(decision).decode()})

    def _check_active(self, aircraft_id: str) -> None:
        """Raise Problem 409 for an aircraft that was deregistered while its plan waited for the writer."""
        aircraft = self.fleet.get(aircraft_id)
        if aircraft is None or not aircraft.active:
            raise Problem("aircraft_inactive")

    def _repeat(self, session: Session, known: plans.FirstAnswer, body_hash: str) -> Answer:
        if known.body_hash != body_hash:
            raise Problem("idempotency_key_reused")
        row = plans.get(session, known.plan_id)
        if row is None:
            raise LookupError(f"an idempotency key names the plan {known.plan_id}, which is gone")
        first = plans.versions_of(session, known.plan_id)[0]
        answer = document(row)
        answer["decision"] = orjson.Fragment(first.decision)
        return Answer(known.status, answer, refused=first.outcome == "refused")

    def _modify(
        self, session: Session, principal: Principal, plan_id: str, prepared: Prepared, if_version: int | None
    ) -> Answer:
        row = self.editable(session, plan_id, principal)
        if if_version is not None and row.version != if_version:
            raise Problem(
                "stale_version",
                f"The plan is at version {row.version}, not {if_version}. Read it again and decide anew.",
                f"计划当前版本为 {row.version}，不是 {if_version}。请重新读取后再修改。",
            )
        state = PlanState(row.state)
        if state not in (PlanState.APPROVED, PlanState.PENDING):
            raise illegal(IllegalTransition(state, "modify", ()))
        self._check_active(prepared.aircraft.aircraft_id)
        started_s = self.clock.monotonic_s()
        self.memory.make_current(session, version_cells([*orjson.loads(row.h3_cells), *prepared.h3_cells]))
        decision = self.judge(row.organisation_id, principal, prepared, plan_id=plan_id, offers=True)
        changed = self._row(
            row.organisation_id,
            prepared,
            decision,
            started_s,
            plan_id=plan_id,
            plan_no=row.plan_no,
            version=row.version + 1,
        )
        changed.created_at = row.created_at
        self._keep_version(session, changed, decision)
        self.audit(session, principal, "modify", changed, {"outcome": decision.outcome, "kept": row.version})
        stands = decision.outcome == "approved" or (decision.outcome == "pending" and state is PlanState.PENDING)
        if not stands:
            answer = document(row) | {"decision": orjson.Fragment(changed.decision)}
            return Answer(409, answer, refused=True)
        values = {name: getattr(changed, name) for name in _CHANGED_BY_MODIFY}
        plans.update(session, plan_id, values)
        self.reserve(session, changed, also=orjson.loads(row.h3_cells))
        return Answer(200, document(changed))

    # -- shared with the steps -----------------------------------------------------------------------------------------

    def readable(self, row: FlightPlanRow | None, principal: Principal, plan_id: str) -> FlightPlanRow:
        """Return the row if the caller may read it; raises Problem 404 otherwise."""
        if row is None or not may_read_of(principal, row.organisation_id):
            raise not_found("flight plan", "飞行计划", plan_id)
        return row

    def editable(self, session: Session, plan_id: str, principal: Principal) -> FlightPlanRow:
        """Return the present row of a plan the caller may change; raises Problem 404 otherwise."""
        return self.readable(plans.get(session, plan_id), principal, plan_id)

    def reserve(self, session: Session, row: FlightPlanRow, also: list[str] | None = None) -> None:
        """Bring the sky to what the row says, tell other processes, and publish it once it is durable."""
        before = self.sky.get(row.plan_id)
        live = live_plan(row) if PlanState(row.state) in _RESERVING else None
        if live is not None:
            self.sky.put(live)
        else:
            self.sky.drop(row.plan_id)
        on_undo(session, lambda: self.sky.restore(row.plan_id, before))
        touched = version_cells([*orjson.loads(row.h3_cells), *(also or [])]) if live or before else []
        self.memory.note(session, "plan", row.plan_id, touched)
        news = live_item(row, live.geometry if live else None, self.book.region.frame)
        owner = frozenset({row.organisation_id})
        after_commit(session, lambda: self._told(row, news, owner))

    def _told(self, row: FlightPlanRow, news: PlanItem, owner: frozenset[str]) -> None:
        self.bus.publish("plans", news, visible_to=owner)
        for listener in self.listeners:
            listener(row.plan_id)

    def audit(
        self, session: Session, principal: Principal | None, action: str, row: FlightPlanRow, detail: dict[str, Any]
    ) -> None:
        """Append an audit line about a plan; without a principal the system itself acted."""
        record_audit(
            session,
            at=self.clock.now(),
            actor="system" if principal is None else principal.subject,
            organisation_id=None if principal is None else principal.organisation_id,
            action=f"plan.{action}",
            object_kind="plan",
            object_id=row.plan_id,
            detail={"state": row.state, "version": row.version, "policy_version": row.policy_version, **detail},
        )

    def _keep_version(self, session: Session, row: FlightPlanRow, decision: Decision) -> None:
        plans.add_version(
            session,
            plan_id=row.plan_id,
            version=row.version,
            outcome=decision.outcome,
            policy_version=row.policy_version,
            body=row.body,
            decision=row.decision,
            judged_at=row.updated_at,
        )

    def _row(
        self,
        organisation_id: str,
        prepared: Prepared,
        decision: Decision,
        started_s: float,
        *,
        plan_id: str,
        plan_no: int,
        version: int,
    ) -> FlightPlanRow:
        policy, parsed = self.book.policy, prepared.parsed
        now = rfc3339(self.clock.now())
        separation = decision.separation or policy.separation
        took_ms = (self.clock.monotonic_s() - started_s) * 1000
        standing = self._under_standing_approval(prepared, organisation_id)
        authority = Authority(application="standing" if standing else "submitted")
        return FlightPlanRow(
            plan_id=plan_id,
            plan_no=plan_no,
            organisation_id=organisation_id,
            aircraft_id=parsed.aircraft_id,
            state=decision.outcome,
            version=version,
            operation_type=parsed.operation_type,
            priority=parsed.priority,
            departure_s=to_scene_s(parsed.departure_at),
            starts_s=prepared.starts_s,
            ends_s=prepared.ends_s,
            horizontal_m=separation.horizontal_m,
            vertical_m=separation.vertical_m,
            time_buffer_s=separation.time_buffer_s,
            policy_version=policy.version,
            body=orjson.dumps(prepared.body).decode(),
            decision=orjson.dumps(decision_to_dict(decision, took_ms)).decode(),
            authority=encode_authority(authority),
            volumes=self.volumes_json(prepared.path),
            h3_cells=orjson.dumps(prepared.h3_cells).decode(),
            geometry=encode_geometry(prepared.geometry),
            created_at=now,
            updated_at=now,
        )

    def volumes_json(self, path: Path) -> str:
        """Return the volumes published for a flight, as JSON."""
        if isinstance(path, FlightPath):
            return volume4ds_json(path.trajectory, self.book.policy.tolerance, self.book.region)
        volumes = [prism_to_volume4d(prism, self.book.region) for prism in path.prisms]
        return orjson.dumps(volumes).decode()


_RESERVING = frozenset({PlanState.APPROVED, PlanState.ACTIVATED, PlanState.NONCONFORMING, PlanState.CONTINGENT})
_CHANGED_BY_MODIFY = (
    "aircraft_id", "state", "version", "operation_type", "priority", "departure_s", "starts_s", "ends_s",
    "horizontal_m", "vertical_m", "time_buffer_s", "policy_version", "body", "decision", "volumes", "h3_cells",
    "geometry", "updated_at",
)  # fmt: skip


def illegal(why: IllegalTransition) -> Problem:
    """Return the 409 for a step that the state does not allow."""
    return Problem(
        "illegal_transition", why.detail, why.detail_zh, extra={"state": str(why.state), "allowed": list(why.allowed)}
    )


def field_problem(error: FieldError) -> FieldProblem:
    """Return a fault the core found as the edge writes it."""
    return FieldProblem(error.pointer, error.code, error.detail, error.detail_zh)


def performance_of(aircraft: Aircraft) -> AircraftPerformance:
    """Return what a firm declared of an aircraft, and nothing else: an unknown number refuses nothing."""
    return AircraftPerformance(
        aircraft.max_speed_mps, aircraft.max_climb_mps, aircraft.max_descent_mps, aircraft.max_accel_mps2
    )


def retimed(prepared: Prepared, delay_s: float, departure_at: datetime) -> Prepared:
    """Return the same flight, later by `delay_s`; only trajectories can be moved."""
    if not isinstance(prepared.path, FlightPath):
        return prepared
    trajectory: Trajectory4D = prepared.path.trajectory.shifted(delay_s)
    body = {**prepared.body, "departure_at": rfc3339(departure_at)}
    return replace(
        prepared,
        body=body,
        parsed=prepared.parsed.model_copy(update={"departure_at": departure_at}),
        path=replace(prepared.path, trajectory=trajectory),
        starts_s=prepared.starts_s + delay_s,
        ends_s=prepared.ends_s + delay_s,
    )


def _route_value(route: TrajectoryRoute) -> WaypointRoute:
    points = tuple(
        Waypoint(p.lat_deg, p.lon_deg, p.alt_m, p.alt_datum, p.speed_mps, p.hold_s, p.t_s) for p in route.waypoints
    )
    return WaypointRoute(points, route.cruise_speed_mps, route.crs)


def _window(path: Path) -> tuple[float, float]:
    if isinstance(path, VolumePath):
        return path.starts_s, path.ends_s
    return path.trajectory.starts_s, path.trajectory.ends_s


def _uses_true_height(parsed: FlightPlanBody) -> bool:
    if not isinstance(parsed.route, TrajectoryRoute):
        return False
    return any(point.alt_datum == "AGL" for point in parsed.route.waypoints)
