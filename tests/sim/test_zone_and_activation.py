"""Found by the world (20 vehicles, seed 401): a flight was activated and a zone published in its way in one commit."""

import asyncio
from pathlib import Path

import pytest

from sim.deterministic.server import Reply
from sim.mission import mission_of_plan
from tests.fakes import filing
from tests.fakes.filing import point
from tests.sim.stage import AUTHORITY, Stage, on_stage

pytestmark = pytest.mark.timeout(600)

PLACES = [(-9_000.0 + 1_500.0 * k, 3_000.0) for k in range(8)]


async def publish(stage: Stage, after_s: float, ring: list[tuple[float, float]]) -> Reply:
    await asyncio.sleep(after_s)
    return await stage.ask(AUTHORITY, "POST", "/v1/zones", filing.zone(ring))


def test_of_a_zone_and_an_activation_in_one_commit_the_first_counts(tmp_path: Path) -> None:
    """Activated before the zone, a flight stands and is dealt with as one in the air; after it, it is refused with the zone.

    The stage's own rule says that none is activated into a zone published before.
    """

    async def script(stage: Stage) -> None:
        plans = []
        for vehicle, (x, y) in zip(stage.vehicles, PLACES, strict=True):
            way = [point(x, y, 0.0, speed_mps=3.0), point(x, y, 50.0), point(x, y + 900, 50.0, speed_mps=2.5)]
            way.append(point(x, y + 900, 0.0))
            reply = await stage.file(vehicle, way, in_s=10.0, speed_mps=8.0)
            assert reply.status == 201, reply.body
            plans.append((vehicle, reply.body["plan_id"], x, y))
            autopilot, home_first = vehicle.autopilot, vehicle.autopilot.habits.home_is_item_0
            items = mission_of_plan(reply.body["filed"], stage.ground.altitudes, home_is_item_0=home_first)
            autopilot.load_mission(items)
        await asyncio.sleep(6.5)
        stage.server.disk.slow_s = 4.0  # whatever is asked meanwhile is committed together
        asked = []
        for k, (vehicle, plan_id, x, y) in enumerate(plans):
            ring = filing.square(x, y + 500, 100)
            asked.append(stage.ask(stage.firm_of(vehicle), "POST", f"/v1/flight-plans/{plan_id}/activate"))
            asked.append(publish(stage, 0.3 * k, ring))  # the vehicle is looked at first, which takes its time
        replies = await asyncio.gather(*asked)
        stage.server.disk.slow_s = 0.0
        activated, zones = replies[0::2], replies[1::2]
        assert all(reply.ok for reply in zones), [reply.body for reply in zones]
        refused = [reply for reply in activated if not reply.ok]
        assert {reply.code for reply in refused} <= {"activation_refused"}, [reply.body for reply in refused]
        assert 0 < len(refused) < len(activated), "the seed must give both orders"

    on_stage(PLACES, script, tmp_path)
