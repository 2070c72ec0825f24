"""A plan with the hold in it: what was filed stays, what follows happens later, and what is left can be judged."""

import copy
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from airspace.geometry4d import Trajectory4D
from airspace.timebase import to_scene_s
from airspace.trajectory import compile_route
from tests.fakes import filing
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.city import load_city
from utm.command_retiming import retimed
from utm.command_volumes import Spot
from utm.plan_judging import _route_value

DEPARTS = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
REGION = load_city("shenzhen").region()
WAY = [(0.0, 0.0, 0.0), (0.0, 0.0, 50.0), (1000.0, 0.0, 50.0), (1000.0, 600.0, 50.0), (1000.0, 600.0, 0.0)]


def body(**route: Any) -> dict[str, Any]:
    points = [filing.point(*place) for place in WAY]
    made = filing.plan("ac_1", DEPARTS, points, speed_mps=10.0)
    made["route"] |= route
    return made


def compiled(found: dict[str, Any]) -> Trajectory4D:
    parsed = validate(found, FlightPlanBody)
    made = compile_route(_route_value(parsed.route), parsed.departure_at, REGION)
    assert not isinstance(made, list), made
    return made.trajectory


def spot(flight: Trajectory4D, at_s: float, aside_m: float = 0.0) -> Spot:
    row = flight.segments[np.searchsorted(flight.segments[:, 3], at_s) - 1]
    share = (at_s - row[3]) / (row[7] - row[3])
    x, y, z = (row[0:3] + (row[4:7] - row[0:3]) * share).tolist()
    return Spot(x, y + aside_m, z)


def place_at(flight: Trajectory4D, at_s: float) -> tuple[float, ...]:
    found = spot(flight, at_s)
    return found.x_m, found.y_m, found.z_m


@pytest.mark.parametrize("timed", [False, True])
def test_what_follows_a_hold_happens_later_by_the_wait(timed: bool) -> None:
    """Before the stop the flight is where it was filed to be; after it, where it was filed to be so much earlier."""
    filed = body()
    flight = compiled(filed)
    zero_s = to_scene_s(DEPARTS)
    if timed:
        ends = [0.0, *(flight.segments[:, 7] - zero_s).tolist()]
        filed["route"]["waypoints"] = [{**p, "t_s": t} for p, t in zip(filed["route"]["waypoints"], ends, strict=True)]
        flight = compiled(filed)
    left_s, waits_s = zero_s + 60.0, 75.0
    before = copy.deepcopy(filed)
    found = retimed(filed, flight, spot(flight, left_s), left_s, left_s + waits_s, REGION.frame)
    assert found is not None
    assert filed == before
    new, rest = compiled(found.body), compiled(found.rest)
    assert new.ends_s == pytest.approx(flight.ends_s + waits_s, abs=0.01)
    for at_s in (10.0, 40.0, 59.0):
        assert place_at(new, zero_s + at_s) == pytest.approx(place_at(flight, zero_s + at_s), abs=0.05)
    for at_s in (61.0, 100.0, 150.0):
        assert place_at(new, zero_s + at_s + waits_s) == pytest.approx(place_at(flight, zero_s + at_s), abs=0.05)
    assert place_at(new, left_s + 30.0) == pytest.approx(place_at(flight, left_s), abs=0.05)
    assert rest.starts_s == pytest.approx(left_s + waits_s, abs=0.01)
    assert rest.ends_s == pytest.approx(new.ends_s, abs=0.01)
    assert place_at(rest, left_s + waits_s + 20.0) == pytest.approx(place_at(new, left_s + waits_s + 20.0), abs=0.05)


def test_a_hold_beside_the_way_is_flown_to_and_from() -> None:
    """A flight that held 200 m aside goes on from there: its rest begins where it is and leads to its next waypoint."""
    filed, zero_s = body(), to_scene_s(DEPARTS)
    flight = compiled(filed)
    left_s = zero_s + 60.0
    aside = spot(flight, left_s, aside_m=200.0)
    found = retimed(filed, flight, aside, left_s, left_s + 90.0, REGION.frame)
    assert found is not None
    rest = compiled(found.rest)
    assert rest.segments[0, 0:3] == pytest.approx((aside.x_m, aside.y_m, aside.z_m), abs=0.05)
    corner = flight.segments[1, 4:7]
    assert rest.segments[0, 4:7] == pytest.approx(corner, abs=0.05)
    whole = compiled(found.body)
    assert place_at(whole, left_s + 80.0) == pytest.approx((aside.x_m, aside.y_m, aside.z_m), abs=0.1)
    assert whole.ends_s == pytest.approx(rest.ends_s, abs=0.01)


@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("aside_m", [0.0, 0.5, 3.0, 20.0])
def test_what_was_flown_before_a_hold_stays_where_it_was_filed(aside_m: float, timed: bool) -> None:
    """However far beside its way a vehicle holds, the legs behind it must not bend: others were kept apart from those."""
    filed = body()
    flight = compiled(filed)
    zero_s = to_scene_s(DEPARTS)
    if timed:
        ends = [0.0, *(flight.segments[:, 7] - zero_s).tolist()]
        filed["route"]["waypoints"] = [{**p, "t_s": t} for p, t in zip(filed["route"]["waypoints"], ends, strict=True)]
        flight = compiled(filed)
    left_s = zero_s + 60.0
    on_it = spot(flight, left_s, aside_m)
    holds = Spot(on_it.x_m, on_it.y_m, on_it.z_m + 0.2)
    found = retimed(filed, flight, holds, left_s, left_s + 75.0, REGION.frame)
    assert found is not None
    new = compiled(found.body)
    for at_s in np.arange(0.5, 60.0, 0.5):
        assert place_at(new, zero_s + at_s) == pytest.approx(place_at(flight, zero_s + at_s), abs=1e-3)
    where = place_at(new, left_s + 60.0)
    assert where == pytest.approx((holds.x_m, holds.y_m, holds.z_m), abs=1e-3 if aside_m > 1.0 else 1.0)


def test_a_flight_that_lost_no_time_keeps_its_plan() -> None:
    """A resume right after the order changes nothing."""
    filed = body()
    flight = compiled(filed)
    left_s = to_scene_s(DEPARTS) + 60.0
    assert retimed(filed, flight, spot(flight, left_s), left_s, left_s + 1.0, REGION.frame) is None


def test_places_are_written_in_the_coordinates_of_the_plan() -> None:
    """A plan filed in GCJ-02 must get its hold in GCJ-02, so that it lies on the way and not 600 m beside it."""
    filed = body(crs="GCJ02")
    flight = compiled(filed)
    left_s = to_scene_s(DEPARTS) + 60.0
    found = retimed(filed, flight, spot(flight, left_s), left_s, left_s + 50.0, REGION.frame)
    assert found is not None
    assert found.body["route"]["crs"] == "GCJ02"
    assert place_at(compiled(found.body), left_s + 20.0) == pytest.approx(place_at(flight, left_s), abs=0.5)


def test_a_second_hold_adds_to_the_first() -> None:
    """Held again after going on, the plan holds both waits."""
    filed, zero_s = body(), to_scene_s(DEPARTS)
    flight = compiled(filed)
    first = retimed(filed, flight, spot(flight, zero_s + 60.0), zero_s + 60.0, zero_s + 90.0, REGION.frame)
    assert first is not None
    again = compiled(first.body)
    left_s = zero_s + 120.0
    second = retimed(first.body, again, spot(again, left_s), left_s, left_s + 40.0, REGION.frame)
    assert second is not None
    assert compiled(second.body).ends_s == pytest.approx(flight.ends_s + 70.0, abs=0.01)


def test_a_flight_that_stood_unordered_goes_on_from_where_it_stands() -> None:
    """Where nobody told it to hold, the place it stands at on its flown way says when it left its plan."""
    filed, zero_s = body(), to_scene_s(DEPARTS)
    flight = compiled(filed)
    stood = spot(flight, zero_s + 60.0)
    now_s = zero_s + 140.0
    found = retimed(filed, flight, stood, now_s, now_s + 4.0, REGION.frame, before_s=140.0)
    assert found is not None
    assert compiled(found.body).ends_s == pytest.approx(flight.ends_s + 84.0, abs=0.01)
    assert compiled(found.rest).segments[0, 0:3] == pytest.approx((stood.x_m, stood.y_m, stood.z_m), abs=0.05)
