"""The pad at which a vehicle is ordered to land, in simulated time: judged before the order, kept from it on."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from airspace.timebase import to_scene_s
from sim.deterministic.server import Reply
from sim.deterministic.vehicles import WorldVehicle
from tests.fakes import filing
from tests.fakes.filing import point
from tests.sim.stage import Stage, on_stage
from utm.city import load_city

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

HEIGHT_M = 40.0
AFTER_S = 60.0
"""So long after the landing another arrives: the air above the pad is free again, the pad is not."""


def spot() -> tuple[str, tuple[float, float]]:
    """Return a site of the city with one pad and where it is, in the stage's metres."""
    site = next(item for item in load_city("shenzhen").sites if item["properties"].get("pads", 1) == 1)
    lon, lat = site["geometry"]["coordinates"][:2]
    return str(site["properties"]["site_id"]), filing.metres(lat, lon)


SITE_ID, (X_M, Y_M) = spot()


async def arriving(stage: Stage, vehicle: WorldVehicle, at_s: float) -> Reply:
    """File a flight that arrives at the site then."""
    x, y = stage.metres(vehicle)
    points = [
        point(x, y, 0.0, speed_mps=3.0),
        point(x, y, HEIGHT_M),
        point(X_M, Y_M, HEIGHT_M, speed_mps=2.5),
        point(X_M, Y_M, 0.0),
    ]
    assert stage.server.services is not None
    trial = await stage.file(vehicle, points, in_s=7200.0, speed_mps=8.0, destination_site_id=SITE_ID)
    assert trial.ok, trial.body
    plan_id = str(trial.body["plan_id"])
    live = stage.server.services.sky.get(plan_id)
    assert live is not None
    lasts_s = live.ends_s - live.starts_s
    await stage.good(stage.firm_of(vehicle), "POST", f"/v1/flight-plans/{plan_id}/cancel")
    in_s = at_s - lasts_s - to_scene_s(stage.now())
    return await stage.file(vehicle, points, in_s=in_s, speed_mps=8.0, destination_site_id=SITE_ID)


def codes(body: Any) -> set[str]:
    """Return what refuses it."""
    return {item["code"] for item in body["reasons"] if item["severity"] == "refuse"}


def test_a_landing_waits_for_its_pad_and_keeps_it(tmp_path: Path) -> None:
    """An order to land on a pad that is booked is refused with the pad named; once given, nobody else gets that pad."""

    async def script(stage: Stage) -> None:
        held, other = stage.vehicles
        firm = stage.firm_of(held)
        await stage.lifted(held, HEIGHT_M)
        order: dict[str, Any] = {"type": "land_at_site", "site_id": SITE_ID}
        path = f"/v1/aircraft/{held.aircraft_id}/commands/check"
        effect = (await stage.good(firm, "POST", path, order))["effects"][0]
        assert effect["allowed"], effect
        ends_s = to_scene_s(datetime.fromisoformat(effect["ends_at"]))

        booked = await arriving(stage, other, ends_s + AFTER_S)
        assert booked.ok, booked.body
        effect = (await stage.good(firm, "POST", path, order))["effects"][0]
        assert not effect["allowed"]
        assert codes(effect) == {"pad_busy"}, effect
        refused = await stage.order(held, "land_at_site", by=firm, site_id=SITE_ID)
        assert (refused.status, refused.code) == (409, "command_conflict"), refused.body

        plan_id = booked.body["plan_id"]
        await stage.good(stage.firm_of(other), "POST", f"/v1/flight-plans/{plan_id}/cancel")
        given = await stage.order(held, "land_at_site", by=firm, site_id=SITE_ID)
        assert given.status == 202, given.body
        late = await arriving(stage, other, ends_s + AFTER_S)
        assert late.status == 409, late.body
        assert codes(late.body["decision"]) == {"pad_busy"}, late.body

    on_stage([(X_M + 60.0, Y_M), (X_M - 700.0, Y_M)], script, tmp_path)
