"""What the planner reckons with beside places: the wind on a leg, and charging where a flight ends."""

import math
from types import SimpleNamespace
from typing import Any, cast

import h3.api.basic_int as h3
import numpy as np
import pytest

from airspace.site_fields import SiteFields
from airspace.timebase import from_scene_s
from airspace.weather import COLUMN, QUANTITIES, RESOLUTION, WeatherField
from dispatch.energy import AIR_SPEED_MOST, STILL_AIR, Air, over_ground_mps
from dispatch.flight_design import Flight
from utm.city import load_city
from utm.logistics.fleet import LogisticsFleet
from utm.logistics.weather_view import DeskWeather
from utm.weather.desk import WeatherDesk

REGION = load_city("shenzhen").region()
PLACE = (22.54, 114.05)


def field(wind_mps: float, wind_from_deg: float, temperature_c: float | None = None) -> WeatherField:
    """Return an hour of one wind over the cells around a place."""
    cells = np.array(sorted(h3.grid_disk(h3.latlng_to_cell(*PLACE, RESOLUTION), 12)), np.uint64)
    values = np.full((1, len(cells), len(QUANTITIES)), np.nan, np.float32)
    values[:, :, COLUMN["wind_mps"]], values[:, :, COLUMN["wind_from_deg"]] = wind_mps, wind_from_deg
    if temperature_c is not None:
        values[:, :, COLUMN["temperature_c"]] = temperature_c
    return WeatherField("test", True, 0.0, cells, np.array([0.0, 3600.0]), values)


def test_a_head_wind_slows_what_a_tail_wind_does_not_hasten() -> None:
    """The speed over ground is the cruise speed until the air speed asked for is more than there is, then less."""
    east = (1_000.0, 0.0)
    assert over_ground_mps(16.0, *east, STILL_AIR) == 16.0
    assert over_ground_mps(16.0, *east, Air.of(10.0, 270.0, None)) == 16.0  # blows from the west: behind
    assert over_ground_mps(16.0, *east, Air.of(4.0, 90.0, None)) == 16.0  # 20 m/s through the air: what there is
    assert over_ground_mps(16.0, *east, Air.of(9.0, 90.0, None)) == 11.0
    across = over_ground_mps(16.0, *east, Air.of(15.0, 0.0, None))
    assert across == math.floor(math.sqrt((AIR_SPEED_MOST * 16.0) ** 2 - 15.0**2) * 2) / 2
    assert 0.0 < over_ground_mps(16.0, *east, Air.of(40.0, 90.0, None)) < 5.0


def test_a_slowed_flight_lasts_as_much_longer_as_its_length_takes() -> None:
    """Climb and descent stay as they are; only the way takes longer."""
    flight = Flight((), 60.0, 3_000.0, 235.0)
    assert flight.slowed(15.0, 15.0) == flight
    assert flight.slowed(15.0, 10.0).lasts_s == pytest.approx(335.0)


def desk_over(weather: WeatherField) -> DeskWeather:
    """Return the planner's view of a field, over two sites that lie east and west of each other."""
    desk = SimpleNamespace(
        field=weather, way=lambda geometry: WeatherDesk.way(cast(Any, desk), geometry), _region=REGION
    )
    frame = REGION.frame
    x, y = frame.to_xy(np.array([PLACE[0]] * 2), np.array([PLACE[1], PLACE[1] + 0.03]))
    sites = {f"st_{k}": SimpleNamespace(x_m=float(x[k]), y_m=float(y[k])) for k in range(2)}
    return DeskWeather(cast(Any, desk), cast(Any, SimpleNamespace(sites=sites)))


def test_legs_are_planned_in_the_wind_forecast() -> None:
    """Between two sites the mean wind over the way at that time is told, rounded away from calm; unknown is still air."""
    view = desk_over(field(6.2, 90.0, 31.0))
    at = from_scene_s(600.0)
    assert view.between("st_0", "st_1", at) == Air(-6.5, 0.0, 31.0)
    assert view.between("st_0", "st_nowhere", at) == STILL_AIR
    assert view.between("st_0", "st_1", from_scene_s(7_200.0)) == STILL_AIR  # after all that is forecast
    assert view.between("st_1", "st_0", at) == Air(-6.5, 0.0, 31.0)


def test_a_new_forecast_is_reckoned_with_at_once() -> None:
    """What was worked out for one field is not used for the next."""
    view = desk_over(field(6.0, 90.0))
    at = from_scene_s(600.0)
    before = view.between("st_0", "st_1", at)
    view.desk = desk_over(field(3.0, 90.0)).desk
    assert view.between("st_0", "st_1", at) != before


def test_a_flight_binds_its_carrier_until_it_is_charged() -> None:
    """Where a site charges, by what the flight took; where it swaps, as long as a swap; never shorter than the pad is kept."""
    sites = {
        "st_charges": SimpleNamespace(fields=SiteFields(charging_w=1_000.0)),
        "st_swaps": SimpleNamespace(fields=SiteFields(battery_swap_s=200.0)),
        "st_plain": SimpleNamespace(fields=SiteFields()),
    }
    policy = SimpleNamespace(pad_prep_s=60.0, pad_clear_s=30.0, pad_turn_around_s=90.0)
    book = SimpleNamespace(sites=sites, policy=policy)
    fleet = LogisticsFleet(clock=cast(Any, None), store=cast(Any, None), fleet=cast(Any, None), book=cast(Any, book))
    assert fleet.bound_s(120.0, "st_charges", 500.0) == 1_800.0
    assert fleet.bound_s(120.0, "st_swaps", 500.0) == 200.0
    assert fleet.bound_s(120.0, "st_plain", 500.0) == 120.0
    assert fleet.bound_s(10.0, "st_plain", 500.0) == 90.0
