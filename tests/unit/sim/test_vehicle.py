"""The point-mass multirotor: tracking, wind, battery, landing."""

from itertools import pairwise
from math import hypot
from random import Random
from typing import Any

import pytest

from airspace.datums import AltitudeModel
from sim.flightpath import FlightPath, PathBuilder
from sim.geodesy import distance_m, metres_per_degree
from sim.mission import compile_mission, mission_of_plan
from sim.vehicle import Landed, Limits, Mode, Position, Power, Vehicle, Wind

HOME = Position(22.54, 113.95, 17.0)


def exact(path: FlightPath, at_s: float) -> tuple[float, float, float]:
    """Where the filed polyline is at an instant, corners not rounded."""
    nodes = path.nodes
    if at_s <= nodes[0].at_s:
        n = nodes[0]
        return n.lat_deg, n.lon_deg, n.alt_hae_m
    for a, b in pairwise(nodes):
        if at_s <= b.at_s:
            f = (at_s - a.at_s) / (b.at_s - a.at_s)
            return (
                a.lat_deg + f * (b.lat_deg - a.lat_deg),
                a.lon_deg + f * (b.lon_deg - a.lon_deg),
                a.alt_hae_m + f * (b.alt_hae_m - a.alt_hae_m),
            )
    n = nodes[-1]
    return n.lat_deg, n.lon_deg, n.alt_hae_m


def fly(vehicle: Vehicle, path: FlightPath, tick_s: float, *, late_s: float = 0.0) -> tuple[float, float]:
    """Fly a path to touch-down and return the worst horizontal and vertical distance from where the plan says."""
    now_s = path.starts_s + late_s
    vehicle.step(now_s)
    assert vehicle.arm(now_s)
    vehicle.follow(path, Mode.MISSION, lands=True)
    worst_m = worst_up_m = 0.0
    while vehicle.armed and now_s < path.ends_s + 60:
        now_s += tick_s
        vehicle.step(now_s)
        if now_s < path.starts_s + late_s + 8.0 and late_s:
            continue
        lat, lon, alt = exact(path, now_s)
        worst_m = max(worst_m, distance_m(vehicle.lat_deg, vehicle.lon_deg, lat, lon))
        worst_up_m = max(worst_up_m, abs(vehicle.alt_hae_m - alt))
    assert vehicle.on_ground
    return worst_m, worst_up_m


@pytest.fixture
def path(plan: dict[str, Any], altitudes: AltitudeModel) -> FlightPath:
    """The plan's path from its first waypoint, at scene second 1000."""
    return compile_mission(
        mission_of_plan(plan, altitudes),
        first_seq=0,
        start=HOME,
        starts_at_s=1000.0,
        home=HOME,
        limits=Limits(),
        undulation_m=lambda lat, lon: -3.0,
    ).path


@pytest.mark.parametrize("tick_s", [0.05, 0.1, 0.25, 0.5])
def test_is_where_the_plan_says_at_each_instant(path: FlightPath, tick_s: float) -> None:
    """In still air the drone must be within 13 m and 2.5 m of the filed polyline at every instant, at any tick."""
    worst_m, worst_up_m = fly(Vehicle(HOME), path, tick_s)
    assert worst_m < 13.0
    assert worst_up_m < 2.5


@pytest.mark.parametrize("seed", range(5))
def test_tracks_through_wind_and_gusts(path: FlightPath, seed: int) -> None:
    """With 8 m/s of wind and 3 m/s gusts the drone must stay within the flight tolerance, 20 m and 5 m."""
    rng = Random(seed)
    wind = Wind(8.0 * rng.uniform(-1, 1), 8.0 * rng.uniform(-1, 1), gust_mps=3.0)
    worst_m, worst_up_m = fly(Vehicle(HOME, wind=wind, noise=rng), path, 0.1)
    assert worst_m < 20.0
    assert worst_up_m < 5.0


def test_catches_up_a_small_delay(path: FlightPath) -> None:
    """A drone that starts 3 s late must have caught up within 8 s and be on time from then on."""
    worst_m, worst_up_m = fly(Vehicle(HOME), path, 0.1, late_s=3.0)
    assert worst_m < 13.0
    assert worst_up_m < 5.0


def test_wind_beyond_the_airspeed_pushes_it_back() -> None:
    """A wind stronger than the drone's airspeed must drift it away, not be ignored."""
    vehicle = Vehicle(HOME, limits=Limits(max_airspeed_mps=15.0), wind=Wind(east_mps=20.0))
    vehicle.step(0.0)
    vehicle.arm(0.0)
    pen = PathBuilder(0.0, HOME.lat_deg, HOME.lon_deg, HOME.alt_hae_m)
    pen.line_to(HOME.lat_deg, HOME.lon_deg, HOME.alt_hae_m + 50, 5.0, 0)
    vehicle.follow(pen.path(), Mode.TAKEOFF, lands=False)
    for k in range(300):
        vehicle.step(0.1 * k)
    assert vehicle.lon_deg > HOME.lon_deg + 0.0002


def test_lands_and_disarms_on_the_spot(path: FlightPath) -> None:
    """After its mission the drone must stand disarmed on the last waypoint, having been through every landed state."""
    vehicle = Vehicle(HOME)
    seen = []
    vehicle.step(1000.0)
    vehicle.arm(1000.0)
    vehicle.follow(path, Mode.MISSION, lands=True)
    for k in range(4000):
        vehicle.step(1000.0 + 0.1 * k)
        if not seen or seen[-1] is not vehicle.landed:
            seen.append(vehicle.landed)
    assert seen == [Landed.ON_GROUND, Landed.TAKING_OFF, Landed.IN_AIR, Landed.LANDING, Landed.ON_GROUND]
    assert not vehicle.armed
    last = path.nodes[-1]
    assert distance_m(vehicle.lat_deg, vehicle.lon_deg, last.lat_deg, last.lon_deg) < 1.0
    assert vehicle.alt_hae_m == last.alt_hae_m


def test_battery_drains_by_what_is_done(path: FlightPath) -> None:
    """Flying must cost about hover power, standing only avionics, and voltage must fall with the charge."""
    vehicle = Vehicle(HOME)
    full_v = vehicle.battery.voltage_v
    vehicle.step(0.0)
    vehicle.step(600.0)
    assert vehicle.battery.used_wh == pytest.approx(15.0 / 6.0)
    fly(vehicle, path, 0.1)
    airborne_h = (path.ends_s - path.starts_s) / 3600.0
    assert vehicle.battery.used_wh == pytest.approx(2.5 + 1350.0 * airborne_h, rel=0.1)
    assert vehicle.battery.voltage_v < full_v
    vehicle.battery.swap()
    assert vehicle.battery.left_fraction == 1.0


def test_empty_battery_ends_the_flight() -> None:
    """A drone whose battery runs out in the air must fall, and one without charge must refuse to arm."""
    vehicle = Vehicle(HOME, power=Power(capacity_wh=20.0))
    vehicle.step(0.0)
    vehicle.arm(0.0)
    pen = PathBuilder(0.0, HOME.lat_deg, HOME.lon_deg, HOME.alt_hae_m)
    pen.line_to(HOME.lat_deg, HOME.lon_deg, HOME.alt_hae_m + 60, 5.0, 0)
    vehicle.follow(pen.path(), Mode.TAKEOFF, lands=False)
    for k in range(1200):
        vehicle.step(0.1 * k)
    assert vehicle.crashed
    assert not vehicle.armed
    assert not vehicle.arm(130.0)


def test_hold_stops_within_reach() -> None:
    """A hold at 15 m/s must bring the drone to rest within 35 m and keep it there."""
    vehicle = Vehicle(HOME)
    vehicle.step(0.0)
    vehicle.arm(0.0)
    pen = PathBuilder(0.0, HOME.lat_deg, HOME.lon_deg, HOME.alt_hae_m)
    pen.line_to(HOME.lat_deg, HOME.lon_deg, HOME.alt_hae_m + 60, 5.0, 0)
    pen.line_to(HOME.lat_deg, HOME.lon_deg + 0.02, HOME.alt_hae_m + 60, 15.0, 1)
    vehicle.follow(pen.path(), Mode.MISSION, lands=False)
    now_s = 0.0
    while now_s < 40.0:
        now_s += 0.1
        vehicle.step(now_s)
    at = (vehicle.lat_deg, vehicle.lon_deg)
    vehicle.hold(now_s)
    for _ in range(100):
        now_s += 0.1
        vehicle.step(now_s)
    assert hypot(vehicle.v_east_mps, vehicle.v_north_mps) < 0.1
    assert distance_m(*at, vehicle.lat_deg, vehicle.lon_deg) < 35.0


def test_idle_arming_ends_by_itself() -> None:
    """A drone armed on the ground with nothing to do must disarm after ten seconds."""
    vehicle = Vehicle(HOME)
    vehicle.step(0.0)
    vehicle.arm(0.0)
    vehicle.step(9.0)
    assert vehicle.armed
    vehicle.step(10.5)
    assert not vehicle.armed


def test_refuses_to_disarm_in_the_air_unless_forced(path: FlightPath) -> None:
    """Disarming in the air must be refused, and when forced the drone must fall to the ground."""
    vehicle = Vehicle(HOME)
    vehicle.step(1000.0)
    vehicle.arm(1000.0)
    vehicle.follow(path, Mode.MISSION, lands=True)
    now_s = 1000.0
    while now_s < 1030.0:
        now_s += 0.1
        vehicle.step(now_s)
    assert not vehicle.disarm(now_s)
    assert vehicle.disarm(now_s, force=True)
    while now_s < 1050.0:
        now_s += 0.1
        vehicle.step(now_s)
    assert vehicle.crashed


def test_a_stopped_process_does_not_throw_the_drone_about(path: FlightPath) -> None:
    """After a pause of the process the drone must go on with its own speed limits, not jump."""
    vehicle = Vehicle(HOME)
    vehicle.step(1000.0)
    vehicle.arm(1000.0)
    vehicle.follow(path, Mode.MISSION, lands=True)
    now_s = 1000.0
    while now_s < 1060.0:
        now_s += 0.1
        vehicle.step(now_s)
    at = (vehicle.lat_deg, vehicle.lon_deg)
    vehicle.step(now_s + 120.0)
    assert distance_m(*at, vehicle.lat_deg, vehicle.lon_deg) < 2.0 * 25.0
    north_m, _ = metres_per_degree(22.5)
    assert north_m == pytest.approx(110_750, abs=50)


@pytest.mark.parametrize("again_m", [0.0, 0.002, 0.1])
def test_a_climb_to_a_place_named_twice_levels_off_without_flying_past_it(again_m: float) -> None:
    """A mission's climb ends where its next leg begins, but for rounding: the drone must stop there, not metres above."""
    v = Vehicle(HOME)
    pen = PathBuilder(100.0, HOME.lat_deg, HOME.lon_deg, HOME.alt_hae_m)
    top_m = HOME.alt_hae_m + 60.0
    pen.line_to(HOME.lat_deg, HOME.lon_deg, top_m, 4.0, 0)
    pen.line_to(HOME.lat_deg, HOME.lon_deg, top_m + again_m, 4.0, 1)
    pen.line_to(HOME.lat_deg + 0.01, HOME.lon_deg, top_m, 12.0, 2)
    v.step(99.0)
    assert v.arm(99.5)
    v.follow(pen.path(), Mode.MISSION, lands=False)
    highest_m = 0.0
    for k in range(90):
        v.step(100.5 + 0.5 * k)
        highest_m = max(highest_m, v.alt_hae_m)
    assert highest_m == pytest.approx(top_m + again_m, abs=0.3)
