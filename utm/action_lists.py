"""Lists of actions: what is recommended for each flight in the way of one cause, carried out after a second step.

make      with its cause, in the same transaction; counter-plans are looked for afterwards (`utm.action_plans`)
execute   asked twice: the first call answers what it would do, with a token; the second brings the token
verify    an order by its command's outcome, a change of plan by its commit, word to a firm by its acknowledgement;
          what nothing shows in time is escalated to a person, and may be ordered again
"""

import asyncio
from collections.abc import Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import orjson
import structlog
from sqlmodel import Session

from airspace.lifecycle import FINAL, PlanState
from airspace.timebase import from_scene_s
from utm.action_carrier import Carrier
from utm.action_records import item_document, list_document
from utm.action_tokens import ActionTokens
from utm.action_values import DEADLINE_S, TRANSITIONS, Orders
from utm.advisories import AdvisoryDesk
from utm.alert_book import Condition, Party
from utm.command_values import Command, CommandState
from utm.flight_plans import FlightPlans
from utm.ids import new_id
from utm.plan_records import rfc3339
from utm.plan_steps import PlanSteps
from utm.problems import Problem, not_found
from utm.reevaluation import Affected, Reevaluation
from utm.security import Principal
from utm.sky import LivePlan
from utm.store import contingencies as records
from utm.store.backlog import write_at_last
from utm.store.contingency_tables import ActionItemRow, ActionListRow
from utm.store.journal import record_audit
from utm.store.store import StoreUnavailableError, after_commit
from utm.store.tables import FlightPlanRow

LOOKED_FOR: Final = 40
"""For how many flights in the air, the soonest in the way first, another way is looked for; the others hold."""
_TOGETHER: Final = 20
_EARLY: Final = 2_000
LIVE: Final = ("proposed", "executing", "escalated")

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """A flight to be put on a list: `known` says what the action rests on, as JSON values."""

    plan: LivePlan
    airborne: bool
    action: str
    known: dict[str, Any] = field(default_factory=dict)


class ActionDesk:
    """Keeps the lists and sees every action through."""

    def __init__(
        self,
        *,
        flight_plans: FlightPlans,
        plan_steps: PlanSteps,
        advisories: AdvisoryDesk,
        reevaluation: Reevaluation,
        orders: Orders | None,
        secret: bytes,
    ) -> None:
        self._plans, self._clock, self._store = flight_plans, flight_plans.clock, flight_plans.store
        self._advisories = advisories
        self.carrier = Carrier(
            flight_plans=flight_plans,
            plan_steps=plan_steps,
            advisories=advisories,
            reevaluation=reevaluation,
            orders=orders,
        )
        self._tokens = ActionTokens(secret)
        self._live: dict[str, ActionItemRow] = {}
        self._of_command: dict[str, str] = {}
        self._early: dict[str, Command] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        if orders is not None:
            orders.listeners.append(self._on_command)

    async def start(self) -> None:
        """Take up what was under way when the service stopped."""
        for row in await self._store.read(lambda session: records.items_with(session, LIVE)):
            self._take(row)

    async def settle(self) -> None:
        """Wait for the work under way."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    # -- making --------------------------------------------------------------------------------------------------------

    def make(
        self, session: Session, cause_kind: str, cause_id: str, drafts: Sequence[Draft], principal: Principal | None
    ) -> str:
        """Keep a list inside the running job; return its id."""
        now = rfc3339(self._clock.now())
        row = ActionListRow(
            action_list_id=new_id("al"), number=0, cause_kind=cause_kind, cause_id=cause_id, state="open", version=1,
            created_at=now, created_by=_name(principal), updated_at=now,
        )  # fmt: skip
        records.add_list(session, row)
        items = []
        for position, draft in enumerate(drafts):
            item = ActionItemRow(
                item_id=new_id("ai"),
                action_list_id=row.action_list_id,
                position=position,
                plan_id=draft.plan.plan_id,
                aircraft_id=draft.plan.aircraft_id,
                organisation_id=draft.plan.organisation_id,
                flight="airborne" if draft.airborne else "filed",
                action=draft.action,
                state="proposed",
                document=orjson.dumps(draft.known).decode(),
            )
            records.add_item(session, item)
            items.append(item)
        self._audit(
            session, principal, "action_list.make", row.action_list_id, {"cause": cause_id, "flights": len(items)}
        )

        def made() -> None:
            for item in items:
                self._take(item)
            self._spawn(self._look_for_counter_plans(row.action_list_id))

        after_commit(session, made)
        return row.action_list_id

    def for_contingency(self, session: Session, contingency_id: str, affected: Sequence[Affected]) -> str:
        """Keep the list of a contingency inside the running job; return its id."""
        drafts = [
            Draft(
                item.plan,
                item.airborne,
                item.action,
                {
                    "starts_at": rfc3339(from_scene_s(item.starts_s)),
                    "ends_at": rfc3339(from_scene_s(item.ends_s)),
                    "horizontal_m": round(item.horizontal_m, 1),
                    "vertical_m": round(item.vertical_m, 1),
                },
            )
            for item in affected
        ]
        return self.make(session, "contingency", contingency_id, drafts, None)

    async def _look_for_counter_plans(self, action_list_id: str) -> None:
        """Look for an approved way to fly for each flight of a list that has none yet."""
        waiting = [row for row in self._live.values() if row.action_list_id == action_list_id]
        better: list[tuple[str, dict[str, Any]]] = []
        for row in sorted(waiting, key=lambda row: row.position):
            if row.flight == "airborne" and row.position >= LOOKED_FOR:
                continue
            if row.state != "proposed":
                continue
            found = await asyncio.to_thread(self.carrier.counter_plan, row)
            if found is None:
                continue
            action, known = found
            document = {**orjson.loads(row.document), **known}
            better.append((row.item_id, {"action": action, "document": orjson.dumps(document).decode()}))
            if len(better) >= _TOGETHER:
                await self._change(better, only="proposed")
                better = []
        await self._change(better, only="proposed")

    # -- carrying out --------------------------------------------------------------------------------------------------

    async def execute(
        self, principal: Principal, action_list_id: str, item_ids: Collection[str] | None, token: str | None
    ) -> dict[str, Any]:
        """Carry out items of a list, all that wait without `item_ids`; asked twice.

        Raises Problem 404 for a list or item there is not, 409 confirmation_required with the token, confirmation_invalid
        when it does not fit what would be done now, and nothing_to_execute.
        """
        found, items = await self._read(action_list_id)
        known = {item.item_id for item in items}
        for item_id in item_ids or ():
            if item_id not in known:
                raise not_found("action", "处置项", item_id)
        chosen = [
            item
            for item in items
            if item.state in ("proposed", "escalated") and (item_ids is None or item.item_id in item_ids)
        ]
        if not chosen:
            raise Problem("nothing_to_execute", extra={"action_list_id": action_list_id})
        asked = [(item.item_id, item.action) for item in chosen]
        now = self._clock.now()
        if token is None:
            raise Problem(
                "confirmation_required",
                f"This would act on {len(chosen)} flights. Send the same body with confirmation_token to do it.",
                f"该操作将影响 {len(chosen)} 个飞行。确认请携带 confirmation_token 重新发送同一请求。",
                extra={
                    "confirmation_token": self._tokens.make(principal, action_list_id, asked, now),
                    "effects": [item_document(item) for item in chosen],
                },
            )
        self._tokens.check(token, principal, action_list_id, asked, now)
        await self._run(found, chosen, principal)
        return await self.get(action_list_id)

    def run_list(self, action_list_id: str) -> None:
        """Carry out the orders of a list for the service itself, as policy has it."""
        self._spawn(self._run_all(action_list_id))

    async def _run_all(self, action_list_id: str) -> None:
        found, items = await self._read(action_list_id)
        await self._run(found, [item for item in items if item.state == "proposed" and item.flight == "airborne"], None)

    async def _run(self, found: ActionListRow, items: Sequence[ActionItemRow], principal: Principal | None) -> None:
        now = self._clock.now()
        begun = {
            "state": "executing",
            "requested_by": _name(principal),
            "executed_at": rfc3339(now),
            "deadline_at": rfc3339(now + timedelta(seconds=DEADLINE_S)),
            "finished_at": None,
            "detail": None,
            "detail_zh": None,
        }
        taken = await self._change([(item.item_id, begun) for item in items], principal, waits=principal is not None)
        if taken:
            self._spawn(self._carry_out(found, taken, principal))

    async def _carry_out(
        self, found: ActionListRow, taken: Sequence[ActionItemRow], principal: Principal | None
    ) -> None:
        """Begin every action and note what comes of it; an outcome that is not known yet leaves the item executing."""
        outcomes = await self.carrier.carry_out(found, taken, principal)
        now = rfc3339(self._clock.now())
        changes = []
        for item, outcome in outcomes:
            values: dict[str, Any] = {
                "method": outcome.method,
                "command_id": outcome.command_id,
                "advisory_id": outcome.advisory_id,
            }
            if outcome.state is not None:
                values |= {
                    "state": outcome.state,
                    "detail": outcome.detail,
                    "detail_zh": outcome.detail_zh,
                    "finished_at": now,
                }
            if outcome.command_id is not None:
                self._of_command[outcome.command_id] = item.item_id
            changes.append((item.item_id, values))
        await self._change(changes)
        for _, outcome in outcomes:
            ended = self._early.pop(outcome.command_id or "", None)
            if ended is not None:  # while this was being stored
                self._on_command(ended)

    # -- seeing it through ---------------------------------------------------------------------------------------------

    def _on_command(self, command: Command) -> None:
        if not command.done:
            return
        item_id = self._of_command.get(command.command_id)
        if item_id is None:  # not one of ours, or one whose order is only being noted
            self._early[command.command_id] = command
            while len(self._early) > _EARLY:
                self._early.pop(next(iter(self._early)))
            return
        del self._of_command[command.command_id]
        confirmed = command.state is CommandState.CONFIRMED
        said = command.said
        self._spawn(self._finish(item_id, "confirmed" if confirmed else "escalated", said.en, said.zh))

    async def sweep(self) -> None:
        """Confirm what firms acknowledged, and call a person for what nothing has shown in time."""
        now = rfc3339(self._clock.now())
        for row in [row for row in self._live.values() if row.state == "executing"]:
            told = row.advisory_id if row.method == "advisory" else None
            if told is not None and await self._advisories.is_acknowledged(told):
                await self._finish(row.item_id, "confirmed", "Its firm has acknowledged.", "运营方已确认。", waits=True)
                continue
            if row.deadline_at is not None and row.deadline_at <= now:
                await self._finish(
                    row.item_id,
                    "escalated",
                    "Nothing has shown in time that it was done.",
                    "未能在规定时间内确认已执行。",
                    waits=True,  # the next sweep finds it again
                )

    async def _finish(
        self, item_id: str, state: str, detail: str | None, detail_zh: str | None, *, waits: bool = False
    ) -> None:
        values = {"state": state, "detail": detail, "detail_zh": detail_zh, "finished_at": rfc3339(self._clock.now())}
        await self._change([(item_id, values)], waits=waits)

    def plan_over(self, session: Session, plan: FlightPlanRow, outcome: str) -> None:
        """Close what lists asked of a plan that is over: done if it landed or was moved, else no longer asked for."""
        if PlanState(plan.state) not in FINAL:
            return
        for row in [row for row in self._live.values() if row.plan_id == plan.plan_id]:
            state = "confirmed" if row.state == "executing" else "withdrawn"
            self._change_now(session, [(row.item_id, {"state": state, "detail": f"The plan is over: {outcome}."})])

    def cause_over(self, session: Session, cause_id: str) -> None:
        """Close what is still proposed or escalated because of a cause that ceased (in the job that ends it)."""
        lists = {row.action_list_id for row in records.lists_of(session, cause_id)}
        rows = [row for row in self._live.values() if row.action_list_id in lists and row.state != "executing"]
        self._change_now(session, [(row.item_id, {"state": "withdrawn"}) for row in rows])

    def conditions(self) -> list[Condition]:
        """Return the alerts that actions nobody saw done call for."""
        found = []
        for row in list(self._live.values()):
            if row.state == "escalated":
                party = Party(None, row.aircraft_id, row.plan_id, row.organisation_id)
                texts = {
                    "own": f"The flight {row.plan_id}",
                    "own_zh": f"航班 {row.plan_id} ",
                    "what": f"{row.action}. {row.detail or ''}".strip(),
                    "what_zh": f"{row.action}。{row.detail_zh or ''}",
                }
                found.append(
                    Condition(
                        "action_unconfirmed",
                        row.item_id,
                        "emergency" if row.flight == "airborne" else "caution",
                        texts,
                        party,
                        happened=True,
                        under=(party.key,),
                    )
                )
        return found

    # -- reading -------------------------------------------------------------------------------------------------------

    async def _read(self, action_list_id: str) -> tuple[ActionListRow, list[ActionItemRow]]:
        found, items = await self._store.read(
            lambda session: (records.action_list(session, action_list_id), records.items_of(session, action_list_id))
        )
        if found is None:
            raise not_found("action list", "处置清单", action_list_id)
        return found, items

    async def get(self, action_list_id: str) -> dict[str, Any]:
        """Return a list with its flights; raises Problem 404."""
        found, items = await self._read(action_list_id)
        return list_document(found, items, item_document)

    async def page(self, *, before: int | None, limit: int) -> list[tuple[int, dict[str, Any]]]:
        """Return lists, newest first, each with its number and how many flights stand how."""

        def job(session: Session) -> list[tuple[ActionListRow, list[ActionItemRow]]]:
            found = records.lists(session, states=None, before=before, limit=limit)
            return [(row, records.items_of(session, row.action_list_id)) for row in found]

        found = await self._store.read(job)
        return [(row.number, list_document(row, items, None)) for row, items in found]

    # -- changing ------------------------------------------------------------------------------------------------------

    async def _change(
        self,
        changes: Sequence[tuple[str, dict[str, Any]]],
        principal: Principal | None = None,
        *,
        only: str | None = None,
        waits: bool = False,
    ) -> list[ActionItemRow]:
        """Store changes; `waits` says that somebody waits who can try again, else it is tried until it is stored."""
        if not changes:
            return []

        def job(session: Session) -> list[ActionItemRow]:
            return self._change_now(session, changes, principal, only=only)

        if waits:
            return await self._store.write(job)
        return await write_at_last(self._store, job, f"action {changes[0][0]}") or []

    def _change_now(
        self,
        session: Session,
        changes: Sequence[tuple[str, dict[str, Any]]],
        principal: Principal | None = None,
        *,
        only: str | None = None,
    ) -> list[ActionItemRow]:
        """Change items and return them; left out is what may not come into its new state, or is not in the state `only`."""
        rows = []
        for item_id, values in changes:
            row = records.item(session, item_id)
            state = values.get("state")
            if row is None or (only is not None and row.state != only):
                continue
            if state is not None and state != row.state and state not in TRANSITIONS[row.state]:
                continue
            records.change_item(session, item_id, values)
            for name, value in values.items():
                setattr(row, name, value)
            rows.append(row)
            if state is not None:
                detail = {"plan_id": row.plan_id, "action": row.action, "detail": row.detail}
                self._audit(session, principal, f"action.{state}", row.item_id, detail)
        for list_id in {row.action_list_id for row in rows}:
            self._bring_up_to_date(session, list_id)

        def kept() -> None:
            for row in rows:
                self._take(row)

        after_commit(session, kept)
        return rows

    def _bring_up_to_date(self, session: Session, action_list_id: str) -> None:
        found = records.action_list(session, action_list_id)
        states = records.states_of(session, action_list_id)
        if found is not None:
            state = "open" if states & {"proposed", "escalated"} else "executing" if "executing" in states else "done"
            values = {"state": state, "version": found.version + 1, "updated_at": rfc3339(self._clock.now())}
            records.change_list(session, action_list_id, values)

    def _take(self, row: ActionItemRow) -> None:
        if row.state in LIVE:
            self._live[row.item_id] = row
        else:
            self._live.pop(row.item_id, None)

    def _audit(
        self, session: Session, principal: Principal | None, action: str, ref: str, detail: dict[str, Any]
    ) -> None:
        record_audit(
            session,
            at=self._clock.now(),
            actor=_name(principal),
            organisation_id=None if principal is None else principal.organisation_id,
            action=action,
            object_kind="action",
            object_id=ref,
            detail=detail,
        )

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if isinstance(failure, StoreUnavailableError):  # what was begun and shows nothing in time calls a person
            _log.warning("action_not_stored", reason=str(failure))
        elif failure is not None:
            _log.error("action_failed", exc_info=failure)


def _name(principal: Principal | None) -> str:
    return "system" if principal is None else principal.subject
