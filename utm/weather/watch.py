"""Before every departure: go or no go, a later departure where the weather asks for one, and the firm told why.

A plan is judged once per version of it, field and limits, from `decide_before_s` before it departs. At take-off the same
question is asked again (`in_the_way`), whoever was told what before.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
import structlog
from sqlmodel import Session

from airspace.timebase import from_scene_s, to_scene_s
from utm.advisories import AdvisoryDesk
from utm.clock import Clock
from utm.flight_plans import FlightPlans, Prepared
from utm.plan_obstacles import Obstacle
from utm.plan_records import rfc3339
from utm.sky import LivePlan
from utm.store import weather
from utm.store.store import Store, StoreUnavailableError
from utm.store.weather_tables import GoNoGoRow
from utm.weather.delaying import Delayed, Delays
from utm.weather.desk import WeatherDesk
from utm.weather.verdicts import Verdict

TICK_S: Final = 5.0

_log = structlog.get_logger(__name__)


class WeatherWatch:
    """Judges what is about to depart."""

    def __init__(
        self, *, desk: WeatherDesk, flight_plans: FlightPlans, advisories: AdvisoryDesk, store: Store, clock: Clock
    ) -> None:
        self._desk, self._plans, self._advisories = desk, flight_plans, advisories
        self._store, self._clock = store, clock
        self._delays = Delays(desk, flight_plans)
        self._judged: dict[str, tuple[Any, ...]] = {}

    async def run(self) -> None:
        """Look every few seconds until cancelled; a store that cannot commit now is tried again at the next look."""
        while True:
            try:
                await self.tick()
            except StoreUnavailableError as error:
                _log.warning("weather_watch_failed", reason=str(error))
            await asyncio.sleep(TICK_S)

    async def tick(self) -> None:
        """Judge every approved plan that departs within the time before which it is decided."""
        now_s = to_scene_s(self._clock.now())
        until_s = now_s + self._desk.limits.decide_before_s
        live = [plan for plan in self._plans.sky.all() if plan.state == "approved" and plan.starts_s <= until_s]
        self._judged = {plan.plan_id: key for plan in live if (key := self._judged.get(plan.plan_id)) is not None}
        for plan in live:
            key = self._key(plan)
            if self._judged.get(plan.plan_id) != key:
                await self._decide(plan)
                self._judged[plan.plan_id] = key

    def of_plan(self, plan: LivePlan) -> Verdict | None:
        """Return what the weather says of a live plan now, None for an aircraft that is gone."""
        aircraft = self._plans.fleet.get(plan.aircraft_id)
        return None if aircraft is None else self._desk.judge(aircraft, self._desk.way(plan.geometry))

    def upcoming(self, within_s: float) -> list[tuple[LivePlan, Verdict]]:
        """Return every approved plan that departs within so many seconds, with its verdict, soonest first."""
        until_s = to_scene_s(self._clock.now()) + within_s
        plans = [plan for plan in self._plans.sky.all() if plan.state == "approved" and plan.starts_s <= until_s]
        judged = [(plan, verdict) for plan in plans if (verdict := self.of_plan(plan)) is not None]
        return sorted(judged, key=lambda item: (item[0].starts_s, item[0].plan_id))

    def in_the_way(self, prepared: Prepared) -> list[Obstacle]:
        """Return what the weather puts in the way of taking off now: the limits it breaks; a warning where it is unknown."""
        verdict = self._desk.judge(prepared.aircraft, self._desk.way(prepared.geometry))
        if verdict.outcome == "no_go":
            detail, detail_zh = verdict.detail()
            return [
                Obstacle(
                    "weather_no_go",
                    f"{detail}. Wait until it clears: GET /v1/flight-plans/{{plan_id}}/go-no-go says when that is.",
                    f"{detail_zh}。请等待天气转好：GET /v1/flight-plans/{{plan_id}}/go-no-go 给出时间。",
                )
            ]
        if verdict.outcome == "unknown":
            detail, detail_zh = "The weather on the way is not known whole.", "航路气象资料不完整。"
            return [Obstacle("weather_unknown", detail, detail_zh, severity="warning")]
        return []

    def _key(self, plan: LivePlan) -> tuple[Any, ...]:
        field = self._desk.field
        return (
            plan.version,
            self._desk.forecast_id,
            field.issued_s,
            field.edges_s[0],
            self._desk.limits.document["version"],
        )

    async def _decide(self, plan: LivePlan) -> None:
        verdict = await asyncio.to_thread(self.of_plan, plan)
        if verdict is None:
            return
        if verdict.outcome == "go":
            await self._store.write(lambda session: self._keep(session, plan, verdict, "none", None))
            return

        def job(session: Session) -> None:
            delayed = None
            if verdict.outcome == "no_go" and self._desk.limits.automatic_delay:
                delayed = self._delays.apply(session, plan.plan_id, plan.version)
            action = "delayed" if delayed is not None else "stopped" if verdict.outcome == "no_go" else "none"
            self._keep(session, plan, verdict, action, delayed)
            if verdict.outcome == "no_go":
                self._tell(session, plan, verdict, delayed)

        await self._store.write(job)

    def _keep(self, session: Session, plan: LivePlan, verdict: Verdict, action: str, delayed: Delayed | None) -> None:
        document = verdict.as_dict() | {"delay_s": None if delayed is None else delayed.delay_s}
        row = GoNoGoRow(
            plan_id=plan.plan_id,
            plan_version=plan.version,
            judged_at=rfc3339(self._clock.now()),
            outcome=verdict.outcome,
            action=action,
            document=orjson.dumps(document).decode(),
        )
        weather.add_verdict(session, row)

    def _tell(self, session: Session, plan: LivePlan, verdict: Verdict, delayed: Delayed | None) -> None:
        detail, detail_zh = verdict.detail()
        if delayed is not None:
            at: datetime = from_scene_s(delayed.row.departure_s)
            beijing = (at + timedelta(hours=8)).strftime("%H:%M:%S")
            says = f"{detail}. The plan departs {delayed.delay_s:.0f} s later, at {beijing} Beijing time."
            says_zh = f"{detail_zh}。计划推迟 {delayed.delay_s:.0f} 秒，改为北京时间 {beijing} 起飞。"
        else:
            says = f"{detail}. No later departure is clear of it: do not take off, file again when it has passed."
            says_zh = f"{detail_zh}。暂无可用的推迟时刻：请勿起飞，待天气转好后重新提交。"
        self._advisories.raise_advisory(
            session,
            organisation_id=plan.organisation_id,
            kind="weather_delay" if delayed is not None else "weather_no_go",
            plan_id=plan.plan_id,
            detail=says,
            detail_zh=says_zh,
        )
