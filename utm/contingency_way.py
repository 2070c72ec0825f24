"""Clearing the way of a contingency: approved plans withdrawn or advised, flights in the air told, offers found."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

import orjson
import structlog
from sqlmodel import Session

from airspace.deconfliction import Conflict
from airspace.lifecycle import PlanState
from airspace.timebase import from_scene_s
from utm.advisories import AdvisoryDesk, Wanted
from utm.airspace_book import AirspaceBook
from utm.clock import Clock
from utm.contingency_book import live_of
from utm.flight_plans import FlightPlans
from utm.off_nominal_texts import CAUSES, told
from utm.plan_records import rfc3339
from utm.reevaluation import Affected, Reevaluation
from utm.sky import LivePlan
from utm.store import contingencies as records
from utm.store import plans as plan_records
from utm.store.backlog import write_at_last
from utm.store.contingency_tables import ContingencyRow
from utm.store.store import Store, after_commit

_log = structlog.get_logger(__name__)


class ActionLists(Protocol):
    """Makes the list of actions for the flights in the way (`utm.action_lists.ActionDesk`)."""

    def for_contingency(self, session: Session, contingency_id: str, affected: Sequence[Affected]) -> str:
        """Keep a list inside the running job; return its id."""
        ...

    def run_list(self, action_list_id: str) -> None:
        """Carry a list out as the service, once it is durable."""
        ...


class WayClearer:
    """Finds who is in the way of a contingency and what each is told."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        book: AirspaceBook,
        flight_plans: FlightPlans,
        advisories: AdvisoryDesk,
        reevaluation: Reevaluation,
    ) -> None:
        self._clock, self._store, self._book = clock, store, book
        self._plans, self._advisories, self._re = flight_plans, advisories, reevaluation
        self.actions: ActionLists | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def clear(self, session: Session, row: ContingencyRow) -> None:
        """Withdraw or advise what was approved in the way, and tell the flights in the air (in the same job)."""
        live, policy = live_of(row), self._book.policy
        withdrawn: list[tuple[str, str]] = []
        if policy.contingency_filed_plans == "withdraw":
            for conflict, plan in self._plans.sky.conflicts(live.geometry, live.separation, ignore=own(row)):
                if plan.state == PlanState.APPROVED and self._plans.sky.get(plan.plan_id) is not None:
                    withdrawn.append((plan.plan_id, self._withdraw(session, plan, conflict, row)))
        affected = self.affected(row)
        ids = self._advisories.sync(session, cause_of(row), self.wanted(row, affected))
        flying = [item for item in affected if item.airborne]
        list_id = None
        if self.actions is not None and flying and policy.contingency_response != "advise":
            list_id = row.action_list_id or self.actions.for_contingency(session, row.contingency_id, flying)
            row.action_list_id = list_id
            records.change(session, row.contingency_id, {"action_list_id": list_id})
        filed = [(item.plan.plan_id, ids[item.plan.plan_id]) for item in affected if not item.airborne]

        def follow_up() -> None:
            if withdrawn or filed:
                self._spawn(self._offer(withdrawn, filed))
            if list_id is not None and policy.contingency_response == "command" and self.actions is not None:
                self.actions.run_list(list_id)

        after_commit(session, follow_up)

    def affected(self, row: ContingencyRow) -> list[Affected]:
        """Return every plan in the way of an open contingency, soonest first."""
        live = live_of(row)
        said = self._advisories.actions_of(cause_of(row))
        return self._re.affected(live.geometry, live.separation, ignore=own(row), said=said)

    def wanted(self, row: ContingencyRow, affected: Sequence[Affected]) -> list[Wanted]:
        """Return what the firms of these plans are told because of a contingency."""
        return [wanted_of("contingency_nearby", row.kind, item, must_acknowledge=item.airborne) for item in affected]

    def _withdraw(self, session: Session, plan: LivePlan, conflict: Conflict, row: ContingencyRow) -> str:
        """Withdraw an approved plan whose airspace a contingency takes; return the advisory that says so."""
        found = plan_records.get(session, plan.plan_id)
        if found is None:
            raise LookupError(f"the live plan {plan.plan_id} has no row")
        reason = _withdrawal(conflict, row)
        decision = orjson.loads(found.decision)
        decision["outcome"] = "refused"
        decision["reasons"] = [reason, *decision["reasons"]]
        found.state, found.version = PlanState.WITHDRAWN.value, found.version + 1
        found.updated_at, found.decision = rfc3339(self._clock.now()), orjson.dumps(decision).decode()
        changed = {name: getattr(found, name) for name in ("state", "version", "updated_at", "decision")}
        plan_records.update(session, found.plan_id, changed)
        self._plans.audit(session, None, "withdraw", found, {"contingency_id": row.contingency_id})
        self._plans.reserve(session, found)
        return self._advisories.raise_advisory(
            session,
            organisation_id=found.organisation_id,
            kind="plan_withdrawn",
            plan_id=found.plan_id,
            detail=reason["detail"],
            detail_zh=reason["detail_zh"],
        )

    def offer_later(self, filed: Sequence[tuple[str, str]]) -> None:
        """Look for counter-offers for plans in the way of something, beside what runs; call it on the event loop."""
        self._spawn(self._offer((), filed))

    async def _offer(self, withdrawn: Sequence[tuple[str, str]], filed: Sequence[tuple[str, str]]) -> None:
        """Find counter-offers for plans in the way, each in a job of its own, and hand them on with their advisory."""
        for plan_id, advisory_id in (*withdrawn, *filed):

            def job(session: Session, plan_id: str = plan_id, advisory_id: str = advisory_id) -> None:
                offers = self._plans.offer_instead(session, plan_id)
                self._advisories.attach_offers(session, advisory_id, offers)

            await write_at_last(self._store, job, f"counter-offers for {plan_id}")

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.warning("offers_not_made", reason=str(task.exception()))

    async def settle(self) -> None:
        """Wait for the counter-offers under way."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))


def cause_of(row: ContingencyRow) -> str:
    """Return the cause that advisories of a contingency follow."""
    return f"contingency:{row.contingency_id}"


def wanted_of(kind: str, cause: str, item: Affected, *, must_acknowledge: bool, zone_id: str | None = None) -> Wanted:
    """Return what the firm of a flight in the way is told."""
    starts_at = rfc3339(from_scene_s(item.starts_s))
    said = told(cause, item.action, starts_at, item.plan.plan_id, item.horizontal_m, item.vertical_m)
    return Wanted(
        organisation_id=item.plan.organisation_id,
        plan_id=item.plan.plan_id,
        kind=kind,
        action=item.action,
        detail=said.en,
        detail_zh=said.zh,
        zone_id=zone_id,
        must_acknowledge=must_acknowledge,
        starts_s=item.starts_s,
        ends_s=item.ends_s,
    )


def own(row: ContingencyRow) -> tuple[str, ...]:
    """Return what belongs to the flight itself, by id."""
    return row.plan_id, row.contingency_id


def _withdrawal(conflict: Conflict, row: ContingencyRow) -> dict[str, Any]:
    what = CAUSES[row.kind]
    return {
        "code": "withdrawn_for_contingency",
        "severity": "refuse",
        "detail": f"The plan was withdrawn: {what.en} needs its airspace, and it was not activated yet. Take a counter-offer "
        "or file again.",
        "detail_zh": f"计划已撤回：{what.zh}需要使用该空域，而本计划尚未激活。请接受替代方案或重新提交。",
        "rule": "contingency",
        "segment": None,
        "starts_at": rfc3339(from_scene_s(conflict.other_at_s)),
        "ends_at": rfc3339(from_scene_s(conflict.other_at_s)),
        "horizontal_margin_m": round(conflict.horizontal_m - conflict.minima.horizontal_m, 3),
        "vertical_margin_m": round(conflict.vertical_m - conflict.minima.vertical_m, 3),
    }
