"""More sites for a day than a city publishes itself: lockers and clinics a walk from what there is, drawn by the seed. Pure.

A demonstration's sites are those of its first routes; firms that bring six thousand orders a day set up lockers where their
customers are, and one order in five is medicine: near a hospital a clinic is set up in a locker's place, so that hospitals
stay the share of all sites that they are. How many, where and with how many pads is ours.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from sim.day_demand import SitePlace

PADS: Final = 2
ADDED: Final = "st_day_"
"""What the ids of added sites begin with."""
LEAST_APART_M: Final = 600.0
NEAREST_M, FARTHEST_M = 800.0, 3_000.0
"""How far from a site another is set up."""
_MOST_TRIES: Final = 200
_NAMES: Final = {"hospital": ("clinic", "Clinic", "社康中心"), "locker": ("locker", "Locker", "配送柜")}


@dataclass(frozen=True, slots=True)
class AddedSite:
    """A place where a site could be set up, in local metres, what it would be, and the published site it is near."""

    number: int
    kind: str
    x_m: float
    y_m: float
    near_id: str

    @property
    def site_id(self) -> str:
        """The id it is published under."""
        return f"{ADDED}{_NAMES[self.kind][0]}_{self.number:03d}"

    def feature(self, lat_deg: float, lon_deg: float) -> dict[str, Any]:
        """Return the site as it is published."""
        _, name, name_zh = _NAMES[self.kind]
        properties = {
            "site_id": self.site_id,
            "name": f"{name} {self.number:03d}",
            "name_zh": f"{name_zh}{self.number:03d}",
            "kind": self.kind,
            "pads": PADS,
            "source": "made up for a simulated day",
        }
        geometry = {"type": "Point", "coordinates": [round(lon_deg, 7), round(lat_deg, 7)]}
        return {"type": "Feature", "geometry": geometry, "properties": properties}


def added_sites(sites: Sequence[SitePlace], seed: int) -> Iterator[AddedSite]:
    """Yield places for more sites, no two nearer to each other or to a site than 600 m; ends when the city is full."""
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
        yield AddedSite(number, "hospital" if near.kind == "hospital" else "locker", *place, near.site_id)
