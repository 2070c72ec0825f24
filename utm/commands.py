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
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import structlog
from sqlmodel import Session

from airspace.timebase import to_scene_s
from utm.alerts import Alerts
from utm.bus import Bus
from utm.clock import Clock
from utm.command_asking import Answered, Asked, CommandAsking
from utm.command_authority import (
    Confirmations,
    check_service,
)
from utm.command_effect_values import Effect
from utm.command_effects import EffectJudge
from utm.command_giving import CommandGiving
from utm.command_journal import keep_step
from utm.command_plans import CommandPlans
from utm.command_records import command_of, item_of
from utm.command_reservations import CommandReservations
from utm.command_runner import CommandRunner, Outcome, Work
from utm.command_texts import CLOSED, FAILED, RESTARTED, RESTARTED_QUEUED, SEEN, TOO_LONG
from utm.command_values import (
    MOVING,
    TRANSITIONS,
    Circumstance,
    Command,
    CommandRequest,
    CommandState,
    Said,
    Step,
)
from utm.command_work import work_of
from utm.expected_flights import ExpectedFlights
from utm.fleet import Fleet
from utm.memory import Memory
from utm.plan_steps import PlanSteps
from utm.problems import Problem, not_found
from utm.security import Principal, may_read_of, visible_organisation
from utm.store import commands as records
from utm.store.backlog import Backlog, write_at_last
from utm.store.commands import CommandFilter
from utm.store.store import Store, after_commit

EXTEND_BEFORE_S: Final = 30.0
EXTEND_BY_S: Final = 120.0
OTHERS_CHECKED_S: Final = 10.0
MOST_AT_ONCE: Final = 500

_log = structlog.get_logger(__name__)


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
        self._clock, self._store, self._bus = clock, store, bus
        self._fleet, self.judge, self._reservations = fleet, judge, reservations
        self._runner, self._plans = runner, plans
        self._confirmations = Confirmations(secret)
        self._name = name
        self._live: dict[str, Command] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._superseded: dict[str, str] = {}
        self._waiters: dict[str, list[asyncio.Future[Command]]] = {}
        self._journal = Backlog(store)
        self.giving = CommandGiving(
            clock=clock,
            store=store,
            memory=memory,
            judge=judge,
            plans=plans,
            reservations=reservations,
            name=name,
            told=self._told,
        )
        self._asking = CommandAsking(
            clock=clock, fleet=fleet, judge=judge, plans=plans, alerts=alerts, confirmations=self._confirmations
        )
        self.gates = self._asking.gates
        self._others_at_s = -math.inf
        self._held: set[str] = set()
        self.expected = ExpectedFlights(reservations)
        self.expected_changed: list[Callable[[str], None]] = []
        """Called on the event loop with each aircraft of which something else may be expected now (`expected`)."""
        reservations.changed.append(self._follow)
        self.counters = {"asked": 0, "confirmed": 0, "refused": 0, "timed_out": 0}
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
        await self._journal.close()

    def follow_steps(self, plan_steps: PlanSteps) -> None:
        """Let what follows the steps of plans follow those that orders take."""
        self._plans.over = plan_steps.over
        self._plans.moved.append(lambda plan_id: plan_steps.planned_end_s.pop(plan_id, None))

    def _end_left_over(self, session: Session, *, own: bool) -> None:
        """Time out commands that nobody carries out any more: of this server's former life, or past their deadline."""
        now_s = to_scene_s(self._clock.now())
        for row in records.unfinished(session):
            if row.command_id in self._live:
                continue
            if not (own and row.runner == self._name) and row.deadline_s > now_s:
                continue
            command = command_of(row, records.steps_of(session, [row.command_id])[row.command_id])
            said = RESTARTED if row.state != CommandState.QUEUED else RESTARTED_QUEUED
            ended = self._moved(command, CommandState.TIMED_OUT, said)
            keep_step(session, ended)
            after_commit(session, lambda ended=ended: self._told(ended))  # type: ignore[misc]

    async def sweep(self) -> None:
        """Let reservations lapse, extend those still flown, end what others left; call it every second."""
        self._reservations.lapse(self._clock.now())
        self._follow_lapsed()
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

    def _follow_lapsed(self) -> None:
        """Tell of aircraft whose reservations lapsed, or were changed by another process, since the last look."""
        now_held = self._reservations.aircraft()
        for aircraft_id in self._held | now_held:
            self._follow(aircraft_id)
        self._held = now_held

    def _follow(self, aircraft_id: str) -> None:
        for listener in self.expected_changed:
            listener(aircraft_id)

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
            await write_at_last(
                self._store, lambda session: self._release_all(session, held), f"landing of {aircraft_id}"
            )

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
        asked = self._asking.ask(principal, requests, reason)
        return self._asking.told_before(principal, asked)

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
        asked = self._asking.ask(principal, requests, reason)
        confirmation = None
        now_s = to_scene_s(self._clock.now())
        if len(requests) > 1 or any(item.effect is not None and item.effect.two_step for item in asked):
            if token is None:
                raise Problem("confirmation_required", extra=self._asking.told_before(principal, asked))
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
            asked.append(self._asking.one(request, aircraft, circumstance, None, {r.aircraft_id for r in requests}, by))
        subject = "system" if by is None else by.subject
        return await self._give(by, subject, asked, None, override, None, each_alone=True)

    def effect_of(self, request: CommandRequest) -> Effect:
        """Return what an order would do, as the centre sees it; raises Problem as `check` does."""
        aircraft = self._fleet.get(request.aircraft_id)
        if aircraft is None:
            raise not_found("aircraft", "航空器", request.aircraft_id)
        found = self._asking.one(request, aircraft, Circumstance("reason"), None, (), None)
        if found.problem is not None:
            raise found.problem
        assert found.effect is not None
        return found.effect

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
        answered = await self.giving.give(
            principal, subject, asked, asker, override, confirmation, each_alone=each_alone
        )
        for item, answer in zip(asked, answered, strict=True):
            if answer.command is not None:
                self._begin(answer.command, item)
        return answered

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
            outcome = Outcome(CommandState.TIMED_OUT, TOO_LONG)
        except asyncio.CancelledError:
            other = self._superseded.pop(name, None)
            said = CLOSED if other is None else Said(f"The command {other} took its place.", f"已被指令 {other} 取代。")
            self._end(name, Outcome(CommandState.TIMED_OUT, said), work)
            return
        except Exception:
            _log.exception("command_failed", command_id=name)
            outcome = Outcome(CommandState.TIMED_OUT, FAILED)
        self._end(name, outcome, work)

    def _step(self, command_id: str, state: CommandState, said: Said) -> None:
        """Take a transition of a running command if it is legal; others were taken before."""
        command = self._live.get(command_id)
        if command is None or state not in TRANSITIONS[command.state]:
            return
        moved = self._live[command_id] = self._moved(command, state, said)
        self._told(moved)
        self._journal.put(lambda session: keep_step(session, moved), f"{state.value} of {command_id}")

    def _end(self, command_id: str, outcome: Outcome, work: Work) -> None:
        if outcome.state is CommandState.CONFIRMED:
            # Seen doing it: that its acknowledgement was lost does not make it undone.
            self._step(command_id, CommandState.SENT, SEEN)
            self._step(command_id, CommandState.ACCEPTED, SEEN)
        command = self._live.get(command_id)
        if command is None:
            return
        ended = self._moved(command, outcome.state, outcome.said)
        self.counters[outcome.state.value] += 1

        def job(session: Session) -> None:
            keep_step(session, ended)
            self._settle(session, ended)

        self._live.pop(command_id, None)
        self._told(ended)
        self._journal.put(job, f"{outcome.state.value} of {command_id}")

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
        self._plans.confirmed(session, command)
        earlier = [name for name in self._reservations.of_aircraft(command.aircraft_id) if name != own]
        if command.type in MOVING:
            self._release_all(session, [name for name in earlier if name not in self._live])
        if command.type in ("land", "land_at_site", "reroute", "resume") or self._plans.took_over(session, command):
            self._reservations.release(session, own)
        else:
            self._reservations.confirm(session, own)

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

    # -- reading -------------------------------------------------------------------------------------------------------

    async def get(self, principal: Principal, command_id: str) -> Command:
        """Return a command the caller may see; raises Problem 404."""

        def read(session: Session) -> Command:
            row = records.get(session, command_id, visible_organisation(principal))
            if row is None or not may_read_of(principal, row.organisation_id):
                raise not_found("command", "指令", command_id)
            return command_of(row, records.steps_of(session, [command_id])[command_id])

        stored = await self._store.read(read)
        return self._live.get(command_id, stored)

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


def _began_to_move(command: Command) -> bool:
    """Tell whether a refused order stopped the vehicle first: it holds where it was told to."""
    stopped = any(step.state is CommandState.ACCEPTED for step in command.steps)
    return stopped and command.type in ("land_at_site", "reroute")
