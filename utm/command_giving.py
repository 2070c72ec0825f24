"""Giving: in one transaction of the writer an order is judged once more, its airspace reserved, and itself kept.

Vehicles ordered together do not bar each other by the plans they leave. Should one of them not be ordered after all, its plan
bars the others as anybody's does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlmodel import Session

from airspace.region import Region
from airspace.timebase import from_scene_s, to_scene_s
from utm.clock import Clock
from utm.command_asking import ADVISED_AT_ONCE, Answered, Asked, others
from utm.command_effect_values import Effect
from utm.command_effects import EffectJudge
from utm.command_journal import keep_step
from utm.command_plans import CommandPlans
from utm.command_records import row_of
from utm.command_reservations import CommandReservations
from utm.command_values import KIND_OF, Command, CommandRequest, CommandState, Step
from utm.command_volumes import ends_s
from utm.ids import new_id
from utm.memory import Memory
from utm.problems import Problem
from utm.security import Principal
from utm.sky import version_cells
from utm.store import commands as records
from utm.store.store import Store, after_commit, attempt


class CommandGiving:
    """Queues orders; what runs them is the desk's affair. `told` hears of each once it is durable."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        memory: Memory,
        judge: EffectJudge,
        plans: CommandPlans,
        reservations: CommandReservations,
        name: str,
        told: Callable[[Command], None],
    ) -> None:
        self._clock, self._store, self._memory, self.judge = clock, store, memory, judge
        self._plans, self._reservations, self._name, self._told = plans, reservations, name, told
        self.placed: list[Callable[[Session, Command], None]] = []
        """Called in the job that keeps an order."""

    async def give(
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
        """Judge what was asked once more in one transaction, reserve and keep it; return what became of each, durable."""
        batch_id = new_id("cb") if len(asked) > 1 else None

        def job(session: Session) -> list[Answered]:
            if confirmation is not None and records.confirmation_used(session, confirmation):
                raise Problem("confirmation_invalid")
            cells = sorted({cell for item in asked if item.effect for cell in version_cells(item.effect.h3_cells)})
            self._memory.make_current(session, cells)
            order = _Order(principal, subject, asker, override, confirmation, batch_id)
            given = _Given({item.request.aircraft_id: item.problem for item in asked if item.problem is not None})
            while True:
                try_all = partial(self._pass, session, order, asked, given, alone=len(asked) == 1 and not each_alone)
                given = attempt(session, try_all, lambda found: not found.stranded)
                if given.in_the_way and not each_alone:
                    raise _conflict(given.in_the_way, self.judge.region)
                if not given.stranded:
                    return [given.answer_to(item.request) for item in asked]

        return await self._store.write(job)

    def _pass(
        self, session: Session, order: "_Order", asked: Sequence[Asked], before: "_Given", *, alone: bool
    ) -> "_Given":
        """Place every order that none of the passes before refused; those stranded are judged as nobody to rely on.

        What a vehicle that goes its own way is in is no way for another: whoever relied on it is stranded, and the pass is
        made again without it. As there are fewer orders then, none that relied on nobody is refused anew.
        """
        found = _Given(dict(before.refused))
        among = {item.request.aircraft_id for item in asked} - found.refused.keys() - before.stranded
        for item in asked:
            aircraft_id = item.request.aircraft_id
            if aircraft_id in before.refused:
                continue
            try:
                found.placed[aircraft_id], found.needs[aircraft_id] = self._placed(session, order, item, among)
            except _InTheWay as conflict:
                found.in_the_way.append(conflict.effect)
                found.refused[aircraft_id] = _conflict([conflict.effect], self.judge.region)
            except Problem as problem:
                if alone:
                    raise
                found.refused[aircraft_id] = problem
        found.strand()
        return found

    def _placed(
        self, session: Session, order: "_Order", item: Asked, among: set[str]
    ) -> tuple[Command, frozenset[str]]:
        """Judge one order once more as the sky is now, reserve, and keep it; nothing is kept when it raises.

        Returned with the vehicles it relies on to follow theirs.
        """
        principal, override = order.principal, order.override
        request, aircraft, target = item.request, item.aircraft, item.target
        assert target is not None
        self._check_outstanding(session, request)
        route = None if item.plan is None else item.plan.route
        effect = self.judge.judge(
            target,
            request,
            asker=order.asker,
            among=others(among, aircraft),
            advise=len(among) <= ADVISED_AT_ONCE,
            route=route,
            going_on=None if item.plan is None else item.plan.going_on,
        )
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
            requested_by=order.subject,
            requested_at=now,
            plan_id=None if target.plan is None else target.plan.plan_id,
            new_plan_id=new_plan_id,
            batch_id=order.batch_id,
            deadline_at=from_scene_s(self._deadline_s(request, effect)),
            steps=(Step(CommandState.QUEUED, now, effect.said),),
            effect=effect.document(self.judge.region),
            override_reason=override if effect.refusing else None,
        )
        records.add(session, row_of(command, runner=self._name, confirmation=order.confirmation))
        if effect.prisms or effect.rest is not None:
            assert effect.separation is not None
            self._reservations.reserve(
                session,
                command_id=command.command_id,
                command_no=command_no,
                aircraft_id=aircraft.aircraft_id,
                organisation_id=aircraft.organisation_id,
                geometry=effect.prisms if effect.rest is None else effect.rest.flight,
                body=None if effect.rest is None else effect.rest.body,
                site_id=request.params.get("site_id") if request.type == "land_at_site" else None,
                separation=effect.separation,
                h3_cells=effect.h3_cells,
            )
        keep_step(session, command)
        for listener in self.placed:
            listener(session, command)
        after_commit(session, lambda: self._told(command))
        relied = [] if override is not None else [other.aircraft_id for other in effect.affected if other.conditional]
        return command, frozenset(one for one in relied if one is not None)

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


@dataclass(frozen=True, slots=True)
class _Order:
    """Who orders, and how: the same for every vehicle of a joint order."""

    principal: Principal | None
    subject: str
    asker: str | None
    override: str | None
    confirmation: str | None
    batch_id: str | None


@dataclass(slots=True)
class _Given:
    """What became of a joint order in one pass, by aircraft."""

    refused: dict[str, Problem]
    placed: dict[str, Command] = field(default_factory=dict)
    needs: dict[str, frozenset[str]] = field(default_factory=dict)
    """Whose own plans lie in the way of what was placed: they must follow their orders."""
    in_the_way: list[Effect] = field(default_factory=list)
    stranded: set[str] = field(default_factory=set)
    """Placed, and relying on a vehicle that was refused, or on one that is stranded itself."""

    def strand(self) -> None:
        """Find who is stranded."""
        gone = set(self.refused)
        while more := {one for one, needs in self.needs.items() if needs & gone} - gone:
            gone |= more
        self.stranded = gone - self.refused.keys()

    def answer_to(self, request: CommandRequest) -> Answered:
        """Return what became of one order."""
        aircraft_id = request.aircraft_id
        return Answered(request, self.placed.get(aircraft_id), self.refused.get(aircraft_id))


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
