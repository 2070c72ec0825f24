"""Short-range geodesy of the simulated world: metres per degree, distances and points along a great circle.

Distances use the radii of curvature of WGS-84 at the mean latitude, which is good to 1e-5 over the tens of kilometres a
city drone flies (checked against `pyproj.Geod` in the tests).
"""

from math import atan2, cos, degrees, hypot, radians, sin, sqrt
from typing import Final

WGS84_A_M: Final = 6378137.0
"""Semi-major axis of WGS-84 (NGA.STND.0036)."""
WGS84_E2: Final = 6.69437999014e-3
"""First eccentricity squared of WGS-84 (NGA.STND.0036)."""

_EQUATOR_M: Final = radians(1.0) * WGS84_A_M
_POLAR_M: Final = _EQUATOR_M * (1.0 - WGS84_E2)


def metres_per_degree(lat_deg: float) -> tuple[float, float]:
    """Return (north, east) metres per degree of latitude and of longitude at a latitude, on the ellipsoid."""
    at = radians(lat_deg)
    s = sin(at)
    w2 = 1.0 - WGS84_E2 * s * s
    w = sqrt(w2)
    return _POLAR_M / (w2 * w), _EQUATOR_M * cos(at) / w


def distance_m(lat_a_deg: float, lon_a_deg: float, lat_b_deg: float, lon_b_deg: float) -> float:
    """Return the horizontal distance of two points less than about 100 km apart, in metres."""
    north_m, east_m = metres_per_degree(0.5 * (lat_a_deg + lat_b_deg))
    return hypot((lat_b_deg - lat_a_deg) * north_m, (lon_b_deg - lon_a_deg) * east_m)


def bearing_deg(lat_a_deg: float, lon_a_deg: float, lat_b_deg: float, lon_b_deg: float) -> float:
    """Return the true bearing from A to B in [0, 360), for points less than about 100 km apart."""
    north_m, east_m = metres_per_degree(0.5 * (lat_a_deg + lat_b_deg))
    return degrees(atan2((lon_b_deg - lon_a_deg) * east_m, (lat_b_deg - lat_a_deg) * north_m)) % 360.0


def offset(lat_deg: float, lon_deg: float, *, east_m: float, north_m: float) -> tuple[float, float]:
    """Return latitude and longitude of the point so many metres east and north of another."""
    north_scale_m, _ = metres_per_degree(lat_deg)
    new_lat_deg = lat_deg + north_m / north_scale_m
    _, east_scale_m = metres_per_degree(0.5 * (lat_deg + new_lat_deg))
    return new_lat_deg, lon_deg + east_m / east_scale_m


def along_great_circle(
    lat_a_deg: float, lon_a_deg: float, lat_b_deg: float, lon_b_deg: float, parts: int
) -> list[tuple[float, float]]:
    """Return the parts - 1 inner points that cut the great circle from A to B into equal pieces."""
    a = _unit_vector(lat_a_deg, lon_a_deg)
    b = _unit_vector(lat_b_deg, lon_b_deg)
    points = []
    for k in range(1, parts):
        f = k / parts
        x, y, z = ((1 - f) * p + f * q for p, q in zip(a, b, strict=True))
        points.append((degrees(atan2(z, hypot(x, y))), degrees(atan2(y, x))))
    return points


def _unit_vector(lat_deg: float, lon_deg: float) -> tuple[float, float, float]:
    lat, lon = radians(lat_deg), radians(lon_deg)
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)
