"""Weather along a flight, against one written as plain loops."""

import itertools

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airspace.frame import LocalFrame
from airspace.geometry4d import Prism, Trajectory4D
from airspace.weather import (
    COLUMN,
    QUANTITIES,
    RESOLUTION,
    Way,
    WeatherField,
    WeatherLimits,
    breaches,
    clear_delay,
    unknown,
    way_of,
)

FRAME = LocalFrame("EPSG:4547")
HERE = h3.latlng_to_cell(22.55, 114.05, RESOLUTION)
CELLS = np.array(sorted(h3.grid_disk(HERE, 1)), np.uint64)
CALM = {"wind_mps": 3.0, "gust_mps": 5.0, "rain_mm_h": 0.0, "visibility_m": 20_000.0, "temperature_c": 22.0}
LIMITS = WeatherLimits(wind_mps=10.0, rain_mm_h=5.0, visibility_least_m=1_000.0)


def field_of(changes: dict[tuple[int, int, str], float], steps: int = 6, step_s: float = 600.0) -> WeatherField:
    """Return calm weather over the seven cells but for (step, cell number, quantity)."""
    values = np.full((steps, len(CELLS), len(QUANTITIES)), np.nan, np.float32)
    for name, value in CALM.items():
        values[:, :, COLUMN[name]] = value  # type: ignore[index]
    for (step, cell, name), value in changes.items():
        values[step, cell, COLUMN[name]] = value  # type: ignore[index]
    return WeatherField("test", False, 0.0, CELLS, np.arange(steps + 1) * step_s, values)


def way(*pieces: tuple[int, float, float]) -> Way:
    """Return a way of pieces (cell number, from, to)."""
    return Way(
        np.array([CELLS[cell] for cell, _, _ in pieces], np.uint64),
        np.array([start for _, start, _ in pieces], float),
        np.array([end for _, _, end in pieces], float),
    )


def broken_by_loops(field: WeatherField, limits: WeatherLimits, path: Way, delay_s: float) -> set[str]:
    """Return the quantities over their limit, by comparing every piece with every step."""
    found = set()
    for cell, start, end in zip(path.cells, path.starts_s + delay_s, path.ends_s + delay_s, strict=True):
        row = list(field.cells).index(cell)
        for step, (low, high) in enumerate(itertools.pairwise(field.edges_s)):
            if start < high and end > low:
                for quantity, limit, most in limits.bounds():
                    value = float(field.values[step, row, COLUMN[quantity]])
                    if (value > limit) if most else (value < limit):
                        found.add(quantity)
    return found


def test_the_worst_value_on_the_way_is_named_with_its_limit_cell_and_time() -> None:
    """A gust front in the second cell during the second step breaks the limit there and then, by its worst value."""
    field = field_of({(1, 1, "wind_mps"): 14.0, (1, 2, "wind_mps"): 12.0, (3, 1, "wind_mps"): 30.0})
    found = breaches(field, LIMITS, way((0, 500, 650), (1, 650, 800), (2, 800, 900)))
    assert [(item.quantity, item.value, item.limit, item.cell) for item in found] == [
        ("wind_mps", 14.0, 10.0, int(CELLS[1]))
    ]
    assert (found[0].starts_s, found[0].ends_s) == (650.0, 900.0)


@pytest.mark.parametrize(
    ("quantity", "value", "broken"),
    [
        ("wind_mps", 10.0, False),
        ("wind_mps", 10.01, True),
        ("visibility_m", 1_000.0, False),
        ("visibility_m", 999.0, True),
    ],
)
def test_exactly_the_limit_is_allowed(quantity: str, value: float, broken: bool) -> None:
    """A limit is the last value an aircraft may fly in."""
    found = breaches(field_of({(0, 0, quantity): value}), LIMITS, way((0, 100, 200)))
    assert bool(found) is broken


def test_a_step_ends_where_the_next_begins() -> None:
    """A flight that leaves a cell at the very instant the storm arrives has not flown in it."""
    field = field_of({(1, 0, "rain_mm_h"): 20.0})
    assert breaches(field, LIMITS, way((0, 300, 600))) == ()
    assert breaches(field, LIMITS, way((0, 300, 600.5))) != ()
    assert breaches(field, LIMITS, way((0, 1200, 1300))) == ()


def test_what_nobody_told_is_unknown_and_breaks_nothing() -> None:
    """Missing values, cells and times are said to be unknown."""
    field = field_of({(0, 0, "wind_mps"): float("nan")})
    assert unknown(field, LIMITS, way((0, 100, 200)))
    assert breaches(field, LIMITS, way((0, 100, 200))) == ()
    assert not unknown(field, LIMITS, way((0, 700, 800)))
    assert not unknown(field, WeatherLimits(rain_mm_h=5.0), way((0, 100, 200)))
    assert unknown(field, LIMITS, way((1, 3500, 3700)))
    elsewhere = Way(np.array([h3.latlng_to_cell(23.5, 113.0, RESOLUTION)], np.uint64), np.array([0.0]), np.array([9.0]))
    assert unknown(field, LIMITS, elsewhere)
    assert breaches(field, LIMITS, elsewhere) == ()


def test_a_flight_after_all_that_is_known_is_unknown_and_breaks_nothing() -> None:
    """Weeks after the last step there is nothing to break, and nothing is known."""
    late = way((0, 3_600, 3_700), (1, 1_000_000, 1_000_100))
    assert breaches(field_of({}), LIMITS, late) == ()
    assert unknown(field_of({}), LIMITS, late)


def test_no_clear_time_is_promised_beyond_what_is_known() -> None:
    """When it storms to the end of the forecast, nobody knows when it clears."""
    field = field_of({(step, 0, "rain_mm_h"): 20.0 for step in range(1, 6)})
    assert clear_delay(field, LIMITS, way((0, 500, 650))) is None
    assert clear_delay(field, LIMITS, way((0, 100, 200))) == 0.0


@settings(max_examples=150, deadline=None)
@given(
    storms=st.dictionaries(
        st.tuples(st.integers(0, 5), st.integers(0, 6), st.sampled_from(["wind_mps", "rain_mm_h"])),
        st.floats(0, 40, width=32),
        max_size=25,
    ),
    lasts=st.lists(st.tuples(st.integers(0, 6), st.floats(1, 400)), min_size=1, max_size=5),
    starts_s=st.floats(0, 900),
    from_s=st.floats(0, 300),
)
def test_the_clear_delay_is_the_least_one(
    storms: dict[tuple[int, int, str], float], lasts: list[tuple[int, float]], starts_s: float, from_s: float
) -> None:
    """Against loops over every second: nothing is broken at the delay found, and something is at every smaller one."""
    field, pieces, at = field_of(storms), [], starts_s
    for cell, seconds in lasts:
        pieces.append((cell, at, at + seconds))
        at += seconds
    path = way(*pieces)
    found = clear_delay(field, LIMITS, path, from_s=from_s)
    upto = min(3600.0, 7200.0 if found is None else found)
    for delay_s in np.arange(from_s, upto - 0.01, 7.3):
        if float(path.ends_s.max()) + delay_s <= field.edges_s[-1]:
            assert broken_by_loops(field, LIMITS, path, float(delay_s)), delay_s
    if found is not None:
        assert {item.quantity for item in breaches(field, LIMITS, path, found)} == set()
        assert broken_by_loops(field, LIMITS, path, found) == set()
    told = {item.quantity for item in breaches(field, LIMITS, path, from_s)}
    assert told == broken_by_loops(field, LIMITS, path, from_s)


def test_a_way_meets_every_cell_its_legs_cross() -> None:
    """A leg across the disc of cells passes each cell that lies under it, with times that follow one another."""
    lat, lon = np.array([22.50, 22.60]), np.array([114.00, 114.10])
    x, y = FRAME.to_xy(lat, lon)
    rows = np.array([[x[0], y[0], 50.0, 100.0, x[1], y[1], 50.0, 1100.0]])
    found = way_of(Trajectory4D(rows, np.zeros(1, np.int32)), FRAME)
    fine_lat, fine_lon = FRAME.to_lat_lon(np.linspace(x[0], x[1], 4001), np.linspace(y[0], y[1], 4001))
    crossed = [h3.latlng_to_cell(a, b, RESOLUTION) for a, b in zip(fine_lat, fine_lon, strict=True)]
    often = {cell for cell in set(crossed) if crossed.count(cell) > 100}
    assert often <= set(found.cells.tolist()) <= set(crossed)
    assert found.starts_s[0] == 100.0
    assert found.ends_s[-1] == 1100.0
    np.testing.assert_allclose(found.starts_s[1:], found.ends_s[:-1])


def test_a_volume_counts_whole_for_all_of_its_time() -> None:
    """A survey of 4 km by 4 km meets every cell whose centre lies in it from its start to its end."""
    x, y = (float(value[0]) for value in FRAME.to_xy(22.55, 114.05))
    ring = np.array([[x, y], [x + 4000, y], [x + 4000, y + 4000], [x, y + 4000]])
    found = way_of((Prism(ring, None, 30.0, 90.0, 50.0, 950.0),), FRAME)
    inside = set()
    for cell in h3.grid_disk(HERE, 4):
        cx, cy = (float(value[0]) for value in FRAME.to_xy(*h3.cell_to_latlng(cell)))
        if x < cx < x + 4000 and y < cy < y + 4000:
            inside.add(cell)
    assert inside
    assert inside <= set(found.cells.tolist())
    assert set(found.starts_s) == {50.0}
    assert set(found.ends_s) == {950.0}


def test_stricter_limits_stand_over_the_usual_ones() -> None:
    """Limits of a type leave those it does not set to what holds for all."""
    merged = WeatherLimits(wind_mps=8.0).over(WeatherLimits(wind_mps=12.0, rain_mm_h=5.0))
    assert merged == WeatherLimits(wind_mps=8.0, rain_mm_h=5.0)
