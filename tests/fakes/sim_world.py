"""A simulated world over flat ground, for tests that need no city pack."""

import numpy as np

from airspace.datums import AltitudeModel, FlatTerrain, GeoidGrid
from sim.vehicle import Wind
from sim.world import World

UNDULATION_M = -3.0


def flat_altitudes() -> AltitudeModel:
    """Ground 20 m above a geoid 3 m below the ellipsoid, around Shenzhen."""
    geoid = GeoidGrid(np.array([20.0, 25.0]), np.array([110.0, 116.0]), np.full((2, 2), UNDULATION_M))
    return AltitudeModel(geoid, FlatTerrain(20.0, "test ground"))


def flat_world(seed: int = 1) -> World:
    """A world of that ground with a light wind."""
    return World(flat_altitudes(), Wind(2.0, -1.0, gust_mps=1.0), seed)
