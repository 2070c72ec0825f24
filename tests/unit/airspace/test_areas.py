"""How long a leg stays near an area is the same whichever way it is computed."""

import math

import numpy as np
import pytest

from airspace.areas import Area, edge_stays
from airspace.intervals import merged
from tests.fakes.airspace_region import ORIGIN, REGION


def _ring(corners: int, seed: int) -> Area:
    """Return a star-shaped polygon of so many corners, some 300 m across, around the scene's origin."""
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * math.pi, corners))
    radii = rng.uniform(80, 300, corners)
    x, y = ORIGIN[0] + radii * np.cos(angles), ORIGIN[1] + radii * np.sin(angles)
    return Area.of_polygons([[np.column_stack(REGION.frame.to_lat_lon(x, y))]], REGION.frame)


@pytest.mark.parametrize("corners", [3, 9, 60, 400])
def test_edges_near_a_leg_tell_as_much_as_all_of_them(corners: int) -> None:
    """Leaving out the edges whose boxes the leg does not meet changes no stay, to the last bit."""
    rng = np.random.default_rng(corners)
    area = _ring(corners, corners)
    seen = 0
    for _ in range(300):
        x0, y0, x1, y1 = (rng.uniform(-500, 500, 4) + np.tile(ORIGIN, 2)).tolist()
        leg, reach = (x0, y0, x1 if rng.random() < 0.9 else x0, y1), float(rng.choice([0.0, 5.0, 60.0]))
        stays = merged(area._edges.stays(leg, reach))
        assert stays == merged(edge_stays(leg, area.edges, reach))
        seen += bool(stays)
    assert seen > 50
