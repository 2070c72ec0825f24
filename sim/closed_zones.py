"""Closed zones as the world's judge sees them, and what it means to be told to enter one.

Read from the published Feature, with none of the engine's code. Only PROHIBITED zones in force around the clock are
taken; those with times, and those that need an authorisation, close nothing for certain.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import shape

INSIDE_M: Final = 1.0
"""Nearer to the edge than this, inside and outside are not told apart: two ways of drawing it may differ by that much."""
_HIGHEST_M: Final = 1e5


@dataclass(frozen=True, slots=True)
class ClosedZone:
    """A zone nobody may enter: its area in metres of the judge's plane, less its outermost metre, and its band."""

    zone_id: str
    area: shapely.Geometry
    bounds: tuple[float, float, float, float]
    lower_m: float
    upper_m: float
    datum: str
    lat_deg: float
    lon_deg: float

    def entered_by(self, legs: NDArray[np.float64], undulation_m: float, elevation_amsl_m: float) -> bool:
        """Tell whether a flight of legs (x y z t to x y z t, HAE) enters it; ground and geoid are level here."""
        zero_m = {"AGL": undulation_m + elevation_amsl_m, "AMSL": undulation_m, "HAE": 0.0}[self.datum]
        low_m, high_m = self.lower_m + zero_m + INSIDE_M, self.upper_m + zero_m - INSIDE_M
        x0, y0, x1, y1 = self.bounds
        for ax, ay, az, _, bx, by, bz, _ in legs.tolist():
            if max(ax, bx) < x0 or min(ax, bx) > x1 or max(ay, by) < y0 or min(ay, by) > y1:
                continue
            inside = _within(az, bz, low_m, high_m)
            if inside is None:
                continue
            (p, q) = inside
            ends = [(ax + k * (bx - ax), ay + k * (by - ay)) for k in (p, q)]
            line = shapely.Point(ends[0]) if ends[0] == ends[1] else shapely.LineString(ends)
            if line.intersects(self.area):
                return True
        return False

    def holds(self, x_m: float, y_m: float) -> bool:
        """Tell whether a place of the judge's plane lies inside, whatever its height."""
        x0, y0, x1, y1 = self.bounds
        return x0 <= x_m <= x1 and y0 <= y_m <= y1 and bool(shapely.contains_xy(self.area, x_m, y_m))

    @property
    def closes_low_air(self) -> bool:
        """Whether it leaves no way under or over it for a drone that keeps below 120 m."""
        return self.datum == "AGL" and self.lower_m <= 0.0 and self.upper_m >= 120.0


def _within(a_m: float, b_m: float, low_m: float, high_m: float) -> tuple[float, float] | None:
    """Return which share of a leg lies within a band of heights."""
    if a_m == b_m:
        return (0.0, 1.0) if low_m <= a_m <= high_m else None
    shares = sorted(((low_m - a_m) / (b_m - a_m), (high_m - a_m) / (b_m - a_m)))
    first, last = max(0.0, shares[0]), min(1.0, shares[1])
    return (first, last) if first <= last else None


def _limited(when: Mapping[str, Any]) -> bool:
    return any(when.get(name) for name in ("starts_at", "ends_at", "weekly"))


def closed_zone(
    zone_id: str, feature: Mapping[str, Any], plane: Callable[[float, float], tuple[float, float]]
) -> ClosedZone | None:
    """Return a Feature as a closed zone, None when it closes nothing for certain."""
    p = feature["properties"]
    if p["restriction"] != "PROHIBITED" or any(_limited(when) for when in p.get("applicability") or ()):
        return None
    geometry = feature["geometry"]
    radius_m = float(geometry.get("radius_m") or p.get("radius_m") or 0.0)
    drawn = shape(geometry)

    def to_plane(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([plane(lat, lon) for lon, lat in points.tolist()])

    outline = shapely.transform(drawn, to_plane).buffer(radius_m)
    area = outline.buffer(-INSIDE_M)
    if area.is_empty:
        return None
    shapely.prepare(area)
    upper = p.get("upper_m")
    centre = drawn.centroid
    return ClosedZone(
        zone_id,
        area,
        area.bounds,
        float(p.get("lower_m") or 0.0),
        _HIGHEST_M if upper is None else float(upper),
        str(p.get("datum", "AGL")),
        float(centre.y),
        float(centre.x),
    )
