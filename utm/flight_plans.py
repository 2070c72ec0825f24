"""Filing, checking and modifying flight plans: the unit of work around the pure judgement.

A plan is prepared on the caller's side (parsed, compiled, covered) and judged on the store's writer, inside the
transaction that keeps it: what the judgement saw is what is committed when the plan is.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import orjson
from sqlmodel import Session

from airspace.decision import Decision, decision_to_dict, offer_to_dict
from airspace.geometry4d import FloatArray
from airspace.intent import FlightIntent, Path
from airspace.lifecycle import IllegalTransition, PlanState
from airspace.rules.verdict import StandingCover
from airspace.timebase import to_scene_s
from airspace.trajectory import FlightPath
from airspace.volumes import prism_to_volume4d, volume4ds_json
from utm.advisories import AdvisoryDesk
from utm.airspace_book import AirspaceBook
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.bus import Bus
from utm.clock import Clock
from utm.displacement import displaceable, withdrawn
from utm.fleet import Fleet
from utm.ids import new_id, opaque_ref
from utm.live_schema import PlanItem
from utm.memory import Memory
from utm.offer_holds import HeldOffers
from utm.plan_judging import PlanJudge, Prepared, field_problem, performance_of, retimed
from utm.plan_records import Answer, authority_of, document, encode_authority, live_item, rfc3339
from utm.problems import Problem, not_found
from utm.security import Principal, may_read_of, visible_organisation
from utm.security.directory import Organisation
from utm.sky import LivePlan, Sky, live_plan, version_cells
from utm.sky_changes import SkyChanges
from utm.store import plans
from utm.store.geometry_codec import encode as encode_geometry
from utm.store.journal import AuditLine, record_audits
from utm.store.offers import CONSUMED
from utm.store.store import Store, after_commit, on_undo
from utm.store.tables import FlightPlanRow

__all__ = ["FlightPlans", "Prepared", "field_problem", "illegal", "performance_of", "retimed"]

BATCH_PART = 50
"""How many plans of a batch are filed in one transaction: the most a single plan waits for."""
STATUS_OF = {"approved": 201, "pending": 202, "refused": 409}


class FlightPlans(PlanJudge):
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
        standing: Callable[[FlightIntent, bool], StandingCover | None],
        advisories: AdvisoryDesk,
    ) -> None:
        super().__init__(
            clock=clock,
            sky=sky,
            book=book,
            fleet=fleet,
            organisation=organisation,
            ref_secret=ref_secret,
            held=held,
            standing=standing,
            waiting=lambda: store.waiting,
        )
        self.store, self.bus, self.memory, self._advisories = store, bus, memory, advisories
        self.changes = SkyChanges()
        self.listeners: list[Callable[[str], None]] = []
        """Called on the event loop with the id of each plan that changed, once the change is durable."""
        self.may_grant: Callable[[], None] = lambda: None
        self.admit: Callable[[Session, str], None] = lambda _session, _organisation_id: None
        """Takes a place of the firm's quota for one more plan, in the job that files it; raises Problem when there is none."""
        """Called before anything is newly reserved; raises Problem while the server's clock cannot be believed."""

    # -- requests ------------------------------------------------------------------------------------------------------

    async def file(self, principal: Principal, body: dict[str, Any], parsed: FlightPlanBody, key: str | None) -> Answer:
        """File a plan; the answer is durable when this returns. The same key gives the first decision again."""
        return await self.store.write(self.filing(principal, body, parsed, key))

    def check(self, principal: Principal, body: dict[str, Any], parsed: FlightPlanBody) -> Answer:
        """Judge a plan as filing would at this moment, and keep nothing."""
        prepared = self.prepare(principal, body, parsed)
        started_s = self.clock.monotonic_s()
        firm = prepared.aircraft.organisation_id  # a dispatcher checks for the firm, which is what filing would judge
        hold = self.held.matching(firm, parsed, self.clock.now())
        decision = self.judge(firm, principal, prepared, hold=hold, offers=True, ground=True)
        row = self.plan_row(firm, prepared, decision, started_s, plan_id="", plan_no=0, version=0)
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
        return document(await self.store.read(lambda session: self.visible(session, plan_id, principal)))

    # -- jobs of the writer --------------------------------------------------------------------------------------------

    def filing(
        self, principal: Principal, body: dict[str, Any], parsed: FlightPlanBody, key: str | None
    ) -> Callable[[Session], Answer]:
        """Return the job that files a body; raises Problem as `prepare` does, but for a key that may be known."""
        prepared_or_problem: Prepared | Problem
        try:
            prepared_or_problem = self.prepare(principal, body, parsed)
        except Problem as problem:
            if key is None:
                raise
            prepared_or_problem = problem  # a repeated key is answered even when its departure has passed since
        body_hash = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
        return lambda session: self._file(session, principal, prepared_or_problem, key, body_hash)

    def file_in(self, session: Session, principal: Principal, prepared: Prepared) -> Answer:
        """File inside a running job of the writer, which may keep more in the same transaction."""
        return self._file(session, principal, prepared, None, "", ground=False)

    def _file(
        self,
        session: Session,
        principal: Principal,
        prepared: Prepared | Problem,
        key: str | None,
        body_hash: str,
        *,
        ground: bool = True,
    ) -> Answer:
        if key is not None:
            known = plans.find_key(session, principal.organisation_id, key)
            if known is not None:
                return self._repeat(session, known, body_hash)
        if isinstance(prepared, Problem):
            raise prepared
        self.may_grant()
        self._check_active(prepared.aircraft.aircraft_id)
        self.admit(session, principal.organisation_id)
        started_s = self.clock.monotonic_s()
        cells = version_cells(prepared.h3_cells)
        self.memory.make_current(session, cells)
        plan_id = new_id("fp")
        hold = self.held.matching(principal.organisation_id, prepared.parsed, self.clock.now())
        decision = self.judge(principal.organisation_id, principal, prepared, hold=hold, ground=ground)
        displaced = self._displace(session, principal, prepared, decision, plan_id)
        if displaced:
            decision = self.judge(principal.organisation_id, principal, prepared, hold=hold, ground=ground)
        if decision.outcome != "approved":
            decision = self.judge(
                principal.organisation_id,
                principal,
                prepared,
                hold=hold,
                offers=True,
                decided=decision,
                ground=ground,
            )
        elif hold is not None:
            self.held.end(session, hold, CONSUMED)
            self.memory.note(session, "hold", hold.hold_id)
        row = self.plan_row(
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
        self.reserve(session, row, filed=prepared)
        for displaced_id in displaced:
            self.offer_instead(session, displaced_id)
        return Answer(status, document(row, prepared.body), refused=decision.outcome == "refused")

    def file_continuation(
        self, session: Session, principal: Principal | None, flying_plan_id: str, prepared: Prepared
    ) -> tuple[FlightPlanRow, Decision]:
        """File a plan under which a flight in the air goes on; its present plan stays and is not in its way.

        The row is kept only when the plan is approved. `principal` is None where the service itself acts: what it does
        to keep flights in the air safe it does with a doubtful clock too.
        """
        if principal is not None:
            self.may_grant()
        self._check_active(prepared.aircraft.aircraft_id)
        started_s = self.clock.monotonic_s()
        self.memory.make_current(session, version_cells(prepared.h3_cells))
        firm = prepared.aircraft.organisation_id
        decision = self.judge(firm, principal, prepared, plan_id=flying_plan_id, was_entitled=True)
        plan_no = plans.next_plan_no(session)
        row = self.plan_row(firm, prepared, decision, started_s, plan_id=new_id("fp"), plan_no=plan_no, version=1)
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

    def offer_instead(self, session: Session, plan_id: str) -> list[dict[str, Any]]:
        """Return the counter-offers that hold now for a plan that lost its airspace; a withdrawn one keeps them."""
        row = plans.get(session, plan_id)
        aircraft = None if row is None else self.fleet.get(row.aircraft_id)
        if row is None or aircraft is None:
            return []
        body = orjson.loads(row.body)
        prepared = self.compiled(aircraft, body, validate(body, FlightPlanBody))
        judged = self.judge(row.organisation_id, None, prepared, plan_id=plan_id, was_entitled=True, offers=True)
        found = [offer_to_dict(offer) for offer in judged.counter_offers]
        if PlanState(row.state) is PlanState.WITHDRAWN:
            decision = orjson.loads(row.decision)
            decision["counter_offers"] = found
            plans.update(session, plan_id, {"decision": orjson.dumps(decision).decode()})
        return found

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
        decision = self.judge(row.organisation_id, principal, prepared, plan_id=plan_id, offers=True, ground=True)
        changed = self.plan_row(
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

    def visible(self, session: Session, plan_id: str, principal: Principal) -> FlightPlanRow:
        """Return the present row of a plan the caller may see; raises Problem 404 otherwise."""
        row = plans.get(session, plan_id, visible_organisation(principal))
        if row is None or not may_read_of(principal, row.organisation_id):
            raise not_found("flight plan", "飞行计划", plan_id)
        return row

    editable = visible
    """Who sees a plan may take its steps as far as the role goes: `utm.security.authorise` knows no other line."""

    def reserve(
        self, session: Session, row: FlightPlanRow, also: list[str] | None = None, filed: Prepared | None = None
    ) -> None:
        """Bring the sky to what the row says, tell other processes, and publish it once it is durable.

        `also` are cells the plan leaves; `filed` is what the row was made of, where the caller still has it.
        """
        before = self.sky.get(row.plan_id)
        geometry, cells = (None, None) if filed is None else (filed.geometry, filed.h3_cells)
        live = live_plan(row, geometry) if PlanState(row.state) in _RESERVING else None
        touched = version_cells([*(cells or orjson.loads(row.h3_cells)), *(also or [])]) if live or before else []
        flown = filed.path if filed is not None and isinstance(filed.path, FlightPath) else None
        news = live_item(row, live.geometry if live else None, self.book.region.frame, flown)
        self.enter(session, row, live, news, touched)

    def enter(
        self, session: Session, row: FlightPlanRow, live: LivePlan | None, news: PlanItem, touched: list[str]
    ) -> None:
        """Put a live plan into the sky or take it out (None), tell other processes, and publish it once it is durable.

        `touched` are the version cells it covers or leaves.
        """
        self.place(session, row.plan_id, live, lambda: self.memory.note(session, "plan", row.plan_id, touched))
        self.publish(session, row, news)

    def place(
        self,
        session: Session,
        plan_id: str,
        live: LivePlan | None,
        noted: Callable[[], int],
        box: FloatArray | None = None,
    ) -> int:
        """Put a live plan into the sky or take it out (None); `noted` writes the line of the change log.

        `box` is the live plan's (`utm.sky_changes.box_of`), where the caller has it. Returns the number of the line.
        """
        before = self.sky.put(live) if live is not None else self.sky.drop(plan_id)
        on_undo(session, lambda: self.sky.restore(plan_id, before))
        seq = noted()
        self.changes.note(seq, plan_id, before, live, box)
        on_undo(session, lambda: self.changes.take_back(seq))
        return seq

    def publish(self, session: Session, row: FlightPlanRow, news: PlanItem) -> None:
        """Tell who listens, once it is durable."""
        owner = frozenset({row.organisation_id})
        self.bus.publish_in(session, "plans", news, visible_to=owner)
        after_commit(session, lambda: self._told(row))

    def _told(self, row: FlightPlanRow) -> None:
        for listener in self.listeners:
            listener(row.plan_id)

    def audit(
        self, session: Session, principal: Principal | None, action: str, row: FlightPlanRow, detail: dict[str, Any]
    ) -> None:
        """Append an audit line about a plan; without a principal the system itself acted."""
        record_audits(session, [self.audit_line(principal, action, row, detail)])

    def audit_line(
        self, principal: Principal | None, action: str, row: FlightPlanRow, detail: dict[str, Any]
    ) -> AuditLine:
        """Return the audit line about a plan."""
        who = ("system", None) if principal is None else (principal.subject, principal.organisation_id)
        about = {"state": row.state, "version": row.version, "policy_version": row.policy_version, **detail}
        return self.clock.now(), *who, f"plan.{action}", "plan", row.plan_id, about

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

    def plan_row(
        self,
        organisation_id: str,
        prepared: Prepared,
        decision: Decision,
        started_s: float,
        *,
        plan_id: str,
        plan_no: int,
        version: int,
        text: str | None = None,
    ) -> FlightPlanRow:
        """Return the row of a plan that was just judged; `text` is its body as it is kept, where the caller has it."""
        policy, parsed = self.book.policy, prepared.parsed
        now = rfc3339(self.clock.now())
        separation = decision.separation or policy.separation
        took_ms = (self.clock.monotonic_s() - started_s) * 1000
        authority = authority_of(decision.verdict)
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
            body=orjson.dumps(prepared.body).decode() if text is None else text,
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
    "horizontal_m", "vertical_m", "time_buffer_s", "policy_version", "body", "decision", "authority", "volumes",
    "h3_cells", "geometry", "updated_at",
)  # fmt: skip


def illegal(why: IllegalTransition) -> Problem:
    """Return the 409 for a step that the state does not allow."""
    return Problem(
        "illegal_transition", why.detail, why.detail_zh, extra={"state": str(why.state), "allowed": list(why.allowed)}
    )
