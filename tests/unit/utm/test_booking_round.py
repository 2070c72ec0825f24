"""A round of bookings: each flight as it can be once those before it are booked."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

from dispatch.carrier import Carrier
from dispatch.energy import EnergyModel
from dispatch.jobs import Flights, Job, Leg, Task
from dispatch.planner import plan
from utm.logistics.booker import Booked, NotBooked
from utm.logistics.booking_round import AGAIN_S, BOOK_AHEAD_S, BookingRound, Draft, Share

MODEL = EnergyModel(mass_kg=10.0, hover_w=1500.0, cruise_w=1300.0, cruise_mps=15.0)


class Desk:
    """Takes every task, some of them later than asked for, some not at all."""

    def __init__(self, later_s: Mapping[str, float] | None = None, refused: Mapping[str, str] | None = None) -> None:
        self.later_s, self.refused = later_s or {}, refused or {}
        self.asked: list[Task] = []

    async def task(self, orders: Any, job: Job, task: Task, *_: Any, **__: Any) -> Booked:
        """Answer as the booker does."""
        self.asked.append(task)
        if job.order_id in self.refused:
            raise NotBooked(self.refused[job.order_id])
        return Booked(f"ms_{job.order_id}", task.arrives_s + self.later_s.get(job.order_id, 0.0))


def carrier(name: str, site_id: str, free_s: float = 0.0) -> Carrier:
    return Carrier(name, "org_a", MODEL, site_id, free_s, 3.0, 900.0)


def order(name: str, origin: str, destination: str, due_s: float | None = None) -> Job:
    return Job(name, "org_a", origin, destination, 1.0, 0.0, deliver_by_s=due_s)


def held(desk: Desk, jobs: list[Job], *carriers: Carrier) -> tuple[BookingRound, dict[str, float]]:
    """Plan these orders, every flight ten minutes long, and book what leaves soon."""
    flights = Flights(lambda *_: Leg(600.0, 100.0))
    found = plan(jobs, list(carriers), flights, effort=0)
    rows = {job.order_id: cast(Any, SimpleNamespace(order_id=job.order_id, ready_s=job.ready_s)) for job in jobs}
    by_id = {job.order_id: job for job in jobs}
    draft = Draft("org_a", found, rows, by_id, {one.aircraft_id: one for one in carriers}, flights, (), ())
    not_before_s: dict[str, float] = {}
    turn = BookingRound(
        cast(Any, desk),
        {"org_a": draft},
        room=None,
        shares={"org_a": Share()},
        not_before_s=not_before_s,
        now_s=0.0,
    )
    asyncio.run(turn.run())
    return turn, not_before_s


def test_a_flight_put_off_takes_the_next_of_its_carrier_along() -> None:
    """What is booked later than planned moves what its carrier does next by as much, in the same round."""
    desk = Desk({"or_a": 60.0})
    turn, _ = held(desk, [order("or_a", "a", "b"), order("or_b", "b", "c")], carrier("ac_1", "a"))
    first, second = desk.asked
    assert second.departs_s == first.arrives_s + 60.0 + 120.0
    assert turn.outcomes["org_a"].booked == {"or_a": "ms_or_a", "or_b": "ms_or_b"}


def test_what_is_put_off_too_far_is_booked_later() -> None:
    """A flight that would now leave in more than a quarter of an hour waits for its time, and the round says when that is."""
    desk = Desk({"or_a": 600.0})
    turn, _ = held(desk, [order("or_a", "a", "b"), order("or_b", "b", "c")], carrier("ac_1", "a"))
    assert [task.order_id for task in desk.asked] == ["or_a"]
    assert turn.outcomes["org_a"].again_s == 600.0 + 600.0 + 120.0 - BOOK_AHEAD_S


def test_a_time_that_cannot_be_kept_any_more_is_planned_anew() -> None:
    """Where a time asked for is lost by what was booked before, another carrier may do: the firm is planned again."""
    desk = Desk({"or_a": 120.0})
    jobs = [order("or_a", "a", "b"), order("or_b", "b", "c", due_s=1_330.0)]
    turn, _ = held(desk, jobs, carrier("ac_1", "a"))
    assert [task.order_id for task in desk.asked] == ["or_a"]
    assert turn.outcomes["org_a"].anew


def test_behind_what_is_refused_a_carrier_waits() -> None:
    """The orders behind one that cannot be booked wait for the next plan, and others are booked."""
    desk = Desk(refused={"or_a": "no_slot"})
    jobs = [order("or_a", "a", "b"), order("or_b", "b", "c"), order("or_c", "d", "e")]
    turn, not_before_s = held(desk, jobs, carrier("ac_1", "a"), carrier("ac_2", "d", 30.0))
    outcome = turn.outcomes["org_a"]
    assert (outcome.causes, not_before_s) == ({"or_a": "no_slot"}, {"or_a": AGAIN_S})
    assert outcome.booked == {"or_c": "ms_or_c"}


def test_a_ready_load_without_a_flight_is_told() -> None:
    """A firm is short of vehicles or pads while a planned load is ready and not booked; what is ready later is no matter."""
    jobs = [order("or_a", "a", "b"), replace(order("or_b", "b", "c"), ready_s=5_000.0)]
    turn, _ = held(Desk(), jobs, carrier("ac_1", "a"))
    outcome = turn.outcomes["org_a"]
    assert outcome.booked.keys() == {"or_a"}
    assert not outcome.leaves_ready(turn.drafts["org_a"], 0.0)
    assert outcome.leaves_ready(turn.drafts["org_a"], 5_000.0)
    refused, _ = held(Desk(refused={"or_a": "no_slot"}), jobs, carrier("ac_1", "a"))
    assert refused.outcomes["org_a"].leaves_ready(refused.drafts["org_a"], 0.0)
