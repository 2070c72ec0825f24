"""Population rasters: GeoTIFF of densities or of counts, averaged over the squares of the city's grid."""

import io

import numpy as np
import pytest
import tifffile

from airspace.frame import LocalFrame
from dispatch.population import Lattice
from utm.ground.raster import raster_densities
from utm.terrain_import import TerrainImportError

FRAME = LocalFrame("EPSG:4547")
X0, Y0 = (float(item[0]) for item in FRAME.to_xy(22.50, 114.00))
LATTICE = Lattice(X0, Y0, 10, 10)


def raster(values: np.ndarray, *, west: float = 113.95, north: float = 22.60, step: float = 1 / 1200) -> bytes:  # type: ignore[type-arg]
    """Return a GeoTIFF of pixels of three arc seconds, about 90 m."""
    keys = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
    tags = [
        (33550, "d", 3, (step, step, 0.0), False),
        (33922, "d", 6, (0.0, 0.0, 0.0, west, north, 0.0), False),
        (34735, "H", len(keys), keys, False),
        (42113, "s", 0, "-9999", False),
    ]
    written = io.BytesIO()
    tifffile.imwrite(written, values.astype(np.float32), extratags=tags, metadata=None)
    return written.getvalue()


def test_densities_are_read_as_they_stand_and_nodata_is_unknown() -> None:
    """An even raster gives its density everywhere; a marked hole, and what lies outside the file, is NaN."""
    values = np.full((240, 240), 5_000.0)
    assert raster_densities(raster(values), "people_per_km2", LATTICE, FRAME) == pytest.approx(
        np.full((10, 10), 5_000.0)
    )
    values[:, :] = -9999.0
    assert np.isnan(raster_densities(raster(values), "people_per_km2", LATTICE, FRAME)).all()
    far = raster(np.full((240, 240), 5_000.0), west=115.0)
    assert np.isnan(raster_densities(far, "people_per_km2", LATTICE, FRAME)).all()


def test_counts_are_divided_by_the_area_of_their_pixels() -> None:
    """40 people on a pixel of 93 m by 86 m are about 5,000 per square kilometre."""
    found = raster_densities(raster(np.full((240, 240), 40.0)), "people_per_pixel", LATTICE, FRAME)
    side_km = 111.195 / 1200
    assert found == pytest.approx(np.full((10, 10), 40.0 / (side_km**2 * np.cos(np.radians(22.51)))), rel=2e-3)


def test_a_square_is_the_mean_of_its_pixels() -> None:
    """Across an edge between an empty and a full half the mean lies between, and no square leaves the range."""
    values = np.zeros((240, 240))
    values[:, 73:] = 9_000.0
    found = raster_densities(raster(values), "people_per_km2", LATTICE, FRAME)
    assert found.min() == 0.0
    assert found.max() == 9_000.0
    assert ((found > 0) & (found < 9_000)).any()


def test_a_projected_raster_is_refused_with_what_to_do() -> None:
    """The message says which reference is read."""
    with pytest.raises(TerrainImportError, match="GeoTIFF"):
        raster_densities(b"II*\x00nothing", "people_per_km2", LATTICE, FRAME)
