"""The least any plan can cost: every order has one predecessor, a carrier or an order, and none precedes two.

The assignment relaxation of the routing problem (Toth and Vigo, Vehicle Routing, 2nd ed., 2.2), solved exactly as a flow
by OR-Tools. What an order costs behind another is taken at the earliest the other could ever have arrived, so no plan
costs less.
"""

from collections.abc import Sequence

import numpy as np
from ortools.graph.python import min_cost_flow

from airspace.geometry4d import FloatArray
from dispatch.carrier import Carrier
from dispatch.jobs import UNSERVED_S, Flights, Job, next_task


def least_cost(jobs: Sequence[Job], carriers: Sequence[Carrier], flights: Flights) -> float:
    """Return a cost no plan of these orders and carriers can be below, in weighted seconds."""
    total = 0.0
    for firm in sorted({job.organisation_id for job in jobs}):
        own_jobs = [job for job in jobs if job.organisation_id == firm]
        own_carriers = [carrier for carrier in carriers if carrier.organisation_id == firm]
        total += _least_of_firm(own_jobs, own_carriers, flights)
    return total


def _least_of_firm(jobs: list[Job], carriers: list[Carrier], flights: Flights) -> float:
    kinds = list({carrier.kind: carrier for carrier in carriers}.values())
    first, arrives = _as_first(jobs, carriers, flights)
    behind = _as_next(jobs, kinds, arrives, flights)
    count, fleet = len(jobs), len(carriers)
    flow = min_cost_flow.SimpleMinCostFlow()
    # Nodes: 0 source, then carriers, then orders as predecessors, then orders as successors, then the sink.
    sink = 1 + fleet + 2 * count
    for k in range(fleet + count):
        flow.add_arc_with_capacity_and_unit_cost(0, 1 + k, 1, 0)
    for j, job in enumerate(jobs):
        node = 1 + fleet + count + j
        flow.add_arc_with_capacity_and_unit_cost(node, sink, 1, 0)
        flow.add_arc_with_capacity_and_unit_cost(0, node, 1, int(job.weight * UNSERVED_S))
        for k in np.flatnonzero(np.isfinite(first[:, j])).tolist():
            flow.add_arc_with_capacity_and_unit_cost(1 + k, node, 1, int(first[k, j]))
        for i in np.flatnonzero(np.isfinite(behind[:, j])).tolist():
            flow.add_arc_with_capacity_and_unit_cost(1 + fleet + i, node, 1, int(behind[i, j]))
    flow.set_node_supply(0, count)
    flow.set_node_supply(sink, -count)
    if flow.solve() != flow.OPTIMAL:
        raise ArithmeticError("an assignment in which every order may stay waiting has a solution")
    return float(flow.optimal_cost())


def _as_first(jobs: list[Job], carriers: list[Carrier], flights: Flights) -> tuple[FloatArray, FloatArray]:
    """Return the cost (carriers, orders) of each order as a carrier's first, and the earliest arrival (orders,)."""
    cost = np.full((len(carriers), len(jobs)), np.inf)
    arrives = np.full(len(jobs), np.inf)
    for k, carrier in enumerate(carriers):
        for j, job in enumerate(jobs):
            task = next_task(job, carrier, carrier.site_id, carrier.free_s, flights)
            if task is not None:
                cost[k, j] = task.cost
                arrives[j] = min(arrives[j], task.arrives_s)
    return cost, arrives


def _as_next(jobs: list[Job], kinds: list[Carrier], arrives: FloatArray, flights: Flights) -> FloatArray:
    """Return the cost (orders, orders) of each order behind another that arrived as early as it ever could."""
    while True:  # an order may be reached earlier behind another than by any carrier from where it stands
        cost = np.full((len(jobs), len(jobs)), np.inf)
        earlier = arrives.copy()
        for i, before in enumerate(jobs):
            for carrier in kinds if np.isfinite(arrives[i]) else ():
                free_s = arrives[i] + flights.after(before, carrier)
                for j, job in enumerate(jobs):
                    if i == j:
                        continue
                    task = next_task(job, carrier, before.destination_site_id, free_s, flights)
                    if task is not None:
                        cost[i, j] = min(cost[i, j], task.cost)
                        earlier[j] = min(earlier[j], task.arrives_s)
        if (earlier >= arrives - 1e-9).all():
            return cost
        arrives = earlier
