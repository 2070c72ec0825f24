"""What a seeded day asks of the city: its orders, the firms' vehicles, and what goes wrong, all drawn beforehand. Pure.

Orders come by the shape of a working day (`sim.load`): meals at noon and in the evening, parcels by day, medicine around the
clock. Distances, loads, times asked for and shares are ours, within what makers of city multirotors state.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from sim import load

DAY_S: Final = 86_400.0
CLASS_OF: Final = {"meals": "express", "parcels": "standard", "medical": "medical"}
NEAREST_M, FARTHEST_M = 1_500.0, 11_000.0
FIRM_SHARES: Final = (0.4, 0.33, 0.27)
_DIRECT_MPS: Final = 15.0


@dataclass(frozen=True, slots=True)
class SitePlace:
    """A site as demand sees it: its place in local metres, how many pads it has, what it is."""

    site_id: str
    x_m: float
    y_m: float
    pads: int
    kind: str


@dataclass(frozen=True, slots=True)
class DayOrder:
    """An order as its firm will give it: when it is told (seconds of the day), ready and due."""

    number: int
    firm: int
    told_s: float
    ready_s: float
    due_s: float | None
    origin: str
    destination: str
    payload_kg: float
    priority_class: str
    cold_chain: bool
    dangerous_goods: bool


@dataclass(frozen=True, slots=True)
class DayVehicle:
    """A vehicle: its firm, where it stands at midnight, and what it can carry."""

    number: int
    firm: int
    site_id: str
    payload_max_kg: float
    battery_wh: float
    cold_chain: bool
    dangerous_goods: bool

    @property
    def carrier(self) -> dict[str, Any]:
        """The body of its carrier."""
        return {
            "site_id": self.site_id,
            "payload_max_kg": self.payload_max_kg,
            "battery_wh": self.battery_wh,
            "cold_chain": self.cold_chain,
            "dangerous_goods": self.dangerous_goods,
        }


def orders_of(
    sites: Sequence[SitePlace], count: int, seed: int, *, from_hour: float = 0.0, to_hour: float = 24.0
) -> list[DayOrder]:
    """Return exactly so many orders by the time they are told; the same arguments give the same orders.

    Raises ValueError where no two sites lie a delivery apart.
    """
    rng = Random(f"{seed}/orders")
    scale = max(0.2, count / 2_500.0 * 24.0 / (to_hour - from_hour))
    drawn: list[load.Order] = []
    while len(drawn) < count:
        found = load.orders("workday", firms=3, seed=seed, scale=scale, from_hour=from_hour, to_hour=to_hour)
        drawn = [order for order in found if order.trade in CLASS_OF]
        scale *= 1.5
    chosen = sorted(rng.sample(drawn, count), key=lambda order: order.at_s)
    pairs = _pairs(sites)
    hospitals = [pair for pair in pairs if "hospital" in (pair[0].kind, pair[1].kind)] or pairs
    out = []
    for number, order in enumerate(chosen):
        medical = order.trade == "medical"
        pool = hospitals if medical else pairs
        a, b = (
            rng.choices(pool, [pair[0].pads + pair[1].pads for pair in pool])[0] if len(pool) < 40 else _pair(pool, rng)
        )
        direct_s = math.dist((a.x_m, a.y_m), (b.x_m, b.y_m)) / _DIRECT_MPS + 60.0
        ahead_s = 0.0 if rng.random() < 0.6 else rng.uniform(600.0, 3_600.0)
        ready_s = order.at_s + ahead_s
        slack_s = rng.uniform(1_200.0, 1_800.0) if medical else rng.uniform(1_500.0, 3_000.0)
        due_s = ready_s + direct_s + slack_s if medical or rng.random() < 0.7 else None
        out.append(
            DayOrder(
                number,
                order.firm,
                order.at_s,
                ready_s,
                due_s,
                a.site_id,
                b.site_id,
                round(rng.triangular(0.2, 3.0, 0.8), 2),
                CLASS_OF[order.trade],
                medical and rng.random() < 0.3,
                rng.random() < 0.005,
            )
        )
    return out


def _pairs(sites: Sequence[SitePlace]) -> list[tuple[SitePlace, SitePlace]]:
    found = [
        (a, b) for a in sites for b in sites if NEAREST_M <= math.dist((a.x_m, a.y_m), (b.x_m, b.y_m)) <= FARTHEST_M
    ]
    if not found:
        raise ValueError("no two sites lie a delivery apart")
    return found


def _pair(pool: Sequence[tuple[SitePlace, SitePlace]], rng: Random) -> tuple[SitePlace, SitePlace]:
    """Draw a pair, those with more pads more often (rejection: the pool is large)."""
    while True:
        pair = pool[rng.randrange(len(pool))]
        if rng.random() * 8 < pair[0].pads + pair[1].pads:
            return pair


def vehicles_of(sites: Sequence[SitePlace], count: int, seed: int) -> list[DayVehicle]:
    """Return so many vehicles of three firms, standing about by the pads of the sites."""
    rng = Random(f"{seed}/vehicles")
    firms = [k for k, share in enumerate(FIRM_SHARES) for _ in range(round(share * count))][:count]
    firms += [0] * (count - len(firms))
    weights = [site.pads for site in sites]
    return [
        DayVehicle(
            number,
            firm,
            rng.choices(sites, weights)[0].site_id,
            rng.choice((3.0, 4.0, 5.0)),
            rng.choice((1_000.0, 1_300.0, 1_600.0)),
            rng.random() < 0.35,
            rng.random() < 0.15,
        )
        for number, firm in enumerate(firms)
    ]
