"""What the planner files for a lost link: flights above a zone come home as they flew, above it."""

import math
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from shapely import LineString

from dispatch.carrier import Carrier
from dispatch.energy import EnergyModel
from tests.sim.stage import Stage, on_stage
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.logistics.flights import plan_body

pytestmark = pytest.mark.timeout(600)

ZONE = "zn_shenzhen_reservoir"
NEAR_M = 6_000.0


def test_no_flight_above_the_reservoir_waits_for_an_approval(tmp_path: Path) -> None:
    """Straight flights designed to pass above a zone that asks for an authorisation need none for their way home either."""

    async def script(stage: Stage) -> None:
        services = stage.server.services
        assert services is not None
        (vehicle,) = stage.vehicles
        principal = stage.operator_of(vehicle)
        book, designer = services.book, services.logistics.designer
        zone = book.zones[ZONE].zone
        x0, y0, x1, y1 = zone.area.bounds_m
        middle = (x0 + x1) / 2, (y0 + y1) / 2
        near = [site for site in book.sites.values() if math.dist((site.x_m, site.y_m), middle) < NEAR_M]
        model = EnergyModel(8.0, 900.0, 700.0, 15.0)
        carrier = Carrier(vehicle.aircraft_id, str(principal.organisation_id), model, "", 0.0, 3.0, 1_000.0)
        above = 0
        for a, b in permutations(near, 2):
            found = designer.best(a.site_id, b.site_id, carrier, 1.0, stage.now())
            if found is None or found.flight is None:
                continue
            ends: dict[str, Any] = {"origin_id": a.site_id, "destination_id": b.site_id, "alternate_id": None}
            body = plan_body(found.flight, carrier, stage.now(), **ends, priority=0, remarks={})
            answer = services.flight_plans.check(principal, body, validate(body, FlightPlanBody))
            decision = orjson.loads(orjson.dumps(answer.document["decision"]))
            assert [item for item in decision["reasons"] if item["severity"] != "warning"] == [], (a.site_id, b.site_id)
            way = LineString([(a.x_m, a.y_m), (b.x_m, b.y_m)])
            above += len(found.flight.waypoints) == 4 and zone.area.distance_m(np.array([way]))[0] == 0.0
        assert above >= 4

    on_stage([(0.0, 0.0)], script, tmp_path)
