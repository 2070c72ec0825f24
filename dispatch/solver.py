"""The planner's model for OR-Tools' routing solver: carriers start where they are, orders are visits, some stay waiting.

A visit is an order's loaded take-off. Between two visits pass the flight with the first load, the turn-round, and the
empty flight to the next origin with its own turn-round. Waiting, lateness and flying empty cost what they cost in
`dispatch.jobs`, in tenths of a second. The plan to improve is the solver's first solution, and local search ends where no
move of its neighbourhoods helps: nothing depends on a clock, so the same orders give the same plan. Firms share no
carriers, so each is solved by itself; a large firm in parts, around the orders that cost most.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from dispatch.bound import least_cost
from dispatch.carrier import Carrier
from dispatch.jobs import LATE_FACTOR, POSITIONING_FACTOR, UNSERVED_S, Flights, Job, flown, next_task

_SCALE: Final = 10  # the objective counts tenths: positioning weighs a fifth of a second
_NEVER: Final = 10**7
"""Seconds of a flight nobody can make: beyond every horizon."""
_HORIZON_S: Final = 24 * 3600
_MOST_CARRIERS: Final = 24
_MOST_ORDERS: Final = 40
"""A part of so many carriers and orders is solved in a quarter of a second; ten times as many took ten minutes."""

Tours = dict[str, list[Job]]


def improved(
    jobs: Sequence[Job], carriers: Sequence[Carrier], first: Tours, flights: Flights, *, effort: int, prove: bool = True
) -> tuple[Tours, float | None]:
    """Return better tours, after solving `effort` parts for each firm, and the least cost any plan can have.

    None in place of that cost where it is not to be proven: that takes longer than all the rest.
    """
    found: Tours = {carrier.aircraft_id: [] for carrier in carriers}
    for firm in sorted({job.organisation_id for job in jobs}):
        own_jobs = [job for job in jobs if job.organisation_id == firm]
        own = [carrier for carrier in carriers if carrier.organisation_id == firm]
        tours = {carrier.aircraft_id: list(first.get(carrier.aircraft_id, [])) for carrier in own}
        found.update(_improved_of_firm(own_jobs, own, tours, flights, effort) if own else tours)
    return found, least_cost(jobs, carriers, flights) if prove else None


def _improved_of_firm(jobs: list[Job], carriers: list[Carrier], tours: Tours, flights: Flights, effort: int) -> Tours:
    """Return tours with one part after another solved anew, the dearest orders first (Shaw, CP 1998)."""
    seen: set[str] = set()
    for _ in range(effort):
        seed = _dearest(jobs, carriers, tours, flights, seen)
        if seed is None:
            break
        part = _around(seed, carriers, tours, flights)
        seen.add(seed.order_id)
        if not part:
            continue
        served = {job.order_id for tour in tours.values() for job in tour}
        inside = [job for carrier in part for job in tours[carrier.aircraft_id]]
        waiting = [job for job in jobs if job.order_id not in served][:_MOST_ORDERS]
        seen.update(job.order_id for job in inside if len(part) == len(carriers))
        before = {carrier.aircraft_id: tours[carrier.aircraft_id] for carrier in part}
        after = _Model([*inside, *waiting], part, flights).solved(before)
        if _cost(after, [*inside, *waiting], part, flights) < _cost(before, [*inside, *waiting], part, flights) - 1e-6:
            tours.update(after)
    return tours


def _dearest(jobs: list[Job], carriers: list[Carrier], tours: Tours, flights: Flights, seen: set[str]) -> Job | None:
    """Return the order that costs most, of those no part was built around yet."""
    costs = {job.order_id: job.weight * UNSERVED_S for job in jobs}
    for carrier in carriers:
        costs.update({task.order_id: task.cost for task in flown(carrier, tours[carrier.aircraft_id], flights) or []})
    left = [job for job in jobs if job.order_id not in seen]
    return max(left, key=lambda job: (costs[job.order_id], job.order_id), default=None)


def _around(seed: Job, carriers: list[Carrier], tours: Tours, flights: Flights) -> list[Carrier]:
    """Return its own carrier and those that would take an order cheapest by themselves, with at most so many orders."""
    ranked = []
    for carrier in carriers:
        task = next_task(seed, carrier, carrier.site_id, carrier.free_s, flights)
        own = any(job.order_id == seed.order_id for job in tours[carrier.aircraft_id])
        if task is not None or own:
            ranked.append((not own, float("inf") if task is None else task.cost, carrier.aircraft_id, carrier))
    part: list[Carrier] = []
    orders = 0
    for *_, carrier in sorted(ranked, key=lambda item: item[:3]):
        orders += len(tours[carrier.aircraft_id])
        if len(part) >= _MOST_CARRIERS or (part and orders > _MOST_ORDERS):
            break
        part.append(carrier)
    return part


def _cost(tours: Tours, jobs: Sequence[Job], carriers: Sequence[Carrier], flights: Flights) -> float:
    cost = 0.0
    served: set[str] = set()
    for carrier in carriers:
        tasks = flown(carrier, tours.get(carrier.aircraft_id, []), flights)
        if tasks is None:
            return float("inf")
        cost += sum(task.cost for task in tasks)
        served.update(task.order_id for task in tasks)
    return cost + sum(job.weight * UNSERVED_S for job in jobs if job.order_id not in served)


class _Model:
    """The routing model of one firm; nodes are 0 (every tour's end), the carriers' starts, then the orders."""

    def __init__(self, jobs: Sequence[Job], carriers: Sequence[Carrier], flights: Flights) -> None:
        self._jobs, self._carriers, self._flights = jobs, carriers, flights
        self._began_s = min([carrier.free_s for carrier in carriers] + [job.ready_s for job in jobs])
        starts, ends = list(range(1, len(carriers) + 1)), [0] * len(carriers)
        self._nodes = 1 + len(carriers) + len(jobs)
        self._manager: Any = pywrapcp.RoutingIndexManager(self._nodes, len(carriers), starts, ends)
        self._routing: Any = pywrapcp.RoutingModel(self._manager)
        self._kinds = list({carrier.kind: carrier for carrier in carriers}.values())
        self._add_costs()
        self._add_times()
        for job, node in self._visits():
            self._routing.AddDisjunction([self._index(node)], round(_SCALE * job.weight * UNSERVED_S))
            able = [k for k, c in enumerate(carriers) if flights.loaded(job, c) is not None]
            # -1 lets it stay waiting.
            self._routing.VehicleVar(self._index(node)).SetValues([-1, *able])

    def _visits(self) -> list[tuple[Job, int]]:
        return [(job, 1 + len(self._carriers) + k) for k, job in enumerate(self._jobs)]

    def _index(self, node: int) -> int:
        return int(self._manager.NodeToIndex(node))

    def _ticks(self, at_s: float) -> int:
        # The solver's C++ ends the process where a variable is left without a value: nothing may lie beyond its range.
        return min(max(0, round(at_s - self._began_s)), 2 * _HORIZON_S)

    def _matrices(self, carrier: Carrier) -> tuple[Any, Any]:
        """Return (seconds, cost) between nodes for such a carrier; the starts are where each carrier stands."""
        flights = self._flights
        seconds = np.full((self._nodes, self._nodes), _NEVER, np.int64)
        seconds[:, 0] = 0
        cost = np.zeros_like(seconds)
        places = [(k + 1, one.site_id, 0.0) for k, one in enumerate(self._carriers)]
        for job, node in self._visits():
            loaded = flights.loaded(job, carrier)
            if loaded is not None:
                places.append((node, job.destination_site_id, loaded.lasts_s + flights.after(job, carrier)))
        for start, site_id, busy_s in places:
            for job, node in self._visits():
                empty = flights.empty(site_id, job, carrier)
                if node != start and empty is not None:
                    turn_s = flights.turn_s(carrier, job.origin_site_id, empty) if empty.lasts_s > 0 else 0.0
                    seconds[start, node] = round(busy_s + empty.lasts_s + turn_s)
                    cost[start, node] = round(_SCALE * POSITIONING_FACTOR * empty.lasts_s)
        return seconds, cost

    def _add_costs(self) -> None:
        routing = self._routing
        self._transits: dict[Any, int] = {}
        for carrier in self._kinds:
            seconds, cost = self._matrices(carrier)
            self._transits[carrier.kind] = routing.RegisterTransitMatrix(seconds.tolist())
            priced = routing.RegisterTransitMatrix(cost.tolist())
            for k, one in enumerate(self._carriers):
                if one.kind == carrier.kind:
                    routing.SetArcCostEvaluatorOfVehicle(priced, k)

    def _add_times(self) -> None:
        """Bind each visit to what it follows: once for waiting, once for lateness, whose costs add up."""
        by_vehicle = [self._transits[carrier.kind] for carrier in self._carriers]
        self._dimension("waiting", by_vehicle, lambda job: (self._ticks(job.ready_s), _SCALE * job.weight))
        if any(job.deliver_by_s is not None for job in self._jobs):
            self._dimension("lateness", by_vehicle, self._lateness)

    def _lateness(self, job: Job) -> tuple[int, int] | None:
        latest = None if job.strict else self._latest(job)
        return None if latest is None else (latest, round(_SCALE * job.weight * LATE_FACTOR))

    def _latest(self, job: Job) -> int | None:
        """Return when an order must be in the air to be in time with the fastest carrier, None where it has no time."""
        if job.deliver_by_s is None:
            return None
        lasts = [leg.lasts_s for carrier in self._kinds if (leg := self._flights.loaded(job, carrier)) is not None]
        if not lasts:
            return None
        return self._ticks(job.deliver_by_s - min(lasts))

    def _dimension(self, name: str, by_vehicle: list[int], soft: Callable[[Job], tuple[int, int] | None]) -> None:
        self._routing.AddDimensionWithVehicleTransits(by_vehicle, _HORIZON_S, 2 * _HORIZON_S, False, name)
        dimension = self._routing.GetDimensionOrDie(name)
        for k, carrier in enumerate(self._carriers):
            dimension.CumulVar(self._routing.Start(k)).SetMin(self._ticks(carrier.free_s))
        for job, node in self._visits():
            dimension.CumulVar(self._index(node)).SetMin(self._ticks(job.ready_s))
            bound = soft(job)
            if bound is not None:
                dimension.SetCumulVarSoftUpperBound(self._index(node), *bound)
            latest = self._latest(job)
            if job.strict and latest is not None and latest > self._ticks(job.ready_s):
                # A second of room for what was rounded; the tours are judged exactly when the solver is done.
                dimension.CumulVar(self._index(node)).SetMax(latest + 1)

    def solved(self, first: Tours) -> Tours:
        """Return the tours local search ends with, from those given."""
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GREEDY_DESCENT
        self._routing.CloseModelWithParameters(parameters)
        index_of = {job.order_id: self._index(node) for job, node in self._visits()}
        routes = [[index_of[job.order_id] for job in first[carrier.aircraft_id]] for carrier in self._carriers]
        start = self._routing.ReadAssignmentFromRoutes(routes, True)
        solution = (
            self._routing.SolveFromAssignmentWithParameters(start, parameters)
            if start is not None
            else self._routing.SolveWithParameters(parameters)
        )
        return first if solution is None else self._tours(solution)

    def _tours(self, solution: Any) -> Tours:
        found: Tours = {}
        by_node = {node: job for job, node in self._visits()}
        for k, carrier in enumerate(self._carriers):
            tour, index = [], solution.Value(self._routing.NextVar(self._routing.Start(k)))
            while not self._routing.IsEnd(index):
                tour.append(by_node[self._manager.IndexToNode(index)])
                index = solution.Value(self._routing.NextVar(index))
            found[carrier.aircraft_id] = tour
        return found
