"""Alternates of the planner's flights: open sites near by that can be reached on the reserve, the origin last."""

import math
from typing import Final

from airspace.pads import PadEvent, PadTimes
from airspace.site_rules import closed_within
from airspace.sites import Site
from dispatch.carrier import Carrier
from utm.airspace_book import AirspaceBook

MOST: Final = 3
"""So many are named beside the origin; the first with a free pad is booked (ours)."""
NEAR_M: Final = 5_000.0
"""Farther than this from the destination a site is no alternate (ours)."""


def alternates_near(
    book: AirspaceBook, carrier: Carrier, origin_id: str, destination_id: str, arrives_s: float
) -> list[str]:
    """Return the sites a flight may land at instead of its destination, best first; the origin where none is nearer.

    Sites with several pads come before those with one: a pad kept there for a landing that hardly ever comes leaves
    room for others, the only pad of a site kept closes it.
    """
    destination = book.sites[destination_id]
    reach_m = min(NEAR_M, _reach_m(carrier))
    near = sorted(
        (site.pads == 1, apart_m, site.site_id)
        for site in book.sites.values()
        if site.site_id not in (origin_id, destination_id)
        and (apart_m := math.hypot(site.x_m - destination.x_m, site.y_m - destination.y_m)) <= reach_m
        and _may_land(site, carrier, book, arrives_s)
    )
    return [site_id for *_, site_id in near[:MOST]] + [origin_id]


def _reach_m(carrier: Carrier) -> float:
    """Return how far a carrier gets on its reserve."""
    reserve_wh = carrier.battery_wh - carrier.usable_wh
    return reserve_wh * 3600.0 / carrier.model.cruise_w * carrier.model.cruise_mps


def _may_land(site: Site, carrier: Carrier, book: AirspaceBook, arrives_s: float) -> bool:
    stay = PadTimes.of(book.policy, site).stay(PadEvent("", carrier.aircraft_id, arrives_s, True))
    return site.open and site.operator_id in (None, carrier.organisation_id) and not closed_within(site, *stay)
