"""Putting an offer on hold: judged once more, reserved, and marked on the plan, in one transaction."""

from typing import Any

import orjson
from sqlmodel import Session

from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.flight_plans import FlightPlans, Prepared
from utm.ids import new_id
from utm.offer_holds import MOST_HOLDS, Hold, held_until, hold_row, no_longer
from utm.problems import Problem, not_found
from utm.security import Principal
from utm.sky import version_cells
from utm.store import offers, plans
from utm.store.geometry_codec import encode as encode_geometry
from utm.store.tables import FlightPlanRow


async def hold_offer(flight_plans: FlightPlans, principal: Principal, plan_id: str, index: int) -> dict[str, Any]:
    """Hold an offer of the latest judgement of a plan; return the offer with `held_until`, durable.

    Raises Problem 404 for a plan or an offer that is not the caller's or not there, 409 `offer_expired` for one that can
    no longer be had or was held before, 429 when the firm holds as many as it may.
    """
    return await flight_plans.store.write(lambda session: _hold(session, flight_plans, principal, plan_id, index))


def _hold(session: Session, desk: FlightPlans, principal: Principal, plan_id: str, index: int) -> dict[str, Any]:
    row = desk.editable(session, plan_id, principal)
    offered = _offer(session, row, index)
    now = desk.clock.now()
    desk.held.lapse(now)
    standing = [hold for hold in desk.held.of_firm(row.organisation_id) if hold.plan_id == plan_id]
    parsed = validate(offered["plan"], FlightPlanBody)
    for hold in standing:
        if hold.offer_index == index and hold.body == parsed:
            return _answer(plan_id, index, offered, hold)
    desk.may_grant()
    _check_not_held_before(session, plan_id, index, offered)
    if len(desk.held.of_firm(row.organisation_id)) - len(standing) >= MOST_HOLDS:
        raise Problem(
            "too_many_requests",
            f"At most {MOST_HOLDS} offers may be on hold at a time. File one, or wait until one lapses.",
            f"同时最多保留 {MOST_HOLDS} 个替代方案。请提交其中一个，或等待其失效。",
        )
    for hold in standing:
        desk.held.end(session, hold, offers.RELEASED)
        desk.memory.note(session, "hold", hold.hold_id)
    hold = _placed(session, desk, principal, row, index, offered, _prepared(desk, principal, offered, parsed))
    _mark(session, row, index, offered, hold)
    desk.audit(session, principal, "hold_offer", row, {"offer": index, "hold_id": hold.hold_id})
    return _answer(plan_id, index, offered, hold)


def _offer(session: Session, row: FlightPlanRow, index: int) -> dict[str, Any]:
    """Return an offer of the latest judgement that made any: of a modification, or of the plan as it stands."""
    versions = plans.versions_of(session, row.plan_id)
    latest = orjson.loads(versions[-1].decision)["counter_offers"] if versions else []
    found = latest or orjson.loads(row.decision)["counter_offers"]
    if index >= len(found):
        raise not_found("counter-offer", "替代方案", str(index))
    offered: dict[str, Any] = found[index]
    return offered


def _check_not_held_before(session: Session, plan_id: str, index: int, offered: dict[str, Any]) -> None:
    for row in offers.holds_of_plan(session, plan_id):
        if row.offer_index == index and orjson.loads(row.body) == offered["plan"]:
            raise no_longer(
                "This offer was on hold before; an offer is held once. File it now, or file the plan again for new ones.",
                "该替代方案曾被保留，每个方案只能保留一次。请立即提交，或重新提交计划以获取新的方案。",
            )


def _prepared(desk: FlightPlans, principal: Principal, offered: dict[str, Any], parsed: FlightPlanBody) -> Prepared:
    try:
        return desk.prepare(principal, offered["plan"], parsed)
    except Problem as problem:
        if problem.code == "departure_in_past":
            raise no_longer(problem.detail, problem.detail_zh) from problem
        raise


def _placed(
    session: Session,
    desk: FlightPlans,
    principal: Principal,
    row: FlightPlanRow,
    index: int,
    offered: dict[str, Any],
    prepared: Prepared,
) -> Hold:
    cells = version_cells(prepared.h3_cells)
    desk.memory.make_current(session, cells)
    decision = desk.judge(row.organisation_id, principal, prepared)
    if decision.outcome != "approved":
        first = next(item for item in decision.reasons if item.severity != "warning")
        raise no_longer(f"The offer can no longer be had: {first.detail}", f"该替代方案已不可用：{first.detail_zh}")
    policy, now = desk.book.policy, desk.clock.now()
    hold = desk.held.place(
        session,
        hold_row(
            hold_id=new_id("hold"),
            hold_no=offers.next_hold_no(session),
            plan_id=row.plan_id,
            offer_index=index,
            organisation_id=row.organisation_id,
            body=offered["plan"],
            parsed=prepared.parsed,
            starts_s=prepared.starts_s,
            ends_s=prepared.ends_s,
            geometry=encode_geometry(prepared.geometry),
            separation=decision.separation or policy.separation,
            h3_cells=prepared.h3_cells,
            now=now,
            until=held_until(now, policy.offer_hold_s, prepared.starts_s, policy.past_grace_s),
        ),
    )
    desk.memory.note(session, "hold", hold.hold_id, cells)
    return hold


def _mark(session: Session, row: FlightPlanRow, index: int, offered: dict[str, Any], hold: Hold) -> None:
    """Write until when the offer is held into the plan's decision, where that is the one with the offer."""
    decision = orjson.loads(row.decision)
    shown = decision.get("counter_offers", [])
    if index < len(shown) and shown[index]["plan"] == offered["plan"]:
        for place, item in enumerate(shown):
            item["held_until"] = hold.held_until if place == index else None
        plans.update(session, row.plan_id, {"decision": orjson.dumps(decision).decode()})


def _answer(plan_id: str, index: int, offered: dict[str, Any], hold: Hold) -> dict[str, Any]:
    until = hold.held_until
    return {"plan_id": plan_id, "index": index, "held_until": until, "offer": {**offered, "held_until": until}}
