"""Flyable or refused."""

import itertools
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.flyability import timing
from airspace.geometry4d import Tolerance
from airspace.policy_parts import Wind
from airspace.trajectory import AircraftPerformance, FlightPath, compile_route
from tests.fakes.airspace_region import DEPARTURE, REGION, fly, route
from tests.unit.airspace.test_approval import DEMO, codes, intent, judge

TOLERANCE = Tolerance()
AGILE = AircraftPerformance(max_speed_mps=15.0, max_accel_mps2=3.0)


def level(*points: tuple[float, float], speed_mps: float = 15.0) -> FlightPath:
    """Return a flight at 60 m."""
    return fly(*((x, y, 60.0) for x, y in points), speed_mps=speed_mps)


def zigzag(turns: int) -> FlightPath:
    """Return a flight with right angles 300 m apart."""
    return level(*((150.0 * (k + k % 2), 150.0 * (k - k % 2)) for k in range(turns + 2)))


def refiled(path: FlightPath, times: tuple[float, ...]) -> FlightPath:
    """Return the flight through the same points with these times as t_s."""
    rows = path.trajectory.segments
    places = [rows[0, 0:3], *(row[4:7] for row in rows)]
    lat, lon = REGION.frame.to_lat_lon([p[0] for p in places], [p[1] for p in places])
    plain = route((0, 0, 1), (1, 0, 1))
    points = tuple(
        plain.waypoints[0]._replace(lat_deg=float(a), lon_deg=float(b), alt_m=float(p[2]), alt_datum="HAE", t_s=t)
        for a, b, p, t in zip(lat, lon, places, times, strict=True)
    )
    compiled = compile_route(replace(plain, waypoints=points), DEPARTURE, REGION)
    assert isinstance(compiled, FlightPath), compiled
    return compiled


def test_nothing_declared_refuses_nothing() -> None:
    """Sharp turns at any speed are flown waypoint to waypoint unless the firm says how its aircraft accelerates."""
    for able in (None, AircraftPerformance(), AircraftPerformance(15.0, 6.0, 4.0)):
        assert judge(intent(zigzag(30), performance=able)).outcome == "approved"
    found = timing(zigzag(30), AircraftPerformance(), TOLERANCE)
    assert (found.late_s, found.late_row, found.unflyable_row) == (0.0, None, None)


def test_start_stop_and_turns_cost_what_mechanics_says() -> None:
    """From rest to rest over l at speed v and acceleration a takes l / v + v / a."""
    found = timing(level((0, 0), (600, 0)), AGILE, TOLERANCE)
    assert found.attainable_s[-1] == pytest.approx(600 / 15 + 15 / 3, abs=2e-3)
    corner_mps = math.sqrt(3.0 * 10.0 / (math.sqrt(2) - 1))
    turned = timing(level((0, 0), (600, 0), (600, 600)), AGILE, TOLERANCE)
    loss_s = 15 / 3 + (15 - corner_mps) ** 2 / (3 * 15)
    assert turned.attainable_s[-1] == pytest.approx(1200 / 15 + loss_s, abs=2e-3)
    back = timing(level((0, 0), (600, 0), (0, 0)), AGILE, TOLERANCE)
    assert back.attainable_s[-1] == pytest.approx(1200 / 15 + 2 * 15 / 3, abs=2e-3)


def test_a_city_flight_with_a_few_turns_is_approved_and_one_with_many_is_told_its_times() -> None:
    """Five seconds for start and stop and under one for each right angle: seven and a half run out after the third."""
    assert judge(intent(zigzag(2), performance=AGILE)).outcome == "approved"
    decision = judge(intent(zigzag(30), performance=AGILE))
    assert (decision.outcome, codes(decision)) == ("refused", ["times_not_attainable"])
    found = decision.reasons[0]
    assert found.rule == "performance_times"
    assert found.segment is not None
    assert 0 < found.segment[0] < 30
    assert found.attainable_s is not None
    assert len(found.attainable_s) == 32
    assert list(found.attainable_s) == sorted(found.attainable_s)
    assert judge(intent(refiled(zigzag(30), found.attainable_s), performance=AGILE)).outcome == "approved"


def test_reserve_of_speed_makes_up_for_turns() -> None:
    """An aircraft that can fly faster than filed catches up."""
    fast = AircraftPerformance(max_speed_mps=25.0, max_accel_mps2=6.0)
    assert judge(intent(zigzag(30), performance=fast)).outcome == "approved"


def test_a_leg_too_fast_names_the_times_that_can_be_kept() -> None:
    """The limit exceeded comes with attainable times even where no acceleration is declared."""
    slow = AircraftPerformance(max_speed_mps=10.0)
    decision = judge(intent(level((0, 0), (600, 0), (600, 600)), performance=slow))
    assert codes(decision) == ["performance_exceeded", "performance_exceeded"]
    assert decision.reasons[0].attainable_s == (0.0, pytest.approx(60.0, abs=2e-3), pytest.approx(120.0, abs=2e-3))
    assert decision.reasons[1].attainable_s is None


def test_climb_and_descent_bound_steep_legs() -> None:
    """A leg at 45 degrees climbs at 0.71 of its speed."""
    able = AircraftPerformance(max_speed_mps=20.0, max_climb_mps=2.0, max_descent_mps=1.0)
    found = timing(fly((0, 0, 10), (50, 0, 60), (50, 0, 10)), able, TOLERANCE)
    assert found.attainable_s[1] == pytest.approx(25.0, abs=0.01)
    assert found.attainable_s[2] == pytest.approx(75.0, abs=0.01)


def test_hovers_are_kept_whole_and_time_is_won_back_by_waiting_nowhere() -> None:
    """Arrival is what is told; the hover after it lasts as filed."""
    able = AircraftPerformance(max_speed_mps=10.0)
    plain = route((0, 0, 60), (100, 0, 60), (200, 0, 60), speed_mps=20.0)
    held = (plain.waypoints[0], plain.waypoints[1]._replace(hold_s=30.0), plain.waypoints[2]._replace(hold_s=5.0))
    path = compile_route(replace(plain, waypoints=held), DEPARTURE, REGION)
    assert isinstance(path, FlightPath)
    assert timing(path, able, TOLERANCE).attainable_s == pytest.approx((0.0, 10.0, 50.0), abs=2e-3)


def test_wind_where_known_slows_and_stops() -> None:
    """Into 5 m/s of wind an aircraft of 15 makes 10; across 16 it cannot hold its track; unknown wind does nothing."""
    able = AircraftPerformance(max_speed_mps=15.0)
    east, west = level((0, 0), (1500, 0)), level((1500, 0), (0, 0))
    assert timing(east, able, TOLERANCE, Wind(5.0, 90.0)).attainable_s[-1] == pytest.approx(150.0, abs=0.01)
    assert timing(west, able, TOLERANCE, Wind(5.0, 90.0)).attainable_s[-1] == pytest.approx(100.0, abs=0.01)
    across = timing(east, able, TOLERANCE, Wind(9.0, 0.0))
    assert across.attainable_s[-1] == pytest.approx(1500 / 12.0, abs=0.01)
    windy: Any = replace(DEMO, wind=Wind(5.0, 90.0))
    assert codes(judge(intent(east, performance=able), windy)) == ["times_not_attainable"]
    assert judge(intent(west, performance=able), windy).outcome == "approved"
    assert judge(intent(east, performance=AircraftPerformance()), windy).outcome == "approved"
    storm = replace(DEMO, wind=Wind(16.0, 0.0))
    decision = judge(intent(east, performance=able), storm)
    assert codes(decision) == ["wind_too_strong"]
    assert "16.0 m/s" in decision.reasons[0].detail
    assert judge(intent(east, performance=able)).outcome == "approved"


@settings(max_examples=100, deadline=None)
@given(
    points=st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20), st.integers(1, 9)), min_size=2, max_size=9),
    speed=st.floats(2, 30),
    top=st.floats(3, 40),
    accel=st.one_of(st.none(), st.floats(0.5, 8)),
    climb=st.one_of(st.none(), st.floats(1, 8)),
)
def test_the_times_told_can_be_filed(
    points: list[tuple[int, int, int]], speed: float, top: float, accel: float | None, climb: float | None
) -> None:
    """They are never before the filed ones, and a plan with them is kept by the same aircraft."""
    places = [points[0]]
    places += [p for q, p in itertools.pairwise(points) if q != p]
    if len(places) < 2:
        return
    path = fly(*((50.0 * x, 50.0 * y, 10.0 * z) for x, y, z in places), speed_mps=speed)
    able = AircraftPerformance(top, climb, climb, accel)
    found = timing(path, able, TOLERANCE)
    filed = [0.0, *(path.trajectory.segments[:, 7] - path.trajectory.starts_s).tolist()]
    assert all(a >= b - 1e-6 for a, b in zip(found.attainable_s, filed, strict=True))
    again = timing(refiled(path, found.attainable_s), able, TOLERANCE)
    assert again.late_row is None
    assert again.late_s < 0.05
