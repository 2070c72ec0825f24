"""Altitude datums: true height (AGL), height above the geoid (AMSL) and above the WGS-84 ellipsoid (HAE).

hae = amsl + undulation, agl = hae - (ground amsl + undulation). The geoid and the ground are explicit values; where
they are unknown the conversion fails with `NoGroundError` or `OutsideGeoidError`, it never falls back to the identity.
"""

import math
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from airspace.geometry4d import FloatArray
from airspace.plan_compiled import kernels

AltDatum: TypeAlias = Literal["AGL", "AMSL", "HAE"]
ALT_DATUMS: Final[tuple[AltDatum, ...]] = ("AGL", "AMSL", "HAE")
_AXIS_ROUNDING_DEG: Final = 5e-6
"""Axes written with six decimals: 5 arc minutes are no round number of them."""
_NO_BREAKS: Final[FloatArray] = np.empty(0)


class NoGroundError(ValueError):
    """The terrain model has no height at a point."""


class OutsideGeoidError(ValueError):
    """The geoid model does not reach a point."""


@dataclass(frozen=True, slots=True, eq=False)
class GeoidGrid:
    """Geoid undulations in metres on a regular grid: `undulations_m[i, j]` at latitudes_deg[i], longitudes_deg[j]."""

    latitudes_deg: FloatArray
    longitudes_deg: FloatArray
    undulations_m: FloatArray
    label: str = "geoid"
    _axes: tuple[float, float, float, float, int, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.undulations_m.shape != (len(self.latitudes_deg), len(self.longitudes_deg)):
            raise ValueError("one undulation is needed for each latitude and longitude")
        for axis in (self.latitudes_deg, self.longitudes_deg):
            steps = np.diff(axis)
            if (
                len(axis) < 2
                or not (steps > 0).all()
                or not np.allclose(steps, steps[0], rtol=0, atol=_AXIS_ROUNDING_DEG)
            ):
                raise ValueError("the axes of a geoid grid must rise in equal steps")
        if not np.isfinite(self.undulations_m).all():
            raise ValueError("undulations must be finite")
        if not self.undulations_m.flags.carray or self.undulations_m.dtype != np.float64:
            object.__setattr__(self, "undulations_m", np.array(self.undulations_m, np.float64, order="C"))
        (lat0, *_, lat1), (lon0, *_, lon1) = self.latitudes_deg.tolist(), self.longitudes_deg.tolist()
        rows, cols = len(self.latitudes_deg) - 1, len(self.longitudes_deg) - 1
        object.__setattr__(self, "_axes", (lat0, rows / (lat1 - lat0), lon0, cols / (lon1 - lon0), rows, cols))

    def undulation_m(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> FloatArray:
        """Return bilinear undulations, shape of the inputs; raises OutsideGeoidError beyond the grid."""
        lat, lon = np.atleast_1d(np.asarray(lat_deg, float)), np.atleast_1d(np.asarray(lon_deg, float))
        lat0, lat_scale, lon0, lon_scale, rows, cols = self._axes
        row, col = (lat - lat0) * lat_scale, (lon - lon0) * lon_scale
        compiled = kernels()
        if compiled is not None and row.ndim == 1 and row.shape == col.shape:
            result = np.empty(row.shape)
            if compiled.bilinear(row, col, self.undulations_m, result):
                return result
        # Comparisons with NaN are false, and NaN among the inputs is the least and the greatest of them.
        reached = row.size == 0 or (row.min() >= 0 and row.max() <= rows and col.min() >= 0 and col.max() <= cols)
        if not reached:
            raise OutsideGeoidError(f"the geoid model {self.label!r} does not reach every point asked for")
        return _bilinear(self.undulations_m, row, col)


def parse_geoid_csv(text: str, label: str = "geoid") -> GeoidGrid:
    """Parse CSV text of columns lat_deg,lon_deg,undulation_m (header and `#` comments allowed) into a `GeoidGrid`.

    Raises ValueError naming the line when a row is malformed, repeated or missing from the regular grid.
    """
    cells: dict[tuple[float, float], float] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", "lat_deg")):
            continue
        try:
            lat, lon, undulation = (float(part) for part in stripped.split(","))
        except ValueError as fault:
            raise ValueError(f"line {number}: expected three numbers lat_deg,lon_deg,undulation_m") from fault
        if not (abs(lat) <= 90 and abs(lon) <= 180 and abs(undulation) < 200):
            raise ValueError(f"line {number}: values out of range")
        if (lat, lon) in cells:
            raise ValueError(f"line {number}: {lat}, {lon} is given twice")
        cells[lat, lon] = undulation
    lats, lons = sorted({lat for lat, _ in cells}), sorted({lon for _, lon in cells})
    if len(cells) != len(lats) * len(lons):
        raise ValueError("the grid has holes: each latitude needs a value at each longitude")
    values = np.array([[cells[lat, lon] for lon in lons] for lat in lats])
    return GeoidGrid(np.array(lats), np.array(lons), values, label)


class Terrain(Protocol):
    """The ground as a function of place, in metres above the geoid."""

    @property
    def label(self) -> str:
        """Name of the model, shown wherever one of its heights decides."""

    @property
    def label_zh(self) -> str:
        """The same in Chinese; empty where it has none."""

    @property
    def synthetic(self) -> bool:
        """True for a model made up for demonstration or as a stand-in; False for surveyed heights."""

    def elevation_amsl_m(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> FloatArray:
        """Return ground heights, shape of the inputs; raises NoGroundError where the model has none."""

    def breaks(self, lat0_deg: float, lon0_deg: float, lat1_deg: float, lon1_deg: float) -> FloatArray:
        """Return the sorted fractions in (0, 1) of the straight leg between which the ground is a quadratic."""

    def range_amsl_m(
        self, min_lat_deg: float, min_lon_deg: float, max_lat_deg: float, max_lon_deg: float
    ) -> tuple[float, float]:
        """Return bounds (low, high) of the ground inside a box of degrees; raises NoGroundError."""


def terrain_names(terrain: Terrain) -> dict[str, object]:
    """Return what a terrain model is called in both languages, as the texts of reasons take it."""
    return {"terrain": terrain.label, "terrain_zh": terrain.label_zh or terrain.label}


@dataclass(frozen=True, slots=True)
class FlatTerrain:
    """Ground of one constant height, a labelled stand-in for a city without an elevation model."""

    elevation_m: float
    label: str
    synthetic: bool = True
    label_zh: str = ""

    def elevation_amsl_m(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> FloatArray:
        """Return the constant height, shape of the inputs."""
        return np.full(np.broadcast(np.atleast_1d(lat_deg), np.atleast_1d(lon_deg)).shape, self.elevation_m)

    def breaks(self, lat0_deg: float, lon0_deg: float, lat1_deg: float, lon1_deg: float) -> FloatArray:
        """Return no fractions: flat ground has no breaks."""
        return _NO_BREAKS

    def range_amsl_m(
        self, min_lat_deg: float, min_lon_deg: float, max_lat_deg: float, max_lon_deg: float
    ) -> tuple[float, float]:
        """Return the constant height twice."""
        return self.elevation_m, self.elevation_m


@dataclass(frozen=True, slots=True, eq=False)
class GridTerrain:
    """Ground heights above the geoid on a raster, bilinear between pixel centres; NaN marks pixels without a height.

    `inverse` is the affine (a, b, c, d, e, f) from degrees to pixel centres: col = a lon + b lat + c,
    row = d lon + e lat + f.
    """

    elevations_amsl_m: FloatArray
    inverse: tuple[float, float, float, float, float, float]
    label: str
    synthetic: bool = False
    label_zh: str = ""

    @classmethod
    def from_array(
        cls,
        elevations_amsl_m: NDArray[np.generic],
        transform: tuple[float, float, float, float, float, float],
        *,
        nodata: float | None,
        label: str,
        synthetic: bool = False,
        label_zh: str = "",
    ) -> "GridTerrain":
        """Build from a raster (rows, cols) and its affine in GDAL/rasterio order (a, b, c, d, e, f).

        The affine takes pixel corners to degrees: lon = a col + b row + c, lat = d col + e row + f. Raises ValueError
        for a raster below 2 x 2 or an affine that cannot be inverted.
        """
        values = np.array(elevations_amsl_m, dtype=np.float64)
        if values.ndim != 2 or min(values.shape) < 2:
            raise ValueError("an elevation raster needs at least 2 x 2 pixels")
        if nodata is not None and not math.isnan(nodata):
            values[values == nodata] = np.nan
        values[~np.isfinite(values)] = np.nan
        a, b, c, d, e, f = (float(term) for term in transform)
        determinant = a * e - b * d
        if not math.isfinite(determinant) or determinant == 0:
            raise ValueError("the affine of the raster cannot be inverted")
        ia, ib, id_, ie = e / determinant, -b / determinant, -d / determinant, a / determinant
        inverse = (ia, ib, -(ia * c + ib * f) - 0.5, id_, ie, -(id_ * c + ie * f) - 0.5)
        return cls(values, inverse, label, synthetic, label_zh)

    def elevation_amsl_m(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> FloatArray:
        """Return bilinear heights, shape of the inputs; raises NoGroundError outside the raster or beside nodata."""
        row, col = self._pixel(np.atleast_1d(np.asarray(lat_deg, float)), np.atleast_1d(np.asarray(lon_deg, float)))
        rows, cols = self.elevations_amsl_m.shape
        if not ((row >= 0) & (row <= rows - 1) & (col >= 0) & (col <= cols - 1)).all():
            raise NoGroundError(f"the terrain model {self.label!r} does not reach every point asked for")
        heights = _bilinear(self.elevations_amsl_m, row, col)
        if np.isnan(heights).any():
            raise NoGroundError(f"the terrain model {self.label!r} has no height at a point asked for")
        return heights

    def breaks(self, lat0_deg: float, lon0_deg: float, lat1_deg: float, lon1_deg: float) -> FloatArray:
        """Return the fractions at which the leg crosses a row or column of pixel centres."""
        rows, cols = self._pixel(np.array([lat0_deg, lat1_deg]), np.array([lon0_deg, lon1_deg]))
        crossings = np.concatenate([_integer_crossings(rows[0], rows[1]), _integer_crossings(cols[0], cols[1])])
        return np.unique(crossings[(crossings > 0) & (crossings < 1)])

    def range_amsl_m(
        self, min_lat_deg: float, min_lon_deg: float, max_lat_deg: float, max_lon_deg: float
    ) -> tuple[float, float]:
        """Return the lowest and highest pixel that can bear on the box; raises NoGroundError when one is unknown."""
        lats = np.array([min_lat_deg, min_lat_deg, max_lat_deg, max_lat_deg])
        row, col = self._pixel(lats, np.array([min_lon_deg, max_lon_deg, min_lon_deg, max_lon_deg]))
        rows, cols = self.elevations_amsl_m.shape
        if row.min() < 0 or col.min() < 0 or row.max() > rows - 1 or col.max() > cols - 1:
            raise NoGroundError(f"the terrain model {self.label!r} does not reach the whole area asked for")
        window = self.elevations_amsl_m[
            math.floor(row.min()) : math.ceil(row.max()) + 1, math.floor(col.min()) : math.ceil(col.max()) + 1
        ]
        if np.isnan(window).any():
            raise NoGroundError(f"the terrain model {self.label!r} has no height in a part of the area asked for")
        return float(window.min()), float(window.max())

    def _pixel(self, lat: FloatArray, lon: FloatArray) -> tuple[FloatArray, FloatArray]:
        a, b, c, d, e, f = self.inverse
        return d * lon + e * lat + f, a * lon + b * lat + c


@dataclass(frozen=True, slots=True)
class AltitudeModel:
    """Converts heights between AGL, AMSL and HAE with an explicit geoid and terrain."""

    geoid: GeoidGrid
    terrain: Terrain

    def undulation_m(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> FloatArray:
        """Return geoid undulations; raises OutsideGeoidError."""
        return self.geoid.undulation_m(lat_deg, lon_deg)

    def ground_hae_m(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> FloatArray:
        """Return ground heights above the ellipsoid; raises OutsideGeoidError or NoGroundError."""
        return self.terrain.elevation_amsl_m(lat_deg, lon_deg) + self.geoid.undulation_m(lat_deg, lon_deg)

    def zero_hae_m(self, lat_deg: ArrayLike, lon_deg: ArrayLike, datum: AltDatum) -> FloatArray:
        """Return the height above the ellipsoid of the zero of `datum`; raises as the models do."""
        if datum == "HAE":
            return np.zeros(np.broadcast(np.atleast_1d(lat_deg), np.atleast_1d(lon_deg)).shape)
        if datum == "AMSL":
            return self.undulation_m(lat_deg, lon_deg)
        if datum == "AGL":
            return self.ground_hae_m(lat_deg, lon_deg)
        raise ValueError(f"unknown altitude datum {datum!r}")

    def to_hae_m(self, lat_deg: ArrayLike, lon_deg: ArrayLike, alt_m: ArrayLike, datum: AltDatum) -> FloatArray:
        """Return heights above the ellipsoid of heights in `datum`; raises as the models do."""
        return np.asarray(alt_m, float) + self.zero_hae_m(lat_deg, lon_deg, datum)

    def from_hae_m(self, lat_deg: ArrayLike, lon_deg: ArrayLike, alt_hae_m: ArrayLike, datum: AltDatum) -> FloatArray:
        """Return heights in `datum` of heights above the ellipsoid; raises as the models do."""
        return np.asarray(alt_hae_m, float) - self.zero_hae_m(lat_deg, lon_deg, datum)

    def convert_m(
        self, lat_deg: ArrayLike, lon_deg: ArrayLike, alt_m: ArrayLike, source: AltDatum, target: AltDatum
    ) -> FloatArray:
        """Return heights given in `source` as heights in `target`; raises as the models do."""
        return self.from_hae_m(lat_deg, lon_deg, self.to_hae_m(lat_deg, lon_deg, alt_m, source), target)

    def ground_range_hae_m(
        self, lat0_deg: float, lon0_deg: float, lat1_deg: float, lon1_deg: float
    ) -> tuple[float, float]:
        """Return the lowest and highest ground (HAE) along a whole leg, not only at its ends; raises as the models do.

        The undulation is taken linear between the ends (see `LegGround`); the terrain is followed through every pixel.
        """
        ground = self.leg_ground(lat0_deg, lon0_deg, lat1_deg, lon1_deg)
        return ground.low_m, ground.high_m

    def leg_ground(self, lat0_deg: float, lon0_deg: float, lat1_deg: float, lon1_deg: float) -> "LegGround":
        """Return the ground under a straight leg as quadratic pieces; raises OutsideGeoidError or NoGroundError."""
        ends = self.undulation_m([lat0_deg, lat1_deg], [lon0_deg, lon1_deg])
        knots = np.concatenate([[0.0], self.terrain.breaks(lat0_deg, lon0_deg, lat1_deg, lon1_deg), [1.0]])
        middles = (knots[:-1] + knots[1:]) / 2
        at = np.concatenate([knots, middles])
        terrain = self.terrain.elevation_amsl_m(
            lat0_deg + at * (lat1_deg - lat0_deg), lon0_deg + at * (lon1_deg - lon0_deg)
        )
        heights = terrain + ends[0] + at * (ends[1] - ends[0])
        count = len(knots)
        return LegGround(knots, heights[:count], heights[count:])


@dataclass(frozen=True, slots=True, eq=False)
class LegGround:
    """The ground (HAE) under one leg: a quadratic between knots, given by its values there and halfway.

    A leg is straight in HAE between waypoints whose true heights are converted one by one, so the undulation under it
    is taken linear too: over flat ground a leg filed at one true height then keeps that true height exactly. The geoid
    departs from that line by centimetres over the longest leg (ours).
    """

    knots: FloatArray
    at_knots_m: FloatArray
    at_middles_m: FloatArray

    @property
    def low_m(self) -> float:
        """Lowest ground of the leg."""
        return float(min(self.at_knots_m.min(), self._vertices().min(initial=math.inf)))

    @property
    def high_m(self) -> float:
        """Highest ground of the leg."""
        return float(max(self.at_knots_m.max(), self._vertices().max(initial=-math.inf)))

    def _vertices(self) -> FloatArray:
        """Return the heights at the turning points that lie inside their pieces."""
        g0, g1, gm = self.at_knots_m[:-1], self.at_knots_m[1:], self.at_middles_m
        a, b = 2 * (g0 + g1 - 2 * gm), 4 * gm - 3 * g0 - g1
        with np.errstate(divide="ignore", invalid="ignore"):
            u = -b / (2 * a)
        inside = (np.abs(a) > 1e-12) & (u > 0) & (u < 1)
        u = u[inside]
        return np.asarray(a[inside] * u * u + b[inside] * u + g0[inside])


def _bilinear(values: FloatArray, row: FloatArray, col: FloatArray) -> FloatArray:
    rows, cols = values.shape
    i = np.minimum(row.astype(np.int64), rows - 2)
    j = np.minimum(col.astype(np.int64), cols - 2)
    v, u = row - i, col - j
    at, rest = i * cols + j, 1 - u
    low = values.take(at) * rest + values.take(at + 1) * u
    at += cols
    high = values.take(at) * rest + values.take(at + 1) * u
    return np.asarray(low * (1 - v) + high * v)


def _integer_crossings(start: float, end: float) -> FloatArray:
    if start == end:
        return _NO_BREAKS
    low, high = min(start, end), max(start, end)
    return (np.arange(math.ceil(low), math.floor(high) + 1, dtype=np.float64) - start) / (end - start)
