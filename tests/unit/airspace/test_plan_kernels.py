"""The compiled kernels of filing against what they stand in for: pyproj, numpy, and themselves uncompiled."""

import json

import numpy as np
import pytest
from pyproj import CRS, Transformer

from airspace import plan_kernels
from airspace.datums import GeoidGrid, OutsideGeoidError
from airspace.frame import LocalFrame
from airspace.geometry4d import Tolerance, Trajectory4D
from airspace.plan_compiled import kernels
from airspace.volumes import volume4ds_json, volume4ds_json_by_numpy
from tests.bench.workload import Workload
from utm.city import load_city


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:32649"])
def test_own_projection_agrees_with_pyproj_to_a_micrometre(crs: str) -> None:
    """Over a degree box around the city both ways give what pyproj gives, whatever the frame."""
    rng = np.random.default_rng(5)
    projected = CRS.from_user_input(crs)
    forward = Transformer.from_crs(projected.geodetic_crs, projected, always_xy=True, allow_ballpark=False)
    lat, lon = rng.uniform(22.0, 23.0, 500), rng.uniform(113.5, 114.9, 500)
    frame = LocalFrame(crs)
    x, y = frame.to_xy(lat, lon)
    there_x, there_y = forward.transform(lon, lat)
    assert np.abs(x - there_x).max() < 1e-6
    assert np.abs(y - there_y).max() < 1e-6
    back_lat, back_lon = frame.to_lat_lon(x, y)
    assert np.abs(back_lat - lat).max() < 1e-11
    assert np.abs(back_lon - lon).max() < 1e-11


def test_points_far_from_the_frame_are_left_to_pyproj() -> None:
    """A point half a world away converts as pyproj does, not by a series that does not reach it."""
    frame = LocalFrame("EPSG:4547")
    projected = CRS.from_user_input("EPSG:4547")
    forward = Transformer.from_crs(projected.geodetic_crs, projected, always_xy=True, allow_ballpark=False)
    x, y = frame.to_xy([50.0], [60.0])
    there_x, there_y = forward.transform([60.0], [50.0])
    assert (x[0], y[0]) == (there_x[0], there_y[0])


def test_compiled_volumes_say_what_numpy_says() -> None:
    """Outlines, bands and windows of 200 flights are the same numbers, corners to the last published decimal."""
    region, tolerance = load_city("shenzhen").region(), Tolerance()
    for flight in Workload(seed=9).flights(200):
        own = json.loads(volume4ds_json(flight, tolerance, region))
        other = json.loads(volume4ds_json_by_numpy(flight, tolerance, region))
        assert len(own) == len(other)
        for a, b in zip(own, other, strict=True):
            assert (a["time_start"], a["time_end"]) == (b["time_start"], b["time_end"])
            assert a["volume"]["altitude_lower"] == b["volume"]["altitude_lower"]
            assert a["volume"]["altitude_upper"] == b["volume"]["altitude_upper"]
            corners = zip(*(v["volume"]["outline_polygon"]["vertices"] for v in (a, b)), strict=True)
            assert all(abs(p["lat"] - q["lat"]) < 1.5e-7 and abs(p["lng"] - q["lng"]) < 1.5e-7 for p, q in corners)


def test_numbers_and_instants_are_written_as_json_reads_them() -> None:
    """Negative heights, round numbers, small fractions, leap days and the end of a year come back as they went in."""
    region = load_city("shenzhen").region()
    frame = region.frame
    x, y = (float(values[0]) for values in frame.to_xy(22.5, 114.0))
    leap = (59 * 86_400.0) + 86_399.25  # 2024-02-29T23:59:59.25Z
    flight = Trajectory4D(np.array([[x, y, -3.0, leap, x, y, 7.0, leap + 3.5]]), np.zeros(1, np.int32))
    (volume,) = json.loads(volume4ds_json(flight, Tolerance(20.0, 5.0, 7.5), region))
    assert volume["volume"]["altitude_lower"]["value"] == -8.0
    assert volume["volume"]["altitude_upper"]["value"] == 12.0
    assert volume["time_start"]["value"] == "2024-02-29T23:59:51.750000Z"
    assert volume["time_end"]["value"] == "2024-03-01T00:00:10.250000Z"


def test_kernels_compiled_and_plain_give_the_same() -> None:
    """The plain functions write the same text and the same columns as the compiled ones."""
    compiled = kernels()
    if compiled is None:
        pytest.skip("numba is not installed")
    frame = LocalFrame("EPSG:4547")
    assert frame.tm is not None
    x, y = np.array([480_000.0, 510_000.0]), np.array([2_490_000.0, 2_520_000.0])
    own, plain = (np.empty((2, 2)) for _ in range(2))
    assert compiled.inverse(x, y, frame.tm, own[0], own[1])
    assert plan_kernels.inverse(x, y, frame.tm, plain[0], plain[1])
    assert np.abs(own - plain).max() < 1e-12


def test_undulation_outside_the_grid_is_refused_by_the_kernel_too() -> None:
    """A point beyond the geoid model, or one that is no number, is an error and never an extrapolation."""
    grid = GeoidGrid(np.array([22.0, 23.0]), np.array([113.0, 114.0]), np.array([[1.0, 2.0], [3.0, 4.0]]))
    assert grid.undulation_m([22.5], [113.5])[0] == pytest.approx(2.5)
    for lat, lon in ((21.9, 113.5), (22.5, 114.1), (float("nan"), 113.5)):
        with pytest.raises(OutsideGeoidError):
            grid.undulation_m([lat], [lon])
