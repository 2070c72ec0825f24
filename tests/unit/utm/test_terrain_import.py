"""Elevation models from GeoTIFF files written here as other tools write them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from airspace.coordinates import Bounds
from utm.terrain_import import TerrainImportError, read_geotiffs

STEP = 1 / 360
CITY = Bounds(22.10, 113.60, 22.40, 114.30)


def slope(west: float, north: float, rows: int, cols: int) -> np.ndarray:
    """Heights that are an exact plane in degrees: 100 per degree of latitude, 10 per degree of longitude."""
    lat = north - (np.arange(rows) + 0.5)[:, None] * STEP
    lon = west + (np.arange(cols) + 0.5)[None, :] * STEP
    return (100 * (lat - 22) + 10 * (lon - 113)).astype(np.float32)


def write(path: Path, data: np.ndarray, west: float, north: float, **changes: Any) -> Path:
    """Write a geographic GeoTIFF; `changes` replaces or removes (None) a tag by its name."""
    raster_type, crs, model = changes.get("raster_type", 1), changes.get("crs", 4326), changes.get("model", 2)
    keys = (1, 1, 0, 3, 1024, 0, 1, model, 1025, 0, 1, raster_type, 2048, 0, 1, crs)
    half = STEP / 2 if raster_type == 2 else 0.0
    tags: dict[str, Any] = {
        "scale": (33550, "d", 3, (STEP, STEP, 0.0), True),
        "tie": (33922, "d", 6, (0.0, 0.0, 0.0, west + half, north - half, 0.0), True),
        "keys": (34735, "H", len(keys), keys, True),
        "nodata": (42113, "s", 0, changes["nodata"], True) if "nodata" in changes else None,
    }
    extratags = [tag for name, tag in tags.items() if tag is not None and name not in changes.get("without", ())]
    tifffile.imwrite(path, data, extratags=extratags, metadata=None, compression=changes.get("compression"))
    return path


@pytest.fixture
def west_tile(tmp_path: Path) -> Path:
    return write(tmp_path / "N22_00_E113_00.tif", slope(113, 23, 360, 360), 113, 23)


@pytest.fixture
def east_tile(tmp_path: Path) -> Path:
    return write(tmp_path / "N22_00_E114_00.tif", slope(114, 23, 360, 360), 114, 23)


@pytest.mark.parametrize("raster_type", [1, 2])
def test_tiles_make_one_terrain_over_the_seam(tmp_path: Path, raster_type: int) -> None:
    """Two tiles give heights everywhere inside the city, also between the pixels of both."""
    west = write(tmp_path / "w.tif", slope(113, 23, 360, 360), 113, 23, raster_type=raster_type)
    east = write(tmp_path / "e.tif", slope(114, 23, 360, 360), 114, 23, raster_type=raster_type, compression="zlib")
    terrain = read_geotiffs([west, east], CITY).terrain("test slope")
    lat = np.array([22.10, 22.40, 22.25, 22.30])
    lon = np.array([113.60, 114.30, 114.0, 113.9995])
    assert terrain.elevation_amsl_m(lat, lon) == pytest.approx(100 * (lat - 22) + 10 * (lon - 113), abs=1e-3)
    assert not terrain.synthetic


def test_only_the_window_of_the_city_is_kept(west_tile: Path, east_tile: Path) -> None:
    """The raster covers the bounds and at most a pixel more."""
    raster = read_geotiffs([west_tile, east_tile], CITY)
    rows, cols = raster.heights_m.shape
    assert rows == pytest.approx(0.30 / STEP, abs=3)
    assert cols == pytest.approx(0.70 / STEP, abs=3)
    assert raster.transform[2] <= CITY.min_lon_deg
    assert raster.transform[5] >= CITY.max_lat_deg


def test_integer_heights_with_nodata_are_read(tmp_path: Path) -> None:
    """A 16-bit tile works, and its nodata outside the bounds does no harm."""
    data = np.full((360, 720), 25, dtype=np.int16)
    data[:10] = -32768
    path = write(tmp_path / "int.tif", data, 113, 23, nodata="-32768")
    assert read_geotiffs([path], CITY).terrain("flat").elevation_amsl_m(22.3, 113.9)[0] == 25.0


def test_a_hole_inside_the_city_is_named(tmp_path: Path, east_tile: Path) -> None:
    """A missing height inside the bounds refuses the import and says where it is."""
    data = slope(113, 23, 360, 360)
    data[250, 300] = -9999
    path = write(tmp_path / "hole.tif", data, 113, 23, nodata="-9999")
    with pytest.raises(TerrainImportError, match=r"1 pixels .* no height .*22\.30417 N, 113\.83472 E"):
        read_geotiffs([path, east_tile], CITY)


def test_another_tile_fills_the_hole_of_the_first(tmp_path: Path, west_tile: Path, east_tile: Path) -> None:
    """Where a tile has no height an overlapping one gives it; where both have, the first named wins."""
    data = slope(113, 23, 360, 360) + 1000
    data[250, 300] = np.nan
    raised = write(tmp_path / "raised.tif", data, 113, 23)
    heights = read_geotiffs([raised, west_tile, east_tile], CITY).heights_m
    assert np.count_nonzero((heights > 500) & (heights < 5000)) > 1000
    assert np.isfinite(heights).all()


def test_a_missing_tile_is_refused(west_tile: Path) -> None:
    """A city that reaches beyond the tiles is not half imported."""
    with pytest.raises(TerrainImportError, match="have no height"):
        read_geotiffs([west_tile], CITY)


def test_a_tile_outside_the_city_is_refused(tmp_path: Path, west_tile: Path, east_tile: Path) -> None:
    """A file that adds nothing is most likely the wrong file."""
    far = write(tmp_path / "far.tif", slope(120, 23, 20, 20), 120, 23)
    with pytest.raises(TerrainImportError, match=r"far\.tif: lies wholly outside"):
        read_geotiffs([west_tile, east_tile, far], CITY)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"without": ("keys",)}, "without GeoTIFF keys"),
        ({"without": ("tie",)}, "ModelTiepoint"),
        ({"without": ("scale",)}, "ModelPixelScale"),
        ({"crs": 4258}, "EPSG:4258"),
        ({"model": 1, "crs": 0}, "projected or unknown CRS"),
        ({"nodata": "lots"}, "unreadable GDAL_NODATA"),
    ],
)
def test_files_without_a_usable_georeference_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    """Each message names the file and says what is wrong with it."""
    path = write(tmp_path / "odd.tif", slope(113, 23, 360, 360), 113, 23, **changes)
    with pytest.raises(TerrainImportError, match=rf"odd\.tif.*{message}"):
        read_geotiffs([path], CITY)


def test_things_that_are_no_tiff_are_refused(tmp_path: Path) -> None:
    """Text, an empty file, a folder and nothing at all are refused by name."""
    text, empty = tmp_path / "text.tif", tmp_path / "empty.tif"
    text.write_text("hello")
    empty.write_bytes(b"")
    for path in (text, empty, tmp_path):
        with pytest.raises(TerrainImportError, match="cannot be read as a GeoTIFF"):
            read_geotiffs([path], CITY)
    with pytest.raises(TerrainImportError, match="no such file"):
        read_geotiffs([tmp_path / "absent.tif"], CITY)
    with pytest.raises(TerrainImportError, match="no elevation file"):
        read_geotiffs([], CITY)


def test_a_truncated_file_is_refused(tmp_path: Path, west_tile: Path) -> None:
    """A download that broke off is an error, not a hole."""
    cut = tmp_path / "cut.tif"
    cut.write_bytes(west_tile.read_bytes()[:-200_000])
    with pytest.raises(TerrainImportError, match=r"cut\.tif"):
        read_geotiffs([cut], CITY)


def test_pictures_and_undeclared_nodata_are_refused(tmp_path: Path) -> None:
    """Three colour bands are no heights, and heights beyond the highest mountain are a forgotten nodata value."""
    colours = write(tmp_path / "rgb.tif", np.zeros((20, 20, 3), dtype=np.uint8), 113, 23)
    with pytest.raises(TerrainImportError, match="one band"):
        read_geotiffs([colours], CITY)
    data = slope(113, 23, 360, 720)
    data[0, 0] = -32767
    with pytest.raises(TerrainImportError, match="nodata value missing"):
        read_geotiffs([write(tmp_path / "n.tif", data, 113, 23)], CITY)


def test_lattices_must_agree(tmp_path: Path, west_tile: Path) -> None:
    """A tile shifted by half a pixel cannot be laid beside another."""
    shifted = write(tmp_path / "shifted.tif", slope(114, 23, 360, 360), 114 + STEP / 2, 23)
    with pytest.raises(TerrainImportError, match="do not line up"):
        read_geotiffs([west_tile, shifted], CITY)
