"""The local metric frame of a city: WGS-84 degrees to metres east and north and back.

One transverse Mercator frame serves a whole city, so that plans on both sides of a UTM zone edge meet in one plane.
Shenzhen uses EPSG:4547 (CGCS2000, central meridian 114 degrees E), whose scale error inside the city is below 5e-5.
CGCS2000 and WGS-84 agree to centimetres and are taken as one here.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from pyproj import CRS, Transformer

from airspace.geometry4d import FloatArray
from airspace.plan_compiled import kernels
from airspace.projection import parameters


@dataclass(frozen=True, slots=True)
class LocalFrame:
    """Converts between WGS-84 degrees and local metres (x east, y north) of the projected CRS `crs`."""

    crs: str
    _forward: Transformer = field(init=False, repr=False, compare=False)
    _inverse: Transformer = field(init=False, repr=False, compare=False)
    tm: FloatArray | None = field(init=False, repr=False, compare=False)
    """Constants of our own projection (`airspace.projection`), None where pyproj does it all."""

    def __post_init__(self) -> None:
        projected = CRS.from_user_input(self.crs)
        if not projected.is_projected:
            raise ValueError(f"{self.crs} is not a projected CRS")
        geodetic = projected.geodetic_crs
        forward = Transformer.from_crs(geodetic, projected, always_xy=True, allow_ballpark=False)
        inverse = Transformer.from_crs(projected, geodetic, always_xy=True, allow_ballpark=False)
        object.__setattr__(self, "_forward", forward)
        object.__setattr__(self, "_inverse", inverse)
        object.__setattr__(self, "tm", parameters(projected, forward))

    def to_xy(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return x_m and y_m, same shape as the inputs (at least one dimension)."""
        lat, lon = np.atleast_1d(np.asarray(lat_deg, float)), np.atleast_1d(np.asarray(lon_deg, float))
        own = self._by_kernel("forward", lat, lon)
        if own is not None:
            return own
        x_m, y_m = self._forward.transform(lon, lat)
        return x_m, y_m

    def to_lat_lon(self, x_m: ArrayLike, y_m: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return lat_deg and lon_deg, same shape as the inputs (at least one dimension)."""
        x, y = np.atleast_1d(np.asarray(x_m, float)), np.atleast_1d(np.asarray(y_m, float))
        own = self._by_kernel("inverse", x, y)
        if own is not None:
            return own
        lon_deg, lat_deg = self._inverse.transform(x, y)
        return lat_deg, lon_deg

    def _by_kernel(self, way: str, a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray] | None:
        """Return what the kernel gives for one-dimensional inputs near the central meridian; None for all others."""
        compiled = kernels() if self.tm is not None else None
        if compiled is None or a.ndim != 1 or a.shape != b.shape:
            return None
        c, d = np.empty(a.shape), np.empty(a.shape)
        a, b = usual(a), usual(b)
        done = compiled.forward(a, b, self.tm, c, d) if way == "forward" else compiled.inverse(a, b, self.tm, c, d)
        return (c, d) if done else None


def usual(values: FloatArray) -> FloatArray:
    """Return the array as kernels know it: to numba a read-only or strided one is another type to be compiled for."""
    return values if values.flags.carray else np.array(values, np.float64, order="C")
