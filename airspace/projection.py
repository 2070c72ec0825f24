"""Transverse Mercator frames computed by our own kernels: pyproj's call costs more than the few points of a plan."""

from typing import Any, Final

import numpy as np

from airspace.geometry4d import FloatArray
from airspace.plan_compiled import kernels

_AGREES_M: Final = 1e-6
_AGREES_DEG: Final = 1e-11


def parameters(crs: Any, forward: Any) -> FloatArray | None:
    """Return the constants of the kernels for a pyproj CRS; None for one they are not made for.

    `forward` is pyproj's transformer from longitude and latitude: the kernels are used only where both agree.
    """
    operation, ellipsoid = crs.coordinate_operation, crs.ellipsoid
    if operation is None or operation.method_name != "Transverse Mercator" or not ellipsoid.inverse_flattening:
        return None
    given = {item.name: float(item.value) * float(item.unit_conversion_factor or 1.0) for item in operation.params}
    if any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        return None
    a, f = float(ellipsoid.semi_major_metre), 1.0 / float(ellipsoid.inverse_flattening)
    n = f / (2.0 - f)
    radius = a / (1 + n) * (1 + n**2 / 4 + n**4 / 64 + n**6 / 256)
    scaled = float(given["Scale factor at natural origin"]) * radius
    tm = np.zeros(24)
    tm[0] = given["Longitude of natural origin"]
    tm[1:5] = (scaled, given["False easting"], given["False northing"], (f * (2.0 - f)) ** 0.5)
    tm[6:12], tm[12:18], tm[18:24] = _alpha(n), _beta(n), _delta(n)
    if given["Latitude of natural origin"] != 0.0:
        return None
    return tm if _agrees(tm, forward) else None


def _agrees(tm: FloatArray, forward: Any) -> bool:
    compiled = kernels()
    if compiled is None:
        return False
    lon, lat = np.meshgrid(np.degrees(tm[0]) + np.linspace(-2.0, 2.0, 5), np.linspace(-60.0, 60.0, 5))
    lon, lat = lon.ravel(), lat.ravel()
    x, y = forward.transform(lon, lat)
    own_x, own_y, own_lat, own_lon = (np.empty(lat.shape) for _ in range(4))
    if not compiled.forward(lat, lon, tm, own_x, own_y) or not compiled.inverse(x, y, tm, own_lat, own_lon):
        return False
    metres = max(np.abs(own_x - x).max(), np.abs(own_y - y).max())
    return bool(metres < _AGREES_M and max(np.abs(own_lat - lat).max(), np.abs(own_lon - lon).max()) < _AGREES_DEG)


def _alpha(n: float) -> tuple[float, ...]:
    return (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180 - 127 * n**5 / 288 + 7891 * n**6 / 37800,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440 + 281 * n**5 / 630 - 1983433 * n**6 / 1935360,
        61 * n**3 / 240 - 103 * n**4 / 140 + 15061 * n**5 / 26880 + 167603 * n**6 / 181440,
        49561 * n**4 / 161280 - 179 * n**5 / 168 + 6601661 * n**6 / 7257600,
        34729 * n**5 / 80640 - 3418889 * n**6 / 1995840,
        212378941 * n**6 / 319334400,
    )


def _beta(n: float) -> tuple[float, ...]:
    """Return the coefficients of the way back, negated: the kernel subtracts what it sums up."""
    return (
        n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96 - n**4 / 360 - 81 * n**5 / 512 + 96199 * n**6 / 604800,
        n**2 / 48 + n**3 / 15 - 437 * n**4 / 1440 + 46 * n**5 / 105 - 1118711 * n**6 / 3870720,
        17 * n**3 / 480 - 37 * n**4 / 840 - 209 * n**5 / 4480 + 5569 * n**6 / 90720,
        4397 * n**4 / 161280 - 11 * n**5 / 504 - 830251 * n**6 / 7257600,
        4583 * n**5 / 161280 - 108847 * n**6 / 3991680,
        20648693 * n**6 / 638668800,
    )


def _delta(n: float) -> tuple[float, ...]:
    return (
        2 * n - 2 * n**2 / 3 - 2 * n**3 + 116 * n**4 / 45 + 26 * n**5 / 45 - 2854 * n**6 / 675,
        7 * n**2 / 3 - 8 * n**3 / 5 - 227 * n**4 / 45 + 2704 * n**5 / 315 + 2323 * n**6 / 945,
        56 * n**3 / 15 - 136 * n**4 / 35 - 1262 * n**5 / 105 + 73814 * n**6 / 2835,
        4279 * n**4 / 630 - 332 * n**5 / 35 - 399572 * n**6 / 14175,
        4174 * n**5 / 315 - 144838 * n**6 / 6237,
        601676 * n**6 / 22275,
    )
