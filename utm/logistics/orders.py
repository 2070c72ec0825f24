"""The order desk: orders are made, promised, followed through their flights, and told as a story."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

import orjson
from sqlmodel import Session

from airspace.timebase import to_scene_s
from dispatch.orders import OPEN, URGENCY, OrderState, OrderStep, PriorityClass, after
from utm.airspace_book import AirspaceBook
from utm.bus import Bus
from utm.clock import Clock
from utm.ids import new_id
from utm.live_schema import OrderItem
from utm.logistics.missions import BROUGHT_BACK, MissionDesk, at_text
from utm.plan_records import rfc3339
from utm.problems import FieldProblem, Problem, not_found, validation_problem
from utm.security import Principal, may_edit_of, may_read_of, visible_organisation
from utm.store import logistics
from utm.store.journal import record_audit
from utm.store.logistics_tables import MissionRow, OrderRow, OrderStepRow
from utm.store.store import Store

CAUSES: Final[dict[str, tuple[str, str]]] = {
    "no_carrier": ("The firm has no carrier.", "该企业没有可用的运力。"),
    "load_not_possible": (
        "No carrier of the firm takes this load: its mass, dangerous goods or cooling.",
        "没有航空器能承运该货物（重量、危险品或冷链）。",
    ),
    "out_of_reach": ("No carrier reaches the origin or the destination on one battery.", "单块电池航程不足。"),
    "no_way": ("There is no way between the two sites around the zones in force.", "两地之间无法绕开现行限制空域。"),
    "ground_risk": (
        "Every way between the two sites passes over more people than the limits allow.",
        "两地之间的航线均超出地面风险限值。",
    ),
    "site_closed": ("One of its two sites is closed.", "起点或终点已关闭。"),
    "not_in_this_plan": ("Every carrier is busy; the order is planned again soon.", "运力均已占用，稍后将重新规划。"),
    "no_slot": ("No time was free for the flight within the horizon.", "规划时段内没有可用的飞行时间。"),
    "needs_approval": (
        "A person must approve the flight first: it carries dangerous goods (Order 761, Article 31(2)), or enters a zone "
        "that asks for an authorisation. Apply for a standing approval, or file the flight and have it judged.",
        "该飞行须先经人工批准：承运危险品（第761号令第三十一条第二款），或进入需授权的区域。请申请长期批准，或提交飞行计划等待审批。",
    ),
    "no_battery_free": ("No battery of the firm is free.", "没有空闲电池。"),
    "no_crew_free": ("No crew of the firm has room for another vehicle.", "没有空闲机组。"),
    "carrier_unavailable": ("Its carrier is no longer available.", "所选运力已不可用。"),
    "plan_cancelled": ("Its flight was cancelled.", "对应飞行已取消。"),
    "plan_withdrawn": ("Its flight was withdrawn for one of higher priority or a closed zone.", "对应飞行被撤回。"),
    "plan_refused": ("Its flight was refused.", "对应飞行被拒绝。"),
    "plan_expired": ("Its flight was not started in time.", "对应飞行未按时起飞。"),
    "hold_lapsed": ("Its booking was not confirmed in time.", "预订未及时确认。"),
    "cancelled_by_firm": ("The flight was given up.", "任务已被放弃。"),
    "reassigned": ("It was given to another carrier.", "已改派其他航空器。"),
    "contingency": ("The flight ended in a contingency.", "飞行因应急处置而结束。"),
    "brought_back": ("The flight failed on its way and came home with its load.", "飞行途中出现故障，已携货返回起点。"),
    "carrier_elsewhere": (
        "Its aircraft will not stand at the origin: a flight before it did not go as booked.",
        "前序飞行未按预订执行，航空器无法在起点待命。",
    ),
    "vehicle_late": ("Its aircraft is late from the flight before.", "前序飞行延误，航空器无法按时执行。"),
    "not_needed": ("The flight it was to make possible was given up.", "其后续飞行已取消，无需调机。"),
    "airspace_closed": ("The airspace or a site on its way was closed.", "途经空域或起降点已关闭。"),
    "weather": (
        "The weather on the way is over the limits of every aircraft that could take it.",
        "航路气象超出可用航空器的运行限制。",
    ),
    "ordered_elsewhere": ("The flight was ordered to return or land elsewhere.", "飞行被指令返航或降落他处。"),
}

HANDOVER_S: Final = 300.0
"""From one vehicle's landing at a hub until the load is ready for the next (ours)."""
_TAIL_MPS, _TAIL_CLIMB_S = 12.0, 60.0
"""How fast the flights after a hub are taken to be, as the crow flies, and what climbing and landing add (ours)."""

_WORDS: Final[dict[OrderStep, tuple[str, str]]] = {
    OrderStep.ASSIGN: ("A flight is booked.", "已预订飞行。"),
    OrderStep.RELEASE: ("It waits for another flight.", "等待重新安排。"),
    OrderStep.FLY: ("It is in the air.", "飞行中。"),
    OrderStep.DELIVER: ("It was delivered.", "已送达。"),
    OrderStep.FAIL: ("The delivery failed.", "配送失败。"),
    OrderStep.TURN_BACK: ("It was brought back.", "已返回。"),
    OrderStep.HAND_OVER: (
        "It is at a hub on its way and waits for the next vehicle.",
        "已到达中转站，等待下一架航空器。",
    ),
    OrderStep.RETRY: ("It is tried again.", "重新尝试。"),
    OrderStep.CANCEL: ("It was cancelled.", "已取消。"),
}


@dataclass(frozen=True, slots=True)
class NewOrder:
    """What is asked for."""

    origin_site_id: str
    destination_site_id: str
    payload_kg: float
    priority_class: PriorityClass
    ready_at: datetime | None
    deliver_by: datetime | None
    dangerous_goods: bool
    cold_chain: bool
    reference: str | None
    via_site_ids: Sequence[str] = ()


class OrderDesk:
    """Makes, lists and moves orders along the table of `dispatch.orders`."""

    def __init__(self, *, clock: Clock, store: Store, bus: Bus, book: AirspaceBook, missions: MissionDesk) -> None:
        self._clock, self._store, self._bus, self._book, self._missions = clock, store, bus, book, missions
        missions.on_change.append(self._mission_changed)
        self.on_waiting: list[Callable[[str], None]] = []
        """Told, inside the transaction, of a firm one of whose orders waits anew."""

    # -- requests ------------------------------------------------------------------------------------------------------

    async def create(self, principal: Principal, order: NewOrder) -> dict[str, Any]:
        """Take an order of the caller's firm; raises Problem 422 for sites and times that cannot be."""
        now = self._clock.now()
        self._check(order, now)
        row = OrderRow(
            order_id=new_id("or"),
            organisation_id=principal.organisation_id,
            state=OrderState.CREATED.value,
            version=1,
            origin_site_id=order.origin_site_id,
            destination_site_id=order.destination_site_id,
            payload_kg=order.payload_kg,
            priority_class=order.priority_class,
            ready_s=to_scene_s(max(now, order.ready_at or now)),
            deliver_by_s=None if order.deliver_by is None else to_scene_s(order.deliver_by),
            dangerous_goods=order.dangerous_goods,
            cold_chain=order.cold_chain,
            reference=order.reference,
            promised_s=None,
            promise=None,
            expected_s=None,
            mission_id=None,
            cause=None,
            delivered_s=None,
            via=orjson.dumps(list(order.via_site_ids)).decode() if order.via_site_ids else None,
            created_at=rfc3339(now),
            updated_at=rfc3339(now),
        )

        def job(session: Session) -> dict[str, Any]:
            logistics.insert(session, row)
            self._noted(session, principal, row, "It was taken.", "已受理。")
            return self._document(session, row)

        return await self._store.write(job)

    def _check(self, order: NewOrder, now: datetime) -> None:
        faults = []
        for field, site_id in (
            ("origin_site_id", order.origin_site_id),
            ("destination_site_id", order.destination_site_id),
            *((f"via_site_ids/{k}", site_id) for k, site_id in enumerate(order.via_site_ids)),
        ):
            if site_id not in self._book.sites:
                detail = f"There is no site {site_id!r}; GET /v1/sites lists them."
                faults.append(
                    FieldProblem(f"/{field}", "unknown_site", detail, f"没有起降点 {site_id!r}，请查询 GET /v1/sites。")
                )
        stops = (order.origin_site_id, *order.via_site_ids, order.destination_site_id)
        for k, (a, b) in enumerate(pairwise(stops)):
            if a == b and order.via_site_ids:
                detail = "A hub differs from the site before and the site after it."
                field = f"/via_site_ids/{min(k, len(order.via_site_ids) - 1)}"
                faults.append(FieldProblem(field, "same_site", detail, "中转站不得与前后站点相同。"))
        if order.origin_site_id == order.destination_site_id:
            detail = "Origin and destination are the same site."
            faults.append(FieldProblem("/destination_site_id", "same_site", detail, "起点与终点相同。"))
        if order.deliver_by is not None and order.deliver_by <= max(now, order.ready_at or now):
            detail = "deliver_by must lie after now and after ready_at."
            faults.append(
                FieldProblem("/deliver_by", "reversed_window", detail, "deliver_by 须晚于当前时间和 ready_at。")
            )
        if faults:
            raise validation_problem(faults)

    async def get(self, principal: Principal, order_id: str) -> dict[str, Any]:
        """Return an order with its whole story; raises Problem 404 for one the caller may not see."""

        def job(session: Session) -> dict[str, Any]:
            row = self._readable(session, principal, order_id)
            story = [
                {
                    "at": step.at,
                    "state": step.state,
                    "actor": step.actor,
                    "detail": step.detail,
                    "detail_zh": step.detail_zh,
                    "mission_id": step.mission_id,
                }
                for step in logistics.steps_of(session, order_id)
            ]
            return self._document(session, row) | {"story": story}

        return await self._store.read(job)

    async def cancel(self, principal: Principal, order_id: str) -> dict[str, Any]:
        """Cancel an order that does not fly yet; its flight is given up with it."""

        def job(session: Session) -> dict[str, Any]:
            row = self._editable(session, principal, order_id)
            self._require(row, OrderStep.CANCEL)
            mission = self._mission_of(session, row)
            self.step(session, principal, row, OrderStep.CANCEL, mission_id=None, expected_s=None)
            if mission is not None:
                self._missions.cancel_in(session, principal, mission, "cancelled_by_firm")
            return self._document(session, row)

        return await self._store.write(job)

    async def retry(self, principal: Principal, order_id: str) -> dict[str, Any]:
        """Let an order that failed or came back wait for a new flight."""

        def job(session: Session) -> dict[str, Any]:
            row = self._editable(session, principal, order_id)
            now_s = to_scene_s(self._clock.now())
            self.step(session, principal, row, OrderStep.RETRY, cause=None, mission_id=None, ready_s=now_s)
            return self._document(session, row)

        return await self._store.write(job)

    async def release(self, principal: Principal, order_id: str) -> dict[str, Any]:
        """Take an order off the flight booked for it, so that it is planned anew."""

        def job(session: Session) -> dict[str, Any]:
            row = self._editable(session, principal, order_id)
            self._require(row, OrderStep.RELEASE)
            mission = self._mission_of(session, row)
            if mission is not None:
                self._missions.cancel_in(session, principal, mission, "reassigned")
            fresh = logistics.get(session, OrderRow, order_id)
            return self._document(session, fresh or row)

        return await self._store.write(job)

    def present(self, principal: Principal) -> Sequence[OrderItem]:
        """Return the open orders the caller may see, for a fresh live subscription."""
        firm = visible_organisation(principal)
        rows = self._store.read_now(
            lambda session: logistics.page(
                session,
                OrderRow,
                "order_no",
                organisation_id=firm,
                states=[state.value for state in OPEN],
                limit=10_000,
            )
        )
        return [
            order_item(row, datetime.fromisoformat(row.updated_at), self._missions.plan_of(row.mission_id))
            for row in rows
        ]

    # -- shared with the planner ---------------------------------------------------------------------------------------

    def step(
        self, session: Session, principal: Principal | None, row: OrderRow, step: OrderStep, **values: Any
    ) -> None:
        """Move an order a step along its table inside a running job; raises Problem 409 where that is not possible."""
        following = self._require(row, step)
        cause = values.get("cause")
        words, words_zh = _WORDS[step]
        if cause in CAUSES:
            words, words_zh = f"{words} {CAUSES[cause][0]}", f"{words_zh}{CAUSES[cause][1]}"
        self.change(session, row, state=following.value, **values)
        self._noted(session, principal, row, words, words_zh)
        if following is OrderState.CREATED:
            for listener in self.on_waiting:
                listener(row.organisation_id)

    def change(self, session: Session, row: OrderRow, **values: Any) -> None:
        """Change columns of an order inside a running job; the customer is told once that it comes late."""
        late_s = _turned_late(row, values.get("expected_s"))
        values |= {"version": row.version + 1, "updated_at": rfc3339(self._clock.now())}
        for name, value in values.items():
            setattr(row, name, value)
        logistics.update(session, OrderRow, row.order_id, values)
        if late_s is not None:
            said = f"Nothing brings it by the time asked for: it is expected at {at_text(row.expected_s)}, {late_s:.0f} s late."
            said_zh = f"没有方案能按要求时间送达：预计 {at_text(row.expected_s)} 送达，晚 {late_s:.0f} 秒。"
            self._noted(session, None, row, said, said_zh)

    def note_waiting(self, session: Session, row: OrderRow, cause: str) -> None:
        """Say why an order waits, once per cause."""
        if row.cause != cause:
            self.change(session, row, cause=cause, expected_s=None)
            self._noted(session, None, row, CAUSES[cause][0], CAUSES[cause][1])

    def tail_s(self, row: OrderRow) -> float:
        """Return how long an order takes from the end of its next flight: hand-overs and the flights after them."""
        stops = [*onward(row)[2], row.destination_site_id] if onward(row)[1] != row.destination_site_id else []
        places = [self._book.sites.get(site_id) for site_id in (onward(row)[1], *stops)]
        total_s = 0.0
        for a, b in pairwise(places):
            if a is not None and b is not None:
                total_s += HANDOVER_S + math.dist((a.x_m, a.y_m), (b.x_m, b.y_m)) / _TAIL_MPS + _TAIL_CLIMB_S
        return total_s

    def go_by(self, session: Session, row: OrderRow, hub_id: str) -> None:
        """Let an order that nobody flies in one go be brought by way of a hub."""
        self.change(session, row, via=orjson.dumps([hub_id, *onward(row)[2]]).decode(), cause=None)
        self._noted(session, None, row, f"It goes by way of {hub_id}.", f"经由 {hub_id} 中转。")

    # -- following missions --------------------------------------------------------------------------------------------

    def _mission_changed(self, session: Session, mission: MissionRow, cause: str | None) -> None:
        for row in logistics.sharing(session, mission.mission_id) if mission.order_id is not None else ():
            self._follow(session, row, mission, cause)

    def _follow(self, session: Session, row: OrderRow, mission: MissionRow, cause: str | None) -> None:
        state = OrderState(row.state)
        if mission.state == "flying" and state is OrderState.ASSIGNED:
            self.step(session, None, row, OrderStep.FLY, expected_s=mission.arrives_s + self.tail_s(row))
        elif mission.state == "completed" and state is OrderState.FLYING and onward(row)[1] != row.destination_site_id:
            handed = {"at_site_id": mission.destination_site_id, "via": _rest(row), "mission_id": None, "cause": None}
            ready_s = (mission.landed_s or to_scene_s(self._clock.now())) + HANDOVER_S
            self.step(session, None, row, OrderStep.HAND_OVER, ready_s=ready_s, **handed)
        elif mission.state == "completed" and state is OrderState.FLYING:
            self.step(session, None, row, OrderStep.DELIVER, delivered_s=mission.landed_s, cause=None)
        elif mission.state == "failed" and state is OrderState.FLYING:
            step = OrderStep.TURN_BACK if cause == BROUGHT_BACK else OrderStep.FAIL
            self.step(session, None, row, step, cause=cause)
        elif mission.state in ("booked", "flying"):
            expected_s = mission.arrives_s + self.tail_s(row)
            if row.expected_s != expected_s:
                self.change(session, row, expected_s=expected_s)
        elif mission.state in ("cancelled", "expired") and state is OrderState.ASSIGNED:
            self.step(session, None, row, OrderStep.RELEASE, cause=cause, mission_id=None, expected_s=None)

    # -- records -------------------------------------------------------------------------------------------------------

    def _noted(self, session: Session, principal: Principal | None, row: OrderRow, detail: str, detail_zh: str) -> None:
        now = self._clock.now()
        actor = "system" if principal is None else principal.subject
        line = OrderStepRow(
            order_id=row.order_id,
            at=rfc3339(now),
            state=row.state,
            actor=actor,
            detail=detail,
            detail_zh=detail_zh,
            mission_id=row.mission_id,
        )
        logistics.insert(session, line)
        record_audit(
            session,
            at=now,
            actor=actor,
            organisation_id=row.organisation_id,
            action=f"order.{row.state}",
            object_kind="order",
            object_id=row.order_id,
            detail={"cause": row.cause, "mission_id": row.mission_id},
        )
        mission = self._mission_of(session, row)
        news = order_item(row, now, None if mission is None else mission.plan_id)
        owner = frozenset({row.organisation_id})
        self._bus.publish_in(session, "orders", news, visible_to=owner)

    def _document(self, session: Session, row: OrderRow) -> dict[str, Any]:
        mission = self._mission_of(session, row)
        return order_document(row, mission)

    @staticmethod
    def _mission_of(session: Session, row: OrderRow) -> MissionRow | None:
        return None if row.mission_id is None else logistics.get(session, MissionRow, row.mission_id)

    def _readable(self, session: Session, principal: Principal, order_id: str) -> OrderRow:
        row = logistics.get(session, OrderRow, order_id, visible_organisation(principal))
        if row is None or not may_read_of(principal, row.organisation_id):
            raise not_found("order", "订单", order_id)
        return row

    def _editable(self, session: Session, principal: Principal, order_id: str) -> OrderRow:
        row = self._readable(session, principal, order_id)
        if not may_edit_of(principal, row.organisation_id):
            raise not_found("order", "订单", order_id)
        return row

    @staticmethod
    def _require(row: OrderRow, step: OrderStep) -> OrderState:
        following = after(OrderState(row.state), step)
        if following is None:
            raise Problem(
                "illegal_transition",
                f"'{step}' is not possible for an order that is {row.state}.",
                f"订单处于 {row.state} 状态，不能执行“{step}”。",
                extra={"state": row.state},
            )
        return following


def onward(row: OrderRow) -> tuple[str, str, list[str]]:
    """Return where an order's next flight begins and ends, and the hubs after that."""
    via: list[str] = [] if row.via is None else orjson.loads(row.via)
    return row.at_site_id or row.origin_site_id, via[0] if via else row.destination_site_id, via[1:]


def _turned_late(row: OrderRow, expected_s: float | None) -> float | None:
    """Return how late an order is that is expected late from now on; None for any other, and where that was told before."""
    due_s = row.deliver_by_s
    if due_s is None or expected_s is None or expected_s <= due_s:
        return None
    told = row.expected_s > due_s if row.expected_s is not None else (row.promised_s or 0.0) > due_s
    return None if told else expected_s - due_s


def _in_time(row: OrderRow) -> bool | None:
    """Tell whether an order is, or was, brought by the time asked for; None without such a time, or nothing planned."""
    at_s = row.delivered_s if row.delivered_s is not None else row.expected_s
    return None if row.deliver_by_s is None or at_s is None else at_s <= row.deliver_by_s


def _rest(row: OrderRow) -> str | None:
    """Return the hubs that are left behind the next one, as they are stored."""
    left = onward(row)[2]
    return orjson.dumps(left).decode() if left else None


def order_item(row: OrderRow, now: datetime, plan_id: str | None) -> OrderItem:
    """Return what the live feed tells about an order, with the plan of the flight booked for it."""
    return OrderItem(
        order_id=row.order_id,
        status=row.state,
        operator_id=row.organisation_id,
        updated_at=now,
        mission_id=row.mission_id,
        plan_id=plan_id,
    )


def order_document(row: OrderRow, mission: MissionRow | None) -> dict[str, Any]:
    """Return an order as the API answers it."""
    promise = None if row.promise is None else orjson.loads(row.promise)
    cause = None if row.cause is None else CAUSES[row.cause]
    return {
        "order_id": row.order_id,
        "organisation_id": row.organisation_id,
        "state": row.state,
        "version": row.version,
        "origin_site_id": row.origin_site_id,
        "destination_site_id": row.destination_site_id,
        "at_site_id": row.at_site_id,
        "via_site_ids": [] if row.via is None else orjson.loads(row.via),
        "payload_kg": row.payload_kg,
        "priority_class": row.priority_class,
        "plan_priority": URGENCY[class_of(row.priority_class)].plan_priority,
        "ready_at": at_text(row.ready_s),
        "deliver_by": at_text(row.deliver_by_s),
        "dangerous_goods": row.dangerous_goods,
        "cold_chain": row.cold_chain,
        "reference": row.reference,
        "promise": None
        if promise is None
        else {
            "deliver_at": at_text(row.promised_s),
            "probability": promise["probability"],
            "flights_seen": promise["flights_seen"],
            "kept": None if row.delivered_s is None or row.promised_s is None else row.delivered_s <= row.promised_s,
        },
        "expected_at": at_text(row.expected_s),
        "in_time": _in_time(row),
        "delivered_at": at_text(row.delivered_s),
        "mission_id": row.mission_id,
        "plan_id": None if mission is None else mission.plan_id,
        "aircraft_id": None if mission is None else mission.aircraft_id,
        "why": None if mission is None or mission.why is None else orjson.loads(mission.why),
        "cause": None if cause is None else {"code": row.cause, "detail": cause[0], "detail_zh": cause[1]},
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def class_of(name: str) -> PriorityClass:
    """Return the class of priority of that name; raises ValueError for none of them."""
    for known in URGENCY:
        if known == name:
            return known
    raise ValueError(f"no class of priority is called {name!r}")
