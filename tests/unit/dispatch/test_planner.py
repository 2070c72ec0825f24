"""The planner: what it assigns is possible, explained, and never worse than what it starts from."""

import math
import random
from dataclasses import replace
from itertools import permutations, product

import pytest

from dispatch.carrier import Carrier
from dispatch.energy import EnergyModel
from dispatch.greedy import nearest_first
from dispatch.jobs import UNSERVED_S, Flights, Job, Leg, Room, flown
from dispatch.planner import _best_place, plan, tours_of, unchanged, why
from dispatch.solver import improved
from tests.fakes.schedules import check_possible

SITES = {f"st_{k}": (1000.0 * (k % 5), 1000.0 * (k // 5)) for k in range(25)}
MODEL = EnergyModel(mass_kg=10.0, hover_w=1500.0, cruise_w=1300.0, cruise_mps=15.0)


def travel(origin: str, destination: str, carrier: Carrier, payload_kg: float) -> Leg | None:
    if "st_island" in (origin, destination):
        return None
    metres = math.dist(SITES[origin], SITES[destination])
    lasts = 35.0 + metres / carrier.model.cruise_mps
    return Leg(lasts, lasts / 3600 * (1300 + 100 * payload_kg))


def carrier(name: str, site: str = "st_0", firm: str = "org_a", **more: float | bool) -> Carrier:
    values = {"free_s": 0.0, "payload_max_kg": 3.0, "battery_wh": 800.0, **more}
    return Carrier(name, firm, MODEL, site, **values)  # type: ignore[arg-type]


def job(name: str, origin: str, destination: str, ready_s: float = 0.0, **more: float | str | bool | None) -> Job:
    firm = str(more.pop("firm", "org_a"))
    return Job(name, firm, origin, destination, float(str(more.pop("payload_kg", 1.0))), ready_s, **more)  # type: ignore[arg-type]


def city(seed: int, orders: int, carriers: int) -> tuple[list[Job], list[Carrier]]:
    draw = random.Random(seed)
    names = list(SITES)
    jobs = []
    for k in range(orders):
        a, b = draw.sample(names, 2)
        weight = draw.choice([1, 1, 1, 3, 10])
        ready_s = draw.uniform(0, 1800)
        due = ready_s + draw.uniform(600, 2400) if draw.random() < 0.5 else None
        firm = draw.choice(["org_a", "org_b"])
        jobs.append(job(f"or_{k}", a, b, ready_s, weight=weight, deliver_by_s=due, firm=firm))
    fleet = [carrier(f"ac_{k}", draw.choice(names), draw.choice(["org_a", "org_b"])) for k in range(carriers)]
    return jobs, fleet


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("effort", [0, 4])
def test_a_plan_can_be_flown(seed: int, effort: int) -> None:
    """Tasks of a carrier follow one another in place and time, and no order is lost or doubled."""
    jobs, fleet = city(seed, 16, 4)
    found = plan(jobs, fleet, Flights(travel), effort=effort)
    check_possible(found, jobs, fleet, Flights(travel))
    assert found.cost == pytest.approx(
        sum(t.cost for t in found.tasks) + sum(j.weight * UNSERVED_S for j in jobs if j.order_id in found.waiting)
    )


def test_the_solver_never_worsens_a_plan_and_bounds_it() -> None:
    """The improved plan costs no more than the inserted one, and never less than the bound proven for it."""
    better = 0
    for seed in range(4):
        jobs, fleet = city(seed, 12, 3)
        first, found = (plan(jobs, fleet, Flights(travel), effort=effort) for effort in (0, 4))
        assert found.cost <= first.cost + 1e-6
        assert found.bound is not None
        assert found.bound <= found.cost + len(jobs)  # seconds are rounded in the model
        assert found.gap is not None
        better += found.cost < first.cost - 1.0
    assert better >= 1


def test_a_small_plan_is_the_best_there_is() -> None:
    """With three orders and two carriers the plan costs what trying every plan finds."""
    for seed in range(4):
        jobs, fleet = city(seed, 3, 2)
        flights = Flights(travel)
        best = math.inf
        for takers in product([None, 0, 1], repeat=3):
            for order in permutations(range(3)):
                tours = {c.aircraft_id: [jobs[k] for k in order if takers[k] == n] for n, c in enumerate(fleet)}
                legs = [flown(c, tours[c.aircraft_id], flights) for c in fleet]
                if any(leg is None for leg in legs):
                    continue
                idle = sum(jobs[k].weight * UNSERVED_S for k in range(3) if takers[k] is None)
                best = min(best, idle + sum(task.cost for leg in legs for task in leg or []))
        assert plan(jobs, fleet, flights, effort=4).cost == pytest.approx(best, abs=3)


def test_the_same_orders_give_the_same_plan() -> None:
    """A plan depends on nothing but its orders, carriers and effort, in whatever sequence they are given."""
    jobs, fleet = city(3, 12, 3)
    one = plan(jobs, fleet, Flights(travel), effort=4)
    two = plan(list(reversed(jobs)), fleet, Flights(travel), effort=4)
    assert one.tasks == two.tasks


def test_planning_beats_the_nearest_carrier() -> None:
    """Over seeded cities the plan costs less than nearest-carrier first-come-first-served."""
    ours = theirs = 0.0
    for seed in range(5):
        jobs, fleet = city(seed, 30, 6)
        ours += plan(jobs, fleet, Flights(travel), effort=0).cost
        baseline = nearest_first(jobs, fleet, Flights(travel))
        check_possible(baseline, jobs, fleet, Flights(travel))
        theirs += baseline.cost
    assert ours < 0.8 * theirs


def test_medical_goods_go_first() -> None:
    """With one carrier, the medical order flies before a parcel that was ready earlier."""
    jobs = [job("or_parcel", "st_0", "st_4"), job("or_blood", "st_0", "st_20", 10.0, weight=10)]
    found = plan(jobs, [carrier("ac_1", free_s=60.0)], Flights(travel))
    assert [task.order_id for task in found.tasks] == ["or_blood", "or_parcel"]


@pytest.mark.parametrize(
    ("order", "cause"),
    [
        (job("or_1", "st_0", "st_1", firm="org_c"), "no_carrier"),
        (job("or_1", "st_0", "st_1", payload_kg=9.0), "load_not_possible"),
        (job("or_1", "st_0", "st_1", dangerous_goods=True), "load_not_possible"),
        (job("or_1", "st_0", "st_1", cold_chain=True), "load_not_possible"),
        (job("or_1", "st_0", "st_island"), "no_way"),
        (job("or_1", "st_24", "st_20"), "out_of_reach"),
    ],
)
def test_an_order_that_waits_says_why(order: Job, cause: str) -> None:
    """What no carrier can take is named with what stands in the way."""
    found = plan([order], [carrier("ac_1", battery_wh=130.0)], Flights(travel))
    assert found.tasks == ()
    assert found.waiting == {"or_1": cause}


def test_a_task_is_explained_by_what_else_was_possible() -> None:
    """The explanation names the carriers that would have come next, soonest first, and never the chosen one."""
    fleet = [
        carrier("ac_near", "st_0"),
        carrier("ac_far", "st_24"),
        carrier("ac_mid", "st_2"),
        carrier("ac_x", firm="b"),
    ]
    order = job("or_1", "st_0", "st_4")
    flights = Flights(travel)
    found = plan([order], fleet, flights)
    assert found.tasks[0].aircraft_id == "ac_near"
    others = why(found.tasks[0], order, fleet, flights).alternatives
    assert [item.aircraft_id for item in others] == ["ac_mid", "ac_far"]
    assert found.tasks[0].arrives_s < others[0].arrives_s < others[1].arrives_s


def test_a_plan_can_be_kept_where_nothing_changed() -> None:
    """Orders that keep their carrier from one plan to the next are named; tours are read back from a schedule."""
    jobs, fleet = city(1, 10, 3)
    flights = Flights(travel)
    before = plan(jobs, fleet, flights, effort=0)
    assert set(unchanged(before, before)) == {task.order_id for task in before.tasks}
    tours = tours_of(before, jobs)
    again, _ = improved(jobs, fleet, {c.aircraft_id: tours.get(c.aircraft_id, []) for c in fleet}, flights, effort=4)
    assert sum(len(tour) for tour in again.values()) >= len(before.tasks)


def test_times_far_off_are_planned_too() -> None:
    """A carrier that is free in three days, and an order ready in four, neither break the solver nor are forgotten."""
    day = 86_400.0
    fleet = [carrier("ac_now"), carrier("ac_later", free_s=3 * day)]
    jobs = [job("or_now", "st_0", "st_4"), job("or_later", "st_4", "st_0", 4 * day, deliver_by_s=4 * day + 1)]
    found = plan(jobs, fleet, Flights(travel))
    check_possible(found, jobs, fleet, Flights(travel))
    assert found.waiting == {}


def test_a_plan_reckons_with_pads() -> None:
    """With pads taken, flights are planned for when they are free, and what comes behind them is planned from there."""
    busy_until_s = {"st_1": 900.0, "st_2": 0.0}

    def room(aircraft_id: str, origin: str, destination: str, earliest_s: float, lasts_s: float) -> float:
        return max(earliest_s, busy_until_s.get(destination, 0.0) - lasts_s)

    flights = Flights(travel, room=room)
    jobs = [job("or_a", "st_0", "st_1"), job("or_b", "st_1", "st_2")]
    found = plan(jobs, [carrier("ac_1")], flights, effort=0)
    first, second = found.tasks
    leg = flights.leg("st_0", "st_1", carrier("ac_1"), 1.0)
    assert leg is not None
    assert first.departs_s == first.pad_wait_s == pytest.approx(900.0 - leg.lasts_s)
    assert (first.arrives_s, second.pad_wait_s) == (pytest.approx(900.0), 0.0)
    assert second.departs_s >= 900.0


def test_the_carrier_whose_pads_are_free_is_taken() -> None:
    """Of two carriers as far away, the one whose way to the load finds a pad brings it."""
    near, far = carrier("ac_near", "st_1"), carrier("ac_far", "st_2")

    def room(aircraft_id: str, origin: str, destination: str, earliest_s: float, lasts_s: float) -> float:
        return earliest_s + (600.0 if origin == "st_1" else 0.0)

    chosen = [
        plan([job("or_a", "st_0", "st_5")], [near, far], flights, effort=0).tasks[0].aircraft_id
        for flights in (Flights(travel), Flights(travel, room=room))
    ]
    assert chosen == ["ac_near", "ac_far"]


def every_ten_minutes(aircraft_id: str, origin: str, destination: str, earliest_s: float, lasts_s: float) -> float:
    """Departures from a site at its own minute of each ten."""
    minute_s = 60.0 * (int(origin.removeprefix("st_")) % 10)
    return minute_s + 600.0 * math.ceil((earliest_s - minute_s) / 600.0)


@pytest.mark.parametrize("room", [None, every_ten_minutes])
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_the_place_found_in_a_tour_costs_least(seed: int, strict: bool, room: Room | None) -> None:
    """Where an order is put costs no more than at any other place, every tour flown out from its beginning."""
    jobs, fleet = city(seed, 10, 1)
    jobs = [replace(item, organisation_id="org_a", ready_s=item.ready_s * 4) for item in jobs]
    if strict:
        jobs = [replace(item, strict=True, deliver_by_s=item.ready_s + 5_400.0) for item in jobs]
    one, flights = replace(fleet[0], organisation_id="org_a"), Flights(travel, room=room)
    tour: list[Job] = []
    for new in jobs:
        cost = sum(task.cost for task in flown(one, tour, flights) or [])
        ways = [flown(one, [*tour[:at], new, *tour[at:]], flights) for at in range(len(tour) + 1)]
        costs = [sum(task.cost for task in way) - cost for way in ways if way is not None]
        found = _best_place(new, one, tour, cost, flights)
        assert (found is None) == (not costs)
        if found is not None:
            assert found[0] == pytest.approx(min(costs))
            tour.insert(found[2], new)
    assert len(tour) > 5
