"""Times asked for as limits, and turn-rounds that depend on where a carrier lands and what it has flown."""

from dataclasses import replace

import pytest

from dispatch.jobs import Flights, flown
from dispatch.planner import plan, with_limits
from tests.fakes.schedules import check_possible
from tests.unit.dispatch.test_planner import carrier, city, job, travel


@pytest.mark.parametrize("effort", [0, 4])
def test_a_time_that_can_be_met_is_met(effort: int) -> None:
    """A parcel with a time flies before one that would cost less to wait for: being late is not a matter of cost."""
    due = job("or_due", "st_0", "st_24", deliver_by_s=480.0)
    urgent = job("or_urgent", "st_0", "st_20", weight=3)
    fleet = [carrier("ac_1")]
    found = plan([due, urgent], fleet, Flights(travel), effort=effort)
    arrives = {task.order_id: task.arrives_s for task in found.tasks}
    assert arrives["or_due"] <= 480.0
    assert set(arrives) == {"or_due", "or_urgent"}


@pytest.mark.parametrize("effort", [0, 4])
def test_what_nobody_can_bring_in_time_is_late_and_makes_nothing_else_late(effort: int) -> None:
    """An order whose time is past all reach is flown late; the one whose time can be met stays in time."""
    hopeless = job("or_hopeless", "st_0", "st_24", deliver_by_s=60.0)
    due = job("or_due", "st_0", "st_4", deliver_by_s=400.0)
    found = plan([hopeless, due], [carrier("ac_1")], Flights(travel), effort=effort)
    arrives = {task.order_id: task.arrives_s for task in found.tasks}
    assert arrives["or_due"] <= 400.0
    assert arrives["or_hopeless"] > 60.0


@pytest.mark.parametrize("seed", range(4))
def test_limits_are_kept_wherever_an_order_is_said_to_be_in_time(seed: int) -> None:
    """Over seeded cities every order is served or waits, and the solver makes none late that was in time when inserted."""
    jobs, fleet = city(seed, 24, 8)
    first, found = (plan(jobs, fleet, Flights(travel), effort=effort) for effort in (0, 4))
    check_possible(found, jobs, fleet, Flights(travel))
    due = {item.order_id: item.deliver_by_s for item in jobs if item.deliver_by_s is not None}

    def in_time(tasks: object) -> set[str]:
        return {t.order_id for t in tasks if t.order_id in due and t.arrives_s <= due[t.order_id]}  # type: ignore[attr-defined]

    assert in_time(first.tasks) <= in_time(found.tasks)


def test_only_what_some_carrier_can_bring_in_time_has_a_limit() -> None:
    """A time nobody meets is no limit, nor one only another firm's carrier would meet; a limit set before is looked at anew."""
    jobs = [
        job("or_can", "st_0", "st_4", deliver_by_s=400.0),
        job("or_cannot", "st_0", "st_4", deliver_by_s=100.0),
        job("or_other", "st_0", "st_4", firm="org_c", deliver_by_s=400.0),
        job("or_none", "st_0", "st_4"),
    ]
    fleet = [carrier("ac_1"), carrier("ac_b", firm="org_b")]
    found = with_limits([replace(item, strict=True) for item in jobs], fleet, Flights(travel))
    assert [item.strict for item in found] == [True, False, False, False]


def test_charging_counts_where_a_carrier_charges() -> None:
    """A carrier leaves a site that charges after its charge, by what the flight took, and one that swaps after the swap."""

    def turn(one: object, site_id: str, used_wh: float) -> float:
        return 90.0 if site_id == "st_4" else used_wh * 3600.0 / 500.0

    fleet = [carrier("ac_1")]
    there, back = job("or_there", "st_0", "st_4"), job("or_back", "st_4", "st_0")
    again = job("or_again", "st_0", "st_20")
    flights = Flights(travel, turn)
    tasks = flown(fleet[0], [there, back, again], flights)
    assert tasks is not None
    assert tasks[1].departs_s == pytest.approx(tasks[0].arrives_s + 90.0)
    wh = flights.loaded(back, fleet[0]).wh  # type: ignore[union-attr]
    assert tasks[2].departs_s == pytest.approx(tasks[1].arrives_s + wh * 7.2)
    planned = plan([there, back, again], fleet, flights)
    for before, behind in zip(planned.tasks, planned.tasks[1:], strict=False):
        assert behind.departs_s >= before.arrives_s + 90.0 - 1e-6
