"""The judge's own plane: transverse Mercator by Krüger's series, and GCJ-02 undone by iteration.

A city defines in which projected CRS horizontal distances and leg lengths are measured; the judge takes only that
definition and does the arithmetic itself. For a CRS of another kind it asks pyproj.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, TypeAlias

from pyproj import CRS, Transformer

Plane: TypeAlias = Callable[[float, float], tuple[float, float]]
"""Takes lat_deg and lon_deg, returns x_m (east) and y_m (north)."""

_GCJ_AXIS_M: Final = 6378245.0
_GCJ_E2: Final = 0.00669342162296594323
_GCJ_LATITUDES: Final = (0.8293, 55.8271)
_GCJ_LONGITUDES: Final = (72.004, 137.8347)


def plane_for(crs: str) -> Plane:
    """Return the plane of a projected CRS such as "EPSG:4547"; raises ValueError for one that is not projected."""
    projected = CRS.from_user_input(crs)
    if not projected.is_projected or projected.ellipsoid is None or projected.coordinate_operation is None:
        raise ValueError(f"{crs} is not a projected CRS")
    operation = projected.coordinate_operation
    if operation.method_name == "Transverse Mercator":
        values = {parameter.name: float(parameter.value) for parameter in operation.params}
        return transverse_mercator(
            semi_major_m=projected.ellipsoid.semi_major_metre,
            inverse_flattening=projected.ellipsoid.inverse_flattening,
            origin_lon_deg=values["Longitude of natural origin"],
            scale=values["Scale factor at natural origin"],
        )
    transformer = Transformer.from_crs(projected.geodetic_crs, projected, always_xy=True, allow_ballpark=False)

    def by_pyproj(lat_deg: float, lon_deg: float) -> tuple[float, float]:
        x_m, y_m = transformer.transform(lon_deg, lat_deg)
        return float(x_m), float(y_m)

    return by_pyproj


def transverse_mercator(
    *, semi_major_m: float, inverse_flattening: float, origin_lon_deg: float, scale: float
) -> Plane:
    """Return a transverse Mercator plane without false origin (only differences matter to the judge).

    Krüger 1912, to the sixth order in the third flattening; coefficients as in Karney, "Transverse Mercator with an
    accuracy of a few nanometers", J. Geodesy 85 (2011), equation 35.
    """
    f = 1.0 / inverse_flattening
    n = f / (2.0 - f)
    e = math.sqrt(f * (2.0 - f))
    rectifying_m = semi_major_m / (1 + n) * (1 + n**2 / 4 + n**4 / 64 + n**6 / 256)
    alpha = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180 - 127 * n**5 / 288 + 7891 * n**6 / 37800,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440 + 281 * n**5 / 630 - 1983433 * n**6 / 1935360,
        61 * n**3 / 240 - 103 * n**4 / 140 + 15061 * n**5 / 26880 + 167603 * n**6 / 181440,
        49561 * n**4 / 161280 - 179 * n**5 / 168 + 6601661 * n**6 / 7257600,
        34729 * n**5 / 80640 - 3418889 * n**6 / 1995840,
        212378941 * n**6 / 319334400,
    )

    def forward(lat_deg: float, lon_deg: float) -> tuple[float, float]:
        phi = math.radians(lat_deg)
        lam = math.radians((lon_deg - origin_lon_deg + 180.0) % 360.0 - 180.0)
        conformal = math.sinh(math.asinh(math.tan(phi)) - e * math.atanh(e * math.sin(phi)))
        xi = math.atan2(conformal, math.cos(lam))
        eta = math.asinh(math.sin(lam) / math.hypot(conformal, math.cos(lam)))
        north, east = xi, eta
        for order, a in enumerate(alpha, start=1):
            north += a * math.sin(2 * order * xi) * math.cosh(2 * order * eta)
            east += a * math.cos(2 * order * xi) * math.sinh(2 * order * eta)
        return scale * rectifying_m * east, scale * rectifying_m * north

    return forward


def gcj02_to_wgs84(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """Return WGS-84 lat_deg, lon_deg of a GCJ-02 position: fixed-point iteration on the published forward shift."""
    lat, lon = lat_deg, lon_deg
    for _ in range(20):
        shift_lat, shift_lon = _gcj_shift(lat, lon)
        lat, lon = lat_deg - shift_lat, lon_deg - shift_lon
    return lat, lon


def _gcj_shift(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    """Degrees by which GCJ-02 moves a WGS-84 position, as the public reimplementations of the map shift have it."""
    if not (_GCJ_LATITUDES[0] <= lat_deg <= _GCJ_LATITUDES[1] and _GCJ_LONGITUDES[0] <= lon_deg <= _GCJ_LONGITUDES[1]):
        return 0.0, 0.0
    x, y = lon_deg - 105.0, lat_deg - 35.0
    pi = math.pi
    ripple = (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + ripple
    north += (20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * pi) + 320.0 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + ripple
    east += (20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    phi = math.radians(lat_deg)
    w = 1.0 - _GCJ_E2 * math.sin(phi) ** 2
    meridian_m = _GCJ_AXIS_M * (1.0 - _GCJ_E2) / w**1.5
    parallel_m = _GCJ_AXIS_M / math.sqrt(w) * math.cos(phi)
    return math.degrees(north / meridian_m), math.degrees(east / parallel_m)
