"""Each of the seven contingencies through the whole service in simulated time: found or declared, reserved, told, ended."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sim.deterministic.vehicles import WorldVehicle
from sim.vehicle import Mode, Position
from tests.fakes import filing
from tests.fakes.filing import point
from tests.sim.stage import CENTRE, Stage, on_stage

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

SPEED_MPS = 8.0
PLACES = [(-8000.0 + 2500.0 * k, y) for y in (-2000.0, 2000.0) for k in range(4)][:7]
FOUND: dict[str, tuple[str, dict[str, float]]] = {
    "lost_link": ("lost_link", {}),
    "low_energy": ("battery_sag", {"lost_pct": 85.0}),
    "gnss_loss": ("gps_jump", {"east_m": 0.0, "north_m": 500.0}),
}
"""What is found by itself, and the fault that shows it; a nonconformance is a pilot's who flies elsewhere."""
DECLARED = ("pad_blocked", "engine_failure", "emergency")
DOES = {
    "lost_link": "rtl",
    "nonconformance": "rtl",
    "low_energy": "rtl",
    "gnss_loss": "land",
    "pad_blocked": "hold",
    "engine_failure": "land",
    "emergency": "rtl",
}


async def flying(stage: Stage, vehicle: WorldVehicle) -> str:
    """Have a vehicle fly 1.5 km to the east by a plan that returns on a lost link; return the plan."""
    x, y = stage.metres(vehicle)
    way = [
        point(x, y, 0.0, speed_mps=3.0),
        point(x, y, 60.0),
        point(x + 1500.0, y, 60.0, speed_mps=2.0),
        point(x + 1500.0, y, 0.0),
    ]
    plan_id = await stage.take_off(vehicle, way, speed_mps=SPEED_MPS, contingency={"lost_link": "rtl"})
    await stage.until(lambda: stage.metres(vehicle)[0] > x + 300.0, 120, "the way")
    return plan_id


def away(stage: Stage, vehicle: WorldVehicle) -> None:
    """Send a vehicle 250 m to the north of where it is, as nobody planned."""
    v, (x, y) = vehicle.autopilot.vehicle, stage.metres(vehicle)
    v.step(stage.scene_s())
    assert vehicle.autopilot.go_to(stage.scene_s(), Position(*filing.place(x, y + 250.0), v.alt_hae_m))


async def of_plan(stage: Stage, plan_id: str, states: tuple[str, ...]) -> dict[str, Any] | None:
    """Return the contingency of a plan in one of these states."""
    found = await stage.items(CENTRE, "/v1/contingencies", limit=100)
    return next((item for item in found if item["plan_id"] == plan_id and item["state"] in states), None)


async def expect_contingent(stage: Stage, vehicle: WorldVehicle, plan_id: str, kind: str) -> None:
    """Let it come to a flight; it must be reserved within two seconds of being seen, and the plan be contingent."""
    if kind in FOUND:
        fault, values = FOUND[kind]
        vehicle.suffer(fault, 150.0, **values)
        if kind == "gnss_loss":  # a jump is proposed, somebody decides
            asked = await stage.until(lambda: of_plan(stage, plan_id, ("proposed",)), 40, f"{kind} as a proposal")
            await stage.good(CENTRE, "POST", f"/v1/contingencies/{asked['contingency_id']}/accept")
    elif kind == "nonconformance":
        away(stage, vehicle)
    else:
        firm = stage.firm_of(vehicle)
        await stage.good(firm, "POST", f"/v1/flight-plans/{plan_id}/contingency", {"kind": kind})
    found: dict[str, Any] = await stage.until(lambda: of_plan(stage, plan_id, ("open",)), 150, kind)
    assert (found["kind"], found["procedure"]) == (kind, DOES[kind])
    assert found["volumes"]
    if found["detected_at"] is not None and kind not in ("gnss_loss", "nonconformance"):
        seen, up = (datetime.fromisoformat(found[name]) for name in ("detected_at", "declared_at"))
        assert (up - seen).total_seconds() <= 2.0, kind
    assert await stage.state(plan_id) == "contingent"

    async def alerted() -> bool:
        alerts = await stage.items(CENTRE, "/v1/alerts")
        return plan_id in {alert["plan_id"] for alert in alerts if alert["kind"] == "contingency"}

    await stage.until(alerted, 10, f"the alert of {kind}")


def test_each_kind_is_reserved_at_once_and_ends_with_the_landing(tmp_path: Path) -> None:
    """Every kind must make its plan contingent with its procedure's volumes reserved, and end when the flight has landed."""

    async def script(stage: Stage) -> None:
        kinds = [*FOUND, "nonconformance", *DECLARED]
        plans = await asyncio.gather(*(flying(stage, vehicle) for vehicle in stage.vehicles))
        flights = list(zip(stage.vehicles, plans, kinds, strict=True))
        await asyncio.gather(*(expect_contingent(stage, *flight) for flight in flights))
        for vehicle in stage.vehicles:
            vehicle.autopilot.faults.clear()
            vehicle.autopilot.vehicle.step(stage.scene_s())
            assert vehicle.autopilot.set_mode(Mode.LAND, stage.scene_s())
        for plan_id in plans:
            await stage.until(lambda plan_id=plan_id: of_plan(stage, plan_id, ("ended",)), 300, f"the end of {plan_id}")
            assert await stage.state(plan_id) == "ended"
        assert await stage.items(CENTRE, "/v1/contingencies", state="open") == []

    on_stage(PLACES, script, tmp_path)
