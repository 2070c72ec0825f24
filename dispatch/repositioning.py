"""Where idle carriers are brought empty before anybody asks: to where orders are expected and nobody is near. Pure.

What a place waits is what the nearest carrier takes to come to it. A move is worth what it takes off the waiting of the orders
expected (the p-median's exchange, Teitz and Bart, Operations Research 16, 1968), less what flying empty weighs.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from airspace.geometry4d import FloatArray
from dispatch.carrier import Carrier
from dispatch.jobs import POSITIONING_FACTOR

AHEAD_S: Final = 1_800.0
"""Orders of the next half hour are reckoned with (ours)."""
HALF_LIFE_S: Final = 3_600.0
"""An order an hour ago says half as much of the next as one now (ours)."""
LEAST_GAIN_S: Final = 120.0
"""A move must save the orders expected so many seconds together (ours)."""
LEAST_ORDERS: Final = 1.0
"""No carrier is brought to where fewer orders are expected (ours)."""
_FAR_S: Final = 3_600.0
"""A place nobody reaches waits as if one came in an hour."""


@dataclass(frozen=True, slots=True)
class Move:
    """An idle carrier to be flown empty to a site, for the orders expected there; `saves_s` is what they wait less."""

    aircraft_id: str
    from_site_id: str
    to_site_id: str
    expected_orders: float
    saves_s: float


def expected(told: Iterable[tuple[str, float]], now_s: float) -> dict[str, float]:
    """Return how many orders each site is expected to send in the half hour to come, from (origin, when it was ready)."""
    found: dict[str, float] = {}
    for site_id, ready_s in told:
        weight = 0.5 ** (max(0.0, now_s - ready_s) / HALF_LIFE_S)
        found[site_id] = found.get(site_id, 0.0) + weight
    # The weights of a steady stream add up to its rate times the mean life of a weight.
    share = AHEAD_S / (HALF_LIFE_S / np.log(2.0))
    return {site_id: float(weight * share) for site_id, weight in found.items()}


def moves(
    idle: Sequence[Carrier],
    others: Sequence[Carrier],
    demand: Mapping[str, float],
    lasts_s: Callable[[str, str, Carrier], float],
    now_s: float,
    *,
    most: int = 2,
) -> list[Move]:
    """Return the moves that save most, one after another; none where no move saves enough.

    `others` are carriers that will be free later where they are; `lasts_s` is what an empty flight between two sites takes,
    infinite where there is none.
    """
    places = sorted(site_id for site_id, count in demand.items() if count > 0.0)
    if not idle or not places:
        return []
    weights = np.array([demand[site_id] for site_id in places])
    kept = _times(others, places, lasts_s, now_s)
    at = {carrier.aircraft_id: carrier.site_id for carrier in idle}
    found: list[Move] = []
    for _ in range(most):
        move = _best(idle, at, kept, places, weights, lasts_s, now_s)
        if move is None:
            break
        found.append(move)
        at[move.aircraft_id] = move.to_site_id
    return found


def _best(
    idle: Sequence[Carrier],
    at: Mapping[str, str],
    kept: FloatArray,
    places: Sequence[str],
    weights: FloatArray,
    lasts_s: Callable[[str, str, Carrier], float],
    now_s: float,
) -> Move | None:
    own = np.array([[min(_FAR_S, lasts_s(at[one.aircraft_id], place, one)) for place in places] for one in idle])
    rows = np.vstack([kept, own, np.full((1, len(places)), _FAR_S)])
    waits = float(weights @ rows.min(axis=0))
    best: Move | None = None
    for k, carrier in enumerate(idle):
        if at[carrier.aircraft_id] != carrier.site_id:
            continue  # moved once
        without = np.delete(rows, len(kept) + k, axis=0).min(axis=0)
        from_each = np.array([[min(_FAR_S, lasts_s(to, place, carrier)) for place in places] for to in places])
        after = np.minimum(without, from_each) @ weights
        flown = np.array([lasts_s(carrier.site_id, to, carrier) for to in places])
        saves = waits - after - POSITIONING_FACTOR * np.where(np.isfinite(flown), flown, np.inf)
        n = int(np.argmax(saves))
        if places[n] == carrier.site_id or saves[n] < LEAST_GAIN_S or weights[n] < LEAST_ORDERS:
            continue
        if best is None or (float(saves[n]), carrier.aircraft_id) > (best.saves_s, best.aircraft_id):
            best = Move(carrier.aircraft_id, carrier.site_id, places[n], float(weights[n]), float(saves[n]))
    return best


def _times(
    carriers: Sequence[Carrier], places: Sequence[str], lasts_s: Callable[[str, str, Carrier], float], now_s: float
) -> FloatArray:
    """Return when each carrier could be at each place, in seconds from now (carriers, places)."""
    if not carriers:
        return np.empty((0, len(places)))
    return np.array(
        [
            [min(_FAR_S, max(0.0, one.free_s - now_s) + lasts_s(one.site_id, place, one)) for place in places]
            for one in carriers
        ]
    )
