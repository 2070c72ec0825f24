"""The aeroplane and the VTOL: turns, circles, transitions, landings."""

from math import radians, tan
from random import Random

import pytest

from sim.fixed_wing import FixedWing, Vtol
from sim.flightpath import FlightPath, PathBuilder
from sim.geodesy import distance_m, offset
from sim.vehicle import Landed, Mode, Position, Vehicle, VtolState
from sim.wind import WindField, WindSource

HOME = Position(22.54, 113.95, 17.0)
TOP_M = 97.0


def square(speed_mps: float = 20.0) -> FlightPath:
    """Straight up, 2 km east, 2 km north, straight down, from second 0."""
    pen = PathBuilder(0.0, HOME.lat_deg, HOME.lon_deg, HOME.alt_hae_m)
    pen.line_to(HOME.lat_deg, HOME.lon_deg, TOP_M, 3.5, 0)
    east = offset(HOME.lat_deg, HOME.lon_deg, east_m=2000.0, north_m=0.0)
    corner = offset(*east, east_m=0.0, north_m=2000.0)
    pen.line_to(*east, TOP_M, speed_mps, 1)
    pen.line_to(*corner, TOP_M, speed_mps, 2)
    pen.line_to(*corner, HOME.alt_hae_m, 3.0, 3)
    return pen.path()


def start(vehicle: Vehicle, path: FlightPath) -> None:
    """Arm it at second 0 and give it the path."""
    vehicle.step(0.0)
    assert vehicle.arm(0.0)
    vehicle.follow(path, Mode.MISSION, lands=True)


def fly(vehicle: Vehicle, from_s: float, to_s: float) -> float:
    """Step to an instant, ten times a second; returns it."""
    now_s = from_s
    while now_s < to_s:
        now_s += 0.1
        vehicle.step(now_s)
    return now_s


@pytest.mark.parametrize("wind", [None, WindField(3.0, -2.0, 1.0)])
def test_a_vtol_flies_a_filed_plan_within_its_tolerance(wind: WindSource | None) -> None:
    """Up, over two legs and down again a VTOL must stay within 20 m and 5 m of its plan once it flies on the wing."""
    vehicle, path = Vtol(HOME, wind=wind, noise=Random(1)), square()
    start(vehicle, path)
    now_s, worst_m, worst_up_m = 0.0, 0.0, 0.0
    while now_s < path.ends_s + 20.0 and vehicle.armed:
        now_s = fly(vehicle, now_s, now_s + 0.1)
        ref = path.at(now_s)
        if now_s > 45.0:
            worst_m = max(worst_m, distance_m(vehicle.lat_deg, vehicle.lon_deg, ref.lat_deg, ref.lon_deg))
        worst_up_m = max(worst_up_m, abs(vehicle.alt_hae_m - ref.alt_hae_m))
    assert vehicle.on_ground
    assert worst_m < 20.0
    assert worst_up_m < 5.0
    last = path.nodes[-1]
    assert distance_m(vehicle.lat_deg, vehicle.lon_deg, last.lat_deg, last.lon_deg) < 1.0


def test_a_vtol_goes_through_its_states_and_saves_power_on_the_wing() -> None:
    """Rotors, transition, wing, transition, rotors must follow in this order, the wing costing a third of the rotors."""
    vehicle, path = Vtol(HOME), square()
    start(vehicle, path)
    seen, load_w = [VtolState.ROTORS], {}
    now_s = 0.0
    while now_s < path.ends_s + 10.0:
        now_s = fly(vehicle, now_s, now_s + 0.1)
        if vehicle.vtol_state is not seen[-1]:
            seen.append(vehicle.vtol_state)
        if now_s in (pytest.approx(15.0, abs=0.06), pytest.approx(80.0, abs=0.06)):
            load_w[vehicle.vtol_state] = vehicle.battery.load_w
    S = VtolState
    assert seen == [S.ROTORS, S.TO_WING, S.WING, S.TO_ROTORS, S.ROTORS]
    assert load_w[S.WING] < load_w[S.ROTORS] / 3.0


def test_turns_are_limited_by_bank() -> None:
    """On the wing it must never bank more than its limit nor turn tighter than bank and airspeed allow."""
    vehicle, path = FixedWing(HOME), square()
    start(vehicle, path)
    now_s, before = 0.0, vehicle.heading_deg
    while now_s < 200.0:
        now_s = fly(vehicle, now_s, now_s + 0.1)
        turned = abs((vehicle.heading_deg - before + 180.0) % 360.0 - 180.0)
        before = vehicle.heading_deg
        assert abs(vehicle.roll_deg) <= vehicle.wing.bank_deg + 1e-6
        if vehicle.airspeed_mps > vehicle.wing.slowest_mps:
            most = 9.81 * tan(radians(vehicle.wing.bank_deg)) / vehicle.airspeed_mps
            assert radians(turned) <= most * 0.1 * 1.05
    assert vehicle.airspeed_mps >= vehicle.wing.slowest_mps - 1e-6


@pytest.mark.parametrize("wind", [None, WindField(4.0, 3.0, exponent=0.0)])
def test_a_hold_is_a_circle(wind: WindSource | None) -> None:
    """Held on the wing, it must circle about one centre near its loiter radius, at its height, going round and round."""
    vehicle, path = FixedWing(HOME, wind=wind), square()
    start(vehicle, path)
    now_s = fly(vehicle, 0.0, 60.0)
    vehicle.hold(now_s)
    centre = vehicle.loiter_at
    assert centre is not None
    now_s = fly(vehicle, now_s, now_s + 40.0)
    turned, before = 0.0, vehicle.heading_deg
    for _ in range(600):
        now_s = fly(vehicle, now_s, now_s + 0.1)
        turned += (vehicle.heading_deg - before + 180.0) % 360.0 - 180.0
        before = vehicle.heading_deg
        away_m = distance_m(vehicle.lat_deg, vehicle.lon_deg, *centre)
        assert away_m == pytest.approx(vehicle.wing.loiter_radius_m, abs=25.0)
        assert vehicle.alt_hae_m == pytest.approx(TOP_M, abs=3.0)
    assert turned > 540.0


def test_a_vtol_holds_in_a_hover_on_its_rotors() -> None:
    """Held while climbing out, a VTOL must hover on the spot."""
    vehicle = Vtol(HOME)
    start(vehicle, square())
    now_s = fly(vehicle, 0.0, 10.0)
    vehicle.hold(now_s)
    at = (vehicle.lat_deg, vehicle.lon_deg)
    fly(vehicle, now_s, now_s + 20.0)
    assert distance_m(*at, vehicle.lat_deg, vehicle.lon_deg) < 1.0
    assert vehicle.loiter_at is None


@pytest.mark.parametrize("wind", [None, WindField(3.0, 2.0, exponent=0.0), WindField(-3.0, 2.0, exponent=0.0)])
def test_an_aeroplane_lands_near_the_place_into_the_wind(wind: WindSource | None) -> None:
    """The aeroplane must touch down within 80 m of the place, flying, and its ground speed less than its airspeed."""
    vehicle, path = FixedWing(HOME, wind=wind), square()
    start(vehicle, path)
    now_s, touched = 0.0, (0.0, 0.0)
    while vehicle.armed and now_s < 600.0:
        before = (vehicle.airspeed_mps, (vehicle.v_east_mps**2 + vehicle.v_north_mps**2) ** 0.5)
        now_s = fly(vehicle, now_s, now_s + 0.1)
        if vehicle.on_ground and touched == (0.0, 0.0):
            touched = before
    last = path.nodes[-1]
    assert distance_m(vehicle.lat_deg, vehicle.lon_deg, last.lat_deg, last.lon_deg) < 80.0
    assert vehicle.landed is Landed.ON_GROUND
    assert touched[0] >= vehicle.wing.slowest_mps - 1e-6
    assert touched[1] <= touched[0] + 1e-6
    assert not vehicle.crashed


def test_without_an_engine_it_glides_down() -> None:
    """With its engine out an aeroplane must come down flying, at its glide, and draw no power for it."""
    vehicle = FixedWing(HOME)
    start(vehicle, square())
    now_s = fly(vehicle, 0.0, 60.0)
    vehicle.fail_motor(now_s, falls=False)
    now_s = fly(vehicle, now_s, now_s + 10.0)
    assert vehicle.airspeed_mps >= vehicle.wing.slowest_mps - 1e-6
    assert vehicle.v_up_mps < -1.0
    assert vehicle.battery.load_w == vehicle.battery.power.avionics_w
    fly(vehicle, now_s, now_s + 120.0)
    assert vehicle.on_ground
    assert not vehicle.crashed


def test_the_same_seed_flies_the_same_way() -> None:
    """Two aeroplanes of one seed must end at the same place to the last bit, another seed elsewhere."""

    def ends(seed: int) -> tuple[float, float, float]:
        vehicle = FixedWing(HOME, wind=WindField(3.0, 1.0, 2.0), noise=Random(seed))
        start(vehicle, square())
        fly(vehicle, 0.0, 100.0)
        return vehicle.lat_deg, vehicle.lon_deg, vehicle.alt_hae_m

    assert ends(5) == ends(5) != ends(6)
