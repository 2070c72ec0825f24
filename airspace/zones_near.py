"""Which zones a flight may have to do with, looked up once for all the ways of flying it that cover the same cells."""

from functools import lru_cache

from airspace.intent import FlightIntent
from airspace.scene import Scene
from airspace.zones import Zone, ZoneSet


def zones_near(plan: FlightIntent, scene: Scene) -> tuple[Zone, ...]:
    """Return every zone that may touch one of the cells of a flight, by id."""
    return _candidates(scene.zones, plan.cells)


def restricting_zones_near(plan: FlightIntent, scene: Scene) -> tuple[Zone, ...]:
    """Return the same without the zones that only inform."""
    return _restricting(scene.zones, plan.cells)


@lru_cache(maxsize=256)
def _restricting(zones: ZoneSet, cells: frozenset[int]) -> tuple[Zone, ...]:
    return tuple(zone for zone in _candidates(zones, cells) if zone.restriction != "NO_RESTRICTION")


@lru_cache(maxsize=256)  # counter-offers at other times and heights hold the very same set of cells
def _candidates(zones: ZoneSet, cells: frozenset[int]) -> tuple[Zone, ...]:
    return tuple(zones.candidates(cells))
