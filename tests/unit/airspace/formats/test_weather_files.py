"""Weather read from files, and what is said of faults in them."""

import json

import h3.api.basic_int as h3
import numpy as np
import pytest

from airspace.coordinates import Bounds
from airspace.formats.weather_files import WeatherFile, read_csv, read_json
from airspace.timebase import from_scene_s
from airspace.weather import COLUMN, RESOLUTION
from airspace.weather_grid import city_cells, field_of, synthetic_field

CITY = Bounds(22.45, 113.95, 22.65, 114.15)
TABLE = """# source: weather bureau, radar
# issued_at: 2026-11-22T10:00:00+08:00
lat_deg,lon_deg,from,to,wind_mps,gust_mps,rain_mm_h,visibility_m,temperature_c,lightning_per_km2_h
22.55,114.05,2026-11-22T10:00:00+08:00,2026-11-22T11:00:00+08:00,12.5,17,25,900,24,0.4
22.50,114.00,2026-11-22T10:00:00+08:00,2026-11-22T11:00:00+08:00,4,,0,,,
"""


def codes(found: WeatherFile) -> list[tuple[str, int | None, str]]:
    return [(problem.field, problem.line, problem.code) for problem in found.problems]


def test_a_table_gives_its_values_with_their_place_and_time() -> None:
    """Every cell of the table arrives; what is empty stays unknown."""
    found = read_csv(TABLE.encode())
    assert found.problems == []
    assert found.source == "weather bureau, radar"
    first, second = found.samples
    assert first.values == {
        "wind_mps": 12.5, "gust_mps": 17.0, "rain_mm_h": 25.0, "visibility_m": 900.0, "temperature_c": 24.0,
        "lightning_per_km2_h": 0.4,
    }  # fmt: skip
    assert second.values == {"wind_mps": 4.0, "rain_mm_h": 0.0}
    assert from_scene_s(first.starts_s).isoformat() == "2026-11-22T02:00:00+00:00"


def test_a_document_says_the_same_as_a_table() -> None:
    """JSON and CSV of the same values give equal samples."""
    items = [
        {"lat_deg": 22.55, "lon_deg": 114.05, "from": "2026-11-22T10:00:00+08:00", "to": "2026-11-22T11:00:00+08:00",
         "wind_mps": 12.5, "gust_mps": 17, "rain_mm_h": 25, "visibility_m": 900, "temperature_c": 24, "lightning_per_km2_h": 0.4},
        {"lat_deg": 22.50, "lon_deg": 114.00, "from": "2026-11-22T10:00:00+08:00", "to": "2026-11-22T11:00:00+08:00",
         "wind_mps": 4, "rain_mm_h": 0, "visibility_m": None},
    ]  # fmt: skip
    document = {"source": "weather bureau, radar", "issued_at": "2026-11-22T10:00:00+08:00", "items": items}
    found = read_json(json.dumps(document).encode())
    assert found.problems == []
    assert found.samples == read_csv(TABLE.encode()).samples
    assert found.issued_s == read_csv(TABLE.encode()).issued_s


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        ("22.55,114.05,2026-11-22T10:00:00,2026-11-22T11:00:00Z,5", "from", "malformed_time"),
        ("22.55,114.05,2026-11-22T12:00:00Z,2026-11-22T11:00:00Z,5", "to", "not_allowed"),
        ("22.55,114.05,2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,nan", "wind_mps", "not_finite"),
        ("22.55,114.05,2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,1e400", "wind_mps", "not_finite"),
        ("22.55,114.05,2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,fast", "wind_mps", "wrong_type"),
        ("22.55,114.05,2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,-3", "wind_mps", "not_allowed"),
        ("114.05,22.55,2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,5", "lat_deg", "not_allowed"),
        (",114.05,2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,5", "lat_deg", "missing"),
        ("22.55,114.05,2026-11-22T10:00:00Z,2026-11-22T11:00:00Z", "row[3]", "malformed_line"),
    ],
)
def test_a_fault_is_named_with_its_field_and_line(row: str, field: str, code: str) -> None:
    """What is wrong in a row is said with its field and line, and the row is not taken."""
    found = read_csv(f"# a remark\nlat_deg,lon_deg,from,to,wind_mps\n{row}\n".encode())
    assert codes(found) == [(field, 3, code)]
    assert found.samples == []


def test_a_document_names_the_line_of_each_fault() -> None:
    """A pointer and the line it stands on lead to every fault of a JSON document."""
    text = '{"items": [\n {"h3": "8741144",\n  "from": "now",\n  "to": "2026-11-22T11:00:00Z", "wind_mps": "x"}]}'
    assert codes(read_json(text.encode())) == [
        ("/items/0/h3", 2, "not_allowed"),
        ("/items/0/from", 3, "malformed_time"),
        ("/items/0/wind_mps", 4, "wrong_type"),
    ]
    assert codes(read_json(b'{"items": [{"wind_mps": NaN}]}'))[0][2] in ("malformed_json", "not_finite")


def test_a_column_that_is_missing_is_asked_for() -> None:
    """Without a place or a time no value can be used; columns nobody knows are said to be left out."""
    assert [code for _, _, code in codes(read_csv(b"lat_deg,wind_mps\n1,2\n"))] == ["missing", "missing", "missing"]
    found = read_csv(b"h3,from,to,wind_mps,humidity\n")
    assert [(problem.code, problem.severity) for problem in found.problems] == [("unknown_field", "warning")]


def test_a_cell_takes_the_worst_of_what_lies_in_it_and_else_the_nearest() -> None:
    """Two stations in one cell: the stronger wind and the shorter sight; a cell without one: the nearest within reach."""
    centre = h3.cell_to_latlng(h3.latlng_to_cell(22.55, 114.05, RESOLUTION))
    rows = [
        f"{centre[0]},{centre[1]},2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,5,9000",
        f"{centre[0] + 0.001},{centre[1]},2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,8,4000",
        "22.47,113.97,2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,1,20000",
    ]
    text = "lat_deg,lon_deg,from,to,wind_mps,visibility_m\n" + "\n".join(rows)
    cells = city_cells(CITY)
    field = field_of(read_csv(text.encode()).samples, cells, source="s", issued_s=0.0, reach_m=9_000.0)
    at = float(field.edges_s[0]) + 1
    assert field.at(h3.latlng_to_cell(*centre, RESOLUTION), at) == {"wind_mps": 8.0, "visibility_m": 4000.0}
    assert field.at(h3.latlng_to_cell(22.475, 113.98, RESOLUTION), at) == {"wind_mps": 1.0, "visibility_m": 20000.0}
    far = h3.latlng_to_cell(22.64, 113.96, RESOLUTION)
    assert field.at(far, at) == {}, "beyond the reach of every station nothing is known"


def test_a_coarse_cell_counts_for_all_cells_within() -> None:
    """A value for a cell of resolution 5 holds in each of its children."""
    parent = h3.cell_to_parent(h3.latlng_to_cell(22.55, 114.05, RESOLUTION), 5)
    text = f"h3,from,to,rain_mm_h\n{parent:x},2026-11-22T10:00:00Z,2026-11-22T11:00:00Z,3\n"
    cells = city_cells(CITY)
    field = field_of(read_csv(text.encode()).samples, cells, source="s", issued_s=0.0)
    rain = field.values[0, :, COLUMN["rain_mm_h"]]
    within = np.array([h3.cell_to_parent(int(cell), 5) == parent for cell in cells])
    assert within.any()
    assert (rain[within] == 3.0).all()
    assert np.isnan(rain[~within]).all()


def test_the_made_up_field_says_so_and_is_the_same_for_the_same_hour() -> None:
    """Without a source the city has calm weather that is labelled synthetic."""
    cells = city_cells(CITY)
    one, two = synthetic_field(cells, 7_200_010.0), synthetic_field(cells, 7_201_900.0)
    assert one.synthetic
    np.testing.assert_array_equal(one.values, two.values)
    assert one.step_at(7_200_010.0) == 1
