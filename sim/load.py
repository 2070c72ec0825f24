"""How much a city flies at each hour of a day, and the orders of such a day, drawn from a seed. Pure.

A shape is a weight for each of 24 hours and each kind of work; scaled to orders an hour at its busiest. Orders come as a
Poisson process whose rate is the shape's, straight between the hours' middles. The weights are ours, drawn after what
the trades report of themselves: meals at noon and in the evening, parcels by day, inspections in daylight, medicine
around the clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from random import Random
from typing import Final

PEAK_PER_HOUR: Final = 600.0
"""Orders in the busiest hour of a shape at scale 1 (ours: 10 a minute in the city)."""
HOURS: Final = 24


@dataclass(frozen=True, slots=True)
class Trade:
    """A kind of work: its share of the firms' fleets, and how busy it is at each hour of the day."""

    key: str
    title: str
    title_zh: str
    weights: tuple[float, ...]


def _hours(text: str) -> tuple[float, ...]:
    values = tuple(float(v) for v in text.split())
    if len(values) != HOURS:
        raise ValueError(f"{len(values)} hours of weights instead of {HOURS}")
    return values


#                    0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
_MEALS = _hours("    1  0  0  0  0  0  2  6  6  4  8 34 40 20  8  8 10 28 40 30 16 10  6  3")
_PARCELS = _hours("  0  0  0  0  0  0  1  4 10 16 18 16 10 12 16 18 18 16 10  6  3  1  0  0")
_MEDICAL = _hours("  2  1  1  1  1  2  3  5  8 10 10  9  7  8 10 10  9  8  6  5  4  3  3  2")
_SURVEY = _hours("   0  0  0  0  0  0  2  8 14 16 14 10  6 10 14 14 10  4  0  0  0  0  0  0")
_FLAT = _hours("    1  1  1  1  1  1  1  1  1  1  1  1  1  1  1  1  1  1  1  1  1  1  1  1")

_WORKDAY: Final = (
    Trade("meals", "meals", "餐饮", _MEALS),
    Trade("parcels", "parcels", "快递", _PARCELS),
    Trade("medical", "medical samples", "医疗样本", _MEDICAL),
    Trade("survey", "inspection", "巡检", _SURVEY),
)
SHAPES: Final[dict[str, tuple[Trade, ...]]] = {
    "workday": _WORKDAY,
    "weekend": (
        Trade("meals", "meals", "餐饮", tuple(1.3 * w for w in _MEALS)),
        Trade("parcels", "parcels", "快递", tuple(0.6 * w for w in _PARCELS)),
        Trade("medical", "medical samples", "医疗样本", tuple(0.4 * w for w in _MEDICAL)),
        Trade("survey", "inspection", "巡检", tuple(0.1 * w for w in _SURVEY)),
    ),
    "lunch": (Trade("meals", "meals", "餐饮", tuple(w if 10 <= h <= 13 else 0.0 for h, w in enumerate(_MEALS))),),
    "flat": (Trade("orders", "orders", "订单", _FLAT),),
}


@dataclass(frozen=True, slots=True)
class Order:
    """One order: when it comes (seconds of the day), which trade it is, and which firm flies it."""

    at_s: float
    trade: str
    firm: int


def rate_per_hour(shape: str, at_s: float, *, scale: float = 1.0) -> float:
    """Return the orders an hour of all trades at a second of the day; raises KeyError for an unknown shape."""
    return sum(_trade_rate(trade, shape, at_s, scale) for trade in SHAPES[shape])


def _trade_rate(trade: Trade, shape: str, at_s: float, scale: float) -> float:
    hour = (at_s / 3600.0 - 0.5) % HOURS
    i = floor(hour)
    a, b = trade.weights[i % HOURS], trade.weights[(i + 1) % HOURS]
    return (a + (hour - i) * (b - a)) * scale * PEAK_PER_HOUR / _busiest(shape)


def _busiest(shape: str) -> float:
    return max(sum(t.weights[h] for t in SHAPES[shape]) for h in range(HOURS))


def orders(
    shape: str,
    *,
    firms: int,
    seed: int,
    scale: float = 1.0,
    from_hour: float = 0.0,
    to_hour: float = 24.0,
) -> list[Order]:
    """Return a day's orders in order of time; the same arguments give the same orders.

    Trades are spread over the firms so that each has a leaning, and every firm flies some of each. Raises ValueError
    for bounds or a scale that make no day, KeyError for an unknown shape.
    """
    if not 0.0 <= from_hour < to_hour <= 24.0 or scale <= 0.0 or firms < 1:
        raise ValueError("hours must rise within 0 to 24, the scale be positive, and there must be a firm")
    out: list[Order] = []
    for k, trade in enumerate(SHAPES[shape]):
        rng = Random(f"{seed}/{shape}/{trade.key}")
        most = max(trade.weights) * scale * PEAK_PER_HOUR / _busiest(shape)
        at_s, end_s = from_hour * 3600.0, to_hour * 3600.0
        while most > 0.0:
            at_s += rng.expovariate(most) * 3600.0
            if at_s >= end_s:
                break
            if rng.random() * most < _trade_rate(trade, shape, at_s, scale):
                home = k % firms
                out.append(Order(at_s, trade.key, home if rng.random() < 0.6 else rng.randrange(firms)))
    return sorted(out, key=lambda o: o.at_s)


def by_hour(day: Sequence[Order], firms: int) -> list[list[int]]:
    """Return for each of 24 hours how many orders each firm has."""
    table = [[0] * firms for _ in range(HOURS)]
    for order in day:
        table[min(HOURS - 1, int(order.at_s // 3600))][order.firm] += 1
    return table
