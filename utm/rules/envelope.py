"""The envelope of a standing approval: what lies inside, what a flight misses it by, and the ways back into it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from airspace import prepared
from airspace.areas import Area
from airspace.geometry4d import FloatArray
from airspace.intent import FlightIntent
from airspace.intervals import Intervals, merged
from airspace.offers_route import RouteView
from airspace.schedule import Period, active_within
from airspace.trajectory import FlightPath, Waypoint
from airspace.volumes import VolumePath
from dispatch.router import Obstacle

_TOUCH_M = 1e-6
_FENCE_M: Final = 0.1
_FENCE_MARGIN_M: Final = 2.0
_FAR_M: Final = 50_000.0


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a standing approval covers; None leaves a bound open. Heights are true heights."""

    area: Area | None
    lower_agl_m: float
    upper_agl_m: float
    periods: tuple[Period, ...]
    aircraft_ids: frozenset[str] | None
    operation_types: frozenset[str] | None

    def covers(self, flight: FlightIntent) -> bool:
        """Tell whether all of a flight lies inside the envelope."""
        return self.covers_at_some_time(flight) and self.open_throughout(flight)

    def open_throughout(self, flight: FlightIntent) -> bool:
        """Tell whether a flight lies inside the hours."""
        starts_s, ends_s = flight.window_s
        open_times = active_within(self.periods, starts_s, ends_s)
        return any(start <= starts_s and ends_s <= end for start, end in open_times)

    def open_delays(self, flight: FlightIntent, from_s: float, to_s: float) -> Intervals:
        """Return by how much later, within [from_s, to_s], a flight it covers but for its hours lies inside them."""
        starts_s, ends_s = flight.window_s
        open_times = active_within(self.periods, starts_s + from_s, ends_s + to_s)
        return merged((start - starts_s, end - ends_s) for start, end in open_times)

    def covers_at_some_time(self, flight: FlightIntent) -> bool:
        """Tell whether a flight lies inside the envelope but for its hours."""
        return self.admits(flight) and self.holds_heights(flight) and self.holds_place(flight)

    def admits(self, flight: FlightIntent) -> bool:
        """Tell whether it is for this aircraft and this kind of operation."""
        if self.aircraft_ids is not None and flight.aircraft_id not in self.aircraft_ids:
            return False
        return self.operation_types is None or flight.operation_type in self.operation_types

    def holds_heights(self, flight: FlightIntent) -> bool:
        """Tell whether a flight keeps to the band."""
        low_m, high_m = true_heights(flight.path)
        return low_m >= self.lower_agl_m - _TOUCH_M and high_m <= self.upper_agl_m + _TOUCH_M

    def holds_place(self, flight: FlightIntent) -> bool:
        """Tell whether a flight stays over the area."""
        return self.area is None or _inside(flight.path, self.area)

    def fence(self) -> tuple[Obstacle, ...]:
        """Return what lies outside the area, as something to be led around; nothing where the area is open."""
        if self.area is None:
            return ()
        shape = _shape(self.area)
        x0, y0, x1, y1 = shape.bounds
        outside = shapely.difference(shapely.box(x0 - _FAR_M, y0 - _FAR_M, x1 + _FAR_M, y1 + _FAR_M), shape)
        wide = shapely.buffer(outside, _FENCE_MARGIN_M, join_style="mitre")
        return (Obstacle(wide, shapely.buffer(outside, _FENCE_M), wide.bounds),)


@dataclass(frozen=True, slots=True)
class NamedEnvelope:
    """An envelope in force: the id of its approval, and what its firm calls it."""

    approval_id: str
    name: str
    envelope: Envelope

    def missed(self, flight: FlightIntent) -> tuple[str, str]:
        """Return in words, English and Chinese, what of a flight lies outside of it."""
        item, said = self.envelope, []
        low_m, high_m = true_heights(flight.path)
        if item.aircraft_ids is not None and flight.aircraft_id not in item.aircraft_ids:
            said.append(("it names other aircraft", "未包含该航空器"))
        if item.operation_types is not None and flight.operation_type not in item.operation_types:
            said.append(("it is for other kinds of operation", "不适用于该类作业"))
        if high_m > item.upper_agl_m + _TOUCH_M:
            said.append(
                (
                    f"the flight reaches {high_m:.1f} m true height, it ends at {item.upper_agl_m:g} m",
                    f"飞行真高达 {high_m:.1f} 米，其上限为 {item.upper_agl_m:g} 米",
                )
            )
        if low_m < item.lower_agl_m - _TOUCH_M:
            said.append(
                (
                    f"the flight is as low as {low_m:.1f} m true height, it begins at {item.lower_agl_m:g} m",
                    f"飞行真高低至 {low_m:.1f} 米，其下限为 {item.lower_agl_m:g} 米",
                )
            )
        if not item.holds_place(flight):
            said.append(("the flight leaves its area", "飞行超出其区域"))
        if not item.open_throughout(flight):
            said.append(("the flight is outside its hours", "飞行不在其时段内"))
        return "; ".join(text for text, _ in said), "；".join(text for _, text in said)


def within_band(
    seen: RouteView, path: FlightPath, lower_m: float, upper_m: float, least_m: float = 0.0
) -> Iterator[tuple[Waypoint, ...]]:
    """Yield the route with what is en route moved into a band of true heights: as near as it can be, then its edges.

    Take-off, landing and drops stay; moves of less than `least_m` are left out. Between waypoints the ground rises and
    falls: as much as the flight as filed exceeds its waypoints there, the band is narrowed. Nothing is yielded where it
    is too narrow, or nothing is en route.
    """
    if not any(seen.en_route):
        return
    en_route = np.array(seen.en_route)
    above_m = max(0.0, float(path.agl_high_m.max()) - seen.top_agl_m)
    low_m = float(seen.agl_m[en_route].min())
    crossed = (
        path.agl_low_m[np.array(seen.en_route[:-1]) & np.array(seen.en_route[1:])] if _row_by_row(seen, path) else ()
    )
    below_m = max(0.0, low_m - float(min(crossed))) if len(crossed) else 0.0
    lowest, highest = lower_m + below_m if lower_m > 0.0 else 0.0, upper_m - above_m
    if lowest > highest:
        return
    wanted = dict.fromkeys(
        (
            _whole(min(max(seen.top_agl_m, lowest), highest), lowest, highest),
            _whole(highest, lowest, highest),
            _whole(lowest, lowest, highest) if lower_m > 0.0 else _whole(highest / 2, lowest, highest),
        )
    )
    for top_m in sorted(wanted, key=lambda top: abs(top - seen.top_agl_m)):
        if abs(top_m - seen.top_agl_m) < least_m:
            continue
        heights: FloatArray = np.clip(seen.agl_m + (top_m - seen.top_agl_m), lowest, highest)
        points = tuple(
            point._replace(alt_m=round(point.alt_m + float(to_m - from_m), 3)) if high else point
            for point, to_m, from_m, high in zip(seen.route.waypoints, heights, seen.agl_m, seen.en_route, strict=True)
        )
        if points != seen.route.waypoints:
            yield points


def _row_by_row(seen: RouteView, path: FlightPath) -> bool:
    return len(path.agl_low_m) == len(seen.route.waypoints) - 1


def _whole(height_m: float, lowest_m: float, highest_m: float) -> float:
    """Return the nearest whole metre inside a band, or the height itself where there is none."""
    for whole in (float(math.floor(height_m)), float(math.ceil(height_m))):
        if lowest_m <= whole <= highest_m:
            return whole
    return height_m


def true_heights(path: FlightPath | VolumePath) -> tuple[float, float]:
    """Return the least and the greatest true height of a flight, without its tolerance; never below the ground."""
    if isinstance(path, FlightPath):
        return max(0.0, float(path.agl_low_m.min())), float(path.agl_high_m.max())
    lows = [prism.z_low_m - ground for prism, ground in zip(path.prisms, path.ground_high_m.tolist(), strict=True)]
    highs = [prism.z_high_m - ground for prism, ground in zip(path.prisms, path.ground_low_m.tolist(), strict=True)]
    return max(0.0, min(lows)), max(highs)


def _shape(area: Area) -> Any:
    return area.geometry if area.circle is None else area.geometry.buffer(area.radius_m, quad_segs=64)


def _inside(path: FlightPath | VolumePath, area: Area) -> bool:
    shape = _shape(area)
    if isinstance(path, FlightPath):
        return bool(prepared.covers(shape, path.lines).all())
    return all(
        prepared.covers(shape, part.geometry if part.circle is None else part.geometry.buffer(part.radius_m))
        for part in path.areas
    )
