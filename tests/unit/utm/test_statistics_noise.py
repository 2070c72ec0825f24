"""Noise per cell from recorded positions: seconds near the ground, and the level they make."""

import math

import h3
import numpy as np
import pytest

from dispatch.noise import equivalent_db, level_db
from utm.recording.columns import COUNT, FACTOR, GROUND, HAE, IDENTITY, LAT, LON, OBSERVED_MS, Dictionary, Rows
from utm.statistics_noise import as_csv, document, exposures, levels, with_levels
from utm.telemetry_values import TrackIdentity

LAT_DEG, LON_DEG = 22.55, 114.05
CELL = h3.latlng_to_cell(LAT_DEG, LON_DEG, 8)


def recorded(heights_m: list[float], *, vehicles: int = 1) -> Rows:
    """Return a second of hover at each height, the same for each vehicle."""
    count = len(heights_m)
    data = np.zeros((COUNT, count * vehicles), np.int32)
    names = Dictionary()
    for k in range(vehicles):
        names.number(TrackIdentity(f"t{k}", "mavlink", aircraft_id=f"ac{k}"))
        part = slice(k * count, (k + 1) * count)
        data[IDENTITY, part] = k
        data[LAT, part], data[LON, part] = int(LAT_DEG * FACTOR["lat_deg"]), int(LON_DEG * FACTOR["lon_deg"])
        data[HAE, part] = (np.array(heights_m) * FACTOR["alt_hae_m"]).astype(np.int32)
        data[GROUND, part] = 0
        data[OBSERVED_MS, part] = 1_000 * np.arange(count)
    return Rows(data, 0, np.zeros(1, np.int64), names)


def test_a_minute_at_50_m_is_a_minute_and_half_the_height_is_four() -> None:
    """The exposure follows the inverse square, and the level of the window is what a source of that power makes."""
    seconds, loud = exposures([recorded([50.0] * 61)], 8, lambda _: 100.0)
    assert seconds == {CELL: pytest.approx(60.0)}
    assert exposures([recorded([25.0] * 61)], 8, lambda _: 100.0)[0][CELL] == pytest.approx(240.0)
    assert levels(loud, 3_600.0)[CELL] == pytest.approx(equivalent_db(100.0, 60.0, 50.0, 3_600.0))
    assert levels(loud, 60.0)[CELL] == pytest.approx(level_db(100.0, 50.0))


def test_two_vehicles_are_three_decibels_and_the_louder_one_counts_for_more() -> None:
    """Energies add: twice the same is 3 dB; beside one 20 dB louder the other is hardly heard."""
    one = levels(exposures([recorded([50.0] * 11)], 8, lambda _: 100.0)[1], 3_600.0)[CELL]
    both = recorded([50.0] * 11, vehicles=2)
    assert levels(exposures([both], 8, lambda _: 100.0)[1], 3_600.0)[CELL] == pytest.approx(one + 10 * math.log10(2))
    uneven = exposures([both], 8, lambda who: 100.0 if who.aircraft_id == "ac0" else 80.0)
    assert levels(uneven[1], 3_600.0)[CELL] == pytest.approx(one, abs=0.1)


def test_people_nobody_counted_are_unknown_not_none() -> None:
    """A cell without a density has null people; the table has the same cells as the document."""
    shown = document({CELL: 60.0}, 8)
    with_levels(shown, {}, lambda _: None)
    assert shown["cells"][0] | {"seconds_at_reference": 0} == {
        "cell": CELL, "seconds_at_reference": 0, "laeq_db": None, "people_per_km2": None, "people": None,
    }  # fmt: skip
    with_levels(shown, {CELL: 41.23}, lambda _: 10_000.0)
    assert (shown["cells"][0]["laeq_db"], shown["cells"][0]["people_per_km2"]) == (41.2, 10_000.0)
    assert shown["cells"][0]["people"] == pytest.approx(10_000 * h3.cell_area(CELL, unit="km^2"), abs=1)
    assert as_csv(shown).splitlines() == [
        "cell,seconds_at_reference,laeq_db,people_per_km2,people",
        f"{CELL},60.0,41.2,10000.0,{shown['cells'][0]['people']}",
    ]
