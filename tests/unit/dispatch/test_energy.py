"""The energy model."""

import numpy as np
import pytest

from airspace.geometry4d import Trajectory4D
from dispatch.energy import CLASS_MODELS, Air, EnergyModel, battery_share, density_factor, model_of

PLAIN = EnergyModel(mass_kg=10.0, hover_w=1800.0, cruise_w=1440.0, cruise_mps=10.0, drive_efficiency=0.5)


def flight(*rows: tuple[float, ...]) -> Trajectory4D:
    return Trajectory4D(np.array(rows, dtype=float), np.arange(len(rows), dtype=np.int32))


def test_an_hour_of_hover_takes_the_hover_power() -> None:
    """Standing still for an hour takes as many watt-hours as the hover has watts."""
    assert PLAIN.flight_wh(flight((0, 0, 50, 0, 0, 0, 50, 3600))) == pytest.approx(1800.0)


def test_cruise_takes_less_than_hover_and_no_less_beyond_its_speed() -> None:
    """Between standing and cruising the power is linear, above it stays."""
    power = PLAIN.power_w(np.array([0.0, 5.0, 10.0, 30.0]))
    assert power.tolist() == [1800.0, 1620.0, 1440.0, 1440.0]


def test_climbing_adds_the_work_against_gravity_and_descending_gives_nothing_back() -> None:
    """100 m up with 10 kg at half efficiency is 19.6 kJ, 5.45 Wh, beside the hover; 100 m down is only the hover."""
    up = PLAIN.flight_wh(flight((0, 0, 0, 0, 0, 0, 100, 20)))
    down = PLAIN.flight_wh(flight((0, 0, 100, 0, 0, 0, 0, 20)))
    assert down == pytest.approx(10.0)
    assert up - down == pytest.approx(10 * 9.80665 * 100 / 0.5 / 3600)


def test_known_numbers_replace_those_of_the_class() -> None:
    """What an operator knows of an aircraft counts more than its class; nonsense is refused."""
    assert model_of("small", hover_w=3000.0).hover_w == 3000.0
    assert model_of("small", hover_w=3000.0).cruise_w == CLASS_MODELS["small"].cruise_w
    with pytest.raises(ValueError, match="positive"):
        model_of("small", mass_kg=-1.0)


def test_heavier_classes_take_more() -> None:
    """The order of the classes is the order of their energy."""
    hop = flight((0, 0, 0, 0, 0, 0, 75, 20), (0, 0, 75, 20, 1500, 0, 75, 120), (1500, 0, 75, 120, 1500, 0, 0, 145))
    takes = [model.flight_wh(hop) for model in CLASS_MODELS.values()]
    assert takes == sorted(takes)


def test_against_the_wind_a_flight_takes_more_and_with_it_no_less() -> None:
    """10 m/s over ground against 5 m/s of wind: a fifth of the power grows with the cube of 1.5; a tail wind saves nothing."""
    east = flight((0, 0, 50, 0, 1000, 0, 50, 100))
    still = PLAIN.flight_wh(east)
    assert PLAIN.flight_wh(east, Air.of(5.0, 90.0, None)) == pytest.approx(still * (0.8 + 0.2 * 1.5**3))
    assert PLAIN.flight_wh(east, Air.of(5.0, 270.0, None)) == pytest.approx(still)
    across = PLAIN.flight_wh(east, Air.of(5.0, 0.0, None))
    assert still < across < PLAIN.flight_wh(east, Air.of(5.0, 90.0, None))
    assert PLAIN.flight_wh(east, Air.of(5.0, None, None)) == pytest.approx(still)


def test_a_hover_in_wind_takes_the_hover_power() -> None:
    """Standing in wind is not dearer than standing in still air."""
    hover = flight((0, 0, 50, 0, 0, 0, 50, 3600))
    assert PLAIN.flight_wh(hover, Air.of(8.0, 90.0, None)) == pytest.approx(1800.0)


def test_heat_takes_power_and_cold_takes_the_battery() -> None:
    """At 40 degrees flight takes 4 % more; at minus ten a quarter of the battery is not there; unknown changes nothing."""
    hover = flight((0, 0, 50, 0, 0, 0, 50, 3600))
    assert PLAIN.flight_wh(hover, Air(temperature_c=40.0)) == pytest.approx(1800.0 * (313.15 / 288.15) ** 0.5)
    assert density_factor(-10.0) == density_factor(None) == battery_share(25.0) == battery_share(None) == 1.0
    assert battery_share(-10.0) == 0.75
    assert 0.75 < battery_share(-5.0) < 0.9
