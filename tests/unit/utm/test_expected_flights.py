"""What a flight is expected to do while an order changes it."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from airspace.geometry4d import Prism, Trajectory4D
from utm.command_reservations import Reservation
from utm.expected_flights import ExpectedFlights

PLAN = Trajectory4D(np.array([[0.0, 0.0, 50.0, 0.0, 1000.0, 0.0, 50.0, 100.0]]), np.array([0], np.int32))
REST = Trajectory4D(np.array([[400.0, 0.0, 50.0, 90.0, 1000.0, 0.0, 50.0, 150.0]]), np.array([0], np.int32))
HOLD = (Prism(None, (400.0, 0.0, 30.0), 40.0, 60.0, 40.0, 220.0),)


def reservation(geometry: Any, number: int, *, confirmed: bool = False) -> Reservation:
    live: Any = SimpleNamespace(geometry=geometry, plan_no=number)
    return Reservation(f"cmd_{number}", "ac_1", 0.0, 1e9, live, confirmed)


def expected(*standing: Reservation) -> tuple[Any, Any]:
    desk: Any = SimpleNamespace(standing_of=lambda _: list(standing))
    plan: Any = SimpleNamespace(plan_id="fp_1", aircraft_id="ac_1", geometry=PLAN)
    flights = ExpectedFlights(desk)
    found = flights.of(plan)
    assert flights.of(plan) is found or not standing
    return found


def test_each_stage_of_a_hold_and_of_going_on() -> None:
    """The table of the module: plan, plan or hold, hold alone, hold or the rest of the way."""
    assert expected() == (PLAN, ())
    assert expected(reservation(HOLD, 1)) == (PLAN, HOLD)
    assert expected(reservation(HOLD, 1, confirmed=True)) == (HOLD, ())
    geometry, also = expected(reservation(HOLD, 1, confirmed=True), reservation(REST, 2))
    assert geometry is REST
    assert also == HOLD


def test_a_hold_that_timed_out_leaves_both_possible() -> None:
    """Nobody knows whether it was carried out: the flight conforms in either place."""
    geometry, also = expected(reservation(HOLD, 1), reservation(REST, 2))
    assert geometry is REST
    assert also == HOLD
