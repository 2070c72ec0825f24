"""Coordinate reference systems of horizontal positions: WGS-84, CGCS2000 and the Chinese map datum GCJ-02.

CGCS2000 and WGS-84 differ by centimetres and are taken as one. GCJ-02 is WGS-84 shifted by a few hundred metres with
the widely published obfuscation polynomial (no official text exists; the inversion is ours, by fixed-point iteration).
"""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from airspace.geometry4d import FloatArray

Crs: TypeAlias = Literal["WGS84", "GCJ02", "CGCS2000"]
CRS_NAMES: Final[tuple[Crs, ...]] = ("WGS84", "GCJ02", "CGCS2000")

# Krasovsky 1940 ellipsoid, as the published obfuscation uses it.
_AXIS_M: Final = 6_378_245.0
_ECCENTRICITY2: Final = 0.006_693_421_622_965_943_23
_MAINLAND: Final = (0.8293, 55.8271, 72.004, 137.8347)  # lat and lon range in which the shift is applied
_ROUNDING_DEG: Final = 1e-11
"""A point on the edge of the range comes back beside it by rounding: a micrometre is no other place."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box of WGS-84 degrees, closed, that does not cross the antimeridian."""

    min_lat_deg: float
    min_lon_deg: float
    max_lat_deg: float
    max_lon_deg: float

    def __post_init__(self) -> None:
        ordered = self.min_lat_deg <= self.max_lat_deg and self.min_lon_deg <= self.max_lon_deg
        in_range = self.min_lat_deg >= -90 and self.max_lat_deg <= 90
        if not (ordered and in_range and self.min_lon_deg >= -180 and self.max_lon_deg <= 180):
            raise ValueError("bounds must be ordered and within the ranges of latitude and longitude")

    def holds(self, lat_deg: float, lon_deg: float) -> bool:
        """Tell whether the point lies in the box; its edge belongs to it."""
        return self.min_lat_deg <= lat_deg <= self.max_lat_deg and self.min_lon_deg <= lon_deg <= self.max_lon_deg

    def widened(self, margin_deg: float) -> "Bounds":
        """Return the box larger by `margin_deg` on each side, cut at the ranges of latitude and longitude."""
        return Bounds(
            max(-90.0, self.min_lat_deg - margin_deg),
            max(-180.0, self.min_lon_deg - margin_deg),
            min(90.0, self.max_lat_deg + margin_deg),
            min(180.0, self.max_lon_deg + margin_deg),
        )


def probably_swapped(lat_deg: float, lon_deg: float, bounds: Bounds) -> bool:
    """Tell whether the point lies outside `bounds` but would lie inside with latitude and longitude exchanged."""
    return not bounds.holds(lat_deg, lon_deg) and bounds.holds(lon_deg, lat_deg)


def gcj02_from_wgs84(lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return GCJ-02 latitudes and longitudes of WGS-84 ones; points outside mainland China's box stay as they are."""
    lat, lon = np.atleast_1d(np.asarray(lat_deg, float)), np.atleast_1d(np.asarray(lon_deg, float))
    shift_lat, shift_lon = _shift_deg(lat, lon)
    inside = _in_mainland(lat, lon)
    return np.where(inside, lat + shift_lat, lat), np.where(inside, lon + shift_lon, lon)


def wgs84_from_gcj02(lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return WGS-84 latitudes and longitudes of GCJ-02 ones, to far better than 1 cm within mainland China's box.

    The shift changes by under 1 % of a step, so each round of the fixed point gains two digits and more; eight rounds
    reach the resolution of a float64. It is followed across the box's edge, so that a point just inside comes back even
    where its image lies outside; where the answer lies outside, the position was never shifted.
    """
    lat, lon = np.atleast_1d(np.asarray(lat_deg, float)), np.atleast_1d(np.asarray(lon_deg, float))
    guess_lat, guess_lon = lat.copy(), lon.copy()
    for _ in range(8):
        shift_lat, shift_lon = _shift_deg(guess_lat, guess_lon)
        guess_lat, guess_lon = lat - shift_lat, lon - shift_lon
    inside = _in_mainland(guess_lat, guess_lon, _ROUNDING_DEG)
    return np.where(inside, guess_lat, lat), np.where(inside, guess_lon, lon)


def _in_mainland(lat: FloatArray, lon: FloatArray, slack_deg: float = 0.0) -> NDArray[np.bool_]:
    low_lat, high_lat, low_lon, high_lon = _MAINLAND
    held = (lat >= low_lat - slack_deg) & (lat <= high_lat + slack_deg)
    held &= (lon >= low_lon - slack_deg) & (lon <= high_lon + slack_deg)
    return np.asarray(held)


def wgs84_from(crs: Crs, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return WGS-84 latitudes and longitudes of positions given in `crs`."""
    if crs == "GCJ02":
        return wgs84_from_gcj02(lat_deg, lon_deg)
    return np.atleast_1d(np.asarray(lat_deg, float)), np.atleast_1d(np.asarray(lon_deg, float))


def _shift_deg(lat: FloatArray, lon: FloatArray) -> tuple[FloatArray, FloatArray]:
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    wave = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave
    d_lat += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    d_lat += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave
    d_lon += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    d_lon += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    w2 = 1.0 - _ECCENTRICITY2 * np.sin(phi) ** 2
    meridian_m = _AXIS_M * (1.0 - _ECCENTRICITY2) / (w2 * np.sqrt(w2))
    prime_m = _AXIS_M / np.sqrt(w2)
    return np.degrees(d_lat / meridian_m), np.degrees(d_lon / (prime_m * np.cos(phi)))
