"""Wind by height, time and place; gusts; a battery under load, payload and cold."""

from math import hypot
from random import Random
from statistics import stdev

import pytest

from sim.battery import Battery, Power
from sim.geodesy import offset
from sim.wind import Front, Gusts, Layer, Wind, WindField, blowing_from

HERE = (22.54, 113.95)


def test_a_wind_from_the_north_blows_south() -> None:
    """A wind from 0 degrees must have no east and a negative north component."""
    east, north = blowing_from(0.0, 5.0)
    assert east == pytest.approx(0.0, abs=1e-9)
    assert north == pytest.approx(-5.0)


def test_wind_grows_with_height_by_the_power_law() -> None:
    """At 80 m the wind of a city must be (80 / 10) ** 0.22 times that at 10 m, and a plain wind the same everywhere."""
    field = WindField(4.0, -3.0)
    low, high = field.at(*HERE, 10.0, 0.0), field.at(*HERE, 80.0, 0.0)
    assert (low.east_mps, low.north_mps) == (4.0, -3.0)
    assert hypot(*high[:2]) / hypot(*low[:2]) == pytest.approx(8.0**0.22)
    assert Wind(1.0, 2.0, 0.5).at(*HERE, 80.0, 9.0) == (1.0, 2.0, 0.5)


def test_a_measured_profile_is_interpolated() -> None:
    """Between two layers the wind must lie in proportion, below and above them it is the outermost."""
    field = WindField(layers=(Layer(10.0, 2.0, 0.0), Layer(50.0, 6.0, 4.0)))
    assert field.at(*HERE, 30.0, 0.0)[:2] == (4.0, 2.0)
    assert field.at(*HERE, 0.0, 0.0)[:2] == (2.0, 0.0)
    assert field.at(*HERE, 500.0, 0.0)[:2] == (6.0, 4.0)


def test_a_front_arrives_at_each_place_in_its_turn() -> None:
    """A front that moves east at 10 m/s must come a kilometre further east 100 s later, and grow in over its ramp."""
    front = Front(
        100.0, 0.0, 12.0, 3.0, ramp_s=20.0, lat_deg=HERE[0], lon_deg=HERE[1], towards_deg=90.0, moves_mps=10.0
    )
    field = WindField(exponent=0.0, fronts=(front,))
    east = offset(*HERE, east_m=1000.0, north_m=0.0)
    assert field.at(*HERE, 10.0, 99.0) == (0.0, 0.0, 0.0)
    assert field.at(*HERE, 10.0, 110.0) == pytest.approx((0.0, 6.0, 1.5))
    assert field.at(*HERE, 10.0, 121.0) == pytest.approx((0.0, 12.0, 3.0))
    assert field.at(*east, 10.0, 190.0).north_mps == 0.0
    assert field.at(*east, 10.0, 222.0).north_mps == pytest.approx(12.0)


def test_gusts_have_their_strength_and_their_seed() -> None:
    """Gusts must have the standard deviation asked for, be the same for a seed, and be none without one."""

    def blow(seed: int | None) -> list[float]:
        gusts = Gusts(None if seed is None else Random(seed))
        out = []
        for _ in range(20_000):
            gusts.step(2.0, 4.0, 0.5)
            out.append(gusts.east_mps)
        return out

    assert stdev(blow(3)) == pytest.approx(2.0, rel=0.15)
    assert blow(3)[:50] == blow(3)[:50] != blow(4)[:50]
    assert set(blow(None)) == {0.0}


def test_payload_costs_hover_power_to_the_three_halves() -> None:
    """A payload as heavy as the empty drone must take 2 ** 1.5 times the power to hover."""
    light, laden = Battery(), Battery(payload_kg=10.0)
    extra = laden.flying_w(0.0, 0.0) - light.power.avionics_w
    assert extra / (light.flying_w(0.0, 0.0) - light.power.avionics_w) == pytest.approx(2.0**1.5)


def test_cold_takes_capacity_and_sags_the_voltage() -> None:
    """At ten below zero a pack must hold a fifth less and drop about twice as much under the same load."""
    warm, cold = Battery(), Battery(temperature_c=-10.0)
    assert cold.capacity_wh == pytest.approx(0.79 * warm.capacity_wh, rel=0.01)
    rest_v = warm.voltage_v
    for battery in (warm, cold):
        battery.load_w = battery.power.hover_w
    assert (rest_v - cold.voltage_v) / (rest_v - warm.voltage_v) == pytest.approx(2.05, rel=0.1)


def test_power_is_voltage_times_current() -> None:
    """Whatever the load, voltage times current must be the power drawn."""
    battery = Battery()
    for load_w in (15.0, 1250.0, 2500.0):
        battery.drain(load_w, 60.0)
        assert battery.voltage_v * battery.current_a == pytest.approx(load_w)


def test_a_pack_sags_by_a_tenth_of_a_volt_a_cell_at_hover() -> None:
    """At hover load a full pack must show 4.1 V a cell, a fault's drop on top."""
    battery = Battery(load_w=Power().hover_w)
    assert battery.voltage_v / 12 == pytest.approx(4.1, abs=0.01)
    battery.drop_v = 0.3
    assert battery.voltage_v / 12 == pytest.approx(3.79, abs=0.02)


def test_gliding_costs_only_avionics_and_turning_costs_more() -> None:
    """On the wing a descent must cost nothing but avionics, and a turn of 60 degrees more than level flight."""
    battery = Battery(Power(wing_w=400.0))
    assert battery.wing_flying_w(1.0, -4.0, 1.0) == 15.0
    assert battery.wing_flying_w(1.0, 0.0, 2.0) > battery.wing_flying_w(1.0, 0.0, 1.0) == pytest.approx(415.0)
