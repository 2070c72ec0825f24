"""Altitude datums."""

import numpy as np
import pytest

from airspace.datums import (
    AltitudeModel,
    FlatTerrain,
    GeoidGrid,
    GridTerrain,
    NoGroundError,
    OutsideGeoidError,
    parse_geoid_csv,
)
from tests.fakes.airspace_region import geoid, hills

CSV = "lat_deg,lon_deg,undulation_m\n22,114,-3\n22,115,-1\n# a comment\n23,114,-4\n23,115,-2\n"


def test_geoid_csv_is_read_and_interpolated_between_its_nodes() -> None:
    """The middle of a cell has the mean of its corners, a node its own value."""
    grid = parse_geoid_csv(CSV)
    assert grid.undulation_m([22.5, 23.0], [114.5, 115.0]).tolist() == [-2.5, -2.0]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("22,114,x\n", "line 1"),
        ("22,114\n", "line 1"),
        ("22,114,nan\n", "line 1"),
        ("22,114,-3\n22,114,-3\n", "twice"),
        ("22,114,-3\n22,115,-3\n23,114,-3\n", "holes"),
    ],
)
def test_a_broken_geoid_csv_names_its_fault(text: str, word: str) -> None:
    """Malformed, repeated and missing rows are refused with the reason."""
    with pytest.raises(ValueError, match=word):
        parse_geoid_csv(text)


def test_the_geoid_refuses_points_beyond_its_grid() -> None:
    """An unknown undulation is an error, never zero."""
    with pytest.raises(OutsideGeoidError):
        parse_geoid_csv(CSV).undulation_m(24.0, 114.5)
    with pytest.raises(OutsideGeoidError):
        parse_geoid_csv(CSV).undulation_m(float("nan"), 114.5)


def test_a_geoid_grid_must_rise_in_equal_steps() -> None:
    """Axes that fall or jump are refused."""
    with pytest.raises(ValueError, match="equal steps"):
        GeoidGrid(np.array([22.0, 23.0, 25.0]), np.array([114.0, 115.0]), np.zeros((3, 2)))


def test_datums_are_never_the_identity_where_the_geoid_is_not_zero() -> None:
    """hae = amsl + N and agl = hae - ground, with N negative here."""
    model = AltitudeModel(parse_geoid_csv(CSV), FlatTerrain(12.0, "flat"))
    assert model.to_hae_m(22.5, 114.5, 100.0, "AMSL").item() == pytest.approx(97.5)
    assert model.to_hae_m(22.5, 114.5, 100.0, "AGL").item() == pytest.approx(109.5)
    assert model.to_hae_m(22.5, 114.5, 100.0, "HAE").item() == 100.0
    assert model.convert_m(22.5, 114.5, 100.0, "AMSL", "AGL").item() == pytest.approx(88.0)
    with pytest.raises(ValueError, match="unknown altitude datum"):
        model.to_hae_m(22.5, 114.5, 100.0, "MSL")  # type: ignore[arg-type]


def test_grid_terrain_reads_pixel_centres_and_interpolates() -> None:
    """The affine maps pixel corners; a height stands at the centre of its pixel."""
    raster = np.array([[10.0, 20.0], [30.0, 40.0]], dtype=np.float32)
    terrain = GridTerrain.from_array(raster, (0.1, 0, 114.0, 0, -0.1, 23.0), nodata=None, label="t")
    assert not terrain.synthetic
    assert terrain.elevation_amsl_m([22.95, 22.85, 22.90], [114.05, 114.15, 114.10]) == pytest.approx(
        [10.0, 40.0, 25.0]
    )


def test_ground_that_is_not_known_is_an_error_not_sea_level() -> None:
    """Nodata, NaN and points beyond the raster raise NoGroundError."""
    raster = np.array([[10.0, -9999.0], [30.0, 40.0]])
    terrain = GridTerrain.from_array(raster, (0.1, 0, 114.0, 0, -0.1, 23.0), nodata=-9999.0, label="t")
    with pytest.raises(NoGroundError):
        terrain.elevation_amsl_m(22.94, 114.14)
    with pytest.raises(NoGroundError):
        terrain.elevation_amsl_m(22.5, 114.1)
    with pytest.raises(NoGroundError):
        terrain.range_amsl_m(22.9, 114.06, 22.94, 114.14)


@pytest.mark.parametrize("shape", [(1, 5), (4,)])
def test_a_raster_too_small_to_interpolate_is_refused(shape: tuple[int, ...]) -> None:
    """At least 2 x 2 pixels are needed."""
    with pytest.raises(ValueError, match="2 x 2"):
        GridTerrain.from_array(np.zeros(shape), (0.1, 0, 114, 0, -0.1, 23), nodata=None, label="t")


def test_the_ground_of_a_leg_is_followed_between_its_ends() -> None:
    """A ridge between two waypoints shows in the range of the leg though not at its ends."""
    model = AltitudeModel(geoid(), hills())
    low, high = model.ground_range_hae_m(22.70, 114.20, 22.70, 114.30)
    s = np.linspace(0, 1, 5001)
    truth = model.terrain.elevation_amsl_m(np.full_like(s, 22.70), 114.20 + 0.1 * s)
    truth = truth + np.interp(s, [0, 1], model.undulation_m([22.70, 22.70], [114.20, 114.30]))
    assert low <= truth.min() + 1e-9
    assert high >= truth.max() - 1e-9
    assert high == pytest.approx(truth.max(), abs=0.05)
    assert low == pytest.approx(truth.min(), abs=0.05)
