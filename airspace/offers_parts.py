"""What a search for counter-offers is done in, and what it works with: changes, what was filed, offers, and steps."""

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias, TypeVar, cast

from airspace.decision import Decision
from airspace.geometry4d import Trajectory4D
from airspace.intent import FlightIntent
from airspace.intervals import Intervals
from airspace.offers_route import RouteView
from airspace.policy import Policy
from airspace.scene import Scene
from airspace.trajectory import FlightPath, Waypoint, WaypointRoute

OfferKind: TypeAlias = Literal["delay", "altitude", "route", "site"]
KINDS: Final[tuple[OfferKind, ...]] = ("delay", "altitude", "route", "site")


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What the search is done in.

    `judge` judges a flight as filing would; `meets` tells whether other flights are in its way, as the judge would find.
    `forbidden(plan, from_s, to_s)` returns the delays in [from_s, to_s] at
    which other flights stand in the way (rules with a clock are known here); it may leave some out, and the judge has
    the last word. `earliest_s` is the least delay that can be filed in time. `energy_wh` is the model of the aircraft.
    `cells` returns the resolution-8 cover of a flight, as a filed one's is found.
    `exhausted` says that no more time may be spent. `curable` are codes of reasons that offers get rid of after all,
    though no other time, height, route or pad usually does.
    """

    policy: Policy
    scene: Scene
    now: datetime
    judge: Callable[[FlightIntent], Decision]
    meets: Callable[[FlightIntent], bool]
    forbidden: Callable[[FlightIntent, float, float], Intervals]
    energy_wh: Callable[[Trajectory4D], float]
    exhausted: Callable[[], bool]
    cells: Callable[[FlightPath], frozenset[int]]
    earliest_s: float = 0.0
    curable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What is flown differently: None leaves it as filed. `says` is what that is, in English and Chinese.

    `waypoints` carry speeds and holds, never times (`airspace.offers_route`). `away_m` is how far another pad lies from
    the intended one. `rise_m` instead of waypoints: what is en route is flown so much higher.
    """

    kind: OfferKind
    says: tuple[str, str] = ("", "")
    waypoints: tuple[Waypoint, ...] | None = None
    destination_site_id: str | None = None
    away_m: float = 0.0
    rise_m: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Filed:
    """A plan that cannot be approved as filed: its intent, what it looks like to be changed, and the judgement.

    `seen` is None for a plan of volumes. `repairs` says, in English and Chinese, what every offer changes anyway.
    """

    plan: FlightIntent
    seen: RouteView | None
    decision: Decision
    repairs: tuple[tuple[str, str], ...] = ()
    measured: dict[str, float] = field(default_factory=dict, repr=False)
    """What was measured of the flight as filed, to compare every offer with."""


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A change found to be approved: `plan` is what was judged, compiled at its new departure.

    `route` is None where waypoints stay as filed. `cost_s` is what it was ranked by, in seconds.
    """

    kind: OfferKind
    plan: FlightIntent
    route: WaypointRoute | None
    delay_s: float
    extra_m: float
    extra_s: float
    extra_wh: float
    cost_s: float
    detail: str
    detail_zh: str


DELAY, RAISE, CHANGE, JUDGE, PRICE = range(5)
"""What a search does next."""
R = TypeVar("R")
Steps: TypeAlias = Generator[int, None, R]


def finished(steps: Steps[R]) -> R:
    """Return what steps come to, all taken at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast(R, end.value)


Proposer: TypeAlias = Callable[[Filed], Iterable[Change]]
