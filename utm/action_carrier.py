"""Carrying actions out: orders to vehicles, changes of plans, and word to a firm where its vehicle cannot be reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlmodel import Session

from airspace.lifecycle import PlanState
from utm.action_plans import CounterPlans, known_of
from utm.action_values import FLYING, Answered, Orders
from utm.advisories import AdvisoryDesk, Wanted
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.command_values import Circumstance, CommandRequest
from utm.flight_plans import FlightPlans
from utm.off_nominal_texts import ACTIONS
from utm.plan_steps import PlanSteps
from utm.problems import Problem
from utm.reevaluation import Reevaluation
from utm.security import Principal
from utm.store import plans as plan_records
from utm.store.contingency_tables import ActionItemRow, ActionListRow

REROUTE_FROM_S: Final = 120.0
"""How long a flight must have left for a reroute: a mission is uploaded and read back in up to a minute on a bad link."""
UNREACHABLE: Final = frozenset({"vehicle_not_connected", "aircraft_inactive"})
"""Why an order cannot even be tried: the firm is told instead."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an action was begun, and how it ended where that is known at once."""

    method: str
    state: str | None = None
    detail: str | None = None
    detail_zh: str | None = None
    command_id: str | None = None
    advisory_id: str | None = None


def _other_hold(answer: Answered) -> CommandRequest | None:
    """Return the hold at another height that is recommended in place of one that is in somebody's way."""
    if answer.problem is None or answer.problem.code != "command_conflict" or answer.request.type != "hold":
        return None
    better = answer.problem.extra["effects"][0]["recommended"]
    if better is None or better["type"] != "hold":
        return None
    return CommandRequest(
        answer.request.aircraft_id, "hold", {name: better[name] for name in _HEIGHT if name in better}
    )


_HEIGHT: Final = ("alt_m", "alt_datum")
_NO_WAY: Final = Outcome(
    "advisory",
    "escalated",
    "No simple way out is free: separate it yourself.",
    "暂无可用的简单避让方式：请人工实施间隔调配。",
)


class Carrier:
    """Carries out the actions of a list."""

    def __init__(
        self,
        *,
        flight_plans: FlightPlans,
        plan_steps: PlanSteps,
        advisories: AdvisoryDesk,
        reevaluation: Reevaluation,
        orders: Orders | None,
    ) -> None:
        self._plans, self._steps, self._advisories = flight_plans, plan_steps, advisories
        self._orders, self._counter = orders, CounterPlans(flight_plans, reevaluation)

    def counter_plan(self, row: ActionItemRow) -> tuple[str, dict[str, Any]] | None:
        """Return a better action with its counter-plan for a flight of a list; None where there is none."""
        if row.action in ("await", "rtl", "land") or (row.flight == "airborne" and self._is_near(row)):
            return None
        found = self._counter.of(row.plan_id)
        if found is None:
            return ("cancel", {}) if row.flight == "filed" else None
        action, offer = found
        return action, known_of(offer)

    def _is_near(self, row: ActionItemRow) -> bool:
        """Tell whether a flight meets what it is to avoid before a new mission could be on board: then it holds."""
        known = orjson.loads(row.document)
        text = known.get("enters_at") or known.get("starts_at")
        left = None if text is None else datetime.fromisoformat(text) - self._plans.clock.now()
        return left is not None and left.total_seconds() < REROUTE_FROM_S

    async def carry_out(
        self, found: ActionListRow, items: Sequence[ActionItemRow], principal: Principal | None
    ) -> list[tuple[ActionItemRow, Outcome]]:
        """Begin every action; return how each was begun, and how it ended where that is known at once."""
        outcomes = [(item, await self._plan(item, principal)) for item in items if item.flight == "filed"]
        flying = [item for item in items if item.flight == "airborne"]
        outcomes += [(item, _NO_WAY) for item in flying if item.action not in FLYING]
        ordered = [item for item in flying if item.action in FLYING]
        return outcomes + (await self._order(found, ordered, principal) if ordered else [])

    # -- orders to vehicles --------------------------------------------------------------------------------------------

    async def _order(
        self, found: ActionListRow, items: Sequence[ActionItemRow], principal: Principal | None
    ) -> list[tuple[ActionItemRow, Outcome]]:
        if self._orders is None:
            return [(item, await self._tell(item)) for item in items]
        kind: Any = "zone_action" if found.cause_kind == "zone" else "contingency"
        answers = await self._orders.order(
            [self._request(item) for item in items], Circumstance(kind, found.cause_id), by=principal
        )
        by_aircraft = {answer.request.aircraft_id: answer for answer in answers}
        elsewhere = [other for answer in answers if (other := _other_hold(answer)) is not None]
        if elsewhere:  # the place is taken by another that holds: a height beside it is not
            again = await self._orders.order(elsewhere, Circumstance(kind, found.cause_id), by=principal)
            by_aircraft |= {answer.request.aircraft_id: answer for answer in again if answer.command is not None}
        outcomes = []
        for item in items:
            answer = by_aircraft.get(item.aircraft_id)
            if answer is not None and answer.command is not None:
                outcome = Outcome("command", command_id=answer.command.command_id)
            elif answer is None or answer.problem is None or answer.problem.code in UNREACHABLE:
                outcome = await self._tell(item)
            else:
                outcome = Outcome("command", "escalated", answer.problem.detail, answer.problem.detail_zh)
            outcomes.append((item, outcome))
        return outcomes

    @staticmethod
    def _request(item: ActionItemRow) -> CommandRequest:
        kind: Any = item.action
        known = orjson.loads(item.document)
        params = {"plan": known["counter_plan"]} if item.action == "reroute" and known.get("counter_plan") else {}
        if item.action == "reroute" and not params:
            kind = "hold"
        return CommandRequest(item.aircraft_id, kind, params)

    async def _tell(self, item: ActionItemRow) -> Outcome:
        """Ask the firm of a vehicle that cannot be reached; what it acknowledges counts as done."""
        do = ACTIONS[item.action]
        wanted = Wanted(
            organisation_id=item.organisation_id,
            plan_id=item.plan_id,
            kind="action",
            action=item.action,
            detail=f"The operations centre asks of your flight {item.plan_id}: {do.en}",
            detail_zh=f"运行中心要求您的航班 {item.plan_id}：{do.zh}",
            must_acknowledge=True,
        )
        ids = await self._plans.store.write(
            lambda session: self._advisories.sync(session, f"action:{item.item_id}", [wanted])
        )
        return Outcome("advisory", advisory_id=ids[item.plan_id])

    # -- plans that have not started -----------------------------------------------------------------------------------

    async def _plan(self, item: ActionItemRow, principal: Principal | None) -> Outcome:
        if item.action == "await":
            return Outcome("plan", "confirmed", "Its firm waits for the authorisation.", "运营方等待批准。")
        known = orjson.loads(item.document)
        if item.action in ("delay", "reroute") and known.get("counter_plan") and principal is not None:
            return await self._change(item, known["counter_plan"], principal)
        return await self._plans.store.write(lambda session: self._withdraw(session, item))

    async def _change(self, item: ActionItemRow, body: dict[str, Any], principal: Principal) -> Outcome:
        try:
            parsed = validate(body, FlightPlanBody)
            answer = await self._plans.modify(principal, item.plan_id, body, parsed, None)
        except Problem as problem:
            return Outcome("plan", "escalated", problem.detail, problem.detail_zh)
        if answer.refused:
            return Outcome("plan", "escalated", "The counter-plan is not approved any more.", "替代方案已不再获批。")
        ids = await self._plans.store.write(lambda session: self._changed(session, item))
        return Outcome("plan", "confirmed", "The plan was changed.", "计划已更改。", advisory_id=ids)

    def _changed(self, session: Session, item: ActionItemRow) -> str:
        return self._advisories.raise_advisory(
            session,
            organisation_id=item.organisation_id,
            kind="plan_changed",
            plan_id=item.plan_id,
            detail=f"The operations centre changed your plan {item.plan_id} ({item.action}); read it again.",
            detail_zh=f"运行中心已更改您的计划 {item.plan_id}（{item.action}）；请重新读取。",
        )

    def _withdraw(self, session: Session, item: ActionItemRow) -> Outcome:
        row = plan_records.get(session, item.plan_id)
        if row is None or PlanState(row.state) is not PlanState.APPROVED:
            state = "gone" if row is None else row.state
            return Outcome("plan", "confirmed", f"The plan is {state} already.", f"计划已处于 {state} 状态。")
        self._steps.withdraw(session, row, "withdrawn_by_centre")
        advisory_id = self._advisories.raise_advisory(
            session,
            organisation_id=item.organisation_id,
            kind="plan_withdrawn",
            plan_id=item.plan_id,
            detail=f"The operations centre withdrew your plan {item.plan_id}. File it again.",
            detail_zh=f"运行中心已撤回您的计划 {item.plan_id}。请重新提交。",
        )
        return Outcome("plan", "confirmed", "The plan was withdrawn.", "计划已撤回。", advisory_id=advisory_id)
