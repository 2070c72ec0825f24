"""Wind over the simulated city: uniform, growing with height, with fronts that pass, and gusts. Pure and seeded.

Directions in the code are where the wind blows *to*, as components east and north; `from_deg` of the field is where it
comes from, as meteorologists say it. A gust is each vehicle's own Ornstein-Uhlenbeck process (`Gusts`), whose strength
the source gives.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import cos, exp, log, pi, radians, sin, sqrt
from random import Random
from typing import Final, NamedTuple, Protocol

from sim.geodesy import metres_per_degree

CITY_EXPONENT: Final = 0.22
"""Exponent of the wind profile over a built-up city (GB 50009-2012, 8.2.1, terrain category C)."""
REFERENCE_HEIGHT_M: Final = 10.0
"""Height at which wind is measured (WMO-No. 8, and GB 50009-2012)."""
_LOWEST_M: Final = 2.0
_TURN: Final = 2.0 * pi


class Air(NamedTuple):
    """The air at a place and instant: mean motion, and the standard deviation of gusts on each axis."""

    east_mps: float
    north_mps: float
    gust_mps: float


class WindSource(Protocol):
    """Where a vehicle asks for its wind."""

    @property
    def gust_time_s(self) -> float:
        """Time in which a gust forgets itself."""

    @property
    def drag_per_s(self) -> float:
        """How much of a gust a multirotor takes on in a second."""

    def at(self, lat_deg: float, lon_deg: float, above_ground_m: float, now_s: float) -> Air:
        """Return the air at a place, a height above the ground, and an instant in scene seconds."""


@dataclass(frozen=True, slots=True)
class Wind:
    """One wind everywhere (the direction it blows to), with gusts."""

    east_mps: float = 0.0
    north_mps: float = 0.0
    gust_mps: float = 0.0
    gust_time_s: float = 4.0
    drag_per_s: float = 0.25

    def at(self, lat_deg: float, lon_deg: float, above_ground_m: float, now_s: float) -> Air:
        """Return the wind, the same at every place and time."""
        return Air(self.east_mps, self.north_mps, self.gust_mps)


def blowing_from(from_deg: float, speed_mps: float) -> tuple[float, float]:
    """Return (east, north) of a wind that comes from a true bearing."""
    to = radians(from_deg + 180.0)
    return speed_mps * sin(to), speed_mps * cos(to)


@dataclass(frozen=True, slots=True)
class Layer:
    """The wind at one height of a measured profile."""

    above_ground_m: float
    east_mps: float
    north_mps: float


@dataclass(frozen=True, slots=True)
class Front:
    """A change of the wind at 10 m that passes the city.

    It crosses the place named at `at_s` (scene seconds) and moves towards `towards_deg` at `moves_mps`; with 0 it comes
    everywhere at once. Behind it the new wind grows in over `ramp_s`.
    """

    at_s: float
    east_mps: float
    north_mps: float
    gust_mps: float
    ramp_s: float = 60.0
    lat_deg: float = 0.0
    lon_deg: float = 0.0
    towards_deg: float = 0.0
    moves_mps: float = 0.0

    def share(self, lat_deg: float, lon_deg: float, now_s: float) -> float:
        """Return how much of the new wind there is at a place and instant, 0 to 1."""
        since_s = now_s - self.at_s
        if self.moves_mps > 0.0:
            north_m, east_m = metres_per_degree(self.lat_deg)
            to = radians(self.towards_deg)
            ahead_m = (lon_deg - self.lon_deg) * east_m * sin(to) + (lat_deg - self.lat_deg) * north_m * cos(to)
            since_s -= ahead_m / self.moves_mps
        if since_s <= 0.0:
            return 0.0
        return 1.0 if since_s >= self.ramp_s else since_s / self.ramp_s


@dataclass(frozen=True, slots=True)
class WindField:
    """Wind by height and time: a power law from 10 m up, or a measured profile, and the fronts that pass.

    `layers` (lowest first) replaces the power law; between layers the wind is interpolated, beyond them it is the
    outermost. Fronts change the wind at 10 m and follow the power law.
    """

    east_mps: float = 0.0
    north_mps: float = 0.0
    gust_mps: float = 0.0
    exponent: float = CITY_EXPONENT
    layers: tuple[Layer, ...] = ()
    fronts: tuple[Front, ...] = ()
    gust_time_s: float = 4.0
    drag_per_s: float = 0.25

    def at(self, lat_deg: float, lon_deg: float, above_ground_m: float, now_s: float) -> Air:
        """Return the air at a place, a height above the ground, and an instant."""
        factor = (max(above_ground_m, _LOWEST_M) / REFERENCE_HEIGHT_M) ** self.exponent if self.exponent else 1.0
        if self.layers:
            east, north = self._layered(above_ground_m)
        else:
            east, north = self.east_mps * factor, self.north_mps * factor
        gust = self.gust_mps
        for front in self.fronts:
            share = front.share(lat_deg, lon_deg, now_s)
            if share > 0.0:
                east += share * (front.east_mps * factor - east)
                north += share * (front.north_mps * factor - north)
                gust += share * (front.gust_mps - gust)
        return Air(east, north, gust)

    def _layered(self, above_ground_m: float) -> tuple[float, float]:
        layers = self.layers
        if above_ground_m <= layers[0].above_ground_m:
            return layers[0].east_mps, layers[0].north_mps
        for low, high in pairwise(layers):
            if above_ground_m < high.above_ground_m:
                f = (above_ground_m - low.above_ground_m) / (high.above_ground_m - low.above_ground_m)
                return (
                    low.east_mps + f * (high.east_mps - low.east_mps),
                    low.north_mps + f * (high.north_mps - low.north_mps),
                )
        return layers[-1].east_mps, layers[-1].north_mps


class Gusts:
    """One vehicle's gusts: an Ornstein-Uhlenbeck process on each axis, none without a source of chance."""

    __slots__ = ("_keep", "_kick", "_noise", "_step", "east_mps", "north_mps")

    def __init__(self, noise: Random | None) -> None:
        self._noise = noise
        self._step = (0.0, 0.0)
        self._keep = self._kick = 0.0
        self.east_mps = self.north_mps = 0.0

    def step(self, strength_mps: float, time_s: float, dt_s: float) -> None:
        """Move on by a time step; `strength_mps` is the standard deviation."""
        noise = self._noise
        if noise is None or (strength_mps <= 0.0 and self.east_mps == 0.0 == self.north_mps):
            return
        if (dt_s, time_s) != self._step:  # the steps of a flight are mostly equally long
            self._step = (dt_s, time_s)
            self._keep = exp(-dt_s / time_s)
            self._kick = sqrt(1.0 - self._keep * self._keep)
        keep, kick = self._keep, strength_mps * self._kick
        # What two calls of `Random.gauss` give, which makes its numbers in pairs; they took half of a step's time.
        draw = noise.random
        angle = draw() * _TURN
        width = sqrt(-2.0 * log(1.0 - draw()))
        self.east_mps = keep * self.east_mps + kick * (cos(angle) * width)
        self.north_mps = keep * self.north_mps + kick * (sin(angle) * width)
