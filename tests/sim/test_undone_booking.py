"""A booking of two flights whose second is refused is undone alone: what else is in memory stays as it is."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from tests.fakes.filing import plan, point
from tests.sim.stage import Stage, on_stage
from utm.api.body import validate
from utm.api.flight_plan_models import FlightPlanBody
from utm.logistics.bookings import Needs
from utm.logistics.missions import Booking, BookingRefused
from utm.store import logistics
from utm.store.logistics_tables import MissionRow

pytestmark = pytest.mark.timeout(600)


def test_a_refused_second_flight_leaves_no_first_and_forgets_nothing(tmp_path: Path) -> None:
    """Neither a mission nor a plan of the first flight is left, and memory need not be read again from the store."""

    async def script(stage: Stage) -> None:
        services = stage.server.services
        assert services is not None
        (vehicle,) = stage.vehicles
        principal = stage.operator_of(vehicle)
        missions = services.logistics.missions
        route = [
            point(0, 0, 0.0, speed_mps=3.0),
            point(0, 0, 50.0),
            point(0, 500, 50.0, speed_mps=3.0),
            point(0, 500, 0.0),
        ]
        body = plan(vehicle.aircraft_id, stage.now() + timedelta(seconds=900), route)

        def prepared() -> Any:
            return services.flight_plans.prepare(principal, body, validate(body, FlightPlanBody))

        one, same = prepared(), prepared()

        first: list[str] = []

        def job(session: Session) -> None:
            first.append(missions.book_in(session, principal, one, Booking(Needs()))["state"])
            missions.book_in(session, principal, same, Booking(Needs()))

        policy, seen = services.book.policy, services.memory.seen
        with pytest.raises(BookingRefused):
            await services.store.write(job)
        assert first == ["booked"]
        await asyncio.sleep(1.0)
        assert services.book.policy is policy
        assert services.memory.seen == seen
        assert await services.store.read(lambda session: logistics.page(
            session, MissionRow, "mission_no", organisation_id=None)) == []  # fmt: skip
        booked = await missions.book(principal, body, validate(body, FlightPlanBody), Booking(Needs()))
        assert (booked["state"], booked["plan"]["state"]) == ("booked", "approved")
        assert missions.of_plan(booked["plan_id"]) == booked["mission_id"]

    on_stage([(0, 0)], script, tmp_path)
