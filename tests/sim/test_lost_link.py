"""A link lost in a busy corridor, in simulated time: reserved, told, ordered by policy, landed or continued."""

import asyncio
import math
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sim.deterministic.vehicles import WorldVehicle
from sim.mission import mission_of_plan
from tests.fakes import filing
from tests.fakes.filing import point
from tests.sim.stage import AUTHORITY, CENTRE, Stage, on_stage

pytestmark = pytest.mark.timeout(600)

SPEED_MPS = 8.0
HEIGHT_M = 60.0
CORRIDOR = [(0.0, 0.0), (365.0, -900.0), (230.0, -900.0), (95.0, -900.0)]


def at(document: dict[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(document[name])


def way(x0: float, y0: float, x1: float, y1: float) -> list[dict[str, Any]]:
    return [
        point(x0, y0, 0.0, speed_mps=2.5),
        point(x0, y0, HEIGHT_M),
        point(x1, y1, HEIGHT_M, speed_mps=2.0),
        point(x1, y1, 0.0),
    ]


def apart(stage: Stage, one: WorldVehicle, other: WorldVehicle) -> tuple[float, float]:
    (ax, ay), (bx, by) = stage.metres(one), stage.metres(other)
    up_m = one.autopilot.vehicle.alt_hae_m - other.autopilot.vehicle.alt_hae_m
    return math.hypot(ax - bx, ay - by), abs(up_m)


async def corridor(stage: Stage, response: str) -> tuple[WorldVehicle, str, list[WorldVehicle], list[str]]:
    """Let one flight go east and three cross its way ahead of and behind it, and cut its link half-way; return them."""
    await stage.good(AUTHORITY, "PUT", "/v1/policy", {"contingency_response": response})
    lost, *others = stage.vehicles
    crossings = [(365.0, 12.0), (230.0, 4.0), (95.0, 20.0)]
    flights = [
        stage.take_off(lost, way(0, 0, 1500, 0), in_s=12.0, speed_mps=SPEED_MPS, contingency={"lost_link": "rtl"})
    ]
    for vehicle, (x, later_s) in zip(others, crossings[: len(others)], strict=True):
        flights.append(stage.take_off(vehicle, way(x, -900, x, 900), in_s=12.0 + later_s, speed_mps=SPEED_MPS))
    lost_plan, *plans = await asyncio.gather(*flights)
    await stage.until(lambda: stage.metres(lost)[0] > 400.0, 180, "half of the way")
    lost.suffer("lost_link", 70.0)
    return lost, lost_plan, others, plans


def test_a_lost_link_is_answered_by_orders_where_policy_says_so(tmp_path: Path) -> None:
    """With `command` the volume is up within 2 s, each flight in its way has its order within 5 s, and all land apart."""
    seen: list[tuple[float, float]] = []

    async def watch(stage: Stage) -> None:
        lost, *others = stage.vehicles
        while True:
            await asyncio.sleep(0.5)
            seen.extend(apart(stage, lost, other) for other in others if lost.airborne and other.airborne)

    async def script(stage: Stage) -> None:
        lost, lost_plan, others, plans = await corridor(stage, "command")
        watching = asyncio.create_task(watch(stage))
        (found,) = await stage.until(lambda: stage.items(CENTRE, "/v1/contingencies", state="open"), 60, "it")
        assert (found["plan_id"], found["kind"], found["procedure"]) == (lost_plan, "lost_link", "rtl")
        assert at(found, "declared_at") - at(found, "detected_at") <= timedelta(seconds=2)
        affected = {item["plan_id"] for item in found["affected"]} & set(plans)
        assert affected, "nobody is in the way: the scenario shows nothing"

        async def ordered() -> list[dict[str, Any]] | None:
            commands = await stage.items(CENTRE, "/v1/commands")
            ours = [c for c in commands if c["circumstance"]["kind"] == "contingency"]
            return ours if {c["plan_id"] for c in ours} >= affected else None

        commands = await stage.until(ordered, 10, "the orders")
        for command in commands:
            assert at(command, "requested_at") - at(found, "detected_at") <= timedelta(seconds=5)
            assert command["requested_by"] == "contingency"
        for vehicle, plan_id in zip(others, plans, strict=True):
            if plan_id in affected:
                told = await stage.items(stage.firm_of(vehicle), "/v1/advisories", plan_id=plan_id)
                assert told
                assert at(told[-1], "raised_at") - at(found, "detected_at") <= timedelta(seconds=5)
        await asyncio.sleep(40.0)
        ended = await stage.items(CENTRE, "/v1/commands")
        assert {c["state"] for c in ended if c["command_id"] in {c["command_id"] for c in commands}} == {"confirmed"}
        (actions,) = await stage.items(CENTRE, "/v1/action-lists")
        items = (await stage.good(CENTRE, "GET", f"/v1/action-lists/{actions['action_list_id']}"))["items"]
        assert {item["state"] for item in items} <= {"confirmed", "escalated", "withdrawn"}
        # The link returns; the flight comes home by itself and lands, and everybody else is let go on.
        await stage.until(lambda: _ended(stage, lost_plan), 400, "the landing")
        assert stage.metres(lost) == pytest.approx((0, 0), abs=15)
        for vehicle, plan_id in zip(others, plans, strict=True):
            if vehicle.airborne and plan_id in affected and vehicle.autopilot.vehicle.mode.value == "hold":
                reply = await stage.order(vehicle, "resume")
                assert reply.status == 202, reply.body
        for plan_id in plans:
            await stage.until(lambda plan_id=plan_id: _ended(stage, plan_id), 600, f"the end of {plan_id}")
        watching.cancel()
        (over,) = [c for c in await stage.items(CENTRE, "/v1/contingencies") if c["plan_id"] == lost_plan]
        assert (over["state"], over["outcome"]) == ("ended", "landed")

    on_stage(CORRIDOR, script, tmp_path)
    assert seen
    # By the truth no two came nearer than what separation keeps when both may deviate by their tolerance.
    assert all(horizontal >= 10.0 or vertical >= 5.0 for horizontal, vertical in seen), min(seen)


async def _ended(stage: Stage, plan_id: str) -> bool:
    return await stage.state(plan_id) == "ended"


def test_a_flight_whose_link_returns_goes_on_under_a_new_plan(tmp_path: Path) -> None:
    """A contingent flight must not resume; a reroute under a new approved plan ends both, and it flies on and lands."""

    async def script(stage: Stage) -> None:
        lost, lost_plan, _, _ = await corridor(stage, "advise")
        await stage.until(lambda: stage.items(CENTRE, "/v1/contingencies", state="open"), 60, "the contingency")
        await asyncio.sleep(25.0)
        lost.autopilot.faults.clear()
        v = lost.autopilot.vehicle
        # It has begun to return: hold it, then send it on from there.
        await stage.until(lambda: _connected(stage, lost), 60, "the link")
        await stage.ordered(lost, "hold")
        refused = await stage.order(lost, "resume")
        assert refused.code == "command_not_possible", refused.body
        x, y = stage.metres(lost)
        height_m = v.alt_hae_m - stage.ground.ground(v.lat_deg, v.lon_deg).alt_hae_m
        points = [point(x, y, height_m), point(x, y + 60, height_m), point(x, y + 60, 0.0)]
        points[1]["speed_mps"] = 2.0
        body = filing.plan(lost.aircraft_id, stage.now() + timedelta(seconds=50), points, speed_mps=SPEED_MPS)
        mission_of_plan(body, stage.ground.altitudes)
        done = await stage.ordered(lost, "reroute", plan=body)
        assert await stage.state(lost_plan) == "ended"
        new_plan = done["new_plan_id"]
        assert await stage.state(new_plan) == "activated"
        assert await stage.items(CENTRE, "/v1/contingencies", state="open") == []
        await stage.until(lambda: _ended(stage, new_plan), 300, "the landing")
        assert stage.metres(lost) == pytest.approx((x, y + 60), abs=15)

    on_stage(CORRIDOR[:1], script, tmp_path)


async def _connected(stage: Stage, vehicle: WorldVehicle) -> bool:
    body = {"type": "hold", "reason": "what would it do"}
    reply = await stage.ask(CENTRE, "POST", f"/v1/aircraft/{vehicle.aircraft_id}/commands/check", body)
    return reply.ok
