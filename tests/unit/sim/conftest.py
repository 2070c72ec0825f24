"""A small flat world for the simulator's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from airspace.datums import AltitudeModel, FlatTerrain, GeoidGrid
from airspace.timebase import from_scene_s

UNDULATION_M = -3.0


@pytest.fixture
def altitudes() -> AltitudeModel:
    """Flat ground at 20 m above a geoid 3 m below the ellipsoid."""
    geoid = GeoidGrid(np.array([20.0, 25.0]), np.array([110.0, 116.0]), np.full((2, 2), UNDULATION_M))
    return AltitudeModel(geoid, FlatTerrain(20.0, "test ground"))


@pytest.fixture
def plan() -> dict[str, Any]:
    """A delivery: climb, two level legs with a right angle, a hold, a descent."""
    a, b, c = (22.5400, 113.9500), (22.5400, 113.9700), (22.5580, 113.9700)

    def point(place: tuple[float, float], alt_m: float, **more: float) -> dict[str, Any]:
        return {"lat_deg": place[0], "lon_deg": place[1], "alt_m": alt_m, "alt_datum": "AGL", **more}

    departure_at = datetime(2026, 5, 1, 4, tzinfo=UTC) + timedelta(seconds=0)
    return {
        "aircraft_id": "ac_1",
        "operation_type": "logistics",
        "priority": 0,
        "departure_at": departure_at.isoformat(),
        "route": {
            "type": "trajectory",
            "crs": "WGS84",
            "cruise_speed_mps": 15.0,
            "waypoints": [
                point(a, 0.0, speed_mps=4.0),
                point(a, 80.0),
                point(b, 80.0, hold_s=10.0),
                point(c, 80.0, speed_mps=3.0),
                point(c, 0.0),
            ],
        },
    }


@pytest.fixture
def noon_s() -> float:
    """Scene seconds of the plan's departure."""
    return (datetime(2026, 5, 1, 4, tzinfo=UTC) - from_scene_s(0.0)).total_seconds()
