"""What orders reserve: in everybody's way but the vehicle's own, seen by every process, gone when it should be."""

from typing import Any

import numpy as np
import orjson
import pytest
from sqlmodel import Session

from airspace.geometry4d import PlanGeometry, Prism, Separation, Trajectory4D
from airspace.timebase import to_scene_s
from tests.fakes import filing
from tests.fakes.desk import Desk
from tests.fakes.filing import place
from utm.command_reservations import CommandReservations
from utm.plan_records import rfc3339

SEPARATION = Separation()


def kept(desk: Desk) -> CommandReservations:
    return desk.services.commands._reservations


def disc(desk: Desk, lasts_s: float = 600.0) -> tuple[Prism, ...]:
    """Return a disc over the middle of the plan that a desk files by default, from now on."""
    now_s = to_scene_s(desk.clock.now())
    x, y = desk.services.book.region.frame.to_xy(*place(500.0, 0.0))
    return (Prism(None, (float(x[0]), float(y[0]), 60.0), -20.0, 120.0, now_s, now_s + lasts_s),)


async def reserve(
    desk: Desk, aircraft_id: str, geometry: PlanGeometry, number: int = 1, body: dict[str, Any] | None = None
) -> None:
    def job(session: Session) -> None:
        kept(desk).reserve(
            session,
            command_id=f"cmd_{number}",
            command_no=number,
            aircraft_id=aircraft_id,
            organisation_id="org_a",
            geometry=geometry,
            separation=SEPARATION,
            h3_cells=desk.services.sky.cells(geometry, 100.0),
            body=body,
        )

    await desk.services.store.write(job)


def in_the_way(desk: Desk, prisms: tuple[Prism, ...]) -> list[str]:
    return [plan.plan_id for _, plan in desk.services.sky.conflicts(prisms, SEPARATION)]


async def test_a_reservation_keeps_others_out_until_it_is_released(desk: Desk) -> None:
    """Another geometry there must meet it; released it must be gone from index and store."""
    aircraft_id = await desk.aircraft()
    prisms = disc(desk)
    await reserve(desk, aircraft_id, prisms)
    assert in_the_way(desk, prisms) == ["cmd_1"]
    assert kept(desk).of_aircraft(aircraft_id) == ["cmd_1"]
    await desk.services.store.write(lambda session: kept(desk).release(session, "cmd_1"))
    assert in_the_way(desk, prisms) == []


async def test_an_order_to_go_on_keeps_the_pad_it_arrives_at(desk: Desk) -> None:
    """From the order on nobody else is given the pad at the flight's new time; released, the pad is free again."""
    site = next(item for item in desk.services.book.sites.values() if item.pads == 1 and item.open)
    arrives_s = to_scene_s(desk.clock.now()) + 900.0
    far = [site.x_m + 3000.0, site.y_m, 60.0]
    rest = Trajectory4D(np.array([[*far, arrives_s - 60.0, *far, arrives_s]]), np.zeros(1, np.int32))
    body = {"departure_at": rfc3339(desk.clock.now()), "route": {}, "destination_site_id": site.site_id}
    await reserve(desk, await desk.aircraft(), rest, body=body)

    async def refused() -> bool:
        up = {"lat_deg": site.lat_deg, "lon_deg": site.lon_deg, "alt_datum": "AGL"}
        points = [{**up, "alt_m": 0.0, "speed_mps": 3.0}, {**up, "alt_m": 50.0}]
        points.append({**up, "lat_deg": site.lat_deg + 0.004, "alt_m": 50.0})
        plan = filing.plan(await desk.aircraft(), desk.later(910), points, origin_site_id=site.site_id)
        answer = await desk.file(plan)
        reasons = orjson.loads(orjson.dumps(answer.document["decision"]))["reasons"]
        return "pad_busy" in {item["code"] for item in reasons}

    assert await refused()
    await desk.services.store.write(lambda session: kept(desk).release(session, "cmd_1"))
    assert not await refused()


async def test_a_job_that_fails_takes_its_reservation_back(desk: Desk) -> None:
    """What is not committed must not stay in memory."""
    aircraft_id, prisms = await desk.aircraft(), disc(desk)

    def job(session: Session) -> None:
        kept(desk).reserve(
            session,
            command_id="cmd_9",
            command_no=9,
            aircraft_id=aircraft_id,
            organisation_id="org_a",
            geometry=prisms,
            separation=SEPARATION,
            h3_cells=[],
        )
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await desk.services.store.write(job)
    assert in_the_way(desk, prisms) == []


async def test_it_lapses_with_its_time_and_is_extended_while_flown(desk: Desk) -> None:
    """Past its end it must free the airspace by itself, unless it was extended before."""
    aircraft_id, prisms = await desk.aircraft(), disc(desk, 60.0)
    await reserve(desk, aircraft_id, prisms)
    until_s = to_scene_s(desk.clock.now()) + 300.0
    await desk.services.store.write(lambda session: kept(desk).extend(session, "cmd_1", until_s))
    desk.clock.advance(120.0)
    assert kept(desk).of_aircraft(aircraft_id) == ["cmd_1"]
    desk.clock.advance(200.0)
    assert kept(desk).of_aircraft(aircraft_id) == []
    assert in_the_way(desk, disc(desk)) == []


async def test_a_reload_reads_what_stands(desk: Desk) -> None:
    """Another process, or this one after a failed commit, must find the same reservations in the store."""
    aircraft_id, prisms = await desk.aircraft(), disc(desk)
    await reserve(desk, aircraft_id, prisms)

    def reload(session: Session) -> None:
        desk.services.memory.reset()
        desk.services.memory.catch_up(session)

    await desk.services.store.write(reload)
    assert in_the_way(desk, prisms) == ["cmd_1"]
