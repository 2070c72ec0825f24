"""First come, first served by the nearest carrier: what a dispatcher without a planner does, and our baseline."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dispatch.carrier import Carrier
from dispatch.jobs import LOOKED_AT, UNSERVED_S, Cause, Flights, Job, Schedule, Task, cause_of_waiting, next_task, takes


def nearest_first(jobs: Iterable[Job], carriers: Sequence[Carrier], flights: Flights) -> Schedule:
    """Give each order, in the order they are ready, to the nearest carrier that is free then, else to the next free."""
    by_id = {carrier.aircraft_id: carrier for carrier in carriers}
    stands = {carrier.aircraft_id: (carrier.site_id, carrier.free_s) for carrier in carriers}
    tasks: list[Task] = []
    waiting: dict[str, Cause] = {}
    cost = 0.0
    for job in sorted(jobs, key=lambda item: (item.ready_s, item.order_id)):
        best: tuple[tuple[float, float, str], Task] | None = None
        now = [replace(one, site_id=at, free_s=free_s) for one in carriers for at, free_s in (stands[one.aircraft_id],)]
        for carrier in flights.nearest(job, [one for one in now if takes(job, one)], LOOKED_AT):
            site_id, free_s = stands[carrier.aircraft_id]
            task = next_task(job, carrier, site_id, free_s, flights)
            if task is None:
                continue
            empty = flights.empty(site_id, job, carrier)
            away_s = 0.0 if empty is None else empty.lasts_s
            rank = (max(0.0, free_s - job.ready_s), away_s, carrier.aircraft_id)
            if best is None or rank < best[0]:
                best = rank, task
        if best is None:
            waiting[job.order_id] = cause_of_waiting(job, carriers, flights)
            cost += job.weight * UNSERVED_S
            continue
        task = best[1]
        turn_s = flights.after(job, by_id[task.aircraft_id])
        stands[task.aircraft_id] = (job.destination_site_id, task.arrives_s + turn_s)
        tasks.append(task)
        cost += task.cost
    return Schedule(tuple(sorted(tasks, key=_departs)), waiting, cost)


def _departs(task: Task) -> tuple[float, str]:
    return (task.departs_s if task.positioning_departs_s is None else task.positioning_departs_s, task.order_id)
