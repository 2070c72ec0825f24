"""Which carrier takes which order, and when: assignment and schedule over a rolling horizon.

A first plan is built by regret insertion (Potvin and Rousseau, EJOR 66, 1993): the order that loses most by waiting goes
first, at the place of a carrier's tour where it costs least. OR-Tools' routing solver then improves it
(`dispatch.solver`), and an assignment says how far from the best it can be at most (`dispatch.bound`). Nothing here reads
a clock: the effort is a number of parts solved anew, so the same orders give the same plan on a busy machine.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Final

from dispatch.carrier import Carrier
from dispatch.jobs import (
    LOOKED_AT,
    UNSERVED_S,
    Cause,
    Flights,
    Job,
    Schedule,
    Task,
    cause_of_waiting,
    flown,
    next_task,
    next_times,
    takes,
)

DEFAULT_EFFORT: Final = 6
"""How many parts of a firm's plan are solved anew (ours)."""
_ROUNDING: Final = 1e-6
"""Weighted seconds by which sums of the same costs in another order never differ."""
LARGEST_FOR_INSERTION: Final = 40
"""Above so many carriers an order is tried on the most promising only."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another carrier that could have taken an order, and when it would have delivered."""

    aircraft_id: str
    arrives_s: float


@dataclass(frozen=True, slots=True)
class Why:
    """Why an order flies with this carrier at this time: when it arrives, against the next best taken alone."""

    task: Task
    alternatives: tuple[Alternative, ...]


def plan(
    jobs: Iterable[Job],
    carriers: Sequence[Carrier],
    flights: Flights,
    *,
    effort: int = DEFAULT_EFFORT,
    first: Mapping[str, Sequence[str]] | None = None,
    prove: bool = True,
) -> Schedule:
    """Return the best plan found; with an effort of 0 the inserted one. Without `prove` there is no bound.

    `first` is a plan to start from, orders by carrier in sequence: what of it still stands is kept, the rest is inserted.
    A time asked for is a limit: only what nothing can bring in time, beside the others that can be, is planned late.
    """
    wanted = sorted(with_limits(jobs, carriers, flights), key=lambda job: (-job.weight, job.ready_s, job.order_id))
    tours = _inserted(wanted, carriers, flights, _still(first or {}, wanted, carriers, flights))
    placed = {job.order_id for tour in tours.values() for job in tour}
    late = [replace(job, strict=False) for job in wanted if job.strict and job.order_id not in placed]
    if late:
        soft = {job.order_id: job for job in late}
        wanted = [soft.get(job.order_id, job) for job in wanted]
        tours = _inserted(wanted, carriers, flights, tours)
    if effort > 0 and wanted:
        from dispatch.solver import improved  # noqa: PLC0415  (OR-Tools costs two seconds and 130 MB: only who plans)

        tours, bound = improved(wanted, carriers, tours, flights, effort=effort, prove=prove)
    else:
        bound = None
    return schedule_of(wanted, carriers, tours, flights, bound)


def with_limits(jobs: Iterable[Job], carriers: Sequence[Carrier], flights: Flights) -> list[Job]:
    """Return the orders, those strict that some carrier would bring in time if it did nothing else before."""
    found = []
    for job in jobs:
        limited = replace(job, strict=True)
        can = job.deliver_by_s is not None and any(
            next_task(limited, carrier, carrier.site_id, carrier.free_s, flights) is not None
            for carrier in flights.nearest(job, [one for one in carriers if takes(job, one)], LOOKED_AT)
        )
        found.append(limited if can else replace(job, strict=False) if job.strict else job)
    return found


def schedule_of(
    jobs: Sequence[Job],
    carriers: Sequence[Carrier],
    tours: dict[str, list[Job]],
    flights: Flights,
    bound: float | None = None,
) -> Schedule:
    """Return tours (orders by carrier, in sequence) as a schedule; raises ValueError for one that cannot be flown."""
    tasks: list[Task] = []
    for carrier in carriers:
        done = flown(carrier, tours.get(carrier.aircraft_id, []), flights)
        if done is None:
            raise ValueError(f"the tour of {carrier.aircraft_id} cannot be flown")
        tasks.extend(done)
    served = {task.order_id for task in tasks}
    waiting: dict[str, Cause] = {
        job.order_id: cause_of_waiting(job, carriers, flights) for job in jobs if job.order_id not in served
    }
    cost = sum(task.cost for task in tasks) + sum(job.weight * UNSERVED_S for job in jobs if job.order_id not in served)
    return Schedule(tuple(sorted(tasks, key=lambda task: (task.departs_s, task.order_id))), waiting, cost, bound)


def why(task: Task, job: Job, carriers: Sequence[Carrier], flights: Flights, most: int = 3) -> Why:
    """Return the explanation of a task: the carriers that would have delivered soonest, each taken alone."""
    others = []
    able = [carrier for carrier in carriers if carrier.aircraft_id != task.aircraft_id and takes(job, carrier)]
    for carrier in flights.nearest(job, able, LOOKED_AT):
        if carrier.aircraft_id != task.aircraft_id:
            found = next_task(job, carrier, carrier.site_id, carrier.free_s, flights)
            if found is not None:
                others.append(Alternative(carrier.aircraft_id, found.arrives_s))
    others.sort(key=lambda item: (item.arrives_s, item.aircraft_id))
    return Why(task, tuple(others[:most]))


def unchanged(before: Schedule, after: Schedule) -> Collection[str]:
    """Return the orders that keep their carrier from one plan to the next."""
    was = {task.order_id: task.aircraft_id for task in before.tasks}
    return {task.order_id for task in after.tasks if was.get(task.order_id) == task.aircraft_id}


# -- insertion ---------------------------------------------------------------------------------------------------------


def _still(
    first: Mapping[str, Sequence[str]], jobs: Sequence[Job], carriers: Sequence[Carrier], flights: Flights
) -> dict[str, list[Job]]:
    """Return what of a former plan can still be flown: the orders that still wait, on carriers that still take them."""
    by_id = {job.order_id: job for job in jobs}
    tours: dict[str, list[Job]] = {}
    for carrier in carriers:
        tour = [by_id[order_id] for order_id in first.get(carrier.aircraft_id, ()) if order_id in by_id]
        tours[carrier.aircraft_id] = tour if flown(carrier, tour, flights) is not None else []
    return tours


def _inserted(
    jobs: Sequence[Job], carriers: Sequence[Carrier], flights: Flights, tours: dict[str, list[Job]]
) -> dict[str, list[Job]]:
    """Return tours by regret insertion, class by class of weight: medical goods never wait for parcels."""
    costs = {
        carrier.aircraft_id: sum(task.cost for task in flown(carrier, tours[carrier.aircraft_id], flights) or [])
        for carrier in carriers
    }
    by_id = {carrier.aircraft_id: carrier for carrier in carriers}
    placed = {job.order_id for tour in tours.values() for job in tour}
    jobs = [job for job in jobs if job.order_id not in placed]
    for weight in sorted({job.weight for job in jobs}, reverse=True):
        left = {job.order_id: job for job in jobs if job.weight == weight}
        places = {key: _places(job, carriers, tours, costs, flights) for key, job in left.items()}
        regrets = {key: _regret(found) for key, found in places.items() if found}
        while regrets:
            key = max(regrets, key=lambda name: (regrets[name], name))
            del regrets[key]
            extra, aircraft_id, at = min(places.pop(key).values())
            tours[aircraft_id].insert(at, left.pop(key))
            costs[aircraft_id] += extra
            carrier = by_id[aircraft_id]
            for other, job in left.items():  # only this tour has changed
                found = places[other]
                if len(carriers) > LARGEST_FOR_INSERTION and aircraft_id not in found:
                    continue  # none of those it is tried on
                new = _best_place(job, carrier, tours[aircraft_id], costs[aircraft_id], flights)
                if new is None:
                    found.pop(aircraft_id, None)
                else:
                    found[aircraft_id] = new
                if found:
                    regrets[other] = _regret(found)
                else:
                    regrets.pop(other, None)
    return tours


_Place = tuple[float, str, int]


def _places(
    job: Job, carriers: Sequence[Carrier], tours: dict[str, list[Job]], costs: dict[str, float], flights: Flights
) -> dict[str, _Place]:
    """Return where an order can be put, by carrier: (extra cost, carrier, place in its tour)."""
    found = {}
    for carrier in _promising(job, carriers, flights):
        place = _best_place(job, carrier, tours[carrier.aircraft_id], costs[carrier.aircraft_id], flights)
        if place is not None:
            found[carrier.aircraft_id] = place
    return found


def _promising(job: Job, carriers: Sequence[Carrier], flights: Flights) -> Sequence[Carrier]:
    own = [carrier for carrier in carriers if takes(job, carrier)]
    if len(own) <= LARGEST_FOR_INSERTION:
        return own
    ranked = []
    for carrier in flights.nearest(job, own, LOOKED_AT):
        task = next_task(job, carrier, carrier.site_id, carrier.free_s, flights)
        if task is not None:
            ranked.append((task.cost, carrier.aircraft_id, carrier))
    return [carrier for *_, carrier in sorted(ranked, key=lambda item: item[:2])[:LARGEST_FOR_INSERTION]]


def _best_place(job: Job, carrier: Carrier, tour: list[Job], cost: float, flights: Flights) -> _Place | None:
    if flights.loaded(job, carrier) is None:
        return None
    ahead = flown(carrier, tour, flights) or []  # what is before the place stays as it is
    before = list(accumulate((task.cost for task in ahead), initial=0.0))
    behind = [before[-1] - upto for upto in before]
    best: _Place | None = None
    for at in range(len(tour), -1, -1):
        most = math.inf if best is None else best[0] + cost - before[at] + _ROUNDING
        found = _cost_with(job, carrier, tour, ahead, behind, at, most, flights)
        if found is None:
            continue
        extra = before[at] + found - cost
        if best is None or extra < best[0]:
            best = extra, carrier.aircraft_id, at
    return best


def _cost_with(
    job: Job, carrier: Carrier, tour: list[Job], ahead: list[Task], behind: list[float], at: int, most: float,
    flights: Flights,
) -> float | None:  # fmt: skip
    """Return what an order put at a place of a tour costs together with all behind it; None where that cannot be flown, or
    costs more than `most`.

    From where a task is again as it was (its load is ready no sooner) the rest of the tour stays as it is. What comes
    later begins where it began and no sooner, so `behind`, what is left of the tour costs now, is the least it can cost.
    """
    if at == 0:
        site_id, free_s = carrier.site_id, carrier.free_s
    else:
        last = tour[at - 1]
        site_id, free_s = last.destination_site_id, ahead[at - 1].arrives_s + flights.after(last, carrier)
    cost = 0.0
    for k, item in enumerate((job, *tour[at:]), start=at - 1):
        times = next_times(item, carrier, site_id, free_s, flights)
        if times is None:
            return None
        _, _, arrives_s, own, _ = times
        cost += own
        if k >= at and arrives_s == ahead[k].arrives_s:
            return cost + sum(one.cost for one in ahead[k + 1 :])
        # The first behind the new order may be reached from nearer than before: it is not counted on.
        if cost + (behind[k + 1] if k >= at else behind[min(at + 1, len(tour))]) > most:
            return None
        site_id, free_s = item.destination_site_id, arrives_s + flights.after(item, carrier)
    return cost


def _regret(places: dict[str, _Place]) -> tuple[float, float]:
    """Return how much an order loses when its best place goes to another, and how dear that place is (less first)."""
    best = second = math.inf
    for extra, _, _ in places.values():
        if extra < best:
            best, second = extra, best
        elif extra < second:
            second = extra
    return (second if second < math.inf else best + UNSERVED_S) - best, -best


def tours_of(schedule: Schedule, jobs: Iterable[Job]) -> dict[str, list[Job]]:
    """Return a schedule's orders by carrier, in the sequence they are flown."""
    by_id = {job.order_id: job for job in jobs}
    tours: dict[str, list[Job]] = {}
    for task in sorted(schedule.tasks, key=lambda item: item.departs_s):
        tours.setdefault(task.aircraft_id, []).append(by_id[task.order_id])
    for tour in tours.values():
        if any(a.order_id == b.order_id for a, b in pairwise(tour)):
            raise ValueError("an order stands twice in a tour")
    return tours
