"""More sites for a day than a city publishes itself: delivery lockers a walk from what there is, drawn by the seed. Pure.

A demonstration's sites are those of its first routes; a firm that brings six thousand orders a day sets up lockers where its
customers are. How many, where and with how many pads is ours.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from sim.day_demand import SitePlace

PADS: Final = 2
LOCKER: Final = "st_day_locker_"
LEAST_APART_M: Final = 600.0
NEAREST_M, FARTHEST_M = 800.0, 3_000.0
"""How far from a site its locker is set up."""
_MOST_TRIES: Final = 200


@dataclass(frozen=True, slots=True)
class Locker:
    """A place where a locker could be set up, in local metres, and the published site it is near."""

    site_id: str
    x_m: float
    y_m: float
    near_id: str

    def feature(self, lat_deg: float, lon_deg: float) -> dict[str, Any]:
        """Return the locker as it is published."""
        number = self.site_id.removeprefix(LOCKER)
        properties = {
            "site_id": self.site_id,
            "name": f"Locker {number}",
            "name_zh": f"配送柜{number}",
            "kind": "locker",
            "pads": PADS,
            "source": "made up for a simulated day",
        }
        geometry = {"type": "Point", "coordinates": [round(lon_deg, 7), round(lat_deg, 7)]}
        return {"type": "Feature", "geometry": geometry, "properties": properties}


def lockers(sites: Sequence[SitePlace], seed: int) -> Iterator[Locker]:
    """Yield places for lockers, no two nearer to each other or to a site than 600 m; ends when the city is full."""
    rng = Random(f"{seed}/lockers")
    taken = [(site.x_m, site.y_m) for site in sites]
    number = misses = 0
    while misses < _MOST_TRIES:
        near = rng.choice(sites)
        far_m, turn = rng.uniform(NEAREST_M, FARTHEST_M), rng.uniform(0.0, 2 * math.pi)
        place = near.x_m + far_m * math.cos(turn), near.y_m + far_m * math.sin(turn)
        if any(math.dist(place, other) < LEAST_APART_M for other in taken):
            misses += 1
            continue
        misses, number = 0, number + 1
        taken.append(place)
        yield Locker(f"{LOCKER}{number:03d}", *place, near.site_id)
