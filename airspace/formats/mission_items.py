"""Mission items of MAVLink, the common ground of QGroundControl plans, waypoint files and missions on vehicles.

Frames (MAV_FRAME): 0 and 5 over mean sea level, 3 and 6 over home, 10 and 11 over the ground, 2 no place. Speeds set by
DO_CHANGE_SPEED hold for the leg that starts at the waypoint before it, as in a plan. Source of the numbers: MAVLink
common message set.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from airspace.formats.routes import Datum, Home, Point, RouteFile, Step
from airspace.formats.zone_drafts import Place

WAYPOINT: Final = 16
LOITER_TIME: Final = 19
RETURN: Final = 20
LAND: Final = 21
TAKE_OFF: Final = 22
SPLINE: Final = 82
VTOL_TAKE_OFF: Final = 84
VTOL_LAND: Final = 85
DELAY: Final = 93
LAST_NAV: Final = 95
CHANGE_SPEED: Final = 178
JUMPS: Final = frozenset({177, 600, 601})
ABSOLUTE: Final = 0
OVER_GROUND: Final = 10
NO_PLACE: Final = 2
_DATUMS: Final[dict[int, Datum]] = {0: "AMSL", 5: "AMSL", 3: "HOME", 6: "HOME", 10: "AGL", 11: "AGL"}
_FRAMES: Final = {"AMSL": ABSOLUTE, "AGL": OVER_GROUND}
_SAME_PLACE_DEG: Final = 1e-9
NOWHERE: Final = Place("", None)


@dataclass(frozen=True, slots=True)
class Item:
    """One item; degrees and metres, NaN where the file has null ("as it is")."""

    command: int
    frame: int
    params: tuple[float, float, float, float]
    lat_deg: float
    lon_deg: float
    alt_m: float
    place: Place = NOWHERE

    @property
    def has_place(self) -> bool:
        """Whether it names a place; 0, 0 and null mean "here"."""
        known = not (math.isnan(self.lat_deg) or math.isnan(self.lon_deg))
        return known and (self.lat_deg, self.lon_deg) != (0.0, 0.0)


class _Reader:
    """Follows the items and writes down the route they fly."""

    def __init__(self, found: RouteFile) -> None:
        self.found = found
        self.speed_mps = None if found.cruise_speed_mps is None else found.cruise_speed_mps

    def take(self, item: Item) -> None:
        """Take one item."""
        command = item.command
        if command in (WAYPOINT, LOITER_TIME, SPLINE):
            if command == SPLINE:
                what = {"what": "a spline", "what_zh": "样条曲线", "taken": "straight legs"}
                self.found.add("approximated", item.place, warning=True, **what)
            hold = item.params[0]
            self._go(item, hold if hold > 0 else None)
        elif command in (TAKE_OFF, VTOL_TAKE_OFF):
            self._take_off(item)
        elif command in (LAND, VTOL_LAND):
            self._land(item)
        elif command == RETURN:
            self._return(item)
        elif command == DELAY and item.params[0] >= 0 and self.found.points:
            self.found.points[-1].hold_s = (self.found.points[-1].hold_s or 0.0) + item.params[0]
        elif command == CHANGE_SPEED:
            if item.params[1] > 0:
                self.speed_mps = item.params[1]
                if self.found.points:
                    self.found.points[-1].speed_mps = self.speed_mps
        elif command in JUMPS or command <= LAST_NAV:
            self.found.add("unsupported_command", item.place, value=command)
        else:
            self.found.add("ignored_command", item.place, warning=True, value=command)

    def _go(self, item: Item, hold_s: float | None = None) -> None:
        datum = _DATUMS.get(item.frame)
        if datum is None:
            self.found.add("unknown_frame", item.place, value=item.frame)
            return
        if math.isnan(item.alt_m):
            self.found.add("altitude_missing", item.place)
            return
        place = self._place(item)
        if place is not None:
            self._add(place, item.alt_m, datum, item.place, hold_s)

    def _place(self, item: Item) -> tuple[float, float] | None:
        if item.has_place:
            return item.lat_deg, item.lon_deg
        last, home = (self.found.points[-1] if self.found.points else None), self.found.home
        if last is not None:
            return last.lat_deg, last.lon_deg
        if home is not None:
            return home.lat_deg, home.lon_deg
        self.found.add("place_missing", item.place)
        return None

    def _add(
        self, place: tuple[float, float], alt_m: float, datum: Datum, at: Place, hold_s: float | None = None
    ) -> None:
        self.found.points.append(Point(*place, alt_m, datum, at, self.speed_mps, hold_s))

    def _take_off(self, item: Item) -> None:
        """Climb from home: where the climb begins, and its end."""
        if not self.found.points and self.found.home is not None:
            home = self.found.home
            self._add((home.lat_deg, home.lon_deg), 0.0, "HOME", item.place)
            if item.has_place and _apart((home.lat_deg, home.lon_deg), (item.lat_deg, item.lon_deg)):
                datum = _DATUMS.get(item.frame)
                if datum is not None and not math.isnan(item.alt_m):
                    self._add((home.lat_deg, home.lon_deg), item.alt_m, datum, item.place)
        self._go(item)

    def _land(self, item: Item) -> None:
        """Fly over the landing place at the last height, then descend."""
        last = self.found.points[-1] if self.found.points else None
        place = self._place(item)
        if last is None or place is None:
            self._go(item)
            return
        if _apart(place, (last.lat_deg, last.lon_deg)):
            self._add(place, last.alt_m, last.datum, item.place)
        self._go(Item(LAND, item.frame, item.params, *place, 0.0 if math.isnan(item.alt_m) else item.alt_m, item.place))

    def _return(self, item: Item) -> None:
        last, home = (self.found.points[-1] if self.found.points else None), self.found.home
        if home is None or last is None:
            self.found.add("place_missing", item.place)
            return
        self._add((home.lat_deg, home.lon_deg), last.alt_m, last.datum, item.place)
        self._add((home.lat_deg, home.lon_deg), 0.0, "HOME", item.place)


def _apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) > _SAME_PLACE_DEG or abs(one[1] - other[1]) > _SAME_PLACE_DEG


def follow(items: Sequence[Item], found: RouteFile) -> None:
    """Write the points that items fly into `found`, whose home and cruising speed are known before."""
    reader = _Reader(found)
    for item in items:
        reader.take(item)


def items_of(steps: Sequence[Step], cruise_speed_mps: float | None) -> list[Item]:
    """Return the items that fly a route: a climb at its start as take-off, a descent at its end as landing.

    Heights over the ellipsoid are written over sea level, because no frame knows the ellipsoid.
    """
    items: list[Item] = []
    last = len(steps) - 1
    climbs = _climbs(steps)
    speed = cruise_speed_mps
    for i, step in enumerate(steps):
        if not (i == 0 and climbs):
            items.append(_item(step, climbs and i == 1, i == last and _descends(steps)))
            if step.hold_s > 0 and items[-1].command != WAYPOINT:
                items.append(Item(DELAY, NO_PLACE, (step.hold_s, -1.0, -1.0, -1.0), 0.0, 0.0, 0.0))
        if i < last and step.speed_mps != speed:
            speed = step.speed_mps
            items.append(Item(CHANGE_SPEED, NO_PLACE, (1.0, speed, -1.0, 0.0), 0.0, 0.0, 0.0))
    return items


def _climbs(steps: Sequence[Step]) -> bool:
    """Tell whether the route begins with a vertical climb that a take-off can stand for, from a start without a hold."""
    first, second = steps[0], steps[1]
    same = (first.lat_deg, first.lon_deg) == (second.lat_deg, second.lon_deg)
    return same and second.alt_hae_m > first.alt_hae_m and first.hold_s == 0 and len(steps) > 2


def _descends(steps: Sequence[Step]) -> bool:
    before, final = steps[-2], steps[-1]
    same = (before.lat_deg, before.lon_deg) == (final.lat_deg, final.lon_deg)
    return same and final.alt_hae_m < before.alt_hae_m and final.hold_s == 0


def _item(step: Step, take_off: bool, land: bool) -> Item:
    frame = _FRAMES.get(step.datum, ABSOLUTE)
    alt_m = step.alt_m if step.datum in _FRAMES else step.alt_amsl_m
    command = TAKE_OFF if take_off else LAND if land else WAYPOINT
    hold_s = step.hold_s if command == WAYPOINT else 0.0
    return Item(command, frame, (hold_s, 0.0, 0.0, 0.0), step.lat_deg, step.lon_deg, alt_m)


def home_of(steps: Sequence[Step]) -> Home:
    """Return home: where the route begins."""
    return Home(steps[0].lat_deg, steps[0].lon_deg, steps[0].alt_amsl_m, "AMSL", Place("", None))
