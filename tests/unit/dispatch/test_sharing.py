"""Orders that share a flight, orders that change vehicles, and plans that begin from the plan before."""

from dispatch.batching import batched
from dispatch.carrier import Carrier
from dispatch.energy import EnergyModel
from dispatch.hubs import hub_for
from dispatch.jobs import Flights, Job, Leg
from dispatch.planner import plan

MODEL = EnergyModel(mass_kg=15.0, hover_w=2_400.0, cruise_w=2_150.0, cruise_mps=15.0)
PLACES = {"a": 0.0, "b": 4_000.0, "c": 9_000.0, "far": 40_000.0, "half": 20_000.0}


def job(name: str, ready_s: float = 0.0, *, to: str = "b", kg: float = 1.0, dangerous: bool = False) -> Job:
    return Job(name, "org", "a", to, kg, ready_s, deliver_by_s=ready_s + 1_000.0, dangerous_goods=dangerous)


def carrier(name: str = "ac", site_id: str = "a", wh: float = 1_300.0) -> Carrier:
    return Carrier(name, "org", MODEL, site_id, 0.0, 4.0, wh)


def flights() -> Flights:
    def travel(a: str, b: str, one: Carrier, _kg: float) -> Leg:
        lasts_s = abs(PLACES[a] - PLACES[b]) / one.model.cruise_mps
        return Leg(lasts_s, lasts_s / 3600.0 * one.model.cruise_w)

    return Flights(travel)


def test_loads_that_go_the_same_way_are_joined() -> None:
    """Two loads of one way and time fly as one: ready with the last, due with the first, as heavy as both."""
    (one,) = batched([job("x", 0.0), job("y", 60.0, kg=2.0)], 0.0, lambda _: True)
    assert one.order_ids == ("x", "y")
    assert (one.ready_s, one.deliver_by_s, one.payload_kg, one.weight) == (60.0, 1_000.0, 3.0, 2)


def test_loads_stay_alone_where_joining_would_harm() -> None:
    """Another way, a long wait, dangerous goods, or a load no carrier takes: each flies by itself."""
    cases = (
        ([job("x"), job("y", to="c")], True),
        ([job("x"), job("y", 900.0)], True),
        ([job("x"), job("y", dangerous=True)], True),
        ([job("x"), job("y")], False),
    )
    for jobs, possible in cases:
        found = batched(jobs, 0.0, lambda _, possible=possible: possible)
        assert sorted(one.order_id for one in found) == ["x", "y"]


def test_loads_that_both_wait_already_are_joined() -> None:
    """When both are ready by now, how far apart they became ready does not matter."""
    assert len(batched([job("x", 0.0), job("y", 900.0)], 1_000.0, lambda _: True)) == 1


def test_a_hub_is_found_for_a_way_beyond_one_battery() -> None:
    """Where no carrier flies the whole way, the hub is one from which both halves can be flown."""
    small = [carrier(wh=1_400.0)]
    assert flights().loaded(job("x", to="far"), small[0]) is None
    assert hub_for(job("x", to="far"), small, flights(), ["b", "half"]) == "half"
    assert hub_for(job("x", to="far"), small, flights(), ["b"]) is None


def test_a_plan_keeps_what_the_plan_before_said() -> None:
    """An order keeps its carrier while that can still fly it; one whose carrier is gone gets another."""
    fleet = [carrier("one"), carrier("two")]
    kept = plan([job("x"), job("y", to="c")], fleet, flights(), effort=0, first={"two": ["x"], "one": ["y"]})
    assert {task.order_id: task.aircraft_id for task in kept.tasks} == {"x": "two", "y": "one"}
    moved = plan([job("x")], fleet[:1], flights(), effort=0, first={"two": ["x"]})
    assert [task.aircraft_id for task in moved.tasks] == ["one"]
