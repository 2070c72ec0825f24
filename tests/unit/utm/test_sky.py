"""The sky holds exactly the plans that reserve airspace, in its index as in its tables, whatever comes and goes."""

import random
import threading
from dataclasses import replace

import h3
import numpy as np
import pytest

from airspace.geometry4d import Prism, Separation, Trajectory4D
from utm.city import load_city
from utm.sky import LivePlan, Sky, version_cells

SEPARATION = Separation()


@pytest.fixture(scope="module")
def city():  # type: ignore[no-untyped-def]
    loaded = load_city("shenzhen")
    return loaded.region().frame, loaded.bbox


@pytest.fixture
def sky(city) -> Sky:  # type: ignore[no-untyped-def]
    return Sky(*city)


def flight(lane: int, starts_s: float = 0.0) -> Trajectory4D:
    """Return a kilometre to the east, lanes 200 m apart, 100 s long."""
    x, y = 500_000.0 + 20_000, 2_510_000.0 + 200 * lane
    rows = np.array([[x, y, 50.0, starts_s, x + 1000, y, 50.0, starts_s + 100]])
    return Trajectory4D(rows, np.zeros(1, dtype=np.int32))


def live(number: int, lane: int | None = None, **values: object) -> LivePlan:
    geometry = flight(number if lane is None else lane)
    plan = LivePlan(
        f"fp_{number}",
        number,
        "org_a",
        f"ac_{number % 3}",
        "approved",
        1,
        0,
        "logistics",
        geometry,
        SEPARATION,
        0.0,
        100.0,
    )
    return replace(plan, **values)  # type: ignore[arg-type]


def names(sky: Sky, lane: int, **more: object) -> set[str]:
    return {plan.plan_id for _, plan in sky.conflicts(flight(lane), SEPARATION, **more)}  # type: ignore[arg-type]


def test_what_is_put_is_in_the_way_until_it_is_dropped(sky: Sky) -> None:
    """A plan must be found by id, by aircraft and in conflicts while it is there, and in none of them after."""
    assert sky.put(live(1)) is None
    assert names(sky, 1) == {"fp_1"}
    assert names(sky, 2) == set()
    assert [plan.plan_id for plan in sky.of_aircraft("ac_1")] == ["fp_1"]
    gone = sky.drop("fp_1")
    assert gone is not None
    assert gone.plan_id == "fp_1"
    assert names(sky, 1) == set()
    assert sky.of_aircraft("ac_1") == []
    assert sky.get("fp_1") is None
    assert sky.drop("fp_1") is None
    assert len(sky) == 0


def test_a_plan_put_again_replaces_itself(sky: Sky) -> None:
    """A new version must be the only one in the way, for its new aircraft, and hand back the old."""
    sky.put(live(1))
    before = sky.put(live(1, lane=5, aircraft_id="ac_9", version=2))
    assert before is not None
    assert before.version == 1
    assert (names(sky, 1), names(sky, 5)) == (set(), {"fp_1"})
    assert sky.of_aircraft("ac_1") == []
    assert [plan.version for plan in sky.of_aircraft("ac_9")] == [2]
    sky.restore("fp_1", before)
    assert (names(sky, 1), names(sky, 5)) == ({"fp_1"}, set())
    sky.restore("fp_1", None)
    assert len(sky) == 0


def test_plans_named_are_ignored(sky: Sky) -> None:
    """A plan must not be in its own way, and a name nobody bears must change nothing."""
    for number in (1, 2):
        sky.put(live(number, lane=7))
    assert names(sky, 7, ignore=("fp_1", "fp_none")) == {"fp_2"}


def test_touching_finds_flights_inside_a_volume_with_their_tolerance(sky: Sky) -> None:
    """A prism 15 m beside a flight must be touched by it widened by 20 m, and not by 10 m."""
    sky.put(live(1))
    x0, y0 = flight(1).segments[0, :2]
    ring = np.array([[x0, y0 + 15], [x0 + 100, y0 + 15], [x0 + 100, y0 + 90], [x0, y0 + 90]])
    prism = Prism(ring, None, 0.0, 100.0, -10.0, 200.0)
    assert [plan.plan_id for plan in sky.touching(prism, widen_horizontal_m=20, widen_vertical_m=5)] == ["fp_1"]
    assert sky.touching(prism, widen_horizontal_m=10, widen_vertical_m=5) == []


def test_a_held_offer_is_in_the_way_and_is_no_plan(sky: Sky) -> None:
    """An offer on hold must conflict, count as no plan, and leave when it is released."""
    sky.hold(live(4, plan_id="hold_1"))
    assert names(sky, 4) == {"hold_1"}
    assert len(sky) == 0
    assert sky.all() == []
    assert names(sky, 4, ignore=("hold_1",)) == set()
    assert sky.release("hold_1") is not None
    assert sky.release("hold_1") is None
    assert names(sky, 4) == set()


def test_random_comings_and_goings_leave_what_a_list_would(sky: Sky) -> None:
    """After hundreds of random puts and drops, conflicts must be those of a plain dictionary of plans."""
    rng, model = random.Random(5), dict[str, LivePlan]()
    for _ in range(600):
        number, lane = rng.randrange(40), rng.randrange(12)
        if rng.random() < 0.4:
            sky.drop(f"fp_{number}")
            model.pop(f"fp_{number}", None)
        else:
            plan = live(number, lane=lane)
            sky.put(plan)
            model[plan.plan_id] = plan
        lane = rng.randrange(12)
        expected = {key for key, plan in model.items() if plan.geometry.segments[0, 1] == flight(lane).segments[0, 1]}  # type: ignore[union-attr]
        assert names(sky, lane) == expected
    assert {plan.plan_id for plan in sky.all()} == set(model)
    for aircraft in ("ac_0", "ac_1", "ac_2"):
        assert {plan.plan_id for plan in sky.of_aircraft(aircraft)} == {
            key for key, plan in model.items() if plan.aircraft_id == aircraft
        }


def test_readers_beside_the_writer_see_whole_plans(sky: Sky) -> None:
    """While one thread replaces plans, others must never fail nor see a plan that was not there."""
    faults: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                assert names(sky, 3) <= {"fp_3"}
                sky.of_aircraft("ac_0")
                sky.all()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(300):
        sky.put(live(3))
        sky.drop("fp_3")
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []


def test_version_cells_are_the_parents_of_all_cells() -> None:
    """Every fine cell must lie in a coarse one, each named once, in order."""
    cells = h3.grid_disk(h3.latlng_to_cell(22.7, 114.2, 8), 4)
    found = version_cells(cells)
    assert found == sorted({h3.cell_to_parent(cell, 7) for cell in cells})
