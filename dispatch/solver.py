"""The planner's model for OR-Tools CP-SAT: carriers start where they are, orders follow one another, some stay waiting.

Many tours through one depot, each through one carrier: depot -> carrier -> order -> order -> depot. An order's arrival
is bound to what it follows; its flight time is that of the kind of carrier that takes it. Only arcs worth considering
stand in the model (the carriers that come soonest, the orders that fit best behind one another, and those of the plan to
improve), so the bound is that of the model, not of every conceivable plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from ortools.sat.python import cp_model

from dispatch.carrier import Carrier
from dispatch.jobs import LATE_FACTOR, POSITIONING_FACTOR, UNSERVED_S, Flights, Job, flown, next_task

NEAR: Final = 8
"""How many carriers may begin with an order, and how many orders may follow one, beside those of the first plan."""
_SCALE: Final = 10  # the objective counts tenths: positioning weighs a fifth of a second

Tours = dict[str, list[Job]]


def improved(
    jobs: Sequence[Job], carriers: Sequence[Carrier], first: Tours, flights: Flights, *, effort: float
) -> tuple[Tours, float]:
    """Return the best tours found in so many deterministic seconds, and the least cost proven possible in the model."""
    model = _Model(jobs, carriers, first, flights)
    solver = cp_model.CpSolver()
    solver.parameters.max_deterministic_time = effort
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    status = solver.solve(model.cp)
    bound = max(0.0, solver.best_objective_bound / _SCALE)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return first, bound
    found = model.tours(solver)
    return (found if _cost(found, jobs, carriers, flights) <= _cost(first, jobs, carriers, flights) else first), bound


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


@dataclass(slots=True)
class _Visit:
    """The variables of one order."""

    departs: Any
    arrives: Any
    kinds: dict[tuple[float, float, float], Any] = field(default_factory=dict)


class _Model:
    """The circuit over depot (0), carriers (1..n) and orders (n+1..)."""

    def __init__(self, jobs: Sequence[Job], carriers: Sequence[Carrier], first: Tours, flights: Flights) -> None:
        self.cp = cp_model.CpModel()
        self._jobs, self._carriers, self._flights = jobs, carriers, flights
        self._origin_s = min([carrier.free_s for carrier in carriers] + [job.ready_s for job in jobs], default=0.0)
        self._horizon = self._ticks(self._origin_s + 24 * 3600.0)
        self._first = {key: [job.order_id for job in tour] for key, tour in first.items()}
        self._carrier_at = {carrier.aircraft_id: k + 1 for k, carrier in enumerate(carriers)}
        self._job_at = {job.order_id: len(carriers) + 1 + k for k, job in enumerate(jobs)}
        self._arcs: list[tuple[int, int, Any]] = []
        self._costs: list[Any] = []
        self._visits = {job.order_id: self._visit(job) for job in jobs}
        self._starts()
        self._follow()
        self._ends()
        self.cp.add_multiple_circuit(self._arcs)
        self.cp.minimize(sum(self._costs))

    def _ticks(self, at_s: float) -> int:
        return round(at_s - self._origin_s)

    def _visit(self, job: Job) -> _Visit:
        cp, horizon = self.cp, self._horizon
        departs = cp.new_int_var(max(0, self._ticks(job.ready_s)), horizon, "")
        arrives = cp.new_int_var(0, horizon, "")
        visit = _Visit(departs, arrives)
        served = cp.new_bool_var("")
        for carrier in self._carriers:
            if carrier.kind in visit.kinds:
                continue
            leg = self._flights.loaded(job, carrier)
            if leg is not None:
                chosen = cp.new_bool_var("")
                visit.kinds[carrier.kind] = chosen
                cp.add(arrives == departs + round(leg.lasts_s)).only_enforce_if(chosen)
        cp.add(sum(visit.kinds.values()) == served)
        node = self._job_at[job.order_id]
        self._arcs.append((node, node, served.negated()))
        self._costs.append(round(_SCALE * job.weight * UNSERVED_S) * (1 - served))
        waits = cp.new_int_var(0, horizon, "")
        cp.add(waits >= arrives - self._ticks(job.ready_s)).only_enforce_if(served)
        self._costs.append(_SCALE * job.weight * waits)
        if job.deliver_by_s is not None:
            late = cp.new_int_var(0, horizon, "")
            cp.add(late >= arrives - self._ticks(job.deliver_by_s)).only_enforce_if(served)
            self._costs.append(round(_SCALE * job.weight * LATE_FACTOR) * late)
        return visit

    def _starts(self) -> None:
        """Let every carrier follow the depot, and be followed by one of the orders it could reach soon."""
        soonest: dict[str, list[tuple[float, int]]] = {}
        always = self.cp.new_constant(1)
        for carrier in self._carriers:
            self._arcs.append((0, self._carrier_at[carrier.aircraft_id], always))
        for job in self._jobs:
            for k, carrier in enumerate(self._carriers):
                task = next_task(job, carrier, carrier.site_id, carrier.free_s, self._flights)
                if task is not None:
                    soonest.setdefault(job.order_id, []).append((task.cost, k))
        for job in self._jobs:
            ranked = sorted(soonest.get(job.order_id, []))
            begins = {self._carrier_at[key] - 1 for key, tour in self._first.items() if tour[:1] == [job.order_id]}
            for k in {k for _, k in ranked[:NEAR]} | begins:
                carrier = self._carriers[k]
                empty = self._flights.empty(carrier.site_id, job, carrier)
                visit = self._visits[job.order_id]
                if empty is None or carrier.kind not in visit.kinds:
                    continue
                taken = self._arc(
                    self._carrier_at[carrier.aircraft_id], self._job_at[job.order_id], begins={k} <= begins
                )
                wait_s = 0.0 if empty.lasts_s == 0 else empty.lasts_s + carrier.turn_s
                self.cp.add(visit.departs >= self._ticks(carrier.free_s + wait_s)).only_enforce_if(taken)
                self.cp.add_implication(taken, visit.kinds[carrier.kind])
                self._costs.append(round(_SCALE * POSITIONING_FACTOR * empty.lasts_s) * taken)

    def _follow(self) -> None:
        """Let an order follow another where that fits well, or where the first plan has it."""
        by_kind = {carrier.kind: carrier for carrier in self._carriers}
        known = {pair for tour in self._first.values() for pair in pairwise(tour)}
        for job in self._jobs:
            ranked = []
            for other in self._jobs:
                if other.order_id == job.order_id or other.organisation_id != job.organisation_id:
                    continue
                carrier = next(
                    (
                        by_kind[kind]
                        for kind in self._visits[job.order_id].kinds
                        if kind in self._visits[other.order_id].kinds
                    ),
                    None,
                )
                empty = None if carrier is None else self._flights.empty(job.destination_site_id, other, carrier)
                if empty is None:
                    continue
                gap_s = abs(other.ready_s - job.ready_s)
                ranked.append((empty.lasts_s + 0.5 * gap_s, other.order_id, other))
            ranked.sort(key=lambda item: item[:2])
            chosen = {item[1]: item[2] for item in ranked[:NEAR]}
            chosen |= {item[1]: item[2] for item in ranked if (job.order_id, item[1]) in known}
            for other in chosen.values():
                self._follows(job, other, by_kind, (job.order_id, other.order_id) in known)

    def _follows(self, job: Job, other: Job, by_kind: dict[Any, Carrier], known: bool) -> None:
        before, after = self._visits[job.order_id], self._visits[other.order_id]
        taken = self._arc(self._job_at[job.order_id], self._job_at[other.order_id], begins=known)
        longest = 0.0
        for kind, carrier in by_kind.items():
            here, there = before.kinds.get(kind), after.kinds.get(kind)
            if here is None and there is None:
                continue
            empty = self._flights.empty(job.destination_site_id, other, carrier)
            if here is None or there is None or empty is None:
                for chosen in (here, there):
                    if chosen is not None:
                        self.cp.add_bool_or([taken.negated(), chosen.negated()])
                continue
            self.cp.add(here == there).only_enforce_if(taken)
            turns = carrier.turn_s + (0.0 if empty.lasts_s == 0 else empty.lasts_s + carrier.turn_s)
            self.cp.add(after.departs >= before.arrives + round(turns)).only_enforce_if([taken, here])
            longest = max(longest, empty.lasts_s)
        self._costs.append(round(_SCALE * POSITIONING_FACTOR * longest) * taken)

    def _arc(self, start: int, end: int, *, begins: bool) -> Any:
        taken = self.cp.new_bool_var("")
        self.cp.add_hint(taken, begins)
        self._arcs.append((start, end, taken))
        return taken

    def _ends(self) -> None:
        """Let the tour end behind every carrier and every order."""
        last = {tour[-1] for tour in self._first.values() if tour}
        for aircraft_id, node in self._carrier_at.items():
            self._arc(node, 0, begins=not self._first.get(aircraft_id))
        for order_id, node in self._job_at.items():
            self._arc(node, 0, begins=order_id in last)

    def tours(self, solver: Any) -> Tours:
        """Return the tours of a solution."""
        following = {start: end for start, end, taken in self._arcs if start != end and start and solver.value(taken)}
        by_node = {self._job_at[job.order_id]: job for job in self._jobs}
        found: Tours = {}
        for aircraft_id, node in self._carrier_at.items():
            tour, at = [], following[node]
            while at:
                tour.append(by_node[at])
                at = following[at]
            found[aircraft_id] = tour
        return found
