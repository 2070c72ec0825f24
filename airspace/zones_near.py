"""Which zones a flight may have to do with, looked up once for all the ways of flying it that cover the same cells."""

from functools import lru_cache

from airspace.intent import FlightIntent
from airspace.scene import Scene
from airspace.zones import Zone, ZoneSet


def zones_near(plan: FlightIntent, scene: Scene) -> tuple[Zone, ...]:
    """Return every zone that may touch one of the cells of a flight, by id."""
    return _candidates(scene.zones, plan.cells)


@lru_cache(maxsize=256)  # counter-offers at other times and heights hold the very same set of cells
def _candidates(zones: ZoneSet, cells: frozenset[int]) -> tuple[Zone, ...]:
    return tuple(zones.candidates(cells))
