"""Confirmations: what a vehicle must be seen doing before an order to it counts as carried out; pure.

Each is called with the vehicle's events from the first send on and returns True once the order is seen to be done:

    order       | mode            | and
    ------------+-----------------+---------------------------------------------------------------------
    hold        | hold (or guided | two positions in a row inside the reserved circle; a vehicle that can
                | at a place)     | hover also slower than 1 m/s in each, which a fixed wing cannot be
    resume      | mission         | moving
    rtl         | rtl             | nearer to home than at first, or climbing to the return height, or there
    land        | -               | standing on the ground (EXTENDED_SYS_STATE), or motors off after that mode
    speed, rate | -               | -  (read back, see command.py)

A position counts only when it came after the mode was seen: the last position of the flight before proves nothing.
The limits are ours: the noise of a satellite velocity (0.3 m/s) three times over, and a hover that drifts in gusts.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from .events import Event, Heartbeat, LandedState, Position

STILL_MPS: Final = 1.0
MOVING_MPS: Final = 0.5
NEARER_M: Final = 5.0
ARRIVED_M: Final = 20.0
_METRES_PER_DEG: Final = 111_195.0


class Place(msgspec.Struct, frozen=True):
    """A circle on the map: WGS-84 degrees and a radius in metres."""

    lat_deg: float
    lon_deg: float
    radius_m: float

    def distance_m(self, lat_deg: float, lon_deg: float) -> float:
        """Return the distance of a point from the centre, on a locally flat earth (a city's error is below 0.1 %)."""
        north_m = (lat_deg - self.lat_deg) * _METRES_PER_DEG
        east_m = (lon_deg - self.lon_deg) * _METRES_PER_DEG * math.cos(math.radians(self.lat_deg))
        return math.hypot(north_m, east_m)

    def holds(self, position: Position) -> bool:
        """Whether a position lies inside."""
        return self.distance_m(position.lat_deg, position.lon_deg) <= self.radius_m


class _InMode(ABC):
    """Follows the mode a vehicle says it is in; positions count from the first heartbeat in one of `modes` on."""

    def __init__(self, modes: Collection[str]) -> None:
        self._modes = frozenset(modes)
        self.entered = False

    def __call__(self, event: Event) -> bool:
        """Take one event of the vehicle; returns whether the order is seen to be done."""
        if isinstance(event, Heartbeat):
            entered = event.mode in self._modes
            if self.entered and not entered:
                self.left()
            self.entered = entered
            return entered and self.beat(event)
        if isinstance(event, LandedState):
            return self.landed(event)
        return isinstance(event, Position) and self.entered and self.seen(event)

    def beat(self, event: Heartbeat) -> bool:
        """Take a heartbeat in the mode."""
        return False

    def left(self) -> None:  # noqa: B027  (most have nothing to forget)
        """Forget what was seen: the vehicle is in another mode."""

    def landed(self, event: LandedState) -> bool:
        """Take what the vehicle says about the ground."""
        return False

    @abstractmethod
    def seen(self, position: Position) -> bool:
        """Take a position in the mode."""


class Holding(_InMode):
    """In hold inside a circle, standing still in the air unless it `circles`."""

    def __init__(self, place: Place, *, circles: bool, modes: Collection[str] = ("hold",)) -> None:
        super().__init__(modes)
        self._place, self._circles = place, circles
        self._in_a_row = 0

    def left(self) -> None:
        """Begin again."""
        self._in_a_row = 0

    def seen(self, position: Position) -> bool:
        """Count positions inside the circle that are slow enough."""
        still = self._circles or speed_mps(position) < STILL_MPS
        self._in_a_row = self._in_a_row + 1 if still and self._place.holds(position) else 0
        return self._in_a_row >= 2


class Resumed(_InMode):
    """In mission and moving."""

    def __init__(self) -> None:
        super().__init__(("mission",))

    def seen(self, position: Position) -> bool:
        """Tell whether it moves."""
        return speed_mps(position) > MOVING_MPS


class Returning(_InMode):
    """On the way home: nearer than at first, climbing to the return height, or there."""

    def __init__(self, home: Place | None) -> None:
        super().__init__(("rtl",))
        self._home = home
        self._first_m: float | None = None

    def left(self) -> None:
        """Begin again."""
        self._first_m = None

    def landed(self, event: LandedState) -> bool:
        """A vehicle in that mode on the ground has come home."""
        return self.entered and event.landed == "on_ground"

    def seen(self, position: Position) -> bool:
        """Tell whether it goes home."""
        if position.vel_up_mps is not None and position.vel_up_mps > MOVING_MPS:
            return True
        if self._home is None:
            return speed_mps(position) > MOVING_MPS
        distance_m = self._home.distance_m(position.lat_deg, position.lon_deg)
        if self._first_m is None:
            self._first_m = distance_m
        return distance_m <= max(ARRIVED_M, self._first_m - NEARER_M)


class Landed:
    """Standing on the ground, near a place if one is given.

    A vehicle that sends no EXTENDED_SYS_STATE is down when its motors stop after it was in a landing mode.
    """

    def __init__(self, place: Place | None = None, modes: Collection[str] = ("land", "rtl", "mission")) -> None:
        self._place, self._modes = place, frozenset(modes)
        self._down = self._landing = False
        self._position: Position | None = None

    def __call__(self, event: Event) -> bool:
        """Take one event of the vehicle; returns whether it has landed there."""
        if isinstance(event, LandedState):
            self._down = event.landed == "on_ground"
        elif isinstance(event, Heartbeat):
            self._landing = self._landing or (event.armed and event.mode in self._modes)
            self._down = self._down or (self._landing and not event.armed)
        elif isinstance(event, Position):
            self._position = event
        if not self._down or self._place is None:
            return self._down
        return self._position is not None and self._place.holds(self._position)


class Reaching(_InMode):
    """Under way to a place in one of the modes: nearer than at first, or there."""

    def __init__(self, place: Place, modes: Collection[str]) -> None:
        super().__init__(modes)
        self._place = place
        self._first_m: float | None = None

    def left(self) -> None:
        """Begin again."""
        self._first_m = None

    def seen(self, position: Position) -> bool:
        """Tell whether it comes nearer."""
        distance_m = self._place.distance_m(position.lat_deg, position.lon_deg)
        if self._first_m is None:
            self._first_m = distance_m
        return distance_m <= max(self._place.radius_m, self._first_m - NEARER_M)


def speed_mps(position: Position) -> float:
    """Return the speed over ground and upwards; infinite where the vehicle does not tell, which is never still."""
    parts: Sequence[float | None] = (position.vel_north_mps, position.vel_east_mps)
    if any(part is None for part in parts):
        return math.inf
    return math.hypot(*(part or 0.0 for part in parts), position.vel_up_mps or 0.0)
