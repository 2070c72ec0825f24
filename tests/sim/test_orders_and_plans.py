"""What an order means for the flight's plan: what it is judged against, what stays reserved and what is freed."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from tests.fakes.filing import point
from tests.sim.stage import CENTRE, Stage, on_stage

pytestmark = pytest.mark.timeout(600)

SPEED_MPS = 10.0


def way(x0: float, y0: float, x1: float, y1: float, height_m: float = 50.0) -> list[dict[str, object]]:
    """Return a climb, a level leg and a descent."""
    return [
        point(x0, y0, 0.0, speed_mps=3.0),
        point(x0, y0, height_m),
        point(x1, y1, height_m, speed_mps=2.5),
        point(x1, y1, 0.0),
    ]


def test_a_held_flight_conforms_and_goes_on_with_its_plan_moved(tmp_path: Path) -> None:
    """A hold of 70 s must neither be nonconforming nor a contingency; going on must move the rest of the plan by it."""

    async def script(stage: Stage) -> None:
        (vehicle,) = stage.vehicles
        plan_id = await stage.take_off(vehicle, way(0, 0, 1500, 0), speed_mps=SPEED_MPS)
        before = await stage.plan(plan_id)
        await stage.until(lambda: stage.metres(vehicle)[0] > 400, 120, "a third of the way")
        await stage.ordered(vehicle, "hold")
        states = set()
        for _ in range(70):
            await asyncio.sleep(1.0)
            states.add(await stage.state(plan_id))
        assert states == {"activated"}
        stood = stage.metres(vehicle)[0]
        checked = await stage.good(
            CENTRE, "POST", f"/v1/aircraft/{vehicle.aircraft_id}/commands/check", {"type": "resume", "reason": "go on"}
        )
        assert checked["effects"][0]["retimed_plan"] is not None
        await stage.ordered(vehicle, "resume")
        after = await stage.plan(plan_id)
        assert after["version"] > before["version"]
        holds = [w.get("hold_s") or 0.0 for w in after["route"]["waypoints"]]
        assert max(holds) == pytest.approx(75.0, abs=10.0)
        assert len(after["route"]["waypoints"]) == len(before["route"]["waypoints"]) + 1
        assert stood == pytest.approx(stage.metres(vehicle)[0], abs=200)
        while vehicle.airborne:
            await asyncio.sleep(2.0)
            assert await stage.state(plan_id) == "activated"
        await stage.until(lambda: _is(stage, plan_id, "ended"), 30, "the end")
        assert await stage.items(CENTRE, "/v1/contingencies") == []
        alerts = await stage.items(CENTRE, "/v1/alerts")
        assert not {a["kind"] for a in alerts} & {"nonconforming", "contingency"}

    on_stage([(0, 0)], script, tmp_path)


async def _is(stage: Stage, plan_id: str, state: str) -> bool:
    return await stage.state(plan_id) == state


def test_going_on_into_another_flight_is_refused_until_it_is_free(tmp_path: Path) -> None:
    """The rest of a held flight at its new times is judged like any plan; where it meets another, the order is 409."""

    async def script(stage: Stage) -> None:
        held, other = stage.vehicles
        plan_id = await stage.take_off(held, way(0, 0, 1500, 0), speed_mps=SPEED_MPS)
        await stage.until(lambda: stage.metres(held)[0] > 300, 120, "the way")
        await stage.ordered(held, "hold")
        await asyncio.sleep(40.0)
        # Crosses 300 m ahead in about half a minute: free while the first flight was planned to be gone by then.
        crossing = [point(650, -330, 50.0), point(650, 900, 50.0)]
        reply = await stage.file(other, crossing, in_s=8.0, speed_mps=SPEED_MPS)
        assert reply.status == 201, reply.body
        refused = await stage.order(held, "resume")
        assert (refused.status, refused.code) == (409, "command_conflict"), refused.body
        assert refused.body["effects"][0]["reasons"][0]["code"] == "conflict_with_plan"
        assert await stage.state(plan_id) == "activated"
        await stage.good(stage.firm_of(other), "POST", f"/v1/flight-plans/{reply.body['plan_id']}/cancel")
        await stage.ordered(held, "resume")
        again = await stage.file(other, crossing, in_s=8.0, speed_mps=SPEED_MPS)
        assert again.status == 409, again.body

    on_stage([(0, 0), (650, -330)], script, tmp_path)


def test_an_ordered_return_frees_the_way_ahead_and_keeps_the_way_home(tmp_path: Path) -> None:
    """Once the return is seen, the rest of the plan is free for others; the way home is not until the landing."""

    async def script(stage: Stage) -> None:
        home, ahead, behind = stage.vehicles
        plan_id = await stage.take_off(home, way(0, 0, 2500, 0), speed_mps=SPEED_MPS)
        arrives = datetime.fromisoformat((await stage.plan(plan_id))["volumes"][-1]["time_end"]["value"])
        await stage.until(lambda: stage.metres(home)[0] > 500, 120, "the way")
        left_s = (arrives - stage.now()).total_seconds()
        over_there = [point(2500, 0, 0.0, speed_mps=3.0), point(2500, 0, 50.0), point(2500, 600, 50.0)]
        taken = await stage.file(ahead, over_there, in_s=left_s - 30.0, speed_mps=SPEED_MPS)
        assert taken.status == 409, taken.body
        await stage.ordered(home, "rtl")
        freed = await stage.file(ahead, over_there, in_s=left_s - 35.0, speed_mps=SPEED_MPS)
        assert freed.status == 201, freed.body
        plan = await stage.plan(plan_id)
        assert (plan["state"], plan["route"]["type"]) == ("activated", "volumes")
        back = [point(0, 0, 0.0, speed_mps=3.0), point(0, 0, 50.0), point(0, -600, 50.0)]
        in_the_way = await stage.file(behind, back, in_s=20.0, speed_mps=SPEED_MPS)
        assert in_the_way.status == 409, in_the_way.body
        refused = await stage.order(home, "resume")
        assert refused.code == "command_not_possible", refused.body
        states = set()
        while home.airborne:
            await asyncio.sleep(2.0)
            states.add(await stage.state(plan_id))
        assert states <= {"activated", "ended"}
        await stage.until(lambda: _is(stage, plan_id, "ended"), 30, "the end")
        assert stage.metres(home) == pytest.approx((0, 0), abs=10)
        clear = await stage.file(behind, back, in_s=20.0, speed_mps=SPEED_MPS)
        assert clear.status == 201, clear.body

    on_stage([(0, 0), (2500, 0), (0, 40)], script, tmp_path)


def test_where_a_flight_off_its_plan_will_be_is_reserved(tmp_path: Path) -> None:
    """A nonconforming flight's predicted volume refuses others, follows it, and is free again once it conforms."""

    async def script(stage: Stage) -> None:
        lost, other = stage.vehicles
        plan_id = await stage.take_off(lost, way(0, 0, 2500, 0), speed_mps=SPEED_MPS)
        await stage.until(lambda: stage.metres(lost)[0] > 300, 120, "the way")
        lost.suffer("gps_drift", 25.0, north_mps=4.0)
        await stage.until(lambda: _is(stage, plan_id, "nonconforming"), 60, "nonconforming")
        await asyncio.sleep(4.0)
        services = stage.server.services
        assert services is not None
        (held,) = services.off_nominal.contingencies.open.predicted()
        assert held.plan_id == plan_id
        x, y = stage.metres(lost)
        beside = [point(x + 150, y + 90, 50.0), point(x + 150, y - 90, 50.0)]
        reply = await stage.file(other, beside, in_s=6.0, speed_mps=SPEED_MPS)
        assert reply.status == 409, reply.body
        assert await stage.items(CENTRE, "/v1/contingencies", state="open") == []
        await stage.until(lambda: _is(stage, plan_id, "activated"), 90, "conforming again")
        await asyncio.sleep(3.0)
        assert services.off_nominal.contingencies.open.predicted() == []

    on_stage([(0, 0), (300, 400)], script, tmp_path)
