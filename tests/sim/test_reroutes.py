"""The ways a flight in the air is offered are plans that an order can take as they stand, and are seen flown."""

from pathlib import Path
from typing import Any

import pytest

from tests.fakes import filing
from tests.fakes.filing import point
from tests.sim.stage import AUTHORITY, CENTRE, FIRMS, Stage, on_stage

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(600)]

PLACE = (-7_000.0, 5_000.0)
"""A corner of the free area of these flights' own."""


def test_a_flight_is_offered_ways_and_flies_the_one_ordered(tmp_path: Path) -> None:
    """Round a corner, straight, and to a site nearby: each offered way would be approved; the site is ordered and flown.

    A firm is not told of another's flight, and a vehicle that stands is offered nothing.
    """

    async def script(stage: Stage) -> None:
        vehicle, other = stage.vehicles
        x, y = PLACE
        lat, lon = filing.place(x + 700, y + 500)
        site = {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"name": "Reroute pad", "name_zh": "改航坪", "pads": 2},
        }
        await stage.good(AUTHORITY, "PUT", "/v1/sites/st_reroute", site)
        way = [
            point(x, y, 0.0, speed_mps=3.0),
            point(x, y, 50.0),
            point(x + 1500, y, 50.0),
            point(x + 1500, y + 1200, 50.0, speed_mps=2.5),
            point(x + 1500, y + 1200, 0.0),
        ]
        plan_id = await stage.take_off(vehicle, way, speed_mps=8.0)
        path = f"/v1/aircraft/{vehicle.aircraft_id}/reroutes"
        await stage.until(lambda: stage.metres(vehicle)[0] > x + 200, 120, "the way")
        found = await stage.good(CENTRE, "GET", path)
        assert found["plan_id"] == plan_id
        ways: dict[str, Any] = {item["kind"]: item for item in found["items"]}
        assert {"rest", "direct", "site"} <= set(ways), found["items"]
        assert ways["site"]["site_id"] == "st_reroute"
        assert ways["direct"]["length_m"] < ways["rest"]["length_m"]
        for item in found["items"]:
            body = {"type": "reroute", "plan": item["plan"], "reason": "practice"}
            checked = await stage.good(CENTRE, "POST", f"/v1/aircraft/{vehicle.aircraft_id}/commands/check", body)
            assert checked["effects"][0]["allowed"], checked["effects"][0]
            assert checked["effects"][0]["decision"]["outcome"] == "approved"
        assert (await stage.ask(FIRMS[2], "GET", path)).status == 404
        standing = await stage.ask(CENTRE, "GET", f"/v1/aircraft/{other.aircraft_id}/reroutes")
        assert (standing.status, standing.code) == (409, "command_not_possible")
        done = await stage.ordered(vehicle, "reroute", plan=ways["site"]["plan"])
        assert await stage.state(plan_id) == "ended"
        assert await stage.state(done["new_plan_id"]) == "activated"
        await stage.until(lambda: not vehicle.airborne, 400, "the landing")
        assert stage.metres(vehicle) == pytest.approx((x + 700, y + 500), abs=5.0)

    on_stage([PLACE, (PLACE[0] - 300.0, PLACE[1])], script, tmp_path)
