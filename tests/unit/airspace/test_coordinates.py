"""Coordinate reference systems."""

import math

import pytest

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
