"""When an order can be promised: the planned arrival plus what flights like it have been late by.

A promise at probability p is the planned arrival plus the p-quantile of the lateness of past flights (actual arrival
minus arrival as planned when it was promised). The quantile is the conformal one, the ceil((n + 1) p)-th smallest of n
(Vovk, Gammerman, Shafer: Algorithmic Learning in a Random World, 2.2): with exchangeable flights it is kept with
probability at least p and less than p + 1 / (n + 1), whatever the distribution. Before enough flights were seen, a prior
of our own stands in.

Flights of a busy day are not exchangeable: a queue grows, a storm comes. So the quantile is taken at a probability that is
steered by how many promises of late were kept (adaptive conformal inference, Gibbs and Candes, NeurIPS 2021).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PROBABILITY: Final = 0.9
MOST_SEEN: Final = 200
"""Flights further back say little about today (ours)."""
STEERED_BY: Final = 60
"""So many promises of late steer the next (ours)."""
_STEERED_TO: Final = (0.5, 0.99)
PRIOR_S: Final = 90.0
PRIOR_SHARE: Final = 0.08
"""Before flights were seen: a minute and a half, and eight hundredths of the time still to go (ours)."""


@dataclass(frozen=True, slots=True)
class Promise:
    """An instant in scene seconds, the probability it is kept with, and how many past flights it rests on."""

    deliver_s: float
    probability: float
    flights_seen: int


def least_seen(probability: float) -> int:
    """Return how many flights a quantile of this probability needs: fewer bound nothing."""
    return math.ceil(round(probability / (1.0 - probability), 9))


def steered(probability: float, kept: Sequence[bool]) -> float:
    """Return the probability to take the quantile at, from which promises of late were kept, latest last: more careful
    where fewer were kept than said, less where more were."""
    late = kept[-STEERED_BY:]
    if len(late) < least_seen(probability):
        return probability
    share = sum(late) / len(late)
    return min(_STEERED_TO[1], max(_STEERED_TO[0], probability + (probability - share)))


def promise(
    arrives_s: float,
    now_s: float,
    lateness_s: Sequence[float],
    *,
    probability: float = PROBABILITY,
    kept: Sequence[bool] = (),
) -> Promise:
    """Return what can be promised for a planned arrival, from the lateness of past flights, latest last.

    `kept` are promises of late, for `steered`. Raises ValueError for a probability outside (0, 1).
    """
    if not 0.0 < probability < 1.0:
        raise ValueError("a promise's probability lies between 0 and 1")
    seen = sorted(lateness_s[-MOST_SEEN:])
    if len(seen) < least_seen(probability):
        margin_s = PRIOR_S + PRIOR_SHARE * max(0.0, arrives_s - now_s)
        return Promise(arrives_s + margin_s, probability, len(seen))
    rank = math.ceil(round((len(seen) + 1) * steered(probability, kept), 9))
    return Promise(arrives_s + seen[min(rank, len(seen)) - 1], probability, len(seen))
