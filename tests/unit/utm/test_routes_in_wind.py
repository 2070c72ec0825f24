"""Ways between sites for who plans by itself: wind counts in their time as it does in their energy."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from dispatch.carrier import Carrier
from dispatch.energy import STILL_AIR, Air, model_of, over_ground_mps
from dispatch.flight_design import Flight
from utm.api.routes import _level
from utm.client.models import Routes
from utm.logistics.flights import Designed
from utm.own_planner import _body, _first

CARRIER = Carrier("ac_1", "org_1", model_of("small"), "west", 0.0, 5.0, 2_000.0)
WAY = Designed(
    Flight((), 60.0, 3_000.0, 15.0 + 20.0 + 3_000.0 / CARRIER.model.cruise_mps),
    None,
    None,
    ((0.0, 0.0), (3_000.0, 0.0)),
)


def level_in(air: Air) -> tuple[dict[str, Any], float]:
    """Return a flight three kilometres east in some air, and its speed over ground."""
    speed_mps = over_ground_mps(CARRIER.model.cruise_mps, 3_000.0, 0.0, air)
    return _level(WAY, 60.0, CARRIER, 1.0, 100.0, air, speed_mps, cast(Any, None)), speed_mps


def test_a_way_against_the_wind_lasts_longer_and_takes_more() -> None:
    """Its time is that of the speed over ground it makes; calm and following winds change no time."""
    calm, cruise_mps = level_in(STILL_AIR)
    against, slow_mps = level_in(Air(-9.0, 0.0, None))
    behind, _ = level_in(Air(5.0, 0.0, None))
    assert cruise_mps == CARRIER.model.cruise_mps > slow_mps
    assert calm["lasts_s"] == behind["lasts_s"] == pytest.approx(35.0 + 3_000.0 / cruise_mps, abs=0.1)
    assert against["lasts_s"] == pytest.approx(35.0 + 3_000.0 / slow_mps, abs=0.1)
    assert against["energy_wh"] > calm["energy_wh"]


def test_a_planner_of_ones_own_plans_and_files_in_that_time() -> None:
    """The leg lasts as the route says, and the plan is filed with the speed over ground."""
    level, speed_mps = level_in(Air(-9.0, 0.0, None))
    levels = [SimpleNamespace(**level)]
    way = _first(cast(Routes, SimpleNamespace(levels=levels, over_ground_mps=speed_mps)))
    assert way is not None
    assert way.leg.lasts_s == level["lasts_s"]
    wanted = SimpleNamespace(priority=0, job=SimpleNamespace(order_id="own-1"))
    at = SimpleNamespace(isoformat=lambda: "2026-06-01T04:00:00+00:00")
    body = _body(way, CARRIER, cast(Any, wanted), cast(Any, at), "west", "east", 1.0)
    assert body["route"]["cruise_speed_mps"] == speed_mps
