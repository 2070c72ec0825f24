"""The command desk: every order to a vehicle, from the question whether it may be given to its verified outcome.

    ask      authority (`utm.command_authority`), the vehicle's link, its volume and everything in the way
             (`utm.command_effects`); grave orders and those to several vehicles are asked twice
    reserve  in one transaction of the writer: the volume of each vehicle judged again, one after the other, so that
             several are judged jointly; reservation, command, first transition and audit line are durable together
    run      one task per command (`utm.command_runner`); each transition is told at once and stored right after
    end      confirmed, refused or timed out; what was reserved is kept, released or left to lapse accordingly

Other parts of the service give orders with `order` (no person asked, no second step) and hear of every transition
through `listeners`.
"""

import asyncio
import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import orjson
import structlog
from sqlmodel import Session

from airspace.region import Region
from airspace.timebase import from_scene_s, to_scene_s
from utm.alert_book import Condition
from utm.alerts import Alerts
from utm.bus import Bus
from utm.clock import Clock
from utm.command_authority import (
    ALERTS_THAT_CALL,
    CONFIRM_WITHIN_S,
    Confirmations,
    Standing,
    check_service,
    circumstance_of,
)
from utm.command_effects import Effect, EffectJudge, Target
from utm.command_plans import CommandPlans, PlanWork
from utm.command_records import command_of, item_of, row_of, step_row
from utm.command_reservations import CommandReservations
from utm.command_runner import CommandRunner, Outcome, Work
from utm.command_values import (
    KIND_OF,
    MOVING,
    TRANSITIONS,
    Circumstance,
    Command,
    CommandRequest,
    CommandState,
    Said,
    Step,
)
from utm.command_volumes import ends_s
from utm.command_work import work_of
from utm.fleet import Aircraft, Fleet
from utm.ids import new_id
from utm.memory import Memory
from utm.plan_records import rfc3339
from utm.problems import Problem, not_found
from utm.security import Principal, may_read_of, visible_organisation
from utm.sky import version_cells
from utm.store import commands as records
from utm.store.commands import CommandFilter
from utm.store.journal import record_audit
from utm.store.store import Store, StoreUnavailableError, after_commit

EXTEND_BEFORE_S: Final = 30.0
EXTEND_BY_S: Final = 120.0
OTHERS_CHECKED_S: Final = 10.0
MOST_AT_ONCE: Final = 500

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """One order of a request, with what it would do; or why it cannot be given at all."""

    request: CommandRequest
    aircraft: Aircraft
    circumstance: Circumstance
    target: Target | None
    effect: Effect | None
    plan: PlanWork | None = None
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one order of a request."""

    request: CommandRequest
    command: Command | None
    problem: Problem | None


class CommandDesk:
    """The desk all orders to vehicles go over."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        bus: Bus,
        memory: Memory,
        fleet: Fleet,
        judge: EffectJudge,
        reservations: CommandReservations,
        runner: CommandRunner,
        plans: CommandPlans,
        alerts: Alerts,
        secret: bytes,
        name: str,
    ) -> None:
        self._clock, self._store, self._bus, self._memory = clock, store, bus, memory
        self._fleet, self.judge, self._reservations = fleet, judge, reservations
        self._runner, self._plans, self._alerts = runner, plans, alerts
        self._confirmations = Confirmations(secret)
        self._name = name
        self._live: dict[str, Command] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._superseded: dict[str, str] = {}
        self._waiters: dict[str, list[asyncio.Future[Command]]] = {}
        self._waiting: list[Callable[[Session], None]] = []
        self._writing: asyncio.Future[None] | None = None
        self._others_at_s = -math.inf
        self.counters = {"asked": 0, "confirmed": 0, "refused": 0, "timed_out": 0, "store_failures": 0}
        self.listeners: list[Callable[[Command], None]] = []
        """Called on the event loop with each command at each of its transitions."""

    # -- life of the desk ----------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """End what a former life of this server left unfinished: what became of it is not known."""
        await self._store.write(lambda session: self._end_left_over(session, own=True))

    async def close(self) -> None:
        """End what is under way as timed out and store it."""
        for task in list(self._tasks.values()):
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        while self._writing is not None:
            await asyncio.wait([self._writing])
            await asyncio.sleep(0)

    def _end_left_over(self, session: Session, *, own: bool) -> None:
        """Time out commands that nobody carries out any more: of this server's former life, or past their deadline."""
        now_s = to_scene_s(self._clock.now())
        for row in records.unfinished(session):
            if row.command_id in self._live:
                continue
            if not (own and row.runner == self._name) and row.deadline_s > now_s:
                continue
            command = command_of(row, records.steps_of(session, [row.command_id])[row.command_id])
            said = _RESTARTED if row.state != CommandState.QUEUED else _RESTARTED_QUEUED
            ended = self._moved(command, CommandState.TIMED_OUT, said)
            self._keep_step(session, ended)
            after_commit(session, lambda ended=ended: self._told(ended))  # type: ignore[misc]

    async def sweep(self) -> None:
        """Let reservations lapse, extend those still flown, end what others left; call it every second."""
        self._reservations.lapse(self._clock.now())
        self._write()
        now_s = to_scene_s(self._clock.now())
        ending = self._reservations.ending_before(now_s + EXTEND_BEFORE_S)
        if ending:
            await self._store.write(lambda session: self._extend(session, ending, now_s))
        if now_s - self._others_at_s >= OTHERS_CHECKED_S:
            self._others_at_s = now_s
            late = await self._store.read(
                lambda s: [r.command_id for r in records.unfinished(s) if r.deadline_s < now_s]
            )
            if any(command_id not in self._live for command_id in late):
                await self._store.write(lambda session: self._end_left_over(session, own=False))

    def _extend(self, session: Session, command_ids: Sequence[str], now_s: float) -> None:
        for command_id in command_ids:
            row = records.get(session, command_id)
            if row is None or row.state == CommandState.TIMED_OUT or self.judge.on_ground(row.aircraft_id):
                continue
            self._reservations.extend(session, command_id, now_s + EXTEND_BY_S)

    async def landed(self, aircraft_id: str) -> None:
        """Free what orders reserved for an aircraft that stands on the ground now."""
        held = [name for name in self._reservations.of_aircraft(aircraft_id) if name not in self._live]
        if held:
            await self._store.write(lambda session: self._release_all(session, held))

    def _release_all(self, session: Session, command_ids: Sequence[str]) -> None:
        for command_id in command_ids:
            self._reservations.release(session, command_id)

    # -- asking --------------------------------------------------------------------------------------------------------

    def check(
        self, principal: Principal, requests: Sequence[CommandRequest], *, reason: str | None = None
    ) -> dict[str, Any]:
        """Return what an order would do, and the token of the second step where it needs one; nothing is kept.

        Raises Problem 404 for a vehicle the caller may not know, 403 and 409 as `submit` does; of several vehicles, one
        that cannot be reached is told in its place.
        """
        asked = self._ask(principal, requests, reason)
        return self._told_before(principal, asked)

    async def submit(
        self,
        principal: Principal,
        requests: Sequence[CommandRequest],
        *,
        reason: str | None = None,
        override: str | None = None,
        token: str | None = None,
    ) -> list[Answered]:
        """Give an order to one vehicle or several; return what became of each, durable.

        Raises Problem 404, 403, 409 (`confirmation_required`, `confirmation_invalid`, `command_conflict`,
        `command_outstanding`, `command_reason_required`, `command_not_possible`, `vehicle_not_connected`).
        """
        if override is not None and principal.role != "dispatcher":
            raise Problem(
                "forbidden",
                "Only a dispatcher may override a conflict; send what is recommended instead.",
                "仅调度员可以强制执行；请改用推荐的指令。",
            )
        asked = self._ask(principal, requests, reason)
        confirmation = None
        now_s = to_scene_s(self._clock.now())
        if len(requests) > 1 or any(item.effect is not None and item.effect.two_step for item in asked):
            if token is None:
                raise Problem("confirmation_required", extra=self._told_before(principal, asked))
            confirmation = self._confirmations.check(token, principal, requests, now_s)
        asker = visible_organisation(principal)
        return await self._give(principal, principal.subject, asked, asker, override, confirmation)

    async def order(
        self,
        requests: Sequence[CommandRequest],
        circumstance: Circumstance,
        *,
        override: str | None = None,
        by: Principal | None = None,
    ) -> list[Answered]:
        """Give orders for the service itself, or for the person `by` who confirmed an action list; judged jointly.

        `override` says why a conflict is accepted. One vehicle that cannot be commanded does not keep the others from
        their orders: its answer carries the problem. Raises ValueError for an order that is not the service's to give.
        """
        asked = []
        for request in requests:
            check_service(circumstance, request)
            aircraft = self._fleet.get(request.aircraft_id)
            if aircraft is None or not aircraft.active:
                continue
            asked.append(self._asked(request, aircraft, circumstance, None, {r.aircraft_id for r in requests}, by))
        subject = "system" if by is None else by.subject
        return await self._give(by, subject, asked, None, override, None, each_alone=True)

    def effect_of(self, request: CommandRequest) -> Effect:
        """Return what an order would do, as the centre sees it; raises Problem as `check` does."""
        aircraft = self._fleet.get(request.aircraft_id)
        if aircraft is None:
            raise not_found("aircraft", "航空器", request.aircraft_id)
        found = self._asked(request, aircraft, Circumstance("reason"), None, (), None)
        if found.problem is not None:
            raise found.problem
        assert found.effect is not None
        return found.effect

    def _ask(self, principal: Principal, requests: Sequence[CommandRequest], reason: str | None) -> list[Asked]:
        known: list[tuple[CommandRequest, Aircraft]] = []
        for request in requests:
            aircraft = self._fleet.get(request.aircraft_id)
            if aircraft is None or not may_read_of(principal, aircraft.organisation_id):
                raise not_found("aircraft", "航空器", request.aircraft_id)
            if not aircraft.active:
                raise Problem("aircraft_inactive")
            known.append((request, aircraft))
        asker = visible_organisation(principal)
        among = {request.aircraft_id for request in requests}
        asked = []
        for request, aircraft in known:
            circumstance = circumstance_of(principal, self._standing(aircraft), request, reason)
            item = self._asked(request, aircraft, circumstance, asker, among, principal)
            if item.problem is not None and len(requests) == 1:
                raise item.problem
            asked.append(item)
        return asked

    def _asked(
        self,
        request: CommandRequest,
        aircraft: Aircraft,
        circumstance: Circumstance,
        asker: str | None,
        among: Collection[str],
        principal: Principal | None,
    ) -> Asked:
        try:
            target = self.judge.target(aircraft)
            plan = self._plans.prepare(principal, request, target)
            route = None if plan is None else plan.route
            effect = self.judge.judge(target, request, asker=asker, among=_others(among, aircraft), route=route)
            if plan is not None and plan.prepared is not None:
                effect = self._plans.with_decision(effect, plan, principal)
            return Asked(request, aircraft, circumstance, target, effect, plan)
        except Problem as problem:
            return Asked(request, aircraft, circumstance, None, None, None, problem)

    def _standing(self, aircraft: Aircraft) -> Standing:
        plan = self.judge.flying(aircraft.aircraft_id)
        alert_id = None
        for alert in self._alerts.book.open.values():
            if alert.condition.kind in ALERTS_THAT_CALL and aircraft.aircraft_id in _named(alert.condition):
                alert_id = alert.alert_id
                break
        return Standing(
            aircraft.organisation_id,
            None if plan is None else plan.plan_id,
            None if plan is None else plan.state,
            self.judge.airborne(aircraft.aircraft_id),
            alert_id,
        )

    def _told_before(self, principal: Principal, asked: Sequence[Asked]) -> dict[str, Any]:
        requests = [item.request for item in asked]
        two_step = len(asked) > 1 or any(item.effect is not None and item.effect.two_step for item in asked)
        now = self._clock.now()
        return {
            "effects": [self._effect_document(item) for item in asked],
            "confirmation_required": two_step,
            "confirmation_token": self._confirmations.token(principal, requests, to_scene_s(now)) if two_step else None,
            "confirmation_expires_at": rfc3339(now + timedelta(seconds=CONFIRM_WITHIN_S)) if two_step else None,
        }

    def _effect_document(self, item: Asked) -> dict[str, Any]:
        if item.effect is not None:
            return {**item.effect.document(self.judge.region), "problem": None}
        assert item.problem is not None
        shown = item.problem.document(None)
        return {
            "aircraft_id": item.request.aircraft_id,
            "type": item.request.type,
            "allowed": False,
            "detail": shown["detail"],
            "detail_zh": shown["detail_zh"],
            "problem": shown["code"],
        }

    # -- giving --------------------------------------------------------------------------------------------------------

    async def _give(
        self,
        principal: Principal | None,
        subject: str,
        asked: Sequence[Asked],
        asker: str | None,
        override: str | None,
        confirmation: str | None,
        *,
        each_alone: bool = False,
    ) -> list[Answered]:
        self.counters["asked"] += len(asked)
        batch_id = new_id("cb") if len(asked) > 1 else None

        def job(session: Session) -> list[Answered]:
            if confirmation is not None and records.confirmation_used(session, confirmation):
                raise Problem("confirmation_invalid")
            cells = sorted({cell for item in asked if item.effect for cell in version_cells(item.effect.h3_cells)})
            self._memory.make_current(session, cells)
            among = {item.request.aircraft_id for item in asked}
            answered: list[Answered] = []
            in_the_way: list[Effect] = []
            for item in asked:
                if item.problem is not None:
                    answered.append(Answered(item.request, None, item.problem))
                    continue
                try:
                    command = self._placed(
                        session, principal, subject, item, asker, among, override, confirmation, batch_id
                    )
                except _InTheWay as found:
                    in_the_way.append(found.effect)
                    answered.append(Answered(item.request, None, _conflict([found.effect], self.judge.region)))
                    continue
                except Problem as problem:
                    if len(asked) == 1 and not each_alone:
                        raise
                    answered.append(Answered(item.request, None, problem))
                    continue
                answered.append(Answered(item.request, command, None))
            if in_the_way and not each_alone:
                raise _conflict(in_the_way, self.judge.region)
            return answered

        answered = await self._store.write(job)
        for item, answer in zip(asked, answered, strict=True):
            if answer.command is not None:
                self._begin(answer.command, item)
        return answered

    def _placed(
        self,
        session: Session,
        principal: Principal | None,
        subject: str,
        item: Asked,
        asker: str | None,
        among: set[str],
        override: str | None,
        confirmation: str | None,
        batch_id: str | None,
    ) -> Command:
        """Judge one order once more as the sky is now, reserve, and keep it; nothing is kept when it raises."""
        request, aircraft, target = item.request, item.aircraft, item.target
        assert target is not None
        self._check_outstanding(session, request)
        route = None if item.plan is None else item.plan.route
        effect = self.judge.judge(target, request, asker=asker, among=_others(among, aircraft), route=route)
        if effect.refusing and override is None:
            raise _InTheWay(effect)
        new_plan_id = None
        if item.plan is not None:
            new_plan_id, effect = self._plans.keep(session, principal, item.plan, effect, target)
        command_no = records.next_command_no(session)
        now = self._clock.now()
        command = Command(
            command_id=new_id("cmd"),
            command_no=command_no,
            aircraft_id=aircraft.aircraft_id,
            organisation_id=aircraft.organisation_id,
            type=request.type,
            params=request.params,
            state=CommandState.QUEUED,
            circumstance=item.circumstance,
            requested_by=subject,
            requested_at=now,
            plan_id=None if target.plan is None else target.plan.plan_id,
            new_plan_id=new_plan_id,
            batch_id=batch_id,
            deadline_at=from_scene_s(self._deadline_s(request, effect)),
            steps=(Step(CommandState.QUEUED, now, effect.said),),
            effect=effect.document(self.judge.region),
            override_reason=override if effect.refusing else None,
        )
        records.add(session, row_of(command, runner=self._name, confirmation=confirmation))
        if effect.prisms:
            assert effect.separation is not None
            self._reservations.reserve(
                session,
                command_id=command.command_id,
                command_no=command_no,
                aircraft_id=aircraft.aircraft_id,
                organisation_id=aircraft.organisation_id,
                prisms=effect.prisms,
                separation=effect.separation,
                h3_cells=effect.h3_cells,
            )
        self._keep_step(session, command)
        after_commit(session, lambda: self._told(command))
        return command

    def _check_outstanding(self, session: Session, request: CommandRequest) -> None:
        for row in records.unfinished_of(session, request.aircraft_id):
            if KIND_OF[row.type] == KIND_OF[request.type]:
                raise Problem(
                    "command_outstanding",
                    f"The command {row.command_id} ({row.type}, {row.state}) of this vehicle has not ended yet.",
                    f"该航空器的指令 {row.command_id}（{row.type}，{row.state}）尚未结束。",
                    extra={"command_id": row.command_id},
                )

    def _deadline_s(self, request: CommandRequest, effect: Effect) -> float:
        now_s = to_scene_s(self._clock.now())
        lasts_s = max(0.0, ends_s(effect.prisms) - now_s) if effect.prisms else 0.0
        if request.type in ("land", "land_at_site", "reroute") or (request.type == "hold" and request.params):
            return now_s + lasts_s + 120.0
        return now_s + (240.0 if KIND_OF[request.type] in ("mission", "fence", "rates") else 60.0)

    # -- running -------------------------------------------------------------------------------------------------------

    def _begin(self, command: Command, item: Asked) -> None:
        self._live[command.command_id] = command
        if command.type in MOVING:
            for other in list(self._live.values()):
                if other.aircraft_id == command.aircraft_id and other.type in MOVING and other is not command:
                    self._superseded[other.command_id] = command.command_id
                    task = self._tasks.get(other.command_id)
                    if task is not None:
                        task.cancel()
        assert item.target is not None
        assert item.effect is not None
        work = work_of(command, item.target, item.effect, item.plan, self.judge, self._clock)
        task = asyncio.get_running_loop().create_task(self._carry_out(command, work), name=command.command_id)
        self._tasks[command.command_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(command.command_id, None))

    async def _carry_out(self, command: Command, work: Work) -> None:
        name = command.command_id

        def tell(state: CommandState, said: Said) -> None:
            self._step(name, state, said)

        left_s = (command.deadline_at - self._clock.now()).total_seconds()
        try:
            async with asyncio.timeout(max(0.0, left_s)):
                outcome = await self._runner.run(work, tell)
        except TimeoutError:
            outcome = Outcome(CommandState.TIMED_OUT, _TOO_LONG)
        except asyncio.CancelledError:
            other = self._superseded.pop(name, None)
            said = (
                _CLOSED if other is None else Said(f"The command {other} took its place.", f"已被指令 {other} 取代。")
            )
            self._end(name, Outcome(CommandState.TIMED_OUT, said), work)
            return
        except Exception:
            _log.exception("command_failed", command_id=name)
            outcome = Outcome(CommandState.TIMED_OUT, _FAILED)
        self._end(name, outcome, work)

    def _step(self, command_id: str, state: CommandState, said: Said) -> None:
        """Take a transition of a running command if it is legal; others were taken before."""
        command = self._live.get(command_id)
        if command is None or state not in TRANSITIONS[command.state]:
            return
        moved = self._live[command_id] = self._moved(command, state, said)
        self._told(moved)
        self._waiting.append(lambda session: self._keep_step(session, moved))
        self._write()

    def _end(self, command_id: str, outcome: Outcome, work: Work) -> None:
        if outcome.state is CommandState.CONFIRMED:
            # Seen doing it: that its acknowledgement was lost does not make it undone.
            self._step(command_id, CommandState.SENT, _SEEN)
            self._step(command_id, CommandState.ACCEPTED, _SEEN)
        command = self._live.get(command_id)
        if command is None:
            return
        ended = self._moved(command, outcome.state, outcome.said)
        self.counters[outcome.state.value] += 1

        def job(session: Session) -> None:
            self._keep_step(session, ended)
            self._settle(session, ended)

        self._live.pop(command_id, None)
        self._told(ended)
        self._waiting.append(job)
        self._write()

    def _settle(self, session: Session, command: Command) -> None:
        """Bring reservations and plans to what the outcome means."""
        if command.state is CommandState.TIMED_OUT:
            return  # it may have been carried out: what it reserved lapses with its time
        own = command.command_id
        if command.state is CommandState.REFUSED:
            self._plans.refused(session, command)
            if not _began_to_move(command):
                self._reservations.release(session, own)
            return
        earlier = [name for name in self._reservations.of_aircraft(command.aircraft_id) if name != own]
        if command.type in MOVING:
            self._release_all(session, [name for name in earlier if name not in self._live])
        if command.type in ("land", "land_at_site", "reroute"):
            self._reservations.release(session, own)
        self._plans.confirmed(session, command)

    def _moved(self, command: Command, state: CommandState, said: Said) -> Command:
        return replace(command, state=state, steps=(*command.steps, Step(state, self._clock.now(), said)))

    def _told(self, command: Command) -> None:
        """Tell the live feed, those who listen and those who wait."""
        self._bus.publish("commands", item_of(command), visible_to=frozenset({command.organisation_id}))
        for listener in tuple(self.listeners):
            try:
                listener(command)
            except Exception:
                _log.exception("command_listener_failed", command_id=command.command_id)
        if command.done:
            for waiter in self._waiters.pop(command.command_id, []):
                if not waiter.done():
                    waiter.set_result(command)

    def _keep_step(self, session: Session, command: Command) -> None:
        """Store the latest transition with its audit line."""
        step = command.steps[-1]
        records.set_state(session, command.command_id, command.state.value)
        records.add_step(session, step_row(command.command_id, step))
        asked = command.state is CommandState.QUEUED
        detail: dict[str, Any] = {"aircraft_id": command.aircraft_id, "type": command.type, "detail": step.said.en}
        if asked:
            detail |= {
                "params": dict(command.params),
                "circumstance": command.circumstance.as_dict(),
                "override": command.override_reason,
                "plan_id": command.plan_id,
                "new_plan_id": command.new_plan_id,
                "batch_id": command.batch_id,
            }
        record_audit(
            session,
            at=step.at,
            actor=command.requested_by if asked else "system",
            organisation_id=command.organisation_id,
            action=f"command.{command.state.value}",
            object_kind="command",
            object_id=command.command_id,
            detail=orjson.loads(orjson.dumps(detail)),
        )

    def _write(self) -> None:
        """Store what waits in its order, one batch at a time; a batch that fails goes first into the next."""
        if self._writing is not None or not self._waiting:
            return
        batch, self._waiting = self._waiting, []

        def job(session: Session) -> None:
            for keep in batch:
                keep(session)

        try:
            future = self._store.enqueue(job)
        except StoreUnavailableError:
            self._waiting = batch + self._waiting
            return
        self._writing = future

        def done(finished: "asyncio.Future[None]") -> None:
            self._writing = None
            failure = None if finished.cancelled() else finished.exception()
            if finished.cancelled() or failure is not None:
                self.counters["store_failures"] += 1
                _log.warning("commands_not_stored", steps=len(batch), reason=str(failure))
                self._waiting = batch + self._waiting  # the sweep tries again
            else:
                self._write()

        future.add_done_callback(done)

    # -- reading -------------------------------------------------------------------------------------------------------

    async def get(self, principal: Principal, command_id: str) -> Command:
        """Return a command the caller may see; raises Problem 404."""
        row, steps = await self._store.read(
            lambda session: (records.get(session, command_id), records.steps_of(session, [command_id])[command_id])
        )
        if row is None or not may_read_of(principal, row.organisation_id):
            raise not_found("command", "指令", command_id)
        return self._live.get(command_id) or command_of(row, steps)

    async def page(
        self, principal: Principal, where: CommandFilter, *, before: int | None, limit: int
    ) -> list[Command]:
        """Return commands the caller may see, newest first, numbered below `before`."""
        narrowed = replace(where, organisation_id=visible_organisation(principal))

        def read(session: Session) -> list[Command]:
            rows = records.page(session, narrowed, before=before, limit=limit)
            steps = records.steps_of(session, [row.command_id for row in rows])
            return [command_of(row, steps[row.command_id]) for row in rows]

        return [self._live.get(command.command_id, command) for command in await self._store.read(read)]

    def present(self, principal: Principal) -> list[Command]:
        """Return the commands under way that the caller may see."""
        return [item for item in self._live.values() if may_read_of(principal, item.organisation_id)]

    async def wait(self, command_id: str, *, timeout_s: float | None = None) -> Command:
        """Return a command once it has ended; raises TimeoutError, LookupError for one this server does not carry out."""
        if command_id in self._live:
            waiter: asyncio.Future[Command] = asyncio.get_running_loop().create_future()
            self._waiters.setdefault(command_id, []).append(waiter)
            return await asyncio.wait_for(waiter, timeout_s)
        row, steps = await self._store.read(
            lambda session: (records.get(session, command_id), records.steps_of(session, [command_id])[command_id])
        )
        if row is None:
            raise LookupError(command_id)
        return command_of(row, steps)


class _InTheWay(Exception):  # noqa: N818  (carries an effect out of a job)
    """An order that would be in somebody's way."""

    def __init__(self, effect: Effect) -> None:
        super().__init__(effect.request.aircraft_id)
        self.effect = effect


def _conflict(effects: Sequence[Effect], region: Region) -> Problem:
    first = effects[0].refusing[0]
    return Problem(
        "command_conflict",
        first.detail,
        first.detail_zh,
        extra={"effects": [effect.document(region) for effect in effects]},
    )


def _others(among: Collection[str], aircraft: Aircraft) -> frozenset[str]:
    return frozenset(among) - {aircraft.aircraft_id}


def _named(condition: Condition) -> set[str | None]:
    """Return the aircraft an alert is about."""
    parties = [condition.party, condition.other]
    return {party.aircraft_id for party in parties if party is not None}


def _began_to_move(command: Command) -> bool:
    """Tell whether a refused order stopped the vehicle first: it holds where it was told to."""
    stopped = any(step.state is CommandState.ACCEPTED for step in command.steps)
    return stopped and command.type in ("land_at_site", "reroute")


_RESTARTED: Final = Said(
    "The server ended while this was under way. It may have been carried out: look at the vehicle before the next order.",
    "指令执行期间服务器中断，指令可能已被执行；下达新指令前请先查看航空器状态。",
)
_RESTARTED_QUEUED: Final = Said(
    "The server ended before it noted that this was sent. It may have been: look at the vehicle before the next order.",
    "服务器在记录发送之前中断，指令可能已发送；下达新指令前请先查看航空器状态。",
)
_CLOSED: Final = Said(
    "The server was stopped while this was under way; it may have been carried out.",
    "服务器在执行期间停止，指令可能已被执行。",
)
_TOO_LONG: Final = Said(
    "It did not come to an end in its time; it may have been carried out.", "未在规定时间内完成，指令可能已被执行。"
)
_FAILED: Final = Said("The service failed; it may have been carried out.", "服务内部错误，指令可能已被执行。")
_SEEN: Final = Said("Seen doing it; no acknowledgement was heard.", "已观察到执行；未收到应答。")
