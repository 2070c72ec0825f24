"""From what is to be inspected to flights: legs in order, cut where one battery ends, each from the base and back to it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dispatch.coverage import Point


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on the way; `hold_s` is hovered there, `camera` tells whether the leg that starts here is photographed."""

    place: Point
    hold_s: float = 0.0
    camera: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How a flight is flown: speeds along the lines, up and down, the height it works at, and how long it may last."""

    speed_mps: float
    climb_mps: float
    descent_mps: float
    height_m: float
    longest_s: float
    turn_s: float = 3.0
    """Lost at each change of direction (ours: slowing to the corner and speeding up again)."""


@dataclass(frozen=True, slots=True)
class Sortie:
    """One flight: its stops at working height between the base and the base, its length and how long it lasts."""

    stops: tuple[Stop, ...]
    length_m: float
    lasts_s: float


class TooFarError(ValueError):
    """A leg cannot be flown from the base and back within the longest flight; carries its number and the time needed."""

    def __init__(self, leg: int, needs_s: float) -> None:
        super().__init__(f"leg {leg} needs {needs_s:.0f} s")
        self.leg, self.needs_s = leg, needs_s


def sorties(legs: Sequence[Sequence[Stop]], base: Point, pace: Pace) -> list[Sortie]:
    """Cut a sequence of legs (each flown whole) into flights that start and end at the base; raises TooFarError."""
    found: list[Sortie] = []
    taken: list[Stop] = []
    for number, leg in enumerate(legs):
        grown = _sortie([*taken, *leg], base, pace)
        if grown.lasts_s <= pace.longest_s:
            taken = [*taken, *leg]
            continue
        alone = _sortie(list(leg), base, pace)
        if alone.lasts_s > pace.longest_s:
            raise TooFarError(number, alone.lasts_s)
        found.append(_sortie(taken, base, pace))
        taken = list(leg)
    return [*found, _sortie(taken, base, pace)] if taken else found


def _sortie(stops: list[Stop], base: Point, pace: Pace) -> Sortie:
    places = [base, *(stop.place for stop in stops), base]
    lengths = [math.dist(a, b) for a, b in pairwise(places)]
    turns = sum(1 for length in lengths if length > 0)
    vertical_s = pace.height_m / pace.climb_mps + pace.height_m / pace.descent_mps
    lasts_s = sum(lengths) / pace.speed_mps + vertical_s + turns * pace.turn_s + sum(stop.hold_s for stop in stops)
    return Sortie(tuple(stops), sum(lengths), lasts_s)
