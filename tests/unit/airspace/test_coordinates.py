"""Coordinate reference systems."""

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from airspace.coordinates import Bounds, gcj02_from_wgs84, probably_swapped, wgs84_from, wgs84_from_gcj02
from tests.fakes.airspace_region import BOUNDS


def test_gcj02_shifts_futian_by_some_six_hundred_metres_to_the_south_east() -> None:
    """The published offset at the Civic Centre is 525 m east and 302 m south."""
    lat, lon = gcj02_from_wgs84(22.5431, 114.0579)
    north_m = (lat.item() - 22.5431) * 110_574
    east_m = (lon.item() - 114.0579) * 111_320 * math.cos(math.radians(22.54))
    assert north_m == pytest.approx(-302, abs=25)
    assert east_m == pytest.approx(525, abs=25)


def test_the_inverse_of_gcj02_is_exact_to_a_centimetre() -> None:
    """There and back again ends within 1e-7 degrees, 1 cm."""
    lat, lon = wgs84_from_gcj02(*gcj02_from_wgs84(22.5431, 114.0579))
    assert abs(lat.item() - 22.5431) < 1e-7
    assert abs(lon.item() - 114.0579) < 1e-7


def test_outside_the_mainland_gcj02_is_wgs84() -> None:
    """Singapore is not shifted."""
    lat, lon = gcj02_from_wgs84(0.5, 60.0)
    assert (lat.item(), lon.item()) == (0.5, 60.0)


def test_cgcs2000_is_taken_as_wgs84_and_gcj02_is_not() -> None:
    """Only a declared GCJ-02 position is moved."""
    assert wgs84_from("CGCS2000", 22.5, 114.0)[0].item() == 22.5
    assert wgs84_from("WGS84", 22.5, 114.0)[1].item() == 114.0
    assert wgs84_from("GCJ02", 22.5, 114.0)[1].item() != 114.0


def test_swapped_axes_are_told_from_a_foreign_place() -> None:
    """Only a point that falls into the city once exchanged is called swapped."""
    assert probably_swapped(114.0, 22.5, BOUNDS)
    assert not probably_swapped(22.5, 114.0, BOUNDS)
    assert not probably_swapped(48.0, 11.0, BOUNDS)


@pytest.mark.parametrize("values", [(23, 114, 22, 115), (-91, 0, 0, 1), (0, 0, 1, 181)])
def test_bounds_that_cannot_exist_are_refused(values: tuple[float, float, float, float]) -> None:
    """Reversed or out of range boxes are no values."""
    with pytest.raises(ValueError, match="bounds"):
        Bounds(*values)


# China's land in boxes of a degree, coarsely: latitude, first and last longitude.
_LAND = [
    (18, 108, 111), (19, 108, 111), (20, 109, 111), (21, 100, 112), (22, 99, 121), (23, 97, 121), (24, 97, 121),
    (25, 97, 122), (26, 98, 120), (27, 86, 121), (28, 85, 122), (29, 83, 122), (30, 79, 122), (31, 78, 122), (32, 78, 122),
    (33, 78, 121), (34, 78, 120), (35, 76, 120), (36, 75, 122), (37, 74, 123), (38, 73, 122), (39, 73, 124), (40, 73, 128),
    (41, 75, 131), (42, 79, 131), (43, 80, 132), (44, 79, 134), (45, 79, 134), (46, 81, 135), (47, 82, 135), (48, 85, 135),
    (49, 86, 131), (50, 115, 129), (51, 119, 127), (52, 120, 127), (53, 120, 126),
]  # fmt: skip


def _metres_apart(lat: np.ndarray, lon: np.ndarray, lat1: np.ndarray, lon1: np.ndarray) -> np.ndarray:
    """Return the distance of points a few metres apart, on the sphere."""
    north = np.radians(lat1 - lat) * 6_371_000
    east = np.radians(lon1 - lon) * 6_371_000 * np.cos(np.radians(lat))
    return np.hypot(north, east)


def test_the_inverse_of_gcj02_holds_over_all_of_china() -> None:
    """On a grid of a tenth of a degree over China's land, there and back ends well below 1 cm (here below 1 um)."""
    rows = [
        np.stack(np.meshgrid(np.arange(lat, lat + 1, 0.1), np.arange(first, last + 1, 0.1))).reshape(2, -1)
        for lat, first, last in _LAND
    ]
    lat, lon = np.concatenate(rows, axis=1)
    assert len(lat) > 100_000
    back = wgs84_from_gcj02(*gcj02_from_wgs84(lat, lon))
    off = _metres_apart(lat, lon, *back)
    assert off.max() < 1e-6
    moved = _metres_apart(lat, lon, *gcj02_from_wgs84(lat, lon))
    assert 300 < float(np.median(moved)) < 700
    assert moved.max() < 1_000


@given(lat=st.floats(0.8293, 55.8271), lon=st.floats(72.004, 137.8347))
@example(lat=22.5431, lon=105.0)  # the root of the polynomial has its kink at 105 E
@example(lat=22.5431, lon=105.0 + 1e-13)
@example(lat=0.8293, lon=72.004)  # corners of the box: the image may lie outside
@example(lat=55.8271, lon=137.8347)
def test_the_inverse_of_gcj02_holds_up_to_the_edge_of_its_box(lat: float, lon: float) -> None:
    """Every point of the box must come back, even where its image lies outside the box."""
    back_lat, back_lon = wgs84_from_gcj02(*gcj02_from_wgs84(lat, lon))
    off = _metres_apart(np.array([lat]), np.array([lon]), back_lat, back_lon)
    assert off[0] < 1e-3
