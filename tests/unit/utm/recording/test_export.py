"""Recorded positions as files: what every format holds is read back by its own reader and is what was recorded."""

import csv
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pymavlink import mavutil
from typer.testing import CliRunner

from tests.fakes.live_world import LAT, LON, record, vehicle
from tests.fakes.recorded_world import RecordedWorld
from utm import cli
from utm.settings import Settings

A, B = vehicle(40001, 1), vehicle(40002, 2)
Place = tuple[float, float]


@pytest.fixture
def recorded(tmp_path: Path) -> tuple[Path, datetime, int]:
    """A data folder in which two flights were recorded, when they began, and how many positions each has."""
    settings = Settings(data_dir=tmp_path / "data")
    settings.recordings_path.mkdir(parents=True)
    world = RecordedWorld(settings.recordings_path, record("1", 1), record("2", 2, firm="org_b"))
    began = world.clock.now()
    for step in range(12):
        world.position(A, LAT + step * 1e-4, LON, vel_north_mps=3.0, heading_deg=0.0)
        world.position(B, LAT, LON + 0.1 + step * 1e-4)
        world.tick()
    world.recorder.close()
    return settings.data_dir, began, 12


def exported(recorded: tuple[Path, datetime, int], ending: str, *more: str) -> Path:
    folder, began, _ = recorded
    file = folder / f"tracks.{ending}"
    window = ["--from", began.isoformat(), "--to", (began + timedelta(minutes=5)).isoformat()]
    done = CliRunner().invoke(cli.app, ["export", "tracks", str(file), "--data-dir", str(folder), *window, *more])
    assert done.exit_code == 0, done.output
    return file


def of_csv(file: Path) -> list[Place]:
    rows = list(csv.reader(file.read_text().splitlines()))
    lat, lon = (rows[0].index(f"{name} (degrees, WGS-84)") for name in ("lat_deg", "lon_deg"))
    return [(float(row[lat]), float(row[lon])) for row in rows[1:]]


def of_geojson(file: Path) -> list[Place]:
    features = json.loads(file.read_text())["features"]
    found: list[Place] = []
    for feature in features:
        geometry = feature["geometry"]
        some = [geometry["coordinates"]] if geometry["type"] == "Point" else geometry["coordinates"]
        found += [(lat, lon) for lon, lat, *_ in some]
    return found


def of_kml(file: Path) -> list[Place]:
    root = ElementTree.fromstring(file.read_bytes())
    places = root.iter("{http://www.google.com/kml/ext/2.2}coord")
    return [(float(lat), float(lon)) for lon, lat, *_ in (str(place.text).split() for place in places)]


def of_json(file: Path) -> list[Place]:
    items = [json.loads(line) for line in file.read_text().splitlines()]
    return [(item["lat_deg"], item["lon_deg"]) for item in items]


def of_tlog(file: Path) -> list[Place]:
    log = mavutil.mavlink_connection(str(file), dialect="ardupilotmega")
    found: list[Place] = []
    while (message := log.recv_match(type="GLOBAL_POSITION_INT")) is not None:
        found.append((message.lat / 1e7, message.lon / 1e7))
    return found


@pytest.mark.parametrize(
    ("ending", "read"),
    [("csv", of_csv), ("geojson", of_geojson), ("kml", of_kml), ("json", of_json), ("tlog", of_tlog)],
)
def test_every_format_holds_every_position(
    recorded: tuple[Path, datetime, int], ending: str, read: Callable[[Path], list[Place]]
) -> None:
    """Each format, read by its own reader, must give the places of both flights, none missing, none twice."""
    count = recorded[2]
    north = [(round(LAT + step * 1e-4, 6), round(LON, 6)) for step in range(count)]
    east = [(round(LAT, 6), round(LON + 0.1 + step * 1e-4, 6)) for step in range(count)]
    found = [(round(lat, 6), round(lon, 6)) for lat, lon in read(exported(recorded, ending))]
    assert sorted(found) == sorted(north + east)


def test_an_export_may_be_of_one_aircraft_or_one_area(recorded: tuple[Path, datetime, int]) -> None:
    """Narrowed to an aircraft or a box it must hold those positions only; a format nobody knows is refused."""
    assert len(of_csv(exported(recorded, "csv", "--aircraft", "ac_2"))) == recorded[2]
    box = f"{LON - 0.01},{LAT - 0.01},{LON + 0.01},{LAT + 0.01}"
    assert len(of_csv(exported(recorded, "csv", "--bbox", box))) == recorded[2]
    folder, began, _ = recorded
    window = ["--from", began.isoformat(), "--to", began.isoformat()]
    refused = CliRunner().invoke(cli.app, ["export", "tracks", "x.gpx", "--data-dir", str(folder), *window])
    assert refused.exit_code != 0
