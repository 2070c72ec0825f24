"""4D geometry of a flight: what the engine, the zones and the picture compute on.

Horizontal metres are local x (east) and y (north) of the city's `LocalFrame`; heights are metres above the WGS-84
ellipsoid (HAE); times are scene seconds (`airspace.timebase`).
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

EPS_M: Final = 1e-6
"""Distances closer than this to a limit count as touching it, and touching is not a loss (strict `<`)."""
EPS_HEIGHT_M: Final = 5e-3
"""The same for the vertical distance between two flights.

Layers are filed as true heights, often exactly one minimum apart; the geoid under them tilts by up to 5e-5, which is 2.5 mm
within a horizontal minimum of 50 m. What true heights separate, that tilt must not join.
"""
EPS_S: Final = 1e-6
"""Times closer than this to a limit count as touching it, and touching counts (inclusive `<=`)."""

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Separation:
    """Minima that hold between two flights; a pair is held to the larger value of the two, field by field."""

    horizontal_m: float = 50.0
    vertical_m: float = 15.0
    time_buffer_s: float = 15.0

    def __post_init__(self) -> None:
        if not (self.horizontal_m > 0 and self.vertical_m > 0 and self.time_buffer_s >= 0):
            raise ValueError("separation minima must be positive and the time buffer not negative")

    def widest(self, other: "Separation") -> "Separation":
        """Return the minima that hold between a flight with these and a flight with the other's."""
        return Separation(
            max(self.horizontal_m, other.horizontal_m),
            max(self.vertical_m, other.vertical_m),
            max(self.time_buffer_s, other.time_buffer_s),
        )


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What a flight may deviate from its plan and still conform."""

    horizontal_m: float = 20.0
    vertical_m: float = 5.0
    time_s: float = 7.5


@dataclass(frozen=True, slots=True)
class Trajectory4D:
    """A flight along straight legs at constant speed.

    `segments` is float64 (n, 8), one row `x0 y0 z0 t0 x1 y1 z1 t1` per leg or hold, t1 > t0, consecutive rows joined
    end to start. `waypoint_of` is int32 (n,): the index of the filed waypoint each row starts from (a hold and the leg
    after it share one).
    """

    segments: FloatArray
    waypoint_of: IntArray

    def __post_init__(self) -> None:
        if self.segments.ndim != 2 or self.segments.shape[1] != 8 or not len(self.segments):
            raise ValueError("segments must have shape (n, 8) with n >= 1")
        if self.waypoint_of.shape != (len(self.segments),):
            raise ValueError("waypoint_of must have one entry per segment")

    @property
    def starts_s(self) -> float:
        """Scene seconds of the first instant."""
        return float(self.segments[0, 3])

    @property
    def ends_s(self) -> float:
        """Scene seconds of the last instant."""
        return float(self.segments[-1, 7])

    def shifted(self, delay_s: float) -> "Trajectory4D":
        """Return the same flight, later by `delay_s` seconds."""
        moved = self.segments.copy()
        moved[:, 3] += delay_s
        moved[:, 7] += delay_s
        return Trajectory4D(moved, self.waypoint_of)


@dataclass(frozen=True, slots=True)
class Prism:
    """A volume4d: an area, an altitude band and a time window, all closed.

    The area is either `ring`, float64 (k, 2) vertices of a simple polygon, counter-clockwise, without a repeated last
    vertex, or the disc `circle` = (x_m, y_m, radius_m); exactly one of the two is given.
    """

    ring: FloatArray | None
    circle: tuple[float, float, float] | None
    z_low_m: float
    z_high_m: float
    t_start_s: float
    t_end_s: float

    def __post_init__(self) -> None:
        if (self.ring is None) == (self.circle is None):
            raise ValueError("a prism has either a ring or a circle")
        if not (self.z_low_m <= self.z_high_m and self.t_start_s <= self.t_end_s):
            raise ValueError("a prism's band and window must not be reversed")

    def shifted(self, delay_s: float) -> "Prism":
        """Return the same volume, later by `delay_s` seconds."""
        return Prism(
            self.ring, self.circle, self.z_low_m, self.z_high_m, self.t_start_s + delay_s, self.t_end_s + delay_s
        )


PlanGeometry: TypeAlias = Trajectory4D | tuple[Prism, ...]
"""A plan is either one trajectory or a sequence of at least one volume."""
