"""The planner on a seeded Shenzhen: 500 waiting orders to 300 carriers, and what a closure changes.

Baseline: the nearest free carrier, first come first served (`dispatch.greedy`), on the same orders in the same run.
"""

import argparse
import math
import random
import time
from dataclasses import replace

from dispatch.carrier import Carrier
from dispatch.energy import EnergyModel
from dispatch.greedy import nearest_first
from dispatch.jobs import Flights, Job, Leg, Schedule
from dispatch.planner import plan, unchanged
from tests.fakes.schedules import check_possible

MODEL = EnergyModel(mass_kg=15.0, hover_w=2_400.0, cruise_w=2_150.0, cruise_mps=15.0)
FIRMS = ("org_a", "org_b", "org_c")


class City:
    """Sites scattered as in Shenzhen: a band of 50 by 12 km, denser in the middle."""

    def __init__(self, seed: int, sites: int) -> None:
        draw = random.Random(seed)
        self.places = {
            f"st_{k}": (draw.triangular(0, 50_000, 25_000), draw.triangular(0, 12_000, 6_000)) for k in range(sites)
        }
        self.draw, self.closed = draw, frozenset[str]()

    def travel(self, origin: str, destination: str, carrier: Carrier, payload_kg: float) -> Leg | None:
        if {origin, destination} & self.closed:
            return None
        metres = 1.15 * math.dist(self.places[origin], self.places[destination])  # ways are not straight
        lasts_s = 75 / 4 + metres / carrier.model.cruise_mps + 75 / 3
        return Leg(lasts_s, lasts_s / 3600 * carrier.model.cruise_w * (1 + 0.08 * payload_kg))

    def orders(self, count: int) -> list[Job]:
        names, draw = sorted(self.places), self.draw
        found: list[Job] = []
        while len(found) < count:
            a, b = draw.sample(names, 2)
            if not 2_000 <= math.dist(self.places[a], self.places[b]) <= 15_000:
                continue
            ready_s = draw.uniform(0, 1_200)
            weight = draw.choices([1, 3, 10], [80, 17, 3])[0]
            due = ready_s + draw.uniform(900, 2_700) if draw.random() < 0.6 else None
            found.append(Job(f"or_{len(found)}", draw.choice(FIRMS), a, b, draw.uniform(0.2, 3), ready_s, weight, due))
        return found

    def carriers(self, count: int) -> list[Carrier]:
        names, draw = sorted(self.places), self.draw
        return [
            Carrier(f"ac_{k}", FIRMS[k % len(FIRMS)], MODEL, draw.choice(names), draw.uniform(0, 600), 4.5, 1_300.0)
            for k in range(count)
        ]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    sizes = [(60, 40)] if options.quick else [(60, 40), (500, 300)]
    print("| orders x carriers | method | CPU s | cost | served | late | gap |")
    print("|---|---|---|---|---|---|---|")
    for orders, carriers in sizes:
        _compare(orders, carriers)
    _closure(*sizes[-1])


def _compare(orders: int, carriers: int) -> None:
    city = City(7, 120)
    jobs, fleet = city.orders(orders), city.carriers(carriers)
    base = None
    for name, made in (
        ("nearest first (baseline)", lambda: nearest_first(jobs, fleet, Flights(city.travel))),
        ("inserted", lambda: plan(jobs, fleet, Flights(city.travel), effort=0)),
        ("improved by the solver", lambda: plan(jobs, fleet, Flights(city.travel))),
    ):
        began = time.process_time()
        found = made()
        spent = time.process_time() - began
        check_possible(found, jobs, fleet, Flights(city.travel))
        base = base or found.cost
        late = _late(found, jobs)
        gap = "" if found.gap is None else f"{100 * found.gap:.1f} %"
        print(
            f"| {orders} x {carriers} | {name} | {spent:.2f} | {found.cost:,.0f} ({found.cost / base:.2f}x) "
            f"| {len(found.tasks)} | {late} | {gap} |"
        )


def _late(found: Schedule, jobs: list[Job]) -> int:
    due = {job.order_id: job.deliver_by_s for job in jobs}
    return sum((limit := due[task.order_id]) is not None and task.arrives_s > limit for task in found.tasks)


def _closure(orders: int, carriers: int) -> None:
    """Close the busiest sites and plan again what that touches; everything else keeps its carrier."""
    city = City(7, 120)
    jobs, fleet = city.orders(orders), city.carriers(carriers)
    before = plan(jobs, fleet, Flights(city.travel), effort=0)
    busy = sorted(city.places, key=lambda s: -sum(s in (j.origin_site_id, j.destination_site_id) for j in jobs))
    touched: set[str] = set()
    closed: list[str] = []
    while len(touched) < min(200, orders // 2):
        closed.append(busy[len(closed)])
        touched = {j.order_id for j in jobs if {j.origin_site_id, j.destination_site_id} & set(closed)}
    others = {name for name in busy if name not in closed}
    again = [_moved(job, closed, sorted(others), city) if job.order_id in touched else job for job in jobs]
    kept = {task.aircraft_id: task for task in before.tasks if task.order_id not in touched}
    free = [carrier for carrier in fleet if carrier.aircraft_id not in kept]
    began = time.process_time()
    found = plan([job for job in again if job.order_id in touched], free, Flights(city.travel), effort=0)
    spent = time.process_time() - began
    untouched = len(unchanged(before, Schedule((*kept.values(), *found.tasks), {}, 0.0)))
    print(
        f"\nA closure of {len(closed)} sites that touches {len(touched)} of {orders} orders: planned again in "
        f"{spent:.2f} s of CPU, {len(found.tasks)} served otherwise, {untouched} keep their carrier."
    )


def _moved(job: Job, closed: list[str], others: list[str], city: City) -> Job:
    """Return the order with the nearest open site in place of a closed one."""

    def nearest(name: str, but: str) -> str:
        if name not in closed:
            return name
        return min((o for o in others if o != but), key=lambda o: math.dist(city.places[o], city.places[name]))

    origin = nearest(job.origin_site_id, job.destination_site_id)
    return replace(job, origin_site_id=origin, destination_site_id=nearest(job.destination_site_id, origin))


if __name__ == "__main__":
    main()
