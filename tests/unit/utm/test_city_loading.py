"""Loading a data pack from any folder, and what a faulty one is told."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from utm.city import CITIES, CityError, load_city


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the shipped city that a test may spoil."""
    return shutil.copytree(CITIES / "shenzhen", tmp_path / "elsewhere")


def edit_json(path: Path, change: Callable[[Any], None]) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def edit_text(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_folder_outside_the_package_is_a_city(pack: Path) -> None:
    """A pack is loaded by its path as well as a shipped one by its name."""
    other = load_city(pack)
    shipped = load_city("shenzhen")
    assert other.key == "elsewhere"
    assert other.zones == shipped.zones
    assert load_city(str(pack)).sites == shipped.sites


def test_an_unknown_city_lists_the_known_ones(tmp_path: Path) -> None:
    """A wrong name or an empty folder is told what there is."""
    for wrong in ("atlantis", str(tmp_path), "../cities/atlantis"):
        with pytest.raises(CityError, match="give one of shenzhen"):
            load_city(wrong)


def set_property(number: int, name: str, value: Any) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        document["features"][number]["properties"][name] = value

    return change


def set_position(number: int, position: list[float]) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        document["features"][number]["geometry"] = {"type": "Point", "coordinates": position}

    return change


def twice(document: Any) -> None:
    document["features"].append(document["features"][0])


def cross(document: Any) -> None:
    ring = [[114.0, 22.5], [114.1, 22.6], [114.1, 22.5], [114.0, 22.6], [114.0, 22.5]]
    document["features"][1]["geometry"] = {"type": "Polygon", "coordinates": [ring]}


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("zones", set_property(1, "restriction", "MAYBE"), r"zn_civic_centre: /properties/restriction"),
        ("zones", set_property(1, "upper_m", -5.0), r"zn_civic_centre: /properties/upper_m: .*below"),
        ("zones", set_property(1, "datum", "QNH"), r"zn_civic_centre: /properties/datum"),
        ("zones", set_property(1, "zone_id", "civic"), r"feature 2: zone_id must be a text that starts with zn_"),
        ("zones", set_property(1, "name_zh", ""), r"zn_civic_centre .*: name_zh"),
        (
            "zones",
            set_property(1, "applicability", [{"weekly": [{"days": ["FRI"]}]}]),
            r"zn_civic_centre: .*applicability",
        ),
        ("zones", cross, r"zn_civic_centre: .*boundary crosses"),
        ("zones", twice, r"zn_hk_border .*stands twice"),
        ("sites", set_position(3, [22.5, 114.0]), r"st_shenzhen_bay_park .*probably swapped"),
        ("sites", set_position(3, [121.5, 31.2]), r"st_shenzhen_bay_park .*outside the city's bounds"),
        ("sites", set_position(3, ["a", 31.2]), r"st_shenzhen_bay_park .*no positions"),
        ("sites", set_property(3, "pads", 0), r"st_shenzhen_bay_park: /properties/pads"),
        ("corridors", set_property(0, "direction", "backward"), r"co_.*: /properties/direction"),
        ("corridors", set_property(0, "width_m", 0), r"co_.*: /properties/width_m"),
        ("corridors", set_position(0, [114.0, 22.5]), r"co_.*must be a LineString"),
        ("places", set_property(0, "name", None), r"places\.geojson: None \(feature 1\): name"),
        ("places", set_property(0, "source", None), r"must name its source"),
    ],
)
def test_a_fault_in_a_feature_names_file_and_object(
    pack: Path, file: str, change: Callable[[Any], None], message: str
) -> None:
    """Each faulty feature stops the loading with its file, its id and the field."""
    edit_json(pack / f"{file}.geojson", change)
    with pytest.raises(CityError, match=rf"{file}\.geojson.*{message}" if "places" not in message else message):
        load_city(pack)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("city.toml", 'name = "Shenzhen"', 'name = ""', r"city\.toml: name must be"),
        ("city.toml", '"Asia/Shanghai"', '"Asia/Nowhere"', r"city\.toml: time_zone"),
        ("city.toml", "EPSG:4547", "EPSG:4326", r"\[frame\]: crs 'EPSG:4326' cannot be used"),
        ("city.toml", "EPSG:4547", "EPSG:999999", r"\[frame\]: crs 'EPSG:999999' cannot be used"),
        ("city.toml", "max_lat_deg = 22.89", "max_lat_deg = 22.0", r"\[bounds\]: the minima"),
        ("city.toml", "max_lat_deg = 22.89", "max_lat_deg = 23.9", r"\[geoid\]: .*does not reach"),
        ("city.toml", "max_lat_deg = 22.89", 'max_lat_deg = "x"', r"\[bounds\]: max_lat_deg must be a number"),
        ("city.toml", "[ceiling]", "[roof]", r"the table \[ceiling\] is missing"),
        ("city.toml", "ceiling_agl_m = 120.0", "ceiling_agl_m = -1.0", r"ceiling_agl_m must be a number above 0"),
        ("city.toml", 'kind = "flat"', 'kind = "lumpy"', r"\[terrain\]: kind must be flat or geotiff"),
        ("city.toml", "synthetic = true", "synthetic = 1", r"\[terrain\]: synthetic must be true or false"),
        ("city.toml", "[bounds]", "[bounds", r"city\.toml: is not valid TOML"),
        (
            "geoid_egm96.csv",
            "22.000000,113.250000,-5.030",
            "22.000000,113.250000,high",
            r"\[geoid\]: geoid_egm96\.csv: line 2",
        ),
        ("aerodromes.toml", 'aerodrome_id = "ZGNT"', 'aerodrome_id = "ZGSZ"', r"aerodrome_id stands twice"),
        ("aerodromes.toml", 'kind = "heliport"', 'kind = "spaceport"', r"\[\[aerodrome\]\] 2: kind must be"),
        ("aerodromes.toml", "radius_m = 3000.0", "", r"\[\[aerodrome\]\] 2: radius_m"),
        ("aerodromes.toml", "[[22.6530, 113.8030], ", "[[22.6256, 113.8180], ", r"both thresholds are the same"),
        ("aerodromes.toml", "[[22.6530, 113.8030], ", "[[113.8030, 22.6530], ", r"the latitude first"),
        ("aerodromes.toml", "[[22.6530, 113.8030], [22.6256, 113.8180]]", "[]", r"two thresholds"),
    ],
)
def test_a_fault_in_the_tables_names_file_and_field(pack: Path, file: str, old: str, new: str, message: str) -> None:
    """Each faulty entry of the tables stops the loading with its file and field."""
    edit_text(pack / file, old, new)
    with pytest.raises(CityError, match=message):
        load_city(pack)


@pytest.mark.parametrize("file", ["aerodromes.toml", "geoid_egm96.csv", "zones.geojson", "places.geojson"])
def test_a_missing_or_garbled_file_is_named(pack: Path, file: str) -> None:
    """A file that is not there, or not text, is named."""
    (pack / file).write_bytes(b"\xff\xfe\x00garbage")
    with pytest.raises(CityError, match=file):
        load_city(pack)
    (pack / file).unlink()
    with pytest.raises(CityError, match=rf"{file}: cannot be read"):
        load_city(pack)


@pytest.mark.parametrize("text", ["[]", '{"type": "FeatureCollection"}', '{"type": "Feature", "features": []}', "{"])
def test_a_file_that_is_no_feature_collection_is_named(pack: Path, text: str) -> None:
    """JSON of another shape, or none, is refused by name."""
    (pack / "sites.geojson").write_text(text, encoding="utf-8")
    with pytest.raises(CityError, match=r"sites\.geojson"):
        load_city(pack)


def elevation_tile(path: Path, west: float, north: float, height: float, size: int = 100) -> None:
    step = 1.0 / size
    keys = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
    tags = [
        (33550, "d", 3, (step, step, 0.0), True),
        (33922, "d", 6, (0.0, 0.0, 0.0, west, north, 0.0), True),
        (34735, "H", len(keys), keys, True),
    ]
    tifffile.imwrite(path, np.full((size, size), height, dtype=np.float32), extratags=tags, metadata=None)


def with_elevation_files(pack: Path, *names: str) -> None:
    edit_text(pack / "city.toml", 'kind = "flat"', f'kind = "geotiff"\nfiles = {list(names)}')
    edit_text(pack / "city.toml", "synthetic = true", "synthetic = false")


def test_a_city_with_elevation_files_stands_on_them(pack: Path) -> None:
    """The region of a city with GeoTIFF tiles takes its ground from them."""
    with_elevation_files(pack, "a.tif", "b.tif")
    elevation_tile(pack / "a.tif", 113.0, 23.0, 31.0)
    elevation_tile(pack / "b.tif", 114.0, 23.0, 31.0)
    terrain = load_city(pack).region().altitude.terrain
    assert not terrain.synthetic
    assert terrain.elevation_amsl_m(22.5, 114.0)[0] == 31.0


def test_faulty_elevation_files_are_named(pack: Path) -> None:
    """A missing tile stops the loading; one that does not cover the city stops the region."""
    with_elevation_files(pack, "a.tif")
    with pytest.raises(CityError, match=r"a\.tif: no such file"):
        load_city(pack)
    elevation_tile(pack / "a.tif", 113.0, 23.0, 31.0)
    with pytest.raises(CityError, match=r"a\.tif: .*have no height"):
        load_city(pack).region()
