"""The plans that orders are about: the new plan of a reroute, the plan whose mission is uploaded, the fence's route."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlmodel import Session

from airspace.decision import decision_to_dict
from airspace.geometry4d import PlanGeometry, Trajectory4D
from airspace.lifecycle import AIRBORNE, FINAL, IllegalTransition, PlanState, move
from airspace.timebase import to_scene_s
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.command_effect_values import Effect, GoingOn, Rest, Route, Target, impossible
from utm.command_reservations import window_of
from utm.command_retiming import BEFORE_S, retimed
from utm.command_values import Command, CommandRequest
from utm.command_volumes import Spot
from utm.flight_plans import FlightPlans, Prepared
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found
from utm.security import Principal
from utm.sky import LivePlan
from utm.store import commands, geometry_codec, plans
from utm.store.commands import CommandFilter
from utm.store.store import after_commit
from utm.store.tables import FlightPlanRow

FURTHEST_START_M: Final = 2_000.0
"""How far from the vehicle the new plan of a reroute may begin (ours)."""
GOES_ON_AFTER_S: Final = 4.0
"""From the order to go on until the vehicle moves: heard, acknowledged, and under way (ours)."""
ORDERED: Final = "ordered_by_command"
"""The remark of a plan that an order sent elsewhere."""
_LOOKED_BACK: Final = 20
_TAKEN: Final = ("body", "volumes", "h3_cells", "geometry", "starts_s", "ends_s", "version", "updated_at")
_WITH_PLAN: Final = frozenset({"reroute", "upload_plan", "upload_geofence"})


@dataclass(frozen=True, slots=True)
class PlanWork:
    """The plan an order is about: filed already (`plan_id`), or to be filed with the order (`prepared`)."""

    flight: Trajectory4D
    plan_id: str | None
    prepared: Prepared | None
    route: Route | None
    going_on: GoingOn | None = None
    """For resume: the rest of the flight, at its new times."""


class CommandPlans:
    """Finds, files and steps the plans of orders."""

    def __init__(self, flight_plans: FlightPlans) -> None:
        self._plans = flight_plans
        self.moved: list[Callable[[str], object]] = []
        """Called on the event loop with the id of each plan whose end an order has moved."""
        self.over: list[Callable[[Session, FlightPlanRow, str], None]] = []
        """Called with each plan that an order ends, in the job that ends it: what follows a plan ends with it."""

    def prepare(self, principal: Principal | None, request: CommandRequest, target: Target) -> PlanWork | None:
        """Return the plan an order is about, None for an order about none; raises Problem 404, 409, 422."""
        if request.type == "resume":
            return self._resumed(target)
        if request.type not in _WITH_PLAN:
            return None
        if request.type == "upload_plan" and target.link.landed is False:
            raise impossible("The vehicle is in the air: use reroute.", "航空器在空中，请改用 reroute。")
        if request.type == "reroute" and target.plan is None:
            raise impossible("The vehicle flies no plan that could be changed.", "航空器没有正在执行的计划。")
        body = request.params.get("plan")
        if body is not None and request.type == "reroute":
            return self._new(principal, body, target)
        return self._filed(request, target)

    def _resumed(self, target: Target) -> PlanWork | None:
        """Return the rest of the flight at its new times; None where there is no plan or it lost no time."""
        plan = target.plan
        if plan is None:
            return None
        if plan.state == PlanState.CONTINGENT.value:
            raise impossible(
                "A contingent flight does not go back to its plan: file a new one from where it is and send reroute.",
                "应急飞行不能恢复原计划：请从当前位置提交新计划并发送 reroute。",
            )
        row, told_s = self._plans.store.read_now(lambda session: self._left(session, plan))
        if row is None:
            return None
        body: dict[str, Any] = orjson.loads(row.body)
        if ORDERED in (body.get("remarks") or {}):
            raise impossible(
                "The flight was told to end and its airspace ahead was freed: file a new plan and send reroute.",
                "该飞行已被指令结束，其前方空域已释放：请提交新计划并发送 reroute。",
            )
        if not isinstance(plan.geometry, Trajectory4D):
            return None
        if target.motion is None:
            raise impossible("Its position is not known.", "其位置未知。")
        goes_on_s = target.motion.now_s + GOES_ON_AFTER_S
        now_s, frame = target.motion.now_s, self._plans.book.region.frame
        left_s = now_s if told_s is None else told_s
        before_s = BEFORE_S if told_s is not None else max(BEFORE_S, now_s - plan.geometry.starts_s)
        found = retimed(body, plan.geometry, target.motion.at, left_s, goes_on_s, frame, before_s)
        if found is None:
            return None
        prepared = self._plans.compiled(target.aircraft, found.rest, validate(found.rest, FlightPlanBody))
        flight = prepared.geometry
        assert isinstance(flight, Trajectory4D)
        later_s = flight.ends_s - plan.geometry.ends_s
        going_on = GoingOn(Rest(flight, found.rest, found.body), prepared.path, later_s)
        return PlanWork(flight, plan.plan_id, None, None, going_on)

    def _left(self, session: Session, plan: LivePlan) -> tuple[FlightPlanRow | None, float | None]:
        """Return the plan as stored, and when the flight was told to leave it; None where nobody told it."""
        left_s = None
        where = CommandFilter(aircraft_id=plan.aircraft_id, states=frozenset({"confirmed", "timed_out"}))
        for row in commands.page(session, where, before=None, limit=_LOOKED_BACK):
            if row.plan_id != plan.plan_id or (row.type == "resume" and row.state == "confirmed"):
                break
            if row.type == "hold":
                left_s = to_scene_s(datetime.fromisoformat(row.requested_at))
        return plans.get(session, plan.plan_id), left_s

    def _new(self, principal: Principal | None, body: Mapping[str, Any], target: Target) -> PlanWork:
        filed = {**body, "aircraft_id": target.aircraft.aircraft_id}
        parsed = validate(filed, FlightPlanBody, "/plan")
        if principal is not None:
            prepared = self._plans.prepare(principal, filed, parsed)
        else:
            prepared = self._plans.compiled(target.aircraft, filed, parsed)
        flight = prepared.geometry
        if not isinstance(flight, Trajectory4D):
            raise _no_mission()
        return PlanWork(flight, None, prepared, self._route(flight, target))

    def _filed(self, request: CommandRequest, target: Target) -> PlanWork:
        plan = self._named(request, target)
        if not isinstance(plan.geometry, Trajectory4D):
            raise _no_mission()
        route = None
        if request.type == "reroute":
            if plan.state != PlanState.APPROVED.value:
                raise impossible(
                    f"The plan is {plan.state}, not approved.", f"计划处于 {plan.state} 状态，并非已批准。"
                )
            route = self._route(plan.geometry, target)
        return PlanWork(plan.geometry, plan.plan_id, None, route)

    def _named(self, request: CommandRequest, target: Target) -> LivePlan:
        plan_id = request.params.get("plan_id")
        own = self._plans.sky.of_aircraft(target.aircraft.aircraft_id)
        if plan_id is None and request.type != "reroute":
            if not own:
                raise impossible("The aircraft has no approved plan.", "该航空器没有已批准的计划。")
            return target.plan or own[0]
        for plan in own:
            if plan.plan_id == plan_id:
                return plan
        raise not_found("live plan of this aircraft", "该航空器的有效计划", str(plan_id))

    def _route(self, flight: Trajectory4D, target: Target) -> Route:
        """Return where the new plan begins; raises Problem 409 where the vehicle cannot be there in time."""
        if target.motion is None:
            raise impossible("Its position is not known.", "其位置未知。")
        x_m, y_m, z_m, departs_s = flight.segments[0, 0:4].tolist()
        away_m = math.dist((x_m, y_m), (target.motion.at.x_m, target.motion.at.y_m))
        if away_m > FURTHEST_START_M:
            raise impossible(
                f"The new plan begins {away_m:.0f} m from the vehicle; let it begin where the vehicle is.",
                f"新计划起点距航空器 {away_m:.0f} 米；请从航空器当前位置开始。",
            )
        needs_s = away_m / max(1.0, target.motion.cruise_mps)
        left_s = departs_s - target.motion.now_s
        if left_s < needs_s:
            raise impossible(
                f"The vehicle needs {needs_s:.0f} s to where the new plan begins, and has {max(0.0, left_s):.0f} s.",
                f"航空器到达新计划起点需 {needs_s:.0f} 秒，仅剩 {max(0.0, left_s):.0f} 秒。",
            )
        return Route(Spot(x_m, y_m, z_m), departs_s)

    def with_decision(self, effect: Effect, work: PlanWork, principal: Principal | None) -> Effect:
        """Return the effect with the judgement of the new plan, filed nowhere yet."""
        assert work.prepared is not None
        flying = self._flying(work.prepared.aircraft.aircraft_id)
        firm = work.prepared.aircraft.organisation_id
        decision = self._plans.judge(firm, principal, work.prepared, plan_id=flying, was_entitled=True, offers=True)
        reasons = tuple(item for item in decision.reasons if item.severity != "warning")
        return replace(effect, reasons=(*effect.reasons, *reasons), plan=decision_to_dict(decision, 0.0))

    def _flying(self, aircraft_id: str) -> str | None:
        own = self._plans.sky.of_aircraft(aircraft_id)
        return next((plan.plan_id for plan in own if plan.state != PlanState.APPROVED.value), None)

    def keep(
        self, session: Session, principal: Principal | None, work: PlanWork, effect: Effect, target: Target
    ) -> tuple[str | None, Effect]:
        """File the new plan where there is one; return its id. Raises Problem 409 `plan_refused` with the decision."""
        if work.going_on is not None:
            return None, effect
        if work.prepared is None:
            assert work.plan_id is not None
            return work.plan_id, effect
        assert target.plan is not None
        row, decision = self._plans.file_continuation(session, principal, target.plan.plan_id, work.prepared)
        shown = decision_to_dict(decision, 0.0)
        if decision.outcome != "approved":
            first = next(item for item in decision.reasons if item.severity != "warning")
            raise Problem("plan_refused", first.detail, first.detail_zh, extra={"decision": shown})
        return row.plan_id, replace(effect, plan=shown)

    # -- outcomes ------------------------------------------------------------------------------------------------------

    def refused(self, session: Session, command: Command) -> None:
        """Give up the plan that was filed for a reroute the vehicle did not take."""
        if command.type != "reroute" or "plan" not in command.params or command.new_plan_id is None:
            return
        row = plans.get(session, command.new_plan_id)
        if row is not None:
            self._step(session, row, PlanState.CANCELLED, command)

    def confirmed(self, session: Session, command: Command) -> None:
        """Bring the flight's plan to what it does now, in the transaction that notes that it does.

        reroute: the old plan ends, the new one is activated. resume: the plan takes its new times. rtl and landings: the
        plan keeps the order's volumes and frees the rest of its own way.
        """
        if command.type == "resume":
            self._retime(session, command)
        if command.type in ("rtl", "land", "land_at_site"):
            self._divert(session, command)
        if command.type != "reroute" or command.new_plan_id is None:
            return
        old = None if command.plan_id is None else plans.get(session, command.plan_id)
        if old is not None:
            self._step(session, old, PlanState.ENDED, command)
        new = plans.get(session, command.new_plan_id)
        if new is not None:
            self._step(session, new, PlanState.ACTIVATED, command)

    def took_over(self, session: Session, command: Command) -> bool:
        """Tell whether the flight's plan reserves by now what the order reserved."""
        row = None if command.type != "rtl" else self._flown(session, command)
        ordered = None if row is None else (orjson.loads(row.body).get("remarks") or {}).get(ORDERED)
        return ordered is not None and ordered["command_id"] == command.command_id

    def _flown(self, session: Session, command: Command) -> FlightPlanRow | None:
        row = None if command.plan_id is None else plans.get(session, command.plan_id)
        return row if row is not None and PlanState(row.state) in AIRBORNE else None

    def _retime(self, session: Session, command: Command) -> None:
        row, body = self._flown(session, command), command.effect.get("retimed_plan")
        if row is None or body is None or PlanState(row.state) is PlanState.CONTINGENT:
            return
        aircraft = self._plans.fleet.get(row.aircraft_id)
        if aircraft is None:
            return
        prepared = self._plans.compiled(aircraft, body, validate(body, FlightPlanBody))
        volumes = self._plans.volumes_json(prepared.path)
        self._take(session, row, command, body, prepared.geometry, volumes, prepared.h3_cells)

    def _divert(self, session: Session, command: Command) -> None:
        row, reserved = self._flown(session, command), commands.get_reservation(session, command.command_id)
        if row is None or reserved is None:
            return
        geometry = geometry_codec.decode(reserved.geometry)
        route = orjson.loads(reserved.body)["route"]
        body: dict[str, Any] = orjson.loads(row.body)
        ordered = {"command_id": command.command_id, "type": command.type}
        body |= {"route": route, "remarks": {**(body.get("remarks") or {}), ORDERED: ordered}}
        site_id = command.params.get("site_id") if command.type == "land_at_site" else None
        body.pop("destination_site_id", None)
        if site_id is not None:
            body["destination_site_id"] = site_id
        cells = orjson.loads(reserved.h3_cells)
        self._take(session, row, command, body, geometry, orjson.dumps(route["volumes"]).decode(), cells)

    def _take(
        self,
        session: Session,
        row: FlightPlanRow,
        command: Command,
        body: Mapping[str, Any],
        geometry: PlanGeometry,
        volumes: str,
        h3_cells: Sequence[str],
    ) -> None:
        """Let a flight's plan reserve another geometry from now on; what it was before stays in its versions."""
        left = orjson.loads(row.h3_cells)
        row.body, row.volumes = orjson.dumps(dict(body)).decode(), volumes
        row.h3_cells, row.geometry = orjson.dumps(sorted(h3_cells)).decode(), geometry_codec.encode(geometry)
        row.starts_s, row.ends_s = min(row.starts_s, window_of(geometry)[0]), window_of(geometry)[1]
        row.version += 1
        row.updated_at = rfc3339(self._plans.clock.now())
        plans.update(session, row.plan_id, {name: getattr(row, name) for name in _TAKEN})
        plans.add_version(
            session,
            plan_id=row.plan_id,
            version=row.version,
            outcome="approved",
            policy_version=row.policy_version,
            body=row.body,
            decision=row.decision,
            judged_at=row.updated_at,
        )
        self._plans.audit(session, None, "command", row, {"command_id": command.command_id, "type": command.type})
        self._plans.reserve(session, row, also=left)

        def told() -> None:
            for listener in self.moved:
                listener(row.plan_id)

        after_commit(session, told)

    def _step(self, session: Session, row: FlightPlanRow, state: PlanState, command: Command) -> None:
        if isinstance(move(PlanState(row.state), state), IllegalTransition):
            return
        now = rfc3339(self._plans.clock.now())
        row.state, row.updated_at = state.value, now
        if state is PlanState.ACTIVATED:
            row.activated_at = now
            row.version += 1
        if state is PlanState.ENDED:
            row.ended_at = now
        names = ("state", "updated_at", "activated_at", "ended_at", "version")
        plans.update(session, row.plan_id, {name: getattr(row, name) for name in names})
        self._plans.audit(session, None, "command", row, {"command_id": command.command_id, "type": command.type})
        self._plans.reserve(session, row)
        if PlanState(row.state) in FINAL:
            outcome = f"continued:{command.new_plan_id}" if state is PlanState.ENDED else "given_up"
            for listener in self.over:
                listener(session, row, outcome)

    def late(self, route: Route) -> bool:
        """Tell whether the departure of a new plan lies further back than a departure may."""
        now_s = to_scene_s(self._plans.clock.now())
        return now_s - route.departs_s > self._plans.book.policy.departure_tolerance_s


def _no_mission() -> Problem:
    return impossible("A plan of volumes has no mission.", "体积类计划没有可上传的任务。")
