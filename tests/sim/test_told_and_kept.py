"""Found by the world (100 vehicles, seed 2): what was told while the disk failed was stored never, and nobody was told."""

import asyncio
import gc
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes.filing import plan, point
from tests.sim.stage import Stage, on_stage
from utm.flight_plans import BATCH_PART
from utm.live_schema import AlertItem
from utm.store import webhooks

pytestmark = pytest.mark.timeout(600)


def test_what_an_alert_calls_for_is_kept_though_the_disk_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An alert is told while every commit fails: the report it calls for and the event for webhooks must be kept later.

    The report must name the moment of the alert, not of its storing; that nothing fails in silence is the stage's own rule.
    """

    async def script(stage: Stage) -> None:
        services = stage.server.services
        assert services is not None
        (vehicle,) = stage.vehicles
        monkeypatch.setattr(services.webhooks, "wanted", lambda topic: topic == "alerts")
        stage.server.disk.failing = True
        told_at = stage.now()
        alert = AlertItem(
            "al_told", "zone_infringement", "warning", "raised", told_at, "In a closed zone.", "已进入禁飞区。",
            aircraft_id=vehicle.aircraft_id, operator_id=stage.firm_of(vehicle).organisation_id, time_to_event_s=0.0,
        )  # fmt: skip
        services.bus.publish("alerts", alert, visible_to=None)
        await asyncio.sleep(5.0)
        stage.server.disk.failing = False
        await asyncio.sleep(3.0)
        reports = await stage.items(stage.firm_of(vehicle), "/v1/event-reports")
        assert [report["kind"] for report in reports] == ["zone_infringement"]
        late_s = (datetime.fromisoformat(reports[0]["event_at"]) - told_at).total_seconds()
        assert late_s == pytest.approx(0.0, abs=1.0)
        events = await services.store.read(lambda session: webhooks.events_after(session, 0, 10))
        assert [event.topic for event in events] == ["alerts"]

    on_stage([(0, 0)], script, tmp_path)


def test_a_batch_the_disk_did_not_take_is_told_once_and_leaves_nothing(tmp_path: Path) -> None:
    """A batch of several parts while every commit fails must answer 503, and no part's failure go untaken."""

    async def script(stage: Stage) -> None:
        (vehicle,) = stage.vehicles
        firm = stage.firm_of(vehicle)
        route = [point(0, 0, 0.0, speed_mps=3.0), point(0, 0, 50.0), point(0, 500, 50.0), point(0, 500, 0.0)]
        plans = [
            {
                **plan(vehicle.aircraft_id, stage.now() + timedelta(seconds=600 + 600 * k), route),
                "idempotency_key": f"b{k}",
            }
            for k in range(3 * BATCH_PART)
        ]
        stage.server.disk.failing = True
        reply = await stage.ask(firm, "POST", "/v1/flight-plans/batch", {"plans": plans})
        stage.server.disk.failing = False
        assert (reply.status, reply.code) == (503, "store_unavailable"), reply.body
        gc.collect()
        again = await stage.ask(firm, "POST", "/v1/flight-plans/batch", {"plans": plans})
        assert again.status == 207, again.body
        assert len(again.body["items"]) == len(plans)

    on_stage([(0, 0)], script, tmp_path)
