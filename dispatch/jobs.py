"""What the planner assigns, and what a plan of assignments is worth.

A carrier flies its tasks one after another: where it does not stand at an order's origin it is brought there first (a
positioning flight), turns round, takes the load and flies. All instants are scene seconds.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from dispatch.carrier import Carrier

LATE_FACTOR: Final = 5.0
"""A second after the time asked for weighs this many seconds of waiting (ours)."""
POSITIONING_FACTOR: Final = 0.2
"""A second flown empty weighs a fifth of a second of a customer's waiting (ours)."""
UNSERVED_S: Final = 4 * 3600.0
"""An order left waiting weighs as much as four hours of delay (ours)."""
LOOKED_AT: Final = 12
"""So many carriers, the soonest there as the crow flies, are looked at closely where distances are known (ours)."""

Cause: TypeAlias = Literal["no_carrier", "load_not_possible", "out_of_reach", "no_way", "not_in_this_plan"]


@dataclass(frozen=True, slots=True)
class Job:
    """An order that waits; `weight` is that of its urgency, `deliver_by_s` None where no time was asked for.

    `strict` forbids to arrive after `deliver_by_s`; the planner sets it where the time can be met. `order_ids` are the
    orders that share its flight, itself alone where none is given.
    """

    order_id: str
    organisation_id: str
    origin_site_id: str
    destination_site_id: str
    payload_kg: float
    ready_s: float
    weight: int = 1
    deliver_by_s: float | None = None
    dangerous_goods: bool = False
    cold_chain: bool = False
    order_ids: tuple[str, ...] = ()
    strict: bool = False

    def __post_init__(self) -> None:
        if not self.order_ids:
            object.__setattr__(self, "order_ids", (self.order_id,))

    def cost(self, arrives_s: float) -> float:
        """Return what delivering at an instant costs, in weighted seconds."""
        late_s = 0.0 if self.deliver_by_s is None else max(0.0, arrives_s - self.deliver_by_s)
        return self.weight * (max(0.0, arrives_s - self.ready_s) + LATE_FACTOR * late_s)


@dataclass(frozen=True, slots=True)
class Leg:
    """A flight between two sites as planned: seconds from take-off to landing, and watt-hours."""

    lasts_s: float
    wh: float


Turn: TypeAlias = Callable[[Carrier, str, float], float]
"""(carrier, site, watt-hours of the flight that ends there) to the seconds until it can leave again."""
Travel: TypeAlias = Callable[[str, str, Carrier, float], Leg | None]
"""(origin, destination, carrier, payload in kg) to the leg between the sites, None where there is no way."""
Room: TypeAlias = Callable[[str, str, str, float, float], float]
"""(aircraft, origin, destination, earliest departure, seconds of flight) to the departure: a pad is free at both ends."""


@dataclass(frozen=True, slots=True)
class Task:
    """One order on one carrier; `positioning_departs_s` is when it leaves for the origin, None where it stands there."""

    order_id: str
    aircraft_id: str
    positioning_departs_s: float | None
    departs_s: float
    arrives_s: float
    cost: float
    pad_wait_s: float = 0.0
    """How much later it departs than its carrier and its load could, because pads are taken."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Tasks by departure, and why the orders that have none wait.

    `cost` is in weighted seconds; `bound` is the least any plan could cost as far as it was proven, None where nothing
    was proven.
    """

    tasks: tuple[Task, ...]
    waiting: Mapping[str, Cause]
    cost: float
    bound: float | None = None

    @property
    def gap(self) -> float | None:
        """How far at most the plan is from the best, as a share of its cost."""
        if self.bound is None:
            return None
        return 0.0 if self.cost <= 0 else max(0.0, (self.cost - self.bound) / self.cost)


_THERE: Final = Leg(0.0, 0.0), 0.0
Times: TypeAlias = tuple[float | None, float, float, float, float]
"""A task without its names: when it leaves for the origin, departs, arrives; its cost; how long it waits for pads."""


class Flights:
    """The legs of one planning run, each asked for once; a carrier's numbers stay as they are while it lasts.

    `turn` tells how long a carrier turns round at a site, charging included; without it that is the same everywhere.
    `apart` tells how far two sites lie apart in metres; with it the legs of carriers far off are not asked for.
    `room` tells when pads are free; without it they always are.
    """

    def __init__(
        self,
        travel: Travel,
        turn: Turn | None = None,
        apart: Callable[[str, str], float] | None = None,
        room: Room | None = None,
    ) -> None:
        self._travel, self._turn, self._apart, self._room = travel, turn, apart, room
        self._legs: dict[tuple[str, str, tuple[float, ...], float], Leg | None] = {}
        self._sorts: dict[str, int] = {}
        self._sort_of: dict[tuple[object, ...], int] = {}
        self._loaded: dict[tuple[str, str, str, int], tuple[Leg | None, float]] = {}
        self._brought: dict[tuple[str, str, int], tuple[Leg, float] | None] = {}
        self._turns: dict[tuple[str, int, float], float] = {}

    def leg(self, origin: str, destination: str, carrier: Carrier, payload_kg: float = 0.0) -> Leg | None:
        """Return the leg between two sites for such a carrier with such a load, or None."""
        key = (origin, destination, carrier.kind, payload_kg)
        if key not in self._legs:
            self._legs[key] = self._travel(origin, destination, carrier, payload_kg)
        return self._legs[key]

    def nearest(self, job: Job, carriers: Sequence[Carrier], most: int) -> Sequence[Carrier]:
        """Return the carriers that could be soonest at an order's origin as the crow flies, all where that is not known."""
        apart = self._apart
        if apart is None or len(carriers) <= most:
            return carriers
        ranked = sorted(
            (max(job.ready_s, one.free_s + apart(one.site_id, job.origin_site_id) / one.model.cruise_mps), k)
            for k, one in enumerate(carriers)
        )
        return [carriers[k] for _, k in ranked[:most]]

    def departs_s(self, carrier: Carrier, origin: str, destination: str, earliest_s: float, leg: Leg) -> float:
        """Return when a flight departs that could from `earliest_s` on: as soon as a pad is free at both its ends."""
        if self._room is None:
            return earliest_s
        return self._room(carrier.aircraft_id, origin, destination, earliest_s, leg.lasts_s)

    def turn_s(self, carrier: Carrier, site_id: str, leg: Leg) -> float:
        """Return how long a carrier turns round at a site after a flight that took so much."""
        if self._turn is None:
            return carrier.turn_s
        key = site_id, self._sort(carrier), leg.wh
        try:
            return self._turns[key]
        except KeyError:
            found = self._turns[key] = self._turn(carrier, site_id, leg.wh)
            return found

    def after(self, job: Job, carrier: Carrier) -> float:
        """Return how long a carrier turns round where an order's flight ends; its own turn-round where it has none."""
        return self.with_load(job, carrier)[1]

    def _sort(self, carrier: Carrier) -> int:
        """Return a number that carriers share which can make the same flights."""
        found = self._sorts.get(carrier.aircraft_id)
        if found is None:
            alike = (carrier.organisation_id, carrier.kind, carrier.dangerous_goods, carrier.cold_chain)
            found = self._sorts[carrier.aircraft_id] = self._sort_of.setdefault(alike, len(self._sort_of))
        return found

    def loaded(self, job: Job, carrier: Carrier) -> Leg | None:
        """Return the flight with the load, or None where this carrier cannot make it."""
        return self.with_load(job, carrier)[0]

    def with_load(self, job: Job, carrier: Carrier) -> tuple[Leg | None, float]:
        """Return the flight with the load, None where this carrier cannot make it, and how long it turns round behind it."""
        key = (job.order_id, job.origin_site_id, job.destination_site_id, self._sort(carrier))
        try:
            return self._loaded[key]
        except KeyError:
            leg = self._possible(job, carrier)
            turn_s = carrier.turn_s if leg is None else self.turn_s(carrier, job.destination_site_id, leg)
            found = self._loaded[key] = leg, turn_s
            return found

    def _possible(self, job: Job, carrier: Carrier) -> Leg | None:
        if carrier.organisation_id != job.organisation_id or not carrier.can_carry(
            job.payload_kg, dangerous_goods=job.dangerous_goods, cold_chain=job.cold_chain
        ):
            return None
        leg = self.leg(job.origin_site_id, job.destination_site_id, carrier, job.payload_kg)
        return None if leg is None or leg.wh > carrier.usable_wh else leg

    def empty(self, site_id: str, job: Job, carrier: Carrier) -> Leg | None:
        """Return the flight to an order's origin; one of no length where the carrier is there."""
        found = self.brought(site_id, job, carrier)
        return None if found is None else found[0]

    def brought(self, site_id: str, job: Job, carrier: Carrier) -> tuple[Leg, float] | None:
        """Return the flight to an order's origin, and how long after its departure the carrier can leave from there; None
        where there is none."""
        if site_id == job.origin_site_id:
            return _THERE
        key = (site_id, job.origin_site_id, self._sort(carrier))
        try:
            return self._brought[key]
        except KeyError:
            leg = self.leg(site_id, job.origin_site_id, carrier)
            found: tuple[Leg, float] | None = None
            if leg is not None and leg.wh <= carrier.usable_wh:
                found = leg, leg.lasts_s + self.turn_s(carrier, job.origin_site_id, leg)
            self._brought[key] = found
            return found


def takes(job: Job, carrier: Carrier) -> bool:
    """Tell whether a carrier is of the order's firm and may take its load."""
    return carrier.organisation_id == job.organisation_id and carrier.can_carry(
        job.payload_kg, dangerous_goods=job.dangerous_goods, cold_chain=job.cold_chain
    )


def next_task(job: Job, carrier: Carrier, site_id: str, free_s: float, flights: Flights) -> Task | None:
    """Return an order as a carrier's next task from where and when it is free, or None where it cannot do it."""
    times = next_times(job, carrier, site_id, free_s, flights)
    return None if times is None else Task(job.order_id, carrier.aircraft_id, *times)


def next_times(job: Job, carrier: Carrier, site_id: str, free_s: float, flights: Flights) -> Times | None:
    """Return the times of an order as a carrier's next task: what is asked for every place of every tour."""
    leg = flights.with_load(job, carrier)[0]
    brought = None if leg is None else flights.brought(site_id, job, carrier)
    if leg is None or brought is None:
        return None
    empty, brings_s = brought
    origin, destination = job.origin_site_id, job.destination_site_id
    positioning_departs_s: float | None = None
    pad_wait_s = 0.0
    could_s = free_s
    if empty.lasts_s > 0.0:
        could_s = max(free_s, job.ready_s - brings_s)
        positioning_departs_s = flights.departs_s(carrier, site_id, origin, could_s, empty)
        pad_wait_s = positioning_departs_s - could_s
        could_s = positioning_departs_s + brings_s
    could_s = max(job.ready_s, could_s)
    departs_s = flights.departs_s(carrier, origin, destination, could_s, leg)
    pad_wait_s += departs_s - could_s
    arrives_s = departs_s + leg.lasts_s
    if job.strict and job.deliver_by_s is not None and arrives_s > job.deliver_by_s:
        return None
    cost = job.cost(arrives_s) + POSITIONING_FACTOR * empty.lasts_s
    return positioning_departs_s, departs_s, arrives_s, cost, pad_wait_s


def flown(
    carrier: Carrier, jobs: Sequence[Job], flights: Flights, begins: tuple[str, float] | None = None
) -> list[Task] | None:
    """Return the tasks of a carrier that takes these orders one after another, or None where it cannot.

    `begins` is where and from when on it is free, where that is not where it stands.
    """
    site_id, free_s = (carrier.site_id, carrier.free_s) if begins is None else begins
    tasks = []
    for job in jobs:
        task = next_task(job, carrier, site_id, free_s, flights)
        if task is None:
            return None
        tasks.append(task)
        site_id, free_s = job.destination_site_id, task.arrives_s + flights.after(job, carrier)
    return tasks


def cause_of_waiting(job: Job, carriers: Sequence[Carrier], flights: Flights) -> Cause:
    """Return why an order has no task: what stands in the way of every carrier."""
    own = [carrier for carrier in carriers if carrier.organisation_id == job.organisation_id]
    if not own:
        return "no_carrier"
    able = [
        c for c in own if c.can_carry(job.payload_kg, dangerous_goods=job.dangerous_goods, cold_chain=job.cold_chain)
    ]
    if not able:
        return "load_not_possible"
    legs = [flights.leg(job.origin_site_id, job.destination_site_id, c, job.payload_kg) for c in able]
    if all(leg is None for leg in legs):
        return "no_way"
    near = [c for c, leg in zip(able, legs, strict=True) if leg is not None and leg.wh <= c.usable_wh]
    if not any(flights.empty(c.site_id, job, c) is not None for c in near):
        return "out_of_reach"
    return "not_in_this_plan"
