"""The watch: twice a second it analyses the picture beside the event loop, hands alerts on and moves plans' states.

A thread runs the analysis on a copy of the columns (`airspace.tactical`), so that neither positions nor requests wait
for it. Plans follow the picture (activated, nonconforming and back) through `PlanSteps.conformance`, at most once in
`PLAN_PAUSE_S` per plan and `PLANS_AT_ONCE` at a time, so that a flight that flaps cannot flood the store.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np
import structlog

from airspace.lifecycle import AIRBORNE, PlanState
from airspace.tactical import monitor as monitoring
from airspace.tactical.frames import TacticalFrame, Tags
from airspace.tactical.health import HealthLimits
from airspace.tactical.monitor import Findings, Monitor
from airspace.tactical.separation import SeparationLimits
from airspace.tactical.zones import warned_of
from airspace.timebase import to_scene_s
from airspace.tracks import RowArray, TrackState, Transition
from airspace.zones import Zone
from utm.airspace_book import AirspaceBook
from utm.alert_book import Condition
from utm.alert_conditions import Reader, Surroundings, plan_conditions
from utm.alerts import Alerts
from utm.clock import Clock
from utm.off_nominal import OffNominalWatch
from utm.plan_steps import PlanSteps
from utm.sky import Sky
from utm.store.store import Store
from utm.telemetry import Telemetry
from utm.zone_grants import ZoneGrants

TICK_S: Final = 0.5
PLAN_PAUSE_S: Final = 5.0
PLANS_AT_ONCE: Final = 50
_RECONCILE_S: Final = 5.0
_PLANS_S: Final = 2.0
_RETAG_S: Final = 2.0
_MANNED: Final = ("adsb", "manned")

_log = structlog.get_logger(__name__)


class RowTags:
    """Which rows are the same aircraft, have people on board, and come from which feed."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self.feeds: list[str] = []
        self._feed_numbers: dict[str, int] = {}
        self._group_numbers: dict[str, int] = {}
        self._generation: RowArray = np.zeros(0, np.int64)
        self._endurance_s = np.zeros(0)
        self._tags = Tags(np.zeros(0, np.int64), np.zeros(0, np.bool_), np.zeros(0, np.int64), self._endurance_s)
        self._registered = np.zeros(0, np.bool_)
        self._whole_s = -np.inf

    def take(self, now_s: float) -> Tags:
        """Return the tags of all rows; who changed is looked at again at once, everybody every few seconds."""
        picture = self._telemetry.picture
        more = picture.capacity - len(self._generation)
        if more > 0:
            self._generation = np.concatenate((self._generation, np.full(more, -1, np.int64)))
            self._registered = np.concatenate((self._registered, np.zeros(more, np.bool_)))
            self._endurance_s = np.concatenate((self._endurance_s, np.full(more, np.nan)))
            self._tags = Tags(
                np.concatenate((self._tags.group, np.full(more, -1, np.int64))),
                np.concatenate((self._tags.manned, np.zeros(more, np.bool_))),
                np.concatenate((self._tags.feed, np.full(more, -1, np.int64))),
                self._endurance_s,
            )
        alive = picture.alive
        if now_s - self._whole_s >= _RETAG_S:
            self._whole_s = now_s
            rows = np.flatnonzero(alive)
            if len(self._group_numbers) > 2 * len(rows) + 1024:
                self._group_numbers.clear()
        else:
            news = (self._generation != picture.generation) | (self._registered != picture.registered)
            rows = np.flatnonzero(alive & news)
        for row in rows.tolist():
            who = self._telemetry.identity(row)
            aircraft = who.aircraft_id
            numbers = self._group_numbers
            self._tags.group[row] = -1 if aircraft is None else numbers.setdefault(aircraft, len(numbers))
            record = None if aircraft is None else self._telemetry.directory.aircraft(aircraft)
            told_s = None if record is None else record.endurance_s
            self._endurance_s[row] = np.nan if told_s is None else told_s
            self._tags.manned[row] = who.source.lower().startswith(_MANNED)
            feed = who.source if who.feeder_id is None else f"{who.source} ({who.feeder_id})"
            number = self._feed_numbers.setdefault(feed, len(self._feed_numbers))
            if number == len(self.feeds):
                self.feeds.append(feed)
            self._tags.feed[row] = number
        self._generation[rows] = picture.generation[rows]
        self._registered[rows] = picture.registered[rows]
        return self._tags


class PlanFollower:
    """Lets plans' states follow the picture, gently."""

    def __init__(self, steps: PlanSteps, sky: Sky, telemetry: Telemetry) -> None:
        self._steps, self._sky, self._telemetry = steps, sky, telemetry
        self._wanted: dict[str, PlanState] = {}
        self._moved_s: dict[str, float] = {}
        self._reconciled_s = -np.inf
        self.counters = {"plan_moves": 0, "plan_moves_failed": 0}

    def on_transition(self, transition: Transition) -> None:
        """Note that a flight left its plan or came back to it."""
        if transition.plan_id is None:
            return
        if transition.after is TrackState.NONCONFORMING:
            self._wanted[transition.plan_id] = PlanState.NONCONFORMING
        elif transition.after is TrackState.CONFORMING:
            self._wanted[transition.plan_id] = PlanState.ACTIVATED

    async def flush(self, now_s: float) -> None:
        """Move the plans that are due."""
        if now_s - self._reconciled_s >= _RECONCILE_S:
            self._reconciled_s = now_s
            self._reconcile()
            self._moved_s = {key: at for key, at in self._moved_s.items() if now_s - at < PLAN_PAUSE_S}
        due: list[tuple[str, PlanState]] = []
        for plan_id, state in list(self._wanted.items()):
            plan = self._sky.get(plan_id)
            if plan is None or PlanState(plan.state) not in AIRBORNE or plan.state in (state, PlanState.CONTINGENT):
                del self._wanted[plan_id]
            elif now_s - self._moved_s.get(plan_id, -np.inf) >= PLAN_PAUSE_S and len(due) < PLANS_AT_ONCE:
                due.append((plan_id, state))
        for plan_id, _ in due:
            del self._wanted[plan_id]
            self._moved_s[plan_id] = now_s
        results = await asyncio.gather(*(self._steps.conformance(*item) for item in due), return_exceptions=True)
        for (plan_id, state), result in zip(due, results, strict=True):
            if isinstance(result, BaseException):
                if not isinstance(result, Exception):
                    raise result
                self.counters["plan_moves_failed"] += 1
                _log.warning("plan_not_moved", plan_id=plan_id, reason=str(result))
                self._wanted.setdefault(plan_id, state)  # tried again after the pause
            else:
                self.counters["plan_moves"] += 1

    def _reconcile(self) -> None:
        """Find plans whose state differs from the picture's, as after a restart, which loses transitions."""
        picture = self._telemetry.picture
        rows = np.flatnonzero(picture.alive & picture.planned & (picture.received_s > -np.inf))
        for row in rows[(picture.state[rows] == TrackState.CONFORMING) & (picture.lateral_m[rows] >= 0.0)].tolist():
            plan = self._sky.get(picture.plan_ids[row] or "")
            if plan is not None and plan.state == PlanState.NONCONFORMING:
                self._wanted.setdefault(plan.plan_id, PlanState.ACTIVATED)


class Watch:
    """See the module's text."""

    def __init__(
        self,
        *,
        clock: Clock,
        store: Store,
        telemetry: Telemetry,
        book: AirspaceBook,
        sky: Sky,
        plan_steps: PlanSteps,
        alerts: Alerts,
        monitor: Monitor | None = None,
    ) -> None:
        self._clock, self._telemetry = clock, telemetry
        self._book, self._sky, self._alerts = book, sky, alerts
        self.monitor = monitor or Monitor()
        self.plans = PlanFollower(plan_steps, sky, telemetry)
        self.tags = RowTags(telemetry)
        self.counters = {"analyses": 0, "analyses_failed": 0, "analyses_late": 0}
        self.last_ms = 0.0
        self.off_nominal: OffNominalWatch | None = None
        self.more: list[Callable[[float], Iterable[Condition]]] = []
        """Who else calls for alerts: asked at each analysis, of memory only."""
        self.grants = ZoneGrants(store, sky)
        self._planned_end_s: dict[str, float] = {}
        self._unseen_since_s: dict[str, float] = {}
        self._plans_s = -np.inf
        self._of_plans: list[Condition] = []

    async def run(self) -> None:
        """Analyse until cancelled; one analysis that fails is logged and the next is tried."""
        await asyncio.to_thread(monitoring.warm)
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            try:
                await self.tick()
            except Exception:
                self.counters["analyses_failed"] += 1
                _log.exception("analysis_failed")
            due += TICK_S
            if due < loop.time() - TICK_S:
                self.counters["analyses_late"] += 1
                due = loop.time()
            await asyncio.sleep(max(0.0, due - loop.time()))

    async def tick(self) -> Findings:
        """Analyse once, hand the alerts on and move the plans that are due."""
        now_s = to_scene_s(self._clock.now())
        self._take_policy()
        zones = warned_of(self._book.zones)
        frame = TacticalFrame.of(self._telemetry.picture, self.tags.take(now_s), now_s)
        found = await asyncio.to_thread(self._analyse, frame, zones)
        around = Surroundings(
            self._book.region.frame,
            self.monitor.zones.zones,
            self.grants.known,
            self.tags.feeds,
            self.monitor.separation,
            HealthLimits(),
            self.grants.awaited,
        )
        reader = Reader(found, self._telemetry, around)
        await self.grants.learn(reader.plans_at_zones(), now_s)
        if now_s - self._plans_s >= _PLANS_S:
            self._plans_s = now_s
            self._look_at_plans(now_s)
        conditions = reader.conditions()
        hidden = bool(found.health.silent_feeds) or found.health.stalled_s > 0.0
        conditions += [c for c in self._of_plans if not (hidden and c.kind == "plan_without_flight")]
        if self.off_nominal is not None:
            conditions = [*self.off_nominal.conditions(now_s), *conditions]
        for ask in self.more:
            conditions += ask(now_s)
        self._alerts.take(conditions, now_s)
        await self.plans.flush(now_s)
        if self.off_nominal is not None:
            await self.off_nominal.tick(found, now_s)
        self.counters["analyses"] += 1
        return found

    def _analyse(self, frame: TacticalFrame, zones: Sequence[Zone]) -> Findings:
        started = time.perf_counter()
        self.monitor.take_zones(zones)
        found = self.monitor.analyse(frame)
        self.last_ms = (time.perf_counter() - started) * 1000.0
        return found

    def _take_policy(self) -> None:
        minima, tolerance = self._book.policy.separation, self._book.policy.tolerance
        before = self.monitor.separation
        # What the budget leaves when two flights both use up their tolerance.
        self.monitor.separation = SeparationLimits(
            minima.horizontal_m,
            minima.vertical_m,
            max(minima.horizontal_m - 2 * tolerance.horizontal_m, 1.0),
            max(minima.vertical_m - 2 * tolerance.vertical_m, 1.0),
            before.manned_horizontal_m,
            before.manned_vertical_m,
        )

    def _look_at_plans(self, now_s: float) -> None:
        """Note which activated plans have no track or are overdue."""
        plans = [plan for plan in self._sky.all() if plan.state != PlanState.APPROVED]
        picture = self._telemetry.picture
        rows = np.flatnonzero(picture.alive & picture.planned & (picture.received_s > -np.inf))
        seen = {picture.plan_ids[row] for row in rows.tolist()}
        live = {plan.plan_id for plan in plans}
        self._unseen_since_s = {
            plan_id: self._unseen_since_s.get(plan_id, now_s) for plan_id in live if plan_id not in seen
        }
        ends = {plan.plan_id: self._planned_end_s.get(plan.plan_id, plan.ends_s) for plan in plans}
        self._planned_end_s = ends
        self._of_plans = list(plan_conditions(plans, self._unseen_since_s, ends, now_s))
        self.grants.forget()
