"""A firm's software against a stand-in API, its drones flying many times faster than life."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sim.api_client import ApiError, Credentials
from sim.demo_traffic import Traffic, start_traffic
from sim.filing import rfc3339
from tests.fakes.fake_city_api import FakeCity
from tests.fakes.sim_world import flat_world

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
SPEED = 25.0
Start = Callable[..., Awaitable[Traffic]]


@pytest.fixture
def city() -> FakeCity:
    """A city that approves everything."""
    return FakeCity()


@pytest.fixture
async def start(city: FakeCity, tmp_path: Path) -> AsyncIterator[Start]:
    """Starts traffic against the city and stops it at the end."""
    started: list[Traffic] = []

    async def start(count: int = 1) -> Traffic:
        traffic = await start_traffic(
            city.credentials(tmp_path, "127.0.0.1:9"),
            count=count,
            world=flat_world(),
            speed=SPEED,
            first_port=0,
            transport=city.transport(),
        )
        started.append(traffic)
        return traffic

    yield start
    for traffic in started:
        await traffic.close()


async def until(traffic: Traffic, condition: Callable[[], bool], limit_s: float = 120.0) -> None:
    """Wait for a condition while the firms work; their faults are raised."""
    async with asyncio.timeout(limit_s):
        while True:
            for task in traffic.tasks:
                if task.done():
                    task.result()
            if condition():
                return
            await asyncio.sleep(0.02)


async def test_flies_what_is_approved_in_order(city: FakeCity, start: Start) -> None:
    """Each flight must be filed, confirmed, activated with the mission on board, flown and ended on the ground."""
    seen: list[tuple[str, bool, int]] = []
    traffic: list[Traffic] = []

    def on_step(step: str, plan: dict[str, Any]) -> None:
        autopilot = traffic[0].fleet.drones[0].autopilot
        seen.append((step, autopilot.vehicle.on_ground, len(autopilot.mission)))

    city.on_step = on_step
    traffic.append(await start())
    await until(traffic[0], lambda: sum(p["state"] == "ended" for p in city.plans.values()) >= 2)
    assert [s for s, *_ in seen[:6]] == ["confirm", "activate", "end"] * 2
    assert all(on_ground and items >= 4 for _, on_ground, items in seen)
    first, second = list(city.plans.values())[:2]
    assert first["destination_site_id"] == second["origin_site_id"]
    aircraft = next(iter(city.aircraft.values()))
    assert aircraft["mavlink"]["endpoint"].startswith("127.0.0.1:")


async def test_takes_a_counter_offer(city: FakeCity, start: Start) -> None:
    """A refused plan with an acceptable counter-offer must be filed again as offered, and that one be flown."""

    def judge(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if body["remarks"].get("offered"):
            return 201, {}
        later = datetime.fromisoformat(body["departure_at"].replace("Z", "+00:00")) + timedelta(seconds=20)
        plan = {**body, "departure_at": rfc3339(later), "remarks": {"offered": True}}
        reason = {"code": "conflict_with_plan", "severity": "refuse"}
        return 409, {"reasons": [reason], "counter_offers": [{"kind": "delay", "plan": plan, "cost": {"delay_s": 20}}]}

    city.judge = judge
    traffic = await start()
    await until(traffic, lambda: traffic.tally.flown >= 1)
    assert traffic.tally.offers_taken >= 1
    assert traffic.tally.refused["conflict_with_plan"] >= 1
    assert {p["remarks"].get("offered") for p in city.plans.values() if p["state"] in {"ended", "activated"}} == {True}


async def test_tries_other_levels_and_times_when_refused(city: FakeCity, start: Start) -> None:
    """Refused without an offer, a firm must try other levels and then a later time, each with a key of its own."""

    def judge(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 409, {"reasons": [{"code": "zone_prohibited", "severity": "refuse"}]}

    city.judge = judge
    traffic = await start()
    await until(traffic, lambda: len(city.plans) >= 6)
    plans = list(city.plans.values())[:6]
    assert len({p["route"]["waypoints"][1]["alt_m"] for p in plans}) == 3
    assert len({p["departure_at"] for p in plans}) >= 2
    assert len(city.keys) == len(city.plans)


async def test_pending_plans_are_given_up(city: FakeCity, start: Start) -> None:
    """A plan that waits for an authority must be cancelled by the demonstration's firms, not left behind."""
    city.judge = lambda body: (202, {})
    traffic = await start()
    await until(traffic, lambda: sum(p["state"] == "cancelled" for p in city.plans.values()) >= 2)
    assert traffic.tally.departed == 0


async def test_flight_goes_on_while_the_server_is_away(city: FakeCity, start: Start, tmp_path: Path) -> None:
    """With the server gone in mid-flight the drone must land, and its plan be ended when the server is back.

    The server comes back with a new secret and takes no old token, as a restarted demonstration does.
    """
    traffic = await start()
    await until(traffic, lambda: traffic.airborne == 1)
    city.away = True
    await until(traffic, lambda: traffic.tally.flown == 1)
    assert [p["state"] for p in city.plans.values()] == ["activated"]
    city.token, city.secret = 1, "s2"
    city.credentials(tmp_path, "127.0.0.1:9")
    city.away = False
    await until(traffic, lambda: next(iter(city.plans.values()))["state"] == "ended")
    assert traffic.status()["api_outages"] >= 1


async def test_old_plans_are_cleared_and_registrations_reused(city: FakeCity, start: Start) -> None:
    """A second start must reuse the registrations with their new addresses and clear what the first left behind."""
    first = await start(count=2)
    await until(first, lambda: first.airborne >= 1)
    await first.close()
    left = [k for k, p in city.plans.items() if p["state"] in {"approved", "activated"}]
    assert left
    addresses = {a["mavlink"]["endpoint"] for a in city.aircraft.values()}
    second = await start(count=2)
    assert all(city.plans[k]["state"] in {"ended", "cancelled"} for k in left)
    assert len(city.aircraft) == 2
    assert {a["mavlink"]["endpoint"] for a in city.aircraft.values()} == {
        f"127.0.0.1:{d.endpoint[1]}" for d in second.fleet.drones
    }
    assert addresses != {a["mavlink"]["endpoint"] for a in city.aircraft.values()}


async def test_more_drones_than_the_city_holds_is_said(start: Start) -> None:
    """Too many drones for the sites must be refused with the numbers."""
    with pytest.raises(ValueError, match="4 sites have no room for 30"):
        await start(count=30)


async def test_refused_registration_is_said(city: FakeCity, start: Start) -> None:
    """A registration the city refuses must end the start with the drone's mark and the city's own code."""
    city.takes_aircraft = False
    with pytest.raises(ApiError, match=r"UASHX000000 was not registered: 409 registration_taken"):
        await start()


def test_credentials_that_are_none_are_named(tmp_path: Path) -> None:
    """A file that is not a credentials file must be refused by name."""
    path = tmp_path / "c.json"
    path.write_text("{}")
    with pytest.raises(ValueError, match=r"c\.json is not a credentials file"):
        Credentials.read(path)
