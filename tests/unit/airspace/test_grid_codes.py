"""BeiDou grid codes, two-dimensional."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airspace.grid_codes import LENGTHS, LEVELS, GridCodeError, grid_cell, grid_code, neighbours

_LAT, _LON = 39 + 59 / 60 + 35.38 / 3600, 116 + 18 / 60 + 45.37 / 3600

_lats = st.floats(-87.999, 87.999)
_lons = st.floats(-180, 180)
_levels = st.sampled_from(list(LEVELS))


@pytest.mark.parametrize(
    ("lat_deg", "lon_deg", "level", "code"),
    [
        # The worked example of GB/T 39409-2020, its mirror image in the south-west, and a published code of level 4.
        (_LAT, _LON, 10, "N50J47539B8255346152"),
        (-_LAT, -_LON, 10, "S11J47539B8255346152"),
        (39.910278, 116.315222, 4, "N50J47534"),
    ],
)
def test_published_codes_are_reproduced(lat_deg: float, lon_deg: float, level: int, code: str) -> None:
    """The standard's samples must come out to the letter, at every level above too, and lead back to the place."""
    assert grid_code(lat_deg, lon_deg, level) == code
    for coarser in range(1, level + 1):
        assert grid_code(lat_deg, lon_deg, coarser) == code[: LENGTHS[coarser - 1]]
    cell = grid_cell(code)
    assert cell.min_lat_deg <= lat_deg <= cell.max_lat_deg
    assert cell.min_lon_deg <= lon_deg <= cell.max_lon_deg


@given(lat=_lats, lon=_lons, level=_levels)
def test_a_code_leads_back_to_its_cell(lat: float, lon: float, level: int) -> None:
    """The cell of a point's code must hold the point, and its middle have the same code."""
    code = grid_code(lat, lon, level)
    assert len(code) == LENGTHS[level - 1]
    cell = grid_cell(code)
    slack = 1e-12  # the edges are rounded once to a float64
    assert cell.min_lat_deg - slack <= lat <= cell.max_lat_deg + slack
    east = lon if lon < 180 else -180.0
    assert cell.min_lon_deg - slack <= east <= cell.max_lon_deg + slack
    assert grid_code(*cell.centre_deg, level) == code
    assert grid_cell(code.lower()) == cell


@pytest.mark.parametrize(
    ("level", "width_s", "height_s"),
    [
        (1, 21_600, 14_400),
        (2, 1_800, 1_800),
        (3, 900, 600),
        (4, 60, 60),
        (5, 4, 4),
        (6, 2, 2),
        (7, 1 / 4, 1 / 4),
        (8, 1 / 32, 1 / 32),
        (9, 1 / 256, 1 / 256),
        (10, 1 / 2048, 1 / 2048),
    ],
)
def test_cells_have_the_sizes_of_the_standard(level: int, width_s: float, height_s: float) -> None:
    """Each level must be as many seconds of arc wide and high as the standard's table says."""
    cell = grid_cell(grid_code(22.5431, 114.0579, level))
    assert (cell.max_lon_deg - cell.min_lon_deg) * 3600 == pytest.approx(width_s, rel=1e-4)
    assert (cell.max_lat_deg - cell.min_lat_deg) * 3600 == pytest.approx(height_s, rel=1e-4)


def test_sheets_meet_at_114_degrees_in_futian() -> None:
    """114 E itself belongs to the sheet east of it, and neighbours are found across the seam."""
    assert grid_code(22.54, 114.0, 1) == "N50F"
    assert grid_code(22.54, 113.9999999, 1) == "N49F"
    around = neighbours(grid_code(22.54, 114.0, 5))
    assert len(around) == len(set(around)) == 8
    assert {code[:4] for code in around} == {"N49F", "N50F"}
    assert grid_code(22.54, 113.9999999, 5) in around


def test_decimal_edges_fall_where_they_are_written() -> None:
    """113.9 and 22.7 are edges of minutes though no float64 is: the point belongs to the cell that begins there."""
    cell = grid_cell(grid_code(22.7, 113.9, 4))
    assert (cell.min_lat_deg, cell.min_lon_deg) == pytest.approx((22.7, 113.9), abs=1e-12)


@given(code=st.text(st.sampled_from("NSEW0123456789ABCDEFGVXZ"), max_size=22))
def test_no_text_is_more_than_a_clear_error(code: str) -> None:
    """Any text must be a cell whose code it is, or a GridCodeError in both languages."""
    fault = None
    cell = None
    try:
        cell = grid_cell(code)
    except GridCodeError as error:
        fault = error
    if cell is not None:
        assert grid_code(*cell.centre_deg, cell.level) == code
    else:
        assert fault is not None
        assert fault.detail
        assert fault.detail_zh


@pytest.mark.parametrize("code", ["", "N50", "N00F", "N61F", "N50W", "N50FC0", "N50F009", "N50F0050F", "N50F004"])
def test_codes_that_cannot_be_are_refused(code: str) -> None:
    """Wrong lengths, zones, bands and digits beyond their level must be refused (the last one is a good one)."""
    if code == "N50F004":
        assert grid_cell(code).level == 3
    else:
        with pytest.raises(GridCodeError):
            grid_cell(code)


@pytest.mark.parametrize(("lat", "lon", "level"), [(88.0, 0.0, 1), (0.0, 181.0, 1), (0.0, 0.0, 0), (0.0, 0.0, 11)])
def test_points_without_a_code_are_no_values(lat: float, lon: float, level: int) -> None:
    """The caps, longitudes beyond 180 and levels that do not exist raise."""
    with pytest.raises(ValueError, match=r"level|defined"):
        grid_code(lat, lon, level)
